"""The record: append-only, chained from the first row, whole or not at all, and enough to build every table from."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from app.domain.codec import canonical, parse
from app.domain.home_facts import Spend, SpendCategory
from app.domain.ids import HLC
from app.domain.instruments import registry
from app.domain.journeys import Step, StepKind
from app.domain.people import Absence, Allergy, CprDecision, CprKind, FactKind, Need, ResidentId, Stay
from app.domain.photos import Consent
from app.domain.transfer import TransferReason
from app.domain.wounds import Closing
from app.models import assessments as assessment_rows
from app.models import integrity, schema
from app.models import residents as resident_rows
from app.models.store import Author, chain_head, last_stamp
from app.services import (
    alerts,
    assessments,
    falls,
    home_facts,
    journeys,
    notes,
    observations,
    photos,
    questionnaires,
    residents,
    transfers,
    wounds,
)
from app.vault.signing import is_signed
from tests.factories import MUST_HIGH, MUST_LOW, NEWS2_HIGH, NEWS2_LOW, NOW, LivingHome, details
from tests.helpers.rebuild import rebuilt, same_as_stored
from tests.services.test_falls import LIFT
from tests.services.test_photos import jpeg
from tests.services.test_questionnaires import foot_care
from tests.services.test_wounds import a_wound, review


@pytest.fixture(autouse=True)
def _forget_questionnaires() -> Iterator[None]:
    """Afterwards the process knows none of the home's own."""
    yield
    registry.adopt(())


def lived_in(home: LivingHome) -> None:
    """A few days of a home: additions, changes, mistakes, alerts and their ends."""
    person = home.resident(1, Allergy("Penicillin"), Need("falls"), room="7")
    other = home.resident(2, CprDecision(CprKind.DNACPR))
    home.clock.advance(timedelta(days=1))
    residents.change_resident(home.session, person, details(1, room="9", preferred_name="Jack"), reason="moved room")
    away = home.fact(person, Absence(home.clock.now()))
    wrong = home.fact(other, Allergy("Nuts"))
    spent = Spend(home.clock.now().date(), SpendCategory.EQUIPMENT, 12_000, "Sensor mats")
    home_facts.change(
        home.session, home_facts.add(home.session, spent).fact_id, replace(spent, pence=9_900), reason="r"
    )
    home_facts.in_error(home.session, home_facts.add(home.session, spent).fact_id, reason="entered twice")
    residents.fact_in_error(home.session, wrong, reason="another resident's")
    home.clock.advance(timedelta(hours=3))
    residents.change_fact(
        home.session, away, Absence(home.clock.now() - timedelta(hours=3), home.clock.now()), reason="back"
    )
    low = home.assess(person, "must", MUST_LOW)
    home.assess(person, "news2", NEWS2_HIGH)
    home.clock.advance(timedelta(days=1))
    amended = assessments.amend(home.session, low.revision_id, MUST_HIGH, reason="scales were wrong")
    mistaken = home.assess(other, "news2", NEWS2_LOW)
    assessments.entered_in_error(home.session, mistaken.revision_id, reason="wrong resident")
    alerts.record_call(home.session, amended.alerts[0].id, spoke_to="the dietitian")
    alerts.close(home.session, amended.alerts[0].id, outcome="seen")
    home.assess(person, "must", MUST_LOW)
    in_words(home, person)
    hurt(home, person, other)


def in_words(home: LivingHome, person: ResidentId) -> None:
    """Notes of their own and in assessments, one amended to another time, single measurements, a home's own form."""
    hour = timedelta(hours=1)
    at = home.clock.now() - 3 * hour
    signed = assessments.sign(home.session, person, "news2", NEWS2_LOW, at=at, note="slept badly")
    assessments.amend(home.session, signed.revision_id, NEWS2_LOW, reason="at four", at=at + hour, note="slept well")
    gone = assessments.sign(home.session, person, "news2", NEWS2_LOW, note="another resident")
    assessments.entered_in_error(home.session, gone.revision_id, reason="another resident")
    silent = assessments.sign(home.session, person, "news2", NEWS2_LOW, note="a word too many")
    assessments.amend(home.session, silent.revision_id, NEWS2_LOW, reason="no note", note="")
    notes.add(home.session, person, "Sang at tea", at)
    notes.entered_in_error(home.session, notes.add(home.session, person, "Wrong").note_id, reason="another resident")
    observations.record(home.session, person, "weight_kg", Decimal("61.5"), at=at)
    wrong = observations.record(home.session, person, "weight_kg", Decimal(26))
    observations.entered_in_error(home.session, wrong.observation_id, reason="digits")
    folder = questionnaires.folder(home.session)
    folder.mkdir(exist_ok=True)
    for version in ("1", "2"):
        (folder / "feet.json").write_text(foot_care(version=version))
        questionnaires.take_in(home.session, "feet.json", pathway="health")
    questionnaires.turn_off(home.session, "home_foot_care", reason="another form")


