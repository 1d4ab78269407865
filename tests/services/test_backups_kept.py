"""Which backups are thrown away, and when the next is due, when files are made up or the clock was wrong."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from app.domain.codec import instant_text
from app.services import backups, residents
from app.services.status import status
from tests.factories import LivingHome


def made_up(true: Path, name: str, taken_at: datetime, **changes: object) -> Path:
    """A copy of a backup whose manifest was edited: it is not authentic any more."""
    with zipfile.ZipFile(true) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    body = json.loads(parts["manifest.json"]) | {"taken_at": instant_text(taken_at)} | changes
    path = true.with_name(name)
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in (parts | {"manifest.json": json.dumps(body).encode()}).items():
            archive.writestr(part, content)
    return path


def test_made_up_files_push_no_true_one_out_and_are_left_alone(home: LivingHome, tmp_path: Path) -> None:
    first = backups.make(home.session, kind="daily", folder=tmp_path).path
    home.clock.advance(timedelta(days=1))
    now = home.clock.now()
    forged = [
        made_up(first, f"forged-{day}.backup", now - timedelta(minutes=day), head=f"{day:064}") for day in range(20)
    ]
    made = backups.make(home.session, kind="daily", folder=tmp_path).path
    assert made.exists()
    assert first.exists()
    assert all(path.exists() for path in forged), "what is not known to be ours is nobody's to throw away"


def test_a_noted_file_counts_with_the_date_on_the_list_and_not_the_one_in_it(home: LivingHome, tmp_path: Path) -> None:
    paths = []
    for _ in range(3):
        paths.append(backups.make(home.session, kind="daily", folder=tmp_path).path)
        home.clock.advance(timedelta(minutes=1))
    made_up(paths[0], paths[0].name, home.clock.now() + timedelta(days=300))
    made = backups.make(home.session, kind="daily", folder=tmp_path).path
    assert not paths[0].exists(), "the oldest of a day with four"
    assert all(path.exists() for path in (*paths[1:], made))


def test_an_authentic_one_that_was_never_noted_goes_by_the_same_rule(home: LivingHome, tmp_path: Path) -> None:
    loose = backups.carry_out(backups.prepare(home.session, kind="daily", folder=tmp_path)).path
    for _ in range(3):
        home.clock.advance(timedelta(minutes=1))
        assert loose.exists()
        backups.make(home.session, kind="daily", folder=tmp_path)
    assert not loose.exists()


def test_the_one_just_made_stays_though_others_are_of_the_same_moment(home: LivingHome, tmp_path: Path) -> None:
    for _ in range(12):
        assert backups.make(home.session, kind="daily", folder=tmp_path).path.exists()
    assert len(backups.found_in(tmp_path)) in {3, 4}


def test_one_made_while_the_clock_was_ahead_hides_no_age_and_makes_one_more(home: LivingHome, tmp_path: Path) -> None:
    session = home.session
    backups.make(session, kind="daily", folder=tmp_path)
    true = home.clock.now()
    home.clock.advance(timedelta(days=365))
    backups.make(session, kind="daily", folder=tmp_path)
    home.clock.advance(timedelta(days=8) - timedelta(days=365))
    assert status(session).last_backup == true
    assert status(session).backup_old
    assert backups.is_due(session)
    made = backups.make(session, kind="daily", folder=tmp_path)
    assert status(session).last_backup == home.clock.now() == made.manifest.taken_at
    assert not status(session).backup_old
    assert not backups.is_due(session), "once, and then it is normal"
    home.clock.advance(timedelta(hours=24))
    assert backups.is_due(session)


def test_with_none_but_from_the_future_one_is_due_and_its_age_is_not_known(home: LivingHome, tmp_path: Path) -> None:
    home.clock.advance(timedelta(days=1))
    backups.make(home.session, kind="daily", folder=tmp_path)
    home.clock.advance(-timedelta(hours=1))
    assert status(home.session).last_backup is None
    assert backups.is_due(home.session)
    backups.make(home.session, kind="daily", folder=tmp_path)
    assert not backups.is_due(home.session)


def test_a_sudden_change_is_measured_against_the_one_made_last_whatever_the_clock_said(
    home: LivingHome, tmp_path: Path
) -> None:
    people = [home.resident(place) for place in range(1, 8)]
    home.clock.advance(timedelta(days=365))
    backups.make(home.session, kind="daily", folder=tmp_path)
    home.clock.advance(-timedelta(days=365))
    for person in people[:5]:
        record = residents.open_resident(home.session, person)
        gone = replace(record.resident.details, died_at=home.clock.now())
        residents.change_resident(home.session, person, gone, reason="died")
    assert backups.make(home.session, kind="daily", folder=tmp_path).guard
    last = backups.last_of(home.session)
    assert last is not None
    assert last.guard, "and it stays so for the next"
    backups.looked_at_change(home.session, "an outbreak")
    home.clock.advance(timedelta(minutes=1))
    assert backups.make(home.session, kind="daily", folder=tmp_path).guard == "", "not against the one from the future"
