"""The captured instruments: what completes each, what each flags, what it refuses, and when it is due again."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import Decimal as D  # noqa: N817 - the tables stay readable
from pathlib import Path
from typing import Any

import pytest

from app.domain.dates import LONDON
from app.domain.instruments import abc_chart, cga, respect_summary, sbard
from app.domain.instruments.captured import Finding, loudest_first
from app.domain.instruments.outcome import AnswerError, Severity
from app.domain.instruments.registry import all_instruments, score
from app.domain.questionnaire import Form, enabled, parse_questionnaire

ON = date(2026, 11, 22)

# Complete and unremarkable: every test below changes one thing.
WOUND: dict[str, Any] = {
    "tissue": ["granulating"], "infection": "none", "moisture": "dry", "edge": "advancing", "length_cm": D("4.8"),
    "width_cm": D(4), "pain": 2, "odour": "none", "surrounding_skin": [], "dressing": "Foam",
    "next_change": "2026-11-25",
}  # fmt: skip
MEMORY: dict[str, Any] = {
    "agreed": "consents", "known_diagnosis": False, "sudden_change": False, "observations": [], "amt_correct": 8,
}  # fmt: skip
EPISODE: dict[str, Any] = {
    "started": "2026-11-22T15:00", "place": "lounge", "antecedent": "noise", "behaviour_kind": "calling_out",
    "behaviour": "Called for her mother", "intensity": 3, "new_behaviour": False, "response": ["moved_away"],
    "helped": "moved_away", "harm": [],
}  # fmt: skip
SIGNS: dict[str, Any] = {"signs": []}
CALL: dict[str, Any] = {
    "situation": "New cough", "news2_now": 5, "background": "COPD", "allergies": "None known", "cpr_plan": "none",
    "assessment": "Chest infection?", "request": "A visit", "requested_by": "2026-11-22T17:00", "caller": "Ann",
    "recipient": "Dr Test", "recipient_role": "gp", "called_at": "2026-11-22T14:00", "read_back": True,
    "decision": "Visit at 16:00", "decided_by": "Dr Test", "safety_net": "999 when NEWS2 is 7",
}  # fmt: skip
CONTINENCE: dict[str, Any] = {
    "bladder": "continent", "bowels": "continent", "new_or_worse": False, "warnings": [], "diary": "done",
    "pads": "none", "toilet_plan": "independent", "skin": "healthy",
}  # fmt: skip
ACTIVITY: dict[str, Any] = {"kind": "outdoors", "took_part": "yes", "minutes": 30, "engagement": 2}
PLACE: dict[str, Any] = {
    "first_choice": "usual_residence", "stated_on": "2026-11-20", "said_by": "resident", "capacity": "yes",
}  # fmt: skip
RESPECT: dict[str, Any] = {
    "documents": ["respect"], "respect_cpr": "do_not_attempt", "decided_on": "2026-01-04", "clinician": "Dr Test",
    "original_at": "Office", "original_seen": True, "discussed_with_resident": True,
}  # fmt: skip
MEDICINES: dict[str, Any] = {
    "regular_medicines": 3, "triggers": [], "antipsychotic": "no", "parkinsons_medicines": False,
}  # fmt: skip
ON_ANTIPSYCHOTIC = MEDICINES | {
    "antipsychotic": "active", "antipsychotic_started": "2026-11-01", "antipsychotic_for": "Hitting out",
    "antipsychotic_side_effects": [], "lewy_body_or_parkinsons": False,
}  # fmt: skip
MOUTH: dict[str, Any] = {
    "lips": "fine", "tongue": "fine", "gums": "fine", "saliva": "fine", "teeth": "fine", "dentures": "not_present",
    "cleanliness": "fine", "pain": "none", "urgent_signs": [], "care_help": "none", "dentist_seen": "within_a_year",
}  # fmt: skip
CGA: dict[str, Any] = dict.fromkeys(cga.DOMAINS, "covered")
FALL: dict[str, Any] = {
    "found_at": "2026-11-22T06:00", "witness": "staff", "place": "lounge", "activity": "walking", "footwear": "shoes",
    "aid": "used", "light": "good", "call_bell": "in_reach", "injuries": [], "lifted_with": "cushion",
    "head_struck": "no", "on_blood_thinner": False, "family_told": True, "family_told_at": "2026-11-22T07:00",
    "gp_told": True, "gp_told_at": "2026-11-22T09:00", "manager_told": True, "manager_told_at": "2026-11-22T06:10",
    "duty_of_candour": "done",
}  # fmt: skip
PLAIN: dict[str, dict[str, Any]] = {
    "time_wound": WOUND, "dear_gp": MEMORY, "abc_chart": EPISODE, "soft_signs": SIGNS, "sbard": CALL,
    "continence": CONTINENCE, "engagement_log": ACTIVITY, "preferred_place": PLACE, "respect_summary": RESPECT,
    "medicines_review": MEDICINES, "oral_health": MOUTH, "cga": CGA, "fall_record": FALL,
}  # fmt: skip


def refused(code: str, changed: dict[str, Any]) -> AnswerError:
    """The refusal of the plain answers with the change."""
    with pytest.raises(AnswerError) as caught:
        score(code, PLAIN[code] | changed, ON)
    return caught.value


# ------------------------------------------------------------------------------------------------------ completeness


@pytest.mark.parametrize("code", PLAIN)
def test_complete_with_every_answer_and_without_a_score(code: str) -> None:
    result = score(code, PLAIN[code], ON)
    assert (result.complete, result.missing, result.score, result.band) == (True, (), None, None)
    assert result.severity is Severity.ROUTINE


@pytest.mark.parametrize(("code", "key"), [(code, key) for code, answers in PLAIN.items() for key in answers])
def test_each_answer_is_needed(code: str, key: str) -> None:
    optional = {("sbard", "news2_now"), ("respect_summary", "decided_on"), ("respect_summary", "clinician")}
    result = score(code, {each: value for each, value in PLAIN[code].items() if each != key}, ON)
    assert (key in result.missing) is ((code, key) not in optional)
    assert result.complete is ((code, key) in optional)
    if not result.complete:
        assert (result.band, result.next_due) == ("incomplete", None)


@pytest.mark.parametrize(
    ("code", "changed", "missing"),
    [
        ("time_wound", {"tissue": ["granulating", "sloughy"]}, {"granulating_percent", "sloughy_percent"}),
        ("time_wound", {"moisture": "wet"}, {"exudate"}),
        ("time_wound", {"edge": "undermined"}, {"undermining_clock"}),
        ("time_wound", {"edge": "not_advancing"}, {"same_at_last_review"}),
        ("dear_gp", {"observations": ["memory"]}, {"duration"}),
        ("dear_gp", {"amt_correct": None}, {"amt_correct"}),
        ("abc_chart", {"behaviour": "Aggressive"}, {"behaviour"}),
        ("soft_signs", {"signs": ["pain"]}, {"can_take_news2"}),
        ("sbard", {"decided_by": None, "safety_net": " "}, {"decided_by", "safety_net"}),
        ("continence", {"bladder": "occasional", "bowels": "frequent"}, {"leak_type", "bowel_plan"}),
        ("continence", {"bladder": "catheter"}, {"catheter_type", "catheter_size_ch"}),
        ("continence", {"bladder": "catheter", "catheter_type": "sheath", "catheter_size_ch": 14}, {"catheter_due"}),
        ("continence", {"bladder": "catheter", "catheter_type": "intermittent", "catheter_size_ch": 14}, set()),
        ("continence", {"diary": "not_done", "pads": "night"}, {"diary_reason", "pad_type"}),
        ("engagement_log", {"took_part": "refused", "minutes": None, "engagement": None}, set()),
        ("preferred_place", {"first_choice": "discussion_not_appropriate"}, {"not_appropriate_reason"}),
        ("preferred_place", {"first_choice": "unable_to_express"}, {"best_interests_source"}),
        ("preferred_place", {"place_of_death": "hospital"}, {"variance_reason"}),
        ("respect_summary", {"documents": ["respect", "adrt"]}, {"adrt_refuses_cpr"}),
        ("respect_summary", {"discussed_with_resident": False}, {"not_discussed_reason"}),
        ("medicines_review", {"parkinsons_medicines": True}, {"parkinsons_minutes_off"}),
        (
            "medicines_review",
            {"antipsychotic": "active"},
            {"antipsychotic_started", "antipsychotic_for", "antipsychotic_side_effects", "lewy_body_or_parkinsons"},
        ),
        ("oral_health", {"dentures": "fine"}, {"denture_named"}),
        ("cga", {"mood": "concern", "pain": "gap"}, {"mood_reason", "pain_reason"}),
        ("fall_record", {"witness": "nobody"}, {"last_seen"}),
        ("fall_record", {"injuries": ["bruise"]}, {"first_aid"}),
        ("fall_record", {"gp_told_at": None}, {"gp_told_at"}),
    ],
)  # fmt: skip
def test_what_an_answer_asks_for_besides(code: str, changed: dict[str, Any], missing: set[str]) -> None:
    result = score(code, PLAIN[code] | changed, ON)
    assert set(result.missing) == missing
    assert result.complete is not bool(missing)


# ------------------------------------------------------------------------------------------------------------- forms

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "instruments"


def form(code: str) -> Form:
    """The form of an instrument."""
    return parse_questionnaire(json.loads((FOLDER / f"{code}.json").read_text(encoding="utf-8"), parse_float=D))


@pytest.mark.parametrize("code", PLAIN)
def test_the_form_offers_every_choice_that_is_known_and_no_other(code: str) -> None:
    """The rules name their codes when they refuse one; the form must offer exactly those."""
    checked = 0
    for question in form(code).questions():
        codes = [option.code for option in question.options]
        if question.type != "choice" or isinstance(codes[0], int):
            continue
        with pytest.raises(AnswerError) as caught:
            score(code, {question.link_id: ["no such code"] if question.repeats else "no such code"})
        assert caught.value.field == question.link_id
        assert caught.value.message.partition(" of: ")[2].split(", ") == codes
        checked += 1
    assert checked


@pytest.mark.parametrize("code", PLAIN)
def test_the_form_requires_what_the_record_needs(code: str) -> None:
    asked = form(code)
    live = enabled(asked, {})
    required = {each.link_id for each in asked.questions() if each.required and each.link_id in live}
    missing = set(score(code, {}, ON).missing)
    one_of = {"dear_gp": {"amt_correct"}}  # or the reason why no test was done
    assert required <= missing
    assert missing - required - one_of.get(code, set()) <= {each.link_id for each in asked.questions()} - live


@pytest.mark.parametrize(
    ("code", "answers", "asked", "spared"),
    [
        ("time_wound", {"tissue": ["sloughy"]}, {"sloughy_percent"}, {"necrotic_percent", "undermining_clock"}),
        ("time_wound", {"edge": "undermined"}, {"undermining_clock"}, {"same_at_last_review"}),
        ("time_wound", {"edge": "not_advancing"}, {"same_at_last_review"}, {"undermining_clock"}),
        ("time_wound", {"moisture": "dry", "pain": 3}, set(), {"exudate", "pain_relief"}),
        ("time_wound", {"moisture": "moist", "pain": 7}, {"exudate", "pain_relief"}, set()),
        ("dear_gp", {"agreed": "declined"}, set(), {"known_diagnosis", "sudden_change", "observations"}),
        ("dear_gp", {"agreed": "consents", "known_diagnosis": True}, set(), {"sudden_change", "observations"}),
        ("dear_gp", {"agreed": "consents", "known_diagnosis": False, "sudden_change": True}, set(), {"observations"}),
        ("dear_gp", MEMORY, {"observations"}, {"duration", "examples", "amt_not_done"}),
        ("dear_gp", MEMORY | {"observations": ["sleep"], "amt_correct": None}, {"duration", "amt_not_done"}, set()),
        ("soft_signs", {"signs": []}, set(), {"can_take_news2", "senior_told"}),
        ("soft_signs", {"signs": ["pain"]}, {"can_take_news2", "senior_told"}, set()),
        ("sbard", {"news2_now": 3}, {"news2_usual"}, {"news2_reason", "decided_by", "safety_net"}),
        ("sbard", {"decision": "Visit"}, {"decided_by", "safety_net", "news2_reason"}, set()),
        ("continence", {"bladder": "catheter"}, {"catheter_type", "catheter_due"}, {"leak_type", "bowel_plan"}),
        ("continence", {"bladder": "frequent", "diary": "not_done"}, {"leak_type", "diary_reason"}, {"catheter_type"}),
        ("continence", {"pads": "none"}, set(), {"pad_type"}),
        ("engagement_log", {"took_part": "refused"}, set(), {"minutes", "engagement"}),
        ("engagement_log", {"took_part": "yes"}, {"minutes", "engagement"}, set()),
        ("preferred_place", {"first_choice": "hospice"}, {"second_choice"}, {"best_interests_source"}),
        ("preferred_place", {"first_choice": "undecided"}, set(), {"second_choice", "variance_reason"}),
        ("preferred_place", {"first_choice": "unable_to_express"}, {"best_interests_source"}, {"second_choice"}),
        ("respect_summary", {"documents": []}, set(), {"respect_cpr", "original_at", "discussed_with_resident"}),
        ("respect_summary", {"documents": ["dnacpr"]}, {"original_at"}, {"respect_cpr", "adrt_refuses_cpr", "focus"}),
        ("respect_summary", {"documents": ["respect", "adrt"]}, {"respect_cpr", "adrt_refuses_cpr"}, set()),
        ("medicines_review", {"antipsychotic": "stopped"}, set(), {"antipsychotic_started", "antipsychotic_for"}),
        ("medicines_review", {"parkinsons_medicines": True}, {"parkinsons_minutes_off"}, set()),
        ("oral_health", {"dentures": "not_present"}, set(), {"denture_named"}),
        ("oral_health", {"dentures": "problem"}, {"denture_named"}, set()),
        ("cga", {"mood": "gap"}, {"mood_reason"}, {"pain_reason"}),
        ("fall_record", {"witness": "staff", "injuries": []}, set(), {"last_seen", "first_aid", "gp_told_at"}),
        ("fall_record", {"witness": "nobody", "injuries": ["pain"], "gp_told": True},
         {"last_seen", "first_aid", "gp_told_at"}, {"family_told_at"}),
    ],
)  # fmt: skip
def test_a_follow_up_is_asked_only_when_it_is_called_for(
    code: str, answers: dict[str, Any], asked: set[str], spared: set[str]
) -> None:
    live = enabled(form(code), answers)
    assert asked <= live
    assert spared.isdisjoint(live)


# -------------------------------------------------------------------------------------------------------------- flags


FLAGS: list[tuple[str, dict[str, Any], str, Severity]] = [
    ("time_wound", {"infection": "local"}, "local_infection", Severity.ATTENTION),
    ("time_wound", {"infection": "spreading"}, "spreading_infection", Severity.URGENT),
    ("time_wound", {"infection": "systemic"}, "systemic_infection", Severity.EMERGENCY),
    ("time_wound", {"edge": "undermined"}, "undermining_position_missing", Severity.ATTENTION),
    ("time_wound", {"edge": "not_advancing", "same_at_last_review": True}, "edge_not_advancing", Severity.ATTENTION),
    ("time_wound", {"pain": 8}, "pain_without_relief", Severity.ATTENTION),
    ("dear_gp", {"amt_correct": 7}, "refer_to_gp", Severity.ATTENTION),
    ("dear_gp", {"sudden_change": True}, "delirium_first", Severity.URGENT),
    ("dear_gp", {"known_diagnosis": True}, "known_diagnosis", Severity.ROUTINE),
    ("dear_gp", {"agreed": "declined"}, "declined", Severity.ROUTINE),
    ("dear_gp", {"observations": ["mood"], "duration": "under_3_months"}, "watch", Severity.ATTENTION),
    ("dear_gp", {}, "no_referral", Severity.ROUTINE),
    ("dear_gp", {"amt_correct": None, "amt_not_done": "refused"}, "amt_not_done", Severity.ROUTINE),
    ("abc_chart", {"behaviour": "very aggressive"}, "describe_behaviour", Severity.ATTENTION),
    ("abc_chart", {"harm": ["staff"]}, "harm_to_others", Severity.URGENT),
    ("abc_chart", {"harm": ["visitor"]}, "harm_to_others", Severity.URGENT),
    ("abc_chart", {"harm": ["resident"]}, "safeguarding", Severity.URGENT),
    ("abc_chart", {"harm": ["self"]}, "harm_to_self", Severity.ATTENTION),
    ("abc_chart", {"unmet_need": ["pain"]}, "possible_pain", Severity.ATTENTION),
    ("abc_chart", {"unmet_need": ["delirium"]}, "possible_delirium", Severity.ATTENTION),
    ("abc_chart", {"unmet_need": ["constipation"]}, "possible_constipation", Severity.ATTENTION),
    ("soft_signs", {"signs": ["fall"], "can_take_news2": True}, "post_fall_check", Severity.URGENT),
    ("sbard", {"decision": None}, "open", Severity.ATTENTION),
    ("sbard", {"news2_now": None}, "news2_missing", Severity.ATTENTION),
    ("sbard", {"news2_now": 7}, "news2_high", Severity.EMERGENCY),
    ("sbard", {"read_back": False}, "not_read_back", Severity.ATTENTION),
    ("continence", {"warnings": ["pain"]}, "painful", Severity.ATTENTION),
    ("continence", {"warnings": ["blood"]}, "blood_in_urine", Severity.URGENT),
    ("continence", {"warnings": ["no_urine"]}, "no_urine", Severity.URGENT),
    ("continence", {"warnings": ["smell_fever"]}, "possible_infection", Severity.ATTENTION),
    ("continence", {"warnings": ["catheter_leaks"]}, "catheter_leaks", Severity.ATTENTION),
    ("continence", {"new_or_worse": True}, "new_or_worse", Severity.ATTENTION),
    ("continence", {"diary": "not_done", "diary_reason": "Asleep"}, "no_diary", Severity.ROUTINE),
    ("continence", {"skin": "broken"}, "skin_broken", Severity.URGENT),
    ("continence", {"skin": "red"}, "skin_red", Severity.ATTENTION),
    (
        "continence",
        {"bladder": "catheter", "catheter_type": "urethral", "catheter_size_ch": 14, "catheter_due": "2026-11-21"},
        "catheter_overdue",
        Severity.URGENT,
    ),
    ("engagement_log", {"took_part": "refused"}, "refused", Severity.ROUTINE),
    ("engagement_log", {"took_part": "asleep"}, "asleep", Severity.ROUTINE),
    ("engagement_log", {"engagement": -3}, "unhappy_with_it", Severity.ATTENTION),
    ("preferred_place", {"stated_on": "2026-05-23"}, "review_due", Severity.ATTENTION),
    ("preferred_place", {"first_choice": "undecided"}, "undecided", Severity.ROUTINE),
    ("preferred_place", {"place_of_death": "hospital"}, "variance_unexplained", Severity.ATTENTION),
    ("respect_summary", {"documents": ["respect", "dnacpr"], "respect_cpr": "attempt"}, "conflict", Severity.URGENT),
    ("respect_summary", {"clinician": None}, "unverified", Severity.URGENT),
    ("respect_summary", {"decided_on": None}, "unverified", Severity.URGENT),
    ("respect_summary", {"review_on": "2026-11-21"}, "review_expired", Severity.ATTENTION),
    ("respect_summary", {"original_seen": False}, "original_not_seen", Severity.ATTENTION),
    ("respect_summary", {"documents": []}, "no_decision_recorded", Severity.ROUTINE),
    ("respect_summary", {}, "dnacpr", Severity.ROUTINE),
    ("medicines_review", {"regular_medicines": 5}, "polypharmacy", Severity.ROUTINE),
    ("medicines_review", {"regular_medicines": 10}, "high_polypharmacy", Severity.ATTENTION),
    ("medicines_review", {"parkinsons_medicines": True, "parkinsons_minutes_off": 35}, "parkinsons_dose_off_time",
     Severity.ATTENTION),
    ("medicines_review", ON_ANTIPSYCHOTIC | {"antipsychotic_started": "2026-10-10"}, "antipsychotic_review_overdue",
     Severity.URGENT),
    ("medicines_review", ON_ANTIPSYCHOTIC | {"lewy_body_or_parkinsons": True}, "antipsychotic_lewy_body",
     Severity.URGENT),
    ("medicines_review", ON_ANTIPSYCHOTIC | {"antipsychotic_side_effects": ["falls"]}, "antipsychotic_side_effects",
     Severity.ATTENTION),
    ("oral_health", {"gums": "problem"}, "dentist_needed", Severity.ATTENTION),
    ("oral_health", {"tongue": "changed"}, "changed", Severity.ATTENTION),
    ("oral_health", {"pain": "signs"}, "mouth_pain", Severity.ATTENTION),
    ("oral_health", {"saliva": "changed"}, "dry_mouth", Severity.ATTENTION),
    ("oral_health", {"dentures": "fine", "denture_named": False}, "denture_not_named", Severity.ROUTINE),
    ("oral_health", {"dentist_seen": "over_a_year"}, "dentist_check_due", Severity.ROUTINE),
    ("oral_health", {"urgent_signs": ["ulcer_over_3_weeks"]}, "ulcer_over_3_weeks", Severity.URGENT),
    ("oral_health", {"urgent_signs": ["swollen_face"]}, "swollen_face", Severity.URGENT),
    ("oral_health", {"urgent_signs": ["bleeding"]}, "bleeding", Severity.URGENT),
    ("oral_health", {"urgent_signs": ["cannot_swallow_or_breathe"]}, "cannot_swallow_or_breathe", Severity.EMERGENCY),
    ("cga", {"mood": "concern", "mood_reason": "Withdrawn"}, "concern", Severity.ATTENTION),
    ("cga", {"mood": "gap", "mood_reason": "Asleep"}, "gap", Severity.ATTENTION),
    ("fall_record", {"head_struck": "yes", "on_blood_thinner": True}, "head_injury_on_thinner", Severity.URGENT),
    ("fall_record", {"head_struck": "not_known", "on_blood_thinner": True}, "head_injury_on_thinner", Severity.URGENT),
    ("fall_record", {"injuries": ["head"], "first_aid": [], "on_blood_thinner": True}, "head_injury_on_thinner",
     Severity.URGENT),
    ("fall_record", {"witness": "nobody", "last_seen": "2026-11-22T05:55", "on_blood_thinner": True},
     "head_injury_on_thinner", Severity.URGENT),
    ("fall_record", {"witness": "nobody", "last_seen": "2026-11-22T05:00"}, "long_lie", Severity.URGENT),
    ("fall_record", {"injuries": ["possible_fracture"], "first_aid": []}, "serious_injury", Severity.URGENT),
    ("fall_record", {"lifted_with": "by_hand"}, "lifted_by_hand", Severity.ATTENTION),
    ("fall_record", {"call_bell": "out_of_reach"}, "bell_out_of_reach", Severity.ATTENTION),
    ("fall_record", {"call_bell": "cannot_use"}, "bell_cannot_use", Severity.ATTENTION),
    ("fall_record", {"aid": "not_used"}, "aid_not_in_use", Severity.ATTENTION),
    ("fall_record", {"footwear": "socks"}, "unsafe_footwear", Severity.ATTENTION),
    ("fall_record", {"light": "dark"}, "poor_light", Severity.ATTENTION),
    ("fall_record", {"duty_of_candour": "not_yet"}, "duty_of_candour_open", Severity.ATTENTION),
    ("fall_record", {"family_told": False}, "family_not_told", Severity.ATTENTION),
    ("fall_record", {"gp_told": False}, "gp_not_told", Severity.ATTENTION),
    ("fall_record", {"manager_told": False}, "manager_not_told", Severity.ATTENTION),
]  # fmt: skip


@pytest.mark.parametrize(("code", "changed", "flag", "severity"), FLAGS)
def test_each_finding_has_its_flag_and_speaks_as_loudly_as_it_should(
    code: str, changed: dict[str, Any], flag: str, severity: Severity
) -> None:
    result = score(code, PLAIN[code] | changed, ON)
    assert flag in result.flags
    assert result.severity is severity
    assert result.actions


@pytest.mark.parametrize("trigger", [
    "benzodiazepine_over_4_weeks", "antipsychotic_in_dementia", "two_falls_risk_medicines", "opioid_without_laxative",
    "ppi_over_8_weeks", "nsaid_with_anticoagulant", "duplicate_class", "no_indication",
])  # fmt: skip
def test_a_trigger_is_for_review_and_never_to_stop(trigger: str) -> None:
    """Zopiclone 6 weeks, codeine without a laxative, omeprazole 12 weeks, two SSRIs; ibuprofen + apixaban is urgent."""
    result = score("medicines_review", MEDICINES | {"triggers": [trigger]}, ON)
    assert result.flags == (trigger,)
    assert result.severity is (Severity.URGENT if trigger == "nsaid_with_anticoagulant" else Severity.ATTENTION)
    assert result.actions[0].startswith("For review")
    assert result.actions[-1] == "Do not stop or change a medicine without the prescriber."


@pytest.mark.parametrize("code", PLAIN)
def test_the_plain_record_flags_nothing_that_asks_for_attention(code: str) -> None:
    quiet = {"dear_gp": ("no_referral",), "respect_summary": ("dnacpr",)}
    assert score(code, PLAIN[code], ON).flags == quiet.get(code, ())


def test_the_loudest_finding_comes_first() -> None:
    result = score("time_wound", WOUND | {"pain": 9, "infection": "systemic"}, ON)
    assert result.flags == ("systemic_infection", "pain_without_relief")
    assert result.actions[0].startswith("Take NEWS2 now")
    quiet, loud = Finding("a", Severity.ROUTINE), Finding("b", Severity.URGENT)
    assert loudest_first([quiet, loud, quiet]) == (loud, quiet, quiet)


def test_an_alarm_is_shown_before_the_record_is_complete() -> None:
    for code, answers, flag in (
        ("time_wound", {"infection": "spreading"}, "spreading_infection"),
        ("soft_signs", {"signs": ["breathing"]}, "news2_now"),
        ("dear_gp", {"agreed": "consents", "known_diagnosis": False, "sudden_change": True}, "delirium_first"),
        ("fall_record", {"head_struck": "yes", "on_blood_thinner": True}, "head_injury_on_thinner"),
        ("oral_health", {"urgent_signs": ["cannot_swallow_or_breathe"]}, "cannot_swallow_or_breathe"),
    ):
        result = score(code, answers, ON)
        assert flag in result.flags
        assert result.severity in {Severity.URGENT, Severity.EMERGENCY}


# ------------------------------------------------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("code", "changed", "field"),
    [
        ("time_wound", {"tissue": []}, "tissue"),
        ("time_wound", {"sloughy_percent": 20}, "sloughy_percent"),
        ("time_wound", {"granulating_percent": 90}, "granulating_percent"),
        ("time_wound", {"width_cm": 0}, "width_cm"),
        ("time_wound", {"length_cm": 0}, "length_cm"),
        ("time_wound", {"length_cm": D("4.85")}, "length_cm"),
        ("time_wound", {"next_change": "2026-11-21"}, "next_change"),
        ("time_wound", {"pain": 11}, "pain"),
        ("time_wound", {"undermining_clock": 13}, "undermining_clock"),
        ("dear_gp", {"amt_correct": 11}, "amt_correct"),
        ("abc_chart", {"ended": "2026-11-22T14:59"}, "ended"),
        ("abc_chart", {"intensity": 6}, "intensity"),
        ("abc_chart", {"started": "2026-11-22"}, "started"),
        ("abc_chart", {"started": "2026-11-31T10:00"}, "started"),
        ("abc_chart", {"harm": ["resident", "resident"]}, "harm"),
        ("sbard", {"requested_by": "2026-11-22T13:59"}, "requested_by"),
        ("sbard", {"news2_now": 21}, "news2_now"),
        ("engagement_log", {"engagement": 4}, "engagement"),
        ("engagement_log", {"minutes": 0}, "minutes"),
        ("preferred_place", {"second_choice": "usual_residence"}, "second_choice"),
        ("preferred_place", {"second_choice": "undecided"}, "second_choice"),
        ("preferred_place", {"stated_on": "2026-11-23"}, "stated_on"),
        ("respect_summary", {"decided_on": "2026-11-23"}, "decided_on"),
        ("respect_summary", {"review_on": "2026-01-03"}, "review_on"),
        ("medicines_review", {"regular_medicines": 61}, "regular_medicines"),
        ("medicines_review", {"antipsychotic_started": "2026-11-23"}, "antipsychotic_started"),
        ("medicines_review", {"antipsychotic_reviewed": "2026-11-23"}, "antipsychotic_reviewed"),
        ("medicines_review", ON_ANTIPSYCHOTIC | {"antipsychotic_reviewed": "2026-10-31"}, "antipsychotic_reviewed"),
        ("oral_health", {"gums": "not_present"}, "gums"),
        ("cga", {"mood": "fine"}, "mood"),
        ("fall_record", {"last_seen": "2026-11-22T06:01"}, "last_seen"),
        ("fall_record", {"gp_told_at": "2026-11-22T05:59"}, "gp_told_at"),
        ("fall_record", {"found_at": 6}, "found_at"),
    ],
)
def test_refused(code: str, changed: dict[str, Any], field: str) -> None:
    error = refused(code, changed)
    assert error.field == field
    assert error.message


# --------------------------------------------------------------------------------------------------- one by one: wound


def test_tissue_shares_make_a_hundred() -> None:
    """The reference: 60 + 40 is taken, 60 + 30 refused."""
    two = WOUND | {"tissue": ["granulating", "sloughy"], "granulating_percent": 60}
    result = score("time_wound", two | {"sloughy_percent": 40}, ON)
    assert (result.parts["granulating_percent"], result.parts["sloughy_percent"]) == (60, 40)
    for share in (30, 39, 41):
        error = refused("time_wound", two | {"sloughy_percent": share})
        assert error.field == "sloughy_percent"
        assert f"{60 + share} %" in error.message
    assert score("time_wound", WOUND, ON).parts["granulating_percent"] == 100


def test_a_wound_is_measured_exactly_and_due_with_its_dressing() -> None:
    result = score("time_wound", WOUND, ON)
    assert result.parts["area_cm2"] == D("19.20")
    assert result.next_due == date(2026, 11, 25)
    assert score("time_wound", WOUND | {"next_change": "2026-11-22"}, ON).next_due == ON
    assert score("time_wound", WOUND | {"next_change": "2026-12-30"}, ON).next_due == ON + timedelta(days=7)
    assert score("time_wound", WOUND).next_due is None
    closed = score("time_wound", WOUND | {"tissue": ["epithelial"], "length_cm": 0, "width_cm": 0}, ON)
    assert closed.parts["area_cm2"] == 0
    assert score("time_wound", WOUND | {"tissue": [], "length_cm": 0, "width_cm": 0}, ON).complete


def test_strong_pain_needs_a_note_from_seven_on() -> None:
    assert score("time_wound", WOUND | {"pain": 6}, ON).flags == ()
    assert score("time_wound", WOUND | {"pain": 7}, ON).flags == ("pain_without_relief",)
    assert score("time_wound", WOUND | {"pain": 8, "pain_relief": "Paracetamol 14:00"}, ON).flags == ()
    assert score("time_wound", WOUND | {"edge": "not_advancing", "same_at_last_review": False}, ON).flags == ()
    assert score("time_wound", WOUND | {"edge": "undermined", "undermining_clock": 12}, ON).flags == ()


# ------------------------------------------------------------------------------------------------------------- memory


@pytest.mark.parametrize(
    ("changed", "decision", "days"),
    [
        # The worked examples of the reference.
        ({"observations": ["memory"], "duration": "three_months_or_more", "amt_correct": 5}, "refer_to_gp", None),
        ({"observations": ["memory"], "duration": "three_months_or_more", "amt_correct": 9}, "refer_to_gp", None),
        ({"sudden_change": True}, "delirium_first", None),
        ({"amt_correct": 8}, "no_referral", 182),
        ({"amt_correct": 7}, "refer_to_gp", None),
        ({"known_diagnosis": True}, "known_diagnosis", None),
        # And what lies between them.
        ({"observations": ["lost"], "duration": "under_3_months", "amt_correct": 8}, "watch", 91),
        ({"observations": ["lost"], "duration": "under_3_months", "amt_correct": 7}, "refer_to_gp", None),
        ({"observations": ["lost"], "duration": "under_3_months", "amt_correct": None, "amt_not_done": "unwell"},
         "watch", 91),
        ({"amt_correct": None, "amt_not_done": "refused"}, "no_referral", 182),
        ({"known_diagnosis": True, "sudden_change": True}, "known_diagnosis", None),
        ({"agreed": "declined", "known_diagnosis": None, "sudden_change": True}, "declined", None),
    ],
)  # fmt: skip
def test_the_dear_gp_route(changed: dict[str, Any], decision: str, days: int | None) -> None:
    result = score("dear_gp", MEMORY | changed, ON)
    assert result.complete
    assert result.parts["decision"] == decision
    assert decision in result.flags
    assert result.next_due == (ON + timedelta(days=days) if days else None)


def test_no_decision_while_an_earlier_question_is_open() -> None:
    bad = MEMORY | {"observations": ["memory"], "duration": "three_months_or_more", "amt_correct": 3}
    for key in ("agreed", "known_diagnosis", "sudden_change"):
        result = score("dear_gp", bad | {key: None}, ON)
        assert "decision" not in result.parts
        assert key in result.missing
    assert "decision" not in score("dear_gp", MEMORY | {"observations": None}, ON).parts


def test_a_long_concern_decides_before_the_test_is_done() -> None:
    seen = MEMORY | {"observations": ["memory"], "duration": "three_months_or_more", "amt_correct": None}
    result = score("dear_gp", seen, ON)
    assert (result.parts["decision"], result.complete) == ("refer_to_gp", False)


# ---------------------------------------------------------------------------------------------------------- behaviour


@pytest.mark.parametrize(
    ("text", "label"),
    [("aggressive", True), ("Very agitated and abusive!", True), ("She was challenging again", True),
     ("Attention-seeking behaviour", True), ("Aggressive: hit the door with her stick", False),
     ("Shouted “help”", False), ("Agitated, walked up and down", False)],
)  # fmt: skip
def test_a_label_is_no_description(text: str, label: bool) -> None:
    assert abc_chart.only_a_label(text) is label
    assert ("behaviour" in score("abc_chart", EPISODE | {"behaviour": text}, ON).missing) is label


def test_an_episode_is_measured_across_the_change_of_clocks() -> None:
    assert score("abc_chart", EPISODE | {"ended": "2026-11-22T16:30"}, ON).parts == {"intensity": 3, "minutes": 90}
    night = {"started": "2026-10-25T00:30+01:00", "ended": "2026-10-25T02:30+00:00"}
    assert score("abc_chart", EPISODE | night, ON).parts["minutes"] == 180
    given = EPISODE | {"started": datetime(2026, 11, 22, 15, 0, tzinfo=LONDON)}
    assert score("abc_chart", given, ON) == score("abc_chart", EPISODE, ON)


def test_harm_to_the_resident_alone_is_no_incident_with_others() -> None:
    assert score("abc_chart", EPISODE | {"harm": ["self"]}, ON).flags == ("harm_to_self",)
    assert score("abc_chart", EPISODE | {"harm": ["resident"]}, ON).flags == ("harm_to_others", "safeguarding")


# ---------------------------------------------------------------------------------------------- soft signs and calls


@pytest.mark.parametrize(
    ("signs", "able", "flags"),
    [
        ([], None, ()),
        (["eating_less"], True, ("tell_senior", "take_news2")),
        (["eating_less"], False, ("tell_senior",)),
        (["not_right"], True, ("tell_senior", "take_news2")),
        (["confusion", "drinking_less"], True, ("news2_now", "tell_senior")),
        (["breathing"], False, ("sbard_now", "tell_senior")),
        (["eating_less", "drinking_less"], True, ("news2_now", "tell_senior")),
        (["eating_less", "drinking_less"], False, ("sbard_now", "tell_senior")),
        (["skin"], True, ("news2_now", "tell_senior")),
        (["confusion"], True, ("news2_now", "tell_senior")),
    ],
)
def test_soft_signs(signs: list[str], able: bool | None, flags: tuple[str, ...]) -> None:
    result = score("soft_signs", {"signs": signs, "can_take_news2": able}, ON)
    assert (result.flags, result.complete, result.parts) == (flags, True, {"signs": len(signs)})
    assert result.next_due is None


def test_a_call_stays_open_until_somebody_has_decided() -> None:
    undecided = score("sbard", CALL | {"decision": None, "decided_by": None, "safety_net": None}, ON)
    assert (undecided.complete, undecided.missing, undecided.flags) == (False, ("decision",), ("open",))
    later = score("sbard", CALL | {"decision": None}, ON + timedelta(days=1))
    assert later.flags == ("request_overdue", "open")
    assert score("sbard", CALL, ON + timedelta(days=1)).flags == ()
    assert score("sbard", CALL | {"news2_now": None, "news2_reason": "No equipment"}, ON).flags == ()
    assert score("sbard", CALL | {"news2_now": 6}, ON).flags == ()
    asked = datetime(2026, 11, 22, 17, 0, tzinfo=LONDON)
    minute = timedelta(minutes=1)
    assert sbard.is_overdue(asked, None, asked + minute)
    assert not sbard.is_overdue(asked, None, asked)
    assert not sbard.is_overdue(asked, "Visit", asked + minute)
    assert not sbard.is_overdue(None, None, asked)


# ------------------------------------------------------------------------------------------- continence and engagement


def test_continence_is_due_in_three_months_or_with_the_catheter() -> None:
    assert score("continence", CONTINENCE, ON).next_due == ON + timedelta(days=91)
    catheter = CONTINENCE | {"bladder": "catheter", "catheter_type": "urethral", "catheter_size_ch": 14}
    soon = score("continence", catheter | {"catheter_due": "2026-12-01"}, ON)
    assert (soon.next_due, soon.flags) == (date(2026, 12, 1), ())
    today = score("continence", catheter | {"catheter_due": "2026-11-22"}, ON)
    assert (today.next_due, today.flags) == (ON, ())
    assert score("continence", catheter | {"catheter_due": "2027-06-01"}, ON).next_due == ON + timedelta(days=91)
    assert score("continence", CONTINENCE | {"catheter_due": "2026-12-01"}, ON).next_due == ON + timedelta(days=91)


def test_a_refusal_is_offered_again_and_sleep_is_no_engagement() -> None:
    done = score("engagement_log", ACTIVITY, ON)
    assert (done.parts, done.next_due) == ({"minutes": 30, "engagement": 2}, ON + timedelta(days=7))
    for part in ("refused", "asleep"):
        result = score("engagement_log", ACTIVITY | {"took_part": part}, ON)
        assert (result.parts, result.next_due) == ({}, ON + timedelta(days=1))


# -------------------------------------------------------------------------------------------------------- end of life


def test_a_preferred_place_is_asked_again_after_six_months() -> None:
    assert score("preferred_place", PLACE, ON).next_due == date(2026, 11, 20) + timedelta(days=182)
    edge = score("preferred_place", PLACE | {"stated_on": "2026-05-24"}, ON)
    assert (edge.flags, edge.next_due) == ((), ON)
    over = score("preferred_place", PLACE | {"stated_on": "2026-05-23"}, ON)
    assert (over.flags, over.next_due) == (("review_due",), date(2026, 11, 21))


@pytest.mark.parametrize(
    ("died_at", "reason", "achieved", "flags"),
    [
        ("usual_residence", None, "first", ()),
        ("hospice", None, "second", ()),
        ("hospital", "Hip fracture", "not", ()),
        ("hospital", None, "not", ("variance_unexplained",)),
    ],
)
def test_whether_the_wish_was_met(died_at: str, reason: str | None, achieved: str, flags: tuple[str, ...]) -> None:
    after = {
        "second_choice": "hospice",
        "place_of_death": died_at,
        "variance_reason": reason,
        "stated_on": "2025-01-01",
    }
    result = score("preferred_place", PLACE | after | {"stated_on": "2025-01-01"}, ON)
    assert (result.parts, result.flags, result.next_due) == ({"achieved": achieved}, flags, None)


@pytest.mark.parametrize(
    ("changed", "cpr", "in_force"),
    [
        ({}, "do_not_attempt", 1),
        ({"respect_cpr": "attempt"}, "attempt", 1),
        ({"documents": ["dnacpr"]}, "do_not_attempt", 1),
        ({"documents": ["respect", "dnacpr"]}, "do_not_attempt", 1),
        ({"documents": []}, "no_decision_recorded", 0),
        ({"documents": ["adrt"], "adrt_refuses_cpr": False}, "no_decision_recorded", 0),
        ({"documents": ["adrt"], "adrt_refuses_cpr": True, "clinician": None}, "do_not_attempt", 1),
        ({"documents": ["adrt"], "adrt_refuses_cpr": True, "decided_on": None}, "unverified", 0),
        ({"clinician": None}, "unverified", 0),
        ({"decided_on": None}, "unverified", 0),
        ({"review_on": "2026-11-21"}, "do_not_attempt", 1),
        ({"documents": ["respect", "dnacpr"], "respect_cpr": "attempt"}, "conflict", 0),
        ({"documents": ["respect", "adrt"], "respect_cpr": "attempt", "adrt_refuses_cpr": True}, "conflict", 0),
    ],
)
def test_what_stands_on_page_one(changed: dict[str, Any], cpr: str, in_force: int) -> None:
    """The six rules of the reference; an expired review warns and still stands."""
    result = score("respect_summary", RESPECT | changed, ON)
    assert result.complete
    assert result.parts == {"cpr": cpr, "in_force": in_force}
    assert result.workings == (respect_summary.PAGE_ONE[cpr],)
    assert respect_summary.keeps_pack_back(result) is (cpr == "conflict")
    assert ("No CPR does not mean no treatment" in " ".join(result.actions)) is (cpr == "do_not_attempt")
    held = changed.get("documents", ["respect"])
    assert ("Check the original every time; this is only a summary." in result.actions) is bool(held)


def test_a_decision_is_due_on_its_review_date_and_at_the_latest_in_six_months() -> None:
    assert score("respect_summary", RESPECT, ON).next_due == ON + timedelta(days=182)
    assert score("respect_summary", RESPECT | {"review_on": "2026-12-01"}, ON).next_due == date(2026, 12, 1)
    expired = score("respect_summary", RESPECT | {"review_on": "2026-11-21"}, ON)
    assert (expired.flags, expired.next_due) == (("review_expired", "dnacpr"), date(2026, 11, 21))
    today = score("respect_summary", RESPECT | {"review_on": "2026-11-22"}, ON)
    assert (today.flags, today.next_due) == (("dnacpr",), ON)


# ---------------------------------------------------------------------------------------------------------- medicines


@pytest.mark.parametrize(
    ("count", "flags", "days"),
    [(3, (), 365), (4, (), 365), (5, ("polypharmacy",), 365), (6, ("polypharmacy",), 365), (9, ("polypharmacy",), 365),
     (10, ("high_polypharmacy",), 182), (11, ("high_polypharmacy",), 182)],
)  # fmt: skip
def test_counts(count: int, flags: tuple[str, ...], days: int) -> None:
    result = score("medicines_review", MEDICINES | {"regular_medicines": count}, ON)
    assert (result.flags, result.next_due) == (flags, ON + timedelta(days=days))
    assert result.parts == {"regular_medicines": count, "triggers": 0}


@pytest.mark.parametrize(
    ("started", "reviewed", "due"),
    [("2024-03-01", None, "2024-04-12"), ("2024-03-01", "2024-04-10", "2024-05-22")],
)
def test_an_antipsychotic_is_due_six_weeks_on(started: str, reviewed: str | None, due: str) -> None:
    dated = ON_ANTIPSYCHOTIC | {"antipsychotic_started": started, "antipsychotic_reviewed": reviewed}
    day = date.fromisoformat(due)
    on_the_day = score("medicines_review", dated, day)
    assert (on_the_day.next_due, on_the_day.flags) == (day, ())
    a_day_late = score("medicines_review", dated, day + timedelta(days=1))
    assert a_day_late.flags == ("antipsychotic_review_overdue",)
    stopped = score("medicines_review", dated | {"antipsychotic": "stopped"}, day)
    assert (stopped.flags, stopped.next_due) == ((), day + timedelta(days=365))


@pytest.mark.parametrize(("minutes", "late"), [(25, False), (30, False), (31, True), (35, True)])
def test_a_parkinsons_dose_has_thirty_minutes(minutes: int, late: bool) -> None:
    timed = MEDICINES | {"parkinsons_medicines": True, "parkinsons_minutes_off": minutes}
    assert ("parkinsons_dose_off_time" in score("medicines_review", timed, ON).flags) is late


# -------------------------------------------------------------------------------------------------------------- mouth


def test_a_mouth_is_looked_at_sooner_when_anything_is_not_fine() -> None:
    assert score("oral_health", MOUTH, ON).next_due == ON + timedelta(days=91)
    for changed in ({"lips": "changed"}, {"gums": "problem"}, {"pain": "says_so"}, {"urgent_signs": ["bleeding"]}):
        assert score("oral_health", MOUTH | changed, ON).next_due == ON + timedelta(days=28)
    both = score("oral_health", MOUTH | {"gums": "problem", "teeth": "problem", "lips": "changed"}, ON)
    assert both.parts == {"problems": 2, "changes": 1}
    assert "Ask the dentist to look at: gums and lining, natural teeth." in both.actions


# ---------------------------------------------------------------------------------------------------------------- CGA


def newest(
    words: str, *, day: date = ON, due: date | None = None, severity: Severity = Severity.ROUTINE, done: bool = True
) -> cga.Newest:
    """A newest result."""
    return cga.Newest(day, due, severity, done, words)


def test_the_sum_names_its_concerns_and_gaps() -> None:
    answers = CGA | {"mood": "concern", "mood_reason": "Withdrawn", "pain": "gap", "pain_reason": "Asleep"}
    result = score("cga", answers, ON)
    assert result.parts == {"covered": 16, "concerns": 1, "gaps": 1}
    assert result.flags == ("concern", "gap")
    assert "Mood: Withdrawn" in result.actions
    assert "Gap. Pain: Asleep" in result.workings
    assert result.next_due == ON + timedelta(days=182)


def test_the_sum_is_assembled_from_the_newest_results() -> None:
    given = cga.assembled(
        {
            "must": newest("MUST: High risk", severity=Severity.URGENT),
            "fluid": newest("Fluids: at target"),
            "abbey": newest("Abbey: No pain", due=ON),
            "waterlow": newest("Waterlow: At risk", day=date(2026, 9, 1), due=date(2026, 11, 21)),
            "cfs": newest("Frailty: 6", done=False),
            "sixcit": newest("6CIT: Normal", day=date(2026, 1, 1)),
            "amt10": newest("AMT: Normal", day=date(2026, 2, 1)),
        },
        ON,
    )
    assert (given["nutrition"], given["nutrition_reason"]) == ("concern", "MUST: High risk (22-Nov-2026)")
    assert (given["pain"], given["pain_reason"]) == ("covered", "Abbey: No pain (22-Nov-2026)")
    assert given["skin"] == "gap"
    assert given["skin_reason"] == "Waterlow: At risk (01-Sep-2026, overdue since 21-Nov-2026)"
    assert (given["frailty"], given["frailty_reason"]) == ("gap", "Frailty: 6 (22-Nov-2026, unfinished)")
    assert given["cognition_reason"] == "AMT: Normal (01-Feb-2026)"
    assert (given["mood"], given["mood_reason"]) == ("gap", "Not assessed yet")
    by_hand = set(cga.DOMAINS) - set(cga.SOURCES)
    assert not by_hand & set(given)
    result = score("cga", given, ON)
    assert set(result.missing) == by_hand
    assert score("cga", given | dict.fromkeys(by_hand, "covered"), ON).complete


def test_every_source_of_the_sum_is_an_instrument() -> None:
    named = {code for sources in cga.SOURCES.values() for code in sources}
    assert named <= {tool.code for tool in all_instruments()}
    assert set(cga.SOURCES) <= set(cga.DOMAINS)


# -------------------------------------------------------------------------------------------------------------- falls


def test_the_minutes_between_last_seen_well_and_found() -> None:
    """The reference: found at 06:00, last seen at 04:30 is 90 minutes, a long lie."""
    unseen = FALL | {"witness": "nobody"}
    result = score("fall_record", unseen | {"last_seen": "2026-11-22T04:30"}, ON)
    assert (result.parts, result.flags) == ({"minutes_unseen": 90}, ("long_lie",))
    assert score("fall_record", unseen | {"last_seen": "2026-11-22T05:01"}, ON).flags == ()
    seen = score("fall_record", FALL | {"last_seen": "2026-11-22T04:30"}, ON)
    assert (seen.parts, seen.flags) == ({"minutes_unseen": 90}, ())
    autumn = unseen | {"last_seen": "2026-10-25T00:30+01:00", "found_at": "2026-10-25T01:10+00:00"}
    assert score("fall_record", autumn, ON).parts == {"minutes_unseen": 100}


def test_a_fall_makes_the_falls_assessment_due_and_a_head_is_watched() -> None:
    again = "Do the falls assessment again: this fall makes it due."
    assert score("fall_record", FALL, ON).actions == (again,)
    for changed in (
        {"head_struck": "yes"}, {"head_struck": "not_known"}, {"witness": "nobody", "last_seen": "2026-11-22T05:55"},
    ):  # fmt: skip
        actions = score("fall_record", FALL | changed, ON).actions
        assert actions[-1] == again
        assert actions[-2].startswith("Watch for 72 hours")
