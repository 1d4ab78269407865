"""What is recorded with a photo: who agreed to it, what it shows, and how large the kept picture is."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.errors import UserError

RESIDENT, BEST_INTERESTS = "resident", "best-interests"
CONSENTS = {
    RESIDENT: "The resident agrees",
    BEST_INTERESTS: "The resident cannot decide: a best-interests decision was made",
}
LONGEST_SIDE = 1600
"""Pixels: enough to measure a wound against the ruler beside it."""
MOST_PIXELS = 60_000_000
MOST_BYTES = 40_000_000
_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Consent:
    """Who agreed to the photo: the resident, or whoever decided in the resident's best interests, by name."""

    by: str
    name: str = ""

    @property
    def words(self) -> str:
        """``The resident agreed``; ``Best-interests decision by Ann Osborn, daughter``."""
        return "The resident agreed" if self.by == RESIDENT else f"Best-interests decision by {self.name}"


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as it is kept: pixels, size in bytes, who agreed, and a note."""

    width: int
    height: int
    size: int
    consent: Consent
    note: str = ""


def checked_consent(consent: Consent | None) -> Consent:
    """The consent with its name trimmed; UserError when nobody agreed or nobody is named."""
    if consent is None or consent.by not in CONSENTS:
        raise UserError("Say who agreed to the photo. Without consent no photo is kept", field="by")
    name = consent.name.strip()
    if consent.by == BEST_INTERESTS and not name:
        raise UserError("Enter who made the best-interests decision", field="name")
    if len(name) > _LIMIT:
        raise UserError(f"The name must be {_LIMIT} characters or fewer", field="name")
    return Consent(consent.by, name if consent.by == BEST_INTERESTS else "")


def checked_note(note: str) -> str:
    """The note trimmed; UserError when it is too long."""
    if len(note.strip()) > _LIMIT:
        raise UserError(f"The note must be {_LIMIT} characters or fewer", field="note")
    return note.strip()
