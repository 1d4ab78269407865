"""A resident's single measurements: recorded in two or three key presses, looked at as charts."""

from app.ui.pages.observations.page import ObservationsPage

__all__ = ["ObservationsPage"]
