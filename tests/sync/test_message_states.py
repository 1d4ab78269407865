"""The states of a message: every pair of them, and every answer in every state."""

from __future__ import annotations

import itertools

import pytest

from app.domain.messages import (
    SETTLED,
    Ack,
    AckCode,
    Answer,
    ClaimAnswer,
    ClaimAnswers,
    ClaimOutcome,
    Effect,
    Event,
    NonDelivery,
    OutboxState,
    Unknown,
    claim_identifier,
    claim_statement,
    is_reason_code,
    judge,
    may_move,
)
from tests.helpers.sync_samples import HOME, WEEK, claims, line

S = OutboxState
#: Written out by hand from the contract: from each state, what it may become.
LEGAL = {
    S.QUEUED: "sending acknowledged decided refused undelivered superseded quarantined",
    S.SENDING: "sending sent queued acknowledged decided refused undelivered superseded quarantined",
    S.SENT: "queued acknowledged decided refused undelivered superseded",
    S.ACKNOWLEDGED: "decided superseded",
    S.DECIDED: "",
    S.REFUSED: "",
    S.UNDELIVERED: "queued acknowledged decided refused superseded",
    S.SUPERSEDED: "",
    S.QUARANTINED: "queued acknowledged decided refused superseded",
}
ONE, TWO = (claim_identifier(HOME, key, WEEK, 1) for key in ("R001", "R002"))


def answered(name: str, outcome: str = "complete", pence: int | None = 7000, said: str = "Yes") -> ClaimAnswer:
    return ClaimAnswer(name, ClaimOutcome(outcome), said, pence, ())


@pytest.mark.parametrize(("now", "to"), list(itertools.product(S, S)))
def test_only_the_moves_of_the_contract_are_legal(now: OutboxState, to: OutboxState) -> None:
    assert may_move(now, to) == (to.value in LEGAL[now].split())


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize(
    "answer",
    [
        Ack("h", AckCode.OK, ""),
        Ack("h", AckCode.TRANSIENT, "busy"),
        Ack("h", AckCode.FATAL, "bad"),
        ClaimAnswers("h", (answered(ONE), answered(TWO))),
        ClaimAnswers("h", (answered(ONE),)),
        NonDelivery("m", "l", "not collected"),
        Unknown("?"),
    ],
    ids=lambda answer: type(answer).__name__,
)
def test_an_answer_moves_a_message_legally_or_not_at_all(state: OutboxState, answer: Answer) -> None:
    verdict = judge(state, 1, {ONE: None, TWO: None}, answer)
    if verdict is not None and verdict.state is not state:
        assert may_move(state, verdict.state)
        assert state not in SETTLED
    assert judge(state, 0, {ONE: None, TWO: None}, answer) is None, "nothing of it had left"


@pytest.mark.parametrize(
    ("state", "code", "expected", "effect"),
    [
        (S.SENT, "ok", S.ACKNOWLEDGED, Effect.ACKNOWLEDGED),
        (S.SENDING, "ok", S.ACKNOWLEDGED, Effect.ACKNOWLEDGED),
        (S.QUEUED, "ok", S.ACKNOWLEDGED, Effect.ACKNOWLEDGED),
        (S.UNDELIVERED, "ok", S.ACKNOWLEDGED, Effect.ACKNOWLEDGED),
        (S.DECIDED, "ok", S.DECIDED, Effect.REPEATED),
        (S.SENT, "transient-error", S.QUEUED, Effect.REQUEUED),
        (S.QUEUED, "transient-error", S.QUEUED, Effect.REPEATED),
        (S.SENT, "fatal-error", S.REFUSED, Effect.REFUSED),
        (S.REFUSED, "fatal-error", S.REFUSED, Effect.REPEATED),
    ],
)
def test_technical_answers(state: OutboxState, code: str, expected: OutboxState, effect: Effect) -> None:
    verdict = judge(state, 1, {ONE: None}, Ack("h", AckCode(code), ""))
    assert verdict is not None
    assert (verdict.state, verdict.effect) == (expected, effect)


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        (S.ACKNOWLEDGED, Ack("h", AckCode.FATAL, "no after yes")),
        (S.REFUSED, Ack("h", AckCode.OK, "yes after no")),
        (S.ACKNOWLEDGED, NonDelivery("m", None, "not collected, though acknowledged")),
        (S.DECIDED, NonDelivery("m", None, "not collected, though decided")),
        (S.DECIDED, Ack("h", AckCode.TRANSIENT, "")),
    ],
)
def test_contradictions_are_parked(state: OutboxState, answer: Answer) -> None:
    assert judge(state, 1, {ONE: answered(ONE)}, answer) is None


