"""What changed since a resident left: two packs, or a pack and the record of today, field by field.

A pack is kept as its fields in words (:func:`kept`), so that it can be compared years later, whatever the program has
learnt to print since. What only the hour of leaving could say (why, the observations, who was told) is not compared:
its absence today is no change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain import transfer
from app.domain.transfer import FIELD_LABELS, PackContent, Said, Silence, is_said, words

Kept = Mapping[str, Sequence[Sequence[str]]]
"""For each field its lines, each a name and words. A field with one value has one line without a name."""

_OF_THAT_HOUR = frozenset({
    "observations", "new_confusion", "time_critical", "mobility.today", "can_return", "completed_by.name",
    "mar_sheets", "stopped_medicines", "detail.timeline", "detail.fall", "detail.fluid_intake", "detail.last_bowel",
    "detail.last_urine", "detail.pain", "detail.diarrhoea_vomiting", "detail.outbreak_in_home",
    "detail.recent_contacts", "detail.recent_results",
})  # fmt: skip
_OF_A_LIST = frozenset({"cpr.original_at", "contacts.phone", "contacts.told_at"})
"""Columns of lists, which are compared as part of their lines."""
_OF_THE_HOME = frozenset({"home.name", "home.phone", "home.secure_mail"})


def is_compared(key: str) -> bool:
    """Whether a field of a pack says something that can change while a resident is away."""
    head = key.partition(".")[0]
    return head != "reason" and not {key, head} & (_OF_THAT_HOUR | _OF_A_LIST | _OF_THE_HOME)


COMPARED: tuple[str, ...] = tuple(
    dict.fromkeys(("medicines", "wounds", "skin", "allergies", "cpr", *filter(is_compared, FIELD_LABELS)))
)
"""The fields that are compared: what hospital changes most often first."""
LEFT_OUT: tuple[str, ...] = tuple(key for key in FIELD_LABELS if not is_compared(key))


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``name`` says which line of a list it is of, empty for a field with one value. ``before`` is
    empty for a line that is new, ``now`` for one that is gone."""

    key: str
    name: str
    before: str
    now: str

    @property
    def label(self) -> str:
        """The field as the pack names it."""
        return FIELD_LABELS[self.key]

    @property
    def is_new(self) -> bool:
        """Whether a list has a line more."""
        return bool(self.name) and not self.before

    @property
    def is_gone(self) -> bool:
        """Whether a list has a line less."""
        return bool(self.name) and not self.now


def kept(content: PackContent) -> dict[str, list[list[str]]]:
    """The fields of a pack that can be compared, in words, as plain values for the store."""
    return {key: [list(line) for line in _lines(content, key)] for key in COMPARED}


def compare(before: Kept, now: Kept) -> tuple[Change, ...]:
    """What differs, in the order of :data:`COMPARED`. A field that only one of them knows is not compared."""
    found: list[Change] = []
    for key in COMPARED:
        if key in before and key in now:
            found += _compared(key, _by_name(before[key]), _by_name(now[key]))
    return tuple(found)


_LISTED_WORDS = "On the list"
"""What a line says that has nothing but its name."""


def _compared(key: str, before: dict[str, str], now: dict[str, str]) -> list[Change]:
    if set(before) == set(now) == {""}:
        return [Change(key, "", before[""], now[""])] if before[""] != now[""] else []
    was, is_now = ({name: text for name, text in each.items() if name} for each in (before, now))
    if not was and not is_now:
        return []
    renamed = _renamed(was, is_now) if key == "medicines" else {}
    found = []
    for name, text in was.items():
        other = renamed.get(name, name)
        if other not in is_now:
            found.append(Change(key, name, text or _LISTED_WORDS, ""))
        elif other != name:
            found.append(Change(key, other, _joined(name, text), _joined(other, is_now[other])))
        elif text != is_now[name]:
            found.append(Change(key, name, text or _LISTED_WORDS, is_now[name] or _LISTED_WORDS))
    known = {*was, *renamed.values()}
    found += [Change(key, name, "", text or _LISTED_WORDS) for name, text in is_now.items() if name not in known]
    return found


