"""The form of each kind of fact: what it asks, how a recorded fact fills it, and what is read back from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from app.domain.key_facts import TOPICS
from app.domain.people import (
    CPR_LABELS,
    Absence,
    Allergy,
    ChcPeriod,
    Contact,
    CprDecision,
    CprKind,
    Diagnosis,
    FactBody,
    FactKind,
    KeyFact,
    Medicine,
    Need,
    Stay,
)
from app.ui.forms.typed import Ask, Reader, Typed, typed_date, typed_instant
from app.ui.pages.resident.words import AREA_LABELS

FACT_NOUNS = {
    FactKind.ALLERGY: "allergy",
    FactKind.DIAGNOSIS: "diagnosis",
    FactKind.MEDICINE: "medicine",
    FactKind.CONTACT: "contact",
    FactKind.CPR: "CPR status",
    FactKind.NEED: "need",
    FactKind.CHC: "Continuing Healthcare period",
    FactKind.STAY: "stay",
    FactKind.ABSENCE: "absence",
    FactKind.KEY_FACT: "key fact",
}
"""What one fact is called in a button or a title: "Add allergy"."""

_TIME_HELP = "24-hour clock, such as 14:05"
_UNTIL_HELP = "Leave empty while it runs"
_DATE_HELP = "For example 6 Sep 2026, or t for today"
YES_NO = (("", "Not asked"), ("yes", "Yes"), ("no", "No"))
"""The answers to a key fact that asks for yes or no."""

FACT_FORMS: Mapping[FactKind, tuple[Ask, ...]] = {
    FactKind.ALLERGY: (
        Ask("none_known", "No known allergies", "tick", "Tick only when somebody has asked and there are none"),
        Ask("substance", "Allergic to"),
        Ask("reaction", "What happens", help="For example rash, swelling, trouble breathing"),
    ),
    FactKind.DIAGNOSIS: (
        Ask("text", "Diagnosis", needed="Enter the diagnosis"),
        Ask("since", "Known since", "date", "Leave empty if not known"),
    ),
    FactKind.MEDICINE: (
        Ask("name", "Medicine and strength", help="As on the MAR sheet", needed="Enter the medicine"),
        Ask("directions", "Directions", help="For example one tablet at 08:00 and 20:00"),
        Ask("route", "Route", help="For example by mouth, patch, inhaled. Leave empty if not known"),
        Ask("indication", "What it is for", help="Leave empty if not known"),
        Ask(
            "time_critical", "A dose must not be late or missed", "tick",
            "For example insulin or Parkinson's medicines",
        ),
        Ask("started", "Started on", "date", "Leave empty if not known"),
        Ask("stopped", "Stopped on", "date", "The last day on which it is given. Leave empty while it is given"),
    ),
    FactKind.CONTACT: (
        Ask("name", "Contact's name", needed="Enter the contact's name"),
        Ask("relation", "Relation to the resident", help="For example daughter, attorney for health and welfare"),
        Ask("phone", "Phone"),
        Ask("main", "Ring this person first", "tick"),
    ),
    FactKind.CPR: (
        Ask(
            "kind", "What is recorded", "choice", needed="Choose what is recorded about CPR",
            choices=tuple((kind.value, label) for kind, label in CPR_LABELS.items()),
        ),
        Ask("decided_on", "Date of the decision", "date", _DATE_HELP),
        Ask("clinician", "Clinician who decided", help="Name and role as on the form"),
        Ask("original_location", "Where the original is kept"),
        Ask("form_number", "Number on the form", help="Leave empty if it has none"),
        Ask("review_on", "Review due on", "date", "Leave empty if no review is set"),
    ),
    FactKind.NEED: (
        Ask("area", "Area of need", "choice", needed="Choose the area of need", choices=tuple(AREA_LABELS.items())),
        Ask("since", "Need since", "date", _DATE_HELP),
        Ask("until", "Need ended on", "date", "Leave empty while the need is there"),
        Ask(
            "evidenced_on", "Paper document dated", "date",
            "Only when paper proves the need; a signed assessment counts by itself",
        ),
        Ask("why", "Why this is a need", "notes"),
    ),
    FactKind.CHC: (
        Ask(
            "since", "Funded from", "date", "The first day that NHS Continuing Healthcare pays",
            needed="Enter the first day",
        ),
        Ask("until", "Funded until", "date", _UNTIL_HELP),
    ),
    FactKind.STAY: (
        Ask("since", "Moved in on", "date", _DATE_HELP, needed="Enter the day of moving in"),
        Ask("since_time", "Moved in at", "time", _TIME_HELP),
        Ask("until", "Left on", "date", "Leave empty while the resident lives here"),
        Ask("until_time", "Left at", "time", _TIME_HELP),
    ),
    FactKind.ABSENCE: (
        Ask("since", "Away from", "date", _DATE_HELP, needed="Enter the day of leaving"),
        Ask("since_time", "Left the home at", "time", _TIME_HELP),
        Ask("until", "Back on", "date", "Leave empty while the resident is away"),
        Ask("until_time", "Back at", "time", _TIME_HELP),
        Ask("reason", "Where and why", help="For example Lister Hospital, fall"),
    ),
    FactKind.KEY_FACT: (
        Ask(
            "topic", "What it is about", "choice", needed="Choose what it is about",
            choices=tuple((topic.code, topic.label) for topic in TOPICS),
        ),
        Ask("state", "Yes or no", "choice", "Only where the question is one of yes or no", choices=YES_NO),
        Ask("text", "In words", "notes"),
    ),
}  # fmt: skip

REASON = Ask("reason", "Reason for the change", needed="Enter the reason for the change")


def blank_fact(kind: FactKind, now: datetime) -> dict[str, str | bool]:
    """What a new fact's form starts with: a stay or an absence starts now, everything else is empty."""
    if kind in {FactKind.STAY, FactKind.ABSENCE}:
        day, clock = typed_instant(now)
        return {"since": day, "since_time": clock}
    return {}


