"""FHIR R4 Questionnaires as plain values: what a form asks, what is asked now, and whether an answer can stand.

The caller reads the file; nothing here touches a disk. Answers are a mapping of linkId to value: True or False, a whole
number, a Decimal, a text, a date, the code of an option, "12.5 mg" for a quantity with units to choose from, or a list
of those for a question that repeats. A code is the option's ``valueCoding.code``, or the value itself for options that
are whole numbers or texts.

Lists of numbers (six items of 0 to 3, say) are one question each on a form: the linkIds ``items.0`` to ``items.5``
stand for the answer ``items``. :func:`gather` makes the list, :func:`spread` takes it apart; every function here
takes both. Further instances of what repeats have keys with their number, such as ``date#2``: see
:mod:`app.domain.questionnaire.asking`.

What R4 knows and this does not: attachments, references that are not among the options, and answer lists outside the
document. Such a question is shown as one that cannot be answered here, or the form is refused when it is required.
Patterns for texts (the ``regex`` extension) are not checked, because a pattern from elsewhere can stop a program.
"""

from __future__ import annotations

from app.domain.questionnaire.asking import (
    another,
    answer_words,
    can_stand,
    check_answers,
    enabled,
    find_problems,
    gather,
    instance_key,
    spread,
    unfold,
)
from app.domain.questionnaire.reading import (
    ITEM_LIMIT,
    OPTION_LIMIT,
    SIZE_LIMIT,
    parse_questionnaire,
    read_questionnaire,
)
from app.domain.questionnaire.response import response
from app.domain.questionnaire.values import (
    CONTROL,
    HIDDEN,
    MAXIMUM,
    MINIMUM,
    NO_CARRY_OVER,
    OPTION_LABEL,
    ORDINAL,
    PLACES,
    UNIT,
    UNIT_OPTION,
    EnableWhen,
    Form,
    Option,
    Question,
    Unable,
    Unit,
    Value,
)

__all__ = [
    "CONTROL", "HIDDEN", "ITEM_LIMIT", "MAXIMUM", "MINIMUM", "NO_CARRY_OVER", "OPTION_LABEL", "OPTION_LIMIT",
    "ORDINAL", "PLACES", "SIZE_LIMIT", "UNIT", "UNIT_OPTION", "EnableWhen", "Form", "Option", "Question", "Unable",
    "Unit", "Value", "another", "answer_words", "can_stand", "check_answers", "enabled", "find_problems", "gather",
    "instance_key", "parse_questionnaire", "read_questionnaire", "response", "spread", "unfold",
]  # fmt: skip
