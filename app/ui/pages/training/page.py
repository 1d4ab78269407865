"""Champions and training: what is about to be lost and what would close the gap, the two 80 % tests on a day, the
rota's lift cover, who is trained in what, the register of champions, and the records behind it all.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.dates import date_time, day_date, short_date, week_start
from app.domain.errors import UserError
from app.domain.home_facts import Duty, HomeFact, Training
from app.domain.people import StaffId
from app.domain.training import (
    COURSE_LABELS,
    COVER_WORDS,
    Cover,
    Standing,
    Stretch,
    cell_words,
    hours_words,
    lift_words,
    share_words,
)
from app.ui.forms.form import FormDialog, show_dialog
from app.ui.pages.hospital.whole_table import WholeTable
from app.ui.pages.premium.tabs import PremiumTabs
from app.ui.pages.training.words import (
    at_risk_words,
    certificate_words,
    course_words,
    duty_words,
    gap_course,
    gap_when,
    gap_who,
    gap_wins,
    post_words,
    register_state,
)
from app.ui.theme import M, S, Tone, scaled
from app.ui.widgets.buttons import link, secondary
from app.ui.widgets.date_edit import DateEdit
from app.ui.widgets.field import Field
from app.ui.widgets.layouts import empty, level
from app.ui.widgets.table import Column
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import heading, label, page_column, title

if TYPE_CHECKING:
    from app.services.changes import Changes
    from app.services.session import Session
    from app.services.training import Forecast, GapRow, RegisterRow, Row, TrainingBoard
    from app.ui.context import Context

_KINDS = frozenset({"staff", "training", "duty", "claim", "need", "fact", "assessment"})
_Found = tuple["TrainingBoard", "Forecast | None", tuple[tuple[StaffId, str], ...]]
_TONES = {
    Standing.TRAINED: Tone.GOOD,
    Standing.EXPIRED: Tone.DANGER,
    Standing.LATER: Tone.INFO,
    Standing.NOT_RECORDED: Tone.NEUTRAL,
}


class TrainingPage(QWidget):
    """Everybody may look; whoever manages staff records courses and shifts."""

    title = "Training"

    def __init__(self, ctx: Context) -> None:
        from app.services.access import Action

        super().__init__()
        self.ctx = ctx
        self._asked = 0
        self._day = ctx.today()
        self._typing = True
        self._people: dict[StaffId, str] = {}
        self._names: dict[StaffId, str] = {}
        self._writes = ctx.allowed(Action.MANAGE_STAFF)
        self._claims = ctx.allowed(Action.VIEW_CLAIMS)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.record_button = secondary("Record a course…", self.record)
        self.rota_button = secondary("Enter the rota…", self.rota)
        self.provider_button = secondary("List for the training provider…", self.provider)
        self.paper_button = secondary("On paper…", self.paper)
        self.paper_button.setAccessibleName("Staff and training on paper")
        self.staff_button = link("Staff and champion posts", partial(ctx.navigate.emit, "staff", None))
        self.day = DateEdit(ctx.today, key="day")
        self.day.changed.connect(self._day_typed)
        self.risks, self._risks = _part("At risk")
        self.gaps: WholeTable[GapRow] = WholeTable("What would close the gap", _GAPS, key=lambda r: r.closing.pathways)
        self.no_gap = label("")
        self.tests, self._tests = _part("The accreditation's tests")
        self.lift_gaps: WholeTable[Stretch] = WholeTable(
            "When nobody trained to lift was on duty", _STRETCHES, key=lambda each: each.since.isoformat()
        )
        self.matrix: WholeTable[Row] = WholeTable("Who is trained in what", _matrix(), key=lambda row: row.worker.id)
        self.matrix.most = 30
        self.matrix.opened.connect(lambda row: self.record(row.worker.id))
        self.nobody = label("No staff in post is recorded on this day.", "strong")
        self.register: WholeTable[RegisterRow] = WholeTable(
            "Champions", self._register_columns(), key=lambda row: row.post_id
        )
        self.no_register = label("No champion post is recorded.", "strong")
        self.courses: WholeTable[HomeFact] = WholeTable("Recorded courses", self._courses(), key=lambda f: f.id)
        self.no_courses = label("No course is recorded.")
        self.shifts: WholeTable[HomeFact] = WholeTable("Shifts of the week", self._shifts(), key=lambda f: f.id)
        self.no_shifts = label("No shift is recorded in this week: whether it was covered is not known.")
        self.renew_button = secondary("Renew the chosen course…", self.renew)
        self.change_button = secondary("Change it…", self.change_course)
        self.change_button.setAccessibleName("Change the chosen course")
        self.papers_button = secondary("Its papers…", self.papers)
        self.papers_button.setAccessibleName("Papers of the chosen course")
        self.wrong_button = secondary("It was entered in error…", partial(self._in_error, self.courses))
        self.wrong_button.setAccessibleName("The chosen course was entered in error")
        self.shift_button = secondary("Change the chosen shift…", self.change_shift)
        self.wrong_shift_button = secondary("It was entered in error…", partial(self._in_error, self.shifts))
        self.wrong_shift_button.setAccessibleName("The chosen shift was entered in error")
        self.week_words = label("", "secondary")
        self._lay_out()

    # ------------------------------------------------------------------------------------------------------- a page

    def opened(self, arg: Any) -> None:
        """Show a day: that of ``arg``, else today."""
        self._day = arg if isinstance(arg, date) else self.ctx.today()
        self._typing = False
        self.day.set_value(self._day)
        self._typing = True
        self._load()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh(self, changes: Changes) -> None:
        """Read again when staff, training, shifts or claims changed."""
        if _KINDS & changes.kinds:
            self._load()

    def can_leave(self) -> bool:
        """Everything here is saved in dialogs of its own."""
        return True

    # ------------------------------------------------------------------------------------------------ what it does

    def record(self, who: StaffId | None = None) -> None:
        """A course that somebody passed."""
        from app.ui.pages.training.dialogs import TrainingDialog

        if self._writes:
            self._open(TrainingDialog(self.ctx, self.window(), self._people, who=who))

    def renew(self) -> None:
        """The chosen course again."""
        from app.ui.pages.training.dialogs import TrainingDialog

        fact = self.courses.current()
        if self._writes and fact is not None and isinstance(fact.body, Training):
            self._open(TrainingDialog(self.ctx, self.window(), self._people, like=fact.body))

    def papers(self) -> None:
        """The certificate of the chosen course, as a paper."""
        from app.ui.dialogs.papers import PapersDialog

        fact = self.courses.current()
        if fact is not None and isinstance(fact.body, Training):
            PapersDialog(self.ctx, self.window(), fact.id, COURSE_LABELS[fact.body.course]).open()

    def change_course(self) -> None:
        """The chosen course, corrected."""
        from app.ui.pages.training.dialogs import TrainingDialog

        fact = self.courses.current()
        if self._writes and fact is not None:
            self._open(TrainingDialog(self.ctx, self.window(), self._everybody(), fact=fact))

    def rota(self) -> None:
        """The shifts of a week."""
        from app.ui.pages.training.dialogs import RotaDialog

        if self._writes:
            self._open(RotaDialog(self.ctx, self.window(), self._people, self._day))

    def change_shift(self) -> None:
        """The chosen shift, corrected."""
        from app.ui.pages.training.dialogs import ShiftDialog

        fact = self.shifts.current()
        if self._writes and fact is not None:
            self._open(ShiftDialog(self.ctx, self.window(), fact, self._name(fact)))

    def provider(self) -> None:
        """The list for the training provider."""
        from app.ui.pages.training.dialogs import ProviderDialog

        ProviderDialog(self.ctx, self.window()).open_with_keyboard()

    def paper(self) -> None:
        """The day on paper."""
        from app.ui.pages.training.dialogs import MatrixDialog

        MatrixDialog(self.ctx, self.window(), self._day).open_with_keyboard()

    # ------------------------------------------------------------------------------------------------------- inside

    def _lay_out(self) -> None:
        column = page_column(self)
        if self._claims:
            column.addWidget(PremiumTabs("training", self._go))
        column.addWidget(
            level((title("Champions and training"), self.provider_button, self.paper_button, self.staff_button))
        )
        column.addWidget(level((self.record_button, self.rota_button)))
        self.record_button.setVisible(self._writes)
        self.rota_button.setVisible(self._writes)
        if self._claims:
            column.addWidget(heading("What is about to be lost"))
            column.addWidget(self.risks)
            column.addWidget(heading("Which training would win most"))
            column.addWidget(self.no_gap)
            column.addWidget(self.gaps)
        column.addWidget(heading("The accreditation's tests"))
        field = Field("On which day", self.day, key="day")
        field.setMaximumWidth(scaled(420))
        column.addWidget(field)
        column.addWidget(self.tests)
        column.addWidget(self.lift_gaps)
        column.addWidget(heading("Who is trained in what"))
        column.addWidget(self.nobody)
        column.addWidget(self.matrix)
        column.addWidget(heading("Champions"))
        column.addWidget(self.no_register)
        column.addWidget(self.register)
        column.addWidget(heading("Recorded courses"))
        column.addWidget(self.no_courses)
        column.addWidget(self.courses)
        self.course_buttons = level((self.renew_button, self.change_button, self.papers_button, self.wrong_button))
        column.addWidget(self.course_buttons)
        column.addWidget(heading("Shifts of the week"))
        column.addWidget(self.week_words)
        column.addWidget(self.no_shifts)
        column.addWidget(self.shifts)
        self.shift_buttons = level((self.shift_button, self.wrong_shift_button))
        column.addWidget(self.shift_buttons)
        column.addStretch(1)

    def _go(self, key: str) -> None:
        self.ctx.navigate.emit(key, None)

    def _open(self, dialog: FormDialog) -> None:
        show_dialog(dialog)

    def _day_typed(self) -> None:
        if not self._typing:
            return
        try:
            day = self.day.value()
        except UserError:
            return  # half typed; the box says what it reads
        if day is not None and day != self._day:
            self._day = day
            self._load()

    def _load(self) -> None:
        self._asked += 1
        number = self._asked

        def arrived(found: _Found) -> None:
            if number == self._asked:
                self._show(*found)

        self.ctx.call(partial(_read, self._day, self._claims), arrived, owner=self)

    def _show(self, found: TrainingBoard, forecast: Forecast | None, people: tuple[tuple[StaffId, str], ...]) -> None:
        self._names, self._people = found.names, dict(people)
        if forecast is not None:
            self._show_forecast(forecast)
        self._show_tests(found)
        gaps = tuple(each for each in found.lift.stretches if each.cover is not Cover.COVERED)
        _fill(self.lift_gaps, gaps)
        _fill(self.matrix, found.rows, self.nobody)
        _fill(self.register, found.register, self.no_register)
        _fill(self.courses, found.trainings, self.no_courses)
        _fill(self.shifts, found.duties, self.no_shifts)
        monday = week_start(found.day)
        self.week_words.setText(f"{day_date(monday)} to {day_date(monday + timedelta(days=6))}")
        self.course_buttons.setVisible(self._writes and bool(found.trainings))
        self.shift_buttons.setVisible(self._writes and bool(found.duties))

    def _show_forecast(self, forecast: Forecast) -> None:
        empty(self._risks)
        for risk in forecast.at_risk:
            _line(self._risks, "At risk", Tone.WARNING, at_risk_words(risk))
        if not forecast.at_risk:
            words = "In the next three months no champion cover ends that a claim rests on."
            _line(self._risks, "Nothing known", Tone.GOOD, words)
        _fill(self.gaps, forecast.gaps)
        week = day_date(forecast.week_start)
        self.no_gap.setText(
            f"Each row is one more champion, as the week of {week} would have been decided with the cover that will "
            "stand in three months."
            if forecast.gaps
            else "No new champion would win a claim: what keeps residents back is not champion cover."
        )

    def _show_tests(self, found: TrainingBoard) -> None:
        empty(self._tests)
        for each in found.shares:
            known = ("Met", Tone.GOOD) if each.met else ("Not met", Tone.DANGER)
            _line(self._tests, *known, share_words(each))
        lift = found.lift
        tag = ("Met", Tone.GOOD) if lift.met else ("Not shown", Tone.DANGER)
        if not lift.met and not lift.minutes(Cover.NOBODY_TRAINED):
            tag = ("Not recorded", Tone.CAUTION)
        monday = week_start(found.day)
        span = f"week of {day_date(monday)}"
        words = f"Somebody trained to lift on duty all 24 hours (criterion 3), {span}: {lift_words(lift)}"
        _line(self._tests, *tag, words)

    def _in_error(self, table: WholeTable[HomeFact]) -> None:
        from app.ui.pages.training.dialogs import InErrorDialog

        fact = table.current()
        if self._writes and fact is not None:
            self._open(InErrorDialog(self.ctx, self.window(), fact, self._name(fact)))

    def _name(self, fact: HomeFact) -> str:
        body = fact.body
        return self._names.get(body.staff_id, "Not known") if isinstance(body, Training | Duty) else ""

    def _everybody(self) -> dict[StaffId, str]:
        """Who is here, and who has left: a course of theirs can be corrected too."""
        return {**self._names, **self._people}

    def _register_columns(self) -> tuple[Column[RegisterRow], ...]:
        return (
            Column("Name", lambda row: row.name, sort=lambda row: row.name.casefold()),
            Column("Pathway", _pathway, sort=_pathway),
            Column("Certificate", certificate_words),
            Column("In post here", post_words),
            Column("Now", lambda row: register_state(row, self.ctx.now()),
                   tone=lambda row: Tone.GOOD if row.holds else Tone.NEUTRAL),
            Column("Also covered by", lambda row: ", ".join(row.others) or "Nobody else", stretch=True),
        )  # fmt: skip

    def _courses(self) -> tuple[Column[HomeFact], ...]:
        return (
            Column("Name", self._name, sort=self._name),
            Column("Course", _of(course_words), sort=_of(course_words)),
            Column("Passed on", _of(lambda t: short_date(t.passed_on)), sort=lambda f: _training(f).passed_on),
            Column("Ends on", _of(lambda t: short_date(t.expires_on) if t.expires_on else "No end")),
            Column("Provider, number", _of(_from_whom), stretch=True),
        )

    def _shifts(self) -> tuple[Column[HomeFact], ...]:
        return (
            Column("Name", self._name, sort=self._name),
            Column("Shift", lambda f: duty_words(f.body) if isinstance(f.body, Duty) else "", stretch=True),
        )


def _pathway(row: RegisterRow) -> str:
    from app.domain.needs import pathway_label

    return pathway_label(row.pathway)


def _training(fact: HomeFact) -> Training:
    if not isinstance(fact.body, Training):
        raise TypeError("not a course")
    return fact.body


def _of(words: Callable[[Training], str]) -> Callable[[HomeFact], str]:
    return lambda fact: words(_training(fact))


def _from_whom(training: Training) -> str:
    return ", ".join(part for part in (training.provider, training.certificate_no) if part) or "Not recorded"


_GAPS: tuple[Column[GapRow], ...] = (
    Column("Train a champion in", gap_course),
    Column("Wins", gap_wins, sort=lambda row: row.closing.pence_per_week),
    Column("When", gap_when),
    Column("Who, say", gap_who),
)
_STRETCHES: tuple[Column[Stretch], ...] = (
    Column("From", lambda each: date_time(each.since)),
    Column("Until", lambda each: date_time(each.until)),
    Column("Long", lambda each: hours_words(each.minutes)),
    Column(
        "What the rota says",
        lambda each: COVER_WORDS[each.cover],
        tone=lambda each: Tone.DANGER if each.cover is Cover.NOBODY_TRAINED else Tone.CAUTION,
        stretch=True,
    ),
)


def _matrix() -> tuple[Column[Row], ...]:
    from app.services.training import MATRIX

    courses = (
        Column(COURSE_LABELS[course], partial(_cell_words, at), tone=partial(_cell_tone, at))
        for at, course in enumerate(MATRIX)
    )
    return (
        Column("Name", lambda row: row.worker.details.name, sort=lambda row: row.worker.details.name.casefold()),
        *courses,
        Column("Champion of", lambda row: ", ".join(row.champion_of) or "–", stretch=True),
    )


def _cell_words(at: int, row: Row) -> str:
    return cell_words(row.cells[at])


def _cell_tone(at: int, row: Row) -> Tone:
    return _TONES[row.cells[at].standing]


def _part(name: str) -> tuple[QWidget, QVBoxLayout]:
    box = QWidget()
    box.setAccessibleName(name)
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(S)
    return box, column


def _line(column: QVBoxLayout, word: str, tone: Tone, words: str) -> None:
    row = QHBoxLayout()
    row.setSpacing(M)
    row.addWidget(Tag(word, tone), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(label(words), 1)
    box = QWidget()
    box.setLayout(row)
    row.setContentsMargins(0, 0, 0, 0)
    column.addWidget(box)


def _fill(table: WholeTable[Any], rows: tuple[Any, ...], nothing: QWidget | None = None) -> None:
    table.set_rows(rows)
    table.setVisible(bool(rows))
    if nothing is not None:
        nothing.setVisible(not rows)


def _read(day: date, claims: bool, session: Session) -> _Found:
    from app.services import staff, training

    people = tuple((member.id, member.details.name) for member in staff.list_staff(session))
    return training.board(session, day), training.forecast(session) if claims else None, people
