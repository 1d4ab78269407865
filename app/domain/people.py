"""Residents, the facts recorded about them, and the staff who look after them.

A resident's details are one record; everything that can start, end or be wrong on its own (an allergy, a stay, a
Continuing Healthcare period, a need) is a fact of its own, so that each keeps its own history. All are frozen: a change
is a new revision in the store, never an edit here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from app.domain.dates import age_years, short_date, to_local

ResidentId = NewType("ResidentId", str)
StaffId = NewType("StaffId", str)
FactId = NewType("FactId", str)
RevisionId = NewType("RevisionId", str)

_WHEN_NEEDED = re.compile(r"\b(when|as|if)\s+(needed|required|necessary)\b|\bprn\b", re.IGNORECASE)


class Role(StrEnum):
    """What somebody may do; enforced by the services, not by cryptography: every slot opens the same data."""

    CARER = "carer"
    CHAMPION = "champion"
    NURSE = "nurse"
    MANAGER = "manager"
    AUDITOR = "auditor"


class Gender(StrEnum):
    """FHIR administrative gender."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


GENDER_LABELS = {
    Gender.FEMALE: "Female",
    Gender.MALE: "Male",
    Gender.OTHER: "Other",
    Gender.UNKNOWN: "Not known",
}


def in_capitals(name: str) -> str:
    """A family name in capitals, where capitals are usual and lose nothing: ß and Georgian stay as they are."""

    def capital(char: str) -> str:
        upper = char.upper()
        return char if len(upper) != 1 or "\u10d0" <= char <= "\u10ff" else upper

    return "".join(capital(char) for char in name)


def banner_name(family_name: str, given_name: str, title: str) -> str:
    """``SMITH, John (Mr)``: how every list and banner names a resident."""
    return f"{in_capitals(family_name)}, {given_name}" + (f" ({title})" if title else "")


@dataclass(frozen=True, slots=True)
class ResidentDetails:
    """What is typed about who a resident is.

    ``key`` is the home's own short reference (unique in the home); ``nhs_number`` is ten checked digits or None with
    ``nhs_number_absent_reason`` saying why. ``consent_sharing`` is None until somebody has asked.
    """

    key: str
    family_name: str
    given_name: str
    date_of_birth: date
    nhs_number: str | None = None
    nhs_number_absent_reason: str = ""
    title: str = ""
    preferred_name: str = ""
    gender: Gender = Gender.UNKNOWN
    room: str = ""
    gp_code: str = ""
    gp_name: str = ""
    gp_phone: str = ""
    consent_sharing: bool | None = None
    died_at: datetime | None = None

    @property
    def banner_name(self) -> str:
        """``SMITH, John (Mr)``: family name in capitals, title in brackets (NHS common user interface)."""
        return banner_name(self.family_name, self.given_name, self.title)

    def born_with_age(self, today: date) -> str:
        """``06-Sep-1937 (79y)``; for someone who has died, the age at death."""
        on = to_local(self.died_at).date() if self.died_at else today
        return f"{short_date(self.date_of_birth)} ({age_years(self.date_of_birth, on)}y)"


@dataclass(frozen=True, slots=True)
class Resident:
    """A resident as last recorded, with the revision that says so."""

    id: ResidentId
    revision_id: RevisionId
    details: ResidentDetails


@dataclass(frozen=True, slots=True)
class Allergy:
    """A substance and what it does; ``none_known`` is the positive statement that there are no known allergies."""

    substance: str = ""
    reaction: str = ""
    none_known: bool = False


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A diagnosis in words, and since when if known."""

    text: str
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Medicine:
    """A medicine as on the MAR sheet: name with strength, directions, and whether a dose must not be late or missed.

    ``stopped`` is the last day on which it is given; ``route`` and ``indication`` (what it is for) are empty when
    nobody has said them.
    """

    name: str
    directions: str = ""
    time_critical: bool = False
    started: date | None = None
    stopped: date | None = None
    route: str = ""
    indication: str = ""

    def taken_on(self, day: date) -> bool:
        """Whether it is still given that day: a course is given through the day on which it ends."""
        return self.stopped is None or self.stopped >= day

    @property
    def when_needed(self) -> bool:
        """Whether the directions say that it is given only when needed ("PRN")."""
        return bool(_WHEN_NEEDED.search(self.directions))


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to tell; ``main`` marks the first to be rung."""

    name: str
    relation: str = ""
    phone: str = ""
    main: bool = False


class CprKind(StrEnum):
    """What is recorded about cardiopulmonary resuscitation; no record at all means "not recorded"."""

    ATTEMPT = "attempt"
    DNACPR = "dnacpr"
    RESPECT = "respect"


CPR_LABELS = {
    CprKind.ATTEMPT: "For CPR",
    CprKind.DNACPR: "DNACPR: do not attempt CPR",
    CprKind.RESPECT: "ReSPECT form exists: follow it",
}