def typed_fact(body: FactBody) -> dict[str, str | bool]:
    """A recorded fact as its form shows it."""
    match body:
        case Allergy():
            return {"none_known": body.none_known, "substance": body.substance, "reaction": body.reaction}
        case Diagnosis():
            return {"text": body.text, "since": typed_date(body.since)}
        case Medicine():
            return {
                "name": body.name, "directions": body.directions, "route": body.route,
                "indication": body.indication, "time_critical": body.time_critical,
                "started": typed_date(body.started), "stopped": typed_date(body.stopped),
            }  # fmt: skip
        case Contact():
            return {"name": body.name, "relation": body.relation, "phone": body.phone, "main": body.main}
        case CprDecision():
            return {
                "kind": body.kind.value, "decided_on": typed_date(body.decided_on), "clinician": body.clinician,
                "original_location": body.original_location, "form_number": body.form_number,
                "review_on": typed_date(body.review_on),
            }  # fmt: skip
        case Need():
            return {
                "area": body.area, "since": typed_date(body.since), "until": typed_date(body.until),
                "evidenced_on": typed_date(body.evidenced_on), "why": body.why,
            }  # fmt: skip
        case ChcPeriod():
            return {"since": typed_date(body.since), "until": typed_date(body.until)}
        case Stay() | Absence():
            since, since_time = typed_instant(body.since)
            until, until_time = typed_instant(body.until)
            moments: dict[str, str | bool] = {
                "since": since, "since_time": since_time, "until": until, "until_time": until_time,
            }  # fmt: skip
            return moments | ({"reason": body.reason} if isinstance(body, Absence) else {})
        case KeyFact():
            return {"topic": body.topic, "state": typed_state(body.state), "text": body.text}


def read_fact(kind: FactKind, typed: Typed, now: datetime, today: date, *, needs_reason: bool = False) -> FactBody:
    """The fact that was typed; UserError with one problem a field when something is missing or cannot be.

    With ``needs_reason`` (a change) the reason must be there as well.
    """
    read = Reader((*FACT_FORMS[kind], REASON) if needs_reason else FACT_FORMS[kind], typed, today)
    body = _READERS[kind](read, now)
    if needs_reason:
        read.text("reason")
    read.finish()
    return body


