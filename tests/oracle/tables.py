"""The published tables, as printed: what scores how many points, and where the bands begin and end.

A range is written as in print: ``"<=8"``, ``"9..11"`` (both ends included), ``">=25"``, ``"7"``. Bands are ranges of
the total. Nothing here is taken from the program.
"""

from __future__ import annotations

from typing import Final

Points = dict[object, int]

# -------------------------------------------------------------------------------------- points of each answer, by range

RANGES: Final[dict[str, dict[str, dict[str, int]]]] = {
    "must": {
        "bmi_score": {"<18.5": 2, "18.5..20": 1, ">20": 0},
        "weight_loss_score": {"<5": 0, "5..10": 1, ">10": 2},
    },
    "news2": {
        "resp_rate": {"<=8": 3, "9..11": 1, "12..20": 0, "21..24": 2, ">=25": 3},
        "spo2 scale 1": {"<=91": 3, "92..93": 2, "94..95": 1, ">=96": 0},
        "spo2 scale 2 air": {"<=83": 3, "84..85": 2, "86..87": 1, "88..92": 0, ">=93": 0},
        "spo2 scale 2 oxygen": {
            "<=83": 3, "84..85": 2, "86..87": 1, "88..92": 0, "93..94": 1, "95..96": 2, ">=97": 3,
        },
        "systolic": {"<=90": 3, "91..100": 2, "101..110": 1, "111..219": 0, ">=220": 3},
        "pulse": {"<=40": 3, "41..50": 1, "51..90": 0, "91..110": 1, "111..130": 2, ">=131": 3},
        "temp_c": {"<=35.0": 3, "35.1..36.0": 1, "36.1..38.0": 0, "38.1..39.0": 1, ">=39.1": 2},
    },
    "waterlow": {
        "age_years": {"14..49": 1, "50..64": 2, "65..74": 3, "75..80": 4, ">=81": 5},
        "neurological_points": {"0": 0, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5, ">=6": 6},
        "medication_points": {"0": 0, "1": 1, "2": 2, "3": 3, ">=4": 4},
    },
    "sixcit": {
        "count_back_errors": {"0": 0, "1": 2, ">1": 4},
        "months_back_errors": {"0": 0, "1": 2, ">1": 4},
        "address_errors": {"0": 0, "1": 2, "2": 4, "3": 6, "4": 8, "5": 10},
    },
    "push": {
        "rounded area": {
            "0.3..0.6": 2, "0.7..1.0": 3, "1.1..2.0": 4, "2.1..3.0": 5, "3.1..4.0": 6, "4.1..8.0": 7, "8.1..12.0": 8,
            "12.1..24.0": 9, ">24": 10,
        },
    },
}  # fmt: skip

# ------------------------------------------------------------------------------------- points of each answer, by choice

