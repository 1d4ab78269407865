"""Who did and looked at what: the audit trail in words, for the manager and the auditor.

What counts as a view of a resident's record, so that each is in the trail exactly once:

* opening one resident's record on a screen: the resident's page, an assessment's form or the choice of one, the
  questions for a red-bag pack. Reading it again for the same screen after a change is not another view;
* opening a signed assessment, a printed pack, or the history of an entry, each by itself;
* printing and exporting are entries of their own.

A list of many residents (Residents, Today, Alerts, the premium week, Staff) is not a view of any one record: it shows
what the whole shift needs to find its work, and an entry for each name in it would bury the openings that matter. Files
that leave the store with many residents in them (the evidence for claims) are one entry of the home.

Reading the trail makes no entry; taking it out as a file does.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from io import StringIO
from typing import TYPE_CHECKING, Any

from app.domain.dates import LONDON, date_time
from app.domain.errors import UserError
from app.domain.people import ResidentId
from app.domain.spreadsheet import harmless
from app.models import audit as rows
from app.models import residents as resident_rows
from app.models.audit import EventLine, Kind
from app.services.access import Action, require
from app.services.session import Session
from app.services.sign_in import unlock_again

if TYPE_CHECKING:
    from sqlalchemy import Connection

PAGE = 500
"""Entries a page of the list."""
_LOOKED = Kind(("view", "search"))
_PRINTED = Kind(("print", "reopen", "to-printer", "save", "preview"))
_EXPORTED = Kind(("export",))
_SIGNED = Kind(("sign", "amend"))
_SENT = Kind(objects=("message",))
_SIGN_IN = Kind(("sign-in", "sign-in-failed", "lock", "unlock", "sign-out", "refused-password"))
_ACCOUNTS = Kind(
    (
        "add-account", "reopen-account", "reset-password", "change-password", "change-role", "disable-account",
        "reset-throttle", "complete-password-change", "recover", "replace-recovery-key", "use-recovery-key",
    )
)  # fmt: skip
_KEEPING = Kind(
    (
        "backup", "backup-guard", "restore", "restored", "restore-checked", "rotate", "rotated", "accept-anchor",
        "migrate", "verify", "hold", "lift-hold", "purge",
    )
)  # fmt: skip
_SET = Kind(("set", "import"))
_NOT_CHANGES = (_LOOKED, _PRINTED, _EXPORTED, _SIGNED, _SENT, _SIGN_IN, _ACCOUNTS, _KEEPING, _SET)
CATEGORIES: Mapping[str, tuple[str, Kind]] = {
    "looked": ("Looked at", _LOOKED),
    "printed": ("Printed", _PRINTED),
    "exported": ("Exported", _EXPORTED),
    "signed": ("Signed", _SIGNED),
    "changed": ("Changed", Kind(but=_NOT_CHANGES)),
    "sent": ("Sent and received", _SENT),
    "sign-in": ("Sign-ins", _SIGN_IN),
    "accounts": ("Accounts and keys", _ACCOUNTS),
    "keeping": ("Backups and keeping", _KEEPING),
    "settings": ("Settings and imports", _SET),
}
"""What can be asked for: a key, its words, and the entries that belong to it. Every entry belongs to exactly one."""
OF_A_RESIDENT = ("looked", "printed", "exported", "signed", "changed", "sent", "keeping")
_WORDS = {
    ("view", "resident"): "Opened the record",
    ("view", "assessment"): "Read a signed assessment",
    ("view", "history"): "Read what was recorded before",
    ("search", "notes"): "Searched the notes",
    ("print", "transfer"): "Made a red-bag pack",
    ("reopen", "transfer"): "Took out a printed pack again",
    ("to-printer", "transfer"): "Sent a red-bag pack to the printer",
    ("save", "transfer"): "Saved a red-bag pack as a PDF",
    ("preview", "transfer"): "Looked at a red-bag pack on the screen",
    ("export", "transfer"): "Took out the digital copy of a red-bag pack",
    ("export", "resident"): "Exported the whole record",
    ("export", "evidence"): "Exported the evidence for claims",
    ("export", "money"): "Exported the premium's money",
    ("export", "audit"): "Exported the audit trail",
    ("export", "disagreement"): "Exported disagreements with the CCG about claims",
    ("sign", "assessment"): "Signed an assessment",
    ("amend", "assessment"): "Amended an assessment",
    ("entered-in-error", "assessment"): "Marked an assessment as entered in error",
    ("sign", "claim"): "Signed a premium claim",
    ("answered", "claim-answer"): "The CCG answered a claim",
    ("discard", "draft"): "Discarded a draft",
    ("record", "observation"): "Recorded a measurement",
    ("entered-in-error", "observation"): "Marked a measurement as entered in error",
    ("print", "observations"): "Printed observation charts",
    ("record", "note"): "Wrote a note",
    ("entered-in-error", "note"): "Marked a note as entered in error",
    ("take-in", "questionnaire"): "Took in a questionnaire of the home's own",
    ("turn-off", "questionnaire"): "Turned off a questionnaire of the home's own",
    ("add", "wound"): "Recorded a wound",
    ("change", "wound"): "Changed what is known of a wound",
    ("close", "wound"): "Closed a wound",
    ("reopen", "wound"): "Opened a closed wound again",
    ("entered-in-error", "wound"): "Marked a wound as entered in error",
    ("view", "wound"): "Looked at a wound",
    ("print", "wound"): "Printed a wound chart",
    ("print", "letter"): "Printed a letter to the GP",
    ("print", "about-me"): "Printed About me",
    ("print", "behaviour"): "Printed the records of behaviour",
    ("print", "cga"): "Printed a comprehensive geriatric assessment",
    ("view", "attachment"): "Looked at a paper of proof",
    ("add", "photo"): "Kept a photo",
    ("view", "photo"): "Looked at a photo",
    ("entered-in-error", "photo"): "Marked a photo as entered in error",
    ("add", "fall"): "Recorded a fall",
    ("change", "fall"): "Changed what is known of a fall",
    ("stop", "fall"): "Ended the observations after a fall",
    ("resume", "fall"): "Took up the observations after a fall again",
    ("entered-in-error", "fall"): "Marked a fall as entered in error",
    ("view", "fall"): "Looked at a fall",
    ("print", "fall"): "Printed the sheet of a fall",
    ("print", "due"): "Printed the due list of a shift",
    ("print", "claim"): "Printed a claim week",
    ("print", "training"): "Printed who is trained in what",
    ("print", "training-provider"): "Made the list for the training provider",
    ("print", "downtime"): "Took out the downtime kit, the key facts of everybody in the home",
    ("print", "handover"): "Printed a hand-over",
    ("add", "journey"): "Began a journey to hospital",
    ("change", "journey"): "Changed what is known of a journey to hospital",
    ("step", "journey"): "Recorded a step of a journey to hospital",
    ("correct", "journey"): "Corrected a journey to hospital",
    ("entered-in-error", "journey"): "Marked a journey to hospital as entered in error",
    ("view", "journey"): "Looked at a journey to hospital",
    ("return", "journey"): "Recorded what was found on the return from hospital",
    ("settle", "journey"): "Said that something a return from hospital left open is done",
    ("print", "changes"): "Printed what changed while a resident was in hospital",
    ("add", "bag"): "Added a red bag",
    ("move", "bag"): "Recorded where a red bag is",
    ("print", "journey"): "Printed the custody record of a journey",
    ("print", "bag"): "Printed labels for red bags",
    ("permit", "permission"): "Recorded that the home may use an instrument",
    ("withdraw", "permission"): "Turned an instrument off again",
    ("add", "resident"): "Added the resident",
    ("change", "resident"): "Changed the resident's details",
    ("raise", "alert"): "Raised an alert",
    ("call", "alert"): "Recorded a call about an alert",
    ("close", "alert"): "Closed an alert",
    ("withdraw", "alert"): "Withdrew an alert",
    ("queue", "message"): "A message was made ready to send",
    ("queue-again", "message"): "A message was made ready again after a restore",
    ("received", "message"): "A message arrived",
    ("sign-in", "account"): "Signed in",
    ("sign-in-failed", "account"): "Failed to sign in",
    ("add-account", "account"): "Gave somebody an account",
    ("reopen-account", "account"): "Opened a closed account again",
    ("reset-password", "account"): "Gave somebody a new one-time secret",
    ("change-password", "account"): "Chose a new password",
    ("change-role", "account"): "Gave an account another role",
    ("disable-account", "account"): "Closed an account",
    ("reset-throttle", "account"): "Let somebody try their password again",
    ("complete-password-change", "account"): "A change of password that was cut short was completed at signing in",
    ("recover", "account"): "Used the recovery key to set a new password",
    ("use-recovery-key", "account"): "Opened the records with the recovery key",
    ("use-recovery-key", "store"): "Restored a backup with the recovery key, which was replaced",
    ("restore", "store"): "Restored the records from a backup",
    ("replace-recovery-key", "account"): "Made a new recovery key",
    ("add", "staff"): "Added a member of staff",
    ("change", "staff"): "Changed a member of staff",
    ("appoint", "post"): "Appointed a champion",
    ("change", "post"): "Changed a champion's post",
    ("change", "home"): "Changed the home's details",
    ("set", "setting"): "Changed a setting",
    ("import", "residents"): "Imported residents from a file",
    ("import", "staff"): "Imported staff from a file",
    ("backup", "store"): "Made a backup",
    ("backup-guard", "store"): "Looked at a sudden change in the backups",
    ("restore-checked", "store"): "Looked over what a restore brought back",
    ("verify", "store"): "Checked the records",
    ("accept-anchor", "store"): "Went on with records from which something is missing",
    ("rotate", "store"): "Changed the records' key",
    ("hold", "resident"): "Placed a hold against destroying",
    ("lift-hold", "resident"): "Lifted a hold",
    ("purge", "resident"): "Destroyed the record at the end of its keeping",
    ("change", "retention"): "Changed how long records are kept",
}
_SCREENS = {
    "assessment": "Opened the record (assessment form)",
    "choice": "Opened the record (choice of assessment)",
    "falls": "Opened the record (falls)",
    "hospital": "Opened the record (red-bag pack)",
    "journeys": "Opened the record (journeys to hospital)",
    "person": "Opened the record (person)",
    "post-fall": "Opened the record (after a fall)",
    "timeline": "Opened the record (timeline)",
    "wounds": "Opened the record (wounds)",
}
_NOUNS = {
    "allergy": "an allergy", "cpr": "the CPR status", "diagnosis": "a diagnosis", "medicine": "a medicine",
    "contact": "a contact", "need": "a need", "chc": "Continuing Healthcare", "stay": "a stay",
    "absence": "an absence", "key_fact": "a key fact",
    "policy": "a policy of the premium",
    "commissioner_answer": "an answer of the commissioner",
    "training": "a training course",
    "duty": "a shift",
    "attachment": "a paper of proof",
    "remittance": "a payment",
    "spend": "something the premium was spent on",
    "admission": "a request for a bed",
    "criterion": "proof of an accreditation criterion",
    "claim_review": "what was decided about a claim that a correction touches",
}  # fmt: skip
_VERBS = {"add": "Added", "change": "Changed", "entered-in-error": "Marked as entered in error:"}
_STATES = {
    "sending": "Began to send a message", "sent": "Sent a message", "acknowledged": "A message was received",
    "decided": "A message was decided", "refused": "A message was refused", "undelivered": "A message came back",
    "quarantined": "A message was set aside as faulty", "queued": "A message waits to be sent again",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: by an account, of the categories (none means all), of the days both included."""

    user: str = ""
    categories: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One entry in words: its number, when, who (a person's name), what, about which resident, and the reason.

    ``resident`` is empty for an entry that is about no resident; a record that was destroyed has no name any more.
    """

    seq: int
    at: datetime
    user: str
    who: str
    what: str
    category: str
    resident: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some entries, newest first, and how many there are in all; ``people`` are accounts and names to choose from."""

    rows: tuple[AuditRow, ...]
    total: int
    people: tuple[tuple[str, str], ...]


def who_looked(
    session: Session, resident_id: ResidentId, wanted: Wanted | None = None, *, before: int | None = None
) -> AuditPage:
    """Who looked at, printed, exported, signed and changed one resident's record; ``before`` goes on from an entry."""
    return _page(session, resident_id, wanted or Wanted(), before)


def trail(session: Session, wanted: Wanted | None = None, *, before: int | None = None) -> AuditPage:
    """The same for the whole home: sign-ins, accounts, backups, exports and everything else."""
    return _page(session, None, wanted or Wanted(), before)


def trail_csv(session: Session, password: str, wanted: Wanted | None = None) -> bytes:
    """The home's trail as a table (UTF-8 with a byte-order mark, quoted, CR LF), oldest first. The password is
    asked again, and making it is audited.

    The admin-action log that a DSPT assessment asks for: with the categories sign-in, accounts, keeping and exported
    it names staff and no resident's record; entries about a resident carry the record's id and not the name.
    Raises NotAllowed, UserError for the filters, EnvironmentTrouble for a wrong password.
    """
    require(session, Action.VIEW_AUDIT)
    unlock_again(session, password)
    chosen = wanted or Wanted()
    first, until = _days(chosen)
    out = StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(("number", "at_utc", "at_local", "user", "who", "category", "what", "resident_record", "reason",
                     "detail"))  # fmt: skip
    with session.look() as work:
        asked = {"categories": list(chosen.categories), "user": chosen.user}
        asked |= {"from": str(chosen.first or ""), "to": str(chosen.last or "")}
        work.audit("export", "audit", session.store.id, detail=asked)
    with session.read() as connection:  # a long read must not hold the write lock
        for line in rows.every(connection, kinds=_kinds(chosen), actor=chosen.user or None, first=first, until=until):
            cells = (
                str(line.seq), line.at.astimezone(UTC).isoformat(timespec="seconds"), date_time(line.at), line.actor,
                session.person(line.actor), CATEGORIES[category(line.action, line.object_kind)][0],
                action_words(line.action, line.object_kind, line.detail), line.resident_id or "", line.reason,
                detail_words(line.detail),
            )  # fmt: skip
            writer.writerow([harmless(cell) for cell in cells])
    return out.getvalue().encode("utf-8-sig")


def action_words(action: str, kind: str, detail: Any = None) -> str:
    """What was done, in words."""
    if (action, kind) == ("view", "resident") and isinstance(detail, Mapping):
        return _SCREENS.get(str(detail.get("screen")), _WORDS[action, kind])
    if (action, kind) in _WORDS:
        return _WORDS[action, kind]
    if kind in _NOUNS and action in _VERBS:
        return f"{_VERBS[action]} {_NOUNS[kind]}"
    if kind == "message" and action in _STATES:
        return _STATES[action]
    return f"{action.replace('-', ' ').capitalize()}: {kind.replace('-', ' ')}"


def detail_words(detail: Any) -> str:
    """What an entry says beyond that, without fingerprints and identifiers, which are for programs."""
    if not isinstance(detail, Mapping):
        return ""
    return ", ".join(
        f"{str(key).replace('_', ' ')} {_short(value)}"
        for key, value in detail.items()
        if key in _TOLD and value not in (None, "", [])
    )


_TOLD = frozenset({"user", "role", "from", "to", "count", "kind", "path", "epoch", "event", "effect",
                   "failures", "revisions", "claims", "packs", "kept_claims", "categories", "care_years",
                   "claim_years", "since", "residents", "copies", "which", "printer", "protection"})  # fmt: skip


@cache
def category(action: str, kind: str) -> str:
    """Which category an entry belongs to."""
    return next(key for key, (_, found) in CATEGORIES.items() if _matches(found, action, kind))


def _matches(kind: Kind, action: str, object_kind: str) -> bool:
    return (
        (not kind.actions or action in kind.actions)
        and (not kind.objects or object_kind in kind.objects)
        and not any(_matches(other, action, object_kind) for other in kind.but)
    )


def _short(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _page(session: Session, resident_id: ResidentId | None, wanted: Wanted, before: int | None) -> AuditPage:
    require(session, Action.VIEW_AUDIT)
    first, until = _days(wanted)
    kinds, actor = _kinds(wanted), wanted.user or None
    with session.read() as connection:
        found = rows.events(
            connection, resident_id=resident_id, actor=actor, kinds=kinds, first=first, until=until, before=before,
            limit=PAGE,
        )  # fmt: skip
        total = rows.count(connection, resident_id=resident_id, actor=actor, kinds=kinds, first=first, until=until)
        names = _names(connection, found) if resident_id is None else {}
        people = rows.actors(connection, resident_id)
    named = sorted(((user, session.person(user)) for user in people), key=lambda pair: pair[1].casefold())
    return AuditPage(tuple(_row(session, line, names) for line in found), total, tuple(named))


def _names(connection: Connection, lines: Sequence[EventLine]) -> Mapping[str, str]:
    wanted = {line.resident_id for line in lines if line.resident_id}
    return {
        line.resident.id: line.resident.details.banner_name
        for line in resident_rows.find(connection)
        if line.resident.id in wanted
    }


def _row(session: Session, line: EventLine, names: Mapping[str, str]) -> AuditRow:
    return AuditRow(
        line.seq,
        line.at,
        line.actor,
        session.person(line.actor),
        action_words(line.action, line.object_kind, line.detail),
        category(line.action, line.object_kind),
        names.get(line.resident_id, "A record that was destroyed") if line.resident_id else "",
        line.reason,
        detail_words(line.detail),
    )


def _kinds(wanted: Wanted) -> tuple[Kind, ...]:
    unknown = [key for key in wanted.categories if key not in CATEGORIES]
    if unknown:
        raise UserError(f"{unknown[0]} is not a kind of audit entry", field="category")
    return tuple(CATEGORIES[key][1] for key in wanted.categories)


def _days(wanted: Wanted) -> tuple[datetime | None, datetime | None]:
    """The instants that the days begin and end with where the home is."""
    if wanted.first and wanted.last and wanted.last < wanted.first:
        raise UserError("The last date must not be before the first", field="last")
    first = datetime.combine(wanted.first, time(0), LONDON).astimezone(UTC) if wanted.first else None
    after = wanted.last + timedelta(days=1) if wanted.last else None
    return first, datetime.combine(after, time(0), LONDON).astimezone(UTC) if after else None
