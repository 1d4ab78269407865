"""A locked PDF opens with its phrase and with nothing else."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PasswordType, PdfReader

from app.domain.errors import UserError
from app.reports.pack import pack_pdf
from app.reports.pdf_lock import locked
from tests.helpers.pack_samples import stamp, typical


def test_a_locked_pack_opens_with_its_phrase_alone() -> None:
    plain = pack_pdf(typical(), stamp()).data
    shut = locked(plain, " cranberry unsterile door ")
    assert b"/AESV3" in shut  # AES with a key of 256 bits
    assert b"Practice House" not in shut
    reader = PdfReader(BytesIO(shut))
    assert reader.is_encrypted
    assert reader.decrypt("cranberry") == PasswordType.NOT_DECRYPTED
    assert reader.decrypt("") == PasswordType.NOT_DECRYPTED
    assert reader.decrypt("cranberry unsterile door") != PasswordType.NOT_DECRYPTED
    opened = [page.extract_text() for page in reader.pages]
    assert opened == [page.extract_text() for page in PdfReader(BytesIO(plain)).pages]
    assert [entry.title for entry in reader.outline][:2] == ["Cover", "60-second page"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Hospital transfer pack"


@pytest.mark.parametrize("phrase", ["", "  "])
def test_a_blank_phrase_locks_nothing(phrase: str) -> None:
    with pytest.raises(UserError, match="Phrase is needed"):
        locked(pack_pdf(typical(), stamp()).data, phrase)
