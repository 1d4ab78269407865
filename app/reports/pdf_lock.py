"""A PDF that asks for a phrase before it opens."""

from __future__ import annotations

from io import BytesIO

from app.domain.errors import UserError


def locked(pdf: bytes, phrase: str) -> bytes:
    """The same file, encrypted with AES-256 (PDF 2.0, revision 6); the phrase opens it, and nothing else does.

    The phrase is taken as typed, without the spaces around it. Each call gives other bytes, as encryption must.
    UserError on ``phrase`` when it is blank.
    """
    from pypdf import PdfReader, PdfWriter

    phrase = phrase.strip()
    if not phrase:
        raise UserError("Phrase is needed", field="phrase")
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf)))
    writer.encrypt(phrase, algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
