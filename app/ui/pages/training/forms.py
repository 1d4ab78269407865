"""The forms about training and shifts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from app.domain.home_facts import Course, Duty, Training
from app.domain.people import StaffId
from app.domain.training import COURSE_LABELS
from app.ui.forms.typed import Ask, Reader, Typed, typed_date, typed_instant

REASON = Ask("reason", "Reason for the change", "notes", needed="Enter the reason for the change")
ERROR_REASON = Ask("reason", "What was wrong", "notes", needed="Enter what was wrong")
_TIME_HELP = "24-hour clock, such as 08:00"


def training_form(people: Mapping[StaffId, str]) -> tuple[Ask, ...]:
    """A course that somebody passed."""
    return (
        Ask("staff_id", "Member of staff", "choice", needed="Choose the member of staff",
            choices=tuple(people.items())),
        Ask("course", "Course", "choice", needed="Choose the course",
            choices=tuple((course.value, words) for course, words in COURSE_LABELS.items())),
        Ask("title", "Name of the course", help="Needed for an other course"),
        Ask("passed_on", "Passed on", "date", "The date on the certificate", needed="Enter the date of the course"),
        Ask("expires_on", "Certificate ends on", "date", "Leave empty if it does not end", beside=True),
        Ask("provider", "Training provider", help="For example HCPA"),
        Ask("certificate_no", "Certificate number", help="As printed", beside=True),
    )  # fmt: skip


def typed_training(training: Training) -> dict[str, str | bool]:
    """A course as its form shows it."""
    return {
        "staff_id": training.staff_id, "course": training.course.value, "title": training.title,
        "passed_on": typed_date(training.passed_on), "expires_on": typed_date(training.expires_on),
        "provider": training.provider, "certificate_no": training.certificate_no,
    }  # fmt: skip


def read_training(asks: tuple[Ask, ...], typed: Typed, today: date) -> tuple[Training, str]:
    """The course that was typed, and the reason where one is asked for."""
    read = Reader(asks, typed, today)
    who, course = read.text("staff_id"), read.text("course")
    passed, expires = read.day("passed_on", past=True), read.day("expires_on")
    read.in_order(passed, expires, "expires_on", "Certificate ends on must not be before the day it was passed")
    title = read.text("title")
    if course == Course.OTHER and not title:
        read.bad("title", "Enter the name of the course")
    reason = read.text("reason") if asks[-1].key == "reason" else ""
    read.finish()
    body = Training(
        StaffId(who), Course(course), passed or today, expires, read.text("provider"), read.text("certificate_no"),
        title,
    )  # fmt: skip
    return body, reason


ROTA_FORM: tuple[Ask, ...] = (
    Ask("week", "A day of the week", "date", "Any day of the week that the rota is for", needed="Enter a day"),
    Ask("begins", "Shift begins at", "time", _TIME_HELP, needed="Enter when the shift begins"),
    Ask("ends", "Shift ends at", "time", "On the next day when it is earlier", needed="Enter when the shift ends"),
)
SHIFT_FORM: tuple[Ask, ...] = (
    Ask("since", "Shift begins on", "date", needed="Enter the day on which the shift begins"),
    Ask("since_time", "at", "time", _TIME_HELP),
    Ask("until", "Shift ends on", "date", needed="Enter the day on which the shift ends"),
    Ask("until_time", "at", "time", _TIME_HELP),
    REASON,
)


def read_rota(typed: Typed, today: date) -> tuple[date, time, time]:
    """The Monday, and when the shift begins and ends."""
    read = Reader(ROTA_FORM, typed, today)
    day = read.day("week")
    begins, ends = _clock(read, "begins"), _clock(read, "ends")
    read.finish()
    if day is None or begins is None or ends is None:
        raise AssertionError("a form without problems has a day and its times")
    return day - timedelta(days=day.weekday()), begins, ends


def _clock(read: Reader, key: str) -> time | None:
    text = read.text(key).replace(".", ":")
    if not text:
        return None
    if text.isdecimal() and len(text) in (3, 4):
        text = f"{text[:-2]}:{text[-2:]}"
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of day has no zone
    except ValueError:
        read.bad(key, "Enter a 24-hour time such as 08:00")
        return None


def typed_duty(duty: Duty) -> dict[str, str | bool]:
    """A shift as its form shows it."""
    since, since_time = typed_instant(duty.since)
    until, until_time = typed_instant(duty.until)
    return {"since": since, "since_time": since_time, "until": until, "until_time": until_time}


def read_duty(typed: Typed, who: StaffId, today: date) -> tuple[Duty, str]:
    """The shift that was typed, with the reason of the change."""
    read = Reader(SHIFT_FORM, typed, today)
    since, until = read.instant("since", "since_time"), read.instant("until", "until_time")
    if since is not None and until is not None and until <= since:
        read.bad("until", "The shift must end after it begins")
    reason = read.text("reason")
    read.finish()
    if since is None or until is None:
        raise AssertionError("a form without problems has both ends")
    return Duty(who, since, until), reason
