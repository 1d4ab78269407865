"""The accreditation page: does it hold, what proves each criterion, and was the bed there within 24 hours."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.accreditation import Accredited, Kept, Proof, State
from app.domain.dates import date_time, day_date, short_date
from app.domain.home_facts import Attachment, CriterionEvidence, HomeFact
from app.ui.dialogs.home_fact_error import HomeFactErrorDialog
from app.ui.dialogs.papers import PaperDialog, take_out
from app.ui.forms.form import show_dialog
from app.ui.pages.accreditation.dialogs import DECISIONS, ProofDialog, RequestDialog
from app.ui.pages.premium.tabs import PremiumTabs
from app.ui.theme import L, M, S, Tone
from app.ui.widgets.buttons import link, secondary
from app.ui.widgets.layouts import empty, level
from app.ui.widgets.table import Column
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import card, heading, label, scrolled
from app.ui.widgets.wrapped_table import WrappedTable

if TYPE_CHECKING:
    from app.services.accreditation import AccreditationOverview, CriterionState, Figure, Request
    from app.services.changes import Changes
    from app.services.session import Session
    from app.ui.context import Context

_KINDS = frozenset({"home_fact", "setting", "staff", "assessment", "resident"})
_PROOF = {
    Proof.SHOWN: ("Shown", Tone.GOOD),
    Proof.RUN_OUT: ("Run out", Tone.DANGER),
    Proof.NONE: ("Nothing recorded", Tone.WARNING),
}
_KEPT = {
    Kept.KEPT: ("Within 24 hours", Tone.GOOD),
    Kept.BROKEN: ("Not within 24 hours", Tone.DANGER),
    Kept.NO_BED: ("No bed was free", Tone.NEUTRAL),
    Kept.OPEN: ("Still open", Tone.WARNING),
    Kept.WITHDRAWN: ("Withdrawn", Tone.NEUTRAL),
}


class AccreditationPage(QWidget):
    """Everybody who sees claims may read it; nurses and carers take down requests, the manager records the proof."""

    title = "Accreditation"

    def __init__(self, ctx: Context) -> None:
        from app.services.access import Action

        super().__init__()
        self._ctx = ctx
        self._manages = ctx.allowed(Action.MANAGE_HOME)
        self._chosen: Request | None = None
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        column.addWidget(PremiumTabs("accreditation", lambda key: ctx.navigate.emit(key, None)))
        column.addWidget(label("Accreditation", "title", wrap=False))
        self.state = label("", "strong")
        self.settings_button = link("Change the dates in Settings", lambda: ctx.navigate.emit("settings", None))
        if not self._manages:
            self.settings_button.hide()  # shown before it has a parent it would flash as a window of its own
        column.addWidget(self.state)
        column.addWidget(level((self.settings_button,)))
        column.addWidget(heading("Requests for a bed"))
        self.guarantee = label("")
        column.addWidget(self.guarantee)
        self.request_button = secondary("Take down a request…", self._request)
        self.answer_button = secondary("Answer or change the chosen request…", self._answer)
        self.wrong_button = secondary("Entered in error…", self._request_in_error)
        may_follow = ctx.allowed(Action.FOLLOW_TRANSFER)
        for button in () if may_follow else (self.request_button, self.answer_button, self.wrong_button):
            button.hide()
        column.addWidget(level((self.request_button, self.answer_button, self.wrong_button)))
        self.table: WrappedTable[Request] = WrappedTable("Requests for a bed", _COLUMNS, key=lambda r: r.fact.id)
        self.table.chosen.connect(self._choose)
        column.addWidget(self.table)
        column.addWidget(heading("The six criteria"))
        column.addWidget(
            label(
                "These are the criteria of an earlier scheme in the county. Whether East and North Hertfordshire uses "
                "the same is one of the questions on the Policy page.",
                "secondary",
            )
        )
        self._criteria = QVBoxLayout()
        self._criteria.setSpacing(S)
        column.addLayout(self._criteria)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(body))
        self._choose(None)

    def opened(self, _arg: Any) -> None:
        """Show how it stands."""
        self._load()

    def refresh(self, changes: Changes) -> None:
        """Proof, a paper, a request, a course or an assessment was recorded."""
        if _KINDS & changes.kinds:
            self._load()

    def can_leave(self) -> bool:
        """Nothing is typed here that could be lost."""
        return True

    def _load(self) -> None:
        self._ctx.call(_read, self._show, owner=self)

    def _show(self, found: AccreditationOverview) -> None:
        self.state.setText(state_words(found.state))
        held = found.guarantee
        self.guarantee.setText(
            "In the last 365 days: nobody has asked for a bed"
            if not held.asked
            else f"In the last 365 days: {held.asked} asked; of {held.held} for whom a bed was free, {held.kept} came "
            f"within 24 hours; {held.open} still open"
        )
        self.table.set_rows(found.requests)
        rows = min(len(found.requests), 6)
        high = sum(self.table.rowHeight(at) for at in range(rows))
        self.table.setMinimumHeight(high + self.table.horizontalHeader().sizeHint().height() + 12)
        self.table.setVisible(bool(found.requests))
        chosen = self._chosen
        self._choose(next((r for r in found.requests if chosen and r.fact.id == chosen.fact.id), None))
        empty(self._criteria)
        for criterion in found.criteria:
            self._criteria.addWidget(self._criterion(criterion))

    def _criterion(self, state: CriterionState) -> QWidget:
        frame, column = card(spacing=S)
        what = state.criterion
        words, tone = _PROOF[state.proof]
        parts: list[QWidget] = [label(f"{what.number}. {what.title}", "strong", wrap=False), Tag(words, tone)]
        if self._manages:
            act = secondary("Record proof…", partial(self._proof, state))
            act.setAccessibleName(f"Record proof of criterion {what.number}")
            parts.append(act)
        column.addWidget(level(parts))
        column.addWidget(label(what.asks, "secondary"))
        for figure in state.figures:
            column.addWidget(label(figure_words(figure)))
        for fact in state.evidence:
            column.addWidget(self._evidence(fact, state))
        return frame

    def _evidence(self, fact: HomeFact, state: CriterionState) -> QWidget:
        body = fact.body
        if not isinstance(body, CriterionEvidence):
            raise TypeError("proof of a criterion")
        until = f" to {short_date(body.until)}" if body.until else ""
        said = label(f"From {short_date(body.since)}{until}: {body.words}", copyable=True)
        parts: list[QWidget] = []
        for paper in state.papers.get(fact.id, ()):
            if isinstance(paper.body, Attachment):
                button = link(f"Save “{paper.body.title}”…", partial(take_out, self._ctx, self, paper.id))
                parts.append(button)
        if self._manages:
            add = link("Add a paper…", partial(self._paper, fact, body))
            add.setAccessibleName(f"Add a paper to: {body.words}")
            wrong = link("Entered in error…", partial(self._wrong, fact, body.words))
            wrong.setAccessibleName(f"Entered in error: {body.words}")
            parts += [add, wrong]
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        column.addWidget(said)
        if parts:
            column.addWidget(level(parts))
        return box

    def _choose(self, request: Request | None) -> None:
        self._chosen = request
        self.answer_button.setEnabled(request is not None)
        self.wrong_button.setEnabled(request is not None)

    def _request(self) -> None:
        show_dialog(RequestDialog(self._ctx, self))

    def _answer(self) -> None:
        if self._chosen is not None:
            show_dialog(RequestDialog(self._ctx, self, (self._chosen.fact.id, self._chosen.body)))

    def _request_in_error(self) -> None:
        if self._chosen is not None:
            said = f"{self._chosen.body.source}, {date_time(self._chosen.body.requested_at)}"
            show_dialog(HomeFactErrorDialog(self._ctx, self, self._chosen.fact.id, said))

    def _proof(self, state: CriterionState) -> None:
        show_dialog(ProofDialog(self._ctx, self, state.criterion))

    def _paper(self, fact: HomeFact, body: CriterionEvidence) -> None:
        show_dialog(PaperDialog(self._ctx, self, fact.id, body.words))

    def _wrong(self, fact: HomeFact, words: str) -> None:
        show_dialog(HomeFactErrorDialog(self._ctx, self, fact.id, words))


def state_words(state: Accredited) -> str:
    """How the accreditation stands, in a sentence."""
    day = day_date(state.day) if state.day else ""
    match state.state:
        case State.IN_FORCE:
            return f"Accredited, to {day}" if day else "Accredited, without an end"
        case State.ENDING:
            return f"Accredited, but only to {day}: without it no week after that can be claimed"
        case State.NOT_YET:
            return f"Not accredited today; accredited from {day}"
        case State.EXPIRED:
            return f"Not accredited: it ended on {day}. No week since then can be claimed"
        case State.NONE:
            return "No accreditation is recorded: nothing can be claimed"


def figure_words(figure: Figure) -> str:
    """``Staff trained in lifting equipment: 9 of 12 (80 % are needed: not met)``."""
    said = f"{figure.words}: {figure.number} of {figure.of}"
    if figure.enough is None:
        return said
    return f"{said} (80 % are needed: {'met' if figure.enough else 'not met'})"


def answer_words(request: Request) -> str:
    """What became of a request."""
    body = request.body
    if body.decision is None:
        return "Not answered yet"
    parts = [f"{DECISIONS[body.decision.value]} {date_time(body.decided_at)}"]
    if body.arrived_at is not None:
        parts.append(f"arrived {date_time(body.arrived_at)}")
    if body.why_not:
        parts.append(body.why_not)
    return "; ".join(parts)


def _read(session: Session) -> AccreditationOverview:
    from app.services import accreditation

    return accreditation.overview(session)


_COLUMNS: tuple[Column[Request], ...] = (
    Column("Asked", lambda r: date_time(r.body.requested_at), sort=lambda r: r.body.requested_at),
    Column("By", lambda r: r.body.source),
    Column("For", lambda r: r.body.person),
    Column("24 hours", lambda r: _KEPT[r.kept][0], tone=lambda r: _KEPT[r.kept][1]),
    Column("Answer", answer_words, stretch=True),
)
