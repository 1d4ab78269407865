"""Everything held about one resident: complete, exact, nothing of anybody else, and audited."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from app.domain.codec import canonical, parse
from app.domain.errors import EnvironmentTrouble, ExitCode, NotAllowed, UserError
from app.domain.messages import Event
from app.domain.people import Allergy, Need, ResidentId, Role
from app.domain.transfer import TransferReason
from app.services import assessments, export, premium, residents, transfers
from tests.factories import MUST_HIGH, MUST_LOW, NEWS2_HIGH, PASSWORD, WEEK, LivingHome, nhs_number


def _json(exported: export.Exported) -> dict[str, Any]:
    found: dict[str, Any] = parse(exported.files["resident.json"])
    return found


def _full(home: LivingHome) -> tuple[ResidentId, dict[str, str]]:
    """A resident with something of every kind, and the acknowledgements that were given for it."""
    person = home.complex_resident(1)
    fact = home.fact(person, Allergy("Penicillin", "rash"))
    wrong = home.fact(person, Allergy("Nuts"))
    residents.fact_in_error(home.session, wrong, reason="another resident")
    residents.change_fact(home.session, fact, Allergy("Penicillin", "swelling"), reason="said by the daughter")
    first = home.assess(person, "must", MUST_HIGH)
    second = assessments.amend(home.session, first.revision_id, MUST_LOW, reason="misread the scales")
    alert = home.assess(person, "news2", NEWS2_HIGH)
    assessments.save_draft(home.session, person, "news2", {"pulse": 72})
    pack = transfers.send_to_hospital(home.session, person, TransferReason(situation="a fall", bag="RB-03"))
    home.champion("falls")
    home.champion("dementia")
    return person, {
        "must": first.revision_id, "amended": second.revision_id, "news2": alert.revision_id, "pack": pack.id,
    }  # fmt: skip


def test_every_acknowledged_revision_is_there_with_its_body_and_its_hash(home: LivingHome) -> None:
    person, acknowledged = _full(home)
    found = _json(export.export_resident(home.session, person, PASSWORD))
    revisions = {row["id"]: row for row in found["revisions"]}
    assert {acknowledged["must"], acknowledged["amended"], acknowledged["news2"]} <= set(revisions)
    assert revisions[acknowledged["amended"]]["reason"] == "misread the scales"
    assert revisions[acknowledged["must"]]["body"]["answers"]["weight_kg"] == Decimal("45")
    for row in revisions.values():
        assert hashlib.sha256(canonical(row["body"]).encode()).hexdigest() == row["body_hash"], row["kind"]
        assert row["signature"], row["kind"]
    assert {row["kind"] for row in revisions.values()} >= {"resident", "stay", "allergy", "need", "assessment", "alert",
                                                           "transfer"}  # fmt: skip


def test_what_stands_now_is_there_too(home: LivingHome) -> None:
    person, acknowledged = _full(home)
    submitted = premium.submit(home.session, WEEK, PASSWORD, chosen=(person,))
    found = _json(export.export_resident(home.session, person, PASSWORD))
    assert found["resident"]["key"] == "R01"
    allergies = [row for row in found["facts"] if row["kind"] == "allergy"]
    assert [row["in_error"] for row in allergies] == [0, 1]
    assert allergies[0]["body"]["reaction"] == "swelling"
    must = next(row for row in found["assessments"] if row["instrument"] == "must")
    assert must["revision_id"] == acknowledged["amended"]
    assert must["outcome"]["band"] == must["band"]
    assert must["answers"]["weight_kg"] == Decimal("60")
    assert found["drafts"][0]["answers"] == {"pulse": 72}
    assert found["alerts"][0]["body"]["title"]
    assert [row["id"] for row in found["transfers"]] == [acknowledged["pack"]]
    assert [row["identifier"] for row in found["claims"]] == list(submitted.identifiers)
    by_event = {row["event"]: row for row in found["messages"]}
    assert json.loads(by_event[Event.ALERT.value]["body"])["resourceType"] == "Bundle"
    assert by_event[Event.CLAIM.value]["body"] is None
    assert by_event[Event.CLAIM.value]["shared"]
    assert found["events"][-1]["action"] == "export"
    assert found["people"]["mo"] == "Mo Manager"


def test_the_papers_and_the_fingerprints_of_all_files(home: LivingHome) -> None:
    person, acknowledged = _full(home)
    exported = export.export_resident(home.session, person, PASSWORD)
    assert set(exported.files) == {"resident.json", "resident.pdf", "red-bag-pack-v1.pdf"}
    assert exported.files["red-bag-pack-v1.pdf"] == transfers.pack_pdf(home.session, acknowledged["pack"])
    for name, digest in _json(exported)["files"].items():
        assert hashlib.sha256(exported.files[name]).hexdigest() == digest


def test_the_document_can_be_read_and_names_the_resident_on_every_page(home: LivingHome) -> None:
    person, _ = _full(home)
    exported = export.export_resident(home.session, person, PASSWORD)
    pages = [page.extract_text() for page in PdfReader(BytesIO(exported.files["resident.pdf"])).pages]
    assert all("FAMILYB1, John (Mr)" in page for page in pages)
    assert all(f"Page {n} of {len(pages)}" in page for n, page in enumerate(pages, 1))
    text = " ".join(" ".join(pages).split())
    for words in ("Penicillin", "swelling", "Entered in error", "misread the scales", "Malnutrition", "a fall",
                  "Exported the whole record", "Mo Manager"):  # fmt: skip
        assert words in text, words


def test_nothing_of_another_resident_is_in_any_file(home: LivingHome) -> None:
    person, _ = _full(home)
    other = home.complex_resident(2, family_name="Zebrastripe", given_name="Quentin")
    home.assess(other, "news2", NEWS2_HIGH)
    home.fact(other, Need("wound", why="Xylophone"))
    premium.submit(home.session, WEEK, PASSWORD)
    transfers.send_to_hospital(home.session, other, TransferReason(situation="Yoghurt"))
    files = export.export_resident(home.session, person, PASSWORD).files
    text = files["resident.json"].decode()
    text += "".join(page.extract_text() for page in PdfReader(BytesIO(files["resident.pdf"])).pages)
    for word in ("Zebrastripe", "ZEBRASTRIPE", "Quentin", "Xylophone", "Yoghurt", nhs_number(2), other):
        assert word not in text, word
    assert "red-bag-pack-v2.pdf" not in files


def test_it_asks_for_the_password_and_is_audited_once(home: LivingHome) -> None:
    person = home.resident(1)
    with pytest.raises(EnvironmentTrouble) as refused:
        export.export_resident(home.session, person, "wrong words here")
    assert refused.value.exit_code is ExitCode.WRONG_PASSWORD
    export.export_resident(home.session, person, PASSWORD)
    with home.session.read() as connection:
        events = connection.exec_driver_sql("SELECT actor, resident_id FROM event WHERE action = 'export'").fetchall()
    assert events == [("mo", person)]


@pytest.mark.parametrize("role", [Role.CARER, Role.CHAMPION, Role.NURSE])
def test_those_who_give_care_may_not_take_a_record_out(home: LivingHome, role: Role) -> None:
    person = home.resident(1)
    session = home.sign_in_as(role)
    with pytest.raises(NotAllowed):
        export.export_resident(session, person, PASSWORD)


def test_an_auditor_may(home: LivingHome) -> None:
    person = home.resident(1)
    assert export.export_resident(home.sign_in_as(Role.AUDITOR), person, PASSWORD).revisions == 2


def test_nobody_is_refused_in_words(home: LivingHome) -> None:
    with pytest.raises(UserError, match="not in the records"):
        export.export_resident(home.session, ResidentId("nobody"), PASSWORD)


def test_files_are_written_whole_and_never_over_others(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    files = {"resident.json": b"{}", "resident.pdf": b"%PDF"}
    assert export.save_files(folder, files) == (folder / "resident.json", folder / "resident.pdf")
    assert (folder / "resident.pdf").read_bytes() == b"%PDF"
    with pytest.raises(UserError, match="nothing is overwritten"):
        export.save_files(folder, {"resident.json": b"[]"})
    assert (folder / "resident.json").read_bytes() == b"{}"
    export.save_files(folder, {"resident.json": b"[]"}, over=True)
    assert sorted(path.name for path in folder.iterdir()) == ["resident.json", "resident.pdf"]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(EnvironmentTrouble) as trouble:
        export.save_files(tmp_path / "file", {"resident.json": b"{}"})
    assert trouble.value.exit_code is ExitCode.READ_ONLY
