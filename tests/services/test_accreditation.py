"""Proof of the criteria, the papers with it, and what the record shows by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfWriter
from sqlalchemy import select

from app.domain.accreditation import Kept, Proof, State
from app.domain.errors import UserError
from app.domain.home_facts import AdmissionDecision, AdmissionRequest, Course, CriterionEvidence, Training
from app.domain.people import Role
from app.models import schema
from app.services import accreditation, attachments, home_facts, staff
from tests.factories import MUST_LOW, NOW, LivingHome

TODAY = NOW.date()
FLAGS = {"sometimes_doubly_incontinent": True, "needs_help_or_fed": True, "cannot_make_needs_known": True}


def pdf(password: str = "") -> bytes:
    out, writer = BytesIO(), PdfWriter()
    writer.add_blank_page(100, 100)
    if password:
        writer.encrypt(password, algorithm="AES-256")
    writer.write(out)
    return out.getvalue()


def test_proof_and_its_papers_stand_with_the_criterion(home: LivingHome) -> None:
    entry = home_facts.add(home.session, CriterionEvidence(3, "Hoist serviced", TODAY)).fact_id
    certificate = pdf()
    paper = attachments.add(home.session, entry, "Service report", certificate).fact_id
    found = accreditation.overview(home.session)
    assert found.state.state is State.IN_FORCE
    assert [state.proof for state in found.criteria] == [Proof.SHOWN if n == 3 else Proof.NONE for n in range(1, 7)]
    assert [fact.id for fact in found.criteria[2].papers[entry]] == [paper]
    taken = attachments.content(home.session, paper)
    assert (taken.name, taken.content) == ("Service-report.pdf", certificate), "byte for byte: it may be signed itself"
    home_facts.in_error(home.session, entry, reason="another home's hoist")
    assert accreditation.overview(home.session).criteria[2].proof is Proof.NONE


def test_of_a_photo_only_the_picture_is_kept_and_looking_at_a_paper_is_audited(home: LivingHome) -> None:
    entry = home_facts.add(home.session, CriterionEvidence(6, "Syringe driver course", TODAY)).fact_id
    out = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "taken at 1 High Street"
    Image.new("RGB", (40, 30), "white").save(out, "JPEG", exif=exif)
    paper = attachments.add(home.session, entry, "Certificate", out.getvalue()).fact_id
    content = attachments.content(home.session, paper).content
    assert b"High Street" in out.getvalue()
    assert b"High Street" not in content
    assert b"High Street" not in (home.store_dir / "hartwell.db").read_bytes()
    with home.session.read() as connection:
        seen = (
            connection.execute(select(schema.event.c.action).where(schema.event.c.object_id == paper)).scalars().all()
        )
    assert seen == ["add", "view"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 cut off", "damaged or locked"),
        (pdf("secret"), "damaged or locked"),
        (b"<html>not a paper</html>", "JPEG or PNG"),
        (b"%PDF-" + bytes(10 * 1024 * 1024), "larger than 10 MB"),
    ],
    ids=["empty", "damaged", "locked", "page", "large"],
)
def test_what_is_no_paper_is_refused_and_nothing_is_kept(home: LivingHome, data: bytes, words: str) -> None:
    with pytest.raises(UserError, match=words):
        attachments.add(home.session, "x", "Certificate", data)
    assert attachments.every(home.session) == ()
    with home.session.read() as connection:
        assert connection.execute(select(schema.blob.c.sha256)).all() == []


def test_the_record_counts_who_is_trained_by_whole_people_on_the_day(home: LivingHome) -> None:
    everybody = [member for member in staff.list_staff(home.session) if member.details.role is not Role.AUDITOR]
    need = -(-len(everybody) * 80 // 100)
    for member in everybody[: need - 1]:
        home_facts.add(home.session, Training(member.id, Course.LIFTING, date(2026, 1, 5), TODAY))
    (lifting,) = accreditation.overview(home.session).criteria[2].figures
    assert (lifting.number, lifting.of, lifting.enough) == (need - 1, len(everybody), False)
    home_facts.add(home.session, Training(everybody[need - 1].id, Course.LIFTING, TODAY))
    (lifting,) = accreditation.overview(home.session).criteria[2].figures
    assert (lifting.number, lifting.enough) == (need, True)
    home.clock.advance(timedelta(days=1))
    (lifting,) = accreditation.overview(home.session).criteria[2].figures
    assert lifting.number == 1, "a certificate ends with its last day"


def test_dependency_and_nutrition_come_from_the_assessments_of_who_lives_here(home: LivingHome) -> None:
    one, two = home.resident(1), home.resident(2)
    home.assess(one, "rhys_hearn_high", FLAGS)
    home.assess(two, "must", MUST_LOW)
    criteria = accreditation.overview(home.session).criteria
    figures = {figure.words: (figure.number, figure.of) for state in criteria for figure in state.figures}
    assert figures["Residents screened with MUST in the last 31 days"] == (1, 2)
    assert figures["Residents whose dependency was assessed in the last year"] == (1, 2)
    assert figures["of these with high dependency"] == (1, 1)


def test_a_request_for_a_bed_is_taken_down_answered_and_counted(home: LivingHome) -> None:
    asked = AdmissionRequest(NOW - timedelta(hours=20), "Lister Hospital", "A.B.", bed_free=True)
    saved = home_facts.add(home.session, asked)
    (request,) = accreditation.overview(home.session).requests
    assert request.kept is Kept.OPEN
    came = replace(asked, decision=AdmissionDecision.ACCEPTED, decided_at=NOW - timedelta(hours=19), arrived_at=NOW)
    home_facts.change(home.session, saved.fact_id, came, reason="arrived")
    found = accreditation.overview(home.session)
    assert (found.guarantee.held, found.guarantee.kept) == (1, 1)
    assert len(home_facts.history(home.session, saved.fact_id)) == 2
