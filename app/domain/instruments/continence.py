"""Continence: bladder, bowels, pads, catheter and plan. Captured, not scored.

Complete with a three-day diary, or with the reason why there is none. New incontinence is looked into, not padded. A
catheter has its type, size and the day of its next change; blood in the urine is for a clinician the same day, and no
urine at all is urgent. Looked at again every three months, or on the day of the catheter change when that is earlier.
"""

from __future__ import annotations

from datetime import date

from app.domain.instruments.answers import Answers
from app.domain.instruments.captured import QUARTERLY, Finding, record
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.tool import Instrument, Scored

CATHETER = "catheter"
BLADDER = {"continent": 0, "occasional": 1, "frequent": 2, CATHETER: 3}
LEAKS = {"urge": 0, "stress": 1, "mixed": 2, "functional": 3, "overflow": 4, "not_known": 5}
BOWELS = {"continent": 0, "occasional": 1, "frequent": 2, "stoma": 3}
DIARY = {"done": 0, "not_done": 1}
PADS = {"none": 0, "night": 1, "day": 2, "day_and_night": 3}
PLAN = {"independent": 0, "prompted": 1, "timed": 2, "checked_and_changed": 3}
SKIN = {"healthy": 0, "red": 1, "broken": 2}
CATHETERS = {"urethral": 0, "suprapubic": 1, "intermittent": 2, "sheath": 3}
WARNINGS = {"pain": 0, "blood": 1, "no_urine": 2, "smell_fever": 3, "catheter_leaks": 4}

KEYS = frozenset({
    "bladder", "leak_type", "catheter_type", "catheter_size_ch", "catheter_due", "bowels", "bowel_plan",
    "new_or_worse", "warnings", "diary", "diary_reason", "pads", "pad_type", "toilet_plan", "skin",
})  # fmt: skip

TOOL = Instrument(
    code="continence",
    version="1/1",
    title="Continence",
    short="Continence",
    pathway="health",
    mode="C",
    owner="Hartwell",
    licence="Own structure.",
    attribution="Own headings for bladder, bowels, pads, catheter and plan.",
    needs_permission=False,
    routine_days=QUARTERLY,
    bands=(),
    serves=("health",),
)

_WARNINGS = {
    "pain": Finding("painful", Severity.ATTENTION, "Pain on passing urine: tell the nurse or GP this shift."),
    "blood": Finding("blood_in_urine", Severity.URGENT, "Blood in the urine: a clinician must know today."),
    "no_urine": Finding("no_urine", Severity.URGENT, "No urine passed: call the nurse, GP or 111 now."),
    "smell_fever": Finding(
        "possible_infection", Severity.ATTENTION, "Take NEWS2 and tell the nurse; do not test by dipstick alone."
    ),
    "catheter_leaks": Finding(
        "catheter_leaks", Severity.ATTENTION, "Look for kinks and constipation, then tell the nurse."
    ),
}


def score(answers: Answers, on: date | None = None) -> Outcome:
    """Completeness, warnings and the day to look again; no score, no band."""
    bladder = answers.choice("bladder", "Bladder", BLADDER)
    has_catheter = bladder == CATHETER
    answers.choice("leak_type", "Kind of leak", LEAKS, need=bladder in {"occasional", "frequent"})
    kind = answers.choice("catheter_type", "Catheter type", CATHETERS, need=has_catheter)
    indwelling = has_catheter and kind not in {None, "intermittent"}
    answers.whole("catheter_size_ch", "Catheter size", 6, 30, unit=" Ch", need=has_catheter)
    change = answers.day("catheter_due", "Next catheter change", need=indwelling)
    bowels = answers.choice("bowels", "Bowels", BOWELS)
    answers.text("bowel_plan", "Bowel plan", need=bowels in {"occasional", "frequent"})
    worse = answers.yes_no("new_or_worse", "New or worse")
    warnings = answers.choices("warnings", "Warning signs", WARNINGS) or []
    diary = answers.choice("diary", "Three-day diary", DIARY)
    answers.text("diary_reason", "Why no diary", need=diary == "not_done")
    pads = answers.choice("pads", "Pads", PADS)
    answers.text("pad_type", "Pad type", need=pads not in {None, "none"})
    answers.choice("toilet_plan", "Toilet plan", PLAN)
    skin = answers.choice("skin", "Skin", SKIN)

    found = [_WARNINGS[each] for each in warnings]
    if worse:
        found.append(
            Finding(
                "new_or_worse",
                Severity.ATTENTION,
                "New or worse: ask the nurse or GP to look for the cause (infection, constipation, medicines).",
            )
        )
    if diary == "not_done":
        found.append(Finding("no_diary", Severity.ROUTINE, "Start a three-day diary when it is possible."))
    if skin == "broken":
        found.append(
            Finding("skin_broken", Severity.URGENT, "Broken skin: tell the nurse today. Moisture, or pressure?")
        )
    if skin == "red":
        found.append(Finding("skin_red", Severity.ATTENTION, "Red skin: barrier cream, and look at every change."))
    overdue = has_catheter and change is not None and on is not None and change < on
    if overdue:
        found.append(Finding("catheter_overdue", Severity.URGENT, "Catheter change overdue: ring the nurse today."))
    return record(TOOL, answers, found, on=on, days=QUARTERLY, due=change if has_catheter else None)


SCORED = Scored(TOOL, KEYS, score)
