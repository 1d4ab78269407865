"""The claim week on a real store: decided, signed, answered and claimed again."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.domain.errors import EnvironmentTrouble, ExitCode, UserError
from app.domain.instruments.falls_multifactorial import DOMAINS
from app.domain.messages import (
    Ack,
    AckCode,
    ClaimAnswer,
    ClaimAnswers,
    ClaimOutcome,
    OutboundMessage,
    OutboxState,
    ReceivedMeta,
    claim_statement,
)
from app.domain.people import Absence, ChcPeriod, FactKind, Need, ResidentId, Stay
from app.services import assessments, outgoing, premium, residents, staff
from app.services.premium import ClaimRow, ClaimWeek
from app.services.sync import StoreQueue
from app.sync.fhir.check import check_message
from app.vault.signing import is_signed
from tests.factories import MUST_HIGH, MUST_LOW, NOW, PASSWORD, WEEK, LivingHome, details


def refused(call: Callable[[], object]) -> UserError:
    with pytest.raises(UserError) as refusal:
        call()
    return refusal.value


def row(home: LivingHome, person: ResidentId, start: date = WEEK) -> ClaimRow:
    return next(r for r in premium.week(home.session, start).rows if r.resident_id == person)


def codes(home: LivingHome, person: ResidentId, start: date = WEEK) -> list[str]:
    return [reason.code for reason in row(home, person, start).reasons]


def local(day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def queue(home: LivingHome) -> StoreQueue:
    return StoreQueue(home.session, lambda step: step())


def send(home: LivingHome) -> OutboundMessage:
    """The one message that waits, sent."""
    store = queue(home)
    (message,) = store.due(home.clock.now())
    assert store.sending(message.id)
    store.sent(message.id, f"network-{message.id}")
    return message


def answer(home: LivingHome, message: OutboundMessage, *answers: ClaimAnswer) -> None:
    meta = ReceivedMeta(
        f"in-{message.id}", "ENH_CCP_CLAIM_RESPONSE", None, "06K", f"urn:{message.id}", home.clock.now()
    )
    queue(home).received(meta, ClaimAnswers(message.header_id, answers), b"{}")


@pytest.fixture
def covered(home: LivingHome) -> LivingHome:
    """A home with champions for dementia and falls."""
    home.champion("dementia")
    home.champion("falls")
    return home


def test_the_week_that_has_just_ended_is_the_one_to_claim(home: LivingHome) -> None:
    assert premium.default_week(home.session) == WEEK
    home.clock.at = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
    assert premium.default_week(home.session) == date(2026, 11, 9)


def test_a_resident_with_two_needs_evidence_and_champions_is_eligible(covered: LivingHome) -> None:
    person = covered.complex_resident(1)
    covered.resident(2)
    week = premium.week(covered.session, date(2026, 11, 19))
    assert (week.week_start, week.week_end, week.policy) == (WEEK, date(2026, 11, 22), "2015-10-05/1")
    assert (week.eligible, week.total_pence, week.submittable, week.why_not) == (1, 7000, 1, "")
    assert str(week.claim_rate) == "50.0"
    found = row(covered, person)
    assert found.champions == (("Dementia", "Cham Dementia 1"), ("Falls and fragility", "Cham Falls 2"))
    assert found.evidence == (
        ("Dementia", "paper document, 20-Oct-2026"),
        ("Falls and fragility", "paper document, 21-Oct-2026"),
    )


def test_a_signed_assessment_is_evidence_and_the_newest_counts(covered: LivingHome) -> None:
    covered.champion("nutrition")
    person = covered.resident(1, Need("nutrition", evidenced_on=date(2026, 9, 1)), Need("falls"))
    assert codes(covered, person) == ["EVIDENCE-MISSING:falls", "EVIDENCE-STALE:nutrition", "CHAMPION-LT2"]
    at = local(20)
    assessments.sign(covered.session, person, "must", MUST_HIGH, at=at)
    assessments.sign(covered.session, person, "falls_multifactorial", falls_answers(), at=at)
    assert codes(covered, person) == []
    assert dict(row(covered, person).evidence)["Nutrition"] == "MUST, High risk, 20-Nov-2026"


def falls_answers() -> dict[str, object]:
    return dict.fromkeys(DOMAINS, "no_concern")


@pytest.mark.parametrize("what", ["in error", "incomplete", "after the week", "amended away"])
def test_an_assessment_that_does_not_stand_is_no_evidence(covered: LivingHome, what: str) -> None:
    covered.champion("nutrition")
    person = covered.resident(1, Need("nutrition"), Need("falls", evidenced_on=date(2026, 10, 21)))
    at = NOW if what == "after the week" else local(20)
    answers = {"height_m": MUST_LOW["height_m"]} if what == "incomplete" else MUST_LOW
    signed = assessments.sign(covered.session, person, "must", answers, at=at)
    if what == "in error":
        assessments.entered_in_error(covered.session, signed.revision_id, reason="another resident's")
    if what == "amended away":
        unfinished = {"height_m": MUST_LOW["height_m"]}
        assessments.amend(covered.session, signed.revision_id, unfinished, reason="the weight was another's")
    assert codes(covered, person) == ["EVIDENCE-MISSING:nutrition", "CHAMPION-LT2"]


WORKED: list[tuple[str, Callable[[LivingHome, ResidentId], object], list[str], int]] = [
    ("nothing is in the way", lambda *_: None, [], 7),
    ("arrives Thursday", lambda h, p: stay(h, p, Stay(local(19, 11))), [], 4),
    ("arrives Friday", lambda h, p: stay(h, p, Stay(local(20, 11))), ["NIGHTS-LT4"], 3),
    ("dies Thursday at 02:00", lambda h, p: died(h, p, local(19, 2)), ["NIGHTS-LT4"], 3),
    ("dies Friday at 02:00", lambda h, p: died(h, p, local(20, 2)), [], 4),
    ("CHC from Thursday", lambda h, p: h.fact(p, ChcPeriod(date(2026, 11, 19))), ["CHC-FUNDED", "NIGHTS-LT4"], 3),
    ("CHC from Friday", lambda h, p: h.fact(p, ChcPeriod(date(2026, 11, 20))), [], 4),
    ("two nights in hospital", lambda h, p: h.fact(p, Absence(local(18), local(20))), [], 5),
    ("four nights in hospital", lambda h, p: h.fact(p, Absence(local(17), local(21))), ["NIGHTS-LT4"], 3),
]


def stay(home: LivingHome, person: ResidentId, body: Stay) -> None:
    old = residents.open_resident(home.session, person).facts[FactKind.STAY][0]
    residents.change_fact(home.session, old.id, body, reason="the right date")


def died(home: LivingHome, person: ResidentId, at: datetime) -> None:
    residents.change_resident(home.session, person, details(1, died_at=at), reason="died")


@pytest.mark.parametrize(("case", "happens", "reasons", "nights"), WORKED, ids=[case[0] for case in WORKED])
def test_the_worked_cases_of_nights(
    covered: LivingHome,
    case: str,
    happens: Callable[[LivingHome, ResidentId], object],
    reasons: list[str],
    nights: int,
) -> None:
    person = covered.complex_resident(1)
    happens(covered, person)
    assert codes(covered, person) == reasons
    assert row(covered, person).decision.nights == nights


CHAMPIONS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("leaves Wednesday", {"in_post_until": local(18)}, ["CHAMPION-NOT-IN-POST:falls", "CHAMPION-LT2"]),
    ("leaves on the day, before", {"in_post_until": NOW - timedelta(hours=1)},
     ["CHAMPION-NOT-IN-POST:falls", "CHAMPION-LT2"]),
    ("leaves on the day, after", {"in_post_until": NOW + timedelta(hours=1)}, []),
    ("starts Saturday", {"in_post_since": local(21)}, []),
    ("certificate expired Friday", {"expires_on": date(2026, 11, 20)}, ["CHAMPION-NOT-IN-POST:falls", "CHAMPION-LT2"]),
]  # fmt: skip


@pytest.mark.parametrize(("case", "post", "reasons"), CHAMPIONS, ids=[case[0] for case in CHAMPIONS])
def test_the_worked_cases_of_champions(home: LivingHome, case: str, post: dict[str, Any], reasons: list[str]) -> None:
    home.champion("dementia")
    home.champion("falls", **post)
    person = home.complex_resident(1)
    assert codes(home, person) == reasons


def test_a_third_need_that_is_covered_takes_the_place_of_one_that_is_not(home: LivingHome) -> None:
    home.champion("dementia")
    home.champion("nutrition")
    person = home.complex_resident(1)
    home.fact(person, Need("nutrition", evidenced_on=date(2026, 11, 10)))
    found = row(home, person)
    assert [need.value for need in found.decision.relied_upon] == ["dementia", "nutrition"]
    assert [reason.code for reason in found.left_out] == ["CHAMPION-NOT-IN-POST:falls"]


@pytest.mark.parametrize("areas", [("continence", "respiratory"), ("dementia", "engagement")])
def test_two_needs_that_are_one_area_or_none_are_not_complex(covered: LivingHome, areas: tuple[str, str]) -> None:
    person = covered.resident(1, *(Need(area, evidenced_on=date(2026, 11, 1)) for area in areas))
    assert "NEEDS-LT2" in codes(covered, person)


def test_reasons_are_said_in_words_with_what_mends_them(home: LivingHome) -> None:
    person = home.complex_resident(1)
    found = row(home, person).reasons
    assert all(reason.words and reason.mend for reason in found)
    assert "No falls champion was in post" in " ".join(reason.words for reason in found)


def test_a_week_that_has_not_ended_is_refused_in_words(covered: LivingHome) -> None:
    covered.complex_resident(1)
    problem = refused(lambda: premium.submit(covered.session, date(2026, 11, 23), PASSWORD))
    assert problem.message == (
        "The week of Mon 23-Nov-2026 has not ended: it ends on Sun 29-Nov-2026. Claim from Mon 30-Nov-2026"
    )
    coming = premium.week(covered.session, date(2026, 11, 23), ahead=True)
    assert (coming.submittable, coming.why_not) == (0, problem.message)
    assert coming.eligible == 1, "the screen shows what is coming"
    running = premium.week(covered.session, date(2026, 11, 23))
    assert (running.eligible, running.rows[0].decision.reasons) == (0, ("TOO-EARLY",))
    assert refused(lambda: premium.submit(covered.session, date(2030, 1, 7), PASSWORD)).field == "week"


def test_a_wrong_password_signs_nothing(covered: LivingHome) -> None:
    covered.complex_resident(1)
    with pytest.raises(EnvironmentTrouble) as trouble:
        premium.submit(covered.session, WEEK, "not my password")
    assert trouble.value.exit_code is ExitCode.WRONG_PASSWORD
    assert queue(covered).waiting() == 0
    assert premium.week(covered.session, WEEK).submittable == 1


def test_a_submitted_week_is_signed_queued_and_shown_as_claimed(covered: LivingHome) -> None:
    one, two = covered.complex_resident(1), covered.complex_resident(2)
    covered.resident(3)
    done = premium.submit(covered.session, WEEK, PASSWORD)
    assert done.identifiers == ("VN3X2|R01|2026-11-16|v1", "VN3X2|R02|2026-11-16|v1")
    assert done.total_pence == 14000
    (message,) = queue(covered).due(covered.clock.now())
    assert message.bundle_id == done.bundle_id
    assert check_message(message.body) == ()
    week = premium.week(covered.session, WEEK)
    assert week.submitted == (done.bundle_id,)
    assert (week.eligible, week.total_pence, week.submittable) == (2, 14000, 0)
    for person in (one, two):
        claim = row(covered, person).claim
        assert claim is not None
        assert (claim.words, claim.live, claim.outbox_state) == ("Signed, waiting to be sent", True, OutboxState.QUEUED)
    assert "claimed for already" in refused(lambda: premium.submit(covered.session, WEEK, PASSWORD)).message


def test_the_signature_is_the_managers_over_what_is_claimed(
    covered: LivingHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    covered.complex_resident(1)
    bundles = []
    real = outgoing.queue_claims
    monkeypatch.setattr(
        outgoing, "queue_claims", lambda work, session, queue_id, header, bundle, about: (
            bundles.append(bundle), real(work, session, queue_id, header, bundle, about)
        ),
    )  # fmt: skip
    premium.submit(covered.session, WEEK, PASSWORD)
    (bundle,) = bundles
    with covered.session.read() as connection:
        key = connection.exec_driver_sql("SELECT public_key FROM account WHERE user = 'mo'").scalar_one()
    signature = base64.b64decode(bundle.signature).hex()
    assert is_signed(claim_statement(bundle), signature, key)
    line = replace(bundle.lines[0], amount_pence=14000)
    assert not is_signed(claim_statement(replace(bundle, lines=(line,))), signature, key)
    (message,) = queue(covered).due(covered.clock.now())
    assert bundle.signature in message.body.decode()


def test_the_claim_and_its_message_are_kept_together_or_not_at_all(
    covered: LivingHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    covered.complex_resident(1)

    def fails(*_: object) -> None:
        raise OSError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(outgoing, "queue_claims", fails)
        with pytest.raises(OSError, match="no room"):
            premium.submit(covered.session, WEEK, PASSWORD)
    assert premium.week(covered.session, WEEK).submittable == 1
    assert queue(covered).waiting() == 0


def test_only_those_chosen_are_claimed_for(covered: LivingHome) -> None:
    one, two = covered.complex_resident(1), covered.complex_resident(2)
    poor = covered.resident(3)
    problem = refused(lambda: premium.submit(covered.session, WEEK, PASSWORD, chosen=(one, poor)))
    assert problem.field == "chosen"
    assert "Cannot claim for FAMILYD3, John (Mr): Fewer than 2 qualifying needs are recorded" in problem.message
    stranger = refused(lambda: premium.submit(covered.session, WEEK, PASSWORD, chosen=(one, ResidentId("x"))))
    assert "did not live here" in stranger.message
    assert premium.submit(covered.session, WEEK, PASSWORD, chosen=(two,)).identifiers == ("VN3X2|R02|2026-11-16|v1",)
    assert premium.submit(covered.session, WEEK, PASSWORD).identifiers == ("VN3X2|R01|2026-11-16|v1",)


def test_after_the_window_a_reason_is_needed_and_a_person_decides(covered: LivingHome) -> None:
    covered.complex_resident(1)
    covered.clock.advance(timedelta(days=28))
    problem = refused(lambda: premium.submit(covered.session, WEEK, PASSWORD))
    assert problem.field == "late_reason"
    done = premium.submit(covered.session, WEEK, PASSWORD, late_reason="The manager was ill")
    assert done.total_pence == 7000
    (message,) = queue(covered).due(covered.clock.now())
    assert check_message(message.body) == ()
    assert b"The manager was ill" in message.body


def test_a_reason_for_lateness_does_not_mend_anything_else(home: LivingHome) -> None:
    home.complex_resident(1)
    home.clock.advance(timedelta(days=28))
    problem = refused(lambda: premium.submit(home.session, WEEK, PASSWORD, late_reason="The manager was ill"))
    assert problem.message == "Nobody can be claimed for this week. The reasons are beside each resident"


def test_within_28_days_nothing_is_late(covered: LivingHome) -> None:
    covered.complex_resident(1)
    covered.clock.advance(timedelta(days=27))
    assert premium.submit(covered.session, WEEK, PASSWORD).total_pence == 7000


def paid(identifier: str) -> ClaimAnswer:
    return ClaimAnswer(identifier, ClaimOutcome.COMPLETE, "Paid", 7000, ())


def refusal(identifier: str) -> ClaimAnswer:
    return ClaimAnswer(identifier, ClaimOutcome.ERROR, "Refused", 0, ("CHAMPION-NOT-IN-POST:falls",))


def test_an_accepted_claim_is_shown_with_what_is_paid(covered: LivingHome) -> None:
    person = covered.complex_resident(1)
    done = premium.submit(covered.session, WEEK, PASSWORD)
    message = send(covered)
    answer(covered, message, paid(done.identifiers[0]))
    claim = row(covered, person).claim
    assert claim is not None
    assert (claim.words, claim.decided_pence, claim.live) == ("Accepted", 7000, True)
    assert claim.outbox_state is OutboxState.DECIDED


def test_a_refused_claim_can_be_mended_and_made_again_as_version_2(covered: LivingHome) -> None:
    person = covered.complex_resident(1)
    done = premium.submit(covered.session, WEEK, PASSWORD)
    answer(covered, send(covered), refusal(done.identifiers[0]))
    claim = row(covered, person).claim
    assert claim is not None
    assert claim.words == "Refused: No falls champion was in post both at the end of the week and at submission"
    assert not claim.live
    assert premium.week(covered.session, WEEK).submittable == 1
    again = premium.submit(covered.session, WEEK, PASSWORD)
    assert again.identifiers == ("VN3X2|R01|2026-11-16|v2",)
    second = row(covered, person).claim
    assert second is not None
    assert (second.version, second.words) == (2, "Signed, waiting to be sent")


def test_a_claim_whose_message_the_ccg_could_not_take_can_be_made_again(covered: LivingHome) -> None:
    covered.complex_resident(1)
    premium.submit(covered.session, WEEK, PASSWORD)
    message = send(covered)
    meta = ReceivedMeta("in-1", "ENH_CCP_CLAIM_ACK", None, "06K", "urn:1", covered.clock.now())
    queue(covered).received(meta, Ack(message.header_id, AckCode.FATAL, "No such home"), b"{}")
    assert premium.week(covered.session, WEEK).submittable == 1
    assert premium.submit(covered.session, WEEK, PASSWORD).identifiers == ("VN3X2|R01|2026-11-16|v2",)


def test_a_refused_claim_is_judged_as_things_are_now_and_not_as_they_were(covered: LivingHome) -> None:
    person = covered.complex_resident(1)
    done = premium.submit(covered.session, WEEK, PASSWORD)
    answer(covered, send(covered), refusal(done.identifiers[0]))
    end_falls_post(covered, local(18))
    assert codes(covered, person) == ["CHAMPION-NOT-IN-POST:falls", "CHAMPION-LT2"]
    assert premium.week(covered.session, WEEK).submittable == 0


def end_falls_post(home: LivingHome, until: datetime) -> None:
    post = next(p for m in staff.list_staff(home.session) for p in m.posts if p.post.pathway == "falls")
    staff.change_post(home.session, post.id, replace(post.post, in_post_until=until), reason="the date was wrong")


def test_what_is_recorded_after_signing_does_not_change_what_was_signed(covered: LivingHome) -> None:
    covered.champion("nutrition")
    person = covered.complex_resident(1)
    covered.fact(person, Need("nutrition"))
    signed = assessments.sign(covered.session, person, "must", MUST_HIGH, at=local(20))
    before = premium.week(covered.session, WEEK)
    premium.submit(covered.session, WEEK, PASSWORD)
    covered.clock.advance(timedelta(days=3))
    end_falls_post(covered, local(18))
    assessments.amend(covered.session, signed.revision_id, MUST_LOW, reason="scales were wrong")
    covered.fact(person, ChcPeriod(date(2026, 11, 17)))
    after = premium.week(covered.session, WEEK)
    assert shown(after) == shown(before)
    assert after.total_pence == 7000


def shown(week: ClaimWeek) -> list[tuple[object, ...]]:
    return [(r.decision.as_json(), r.champions, r.evidence, r.reasons) for r in week.rows]


def test_the_forecast_looks_at_what_is_known_now(covered: LivingHome) -> None:
    person = covered.complex_resident(1)
    premium.submit(covered.session, WEEK, PASSWORD)
    assert premium.week(covered.session, WEEK).at_risk == ()
    end_falls_post(covered, NOW + timedelta(days=10))
    (risk,) = premium.week(covered.session, WEEK).at_risk
    assert (risk.pathway.value, risk.residents, risk.pence_per_week) == ("falls", 1, 7000)
    assert risk.resident_ids == (person,)


@pytest.mark.parametrize(
    ("answered", "words", "live"),
    [
        ((ClaimOutcome.QUEUED, "", None, ()), "With a person at the CCG", True),
        ((ClaimOutcome.PARTIAL, "", 3000, ()), "Accepted in part", True),
        ((ClaimOutcome.COMPLETE, "", None, ()), "Decided by the CCG, amount not said", True),
        ((ClaimOutcome.COMPLETE, "", 0, ()), "Refused", False),
        ((ClaimOutcome.COMPLETE, "Superseded by v2", None, ()), "Replaced by a later version", False),
        ((ClaimOutcome.ERROR, "", None, ("LATE",)), "Refused: The claim was submitted after the claim window", False),
    ],
)
def test_every_answer_of_the_ccg_is_said_as_it_is(
    covered: LivingHome, answered: tuple[ClaimOutcome, str, int | None, tuple[str, ...]], words: str, live: bool
) -> None:
    person = covered.complex_resident(1)
    done = premium.submit(covered.session, WEEK, PASSWORD)
    answer(covered, send(covered), ClaimAnswer(done.identifiers[0], *answered))
    claim = row(covered, person).claim
    assert claim is not None
    assert claim.words.startswith(words)
    assert claim.live is live


def test_a_week_before_the_premium_began_has_no_policy(covered: LivingHome) -> None:
    covered.clock.at = datetime(2015, 10, 5, 10, tzinfo=UTC)
    week = premium.week(covered.session, date(2015, 9, 28))
    assert (week.policy, week.rows, week.total_pence) == ("", (), 0)


def test_a_home_that_is_not_accredited_cannot_claim(covered: LivingHome) -> None:
    person = covered.complex_resident(1)
    covered.session.home = replace(covered.session.home, accredited=((date(2016, 1, 4), date(2026, 11, 21)),))
    assert codes(covered, person) == ["HOME-NOT-ACCREDITED"]


def test_the_week_as_json_has_the_published_keys(covered: LivingHome) -> None:
    covered.complex_resident(1)
    found = premium.week_json(premium.week(covered.session, WEEK), None)
    assert list(found) == [
        "week_start", "policy", "decisions", "total_pence", "claim_rate", "at_risk", "submitted",
    ]  # fmt: skip
    decision = found["decisions"][0]  # type: ignore[index]
    assert set(decision) == {"resident", "eligible", "amount_pence", "nights", "relied_upon", "left_out", "reasons"}
    assert json.loads(json.dumps(found, default=str))["decisions"][0]["resident"] == "R01"


def test_a_signed_claim_stays_in_sight_when_the_stay_is_corrected_afterwards(covered: LivingHome) -> None:
    person = covered.complex_resident(1)
    premium.submit(covered.session, WEEK, PASSWORD)
    (stay,) = residents.open_resident(covered.session, person).facts[FactKind.STAY]
    residents.fact_in_error(covered.session, stay.id, reason="moved in later than written")
    covered.fact(person, Stay(covered.clock.now()))
    (found,) = premium.week(covered.session, WEEK).rows
    assert found.claim is not None
    assert found.decision.eligible, "as it was signed"


def test_a_claim_whose_message_was_found_faulty_before_it_left_can_be_made_again(covered: LivingHome) -> None:
    covered.complex_resident(1)
    premium.submit(covered.session, WEEK, PASSWORD)
    queue = StoreQueue(covered.session, lambda step: step())
    (message,) = queue.due(covered.clock.now())
    queue.failed(message.id, "The message is faulty", permanent=True, retry_at=None)
    assert premium.week(covered.session, WEEK).submittable == 1
    assert premium.submit(covered.session, WEEK, PASSWORD).identifiers[0].endswith("|v2")