@dataclass(frozen=True, slots=True)
class CprDecision:
    """That a decision exists, by whom, and where the original is; never the decision itself. ``form_number`` is what is
    printed on the form, empty when it has none or nobody has said it."""

    kind: CprKind
    decided_on: date | None = None
    clinician: str = ""
    original_location: str = ""
    review_on: date | None = None
    form_number: str = ""

    @property
    def verified(self) -> bool:
        """A DNACPR without clinician or date is unverified and is not printed as in force."""
        return self.kind is CprKind.ATTEMPT or bool(self.clinician and self.decided_on)


@dataclass(frozen=True, slots=True)
class Need:
    """A recorded judgement that the resident has a need in an area; a score never creates one by itself.

    ``area`` is one of the five premium areas, a health sub-condition or ``engagement``. ``evidenced_on`` dates a paper
    document; a signed assessment that serves the area counts as well, whichever is newer.
    """

    area: str
    since: date | None = None
    until: date | None = None
    evidenced_on: date | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class ChcPeriod:
    """NHS Continuing Healthcare funding, both days included; ``until`` None while it runs."""

    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """Living in this home from an instant until another (UTC); open while the resident lives here."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """Away from the home (hospital, leave) between two instants (UTC); open while away."""

    since: datetime
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class KeyFact:
    """What a hospital must know and no other fact says: one for each topic of :mod:`app.domain.key_facts`.

    ``state`` is the yes or no of a topic that asks for one; ``text`` its words. Neither: the entry says nothing.
    """

    topic: str
    text: str = ""
    state: bool | None = None


FactBody = Allergy | Diagnosis | Medicine | Contact | CprDecision | Need | ChcPeriod | Stay | Absence | KeyFact


class FactKind(StrEnum):
    """The kinds of fact, named as in the store and the exports."""

    ALLERGY = "allergy"
    DIAGNOSIS = "diagnosis"
    MEDICINE = "medicine"
    CONTACT = "contact"
    CPR = "cpr"
    NEED = "need"
    CHC = "chc"
    STAY = "stay"
    ABSENCE = "absence"
    KEY_FACT = "key_fact"


FACT_TYPES: dict[FactKind, type[FactBody]] = {
    FactKind.ALLERGY: Allergy,
    FactKind.DIAGNOSIS: Diagnosis,
    FactKind.MEDICINE: Medicine,
    FactKind.CONTACT: Contact,
    FactKind.CPR: CprDecision,
    FactKind.NEED: Need,
    FactKind.CHC: ChcPeriod,
    FactKind.STAY: Stay,
    FactKind.ABSENCE: Absence,
    FactKind.KEY_FACT: KeyFact,
}


def fact_kind(body: FactBody) -> FactKind:
    """The kind that a fact's body is of."""
    return next(kind for kind, cls in FACT_TYPES.items() if type(body) is cls)


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as last recorded: who said so and when. ``in_error`` facts are kept and shown struck through."""

    id: FactId
    resident_id: ResidentId
    revision_id: RevisionId
    body: FactBody
    recorded_at: datetime
    recorded_by: str
    in_error: bool = False
    reason: str = ""

    @property
    def kind(self) -> FactKind:
        """Which kind of fact it is."""
        return fact_kind(self.body)


@dataclass(frozen=True, slots=True)
class StaffDetails:
    """A member of staff; ``user`` is the name they sign in with, empty when they have no account."""

    key: str
    name: str
    role: Role
    user: str = ""
    started_at: datetime | None = None
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChampionPost:
    """A champion appointment: the certificate in a pathway, and when the person is in post at this home.

    Certificate dates include both ends; ``in_post_until`` None while in post. Leave and sickness do not end a post.
    """

    pathway: str
    trained_on: date
    expires_on: date | None = None
    certificate_no: str = ""
    provider: str = ""
    in_post_since: datetime | None = None
    in_post_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Appointment:
    """A champion post as last recorded."""

    id: str
    staff_id: StaffId
    revision_id: RevisionId
    post: ChampionPost


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A member of staff as last recorded, with their champion posts."""

    id: StaffId
    revision_id: RevisionId
    details: StaffDetails
    posts: tuple[Appointment, ...] = ()


@dataclass(frozen=True, slots=True)
class Home:
    """The care home itself, as given at first run; ``accredited`` lists date periods, both days included."""

    name: str
    ods: str
    cqc_location: str = ""
    address: tuple[str, ...] = ()
    postcode: str = ""
    phone: str = ""
    email: str = ""
    beds: int = 0
    locality: str = ""
    kind: str = "residential"
    accredited: tuple[tuple[date, date | None], ...] = ()
    ccg_ods: str = "06K"
    ccg_name: str = "East and North Hertfordshire CCG"
    practice: bool = False
    phones: tuple[tuple[str, str], ...] = field(default=())
    """Numbers to ring, by recipient of :mod:`app.domain.alerts`: ``("homefirst", "01707 ...")``."""
