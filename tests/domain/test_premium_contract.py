"""``hartwell decide``: the JSON lines, to the letter."""

import copy
import json
from typing import Any

import pytest

from app.domain.premium import decide_line

EXAMPLE = """{"id": "c1", "week_start": "2016-11-07", "submitted_at": "2016-11-14T17:00",
 "home": {"ods": "V123A", "accredited": [["2016-01-04", null]]},
 "resident": {"nhs_number": "9990000018", "nhs_number_absent_reason": null, "date_of_birth": "1931-05-02",
   "stays": [["2016-02-01T11:00", null]], "absences": [["2016-11-10T14:00", "2016-11-12T11:00"]],
   "chc": [["2017-01-09", null]], "died_at": null},
 "needs": [{"area": "dementia", "evidenced_on": "2016-10-20"}, {"area": "falls", "evidenced_on": "2016-11-01"}],
 "champions": [{"name": "A", "pathway": "dementia", "certificate": ["2016-01-01", "2017-12-31"],
   "in_post": ["2016-01-01T00:00", null]}],
 "relied_upon": null, "other_live_claims": [{"home": "V9", "week_start": "2016-10-31"}], "late_reason": null,
 "policy": {"champion_rule": "every_cited", "nights_rule": "at_least_4", "max_retained_nights": 0}}"""
FALLS = {"name": "B", "pathway": "falls", "certificate": [None, None], "in_post": [None, None]}


def answer(case: Any) -> tuple[dict[str, Any], bool]:
    text, accepted = decide_line(case if isinstance(case, str) else json.dumps(case))
    assert "\n" not in text
    return json.loads(text), accepted


def example(*path: str | int, value: Any = ...) -> dict[str, Any]:
    """The example with both champions, and one value put at the path."""
    case: Any = json.loads(EXAMPLE)
    case["champions"].append(copy.deepcopy(FALLS))
    target = case
    for step in path[:-1]:
        target = target[step]
    if path:
        target[path[-1]] = value
    return case  # type: ignore[no-any-return]


def refused(case: Any) -> tuple[str, str]:
    found, accepted = answer(case)
    assert not accepted
    assert set(found) == {"id", "error"}
    assert set(found["error"]) == {"field", "message"}
    return found["error"]["field"], found["error"]["message"]


def test_the_published_example_byte_for_byte() -> None:
    text, accepted = decide_line(EXAMPLE.replace("\n", " "))
    assert accepted
    assert text == (
        '{"id": "c1", "eligible": false, "amount_pence": 0, "nights": 5, "relied_upon": [], "manual": false, '
        '"reasons": ["CHAMPION-NOT-IN-POST:falls", "CHAMPION-LT2"], "policy": "2015-10-05/1"}'
    )


def test_the_same_with_a_falls_champion() -> None:
    assert answer(example()) == (
        {
            "id": "c1", "eligible": True, "amount_pence": 7000, "nights": 5, "relied_upon": ["dementia", "falls"],
            "manual": False, "reasons": [], "policy": "2015-10-05/1", "left_out": {},
        },
        True,
    )  # fmt: skip


def test_left_out_names_the_areas_with_their_codes() -> None:
    case = example("needs", value=[*example()["needs"], {"area": "respiratory", "evidenced_on": "2016-01-01"}])
    assert answer(case)[0]["left_out"] == {"health": ["EVIDENCE-STALE:health", "CHAMPION-NOT-IN-POST:health"]}


@pytest.mark.parametrize("key", ["policy", "relied_upon", "late_reason"])
def test_what_may_be_absent_at_the_top(key: str) -> None:
    case = example()
    del case[key]
    assert answer(case)[0]["eligible"] is True


@pytest.mark.parametrize("key", ["died_at", "nhs_number_absent_reason"])
def test_what_may_be_absent_of_the_resident(key: str) -> None:
    case = example()
    del case["resident"][key]
    assert answer(case)[0]["eligible"] is True


@pytest.mark.parametrize(
    ("policy", "amount", "nights"),
    [
        ({}, 7000, 5),
        ({"nights_rule": "any"}, 7000, 5),
        ({"nights_rule": "pro_rata"}, 5000, 5),
        ({"nights_rule": "pro_rata", "pro_rata_pence": 900}, 4500, 5),
        ({"nights_rule": "all7"}, 0, 5),
        ({"nights_rule": "all7", "max_retained_nights": 2}, 7000, 7),
        ({"amount_pence": 7500}, 7500, 5),
        ({"needs_required": 3}, 0, 5),
        ({"areas_required": 3}, 0, 5),
        ({"evidence_days": {"falls": 11}}, 0, 5),
        ({"evidence_records": {"falls": ["post_fall"]}}, 7000, 5),
        ({"claim_window_days": 0}, 0, 5),
        ({"claim_window_days": None}, 7000, 5),
        ({"starts": "2016-11-14"}, 0, 5),
    ],
)
def test_each_field_of_the_policy_can_be_overridden(policy: dict[str, Any], amount: int, nights: int) -> None:
    found, accepted = answer(example("policy", value=policy))
    assert accepted
    assert (found["amount_pence"], found["nights"]) == (amount, nights)


