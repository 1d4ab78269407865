"""The anonymised evidence: how many, how much and in which area, with nothing from which one person could be made out.

By month and area it tells of the claims that stand; for the whole span how the claims ended, and why weeks were not
claimed. A week belongs to the month in which it ends. A number of fewer than 5 people is hidden with its weeks and its
pounds, and so is what would give it away (:mod:`app.domain.evidence_hidden`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from app.domain.evidence import Column, EvidenceWeek, Register, Value
from app.domain.evidence_hidden import FEWEST, HIDDEN, Count, hidden_in, hidden_of, together
from app.domain.home_facts import Spend
from app.domain.journeys import StepKind
from app.domain.needs import PremiumNeed, need_label
from app.domain.periods import midnight
from app.models import falls as fall_rows
from app.models import home_facts as home_rows
from app.models import journeys as journey_rows

if TYPE_CHECKING:
    from sqlalchemy import Connection

_ANY = "Any area"
_NO_MONEY = "Not by area"
_ACCEPTED, _WAITING = "Accepted", "Waiting for an answer"
_REFUSED, _REVERSED = "Refused", "Taken back by the home"
_NOTE = (
    f"{HIDDEN} is a number of 1 to {FEWEST - 1} people, or one that would give such a number away. "
    "Nobody at all is shown as 0."
)


def anonymised(connection: Connection, weeks: Sequence[EvidenceWeek], first: date, last: date) -> tuple[Register, ...]:
    """Every list of the anonymised evidence."""
    return (
        _by_month_and_area(weeks),
        _by_outcome(weeks),
        _by_reason(weeks),
        _outcomes(connection, first, last),
        _spending(connection, first, last),
    )


def _by_month_and_area(weeks: Sequence[EvidenceWeek]) -> Register:
    areas = [need_label(need) for need in PremiumNeed]
    months = list(dict.fromkeys(f"{week.week_end:%Y-%m}" for week in weeks))
    columns: dict[str, dict[str, Count]] = {name: {month: Count() for month in months} for name in (_ANY, *areas)}
    for week in weeks:
        month = f"{week.week_end:%Y-%m}"
        for row in week.rows:
            if row.claimed and row.stands:
                columns[_ANY][month].add(row.person, row.standing_pence)
                for area in {each.area for each in row.areas}:
                    columns[area][month].add(row.person, 0)
    hidden, totals = hidden_in(columns, areas)
    rows: list[tuple[Value, ...]] = []
    for name, column in columns.items():
        money = name == _ANY
        for month, count in column.items():
            rows.append((month, name, *_shown(count, hide=month in hidden[name], money=money)))
        rows.append(("Whole span", name, *_shown(together(column.values()), hide=name in totals, money=money)))
    return Register(
        "Claims that stand, by month and area",
        "Months and areas",
        (
            Column("Month", share=90), Column("Area", share=150), Column("Residents", "number", 80),
            Column("Weeks claimed", "number", 90), Column("Amount", "pence", 90),
        ),
        tuple(rows),
        "No claim stands.",
        f"{_NOTE} A claim rests on two areas or more, so areas do not add up, and money belongs to no single area. "
        "A resident of several months is counted once in the whole span.",
    )  # fmt: skip


def _by_outcome(weeks: Sequence[EvidenceWeek]) -> Register:
    standing: dict[str, Count] = {name: Count() for name in (_ACCEPTED, _WAITING)}
    gone: dict[str, Count] = {name: Count() for name in (_REFUSED, _REVERSED)}
    for week in weeks:
        for row in week.claimed:
            if row.stands:
                name = _ACCEPTED if row.ccg_decision.startswith("Accepted") else _WAITING
                standing[name].add(row.person, row.standing_pence)
            elif row.reversal_of:
                gone[_REVERSED].add(row.person, row.claimed_pence)
            elif row.ccg_decision.startswith("Refused"):
                gone[_REFUSED].add(row.person, row.claimed_pence)
    hidden, total = hidden_of(dict(standing))
    rows: list[tuple[Value, ...]] = [
        (name, *_shown(count, hide=name in hidden, money=True)) for name, count in standing.items()
    ]
    rows.append(("All that stand", *_shown(together(standing.values()), hide=total, money=True)))
    rows.extend((name, *_shown(count, hide=count.small, money=True)) for name, count in gone.items())
    return Register(
        "How the claims ended",
        "Decisions",
        (
            Column("Decision", share=240), Column("Residents", "number", 80), Column("Claims", "number", 90),
            Column("Amount", "pence", 90),
        ),
        tuple(rows),
        "No claim was submitted.",
        f"{_NOTE} Claims that were refused or taken back stand no more and are counted by themselves.",
    )  # fmt: skip


def _by_reason(weeks: Sequence[EvidenceWeek]) -> Register:
    found: dict[str, Count] = defaultdict(Count)
    for week in weeks:
        for row in week.not_claimed:
            for reason in row.reasons:
                found[reason.code].add(row.person, 0)
    rows: list[tuple[Value, ...]] = [
        (code, *_shown(count, hide=count.small, money=False)[:2]) for code, count in sorted(found.items())
    ]
    return Register(
        "Why weeks were not claimed",
        "Reasons",
        (Column("Rule", share=240), Column("Residents", "number", 80), Column("Weeks", "number", 90)),
        tuple(rows),
        "Every week of every resident was claimed.",
        f"{_NOTE} A week may have several reasons, so they do not add up.",
    )


def _outcomes(connection: Connection, first: date, last: date) -> Register:
    since, until = midnight(first), midnight(last + timedelta(days=1))
    found: dict[str, Count] = {name: Count() for name in ("Falls", "Journeys to hospital", "999 calls for them")}
    for fall in fall_rows.of_home(connection, since):
        if fall.at < until and not fall.in_error:
            found["Falls"].add(fall.resident_id, 0)
    for line in journey_rows.between(connection, since, until):
        if line.journey.away is not None:
            found["Journeys to hospital"].add(line.resident_id, 0)
        if line.journey.step(StepKind.CALLED):
            found["999 calls for them"].add(line.resident_id, 0)
    rows: list[tuple[Value, ...]] = [
        (name, *_shown(count, hide=count.small, money=False)[:2]) for name, count in found.items()
    ]
    return Register(
        "What happened to residents",
        "Outcomes",
        (Column("What", share=240), Column("Residents", "number", 80), Column("Times", "number", 90)),
        tuple(rows),
        "Nothing is recorded.",
        _NOTE,
    )


def _spending(connection: Connection, first: date, last: date) -> Register:
    spent: dict[str, int] = defaultdict(int)
    for each in home_rows.bodies(connection, Spend):
        if first <= each.on <= last:
            spent[each.category.value.replace("_", " ").capitalize()] += each.pence
    rows: list[tuple[Value, ...]] = [(name, pence) for name, pence in sorted(spent.items())]
    return Register(
        "What the premium was spent on",
        "Spending",
        (Column("Category", share=300), Column("Amount", "pence", 90)),
        tuple(rows),
        "No spending is recorded in the span.",
        total=True,
    )


def _shown(count: Count, *, hide: bool, money: bool) -> tuple[Value, Value, Value]:
    """People, weeks and pounds as they are shown: all of them or none."""
    if hide:
        return HIDDEN, HIDDEN, HIDDEN if money else _NO_MONEY
    return len(count.people), count.weeks, count.pence if money else _NO_MONEY
