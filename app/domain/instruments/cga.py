"""Comprehensive geriatric assessment: every domain with a state, assembled from the other assessments. Captured.

The five areas of the British Geriatrics Society's description (physical and medicines, mental, functional, social,
surroundings, with what the person wants for the future) are broken into domains. Each is covered, a concern, or a gap;
a concern says what it is and a gap says why. :func:`assembled` fills the states from the newest results: an overdue
result is no evidence. On admission and at least twice a year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.dates import short_date
from app.domain.instruments.answers import Answers
from app.domain.instruments.captured import SIX_MONTHS, Finding, louder, record
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.tool import Instrument, Scored

DOMAINS = {
    "diagnoses": "Diagnoses and symptoms",
    "medicines": "Medicines",
    "nutrition": "Nutrition and fluids",
    "mouth": "Mouth and swallowing",
    "skin": "Skin and wounds",
    "pain": "Pain",
    "continence": "Bladder and bowels",
    "sight_hearing": "Sight and hearing",
    "falls": "Falls, walking and bones",
    "frailty": "Frailty",
    "cognition": "Memory and delirium",
    "mood": "Mood",
    "behaviour": "Behaviour and distress",
    "function": "Everyday function",
    "person": "Life story, family and relationships",
    "engagement": "Activities and spiritual life",
    "surroundings": "Room, equipment and safety",
    "future": "Wishes for future care",
}
"""The domains, by key, in the order in which they are talked about."""

SOURCES: Mapping[str, tuple[str, ...]] = {
    "medicines": ("medicines_review", "polypharmacy"),
    "nutrition": ("must", "fluid"),
    "mouth": ("oral_health",),
    "skin": ("waterlow", "purpose_t_outcome", "braden_total", "time_wound"),
    "pain": ("abbey", "painad"),
    "continence": ("continence", "ruis"),
    "falls": ("falls_multifactorial",),
    "frailty": ("cfs", "edmonton_total"),
    "cognition": ("sixcit", "amt10", "dear_gp", "four_at"),
    "mood": ("gds15", "cornell_total", "who5"),
    "behaviour": ("abc_chart",),
    "function": ("barthel", "rhys_hearn_high"),
    "person": ("about_me",),
    "engagement": ("engagement_log",),
    "future": ("preferred_place", "respect_summary", "needs_code"),
}
"""The instruments whose newest results speak for a domain; the other domains are a person's to answer."""

COVERED, CONCERN, GAP = "covered", "concern", "gap"
STATES = {COVERED: 0, CONCERN: 1, GAP: 2}
KEYS = frozenset(DOMAINS) | {f"{domain}_reason" for domain in DOMAINS} | {"present", "goal"}
PRESENT = {"resident": 0, "family": 1, "gp": 2, "nurse": 3, "pharmacist": 4, "therapist": 5, "social_worker": 6}

TOOL = Instrument(
    code="cga",
    version="1/1",
    title="Comprehensive geriatric assessment",
    short="CGA",
    pathway="health",
    mode="C",
    owner="Hartwell, after the British Geriatrics Society",
    licence="Own structure; the description is cited.",
    attribution="Domains after the British Geriatrics Society's comprehensive geriatric assessment.",
    needs_permission=False,
    routine_days=SIX_MONTHS,
    bands=(),
)


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest result of an instrument: its day, when it is due again (None: by event only), how loudly it spoke,
    and its result in words ("MUST: Low risk")."""

    day: date
    next_due: date | None
    severity: Severity
    complete: bool
    words: str


def assembled(newest: Mapping[str, Newest], on: date) -> dict[str, object]:
    """The answers that the newest results, by instrument, give on the day ``on``; a domain without sources is left out.

    A complete result that is not overdue covers its domain, or is a concern when it asks for attention or more. With
    none the domain is a gap, and the reason says what is overdue or has never been done.
    """
    answers: dict[str, object] = {}
    for domain, sources in SOURCES.items():
        taken = [newest[code] for code in sources if code in newest]
        current = [each for each in taken if each.complete and (each.next_due is None or each.next_due >= on)]
        loud = [each for each in current if louder(each.severity, Severity.ROUTINE)]
        if loud:
            state, named = CONCERN, loud
        elif current:
            state, named = COVERED, [max(current, key=lambda each: each.day)]
        else:
            state, named = GAP, taken
        reason = "; ".join(f"{each.words} ({_age(each, on)})" for each in named)
        answers[domain] = state
        answers[f"{domain}_reason"] = reason or "Not assessed yet"
    return answers


def _age(result: Newest, on: date) -> str:
    words = short_date(result.day)
    if not result.complete:
        return f"{words}, unfinished"
    if result.next_due is not None and result.next_due < on:
        return f"{words}, overdue since {short_date(result.next_due)}"
    return words


def score(answers: Answers, on: date | None = None) -> Outcome:
    """What is covered: parts ``covered``, ``concerns`` and ``gaps``; complete when every domain has a state, and every
    concern and gap its reason. No score, no band; due again after 182 days."""
    count = dict.fromkeys(STATES, 0)
    concerns: list[str] = []
    workings: list[str] = []
    for domain, label in DOMAINS.items():
        state = answers.choice(domain, label, STATES)
        reason = answers.text(f"{domain}_reason", f"{label}: why", need=state in {CONCERN, GAP})
        if state is None:
            continue
        count[state] += 1
        if state == CONCERN:
            concerns.append(f"{label}: {reason or 'say what the concern is'}")
        elif state == GAP:
            workings.append(f"Gap. {label}: {reason or 'no reason given'}")
    answers.choices("present", "Who took part", PRESENT, need=False)
    answers.text("goal", "What matters most", need=False)
    found: list[Finding] = []
    if count[CONCERN]:
        found.append(Finding("concern", Severity.ATTENTION, "Each concern needs an action in the care plan."))
    if count[GAP]:
        found.append(Finding("gap", Severity.ATTENTION, "Do what is missing: the gaps are named."))
    parts: dict[str, int | Decimal | str] = {
        "covered": count[COVERED], "concerns": count[CONCERN], "gaps": count[GAP],
    }  # fmt: skip
    workings.insert(0, f"{sum(count.values())} of {len(DOMAINS)} domains have a state, {count[GAP]} of them gaps")
    return record(TOOL, answers, found, actions=concerns, parts=parts, on=on, days=SIX_MONTHS, workings=workings)


SCORED = Scored(TOOL, KEYS, score)
