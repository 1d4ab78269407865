"""How frail, how dependent and how near the end: four small instruments for the resident as a whole.

* Clinical Frailty Scale 2.0 (Dalhousie University): one level of 1 to 9, as the resident was two weeks before any
  acute illness. For people of 65 and over.
* Needs code: one letter. A blue, about a year or more; B green, months; C yellow, weeks; D red, days.
* High dependency after Rhys Hearn: all three flags suggest ``high``; with fewer the nurse chooses the class. The
  published table of care hours is not used.
* Barthel Index (Mahoney and Barthel 1965, 20-point wording of Collin and Wade 1988): what the resident does, not what
  he or she could do. 20 independent, 15 to 19 mild, 10 to 14 moderate, 5 to 9 severe, 0 to 4 very severe.
"""

from __future__ import annotations

from datetime import date

from app.domain.instruments.answers import Answers
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.tool import (
    AT_LEAST,
    INCOMPLETE,
    MONTHLY,
    QUARTERLY,
    WEEKLY,
    Band,
    Instrument,
    Scored,
    Tally,
    conclude,
)

# ------------------------------------------------------------------------------------------- Clinical Frailty Scale

CFS_KEYS = frozenset({"level"})

CFS_TOOL = Instrument(
    code="cfs",
    version="2.0/1",
    title="Clinical Frailty Scale",
    short="Frailty (CFS)",
    pathway="health",
    mode="S",
    owner="Dalhousie University, Halifax (K. Rockwood)",
    licence="Free where nothing is sold; a program that is sold needs a licence from Dalhousie University.",
    attribution="Clinical Frailty Scale 2.0, © Rockwood K., Dalhousie University. "
    "Calculator aid: use clinical judgement.",
    needs_permission=False,
    routine_days=QUARTERLY,
    bands=(
        Band("very_fit", "1 Very fit", Severity.ROUTINE),
        Band("fit", "2 Fit", Severity.ROUTINE),
        Band("managing_well", "3 Managing well", Severity.ROUTINE),
        Band("very_mild_frailty", "4 Very mild frailty", Severity.ROUTINE),
        Band("mild_frailty", "5 Mild frailty", Severity.ROUTINE),
        Band("moderate_frailty", "6 Moderate frailty", Severity.ATTENTION),
        Band("severe_frailty", "7 Severe frailty", Severity.ATTENTION),
        Band("very_severe_frailty", "8 Very severe frailty", Severity.ATTENTION),
        Band("terminally_ill", "9 Terminally ill", Severity.URGENT),
    ),
    serves=("health",),
)

_CFS_FROM_6 = ("Review falls and medicines, and offer to talk about wishes for future care (advance care plan).",)
_CFS_FROM_7 = ("Ask the GP or the nurse whether the end-of-life register and a needs code are right.",)
_CFS_NOTE = "The level is as the resident was two weeks before any acute illness. Look again in 3 months."


def score_cfs(answers: Answers, on: date | None = None) -> Outcome:
    """The level is the score and chooses the band; from 6 and from 7 there is more to do."""
    level = answers.whole("level", "Frailty level", 1, 9)
    if level is None:
        return conclude(CFS_TOOL, INCOMPLETE, missing=answers.missing)
    band = CFS_TOOL.bands[level - 1]
    return conclude(
        CFS_TOOL,
        band.code,
        score=level,
        parts={"level": level},
        actions=(*(_CFS_FROM_6 if level >= 6 else ()), *(_CFS_FROM_7 if level >= 7 else ()), _CFS_NOTE),
        on=on,
        days=QUARTERLY,
        workings=(f"Level {band.label}",),
    )


CFS = Scored(CFS_TOOL, CFS_KEYS, score_cfs)

# ------------------------------------------------------------------------------------------------------- needs code

NEEDS_CODE_KEYS = frozenset({"code"})

