"""From the record to a pack: what is held about a resident, put under the pack's headings.

Only what the record holds is filled in. Everything else keeps the silence that the pack prints as "Not recorded" or
"Not known"; nothing is guessed from something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from app.domain import people, transfer
from app.domain.charts.body import View
from app.domain.dates import short_date, to_local
from app.domain.instruments import registry
from app.domain.instruments.outcome import Outcome
from app.domain.people import FactKind, Home, ResidentDetails
from app.domain.transfer import NONE_KNOWN, NOT_KNOWN, NOT_RECORDED, Said, said, said_text
from app.domain.wounds import CAUSES
from app.services.alerts import AlertRow
from app.services.assessments import Assessment, AssessmentRow
from app.services.wounds import WoundRow

B = TypeVar("B", bound=people.FactBody)
_LOWER_IS_WORSE = frozenset({"wound_area_reduction"})
_ABOUT_ME_DAYS = 365
_STILL_NOW = timedelta(days=1)


def pack_content(
    details: ResidentDetails,
    facts: Mapping[FactKind, Sequence[people.Fact]],
    latest: Mapping[str, Assessment],
    wounds: Sequence[WoundRow],
    usual: Assessment | None,
    alerts: Sequence[AlertRow],
    reason: transfer.TransferReason,
    observed: Outcome | None,
    home: Home,
    told_today: transfer.Today,  # noqa: ARG001
    completed_by: transfer.Signature,
    now: datetime,
) -> transfer.PackContent:
    """Everything the record says, with the answers given when the ambulance was called."""
    today = to_local(now).date()
    medicines = _medicines(_bodies(facts, people.Medicine), reason)
    told = _shared(latest.get("about_me"))
    recent = _recent(latest.get("news2"), now)
    return transfer.PackContent(
        identity=_identity(details),
        reason=reason,
        allergies=_allergies(_bodies(facts, people.Allergy)),
        cpr=_cpr(_bodies(facts, people.CprDecision), today),
        observations=_now(reason, observed, now) if observed else (_signed_set(recent) if recent else NOT_RECORDED),
        usual_observations=_signed_set(usual) if usual else NOT_RECORDED,
        new_confusion=_new_confusion(reason.observations or (recent.answers if recent else {})),
        time_critical=transfer.time_critical_doses(medicines, reason.last_doses),
        flags=_flags(facts, medicines, reason),
        diet_texture=said_text(_text(told.get("eating_drinking"))),
        communication=transfer.Communication(how=said_text(_text(told.get("communication")))),
        mobility=transfer.Mobility(
            usual=said_text(_text(told.get("mobility"))), falls_risk=_falls(latest.get("falls_multifactorial"))
        ),
        home=transfer.HomeContact(said(home.name), said(home.phone), said(home.email)),
        gp=transfer.Gp(said(details.gp_name), said(details.gp_phone), said(details.gp_code)),
        contacts=_contacts(_bodies(facts, people.Contact)),
        completed_by=completed_by,
        baseline=_baseline(told, latest.get("must")),
        diagnoses=said(tuple(transfer.Diagnosis(d.text, said(d.since)) for d in _bodies(facts, people.Diagnosis))),
        assessments=said(tuple(_assessment(a.row) for a in latest.values())),
        alerts=tuple(f"{a.title} ({short_date(to_local(a.raised_at).date())})" for a in alerts if a.standing)
        or NONE_KNOWN,
        medicines=medicines,
        stopped_medicines=_stopped(_bodies(facts, people.Medicine), today),
        wounds=_wounds(wounds, latest.get("pressure_ulcer_category")),
        skin=_skin(latest.get("waterlow")),
        legal=transfer.LegalAndWishes(consent_to_share=_consent(details.consent_sharing)),
        about_me=_about_me(latest.get("about_me"), today),
        funding=_funding(_bodies(facts, people.ChcPeriod), today),
        locality=said(home.locality),
    )


def _bodies(facts: Mapping[FactKind, Sequence[people.Fact]], cls: type[B]) -> tuple[B, ...]:
    return tuple(f.body for items in facts.values() for f in items if isinstance(f.body, cls))


def _identity(details: ResidentDetails) -> transfer.Identity:
    return transfer.Identity(
        family_name=details.family_name,
        given_name=details.given_name,
        title=details.title,
        preferred_name=said(details.preferred_name),
        date_of_birth=details.date_of_birth,
        nhs_number=details.nhs_number or NOT_KNOWN,
        nhs_number_absent_reason=details.nhs_number_absent_reason,
        sex=NOT_KNOWN if details.gender is people.Gender.UNKNOWN else people.GENDER_LABELS[details.gender],
        room=said(details.room),
    )


def _allergies(bodies: Sequence[people.Allergy]) -> Said[tuple[transfer.Allergy, ...]]:
    listed = tuple(transfer.Allergy(a.substance, said(a.reaction)) for a in bodies if not a.none_known)
    if listed:
        return listed
    return NONE_KNOWN if any(a.none_known for a in bodies) else NOT_KNOWN


_CPR_KINDS = {
    people.CprKind.ATTEMPT: transfer.CprKind.ATTEMPT,
    people.CprKind.DNACPR: transfer.CprKind.DNACPR,
    people.CprKind.RESPECT: transfer.CprKind.RESPECT,
}


def _cpr(bodies: Sequence[people.CprDecision], today: date) -> Said[tuple[transfer.CprDecision, ...]]:
    """Every decision that stands. One that lacks clinician or date, or whose review has passed, says so beside it."""
    decisions = []
    for body in bodies:
        notes = []
        if not body.verified:
            notes.append("UNVERIFIED: no clinician or date is recorded. Not in force until the original is seen")
        if body.review_on and body.review_on < today:
            notes.append(f"REVIEW DATE HAS PASSED ({short_date(body.review_on)}): check the original")
        decisions.append(
            transfer.CprDecision(
                _CPR_KINDS[body.kind],
                decided_on=said(body.decided_on),
                review_on=said(body.review_on),
                decided_by=said(body.clinician),
                original_at=said(body.original_location),
                note=". ".join(notes),
            )
        )
    return said(tuple(decisions))


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


def _new_confusion(answers: Mapping[str, object]) -> Said[bool]:
    level = answers.get("consciousness")
    return NOT_KNOWN if level not in ("A", "C") else level == "C"


def _medicines(
    bodies: Sequence[people.Medicine], reason: transfer.TransferReason
) -> Said[tuple[transfer.Medicine, ...]]:
    given = {dose.medicine.casefold(): dose.given_at for dose in reason.last_doses}
    current = tuple(
        transfer.Medicine(m.name, frequency=said(m.directions), last_given=given.get(m.name.casefold(), NOT_RECORDED))
        for m in bodies
        if m.stopped is None
    )
    return said(current)


def _stopped(bodies: Sequence[people.Medicine], today: date) -> Said[tuple[transfer.StoppedMedicine, ...]]:
    recent = tuple(
        transfer.StoppedMedicine(m.name, m.stopped) for m in bodies if m.stopped and (today - m.stopped).days <= 14
    )
    return said(recent)


def _flags(
    facts: Mapping[FactKind, Sequence[people.Fact]],
    medicines: Said[tuple[transfer.Medicine, ...]],
    reason: transfer.TransferReason,
) -> transfer.Flags:
    """Yes only where the record says so in words; the absence of a word is not a no."""
    texts = [d.text.casefold() for d in _bodies(facts, people.Diagnosis)]

    def mentions(*words: str) -> transfer.Flag:
        found = next((text for text in texts if any(word in text for word in words)), None)
        return transfer.Flag(state=True, note=found.capitalize()) if found else transfer.Flag()

    listed = [m.name for m in medicines] if isinstance(medicines, tuple) else []
    names = dict.fromkeys([*listed, *(dose.medicine for dose in reason.last_doses)])
    thinners = [name for name in names if transfer.time_critical_kind(name) == "Anticoagulant"]
    return transfer.Flags(
        diabetes=mentions("diabet"),
        pacemaker=mentions("pacemaker"),
        anticoagulated=transfer.Flag(state=True, note=", ".join(thinners)) if thinners else transfer.Flag(),
        oxygen=mentions("home oxygen", "long-term oxygen"),
        catheter=mentions("catheter"),
        swallow_risk=mentions("dysphagia", "swallow"),
        pressure_ulcer=mentions("pressure ulcer", "pressure sore"),
        infection=mentions("mrsa", "difficile", "infection"),
    )


def _falls(falls: Assessment | None) -> Said[str]:
    if falls is None:
        return NOT_RECORDED
    concerns = falls.outcome.parts.get("concerns", 0)
    on = short_date(to_local(falls.row.at).date())
    return f"{concerns} concern{'' if concerns == 1 else 's'} at the falls assessment of {on}"


def _contacts(bodies: Sequence[people.Contact]) -> Said[tuple[transfer.Contact, ...]]:
    ordered = sorted(bodies, key=lambda c: not c.main)
    return said(tuple(transfer.Contact(c.name, said(c.relation), said(c.phone), NOT_KNOWN) for c in ordered))


def _shared(about: Assessment | None) -> Mapping[str, object]:
    """About me's answers, if the resident agrees to share them."""
    return about.answers if about is not None and "not_shared" not in about.outcome.flags else {}


