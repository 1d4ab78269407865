"""Who did and looked at what: each thing once, in words, filtered and paged, and out as a table for the DSPT."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest

import app
from app.domain.errors import EnvironmentTrouble, ExitCode, NotAllowed, UserError
from app.domain.people import Allergy, ResidentId, Role
from app.domain.transfer import TransferReason
from app.models.store import Author
from app.services import accounts, alerts, assessments, audit, evidence, export, premium, residents, settings, transfers
from app.services.audit import Wanted
from tests.factories import MUST_HIGH, MUST_LOW, NEWS2_HIGH, NOW, PASSWORD, WEEK, LivingHome, details


def _new(home: LivingHome, since: int) -> Counter[tuple[str, str]]:
    with home.session.read() as connection:
        rows = connection.exec_driver_sql("SELECT action, object_kind FROM event WHERE seq > ?", (since,))
        return Counter((action, kind) for action, kind in rows)


def _chain(home: LivingHome) -> int:
    with home.session.read() as connection:
        return int(connection.exec_driver_sql("SELECT max(seq) FROM event").scalar_one())


def _day(home: LivingHome) -> Counter[tuple[str, str]]:
    """A day at work, each thing as often as the counter says; returns what must be in the trail of views and acts."""
    session = home.session
    person = home.complex_resident(1)
    home.champion("falls")
    home.champion("dementia")
    start = _chain(home)
    expected: Counter[tuple[str, str]] = Counter()
    for screen in ("record", "record", "assessment", "choice", "hospital"):
        residents.open_resident(session, person, screen)
        expected["view", "resident"] += 1
    residents.read_again(session, person)  # the same screen after a change: no view of its own
    residents.find_residents(session)
    signed = assessments.sign(session, person, "news2", NEWS2_HIGH)
    expected["sign", "assessment"] += 1
    assessments.assessment(session, signed.assessment_id)
    expected["view", "assessment"] += 1
    assessments.history(session, person)
    residents.details_history(session, person)
    expected["view", "history"] += 2
    low = assessments.sign(session, person, "must", MUST_LOW)
    expected["sign", "assessment"] += 1
    assessments.amend(session, low.revision_id, MUST_HIGH, reason="misread")
    expected["amend", "assessment"] += 1
    pack = transfers.send_to_hospital(session, person, TransferReason(situation="a fall"))
    expected["print", "transfer"] += 1
    transfers.pack_pdf(session, pack.id)
    expected["reopen", "transfer"] += 1
    premium.week(session, WEEK)
    premium.submit(session, WEEK, PASSWORD)
    expected["sign", "claim"] += 1
    evidence.evidence(session, WEEK, WEEK, PASSWORD)
    expected["export", "evidence"] += 1
    export.export_resident(session, person, PASSWORD)
    expected["export", "resident"] += 1
    accounts.change_role(session, "cal", Role.CHAMPION, PASSWORD)
    expected["change-role", "account"] += 1
    alerts.standing(session)
    found = _new(home, start)
    acts = {"change-role", "view", "sign", "amend", "print", "reopen", "export"}
    assert Counter({key: n for key, n in found.items() if key[0] in acts}) == expected
    return expected


def test_every_view_print_export_signature_and_role_change_of_a_day_is_there_exactly_once(home: LivingHome) -> None:
    assert sum(_day(home).values()) == 17


def test_the_list_says_it_in_words_and_names_people(home: LivingHome) -> None:
    person = home.resident(1)
    home.sign_in_as(Role.NURSE)
    residents.open_resident(home.session, person, "hospital")
    transfers.send_to_hospital(home.session, person, TransferReason(situation="a fall"))
    home.sign_in_as(Role.MANAGER)
    residents.open_resident(home.session, person)
    page = audit.who_looked(home.session, person)
    assert [(row.who, row.what) for row in page.rows][:4] == [
        ("Mo Manager", "Opened the record"),
        ("Nia Nurse", "Made a red-bag pack"),
        ("Nia Nurse", "Began a journey to hospital"),
        ("Nia Nurse", "Opened the record (red-bag pack)"),
    ]
    assert page.people == (("mo", "Mo Manager"), ("nia", "Nia Nurse"))
    assert page.total == len(page.rows)


def test_entries_of_other_residents_are_not_in_it(home: LivingHome) -> None:
    person, other = home.resident(1), home.resident(2)
    residents.open_resident(home.session, other)
    assert {row.what for row in audit.who_looked(home.session, person).rows} == {"Added the resident", "Added a stay"}


def test_filters_by_person_kind_and_day(home: LivingHome) -> None:
    person = home.resident(1)
    residents.open_resident(home.session, person)
    home.clock.at = NOW + timedelta(days=1)
    home.sign_in_as(Role.CARER)
    residents.open_resident(home.session, person)
    assessments.sign(home.session, person, "must", MUST_LOW)
    home.clock.at = NOW + timedelta(days=2)
    home.sign_in_as(Role.MANAGER)

    def found(wanted: Wanted) -> list[tuple[str, str]]:
        return [(row.user, row.category) for row in audit.who_looked(home.session, person, wanted).rows]

    assert found(Wanted(user="cal")) == [("cal", "signed"), ("cal", "looked")]
    assert found(Wanted(categories=("looked",))) == [("cal", "looked"), ("mo", "looked")]
    assert found(Wanted(categories=("looked", "signed"), user="cal")) == [("cal", "signed"), ("cal", "looked")]
    day = NOW.date() + timedelta(days=1)
    assert {user for user, _ in found(Wanted(first=day, last=day))} == {"cal"}
    assert {user for user, _ in found(Wanted(last=NOW.date()))} == {"mo"}
    assert found(Wanted(first=NOW.date() + timedelta(days=2))) == []
    with pytest.raises(UserError, match="before the first"):
        found(Wanted(first=day, last=NOW.date()))
    with pytest.raises(UserError, match="not a kind"):
        found(Wanted(categories=("nonsense",)))


def test_a_day_is_the_homes_own_also_on_the_sunday_the_clocks_change(home: LivingHome) -> None:
    person = home.resident(1)
    home.clock.at = NOW.replace(year=2027, month=3, day=27, hour=23, minute=59)  # 23:59 in London, still winter
    residents.open_resident(home.session, person)
    home.clock.at = NOW.replace(year=2027, month=3, day=28, hour=22, minute=30)  # 23:30 in London, already summer
    residents.open_resident(home.session, person)
    home.clock.at = NOW.replace(year=2027, month=3, day=28, hour=23, minute=30)  # 00:30 of the next day in London
    residents.open_resident(home.session, person)

    def count(day: date) -> int:
        return audit.who_looked(home.session, person, Wanted(categories=("looked",), first=day, last=day)).total

    assert [count(date(2027, 3, day)) for day in (27, 28, 29)] == [1, 1, 1]


def test_pages_follow_each_other_without_gap_or_repeat(home: LivingHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "PAGE", 7)
    person = home.resident(1)
    for _ in range(20):
        residents.open_resident(home.session, person)
    seen: list[int] = []
    before = None
    while rows := audit.who_looked(home.session, person, before=before).rows:
        assert len(rows) <= 7
        seen += [row.seq for row in rows]
        before = rows[-1].seq
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == audit.who_looked(home.session, person).total == 22


def test_the_homes_own_list_names_the_resident_and_sorts_sign_ins_and_settings(home: LivingHome) -> None:
    person = home.resident(1)
    residents.open_resident(home.session, person)
    settings.put(home.session, "theme", "dark")
    rows = audit.trail(home.session).rows
    assert [(row.what, row.resident) for row in rows[:2]] == [
        ("Changed a setting", ""), ("Opened the record", "FAMILYB1, John (Mr)"),
    ]  # fmt: skip
    ins = audit.trail(home.session, Wanted(categories=("sign-in",)))
    assert {row.what for row in ins.rows} == {"Signed in"}
    accounts = audit.trail(home.session, Wanted(categories=("accounts",)))
    assert "Gave somebody an account" in {row.what for row in accounts.rows}
    assert "role nurse" in " ".join(row.detail for row in accounts.rows)


def test_every_entry_belongs_to_exactly_one_category(home: LivingHome) -> None:
    _day(home)
    total = audit.trail(home.session).total
    assert sum(audit.trail(home.session, Wanted(categories=(key,))).total for key in audit.CATEGORIES) == total
    for row in audit.trail(home.session).rows:
        found = audit.trail(home.session, Wanted(categories=(row.category,)))
        assert row.seq in {other.seq for other in found.rows}


def test_every_entry_of_a_day_has_words_of_its_own(home: LivingHome) -> None:
    _day(home)
    assert [row.what for row in audit.trail(home.session).rows if ": " in row.what and "error" not in row.what] == []


def test_everything_that_the_program_notes_has_words() -> None:
    noted = {
        pair
        for path in Path(app.__path__[0]).rglob("*.py")
        for pair in re.findall(r'\.audit\(\s*"([a-z-]+)", "([a-z-]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(noted) > 25, "the scan finds what is noted"
    assert {pair for pair in noted if ": " in audit.action_words(*pair)} == set()
    assert all(audit.category(*pair) for pair in noted)


def test_the_table_for_the_dspt(home: LivingHome) -> None:
    person = home.resident(1)
    home.fact(person, Allergy("Penicillin"))
    with home.session.store.write(Author("mo"), home.session.now()) as work:
        work.audit("set", "setting", "x", reason="=HYPERLINK(1)")
    data = audit.trail_csv(home.session, PASSWORD, Wanted(categories=("sign-in", "accounts", "settings", "changed")))
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(StringIO(data.decode("utf-8-sig"), newline="")))
    numbers = [int(row["number"]) for row in rows]
    assert numbers == sorted(numbers)
    assert {row["who"] for row in rows} >= {"Mo Manager"}
    assert "'=HYPERLINK(1)" in {row["reason"] for row in rows}
    text = data.decode()
    assert "Familyb1" not in text
    assert "FAMILYB1" not in text
    assert "Penicillin" not in text
    assert person in text
    assert audit.trail(home.session).rows[0].what == "Exported the audit trail"


def test_the_table_asks_for_the_password_again(home: LivingHome) -> None:
    with pytest.raises(EnvironmentTrouble) as trouble:
        audit.trail_csv(home.session, "a wrong one")
    assert trouble.value.exit_code is ExitCode.WRONG_PASSWORD
    assert audit.trail(home.session, Wanted(categories=("exported",))).total == 0, "nothing was made"


@pytest.mark.parametrize("role", [Role.CARER, Role.CHAMPION, Role.NURSE])
def test_only_manager_and_auditor_may_read_it(home: LivingHome, role: Role) -> None:
    person = home.resident(1)
    session = home.sign_in_as(role)
    for call in (
        lambda: audit.who_looked(session, person), lambda: audit.trail(session),
        lambda: audit.trail_csv(session, PASSWORD),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            call()


def test_an_auditor_may(home: LivingHome) -> None:
    person = home.resident(1)
    session = home.sign_in_as(Role.AUDITOR)
    assert audit.who_looked(session, person).total == 2
    assert audit.trail(session).rows[0].what == "Signed in"


def test_looking_at_nobody_leaves_no_entry(home: LivingHome) -> None:
    start = _chain(home)
    with pytest.raises(UserError):
        residents.open_resident(home.session, ResidentId("nobody"))
    assert residents.fact_history(home.session, "nothing") == ()  # type: ignore[arg-type]
    assert _chain(home) == start


def test_a_change_refused_leaves_no_entry(home: LivingHome) -> None:
    home.resident(1)
    start = _chain(home)
    with pytest.raises(UserError):
        residents.add_resident(home.session, details(1), stay_since=NOW)
    assert _chain(home) == start
