"""How what the record holds is worded for the pack: small readings that its parts share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from app.domain import people
from app.domain.dates import short_date, to_local
from app.domain.people import KeyFact
from app.domain.transfer import NOT_RECORDED, Said, Silence, is_said, said, said_text
from app.services.assessments import Assessment
from app.services.pack_record import Held

B = TypeVar("B", bound=people.FactBody)
T = TypeVar("T")
_ATTORNEY = ("attorney", "lpa")
_PHONE = re.compile(r"\+?\(?\d[\d ()]{7,}\d")


def bodies(held: Held, cls: type[B]) -> tuple[B, ...]:
    """The sound facts of one kind, newest first."""
    return tuple(fact.body for facts in held.facts.values() for fact in facts if isinstance(fact.body, cls))


def word_of(known: Mapping[str, KeyFact], topic: str) -> Said[str]:
    """A key fact in words: "Yes. Type 2, tablets"; typed words such as "none known" become that silence."""
    fact = known.get(topic)
    if fact is None:
        return NOT_RECORDED
    if fact.state is None:
        return said_text(fact.text)
    return ". ".join(part for part in ("Yes" if fact.state else "No", fact.text.strip()) if part)


def state_of(known: Mapping[str, KeyFact], topic: str) -> Said[bool]:
    """The yes or no of a key fact."""
    fact = known.get(topic)
    return said(fact.state) if fact else NOT_RECORDED


def first_said(*values: Said[T]) -> Said[T]:
    """The first that says something, or else the first silence that is an answer ("none known"), or "not recorded"."""
    for value in values:
        if is_said(value):
            return value
    return next((value for value in values if isinstance(value, Silence) and value is not NOT_RECORDED), NOT_RECORDED)


def joined(*values: Said[str]) -> Said[str]:
    """Everything that is said, one after the other; without anything, the silence that :func:`first_said` gives."""
    parts = [value.strip().rstrip(".") for value in values if isinstance(value, str) and value.strip()]
    return ". ".join(dict.fromkeys(parts)) if parts else first_said(*values)


def listed(words: Said[str]) -> Said[tuple[str, ...]]:
    """Words typed one a line, or parted by semicolons, as a list."""
    if not isinstance(words, str):
        return words
    return said(tuple(part.strip() for part in re.split(r"[;\n]", words) if part.strip()))


def day_of(at: datetime) -> str:
    """``06-Sep-2026``: the day of an instant in the home."""
    return short_date(to_local(at).date())


def told_by(about: Assessment | None) -> Mapping[str, object]:
    """About me's answers, if the resident agrees to share them."""
    return about.answers if about is not None and "not_shared" not in about.outcome.flags else {}


def own_words(told: Mapping[str, object], key: str) -> Said[str]:
    """What About me says under a heading."""
    text = told.get(key)
    return said_text(text) if isinstance(text, str) else NOT_RECORDED


def result(latest: Mapping[str, Assessment], code: str) -> Said[str]:
    """The newest result of an instrument with its day: ``MUST 2 (High risk), 12-Oct-2026``."""
    found = latest.get(code)
    if found is None:
        return NOT_RECORDED
    row = found.row
    band = row.band_label
    if row.score and band.startswith(f"{row.score} "):  # the frailty scale: its levels carry their number
        came_to = band
    else:
        came_to = f"{row.score} ({band})" if row.score and band else row.score or band or "recorded"
    return f"{row.short} {came_to}, {day_of(row.at)}"


def attorney(contact: people.Contact) -> bool:
    """Whether a contact's relation says that they are an attorney."""
    return any(word in contact.relation.casefold() for word in _ATTORNEY)


def name_and_phone(words: str) -> tuple[str, str]:
    """``("Ann Osborn", "01632 960 111")`` of ``Ann Osborn, 01632 960 111``; the phone is empty when there is none."""
    found = _PHONE.search(words)
    if found is None:
        return words, ""
    name = f"{words[: found.start()].rstrip(' ,;:')} {words[found.end() :].strip(' ,;:')}".strip()
    return (name or words), found[0].strip()
