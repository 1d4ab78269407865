"""How an outcome is said on the screen: tone, band, score and completeness in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.domain.dates import short_date
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.registry import band_label
from app.ui.theme import Tone

TONES = {
    Severity.NONE: Tone.NEUTRAL,
    Severity.ROUTINE: Tone.GOOD,
    Severity.ATTENTION: Tone.CAUTION,
    Severity.URGENT: Tone.WARNING,
    Severity.EMERGENCY: Tone.DANGER,
}
URGENCY = {
    Severity.NONE: "",
    Severity.ROUTINE: "Routine",
    Severity.ATTENTION: "Needs attention",
    Severity.URGENT: "Urgent",
    Severity.EMERGENCY: "Emergency",
}
AID = "Calculator aid: use clinical judgement."


def score_words(outcome: Outcome) -> str:
    """The score as a figure, or an empty text when there is none: incomplete is never shown as 0."""
    return "" if outcome.score is None else str(outcome.score)


def band_words(outcome: Outcome) -> str:
    """The band in words, with "at least" where answers are still missing."""
    if outcome.band is None:
        return "Recorded without a score" if outcome.complete else "Not complete yet"
    words = band_label(outcome.instrument, outcome.band)
    return f"{words}, at least" if "at_least" in outcome.flags else words


def tone(outcome: Outcome) -> Tone:
    """The tone of the outcome's severity."""
    return TONES[outcome.severity]


def completeness_words(answered: int, wanted: int, missing: Sequence[str]) -> str:
    """``5 of 8 answered; missing: temperature``."""
    if not wanted:
        return "Every question here is optional"
    words = f"{answered} of {wanted} answered"
    if not missing:
        return words
    shown = ", ".join(first_small(each) for each in missing[:4])
    more = f" and {len(missing) - 4} more" if len(missing) > 4 else ""
    return f"{words}; missing: {shown}{more}"


def first_small(text: str) -> str:
    """A label inside a sentence: "On oxygen?" becomes "on oxygen", "SpO₂" and "BMI" stay as they are."""
    text = text.rstrip("?: ")
    first = text.partition(" ")[0].rstrip(",;")
    return text[:1].lower() + text[1:] if first[1:] == first[1:].lower() else text


def due_words(outcome: Outcome, days: int | None) -> str:
    """When the next one is due, or what decides it."""
    if outcome.next_due is not None:
        return f"Next due {short_date(outcome.next_due)}"
    if not outcome.complete:
        return "Next due: set when it is complete"
    return "Next due: when something changes" if days is None else f"Next due in {days} days"


def day_words(day: date | None) -> str:
    """A due date in words."""
    return f"Next due {short_date(day)}" if day else "No next date set"
