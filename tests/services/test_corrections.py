"""A later correction touches weeks that were claimed: looked at, taken back, claimed again after an appeal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.errors import EnvironmentTrouble, UserError
from app.domain.home_facts import DatedPolicy
from app.domain.people import Absence, ChcPeriod, FactId, Need, ResidentId
from app.domain.premium import NightsRule, Policy
from app.domain.premium.corrections import Verdict
from app.services import corrections, home_facts, premium, residents, staff, sync
from app.services.corrections import ClaimTask, Remedy
from app.sync.practice_ccg import PracticeCcg
from tests.factories import NOW, PASSWORD, WEEK, LivingHome

AWAY = (datetime(2026, 11, 18, 12, tzinfo=UTC), datetime(2026, 11, 20, 12, tzinfo=UTC))
V1 = "VN3X2|R01|2026-11-16|v1"


class Claimed:
    """A home with one resident to claim for, and its commissioner at the other end of a folder."""

    def __init__(self, home: LivingHome, folder: Path, *policies: Policy) -> None:
        self.home, self.session, self.folder = home, home.session, folder
        exchange = folder / "exchange"
        exchange.mkdir(parents=True)
        given = {"policies": policies} if policies else {}
        self.ccg = PracticeCcg(folder / "ccg", now=home.clock.now, **given)
        settings = {"transport": "folder", "path": str(exchange), "recipient_public_key": self.ccg.public_key}
        sync.connect(self.session, settings, PASSWORD)
        for pathway in ("dementia", "falls"):
            home.champion(pathway)
        self.person = home.complex_resident(1)

    def claim(self) -> None:
        premium.submit(self.session, WEEK, PASSWORD)
        self.exchange()

    def exchange(self) -> None:
        sync.sync_now(self.session)
        self.ccg.run_folder(self.folder / "exchange")
        sync.sync_now(self.session)

    def tasks(self) -> list[ClaimTask]:
        return list(corrections.tasks(self.session))

    def fund(self, since: date = date(2026, 11, 19)) -> FactId:
        """Continuing Healthcare granted back to a day: from Thursday three nights are left."""
        return self.home.fact(self.person, ChcPeriod(since))

    def sign(self, reason: str = "CHC granted back") -> corrections.Corrected:
        chosen = {task.identifier: task.finding for task in self.tasks()}
        return corrections.sign(self.session, chosen, PASSWORD, reason)

    def words(self) -> str:
        claim = premium.week(self.session, WEEK).rows[0].claim
        return claim.words if claim else ""


@pytest.fixture
def claimed(home: LivingHome, tmp_path: Path) -> Iterator[Claimed]:
    made = Claimed(home, tmp_path / "line")
    made.claim()
    home.clock.advance(timedelta(days=50))
    yield made
    made.ccg.close()


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(UserError) as refusal:
        call()
    return refusal.value.message


def test_nothing_is_asked_while_the_record_says_what_was_signed(claimed: Claimed) -> None:
    claimed.home.fact(claimed.person, Need("wound"))  # it was not claimed for, and the claim stands without it
    claimed.fund(date(2026, 11, 20))  # four nights are left: the week stands
    assert claimed.tasks() == []


def test_funding_granted_back_to_a_day_asks_for_the_week_with_the_reasons_and_what_was_recorded(
    claimed: Claimed,
) -> None:
    claimed.fund()
    (task,) = claimed.tasks()
    assert (task.identifier, task.verdict, task.remedy) == (V1, Verdict.FALLS, Remedy.TAKE_BACK)
    assert task.reasons == ("CHC-FUNDED", "NIGHTS-LT4")
    assert (task.stood, task.worth, task.difference_pence) == (7000, 0, -7000)
    (change,) = task.changes
    assert (change.part, change.then, change.now) == (
        "Continuing Healthcare", "none in the week", "from 19-Nov-2026",
    )  # fmt: skip
    assert change.recorded == "recorded 12-Jan-2027 10:00 by Mo Manager"
    assert "Continuing Healthcare paid for nights" in task.words


def test_what_was_known_at_submission_stays_as_it_was(claimed: Claimed) -> None:
    before = [row.decision.as_json() for row in premium.week(claimed.session, WEEK).rows]
    claimed.fund()
    assert [row.decision.as_json() for row in premium.week(claimed.session, WEEK).rows] == before


def test_a_post_that_ended_before_the_week_did_names_the_champion(claimed: Claimed) -> None:
    post = next(p for m in staff.list_staff(claimed.session) for p in m.posts if p.post.pathway == "falls")
    until = datetime(2026, 11, 18, 9, tzinfo=UTC)
    staff.change_post(claimed.session, post.id, replace(post.post, in_post_until=until), reason="left earlier")
    (task,) = claimed.tasks()
    assert task.reasons == ("CHAMPION-NOT-IN-POST:falls", "CHAMPION-LT2")
    (change,) = task.changes
    assert change.part == "Champions, posts and certificates"
    assert "Cham Falls 2, falls, in post throughout" in change.then
    assert "Cham Falls 2, falls, in post until 18-Nov-2026 09:00" in change.now
    assert change.recorded.endswith("by Mo Manager")


def test_areas_that_would_carry_the_week_alone_are_named(home: LivingHome, tmp_path: Path) -> None:
    made = Claimed(home, tmp_path / "line")
    home.champion("wound")
    home.fact(made.person, Need("wound", evidenced_on=date(2026, 11, 10)))
    made.claim()
    post = next(p for m in staff.list_staff(home.session) for p in m.posts if p.post.pathway == "falls")
    until = datetime(2026, 11, 18, 9, tzinfo=UTC)
    staff.change_post(home.session, post.id, replace(post.post, in_post_until=until), reason="left earlier")
    (task,) = made.tasks()
    assert task.words.endswith("It would stand on dementia and wound alone")
    made.ccg.close()


def test_a_task_that_was_looked_at_is_settled_until_the_difference_is_another(claimed: Claimed) -> None:
    fact = claimed.fund()
    (task,) = claimed.tasks()
    assert refused(lambda: corrections.settle(claimed.session, V1, task.finding, " ")) == "Enter what you decided"
    assert "look again" in refused(lambda: corrections.settle(claimed.session, V1, "another", "Agreed"))
    corrections.settle(claimed.session, V1, task.finding, "Agreed with the CCG by telephone")
    assert claimed.tasks() == []
    (kept,) = corrections.tasks(claimed.session, settled=True)
    assert kept.settled == "Agreed with the CCG by telephone (Mo Manager, 12-Jan-2027 10:00)"
    residents.change_fact(claimed.session, fact, ChcPeriod(date(2026, 11, 17)), reason="the letter says so")
    assert [task.identifier for task in claimed.tasks()] == [V1]


def test_a_reversal_is_shown_as_it_will_be_sent_then_signed_sent_and_answered(claimed: Claimed) -> None:
    claimed.fund()
    (task,) = claimed.tasks()
    chosen = {task.identifier: task.finding}
    drafts = corrections.preview(claimed.session, chosen)
    ((line,),) = [week.lines for week in drafts.weeks]
    assert (line.identifier, line.reversal_of, line.amount_pence) == ("VN3X2|R01|2026-11-16|v2", V1, -7000)
    assert (line.relied_upon, drafts.total_pence) == ((), -7000)
    done = corrections.sign(claimed.session, chosen, PASSWORD, "CHC granted back to November")
    assert (done.identifiers, done.total_pence) == (("VN3X2|R01|2026-11-16|v2",), -7000)
    assert claimed.tasks() == []
    assert claimed.words() == "Taken back. Signed, waiting to be sent"
    claimed.exchange()
    assert claimed.ccg.effects().payments == {V1: (7000, -7000)}
    assert claimed.words() == "Taken back: the CCG takes £70.00 back"
    assert claimed.tasks() == []
    row = premium.week(claimed.session, WEEK).rows[0]
    assert (row.decision.eligible, row.claim.live if row.claim else None) == (False, False)


def test_an_appeal_that_is_won_reinstates_the_week_with_its_window_waived(claimed: Claimed) -> None:
    fact = claimed.fund()
    claimed.sign()
    claimed.exchange()
    claimed.home.clock.advance(timedelta(days=60))
    residents.fact_in_error(claimed.session, fact, reason="refused on appeal")
    (task,) = claimed.tasks()
    assert (task.verdict, task.remedy) == (Verdict.STANDS_NOW, Remedy.CLAIM_AGAIN)
    assert (task.version, task.stood, task.worth) == (2, 0, 7000)
    (change,) = task.changes
    assert (change.then, change.now) == ("from 19-Nov-2026", "none in the week")
    done = claimed.sign("CHC refused on appeal")
    assert (done.identifiers, done.total_pence) == (("VN3X2|R01|2026-11-16|v3",), 7000)
    claimed.exchange()
    assert claimed.ccg.effects().payments == {V1: (7000, -7000), "VN3X2|R01|2026-11-16|v3": (7000,)}
    assert (claimed.words(), claimed.tasks()) == ("Accepted", [])
    row = premium.week(claimed.session, WEEK).rows[0]
    assert (row.decision.eligible, row.decision.reasons, row.claim and row.claim.version) == (True, (), 3)


def test_a_reversal_that_the_ccg_refuses_leaves_the_claim_standing(claimed: Claimed) -> None:
    from app.domain.messages import ClaimAnswer, ClaimOutcome
    from app.models import claims as rows

    claimed.fund()
    done = claimed.sign()
    answer = ClaimAnswer(done.identifiers[0], ClaimOutcome.ERROR, "We do not take this back", 0, ("DUPLICATE",))
    with claimed.session.write() as work:
        line = rows.claim(work.connection, answer.identifier)
        assert line is not None
        rows.answer(work, line, outcome="error", disposition="No", reasons=answer.reason_codes, decided_pence=0)
    assert claimed.words() == "Accepted"
    assert [(task.identifier, task.remedy) for task in claimed.tasks()] == [(V1, Remedy.TAKE_BACK)]
    assert corrections.preview(claimed.session, {V1: claimed.tasks()[0].finding}).weeks[0].lines[0].version == 3


def test_several_weeks_are_taken_back_together_or_not_at_all(claimed: Claimed) -> None:
    home = claimed.home
    home.clock.at = NOW + timedelta(days=7)
    premium.submit(claimed.session, WEEK + timedelta(days=7), PASSWORD)
    claimed.exchange()
    home.clock.at = NOW + timedelta(days=50)
    claimed.fund()
    found = claimed.tasks()
    assert [task.week_start for task in found] == [WEEK + timedelta(days=7), WEEK]
    with pytest.raises(EnvironmentTrouble):
        corrections.sign(claimed.session, {t.identifier: t.finding for t in found}, "wrong", "CHC granted back")
    stale = {t.identifier: t.finding for t in found[:1]} | {V1: "something else"}
    assert "look again" in refused(lambda: corrections.sign(claimed.session, stale, PASSWORD, "CHC granted back"))
    assert refused(lambda: corrections.sign(claimed.session, stale, PASSWORD, " ")) == "Enter the reason"
    assert "at least one" in refused(lambda: corrections.sign(claimed.session, {}, PASSWORD, "why"))
    assert len(claimed.tasks()) == 2
    done = claimed.sign()
    assert (len(done.bundle_ids), len(done.identifiers), done.total_pence) == (2, 2, -14000)
    claimed.exchange()
    assert claimed.ccg.effects().paid_pence == 0


def test_a_week_paid_by_the_night_is_taken_back_and_claimed_for_the_nights_that_were(
    home: LivingHome, tmp_path: Path
) -> None:
    nightly = Policy(version="2026-04-06/1", starts=date(2026, 4, 6), nights_rule=NightsRule.PRO_RATA)
    home_facts.add(home.session, DatedPolicy(nightly))
    made = Claimed(home, tmp_path / "line", nightly)
    made.claim()
    away = home.fact(made.person, Absence(*AWAY))
    home.clock.advance(timedelta(days=50))
    (task,) = made.tasks()
    assert (task.verdict, task.remedy, task.words) == (
        Verdict.LESS, Remedy.CHANGE, "Worth less now: £50.00, not £70.00",
    )  # fmt: skip
    done = made.sign("Two nights in hospital")
    assert done.identifiers == ("VN3X2|R01|2026-11-16|v2", "VN3X2|R01|2026-11-16|v3")
    assert done.total_pence == -2000
    made.exchange()
    assert made.ccg.effects().paid_pence == 5000
    assert (made.words(), made.tasks()) == ("Accepted", [])
    residents.fact_in_error(home.session, away, reason="it was somebody else")
    (more,) = made.tasks()
    assert (more.verdict, more.stood, more.worth) == (Verdict.MORE, 5000, 7000)
    made.ccg.close()


def test_a_late_claim_that_is_with_a_person_is_touched_too(home: LivingHome, tmp_path: Path) -> None:
    made = Claimed(home, tmp_path / "line")
    home.clock.at = NOW + timedelta(days=40)
    chc = home.fact(made.person, ChcPeriod(date(2026, 1, 1), date(2026, 2, 1)))
    premium.submit(made.session, WEEK, PASSWORD, late_reason="The manager was ill")
    made.exchange()
    assert made.words() == "With a person at the CCG"
    assert made.tasks() == []
    residents.change_fact(made.session, chc, ChcPeriod(date(2026, 11, 1)), reason="the letter")
    (task,) = made.tasks()
    assert (task.verdict, task.stood) == (Verdict.FALLS, 7000)
    made.ccg.close()


def test_somebody_else_is_not_touched(claimed: Claimed) -> None:
    other = claimed.home.complex_resident(2)
    claimed.home.fact(ResidentId(other), ChcPeriod(date(2026, 11, 16)))
    assert claimed.tasks() == []


def test_a_claim_is_tested_under_the_policy_that_it_was_decided_under(claimed: Claimed) -> None:
    strict = Policy(version="2026-11-02/1", starts=date(2026, 11, 2), nights_rule=NightsRule.ALL_7)
    home_facts.add(claimed.session, DatedPolicy(strict))
    fact = claimed.fund(date(2026, 11, 20))  # four nights are left: enough under the policy of the claim
    assert claimed.tasks() == []
    residents.change_fact(claimed.session, fact, ChcPeriod(date(2026, 11, 19)), reason="the letter")
    (task,) = claimed.tasks()
    assert task.reasons == ("CHC-FUNDED", "NIGHTS-LT4")
