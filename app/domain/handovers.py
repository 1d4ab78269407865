"""Hand-overs beside the red-bag pack: which there are, what each asks, and what its paper lacks.

All of them say what the record holds; the questions are for what only the moment can say, and every one of them may be
left empty: then the paper has a line to write on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from app.domain.transfer import FIELD_LABELS, PackContent, missing


class Handover(StrEnum):
    """Which paper."""

    CALL = "call"
    OUTPATIENT = "outpatient"
    ASSESSOR = "assessor"
    DEATH = "death"


TITLES = {
    Handover.CALL: "Call sheet for the GP or 111 (SBARD)",
    Handover.OUTPATIENT: "Outpatient visit pack",
    Handover.ASSESSOR: "Summary for a return (trusted assessor)",
    Handover.DEATH: "Death notification sheet",
}
ABOUT = {
    Handover.CALL: "Before the call, to read from. The latest SBARD signed in the last day is on it.",
    Handover.OUTPATIENT: "A cover without anything about the resident, what the clinic must know, room for its answer, "
    "and About me.",
    Handover.ASSESSOR: "What the resident is usually like, for the assessor on the ward to set against now, and what "
    "this home can offer.",
    Handover.DEATH: "What is known for those who must be told of a death, and who has been told. What the record does "
    "not know has a line: nothing is guessed.",
}


@dataclass(frozen=True, slots=True)
class Question:
    """Something that only the moment can say. ``needs`` nothing: all may be left empty."""

    code: str
    label: str
    how: Literal["text", "notes", "choice"] = "text"
    help: str = ""
    choices: tuple[str, ...] = ()


QUESTIONS: dict[Handover, tuple[Question, ...]] = {
    Handover.CALL: (
        Question("to", "Who is called", help="For example the surgery and the name, or 111"),
        Question("situation", "Situation", "notes", "What is happening, and since when"),
        Question("assessment", "Assessment", "notes", "What you think is wrong"),
        Question("request", "Request", "notes", "What you ask for, and by when"),
    ),
    Handover.OUTPATIENT: (
        Question("clinic", "Clinic and hospital"),
        Question("when", "Date and time of the visit"),
        Question("why", "Reason for the visit", "notes"),
        Question("ask", "Questions for the clinic", "notes"),
        Question("escort", "Who goes with the resident"),
        Question("transport", "Transport there and back"),
    ),
    Handover.ASSESSOR: (
        Question("ward", "Hospital and ward"),
        Question("offer", "What the home can offer", "notes", "For example a hoist, a nurse at night"),
        Question("not_offer", "What the home cannot offer", "notes"),
        Question("before", "What must be there before the return", "notes", "For example a bed, dressings"),
    ),
    Handover.DEATH: (
        Question("when", "Date and time of death", help="As verified"),
        Question("where", "Where", help="For example own room, or the ward"),
        Question("expected", "Was the death expected?", "choice", choices=("Yes", "No", "Not sure")),
        Question("verified", "Verified by", help="Name, role, and when"),
        Question("gp_seen", "Last seen by a doctor", help="Who, and when"),
        Question("belongings", "Belongings and red bag", "notes", "Where they are, and who has been given what"),
    ),
}
_ALWAYS = ("nhs_number", "date_of_birth", "allergies", "cpr", "cpr.original_at", "contacts", "contacts.phone",
           "gp.practice", "gp.phone")  # fmt: skip
_FIELDS: dict[Handover, tuple[str, ...]] = {
    Handover.CALL: (
        *_ALWAYS, "observations", "usual_observations", "medicines", "diagnoses", "legal.treatment_limits",
    ),
    Handover.OUTPATIENT: (
        *_ALWAYS, "medicines", "diagnoses", "communication.how", "communication.hearing_aid", "communication.glasses",
        "communication.language", "communication.interpreter", "mobility.usual", "legal.capacity", "legal.lpa_health",
    ),
    Handover.ASSESSOR: (
        *_ALWAYS, "baseline", "medicines", "diagnoses", "devices", "diet_texture", "mobility.usual",
        "usual_cognition", "skin", "wounds", "legal.capacity", "legal.dols", "flags.infection", "can_return", "funding",
    ),
    Handover.DEATH: (
        "nhs_number", "date_of_birth", "contacts", "contacts.phone", "gp.practice", "gp.phone", "cpr",
        "flags.pacemaker", "flags.infection", "legal.dols", "legal.faith", "legal.organ_donation",
    ),
}  # fmt: skip


def not_recorded(which: Handover, content: PackContent) -> tuple[str, ...]:
    """What this paper prints as "not recorded", the most important first, in the labels' words."""
    wanted = set(_FIELDS[which])
    return tuple(FIELD_LABELS[key] for key in missing(content) if key in wanted)
