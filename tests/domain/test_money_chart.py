"""The pictures of the money: every bar adds up, every figure stands in the table, no letter is too small."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.domain.charts.money import Bar, amounts_chart, money_chart, month_bar, rate_chart, spend_chart
from app.domain.drawing import BARS, Chart, Rectangle, Text
from app.domain.home_facts import SpendCategory
from app.domain.ledger import Totals

FULL = Totals(
    expected=49_000, not_claimed=7000, submitted=42_000, waiting=7000, accepted=21_000, paid=14_000, outstanding=7000,
    refused=7000, reversed=7000,
)  # fmt: skip
MONTHS = tuple(month_bar(date(2026, month, 28), FULL) for month in range(4, 13))


def texts(chart: Chart) -> list[str]:
    return [part.text for part in chart.scene.parts if isinstance(part, Text)]


def test_a_bar_is_as_high_as_what_was_expected_and_its_parts_carry_letters() -> None:
    assert FULL.closes()
    assert sum(MONTHS[0].parts) == FULL.expected
    chart = money_chart("Money", MONTHS, width=700)
    filled = [part for part in chart.scene.parts if isinstance(part, Rectangle) and part.fill in BARS]
    assert len(filled) == 4 + 4 * len(MONTHS)  # the key, and each month
    for letter in "PANR":
        assert texts(chart).count(letter) == len(MONTHS)
    assert chart.headers[0] == "Month"
    assert chart.rows[0][:3] == ("Apr 2026", "£490.00", "£70.00")
    assert chart.rows[-1][:2] == ("All", "£4,410.00")


def test_money_that_has_still_to_be_taken_back_stands_in_the_table_and_has_no_bar() -> None:
    back = Totals(expected=7000, submitted=7000, paid=7000, outstanding=-7000, reversed=7000)
    chart = money_chart("Money", (Bar("Nov", "2026", back),))
    assert "-£70.00" in chart.rows[0]
    filled = [part for part in chart.scene.parts if isinstance(part, Rectangle) and part.fill in BARS]
    assert len(filled) == 4 + 2
    assert all(part.height >= 0 for part in filled)


@pytest.mark.parametrize("width", [310, 400, 640, 900])
def test_nothing_is_smaller_than_10_points_or_outside(width: int) -> None:
    spent = ((SpendCategory.EQUIPMENT, 12_050), (SpendCategory.PAY, -500))
    rates = [(date(2026, 4, 5) + timedelta(days=7 * n), Decimal(20 + n % 5)) for n in range(52)]
    for chart in (
        money_chart("Money", MONTHS, width=width), money_chart("Money", (), width=width),
        spend_chart(spent, width=width), rate_chart(rates, width=width),
    ):  # fmt: skip
        assert all(part.size >= 10 for part in chart.scene.parts if isinstance(part, Text))
        for part in chart.scene.parts:
            if isinstance(part, Rectangle):
                assert 0 <= part.x <= part.x + part.width <= width + 1
                assert 0 <= part.y <= part.y + part.height <= chart.scene.height + 1


def test_an_empty_picture_says_so() -> None:
    assert "Nothing yet" in texts(money_chart("Money", ()))
    assert "No spending is recorded" in texts(spend_chart(()))
    assert amounts_chart("Money", (), head="What").rows == (("All", "£0.00"),)


def test_the_rate_stands_beside_what_was_planned_and_what_is_usual() -> None:
    chart = rate_chart([(date(2026, 11, 22), Decimal("17.8")), (date(2026, 11, 29), None)])
    assert {"Planned 15", "Usual 29"} <= set(texts(chart))
    assert [row[1] for row in chart.rows] == ["17.8"]