def hurt(home: LivingHome, person: ResidentId, other: ResidentId) -> None:
    """Wounds with reviews that change, photos, and falls."""
    ago = [NOW - timedelta(days=days) for days in range(20)]
    ids = [wounds.add(home.session, person, a_wound(site)).wound_id for site in ("sacrum", "left_heel", "left_hip")]
    for days, length in ((9, "4"), (6, "5"), (3, "3")):
        signed = wounds.review(home.session, ids[0], review(length, "3"), at=ago[days], note=f"{length} long")
    assessments.amend(home.session, signed.revision_id, review("2", "3"), reason="ruler", at=ago[2])
    wounds.review(home.session, ids[1], review("1", "1"), at=ago[4])
    wounds.close(home.session, ids[1], Closing(NOW, "healed"))
    wounds.review(home.session, ids[2], review("1", "1"), at=ago[4], note="not hers")
    wounds.entered_in_error(home.session, ids[2], reason="another resident")
    consent = Consent("resident")
    photos.add(home.session, person, jpeg(), consent=consent, about=ids[0])
    wrong = photos.add(home.session, person, jpeg(colour="green"), consent=consent)
    photos.entered_in_error(home.session, wrong.photo_id, reason="another resident")
    fell = falls.record(home.session, person, LIFT, note="by the bed").fall_id
    early = {"witness": "staff", "found_at": home.clock.now() - timedelta(hours=1)}
    assessments.sign(home.session, person, "fall_record", early, about=fell)
    mistaken = falls.record(home.session, other, LIFT).fall_id
    falls.entered_in_error(home.session, mistaken, reason="another resident")
    sent = transfers.send_to_hospital(home.session, person, TransferReason(situation="a fall", bag="RB-03"))
    journeys.record(home.session, sent.journey_id, Step(StepKind.HOME_OUT, home.clock.now(), "Nia Nurse"))
    void = transfers.send_to_hospital(home.session, other, TransferReason(bag="RB-04")).journey_id
    journeys.entered_in_error(home.session, void, reason="another resident")


def rows(connection: Connection, table: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(select(table)).mappings()]


def test_a_draft_that_was_dropped_is_not_brought_back_by_saving_into_it(home: LivingHome) -> None:
    person = home.resident(1)
    with home.session.write() as work:
        draft = assessment_rows.save_draft(work, None, person, "must", {})
        assessment_rows.drop_draft(work, draft)
        with pytest.raises(LookupError):
            assessment_rows.save_draft(work, draft, person, "must", {})
        assert assessment_rows.drafts(work.connection) == ()


def test_every_table_the_screens_read_can_be_built_again_from_the_record(home: LivingHome) -> None:
    lived_in(home)
    with home.session.read() as connection:
        assert all(rebuilt(connection).values()), "something of everything"
        same_as_stored(connection)


def test_the_audit_chain_links_from_the_first_row_and_recomputes(home: LivingHome) -> None:
    lived_in(home)
    with home.session.read() as connection:
        events = rows(connection, schema.event)
        head = chain_head(connection)
    previous = ""
    for number, event in enumerate(events, start=1):
        assert event["seq"] == number
        assert event["prev_hash"] == previous
        digest = event.pop("hash")
        assert hashlib.sha256(canonical(event).encode()).hexdigest() == digest
        previous = digest
    assert (head.count, head.head) == (len(events), previous)
    assert events[0]["action"] == "change", "the home's own details are the first thing recorded"
    assert [event["hlc"] for event in events] == sorted(event["hlc"] for event in events)


