"""The accreditation as the home can prove it: the six criteria, what the record shows by itself, and the admissions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.domain.accreditation import (
    CRITERIA,
    Accredited,
    Criterion,
    Guarantee,
    Kept,
    Proof,
    accredited_on,
    guarantee,
    kept,
    proof_on,
)
from app.domain.home_facts import (
    AdmissionRequest,
    Course,
    CriterionEvidence,
    HomeFact,
    HomeFactId,
    HomeFactKind,
    Training,
)
from app.domain.training import TESTED, Worker, by_worker, share
from app.models import assessments as assessment_rows
from app.models import home_facts as rows
from app.models import residents as resident_rows
from app.models import staff as staff_rows
from app.services.access import Action, require
from app.services.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

_YEAR = timedelta(days=365)
_MONTH = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Figure:
    """What the record itself shows today: so many of so many; ``enough`` None where no number is asked for."""

    words: str
    number: int
    of: int
    enough: bool | None = None


@dataclass(frozen=True, slots=True)
class CriterionState:
    """A criterion with its proof, the papers attached to each, and the record's own figures."""

    criterion: Criterion
    proof: Proof
    evidence: tuple[HomeFact, ...]
    papers: dict[HomeFactId, tuple[HomeFact, ...]]
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One request for a bed and whether the guarantee was kept."""

    fact: HomeFact
    body: AdmissionRequest
    kept: Kept


@dataclass(frozen=True, slots=True)
class AccreditationOverview:
    """All that the page shows; the guarantee counts the requests of the last 365 days."""

    state: Accredited
    criteria: tuple[CriterionState, ...]
    requests: tuple[Request, ...]
    guarantee: Guarantee


def overview(session: Session) -> AccreditationOverview:
    """How the accreditation stands today."""
    require(session, Action.VIEW_CLAIMS)
    now, today = session.now(), session.today()
    with session.read() as connection:
        proofs = rows.facts(connection, HomeFactKind.CRITERION)
        papers = rows.facts(connection, HomeFactKind.ATTACHMENT)
        admissions = rows.facts(connection, HomeFactKind.ADMISSION)
        figures = _figures(connection, session)
    bodies = [fact.body for fact in proofs if isinstance(fact.body, CriterionEvidence)]
    criteria = []
    for criterion in CRITERIA:
        own = tuple(f for f in proofs if isinstance(f.body, CriterionEvidence) and f.body.criterion == criterion.number)
        attached = {fact.id: tuple(p for p in papers if getattr(p.body, "about", "") == fact.id) for fact in own}
        criteria.append(
            CriterionState(
                criterion, proof_on(bodies, criterion.number, today), own, attached,
                figures.get(criterion.number, ()),
            )
        )  # fmt: skip
    requests = tuple(
        Request(fact, fact.body, kept(fact.body, now)) for fact in admissions if isinstance(fact.body, AdmissionRequest)
    )
    lately = [each.body for each in requests if each.body.requested_at > now - _YEAR]
    return AccreditationOverview(
        accredited_on(session.home.accredited, today), tuple(criteria), requests, guarantee(lately, now)
    )


def _figures(connection: Connection, session: Session) -> dict[int, tuple[Figure, ...]]:
    now, today = session.now(), session.today()
    here = [line.id for line in resident_rows.living(connection, now)]
    dependent = _with_band(connection, "rhys_hearn_high", here, now - _YEAR, now)
    high = sum(1 for line in dependent.values() if line.band == "high")
    screened = _with_band(connection, "must", here, now - _MONTH, now)
    trainings = by_worker(rows.bodies(connection, Training))
    staff = [Worker(m.id, m.details, trainings.get(m.id, ())) for m in staff_rows.staff(connection)]

    def trained(course: Course, words: str) -> Figure:
        counted = share(staff, course, today)
        return Figure(words, counted.trained, counted.in_post, counted.met if course in TESTED else None)

    return {
        1: (
            Figure("Residents whose dependency was assessed in the last year", len(dependent), len(here)),
            Figure("of these with high dependency", high, len(dependent)),
        ),
        2: (trained(Course.FALL_ASSESSMENT, "Staff trained to assess somebody who has fallen"),),
        3: (trained(Course.LIFTING, "Staff trained in lifting equipment"),),
        5: (Figure("Residents screened with MUST in the last 31 days", len(screened), len(here)),),
        6: (
            trained(Course.BANDAGING, "Staff trained in four-layer bandaging"),
            trained(Course.PEG, "Staff trained in PEG feeding"),
            trained(Course.SYRINGE_DRIVER, "Staff trained in syringe drivers"),
        ),
    }


def _with_band(
    connection: Connection, code: str, here: Sequence[str], first: datetime, last: datetime
) -> dict[str, assessment_rows.AssessmentLine]:
    newest: dict[str, assessment_rows.AssessmentLine] = {}
    for line in assessment_rows.sound(connection, [code], first, last):
        if line.resident_id in here:
            newest.setdefault(line.resident_id, line)
    return newest
