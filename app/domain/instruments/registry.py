"""The instruments there are, and the one way to score them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from app.domain.errors import UserError
from app.domain.instruments import (
    abbey,
    about_me,
    falls_multifactorial,
    four_at,
    must,
    news2,
    post_fall,
    pressure_ulcer_category,
    ulna_height,
    waterlow,
    wound_area_reduction,
)
from app.domain.instruments.answers import Answers, gather
from app.domain.instruments.outcome import AnswerError, Outcome
from app.domain.instruments.tool import INCOMPLETE, Band, Instrument, Scored

__all__ = ["Band", "Instrument", "all_instruments", "band_label", "instrument", "score"]

_SCORED: tuple[Scored, ...] = (
    must.SCORED,
    ulna_height.SCORED,
    news2.SCORED,
    waterlow.SCORED,
    four_at.SCORED,
    abbey.SCORED,
    falls_multifactorial.SCORED,
    post_fall.SCORED,
    pressure_ulcer_category.SCORED,
    wound_area_reduction.SCORED,
    about_me.SCORED,
)
_BY_CODE = {each.tool.code: each for each in _SCORED}


def instrument(code: str) -> Instrument:
    """The instrument with that code; UserError (field ``instrument``) when there is none."""
    if code not in _BY_CODE:
        raise UserError(f"There is no instrument called {code}", field="instrument")
    return _BY_CODE[code].tool


def all_instruments() -> tuple[Instrument, ...]:
    """Every instrument, in the order in which lists show them."""
    return tuple(each.tool for each in _SCORED)


def score(code: str, answers: Mapping[str, object], on: date | None = None) -> Outcome:
    """Score a set of answers, given on the date ``on`` (which only the next due date needs).

    Raises UserError for an unknown instrument, and AnswerError, with the key in ``field``, for an answer of the wrong
    type, outside its range, unknown, or at odds with another. A list of numbers may also come one by one (``items.0``
    …).
    """
    found = _BY_CODE.get(code)
    if found is None:
        raise UserError(f"There is no instrument called {code}", field="instrument")
    if not isinstance(answers, Mapping):
        raise AnswerError("answers", "Answers must be an object of question keys and answers")
    if found.lists:
        answers = gather(answers, found.lists)
    return found.score(Answers(answers, found.keys), on)


def band_label(code: str, band: str | None) -> str:
    """A band of the instrument in words: "High risk", "Incomplete", "No band"."""
    if band is None:
        return "No band"
    if band == INCOMPLETE:
        return "Incomplete"
    found = instrument(code).band(band)
    if found is None:
        raise UserError(f"{instrument(code).short} has no band called {band}", field="band")
    return found.label
