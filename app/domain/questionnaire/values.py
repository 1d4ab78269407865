"""What a form is made of: questions, options and conditions, as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum

_EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
_OURS = "https://hartwell.example/fhir/StructureDefinition/"
ORDINAL = _EXTENSION + "ordinalValue"
MINIMUM = _EXTENSION + "minValue"
MAXIMUM = _EXTENSION + "maxValue"
PLACES = _EXTENSION + "maxDecimalPlaces"
SHORTEST = _EXTENSION + "minLength"
PATTERN = _EXTENSION + "regex"
UNIT = _EXTENSION + "questionnaire-unit"
UNIT_OPTION = _EXTENSION + "questionnaire-unitOption"
CONTROL = _EXTENSION + "questionnaire-itemControl"
HIDDEN = _EXTENSION + "questionnaire-hidden"
MOST = _EXTENSION + "questionnaire-maxOccurs"
ABSENT = _EXTENSION + "data-absent-reason"
OPTION_LABEL = _OURS + "option-label"
"""Words for an option whose value is a bare number or text; R4 has no place for them."""
NO_CARRY_OVER = _OURS + "no-carry-over"
"""On an item or on the whole form: what was found last time must not be taken over, it must be found out anew."""
UNABLE = _OURS + "unable-to-assess"
"""On an item of a response: why the question could not be assessed, as an :class:`Unable`."""

ANSWERABLE = frozenset({
    "boolean", "decimal", "integer", "date", "dateTime", "time", "string", "text", "url", "choice", "open-choice",
    "quantity",
})  # fmt: skip
MOST_TIMES = 50
"""How often a repeating group or question can be answered on one form."""

Value = bool | int | Decimal | str | date | datetime | time
"""One typed answer."""


class Unable(StrEnum):
    """Why a question could not be assessed. It stays unanswered: incomplete is never zero."""

    REFUSED = "refused"
    ASLEEP = "asleep"
    UNSAFE = "unsafe"
    EQUIPMENT = "equipment"
    PLAN = "plan"

    @property
    def words(self) -> str:
        """The reason as it is read."""
        return _UNABLE[self]


_UNABLE = {
    Unable.REFUSED: "Refused",
    Unable.ASLEEP: "Asleep",
    Unable.UNSAFE: "Not safe to do",
    Unable.EQUIPMENT: "No working equipment",
    Unable.PLAN: "Care plan says do not",
}


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose: its code (the value itself when it is a number or a text), its words and its points.

    ``code`` is the key of the answer and unique within its question. ``own`` is the code as the questionnaire has it,
    when that is another: two options of two systems may have the same code. ``coded`` is False for a coding of words
    only.
    """

    code: str | int
    display: str
    ordinal: Decimal | None = None
    system: str = ""
    kind: str = "Coding"
    own: str = ""
    coded: bool = True


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measurement: the word for people, and the code that machines know it by."""

    words: str
    code: str = ""
    system: str = ""


@dataclass(frozen=True, slots=True)
class EnableWhen:
    """A condition on another question's answer, with R4's operators: exists = != > < >= <=."""

    question: str
    operator: str
    answer: Value
    system: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One item of a form; ``type`` is R4's (group and display ask nothing). Empty texts mean "none".

    ``unit`` is the one unit of a number; ``units`` are those to choose from, when there are several. ``initial`` is the
    answer, or the answers, that the form begins with. ``not_here`` says why it cannot be answered in this program.
    ``copied_from`` is the linkId in the questionnaire when this is inside a further instance of a repeating item, and
    ``number`` which instance of a repeating item this is, from 1; it is 0 for all else and in a form as it was read.
    """

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
    min_length: int = 0
    unit_code: str = ""
    unit_system: str = ""
    units: tuple[Unit, ...] = ()
    initial: tuple[object, ...] = ()
    read_only: bool = False
    hidden: bool = False
    carry_over: bool = True
    not_here: str = ""
    most_times: int = MOST_TIMES
    earliest: date | datetime | time | None = None
    latest: date | datetime | time | None = None
    copied_from: str = ""
    number: int = 0

    @property
    def answerable(self) -> bool:
        """Whether it takes an answer: everything but groups, display texts and what cannot be answered here."""
        return self.type in ANSWERABLE and not self.not_here

    @property
    def asked(self) -> bool:
        """Whether a person is asked: neither hidden nor only shown."""
        return self.answerable and not self.hidden and not self.read_only

    @property
    def again(self) -> bool:
        """Whether the whole item, with what is inside, can be given several times ("add another").

        That is a repeating group, and a repeating question with questions under each of its answers. Other repeating
        questions have a list as their answer.
        """
        return self.repeats and (self.type == "group" or any(each.type != "display" for each in self.items))

    @property
    def source_id(self) -> str:
        """The linkId in the questionnaire, also of a further instance."""
        return self.copied_from or self.link_id


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """A questionnaire. ``code`` is the last part of its address and, for our own, the instrument's code.

    ``notes`` says in words what a manager should know before using it: a draft, a rule that is not checked here.
    """

    url: str
    version: str
    title: str
    code: str
    items: tuple[Question, ...]
    status: str = ""
    publisher: str = ""
    copyright: str = ""
    notes: tuple[str, ...] = ()

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
