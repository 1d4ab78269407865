"""Instruments from the command line: turned on with a reason, recorded with, and the home's own taken in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.factories import new_home
from tests.helpers.cli import Home

FEET = {
    "resourceType": "Questionnaire", "url": "https://elsewhere.example/Questionnaire/feet", "version": "2",
    "title": "Foot care check", "status": "active",
    "item": [{"linkId": "1", "text": "Skin whole?", "type": "boolean", "required": True}],
}  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A new home with one resident."""
    new_home(tmp_path / "home")
    made = Home(tmp_path / "home")
    csv = tmp_path / "residents.csv"
    csv.write_text("key,family_name,given_name,date_of_birth,admitted_at\nR1,Example,Olive,1940-05-14,2026-01-05\n")
    assert made.run("import", "residents", str(csv)).code == 0
    return made


def test_what_needs_a_permission_is_refused_until_it_is_recorded(home: Home) -> None:
    line = json.dumps({"resident": "R1", "instrument": "waterlow", "answers": {"sex": "F"}, "sign": True})
    refused = home.run("record", lines=[line])
    assert refused.code == 1
    assert "Waterlow is off" in refused.out + refused.err
    states = {each["instrument"]: each for each in home.ok("instruments")}
    assert (states["must"]["on"], states["waterlow"]["on"], states["waterlow"]["permission"]) == (True, False, None)
    assert home.run("instruments", "--permit", "waterlow").code == 1
    home.ok("instruments", "--permit", "waterlow", "--note", "Letter in the policy folder")
    assert home.run("record", lines=[line]).code == 0


def test_a_questionnaire_from_elsewhere_is_recorded_like_the_others(home: Home) -> None:
    folder = Path(home.store) / "instruments"
    folder.mkdir()
    (folder / "feet.json").write_text(json.dumps(FEET))
    home.ok("instruments", "--take-in", "feet.json", "--pathway", "health")
    line = json.dumps({"resident": "R1", "instrument": "home_feet", "answers": {"1": True}, "sign": True})
    done = home.run("record", lines=[line])
    assert done.code == 0
    assert json.loads(done.out)["score"] is None
    home.ok("instruments", "--withdraw", "home_feet", "--note", "Another is used now")
    assert home.run("record", lines=[line]).code == 1
