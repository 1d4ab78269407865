"""The one text of every value that is hashed, signed or stored."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.codec import canonical, canonical_row, from_plain, instant, instant_text, parse, to_plain
from app.domain.people import FACT_TYPES, ChampionPost, Home, ResidentDetails, StaffDetails, fact_kind

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT | NUMBERS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None, "x"]}, '{"a":[true,null,"x"],"b":1}'),
        ({"weight": Decimal("64.80")}, '{"weight":64.80}'),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.0000001"), "0.0000001"),
        ("Zoe\u0308", '"Zoë"'),
        ('line\nend\t"quote"', '"line\\nend\\t\\"quote\\""'),
        ((1, 2), "[1,2]"),
        ({}, "{}"),
    ],
)
def test_the_canonical_text_of_known_values(value: object, text: str) -> None:
    """These are test vectors: the hash chains of every store rest on them and they must never change."""
    assert canonical(value) == text


@given(PLAIN)
def test_what_is_written_reads_back_as_the_same_value(value: object) -> None:
    text = canonical(value)
    assert canonical(parse(text)) == text
    assert canonical(parse(text.encode())) == text
    json.loads(text)


@given(st.dictionaries(TEXT, st.integers(), min_size=2))
def test_the_order_in_which_a_mapping_was_filled_does_not_matter(value: dict[str, int]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)


@pytest.mark.parametrize("value", [1.5, {1.5}, b"x", Decimal("NaN"), Decimal("Infinity"), date(2026, 1, 1)])
def test_what_has_no_exact_text_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical({"inside": [value]})


@pytest.mark.parametrize(
    "text", ["NaN", "-Infinity", '{"a":', "", '"\\ud800"', '{"a": ["\\udc00"]}', "1E+999999999", "0.1e-500"]
)
def test_text_that_could_not_be_written_again_is_refused(text: str) -> None:
    for given_as in (text, text.encode()):
        with pytest.raises(ValueError):  # noqa: PT011 - the json module's words for it are not ours
            parse(given_as)


def test_a_pair_of_surrogates_is_one_sound_character() -> None:
    assert parse('"\\ud83d\\ude00"') == "\U0001f600"


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_stored_instants_read_back_to_the_millisecond_and_sort_as_time(moment: datetime) -> None:
    text = instant_text(moment)
    assert text.endswith("Z")
    assert abs(instant(text) - moment).total_seconds() < 0.001
    assert instant_text(instant(text)) == text
    later = moment.replace(year=moment.year + 1) if (moment.month, moment.day) != (2, 29) else moment
    assert instant_text(later) >= text


@given(st.one_of([st.from_type(cls) for cls in FACT_TYPES.values()]))
def test_every_kind_of_fact_survives_the_store(body: object) -> None:
    plain = parse(canonical(to_plain(body)))
    kept = from_plain(plain, type(body))
    assert canonical(to_plain(kept)) == canonical(to_plain(body))
    assert FACT_TYPES[fact_kind(kept)] is type(body)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value",
    [
        ResidentDetails("R1", "O’Neil", "Zoë", date(1937, 9, 6), died_at=datetime(2026, 1, 1, tzinfo=UTC)),
        StaffDetails("S1", "Mo", "manager", "mo", None, None),  # type: ignore[arg-type]
        ChampionPost("falls", date(2026, 1, 1), None, "HC-1"),
        Home("House", "VN3X2", accredited=((date(2016, 1, 4), None),), phones=(("gp", "01632 960110"),)),
    ],
)
def test_a_record_reads_back_as_it_was(value: object) -> None:
    assert from_plain(parse(canonical(to_plain(value))), type(value)) == value


def test_a_record_with_a_key_nobody_knows_is_refused() -> None:
    plain = to_plain(ChampionPost("falls", date(2026, 1, 1)))
    with pytest.raises(Exception, match="structuring ChampionPost"):
        from_plain({**plain, "surprise": 1}, ChampionPost)


@given(st.dictionaries(TEXT, st.none() | st.integers() | TEXT, max_size=6))
def test_a_row_is_written_as_any_other_value(values: dict[str, str | int | None]) -> None:
    # Two keys that are one after normalisation cannot be columns of a row.
    assume(all(unicodedata.is_normalized("NFC", key) for key in values))
    assert canonical_row(values) == canonical(values)
