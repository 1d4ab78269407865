"""The form of who a resident is: what it asks, how a record fills it, and the details read back from it."""

from __future__ import annotations

from datetime import date, datetime

from app.domain.dates import date_time, short_date
from app.domain.errors import UserError
from app.domain.nhs import format_nhs_number, parse_nhs_number, parse_ods
from app.domain.people import GENDER_LABELS, Gender, ResidentDetails
from app.ui.forms.typed import Ask, Reader, Typed, typed_date, typed_instant

_CONSENT = {"asked": None, "yes": True, "no": False}

DETAILS_FORM: tuple[Ask, ...] = (
    Ask("family_name", "Last name", needed="Enter the resident's last name"),
    Ask("given_name", "First name", needed="Enter the resident's first name", beside=True),
    Ask("title", "Title", help="For example Mrs; leave empty if not used"),
    Ask("preferred_name", "Likes to be called", help="What staff should say", beside=True),
    Ask("date_of_birth", "Date of birth", "date", "For example 6 Sep 1937", needed="Enter the date of birth"),
    Ask(
        "gender", "Gender", "choice", "As on the NHS record", beside=True,
        choices=tuple((gender.value, label) for gender, label in GENDER_LABELS.items()),
    ),
    Ask("nhs_number", "NHS number", help="10 digits, for example 999 123 4567; spaces do not matter"),
    Ask("nhs_unknown", "The NHS number is not known", "tick"),
    Ask("nhs_number_absent_reason", "Why it is not known", help="For example asked the GP on 3 Sep, no answer yet"),
    Ask("room", "Room", help="Its number or name"),
    Ask("key", "The home's own key", help="A short mark such as R012; no two residents share one", beside=True,
        needed="Enter the home's own key"),
    Ask("gp_name", "GP practice"),
    Ask("gp_phone", "GP practice phone", beside=True),
    Ask("gp_code", "GP practice code", help="Letters and digits, for example E82012"),
    Ask(
        "consent_sharing", "Agrees to sharing with the NHS", "choice",
        choices=(("asked", "Not asked yet"), ("yes", "Yes"), ("no", "No")),
    ),
)  # fmt: skip

ARRIVAL_FORM: tuple[Ask, ...] = (
    Ask(
        "stay_since",
        "Moved in on",
        "date",
        "For example 6 Sep 2026, or t for today",
        needed="Enter the day of moving in",
    ),
    Ask("stay_since_time", "Moved in at", "time", "24-hour clock, such as 14:05"),
)
DEATH_FORM: tuple[Ask, ...] = (
    Ask("died_at", "Died on", "date", "Leave empty while the resident is alive"),
    Ask("died_at_time", "Died at", "time", "24-hour clock, such as 14:05"),
)
REASON = Ask(
    "reason", "Reason for the change", "notes", "Needed when the name, birth date, NHS number or death changes"
)

_IDENTITY = ("family_name", "given_name", "date_of_birth", "nhs_number", "died_at")


def blank_details(suggested_key: str, now: datetime) -> dict[str, str | bool]:
    """What the form of a new resident starts with: moved in now, everything else to be asked."""
    day, clock = typed_instant(now)
    return {
        "key": suggested_key, "gender": Gender.UNKNOWN.value, "consent_sharing": "asked",
        "stay_since": day, "stay_since_time": clock,
    }  # fmt: skip


def typed_details(details: ResidentDetails) -> dict[str, str | bool]:
    """A resident's details as the form shows them."""
    died, died_time = typed_instant(details.died_at)
    consent = next(key for key, value in _CONSENT.items() if value is details.consent_sharing)
    return {
        "family_name": details.family_name, "given_name": details.given_name, "title": details.title,
        "preferred_name": details.preferred_name, "date_of_birth": typed_date(details.date_of_birth),
        "gender": details.gender.value,
        "nhs_number": format_nhs_number(details.nhs_number) if details.nhs_number else "",
        "nhs_unknown": details.nhs_number is None, "nhs_number_absent_reason": details.nhs_number_absent_reason,
        "room": details.room, "key": details.key, "gp_name": details.gp_name, "gp_phone": details.gp_phone,
        "gp_code": details.gp_code, "consent_sharing": consent, "died_at": died, "died_at_time": died_time,
    }  # fmt: skip


