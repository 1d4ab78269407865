"""The downtime kit: who is in it, what it says, who may make it, and when a new one is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from app.domain.errors import EnvironmentTrouble, NotAllowed, UserError
from app.domain.people import (
    Absence,
    Allergy,
    Contact,
    CprDecision,
    CprKind,
    Diagnosis,
    FactKind,
    Medicine,
    ResidentId,
    Role,
    Stay,
)
from app.models import audit as audit_rows
from app.reports.downtime import KitPaper
from app.services import audit, downtime, residents
from app.services.session import Session
from tests.factories import NEWS2_LOW, NOW, LivingHome, nhs_number

AWKWARD = ("Ó Súilleabháin", "Nguyễn", "Wójcik-Żółć", "O'Neill-Smith", "Łukaszewska", "Đặng", "İnönü")
_DAY = timedelta(days=1)


def made(home: LivingHome) -> downtime.Kit:
    """The kit as the window makes it."""
    kit = downtime.draw(gathered(home.session))
    assert kit is not None
    return kit


def gathered(session: Session) -> KitPaper:
    """Planned, read a few at a time, and put together."""
    plan = downtime.plan(session)
    found = [
        each for n in range(0, len(plan.residents), 2) for each in downtime.read(session, plan.residents[n : n + 2])
    ]
    return downtime.paper(plan, found)


def pages(pdf: bytes) -> list[str]:
    """The text of each side, its white space folded."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def sides(found: Sequence[str]) -> list[str]:
    """Those that are about one resident."""
    return [text for text in found if text.startswith("KEY FACTS")]


def leave(home: LivingHome, person: ResidentId) -> None:
    """The resident moved away yesterday."""
    stay = residents.read_again(home.session, person).facts[FactKind.STAY][0]
    assert isinstance(stay.body, Stay)
    residents.change_fact(home.session, stay.id, Stay(stay.body.since, NOW - _DAY), reason="moved away")


def die(home: LivingHome, person: ResidentId) -> None:
    """The resident died in the night."""
    known = residents.read_again(home.session, person).resident.details
    residents.change_resident(
        home.session, person, replace(known, died_at=NOW - timedelta(hours=3)), reason="died in the night"
    )


def released_entries(session: Session) -> list[audit.AuditRow]:
    return [row for row in audit.trail(session, audit.Wanted(categories=("printed",))).rows if "downtime" in row.what]


def test_everybody_who_lives_here_has_one_side_in_the_order_of_rooms_and_nobody_else(home: LivingHome) -> None:
    home.resident(1, room="10")
    home.resident(2, Absence(NOW - 2 * _DAY, None, "Hospital"), room="2")
    home.resident(3, room="")
    leave(home, home.resident(4, room="4"))
    die(home, home.resident(5, room="5"))
    found = pages(made(home).pdf)
    mine = sides(found)
    assert ["FAMILYC2" in mine[0], "FAMILYB1" in mine[1], "FAMILYD3" in mine[2], len(mine)] == [True, True, True, 3]
    assert ["Away from the home" in text for text in mine] == [True, False, False]
    assert "NO ROOM RECORDED" in mine[2]
    everything = " ".join(found).upper()
    assert not [name for name in ("FAMILYE4", "FAMILYF5") if name in everything]


def test_the_first_page_names_the_pages_the_age_and_whom_to_ring_and_no_nhs_number(home: LivingHome) -> None:
    for place in range(1, 4):
        home.resident(place)
    found = pages(made(home).pdf)
    first = found[0]
    assert "As at 23-Nov-2026 10:00" in first
    assert "Practice House 01632 960100" in first
    assert "HomeFirst rapid response 01632 960101" in first
    for n, page in enumerate((2, 3, 4), 1):
        name = f"FAMILY{'abcdefghij'[n]}{n}".upper()
        assert f"{name}, John (Mr)" in first
        assert f"In the home {page}" in first
        assert name in found[page - 1]
    spaced = [f"{number[:3]} {number[3:6]} {number[6:]}" for number in map(nhs_number, range(1, 4))]
    assert not [number for number in (*spaced, *map(nhs_number, range(1, 4))) if number in first]
    at = int(first.split("Blank forms begin on page ")[1].split(".")[0])
    assert found[at - 1].startswith("Going to hospital: by hand")


def test_a_side_says_what_the_record_holds(home: LivingHome) -> None:
    person = home.resident(
        1,
        Allergy("Penicillin", "swollen face"),
        Diagnosis("Atrial fibrillation", date(2015, 6, 1)),
        Medicine("Apixaban 5 mg", "1 tablet twice a day", time_critical=True),
        Contact("Ann Smith", "daughter", "07700 900123", main=True),
        CprDecision(CprKind.DNACPR, date(2026, 3, 4), "Dr A Patel", "Front of the care plan"),
        room="7",
    )
    home.assess(person, "news2", NEWS2_LOW)
    home.clock.at += 2 * _DAY  # what is usual is never today's set
    (side,) = sides(pages(made(home).pdf))
    for said in (
        "ROOM 7", "Penicillin (swollen face)", "DNACPR: do not attempt CPR", "04-Mar-2026", "Dr A Patel",
        "Front of the care plan", "Atrial fibrillation (since 01-Jun-2015)", "Apixaban 5 mg", "1 tablet twice a day",
        "TIME-CRITICAL", "Ann Smith (daughter): 07700 900123", "Cedar Surgery", "01632 960110",
        "breathing 16 a minute", "blood pressure 130", "NEWS2 0", f"{nhs_number(1)[:3]} {nhs_number(1)[3:6]}",
    ):  # fmt: skip
        assert said in side


