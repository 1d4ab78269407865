"""One canonical text for every value that is hashed, signed or stored.

Sorted keys, Unicode NFC, no spaces, and no binary floats: a Decimal is written with exactly the digits it has. The same
value gives the same bytes on every machine, which is what the hash chains and signatures rest on.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any, TypeVar

from cattrs import Converter

from app.domain.dates import to_utc

T = TypeVar("T")
_MOST_PLACES = 400
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def canonical(value: object) -> str:
    """The canonical JSON of plain values (dict, list, str, int, bool, None, Decimal); TypeError on anything else."""
    if isinstance(value, str):
        return encode_basestring(unicodedata.normalize("NFC", value))
    if value is None or isinstance(value, bool | int):
        return json.dumps(value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise TypeError("only finite numbers can be stored")
        return format(value, "f")
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{canonical(str(k))}:{canonical(value[k])}" for k in sorted(value)) + "}"
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical_row(values: Mapping[str, str | int | None]) -> str:
    """The same text for a flat row of text and whole numbers, in one call of C: a chain has a hundred thousand."""
    text = _encode(values)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def parse(text: str | bytes) -> Any:
    """Plain values from JSON text; numbers with a point become exact Decimals.

    ValueError for what is not JSON and for what could not be written again: NaN and Infinity, a number with hundreds of
    digits before or after its point, half of a surrogate pair.
    """

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not a number that can be stored")

    def number(digits: str) -> Decimal:
        found = Decimal(digits)
        if abs(int(found.as_tuple().exponent)) > _MOST_PLACES:
            refuse(digits)
        return found

    found = json.loads(text, parse_float=number, parse_constant=refuse)
    if "\\u" in (text if isinstance(text, str) else text.decode()):  # only an escape can smuggle in half a pair
        json.dumps(found, ensure_ascii=False, default=str).encode()  # UnicodeEncodeError is a ValueError
    return found


def instant_text(instant: datetime) -> str:
    """A UTC instant as it is stored: ``2026-11-20T08:15:00.000Z``; texts sort as the instants do."""
    return to_utc(instant).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant(text: str) -> datetime:
    """Read back what :func:`instant_text` wrote (an aware datetime in UTC)."""
    return datetime.fromisoformat(text).astimezone(UTC)


def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True)
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_structure_hook(date, lambda text, _: date.fromisoformat(text))
    converter.register_unstructure_hook(datetime, instant_text)
    converter.register_structure_hook(datetime, lambda text, _: instant(text))
    converter.register_unstructure_hook(Decimal, lambda number: number)
    converter.register_structure_hook(Decimal, lambda number, _: Decimal(number))
    return converter


_CONVERTER = _converter()


def to_plain(value: object) -> Any:
    """A frozen dataclass (or a container of them) as plain values for :func:`canonical`."""
    return _CONVERTER.unstructure(value)


def from_plain(plain: object, cls: type[T]) -> T:
    """The dataclass that :func:`to_plain` took apart; unknown keys are refused."""
    return _CONVERTER.structure(plain, cls)
