"""Questionnaires from anywhere: what is read, what is asked now, what is taken and how it is written."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import UserError
from app.domain.questionnaire import (
    CONTROL,
    MAXIMUM,
    MINIMUM,
    OPTION_LABEL,
    ORDINAL,
    PLACES,
    UNIT,
    Form,
    Option,
    check_answers,
    enabled,
    find_problems,
    gather,
    parse_questionnaire,
    response,
    spread,
)


def item(link_id: str, kind: str = "boolean", **more: Any) -> dict[str, Any]:
    """One item of a questionnaire."""
    return {"linkId": link_id, "text": link_id.capitalize(), "type": kind, **more}


def when(question: str, operator: str, **answer: Any) -> dict[str, Any]:
    """One condition."""
    return {"question": question, "operator": operator, **answer}


def form(*items: dict[str, Any], **more: Any) -> Form:
    """A form of those items."""
    return parse_questionnaire({
        "resourceType": "Questionnaire", "url": "https://example.org/Questionnaire/q", "version": "1", "title": "Q",
        "status": "active", "item": list(items), **more,
    })  # fmt: skip


def coding(*codes: str, system: str = "s") -> list[dict[str, Any]]:
    """Options with these codes."""
    return [{"valueCoding": {"system": system, "code": code, "display": code.upper()}} for code in codes]


# ------------------------------------------------------------------------------------------------------- reading


def test_everything_a_question_may_say_is_read() -> None:
    number = item(
        "weight", "decimal", prefix="1.", required=True,
        extension=[
            {"url": MINIMUM, "valueDecimal": 20.5}, {"url": MAXIMUM, "valueInteger": 250},
            {"url": PLACES, "valueInteger": 1}, {"url": UNIT, "valueCoding": {"code": "kg"}},
        ],
        item=[
            {"linkId": "weight-help", "text": "Without shoes.", "type": "display", "extension": [
                {"url": CONTROL, "valueCodeableConcept": {"coding": [{"code": "help"}]}}]},
            item("why", "text"),
        ],
    )  # fmt: skip
    choice = item("pain", "choice", answerOption=[
        {"valueCoding": {"code": "a", "display": "A", "extension": [{"url": ORDINAL, "valueDecimal": 3}]}},
        {"valueInteger": 2, "extension": [{"url": OPTION_LABEL, "valueString": "Two"}]},
        {"valueString": "other"},
    ])  # fmt: skip
    found = form(number, choice)
    weight, why, pain = found.questions()
    assert (weight.minimum, weight.maximum, weight.max_decimal_places) == (Decimal("20.5"), 250, 1)
    assert (weight.text, weight.unit, weight.help, weight.required) == ("1. Weight", "kg", "Without shoes.", True)
    assert weight.items == (why,)
    assert pain.options == (Option("a", "A", Decimal(3)), Option(2, "Two", None, kind="Integer"),
                            Option("other", "other", None, kind="String"))  # fmt: skip
    assert (found.code, found.url, found.version, found.title) == ("q", "https://example.org/Questionnaire/q", "1", "Q")


def test_contained_answer_lists_are_options() -> None:
    values = {"resourceType": "ValueSet", "id": "v", "compose": {"include": [
        {"system": "s", "concept": [{"code": "x", "display": "X"}, {"code": "y"}]}]}}  # fmt: skip
    found = form(item("q", "choice", answerValueSet="#v"), contained=[values])
    assert found.questions()[0].options == (Option("x", "X", None, "s"), Option("y", "y", None, "s"))


@pytest.mark.parametrize(
    ("items", "link_id", "reason"),
    [
        ([item("a"), item("g", "group", item=[item("a")])], "a", "used twice"),
        ([item("a", "colour")], "a", "unknown type 'colour'"),
        ([item("a", "attachment", required=True)], "a", "attachments"),
        ([item("a", "reference", required=True)], "a", "references"),
        ([item("a", "coding")], "a", "belongs to FHIR R5"),
        ([item("a", "choice", option=[{"valueString": "x"}])], "a", "older FHIR than R4"),
        ([item("")], "", "no linkId"),
        ([item("a", enableWhen=[when("b", "exists", answerBoolean=True)])], "a", "b, which is not on the form"),
        ([item("a", enableWhen=[when("a", "exists", answerBoolean=True)])], "a", "wait for each other: a → a"),
        (
            [item("a", enableWhen=[when("b", "=", answerBoolean=True)]),
             item("b", enableWhen=[when("a", "=", answerBoolean=True)])],
            "a", "a → b → a",
        ),
        (
            [item("g", "group", enableWhen=[when("b", "=", answerBoolean=True)], item=[item("b")])],
            "g", "wait for each other",
        ),
        ([item("b"), item("a", enableWhen=[when("b", "~", answerBoolean=True)])], "a", "unknown enableWhen operator"),
        ([item("b"), item("a", enableWhen=[when("b", "=")])], "a", "without an answer"),
        ([item("b"), item("a", enableWhen=[when("b", "exists", answerString="x")])], "a", "compared"),
        ([item("b"), item("a", enableWhen=[when("b", "=", answerReference={})])], "a", "compared"),
        ([item("b"), item("a", enableWhen=[when("b", "=", answerUri="x")])], "a", "answerUri"),
        ([item("b"), item("a", enableWhen=[when("b", "=", answerDate="soon")])], "a", "compared"),
        (
            [item("b"), item("a", enableWhen=[when("b", "exists", answerBoolean=True)] * 2)],
            "a", "enableBehavior",
        ),
        ([item("b"), item("a", enableBehavior="some")], "a", "unknown enableBehavior"),
        ([item("a", "choice")], "a", "needs options"),
        ([item("a", "choice", answerOption=coding("x", "x"))], "a", "same code"),
        ([item("a", "choice", answerOption=[{"valueReference": {}}])], "a", "no value that can be shown"),
        ([item("a", "choice", required=True, answerValueSet="http://x.org/v")], "a", "not part of the document"),
    ],
)  # fmt: skip
def test_a_form_that_cannot_be_asked_is_refused_by_link_id(
    items: list[dict[str, Any]], link_id: str, reason: str
) -> None:
    with pytest.raises(UserError) as caught:
        form(*items)
    assert reason in caught.value.message
    assert caught.value.field == link_id
    assert link_id in caught.value.message


def test_what_is_not_a_questionnaire_is_refused() -> None:
    with pytest.raises(UserError, match="not a FHIR Questionnaire"):
        parse_questionnaire({"resourceType": "Patient"})
    deep = item("bottom")
    for level in range(30):
        deep = item(f"g{level}", "group", item=[deep])
    with pytest.raises(UserError, match="nested more than 20 deep"):
        form(deep)


# ------------------------------------------------------------------------------------------------------- conditions


@pytest.mark.parametrize(
    ("kind", "condition", "on", "off"),
    [
        ("integer", when("q", "exists", answerBoolean=True), [0, 5], [None, "text"]),
        ("integer", when("q", "exists", answerBoolean=False), [None], [0]),
        ("integer", when("q", "=", answerInteger=5), [5, Decimal("5.0")], [4, None]),
        ("integer", when("q", "!=", answerInteger=5), [4, None], [5]),
        ("decimal", when("q", ">", answerDecimal=1.5), [Decimal("1.51"), 2], [Decimal("1.5"), None]),
        ("decimal", when("q", "<", answerDecimal=1.5), [Decimal("1.49")], [Decimal("1.5"), None]),
        ("decimal", when("q", ">=", answerDecimal=1.5), [Decimal("1.50")], [Decimal("1.49"), None]),
        ("decimal", when("q", "<=", answerDecimal=1.5), [Decimal("1.50")], [Decimal("1.51"), None]),
        ("boolean", when("q", "=", answerBoolean=True), [True], [False, None, 1]),
        ("boolean", when("q", "!=", answerBoolean=True), [False, None], [True]),
        ("date", when("q", ">", answerDate="2026-01-31"), ["2026-02-01", date(2026, 3, 1)], ["2026-01-31"]),
        ("dateTime", when("q", "<", answerDateTime="2026-01-31T10:00:00Z"), ["2026-01-31T09:59"], ["2026-01-31T10:00"]),
        ("time", when("q", ">=", answerTime="08:15:00"), ["08:15"], ["08:14"]),
        ("string", when("q", "=", answerString="x"), ["x", " x "], ["y", None]),
        ("quantity", when("q", ">", answerQuantity={"value": 3}), [4], [3]),
        ("string", when("q", ">", answerInteger=3), [], ["4"]),
        ("boolean", when("q", "=", answerInteger=1), [], [True, False]),
    ],
)
def test_operators(kind: str, condition: dict[str, Any], on: list[Any], off: list[Any]) -> None:
    asked = form(item("q", kind), item("then", enableWhen=[condition]))
    for value in on:
        assert "then" in enabled(asked, {"q": value}), value
    for value in off:
        assert "then" not in enabled(asked, {"q": value}), value


def test_codings_compare_by_code_and_by_system_when_it_is_named() -> None:
    source = item("q", "choice", repeats=True, answerOption=coding("x", "y"))
    for answer, on in (
        ({"system": "s", "code": "x"}, True),
        ({"code": "x"}, True),
        ({"system": "t", "code": "x"}, False),
    ):
        asked = form(source, item("then", enableWhen=[when("q", "=", answerCoding=answer)]))
        assert ("then" in enabled(asked, {"q": ["y", "x"]})) is on
        assert "then" not in enabled(asked, {"q": ["y"]})


def test_all_any_chains_and_groups() -> None:
    both = [when("a", "=", answerBoolean=True), when("b", "=", answerBoolean=True)]
    asked = form(
        item("a"), item("b"),
        item("all", enableWhen=both, enableBehavior="all"), item("any", enableWhen=both, enableBehavior="any"),
        item("g", "group", enableWhen=[when("any", "=", answerBoolean=True)],
             item=[item("inside"), item("d", "display")]),
        item("after", enableWhen=[when("inside", "exists", answerBoolean=True)]),
    )  # fmt: skip
    assert enabled(asked, {}) == {"a", "b"}
    assert enabled(asked, {"a": True}) == {"a", "b", "any"}
    assert enabled(asked, {"a": True, "b": True}) == {"a", "b", "any", "all"}
    whole = {"a": True, "any": True, "inside": False}
    assert enabled(asked, whole) == {"a", "b", "any", "g", "inside", "d", "after"}
    # the answers of what is off no longer count
    assert enabled(asked, whole | {"a": False}) == {"a", "b"}


# --------------------------------------------------------------------------------------------------------- checking

ALL = form(
    item("yes"),
    item("whole", "integer", extension=[{"url": MINIMUM, "valueInteger": 0}, {"url": MAXIMUM, "valueInteger": 9}]),
    item("kilo", "decimal", extension=[
        {"url": MINIMUM, "valueDecimal": 20}, {"url": MAXIMUM, "valueDecimal": 250}, {"url": PLACES, "valueInteger": 1},
        {"url": UNIT, "valueCoding": {"display": "kg"}}]),
    item("least", "decimal", extension=[{"url": MINIMUM, "valueDecimal": 1}]),
    item("most", "quantity", extension=[
        {"url": MAXIMUM, "valueDecimal": 1}, {"url": UNIT, "valueCoding": {"code": "l"}}]),
    item("day", "date"), item("at", "dateTime"), item("hour", "time"), item("name", "string", maxLength=5),
    item("notes", "text"), item("site", "url"),
    item("one", "choice", answerOption=[*coding("x", "y"), {"valueInteger": 0}]),
    item("many", "choice", repeats=True, answerOption=coding("x", "y")),
    item("free", "open-choice", answerOption=coding("x")),
    item("more", "group", item=[item("list.0", "integer"), item("list.1", "integer")]),
    item("hidden", "integer", enableWhen=[when("yes", "=", answerBoolean=True)]),
)  # fmt: skip


def test_answers_come_back_typed() -> None:
    given_: dict[str, Any] = {
        "yes": False, "whole": Decimal("7.0"), "kilo": 64.8, "least": 2, "most": Decimal("0.5"), "day": "2026-11-22",
        "at": "2026-07-01T08:15", "hour": "08:15", "name": " Dot ", "notes": "a\nb", "site": "https://example.org",
        "one": 0, "many": ["y", "x"], "free": "Something else", "list": [3, None],
    }  # fmt: skip
    typed = check_answers(ALL, given_)
    assert typed["whole"] == 7
    assert type(typed["whole"]) is int
    assert typed["kilo"] == Decimal("64.8")
    assert type(typed["kilo"]) is Decimal
    assert (typed["day"], typed["hour"], typed["name"]) == (date(2026, 11, 22), time(8, 15), "Dot")
    assert typed["at"] == datetime(2026, 7, 1, 7, 15, tzinfo=UTC)
    ready = {"at": typed["at"], "hour": typed["hour"], "day": typed["day"], "one": Decimal(0)}
    assert check_answers(ALL, ready) == ready
    assert (typed["yes"], typed["one"], typed["many"], typed["free"]) == (False, 0, ["y", "x"], "Something else")
    assert typed["list.0"] == 3
    assert "list.1" not in typed


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("yes", "no", "Yes must be yes or no"),
        ("yes", 1, "Yes must be yes or no"),
        ("whole", 10, "Whole must be between 0 and 9"),
        ("whole", Decimal("1.5"), "Whole must be a whole number"),
        ("whole", True, "Whole must be a whole number"),
        ("whole", "1", "Whole must be a whole number"),
        ("whole", Decimal("NaN"), "Whole must be a whole number"),
        ("kilo", Decimal("19.9"), "Kilo must be between 20 kg and 250 kg"),
        ("kilo", Decimal("64.85"), "Kilo must have at most 1 decimal place"),
        ("kilo", "64", "Kilo must be a number"),
        ("kilo", float("inf"), "Kilo must be a number"),
        ("least", 0, "Least must be 1 or more"),
        ("least", Decimal("1e30"), "Least is too large"),
        ("least", Decimal("1.1234567"), "Least must have at most 6 decimal places"),
        ("most", 2, "Most must be 1 l or less"),
        ("day", "22/11/2026", "Day must be a date such as 2026-11-22"),
        ("day", "2026-02-30", "Day must be a real date"),
        ("at", "2026-11-22", "At must be a date and time such as 2026-11-22T08:15"),
        ("at", "2026-11-22T25:00", "At must be a real date and time"),
        ("hour", "25:00", "Hour must be a time such as 08:15"),
        ("name", "Dorothy", "Name must be 5 characters or fewer"),
        ("notes", 5, "Notes must be text"),
        ("one", "z", "One must be one of: X, Y, 0"),
        ("one", False, "One must be one of: X, Y, 0"),
        ("many", "x", "Many must be a list"),
        ("many", ["x", "x"], "Many has the same answer twice"),
        ("many", ["z"], "Many must be one of: X, Y"),
        ("free", 3, "Free must be text"),
        ("stranger", 3, "stranger is not a question of this form"),
        ("more", True, "more is not a question of this form"),
    ],
)
def test_refusals_name_the_field_in_the_labels_words(key: str, value: Any, message: str) -> None:
    with pytest.raises(UserError) as caught:
        check_answers(ALL, {key: value})
    assert (caught.value.field, caught.value.message) == (key, message)


def test_every_problem_is_told_at_once_in_reading_order() -> None:
    wrong = {"stranger": 1, "notes": 5, "whole": 99, "yes": "no", "hour": None, "name": "  "}
    problems = find_problems(ALL, wrong)
    assert [problem.field for problem in problems] == ["yes", "whole", "notes", "stranger"]
    with pytest.raises(UserError) as caught:
        check_answers(ALL, wrong)
    assert caught.value.problems == problems
    assert find_problems(ALL, {"yes": True}) == ()


def test_what_is_not_asked_is_left_out_and_an_empty_list_is_an_answer() -> None:
    assert check_answers(ALL, {"hidden": "anything"}) == {}
    assert check_answers(ALL, {"yes": True, "hidden": 4}) == {"yes": True, "hidden": 4}
    assert check_answers(ALL, {"many": [], "name": "", "whole": None}) == {"many": []}


# ------------------------------------------------------------------------------------------------------------ lists


def test_gather_and_spread() -> None:
    assert gather({"list.0": 3, "day": "x"}, ALL) == {"list": [3, None], "day": "x"}
    assert gather({"list.1": 0}) == {"list": [None, 0]}
    assert gather({"list.0": None}) == {}
    assert gather({"a.b": 1, "1.5": 2}, ALL) == {"a.b": 1, "1.5": 2}
    assert spread({"list": [3, None], "many": ["x"]}, ALL) == {"list.0": 3, "many": ["x"]}
    assert spread({"list": [3, None, 1], "many": ["x"]}) == {"list.0": 3, "list.2": 1, "many": ["x"]}
    with pytest.raises(UserError) as caught:
        gather({"list.2": 3}, ALL)
    assert caught.value.field == "list.2"


@given(st.dictionaries(st.sampled_from(["list.0", "list.1"]), st.integers()), st.booleans())
def test_spread_undoes_gather(answers: dict[str, int], yes: bool) -> None:
    given_ = {**answers, "yes": yes}
    assert spread(gather(given_, ALL), ALL) == given_


# --------------------------------------------------------------------------------------------------------- response


def test_a_response_is_fhir_nested_as_the_form_is_and_exact() -> None:
    nested = form(
        item("g", "group", item=[item("kilo", "decimal"), item("empty", "group", item=[item("none", "text")])]),
        item("parent", item=[item("child", "integer")]),
        item("many", "choice", repeats=True, answerOption=coding("x", "y")),
        item("points", "choice", answerOption=[{"valueInteger": 2}]),
        item("free", "open-choice", answerOption=coding("x")),
        item("litres", "quantity", extension=[{"url": UNIT, "valueCoding": {"code": "l"}}]),
        item("day", "date"), item("at", "dateTime"), item("hour", "time"), item("site", "url"),
        item("off", enableWhen=[when("parent", "=", answerBoolean=False)]),
        item("note", "display"),
    )  # fmt: skip
    given_: dict[str, Any] = {
        "kilo": Decimal("64.8"), "parent": True, "child": 3, "many": ["y", "x"], "points": 2, "free": "Words",
        "litres": Decimal("1.5"), "day": "2026-11-22", "at": "2026-07-01T08:15", "hour": "08:15",
        "site": "https://example.org", "off": True,
    }  # fmt: skip
    written = response(
        nested, given_, subject="Patient/1", authored=datetime(2026, 11, 22, 8, 15, tzinfo=UTC),
        author={"reference": "Practitioner/2", "display": "Ann"},
    )  # fmt: skip
    text = json.dumps(written)
    QuestionnaireResponse.model_validate(json.loads(text))
    assert '"valueDecimal": 64.8' in text
    assert written["status"] == "completed"
    assert written["questionnaire"] == "https://example.org/Questionnaire/q|1"
    assert written["authored"] == "2026-11-22T08:15:00+00:00"
    assert written["author"] == {"reference": "Practitioner/2", "display": "Ann"}
    items = written["item"]
    assert isinstance(items, list)
    by_id = {each["linkId"]: each for each in items}
    assert list(by_id) == ["g", "parent", "many", "points", "free", "litres", "day", "at", "hour", "site"]
    assert [each["linkId"] for each in by_id["g"]["item"]] == ["kilo"]
    assert by_id["parent"]["answer"] == [
        {"valueBoolean": True, "item": [{"linkId": "child", "text": "Child", "answer": [{"valueInteger": 3}]}]}
    ]
    assert by_id["many"]["answer"][0] == {"valueCoding": {"system": "s", "code": "y", "display": "Y"}}
    assert by_id["points"]["answer"] == [{"valueInteger": 2}]
    assert by_id["free"]["answer"] == [{"valueString": "Words"}]
    assert by_id["litres"]["answer"] == [{"valueQuantity": {"value": 1.5, "unit": "l"}}]
    assert by_id["at"]["answer"] == [{"valueDateTime": "2026-07-01T08:15:00+01:00"}]
    assert by_id["hour"]["answer"] == [{"valueTime": "08:15:00"}]
    assert by_id["site"]["answer"] == [{"valueUri": "https://example.org"}]


def test_a_response_without_answers_and_with_wrong_ones() -> None:
    empty = response(ALL, {}, subject="Patient/1", authored="2026-11-22", author="Practitioner/2")
    assert "item" not in empty
    QuestionnaireResponse.model_validate(empty)
    with pytest.raises(UserError):
        response(ALL, {"whole": 99}, subject="Patient/1", authored="2026-11-22", author="Practitioner/2")
