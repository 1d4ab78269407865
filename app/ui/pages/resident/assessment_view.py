"""A signed assessment as it was signed: read-only, with its workings, its answers and its earlier revisions.

Nothing signed is ever edited: an amendment is a new revision with a reason, a mistake is marked as one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from app.domain.dates import date_time, short_date
from app.domain.people import Resident
from app.domain.questionnaire import answer_words
from app.ui.forms.form import FormDialog, show_dialog
from app.ui.forms.record_dialog import RecordDialog
from app.ui.forms.typed import Ask, Reader
from app.ui.messages import in_words
from app.ui.pages.assessment import Open
from app.ui.pages.assessment.words import AID, TONES
from app.ui.pages.resident.sections import STATE_WORDS, assessment_detail, result_words
from app.ui.theme import M, Tone
from app.ui.widgets.banner import spoken_resident
from app.ui.widgets.buttons import link, secondary
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.table import Column, RecordTable
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import card, heading, label, rule

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.questionnaire import Form
    from app.services.assessments import Assessment, AssessmentRow, Difference, Version
    from app.services.session import Session
    from app.ui.context import Context

_WRONG = Ask("reason", "What was wrong", "notes", needed="Enter what was wrong")
_NOT_ANSWERED = "Not answered"


class AssessmentDialog(RecordDialog):
    """One signed assessment of one resident."""

    def __init__(self, ctx: Context, parent: QWidget | None, resident: Resident, row: AssessmentRow) -> None:
        super().__init__(ctx, parent, row.title)
        self._resident, self._row = resident, row
        self.banner.show_resident(resident.details, ctx.today())
        self.amend_button = secondary("Amend…", self.amend)
        self.error_button = secondary("Entered in error…", self.in_error)
        for at, button in enumerate((self.amend_button, self.error_button)):
            button.setEnabled(False)
            self.buttons.insertWidget(at, button)
        self.waiting = label("Opening…", "strong")
        self.body.addWidget(self.waiting)
        ctx.call(partial(_read, row.id, row.instrument), self._show, self._failed, owner=self)
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def amend(self) -> None:
        """Go to the form with the signed answers; it asks for the reason and signs a new revision."""
        self.accept()
        self.ctx.navigate.emit("assessment", Open(self._resident.id, self._row.instrument, amends=self._row.id))

    def in_error(self) -> None:
        """Ask what was wrong, unless the role does not allow it."""

        def may(_: None) -> None:
            dialog = InErrorDialog(self.ctx, self, self._resident, self._row)
            dialog.accepted.connect(self.accept)
            show_dialog(dialog)

        self.ctx.call(_may_sign, may, self._refused, owner=self)

    def _refused(self, exc: BaseException) -> None:
        self.waiting.setText(in_words(exc).text)
        self.waiting.show()
        self.area.ensureWidgetVisible(self.waiting)

    def _failed(self, exc: BaseException) -> None:
        message = in_words(exc)
        self.waiting.setText(f"{message.text} {message.detail}".strip())

    def _show(self, found: _Found) -> None:
        whole, form = found.whole, found.form
        self.waiting.hide()
        row, outcome = whole.row, whole.outcome
        wrong = row.state == "entered-in-error"
        for button in (self.amend_button, self.error_button):
            button.setEnabled(not wrong)
        tags = QWidget()
        flow = FlowLayout(tags, gap=M)
        flow.addWidget(Tag(result_words(row), TONES[row.severity]))
        if row.state in STATE_WORDS:
            flow.addWidget(Tag(STATE_WORDS[row.state].capitalize(), Tone.WARNING if wrong else Tone.INFO))
        self.body.addWidget(tags)
        self.body.addWidget(label(assessment_detail(row)))
        if whole.reason:
            self.body.addWidget(label(f"Reason: {whole.reason}", "strong"))
        for name, lines in (("What to do", outcome.actions), ("How it is worked out", outcome.workings)):
            if lines:
                self.body.addWidget(heading(name))
                self.body.addWidget(label("\n".join(f"•  {line}" for line in lines), copyable=True))
        if whole.note:
            self.body.addWidget(heading("Notes"))
            self.body.addWidget(label(whole.note, copyable=True))
        if found.since:
            self.body.addWidget(heading(f"What changed since {date_time(found.since_at)}" if found.since_at else ""))
            self.body.addWidget(_differences(found.since, "Last time", "This time"))
        self.body.addWidget(heading("Answers"))
        self.body.addWidget(_answers(whole.answers, whole.unable, form))
        if len(found.versions) > 1:
            self.body.addWidget(heading("Earlier versions"))
            for later, earlier in pairwise(found.versions):
                self.body.addWidget(_version(earlier, later, form))
        self.body.addWidget(rule())
        self.body.addWidget(label(f"{AID} {outcome.attribution}".strip(), "secondary"))
        self.body.addStretch(1)


@dataclass(frozen=True, slots=True)
class _Found:
    """An assessment with its versions, the newest first, and what differs from the one before it."""

    whole: Assessment
    form: Form
    versions: tuple[Version, ...]
    since: tuple[Difference, ...]
    since_at: datetime | None


def _read(assessment_id: str, instrument: str, session: Session) -> _Found:
    from app.services import assessments

    whole = assessments.assessment(session, assessment_id)
    before = assessments.before(session, whole.row)
    since = assessments.differences(instrument, before.answers, whole.answers) if before else ()
    return _Found(
        whole, assessments.form(instrument, whole.outcome.version), assessments.versions(session, assessment_id), since,
        before.row.at if before else None,
    )  # fmt: skip


def _may_sign(session: Session) -> None:
    from app.services import access

    access.require(session, access.Action.SIGN_ASSESSMENT)


def _answers(answers: Mapping[str, object], unable: Mapping[str, str], form: Form) -> QWidget:
    from app.domain.questionnaire import Unable, spread, unfold

    given = spread(answers, form)
    frame, column = card()
    grid = QGridLayout()
    grid.setHorizontalSpacing(M)
    grid.setColumnStretch(0, 3)
    grid.setColumnStretch(1, 2)
    for at, question in enumerate(unfold(form, given).questions()):
        value, reason = given.get(question.link_id), unable.get(question.link_id)
        said = _NOT_ANSWERED if value is None or value == [] else answer_words(question, value)
        if reason:
            said = f"Could not be assessed: {Unable(reason).words.lower()}"
        grid.addWidget(label(question.text), at, 0)
        grid.addWidget(label(said, "secondary" if said == _NOT_ANSWERED else "strong", copyable=True), at, 1)
    column.addLayout(grid)
    return frame


def _differences(found: Sequence[Difference], before: str, after: str) -> QWidget:
    """Both sides of every field that differs."""
    frame, column = card()
    grid = QGridLayout()
    grid.setHorizontalSpacing(M)
    for at, words in enumerate(("", before, after)):
        grid.addWidget(label(words, "secondary"), 0, at)
        grid.setColumnStretch(at, 1)
    for row, each in enumerate(found, 1):
        grid.addWidget(label(each.label), row, 0)
        grid.addWidget(label(each.before, copyable=True), row, 1)
        grid.addWidget(label(each.after, "strong", copyable=True), row, 2)
    column.addLayout(grid)
    return frame


def _version(earlier: Version, later: Version, form: Form) -> QWidget:
    """An earlier version: what the next one changed and why, and on asking the whole of it."""
    from app.services import assessments

    frame, column = card()
    row = earlier.row
    said = f"{date_time(row.at)}, signed by {row.signed_by} on {date_time(earlier.recorded_at)}: {result_words(row)}"
    column.addWidget(label(said, "strong"))
    reason = f": {later.reason}" if later.reason else ""
    changed = "marked as entered in error" if later.row.state == "entered-in-error" else "changed"
    column.addWidget(label(f"{changed.capitalize()} by {later.row.signed_by}{reason}"))
    found = assessments.changes_of(earlier, later)
    if found:
        column.addWidget(_differences(found, "Before", "After"))
    whole = _answers(earlier.answers, earlier.unable, form)
    whole.hide()
    show = link("Show every answer of this version")

    def toggle() -> None:
        whole.setVisible(whole.isHidden())
        show.setText(f"{'Show' if whole.isHidden() else 'Hide'} every answer of this version")

    show.clicked.connect(toggle)
    column.addWidget(show, 0, Qt.AlignmentFlag.AlignLeft)
    if earlier.note:
        column.addWidget(label(f"Notes: {earlier.note}", copyable=True))
    column.addWidget(whole)
    return frame


class InErrorDialog(FormDialog):
    """Marks a signed assessment as a mistake, with the reason; it stays readable."""

    def __init__(self, ctx: Context, parent: QWidget | None, resident: Resident, row: AssessmentRow) -> None:
        super().__init__(
            ctx,
            parent,
            "Assessment entered in error",
            (_WRONG,),
            {},
            who=spoken_resident(resident.details, ctx.today()),
            intro=f"{row.title}, {date_time(row.at)}, {result_words(row)}.\n\nIt will no longer count as a result or "
            "as evidence. It is not deleted: the record keeps it with your name and the reason.",
            action="Record as entered in error",
        )
        self._row = row

    def save(self) -> None:
        """Record the mistake."""
        from app.services import assessments

        read = Reader((_WRONG,), self.form.typed(), self.ctx.today())
        reason = read.text("reason")
        read.finish()
        revision = self._row.revision_id
        self.run(lambda s: assessments.entered_in_error(s, revision, reason=reason), lambda _: self.saved())


class HistoryDialog(RecordDialog):
    """Every signed assessment of one resident, newest first."""

    def __init__(self, ctx: Context, parent: QWidget | None, resident: Resident) -> None:
        super().__init__(ctx, parent, "All assessments", wide=1000)
        self._resident = resident
        self.banner.show_resident(resident.details, ctx.today())
        self.count = label("Reading…", "secondary")
        self.table: RecordTable[AssessmentRow] = RecordTable("All assessments", _COLUMNS, key=lambda row: row.id)
        self.table.opened.connect(lambda row: AssessmentDialog(ctx, self, resident, row).open())
        self.table.setMinimumHeight(240)
        self.body.addWidget(self.count)
        self.body.addWidget(self.table, 1)
        self._load()
        ctx.changed.connect(self._changed)

    def _changed(self, changes: object) -> None:
        if self._resident.id in getattr(changes, "residents", ()):
            self._load(again=True)

    def _load(self, *, again: bool = False) -> None:
        from app.services import assessments

        resident_id = self._resident.id
        self.ctx.call(lambda s: assessments.history(s, resident_id, again=again), self._show, owner=self)

    def _show(self, rows: tuple[AssessmentRow, ...]) -> None:
        self.count.setText(f"{len(rows)} signed. Enter opens the chosen one." if rows else "Nothing is signed yet.")
        self.table.set_rows(rows)
        self.table.setVisible(bool(rows))
        if rows:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)


_COLUMNS: tuple[Column[AssessmentRow], ...] = (
    Column("When", lambda r: date_time(r.at), sort=lambda r: r.at),
    Column("Assessment", lambda r: r.title, sort=lambda r: r.title),
    Column("Result", result_words, tone=lambda r: TONES[r.severity]),
    Column("By", lambda r: r.signed_by, sort=lambda r: r.signed_by),
    Column("State", lambda r: STATE_WORDS.get(r.state, "signed").capitalize(), sort=lambda r: r.state),
    Column("Next due", lambda r: short_date(r.next_due) if r.next_due else "–", stretch=True),
)
