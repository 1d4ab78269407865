"""From the record to a pack: what is held about a resident, put under the pack's headings.

Only what the record holds is filled in, and over it what was answered today. Everything else keeps the silence that the
pack prints as "Not recorded" or "Not known"; nothing is guessed from something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from app.domain import people, transfer
from app.domain.charts.body import View
from app.domain.dates import to_local
from app.domain.instruments import registry
from app.domain.instruments.outcome import Outcome
from app.domain.key_facts import TOPICS
from app.domain.people import FactKind, ResidentDetails
from app.domain.transfer import NONE_KNOWN, NOT_KNOWN, NOT_RECORDED, Said, is_said, said
from app.domain.wounds import CAUSES
from app.services import pack_care, pack_law
from app.services.assessments import Assessment, AssessmentRow
from app.services.pack_record import Held
from app.services.pack_situation import situation
from app.services.pack_words import (
    attorney,
    bodies,
    day_of,
    first_said,
    joined,
    listed,
    name_and_phone,
    told_by,
    word_of,
)
from app.services.wounds import WoundRow

_LOWER_IS_WORSE = frozenset({"wound_area_reduction", "barthel", "amt10", "who5", "braden_total"})
_NO_RESULTS = frozenset({
    "about_me", "abc_chart", "engagement_log", "fall_record", "preferred_place", "respect_summary", "sbard",
})  # fmt: skip
"""Records of what is so, not results: each has its own place in the pack."""
_ABOUT_ME_DAYS = 365
_STOPPED_DAYS = 14
_STILL_NOW = timedelta(days=1)
_TIME_CRITICAL = "Time-critical"


def pack_content(
    held: Held,
    reason: transfer.TransferReason,
    observed: Outcome | None,
    told_today: transfer.Today,
    completed_by: transfer.Signature,
) -> transfer.PackContent:
    """Everything the record says, with the answers given when the ambulance was called."""
    today = to_local(held.now).date()
    details, known, latest = held.details, held.known, held.latest
    medicines = _medicines(held, reason, told_today, today)
    told = told_by(latest.get("about_me"))
    recent = _recent(latest.get("news2"), held.now)
    flags = pack_care.flags(held, medicines, reason)
    return transfer.PackContent(
        identity=_identity(details, told, held.photo),
        reason=reason,
        allergies=_allergies(bodies(held, people.Allergy)),
        cpr=pack_law.cpr(held, told_today, today),
        observations=_now(reason, observed, held.now)
        if observed
        else (_signed_set(recent) if recent else NOT_RECORDED),
        usual_observations=_signed_set(held.usual) if held.usual else NOT_RECORDED,
        new_confusion=_new_confusion(told_today, reason.observations or (recent.answers if recent else {})),
        usual_cognition=pack_care.cognition(held),
        time_critical=_time_critical(held, medicines, reason, today),
        flags=flags,
        diet_texture=pack_care.diet(held, told),
        communication=pack_care.communication(held, told),
        mobility=pack_care.mobility(held, told, told_today),
        can_return=first_said(told_today.can_return, word_of(known, "can_return")),
        home=transfer.HomeContact(said(held.home.name), said(held.home.phone), said(held.home.email)),
        gp=transfer.Gp(said(details.gp_name), said(details.gp_phone), said(details.gp_code)),
        contacts=_contacts(bodies(held, people.Contact), told_today),
        completed_by=completed_by,
        second_checker=_second(told_today, completed_by.at),
        detail=situation(held, reason, told_today, flags),
        baseline=pack_care.baseline(held, told, told_today),
        diagnoses=said(tuple(transfer.Diagnosis(d.text, said(d.since)) for d in bodies(held, people.Diagnosis))),
        operations=listed(word_of(known, "operations")),
        devices=listed(word_of(known, "devices")),
        assessments=said(tuple(_assessment(a.row) for code, a in latest.items() if code not in _NO_RESULTS)),
        frailty=pack_care.frailty(latest),
        alerts=tuple(f"{a.title} ({day_of(a.raised_at)})" for a in held.alerts if a.standing) or NONE_KNOWN,
        medicines=medicines,
        stopped_medicines=_stopped(held.facts[FactKind.MEDICINE], today),
        covert_or_crushed=word_of(known, "covert_or_crushed"),
        mar_sheets=told_today.mar_sheets,
        wounds=_wounds(held.wounds, latest.get("pressure_ulcer_category")),
        skin=pack_care.skin_risk(held),
        legal=pack_law.legal(held, told_today),
        about_me=_about_me(latest.get("about_me"), today),
        professionals=_professionals(held),
        funding=_funding(held, today),
        locality=_locality(held),
        bag_items=told_today.items or _packed(held),
        same_name=held.same_name,
    )


def _identity(details: ResidentDetails, told: Mapping[str, object], photo: bytes | None) -> transfer.Identity:
    return transfer.Identity(
        family_name=details.family_name,
        given_name=details.given_name,
        title=details.title,
        preferred_name=said(details.preferred_name or _text(told.get("preferred_name"))),
        date_of_birth=details.date_of_birth,
        nhs_number=details.nhs_number or NOT_KNOWN,
        nhs_number_absent_reason=details.nhs_number_absent_reason,
        sex=NOT_KNOWN if details.gender is people.Gender.UNKNOWN else people.GENDER_LABELS[details.gender],
        room=said(details.room),
        photo=photo,
    )


def _allergies(recorded: Sequence[people.Allergy]) -> Said[tuple[transfer.Allergy, ...]]:
    found = tuple(transfer.Allergy(a.substance, said(a.reaction)) for a in recorded if not a.none_known)
    if found:
        return found
    return NONE_KNOWN if any(a.none_known for a in recorded) else NOT_KNOWN


def _observations(
    answers: Mapping[str, object], outcome: Outcome, at: Said[datetime], by: Said[str] = NOT_RECORDED
) -> transfer.Observations:
    points = {key: int(value) for key, value in outcome.parts.items() if isinstance(value, int)}
    total = int(outcome.score) if outcome.score is not None else None
    return transfer.Observations(
        measured_at=at,
        resp_rate=_whole(answers.get("resp_rate")),
        spo2=_whole(answers.get("spo2")),
        spo2_scale=_whole(answers.get("spo2_scale")),
        on_oxygen=_yes_no(answers.get("on_oxygen")),
        systolic=_whole(answers.get("systolic")),
        pulse=_whole(answers.get("pulse")),
        consciousness=said(_text(answers.get("consciousness"))),
        temp_c=_decimal(answers.get("temp_c")),
        points=points,
        total=total,
        at_least=sum(points.values()) if "at_least" in outcome.flags else None,
        band=registry.band_label("news2", outcome.band),
        status="" if outcome.complete else f"missing: {', '.join(m.replace('_', ' ') for m in outcome.missing)}",
        measured_by=by,
    )


def _now(reason: transfer.TransferReason, outcome: Outcome, now: datetime) -> transfer.Observations:
    """Today's set, at the time it was measured; without one it was measured as the pack was made."""
    at = now if reason.observed_at is NOT_RECORDED else reason.observed_at
    return _observations(reason.observations, outcome, at)


