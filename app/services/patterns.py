"""What follows from several entries of a resident and not from one: behaviour that comes again, a call that nobody has
decided, a week without an activity.

Read inside a transaction already open. What calls for somebody is raised when the entry is signed that makes it so
(:func:`called_for`), once until it is closed; what only time makes so is said in words on the screens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from app.domain import behaviour, engagement
from app.domain.alerts import AlertRule, alerts_for_flags
from app.domain.behaviour import Episode
from app.domain.codec import instant
from app.domain.dates import to_local, to_utc
from app.domain.instruments import abc_chart, engagement_log, sbard
from app.domain.people import ResidentId
from app.models import alerts as alert_rows
from app.models import assessments as rows
from app.models import revisions

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

DAYS = 28
"""How far back behaviour is summed up."""
_MOST = 500
"""More entries of one kind than a resident has in a month."""
_MOST_IN_A_WEEK = 100
ABC, SBARD, ENGAGEMENT = abc_chart.TOOL.code, sbard.TOOL.code, engagement_log.TOOL.code
_NEEDED = ("antecedent", "behaviour_kind", "helped")


@dataclass(frozen=True, slots=True)
class Abc:
    """A signed ABC record that is not in error: when it began, what was answered, and who signed it."""

    id: str
    started: datetime
    answers: Mapping[str, Any]
    signed_by: str

    @property
    def whole(self) -> bool:
        """Whether it is known what came before, what was seen and what helped: the summary counts no other."""
        return all(self.answers.get(key) for key in _NEEDED)

    @property
    def episode(self) -> Episode:
        """For the summaries; what is not known yet is empty."""
        given = self.answers
        return Episode(
            self.started,
            given.get("antecedent") or "",
            given.get("behaviour_kind") or "",
            given.get("helped") or "",
            new=given.get("new_behaviour") is True,
        )


@dataclass(frozen=True, slots=True)
class Call:
    """An SBARD call without a decision: what it is about, when it was made, by when help was asked for."""

    id: str
    at: datetime
    situation: str
    request: str
    recipient: str
    requested_by: datetime | None
    overdue: bool


def abc_records(connection: Connection, resident_id: ResidentId, since: datetime) -> tuple[Abc, ...]:
    """The ABC records of behaviour that began at the instant or later, the newest first."""
    found = []
    for line, answers in _signed(connection, resident_id, ABC, since - timedelta(days=1)):
        started = _instant(answers.get("started")) or line.at
        if started >= since:
            found.append(Abc(line.id, started, answers, line.signed_by))
    return tuple(sorted(found, key=lambda each: each.started, reverse=True))


def open_calls(connection: Connection, resident_id: ResidentId, now: datetime) -> tuple[Call, ...]:
    """The SBARD calls that nobody has decided, those whose time has passed first, then the newest."""
    found = []
    for line, answers in _signed(connection, resident_id, SBARD, unfinished=True):
        if answers.get("decision"):
            continue
        wanted = _instant(answers.get("requested_by"))
        found.append(
            Call(
                line.id,
                _instant(answers.get("called_at")) or line.at,
                answers.get("situation") or "",
                answers.get("request") or "",
                answers.get("recipient") or "",
                wanted,
                sbard.is_overdue(wanted, None, now),
            )
        )
    return tuple(sorted(found, key=lambda each: not each.overdue))


def engagement_week(connection: Connection, resident_id: ResidentId, last_day: date) -> engagement.Week:
    """The seven days of the engagement log that end with the day."""
    since = to_utc(datetime.combine(last_day - timedelta(days=engagement.DAYS), time()))
    entries = [
        engagement.Entry(
            to_local(line.at).date(),
            answers.get("kind") or "",
            answers.get("took_part") or "",
            int(answers.get("minutes") or 0),
            None if answers.get("engagement") is None else int(answers["engagement"]),
        )
        for line, answers in _signed(connection, resident_id, ENGAGEMENT, since, most=_MOST_IN_A_WEEK)
    ]
    return engagement.week(entries, last_day)


def called_for(
    connection: Connection,
    resident_id: ResidentId,
    code: str,
    answers: Mapping[str, Any],
    assessment_id: str,
    now: datetime,
) -> tuple[AlertRule, ...]:
    """The alerts that an entry just signed calls for together with those before it, without those that stand."""
    if code == ABC:
        if not _comes_again(connection, resident_id, answers, now):
            return ()
        standing = alert_rows.alerts(connection, resident_id=resident_id, standing_only=True)
        rules = alerts_for_flags(code, (behaviour.FREQUENT_NEW.flag,))
    elif code == SBARD:
        if not sbard.is_overdue(_instant(answers.get("requested_by")), answers.get("decision"), now):
            return ()
        standing = alert_rows.alerts_of(connection, assessment_id)
        rules = alerts_for_flags(code, (sbard.REQUEST_OVERDUE,))
    else:
        return ()
    known = {line.body.kind for line in standing if line.standing}
    return tuple(rule for rule in rules if rule.kind.value not in known)


def _comes_again(connection: Connection, resident_id: ResidentId, answers: Mapping[str, Any], now: datetime) -> bool:
    """Whether the behaviour of the record just signed is new and was seen three times within 72 hours, the last of
    them in the last 72 hours: records that are typed late count as they were, and old ones alarm nobody."""
    started = _instant(answers.get("started")) or now
    kind = answers.get("behaviour_kind")
    lately = abc_records(connection, resident_id, started - behaviour.NEW_WITHIN)
    seen = [each.episode for each in lately]
    ends = [each.at for each in seen if started <= each.at <= started + behaviour.NEW_WITHIN]
    return any(
        kind in behaviour.frequent_new(seen, end) for end in ends if end >= now - behaviour.NEW_WITHIN
    )  # fmt: skip


def month_before(now: datetime) -> datetime:
    """The instant from which behaviour is summed up."""
    return now - timedelta(days=DAYS)


def _signed(
    connection: Connection,
    resident_id: ResidentId,
    code: str,
    since: datetime | None = None,
    *,
    unfinished: bool = False,
    most: int = _MOST,
) -> list[tuple[rows.AssessmentLine, Mapping[str, Any]]]:
    """The sound entries with an instrument and their answers, newest first; ``unfinished`` ones alone where asked."""
    found = []
    for line in rows.history(connection, resident_id, code, most):
        if since is not None and line.at < since:
            break
        if line.state == rows.IN_ERROR or (unfinished and line.complete):
            continue
        revision = revisions.revision(connection, line.revision_id)
        if revision is None:
            raise LookupError("an assessment without its revision")
        found.append((line, revision.body["answers"]))
    return found


def _instant(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return to_utc(value)
    if not isinstance(value, str) or not value:
        return None
    return instant(value) if value.endswith("Z") else to_utc(datetime.fromisoformat(value))
