"""The evidence: paper, workbook, table and store have the same sums; it shows of people what it says it shows."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from app.domain.codec import canonical, parse
from app.domain.errors import EnvironmentTrouble, ExitCode, UserError
from app.domain.evidence import Kind, Stopped
from app.domain.home_facts import (
    AdmissionDecision,
    AdmissionRequest,
    Course,
    CriterionEvidence,
    Remittance,
    RemittanceLine,
    Spend,
    SpendCategory,
    Training,
)
from app.domain.journeys import Step, StepKind
from app.domain.messages import ClaimAnswer, ClaimAnswers, ClaimOutcome, ReceivedMeta
from app.domain.people import ChcPeriod, Need
from app.domain.training import COURSE_LABELS
from app.domain.transfer import TransferReason
from app.domain.wounds import Wound, placed
from app.models import claims as claim_rows
from app.models import revisions
from app.services import assessments, attachments, audit, home_facts, journeys, money, premium, staff, transfers, wounds
from app.services.evidence import EvidenceFiles, evidence
from app.services.sync import StoreQueue
from app.vault.signing import is_signed
from tests.factories import MUST_HIGH, MUST_LOW, NOW, PASSWORD, WEEK, LivingHome

SUNDAY = WEEK + timedelta(days=6)
SECRETS = (
    "FAMILY", "Family", "John", "999 000", "999000", "R01", "R02", "R03", "1937", "Cham Dem", "Cham Fal", "Mo Mana",
    "HC-", "Secret Ann",
)  # fmt: skip
"""What names somebody in the claimed home: residents, keys, numbers, birth years, staff, certificates, free text."""


def table(files: EvidenceFiles) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files.csv.decode("utf-8-sig"), newline="")))


def paper(files: EvidenceFiles) -> str:
    pages = PdfReader(io.BytesIO(files.pdf)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def book(files: EvidenceFiles) -> Any:
    return load_workbook(io.BytesIO(files.workbook))


def lines(files: EvidenceFiles, sheet: str) -> list[tuple[Any, ...]]:
    """The cells of a sheet of the workbook, the head left out."""
    return [tuple(cell.value for cell in row) for row in book(files)[sheet].iter_rows(min_row=2)]


def answered(home: LivingHome, *answers: ClaimAnswer) -> None:
    store = StoreQueue(home.session, lambda step: step())
    message = next(m for m in store.due(home.clock.now()) if m.event == "ccp-claim")
    store.sending(message.id)
    store.sent(message.id, f"network-{message.id}")
    meta = ReceivedMeta(f"in-{message.id}", "ENH_CCP_CLAIM_RESPONSE", None, "06K", f"urn:{message.id}", NOW)
    store.received(meta, ClaimAnswers(message.header_id, answers), b"{}")


def reversed_claim(home: LivingHome, identifier: str) -> str:
    """The claim is taken back, and the CCG has agreed."""
    with home.session.write() as work:
        row = claim_rows.claim(work.connection, identifier)
        assert row is not None
        signed = revisions.revision(work.connection, row.revision_id)
        assert signed is not None
        body = {key: signed.body[key] for key in ("decision", "facts", "relied_upon")}
        name = identifier.rpartition("|v")[0] + f"|v{row.version + 1}"
        claim_rows.save(
            work, row.resident_id, row.week_start, row.version + 1, name, -row.amount_pence, row.outbox_id, body,
            reversal_of=identifier,
        )  # fmt: skip
        made = claim_rows.claim(work.connection, name)
        assert made is not None
        claim_rows.answer(
            work, made, outcome="complete", disposition="taken back", reasons=(), decided_pence=made.amount_pence
        )
    return name


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
    accepted, refused = done.identifiers
    answered(
        home,
        ClaimAnswer(accepted, ClaimOutcome.COMPLETE, "Paid", 7000, ()),
        ClaimAnswer(refused, ClaimOutcome.ERROR, "Refused", 0, ("EVIDENCE-STALE:nutrition",)),
    )
    return home


@pytest.fixture
def full(claimed: LivingHome) -> LivingHome:
    """The same after a resubmission, a reversal, payments and everything else that the record may hold."""
    session = claimed.session
    claimed.clock.advance(timedelta(hours=1))
    (again,) = premium.submit(session, WEEK, PASSWORD).identifiers
    answered(claimed, ClaimAnswer(again, ClaimOutcome.COMPLETE, "Paid", 7000, ()))
    first = f"VN3X2|R01|{WEEK}|v1"
    back = reversed_claim(claimed, first)
    paid = tuple(RemittanceLine(name, pence) for name, pence in ((first, 7000), (back, -7000), (again, 7000)))
    member = next(m for m in staff.list_staff(session) if m.posts)
    asked = NOW - timedelta(days=5)
    home_facts.add_all(
        session,
        (
            Remittance(NOW.date(), "BACS 77", 7000, paid, "E&N Herts CCG"),
            Spend(WEEK, SpendCategory.EQUIPMENT, 12_345, "Stand aid for Secret Ann", "Lifting Ltd"),
            Training(member.id, Course.LIFTING, date(2026, 1, 5), date(2028, 1, 4), "HCPA", "HC-L-9"),
            AdmissionRequest(
                asked, "Lister", "SA", bed_free=True, decision=AdmissionDecision.ACCEPTED,
                decided_at=asked + timedelta(hours=1), arrived_at=asked + timedelta(days=1),
            ),
            CriterionEvidence(3, "The hoist of Secret Ann was serviced", date(2026, 1, 1)),
        ),
    )  # fmt: skip
    return claimed


# ------------------------------------------------------------------------------------------------------------ the sums


def test_paper_workbook_table_and_store_have_the_same_sums(full: LivingHome) -> None:
    files = evidence(full.session, WEEK, SUNDAY, PASSWORD)
    with full.session.read() as connection:
        stored = connection.exec_driver_sql("SELECT sum(amount_pence), count(*) FROM claim").one()
    ledger = money.money(full.session).whole.totals
    rows = table(files)
    columns = ("claimed_pence", "standing_pence", "accepted_pence", "paid_pence")
    sums = {column: sum(int(row[column]) for row in rows) for column in columns}
    assert sums == {"claimed_pence": 14_000, "standing_pence": 7000, "accepted_pence": 7000, "paid_pence": 7000}
    assert stored == (14_000, 4)
    assert (ledger.accepted, ledger.paid) == (7000, 7000)
    assert "Total submitted £140.00 (14000 pence)." in paper(files)
    assert "Standing £70.00 (7000 pence), accepted £70.00 (7000 pence), paid £70.00 (7000 pence)." in paper(files)
    claims = lines(files, "Claims")
    assert [[row[at] for row in claims[:4]] for at in (12, 14, 16, 18)] == [
        [7000, -7000, 7000, 7000], [0, 0, 0, 7000], [7000, -7000, 0, 7000], [7000, -7000, 0, 7000],
    ]  # fmt: skip
    assert claims[4][12] == "=SUM(M2:M5)"


def test_every_resident_of_the_week_is_there_with_what_proves_it(claimed: LivingHome) -> None:
    rows = {row["resident"]: row for row in table(evidence(claimed.session, WEEK, WEEK, PASSWORD))}
    assert len(rows) == 3
    one, two, three = (rows[f"FAMILY{c}, John (Mr)"] for c in ("B1", "C2", "D3"))
    assert one["ccg_decision"] == "Accepted"
    assert one["claim_id"] == "VN3X2|R01|2026-11-16|v1"
    assert one["signer"] == "Mo Manager"
    assert one["nights_in_words"] == "Mon to Sun here"
    assert "Paper document" in one["evidence"]
    assert two["ccg_decision"].startswith("Refused: The newest evidence of the nutrition need")
    assert "Nutrition: MUST, 4, High risk, 20-Nov-2026, by Mo Manager" in two["evidence"]
    assert "Falls and fragility: Cham Falls 2, certificate HC-2, expires 01-Jan-2027" in two["champions"]
    assert (three["claimed_pence"], three["claim_id"]) == ("0", "")
    assert three["reason_codes"].startswith("NEEDS-LT2")


def test_each_version_of_a_claim_and_each_reversal_has_a_line_of_its_own(full: LivingHome) -> None:
    files = evidence(full.session, WEEK, WEEK, PASSWORD)
    rows = [row for row in table(files) if row["claim_id"]]
    seen = [(row["claim_id"][6:9], row["version"], row["claimed_pence"], row["stands"]) for row in rows]
    assert seen == [("R01", "1", "7000", "no"), ("R01", "2", "-7000", "no"), ("R02", "1", "7000", "no"),
                    ("R02", "2", "7000", "yes")]  # fmt: skip
    assert rows[1]["reversal_of"] == rows[0]["claim_id"]
    assert f"version 2, takes back {rows[0]['claim_id']}" in paper(files)


def test_nights_away_and_paid_by_the_nhs_are_told_night_by_night(claimed: LivingHome) -> None:
    person = next(r.resident_id for r in premium.week(claimed.session, WEEK).rows if r.resident_key == "R03")
    claimed.fact(person, ChcPeriod(WEEK + timedelta(days=5)))
    row = next(row for row in table(evidence(claimed.session, WEEK, WEEK, PASSWORD)) if not row["claim_id"])
    assert row["nights_in_words"] == "Mon to Fri here; Sat to Sun here, Continuing Healthcare"
    assert row["nights"] == "5"


def test_what_is_recorded_later_does_not_change_the_evidence_of_a_claim(claimed: LivingHome) -> None:
    before = table(evidence(claimed.session, WEEK, WEEK, PASSWORD))
    claimed.clock.advance(timedelta(days=2))
    person = next(r.resident_id for r in premium.week(claimed.session, WEEK).rows if r.resident_key == "R02")
    last = assessments.previous(claimed.session, person, "must")
    assert last is not None
    assessments.amend(claimed.session, last.row.revision_id, MUST_LOW, reason="scales were wrong")
    post = next(p for m in staff.list_staff(claimed.session) for p in m.posts if p.post.pathway == "falls")
    ended = type(post.post)("falls", post.post.trained_on, date(2026, 11, 20), post.post.certificate_no, "", None, NOW)
    staff.change_post(claimed.session, post.id, ended, reason="left before")
    after = table(evidence(claimed.session, WEEK, WEEK, PASSWORD))
    assert after[:2] == before[:2]


def test_the_lists_have_what_the_record_holds(full: LivingHome) -> None:
    session = full.session
    post = next(p for m in staff.list_staff(session) for p in m.posts)
    certificate = full.store_dir.parent / "certificate.pdf"
    certificate.write_bytes(evidence(session, WEEK, WEEK, PASSWORD).pdf)
    attachments.add(session, post.id, "Certificate: dementia", certificate.read_bytes())
    files = evidence(session, WEEK, WEEK, PASSWORD)
    (held,) = files.papers.items()
    assert held == ("papers/001 Certificate- dementia.pdf", certificate.read_bytes())
    assert lines(files, "Champions")[0][8] == "Yes"
    assert [row[4] for row in lines(files, "Payments")[:3]] == [7000, -7000, 7000]
    assert lines(files, "Spending")[0][1:5] == ("Equipment", "Stand aid for Secret Ann", "Lifting Ltd", 12_345)
    assert lines(files, "Training")[0][1] == COURSE_LABELS[Course.LIFTING]
    assert {row[1] for row in lines(files, "Training tests")} == {"Criterion 2", "Criterion 3"}
    assert lines(files, "Lifting cover")[0][3] == "No shift is recorded: nobody can say"
    assert lines(files, "Admissions")[0][1:4] == ("Lister", "Yes", "Accepted")
    assert [row[0] for row in lines(files, "Accreditation")[:2]] == ["Accredited", "Criterion 3"]
    assert any(row[1] == "Signed a premium claim" for row in lines(files, "Audit trail"))
    assert "Payments" in paper(files)


# ----------------------------------------------------------------------------------------------------------- of people


def test_the_outcome_counters_are_those_of_the_hospital_page(claimed: LivingHome) -> None:
    """In the claim week: one to A&E by 999 and back the same day, one who stayed after all, one pressure ulcer."""
    claimed.clock.at = datetime(2026, 11, 18, 9, tzinfo=UTC)
    one, two = claimed.resident(8), claimed.resident(9)
    went = transfers.send_to_hospital(claimed.session, one, TransferReason(situation="a fall")).journey_id
    stayed = transfers.send_to_hospital(claimed.session, two, TransferReason(situation="breathless")).journey_id
    called, out, back = StepKind.CALLED, StepKind.HOME_OUT, StepKind.HOME_IN
    for hour, kind in enumerate((called, out, StepKind.HOSPITAL_IN, StepKind.HOSPITAL_OUT, back), 10):
        claimed.clock.at = datetime(2026, 11, 18, hour, tzinfo=UTC)
        journeys.record(claimed.session, went, Step(kind, claimed.clock.now(), name="Nia Nurse"))
    journeys.record(claimed.session, stayed, Step(StepKind.NOT_CONVEYED, claimed.clock.now(), name="Nia Nurse"))
    wounds.add(claimed.session, two, Wound("sacrum", *placed("sacrum"), "pressure", claimed.clock.now(), "Cal Carer"))
    claimed.clock.at = NOW
    told = {row[0]: row[1] for row in lines(evidence(claimed.session, WEEK, SUNDAY, PASSWORD), "Outcomes")}
    counted = journeys.outcomes(claimed.session, WEEK, SUNDAY)
    assert told["999 calls for a journey to hospital"] == counted.called_999 == 1
    assert told["Arrivals at A&E"] == counted.attended == 1
    assert told["In hospital for less than 24 hours"] == counted.under_24h == 1
    assert told["Stayed at home after all"] == counted.avoided == 1
    assert (told["Admitted to a ward"], told["Pressure ulcers found"]) == (0, 1)


def everything(files: EvidenceFiles) -> str:
    """Every word of the files, however packed."""
    parts = [paper(files), files.csv.decode("utf-8-sig"), files.manifest.decode()]
    reader = PdfReader(io.BytesIO(files.pdf))
    parts += [str(reader.metadata), *(str(entry) for entry in reader.outline)]
    with zipfile.ZipFile(io.BytesIO(files.workbook)) as packed:
        parts += [packed.read(name).decode() for name in packed.namelist()]
    return "\n".join(parts)


def test_a_pseudonymised_bundle_names_nobody_and_says_so_on_every_page(full: LivingHome) -> None:
    named = everything(evidence(full.session, WEEK, SUNDAY, PASSWORD))
    for secret in SECRETS:
        assert secret in named or secret in {"Family", "999000", "1937", "R03"}, f"{secret} would not be noticed"
    files = evidence(full.session, WEEK, SUNDAY, PASSWORD, kind=Kind.PSEUDONYMISED)
    words = everything(files)
    for allowed in ("by Mo Manager", '"made_by_name":"Mo Manager"'):  # who made the bundle answers for it
        words = words.replace(allowed, "")
    assert [secret for secret in SECRETS if secret in words] == []
    for page in PdfReader(io.BytesIO(files.pdf)).pages:
        assert "PSEUDONYMISED" in page.extract_text()
    assert files.papers == {}


def test_a_pseudonym_stays_the_same_and_leads_one_resident_through_every_list(full: LivingHome) -> None:
    first = evidence(full.session, WEEK, SUNDAY, PASSWORD, kind=Kind.PSEUDONYMISED)
    full.clock.advance(timedelta(days=20))
    again = evidence(full.session, WEEK, SUNDAY, PASSWORD, kind=Kind.PSEUDONYMISED)
    people = [row["resident"] for row in table(first)]
    assert people == [row["resident"] for row in table(again)]
    assert len(set(people)) == 3
    assert all(re.fullmatch(r"Resident [A-Z2-7]{4}-[A-Z2-7]{4}", each) for each in people)
    assert {row[0] for row in lines(first, "Needs")[:4]} <= set(people)
    assert all(row["claim_id"].startswith(f"VN3X2|{row['resident'][9:]}|") for row in table(first) if row["claim_id"])


def test_an_anonymised_bundle_hides_what_is_about_few_people(full: LivingHome) -> None:
    files = evidence(full.session, WEEK, SUNDAY, PASSWORD, kind=Kind.ANONYMISED)
    words = everything(files)
    for allowed in ("by Mo Manager", '"made_by_name":"Mo Manager"'):
        words = words.replace(allowed, "")
    assert [secret for secret in SECRETS if secret in words] == []
    assert "v1" not in words
    assert book(files).sheetnames == [
        "Summary", "Months and areas", "Decisions", "Reasons", "Outcomes", "Spending",
    ]  # fmt: skip
    months = lines(files, "Months and areas")
    assert months[0][:4] == ("2026-11", "Any area", "*", "*")
    assert not any("7000" in str(cell) for row in months for cell in row)
    for page in PdfReader(io.BytesIO(files.pdf)).pages:
        assert "ANONYMISED" in page.extract_text()
    assert {row["shows"] for row in table(files)} == {"anonymised"}


# ------------------------------------------------------------------------------------------------------- the signature


def test_the_manifest_proves_the_files_and_who_made_them(claimed: LivingHome) -> None:
    files = evidence(claimed.session, WEEK, SUNDAY, PASSWORD)
    manifest = parse(files.manifest)
    signature = manifest.pop("signature")
    assert is_signed(canonical(manifest).encode(), signature["ed25519"], signature["public_key"])
    assert not is_signed(
        canonical(manifest | {"home": "OTHER"}).encode(), signature["ed25519"], signature["public_key"]
    )
    assert (manifest["from"], manifest["to"], manifest["made_by"]) == ("2026-11-16", "2026-11-22", "mo")
    assert set(manifest["files"]) == {"evidence.pdf", "evidence.xlsx", "evidence.csv"}
    with claimed.session.read() as connection:
        event = connection.exec_driver_sql("SELECT seq, hash, action FROM event ORDER BY seq DESC").first()
    assert tuple(event or ()) == (manifest["audit"]["count"], manifest["audit"]["head"], "export")


def test_the_archive_holds_the_same_files(claimed: LivingHome) -> None:
    files = evidence(claimed.session, WEEK, SUNDAY, PASSWORD)
    assert files.archive_name == "evidence-VN3X2-2026-11-16-2026-11-22.zip"
    with zipfile.ZipFile(io.BytesIO(files.archive)) as packed:
        assert {name: packed.read(name) for name in packed.namelist()} == files.by_name()


def test_the_same_record_at_the_same_instant_makes_the_same_papers(claimed: LivingHome) -> None:
    first, again = (evidence(claimed.session, WEEK, SUNDAY, PASSWORD, kind=Kind.ANONYMISED) for _ in range(2))
    assert (first.pdf, first.workbook, first.csv) == (again.pdf, again.workbook, again.csv)


def test_several_weeks_make_one_table_and_one_document(claimed: LivingHome) -> None:
    files = evidence(claimed.session, WEEK - timedelta(days=8), SUNDAY, PASSWORD)
    rows = table(files)
    assert sorted({row["week_start"] for row in rows}) == ["2026-11-02", "2026-11-09", "2026-11-16"]
    assert files.csv.count(b"home_ods") == 1
    pages = PdfReader(io.BytesIO(files.pdf)).pages
    assert f"Page {len(pages)} of {len(pages)}" in pages[-1].extract_text()
    assert paper(files).count("Total submitted") == 1


# ------------------------------------------------------------------------------------------------- making and stopping


@pytest.mark.parametrize("at", [0, 1, 3, 4], ids=["reading", "laying out", "table", "at the end"])
def test_it_can_be_stopped_at_every_step_and_then_nothing_is_noted(claimed: LivingHome, at: int) -> None:
    heard: list[tuple[int, int]] = []

    def tell(done: int, steps: int, words: str) -> None:
        heard.append((done, steps))
        if len(heard) > at:
            raise Stopped

    with pytest.raises(Stopped):
        evidence(claimed.session, WEEK, SUNDAY, PASSWORD, tell=tell)
    assert audit.trail(claimed.session, audit.Wanted(categories=("exported",))).total == 0


def test_it_says_how_far_it_is(claimed: LivingHome) -> None:
    heard: list[tuple[int, int]] = []
    evidence(claimed.session, WEEK - timedelta(weeks=11), SUNDAY, PASSWORD, tell=lambda d, n, _: heard.append((d, n)))
    assert heard == sorted(heard)
    assert heard[-1] == (27, 27)
    assert len(heard) > 12


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


def test_what_the_audit_notes_is_which_weeks_and_how_much_of_people(claimed: LivingHome) -> None:
    evidence(claimed.session, WEEK, SUNDAY, PASSWORD, kind=Kind.PSEUDONYMISED)
    (entry,) = audit.trail(claimed.session, audit.Wanted(categories=("exported",))).rows
    assert entry.what == "Exported the evidence for claims"
    assert "pseudonymised" in json.dumps(entry.detail)
