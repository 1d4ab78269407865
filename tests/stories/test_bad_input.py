"""What is given wrong: refused whole, in words, at its place, and nothing kept of it."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.services import residents
from app.services.clock import SystemClock
from app.services.practice import PASSWORD, USER
from app.services.sign_in import sign_in
from tests.helpers.cli import Home, hartwell, write_json

HEADER = (
    "key,nhs_number,family_name,given_name,date_of_birth,gender,room,admitted_at,allergies,cpr,needs,chc_from,chc_to,"
    "consent_sharing"
)
SOUND = "Z1,,Wintergreen,Ambrose,1937-09-06,male,1,2020-01-01,,,,,,yes"
FAULTS = {
    # row: column, a row with one fault in it
    2: ("nhs_number", "F1,9990000019,Wintergreen,Ambrose,1937-09-06,male,1,2020-01-01,,,,,,yes"),
    3: ("date_of_birth", "F2,,Meadowsweet,Clementine,05/06/1937,male,1,2020-01-01,,,,,,yes"),
    4: ("family_name", "F3,,,Ambrose,1937-09-06,male,1,2020-01-01,,,,,,yes"),
    5: ("gender", "F4,,Larkspur,Zoë,1937-09-06,lady,1,2020-01-01,,,,,,yes"),
    6: ("admitted_at", "F5,,Bindweed,Hugo,1937-09-06,male,1,2099-01-01,,,,,,yes"),
    7: ("cpr", "F6,,Speedwell,Ina,1937-09-06,female,1,2020-01-01,,perhaps,,,,yes"),
    8: ("needs", "F7,,Toadflax,Basil,1937-09-06,male,1,2020-01-01,,,gardening,,,yes"),
    9: ("chc_to", "F8,,Cowslip,Della,1937-09-06,female,1,2020-01-01,,,,2026-02-01,2026-01-01,yes"),
    10: ("consent_sharing", "F9,,Foxtail,Emil,1937-09-06,male,1,2020-01-01,,,,,,maybe"),
    11: ("key", "F1,,Harebell,Freda,1937-09-06,female,1,2020-01-01,,,,,,yes"),
}


def keys(home: Home) -> list[str]:
    session = sign_in(home.store, home.user, home.password, SystemClock())
    try:
        return sorted(row.banner_name for row in residents.find_residents(session, include_left=True))
    finally:
        session.close()


def test_a_table_with_ten_faults_imports_nothing_and_names_ten_places(practice_home: Home, tmp_path: Path) -> None:
    before = keys(practice_home)
    table = tmp_path / "residents.csv"
    table.write_text("\n".join([HEADER, *(row for _, row in FAULTS.values()), SOUND]), encoding="utf-8")
    done = practice_home.run("import", "residents", table)
    assert (done.code, done.out) == (1, "")
    first, *named = done.err.splitlines()
    assert first == "Nothing was imported: 10 problems"
    places = {row: line.partition(": ")[0] for row, line in zip(FAULTS, named, strict=True)}
    assert places == {row: f"row {row}, column {column}" for row, (column, _) in FAULTS.items()}
    assert all(line.partition(": ")[2] for line in named)
    assert keys(practice_home) == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"key,colour\n", "colour"),
        (b"PK\x03\x04\xff\xfe", "UTF-8"),
        (HEADER.encode() + b'\nZ1,"', "quotation mark"),
        (HEADER.encode() + b"\n", "no rows"),
        (b"x" * 5_000_001, "5 MB"),
    ],
    ids=["empty", "strange column", "not text", "open quotation", "no rows", "too large"],
)
def test_a_file_that_is_no_table_is_refused_in_words(
    practice_template: Path, tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "table.csv").write_bytes(content)
    done = practice(practice_template).run("import", "residents", tmp_path / "table.csv")
    assert (done.code, done.out) == (1, "")
    assert words in done.err


def practice(store: Path) -> Home:
    """The practice home itself, for commands that are refused and leave it as it is."""
    return Home(store, USER, PASSWORD)


def test_an_observation_beyond_life_is_refused_at_its_field(practice_home: Home) -> None:
    answers = {
        "resp_rate": 16, "spo2": 97, "spo2_scale": 1, "on_oxygen": False, "systolic": 122, "pulse": 700,
        "consciousness": "A", "temp_c": 36.8,
    }  # fmt: skip
    done = practice_home.run("record", lines=[
        {"resident": "R01", "instrument": "news2", "answers": answers, "sign": True},
        {"resident": "R01", "instrument": "news2", "answers": {"pulse": 700}, "sign": False},
    ])  # fmt: skip
    assert done.code == 1
    assert [line["error"]["field"] for line in done.lines] == ["pulse", "pulse"]
    assert all("250" in line["error"]["message"] for line in done.lines)


def test_lines_that_could_mean_two_things_or_nothing_are_refused(practice_home: Home) -> None:
    sound = {"resident": "R01", "instrument": "must", "answers": {}, "sign": True}
    done = practice_home.run("record", lines=[
        '{"resident": "R01", "resident": "R02", "instrument": "must", "answers": {}, "sign": true}',
        '{"resident": "R01", "instrument": "about_me", "answers": {"what_matters": "\\ud800"}, "sign": true}',
        '{"resident": "R01", "instrument": "must", "answers": {"weight_kg": 1e99999999}, "sign": false}',
        '{"resident": "R01", "instrument": "must", "answers": {"weight_kg": NaN}, "sign": true}',
        '{"resident": "R01", "instrument": "must", "sign": false, "answers": {"a": ' + "[" * 600 + "]" * 600 + "}}",
        "[" * 200_000,
        "[]",
        json.dumps(sound | {"sign": "yes"}),
        json.dumps(sound | {"answers": []}),
        json.dumps(sound | {"at": "yesterday"}),
        json.dumps(sound | {"at": "0001-01-01T00:00"}),
        json.dumps(sound | {"at": 20261120}),
        json.dumps(sound | {"reason": "no amendment"}),
        json.dumps(sound | {"answers": {"colour": 1}}),
        json.dumps(sound | {"instrument": "tea_leaves"}),
        json.dumps({"resident": "R01", "instrument": "must", "sign": True}),
        "x" * 5_000_001,
        json.dumps(sound),
    ])  # fmt: skip
    assert (done.code, done.err) == (1, "")
    assert [line.get("error", {}).get("field") for line in done.lines] == [
        "resident", "line", "line", "line", "line", "line", "line", "sign", "answers", "at", "at", "at", "reason",
        "colour", "instrument", "answers", "line", None,
    ]  # fmt: skip


def test_a_week_in_the_future_is_refused_in_words(practice_template: Path, last_monday: date) -> None:
    home = practice(practice_template)
    for ahead in (1, 5):
        monday = last_monday + timedelta(weeks=ahead)
        done = home.run("claim", "--week", monday.isoformat(), "--submit")
        assert (done.code, done.out) == (1, "")
        assert "has not ended" in done.err
    assert home.run("claim", "--week", "9999-12-31").code == 1
    two_ways = home.run("claim", "--week", "05/06/2026")
    assert (two_ways.code, "two ways" in two_ways.err) == (1, True)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[]", "JSON object"),
        ("{", "not JSON"),
        ("[" * 200_000, "not JSON"),
        ('{"home": {"name": "x", "name": "y", "ods": "V1A"}}', "name is given twice"),
        ('{"home": {"name": "x", "ods": "V1A", "colour": 1}, "manager": {"user": "a", "name": "b"}}', "home.colour"),
        ('{"home": {"name": "x", "ods": "V1A", "beds": -1}, "manager": {"user": "a", "name": "b"}}', "home.beds"),
        ('{"home": {"name": "\\ud800", "ods": "V1A"}, "manager": {"user": "a", "name": "b"}}', "Unicode"),
        ('{"home": {"name": "x", "ods": "V1A"}}', "manager"),
        (" " * 5_000_001 + "{}", "longer"),
    ],
    ids=["list", "broken", "deep", "twice", "strange key", "beds", "no text", "no manager", "huge"],
)
def test_a_first_run_from_a_faulty_file_makes_nothing(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "home.json").write_text(content)
    done = hartwell(
        "init", "--home", tmp_path / "home.json", "--store", tmp_path / "store", stdin="three quiet words\n"
    )
    assert (done.code, done.out) == (1, "")
    assert words in done.err
    assert "Traceback" not in done.err
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("password", ["", "short", "password123"])
def test_a_first_run_with_a_weak_password_makes_nothing(tmp_path: Path, password: str) -> None:
    setup = {"home": {"name": "Practice House", "ods": "VN3X2"}, "manager": {"user": "mo", "name": "Mo Manager"}}
    file = write_json(tmp_path / "home.json", setup)
    done = hartwell("init", "--home", file, "--store", tmp_path / "store", stdin=password + "\n")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("password: ")
    assert not (tmp_path / "store").exists()


def test_a_pack_with_a_faulty_reason_or_place_is_not_made(practice_template: Path, tmp_path: Path) -> None:
    home, out = practice(practice_template), tmp_path / "pack.pdf"
    for reason, words in (
        ({"situation": "x", "colour": "blue"}, "colour: "),
        ({"observations": {"pulse": 700}}, "pulse: "),
        ({"onset_at": "yesterday"}, "onset_at: "),
        ({"last_doses": [{"medicine": "x", "given": "y"}]}, "last_doses[0].given: "),
    ):
        done = home.run("pack", "R01", "--reason", write_json(tmp_path / "reason.json", reason), "--out", out)
        assert (done.code, done.out) == (1, "")
        assert done.err.startswith(words), done.err
    sound = write_json(tmp_path / "reason.json", {"situation": "x"})
    nowhere = home.run("pack", "R01", "--reason", sound, "--out", tmp_path / "none" / "pack.pdf")
    assert (nowhere.code, "no folder" in nowhere.err) == (1, True)
    nobody = home.run("pack", "R99", "--reason", sound, "--out", out)
    assert (nobody.code, "R99" in nobody.err) == (1, True)
    assert not out.exists()


def test_a_connection_that_cannot_work_is_not_kept(practice_template: Path, tmp_path: Path) -> None:
    home = practice(practice_template)
    secret = {"transport": "mesh", "url": "http://mesh.example", "mailbox": "m", "password": "hush hush",
              "shared_key": "hush too", "ccg_mailbox": "c"}  # fmt: skip
    for settings, words in (
        ({"transport": "pigeon"}, "transport: "),
        ({"transport": "mesh"}, "url: "),
        (secret, "url: "),
        (secret | {"url": "https://mesh.example", "colour": 1}, "colour: "),
    ):
        done = home.run("connect", write_json(tmp_path / "connect.json", settings))
        assert (done.code, done.out) == (1, "")
        assert done.err.startswith(words), done.err
        assert "hush" not in done.err


def test_a_role_does_what_it_may_and_no_more(practice_template: Path, last_monday: date, tmp_path: Path) -> None:
    carer = Home(practice_template, "cal", practice(practice_template).password)
    for command in (
        ("claim", "--week", last_monday.isoformat(), "--submit"),
        ("claim", "--week", last_monday.isoformat()),
        ("evidence", "--from", last_monday.isoformat(), "--to", last_monday.isoformat(), "--out", str(tmp_path / "e")),
        ("connect", str(write_json(tmp_path / "connect.json", {"transport": "folder", "path": "x"}))),
    ):
        done = carer.run(*command)
        assert (done.code, done.out) == (1, "")
        assert "Your role (carer)" in done.err


def test_a_reader_who_goes_away_is_no_fault(practice_template: Path) -> None:
    home = practice(practice_template)
    command = [sys.executable, "-m", "app", "outbox", "--store", str(home.store), "--user", home.user]
    read_end, write_end = os.pipe()
    os.close(read_end)
    try:
        done = subprocess.run(
            command, input=home.password.encode() + b"\n", stdout=write_end, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(write_end)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.fixture
def locked_folder(practice_template: Path) -> Iterator[Path]:
    """A home in a folder that can be read and not written."""
    folder = Path(tempfile.mkdtemp())  # not in pytest's own folder, which only its owner may enter
    store = shutil.copytree(practice_template, folder / "store")
    for path in (*store.rglob("*"), store, folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield store
    for path in (folder, store, *store.rglob("*")):
        path.chmod(0o755)
    shutil.rmtree(folder)


def _obey_modes() -> None:
    """Take from an administrator the power to write where the mode says no (Linux: CAP_DAC_OVERRIDE)."""
    ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="folders there have no such mode")
def test_a_folder_that_cannot_be_written_ends_with_14(locked_folder: Path) -> None:
    home = practice(locked_folder)
    as_anybody = {"preexec_fn": _obey_modes} if os.geteuid() == 0 else {}
    done = hartwell("outbox", "--store", home.store, "--user", home.user, stdin=home.password + "\n", **as_anybody)
    assert (done.code, done.out) == (14, ""), done.err
    assert "cannot be written" in done.err
    out = locked_folder / "evidence"
    evidence = hartwell("tour", "--no-pictures", "--out", out, **as_anybody)
    assert (evidence.code, evidence.out) == (14, "")
    assert str(out) in evidence.err
