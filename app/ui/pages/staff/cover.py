"""Which champion posts hold at an instant, by the same rule that decides the premium."""

from __future__ import annotations

from datetime import datetime

from app.domain.people import Appointment, StaffMember


def holding(everybody: tuple[StaffMember, ...], at: datetime) -> frozenset[str]:
    """The ids of the champion posts whose certificate and appointment both hold at the instant."""
    from app.domain.premium import cover_of
    from app.services.staff import champions_of

    held = set()
    for champion in champions_of(everybody):
        period = cover_of(champion)
        if period is not None and (period[0] is None or period[0] <= at) and (period[1] is None or at < period[1]):
            held.add(champion.ref or "")
    return frozenset(held)


def others_covering(everybody: tuple[StaffMember, ...], ending: Appointment, at: datetime) -> tuple[str, ...]:
    """The names that still cover the pathway at the instant when ``ending`` has ended."""
    held = holding(everybody, at) - {ending.id}
    return tuple(
        member.details.name
        for member in everybody
        if any(post.id in held and post.post.pathway == ending.post.pathway for post in member.posts)
    )
