"""When a result calls for somebody, and whom to phone first.

An alert never depends on the network: what to do and whom to phone come first, the message follows. The rules are the
bands and red flags of the instruments; besides, a band that got worse since the last result raises one even when its
level alone would not, and so does a NEWS2 that rose by 2 or more (app rule). One result raises one alert for one
matter: the loudest.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.instruments import abbey, four_at, must, news2, post_fall, pressure_ulcer_category, waterlow
from app.domain.instruments import wound_area_reduction as wound
from app.domain.instruments.outcome import Outcome
from app.domain.instruments.registry import band_label, instrument


class AlertKind(StrEnum):
    """What an alert is about; the code travels in the message's category."""

    NEWS2_HIGH = "news2-high"
    NEWS2_MEDIUM = "news2-medium"
    NEWS2_RED_FLAG = "news2-red-flag"
    NEWS2_RISE = "news2-rise"
    MUST_HIGH = "must-high"
    PRESSURE_ULCER = "pressure-ulcer-category-2-or-worse"
    WOUND_LARGER = "wound-larger"
    WOUND_NOT_HEALING = "wound-not-healing"
    POST_FALL_999 = "post-fall-999"
    POST_FALL_HEAD_INJURY = "post-fall-head-injury"
    POST_FALL_LONG_LIE = "post-fall-long-lie"
    POSSIBLE_DELIRIUM = "possible-delirium"
    SEVERE_PAIN = "severe-pain"
    BAND_WORSE = "band-worse"


class Recipient(StrEnum):
    """Who is phoned or told."""

    EMERGENCY_999 = "emergency-999"
    HOMEFIRST = "homefirst"
    GP = "gp"
    DIETETICS = "dietetics"
    TISSUE_VIABILITY = "tissue-viability"
    COMMUNITY_NURSE = "community-nurse"
    CCG_QUALITY = "ccg-quality"


@dataclass(frozen=True, slots=True)
class AlertRule:
    """One alert to raise.

    ``priority`` is FHIR's request priority (routine, urgent, asap, stat). ``do`` is what to do, in order; ``phone``
    whom to phone first; ``recipients`` who gets the message.
    """

    kind: AlertKind
    priority: str
    title: str
    do: tuple[str, ...]
    phone: Recipient
    recipients: tuple[Recipient, ...]


