"""How people are called in the evidence: by name, or by a key that only this home's records lead back to a person."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.domain.people import Resident, StaffId, StaffMember
from app.models import settings
from app.models import staff as staff_rows
from app.models.store import Work

if TYPE_CHECKING:
    from sqlalchemy import Connection

LEFT_OUT = "left out"
"""Stands where something is recorded and a pseudonymised paper does not say it."""
_KEY = "evidence/pseudonyms"


@dataclass(frozen=True, slots=True)
class Names:
    """``key`` is None where people are named. The same key gives the same person the same pseudonym, year after year.

    ``accounts`` finds the staff record of an account, so that the assessor and the champion are seen to be one person.
    """

    key: bytes | None = field(default=None, repr=False)
    people: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, StaffId] = field(default_factory=dict)

    @property
    def named(self) -> bool:
        """Whether people are named."""
        return self.key is None

    def resident(self, resident: Resident) -> str:
        """The resident's name, or ``Resident 7K3M-Q2XD``."""
        return resident.details.banner_name if self.key is None else f"Resident {self._code('resident', resident.id)}"

    def member(self, member: StaffMember) -> str:
        """The name of a member of staff, or ``Staff 7K3M-Q2XD``."""
        return member.details.name if self.key is None else self._staff(member.id)

    def account(self, user: str) -> str:
        """The person behind an account."""
        if self.key is None:
            return self.people.get(user, user)
        return self._staff(self.accounts.get(user, user))

    def text(self, words: str) -> str:
        """What somebody wrote freely, in which anybody may be named."""
        return words if self.key is None or not words else LEFT_OUT

    def claim(self, identifier: str, resident: Resident) -> str:
        """A claim's identifier without the key that the home has for the resident."""
        if self.key is None or not identifier:
            return identifier
        home, _, rest = identifier.partition("|")
        return f"{home}|{self._code('resident', resident.id)}|{rest.removeprefix(f'{resident.details.key}|')}"

    def _staff(self, staff_id: str) -> str:
        return f"Staff {self._code('staff', staff_id)}"

    def _code(self, what: str, who: str) -> str:
        digest = hmac.new(self.key or b"", f"{what}/{who}".encode(), hashlib.sha256).digest()
        text = base64.b32encode(digest[:5]).decode()
        return f"{text[:4]}-{text[4:]}"


def names_of(connection: Connection, *, key: bytes | None) -> Names:
    """How people are called, by name unless a key is given."""
    people = staff_rows.account_names(connection)
    found = {user: staff_rows.account(connection, user) for user in people}
    return Names(key, people, {user: account.staff_id for user, account in found.items() if account is not None})


def pseudonym_key(work: Work) -> bytes:
    """The home's key for pseudonyms, made at the first need of one; it never leaves the encrypted records."""
    held = settings.get(work.connection, _KEY)
    if isinstance(held, str):
        return bytes.fromhex(held)
    key = secrets.token_bytes(32)
    settings.note(work, _KEY, key.hex())
    return key
