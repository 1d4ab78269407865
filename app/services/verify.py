"""Whether the record is whole: pages, audit chain, revisions, signatures, anchor, and backups that can be reached."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.domain.codec import instant_text
from app.domain.errors import ExitCode, UserError
from app.models import backups, copies, integrity, migrate, trouble
from app.models.store import chain_head, connect_raw
from app.services.access import Action, require
from app.services.session import Session
from app.vault import bundle, keyfile, keys
from app.vault.anchor import read_anchor

_PRINTED = re.compile(r"([1-9][0-9]*)-([0-9a-f]{8,64})")


@dataclass(frozen=True, slots=True)
class CheckedBackup:
    """A backup on the list whose file can be seen; ``ok`` when it reads whole and is part of this record's history."""

    path: Path
    taken_at: datetime
    ok: bool


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found. ``problems`` names everything that is not as it should be; empty when all is well."""

    schema: str
    count: int
    head: str
    store: tuple[str, ...]
    audit: tuple[str, ...]
    anchors: tuple[str, ...]
    signatures: integrity.Signatures
    backups: tuple[CheckedBackup, ...]
    exit_code: ExitCode

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything that is wrong, in words."""
        bad = tuple(f"the backup {one.path.name} cannot be used" for one in self.backups if not one.ok)
        return (*self.store, *self.audit, *self.anchors, *self.signatures.bad, *bad)

    def as_json(self) -> dict[str, object]:
        """The published shape of ``hartwell verify``."""
        return {
            "store": "ok" if not self.store else list(self.store),
            "schema": self.schema,
            "audit": {"count": self.count, "head": self.head} | ({"problems": list(self.audit)} if self.audit else {}),
            "anchors": "ok" if not self.anchors else list(self.anchors),
            "signatures": {"checked": self.signatures.checked, "bad": list(self.signatures.bad)},
            "backups": [
                {"path": str(one.path), "taken_at": instant_text(one.taken_at), "ok": one.ok} for one in self.backups
            ],
        }


def verify(session: Session, printed: tuple[str, ...] = ()) -> Verified:
    """Check everything. Reads the whole record and every backup that can be reached: seconds to minutes.

    ``printed`` are anchors from the foot of packs (``1234-0a1b2c3d``), which the audit trail must have gone through.
    Looking changes nothing; that somebody looked is audited, where the record can be written to. Raises UserError for
    what is not an anchor.
    """
    require(session, Action.VERIFY)
    on_paper = tuple(_read_printed(text) for text in printed)
    slots = keyfile.read_keyfile(session.store_dir)
    key = keys.sqlcipher_key(session.data_key, slots.store_id)
    # On a connection that is thrown away: after damage the library refuses to go on with the one that met it.
    with trouble.in_words(), closing(connect_raw(session.store.path, key)) as connection:
        pages = integrity.bad_pages(connection, fold=session.trouble is None)
    if pages:  # nothing read from here on would mean anything; the salvage says which records are affected
        if session.trouble is None:
            session.store.only_read(trouble.damaged_part())
        return Verified("", 0, "", pages, (), (), integrity.Signatures(0, ()), (), ExitCode.DAMAGED)
    with session.read() as connection:
        chain = chain_head(connection)
        store = (*integrity.revision_problems(connection), *integrity.projection_problems(connection))
        audit = integrity.chain_problems(connection)
        behind = integrity.anchor_trouble(
            connection, read_anchor(session.store_dir, {session.epoch: session.data_key}, session.epoch)
        )
        signatures = integrity.check_signatures(connection)
        schema = migrate.current(connection)
        anchors = tuple(
            f"the backup of {one.taken_at:%Y-%m-%d %H:%M} UTC holds entries that are missing here"
            for one in backups.backups(connection)
            if not copies.holds(connection, one.count, one.head)
        )
        checked = tuple(_checked(session, one) for one in backups.backups(connection) if Path(one.path).is_file())
        anchors += tuple(
            f"the audit trail did not go through {count}-{head}, which was printed"
            for count, head in on_paper
            if not (copies.hash_at(connection, count) or "").startswith(head)
        )
    if behind is not None:
        anchors = (behind.happened, *anchors)
    if session.store.anchor_failed:
        anchors = ("the newest anchor could not be written", *anchors)
    code = ExitCode.DONE
    if anchors:
        code = ExitCode.BEHIND_ANCHOR
    if store or audit or signatures.bad or any(not one.ok for one in checked):
        code = ExitCode.DAMAGED
    found = Verified(schema, chain.count, chain.head, store, audit, anchors, signatures, checked, code)
    if session.trouble is None:
        with session.write() as work:
            work.audit("verify", "store", session.store.id, detail={"problems": len(found.problems)})
    return found


def _read_printed(text: str) -> tuple[int, str]:
    found = _PRINTED.fullmatch(text.strip().lower())
    if found is None:
        raise UserError(f"{text} is not an anchor as packs print it, such as 1234-0a1b2c3d", field="anchor")
    return int(found[1]), found[2]


def _checked(session: Session, one: backups.Backup) -> CheckedBackup:
    path = Path(one.path)
    try:
        manifest = bundle.read_manifest(path)
        ok = (
            manifest is not None
            and (manifest.store_id, manifest.count, manifest.head) == (session.store.id, one.count, one.head)
            and (manifest.epoch != session.epoch or manifest.authentic(session.data_key))
            and bundle.whole(path, manifest)
        )
    except OSError:
        ok = False
    return CheckedBackup(path, one.taken_at, ok)