def test_revisions_are_chained_without_gaps_and_signed_by_whoever_made_them(home: LivingHome) -> None:
    lived_in(home)
    with home.session.read() as connection:
        revisions = rows(connection, schema.revision)
        keys = {row["user"]: row["public_key"] for row in rows(connection, schema.account)}
        counted = connection.execute(select(schema.store.c.seq)).scalar_one()
        device = connection.execute(select(schema.device.c.public_key)).scalar_one()
    previous = ""
    parents: dict[str, str] = {}
    for number, revision in enumerate(sorted(revisions, key=lambda row: row["seq"]), start=1):
        assert revision["seq"] == number
        assert revision["prev_hash"] == previous
        assert revision["parent"] == parents.get(revision["entity_id"])
        parents[revision["entity_id"]] = revision["id"]
        body, digest, countersigned = (revision.pop(name) for name in ("body", "hash", "device_signature"))
        assert hashlib.sha256(body.encode()).hexdigest() == revision["body_hash"]
        assert canonical(parse(body)) == body
        assert hashlib.sha256(canonical(revision).encode()).hexdigest() == digest
        if revision["signature"] is not None:
            assert revision["signer_key"] == keys[revision["author"]]
            assert is_signed(revision["body_hash"].encode(), revision["signature"], revision["signer_key"])
        if countersigned is not None:
            assert is_signed(digest.encode(), countersigned, device)
        previous = digest
    assert counted == len(revisions)
    assert sum(r["signature"] is not None for r in revisions) > 10
    with home.session.read() as connection:
        assert integrity.revision_problems(connection) == integrity.chain_problems(connection) == ()
        assert integrity.projection_problems(connection) == ()
        found = integrity.check_signatures(connection)
    assert found.bad == ()
    assert found.checked > 2 * 10, "people's and the laptop's"
    assert [r["id"] for r in revisions] == sorted(r["id"] for r in revisions), "identifiers sort as they were made"


@pytest.mark.parametrize("table", ["revision", "event"])
@pytest.mark.parametrize(
    "change", ["UPDATE {} SET reason = 'x'", "DELETE FROM {}", "REPLACE INTO {0} SELECT * FROM {0}"]
)
def test_nothing_that_holds_the_key_can_change_or_delete_the_record(home: LivingHome, table: str, change: str) -> None:
    home.resident(1)
    with home.session.read() as connection:
        before = rows(connection, schema.metadata.tables[table])
    with pytest.raises(IntegrityError, match="append-only"), home.session.write() as work:
        work.connection.exec_driver_sql(change.format(table))
    with home.session.read() as connection:
        assert rows(connection, schema.metadata.tables[table]) == before


def test_a_failure_inside_a_use_case_leaves_nothing_of_it(home: LivingHome) -> None:
    with home.session.read() as connection:
        before = {name: rows(connection, table) for name, table in schema.metadata.tables.items()}
    with pytest.raises(ZeroDivisionError), home.session.write() as work:  # noqa: PT012 - the failure comes last
        resident_rows.save_resident(work, None, details(1))
        work.audit("view", "resident", "x")
        _ = 1 // 0
    with home.session.read() as connection:
        assert {name: rows(connection, table) for name, table in schema.metadata.tables.items()} == before
    home.resident(1)


def test_order_survives_a_clock_that_is_put_back(home: LivingHome) -> None:
    home.resident(1)
    with home.session.read() as connection:
        before = last_stamp(connection)
    home.clock.advance(timedelta(days=-30))
    home.resident(2)
    home.clock.advance(timedelta(days=-300))
    home.resident(3)
    with home.session.read() as connection:
        stamps = [HLC.parse(row["hlc"]) for row in sorted(rows(connection, schema.event), key=lambda row: row["seq"])]
        ids = [row["id"] for row in sorted(rows(connection, schema.revision), key=lambda row: row["seq"])]
        assert last_stamp(connection) >= before
    assert stamps == sorted(set(stamps))
    assert ids == sorted(ids)


