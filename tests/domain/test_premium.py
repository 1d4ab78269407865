"""The premium's rules: every worked case, every setting, and what must hold whatever the facts."""

import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import UserError
from app.domain.needs import AREAS, ChampionPathway, PremiumNeed
from app.domain.premium import (
    POLICIES,
    Champion,
    ChampionRule,
    Decision,
    NeedEvidence,
    NightsRule,
    OtherClaim,
    Policy,
    WeekFacts,
    decide,
    in_post_at,
    policy_for,
    policy_named,
)

MONDAY = date(2016, 11, 7)
SUNDAY = date(2016, 11, 13)
SUBMITTED = datetime(2016, 11, 14, 17)  # noqa: DTZ001 - local Europe/London, as the rules are written
POLICY = POLICIES[0]


def local(day: int, hour: int = 0, minute: int = 0, month: int = 11, year: int = 2016) -> datetime:
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - local Europe/London


def champion(pathway: str, name: str = "", **changes: Any) -> Champion:
    usual = {"certificate": (date(2016, 1, 1), date(2017, 12, 31)), "in_post": (local(1, month=1), None)}
    return Champion(name=name or pathway.title(), pathway=ChampionPathway(pathway), **(usual | changes))


def need(area: str, evidenced_on: date | None = date(2016, 11, 1), ref: str | None = None) -> NeedEvidence:
    return NeedEvidence(area, evidenced_on, ref)


def week(**changes: Any) -> WeekFacts:
    """Dementia and falls, evidenced and covered, seven nights: eligible unless changed."""
    usual: dict[str, Any] = {
        "id": "c1",
        "week_start": MONDAY,
        "submitted_at": SUBMITTED,
        "home_ods": "V123A",
        "accredited": ((date(2016, 1, 4), None),),
        "nhs_number": "9990000018",
        "date_of_birth": date(1931, 5, 2),
        "stays": ((local(1, 11, month=2), None),),
        "needs": (need("dementia"), need("falls")),
        "champions": (champion("dementia"), champion("falls")),
    }
    return WeekFacts(**(usual | changes))


def under(**changes: Any) -> Policy:
    return replace(POLICY, **changes)


def names(decision: Decision) -> list[str]:
    return [area.value for area in decision.relied_upon]


def reasons(facts: WeekFacts, policy: Policy | None = POLICY) -> list[str]:
    return list(decide(facts, policy).reasons)


def test_an_ordinary_week_earns_seventy_pounds() -> None:
    decision = decide(week(), POLICY)
    assert decision.as_json() == {
        "id": "c1", "eligible": True, "amount_pence": 7000, "nights": 7, "relied_upon": ["dementia", "falls"],
        "manual": False, "reasons": [], "policy": "2015-10-05/1", "left_out": {},
    }  # fmt: skip


# The worked cases: week Monday 7 to Sunday 13 November 2016, submitted Monday 14th


FALLS_LEFT_WEDNESDAY = champion("falls", in_post=(local(1, month=1), local(9, 12)))
FALLS_REFUSED = ["CHAMPION-NOT-IN-POST:falls", "CHAMPION-LT2"]


def test_the_only_falls_champion_leaves_on_wednesday() -> None:
    assert reasons(week(champions=(champion("dementia"), FALLS_LEFT_WEDNESDAY))) == FALLS_REFUSED


def test_the_same_with_nutrition_needed_too_and_the_other_two_champions_in_post() -> None:
    decision = decide(
        week(
            needs=(need("dementia"), need("falls"), need("nutrition")),
            champions=(champion("dementia"), FALLS_LEFT_WEDNESDAY, champion("nutrition")),
        ),
        POLICY,
    )
    assert (decision.eligible, names(decision), decision.reasons) == (True, ["dementia", "nutrition"], ())
    assert decision.as_json()["left_out"] == {"falls": ["CHAMPION-NOT-IN-POST:falls"]}


def test_a_second_falls_champion_in_post() -> None:
    facts = week(champions=(champion("dementia"), FALLS_LEFT_WEDNESDAY, champion("falls", "Second")))
    assert decide(facts, POLICY).eligible


@pytest.mark.parametrize(("hour", "expected"), [(17, FALLS_REFUSED), (9, FALLS_REFUSED), (8, [])])
def test_a_champion_leaves_on_the_monday_at_nine(hour: int, expected: list[str]) -> None:
    leaver = champion("falls", in_post=(local(1, month=1), local(14, 9)))
    facts = week(champions=(champion("dementia"), leaver), submitted_at=local(14, hour))
    assert reasons(facts) == expected


def test_a_champion_starts_on_saturday() -> None:
    starter = champion("falls", in_post=(local(12, 9), None))
    assert reasons(week(champions=(champion("dementia"), starter))) == []


