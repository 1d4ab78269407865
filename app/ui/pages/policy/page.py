"""The policy page: the rules in words, every version that ever held, and the commissioner's open questions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.dates import date_time, day_date, short_date
from app.domain.premium import policy_for
from app.ui.forms.form import show_dialog
from app.ui.pages.policy.dialogs import AnswerDialog, PolicyDialog, WithdrawDialog
from app.ui.pages.policy.forms import record_label
from app.ui.pages.premium.tabs import PremiumTabs
from app.ui.theme import L, M, S, Tone
from app.ui.widgets.buttons import secondary
from app.ui.widgets.layouts import empty, level
from app.ui.widgets.table import Column
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import card, heading, label, scrolled
from app.ui.widgets.wrapped_table import WrappedTable

if TYPE_CHECKING:
    from app.domain.premium import Policy
    from app.services.changes import Changes
    from app.services.policies import Answered, PolicyOverview, PolicyVersion
    from app.services.session import Session
    from app.ui.context import Context

_KINDS = frozenset({"policy", "commissioner_answer", "claim"})
_COLUMNS: tuple[Column[tuple[str, str]], ...] = (
    Column("Rule", lambda row: row[0]),
    Column("What it says", lambda row: row[1], stretch=True),
)


class PolicyPage(QWidget):
    """Everybody who sees claims may read it; the manager records a new policy or an answer."""

    title = "Policy"

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self._ctx = ctx
        self._newest: Policy | None = None
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        column.addWidget(PremiumTabs("policy", lambda key: ctx.navigate.emit(key, None)))
        self.new_button = secondary("New policy…", self._new)
        column.addWidget(level((label("Policy of the premium", "title", wrap=False), self.new_button)))
        self.state = label("")
        column.addWidget(self.state)
        self.table: WrappedTable[tuple[str, str]] = WrappedTable("The rules in force", _COLUMNS, key=lambda row: row[0])
        column.addWidget(self.table)
        column.addWidget(heading("Questions for the commissioner"))
        column.addWidget(
            label(
                "The programme's documents leave these open. Until there is an answer the rules above hold; an answer "
                "that changes one of them is recorded here, then as a new policy.",
                "secondary",
            )
        )
        self._questions = QVBoxLayout()
        self._questions.setSpacing(S)
        column.addLayout(self._questions)
        column.addWidget(heading("Every policy, the newest first"))
        self._versions = QVBoxLayout()
        self._versions.setSpacing(S)
        column.addLayout(self._versions)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(body))

    def opened(self, _arg: Any) -> None:
        """Show what holds."""
        self._load()

    def refresh(self, changes: Changes) -> None:
        """A policy or an answer was recorded."""
        if _KINDS & changes.kinds:
            self._load()

    def can_leave(self) -> bool:
        """Nothing is typed here that could be lost."""
        return True

    def _load(self) -> None:
        self._ctx.call(_read, self._show, owner=self)

    def _show(self, found: PolicyOverview) -> None:
        from app.services.access import Action

        may = self._ctx.allowed(Action.MANAGE_HOME)
        self.new_button.setVisible(may)
        self._newest = found.versions[0].policy
        held = next((each for each in found.versions if each.policy.version == found.in_force), None)
        self.state.setText(
            f"In force this week: policy {held.policy.version}, for weeks from {day_date(held.policy.starts)}"
            if held
            else "No policy is in force this week: nothing can be claimed for it"
        )
        shown = held or found.versions[0]
        records = tuple(
            (f"Records that show {need.value}", ", ".join(record_label(code) for code in codes))
            for need, codes in shown.policy.evidence_records.items()
        )
        self.table.set_rows((*shown.lines, *records))
        self.table.setMinimumHeight(self.table.verticalHeader().length() + self.table.horizontalHeader().height() + 8)
        empty(self._questions)
        for asked in found.questions:
            self._questions.addWidget(self._question(asked, may=may))
        empty(self._versions)
        every = tuple(version.policy for version in found.versions)
        for version in found.versions:
            self._versions.addWidget(self._version(version, every, may=may))

    def _question(self, asked: Answered, *, may: bool) -> QWidget:
        frame, column = card(spacing=S)
        newest = asked.newest
        tag = Tag("Answered", Tone.GOOD) if newest else Tag("Open", Tone.WARNING)
        parts: list[QWidget] = [tag]
        if may:
            act = secondary("Record the answer…", partial(self._answer, asked))
            act.setAccessibleName(f"Record the answer: {asked.question.question}")
            parts.append(act)
        column.addWidget(label(asked.question.question, "strong"))
        column.addWidget(label(f"Assumed until answered: {asked.question.assumed}", "secondary"))
        for fact in asked.answers:
            said = fact.body
            who = getattr(said, "answered_by", "")
            on = getattr(said, "answered_on", None)
            head = f"{who}, {short_date(on)}" if on else who
            column.addWidget(label(f"{head}: {getattr(said, 'answer', '')}", copyable=True))
        column.addWidget(level(parts))
        return frame

    def _version(self, version: PolicyVersion, every: tuple[Policy, ...], *, may: bool) -> QWidget:
        frame, column = card(spacing=S)
        policy = version.policy
        ends = f" to {day_date(policy.ends)}" if policy.ends else ""
        superseded = policy_for(policy.starts, every) != policy
        parts: list[QWidget] = [label(f"Policy {policy.version}", "strong", wrap=False)]
        if superseded:
            parts.append(Tag("Replaced before it began", Tone.NEUTRAL))
        if may and version.fact_id is not None:
            act = secondary("Entered in error…", partial(self._withdraw, version))
            act.setAccessibleName(f"Entered in error: policy {policy.version}")
            parts.append(act)
        column.addWidget(level(parts))
        claims = "No claim was" if not version.claims else f"{version.claims} claims were"
        claims = "1 claim was" if version.claims == 1 else claims
        column.addWidget(label(f"For weeks from {day_date(policy.starts)}{ends}. {claims} decided under it."))
        if version.recorded_at is not None:
            column.addWidget(label(f"Recorded by {version.recorded_by}, {date_time(version.recorded_at)}", "secondary"))
        column.addWidget(label(version.reason, copyable=True))
        for words, was, now in version.changed:
            column.addWidget(label(f"{words}: {now} (before: {was})"))
        return frame

    def _new(self) -> None:
        if self._newest is not None:
            show_dialog(PolicyDialog(self._ctx, self, self._newest))

    def _answer(self, asked: Answered) -> None:
        show_dialog(AnswerDialog(self._ctx, self, asked.question))

    def _withdraw(self, version: PolicyVersion) -> None:
        if version.fact_id is not None:
            show_dialog(WithdrawDialog(self._ctx, self, version.policy.version, version.fact_id))


def _read(session: Session) -> PolicyOverview:
    from app.services import policies

    return policies.overview(session)
