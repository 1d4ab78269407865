"""When a result calls for somebody, and whom to phone first.

An alert never depends on the network: what to do and whom to phone come first, the message follows. The rules are the
bands and red flags of the instruments; besides, a band that got worse since the last result raises one even when its
level alone would not, and so does a NEWS2 that rose by 2 or more (app rule). One result raises one alert for one
matter: the loudest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.domain import behaviour, bowels
from app.domain.instruments import (
    abbey,
    abc_chart,
    bristol,
    fluid,
    four_at,
    frat,
    muac,
    must,
    news2,
    orthostatic_bp,
    painad,
    post_fall,
    pressure_ulcer_category,
    recorded_totals,
    sbard,
    time_wound,
    waterlow,
)
from app.domain.instruments import wound_area_reduction as wound
from app.domain.instruments.captured import Finding
from app.domain.instruments.dependency import NEEDS_CODE_TOOL
from app.domain.instruments.medicines import ANTIPSYCHOTIC_TOOL
from app.domain.instruments.outcome import Outcome
from app.domain.instruments.registry import band_label, instrument
from app.domain.instruments.wellbeing import GDS15_TOOL, WHO5_TOOL


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
    POSSIBLE_DEPRESSION = "possible-depression"
    HOPELESS_OR_WORTHLESS = "hopeless-or-worthless"
    NEEDS_CODE_WEEKS = "needs-code-weeks"
    NEEDS_CODE_DAYS = "needs-code-days"
    ANTIPSYCHOTIC_OVERDUE = "antipsychotic-review-overdue"
    ANTIPSYCHOTIC_LEWY_BODY = "antipsychotic-lewy-body"
    POSTURAL_DROP = "postural-drop"
    OVER_FLUID_RESTRICTION = "over-fluid-restriction"
    LOW_FLUID = "low-fluid-two-days"
    WOUND_INFECTION = "wound-infection"
    BOWELS = "bowels"
    NEW_BEHAVIOUR = "new-behaviour"
    SBARD_OVERDUE = "sbard-overdue"
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
_DEPRESSION = AlertRule(
    AlertKind.POSSIBLE_DEPRESSION,
    "routine",
    "Possible depression",
    (
        "Tell the GP this week, with the score.",
        "Talk with the resident about what is missing. Look for pain, poor sleep, loneliness and loss.",
    ),
    Recipient.GP,
    (Recipient.GP,),
)
_DEPRESSION_SEVERE = AlertRule(
    AlertKind.POSSIBLE_DEPRESSION,
    "urgent",
    "Depression very likely",
    (
        "Phone the GP today and ask for a visit this week.",
        "Look at eating, drinking, sleep and safety every day.",
    ),
    Recipient.GP,
    (Recipient.GP,),
)
_HOPELESS = AlertRule(
    AlertKind.HOPELESS_OR_WORTHLESS,
    "urgent",
    "Feels hopeless or worthless: talk today",
    (
        "A nurse or senior sits down with the resident today.",
        "Ask about thoughts of dying or self-harm.",
        "If there are any: do not leave the resident alone, and phone the GP or 111 at once.",
        "Write down what was said and who was told.",
    ),
    Recipient.GP,
    (Recipient.GP,),
)
_NEEDS_WEEKS = AlertRule(
    AlertKind.NEEDS_CODE_WEEKS,
    "urgent",
    "Needs code C yellow: weeks",
    (
        "Tell the GP today and ask for anticipatory medicines.",
        "Check that the ReSPECT form and the preferred place are recorded.",
        "Talk with the family. Review the code every week.",
    ),
    Recipient.GP,
    (Recipient.GP, Recipient.COMMUNITY_NURSE),
)
_NEEDS_DAYS = AlertRule(
    AlertKind.NEEDS_CODE_DAYS,
    "asap",
    "Needs code D red: days",
    (
        "Phone the GP and the community nurse now, and the family.",
        "Check that anticipatory medicines are in the home.",
        "Mouth care and comfort by plan; stop observations that no longer help. Review every day.",
    ),
    Recipient.GP,
    (Recipient.GP, Recipient.COMMUNITY_NURSE),
)
_ANTIPSYCHOTIC_OVERDUE = AlertRule(
    AlertKind.ANTIPSYCHOTIC_OVERDUE,
    "urgent",
    "Antipsychotic review is overdue",
    (
        "Ask the GP or the pharmacist for the review now: it is due at least every 6 weeks.",
        "Have ready: the behaviour it is for, the ABC chart, side effects. Stop nothing yourself.",
    ),
    Recipient.GP,
    (Recipient.GP,),
)
_ANTIPSYCHOTIC_LEWY = AlertRule(
    AlertKind.ANTIPSYCHOTIC_LEWY_BODY,
    "asap",
    "Antipsychotic with Lewy body dementia or Parkinson's",
    (
        "Phone the GP today: these medicines can do great harm here.",
        "Watch for stiffness, drowsiness, falls and trouble swallowing. Stop nothing yourself.",
    ),
    Recipient.GP,
    (Recipient.GP,),
)
_POSTURAL_DROP = AlertRule(
    AlertKind.POSTURAL_DROP,
    "routine",
    "Blood pressure drops on standing",
    (
        "Ask the GP or the pharmacist to review the medicines and the cause.",
        "Offer drinks, unless restricted. Let the resident sit before standing, and stay close.",
        "Put it in the falls plan.",
    ),
    Recipient.GP,
    (Recipient.GP,),
)
_OVER_RESTRICTION = AlertRule(
    AlertKind.OVER_FLUID_RESTRICTION,
    "urgent",
    "More fluid than the resident's limit",
    (
        "Tell the nurse or the GP today.",
        "Look for breathlessness, swollen legs and a rise in weight.",
    ),
    Recipient.GP,
    (Recipient.GP,),
)
_LOW_FLUID = AlertRule(
    AlertKind.LOW_FLUID,
    "urgent",
    "Under 1,200 ml of fluid on two days running",
    (
        "Tell the nurse or the GP today.",
        "Offer drinks often, in small amounts, of the kind the resident likes. Help with the cup.",
        "Look for a dry mouth, little dark urine, drowsiness or new confusion, dizziness, constipation.",
        "If the resident looks unwell, take NEWS2.",
    ),
    Recipient.GP,
    (Recipient.GP,),
)
_WOUND_SPREADING = AlertRule(
    AlertKind.WOUND_INFECTION,
    "asap",
    "Wound: infection is spreading",
    ("Have a clinician see the wound today.", "Take NEWS2."),
    Recipient.GP,
    (Recipient.GP, Recipient.COMMUNITY_NURSE),
)
_WOUND_SYSTEMIC = AlertRule(
    AlertKind.WOUND_INFECTION,
    "stat",
    "Wound infection, and the resident is unwell",
    (
        "Take NEWS2 now. Could this be sepsis?",
        "Call 999 if NEWS2 is 7 or more or the resident looks very ill, unless the care plan says otherwise.",
        "If neither is so, phone the GP now.",
    ),
    Recipient.EMERGENCY_999,
    (Recipient.HOMEFIRST, Recipient.GP),
)
_NEW_BEHAVIOUR = AlertRule(
    AlertKind.NEW_BEHAVIOUR,
    "urgent",
    "New behaviour three times in 72 hours",
    (
        "Do a 4AT and a pain score today: a sudden change may be delirium or pain.",
        "Look at the bowel chart and at the bladder, and whether something has changed for the resident.",
        "Tell the GP today what was found.",
    ),
    Recipient.GP,
    (Recipient.GP,),
)
_SBARD_OVERDUE = AlertRule(
    AlertKind.SBARD_OVERDUE,
    "asap",
    "No decision by the time that help was asked for",
    (
        "Call again now, and say that the time has passed.",
        "Take NEWS2 again. If the resident looks much worse call 999, unless the care plan says otherwise.",
        "Write the decision into the SBARD call, with who made it.",
    ),
    Recipient.GP,
    (Recipient.GP,),
)


def _bowels(found: Finding, priority: str, title: str) -> AlertRule:
    return AlertRule(AlertKind.BOWELS, priority, title, (found.action,), Recipient.GP, (Recipient.GP,))


_BY_FLAG = {
    (wound.TOOL.code, "larger"): _WOUND_LARGER,
    (wound.TOOL.code, "refer_4_weeks"): _WOUND_NOT_HEALING,
    (time_wound.TOOL.code, "spreading_infection"): _WOUND_SPREADING,
    (time_wound.TOOL.code, "systemic_infection"): _WOUND_SYSTEMIC,
    (GDS15_TOOL.code, "same_day_conversation"): _HOPELESS,
    (GDS15_TOOL.code, "suggests_depression"): _DEPRESSION,
    (ANTIPSYCHOTIC_TOOL.code, "lewy_body_or_parkinsons"): _ANTIPSYCHOTIC_LEWY,
    (ANTIPSYCHOTIC_TOOL.code, "overdue"): _ANTIPSYCHOTIC_OVERDUE,
    (fluid.TOOL.code, fluid.OVER_RESTRICTION): _OVER_RESTRICTION,
    (abc_chart.TOOL.code, behaviour.FREQUENT_NEW.flag): _NEW_BEHAVIOUR,
    (sbard.TOOL.code, sbard.REQUEST_OVERDUE): _SBARD_OVERDUE,
    (fluid.TOOL.code, fluid.LOW_TWO_DAYS): _LOW_FLUID,
    (bristol.TOOL.code, bowels.BLOOD.flag): _bowels(bowels.BLOOD, "asap", "Blood or black stool"),
    (bristol.TOOL.code, bowels.LOOSE.flag): _bowels(bowels.LOOSE, "urgent", "Two loose stools within 24 hours"),
    (bristol.TOOL.code, bowels.OVERFLOW.flag): _bowels(bowels.OVERFLOW, "urgent", "Watery after days of nothing"),
    (bristol.TOOL.code, bowels.NOT_OPEN.flag): _bowels(bowels.NOT_OPEN, "routine", "No stool for 3 days"),
}
"""By instrument and flag. The flags of the stool chart, and of two days of little fluid, come from the record behind a
result and not from one stool or one day."""

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
    (painad.TOOL.code, "severe"): _SEVERE_PAIN,
    (WHO5_TOOL.code, "screen_depression"): _DEPRESSION,
    (GDS15_TOOL.code, "severe"): _DEPRESSION_SEVERE,
    (recorded_totals.CORNELL.tool.code, "probable"): _DEPRESSION,
    (recorded_totals.CORNELL.tool.code, "definite"): _DEPRESSION_SEVERE,
    (NEEDS_CODE_TOOL.code, "yellow"): _NEEDS_WEEKS,
    (NEEDS_CODE_TOOL.code, "red"): _NEEDS_DAYS,
    (orthostatic_bp.TOOL.code, "positive"): _POSTURAL_DROP,
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
    muac.TOOL.code: Recipient.DIETETICS,
    "braden_total": Recipient.TISSUE_VIABILITY,
    "purpose_t_outcome": Recipient.TISSUE_VIABILITY,
    "globiad": Recipient.COMMUNITY_NURSE,
    "istap": Recipient.COMMUNITY_NURSE,
}
"""Whom to phone when a band got worse; the GP for the others."""

_NO_LEVEL = frozenset({news2.RED_FLAG, "clinical_impression_required", fluid.RESTRICTED, muac.OVER_30})
"""Bands that say "not judged yet", "judged by another rule" or "another matter", and so are neither better nor worse
than another."""
_NO_TREND = frozenset({bristol.TOOL.code, frat.TOOL.code})
"""Instruments of which a worse band is no alert: with stools the run counts and not one after another, and a falls
risk tool must not steer care (NICE NG249)."""
_ON_CHANGE = frozenset({NEEDS_CODE_TOOL.code})
"""Instruments whose level raises when it is first reached or got worse, and not again at each review."""


def alerts_for(outcome: Outcome, previous: Outcome | None = None) -> tuple[AlertRule, ...]:
    """The alerts that a result raises; ``previous`` is the resident's last complete one of the same instrument.

    An incomplete result raises what its answers already make certain: a red flag, "at least high", a fall that needs
    999.
    """
    before = previous if previous is not None and previous.instrument == outcome.instrument else None
    raised = []
    if outcome.band is not None and (rule := _BY_BAND.get((outcome.instrument, outcome.band))):
        raised.append(rule)
    if outcome.instrument in _ON_CHANGE and before is not None and not _worse(outcome, before):
        raised = []
    if outcome.instrument == news2.TOOL.code and not outcome.complete and outcome.band != "high":
        # Whatever the missing measurements are, the points taken already make it medium.
        certain = sum(points for points in outcome.parts.values() if isinstance(points, int))
        raised = [_NEWS2_MEDIUM] if certain >= 5 else raised
    raised += [
        rule
        for rule in alerts_for_flags(outcome.instrument, outcome.flags)
        if rule.kind not in {each.kind for each in raised}
    ]
    if not raised and before is not None:
        raised += _trend(outcome, before)
    return tuple(raised)


def alerts_for_flags(code: str, flags: Iterable[str]) -> tuple[AlertRule, ...]:
    """The alerts that flags raise by themselves: those of one result, or of the record behind it (the stool chart)."""
    return tuple(rule for flag in flags if (rule := _BY_FLAG.get((code, flag))))


def _worse(outcome: Outcome, previous: Outcome) -> bool:
    """Whether the band is a worse one of the same instrument than before."""
    levels = [band.code for band in instrument(outcome.instrument).bands if band.code not in _NO_LEVEL]
    return (
        outcome.band in levels and previous.band in levels and levels.index(outcome.band) > levels.index(previous.band)
    )


def _trend(outcome: Outcome, previous: Outcome) -> list[AlertRule]:
    tool = instrument(outcome.instrument)
    if tool.code not in _NO_TREND and _worse(outcome, previous):
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