@pytest.mark.parametrize("day", range(7, 30))
def test_a_champion_who_starts_on_saturday_never_mends_the_week_before(day: int) -> None:
    starter = champion("falls", in_post=(local(12, 9), None))
    before = week(
        week_start=date(2016, 10, 31),
        submitted_at=local(day, 12),
        champions=(champion("dementia"), starter),
    )
    assert reasons(before) == FALLS_REFUSED


def test_a_champion_on_leave_is_still_in_post() -> None:
    # leave is not a fact of the claim at all: there is nowhere to put it
    assert {f.name for f in fields(Champion)} == {"name", "pathway", "certificate", "in_post", "ref"}
    assert decide(week(), POLICY).eligible


@pytest.mark.parametrize(
    ("last_valid", "expected"),
    [(date(2016, 11, 11), FALLS_REFUSED), (date(2016, 11, 13), FALLS_REFUSED), (date(2016, 11, 14), [])],
)
def test_a_certificate_must_be_valid_on_sunday_and_on_the_day_of_submission(
    last_valid: date, expected: list[str]
) -> None:
    expiring = champion("falls", certificate=(date(2016, 1, 1), last_valid))
    assert reasons(week(champions=(champion("dementia"), expiring))) == expected


def test_two_needs_and_a_champion_for_one() -> None:
    facts = week(champions=(champion("dementia"),))
    assert reasons(facts) == FALLS_REFUSED
    other_reading = decide(facts, under(champion_rule=ChampionRule.ANY))
    assert (other_reading.eligible, names(other_reading), other_reading.amount_pence) == (True, ["dementia"], 7000)
    assert other_reading.left_out_json() == {"falls": ["CHAMPION-NOT-IN-POST:falls"]}


@pytest.mark.parametrize("areas", [("continence", "respiratory"), ("dementia", "engagement")])
def test_one_area_is_not_two(areas: tuple[str, str]) -> None:
    everybody = tuple(champion(pathway) for pathway in ChampionPathway)
    facts = week(needs=tuple(need(area) for area in areas), champions=everybody)
    assert reasons(facts) == ["NEEDS-LT2", "CHAMPION-LT2"]
    assert reasons(facts, under(champion_rule=ChampionRule.ANY)) == ["NEEDS-LT2"]


@pytest.mark.parametrize(("day", "nights", "expected"), [(10, 4, []), (11, 3, ["NIGHTS-LT4"])])
def test_arrival_in_the_week(day: int, nights: int, expected: list[str]) -> None:
    decision = decide(week(stays=((local(day, 15), None),)), POLICY)
    assert (decision.nights, list(decision.reasons)) == (nights, expected)


@pytest.mark.parametrize(("day", "nights", "expected"), [(10, 3, ["NIGHTS-LT4"]), (11, 4, [])])
def test_death_in_the_week(day: int, nights: int, expected: list[str]) -> None:
    decision = decide(week(died_at=local(day, 2)), POLICY)
    assert (decision.nights, list(decision.reasons)) == (nights, expected)


@pytest.mark.parametrize(("day", "nights", "expected"), [(10, 3, ["CHC-FUNDED", "NIGHTS-LT4"]), (11, 4, [])])
def test_continuing_healthcare_in_the_week(day: int, nights: int, expected: list[str]) -> None:
    decision = decide(week(chc=((date(2016, 11, day), None),)), POLICY)
    assert (decision.nights, list(decision.reasons)) == (nights, expected)


def test_continuing_healthcare_granted_back_to_9_november_fails_each_week_tested_again() -> None:
    weeks = [
        week(
            week_start=MONDAY + timedelta(days=7 * n),
            submitted_at=SUBMITTED + timedelta(days=7 * n),
            needs=(need("dementia"), need("falls")),
        )
        for n in (-1, 0, 1, 2)
    ]
    assert [decide(facts, POLICY).eligible for facts in weeks] == [True] * 4
    granted = [replace(facts, chc=((date(2016, 11, 9), None),)) for facts in weeks]
    assert [decide(facts, POLICY).eligible for facts in granted] == [True, False, False, False]
    assert [decide(facts, POLICY).nights for facts in granted] == [7, 2, 0, 0]


def test_after_an_appeal_the_window_is_waived() -> None:
    again = week(submitted_at=local(20, 10, month=2, year=2017), late_reason="CHC refused on appeal")
    assert reasons(again) == ["LATE"]
    assert decide(again, under(claim_window_days=None)).eligible


def test_a_corrected_post_changes_the_answer_and_the_old_facts_still_give_the_old_one() -> None:
    as_known = week()
    first = decide(as_known, POLICY)
    corrected = replace(as_known, champions=(champion("dementia"), FALLS_LEFT_WEDNESDAY))
    assert first.eligible
    assert reasons(corrected) == FALLS_REFUSED
    assert decide(as_known, policy_named(first.policy or "")) == first


# Rule by rule, at the edges


