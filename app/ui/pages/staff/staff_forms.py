"""The forms about staff: who they are, a champion post, and the end of one."""

from __future__ import annotations

from datetime import date, datetime

from app.domain.people import ChampionPost, Role, StaffDetails
from app.ui.forms.typed import Ask, Reader, Typed, typed_date, typed_instant
from app.ui.pages.resident.words import PATHWAY_LABELS

ROLE_LABELS = {
    Role.CARER: "Carer",
    Role.CHAMPION: "Champion",
    Role.NURSE: "Nurse",
    Role.MANAGER: "Manager",
    Role.AUDITOR: "Auditor",
}
ROLE_HELP = {
    Role.CARER: "records assessments",
    Role.CHAMPION: "records and signs assessments",
    Role.NURSE: "signs assessments, sends to hospital, closes alerts",
    Role.MANAGER: "everything, with claims, staff and settings",
    Role.AUDITOR: "looks at everything, changes nothing",
}
_TIME_HELP = "24-hour clock, such as 14:05"

STAFF_FORM: tuple[Ask, ...] = (
    Ask("name", "Name", needed="Enter the name"),
    Ask("key", "Staff reference", help="The home's own short reference, different for each person",
        needed="Enter the staff reference"),
    Ask("role", "Role", "choice", needed="Choose the role",
        choices=tuple((role.value, f"{label}: {ROLE_HELP[role]}") for role, label in ROLE_LABELS.items())),
    Ask("started_at", "Started on", "date", "Leave empty if not known"),
    Ask("left_at", "Left on", "date", "Leave empty while this person works here"),
)  # fmt: skip
REASON = Ask("reason", "Reason for the change", "notes", needed="Enter the reason for the change")

POST_FORM: tuple[Ask, ...] = (
    Ask("pathway", "Champion pathway", "choice", needed="Choose the champion pathway",
        choices=tuple(PATHWAY_LABELS.items())),
    Ask("certificate_no", "Certificate number", help="As printed; the CCG may ask for it"),
    Ask("provider", "Training provider", help="For example HCPA", beside=True),
    Ask("trained_on", "Trained on", "date", "The date on the certificate", needed="Enter the date of the training"),
    Ask("expires_on", "Certificate expires on", "date", "Leave empty if it does not expire", beside=True),
    Ask("in_post_since", "In post from", "date", "For example t for today", needed="Enter the day the post begins"),
    Ask("in_post_since_time", "In post from (time)", "time", _TIME_HELP),
    Ask("in_post_until", "In post until", "date", "Leave empty while in post"),
    Ask("in_post_until_time", "In post until (time)", "time", _TIME_HELP),
)  # fmt: skip

END_FORM: tuple[Ask, ...] = (
    Ask("in_post_until", "Post ends on", "date", "For example t for today", needed="Enter the day the post ends"),
    Ask("in_post_until_time", "Post ends at", "time", _TIME_HELP),
    Ask("reason", "Reason", "notes", "For example left the home, changed role", needed="Enter the reason"),
)


def typed_staff(details: StaffDetails) -> dict[str, str | bool]:
    """A member of staff as the form shows them."""
    return {
        "name": details.name, "key": details.key, "role": details.role.value,
        "started_at": typed_instant(details.started_at)[0], "left_at": typed_instant(details.left_at)[0],
    }  # fmt: skip


def read_staff(typed: Typed, today: date, before: StaffDetails | None) -> tuple[StaffDetails, str]:
    """The member of staff that was typed and the reason (asked for when ``before`` is given)."""
    read = Reader((*STAFF_FORM, REASON), typed, today)
    started, left = read.day("started_at"), read.day("left_at")
    read.in_order(started, left, "left_at", "Left on must be on or after the day they started")
    role = read.text("role")
    details = StaffDetails(
        key=read.text("key"),
        name=read.text("name"),
        role=Role(role or Role.CARER),
        user=before.user if before else "",
        started_at=_kept(started, before.started_at if before else None),
        left_at=_kept(left, before.left_at if before else None),
    )
    reason = read.text("reason") if before else ""
    read.finish()
    return details, reason


def _kept(day: date | None, before: datetime | None) -> datetime | None:
    """The recorded instant when its day was left alone, otherwise the start of the day that was typed."""
    if day is None:
        return None
    if before is not None and typed_instant(before)[0] == typed_date(day):
        return before
    from app.domain.dates import to_utc

    return to_utc(datetime(day.year, day.month, day.day))  # noqa: DTZ001 - to_utc reads it as local


def blank_post(now: datetime) -> dict[str, str | bool]:
    """What the form of a new appointment starts with: in post from now."""
    day, clock = typed_instant(now)
    return {"in_post_since": day, "in_post_since_time": clock}


def typed_post(post: ChampionPost) -> dict[str, str | bool]:
    """A champion post as its form shows it."""
    since, since_time = typed_instant(post.in_post_since)
    until, until_time = typed_instant(post.in_post_until)
    return {
        "pathway": post.pathway, "certificate_no": post.certificate_no, "provider": post.provider,
        "trained_on": typed_date(post.trained_on), "expires_on": typed_date(post.expires_on),
        "in_post_since": since, "in_post_since_time": since_time,
        "in_post_until": until, "in_post_until_time": until_time,
    }  # fmt: skip


def read_post(typed: Typed, today: date, *, needs_reason: bool = False) -> ChampionPost:
    """The champion post that was typed; UserError with one problem a field, the reason of a change included."""
    read = Reader((*POST_FORM, REASON), typed, today)
    if needs_reason:
        read.text("reason")
    trained, expires = read.day("trained_on", past=True), read.day("expires_on")
    read.in_order(trained, expires, "expires_on", "Certificate expires on must be after the training")
    since = read.instant("in_post_since", "in_post_since_time")
    until = read.instant("in_post_until", "in_post_until_time")
    read.in_order(since, until, "in_post_until", "In post until must be after the day the post begins")
    post = ChampionPost(
        pathway=read.text("pathway"),
        trained_on=trained or today,
        expires_on=expires,
        certificate_no=read.text("certificate_no"),
        provider=read.text("provider"),
        in_post_since=since,
        in_post_until=until,
    )
    read.finish()
    return post


def read_end(typed: Typed, post: ChampionPost, today: date) -> tuple[datetime, str]:
    """When the post ends (UTC) and why."""
    read = Reader(END_FORM, typed, today)
    until, reason = read.instant("in_post_until", "in_post_until_time"), read.text("reason")
    read.in_order(post.in_post_since, until, "in_post_until", "Post ends on must be after the day it began")
    read.finish()
    if until is None:
        raise AssertionError("a form without problems has an end")
    return until, reason
