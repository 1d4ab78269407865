"""The comprehensive geriatric assessment: assembled from the newest of the other assessments, with its gaps named.

What is assembled is a draft. A person completes the domains that no assessment speaks for (diagnoses, sight and
hearing, the surroundings), puts right what they know better, and signs.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from app.domain import behaviour
from app.domain.dates import short_date, to_local
from app.domain.errors import UserError
from app.domain.instruments import cga as domain
from app.domain.instruments.captured import SIX_MONTHS, louder
from app.domain.instruments.cga import Newest
from app.domain.instruments.outcome import Severity
from app.domain.people import ResidentId
from app.models import assessments as rows
from app.services import assessments, patterns, permission, person
from app.services.access import Action, require
from app.services.assessments import Assessment, SavedDraft
from app.services.changes import Changes
from app.services.known import known_resident
from app.services.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

CODE = domain.TOOL.code
_LONGEST = 300
"""Characters of one reason: what is assembled is an overview, and the form asks for it in one line."""
_EVENTS = frozenset({patterns.ABC, "dear_gp", "four_at"})
"""Instruments without a routine interval: after six months what they found is no evidence of how it is today."""


def assemble(session: Session, resident_id: ResidentId) -> dict[str, object]:
    """The answers that the newest assessments give today; a domain that none can speak for is left out.

    What is overdue or unfinished is a gap, and the reason says which it is.
    """
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        return _assembled(session, connection, resident_id)


def begin(session: Session, resident_id: ResidentId) -> SavedDraft:
    """Keep what can be assembled today as a draft, for a person to complete; a draft that is there is gone on with as
    it is, so that nothing typed is lost. Raises UserError for a resident who is not in the records."""
    require(session, Action.RECORD_ASSESSMENT)
    with session.read() as connection:
        permission.require_on(connection, CODE)
        waiting = next(
            (
                each
                for each in rows.drafts(connection, resident_id)
                if each.instrument == CODE and each.amends is None
            ),
            None,
        )  # fmt: skip
        answers = {} if waiting else _assembled(session, connection, resident_id)
    if waiting is not None:
        return SavedDraft(waiting.id, waiting.updated_at, Changes())
    return assessments.save_draft(session, resident_id, CODE, answers)


def cga_paper(session: Session, assessment_id: str) -> bytes:
    """A signed assessment as a PDF: every domain with its state and where that comes from, the gaps on page 1.

    Printing is audited. UserError for one that is not there or was entered in error.
    """
    from app.reports.cga import CgaPaper, PaperDomain, cga_pdf

    require(session, Action.PRINT_PACK)
    with session.look() as work:
        line = rows.assessment(work.connection, assessment_id)
        if line is None or line.instrument != CODE:
            raise UserError("This assessment is not in the records", field="assessment")
        if line.state == rows.IN_ERROR:
            raise UserError("This assessment was marked as entered in error and is not printed", field="assessment")
        found = assessments.whole(session, work.connection, line)
        work.audit("print", "cga", assessment_id, resident_id=line.resident_id)
        said = person.answers_in_words(CODE, found.answers)
        paper = CgaPaper(
            stamp=person.stamp(session, work, line.resident_id),
            on=to_local(line.at).date(),
            signed_by=found.row.signed_by,
            next_due=line.next_due,
            domains=tuple(
                PaperDomain(label, str(found.answers.get(key) or ""), said.get(f"{key}_reason", ""))
                for key, label in domain.DOMAINS.items()
            ),
            present=said.get("present", ""),
            goal=said.get("goal", ""),
            note=found.note,
            attribution=found.outcome.attribution,
        )
    return cga_pdf(paper)


def _assembled(session: Session, connection: Connection, resident_id: ResidentId) -> dict[str, object]:
    known_resident(connection, resident_id)
    today = session.today()
    found = assessments.latest_whole(session, connection, resident_id)
    newest = {code: _newest(each) for code, each in found.items()}
    if patterns.ENGAGEMENT in newest:
        newest[patterns.ENGAGEMENT] = _week(connection, resident_id, newest[patterns.ENGAGEMENT], today)
    if patterns.ABC in newest:
        newest[patterns.ABC] = _month(session, connection, resident_id, newest[patterns.ABC])
    answers = domain.assembled(newest, today)
    if conflicts := person.cpr_conflicts(connection, resident_id, found.get("respect_summary")):
        answers |= {"future": domain.CONCERN, "future_reason": "; ".join((*conflicts, str(answers["future_reason"])))}
    return {key: _short(value) if key.endswith("_reason") else value for key, value in answers.items()}


def _newest(found: Assessment) -> Newest:
    row, outcome = found.row, found.outcome
    day = to_local(row.at).date()
    words = ", ".join(part for part in (row.score, row.band_label) if part)
    if row.instrument == "dear_gp":
        words = person.DECISIONS.get(str(outcome.parts.get("decision", "")), words)
    elif outcome.band is None and louder(outcome.severity, Severity.ROUTINE) and outcome.actions:
        words = outcome.actions[0]  # what was captured has no band: what there is to do says what was found
    due = row.next_due
    if due is None and outcome.complete and row.instrument in _EVENTS:
        due = day + timedelta(days=SIX_MONTHS)
    return Newest(day, due, outcome.severity, outcome.complete, f"{row.short}: {words or 'recorded'}")


def _week(connection: Connection, resident_id: ResidentId, newest: Newest, today: date) -> Newest:
    """The engagement log speaks by its week, not by the last activity that was offered."""
    week = patterns.engagement_week(connection, resident_id, today)
    if not (week.activities or week.refusals or week.asleep):
        return newest
    loudest = next((each.severity for each in week.findings if louder(each.severity, Severity.ROUTINE)), None)
    return replace(
        newest,
        next_due=None,
        severity=loudest or Severity.ROUTINE,
        complete=True,
        words=f"Engagement, 7 days to {short_date(week.last_day)}: {week.words}",
    )


def _month(session: Session, connection: Connection, resident_id: ResidentId, newest: Newest) -> Newest:
    """Behaviour speaks by what was recorded in the last four weeks; new behaviour that comes again is a concern."""
    now = session.now()
    records = patterns.abc_records(connection, resident_id, patterns.month_before(now))
    if not records:
        return newest
    count = "1 record" if len(records) == 1 else f"{len(records)} records"
    again = behaviour.frequent_new((each.episode for each in records), now)
    return replace(
        newest,
        severity=behaviour.FREQUENT_NEW.severity if again else newest.severity,
        words=f"ABC chart: {count} in {patterns.DAYS} days{', new behaviour three times in 72 hours' if again else ''}",
    )


def _short(value: object) -> object:
    if not isinstance(value, str) or len(value) <= _LONGEST:
        return value
    return f"{value[: _LONGEST - 1].rstrip()}…"