def _recent(news2: Assessment | None, now: datetime) -> Assessment | None:
    """The set signed within the last day: what stands under "now" when nothing was typed, with its own time."""
    return news2 if news2 is not None and now - news2.row.at <= _STILL_NOW else None


def _signed_set(news2: Assessment) -> transfer.Observations:
    return _observations(news2.answers, news2.outcome, news2.row.at, news2.row.signed_by)


def _new_confusion(told_today: transfer.Today, answers: Mapping[str, object]) -> Said[bool]:
    if is_said(told_today.new_confusion):
        return told_today.new_confusion
    level = answers.get("consciousness")
    return NOT_KNOWN if level not in ("A", "C") else level == "C"


def _still_given(medicine: people.Medicine, today: date) -> bool:
    return medicine.taken_on(today)


def _medicines(
    held: Held, reason: transfer.TransferReason, told_today: transfer.Today, today: date
) -> Said[tuple[transfer.Medicine, ...]]:
    given = {dose.medicine.casefold(): dose.given_at for dose in reason.last_doses}
    stock = {name.casefold(): sent for name, sent in told_today.stock_sent.items()}
    current = tuple(
        transfer.Medicine(
            m.name,
            route=said(m.route),
            frequency=said(m.directions),
            indication=said(m.indication),
            last_given=given.get(m.name.casefold(), NOT_RECORDED),
            stock_sent=said(stock.get(m.name.casefold())),
            as_needed=m.when_needed,
        )
        for m in bodies(held, people.Medicine)
        if _still_given(m, today)
    )
    return said(current)


