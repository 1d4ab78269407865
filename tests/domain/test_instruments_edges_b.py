"""Every band edge from both sides, what is missing and what is refused: memory, pain, frailty, mood, medicines."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D  # noqa: N817 - the tables stay readable
from typing import Any

import pytest

from app.domain.instruments.outcome import AnswerError, Severity
from app.domain.instruments.registry import all_instruments, instrument, score
from tests.domain.test_instruments_forms import form

ON = date(2026, 11, 22)
OWN = (
    "amt10", "sixcit", "painad", "cfs", "needs_code", "rhys_hearn_high", "barthel", "who5", "gds15", "polypharmacy",
    "acb", "antipsychotic_review",
)  # fmt: skip
RIGHT: dict[str, Any] = {
    "year_correct": True, "month_correct": True, "time_correct": True, "count_back_errors": 0,
    "months_back_errors": 0, "address_errors": 0,
}  # fmt: skip
FLAGS: dict[str, Any] = {
    "sometimes_doubly_incontinent": True, "needs_help_or_fed": True, "cannot_make_needs_known": True,
}  # fmt: skip
FULL_BARTHEL = [2, 2, 1, 2, 2, 3, 3, 2, 2, 1]
WELL = list("YNNNYNYNNNYNYNN")
STARTED: dict[str, Any] = {"started": "2026-10-01"}


def refused(code: str, answers: dict[str, Any]) -> AnswerError:
    """The refusal of the answers."""
    with pytest.raises(AnswerError) as caught:
        score(code, answers, ON)
    return caught.value


def due_in(code: str, answers: dict[str, Any]) -> int | None:
    """Days until the next one is due."""
    due = score(code, answers, ON).next_due
    return (due - ON).days if due is not None else None


def low(items: list[int], points: int) -> list[int]:
    """The items with that many points taken off, from the first on."""
    left = points
    found = []
    for item in items:
        off = min(item, left)
        left -= off
        found.append(item - off)
    return found


def gds(points: int) -> list[str]:
    """GDS-15 answers with that many in the depressed direction, worthless and hopeless last of all."""
    order = [index for index in range(15) if index not in {11, 13}] + [11, 13]
    answers = list(WELL)
    for index in order[:points]:
        answers[index] = "N" if WELL[index] == "Y" else "Y"
    return answers


# ------------------------------------------------------------------------------------------------------- bands


@pytest.mark.parametrize(
    ("code", "answers", "total", "band"),
    [
        ("amt10", {"correct": 0}, 0, "impaired"),
        ("amt10", {"correct": 7}, 7, "impaired"),
        ("amt10", {"correct": 8}, 8, "normal"),
        ("amt10", {"correct": 10}, 10, "normal"),
        ("sixcit", RIGHT, 0, "normal"),
        ("sixcit", RIGHT | {"year_correct": False, "month_correct": False}, 7, "normal"),
        ("sixcit", RIGHT | {"year_correct": False, "count_back_errors": 2}, 8, "mild_impairment"),
        ("sixcit", RIGHT | {"month_correct": False, "address_errors": 3}, 9, "mild_impairment"),
        ("sixcit", RIGHT | {"address_errors": 5}, 10, "significant_impairment"),
        (
            "sixcit",
            {"year_correct": False, "month_correct": False, "time_correct": False, "count_back_errors": 20,
             "months_back_errors": 12, "address_errors": 5},
            28, "significant_impairment",
        ),
        ("painad", {"items": [0, 0, 0, 0, 0]}, 0, "none"),
        ("painad", {"items": [1, 0, 0, 0, 0]}, 1, "mild"),
        ("painad", {"items": [2, 1, 0, 0, 0]}, 3, "mild"),
        ("painad", {"items": [2, 2, 0, 0, 0]}, 4, "moderate"),
        ("painad", {"items": [2, 2, 2, 0, 0]}, 6, "moderate"),
        ("painad", {"items": [2, 2, 2, 1, 0]}, 7, "severe"),
        ("painad", {"items": [2, 2, 2, 2, 2]}, 10, "severe"),
        *(
            ("barthel", {"items": low(FULL_BARTHEL, 20 - total)}, total, band)
            for total, band in (
                (20, "independent"), (19, "mild"), (15, "mild"), (14, "moderate"), (10, "moderate"), (9, "severe"),
                (5, "severe"), (4, "very_severe"), (0, "very_severe"),
            )
        ),
        ("who5", {"items": [5, 5, 5, 5, 5]}, 100, "ok"),
        ("who5", {"items": [5, 5, 3, 0, 0]}, 52, "ok"),
        ("who5", {"items": [5, 5, 2, 0, 0]}, 48, "low_wellbeing"),
        ("who5", {"items": [5, 3, 0, 0, 0]}, 32, "low_wellbeing"),
        ("who5", {"items": [5, 2, 0, 0, 0]}, 28, "screen_depression"),
        ("who5", {"items": [0, 0, 0, 0, 0]}, 0, "screen_depression"),
        *(
            ("gds15", {"answers": gds(total)}, total, band)
            for total, band in (
                (0, "normal"), (4, "normal"), (5, "mild"), (8, "mild"), (9, "moderate"), (11, "moderate"),
                (12, "severe"), (15, "severe"),
            )
        ),
        ("polypharmacy", {"regular_medicines": 0}, 0, "none"),
        ("polypharmacy", {"regular_medicines": 3}, 3, "none"),
        ("polypharmacy", {"regular_medicines": 4}, 4, "four_or_more"),
        ("polypharmacy", {"regular_medicines": 5}, 5, "polypharmacy"),
        ("polypharmacy", {"regular_medicines": 9}, 9, "polypharmacy"),
        ("polypharmacy", {"regular_medicines": 10}, 10, "high_polypharmacy"),
        ("polypharmacy", {"regular_medicines": 60}, 60, "high_polypharmacy"),
        ("acb", {"drug_scores": []}, 0, "below_threshold"),
        ("acb", {"drug_scores": [2]}, 2, "below_threshold"),
        ("acb", {"drug_scores": [1, 0, 2]}, 3, "review"),
        ("acb", {"drug_scores": [3] * 50}, 150, "review"),
    ],
)  # fmt: skip
def test_band_edges(code: str, answers: dict[str, Any], total: int, band: str) -> None:
    result = score(code, answers, ON)
    assert (result.score, result.band, result.complete, result.missing) == (total, band, True, ())
    assert "at_least" not in result.flags


def test_each_frailty_level_is_its_own_band() -> None:
    bands = [score("cfs", {"level": level}).band for level in range(1, 10)]
    assert bands == [
        "very_fit", "fit", "managing_well", "very_mild_frailty", "mild_frailty", "moderate_frailty", "severe_frailty",
        "very_severe_frailty", "terminally_ill",
    ]  # fmt: skip


@pytest.mark.parametrize("key", FLAGS)
def test_one_flag_less_is_not_high(key: str) -> None:
    assert score("rhys_hearn_high", FLAGS).band == "high"
    result = score("rhys_hearn_high", FLAGS | {key: False})
    assert (result.band, result.complete, sum(int(part) for part in result.parts.values())) == ("not_high", True, 2)


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("year_correct", {True: 0, False: 4}),
        ("month_correct", {True: 0, False: 3}),
        ("time_correct", {True: 0, False: 3}),
        ("count_back_errors", {0: 0, 1: 2, 2: 4, 20: 4}),
        ("months_back_errors", {0: 0, 1: 2, 2: 4, 12: 4}),
        ("address_errors", {0: 0, 1: 2, 2: 4, 3: 6, 4: 8, 5: 10}),
    ],
)
def test_sixcit_points(key: str, values: dict[Any, int]) -> None:
    assert {value: score("sixcit", RIGHT | {key: value}).score for value in values} == values


def test_probable_pain_starts_at_two_even_with_items_missing() -> None:
    assert score("painad", {"items": [1, 0, 0, 0, 0]}).flags == ()
    assert score("painad", {"items": [2, 0, 0, 0, 0]}).flags == ("probable_pain",)
    part = score("painad", {"items": [2, None, 0, 0, 0]})
    assert (part.band, part.flags, part.score) == ("incomplete", ("probable_pain",), None)
    assert part.actions[0].startswith("Pain is probable")
    assert score("painad", {"items": [1, None, 0, 0, 0]}).flags == ()


def test_gds_suggests_depression_from_five_even_with_answers_missing() -> None:
    assert score("gds15", {"answers": gds(4)}).flags == ()
    assert score("gds15", {"answers": gds(5)}).flags == ("suggests_depression",)
    assert score("gds15", {"answers": [*gds(5)[:14], None]}).flags == ("suggests_depression",)
    assert score("gds15", {"answers": [*gds(4)[:14], None]}).flags == ()
    for index, good in enumerate(WELL):
        turned = "N" if good == "Y" else "Y"
        assert score("gds15", {"answers": [*WELL[:index], turned, *WELL[index + 1 :]]}).score == 1, index + 1


def test_worthless_speaks_loudly_whatever_the_band() -> None:
    assert score("gds15", {"answers": WELL}).severity is Severity.ROUTINE
    assert score("gds15", {"answers.11": "Y"}).severity is Severity.URGENT
    assert score("gds15", {"answers.11": "N"}).severity is Severity.NONE


# ----------------------------------------------------------------------------------------------------- missing


@pytest.mark.parametrize(
    ("code", "answers", "band", "flags", "missing"),
    [
        ("amt10", {}, "incomplete", (), ("correct",)),
        ("amt10", {"items": [True] * 9 + [None]}, "incomplete", (), ("items.9",)),
        ("amt10", {"items": [False] * 2 + [None] + [True] * 7}, "incomplete", (), ("items.2",)),
        ("amt10", {"items": [False] * 3 + [None] + [True] * 6}, "impaired", ("at_least",), ("items.3",)),
        ("amt10", {"items": [None] * 10}, "incomplete", (), tuple(f"items.{index}" for index in range(10))),
        ("sixcit", {}, "incomplete", (), tuple(RIGHT)),
        ("sixcit", RIGHT | {"time_correct": None}, "incomplete", (), ("time_correct",)),
        ("sixcit", RIGHT | {"year_correct": False, "month_correct": None, "count_back_errors": 2}, "incomplete", (),
         ("month_correct",)),
        ("sixcit", RIGHT | {"year_correct": None, "address_errors": 5}, "significant_impairment", ("at_least",),
         ("year_correct",)),
        ("painad", {}, "incomplete", (), ("items",)),
        ("painad", {"items": [2, 2, 2, None, 0]}, "incomplete", ("probable_pain",), ("items.3",)),
        ("painad", {"items": [2, 2, 2, None, 1]}, "severe", ("probable_pain", "at_least"), ("items.3",)),
        ("cfs", {}, "incomplete", (), ("level",)),
        ("cfs", {"level": None}, "incomplete", (), ("level",)),
        ("needs_code", {}, "incomplete", (), ("code",)),
        ("rhys_hearn_high", FLAGS | {"needs_help_or_fed": None}, "incomplete", (), ("needs_help_or_fed",)),
        ("barthel", {}, "incomplete", (), ("items",)),
        ("barthel", {"items": [2, 0, 0, 0, 0, 0, 0, 0, 0, None]}, "very_severe", ("at_least",), ("items.9",)),
        ("barthel", {"items": [2, 2, 0, 0, 0, 0, 0, 0, 0, None]}, "incomplete", (), ("items.9",)),
        ("barthel", {"items": [1, 0, 0, 0, 0, None, 0, 0, 0, 0]}, "very_severe", ("at_least",), ("items.5",)),
        ("barthel", {"items": [1, 1, 0, 0, 0, None, 0, 0, 0, 0]}, "incomplete", (), ("items.5",)),
        ("who5", {}, "incomplete", (), ("items",)),
        ("who5", {"items": [1, 1, 0, 0, None]}, "screen_depression", ("at_least",), ("items.4",)),
        ("who5", {"items": [1, 1, 1, 0, None]}, "incomplete", (), ("items.4",)),
        ("gds15", {}, "incomplete", (), ("answers",)),
        ("gds15", {"answers": [*WELL[:14], None]}, "incomplete", (), ("answers.14",)),
        ("gds15", {"answers": [None, *gds(13)[1:]]}, "severe", ("suggests_depression", "at_least"), ("answers.0",)),
        ("gds15", {"answers": [None, *gds(12)[1:]]}, "incomplete", ("suggests_depression",), ("answers.0",)),
        ("polypharmacy", {}, "incomplete", (), ("regular_medicines",)),
        ("acb", {}, "incomplete", (), ("drug_scores",)),
        ("acb", {"drug_scores": [2, None]}, "incomplete", (), ("drug_scores.1",)),
        ("acb", {"drug_scores": [2, None, 1]}, "review", ("at_least",), ("drug_scores.1",)),
        ("acb", {"drug_scores": [3], "medicine_not_in_table": True}, "review", ("at_least",), ("drug_scores",)),
        ("antipsychotic_review", {}, "incomplete", (), ("started",)),
        ("antipsychotic_review", {"last_review": "2026-11-01"}, "incomplete", (), ("started",)),
    ],
)  # fmt: skip
def test_missing_is_never_zero(
    code: str, answers: dict[str, Any], band: str, flags: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    result = score(code, answers, ON)
    assert (result.band, result.flags, result.missing) == (band, flags, missing)
    assert (result.score, result.complete, result.next_due) == (None, False, None)
    assert "score_100" not in result.parts
    assert "raw" not in result.parts


def test_a_list_may_come_one_by_one() -> None:
    assert score("gds15", {f"answers.{n}": answer for n, answer in enumerate(WELL)}) == score(
        "gds15", {"answers": WELL}
    )
    assert score("barthel", {"items.9": 1}).missing == tuple(f"items.{index}" for index in range(9))
    assert score("amt10", {"items.0": True}).missing == tuple(f"items.{index}" for index in range(1, 10))


def test_amt10_number_and_single_answers_must_agree() -> None:
    nine = [True] * 9 + [False]
    assert score("amt10", {"correct": 9, "items": nine}).complete
    for correct in (8, 10):
        assert refused("amt10", {"correct": correct, "items": nine}).field == "correct"
    part = [True] * 5 + [False] * 2 + [None] * 3
    for correct, band in ((5, "impaired"), (8, "normal")):
        result = score("amt10", {"correct": correct, "items": part})
        assert (result.score, result.band, result.complete, dict(result.parts)) == (
            correct, band, True, {"correct": correct}
        )  # fmt: skip
    for correct in (4, 9):
        assert refused("amt10", {"correct": correct, "items": part}).field == "correct"


# ---------------------------------------------------------------------------------------------------- next due


@pytest.mark.parametrize(
    ("code", "answers", "days"),
    [
        ("amt10", {"correct": 9}, 364),
        ("amt10", {"correct": 2}, 364),
        ("sixcit", RIGHT, 364),
        ("painad", {"items": [0] * 5}, None),
        ("painad", {"items": [1] * 5}, 0),
        ("cfs", {"level": 7}, 91),
        ("needs_code", {"code": "A"}, 91),
        ("needs_code", {"code": "B"}, 28),
        ("needs_code", {"code": "C"}, 7),
        ("needs_code", {"code": "D"}, 1),
        ("rhys_hearn_high", FLAGS, 28),
        ("barthel", {"items": FULL_BARTHEL}, 91),
        ("who5", {"items": [5] * 5}, 182),
        ("who5", {"items": [2] * 5}, 91),
        ("who5", {"items": [1] * 5}, 91),
        ("gds15", {"answers": gds(4)}, 182),
        ("gds15", {"answers": gds(5)}, 91),
        ("polypharmacy", {"regular_medicines": 9}, 364),
        ("polypharmacy", {"regular_medicines": 10}, 182),
        ("acb", {"drug_scores": [1]}, 364),
    ],
)
def test_next_due(code: str, answers: dict[str, Any], days: int | None) -> None:
    assert due_in(code, answers) == days
    assert score(code, answers).next_due is None


@pytest.mark.parametrize("late", [False, True])
def test_antipsychotic_is_overdue_only_after_its_day(late: bool) -> None:
    started = ON - timedelta(days=42 + int(late))
    result = score("antipsychotic_review", {"started": started}, ON)
    assert result.next_due == ON - timedelta(days=int(late))
    assert result.flags == (("overdue",) if late else ())
    assert score("antipsychotic_review", {"started": started}).flags == ()


def test_antipsychotic_review_of_today_starts_six_weeks() -> None:
    result = score("antipsychotic_review", {"started": "2020-01-01", "last_review": ON}, ON)
    assert (result.next_due, result.flags, result.severity) == (date(2027, 1, 3), (), Severity.ROUTINE)


def test_a_review_on_the_day_of_the_start_is_no_contradiction() -> None:
    result = score("antipsychotic_review", {"started": ON, "last_review": ON}, ON)
    assert (result.complete, result.next_due) == (True, date(2027, 1, 3))


def test_antipsychotic_findings_call_for_the_prescriber() -> None:
    found = STARTED | {"side_effects": ["falls", "stiffness"], "clear_benefit": False}
    result = score("antipsychotic_review", found, ON)
    assert result.flags == ("overdue", "side_effects", "no_clear_benefit")
    assert "falls, stiff or slow" in result.actions[1]
    assert score("antipsychotic_review", STARTED | {"side_effects": ["none"]}, date(2026, 10, 2)).flags == ()
    late = score("antipsychotic_review", found | {"stopped": True, "lewy_body_or_parkinsons": True}, ON)
    assert (late.flags, late.next_due, late.severity) == ((), None, Severity.ROUTINE)


# ---------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("code", "base", "key", "lowest", "highest"),
    [
        ("amt10", {}, "correct", 0, 10),
        ("sixcit", RIGHT, "count_back_errors", 0, 20),
        ("sixcit", RIGHT, "months_back_errors", 0, 12),
        ("sixcit", RIGHT, "address_errors", 0, 5),
        ("cfs", {}, "level", 1, 9),
        ("polypharmacy", {}, "regular_medicines", 0, 60),
    ],
)
def test_accepted_range(code: str, base: dict[str, Any], key: str, lowest: int, highest: int) -> None:
    for edge in (lowest, highest):
        assert score(code, base | {key: D(edge)}).complete
    for value in (lowest - 1, highest + 1, D("2.5"), D("NaN"), True, "2", [2], {}, float("nan")):
        assert refused(code, base | {key: value}).field == key, value


@pytest.mark.parametrize(
    ("index", "highest"), list(enumerate(FULL_BARTHEL)), ids=[f"item-{index}" for index in range(10)]
)
def test_each_barthel_item_has_its_own_highest_points(index: int, highest: int) -> None:
    items = [0] * 10
    items[index] = highest
    assert score("barthel", {"items": items}).score == highest
    for wrong in (highest + 1, -1):
        items[index] = wrong
        assert refused("barthel", {"items": items}).field == "items"


@pytest.mark.parametrize(
    ("code", "answers", "field"),
    [
        *((code, {"stranger": 1}, "stranger") for code in OWN),
        ("amt10", {"items": [True] * 9}, "items"),
        ("amt10", {"items": [True] * 11}, "items"),
        ("amt10", {"items": [1] * 10}, "items"),
        ("amt10", {"items": [True] * 9 + ["yes"]}, "items"),
        ("amt10", {"items": [True] * 9 + [[]]}, "items"),
        ("amt10", {"items": "True"}, "items"),
        ("amt10", {"items.10": True}, "items.10"),
        ("amt10", {"items": [True] * 10, "items.0": True}, "items"),
        ("sixcit", RIGHT | {"year_correct": 1}, "year_correct"),
        ("sixcit", RIGHT | {"time_correct": "yes"}, "time_correct"),
        ("painad", {"items": [0] * 4}, "items"),
        ("painad", {"items": [0] * 6}, "items"),
        ("painad", {"items": [0, 0, 0, 0, 3]}, "items"),
        ("painad", {"items": [0, 0, 0, 0, -1]}, "items"),
        ("painad", {"items": [0, 0, 0, 0, True]}, "items"),
        ("painad", {"items": [0, 0, 0, 0, D("0.5")]}, "items"),
        ("needs_code", {"code": "E"}, "code"),
        ("needs_code", {"code": "a"}, "code"),
        ("needs_code", {"code": ["A"]}, "code"),
        ("rhys_hearn_high", FLAGS | {"needs_help_or_fed": "yes"}, "needs_help_or_fed"),
        ("barthel", {"items": [0] * 9}, "items"),
        ("barthel", {"items": 20}, "items"),
        ("who5", {"items": [0] * 4}, "items"),
        ("who5", {"items": [0, 0, 0, 0, 6]}, "items"),
        ("who5", {"items": [0, 0, 0, 0, -1]}, "items"),
        ("gds15", {"answers": ["Y"] * 14}, "answers"),
        ("gds15", {"answers": ["Y"] * 16}, "answers"),
        ("gds15", {"answers": "Y" * 15}, "answers"),
        ("gds15", {"answers": ["y"] * 15}, "answers"),
        ("gds15", {"answers": [True] * 15}, "answers"),
        ("gds15", {"answers": [["Y"]] * 15}, "answers"),
        ("gds15", {"answers.15": "Y"}, "answers.15"),
        ("acb", {"drug_scores": [4]}, "drug_scores"),
        ("acb", {"drug_scores": [-1]}, "drug_scores"),
        ("acb", {"drug_scores": [True]}, "drug_scores"),
        ("acb", {"drug_scores": [D("1.5")]}, "drug_scores"),
        ("acb", {"drug_scores": ["1"]}, "drug_scores"),
        ("acb", {"drug_scores": 3}, "drug_scores"),
        ("acb", {"drug_scores": [0] * 51}, "drug_scores"),
        ("acb", {"drug_scores": [1], "medicine_not_in_table": "no"}, "medicine_not_in_table"),
        ("acb", {"drug_scores": [1], "table": 2}, "table"),
        ("antipsychotic_review", {"started": "2026-11-23"}, "started"),
        ("antipsychotic_review", {"started": "2026-02-30"}, "started"),
        ("antipsychotic_review", {"started": 20260101}, "started"),
        ("antipsychotic_review", STARTED | {"last_review": "2026-11-23"}, "last_review"),
        ("antipsychotic_review", STARTED | {"last_review": "2026-09-30"}, "last_review"),
        ("antipsychotic_review", STARTED | {"stopped": 1}, "stopped"),
        ("antipsychotic_review", STARTED | {"side_effects": ["none", "falls"]}, "side_effects"),
        ("antipsychotic_review", STARTED | {"side_effects": ["falls", "falls"]}, "side_effects"),
        ("antipsychotic_review", STARTED | {"side_effects": ["rash"]}, "side_effects"),
        ("antipsychotic_review", STARTED | {"side_effects": [None]}, "side_effects"),
    ],
)
def test_refused(code: str, answers: dict[str, Any], field: str) -> None:
    error = refused(code, answers)
    assert error.field == field
    assert error.message


# ----------------------------------------------------------------------------------------------- what it says


def test_bands_run_from_the_mildest_to_the_most_serious_and_all_have_something_to_do() -> None:
    loudness = list(Severity)
    for code in OWN:
        ranks = [loudness.index(band.severity) for band in instrument(code).bands]
        assert ranks == sorted(ranks), code
        assert not instrument(code).needs_permission
    assert set(OWN) <= {tool.code for tool in all_instruments()}


def test_the_longest_list_of_the_form_is_the_longest_that_is_scored() -> None:
    asked = next(each for each in form("acb").questions() if each.link_id == "drug_scores")
    assert asked.most_times == 50
