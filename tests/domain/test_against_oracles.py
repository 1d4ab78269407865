"""Every scorer against a second one, written separately from the rules text (``tests.oracle``).

Where there are fewer than a million combinations of answers (missing ones among them) all are tried; elsewhere 100,000
and more drawn at random, most of them at the edges of the tables. The counts are asserted.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import pytest

from app.domain.instruments.outcome import AnswerError, Outcome
from app.domain.instruments.registry import all_instruments, score
from tests.oracle.inputs import AT_RANDOM, EVERY, drawn, every, how_many
from tests.oracle.verdicts import VERDICTS, Verdict, impossible_ulcer

DRAWN = 100_000
NAMED_FLAGS = frozenset({
    "obese", "at_least", "larger", "reassess_2_weeks", "refer_4_weeks", "probable_pain", "over_restriction",
    "suggests_depression",
})  # fmt: skip
"""The flags that the contract names; an instrument may raise others."""


def test_every_scored_instrument_has_an_oracle_and_inputs() -> None:
    scored = {tool.code for tool in all_instruments() if tool.mode != "C"} | {"needs_code", "fluid"}
    assert scored - set(VERDICTS) == set()
    assert set(VERDICTS) == set(EVERY) | set(AT_RANDOM)


@pytest.mark.parametrize("code", sorted(EVERY))
def test_every_combination_of_answers(code: str) -> None:
    tried = differences = 0
    if code == "pressure_ulcer_category":
        tried, differences = _ulcers()
    else:
        tried, differences = _compare(code, every(code))
    assert differences == 0
    assert tried == how_many(code)
    assert tried < 1_000_000


@pytest.mark.parametrize("code", sorted(AT_RANDOM))
def test_inputs_drawn_at_random(code: str) -> None:
    tried, differences = _compare(code, drawn(code, DRAWN))
    assert differences == 0
    assert tried == DRAWN


def test_every_complete_gds15() -> None:
    """With answers missing there are 14 million sets: those are drawn. The complete ones are all tried."""
    whole = ({"answers": list(answers)} for answers in itertools.product("YN", repeat=15))
    assert _compare("gds15", whole) == (2**15, 0)


def test_every_intake_without_a_restriction() -> None:
    days = ({"sex": sex, "intake_ml": taken} for sex in ("F", "M", None) for taken in (*range(10_001), None))
    assert _compare("fluid", days) == (3 * 10_002, 0)


def _compare(code: str, inputs: Iterable[dict[str, Any]]) -> tuple[int, int]:
    """How many were tried, and that none differed: the first that does is shown."""
    verdict = VERDICTS[code]
    tried = 0
    for answers in inputs:
        tried += 1
        expected = verdict(answers)
        result = score(code, answers)
        wrong = _difference(expected, result)
        if wrong:
            pytest.fail(f"{code} {answers}: {wrong}\n{expected}\n{result}")
    return tried, 0


def _difference(expected: Verdict, result: Outcome) -> str:
    """What differs, in a word; empty when they agree."""
    if result.score != expected.score and not (
        result.score is not None and expected.score is not None and Fraction(str(result.score)) == expected.score
    ):
        return "score"
    if result.band != expected.band:
        return "band"
    if result.complete is not expected.complete:
        return "complete"
    if (result.flags or expected.flags) and NAMED_FLAGS.intersection(result.flags) != expected.flags:
        return "flags"
    if expected.parts and any(result.parts.get(name) != value for name, value in expected.parts.items()):
        return "parts"
    if result.next_due != expected.next_due:  # without a date of assessment nothing else is due
        return "next_due"
    if expected.missing is None:
        return "" if result.complete or result.missing else "missing"
    if (result.missing or expected.missing) and {key.partition(".")[0] for key in result.missing} != expected.missing:
        return "missing"
    return ""


def _ulcers() -> tuple[int, int]:
    """Findings that exclude each other are refused, all others are classified."""
    code, tried, refused = "pressure_ulcer_category", 0, 0
    for answers in every(code):
        tried += 1
        if impossible_ulcer(answers):
            refused += 1
            with pytest.raises(AnswerError):
                score(code, answers)
        else:
            wrong = _difference(VERDICTS[code](answers), score(code, answers))
            assert not wrong, (answers, wrong)
    assert refused > 1000
    return tried, 0
