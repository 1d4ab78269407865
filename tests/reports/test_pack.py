"""The transfer pack, read back from its own PDF page by page."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from app.domain.transfer import (
    ABOUT_ME_HEADINGS,
    BAG_BELONGINGS,
    BAG_PAPERS,
    BASELINE_TOPICS,
    NONE_KNOWN,
    NOT_KNOWN,
    NOT_RECORDED,
    AboutMe,
    Allergy,
    BagItem,
    Call,
    CheckPoint,
    Communication,
    Contact,
    CprDecision,
    CprKind,
    Flag,
    Flags,
    Identity,
    LastDose,
    LegalAndWishes,
    Medicine,
    Observations,
    PackContent,
    TransferReason,
    content_hash,
)
from app.reports.pack import PackPdf, pack_pdf
from app.reports.pack_front import FrontPage, footer
from tests.helpers.pack_samples import NO, YES, at, overstuffed, photo, sparse, stamp, typical


def flat(text: str) -> str:
    """Extracted text with its line ends and double spaces folded, as an eye reads it."""
    return re.sub(r"\s+", " ", text)


def pages(pack: PackPdf) -> list[str]:
    return [flat(page.extract_text()) for page in PdfReader(BytesIO(pack.data)).pages]


def one(content: PackContent, **changes: object) -> list[str]:
    return pages(pack_pdf(content, stamp(**changes)))


SAMPLES = {"typical": typical, "sparse": sparse, "overstuffed": overstuffed}


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_page_but_the_cover_says_who_and_which_pack_it_is(sample: str) -> None:
    content = SAMPLES[sample]()
    pack = pack_pdf(content, stamp(version=3, supersedes=2, copies=2))
    read = pages(pack)
    born = "Not known" if sample == "sparse" else ("02-May-1931" if sample == "typical" else "28-Feb-1921")
    number = {"typical": "999 000 0018", "sparse": "NHS No. Not known", "overstuffed": "999 000 0026"}[sample]
    for n, text in enumerate(read[1:], 1):
        for part in (
            content.identity.full_name,
            f"Born {born}",
            number,
            "Pack 019a9f3c-5b1e-7c44-8d2a-6f0e31b7a955 version 3, supersedes version 2",
            "Bag RB-03" if sample != "sparse" else "Bag Not recorded",
            "Facts as at 20-Nov-2026 08:20",
            "Printed 20-Nov-2026 08:21 by Nia Nurse",
            "Copies: 2",
            f"Page {n} of {len(read) - 1}",
        ):
            assert part in text, (n, part)


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_cover_says_nothing_about_the_resident(sample: str) -> None:
    content = SAMPLES[sample]()
    cover = one(content)[0]
    assert "CONFIDENTIAL" in cover
    assert "Practice House" in cover
    assert "01920 555 0100" in cover
    assert "Hand to the nurse in charge" in cover
    assert not re.search(r"\d{3} \d{3} \d{4}|\d{10}", cover.replace("01920 555 0100", ""))
    for word in ("Born", "NHS", "1931", "Okonkwo", "OKONKWO", "Peggy", "fibrillation", "DNACPR", "Penicillin", "hip"):
        assert word not in cover


def test_the_cover_counts_its_papers() -> None:
    read = one(typical())
    assert f"This cover and {len(read) - 1} numbered pages" in read[0]


def test_pages_and_hash_are_those_of_the_bytes() -> None:
    pack = pack_pdf(typical(), stamp())
    assert pack.pages == len(PdfReader(BytesIO(pack.data)).pages)
    assert pack.sha256 == hashlib.sha256(pack.data).hexdigest()


def test_the_same_facts_make_the_same_bytes() -> None:
    assert pack_pdf(typical(), stamp()).data == pack_pdf(typical(), stamp()).data
    assert pack_pdf(typical(), stamp()).data != pack_pdf(typical(), stamp(version=2)).data


def test_a_page_that_says_the_same_has_the_same_digest_in_every_version() -> None:
    first = pack_pdf(typical(), stamp())
    second = pack_pdf(
        typical(),
        stamp(version=2, supersedes=1, printed_at=at(20, 9), valid_at=at(20, 8, 59), anchor="40-abcdef01", copies=2),
    )
    assert len(first.page_digests) == first.pages
    assert first.sha256 != second.sha256
    assert first.page_digests == second.page_digests
    assert len(set(first.page_digests)) == first.pages


def test_an_answer_changes_the_digest_of_the_pages_that_say_it() -> None:
    before = pack_pdf(typical(), stamp())
    after = pack_pdf(replace(typical(), mar_sheets=4), stamp(version=2, supersedes=1))
    changed = [
        n for n, pair in enumerate(zip(before.page_digests, after.page_digests, strict=True)) if len({*pair}) > 1
    ]
    read = pages(after)
    assert changed == [n for n, text in enumerate(read) if "MAR copy enclosed 4 sheets" in text]


def test_page_one_carries_what_the_first_minute_needs() -> None:
    front = one(typical())[1]
    for part in (
        "OKONKWO-SMITH, Margaret Anne (Mrs)",
        "02-May-1931 (95y)",
        "999 000 0018",
        "Known as Peggy",
        "Penicillin (swollen face, 2009)",
        "DNACPR: do not attempt CPR",
        "In the front of this pack",
        "Fall with hip pain and new confusion",
        "Onset 20-Nov-2026 06:40",
        "104/62",
        "07:40",
        "New confusion? Yes",
        "HomeFirst at 20-Nov-2026 06:55",
        "Apixaban 5 mg (Anticoagulant): last 19-Nov-2026 20:00",
        "Co-careldopa 25/100 (Parkinson's): last 20-Nov-2026 07:00",
        "Anticoagulated YES",
        "Soft and bite-sized",
        "Cannot stand",
        "Lacks capacity today",
        "Adaeze Okonkwo (daughter, LPA)",
        "07700 900 123",
        "E82999",
        "Carla Carer travels with her",
        "Bed held for 6 weeks",
        "Mo Manager, manager",
    ):
        assert part in front, part
    assert "see page" not in front


def test_a_typical_pack_puts_the_checklist_last_but_one_and_the_discharge_list_last() -> None:
    for content in (typical(), sparse(), overstuffed(1)):
        read = one(content)
        assert "Bag checklist and custody" in read[-2]
        assert "Care home, going out" in read[-2]
        assert "Care home, back" in read[-2]
        assert "Discharge checklist: for the ward" in read[-1]


TOPICS = (
    "READ THIS SIDE FIRST", "Situation in detail", "Baseline: when well, and now", "Problems and risk", "Medicines",
    "Skin and wounds", "Legal and wishes", "About me", "Contacts and funding", "Bag checklist and custody",
    "Discharge checklist: for the ward",
)  # fmt: skip


@pytest.mark.parametrize("content", [typical(), sparse()], ids=["typical", "sparse"])
def test_a_pack_is_the_cover_and_a_page_for_each_topic(content: PackContent) -> None:
    read = one(content)
    assert len(read) == 12
    for topic, text in zip(TOPICS, read[1:], strict=True):
        assert topic in text[:60]


def test_a_topic_that_runs_over_goes_on_to_a_sheet_of_its_own() -> None:
    content = overstuffed(2)
    read = one(content)
    begins = [next(n for n, text in enumerate(read) if text.startswith(topic)) for topic in TOPICS[1:]]
    assert begins == sorted(begins)
    for text in read[2:-2]:
        begun = [topic for topic in TOPICS if text.startswith(topic)]
        assert begun or "(continued)" in text[:60] or text.startswith(("Continued from", "Medicines and other items"))
    named = re.search(r"Situation (\d+)\W+Baseline (\d+)\W+Risk (\d+).*Ward (\d+)", read[1])
    assert named, "the line of contents is whole also where its numbers are long"
    assert [int(page) for page in named.groups()] == [*begins[:3], len(read) - 1]


def test_page_two_has_situation_background_assessment_and_request_in_full() -> None:
    content = overstuffed(1)
    second = one(content)[2]
    for text in (content.reason.situation, content.reason.background, content.reason.assessment,
                 content.reason.request):  # fmt: skip
        assert str(text) in second


def test_whatever_page_one_cuts_stands_in_full_on_the_page_it_names() -> None:
    for content in (overstuffed(1), overstuffed(3), overstuffed(6)):
        front = FrontPage(content, stamp(), footer(content, stamp()))
        pack = pack_pdf(content, stamp())
        read = pages(pack)
        assert front.cuts
        for key, title, pieces in front.cuts:
            value = max((text for text, _ in pieces), key=len)
            whole = [letters(part) for part in re.split(r"[;\n()]", value) if part.strip()]
            rest = letters(" ".join(read[2:]))
            assert all(part[:200] in rest for part in whole), (key, title)
        assert "see page 0" not in read[1]
        assert "p.0" not in read[1]


SPARSE_SAYS = {
    1: ("NHS No. Not known", "Known as Not recorded", "Born Not known", "Sex Not recorded", "Allergies: Not known",
        "CPR decision: Not recorded", "Treatment limits Not recorded", "ADRT Not recorded",
        "Preferred place Not recorded", "Reason for transfer Not recorded", "Onset Not recorded",
        "What happened Not recorded", "Now Not recorded", "Usual Not recorded", "New confusion? Not known",
        "Usual cognition Not recorded", "actions by the home Not recorded", "Called before leaving Not recorded",
        "Request Not recorded", "Diabetes Not known", "Pacemaker Not known", "Anticoagulated Not known",
        "Home oxygen Not known", "Catheter Not known", "Swallow risk Not known", "Pressure ulcer Not known",
        "Infection Not known", "Food and fluid texture Not recorded", "How to communicate Not recorded",
        "Hearing aid Not recorded", "Glasses Not recorded", "Language Not recorded", "Interpreter Not recorded",
        "Mobility today Not recorded", "Falls risk Not recorded", "Bed rails Not recorded",
        "Capacity to agree to admission Not known", "DoLS in force Not known", "Main contact Not recorded",
        "Ring the home Not recorded", "GP Not recorded", "Escort Not recorded", "Can return? Not recorded",
        "Completed by Not recorded", "Signature", "Going to Not recorded"),
    2: ("reason for transfer Not recorded", "Onset, destination Not recorded", "what happened Not recorded",
        "R Request Not recorded", "Called before leaving Not recorded", "Escort Not recorded",
        "Observations now Not recorded", "Usual observations Not recorded", "Fall behind this transfer Not recorded",
        "Fluid intake Not recorded", "Pain Not recorded", "Last bowel movement Not recorded",
        "Last urine Not recorded", "MRSA Not recorded", "C. difficile Not recorded",
        "Diarrhoea or vomiting Not recorded", "Flu or outbreak in the home Not recorded",
        "Recent blood or urine results Not recorded", "Last 72 hours Not recorded"),
    3: (*(f"{topic} Not recorded Not recorded" for topic in BASELINE_TOPICS), "Usual cognition Not recorded"),
    4: ("Alerts Not recorded", "Diagnoses Not recorded", "Operations Not recorded", "Devices Not recorded",
        "Frailty score Not recorded", "Assessments Not recorded", "Diabetes Not known", "Infection Not known"),
    5: ("Allergies and reactions Not known", "MAR copy enclosed Not recorded", "Covert or crushed Not recorded",
        "Current medicines Not recorded", "Stopped in the last 14 days Not recorded"),
    6: ("Skin Not recorded", "Wounds Not recorded", "Front", "Back", "Nobody has said whether there are wounds."),
    7: ("CPR decision Not recorded", "LPA health and welfare Not recorded", "Court-appointed deputy Not recorded",
        "Advance decision (ADRT) Not recorded", "Capacity assessment Not recorded", "DoLS in force Not known",
        "Mental Health Act Not recorded", "Consent to share Not recorded", "Best-interest note Not recorded",
        "Organ donation Not recorded", "Faith and last rites Not recorded", "Other treatment limits Not recorded"),
    8: tuple(f"{heading} Not recorded" for heading in ABOUT_ME_HEADINGS.values()),
    9: ("main contact first Not recorded", "Professional contacts Not recorded", "Next of kin Not recorded",
        "Attorney (LPA) Not recorded", "District nurse Not recorded", "Social worker Not recorded",
        "Home manager Not recorded", "GP practice Not recorded", "Funding Not recorded",
        "Named matron, locality Not recorded"),
    10: ("Red bag Not recorded", *BAG_PAPERS, "Medicines", *BAG_BELONGINGS, "Other:",
         *(point.value for point in CheckPoint), "How many", "Sent out", "Arrived", "Sent back", "Returned", "N.a.",
         "Note", "Name", "Role", "Date and time", "Signature"),
    11: ("Spoke to the home (name, time)", "Fit for return to this home?", "Discharge letter in the bag",
         "Medicines started", "Medicines stopped", "Medicines changed", "Changes explained to the home",
         "Next dose due", "Medicines supplied, days", "New equipment", "Wound, pressure areas on leaving",
         "Catheter or line", "Swallow, food and fluid advice", "Follow-up appointments",
         "CPR form original returned", "Infection status", "Transport booked for", "Property checked", "Signed by"),
}  # fmt: skip


@pytest.mark.parametrize("page", SPARSE_SAYS)
def test_nothing_is_silently_blank_for_somebody_of_whom_nothing_is_known(page: int) -> None:
    text = one(sparse())[page]
    for part in SPARSE_SAYS[page]:
        assert part in text, part


def test_expected_roles_are_only_said_to_be_missing_when_nobody_has_them() -> None:
    contacts = (Contact("Ada", "daughter, next of kin, LPA"), Contact("Bea", "friend"))
    team = (Contact("Ware", "Community nurse team"), Contact("Team", "CMHT"), Contact("Sam", "Social worker"),
            Contact("Mo", "Home manager"))  # fmt: skip
    ninth = one(replace(typical(), contacts=contacts, professionals=team))[9]
    after = ninth.split("Mo Home manager")[1]
    for label in ("Next of kin", "Attorney", "District nurse", "mental health", "Social worker", "Home manager"):
        assert label not in after
    assert "Second contact" not in ninth
    assert "Second contact Not recorded" in one(replace(typical(), contacts=contacts[:1]))[9]


def test_many_items_in_the_bag_leave_the_checklist_on_one_sheet() -> None:
    content = replace(
        typical(),
        bag_items=tuple(BagItem(f"Framed picture number {n} of the family at the sea", YES, n) for n in range(40)),
    )
    read = one(content)
    assert "Bag checklist and custody" in read[-2]
    assert "Care home, back" in read[-2]
    assert "Framed picture number 39" in " ".join(read[:-2])


def test_cut_text_stands_in_full_on_the_page_it_names() -> None:
    content = overstuffed(3)
    read = one(content)
    match = re.search(r"Reason for transfer .*?see page (\d+)", read[1])
    assert match
    words_of = str(content.reason.situation)
    rest = " ".join(read[int(match[1]) : int(match[1]) + 2])
    assert words_of[:300] in rest
    for page in {int(number) for number in re.findall(r"(?:see page|p\.) ?(\d+)", read[1])}:
        assert 2 <= page < len(read)


def test_the_three_kinds_of_silence_are_told_apart_on_page_one() -> None:
    base = typical()
    content = replace(
        base,
        allergies=NONE_KNOWN,
        cpr=NOT_RECORDED,
        new_confusion=NOT_KNOWN,
        time_critical=NONE_KNOWN,
        reason=replace(base.reason, escort=NONE_KNOWN, called=NONE_KNOWN),
        legal=LegalAndWishes(capacity=NOT_KNOWN, adrt=NONE_KNOWN, treatment_limits=NOT_RECORDED),
    )
    front = one(content)[1]
    assert "No known allergies" in front
    assert "CPR decision: Not recorded" in front
    assert "New confusion? Not known" in front
    assert "None recognised in the medicine list" in front
    assert "Escort No one travels" in front
    assert "Called before leaving Nobody" in front
    assert "Capacity to agree to admission Not known" in front
    assert "ADRT None known" in front
    assert "Treatment limits Not recorded" in front


@pytest.mark.parametrize(
    ("allergies", "shown"),
    [
        (NOT_KNOWN, "Allergies: Not known"),
        (NOT_RECORDED, "Allergies: Not recorded"),
        (NONE_KNOWN, "No known allergies"),
        ((), "Allergies: Not recorded"),
        ((Allergy("Latex"),), "Latex (reaction not recorded)"),
    ],
)
def test_allergies_are_never_silent(allergies: object, shown: str) -> None:
    assert shown in one(replace(sparse(), allergies=allergies))[1]  # type: ignore[arg-type]


DNACPR = CprDecision(CprKind.DNACPR, date(2026, 3, 4), date(2027, 3, 4), "Dr A Patel", "In the front of this pack")
ATTEMPT = CprDecision(CprKind.ATTEMPT, date(2026, 6, 1), date(2027, 6, 1), "Dr B Jones", "GP practice")
EXPIRED = replace(DNACPR, in_force=False, note="Review date 04-Mar-2025 has passed", review_on=date(2025, 3, 4))
UNVERIFIED = replace(DNACPR, in_force=False, note="Not verified: nobody has seen the original")


def cpr_box(front: str) -> str:
    """What page 1 says in the red box of resuscitation, up to the reason for transfer."""
    return front.split("RESUSCITATION (CPR)")[1].split("S Reason for transfer", maxsplit=1)[0]


def test_a_decision_in_force_is_printed_as_one() -> None:
    read = one(replace(typical(), cpr=(DNACPR,)))
    assert cpr_box(read[1]).startswith(" DNACPR: do not attempt CPR Dated 04-Mar-2026")
    assert "NOT IN FORCE" not in read[1] + read[7]
    assert "CONFLICT" not in read[1] + read[7]


@pytest.mark.parametrize("decision", [EXPIRED, UNVERIFIED], ids=["expired", "unverified"])
@pytest.mark.parametrize("kind", list(CprKind), ids=lambda kind: kind.name)
def test_a_decision_that_does_not_stand_never_prints_as_in_force(decision: CprDecision, kind: CprKind) -> None:
    read = one(replace(typical(), cpr=(replace(decision, kind=kind),)))
    box = cpr_box(read[1])
    assert box.startswith(
        " NO CPR DECISION IN FORCE IS RECORDED. See the original before acting on what is recorded NOT IN FORCE."
    )
    for part in (kind.value, decision.note, "Dated 04-Mar-2026", "Original: In the front of this pack"):
        assert part in box
    # Wherever the kind of the decision is printed, that it is not in force stands before it.
    assert box.index("NOT IN FORCE. Recorded only") < box.index(kind.value)
    legal = read[7]
    assert legal.index("NO CPR DECISION IN FORCE IS RECORDED") < legal.index("CPR: NOT IN FORCE")
    assert legal.index("Do not act on it until the original is seen") < legal.index(f"Recorded: {kind.value}")
    assert decision.note in legal


def test_a_decision_without_a_reason_why_it_does_not_stand_says_both() -> None:
    box = cpr_box(one(replace(typical(), cpr=(replace(EXPIRED, note=""),)))[1])
    assert "It has not been verified, or its review is overdue." in box


@pytest.mark.parametrize("order", [(DNACPR, ATTEMPT), (ATTEMPT, DNACPR)], ids=["dnacpr first", "attempt first"])
def test_two_decisions_in_force_that_differ_are_both_printed_loudly(order: tuple[CprDecision, ...]) -> None:
    read = one(replace(typical(), cpr=order))
    for text in (cpr_box(read[1]), read[7].split("Other treatment limits")[0]):
        place = [text.index(part) for part in ("CONFLICT: THESE CPR DECISIONS DIFFER", *(e.kind.value for e in order))]
        assert place == sorted(place)
    assert len(read) == 12


def test_a_conflict_is_seen_whatever_else_is_recorded() -> None:
    decisions = (EXPIRED, DNACPR, replace(DNACPR, decided_by="Dr C Khan"), ATTEMPT)
    box = cpr_box(one(replace(typical(), cpr=decisions))[1])
    assert box.startswith(" CONFLICT: THESE CPR DECISIONS DIFFER")
    assert "DNACPR: do not attempt CPR" in box
    assert "For CPR" in box
    assert "2 more: see Legal and wishes" in box


def test_an_expired_decision_beside_one_in_force_comes_after_it_and_is_named_so() -> None:
    box = cpr_box(one(replace(typical(), cpr=(EXPIRED, ATTEMPT)))[1])
    assert box.startswith(" Another decision, NOT IN FORCE, is recorded as well and DIFFERS For CPR Dated 01-Jun-2026")
    assert box.index("GP practice") < box.index("NOT IN FORCE. Recorded only: DNACPR")
    assert "CONFLICT" not in box
    same = cpr_box(one(replace(typical(), cpr=(EXPIRED, replace(ATTEMPT, kind=CprKind.DNACPR))))[1])
    assert "DIFFERS" not in same


def test_a_resident_of_the_same_name_is_warned_of_on_page_one() -> None:
    other = "OKONKWO-SMITH, Mary (Mrs), born 06-Sep-1937, room 4"
    content = replace(typical(), same_name=(other,))
    assert FrontPage(content, stamp(), footer(content, stamp())).fits
    read = one(content)
    for n in (1, 4):
        assert "ANOTHER RESIDENT OF THE HOME HAS THE SAME NAME. Check date of birth and NHS number." in read[n]
    assert not any("Mary" in text or "06-Sep-1937" in text for text in read), "who it is stays in the home"
    assert "SAME NAME" not in one(typical())[1]


def test_an_incomplete_news2_has_no_total_and_a_guaranteed_one_says_at_least() -> None:
    partial = Observations(at(20, 7), resp_rate=28, points={"resp_rate": 3}, status="incomplete: 6 answers missing")
    read = one(replace(typical(), observations=partial))
    assert "No total" in read[1]
    assert "28 3 pts" in read[1]
    assert "incomplete: 6 answers missing" in read[2]
    sure = one(replace(typical(), observations=replace(partial, at_least=7, band="high")))[1]
    assert "≥ 7 HIGH" in sure


def test_what_is_missing_is_named_the_most_important_first() -> None:
    pack = pack_pdf(sparse(), stamp())
    assert pack.missing[:3] == ("cpr", "reason.situation", "reason.onset_at")
    assert "allergies" not in pack.missing  # "not known" is an answer
    assert pack_pdf(typical(), stamp()).missing == ()


def test_the_body_pages_hold_the_record() -> None:
    body = " ".join(one(typical())[2:])
    for part in (
        "Up twice to the toilet, cloudy urine",
        "time on the floor: 250 minutes",
        "Atrial fibrillation",
        "49436004",
        "Waterlow 02-Nov-2026 18 High risk",
        "Possible delirium",
        "patch on left upper chest",
        "Zopiclone 3.75 mg, stopped 10-Nov-2026, why: falls",
        "2 × 1.5 cm",
        "form number RB-114",
        "Adaeze Okonkwo, 07700 900 123, document seen",
        "Catholic; wishes to see a priest",
        "I was a midwife for forty years.",
        "Ware district nurses",
        "Lower Lea Valley, HomeFirst",
        "Numbers are those of the table.",
    ):
        assert part in body, part


def test_the_file_has_title_language_bookmarks_and_only_embedded_fonts() -> None:
    reader = PdfReader(BytesIO(pack_pdf(typical(), stamp()).data))
    assert reader.metadata is not None
    assert reader.metadata.title == "Hospital transfer pack"
    assert reader.metadata.author == "Practice House"
    assert reader.metadata.creation_date == at(20, 8, 21)
    assert "Okonkwo" not in str(reader.metadata)
    assert str(reader.trailer["/Root"]["/Lang"]) == "en-GB"
    titles = [entry.title for entry in reader.outline]
    assert titles[:3] == ["Cover", "60-second page", "Situation in detail"]
    assert titles[-1] == "Discharge checklist: for the ward"
    for entry in reader.outline:
        page = reader.get_destination_page_number(entry)
        text = flat(reader.pages[page].extract_text())
        assert entry.title in text or entry.title in {"Cover", "60-second page"}
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            described = font.get_object()
            assert "/FontFile2" in described["/FontDescriptor"]


def test_no_printed_text_is_under_ten_points() -> None:
    for sample in (typical(), overstuffed()):
        sizes: set[float] = set()
        for page in PdfReader(BytesIO(pack_pdf(sample, stamp()).data)).pages:
            page.extract_text(visitor_text=lambda *seen, kept=sizes: kept.add(seen[-1]))
        assert min(size for size in sizes if size) >= 10


def test_page_one_never_runs_off_its_sheet() -> None:
    for content in (typical(), sparse(), overstuffed(1), overstuffed(6)):
        front = FrontPage(content, stamp(), footer(content, stamp()))
        assert front.fits
        assert front.size >= 10


def test_the_qr_code_changes_with_the_facts_and_holds_no_name() -> None:
    base = typical()
    other = replace(base, mar_sheets=4)
    assert content_hash(base) != content_hash(other)
    assert content_hash(base) == content_hash(typical())
    assert len(content_hash(base)) == 64


def test_a_damaged_photo_does_not_cost_the_pack() -> None:
    base = typical()
    read = one(replace(base, identity=replace(base.identity, photo=b"not a picture")))
    assert "Photo cannot be printed" in read[1]


def test_a_pack_of_sixty_medicines_stays_small() -> None:
    base = typical()
    content = replace(
        base,
        identity=replace(base.identity, photo=None),
        medicines=tuple(Medicine(f"Medicine {n} 5 mg", "1 tablet", "oral", "daily") for n in range(60)),
    )
    assert len(pack_pdf(content, stamp()).data) < 150_000


# --- names -----------------------------------------------------------------------------------------------------------

NAMES = [
    ("O'Neil", "Seán"),
    ("Brontë", "Zoë"),
    ("Wałęsa", "Łukasz"),
    ("Nguyễn", "Thị Ánh"),
    ("Đặng", "Quốc Bảo"),
    ("Шевченко", "Тарас"),
    ("Παπαδόπουλος", "Ελένη"),
    ("Ğündoğdu", "İlker"),
    ("Ştefănescu", "Țuțea"),
    ("D’Souza-Fernández", "María José"),
    ("Ó Ceallaigh", "Caoimhín"),
    ("Hallgrímsdóttir", "Þórdís"),
    ("ბერიძე", "ნინო"),
    ("Weiß", "Jürgen"),
    ("a" * 100, "b" * 100),
    ("Featherstonehaugh-" * 6, "Wilhelmina " * 6),
]


def letters(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize(("family", "given_name"), NAMES, ids=[name[0][:14] for name in NAMES])
def test_awkward_names_are_read_back_whole(family: str, given_name: str) -> None:
    content = replace(typical(), identity=Identity(family.strip(), given_name.strip()))
    read = one(content)
    name = letters(content.identity.full_name)
    assert all(name in letters(text) for text in read[1:])
    assert not any("[U+" in text for text in read)


def test_a_name_typed_with_separate_accents_prints_as_one_letter() -> None:
    assert "ZOË" in one(replace(sparse(), identity=Identity("Zoe\u0308", "A")))[1].upper()


def test_letters_without_a_glyph_are_printed_as_their_code_points() -> None:
    content = replace(sparse(), identity=Identity("王", "小明"))
    for text in one(content)[1:]:
        assert "[U+738B], [U+5C0F][U+660E]" in text


# --- property --------------------------------------------------------------------------------------------------------

PHOTO = photo()
prose = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)) | st.sampled_from("abc   \n-ë"), max_size=1500)
silence = st.sampled_from([NONE_KNOWN, NOT_KNOWN, NOT_RECORDED])
maybe = prose | silence
instants = st.datetimes(at(1, 0).replace(tzinfo=None), at(28, 0).replace(tzinfo=None)).map(
    lambda moment: moment.replace(tzinfo=at(1, 0).tzinfo)
)


@st.composite
def records(draw: st.DrawFn) -> PackContent:
    flags = Flags(
        **{
            name: Flag(draw(st.sampled_from([YES, NO, NOT_KNOWN])), draw(prose | st.just("")))
            for name in Flags.__dataclass_fields__
        }
    )
    return replace(
        typical(),
        identity=Identity(
            draw(st.text(min_size=1, max_size=120)),
            draw(st.text(max_size=120)),
            draw(st.text(max_size=30)),
            photo=draw(st.sampled_from([None, PHOTO, b"not a picture"])),
        ),
        same_name=draw(st.lists(prose, max_size=3).map(tuple)),
        reason=TransferReason(
            draw(maybe),
            draw(maybe),
            draw(maybe),
            draw(maybe),
            draw(instants | silence),
            called=draw(st.lists(st.builds(Call, prose, instants | silence), max_size=8).map(tuple) | silence),
            escort=draw(maybe),
            bag=draw(maybe),
            destination=draw(maybe),
        ),
        allergies=draw(st.lists(st.builds(Allergy, prose, maybe), max_size=12).map(tuple) | silence),
        cpr=draw(
            st.lists(
                st.builds(
                    CprDecision,
                    st.sampled_from(CprKind),
                    decided_by=maybe,
                    original_at=maybe,
                    note=prose,
                    in_force=st.booleans(),
                ),
                max_size=4,
            ).map(tuple)
            | silence
        ),
        time_critical=draw(
            st.lists(st.builds(LastDose, prose, instants | silence, st.just("Insulin")), max_size=10).map(tuple)
            | silence
        ),
        contacts=draw(st.lists(st.builds(Contact, prose, maybe, maybe), max_size=4).map(tuple) | silence),
        flags=flags,
        diet_texture=draw(maybe),
        usual_cognition=draw(maybe),
        actions_taken=draw(maybe),
        can_return=draw(maybe),
        legal=LegalAndWishes(draw(maybe), draw(maybe), draw(maybe), draw(maybe), draw(maybe)),
        about_me=AboutMe(draw(maybe)),
    )


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(records())
def test_any_record_has_its_60_second_page_on_one_side(content: PackContent) -> None:
    foot = footer(content, stamp())
    front = FrontPage(content, stamp(), foot)
    assert front.fits
    assert front.size >= 10
    sheet = front.sheet({key: 12 for key, _, _ in front.cuts}, "Situation 2")
    above_foot = sheet.size[1] - foot.tall + 6
    for kind, _, *place in sheet.marks:
        if kind == "text":
            assert place[1] <= above_foot
        elif kind == "box":
            assert place[1] + place[3] <= above_foot


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(records())
def test_any_record_makes_a_pack_that_reads_back(content: PackContent) -> None:
    read = pages(pack_pdf(content, stamp()))
    assert "READ THIS SIDE FIRST" in read[1]
    assert sum("READ THIS SIDE FIRST" in text for text in read) == 1
    last = len(read) - 1
    assert [f"Page {n} of {last}" in text for n, text in enumerate(read[1:], 1)] == [True] * last
    assert "Bag checklist and custody" in read[-2]
    assert "Care home, back" in read[-2]
    assert "see page 0" not in read[1]


@pytest.mark.parametrize("practice", [True, False])
def test_every_page_of_a_practice_home_says_so_and_no_page_of_a_real_one(practice: bool) -> None:
    pack = pack_pdf(typical(), stamp(practice=practice))
    assert ["PRACTICE" in text for text in pages(pack)] == [practice] * pack.pages


def test_of_several_facts_on_a_line_the_longest_gives_way_and_none_is_left_with_its_label_alone() -> None:
    talk = Communication("Slowly", "right ear, battery size 312 " * 4, "for reading, in a red case " * 4, "Welsh", NO)
    (page,) = [text for text in one(replace(overstuffed(3), communication=talk)) if "READ THIS SIDE FIRST" in text]
    line = re.search(r"Hearing aid (.+?)… +Glasses (.+?)… +Language Welsh +Interpreter No see page \d+", page)
    assert line, page
    assert line[1].startswith("right ear")
    assert line[2].startswith("for reading")


@pytest.mark.parametrize("few", [True, False], ids=["few medicines", "many medicines"])
def test_a_long_note_in_the_bag_is_whole_on_the_sheet_or_on_the_page_that_it_names(few: bool) -> None:
    note = "in the blue case with her name on it, in the side pocket"
    base = typical() if few else overstuffed(1)
    listed = () if few else base.medicines
    read = one(replace(base, medicines=listed, bag_items=(BagItem("Glasses", YES, 1, note),)))
    sheet = read[-2]
    assert sheet.startswith("Bag checklist")
    if few:
        assert f"packed; {note}" in sheet
        return
    named = re.search(r"Glasses 1 packed…? +see p\.(\d+)", sheet)
    assert named, sheet
    assert f"packed; {note}" in " ".join(read[int(named[1]) : -2])


def test_an_empty_map_of_the_body_says_whether_anybody_looked() -> None:
    unknown = next(text for text in one(sparse()) if text.startswith("Skin and wounds"))
    assert "Nobody has said whether there are wounds" in unknown
    none = next(text for text in one(replace(sparse(), wounds=NONE_KNOWN)) if text.startswith("Skin and wounds"))
    assert "No wounds" in none
    assert "Nobody has said" not in none
