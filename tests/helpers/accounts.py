"""Accounts for tests that need somebody to sign in, not the way an account is made."""

from __future__ import annotations

from app.domain.people import Role, StaffId
from app.services import accounts
from app.services.changes import Changes
from app.services.session import Session


def give_account(session: Session, staff_id: StaffId, user: str, role: Role, password: str) -> Changes:
    """An account whose owner has chosen their password already."""
    return accounts._add(session, lambda work: accounts._existing(work, staff_id), user, role, password).changes
