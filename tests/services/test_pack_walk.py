"""The pack walked item by item as its field list (A6) goes: what the record holds stands under its page, and where the
record is silent the page says so. One resident of whom everything is recorded, and one of whom almost nothing is."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pypdf import PdfReader

from app.domain.charts.body import centre_of
from app.domain.people import (
    Allergy,
    ChcPeriod,
    Contact,
    CprDecision,
    CprKind,
    Diagnosis,
    KeyFact,
    Medicine,
    Role,
)
from app.domain.photos import RESIDENT, Consent
from app.domain.transfer import BagItem, Call, LastDose, Today, TransferReason
from app.domain.wounds import Wound
from app.services import falls, key_facts, notes, observations, photos, residents, transfers, wounds
from app.services.practice_hospital import EVERYTHING as TOLD
from tests.factories import NEWS2_LOW, NOW, LivingHome
from tests.services.test_pack_content import post_fall
from tests.services.test_photos import noisy

FRONT = "60-second page"
SITUATION, BASELINE = "Situation in detail", "Baseline: when well, and now"
PROBLEMS, MEDICINES, SKIN = "Problems and risk", "Medicines", "Skin and wounds"
LEGAL, ABOUT, CONTACTS = "Legal and wishes", "About me", "Contacts and funding"
BAG, WARD = "Bag checklist and custody", "Discharge checklist: for the ward"
NONE, SILENT = "None known", "Not recorded"

WALK: tuple[tuple[str, str, str | tuple[str, ...], str | tuple[str, ...]], ...] = (
    # Sheet 0
    ("cover: nothing but the home and the bag", "Cover", ("Practice House", "01632 960100", "RB-03"), "Practice House"),
    # Page 1
    ("1 NHS number", FRONT, "999 000 0018", "Not known"),
    ("2 full name", FRONT, "FAMILYB1, John (Mr)", "FAMILYC2, John"),
    ("3 preferred name", FRONT, "Known as Jack", "Known as Not recorded"),
    ("4 birth and age", FRONT, "07-Sep-1937 (89y)", "08-Sep-1937 (89y)"),
    ("5 sex", FRONT, "Sex Male", "Sex Not known"),
    ("7 allergies", FRONT, "Penicillin (rash)", "Not known"),
    ("8 CPR", FRONT, ("ReSPECT form exists", "12-Jan-2026", "Bedroom, top drawer"), SILENT),
    ("9 limits, ADRT, place", FRONT, ("Treatment limits", "ADRT", "Preferred place"), ("ADRT Not recorded",)),
    ("10 reason", FRONT, "Breathless and newly confused", "Reason for transfer Not recorded"),
    ("11 onset and what happened", FRONT, ("23-Nov-2026 07:30", "Worse since breakfast"), "Onset Not recorded"),
    ("12 observations now", FRONT, ("26", "38.9", "Air"), "Now Not recorded"),
    ("13 usual observations", FRONT, ("97", "36.6", "LOW"), "Usual Not recorded"),
    ("14 new confusion, usual cognition", FRONT, ("New confusion? Yes", "Chatty"), "New confusion? Not known"),
    ("15 actions, who was called", FRONT,
     ("Sat upright", "999 at 23-Nov-2026 09:45"), "Called before leaving Not recorded"),
    ("16 request", FRONT, "Urgent assessment", "Request Not recorded"),
    ("17 time-critical medicines", FRONT,
     ("Apixaban 5 mg (Anticoagulant): last 23-Nov-2026 08:00", "Insulin glargine"), "Not recorded"),
    ("18 flags", FRONT, ("Diabetes YES", "Pacemaker YES", "Anticoagulated YES", "Home oxygen No", "Catheter No",
                         "Swallow risk YES", "Pressure ulcer YES", "Infection No"),
     ("Diabetes Not known", "Pacemaker Not known", "Catheter Not known", "Infection Not known")),
    ("19 texture", FRONT, "IDDSI food 5", "Food and fluid texture Not recorded"),
    ("20 how to communicate", FRONT, ("Speak on the left side", "Right ear"), "How to communicate Not recorded"),
    ("21 mobility", FRONT, ("Cannot stand today", "Walks ten metres"), "Mobility today Not recorded"),
    ("22 capacity, DoLS", FRONT, ("Lacks it while feverish", "None: has capacity"), "DoLS in force Not known"),
    ("23 main contact", FRONT,
     ("Sam Family", "daughter", "01632 960209", "23-Nov-2026 09:50"), "Main contact Not recorded"),
    ("24 home", FRONT, ("Practice House", "01632 960100"), "01632 960100"),
    ("25 GP", FRONT, ("Cedar Surgery", "01632 960110", "E82999"), "GP Not recorded"),
    ("26 escort", FRONT, "Cal Campion", "Escort Not recorded"),
    ("27 coming back", FRONT, "At any hour", "Can return? Not recorded"),
    ("28 completed by", FRONT, ("Mo Manager", "Nia Nurse"), "Mo Manager"),
    # Page 2
    ("timeline of 72 hours", SITUATION, ("Ate half of her tea", "Fall", "Wound found: Sacrum"), "Last 72 hours"),
    ("fall", SITUATION,
     ("22-Nov-2026 14:00", "45 minutes", "anticoagulant: Yes"), "Fall behind this transfer Not recorded"),
    ("fluid intake", SITUATION, "350 ml today (2 entries", "Fluid intake Not recorded"),
    ("last bowel", SITUATION, "22-Nov-2026 08:00, Bristol type 4", "Last bowel movement Not recorded"),
    ("last urine", SITUATION, "23-Nov-2026 06:00, 250 ml", "Last urine Not recorded"),
    ("pain", SITUATION, "6 of 10, 23-Nov-2026 09:00", "Pain Not recorded"),
    ("infection", SITUATION,
     ("MRSA No", "C. difficile No", "Diarrhoea or vomiting No", "Two with a cold"), "MRSA Not recorded"),
    ("recent contacts", SITUATION, ("999, 23-Nov-2026 09:45", "GP, 23-Nov-2026 09:20"), SILENT),
    ("recent results", SITUATION, ("CRP 90 on Friday", "Blood glucose 9.4 mmol/L"), SILENT),
    # Page 3
    ("eating and drinking", BASELINE, ("deep plate", "MUST 2"), "Eating and drinking Not recorded"),
    ("swallow", BASELINE, "upright, small sips", "Swallow Not recorded"),
    ("weight and date", BASELINE, "45 kg on 20-Nov-2026", "Weight and date Not recorded"),
    ("mobility, aids", BASELINE, ("ten metres with a frame", "Barthel 11"), SILENT),
    ("toileting", BASELINE, ("every three hours", "Pads: at night"), SILENT),
    ("washing", BASELINE, "help of one for the rest", SILENT),
    ("sleep, then and now", BASELINE, ("lamp on, door ajar", "Awake all night"), "Sleep Not recorded"),
    ("behaviour", BASELINE, "anxious when hurried", "Behaviour Not recorded"),
    ("communication", BASELINE, "one thing at a time", "Communication Not recorded"),
    ("skin", BASELINE, ("Paper-thin", "Waterlow"), "Skin Not recorded"),
    # Page 4
    ("diagnoses, dated", PROBLEMS, ("COPD", "03-Feb-2015", "Vascular dementia"), "Diagnoses Not recorded"),
    ("operations", PROBLEMS, ("Left hip replaced 2009", "gall bladder removed 1988"), "Operations Not recorded"),
    ("devices", PROBLEMS, "reading lamp with a large switch", "Devices Not recorded"),
    ("assessments", PROBLEMS, ("MUST", "20-Nov-2026", "Waterlow", "4AT", "worse"), "Assessments Not recorded"),
    ("frailty", PROBLEMS, "6 Moderate frailty", "Frailty score Not recorded"),
    ("alerts", PROBLEMS, "MUST", SILENT),
    # Page 5
    ("current medicines", MEDICINES, ("Apixaban 5 mg", "twice a day", "23-Nov-2026 08:00", "10 tablets"), "Medicines"),
    ("when needed", MEDICINES, ("Codeine 15 mg", "AS NEEDED"), SILENT),
    ("stopped in 14 days", MEDICINES, ("Doxycycline 100 mg", "Course finished"), SILENT),
    ("covert or crushed", MEDICINES, "takes tablets whole with yoghurt", "Covert or crushed Not recorded"),
    ("MAR copy", MEDICINES, "3", "MAR copy enclosed Not recorded"),
    # Page 6
    ("wounds", SKIN, ("Sacrum", "2.5 × 1.5 cm", "Foam border dressing", "22-Nov-2026", "23-Nov- 2026"), SILENT),
    # Page 7
    ("CPR paper", LEGAL,
     ("ReSPECT form exists", "Dr P. Practice", "Original enclosed: Yes"), "CPR decision Not recorded"),
    ("limits", LEGAL, ("no intensive care", "Antibiotics by mouth or drip"), "Other treatment limits Not recorded"),
    ("place of care", LEGAL,
     ("This care home, else hospice", "window to the garden"), "Preferred place of care Not recorded"),
    *((f"law: {topic}", LEGAL, TOLD[topic][1].rstrip("."), f"{label} {silence}") for topic, label, silence in (
        ("lpa_health", "LPA health and welfare", SILENT), ("deputy", "Court-appointed deputy", SILENT),
        ("capacity_assessment", "Capacity assessment", SILENT), ("mental_health_act", "Mental Health Act", SILENT),
        ("best_interest", "Best-interest note", SILENT), ("organ_donation", "Organ donation", SILENT),
        ("faith", "Faith and last rites", SILENT), ("dols", "DoLS in force", "Not known"),
    )),
    ("consent to share", LEGAL, "Yes: agrees to share", "Consent to share Not recorded"),
    # Page 8
    ("about me", ABOUT, ("A proper cup of tea", "Ann, my sister", "on my left side", "I walk with a frame",
                         "Being hurried worries me", "Cocoa at nine", "Kept bees", "Cass Coltsfoot", "23-Nov-2026"),
     ("What is most important to me Not recorded", "Date last updated Not recorded")),
    # Page 9
    ("next of kin, second contact", CONTACTS, ("Sam Family", "Gwen Honeysuckle", "01632 960226"), SILENT),
    ("professionals", CONTACTS,
     ("Dawn Daisychain", "01632 960104", "Community team", "Will Watercress", "Mo Manager"), SILENT),
    ("funding", CONTACTS, "NHS Continuing Healthcare", "Funding Not recorded"),
    ("matron", CONTACTS, "Matron M. Meadowfoam", SILENT),
    # Pages 10 and 11
    ("checklist", BAG,
     ("RB-03", "Glasses", "in the case", "Care home, going out", "Care home, back"), "Care home, going out"),
    ("ward", WARD,
     ("Spoke to the home", "Medicines supplied, days", "CPR form original returned", "Property checked"),
     "Infection status"),
)  # fmt: skip


@dataclass(frozen=True)
class Read:
    """A pack read back: the text of each part by its bookmark, and of each page."""

    parts: dict[str, str]
    pages: list[str]
    missing: tuple[str, ...]


def read(pack: transfers.Pack) -> Read:
    reader = PdfReader(io.BytesIO(pack.pdf))
    pages = [re.sub(r"\s+", " ", page.extract_text()) for page in reader.pages]
    starts: list[tuple[str, int]] = []
    for each in reader.outline:
        if not isinstance(each, list):
            number = reader.get_destination_page_number(each)
            assert number is not None
            starts.append((str(each.title), number))
    parts = {}
    for n, (title, first) in enumerate(starts):
        after = next((page for _, page in starts[n + 1 :] if page > first), len(pages))
        parts[title] = " ".join(pages[first:after])
    return Read(parts, pages, pack.missing)


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Read, Read]]:
    """The two packs."""
    home = LivingHome(Path(tmp_path_factory.mktemp("walk")) / "store", Role.MANAGER)
    try:
        yield read(fullest(home)), read(almost_nothing(home))
    finally:
        home.session.close()


def almost_nothing(home: LivingHome) -> transfers.Pack:
    from app.domain.people import Gender

    person = home.resident(
        2, nhs_number=None, nhs_number_absent_reason="Came without papers", title="", gender=Gender.UNKNOWN, room="",
        gp_name="", gp_phone="", consent_sharing=None,
    )  # fmt: skip
    return transfers.send_to_hospital(home.session, person, TransferReason())


def fullest(home: LivingHome) -> transfers.Pack:
    session, clock = home.session, home.clock
    clock.at = NOW - timedelta(days=3)
    person = home.resident(
        1,
        Allergy("Penicillin", "rash"),
        CprDecision(CprKind.RESPECT, date(2026, 1, 12), "Dr P. Practice", "Bedroom, top drawer", date(2027, 1, 12)),
        Diagnosis("COPD", date(2015, 2, 3)),
        Diagnosis("Vascular dementia"),
        Medicine("Apixaban 5 mg", "twice a day", time_critical=True),
        Medicine("Insulin glargine 12 units", "at night", time_critical=True),
        Medicine("Codeine 15 mg", "one to two when needed"),
        Contact("Gwen Honeysuckle", "sister", "01632 960226"),
        Contact("Sam Family", "daughter, next of kin", "01632 960209", main=True),
        ChcPeriod(date(2026, 9, 1)),
        preferred_name="Jack",
        gp_code="E82999",
    )
    key_facts.save(session, person, [KeyFact(topic, text, state) for topic, (state, text) in TOLD.items()])
    stopped = home.fact(person, Medicine("Doxycycline 100 mg", "once a day"))
    ended = Medicine("Doxycycline 100 mg", "once a day", stopped=NOW.date() - timedelta(days=2))
    residents.change_fact(session, stopped, ended, reason="Course finished")
    home.assess(person, "must", {
        "height_m": Decimal("1.60"), "weight_kg": Decimal(50), "previous_weight_kg": Decimal(50),
        "acutely_ill_no_intake_5d": False,
    })  # fmt: skip
    clock.advance(timedelta(minutes=5))
    home.assess(person, "must", {
        "height_m": Decimal("1.60"), "weight_kg": Decimal(45), "previous_weight_kg": Decimal(46),
        "acutely_ill_no_intake_5d": False,
    })  # fmt: skip
    home.assess(person, "news2", NEWS2_LOW)
    home.assess(person, "waterlow", {
        "sex": "M", "age_years": 89, "build": "average", "skin": ["dry"], "mst_weight_lost": "no",
        "mst_poor_appetite": False, "continence": "urine", "mobility": "restricted", "tissue_malnutrition": [],
        "neurological_points": 0, "surgery": "none", "medication_points": 0,
    })  # fmt: skip
    home.assess(person, "cfs", {"level": 6})
    home.assess(person, "barthel", {"items": [2, 1, 0, 1, 1, 2, 2, 1, 0, 1]})
    home.assess(person, "four_at", {"alertness": "normal", "amt4_mistakes": 1, "months_backwards": 5,
                                    "acute_change": False})  # fmt: skip
    home.assess(person, "continence", {
        "bladder": "occasional", "leak_type": "urge", "bowels": "continent", "new_or_worse": False, "warnings": [],
        "diary": "done", "pads": "night", "pad_type": "small", "toilet_plan": "timed", "skin": "healthy",
    })  # fmt: skip
    home.assess(person, "respect_summary", {
        "documents": ["respect"], "respect_cpr": "do_not_attempt", "decided_on": "2026-01-12",
        "clinician": "Dr P. Practice", "original_at": "Bedroom, top drawer", "original_seen": True,
        "recommendations": "Antibiotics by mouth or drip", "discussed_with_resident": True,
    })  # fmt: skip
    home.assess(person, "preferred_place", {
        "first_choice": "usual_residence", "second_choice": "hospice", "stated_on": "2026-11-01",
        "said_by": "resident", "capacity": "yes",
    })  # fmt: skip
    clock.at = NOW - timedelta(hours=20)
    falls.record(session, person, post_fall(minutes_on_floor=45))
    view, x, y = centre_of("sacrum")
    wound = wounds.add(session, person, Wound("sacrum", view, x, y, "pressure", clock.now(), "Nia Nurse")).wound_id
    wounds.review(session, wound, {
        "length_cm": Decimal("2.5"), "width_cm": Decimal("1.5"), "tissue": ["granulating"], "infection": "none",
        "moisture": "moist", "exudate": "clear", "pain": 1, "odour": "none", "surrounding_skin": ["fragile"],
        "edge": "advancing", "same_at_last_review": False, "dressing": "Foam border dressing",
        "next_change": "2026-11-26",
    })  # fmt: skip
    notes.add(session, person, "Ate half of her tea")
    clock.at = NOW
    home.assess(person, "about_me", {
        "preferred_name": "Jack", "completed_on": "2026-11-23", "consent_to_share": True,
        "what_matters": "A proper cup of tea", "knows_me_best": "Ann, my sister", "life_so_far": "Kept bees",
        "communication": "Speak on my left side", "mobility": "I walk with a frame", "routines": "Cocoa at nine",
        "worries_and_comfort": "Being hurried worries me", "helped_by": "Cass Coltsfoot",
    })  # fmt: skip
    observations.record(session, person, "bowel_type", 4, at=NOW - timedelta(hours=26))
    observations.record(session, person, "fluid_out_ml", 250, at=NOW - timedelta(hours=4))
    for hours in (2, 1):
        observations.record(session, person, "fluid_in_ml", 175, at=NOW - timedelta(hours=hours))
    observations.record(session, person, "glucose_mmol", Decimal("9.4"), at=NOW - timedelta(hours=1))
    observations.record(session, person, "pain_nrs", 6, at=NOW - timedelta(hours=1))
    photos.add(session, person, noisy(), consent=Consent(RESIDENT))
    photos.add(session, person, noisy(), consent=Consent(RESIDENT), about=wound)
    reason = TransferReason(
        situation="Breathless and newly confused", background="Worse since breakfast",
        assessment="Sat upright, oxygen as prescribed", request="Urgent assessment",
        onset_at=NOW - timedelta(hours=2, minutes=30),
        observations={**NEWS2_LOW, "resp_rate": 26, "temp_c": Decimal("38.9"), "consciousness": "C"},
        last_doses=(LastDose("Apixaban 5 mg", NOW - timedelta(hours=2)),), bag="RB-03", destination="Lister Hospital",
        called=(Call("GP", NOW - timedelta(minutes=40)), Call("999", NOW - timedelta(minutes=15))),
        escort="Cal Campion, carer",
    )  # fmt: skip
    today = Today(
        new_confusion=True, mobility="Cannot stand today", capacity="Lacks it while feverish",
        contact_told_at=NOW - timedelta(minutes=10), cpr_original_enclosed=True, mar_sheets=3,
        diarrhoea_vomiting=False, outbreak_in_home="Two with a cold", recent_results="CRP 90 on Friday",
        baseline_now={"Sleep": "Awake all night"}, stock_sent={"Apixaban 5 mg": "10 tablets"},
        second_checker="Nia Nurse", second_checker_role="Nurse",
        items=(BagItem("Glasses", packed=True, quantity=1, note="in the case"),),
    )  # fmt: skip
    return transfers.send_to_hospital(session, person, reason, today=today)


def absent(read: Read, part: str, expected: str | tuple[str, ...]) -> list[str]:
    wanted = (expected,) if isinstance(expected, str) else expected
    text = read.parts[part].casefold()
    return [each for each in wanted if each.casefold() not in text]


@pytest.mark.parametrize(("item", "part", "full", "bare"), WALK, ids=[each[0] for each in WALK])
def test_each_item_of_the_list_stands_on_its_page(
    walked: tuple[Read, Read], item: str, part: str, full: str | tuple[str, ...], bare: str | tuple[str, ...]
) -> None:
    fullest_pack, bare_pack = walked
    assert absent(fullest_pack, part, full) == [], f"{item}: {fullest_pack.parts[part]}"
    assert absent(bare_pack, part, bare) == [], f"{item}: {bare_pack.parts[part]}"


def test_the_photo_stands_on_page_one_of_whom_it_is(walked: tuple[Read, Read]) -> None:
    fullest_pack, bare_pack = walked
    assert "whom" not in fullest_pack.pages[0]
    assert len(fullest_pack.missing) < len(bare_pack.missing)


def test_nothing_is_missing_of_the_resident_of_whom_everything_is_known(walked: tuple[Read, Read]) -> None:
    left = set(walked[0].missing) - {"time_critical.given_at", "home.secure_mail", "cpr.original_at"}
    assert left == set()


def test_the_cover_names_nobody(walked: tuple[Read, Read]) -> None:
    for each in walked:
        assert not re.search(r"FAMILY|1937|999 000|Penicillin|COPD", each.pages[0])
