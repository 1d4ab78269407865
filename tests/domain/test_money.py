"""Money."""

from __future__ import annotations

import pytest

from app.domain.money import pounds


@pytest.mark.parametrize(
    ("pence", "shown"),
    [(0, "£0.00"), (5, "£0.05"), (7000, "£70.00"), (147000, "£1,470.00"), (-7000, "-£70.00"), (-5, "-£0.05"),
     (473200000, "£4,732,000.00")],
)  # fmt: skip
def test_pence_are_shown_as_pounds(pence: int, shown: str) -> None:
    assert pounds(pence) == shown
