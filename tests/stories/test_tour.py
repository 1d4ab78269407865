"""The tour: the whole job without a screen, what it leaves behind, and what nobody can read in it."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pypdf import PdfReader

from app.domain.accreditation import Kept, Proof
from app.domain.home_facts import SpendCategory
from app.domain.needs import premium_need
from app.domain.nhs import format_nhs_number
from app.domain.people import ResidentDetails
from app.domain.training import Cover
from app.models import schema
from app.services import (
    accreditation,
    assessments,
    attachments,
    corrections,
    money,
    policies,
    practice,
    premium,
    residents,
    staff,
    training,
)
from app.services.clock import SetClock, SystemClock
from app.services.session import Session
from app.services.sign_in import sign_in
from tests.helpers.cli import DEADLINE_SECONDS, Home, hartwell

if TYPE_CHECKING:
    from tests.stories.conftest import Tour

LONG_ENOUGH = 6
"""Shorter words turn up by chance in megabytes of ciphertext."""


def people(home: Home) -> list[ResidentDetails]:
    """Everybody in the home, those who left included."""
    with_store = sign_in(home.store, home.user, home.password, SystemClock())
    try:
        return [
            residents.open_resident(with_store, row.id).resident.details
            for row in residents.find_residents(with_store, include_left=True)
        ]
    finally:
        with_store.close()


@pytest.fixture(scope="module")
def everybody(tour: Tour, tmp_path_factory: pytest.TempPathFactory) -> list[ResidentDetails]:
    """The residents, read from a copy, so that the tour's own files stay as the tour left them."""
    copy = shutil.copytree(tour.home.store, tmp_path_factory.mktemp("copy") / "store")
    return people(Home(copy, practice.USER, practice.PASSWORD))


def texts(everybody: Iterable[ResidentDetails]) -> set[str]:
    """Names and NHS numbers as somebody might write them."""
    found = set()
    for person in everybody:
        names = [person.family_name, person.given_name, person.preferred_name]
        found |= {cased for name in names for cased in (name, name.upper(), name.lower())}
        if person.nhs_number:
            found |= {person.nhs_number, format_nhs_number(person.nhs_number)}
            found.add(format_nhs_number(person.nhs_number).replace(" ", "-"))
    return {text for text in found if len(text) >= LONG_ENOUGH}


