"""The forms on disk: valid FHIR R4, asking exactly what the instruments score, with the points that they give."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from app.domain.instruments import cga, registry
from app.domain.instruments.outcome import AnswerError
from app.domain.instruments.registry import all_instruments, instrument, score
from app.domain.questionnaire import Form, check_answers, enabled, gather, parse_questionnaire, response, spread
from tests.oracle.inputs import AT_RANDOM, drawn, every, how_many
from tests.oracle.verdicts import VERDICTS

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "instruments"
CODES = [tool.code for tool in all_instruments()]


def document(code: str) -> dict[str, Any]:
    """The form of an instrument, as it lies on disk."""
    found: dict[str, Any] = json.loads((FOLDER / f"{code}.json").read_text(encoding="utf-8"), parse_float=Decimal)
    return found


def form(code: str) -> Form:
    """The form of an instrument."""
    return parse_questionnaire(document(code))


def test_every_instrument_has_its_form_and_every_form_its_instrument() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_the_form_is_fhir_and_carries_its_licence(code: str) -> None:
    found = document(code)
    Questionnaire.model_validate(found)
    tool = instrument(code)
    parsed = parse_questionnaire(found)
    assert (parsed.code, parsed.version, parsed.title) == (code, tool.version, tool.title)
    assert found["status"] == "active"
    assert tool.attribution in found["copyright"]
    assert tool.licence in found["copyright"]


@pytest.mark.parametrize("code", CODES)
def test_the_form_asks_exactly_what_is_scored(code: str) -> None:
    asked = {question.link_id.partition(".")[0] for question in form(code).questions()}
    assert asked == registry._BY_CODE[code].keys


@pytest.mark.parametrize("code", CODES)
def test_every_question_is_short_and_every_number_has_its_range(code: str) -> None:
    for question in form(code).questions():
        # The public-domain GDS-15 keeps its official wording, one question of which is longer.
        assert 0 < len(question.text) <= (75 if code == "gds15" else 70), question.link_id
        assert len(question.help) <= 140, question.link_id
        if question.type in {"decimal", "integer"}:
            assert question.minimum is not None, question.link_id
            assert question.maximum is not None, question.link_id
        if question.type == "decimal":
            assert question.unit, question.link_id
            assert question.max_decimal_places, question.link_id


def _accepts(code: str, key: str, value: object) -> bool:
    try:
        score(code, {key: value})
    except AnswerError as error:
        return error.field != key
    return True


@pytest.mark.parametrize("code", CODES)
def test_the_form_accepts_the_range_that_is_scored(code: str) -> None:
    """The form and the rules must not disagree about a number: neither may refuse what the other takes."""
    for question in form(code).questions():
        if question.minimum is None or question.maximum is None:
            continue
        places = question.max_decimal_places or 0
        step = Decimal(1).scaleb(-places)
        for value, taken in (
            (question.minimum, True), (question.maximum, True), (question.minimum - step, False),
            (question.maximum + step, False),
        ):  # fmt: skip
            other = {"length1_cm": "width1_cm", "width1_cm": "length1_cm"}.get(question.link_id)
            if other is None or value != 0:
                answer = [value] if question.repeats else value
                assert _accepts(code, question.link_id, answer) is taken, (question.link_id, value)


PART = {"sex": "sex", "build": "build", "skin": "skin", "continence": "continence", "mobility": "mobility",
        "surgery": "surgery", "tissue_malnutrition": "tissue_malnutrition", "mst_weight_lost": "malnutrition",
        "alertness": "alertness", "amt4_mistakes": "amt4_mistakes", "months_backwards": "months_backwards",
        "consciousness": "consciousness"}  # fmt: skip


@pytest.mark.parametrize("code", ["waterlow", "four_at", "news2"])
def test_the_points_beside_an_option_are_the_points_it_scores(code: str) -> None:
    checked = 0
    for question in form(code).questions():
        for option in question.options:
            if option.ordinal is None or question.link_id not in PART:
                continue
            answer = [option.code] if question.repeats else option.code
            answers = {question.link_id: answer}
            if question.link_id == "mst_weight_lost":
                answers["mst_poor_appetite"] = False
            assert score(code, answers).parts[PART[question.link_id]] == option.ordinal, (question.link_id, option.code)
            checked += 1
    assert checked >= 5


def test_abbey_options_carry_their_points_and_words() -> None:
    for question in form("abbey").questions():
        assert [(each.code, each.display, each.ordinal) for each in question.options] == [
            (0, "Absent", 0), (1, "Mild", 1), (2, "Moderate", 2), (3, "Severe", 3)
        ]  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_every_option_of_the_form_can_be_scored(code: str) -> None:
    for question in form(code).questions():
        for option in question.options:
            answer = [option.code] if question.repeats else option.code
            if question.link_id == "mst_amount_kg":
                score(code, {"mst_weight_lost": "yes", question.link_id: answer})
            elif question.link_id == "depth":
                score(code, {"skin": "broken", question.link_id: answer})
            else:
                score(code, gather({question.link_id: answer}, form(code)))


def test_conditions_spare_the_questions_that_do_not_matter() -> None:
    must = form("must")
    assert {"sex", "age_years"}.isdisjoint(enabled(must, {}))
    assert {"ulna_cm", "sex", "age_years"} <= enabled(must, {"ulna_cm": 23})
    assert "ulna_cm" not in enabled(must, {"height_m": Decimal("1.6"), "ulna_cm": 23})
    assert "muac_cm" not in enabled(must, {"height_m": Decimal("1.6"), "weight_kg": 60})
    fall = form("post_fall")
    assert "intense_pain" not in enabled(fall, {"danger_clear": True})
    safe = {"danger_clear": True, "responsive_and_breathing": True}
    assert {"intense_pain", "head_struck_or_unwitnessed", "minutes_on_floor"} <= enabled(fall, safe)
    assert "head_struck_or_unwitnessed" not in enabled(fall, safe | {"bleeding_freely": True})
    assert "on_anticoagulant_or_antiplatelet" not in enabled(fall, safe | {"head_struck_or_unwitnessed": False})
    ulcer = form("pressure_ulcer_category")
    assert enabled(ulcer, {"skin": "intact", "colour": "red"}) >= {"blanches"}
    assert enabled(ulcer, {"skin": "broken", "depth": "full"}) >= {"slough", "base_obscured"}
    assert "mst_amount_kg" not in enabled(form("waterlow"), {"mst_weight_lost": "unsure"})
    falls = form("falls_multifactorial")
    assert {"alcohol_action", "alcohol_by"} <= enabled(falls, {"alcohol": "concern"})
    assert "alcohol_reason" in enabled(falls, {"alcohol": "not_assessed"})


FILLED: dict[str, dict[str, Any]] = {
    "must": {"height_m": Decimal("1.80"), "weight_kg": Decimal("64.8"), "previous_weight_kg": 65, "loss_planned": False,
             "acutely_ill_no_intake_5d": False},
    "news2": {"resp_rate": 22, "spo2": 90, "spo2_scale": 2, "on_oxygen": True, "systolic": 140, "pulse": 96,
              "consciousness": "A", "temp_c": Decimal("36.5")},
    "waterlow": {"build": "average", "skin": ["dry", "tissue_paper"], "sex": "F", "age_years": 78,
                 "mst_weight_lost": "yes", "mst_amount_kg": ">15", "mst_poor_appetite": False, "continence": "both",
                 "mobility": "fully", "tissue_malnutrition": ["none"], "neurological_points": 0,
                 "medication_points": 0, "surgery": "none"},
    "four_at": {"alertness": "normal", "amt4_mistakes": "untestable", "months_backwards": 7, "acute_change": False},
    "abbey": {f"items.{index}": index % 4 for index in range(6)},
    "pressure_ulcer_category": {"skin": "broken", "depth": "full", "base_obscured": False, "bone_tendon_muscle": True,
                                "fat_visible": True, "slough": False},
    "about_me": {"preferred_name": "Dot", "completed_on": "2026-01-10", "consent_to_share": True},
    "post_fall": {"danger_clear": True, "responsive_and_breathing": False},
    "wound_area_reduction": {"length0_cm": 6, "width0_cm": 4, "length1_cm": Decimal("4.8"), "width1_cm": 4},
    "ulna_height": {"ulna_cm": 23, "sex": "F", "age_years": 86},
    "muac": {"muac_cm": Decimal("22.8")},
    "purpose_t_outcome": {"pressure_ulcer_cat1_or_above": False, "scar_from_previous_ulcer": False,
                          "assessed_at_risk": True},
    "braden_total": {"total": 15}, "cornell_total": {"total": 6}, "edmonton_total": {"total": 13},
    "push": {"length_cm": 4, "width_cm": Decimal("3.0"), "exudate": "moderate", "dominant_tissue": "granulation",
             "any_slough": True, "any_necrotic": False},
    "globiad": {"skin_loss": False, "infection_signs": True}, "istap": {"flap_loss": "partial"},
    "frat": {"fall_last_year": True, "four_or_more_meds": False, "stroke_or_parkinsons": False,
             "balance_problem": True, "cannot_rise_without_arms": False},
    "orthostatic_bp": {"lying_sbp": 138, "lying_dbp": 78, "standing_1min_sbp": 120, "standing_1min_dbp": 72,
                       "standing_3min_sbp": 124, "standing_3min_dbp": 74, "symptoms": False},
    "bristol": {"type": 4}, "fluid": {"sex": "M", "intake_ml": 1400, "fluid_restricted_to_ml": 1200},
    "ruis": {f"items.{index}": index % 4 for index in range(5)},
    "amt10": {f"items.{index}": index != 3 for index in range(10)},
    "sixcit": {"year_correct": True, "month_correct": False, "time_correct": True, "count_back_errors": 1,
               "months_back_errors": 3, "address_errors": 5},
    "painad": {f"items.{index}": index % 3 for index in range(5)},
    "cfs": {"level": 7},
    "needs_code": {"code": "C"},
    "rhys_hearn_high": {"sometimes_doubly_incontinent": True, "needs_help_or_fed": True,
                        "cannot_make_needs_known": False},
    "barthel": {f"items.{index}": 1 for index in range(10)},
    "who5": {f"items.{index}": index for index in range(5)},
    "gds15": {f"answers.{index}": "YN"[index % 2] for index in range(15)},
    "polypharmacy": {"regular_medicines": 7},
    "acb": {"drug_scores": [1, 1, 0, 3], "medicine_not_in_table": False, "table": "Pharmacy table, version 2"},
    "antipsychotic_review": {"started": "2026-09-01", "last_review": "2026-10-01", "stopped": False,
                             "side_effects": ["falls", "stiffness"], "clear_benefit": True, "dose": "Risperidone"},
    "falls_multifactorial": {"alcohol": "concern", "alcohol_action": "GP", "alcohol_owner": "Ann",
                             "alcohol_by": "2026-12-01"},
    "time_wound": {"tissue": ["granulating", "sloughy"], "granulating_percent": 60, "sloughy_percent": 40,
                   "infection": "none", "moisture": "moist", "exudate": "clear", "edge": "undermined",
                   "undermining_clock": 3, "length_cm": Decimal("4.8"), "width_cm": 4, "pain": 2, "odour": "none",
                   "surrounding_skin": [], "dressing": "Foam 10 x 10", "next_change": "2026-11-25"},
    "fall_record": {"found_at": "2026-11-22T06:00", "witness": "nobody", "last_seen": "2026-11-22T04:30",
                    "place": "bedroom", "activity": "toilet", "footwear": "barefoot", "aid": "not_used",
                    "light": "dark", "call_bell": "in_reach", "injuries": ["skin_tear"],
                    "first_aid": ["cleaned_dressed"], "lifted_with": "cushion", "head_struck": "no",
                    "on_blood_thinner": False, "family_told": True, "family_told_at": "2026-11-22T07:00",
                    "gp_told": False, "manager_told": True, "manager_told_at": "2026-11-22T06:10",
                    "duty_of_candour": "done"},
    "dear_gp": {"agreed": "consents", "known_diagnosis": False, "sudden_change": False, "observations": ["memory"],
                "duration": "three_months_or_more", "amt_correct": 5},
    "abc_chart": {"started": "2026-11-22T15:00", "ended": "2026-11-22T15:20", "place": "lounge",
                  "antecedent": "noise", "behaviour_kind": "calling_out", "behaviour": "Called for her mother",
                  "intensity": 3, "new_behaviour": False, "response": ["moved_away"], "helped": "moved_away",
                  "harm": []},
    "soft_signs": {"signs": ["eating_less"], "can_take_news2": True},
    "sbard": {"situation": "New cough", "news2_now": 5, "background": "COPD", "allergies": "None known",
              "cpr_plan": "in_place", "assessment": "Chest infection?", "request": "A visit",
              "requested_by": "2026-11-22T17:00", "caller": "Ann", "recipient": "Dr Test", "recipient_role": "gp",
              "called_at": "2026-11-22T14:00", "read_back": True, "decision": "Visit at 16:00",
              "decided_by": "Dr Test", "safety_net": "999 when NEWS2 is 7"},
    "continence": {"bladder": "catheter", "catheter_type": "urethral", "catheter_size_ch": 14,
                   "catheter_due": "2027-01-05", "bowels": "continent", "new_or_worse": False, "warnings": [],
                   "diary": "not_done", "diary_reason": "Catheter", "toilet_plan": "prompted", "pads": "none",
                   "skin": "healthy"},
    "oral_health": {"lips": "fine", "tongue": "fine", "gums": "fine", "saliva": "changed", "teeth": "not_present",
                    "dentures": "fine", "cleanliness": "fine", "denture_named": True, "pain": "none",
                    "urgent_signs": [], "care_help": "some", "dentist_seen": "within_a_year"},
    "medicines_review": {"regular_medicines": 11, "triggers": ["no_indication"], "antipsychotic": "active",
                         "antipsychotic_started": "2026-10-20", "antipsychotic_for": "Hitting out",
                         "antipsychotic_side_effects": [], "lewy_body_or_parkinsons": False,
                         "parkinsons_medicines": True, "parkinsons_minutes_off": 25},
    "preferred_place": {"first_choice": "usual_residence", "second_choice": "hospice", "stated_on": "2026-11-20",
                        "said_by": "resident", "capacity": "yes"},
    "respect_summary": {"documents": ["respect"], "respect_cpr": "do_not_attempt", "decided_on": "2026-01-04",
                        "clinician": "Dr Test", "original_at": "Office, red folder", "original_seen": True,
                        "discussed_with_resident": True},
    "engagement_log": {"kind": "outdoors", "took_part": "yes", "minutes": 30, "engagement": 2},
    "cga": dict.fromkeys(cga.DOMAINS, "covered"),
}  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_what_the_form_takes_is_scored_and_written_as_a_response(code: str) -> None:
    asked = form(code)
    typed = check_answers(asked, FILLED[code])
    assert set(typed) == set(FILLED[code])
    result = score(code, gather(typed, asked))
    assert result.complete or code == "falls_multifactorial"
    assert spread(gather(typed, asked), asked) == typed
    written = response(
        asked, FILLED[code], subject="Patient/1", authored="2026-11-22T08:15:00+00:00", author="Practitioner/2"
    )
    QuestionnaireResponse.model_validate(json.loads(json.dumps(written)))
    assert written["questionnaire"] == f"https://hartwell.example/fhir/Questionnaire/{code}|{instrument(code).version}"


@pytest.mark.parametrize("code", sorted(VERDICTS))
def test_what_can_be_scored_can_be_recorded_and_comes_to_the_same(code: str) -> None:
    """The answers of the published contract go through the form that screens and commands record with."""
    asked = form(code)
    tried = 0
    for answers in (
        drawn(code, 400) if code in AT_RANDOM else islice(every(code), 0, None, max(1, how_many(code) // 400))
    ):
        try:
            scored = score(code, answers)
        except AnswerError:
            continue
        if any(value is None or (isinstance(value, list) and None in value) for value in answers.values()):
            continue  # a line to record leaves out what it does not know
        recorded = score(code, gather(check_answers(asked, answers), asked))
        found = (recorded.score, recorded.band, recorded.flags, recorded.complete)
        assert found == (scored.score, scored.band, scored.flags, scored.complete), answers
        tried += 1
    assert tried
