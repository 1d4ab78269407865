"""Who may do what: one table, asked by every use case, for windows and commands alike.

Every key slot opens the same data, so this table is enforced by the program and not by cryptography; signatures are
what cryptography enforces.
"""

from __future__ import annotations

from enum import StrEnum

from app.domain.errors import NotAllowed
from app.domain.people import Role
from app.services.session import Session


class Action(StrEnum):
    """What can be asked of the program, in words that finish "Your role does not let you ..."."""

    VIEW_RESIDENTS = "see residents' records"
    EDIT_RESIDENTS = "change residents' details"
    RECORD_ASSESSMENT = "record assessments"
    SIGN_ASSESSMENT = "sign assessments"
    PRINT_PACK = "print a red-bag pack"
    FOLLOW_TRANSFER = "follow a resident to hospital and back"
    CLOSE_ALERTS = "close alerts"
    VIEW_CLAIMS = "see premium claims"
    SIGN_CLAIMS = "sign premium claims"
    MANAGE_MONEY = "look after the premium's money"
    EXPORT_EVIDENCE = "export evidence"
    VIEW_STAFF = "see staff records"
    MANAGE_STAFF = "change staff records"
    MANAGE_ACCOUNTS = "look after accounts"
    MANAGE_HOME = "change the home's settings"
    IMPORT = "import from a file"
    SYNC = "send and receive messages"
    VERIFY = "check the records"
    VIEW_AUDIT = "see who did and looked at what"
    EXPORT_RESIDENT = "export everything about a resident"
    BACKUP = "back up the records"
    RESTORE = "restore the records"
    ROTATE = "change the records' key"
    RETENTION = "decide what is kept and what is destroyed"
    ACCEPT_ANCHOR = "go on with records from which something is missing"


_CARE = {
    Action.VIEW_RESIDENTS,
    Action.EDIT_RESIDENTS,
    Action.RECORD_ASSESSMENT,
    Action.SIGN_ASSESSMENT,
    Action.PRINT_PACK,  # in an emergency anybody signed in may print; it is audited
    Action.FOLLOW_TRANSFER,
    Action.CLOSE_ALERTS,
    Action.VIEW_STAFF,
    Action.SYNC,
}
_ALLOWED: dict[Role, frozenset[Action]] = {
    Role.CARER: frozenset(_CARE),
    Role.CHAMPION: frozenset(_CARE | {Action.VIEW_CLAIMS}),
    Role.NURSE: frozenset(_CARE | {Action.VIEW_CLAIMS, Action.BACKUP}),
    Role.MANAGER: frozenset(Action),
    Role.AUDITOR: frozenset(
        {  # reads everything, the audit too, and changes nothing
            Action.VIEW_RESIDENTS,
            Action.VIEW_CLAIMS,
            Action.VIEW_STAFF,
            Action.VIEW_AUDIT,
            Action.VERIFY,
            Action.EXPORT_EVIDENCE,
            Action.EXPORT_RESIDENT,
            Action.PRINT_PACK,
        }
    ),
}


def allowed(session: Session, action: Action) -> bool:
    """Whether the signed-in person's role allows the action; nothing is allowed before they chose a password."""
    return not session.account.must_change and action in _ALLOWED[session.account.role]


def require(session: Session, action: Action) -> None:
    """Refuse, in words, unless the role allows the action and the person has chosen a password of their own."""
    if session.account.must_change:
        raise NotAllowed("Choose a password of your own first: the one you were given is for that alone")
    if not allowed(session, action):
        roles = [role.value for role in Role if action in _ALLOWED[role]]
        listed = " or ".join(filter(None, (", ".join(roles[:-1]), roles[-1])))
        raise NotAllowed(f"Your role ({session.account.role.value}) does not let you {action.value}. Ask a {listed}.")
