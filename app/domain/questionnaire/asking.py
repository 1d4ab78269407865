"""What is asked now, given the answers so far, and whether all of them can stand.

A group that repeats is asked once more for each further instance that has an answer. The keys of a further instance
are the linkIds with its number: ``date#2`` is the date in the second of the falls, ``site#2#3`` the site of the third
injury of the second fall. The first instance has the plain linkIds, so that a form is the same whether it repeats or
not. :func:`unfold` gives the form with all its instances; every function here takes either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from app.domain.dates import date_time, short_date
from app.domain.errors import Problem, UserError
from app.domain.instruments.answers import gather as _gather
from app.domain.instruments.exact import as_decimal
from app.domain.questionnaire.answers import RefusedError, answer, moment_of, quantity
from app.domain.questionnaire.values import EnableWhen, Form, Question, Value

_DOTTED = re.compile(r"(.+)\.(0|[1-9]\d{0,2})", re.ASCII)
_MOST_ITEMS = 10_000
_READ_PLACES = 3

Path = tuple[int, ...]
Counts = frozenset[tuple[str, Path, int]]
"""How often a repeating item stands inside its instance: linkId, the numbers of the instances around it, how many."""


# ---------------------------------------------------------------------------------------------------- lists of items


def _sizes(form: Form) -> Mapping[str, int]:
    """How long each dotted list of the form is: ``{"items": 6}``."""
    return plan(form).sizes


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


# ------------------------------------------------------------------------------------------------- further instances


def instance_key(link_id: str, numbers: Path) -> str:
    """The key of an item inside those instances of the repeating items around it, counted from 1."""
    return link_id if all(each == 1 for each in numbers) else "#".join((link_id, *map(str, numbers)))


def unfold(form: Form, keys: Iterable[str]) -> Form:
    """The form with the instances of its repeating items that the keys of answers name.

    In it each instance stands by itself, with its ``number``, and nothing is :attr:`Question.again`. The form itself
    when there is no further instance, and the very same value for the same instances. Raises UserError when it would be
    longer than 10,000 items.
    """
    counts = _counts(form, keys)
    return _unfolded(form, frozenset((*each, number) for each, number in counts.items())) if counts else form


def another(form: Form, keys: Iterable[str], key: str) -> str:
    """The key of one more instance of the repeating item of which ``key`` is one; empty when there may be no more.

    ``form`` is the form as it was read, ``keys`` all that name the instances there are.
    """
    plain, _mark, rest = key.partition("#")
    chain = plan(form).repeaters.get(plain, ())
    if not chain or chain[-1] != plain:
        return ""
    numbers = tuple(map(int, rest.split("#"))) if rest else (1,) * len(chain)
    there = _counts(form, keys).get((plain, numbers[:-1]), 1)
    return instance_key(plain, (*numbers[:-1], there + 1)) if there < plan(form).items[plain].most_times else ""


def _counts(form: Form, keys: Iterable[str]) -> dict[tuple[str, Path], int]:
    counts: dict[tuple[str, Path], int] = {}
    if plan(form).repeaters:
        for key in keys:
            _count(form, key, counts)
    return {each: number for each, number in counts.items() if number > 1}


def _count(form: Form, key: str, counts: dict[tuple[str, Path], int]) -> None:
    """Notes the instances that a key names; a key that names none of this form is left for the check."""
    plain, mark, rest = key.partition("#")
    chain = plan(form).repeaters.get(plain, ())
    numbers = rest.split("#")
    if not mark or len(numbers) != len(chain) or not all(e.isascii() and e.isdigit() and len(e) < 3 for e in numbers):
        return
    path = tuple(map(int, numbers))
    items = plan(form).items
    if not all(0 < number <= items[link_id].most_times for link_id, number in zip(chain, path, strict=True)):
        return
    for depth, link_id in enumerate(chain):
        around = path[:depth]
        counts[link_id, around] = max(counts.get((link_id, around), 1), path[depth])


@lru_cache(maxsize=64)
def _unfolded(form: Form, more: Counts) -> Form:
    counts = {(link_id, around): number for link_id, around, number in more}
    repeaters, order = plan(form).repeaters, plan(form).places
    made = 0

    def key_of(link_id: str, asking: str, path: Path) -> str:
        """The instance of a question that a condition means: of the same instance, else the nearest."""
        chain, own = repeaters.get(link_id, ()), repeaters.get(asking, ())
        shared = 0
        while shared < min(len(chain), len(own), len(path)) and chain[shared] == own[shared]:
            shared += 1
        numbers = path[:shared]
        for each in chain[shared:]:
            last = counts.get((each, numbers), 1) if order[link_id] < order[asking] else 1
            numbers = (*numbers, last)
        return instance_key(link_id, numbers)

    def copy(item: Question, path: Path, number: int) -> Question:
        nonlocal made
        made += 1
        if made > _MOST_ITEMS:
            raise UserError("There are too many answers to the parts of this form that repeat")
        key = instance_key(item.link_id, path)
        conditions = tuple(
            replace(each, question=key_of(each.question, item.link_id, path)) for each in item.enable_when
        )
        return replace(
            item,
            link_id=key,
            items=tuple(inner for child in item.items for inner in copies(child, path)),
            enable_when=conditions,
            copied_from=item.link_id if key != item.link_id else "",
            repeats=item.repeats and not item.again,
            number=number,
        )

    def copies(item: Question, path: Path) -> Iterator[Question]:
        if not item.again:
            yield copy(item, path, 0)
            return
        for number in range(1, counts.get((item.link_id, path), 1) + 1):
            yield copy(item, (*path, number), number)

    return replace(form, items=tuple(inner for item in form.items for inner in copies(item, ())))


# ------------------------------------------------------------------------------------------------------- the plan


@dataclass(frozen=True, slots=True)
class Plan:
    """A form laid out for being asked at every key: its items by key, and an order in which conditions can be met.

    ``repeaters`` has, for each item inside one, the repeating items around it, from the outermost to itself.
    """

    items: Mapping[str, Question]
    parents: Mapping[str, str]
    order: tuple[str, ...]
    questions: tuple[Question, ...]
    fixed: Mapping[str, object]
    sizes: Mapping[str, int]
    repeaters: Mapping[str, tuple[str, ...]]
    places: Mapping[str, int]


@lru_cache(maxsize=128)
def plan(form: Form) -> Plan:
    """The plan of a form, made once."""
    items = {item.link_id: item for item in form.walk()}
    parents = {child.link_id: item.link_id for item in items.values() for child in item.items}
    questions = form.questions()
    entries: dict[str, list[int]] = {}
    for question in questions:
        if found := _DOTTED.fullmatch(question.link_id):
            entries.setdefault(found[1], []).append(int(found[2]))
    # A form made elsewhere may well number its questions 5.1.1, 5.1.2 under 5.1: those are no list.
    whole = {name: len(found) for name, found in entries.items() if sorted(found) == list(range(len(found)))}
    sizes = {name: size for name, size in whole.items() if name not in items}
    repeaters: dict[str, tuple[str, ...]] = {}
    for link_id, item in items.items():  # in reading order: what is around an item comes before it
        around = repeaters.get(parents.get(link_id, ""), ())
        if item.again:
            around = (*around, link_id)
        if around:
            repeaters[link_id] = around
    fixed = {
        each.link_id: list(each.initial) if each.repeats and not each.again else each.initial[0]
        for each in questions
        if each.initial and not each.asked
    }
    places = {link_id: place for place, link_id in enumerate(items)}
    return Plan(items, parents, _settled(items, parents), questions, fixed, sizes, repeaters, places)


def _settled(items: Mapping[str, Question], parents: Mapping[str, str]) -> tuple[str, ...]:
    """Every item after what it waits for; there are no circles, the reader has seen to that."""
    order: dict[str, None] = {}
    for start in items:
        todo = [(start, False)]
        while todo:
            link_id, ready = todo.pop()
            if ready:
                order[link_id] = None
            elif link_id not in order:
                todo.append((link_id, True))
                todo.extend((each.question, False) for each in items[link_id].enable_when)
                if link_id in parents:
                    todo.append((parents[link_id], False))
    return tuple(order)


# ------------------------------------------------------------------------------------------------- what is asked now


def answer_words(question: Question, value: object) -> str:
    """An answer in the words of its question: the option's words, Yes or No, a number with its unit, a date.

    A number with many decimals, as stones and pounds give, is read to three of them; what is kept stays exact.
    """
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
    if isinstance(value, Decimal):
        value = round(value, _READ_PLACES) if -int(value.as_tuple().exponent) > _READ_PLACES else value
    number = format(value, "f") if isinstance(value, Decimal) else str(value)
    return f"{number} {question.unit}" if question.unit else number


def enabled(form: Form, answers: Mapping[str, object]) -> frozenset[str]:
    """The keys of the items that are live, given the answers; groups and display texts too.

    As R4 says: an item inside one that is off is off, and the answer of a question that is off counts as none. An
    answer that cannot be read counts as none too.
    """
    given = spread(answers, form)
    whole = unfold(form, given)
    return frozenset(_live(plan(whole), {**plan(whole).fixed, **given}))


def _live(found: Plan, given: Mapping[str, object]) -> set[str]:
    live: set[str] = set()
    for link_id in found.order:
        parent = found.parents.get(link_id)
        if parent is not None and parent not in live:
            continue
        item = found.items[link_id]
        if item.enable_when:
            met = any if item.enable_behavior == "any" else all
            if not met(_holds(found, live, given, each) for each in item.enable_when):
                continue
        live.add(link_id)
    return live


def _holds(found: Plan, live: set[str], given: Mapping[str, object], condition: EnableWhen) -> bool:
    source = found.items[condition.question]
    values = _values(source, given.get(condition.question)) if condition.question in live else []
    if condition.operator == "exists":
        return bool(values) is condition.answer
    if condition.operator == "=":
        return any(_equal(source, each, condition) for each in values)
    if condition.operator == "!=":
        return not any(_equal(source, each, condition) for each in values)
    return any(_compare(source, each, condition) for each in values)


def _values(question: Question, value: object) -> list[Value]:
    if value is None or not question.answerable:
        return []
    try:
        typed = answer(question, value)
    except RefusedError:
        return []
    if typed is None:
        return []
    return typed if isinstance(typed, list) else [typed]


def _bare(source: Question, value: Value, condition: EnableWhen) -> Value | None:
    """What is compared: a number without its unit, a date for an option that is one; None for another unit."""
    if source.type == "quantity":
        words, code = source.unit, source.unit_code
        if source.units:
            value, unit = quantity(source, value)
            words, code = unit.words, unit.code
        wanted = condition.system.casefold()
        return value if not wanted or not (words or code) or wanted in {words.casefold(), code.casefold()} else None
    option = next((each for each in source.options if each.code == value), None)
    if option is not None and option.kind in {"Date", "Time"}:
        return moment_of(option.kind.lower(), value)
    return value


def _equal(source: Question, value: Value, condition: EnableWhen) -> bool:
    if isinstance(value, bool) != isinstance(condition.answer, bool):
        return False
    option = next((each for each in source.options if each.code == value), None)
    if option is not None and option.kind == "Coding":
        same = (option.own or option.code) == condition.answer
        return same and (not condition.system or option.system == condition.system)
    if condition.system and source.type != "quantity":
        return False
    return _bare(source, value, condition) == condition.answer


def _compare(source: Question, value: Value, condition: EnableWhen) -> bool:
    """Greater and less, for values of one kind; anything else does not hold."""
    bare = _bare(source, value, condition)
    left: Any = as_decimal(bare) if isinstance(bare, int | Decimal) else bare
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


def can_stand(question: Question, value: object) -> bool:
    """Whether a value is a possible answer to one question."""
    try:
        return answer(question, value) is not None
    except RefusedError:
        return False


def find_problems(form: Form, answers: Mapping[str, object]) -> tuple[Problem, ...]:
    """What is wrong with the answers, one Problem a field, in reading order; unanswered questions are no problem."""
    return checked(form, answers)[1]


def check_answers(form: Form, answers: Mapping[str, object]) -> dict[str, object]:
    """The answers by key, typed: Decimal, int, bool, str (codes too), date, datetime, time, or a list of those.

    Numbers may come as any JSON number. Unanswered questions are left out, and so are answers to questions that are
    not asked (R4 allows none in a response); what is required but absent is not judged here, because an unfinished
    assessment may be kept. What a hidden question, or one that is only shown, begins with is its answer. Raises
    UserError with one Problem a field: unknown key, wrong type, out of range, no such option.
    """
    typed, problems = checked(form, answers)
    if problems:
        raise UserError(problems[0].message, problems=problems)
    return typed


def checked(form: Form, answers: Mapping[str, object]) -> tuple[dict[str, object], tuple[Problem, ...]]:
    """What can stand, typed, and what is wrong with the rest."""
    given = spread(answers, form)
    whole = plan(unfold(form, given))
    given = {**whole.fixed, **given}
    live = _live(whole, given)
    typed: dict[str, object] = {}
    problems: list[Problem] = []
    for question in whole.questions:
        key = question.link_id
        if key not in live or key not in given:
            continue
        try:
            value = answer(question, given[key])
        except RefusedError as refused:
            problems.append(Problem(key, f"{question.text.rstrip(' ?:.') or key} {refused}"))
            continue
        if value is not None:
            typed[key] = value
    strangers = [key for key in given if key not in whole.items or not whole.items[key].answerable]
    problems += [Problem(str(key), f"{key} is not a question of this form") for key in strangers]
    return typed, tuple(problems)
