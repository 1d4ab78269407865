"""Three looks at the medicines: how many, how anticholinergic, and when the antipsychotic is due for review.

* Count of regular medicines, without as-needed ones and emollients, a combination counted once: 4 and over (a falls
  risk), 5 and over polypharmacy, 10 and over high.
* Anticholinergic burden: the sum of the points, 0 to 3 each, that a named table from the home's pharmacist gives to
  each medicine; 3 and over asks for a review. There are many tables and they disagree, so none is built in. A medicine
  without points (a null, or ``medicine_not_in_table``) leaves the sum incomplete.
* Antipsychotic review: due 42 days after the last review, or after the start when there was none. As-needed use counts.
"""

from __future__ import annotations

from datetime import date, timedelta

from app.domain.dates import short_date
from app.domain.instruments.answers import Answers
from app.domain.instruments.exact import as_decimal
from app.domain.instruments.outcome import AnswerError, Outcome, Severity
from app.domain.instruments.tool import AT_LEAST, INCOMPLETE, SIX_MONTHLY, YEARLY, Band, Instrument, Scored, conclude

# ------------------------------------------------------------------------------------------------ count of medicines

POLYPHARMACY_KEYS = frozenset({"regular_medicines"})

POLYPHARMACY_TOOL = Instrument(
    code="polypharmacy",
    version="1/1",
    title="Number of regular medicines",
    short="Medicines",
    pathway="health",
    mode="S",
    owner="Public method",
    licence="Public method; nobody's permission is needed.",
    attribution="Count of regular medicines. Calculator aid: nobody stops a medicine because of a number.",
    needs_permission=False,
    routine_days=YEARLY,
    bands=(
        Band("none", "Up to 3 medicines", Severity.ROUTINE),
        Band("four_or_more", "4 medicines", Severity.ROUTINE),
        Band("polypharmacy", "Polypharmacy: 5 to 9", Severity.ATTENTION),
        Band("high_polypharmacy", "High polypharmacy: 10 or more", Severity.ATTENTION),
    ),
)

_COUNT_ACTIONS = {
    "none": ("Medicines review once a year, and after a fall or a stay in hospital.",),
    "four_or_more": (
        "Four medicines or more raise the risk of falls: note it in the falls assessment.",
        "Medicines review once a year, and after a fall or a stay in hospital.",
    ),
    "polypharmacy": (
        "Ask the pharmacist or the GP for a medicines review at least once a year.",
        "Five medicines or more raise the risk of falls: note it in the falls assessment.",
    ),
    "high_polypharmacy": (
        "Ask the pharmacist or the GP for a structured medicines review with priority, then every 6 months.",
        "Stop nothing yourself. Watch for drowsiness, dizziness, falls, poor appetite.",
    ),
}


def score_polypharmacy(answers: Answers, on: date | None = None) -> Outcome:
    """The count and its band. Accepted: 0 to 60."""
    count = answers.whole("regular_medicines", "Number of regular medicines", 0, 60)
    if count is None:
        return conclude(POLYPHARMACY_TOOL, INCOMPLETE, missing=answers.missing)
    if count >= 10:
        band = "high_polypharmacy"
    elif count >= 5:
        band = "polypharmacy"
    else:
        band = "four_or_more" if count == 4 else "none"
    return conclude(
        POLYPHARMACY_TOOL,
        band,
        score=count,
        parts={"regular_medicines": count},
        actions=_COUNT_ACTIONS[band],
        on=on,
        days=SIX_MONTHLY if band == "high_polypharmacy" else YEARLY,
        workings=(f"Regular medicines: {count}",),
    )


POLYPHARMACY = Scored(POLYPHARMACY_TOOL, POLYPHARMACY_KEYS, score_polypharmacy)

# --------------------------------------------------------------------------------------------- anticholinergic burden

ACB_KEYS = frozenset({"drug_scores", "table", "medicine_not_in_table"})
_MOST_MEDICINES = 50