def test_a_claim_message_is_decided_when_every_claim_is() -> None:
    first = judge(S.SENT, 1, {ONE: None, TWO: None}, ClaimAnswers("h", (answered(ONE),)))
    assert first is not None
    assert (first.state, first.effect) == (S.ACKNOWLEDGED, Effect.ACKNOWLEDGED)
    waits = judge(
        S.ACKNOWLEDGED, 1, {ONE: answered(ONE), TWO: None}, ClaimAnswers("h", (answered(TWO, "queued", None),))
    )
    assert waits is not None
    assert (waits.state, waits.effect, len(waits.new_answers)) == (S.ACKNOWLEDGED, Effect.NOTED, 1)
    waiting = {ONE: answered(ONE), TWO: answered(TWO, "queued", None)}
    last = judge(S.ACKNOWLEDGED, 1, waiting, ClaimAnswers("h", (answered(TWO, "error", 0),)))
    assert last is not None
    assert (last.state, last.effect) == (S.DECIDED, Effect.DECIDED)


def test_a_second_different_decision_is_parked_and_the_same_one_changes_nothing() -> None:
    known = {ONE: answered(ONE)}
    assert judge(S.DECIDED, 1, known, ClaimAnswers("h", (answered(ONE, "error", 0),))) is None
    same = judge(S.DECIDED, 1, known, ClaimAnswers("h", (answered(ONE),)))
    assert same is not None
    assert (same.state, same.new_answers, same.effect) == (S.DECIDED, (), Effect.REPEATED)


def test_a_decision_on_a_claim_that_is_not_in_the_message_is_parked() -> None:
    assert judge(S.SENT, 1, {ONE: None}, ClaimAnswers("h", (answered(ONE), answered(TWO)))) is None


def test_a_message_whose_claims_were_all_set_aside_is_superseded() -> None:
    aside = answered(ONE, "complete", None, "Superseded by version 3 of the same claim")
    verdict = judge(S.SENT, 1, {ONE: None}, ClaimAnswers("h", (aside,)))
    assert verdict is not None
    assert (verdict.state, verdict.effect) == (S.SUPERSEDED, Effect.SUPERSEDED)


def test_safety_goes_before_money() -> None:
    order = sorted(Event, key=lambda event: event.priority)
    assert order[:3] == [Event.RAPID_REFERRAL, Event.ALERT, Event.CLAIM]
    assert {event.workflow_id for event in Event} == {
        "ENH_CCP_CLAIM", "ENH_ALERT", "ENH_RAPID_REFERRAL", "ENH_ASSESSMENT", "ENH_QUALITY_RETURN",
        "ENH_VACANCY_RETURN",
    }  # fmt: skip


def test_every_message_is_acknowledged_and_two_kinds_are_decided() -> None:
    assert Event.ALERT.ack_workflow_id == "ENH_ALERT_ACK"
    assert {event for event in Event if event.has_decision} == {Event.CLAIM, Event.RAPID_REFERRAL}


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("NEEDS-LT2", True),
        ("EVIDENCE-STALE:wound", True),
        ("CHAMPION-NOT-IN-POST:engagement", False),
        ("EVIDENCE-STALE", False),
        ("LATE:falls", False),
        ("BECAUSE", False),
    ],
)
def test_reason_codes(code: str, known: bool) -> None:
    assert is_reason_code(code) is known


def test_what_the_manager_signs_names_nobody_and_changes_with_every_claimed_fact() -> None:
    said = claim_statement(claims("c", line()))
    assert b"Invented" not in said
    assert b"Dee" not in said
    changed = [
        claims("d", line()),
        claims("c", line(amount_pence=7001)),
        claims("c", line(late_reason="snow")),
        claims("c", line(relied_upon=line().relied_upon[:1])),
        claims("c", line(2)),
        claims("c", line(), line(2)),
        claims("c", line(), audit_count=1),
    ]
    assert len({said, *map(claim_statement, changed)}) == len(changed) + 1
    assert claim_statement(claims("c", line(2), line())) == claim_statement(claims("c", line(), line(2)))
    assert claim_statement(claims("c", line(), signature="AAAA")) == said
