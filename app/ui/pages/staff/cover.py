"""Who covers a champion pathway, worked out from the posts on the staff page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from app.domain.dates import to_local
from app.domain.people import Appointment, ChampionPost, StaffMember


def in_post(post: ChampionPost, at: datetime) -> bool:
    """Whether the post and its certificate both hold at the instant; certificate days include both ends."""
    day = to_local(at).date()
    return (
        post.in_post_since is not None
        and post.in_post_since <= at
        and (post.in_post_until is None or at < post.in_post_until)
        and post.trained_on <= day
        and (post.expires_on is None or day <= post.expires_on)
    )


def others_covering(staff: Iterable[StaffMember], ending: Appointment, at: datetime) -> tuple[str, ...]:
    """The names that still cover the pathway at the instant when ``ending`` has ended."""
    return tuple(
        member.details.name
        for member in staff
        if member.details.left_at is None or at < member.details.left_at
        if any(
            a.id != ending.id and a.post.pathway == ending.post.pathway and in_post(a.post, at) for a in member.posts
        )
    )