CHOICES: Final[dict[str, dict[str, Points]]] = {
    "must": {"acute_disease_score": {True: 2, False: 0}},
    "news2": {
        "on_oxygen": {True: 2, False: 0},
        "consciousness": {"A": 0, "C": 3, "V": 3, "P": 3, "U": 3},
    },
    "waterlow": {
        "build": {"average": 0, "above_average": 1, "obese": 2, "below_average": 3},
        "sex": {"M": 1, "F": 2},
        "weight lost": {"no": 0, "unsure": 2},
        "how much": {"0.5-5": 1, "5-10": 2, "10-15": 3, ">15": 4, "unsure": 2},
        "mst_poor_appetite": {False: 0, True: 1},
        "continence": {"complete_or_catheterised": 0, "urine": 1, "faeces": 2, "both": 3},
        "mobility": {"fully": 0, "restless": 1, "apathetic": 2, "restricted": 3, "bedbound": 4, "chairbound": 5},
        "surgery": {"none": 0, "orthopaedic_spinal": 5, "on_table_gt_2h": 5, "on_table_gt_6h": 8},
    },
    "push": {
        "exudate": {"none": 0, "light": 1, "moderate": 2, "heavy": 3},
        "tissue": {"closed": 0, "epithelial": 1, "granulation": 2, "slough": 3, "necrotic": 4},
    },
    "frat": {
        "fall_last_year": {True: 1, False: 0},
        "four_or_more_meds": {True: 1, False: 0},
        "stroke_or_parkinsons": {True: 1, False: 0},
        "balance_problem": {True: 1, False: 0},
        "cannot_rise_without_arms": {True: 1, False: 0},
    },
    "sixcit": {
        "year_correct": {True: 0, False: 4},
        "month_correct": {True: 0, False: 3},
        "time_correct": {True: 0, False: 3},
    },
    "four_at": {
        "alertness": {"normal": 0, "mild_sleepiness_lt_10s": 0, "clearly_abnormal": 4},
        "amt4_mistakes": {0: 0, 1: 1, 2: 2, 3: 2, 4: 2, "untestable": 2},
        "months_backwards": {
            **dict.fromkeys(range(7, 13), 0), **dict.fromkeys(range(7), 1), "refused": 1, "untestable": 2,
        },
        "acute_change": {False: 0, True: 4},
    },
    "amt10": {f"items.{n}": {True: 1, False: 0} for n in range(10)},
    "abbey": {f"items.{n}": {0: 0, 1: 1, 2: 2, 3: 3} for n in range(6)},
    "painad": {f"items.{n}": {0: 0, 1: 1, 2: 2} for n in range(5)},
    "ruis": {f"items.{n}": {step: step for step in range(5 if n == 3 else 4)} for n in range(5)},
    "barthel": {
        f"items.{n}": {step: step for step in range(most + 1)} for n, most in enumerate((2, 2, 1, 2, 2, 3, 3, 2, 2, 1))
    },
    "who5": {f"items.{n}": {step: step for step in range(6)} for n in range(5)},
    "gds15": {
        f"answers.{n - 1}": {"N": 1, "Y": 0} if n in {1, 5, 7, 11, 13} else {"Y": 1, "N": 0} for n in range(1, 16)
    },
}  # fmt: skip

TICKED: Final[dict[str, dict[str, dict[str, int]]]] = {
    "waterlow": {
        "skin": {"healthy": 0, "tissue_paper": 1, "dry": 1, "oedematous": 1, "clammy_pyrexia": 1,
                 "discoloured_cat1": 2, "broken_cat2_4": 3},
        "tissue_malnutrition": {"terminal_cachexia": 8, "multiple_organ_failure": 8, "single_organ_failure": 5,
                                "pvd": 5, "anaemia_hb_lt_8": 2, "smoking": 1},
    },
}  # fmt: skip
"""Lists of which every tick counts."""

# ---------------------------------------------------------------------------------------------------------------- bands

BANDS: Final[dict[str, dict[str, str]]] = {
    "must": {"0": "low", "1": "medium", ">=2": "high"},
    "waterlow": {"<10": "not_at_risk", "10..14": "at_risk", "15..19": "high_risk", ">=20": "very_high_risk"},
    "braden_total": {"<=9": "very_high", "10..12": "high", "13..14": "moderate", "15..18": "mild", ">=19": "none"},
    "cornell_total": {
        "<6": "no_significant_symptoms", "6..10": "subthreshold", "11..18": "probable", ">18": "definite",
    },
    "edmonton_total": {
        "0..5": "not_frail", "6..7": "vulnerable", "8..9": "mild", "10..11": "moderate", "12..17": "severe",
    },
    "frat": {"0..2": "lower_risk", ">=3": "higher_risk"},
    "amt10": {">=8": "normal", "<=7": "impaired"},
    "sixcit": {"0..7": "normal", "8..9": "mild_impairment", "10..28": "significant_impairment"},
    "four_at": {"0": "unlikely", "1..3": "possible_cognitive_impairment", ">=4": "possible_delirium"},
    "abbey": {"0..2": "no_pain", "3..7": "mild", "8..13": "moderate", "14..18": "severe"},
    "painad": {"0": "none", "1..3": "mild", "4..6": "moderate", "7..10": "severe"},
    "bristol": {"1..2": "constipation", "3..4": "normal", "5": "loose_tendency", "6..7": "loose"},
    "ruis": {"0..3": "none_or_slight", "4..8": "mild", "9..12": "moderate", "13..16": "severe"},
    "barthel": {"0..4": "very_severe", "5..9": "severe", "10..14": "moderate", "15..19": "mild", "20": "independent"},
    "who5": {"<=7": "screen_depression", "8..12": "low_wellbeing", ">=13": "ok"},
    "gds15": {"0..4": "normal", "5..8": "mild", "9..11": "moderate", "12..15": "severe"},
    "polypharmacy": {"0..3": "none", "4": "four_or_more", "5..9": "polypharmacy", ">=10": "high_polypharmacy"},
    "acb": {"<3": "below_threshold", ">=3": "review"},
    "muac": {"<23.5": "bmi_likely_under_20", "23.5..32.0": "no_inference", ">32.0": "bmi_likely_over_30"},
    "cfs": {
        "1": "very_fit", "2": "fit", "3": "managing_well", "4": "very_mild_frailty", "5": "mild_frailty",
        "6": "moderate_frailty", "7": "severe_frailty", "8": "very_severe_frailty", "9": "terminally_ill",
    },
}  # fmt: skip

