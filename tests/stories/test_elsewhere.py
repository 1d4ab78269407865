"""A laptop set to another time zone, another language, a code page of its own: the home is in London all the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from app.services import assessments, residents
from app.services.clock import SetClock, SystemClock
from app.services.sign_in import sign_in
from tests.helpers.cli import DEADLINE_SECONDS, Home, hartwell

ZONES = ("America/New_York", "Asia/Tokyo")
MUST = {"height_m": 1.80, "weight_kg": 64.8, "previous_weight_kg": 64.8, "acutely_ill_no_intake_5d": False}
AT = """
import sys
from datetime import datetime
from app.cli import main
from app.services.clock import SystemClock
instant = datetime.fromisoformat(sys.argv[1])
SystemClock.now = lambda self: instant
raise SystemExit(main(sys.argv[2:]))
"""


def summer_sunday(now: datetime) -> date:
    """A Sunday in the next June, when London is an hour ahead of Greenwich."""
    june = date(now.year + 1, 6, 24)
    return june + timedelta(days=6 - june.weekday())


def at(instant: str, home: Home, *command: str, zone: str) -> subprocess.CompletedProcess[str]:
    """A command as it would run at the instant, on a laptop in the zone. Only the clock is not real."""
    return subprocess.run(
        [sys.executable, "-c", AT, instant, "--store", str(home.store), "--user", home.user, *command],
        input=home.password + "\n", capture_output=True, text=True, env=os.environ | {"TZ": zone}, check=False,
        timeout=DEADLINE_SECONDS,
    )  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
def test_a_week_ends_at_midnight_in_london(zone: str, practice_home: Home, now: datetime) -> None:
    sunday = summer_sunday(now)
    week = (sunday - timedelta(days=6)).isoformat()
    before = at(f"{sunday}T22:30:00+00:00", practice_home, "claim", "--week", week, "--submit", zone=zone)
    assert (before.returncode, "has not ended" in before.stderr) == (1, True), before.stderr
    after = at(f"{sunday}T23:30:00+00:00", practice_home, "claim", "--week", week, "--submit", zone=zone)
    assert "has not ended" not in after.stderr
    assert "Nobody can be claimed" in after.stderr, "the evidence is months old by then"


def test_a_time_without_an_offset_is_london_time(practice_home: Home, now: datetime) -> None:
    summer = date(now.year if now.month > 7 else now.year - 1, 7, 1)
    lines = [
        {"resident": "R01", "instrument": "must", "answers": MUST, "sign": True, "at": f"{summer}T00:15"},
        {"resident": "R01", "instrument": "must", "answers": MUST, "sign": True, "at": f"{summer}T00:15-04:00"},
    ]
    done = practice_home.run("record", lines=lines, env={"TZ": "America/New_York"})
    assert done.code == 0, done.err
    session = sign_in(practice_home.store, practice_home.user, practice_home.password, SystemClock())
    try:
        resident = residents.resident_by_key(session, "R01").id
        found = {row.revision_id: row.at for row in assessments.history(session, resident, "must", limit=1000)}
    finally:
        session.close()
    local, offset = (found[line["ack"]] for line in done.lines)
    assert local.isoformat() == f"{summer - timedelta(days=1)}T23:15:00+00:00"
    assert offset.isoformat() == f"{summer}T04:15:00+00:00"


def test_both_weeks_of_a_clock_change_have_seven_nights() -> None:
    case = {
        "home": {"ods": "V123A", "accredited": [["2016-01-04", None]]},
        "resident": {"nhs_number": "9990000018", "date_of_birth": "1931-05-02", "absences": [], "chc": [],
                     "stays": [["2016-02-01T11:00", None]]},
        "needs": [{"area": area, "evidenced_on": "2016-03-01"} for area in ("dementia", "falls")],
        "champions": [{"name": area, "pathway": area, "certificate": ["2016-01-01", None],
                       "in_post": ["2016-01-01T00:00", None]} for area in ("dementia", "falls")],
        "other_live_claims": [],
    }  # fmt: skip
    weeks = [("2016-03-21", "2016-03-28T00:00"), ("2016-10-24", "2016-10-31T00:00"), ("2016-10-24", "2016-10-30T23:59")]
    lines = [json.dumps(case | {"id": n, "week_start": w, "submitted_at": s}) for n, (w, s) in enumerate(weeks)]
    for zone in ZONES:
        done = hartwell("decide", stdin="\n".join(lines), env={"TZ": zone})
        assert [line["nights"] for line in done.lines] == [7, 7, 7]
        assert done.lines[0]["reasons"] == []
        assert "TOO-EARLY" not in done.lines[1]["reasons"]
        assert "TOO-EARLY" in done.lines[2]["reasons"]


def test_names_survive_a_terminal_of_another_code_page(practice_home: Home, tmp_path: Path) -> None:
    table = tmp_path / "residents.csv"
    table.write_bytes(
        "\ufeffkey,family_name,given_name,date_of_birth,admitted_at\n"
        "U1,Ó Súilleabháin-Nguyễn,Zoë,1937-09-06,2020-01-01\nU2,李,小龙,1937-09-06,2020-01-01\n".encode()
    )
    env = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "latin-1"}
    assert practice_home.ok("import", "residents", table, env=env) == {"imported": 2}
    words = "Cup of tea, “proper”, ☕ and a walk – Zoë"
    asked = {"resident": "U1", "instrument": "about_me", "sign": True, "answers": {
        "preferred_name": "Zoë", "completed_on": "2026-01-01", "consent_to_share": True, "what_matters": words,
    }}  # fmt: skip
    done = practice_home.run("record", lines=[json.dumps(asked, ensure_ascii=False)], env=env)
    assert done.code == 0, done.err + done.out
    score = hartwell("score", stdin=json.dumps({"id": "Zoë ☕", "instrument": "about_me", "answers": {}},
                                               ensure_ascii=False), env=env)  # fmt: skip
    assert score.json["id"] == "Zoë ☕"
    session = sign_in(practice_home.store, practice_home.user, practice_home.password, SetClock(SystemClock().now()))
    try:
        (row,) = residents.find_residents(session, "Ó Súilleabháin")
        kept = assessments.previous(session, row.id, "about_me")
    finally:
        session.close()
    assert kept is not None
    assert kept.answers["what_matters"] == words
