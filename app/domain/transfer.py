"""What goes into a red-bag transfer pack, and what its silence means.

The fields follow the printing order of the home's pack: the 60-second page first, then situation, baseline, problems,
medicines, skin, legal and wishes, about me, contacts, and the checklist that travels with the bag. On paper a blank
reads as "none", so nothing here may be blank: a field holds a value or says which kind of silence it is
(:class:`Silence`). All instants are UTC or zone-aware; :mod:`app.domain.dates` turns them into local time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import TypeVar, Union

from app.domain import people
from app.domain.dates import date_time, parse_instant, short_date
from app.domain.errors import Problem, UserError

T = TypeVar("T")


class Silence(Enum):
    """Why a field has no value. The three are different facts and are printed differently."""

    NONE_KNOWN = "None known"
    NOT_KNOWN = "Not known"
    NOT_RECORDED = "Not recorded"


NONE_KNOWN = Silence.NONE_KNOWN
NOT_KNOWN = Silence.NOT_KNOWN
NOT_RECORDED = Silence.NOT_RECORDED

Said = Union[T, Silence]  # noqa: UP007 - a generic alias: `T | Silence` cannot be subscripted on Python 3.11

_SILENT_WORDS = {
    "none": NONE_KNOWN,
    "none known": NONE_KNOWN,
    "nil": NONE_KNOWN,
    "not known": NOT_KNOWN,
    "unknown": NOT_KNOWN,
    "not recorded": NOT_RECORDED,
}


def said(value: T | None) -> Said[T]:
    """The value, or "not recorded" when it is None, a blank text or an empty collection (never "none known")."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return NOT_RECORDED
    if isinstance(value, tuple | list | dict) and not value:
        return NOT_RECORDED
    return value


def said_text(text: str | None) -> Said[str]:
    """As :func:`said`, and the typed words "none", "not known" and the like become the silence that they name."""
    if text is not None:
        text = text.encode("utf-8", "replace").decode()  # half of a surrogate pair cannot be stored or printed
    if text is not None and (silence := _SILENT_WORDS.get(text.strip().lower().rstrip("."))):
        return silence
    return said(text.strip() if text else None)


def is_said(value: object) -> bool:
    """Whether there is a value to print: not a silence, None, blank or empty."""
    return not isinstance(said(value), Silence)


def words(value: object, *, none: str = "None known") -> str:
    """The value as the pack prints it; never an empty text.

    ``none`` words "none known" for the field at hand ("No known allergies"). Dates are ``06-Sep-1937``, instants local
    ``06-Sep-2026 14:05``, booleans Yes or No.
    """
    kept = said(value)
    if isinstance(kept, Silence):
        return none if kept is NONE_KNOWN else kept.value
    if isinstance(kept, bool):
        return "Yes" if kept else "No"
    if isinstance(kept, datetime):
        return date_time(kept)
    if isinstance(kept, date):
        return short_date(kept)
    if isinstance(kept, Enum):
        return str(kept.value)
    if isinstance(kept, tuple | list):
        return "; ".join(words(each) for each in kept)
    return str(kept).strip()


# --- who, and what can kill ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Identity:
    """The person. ``nhs_number`` is ten digits; when it is not known, the reason may be given. ``photo`` is JPEG or PNG
    bytes, held only with consent."""

    family_name: str
    given_name: str
    title: str = ""
    preferred_name: Said[str] = NOT_RECORDED
    date_of_birth: Said[date] = NOT_KNOWN
    nhs_number: Said[str] = NOT_KNOWN
    nhs_number_absent_reason: str = ""
    sex: Said[str] = NOT_RECORDED
    room: Said[str] = NOT_RECORDED
    photo: bytes | None = None

    @property
    def full_name(self) -> str:
        """``SMITH, John (Mr)`` as clinical screens write it, never truncated."""
        family = people.in_capitals(self.family_name)
        name = f"{family}, {self.given_name}" if self.given_name else family
        return f"{name} ({self.title})" if self.title else name


@dataclass(frozen=True, slots=True)
class Allergy:
    """A causative agent and what it does."""

    agent: str
    reaction: Said[str] = NOT_RECORDED


class CprKind(StrEnum):
    """What a resuscitation document says."""

    ATTEMPT = "For CPR"
    DNACPR = "DNACPR: do not attempt CPR"
    RESPECT = "ReSPECT form exists: read it"


