"""NHS numbers and organisation codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import UserError
from app.domain.nhs import format_nhs_number, is_nhs_number, parse_nhs_number, parse_ods


@pytest.mark.parametrize(
    "typed", ["9990000018", "999 000 0018", "999-000-0018", "999.000.0018", " 999\u00a0000\u00a00018 "]
)
def test_an_nhs_number_is_read_with_or_without_its_spaces(typed: str) -> None:
    assert parse_nhs_number(typed) == "9990000018"


@pytest.mark.parametrize("number", ["9990000026", "9990000034"])
def test_known_good_numbers_pass(number: str) -> None:
    assert is_nhs_number(number)
    assert parse_nhs_number(format_nhs_number(number)) == number


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "NHS number must be 10 digits"),
        ("999000001", "NHS number must be 10 digits"),
        ("99900000181", "NHS number must be 10 digits"),
        ("999000001X", "NHS number must be 10 digits"),
        ("٩٩٩٠٠٠٠٠١٨", "NHS number must be 10 digits"),
        ("AB123456C", "This looks like a National Insurance number. Enter the NHS number"),
        ("9990000019", "Check the NHS number: one or more digits are wrong"),
        ("0000000000", "Check the NHS number: one or more digits are wrong"),
        ("1111111111", "Check the NHS number: one or more digits are wrong"),
        ("9999999999", "Check the NHS number: one or more digits are wrong"),
    ],
)
def test_what_is_not_an_nhs_number_is_refused_in_the_labels_words(typed: str, words: str) -> None:
    with pytest.raises(UserError) as refused:
        parse_nhs_number(typed)
    assert refused.value.message == words
    assert refused.value.field == "nhs_number"
    assert not is_nhs_number(typed)


@given(st.integers(min_value=0, max_value=9_999_999_999))
def test_the_check_digit_is_modulus_eleven(value: int) -> None:
    digits = f"{value:010d}"
    weighed = sum(int(d) * w for d, w in zip(digits, range(10, 1, -1), strict=False))
    check = (11 - weighed % 11) % 11
    assert is_nhs_number(digits) == (check != 10 and check == int(digits[9]) and len(set(digits)) > 1)


@given(st.sampled_from(["9990000018", "9990000026", "9990000034"]), st.integers(0, 9), st.integers(0, 9))
def test_one_wrong_digit_is_always_noticed(number: str, place: int, digit: int) -> None:
    other = number[:place] + str(digit) + number[place + 1 :]
    assert is_nhs_number(other) == (other == number)


def test_a_number_is_shown_in_three_groups_and_a_missing_one_in_words() -> None:
    assert format_nhs_number("9990000018") == "999 000 0018"
    assert format_nhs_number(None) == "Not known"


def test_an_organisation_code_is_3_to_12_capitals_and_digits() -> None:
    assert parse_ods(" vn3x2 ") == "VN3X2"
    for wrong in ("", "VN", "VN-3X2", "ABCDEFGHIJKLM", "É12"):
        with pytest.raises(UserError, match="Organisation code must be 3 to 12 letters and digits"):
            parse_ods(wrong)
