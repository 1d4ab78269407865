"""The resident as a person: About me first, then how they are, what they wish, and the papers that go with it."""

from app.ui.pages.person.page import PersonPage

__all__ = ["PersonPage"]