def _time_critical(
    held: Held, medicines: Said[tuple[transfer.Medicine, ...]], reason: transfer.TransferReason, today: date
) -> Said[tuple[transfer.LastDose, ...]]:
    """What a known name or the MAR sheet (the tick on the medicine) calls time-critical, with the last dose."""
    found = transfer.time_critical_doses(medicines, reason.last_doses)
    doses = found if isinstance(found, tuple) else ()
    there = {dose.medicine for dose in doses}
    ticked = {m.name for m in bodies(held, people.Medicine) if m.time_critical and _still_given(m, today)}
    # A dose told today of a medicine that no list of names knows keeps its time; the tick gives it its reason.
    named = [replace(d, kind=_TIME_CRITICAL) if d.medicine in ticked and not d.kind else d for d in doses]
    named += [
        transfer.LastDose(m.name, m.last_given, _TIME_CRITICAL)
        for m in (medicines if isinstance(medicines, tuple) else ())
        if m.name in ticked and m.name not in there
    ]
    named.sort(key=lambda dose: not dose.kind)
    return tuple(named) or found


def _stopped(facts: Sequence[people.Fact], today: date) -> Said[tuple[transfer.StoppedMedicine, ...]]:
    return said(
        tuple(
            transfer.StoppedMedicine(fact.body.name, fact.body.stopped, said(fact.reason))
            for fact in facts
            if isinstance(fact.body, people.Medicine)
            and fact.body.stopped is not None
            and not fact.body.taken_on(today)
            and (today - fact.body.stopped).days <= _STOPPED_DAYS
        )
    )


def _contacts(recorded: Sequence[people.Contact], told_today: transfer.Today) -> Said[tuple[transfer.Contact, ...]]:
    """The one to ring first at the top; whether and when today's call to that one was made."""
    as_recorded = tuple(reversed(recorded))
    ordered = sorted(as_recorded, key=lambda contact: not contact.main)
    told = (
        told_today.contact_told_at if is_said(told_today.contact_told_at) else NOT_KNOWN,
        *(NOT_KNOWN,) * len(ordered),
    )
    return said(
        tuple(
            transfer.Contact(each.name, said(each.relation), said(each.phone), when)
            for each, when in zip(ordered, told, strict=False)
        )
    )


def _second(told_today: transfer.Today, at: Said[datetime]) -> transfer.Signature | None:
    if not told_today.second_checker.strip():
        return None
    return transfer.Signature(told_today.second_checker.strip(), said(told_today.second_checker_role), at)


def _packed(held: Held) -> tuple[transfer.BagItem, ...]:
    """What the journey that goes on says is in the bag."""
    going = next((each for each in held.journeys if each.ending is None), None)
    return tuple(
        transfer.BagItem(item.name, item.out > 0, item.out, item.out_note) for item in (going.items if going else ())
    )


def _assessment(row: AssessmentRow) -> transfer.AssessmentRow:
    return transfer.AssessmentRow(
        row.short,
        to_local(row.at).date(),
        row.score or "No score",
        said(row.band_label),
        row.signed_by,
        _trend(row),
    )


def _trend(row: AssessmentRow) -> Said[transfer.Trend]:
    if not row.trend:
        return transfer.Trend.FIRST
    if row.trend == "same":
        return transfer.Trend.SAME
    worse = "down" if row.instrument in _LOWER_IS_WORSE else "up"
    return transfer.Trend.WORSE if row.trend == worse else transfer.Trend.BETTER


def _wounds(rows: Sequence[WoundRow], category: Assessment | None) -> Said[tuple[transfer.Wound, ...]]:
    """Every open wound. Without one, what a category says that is of no recorded wound; "no wounds" only when those
    that there were have closed."""
    known = [row for row in rows if not row.in_error]
    if still := [row for row in known if row.open]:
        return tuple(map(_wound, still))
    if category is None or category.row.about:
        return NONE_KNOWN if known else NOT_RECORDED
    if category.row.band == "not_a_pressure_ulcer":
        return NONE_KNOWN
    return (transfer.Wound("Site not recorded", kind="Pressure ulcer", category=category.row.band_label),)


