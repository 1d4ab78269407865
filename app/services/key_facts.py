"""Key facts: what a hospital must know and no other fact says, filled in all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.domain.errors import Problem, UserError
from app.domain.fact_rules import check_fact
from app.domain.key_facts import TOPICS
from app.domain.people import Fact, FactKind, KeyFact, ResidentId
from app.models import residents as rows
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.known import known_resident
from app.services.session import Session

_ORDER = {topic.code: place for place, topic in enumerate(TOPICS)}


def save(session: Session, resident_id: ResidentId, answers: Sequence[KeyFact], *, reason: str = "") -> Changes:
    """Record what is known now of the topics that are named; the others stay as they are.

    A new answer is added; another answer than the recorded one is a change; an empty answer to a recorded topic says
    that the entry should not have been there. Changes and withdrawals need the reason. All or nothing. Raises UserError
    with a problem a field: ``<topic>.text``, ``<topic>.state`` or ``reason``.
    """
    require(session, Action.EDIT_RESIDENTS)
    with session.write() as work:
        known_resident(work.connection, resident_id)
        recorded = by_topic(rows.facts(work.connection, resident_id, FactKind.KEY_FACT))
        named = {each.topic: replace(each, text=each.text.strip()) for each in answers}
        told = sorted(named.values(), key=lambda each: _ORDER.get(each.topic, 0))
        new = [each for each in told if each.topic not in recorded and _says(each)]
        others = [(recorded[each.topic], each) for each in told if each.topic in recorded]
        changed = [(fact, each) for fact, each in others if each != fact.body]
        problems = [
            problem for each in (*new, *(each for _, each in changed if _says(each))) for problem in _wrong(each)
        ]
        if changed and not reason.strip():
            problems.append(Problem("reason", "Enter the reason for the change"))
        if problems:
            raise UserError("There is a problem with the key facts", problems=tuple(problems))
        for each in new:
            rows.save_fact(work, resident_id, None, each)
        for fact, each in changed:
            body, gone = (each, False) if _says(each) else (fact.body, True)
            rows.save_fact(work, resident_id, fact.id, body, reason=reason.strip(), in_error=gone)
    return changes("fact", "resident", resident=resident_id)


def by_topic(facts: Sequence[Fact]) -> Mapping[str, Fact]:
    """The key facts among them by topic; of two of one topic (another laptop's) the one recorded last."""
    ordered = sorted(facts, key=lambda fact: fact.recorded_at)
    return {fact.body.topic: fact for fact in ordered if isinstance(fact.body, KeyFact)}


def _says(answer: KeyFact) -> bool:
    return answer.state is not None or bool(answer.text)


def _wrong(answer: KeyFact) -> list[Problem]:
    try:
        check_fact(answer, ())
    except UserError as error:
        return [Problem(f"{answer.topic}.{each.field}", each.message) for each in error.problems]
    return []