@dataclass(frozen=True, slots=True)
class CprDecision:
    """One resuscitation decision. Withdrawn ones do not belong in a pack; two that conflict both do, because the ward
    must see the conflict. One that is unverified or whose review date has passed is not ``in_force``: it is printed as
    such, with the reason in ``note``, and never as a decision to act on."""

    kind: CprKind
    decided_on: Said[date] = NOT_RECORDED
    review_on: Said[date] = NOT_RECORDED
    decided_by: Said[str] = NOT_RECORDED
    original_at: Said[str] = NOT_RECORDED
    original_enclosed: Said[bool] = NOT_RECORDED
    copy_enclosed: Said[bool] = NOT_RECORDED
    form_number: Said[str] = NOT_RECORDED
    note: str = ""
    in_force: bool = True


def cpr_warning(decisions: tuple[CprDecision, ...]) -> str:
    """What must be read before the decisions themselves, or an empty text: that those in force differ, that none is in
    force, or that one beside those in force is not."""
    standing = [each for each in decisions if each.in_force]
    if len({each.kind for each in standing}) > 1:
        return "CONFLICT: THESE CPR DECISIONS DIFFER. Ask the home and the senior clinician at once"
    if not standing:
        return "NO CPR DECISION IN FORCE IS RECORDED. See the original before acting on what is recorded"
    if len(standing) < len(decisions):
        other = any(each.kind is not standing[0].kind for each in decisions if not each.in_force)
        return "Another decision, NOT IN FORCE, is recorded as well" + (" and DIFFERS" if other else "")
    return ""


def why_not_in_force(decision: CprDecision) -> str:
    """Why a decision does not stand, as a sentence."""
    note = decision.note.strip().rstrip(". ")
    return f"{note}." if note else "It has not been verified, or its review is overdue."


# --- why now ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody the home rang before or about the transfer."""

    who: str
    at: Said[datetime] = NOT_RECORDED


@dataclass(frozen=True, slots=True)
class LastDose:
    """A medicine and when it was last given. ``kind`` says why the time matters ("Anticoagulant"), or is empty."""

    medicine: str
    given_at: Said[datetime] = NOT_RECORDED
    kind: str = ""


@dataclass(frozen=True, slots=True)
class TransferReason:
    """The answers given when the ambulance is called (SBAR).

    ``observations`` holds the NEWS2 answers as typed, ``observed_at`` when they were measured if that was not just now.
    """

    situation: Said[str] = NOT_RECORDED
    background: Said[str] = NOT_RECORDED
    assessment: Said[str] = NOT_RECORDED
    request: Said[str] = NOT_RECORDED
    onset_at: Said[datetime] = NOT_RECORDED
    observations: Mapping[str, object] = field(default_factory=dict)
    last_doses: tuple[LastDose, ...] = ()
    bag: Said[str] = NOT_RECORDED
    destination: Said[str] = NOT_RECORDED
    called: Said[tuple[Call, ...]] = NOT_RECORDED
    escort: Said[str] = NOT_RECORDED
    observed_at: Said[datetime] = NOT_RECORDED


_REASON_TEXTS = ("situation", "background", "assessment", "request", "bag", "destination", "escort")


def read_reason(data: Mapping[str, object]) -> TransferReason:
    """The reason from its JSON object; keys left out are "not recorded", the words "none" and "not known" are kept.

    Raises UserError naming every key that is unknown or has the wrong shape.
    """
    problems: list[Problem] = []
    known = {each.name for each in fields(TransferReason)}
    problems += [Problem(key, f"{key} is not a field of a transfer reason") for key in data if key not in known]
    texts: dict[str, Said[str]] = {}
    for key in _REASON_TEXTS:
        raw = data.get(key)
        if raw is not None and not isinstance(raw, str):
            problems.append(Problem(key, f"{key} must be text"))
        else:
            texts[key] = said_text(raw)
    observations = data.get("observations") or {}
    if not isinstance(observations, Mapping):
        problems.append(Problem("observations", "observations must be an object of NEWS2 answers"))
        observations = {}
    onset = _instant(data.get("onset_at"), "onset_at", problems)
    observed = _instant(data.get("observed_at"), "observed_at", problems)
    doses = tuple(
        LastDose(name, _instant(row.get("given_at"), f"last_doses[{index}].given_at", problems))
        for index, name, row in _rows(data, "last_doses", ("medicine", "given_at"), problems)
    )
    calls = tuple(
        Call(name, _instant(row.get("at"), f"called[{index}].at", problems))
        for index, name, row in _rows(data, "called", ("who", "at"), problems)
    )
    if problems:
        raise UserError("; ".join(each.message for each in problems), problems=tuple(problems))
    # An empty list was sent on purpose: nobody was called. A key left out says nothing.
    called: Said[tuple[Call, ...]] = calls or (NONE_KNOWN if data.get("called") == [] else NOT_RECORDED)
    return TransferReason(
        onset_at=onset, observed_at=observed, observations=dict(observations), last_doses=doses, called=called, **texts
    )  # fmt: skip