NEEDS_CODE_TOOL = Instrument(
    code="needs_code",
    version="1/1",
    title="Needs code (end of life)",
    short="Needs code",
    pathway="health",
    mode="C",
    owner="Hartwell",
    licence="Own wording of a common idea; it is no part of a registered programme and bears nobody's name.",
    attribution="Own needs code: four letters and colours for need, not for a forecast. Use clinical judgement.",
    needs_permission=False,
    routine_days=MONTHLY,
    bands=(
        Band("blue", "A blue: a year or more", Severity.ROUTINE),
        Band("green", "B green: months", Severity.ATTENTION),
        Band("yellow", "C yellow: weeks", Severity.URGENT),
        Band("red", "D red: days", Severity.URGENT),
    ),
    serves=("health",),
)

_CODES = {"A": "blue", "B": "green", "C": "yellow", "D": "red"}
_CODE_DAYS = {"blue": QUARTERLY, "green": MONTHLY, "yellow": WEEKLY, "red": 1}
_CODE_ACTIONS = {
    "blue": ("Offer to talk about wishes for future care (advance care plan).", "Review in 3 months."),
    "green": (
        "Ask for the preferred place of care, and whether a ReSPECT form should be made.",
        "Tell the GP.",
        "Review in a month.",
    ),
    "yellow": (
        "Tell the GP today. Ask for anticipatory medicines, so that they are in the home before they are needed.",
        "Talk with the family about what to expect.",
        "Review every week.",
    ),
    "red": (
        "Tell the GP and the nurse today, and the family.",
        "Mouth care, sips and comfort by plan; stop observations that no longer help.",
        "Review every day.",
    ),
}


def score_needs_code(answers: Answers, on: date | None = None) -> Outcome:
    """The colour of the letter, what it prompts and when to look again; no score."""
    code = answers.choice("code", "Needs code", _CODES)
    if code is None:
        return conclude(NEEDS_CODE_TOOL, INCOMPLETE, missing=answers.missing)
    band = _CODES[code]
    return conclude(NEEDS_CODE_TOOL, band, actions=_CODE_ACTIONS[band], on=on, days=_CODE_DAYS[band])


NEEDS_CODE = Scored(NEEDS_CODE_TOOL, NEEDS_CODE_KEYS, score_needs_code)

# --------------------------------------------------------------------------------------------------- high dependency

_FLAGS = {
    "sometimes_doubly_incontinent": "Sometimes incontinent of urine and faeces",
    "needs_help_or_fed": "Needs help or has to be fed",
    "cannot_make_needs_known": "Cannot make needs known",
}
RHYS_HEARN_KEYS = frozenset(_FLAGS)

RHYS_HEARN_TOOL = Instrument(
    code="rhys_hearn_high",
    version="1970/1",
    title="High dependency (after Rhys Hearn)",
    short="Dependency",
    pathway="health",
    mode="S",
    owner="C. Rhys Hearn",
    licence="Three questions in our own words after the published idea; its table of care hours is not used.",
    attribution="Dependency after Rhys Hearn, 1970. Calculator aid: the nurse chooses the class.",
    needs_permission=False,
    routine_days=MONTHLY,
    bands=(
        Band("not_high", "Not high: nurse to choose the class", Severity.ROUTINE),
        Band("high", "High dependency", Severity.ATTENTION),
    ),
    serves=("health",),
)

_RHYS_HEARN_ACTIONS = {
    "not_high": ("The nurse chooses the class: self-caring, low, medium or total.", "Review in a month."),
    "high": (
        "All three are so: high dependency is suggested. The nurse confirms it, or chooses total.",
        "Look at staffing, continence, skin and help at meals in the care plan.",
        "Review in a month, and after a stay in hospital.",
    ),
}


def score_rhys_hearn(answers: Answers, on: date | None = None) -> Outcome:
    """All three flags suggest ``high``, fewer do not; no score. With a flag unanswered nothing is suggested."""
    flags = {key: answers.yes_no(key, words) for key, words in _FLAGS.items()}
    band = INCOMPLETE if answers.missing else ("high" if all(flags.values()) else "not_high")
    known = {key: value for key, value in flags.items() if value is not None}
    return conclude(
        RHYS_HEARN_TOOL,
        band,
        missing=answers.missing,
        parts={key: int(value) for key, value in known.items()},
        actions=_RHYS_HEARN_ACTIONS.get(band, ()),
        on=on,
        days=MONTHLY,
        workings=tuple(f"{_FLAGS[key]}: {'yes' if value else 'no'}" for key, value in known.items()),
    )