def details_words(details: ResidentDetails) -> dict[str, str]:
    """Everything about who a resident is, in words under the form's labels; empty for what is not recorded."""
    typed = typed_details(details)
    found = {}
    for ask in (*DETAILS_FORM, DEATH_FORM[0]):
        value = typed[ask.key]
        if isinstance(value, str):
            found[ask.label] = dict(ask.choices).get(value, value)
    found["Date of birth"] = short_date(details.date_of_birth)
    found["Died on"] = date_time(details.died_at) if details.died_at else ""
    return found


def changed_words(before: ResidentDetails, after: ResidentDetails) -> tuple[str, ...]:
    """What became of each detail that changed: ``Room: 14 (before: 12)``."""
    old, new = details_words(before), details_words(after)
    return tuple(
        f"{name}: {new[name] or 'not recorded'} (before: {old[name] or 'not recorded'})"
        for name in new
        if new[name] != old[name]
    )


def read_arrival(typed: Typed, now: datetime, today: date) -> tuple[ResidentDetails, datetime]:
    """The details of a new resident and when they moved in (UTC); UserError with one problem a field."""
    read = Reader((*DETAILS_FORM, *ARRIVAL_FORM), typed, today)
    details = _details(read, today, None)
    since = read.instant("stay_since", "stay_since_time")
    if since is not None and since > now:
        read.bad("stay_since", "Moved in on must be today or in the past")
    read.finish()
    return details, since or now


def read_change(typed: Typed, before: ResidentDetails, now: datetime, today: date) -> tuple[ResidentDetails, str]:
    """The changed details and the reason; the reason is asked for whenever it is about who this is or a death."""
    read = Reader((*DETAILS_FORM, *DEATH_FORM, REASON), typed, today)
    died = read.instant("died_at", "died_at_time")
    if died is not None and died > now:
        read.bad("died_at", "Died on must be today or in the past")
    details = _details(read, today, died)
    if died is not None and details.date_of_birth > died.date():
        read.bad("died_at", "Died on must be after the date of birth")
    reason = read.text("reason")
    if not reason and any(getattr(details, name) != getattr(before, name) for name in _IDENTITY):
        read.bad("reason", "Enter the reason for the change")
    read.finish()
    return details, reason


def _details(read: Reader, today: date, died_at: datetime | None) -> ResidentDetails:
    born = read.day("date_of_birth")
    if born is not None and born >= today:
        read.bad("date_of_birth", "Date of birth must be in the past")
    elif born is not None and born.year < today.year - 125:
        read.bad("date_of_birth", f"Date of birth must be after {today.year - 126}")
    return ResidentDetails(
        key=read.text("key"),
        family_name=read.text("family_name"),
        given_name=read.text("given_name"),
        date_of_birth=born or today,
        nhs_number=_nhs_number(read),
        nhs_number_absent_reason=read.text("nhs_number_absent_reason") if read.tick("nhs_unknown") else "",
        title=read.text("title"),
        preferred_name=read.text("preferred_name"),
        gender=Gender(read.text("gender") or Gender.UNKNOWN),
        room=read.text("room"),
        gp_code=_ods(read),
        gp_name=read.text("gp_name"),
        gp_phone=read.text("gp_phone"),
        consent_sharing=_CONSENT[read.text("consent_sharing") or "asked"],
        died_at=died_at,
    )


def _nhs_number(read: Reader) -> str | None:
    text = read.text("nhs_number")
    if read.tick("nhs_unknown"):
        if text:
            read.bad("nhs_number", "Either enter the NHS number, or tick that it is not known: not both")
        elif not read.text("nhs_number_absent_reason"):
            read.bad("nhs_number_absent_reason", "Enter why the NHS number is not known")
        return None
    if not text:
        read.bad("nhs_number", "Enter the NHS number, or tick that it is not known")
        return None
    try:
        return parse_nhs_number(text)
    except UserError as error:
        read.bad("nhs_number", error.message)
        return None


def _ods(read: Reader) -> str:
    text = read.text("gp_code")
    if not text:
        return ""
    try:
        return parse_ods(text)
    except UserError:
        read.bad("gp_code", "GP practice code must be 3 to 12 letters and digits")
        return ""
