"""Wound review: tissue, infection, moisture, edge (TIME), size and pain of one wound. Captured, not scored.

Tissue is named by kind; when there is more than one, each has its share in per cent and the shares make 100 or are
refused. A share left blank under the only kind is 100. Spreading infection is for a clinician the same day, systemic
infection for NEWS2 and 999. An undermined edge needs its clock position (12 towards the head). An edge that has not
advanced for two weekly reviews asks for the plan to be looked at again; pain of 7 or more without a note of what was
done about it is flagged. The next review is due on the day of the next dressing change, at the latest after a week.

Accepted: length and width 0 to 100 cm and depth 0 to 30 cm, one decimal place; a closed wound is 0 by 0.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from app.domain.instruments.answers import Answers
from app.domain.instruments.captured import Finding, record
from app.domain.instruments.outcome import AnswerError, Outcome, Severity
from app.domain.instruments.tool import WEEKLY, Instrument, Scored

TISSUES = {
    "epithelial": "Epithelial (new skin, pink)",
    "granulating": "Granulating (red)",
    "sloughy": "Sloughy (yellow)",
    "necrotic": "Necrotic (black)",
}
INFECTION = {"none": 0, "local": 1, "spreading": 2, "systemic": 3}
MOISTURE = {"dry": 0, "moist": 1, "wet": 2, "saturated": 3}
EXUDATE = {"clear": 0, "pink": 1, "blood": 2, "cloudy": 3, "pus": 4}
EDGE = {"advancing": 0, "not_advancing": 1, "rolled": 2, "undermined": 3}
ODOUR = {"none": 0, "slight": 1, "strong": 2}
SKIN_AROUND = {"red": 0, "wet_white": 1, "dry_flaky": 2, "fragile": 3, "hot_swollen": 4}
STRONG_PAIN = 7
_CM = Decimal(100)
_DEPTH_CM = Decimal(30)

KEYS = frozenset({f"{tissue}_percent" for tissue in TISSUES}) | {
    "wound", "tissue", "infection", "moisture", "exudate", "edge", "undermining_clock", "same_at_last_review",
    "length_cm", "width_cm", "depth_cm", "pain", "pain_relief", "odour", "surrounding_skin", "dressing", "next_change",
}  # fmt: skip

TOOL = Instrument(
    code="time_wound",
    version="1/1",
    title="Wound review (TIME)",
    short="Wound review",
    pathway="wound",
    mode="C",
    owner="Hartwell, after the TIME framework",
    licence="Free concept of many authors; own wording.",
    attribution="After the TIME framework for preparing the wound bed.",
    needs_permission=False,
    routine_days=WEEKLY,
    bands=(),
    serves=("wound",),
)

_INFECTED = {
    "local": Finding(
        "local_infection", Severity.ATTENTION, "Signs of infection in the wound: tell the nurse this shift."
    ),
    "spreading": Finding(
        "spreading_infection",
        Severity.URGENT,
        "Infection is spreading: a nurse or GP must see the wound today. Mark the edge of the redness.",
    ),
    "systemic": Finding(
        "systemic_infection",
        Severity.EMERGENCY,
        "Take NEWS2 now. Could this be sepsis? Call 999 when it is 7 or more or the resident looks very unwell.",
    ),
}


def _shares(answers: Answers, kinds: list[str] | None) -> dict[str, int]:
    """The per cent of each kind of tissue; AnswerError when they do not make 100."""
    several = kinds is not None and len(kinds) > 1
    given: dict[str, int] = {}
    for kind, label in TISSUES.items():
        key = f"{kind}_percent"
        here = kinds is not None and kind in kinds
        share = answers.whole(key, label, 0, 100, unit=" %", need=several and here)
        if share and kinds is not None and not here:
            raise AnswerError(key, f"{label} has a share but is not among the tissue seen")
        if share is not None and here:
            given[kind] = share
    if kinds and len(kinds) == 1:
        given.setdefault(kinds[0], 100)
    if kinds and len(given) == len(kinds) and sum(given.values()) != 100:
        last = next(kind for kind in reversed(TISSUES) if kind in kinds)
        raise AnswerError(f"{last}_percent", f"The tissue shares must make 100 %. They make {sum(given.values())} %")
    return given


def score(answers: Answers, on: date | None = None) -> Outcome:
    """What the wound looks like: parts are the tissue shares, ``area_cm2`` and ``pain``; no score, no band."""
    answers.text("wound", "Wound", need=False)
    kinds = answers.choices("tissue", "Tissue seen", TISSUES)
    shares = _shares(answers, kinds)
    infection = answers.choice("infection", "Infection", INFECTION)
    moisture = answers.choice("moisture", "Moisture", MOISTURE)
    answers.choice("exudate", "What comes out", EXUDATE, need=moisture not in {None, "dry"})
    edge = answers.choice("edge", "Edge", EDGE)
    clock = answers.whole("undermining_clock", "Undermined at (o'clock)", 1, 12, need=edge == "undermined")
    stuck = answers.yes_no("same_at_last_review", "The same at the last review", need=edge == "not_advancing")
    length = answers.number("length_cm", "Length", Decimal(0), _CM, unit=" cm", places=1)
    width = answers.number("width_cm", "Width", Decimal(0), _CM, unit=" cm", places=1)
    answers.number("depth_cm", "Depth", Decimal(0), _DEPTH_CM, unit=" cm", places=1, need=False)
    if length is not None and width is not None and (length == 0) != (width == 0):
        raise AnswerError("width_cm" if width == 0 else "length_cm", "A closed wound is 0 by 0 cm; else neither is 0")
    if kinds == [] and length:
        raise AnswerError("tissue", "Tissue seen must name at least one kind in an open wound")
    pain = answers.whole("pain", "Pain", 0, 10)
    relief = answers.text("pain_relief", "Pain relief", need=False)
    answers.choice("odour", "Smell", ODOUR)
    answers.choices("surrounding_skin", "Skin around", SKIN_AROUND)
    answers.text("dressing", "Dressing used")
    change = answers.day("next_change", "Next dressing change")
    if change is not None and on is not None and change < on:
        raise AnswerError("next_change", "Next dressing change must be today or later")

    found: list[Finding] = []
    if infection in _INFECTED:
        found.append(_INFECTED[infection])
    if edge == "undermined" and clock is None:
        found.append(
            Finding("undermining_position_missing", Severity.ATTENTION, "Say at what o'clock the edge is undermined.")
        )
    if edge == "not_advancing" and stuck:
        found.append(
            Finding(
                "edge_not_advancing",
                Severity.ATTENTION,
                "The edge has not moved for two reviews: ask the nurse to look at the plan again.",
            )
        )
    if pain is not None and pain >= STRONG_PAIN and relief is None:
        found.append(
            Finding(
                "pain_without_relief", Severity.ATTENTION, "Strong pain: give what is prescribed and write down what."
            )
        )
    parts: dict[str, int | Decimal | str] = {f"{kind}_percent": share for kind, share in shares.items()}
    workings = [f"{TISSUES[kind]}: {share} %" for kind, share in shares.items()]
    if length is not None and width is not None:
        parts["area_cm2"] = length * width
        workings.append(f"{length} × {width} cm = {length * width} cm²")
    if pain is not None:
        parts["pain"] = pain
    return record(TOOL, answers, found, parts=parts, on=on, days=WEEKLY, due=change, workings=workings)


SCORED = Scored(TOOL, KEYS, score)