RHYS_HEARN = Scored(RHYS_HEARN_TOOL, RHYS_HEARN_KEYS, score_rhys_hearn)

# ---------------------------------------------------------------------------------------------------------- Barthel

BARTHEL_KEYS = frozenset({"items"})
BARTHEL_ITEMS = {
    "bowels": 2, "bladder": 2, "grooming": 1, "toilet": 2, "feeding": 2, "transfer": 3, "mobility": 3, "dressing": 2,
    "stairs": 2, "bathing": 1,
}  # fmt: skip
"""The items in the tool's order, each with its highest points (independent)."""

BARTHEL_TOOL = Instrument(
    code="barthel",
    version="1988/1",
    title="Barthel Index (20 points)",
    short="Barthel",
    pathway="health",
    mode="S",
    owner="Maryland State Medical Society; wording of Collin and Wade",
    licence="Free where nothing is sold; commercial use is agreed with Mapi Research Trust or the authors.",
    attribution="Barthel Index: Mahoney F. I. and Barthel D. W., Maryland State Medical Journal 1965; 20-point wording "
    "after Collin C. and Wade D. T., 1988. Calculator aid: use clinical judgement.",
    needs_permission=False,
    routine_days=QUARTERLY,
    bands=(
        Band("independent", "Independent", Severity.ROUTINE),
        Band("mild", "Mild dependency", Severity.ROUTINE),
        Band("moderate", "Moderate dependency", Severity.ROUTINE),
        Band("severe", "Severe dependency", Severity.ATTENTION),
        Band("very_severe", "Very severe dependency", Severity.ATTENTION),
    ),
    serves=("health",),
)

_BARTHEL_ACTIONS = {
    "independent": ("No help needed. Look again in 3 months.",),
    "mild": ("Help only where it is needed, so that skills are kept. Look again in 3 months.",),
    "moderate": (
        "See that the care plan says what the resident does alone and where help starts.",
        "Look again in 3 months.",
    ),
    "severe": (
        "Check moving and handling, skin, continence and help at meals in the care plan.",
        "Ask whether a physiotherapist or occupational therapist can help. Look again in 3 months.",
    ),
    "very_severe": (
        "Check moving and handling, skin, continence and help at meals in the care plan.",
        "Pressure ulcer risk and nutrition: are Waterlow and MUST up to date? Look again in 3 months.",
    ),
}


def score_barthel(answers: Answers, on: date | None = None) -> Outcome:
    """The 20-point score, low is worse, with the ×5 form as part ``score_100``.

    With items missing it is ``very_severe`` with ``at_least`` when even full points for them cannot lift it over 4.
    """
    items = answers.whole_list("items", "Barthel Index", tuple(BARTHEL_ITEMS), 0, tuple(BARTHEL_ITEMS.values()))
    tally = Tally()
    still_possible = 0
    for (name, highest), step in zip(BARTHEL_ITEMS.items(), items, strict=True):
        tally.add(name, name.capitalize(), step)
        still_possible += highest if step is None else 0
    tally.close(incomplete=bool(answers.missing))
    total = tally.total
    parts = dict(tally.parts)

    if answers.missing:
        band = "very_severe" if total + still_possible <= 4 else INCOMPLETE
    else:
        parts["score_100"] = 5 * total
        tally.workings.append(f"On the scale to 100: {5 * total}")
        band = _barthel_band(total)
    return conclude(
        BARTHEL_TOOL,
        band,
        missing=answers.missing,
        score=total,
        parts=parts,
        flags=(AT_LEAST,) if answers.missing and band == "very_severe" else (),
        actions=_BARTHEL_ACTIONS.get(band, ()),
        on=on,
        days=QUARTERLY,
        workings=tally.workings,
    )


def _barthel_band(total: int) -> str:
    if total == 20:
        return "independent"
    if total >= 15:
        return "mild"
    if total >= 10:
        return "moderate"
    return "severe" if total >= 5 else "very_severe"


BARTHEL = Scored(BARTHEL_TOOL, BARTHEL_KEYS, score_barthel, {"items": len(BARTHEL_ITEMS)})
