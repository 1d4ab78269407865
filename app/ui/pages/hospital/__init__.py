"""Hospital: who is away, one journey there and back, and where the red bags are."""

from app.ui.pages.hospital.page import HospitalPage

__all__ = ["HospitalPage"]