@pytest.mark.parametrize(
    ("accredited", "expected"),
    [
        (((MONDAY, SUNDAY),), []),
        (((MONDAY, date(2016, 11, 9)), (date(2016, 11, 10), None)), []),
        (((date(2016, 11, 8), None),), ["HOME-NOT-ACCREDITED"]),
        (((None, date(2016, 11, 12)),), ["HOME-NOT-ACCREDITED"]),
        (((None, date(2016, 11, 9)), (date(2016, 11, 11), None)), ["HOME-NOT-ACCREDITED"]),
        ((), ["HOME-NOT-ACCREDITED"]),
    ],
)
def test_r1_accredited_on_every_day(accredited: tuple[Any, ...], expected: list[str]) -> None:
    assert reasons(week(accredited=accredited)) == expected


@pytest.mark.parametrize(
    ("area", "days"), [("nutrition", 35), ("wound", 35), ("health", 92), ("dementia", 183), ("falls", 183)]
)
def test_r3_evidence_age(area: str, days: int) -> None:
    other = "wound" if area != "wound" else "falls"
    everybody = tuple(champion(pathway) for pathway in ChampionPathway)

    def with_evidence(on: date | None) -> list[str]:
        return reasons(week(needs=(need(area, on), need(other, SUNDAY)), champions=everybody))

    assert with_evidence(SUNDAY) == []
    assert with_evidence(SUNDAY - timedelta(days=days)) == []
    assert with_evidence(SUNDAY - timedelta(days=days + 1)) == [f"EVIDENCE-STALE:{area}", "CHAMPION-LT2"]
    assert with_evidence(SUNDAY + timedelta(days=1)) == [f"EVIDENCE-MISSING:{area}", "CHAMPION-LT2"]
    assert with_evidence(None) == [f"EVIDENCE-MISSING:{area}", "CHAMPION-LT2"]


def test_r3_the_newest_evidence_that_is_not_after_the_week_counts() -> None:
    decision = decide(
        week(
            needs=(
                need("dementia", date(2016, 2, 1), "old"),
                need("dementia", date(2016, 11, 12), "newest"),
                need("dementia", date(2016, 11, 14), "after"),
                need("dementia", None),
                need("falls", SUNDAY, "fall"),
            )
        ),
        POLICY,
    )
    assert decision.eligible
    assert [(s.area.value, s.evidenced_on, s.evidence_ref) for s in decision.supports] == [
        ("dementia", date(2016, 11, 12), "newest"),
        ("falls", SUNDAY, "fall"),
    ]


def test_r3_and_r4_both_said_and_in_the_order_of_the_rules() -> None:
    facts = week(needs=(need("wound", date(2016, 1, 1)), need("dementia", None)), champions=())
    assert reasons(facts) == [
        "EVIDENCE-MISSING:dementia",
        "EVIDENCE-STALE:wound",
        "CHAMPION-NOT-IN-POST:dementia",
        "CHAMPION-NOT-IN-POST:wound",
        "CHAMPION-LT2",
    ]


def test_r4_post_periods_end_before_their_end() -> None:
    until_week_end = champion("falls", in_post=(None, local(13, 23, 59)))
    assert reasons(week(champions=(champion("dementia"), until_week_end))) == FALLS_REFUSED
    from_week_end = champion("falls", in_post=(local(13, 23, 59), None))
    assert reasons(week(champions=(champion("dementia"), from_week_end))) == []


def test_r4_a_handover_between_two_champions_covers_the_area_and_both_are_named() -> None:
    leaver = champion("falls", "Leaver", in_post=(None, local(14, 9)), ref="p1")
    follower = champion("falls", "Follower", in_post=(local(14, 9), None), ref="p2")
    decision = decide(week(champions=(leaver, champion("dementia"), follower)), POLICY)
    assert decision.eligible
    assert [c.name for c in decision.supports[1].champions] == ["Follower", "Leaver"]
    both = decide(week(champions=(leaver, champion("dementia"), follower, champion("falls", "Stayer"))), POLICY)
    assert [c.name for c in both.supports[1].champions] == ["Stayer"]


def test_r4_several_champions_of_one_area_are_listed_by_name() -> None:
    several = tuple(champion("falls", name, ref=ref) for name in "FADBEC" for ref in ("2", "1"))
    decision = decide(week(champions=(champion("dementia"), *several, several[0])), POLICY)
    listed = [(c.name, c.ref) for c in decision.supports[1].champions]
    assert listed == [(name, ref) for name in "ABCDEF" for ref in ("1", "2")]


def test_r4_the_pathway_must_be_the_need() -> None:
    assert reasons(week(champions=(champion("dementia"), champion("health"), champion("engagement")))) == FALLS_REFUSED


