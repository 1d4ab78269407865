"""Hand-overs beside the red-bag pack: what each says and lacks, who may make one, and what the audit trail says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from app.domain.errors import UserError
from app.domain.handovers import QUESTIONS, TITLES, Handover
from app.domain.people import (
    Allergy,
    Contact,
    CprDecision,
    CprKind,
    Diagnosis,
    Medicine,
    ResidentId,
    Role,
)
from app.domain.transfer import TransferReason
from app.services import audit, handovers, residents, transfers
from tests.factories import NEWS2_HIGH, NOW, LivingHome, nhs_number

_SBARD = {
    "situation": "Breathless since breakfast",
    "background": "COPD, on inhalers",
    "allergies": "Penicillin",
    "cpr_plan": "in_place",
    "assessment": "Chest infection",
    "request": "A visit this morning",
    "caller": "Cal Carer",
    "recipient": "Cedar Surgery",
    "recipient_role": "gp",
}
_EACH = pytest.mark.parametrize("which", list(Handover), ids=lambda which: which.value)


def someone(home: LivingHome) -> ResidentId:
    """A resident of whom the usual is known."""
    return home.resident(
        1,
        Allergy("Penicillin", "swollen face"),
        Diagnosis("Atrial fibrillation", date(2015, 6, 1)),
        Medicine("Apixaban 5 mg", "1 tablet twice a day"),
        Contact("Ann Smith", "daughter", "07700 900123", main=True),
        CprDecision(CprKind.DNACPR, date(2026, 3, 4), "Dr A Patel", "Front of the care plan"),
    )


def pages(made: handovers.Made) -> list[str]:
    """The text of each side, its white space folded."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(made.pdf)).pages]


@_EACH
def test_every_side_says_whose_it_is_who_made_it_and_which_of_how_many(home: LivingHome, which: Handover) -> None:
    home.session.home = replace(home.session.home, practice=True)
    found = pages(handovers.make(home.session, someone(home), which))
    numbered = found[1:] if which is Handover.OUTPATIENT else found
    for n, text in enumerate(numbered, 1):
        assert f"Page {n} of {len(numbered)}" in text
        assert "PRACTICE" in text
        assert "FAMILYB1, John (Mr)" in text
        assert "Born 07-Sep-1937" in text
        assert f"{nhs_number(1)[:3]} {nhs_number(1)[3:6]} {nhs_number(1)[6:]}" in text
        assert "Printed 23-Nov-2026 10:00 by Mo Manager" in text


@_EACH
def test_each_says_what_can_harm_as_the_pack_words_it(home: LivingHome, which: Handover) -> None:
    found = " ".join(pages(handovers.make(home.session, someone(home), which)))
    assert "DNACPR: do not attempt CPR" in found
    assert "Front of the care plan" in found
    assert "Ann Smith" in found or which is Handover.CALL
    if which is not Handover.DEATH:
        assert "Penicillin (swollen face)" in found
        assert "Apixaban 5 mg" in found


@_EACH
def test_a_resident_of_whom_nothing_is_known_has_every_paper_and_nothing_reads_as_none(
    home: LivingHome, which: Handover
) -> None:
    made = handovers.make(home.session, home.resident(1), which)
    found = " ".join(pages(made))
    assert "CPR decision: Not recorded" in found
    assert "None known" not in found
    assert "CPR decision" in made.missing
    assert handovers.offer(home.session, ResidentId(first(home))).missing[which] == made.missing


def first(home: LivingHome) -> str:
    """The one resident there is."""
    return residents.find_residents(home.session)[0].id


@_EACH
def test_what_was_told_stands_on_it(home: LivingHome, which: Handover) -> None:
    told = {each.code: f"Told for {each.code} of it" for each in QUESTIONS[which]}
    found = " ".join(pages(handovers.make(home.session, someone(home), which, told)))
    assert [text for text in told.values() if text not in found] == []


def test_the_cover_of_an_outpatient_pack_says_nothing_about_the_resident(home: LivingHome) -> None:
    told = {"clinic": "Eye clinic", "why": "Cataract"}
    cover, *rest = pages(handovers.make(home.session, someone(home), Handover.OUTPATIENT, told))
    assert "CONFIDENTIAL" in cover
    assert "01632 960100" in cover
    assert f"This cover and {len(rest)} numbered pages" in cover
    number = nhs_number(1)
    for private in ("FAMILYB1", "John", "1937", number, f"{number[:3]} {number[3:6]}", "Penicillin", "DNACPR",
                    "Apixaban", "fibrillation", "Cataract", "Eye clinic"):  # fmt: skip
        assert private not in cover


