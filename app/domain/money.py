"""Money is whole pence everywhere inside; pounds exist only on screen and paper."""

from __future__ import annotations


def pounds(pence: int) -> str:
    """``£1,470.00``; a negative amount keeps its sign in front: ``-£70.00``."""
    sign, whole = ("-" if pence < 0 else ""), abs(pence)
    return f"{sign}£{whole // 100:,}.{whole % 100:02d}"
