"""Totals copied from the owners' own forms: Braden, Cornell and Edmonton. Only the band is worked out here.

* Braden (pressure ulcer risk, 6 to 23, LOW is worse): 19 and over none, 15 to 18 mild, 13 and 14 moderate, 10 to 12
  high, 9 and under very high. Some libraries shift these bands by up to two points; those are not used. At 75 or over
  some policies count 15 to 18 as moderate.
* Cornell Scale for Depression in Dementia (0 to 38): under 6 no significant symptoms, 6 to 10 sub-threshold, 11 to 18
  probable major depression, over 18 definite. Some copies print over 12 for probable; over 10 is the published cut. A
  question marked "unable to evaluate" makes the total a lower bound, and any score on suicide calls for help at once:
  both are on the owner's form, so the actions remind of them.
* Edmonton Frail Scale (0 to 17): 0 to 5 not frail, 6 and 7 vulnerable, 8 and 9 mild, 10 and 11 moderate, 12 and over
  severe. A page that prints bands one point lower is not used.

A total outside the tool's range is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from app.domain.instruments.answers import Answers
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.tool import (
    INCOMPLETE,
    MONTHLY,
    QUARTERLY,
    SIX_MONTHLY,
    WEEKLY,
    Band,
    Instrument,
    Scored,
    conclude,
)

KEYS = frozenset({"total"})


@dataclass(frozen=True, slots=True)
class _Recorded:
    """One tool: its range, the lowest total of each band, and what each band calls for and when to look again."""

    tool: Instrument
    low: int
    high: int
    starts: Mapping[str, int]
    days: Mapping[str, int]
    actions: Mapping[str, tuple[str, ...]]


def _score(form: _Recorded, answers: Answers, on: date | None = None) -> Outcome:
    """The band of the total; incomplete without one."""
    total = answers.whole("total", f"{form.tool.short} total", form.low, form.high)
    if total is None:
        return conclude(form.tool, INCOMPLETE, missing=answers.missing)
    band = max((code for code, start in form.starts.items() if total >= start), key=lambda code: form.starts[code])
    label = next(each.label for each in form.tool.bands if each.code == band)
    return conclude(
        form.tool,
        band,
        score=total,
        actions=form.actions[band],
        on=on,
        days=form.days[band],
        workings=(f"Total {total} of {form.high}, from the completed form: {label.lower()}",),
    )


# ----------------------------------------------------------------------------------------------------------- Braden

_SKIN_DAILY = "Look at the skin every day and write a repositioning plan: at least every 6 hours."
_SKIN_OFTEN = "Look at the skin at every change of position; reposition at least every 4 hours."
_SURFACE = "Use a pressure-redistributing mattress and cushion. See to nutrition and continence."
_BRADEN = _Recorded(
    tool=Instrument(
        code="braden_total",
        version="1988/1",
        title="Braden Scale total",
        short="Braden",
        pathway="wound",
        mode="R",
        owner="Barbara Braden and Nancy Bergstrom",
        licence="© Braden and Bergstrom 1988; the owners license each organisation that uses the scale.",
        attribution="Braden Scale, © B. Braden and N. Bergstrom 1988; total recorded from the completed form.",
        needs_permission=True,
        routine_days=MONTHLY,
        bands=(
            Band("none", "No risk found", Severity.ROUTINE),
            Band("mild", "Mild risk", Severity.ATTENTION),
            Band("moderate", "Moderate risk", Severity.ATTENTION),
            Band("high", "High risk", Severity.URGENT),
            Band("very_high", "Very high risk", Severity.URGENT),
        ),
        serves=("wound",),
    ),
    low=6,
    high=23,
    starts={"none": 19, "mild": 15, "moderate": 13, "high": 10, "very_high": 6},
    days={"none": MONTHLY, "mild": MONTHLY, "moderate": MONTHLY, "high": WEEKLY, "very_high": WEEKLY},
    actions={
        "none": ("Record the total. Repeat in a month, or sooner if anything changes.",),
        "mild": (
            _SKIN_DAILY,
            "Use a high-specification foam mattress.",
            "At 75 or over, follow the home's policy: some count this as moderate risk.",
        ),
        "moderate": (_SKIN_DAILY, "Use a high-specification foam mattress. See to nutrition and continence."),
        "high": (_SKIN_OFTEN, _SURFACE, "Repeat in a week."),
        "very_high": ("Ask the tissue viability nurse for advice.", _SKIN_OFTEN, _SURFACE, "Repeat in a week."),
    },
)

# ---------------------------------------------------------------------------------------------------------- Cornell

_SUICIDE = "If the question about suicide scored anything: stay with the resident and get clinical help now."
_UNABLE = "If any question could not be answered the total is only a lower bound."
_CORNELL = _Recorded(
    tool=Instrument(
        code="cornell_total",
        version="1988/1",
        title="Cornell Scale for Depression in Dementia total",
        short="Cornell",
        pathway="dementia",
        mode="R",
        owner="George Alexopoulos and others",
        licence="© 1988 by the authors; Mapi Research Trust (ePROVIDE) licenses each organisation that uses the scale.",
        attribution="Cornell Scale for Depression in Dementia, © Alexopoulos G. and others 1988; total recorded from "
        "the completed form.",
        needs_permission=True,
        routine_days=SIX_MONTHLY,
        bands=(
            Band("no_significant_symptoms", "No significant symptoms", Severity.ROUTINE),
            Band("subthreshold", "Some symptoms, below the threshold", Severity.ATTENTION),
            Band("probable", "Probable major depression", Severity.URGENT),
            Band("definite", "Definite major depression", Severity.URGENT),
        ),
    ),
    low=0,
    high=38,
    starts={"no_significant_symptoms": 0, "subthreshold": 6, "probable": 11, "definite": 19},
    days={
        "no_significant_symptoms": SIX_MONTHLY,
        "subthreshold": QUARTERLY,
        "probable": QUARTERLY,
        "definite": QUARTERLY,
    },
    actions={
        "no_significant_symptoms": (
            "Repeat in 6 months, or sooner after a loss or when the resident withdraws.",
            f"{_UNABLE} Then do not say that there are no symptoms.",
            _SUICIDE,
        ),
        "subthreshold": (
            "Tell the nurse. Look for pain, illness, loneliness and boredom, and plan what the resident enjoys.",
            "Repeat in 3 months, sooner if it gets worse.",
            _UNABLE,
            _SUICIDE,
        ),
        "probable": ("Ask the GP for a review this week.", "Look for pain and illness.", _UNABLE, _SUICIDE),
        "definite": (
            "Ask the GP for a review in the next days; say that the Cornell total is over 18.",
            "Look for pain and illness. Watch eating, drinking and sleep.",
            _SUICIDE,
        ),
    },
)

# --------------------------------------------------------------------------------------------------------- Edmonton

_PLAN = "Review falls, medicines, food and drink, and mood."
_EDMONTON = _Recorded(
    tool=Instrument(
        code="edmonton_total",
        version="2006/1",
        title="Edmonton Frail Scale total",
        short="Edmonton",
        pathway="health",
        mode="R",
        owner="Darryl Rolfson and others (edmontonfrailscale.org)",
        licence="© the authors; they license each organisation, and warn that unofficial copies differ.",
        attribution="Edmonton Frail Scale, © Rolfson D. and others; total recorded from the completed form.",
        needs_permission=True,
        routine_days=QUARTERLY,
        bands=(
            Band("not_frail", "Not frail", Severity.ROUTINE),
            Band("vulnerable", "Vulnerable", Severity.ROUTINE),
            Band("mild", "Mild frailty", Severity.ATTENTION),
            Band("moderate", "Moderate frailty", Severity.ATTENTION),
            Band("severe", "Severe frailty", Severity.ATTENTION),
        ),
    ),
    low=0,
    high=17,
    starts={"not_frail": 0, "vulnerable": 6, "mild": 8, "moderate": 10, "severe": 12},
    days=dict.fromkeys(("not_frail", "vulnerable", "mild", "moderate", "severe"), QUARTERLY),
    actions={
        "not_frail": ("Keep the resident active. Repeat in 3 months, and after a stay in hospital.",),
        "vulnerable": (_PLAN, "Repeat in 3 months, and after a stay in hospital."),
        "mild": (_PLAN, "Ask whether the GP has frailty on record.", "Repeat in 3 months."),
        "moderate": (
            _PLAN,
            "Ask the GP for a medicines review and talk about what the resident wants if health gets worse.",
            "Repeat in 3 months.",
        ),
        "severe": (
            _PLAN,
            "Ask the GP for a medicines review, and whether the resident belongs on the end-of-life register.",
            "Talk with the resident and family about what they want if health gets worse. Repeat in 3 months.",
        ),
    },
)

BRADEN = Scored(_BRADEN.tool, KEYS, partial(_score, _BRADEN))
CORNELL = Scored(_CORNELL.tool, KEYS, partial(_score, _CORNELL))
EDMONTON = Scored(_EDMONTON.tool, KEYS, partial(_score, _EDMONTON))