def _allergy(read: Reader, _now: datetime) -> FactBody:
    none_known, substance, reaction = read.tick("none_known"), read.text("substance"), read.text("reaction")
    if none_known and substance:
        read.bad("substance", "Either tick that there are no known allergies, or name one: not both")
    if not none_known and not substance:
        read.bad("substance", "Enter what the resident is allergic to")
    return Allergy(substance, reaction, none_known)


def _diagnosis(read: Reader, _now: datetime) -> FactBody:
    return Diagnosis(read.text("text"), read.day("since", past=True))


def _medicine(read: Reader, _now: datetime) -> FactBody:
    started, stopped = read.day("started"), read.day("stopped")
    read.in_order(started, stopped, "stopped", "Stopped on must be on or after the day it was started")
    return Medicine(
        read.text("name"), read.text("directions"), read.tick("time_critical"), started, stopped, read.text("route"),
        read.text("indication"),
    )  # fmt: skip


def _contact(read: Reader, _now: datetime) -> FactBody:
    name, phone = read.text("name"), read.text("phone")
    if read.tick("main") and not phone:
        read.bad("phone", "Enter the phone number of the person to ring first")
    return Contact(name, read.text("relation"), phone, read.tick("main"))


def _cpr(read: Reader, _now: datetime) -> FactBody:
    kind, decided = read.text("kind"), read.day("decided_on", past=True)
    review = read.day("review_on")
    read.in_order(decided, review, "review_on", "Review due on must be after the date of the decision")
    place = read.text("original_location")
    clinician, number = read.text("clinician"), read.text("form_number")
    return CprDecision(CprKind(kind or CprKind.ATTEMPT), decided, clinician, place, review, number)


def _need(read: Reader, _now: datetime) -> FactBody:
    since, until = read.day("since", past=True), read.day("until")
    read.in_order(since, until, "until", "Need ended on must be on or after the day it began")
    return Need(read.text("area"), since, until, read.day("evidenced_on", past=True), read.text("why"))


def _chc(read: Reader, _now: datetime) -> FactBody:
    since, until = read.day("since"), read.day("until")
    read.in_order(since, until, "until", "Funded until must be on or after the first day")
    return ChcPeriod(since or date.min, until)


def _moments(read: Reader, now: datetime) -> tuple[datetime, datetime | None]:
    since, until = read.instant("since", "since_time"), read.instant("until", "until_time")
    for key, moment in (("since", since), ("until", until)):
        if moment is not None and moment > now:
            read.bad(key, "The date and time must not be in the future")
    read.in_order(since, until, "until", "The end must be after the start")
    return since or now, until


def _key_fact(read: Reader, _now: datetime) -> FactBody:
    return KeyFact(read.text("topic"), read.text("text"), read_state(read.text("state")))


def typed_state(state: bool | None) -> str:
    """A yes, a no or neither, as its choice."""
    return {True: "yes", False: "no", None: ""}[state]


def read_state(choice: str) -> bool | None:
    """The same back."""
    return {"yes": True, "no": False}.get(choice)


def _stay(read: Reader, now: datetime) -> FactBody:
    return Stay(*_moments(read, now))


def _absence(read: Reader, now: datetime) -> FactBody:
    since, until = _moments(read, now)
    return Absence(since, until, read.text("reason"))


_READERS = {
    FactKind.ALLERGY: _allergy,
    FactKind.DIAGNOSIS: _diagnosis,
    FactKind.MEDICINE: _medicine,
    FactKind.CONTACT: _contact,
    FactKind.CPR: _cpr,
    FactKind.NEED: _need,
    FactKind.CHC: _chc,
    FactKind.STAY: _stay,
    FactKind.ABSENCE: _absence,
    FactKind.KEY_FACT: _key_fact,
}
