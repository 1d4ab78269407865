"""ABC behaviour chart: what came before, what was seen, what followed. Captured, not scored.

One record is one episode. The behaviour is described as it was seen; a label alone ("aggressive") is not a
description and is asked for again (flag ``describe_behaviour``). Harm to somebody else is an incident. Patterns over
several records are in :mod:`app.domain.behaviour`.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from app.domain.instruments.answers import Answers
from app.domain.instruments.captured import Finding, record
from app.domain.instruments.outcome import AnswerError, Outcome, Severity
from app.domain.instruments.tool import Instrument, Scored

PLACES = {
    "bedroom": "Bedroom", "lounge": "Lounge", "dining_room": "Dining room", "bathroom": "Bathroom or toilet",
    "corridor": "Corridor", "outside": "Garden or outside", "elsewhere": "Elsewhere",
}  # fmt: skip
PRESENT = {"staff": "Staff", "residents": "Other residents", "family": "Family or friends", "others": "Somebody else"}
ANTECEDENTS = {
    "personal_care": "Washing, dressing or toilet help",
    "moved": "Being moved",
    "asked": "Being asked to do something",
    "meal": "A meal or drink",
    "medicines": "Medicines",
    "noise": "Noise or many people",
    "waiting": "Waiting",
    "alone": "Alone or nothing to do",
    "other_person": "What somebody else did",
    "visit_ended": "A visit ended",
    "change": "A change of place, person or routine",
    "woken": "Woken, or awake at night",
    "nothing_seen": "Nothing seen",
}
BEHAVIOURS = {
    "calling_out": "Calling out or shouting",
    "repeating": "Repeating words or actions",
    "walking": "Walking about without rest",
    "trying_to_leave": "Trying to leave",
    "refusing": "Refusing care, food or medicines",
    "hitting": "Hitting, grabbing or biting",
    "throwing": "Throwing or breaking things",
    "crying": "Crying or distressed",
    "undressing": "Undressing or touching",
    "other": "Something else",
}
RESPONSES = {
    "time_and_calm": "Time and a calm voice",
    "left_and_returned": "Left safely and came back",
    "distraction": "Something else to do",
    "moved_away": "A quieter place",
    "toilet": "The toilet",
    "food_drink": "Food or a drink",
    "comfort": "Warmth, position or comfort",
    "pain_relief": "Pain relief",
    "different_person": "A different person",
    "family": "Family",
    "prn_medicine": "A when-needed medicine",
}
NOTHING_HELPED = "nothing"
HELPED = RESPONSES | {"passed": "It passed by itself", NOTHING_HELPED: "Nothing helped"}
NEEDS = {
    "pain": "Pain", "toilet": "Toilet", "hunger_thirst": "Hunger or thirst", "boredom": "Boredom or loneliness",
    "noise": "Noise", "fear": "Fear", "constipation": "Constipation", "delirium": "Delirium", "tired": "Tiredness",
    "temperature": "Too hot or cold",
}  # fmt: skip
HARM = {"self": "The resident", "resident": "Another resident", "staff": "Staff", "visitor": "A visitor"}

_LABELS = frozenset({
    "aggressive", "aggression", "violent", "violence", "abusive", "agitated", "agitation", "challenging", "difficult",
    "disruptive", "naughty", "attention", "seeking", "unsettled", "upset", "anxious", "non", "compliant",
    "noncompliant", "uncooperative", "demanding", "behaviour",
})  # fmt: skip
_FILLERS = frozenset({
    "a", "an", "and", "the", "very", "quite", "was", "is", "being", "were", "got", "he", "she", "they", "again", "with",
    "staff", "to", "towards",
})  # fmt: skip

KEYS = frozenset({
    "started", "ended", "place", "present", "antecedent", "antecedent_note", "behaviour_kind", "behaviour", "response",
    "helped", "intensity", "unmet_need", "new_behaviour", "harm",
})  # fmt: skip

TOOL = Instrument(
    code="abc_chart",
    version="1/1",
    title="ABC behaviour chart",
    short="ABC chart",
    pathway="dementia",
    mode="C",
    owner="Hartwell",
    licence="Generic method without an owner; own wording.",
    attribution="The antecedent, behaviour, consequence method.",
    needs_permission=False,
    routine_days=None,
    bands=(),
    serves=("dementia",),
)


def only_a_label(text: str) -> bool:
    """Whether the words judge without saying what was seen: "Aggressive", "very agitated and abusive"."""
    words = re.findall(r"[a-z]+", text.lower())
    return all(word in _LABELS or word in _FILLERS for word in words)


def score(answers: Answers, on: date | None = None) -> Outcome:
    """Completeness and what to do; parts ``intensity`` and, with an end, ``minutes``. Nothing is due again by date."""
    started = answers.moment("started", "Started")
    ended = answers.moment("ended", "Ended", need=False)
    if started is not None and ended is not None and ended < started:
        raise AnswerError("ended", "The end must be after the start")
    answers.choice("place", "Place", PLACES)
    answers.choices("present", "Who was there", PRESENT, need=False)
    answers.choice("antecedent", "What came before", ANTECEDENTS)
    answers.text("antecedent_note", "More about what came before", need=False)
    answers.choice("behaviour_kind", "Behaviour", BEHAVIOURS)
    described = answers.text("behaviour", "What you saw and heard")
    answers.choices("response", "What was tried", RESPONSES)
    answers.choice("helped", "What helped most", HELPED)
    intensity = answers.whole("intensity", "How strong", 1, 5)
    needs = answers.choices("unmet_need", "Possible need", NEEDS, need=False) or []
    answers.yes_no("new_behaviour", "New for this resident")
    harm = answers.choices("harm", "Who was hurt", HARM) or []

    found: list[Finding] = []
    if described is not None and only_a_label(described):
        answers.missing.append("behaviour")
        found.append(
            Finding(
                "describe_behaviour", Severity.ATTENTION, "Write what was seen and heard, not a label: who did what?"
            )
        )
    if set(harm) - {"self"}:
        found.append(
            Finding(
                "harm_to_others",
                Severity.URGENT,
                "Somebody else was hurt: fill in the incident form.",
            )
        )
    if "resident" in harm:
        found.append(
            Finding(
                "safeguarding",
                Severity.URGENT,
                "Another resident was hurt: tell the manager today.",
            )
        )
    if "self" in harm:
        found.append(Finding("harm_to_self", Severity.ATTENTION, "Look for injury, give first aid, tell the senior."))
    if "pain" in needs:
        found.append(Finding("possible_pain", Severity.ATTENTION, "Pain is possible: do a pain score now."))
    if "delirium" in needs:
        found.append(Finding("possible_delirium", Severity.ATTENTION, "Delirium is possible: do a 4AT today."))
    if "constipation" in needs:
        found.append(Finding("possible_constipation", Severity.ATTENTION, "Look at the bowel chart today."))
    parts: dict[str, int | Decimal | str] = {}
    if intensity is not None:
        parts["intensity"] = intensity
    if started is not None and ended is not None:
        parts["minutes"] = (ended - started).days * 1440 + (ended - started).seconds // 60
    return record(TOOL, answers, found, parts=parts, on=on)


SCORED = Scored(TOOL, KEYS, score)
