"""Answers to try: every combination where there are few, else many at random with most of them at the edges.

Where a tool takes every combination, an answer may also be missing (None) in each place.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final

from tests.oracle.tables import CHOICES, TICKED

Answers = dict[str, Any]
YES_NO: Final = (True, False, None)
MISSING_IN: Final = 0.15
"""The share of the random inputs in which at least one answer is missing."""


def steps(low: str, high: str, step: str) -> tuple[Decimal, ...]:
    """Every figure from low to high."""
    first, last, by = Decimal(low), Decimal(high), Decimal(step)
    return tuple(first + by * n for n in range(int((last - first) / by) + 1))


# ---------------------------------------------------------------------------------------------------- every combination

EVERY: Final[dict[str, dict[str, Sequence[Any]]]] = {
    "ulna_height": {
        "ulna_cm": (*steps("17.5", "33.5", "0.05"), None), "sex": ("F", "M", None), "age_years": (*range(18, 121), None)
    },
    "muac": {"muac_cm": (*steps("10.00", "60.00", "0.01"), None)},
    "purpose_t_outcome": dict.fromkeys(
        ("pressure_ulcer_cat1_or_above", "scar_from_previous_ulcer", "assessed_at_risk"), YES_NO
    ),
    "braden_total": {"total": (*range(6, 24), None)},
    "cornell_total": {"total": (*range(39), None)},
    "edmonton_total": {"total": (*range(18), None)},
    "pressure_ulcer_category": {
        "skin": ("intact", "blood_blister", "serum_blister", "broken", None), "colour": ("red", "purple_maroon", None),
        "blanches": YES_NO, "depth": ("partial", "full", None),
        **dict.fromkeys(("slough", "fat_visible", "bone_tendon_muscle", "base_obscured"), YES_NO),
    },
    "globiad": {"skin_loss": YES_NO, "infection_signs": YES_NO},
    "istap": {"flap_loss": ("none", "partial", "total", None)},
    "frat": dict.fromkeys(CHOICES["frat"], YES_NO),
    "sixcit": {
        **dict.fromkeys(("year_correct", "month_correct", "time_correct"), YES_NO),
        "count_back_errors": (*range(21), None), "months_back_errors": (*range(13), None),
        "address_errors": (*range(6), None),
    },
    "four_at": {key: (*choices, None) for key, choices in CHOICES["four_at"].items()},
    "amt10": {key: (*choices, None) for key, choices in CHOICES["amt10"].items()},
    "abbey": {key: (*choices, None) for key, choices in CHOICES["abbey"].items()},
    "painad": {key: (*choices, None) for key, choices in CHOICES["painad"].items()},
    "ruis": {key: (*choices, None) for key, choices in CHOICES["ruis"].items()},
    "barthel": {key: (*choices, None) for key, choices in CHOICES["barthel"].items()},
    "who5": {key: (*choices, None) for key, choices in CHOICES["who5"].items()},
    "bristol": {"type": (*range(1, 8), None)},
    "cfs": {"level": (*range(1, 10), None)},
    "needs_code": {"code": ("A", "B", "C", "D", None)},
    "rhys_hearn_high": dict.fromkeys(
        ("sometimes_doubly_incontinent", "needs_help_or_fed", "cannot_make_needs_known"), YES_NO
    ),
    "polypharmacy": {"regular_medicines": (*range(61), None)},
}  # fmt: skip
"""The answers that each question takes; keys such as ``items.3`` are entries of a list."""


def how_many(code: str) -> int:
    """The number of combinations."""
    count = 1
    for values in EVERY[code].values():
        count *= len(values)
    return count


def every(code: str) -> Iterator[Answers]:
    """Every combination of the answers."""
    keys, values = tuple(EVERY[code]), tuple(EVERY[code].values())
    if all("." in key for key in keys):
        name = keys[0].partition(".")[0]
        for entries in itertools.product(*values):
            yield {name: list(entries)}
    else:
        for found in itertools.product(*values):
            yield dict(zip(keys, found, strict=True))


# -------------------------------------------------------------------------------------------------- at random, at edges

Draw = Callable[[random.Random], Any]


def figure(low: str, high: str, step: str, *edges: str) -> Draw:
    """A number: three times in four an edge, or one step to either side of it, else any."""
    span, by = steps(low, high, step), Decimal(step)
    near = [Decimal(edge) + by * n for edge in (low, *edges, high) for n in (-1, 0, 1)]
    near = [value for value in near if Decimal(low) <= value <= Decimal(high)]
    if by == by.to_integral_value():
        return partial(_either, [int(value) for value in near], [int(value) for value in span])
    return partial(_either, near, span)


def _either(near: Sequence[Any], span: Sequence[Any], rng: random.Random) -> Any:
    return rng.choice(near) if rng.random() < 0.75 else rng.choice(span)


def one_of(*values: Any) -> Draw:
    return lambda rng: rng.choice(values)


def some_of(values: Sequence[str], least: int) -> Draw:
    """Some of the ticks, in any order."""
    return lambda rng: rng.sample(values, rng.randint(least, len(values)))


NEWS2: Final[dict[str, Draw]] = {
    "resp_rate": figure("0", "60", "1", "8", "9", "11", "12", "20", "21", "24", "25"),
    "spo2": figure("50", "100", "1", "83", "84", "85", "86", "87", "88", "91", "92", "93", "94", "95", "96", "97"),
    "spo2_scale": one_of(1, 2),
    "on_oxygen": one_of(*YES_NO[:2]),
    "systolic": figure("40", "300", "1", "90", "91", "100", "101", "110", "111", "219", "220"),
    "pulse": figure("20", "250", "1", "40", "41", "50", "51", "90", "91", "110", "111", "130", "131"),
    "consciousness": one_of("A", "A", "A", "C", "V", "P", "U"),
    "temp_c": figure("30.0", "45.0", "0.1", "35.0", "35.1", "36.0", "36.1", "38.0", "38.1", "39.0", "39.1"),
}
WATERLOW: Final[dict[str, Draw]] = {
    **{key: one_of(*choices) for key, choices in CHOICES["waterlow"].items() if key not in {"weight lost", "how much"}},
    "skin": lambda rng: (
        ["healthy"] if rng.random() < 0.3 else some_of([*TICKED["waterlow"]["skin"]][1:], 0)(rng)
    ),
    "age_years": figure("14", "120", "1", "49", "50", "64", "65", "74", "75", "80", "81"),
    "tissue_malnutrition": lambda rng: (
        [] if rng.random() < 0.5 else some_of([*TICKED["waterlow"]["tissue_malnutrition"]], 0)(rng)
    ),
    "neurological_points": figure("0", "30", "1", "4", "6"),
    "medication_points": figure("0", "30", "1", "4"),
    "mst_weight_lost": one_of("no", "unsure", "yes"),
    "mst_amount_kg": one_of("0.5-5", "5-10", "10-15", ">15", "unsure"),
}  # fmt: skip
WOUND: Final[dict[str, Draw]] = {
    "length0_cm": figure("0.1", "30", "0.1", "1", "2", "10"),
    "width0_cm": figure("0.1", "30", "0.1", "1", "2", "10"),
}
PUSH: Final[dict[str, Draw]] = {
    "exudate": one_of(*CHOICES["push"]["exudate"]),
    "dominant_tissue": one_of("closed", "epithelial", "granulation"),
}
POST_FALL: Final = (
    "danger_clear", "responsive_and_breathing", "intense_pain", "suspected_collapse", "trauma_head_neck_back",
    "unusual_behaviour", "marked_breathing_difficulty_or_chest_pain", "bleeding_freely", "loss_of_consciousness",
    "evidence_of_fracture", "fast_abnormal", "head_struck_or_unwitnessed", "on_anticoagulant_or_antiplatelet",
)  # fmt: skip


def on_the_edge() -> list[tuple[Decimal, Decimal]]:
    """Heights and weights of which the BMI is exactly 18.5, 20 or 30."""
    return [
        (height, bmi * height * height)
        for bmi in (Decimal("18.5"), Decimal(20), Decimal(30))
        for height in steps("1.20", "2.10", "0.01")
        if (bmi * height * height * 10) % 1 == 0
    ]


_EDGES: Final = on_the_edge()


def a_must(rng: random.Random) -> Answers:
    if rng.random() < 0.6:
        height, weight = rng.choice(_EDGES)
        weight += rng.choice((Decimal(0), Decimal("0.1"), Decimal("-0.1"), Decimal("0.000001"), Decimal("-0.000001")))
    else:
        height, weight = Decimal(rng.randint(120, 210)) / 100, Decimal(rng.randint(300, 1400)) / 10
    kind = rng.random()
    if kind < 0.6:  # exactly 5 or 10 % lost, or a little beside it
        before = Decimal(rng.randint(30, 120) * 2)
        weight = before * rng.choice((Decimal("0.95"), Decimal("0.9")))
        weight += rng.choice((Decimal(0), Decimal("0.1"), Decimal("-0.1"), Decimal("0.000001"), Decimal("-0.000001")))
    else:
        before = weight + Decimal(rng.randint(-50, 150)) / 10
    answers: Answers = {
        "height_m": height, "weight_kg": weight, "previous_weight_kg": max(before, Decimal(20)),
        "acutely_ill_no_intake_5d": rng.random() < 0.3,
    }  # fmt: skip
    if rng.random() < 0.25:
        answers |= {
            "height_m": None, "ulna_cm": Decimal(rng.randint(1780, 3260)) / 100, "sex": rng.choice("FM"),
            "age_years": rng.choice((18, 64, 65, 66, 90)),
        }  # fmt: skip
    if rng.random() < 0.2:
        answers["loss_planned"] = rng.random() < 0.5
    if rng.random() < 0.2:
        answers["muac_cm"] = Decimal(rng.randint(180, 380)) / 10
    if rng.random() < 0.05:
        answers |= {"height_m": None, "weight_kg": None}
    return answers


def a_waterlow(rng: random.Random) -> Answers:
    answers = {key: draw(rng) for key, draw in WATERLOW.items()}
    if answers["mst_weight_lost"] != "yes":
        del answers["mst_amount_kg"]
    return answers


def a_wound(rng: random.Random) -> Answers:
    answers = {key: draw(rng) for key, draw in WOUND.items()}
    length, width = answers["length0_cm"], answers["width0_cm"]
    share = rng.choice(("1", "0.8", "0.6", "0.9", "0.5", "1.1", "0.3"))
    little = rng.choice(("0", "0", "0.001", "-0.001", "0.1"))
    answers["length1_cm"] = length
    answers["width1_cm"] = round(max(width * Decimal(share) + Decimal(little), Decimal("0.01")), 3)
    if rng.random() < 0.05:
        answers |= {"length1_cm": 0, "width1_cm": 0}
    if rng.random() < 0.7:
        answers["days"] = rng.choice((1, 7, 13, 14, 15, 27, 28, 29, 60))
    return answers


def a_push(rng: random.Random) -> Answers:
    answers = {key: draw(rng) for key, draw in PUSH.items()}
    edge = rng.choice(("0.3", "0.65", "1.05", "2.05", "3.05", "4.05", "8.05", "12.05", "24.05", "0.25", "35"))
    if rng.random() < 0.7:
        length = rng.choice((Decimal("0.5"), Decimal(1), Decimal("2.5"), Decimal(4), Decimal(5)))
        width = Decimal(edge) / length + rng.choice((Decimal(0), Decimal("0.01"), Decimal("-0.01"), Decimal("0.1")))
    else:
        length, width = Decimal(rng.randint(1, 80)) / 10, Decimal(rng.randint(1, 80)) / 10
    answers |= {"length_cm": length, "width_cm": width}
    for extra in ("any_slough", "any_necrotic"):
        if rng.random() < 0.6:
            answers[extra] = rng.random() < 0.4
    if answers["dominant_tissue"] == "closed":  # a closed wound measures nothing and holds no dead tissue
        answers |= {"length_cm": 0, "width_cm": 0, "exudate": "none", "any_slough": False, "any_necrotic": False}
    return answers


def a_fall(rng: random.Random) -> Answers:
    """Mostly calm, so that the later questions decide."""
    calm = rng.random() < 0.75
    answers: Answers = {}
    for n, key in enumerate(POST_FALL):
        safe = n < 2
        answers[key] = safe if (calm and n < 11) or rng.random() < 0.9 else not safe
    if rng.random() < 0.5:
        answers |= {key: rng.random() < 0.6 for key in POST_FALL[-2:]}
    answers["minutes_on_floor"] = rng.choice((0, 1, 5, 58, 59, 60, 61, 90, 600, 10080))
    return answers


def a_pressure(rng: random.Random) -> Answers:
    sbp = rng.randint(80, 200)
    dbp = rng.randint(45, min(sbp - 10, 110))
    answers: Answers = {"lying_sbp": sbp, "lying_dbp": dbp, "symptoms": rng.random() < 0.5}
    for when in ("1min", "3min"):
        upper = rng.choice((sbp - rng.choice((0, 5, 19, 20, 21, -5)), rng.choice((89, 90, 91, 120))))
        lower = dbp - rng.choice((0, 5, 9, 10, 11, -5))
        answers |= {f"standing_{when}_sbp": max(upper, lower + 5), f"standing_{when}_dbp": lower}
    return answers


def a_day_of_drinks(rng: random.Random) -> Answers:
    answers: Answers = {
        "sex": rng.choice("FM"),
        "intake_ml": rng.choice((0, 1199, 1200, 1599, 1600, 1601, 1999, 2000, 2001, rng.randint(0, 4000))),
    }
    if rng.random() < 0.4:
        answers["fluid_restricted_to_ml"] = max(answers["intake_ml"] + rng.choice((-1, 0, 1, 500, -500)), 500)
    return answers


def a_gds15(rng: random.Random) -> Answers:
    likely = rng.random()
    return {"answers": ["Y" if rng.random() < likely else "N" for _ in range(15)]}


def some_medicines(rng: random.Random) -> Answers:
    return {"drug_scores": [rng.choice((0, 0, 0, 1, 1, 2, 3)) for _ in range(rng.randint(0, 12))]}


def a_review(rng: random.Random) -> Answers:
    started = date(2015, 1, 1) + timedelta(days=rng.randint(0, 4000))
    answers: Answers = {"started": started.isoformat()}
    if rng.random() < 0.6:
        answers["last_review"] = (
            started + timedelta(days=rng.choice((0, 1, 41, 42, 43, rng.randint(0, 300))))
        ).isoformat()
    return answers


AT_RANDOM: Final[dict[str, Callable[[random.Random], Answers]]] = {
    "must": a_must,
    "news2": lambda rng: {key: draw(rng) for key, draw in NEWS2.items()},
    "waterlow": a_waterlow,
    "wound_area_reduction": a_wound,
    "push": a_push,
    "post_fall": a_fall,
    "orthostatic_bp": a_pressure,
    "fluid": a_day_of_drinks,
    "gds15": a_gds15,
    "acb": some_medicines,
    "antipsychotic_review": a_review,
}


def drawn(code: str, count: int) -> Iterator[Answers]:
    """So many random inputs, always the same ones."""
    rng, make = random.Random(f"{code} 2026"), AT_RANDOM[code]
    for _ in range(count):
        answers = make(rng)
        if rng.random() < MISSING_IN:
            for _ in range(rng.choice((1, 1, 1, 2, 3))):
                _leave_out(answers, rng)
        yield answers


def _leave_out(answers: Answers, rng: random.Random) -> None:
    key = rng.choice([*answers])
    value = answers[key]
    if isinstance(value, list) and value and key in {"answers", "drug_scores"} and rng.random() < 0.9:
        value[rng.randrange(len(value))] = None
    elif rng.random() < 0.5:
        answers[key] = None
    elif len(answers) > 1:
        del answers[key]
