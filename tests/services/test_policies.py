"""The premium's rules as dated data: a new one begins with a week, an old week keeps its own, answers stand beside."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.domain.errors import UserError
from app.domain.home_facts import CommissionerAnswer, DatedPolicy
from app.domain.premium import POLICIES, NightsRule
from app.domain.premium.questions import OPEN_QUESTIONS
from app.services import home_facts, policies, premium
from tests.factories import PASSWORD, LivingHome

WEEK = date(2026, 11, 16)
NEW = replace(POLICIES[0], version="", starts=WEEK, amount_pence=7_500)


@pytest.fixture
def covered(home: LivingHome) -> LivingHome:
    home.champion("dementia")
    home.champion("falls")
    home.complex_resident(1)
    return home


def total(home: LivingHome, monday: date) -> tuple[str, int]:
    found = premium.week(home.session, monday)
    return found.policy, found.total_pence


def test_a_new_policy_holds_from_its_week_on_and_earlier_weeks_keep_theirs(covered: LivingHome) -> None:
    before = WEEK - timedelta(days=7)
    assert total(covered, WEEK) == ("2015-10-05/1", 7_000)
    policies.add(covered.session, NEW, reason="The commissioner's letter of 1 November")
    assert total(covered, WEEK) == ("2026-11-16/1", 7_500)
    assert total(covered, before) == ("2015-10-05/1", 7_000)


def test_a_claim_stays_as_it_was_decided_whatever_policy_comes_later(covered: LivingHome) -> None:
    premium.submit(covered.session, WEEK, PASSWORD)
    assert policies.claimed_from(covered.session, WEEK) == 1
    policies.add(covered.session, NEW, reason="Backdated by the commissioner")
    (row,) = premium.week(covered.session, WEEK).rows
    assert (row.decision.policy, row.decision.amount_pence) == ("2015-10-05/1", 7_000)
    used = {each.policy.version: each.claims for each in policies.overview(covered.session).versions}
    assert used == {"2015-10-05/1": 1, "2026-11-16/1": 0}


def test_a_policy_entered_in_error_no_longer_holds_but_what_was_decided_under_it_stands(covered: LivingHome) -> None:
    saved = policies.add(covered.session, NEW, reason="Heard on the telephone")
    premium.submit(covered.session, WEEK, PASSWORD)
    policies.withdraw(covered.session, saved.fact_id, reason="Misheard")
    found = premium.week(covered.session, WEEK)
    assert found.policy == "2015-10-05/1"
    assert (found.rows[0].decision.policy, found.rows[0].decision.amount_pence) == ("2026-11-16/1", 7_500)
    again = policies.add(covered.session, NEW, reason="It was right after all")
    versions = [each.policy.version for each in policies.overview(covered.session).versions]
    assert versions == ["2026-11-16/2", "2015-10-05/1"], "a version is never given twice"
    assert again.fact_id != saved.fact_id


def test_the_overview_says_in_words_what_each_policy_changed_who_said_so_and_why(covered: LivingHome) -> None:
    by_night = replace(NEW, nights_rule=NightsRule.PRO_RATA, claim_window_days=None)
    policies.add(covered.session, by_night, reason="Letter of 1 November")
    newest, first = policies.overview(covered.session).versions
    assert {label: (was, now) for label, was, now in newest.changed} == {
        "Amount for a week": ("£70.00", "£75.00"),
        "Nights": (
            "At least 4 eligible nights, then the whole amount",
            "Paid by the night, £10.00 a night, never more than the week",
        ),
        "Claim window": ("28 days after the Sunday; later with a reason, decided by hand", "No limit"),
    }
    assert (newest.recorded_by, newest.reason) == ("Mo Manager", "Letter of 1 November")
    assert (first.fact_id, first.changed) == (None, ())


def test_a_reason_is_needed_and_a_gap_is_refused(covered: LivingHome) -> None:
    with pytest.raises(UserError, match="Enter the reason"):
        policies.add(covered.session, NEW, reason=" ")
    policies.add(covered.session, replace(NEW, ends=date(2026, 11, 22)), reason="It ends")
    with pytest.raises(UserError, match="would have no policy"):
        policies.add(covered.session, replace(NEW, starts=date(2026, 11, 30)), reason="It goes on")
    assert len(home_facts.listed(covered.session, home_facts.HomeFactKind.POLICY)) == 1
    assert premium.week(covered.session, date(2026, 11, 23)).policy == "", "after its end there is none"


def test_every_open_question_can_be_answered_and_the_newest_answer_counts(covered: LivingHome) -> None:
    for question in OPEN_QUESTIONS:
        policies.answer(
            covered.session, CommissionerAnswer(question.key, "As assumed", date(2026, 11, 2), "C. Missioner")
        )
    policies.answer(
        covered.session, CommissionerAnswer("respite", "They do not count", date(2026, 11, 9), "C. Missioner")
    )
    answered = {each.question.key: each for each in policies.overview(covered.session).questions}
    assert all(each.newest is not None for each in answered.values())
    newest = answered["respite"].newest
    assert newest is not None
    assert newest.answer == "They do not count"
    assert len(answered["respite"].answers) == 2
    with pytest.raises(UserError, match="one of the open questions"):
        policies.answer(covered.session, CommissionerAnswer("weather", "Rain", date(2026, 11, 2)))


def test_only_a_policy_that_may_be_is_recorded_by_any_way_in(covered: LivingHome) -> None:
    with pytest.raises(UserError, match="on a Monday"):
        home_facts.add(covered.session, DatedPolicy(replace(NEW, version="x", starts=date(2026, 11, 17))))
