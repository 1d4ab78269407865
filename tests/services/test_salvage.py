"""Damaged records: opened for reading only, never shown in part as if whole, and saved as far as they can be read."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from app.domain.errors import EnvironmentTrouble, ExitCode, NotAllowed, UserError
from app.domain.people import ResidentId
from app.models.store import connect_raw
from app.services import assessments, checks, export, residents, salvage, verify
from app.services.clock import SetClock
from app.services.sign_in import sign_in
from tests.factories import NEWS2_LOW, NOW, PASSWORD
from tests.helpers.damage import RESIDENTS, FullHome, full_home

CLOCK = SetClock(NOW)


@pytest.fixture
def home(tmp_path: Path) -> FullHome:
    """The full home, to damage."""
    return full_home(tmp_path / "home")


def root(home: FullHome, name: str) -> int:
    """The first page of a table or index."""
    connection = connect_raw(home.store, home.key)
    found = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0]
    connection.close()
    return int(found)


def damaged(call: Callable[[], object]) -> EnvironmentTrouble:
    with pytest.raises(EnvironmentTrouble) as trouble:
        call()
    assert trouble.value.exit_code is ExitCode.DAMAGED
    return trouble.value


# ------------------------------------------------------------------------------------------------------ while at work


def test_a_list_of_which_a_part_is_damaged_is_not_shown_at_all(home: FullHome) -> None:
    """Page after page of what the list reads: it is whole, or it is refused."""
    session = sign_in(home.folder, "mo", PASSWORD, CLOCK)
    whole = [row.id for row in residents.find_residents(session)]
    session.close()
    assert len(whole) == RESIDENTS
    refused = 0
    for page in range(5, home.pages, 5):
        home.flip(page)
        try:
            session = sign_in(home.folder, "mo", PASSWORD, CLOCK, inspect=True)
        except EnvironmentTrouble as trouble:
            assert trouble.exit_code is ExitCode.DAMAGED  # noqa: PT017 - what is damaged is needed to sign in
        else:
            try:
                assert [row.id for row in residents.find_residents(session)] == whole
            except EnvironmentTrouble as trouble:
                assert trouble.exit_code is ExitCode.DAMAGED  # noqa: PT017
                refused += 1
            session.close()
        home = full_home(home.folder.parent / f"again-{page}")
    assert refused


def test_after_damage_was_met_the_rest_is_readable_and_nothing_is_written(home: FullHome) -> None:
    home.zero(root(home, "assessment"))
    session = sign_in(home.folder, "mo", PASSWORD, CLOCK)
    first = damaged(lambda: assessments.due(session))
    assert "A part of the records file is damaged" in first.happened
    assert session.trouble is not None
    with session.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM resident").scalar() == RESIDENTS
    damaged(lambda: residents.find_residents(session))
    with session.look() as work:
        work.audit("view", "resident", "r")
        assert work.connection.exec_driver_sql("SELECT count(*) FROM staff").scalar()
    assert damaged(lambda: assessments.save_draft(session, ResidentId("r"), "news2", {})) is session.trouble
    session.close()


@pytest.mark.parametrize("name", ["event", "device", "ix_event_resident_id_seq"])
def test_what_only_writing_needs_keeps_nobody_from_looking(home: FullHome, name: str) -> None:
    home.zero(root(home, name))
    damaged(lambda: sign_in(home.folder, "mo", PASSWORD, CLOCK))
    session = sign_in(home.folder, "mo", PASSWORD, CLOCK, inspect=True)
    assert session.trouble is not None
    assert session.trouble.exit_code is ExitCode.DAMAGED
    found = residents.find_residents(session)
    assert len(found) == RESIDENTS
    assert residents.open_resident(session, found[0].id).resident.id == found[0].id
    damaged(lambda: assessments.sign(session, found[0].id, "news2", NEWS2_LOW))
    session.close()


@pytest.mark.parametrize("name", ["account", "store"])
def test_without_knowing_who_it_is_nobody_is_let_in(home: FullHome, name: str) -> None:
    home.zero(root(home, name))
    damaged(lambda: sign_in(home.folder, "mo", PASSWORD, CLOCK, inspect=True))


# ------------------------------------------------------------------------------------------------------------- checks


def test_checks_are_due_weekly_and_monthly_and_note_when_they_were_made(home: FullHome) -> None:
    clock = SetClock(NOW)
    session = sign_in(home.folder, "mo", PASSWORD, clock)
    assert checks.due(session) == checks.FULL
    assert checks.run(session, checks.FULL) is None
    assert checks.due(session) == ""
    for days, kind in ((6.9, ""), (0.2, checks.QUICK), (6.9, ""), (0.2, checks.QUICK), (16, checks.FULL)):
        clock.advance(timedelta(days=days))
        assert checks.due(session) == kind
        if kind:
            assert checks.run(session, kind) is None
            assert checks.due(session) == ""
    clock.advance(timedelta(days=-400))
    assert checks.due(session), "a clock that was put back puts no check off"
    session.close()


@pytest.mark.parametrize("kind", [checks.QUICK, checks.FULL])
@pytest.mark.parametrize("name", ["revision", "ix_alert_standing", "blob"])
def test_a_check_finds_damage_that_nobody_has_met_and_ends_writing(home: FullHome, kind: str, name: str) -> None:
    home.flip(root(home, name))
    session = sign_in(home.folder, "mo", PASSWORD, CLOCK)
    found = checks.run(session, kind)
    assert found is not None
    assert session.trouble is found
    assert found.exit_code is ExitCode.DAMAGED
    assert checks.due(session) == ""
    session.close()
    session = sign_in(home.folder, "mo", PASSWORD, CLOCK)
    assert checks.due(session) == checks.FULL, "nothing was noted of a check that found damage"
    session.close()


def test_a_verification_that_finds_damage_ends_writing_too(home: FullHome) -> None:
    home.flip(root(home, "ix_alert_standing"))
    session = sign_in(home.folder, "mo", PASSWORD, CLOCK)
    assert verify.verify(session).exit_code is ExitCode.DAMAGED
    assert session.trouble is not None
    assert session.trouble.exit_code is ExitCode.DAMAGED
    session.close()


# ------------------------------------------------------------------------------------------------------------ salvage


def files(folder: Path) -> dict[str, object]:
    """The JSON files of an export."""
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")}


def test_of_whole_records_everything_is_saved(home: FullHome, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in home.folder.iterdir() if path.is_file()}
    report = salvage.look(home.folder, "mo", PASSWORD, CLOCK)
    assert report.exit_code is ExitCode.DONE
    assert report.residents == ()
    written = salvage.export(report, tmp_path / "out")
    assert all(path.is_file() for path in written)
    found = files(tmp_path / "out")
    people = {name: one for name, one in found.items() if name.startswith("resident-")}
    assert len(people) == RESIDENTS
    session = sign_in(home.folder, "mo", PASSWORD, CLOCK)
    for row in residents.find_residents(session):
        saved: dict[str, list[dict[str, object]]] = people[f"resident-{row.id}.json"]  # type: ignore[assignment]
        made = export.export_resident(session, row.id, PASSWORD)
        exported = json.loads(made.files[export.JSON_NAME])
        assert [one["id"] for one in saved["revisions"]] == [one["id"] for one in exported["revisions"]]
        assert [one["body"] for one in saved["revisions"]] == [one["body"] for one in exported["revisions"]]
        assert len(saved["drafts"]) == 1
    session.close()
    (photo,) = (tmp_path / "out" / "photos").iterdir()
    assert photo.suffix == ".jpg"
    with Image.open(photo) as picture:
        assert picture.format == "JPEG"
    copy, pack = sorted((tmp_path / "out" / "packs").iterdir(), key=lambda path: path.suffix)
    assert copy.name.endswith(".fhir.json")
    assert json.loads(copy.read_bytes())["type"] == "document"
    assert pack.suffix == ".pdf"
    assert pack.read_bytes().startswith(b"%PDF")
    text = (tmp_path / "out" / "report.txt").read_text(encoding="utf-8")
    assert "nothing is missing" in text
    assert "NOT encrypted" in text
    assert "audit trail" in text
    now = {name: (home.folder / name).read_bytes() for name in before}
    assert {name for name in before if now[name] != before[name]} <= {"hartwell.db", "store.anchor"}, "signing in did"


def test_what_is_missing_is_said_by_name_and_kind_and_the_rest_is_saved(home: FullHome, tmp_path: Path) -> None:
    session = sign_in(home.folder, "mo", PASSWORD, CLOCK)
    people = {row.id: row.banner_name for row in residents.find_residents(session)}
    session.close()
    whole = salvage.look(home.folder, "mo", PASSWORD, CLOCK).found
    leaf = next(page for page in range(80, home.pages) if lost_by(home, page))
    home.zero(leaf)
    before = home.store.read_bytes()
    report = salvage.look(home.folder, "mo", PASSWORD, CLOCK)
    salvage.export(report, tmp_path / "out")
    assert home.store.read_bytes() == before
    assert report.exit_code is ExitCode.DAMAGED
    assert not report.whole
    assert len(report.found.revisions) + report.lost == len(whole.revisions)
    named = {one: affected for affected in report.residents for one in affected.revisions}
    assert len(named) == report.lost
    for one, affected in named.items():
        (true,) = (row for row in whole.revisions if row["id"] == one)
        assert whole.owners[true["entity_id"]] == affected.id
        assert true["kind"] in affected.lost
        assert affected.id in people
        assert affected.name.split()[1] in " ".join(report.words)
        saved: dict[str, object] = files(tmp_path / "out")[f"resident-{affected.id}.json"]  # type: ignore[assignment]
        assert saved["complete"] is False
        assert one in saved["missing_revisions"]  # type: ignore[operator]


def lost_by(home: FullHome, page: int) -> bool:
    """Whether the page holds revisions of a resident."""
    home.flip(page)
    found = salvage.look(home.folder, "mo", PASSWORD, CLOCK)
    home.flip(page)
    return bool(found.found.lost) and all(one.resident_id for one in found.found.lost)


def test_damage_to_the_screens_lists_alone_leaves_the_record_whole_and_names_the_way_back(home: FullHome) -> None:
    home.zero(root(home, "fact"))
    report = salvage.look(home.folder, "mo", PASSWORD, CLOCK)
    assert report.whole
    assert report.lists_damaged
    assert report.exit_code is ExitCode.DAMAGED
    words = " ".join(report.words)
    assert "lists made from them for the screens" in words
    assert "restore the newest backup" in words
    assert all(not one.lost and one.lists == {"fact": 1} for one in report.residents)
    assert report.residents


@pytest.mark.parametrize("page", [1, "account", "revision", "event"])
def test_it_needs_no_store_that_opens(home: FullHome, page: int | str) -> None:
    whole = salvage.look(home.folder, "mo", PASSWORD, CLOCK).found
    home.zero(page if isinstance(page, int) else root(home, page))
    found = salvage.look(home.folder, "mo", PASSWORD, CLOCK).found
    assert len(found.revisions) == len(whole.revisions)
    assert found.names == whole.names


def test_unsigned_drafts_that_are_lost_count_as_missing(home: FullHome) -> None:
    home.zero(root(home, "draft"))
    report = salvage.look(home.folder, "mo", PASSWORD, CLOCK)
    assert not report.whole
    assert all(one.lost == {"draft": 1} for one in report.residents)
    assert "unsigned drafts (1)" in " ".join(report.words)


def test_only_a_manager_with_the_right_password_may(home: FullHome) -> None:
    for user in ("cal", "cass", "nia", "ada"):
        with pytest.raises(NotAllowed):
            salvage.look(home.folder, user, PASSWORD, CLOCK)
    with pytest.raises(EnvironmentTrouble) as trouble:
        salvage.look(home.folder, "mo", "another password", CLOCK)
    assert trouble.value.exit_code is ExitCode.WRONG_PASSWORD


def test_while_somebody_is_signed_in_it_waits(home: FullHome) -> None:
    session = sign_in(home.folder, "mo", PASSWORD, CLOCK)
    with pytest.raises(EnvironmentTrouble) as trouble:
        salvage.look(home.folder, "mo", PASSWORD, CLOCK)
    assert trouble.value.exit_code is ExitCode.ALREADY_OPEN
    session.close()


def test_a_folder_that_holds_something_is_not_written_into(home: FullHome, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    report = salvage.look(home.folder, "mo", PASSWORD, CLOCK)
    with pytest.raises(UserError, match="not an empty folder"):
        salvage.export(report, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


@pytest.mark.skipif(sys.platform != "linux", reason="a place of Linux that takes no files")
def test_a_place_that_takes_no_files_is_said(home: FullHome) -> None:
    report = salvage.look(home.folder, "mo", PASSWORD, CLOCK)
    with pytest.raises(EnvironmentTrouble) as trouble:
        salvage.export(report, Path("/proc/hartwell"))
    assert trouble.value.exit_code is ExitCode.READ_ONLY
    assert "was not saved" in trouble.value.happened


def test_without_a_store_there_is_nothing_to_salvage(home: FullHome) -> None:
    home.cut(0)
    assert "damaged" in damaged(lambda: salvage.look(home.folder, "mo", PASSWORD, CLOCK)).happened
    home.store.unlink()
    assert "There are no records" in damaged(lambda: salvage.look(home.folder, "mo", PASSWORD, CLOCK)).happened
