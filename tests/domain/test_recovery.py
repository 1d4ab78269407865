"""The recovery key as people type it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.recovery import groups, is_whole, short_store, tidy, wrong_groups

KEY = "WQGM-BOOK-MMMM-IIII-WWWW-OQ27-A2B3-ZZ77"


@pytest.mark.parametrize(
    "typed",
    [
        KEY,
        KEY.lower(),
        KEY.replace("-", " "),
        f"  {KEY.replace('-', '')}\n",
        KEY.replace("O", "0").replace("I", "1").replace("B", "8"),
        KEY.replace("-", "\u2013"),
        "".join(chr(ord(c) + 0xFEE0) if c != "-" else c for c in KEY),  # typed with a full-width keyboard
    ],
)
def test_a_key_is_read_as_it_was_printed(typed: str) -> None:
    assert tidy(typed) == KEY
    assert is_whole(typed)


@pytest.mark.parametrize("typed", ["", "WQGM", KEY[:-1], KEY + "A"])
def test_too_little_or_too_much_is_no_whole_key(typed: str) -> None:
    assert not is_whole(typed)


@given(st.text(max_size=60))
def test_tidying_again_changes_nothing(typed: str) -> None:
    assert tidy(tidy(typed)) == tidy(typed)


def test_groups_typed_back_are_told_by_their_place() -> None:
    assert groups(KEY)[5] == "OQ27"
    assert wrong_groups(KEY, [(1, " b00k "), (5, "oq27")]) == ()
    assert wrong_groups(KEY, [(1, "OQ27"), (5, "BOOK")]) == (1, 5)
    assert wrong_groups(KEY, [(0, ""), (5, "OQ27")]) == (0,)


def test_a_store_is_named_by_the_beginning_of_its_id() -> None:
    assert short_store("0f8fad5b-d9cb-469f-a165-70867728950e") == "0f8fad5b"
