"""Medicines review: counts, triggers for the pharmacist or GP, antipsychotic dates, Parkinson's doses. Captured.

Staff only flag what a pharmacist or GP should look at: "for review", never "stop". The triggers are after the themes of
STOPP/START. Regular medicines are counted without when-needed ones and emollients, a combination as one: five are
polypharmacy, ten high. An antipsychotic, when-needed use too, is due for review 42 days after the last review, or
after its start. Parkinson's doses are given within 30 minutes of their time.

Accepted: 0 to 60 regular medicines; 0 to 1,440 minutes off the time of a dose, early or late.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from app.domain.dates import short_date
from app.domain.instruments.answers import Answers
from app.domain.instruments.captured import SIX_MONTHS, YEARLY, Finding, record
from app.domain.instruments.outcome import AnswerError, Outcome, Severity
from app.domain.instruments.tool import Instrument, Scored

POLYPHARMACY = 5
HIGH_POLYPHARMACY = 10
ANTIPSYCHOTIC_DAYS = 42
DOSE_MINUTES = 30
TRIGGERS = {
    "benzodiazepine_over_4_weeks": "Sleeping tablet or benzodiazepine for over 4 weeks",
    "antipsychotic_in_dementia": "Antipsychotic in dementia",
    "two_falls_risk_medicines": "Two or more medicines that raise falls risk",
    "opioid_without_laxative": "Opioid (codeine too) without a laxative",
    "ppi_over_8_weeks": "Stomach acid tablet (PPI) for over 8 weeks",
    "nsaid_with_anticoagulant": "Anti-inflammatory with a blood thinner",
    "duplicate_class": "Two medicines of the same kind",
    "no_indication": "A medicine with no reason recorded",
}
_URGENT = frozenset({"nsaid_with_anticoagulant"})
ANTIPSYCHOTIC = {"no": 0, "active": 1, "stopped": 2}
SIDE_EFFECTS = {"sedation": 0, "falls": 1, "stiffness": 2, "swallowing": 3, "heart_rhythm": 4}

KEYS = frozenset({
    "regular_medicines", "triggers", "antipsychotic", "antipsychotic_started", "antipsychotic_reviewed",
    "antipsychotic_for", "antipsychotic_side_effects", "lewy_body_or_parkinsons", "parkinsons_medicines",
    "parkinsons_minutes_off",
})  # fmt: skip

TOOL = Instrument(
    code="medicines_review",
    version="1/1",
    title="Medicines: what to ask the pharmacist or GP",
    short="Medicines review",
    pathway="health",
    mode="C",
    owner="Hartwell, after STOPP/START and NICE NG97",
    licence="Own wording of triggers; the tools are cited.",
    attribution="Triggers after STOPP/START; antipsychotic review after NICE NG97.",
    needs_permission=False,
    routine_days=YEARLY,
    bands=(),
)


def score(answers: Answers, on: date | None = None) -> Outcome:
    """What to ask about; parts ``regular_medicines`` and ``triggers``. Never says that a medicine should stop.

    Due again in a year, in six months with ten medicines or more, and when the antipsychotic is due, if earlier.
    """
    count = answers.whole("regular_medicines", "Regular medicines", 0, 60)
    triggers = answers.choices("triggers", "Ask about", TRIGGERS)
    state = answers.choice("antipsychotic", "Antipsychotic", ANTIPSYCHOTIC)
    active = state == "active"
    started = answers.day("antipsychotic_started", "Antipsychotic started", need=active)
    reviewed = answers.day("antipsychotic_reviewed", "Antipsychotic last reviewed", need=False)
    answers.text("antipsychotic_for", "What it is for", need=active)
    effects = answers.choices("antipsychotic_side_effects", "Side effects", SIDE_EFFECTS, need=active) or []
    lewy = answers.yes_no("lewy_body_or_parkinsons", "Lewy body dementia or Parkinson's", need=active)
    parkinsons = answers.yes_no("parkinsons_medicines", "Medicines for Parkinson's")
    off = answers.whole(
        "parkinsons_minutes_off", "Minutes off the time", 0, 1440, unit=" minutes", need=bool(parkinsons)
    )
    for key, day in (("antipsychotic_started", started), ("antipsychotic_reviewed", reviewed)):
        if day is not None and on is not None and day > on:
            raise AnswerError(key, "The date must be today or in the past")
    if started is not None and reviewed is not None and reviewed < started:
        raise AnswerError("antipsychotic_reviewed", "The review must be after the start")

    found = [
        Finding(
            each,
            Severity.URGENT if each in _URGENT else Severity.ATTENTION,
            f"For review{' today' if each in _URGENT else ''}: {TRIGGERS[each]}. Ask the pharmacist or GP.",
        )
        for each in triggers or ()
    ]
    if count is not None and count >= HIGH_POLYPHARMACY:
        found.append(
            Finding("high_polypharmacy", Severity.ATTENTION, "Ten medicines or more: ask for a structured review.")
        )
    elif count is not None and count >= POLYPHARMACY:
        found.append(Finding("polypharmacy", Severity.ROUTINE, "Five medicines or more: say so at the review."))
    due = None
    if active:
        last = reviewed or started
        due = last + timedelta(days=ANTIPSYCHOTIC_DAYS) if last is not None else None
        if due is not None and on is not None and due < on:
            found.append(
                Finding(
                    "antipsychotic_review_overdue",
                    Severity.URGENT,
                    f"The antipsychotic review was due on {short_date(due)}: ask the prescriber for it today.",
                )
            )
        if lewy:
            found.append(
                Finding(
                    "antipsychotic_lewy_body",
                    Severity.URGENT,
                    "Antipsychotic with Lewy body dementia or Parkinson's: speak to the prescriber today.",
                )
            )
        if effects:
            found.append(
                Finding("antipsychotic_side_effects", Severity.ATTENTION, "Tell the prescriber about the side effects.")
            )
    if parkinsons and off is not None and off > DOSE_MINUTES:
        found.append(
            Finding(
                "parkinsons_dose_off_time",
                Severity.ATTENTION,
                f"A Parkinson's dose was {off} minutes off its time: give it within 30 minutes, and tell the senior.",
            )
        )
    parts: dict[str, int | Decimal | str] = {}
    if count is not None:
        parts["regular_medicines"] = count
    if triggers is not None:
        parts["triggers"] = len(triggers)
    days = SIX_MONTHS if count is not None and count >= HIGH_POLYPHARMACY else YEARLY
    return record(
        TOOL,
        answers,
        found,
        actions=["Do not stop or change a medicine without the prescriber."] if found else [],
        parts=parts,
        on=on,
        days=days,
        due=due,
    )


SCORED = Scored(TOOL, KEYS, score)