def _baseline(told: Mapping[str, object], must: Assessment | None) -> tuple[transfer.Baseline, ...]:
    """What About me and the last weight say about the resident when well; "now" is for the nurse's own words."""
    keys = {
        "Eating and drinking": "eating_drinking",
        "Mobility, transfers, aids, hoist": "mobility",
        "Washing and dressing": "personal_care",
        "Sleep": "sleep",
        "Communication": "communication",
    }
    well: dict[str, Said[str]] = {topic: said_text(_text(told.get(key))) for topic, key in keys.items()}
    weight = must.answers.get("weight_kg") if must is not None else None
    if must is not None and weight is not None:
        well["Weight and date"] = f"{weight} kg on {short_date(to_local(must.row.at).date())}"
    return tuple(transfer.Baseline(topic, well.get(topic, NOT_RECORDED)) for topic in transfer.BASELINE_TOPICS)


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


def _skin(waterlow: Assessment | None) -> Said[str]:
    if waterlow is None:
        return NOT_RECORDED
    on = short_date(to_local(waterlow.row.at).date())
    return f"Waterlow {waterlow.row.score} ({waterlow.row.band_label}) on {on}"


def _consent(consent: bool | None) -> Said[str]:
    if consent is None:
        return NOT_RECORDED
    return "Yes: agrees to share with those who care for them" if consent else "No: does not agree to sharing"


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
    told = _shared(about)
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


def _funding(periods: Sequence[people.ChcPeriod], today: date) -> Said[str]:
    if any(p.since <= today and (p.until is None or today <= p.until) for p in periods):
        return "NHS Continuing Healthcare"
    return NOT_RECORDED


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
