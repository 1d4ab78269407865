"""Money is whole pence everywhere inside; pounds exist only on screen and paper."""

from __future__ import annotations

import re

from app.domain.errors import UserError

_POUNDS = re.compile(r"(-?)£?\s*(\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.(\d{2}))?")


def pounds(pence: int) -> str:
    """``£1,470.00``; a negative amount keeps its sign in front: ``-£70.00``."""
    sign, whole = ("-" if pence < 0 else ""), abs(pence)
    return f"{sign}£{whole // 100:,}.{whole % 100:02d}"


def parse_pounds(text: str, *, field: str = "amount") -> int:
    """Pence from ``70``, ``£70.00``, ``-£1,470.00`` or ``-70.00``; never through a float.

    Raises UserError for anything else, also for one or three places after the point: what was meant is not guessed.
    """
    found = _POUNDS.fullmatch(text.strip().replace("\u2212", "-").replace("£-", "-£"))
    if found is None:
        raise UserError("Enter an amount in pounds such as 70.00", field=field)
    sign, whole, part = found.groups()
    pence = int(whole.replace(",", "")) * 100 + int(part or "0")
    return -pence if sign else pence
