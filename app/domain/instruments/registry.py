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
from app.domain.instruments.tool import INCOMPLETE, Band, Instrument

__all__ = ["Band", "Instrument", "all_instruments", "band_label", "instrument", "score"]

_MODULES = (
    must,
    ulna_height,
    news2,
    waterlow,
    four_at,
    abbey,
    falls_multifactorial,
    post_fall,
    pressure_ulcer_category,
    wound_area_reduction,
    about_me,
)
_BY_CODE = {module.TOOL.code: module for module in _MODULES}
_LISTS = {abbey.TOOL.code: {"items": len(abbey.ITEMS)}}
"""The answers that are lists of numbers; a form asks them one by one, as ``items.0``, ``items.1`` …"""


def instrument(code: str) -> Instrument:
    """The instrument with that code; UserError (field ``instrument``) when there is none."""
    if code not in _BY_CODE:
        raise UserError(f"There is no instrument called {code}", field="instrument")
    found: Instrument = _BY_CODE[code].TOOL
    return found


def all_instruments() -> tuple[Instrument, ...]:
    """Every instrument, in the order in which lists show them."""
    return tuple(module.TOOL for module in _MODULES)


def score(code: str, answers: Mapping[str, object], on: date | None = None) -> Outcome:
    """Score a set of answers, given on the date ``on`` (which only the next due date needs).

    Raises UserError for an unknown instrument, and AnswerError, with the key in ``field``, for an answer of the wrong
    type, outside its range, unknown, or at odds with another. A list of numbers may also come one by one (``items.0``
    …).
    """
    module = _BY_CODE.get(code)
    if module is None:
        raise UserError(f"There is no instrument called {code}", field="instrument")
    if not isinstance(answers, Mapping):
        raise AnswerError("answers", "Answers must be an object of question keys and answers")
    if code in _LISTS:
        answers = gather(answers, _LISTS[code])
    scored: Outcome = module.score(Answers(answers, module.KEYS), on)
    return scored


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