TOP: Final = {
    "must": "high", "news2": "high", "waterlow": "very_high_risk", "purpose_t_outcome": "red_secondary_prevention",
    "frat": "higher_risk", "post_fall": "call_999_do_not_move", "orthostatic_bp": "positive", "amt10": "impaired",
    "sixcit": "significant_impairment", "four_at": "possible_delirium", "abbey": "severe", "painad": "severe",
    "ruis": "severe", "rhys_hearn_high": "high", "barthel": "very_severe", "who5": "screen_depression",
    "gds15": "severe", "acb": "review", "globiad": "2B",
}  # fmt: skip
"""The most serious band: the only one that may be named before every answer is there."""

FLAGS: Final[dict[str, dict[str, str]]] = {
    "painad": {">=2": "probable_pain"},
    "gds15": {">=5": "suggests_depression"},
}
"""Flags by the total."""

PER_POINT: Final = {"who5": 4}
"""What one raw point adds to the published score, where it is not 1."""

RECORDED: Final = {
    "braden_total": "total", "cornell_total": "total", "edmonton_total": "total", "bristol": "type", "cfs": "level",
    "polypharmacy": "regular_medicines",
}  # fmt: skip
"""Tools whose one answer is the score."""

# -------------------------------------------------------------------------------------------------------- ulna, by rows

ULNA: Final = """
32.0 1.94 1.87 1.84 1.84
31.5 1.93 1.86 1.83 1.83
31.0 1.91 1.84 1.81 1.81
30.5 1.89 1.82 1.80 1.79
30.0 1.87 1.81 1.79 1.78
29.5 1.85 1.79 1.77 1.76
29.0 1.84 1.78 1.76 1.75
28.5 1.82 1.76 1.75 1.73
28.0 1.80 1.75 1.73 1.71
27.5 1.78 1.73 1.72 1.70
27.0 1.76 1.71 1.70 1.68
26.5 1.75 1.70 1.69 1.66
26.0 1.73 1.68 1.68 1.65
25.5 1.71 1.67 1.66 1.63
25.0 1.69 1.65 1.65 1.61
24.5 1.67 1.63 1.63 1.60
24.0 1.66 1.62 1.62 1.58
23.5 1.64 1.60 1.61 1.56
23.0 1.62 1.59 1.59 1.55
22.5 1.60 1.57 1.58 1.53
22.0 1.58 1.56 1.56 1.52
21.5 1.57 1.54 1.55 1.50
21.0 1.55 1.52 1.54 1.48
20.5 1.53 1.51 1.52 1.47
20.0 1.51 1.49 1.51 1.45
19.5 1.49 1.48 1.50 1.44
19.0 1.48 1.46 1.48 1.42
18.5 1.46 1.45 1.47 1.40
"""
"""Ulna in cm, then height in m: men under 65, men 65 and over, women under 65, women 65 and over."""

# ----------------------------------------------------------------------------------------------- decisions, first match

Rule = tuple[str, tuple[dict[str, object], ...]]
"""A band, and the sets of findings of which any one, whole, decides for it."""

