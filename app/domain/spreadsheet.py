"""What every table that leaves the record for a spreadsheet needs: text that stays text there."""

from __future__ import annotations

from typing import Final

_FORMULA_STARTS: Final = "=+-@\t\r＝＋－＠"


def harmless(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.lstrip(" ")[:1] in _FORMULA_STARTS and text.strip() else text
