"""What is about to be lost, what to do about it, and the reasons in words."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.domain.needs import ChampionPathway, PremiumNeed
from app.domain.premium import (
    POLICIES,
    REASON_CODES,
    AtRisk,
    Champion,
    NeedEvidence,
    NightsRule,
    OtherClaim,
    WeekFacts,
    advice,
    cover_forecast,
    cover_of,
    decide,
    reason_mend,
    reason_words,
)

MONDAY = date(2016, 11, 7)
POLICY = POLICIES[0]
HORIZON = date(2017, 2, 1)


def local(day: int, hour: int = 0, minute: int = 0, month: int = 11, year: int = 2016) -> datetime:
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - local Europe/London


def champion(pathway: str, *, until: datetime | None = None, expires: date | None = None, name: str = "") -> Champion:
    return Champion(name or pathway.title(), ChampionPathway(pathway), (None, expires), (None, until))


NOW = local(14, 8)
LEAVES = local(21, 9)
COVER = (
    champion("dementia"),
    champion("nutrition"),
    champion("wound", until=LEAVES, name="Wendy"),
    champion("health"),
    champion("falls"),
)


def resident(identifier: str, *areas: str, **changes: Any) -> WeekFacts:
    usual: dict[str, Any] = {
        "id": identifier,
        "week_start": MONDAY,
        "submitted_at": NOW,
        "home_ods": "V123A",
        "accredited": ((None, None),),
        "nhs_number": "9990000018",
        "date_of_birth": date(1931, 5, 2),
        "stays": ((None, None),),
        "needs": tuple(NeedEvidence(area, date(2016, 11, 1)) for area in areas),
        "champions": COVER,
    }
    return WeekFacts(**(usual | changes))


def forecast(*residents: WeekFacts, now: datetime = NOW, horizon: date = HORIZON) -> tuple[AtRisk, ...]:
    return cover_forecast(residents, now, horizon)


def test_only_those_who_would_lose_the_premium_are_at_risk() -> None:
    (row,) = forecast(
        resident("r1", "wound", "dementia"),
        resident("r2", "wound", "nutrition"),
        resident("r3", "wound", "dementia", "nutrition"),  # keeps two others
        resident("r4", "dementia", "nutrition"),
        resident("r5", "wound", "engagement"),  # not eligible now
        resident("r6", "wound", "dementia", chc=((None, None),)),  # not eligible now
    )
    assert row == AtRisk(ChampionPathway.WOUND, date(2016, 11, 21), ("r1", "r2"), 14000, ("Wendy",), leaves=True)
    assert row.residents == 2


def test_the_day_after_a_certificate_s_last_day() -> None:
    facts = resident("r1", "falls", "dementia", champions=(champion("dementia"),
                     champion("falls", expires=date(2016, 11, 30))))  # fmt: skip
    (row,) = forecast(facts)
    assert (row.pathway, row.from_date, row.leaves) == ("falls", date(2016, 12, 1), False)
    assert (row.residents, row.pence_per_week) == (1, 7000)


def test_a_successor_without_a_gap_leaves_nothing_at_risk() -> None:
    successor = Champion("Next", ChampionPathway.WOUND, (None, None), (LEAVES, None))
    assert forecast(resident("r1", "wound", "dementia", champions=(*COVER, successor))) == ()
    late = replace(successor, in_post=(LEAVES + timedelta(hours=1), None))
    assert len(forecast(resident("r1", "wound", "dementia", champions=(*COVER, late)))) == 1


def test_a_successor_whose_certificate_is_not_valid_is_no_cover() -> None:
    successor = Champion("Next", ChampionPathway.WOUND, (None, date(2016, 11, 20)), (LEAVES, None))
    assert cover_of(successor) is None
    assert len(forecast(resident("r1", "wound", "dementia", champions=(*COVER, successor)))) == 1


def test_losses_one_after_the_other_are_each_counted_when_they_bite() -> None:
    cover = (
        champion("dementia", until=local(1, 9, month=12)),
        champion("falls", until=local(8, 9, month=12)),
        champion("nutrition"),
    )
    rows = forecast(
        resident("three", "dementia", "falls", "nutrition", champions=cover),
        resident("two", "dementia", "falls", champions=cover),
    )
    assert [(row.pathway.value, row.resident_ids) for row in rows] == [("dementia", ("two",)), ("falls", ("three",))]


def test_two_ends_at_the_same_instant() -> None:
    cover = (champion("dementia", until=LEAVES), champion("falls", until=LEAVES), champion("nutrition"))
    rows = forecast(resident("r1", "dementia", "falls", "nutrition", champions=cover))
    assert [(row.pathway.value, row.residents) for row in rows] == [("dementia", 1), ("falls", 1)]
    only_these = forecast(resident("r1", "dementia", "falls", champions=cover))
    assert [(row.pathway.value, row.residents) for row in only_these] == [("dementia", 1), ("falls", 1)]
    bystander = forecast(resident("r1", "dementia", "nutrition", champions=cover))
    assert [(row.pathway.value, row.residents) for row in bystander] == [("dementia", 1), ("falls", 0)]


def test_when_a_champion_counts() -> None:
    summer = Champion("A", ChampionPathway.FALLS, (date(2016, 7, 1), date(2016, 7, 31)), (None, None))
    assert cover_of(summer) == (
        datetime(2016, 6, 30, 23, tzinfo=UTC),
        datetime(2016, 7, 31, 23, tzinfo=UTC),
    )
    assert cover_of(replace(summer, in_post=(local(1, month=8), None))) is None
    assert cover_of(replace(summer, certificate=(None, date(9999, 12, 31)))) == (None, None)


def test_a_pathway_that_ends_without_costing_anybody_is_shown_with_nobody() -> None:
    cover = (*COVER[:2], champion("engagement", until=LEAVES))
    (row,) = forecast(resident("r1", "dementia", "nutrition", champions=cover))
    assert (row.pathway, row.residents, row.pence_per_week) == (ChampionPathway.ENGAGEMENT, 0, 0)


def test_only_ends_between_now_and_the_horizon() -> None:
    facts = resident("r1", "wound", "dementia")
    assert forecast(facts, now=local(21, 9)) == ()
    assert forecast(facts, horizon=date(2016, 11, 20)) == ()
    assert len(forecast(facts, horizon=date(2016, 11, 21))) == 1
    expires = replace(facts, champions=(champion("dementia"), champion("wound", expires=date(2016, 11, 30))))
    assert forecast(expires, horizon=date(2016, 11, 30)) == ()
    assert len(forecast(expires, horizon=date(2016, 12, 1))) == 1


def test_a_week_already_claimed_running_or_old_does_not_hide_the_risk() -> None:
    claimed = resident("claimed", "wound", "dementia", other_live_claims=(OtherClaim("V123A", MONDAY),))
    running = resident("running", "wound", "dementia", submitted_at=local(9, 8))
    old = resident("old", "wound", "dementia", submitted_at=local(20, 8, month=12))
    named = resident("named", "wound", "dementia", "nutrition", relied_upon=("wound", "dementia"))
    (row,) = forecast(claimed, running, old, named)
    assert row.resident_ids == ("claimed", "old", "running")


def test_the_pence_are_those_of_the_policy() -> None:
    pro_rata = (replace(POLICY, nights_rule=NightsRule.PRO_RATA),)
    facts = resident("r1", "wound", "dementia", stays=((local(9, 12), None),))
    (row,) = cover_forecast([facts], NOW, HORIZON, pro_rata)
    assert row.pence_per_week == 5000


def test_no_resident_no_forecast_and_no_policy_no_loss() -> None:
    assert forecast() == ()
    before = resident("r1", "wound", "dementia", week_start=date(2015, 9, 28))
    (row,) = forecast(before)
    assert row.residents == 0


# Advice on one week


def advise(facts: WeekFacts) -> tuple[str, ...]:
    return advice(facts, decide(facts, POLICY))


def test_submit_before_the_champion_leaves() -> None:
    cover = (champion("dementia"), champion("falls", until=local(14, 9)))
    facts = resident("r1", "dementia", "falls", champions=cover)
    expected = ("Submit before 09:00 on Mon 14-Nov-2016: the falls champion leaves",)
    assert advise(facts) == expected
    assert advise(replace(facts, submitted_at=local(10, 8))) == expected  # in the week, too early to submit
    assert advise(replace(facts, submitted_at=local(14, 17))) == ()  # too late: the reasons say it


def test_submit_before_the_certificate_expires() -> None:
    cover = (champion("dementia"), champion("falls", expires=date(2016, 11, 16)))
    assert advise(resident("r1", "dementia", "falls", champions=cover)) == (
        "Submit by the end of Wed 16-Nov-2016: the falls champion's certificate expires",
    )


def test_no_deadline_where_the_claim_would_stand_all_the_same() -> None:
    cover = (champion("dementia"), champion("nutrition"), champion("falls", until=local(14, 9)))
    assert advise(resident("r1", "dementia", "falls", "nutrition", champions=cover)) == ()
    after_window = (champion("dementia"), champion("falls", until=local(20, 9, month=12)))
    assert advise(resident("r1", "dementia", "falls", champions=after_window)) == ()


def test_cover_that_ends_as_the_week_does_leaves_no_time_to_claim() -> None:
    cover = (champion("dementia"), champion("falls", until=local(14)))
    facts = resident("r1", "dementia", "falls", champions=cover, submitted_at=local(10, 8))
    assert decide(facts, POLICY).reasons == ("TOO-EARLY",)
    assert advise(facts) == ("This week cannot be claimed: falls champion cover ends as the week does",)


def test_a_gap_that_closed_within_the_week_is_no_deadline() -> None:
    follower = Champion("Next", ChampionPathway.FALLS, (None, None), (local(11, 9), None))
    cover = (champion("dementia"), champion("falls", until=local(10, 9)), follower)
    assert advise(resident("r1", "dementia", "falls", champions=cover, submitted_at=local(9, 8))) == ()


def test_leave_out_what_is_not_covered() -> None:
    cover = (champion("dementia"), champion("nutrition"))
    facts = resident("r1", "dementia", "falls", "nutrition", champions=cover,
                     relied_upon=("dementia", "falls", "nutrition"))  # fmt: skip
    assert advise(facts) == ("Rely on Dementia and Nutrition only: the claim then stands",)
    assert advise(replace(facts, date_of_birth=None)) == ()


def test_no_policy_no_advice() -> None:
    facts = resident("r1", "dementia", "falls", week_start=date(2015, 9, 28))
    assert advice(facts, decide(facts, None)) == ()


# Words


def every_code() -> list[str]:
    with_area = {"EVIDENCE-MISSING", "EVIDENCE-STALE", "CHAMPION-NOT-IN-POST"}
    return [
        code
        for kind in REASON_CODES
        for code in ([f"{kind}:{area}" for area in PremiumNeed] if kind in with_area else [kind])
    ]


@pytest.mark.parametrize("code", every_code())
def test_every_reason_is_said_in_words_and_can_be_mended(code: str) -> None:
    for text in (reason_words(code), reason_mend(code)):
        assert "{" not in text
        assert code.partition(":")[0] not in text
        assert not text.endswith(".")
        assert not {"please", "sorry", "invalid", "valid"} & set(text.lower().split())


def test_the_words_name_the_area() -> None:
    assert reason_words("EVIDENCE-STALE:wound") == (
        "The newest evidence of the wound need was too old, or overdue, at the end of the week"
    )
    assert "falls champions" in reason_mend("CHAMPION-NOT-IN-POST:falls")


@pytest.mark.parametrize("code", ["X-99", "EVIDENCE-STALE", "EVIDENCE-STALE:engagement", "LATE:falls", ""])
def test_a_code_that_is_not_ours_is_named_as_it_stands(code: str) -> None:
    assert reason_words(code) == f"The commissioner gave the reason {code}, which is not in the published list"
    assert "commissioner" in reason_mend(code)
