"""Where £70 comes from: every published figure, by the rounding it was published with, and the other readings."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import UserError
from app.domain.fair_cost import Inputs, Staff, at_share, check, line, published, readings, whole_home


def test_the_published_figures_come_out_as_published() -> None:
    everybody, rest, high = published(Inputs())
    assert Inputs().post_pence == 72_408
    assert (everybody.staff, everybody.rounded) == (7, 11_263)
    assert (rest.residents, rest.rounded) == (37, 11_140), "£111 is £111.40 cut off"
    assert (high.staff, high.rounded) == (2, 18_102)
    assert readings(Inputs())[0].difference_pence == 7_000


def test_the_other_readings_stand_beside_it() -> None:
    found = {reading.key: reading.difference_pence for reading in readings(Inputs())}
    assert found == {"published": 7_000, "exact": 6_962, "whole_all": 6_839, "whole_rest": 6_360}


def test_whole_staff_for_the_rest_would_have_been_dearer() -> None:
    assert line(Inputs(), "", 37, Fraction(13, 2), Staff.WHOLE).rounded == 11_742


def test_one_more_post_costs_more_than_eight_premiums() -> None:
    found = whole_home(Inputs())
    assert (found.premium_pence, found.posts_before, found.posts_after) == (56_000, 7, 8)
    assert (found.extra_pence, found.short_pence) == (72_408, 16_408)


def test_the_premise_and_what_was_observed_for_forty_five_residents() -> None:
    assert [at_share(Inputs(), share).complex_residents for share in (15, 29)] == [7, 13]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"residents": 0}, "residents"),
        ({"residents": 501}, "residents"),
        ({"complex_residents": 0}, "complex_residents"),
        ({"complex_residents": 45}, "complex_residents"),
        ({"hours_a_day": 25}, "hours_a_day"),
        ({"days_a_week": 8}, "days_a_week"),
        ({"pence_an_hour": 0}, "pence_an_hour"),
        ({"usual_ratio": Fraction(1, 2)}, "usual_ratio"),
        ({"complex_ratio": Fraction(101)}, "complex_ratio"),
    ],
)
def test_inputs_that_cannot_be_are_refused_by_field(changed: dict[str, int], field: str) -> None:
    with pytest.raises(UserError) as refused:
        check(replace(Inputs(), **changed))  # type: ignore[arg-type]
    assert [problem.field for problem in refused.value.problems] == [field]


@given(
    st.integers(2, 200).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n - 1))),
    st.integers(1, 5_000),
    st.fractions(1, 20, max_denominator=10),
    st.fractions(1, 20, max_denominator=10),
)
def test_whole_staff_never_cost_less_and_no_penny_is_lost(
    people: tuple[int, int], rate: int, usual: Fraction, own: Fraction
) -> None:
    inputs = check(Inputs(*people, pence_an_hour=rate, usual_ratio=usual, complex_ratio=own))
    for residents, ratio in ((inputs.residents, usual), (inputs.complex_residents, own)):
        exact, whole = (line(inputs, "", residents, ratio, staff) for staff in (Staff.EXACT, Staff.WHOLE))
        assert whole.pence >= exact.pence
        assert exact.pence * residents == inputs.post_pence * Fraction(residents) / ratio
        assert abs(exact.rounded - exact.pence) <= Fraction(1, 2)