ACB_TOOL = Instrument(
    code="acb",
    version="1/1",
    title="Anticholinergic burden",
    short="Burden (ACB)",
    pathway="health",
    mode="R",
    owner="The table's authors",
    licence="Only the sum is made here. The table is the pharmacist's, under its own licence; none is built in.",
    attribution="Anticholinergic burden, from the named table of the home's pharmacist. "
    "Calculator aid: use clinical judgement.",
    needs_permission=False,
    routine_days=YEARLY,
    bands=(
        Band("below_threshold", "Below 3", Severity.ROUTINE),
        Band("review", "3 or more: review", Severity.ATTENTION),
    ),
)

_ACB_ACTIONS = {
    "below_threshold": ("Add up again when a medicine changes, and at the yearly medicines review.",),
    "review": (
        "Ask the pharmacist or the GP to review the medicines.",
        "Watch for confusion, dry mouth, constipation, trouble passing urine, falls.",
        "Stop nothing yourself.",
    ),
}
_UNRATED = "One medicine has no points: ask the pharmacist, then finish the sum. It does not count as 0."


def score_acb(answers: Answers, on: date | None = None) -> Outcome:
    """The sum of the medicines' points; an empty list is 0. 3 and over already is ``review`` with ``at_least``."""
    label = "Points of the medicines"
    refusal = f"{label} must be a list of whole numbers from 0 to 3"
    sum_up, known = 0, []
    given = answers.entries("drug_scores", refusal)
    if len(given) > _MOST_MEDICINES:
        raise AnswerError("drug_scores", f"{label} must be {_MOST_MEDICINES} numbers or fewer")
    for item in given:
        if item is None:
            continue
        number = as_decimal(item)
        if number is None or not 0 <= number <= 3 or number != number.to_integral_value():
            raise AnswerError("drug_scores", refusal)
        known.append(str(int(number)))
        sum_up += int(number)
    table = answers.text("table", "Name of the table", need=False)
    unrated = bool(answers.yes_no("medicine_not_in_table", "Medicine that is not in the table", need=False))
    if unrated and not answers.missing:
        answers.missing.append("drug_scores")
    asks = unrated or any(item is None for item in given)

    under = INCOMPLETE if answers.missing else "below_threshold"
    band = "review" if sum_up >= 3 else under
    incomplete = bool(answers.missing)
    return conclude(
        ACB_TOOL,
        band,
        missing=answers.missing,
        score=sum_up,
        parts={"medicines": len(known)},
        flags=(AT_LEAST,) if band == "review" and incomplete else (),
        actions=(*_ACB_ACTIONS.get(band, ()), *((_UNRATED,) if asks else ())),
        on=on,
        days=YEARLY,
        workings=(
            *((f"Table: {table}",) if table else ()),
            f"{'At least ' if incomplete else ''}{' + '.join(known) or '0'} = {sum_up}",
        ),
    )


ACB = Scored(ACB_TOOL, ACB_KEYS, score_acb)

# ----------------------------------------------------------------------------------------------- antipsychotic review

ANTIPSYCHOTIC_DAYS = 42
_SIDE_EFFECTS = {
    "none": "None seen",
    "sedation": "Sleepy",
    "falls": "Falls",
    "stiffness": "Stiff or slow",
    "swallowing": "Trouble swallowing",
    "heart_rhythm": "Heart rhythm (QT)",
}
ANTIPSYCHOTIC_KEYS = frozenset({
    "started", "last_review", "stopped", "lewy_body_or_parkinsons", "target_behaviour", "dose", "side_effects",
    "clear_benefit", "consent_or_best_interests",
})  # fmt: skip

ANTIPSYCHOTIC_TOOL = Instrument(
    code="antipsychotic_review",
    version="NG97/1",
    title="Antipsychotic review",
    short="Antipsychotic",
    pathway="health",
    mode="S",
    owner="Hartwell, after NICE guideline NG97",
    licence="Own questions and date rule after a public guideline, which is cited and not copied.",
    attribution="After NICE guideline NG97, Dementia (2018). Calculator aid: the prescriber decides.",
    needs_permission=False,
    routine_days=ANTIPSYCHOTIC_DAYS,
    bands=(),
)

