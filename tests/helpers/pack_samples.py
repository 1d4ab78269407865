"""Invented residents for the paper tests: one whose record is full, one of whom almost nothing is known."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

from app.domain.transfer import (
    BASELINE_TOPICS,
    NONE_KNOWN,
    AboutMe,
    Allergy,
    AssessmentRow,
    BagItem,
    Baseline,
    BodyPlace,
    Call,
    Communication,
    Contact,
    CprDecision,
    CprKind,
    Diagnosis,
    Fall,
    Flag,
    Flags,
    Gp,
    HomeContact,
    Identity,
    LastDose,
    LegalAndWishes,
    Medicine,
    Mobility,
    Observations,
    PackContent,
    PackStamp,
    Signature,
    SituationDetail,
    StoppedMedicine,
    TimelineEntry,
    TransferReason,
    Trend,
    Wound,
    time_critical_doses,
)

# Named, so that a row of facts reads as one.
YES, NO = True, False
LONG = (
    "She was found on the floor beside her bed by the night carer, awake but more confused than usual, and had been "
    "last seen well at half past two. She says her hip hurts and cries out when it is moved. "
)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of November 2026, when London is on UTC."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def photo() -> bytes:
    """A small grey picture with a face-like blob."""
    from PIL import Image, ImageDraw

    image = Image.new("L", (90, 110), 200)
    ImageDraw.Draw(image).ellipse((20, 15, 70, 85), fill=120)
    out = BytesIO()
    image.save(out, "JPEG", quality=60)
    return out.getvalue()


def stamp(**changes: object) -> PackStamp:
    """The printing of 20 November 2026, 08:21."""
    given: dict[str, object] = {
        "pack_id": "019a9f3c-5b1e-7c44-8d2a-6f0e31b7a955",
        "version": 1,
        "home_name": "Practice House",
        "home_phone": "01920 555 0100",
        "printed_at": at(20, 8, 21),
        "printed_by": "Nia Nurse",
        "valid_at": at(20, 8, 20),
    }
    return PackStamp(**(given | changes))  # type: ignore[arg-type]


def sparse() -> PackContent:
    """Somebody who came in last night with nothing but a name."""
    return PackContent(Identity("Doe", "Jane"))


def typical() -> PackContent:
    """A resident as most are: the questions answered, entries of a sentence or two."""
    medicines = (
        Medicine("Apixaban 5 mg", "1 tablet", "oral", "twice a day", "atrial fibrillation", at(19, 20),
                 at(20, 9), "14"),
        Medicine("Co-careldopa 25/100", "1 tablet", "oral", "07:00 11:00 15:00 19:00", "Parkinson's disease",
                 at(20, 7), at(20, 11), "28"),
        Medicine("Paracetamol 500 mg", "2 tablets", "oral", "up to four times a day", "pain", as_needed=True),
        Medicine("Buprenorphine 10 mcg/h patch", "1 patch", "skin", "every 7 days", "pain", at(16, 9), at(23, 9), "1",
                 patch_site="left upper chest"),
    )  # fmt: skip
    reason = TransferReason(
        situation="Fall with hip pain and new confusion. Cannot stand.",
        background="Found on the floor by her bed at 06:40, last seen well at 02:30. Right leg short and turned out.",
        assessment="We suspect a broken hip. Kept still and warm, 2 paracetamol at 07:05, nothing by mouth since.",
        request="X-ray and pain relief, please. Ring us before any decision about discharge.",
        onset_at=at(20, 6, 40),
        last_doses=(LastDose("Co-careldopa 25/100", at(20, 7)), LastDose("Paracetamol", at(20, 7, 5))),
        bag="RB-03",
        destination="Lister Hospital A&E",
        called=(Call("HomeFirst", at(20, 6, 55)), Call("999", at(20, 7, 2))),
        escort="Carla Carer travels with her",
    )
    return PackContent(
        identity=Identity(
            "Okonkwo-Smith", "Margaret Anne", "Mrs", "Peggy", date(1931, 5, 2), "9990000018", "", "Female", "12",
            photo(),
        ),
        reason=reason,
        allergies=(Allergy("Penicillin", "swollen face, 2009"), Allergy("Elastoplast", "rash")),
        cpr=(
            CprDecision(CprKind.DNACPR, date(2026, 3, 4), date(2027, 3, 4), "Dr A Patel",
                        "In the front of this pack", YES, NO, "RB-114"),
        ),
        observations=Observations(
            at(20, 7, 40), 24, 93, 1, NO, "", 104, 62, 112, "C", Decimal("38.1"),
            {"resp_rate": 2, "spo2": 2, "on_oxygen": 0, "systolic": 1, "pulse": 2, "consciousness": 3, "temp_c": 1},
            11, None, "high", "", "Nia Nurse",
        ),
        usual_observations=Observations(
            at(2, 10), 16, 97, 1, NO, "", 132, 74, 76, "A", Decimal("36.6"),
            {"resp_rate": 0, "spo2": 0, "on_oxygen": 0, "systolic": 0, "pulse": 0, "consciousness": 0, "temp_c": 0},
            0, None, "low", "", "Carla Carer",
        ),
        new_confusion=True,
        usual_cognition="Mild vascular dementia; knows family and place, follows a conversation",
        actions_taken="Body checked for injury; not lifted.",
        time_critical=time_critical_doses(medicines, reason.last_doses),
        flags=Flags(
            Flag(YES, "type 2, diet"), Flag(NO), Flag(YES, "apixaban"), Flag(NO), Flag(NO),
            Flag(YES, "see texture"), Flag(YES, "sacrum cat. 2"), Flag(NO),
        ),
        diet_texture="Soft and bite-sized (level 6), slightly thick fluids (level 1)",
        communication=Communication("Speak slowly on her left side; one question at a time", "both ears",
                                    "reading only", "English", NO),
        mobility=Mobility("Cannot stand", "Walks with a frame and one carer", "High, 3 falls this year",
                          "No rails: she climbs; use a low bed"),
        can_return="Yes, at any hour. Bed held for 6 weeks",
        home=HomeContact("Nia Nurse, nurse in charge", "01920 555 0100", "practice.house@example.nhs.uk"),
        gp=Gp("Dr Patel and Partners, Ware", "01920 555 0200", "E82999"),
        contacts=(
            Contact("Adaeze Okonkwo", "daughter, LPA", "07700 900 123", at(20, 7, 30)),
            Contact("Peter Smith", "son", "07700 900 456"),
        ),
        completed_by=Signature("Nia Nurse", "nurse", at(20, 8, 15)),
        second_checker=Signature("Mo Manager", "manager", at(20, 8, 18)),
        detail=SituationDetail(
            (TimelineEntry(at(18, 9), "Eating less, sleepy after breakfast"),
             TimelineEntry(at(19, 21), "Up twice to the toilet, cloudy urine"),
             TimelineEntry(at(20, 6, 40), "Found on the floor beside her bed")),
            Fall(at(20, 6, 40), 250, NO, YES, "No wound to the head seen."),
            "600 ml yesterday", "18 Nov, type 4", "05:00 today, dark", "8 of 10 on moving", NO, NO, NO,
            NONE_KNOWN, ("GP visit 12 Nov: chest clear",), ("Urine dip 19 Nov: leucocytes ++",),
        ),
        baseline=tuple(Baseline(topic, "As care plan; manages with one carer", "Needs two carers today")
                       for topic in BASELINE_TOPICS[:8]),
        diagnoses=(Diagnosis("Atrial fibrillation", date(2015, 6, 1), "49436004"),
                   Diagnosis("Parkinson's disease", date(2018, 2, 1)), Diagnosis("Vascular dementia")),
        operations=("Left hip replacement 2012",),
        devices=NONE_KNOWN,
        assessments=(
            AssessmentRow("MUST", date(2026, 11, 2), "1", "Medium risk", "Nia Nurse", Trend.WORSE),
            AssessmentRow("Waterlow", date(2026, 11, 2), "18", "High risk", "Carla Carer", Trend.SAME),
            AssessmentRow("4AT", date(2026, 11, 20), "8", "Possible delirium", "Nia Nurse", Trend.FIRST),
        ),
        frailty="7, severely frail (2026)",
        alerts=("Another resident has a like name: check the birth date",),
        medicines=medicines,
        stopped_medicines=(StoppedMedicine("Zopiclone 3.75 mg", date(2026, 11, 10), "falls"),),
        covert_or_crushed=NONE_KNOWN,
        mar_sheets=3,
        skin="Fragile; turns herself in bed",
        wounds=(
            Wound("Sacrum", "pressure ulcer", "2", "2 × 1.5 cm", "foam", date(2026, 11, 19), date(2026, 11, 16), YES,
                  BodyPlace(YES, 50, 50)),
            Wound("Left shin", "skin tear", "type 1", "3 × 1 cm", "silicone", date(2026, 11, 18),
                  place=BodyPlace(NO, 58, 78)),
        ),
        legal=LegalAndWishes(
            "Lacks capacity today; has it when well", "No", "Hospital for reversible illness; no intensive care",
            NONE_KNOWN, "Practice House", "Adaeze Okonkwo, 07700 900 123, document seen", NONE_KNOWN, "12 Oct 2026",
            NONE_KNOWN, "Daughter and ward, best interest", "Best-interest decision for this transfer, 20 Nov 2026",
            "Opted out", "Catholic; wishes to see a priest",
        ),
        about_me=AboutMe(
            "My daughter's visits on Sundays and my rosary.", "Adaeze, Peter and my friend Joan.",
            "I hear better on the left. Let me finish my sentence.", "I like to be up and dressed by nine.",
            "Please call me Peggy. Please do not switch the light off at night.",
            "I need a hand at the elbow when I walk.", "I was a midwife for forty years.", "Carla Carer",
            date(2026, 9, 1),
        ),
        professionals=(Contact("Ware district nurses", "district nurse", "01920 555 0300"),),
        funding="Local authority",
        locality="Lower Lea Valley, HomeFirst",
        bag_items=(BagItem("Glasses", YES, 1, "reading"), BagItem("Dentures, lower", NO),
                   BagItem("Slippers or shoes", YES, 1)),
    )  # fmt: skip


def overstuffed(times: int = 6) -> PackContent:
    """The typical resident with every text far too long for page 1."""
    base = typical()
    text = (LONG * times).strip()
    flags = {name: Flag(YES, text) for name in Flags.__dataclass_fields__}
    return PackContent(
        identity=Identity(
            "Featherstonehaugh-Cholmondeley-Wriothesley-Marjoribanks",
            "Wilhelmina Alexandrina Victoria Georgiana Charlotte",
            "The Honourable Mrs",
            text[:60],
            date(1921, 2, 28),
            "9990000026",
            sex="Female",
            room="Long Gallery 14b",
            photo=base.identity.photo,
        ),
        reason=TransferReason(
            text, text, text, text, at(20, 6, 40),
            last_doses=tuple(LastDose(f"Medicine number {n}", at(20, 7)) for n in range(9)), bag="RB-03 " + "x" * 60,
            destination=text[:150],
            called=tuple(Call(f"Person {n} of the on-call rota", at(20, 7, n)) for n in range(12)),
            escort=text,
        ),
        allergies=tuple(Allergy(f"Substance {n} with a long name", text[:120]) for n in range(14)),
        cpr=(base.cpr[0], CprDecision(CprKind.RESPECT, original_at=text, decided_by=text[:90])),  # type: ignore[index]
        observations=base.observations,
        usual_observations=base.usual_observations,
        new_confusion=True,
        usual_cognition=text,
        actions_taken=text,
        time_critical=tuple(
            LastDose(f"Insulin glargine number {n} 100 units/ml", at(19, 21), "Insulin") for n in range(12)
        ),
        flags=Flags(**flags),
        diet_texture=text,
        communication=Communication(text, text, text, "Yoruba and English " * 6, YES),
        mobility=Mobility(text, text, text, text),
        can_return=text,
        home=HomeContact(text[:200], "01920 555 0100 extension 12345, then ask for the nurse",
                         "x" * 120 + "@example.nhs.uk"),
        gp=Gp(text[:200], "01920 555 0200", "E82999"),
        contacts=tuple(Contact(f"Contact {n} {text[:80]}", text[:50], "07700 900 123", at(20, 7)) for n in range(9)),
        completed_by=Signature(text[:120], text[:60], at(20, 8, 15)),
        second_checker=Signature(text[:120], "manager", at(20, 8, 18)),
        detail=SituationDetail(tuple(TimelineEntry(at(19, n), text) for n in range(12)), base.detail.fall, text, text),
        baseline=tuple(Baseline(topic, text, text) for topic in BASELINE_TOPICS),
        diagnoses=tuple(Diagnosis(f"Diagnosis number {n}") for n in range(30)),
        alerts=(text, text),
        medicines=tuple(Medicine(f"Medicine number {n}", "2 tablets", "oral", "daily") for n in range(24)),
        wounds=tuple(
            Wound(f"Place {n}", text[:80], place=BodyPlace(n % 2 == 0, 40 + n, 20 + 4 * n)) for n in range(14)
        ),
        legal=LegalAndWishes(text, text, text, text, text, text),
        about_me=AboutMe(text, text, text, text, text, text, text, text),
    )  # fmt: skip
