"""Everything held about one resident: complete, exact, nothing of anybody else, and audited."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from app.domain import wounds as domain
from app.domain.codec import canonical, parse
from app.domain.errors import EnvironmentTrouble, ExitCode, NotAllowed, UserError
from app.domain.journeys import Item, ReturnCheck, Step, StepKind
from app.domain.messages import Event
from app.domain.people import Allergy, Need, ResidentId, Role
from app.domain.photos import Consent
from app.domain.transfer import TransferReason
from app.domain.wounds import Closing, Wound
from app.services import (
    assessments,
    export,
    journeys,
    observations,
    photos,
    premium,
    residents,
    returns,
    transfers,
    wounds,
)
from tests.factories import MUST_HIGH, MUST_LOW, NEWS2_HIGH, NOW, PASSWORD, WEEK, LivingHome, nhs_number


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
    journeys.set_items(home.session, pack.journey_id, [Item("Spectacles", 1)])
    for kind in (StepKind.HOME_OUT, StepKind.HOSPITAL_IN, StepKind.HOME_IN):
        home.clock.advance(timedelta(minutes=1))
        journeys.record(home.session, pack.journey_id, Step(kind, home.clock.now(), "S Patel", place="Ash Ward"))
    journeys.set_items(home.session, pack.journey_id, [Item("Spectacles", 1, back=0, back_note="empty case")])
    journeys.follow_loss(home.session, pack.journey_id, "Spectacles", told="the ward clerk", outcome="replaced")
    returns.save(home.session, pack.journey_id, ReturnCheck(letter=True, equipment="raised seat"))
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
    papers = {"red-bag-pack-v1.pdf", "red-bag-pack-v1.fhir.json"}
    assert set(exported.files) == {"resident.json", "resident.pdf", *papers}
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
                  "Exported the whole record", "Mo Manager", "Left the home", "S Patel", "Ash Ward", "RB-03",
                  "Spectacles", "empty case", "the ward clerk", "Replaced or paid for", "raised seat"):  # fmt: skip
        assert words in text, words


def _wounded(home: LivingHome, person: ResidentId, words: str = "over the bone") -> str:
    view, x, y = domain.placed("sacrum")
    found = Wound("sacrum", view, x, y, "pressure", NOW - timedelta(days=40), "Cal Carer", words)
    wound_id = wounds.add(home.session, person, found).wound_id
    for days, length in ((14, "4"), (7, "3.5")):
        at = NOW - timedelta(days=days)
        answers = {
            "tissue": ["granulating"], "infection": "none", "moisture": "dry", "edge": "advancing", "odour": "none",
            "surrounding_skin": ["red"], "dressing": "foam", "next_change": at.date() + timedelta(days=3), "pain": 2,
            "length_cm": Decimal(length), "width_cm": Decimal("3"),
        }  # fmt: skip
        wounds.review(home.session, wound_id, answers, at=at, note="Hexagonal")
    return wound_id


def _photo(home: LivingHome, person: ResidentId, about: str, colour: str) -> str:
    out = BytesIO()
    Image.new("RGB", (300, 200), colour).save(out, "JPEG")
    consent = Consent("best-interests", "Ann Osborn")
    return photos.add(home.session, person, out.getvalue(), consent=consent, about=about).photo_id


def test_wounds_measurements_and_notes_are_there_exact_and_to_read(home: LivingHome) -> None:
    person = home.resident(1)
    wound_id = _wounded(home, person)
    wounds.close(home.session, wound_id, Closing(NOW, "other", "moved away"))
    observations.record(home.session, person, "glucose_mmol", Decimal("6.1"))
    exported = export.export_resident(home.session, person, PASSWORD)
    found = _json(exported)
    assert [row["body"]["wound"]["site"] for row in found["wounds"]] == ["sacrum"]
    assert found["wounds"][0]["body"]["closing"]["reason"] == "moved away"
    areas = [row for row in found["observations"] if row["kind"] == "wound_area_cm2"]
    assert [(row["value"], row["detail"]) for row in areas] == [("12", wound_id), ("10.5", wound_id)]
    assert [row["value"] for row in found["observations"] if row["kind"] == "glucose_mmol"] == ["6.1"]
    assert [row["text"] for row in found["notes"]] == ["Hexagonal", "Hexagonal"]
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(exported.files["resident.pdf"])).pages)
                    .split())  # fmt: skip
    for words in ("Sacrum, pressure", "over the bone", "another reason: moved away", "Wound area: Sacrum, pressure",
                  "10.5 to 12 cm²", "Blood glucose", "Hexagonal", "Wound review (TIME)"):  # fmt: skip
        assert words in text, words


def test_photos_go_out_as_files_and_one_in_error_does_not(home: LivingHome) -> None:
    """A photo that was entered in error may show another resident: it is named and left out."""
    person = home.resident(1)
    wound_id = _wounded(home, person)
    kept, wrong = _photo(home, person, wound_id, "tan"), _photo(home, person, wound_id, "navy")
    own = _photo(home, person, "", "olive")
    shown = photos.photo_bytes(home.session, wrong)
    photos.entered_in_error(home.session, wrong, reason="another resident")
    exported = export.export_resident(home.session, person, PASSWORD)
    rows = {row["id"]: row for row in _json(exported)["photos"]}
    assert exported.files[rows[kept]["file"]] == photos.photo_bytes(home.session, kept)
    assert exported.files[rows[own]["file"]] == photos.photo_bytes(home.session, own)
    assert rows[wrong]["file"] is None
    assert shown not in exported.files.values()
    for name in (rows[kept]["file"], rows[own]["file"]):
        assert _json(exported)["files"][name] == hashlib.sha256(exported.files[name]).hexdigest()
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(exported.files["resident.pdf"])).pages)
                    .split())  # fmt: skip
    for words in (rows[kept]["file"], "Ann Osborn", "Left out: entered in error", "The resident"):
        assert words in text, words


def test_no_wound_and_no_photo_of_another_resident(home: LivingHome) -> None:
    person, other = home.resident(1), home.resident(2)
    _wounded(home, person)
    _photo(home, other, _wounded(home, other, "Xylophone"), "tan")
    exported = export.export_resident(home.session, person, PASSWORD)
    found = _json(exported)
    assert (len(found["wounds"]), len(found["photos"])) == (1, 0)
    assert set(exported.files) == {"resident.json", "resident.pdf"}
    assert b"Xylophone" not in exported.files["resident.json"]


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
