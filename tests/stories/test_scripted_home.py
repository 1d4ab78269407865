"""A home run by scripts alone, from first run to the CCG's decision: every command, shape and refusal."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from app.services.clock import SystemClock
from app.services.sign_in import sign_in
from app.sync.practice_ccg import PracticeCcg
from tests.helpers.cli import PASSWORD, Done, Home, hartwell, write_json

SETUP: dict[str, Any] = {
    "home": {
        "name": "Practice House", "ods": "VN3X2", "cqc_location": "1-123456789", "address": ["1 High Street", "Ware"],
        "postcode": "SG12 9AA", "phone": "01920 555 0100", "email": "practice.house@example.nhs.uk", "beds": 45,
        "locality": "Lower Lea Valley", "kind": "residential", "accredited": [["2016-01-04", None]],
        "ccg": {"ods": "06K", "name": "East and North Hertfordshire CCG"},
    },
    "manager": {"user": "mo", "name": "Mo Manager"},
    "device": "office laptop",
}  # fmt: skip
CALM = {
    "resp_rate": 16, "spo2": 97, "spo2_scale": 1, "on_oxygen": False, "systolic": 122, "pulse": 71,
    "consciousness": "A", "temp_c": 36.8,
}  # fmt: skip
WORSE = CALM | {"resp_rate": 26, "spo2": 90, "pulse": 118, "consciousness": "C", "temp_c": 38.9}
MUST = {"height_m": 1.80, "weight_kg": 64.8, "previous_weight_kg": 64.8, "acutely_ill_no_intake_5d": False}


def residents_csv(evidenced: date) -> str:
    """Three invented residents; the first can be claimed for, the second has one need, the third has no number."""
    on = evidenced.isoformat()
    return (
        "key,nhs_number,title,family_name,given_name,preferred_name,date_of_birth,gender,room,admitted_at,gp_code,"
        "gp_name,gp_phone,allergies,diagnoses,medicines,cpr,contact_name,contact_relation,contact_phone,needs,chc_from,"
        "chc_to,consent_sharing\n"
        "R1,999 000 0018,Mr,Wintergreen,Ambrose,Amby,06-Sep-1937,male,12,2024-03-01,E82999,Cedar Surgery,"
        f"01920 555 0199,Penicillin=rash,Alzheimer's disease,Apixaban 5 mg=twice a day,dnacpr,Sam Wintergreen,son,"
        f"01920 555 0111,dementia={on};falls={on},,,yes\n"
        f"R2,9990000026,Mrs,Meadowsweet,Clementine,,1941-05-30,female,13,2024-03-01T14:00,,,,NKDA,,,attempt,,,,"
        f"nutrition={on},,,no\n"
        "R3,,Miss,O'Larkspur,Zoë,,25/12/1935,female,14,2024-03-01,,,,,,,,,,,,,,\n"
    )


def staff_csv() -> str:
    """The manager is there already; these two are the champions."""
    return (
        "key,name,role,user,started_at,left_at,champion\n"
        "cass,Cass Coltsfoot,champion,,2023-01-02,,dementia=2024-02-01//HC-1\n"
        "fay,Fay Fernleaf,champion,,2023-01-02,,falls=2024-02-01/2099-12-31/HC-2;engagement=2024-02-01\n"
    )


@dataclass
class Story:
    """The home and what each command answered."""

    home: Home
    folder: Path
    said: dict[str, Any] = field(default_factory=dict)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, last_monday: date) -> Story:
    folder = tmp_path_factory.mktemp("scripted")
    home = Home(folder / "store")
    told = Story(home, folder)
    setup = write_json(folder / "home.json", SETUP)
    made = hartwell("init", "--home", setup, "--store", home.store, stdin=PASSWORD + "\n")
    assert made.code == 0, made.err
    told.said["init"] = made.json
    (folder / "residents.csv").write_text(residents_csv(last_monday - timedelta(days=10)), encoding="utf-8")
    (folder / "staff.csv").write_text(staff_csv(), encoding="utf-8")
    told.said["import residents"] = home.ok("import", "residents", folder / "residents.csv")
    told.said["import staff"] = home.ok("import", "staff", folder / "staff.csv")
    at = f"{last_monday.isoformat()}T08:15"
    told.said["record"] = home.run("record", lines=[
        {"resident": "R1", "instrument": "must", "answers": MUST, "at": at, "sign": True},
        {"resident": "R1", "instrument": "news2", "answers": WORSE, "sign": True},
        {"resident": "R2", "instrument": "news2", "answers": CALM | {"pulse": 700}, "sign": True},
        "{not json",
        "",
        {"resident": "R9", "instrument": "must", "answers": MUST, "sign": True},
        {"resident": "R2", "instrument": "must", "answers": MUST, "sign": True, "colour": "blue"},
        {"resident": "R2", "instrument": "must", "answers": {"height_m": 1.80}, "sign": False},
        {"resident": "R2", "instrument": "must", "answers": MUST, "sign": True, "at": "2099-01-01T08:00"},
        {"resident": "R3", "instrument": "news2", "answers": CALM, "sign": True},
    ])  # fmt: skip
    first, second = (told.said["record"].lines[line]["ack"] for line in (0, 1))
    told.said["amend"] = home.run("record", lines=[
        {"resident": "R1", "instrument": "must", "answers": MUST | {"weight_kg": 59.0}, "sign": True, "amends": first,
         "reason": "Read from the wrong scale"},
        {"resident": "R1", "instrument": "must", "answers": MUST, "sign": True, "amends": first, "reason": "again"},
        {"resident": "R2", "instrument": "must", "answers": MUST, "sign": True, "amends": first, "reason": "whose?"},
        {"resident": "R1", "instrument": "news2", "answers": CALM, "sign": True, "amends": second},
    ])  # fmt: skip
    reason = write_json(folder / "reason.json", {
        "situation": "Breathless since breakfast", "background": "Heart failure", "assessment": "Possible sepsis",
        "request": "Urgent assessment", "onset_at": at, "observations": WORSE,
        "last_doses": [{"medicine": "Apixaban 5 mg", "given_at": at}], "bag": "RB-03",
        "destination": "Lister Hospital", "called": [{"who": "999", "at": at}], "escort": "Cal Campion",
    })  # fmt: skip
    told.said["pack"] = home.ok("pack", "R1", "--reason", reason, "--out", folder / "pack.pdf", "--copies", "2")
    week = last_monday.isoformat()
    told.said["claim"] = home.ok("claim", "--week", week)
    told.said["submit"] = home.ok("claim", "--week", week, "--submit")
    told.said["not connected"] = home.run("sync")
    exchange = folder / "stick"
    exchange.mkdir()
    with PracticeCcg(folder / "ccg", now=lambda: datetime.now(UTC)) as ccg:
        settings = {"transport": "folder", "path": str(exchange), "recipient_public_key": ccg.public_key}
        told.said["connect"] = home.ok("connect", write_json(folder / "connect.json", settings))
        told.said["queued"] = home.ok("outbox")
        told.said["first sync"] = home.ok("sync")
        told.said["answered"] = ccg.run_folder(exchange)
        told.said["second sync"] = home.ok("sync")
        told.said["third sync"] = home.ok("sync")
        told.said["paid"] = ccg.effects().payments
    told.said["outbox"] = home.ok("outbox")
    told.said["evidence"] = home.ok("evidence", "--from", week, "--to", week, "--out", folder / "evidence")
    return told


def test_first_run_answers_with_the_recovery_key_once(story: Story) -> None:
    answer = story.said["init"]
    assert set(answer) == {"store_id", "device_id", "recovery_key", "schema"}
    assert len(answer["recovery_key"].replace("-", "")) == 32
    kept = b"".join(path.read_bytes() for path in story.home.store.rglob("*") if path.is_file())
    assert answer["recovery_key"].encode() not in kept
    assert answer["recovery_key"].replace("-", "").encode() not in kept


def test_a_second_first_run_in_the_same_folder_touches_nothing(story: Story) -> None:
    before = (story.home.store / "store.keys").read_bytes()
    again = hartwell("init", "--home", story.folder / "home.json", "--store", story.home.store, stdin=PASSWORD + "\n")
    assert (again.code, again.out) == (1, "")
    assert "already a home" in again.err
    assert (story.home.store / "store.keys").read_bytes() == before


def test_imports_say_how_many(story: Story) -> None:
    assert story.said["import residents"] == {"imported": 3}
    assert story.said["import staff"] == {"imported": 2}


def test_each_line_recorded_has_one_line_of_answer(story: Story) -> None:
    done: Done = story.said["record"]
    assert done.code == 1, "some lines were refused"
    assert done.err == ""
    must, news2, pulse, broken, stranger, key, draft, future, calm = done.lines
    shape = {"ack", "score", "band", "flags", "alerts", "audit"}
    assert set(must) == set(news2) == set(calm) == shape
    assert (must["score"], must["band"], must["flags"], must["alerts"]) == (1, "medium", [], [])
    assert (news2["score"], news2["band"], news2["alerts"]) == (12, "high", ["news2-high"])
    assert (calm["score"], calm["band"], calm["alerts"]) == (0, "low", [])
    assert must["audit"] < news2["audit"] < calm["audit"]
    assert pulse["error"]["field"] == "pulse"
    assert "250" in pulse["error"]["message"]
    assert broken["error"]["field"] == "line"
    assert (stranger["error"]["field"], "R9" in stranger["error"]["message"]) == ("resident", True)
    assert (key["error"]["field"], "colour" in key["error"]["message"]) == ("colour", True)
    assert set(draft) == shape | {"draft"}
    assert (draft["draft"], draft["score"], draft["alerts"]) == (True, None, [])
    assert future["error"]["field"] == "at"


def test_an_amendment_names_its_reason_and_what_it_amends(story: Story) -> None:
    amended, stale, stranger, reasonless = story.said["amend"].lines
    assert (amended["score"], amended["band"], amended["alerts"]) == (3, "high", ["must-high"])
    assert amended["ack"] != story.said["record"].lines[0]["ack"]
    assert "error" in stale, "the newest revision is amended, not an earlier one"
    assert stranger["error"]["field"] == "amends"
    assert reasonless["error"]["field"] == "reason"


def test_the_pack_is_the_file_it_says_it_is(story: Story) -> None:
    answer = story.said["pack"]
    assert set(answer) == {"pack", "version", "pages", "missing", "sha256"}
    content = (story.folder / "pack.pdf").read_bytes()
    assert hashlib.sha256(content).hexdigest() == answer["sha256"]
    pages = PdfReader(BytesIO(content)).pages
    assert len(pages) == answer["pages"]
    assert answer["version"] == 1
    assert answer["missing"]
    text = "\n".join(page.extract_text() for page in pages)
    assert "WINTERGREEN" in text
    assert "999 000 0018" in text


def test_the_week_has_a_decision_with_reasons_for_everybody(story: Story, last_monday: date) -> None:
    week = story.said["claim"]
    assert set(week) == {
        "week_start", "policy", "decisions", "total_pence", "claim_rate", "at_risk", "submitted",
    }  # fmt: skip
    assert (week["week_start"], week["policy"], week["submitted"]) == (last_monday.isoformat(), "2015-10-05/1", None)
    keys = {"resident", "eligible", "amount_pence", "nights", "relied_upon", "left_out", "reasons"}
    assert all(set(decision) == keys for decision in week["decisions"])
    by_key = {decision["resident"]: decision for decision in week["decisions"]}
    assert by_key["R1"] == {
        "resident": "R1", "eligible": True, "amount_pence": 7000, "nights": 7, "relied_upon": ["dementia", "falls"],
        "left_out": {}, "reasons": [],
    }  # fmt: skip
    assert by_key["R2"]["reasons"] == ["NEEDS-LT2", "CHAMPION-NOT-IN-POST:nutrition", "CHAMPION-LT2"]
    assert by_key["R3"]["reasons"] == ["NEEDS-LT2", "CHAMPION-LT2"]
    assert week["total_pence"] == 7000
    assert isinstance(week["claim_rate"], float)


def test_submitting_names_the_message_and_the_claims(story: Story, last_monday: date) -> None:
    submitted = story.said["submit"]["submitted"]
    assert set(submitted) == {"bundle", "claims"}
    assert submitted["bundle"].startswith("urn:uuid:")
    assert submitted["claims"] == [f"VN3X2|R1|{last_monday.isoformat()}|v1"]


def test_sync_before_connecting_says_so(story: Story) -> None:
    done: Done = story.said["not connected"]
    assert (done.code, done.out) == (1, "")
    assert "connected" in done.err


def test_the_queue_goes_out_and_the_answers_come_back(story: Story) -> None:
    keys = {"id", "event", "state", "attempts", "bundle", "created_at", "last_error"}
    queued, settled = story.said["queued"], story.said["outbox"]
    assert all(set(row) == keys for row in queued + settled)
    assert [(row["event"], row["state"], row["attempts"]) for row in queued] == [
        ("alert", "queued", 0), ("alert", "queued", 0), ("ccp-claim", "queued", 0),
    ]  # fmt: skip
    assert queued[-1]["bundle"] == story.said["submit"]["submitted"]["bundle"]
    figures = {
        "sent", "acknowledged", "decided", "refused", "undelivered", "quarantined", "waiting", "clock_skew_seconds",
    }  # fmt: skip
    first, second, third = (story.said[f"{nth} sync"] for nth in ("first", "second", "third"))
    assert set(first) == set(second) == figures
    assert (first["sent"], first["waiting"], first["acknowledged"]) == (3, 0, 0)
    assert story.said["answered"] == 3
    assert (second["sent"], second["acknowledged"], second["decided"]) == (0, 3, 1)
    assert (third["sent"], third["acknowledged"], third["decided"]) == (0, 0, 0)
    assert [(row["event"], row["state"], row["attempts"]) for row in settled] == [
        ("alert", "acknowledged", 1), ("alert", "acknowledged", 1), ("ccp-claim", "decided", 1),
    ]  # fmt: skip
    assert story.said["paid"] == {story.said["submit"]["submitted"]["claims"][0]: (7000,)}


def test_the_evidence_is_what_its_manifest_says(story: Story) -> None:
    files = [Path(name) for name in story.said["evidence"]["files"]]
    folder = files[0].parent
    (archive,) = (path for path in files if path.suffix == ".zip")
    assert {path.name for path in files} == {
        "evidence.pdf", "evidence.xlsx", "evidence.csv", "manifest.json", archive.name,
    }  # fmt: skip
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    table = (folder / "evidence.csv").read_text(encoding="utf-8-sig")
    assert story.said["submit"]["submitted"]["claims"][0] in table
    assert "Wintergreen" in table or "WINTERGREEN" in table
    for path in (folder / "manifest.json", archive):  # no store, no user, no password
        done = hartwell("verify", path)
        assert done.code == 0, done.err
        assert (done.json["bundle"], done.json["signature"], done.json["kind"]) == ("ok", "ok", "identifiable")
        assert "Unchanged: 3 files as " in done.err


def test_store_and_user_may_stand_on_either_side_of_the_command(story: Story) -> None:
    store, secret = str(story.home.store), PASSWORD + "\n"
    before = hartwell("--store", store, "--user", "mo", "--password-stdin", "outbox", stdin=secret)
    after = hartwell("outbox", "--password-stdin", "--user", "mo", "--store", store, stdin=secret)
    only_account = hartwell("outbox", "--store", store, stdin=secret)
    assert (before.code, after.code, only_account.code) == (0, 0, 0)
    assert before.json == after.json == only_account.json == story.said["outbox"]


def test_no_command_that_draws_nothing_loads_the_screen(story: Story) -> None:
    done = story.home.run("outbox", env={"PYTHONPROFILEIMPORTTIME": "1"})
    assert done.code == 0
    assert "sqlalchemy" in done.err, "the imports were not written down"
    for module in ("PySide6", "reportlab", "fhir.resources", "alembic"):
        assert module not in done.err


def test_info_tells_versions_paths_and_sizes_and_nothing_of_the_residents(story: Story) -> None:
    done = hartwell("info", "--store", story.home.store)
    assert (done.code, done.err) == (0, "")
    answer = done.json
    assert {"version", "schema", "python", "libraries", "store", "bytes", "resources", "logs"} == set(answer)
    assert answer["bytes"]["hartwell.db"] > 0
    for name in ("Wintergreen", "Meadowsweet", "9990000018"):
        assert name not in done.out


@pytest.mark.parametrize("argument", ["--password=three quiet words", "--pass", "--password"])
def test_a_password_is_no_argument(story: Story, argument: str) -> None:
    done = hartwell("outbox", "--store", story.home.store, "--user", "mo", argument, stdin=PASSWORD + "\n")
    assert (done.code, done.out) == (2, "")


def test_a_wrong_password_and_an_unknown_user_end_alike(story: Story) -> None:
    wrong = Home(story.home.store, password="not this one").run("outbox")
    nobody = Home(story.home.store, user="nobody").run("outbox")
    silent = hartwell("outbox", "--store", story.home.store, "--user", "mo", stdin="")
    assert [(d.code, d.out) for d in (wrong, nobody, silent)] == [(10, "")] * 3
    assert wrong.err == nobody.err


@pytest.mark.parametrize("command", [("outbox",), ("sync",), ("record",), ("claim", "--week", "2026-11-16")])
def test_a_missing_store_is_an_error_and_is_not_made(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = Home(tmp_path / "nowhere" / "store").run(*command)
    assert (done.code, done.out) == (11, "")
    assert "no records" in done.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [("frobnicate",), ("claim",), ("import", "cats", "x.csv"), ("outbox", "--loud")])
def test_wrong_usage_ends_with_2(command: tuple[str, ...]) -> None:
    done = hartwell(*command)
    assert (done.code, done.out) == (2, "")
    assert "usage:" in done.err


def test_a_message_is_checked_without_a_store(story: Story, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"resourceType": "Bundle", "type": "message", "entry": []}')
    refused = hartwell("check-message", broken)
    assert refused.code == 1
    assert refused.json["ok"] is False
    assert all(set(problem) == {"field", "message"} for problem in refused.json["problems"])
    broken.write_text('{"resourceType": "Bundle", "type": "document"}')
    copy = hartwell("check-message", broken)
    assert copy.code == 1
    assert "Bundle.identifier" in {problem["field"] for problem in copy.json["problems"]}, "by the rules of a document"
    missing = hartwell("check-message", tmp_path / "none.json")
    assert (missing.code, missing.out) == (1, "")
    assert "cannot be read" in missing.err


def test_nothing_is_opened_when_it_is_open_elsewhere(story: Story) -> None:
    session = sign_in(story.home.store, "mo", PASSWORD, SystemClock())
    try:
        done = story.home.run("outbox")
    finally:
        session.close()
    assert (done.code, done.out) == (12, "")
    assert "already open" in done.err
    assert story.home.run("outbox").code == 0


@pytest.mark.parametrize("damage", ["store cut", "store plain", "store empty", "keyfile", "keyfile gone"])
def test_damage_ends_with_11_and_changes_nothing(story: Story, tmp_path: Path, damage: str) -> None:
    store = shutil.copytree(story.home.store, tmp_path / "store")
    db, keyfile = store / "hartwell.db", store / "store.keys"
    if damage == "store cut":
        db.write_bytes(db.read_bytes()[:5000])
    elif damage == "store plain":
        db.write_bytes(b"SQLite format 3\x00" + bytes(4080))
    elif damage == "store empty":
        db.write_bytes(b"")
    else:
        (store / "store.keys.bak").unlink(missing_ok=True)
        if damage == "keyfile":
            keyfile.write_bytes(keyfile.read_bytes().replace(b"manager", b"managet", 1))
        else:
            keyfile.unlink()
    files = {path.name: path.read_bytes() for path in (db, keyfile) if path.exists()}
    done = Home(store).run("outbox")
    assert (done.code, done.out) == (11, ""), done.err
    assert {path.name: path.read_bytes() for path in (db, keyfile) if path.exists()} == files


def test_records_of_another_version_end_with_15(story: Story, tmp_path: Path) -> None:
    store = shutil.copytree(story.home.store, tmp_path / "store")
    session = sign_in(store, "mo", PASSWORD, SystemClock())
    with session.write() as work:
        work.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    session.close()
    done = Home(store).run("outbox")
    assert (done.code, done.out) == (15, "")
    assert "a newer version" in done.err
