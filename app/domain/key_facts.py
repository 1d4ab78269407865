"""Key facts: what a hospital must know about a resident and no assessment, allergy or diagnosis says.

One entry for each topic, kept in the record like every other fact. Each topic names the field of the transfer pack that
it fills (:mod:`app.domain.transfer`); the grouping follows the pack's pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Asks(StrEnum):
    """What is typed for a topic: words, or yes or no with words if there are any."""

    WORDS = "words"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Topic:
    """A question that the record answers. ``field`` is a key of :data:`app.domain.transfer.FIELD_LABELS`, or
    ``baseline.<topic>`` for a line of the baseline page."""

    code: str
    label: str
    group: str
    field: str
    asks: Asks = Asks.WORDS
    help: str = ""


FIRST, CARE, TALK, LAW, WISHES, TEAM = (
    "What the first hour must know", "Care when well", "Talking with them", "Law", "Wishes",
    "Who else looks after them",
)  # fmt: skip

TOPICS: tuple[Topic, ...] = (
    Topic("diabetes", "Diabetes", FIRST, "flags.diabetes", Asks.YES_NO, "Type, and how it is treated"),
    Topic("pacemaker", "Pacemaker or ICD", FIRST, "flags.pacemaker", Asks.YES_NO),
    Topic("oxygen", "Home oxygen", FIRST, "flags.oxygen", Asks.YES_NO, "How much, and since when"),
    Topic("catheter", "Catheter", FIRST, "flags.catheter", Asks.YES_NO, "Kind, and when it was last changed"),
    Topic("swallow_risk", "Swallow risk", FIRST, "flags.swallow_risk", Asks.YES_NO),
    Topic("infection", "Infection", FIRST, "flags.infection", Asks.YES_NO, "For example MRSA carrier"),
    Topic("mrsa", "MRSA", FIRST, "detail.mrsa", Asks.YES_NO),
    Topic("c_diff", "C. difficile", FIRST, "detail.c_diff", Asks.YES_NO),
    Topic("diet_texture", "Food and fluid texture", FIRST, "diet_texture", help="IDDSI levels, for example 5 and 2"),
    Topic("bed_rails", "Bed rails", FIRST, "mobility.bed_rails", help="Use, do not use, and why"),
    Topic("usual_cognition", "Usual memory and thinking", FIRST, "usual_cognition"),
    Topic("devices", "Devices", FIRST, "devices", help="For example hearing implant, stoma, hip replacement"),
    Topic("operations", "Operations", FIRST, "operations"),
    Topic("covert_or_crushed", "Medicines hidden or crushed", FIRST, "covert_or_crushed",
          help="Which, who agreed, and since when"),
    Topic("eating", "Eating and drinking", CARE, "baseline.Eating and drinking"),
    Topic("swallow", "Swallow", CARE, "baseline.Swallow"),
    Topic("moving", "Mobility, transfers, aids, hoist", CARE, "baseline.Mobility, transfers, aids, hoist"),
    Topic("toilet", "Toileting and continence", CARE, "baseline.Toileting and continence"),
    Topic("washing", "Washing and dressing", CARE, "baseline.Washing and dressing"),
    Topic("sleep", "Sleep", CARE, "baseline.Sleep"),
    Topic("behaviour", "Behaviour", CARE, "baseline.Behaviour"),
    Topic("skin", "Skin", CARE, "baseline.Skin"),
    Topic("communication", "How to communicate", TALK, "communication.how"),
    Topic("hearing_aid", "Hearing aid", TALK, "communication.hearing_aid", help="Left, right, both, or none"),
    Topic("glasses", "Glasses", TALK, "communication.glasses", help="Reading, always, or none"),
    Topic("language", "Language", TALK, "communication.language"),
    Topic("interpreter", "Interpreter needed", TALK, "communication.interpreter", Asks.YES_NO),
    Topic("capacity", "Capacity to agree to admission", LAW, "legal.capacity"),
    Topic("capacity_assessment", "Capacity assessment", LAW, "legal.capacity_assessment",
          help="Of what, by whom, when"),
    Topic("dols", "DoLS", LAW, "legal.dols", help="In force from and to, applied for on, or none"),
    Topic("lpa_health", "LPA for health and welfare", LAW, "legal.lpa_health", help="Name, phone, and whether seen"),
    Topic("deputy", "Court-appointed deputy", LAW, "legal.deputy"),
    Topic("mental_health_act", "Mental Health Act", LAW, "legal.mental_health_act"),
    Topic("adrt", "Advance decision (ADRT)", LAW, "legal.adrt", help="What it refuses, and where the paper is"),
    Topic("best_interest", "Best-interest decision", LAW, "legal.best_interest"),
    Topic("treatment_limits", "Other treatment limits", WISHES, "legal.treatment_limits"),
    Topic("preferred_place", "Preferred place of care", WISHES, "legal.preferred_place"),
    Topic("organ_donation", "Organ donation", WISHES, "legal.organ_donation"),
    Topic("faith", "Faith and last rites", WISHES, "legal.faith"),
    Topic("district_nurse", "District nurse", TEAM, "professionals", help="Name and phone"),
    Topic("mental_health_team", "Mental health team", TEAM, "professionals", help="Name and phone"),
    Topic("social_worker", "Social worker", TEAM, "professionals", help="Name and phone"),
    Topic("matron", "Named matron", TEAM, "locality", help="Name and phone"),
    Topic("funding", "Who pays for the care", TEAM, "funding", help="CHC, FNC, local authority or self"),
    Topic("can_return", "Coming back to this home", TEAM, "can_return", help="How long the bed is held, and limits"),
)  # fmt: skip
_BY_CODE = {topic.code: topic for topic in TOPICS}


def topic(code: str) -> Topic | None:
    """The topic with that code, or None."""
    return _BY_CODE.get(code)
