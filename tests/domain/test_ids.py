"""Identifiers and logical time."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.ids import HLC, uuid7

STAMPS = st.builds(HLC, st.integers(0, 2**48 - 2), st.integers(0, 0xFFF))


@given(STAMPS, st.lists(st.integers(0, 2**48 - 2), min_size=1, max_size=50))
def test_time_given_out_never_goes_back_whatever_the_clock_does(start: HLC, walls: list[int]) -> None:
    last = start
    for wall in walls:
        stamp = last.tick(wall)
        assert stamp > last
        assert stamp.millis >= wall
        last = stamp


def test_a_full_millisecond_borrows_from_the_next() -> None:
    assert HLC(5, 0xFFF).tick(5) == HLC(6, 0)


@given(STAMPS, STAMPS)
def test_stamps_sort_as_text_just_as_they_do_as_time(one: HLC, other: HLC) -> None:
    assert (str(one) < str(other)) == (one < other)
    assert HLC.parse(str(one)) == one


@pytest.mark.parametrize("text", ["", "abc", "12", "xyz-0001", "1-2-3"])
def test_a_stamp_that_was_not_written_here_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"values to unpack|invalid literal"):
        HLC.parse(text)


@given(STAMPS, STAMPS, st.binary(min_size=8, max_size=8), st.binary(min_size=8, max_size=8))
def test_identifiers_are_version_7_and_sort_as_they_were_made(one: HLC, other: HLC, a: bytes, b: bytes) -> None:
    first, second = uuid7(one, a), uuid7(other, b)
    assert UUID(first).version == 7
    assert UUID(first).variant == "specified in RFC 4122"
    if one < other:
        assert first < second
