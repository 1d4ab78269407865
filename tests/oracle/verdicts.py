"""Reads the tables: what the rules text says of a set of answers, in exact fractions.

A verdict is worked out from what the missing answers could still make of it: the least and the most of a total, or
every band that a decision could still end in. Only where nothing but the most serious band is left is it named early.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from typing import Final, NamedTuple

from tests.oracle.tables import (
    ASKED,
    BANDS,
    CHOICES,
    DECISIONS,
    FLAGS,
    FLUID_TARGET,
    PER_POINT,
    RANGES,
    RECORDED,
    TICKED,
    TOP,
    ULNA,
)

Given = Mapping[str, object]
NOTHING: Final[frozenset[str]] = frozenset()


class Verdict(NamedTuple):
    """What must come out. ``parts`` holds those that the contract names; ``missing`` the unanswered questions, by list.

    ``missing`` is None where the rules leave open which of several answers would help.
    """

    score: Fraction | None
    band: str | None
    complete: bool = True
    flags: frozenset[str] = NOTHING
    parts: Mapping[str, Fraction | int] = {}
    missing: frozenset[str] | None = NOTHING
    next_due: date | None = None


def unfinished(missing: frozenset[str] | None, band: str = "incomplete", flags: frozenset[str] = NOTHING) -> Verdict:
    """A verdict without a score."""
    if band != "incomplete":
        flags |= {"at_least"}
    return Verdict(None, band, complete=False, flags=flags, missing=missing)


# --------------------------------------------------------------------------------------------------- reading the tables


@cache
def exact(value: object) -> Fraction:
    """The number as it was typed."""
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(str(value))


@cache
def holds(span: str) -> Callable[[Fraction], bool]:
    """The test that a printed range stands for, by whole numbers multiplied across: a million are asked for."""
    for sign, test in (("<=", operator.le), (">=", operator.ge), ("<", operator.lt), (">", operator.gt)):
        if span.startswith(sign):
            edge = Fraction(span[len(sign) :])
            n, d = edge.numerator, edge.denominator
            return lambda value: bool(test(value.numerator * d, n * value.denominator))
    low, _, high = span.partition("..")
    (n, d), (m, e) = (Fraction(end).as_integer_ratio() for end in (low, high or low))
    return lambda value: n * value.denominator <= value.numerator * d and value.numerator * e <= m * value.denominator


@cache
def banded(code: str, total: Fraction | int) -> str:
    """The band of a total."""
    (found,) = [band for span, band in BANDS[code].items() if holds(span)(Fraction(total))]
    return found


def ranged(code: str, name: str, value: object) -> int:
    """The points of a number, from the row of the table in which it lies."""
    number = value if isinstance(value, Fraction) else exact(value)
    (found,) = [points for span, points in RANGES[code][name].items() if holds(span)(number)]
    return found


@cache
def reach(code: str, name: str) -> tuple[int, int]:
    """The least and the most points of an answer that is not there yet."""
    if name in TICKED.get(code, {}):
        return 0, sum(TICKED[code][name].values())
    found = [*(RANGES.get(code, {}).get(name) or CHOICES[code][name]).values()]
    return min(found), max(found)


def list_name(key: str) -> str:
    """The question that an entry belongs to: ``items`` of ``items.3``."""
    return key.partition(".")[0]


# --------------------------------------------------------------------------------------------------------------- totals


@cache
def worth(code: str, name: str, value: object) -> tuple[int, int]:
    """The least and the most points of an answer: the same, where there is one."""
    if value is None:
        return reach(code, name)
    ticks = TICKED.get(code, {}).get(name)
    if ticks is not None and isinstance(value, tuple):
        points = sum(ticks[tick] for tick in value)
    elif name in CHOICES[code]:
        points = CHOICES[code][name][value]
    else:
        points = ranged(code, name, value)
    return points, points


@cache
def closed(code: str, lowest: int, highest: int, missing: frozenset[str]) -> Verdict:
    """The verdict of points that add up to something between the lowest and the highest."""
    flags = frozenset(flag for span, flag in FLAGS.get(code, {}).items() if sure(span, lowest, highest))
    if missing:
        certain = banded(code, lowest) == banded(code, highest) == TOP[code]
        return unfinished(missing, TOP[code] if certain else "incomplete", flags)
    return Verdict(Fraction(lowest * PER_POINT.get(code, 1)), banded(code, lowest), flags=flags)


def total(code: str, found: Mapping[str, object], missing: frozenset[str]) -> Verdict:
    """The verdict of the answers of a tool that adds up, None where one is still missing."""
    lowest = highest = 0
    for name, value in found.items():
        if isinstance(value, Fraction):  # seldom twice the same
            least = most = ranged(code, name, value)
        else:
            least, most = worth(code, name, value)
        lowest += least
        highest += most
    return closed(code, lowest, highest, missing)


@cache
def sure(span: str, lowest: int, highest: int) -> bool:
    """Whether the whole reach of a total lies in the range."""
    return holds(span)(Fraction(lowest)) and holds(span)(Fraction(highest))


@cache
def asked(code: str) -> tuple[str, ...]:
    """Every answer of a tool that adds up, entry by entry where they come as a list."""
    return (*CHOICES[code], *RANGES.get(code, {}))


def added_up(code: str, answers: Given) -> Verdict:
    """A tool whose answers each score by their own row."""
    names = asked(code)
    whole = list_name(names[0])
    if whole == names[0]:
        found = {name: answers.get(name) for name in names}
        return total(code, found, frozenset(name for name, value in found.items() if value is None))
    entries = answers.get(whole)
    if not isinstance(entries, list):
        entries = [None] * len(names)
    return total(code, dict(zip(names, entries, strict=True)), frozenset({whole}) if None in entries else NOTHING)


def with_parts(code: str, answers: Given, name: str, factor: int) -> Verdict:
    """The same, where the contract also names a part that follows from the raw points."""
    verdict = added_up(code, answers)
    if verdict.score is None:
        return verdict
    raw = verdict.score / PER_POINT.get(code, 1)
    return verdict._replace(parts={name: raw * factor})


def amt10(answers: Given) -> Verdict:
    """Ten right answers one by one, or how many were right."""
    if answers.get("correct") is not None:
        right = exact(answers["correct"])
        return Verdict(right, banded("amt10", right))
    verdict = added_up("amt10", answers)
    return verdict if answers.get("items") is not None else verdict._replace(missing=None)


def recorded(code: str, answers: Given) -> Verdict:
    """A tool of which the total is taken down."""
    value = answers.get(RECORDED[code])
    if value is None:
        return unfinished(frozenset({RECORDED[code]}))
    return Verdict(exact(value), banded(code, exact(value)))


# ----------------------------------------------------------------------------------------------------- one by one: MUST


@cache
def ulna_rows() -> dict[tuple[Fraction, str, bool], Fraction]:
    """Height by ulna, sex, and whether 65 or over."""
    rows = {}
    for line in ULNA.split("\n")[1:-1]:
        ulna, *heights = map(Fraction, line.split())
        for (sex, older), height in zip((("M", False), ("M", True), ("F", False), ("F", True)), heights, strict=True):
            rows[ulna, sex, older] = height
    return rows


def ulna_to_height(ulna: object, sex: object, age: object) -> Fraction | None:
    """The printed height, the ulna rounded to the nearest half (a tie up); None beyond the table."""
    nearest = Fraction((exact(ulna) * 2 + Fraction(1, 2)) // 1, 2)
    return ulna_rows().get((nearest, str(sex), exact(age) >= 65))


def ulna_height(answers: Given) -> Verdict:
    missing = frozenset(key for key in ("ulna_cm", "sex", "age_years") if answers.get(key) is None)
    if missing:
        return unfinished(missing)
    height = ulna_to_height(answers["ulna_cm"], answers["sex"], answers["age_years"])
    return Verdict(height, "out_of_table" if height is None else None)


def must(answers: Given) -> Verdict:
    height = answers.get("height_m")
    if height is not None:
        metres: Fraction | None = exact(height)
    elif any(answers.get(key) is None for key in ("ulna_cm", "sex", "age_years")):
        metres = None
    else:
        metres = ulna_to_height(answers["ulna_cm"], answers["sex"], answers["age_years"])
    kilos, before = answers.get("weight_kg"), answers.get("previous_weight_kg")
    bmi = loss = None
    if metres is not None and kilos is not None:
        bmi = exact(kilos) / metres**2
    if answers.get("loss_planned") is True:
        loss = Fraction(0)
    elif kilos is not None and before is not None:
        loss = max((exact(before) - exact(kilos)) / exact(before) * 100, Fraction(0))
    ill = answers.get("acutely_ill_no_intake_5d")
    found = {"bmi_score": bmi, "weight_loss_score": loss, "acute_disease_score": ill}
    unknown = frozenset(name for name, value in found.items() if value is None)
    verdict = total("must", found, unknown)
    obese = frozenset({"obese"} if bmi is not None and bmi > 30 else ())
    if verdict.band == "incomplete" and metres is None and kilos is None and answers.get("muac_cm") is not None:
        verdict = Verdict(None, "clinical_impression_required", complete=False)
    parts = {name: worth("must", name, value)[0] for name, value in found.items() if value is not None}
    return verdict._replace(parts=parts, flags=verdict.flags | obese, missing=None if unknown else NOTHING)


def muac(answers: Given) -> Verdict:
    value = answers.get("muac_cm")
    return unfinished(frozenset({"muac_cm"})) if value is None else Verdict(None, banded("muac", exact(value)))


# ------------------------------------------------------------------------------------------------------ NEWS2, Waterlow

NEWS2_ASKED: Final = ("resp_rate", "spo2", "spo2_scale", "on_oxygen", "systolic", "pulse", "consciousness", "temp_c")


@cache
def saturation(spo2: object, scale: object, oxygen: object) -> int | None:
    """The points of the saturation; None while what is not known could change them."""
    sheets = [
        name
        for name, is_scale, is_oxygen in (
            ("spo2 scale 1", 1, None), ("spo2 scale 2 air", 2, False), ("spo2 scale 2 oxygen", 2, True),
        )
        if scale in {None, is_scale} and (is_oxygen is None or oxygen in {None, is_oxygen})
    ]  # fmt: skip
    found = {ranged("news2", sheet, spo2) for sheet in sheets}
    return found.pop() if len(found) == 1 else None


def news2(answers: Given) -> Verdict:
    points: dict[str, int] = {}
    for name in ("resp_rate", "systolic", "pulse", "temp_c"):
        if answers.get(name) is not None:
            points[name] = worth("news2", name, answers[name])[0]
    for name in ("on_oxygen", "consciousness"):
        if answers.get(name) is not None:
            points[name] = CHOICES["news2"][name][answers[name]]
    if answers.get("spo2") is not None:
        step = saturation(answers["spo2"], answers.get("spo2_scale"), answers.get("on_oxygen"))
        if step is not None:
            points["spo2"] = step
    aggregate = sum(points.values())
    missing = frozenset(name for name in NEWS2_ASKED if answers.get(name) is None)
    if missing and aggregate >= 7:
        verdict = unfinished(missing, "high")
    elif missing:
        band = "incomplete_red_flag" if 3 in points.values() else "incomplete"
        verdict = Verdict(None, band, complete=False, missing=missing)
    elif aggregate >= 7:
        verdict = Verdict(Fraction(aggregate), "high")
    elif aggregate >= 5:
        verdict = Verdict(Fraction(aggregate), "medium")
    else:
        verdict = Verdict(Fraction(aggregate), "low_medium" if 3 in points.values() else "low")
    return verdict._replace(parts=points)


def waterlow(answers: Given) -> Verdict:
    missing = {
        key
        for key in (
            "build", "skin", "sex", "age_years", "mst_weight_lost", "mst_poor_appetite", "continence", "mobility",
            "tissue_malnutrition", "neurological_points", "medication_points", "surgery",
        )
        if answers.get(key) is None
    }  # fmt: skip
    lost = answers.get("mst_weight_lost")
    if lost == "yes":  # it is known that some weight was lost: only how much is open
        weight, lost = "how much", answers.get("mst_amount_kg")
        missing |= {"mst_amount_kg"} if lost is None else set()
    else:
        weight = "weight lost"
    if answers.get("skin") == []:
        missing.add("skin")
    found: dict[str, object] = {weight: lost}
    for name in (*CHOICES["waterlow"], *RANGES["waterlow"]):
        if name not in {"weight lost", "how much"}:
            found[name] = answers.get(name)
    for name in TICKED["waterlow"]:
        ticks = answers.get(name)
        found[name] = tuple(sorted(ticks)) if isinstance(ticks, list) and name not in missing else None
    return total("waterlow", found, frozenset(missing))


# ------------------------------------------------------------------------------------------------------------ decisions


def ends(code: str, known: Given) -> tuple[list[str], bool]:
    """The bands that a decision can still end in, in order, and whether the last of them is decided for."""
    possible: list[str] = []
    for band, ways in DECISIONS[code]:
        likely = [[known.get(key) in {None, value} for key, value in way.items()] for way in ways]
        certain = [all(known.get(key) == value for key, value in way.items()) for way in ways]
        if any(certain):
            return [*possible, band], True
        if any(all(way) for way in likely):
            possible.append(band)
    return possible, False


def decided(code: str, answers: Given) -> Verdict:
    """A tool that puts into a class."""
    possible, _ = ends(code, answers)
    missing = frozenset(key for key in ASKED[code] if answers.get(key) is None)
    if not missing:
        return Verdict(None, possible[0])
    return unfinished(missing, possible[0] if possible == [TOP.get(code)] else "incomplete")


def pressure_ulcer_category(answers: Given) -> Verdict:
    """An optional finding that is not given was not seen; one that only a deep wound shows says that it is deep."""
    deep = ("slough", "fat_visible", "bone_tendon_muscle", "base_obscured")
    seen = {key: answers.get(key) is True for key in deep}
    known = {**answers, **seen}
    if known.get("skin") == "broken" and known.get("depth") is None and any(seen.values()):
        known["depth"] = "full"
    possible, _ = ends("pressure_ulcer_category", known)
    return Verdict(None, possible[0]) if len(possible) == 1 else unfinished(None)


def impossible_ulcer(answers: Given) -> bool:
    """Findings that exclude each other: a deep finding, or a depth, in skin that is not open, or only half open."""
    deep = any(answers.get(key) is True for key in ("slough", "fat_visible", "bone_tendon_muscle", "base_obscured"))
    if answers.get("skin") == "broken":
        return deep and answers.get("depth") == "partial"
    if answers.get("skin") == "serum_blister":
        return deep or answers.get("depth") == "full"
    return answers.get("skin") is not None and (deep or answers.get("depth") is not None)


def post_fall(answers: Given) -> Verdict:
    """A positive answer decides, whatever is still missing after it."""
    minutes = answers.get("minutes_on_floor")
    known = {**answers, "an hour or more": None if minutes is None else exact(minutes) >= 60}
    possible, sure_of_last = ends("post_fall", known)
    if len(possible) == 1:
        return Verdict(None, possible[0], missing=None)
    if sure_of_last and possible[-1] == "urgent_head_injury_referral":
        return unfinished(None, possible[-1])
    return unfinished(None)


def orthostatic_bp(answers: Given) -> Verdict:
    missing = frozenset(key for key in ASKED["orthostatic_bp"] if answers.get(key) is None)
    number = {key: exact(value) for key, value in answers.items() if value is not None and key != "symptoms"}
    standing = [number[key] for key in ("standing_1min_sbp", "standing_3min_sbp") if key in number]
    lower = [number[key] for key in ("standing_1min_dbp", "standing_3min_dbp") if key in number]
    positive = any(figure < 90 for figure in standing)
    if "lying_sbp" in number:
        positive |= any(number["lying_sbp"] - figure >= 20 for figure in standing)
    if "lying_dbp" in number and answers.get("symptoms") is True:
        positive |= any(number["lying_dbp"] - figure >= 10 for figure in lower)
    if missing:
        return unfinished(missing, "positive" if positive else "incomplete")
    return Verdict(None, "positive" if positive else "negative")


# ------------------------------------------------------------------------------------------------- wounds, and the rest


def half_up(value: Fraction, places: int) -> Fraction:
    """Rounded, a tie away from nought."""
    scaled = abs(value) * 10**places
    nearest = (scaled + Fraction(1, 2)) // 1
    return Fraction(nearest, 10**places) * (-1 if value < 0 else 1)


def wound_area_reduction(answers: Given) -> Verdict:
    sizes = ("length0_cm", "width0_cm", "length1_cm", "width1_cm")
    missing = frozenset(key for key in sizes if answers.get(key) is None)
    if missing:
        return unfinished(missing)
    l0, w0, l1, w1 = (exact(answers[key]) for key in sizes)
    smaller = (l0 * w0 - l1 * w1) / (l0 * w0) * 100
    days = answers.get("days")
    weeks = Fraction(0) if days is None else exact(days) / 7
    rules = {"larger": smaller < 0, "reassess_2_weeks": weeks >= 2 and smaller < 20,
             "refer_4_weeks": weeks >= 4 and smaller < 40}  # fmt: skip
    return Verdict(half_up(smaller, 1), None, flags=frozenset(flag for flag, holds_ in rules.items() if holds_))


def push(answers: Given) -> Verdict:
    missing = frozenset(
        key for key in ("length_cm", "width_cm", "exudate", "dominant_tissue") if answers.get(key) is None
    )
    if missing:
        return unfinished(missing)
    area = exact(answers["length_cm"]) * exact(answers["width_cm"])
    if area == 0:
        size = 0
    elif area < Fraction("0.3"):
        size = 1
    else:
        size = ranged("push", "rounded area", half_up(area, 1))
    worst = "slough" if answers.get("any_slough") is True else answers["dominant_tissue"]
    worst = "necrotic" if answers.get("any_necrotic") is True else worst
    parts = {
        "area_score": size,
        "exudate_score": CHOICES["push"]["exudate"][answers["exudate"]],
        "tissue_score": CHOICES["push"]["tissue"][worst],
    }
    return Verdict(Fraction(sum(parts.values())), None, parts=parts)


def fluid(answers: Given) -> Verdict:
    drunk, limit = answers.get("intake_ml"), answers.get("fluid_restricted_to_ml")
    over = limit is not None and drunk is not None and exact(drunk) > exact(limit)
    flags = frozenset({"over_restriction"} if over else ())  # known as soon as the two figures are
    missing = frozenset(key for key in ("sex", "intake_ml") if answers.get(key) is None)
    if missing:
        return unfinished(None, flags=flags)
    if limit is not None:
        return Verdict(None, "restricted_individual_target", flags=flags)
    return Verdict(None, "at_target" if exact(drunk) >= FLUID_TARGET[str(answers["sex"])] else "below_target")


def acb(answers: Given) -> Verdict:
    """Any number of medicines; one that is not in the table is unknown, and may be worth up to 3."""
    scores = answers.get("drug_scores")
    if not isinstance(scores, list):
        return unfinished(frozenset({"drug_scores"}))
    known = sum((exact(each) for each in scores if each is not None), Fraction(0))
    if None in scores:
        return unfinished(frozenset({"drug_scores"}), "review" if known >= 3 else "incomplete")
    return Verdict(known, banded("acb", known))


def antipsychotic_review(answers: Given) -> Verdict:
    started, reviewed = answers.get("started"), answers.get("last_review")
    if started is None:
        return unfinished(frozenset({"started"}))
    return Verdict(None, None, next_due=date.fromisoformat(str(reviewed or started)) + timedelta(days=42))


VERDICTS: Final[dict[str, Callable[[Given], Verdict]]] = {
    "must": must,
    "ulna_height": ulna_height,
    "muac": muac,
    "news2": news2,
    "waterlow": waterlow,
    "pressure_ulcer_category": pressure_ulcer_category,
    "wound_area_reduction": wound_area_reduction,
    "push": push,
    "post_fall": post_fall,
    "orthostatic_bp": orthostatic_bp,
    "amt10": amt10,
    "fluid": fluid,
    "acb": acb,
    "antipsychotic_review": antipsychotic_review,
    "barthel": lambda answers: with_parts("barthel", answers, "score_100", 5),
    "who5": lambda answers: with_parts("who5", answers, "raw", 1),
    **{code: lambda answers, code=code: recorded(code, answers) for code in RECORDED},  # type: ignore[misc]
    **{
        code: lambda answers, code=code: decided(code, answers)  # type: ignore[misc]
        for code in ("purpose_t_outcome", "globiad", "istap", "needs_code", "rhys_hearn_high")
    },
    **{
        code: lambda answers, code=code: added_up(code, answers)  # type: ignore[misc]
        for code in ("frat", "sixcit", "four_at", "abbey", "painad", "ruis", "gds15")
    },
}
"""What the rules say, by instrument."""
