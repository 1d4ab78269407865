"""The practice commissioner: the published rules, versions, duplicates and reversals, and what it remembers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from app.domain.messages import Ack, AckCode, ClaimAnswer, ClaimAnswers, ClaimLine, ClaimOutcome, claim_identifier
from app.domain.needs import PremiumNeed
from app.domain.premium import POLICIES, NightsRule
from app.sync.fhir.check import check_message
from app.sync.fhir.jsonio import read, write
from app.sync.fhir.parse import parse_answer
from app.sync.practice_ccg import PracticeCcg
from tests.helpers.sync_samples import HOME, NOW, WEEK, alert_bytes, claim_bytes, line, relied, resident

D, F, N = PremiumNeed.DEMENTIA, PremiumNeed.FALLS, PremiumNeed.NUTRITION


@pytest.fixture
def ccg(tmp_path: Path) -> PracticeCcg:
    with PracticeCcg(tmp_path / "ccg", now=lambda: NOW) as practice:
        yield practice


def decide(
    ccg: PracticeCcg, name: str, *lines: ClaimLine, raw: bytes | None = None, **changes: Any
) -> list[ClaimAnswer]:
    replies = ccg.answer(raw or claim_bytes(name, *lines, **changes))
    assert [reply.workflow_id for reply in replies] == ["ENH_CCP_CLAIM_ACK", "ENH_CCP_CLAIM_RESPONSE"]
    answer = parse_answer(replies[1].body).answer
    assert isinstance(answer, ClaimAnswers)
    return list(answer.answers)


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, ()),
        ({"relied_upon": (relied(D), relied(N, date(2016, 10, 9)))}, ()),
        ({"relied_upon": (relied(D), relied(N, date(2016, 10, 8)))}, ("EVIDENCE-STALE:nutrition", "CHAMPION-LT2")),
        ({"relied_upon": (relied(D, date(2016, 5, 14)), relied(F))}, ()),
        ({"relied_upon": (relied(D, date(2016, 5, 13)), relied(F))}, ("EVIDENCE-STALE:dementia", "CHAMPION-LT2")),
        ({"relied_upon": (relied(D), relied(F, date(2016, 11, 14)))}, ("EVIDENCE-MISSING:falls", "CHAMPION-LT2")),
        ({"relied_upon": (relied(D),)}, ("NEEDS-LT2", "CHAMPION-LT2")),
        ({"relied_upon": ()}, ("NEEDS-LT2", "CHAMPION-LT2")),
        ({"relied_upon": (relied(D), relied(F), relied(N, date(2016, 1, 4)))}, ("EVIDENCE-STALE:nutrition",)),
        ({"amount_pence": 7100}, ("NO-POLICY",)),
        ({"resident": resident(1, nhs_number="9990000019")}, ("IDENTITY",)),
        ({"resident": resident(1, nhs_number=None, nhs_number_absent_reason="not registered")}, ()),
    ],
)
def test_the_published_rules(ccg: PracticeCcg, changes: dict[str, Any], reasons: tuple[str, ...]) -> None:
    (answer,) = decide(ccg, "c", line(**changes))
    assert answer.reason_codes == reasons
    assert answer.outcome is (ClaimOutcome.ERROR if reasons else ClaimOutcome.COMPLETE)
    assert answer.amount_pence == (0 if reasons else 7000)
    assert ccg.effects().paid_pence == answer.amount_pence


@pytest.mark.parametrize(
    ("signed_at", "late_reason", "outcome", "reasons"),
    [
        (datetime(2016, 11, 13, 23, 59, tzinfo=UTC), None, "error", ("TOO-EARLY",)),
        (datetime(2016, 11, 14, 0, 1, tzinfo=UTC), None, "complete", ()),
        (datetime(2016, 12, 11, 12, 0, tzinfo=UTC), None, "complete", ()),
        (datetime(2016, 12, 12, 0, 1, tzinfo=UTC), None, "error", ("LATE",)),
        (datetime(2016, 12, 12, 0, 1, tzinfo=UTC), "The laptop was away", "queued", ()),
    ],
)
def test_the_claim_window(
    ccg: PracticeCcg, signed_at: datetime, late_reason: str | None, outcome: str, reasons: tuple[str, ...]
) -> None:
    (answer,) = decide(ccg, "c", line(late_reason=late_reason), signed_at=signed_at)
    assert (answer.outcome.value, answer.reason_codes) == (outcome, reasons)


def test_a_champion_missing_from_an_area(ccg: PracticeCcg) -> None:
    bundle = read(claim_bytes("c", line()))
    claim = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Claim")
    claim["careTeam"].pop()
    claim["item"][0]["careTeamSequence"].pop()
    (answer,) = decide(ccg, "c", raw=write(bundle))
    assert answer.reason_codes == ("CHAMPION-NOT-IN-POST:falls", "CHAMPION-LT2")


def test_a_home_that_is_not_accredited(tmp_path: Path) -> None:
    with PracticeCcg(tmp_path, now=lambda: NOW, accredited=frozenset({"V9999"})) as ccg:
        (answer,) = decide(ccg, "c", line())
    assert answer.reason_codes == ("HOME-NOT-ACCREDITED",)


def test_the_same_message_gets_the_same_answers_to_the_byte_and_changes_nothing(tmp_path: Path) -> None:
    raw, alert = claim_bytes("c", line(1), line(2)), alert_bytes("a")
    with PracticeCcg(tmp_path, now=lambda: NOW) as ccg:
        first, heard = ccg.answer(raw), ccg.answer(alert)
        before = ccg.effects()
    with PracticeCcg(tmp_path, now=lambda: datetime(2017, 1, 1, tzinfo=UTC)) as ccg:
        assert (ccg.answer(raw), ccg.answer(alert)) == (first, heard)
        assert ccg.effects() == before
        assert (before.paid_pence, before.messages, len(before.alerts)) == (14_000, 2, 1)


def test_the_same_resident_and_week_is_paid_once_at_any_home_and_in_any_message(ccg: PracticeCcg) -> None:
    decide(ccg, "first", line())
    (again,) = decide(ccg, "second", line())
    assert again.reason_codes == ("DUPLICATE",)
    other_home = line(identifier=claim_identifier("V9999", "X7", WEEK, 1))
    elsewhere = decide(ccg, "third", other_home, home_ods="V9999", home_name="Other House")
    assert elsewhere[0].reason_codes == ("DUPLICATE",)
    decide(ccg, "fourth", line(week=date(2016, 10, 31)))
    assert ccg.effects().paid_pence == 14_000


def test_versions_a_later_one_wins_and_a_late_earlier_one_is_set_aside(ccg: PracticeCcg) -> None:
    (third,) = decide(ccg, "v3", line(version=3))
    (second,) = decide(ccg, "v2", line(version=2))
    (fourth,) = decide(ccg, "v4", line(version=4))
    assert third.amount_pence == fourth.amount_pence == 7000
    assert second.superseded
    assert not second.paid
    assert ccg.effects().payments == {third.identifier: (7000, -7000), fourth.identifier: (7000,)}


def test_a_reversal_takes_back_what_was_paid_once(ccg: PracticeCcg) -> None:
    decide(ccg, "v1", line())
    reversal = line(version=2, amount_pence=-7000, reversal_of=line().identifier)
    (answer,) = decide(ccg, "v2", reversal)
    assert (answer.outcome, answer.amount_pence) == (ClaimOutcome.COMPLETE, -7000)
    (again,) = decide(ccg, "v3", replace(reversal, identifier=claim_identifier(HOME, "R001", WEEK, 3), version=3))
    assert again.amount_pence == 0
    (later,) = decide(ccg, "v4", line(version=4))
    assert later.amount_pence == 7000
    assert ccg.effects().paid_pence == 7000


def test_what_was_taken_back_and_is_claimed_again_with_a_reason_is_not_late(ccg: PracticeCcg) -> None:
    decide(ccg, "v1", line())
    decide(ccg, "v2", line(version=2, amount_pence=-7000, reversal_of=line().identifier))
    much_later = datetime(2017, 5, 1, 12, tzinfo=UTC)
    (silent,) = decide(ccg, "v3", line(version=3), signed_at=much_later)
    assert silent.reason_codes == ("LATE",)
    won = line(version=4, late_reason="CHC refused on appeal")
    (answer,) = decide(ccg, "v4", won, signed_at=much_later)
    assert (answer.outcome, answer.amount_pence) == (ClaimOutcome.COMPLETE, 7000)
    assert ccg.effects().paid_pence == 7000


def test_paid_by_the_night_what_was_paid_is_what_is_taken_back(tmp_path: Path) -> None:
    nightly = replace(POLICIES[0], nights_rule=NightsRule.PRO_RATA)
    with PracticeCcg(tmp_path, now=lambda: NOW, policies=(nightly,)) as ccg:
        (paid,) = decide(ccg, "v1", line(amount_pence=5000))
        (odd,) = decide(ccg, "other", line(2, amount_pence=5500))
        (back,) = decide(ccg, "v2", line(version=2, amount_pence=-5000, reversal_of=line().identifier))
    assert (paid.amount_pence, odd.reason_codes, back.amount_pence) == (5000, ("NO-POLICY",), -5000)


def test_a_reversal_that_asks_for_money_is_no_message() -> None:
    raw = claim_bytes("v2", line(version=2, amount_pence=7000, reversal_of=line().identifier))
    assert any("takes back" in problem.message for problem in check_message(raw))


def test_a_reversal_that_overtakes_its_claim_leaves_nothing_paid(ccg: PracticeCcg) -> None:
    decide(ccg, "v2", line(version=2, amount_pence=-7000, reversal_of=line().identifier))
    (late,) = decide(ccg, "v1", line())
    assert late.superseded
    assert ccg.effects().paid_pence == 0


@pytest.mark.parametrize("raw", [b"junk", b"{}", claim_bytes("c", line())[:-9], claim_bytes("c", line(amount_pence=0))])
def test_what_is_not_a_message_is_refused_in_words(ccg: PracticeCcg, raw: bytes) -> None:
    (reply,) = ccg.answer(raw, local_id="queue-1")
    answer = parse_answer(reply.body).answer
    assert isinstance(answer, Ack)
    assert answer.code is AckCode.FATAL
    assert answer.words
    assert ccg.effects().paid_pence == 0
    assert ccg.answer(raw, local_id="queue-1") == (reply,)


def test_it_keeps_no_name(tmp_path: Path) -> None:
    with PracticeCcg(tmp_path, now=lambda: NOW) as ccg:
        ccg.answer(claim_bytes("c", line()))
        ccg.answer(alert_bytes("a"))
        ccg.answer(claim_bytes("d", line(2))[:-5])
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"VN3X2|R001" in kept
    for word in ("Invented", "Résident", "Dee Mentor", "Mo Manager"):
        assert word.encode() not in kept


def test_a_failure_while_deciding_leaves_no_trace(ccg: PracticeCcg, monkeypatch: pytest.MonkeyPatch) -> None:
    def power_cut(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("app.sync.practice_ccg.claim_response_bundle", power_cut)
        with pytest.raises(KeyboardInterrupt):
            ccg.answer(claim_bytes("c", line()))
    assert ccg.effects().messages == 0
    assert ccg.effects().paid_pence == 0
    decide(ccg, "c", line())
    assert ccg.effects().paid_pence == 7000