def test_a_call_sheet_takes_up_the_sbard_of_the_last_day_and_no_older_one(home: LivingHome) -> None:
    person = someone(home)
    home.assess(person, "sbard", _SBARD)
    home.assess(person, "news2", NEWS2_HIGH)
    found = " ".join(pages(handovers.make(home.session, person, Handover.CALL)))
    for said in (
        "Breathless since breakfast", "COPD, on inhalers", "Chest infection", "A visit this morning",
        "SBARD signed 23-Nov-2026 10:00 by Mo Manager", "breathing 26 a minute", "NEWS2 8",
    ):  # fmt: skip
        assert said in found
    mine = " ".join(pages(handovers.make(home.session, person, Handover.CALL, {"situation": "Worse now"})))
    assert "Worse now" in mine
    assert "Breathless since breakfast" not in mine
    home.clock.at = NOW + timedelta(days=1)
    assert handovers.offer(home.session, person).call
    home.clock.at = NOW + timedelta(days=1, minutes=1)
    later = " ".join(pages(handovers.make(home.session, person, Handover.CALL)))
    assert "Breathless" not in later
    assert not handovers.offer(home.session, person).call


def test_the_summary_for_a_return_names_the_last_pack_and_leaves_room_for_the_ward(home: LivingHome) -> None:
    person = someone(home)
    before = " ".join(pages(handovers.make(home.session, person, Handover.ASSESSOR)))
    assert "no red-bag pack is in the record" in before
    transfers.send_to_hospital(home.session, person, TransferReason(situation="a fall"))
    found = " ".join(pages(handovers.make(home.session, person, Handover.ASSESSOR)))
    assert "red-bag pack version 1 of 23-Nov-2026 10:00" in found
    for topic in ("Eating and drinking", "Swallow", "Toileting and continence", "Behaviour", "Skin", "Infection",
                  "Can the home meet the needs?", "Residential"):  # fmt: skip
        assert topic in found


def test_a_death_that_the_record_does_not_know_is_not_guessed(home: LivingHome) -> None:
    person = someone(home)
    found = " ".join(pages(handovers.make(home.session, person, Handover.DEATH)))
    assert "Date and time of death Not in the record" in found
    for who in ("Next of kin: Ann Smith (daughter) 07700 900123", "GP: Cedar Surgery 01632 960110", "CQC", "Registrar",
                "Coroner", "East and North Hertfordshire CCG", "Funeral director"):  # fmt: skip
        assert who in found
    known = residents.read_again(home.session, person).resident.details
    died = replace(known, died_at=NOW - timedelta(hours=5))
    residents.change_resident(home.session, person, died, reason="died in the night")
    after = " ".join(pages(handovers.make(home.session, person, Handover.DEATH)))
    assert "Date and time of death 23-Nov-2026 05:00, as recorded" in after


@_EACH
def test_making_one_is_in_the_audit_trail_with_which_and_how_and_offering_is_not(
    home: LivingHome, which: Handover
) -> None:
    person = someone(home)
    handovers.offer(home.session, person)
    printed = audit.Wanted(categories=("printed",))
    assert audit.who_looked(home.session, person, printed).total == 0
    handovers.make(home.session, person, which, how="printed")
    (entry,) = audit.who_looked(home.session, person, printed).rows
    assert entry.what == "Printed a hand-over"
    assert entry.detail == f"kind {TITLES[which]}, protection printed"


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_every_role_may_make_one(home: LivingHome, role: Role) -> None:
    person = someone(home)
    session = home.sign_in_as(role)
    assert handovers.make(session, person, Handover.CALL).pages >= 1


def test_what_is_not_asked_or_too_long_is_refused(home: LivingHome) -> None:
    person = someone(home)
    with pytest.raises(UserError) as refused:
        handovers.make(home.session, person, Handover.CALL, {"clinic": "Eyes", "situation": "x" * 2001})
    assert {each.field for each in refused.value.problems} == {"clinic", "situation"}
    assert audit.who_looked(home.session, person, audit.Wanted(categories=("printed",))).total == 0


def test_long_answers_and_a_long_name_go_on_over_the_page(home: LivingHome) -> None:
    name = "Featherstonehaugh-Cholmondeley-Wriothesley-Marjoribanks"
    person = home.resident(1, family_name=name, given_name="Wilhelmina Alexandrina Victoria Georgiana")
    words = " ".join(f"word{n}" for n in range(220))
    found = pages(handovers.make(home.session, person, Handover.CALL, {"situation": words, "request": words}))
    assert len(found) > 2
    assert " ".join(found).count("word219") == 2
    assert [n for n, text in enumerate(found, 1) if f"Page {n} of {len(found)}" not in text] == []
