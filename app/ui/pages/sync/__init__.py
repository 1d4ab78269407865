"""Sending and receiving: where every message truly is, and how the home is connected."""

from app.ui.pages.sync.page import SyncPage

__all__ = ["SyncPage"]
