"""When to look at a resident again, in hours, where the result says so. Days are the next due date's affair.

* NEWS2 (RCP 2017, monitoring by band): 1 to 4 within 6 hours (the RCP says 4 to 6); one red score, 5 to 6, or an
  unfinished set that is red or certain to reach 5 within 1 hour; 7 and over at once and without pause, until help is
  there. 0 has its date only.
* Abbey and PAINAD: 1 hour after anything that was given or done for pain, for every result that asks for something.
  Nobody records when it was given, so the hour runs from the score. A PAINAD of 1 asks to be alert, not to score.
* 4AT: every day until it is clear, for possible delirium.
* Soft signs: NEWS2 within the shift, or now; without the equipment an SBARD call now.
* A return from hospital (:func:`on_return`): what has to be looked at anew on the day, whatever its own date says.

What is to be done at once counts as late after half an hour, everything else when its time has passed. A time is not
forgotten by itself: it stands, late, until a complete result of the same instrument is signed, a newer result asks for
something else, the care plan says not to measure, the resident is sent to hospital, leaves or dies. After a day it is
counted in days, as what is overdue by date is, and nobody is reminded of the minute any more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from app.domain.dates import to_utc
from app.domain.instruments.outcome import Severity
from app.domain.shifts import shift_at

CODES = ("news2", "abbey", "painad", "four_at", "soft_signs")
"""The instruments whose results may set a time."""
AT_ONCE = timedelta(minutes=30)
"""How long what is to be done at once may stand before it is called late."""
IN_DAYS = timedelta(hours=24)
"""From this long after its time on, a time is counted in days."""
_HOUR, _SIX_HOURS, _DAY = timedelta(hours=1), timedelta(hours=6), timedelta(days=1)

_PAIN_BANDS = frozenset({"mild", "moderate", "severe"})
_NEWS2 = {
    "incomplete_red_flag": "Repeat NEWS2 within 1 hour, with every measurement",
    "low_medium": "Repeat NEWS2 at least every hour until reviewed",
    "medium": "Repeat NEWS2 at least every hour",
}
_KEEP_MEASURING = "Stay with the resident and keep measuring NEWS2 until help is there"
_SOON = "Repeat NEWS2 within 4 to 6 hours"
_PAIN = "Score pain again 1 hour after anything given or done"
_DAILY = "Repeat the 4AT every day until it is clear"


@dataclass(frozen=True, slots=True)
class Again:
    """Look again by ``at`` (UTC), with the instrument ``code``; late from ``late_at`` on.

    ``at_once`` when it was due from the moment; ``asked_at`` is when the result that asks for it was made.
    """

    at: datetime
    code: str
    words: str
    severity: Severity
    asked_at: datetime
    at_once: bool = False

    @property
    def late_at(self) -> datetime:
        """The instant from which it is late."""
        return self.at + AT_ONCE if self.at_once else self.at


@dataclass(frozen=True, slots=True)
class Result:
    """What a signed assessment came to, as far as it decides when to look again.

    ``plan``: the care plan says not to measure, given as the reason why something could not be assessed.
    """

    instrument: str
    at: datetime
    band: str | None
    score: Decimal | int | None
    complete: bool
    severity: Severity = Severity.NONE
    flags: Collection[str] = ()
    plan: bool = False


def again(
    instrument: str,
    band: str | None,
    flags: Collection[str],
    at: datetime,
    score: Decimal | int | None,
    severity: Severity = Severity.NONE,
) -> Again | None:
    """When to look again after a result made at the instant; None when the result sets no time.

    ``severity`` is how loudly the result spoke: an unfinished NEWS2 that has 5 points already speaks without a band.
    """
    made = to_utc(at)
    if instrument == "news2":
        return _after_news2(band, made, score, severity)
    if instrument in {"abbey", "painad"}:
        asks = band in _PAIN_BANDS or "probable_pain" in flags
        watch_only = instrument == "painad" and band == "mild" and score is not None and score < 2
        return Again(made + _HOUR, instrument, _PAIN, severity, made) if asks and not watch_only else None
    if instrument == "four_at":
        return Again(made + _DAY, "four_at", _DAILY, severity, made) if band == "possible_delirium" else None
    if instrument == "soft_signs":
        return _after_signs(flags, made)
    return None


def _after_news2(band: str | None, at: datetime, score: Decimal | int | None, severity: Severity) -> Again | None:
    if band == "high":
        return Again(at, "news2", _KEEP_MEASURING, Severity.EMERGENCY, at, at_once=True)
    if band in _NEWS2:
        return Again(at + _HOUR, "news2", _NEWS2[band], Severity.URGENT, at)
    if band == "low":
        return Again(at + _SIX_HOURS, "news2", _SOON, Severity.ATTENTION, at) if score else None
    if severity == Severity.URGENT:  # unfinished, and certain to be 5 or more
        return Again(at + _HOUR, "news2", _NEWS2["incomplete_red_flag"], Severity.URGENT, at)
    return None


def _after_signs(flags: Collection[str], at: datetime) -> Again | None:
    if "sbard_now" in flags:
        words = "NEWS2 cannot be taken: phone the GP or 111 now, with SBARD"
        return Again(at, "sbard", words, Severity.URGENT, at, at_once=True)
    if "news2_now" in flags:
        return Again(at, "news2", "Take NEWS2 now: soft signs", Severity.URGENT, at, at_once=True)
    if "take_news2" in flags:
        return Again(shift_at(at).ends, "news2", "Take NEWS2 this shift: soft signs", Severity.ATTENTION, at)
    return None


def standing(results: Sequence[Result], *, hospital_since: datetime | None = None) -> Again | None:
    """What the results of one instrument, newest first, still ask for.

    An unfinished result that asks for nothing does not take away what the one before it asks for. ``hospital_since`` is
    when the resident was last sent to hospital: what was asked for before that, the hospital has answered.
    """
    for each in results:
        if each.plan or (hospital_since is not None and to_utc(each.at) <= hospital_since):
            return None
        found = again(each.instrument, each.band, each.flags, each.at, each.score, each.severity)
        if found is not None or each.complete:
            return found
    return None


# --- back from hospital ----------------------------------------------------------------------------------------------

SKIN_WITHIN = timedelta(hours=6)
"""Pressure-ulcer risk is assessed within 6 hours of coming into a home; a return is one."""
LONG_NIGHTS = 14
"""From so many nights on the whole assessment (CGA) is done again, for those who have one (app rule)."""
RETURN_COUNTS = timedelta(days=92)
"""After so long a return asks for nothing any more: each of these has a date of its own by then."""
_SKIN = ("waterlow", "purpose_t_outcome", "braden_total")
_EVERYBODY = ("news2", "must", "medicines_review")
_WHO_HAS_IT = ("cfs", "edmonton_total", "barthel", "rhys_hearn_high", "needs_code")
RETURN_CODES = (*_SKIN, *_EVERYBODY, *_WHO_HAS_IT, "cga")
"""The instruments that a return may make due."""


@dataclass(frozen=True, slots=True)
class Return:
    """A resident came back ``at`` the instant, after so many ``nights``; ``attended`` when they were in A&E or on a
    ward, and not for an outpatient visit or a day case."""

    at: datetime
    nights: int
    attended: bool = True


@dataclass(frozen=True, slots=True)
class OnReturn:
    """An instrument that a return makes due on its day; ``by`` is the hour by which, None when the day is enough."""

    code: str
    by: datetime | None = None


def on_return(back: Return, had: Collection[str], usable: Collection[str], now: datetime) -> tuple[OnReturn, ...]:
    """What a return from hospital makes due. ``had`` are the instruments that the resident has a result of, ``usable``
    those that the home may use.

    A comprehensive reassessment follows a significant change such as a return from hospital (RNHA 2015). Everybody
    needs skin risk within 6 hours (Waterlow, or PURPOSE-T or Braden where that is what is used), NEWS2 as the new
    baseline, MUST (after an illness) and the review of medicines (at discharge). Frailty and dependency are done again
    for those who have them, the CGA after :data:`LONG_NIGHTS`. Without a night away only NEWS2 is asked for, after an
    outpatient visit or a day case nothing.
    """
    if not timedelta(0) <= now - back.at < RETURN_COUNTS or not back.attended:
        return ()
    if back.nights < 1:
        return (OnReturn("news2"),) if "news2" in usable else ()
    skin = next((code for code in _SKIN if code in had and code in usable), None) or next(
        (code for code in _SKIN if code in usable), None
    )
    found = [OnReturn(skin, back.at + SKIN_WITHIN)] if skin else []
    found += [OnReturn(code) for code in _EVERYBODY if code in usable]
    found += [OnReturn(code) for code in _WHO_HAS_IT if code in had and code in usable]
    if back.nights >= LONG_NIGHTS and "cga" in had and "cga" in usable:
        found.append(OnReturn("cga"))
    return tuple(found)
