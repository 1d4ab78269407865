"""Law and wishes for the pack: decisions about CPR with what holds of them, and the rest of page 7."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.domain import people, transfer
from app.domain.dates import parse_date, short_date, to_local
from app.domain.instruments import respect_summary
from app.domain.transfer import NOT_RECORDED, Said, said
from app.services.assessments import Assessment
from app.services.pack_record import Held
from app.services.pack_words import attorney, bodies, day_of, first_said, joined, word_of
from app.services.person import answers_in_words

_KINDS = {
    people.CprKind.ATTEMPT: transfer.CprKind.ATTEMPT,
    people.CprKind.DNACPR: transfer.CprKind.DNACPR,
    people.CprKind.RESPECT: transfer.CprKind.RESPECT,
}
_PAPERS = {respect_summary.DNACPR: people.CprKind.DNACPR, respect_summary.RESPECT: people.CprKind.RESPECT}


def cpr(held: Held, told_today: transfer.Today, today: date) -> Said[tuple[transfer.CprDecision, ...]]:
    """Every decision that stands, and papers that only the summary of the documents names, so that a conflict is seen.

    One without clinician or date, or past its review, is not in force and says why.
    """
    recorded = list(bodies(held, people.CprDecision))
    decisions = [_decision(body, told_today, today) for body in recorded]
    summary = held.latest.get("respect_summary")
    for body, note in _papers(summary):
        if body.kind in {each.kind for each in recorded}:
            continue
        found = _decision(body, told_today, today, note)
        gone = held.withdrawn.get(body.kind)
        if gone is not None and summary is not None and summary.row.at <= gone:
            why = f"WITHDRAWN from the record on {short_date(to_local(gone).date())}: check the original"
            found = replace(found, in_force=False, note=f"{why}. {found.note}")
        decisions.append(found)
    return said(tuple(decisions))


def _decision(
    body: people.CprDecision, told_today: transfer.Today, today: date, note: str = ""
) -> transfer.CprDecision:
    passed = body.review_on is not None and body.review_on < today
    notes = [note] if note else []
    if not body.verified:
        notes.append("UNVERIFIED: no clinician or date is recorded. Not in force until the original is seen")
    if body.review_on is not None and passed:
        notes.append(f"REVIEW DATE HAS PASSED ({short_date(body.review_on)}): check the original")
    on_paper = body.kind is not people.CprKind.ATTEMPT
    return transfer.CprDecision(
        _KINDS[body.kind],
        decided_on=said(body.decided_on),
        review_on=said(body.review_on),
        decided_by=said(body.clinician),
        form_number=said(body.form_number),
        original_at=said(body.original_location),
        original_enclosed=told_today.cpr_original_enclosed if on_paper else NOT_RECORDED,
        copy_enclosed=told_today.cpr_copy_enclosed if on_paper else NOT_RECORDED,
        note=". ".join(notes),
        in_force=body.verified and not passed,
    )


def _papers(summary: Assessment | None) -> tuple[tuple[people.CprDecision, str], ...]:
    """The papers about CPR that the summary names, as decisions, each with where that is known from."""
    if summary is None:
        return ()
    answers = summary.answers
    found = []
    for code in _codes(answers.get("documents")):
        if code in _PAPERS:
            body = people.CprDecision(
                _PAPERS[code], _day(answers.get("decided_on")), _text(answers.get("clinician")),
                _text(answers.get("original_at")), _day(answers.get("review_on")),
            )  # fmt: skip
            says = respect_summary.CPR.get(_text(answers.get("respect_cpr"))) if code == respect_summary.RESPECT else ""
            form = f"The form says: {says}. " if says else ""
            found.append((body, f"{form}From the summary of the documents of {day_of(summary.row.at)}"))
    return tuple(found)


def legal(held: Held, told_today: transfer.Today) -> transfer.LegalAndWishes:
    """Page 7. What nobody has recorded about capacity and DoLS is "not known", never a no."""
    known = held.known
    summary = held.latest.get("respect_summary")
    papers = answers_in_words("respect_summary", summary.answers) if summary else {}
    silent = transfer.LegalAndWishes()
    capacity = first_said(told_today.capacity, word_of(known, "capacity"))
    dols = word_of(known, "dols")
    return transfer.LegalAndWishes(
        capacity=silent.capacity if capacity is NOT_RECORDED else capacity,
        dols=silent.dols if dols is NOT_RECORDED else dols,
        treatment_limits=joined(word_of(known, "treatment_limits"), _limits(summary, papers)),
        adrt=first_said(word_of(known, "adrt"), _adrt(summary, papers)),
        preferred_place=joined(_place(held.latest.get("preferred_place")), word_of(known, "preferred_place")),
        lpa_health=first_said(word_of(known, "lpa_health"), _attorney(held), _registered(summary)),
        deputy=word_of(known, "deputy"),
        capacity_assessment=word_of(known, "capacity_assessment"),
        mental_health_act=word_of(known, "mental_health_act"),
        consent_to_share=_consent(held.details.consent_sharing),
        best_interest=word_of(known, "best_interest"),
        organ_donation=word_of(known, "organ_donation"),
        faith=word_of(known, "faith"),
    )


def _limits(summary: Assessment | None, papers: dict[str, str]) -> Said[str]:
    focus = f"Focus of care: {papers['focus'].lower()}" if papers.get("focus") else ""
    parts = [part for part in (focus, papers.get("recommendations", "")) if part]
    return f"{'. '.join(parts)} (summary of {day_of(summary.row.at)})" if summary and parts else NOT_RECORDED


def _adrt(summary: Assessment | None, papers: dict[str, str]) -> Said[str]:
    if summary is None or respect_summary.ADRT not in _codes(summary.answers.get("documents")):
        return NOT_RECORDED
    answer = summary.answers.get("adrt_refuses_cpr")
    refuses = {True: "Refuses CPR", False: "Does not refuse CPR"}.get(answer) if isinstance(answer, bool) else ""
    parts = [
        f"Advance decision of {papers.get('decided_on', 'a day that is not recorded')}",
        refuses or "Whether it refuses CPR: not recorded",
        f"Original: {papers['original_at']}" if papers.get("original_at") else "Where the original is: not recorded",
    ]
    return ". ".join(parts)


def _registered(summary: Assessment | None) -> Said[str]:
    if summary is None or summary.answers.get("health_attorney") not in {"registered", "none"}:
        return NOT_RECORDED
    on = day_of(summary.row.at)
    if summary.answers.get("health_attorney") == "none":
        return f"No attorney for health (summary of {on})"
    return f"Registered attorney for health; name not recorded (summary of {on})"


def _attorney(held: Held) -> Said[str]:
    """A contact whose relation says that they are an attorney."""
    for contact in bodies(held, people.Contact):
        if attorney(contact):
            return ", ".join(part for part in (contact.name, contact.relation, contact.phone) if part)
    return NOT_RECORDED


def _place(found: Assessment | None) -> Said[str]:
    if found is None:
        return NOT_RECORDED
    given = answers_in_words("preferred_place", found.answers)
    first = given.get("first_choice", "")
    if not first:
        return NOT_RECORDED
    where = f" ({given['location']})" if given.get("location") else ""
    second = f", else {given['second_choice'].lower()}" if given.get("second_choice") else ""
    by = f"said by {given['said_by'].lower()}, " if given.get("said_by") else ""
    return f"{first}{where}{second} ({by}{given.get('stated_on', day_of(found.row.at))})"


def _consent(consent: bool | None) -> Said[str]:
    if consent is None:
        return NOT_RECORDED
    return "Yes: agrees to share with those who care for them" if consent else "No: does not agree to sharing"


def _codes(value: object) -> tuple[str, ...]:
    return tuple(code for code in value if isinstance(code, str)) if isinstance(value, list | tuple) else ()


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _day(value: object) -> date | None:
    if isinstance(value, date):
        return value
    return parse_date(value) if isinstance(value, str) and value else None
