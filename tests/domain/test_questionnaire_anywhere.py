"""Questionnaires made elsewhere: whatever they hold they become a form or are refused in words, and nothing is lost."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import UserError
from app.domain.questionnaire import (
    HIDDEN,
    MAXIMUM,
    MINIMUM,
    NO_CARRY_OVER,
    SIZE_LIMIT,
    UNIT_OPTION,
    Form,
    Unable,
    another,
    answer_words,
    can_stand,
    check_answers,
    enabled,
    find_problems,
    gather,
    instance_key,
    parse_questionnaire,
    read_questionnaire,
    response,
    spread,
    unfold,
)

VISIT = (Path(__file__).resolve().parents[1] / "fixtures" / "questionnaires" / "home-visit.json").read_bytes()


def item(link_id: str, kind: str = "boolean", **more: Any) -> dict[str, Any]:
    """One item of a questionnaire."""
    return {"linkId": link_id, "text": link_id.capitalize(), "type": kind, **more}


def document(*items: Any, **more: Any) -> dict[str, Any]:
    """A questionnaire of those items."""
    return {"resourceType": "Questionnaire", "url": "https://example.org/Questionnaire/q", "status": "active",
            "title": "Q", "item": list(items), **more}  # fmt: skip


def form(*items: Any, **more: Any) -> Form:
    """The form of those items."""
    return parse_questionnaire(document(*items, **more))


def answer_of(asked: Form, **answers: Any) -> dict[str, Any]:
    """The response as any reader of FHIR gets it."""
    written = response(asked, answers, subject="Patient/1", authored="2026-11-22", author="Practitioner/2")
    read: dict[str, Any] = json.loads(json.dumps(written))
    QuestionnaireResponse.model_validate(read)
    return read


def refusal(what: Any) -> UserError:
    """Why it is refused."""
    with pytest.raises(UserError) as caught:
        read_questionnaire(what) if isinstance(what, str | bytes) else parse_questionnaire(what)
    return caught.value


# ------------------------------------------------------------------------------------------------ what is not read


def test_the_file_itself_is_refused_with_the_place() -> None:
    assert "larger than 2 MB" in refusal(b" " * (SIZE_LIMIT + 1)).message
    assert "larger than 2 MB" in refusal("[" * 10_000_000).message
    assert "not text in UTF-8 (at byte 3)" in refusal(b'{"\xff"').message
    assert "line 2, column 3" in refusal("{\n  nonsense").message
    assert "nested without end" in refusal("[" * 1_000_000).message
    assert "nested without end" in refusal('{"item":' * 200_000).message
    assert "NaN" in refusal('{"resourceType": NaN}').message
    assert "too large or too small" in refusal('{"resourceType": 1e999999999}').message
    assert "too long" in refusal('{"resourceType": ' + "9" * 5000 + "}").message
    assert read_questionnaire(b"\xef\xbb\xbf" + json.dumps(document(item("a"))).encode()).items[0].link_id == "a"


def test_a_name_twice_in_one_object_is_refused_because_readers_differ_about_it() -> None:
    text = json.dumps(document(item("a"))).replace('"linkId": "a"', '"linkId": "a", "type": "integer"')
    found = refusal(text)
    assert found.message == "Question a: 'type' stands twice in one object"
    assert found.field == "a"


@pytest.mark.parametrize("kind", ["Patient", "Bundle", "QuestionnaireResponse"])
def test_another_resource_is_called_by_its_name(kind: str) -> None:
    assert refusal({"resourceType": kind}).message == f"The document is not a FHIR Questionnaire: it is a {kind}"


def test_ten_megabytes_and_ten_thousand_items_are_refused_quickly() -> None:
    began = time.process_time()
    refusal(json.dumps(document(item("a", text="x" * 10_000_000))))
    pairs = (item(f"g{n}", "group", item=[item(f"i{n}")]) for n in range(600))
    assert "more than 1,000 items" in refusal(document(*pairs)).message
    assert "more than 1,000 entries" in refusal(document(*(item(f"i{n}") for n in range(5000)))).message
    chain = [item("q0")] + [
        item(f"q{n}", enableWhen=[{"question": f"q{n - 1}", "operator": "=", "answerBoolean": True}])
        for n in range(1, 1000)
    ]
    long = form(*chain)
    assert len(enabled(long, {f"q{n}": True for n in range(1000)})) == 1000, "a long chain is followed to its end"
    assert len(enabled(long, {"q0": True})) == 2
    chain[0]["enableWhen"] = [{"question": "q999", "operator": "=", "answerBoolean": True}]
    assert "wait for each other: q0 → q999 → q998" in refusal(document(*chain)).message
    assert len(refusal(document(*chain)).message) < 500
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("broken", "link_id", "reason"),
    [
        (item("a", text=3), "a", "text must be text"),
        (item("a", text="x" * 5000), "a", "longer than 4,000"),
        (item("a", text="\ud800"), "a", "half of a character"),
        (item("a", required="yes"), "a", "required must be true or false"),
        (item("a", item={"linkId": "b"}), "a", "item must be a list"),
        (item("a", item=["b"]), "a", "list of objects"),
        (item("a", extension=[{"url": HIDDEN, "valueBoolean": 1}]), "a", "valueBoolean must be"),
        (item("a", "decimal", extension=[{"url": MINIMUM, "valueDecimal": "1"}]), "a", "must be a number"),
        (item("a", "decimal", extension=[{"url": MINIMUM, "valueDecimal": Decimal("1e300")}]), "a", "too many digits"),
        (item("a", "decimal", extension=[{"url": MINIMUM, "valueInteger": 5}, {"url": MAXIMUM, "valueInteger": 4}]),
         "a", "least value is above"),
        (item("a", "date", extension=[{"url": MINIMUM, "valueDate": "2026-02-30"}]), "a", "no date"),
        (item("a", maxLength=-1), "a", "0 or more"),
        (item("a", "integer", answerOption=[{"valueInteger": 1}]), "a", "cannot have a list of answers"),
        (item("a", "choice", answerOption=[{"valueCoding": {}}]), "a", "no value that can be shown"),
        (item("a", "display", item=[item("b")]), "a", "items of its own"),
        (item("a", modifierExtension=[{"url": "http://x.org/m"}]), "a", "http://x.org/m"),
        (item("a", initial=[{"valueBoolean": True}, {"valueBoolean": False}]), "a", "takes only one"),
        (item("a", enableWhen=[{"question": "b", "hasAnswer": True}]), "a", "older FHIR than R4"),
        (item("a", None), "a", "it has no type"),
        ({"text": "Lost", "type": "boolean"}, "", "the item with the text 'Lost' has no linkId"),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_kind_is_refused_at_its_question(broken: Any, link_id: str, reason: str) -> None:
    found = refusal(document(broken))
    assert reason in found.message
    assert found.field == link_id


def test_a_list_of_answers_that_cannot_be_worked_out_is_refused() -> None:
    def values(**more: Any) -> dict[str, Any]:
        return document(item("a", "choice", answerValueSet="#v"),
                        contained=[{"resourceType": "ValueSet", "id": "v", **more}])  # fmt: skip

    assert "a rule" in refusal(values(compose={"include": [{"system": "s", "filter": [{"property": "x"}]}]})).message
    assert "takes some out" in refusal(values(compose={"exclude": [{"system": "s"}]})).message
    assert "needs options" in refusal(values(compose={"include": [{"system": "s"}]})).message


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.decimals() | st.floats(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def in_words(work: Callable[[], object]) -> bool:
    """Whether it is done (True) or refused in words (False); anything else that is raised fails the test."""
    try:
        work()
    except UserError as error:
        return error.message == ""
    return True


@settings(max_examples=300)
@given(ODD)
def test_any_json_is_read_or_refused_in_words(found: Any) -> None:
    whole = {"resourceType": "Questionnaire", "item": found}
    for each in (found, whole, document(found), document(item("a", item=found))):
        assert not in_words(partial(parse_questionnaire, each)) or parse_questionnaire(each).items
    in_words(partial(read_questionnaire, json.dumps(found, default=str)))


def _places(found: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys = found if isinstance(found, dict) else range(len(found)) if isinstance(found, list) else ()
    return [path, *(each for key in keys for each in _places(found[key], (*path, key)))]


EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
WHOLE = json.loads(VISIT)
PLACES = [path for path in _places(WHOLE) if path]


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(PLACES), ODD)
def test_one_odd_value_anywhere_in_a_sound_form_is_read_or_refused_in_words(path: tuple[Any, ...], odd: Any) -> None:
    broken = deepcopy(WHOLE)
    inner = broken
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = odd
    if in_words(partial(parse_questionnaire, broken)):
        asked = parse_questionnaire(broken)
        enabled(asked, {})
        check_answers(asked, {})


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from([*(each.link_id for each in parse_questionnaire(WHOLE).walk()),
                                        "4.2.1#2", "4.2.4.1#2#3", "4.2.1#999", "4.2.1#2#2", "2.1#2", "x", "5.1#3"]),
                       ODD, max_size=6))  # fmt: skip
def test_any_answers_are_taken_or_refused_in_words(answers: dict[str, Any]) -> None:
    asked = parse_questionnaire(WHOLE)
    problems = find_problems(asked, answers)
    assert in_words(partial(check_answers, asked, answers)) is not bool(problems)


# ------------------------------------------------------------------------------------------------- what is noted


def test_what_a_manager_should_know_is_noted() -> None:
    asked = form(
        item("a", "attachment"), item("b", "reference"),
        item("c", "choice", answerValueSet="http://x.org/v"), item("d", "open-choice", answerValueSet="http://x.org/v"),
        item("e", "string", extension=[{"url": f"{EXTENSION}regex", "valueString": "(a+)+$"}]),
        item("f", "date", initial=[{"valueDate": "2026"}]),
        status="draft", implicitRules="http://x.org/rules",
    )  # fmt: skip
    notes = "\n".join(asked.notes)
    for words in ("calls it a draft", "implicitRules", "Question a: attachments", "Question b: references",
                  "Question c: its answers are in http://x.org/v", "Question d:", "Question e: its pattern",
                  "Question f: its first answer"):  # fmt: skip
        assert words in notes
    assert [each.link_id for each in asked.questions()] == ["d", "e", "f"]
    assert check_answers(asked, {"d": "typed", "e": "a" * 3000 + "!"}) == {"d": "typed", "e": "a" * 3000 + "!"}
    with pytest.raises(UserError, match="a is not a question"):
        check_answers(asked, {"a": "x"})
    assert form(item("a")).notes == ()


# ---------------------------------------------------------------------------------------------------- what repeats


FALLS = (
    item("any"),
    item("fall", "group", repeats=True, enableWhen=[{"question": "any", "operator": "=", "answerBoolean": True}], item=[
        item("date", "date"), item("hurt"),
        item("injury", "group", repeats=True,
             enableWhen=[{"question": "hurt", "operator": "=", "answerBoolean": True}],
             item=[item("site", "string"), item("deep", "integer")]),
    ]),
    item("after", enableWhen=[{"question": "hurt", "operator": "=", "answerBoolean": True}]),
)  # fmt: skip


def test_every_instance_of_a_repeating_group_is_kept_and_nested() -> None:
    asked = form(*FALLS)
    given_ = {
        "any": True, "date": "2026-01-01", "hurt": False, "date#2": "2026-02-02", "hurt#2": True,
        "site#2#1": "Hip", "deep#2#1": 2, "site#2#2": "Wrist",
    }  # fmt: skip
    typed = check_answers(asked, given_)
    assert set(typed) == set(given_)
    written = answer_of(asked, **given_)
    falls = [each for each in written["item"] if each["linkId"] == "fall"]
    assert [each["item"][0]["answer"][0]["valueDate"] for each in falls] == ["2026-01-01", "2026-02-02"]
    assert [each["linkId"] for each in falls[0]["item"]] == ["date", "hurt"]
    injuries = [each for each in falls[1]["item"] if each["linkId"] == "injury"]
    assert [each["item"][0]["answer"][0]["valueString"] for each in injuries] == ["Hip", "Wrist"]
    assert [each["linkId"] for each in injuries[0]["item"]] == ["site", "deep"]


def test_conditions_hold_inside_their_instance_and_outside_for_the_nearest() -> None:
    asked = form(*FALLS)
    first = enabled(asked, {"any": True, "hurt": True, "hurt#2": False})
    assert {"injury", "site", "fall#2", "hurt#2"} <= first
    assert "injury#2#1" not in first
    assert "after" not in first, "the question behind the group hears the last fall"
    second = enabled(asked, {"any": True, "hurt": False, "hurt#2": True})
    assert {"injury#2#1", "site#2#1", "after"} <= second
    assert "site" not in second
    assert "hurt#2" not in enabled(asked, {"hurt#2": True}), "a group that is off is off in every instance"


def test_an_instance_that_cannot_be_is_no_question_of_the_form() -> None:
    asked = form(*FALLS)
    for key in ("date#0", "date#51", "date#2#2", "site#2", "any#2", "date#x", "date#"):
        assert [each.message for each in find_problems(asked, {"any": True, key: "x"})] == [
            f"{key} is not a question of this form"
        ]
    assert unfold(asked, {"any": True}) is asked
    assert unfold(asked, ["date#2"]) is unfold(asked, ["date#2", "hurt#2"])


def test_another_instance_has_the_next_number_until_there_may_be_no_more() -> None:
    most = [{"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-maxOccurs", "valueInteger": 2}]
    inner = item("h", "group", repeats=True, item=[item("b")])
    asked = form(item("g", "group", repeats=True, extension=most, item=[item("a"), inner]))
    assert another(asked, ["g", "a"], "g") == "g#2"
    assert another(asked, ["a#2"], "g") == ""
    assert another(asked, ["a#2"], "h#2#1") == "h#2#2"
    assert another(asked, [], "a") == ""
    assert instance_key("b", (1, 1)) == "b"


def test_a_linkid_that_reads_as_an_instance_of_another_is_refused() -> None:
    assert "reads as a further answer to a" in refusal(document(item("a"), item("a#2"))).message
    assert form(item("a#2"), item("b")).items[0].link_id == "a#2"


def test_the_questions_under_each_answer_stand_in_that_answer() -> None:
    asked = form(item("drug", "string", repeats=True, item=[item("dose", "integer")]))
    written = answer_of(asked, **{"drug": "A", "dose": 1, "drug#2": "B", "dose#2": 2})
    assert len(written["item"]) == 1
    answers = written["item"][0]["answer"]
    assert [each["valueString"] for each in answers] == ["A", "B"]
    assert [each["item"][0]["answer"][0]["valueInteger"] for each in answers] == [1, 2]


def test_numbered_link_ids_are_no_lists() -> None:
    asked = form(item("5", "string", repeats=True), item("5.0"), item("5.1"), item("6.1"), item("6.2"))
    given_ = {"5": ["a", "b"], "5.0": True, "5.1": True, "6.1": True, "6.2": False}
    assert gather(given_, asked) == spread(given_, asked) == check_answers(asked, given_) == given_


# --------------------------------------------------------------------------------------- first answers, units, limits


def test_what_is_hidden_or_only_shown_answers_by_itself() -> None:
    hidden = [{"url": HIDDEN, "valueBoolean": True}]
    asked = form(
        item("v", "string", extension=hidden, initial=[{"valueString": "7"}]),
        item("shown", "integer", readOnly=True, initial=[{"valueInteger": 3}]),
        item("then", enableWhen=[{"question": "v", "operator": "=", "answerString": "7"}]),
        item("g", "group", extension=hidden, item=[item("inside")]),
    )
    assert check_answers(asked, {"then": True}) == {"v": "7", "shown": 3, "then": True}
    assert [each.link_id for each in asked.questions() if each.asked] == ["then"]


def test_first_answers_of_each_kind() -> None:
    asked = read_questionnaire(VISIT)
    first = {each.link_id: each.initial for each in asked.questions() if each.initial}
    assert first == {
        "2.10": ("https://clinic.example/report",), "3.10": ("Chair scale 4",), "3.11": ("v7",), "5.5": ("20:00:00",),
    }  # fmt: skip


def test_a_quantity_with_several_units_has_its_unit_in_the_answer() -> None:
    def unit(code: str) -> dict[str, Any]:
        return {
            "url": UNIT_OPTION,
            "valueCoding": {"system": "http://unitsofmeasure.org", "code": code, "display": code},
        }

    over = {"question": "dose", "operator": ">=", "answerQuantity": {"value": 1, "code": "g"}}
    asked = form(item("dose", "quantity", extension=[unit("mg"), unit("g")]), item("why", enableWhen=[over]))
    assert check_answers(asked, {"dose": "500mg"}) == {"dose": "500 mg"}
    assert "why" in enabled(asked, {"dose": "1 g"})
    assert "why" not in enabled(asked, {"dose": "500 mg"}), "500 is more than 1, but not in grams"
    assert [each.message for each in find_problems(asked, {"dose": "5"})] == ["Dose must have a unit: mg or g"]
    assert find_problems(asked, {"dose": "5 lb"})
    assert find_problems(asked, {"dose": True})
    quantity = answer_of(asked, dose="0.5 g")["item"][0]["answer"][0]["valueQuantity"]
    assert quantity == {"value": 0.5, "unit": "g", "system": "http://unitsofmeasure.org", "code": "g"}


def test_dates_and_texts_have_their_limits() -> None:
    asked = form(
        item("day", "date", extension=[
            {"url": MINIMUM, "valueDate": "2026-01-02"}, {"url": MAXIMUM, "valueDate": "2026-01-03"}]),
        item("at", "time", extension=[{"url": MAXIMUM, "valueTime": "12:00:00"}]),
        item("words", "string", extension=[{"url": f"{EXTENSION}minLength", "valueInteger": 3}]),
    )  # fmt: skip
    assert [each.message for each in find_problems(asked, {"day": "2026-01-01", "at": "12:01", "words": "ab"})] == [
        "Day must be 02-Jan-2026 or later", "At must be 12:00 or earlier", "Words must be 3 characters or more",
    ]  # fmt: skip
    assert find_problems(asked, {"day": "2026-01-03", "at": "12:00", "words": "abc"}) == ()


def test_options_of_two_systems_may_share_a_code() -> None:
    options = [{"valueCoding": {"system": system, "code": "1", "display": system}} for system in ("a", "b")]
    asked = form(item("q", "choice", answerOption=options), item("then", enableWhen=[
        {"question": "q", "operator": "=", "answerCoding": {"system": "b", "code": "1"}}]))  # fmt: skip
    one, two = asked.questions()[0].options
    assert "then" not in enabled(asked, {"q": one.code})
    assert "then" in enabled(asked, {"q": two.code})
    assert answer_of(asked, q=two.code)["item"][0]["answer"][0]["valueCoding"] == {
        "system": "b", "code": "1", "display": "b",
    }  # fmt: skip
    assert answer_words(asked.questions()[0], two.code) == "b"


def test_whether_last_times_answer_may_be_taken_over_is_the_forms_to_say() -> None:
    never = [{"url": NO_CARRY_OVER, "valueBoolean": True}]
    assert [each.carry_over for each in form(item("a"), item("b", extension=never)).items] == [True, False]
    assert not form(item("a"), extension=never).items[0].carry_over


def test_why_a_question_could_not_be_assessed_is_written_without_an_answer() -> None:
    asked = form(item("a", "integer"), item("g", "group", item=[item("b"), item("c")]))
    written = response(
        asked, {"a": 0}, subject="Patient/1", authored=datetime(2026, 11, 22, tzinfo=UTC), author="Practitioner/2",
        unable={"b": "refused", "a": "asleep"},
    )  # fmt: skip
    QuestionnaireResponse.model_validate(json.loads(json.dumps(written)))
    items = written["item"]
    assert isinstance(items, list)
    assert items[0] == {"linkId": "a", "text": "A", "answer": [{"valueInteger": 0}]}, "an answer outweighs a reason"
    (inside,) = items[1]["item"]
    assert "answer" not in inside
    assert [each.get("valueCode") for each in inside["extension"]] == ["asked-declined", str(Unable.REFUSED)]


def test_a_form_made_elsewhere_is_r4_and_reads_whole() -> None:
    Questionnaire.model_validate(json.loads(VISIT))
    asked = read_questionnaire(VISIT)
    assert len(asked.questions()) == 60
    kinds = {each.type for each in asked.walk()}
    assert kinds == {
        "group", "display", "boolean", "decimal", "integer", "date", "dateTime", "time", "string", "text", "url",
        "choice", "open-choice", "quantity", "attachment", "reference",
    }  # fmt: skip
    weight = next(each for each in asked.questions() if each.link_id == "3.1")
    assert can_stand(weight, Decimal("65.317"))
    assert not can_stand(weight, 300)
