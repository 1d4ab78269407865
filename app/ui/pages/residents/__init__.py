"""The list of residents."""

from app.ui.pages.residents.page import ResidentsPage

__all__ = ["ResidentsPage"]
