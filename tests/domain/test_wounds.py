"""Wounds: the category that never goes back, healing by area, the edge that does not move, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import wounds
from app.domain.charts import body
from app.domain.charts.body import View
from app.domain.codec import canonical, from_plain, parse, to_plain
from app.domain.errors import UserError
from app.domain.wounds import Classified, Closing, Measure, Wound, category_shown, healing

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
BORN = date(1937, 9, 6)


def wound(place: str = "sacrum", **changes: object) -> Wound:
    view, x, y = wounds.placed(place)
    given = Wound(place, view, x, y, "pressure", NOW - timedelta(days=30), "Cal Carer")
    return replace(given, **changes)  # type: ignore[arg-type]


def history(*bands: str) -> list[Classified]:
    return [Classified(NOW + timedelta(days=7 * n), band) for n, band in enumerate(bands)]


# ------------------------------------------------------------------------------------------------------------ category


@pytest.mark.parametrize(
    ("bands", "words", "warned"),
    [
        (("category_1",), "Category 1", False),
        (("category_3", "category_2"), "Healing category 3", True),
        (("category_4", "category_3", "category_1"), "Healing category 4", True),
        (("category_3", "not_a_pressure_ulcer"), "Healing category 3", True),
        (("category_2", "category_3"), "Category 3", False),
        (("category_3", "category_2", "category_3"), "Category 3", False),
        (("unstageable",), "Unstageable", False),
        (("unstageable", "category_4"), "Category 4", False),
        (("unstageable", "category_3"), "Category 3", False),
        (("unstageable", "category_2"), "Healing unstageable", True),
        (("category_2", "unstageable"), "Unstageable", False),
        (("category_4", "unstageable"), "Category 4", False),
        (("deep_tissue_injury",), "Suspected deep tissue injury", False),
        (("deep_tissue_injury", "category_3"), "Category 3", False),
        (("deep_tissue_injury", "not_a_pressure_ulcer"), "Healing suspected deep tissue injury", True),
        (("category_2", "deep_tissue_injury"), "Category 2", False),
        (("not_a_pressure_ulcer",), "Not a pressure ulcer, at risk", False),
    ],
)
def test_the_category_shown(bands: tuple[str, ...], words: str, warned: bool) -> None:
    shown = category_shown(history(*bands))
    assert shown.words == words
    assert bool(shown.warning) is warned


def test_the_warning_names_both_categories() -> None:
    assert category_shown(history("category_4", "category_2")).warning == (
        "Last classified as category 2, which is lower. A healing ulcer keeps its category: it stays category 4."
    )


def test_unstageable_and_deep_tissue_injury_are_explained() -> None:
    assert "at least category 3" in category_shown(history("unstageable")).explained
    assert "base could be seen" in category_shown(history("unstageable", "category_4")).explained
    assert "shows later" in category_shown(history("deep_tissue_injury")).explained
    assert "began as a suspected" in category_shown(history("deep_tissue_injury", "category_3")).explained
    assert "was category 4 before" in category_shown(history("category_4", "unstageable")).explained


def test_one_that_shrinks_is_healing_and_one_that_closed_has_healed() -> None:
    assert category_shown(history("category_3"), smaller=True).words == "Healing category 3"
    assert category_shown(history("category_3"), smaller=True, closed=True).words == "Healed category 3"
    assert category_shown(history("not_a_pressure_ulcer"), smaller=True).words == "Not a pressure ulcer, at risk"


def test_the_order_in_which_they_are_given_changes_nothing() -> None:
    found = history("category_4", "category_2", "unstageable")
    assert category_shown(found[::-1]) == category_shown(found)


def test_no_history_has_no_category() -> None:
    with pytest.raises(ValueError, match="nothing"):
        category_shown([])


_NUMBERED = ("not_a_pressure_ulcer", "category_1", "category_2", "category_3", "category_4")


def test_a_later_classification_never_lowers_what_is_shown() -> None:
    """Over every history of three of the five numbered bands."""
    for bands in product(_NUMBERED, repeat=3):
        shown = [category_shown(history(*bands[:n])).band for n in (1, 2, 3)]
        levels = [_NUMBERED.index(band) for band in shown]
        assert levels == sorted(levels)
        assert shown[-1] == max(bands, key=_NUMBERED.index)


def test_full_thickness_is_never_shown_as_partial() -> None:
    """Over every history of three of all seven bands."""
    for bands in product(sorted(wounds.BANDS), repeat=3):
        shown = category_shown(history(*bands)).band
        if {"unstageable", "category_3", "category_4"} & set(bands):
            assert shown in {"unstageable", "category_3", "category_4"}, bands


# ------------------------------------------------------------------------------------------------------------- healing


def measure(day: int, length: str, width: str, *, hour: int = 10) -> Measure:
    return Measure(datetime(2026, 10, 5, hour, tzinfo=UTC) + timedelta(days=day), Decimal(length), Decimal(width))


@pytest.mark.parametrize(
    ("first", "now", "percent"),
    [
        (("6", "4"), ("4.8", "4"), "20.0"),
        (("4", "4"), ("4", "3"), "25.0"),
        (("3", "2"), ("2.5", "1.5"), "37.5"),
        (("2", "2"), ("2.2", "2"), "-10.0"),
        (("5", "3"), ("2.5", "2"), "66.7"),
        (("1.5", "1"), ("0", "0"), "100.0"),
    ],
)
def test_the_worked_examples_of_area_reduction(first: tuple[str, str], now: tuple[str, str], percent: str) -> None:
    found = healing([measure(0, *first), measure(7, *now)])
    assert found.since_first is not None
    assert found.since_first.percent == Decimal(percent)
    assert found.since_first.larger is percent.startswith("-")


def test_words_and_arrows() -> None:
    smaller = healing([measure(0, "2", "2"), measure(7, "1", "2")]).since_first
    larger = healing([measure(0, "2", "2"), measure(7, "3", "2")]).since_first
    same = healing([measure(0, "2", "2"), measure(7, "4", "1")]).since_first
    assert smaller is not None
    assert (smaller.word, smaller.arrow) == ("smaller", "↓")
    assert larger is not None
    assert (larger.word, larger.arrow) == ("larger", "↑")
    assert same is not None
    assert (same.word, same.arrow) == ("the same", "→")


def test_a_change_that_rounds_to_nothing_is_still_larger() -> None:
    found = healing([measure(0, "10", "10"), measure(7, "10.004", "10")])
    assert found.since_first is not None
    assert found.since_first.word == "larger"


def test_one_measurement_compares_with_nothing() -> None:
    found = healing([measure(0, "2", "2")])
    assert (found.since_first, found.two_weeks, found.flags) == (None, None, ())
    assert healing([]).now is None


def test_the_windows_compare_with_the_nearest_measurement_old_enough() -> None:
    found = healing([measure(0, "6", "4"), measure(13, "5", "4"), measure(20, "4", "4"), measure(28, "3", "4")])
    assert found.two_weeks is not None
    assert found.four_weeks is not None
    assert found.two_weeks.since.at == measure(13, "5", "4").at  # 15 days before, not 8 and not 28
    assert found.two_weeks.percent == Decimal("40.0")
    assert found.four_weeks.days == 28
    assert found.four_weeks.percent == Decimal("50.0")
    assert found.flags == ()


@pytest.mark.parametrize(
    ("days", "now", "flags"),
    [
        (13, "10", ()),
        (14, "10", ("reassess_2_weeks",)),
        (14, "8.1", ("reassess_2_weeks",)),
        (14, "8", ()),
        (27, "7", ()),
        (28, "6.1", ("refer_4_weeks",)),
        (28, "6", ()),
        (28, "9", ("reassess_2_weeks", "refer_4_weeks")),
    ],
)
def test_the_edges_of_two_and_four_weeks(days: int, now: str, flags: tuple[str, ...]) -> None:
    """20 % at 14 days, 40 % at 28, of a wound of 10 by 1."""
    assert healing([measure(0, "10", "1"), measure(days, now, "1")]).flags == flags


def test_a_week_is_a_week_whatever_the_hour() -> None:
    found = healing([measure(0, "10", "1", hour=16), measure(14, "10", "1", hour=8)])
    assert "reassess_2_weeks" in found.flags


def test_larger_since_the_last_review_is_said_though_it_is_smaller_than_at_first() -> None:
    found = healing([measure(0, "4", "4"), measure(7, "2", "2"), measure(10, "3", "2")])
    assert found.flags == ("larger_since_last",)


def test_a_wound_that_opens_again_compares_with_its_first_size() -> None:
    found = healing([measure(0, "2", "2"), measure(7, "0", "0"), measure(9, "1", "1")])
    assert found.since_first is not None
    assert found.since_first.percent == Decimal("75.0")
    assert found.since_last is not None
    assert found.since_last.days == 9


_CM = st.decimals(min_value="0.1", max_value="50", places=1)


@given(st.lists(st.tuples(st.integers(0, 60), _CM, _CM), min_size=2, max_size=8, unique_by=lambda each: each[0]))
def test_healing_is_the_same_in_any_order_and_follows_its_own_rule(sizes: list[tuple[int, Decimal, Decimal]]) -> None:
    measures = [measure(day, str(length), str(width)) for day, length, width in sizes]
    found = healing(measures)
    assert healing(measures[::-1]) == found
    ordered = sorted(measures, key=lambda each: each.at)
    first, last = ordered[0], ordered[-1]
    assert ("larger" in found.flags) is (last.area > first.area)
    assert found.since_first is not None
    assert (found.since_first.percent - (first.area - last.area) * 100 / first.area).copy_abs() <= Decimal("0.05")


# ---------------------------------------------------------------------------------------------------------------- edge


def edges(*seen: tuple[int, str | None]) -> list[tuple[datetime, str | None]]:
    return [(NOW + timedelta(days=day), edge) for day, edge in seen]


@pytest.mark.parametrize(
    ("seen", "stuck"),
    [
        (((0, "not_advancing"), (7, "not_advancing")), True),
        (((0, "not_advancing"), (6, "not_advancing")), True),
        (((0, "not_advancing"), (5, "not_advancing")), False),
        (((0, "not_advancing"),), False),
        (((0, "not_advancing"), (7, "advancing")), False),
        (((0, "not_advancing"), (3, "advancing"), (7, "not_advancing")), False),
        (((0, "not_advancing"), (4, "not_advancing"), (8, "not_advancing")), True),
        (((0, None), (7, "not_advancing")), False),
        ((), False),
    ],
)
def test_an_edge_that_has_not_moved_for_two_weekly_reviews(
    seen: tuple[tuple[int, str | None], ...], stuck: bool
) -> None:
    assert wounds.edge_stuck(edges(*seen)) is stuck
    assert wounds.edge_stuck(edges(*seen)[::-1]) is stuck


# ------------------------------------------------------------------------------------------------------------ the wound


def test_a_wound_goes_through_storage_unchanged() -> None:
    found = wound("left_heel", words="over the bone", device_related=True)
    assert from_plain(parse(canonical(to_plain(found))), Wound) == found


def test_words_for_where_it_is() -> None:
    assert (wound("left_heel").where, wound("left_heel").side) == ("Left heel", "left")
    assert (wound("sacrum").where, wound("sacrum").side) == ("Sacrum", "middle")


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"site": "nowhere"}, "site", "Choose where on the body it is"),
        ({"view": View.FRONT}, "site", "not on the front"),
        ({"x": Decimal("1.01")}, "site", "must be on the body map"),
        ({"cause": "magic"}, "cause", "Choose the cause"),
        ({"cause": "other"}, "words", "what it comes from"),
        ({"words": "x" * 501}, "words", "500 characters"),
        ({"cause": "skin_tear", "device_related": True}, "device_related", "comes from pressure"),
        ({"cause": "skin_tear", "mucosal": True}, "mucosal", "comes from pressure"),
        ({"found_at": NOW + timedelta(minutes=1)}, "found_at", "now or in the past"),
        ({"found_at": datetime(1937, 9, 5, tzinfo=UTC)}, "found_at", "date of birth"),
        ({"found_by": " "}, "found_by", "Enter who found it"),
        ({"found_by": "x" * 101}, "found_by", "100 characters"),
    ],
)
def test_what_is_refused(changes: dict[str, object], field: str, words: str) -> None:
    with pytest.raises(UserError) as refused:
        wounds.checked(wound(**changes), NOW, BORN)
    problem = next(each for each in refused.value.problems if each.field == field)
    assert words in problem.message


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(UserError) as refused:
        wounds.checked(wound(site="nowhere", cause="magic", found_by=""), NOW, BORN)
    assert [each.field for each in refused.value.problems] == ["site", "cause", "found_by"]


def test_texts_are_trimmed() -> None:
    assert wounds.checked(wound(words=" deep ", found_by=" Cal "), NOW, BORN).words == "deep"


@pytest.mark.parametrize(
    ("closing", "field"),
    [
        (Closing(NOW, "forgotten"), "how"),
        (Closing(NOW, "other"), "reason"),
        (Closing(NOW + timedelta(seconds=1), "healed"), "at"),
        (Closing(NOW - timedelta(days=31), "healed"), "at"),
        (Closing(NOW, "healed", "x" * 501), "reason"),
    ],
)
def test_what_cannot_close_a_wound(closing: Closing, field: str) -> None:
    with pytest.raises(UserError) as refused:
        wounds.checked_closing(closing, wound(), NOW)
    assert refused.value.field == field


def test_every_site_can_be_chosen_once_and_its_middle_is_its_own() -> None:
    codes = [code for code, _ in wounds.sites()]
    assert sorted(codes) == sorted({each.code for each in body.SITES})
    assert len({words for _, words in wounds.sites()}) == len(codes), "two places with the same words"
    for code in codes:
        assert wounds.checked(wound(code), NOW, BORN).site == code


def test_the_tapped_point_counts_only_for_the_site_that_it_is_on() -> None:
    view, x, y = body.centre_of("left_heel")
    near = (view, x + Decimal("0.005"), y)
    assert wounds.placed("left_heel", near) == (view, round(x + Decimal("0.005"), 4), round(y, 4))
    assert wounds.placed("sacrum", near)[1:] == tuple(round(each, 4) for each in body.centre_of("sacrum")[1:])


def test_what_classifies_it() -> None:
    assert wound().classified_by == "pressure_ulcer_category"
    assert wound(mucosal=True).classified_by == ""
    assert wound(cause="moisture").classified_by == "globiad"
    assert wound(cause="skin_tear").classified_by == "istap"
    assert wound(cause="surgical").classified_by == ""
