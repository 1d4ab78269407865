"""A resident's wounds: the body map, and a card for each."""

from app.ui.pages.wounds.page import WoundsPage

__all__ = ["WoundsPage"]