def test_what_is_not_recorded_says_so_and_is_never_none(home: LivingHome) -> None:
    home.resident(1)
    (side,) = sides(pages(made(home).pdf))
    for said in ("Allergies: Not known", "CPR decision: Not recorded", "Medicines Not recorded",
                 "Contacts Not recorded", "Usual observations Not recorded"):  # fmt: skip
        assert said in side
    assert "None known" not in side.replace("Alerts None known", "")  # of alerts the program itself knows


def test_one_who_leaves_while_it_is_made_is_left_out(home: LivingHome) -> None:
    home.resident(1)
    going = home.resident(2)
    plan = downtime.plan(home.session)
    leave(home, going)
    kit = downtime.draw(downtime.paper(plan, downtime.read(home.session, plan.residents)))
    assert kit is not None
    assert (kit.residents, len(sides(pages(kit.pdf)))) == (1, 1)


def test_no_known_allergies_is_an_answer(home: LivingHome) -> None:
    home.resident(1, Allergy(none_known=True))
    assert "No known allergies" in sides(pages(made(home).pdf))[0]


def test_a_decision_without_clinician_or_past_its_review_never_stands_as_one(home: LivingHome) -> None:
    home.resident(1, CprDecision(CprKind.DNACPR))
    home.resident(2, CprDecision(CprKind.DNACPR, date(2025, 1, 2), "Dr B", "Office", date(2026, 1, 2)))
    first, second = sides(pages(made(home).pdf))
    assert "UNVERIFIED" in first
    assert "REVIEW DATE HAS PASSED" in second


def test_awkward_names_come_through_whole(home: LivingHome) -> None:
    for place, name in enumerate(AWKWARD, 1):
        home.resident(place, family_name=name, given_name="Siân")
    found = pages(made(home).pdf)
    for name, side in zip(AWKWARD, sides(found), strict=True):
        capital = home_name(name)
        assert capital in side.replace("- ", "-")
        assert capital in found[0].replace("- ", "-")


def home_name(name: str) -> str:
    """The family name as banners write it."""
    from app.domain.people import in_capitals

    return in_capitals(name)


def test_too_much_for_one_side_goes_on_in_full_after_the_sides(home: LivingHome) -> None:
    many = [Medicine(f"Medicine {n} 10 mg", "two tablets in the morning with food, and one at night " * 3)
            for n in range(40)]  # fmt: skip
    home.resident(1, Allergy("Penicillin", "swollen face"), *many)
    home.resident(2)
    found = pages(made(home).pdf)
    mine = sides(found)
    assert len(mine) == 2
    at = int(mine[0].split("see page ")[1].split()[0])
    assert found[at - 1].startswith("In full: FAMILYB1")
    assert "Penicillin (swollen face)" in mine[0]
    rest = " ".join(found[at - 1 :])
    assert not [n for n in range(40) if f"Medicine {n} 10 mg" not in rest]


def test_every_page_says_which_of_how_many_and_a_practice_home_says_so(home: LivingHome) -> None:
    home.session.home = replace(home.session.home, practice=True)
    home.resident(1)
    found = pages(made(home).pdf)
    assert [n for n, text in enumerate(found, 1) if f"Page {n} of {len(found)}" not in text] == []
    assert [n for n, text in enumerate(found, 1) if "PRACTICE" not in text] == []
    assert [n for n, text in enumerate(found, 1) if "23-Nov-2026 10:00" not in text] == []


def test_a_home_without_residents_has_a_kit_of_blank_forms(home: LivingHome) -> None:
    found = pages(made(home).pdf)
    assert "Nobody lives here" in found[0]
    for title in ("Going to hospital: by hand", "Observations: NEWS2", "Fall: check before moving anybody",
                  "Fall: what happened", "Wound, injury or mark: body map", "Call to the GP, 111 or 999 (SBARD)",
                  "Red bag: list and signatures", "Notes"):  # fmt: skip
        assert sum(text.startswith(title) for text in found) == 1, title


def test_the_points_on_the_chart_are_those_of_the_score(home: LivingHome) -> None:
    (chart,) = (text for text in pages(made(home).pdf) if text.startswith("Observations: NEWS2"))
    for said in ("up to 8: 3 · 9 to 11: 1 · 12 to 20: 0 · 21 to 24: 2 · 25 or more: 3", "96 to 100: 0",
                 "up to 83: 3 · 84 to 85: 2 · 86 to 87: 1 · 88 to 92: 0 · 93 to 94: 1 · 95 to 96: 2 · 97 to 100: 3",
                 "up to 90: 3 · 91 to 100: 2 · 101 to 110: 1 · 111 to 219: 0 · 220 or more: 3",
                 "up to 35.0: 3 · 35.1 to 36.0: 1 · 36.1 to 38.0: 0 · 38.1 to 39.0: 1 · 39.1 or more: 2"):  # fmt: skip
        assert said in chart.replace("\u00a0", " ")


