"""What a pack says of a resident, from the record to the printed page: every decision about CPR, every name, the last
72 hours, and what was answered today over it."""

from __future__ import annotations

import io
import random
import re
import unicodedata
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from PIL import Image
from pypdf import PdfReader

from app.domain.charts.body import centre_of
from app.domain.key_facts import TOPICS, Asks
from app.domain.people import (
    Allergy,
    ChcPeriod,
    Contact,
    CprDecision,
    CprKind,
    Diagnosis,
    KeyFact,
    Medicine,
    ResidentId,
    Role,
    in_capitals,
)
from app.domain.photos import RESIDENT, Consent
from app.domain.transfer import (
    NONE_KNOWN,
    NOT_KNOWN,
    NOT_RECORDED,
    BagItem,
    Call,
    Fall,
    Flag,
    LastDose,
    PackContent,
    PackStamp,
    Said,
    TimelineEntry,
    Today,
    TransferReason,
    is_said,
    missing,
)
from app.domain.transfer import CprKind as Printed
from app.domain.wounds import Wound
from app.models import residents as resident_rows
from app.reports.pack import pack_pdf
from app.services import alerts, falls, key_facts, notes, observations, photos, residents, transfers, wounds
from app.services import person as person_service
from tests.factories import NEWS2_HIGH, NOW, LivingHome
from tests.services.test_photos import jpeg, noisy

YES, NO = True, False
DECIDED = date(2026, 1, 12)


def content_of(home: LivingHome, person: ResidentId, **told: object) -> PackContent:
    """What the pack says; ``told`` are answers of today."""
    if not told:
        with home.session.look() as work:
            return transfers.content_now(home.session, work, person)
    from app.domain.transfer import Signature
    from app.services import pack_content, pack_record

    with home.session.read() as connection:
        held = pack_record.read(home.session, connection, person)
    return pack_content.pack_content(held, TransferReason(), None, Today(**told), Signature())  # type: ignore[arg-type]


