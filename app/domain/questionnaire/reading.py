"""Reading a Questionnaire, ours or made elsewhere: it becomes a form, or is refused with the place and the reason.

Whatever stands in the document, nothing else can happen: each value is looked at before it is used, what is nested is
bounded, and so is the size of everything.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from app.domain.errors import UserError
from app.domain.instruments.exact import as_decimal
from app.domain.questionnaire.answers import RefusedError, day, instant, moment_of, one
from app.domain.questionnaire.values import (
    ANSWERABLE,
    CONTROL,
    HIDDEN,
    MAXIMUM,
    MINIMUM,
    MOST,
    MOST_TIMES,
    NO_CARRY_OVER,
    OPTION_LABEL,
    ORDINAL,
    PATTERN,
    PLACES,
    SHORTEST,
    UNIT,
    UNIT_OPTION,
    EnableWhen,
    Form,
    Option,
    Question,
    Unit,
    Value,
)

SIZE_LIMIT = 2_000_000
"""The longest Questionnaire that is read, in bytes; a form of a thousand questions is a tenth of that."""
ITEM_LIMIT = 1000
OPTION_LIMIT = 1000
"""Options of one question; a whole form may have ten times as many."""
_DEPTH = 20
_TEXT, _SHORT, _CONDITIONS, _INITIAL = 4000, 1000, 100, 50
_MOST_DIGITS, _LARGEST = 12, Decimal("1e12")
_MOST_EXPONENT = 400

_NOT_HERE = {
    "attachment": "attachments cannot be given on this form",
    "reference": "references cannot be given on this form",
}
_OTHER_TYPES = {
    "coding": "it belongs to FHIR R5, and is choice or open-choice in R4",
    "question": "it is no type of its own in R4",
}
_OPERATORS = frozenset({"exists", "=", "!=", ">", "<", ">=", "<="})
_COMPARABLE = frozenset({
    "answerBoolean", "answerDecimal", "answerInteger", "answerDate", "answerDateTime", "answerTime", "answerString",
    "answerCoding", "answerQuantity", "answerReference",
})  # fmt: skip
_STATUS_NOTES = {
    "draft": "Its publisher calls it a draft: it may still change",
    "retired": "Its publisher has retired it: there may be a newer one",
    "unknown": "Its publisher does not say whether it is in use",
}
_VALUE_KEYS = {
    "boolean": "valueBoolean", "decimal": "valueDecimal", "integer": "valueInteger", "date": "valueDate",
    "dateTime": "valueDateTime", "time": "valueTime", "string": "valueString", "text": "valueString",
    "url": "valueUri", "quantity": "valueQuantity",
}  # fmt: skip


def read_questionnaire(text: str | bytes) -> Form:
    """Read a Questionnaire from the text of a file.

    Raises UserError, in words, for what is longer than :data:`SIZE_LIMIT`, not UTF-8, not JSON (with line and column),
    nested without end or ambiguous (the same name twice in one object), and as :func:`parse_questionnaire` does.
    """
    if len(text) > SIZE_LIMIT:
        raise UserError(f"The file is larger than {SIZE_LIMIT // 1_000_000} MB, which no questionnaire is")
    try:
        written = text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise UserError(f"The file is not text in UTF-8 (at byte {error.start + 1})") from None
    try:
        found = json.loads(written, parse_float=_digits, parse_constant=_no_number, object_pairs_hook=_object_of_pairs)
    except json.JSONDecodeError as error:
        raise UserError(f"The file is not JSON: line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise UserError("The file is not a questionnaire: its parts are nested without end") from None
    except ValueError:
        raise UserError("The file has a number that is too long to be read") from None
    return parse_questionnaire(found)


def _digits(text: str) -> Decimal:
    found = Decimal(text)
    if abs(int(found.as_tuple().exponent)) > _MOST_EXPONENT:
        raise UserError(f"The file has the number {text[:20]}, which is too large or too small to be read")
    return found


def _no_number(constant: str) -> None:
    raise UserError(f"The file has {constant} where a number must be")


def _object_of_pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [key for key, _value in pairs]
        twice = next(key for key, times in Counter(names).items() if times > 1)
        near = found.get("linkId")
        where = f"Question {_shown(near)}" if isinstance(near, str) else "The file"
        raise UserError(
            f"{where}: {_shown(twice)!r} stands twice in one object", field=near if isinstance(near, str) else ""
        )
    return found


def parse_questionnaire(document: Mapping[str, Any]) -> Form:
    """Read a Questionnaire resource, as a JSON reader gives it.

    Raises UserError, with the linkId in ``field`` and the reason in words, for what cannot be asked: no linkId or one
    used twice, an unknown type, a condition on a question that is not there, conditions that wait for each other, a
    value of the wrong kind anywhere, more than :data:`ITEM_LIMIT` items. Nothing else is ever raised.
    """
    kind = document.get("resourceType") if isinstance(document, Mapping) else None
    if kind != "Questionnaire":
        what = f": it is a {_shown(kind)}" if isinstance(kind, str) and kind else ""
        raise UserError(f"The document is not a FHIR Questionnaire{what}", field="resourceType")
    root = _Part(document, "", "The questionnaire")
    return _Reader(root).form()


def _shown(text: object, most: int = 60) -> str:
    """A piece of the document as it may stand in a message."""
    words = " ".join(str(text).encode("utf-8", "replace").decode("utf-8").split())
    return words if len(words) <= most else f"{words[:most]}…"


def bad(link_id: str, reason: str) -> UserError:
    """What is said of a question that cannot be asked."""
    return UserError(f"Question {_shown(link_id) or '(without linkId)'}: {reason}", field=link_id)


@dataclass(frozen=True, slots=True)
class _Part:
    """One object of the document. What is read from it has the kind asked for, or is refused with the place."""

    raw: Mapping[str, Any]
    link_id: str
    place: str

    def bad(self, reason: str) -> UserError:
        """A refusal that names the place."""
        return bad(self.link_id, reason) if self.link_id else UserError(f"{self.place}: {reason}")

    def text(self, key: str, most: int = _SHORT) -> str:
        """A text, empty when there is none."""
        value = self.raw.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self.bad(f"{key} must be text")
        if len(value) > most:
            raise self.bad(f"{key} is longer than {most:,} characters")
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise self.bad(f"{key} has half of a character") from None
        return "".join(each if each in "\n\t" or each >= " " else " " for each in value).strip()

    def flag(self, key: str) -> bool | None:
        """True, false, or None when it is not said."""
        value = self.raw.get(key)
        if value is None or isinstance(value, bool):
            return value
        raise self.bad(f"{key} must be true or false")

    def number(self, key: str) -> Decimal | None:
        """A number of at most 12 digits before and after its point."""
        value = self.raw.get(key)
        if value is None:
            return None
        found = as_decimal(value)
        if found is None:
            raise self.bad(f"{key} must be a number")
        if abs(found) > _LARGEST or -int(found.as_tuple().exponent) > _MOST_DIGITS:
            raise self.bad(f"{key} has too many digits")
        return found

    def whole(self, key: str) -> int | None:
        """A whole number of zero or more."""
        found = self.number(key)
        if found is not None and (found != found.to_integral_value() or found < 0):
            raise self.bad(f"{key} must be a whole number of 0 or more")
        return None if found is None else int(found)

    def part(self, key: str) -> _Part:
        """An object; an empty one when there is none."""
        value = self.raw.get(key, {})
        if not isinstance(value, Mapping):
            raise self.bad(f"{key} must be an object")
        return replace(self, raw=value)

    def parts(self, key: str, most: int = ITEM_LIMIT) -> list[_Part]:
        """A list of objects; an empty one when there is none."""
        value = self.raw.get(key, ())
        if not isinstance(value, Sequence) or isinstance(value, str | bytes):
            raise self.bad(f"{key} must be a list")
        if len(value) > most:
            raise self.bad(f"{key} has more than {most:,} entries")
        if not all(isinstance(each, Mapping) for each in value):
            raise self.bad(f"{key} must be a list of objects")
        return [replace(self, raw=each) for each in value]

    def extensions(self, url: str) -> list[_Part]:
        """The extensions of that address."""
        return [each for each in self.parts("extension", OPTION_LIMIT) if each.raw.get("url") == url]

    def extension(self, url: str) -> _Part:
        """The first extension of that address; an empty object when there is none."""
        return next(iter(self.extensions(url)), replace(self, raw={}))

    def understood(self) -> None:
        """R4: who does not know a modifier extension must not use what it stands on."""
        for each in self.parts("modifierExtension"):
            raise self.bad(f"it may only be used by programs that know {_shown(each.raw.get('url'), 120)}")


class _Reader:
    """One reading of one document."""

    def __init__(self, root: _Part) -> None:
        self._root = root
        self._notes: dict[str, None] = {}
        self._items = 0
        self._options = 0
        self._contained = {
            f"#{each.text('id')}": each
            for each in root.parts("contained")
            if each.raw.get("resourceType") == "ValueSet"
        }
        self._copy_all = root.extension(NO_CARRY_OVER).flag("valueBoolean") is not True

    def form(self) -> Form:
        """The form, checked as a whole."""
        root = self._root
        root.understood()
        url, status = root.text("url"), root.text("status")
        if note := _STATUS_NOTES.get(status):
            self._notes[note] = None
        elif status != "active":
            self._notes["It does not say whether it is in use (its status)"] = None
        if root.text("implicitRules"):
            self._notes["It asks for rules that are not known here (implicitRules)"] = None
        items = tuple(self._item(each, 1, hidden=False) for each in root.parts("item"))
        form = Form(
            url=url,
            version=root.text("version"),
            title=root.text("title") or root.text("name") or url,
            code=url.rsplit("/", 1)[-1] or root.text("id"),
            items=items,
            status=status,
            publisher=root.text("publisher"),
            copyright=root.text("copyright", _TEXT),
            notes=tuple(self._notes),
        )
        if not items:
            raise UserError("The questionnaire has no items: it asks nothing", field="item")
        check_form(form)
        return form

    # --- one item ---

    def _item(self, raw: _Part, depth: int, *, hidden: bool) -> Question:
        self._items += 1
        if self._items > ITEM_LIMIT:
            raise UserError(f"The questionnaire has more than {ITEM_LIMIT:,} items", field="item")
        link_id = raw.text("linkId", 255)
        if not link_id:
            raise bad("", f"the item with the text {_shown(raw.raw.get('text', ''))!r} has no linkId")
        item = replace(raw, link_id=link_id)
        kind = self._kind(item, depth)
        item.understood()
        hidden = hidden or item.extension(HIDDEN).flag("valueBoolean") is True
        children = item.parts("item")
        helps = [child for child in children if _help_kind(child) == "help"]
        units = self._units(item, kind, [child for child in children if _help_kind(child) == "unit"])
        inner = [child for child in children if not _help_kind(child)]
        if kind == "display" and inner:
            raise item.bad("a display text cannot have items of its own")
        required = item.flag("required") is True
        not_here = _NOT_HERE.get(kind, "")
        options, missing = self._answer_options(item, kind)
        if missing and kind == "choice":
            not_here = missing
        elif missing:
            self._notes[f"Question {link_id}: {missing}; its answer is typed"] = None
        if not_here and required:
            raise item.bad(not_here)
        if not_here:
            self._notes[f"Question {link_id}: {not_here}"] = None
        if item.extension(PATTERN).raw:
            self._notes[f"Question {link_id}: its pattern for texts is not checked here"] = None
        behaviour, conditions = self._conditions(item)
        low, high = _limit(item, MINIMUM), _limit(item, MAXIMUM)
        earliest, latest = _moment_limit(item, kind, MINIMUM), _moment_limit(item, kind, MAXIMUM)
        if (low is not None and high is not None and low > high) or _after(earliest, latest):
            raise item.bad("its least value is above its greatest")
        most = item.extension(MOST).whole("valueInteger")
        question = Question(
            link_id=link_id,
            text=" ".join(part for part in (item.text("prefix"), item.text("text", _TEXT)) if part),
            type=kind,
            required=required,
            repeats=item.flag("repeats") is True,
            options=tuple(option for option, _initial in options),
            enable_when=conditions,
            enable_behavior=behaviour,
            minimum=low,
            maximum=high,
            earliest=earliest,
            latest=latest,
            unit=units[0].words if len(units) == 1 else "",
            unit_code=units[0].code if len(units) == 1 else "",
            unit_system=units[0].system if len(units) == 1 else "",
            units=units if len(units) > 1 else (),
            max_decimal_places=_places(item),
            max_length=item.whole("maxLength") or None,
            min_length=item.extension(SHORTEST).whole("valueInteger") or 0,
            help=" ".join(filter(None, (child.text("text", _TEXT) for child in helps))),
            items=tuple(self._item(child, depth + 1, hidden=hidden) for child in inner),
            read_only=item.flag("readOnly") is True,
            hidden=hidden,
            carry_over=self._copy_all and item.extension(NO_CARRY_OVER).flag("valueBoolean") is not True,
            not_here=not_here,
            most_times=min(most or MOST_TIMES, MOST_TIMES),
        )
        return replace(question, initial=self._initial(item, question, options))

    def _kind(self, item: _Part, depth: int) -> str:
        kind = item.text("type")
        if kind in _OTHER_TYPES:
            raise item.bad(f"the type {kind!r} cannot be asked: {_OTHER_TYPES[kind]}")
        if kind not in ANSWERABLE and kind not in _NOT_HERE and kind not in {"group", "display"}:
            raise item.bad(f"unknown type {_shown(kind)!r}" if kind else "it has no type")
        if depth > _DEPTH:
            raise item.bad(f"items are nested more than {_DEPTH} deep")
        for old in ("option", "options"):
            if old in item.raw:
                raise item.bad(f"{old} belongs to an older FHIR than R4, where it is answerOption or answerValueSet")
        if "answerConstraint" in item.raw or "disabledDisplay" in item.raw:
            self._notes["It is written for FHIR R5; it is read as R4"] = None
        return kind

    def _units(self, item: _Part, kind: str, shown: list[_Part]) -> tuple[Unit, ...]:
        if kind not in {"decimal", "integer", "quantity"}:
            return ()
        found: dict[str, Unit] = {}
        for url in (UNIT_OPTION, UNIT):
            for each in item.extensions(url):
                coding = each.part("valueCoding")
                words = coding.text("display") or coding.text("code")
                if words:
                    found.setdefault(words.casefold(), Unit(words, coding.text("code"), coding.text("system")))
            if found:
                break
        if not found and shown and (words := shown[0].text("text")):
            found[words] = Unit(words)
        if kind != "quantity" and len(found) > 1:
            raise item.bad("only a quantity can have several units")
        return tuple(found.values())

    # --- options ---

    def _answer_options(self, item: _Part, kind: str) -> tuple[list[tuple[Option, bool]], str]:
        """The options, each with whether it is chosen to begin with; and why a list of answers cannot be had."""
        choosing = kind in {"choice", "open-choice"}
        raw = item.parts("answerOption", OPTION_LIMIT)
        if not choosing:
            if raw or item.text("answerValueSet"):
                raise item.bad(f"a question of the type {kind} cannot have a list of answers")
            return [], ""
        found = [(_option(each), each.flag("initialSelected") is True) for each in raw]
        missing = ""
        if reference := item.text("answerValueSet"):
            values = self._contained.get(reference)
            if values is None:
                missing = f"its answers are in {_shown(reference, 120)}, which is not part of the document"
            else:
                found += [(each, False) for each in self._value_set(item, values)]
        self._options += len(found)
        if len(found) > OPTION_LIMIT or self._options > 10 * OPTION_LIMIT:
            raise item.bad(f"there are more than {OPTION_LIMIT:,} options for it, or ten times as many on the form")
        if kind == "choice" and not found and not missing:
            raise item.bad("a choice needs options")
        return _distinct(item, found), "" if found else missing

    def _value_set(self, item: _Part, raw: _Part) -> list[Option]:
        values = replace(raw, link_id=item.link_id)
        if "expansion" in values.raw:
            return list(_expanded(values.part("expansion")))
        found: list[Option] = []
        compose = values.part("compose")
        if compose.parts("exclude"):
            raise item.bad("its list of answers takes some out again, which cannot be worked out here")
        for include in compose.parts("include"):
            if include.parts("filter") or "valueSet" in include.raw:
                raise item.bad("its list of answers is a rule, which cannot be worked out here")
            found += [_coding(each, include.text("system")) for each in include.parts("concept", OPTION_LIMIT)]
        return found

    # --- conditions and first answers ---

    def _conditions(self, item: _Part) -> tuple[str, tuple[EnableWhen, ...]]:
        conditions = tuple(_condition(each) for each in item.parts("enableWhen", _CONDITIONS))
        behaviour = item.text("enableBehavior")
        if len(conditions) > 1 and not behaviour:
            raise item.bad("several enableWhen need an enableBehavior (all or any)")
        if behaviour not in {"", "all", "any"}:
            raise item.bad(f"unknown enableBehavior {_shown(behaviour)!r}")
        return behaviour or "all", conditions

    def _initial(self, item: _Part, question: Question, options: list[tuple[Option, bool]]) -> tuple[object, ...]:
        given: list[object] = [option.code for option, chosen in options if chosen]
        for raw in item.parts("initial", _INITIAL):
            value = _initial_value(raw, question)
            if value is None:
                self._notes[f"Question {question.link_id}: its first answer cannot be shown"] = None
                continue
            given.append(value)
        if given and not question.answerable:
            return ()
        kept: list[object] = []
        for value in given:
            try:
                one(question, value)
            except RefusedError as refused:
                self._notes[f"Question {question.link_id}: its first answer {refused}"] = None
                continue
            if value not in kept:
                kept.append(value)
        if len(kept) > 1 and not question.repeats:
            raise item.bad("it begins with several answers, but takes only one")
        return tuple(kept[:1] if question.again else kept)


def _help_kind(child: _Part) -> str:
    """help for the words that explain a question, unit for the unit behind its box, empty for any other item."""
    if child.raw.get("type") != "display":
        return ""
    coding = child.extension(CONTROL).part("valueCodeableConcept").parts("coding")
    codes = {each.raw.get("code") for each in coding if isinstance(each.raw.get("code"), str)}
    return "help" if codes & {"help", "flyover"} else "unit" if "unit" in codes else ""


def _limit(item: _Part, url: str) -> Decimal | None:
    found = item.extension(url)
    return found.number("valueDecimal" if "valueDecimal" in found.raw else "valueInteger")


def _moment_limit(item: _Part, kind: str, url: str) -> Any:
    if kind not in {"date", "dateTime", "time"}:
        return None
    raw = item.extension(url).text(_VALUE_KEYS[kind])
    found = moment_of(kind, raw) if raw else None
    if raw and found is None:
        raise item.bad(f"its limit {_shown(raw)} is no {kind} that can be compared")
    return found


def _after(earliest: Any, latest: Any) -> bool:
    return earliest is not None and latest is not None and bool(earliest > latest)


def _places(item: _Part) -> int | None:
    places = item.extension(PLACES).whole("valueInteger")
    if places is not None and places > _MOST_DIGITS:
        raise item.bad(f"more than {_MOST_DIGITS} decimal places cannot be kept")
    return places


def _option(raw: _Part) -> Option:
    words = raw.extension(OPTION_LABEL).text("valueString")
    own = raw.extension(ORDINAL).number("valueDecimal")
    if "valueCoding" in raw.raw:
        coding = _coding(raw.part("valueCoding"), "", own)
        return replace(coding, display=words) if words else coding
    if "valueReference" in raw.raw:
        reference = raw.part("valueReference")
        code = reference.text("reference") or reference.text("display")
        if code:
            return Option(code, words or reference.text("display") or code, own, kind="Reference")
    if "valueInteger" in raw.raw:
        number = raw.number("valueInteger")
        if number is not None and number == number.to_integral_value():
            return Option(int(number), words or f"{number:f}", own, kind="Integer")
    for kind in ("String", "Date", "Time"):
        if text := raw.text(f"value{kind}"):
            return Option(text, words or text, own, kind=kind)
    raise raw.bad("an option has no value that can be shown")


def _coding(raw: _Part, system: str, ordinal: Decimal | None = None) -> Option:
    code, display = raw.text("code"), raw.text("display")
    if not code and not display:
        raise raw.bad("an option has no value that can be shown")
    points = raw.extension(ORDINAL).number("valueDecimal")
    return Option(
        code or display, display or code, ordinal if points is None else points, raw.text("system") or system,
        coded=bool(code),
    )  # fmt: skip


def _expanded(expansion: _Part) -> Iterator[Option]:
    todo = [(each, 1) for each in reversed(expansion.parts("contains", OPTION_LIMIT))]
    while todo:
        raw, depth = todo.pop()
        if depth > _DEPTH:
            raise raw.bad("its list of answers is nested too deeply")
        if raw.flag("abstract") is not True and (raw.text("code") or raw.text("display")):
            yield _coding(raw, "")
        todo.extend((each, depth + 1) for each in reversed(raw.parts("contains", OPTION_LIMIT)))


def _distinct(item: _Part, options: list[tuple[Option, bool]]) -> list[tuple[Option, bool]]:
    """The same code of another system gets a key of its own; the very same option twice is refused."""
    taken: dict[str | int, Option] = {}
    found: list[tuple[Option, bool]] = []
    for option, chosen in options:
        kept = option
        if option.code in taken:
            kept = replace(option, code=f"{option.system}|{option.code}", own=str(option.code))
            if taken[option.code].system == option.system or kept.code in taken:
                raise item.bad(f"two options have the same code {_shown(option.code)!r}")
        taken[kept.code] = kept
        found.append((kept, chosen))
    return found


def _condition(raw: _Part) -> EnableWhen:
    operator = raw.text("operator")
    if operator not in _OPERATORS:
        hint = " (hasAnswer belongs to an older FHIR than R4)" if "hasAnswer" in raw.raw else ""
        raise raw.bad(f"unknown enableWhen operator {_shown(operator)!r}{hint}")
    key = next((each for each in raw.raw if isinstance(each, str) and each.startswith("answer")), "")
    if key not in _COMPARABLE:
        raise raw.bad(f"enableWhen cannot compare {_shown(key) or 'without an answer'}")
    answer, system = _compared(raw, key)
    if answer is None or answer == "" or (operator == "exists" and not isinstance(answer, bool)):
        raise raw.bad(f"enableWhen {operator} has no answer that it can be compared with")
    return EnableWhen(raw.text("question", 255), operator, answer, system)


def _compared(raw: _Part, key: str) -> tuple[Value | None, str]:
    match key:
        case "answerCoding":
            coding = raw.part(key)
            return coding.text("code") or coding.text("display"), coding.text("system")
        case "answerReference":
            return raw.part(key).text("reference"), ""
        case "answerQuantity":
            quantity = raw.part(key)
            return quantity.number("value"), quantity.text("code") or quantity.text("unit")
        case "answerDecimal" | "answerInteger":
            return raw.number(key), ""
        case "answerBoolean":
            return raw.flag(key), ""
        case "answerString":
            return raw.text(key, _TEXT), ""
        case _:
            kind = key.removeprefix("answer")
            return moment_of(f"{kind[0].lower()}{kind[1:]}", raw.text(key)), ""


def _initial_value(raw: _Part, question: Question) -> object:
    """A first answer as the form keeps it; None when it cannot be shown."""
    match question.type:
        case "boolean":
            return raw.flag("valueBoolean")
        case "decimal" | "integer":
            return raw.number(_VALUE_KEYS[question.type])
        case "quantity":
            quantity = raw.part("valueQuantity")
            number = quantity.number("value")
            if number is None or not question.units:
                return number
            unit = quantity.text("unit") or quantity.text("code")
            return f"{number:f} {unit}".strip()
        case "date" | "dateTime" | "time":
            text = raw.text(_VALUE_KEYS[question.type])
            read: Callable[[object], object] = day if question.type == "date" else instant
            try:
                return text if question.type == "time" or read(text) else None
            except RefusedError:
                return None
        case "choice" | "open-choice":
            return _initial_option(raw, question)
        case "string" | "text" | "url":
            return raw.text(_VALUE_KEYS[question.type], _TEXT) or None
        case _:
            return None


def _initial_option(raw: _Part, question: Question) -> object:
    if "valueCoding" in raw.raw:
        coding = raw.part("valueCoding")
        code, system = coding.text("code") or coding.text("display"), coding.text("system")
        match = [o for o in question.options if (o.own or o.code) == code and (not system or o.system == system)]
        return match[0].code if match else coding.text("display") if question.type == "open-choice" else None
    if "valueInteger" in raw.raw:
        number = raw.number("valueInteger")
        return None if number is None else int(number)
    return raw.text("valueString") or raw.text("valueDate") or raw.text("valueTime") or None


# ------------------------------------------------------------------------------------------------- the form as a whole


def check_form(form: Form) -> None:
    """Raises UserError for a linkId that is used twice, a condition on nothing, and conditions that form a circle."""
    needs: dict[str, list[str]] = {}
    parents: dict[str, str] = {}
    for item in form.walk():
        if item.link_id in needs:
            raise bad(item.link_id, "this linkId is used twice")
        needs[item.link_id] = [each.question for each in item.enable_when]
        parents.update((child.link_id, item.link_id) for child in item.items)
    for link_id, sources in needs.items():
        plain, mark, rest = link_id.partition("#")
        if mark and plain in needs and rest.replace("#", "").isdigit():
            raise bad(link_id, f"its linkId reads as a further answer to {plain}")
        for source in sources:
            if source not in needs:
                where = f"the question {_shown(source)}" if source else "no question"
                raise bad(link_id, f"it waits for {where}, which is not on the form")
    for link_id, parent in parents.items():
        needs[link_id].append(parent)
    settled: set[str] = set()
    for start in needs:
        _check_order(start, needs, settled)


def _check_order(start: str, needs: Mapping[str, list[str]], settled: set[str]) -> None:
    """Raises UserError when the question, through what it waits for, waits for itself."""
    path: dict[str, None] = {}
    todo: list[tuple[str, bool]] = [(start, False)]
    while todo:
        link_id, left = todo.pop()
        if left:
            path.popitem()
            settled.add(link_id)
        elif link_id in path:
            ring = list(path)
            ring = [*ring[ring.index(link_id) :], link_id]
            shown = ring if len(ring) <= 12 else [*ring[:6], "…", *ring[-5:]]
            raise bad(link_id, f"questions wait for each other: {' → '.join(map(_shown, shown))}")
        elif link_id not in settled:
            path[link_id] = None
            todo.append((link_id, True))
            todo.extend((each, False) for each in needs[link_id])
