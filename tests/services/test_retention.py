"""Keeping and destroying: what comes up for review, what a hold stops, what is gone afterwards, what still proves."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app.domain.errors import EnvironmentTrouble, ExitCode, NotAllowed, UserError
from app.domain.journeys import Item, MedicineChange, MedicineFate, ReturnCheck, Step, StepKind
from app.domain.people import Absence, Allergy, FactKind, ResidentId, Role, Stay
from app.domain.photos import Consent
from app.domain.retention import RetentionPolicy
from app.domain.transfer import TransferReason
from app.models import schema
from app.models.integrity import chain_problems, check_signatures, projection_problems, revision_problems
from app.services import (
    assessments,
    audit,
    export,
    falls,
    journeys,
    notes,
    observations,
    photos,
    premium,
    residents,
    retention,
    returns,
    transfers,
    wounds,
)
from tests.factories import MUST_HIGH, NEWS2_HIGH, NOW, PASSWORD, WEEK, LivingHome
from tests.services.test_falls import LIFT
from tests.services.test_photos import jpeg
from tests.services.test_wounds import a_wound, review

MARK = "Zzmark"
YEAR = timedelta(days=366)


def _leave(home: LivingHome, person: ResidentId, at: datetime) -> None:
    stay = residents.read_again(home.session, person).facts[FactKind.STAY][0]
    assert isinstance(stay.body, Stay)
    residents.change_fact(home.session, stay.id, Stay(stay.body.since, at), reason="moved away")


def _one(home: LivingHome, query: str, *values: object) -> Any:
    with home.session.read() as connection:
        return connection.exec_driver_sql(query, values).scalar()


def _settle(home: LivingHome) -> None:
    """As if every message had long been answered."""
    with home.session.write() as work:
        work.connection.exec_driver_sql("UPDATE outbox SET state = 'decided'")


def _past(home: LivingHome, place: int = 1, **changes: str) -> ResidentId:
    """A resident with something of every kind who left, and whose period is over now."""
    person = home.complex_resident(place, family_name=f"{MARK}{place}", **changes)
    home.fact(person, Allergy(f"{MARK} allergy"))
    home.assess(person, "must", MUST_HIGH)
    home.assess(person, "news2", NEWS2_HIGH)
    assessments.save_draft(home.session, person, "news2", {"note": MARK})
    pack = transfers.send_to_hospital(home.session, person, TransferReason(situation=f"{MARK} fell", bag="RB-03"))
    _there_and_back(home, person, pack.journey_id)
    _hurt(home, person)
    _leave(home, person, home.clock.now())
    _settle(home)
    return person


def _there_and_back(home: LivingHome, person: ResidentId, journey: str) -> None:
    """A journey with words in every place, with what it leaves: an absence, a loss, a medicine, key facts; and what is
    typed of the next one."""
    home.fact(person, Absence(NOW - timedelta(days=2), home.clock.now() + timedelta(days=1), f"{MARK} family"))
    journeys.set_items(home.session, journey, [Item(f"{MARK} glasses", 1, "red")])
    for kind in (StepKind.HOME_OUT, StepKind.HOSPITAL_IN, StepKind.HOME_IN):
        home.clock.advance(timedelta(minutes=1))
        journeys.record(home.session, journey, Step(kind, home.clock.now(), f"{MARK} nurse", note=MARK))
    journeys.set_items(home.session, journey, [Item(f"{MARK} glasses", 1, "red", back=0)])
    journeys.follow_loss(home.session, journey, f"{MARK} glasses", told=f"{MARK} ward", outcome="gone")
    returns.keep(home.session, journey, {"letter_note": MARK})
    check = ReturnCheck(
        letter=True, medicines=(MedicineChange(f"{MARK} drops", MedicineFate.STARTED, directions="daily"),),
        supply_days=9, equipment=MARK, skin="sound", weight_not=MARK, swallow=f"{MARK} level 2", infection=f"{MARK} C",
        lines="", follow_up=(), no_cpr_form=True, bag_cleaned=True,
    )  # fmt: skip
    returns.save(home.session, journey, check, finished=True)
    returns.keep(home.session, journey, {"letter_note": MARK})
    transfers.keep_typed(home.session, person, ({"situation": MARK}, {}))


def _hurt(home: LivingHome, person: ResidentId) -> None:
    """Words, measurements, a wound with a photo, a fall, and what was entered in error of each."""
    notes.add(home.session, person, f"{MARK} sang at tea")
    struck = notes.add(home.session, person, f"{MARK} struck").note_id
    notes.entered_in_error(home.session, struck, reason="r")
    observations.record(home.session, person, "fluid_in_ml", 200, detail=f"{MARK} tea")
    wound = wounds.add(home.session, person, a_wound(words=f"{MARK} deep")).wound_id
    wounds.review(home.session, wound, review(dressing=f"{MARK} foam"), note=f"{MARK} smells")
    photo = photos.add(home.session, person, jpeg(), consent=Consent("resident"), about=wound, note=f"{MARK} ruler")
    photos.entered_in_error(home.session, photo.photo_id, reason="r")
    photos.add(home.session, person, jpeg(colour="green"), consent=Consent("resident"))
    fall = falls.record(home.session, person, LIFT, note=f"{MARK} by the bed").fall_id
    assessments.save_draft(home.session, person, "fall_record", {"note": MARK}, about=fall, note=MARK)
    wrong = falls.record(home.session, person, LIFT, note=f"{MARK} not here").fall_id
    falls.entered_in_error(home.session, wrong, reason="r")


def _years_on(home: LivingHome, years: int) -> None:
    home.clock.at = NOW + years * YEAR
    home.sign_in_as(Role.MANAGER)


def _whole(home: LivingHome) -> None:
    with home.session.read() as connection:
        assert chain_problems(connection) == ()
        assert revision_problems(connection) == ()
        assert projection_problems(connection) == ()
        assert check_signatures(connection).bad == ()
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall() == []


def _texts(home: LivingHome) -> str:
    """Everything that every table holds, as text."""
    found = []
    with home.session.read() as connection:
        tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
        for table in tables:
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"'):
                found += [v.decode("latin-1") if isinstance(v, bytes) else str(v) for v in row]
    return "\n".join(found)


def test_a_record_comes_up_for_review_the_day_after_its_period(home: LivingHome) -> None:
    person = home.resident(1)
    _leave(home, person, NOW)
    still_here = home.resident(2)
    for year, month, day, expected in ((2034, 11, 23, 0), (2034, 11, 24, 1)):
        home.clock.at = datetime(year, month, day, 12, tzinfo=NOW.tzinfo)
        rows = retention.review(home.session).rows
        assert len(rows) == expected
    assert rows[0].resident_id == person
    assert rows[0].since == date(2034, 11, 24)
    assert rows[0].why == "Left 23-Nov-2026; care records are kept 8 years"
    assert still_here not in {row.resident_id for row in rows}


def test_who_died_and_who_came_back(home: LivingHome) -> None:
    died = home.resident(1, died_at=NOW - timedelta(days=1))
    back = home.resident(2)
    _leave(home, back, NOW - timedelta(days=30))
    residents.add_fact(home.session, back, Stay(NOW - timedelta(days=5)))
    _years_on(home, 9)
    rows = retention.review(home.session).rows
    assert [(row.resident_id, row.why) for row in rows] == [(died, "Died 22-Nov-2026; care records are kept 8 years")]


def test_destroying_leaves_no_word_and_every_proof(home: LivingHome) -> None:
    person = _past(home)
    other = home.complex_resident(2)
    home.assess(other, "must", MUST_HIGH)
    _years_on(home, 9)
    assert MARK in _texts(home)
    before = _one(home, "SELECT count(*) FROM revision")
    events = _one(home, "SELECT count(*) FROM event")
    done = retention.purge(home.session, [person], PASSWORD, "reviewed on the list of November")
    assert (done.residents, done.packs, done.claims_kept) == (1, 1, 0)
    assert done.revisions > 8
    assert done.messages == 2
    assert MARK not in _texts(home)
    assert MARK.upper() not in _texts(home)
    assert _one(home, "SELECT count(*) FROM revision") == before
    assert _one(home, "SELECT count(*) FROM event") > events
    assert _one(home, "SELECT count(*) FROM purge") == done.revisions
    assert _one(home, "SELECT count(*) FROM blob") == 0
    assert notes.search(home.session, MARK) == ()
    assert _one(home, "SELECT count(*) FROM note_fts WHERE note_fts MATCH ?", MARK) == 0
    with home.session.read() as connection:
        connection.exec_driver_sql("INSERT INTO note_fts(note_fts) VALUES ('integrity-check')")
        for table in schema.metadata.tables.values():
            if "resident_id" in table.c and table.name != "event":
                left = connection.execute(select(table).where(table.c.resident_id == person)).all()
                assert left == [], table.name
    _whole(home)
    assert residents.open_resident(home.session, other).latest
    assert [row.what for row in audit.trail(home.session).rows if row.category == "keeping"][:2] == [
        "Destroyed the record at the end of its keeping", "Made a backup",
    ]  # fmt: skip
    with pytest.raises(UserError, match="not in the records"):
        residents.open_resident(home.session, person)
    assert retention.review(home.session).rows == ()


def test_the_backup_is_made_and_checked_before(home: LivingHome) -> None:
    person = _past(home)
    _years_on(home, 9)
    done = retention.purge(home.session, [person], PASSWORD, "reviewed")
    assert done.backup.is_file()
    assert _one(home, "SELECT kind FROM backup") == "before-purge"


def test_without_a_backup_nothing_is_destroyed(home: LivingHome, monkeypatch: pytest.MonkeyPatch) -> None:
    person = _past(home)
    _years_on(home, 9)

    def full(*_: object, **__: object) -> None:
        raise EnvironmentTrouble(ExitCode.DISK_FULL, "The disk is full.", "Nothing was changed.", "Make room.")

    monkeypatch.setattr(retention.backups, "make", full)
    with pytest.raises(EnvironmentTrouble):
        retention.purge(home.session, [person], PASSWORD, "reviewed")
    assert residents.open_resident(home.session, person).latest


def test_a_hold_stops_it_until_it_is_lifted(home: LivingHome) -> None:
    person = _past(home)
    retention.place_hold(home.session, person, "inquest")
    _years_on(home, 9)
    found = retention.review(home.session)
    assert found.rows[0].held
    assert [(hold.resident_name, hold.placed_by, hold.reason) for hold in found.holds] == [
        (f"{MARK.upper()}1, John (Mr)", "Mo Manager", "inquest")
    ]
    with pytest.raises(UserError, match="a hold stands"):
        retention.purge(home.session, [person], PASSWORD, "reviewed")
    retention.lift_hold(home.session, found.holds[0].id, "the coroner has closed it")
    with pytest.raises(UserError, match="lifted already"):
        retention.lift_hold(home.session, found.holds[0].id, "again")
    retention.purge(home.session, [person], PASSWORD, "reviewed")
    assert MARK not in _texts(home)
    _whole(home)


def test_all_or_none(home: LivingHome) -> None:
    first, second = _past(home, 1), _past(home, 2)
    living = home.resident(3)
    retention.place_hold(home.session, second, "inquest")
    _years_on(home, 9)
    for ids in ([first, second], [first, living], [first, ResidentId("nobody")]):
        with pytest.raises(UserError):
            retention.purge(home.session, ids, PASSWORD, "reviewed")
    assert _one(home, "SELECT count(*) FROM purge") == 0
    assert _one(home, "SELECT count(*) FROM backup") == 0


def test_a_message_that_has_not_left_stops_it(home: LivingHome) -> None:
    person = _past(home)
    with home.session.write() as work:
        work.connection.exec_driver_sql("UPDATE outbox SET state = 'queued' WHERE resident_id = ?", (person,))
    _years_on(home, 9)
    with pytest.raises(UserError, match="has not been sent yet"):
        retention.purge(home.session, [person], PASSWORD, "reviewed")


def _claimed(home: LivingHome) -> tuple[ResidentId, ResidentId]:
    """Two residents claimed for in one bundle; the first has left since."""
    home.champion("falls")
    home.champion("dementia")
    person = home.complex_resident(1, family_name=f"{MARK}1")
    other = home.complex_resident(2)
    premium.submit(home.session, WEEK, PASSWORD)
    _leave(home, person, NOW)
    _settle(home)
    return person, other


def test_claims_younger_than_their_own_period_stay_with_whom_they_are_for(home: LivingHome) -> None:
    person, _ = _claimed(home)
    home.fact(person, Allergy(f"{MARK} allergy"))
    retention.set_policy(home.session, RetentionPolicy(NOW.date(), 6, 10), reason="the council's schedule")
    _years_on(home, 7)
    row = retention.review(home.session).rows[0]
    assert (row.claims, row.claims_kept) == (0, 1)
    done = retention.purge(home.session, [person], PASSWORD, "reviewed")
    assert (done.claims, done.claims_kept) == (0, 1)
    assert f"{MARK} allergy" not in _texts(home)
    week = premium.week(home.session, WEEK)
    named = [claim.resident_name for claim in week.rows if claim.resident_id == person]
    assert named == [f"{MARK.upper()}1, John (Mr)"]
    assert _one(home, "SELECT search FROM resident WHERE id = ?", person) == "zzmark1 john r01"
    record = residents.open_resident(home.session, person)
    assert record.facts[FactKind.NEED] == ()
    assert residents.details_history(home.session, person) == ()
    assert retention.review(home.session).rows == (), "it comes up again only when the claims are past their own period"
    _whole(home)
    _years_on(home, 12)
    assert retention.purge(home.session, [person], PASSWORD, "reviewed again").claims == 1
    _whole(home)
    assert _one(home, "SELECT count(*) FROM resident WHERE id = ?", person) == 0


def test_a_bundle_with_a_claim_of_somebody_else_stays_whole(home: LivingHome) -> None:
    person, other = _claimed(home)
    _years_on(home, 9)
    retention.purge(home.session, [person], PASSWORD, "reviewed")
    assert _one(home, "SELECT length(body) FROM outbox WHERE event LIKE '%claim%'") > 0
    assert [row.resident_id for row in premium.week(home.session, WEEK).rows] == [other]
    _leave(home, other, home.clock.now())
    _years_on(home, 18)
    retention.purge(home.session, [other], PASSWORD, "reviewed")
    assert _one(home, "SELECT length(body) FROM outbox WHERE event LIKE '%claim%'") == 0
    assert MARK not in _texts(home)
    _whole(home)


def test_an_export_after_destruction_says_so(home: LivingHome) -> None:
    person, _ = _claimed(home)
    retention.set_policy(home.session, RetentionPolicy(NOW.date(), 6, 10), reason="the council's schedule")
    _years_on(home, 7)
    retention.purge(home.session, [person], PASSWORD, "reviewed")
    files = export.export_resident(home.session, person, PASSWORD).files
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(files["resident.pdf"])).pages)
    assert "Destroyed the record at the end of its keeping" in " ".join(text.split())


def test_the_policy_is_dated_and_checked(home: LivingHome) -> None:
    person = home.resident(1)
    _leave(home, person, NOW)
    later = NOW.date() + 7 * YEAR
    retention.set_policy(home.session, RetentionPolicy(later, 6), reason="the council's schedule")
    home.clock.at = NOW + 7 * YEAR - timedelta(days=1)
    assert retention.review(home.session).rows == ()
    home.clock.at = NOW + 7 * YEAR
    assert len(retention.review(home.session).rows) == 1
    assert retention.policies(home.session)[-1].care_years == 6
    with pytest.raises(UserError) as refused:
        retention.set_policy(home.session, RetentionPolicy(later, 2, 200), reason=" ")
    assert [problem.field for problem in refused.value.problems] == ["care_years", "claim_years", "reason"]


def test_it_needs_the_password_a_reason_and_a_manager(home: LivingHome) -> None:
    person = _past(home)
    _years_on(home, 9)
    with pytest.raises(EnvironmentTrouble) as wrong:
        retention.purge(home.session, [person], "wrong words here", "reviewed")
    assert wrong.value.exit_code is ExitCode.WRONG_PASSWORD
    with pytest.raises(UserError, match="Enter the reason"):
        retention.purge(home.session, [person], PASSWORD, " ")
    with pytest.raises(UserError, match="at least one"):
        retention.purge(home.session, [], PASSWORD, "reviewed")
    for role in (Role.CARER, Role.CHAMPION, Role.NURSE, Role.AUDITOR):
        session = home.sign_in_as(role)
        for call in (
            retention.review, lambda s: retention.place_hold(s, person, "r"),
            lambda s: retention.lift_hold(s, "h", "r"), lambda s: retention.purge(s, [person], PASSWORD, "r"),
            lambda s: retention.set_policy(s, RetentionPolicy(NOW.date()), reason="r"),
        ):  # fmt: skip
            with pytest.raises(NotAllowed):
                call(session)


def test_what_is_not_named_as_purged_cannot_be_blanked(home: LivingHome) -> None:
    home.resident(1)
    with pytest.raises(Exception, match="append-only"), home.session.write() as work:
        work.connection.exec_driver_sql("UPDATE revision SET body = ''")
    with home.session.write() as work:
        work.connection.exec_driver_sql(
            "INSERT INTO purge SELECT id, recorded_at, author, 'x' FROM revision WHERE kind = 'stay'"
        )
    with pytest.raises(Exception, match="append-only"), home.session.write() as work:
        work.connection.exec_driver_sql("UPDATE revision SET author = 'x' WHERE kind = 'stay'")
