"""The premium's rules as the home has been told of them: what holds, what held, and what the commissioner answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from app.domain.dates import week_start
from app.domain.errors import UserError
from app.domain.home_facts import CommissionerAnswer, DatedPolicy, HomeFact, HomeFactId, HomeFactKind
from app.domain.premium import POLICIES, Policy, policy_for
from app.domain.premium.policy_words import differences, policy_lines
from app.domain.premium.questions import OPEN_QUESTIONS, OpenQuestion, open_question
from app.models import claims as claim_rows
from app.models import home_facts as rows
from app.services import home_facts
from app.services.access import Action, require
from app.services.home_facts import SavedHomeFact
from app.services.session import Session

_LAST_DAY = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A policy, what it says in words, and what it changed from the one before it.

    ``fact_id`` is None for the policy that the program came with; ``claims`` counts the claims decided under it.
    """

    policy: Policy
    lines: tuple[tuple[str, str], ...]
    changed: tuple[tuple[str, str, str], ...]
    recorded_at: datetime | None
    recorded_by: str
    reason: str
    fact_id: HomeFactId | None
    claims: int


@dataclass(frozen=True, slots=True)
class Answered:
    """An open question and what was answered to it, the newest answer first."""

    question: OpenQuestion
    answers: tuple[HomeFact, ...]

    @property
    def newest(self) -> CommissionerAnswer | None:
        """The answer that counts, or None."""
        return next((each.body for each in self.answers if isinstance(each.body, CommissionerAnswer)), None)


@dataclass(frozen=True, slots=True)
class PolicyOverview:
    """Every policy, the newest first; which of them holds for this week (None: none does); the questions."""

    versions: tuple[PolicyVersion, ...]
    in_force: str | None
    questions: tuple[Answered, ...]


def overview(session: Session) -> PolicyOverview:
    """All that the policy page shows."""
    require(session, Action.VIEW_CLAIMS)
    with session.read() as connection:
        recorded = rows.facts(connection, HomeFactKind.POLICY)
        answers = rows.facts(connection, HomeFactKind.COMMISSIONER_ANSWER)
        every = rows.policies(connection)
        used = claim_rows.decided_under(connection)
    by_version = {fact.body.policy.version: fact for fact in recorded if isinstance(fact.body, DatedPolicy)}
    versions = []
    before: Policy | None = None
    for policy in every:
        fact = by_version.get(policy.version)
        versions.append(
            PolicyVersion(
                policy,
                policy_lines(policy),
                differences(before, policy) if before else (),
                fact.recorded_at if fact else None,
                session.person(fact.recorded_by) if fact else "",
                fact.reason if fact else "What the programme's documents say, and readings of them to be confirmed",
                fact.id if fact else None,
                used.get(policy.version, 0),
            )
        )
        before = policy
    held = policy_for(week_start(session.today()), every)
    return PolicyOverview(
        tuple(reversed(versions)),
        held.version if held else None,
        tuple(Answered(q, tuple(a for a in answers if _is_of(a, q))) for q in OPEN_QUESTIONS),
    )


def next_version(policies: tuple[Policy, ...], starts: date) -> str:
    """``2026-04-06/1``: the week that a policy begins with, and which of that week it is."""
    taken = {policy.version for policy in policies}
    number = 1
    while f"{starts.isoformat()}/{number}" in taken:
        number += 1
    return f"{starts.isoformat()}/{number}"


def add(session: Session, policy: Policy, *, reason: str) -> SavedHomeFact:
    """Record a new dated policy; its version is given here. Weeks that are claimed stay as they were decided.

    UserError for a day that is no Monday, a gap between two policies, or a missing reason.
    """
    require(session, Action.MANAGE_HOME)
    if not reason.strip():
        raise UserError("Enter the reason: who said so, and where it can be seen", field="reason")
    with session.read() as connection:
        every = rows.policies(connection, in_error=True)
    named = replace(policy, version=next_version(every, policy.starts))
    (saved,) = home_facts.add_all(session, (DatedPolicy(named),), reason=reason)
    return saved


def claimed_from(session: Session, starts: date) -> int:
    """How many claims are signed for weeks from this Monday on; a policy that begins then leaves them alone."""
    require(session, Action.VIEW_CLAIMS)
    with session.read() as connection:
        return len(claim_rows.claims_between(connection, starts, _LAST_DAY))


def answer(session: Session, body: CommissionerAnswer) -> SavedHomeFact:
    """Record what the commissioner said to one of the open questions."""
    require(session, Action.MANAGE_HOME)
    if open_question(body.question) is None:
        raise UserError("Choose one of the open questions", field="question")
    return home_facts.add(session, body)


def withdraw(session: Session, fact_id: HomeFactId, *, reason: str) -> SavedHomeFact:
    """Say that a policy should not have been recorded. Claims decided under it stay, and so does what they rest on."""
    require(session, Action.MANAGE_HOME)
    return home_facts.in_error(session, fact_id, reason=reason)


def first_week() -> date:
    """The Monday of the first week of the premium."""
    return POLICIES[0].starts


def _is_of(fact: HomeFact, question: OpenQuestion) -> bool:
    return isinstance(fact.body, CommissionerAnswer) and fact.body.question == question.key
