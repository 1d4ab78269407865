"""Recording proof of a criterion, a request for a bed, and that an entry was made in error."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.accreditation import Criterion
from app.domain.home_facts import AdmissionDecision, AdmissionRequest, CriterionEvidence, HomeFactId
from app.ui.forms.form import FormDialog
from app.ui.forms.typed import Ask, Reader, typed_date, typed_instant

if TYPE_CHECKING:
    from app.ui.context import Context

_PROOF = (
    Ask("words", "What shows it", "notes", "For example: hoist and slings serviced", "Enter what shows it"),
    Ask("since", "From", "date", needed="Enter the first day"),
    Ask("until", "To (optional)", "date", "When it has to be shown again", beside=True),
)
DECISIONS = {
    AdmissionDecision.ACCEPTED.value: "Accepted",
    AdmissionDecision.REFUSED.value: "Refused",
    AdmissionDecision.WITHDRAWN.value: "Withdrawn by those who asked",
}
REQUEST = (
    Ask("source", "Who asked", help="For example: Lister Hospital, discharge team", needed="Enter who asked"),
    Ask("person", "For whom: initials only", needed="Enter the initials", beside=True),
    Ask("requested", "Asked on", "date", needed="Enter the day"),
    Ask("requested_time", "at", "time"),
    Ask("bed_free", "A bed was free", "tick"),
    Ask("decision", "Answer (optional)", "choice", choices=(("", "Not answered yet"), *DECISIONS.items())),
    Ask("decided", "Answered on (optional)", "date"),
    Ask("decided_time", "at", "time"),
    Ask("arrived", "Arrived on (optional)", "date"),
    Ask("arrived_time", "at", "time"),
    Ask("why_not", "Why not (when refused)", "notes"),
)
_REASON = Ask("reason", "Reason for the change", "notes", needed="Enter the reason for the change")


class ProofDialog(FormDialog):
    """What shows that a criterion is met."""

    def __init__(self, ctx: Context, parent: QWidget, criterion: Criterion) -> None:
        self._criterion = criterion
        super().__init__(
            ctx, parent, f"Proof of criterion {criterion.number}", _PROOF, {"since": typed_date(ctx.today())},
            who=criterion.title, intro=criterion.asks, action="Record",
        )  # fmt: skip

    def save(self) -> None:
        """Record it."""
        from app.services import home_facts

        read = Reader(_PROOF, self.form.typed(), self.ctx.today())
        words, since, until = read.text("words"), read.day("since"), read.day("until")
        read.in_order(since, until, "until", "The last day must not be before the first")
        read.finish()
        if since is None:
            raise AssertionError("a form without problems has a first day")
        body = CriterionEvidence(self._criterion.number, words, since, until)
        self.run(lambda s: home_facts.add(s, body), lambda _: self.saved())


class RequestDialog(FormDialog):
    """A request for a bed: taken down when the telephone rings, answered and completed later."""

    def __init__(self, ctx: Context, parent: QWidget, known: tuple[HomeFactId, AdmissionRequest] | None = None) -> None:
        self._known = known
        self._asks = (*REQUEST, _REASON) if known else REQUEST
        super().__init__(
            ctx, parent, "Request for a bed", self._asks, _typed(known[1] if known else None, ctx.now()),
            intro="Where a bed is free, admission is guaranteed within 24 hours. No name: initials are enough.",
            action="Record",
        )  # fmt: skip

    def save(self) -> None:
        """Record it."""
        from app.services import home_facts

        read = Reader(self._asks, self.form.typed(), self.ctx.today())
        decision = read.text("decision")
        requested = read.instant("requested", "requested_time")
        body = AdmissionRequest(
            requested or self.ctx.now(),
            read.text("source"),
            read.text("person"),
            read.tick("bed_free"),
            AdmissionDecision(decision) if decision else None,
            read.instant("decided", "decided_time"),
            read.instant("arrived", "arrived_time"),
            read.text("why_not"),
        )
        reason = read.text("reason") if self._known else ""
        read.finish()
        if self._known is None:
            self.run(lambda s: home_facts.add(s, body), lambda _: self.saved())
        else:
            fact_id = self._known[0]
            self.run(lambda s: home_facts.change(s, fact_id, body, reason=reason), lambda _: self.saved())


def _typed(known: AdmissionRequest | None, now: datetime) -> dict[str, str | bool]:
    day, at = typed_instant(known.requested_at if known else now)
    found: dict[str, str | bool] = {"requested": day, "requested_time": at, "bed_free": True, "decision": ""}
    if known is None:
        return found
    decided, arrived = typed_instant(known.decided_at), typed_instant(known.arrived_at)
    return found | {
        "source": known.source, "person": known.person, "bed_free": known.bed_free,
        "decision": known.decision.value if known.decision else "",
        "decided": decided[0], "decided_time": decided[1], "arrived": arrived[0], "arrived_time": arrived[1],
        "why_not": known.why_not,
    }  # fmt: skip