def test_r5_a_named_area_that_fails_refuses_the_claim_though_two_others_pass() -> None:
    facts = week(
        needs=(need("dementia"), need("falls"), need("nutrition")),
        champions=(champion("dementia"), champion("nutrition")),
        relied_upon=("dementia", "nutrition", "falls"),
    )
    assert reasons(facts) == ["CHAMPION-NOT-IN-POST:falls"]
    assert names(decide(replace(facts, relied_upon=("nutrition", "dementia")), POLICY)) == ["dementia", "nutrition"]
    other_reading = decide(facts, under(champion_rule=ChampionRule.ANY))
    assert names(other_reading) == ["dementia", "nutrition"]
    assert other_reading.left_out_json() == {"falls": ["CHAMPION-NOT-IN-POST:falls"]}


def test_r5_needs_that_the_caller_does_not_name_are_left_out_with_what_stands_against_them() -> None:
    facts = week(
        needs=(need("dementia"), need("falls"), need("nutrition"), need("wound", None)),
        champions=(champion("dementia"), champion("falls"), champion("nutrition")),
        relied_upon=("dementia", "falls"),
    )
    decision = decide(facts, POLICY)
    assert names(decision) == ["dementia", "falls"]
    assert decision.left_out_json() == {
        "nutrition": [],
        "wound": ["EVIDENCE-MISSING:wound", "CHAMPION-NOT-IN-POST:wound"],
    }


def test_r5_naming_one_area_or_none_is_too_few() -> None:
    assert reasons(week(relied_upon=("dementia",))) == ["CHAMPION-LT2"]
    assert reasons(week(relied_upon=())) == ["CHAMPION-LT2"]
    assert reasons(week(relied_upon=("dementia",)), under(champion_rule=ChampionRule.ANY)) == []


def test_r5_an_area_named_without_a_need_has_no_evidence() -> None:
    facts = week(relied_upon=("dementia", "wound"), champions=(champion("dementia"), champion("wound")))
    assert reasons(facts) == ["EVIDENCE-MISSING:wound", "CHAMPION-LT2"]


def test_r5_engagement_cannot_be_relied_upon() -> None:
    with pytest.raises(UserError, match="engagement earns no premium"):
        decide(week(relied_upon=("engagement", "dementia")), POLICY)


def test_a_need_that_is_left_out_is_no_reason_when_something_else_refuses() -> None:
    facts = week(
        needs=(need("dementia"), need("falls"), need("wound", None)),
        other_live_claims=(OtherClaim("V9", MONDAY),),
    )
    decision = decide(facts, POLICY)
    assert decision.reasons == ("DUPLICATE",)
    assert decision.left_out_json() == {"wound": ["EVIDENCE-MISSING:wound", "CHAMPION-NOT-IN-POST:wound"]}
    assert "left_out" not in decision.as_json()


def test_r6_is_silent_when_the_week_would_be_short_anyway() -> None:
    facts = week(stays=((local(11, 9), None),), chc=((date(2016, 11, 12), None),))
    assert reasons(facts) == ["NIGHTS-LT4"]


NIGHTS_SETTINGS = [
    (NightsRule.AT_LEAST_4, [0, 0, 0, 0, 7000, 7000, 7000, 7000]),
    (NightsRule.ANY, [0, 7000, 7000, 7000, 7000, 7000, 7000, 7000]),
    (NightsRule.ALL_7, [0, 0, 0, 0, 0, 0, 0, 7000]),
    (NightsRule.PRO_RATA, [0, 1000, 2000, 3000, 4000, 5000, 6000, 7000]),
]


@pytest.mark.parametrize(("rule", "pence"), NIGHTS_SETTINGS)
def test_r7_every_setting_for_every_number_of_nights(rule: NightsRule, pence: list[int]) -> None:
    policy = under(nights_rule=rule)
    for nights, amount in enumerate(pence):
        stay = (local(1, month=2), local(7 + nights, 12))
        decision = decide(week(stays=(stay,)), policy)
        assert (decision.nights, decision.amount_pence) == (nights, amount)
        assert list(decision.reasons) == ([] if amount else ["NIGHTS-LT4"])
        assert decision.at_stake_pence == (amount or 7000)


@pytest.mark.parametrize(("rule", "pence"), NIGHTS_SETTINGS)
def test_r6_with_every_setting(rule: NightsRule, pence: list[int]) -> None:
    for nights, amount in enumerate(pence):
        chc = ((MONDAY + timedelta(days=nights), None),)
        decision = decide(week(chc=chc), under(nights_rule=rule))
        assert (decision.nights, decision.amount_pence) == (nights, amount)
        assert list(decision.reasons) == ([] if amount else ["CHC-FUNDED", "NIGHTS-LT4"])


def test_r7_pro_rata_never_pays_more_than_the_week() -> None:
    policy = under(nights_rule=NightsRule.PRO_RATA, pro_rata_pence=1500)
    assert decide(week(), policy).amount_pence == 7000


def test_r7_a_retained_bed_counts_as_far_as_the_policy_says() -> None:
    away = week(absences=((local(8, 14), local(12, 11)),))  # nights of the 8th to the 11th
    assert [decide(away, under(max_retained_nights=n)).nights for n in range(6)] == [3, 4, 5, 6, 7, 7]
    assert reasons(away) == ["NIGHTS-LT4"]
    assert reasons(away, under(max_retained_nights=1)) == []


