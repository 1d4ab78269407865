"""Recording assessments from JSON lines: the shape of ``hartwell record``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain.codec import parse
from app.domain.dates import parse_instant
from app.domain.errors import UserError
from app.services import assessments, residents
from app.services.session import Session

_KEYS = frozenset({"resident", "instrument", "answers", "at", "sign", "amends", "reason"})


def record_line(session: Session, line: str) -> dict[str, object]:
    """Record one line and answer its acknowledgement, after the commit has returned.

    ``resident`` is the home's key. With ``sign`` false the answers are kept as a draft. With ``amends`` (a revision id)
    and ``reason`` it is the amendment of an earlier one. Raises UserError naming the field.
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
    elif sign:
        done = assessments.sign(session, resident.id, instrument, answers, at=at)
    else:
        draft = assessments.save_draft(session, resident.id, instrument, answers)
        return {"ack": draft.draft_id, "draft": True}
    outcome = done.outcome.as_json()
    return {
        "ack": done.revision_id,
        "score": outcome["score"],
        "band": outcome["band"],
        "flags": outcome["flags"],
        "alerts": [alert.kind for alert in done.alerts],
        "audit": done.audit_count,
    }


def _object(line: str) -> dict[str, Any]:
    try:
        asked = parse(line)
    except (ValueError, RecursionError):
        raise UserError("The line is not JSON", field="line") from None
    if not isinstance(asked, dict):
        raise UserError("The line must be a JSON object", field="line")
    for key in asked:
        if key not in _KEYS:
            raise UserError(f"{key} is not a field of a line to record", field=key)
    return asked


def _text(asked: Mapping[str, Any], key: str) -> str:
    value = asked.get(key)
    if not isinstance(value, str) or not value.strip():
        raise UserError(f"{key} is missing", field=key)
    return value