def pages_of(pdf: bytes) -> list[str]:
    return [re.sub(r"\s+", " ", page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


def printed(content: PackContent) -> list[str]:
    stamp = PackStamp(
        "0197", 1, "Practice House", "01632 960100", printed_at=NOW, printed_by="Mo Manager", valid_at=NOW
    )
    return pages_of(pack_pdf(content, stamp).data)


# ------------------------------------------------------------------------------------------------------------- names

_LETTERS = {
    "latin": "aąáàâãäåāăbcćčçdďđðeęéèêëēěfgğhiıíîïjkłlľĺmnńñňoóôõöøőprřŕsśšşțtťuúůüűųvwŵxyýŷzżźžþæœß",
    "greek": "αβγδεζηθικλμνξοπρστυφχψωάέήίόύώ",
    "cyrillic": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "georgian": "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
    "hebrew": "אבגדהוזחטיכלמנסעפצקרשת",
    "arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "vietnamese": "ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
}
_ODD = (
    "O'Neil-Smythe", "D’Arcy", "van der Straaten", "Llŷr ap Gwynfŵr", "Ğündoğdu İlker Işık", "Zoe\u0308",
    "Bronte\u0308",
    "N\u0303un\u0303ez", "Anne\u200bMarie", "Mac\u00adDonald", "Jean\u2011Luc", "Siân", "de la Peña y Ibáñez",
    "Featherstonehaugh-" * 7 + "Smith", "W" * 150, "i" * 150, "Æthelflæd", "Ó Súilleabháin", "Straße", "ﬁnch",
    "St. John-Stevas", "al‑Rashīd", "Nguyễn Thị Ánh", "Ŀuís", "X Æ", "d'Ávila", "Ǆordan", "Ĳsbrand", "K̓wa",
)  # fmt: skip


def awkward_names() -> list[str]:
    """300 names, the same each time."""
    chance = random.Random(36)

    def word(script: str) -> str:
        letters = "".join(chance.choice(_LETTERS[script]) for _ in range(chance.randint(2, 11)))
        kind = chance.random()
        if kind < 0.1 and script not in {"arabic", "hebrew"}:
            return unicodedata.normalize("NFD", letters)
        if kind < 0.2:
            return letters[:1] + chance.choice("\u200b\u200c\u200d\u2060") + letters[1:]
        return letters.capitalize() if script not in {"arabic", "hebrew", "georgian"} else letters

    made = list(_ODD)
    while len(made) < 300:
        script = chance.choice(list(_LETTERS))
        joint = " " if script in {"arabic", "hebrew"} else chance.choice((" ", "-", "'", "’"))
        made.append(joint.join(word(script) for _ in range(chance.randint(1, 3))))
    return made


def read_back(text: str) -> str:
    """A text as a reader compares it: what has no shape, how lines break and how letters join says nothing."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain if not c.isspace() and unicodedata.category(c) != "Cf")


def stands_in(name: str, text: str) -> bool:
    """Whether the name stands there whole. The reader puts words of right-to-left scripts in an order of its own."""
    rtl = any(unicodedata.bidirectional(c) in {"R", "AL"} for c in name)
    return all(read_back(part) in text for part in (name.split() if rtl else [name]))


def test_300_awkward_names_go_through_record_and_pack_without_loss(home: LivingHome) -> None:
    names = awkward_names()
    assert len(names) == 300
    lost = []
    for place in range(10):
        own = names[place::10]
        family, given, preferred, surgery, clinician, agent = own[:6]
        typed = {"family_name": family, "given_name": given, "preferred_name": preferred, "gp_name": surgery}
        person = home.resident(
            place + 1,
            Allergy(agent),
            CprDecision(CprKind.DNACPR, DECIDED, clinician, "front of the folder"),
            *(Contact(name, "friend", main=name == own[6]) for name in own[6:]),
            **typed,
        )
        recorded = residents.read_again(home.session, person).resident.details
        kept = {key: unicodedata.normalize("NFC", name.strip()) for key, name in typed.items()}
        assert {key: getattr(recorded, key) for key in typed} == kept, "accents are joined to their letters"
        pages = [read_back(page) for page in printed(content_of(home, person))]
        whole = "".join(pages)
        assert "[U+" not in whole
        assert "\ufffd" not in whole
        for page in pages[1:]:
            lost += [name for name in (in_capitals(family), given) if not stands_in(name, page)]
        lost += [name for name in own[2:] if not stands_in(name, whole)]
    assert lost == []


def test_a_name_is_the_same_in_a_pack_that_was_kept(home: LivingHome) -> None:
    for place, name in enumerate(_ODD[:4], 1):
        person = home.resident(place, family_name=name)
        pack = transfers.send_to_hospital(home.session, person, TransferReason())
        for page in pages_of(transfers.pack_pdf(home.session, pack.id))[1:]:
            assert stands_in(in_capitals(name), read_back(page))


# --------------------------------------------------------------------------------------------------------------- CPR


def decisions(content: PackContent) -> dict[Printed, tuple[bool, str]]:
    assert isinstance(content.cpr, tuple)
    return {each.kind: (each.in_force, each.note) for each in content.cpr}


def test_a_decision_entered_in_error_is_not_in_the_pack(home: LivingHome) -> None:
    person = home.resident(1)
    wrong = home.fact(person, CprDecision(CprKind.DNACPR, DECIDED, "Dr P. Practice"))
    residents.fact_in_error(home.session, wrong, reason="another resident's")
    content = content_of(home, person)
    assert content.cpr is NOT_RECORDED
    assert not any("do not attempt" in page.casefold() for page in printed(content))


@pytest.mark.parametrize(
    ("decision", "why"),
    [
        (CprDecision(CprKind.DNACPR, None, "Dr P. Practice"), "UNVERIFIED"),
        (CprDecision(CprKind.DNACPR, DECIDED, ""), "UNVERIFIED"),
        (CprDecision(CprKind.DNACPR, DECIDED, "Dr P.", "", NOW.date() - timedelta(days=1)), "REVIEW DATE HAS PASSED"),
        (CprDecision(CprKind.RESPECT, DECIDED, "Dr P.", "", NOW.date() - timedelta(days=9)), "REVIEW DATE HAS PASSED"),
    ],
    ids=["no date", "no clinician", "review passed yesterday", "respect passed"],
)
def test_a_decision_that_nobody_can_rely_on_is_not_in_force_and_says_why(
    home: LivingHome, decision: CprDecision, why: str
) -> None:
    content = content_of(home, home.resident(1, decision))
    ((in_force, note),) = decisions(content).values()
    assert not in_force
    assert why in note
    front = printed(content)[1].upper()
    assert "NOT IN FORCE" in front or "UNVERIFIED" in front
    assert why[:10] in front


def test_a_decision_is_in_force_on_the_day_of_its_review(home: LivingHome) -> None:
    person = home.resident(1, CprDecision(CprKind.DNACPR, DECIDED, "Dr P. Practice", "folder", NOW.date()))
    assert decisions(content_of(home, person)) == {Printed.DNACPR: (True, "")}


def test_two_decisions_that_conflict_both_print(home: LivingHome) -> None:
    person = home.resident(
        1, CprDecision(CprKind.ATTEMPT), CprDecision(CprKind.DNACPR, DECIDED, "Dr P. Practice", "folder")
    )
    content = content_of(home, person)
    assert set(decisions(content)) == {Printed.ATTEMPT, Printed.DNACPR}
    pack = transfers.send_to_hospital(home.session, person, TransferReason())
    front = pages_of(pack.pdf)[1].casefold()
    assert "do not attempt" in front
    assert "for cpr" in front


def test_a_paper_that_only_the_summary_names_prints_with_where_it_is_known_from(home: LivingHome) -> None:
    person = home.resident(1, CprDecision(CprKind.ATTEMPT))
    home.assess(person, "respect_summary", {
        "documents": ["dnacpr"], "decided_on": DECIDED.isoformat(), "clinician": "Dr P. Practice",
        "original_at": "Bedside", "original_seen": True, "discussed_with_resident": True,
    })  # fmt: skip
    found = decisions(content_of(home, person))
    assert found[Printed.ATTEMPT] == (True, "")
    assert found[Printed.DNACPR] == (True, "From the summary of the documents of 23-Nov-2026")


def test_whether_the_original_travels_is_said_of_papers_only(home: LivingHome) -> None:
    person = home.resident(1, CprDecision(CprKind.ATTEMPT), CprDecision(CprKind.DNACPR, DECIDED, "Dr P."))
    content = content_of(home, person, cpr_original_enclosed=True, cpr_copy_enclosed=False)
    assert isinstance(content.cpr, tuple)
    said = {each.kind: (each.original_enclosed, each.copy_enclosed) for each in content.cpr}
    assert said == {Printed.ATTEMPT: (NOT_RECORDED, NOT_RECORDED), Printed.DNACPR: (True, False)}


# -------------------------------------------------------------------------------------------------------- same name


def test_who_bears_the_same_name_is_a_warning_and_who_left_is_none(home: LivingHome) -> None:
    person = home.resident(1, family_name="O'Neil", given_name="Zoë")
    assert content_of(home, person).same_name == ()
    born = date(1940, 2, 3)
    home.resident(2, family_name="ONEIL", given_name="Zoe", title="Mrs", date_of_birth=born, room="7")
    home.resident(3, family_name="O'Neil", given_name="Zoey", date_of_birth=date(1941, 2, 3))
    home.resident(4, family_name="Zoe", given_name="Oneil", date_of_birth=date(1941, 2, 4))
    gone = home.resident(5, family_name="O'Neil", given_name="Zoe", date_of_birth=date(1942, 2, 3))
    died = replace(residents.read_again(home.session, gone).resident.details, died_at=NOW - timedelta(days=2))
    residents.change_resident(home.session, gone, died, reason="Died in the home")
    content = content_of(home, person)
    assert content.same_name == ("ONEIL, Zoe (Mrs), born 03-Feb-1940, room 7",)
    front = printed(content)[1]
    assert "ANOTHER RESIDENT OF THE HOME HAS THE SAME NAME" in front
    assert "03-Feb-1940" not in front, "who it is stays in the home"


# ------------------------------------------------------------------------------------------------------------- photo


def test_the_newest_own_picture_travels_small_and_one_entered_in_error_does_not(home: LivingHome) -> None:
    person = home.resident(1)
    assert content_of(home, person).identity.photo is None
    agreed = Consent(RESIDENT)
    first = photos.add(home.session, person, jpeg(colour="navy"), consent=agreed, taken_at=NOW - timedelta(days=9))
    newest = photos.add(home.session, person, noisy(), consent=agreed)
    picture = content_of(home, person).identity.photo
    assert picture is not None
    assert len(picture) < 40_000
    with Image.open(io.BytesIO(picture)) as image:
        assert max(image.size) <= 300
    photos.entered_in_error(home.session, newest.photo_id, reason="another resident")
    older = content_of(home, person).identity.photo
    assert older is not None
    with Image.open(io.BytesIO(older)) as image:
        red, _, blue = image.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
        assert blue > red, "the blue one, which stands"
    photos.entered_in_error(home.session, first.photo_id, reason="another resident")
    assert content_of(home, person).identity.photo is None


def test_no_picture_travels_of_somebody_who_does_not_agree_to_sharing(home: LivingHome) -> None:
    person = home.resident(1, consent_sharing=False)
    photos.add(home.session, person, jpeg(), consent=Consent(RESIDENT))
    assert content_of(home, person).identity.photo is None


def test_a_wounds_picture_is_not_the_residents(home: LivingHome) -> None:
    person = home.resident(1)
    wound = a_wound(home, person)
    photos.add(home.session, person, jpeg(), consent=Consent(RESIDENT), about=wound)
    content = content_of(home, person)
    assert content.identity.photo is None
    assert isinstance(content.wounds, tuple)
    assert content.wounds[0].photo_on == NOW.date()


def a_wound(home: LivingHome, person: ResidentId, found: datetime = NOW) -> str:
    view, x, y = centre_of("sacrum")
    return wounds.add(home.session, person, Wound("sacrum", view, x, y, "pressure", found, "Nia Nurse")).wound_id


# --------------------------------------------------------------------------------------------------------- key facts

_FLAGS = {t.code: t.field.partition(".")[2] for t in TOPICS if t.field.startswith("flags.")}


def value_at(content: PackContent, field: str) -> object:
    head, _, tail = field.partition(".")
    if head == "baseline":
        return next(each.well for each in content.baseline if each.topic == tail)
    owner = getattr(content, head)
    return getattr(owner, tail) if tail else owner


def test_every_key_fact_fills_the_field_that_it_names_and_stands_on_paper(home: LivingHome) -> None:
    facts = [KeyFact(t.code, f"Told of {t.code}", YES if t.asks is Asks.YES_NO else None) for t in TOPICS]
    person = home.resident(1)
    key_facts.save(home.session, person, facts)
    content = content_of(home, person)
    wrong = []
    for topic in TOPICS:
        held = value_at(content, topic.field)
        words = f"Told of {topic.code}"
        if isinstance(held, bool):  # MRSA, C. difficile, interpreter: a yes; the words stand elsewhere
            ok = held
        elif isinstance(held, Flag):
            ok = held.state is True and words in held.note
        elif topic.field == "professionals":
            ok = any(each.name == words and each.role == topic.label for each in held)  # type: ignore[attr-defined]
        else:
            ok = words in (held if isinstance(held, str) else " ".join(map(str, held)))  # type: ignore[call-overload]
        wrong += [] if ok else [(topic.code, held)]
    assert wrong == []
    whole = " ".join(printed(content))
    assert [t.code for t in TOPICS if f"Told of {t.code}" not in whole] == []


def test_a_no_is_printed_as_a_no_and_silence_as_not_known(home: LivingHome) -> None:
    person = home.resident(1, *(KeyFact(code, "", state=NO) for code in ("diabetes", "oxygen", "mrsa")))
    content = content_of(home, person)
    assert (content.flags.diabetes.state, content.flags.oxygen.state) == (False, False)
    assert content.flags.pacemaker.state is NOT_KNOWN
    assert (content.detail.mrsa, content.detail.c_diff) == (False, NOT_RECORDED)


def test_none_known_is_said_only_where_the_record_says_it(home: LivingHome) -> None:
    person = home.resident(1, KeyFact("deputy", "None known"), KeyFact("adrt", "not known"))
    legal = content_of(home, person).legal
    assert (legal.deputy, legal.adrt, legal.faith) == (NONE_KNOWN, NOT_KNOWN, NOT_RECORDED)
    bare = content_of(home, home.resident(2))
    silences = (bare.allergies, bare.medicines, bare.diagnoses, bare.wounds, bare.detail.fall, bare.stopped_medicines)
    assert NONE_KNOWN not in silences


def test_a_yes_to_mrsa_is_an_infection_whatever_else_was_said(home: LivingHome) -> None:
    person = home.resident(1, KeyFact("infection", "", state=NO), KeyFact("mrsa", "nose, spring", state=YES))
    assert content_of(home, person).flags.infection == Flag(YES, "MRSA: nose, spring")


# ---------------------------------------------------------------------------------------------------- from the record


def test_the_last_72_hours_are_told_newest_first_and_nothing_older(home: LivingHome) -> None:
    person = home.resident(1)
    home.clock.at = NOW - timedelta(days=5)
    notes.add(home.session, person, "An old note")
    home.clock.at = NOW - timedelta(hours=30)
    falls.record(home.session, person, post_fall(minutes_on_floor=45))
    observations.record(home.session, person, "bowel_type", 4, detail="large")
    observations.record(home.session, person, "fluid_out_ml", 300)
    home.clock.at = NOW - timedelta(hours=20)
    a_wound(home, person, found=home.clock.at)
    home.clock.at = NOW - timedelta(hours=2)
    home.assess(person, "news2", NEWS2_HIGH)
    raised = next(each for each in alerts.standing(home.session) if "NEWS2" in each.title)
    alerts.record_call(home.session, raised.id, spoke_to="Nurse at HomeFirst")
    notes.add(home.session, person, "Shivering since six")
    observations.record(home.session, person, "fluid_in_ml", 150)
    observations.record(home.session, person, "glucose_mmol", Decimal("7.8"))
    observations.record(home.session, person, "pain_nrs", 6)
    home.clock.at = NOW
    detail = content_of(home, person).detail
    assert isinstance(detail.timeline, tuple)
    told = detail.timeline
    assert [each.at for each in told] == sorted((each.at for each in told), reverse=True)
    words = "\n".join(each.what for each in told)
    for part in ("Shivering since six", "Fall", "Wound found: Sacrum", "NEWS2", "Called"):
        assert part in words
    assert "An old note" not in words
    assert detail.last_bowel == "22-Nov-2026 04:00, Bristol type 4, large"
    assert detail.last_urine == "22-Nov-2026 04:00, 300 ml"
    assert detail.fluid_intake == "150 ml today (1 entry, last at 08:00)"
    assert detail.pain == "6 of 10, 23-Nov-2026 08:00"
    assert detail.recent_results == ("Blood glucose 7.8 mmol/L, 23-Nov-2026 08:00",)
    assert isinstance(detail.recent_contacts, tuple)
    assert detail.recent_contacts[0].startswith("Nurse at HomeFirst")
    assert isinstance(detail.fall, Fall)
    assert detail.fall.lie_minutes == 45
    assert detail.fall.found_at == NOW - timedelta(hours=30)


def post_fall(**changes: object) -> dict[str, object]:
    clear = dict.fromkeys(
        ("intense_pain", "suspected_collapse", "trauma_head_neck_back", "unusual_behaviour", "bleeding_freely",
         "marked_breathing_difficulty_or_chest_pain", "loss_of_consciousness", "evidence_of_fracture", "fast_abnormal"),
        NO,
    )  # fmt: skip
    return {
        **clear, "danger_clear": YES, "responsive_and_breathing": YES, "head_struck_or_unwitnessed": YES,
        "on_anticoagulant_or_antiplatelet": YES, "minutes_on_floor": 10, **changes,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("struck", "expected"), [(YES, NOT_KNOWN), (NO, False)], ids=["struck or not seen", "not struck"]
)
def test_a_possible_head_injury_is_not_a_no(home: LivingHome, *, struck: bool, expected: Said[bool]) -> None:
    person = home.resident(1)
    thinner = {"on_anticoagulant_or_antiplatelet": YES} if struck else {"on_anticoagulant_or_antiplatelet": None}
    falls.record(home.session, person, post_fall(head_struck_or_unwitnessed=struck, **thinner))
    fall = content_of(home, person).detail.fall
    assert isinstance(fall, Fall)
    assert fall.head_injury is expected
    assert fall.anticoagulated is (True if struck else NOT_KNOWN)


def test_a_fall_of_four_days_ago_is_not_the_fall_behind_this(home: LivingHome) -> None:
    person = home.resident(1)
    falls.record(home.session, person, post_fall(), at=NOW - timedelta(hours=73))
    content = content_of(home, person)
    assert content.detail.fall is NOT_RECORDED
    assert "1 fall in 12 months, the last on 20-Nov-2026" in str(content.mobility.falls_risk)


def test_a_long_timeline_is_cut_to_a_dozen_and_keeps_what_tells_most(home: LivingHome) -> None:
    person = home.resident(1)
    home.clock.at = NOW - timedelta(hours=60)
    falls.record(home.session, person, post_fall())
    for hour in range(20):
        home.clock.at = NOW - timedelta(hours=40 - hour)
        notes.add(home.session, person, f"Note {hour}")
    home.clock.at = NOW
    told = content_of(home, person).detail.timeline
    assert isinstance(told, tuple)
    assert len(told) == 12
    assert any(each.what.startswith("Fall") for each in told)
    assert isinstance(told[0], TimelineEntry)
    assert "Note 19" in told[0].what


def test_medicines_say_what_is_given_when_needed_what_stopped_and_what_must_not_be_late(home: LivingHome) -> None:
    person = home.resident(
        1,
        Medicine("Madopar 125 mg", "four times a day", time_critical=True),
        Medicine("Mystery drops", "08:00 sharp", time_critical=True),
        Medicine("Codeine 15 mg", "one PRN"),
        Medicine("Old tablets", "daily", stopped=NOW.date() - timedelta(days=15)),
        Medicine("To stop on Friday", "daily", stopped=NOW.date() + timedelta(days=4)),
    )
    given = home.fact(person, Medicine("Amoxicillin 500 mg", "three times a day"))
    ended = Medicine("Amoxicillin 500 mg", "three times a day", stopped=NOW.date() - timedelta(days=14))
    residents.change_fact(home.session, given, ended, reason="Course finished")
    content = content_of(home, person, stock_sent={"codeine 15 MG": "20 tablets"})
    assert isinstance(content.medicines, tuple)
    listed = {m.name: (m.as_needed, m.stock_sent) for m in content.medicines}
    assert listed == {
        "Madopar 125 mg": (False, NOT_RECORDED), "Mystery drops": (False, NOT_RECORDED),
        "Codeine 15 mg": (True, "20 tablets"), "To stop on Friday": (False, NOT_RECORDED),
    }  # fmt: skip
    assert isinstance(content.stopped_medicines, tuple)
    ((name, why),) = {(m.name, m.why) for m in content.stopped_medicines}
    assert (name, why) == ("Amoxicillin 500 mg", "Course finished")
    assert isinstance(content.time_critical, tuple)
    assert {(d.medicine, d.kind) for d in content.time_critical} == {
        ("Madopar 125 mg", "Parkinson's"), ("Mystery drops", "Time-critical"),
    }  # fmt: skip


def test_a_dose_told_today_of_a_ticked_medicine_keeps_its_time(home: LivingHome) -> None:
    person = home.resident(1, Medicine("Mystery drops", "08:00 sharp", time_critical=True))
    reason = TransferReason(last_doses=(LastDose("Mystery drops", NOW),), called=(Call("999", NOW),))
    pack = transfers.send_to_hospital(home.session, person, reason)
    front = pages_of(pack.pdf)[1]
    assert "Mystery drops (Time-critical): last 23-Nov-2026 10:00" in front


def test_assessments_say_how_the_resident_is_when_well(home: LivingHome) -> None:
    person = home.resident(1, Diagnosis("Vascular dementia"), Contact("Ann Osborn", "attorney for health", "01632 9"))
    home.assess(person, "cfs", {"level": 7})
    home.assess(person, "barthel", {"items": [1, 1, 0, 1, 1, 2, 2, 1, 0, 0]})
    home.assess(person, "continence", {
        "bladder": "catheter", "catheter_type": "urethral", "catheter_size_ch": 14, "catheter_due": "2026-12-24",
        "bowels": "continent", "new_or_worse": NO, "warnings": [], "diary": "done", "pads": "none",
        "toilet_plan": "prompted", "skin": "healthy",
    })  # fmt: skip
    home.assess(person, "preferred_place", {
        "first_choice": "usual_residence", "stated_on": "2026-11-01", "said_by": "family", "capacity": "no",
    })  # fmt: skip
    observations.record(home.session, person, "weight_kg", Decimal("61.5"))
    a_wound(home, person)
    content = content_of(home, person)
    assert content.frailty == "Frailty (CFS) 7 Severe frailty, 23-Nov-2026"
    assert content.flags.catheter.state is True
    assert "14 Ch" in content.flags.catheter.note
    assert content.flags.pressure_ulcer == Flag(YES, "Sacrum")
    assert "Diagnosis: Vascular dementia" in str(content.usual_cognition)
    assert "This care home" in str(content.legal.preferred_place)
    assert content.legal.lpa_health == "Ann Osborn, attorney for health, 01632 9"
    assert value_at(content, "baseline.Weight and date") == "61.5 kg on 23-Nov-2026"
    assert "Barthel 9" in str(value_at(content, "baseline.Washing and dressing"))


def test_who_pays_and_who_else_cares(home: LivingHome) -> None:
    person = home.resident(
        1,
        KeyFact("funding", "Local authority"),
        KeyFact("social_worker", "Will Watercress, 01632 960224 (Mon to Thu)"),
        KeyFact("matron", "Matron M."),
    )  # fmt: skip
    content = content_of(home, person)
    assert content.funding == "Local authority"
    assert content.locality == "Matron M"
    assert isinstance(content.professionals, tuple)
    roles = {each.role: (each.name, each.phone) for each in content.professionals}
    assert roles["Social worker"] == ("Will Watercress (Mon to Thu)", "01632 960224")
    assert roles["Home manager"][0] == "Mo Manager"
    home.fact(person, ChcPeriod(date(2026, 9, 1)))
    assert content_of(home, person).funding == "NHS Continuing Healthcare"


def test_what_was_answered_today_stands_over_the_record(home: LivingHome) -> None:
    person = home.resident(1, KeyFact("can_return", "Any hour"), KeyFact("capacity", "Yes"), Contact("Ann", main=True))
    today: dict[str, object] = {
        "new_confusion": True, "mobility": "Cannot stand", "capacity": "Lacks it today", "contact_told_at": NOW,
        "can_return": "Not before Monday", "mar_sheets": 3, "fluid_intake": "Two sips", "last_bowel": "Sunday",
        "last_urine": "Dark, 07:00", "pain": "8 of 10", "diarrhoea_vomiting": False, "outbreak_in_home": "None",
        "recent_results": "CRP 90", "baseline_now": {"Sleep": "Awake all night"}, "second_checker": "Nia Nurse",
        "second_checker_role": "Nurse", "items": (BagItem("Glasses", YES, 1),),
    }  # fmt: skip
    content = content_of(home, person, **today)
    detail = content.detail
    assert (content.new_confusion, content.mobility.today, content.legal.capacity) == (
        True, "Cannot stand", "Lacks it today",
    )  # fmt: skip
    assert (content.can_return, content.mar_sheets) == ("Not before Monday", 3)
    assert (detail.fluid_intake, detail.last_bowel, detail.last_urine, detail.pain) == (
        "Two sips", "Sunday", "Dark, 07:00", "8 of 10",
    )  # fmt: skip
    assert (detail.diarrhoea_vomiting, detail.outbreak_in_home, detail.recent_results) == (False, "None", ("CRP 90",))
    assert next(each.now for each in content.baseline if each.topic == "Sleep") == "Awake all night"
    assert content.second_checker is not None
    assert content.second_checker.name == "Nia Nurse"
    assert content.bag_items[0].name == "Glasses"
    assert isinstance(content.contacts, tuple)
    assert content.contacts[0].told_at == NOW


def test_what_is_missing_is_what_the_pack_prints_as_not_recorded(home: LivingHome) -> None:
    person = home.resident(1)
    bare = content_of(home, person)
    gaps = set(missing(bare))
    key_facts.save(
        home.session, person, [KeyFact(t.code, "words", YES if t.asks is Asks.YES_NO else None) for t in TOPICS]
    )
    filled = set(missing(content_of(home, person)))
    assert filled < gaps
    named = {t.field for t in TOPICS if not t.field.startswith("baseline.")}
    assert named & filled == set()
    assert not [key for key in gaps if key in named and is_said(value_at(bare, key))]


# ------------------------------------------------------------------------------------------------------ the services


@pytest.fixture
def carer(home: LivingHome) -> LivingHome:
    home.sign_in_as(Role.CARER)
    return home


def test_key_facts_are_saved_all_or_none_with_one_entry_a_fact_in_the_trail(carer: LivingHome) -> None:
    session = carer.session
    person = carer.resident(1)
    key_facts.save(session, person, [KeyFact("language", " Welsh "), KeyFact("catheter", "", state=NO)])
    with session.read() as connection:
        facts = resident_rows.facts(connection, person)
        trail = connection.exec_driver_sql(
            "SELECT action FROM event WHERE object_kind = 'key_fact' AND resident_id = ?", (person,)
        ).all()
    known = {f.body.topic: f.body for f in facts if isinstance(f.body, KeyFact)}
    assert known == {"language": KeyFact("language", "Welsh"), "catheter": KeyFact("catheter", "", state=NO)}
    assert [row.action for row in trail] == ["add", "add"]


def test_taking_an_answer_out_needs_a_reason_and_stays_readable(home: LivingHome) -> None:
    from app.domain.errors import UserError

    person = home.resident(1, KeyFact("language", "Welsh"))
    with pytest.raises(UserError) as refusal:
        key_facts.save(home.session, person, [KeyFact("language")])
    assert refusal.value.field == "reason"
    key_facts.save(home.session, person, [KeyFact("language")], reason="Another resident's")
    record = residents.read_again(home.session, person)
    assert [fact.body for fact in record.facts_in_error] == [KeyFact("language", "Welsh")]
    assert content_of(home, person).communication.language is NOT_RECORDED


def test_a_paper_whose_record_was_withdrawn_after_the_summary_is_not_in_force(home: LivingHome) -> None:
    person = home.resident(1)
    fact = home.fact(person, CprDecision(CprKind.DNACPR, DECIDED, "Dr P. Practice"))
    home.assess(person, "respect_summary", {
        "documents": ["dnacpr"], "decided_on": DECIDED.isoformat(), "clinician": "Dr P. Practice",
        "original_at": "Bedside", "original_seen": True, "discussed_with_resident": True,
    })  # fmt: skip
    home.clock.advance(timedelta(hours=1))
    residents.fact_in_error(home.session, fact, reason="withdrawn by the GP")
    stands, why = decisions(content_of(home, person))[Printed.DNACPR]
    assert not stands
    assert why.startswith("WITHDRAWN from the record on 23-Nov-2026: check the original")


def test_route_indication_and_the_number_of_the_form_are_as_in_the_record(home: LivingHome) -> None:
    person = home.resident(
        1,
        Medicine("Fentanyl 12", "every 72 hours", route="patch", indication="hip pain"),
        CprDecision(CprKind.DNACPR, date(2026, 1, 2), "Dr A", "with the papers", form_number="0417"),
    )
    content = content_of(home, person)
    assert isinstance(content.medicines, tuple)
    assert [(m.route, m.indication) for m in content.medicines] == [("patch", "hip pain")]
    assert isinstance(content.cpr, tuple)
    assert [each.form_number for each in content.cpr] == ["0417"]
    pack = transfers.send_to_hospital(home.session, person, TransferReason())
    paper = " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pack.pdf)).pages)
    for words in ("route patch", "hip pain", "form number 0417"):
        assert words in paper, words


def test_a_course_is_given_through_its_last_day_on_every_list(home: LivingHome) -> None:
    person = home.resident(1, Medicine("Amoxicillin 500 mg", "one daily", stopped=NOW.date()))

    def listed() -> tuple[object, ...]:
        content = content_of(home, person)
        given, stopped = content.medicines, content.stopped_medicines
        screen = person_service.person(home.session, person).medicines.listed
        offered = transfers.prefill(home.session, person).medicines
        return (
            tuple(m.name for m in given) if isinstance(given, tuple) else (),
            tuple(m.name for m in stopped) if isinstance(stopped, tuple) else (),
            tuple(m.name for m in screen), offered,
        )  # fmt: skip

    name = ("Amoxicillin 500 mg",)
    assert listed() == (name, (), name, name)
    home.clock.advance(timedelta(days=1))
    assert listed() == ((), name, (), ())


def test_a_short_course_with_its_last_day_ahead_is_still_asked_about(home: LivingHome) -> None:
    person = home.resident(1, Medicine("Amoxicillin 500 mg", stopped=NOW.date() + timedelta(days=2)))
    assert transfers.prefill(home.session, person).medicines == ("Amoxicillin 500 mg",)
