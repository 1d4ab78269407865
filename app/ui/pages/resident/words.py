"""A resident's facts in the words a carer reads; silence is never left to be read as "none"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import assert_never

from app.domain.dates import age_years, date_time, long_date, short_date, to_local
from app.domain.key_facts import topic
from app.domain.needs import AREAS, HEALTH_SUBCONDITIONS, ChampionPathway, area_label, pathway_label
from app.domain.people import (
    CPR_LABELS,
    Absence,
    Allergy,
    ChcPeriod,
    Contact,
    CprDecision,
    CprKind,
    Diagnosis,
    Fact,
    FactBody,
    FactKind,
    KeyFact,
    Medicine,
    Need,
    Stay,
)

STATUS_WORDS = {"here": "Here", "away": "Away", "left": "Left", "died": "Died"}
"""Where a resident is now, by :class:`app.services.residents.ResidentRow` status."""

AREA_LABELS = {
    area: f"Health: {area_label(area).lower()}" if area in HEALTH_SUBCONDITIONS else area_label(area) for area in AREAS
}
"""The areas a need can be recorded in: five premium areas, the four conditions within health care, and engagement."""

PATHWAY_LABELS = {pathway.value: pathway_label(pathway) for pathway in ChampionPathway}
"""The six champion pathways; one more than the premium has areas."""

CPR_SHORT = {CprKind.ATTEMPT: "For CPR", CprKind.DNACPR: "DNACPR", CprKind.RESPECT: "ReSPECT"}

_LONG_WORD = re.compile(r"\S{28,}")
ALLERGIES_NOT_KNOWN = "Not known (nothing recorded)"
"""What the red-bag pack prints as "Not known", with why."""
EMPTY_WORDS = {
    FactKind.ALLERGY: "Allergies not known (nothing recorded). Ask, and record what they are, or that none are known.",
    FactKind.DIAGNOSIS: "Diagnoses not recorded.",
    FactKind.MEDICINE: "Medicines not recorded.",
    FactKind.CONTACT: "No contact recorded: nobody to ring.",
    FactKind.CPR: "CPR status not recorded.",
    FactKind.NEED: "No needs recorded.",
    FactKind.CHC: "No Continuing Healthcare period recorded.",
    FactKind.STAY: "No stay recorded.",
    FactKind.ABSENCE: "No absence recorded.",
    FactKind.KEY_FACT: "No key fact recorded. A hospital will ask: fill them in now, while there is time.",
}
"""What a section says when nothing is recorded."""


@dataclass(frozen=True, slots=True)
class FactWords:
    """One fact on screen: the line that matters, what qualifies it, and what to be careful about (may be empty)."""

    main: str
    detail: str = ""
    warning: str = ""

    @property
    def spoken(self) -> str:
        """All of it in one sentence, for the accessible name of the row and its button."""
        return ". ".join(part for part in (self.main, self.detail, self.warning) if part)


def born_words(born: date, died_at: datetime | None, today: date) -> str:
    """``06-Sep-1937 (89y)``; for somebody who has died the age at death: ``06-Sep-1937 (died at 89y)``."""
    died = to_local(died_at).date() if died_at else None
    return f"{short_date(born)} ({'died at ' if died else ''}{age_years(born, died or today)}y)"


def period(since: date | None, until: date | None) -> str:
    """``01-Jan-2026 to 03-Feb-2026``, ``since 01-Jan-2026``, or that neither day is recorded."""
    if since and until:
        return f"{short_date(since)} to {short_date(until)}"
    if since:
        return f"since {short_date(since)}"
    if until:
        return f"until {short_date(until)}"
    return "dates not recorded"


def fact_words(body: FactBody, today: date) -> FactWords:
    """How a fact reads on the resident page; ``today`` decides what has ended or has passed its review."""
    match body:
        case Allergy(none_known=True):
            return FactWords("No known allergies")
        case Allergy():
            return FactWords(body.substance, body.reaction or "Reaction not recorded")
        case Diagnosis():
            return FactWords(body.text, f"Since {short_date(body.since)}" if body.since else "")
        case Medicine():
            name = f"{body.name} (stopped {short_date(body.stopped)})" if ended(body, today) else body.name
            started = f"started {short_date(body.started)}" if body.started else ""
            why = f"for {body.indication}" if body.indication else ""
            parts = (body.directions or "Directions not recorded", body.route, why, started)
            detail = " · ".join(part for part in parts if part)
            late = "Time-critical: a dose must not be late or missed"
            return FactWords(name, detail, late if body.time_critical and not ended(body, today) else "")
        case Contact():
            phone = body.phone.replace(" ", "\u00a0")  # a number must not break over two lines
            unknown = "" if phone else "phone not recorded"
            first = "ring first" if body.main else ""
            main = f"{body.name} · {phone}" if phone else body.name
            return FactWords(main, _sentence(" · ".join(p for p in (body.relation, unknown, first) if p)))
        case CprDecision():
            return _cpr_words(body, today)
        case Need():
            dates = period(body.since, body.until) if body.since or body.until else ""
            paper = f"paper document of {short_date(body.evidenced_on)}" if body.evidenced_on else ""
            detail = " · ".join(part for part in (dates, paper, body.why) if part)
            over = " (ended)" if ended(body, today) else ""
            return FactWords(AREA_LABELS.get(body.area, body.area) + over, _sentence(detail))
        case ChcPeriod():
            words = "Continuing Healthcare funded"
            return FactWords(
                words + (" (ended)" if ended(body, today) else ""), _sentence(period(body.since, body.until))
            )
        case Stay():
            until = f"Left {date_time(body.until)}" if body.until else "Lives here now"
            return FactWords(f"Moved in {date_time(body.since)}", until)
        case Absence():
            until = f"Back {date_time(body.until)}" if body.until else "Away now"
            return FactWords(f"Away from {date_time(body.since)}", f"{until} · {body.reason or 'reason not recorded'}")
        case KeyFact():
            asked = topic(body.topic)
            state = {True: "Yes", False: "No", None: ""}[body.state]
            said = ". ".join(part for part in (state, body.text) if part)
            return FactWords(asked.label if asked else body.topic, said)
        case _:
            assert_never(body)


def _cpr_words(body: CprDecision, today: date) -> FactWords:
    parts = []
    if body.kind is not CprKind.ATTEMPT:
        parts.append(f"decided {short_date(body.decided_on)}" if body.decided_on else "decision date not recorded")
        parts.append(f"by {body.clinician}" if body.clinician else "clinician not recorded")
        parts.append(
            f"original: {body.original_location}" if body.original_location else "original: place not recorded"
        )
        if body.form_number:
            parts.append(f"form number {body.form_number}")
    if body.review_on:
        parts.append(f"review {short_date(body.review_on)}")
    warning = ""
    if not body.verified:
        warning = "Unverified: add the clinician and the decision date. Until then it is not printed as in force"
    elif body.review_on and body.review_on < today:
        warning = f"Review was due on {long_date(body.review_on)}"
    return FactWords(CPR_LABELS[body.kind], _sentence(" · ".join(parts)), warning)


def _sentence(text: str) -> str:
    """The text with a capital at its start."""
    return text[:1].upper() + text[1:]


def ended(body: FactBody, today: date) -> bool:
    """Whether the fact no longer holds: a stopped medicine, a need or a funding period that is over."""
    match body:
        case Medicine(stopped=day) | Need(until=day) | ChcPeriod(until=day):
            return day is not None and day < today
        case _:
            return False


def allergies_line(facts: Iterable[Fact]) -> tuple[str, bool]:
    """All allergies in one line, and whether it must stand out (an allergy, or nothing recorded at all)."""
    bodies = [fact.body for fact in facts if isinstance(fact.body, Allergy)]
    real = [b for b in bodies if not b.none_known]
    if real:
        return "; ".join(f"{b.substance} ({b.reaction})" if b.reaction else b.substance for b in real), True
    return ("No known allergies", False) if bodies else (ALLERGIES_NOT_KNOWN, True)


def cpr_line(facts: Iterable[Fact]) -> tuple[str, str]:
    """The newest CPR decision: its short word for a tag, and what has to be known beside it (may be empty)."""
    newest = next((fact.body for fact in facts if isinstance(fact.body, CprDecision)), None)
    if newest is None:
        return "Not recorded", ""
    if not newest.verified:
        return f"{CPR_SHORT[newest.kind]} unverified", "Clinician or decision date missing: not printed as in force"
    where = (
        f"original: {newest.original_location}" if newest.original_location else "place of the original not recorded"
    )
    return CPR_LABELS[newest.kind], "" if newest.kind is CprKind.ATTEMPT else _sentence(where)


def breakable(text: str) -> str:
    """The text with places in its very long words where a line may end, so that a narrow label shows all of it."""
    return _LONG_WORD.sub(lambda found: "\u200b".join(found[0]), text)


def plural(count: int, one: str, many: str = "") -> str:
    """``1 alert``, ``3 alerts``."""
    return f"{count} {one if count == 1 else many or one + 's'}"
