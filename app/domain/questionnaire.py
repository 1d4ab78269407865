"""FHIR R4 Questionnaires as plain values: what a form asks, what is asked now, and whether an answer can stand.

The caller reads the file; nothing here touches a disk. Answers are a mapping of linkId to value: True or False, a whole
number, a Decimal, a text, a date, the code of an option, or a list of those for a question that repeats. A code is the
option's ``valueCoding.code``, or the value itself for options that are whole numbers or texts.

Lists of numbers (six items of 0 to 3, say) are one question each on a form: the linkIds ``items.0`` to ``items.5``
stand for the answer ``items``. :func:`gather` makes the list, :func:`spread` takes it apart; every function here
takes both.

What R4 knows and this does not: attachments, references, answer lists outside the document and repeated groups (a group
that repeats is asked once).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from app.domain.dates import date_time, short_date, to_local
from app.domain.errors import Problem, UserError
from app.domain.instruments.answers import ISO_DATE
from app.domain.instruments.answers import gather as _gather
from app.domain.instruments.exact import as_decimal, json_number

_EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
ORDINAL = _EXTENSION + "ordinalValue"
MINIMUM = _EXTENSION + "minValue"
MAXIMUM = _EXTENSION + "maxValue"
PLACES = _EXTENSION + "maxDecimalPlaces"
UNIT = _EXTENSION + "questionnaire-unit"
CONTROL = _EXTENSION + "questionnaire-itemControl"
OPTION_LABEL = "https://hartwell.example/fhir/StructureDefinition/option-label"
"""Words for an option whose value is a bare number or text; R4 has no place for them."""

_ANSWERABLE = frozenset({
    "boolean", "decimal", "integer", "date", "dateTime", "time", "string", "text", "url", "choice", "open-choice",
    "quantity",
})  # fmt: skip
_NOT_HERE = {
    "attachment": "attachments cannot be given on this form",
    "reference": "references cannot be given on this form",
}
_OPERATORS = frozenset({"exists", "=", "!=", ">", "<", ">=", "<="})
_COMPARABLE = frozenset(
    f"answer{kind}"
    for kind in ("Boolean", "Decimal", "Integer", "Date", "DateTime", "Time", "String", "Coding", "Quantity")
)
_DEPTH = 20
_DOTTED = re.compile(r"(.+)\.(\d+)")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?")
_TEXT_LIMIT = 4000

Value = bool | int | Decimal | str | date | datetime | time
"""One typed answer."""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose: its code (the value itself when it is a number or a text), its words and its points."""

    code: str | int
    display: str
    ordinal: Decimal | None = None
    system: str = ""
    kind: str = "Coding"


