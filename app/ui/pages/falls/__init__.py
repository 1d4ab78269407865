"""Falls: what to do now, the register, and one fall whole."""

from app.ui.pages.falls.page import FallsPage

__all__ = ["FallsPage"]