def test_r7_a_funded_night_does_not_use_up_the_retained_bed() -> None:
    away = week(
        absences=((local(7, 14), local(11, 11)),),  # nights of the 7th to the 10th
        chc=((date(2016, 11, 7), date(2016, 11, 8)),),
    )
    assert [decide(away, under(max_retained_nights=n)).nights for n in (1, 2, 3)] == [4, 5, 5]


def test_r6_says_so_when_funding_takes_away_nights_of_a_retained_bed() -> None:
    away = week(absences=((local(7, 14), local(11, 11)),), chc=((date(2016, 11, 7), date(2016, 11, 10)),))
    assert reasons(away) == ["NIGHTS-LT4"]  # 3 nights present: short with or without the funding
    assert reasons(away, under(max_retained_nights=1)) == ["CHC-FUNDED", "NIGHTS-LT4"]


def test_r7_absence_and_stay_end_at_the_instant_they_say() -> None:
    back_in_time = week(absences=((local(7, 14), local(7, 23, 59)),))
    back_too_late = week(absences=((local(7, 14), local(8, 0, 0)),))
    assert [decide(f, POLICY).nights for f in (back_in_time, back_too_late)] == [7, 6]
    leaves_late = week(stays=((None, local(13, 23, 59)),))
    assert decide(leaves_late, POLICY).nights == 6


def test_r7_alive_at_the_instant_of_the_night() -> None:
    assert decide(week(died_at=local(10, 23, 59)), POLICY).nights == 3
    assert decide(week(died_at=local(11, 0, 0)), POLICY).nights == 4


def test_r8_a_live_claim_for_the_same_week_at_any_home() -> None:
    assert reasons(week(other_live_claims=(OtherClaim("V9", date(2016, 10, 31)),))) == []
    assert reasons(week(other_live_claims=(OtherClaim("V123A", MONDAY),))) == ["DUPLICATE"]


@pytest.mark.parametrize(
    ("submitted", "late_reason", "expected", "manual"),
    [
        (local(13, 23, 59), None, ["TOO-EARLY"], False),
        (local(14), None, [], False),
        (local(11, 23, 59, month=12), None, [], False),
        (local(12, 0, 0, month=12), None, ["LATE"], False),
        (local(12, 0, 0, month=12), "  ", ["LATE"], False),
        (local(12, 0, 0, month=12), "Appeal", ["LATE"], True),
        (local(11, 12, month=12), "Not needed", [], False),
    ],
)
def test_r9_the_window(submitted: datetime, late_reason: str | None, expected: list[str], manual: bool) -> None:
    decision = decide(week(submitted_at=submitted, late_reason=late_reason), POLICY)
    assert (list(decision.reasons), decision.manual) == (expected, manual)
    assert decision.amount_pence == (0 if expected else 7000)


def test_r9_nothing_goes_to_manual_decision_that_fails_another_rule() -> None:
    decision = decide(week(submitted_at=local(20, 9, month=12), late_reason="Appeal", date_of_birth=None), POLICY)
    assert (decision.reasons, decision.manual) == (("LATE", "IDENTITY"), False)


def test_r9_a_late_claim_still_says_what_would_carry_it() -> None:
    decision = decide(week(submitted_at=local(20, 9, month=12), late_reason="Appeal"), POLICY)
    assert (decision.manual, decision.relied_upon, decision.amount_pence) == (True, (), 0)
    assert [s.area.value for s in decision.supports] == ["dementia", "falls"]
    assert decision.at_stake_pence == 7000


def test_r10_the_policy_is_looked_up_by_week_start() -> None:
    later = Policy(version="2017-04-03/1", starts=date(2017, 4, 3), amount_pence=7500)
    both = (later, POLICY)
    assert policy_for(date(2015, 9, 28)) is None
    assert policy_for(date(2015, 10, 5)) is POLICY
    assert policy_for(date(2017, 3, 27), both) is POLICY
    assert policy_for(date(2017, 4, 3), both) is later
    assert policy_named("2017-04-03/1", both) is later
    assert policy_named("2014-01-01/1") is None


def test_r10_a_policy_that_ends_governs_its_last_week_and_no_other() -> None:
    ending = replace(POLICY, version="e", starts=date(2016, 10, 3), ends=SUNDAY)
    again = replace(POLICY, version="f", starts=date(2016, 11, 21))
    known = (POLICY, ending, again)
    found = [policy_for(MONDAY + timedelta(days=7 * n), known) for n in range(-6, 3)]
    assert found == [POLICY, ending, ending, ending, ending, ending, ending, None, again], "the old one does not revive"
    after = week(
        week_start=date(2016, 11, 14),
        submitted_at=local(21, 9),
        needs=(need("dementia", date(2016, 11, 1)), need("falls", date(2016, 11, 1))),
    )
    assert reasons(after, policy_for(after.week_start, known)) == ["NO-POLICY"]
    assert reasons(week(), policy_for(MONDAY, known)) == []


