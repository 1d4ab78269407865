"""A whole day of commands, every byte that any of them wrote anywhere, and nobody to be read in it.

What people asked for in clear (a pack, the evidence, somebody's own record) is allowed in its own place and nowhere
else.
"""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.services.clock import SystemClock
from app.sync.practice_ccg import PracticeCcg
from app.vault.keyfile import read_keyfile, unlock
from tests.factories import NEWS2_HIGH, NEWS2_LOW, nhs_number
from tests.faults import recorder, scan
from tests.faults.figures import Row
from tests.faults.homes import last_monday
from tests.helpers.cli import PASSWORD, write_json

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="records system calls with strace")
MARK = "Zzleakmark"
RESIDENTS = 12
INIT = {
    "home": {
        "name": "Practice House", "ods": "VN3X2", "beds": 45, "accredited": [["2016-01-04", None]],
        "ccg": {"ods": "06K", "name": "East and North Hertfordshire CCG"},
    },
    "manager": {"user": "mo", "name": "Mo Manager"},
}  # fmt: skip


@dataclass
class Day:
    """The commands of a day, what each wrote, and where."""

    folder: Path
    commands: int = 0
    written: dict[str, list[bytes]] = field(default_factory=dict)
    unseen: set[str] = field(default_factory=set)
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def store(self) -> Path:
        """The home's folder."""
        return self.folder / "home"

    def run(self, *command: str | Path, lines: tuple[object, ...] = (), code: int = 0) -> Any:
        """Run a command under the recorder; its JSON."""
        trace = self.folder.parent / "trace"
        hartwell = (sys.executable, "-m", "app", "--store", self.store, "--user", "mo", *command, "--password-stdin")
        given = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in (PASSWORD, *lines)) + "\n"
        elsewhere = dict.fromkeys(
            ("HOME", "TMPDIR", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"),
            str(self.folder / "elsewhere"),
        )
        done = recorder.record(trace, hartwell, input=given.encode(), env=os.environ | elsewhere)
        assert done.returncode == code, done.stderr.decode()
        self.commands += 1
        for call in recorder.calls(trace):
            if call.what == "write" and call.path.startswith("/"):
                if call.offset == recorder.UNSEEN:
                    self.unseen.add(call.path)
                else:
                    self.written.setdefault(call.path, []).append(call.data)
            elif call.what == "open":
                self.written.setdefault(call.path, [])
        trace.unlink()
        return [json.loads(line) for line in done.stdout.decode().splitlines()]


def people() -> str:
    """Residents in whom everything that can be read is marked."""
    evidenced = (last_monday() - timedelta(days=20)).isoformat()
    rows = [
        {
            "key": f"R{place:02d}", "nhs_number": nhs_number(place), "family_name": f"{MARK}fam{place}",
            "given_name": f"{MARK}giv{place}", "preferred_name": f"{MARK}pre{place}", "date_of_birth": "1937-09-06",
            "gender": "female", "room": str(place), "admitted_at": (last_monday() - timedelta(days=90)).isoformat(),
            "gp_name": f"{MARK}gp{place}", "gp_phone": "01632 960110", "allergies": f"{MARK}all=rash",
            "diagnoses": f"{MARK}diag", "medicines": f"{MARK}med=twice a day", "cpr": "dnacpr",
            "contact_name": f"{MARK}kin{place}", "contact_relation": "daughter", "contact_phone": "01632 960111",
            "needs": f"dementia={evidenced};falls={evidenced}",
        }
        for place in range(1, RESIDENTS + 1)
    ]  # fmt: skip
    made = io.StringIO()
    writer = csv.DictWriter(made, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return made.getvalue()


def staff() -> str:
    """Two champions."""
    since = (datetime.now(UTC) - timedelta(days=300)).date().isoformat()
    later = (datetime.now(UTC) + timedelta(days=300)).date().isoformat()
    return "key,name,role,user,started_at,left_at,champion\n" + "".join(
        f"S{pathway},Cham {pathway},champion,,{since},,{pathway}={since}/{later}/HC-{pathway}\n"
        for pathway in ("dementia", "falls")
    )


def live_a_day(folder: Path) -> Day:
    """From the first run to a new key, with what goes wrong in between."""
    day = Day(folder / "day")
    (day.folder / "elsewhere").mkdir(parents=True)
    given = folder / "given"
    given.mkdir()
    (given / "residents.csv").write_text(people(), encoding="utf-8")
    (given / "wrong.csv").write_text(people().replace("1937-09-06", "yesterday or so", 1), encoding="utf-8")
    (given / "staff.csv").write_text(staff(), encoding="utf-8")
    (made,) = day.run("init", "--home", write_json(given / "home.json", INIT))
    day.secrets["recovery key"] = made["recovery_key"]
    day.run("import", "residents", given / "wrong.csv", code=1)
    day.run("import", "residents", given / "residents.csv")
    day.run("import", "staff", given / "staff.csv")
    lines = [
        {"resident": f"R{place:02d}", "instrument": "news2", "sign": place % 3 > 0,
         "answers": {**(NEWS2_HIGH if place % 2 else NEWS2_LOW), "temp_c": 36.6}}
        for place in range(1, RESIDENTS + 1)
    ]  # fmt: skip
    about = {"preferred_name": f"{MARK}name", "completed_on": "2026-01-05", "consent_to_share": True,
             "what_matters": f"{MARK}story and nothing else"}  # fmt: skip
    told = day.run(
        "record", lines=(*lines, {"resident": "R02", "instrument": "about_me", "sign": True, "answers": about})
    )
    day.run("record", lines=({**lines[0], "amends": told[0]["ack"], "reason": f"{MARK}reason"},))
    day.run("record", lines=({**lines[0], "instrument": f"{MARK}tool"},), code=1)
    (user,) = day.run("user", "add", "cal", "--role", "carer")
    day.secrets["initial secret"] = user["secret"]
    words = {
        name: f"{MARK}{name}" for name in ("situation", "background", "assessment", "request", "destination", "bag")
    }
    for name in ("asked for", "stick"):
        (day.folder / name).mkdir()
    day.run(
        "pack", "R01", "--reason", write_json(given / "reason.json", words), "--out", day.folder / "asked for/pack.pdf"
    )
    day.run("claim", "--week", last_monday().isoformat(), "--submit")
    wire, ccg_folder = folder / "day" / "wire", folder / "ccg"
    wire.mkdir()
    with PracticeCcg(ccg_folder, now=SystemClock().now) as ccg:
        settings = {"transport": "folder", "path": str(wire), "recipient_public_key": ccg.public_key}
    day.run("connect", write_json(given / "wire.json", settings))
    day.run("sync")
    with PracticeCcg(ccg_folder, now=SystemClock().now) as ccg:
        assert ccg.run_folder(wire) > 1
    day.run("sync")
    day.run("evidence", "--from", last_monday().isoformat(), "--to", last_monday().isoformat(),
            "--out", day.folder / "asked for")  # fmt: skip
    day.run("backup", "--to", day.folder / "stick")
    day.run("verify")
    day.run("export", "R02", "--out", day.folder / "asked for")
    day.secrets |= keys_of(day.store, "before rotation")
    day.run("rotate")
    day.secrets |= keys_of(day.store, "after rotation")
    return day


def keys_of(store: Path, when: str) -> dict[str, str]:
    """The data key, in hexadecimal."""
    return {f"data key {when}": unlock(read_keyfile(store), "mo", PASSWORD).data_key.hex()}


def needles_of(day: Day) -> Mapping[str, frozenset[bytes]]:
    """Everything that is looked for."""
    words = {"resident": MARK, "password": PASSWORD, **day.secrets}
    return {
        name: scan.disguises_of_key(bytes.fromhex(word)) if name.startswith("data key") else scan.disguises(word)
        for name, word in words.items()
    }


@pytest.mark.timeout(600)
def test_in_a_whole_day_nobody_can_be_read_where_they_were_not_asked_for(memory_folder: Path, row: Row) -> None:
    recorder.require()
    day = live_a_day(memory_folder)
    needles = needles_of(day)
    asked_for = f"{day.folder / 'asked for'}/"
    found: dict[str, dict[str, int]] = {}
    for path, parts in day.written.items():
        if there := scan.count(b"".join(parts), needles):
            found[path] = there
    kept = {str(path): path.read_bytes() for path in day.folder.rglob("*") if path.is_file()}
    for path, content in kept.items():
        if there := scan.count(content, needles):
            found[path] = there
    leaks = {path: there for path, there in found.items() if not path.startswith(asked_for)}
    row.set(
        commands=day.commands, files_written=len(day.written), files_kept=len(kept), leaks=len(leaks),
        bytes_written=sum(len(part) for parts in day.written.values() for part in parts),
    )  # fmt: skip
    assert leaks == {}
    assert day.unseen <= set(kept), "copies whose bytes nobody saw"
    # The scan sees what may be read by whoever was given it, and the recorder saw the store and its log.
    assert found[f"{asked_for}evidence.csv"]["resident"] > 0
    names = {Path(path).name for path in day.written}
    assert {"hartwell.db", "hartwell.db-wal", "store.anchor"} <= names
    assert all(any(name.startswith(f".{kept}.") for name in names) for kept in ("store.keys", "pack.pdf"))
