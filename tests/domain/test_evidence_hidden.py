"""Small numbers of people are hidden, and nothing that is shown gives one of them away."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.evidence_hidden import FEWEST, Count, hidden_in, hidden_of, together

PEOPLE = [f"p{number}" for number in range(14)]
ROWS = ("2026-01", "2026-02", "2026-03", "2026-04")
AREAS = ("dementia", "falls", "wound")


def count(*people: str) -> Count:
    found = Count()
    for person in people:
        found.add(person, 7000)
    return found


def counts(number: int, offset: int = 0) -> Count:
    return count(*(f"p{place + offset}" for place in range(number)))


def test_numbers_under_five_are_hidden_and_nobody_is_not() -> None:
    hidden, total = hidden_of({"none": counts(0), "five": counts(5), "nine": counts(9, 20), "four": counts(4, 40)})
    assert "four" in hidden
    assert "none" not in hidden
    assert not total


def test_one_hidden_number_is_not_given_away_by_the_total() -> None:
    hidden, total = hidden_of({"small": counts(2), "eight": counts(8, 10), "six": counts(6, 30)})
    assert hidden == {"small", "six"}, "the smallest of the others goes with it"
    assert not total


def test_two_hidden_numbers_that_are_few_people_together_take_a_third_with_them() -> None:
    same = {"one": counts(2), "two": counts(2), "many": counts(9, 10), "more": counts(10, 30)}
    hidden, _ = hidden_of(same)
    assert hidden == {"one", "two", "many"}


def test_a_total_of_few_people_is_hidden_with_everything() -> None:
    assert hidden_of({"a": counts(3), "b": counts(2), "c": counts(0)}) == ({"a", "b"}, True)


def test_a_month_never_hides_just_one_area() -> None:
    full = {row: counts(10) for row in ROWS}
    columns = {area: dict(full) for area in AREAS}
    columns["wound"] = {**full, "2026-02": counts(2)}
    hidden, _ = hidden_in(columns, AREAS)
    assert len([area for area in AREAS if "2026-02" in hidden[area]]) >= 2


@settings(max_examples=300, deadline=None)
@given(
    st.fixed_dictionaries({
        area: st.fixed_dictionaries({row: st.lists(st.sampled_from(PEOPLE), max_size=14) for row in ROWS})
        for area in AREAS
    })
)  # fmt: skip
def test_whatever_is_subtracted_from_a_total_is_nobody_or_five_people(
    drawn: dict[str, dict[str, list[str]]],
) -> None:
    columns = {area: {row: count(*people) for row, people in rows.items()} for area, rows in drawn.items()}
    hidden, totals = hidden_in(columns, AREAS)
    for area, column in columns.items():
        assert not any(column[row].small for row in ROWS if row not in hidden[area])
        whole = together(column.values())
        if area in totals:
            assert whole.small or hidden[area] >= {row for row in ROWS if column[row].people}
            continue
        assert not whole.small
        left = together(column[row] for row in hidden[area])
        assert not left.people or len(left.people) >= FEWEST
    for row in ROWS:
        out = [area for area in AREAS if row in hidden[area]]
        seen = [area for area in AREAS if row not in hidden[area] and columns[area][row].people]
        assert len(out) != 1 or not seen
