"""The evidence: paper, table and store have the same sums, and the files can be proved."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from datetime import date, timedelta

import pytest
from pypdf import PdfReader

from app.domain.codec import canonical, parse
from app.domain.errors import EnvironmentTrouble, ExitCode, UserError
from app.domain.messages import ClaimAnswer, ClaimAnswers, ClaimOutcome, ReceivedMeta
from app.domain.people import Need
from app.services import assessments, audit, premium, staff
from app.services.evidence import EvidenceFiles, evidence
from app.services.sync import StoreQueue
from app.vault.signing import is_signed
from tests.factories import MUST_HIGH, MUST_LOW, NOW, PASSWORD, WEEK, LivingHome

SUNDAY = WEEK + timedelta(days=6)


def table(files: EvidenceFiles) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files.csv.decode("utf-8-sig"), newline="")))


def paper(files: EvidenceFiles) -> str:
    pages = PdfReader(io.BytesIO(files.pdf)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


@pytest.fixture
def claimed(home: LivingHome) -> LivingHome:
    """A home that claimed for two residents, one accepted and one refused, and did not for a third."""
    home.champion("dementia")
    home.champion("falls", expires_on=date(2027, 1, 1))
    home.champion("nutrition")
    home.complex_resident(1)
    person = home.resident(2, Need("nutrition"), Need("falls", evidenced_on=date(2026, 10, 21)))
    assessments.sign(home.session, person, "must", MUST_HIGH, at=NOW - timedelta(days=3))
    home.resident(3, Need("falls"))
    done = premium.submit(home.session, WEEK, PASSWORD)
    store = StoreQueue(home.session, lambda step: step())
    message = next(m for m in store.due(NOW) if m.event == "ccp-claim")
    store.sending(message.id)
    store.sent(message.id, "network-1")
    accepted, refused = done.identifiers
    answers = (
        ClaimAnswer(accepted, ClaimOutcome.COMPLETE, "Paid", 7000, ()),
        ClaimAnswer(refused, ClaimOutcome.ERROR, "Refused", 0, ("EVIDENCE-STALE:nutrition",)),
    )
    meta = ReceivedMeta("in-1", "ENH_CCP_CLAIM_RESPONSE", None, "06K", "urn:1", NOW)
    store.received(meta, ClaimAnswers(message.header_id, answers), b"{}")
    return home


def test_paper_table_and_store_have_the_same_sums(claimed: LivingHome) -> None:
    files = evidence(claimed.session, WEEK, SUNDAY, PASSWORD)
    with claimed.session.read() as connection:
        stored = connection.exec_driver_sql("SELECT sum(amount_pence), sum(decided_pence) FROM claim").one()
    rows = table(files)
    assert sum(int(row["claimed_pence"]) for row in rows) == stored[0] == 14000
    assert sum(int(row["accepted_pence"]) for row in rows) == stored[1] == 7000
    words = paper(files)
    assert re.search(r"Total claimed \S+ \((-?\d+) pence\)", words)[1] == "14000"  # type: ignore[index]
    assert "£140.00" in words
    assert "£70.00" in words


def test_every_resident_of_the_week_is_there_with_what_proves_it(claimed: LivingHome) -> None:
    rows = {row["resident"]: row for row in table(evidence(claimed.session, WEEK, WEEK, PASSWORD))}
    assert len(rows) == 3
    one, two, three = (rows[f"FAMILY{c}, John (Mr)"] for c in ("B1", "C2", "D3"))
    assert one["ccg_decision"] == "Accepted"
    assert one["claim_id"] == "VN3X2|R01|2026-11-16|v1"
    assert one["signer"] == "Mo Manager"
    assert "Paper document" in one["evidence"]
    assert two["ccg_decision"].startswith("Refused: The newest evidence of the nutrition need")
    assert "Nutrition: MUST, 4, High risk, 20-Nov-2026, by Mo Manager" in two["evidence"]
    assert "Falls and fragility: Cham Falls 2, certificate HC-2, expires 01-Jan-2027" in two["champions"]
    assert (three["claimed_pence"], three["claim_id"]) == ("0", "")
    assert three["reason_codes"].startswith("NEEDS-LT2")


def test_what_is_recorded_later_does_not_change_the_evidence_of_a_claim(claimed: LivingHome) -> None:
    before = table(evidence(claimed.session, WEEK, WEEK, PASSWORD))
    claimed.clock.advance(timedelta(days=2))
    person = next(r.resident_id for r in premium.week(claimed.session, WEEK).rows if r.resident_key == "R02")
    last = assessments.previous(claimed.session, person, "must")
    assert last is not None
    assessments.amend(claimed.session, last.row.revision_id, MUST_LOW, reason="scales were wrong")
    post = next(p for m in staff.list_staff(claimed.session) for p in m.posts if p.post.pathway == "dementia")
    ended = type(post.post)("dementia", post.post.trained_on, None, post.post.certificate_no, "", None, NOW)
    staff.change_post(claimed.session, post.id, ended, reason="left before")
    after = table(evidence(claimed.session, WEEK, WEEK, PASSWORD))
    assert after[:2] == before[:2]


def test_the_manifest_proves_the_files_and_who_made_them(claimed: LivingHome) -> None:
    files = evidence(claimed.session, WEEK, SUNDAY, PASSWORD)
    manifest = parse(files.manifest)
    for name in ("evidence.pdf", "evidence.csv"):
        assert manifest["files"][name] == hashlib.sha256(files.by_name()[name]).hexdigest()
    signature = manifest.pop("signature")
    assert is_signed(canonical(manifest).encode(), signature["ed25519"], signature["public_key"])
    assert not is_signed(
        canonical(manifest | {"home": "OTHER"}).encode(), signature["ed25519"], signature["public_key"]
    )
    assert (manifest["from"], manifest["to"], manifest["made_by"]) == ("2026-11-16", "2026-11-22", "mo")
    with claimed.session.read() as connection:
        event = connection.exec_driver_sql("SELECT seq, hash, action FROM event ORDER BY seq DESC").first()
    assert tuple(event or ()) == (manifest["audit"]["count"], manifest["audit"]["head"], "export")


def test_several_weeks_make_one_table_and_one_document(claimed: LivingHome) -> None:
    files = evidence(claimed.session, WEEK - timedelta(days=8), SUNDAY, PASSWORD)
    rows = table(files)
    assert sorted({row["week_start"] for row in rows}) == ["2026-11-02", "2026-11-09", "2026-11-16"]
    assert files.csv.count(b"home_ods") == 1
    assert paper(files).count("Total claimed") >= 3


def test_the_password_is_asked_again(claimed: LivingHome) -> None:
    exported = audit.Wanted(categories=("exported",))
    with pytest.raises(EnvironmentTrouble) as trouble:
        evidence(claimed.session, WEEK, SUNDAY, "a wrong one")
    assert trouble.value.exit_code is ExitCode.WRONG_PASSWORD
    assert audit.trail(claimed.session, exported).total == 0, "nothing was made"


@pytest.mark.parametrize(
    ("first", "last"), [(SUNDAY, WEEK), (date(2020, 1, 6), SUNDAY)], ids=["backwards", "years and years"]
)
def test_a_span_that_makes_no_sense_is_refused(home: LivingHome, first: date, last: date) -> None:
    with pytest.raises(UserError) as refusal:
        evidence(home.session, first, last, PASSWORD)
    assert refusal.value.field == "to"
