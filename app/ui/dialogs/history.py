"""What was recorded before: every version of a fact, or of who a resident is, with who changed it, when and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.dates import date_time
from app.domain.people import Fact, Resident
from app.ui.forms.record_dialog import RecordDialog
from app.ui.messages import in_words
from app.ui.pages.resident.details_form import changed_words, details_words
from app.ui.pages.resident.fact_forms import FACT_NOUNS
from app.ui.pages.resident.words import fact_words
from app.ui.widgets.text import label

if TYPE_CHECKING:
    from app.services.residents import DetailsVersion
    from app.services.session import Session
    from app.ui.context import Context


class FactHistory(RecordDialog):
    """Every version of one fact, newest first, to be read only."""

    def __init__(self, ctx: Context, parent: QWidget | None, resident: Resident, fact: Fact) -> None:
        super().__init__(ctx, parent, f"History: {FACT_NOUNS[fact.kind]}", high=480)
        self.banner.show_resident(resident.details, ctx.today())
        self.waiting = label("Reading…", "strong")
        self.body.addWidget(self.waiting)
        self.body.addStretch(1)
        ctx.call(lambda s: fact_versions(s, fact), self._show, self._failed, owner=self)
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, versions: tuple[Fact, ...]) -> None:
        self.waiting.hide()
        inside = QVBoxLayout()
        show_versions(inside, versions, self.ctx)
        self.body.insertLayout(self.body.indexOf(self.waiting), inside)

    def _failed(self, exc: BaseException) -> None:
        _say_failed(self, exc)


class DetailsHistory(RecordDialog):
    """What was changed in who a resident is, newest first, down to what was first recorded."""

    def __init__(self, ctx: Context, parent: QWidget | None, resident: Resident) -> None:
        super().__init__(ctx, parent, "History of the details")
        self.banner.show_resident(resident.details, ctx.today())
        self.waiting = label("Reading…", "strong")
        self.body.addWidget(self.waiting)
        self.body.addStretch(1)
        ctx.call(lambda s: _details_versions(s, resident), self._show, self._failed, owner=self)
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, versions: tuple[DetailsVersion, ...]) -> None:
        self.waiting.setVisible(len(versions) == 1)
        self.waiting.setText("Nothing has been changed since the resident was added.")
        at = self.body.indexOf(self.waiting) + 1
        for newer, older in pairwise(versions):
            lines = changed_words(older.details, newer.details) or ("Recorded again, unchanged.",)
            at = self._entry(at, "Changed", newer, lines)
        first = versions[-1]
        said = tuple(f"{name}: {words}" for name, words in details_words(first.details).items() if words)
        self._entry(at, "First recorded", first, said)

    def _entry(self, at: int, what: str, version: DetailsVersion, lines: Iterable[str]) -> int:
        """Add one version at that place; gives back the place of the next."""
        texts = [label(f"{what} {date_time(version.recorded_at)} by {version.recorded_by}", "strong")]
        texts.append(label("\n".join(lines), copyable=True))
        if version.reason:
            texts.append(label(f"Reason: {version.reason}", copyable=True))
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for text in texts:
            column.addWidget(text)
        self.body.insertWidget(at, box)
        return at + 1

    def _failed(self, exc: BaseException) -> None:
        _say_failed(self, exc)


def _say_failed(dialog: FactHistory | DetailsHistory, exc: BaseException) -> None:
    message = in_words(exc)
    dialog.waiting.setText(f"{message.text} {message.detail}".strip())


def fact_versions(session: Session, fact: Fact) -> tuple[Fact, ...]:
    """Every version of a fact, newest first, with the names of the people who recorded them."""
    from app.services import residents

    return with_names(session, residents.fact_history(session, fact.id))


def with_names(session: Session, facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts with the names of the people who recorded them in place of their accounts."""
    return tuple(replace(fact, recorded_by=session.person(fact.recorded_by)) for fact in facts)


def _details_versions(session: Session, resident: Resident) -> tuple[DetailsVersion, ...]:
    from app.services import residents

    return residents.details_history(session, resident.id)


def show_versions(column: QVBoxLayout, versions: Iterable[Fact], ctx: Context) -> None:
    """One text a version: what it said, by whom, when, and why it was changed."""
    for version in versions:
        column.addWidget(label(_version_line(version, ctx), copyable=True))


def _version_line(version: Fact, ctx: Context) -> str:
    said = fact_words(version.body, ctx.today()).spoken
    by = f"Recorded {date_time(version.recorded_at)} by {version.recorded_by}"
    mark = "Entered in error. " if version.in_error else ""
    reason = f". Reason: {version.reason}" if version.reason else ""
    return f"{mark}{said}\n{by}{reason}"
