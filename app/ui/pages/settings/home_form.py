"""The questions about the home, as first run and Settings ask them, and reading what was typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.domain.errors import UserError
from app.domain.nhs import parse_ods
from app.domain.people import Home
from app.ui.forms.typed import Ask, Reader, Typed, typed_date

Period = tuple[date, date | None]
"""When the home is accredited: both days included, None while it runs."""

KIND_LABELS = {"residential": "Residential", "nursing": "Nursing", "dual": "Residential and nursing"}
_OPTIONAL = " (optional)"
_NAME = Ask("name", "Name of the home", needed="Enter the name of the home")
_DETAILS: tuple[Ask, ...] = (
    Ask("cqc_location", f"CQC location{_OPTIONAL}", help="As in the register, for example 1-123456789"),
    Ask("beds", f"Number of beds{_OPTIONAL}", beside=True),
    Ask("address", f"Address{_OPTIONAL}", "notes", "One line each, without the postcode"),
    Ask("postcode", f"Postcode{_OPTIONAL}", beside=True),
    Ask("phone", f"Telephone{_OPTIONAL}", help="As the hospital should ring it"),
    Ask("email", f"Email{_OPTIONAL}", beside=True),
    Ask("kind", "Kind of home", "choice", choices=tuple(KIND_LABELS.items())),
    Ask("locality", f"Locality{_OPTIONAL}", help="For example Lower Lea Valley", beside=True),
)
FIRST_RUN_FORM: tuple[Ask, ...] = (
    _NAME,
    Ask("ods", "ODS code", help="3 to 12 letters and digits, for example VN3X2", needed="Enter the ODS code",
        beside=True),
    *_DETAILS,
    Ask("accredited", f"Accredited for the premium since{_OPTIONAL}", "date",
        "Without this date no premium can be claimed. You can add it later"),
)  # fmt: skip
HOME_FORM: tuple[Ask, ...] = (
    _NAME,
    *_DETAILS,
    Ask("reason", "Reason for the change", "notes", needed="Enter the reason for the change"),
)
PERIOD_FORM: tuple[Ask, ...] = (
    Ask("accredited_since", "Accredited since", "date", "The first day of the period",
        needed="Enter the date in accredited since"),
    Ask("accredited_until", "Accredited until", "date", "The last day. Leave empty while it runs", beside=True),
)  # fmt: skip


def typed_home(home: Home) -> dict[str, str]:
    """The home's details as the form shows them for editing."""
    return {
        "name": home.name,
        "cqc_location": home.cqc_location,
        "beds": str(home.beds) if home.beds else "",
        "address": "\n".join(home.address),
        "postcode": home.postcode,
        "phone": home.phone,
        "email": home.email,
        "kind": home.kind,
        "locality": home.locality,
    }


def read_home(typed: Typed, kept: Home, today: date) -> tuple[Home, str]:
    """The home with what was typed, and the reason; UserError with one problem a field."""
    read = Reader(HOME_FORM, typed, today)
    reason = read.text("reason")
    home = _read_details(read, kept)
    read.finish()
    return home, reason


def read_first_home(typed: Typed, today: date) -> Home:
    """The new home that was typed; UserError with one problem a field."""
    read = Reader([replace(ask, label=ask.label.removesuffix(_OPTIONAL)) for ask in FIRST_RUN_FORM], typed, today)
    ods = read.text("ods")
    if ods:
        try:
            ods = parse_ods(ods, field="ods")
        except UserError as error:
            read.bad("ods", error.message.replace("Organisation code", "ODS code"))
    since = read.day("accredited")
    home = _read_details(read, Home("", ods, accredited=((since, None),) if since else ()))
    read.finish()
    return home


def typed_period(period: Period | None) -> dict[str, str]:
    """A period of accreditation as the form shows it for editing; empty boxes for a new one."""
    since, until = period or (None, None)
    return {"accredited_since": typed_date(since), "accredited_until": typed_date(until)}


def read_period(typed: Typed, today: date) -> Period:
    """The period of accreditation that was typed; UserError with one problem a field."""
    read = Reader(PERIOD_FORM, typed, today)
    since, until = read.day("accredited_since"), read.day("accredited_until")
    read.in_order(since, until, "accredited_until", "Accredited until must not be before accredited since")
    read.finish()
    if since is None:
        raise AssertionError("a form without problems has a first day")
    return since, until


def _read_details(read: Reader, kept: Home) -> Home:
    from app.services import settings

    beds = read.text("beds")
    if beds and not (beds.isdecimal() and len(beds) < 6 and int(beds)):
        read.bad("beds", settings.BEDS_PROBLEM)
        beds = ""
    home = settings.tidy_home(
        replace(
            kept,
            name=read.text("name"),
            cqc_location=read.text("cqc_location"),
            beds=int(beds or "0"),
            address=tuple(read.text("address").splitlines()),
            postcode=read.text("postcode"),
            phone=read.text("phone"),
            email=read.text("email"),
            kind=read.text("kind"),
            locality=read.text("locality"),
        )
    )
    for problem in settings.home_problems(home):
        read.bad(problem.field, problem.message)
    return home
