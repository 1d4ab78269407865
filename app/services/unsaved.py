"""What somebody was typing in a form without drafts when the lock came by itself: kept until they have seen it."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.codec import from_plain, to_plain
from app.models import settings
from app.services.session import Session


@dataclass(frozen=True, slots=True)
class Unsaved:
    """A form as it was: its title, whom it was about ("" for nobody), and each question with what was typed."""

    title: str
    about: str
    lines: tuple[tuple[str, str], ...]


def keep(session: Session, forms: tuple[Unsaved, ...]) -> None:
    """Keep it for the signed-in person. Never a password: the caller leaves those out."""
    with session.write() as work:
        settings.note(work, _key(session), [to_plain(form) for form in forms])


def kept(session: Session) -> tuple[Unsaved, ...]:
    """What was kept for the signed-in person."""
    with session.read() as connection:
        found = settings.get(connection, _key(session))
    return tuple(from_plain(form, Unsaved) for form in found or ())


def forget(session: Session) -> None:
    """They have it now."""
    with session.write() as work:
        settings.forget(work, _key(session))


def _key(session: Session) -> str:
    return f"typed/form/{session.account.user}"