_ISTUMBLE: Final[tuple[dict[str, object], ...]] = (
    {"intense_pain": True}, {"suspected_collapse": True}, {"trauma_head_neck_back": True},
    {"unusual_behaviour": True}, {"marked_breathing_difficulty_or_chest_pain": True}, {"bleeding_freely": True},
    {"loss_of_consciousness": True}, {"evidence_of_fracture": True},
)  # fmt: skip

DECISIONS: Final[dict[str, tuple[Rule, ...]]] = {
    "purpose_t_outcome": (
        ("red_secondary_prevention", ({"pressure_ulcer_cat1_or_above": True}, {"scar_from_previous_ulcer": True})),
        ("amber_primary_prevention", ({"assessed_at_risk": True},)),
        ("green_not_currently_at_risk", ({},)),
    ),
    "pressure_ulcer_category": (
        ("not_a_pressure_ulcer", ({"skin": "intact", "colour": "red", "blanches": True},)),
        ("deep_tissue_injury", ({"skin": "intact", "colour": "purple_maroon"}, {"skin": "blood_blister"})),
        ("category_1", ({"skin": "intact", "colour": "red", "blanches": False},)),
        ("category_2", ({"skin": "serum_blister"}, {"skin": "broken", "depth": "partial"})),
        ("unstageable", ({"skin": "broken", "depth": "full", "base_obscured": True},)),
        ("category_4", ({"skin": "broken", "depth": "full", "bone_tendon_muscle": True},)),
        ("category_3", ({"skin": "broken", "depth": "full"},)),
    ),
    "post_fall": (
        (
            "call_999_do_not_move",
            (
                {"danger_clear": False}, {"responsive_and_breathing": False}, *_ISTUMBLE, {"fast_abnormal": True},
            ),
        ),
        (
            "urgent_head_injury_referral",
            ({"head_struck_or_unwitnessed": True, "on_anticoagulant_or_antiplatelet": True},),
        ),
        ("lift_and_clinical_review_long_lie", ({"an hour or more": True},)),
        ("lift_with_equipment_and_observe", ({},)),
    ),
    "globiad": (
        ("1A", ({"skin_loss": False, "infection_signs": False},)),
        ("1B", ({"skin_loss": False, "infection_signs": True},)),
        ("2A", ({"skin_loss": True, "infection_signs": False},)),
        ("2B", ({"skin_loss": True, "infection_signs": True},)),
    ),
    "istap": (
        ("type_1", ({"flap_loss": "none"},)),
        ("type_2", ({"flap_loss": "partial"},)),
        ("type_3", ({"flap_loss": "total"},)),
    ),
    "needs_code": (
        ("blue", ({"code": "A"},)),
        ("green", ({"code": "B"},)),
        ("yellow", ({"code": "C"},)),
        ("red", ({"code": "D"},)),
    ),
    "rhys_hearn_high": (
        (
            "high",
            ({"sometimes_doubly_incontinent": True, "needs_help_or_fed": True, "cannot_make_needs_known": True},),
        ),
        ("not_high", ({},)),
    ),
}  # fmt: skip

ASKED: Final = {
    "purpose_t_outcome": ("pressure_ulcer_cat1_or_above", "scar_from_previous_ulcer", "assessed_at_risk"),
    "post_fall": (
        "danger_clear", "responsive_and_breathing", *(key for letter in _ISTUMBLE for key in letter), "fast_abnormal",
        "head_struck_or_unwitnessed", "on_anticoagulant_or_antiplatelet", "minutes_on_floor",
    ),
    "globiad": ("skin_loss", "infection_signs"),
    "istap": ("flap_loss",),
    "needs_code": ("code",),
    "rhys_hearn_high": ("sometimes_doubly_incontinent", "needs_help_or_fed", "cannot_make_needs_known"),
    "orthostatic_bp": (
        "lying_sbp", "lying_dbp", "standing_1min_sbp", "standing_1min_dbp", "standing_3min_sbp", "standing_3min_dbp",
        "symptoms",
    ),
}  # fmt: skip
"""The answers that each of these tools asks for."""

FLUID_TARGET: Final = {"F": 1600, "M": 2000}
"""Millilitres of drink a day."""
