"""A claim tested again with what is known now: which corrections touch it, which part of the facts it is, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.needs import ChampionPathway, PremiumNeed
from app.domain.premium import POLICIES, Champion, NeedEvidence, NightsRule, WeekFacts, decide
from app.domain.premium.corrections import Difference, Part, Verdict, fallen_difference, standing_difference

MONDAY = date(2016, 11, 7)
POLICY = POLICIES[0]
LONG_AGO = datetime(2016, 1, 1, tzinfo=UTC)


def champion(pathway: str, until: datetime | None = None) -> Champion:
    return Champion(
        pathway.capitalize(),
        ChampionPathway(pathway),
        (date(2016, 1, 1), date(2017, 12, 31)),
        (LONG_AGO, until),
        pathway,
    )


SIGNED = WeekFacts(
    id="r1",
    week_start=MONDAY,
    submitted_at=datetime(2016, 11, 14, 17, tzinfo=UTC),
    home_ods="V123A",
    accredited=((date(2016, 1, 4), None),),
    nhs_number="9990000018",
    date_of_birth=date(1931, 5, 2),
    stays=((datetime(2016, 2, 1, 11, tzinfo=UTC), None),),
    needs=(NeedEvidence("dementia", date(2016, 10, 20), "e1"), NeedEvidence("falls", date(2016, 11, 1), "e2")),
    champions=(champion("dementia"), champion("falls")),
)
EARLIER = datetime(2016, 11, 9, 9, tzinfo=UTC)


def became(now: WeekFacts, signed: WeekFacts = SIGNED) -> Difference | None:
    then = decide(signed, POLICY)
    assert then.eligible
    return standing_difference(signed, then, now, POLICY, 7000)


@pytest.mark.parametrize(
    ("change", "part", "now", "reasons"),
    [
        ({"chc": ((date(2016, 11, 9), None),)}, Part.FUNDING, "from 09-Nov-2016", ("CHC-FUNDED", "NIGHTS-LT4")),
        (
            {"absences": ((datetime(2016, 11, 8, 14, tzinfo=UTC), datetime(2016, 11, 12, 11, tzinfo=UTC)),)},
            Part.ABSENCES,
            "from 08-Nov-2016 14:00 until 12-Nov-2016 11:00",
            ("NIGHTS-LT4",),
        ),
        ({"died_at": datetime(2016, 11, 10, 2, tzinfo=UTC)}, Part.DEATH, "10-Nov-2016 02:00", ("NIGHTS-LT4",)),
        (
            {"stays": ((datetime(2016, 11, 11, 9, tzinfo=UTC), None),)},
            Part.STAYS,
            "from 11-Nov-2016 09:00",
            ("NIGHTS-LT4",),
        ),
        (
            {"accredited": ((date(2016, 1, 4), date(2016, 11, 12)),)},
            Part.ACCREDITATION,
            "until 12-Nov-2016",
            ("HOME-NOT-ACCREDITED",),
        ),
        (
            {"champions": (champion("dementia"), champion("falls", EARLIER))},
            Part.CHAMPIONS,
            (
                "Dementia, dementia, in post throughout, certificate throughout; "
                "Falls, falls, in post until 09-Nov-2016 09:00, certificate throughout"
            ),
            ("CHAMPION-NOT-IN-POST:falls", "CHAMPION-LT2"),
        ),
        (
            {"needs": (NeedEvidence("dementia", date(2016, 10, 20), "e1"), NeedEvidence("falls", None))},
            Part.NEEDS,
            "dementia, evidence of 20-Oct-2016; falls and fragility, no evidence",
            ("EVIDENCE-MISSING:falls", "CHAMPION-LT2"),
        ),
        ({"nhs_number": None}, Part.IDENTITY, "NHS number not known, born 02-May-1931", ("IDENTITY",)),
    ],
)
def test_each_correction_is_found_and_named(
    change: dict[str, object], part: Part, now: str, reasons: tuple[str, ...]
) -> None:
    found = became(replace(SIGNED, **change))  # type: ignore[arg-type]
    assert found is not None
    assert (found.verdict, found.worth, found.now.reasons) == (Verdict.FALLS, 0, reasons)
    assert [(each.part, each.now) for each in found.changes] == [(part, now)]


def test_what_lies_outside_the_week_touches_nothing_and_is_not_named() -> None:
    later = replace(
        SIGNED,
        stays=((datetime(2016, 2, 1, 11, tzinfo=UTC), datetime(2017, 3, 1, 11, tzinfo=UTC)),),
        champions=(champion("dementia"), champion("falls", datetime(2017, 1, 1, tzinfo=UTC)), champion("wound")),
        chc=((date(2016, 11, 11), None),),
        died_at=datetime(2017, 3, 1, 11, tzinfo=UTC),
    )
    assert became(later) is None
    fallen = became(replace(later, chc=((date(2016, 11, 10), None),)))
    assert fallen is not None
    assert [each.part for each in fallen.changes] == [Part.FUNDING]


def test_two_corrections_that_only_together_change_it_are_both_named() -> None:
    found = became(
        replace(
            SIGNED,
            chc=((date(2016, 11, 11), None),),
            absences=((datetime(2016, 11, 7, 9, tzinfo=UTC), datetime(2016, 11, 8, 9, tzinfo=UTC)),),
        )
    )
    assert found is not None
    assert {each.part for each in found.changes} == {Part.FUNDING, Part.ABSENCES}


def test_it_is_tested_as_it_was_submitted_and_for_what_it_cited() -> None:
    late = replace(SIGNED, submitted_at=datetime(2017, 11, 14, 17, tzinfo=UTC))
    assert became(late) is None
    more = replace(SIGNED, needs=(*SIGNED.needs, NeedEvidence("wound", date(2016, 11, 1))))
    assert became(more) is None, "a need that was not cited, without a champion, refuses nothing"


def test_three_cited_areas_of_which_one_fell_name_the_two_that_would_carry_it() -> None:
    signed = replace(
        SIGNED,
        needs=(*SIGNED.needs, NeedEvidence("wound", date(2016, 11, 1))),
        champions=(*SIGNED.champions, champion("wound")),
    )
    found = became(replace(signed, champions=(champion("dementia"), champion("wound"))), signed)
    assert found is not None
    assert (found.verdict, found.rest) == (Verdict.FALLS, (PremiumNeed.DEMENTIA, PremiumNeed.WOUND))


def test_another_difference_has_another_name_and_the_same_has_the_same() -> None:
    one, again, other = (
        became(replace(SIGNED, chc=((day, None),))) for day in (date(2016, 11, 9), date(2016, 11, 9), date(2016, 11, 8))
    )
    assert one is not None
    assert again is not None
    assert other is not None
    assert one.finding == again.finding != other.finding


@given(nights=st.integers(0, 7))
def test_paid_by_the_night_every_night_less_is_a_pound_note_less(nights: int) -> None:
    nightly = replace(POLICY, nights_rule=NightsRule.PRO_RATA)
    then = decide(SIGNED, nightly)
    until = None if nights == 0 else (date(2016, 11, 7), date(2016, 11, 6 + nights))
    found = standing_difference(SIGNED, then, replace(SIGNED, chc=(until,) if until else ()), nightly, 7000)
    if nights == 0:
        assert found is None
    else:
        assert found is not None
        assert found.worth == 7000 - 1000 * nights
        assert found.verdict is (Verdict.LESS if nights < 7 else Verdict.FALLS)


def test_a_week_that_fell_stands_again_only_when_something_was_recorded() -> None:
    fallen = replace(SIGNED, chc=((date(2016, 11, 9), None),))
    then = decide(fallen, POLICY)
    assert fallen_difference(fallen, then, fallen, POLICY) is None
    assert fallen_difference(SIGNED, decide(SIGNED, POLICY), SIGNED, POLICY) is None
    won = fallen_difference(fallen, then, SIGNED, POLICY)
    assert won is not None
    assert (won.verdict, won.stood, won.worth) == (Verdict.STANDS_NOW, 0, 7000)
    assert [(each.part, each.then, each.now) for each in won.changes] == [
        (Part.FUNDING, "from 09-Nov-2016", "none in the week")
    ]
