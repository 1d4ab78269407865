"""The alerts of the home: standing ones to act on, earlier ones to read."""

from app.ui.pages.alerts.page import AlertsPage

__all__ = ["AlertsPage"]
