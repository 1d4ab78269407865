"""The six pathways and the five needs."""

import pytest

from app.domain.errors import UserError
from app.domain.needs import (
    AREAS,
    HEALTH_SUBCONDITIONS,
    ChampionPathway,
    PremiumNeed,
    area_label,
    need_label,
    pathway_label,
    premium_need,
)


def test_six_pathways_and_five_needs() -> None:
    assert {p.value for p in ChampionPathway} == {"dementia", "nutrition", "engagement", "falls", "wound", "health"}
    assert {n.value for n in PremiumNeed} == {"dementia", "falls", "nutrition", "wound", "health"}


@pytest.mark.parametrize("area", [need.value for need in PremiumNeed])
def test_a_premium_area_counts_as_itself(area: str) -> None:
    assert premium_need(area) is PremiumNeed(area)
    assert premium_need(PremiumNeed(area)) is PremiumNeed(area)


@pytest.mark.parametrize("area", ["end_of_life", "continence", "neurological", "respiratory"])
def test_the_four_conditions_are_one_area_health(area: str) -> None:
    assert area in HEALTH_SUBCONDITIONS
    assert premium_need(area) is PremiumNeed.HEALTH


def test_engagement_counts_as_none() -> None:
    assert premium_need("engagement") is None


def test_an_unknown_area_is_refused_by_name() -> None:
    with pytest.raises(UserError, match="wellbeing is not an area of need") as refused:
        premium_need("wellbeing", field="needs")
    assert refused.value.field == "needs"


def test_each_need_is_covered_by_the_pathway_of_its_name() -> None:
    assert {need: need.pathway.value for need in PremiumNeed} == {need: need.value for need in PremiumNeed}


def test_labels_are_words() -> None:
    assert pathway_label(ChampionPathway.FALLS) == need_label(PremiumNeed.FALLS) == "Falls and fragility"
    assert pathway_label(ChampionPathway.ENGAGEMENT) == area_label("engagement") == "Engagement and wellbeing"
    assert area_label("end_of_life") == "End of life"
    assert area_label("wound") == "Wound"
    assert len({area_label(area) for area in AREAS}) == len(AREAS) == 10