def test_it_can_be_stopped_after_every_sheet_and_nothing_is_left(home: LivingHome) -> None:
    for place in range(1, 4):
        home.resident(place)
    paper = gathered(home.session)
    for steps in range(4):
        heard: list[tuple[int, int]] = []
        assert downtime.draw(paper, lambda *step: heard.append(step), lambda: len(heard) == steps) is None  # noqa: B023
        assert heard == [(n + 1, 3) for n in range(steps)]
    assert released_entries(home.session) == []
    assert downtime.standing(home.session).made_at is None


def test_a_phrase_opens_the_saved_kit_and_nothing_else_does(home: LivingHome) -> None:
    home.resident(1)
    kit = made(home)
    locked = PdfReader(BytesIO(downtime.locked(kit, "blue kettle on the stove")))
    assert locked.is_encrypted
    assert not locked.decrypt("blue kettle")
    assert locked.decrypt("blue kettle on the stove")
    assert len(locked.pages) == kit.pages
    with pytest.raises(UserError, match="Phrase is needed"):
        downtime.locked(kit, "  ")


def test_the_audit_says_who_took_it_out_and_how_many_are_in_it(home: LivingHome) -> None:
    home.resident(1)
    home.resident(2)
    kit = made(home)
    assert released_entries(home.session) == []  # looking at it on the way is nobody's paper yet
    downtime.released(home.session, kit, downtime.PROTECTED)
    (entry,) = released_entries(home.session)
    assert entry.what == "Took out the downtime kit, the key facts of everybody in the home"
    assert (entry.who, entry.detail) == ("Mo Manager", "kind saved with a phrase, residents 2")
    with home.session.read() as connection:
        (line,) = audit_rows.events(connection, kinds=(audit_rows.Kind(("print",), ("downtime",)),), limit=5)
    assert line.detail["pages"] == kit.pages


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_every_role_may_make_it_and_only_the_manager_sets_how_often(home: LivingHome, role: Role) -> None:
    home.resident(1)
    session = home.sign_in_as(role)
    kit = downtime.draw(gathered(session))
    assert kit is not None
    downtime.released(session, kit, downtime.PRINTED)
    if role is Role.MANAGER:
        downtime.set_days(session, 14)
        assert downtime.standing(session).days == 14
    else:
        with pytest.raises(NotAllowed):
            downtime.set_days(session, 14)


@pytest.mark.parametrize(
    ("age", "due"),
    [(timedelta(), False), (timedelta(days=6, hours=23), False), (timedelta(days=7), False),
     (timedelta(days=7, hours=1), True), (timedelta(days=40), True)],
    ids=["now", "6d23h", "7d", "7d1h", "40d"],
)  # fmt: skip
def test_a_new_kit_is_asked_for_when_the_last_is_older_than_the_home_wants(
    home: LivingHome, age: timedelta, due: bool
) -> None:
    home.resident(1)
    downtime.note_made(home.session, made(home))
    home.clock.at += age
    found = downtime.standing(home.session)
    assert (found.made_at, found.made_by, found.days, found.residents) == (NOW, "Mo Manager", 7, 1)
    assert found.due is due


def test_one_that_was_never_made_is_asked_for_once_somebody_lives_here(home: LivingHome) -> None:
    assert not downtime.standing(home.session).due
    home.resident(1)
    assert downtime.standing(home.session).due
    downtime.set_days(home.session, 0)
    assert not downtime.standing(home.session).due


def test_a_kit_of_a_clock_that_was_ahead_counts_as_none(home: LivingHome) -> None:
    home.resident(1)
    home.clock.at += 30 * _DAY
    downtime.note_made(home.session, made(home))
    home.clock.at -= 30 * _DAY
    found = downtime.standing(home.session)
    assert (found.made_at, found.due) == (None, True)


@pytest.mark.parametrize("days", [-1, 32, 400])
def test_how_often_has_its_limits(home: LivingHome, days: int) -> None:
    with pytest.raises(UserError, match="1 to 31 days, or 0"):
        downtime.set_days(home.session, days)
    assert downtime.standing(home.session).days == 7


def test_records_that_may_only_be_read_still_give_a_kit(home: LivingHome) -> None:
    home.resident(1)
    home.session.store.trouble = EnvironmentTrouble(1, "The disk is full.", "", "")  # type: ignore[arg-type]
    kit = made(home)
    downtime.released(home.session, kit, downtime.PRINTED)
    assert not downtime.note_made(home.session, kit).kinds
    assert "Audit trail not recorded" in pages(kit.pdf)[0]
    home.session.store.trouble = None
    assert downtime.standing(home.session).made_at is None