def _instant(raw: object, name: str, problems: list[Problem]) -> Said[datetime]:
    if raw is None or raw == "":
        return NOT_RECORDED
    if not isinstance(raw, str):
        problems.append(Problem(name, f"{name} must be a date and time such as 2026-11-20T08:15"))
        return NOT_RECORDED
    if silence := _SILENT_WORDS.get(raw.strip().lower()):
        return silence
    try:
        return parse_instant(raw, field=name)
    except UserError as error:
        problems.extend(Problem(each.field, f"{name}: {each.message}") for each in error.problems)
        return NOT_RECORDED


def _rows(
    data: Mapping[str, object], key: str, columns: tuple[str, str], problems: list[Problem]
) -> list[tuple[int, str, Mapping[str, object]]]:
    raw = data.get(key)
    if raw is None:
        return []
    if not isinstance(raw, list):
        problems.append(Problem(key, f"{key} must be a list"))
        return []
    rows: list[tuple[int, str, Mapping[str, object]]] = []
    for index, row in enumerate(raw):
        place = f"{key}[{index}]"
        if not isinstance(row, Mapping):
            problems.append(Problem(place, f"{place} must be an object with {columns[0]} and {columns[1]}"))
            continue
        problems.extend(
            Problem(f"{place}.{each}", f"{place}.{each} is not a known field") for each in row if each not in columns
        )
        name = row.get(columns[0])
        if isinstance(name, str) and name.strip():
            rows.append((index, name.strip(), row))
        else:
            problems.append(Problem(f"{place}.{columns[0]}", f"{place}.{columns[0]} must be text"))
    return rows


@dataclass(frozen=True, slots=True)
class Today:
    """What only today can say and the record cannot: asked after the first papers are out, all of it optional."""

    new_confusion: Said[bool] = NOT_RECORDED
    mobility: Said[str] = NOT_RECORDED
    capacity: Said[str] = NOT_RECORDED
    contact_told_at: Said[datetime] = NOT_RECORDED
    can_return: Said[str] = NOT_RECORDED
    cpr_original_enclosed: Said[bool] = NOT_RECORDED
    cpr_copy_enclosed: Said[bool] = NOT_RECORDED
    mar_sheets: Said[int] = NOT_RECORDED
    fluid_intake: Said[str] = NOT_RECORDED
    last_bowel: Said[str] = NOT_RECORDED
    last_urine: Said[str] = NOT_RECORDED
    pain: Said[str] = NOT_RECORDED
    diarrhoea_vomiting: Said[bool] = NOT_RECORDED
    outbreak_in_home: Said[str] = NOT_RECORDED
    recent_results: Said[str] = NOT_RECORDED
    baseline_now: Mapping[str, str] = field(default_factory=dict)
    stock_sent: Mapping[str, str] = field(default_factory=dict)
    items: tuple[BagItem, ...] = ()
    second_checker: str = ""
    second_checker_role: str = ""


# --- observations ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Observations:
    """One set of observations with its NEWS2 result.

    Breaths and beats a minute, per cent, mmHg, degrees Celsius; ``consciousness`` is A, C, V, P or U. ``points`` maps
    ``resp_rate``, ``spo2``, ``on_oxygen``, ``systolic``, ``pulse``, ``consciousness`` and ``temp_c`` to the points
    scored. ``total`` is None while an answer is missing; ``status`` then says why in words.
    """

    measured_at: Said[datetime] = NOT_RECORDED
    resp_rate: Said[int] = NOT_RECORDED
    spo2: Said[int] = NOT_RECORDED
    spo2_scale: Said[int] = NOT_RECORDED
    on_oxygen: Said[bool] = NOT_RECORDED
    oxygen_note: str = ""
    systolic: Said[int] = NOT_RECORDED
    diastolic: Said[int] = NOT_RECORDED
    pulse: Said[int] = NOT_RECORDED
    consciousness: Said[str] = NOT_RECORDED
    temp_c: Said[Decimal] = NOT_RECORDED
    points: Mapping[str, int] = field(default_factory=dict)
    total: int | None = None
    at_least: int | None = None
    band: Said[str] = NOT_RECORDED
    status: str = ""
    measured_by: Said[str] = NOT_RECORDED


CONSCIOUSNESS = {
    "A": "Alert",
    "C": "New confusion",
    "V": "Responds to voice",
    "P": "Responds to pain",
    "U": "Unresponsive",
}


# --- risks, needs and function ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Flag:
    """A yes, a no or a silence, with a few words ("type 2, tablets")."""

    state: Said[bool] = NOT_KNOWN
    note: str = ""


