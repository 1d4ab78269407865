"""Recording assessments from JSON lines: the shape of ``hartwell record``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.domain.dates import parse_instant, to_local
from app.domain.errors import UserError
from app.domain.instruments.outcome import Outcome
from app.models.store import chain_head
from app.services import assessments, residents
from app.services.session import Session

_LONGEST = 5_000_000
_DEEPEST = 20
_MOST_DIGITS = 30
_KEYS = frozenset({"resident", "instrument", "answers", "at", "sign", "amends", "reason"})


def record_line(session: Session, line: str) -> dict[str, object]:
    """Record one line and answer its acknowledgement, after the commit has returned.

    ``resident`` is the home's key. With ``sign`` false the answers are kept as a draft, together with the time ``at``.
    With ``amends`` (a revision id) and ``reason`` it is the amendment of an earlier one. Raises UserError naming the
    field.
    """
    asked = _object(line)
    answers = asked.get("answers")
    if not isinstance(answers, Mapping):
        raise UserError("answers must be an object", field="answers")
    instrument = _text(asked, "instrument")
    at = parse_instant(_text(asked, "at"), field="at") if asked.get("at") is not None else None
    sign = asked.get("sign", False)
    if not isinstance(sign, bool):
        raise UserError("sign must be true or false", field="sign")
    resident = residents.resident_by_key(session, _text(asked, "resident"))
    if asked.get("amends") is not None:
        if not sign:
            raise UserError("An amendment must be signed", field="sign")
        revision = assessments.revision_of(session, _text(asked, "amends"), resident.id, instrument)
        done = assessments.amend(session, revision, answers, reason=_text(asked, "reason"), at=at)
    elif asked.get("reason") is not None:
        raise UserError("A reason belongs to an amendment: name what it amends", field="reason")
    elif sign:
        done = assessments.sign(session, resident.id, instrument, answers, at=at)
    else:
        # A script is told at once what a person would see marked on the form.
        outcome = assessments.preview(instrument, answers, to_local(at).date() if at else session.today())
        draft = assessments.save_draft(session, resident.id, instrument, answers, at=at)
        with session.read() as connection:
            audit = chain_head(connection).count
        return {**_acknowledgement(draft.draft_id, outcome, (), audit), "draft": True}
    return _acknowledgement(done.revision_id, done.outcome, [alert.kind for alert in done.alerts], done.audit_count)


def _acknowledgement(name: str, outcome: Outcome, alerts: Sequence[str], audit: int) -> dict[str, object]:
    plain = outcome.as_json()
    return {
        "ack": name,
        "score": plain["score"],
        "band": plain["band"],
        "flags": plain["flags"],
        "alerts": list(alerts),
        "audit": audit,
    }


def read_object(text: str, what: str, *, field: str) -> dict[str, Any]:
    """One JSON object as plain values, numbers exact; ``what`` names it in a refusal.

    Refused besides what is not JSON: a key given twice (which of them is meant?), text that is not Unicode, a number or
    a depth that no form has. Raises UserError on ``field``.
    """

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise UserError(f"{twice} is given twice", field=twice)
        return found

    if len(text) > _LONGEST:
        raise UserError(f"{what} is longer than {_LONGEST // 1_000_000} million characters", field=field)
    try:
        text.encode()
        found = json.loads(text, object_pairs_hook=once, parse_float=_decimal, parse_constant=_decimal)
    except UnicodeEncodeError:
        raise UserError(f"{what} is not UTF-8 text", field=field) from None
    except (ValueError, ArithmeticError, RecursionError):
        raise UserError(f"{what} is not JSON", field=field) from None
    if not isinstance(found, dict):
        raise UserError(f"{what} must be a JSON object", field=field)
    _refuse_odd(found, what, field, 0)
    return found


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        raise ValueError("out of all range")
    return number


def _refuse_odd(value: object, what: str, field: str, depth: int) -> None:
    if depth > _DEEPEST:
        raise UserError(f"{what} is nested too deeply", field=field)
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise UserError(f"{what} holds characters that are not Unicode text", field=field) from None
    items = (*value, *value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in items:
        _refuse_odd(item, what, field, depth + 1)


def _object(line: str) -> dict[str, Any]:
    asked = read_object(line, "The line", field="line")
    for key in asked:
        if key not in _KEYS:
            raise UserError(f"{key} is not a field of a line to record", field=key)
    return asked


def _text(asked: Mapping[str, Any], key: str) -> str:
    value = asked.get(key)
    if value is not None and not isinstance(value, str):
        raise UserError(f"{key} must be text", field=key)
    if value is None or not value.strip():
        raise UserError(f"{key} is missing", field=key)
    return value
