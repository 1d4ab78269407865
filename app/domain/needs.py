"""The six champion pathways and the five premium needs: two lists that look alike and are not the same.

A champion is trained in one of six pathways. A resident's premium rests on five areas of need: engagement and wellbeing
has champions but earns nothing, and four health conditions (end of life, continence, neurological, respiratory) are one
area, health, however many of them a resident has. Source: the vanguard's description of the Complex Care Premium.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from app.domain.errors import UserError


class ChampionPathway(StrEnum):
    """What a member of staff can be trained as a champion in."""

    DEMENTIA = "dementia"
    NUTRITION = "nutrition"
    ENGAGEMENT = "engagement"
    FALLS = "falls"
    WOUND = "wound"
    HEALTH = "health"


class PremiumNeed(StrEnum):
    """An area of need that the premium pays for."""

    DEMENTIA = "dementia"
    FALLS = "falls"
    NUTRITION = "nutrition"
    WOUND = "wound"
    HEALTH = "health"

    @property
    def pathway(self) -> ChampionPathway:
        """The champion pathway that must cover this need."""
        return ChampionPathway(self.value)


HEALTH_SUBCONDITIONS: Final = ("end_of_life", "continence", "neurological", "respiratory")

_PATHWAY_LABELS: Final = {
    ChampionPathway.DEMENTIA: "Dementia",
    ChampionPathway.NUTRITION: "Nutrition",
    ChampionPathway.ENGAGEMENT: "Engagement and wellbeing",
    ChampionPathway.FALLS: "Falls and fragility",
    ChampionPathway.WOUND: "Wound",
    ChampionPathway.HEALTH: "Health",
}
_SUBCONDITION_LABELS: Final = {
    "end_of_life": "End of life",
    "continence": "Continence",
    "neurological": "Neurological",
    "respiratory": "Respiratory",
}
_NEED_BY_AREA: Final[dict[str, PremiumNeed | None]] = (
    {need.value: need for need in PremiumNeed}
    | dict.fromkeys(HEALTH_SUBCONDITIONS, PremiumNeed.HEALTH)
    | {ChampionPathway.ENGAGEMENT.value: None}
)
AREAS: Final = tuple(_NEED_BY_AREA)
"""Every area that may be recorded as a resident's need: five premium areas, four health conditions, engagement."""


def premium_need(area: str, *, field: str = "area") -> PremiumNeed | None:
    """The premium area that a recorded need counts towards; None for engagement, which counts towards none.

    Raises UserError for an area that is not on the list.
    """
    try:
        return _NEED_BY_AREA[area]
    except KeyError:
        raise UserError(f"{area} is not an area of need. Use one of: {', '.join(AREAS)}", field=field) from None


def pathway_label(pathway: ChampionPathway) -> str:
    """The pathway in words, for example "Falls and fragility"."""
    return _PATHWAY_LABELS[pathway]


def need_label(need: PremiumNeed) -> str:
    """The premium area in words; the same words as the pathway that covers it."""
    return _PATHWAY_LABELS[need.pathway]


def area_label(area: str) -> str:
    """Any recorded area in words: "Continence" as well as "Health". Raises UserError for an unknown area."""
    if area in _SUBCONDITION_LABELS:
        return _SUBCONDITION_LABELS[area]
    need = premium_need(area)
    return need_label(need) if need else pathway_label(ChampionPathway.ENGAGEMENT)
