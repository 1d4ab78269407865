"""Red bags: numbers, where each may be, and how it gets from one place to the next.

A bag has a life of its own, apart from the resident whose things it carries: it can come home alone, stay behind on a
ward, or be lost. Hertfordshire numbers every bag and counts about one for ten residents (Quick Guide: Red bag).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.errors import UserError

_LONGEST = 30
RESIDENTS_PER_BAG = 10


class BagState(StrEnum):
    """Where a bag is."""

    IN_HOME = "in_home"
    OUT = "out"
    AT_HOSPITAL = "at_hospital"
    RETURNING = "returning"
    LOST = "lost"
    RETIRED = "retired"


STATE_LABELS = {
    BagState.IN_HOME: "In the home",
    BagState.OUT: "On the way to hospital",
    BagState.AT_HOSPITAL: "At hospital",
    BagState.RETURNING: "On the way back",
    BagState.LOST: "Lost",
    BagState.RETIRED: "No longer used",
}

_MOVES: dict[BagState, frozenset[BagState]] = {
    BagState.IN_HOME: frozenset({BagState.OUT, BagState.LOST, BagState.RETIRED}),
    BagState.OUT: frozenset({BagState.AT_HOSPITAL, BagState.RETURNING, BagState.IN_HOME, BagState.LOST}),
    BagState.AT_HOSPITAL: frozenset({BagState.RETURNING, BagState.IN_HOME, BagState.LOST}),
    BagState.RETURNING: frozenset({BagState.IN_HOME, BagState.AT_HOSPITAL, BagState.LOST}),
    BagState.LOST: frozenset({BagState.IN_HOME, BagState.AT_HOSPITAL, BagState.RETIRED}),
    BagState.RETIRED: frozenset({BagState.IN_HOME}),
}


@dataclass(frozen=True, slots=True)
class Bag:
    """A bag by the number written on it. ``journey_id`` is the journey that it is on, empty while it is in the home;
    ``since`` is when it came to be where it is."""

    number: str
    state: BagState
    since: datetime
    journey_id: str = ""
    note: str = ""


def kept_number(number: str) -> str:
    """Whatever was typed as a number, as it can be kept: one line, capitals, what is too long cut off."""
    return " ".join(number.split()).upper()[:_LONGEST].strip()


def tidy_number(number: str) -> str:
    """The number as it is kept: one line, capitals. UserError when it is empty or too long."""
    tidy = " ".join(number.split()).upper()
    if not tidy:
        raise UserError("Enter the number on the bag", field="number")
    if len(tidy) > _LONGEST:
        raise UserError(f"The number on the bag must be {_LONGEST} characters or fewer", field="number")
    return tidy


def same_bag(one: str, other: str) -> bool:
    """Whether two ways to write a number mean one bag: "rb 3" is RB-03, but RB-03 is not BR-03 and "3" only RB-03.

    Signs alone ("?") mean no bag that is written otherwise."""
    first, second = _parts(one), _parts(other)
    if first[1] != second[1]:
        return False
    return bool(first[0] or first[1]) if first[0] == second[0] else bool(first[1]) and not (first[0] and second[0])


def _parts(number: str) -> tuple[str, str]:
    letters = re.sub(r"[^A-Z]", "", number.upper())
    digits = re.sub(r"[^0-9]", "", number).lstrip("0")
    return letters, digits or ("0" if any(c.isdigit() for c in number) else "")


def may_move(bag: Bag, state: BagState) -> bool:
    """Whether somebody may say that a bag has come to be there, from where it was."""
    return state in _MOVES[bag.state]


def check_move(bag: Bag, state: BagState) -> None:
    """UserError in words unless :func:`may_move`."""
    if not may_move(bag, state):
        raise UserError(
            f"Bag {bag.number} is recorded as: {STATE_LABELS[bag.state].lower()}. "
            f"It cannot change to: {STATE_LABELS[state].lower()}",
            field="state",
        )


def bags_wanted(beds: int) -> int:
    """How many bags a home of that size is advised to have: about one for ten residents, at least one."""
    return max(1, -(-beds // RESIDENTS_PER_BAG))
