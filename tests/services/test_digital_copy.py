"""The digital copy of a kept pack: made with the paper, the same years later, refused in words where there is none."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from datetime import date
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from sqlalchemy import delete, select

from app.domain.errors import UserError
from app.domain.people import Allergy, CprDecision, CprKind, Medicine, ResidentId
from app.domain.transfer import TransferReason
from app.models import schema
from app.services import audit, digital_copy, export, residents, transfers
from app.sync.fhir import document
from app.sync.fhir.document_check import check_document
from tests.factories import NEWS2_HIGH, PASSWORD, LivingHome

REASON = TransferReason(situation="Fell in the bathroom", observations=NEWS2_HIGH, bag="RB-03")


def somebody(home: LivingHome) -> ResidentId:
    return home.resident(
        1,
        Allergy("Penicillin", "rash"),
        Medicine("Apixaban 5 mg", "twice a day", time_critical=True),
        CprDecision(CprKind.DNACPR, date(2026, 1, 1), "Dr P. Practice", "care folder"),
    )


def found_in(copy: bytes, kind: str) -> list[dict[str, Any]]:
    return [each["resource"] for each in json.loads(copy)["entry"] if each["resource"]["resourceType"] == kind]


def test_the_copy_says_what_the_pack_said_and_carries_the_very_pdf(home: LivingHome) -> None:
    person = somebody(home)
    pack = transfers.send_to_hospital(home.session, person, REASON)
    copy = digital_copy.digital_copy(home.session, pack.id)
    assert check_document(copy) == ()
    Bundle.model_validate_json(copy)
    (binary,) = found_in(copy, "Binary")
    assert b64decode(binary["data"]) == pack.pdf
    assert [each["code"]["text"] for each in found_in(copy, "AllergyIntolerance")] == ["Penicillin"]
    (patient,) = found_in(copy, "Patient")
    assert patient["identifier"][0]["value"] == "9990000018"
    composition = found_in(copy, "Composition")[0]
    assert composition["identifier"]["value"] == pack.id
    assert "Fell in the bathroom" in copy.decode()
    (author,) = found_in(copy, "Practitioner")
    assert author["name"] == [{"text": home.session.account.name}]


def test_the_copy_of_last_year_s_pack_says_what_was_true_then(home: LivingHome) -> None:
    person = somebody(home)
    pack = transfers.send_to_hospital(home.session, person, REASON)
    before = digital_copy.digital_copy(home.session, pack.id)
    residents.add_fact(home.session, person, Allergy("Latex", "wheeze"))
    assert digital_copy.digital_copy(home.session, pack.id) == before
    again = transfers.send_to_hospital(home.session, person, REASON)
    newer = digital_copy.digital_copy(home.session, again.id)
    assert {each["code"]["text"] for each in found_in(newer, "AllergyIntolerance")} == {"Penicillin", "Latex"}
    assert found_in(newer, "Composition")[0]["relatesTo"][0]["targetIdentifier"]["value"] == pack.id


def test_of_somebody_with_almost_nothing_recorded_there_is_a_copy_too(home: LivingHome) -> None:
    pack = transfers.send_to_hospital(home.session, home.resident(2), TransferReason())
    copy = digital_copy.digital_copy(home.session, pack.id)
    assert check_document(copy) == ()
    assert found_in(copy, "AllergyIntolerance") == []
    assert "Not recorded" in copy.decode()


def test_taking_it_out_is_audited_and_is_for_whoever_may_print(home: LivingHome) -> None:
    person = somebody(home)
    pack = transfers.send_to_hospital(home.session, person, REASON)
    digital_copy.digital_copy(home.session, pack.id)
    with home.session.read() as connection:
        rows = connection.execute(select(schema.event).where(schema.event.c.object_id == pack.id)).all()
    assert [(row.action, row.object_kind) for row in rows if row.action == "export"] == [("export", "transfer")]
    assert audit.action_words("export", "transfer") == "Took out the digital copy of a red-bag pack"


def test_a_pack_without_a_copy_is_refused_in_words(home: LivingHome) -> None:
    person = somebody(home)
    pack = transfers.send_to_hospital(home.session, person, REASON)
    with pytest.raises(UserError, match="not in the records"):
        digital_copy.digital_copy(home.session, "no such pack")
    with home.session.write() as work:
        work.connection.execute(delete(schema.blob).where(schema.blob.c.media_type == digital_copy.MEDIA_TYPE))
    with pytest.raises(UserError, match="when no digital copies were kept"):
        digital_copy.digital_copy(home.session, pack.id)
    assert transfers.pack_pdf(home.session, pack.id) == pack.pdf


def test_a_copy_that_cannot_be_made_does_not_hold_up_the_paper(
    home: LivingHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> bytes:
        raise ZeroDivisionError

    monkeypatch.setattr(document, "document_without_pdf", broken)
    pack = transfers.send_to_hospital(home.session, somebody(home), REASON)
    assert pack.pdf.startswith(b"%PDF")
    with pytest.raises(UserError, match=r"could not be made .*ZeroDivisionError.* PDF is whole"):
        digital_copy.digital_copy(home.session, pack.id)


def test_what_is_kept_is_small_because_the_pdf_is_kept_once(home: LivingHome) -> None:
    pack = transfers.send_to_hospital(home.session, somebody(home), REASON)
    with home.session.read() as connection:
        kept = connection.execute(
            select(schema.blob.c.sha256, schema.blob.c.content).where(
                schema.blob.c.media_type == digital_copy.MEDIA_TYPE
            )
        ).all()
    assert [row.sha256 for row in kept] == [hashlib.sha256(kept[0].content).hexdigest()]
    assert b"Binary" not in kept[0].content
    assert len(kept[0].content) < len(pack.pdf)


def test_the_export_of_a_resident_holds_the_copy_beside_the_pdf(home: LivingHome) -> None:
    person = somebody(home)
    pack = transfers.send_to_hospital(home.session, person, REASON)
    files = export.export_resident(home.session, person, PASSWORD).files
    assert files["red-bag-pack-v1.fhir.json"] == digital_copy.digital_copy(home.session, pack.id)
    named = json.loads(files["resident.json"])["files"]
    assert named["red-bag-pack-v1.fhir.json"] == hashlib.sha256(files["red-bag-pack-v1.fhir.json"]).hexdigest()
