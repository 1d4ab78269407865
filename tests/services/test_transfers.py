"""The red-bag pack: made from the record, kept as printed."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from pypdf import PdfReader

from app.domain.errors import UserError
from app.domain.journeys import JourneyKind, Step, StepKind
from app.domain.people import Allergy, CprDecision, CprKind, Medicine, ResidentId
from app.domain.transfer import NONE_KNOWN, NOT_RECORDED, LastDose, Today, TransferReason
from app.domain.wounds import Closing
from app.services import audit, journeys, pack_printing, residents, transfers, wounds
from tests.factories import NEWS2_HIGH, NEWS2_LOW, NOW, LivingHome
from tests.services.test_wounds import a_wound, review

REASON = TransferReason(
    situation="Fell in the bathroom",
    request="Assess the left hip",
    observations=NEWS2_HIGH,
    last_doses=(LastDose("Apixaban 5 mg", NOW - timedelta(hours=2)),),
    bag="RB-03",
)


def refused(call: Callable[[], object]) -> UserError:
    with pytest.raises(UserError) as refusal:
        call()
    return refusal.value


def text_of(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def test_the_pack_holds_what_the_record_and_the_nurse_say(home: LivingHome) -> None:
    person = home.resident(
        1,
        Allergy("Penicillin", "rash"),
        Medicine("Apixaban 5 mg", "twice a day", time_critical=True),
        CprDecision(CprKind.DNACPR, date(2026, 1, 1), "Dr P. Practice", "care folder"),
    )
    pack = transfers.send_to_hospital(home.session, person, REASON, copies=2)
    pages = text_of(pack.pdf)
    assert len(pages) == pack.pages
    front = pages[1]
    for words in ("FAMILYB1", "999 000 0018", "Penicillin", "Fell in the bathroom", "Apixaban", "Do not attempt"):
        assert words.casefold() in front.casefold(), words
    assert all("FAMILYB1" in page and "999 000 0018" in page for page in pages[1:]), "identity on every page"
    assert "Penicillin" not in pages[0], "no clinical data on the cover"
    assert pack.missing


def test_a_pack_is_kept_exactly_as_printed_with_its_hash(home: LivingHome) -> None:
    person = home.resident(1)
    pack = transfers.send_to_hospital(home.session, person, REASON)
    assert hashlib.sha256(pack.pdf).hexdigest() == pack.sha256
    home.clock.advance(timedelta(days=1))
    home.fact(person, Allergy("Nuts"))
    assert transfers.pack_pdf(home.session, pack.id) == pack.pdf
    (row,) = transfers.packs(home.session, person)
    assert (row.version, row.sha256, row.bag, row.reason, row.printed_by) == (
        1, pack.sha256, "RB-03", "Fell in the bathroom", row.printed_by,
    )  # fmt: skip
    assert row.printed_at == NOW
    with home.session.read() as connection:
        actions = [
            r.action
            for r in connection.exec_driver_sql(
                "SELECT action FROM event WHERE object_kind = 'transfer' AND resident_id = ? ORDER BY seq", (person,)
            )
        ]
    assert actions == ["print", "reopen"]


def test_a_second_pack_is_version_2_and_says_that_it_replaces_the_first(home: LivingHome) -> None:
    person = home.resident(1)
    first = transfers.send_to_hospital(home.session, person, REASON)
    second = transfers.send_to_hospital(home.session, person, replace(REASON, situation="Fell again"))
    assert (first.version, second.version) == (1, 2)
    assert any("version 1" in page.casefold() for page in text_of(second.pdf))
    assert [row.version for row in transfers.packs(home.session, person)] == [2, 1]
    other = transfers.send_to_hospital(home.session, home.resident(2), REASON)
    assert other.version == 1, "each resident's packs are counted by themselves"


@pytest.mark.parametrize(
    ("answers", "field"),
    [({"pulse": 700}, "pulse"), ({"temp_c": Decimal("20")}, "temp_c"), ({"consciousness": "Z"}, "consciousness")],
)
def test_an_observation_that_cannot_be_true_is_refused_and_nothing_is_printed(
    home: LivingHome, answers: dict[str, object], field: str
) -> None:
    person = home.resident(1)
    bad = replace(REASON, observations={**NEWS2_LOW, **answers})
    assert refused(lambda: transfers.send_to_hospital(home.session, person, bad)).field == field
    assert transfers.packs(home.session, person) == ()


def test_nothing_that_is_missing_stops_a_pack(home: LivingHome) -> None:
    person = home.resident(1, nhs_number=None, nhs_number_absent_reason="Moved from abroad", room="", gp_name="")
    pack = transfers.send_to_hospital(home.session, person, TransferReason())
    assert pack.pages >= 2
    assert len(pack.missing) > 5


def test_observations_with_blanks_are_scored_on_what_was_measured(home: LivingHome) -> None:
    person = home.resident(1)
    some = {"resp_rate": 26, "pulse": "", "spo2": None}
    pack = transfers.send_to_hospital(home.session, person, replace(REASON, observations=some))
    assert "26" in text_of(pack.pdf)[1]


def test_a_withdrawn_decision_about_resuscitation_is_never_printed(home: LivingHome) -> None:
    person = home.resident(1)
    wrong = home.fact(person, CprDecision(CprKind.DNACPR, date(2026, 1, 1), "Dr P. Practice"))
    residents.fact_in_error(home.session, wrong, reason="another resident's")
    pack = transfers.send_to_hospital(home.session, person, REASON)
    assert not any("do not attempt" in page.casefold() for page in text_of(pack.pdf)[:2])


@pytest.mark.parametrize("copies", [0, 11, -1])
def test_a_number_of_copies_that_makes_no_sense_is_refused(home: LivingHome, copies: int) -> None:
    person = home.resident(1)
    assert refused(lambda: transfers.send_to_hospital(home.session, person, REASON, copies=copies)).field == "copies"


def test_a_pack_or_resident_that_is_not_there_is_refused_in_words(home: LivingHome) -> None:
    nobody = ResidentId("nobody")
    assert refused(lambda: transfers.send_to_hospital(home.session, nobody, REASON)).field == "resident"
    assert refused(lambda: transfers.pack_pdf(home.session, "x")).field == "pack"


def test_what_the_record_knows_is_offered_before_anybody_types(home: LivingHome) -> None:
    person = home.resident(
        1,
        Medicine("Paracetamol 1 g"),
        Medicine("Apixaban 5 mg", time_critical=True),
        Medicine("Old tablets", stopped=date(2026, 1, 1)),
    )
    empty = transfers.prefill(home.session, person)
    assert (empty.observations, empty.observed_at, empty.bag) == ({}, None, "")
    assert empty.medicines == ("Apixaban 5 mg", "Paracetamol 1 g")
    home.assess(person, "news2", NEWS2_LOW)
    for bag in ("RB-01", "RB-02", "RB-01"):
        home.clock.advance(timedelta(days=1))
        transfers.send_to_hospital(home.session, person, replace(REASON, bag=bag))
    found = transfers.prefill(home.session, person)
    assert found.observations["pulse"] == 72
    assert found.observed_at == NOW
    assert found.bag == "RB-02", "the one that has been home longest"


def test_the_set_signed_today_stands_under_now_when_nothing_was_typed_and_an_old_one_does_not(home: LivingHome) -> None:
    person = home.resident(1)
    home.assess(person, "news2", NEWS2_LOW)
    home.clock.advance(timedelta(days=2))
    home.assess(person, "news2", NEWS2_HIGH)
    home.clock.advance(timedelta(minutes=3))
    page = text_of(transfers.send_to_hospital(home.session, person, TransferReason()).pdf)[1]
    now, usual = page.index("Now"), page.index("Usual")
    assert "HIGH" in page[now:usual]
    assert "LOW" in page[usual : usual + 200]
    home.clock.advance(timedelta(days=1))
    pack = transfers.send_to_hospital(home.session, person, TransferReason())
    assert "observations" in pack.missing


def wounds_of(home: LivingHome, person: ResidentId) -> object:
    """What a pack would say of the wounds; nothing is printed."""
    with home.session.look() as work:
        return transfers._content(home.session, work, person, TransferReason(), None, Today()).wounds


def test_the_pack_names_every_open_wound_and_no_other(home: LivingHome) -> None:
    person = home.resident(1)
    assert wounds_of(home, person) is NOT_RECORDED
    ids = {site: wounds.add(home.session, person, a_wound(site)).wound_id for site in ("sacrum", "left_heel", "chin")}
    wounds.classify(home.session, ids["sacrum"], {"skin": "broken", "depth": "full", "base_obscured": False})
    wounds.review(home.session, ids["sacrum"], review("4", "3"))
    wounds.classify(home.session, ids["left_heel"], {"skin": "intact", "colour": "red", "blanches": True})
    wounds.entered_in_error(home.session, ids["chin"], reason="another resident")
    found = wounds_of(home, person)
    assert isinstance(found, tuple)
    assert [(each.site, each.kind, each.category, each.size, each.dressing) for each in found] == [
        ("Sacrum", "Pressure", "Category 3", "4 × 3 cm", "foam"),
        ("Left heel", "Pressure", "Not a pressure ulcer, at risk", NOT_RECORDED, NOT_RECORDED),
    ]
    assert [each.place is not None and each.place.back for each in found] == [True, True]
    wounds.close(home.session, ids["sacrum"], Closing(NOW, "healed"))
    assert [each.site for each in wounds_of(home, person)] == ["Left heel"]  # type: ignore[attr-defined]
    wounds.close(home.session, ids["left_heel"], Closing(NOW, "healed"))
    assert wounds_of(home, person) is NONE_KNOWN


# --- before anything is asked, and what the papers become -------------------------------------------------------------


def test_the_start_says_who_else_bears_the_name_where_they_are_and_what_was_printed(home: LivingHome) -> None:
    person = home.resident(1, family_name="O'Neill", given_name="Zoë")
    home.resident(2, family_name="ONEILL", given_name="Zoe", room="4")
    home.resident(3, family_name="O'Neill", given_name="Zoltan")
    gone = home.resident(4, family_name="O'Neill", given_name="Zoë", died_at=NOW - timedelta(days=1))
    found = transfers.start(home.session, person)
    assert [other.partition(",")[0] for other in found.same_name] == ["ONEILL"]
    assert "room 4" in found.same_name[0]
    assert (found.where, found.kind, found.printed, found.kept) == ("", None, (), None)
    pack = transfers.send_to_hospital(home.session, person, REASON, kind=JourneyKind.URGENT)
    left = Step(StepKind.HOME_OUT, NOW, "Mo Manager", "manager", bag=True)
    journeys.record(home.session, pack.journey_id, left)
    later = transfers.start(home.session, person)
    assert later.where.startswith("On the way to hospital")
    assert later.kind is JourneyKind.URGENT
    assert [row.version for row in later.printed] == [1]
    listed = transfers.people(home.session, "o'neil")
    assert gone not in {row.id for row in listed}, "somebody who died is not sent"
    assert {row.same_name for row in listed if row.name.startswith(("ONEILL", "O'NEILL, Zoë"))} == {True}
    assert [row.same_name for row in listed if "Zoltan" in row.name] == [False]


@pytest.mark.parametrize("typed", ["1", "zo", "999 000 0018", "9990000018", "O'NEILL"])
def test_somebody_is_found_by_name_room_and_nhs_number(home: LivingHome, typed: str) -> None:
    person = home.resident(1, family_name="O'Neill", given_name="Zoë", room="1")
    assert person in {row.id for row in transfers.people(home.session, typed)}
    assert transfers.people(home.session, "nobody at all") == ()


def test_a_new_version_names_the_pages_that_differ_from_what_is_on_paper(home: LivingHome) -> None:
    person = home.resident(1)
    first = transfers.send_to_hospital(home.session, person, TransferReason())
    assert (first.changed_pages, first.on_paper, first.supersedes) == ((), False, None)
    unseen = transfers.send_to_hospital(home.session, person, TransferReason())
    assert (unseen.changed_pages, unseen.on_paper, unseen.supersedes) == ((), False, 1), "nothing is on paper yet"
    pack_printing.printed(home.session, unseen.id, printer="Office", copies=2, why="Emergency")
    third = transfers.send_to_hospital(home.session, person, TransferReason(situation="Fell in the bathroom"))
    assert third.on_paper
    assert 0 not in third.changed_pages, "the cover says nothing of it"
    assert 1 in third.changed_pages
    assert len(third.changed_pages) < third.pages
    fourth = transfers.send_to_hospital(
        home.session, person, TransferReason(situation="Fell in the bathroom"), today=Today(mobility="in bed")
    )
    assert set(third.changed_pages) <= set(fourth.changed_pages), "version 3 never came to paper"
    pack_printing.printed(home.session, fourth.id, printer="", copies=1, pages=fourth.changed_pages)
    same = transfers.send_to_hospital(
        home.session, person, TransferReason(situation="Fell in the bathroom"), today=Today(mobility="in bed")
    )
    assert (same.changed_pages, same.gone_pages) == ((), ())


def test_the_log_says_who_did_what_with_which_pack_and_why(home: LivingHome) -> None:
    person = home.resident(1)
    pack = transfers.send_to_hospital(home.session, person, REASON)
    pack_printing.printed(home.session, pack.id, printer="Office", copies=2, why="Emergency (999): the papers")
    pack_printing.printed(home.session, pack.id, printer="", copies=1, pages=(0, 1, 2, 7, 8, 9), why="again")
    pack_printing.saved(home.session, pack.id, locked=True, why="For the GP")
    pack_printing.saved(home.session, pack.id, locked=False)
    pack_printing.previewed(home.session, pack.id)
    rows = pack_printing.log(home.session, person)
    assert [(row.version, row.what, row.why) for row in reversed(rows)] == [
        (1, "Made", ""),
        (1, "Sent to the printer Office: all pages, 2 copies", "Emergency (999): the papers"),
        (1, "Sent to the printer: the cover and pages 1, 2 and 7 to 9, 1 copy", "again"),
        (1, "Saved as a PDF that asks for a phrase", "For the GP"),
        (1, "Saved as a PDF", ""),
        (1, "Looked at on the screen", ""),
    ]
    assert {row.who for row in rows} == {home.session.person(home.session.account.user)}
    words = [row.what for row in audit.who_looked(home.session, person).rows]
    assert words[:3] == [
        "Looked at a red-bag pack on the screen",
        "Saved a red-bag pack as a PDF",
        "Saved a red-bag pack as a PDF",
    ]


def test_what_is_packed_stands_on_the_list_of_the_journey(home: LivingHome) -> None:
    person = home.resident(1)
    pack = transfers.send_to_hospital(home.session, person, REASON, packed={"Glasses": 1, "Dentures, upper": 1})
    transfers.send_to_hospital(home.session, person, REASON, packed={"Glasses": 2})
    items = journeys.journey(home.session, pack.journey_id).journey.items
    assert [(item.name, item.out, item.back) for item in items] == [("Glasses", 2, None), ("Dentures, upper", 1, None)]


def test_what_was_typed_comes_back_from_the_last_pack_of_the_open_journey(home: LivingHome) -> None:
    person = home.resident(1)
    typed: tuple[dict[str, str], dict[str, object]] = ({"situation": "Fell"}, {"pulse": 80})
    transfers.send_to_hospital(home.session, person, REASON, answers=typed)
    found = transfers.start(home.session, person)
    assert found.kept is not None
    assert (found.kept.texts, found.kept.observations, found.kept_is_printed) == (*typed, True)
    transfers.keep_typed(home.session, person, ({"situation": "Fell again"}, {}))
    newer = transfers.start(home.session, person)
    assert newer.kept is not None
    assert (newer.kept.texts["situation"], newer.kept_is_printed) == ("Fell again", False)


def test_the_laptop_remembers_printer_and_copies(home: LivingHome) -> None:
    assert pack_printing.printing(home.session) == pack_printing.Printing("", 2, remembered=False)
    pack_printing.keep_printing(home.session, "Office", 3)
    assert pack_printing.printing(home.session) == pack_printing.Printing("Office", 3, remembered=True)
    assert refused(lambda: pack_printing.keep_printing(home.session, "Office", 0)).field == "copies"


@pytest.mark.parametrize(
    ("pages", "words"),
    [((0,), "the cover"), ((1,), "page 1"), ((0, 1, 2), "the cover and pages 1 and 2"), ((2, 3, 4), "pages 2 to 4"),
     ((1, 3, 4, 5, 9), "pages 1, 3 to 5 and 9"), ((), "no page")],
)  # fmt: skip
def test_pages_are_named_as_they_are_numbered_on_paper(pages: tuple[int, ...], words: str) -> None:
    assert pack_printing.page_words(pages) == words