def _renamed(was: Mapping[str, str], is_now: Mapping[str, str]) -> dict[str, str]:
    """A medicine of another strength bears another name: paired where its first word is on each side once."""
    gone, new = (
        _by_first_word(name for name in each if name not in other) for each, other in ((was, is_now), (is_now, was))
    )
    return {gone[word][0]: new[word][0] for word in gone if len(gone[word]) == 1 == len(new.get(word, ()))}


def _by_first_word(names: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(name.split()[0].casefold(), []).append(name)
    return found


def _joined(name: str, text: str) -> str:
    return f"{name}, {text}" if text else name


def _by_name(lines: Sequence[Sequence[str]]) -> dict[str, str]:
    """Lines by name; the second of a name is told apart by its place, so that neither hides the other."""
    found: dict[str, str] = {}
    for name, text in lines:
        unique, place = name, 2
        while unique in found:
            unique, place = f"{name} ({place})", place + 1
        found[unique] = text
    return found


# --- a field in words ------------------------------------------------------------------------------------------------


def _lines(content: PackContent, key: str) -> list[tuple[str, str]]:
    head, _, tail = key.partition(".")
    if head in _ROWS:
        return _rows(getattr(content, head), _ROWS[head])
    if key in ("nhs_number", "date_of_birth", "sex", "preferred_name"):
        return [("", words(getattr(content.identity, key)))]
    if head == "flags":
        flag: transfer.Flag = getattr(content.flags, tail)
        return [("", f"{words(flag.state)}{f', {flag.note}' if flag.note else ''}")]
    if head == "usual_observations":
        return [("", _usual(content.usual_observations))]
    owner = getattr(content, head)
    return [("", words(getattr(owner, tail) if tail else owner))]


def _rows(rows: Said[tuple[Any, ...]], of: Callable[[Any], tuple[str, str]]) -> list[tuple[str, str]]:
    if isinstance(rows, Silence) or not rows:
        return [("", words(rows))]
    return [of(row) for row in rows]


def _told(*parts: object) -> str:
    """The parts that say something, one after the other."""
    return ", ".join(words(part) for part in parts if is_said(part))


def _medicine(row: transfer.Medicine) -> tuple[str, str]:
    return row.name, _told(row.dose, row.route, row.frequency, row.indication, row.patch_site)


def _wound(row: transfer.Wound) -> tuple[str, str]:
    return row.site, _told(row.kind, row.category, row.size, row.dressing)


def _cpr(row: transfer.CprDecision) -> tuple[str, str]:
    told = [
        f"{label} {words(value)}"
        for label, value in (
            ("decided", row.decided_on), ("by", row.decided_by), ("review", row.review_on),
            ("original:", row.original_at),
        )
        if is_said(value)
    ]  # fmt: skip
    return row.kind.value, ", ".join([*told, *([] if row.in_force else ["not in force"])])


def _result(row: transfer.AssessmentRow) -> tuple[str, str]:
    """The result without its date: the same result on another day is no change."""
    return row.instrument, _told(row.score, row.band)


_ROWS: dict[str, Callable[[Any], tuple[str, str]]] = {
    "allergies": lambda row: (row.agent, _told(row.reaction)),
    "cpr": _cpr,
    "medicines": _medicine,
    "wounds": _wound,
    "diagnoses": lambda row: (row.name, f"since {words(row.since)}" if is_said(row.since) else ""),
    "operations": lambda row: (row, ""),
    "devices": lambda row: (row, ""),
    "assessments": _result,
    "alerts": lambda row: (row, ""),
    "baseline": lambda row: (row.topic, words(row.well)),
    "contacts": lambda row: (row.name, _told(row.role, row.phone)),
    "professionals": lambda row: (row.name, _told(row.role, row.phone)),
}


def _usual(found: Said[transfer.Observations]) -> str:
    if isinstance(found, Silence):
        return words(found)
    parts = (
        ("NEWS2", found.total), ("breaths", found.resp_rate), ("oxygen saturation", found.spo2),
        ("blood pressure", found.systolic), ("pulse", found.pulse), ("temperature", found.temp_c),
    )  # fmt: skip
    return ", ".join(f"{name} {words(value)}" for name, value in parts if is_said(value)) or words(None)
