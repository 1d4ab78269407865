"""The charts of the money page, from what the service found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.domain.charts import money as drawn
from app.domain.drawing import Chart
from app.domain.home_facts import SpendCategory

if TYPE_CHECKING:
    from app.services.money import Period

TITLE = "Where the pounds of each month are"


def months_chart(months: Sequence[Period], width: int) -> Chart:
    """A bar for each month."""
    return drawn.money_chart(TITLE, [drawn.month_bar(month.ends, month.totals) for month in months], width=width)


def rate_chart(weeks: Sequence[Period], width: int) -> Chart:
    """The claim rate of each week."""
    return drawn.rate_chart([(week.ends, week.rate) for week in weeks], width=width)


def spend_chart(spent: Sequence[tuple[SpendCategory, int]], width: int) -> Chart:
    """What was bought."""
    return drawn.spend_chart(spent, width=width)