def test_r10_without_a_policy_only_what_has_no_number_is_tested() -> None:
    start = date(2015, 9, 28)
    before = week(week_start=start, submitted_at=local(5, 9, month=10, year=2015), needs=(), champions=())
    decision = decide(before, policy_for(start))
    assert decision.reasons == ("HOME-NOT-ACCREDITED", "NO-POLICY")
    assert (decision.policy, decision.amount_pence, decision.at_stake_pence) == (None, 0, 0)
    everything = replace(
        before,
        submitted_at=local(1, month=10, year=2015),
        nhs_number=None,
        other_live_claims=(OtherClaim("V9", start),),
    )
    assert reasons(everything, None) == ["HOME-NOT-ACCREDITED", "DUPLICATE", "TOO-EARLY", "NO-POLICY", "IDENTITY"]


@pytest.mark.parametrize(
    "changes",
    [
        {"nhs_number": "9990000019"},
        {"nhs_number": "1111111111"},
        {"nhs_number": "9999999999"},
        {"nhs_number": "999000001"},
        {"nhs_number": "9990000019", "nhs_number_absent_reason": "Not known"},
        {"nhs_number": None},
        {"nhs_number": ""},
        {"nhs_number": None, "nhs_number_absent_reason": " "},
        {"date_of_birth": None},
        {"home_ods": None},
        {"home_ods": ""},
        {"home_ods": "V-1"},
    ],
)
def test_r11_refused(changes: dict[str, Any]) -> None:
    assert reasons(week(**changes)) == ["IDENTITY"]


@pytest.mark.parametrize(
    "changes", [{"nhs_number": "9990000026"}, {"nhs_number": None, "nhs_number_absent_reason": "From abroad"}]
)
def test_r11_accepted(changes: dict[str, Any]) -> None:
    assert reasons(week(**changes)) == []


def test_every_failure_is_reported_in_the_order_of_the_rules() -> None:
    facts = week(
        accredited=(),
        needs=(need("dementia", None),),
        champions=(),
        chc=((MONDAY, None),),
        other_live_claims=(OtherClaim("V9", MONDAY),),
        submitted_at=local(20, 9, month=12),
        home_ods=None,
    )
    assert reasons(facts) == [
        "HOME-NOT-ACCREDITED",
        "NEEDS-LT2",
        "EVIDENCE-MISSING:dementia",
        "CHAMPION-NOT-IN-POST:dementia",
        "CHAMPION-LT2",
        "CHC-FUNDED",
        "NIGHTS-LT4",
        "DUPLICATE",
        "LATE",
        "IDENTITY",
    ]


def test_a_week_starts_on_a_monday() -> None:
    with pytest.raises(UserError, match="Monday"):
        decide(week(week_start=date(2016, 11, 8)), POLICY)


# The policy


def test_the_policy_holds_every_number_of_the_rules() -> None:
    assert (POLICY.version, POLICY.starts, POLICY.amount_pence, POLICY.needs_required, POLICY.areas_required) == (
        "2015-10-05/1", date(2015, 10, 5), 7000, 2, 2,
    )  # fmt: skip
    assert dict(POLICY.evidence_days) == {"nutrition": 35, "wound": 35, "health": 92, "dementia": 183, "falls": 183}
    assert (POLICY.champion_rule, POLICY.nights_rule) == ("every_cited", "at_least_4")
    assert (POLICY.pro_rata_pence, POLICY.max_retained_nights, POLICY.claim_window_days) == (1000, 0, 28)


@pytest.mark.parametrize(
    ("record", "areas"),
    [
        ("must", ["nutrition"]),
        ("oral_health", ["nutrition"]),
        ("waterlow", ["wound"]),
        ("pressure_ulcer_category", ["wound"]),
        ("wound_area_reduction", ["wound"]),
        ("orthostatic_bp", ["falls"]),
        ("falls_multifactorial", ["falls"]),
        ("four_at", ["dementia"]),
        ("abbey", ["dementia"]),
        ("news2", ["health"]),
        ("continence", ["health"]),
        ("who5", []),
        ("gds15", []),
        ("engagement_log", []),
        ("about_me", []),
    ],
)
def test_which_record_may_serve(record: str, areas: list[str]) -> None:
    assert sorted(need for need, records in POLICY.evidence_records.items() if record in records) == areas


def test_the_rules_follow_the_policy_s_numbers() -> None:
    assert reasons(week(), under(needs_required=3)) == ["NEEDS-LT2"]
    assert reasons(week(), under(areas_required=3)) == ["CHAMPION-LT2"]
    assert decide(week(), under(amount_pence=7250)).amount_pence == 7250
    days = dict(POLICY.evidence_days) | {PremiumNeed.FALLS: 11}
    assert reasons(week(), under(evidence_days=days)) == ["EVIDENCE-STALE:falls", "CHAMPION-LT2"]


