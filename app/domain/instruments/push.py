"""PUSH tool 3.0 (NPIAP): how a pressure ulcer heals, 0 (healed) to 17. No bands: the curve is what counts.

Area is length (head to toe) times width, in cm²: 0 is 0 points, under 0.3 1, to 0.6 2, to 1.0 3, to 2.0 4, to 3.0 5, to
4.0 6, to 8.0 7, to 12.0 8, to 24.0 9, over 24.0 10. The tool leaves gaps between its classes (0.65); an area of 0.3 and
over is rounded half-up to 0.1 cm² first (app rule), a smaller one is not rounded. Exudate 0 to 3. Tissue: closed 0,
epithelial 1, granulation 2, any slough 3, any necrotic tissue 4: the worst wins, however little there is of it.

Refused, because it cannot be: a length without a width; a closed wound (PUSH: covered with new skin all over) with
slough, with necrotic tissue or with an area. Not refused: a pinhole that measures 0 × 0 and still is open, and a wound
that has closed since the dressing was put on and has left exudate on it. Slough and necrotic tissue are only answered
when seen, so no answer is "not seen". Pressure ulcers only, the largest one.

Accepted: length and width 0 to 100 cm.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from app.domain.instruments.answers import Answers
from app.domain.instruments.exact import half_up
from app.domain.instruments.outcome import AnswerError, Outcome, Severity
from app.domain.instruments.tool import INCOMPLETE, WEEKLY, Instrument, Scored, Tally, conclude

KEYS = frozenset({"length_cm", "width_cm", "exudate", "dominant_tissue", "any_slough", "any_necrotic"})

TOOL = Instrument(
    code="push",
    version="3.0/1",
    title="Pressure Ulcer Scale for Healing (PUSH)",
    short="PUSH",
    pathway="wound",
    mode="S",
    owner="National Pressure Injury Advisory Panel (NPIAP)",
    licence="© NPUAP (now NPIAP) 1998; the panel's permission is needed, a licence for commercial software.",
    attribution="PUSH Tool 3.0, © National Pressure Ulcer Advisory Panel 1998. Use clinical judgement.",
    needs_permission=True,
    routine_days=WEEKLY,
    bands=(),
    serves=("wound",),
)

_EXUDATE = {"none": 0, "light": 1, "moderate": 2, "heavy": 3}
_TISSUE = {"closed": 0, "epithelial": 1, "granulation": 2}
_UNROUNDED_BELOW = Decimal("0.3")
_AREAS = tuple(Decimal(top) for top in ("0.6", "1.0", "2.0", "3.0", "4.0", "8.0", "12.0", "24.0"))
"""The largest area, in cm², of 2 points, 3 points … 9 points."""


def area_points(area_cm2: Decimal) -> int:
    """Points of an area, exact as measured."""
    if area_cm2 == 0:
        return 0
    if area_cm2 < _UNROUNDED_BELOW:
        return 1
    rounded = half_up(area_cm2, 1)
    return 2 + sum(rounded > top for top in _AREAS)


def score(answers: Answers, on: date | None = None) -> Outcome:
    """The score and its three parts; the band is always None, or ``incomplete``. AnswerError for what cannot be."""
    length = answers.number("length_cm", "Length", Decimal(0), Decimal(100), unit=" cm")
    width = answers.number("width_cm", "Width", Decimal(0), Decimal(100), unit=" cm")
    exudate = answers.choice("exudate", "Exudate", _EXUDATE)
    tissue = answers.choice("dominant_tissue", "Tissue", _TISSUE)
    slough = answers.yes_no("any_slough", "Any slough", need=False)
    necrotic = answers.yes_no("any_necrotic", "Any necrotic tissue", need=False)
    area = _area(length, width)
    if tissue == "closed":
        _refuse_open(area, slough=slough, necrotic=necrotic)

    tally = Tally()
    if area is not None:
        shown = "" if area < _UNROUNDED_BELOW or area == half_up(area, 1) else f", counted as {half_up(area, 1)}"
        tally.add("area_score", f"Area {length} × {width} = {area:f} cm²{shown}", area_points(area))
    if exudate is not None:
        tally.add("exudate_score", f"Exudate {exudate}", _EXUDATE[exudate])
    tally.add("tissue_score", *_worst(tissue, slough=slough, necrotic=necrotic))
    tally.close(incomplete=bool(answers.missing))
    dead = bool(slough or necrotic)
    return conclude(
        TOOL,
        INCOMPLETE if answers.missing else None,
        missing=answers.missing,
        score=tally.total,
        parts=tally.parts,
        actions=_actions(tally.total, dead=dead, incomplete=bool(answers.missing)),
        on=on,
        days=WEEKLY if tally.total else None,
        workings=tally.workings,
        severity=Severity.ATTENTION if dead else Severity.ROUTINE,
    )


def _area(length: Decimal | None, width: Decimal | None) -> Decimal | None:
    if length is None or width is None:
        return None
    if (length == 0) != (width == 0):
        empty = "length_cm" if length == 0 else "width_cm"
        raise AnswerError(empty, "A wound has both a length and a width; enter 0 for both when it has closed")
    return length * width


def _refuse_open(area: Decimal | None, *, slough: bool | None, necrotic: bool | None) -> None:
    if necrotic:
        raise AnswerError("any_necrotic", "A closed wound has no necrotic tissue: change the tissue")
    if slough:
        raise AnswerError("any_slough", "A closed wound has no slough: change the tissue")
    if area:
        raise AnswerError(
            "dominant_tissue", "A closed wound has no length and width: enter 0 for both, or change the tissue"
        )


def _worst(tissue: str | None, *, slough: bool | None, necrotic: bool | None) -> tuple[str, int | None]:
    """The worst tissue in words, and its points; None while it is not known."""
    if necrotic:
        return "Necrotic tissue", 4
    if slough:
        return "Slough", 3
    if tissue is None:
        return "Tissue", None
    return f"{tissue.capitalize()} tissue" if tissue != "closed" else "Closed", _TISSUE[tissue]


def _actions(total: int, *, dead: bool, incomplete: bool) -> tuple[str, ...]:
    dead_words = ("Slough or necrotic tissue: tell the nurse, the dressing plan may need to change.",) if dead else ()
    if incomplete:
        return dead_words
    if not total:
        return ("Healed. Keep the pressure off the place: a scar breaks down again easily.",)
    return (
        *dead_words,
        "Compare with the last score: lower is better. If it rose, or has not fallen in 2 weeks, tell the nurse.",
        "Measure again in a week.",
    )


SCORED = Scored(TOOL, KEYS, score)
