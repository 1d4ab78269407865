"""The lists that go with the claims: needs and Continuing Healthcare, champions, accreditation, training, payments,
spending, what happened to residents, and what the audit trail says of all that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from app.domain import money_review
from app.domain.dates import date_time, short_date, to_local
from app.domain.evidence import Column, Register, Value
from app.domain.home_facts import (
    AdmissionRequest,
    Attachment,
    ClaimReview,
    CommissionerAnswer,
    CriterionEvidence,
    Duty,
    HomeFactKind,
    Remittance,
    Spend,
    Training,
)
from app.domain.journeys import counts
from app.domain.needs import ChampionPathway, pathway_label
from app.domain.people import ChcPeriod, Fact, Home, Need, Resident, StaffId
from app.domain.periods import midnight
from app.domain.premium import Policy
from app.domain.training import COURSE_LABELS, TESTED, Cover, Worker, by_worker, lift_cover, share
from app.models import audit as audit_rows
from app.models import falls as fall_rows
from app.models import home_facts as home_rows
from app.models import journeys as journey_rows
from app.models import staff as staff_rows
from app.models import wounds as wound_rows
from app.services.audit import action_words
from app.services.evidence_names import LEFT_OUT, Names

if TYPE_CHECKING:
    from sqlalchemy import Connection

_ABOUT_CLAIMS = (
    "claim", "claim-answer", "evidence", "post", "home", "policy", "commissioner_answer", "training", "duty",
    "attachment", "remittance", "spend", "admission", "criterion", "claim_review",
)  # fmt: skip
_COVER_WORDS = {
    Cover.COVERED: "Somebody trained to lift was on duty",
    Cover.NOBODY_TRAINED: "Nobody on duty was trained to lift",
    Cover.NO_ROTA: "No shift is recorded: nobody can say",
}
_MOST_GAPS = 200
T = TypeVar("T", Need, ChcPeriod)
Claimed = Sequence[tuple[Resident, Sequence[Fact]]]
"""Residents who were claimed for, with their facts."""


class Reader:
    """Reads the lists of a span of days, ``first`` to ``last``, out of one transaction.

    :meth:`registers` gets the residents of the span's claims by identifier, and those residents' facts.
    """

    def __init__(
        self,
        connection: Connection,
        home: Home,
        names: Names,
        first: date,
        last: date,
        now: datetime,
    ) -> None:
        self._connection = connection
        self._home = home
        self._names = names
        self._first, self._last = first, last
        self._now = now
        self._staff = staff_rows.staff(connection)
        self._by_id = {member.id: member for member in self._staff}

    def registers(self, claims: Mapping[str, Resident], facts: Claimed) -> tuple[Register, ...]:
        """Every list, in the order in which the paper has them."""
        return (
            self._policies(),
            self._needs(facts),
            self._chc(facts),
            self._champions(),
            self._accreditation(),
            self._shares(),
            self._training(),
            self._lifting(),
            self._admissions(),
            self._payments(claims),
            self.spending(),
            self.outcomes(),
            self._reviews(claims),
            self._audit(),
        )

    # ------------------------------------------------------------------------------------------------ the rules

    def _policies(self) -> Register:
        rows: list[tuple[Value, ...]] = [
            (
                policy.version,
                policy.starts,
                policy.ends or "The next one",
                policy.amount_pence,
                _readings(policy),
            )
            for policy in home_rows.policies(self._connection)
            if policy.starts <= self._last
        ]
        answers = "; ".join(
            f"{answer.question.replace('_', ' ')}: {self._names.text(answer.answer)} ({short_date(answer.answered_on)})"
            for answer in home_rows.bodies(self._connection, CommissionerAnswer)
        )
        return Register(
            "Policies of the premium",
            "Policies",
            (
                Column("Version", share=90), Column("From", "date"), Column("Until", "date"),
                Column("A week", "pence", 60), Column("Readings", share=250),
            ),
            tuple(rows),
            "No policy was in force.",
            f"Answers of the commissioner: {answers}" if answers else "No answer of the commissioner is recorded.",
        )  # fmt: skip

    # --------------------------------------------------------------------------------------------- the residents

    def _needs(self, facts: Claimed) -> Register:
        rows: list[tuple[Value, ...]] = []
        for resident, fact, need in _bodies(facts, Need):
            area = need.area.replace("_", " ").capitalize()
            rows.append((
                self._names.resident(resident), area, need.since, need.until or "To date", need.evidenced_on or "None",
                self._names.account(fact.recorded_by), fact.recorded_at,
            ))  # fmt: skip
        return Register(
            "Needs of the residents who were claimed for",
            "Needs",
            (
                Column("Resident", share=120), Column("Area"), Column("From", "date", 66), Column("Until", "date", 66),
                Column("Paper of", "date", 66), Column("Recorded by", share=90), Column("Recorded", "instant", 72),
            ),
            tuple(rows),
            "No need is recorded.",
            "The assessments that prove them stand with each claim.",
        )  # fmt: skip

    def _chc(self, facts: Claimed) -> Register:
        rows: list[tuple[Value, ...]] = [
            (
                self._names.resident(resident), period.since, period.until or "To date",
                self._names.account(fact.recorded_by), fact.recorded_at,
            )
            for resident, fact, period in _bodies(facts, ChcPeriod)
        ]  # fmt: skip
        return Register(
            "Continuing Healthcare of the residents who were claimed for",
            "Continuing Healthcare",
            (
                Column("Resident", share=140), Column("From", "date"), Column("Until", "date"),
                Column("Recorded by", share=110), Column("Recorded", "instant", 90),
            ),
            tuple(rows),
            "No period of Continuing Healthcare is recorded for them.",
        )  # fmt: skip

    # ------------------------------------------------------------------------------------------------- the staff

    def _champions(self) -> Register:
        papers = {paper.about for paper in home_rows.bodies(self._connection, Attachment)}
        recorded = {
            event.object_id: event.at
            for event in audit_rows.every(
                self._connection, kinds=(audit_rows.Kind(objects=("post",)),), actor=None, first=None, until=None
            )
        }
        rows: list[tuple[Value, ...]] = []
        for member in self._staff:
            for appointment in member.posts:
                post = appointment.post
                since = post.in_post_since or member.details.started_at
                until = post.in_post_until or member.details.left_at
                rows.append((
                    self._names.member(member),
                    pathway_label(ChampionPathway(post.pathway)),
                    self._names.text(post.certificate_no) or "Not recorded",
                    post.provider or "Not recorded",
                    post.trained_on,
                    post.expires_on if post.expires_on else "No end date",
                    to_local(since).date() if since else "Not recorded",
                    to_local(until).date() if until else "To date",
                    "Yes" if appointment.id in papers else "No",
                    recorded.get(appointment.id),
                ))  # fmt: skip
        return Register(
            "Champion register",
            "Champions",
            (
                Column("Champion", share=92), Column("Pathway", share=62), Column("Certificate", share=66),
                Column("Provider", share=60), Column("Passed", "date", 60), Column("Expires", "date", 60),
                Column("In post from", "date", 60), Column("In post to", "date", 60), Column("Paper held", share=38),
                Column("Recorded", "instant", 62),
            ),
            tuple(rows),
            "No champion is recorded at this home.",
        )  # fmt: skip

    def _training(self) -> Register:
        rows: list[tuple[Value, ...]] = []
        for course in home_rows.bodies(self._connection, Training):
            rows.append((
                self._called(course.staff_id), course.title or COURSE_LABELS[course.course], course.passed_on,
                course.expires_on or "No end date", course.provider or "Not recorded",
                self._names.text(course.certificate_no) or "Not recorded",
            ))  # fmt: skip
        return Register(
            "Training",
            "Training",
            (
                Column("Member of staff", share=120), Column("Course", share=120), Column("Passed", "date"),
                Column("Expires", "date"), Column("Provider", share=90), Column("Certificate", share=80),
            ),
            tuple(rows),
            "No training is recorded beside the champions' own.",
        )  # fmt: skip

    def _workers(self) -> Sequence[Worker]:
        trained = by_worker(home_rows.bodies(self._connection, Training))
        return [Worker(member.id, member.details, trained.get(member.id, ())) for member in self._staff]

    def _shares(self) -> Register:
        rows: list[tuple[Value, ...]] = []
        for day in (self._first, self._last):
            for course, criterion in TESTED.items():
                found = share(self._workers(), course, day)
                rows.append((
                    COURSE_LABELS[course], f"Criterion {criterion}", day, found.trained, found.in_post,
                    "Met" if found.met else "Not met",
                ))  # fmt: skip
        return Register(
            "The two 80 % tests of the accreditation",
            "Training tests",
            (
                Column("Course", share=150), Column("Asked by", share=70), Column("On", "date"),
                Column("Trained", "number", 60), Column("Staff in post", "number", 70), Column("At least 80 %"),
            ),
            tuple(rows),
            "No test was made.",
        )  # fmt: skip

    def _lifting(self) -> Register:
        duties = home_rows.bodies(self._connection, Duty)
        cover = lift_cover(
            self._workers(), duties, midnight(self._first), min(midnight(self._last + timedelta(days=1)), self._now)
        ) if self._now > midnight(self._first) else None  # fmt: skip
        stretches = cover.stretches if cover else ()
        rows: list[tuple[Value, ...]] = [
            (each.since, each.until, each.minutes, _COVER_WORDS[each.cover]) for each in stretches[:_MOST_GAPS]
        ]
        more = len(stretches) - len(rows)
        note = "By the rota, day and night, as criterion 3 asks." + (f" {more} more stretches follow." if more else "")
        return Register(
            "Somebody trained to lift on duty, all 24 hours",
            "Lifting cover",
            (
                Column("From", "instant", 110), Column("Until", "instant", 110), Column("Minutes", "number", 70),
                Column("By the rota", share=230),
            ),
            tuple(rows),
            "No part of the span has passed yet.",
            note,
        )  # fmt: skip

    # ---------------------------------------------------------------------------------------- the accreditation

    def _accreditation(self) -> Register:
        rows: list[tuple[Value, ...]] = [
            ("Accredited", since, until or "To date", "As recorded with the home's details")
            for since, until in self._home.accredited
        ]
        for fact in home_rows.facts(self._connection, HomeFactKind.CRITERION):
            shown = fact.body
            if isinstance(shown, CriterionEvidence) and shown.since <= self._last:
                until = shown.until or "To date"
                rows.append((f"Criterion {shown.criterion}", shown.since, until, self._names.text(shown.words)))
        return Register(
            "Accreditation and what shows each criterion",
            "Accreditation",
            (Column("What", share=90), Column("From", "date"), Column("Until", "date"), Column("Shown by", share=270)),
            tuple(rows),
            "No accreditation is recorded.",
        )

    def _admissions(self) -> Register:
        rows: list[tuple[Value, ...]] = []
        for asked in home_rows.bodies(self._connection, AdmissionRequest):
            if not self._first <= to_local(asked.requested_at).date() <= self._last:
                continue
            rows.append((
                asked.requested_at, self._names.text(asked.source), "Yes" if asked.bed_free else "No",
                asked.decision.value.capitalize() if asked.decision else "Not answered",
                asked.decided_at or "Not recorded", asked.arrived_at or "Not recorded",
                self._names.text(asked.why_not) or "None given",
            ))  # fmt: skip
        return Register(
            "Requests for a bed",
            "Admissions",
            (
                Column("Asked", "instant", 90), Column("From", share=90), Column("Bed free", share=50),
                Column("Answer", share=66), Column("Answered", "instant", 90), Column("Arrived", "instant", 90),
                Column("Reason refused", share=110),
            ),
            tuple(rows),
            "No request for a bed is recorded in the span.",
            "The home guarantees admission within 24 hours where a bed is free (criterion 4).",
        )  # fmt: skip

    # ------------------------------------------------------------------------------------------------ the money

    def _payments(self, claims: Mapping[str, Resident]) -> Register:
        rows: list[tuple[Value, ...]] = []
        for paid in sorted(home_rows.bodies(self._connection, Remittance), key=lambda each: each.paid_on):
            in_span = self._first <= paid.paid_on <= self._last
            for line in paid.lines:
                resident = claims.get(line.identifier)
                if resident is None and not in_span:
                    continue
                known = line.identifier if self._names.named else LEFT_OUT
                rows.append((
                    paid.paid_on, paid.reference, paid.payer or "Not recorded",
                    self._names.claim(line.identifier, resident) if resident else known,
                    line.pence, "Yes" if resident else "No",
                ))  # fmt: skip
        return Register(
            "Payments",
            "Payments",
            (
                Column("Paid", "date"), Column("Reference", share=100), Column("Payer", share=90),
                Column("Claim", share=160), Column("Amount", "pence", 70), Column("Claim of this span", share=60),
            ),
            tuple(rows),
            "No payment is recorded for these claims.",
            "A line a claim: money that came for the claims of this span, whenever it came, and money of the span.",
            total=True,
        )  # fmt: skip

    def spending(self) -> Register:
        """What the premium was spent on in the span."""
        rows: list[tuple[Value, ...]] = [
            (
                spent.on, spent.category.value.replace("_", " ").capitalize(), self._names.text(spent.what),
                self._names.text(spent.supplier) or "Not recorded", spent.pence,
            )
            for spent in sorted(home_rows.bodies(self._connection, Spend), key=lambda each: each.on)
            if self._first <= spent.on <= self._last
        ]  # fmt: skip
        return Register(
            "What the premium was spent on",
            "Spending",
            (
                Column("On", "date"), Column("Category", share=100), Column("What", share=170),
                Column("Supplier", share=110), Column("Amount", "pence", 70),
            ),
            tuple(rows),
            "No spending is recorded in the span.",
            total=True,
        )  # fmt: skip

    def outcomes(self) -> Register:
        """The outcome counters: journeys as :func:`app.domain.journeys.counts` counts them, falls, pressure ulcers."""
        since, until = midnight(self._first), midnight(self._last + timedelta(days=1))
        falls = [f for f in fall_rows.of_home(self._connection, since) if f.at < until and not f.in_error]
        found = wound_rows.found_between(self._connection, since, until)
        ulcers = [line.wound for line in found if line.wound.cause == "pressure"]
        counted = counts([line.journey for line in journey_rows.between(self._connection, since, until)], self._now)
        rows: tuple[tuple[Value, ...], ...] = (
            ("999 calls for a journey to hospital", counted.called_999),
            ("Journeys prepared", counted.journeys),
            ("Stayed at home after all", counted.avoided),
            ("Arrivals at A&E", counted.attended),
            ("Admitted to a ward", counted.admitted),
            ("In hospital for less than 24 hours", counted.under_24h),
            ("Nights away", counted.nights),
            ("Discharges delayed", counted.delayed),
            ("Deaths away", counted.died),
            ("Falls", len(falls)),
            ("Pressure ulcers found", len(ulcers)),
            ("of these not brought along on admission", sum(not wound.on_admission for wound in ulcers)),
        )
        return Register(
            "What happened to residents",
            "Outcomes",
            (Column("What", share=300), Column("Times", "number", 80)),
            rows,
            "Nothing is recorded.",
            "Counted from what is recorded of everybody in the home: journeys by the day they began, falls, wounds.",
        )

    # ------------------------------------------------------------------------------------------- what was noted

    def _reviews(self, claims: Mapping[str, Resident]) -> Register:
        rows: list[tuple[Value, ...]] = []
        for fact in home_rows.facts(self._connection, HomeFactKind.CLAIM_REVIEW):
            looked = fact.body
            if not isinstance(looked, ClaimReview) or looked.finding.startswith(money_review.KEYS):
                continue  # what was decided about a payment is no correction
            if (resident := claims.get(looked.identifier)) is not None:
                rows.append((
                    self._names.claim(looked.identifier, resident), fact.recorded_at,
                    self._names.account(fact.recorded_by), self._names.text(looked.words),
                ))  # fmt: skip
        return Register(
            "Claims that a later correction touched",
            "Reviews",
            (
                Column("Claim", share=150), Column("Looked at", "instant", 90), Column("By", share=90),
                Column("What was found", share=200),
            ),
            tuple(rows),
            "No later correction of these claims was looked at.",
        )  # fmt: skip

    def _audit(self) -> Register:
        kinds = (audit_rows.Kind(objects=_ABOUT_CLAIMS),)
        done: Counter[tuple[str, str]] = Counter()
        newest: dict[tuple[str, str], datetime] = {}
        for event in audit_rows.every(
            self._connection, kinds=kinds, actor=None, first=midnight(self._first), until=None
        ):
            key = (self._names.account(event.actor), action_words(event.action, event.object_kind, event.detail))
            done[key] += 1
            newest[key] = event.at
        return Register(
            "From the audit trail",
            "Audit trail",
            (
                Column("Who", share=130), Column("What", share=230), Column("Times", "number", 50),
                Column("Last", "instant", 100),
            ),
            tuple((who, what, count, newest[who, what]) for (who, what), count in sorted(done.items())),
            "Nothing is noted about claims, champions, payments or evidence.",
            f"Since {short_date(self._first)}, about claims, champions, training, payments and evidence. "
            f"The whole trail stays in the records, each entry chained to the one before. Read {date_time(self._now)}.",
        )  # fmt: skip

    def _called(self, staff_id: StaffId) -> str:
        member = self._by_id.get(staff_id)
        return self._names.member(member) if member is not None else "Not recorded"


def _readings(policy: Policy) -> str:
    days = policy.claim_window_days
    window = "No claim window" if days is None else f"Claimed within {days} days"
    champions, nights = (str(rule).replace("_", " ") for rule in (policy.champion_rule, policy.nights_rule))
    return f"Champions: {champions}. Nights: {nights}. Retained nights: {policy.max_retained_nights}. {window}."


def _bodies(facts: Claimed, cls: type[T]) -> Iterator[tuple[Resident, Fact, T]]:
    """The sound facts of one kind, resident by resident, the oldest first."""
    for resident, items in facts:
        for fact in sorted(items, key=lambda each: (each.recorded_at, each.id)):
            if isinstance(fact.body, cls) and not fact.in_error:
                yield resident, fact, fact.body