@dataclass(frozen=True, slots=True)
class Flags:
    """The eight facts that change what the first hour does; each is yes, no or not known."""

    diabetes: Flag = Flag()
    pacemaker: Flag = Flag()
    anticoagulated: Flag = Flag()
    oxygen: Flag = Flag()
    catheter: Flag = Flag()
    swallow_risk: Flag = Flag()
    pressure_ulcer: Flag = Flag()
    infection: Flag = Flag()


FLAG_LABELS = {
    "diabetes": "Diabetes",
    "pacemaker": "Pacemaker",
    "anticoagulated": "Anticoagulated",
    "oxygen": "Home oxygen",
    "catheter": "Catheter",
    "swallow_risk": "Swallow risk",
    "pressure_ulcer": "Pressure ulcer",
    "infection": "Infection",
}


@dataclass(frozen=True, slots=True)
class Communication:
    """How to reach the person: words, aids, language."""

    how: Said[str] = NOT_RECORDED
    hearing_aid: Said[str] = NOT_RECORDED
    glasses: Said[str] = NOT_RECORDED
    language: Said[str] = NOT_RECORDED
    interpreter: Said[bool] = NOT_RECORDED


@dataclass(frozen=True, slots=True)
class Mobility:
    """Moving today against usually, and what keeps the person safe in a strange bed."""

    today: Said[str] = NOT_RECORDED
    usual: Said[str] = NOT_RECORDED
    falls_risk: Said[str] = NOT_RECORDED
    bed_rails: Said[str] = NOT_RECORDED


@dataclass(frozen=True, slots=True)
class Baseline:
    """One need as it is when the person is well, and as it is now."""

    topic: str
    well: Said[str] = NOT_RECORDED
    now: Said[str] = NOT_RECORDED


BASELINE_TOPICS = (
    "Eating and drinking",
    "Swallow",
    "Weight and date",
    "Mobility, transfers, aids, hoist",
    "Toileting and continence",
    "Washing and dressing",
    "Sleep",
    "Behaviour",
    "Communication",
    "Skin",
)


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened in the last 72 hours."""

    at: Said[datetime]
    what: str


@dataclass(frozen=True, slots=True)
class Fall:
    """A fall behind this transfer. ``lie_minutes`` is how long the person lay."""

    found_at: Said[datetime] = NOT_RECORDED
    lie_minutes: Said[int] = NOT_RECORDED
    head_injury: Said[bool] = NOT_RECORDED
    anticoagulated: Said[bool] = NOT_RECORDED
    note: str = ""


@dataclass(frozen=True, slots=True)
class SituationDetail:
    """The last three days in detail (page 2). ``fall`` is NONE_KNOWN when no fall is behind this transfer."""

    timeline: Said[tuple[TimelineEntry, ...]] = NOT_RECORDED
    fall: Said[Fall] = NOT_RECORDED
    fluid_intake: Said[str] = NOT_RECORDED
    last_bowel: Said[str] = NOT_RECORDED
    last_urine: Said[str] = NOT_RECORDED
    pain: Said[str] = NOT_RECORDED
    mrsa: Said[bool] = NOT_RECORDED
    c_diff: Said[bool] = NOT_RECORDED
    diarrhoea_vomiting: Said[bool] = NOT_RECORDED
    outbreak_in_home: Said[str] = NOT_RECORDED
    recent_contacts: Said[tuple[str, ...]] = NOT_RECORDED
    recent_results: Said[tuple[str, ...]] = NOT_RECORDED


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A problem on the list, when it began and its code, where held."""

    name: str
    since: Said[date] = NOT_RECORDED
    code: str = ""


class Trend(StrEnum):
    """A result against the one before it."""

    WORSE = "↑ worse"
    SAME = "→ same"
    BETTER = "↓ better"
    FIRST = "first result"


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    """One signed assessment as shown in the record: ``score`` as text with its scale ("3", "16 of 29")."""

    instrument: str
    on: date
    score: Said[str] = NOT_RECORDED
    band: Said[str] = NOT_RECORDED
    assessor: Said[str] = NOT_RECORDED
    trend: Said[Trend] = NOT_RECORDED


# --- medicines -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Medicine:
    """One current medicine. ``frequency`` carries the as-needed pattern too; ``patch_site`` only for patches."""

    name: str
    dose: Said[str] = NOT_RECORDED
    route: Said[str] = NOT_RECORDED
    frequency: Said[str] = NOT_RECORDED
    indication: Said[str] = NOT_RECORDED
    last_given: Said[datetime] = NOT_RECORDED
    next_due: Said[datetime] = NOT_RECORDED
    stock_sent: Said[str] = NOT_RECORDED
    patch_site: str = ""
    as_needed: bool = False


