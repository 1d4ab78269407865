"""``hartwell score`` and ``hartwell decide`` as processes: lines in, lines out, nothing heavy behind them."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from tests.helpers.cli import Done, hartwell, start

IMPORTS = {"PYTHONPROFILEIMPORTTIME": "1"}


def imported(done: Done) -> set[str]:
    """The packages that a process run with IMPORTS has loaded."""
    names = (line.rpartition("|")[2].strip() for line in done.err.splitlines() if line.startswith("import time:"))
    return {name.partition(".")[0] for name in names}


def ask(command: str, *cases: Any, env: dict[str, str] | None = None) -> Done:
    lines = (case if isinstance(case, str) else json.dumps(case) for case in cases)
    return hartwell(command, stdin="\n".join(lines) + "\n", env=env)


NEWS2 = {
    "resp_rate": 18, "spo2": 96, "spo2_scale": 1, "on_oxygen": False, "systolic": 120, "pulse": 80,
    "consciousness": "A", "temp_c": 37.0,
}  # fmt: skip
SCORED: list[tuple[str, str, dict[str, Any], int | float | None, str]] = [
    # id, instrument, answers, score, band
    ("64.8 kg at 1.80 m is a BMI of exactly 20", "must", {"height_m": 1.80, "weight_kg": 64.8,
     "previous_weight_kg": 64.8, "acutely_ill_no_intake_5d": False}, 1, "medium"),
    ("thin and losing", "must", {"height_m": 1.52, "weight_kg": 41.0, "previous_weight_kg": 47.0,
     "acutely_ill_no_intake_5d": False}, 4, "high"),
    ("ill and not eating", "must", {"height_m": 1.66, "weight_kg": 58.0, "previous_weight_kg": 58.0,
     "acutely_ill_no_intake_5d": True}, 2, "high"),
    ("all well", "news2", NEWS2, 0, "low"),
    ("one red measurement", "news2", NEWS2 | {"resp_rate": 25}, 3, "low_medium"),
    ("new confusion, warm and breathless", "news2", NEWS2 | {"resp_rate": 23, "consciousness": "C", "temp_c": 38.2},
     6, "medium"),
    ("not touched", "news2", {}, None, "incomplete"),
    ("delirium possible", "four_at", {"alertness": "clearly_abnormal", "amt4_mistakes": 0, "months_backwards": 12,
     "acute_change": False}, 4, "possible_delirium"),
    ("some pain", "abbey", {"items": [1, 1, 0, 1, 0, 0]}, 3, "mild"),
    ("wound a quarter of what it was", "wound_area_reduction", {"length0_cm": 4.0, "width0_cm": 4.0, "length1_cm": 2.0,
     "width1_cm": 2.0}, 75, ""),
]  # fmt: skip


@pytest.fixture(scope="module")
def scored() -> Done:
    lines = [{"id": name, "instrument": tool, "answers": answers} for name, tool, answers, _, _ in SCORED]
    return ask("score", *lines, env=IMPORTS)


def test_worked_examples_are_exact_through_the_process(scored: Done) -> None:
    assert scored.code == 0
    assert [(line["id"], line["score"], line["band"] or "") for line in scored.lines] == [
        (name, score, band) for name, _, _, score, band in SCORED
    ]
    keys = {
        "id", "instrument", "version", "complete", "score", "band", "parts", "flags", "missing", "actions", "next_due",
        "attribution",
    }  # fmt: skip
    assert all(set(line) == keys for line in scored.lines)
    assert scored.lines[0]["parts"]["bmi_score"] == 1
    assert [type(line["score"]) for line in scored.lines[:6]] == [int] * 6


def test_scoring_needs_no_screen_no_database_and_no_paper(scored: Done) -> None:
    heavy = {
        "PySide6",
        "sqlalchemy",
        "sqlcipher3",
        "reportlab",
        "alembic",
        "pydantic",
        "fhir",
        "requests",
        "mesh_client",
    }
    assert "app" in imported(scored), "the imports were not written down"
    assert imported(scored) & heavy == set()


def test_a_bad_line_is_answered_and_the_next_ones_too() -> None:
    good = {"id": 7, "instrument": "news2", "answers": NEWS2}
    done = hartwell("score", stdin=b"\xef\xbb\xbf" + "\n".join((
        json.dumps(good),
        "{",
        "[" * 100_000,
        json.dumps(good | {"answers": NEWS2 | {"pulse": 700}}),
        json.dumps(good | {"answers": NEWS2 | {"colour": 1}}),
        json.dumps(good | {"answers": NEWS2 | {"pulse": True}}),
        json.dumps(good | {"instrument": "tea_leaves"}),
        '{"id": 7, "instrument": "news2", "answers": {"pulse": 1e999999}}',
        '{"id": 7, "instrument": "news2", "answers": {"pulse": NaN}}',
        '{"id": 7, "id": 8, "instrument": "news2", "answers": {}}',
    )).encode() + b"\n\xff\xfe\n" + json.dumps(good).encode())  # fmt: skip
    assert done.code == 1
    assert done.err == ""
    assert [line.get("error", {}).get("field") for line in done.lines] == [
        None, "line", "line", "pulse", "colour", "pulse", "instrument", "pulse", "pulse", "id", "line", None,
    ]  # fmt: skip
    assert "250" in done.lines[3]["error"]["message"]
    assert done.lines[0] == done.lines[-1]


def test_an_answer_is_there_before_the_next_line_is_written() -> None:
    with start("score") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for pulse in (80, 120):
            process.stdin.write(json.dumps({"instrument": "news2", "answers": NEWS2 | {"pulse": pulse}}) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["parts"]["pulse"] == {80: 0, 120: 2}[pulse]
        process.stdin.close()
        assert process.wait(30) == 0


def test_every_line_of_a_long_file_is_answered_in_order() -> None:
    """Longer than one reading, with a line longer than that, and no line end after the last."""
    names = [f"{number} {'long' * 50_000}" if number == 700 else str(number) for number in range(1500)]
    lines = [json.dumps({"id": name, "instrument": "news2", "answers": NEWS2}) for name in names]
    done = hartwell("score", stdin="\n".join(lines))
    assert done.code == 0
    assert [line["id"] for line in done.lines] == names
    assert {line["score"] for line in done.lines} == {0}


CASE: dict[str, Any] = {
    "id": "c1", "week_start": "2016-11-07", "submitted_at": "2016-11-14T17:00",
    "home": {"ods": "V123A", "accredited": [["2016-01-04", None]]},
    "resident": {
        "nhs_number": "9990000018", "nhs_number_absent_reason": None, "date_of_birth": "1931-05-02",
        "stays": [["2016-02-01T11:00", None]], "absences": [], "chc": [], "died_at": None,
    },
    "needs": [{"area": "dementia", "evidenced_on": "2016-10-20"}, {"area": "falls", "evidenced_on": "2016-11-01"}],
    "champions": [
        {"name": "A", "pathway": "dementia", "certificate": ["2016-01-01", "2017-12-31"],
         "in_post": ["2016-01-01T00:00", None]},
        {"name": "B", "pathway": "falls", "certificate": ["2016-01-01", "2017-12-31"],
         "in_post": ["2016-01-01T00:00", None]},
    ],
    "relied_upon": None, "other_live_claims": [], "late_reason": None,
}  # fmt: skip
NUTRITION = {"area": "nutrition", "evidenced_on": "2016-11-01"}
NED = {
    "name": "N", "pathway": "nutrition", "certificate": ["2016-01-01", None], "in_post": ["2016-01-01T00:00", None],
}  # fmt: skip


def case(name: str, **changes: Any) -> dict[str, Any]:
    """The case with changes of the resident, of the falls champion, or of the top level."""
    made = deepcopy(CASE) | {"id": name}
    for key, value in changes.items():
        if key in made["resident"]:
            made["resident"][key] = value
        elif key in ("in_post", "certificate"):
            made["champions"][1][key] = value
        else:
            made[key] = value
    return made


LEFT_WEDNESDAY = ["2016-01-01T00:00", "2016-11-09T12:00"]
LEAVES_MONDAY = ["2016-01-01T00:00", "2016-11-14T09:00"]
DECIDED: list[tuple[dict[str, Any], list[str]]] = [
    (case("sound"), []),
    (case("falls champion left", in_post=LEFT_WEDNESDAY), ["CHAMPION-NOT-IN-POST:falls", "CHAMPION-LT2"]),
    (case("left before submission", in_post=LEAVES_MONDAY), ["CHAMPION-NOT-IN-POST:falls", "CHAMPION-LT2"]),
    (case("submitted before he left", in_post=LEAVES_MONDAY, submitted_at="2016-11-14T08:00"), []),
    (case("starts on Saturday", in_post=["2016-11-12T09:00", None]), []),
    (case("certificate ran out", certificate=["2015-01-01", "2016-11-11"]),
     ["CHAMPION-NOT-IN-POST:falls", "CHAMPION-LT2"]),
    (case("one area twice", needs=[{"area": a, "evidenced_on": "2016-11-01"} for a in ("continence", "respiratory")]),
     ["NEEDS-LT2", "CHAMPION-NOT-IN-POST:health", "CHAMPION-LT2"]),
    (case("four nights", stays=[["2016-11-10T11:00", None]]), []),
    (case("three nights", stays=[["2016-11-11T11:00", None]]), ["NIGHTS-LT4"]),
    (case("died on Thursday", died_at="2016-11-10T02:00"), ["NIGHTS-LT4"]),
    (case("died on Friday", died_at="2016-11-11T02:00"), []),
    (case("CHC from Thursday", chc=[["2016-11-10", None]]), ["CHC-FUNDED", "NIGHTS-LT4"]),
    (case("CHC from Friday", chc=[["2016-11-11", None]]), []),
    (case("too early", submitted_at="2016-11-13T17:00"), ["TOO-EARLY"]),
    (case("number wrong", nhs_number="9990000019"), ["IDENTITY"]),
]  # fmt: skip


@pytest.fixture(scope="module")
def decided() -> Done:
    return ask("decide", *(given for given, _ in DECIDED), env=IMPORTS)


def test_worked_weeks_are_decided_through_the_process(decided: Done) -> None:
    assert decided.code == 0, decided.err[-500:]
    assert {line["id"]: line["reasons"] for line in decided.lines} == {given["id"]: why for given, why in DECIDED}
    for line, (_, why) in zip(decided.lines, DECIDED, strict=True):
        assert (line["eligible"], line["amount_pence"]) == ((False, 0) if why else (True, 7000))
        assert line["policy"] == "2015-10-05/1"


def test_areas_left_out_are_named_when_the_rest_carries_the_claim() -> None:
    needs = [*CASE["needs"], NUTRITION]
    champions = [*deepcopy(CASE["champions"]), NED]
    champions[1]["in_post"] = LEFT_WEDNESDAY
    answer = ask("decide", case("third area", needs=needs, champions=champions)).json
    assert (answer["eligible"], answer["relied_upon"]) == (True, ["dementia", "nutrition"])
    assert answer["left_out"] == {"falls": ["CHAMPION-NOT-IN-POST:falls"]}


def test_deciding_needs_no_screen_and_no_database(decided: Done) -> None:
    assert imported(decided) & {"PySide6", "sqlalchemy", "sqlcipher3", "reportlab", "pydantic", "fhir"} == set()


def test_a_case_that_cannot_be_read_is_answered_by_the_path_of_its_field() -> None:
    done = ask(
        "decide",
        case("stranger", colour="blue"),
        case("backwards", stays=[["2016-02-01T11:00", "2016-01-01T11:00"]]),
        case("not a Monday", week_start="2016-11-08"),
        "[]",
        case("sound"),
    )
    assert (done.code, done.err) == (1, "")
    assert [line.get("error", {}).get("field") for line in done.lines[:1]] == ["colour"]
    assert ["error" in line for line in done.lines] == [True, True, True, True, False]
    assert done.lines[1]["error"]["field"].startswith("resident.stays")
    assert done.lines[2]["error"]["field"] == "week_start"
