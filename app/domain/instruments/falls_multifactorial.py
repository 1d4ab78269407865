"""Multifactorial falls assessment: captured, not scored.

NICE NG249 (2025) says not to use tools that predict falls; every domain is looked at instead, and every concern gets
an action with an owner and a date. For each domain ``d`` the keys are ``d`` (no_concern, concern, not_assessed),
``d_action``, ``d_owner`` and ``d_by`` for a concern, and ``d_reason`` when it was not assessed. Complete when every
domain has a state, every concern its action, and every domain not assessed its reason (flag ``gap``).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from app.domain.dates import short_date
from app.domain.instruments.answers import Answers
from app.domain.instruments.outcome import AnswerError, Outcome, Severity
from app.domain.instruments.tool import INCOMPLETE, Instrument, Scored, conclude

DOMAINS = {
    "falls_history": "Falls history",
    "gait_balance": "Walking, balance and strength",
    "fear_of_falling": "Fear of falling",
    "blood_pressure": "Blood pressure and heart",
    "dizziness": "Dizziness",
    "medicines": "Medicines that raise falls risk",
    "cognition_mood": "Memory, delirium and mood",
    "vision_hearing": "Sight and hearing",
    "continence": "Continence and urgency",
    "feet_footwear": "Feet and footwear",
    "bone_health": "Bone health and fracture risk",
    "nutrition_hydration": "Nutrition, weight and fluids",
    "alcohol": "Alcohol",
    "neurological": "Neurological examination",
    "function": "Everyday function",
    "environment_sleep": "Surroundings, seating and night pattern",
    "long_term_conditions": "Long-term conditions",
}
"""The seventeen domains, by key (app grouping of NG249's list)."""

_STATES = {"no_concern": 0, "concern": 1, "not_assessed": 2}
KEYS = frozenset(DOMAINS) | {
    f"{domain}_{detail}" for domain in DOMAINS for detail in ("action", "owner", "by", "reason")
}
SIX_MONTHS = 182

TOOL = Instrument(
    code="falls_multifactorial",
    version="2025/1",
    title="Multifactorial falls assessment",
    short="Falls assessment",
    pathway="falls",
    mode="C",
    owner="Hartwell, after NICE guideline NG249",
    licence="Own structure; the guideline is cited.",
    attribution="After the domains of NICE guideline NG249 (2025).",
    needs_permission=False,
    routine_days=SIX_MONTHS,
    bands=(),
    serves=("falls",),
)


def due_again(
    assessed_on: date, next_due: date | None, *, last_fall: date | None = None, medicine_changes: Iterable[date] = ()
) -> tuple[date | None, bool]:
    """The day on which it is due again, and whether it is overdue from that very day.

    A later fall makes it overdue at once, a later change of medicine makes it due; otherwise its own date stands. The
    dates are local. A fall or a change on the day of the assessment is taken as what it looked at.
    """
    if last_fall is not None and last_fall > assessed_on:
        return min(last_fall, next_due or last_fall), True
    changed = [day for day in medicine_changes if day > assessed_on]
    return min([*changed, *([next_due] if next_due else [])], default=None), False


def score(answers: Answers, on: date | None = None) -> Outcome:
    """What was found: parts ``domains`` (with a state), ``concerns``, ``actions`` and ``gaps``; no score, no band."""
    count = dict.fromkeys(("domains", "concerns", "actions", "gaps"), 0)
    actions: list[str] = []
    workings: list[str] = []
    for domain, label in DOMAINS.items():
        state = answers.choice(domain, label, _STATES)
        concern, gap = state == "concern", state == "not_assessed"
        action = answers.text(f"{domain}_action", f"{label}: action", need=concern)
        owner = answers.text(f"{domain}_owner", f"{label}: who will do it", need=concern)
        by = answers.day(f"{domain}_by", f"{label}: by when", need=concern)
        reason = answers.text(f"{domain}_reason", f"{label}: why not assessed", need=gap)
        for detail, value in (("action", action), ("owner", owner), ("by", by)):
            if value is not None and not concern:
                raise AnswerError(f"{domain}_{detail}", f"{label}: an action is only for a concern")
        if reason is not None and not gap:
            raise AnswerError(f"{domain}_reason", f"{label}: a reason is only for a domain that was not assessed")
        count["domains"] += state is not None
        count["concerns"] += concern
        count["gaps"] += gap
        if action is not None and owner is not None and by is not None:
            count["actions"] += 1
            actions.append(f"{label}: {action} ({owner}, by {short_date(by)})")
        if gap:
            workings.append(f"{label}: not assessed ({reason or 'no reason given'})")
    workings.insert(
        0,
        f"{count['domains']} of {len(DOMAINS)} domains looked at, {count['concerns']} with a concern, "
        f"{count['actions']} with an action",
    )
    parts: dict[str, int | Decimal | str] = dict(count)
    severity = Severity.NONE if answers.missing else Severity.ROUTINE
    return conclude(
        TOOL,
        INCOMPLETE if answers.missing else None,
        missing=answers.missing,
        parts=parts,
        flags=("gap",) if count["gaps"] else (),
        actions=tuple(actions),
        on=on,
        days=SIX_MONTHS,
        workings=workings,
        severity=Severity.ATTENTION if count["concerns"] or count["gaps"] else severity,
    )


SCORED = Scored(TOOL, KEYS, score)
