"""Staff, champion posts and cover."""

from app.ui.pages.staff.page import StaffPage

__all__ = ["StaffPage"]
