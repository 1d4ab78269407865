"""What the practice home shows of the premium beside its claims: training, rota, proof, requests, payments, spending.

Everything is invented and dated from the day on which the home is made, and something is left to be done on each page:
a test missed by one person, a night without anybody who can lift, a payment that does not agree, a claimed week that a
later correction touches.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from app.domain.dates import LONDON, to_local, to_utc, week_start
from app.domain.home_facts import (
    AdmissionDecision,
    AdmissionRequest,
    CommissionerAnswer,
    Course,
    CriterionEvidence,
    Remittance,
    RemittanceLine,
    Spend,
    SpendCategory,
    Training,
)
from app.domain.messages import claim_identifier
from app.domain.people import ChcPeriod, ResidentId, StaffId
from app.services import accreditation, answers, attachments, home_facts, money, residents, staff, training
from app.services.session import Session

FUNDED: Final = 27
"""By place in the list: whose Continuing Healthcare becomes known only after the week was claimed."""
_PROVIDER = "Practice training provider"
_COURSES: Final = {
    Course.FALL_ASSESSMENT: ("Mo", "Nia", "Cass", "Dee", "Fay", "Ned", "Cal"),
    Course.LIFTING: ("Nia", "Cass", "Dee", "Fay", "Cal", "Sal"),
    Course.NUTRITION_TOOLS: ("Nia", "Cass", "Ned"),
    Course.BANDAGING: ("Nia",),
    Course.PEG: ("Nia", "Dee"),
    Course.SYRINGE_DRIVER: ("Nia",),
}
"""Seven of eight are trained to assess a fall, which is enough, and six of eight to lift, which is one too few."""
_ENDING: Final = (Course.LIFTING, "Cal")
"""Whose certificate of what ends within three weeks."""
_DAYS: Final = {"Nia": (0, 1, 2, 3, 4), "Cass": (0, 1, 5, 6), "Fay": (2, 3, 4, 5, 6), "Cal": (0, 1, 2, 3)}
_NIGHTS: Final = {"Sal": (-1, 0, 1, 2, 6), "Dee": (-1, 1, 2, 3, 4), "Ned": (0, 3, 5, 6), "Cal": (4,), "Mo": (5,)}
"""Days of the week from Monday, 0: the night of Saturday has nobody who is trained to lift."""
_SHORT, _STRANGE = 1, 2
"""Which payment, counted from 0, is a part of a claim short, and which names a claim that the home never made."""


def record(session: Session, by_place: Mapping[int, ResidentId], now: datetime) -> None:
    """Record all of it, as of the session's clock; ``now`` is the instant at which the practice home is opened."""
    today = to_local(now).date()
    monday = week_start(today)
    people = {member.details.name.split()[0]: member.id for member in staff.list_staff(session)}
    _proof(session, people, today)
    _rota(session, people, monday)
    home_facts.add_all(session, tuple(_requests(now)))
    money.record_payments(session, _payments(session, monday))
    home_facts.add_all(session, tuple(_spending(today)))
    _paper(session, today)
    granted = monday - timedelta(weeks=2) + timedelta(days=2)
    residents.add_fact(session, by_place[FUNDED], ChcPeriod(granted))


def _proof(session: Session, people: Mapping[str, StaffId], today: date) -> None:
    """Courses, the commissioner's answers, and what shows that three of the six criteria are met."""
    passed = today - timedelta(days=250)
    courses = [
        Training(
            people[name], course, passed, today + timedelta(days=20 if (course, name) == _ENDING else 480),
            _PROVIDER, f"{course.value[:2].upper()}-{number:03d}",
        )
        for number, (course, name) in enumerate(
            ((course, name) for course, names in _COURSES.items() for name in names), 101
        )
    ]  # fmt: skip
    answered, who = today - timedelta(days=40), "C. Clover, commissioning manager (practice)"
    said = (
        ("retained_bed", "No. A night in hospital is not paid, also when the bed is kept."),
        ("claim_window", "28 days. We look at a later claim with a reason by hand."),
        ("respite", "Yes, when the stay is long enough for the nights asked for."),
    )
    said_by = [CommissionerAnswer(question, words, answered, who) for question, words in said]
    since = today - timedelta(days=200)
    proof = (
        CriterionEvidence(2, "Fall assessment is part of everybody's first week; the matrix shows who has it", since),
        CriterionEvidence(
            3, "Two standing aids and a lifting cushion, serviced in the spring", since, today + timedelta(days=60)
        ),
        CriterionEvidence(5, "MUST for everybody each month; referrals to dietetics are kept with the letters", since),
    )
    home_facts.add_all(session, (*courses, *said_by, *proof))


