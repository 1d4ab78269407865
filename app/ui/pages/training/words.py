"""Training in words: what is at risk, what would close a gap, what somebody's leaving costs, a shift."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from app.domain.dates import clock_time, date_time, day_date, short_date, to_local
from app.domain.home_facts import Duty, Training
from app.domain.money import pounds
from app.domain.needs import pathway_label
from app.domain.training import COURSE_LABELS, PER_CENT, TESTED, Share, hours_words

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.premium import AtRisk
    from app.services.training import GapRow, LeaverEffect, RegisterRow


def at_risk_words(risk: AtRisk) -> str:
    """``Wound: 6 residents, £420.00 a week at risk from 14-Nov-2026. Fay Fernleaf leaves``."""
    who = " and ".join(risk.champions)
    many = len(risk.champions) > 1
    if risk.leaves:
        why = f"{who} {'leave' if many else 'leaves'}"
    else:
        why = f"{'the certificates of' if many else 'the certificate of'} {who} {'end' if many else 'ends'}"
    money = f"{pounds(risk.pence_per_week)} a week at risk from {short_date(risk.from_date)}"
    return f"{pathway_label(risk.pathway)}: {_residents(risk.residents)}, {money}: {why}"


def gap_course(row: GapRow) -> str:
    """``Wound``, or ``Wound and Falls and fragility, both`` where only the two together win."""
    names = [pathway_label(pathway) for pathway in row.closing.pathways]
    return names[0] if len(names) == 1 else f"{' with '.join(names)}: both together"


def gap_wins(row: GapRow) -> str:
    """``£420.00 a week (6 residents)``."""
    return f"{pounds(row.closing.pence_per_week)} a week ({_residents(len(row.closing.resident_ids))})"


def gap_when(row: GapRow) -> str:
    """From when the champion is needed."""
    on = row.closing.from_date
    return f"In post by {short_date(on)}" if on else "Missing now"


def gap_who(row: GapRow) -> str:
    """Who could be trained, as suggestions."""
    return ", ".join(row.candidates) or "Nobody in post who has not left by then"


def effect_lines(effect: LeaverEffect, *, done: str) -> list[str]:
    """What is lost, a sentence each, what matters with a sign in front; ``done`` is what is about to be recorded, as in
    "once the leaving is recorded".
    """
    lines = []
    found = effect.effect
    if found.resident_ids:
        listed = "; ".join(effect.names)
        lines.append(
            f"⚠ {_residents(len(found.resident_ids))}, {pounds(found.pence_per_week)} a week, could be claimed for no "
            f"more: {listed}."
        )
    else:
        lines.append("No resident's premium is lost by it, as last week's claims stand.")
    if effect.open_residents:
        lines.append(
            f"⚠ The week of {day_date(effect.open_week)} is not claimed yet: {_residents(effect.open_residents)}, "
            f"{pounds(effect.open_pence)}, could not be claimed for any more once {done}. Submit that week first."
        )
    lines += [line for before, after in effect.shares if (line := _share_line(before, after))]
    if effect.shifts:
        own = "1 shift of the rota is" if effect.shifts == 1 else f"{effect.shifts} shifts of the rota are"
        alone = (
            f": in {hours_words(effect.lift_minutes)} of them nobody else on duty is trained to lift (criterion 3)"
            if effect.lift_minutes
            else ""
        )
        lines.append(f"{'⚠ ' if alone else ''}{own} theirs in the four weeks after{alone}.")
    return lines


def _share_line(before: Share, after: Share) -> str:
    course = COURSE_LABELS[before.course].lower()
    counted = f"{after.trained} of {after.in_post} trained"
    if after.met:
        return ""
    if before.met:
        return (
            f"⚠ Criterion {TESTED[before.course]} of the accreditation fails: {course}, {counted}, below {PER_CENT} %."
        )
    return f"Criterion {TESTED[before.course]} stays below {PER_CENT} %: {course}, {counted}."


def course_words(training: Training) -> str:
    """``Lifting equipment``, or the course's own title."""
    if training.title:
        return training.title
    return COURSE_LABELS[training.course]


def duty_words(duty: Duty) -> str:
    """``Mon 23-Nov-2026 08:00 to 20:00``; an end on another day is said with its day."""
    since, until = to_local(duty.since), to_local(duty.until)
    end = clock_time(duty.until) if since.date() == until.date() else f"{day_date(until.date())} {until:%H:%M}"
    return f"{day_date(since.date())} {since:%H:%M} to {end}"


def certificate_words(row: RegisterRow) -> str:
    """Provider, number and dates of a certificate."""
    ends = f"to {short_date(row.expires_on)}" if row.expires_on else "no end"
    parts = [part for part in (row.provider, row.certificate_no) if part]
    return f"{', '.join(parts) or 'Provider not recorded'}: {short_date(row.trained_on)} {ends}"


def post_words(row: RegisterRow) -> str:
    """When the person is in post here."""
    since = short_date(to_local(row.since).date()) if row.since else "start not recorded"
    return f"{since} to {_end(row.left)}" if row.left else f"From {since}"


def register_state(row: RegisterRow, now: datetime) -> str:
    """Whether the post holds, and until when."""
    if row.holds:
        return f"Holds, until {_end(row.until)}" if row.until else "Holds, no end set"
    if row.until is not None and row.until <= now:
        return f"Ended {_end(row.until)}"
    return "Does not hold yet"


def _end(instant: datetime | None) -> str:
    """An end at midnight is said as the last day."""
    if instant is None:
        return "no end set"
    local = to_local(instant)
    if (local.hour, local.minute) == (0, 0):
        return short_date(local.date() - timedelta(days=1))
    return date_time(instant)


def _residents(number: int) -> str:
    return "1 resident" if number == 1 else f"{number} residents"