@dataclass(frozen=True, slots=True)
class StoppedMedicine:
    """A medicine stopped in the last 14 days, and why."""

    name: str
    stopped_on: Said[date] = NOT_RECORDED
    why: Said[str] = NOT_RECORDED


# Names a ward acts on by the clock. A prompt read from the medicine's name, not a clinical classification: it can
# only add a line to page 1, and "none recognised" never claims that there are none.
_TIME_CRITICAL: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Insulin", ("insulin", "novomix", "novorapid", "lantus", "levemir", "humulin", "humalog", "toujeo", "tresiba")),
    (
        "Anticoagulant",
        ("apixaban", "rivaroxaban", "edoxaban", "dabigatran", "warfarin", "acenocoumarol", "heparin", "enoxaparin",
         "dalteparin", "tinzaparin", "fondaparinux", "eliquis", "xarelto", "lixiana"),
    ),
    (
        "Parkinson's",
        ("levodopa", "co-careldopa", "co-beneldopa", "madopar", "sinemet", "stalevo", "ropinirole", "rotigotine",
         "pramipexole", "entacapone", "opicapone", "rasagiline", "selegiline", "apomorphine"),
    ),
    ("Opioid patch", ("fentanyl", "buprenorphine", "butec", "butrans", "matrifen", "transtec")),
    (
        "Antiepileptic",
        ("levetiracetam", "valpro", "carbamazepine", "phenytoin", "lamotrigine", "lacosamide", "topiramate",
         "phenobarbital", "zonisamide", "clobazam", "brivaracetam", "perampanel", "oxcarbazepine"),
    ),
)  # fmt: skip


def time_critical_kind(medicine: str) -> str:
    """Why a late dose of this medicine does harm ("Insulin", "Anticoagulant" …), read from its name; empty if no
    such name is recognised."""
    name = medicine.lower()
    return next((kind for kind, names in _TIME_CRITICAL if any(each in name for each in names)), "")


def time_critical_doses(
    medicines: Said[tuple[Medicine, ...]], last_doses: Iterable[LastDose] = ()
) -> Said[tuple[LastDose, ...]]:
    """The medicines whose clock matters, with the last dose as told today or, failing that, as recorded.

    Every dose told today is kept, recognised or not: somebody thought it worth saying. NONE_KNOWN means that no name
    of a known list was recognised; the silence of the list itself is passed on.
    """
    told = {dose.medicine.strip().lower(): dose for dose in last_doses}
    found: list[LastDose] = []
    for medicine in () if isinstance(medicines, Silence) else medicines:
        key = medicine.name.strip().lower()
        # "Apixaban" told today is the "Apixaban 5 mg" of the list.
        match = next((name for name in told if name == key or key.startswith(f"{name} ")), None)
        kind = time_critical_kind(medicine.name)
        if match is not None:
            found.append(LastDose(medicine.name, told.pop(match).given_at, kind))
        elif kind:
            found.append(LastDose(medicine.name, medicine.last_given, kind))
    found += [
        LastDose(dose.medicine, dose.given_at, dose.kind or time_critical_kind(dose.medicine)) for dose in told.values()
    ]
    # The named kinds first: page 1 has room for a few lines only.
    found.sort(key=lambda dose: not dose.kind)
    if found:
        return tuple(found)
    return medicines if isinstance(medicines, Silence) else (NONE_KNOWN if medicines else NOT_RECORDED)


# --- skin, law, wishes, contacts -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BodyPlace:
    """Where on the body map: the view, and per cent across and down the figure (0 to 100, from its top left)."""

    back: bool
    across: int
    down: int


@dataclass(frozen=True, slots=True)
class Wound:
    """One wound or pressure ulcer, one row on the body map."""

    site: str
    kind: Said[str] = NOT_RECORDED
    category: Said[str] = NOT_RECORDED
    size: Said[str] = NOT_RECORDED
    dressing: Said[str] = NOT_RECORDED
    last_change: Said[date] = NOT_RECORDED
    photo_on: Said[date] = NOT_RECORDED
    safeguarding: Said[bool] = NOT_RECORDED
    place: BodyPlace | None = None


@dataclass(frozen=True, slots=True)
class LegalAndWishes:
    """Law and wishes (page 7); each entry says who, when and whether the paper travels."""

    capacity: Said[str] = NOT_KNOWN
    dols: Said[str] = NOT_KNOWN
    treatment_limits: Said[str] = NOT_RECORDED
    adrt: Said[str] = NOT_RECORDED
    preferred_place: Said[str] = NOT_RECORDED
    lpa_health: Said[str] = NOT_RECORDED
    deputy: Said[str] = NOT_RECORDED
    capacity_assessment: Said[str] = NOT_RECORDED
    mental_health_act: Said[str] = NOT_RECORDED
    consent_to_share: Said[str] = NOT_RECORDED
    best_interest: Said[str] = NOT_RECORDED
    organ_donation: Said[str] = NOT_RECORDED
    faith: Said[str] = NOT_RECORDED


