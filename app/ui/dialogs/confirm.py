"""Are you sure, and who is it about."""

from __future__ import annotations

from datetime import date

from PySide6.QtWidgets import QWidget

from app.domain.people import ResidentDetails
from app.ui.dialogs.frame import Question
from app.ui.widgets.banner import ResidentBanner
from app.ui.widgets.buttons import danger, primary


class Confirm(Question):
    """A question with one action. For a resident's record the banner stands in it: name and born, to be checked."""

    def __init__(
        self,
        parent: QWidget | None,
        title: str,
        text: str,
        action: str,
        *,
        about: ResidentDetails | None = None,
        today: date | None = None,
        irreversible: bool = False,
        cancel: str = "Cancel",
    ) -> None:
        button = (danger if irreversible else primary)(action)
        super().__init__(parent, title, text, button, cancel)
        button.clicked.connect(self.accept)
        if about is not None and today is not None:
            banner = ResidentBanner()
            banner.show_resident(about, today)
            self.body.addWidget(banner)
        if irreversible:
            self.cancel.setDefault(True)
            self.cancel.setFocus()


def confirm(
    parent: QWidget | None,
    title: str,
    text: str,
    action: str,
    *,
    about: ResidentDetails | None = None,
    today: date | None = None,
    irreversible: bool = False,
    cancel: str = "Cancel",
) -> bool:
    """Ask, and say whether the action was chosen. ``action`` is the button's word: the verb, never "OK"."""
    asked = Confirm(parent, title, text, action, about=about, today=today, irreversible=irreversible, cancel=cancel)
    answer = asked.exec()
    asked.deleteLater()
    return answer == Confirm.DialogCode.Accepted
