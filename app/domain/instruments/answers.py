"""Reading answers: typed, in range, and never guessed.

A value of the wrong type or outside its range is refused with the field's key, in the label's words. A value that is
absent or ``null`` is noted in :attr:`Answers.missing` and read as None; the scoring function decides what that means.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from app.domain.dates import to_utc
from app.domain.instruments.exact import as_decimal
from app.domain.instruments.outcome import AnswerError

ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TEXT_LIMIT = 4000
_PLACES = 6
"""Decimal places accepted where an instrument sets no fewer: finer than any tape or scale, and exact in 28 digits."""


class Answers:
    """The answers to one instrument, read key by key in the order in which the instrument asks."""

    __slots__ = ("_given", "missing")

    def __init__(self, given: Mapping[str, object], known: frozenset[str]) -> None:
        """Raises AnswerError for the first key that the instrument does not know."""
        if not known.issuperset(given):
            stranger = next(key for key in given if key not in known)
            raise AnswerError(str(stranger), f"{stranger} is not a question of this assessment")
        self._given = given
        self.missing: list[str] = []

    @property
    def given(self) -> Mapping[str, object]:
        """All the answers, as they were given."""
        return self._given

    def _read(self, key: str, *, need: bool) -> object:
        value = self._given.get(key)
        if value is None and need:
            self.missing.append(key)
        return value

    def whole(self, key: str, label: str, low: int, high: int, *, unit: str = "", need: bool = True) -> int | None:
        """A whole number from ``low`` to ``high`` (both included)."""
        value = self._given.get(key)
        if value is None:
            if need:
                self.missing.append(key)
            return None
        if type(value) is not int:
            number = as_decimal(value)
            if number is None:
                raise AnswerError(key, f"{label} must be a whole number")
            if not low <= number <= high:
                raise AnswerError(key, f"{label} must be between {low}{unit} and {high}{unit}")
            if number != number.to_integral_value():
                raise AnswerError(key, f"{label} must be a whole number")
            return int(number)
        if not low <= value <= high:
            raise AnswerError(key, f"{label} must be between {low}{unit} and {high}{unit}")
        return value

    def number(
        self,
        key: str,
        label: str,
        low: Decimal,
        high: Decimal,
        *,
        unit: str = "",
        places: int = _PLACES,
        need: bool = True,
    ) -> Decimal | None:
        """A decimal number from ``low`` to ``high`` (both included) with at most ``places`` decimal places."""
        value = self._read(key, need=need)
        if value is None:
            return None
        number = value if type(value) is Decimal and value.is_finite() else as_decimal(value)
        if number is None:
            raise AnswerError(key, f"{label} must be a number")
        if not low <= number <= high:
            raise AnswerError(key, f"{label} must be between {low}{unit} and {high}{unit}")
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > places:
            kept = round(number, places)
            if kept != number:
                raise AnswerError(key, f"{label} must have at most {places} decimal place{'s'[: places > 1]}")
            return kept
        return number

    def yes_no(self, key: str, label: str, *, need: bool = True) -> bool | None:
        """True or false; the words "yes" and "no" and the numbers 1 and 0 are refused."""
        value = self._read(key, need=need)
        if value is None or isinstance(value, bool):
            return value
        raise AnswerError(key, f"{label} must be yes or no (true or false)")

    def choice(self, key: str, label: str, codes: Mapping[str, object], *, need: bool = True) -> str | None:
        """One of the codes."""
        value = self._read(key, need=need)
        if value is None:
            return None
        if isinstance(value, str) and value in codes:
            return value
        raise AnswerError(key, f"{label} must be one of: {', '.join(codes)}")

    def choices(self, key: str, label: str, codes: Mapping[str, object], *, need: bool = True) -> list[str] | None:
        """A list of the codes, each at most once; an empty list is an answer."""
        value = self._read(key, need=need)
        if value is None:
            return None
        if not isinstance(value, list | tuple) or any(not isinstance(item, str) or item not in codes for item in value):
            raise AnswerError(key, f"{label} must be a list of: {', '.join(codes)}")
        if len(set(value)) != len(value):
            raise AnswerError(key, f"{label} names the same choice twice")
        return list(value)

    def entries(self, key: str, refusal: str, length: int | None = None, *, need: bool = True) -> list[object]:
        """The entries of a list as given, a null one missing as ``key.index``; refused in the words of ``refusal``
        when it is no list, or not of ``length`` entries.

        An absent list is one of nothing but None, or an empty one where no length is set.
        """
        value = self._read(key, need=need)
        if value is None:
            return [None] * (length or 0)
        if not isinstance(value, list | tuple) or (length is not None and len(value) != length):
            raise AnswerError(key, refusal)
        self.missing += [f"{key}.{index}" for index, each in enumerate(value) if each is None]
        return list(value)

    def whole_list(
        self, key: str, label: str, names: tuple[str, ...], low: int, high: int | tuple[int, ...]
    ) -> list[int | None]:
        """A list of whole numbers, one for each of ``names`` in order; a null entry is missing as ``key.index``.

        ``high`` is the highest of all, or of each in order.
        """
        highs = high if isinstance(high, tuple) else (high,) * len(names)
        refusal = f"{label} must be a list of {len(names)} numbers from {low} to {max(highs)}"
        given = self.entries(key, refusal, len(names))
        numbers: list[int | None] = []
        for name, item, top in zip(names, given, highs, strict=True):
            if type(item) is int and low <= item <= top:  # nearly always; the rest is for what is not
                numbers.append(item)
                continue
            number = as_decimal(item)
            if item is None:
                numbers.append(None)
            elif number is None or not low <= number <= top or number != number.to_integral_value():
                raise AnswerError(key, f"{label}: {name} must be a whole number from {low} to {top}")
            else:
                numbers.append(int(number))
        return numbers

    def raw(self, key: str) -> object:
        """The value as given, noted as missing when absent; for answers that may be a number or a word."""
        return self._read(key, need=True)

    def text(self, key: str, label: str, *, need: bool = True) -> str | None:
        """Words, without the spaces around them; blank is the same as absent. At most 4,000 characters."""
        value = self._given.get(key)
        if value is not None and not isinstance(value, str):
            raise AnswerError(key, f"{label} must be text")
        words = (value or "").strip()
        if len(words) > _TEXT_LIMIT:
            raise AnswerError(key, f"{label} must be {_TEXT_LIMIT:,} characters or fewer")
        if not words and need:
            self.missing.append(key)
        return words or None

    def day(self, key: str, label: str, *, need: bool = True) -> date | None:
        """A calendar date, as a date or as ISO text (2026-11-22)."""
        value = self._read(key, need=need)
        if value is None or type(value) is date:
            return value
        return iso_day(value, key, label)

    def moment(self, key: str, label: str, *, need: bool = True) -> datetime | None:
        """An instant in UTC, from a datetime or ISO text (2026-11-22T08:15); without an offset it was local time.

        UTC, because the hours between two local times are wrong on the night when the clocks change.
        """
        value = self._read(key, need=need)
        if value is None or isinstance(value, datetime):
            return to_utc(value) if value is not None else None
        if isinstance(value, str) and "T" in value:
            try:
                return to_utc(datetime.fromisoformat(value))
            except (ValueError, OverflowError):
                raise AnswerError(key, f"{label} must be a real date and time") from None
        raise AnswerError(key, f"{label} must be a date and time such as 2026-11-22T08:15")


def gather(answers: Mapping[str, object], sizes: Mapping[str, int] | None = None) -> dict[str, object]:
    """Turn ``items.0``, ``items.1`` … into the list ``items``, with None where an entry is unanswered.

    ``sizes`` says which keys are lists and how long each is. Without it every key that ends in a number counts, and a
    list ends at its last entry. A list of which no entry is answered is left out. Raises AnswerError for an entry
    beyond the end and for a list that is given both ways.
    """
    result: dict[str, object] = {}
    lists: dict[str, dict[int, object]] = {}
    for key, value in answers.items():
        name, dot, index = key.rpartition(".")
        if not dot or not index.isascii() or not index.isdigit() or (sizes is not None and name not in sizes):
            result[key] = value
        elif len(index) > 3 or (sizes is not None and int(index) >= sizes[name]):
            raise AnswerError(key, f"{key} is not a question of this assessment")
        elif value is not None:
            lists.setdefault(name, {})[int(index)] = value
    for name, entries in lists.items():
        if result.get(name) is not None:
            raise AnswerError(name, f"{name} is given both as a list and one by one")
        length = sizes[name] if sizes is not None else max(entries) + 1
        result[name] = [entries.get(index) for index in range(length)]
    return result


def iso_day(value: object, key: str, label: str) -> date:
    """The date of an ISO text such as 2026-11-22; AnswerError otherwise."""
    if isinstance(value, str) and ISO_DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise AnswerError(key, f"{label} must be a real date") from None
    raise AnswerError(key, f"{label} must be a date such as 2026-11-22")
