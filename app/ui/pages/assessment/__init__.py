"""Recording, amending and signing one assessment."""

from app.ui.pages.assessment.page import AssessmentPage, Open

__all__ = ["AssessmentPage", "Open"]
