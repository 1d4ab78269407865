"""JSON that keeps money exact on the way out and trusts nothing on the way in."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any, NoReturn

MAX_BYTES = 5_000_000
MAX_DEPTH = 40
MAX_NODES = 200_000
MAX_TEXT = 100_000
MAX_DIGITS = 30
_JSON_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_NOT_BRACKETS = bytes(code for code in range(256) if code not in b"[]{}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class Unreadable(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """The bytes are not a JSON object we are willing to look at; the message says why, without quoting them."""


def write(value: object) -> bytes:
    """Compact UTF-8 JSON with keys in the order given; Decimals as they are (``70.00`` stays ``70.00``).

    Floats are refused with TypeError, and text that has no UTF-8 form with ValueError.
    """
    parts: list[str] = []
    _write(value, parts)
    return "".join(parts).encode("utf-8")


def _write(value: object, parts: list[str]) -> None:
    if isinstance(value, dict):
        parts.append("{")
        for position, (key, item) in enumerate(value.items()):
            parts.append(f"{',' if position else ''}{encode_basestring(key)}:")
            _write(item, parts)
        parts.append("}")
    elif isinstance(value, list | tuple):
        parts.append("[")
        for position, item in enumerate(value):
            if position:
                parts.append(",")
            _write(item, parts)
        parts.append("]")
    elif isinstance(value, bool):
        parts.append("true" if value else "false")
    elif isinstance(value, str):
        parts.append(encode_basestring(str(value)))
    elif isinstance(value, int):
        parts.append(str(value))
    elif isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("Only finite numbers can be written")
        parts.append(f"{value:f}")
    else:
        raise TypeError(f"{type(value).__name__} cannot be written to a message")


def read(raw: bytes) -> dict[str, Any]:
    """Parse one JSON object from outside, numbers as ``int`` or ``Decimal``.

    Limits: 5 MB, 40 levels, 200,000 values, 100,000 characters a text, 30 digits a number. Duplicate keys, NaN and text
    that is not UTF-8 are refused. Raises :class:`Unreadable` and nothing else, whatever the bytes are.
    """
    if len(raw) > MAX_BYTES:
        raise Unreadable(f"It is larger than {MAX_BYTES // 1_000_000} MB")
    if _too_deep(raw):
        raise Unreadable(f"It is nested more than {MAX_DEPTH} levels deep")
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_constant,
        )
    except Unreadable:
        raise
    except UnicodeDecodeError:
        raise Unreadable("It is not UTF-8 text") from None
    except (ValueError, RecursionError):
        raise Unreadable("It is not JSON") from None
    if not isinstance(value, dict):
        raise Unreadable("It is not a JSON object")
    _within_limits(value)
    return value


def _too_deep(raw: bytes) -> bool:
    """Depth by counting brackets outside of texts, before any parser recurses into them."""
    depth = 0
    for bracket in _JSON_TEXT.sub(b"", raw).translate(None, _NOT_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            return True
    return False


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise Unreadable("It names the same field twice")
    return result


def _decimal(text: str) -> Decimal:
    if len(text) > MAX_DIGITS or not _NUMBER.fullmatch(text):
        raise Unreadable("It holds a number that is too long or written with an exponent")
    return Decimal(text)


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise Unreadable("It holds a number that is too long or written with an exponent")
    return int(text)


def _constant(_text: str) -> NoReturn:
    raise Unreadable("It holds a number that is not a number")


def _within_limits(value: object) -> None:
    left = MAX_NODES
    pending = [value]
    while pending:
        item = pending.pop()
        left -= 1
        if left < 0:
            raise Unreadable(f"It holds more than {MAX_NODES:,} values")
        if isinstance(item, dict):
            pending.extend(item.keys())
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, str):
            if len(item) > MAX_TEXT:
                raise Unreadable(f"It holds a text of more than {MAX_TEXT:,} characters")
            try:
                item.encode("utf-8")
            except UnicodeEncodeError:
                raise Unreadable("It holds half a character") from None


def text_of(value: object) -> str:
    """A text; empty when something else, or nothing, stands where a text should."""
    return value if isinstance(value, str) else ""


def dict_of(value: object) -> dict[str, Any]:
    """An object; empty when something else, or nothing, stands where an object should."""
    return value if isinstance(value, dict) else {}


def list_of(value: object) -> list[Any]:
    """A list; empty when something else, or nothing, stands where a list should."""
    return value if isinstance(value, list) else []