def test_order_survives_signing_out_and_in_with_an_earlier_clock(home: LivingHome) -> None:
    home.resident(1)
    home.clock.advance(timedelta(days=-30))
    home.sign_in_as(next(iter([home.session.account.role])))
    home.resident(2)
    with home.session.read() as connection:
        stamps = [row["hlc"] for row in sorted(rows(connection, schema.event), key=lambda row: row["seq"])]
    assert stamps == sorted(set(stamps))


def _described(name: str | None, kind: str, _parents: object) -> bool:
    """The search index has tables that SQLite makes for itself."""
    return kind != "table" or name is None or not name.startswith(schema.SEARCH_INDEX)


def test_the_migrated_schema_is_the_one_the_program_describes(home: LivingHome) -> None:
    with home.session.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _described})
        assert compare_metadata(context, schema.metadata) == []
        described = {
            (t.name, i.name): [c.name for c in i.columns] for t in schema.metadata.tables.values() for i in t.indexes
        }
        built = {
            (row.tbl_name, row.name): [part[2] for part in connection.exec_driver_sql(f"PRAGMA index_info({row.name})")]
            for row in connection.exec_driver_sql(
                "SELECT name, tbl_name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            )
        }
        assert built == described
        options = {
            row.name: "WITHOUT ROWID" in row.sql
            for row in connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
            if row.name in schema.metadata.tables
        }
    assert options == {
        name: table.dialect_options["sqlite"]["with_rowid"] is False for name, table in schema.metadata.tables.items()
    }


def test_a_link_to_somebody_who_is_not_there_is_impossible(home: LivingHome) -> None:
    with pytest.raises(IntegrityError, match="FOREIGN KEY"), home.session.write() as work:
        resident_rows.save_fact(work, "nobody", None, Allergy("Nuts"))  # type: ignore[arg-type]


def test_the_newest_decision_about_resuscitation_comes_first_in_every_list(home: LivingHome) -> None:
    person = home.resident(1, CprDecision(CprKind.ATTEMPT))
    home.clock.advance(timedelta(days=1))
    home.fact(person, CprDecision(CprKind.DNACPR))
    with home.session.read() as connection:
        one = resident_rows.facts(connection, person, FactKind.CPR)
        everybody = resident_rows.facts_of_all(connection, (FactKind.CPR,))[person]
    assert [fact.body.kind for fact in one] == [CprKind.DNACPR, CprKind.ATTEMPT]  # type: ignore[union-attr]
    assert everybody == one


def test_the_store_keeps_numbers_exactly(home: LivingHome) -> None:
    person = home.resident(1)
    signed = home.assess(person, "must", {**MUST_LOW, "weight_kg": Decimal("60.10")})
    with home.session.read() as connection:
        body = connection.execute(
            select(schema.revision.c.body).where(schema.revision.c.id == signed.revision_id)
        ).scalar_one()
    assert '"weight_kg":60.1' in body
    assert parse(body)["answers"]["weight_kg"] == Decimal("60.10")


@pytest.mark.parametrize("seed", range(3))
def test_many_random_days_still_chain_and_rebuild(home: LivingHome, seed: int) -> None:
    chance = random.Random(seed)
    people = [home.resident(place) for place in (1, 2, 3)]
    facts: list[Any] = []
    steps: list[Callable[[], Any]] = [
        lambda: facts.append(home.fact(chance.choice(people), Need(chance.choice(("falls", "dementia"))))),
        lambda: facts and residents.fact_in_error(home.session, facts.pop(), reason="mistake"),
        lambda: home.assess(chance.choice(people), "news2", chance.choice((NEWS2_LOW, NEWS2_HIGH))),
        lambda: home.assess(chance.choice(people), "must", chance.choice((MUST_LOW, MUST_HIGH))),
        lambda: home.clock.advance(timedelta(minutes=chance.randint(-500, 900))),
    ]
    for _ in range(25):
        chance.choice(steps)()
    with home.session.read() as connection:
        same_as_stored(connection)


def test_a_writer_who_is_not_signed_in_leaves_no_signature(home: LivingHome) -> None:
    with home.session.store.write(Author("mo"), NOW) as work:
        revised = work.revise("note", "n1", {"stay": str(Stay(NOW))})
    with home.session.read() as connection:
        row = connection.execute(select(schema.revision).where(schema.revision.c.id == revised.id)).one()
    assert (row.signer_key, row.signature) == (None, None)
