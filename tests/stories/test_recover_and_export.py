"""A forgotten password and a request for a whole record, by command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.helpers.cli import PASSWORD, Home, hartwell, write_json

NEW_PASSWORD = "seven orange lanterns drift"
RESIDENTS = (
    "key,nhs_number,family_name,given_name,date_of_birth,admitted_at,allergies\n"
    "R1,9990000018,Smith,John,1937-09-06,2026-01-05,Penicillin=rash\n"
    "R2,9990000026,Zebrastripe,Jane,1940-02-03,2026-01-05,\n"
)
MUST = {"height_m": 1.60, "weight_kg": 60, "previous_weight_kg": 60, "acutely_ill_no_intake_5d": False}


@pytest.fixture
def made(tmp_path: Path) -> tuple[Home, str]:
    """A home with two residents, and its recovery key."""
    setup = write_json(
        tmp_path / "home.json",
        {"home": {"name": "Hedgerow House", "ods": "VN3X2"}, "manager": {"user": "mo", "name": "Mo Manager"}},
    )
    home = Home(tmp_path / "store")
    done = hartwell("--store", home.store, "init", "--home", setup, "--password-stdin", stdin=f"{PASSWORD}\n")
    assert done.code == 0, done.err
    csv = tmp_path / "residents.csv"
    csv.write_text(RESIDENTS, encoding="utf-8")
    home.ok("import", "residents", csv)
    return home, done.json["recovery_key"]


def test_a_record_goes_out_with_every_acknowledged_revision(made: tuple[Home, str], tmp_path: Path) -> None:
    home, _ = made
    line = {"resident": "R1", "instrument": "must", "answers": MUST, "sign": True}
    ack = home.ok("record", lines=[line])["ack"]
    out = tmp_path / "out"
    done = home.ok("export", "R1", "--out", out)
    assert [Path(path).name for path in done["files"]] == ["resident.pdf", "resident.json"]
    found = json.loads((out / "resident.json").read_text(encoding="utf-8"))
    assert ack in {row["id"] for row in found["revisions"]}
    assert done["revisions"] == len(found["revisions"])
    assert b"Zebrastripe" not in (out / "resident.json").read_bytes()
    assert "SMITH, John" in PdfReader(out / "resident.pdf").pages[0].extract_text()
    assert home.run("export", "nobody", "--out", out).code == 1
    wrong = hartwell("--store", home.store, "--user", "mo", "export", "R1", "--out", out, "--password-stdin",
                     stdin="wrong words here\n")  # fmt: skip
    assert wrong.code == 10


def test_the_recovery_key_and_a_new_password_open_the_home(made: tuple[Home, str], tmp_path: Path) -> None:
    home, key = made
    sheet = tmp_path / "sheet.pdf"
    recover = ("--store", home.store, "--user", "mo", "recover", "--sheet", sheet)
    wrong = "-".join(reversed(key.split("-")))
    assert hartwell(*recover, stdin=f"{wrong}\n{NEW_PASSWORD}\n").code == 10
    done = hartwell(*recover, stdin=f"{key.lower()}\n{NEW_PASSWORD}\n")
    assert done.code == 0, done.err
    assert done.json["user"] == "mo"
    assert done.json["recovery_key"] != key
    letters = "".join(PdfReader(sheet).pages[0].extract_text().split())
    assert all(group in letters for group in done.json["recovery_key"].split("-"))
    assert home.run("outbox").code == 10
    assert Home(home.store, password=NEW_PASSWORD).ok("outbox") == []
    assert hartwell(*recover, stdin=f"{key}\n{PASSWORD}\n").code == 10