def _rota(session: Session, people: Mapping[str, StaffId], monday: date) -> None:
    """The shifts of this week, and of the night before it."""
    for rota, begins, ends in ((_DAYS, time(8), time(20)), (_NIGHTS, time(20), time(8))):
        for name, days in rota.items():
            shifts = [monday + timedelta(days=day) for day in days]
            training.record_shifts(session, (people[name],), shifts, begins, ends)


def _requests(now: datetime) -> Iterator[AdmissionRequest]:
    """Four requests for a bed: the guarantee kept, broken by some hours, no bed free, and one without an answer yet."""

    def morning(days_ago: int) -> datetime:
        return to_utc(datetime.combine(to_local(now).date() - timedelta(days=days_ago), time(10, 40), LONDON))

    accepted, hour = AdmissionDecision.ACCEPTED, timedelta(hours=1)
    for asked, source, person, took in (
        (morning(141), "Lister Hospital, Ward 6A", "E.T.", 31 * hour),
        (morning(97), "Lister Hospital, Ward 10B", "P.W.", 6 * hour),
    ):
        yield AdmissionRequest(
            asked, source, person, bed_free=True, decision=accepted, decided_at=asked + hour, arrived_at=asked + took
        )
    asked = morning(31)
    yield AdmissionRequest(
        asked, "Social work, Lower Lea Valley", "M.C.", bed_free=False, decision=AdmissionDecision.REFUSED,
        decided_at=asked + hour, why_not="All 45 beds are taken",
    )  # fmt: skip
    yield AdmissionRequest(now - 3 * hour, "Lister Hospital, discharge lounge", "A.B.", bed_free=True)


def _payments(session: Session, monday: date) -> tuple[Remittance, ...]:
    """A payment for each accepted week that is old enough, on the Friday of the second week after it."""
    weeks: dict[date, list[RemittanceLine]] = defaultdict(list)
    for row in answers.answers(session, last=monday - timedelta(days=15)).rows:
        if row.decided_pence:
            weeks[row.week_start].append(RemittanceLine(row.identifier, row.decided_pence))
    return tuple(
        _payment(session, week, _unlike(session, number, week, lines))
        for number, (week, lines) in enumerate(sorted(weeks.items()))
    )


def _unlike(session: Session, number: int, week: date, lines: Sequence[RemittanceLine]) -> tuple[RemittanceLine, ...]:
    """The lines as the payer sends them, two payments not quite as they were accepted."""
    if number == _SHORT:
        *others, last = lines
        return (*others, RemittanceLine(last.identifier, last.pence - 1_000))
    if number == _STRANGE:
        return (*lines, RemittanceLine(claim_identifier(session.home.ods, "R77", week, 1), 7_000))
    return tuple(lines)


def _payment(session: Session, week: date, lines: tuple[RemittanceLine, ...]) -> Remittance:
    return Remittance(
        paid_on=week + timedelta(days=18),
        reference=f"PRACTICE-{week:%d%m%y}",
        total_pence=sum(line.pence for line in lines),
        lines=lines,
        payer=session.home.ccg_name,
    )


def _spending(today: date) -> Iterator[Spend]:
    """What the money bought, a little less than what arrived; one part of it came back."""
    for days, category, pence, what, supplier in (
        (35, SpendCategory.MEALTIME_STAFFING, 42_000, "One more carer at lunch, four weeks", ""),
        (28, SpendCategory.EQUIPMENT, 68_550, "Two sensor mats and a low bed", "Practice Equipment Ltd"),
        (21, SpendCategory.TRAINING, 24_000, "Falls champion's course", _PROVIDER),
        (20, SpendCategory.COVER, 31_032, "Three shifts while a champion was at the course", ""),
        (12, SpendCategory.IT, 39_900, "Laptop for the lounge", "Practice Computers Ltd"),
        (9, SpendCategory.CARE_PLANS, 12_000, "Electronic care plans, one quarter", "Practice Computers Ltd"),
        (6, SpendCategory.EQUIPMENT, -8_550, "One sensor mat sent back", "Practice Equipment Ltd"),
        (5, SpendCategory.PAY, 52_000, "The champions' supplement, one month", ""),
    ):  # fmt: skip
        yield Spend(today - timedelta(days=days), category, pence, what, supplier)


def _paper(session: Session, today: date) -> None:
    """The training matrix as it is printed, attached to the proof of criterion 2."""
    (proof,) = accreditation.overview(session).criteria[1].evidence
    attachments.add(session, proof.id, "Training matrix as printed", training.matrix_paper(session, today))