_LEWY = (
    "Lewy body dementia or Parkinson's: antipsychotics can do great harm. Phone the GP today; "
    "watch for stiffness, drowsiness, falls."
)
_ALWAYS = (
    "At the review: still a risk of harm or severe distress? Lowest dose, shortest time, alongside activities.",
    "Ask whether it can be lowered or stopped; it is stopped when there is no clear benefit. Stop nothing yourself.",
)


def score_antipsychotic(answers: Answers, on: date | None = None) -> Outcome:
    """When the next review is due: 42 days after the last, or after the start. No score, no band.

    Flags: ``overdue`` (the day ``on`` is later than that), ``lewy_body_or_parkinsons``, ``side_effects``,
    ``no_clear_benefit``. A stopped medicine has no due date and is never overdue. Refused: a start or a review after
    ``on``, a review before the start.
    """
    started = answers.day("started", "Started on")
    reviewed = answers.day("last_review", "Last review", need=False)
    stopped = bool(answers.yes_no("stopped", "Stopped", need=False))
    lewy = bool(answers.yes_no("lewy_body_or_parkinsons", "Lewy body dementia or Parkinson's", need=False))
    answers.text("target_behaviour", "Behaviour that it is for", need=False)
    answers.text("dose", "Dose", need=False)
    answers.yes_no("consent_or_best_interests", "Consent or best-interests decision", need=False)
    benefit = answers.yes_no("clear_benefit", "Clear benefit", need=False)
    effects = _side_effects(answers)
    for key, label, day in (("started", "Started on", started), ("last_review", "Last review", reviewed)):
        if day is not None and on is not None and day > on:
            raise AnswerError(key, f"{label} must be today or in the past")
    if started is not None and reviewed is not None and reviewed < started:
        raise AnswerError("last_review", "Last review must not be before the start")

    since = (reviewed or started) if started is not None else None
    due = since + timedelta(days=ANTIPSYCHOTIC_DAYS) if since is not None and not stopped else None
    overdue = due is not None and on is not None and on > due
    found = {
        "overdue": overdue,
        "lewy_body_or_parkinsons": lewy and not stopped,
        "side_effects": bool(effects) and not stopped,
        "no_clear_benefit": benefit is False and not stopped,
    }
    flags = tuple(flag for flag, so in found.items() if so)
    actions = []
    if found["lewy_body_or_parkinsons"]:
        actions.append(_LEWY)
    if overdue and due is not None:
        actions.append(f"The review was due on {short_date(due)}: ask the GP or the pharmacist for it now.")
    if found["side_effects"]:
        seen = ", ".join(_SIDE_EFFECTS[code].lower() for code in effects)
        actions.append(f"Tell the prescriber about side effects: {seen}.")
    if found["no_clear_benefit"]:
        actions.append("No clear benefit: ask the prescriber to stop it.")
    if stopped:
        actions.append("Stopped: no review is due. Watch for the behaviour to come back, and look for its causes.")
    elif not answers.missing:
        actions.extend(_ALWAYS)
    if overdue or found["lewy_body_or_parkinsons"]:
        severity = Severity.URGENT
    elif flags:
        severity = Severity.ATTENTION
    else:
        severity = Severity.NONE if answers.missing else Severity.ROUTINE
    return conclude(
        ANTIPSYCHOTIC_TOOL,
        INCOMPLETE if answers.missing else None,
        missing=answers.missing,
        flags=flags,
        actions=tuple(actions),
        on=since if due is not None else None,
        days=ANTIPSYCHOTIC_DAYS,
        workings=(f"{short_date(since)} + {ANTIPSYCHOTIC_DAYS} days = {short_date(due)}",) if since and due else (),
        severity=severity,
    )


def _side_effects(answers: Answers) -> list[str]:
    ticked = answers.choices("side_effects", "Side effects", _SIDE_EFFECTS, need=False) or []
    if "none" in ticked and len(ticked) > 1:
        raise AnswerError("side_effects", "Side effects: none goes with no other")
    return [code for code in ticked if code != "none"]


ANTIPSYCHOTIC = Scored(ANTIPSYCHOTIC_TOOL, ANTIPSYCHOTIC_KEYS, score_antipsychotic)
