"""The worked examples of the memory, pain, frailty, dependency, mood and medicines instruments.

Each table is an example table of the clinical reference; its sections are named.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.domain.instruments import medicines
from app.domain.instruments.outcome import Severity
from app.domain.instruments.registry import score
from app.domain.questionnaire import check_answers, gather
from tests.domain.test_instruments_forms import form

# ------------------------------------------------------------------------------------------------------ 6.1 AMT-10


@pytest.mark.parametrize(
    ("correct", "band"), [(5, "impaired"), (9, "normal"), (8, "normal"), (7, "impaired"), (10, "normal")]
)
def test_amt10(correct: int, band: str) -> None:
    items = [True] * correct + [False] * (10 - correct)
    for answers in ({"correct": correct}, {"items": items}, {"correct": correct, "items": items}):
        result = score("amt10", answers)
        assert (result.score, result.band, result.complete) == (correct, band, True)
        assert sum(int(part) for part in result.parts.values()) == correct


# -------------------------------------------------------------------------------------------------------- 6.2 6CIT


@pytest.mark.parametrize(
    ("year", "month", "time", "count", "months", "address", "total", "band"),
    [
        (True, True, True, 0, 1, 1, 4, "normal"),
        (True, True, True, 0, 0, 3, 6, "normal"),
        (True, True, False, 0, 1, 1, 7, "normal"),
        (False, True, True, 0, 0, 2, 8, "mild_impairment"),
        (False, False, True, 1, 2, 3, 19, "significant_impairment"),
        (True, True, True, 0, 2, 5, 14, "significant_impairment"),
    ],
)
def test_sixcit(
    year: bool, month: bool, time: bool, count: int, months: int, address: int, total: int, band: str
) -> None:
    answers = {"year_correct": year, "month_correct": month, "time_correct": time, "count_back_errors": count,
               "months_back_errors": months, "address_errors": address}  # fmt: skip
    result = score("sixcit", answers)
    assert (result.score, result.band, result.complete) == (total, band, True)
    assert sum(int(part) for part in result.parts.values()) == total


# ------------------------------------------------------------------------------------------------------ 6.5 PAINAD


@pytest.mark.parametrize(
    ("items", "total", "band", "probable"),
    [
        ([0, 0, 0, 1, 1], 2, "mild", True),
        ([0, 0, 1, 1, 1], 3, "mild", True),
        ([1, 1, 1, 1, 1], 5, "moderate", True),
        ([0, 2, 2, 1, 1], 6, "moderate", True),
        ([2, 2, 2, 1, 1], 8, "severe", True),
        ([0, 0, 0, 0, 1], 1, "mild", False),
    ],
)
def test_painad(items: list[int], total: int, band: str, probable: bool) -> None:
    result = score("painad", {"items": items})
    assert (result.score, result.band, list(result.parts.values())) == (total, band, items)
    assert result.flags == (("probable_pain",) if probable else ())
    assert result.actions[0].startswith("Be alert") is (total == 1)


# --------------------------------------------------------------------------------------------------------- 9.1 CFS


@pytest.mark.parametrize(
    ("level", "band"),
    [
        (1, "very_fit"),
        (4, "very_mild_frailty"),
        (5, "mild_frailty"),
        (6, "moderate_frailty"),
        (7, "severe_frailty"),
        (9, "terminally_ill"),
    ],
)
def test_cfs(level: int, band: str) -> None:
    result = score("cfs", {"level": level})
    assert (result.score, result.band, result.complete) == (level, band, True)
    assert any("wishes for future care" in action for action in result.actions) is (level >= 6)
    assert any("register" in action for action in result.actions) is (level >= 7)


# ------------------------------------------------------------------------------------------------- 10.1 needs code


@pytest.mark.parametrize(
    ("code", "band", "due"),
    [
        ("A", "blue", date(2027, 2, 21)),
        ("B", "green", date(2026, 12, 20)),
        ("C", "yellow", date(2026, 11, 29)),
        ("D", "red", date(2026, 11, 23)),
    ],
)
def test_needs_code(code: str, band: str, due: date) -> None:
    result = score("needs_code", {"code": code}, date(2026, 11, 22))
    assert (result.band, result.score, result.complete, result.next_due) == (band, None, True, due)


# ------------------------------------------------------------------------------------------------ 11.1 Rhys Hearn


@pytest.mark.parametrize(
    ("incontinent", "fed", "needs", "band"),
    [(True, True, True, "high"), (True, True, False, "not_high"), (False, False, False, "not_high")],
)
def test_rhys_hearn(incontinent: bool, fed: bool, needs: bool, band: str) -> None:
    answers = {"sometimes_doubly_incontinent": incontinent, "needs_help_or_fed": fed, "cannot_make_needs_known": needs}
    result = score("rhys_hearn_high", answers)
    assert (result.band, result.score, result.complete) == (band, None, True)
    assert "nurse" in result.actions[0]


def test_rhys_hearn_total_is_the_nurses_choice_and_a_feeding_tube_is_being_fed() -> None:
    high = dict.fromkeys(("sometimes_doubly_incontinent", "needs_help_or_fed", "cannot_make_needs_known"), True)
    assert "total" in score("rhys_hearn_high", high).actions[0]
    asked = {question.link_id: question for question in form("rhys_hearn_high").questions()}
    assert "tube" in asked["needs_help_or_fed"].help


# ---------------------------------------------------------------------------------------------------- 11.2 Barthel


@pytest.mark.parametrize(
    ("items", "total", "hundred", "band"),
    [
        ([2, 2, 1, 2, 2, 3, 3, 2, 1, 0], 18, 90, "mild"),
        ([2, 2, 1, 2, 2, 2, 3, 1, 1, 0], 16, 80, "mild"),
        ([2, 1, 1, 1, 2, 2, 1, 1, 0, 0], 11, 55, "moderate"),
        ([1, 1, 0, 1, 1, 1, 2, 1, 0, 0], 8, 40, "severe"),
        ([1, 0, 0, 1, 1, 1, 0, 0, 0, 0], 4, 20, "very_severe"),
        ([0, 0, 0, 0, 1, 0, 0, 0, 0, 0], 1, 5, "very_severe"),
        ([2, 2, 1, 2, 2, 3, 3, 2, 2, 1], 20, 100, "independent"),
        ([0, 2, 1, 0, 2, 3, 3, 2, 0, 1], 14, 70, "moderate"),
    ],
)
def test_barthel(items: list[int], total: int, hundred: int, band: str) -> None:
    result = score("barthel", {"items": items})
    assert (result.score, result.band, result.parts["score_100"]) == (total, band, hundred)
    assert [part for key, part in result.parts.items() if key != "score_100"] == items


# ------------------------------------------------------------------------------------------------------ 12.1 WHO-5


@pytest.mark.parametrize(
    ("items", "raw", "percent", "band"),
    [
        ([4, 4, 4, 4, 4], 20, 80, "ok"),
        ([3, 3, 3, 3, 3], 15, 60, "ok"),
        ([2, 3, 2, 3, 2], 12, 48, "low_wellbeing"),
        ([2, 2, 2, 2, 2], 10, 40, "low_wellbeing"),
        ([2, 1, 1, 1, 1], 6, 24, "screen_depression"),
        ([1, 1, 0, 1, 0], 3, 12, "screen_depression"),
    ],
)
def test_who5(items: list[int], raw: int, percent: int, band: str) -> None:
    result = score("who5", {"items": items})
    assert (result.score, result.band, result.parts["raw"]) == (percent, band, raw)
    assert [part for key, part in result.parts.items() if key != "raw"] == items


# ----------------------------------------------------------------------------------------------------- 12.2 GDS-15


@pytest.mark.parametrize(
    ("depressed", "answers", "band"),
    [
        ({1}, "NNNNYNYNNNYNYNN", "normal"),
        ({2, 3, 4}, "YYYYYNYNNNYNYNN", "normal"),
        ({1, 2, 3, 4, 6, 9}, "NYYYYYYNYNYNYNN", "mild"),
        ({2, 4, 5, 6, 8, 9, 10}, "YYNYNYYYYYYNYNN", "mild"),
        ({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, "NYYYNYNYYYYNYNN", "moderate"),
        ({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}, "NYYYNYNYYYNYNNN", "severe"),
    ],
)
def test_gds15(depressed: set[int], answers: str, band: str) -> None:
    result = score("gds15", {"answers": list(answers)})
    assert (result.score, result.band, result.complete) == (len(depressed), band, True)
    assert {int(key[1:]) for key, part in result.parts.items() if part == 1} == depressed
    assert ("suggests_depression" in result.flags) is (len(depressed) >= 5)


def test_gds15_worthless_or_hopeless_asks_for_a_conversation_today() -> None:
    """Questions 12 and 14 of the published scale are the ones about being worthless and hopeless."""
    well = list("YNNNYNYNNNYNYNN")
    assert score("gds15", {"answers": well}).score == 0
    questions = form("gds15").questions()
    for index, word in ((11, "worthless"), (13, "hopeless")):
        assert word in questions[index].text
        answers = [*well[:index], "Y", *well[index + 1 :]]
        for asked in (answers, [None] * index + ["Y"] + [None] * (14 - index)):
            result = score("gds15", {"answers": asked})
            assert result.flags == ("same_day_conversation",)
            assert "today" in result.actions[0]
            assert result.severity is Severity.URGENT
    for index in set(range(15)) - {11, 13}:
        answers = [*well[:index], {"Y": "N", "N": "Y"}[well[index]], *well[index + 1 :]]
        assert "same_day_conversation" not in score("gds15", {"answers": answers}).flags


# -------------------------------------------------------------------------------------------- 13.1 number of medicines


@pytest.mark.parametrize(
    ("count", "band"),
    [(3, "none"), (4, "four_or_more"), (6, "polypharmacy"), (9, "polypharmacy"), (11, "high_polypharmacy"),
     (5, "polypharmacy")],
)  # fmt: skip
def test_polypharmacy(count: int, band: str) -> None:
    result = score("polypharmacy", {"regular_medicines": count})
    assert (result.score, result.band, result.complete) == (count, band, True)
    assert any("risk of falls" in action for action in result.actions) is (4 <= count < 10)
    (asked,) = form("polypharmacy").questions()
    assert "as-needed" in asked.help, "as-needed medicines are not counted"
    assert "counts once" in asked.help, "a combination is one"


# ---------------------------------------------------------------------------------------- 13.2 anticholinergic burden


@pytest.mark.parametrize(
    ("drugs", "total", "band"),
    [
        ([1, 1], 2, "below_threshold"),
        ([1, 1, 1], 3, "review"),
        ([3], 3, "review"),
        ([2, 1], 3, "review"),
        ([], 0, "below_threshold"),
    ],
)
def test_acb(drugs: list[int], total: int, band: str) -> None:
    for given in (drugs, check_answers(form("acb"), {"drug_scores": drugs})["drug_scores"]):
        result = score("acb", {"drug_scores": given})
        assert (result.score, result.band, result.complete) == (total, band, True)


@pytest.mark.parametrize(
    ("answers", "missing"),
    [
        ({"drug_scores": [1, None]}, ("drug_scores.1",)),
        ({"drug_scores": [1], "medicine_not_in_table": True}, ("drug_scores",)),
        ({"medicine_not_in_table": True}, ("drug_scores",)),
    ],
)
def test_acb_with_a_medicine_that_is_not_in_the_table_is_incomplete(
    answers: dict[str, Any], missing: tuple[str, ...]
) -> None:
    result = score("acb", answers)
    assert (result.band, result.score, result.complete, result.missing) == ("incomplete", None, False, missing)
    assert "pharmacist" in result.actions[-1]


# ------------------------------------------------------------------------------------------ 13.4 antipsychotic review


@pytest.mark.parametrize(
    ("answers", "due"),
    [
        ({"started": "2024-03-01"}, date(2024, 4, 12)),
        ({"started": "2024-03-01", "last_review": "2024-04-10"}, date(2024, 5, 22)),
        ({"started": "2024-03-01", "stopped": True}, None),
    ],
)
def test_antipsychotic_review(answers: dict[str, Any], due: date | None) -> None:
    for on in (None, date(2024, 4, 11)):
        result = score("antipsychotic_review", answers, on)
        assert (result.next_due, result.flags, result.complete) == (due, (), True)
        assert (result.score, result.band) == (None, None)


def test_antipsychotic_review_overdue_and_lewy_body() -> None:
    late = score("antipsychotic_review", {"started": "2024-03-01"}, date(2024, 4, 13))
    assert (late.flags, late.severity) == (("overdue",), Severity.URGENT)
    assert "12-Apr-2024" in late.actions[0]
    lewy = score("antipsychotic_review", {"started": "2024-03-01", "lewy_body_or_parkinsons": True}, date(2024, 3, 1))
    assert (lewy.flags, lewy.severity) == (("lewy_body_or_parkinsons",), Severity.URGENT)
    assert "Phone the GP today" in lewy.actions[0]
    started = next(each for each in form("antipsychotic_review").questions() if each.link_id == "started")
    assert "As-needed use counts" in started.help


# ------------------------------------------------------------------------------------------------------- the forms


@pytest.mark.parametrize("code", ["painad", "barthel", "who5", "gds15", "cfs", "sixcit"])
def test_the_points_beside_an_option_are_the_points_it_scores(code: str) -> None:
    asked = form(code)
    keys = {"cfs": {"level": "level"}, "sixcit": {"address_errors": "address"}}.get(code, {})
    checked = 0
    for question in asked.questions():
        for option in question.options:
            parts = score(code, gather({question.link_id: option.code}, asked)).parts
            part = parts[keys[question.link_id]] if keys else next(iter(parts.values()))
            assert part == option.ordinal, (question.link_id, option.code)
            checked += 1
    assert checked == {"painad": 15, "barthel": 30, "who5": 30, "gds15": 30, "cfs": 9, "sixcit": 6}[code]


def test_the_gds_keeps_its_fifteen_questions_in_order() -> None:
    words = ("satisfied", "dropped", "empty", "bored", "good spirits", "afraid", "happy", "helpless", "stay at home",
             "memory", "wonderful", "worthless", "full of energy", "hopeless", "better off")  # fmt: skip
    questions = form("gds15").questions()
    assert [question.link_id for question in questions] == [f"answers.{index}" for index in range(15)]
    for question, word in zip(questions, words, strict=True):
        assert word in question.text


def test_amt10_on_paper_spares_the_ten_questions() -> None:
    assert check_answers(form("amt10"), {"correct": 6, "items.0": True}) == {"correct": 6}


def test_side_effects_on_the_form_are_those_that_are_scored() -> None:
    asked = next(each for each in form("antipsychotic_review").questions() if each.link_id == "side_effects")
    assert {option.code: option.display for option in asked.options} == medicines._SIDE_EFFECTS
