"""Writing what was answered as a FHIR R4 QuestionnaireResponse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time
from decimal import Decimal

from app.domain.dates import to_local
from app.domain.instruments.exact import as_decimal, json_number
from app.domain.questionnaire.answers import quantity
from app.domain.questionnaire.asking import check_answers, enabled, unfold
from app.domain.questionnaire.values import ABSENT, UNABLE, Form, Question, Unable

_ABSENT_CODES = {
    Unable.REFUSED: "asked-declined",
    Unable.ASLEEP: "temp-unknown",
    Unable.UNSAFE: "not-performed",
    Unable.EQUIPMENT: "not-performed",
    Unable.PLAN: "not-permitted",
}
"""R4's own words for why something is absent, nearest to ours."""


def response(
    form: Form,
    answers: Mapping[str, object],
    *,
    subject: str | Mapping[str, object],
    authored: datetime | str,
    author: str | Mapping[str, object],
    unable: Mapping[str, str] | None = None,
) -> dict[str, object]:
    """The completed FHIR R4 QuestionnaireResponse: answered questions only, numbers as JSON numbers of the same value.

    Each instance of a repeating group is an item of its own; the answers of a repeating question stand in one item,
    each with the answers inside it. ``unable`` has, by key, why a question could not be assessed: it is written as an
    item without an answer. ``subject`` and ``author`` are references (``Patient/…``, ``urn:uuid:…``) or ready Reference
    objects; ``authored`` is an instant, or its text. Raises UserError as :func:`check_answers` does.
    """
    typed = check_answers(form, answers)
    whole = unfold(form, [*answers, *(unable or ())])
    live = enabled(form, {**dict.fromkeys(unable or ()), **answers})
    reasons = {key: Unable(why) for key, why in (unable or {}).items() if key in live and key not in typed}
    items = _items(whole.items, typed, reasons)
    written: dict[str, object] = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": f"{form.url}|{form.version}" if form.version else form.url,
        "status": "completed",
        "subject": _reference(subject),
        "authored": authored if isinstance(authored, str) else to_local(authored).isoformat(timespec="seconds"),
        "author": _reference(author),
    }
    if not form.url:
        del written["questionnaire"]
    if items:
        written["item"] = items
    return written


def _reference(value: str | Mapping[str, object]) -> dict[str, object]:
    return {"reference": value} if isinstance(value, str) else dict(value)


def _items(
    items: Iterable[Question], typed: Mapping[str, object], reasons: Mapping[str, Unable]
) -> list[dict[str, object]]:
    """The items of a response; further instances of a question join the answers of the first."""
    found: list[dict[str, object]] = []
    for item in items:
        written = _item(item, typed, reasons)
        if written is None:
            continue
        before = found[-1] if found else {}
        answers, earlier = written.get("answer"), before.get("answer")
        if item.number > 1 and item.type != "group" and before.get("linkId") == item.source_id:
            if isinstance(earlier, list) and isinstance(answers, list):
                earlier += answers
                continue
            if not isinstance(answers, list):
                continue
        found.append(written)
    return found


def _item(item: Question, typed: Mapping[str, object], reasons: Mapping[str, Unable]) -> dict[str, object] | None:
    children = _items(item.items, typed, reasons)
    value = typed.get(item.link_id)
    answers: list[dict[str, object]] = []
    if value is not None:
        answers = [_written(item, each) for each in (value if isinstance(value, list) else [value])]
    reason = reasons.get(item.link_id)
    if not answers and reason is None and not children:
        return None
    written: dict[str, object] = {"linkId": item.source_id}
    if reason is not None:
        written["extension"] = [
            {"url": ABSENT, "valueCode": _ABSENT_CODES[reason]},
            {"url": UNABLE, "valueCode": str(reason)},
        ]
    if item.text:
        written["text"] = item.text
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
            return _chosen(item, value)
        case "quantity" if item.units:
            number, unit = quantity(item, value)
            return {"valueQuantity": dict(_measured(number, unit.words, unit.code, unit.system))}
        case "quantity":
            number = as_decimal(value) or Decimal(0)
            return {"valueQuantity": dict(_measured(number, item.unit, item.unit_code, item.unit_system))}
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


def _chosen(item: Question, value: object) -> dict[str, object]:
    option = next((each for each in item.options if each.code == value), None)
    if option is None:
        return {"valueString": value}
    if option.kind == "Reference":
        return {"valueReference": {"reference": option.code, "display": option.display}}
    if option.kind != "Coding":
        return {f"value{option.kind}": value}
    coding: dict[str, object] = {"system": option.system} if option.system else {}
    if option.coded:
        coding["code"] = option.own or option.code
    return {"valueCoding": {**coding, "display": option.display}}


def _measured(number: Decimal, words: str, code: str, system: str) -> Iterator[tuple[str, object]]:
    yield "value", json_number(number)
    if words:
        yield "unit", words
    if system and code:
        yield from (("system", system), ("code", code))


def _iso(value: object) -> str:
    if isinstance(value, datetime | time):
        return value.isoformat(timespec="seconds")
    return str(value)