def disguises(text: str) -> Iterator[bytes]:
    """The text in UTF-8, UTF-16 and base64, wherever in a longer text the base64 begins."""
    yield text.encode()
    yield text.encode("utf-16-le")
    yield text.encode("utf-16-be")
    for shift in range(3):
        coded = base64.b64encode(bytes(shift) + text.encode())
        whole = coded[(shift * 8 + 5) // 6 : (shift + len(text.encode())) * 8 // 6]
        if len(whole) >= LONG_ENOUGH:
            yield whole


def leaks(files: Iterable[Path], words: Iterable[str]) -> list[tuple[str, str]]:
    """Which words can be read in which files."""
    contents = {path: path.read_bytes() for path in files if path.is_file()}
    return [
        (path.name, word)
        for word in sorted(words)
        for path, content in contents.items()
        if any(disguise in content for disguise in disguises(word))
    ]


def test_it_leaves_its_papers(tour: Tour) -> None:
    assert {path.name for path in tour.out.iterdir()} == {
        "pack.pdf", "evidence.pdf", "evidence.xlsx", "evidence.csv", "manifest.json", "claim.json", "outbox.json",
        "papers", "screens", "store",
    }  # fmt: skip
    said = tour.done.json
    assert said["pack"]["sha256"] == hashlib.sha256((tour.out / "pack.pdf").read_bytes()).hexdigest()
    assert len(PdfReader(BytesIO((tour.out / "pack.pdf").read_bytes())).pages) == said["pack"]["pages"]
    claim = json.loads((tour.out / "claim.json").read_bytes())
    eligible = [decision["resident"] for decision in claim["decisions"] if decision["eligible"]]
    assert claim["total_pence"] == 7000 * len(eligible) == said["total_pence"]
    assert len(claim["submitted"]["claims"]) == len(eligible) == said["claims"] > 0
    assert [name.split("|")[1] for name in claim["submitted"]["claims"]] == eligible
    outbox = json.loads((tour.out / "outbox.json").read_bytes())
    assert {(row["event"], row["state"]) for row in outbox} == {("alert", "acknowledged"), ("ccp-claim", "decided")}
    assert said["sync"]["waiting"] == 0
    manifest = json.loads((tour.out / "manifest.json").read_bytes())
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((tour.out / name).read_bytes()).hexdigest() == digest
    rows = list(csv.DictReader((tour.out / "evidence.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) >= len(eligible)


PICTURES = """
import sys
from PySide6.QtGui import QImage
for name in sys.argv[1:]:
    image = QImage(name)
    spots = [(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)]
    print(image.width(), image.height(), len({image.pixel(*spot) for spot in spots}))
"""


def test_it_says_what_it_does_and_nothing_else(tour: Tour) -> None:
    said = tour.done.err.splitlines()
    assert any("Phone" in line and "999" in line for line in said)
    noise = ("qt.", "warning", "traceback", "error", "deprecat")
    assert not [line for line in said if any(word in line.lower() for word in noise)]
    assert tour.done.out.count("\n") == 1, "one line of JSON and nothing else"


def test_its_pictures_show_every_screen_light_and_dark(tour: Tour) -> None:
    pictures = sorted((tour.out / "screens").glob("*.png"))
    names = {path.stem.rpartition("-")[0] for path in pictures}
    assert {"today", "residents", "resident", "alerts", "premium", "sync", "staff", "settings"} <= names
    assert {"assessment-news2", "assessment-must"} <= names
    assert {"answers", "money", "accreditation", "policy", "training", "fair-cost"} <= names
    assert all(
        (tour.out / "screens" / f"{name}-{look}.png") in pictures for name in names for look in ("light", "dark")
    )
    seen = subprocess.run(
        [sys.executable, "-c", PICTURES, *map(str, pictures)],
        capture_output=True,
        text=True,
        check=True,
        timeout=DEADLINE_SECONDS,
    )
    for path, line in zip(pictures, seen.stdout.splitlines(), strict=True):
        width, height, colours = (int(word) for word in line.split())
        assert width >= 1366, path
        assert height >= 768, path
        assert colours > 10, f"{path} is blank"


def test_a_second_tour_does_not_write_over_the_first(tour: Tour) -> None:
    again = hartwell("tour", "--out", tour.out, "--no-pictures")
    assert (again.code, again.out) == (1, "")
    assert "earlier tour" in again.err


def test_no_resident_can_be_read_in_what_it_keeps(tour: Tour, everybody: list[ResidentDetails]) -> None:
    assert len(everybody) == 45
    words = texts(everybody)
    assert len(words) > 45 * 5
    kept = [path for path in tour.home.store.rglob("*") if path.is_file()]
    assert {"hartwell.db", "store.keys", "practice-ccg.sqlite3"} <= {path.name for path in kept}
    assert leaks([*kept, *tour.elsewhere.rglob("*")], words) == []
    # The search itself finds what may be read by whoever was given it.
    assert leaks([tour.out / "evidence.csv"], words)


def test_the_write_ahead_log_is_as_closed_as_the_store(
    tour: Tour, everybody: list[ResidentDetails], tmp_path: Path
) -> None:
    store = shutil.copytree(tour.home.store, tmp_path / "store")
    session = sign_in(store, practice.USER, practice.PASSWORD, SystemClock())
    try:
        for row in residents.find_residents(session)[:10]:
            record = residents.open_resident(session, row.id).resident.details
            story = f"{record.given_name} {record.family_name} {record.nhs_number}, everybody calls me Wildmarjoram"
            assessments.save_draft(session, row.id, "about_me", {"what_matters": story})
            assessments.sign(session, row.id, "about_me", {
                "preferred_name": record.given_name, "completed_on": session.today().isoformat(),
                "consent_to_share": True, "what_matters": story,
            })  # fmt: skip
        beside = [path for path in store.iterdir() if path.name.startswith("hartwell.db")]
        sizes = {path.name: path.stat().st_size for path in beside}
        assert sizes["hartwell.db-wal"] > 0
        assert leaks(beside, texts(everybody) | {"Wildmarjoram"}) == []
    finally:
        session.close()


def test_to_plain_sqlite_it_is_no_database(tour: Tour) -> None:
    db = tour.home.store / "hartwell.db"
    connection = sqlite3.connect(f"file:{db}?mode=ro", uri=True)
    try:
        with pytest.raises(sqlite3.DatabaseError, match="file is not a database"):
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    finally:
        connection.close()


def test_the_audit_names_nobody(practice_home: Home) -> None:
    words = texts(people(practice_home))
    session = sign_in(practice_home.store, practice_home.user, practice_home.password, SystemClock())
    try:
        with session.read() as connection:
            trail = " ".join(str(row.detail) + str(row.object_id) for row in connection.execute(schema.event.select()))
    finally:
        session.close()
    assert len(trail) > 10_000
    assert [word for word in words if word in trail] == []


def test_the_practice_home_is_a_home_of_forty_five_with_a_dozen_complex(practice_home: Home) -> None:
    session = sign_in(practice_home.store, practice_home.user, practice_home.password, SystemClock())
    try:
        assert session.home.practice
        rows = residents.find_residents(session, include_left=True)
        assert len(rows) == 45
        assert all(row.nhs_number is None or row.nhs_number.startswith("999") for row in rows)
        premium_areas = [{premium_need(area) for area in row.need_areas} - {None} for row in rows]
        assert 8 <= sum(len(areas) >= 2 for areas in premium_areas) <= 13

        covered = {cover.pathway: cover.covered for cover in staff.cover(session)}
        assert sorted(covered.values()) == [False] + [True] * 5
        weeks = [premium.week(session, premium.default_week(session) - timedelta(weeks=back)) for back in range(6)]
        assert [bool(week.submitted) for week in weeks] == [False, True, True, True, True, True]
        decided = [row.claim for week in weeks[1:] for row in week.rows if row.claim is not None]
        assert decided
        assert all(claim.outcome for claim in decided)
    finally:
        session.close()


def test_no_page_of_the_premium_is_empty_in_the_practice_home(practice_home: Home, now: datetime) -> None:
    """Each has something that stands and something that is left to be done."""
    session = sign_in(practice_home.store, practice_home.user, practice_home.password, SetClock(now))
    try:
        board = training.board(session, session.today())
        assert [(share.met, share.wanting) for share in board.shares] == [(True, 0), (False, 1)]
        assert board.lift.minutes(Cover.NO_ROTA) == 0
        (gap,) = [stretch for stretch in board.lift.stretches if stretch.cover is Cover.NOBODY_TRAINED]
        assert gap.minutes >= 11 * 60
        assert {(line.who, line.why) for line in training.provider_list(session)} >= {
            ("Cal Campion", "Certificate ends"),
            ("Ned Nettlebed", "No training recorded (accreditation, criterion 3)"),
        }
        (risk,) = training.forecast(session).at_risk
        assert risk.champions == ("Fay Fernleaf",)

        shown = accreditation.overview(session)
        assert [state.proof is Proof.SHOWN for state in shown.criteria] == [False, True, True, False, True, False]
        assert [request.kept for request in shown.requests] == [Kept.OPEN, Kept.NO_BED, Kept.KEPT, Kept.BROKEN]
        (paper,) = attachments.every(session)
        pdf = attachments.content(session, paper.id)
        assert "PRACTICE" in PdfReader(BytesIO(pdf.content)).pages[0].extract_text()

        answered = [each.question.key for each in policies.overview(session).questions if each.newest]
        assert answered == ["retained_bed", "claim_window", "respite"]

        years = {money.year_of(session.today() - timedelta(weeks=back)) for back in range(1, 7)}
        of_years = [money.money(session, year) for year in sorted(years)]
        words = [item.finding.words for item in of_years[0].open_review]
        assert len(words) == 2
        assert "this home has no claim VN3X2|R77|" in words[0]
        assert words[1].startswith("£10.00 less than the £70.00 accepted")
        assert all(year.whole.spent < year.whole.totals.paid + 100_000 for year in of_years)
        assert {category for year in of_years for category, _ in year.by_category} >= set(SpendCategory) - {
            SpendCategory.OTHER
        }

        (task,) = corrections.tasks(session)
        assert task.resident_key == "R28"
        assert task.week_start == premium.default_week(session) - timedelta(weeks=1)
        assert "Continuing Healthcare" in task.words
    finally:
        session.close()


def content(session: Session) -> dict[str, Any]:
    """What a home holds, without keys and identifiers."""
    found: dict[str, Any] = {}
    for row in residents.find_residents(session, include_left=True):
        record = residents.open_resident(session, row.id)
        found[record.resident.details.key] = {
            "details": repr(record.resident.details),
            "facts": sorted(repr(fact.body) for facts in record.facts.values() for fact in facts),
            "assessments": sorted(
                (line.instrument, line.at.isoformat(), line.score, line.band or "", line.state)
                for line in assessments.history(session, row.id, limit=1000)
            ),
            "latest answers": {
                line.instrument: repr(sorted(assessments.assessment(session, line.id).answers.items()))
                for line in record.latest
            },
            "alerts": sorted((alert.kind, alert.raised_at.isoformat()) for alert in record.alerts),
        }
    start = premium.default_week(session)
    for back in range(6):
        week = premium.week(session, start - timedelta(weeks=back))
        found[f"week {back}"] = {
            "decisions": premium.week_json(week, None),
            "claims": [
                (row.claim.identifier, row.claim.outcome, row.claim.decided_pence) for row in week.rows if row.claim
            ],
        }
    year, board = money.money(session), training.board(session, session.today())
    found["premium"] = {
        "money": repr((year.weeks, year.review, year.by_category, [payment.body for payment in year.payments])),
        "training": repr((board.shares, [(each.since, each.cover) for each in board.lift.stretches])),
        "requests": repr([request.body for request in accreditation.overview(session).requests]),
    }
    return found


BUILD = """
import sys
from datetime import datetime
from pathlib import Path
from app.services import practice
from app.services.clock import SetClock
practice.build(Path(sys.argv[1]), SetClock(datetime.fromisoformat(sys.argv[2]))).close()
"""


def test_the_same_day_gives_the_same_practice_home(practice_template: Path, tmp_path: Path, now: datetime) -> None:
    """Built a second time by another process, with another order of its sets and in another time zone."""
    again = tmp_path / "again"
    env = os.environ | {"PYTHONHASHSEED": "4711", "TZ": "America/New_York"}
    subprocess.run(
        [sys.executable, "-c", BUILD, str(again), now.isoformat()], env=env, check=True, timeout=DEADLINE_SECONDS
    )
    found = []
    for store in (practice_template, again):
        copy = shutil.copytree(store, tmp_path / f"copy of {store.name}")
        session = sign_in(copy, practice.USER, practice.PASSWORD, SetClock(now))
        try:
            found.append(content(session))
        finally:
            session.close()
    assert found[0] == found[1]
    assert len(found[0]) == 52