@dataclass(frozen=True, slots=True)
class EnableWhen:
    """A condition on another question's answer, with R4's operators: exists = != > < >= <=."""

    question: str
    operator: str
    answer: Value
    system: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One item of a form; ``type`` is R4's (group and display ask nothing). Empty texts mean "none"."""

    link_id: str
    text: str
    type: str
    required: bool = False
    repeats: bool = False
    options: tuple[Option, ...] = ()
    enable_when: tuple[EnableWhen, ...] = ()
    enable_behavior: str = "all"
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    unit: str = ""
    max_decimal_places: int | None = None
    max_length: int | None = None
    help: str = ""
    items: tuple[Question, ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether it takes an answer: everything but groups and display texts."""
        return self.type in _ANSWERABLE


@dataclass(frozen=True, slots=True)
class Form:
    """A questionnaire. ``code`` is the last part of its address and, for our own, the instrument's code."""

    url: str
    version: str
    title: str
    code: str
    items: tuple[Question, ...]

    def walk(self) -> Iterator[Question]:
        """Every item in reading order, groups and display texts too."""
        todo = list(reversed(self.items))
        while todo:
            item = todo.pop()
            yield item
            todo.extend(reversed(item.items))

    def questions(self) -> tuple[Question, ...]:
        """The items that take an answer, in reading order."""
        return tuple(item for item in self.walk() if item.answerable)


# --------------------------------------------------------------------------------------------------------- reading


def parse_questionnaire(document: Mapping[str, Any]) -> Form:
    """Read a Questionnaire resource.

    Raises UserError, with the linkId in ``field`` and the reason in words, for what cannot be asked: no linkId or one
    used twice, an unknown type, a condition on a question that is not there, conditions that wait for each other.
    """
    if not isinstance(document, Mapping) or document.get("resourceType") != "Questionnaire":
        raise UserError("The document is not a FHIR Questionnaire", field="resourceType")
    contained = {
        f"#{each.get('id')}": each for each in document.get("contained", ()) if each.get("resourceType") == "ValueSet"
    }
    url = str(document.get("url", ""))
    form = Form(
        url=url,
        version=str(document.get("version", "")),
        title=str(document.get("title") or document.get("name") or url),
        code=url.rsplit("/", 1)[-1] or str(document.get("id", "")),
        items=tuple(_item(each, contained, 1) for each in document.get("item", ())),
    )
    _check_form(form)
    return form


def _bad(link_id: str, reason: str) -> UserError:
    return UserError(f"Question {link_id or '(without linkId)'}: {reason}", field=link_id)


def _item(item: Mapping[str, Any], contained: Mapping[str, Any], depth: int) -> Question:
    link_id = str(item.get("linkId", ""))
    kind = str(item.get("type", ""))
    if not link_id:
        raise _bad("", f"the item with the text {item.get('text', '')!r} has no linkId")
    if kind in _NOT_HERE:
        raise _bad(link_id, _NOT_HERE[kind])
    if kind not in _ANSWERABLE | {"group", "display"}:
        raise _bad(link_id, f"unknown type {kind!r}")
    if depth > _DEPTH:
        raise _bad(link_id, f"items are nested more than {_DEPTH} deep")
    helps = [child for child in item.get("item", ()) if _is_help(child)]
    conditions = tuple(_condition(link_id, each) for each in item.get("enableWhen", ()))
    behaviour = item.get("enableBehavior")
    if len(conditions) > 1 and behaviour is None:
        raise _bad(link_id, "several enableWhen need an enableBehavior (all or any)")
    if behaviour not in {None, "all", "any"}:
        raise _bad(link_id, f"unknown enableBehavior {behaviour!r}")
    places = _extension(item, PLACES).get("valueInteger")
    unit = _extension(item, UNIT).get("valueCoding", {})
    return Question(
        link_id=link_id,
        text=" ".join(part for part in (item.get("prefix"), item.get("text")) if part),
        type=kind,
        required=item.get("required") is True,
        repeats=item.get("repeats") is True,
        options=_options(link_id, item, contained),
        enable_when=conditions,
        enable_behavior=behaviour or "all",
        minimum=_limit(item, MINIMUM),
        maximum=_limit(item, MAXIMUM),
        unit=str(unit.get("display") or unit.get("code") or ""),
        max_decimal_places=places if isinstance(places, int) else None,
        max_length=item.get("maxLength"),
        help=" ".join(str(child.get("text", "")) for child in helps).strip(),
        items=tuple(_item(child, contained, depth + 1) for child in item.get("item", ()) if child not in helps),
    )


def _extension(element: Mapping[str, Any], url: str) -> Mapping[str, Any]:
    return next((each for each in element.get("extension", ()) if each.get("url") == url), {})


def _limit(item: Mapping[str, Any], url: str) -> Decimal | None:
    found = _extension(item, url)
    return as_decimal(found.get("valueDecimal", found.get("valueInteger")))


def _is_help(item: Mapping[str, Any]) -> bool:
    control = _extension(item, CONTROL).get("valueCodeableConcept", {})
    return item.get("type") == "display" and any(each.get("code") == "help" for each in control.get("coding", ()))


def _options(link_id: str, item: Mapping[str, Any], contained: Mapping[str, Any]) -> tuple[Option, ...]:
    found = tuple(_option(link_id, each) for each in item.get("answerOption", ()))
    if reference := item.get("answerValueSet"):
        if reference not in contained:
            raise _bad(link_id, f"its answers are in {reference}, which is not part of the document")
        found += tuple(
            Option(str(each["code"]), str(each.get("display", each["code"])), None, str(include.get("system", "")))
            for include in contained[reference].get("compose", {}).get("include", ())
            for each in include.get("concept", ())
        )
    if item.get("type") == "choice" and not found:
        raise _bad(link_id, "a choice needs options")
    codes = [option.code for option in found]
    if len(set(codes)) != len(codes):
        raise _bad(link_id, "two options have the same code")
    return found


def _option(link_id: str, option: Mapping[str, Any]) -> Option:
    words = _extension(option, OPTION_LABEL).get("valueString")
    own = _extension(option, ORDINAL).get("valueDecimal")
    if coding := option.get("valueCoding"):
        points = _extension(coding, ORDINAL).get("valueDecimal", own)
        code = str(coding.get("code") or coding.get("display", ""))
        display = str(words or coding.get("display") or code)
        return Option(code, display, as_decimal(points), str(coding.get("system", "")))
    for kind in ("Integer", "String", "Date", "Time"):
        value = option.get(f"value{kind}")
        if isinstance(value, str | int) and not isinstance(value, bool):
            return Option(value, str(words or value), as_decimal(own), kind=kind)
    raise _bad(link_id, "an option has no value that can be shown")


def _condition(link_id: str, condition: Mapping[str, Any]) -> EnableWhen:
    operator = str(condition.get("operator", ""))
    if operator not in _OPERATORS:
        raise _bad(link_id, f"unknown enableWhen operator {operator!r}")
    key = next((each for each in condition if each.startswith("answer")), "")
    if key not in _COMPARABLE:
        raise _bad(link_id, f"enableWhen cannot compare {key or 'without an answer'}")
    raw = condition[key]
    answer: Value | None
    system = ""
    if key == "answerCoding":
        answer, system = str(raw.get("code", "")), str(raw.get("system", ""))
    elif key == "answerQuantity":
        answer = as_decimal(raw.get("value"))
    elif key in {"answerDecimal", "answerInteger"}:
        answer = as_decimal(raw)
    elif key in {"answerDate", "answerDateTime", "answerTime"}:
        answer = _moment(key.removeprefix("answer"), raw)
    else:
        answer = raw if isinstance(raw, bool | str) else None
    if answer is None or (operator == "exists" and not isinstance(answer, bool)):
        raise _bad(link_id, f"enableWhen {operator} has no answer that it can be compared with")
    return EnableWhen(str(condition.get("question", "")), operator, answer, system)


def _moment(kind: str, value: object) -> date | datetime | time | None:
    try:
        if kind == "Date":
            return _day(value)
        return _instant(value) if kind == "DateTime" else _time(value)
    except _RefusedError:
        return None


def _check_form(form: Form) -> None:
    parents: dict[str, str] = {}
    needs: dict[str, list[str]] = {}
    for item in form.walk():
        if item.link_id in needs:
            raise _bad(item.link_id, "this linkId is used twice")
        needs[item.link_id] = [each.question for each in item.enable_when]
        parents.update((child.link_id, item.link_id) for child in item.items)
    for link_id, sources in needs.items():
        for source in sources:
            if source not in needs:
                raise _bad(link_id, f"it waits for the question {source}, which is not on the form")
    for link_id, parent in parents.items():
        needs[link_id].append(parent)
    settled: set[str] = set()
    for start in needs:
        _check_order(start, needs, settled)


def _check_order(start: str, needs: Mapping[str, list[str]], settled: set[str]) -> None:
    """Raises UserError when the question, through what it waits for, waits for itself."""
    path: list[str] = []
    todo: list[tuple[str, bool]] = [(start, False)]
    while todo:
        link_id, left = todo.pop()
        if left:
            path.pop()
            settled.add(link_id)
        elif link_id in path:
            raise _bad(link_id, f"questions wait for each other: {' → '.join([*path[path.index(link_id) :], link_id])}")
        elif link_id not in settled:
            path.append(link_id)
            todo.append((link_id, True))
            todo.extend((each, False) for each in needs[link_id])


# ---------------------------------------------------------------------------------------------------- lists of items


def _sizes(form: Form) -> dict[str, int]:
    """How long each dotted list of the form is: ``{"items": 6}``."""
    sizes: dict[str, int] = {}
    for question in form.questions():
        if found := _DOTTED.fullmatch(question.link_id):
            sizes[found[1]] = max(sizes.get(found[1], 0), int(found[2]) + 1)
    return sizes


def gather(answers: Mapping[str, object], form: Form | None = None) -> dict[str, object]:
    """Turn ``items.0``, ``items.1`` … into the list ``items``, with None where an entry is unanswered.

    With the form the list has its full length; without it, it ends at the last entry answered. A list with no entry
    answered is left out.
    """
    return _gather(answers, _sizes(form) if form else None)


def spread(answers: Mapping[str, object], form: Form | None = None) -> dict[str, object]:
    """The reverse of :func:`gather`. Without the form, lists of texts are taken for ticked options and left alone."""
    lists = _sizes(form) if form else None
    result: dict[str, object] = {}
    for key, value in answers.items():
        split = isinstance(value, list | tuple) and (
            key in lists if lists is not None else any(not isinstance(each, str) for each in value)
        )
        if split and isinstance(value, list | tuple):
            result.update((f"{key}.{index}", each) for index, each in enumerate(value) if each is not None)
        else:
            result[key] = value
    return result


# ------------------------------------------------------------------------------------------------- what is asked now


def answer_words(question: Question, value: object) -> str:
    """An answer in the words of its question: the option's words, Yes or No, a number with its unit, a date."""
    if isinstance(value, list | tuple):
        return "; ".join(answer_words(question, each) for each in value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    option = next((each for each in question.options if each.code == value), None)
    if option is not None:
        return option.display
    if question.type == "date":
        return short_date(date.fromisoformat(str(value)[:10]))
    if question.type == "dateTime":
        return date_time(datetime.fromisoformat(str(value)))
    number = format(value, "f") if isinstance(value, Decimal) else str(value)
    return f"{number} {question.unit}" if question.unit else number


def enabled(form: Form, answers: Mapping[str, object]) -> frozenset[str]:
    """The linkIds of the items that are live, given the answers; groups and display texts too.

    As R4 says: an item inside one that is off is off, and the answer of a question that is off counts as none. An
    answer that cannot be read counts as none too.
    """
    given = spread(answers, form)
    return frozenset(_Live(form, given).all())


class _Live:
    """Works out which items are on, each once."""

    def __init__(self, form: Form, answers: Mapping[str, object]) -> None:
        self._items = {item.link_id: item for item in form.walk()}
        self._parents = {child.link_id: item.link_id for item in form.walk() for child in item.items}
        self._answers = answers
        self._known: dict[str, bool] = {}

    def all(self) -> list[str]:
        return [link_id for link_id in self._items if self._on(link_id)]

    def _on(self, link_id: str) -> bool:
        if link_id not in self._known:
            item = self._items[link_id]
            parent = self._parents.get(link_id)
            met = any if item.enable_behavior == "any" else all
            self._known[link_id] = (parent is None or self._on(parent)) and (
                not item.enable_when or met(self._holds(each) for each in item.enable_when)
            )
        return self._known[link_id]

    def _holds(self, condition: EnableWhen) -> bool:
        source = self._items[condition.question]
        values = self._values(source) if self._on(condition.question) else []
        if condition.operator == "exists":
            return bool(values) is condition.answer
        same = [each for each in values if _equal(source, each, condition)]
        if condition.operator == "=":
            return bool(same)
        if condition.operator == "!=":
            return not same
        return any(_compare(each, condition) for each in values)

    def _values(self, question: Question) -> list[Value]:
        try:
            typed = _answer(question, self._answers.get(question.link_id))
        except _RefusedError:
            return []
        if typed is None:
            return []
        return typed if isinstance(typed, list) else [typed]


def _equal(source: Question, value: Value, condition: EnableWhen) -> bool:
    if isinstance(value, bool) != isinstance(condition.answer, bool):
        return False
    if condition.system:
        option = next((each for each in source.options if each.code == value), None)
        return option is not None and option.code == condition.answer and option.system == condition.system
    return value == condition.answer


def _compare(value: Value, condition: EnableWhen) -> bool:
    """Greater and less, for values of one kind; anything else does not hold."""
    left: Any = as_decimal(value) if isinstance(value, int | Decimal) else value
    right: Any = condition.answer
    if left is None or type(left) is not type(right) or isinstance(right, bool):
        return False
    match condition.operator:
        case ">":
            return bool(left > right)
        case "<":
            return bool(left < right)
        case ">=":
            return bool(left >= right)
        case _:
            return bool(left <= right)


# ------------------------------------------------------------------------------------------------------ checking


class _RefusedError(Exception):
    """The reason why an answer cannot stand, to be put after the question's label."""


def find_problems(form: Form, answers: Mapping[str, object]) -> tuple[Problem, ...]:
    """What is wrong with the answers, one Problem a field, in reading order; unanswered questions are no problem."""
    return _checked(form, answers)[1]


def check_answers(form: Form, answers: Mapping[str, object]) -> dict[str, object]:
    """The answers by linkId, typed: Decimal, int, bool, str (codes too), date, datetime, time, or a list of those.

    Numbers may come as any JSON number. Unanswered questions are left out, and so are answers to questions that are
    not asked (R4 allows none in a response); what is required but absent is not judged here, because an unfinished
    assessment may be kept. Raises UserError with one Problem a field: unknown key, wrong type, out of range, no such
    option.
    """
    typed, problems = _checked(form, answers)
    if problems:
        raise UserError(problems[0].message, problems=problems)
    return typed


def _checked(form: Form, answers: Mapping[str, object]) -> tuple[dict[str, object], tuple[Problem, ...]]:
    given = spread(answers, form)
    live = enabled(form, given)
    typed: dict[str, object] = {}
    problems: list[Problem] = []
    questions = form.questions()
    for question in questions:
        key = question.link_id
        if key not in live or key not in given:
            continue
        try:
            value = _answer(question, given[key])
        except _RefusedError as refused:
            problems.append(Problem(key, f"{question.text.rstrip(' ?:.') or key} {refused}"))
            continue
        if value is not None:
            typed[key] = value
    known = {question.link_id for question in questions}
    problems += [Problem(str(key), f"{key} is not a question of this form") for key in given if key not in known]
    return typed, tuple(problems)


def _answer(question: Question, value: object) -> Value | list[Value] | None:
    """The typed answer; None for no answer. An empty list of a repeating question is an answer: none of these."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if not question.repeats:
        return _one(question, value)
    if not isinstance(value, list | tuple):
        raise _RefusedError("must be a list")
    found = [_one(question, each) for each in value]
    if any(each in found[:index] for index, each in enumerate(found)):
        raise _RefusedError("has the same answer twice")
    return found


def _one(question: Question, value: object) -> Value:
    match question.type:
        case "boolean":
            if isinstance(value, bool):
                return value
            raise _RefusedError("must be yes or no")
        case "decimal" | "integer" | "quantity":
            return _number(question, value)
        case "date":
            return _day(value)
        case "dateTime":
            return _instant(value)
        case "time":
            return _time(value)
        case "choice" | "open-choice":
            return _choice(question, value)
        case _:
            return _text(question, value)


def _number(question: Question, value: object) -> int | Decimal:
    number = as_decimal(value)
    whole = question.type == "integer"
    if number is None:
        raise _RefusedError("must be a whole number" if whole else "must be a number")
    unit = f" {question.unit}" if question.unit else ""
    low, high = question.minimum, question.maximum
    if low is not None and high is not None and not low <= number <= high:
        raise _RefusedError(f"must be between {low:f}{unit} and {high:f}{unit}")
    if low is not None and number < low:
        raise _RefusedError(f"must be {low:f}{unit} or more")
    if high is not None and number > high:
        raise _RefusedError(f"must be {high:f}{unit} or less")
    if abs(number) > Decimal("1e9"):
        raise _RefusedError("is too large")
    if whole and number != number.to_integral_value():
        raise _RefusedError("must be a whole number")
    if whole:
        return int(number)
    places = 6 if question.max_decimal_places is None else question.max_decimal_places
    if number != round(number, places):
        raise _RefusedError(f"must have at most {places} decimal {'place' if places == 1 else 'places'}")
    return number


def _choice(question: Question, value: object) -> Value:
    for option in question.options:
        if option.code == value and not isinstance(value, bool):
            return option.code
    if question.type == "open-choice":
        return _text(question, value)
    raise _RefusedError(f"must be one of: {', '.join(option.display for option in question.options)}")


def _text(question: Question, value: object) -> str:
    if not isinstance(value, str):
        raise _RefusedError("must be text")
    words = value.strip()
    limit = min(question.max_length or _TEXT_LIMIT, _TEXT_LIMIT)
    if len(words) > limit:
        raise _RefusedError(f"must be {limit:,} characters or fewer")
    return words


def _day(value: object) -> date:
    if type(value) is date:
        return value
    if isinstance(value, str) and ISO_DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise _RefusedError("must be a real date") from None
    raise _RefusedError("must be a date such as 2026-11-22")


def _instant(value: object) -> datetime:
    if isinstance(value, datetime):
        return to_local(value)
    if isinstance(value, str) and "T" in value:
        try:
            return to_local(datetime.fromisoformat(value))
        except (ValueError, OverflowError):
            raise _RefusedError("must be a real date and time") from None
    raise _RefusedError("must be a date and time such as 2026-11-22T08:15")


def _time(value: object) -> time:
    if isinstance(value, time):
        return value
    if isinstance(value, str) and _TIME.fullmatch(value):
        return time.fromisoformat(value)
    raise _RefusedError("must be a time such as 08:15")


# ------------------------------------------------------------------------------------------------------- answering


def response(
    form: Form,
    answers: Mapping[str, object],
    *,
    subject: str | Mapping[str, object],
    authored: datetime | str,
    author: str | Mapping[str, object],
) -> dict[str, object]:
    """The completed FHIR R4 QuestionnaireResponse: answered questions only, numbers as JSON numbers of the same value.

    ``subject`` and ``author`` are references (``Patient/…``, ``urn:uuid:…``) or ready Reference objects; ``authored``
    is an instant, or its text. Raises UserError as :func:`check_answers` does.
    """
    typed = check_answers(form, answers)
    items = [found for item in form.items if (found := _response_item(item, typed))]
    written: dict[str, object] = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": f"{form.url}|{form.version}" if form.version else form.url,
        "status": "completed",
        "subject": _reference(subject),
        "authored": authored if isinstance(authored, str) else to_local(authored).isoformat(timespec="seconds"),
        "author": _reference(author),
    }
    if items:
        written["item"] = items
    return written


def _reference(value: str | Mapping[str, object]) -> dict[str, object]:
    return {"reference": value} if isinstance(value, str) else dict(value)


def _response_item(item: Question, typed: Mapping[str, object]) -> dict[str, object] | None:
    children = [found for child in item.items if (found := _response_item(child, typed))]
    value = typed.get(item.link_id)
    answers: list[dict[str, object]] = []
    if value is not None:
        answers = [_written(item, each) for each in (value if isinstance(value, list) else [value])]
    if not answers and not children:
        return None
    written: dict[str, object] = {"linkId": item.link_id, "text": item.text} if item.text else {"linkId": item.link_id}
    if answers:
        written["answer"] = answers
    if children and answers:
        answers[0]["item"] = children
    elif children:
        written["item"] = children
    return written


def _written(item: Question, value: object) -> dict[str, object]:
    match item.type:
        case "choice" | "open-choice":
            option = next((each for each in item.options if each.code == value), None)
            if option is None:
                return {"valueString": value}
            if option.kind != "Coding":
                return {f"value{option.kind}": value}
            coding = {"system": option.system} if option.system else {}
            return {"valueCoding": {**coding, "code": option.code, "display": option.display}}
        case "quantity":
            number = as_decimal(value) or Decimal(0)
            unit = {"unit": item.unit} if item.unit else {}
            return {"valueQuantity": {"value": json_number(number), **unit}}
        case "decimal":
            return {"valueDecimal": json_number(as_decimal(value) or Decimal(0))}
        case "integer":
            return {"valueInteger": value}
        case "boolean":
            return {"valueBoolean": value}
        case "url":
            return {"valueUri": value}
        case "string" | "text":
            return {"valueString": value}
        case _:
            return {f"value{item.type[0].upper()}{item.type[1:]}": _iso(value)}


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, time):
        return value.isoformat(timespec="seconds")
    return str(value)
