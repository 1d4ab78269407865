"""The last 72 hours for page 2 of the pack: what happened, the fall, drinking, bowels, pain, and who was rung."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from app.domain import transfer
from app.domain.dates import clock_time, date_time, parse_instant
from app.domain.falls import INJURIES, WITNESS
from app.domain.instruments.outcome import Severity
from app.domain.journeys import StepKind
from app.domain.observation_board import day_begins
from app.domain.observations import Reading
from app.domain.transfer import NONE_KNOWN, NOT_KNOWN, NOT_RECORDED, Said, Silence, said
from app.services.pack_record import LAST_DAYS, FallHeld, Held
from app.services.pack_words import first_said, state_of
from app.services.timeline import Entry

_MOST = 12
_LOUD = (Severity.EMERGENCY, Severity.URGENT, Severity.ATTENTION)
_TELLING = {"fall": 0, "wound": 0, "alert": 1, "note": 3}


def situation(
    held: Held, reason: transfer.TransferReason, told_today: transfer.Today, flags: transfer.Flags
) -> transfer.SituationDetail:
    """Page 2. What was answered today stands before what was measured."""
    first = held.now - LAST_DAYS
    recent = {kind: [r for r in found if first <= r.at <= held.now] for kind, found in held.readings.items()}
    return transfer.SituationDetail(
        timeline=said(_timeline(held.happened)),
        fall=_fall(held, flags),
        fluid_intake=first_said(told_today.fluid_intake, _drunk(recent["fluid_in_ml"], held.now)),
        last_bowel=first_said(told_today.last_bowel, _stool(recent["bowel_type"])),
        last_urine=first_said(told_today.last_urine, _urine(recent["fluid_out_ml"])),
        pain=first_said(told_today.pain, _pain(held, recent["pain_nrs"])),
        mrsa=state_of(held.known, "mrsa"),
        c_diff=state_of(held.known, "c_diff"),
        diarrhoea_vomiting=told_today.diarrhoea_vomiting,
        outbreak_in_home=told_today.outbreak_in_home,
        recent_contacts=_contacts(held, reason, first),
        recent_results=_results(told_today, recent["glucose_mmol"]),
    )


def _timeline(happened: Sequence[Entry]) -> tuple[transfer.TimelineEntry, ...]:
    """The most telling dozen, newest first: falls and wounds, alerts, results that speak, then notes."""
    telling = [entry for entry in happened if entry.kind in _TELLING or entry.severity in _LOUD]
    telling.sort(key=lambda entry: entry.at, reverse=True)
    telling.sort(key=lambda entry: _TELLING.get(entry.kind, 2))
    chosen = sorted(telling[:_MOST], key=lambda entry: entry.at, reverse=True)
    return tuple(
        transfer.TimelineEntry(entry.at, f"{entry.title}. {entry.detail}".strip().rstrip(".")) for entry in chosen
    )


def _fall(held: Held, flags: transfer.Flags) -> Said[transfer.Fall]:
    """The last fall of the 72 hours. Without one in the register nothing is said: it is no promise that there was
    none."""
    newest = next((each for each in held.falls if each.fall.at >= held.now - LAST_DAYS), None)
    if newest is None:
        return NOT_RECORDED
    return transfer.Fall(
        found_at=newest.fall.at,
        lie_minutes=_lay(newest),
        head_injury=_head(newest),
        anticoagulated=_thinned(newest, flags),
        note=_told_of(newest),
    )


def _lay(held: FallHeld) -> Said[int]:
    minutes = held.check.answers.get("minutes_on_floor") if held.check else None
    if minutes is None and held.record is not None:
        minutes = held.record.outcome.parts.get("minutes_unseen")
    return int(minutes) if isinstance(minutes, int | Decimal | str) and str(minutes).isdecimal() else NOT_RECORDED


def _head(held: FallHeld) -> Said[bool]:
    """Yes when it was struck or hurt, no when somebody said that it was not; possible is "not known"."""
    struck = held.record.answers.get("head_struck") if held.record else None
    if struck == "yes" or any(each.site.startswith(("head", "face")) for each in held.fall.injuries):
        return True
    return NOT_KNOWN if held.fall.head else False


def _thinned(held: FallHeld, flags: transfer.Flags) -> Said[bool]:
    if flags.anticoagulated.state is True:
        return True
    answers = (
        held.check.answers.get("on_anticoagulant_or_antiplatelet") if held.check else None,
        held.record.answers.get("on_blood_thinner") if held.record else None,
    )
    return next((each for each in answers if isinstance(each, bool)), flags.anticoagulated.state)


def _told_of(held: FallHeld) -> str:
    fall = held.fall
    hurt = sorted({f"{INJURIES[each.kind]}: {each.words.partition(':')[0].lower()}" for each in fall.injuries})
    parts = [
        fall.where,
        WITNESS.get(fall.witness, ""),
        ", ".join(hurt) if hurt else ("No injury seen" if fall.no_injury else "Injuries not recorded"),
        "Head injury possible: nobody saw the fall, or it is not known" if _head(held) is NOT_KNOWN else "",
        held.check.row.band_label if held.check else "",
    ]
    return ". ".join(part for part in parts if part)


def _drunk(taken: Sequence[Reading], now: datetime) -> Said[str]:
    """Since the day of the chart began, and the day before to compare with."""
    begins = day_begins(now)
    before = [r for r in taken if day_begins(r.at) < begins and (begins - day_begins(r.at)).days <= 1]
    today = [r for r in taken if r.at >= begins]
    if not today and not before:
        return NOT_RECORDED
    last = f", last at {clock_time(today[0].at)}" if today else ""
    entries = f"{len(today)} entr{'y' if len(today) == 1 else 'ies'}"
    now_words = f"{_ml(today)} today ({entries}{last})" if today else "Nothing recorded today"
    return f"{now_words}; {_ml(before)} the day before" if before else now_words


def _ml(readings: Sequence[Reading]) -> str:
    return f"{sum((r.value for r in readings if r.value is not None), Decimal(0)):,f} ml"


def _stool(found: Sequence[Reading]) -> Said[str]:
    if not found:
        return NOT_RECORDED
    newest = found[0]
    words = (
        f"{date_time(newest.at)}, Bristol type {newest.value:f}" if newest.value is not None else date_time(newest.at)
    )
    return f"{words}, {newest.detail}" if newest.detail else words


def _urine(found: Sequence[Reading]) -> Said[str]:
    if not found:
        return NOT_RECORDED
    newest = found[0]
    much = f", {newest.value:,f} ml" if newest.value is not None else ""
    return f"{date_time(newest.at)}{much}"


def _pain(held: Held, found: Sequence[Reading]) -> Said[str]:
    """The newest of what the resident said and what was seen, within the 72 hours."""
    first = held.now - LAST_DAYS
    said_of_it = [(r.at, f"{r.value:f} of 10") for r in found if r.value is not None]
    for code in ("abbey", "painad"):
        seen = held.latest.get(code)
        if seen is not None and seen.row.at >= first:
            said_of_it.append((seen.row.at, f"{seen.row.short} {seen.row.score} ({seen.row.band_label})"))
    if not said_of_it:
        return NOT_RECORDED
    at, words = max(said_of_it)
    return f"{words}, {date_time(at)}"


def _contacts(held: Held, reason: transfer.TransferReason, first: datetime) -> Said[tuple[str, ...]]:
    """Who was rung: today as told, then about alerts and the fall, then the journeys of the last fortnight."""
    calls = [
        f"{call.who}, {date_time(call.at)}" if isinstance(call.at, datetime) else call.who
        for call in (reason.called if isinstance(reason.called, tuple) else ())
    ]
    rung = [(body.called_at, f"{body.spoke_to}: {body.title}") for body in held.called if body.called_at is not None]
    rung += [(at, "GP told of the fall") for at in _gp_told(held, first)]
    rung += [
        (step.at, f"999 called: {journey.why}".rstrip(": "))
        for journey in held.journeys
        if journey.ending is not None
        for step in journey.all(StepKind.CALLED)
    ]
    calls += [f"{words}, {date_time(at)}" for at, words in sorted(rung, reverse=True)]
    if calls:
        return tuple(calls)
    return NONE_KNOWN if reason.called is NONE_KNOWN else NOT_RECORDED


def _gp_told(held: Held, first: datetime) -> list[datetime]:
    found = []
    for each in held.falls:
        at = each.record.answers.get("gp_told_at") if each.record else None
        when = parse_instant(at) if isinstance(at, str) and at else at
        if isinstance(when, datetime) and when >= first:
            found.append(when)
    return found


def _results(told_today: transfer.Today, glucose: Sequence[Reading]) -> Said[tuple[str, ...]]:
    newest = next((r for r in glucose if r.value is not None), None)
    measured = f"Blood glucose {newest.value:f} mmol/L, {date_time(newest.at)}" if newest else NOT_RECORDED
    found = tuple(each for each in (told_today.recent_results, measured) if isinstance(each, str))
    silence = told_today.recent_results
    return found or (silence if isinstance(silence, Silence) else NOT_RECORDED)