# Clock changes and the calendar


@pytest.mark.parametrize(
    "start", [date(2026, 3, 23), date(2026, 10, 19), date(2020, 12, 28), date(2026, 12, 28), date(2016, 2, 29)]
)
def test_seven_nights_whatever_the_clocks_and_the_calendar_do(start: date) -> None:
    monday = start + timedelta(days=7)
    facts = week(
        week_start=start,
        submitted_at=datetime.combine(monday, time(0, 0)),
        needs=(need("dementia", start), need("falls", start)),
        accredited=((start, start + timedelta(days=6)),),
        champions=(champion("dementia", certificate=(None, monday)), champion("falls", certificate=(None, monday))),
    )
    assert decide(facts, POLICY).nights == 7
    assert decide(facts, POLICY).reasons == ()
    sunday_night = replace(facts, submitted_at=datetime.combine(start + timedelta(days=6), time(23, 59)))
    assert reasons(sunday_night) == ["TOO-EARLY"]


def test_the_week_of_the_clock_change_is_judged_in_local_time() -> None:
    start = date(2026, 3, 23)  # British Summer Time begins on Sunday the 29th
    base = week(
        week_start=start,
        submitted_at=datetime(2026, 3, 29, 22, 59, tzinfo=UTC),  # 23:59 on Sunday, local
        needs=(need("dementia", start), need("falls", start)),
        champions=(champion("dementia", certificate=(None, None)), champion("falls", certificate=(None, None))),
    )
    assert reasons(base) == ["TOO-EARLY"]
    assert reasons(replace(base, submitted_at=datetime(2026, 3, 29, 23, 0, tzinfo=UTC))) == []
    leaves_in_utc = replace(base, stays=((None, datetime(2026, 3, 29, 22, 59, tzinfo=UTC)),))
    assert decide(leaves_in_utc, POLICY).nights == 6
    leaves_later = replace(base, stays=((None, datetime(2026, 3, 29, 23, 0, tzinfo=UTC)),))
    assert decide(leaves_later, POLICY).nights == 7


def test_local_and_utc_instants_mean_the_same() -> None:
    summer = date(2016, 7, 4)
    as_local = week(
        week_start=summer,
        submitted_at=local(11, 0, 30, month=7),
        needs=(need("dementia", summer), need("falls", summer)),
        stays=((local(7, 23, 59, month=7), None),),
    )
    as_utc = replace(
        as_local,
        submitted_at=datetime(2016, 7, 10, 23, 30, tzinfo=UTC),
        stays=((datetime(2016, 7, 7, 22, 59, tzinfo=UTC), None),),
    )
    assert decide(as_local, POLICY) == decide(as_utc, POLICY)
    assert decide(as_utc, POLICY).nights == 4
    expired = champion("falls", certificate=(None, date(2016, 7, 10)))  # submission is on the 11th, local
    assert reasons(replace(as_utc, champions=(champion("dementia"), expired))) == FALLS_REFUSED


def test_in_post_at_an_instant() -> None:
    person = champion("falls", certificate=(None, date(2016, 7, 10)), in_post=(None, local(10, 23, 30, month=7)))
    assert in_post_at(person, local(10, 23, 29, month=7))
    assert not in_post_at(person, local(10, 23, 30, month=7))
    assert not in_post_at(replace(person, in_post=(None, None)), datetime(2016, 7, 10, 23, 0, tzinfo=UTC))


# What must hold whatever the facts

days = st.dates(date(2016, 10, 20), date(2016, 12, 20))
instants = st.datetimes(datetime(2016, 10, 20), datetime(2016, 12, 20))  # noqa: DTZ001 - local Europe/London


def periods(points: Any) -> Any:
    ordered = st.tuples(points, points).map(lambda pair: tuple(sorted(pair)))
    return ordered | st.tuples(points, st.none()) | st.tuples(st.none(), points) | st.just((None, None))


def mostly(usual: Any, otherwise: Any) -> Any:
    """The usual value three times in four: facts that are odd everywhere are always refused and prove nothing."""
    return st.sampled_from([usual] * 3 + [None]).flatmap(lambda value: otherwise if value is None else st.just(value))


