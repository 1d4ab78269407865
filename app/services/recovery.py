"""The recovery key: the sheet for the safe, and the way back in that it opens."""

from __future__ import annotations

from datetime import datetime

from app.domain.people import Home


def sheet(home: Home, store_id: str, recovery_key: str, made_at: datetime, *, replaced: bool = False) -> bytes:
    """The page to print and seal away, as a PDF made in memory; ``replaced`` when an older sheet must be destroyed."""
    from app.reports.recovery import RecoverySheet, recovery_pdf

    return recovery_pdf(
        RecoverySheet(home.name, store_id, recovery_key, made_at, practice=home.practice, replaced=replaced)
    )
