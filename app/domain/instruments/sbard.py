"""SBARD: situation, background, assessment, recommendation, decision. Captured, not scored.

The call is open (flag ``open``) until somebody has decided; a decision without the name of who made it, or without
what to do if things get worse, does not close it. No NEWS2 and no reason is a warning. Allergies are never left
blank: "none known" is an answer.
"""

from __future__ import annotations

from datetime import date, datetime

from app.domain.dates import to_local, to_utc
from app.domain.instruments.answers import Answers
from app.domain.instruments.captured import Finding, record
from app.domain.instruments.outcome import AnswerError, Outcome, Severity
from app.domain.instruments.tool import Instrument, Scored

ROLES = {"gp": 0, "nurse": 1, "rapid_response": 2, "nhs_111": 3, "ambulance": 4, "other": 5}
REQUEST_OVERDUE = "request_overdue"
CPR = {"in_place": 0, "none": 1, "not_known": 2}

KEYS = frozenset({
    "situation", "started", "news2_now", "news2_usual", "news2_reason", "background", "allergies", "cpr_plan",
    "assessment", "request", "requested_by", "caller", "recipient", "recipient_role", "called_at", "read_back",
    "decision", "decided_by", "safety_net",
})  # fmt: skip

TOOL = Instrument(
    code="sbard",
    version="1/1",
    title="SBARD call",
    short="SBARD",
    pathway="health",
    mode="C",
    owner="Public method",
    licence="Public method; own wording.",
    attribution="The SBARD method of handing over.",
    needs_permission=False,
    routine_days=None,
    bands=(),
)


def is_overdue(requested_by: datetime | None, decision: str | None, now: datetime) -> bool:
    """Whether what was asked for by a time has not been decided when the time has passed."""
    return requested_by is not None and not decision and to_utc(now) > to_utc(requested_by)


def score(answers: Answers, on: date | None = None) -> Outcome:
    """Whether the call is closed, and what is still to do; no score, no band, nothing due again by date.

    ``on`` later than the day for which help was asked, without a decision, is flag ``request_overdue``; within the
    day :func:`is_overdue` tells.
    """
    answers.text("situation", "Situation")
    answers.text("started", "Since when", need=False)
    now = answers.whole("news2_now", "NEWS2 now", 0, 20, need=False)
    answers.whole("news2_usual", "NEWS2 usually", 0, 20, need=False)
    reason = answers.text("news2_reason", "Why no NEWS2", need=False)
    answers.text("background", "Background")
    answers.text("allergies", "Allergies")
    answers.choice("cpr_plan", "ReSPECT or DNACPR", CPR)
    answers.text("assessment", "Assessment")
    answers.text("request", "Request")
    wanted = answers.moment("requested_by", "Needed by")
    answers.text("caller", "Caller")
    answers.text("recipient", "Who took the call")
    answers.choice("recipient_role", "Their role", ROLES)
    called = answers.moment("called_at", "Time of the call")
    read_back = answers.yes_no("read_back", "Read back")
    decision = answers.text("decision", "Decision")
    answers.text("decided_by", "Who decided", need=decision is not None)
    answers.text("safety_net", "If things get worse", need=decision is not None)
    if wanted is not None and called is not None and wanted < called:
        raise AnswerError("requested_by", "Needed by must be after the time of the call")

    found: list[Finding] = []
    if decision is None:
        answers.missing.append("decision")
        found.append(Finding("open", Severity.ATTENTION, "No decision yet: call again if none comes in time."))
        if wanted is not None and on is not None and on > to_local(wanted).date():
            found.append(Finding(REQUEST_OVERDUE, Severity.URGENT, "The time asked for has passed: call again now."))
    if now is None and reason is None:
        found.append(Finding("news2_missing", Severity.ATTENTION, "Take NEWS2, or say why it was not taken."))
    if now is not None and now >= 7:
        found.append(
            Finding("news2_high", Severity.EMERGENCY, "NEWS2 7 or more: 999, unless the care plan says otherwise.")
        )
    if read_back is False:
        found.append(Finding("not_read_back", Severity.ATTENTION, "Ask for the message to be read back."))
    parts = {} if now is None else {"news2": now}
    return record(TOOL, answers, found, parts=parts, on=on)


SCORED = Scored(TOOL, KEYS, score)