@dataclass(frozen=True, slots=True)
class AboutMe:
    """The resident's own words, under the nine headings of the PRSB About Me standard (v2.01)."""

    most_important: Said[str] = NOT_RECORDED
    people: Said[str] = NOT_RECORDED
    communicate: Said[str] = NOT_RECORDED
    wellness: Said[str] = NOT_RECORDED
    do_and_do_not: Said[str] = NOT_RECORDED
    support: Said[str] = NOT_RECORDED
    also: Said[str] = NOT_RECORDED
    written_with: Said[str] = NOT_RECORDED
    updated_on: Said[date] = NOT_RECORDED


ABOUT_ME_HEADINGS = {
    "most_important": "What is most important to me",
    "people": "People who are important to me",
    "communicate": "How I communicate and how to communicate with me",
    "wellness": "My wellness",
    "do_and_do_not": "Please do and please do not",
    "support": "How and when to support me",
    "also": "Also worth knowing about me",
    "written_with": "Supported to write this by",
    "updated_on": "Date last updated",
}


@dataclass(frozen=True, slots=True)
class Contact:
    """A person or team: ``role`` is next of kin, attorney, district nurse, social worker … ``told_at`` says when they
    heard of this transfer (NOT_KNOWN: nobody knows whether they have)."""

    name: str
    role: Said[str] = NOT_RECORDED
    phone: Said[str] = NOT_RECORDED
    told_at: Said[datetime] = NOT_RECORDED


@dataclass(frozen=True, slots=True)
class Gp:
    """The general practice with its organisation code."""

    practice: Said[str] = NOT_RECORDED
    phone: Said[str] = NOT_RECORDED
    code: Said[str] = NOT_RECORDED


@dataclass(frozen=True, slots=True)
class HomeContact:
    """Whom the ward rings at the home, day and night."""

    name: Said[str] = NOT_RECORDED
    phone: Said[str] = NOT_RECORDED
    secure_mail: Said[str] = NOT_RECORDED


@dataclass(frozen=True, slots=True)
class Signature:
    """Who filled or checked the pack."""

    name: Said[str] = NOT_RECORDED
    role: Said[str] = NOT_RECORDED
    at: Said[datetime] = NOT_RECORDED


# --- the bag ---------------------------------------------------------------------------------------------------------


class CheckPoint(Enum):
    """Where the checklist is signed. Hertfordshire names four points; the ambulance and ward columns are optional."""

    HOME_OUT = "Care home, going out"
    AMBULANCE = "Ambulance (optional)"
    HOSPITAL_IN = "Hospital, arrival"
    WARD_1 = "Ward move 1"
    WARD_2 = "Ward move 2"
    WARD_3 = "Ward move 3"
    HOSPITAL_OUT = "Hospital, going home"
    HOME_IN = "Care home, back"


BAG_PAPERS = (
    "Resident assessment (this pack)",
    "MAR sheet copy",
    "DNACPR form",
    "ReSPECT form",
    "This is me / About me",
    "Body map",
)
BAG_BELONGINGS = (
    "Dentures, upper",
    "Dentures, lower",
    "Glasses",
    "Hearing aid, left + batteries",
    "Hearing aid, right + batteries",
    "Walking aid",
    "Slippers or shoes",
    "Clothes for day of discharge",
    "Toiletries",
    "Valuables (sealed, value)",
    "Phone and charger",
    "Reading or comfort item",
)


@dataclass(frozen=True, slots=True)
class BagItem:
    """One line of the checklist: what went in, how many. ``packed`` False prints as "n.a."."""

    name: str
    packed: Said[bool] = NOT_RECORDED
    quantity: Said[int] = NOT_RECORDED
    note: str = ""


# --- the whole -------------------------------------------------------------------------------------------------------


SAME_NAME = "ANOTHER RESIDENT OF THE HOME HAS THE SAME NAME. Check date of birth and NHS number."
"""What papers that leave the home say of a namesake: that there is one, never who it is."""


