"""The manager's Monday: who can be claimed for, how much it is, who is not and why, and what the CCG has answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHeaderView, QScrollArea, QVBoxLayout, QWidget

from app.domain.dates import week_start
from app.domain.money import pounds
from app.domain.premium import AtRisk
from app.ui.forms.view import area_of, scroll_to
from app.ui.messages import in_words
from app.ui.pages.premium.detail import Detail
from app.ui.pages.premium.figures import Figures
from app.ui.pages.premium.load import PremiumData, load_week
from app.ui.pages.premium.tabs import PremiumTabs
from app.ui.pages.premium.week_bar import WeekBar
from app.ui.pages.premium.words import (
    NONE,
    TONES,
    amount_pence,
    amount_words,
    answered,
    areas_lines,
    at_risk,
    claimable,
    count,
    late,
    risk_words,
    standing,
    state_words,
    week_words,
    why_nobody,
    within_reach,
)
from app.ui.theme import M, S, Tone, scaled
from app.ui.widgets.buttons import link, primary, secondary
from app.ui.widgets.filters import Filters
from app.ui.widgets.layouts import empty, keep_tab_order, level, tab_stops
from app.ui.widgets.table import Column
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import card, heading, label, page_column, title
from app.ui.widgets.wrapped_table import WrappedTable

if TYPE_CHECKING:
    from app.services.changes import Changes
    from app.services.premium import ClaimRow, ClaimWeek
    from app.ui.context import Context

_LEAST_REASON = 200
"""Least width of the column of reasons, at 100 % text, beside names on one line."""
_KINDS = frozenset({"resident", "fact", "assessment", "claim", "outbox", "staff", "setting", "home_fact"})
_FILTERS: tuple[tuple[str, str, Callable[[ClaimRow], bool]], ...] = (
    ("all", "All", lambda _row: True),
    ("open", "Can be claimed", lambda row: claimable(row) or late(row)),
    ("not", "Not eligible", lambda row: row.claim is None and not row.decision.eligible and not late(row)),
    ("risk", "At risk", at_risk),
    ("near", "Stopped by evidence or cover only", within_reach),
    ("answered", "Answered", answered),
)


class WeekTable(WrappedTable["ClaimRow"]):
    """The residents of the week. Names stand on one line, and the chosen row is in sight while the keyboard is here."""

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Bring the chosen row into sight."""
        super().focusInEvent(event)
        self.show_current()

    def show_current(self) -> None:
        """Scroll to the chosen row: with large text the table is higher than what is left of the page."""
        area = area_of(self)
        inside = area.widget() if area is not None else None
        if area is None or inside is None:
            return
        scroll_to(self)
        if self.currentIndex().isValid():
            row = self.visualRect(self.currentIndex())
            spot = self.viewport().mapTo(inside, row.bottomLeft())
            area.ensureVisible(area.horizontalScrollBar().value(), spot.y(), 0, 0)
            area.ensureVisible(area.horizontalScrollBar().value(), spot.y() - row.height(), 0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Whether names may stand on one line depends on the room."""
        self._fit_columns()
        super().resizeEvent(event)

    def _fit_columns(self) -> None:
        self.setWordWrap(False)  # with it Qt makes a column only as wide as the text of its first row
        super()._fit_columns()
        self.setWordWrap(True)
        if self._room() < scaled(_LEAST_REASON):
            super()._fit_columns()  # rather a name on two lines than a reason on ten
        if self._room() < scaled(_LEAST_REASON):
            last = len(self.records.columns) - 1
            self.horizontalHeader().setSectionResizeMode(last, QHeaderView.ResizeMode.Interactive)
            self.setColumnWidth(last, scaled(_LEAST_REASON))

    def _room(self) -> int:
        """What the other columns leave for the reasons."""
        taken = sum(self.columnWidth(at) for at, column in enumerate(self.records.columns) if not column.stretch)
        return self.viewport().width() - taken


class PremiumPage(QWidget):
    """One claim week. ``opened`` may be given any date: the week that it is in is shown."""

    title = "Premium"

    def __init__(self, ctx: Context) -> None:
        from app.services.access import Action

        super().__init__()
        self.ctx = ctx
        self._monday: date | None = None
        self._seen_on = ctx.today()
        self._asked = 0
        self._data: PremiumData | None = None
        self._only: AtRisk | None = None
        self.week_bar = WeekBar(ctx.today)
        self.week_bar.chosen.connect(self.show_week)
        self.week_title = label("", "heading", wrap=False)
        self.trouble = label("", "error")
        self.trouble.hide()
        self.figures = Figures()
        self.submit_button = primary("Sign and submit…", self.submit)
        self.submit_words = label("")
        self.evidence_button = secondary("Evidence for an audit…", self.evidence)
        self.evidence_words = label("", "secondary")
        self.print_button = secondary("Print the week…", self.print_out)
        self.risks = QFrame()
        self.filters: Filters[ClaimRow] = Filters("Which residents are shown", _FILTERS)
        self.filters.picked.connect(self._all_in_group)
        self.shown = label("", "secondary")
        self.everybody_button = link("Show all residents again", self._everybody)
        self.table = WeekTable("Residents in the claim week", _COLUMNS, key=_resident)
        self.table.chosen.connect(self._choose)
        self.table.chosen.connect(lambda _row: self.table.show_current() if self.table.hasFocus() else None)
        self.table.opened.connect(lambda _row: self._go_to_detail())
        self.nobody = label("", "strong")
        self.detail = Detail(ctx, may_assess=ctx.allowed(Action.RECORD_ASSESSMENT))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._lay_out()
        self._clear()

    # ------------------------------------------------------------------------------------------------------- a page

    def opened(self, arg: Any) -> None:
        """Show the week of ``arg`` (a date), else the week that was on the screen, else the last that has ended."""
        if isinstance(arg, date):
            self.show_week(week_start(arg))
        elif self._monday is None or self._seen_on != self.ctx.today():
            self.show_week(week_start(self.ctx.today()) - timedelta(days=7))
        else:
            self._load()
        self.setFocus(Qt.FocusReason.OtherFocusReason)  # at the top, so that what Down moves in is never out of sight

    def refresh(self, changes: Changes) -> None:
        """Read the week again when something that bears on it was saved; the chosen resident stays chosen."""
        if changes.kinds & _KINDS:
            self._load()

    def can_leave(self) -> bool:
        """Nothing is typed here that could be lost."""
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """What the button would do stands beside it, or below where there is no room."""
        super().resizeEvent(event)
        wide = self.width() >= scaled(900)
        self._submit.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)

    # ------------------------------------------------------------------------------------------------ what it does

    def show_week(self, monday: date) -> None:
        """Clear, then show another week."""
        if monday != self._monday:
            self._clear()
        self._monday = monday
        self._seen_on = self.ctx.today()
        self.week_title.setText(week_words(monday))
        self.week_bar.show_week(monday)
        self._load()

    def submit(self) -> None:
        """Show what would be signed."""
        from app.ui.pages.premium.submit import open_submit

        if self._monday is not None:
            open_submit(self.ctx, self, self._monday)

    def evidence(self) -> None:
        """Ask for the weeks of the evidence."""
        from app.ui.pages.premium.evidence import open_evidence

        if self._monday is not None:
            open_evidence(self.ctx, self, self._monday)

    def print_out(self) -> None:
        """Ask where the week on paper is to be saved: the residents that are shown."""
        from app.ui.pages.premium.paper import WeekPaperDialog

        if self._monday is not None and self._data is not None:
            standings = {row.resident_id: standing(row).value for row in self.table.rows}
            everybody = len(standings) == len(self._data.week.rows)
            some = f"{count(len(standings), 'resident')} of them below, as chosen on the screen"
            shown = "Every resident stands below" if everybody else some
            WeekPaperDialog(self.ctx, self, self._monday, standings, shown).open()

    # ------------------------------------------------------------------------------------------------------- inside

    def _lay_out(self) -> None:
        column = page_column(self)
        self.tabs = PremiumTabs("premium", partial(_go, self.ctx))
        column.addWidget(self.tabs)
        column.addWidget(level((title("Complex Care Premium"), self.week_title)))
        column.addWidget(self.week_bar)
        column.addWidget(self.trouble)
        column.addWidget(self.figures)
        self._submit = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._submit.setSpacing(M)
        level_left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        self._submit.addWidget(self.submit_button, 0, level_left)
        self._submit.addWidget(self.submit_words, 1)
        self._submit.addWidget(self.print_button, 0, level_left)
        self._submit.addWidget(self.evidence_button, 0, level_left)
        column.addLayout(self._submit)
        column.addWidget(self.evidence_words)
        risks = QVBoxLayout(self.risks)
        risks.setContentsMargins(0, 0, 0, 0)
        frame, self._risks = card(spacing=S)
        risks.addWidget(frame)
        column.addWidget(self.risks)
        column.addWidget(heading("Residents"))
        column.addWidget(self.filters)
        column.addWidget(self.shown)
        column.addWidget(self.everybody_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.table.setMinimumHeight(scaled(300))
        column.addWidget(self.table, 1)
        column.addWidget(self.nobody)
        column.addWidget(self.detail)

    def _clear(self) -> None:
        self._data = None
        self._only = None
        self.figures.clear()
        self.submit_button.setText("Sign and submit…")
        self.submit_button.setEnabled(False)
        self.print_button.setEnabled(False)
        self.submit_words.setText("Reading the week…")
        self.evidence_words.hide()
        self.risks.hide()
        self.table.set_rows(())
        self.nobody.hide()
        self.shown.hide()
        self.everybody_button.hide()
        self.detail.show_row(None)

    def _load(self) -> None:
        if self._monday is None:
            return
        self._asked += 1
        number, monday = self._asked, self._monday

        def arrived(data: PremiumData) -> None:
            if number == self._asked:
                self._show(data)

        def failed(exc: BaseException) -> None:
            if number == self._asked:
                self._fail(exc)

        self.ctx.call(lambda session: load_week(session, monday), arrived, failed, owner=self)

    def _fail(self, exc: BaseException) -> None:
        self._clear()
        message = in_words(exc)
        self.trouble.setText(f"{message.text} {message.detail}".strip())
        self.trouble.show()
        self.submit_words.setText("")
        self.evidence_button.setEnabled(False)

    def _show(self, data: PremiumData) -> None:
        self._data = data
        week = data.week
        self.trouble.hide()
        self.figures.show_week(week, self.ctx.today())
        self._show_submit(data)
        self.print_button.setEnabled(True)
        self.evidence_button.setEnabled(not data.not_export)
        self.evidence_words.setText(data.not_export)
        self.evidence_words.setVisible(bool(data.not_export))
        if self._only is not None and self._only not in week.at_risk:
            self._only = None
        self._show_risks(week.at_risk)
        self._show_rows(week)

    def _show_submit(self, data: PremiumData) -> None:
        text, words = _submit_words(data.week)
        self.submit_button.setText(text or "Sign and submit…")
        self.submit_button.setEnabled(bool(text) and not data.not_sign)
        self.submit_words.setText(data.not_sign or words)
        self.submit_button.setAccessibleDescription(self.submit_words.text())

    def _show_risks(self, risks: Sequence[AtRisk]) -> None:
        empty(self._risks)
        self.risks.show()
        self._risks.addWidget(heading("Pounds at risk"))
        if not risks:
            self._risks.addWidget(
                label("No end of champion cover in the next 3 months would cost a premium.", "secondary")
            )
        for risk in risks:
            words = risk_words(risk)
            see = link(f"Show {'the resident' if risk.residents == 1 else f'the {risk.residents} residents'}",
                       partial(self._show_at_risk, risk))  # fmt: skip
            see.setAccessibleName(f"{see.text()}: {words}")
            staff = link("Open staff", partial(self.ctx.navigate.emit, "staff", None))
            staff.setAccessibleName(f"Open staff: {words}")
            self._risks.addWidget(label(words, "strong"))
            self._risks.addWidget(level((Tag("At risk", Tone.WARNING), see, staff)))

    def _show_at_risk(self, risk: AtRisk) -> None:
        self._only = risk
        self.filters.choose("all")
        if self._data is not None:
            self._show_rows(self._data.week)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _everybody(self) -> None:
        self.filters.choose("all")
        self._all_in_group()

    def _all_in_group(self) -> None:
        """Everybody of the chosen group, at risk or not."""
        self._only = None
        if self._data is not None:
            self._show_rows(self._data.week)

    def _show_rows(self, week: ClaimWeek) -> None:
        only = None if self._only is None else frozenset(self._only.resident_ids)
        rows = [row for row in self.filters.of(week.rows) if only is None or row.resident_id in only]
        if not rows and self.table.hasFocus():
            self.setFocus(Qt.FocusReason.OtherFocusReason)  # else the keyboard would go on to the window's own buttons
        self.table.set_rows(rows)
        self.table.setVisible(bool(rows))
        self.nobody.setVisible(not rows)
        self.nobody.setText("Nobody lived here in this week." if not week.rows else "Nobody is in this group.")
        self.everybody_button.setVisible(self._only is not None)
        self.shown.setVisible(self._only is not None)
        if self._only is not None:
            self.shown.setText(f"Showing {count(len(rows), 'resident')} at risk: {risk_words(self._only)}")
        self._choose(self.table.current())

    def _choose(self, row: ClaimRow | None) -> None:
        self.detail.show_row(row, self._data.week.rules if self._data is not None else None)
        # What is drawn later would otherwise come last when Tab is pressed.
        parts = (
            self.tabs,
            self.week_bar,
            self.submit_button,
            self.print_button,
            self.evidence_button,
            self.risks,
            self.filters,
        )
        keep_tab_order(tab_stops(*parts, self.everybody_button, self.table, self.detail))

    def _go_to_detail(self) -> None:
        first = self.detail.first_control()
        if first is None:
            return
        first.setFocus(Qt.FocusReason.OtherFocusReason)
        area = self.findChild(QScrollArea)
        if area is not None:
            area.ensureWidgetVisible(self.detail, 0, min(self.detail.height(), area.height()) // 2)


def _go(ctx: Context, key: str) -> None:
    ctx.navigate.emit(key, None)


def _submit_words(week: ClaimWeek) -> tuple[str, str]:
    """The button's words (empty when there is nothing to sign now) and the sentence beside it."""
    open_rows = [row for row in week.rows if claimable(row)]
    late_rows = [row for row in week.rows if late(row)]
    if open_rows and not week.why_not:
        total = pounds(sum(row.decision.amount_pence for row in open_rows))
        words = f"Sign and submit {count(len(open_rows), 'claim')}…"
        again = any(row.claim is not None for row in open_rows)
        note = " Claims that were refused are among them: mend them first." if again else ""
        return words, f"{total}. You see everything before you sign, and can leave residents out.{note}"
    if late_rows and not open_rows:
        total = pounds(sum(amount_pence(row) or 0 for row in late_rows))
        words = f"Sign and submit {count(len(late_rows), 'late claim')}…"
        return words, f"{total}. The claim window has closed: give a reason, and a person at the CCG decides."
    return "", why_nobody(week)


def _resident(row: ClaimRow) -> object:
    return row.resident_id


def _room_words(row: ClaimRow) -> str:
    return row.room or NONE


def _room(room: str) -> tuple[int, str]:
    return (int(room), "") if room.isdigit() else (10_000, room)


def _spoken(words: Callable[[ClaimRow], str]) -> Callable[[ClaimRow], str]:
    """A dash is read as "none"."""
    return lambda row: words(row).replace(NONE, "none")


def _spoken_areas(row: ClaimRow) -> str:
    return areas_lines(row).replace(NONE, "none").replace("\n", ", ")


_COLUMNS: tuple[Column[Any], ...] = (
    Column("Resident", lambda row: row.resident_name, sort=lambda row: row.resident_name.casefold()),
    Column("Room", _room_words, spoken=_spoken(_room_words), sort=lambda row: _room(row.room)),
    Column("Standing", standing, tone=lambda row: TONES[standing(row)], sort=standing),
    Column("Nights", lambda row: str(row.decision.nights), sort=lambda row: row.decision.nights, right=True),
    Column("Areas relied upon, champion", areas_lines, spoken=_spoken_areas),
    Column("Amount", amount_words, spoken=_spoken(amount_words), sort=lambda row: amount_pence(row) or 0, right=True),
    Column("Why not, or where the claim is", state_words, sort=state_words, stretch=True),
)