_NEWS2_HIGH = AlertRule(
    AlertKind.NEWS2_HIGH,
    "stat",
    "NEWS2 high: emergency",
    (
        "Call 999, unless the emergency care plan says otherwise.",
        "Stay with the resident. Could this be sepsis? Keep measuring.",
        "Have the red bag and the ReSPECT form ready.",
    ),
    Recipient.EMERGENCY_999,
    (Recipient.HOMEFIRST, Recipient.GP),
)
_NEWS2_MEDIUM = AlertRule(
    AlertKind.NEWS2_MEDIUM,
    "asap",
    "NEWS2 medium: urgent review now",
    (
        "Phone the rapid response team or the GP now. Could this be sepsis?",
        "Repeat NEWS2 at least every hour.",
        "Call 999 if the score reaches 7 or the resident looks worse.",
    ),
    Recipient.HOMEFIRST,
    (Recipient.HOMEFIRST, Recipient.GP),
)
_NEWS2_RED_FLAG = AlertRule(
    AlertKind.NEWS2_RED_FLAG,
    "urgent",
    "NEWS2: one measurement is very abnormal",
    (
        "Ask the nurse, GP or 111 for an urgent review today.",
        "Repeat NEWS2 at least every hour until reviewed.",
    ),
    Recipient.GP,
    (Recipient.GP, Recipient.HOMEFIRST),
)
_NEWS2_RED_FLAG_INCOMPLETE = AlertRule(
    AlertKind.NEWS2_RED_FLAG,
    "asap",
    "NEWS2 incomplete, and one measurement is very abnormal",
    (
        "Ask the nurse, GP or 111 for an urgent review now.",
        "Take the missing measurements if it is safe; do not wait for them.",
    ),
    Recipient.GP,
    (Recipient.GP, Recipient.HOMEFIRST),
)
_MUST_HIGH = AlertRule(
    AlertKind.MUST_HIGH,
    "urgent",
    "MUST high: refer to the dietitian",
    (
        "Refer to the dietitian, unless no benefit is expected.",
        "Set goals, raise intake, weigh every week.",
        "Tell the GP.",
    ),
    Recipient.DIETETICS,
    (Recipient.DIETETICS, Recipient.GP),
)
_ULCER_2 = AlertRule(
    AlertKind.PRESSURE_ULCER,
    "urgent",
    "Pressure ulcer category 2",
    (
        "Take the pressure off the place.",
        "Phone the community nurse today.",
        "Fill in an incident form and start a wound chart.",
    ),
    Recipient.COMMUNITY_NURSE,
    (Recipient.COMMUNITY_NURSE, Recipient.CCG_QUALITY),
)
_ULCER_DEEP_DO = (
    "Take the pressure off the place.",
    "Phone the tissue viability nurse today.",
    "Consider a safeguarding referral, with the manager.",
    "Fill in an incident form and start a wound chart.",
)
_WOUND_LARGER = AlertRule(
    AlertKind.WOUND_LARGER,
    "urgent",
    "Wound is larger",
    (
        "Look for infection: heat, redness, smell, pain. If the resident is unwell, take NEWS2.",
        "Phone the community nurse and reassess the plan.",
    ),
    Recipient.COMMUNITY_NURSE,
    (Recipient.COMMUNITY_NURSE,),
)
_WOUND_NOT_HEALING = AlertRule(
    AlertKind.WOUND_NOT_HEALING,
    "urgent",
    "Wound less than 40 % smaller at 4 weeks",
    ("Refer to the tissue viability nurse.", "Reassess pressure, nutrition and dressing."),
    Recipient.TISSUE_VIABILITY,
    (Recipient.TISSUE_VIABILITY, Recipient.COMMUNITY_NURSE),
)
_FALL_999 = AlertRule(
    AlertKind.POST_FALL_999,
    "stat",
    "After a fall: call 999, do not move",
    (
        "Call 999. Do not move the resident, unless in danger.",
        "If not breathing, follow the ReSPECT form or start CPR.",
        "Keep the resident warm and still. Nothing to eat or drink.",
        "Have the red bag ready.",
    ),
    Recipient.EMERGENCY_999,
    (Recipient.GP, Recipient.CCG_QUALITY),
)
_FALL_HEAD = AlertRule(
    AlertKind.POST_FALL_HEAD_INJURY,
    "asap",
    "After a fall: urgent head injury referral",
    (
        "Call 999, 111 or A&E now, unless an agreed plan says not: a scan may be needed within 8 hours.",
        "Say which blood thinner is taken and when the last dose was.",
        "New vomiting, headache, drowsiness, confusion or a seizure: call 999.",
    ),
    Recipient.EMERGENCY_999,
    (Recipient.HOMEFIRST, Recipient.GP),
)
_FALL_LONG_LIE = AlertRule(
    AlertKind.POST_FALL_LONG_LIE,
    "urgent",
    "After a fall: an hour or more on the floor",
    (
        "Lift with equipment if it is safe.",
        "Have the resident seen by a clinician today: pressure damage, dehydration, cold, muscle damage.",
    ),
    Recipient.HOMEFIRST,
    (Recipient.HOMEFIRST, Recipient.GP),
)
_DELIRIUM = AlertRule(
    AlertKind.POSSIBLE_DELIRIUM,
    "asap",
    "4AT: possible delirium",
    (
        "Ask a clinician to see the resident today.",
        "Take NEWS2.",
        "Look for infection, pain, constipation, a full bladder, dehydration and medicines that may be the cause.",
    ),
    Recipient.GP,
    (Recipient.GP, Recipient.HOMEFIRST),
)
_SEVERE_PAIN = AlertRule(
    AlertKind.SEVERE_PAIN,
    "asap",
    "Severe pain",
    (
        "Give pain relief as prescribed and ask for an urgent clinical review.",
        "Score again 1 hour after anything given or done.",
    ),
    Recipient.GP,
    (Recipient.GP,),
)
_BY_BAND = {
    (news2.TOOL.code, "high"): _NEWS2_HIGH,
    (news2.TOOL.code, "medium"): _NEWS2_MEDIUM,
    (news2.TOOL.code, "low_medium"): _NEWS2_RED_FLAG,
    (news2.TOOL.code, news2.RED_FLAG): _NEWS2_RED_FLAG_INCOMPLETE,
    (must.TOOL.code, "high"): _MUST_HIGH,
    (pressure_ulcer_category.TOOL.code, "category_2"): _ULCER_2,
    (post_fall.TOOL.code, post_fall.CALL_999): _FALL_999,
    (post_fall.TOOL.code, post_fall.HEAD_INJURY): _FALL_HEAD,
    (post_fall.TOOL.code, post_fall.LONG_LIE): _FALL_LONG_LIE,
    (four_at.TOOL.code, "possible_delirium"): _DELIRIUM,
    (abbey.TOOL.code, "severe"): _SEVERE_PAIN,
} | {
    (pressure_ulcer_category.TOOL.code, band): AlertRule(
        AlertKind.PRESSURE_ULCER,
        "asap",
        f"Pressure ulcer: {band_label(pressure_ulcer_category.TOOL.code, band)}",
        _ULCER_DEEP_DO,
        Recipient.TISSUE_VIABILITY,
        (Recipient.TISSUE_VIABILITY, Recipient.COMMUNITY_NURSE, Recipient.GP, Recipient.CCG_QUALITY),
    )
    for band in ("category_3", "category_4", "unstageable", "deep_tissue_injury")
}
_TREND_PHONE = {
    must.TOOL.code: Recipient.DIETETICS,
    waterlow.TOOL.code: Recipient.TISSUE_VIABILITY,
    pressure_ulcer_category.TOOL.code: Recipient.COMMUNITY_NURSE,
}
"""Whom to phone when a band got worse; the GP for the others."""

