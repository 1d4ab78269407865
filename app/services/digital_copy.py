"""The digital copy of a red-bag pack: kept when the pack is made, taken out when somebody asks for it.

It is made from the very content that was printed and kept beside the PDF, without the PDF in it: the record of today
could not say again what a pack of last year said. It is a file to hand over. There is no address of a hospital to send
it to: the connection of this home leads to its CCG alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from app.domain.errors import UserError
from app.domain.transfer import PackContent, PackStamp
from app.models import transfers as rows
from app.models.store import Work
from app.services.access import Action, require
from app.services.session import Session
from app.sync.fhir import document

if TYPE_CHECKING:
    from sqlalchemy import Connection

MEDIA_TYPE = "application/fhir+json"
_TROUBLE = "digital_trouble"


def keep(
    work: Work, session: Session, content: PackContent, stamp: PackStamp, pdf: bytes, replaces: str
) -> Mapping[str, str]:
    """Keep the copy of a pack that is being made; what the pack's body says of it.

    ``replaces`` is the id of the pack that it supersedes, or empty. Whatever goes wrong here must not hold up the paper
    of somebody whom an ambulance waits for: then the body says so, and there is no copy.
    """
    account = session.account
    author = document.Author(account.name, account.role.value.capitalize(), account.staff_id)
    try:
        copy = document.document_without_pdf(content, stamp, session.home, pdf, author, replaces=replaces)
    except Exception as fault:  # noqa: BLE001 - the paper comes first; the copy's own trouble is kept and said
        return {_TROUBLE: type(fault).__name__}
    return {rows.DOCUMENT: rows.keep_document(work, copy, MEDIA_TYPE)}


def digital_copy(session: Session, pack_id: str, *, why: str = "") -> bytes:
    """The digital copy of a kept pack, a FHIR R4 document with the PDF in it. Taking it out, and ``why``, is audited.

    Raises NotAllowed; UserError when the pack is not in the records, or was made when no copies were kept.
    """
    require(session, Action.PRINT_PACK)
    with session.look() as work:
        line = rows.pack(work.connection, pack_id)
        pdf = rows.content(work.connection, line.sha256) if line else None
        if line is None or pdf is None:
            raise UserError("This pack is not in the records", field="pack")
        body = rows.body(work.connection, pack_id)
        copy = from_body(work.connection, body, pdf)
        if copy is None:
            if trouble := body.get(_TROUBLE):
                raise UserError(
                    f"The digital copy of this pack could not be made when it was printed ({trouble}). The PDF is "
                    "whole: save that",
                    field="pack",
                )
            raise UserError(
                "This pack was made when no digital copies were kept. Save its PDF, or make a new pack", field="pack"
            )
        work.audit("export", "transfer", pack_id, resident_id=line.resident_id, reason=why)
    return copy


def from_body(connection: Connection, body: Mapping[str, object], pdf: bytes) -> bytes | None:
    """The whole copy of the pack that has this body and PDF, inside a transaction already open; None without one."""
    sha256 = body.get(rows.DOCUMENT)
    kept = rows.content(connection, sha256) if isinstance(sha256, str) else None
    return document.with_pdf(kept, pdf) if kept is not None else None