champions = st.builds(
    Champion,
    name=st.sampled_from(["Ann", "Bob", "Cat"]),
    pathway=st.sampled_from(ChampionPathway),
    certificate=mostly((date(2016, 1, 1), date(2017, 12, 31)), periods(days)),
    in_post=mostly((local(1, month=1), local(25)), periods(instants)),
    ref=st.none() | st.sampled_from(["p1", "p2"]),
)
evidence = st.builds(
    NeedEvidence,
    area=st.sampled_from(AREAS),
    evidenced_on=mostly(date(2016, 11, 1), st.none() | days),
    evidence_ref=st.none() | st.sampled_from(["e1", "e2"]),
)
weeks = st.builds(
    week,
    submitted_at=mostly(SUBMITTED, st.datetimes(local(12), local(20, month=12))),
    needs=st.builds(
        lambda usual, more: (*usual, *more),
        mostly((need("dementia"), need("falls"), need("continence")), st.just(())),
        st.lists(evidence, max_size=6),
    ),
    champions=st.builds(
        lambda usual, more: (*usual, *more),
        mostly((champion("dementia"), champion("falls")), st.just(())),
        st.lists(champions, max_size=6),
    ),
    accredited=mostly(((None, None),), st.lists(periods(days), max_size=2).map(tuple)),
    stays=mostly(((None, None),), st.lists(periods(instants), max_size=3).map(tuple)),
    absences=mostly((), st.lists(periods(instants), max_size=2).map(tuple)),
    chc=mostly((), st.lists(periods(days), max_size=2).map(tuple)),
    died_at=mostly(local(12, 3), st.none() | instants),
    relied_upon=st.none() | st.lists(st.sampled_from(PremiumNeed), max_size=4, unique=True).map(tuple),
    late_reason=st.sampled_from([None, "Appeal"]),
)
policies = st.builds(
    under,
    champion_rule=st.sampled_from(ChampionRule),
    nights_rule=st.sampled_from(NightsRule),
    max_retained_nights=st.integers(0, 7),
)


def bytes_of(decision: Decision) -> bytes:
    return json.dumps(decision.as_json()).encode()


@given(facts=weeks, policy=policies, extra=champions)
def test_adding_a_champion_never_makes_a_claim_ineligible(facts: WeekFacts, policy: Policy, extra: Champion) -> None:
    before, after = decide(facts, policy), decide(replace(facts, champions=(*facts.champions, extra)), policy)
    assert after.eligible or not before.eligible
    assert after.amount_pence >= before.amount_pence


@given(facts=weeks, policy=policies, night=st.integers(0, 6))
def test_adding_a_funded_night_never_raises_the_amount(facts: WeekFacts, policy: Policy, night: int) -> None:
    day = MONDAY + timedelta(days=night)
    before, after = decide(facts, policy), decide(replace(facts, chc=(*facts.chc, (day, day))), policy)
    assert after.amount_pence <= before.amount_pence
    assert after.nights <= before.nights


@given(facts=weeks, policy=policies, data=st.data())
def test_the_order_of_the_facts_changes_nothing(facts: WeekFacts, policy: Policy, data: st.DataObject) -> None:
    shuffled = {
        name: tuple(data.draw(st.permutations(getattr(facts, name))))
        for name in ("needs", "champions", "accredited", "stays", "absences", "chc")
    }
    if facts.relied_upon is not None:
        shuffled["relied_upon"] = tuple(data.draw(st.permutations(facts.relied_upon)))
    assert decide(replace(facts, **shuffled), policy) == decide(facts, policy)


@given(facts=weeks, policy=policies)
def test_the_same_facts_give_the_same_bytes(facts: WeekFacts, policy: Policy) -> None:
    assert bytes_of(decide(facts, policy)) == bytes_of(decide(replace(facts), replace(policy)))


@given(facts=weeks, policy=policies, data=st.data())
def test_citing_fewer_areas_never_adds_a_champion_reason(facts: WeekFacts, policy: Policy, data: st.DataObject) -> None:
    cited = facts.relied_upon or tuple(PremiumNeed)
    fewer = tuple(area for area in cited if data.draw(st.booleans()))

    def uncovered(areas: tuple[str, ...]) -> set[str]:
        decision = decide(replace(facts, relied_upon=areas), policy)
        # under "any" a failing area is a reason only when no other passes, so there the whole of it is compared
        spared = [code for _, codes in decision.left_out for code in codes] if policy.champion_rule == "any" else []
        return {code for code in (*decision.reasons, *spared) if code.startswith("CHAMPION-NOT-IN-POST:")}

    assert uncovered(fewer) <= uncovered(cited)


@given(facts=weeks, policy=policies)
def test_eligible_means_no_reason_and_money_and_only_then(facts: WeekFacts, policy: Policy) -> None:
    decision = decide(facts, policy)
    assert decision.eligible == (decision.reasons == ()) == (decision.amount_pence > 0) == bool(decision.relied_upon)
    assert not (decision.eligible and decision.manual)
    assert 0 <= decision.nights <= 7
    assert decision.amount_pence <= decision.at_stake_pence <= policy.amount_pence
    if decision.eligible:
        assert decision.relied_upon == tuple(s.area for s in decision.supports)
        assert len(decision.relied_upon) >= policy.areas_to_pass


@given(facts=weeks, policy=policies)
def test_letting_the_rules_choose_is_never_worse_than_naming(facts: WeekFacts, policy: Policy) -> None:
    assert decide(replace(facts, relied_upon=None), policy).eligible or not decide(facts, policy).eligible