_NO_LEVEL = frozenset({news2.RED_FLAG, "clinical_impression_required"})
"""Bands that say "not judged yet" and so are neither better nor worse than another."""


def alerts_for(outcome: Outcome, previous: Outcome | None = None) -> tuple[AlertRule, ...]:
    """The alerts that a result raises; ``previous`` is the resident's last complete one of the same instrument.

    An incomplete result raises what its answers already make certain: a red flag, "at least high", a fall that needs
    999.
    """
    raised = []
    if outcome.band is not None and (rule := _BY_BAND.get((outcome.instrument, outcome.band))):
        raised.append(rule)
    if outcome.instrument == news2.TOOL.code and not outcome.complete and outcome.band != "high":
        # Whatever the missing measurements are, the points taken already make it medium.
        certain = sum(points for points in outcome.parts.values() if isinstance(points, int))
        raised = [_NEWS2_MEDIUM] if certain >= 5 else raised
    if outcome.instrument == wound.TOOL.code:
        raised += [
            rule
            for flag, rule in (("larger", _WOUND_LARGER), ("refer_4_weeks", _WOUND_NOT_HEALING))
            if flag in outcome.flags
        ]
    if not raised and previous is not None and previous.instrument == outcome.instrument:
        raised += _trend(outcome, previous)
    return tuple(raised)


def _trend(outcome: Outcome, previous: Outcome) -> list[AlertRule]:
    tool = instrument(outcome.instrument)
    levels = [band.code for band in tool.bands if band.code not in _NO_LEVEL]
    if outcome.band in levels and previous.band in levels and levels.index(outcome.band) > levels.index(previous.band):
        phone = _TREND_PHONE.get(tool.code, Recipient.GP)
        was, now = band_label(tool.code, previous.band), band_label(tool.code, outcome.band)
        return [
            AlertRule(
                AlertKind.BAND_WORSE,
                "urgent" if tool.code == waterlow.TOOL.code and outcome.band == "very_high_risk" else "routine",
                f"{tool.short} got worse: {was}, now {now}",
                (*outcome.actions, "Review the care plan for what has changed."),
                phone,
                (phone,),
            )
        ]
    if (
        tool.code == news2.TOOL.code
        and outcome.score is not None
        and previous.score is not None
        and outcome.score - previous.score >= 2
    ):
        return [
            AlertRule(
                AlertKind.NEWS2_RISE,
                "urgent",
                f"NEWS2 rose from {previous.score} to {outcome.score}",
                (
                    "Tell the nurse or senior carer now and compare with the resident's usual score.",
                    "Repeat NEWS2 within 4 hours, sooner if the resident looks worse.",
                ),
                Recipient.GP,
                (Recipient.GP,),
            )
        ]
    return []