def _wound(row: WoundRow) -> transfer.Wound:
    newest, wound = row.reviews[0] if row.reviews else None, row.wound
    dressing = _text(newest.answers.get("dressing")) if newest else ""
    kind = f"{CAUSES[wound.cause]}: {wound.words}" if wound.words else CAUSES[wound.cause]
    return transfer.Wound(
        wound.where,
        kind=kind,
        category=row.category.words if row.category else said(row.classified[0].words if row.classified else ""),
        size=said(row.measures[-1].size if row.measures else ""),
        dressing=said(dressing),
        last_change=to_local(newest.row.at).date() if newest and dressing else NOT_RECORDED,
        photo_on=to_local(row.photos[0].taken_at).date() if row.photos else NOT_RECORDED,
        place=transfer.BodyPlace(wound.view is View.BACK, _across(wound.x), round(wound.y * 100)),
    )


def _across(x: Decimal) -> int:
    """Per cent across the pack's figure of a point of the body map, whose box has more room beside the hands."""
    return round(50 + (x - Decimal("0.5")) * 74)


_ABOUT_ME = {
    "most_important": ("what_matters",),
    "people": ("knows_me_best",),
    "communicate": ("communication",),
    "wellness": ("mobility", "sleep"),
    "do_and_do_not": ("worries_and_comfort",),
    "support": ("routines", "personal_care", "eating_drinking", "medicines"),
    "also": ("life_so_far", "hobbies", "lives_where", "other_notes"),
    "written_with": ("helped_by",),
}
"""Under which of the pack's headings each of About me's own goes."""


def _about_me(about: Assessment | None, today: date) -> transfer.AboutMe:
    """The resident's own words; left out when they do not agree to share them."""
    told = told_by(about)
    if about is None or not told:
        return transfer.AboutMe()
    on = to_local(about.row.at).date()
    texts: dict[str, Said[str]] = {
        heading: said(". ".join(_present(told, keys))) for heading, keys in _ABOUT_ME.items()
    }
    if (today - on).days > _ABOUT_ME_DAYS:
        texts["also"] = f"{texts['also'] if isinstance(texts['also'], str) else ''} (over a year old)".strip()
    return transfer.AboutMe(updated_on=on, **texts)


def _present(answers: Mapping[str, object], keys: Iterable[str]) -> list[str]:
    return [text.rstrip(". ") for key in keys if (text := _text(answers.get(key)))]


def _professionals(held: Held) -> Said[tuple[transfer.Contact, ...]]:
    found = []
    for topic in TOPICS:
        words = word_of(held.known, topic.code) if topic.field == "professionals" else NOT_RECORDED
        if isinstance(words, str):
            name, phone = name_and_phone(words)
            found.append(transfer.Contact(name, topic.label, said(phone), NOT_KNOWN))
    lpa = word_of(held.known, "lpa_health")
    if isinstance(lpa, str) and not any(attorney(each) for each in bodies(held, people.Contact)):
        name, phone = name_and_phone(lpa)
        found.append(transfer.Contact(name, "Attorney (LPA)", said(phone), NOT_KNOWN))
    if held.manager:
        found.append(transfer.Contact(held.manager, "Home manager", said(held.home.phone), NOT_KNOWN))
    return said(tuple(found))


def _funding(held: Held, today: date) -> Said[str]:
    if any(p.since <= today and (p.until is None or today <= p.until) for p in bodies(held, people.ChcPeriod)):
        return "NHS Continuing Healthcare"
    return word_of(held.known, "funding")


def _locality(held: Held) -> Said[str]:
    return joined(word_of(held.known, "matron"), said(held.home.locality))


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _whole(value: object) -> Said[int]:
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return int(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else NOT_RECORDED


def _decimal(value: object) -> Said[Decimal]:
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else NOT_RECORDED


def _yes_no(value: object) -> Said[bool]:
    return value if isinstance(value, bool) else NOT_RECORDED