def test_the_other_reading_of_the_champion_rule() -> None:
    case = json.loads(EXAMPLE)
    case["policy"] = {"champion_rule": "any"}
    found, _ = answer(case)
    assert (found["eligible"], found["relied_upon"]) == (True, ["dementia"])
    assert found["left_out"] == {"falls": ["CHAMPION-NOT-IN-POST:falls"]}


def test_a_version_of_its_own() -> None:
    assert answer(example("policy", value={"version": "trial/1"}))[0]["policy"] == "trial/1"


def test_before_the_premium_began() -> None:
    found, accepted = answer(example("week_start", value="2015-09-28"))
    assert accepted
    assert (found["policy"], found["reasons"]) == (None, ["HOME-NOT-ACCREDITED", "NO-POLICY"])


def test_late_with_a_reason_goes_to_manual_decision() -> None:
    case = example("submitted_at", value="2016-12-12T09:00")
    assert answer(case)[0]["manual"] is False
    case["late_reason"] = "Continuing Healthcare was refused on appeal"
    found, _ = answer(case)
    assert (found["eligible"], found["manual"], found["reasons"]) == (False, True, ["LATE"])


@pytest.mark.parametrize(
    ("written", "early"),
    [
        ("2016-11-14T00:00", False),
        ("2016-11-13T23:59:59", True),
        ("2016-11-14T00:00Z", False),
        ("2016-11-14T00:30+01:00", True),
        ("2016-11-13T23:30:00.5-01:00", False),
    ],
)
def test_instants_with_and_without_an_offset(written: str, early: bool) -> None:
    assert answer(example("submitted_at", value=written))[0]["reasons"] == (["TOO-EARLY"] if early else [])


def test_a_death_may_be_known_by_its_date_alone() -> None:
    assert answer(example("resident", "died_at", value="2016-11-13"))[0]["nights"] == 4
    assert answer(example("resident", "died_at", value="2016-11-13T23:58"))[0]["nights"] == 4


