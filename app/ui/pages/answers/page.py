"""Answers and corrections: what a later correction asks for first, then what is overdue, disagreed and answered."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.domain.dates import short_date
from app.domain.money import pounds
from app.ui.forms.form import show_dialog
from app.ui.pages.answers.dialogs import ExportDialog, OverdueDialog, SettleDialog, open_signing
from app.ui.pages.answers.load import AnswersData, load_answers
from app.ui.pages.answers.words import ANSWER_TONES, TONES, answer_words, days_words, money_words, task_title
from app.ui.pages.premium.tabs import PremiumTabs
from app.ui.theme import M, S, Tone, scaled
from app.ui.widgets.buttons import link, primary, secondary
from app.ui.widgets.filters import Filters
from app.ui.widgets.layouts import empty, level
from app.ui.widgets.table import Column
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import card, heading, label, page_column, title
from app.ui.widgets.wrapped_table import WrappedTable

if TYPE_CHECKING:
    from app.domain.premium.disagreement import Disagreement
    from app.services.answers import AnswerRow
    from app.services.changes import Changes
    from app.services.corrections import ClaimTask
    from app.ui.context import Context

_KINDS = frozenset({"resident", "fact", "assessment", "claim", "outbox", "staff", "setting", "home_fact"})
_FILTERS = (
    ("all", "All", lambda _row: True),
    ("open", "No decision yet", lambda row: row.answered.value in {"Waiting", "Overdue", "With a person", "Not sent"}),
    ("refused", "Refused or in part", lambda row: row.answered.value in {"Refused", "Accepted in part"}),
    ("back", "Reversals", lambda row: bool(row.reversal_of)),
)
_COLUMNS: tuple[Column[AnswerRow], ...] = (
    Column("Week from", lambda row: short_date(row.week_start), sort=lambda row: row.week_start),
    Column("Resident", lambda row: row.resident_name, sort=lambda row: row.resident_name),
    Column("Version", lambda row: str(row.version), right=True),
    Column("Claimed", lambda row: pounds(row.claimed_pence), sort=lambda row: row.claimed_pence, right=True),
    Column("Answer", lambda row: row.answered.value, tone=lambda row: ANSWER_TONES[row.answered.value],
           sort=lambda row: row.answered.value),
    Column("Decision in words", answer_words, stretch=True),
)  # fmt: skip


class AnswersPage(QWidget):
    """Everybody who sees claims may read it; the manager signs, settles and exports."""

    title = "Answers and corrections"

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self._ctx = ctx
        self._data: AnswersData | None = None
        self._asked = 0
        self.setAccessibleName(self.title)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.state = label("Reading the answers…", "strong")
        self.sign_button = primary("Take back or claim again…", self._sign)
        self.sign_words = label("", "secondary")
        self.days_button = link("Choose when an answer is overdue…", self._days)
        self.export_button = secondary("Take the disagreements out…", self._export)
        self.settled_button = link("", self._toggle_settled)
        self._settled_shown = False
        self.filters: Filters[AnswerRow] = Filters("Which answers are shown", _FILTERS)
        self.filters.picked.connect(self._show_rows)
        self.table: WrappedTable[AnswerRow] = WrappedTable(
            "Claims and their answers", _COLUMNS, key=lambda row: row.identifier
        )
        self.table.opened.connect(lambda row: ctx.navigate.emit("premium", row.week_start))
        self.none = label("No claim was made yet.", "secondary")
        self._lay_out()

    # ------------------------------------------------------------------------------------------------------- a page

    def opened(self, _arg: Any) -> None:
        """Show what stands."""
        self._load()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh(self, changes: Changes) -> None:
        """Something that bears on a claim was saved, or an answer came."""
        if changes.kinds & _KINDS:
            self._load()

    def can_leave(self) -> bool:
        """Nothing is typed here that could be lost."""
        return True

    # ------------------------------------------------------------------------------------------------------- inside

    def _lay_out(self) -> None:
        column = page_column(self)
        column.addWidget(PremiumTabs("answers", partial(_go, self._ctx)))
        column.addWidget(title(self.title))
        column.addWidget(self.state)
        column.addWidget(heading("Corrections that touch claimed weeks"))
        column.addWidget(level((self.sign_button,)))
        column.addWidget(self.sign_words)
        self._tasks = _part(column)
        column.addWidget(self.settled_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(heading("Overdue answers"))
        self._overdue = _part(column)
        column.addWidget(self.days_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(heading("Disagreements with the CCG"))
        self._disagreements = _part(column)
        column.addWidget(level((self.export_button,)))
        column.addWidget(heading("Every claim and its answer"))
        column.addWidget(self.filters)
        self.table.setMinimumHeight(scaled(260))
        column.addWidget(self.table, 1)
        column.addWidget(self.none)
        column.addStretch(1)

    def _load(self) -> None:
        self._asked += 1
        number = self._asked

        def arrived(data: AnswersData) -> None:
            if number == self._asked:
                self._show(data)

        self._ctx.call(load_answers, arrived, owner=self)

    def _show(self, data: AnswersData) -> None:
        self._data = data
        tasks = [task for task in data.tasks if not task.settled]
        overdue = data.answers.overdue
        self.state.setText(
            f"{_count(len(tasks), 'week')} touched by a correction, {_count(len(overdue), 'overdue answer').lower()}, "
            f"{_count(len(data.answers.disagreements), 'disagreement').lower()}"
        )
        self._show_tasks(data, tasks)
        empty(self._overdue)
        if not overdue:
            self._overdue.addWidget(
                label(f"No claim has waited {data.answers.overdue_days} days or more for its decision.", "secondary")
            )
        for row in overdue:
            self._overdue.addWidget(self._late(row))
        self.days_button.setVisible(not data.not_choose)
        empty(self._disagreements)
        if not data.answers.disagreements:
            self._disagreements.addWidget(
                label("No claim was refused for a reason that the rules do not give.", "secondary")
            )
        for found in data.answers.disagreements:
            self._disagreements.addWidget(self._disagreement(found))
        self.export_button.setVisible(bool(data.answers.disagreements))
        self.export_button.setEnabled(not data.not_export)
        self.export_button.setAccessibleDescription(data.not_export)
        self._show_rows()

    def _show_tasks(self, data: AnswersData, tasks: list[ClaimTask]) -> None:
        from app.services.corrections import Remedy

        empty(self._tasks)
        signable = [task for task in tasks if task.remedy is not Remedy.WEEK_SCREEN]
        self.sign_button.setVisible(bool(signable))
        self.sign_button.setEnabled(not data.not_sign)
        pence = sum(task.difference_pence for task in signable)
        self.sign_words.setText(
            data.not_sign or f"{_count(len(signable), 'week')}, {pounds(pence)} in all. Nothing is sent before you sign"
        )
        self.sign_words.setVisible(bool(signable))
        self.sign_button.setAccessibleDescription(self.sign_words.text())
        if not tasks:
            self._tasks.addWidget(
                label("No claimed week waits for you: nothing recorded since touches one.", "secondary")
            )
        for task in tasks:
            self._tasks.addWidget(self._task(task, may_settle=not data.not_settle))
        settled = [task for task in data.tasks if task.settled]
        many = _count(len(settled), "week")
        self.settled_button.setVisible(bool(settled))
        self.settled_button.setText(f"{'Hide' if self._settled_shown else 'Show'} {many} settled without money")
        for task in settled if self._settled_shown else ():
            self._tasks.addWidget(self._task(task, may_settle=False))

    def _task(self, task: ClaimTask, *, may_settle: bool) -> QWidget:
        frame, column = card(spacing=S)
        tag = Tag("Settled", Tone.NEUTRAL) if task.settled else Tag(task.verdict.value, TONES[task.verdict])
        column.addWidget(heading(task_title(task)))
        column.addWidget(level((tag,)))
        column.addWidget(label(f"{task.words}.", "strong"))
        for change in task.changes:
            recorded = f" ({change.recorded})" if change.recorded else ""
            column.addWidget(label(f"{change.part}. When it was signed: {change.then}. Now: {change.now}{recorded}."))
        column.addWidget(label(f"{task.claim_words}. {money_words(task)}: {task.remedy.value.lower()}.", "secondary"))
        if task.settled:
            column.addWidget(label(f"Settled: {task.settled}", copyable=True))
        buttons = [
            self._named(link("Open the record", partial(_open, self._ctx, "resident", task.resident_id)), task),
            self._named(link("Open the week", partial(_open, self._ctx, "premium", task.week_start)), task),
        ]
        if may_settle:
            buttons.append(self._named(link("No money follows…", partial(self._settle, task)), task))
        column.addWidget(level(buttons))
        return frame

    def _named(self, button: QPushButton, task: ClaimTask) -> QWidget:
        button.setAccessibleName(f"{button.text()}, {task_title(task)}")
        return button

    def _late(self, row: AnswerRow) -> QWidget:
        frame, column = card(spacing=S)
        who = f"{row.resident_name}, week from {short_date(row.week_start)}"
        column.addWidget(heading(who))
        column.addWidget(level((Tag("Overdue", Tone.WARNING),)))
        column.addWidget(label(f"{row.words}. {days_words(row)}. Claimed {pounds(row.claimed_pence)}.", "strong"))
        column.addWidget(label(f"Claim {row.identifier}", "secondary", copyable=True))
        column.addWidget(label("Ask the CCG for the decision, and name the claim."))
        return frame

    def _disagreement(self, found: Disagreement) -> QWidget:
        frame, column = card(spacing=S)
        who = f"{found.resident}, week from {short_date(found.week_start)}"
        column.addWidget(heading(who))
        column.addWidget(level((Tag("Disagreement", Tone.WARNING),)))
        column.addWidget(
            label(f"Claimed {pounds(found.claimed_pence)}, the CCG pays {pounds(found.decided_pence)}.", "strong")
        )
        if found.disposition:
            column.addWidget(label(f"The CCG writes: {found.disposition}"))
        for view in found.views:
            column.addWidget(label(f"The CCG: {view.theirs}.", "strong"))
            column.addWidget(label(f"Our rules: {view.ours}."))
        column.addWidget(label(f"{found.ours}. Claim {found.identifier}", "secondary", copyable=True))
        week = link("Open the week to mend and claim again", partial(_open, self._ctx, "premium", found.week_start))
        week.setAccessibleName(f"{week.text()}, {who}")
        column.addWidget(level((week,)))
        return frame

    def _show_rows(self) -> None:
        if self._data is None:
            return
        rows = self.filters.of(self._data.answers.rows)
        self.table.set_rows(rows)
        self.table.setVisible(bool(rows))
        self.none.setVisible(not rows)
        self.none.setText("No claim is in this group." if self._data.answers.rows else "No claim was made yet.")

    # --------------------------------------------------------------------------------------------------- what it does

    def _sign(self) -> None:
        open_signing(self._ctx, self)

    def _settle(self, task: ClaimTask) -> None:
        show_dialog(SettleDialog(self._ctx, self, task))

    def _days(self) -> None:
        if self._data is not None:
            show_dialog(OverdueDialog(self._ctx, self, self._data.answers.overdue_days))

    def _export(self) -> None:
        if self._data is not None:
            show_dialog(ExportDialog(self._ctx, self, len(self._data.answers.disagreements)))

    def _toggle_settled(self) -> None:
        self._settled_shown = not self._settled_shown
        if self._data is not None:
            self._show_tasks(self._data, [task for task in self._data.tasks if not task.settled])


def _go(ctx: Context, key: str) -> None:
    ctx.navigate.emit(key, None)


def _open(ctx: Context, page: str, arg: object) -> None:
    ctx.navigate.emit(page, arg)


def _part(column: QVBoxLayout) -> QVBoxLayout:
    inside = QVBoxLayout()
    inside.setSpacing(M)
    column.addLayout(inside)
    return inside


def _count(number: int, noun: str) -> str:
    return f"{number or 'No'} {noun}{'' if number == 1 else 's'}"