@dataclass(frozen=True, slots=True)
class PackContent:
    """Everything a pack says about one resident at one moment. ``contacts`` has the main contact first; ``same_name``
    says who else in the home bears the name ("SMITH, John, born 06-Sep-1937, room 4"), as a warning."""

    identity: Identity
    reason: TransferReason = TransferReason()
    allergies: Said[tuple[Allergy, ...]] = NOT_KNOWN
    cpr: Said[tuple[CprDecision, ...]] = NOT_RECORDED
    observations: Said[Observations] = NOT_RECORDED
    usual_observations: Said[Observations] = NOT_RECORDED
    new_confusion: Said[bool] = NOT_KNOWN
    usual_cognition: Said[str] = NOT_RECORDED
    actions_taken: Said[str] = NOT_RECORDED
    time_critical: Said[tuple[LastDose, ...]] = NOT_RECORDED
    flags: Flags = Flags()
    diet_texture: Said[str] = NOT_RECORDED
    communication: Communication = Communication()
    mobility: Mobility = Mobility()
    can_return: Said[str] = NOT_RECORDED
    home: HomeContact = HomeContact()
    gp: Gp = Gp()
    contacts: Said[tuple[Contact, ...]] = NOT_RECORDED
    completed_by: Signature = Signature()
    second_checker: Signature | None = None
    detail: SituationDetail = SituationDetail()
    baseline: tuple[Baseline, ...] = ()
    diagnoses: Said[tuple[Diagnosis, ...]] = NOT_RECORDED
    operations: Said[tuple[str, ...]] = NOT_RECORDED
    devices: Said[tuple[str, ...]] = NOT_RECORDED
    assessments: Said[tuple[AssessmentRow, ...]] = NOT_RECORDED
    frailty: Said[str] = NOT_RECORDED
    alerts: Said[tuple[str, ...]] = NOT_RECORDED
    medicines: Said[tuple[Medicine, ...]] = NOT_RECORDED
    stopped_medicines: Said[tuple[StoppedMedicine, ...]] = NOT_RECORDED
    covert_or_crushed: Said[str] = NOT_RECORDED
    mar_sheets: Said[int] = NOT_RECORDED
    skin: Said[str] = NOT_RECORDED
    wounds: Said[tuple[Wound, ...]] = NOT_RECORDED
    legal: LegalAndWishes = LegalAndWishes()
    about_me: AboutMe = AboutMe()
    professionals: Said[tuple[Contact, ...]] = NOT_RECORDED
    funding: Said[str] = NOT_RECORDED
    locality: Said[str] = NOT_RECORDED
    bag_items: tuple[BagItem, ...] = ()
    same_name: tuple[str, ...] = ()

    @property
    def main_contact(self) -> Said[Contact]:
        """The first contact, or the silence of the whole list."""
        if isinstance(self.contacts, Silence):
            return self.contacts
        return self.contacts[0] if self.contacts else NOT_RECORDED


@dataclass(frozen=True, slots=True)
class PackStamp:
    """What makes one printing of a pack itself: any edit after print is a new ``version`` that ``supersedes`` one.

    ``valid_at`` is the instant the facts were read from the record; ``anchor`` (optional) is the audit chain's
    place; ``practice`` marks every page as about an invented person; ``restored_from`` is when the backup was taken
    that the record came back from, while nobody has said that what was recorded since is in it again.
    """

    pack_id: str
    version: int
    home_name: str
    home_phone: Said[str]
    printed_at: datetime
    printed_by: str
    valid_at: datetime
    supersedes: int | None = None
    copies: int = 1
    anchor: str = ""
    practice: bool = False
    restored_from: datetime | None = None


def content_hash(content: PackContent) -> str:
    """SHA-256, in hex, of everything the pack says; the same facts give the same hash, any edit another.

    It goes into the QR code, so that a printed page can be matched with the record without a word about the resident.
    """
    return hashlib.sha256(repr(content).encode()).hexdigest()