@pytest.mark.parametrize("identifier", ["c1", "", "é☃", 7])
def test_the_identifier_comes_back_as_it_was(identifier: Any) -> None:
    assert answer(example("id", value=identifier))[0]["id"] == identifier
    bad = example("id", value=identifier) | {"surplus": 1}
    assert answer(bad)[0]["id"] == identifier


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (("surplus",), "surplus"),
        (("home", "name"), "home.name"),
        (("resident", "room"), "resident.room"),
        (("needs", 1, "score"), "needs[1].score"),
        (("champions", 0, "ref"), "champions[0].ref"),
        (("other_live_claims", 0, "id"), "other_live_claims[0].id"),
        (("policy", "amount"), "policy.amount"),
        (("policy", "evidence_days"), "policy.evidence_days.engagement"),
    ],
)
def test_unknown_keys_are_refused_by_name(path: tuple[str | int, ...], field: str) -> None:
    value = {"engagement": 3} if path[-1] == "evidence_days" else 1
    name = field.rpartition(".")[2]
    assert refused(example(*path, value=value)) == (field, f"{name} is not a known key")


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (("id",), "id"),
        (("week_start",), "week_start"),
        (("submitted_at",), "submitted_at"),
        (("home",), "home"),
        (("home", "ods"), "home.ods"),
        (("home", "accredited"), "home.accredited"),
        (("resident",), "resident"),
        (("resident", "nhs_number"), "resident.nhs_number"),
        (("resident", "chc"), "resident.chc"),
        (("resident", "stays"), "resident.stays"),
        (("resident", "absences"), "resident.absences"),
        (("needs",), "needs"),
        (("needs", 0, "area"), "needs[0].area"),
        (("champions",), "champions"),
        (("champions", 1, "certificate"), "champions[1].certificate"),
        (("other_live_claims",), "other_live_claims"),
    ],
)
def test_what_is_missing_is_named(path: tuple[str | int, ...], field: str) -> None:
    case: Any = example()
    target = case
    for step in path[:-1]:
        target = target[step]
    del target[path[-1]]
    assert refused(case) == (field, f"{path[-1]} is missing")


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("id",), None, "id"),
        (("id",), True, "id"),
        (("id",), ["c1"], "id"),
        (("week_start",), "2016-11-08", "week_start"),
        (("week_start",), "07/11/2016", "week_start"),
        (("week_start",), "2016-W45-1", "week_start"),
        (("week_start",), "2016-02-30", "week_start"),
        (("week_start",), "9999-12-27", "week_start"),
        (("week_start",), 20161107, "week_start"),
        (("week_start",), None, "week_start"),
        (("submitted_at",), "2016-11-14", "submitted_at"),
        (("submitted_at",), "2016-11-14T25:00", "submitted_at"),
        (("submitted_at",), "0001-01-01T00:00+14:00", "submitted_at"),
        (("submitted_at",), "Monday", "submitted_at"),
        (("home",), [], "home"),
        (("home", "ods"), 5, "home.ods"),
        (("home", "accredited"), None, "home.accredited"),
        (("home", "accredited"), ["2016-01-04", None], "home.accredited[0]"),
        (("home", "accredited"), [["2016-01-04"]], "home.accredited[0]"),
        (("home", "accredited"), [["2016-01-04", "2016-01-03"]], "home.accredited[0]"),
        (("resident",), "9990000018", "resident"),
        (("resident", "nhs_number"), 9990000018, "resident.nhs_number"),
        (("resident", "date_of_birth"), "02-May-1931", "resident.date_of_birth"),
        (("resident", "stays"), [["2016-02-01T11:00", "2016-02-01T10:00"]], "resident.stays[0]"),
        (("resident", "stays"), [[5, None]], "resident.stays[0][0]"),
        (("resident", "absences"), [["2016-02-01T11:00", "soon"]], "resident.absences[0][1]"),
        (("resident", "chc"), [[None, "2016-13-01"]], "resident.chc[0][1]"),
        (("resident", "died_at"), "2016-11-31", "resident.died_at"),
        (("resident", "died_at"), 1.5, "resident.died_at"),
        (("needs",), {}, "needs"),
        (("needs", 0), "dementia", "needs[0]"),
        (("needs", 1, "area"), "fall", "needs[1].area"),
        (("needs", 1, "area"), None, "needs[1].area"),
        (("needs", 1, "evidenced_on"), "", "needs[1].evidenced_on"),
        (("champions", 0, "name"), None, "champions[0].name"),
        (("champions", 0, "pathway"), "continence", "champions[0].pathway"),
        (("champions", 0, "certificate"), None, "champions[0].certificate"),
        (("champions", 0, "in_post"), ["2016-01-01", None], "champions[0].in_post[0]"),
        (("relied_upon",), "dementia", "relied_upon"),
        (("relied_upon",), ["dementia", "engagement"], "relied_upon[1]"),
        (("relied_upon",), ["dementia", 4], "relied_upon[1]"),
        (("other_live_claims", 0, "home"), None, "other_live_claims[0].home"),
        (("other_live_claims", 0, "week_start"), "2016-11-01", "other_live_claims[0].week_start"),
        (("late_reason",), False, "late_reason"),
        (("policy",), [], "policy"),
        (("policy", "champion_rule"), "all", "policy.champion_rule"),
        (("policy", "nights_rule"), 4, "policy.nights_rule"),
        (("policy", "max_retained_nights"), -1, "policy.max_retained_nights"),
        (("policy", "max_retained_nights"), 1.0, "policy.max_retained_nights"),
        (("policy", "max_retained_nights"), True, "policy.max_retained_nights"),
        (("policy", "max_retained_nights"), None, "policy.max_retained_nights"),
        (("policy", "amount_pence"), "7000", "policy.amount_pence"),
        (("policy", "evidence_days"), {"falls": "old"}, "policy.evidence_days.falls"),
        (("policy", "evidence_records"), {"falls": "post_fall"}, "policy.evidence_records.falls"),
        (("policy", "starts"), None, "policy.starts"),
    ],
)
def test_what_cannot_be_read_is_named(path: tuple[str | int, ...], value: Any, field: str) -> None:
    assert refused(example(*path, value=value))[0] == field


@pytest.mark.parametrize("line", ["", "{", "nonsense", "[" * 100_000, "NaN", "[]", "null", "3", '{"id": 1} {}'])
def test_a_line_that_is_not_an_object(line: str) -> None:
    found, accepted = answer(line)
    assert not accepted
    assert (found["id"], found["error"]["field"]) == (None, "line")


def test_a_key_given_twice_is_not_silently_the_last() -> None:
    assert refused(EXAMPLE.replace('"died_at": null', '"died_at": null, "died_at": null'))[0] == "died_at"


def test_a_refused_line_leaves_the_next_one_alone() -> None:
    good = json.dumps(example())
    before = decide_line(good)
    assert decide_line("{")[1] is False
    assert decide_line(json.dumps(example("needs", value=None)))[1] is False
    assert decide_line(good) == before
