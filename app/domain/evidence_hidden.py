"""Counts from which nobody can be made out: numbers of people under 5 are hidden, and what would give them away too.

A number is given away by what stands beside it: the total of its column less everything else that is shown. So what is
hidden in a column is, taken together, a number like any other, and must be none or at least 5 people; where it is
fewer, the smallest number still shown is hidden as well, and if there is none the total. A month in which only one area
is hidden hides a second one: a claim rests on two areas or more, so the others would narrow it down.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

FEWEST = 5
"""The smallest number of people that is shown; 0 is shown too."""
HIDDEN = "*"
"""What stands in place of a number that is hidden."""


@dataclass(slots=True)
class Count:
    """The people behind a number, and what is told of them: their resident-weeks and pence."""

    people: set[str] = field(default_factory=set)
    weeks: int = 0
    pence: int = 0

    def add(self, person: str, pence: int) -> None:
        """One more resident-week."""
        self.people.add(person)
        self.weeks += 1
        self.pence += pence

    @property
    def small(self) -> bool:
        """Whether so few people are behind it that they might be made out."""
        return 0 < len(self.people) < FEWEST


def together(counts: Iterable[Count]) -> Count:
    """Several counts as one; somebody who is in two of them is one person."""
    found = Count()
    for count in counts:
        found.people |= count.people
        found.weeks += count.weeks
        found.pence += count.pence
    return found


def hidden_of(column: Mapping[str, Count]) -> tuple[set[str], bool]:
    """Which numbers of a column that has a total are hidden, and whether its total is."""
    return _hidden(column, {key for key, count in column.items() if count.small})


def _hidden(column: Mapping[str, Count], hidden: set[str]) -> tuple[set[str], bool]:
    if together(column.values()).small:
        return hidden | {key for key, count in column.items() if count.people}, True
    hidden = set(hidden)
    while together(column[key] for key in hidden).small:
        rest = [key for key in column if key not in hidden and column[key].people]
        if not rest:
            return hidden, True
        hidden.add(min(rest, key=lambda key: (len(column[key].people), column[key].weeks, key)))
    return hidden, False


def hidden_in(columns: Mapping[str, Mapping[str, Count]], alike: Sequence[str]) -> tuple[dict[str, set[str]], set[str]]:
    """The same for a table: hidden rows by column, and the columns whose totals are hidden.

    ``alike`` are the columns (the areas) of which no row hides just one.
    """
    hidden: dict[str, set[str]] = {name: set() for name in columns}
    totals: set[str] = set()
    rows = sorted({row for column in columns.values() for row in column})
    for name, column in columns.items():
        hidden[name] = {row for row, count in column.items() if count.small}
    while True:
        before = {name: set(found) for name, found in hidden.items()}
        for name, column in columns.items():
            hidden[name], total = _hidden(column, hidden[name])
            if total:
                totals.add(name)
        for row in rows:
            out = [name for name in alike if row in hidden[name]]
            seen = [name for name in alike if row not in hidden[name] and columns[name][row].people]
            if len(out) == 1 and seen:
                hidden[min(seen, key=lambda name: (len(columns[name][row].people), name))].add(row)
        if hidden == before:
            return hidden, totals