# In the order in which a ward would ask: what can kill first, then what delays treatment, then the rest.
FIELD_LABELS: dict[str, str] = {
    "nhs_number": "NHS number",
    "date_of_birth": "Date of birth",
    "allergies": "Allergies",
    "cpr": "CPR decision",
    "cpr.decided_on": "Date of the CPR decision",
    "cpr.original_at": "Where the original CPR document is",
    "reason.situation": "Reason for transfer",
    "reason.onset_at": "Onset",
    "reason.background": "What happened",
    "observations": "Observations now",
    "observations.resp_rate": "Breathing rate now",
    "observations.spo2": "Oxygen saturation now",
    "observations.on_oxygen": "Air or oxygen now",
    "observations.systolic": "Blood pressure now",
    "observations.pulse": "Pulse now",
    "observations.consciousness": "Consciousness now",
    "observations.temp_c": "Temperature now",
    "observations.measured_at": "Time of observations",
    "new_confusion": "New confusion",
    "time_critical": "Time-critical medicines and last dose",
    "time_critical.given_at": "Time of a last dose",
    "medicines": "Medicines",
    "reason.assessment": "Assessment and actions taken",
    "reason.request": "Request",
    "legal.treatment_limits": "Treatment limits",
    "legal.adrt": "Advance decision (ADRT)",
    **{f"flags.{key}": label for key, label in FLAG_LABELS.items()},
    "diet_texture": "Food and fluid texture",
    "legal.capacity": "Capacity to agree to admission",
    "legal.dols": "DoLS in force",
    "usual_observations": "Usual observations",
    "usual_cognition": "Usual cognition",
    "communication.how": "How to communicate",
    "communication.hearing_aid": "Hearing aid",
    "communication.glasses": "Glasses",
    "communication.language": "Language",
    "communication.interpreter": "Interpreter",
    "mobility.today": "Mobility today",
    "mobility.usual": "Usual mobility",
    "mobility.falls_risk": "Falls risk",
    "mobility.bed_rails": "Bed rails",
    "contacts": "Main contact",
    "contacts.phone": "Main contact's phone",
    "contacts.told_at": "Main contact told",
    "home.name": "Home contact",
    "home.phone": "Home phone",
    "gp.practice": "GP practice",
    "gp.phone": "GP phone",
    "gp.code": "GP practice code",
    "reason.called": "Who was called",
    "reason.escort": "Escort",
    "reason.destination": "Destination",
    "reason.bag": "Bag number",
    "can_return": "Can return to the home",
    "sex": "Sex",
    "preferred_name": "Preferred name",
    "legal.preferred_place": "Preferred place of care",
    "home.secure_mail": "Home secure mail",
    "completed_by.name": "Completed by",
    "detail.timeline": "Last 72 hours",
    "detail.fall": "Fall",
    "detail.fluid_intake": "Fluid intake",
    "detail.last_bowel": "Last bowel movement",
    "detail.last_urine": "Last urine",
    "detail.pain": "Pain",
    "detail.mrsa": "MRSA",
    "detail.c_diff": "C. difficile",
    "detail.diarrhoea_vomiting": "Diarrhoea or vomiting",
    "detail.outbreak_in_home": "Flu or outbreak in the home",
    "detail.recent_contacts": "Recent GP, 111, 999 contacts",
    "detail.recent_results": "Recent results",
    "baseline": "Baseline when well against now",
    "diagnoses": "Diagnoses",
    "operations": "Operations",
    "devices": "Devices",
    "assessments": "Assessments",
    "frailty": "Frailty score",
    "alerts": "Alerts",
    "stopped_medicines": "Medicines stopped in the last 14 days",
    "covert_or_crushed": "Covert or crushed medicines",
    "mar_sheets": "MAR copy enclosed",
    "skin": "Skin",
    "wounds": "Wounds",
    "legal.lpa_health": "LPA health and welfare",
    "legal.deputy": "Deputy",
    "legal.capacity_assessment": "Capacity assessment",
    "legal.mental_health_act": "Mental Health Act",
    "legal.consent_to_share": "Consent to share",
    "legal.best_interest": "Best-interest note",
    "legal.organ_donation": "Organ donation",
    "legal.faith": "Faith and last rites",
    **{f"about_me.{key}": f"About me: {label}" for key, label in ABOUT_ME_HEADINGS.items()},
    "professionals": "Professional contacts",
    "funding": "Funding",
    "locality": "Named matron or locality",
}


def missing(content: PackContent) -> tuple[str, ...]:
    """The fields that this pack prints as "not recorded", the most important first: keys of :data:`FIELD_LABELS`.

    "None known" and "not known" are answers and are not in the list.
    """
    return tuple(key for key in FIELD_LABELS if any(said(value) is NOT_RECORDED for value in _values(content, key)))


def _values(content: PackContent, key: str) -> tuple[object, ...]:
    """What the pack prints for a key: one value, or one a row where a list is asked about one of its columns."""
    head, _, tail = key.partition(".")
    if head == "flags":
        return (getattr(content.flags, tail).state,)
    if head == "baseline":
        said_topics = {each.topic for each in content.baseline if is_said(each.well) or is_said(each.now)}
        return (NOT_RECORDED if not said_topics else content.baseline,)
    owner: object = getattr(content, head, None) if hasattr(content, head) else content.identity
    if not tail:
        return (owner if hasattr(content, head) else getattr(content.identity, head),)
    if isinstance(said(owner), Silence):
        return ()  # the whole list is silent and has a key of its own
    if head == "contacts":
        main = content.main_contact
        return () if isinstance(main, Silence) else (getattr(main, tail),)
    if isinstance(owner, tuple):
        return tuple(getattr(each, tail) for each in owner)
    return (getattr(owner, tail),)
