"""The wire in words: how old things are, what a message's state means, and what one exchange did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.dates import date_time
from app.domain.messages import WAITING, Event, OutboxState
from app.ui.theme import Tone

if TYPE_CHECKING:
    from app.services.sync import Connection, OutboxRow, ParkedRow
    from app.sync.engine import SyncSummary

TROUBLE = frozenset({OutboxState.REFUSED, OutboxState.UNDELIVERED, OutboxState.QUARANTINED})
ANSWERED = frozenset({OutboxState.DECIDED, OutboxState.SUPERSEDED})
TONES = {
    OutboxState.QUEUED: Tone.CAUTION,
    OutboxState.SENDING: Tone.CAUTION,
    OutboxState.SENT: Tone.INFO,
    OutboxState.ACKNOWLEDGED: Tone.INFO,
    OutboxState.DECIDED: Tone.GOOD,
    OutboxState.SUPERSEDED: Tone.NEUTRAL,
    OutboxState.REFUSED: Tone.DANGER,
    OutboxState.UNDELIVERED: Tone.DANGER,
    OutboxState.QUARANTINED: Tone.WARNING,
}
_EVENTS = {
    Event.CLAIM: "Premium claims",
    Event.ALERT: "Alert",
    Event.RAPID_REFERRAL: "Rapid referral",
    Event.ASSESSMENT: "Assessment",
    Event.QUALITY_RETURN: "Quality return",
    Event.VACANCY_RETURN: "Vacancy return",
}
_NEXT = {
    OutboxState.QUEUED: "It leaves this laptop with the next sending.",
    OutboxState.SENDING: "Nobody knows yet whether it arrived. The same message is sent again with the next sending; "
    "the CCG counts it once.",
    OutboxState.SENT: "The network has it. The CCG has not said yet that it was received.",
    OutboxState.ACKNOWLEDGED: "The CCG has it.",
    OutboxState.DECIDED: "Nothing more is expected.",
    OutboxState.SUPERSEDED: "The CCG holds a later version, which counts instead. Nothing more is expected.",
    OutboxState.REFUSED: "The CCG's system could not take the message. Ring the CCG and ask what is wrong with it.",
    OutboxState.UNDELIVERED: "The network gave up: the CCG did not collect it. Ring the CCG, then send it again: "
    "it is the same message, and the CCG counts it once.",
    OutboxState.QUARANTINED: "It was set aside so that the others could go on. Nothing is lost, but it does not leave "
    "by itself: when what is wrong has been mended, send it again.",
}
_CLOCK_MATTERS = 300
"""Seconds of clock difference worth telling: MESH itself refuses two hours."""


def ago(then: datetime | None, now: datetime) -> str:
    """``16-Nov-2026 10:00, 7 days ago``; "Never" for None."""
    if then is None:
        return "Never"
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 1:
        age = "just now"
    elif minutes < 60:
        age = f"{_many(minutes, 'minute')} ago"
    elif minutes < 48 * 60:
        age = f"{_many(minutes // 60, 'hour')} ago"
    else:
        age = f"{_many(minutes // (24 * 60), 'day')} ago"
    return f"{date_time(then)}, {age}"


def kind_words(event: str) -> str:
    """What kind of message it is."""
    return _EVENTS[Event(event)]


def is_waiting(row: OutboxRow) -> bool:
    """Whether it has not left for good."""
    return row.state in WAITING


def in_trouble(row: OutboxRow) -> bool:
    """Whether somebody must look at it."""
    return row.state in TROUBLE


def can_go_again(row: OutboxRow) -> bool:
    """Whether a person may queue it again: it did not arrive, or was set aside."""
    return row.state in {OutboxState.UNDELIVERED, OutboxState.QUARANTINED}


def is_under_way(row: OutboxRow) -> bool:
    """Whether it was sent and an answer is still expected."""
    return row.state is OutboxState.SENT or (row.state is OutboxState.ACKNOWLEDGED and Event(row.event).has_decision)


def is_finished(row: OutboxRow) -> bool:
    """Whether nothing more is expected, and nothing is wrong."""
    return row.state in ANSWERED or (row.state is OutboxState.ACKNOWLEDGED and not Event(row.event).has_decision)


def when(at: datetime | None) -> str:
    """The instant, or a dash."""
    return "–" if at is None else date_time(at)


def story(row: OutboxRow) -> tuple[tuple[str, str], ...]:
    """What happened to the message in order: when, and what."""
    found = [(row.created_at, "Signed and put in the outbox")]
    if row.sent_at is not None:
        found.append((row.sent_at, f"Sent at the {_ordinal(row.attempts)} try" if row.attempts > 1 else "Sent"))
    if row.acknowledged_at is not None:
        found.append((row.acknowledged_at, "The CCG's system said that it received and understood it"))
    if row.decided_at is not None:
        found.append((row.decided_at, "The CCG answered"))
    return tuple((date_time(at), words) for at, words in sorted(found, key=lambda step: step[0]))


def next_words(row: OutboxRow) -> str:
    """What happens next, or what somebody must do."""
    words = _NEXT[row.state]
    if row.state is OutboxState.ACKNOWLEDGED:
        words += " Its decision is still to come." if Event(row.event).has_decision else " Nothing more is expected."
    if row.event == Event.ALERT and not is_finished(row):
        words += " Do not wait for it: telephone. The number stands beside the alert."
    return words


@dataclass(frozen=True, slots=True)
class Told:
    """What to say: how much it matters, one sentence, and a line for each thing that follows."""

    tone: Tone
    text: str
    lines: tuple[str, ...]


def connection_words(connection: Connection, now: datetime) -> Told:
    """How the home is connected and whether that works."""
    if connection.transport is None:
        lines = ("Messages wait on this laptop until the home is connected. Everything else works without.",)
        return Told(Tone.CAUTION, "Not connected", lines)
    lines = (connection.target,)
    if connection.last_error:
        failed = f"Last try {ago(connection.last_try, now)}: {connection.last_error}"
        return Told(Tone.WARNING, "Connected, but the last exchange failed", (*lines, failed))
    if connection.last_exchange is None:
        return Told(Tone.INFO, "Connected, not tried yet", lines)
    return Told(Tone.GOOD, "Connected", lines)


def trouble_line(rows: Sequence[OutboxRow], parked: Sequence[ParkedRow]) -> str:
    """How much somebody must look at: messages that did not get through, and arrivals that were set aside."""
    parts = []
    if stuck := sum(map(in_trouble, rows)):
        parts.append(f"{_many(stuck, 'message')} in trouble")
    if parked:
        parts.append(f"{_many(len(parked), 'arrival')} set aside")
    return (
        f"{', '.join(parts)}: somebody must look at {_it_or_them(stuck + len(parked))}."
        if parts
        else "None in trouble."
    )


def waiting_words(connection: Connection, now: datetime) -> str:
    """How much waits, and since when."""
    if not connection.waiting:
        return "Nothing is waiting to be sent."
    words = f"{_many(connection.waiting, 'message')} waiting. "
    words += f"The oldest since {ago(connection.oldest_waiting, now)}."
    return words + (" That is more than 24 hours." if connection.late else "")


def summary_words(summary: SyncSummary, *, stopped: bool) -> Told:
    """What one exchange did, never more than it did: what was sent, what came back, what waits, what went wrong."""
    lines = []
    for number, words in (
        (summary.acknowledged, "received by the CCG"),
        (summary.decided, "answered by the CCG"),
        (summary.refused, "refused by the CCG's system"),
        (summary.undelivered, "not delivered"),
        (summary.quarantined, "set aside: could not be sent"),
    ):
        if number:
            lines.append(f"{_many(number, 'message')} {words}")
    if summary.parked:
        lines.append(
            f"{_many(summary.parked, 'answer')} could not be matched to a message and was kept to be looked at"
        )
    if summary.waiting:
        lines.append(f"{_many(summary.waiting, 'message')} still waiting")
    lines += summary.trouble
    if summary.faults:
        lines.append("The program failed on a message. A report without any resident's details was written")
    skew = summary.clock_skew_seconds or 0
    if abs(skew) >= _CLOCK_MATTERS:
        side = "ahead of" if skew > 0 else "behind"
        lines.append(f"This laptop's clock is {_many(abs(skew) // 60, 'minute')} {side} the network's. Set it right")
    return Told(_summary_tone(summary, stopped=stopped), _summary_text(summary, stopped=stopped), tuple(lines))


def _summary_text(summary: SyncSummary, *, stopped: bool) -> str:
    sent = f"{_many(summary.sent, 'message')} sent" if summary.sent else "Nothing was sent"
    if stopped:
        return f"Stopped. {sent}"
    if summary.failed:
        return f"{sent}, and not everything went well"
    if summary.waiting:
        return f"{sent}; {summary.waiting} still waiting"
    if not summary.sent and not (summary.acknowledged or summary.decided or summary.parked):
        return "Nothing was waiting, and no answer had arrived"
    return f"{sent}. Nothing is waiting" if summary.sent else "Answers arrived. Nothing was waiting"


def _summary_tone(summary: SyncSummary, *, stopped: bool) -> Tone:
    if summary.failed:
        return Tone.WARNING if summary.sent or summary.acknowledged or summary.decided else Tone.DANGER
    return Tone.CAUTION if stopped or summary.waiting or summary.parked else Tone.GOOD


def progress_words(left: int, before: int) -> str:
    """How many of those that waited have left, from the rows themselves."""
    if not before:
        return "Looking for answers…"
    return f"Sending and looking for answers: {max(0, before - left)} of {before} have left this laptop"


def tally(rows: Sequence[OutboxRow]) -> int:
    """How many wait."""
    return sum(map(is_waiting, rows))


def _it_or_them(number: int) -> str:
    return "it" if number == 1 else "them"


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
