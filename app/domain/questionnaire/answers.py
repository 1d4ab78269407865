"""Whether one answer can stand: its kind, its range, its length. Nothing is guessed and nothing is rounded."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal

from app.domain.dates import date_time, short_date, to_local
from app.domain.instruments.answers import ISO_DATE
from app.domain.instruments.exact import as_decimal
from app.domain.questionnaire.values import Question, Unit, Value

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?")
_QUANTITY = re.compile(r"([+-]?\d{1,13}(?:\.\d{1,12})?)\s*(\S.*)?", re.ASCII)
_TEXT_LIMIT = 4000
_PLACES = 6
_LARGEST = Decimal("1e9")


class RefusedError(Exception):
    """The reason why an answer cannot stand, to be put after the question's label."""


def answer(question: Question, value: object) -> Value | list[Value] | None:
    """The typed answer; None for no answer. An empty list of a repeating question is an answer: none of these.

    Raises RefusedError with the reason.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if not question.repeats or question.again:
        return one(question, value)
    if not isinstance(value, list | tuple):
        raise RefusedError("must be a list")
    if len(value) > max(question.most_times, len(question.options)):
        raise RefusedError(f"must have {question.most_times} answers or fewer")
    found = [one(question, each) for each in value]
    if question.options and any(each in found[:index] for index, each in enumerate(found)):
        raise RefusedError("has the same answer twice")
    return found


def one(question: Question, value: object) -> Value:
    """One typed answer, also of a question that repeats; RefusedError with the reason."""
    match question.type:
        case "boolean":
            if isinstance(value, bool):
                return value
            raise RefusedError("must be yes or no")
        case "quantity" if question.units:
            number, unit = quantity(question, value)
            return f"{number:f} {unit.words}"
        case "decimal" | "integer" | "quantity":
            return _number(question, value)
        case "date" | "dateTime" | "time":
            return _moment(question, value)
        case "choice" | "open-choice":
            return _choice(question, value)
        case _:
            return _text(question, value)


def quantity(question: Question, value: object) -> tuple[Decimal, Unit]:
    """The number and the unit of a quantity such as "12.5 mg", for a question with several units to choose from."""
    found = _QUANTITY.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None and (not isinstance(value, str) or not value.strip()):
        found = _QUANTITY.fullmatch(f"{as_decimal(value):f}") if as_decimal(value) is not None else None
    choices = " or ".join(unit.words for unit in question.units)
    if found is None:
        raise RefusedError(f"must be a number and a unit: {choices}")
    named = (found[2] or "").strip().casefold()
    unit = next(
        (each for each in question.units if named in {each.words.casefold(), each.code.casefold()} - {""}), None
    )
    if unit is None:
        raise RefusedError(f"must have a unit: {choices}")
    return Decimal(_number(question, Decimal(found[1]))), unit


def _number(question: Question, value: object) -> int | Decimal:
    number = as_decimal(value)
    whole = question.type == "integer"
    if number is None:
        raise RefusedError("must be a whole number" if whole else "must be a number")
    unit = f" {question.unit}" if question.unit else ""
    low, high = question.minimum, question.maximum
    if low is not None and high is not None and not low <= number <= high:
        raise RefusedError(f"must be between {low:f}{unit} and {high:f}{unit}")
    if low is not None and number < low:
        raise RefusedError(f"must be {low:f}{unit} or more")
    if high is not None and number > high:
        raise RefusedError(f"must be {high:f}{unit} or less")
    if abs(number) > _LARGEST:
        raise RefusedError("is too large")
    if whole and number != number.to_integral_value():
        raise RefusedError("must be a whole number")
    if whole:
        return int(number)
    places = _PLACES if question.max_decimal_places is None else question.max_decimal_places
    if number != round(number, places):
        raise RefusedError(f"must have at most {places} decimal {'place' if places == 1 else 'places'}")
    return number


def _choice(question: Question, value: object) -> Value:
    for option in question.options:
        if option.code == value and not isinstance(value, bool):
            return option.code
    if question.type == "open-choice":
        return _text(question, value)
    raise RefusedError(f"must be one of: {', '.join(option.display for option in question.options)}")


def _text(question: Question, value: object) -> str:
    if not isinstance(value, str):
        raise RefusedError("must be text")
    words = value.strip()
    limit = min(question.max_length or _TEXT_LIMIT, _TEXT_LIMIT)
    if len(words) > limit:
        raise RefusedError(f"must be {limit:,} characters or fewer")
    if len(words) < question.min_length:
        raise RefusedError(f"must be {question.min_length:,} characters or more")
    if question.type == "url" and len(words.split()) > 1:
        raise RefusedError("must be an address without spaces, such as https://example.org")
    return words


def _moment(question: Question, value: object) -> date | datetime | time:
    found = day(value) if question.type == "date" else instant(value) if question.type == "dateTime" else clock(value)
    low, high = question.earliest, question.latest
    if low is not None and type(low) is type(found) and found < low:  # type: ignore[operator]
        raise RefusedError(f"must be {_said(low)} or later")
    if high is not None and type(high) is type(found) and found > high:  # type: ignore[operator]
        raise RefusedError(f"must be {_said(high)} or earlier")
    return found


def _said(moment: date | datetime | time) -> str:
    if isinstance(moment, datetime):
        return date_time(moment)
    return short_date(moment) if isinstance(moment, date) else f"{moment:%H:%M}"


def day(value: object) -> date:
    """A calendar date, as a date or as ISO text (2026-11-22)."""
    if type(value) is date:
        return value
    if isinstance(value, str) and ISO_DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise RefusedError("must be a real date") from None
    raise RefusedError("must be a date such as 2026-11-22")


def instant(value: object) -> datetime:
    """A date with a time, as an instant or as ISO text; without a zone it is London time."""
    if isinstance(value, datetime):
        return to_local(value)
    if isinstance(value, str) and "T" in value:
        try:
            return to_local(datetime.fromisoformat(value))
        except (ValueError, OverflowError):
            raise RefusedError("must be a real date and time") from None
    raise RefusedError("must be a date and time such as 2026-11-22T08:15")


def clock(value: object) -> time:
    """A time of day, as a time or as text (08:15)."""
    if isinstance(value, time):
        return value
    if isinstance(value, str) and _TIME.fullmatch(value):
        return time.fromisoformat(value)
    raise RefusedError("must be a time such as 08:15")


def moment_of(kind: str, value: object) -> date | datetime | time | None:
    """A date, dateTime or time as FHIR writes it; None when it is none, or only a part of one ("2026")."""
    try:
        return day(value) if kind == "date" else instant(value) if kind == "dateTime" else clock(value)
    except RefusedError:
        return None
