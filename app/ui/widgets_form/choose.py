"""Which editor a question gets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from app.domain.codec import instant_text
from app.domain.dates import parse_date
from app.domain.errors import UserError
from app.domain.questionnaire import Question
from app.ui.widgets_form.editors import (
    ClockEditor,
    ComboEditor,
    DateEditor,
    Editor,
    LinesEditor,
    NotesEditor,
    NumberEditor,
    OtherTilesEditor,
    QuantityEditor,
    TextEditor,
    TilesEditor,
    WhenEditor,
)
from app.ui.widgets_form.typed import read_clock, read_measure, read_when

_FEW = 9
"""Choices up to so many are tiles, which a gloved hand hits; longer ones are a list that opens."""


def editor_for(question: Question, now: Callable[[], datetime], today: Callable[[], date]) -> Editor:
    """A new editor for a question that takes an answer."""
    options = [(option.code, option.display) for option in question.options]
    name = question.text or question.link_id
    many = question.repeats and not question.again
    match question.type:
        case "boolean" if not many:
            return TilesEditor(name, [(True, "Yes"), (False, "No")], digits=["", ""])
        case "open-choice" if many and options:
            return OtherTilesEditor(name, options)
        case "choice" if many:
            # An option worth no points says "none of these" already.
            nothing = question.required and all(option.ordinal != 0 for option in question.options)
            return TilesEditor(name, options, many=True, none="None of these" if nothing else "")
        case _ if many:
            return LinesEditor(name, _reader(question, now, today))
        case "choice" if len(options) <= _FEW:
            return TilesEditor(name, options, digits=_digits(question))
        case "choice" | "open-choice":
            return ComboEditor(name, options, other=question.type == "open-choice")
        case "quantity" if question.units:
            return QuantityEditor(name, [unit.words for unit in question.units])
        case "decimal" | "integer" | "quantity":
            places = question.max_decimal_places
            return NumberEditor(name, whole=question.type == "integer", unit=question.unit, places=places)
        case "date" | "dateTime" | "time":
            return _moment_editor(question.type, name, now, today)
        case _:
            return NotesEditor(name) if question.type == "text" else TextEditor(name)


def _moment_editor(kind: str, name: str, now: Callable[[], datetime], today: Callable[[], date]) -> Editor:
    if kind == "date":
        return DateEditor(name, today)
    # A form made elsewhere may ask for what is to come, such as an appointment.
    return WhenEditor(name, now, past_only=False) if kind == "dateTime" else ClockEditor(name, now)


def _digits(question: Question) -> list[str]:
    """The digit that chooses each option: its points when each has its own, else its place (no digits at all here)."""
    points = [f"{option.ordinal:f}" if option.ordinal is not None else "" for option in question.options]
    alone = len(set(points)) == len(points) and all(len(each) == 1 for each in points)
    return points if alone else []


def _reader(question: Question, now: Callable[[], datetime], today: Callable[[], date]) -> Callable[[str], object]:
    """How one line of a question with several answers is read."""
    name = question.text or question.link_id
    whole, places = question.type == "integer", question.max_decimal_places

    def yes_no(text: str) -> object:
        found = {"yes": True, "y": True, "no": False, "n": False}.get(text.lower())
        if found is None:
            raise UserError(f"{name} must be yes or no")
        return found

    match question.type:
        case "quantity" if question.units:
            return lambda text: text
        case "decimal" | "integer" | "quantity":
            return lambda text: read_measure(text, name, unit=question.unit, places=places, whole=whole)[0]
        case "date":
            return lambda text: parse_date(text, today=today()).isoformat()
        case "dateTime":
            return lambda text: instant_text(read_when(text, now(), name))
        case "time":
            return lambda text: read_clock(text, now(), name)
        case "boolean":
            return yes_no
        case _:
            return lambda text: text
