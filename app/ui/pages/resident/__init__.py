"""One resident's record."""

from app.ui.pages.resident.page import ResidentPage

__all__ = ["ResidentPage"]
