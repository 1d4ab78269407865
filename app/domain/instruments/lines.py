"""Scoring by JSON lines: one line in, one line out, in order. No store, no screen.

In: ``{"id", "instrument", "answers", "on"}`` (``on``, the assessment date, and ``id`` are optional). Out: the
outcome, or ``{"id", "error": {"field", "message"}}``. The line out is plain ASCII, so that no code page can spoil it.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from app.domain.errors import UserError
from app.domain.instruments.answers import iso_day
from app.domain.instruments.exact import json_number
from app.domain.instruments.outcome import AnswerError, Outcome
from app.domain.instruments.registry import score

_KEYS = frozenset({"id", "instrument", "answers", "on"})
_NOT_FINITE = Decimal("NaN")


def answer_line(line: str) -> tuple[str, bool]:
    """The answer to one line, and whether the line was accepted. Never raises on what a line may hold."""
    try:
        asked = _READ(line)
    except _GivenTwice as twice:
        return _refusal(_id_of(line), twice.key, f"{twice.key} is given twice")
    except (ValueError, RecursionError):
        return _refusal(None, "line", "The line must be one JSON object")
    if not isinstance(asked, dict):
        return _refusal(None, "line", "The line must be one JSON object")
    name = _plain_id(asked.get("id"))
    try:
        if not _KEYS.issuperset(asked):
            stranger = next(key for key in asked if key not in _KEYS)
            raise AnswerError(stranger, f"{stranger} is not a key of a line to score")
        answers = asked.get("answers")
        if not isinstance(answers, dict):
            raise AnswerError("answers", "Answers must be an object of question keys and answers")
        result = score(_code(asked.get("instrument")), answers, _on(asked.get("on")))
    except UserError as error:
        return _refusal(name, error.field, error.message)
    return _line(name, result), True


def _line(name: object, result: Outcome) -> str:
    """What ``json.dumps({"id": name, **result.as_json()})`` writes, at half its cost.

    Most of a line is text that an instrument says again and again: that is turned into JSON once.
    """
    due = result.next_due.isoformat() if result.next_due else None
    return (
        f'{{"id": {name if type(name) is int else _WRITE(name)}, "instrument": {_text(result.instrument)}, '
        f'"version": {_text(result.version)}, "complete": {"true" if result.complete else "false"}, '
        f'"score": {_value(result.score)}, "band": {_text(result.band)}, '
        f'"parts": {{{", ".join([f"{_text(key)}: {_value(part)}" for key, part in result.parts.items()])}}}, '
        f'"flags": {_texts(result.flags)}, "missing": {_texts(result.missing)}, "actions": {_texts(result.actions)}, '
        f'"next_due": {_text(due)}, "attribution": {_text(result.attribution)}}}'
    )


def _value(value: object) -> str:
    if type(value) is int:
        return str(value)
    return _WRITE(json_number(value) if isinstance(value, Decimal) else value)


@lru_cache(maxsize=1024)
def _text(words: str | None) -> str:
    return _WRITE(words)


@lru_cache(maxsize=1024)
def _texts(words: tuple[str, ...]) -> str:
    return _WRITE(list(words))


def _code(value: object) -> str:
    if not isinstance(value, str):
        raise AnswerError("instrument", "Instrument must be the code of an instrument, such as must")
    return value


def _on(value: object) -> date | None:
    return None if value is None else iso_day(value, "on", "Assessment date")


def _plain_id(value: object) -> object:
    """The caller's own name for the line: a text or a number comes back unchanged, anything else as null.

    A number that a JSON number cannot keep comes back as text.
    """
    if isinstance(value, Decimal):
        if not value.is_finite():
            return None
        try:
            return json_number(value)
        except ValueError:
            return str(value)
    return value if isinstance(value, str | int) else None


def _refusal(name: object, field: str, message: str) -> tuple[str, bool]:
    return _WRITE({"id": name, "error": {"field": field, "message": message}}), False


class _GivenTwice(Exception):  # noqa: N818 - a signal inside this module
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _GivenTwice(next(key for key in keys if keys.count(key) > 1))
    return found


def _id_of(line: str) -> object:
    asked = json.JSONDecoder(parse_float=_decimal, parse_constant=_constant).decode(line)
    return _plain_id(asked.get("id")) if isinstance(asked, dict) else None


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond what Decimal holds: refused later, at its field
        return _NOT_FINITE


def _constant(_name: str) -> Decimal:
    """NaN and Infinity are not JSON; they are read so that the refusal can name the field."""
    return _NOT_FINITE


_READ = json.JSONDecoder(object_pairs_hook=_once, parse_float=_decimal, parse_constant=_constant).decode
_WRITE = json.JSONEncoder(allow_nan=False).encode
