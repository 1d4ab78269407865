"""What a fact must be to be recorded: by itself, and beside the resident's other facts.

Each refusal is in the words of the form's labels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from app.domain.errors import UserError
from app.domain.key_facts import Asks, topic
from app.domain.needs import premium_need
from app.domain.people import (
    Absence,
    Allergy,
    ChcPeriod,
    Contact,
    CprDecision,
    Diagnosis,
    FactBody,
    KeyFact,
    Medicine,
    Need,
    Stay,
)


def check_fact(body: FactBody, others: Sequence[FactBody]) -> None:
    """Refuse, with UserError, a fact that cannot be true; ``others`` are the resident's sound facts but this one."""
    _CHECKS[type(body)](body, others)


def _allergy(body: Allergy, others: Sequence[FactBody]) -> None:
    if not body.none_known and not body.substance.strip():
        raise UserError("Enter what the resident is allergic to", field="substance")
    if body.none_known and any(isinstance(o, Allergy) and not o.none_known for o in others):
        raise UserError("Allergies are recorded. Mark them as entered in error first", field="none_known")
    if not body.none_known and any(isinstance(o, Allergy) and o.none_known for o in others):
        raise UserError('"No known allergies" is recorded. Mark it as entered in error first', field="substance")


def _diagnosis(body: Diagnosis, _: Sequence[FactBody]) -> None:
    if not body.text.strip():
        raise UserError("Enter the diagnosis", field="text")


def _medicine(body: Medicine, _: Sequence[FactBody]) -> None:
    if not body.name.strip():
        raise UserError("Enter the medicine", field="name")
    if body.started and body.stopped and body.stopped < body.started:
        raise UserError("The medicine cannot stop before it started", field="stopped")


def _contact(body: Contact, _: Sequence[FactBody]) -> None:
    if not body.name.strip():
        raise UserError("Enter the contact's name", field="name")


def _cpr(body: CprDecision, _: Sequence[FactBody]) -> None:
    if body.decided_on and body.review_on and body.review_on < body.decided_on:
        raise UserError("The review date must not be before the decision", field="review_on")


def _need(body: Need, _: Sequence[FactBody]) -> None:
    premium_need(body.area)
    _in_order(body.since, body.until)


def _chc(body: ChcPeriod, others: Sequence[FactBody]) -> None:
    _in_order(body.since, body.until)
    # Both days are funded, so a period that starts on another's last day overlaps it.
    if any(
        isinstance(o, ChcPeriod)
        and (o.until is None or body.since <= o.until)
        and (body.until is None or o.since <= body.until)
        for o in others
    ):
        raise UserError("This overlaps another Continuing Healthcare period", field="since")


def _stay(body: Stay, others: Sequence[FactBody]) -> None:
    _in_order(body.since, body.until)
    if any(isinstance(o, Stay) and _overlap(body, o) for o in others):
        raise UserError("This overlaps another stay in the home", field="since")


def _absence(body: Absence, others: Sequence[FactBody]) -> None:
    _in_order(body.since, body.until)
    if not any(
        isinstance(o, Stay) and o.since <= body.since and (o.until is None or body.since < o.until) for o in others
    ):
        raise UserError("The resident did not live in the home then", field="since")
    if any(isinstance(o, Absence) and _overlap(body, o) for o in others):
        raise UserError("This overlaps another absence", field="since")


def _key_fact(body: KeyFact, others: Sequence[FactBody]) -> None:
    asked = topic(body.topic)
    if asked is None:
        raise UserError(f"{body.topic} is not a key fact", field="topic")
    if asked.asks is Asks.WORDS and not body.text.strip():
        raise UserError(f"Enter: {asked.label}", field="text")
    if asked.asks is Asks.YES_NO and body.state is None:
        raise UserError(f"Choose yes or no: {asked.label}", field="state")
    if any(isinstance(o, KeyFact) and o.topic == body.topic for o in others):
        raise UserError(f"{asked.label} is recorded already. Change that entry", field="topic")


def _in_order(since: date | None, until: date | None) -> None:
    if since is not None and until is not None and until < since:
        raise UserError("The end must not be before the start", field="until")


def _overlap(a: Stay | Absence, b: Stay | Absence) -> bool:
    return (b.until is None or a.since < b.until) and (a.until is None or b.since < a.until)


_CHECKS: dict[type[FactBody], Callable[[Any, Sequence[FactBody]], None]] = {
    Allergy: _allergy,
    Diagnosis: _diagnosis,
    Medicine: _medicine,
    Contact: _contact,
    CprDecision: _cpr,
    Need: _need,
    ChcPeriod: _chc,
    Stay: _stay,
    Absence: _absence,
    KeyFact: _key_fact,
}
