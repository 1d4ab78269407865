"""Answers and corrections in words: what a line sends, what a task asks for, how long an answer is overdue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.dates import short_date
from app.domain.money import pounds
from app.domain.needs import need_label
from app.domain.premium.corrections import Verdict
from app.ui.theme import Tone

if TYPE_CHECKING:
    from app.domain.messages import ClaimLine
    from app.services.answers import AnswerRow
    from app.services.corrections import ClaimTask

TONES = {
    Verdict.FALLS: Tone.DANGER,
    Verdict.LESS: Tone.WARNING,
    Verdict.MORE: Tone.INFO,
    Verdict.STANDS_NOW: Tone.INFO,
}
ANSWER_TONES = {
    "Waiting": Tone.INFO,
    "Overdue": Tone.WARNING,
    "With a person": Tone.INFO,
    "Accepted": Tone.GOOD,
    "Accepted in part": Tone.CAUTION,
    "Refused": Tone.DANGER,
    "Taken back": Tone.NEUTRAL,
    "Replaced": Tone.NEUTRAL,
    "Not sent": Tone.NEUTRAL,
}


def line_words(line: ClaimLine) -> str:
    """What one line of a message says."""
    if line.reversal_of:
        return f"Version {line.version} takes back {pounds(-line.amount_pence)} of {line.reversal_of}"
    areas = ", ".join(f"{need_label(item.area)} ({item.champion.name})" for item in line.relied_upon)
    return f"Version {line.version} claims {pounds(line.amount_pence)}: {areas}"


def task_title(task: ClaimTask) -> str:
    """Whose week it is."""
    return f"{task.resident_name}, week from {short_date(task.week_start)}"


def money_words(task: ClaimTask) -> str:
    """What following the correction does to the money."""
    if task.difference_pence < 0:
        return f"{pounds(-task.difference_pence)} to give back"
    return f"{pounds(task.difference_pence)} to claim"


def days_words(row: AnswerRow) -> str:
    """``Sent on 24-Nov-2026, 15 days ago``."""
    if row.sent_on is None or row.days is None:
        return "Not sent yet"
    ago = "today" if row.days == 0 else f"{row.days} day{'' if row.days == 1 else 's'} ago"
    return f"Sent on {short_date(row.sent_on)}, {ago}"


def answer_words(row: AnswerRow) -> str:
    """The decision in words, with what the CCG writes and what came of it."""
    parts = [row.words.rstrip(".")]
    if row.days is not None:
        parts.append(days_words(row))
    if row.disposition:
        parts.append(f"The CCG writes: {row.disposition.rstrip('.')}")
    if row.again is not None:
        parts.append(f"Version {row.again} followed")
    return ". ".join(parts)
