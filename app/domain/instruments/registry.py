"""The instruments there are, and the one way to score them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from app.domain.errors import UserError
from app.domain.instruments import (
    abbey,
    abc_chart,
    about_me,
    bristol,
    cga,
    continence,
    dear_gp,
    dependency,
    engagement_log,
    fall_record,
    falls_multifactorial,
    fluid,
    four_at,
    frat,
    medicines,
    medicines_review,
    memory_tests,
    muac,
    must,
    news2,
    oral_health,
    orthostatic_bp,
    painad,
    post_fall,
    preferred_place,
    pressure_ulcer_category,
    purpose_t_outcome,
    push,
    recorded_totals,
    respect_summary,
    ruis,
    sbard,
    skin_damage,
    soft_signs,
    time_wound,
    ulna_height,
    waterlow,
    wellbeing,
    wound_area_reduction,
)
from app.domain.instruments.answers import Answers, gather
from app.domain.instruments.outcome import AnswerError, Outcome
from app.domain.instruments.tool import INCOMPLETE, Band, Instrument, Scored

__all__ = ["Band", "Instrument", "all_instruments", "band_label", "instrument", "score"]

_SCORED: tuple[Scored, ...] = (
    must.SCORED,
    ulna_height.SCORED,
    muac.SCORED,
    fluid.SCORED,
    news2.SCORED,
    bristol.SCORED,
    ruis.SCORED,
    recorded_totals.EDMONTON,
    dependency.CFS,
    dependency.BARTHEL,
    dependency.RHYS_HEARN,
    dependency.NEEDS_CODE,
    medicines.POLYPHARMACY,
    medicines.ACB,
    medicines.ANTIPSYCHOTIC,
    waterlow.SCORED,
    purpose_t_outcome.SCORED,
    recorded_totals.BRADEN,
    four_at.SCORED,
    memory_tests.AMT10,
    memory_tests.SIXCIT,
    abbey.SCORED,
    painad.SCORED,
    recorded_totals.CORNELL,
    falls_multifactorial.SCORED,
    post_fall.SCORED,
    orthostatic_bp.SCORED,
    frat.SCORED,
    pressure_ulcer_category.SCORED,
    wound_area_reduction.SCORED,
    push.SCORED,
    skin_damage.GLOBIAD,
    skin_damage.ISTAP,
    wellbeing.WHO5,
    wellbeing.GDS15,
    about_me.SCORED,
    time_wound.SCORED,
    fall_record.SCORED,
    dear_gp.SCORED,
    abc_chart.SCORED,
    soft_signs.SCORED,
    sbard.SCORED,
    continence.SCORED,
    oral_health.SCORED,
    medicines_review.SCORED,
    preferred_place.SCORED,
    respect_summary.SCORED,
    engagement_log.SCORED,
    cga.SCORED,
)
_BY_CODE = {each.tool.code: each for each in _SCORED}
_OF_THE_HOME: dict[str, Scored] = {}


def adopt(scored: Iterable[Scored]) -> None:
    """From now on know these questionnaires of the home's own, in the place of those before.

    For whoever opens the records: a process has one home's records open at a time. None may have the code of one of
    ours (ValueError).
    """
    found = {each.tool.code: each for each in scored}
    if taken := _BY_CODE.keys() & found.keys():
        raise ValueError(f"the code of one of ours: {min(taken)}")
    _OF_THE_HOME.clear()
    _OF_THE_HOME.update(found)


def is_of_the_home(code: str) -> bool:
    """Whether it is a questionnaire of the home's own."""
    return code in _OF_THE_HOME


def _known(code: str) -> Scored:
    found = _BY_CODE.get(code) or _OF_THE_HOME.get(code)
    if found is None:
        raise UserError(f"There is no instrument called {code}", field="instrument")
    return found


def instrument(code: str) -> Instrument:
    """The instrument with that code; UserError (field ``instrument``) when there is none."""
    return _known(code).tool


def all_instruments() -> tuple[Instrument, ...]:
    """Every instrument, in the order in which lists show them: ours, then the home's own questionnaires."""
    return tuple(each.tool for each in (*_SCORED, *_OF_THE_HOME.values()))


def score(code: str, answers: Mapping[str, object], on: date | None = None) -> Outcome:
    """Score a set of answers, given on the date ``on`` (which only the next due date needs).

    Raises UserError for an unknown instrument, and AnswerError, with the key in ``field``, for an answer of the wrong
    type, outside its range, unknown, or at odds with another. A list of numbers may also come one by one (``items.0``
    …).
    """
    found = _known(code)
    if not isinstance(answers, Mapping):
        raise AnswerError("answers", "Answers must be an object of question keys and answers")
    if found.lists:
        answers = gather(answers, found.lists)
    return found.score(Answers(answers, frozenset(answers) if found.keys is None else found.keys), on)


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
