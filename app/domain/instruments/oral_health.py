"""Mouth care: what the mouth looks like, and who must see it. Captured, not scored.

Own structure, in the spirit of NICE NG48 (oral health for adults in care homes). Each part of the mouth is fine,
changed or a problem; a problem is for the dentist. An ulcer of more than three weeks and a swollen face are urgent; a
swelling with trouble breathing or swallowing is 999. Looked at again after four weeks when anything is not fine, else
after three months.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from app.domain.instruments.answers import Answers
from app.domain.instruments.captured import QUARTERLY, Finding, record
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.tool import MONTHLY, Instrument, Scored

MOUTH = {
    "lips": "Lips",
    "tongue": "Tongue",
    "gums": "Gums and lining",
    "saliva": "Moisture of the mouth",
    "teeth": "Natural teeth",
    "dentures": "Dentures",
    "cleanliness": "Cleanliness",
}
"""The parts of the mouth that are looked at, by key."""
STATES = {"fine": 0, "changed": 1, "problem": 2}
_MAY_LACK = frozenset({"teeth", "dentures"})
PAIN = {"none": 0, "signs": 1, "says_so": 2}
HELP = {"none": 0, "prompting": 1, "some": 2, "full": 3}
DENTIST = {"within_a_year": 0, "over_a_year": 1, "not_known": 2}
URGENT = {"ulcer_over_3_weeks": 0, "swollen_face": 1, "bleeding": 2, "cannot_swallow_or_breathe": 3}

KEYS = frozenset(MOUTH) | {"pain", "urgent_signs", "care_help", "denture_named", "dentist_seen", "note"}

TOOL = Instrument(
    code="oral_health",
    version="1/1",
    title="Mouth care assessment",
    short="Mouth care",
    pathway="nutrition",
    mode="C",
    owner="Hartwell, after NICE guideline NG48",
    licence="Own structure; the guideline is cited.",
    attribution="In the spirit of NICE guideline NG48.",
    needs_permission=False,
    routine_days=QUARTERLY,
    bands=(),
    serves=("nutrition",),
)

_URGENT = {
    "ulcer_over_3_weeks": Finding(
        "ulcer_over_3_weeks",
        Severity.URGENT,
        "An ulcer over three weeks: ask the GP for an urgent referral.",
    ),
    "swollen_face": Finding("swollen_face", Severity.URGENT, "A swollen face: urgent dentist or 111 today."),
    "bleeding": Finding("bleeding", Severity.URGENT, "Bleeding that does not stop: GP, dentist or 111 today."),
    "cannot_swallow_or_breathe": Finding(
        "cannot_swallow_or_breathe", Severity.EMERGENCY, "Trouble breathing or swallowing from swelling: call 999."
    ),
}


def score(answers: Answers, on: date | None = None) -> Outcome:
    """What was found: parts ``problems`` and ``changes`` count the parts of the mouth; no score, no band."""
    states = {
        part: answers.choice(part, label, STATES | ({"not_present": 3} if part in _MAY_LACK else {}))
        for part, label in MOUTH.items()
    }
    pain = answers.choice("pain", "Pain", PAIN)
    urgent = answers.choices("urgent_signs", "Urgent signs", URGENT) or []
    answers.choice("care_help", "Help with mouth care", HELP)
    worn = states["dentures"] not in {None, "not_present"}
    named = answers.yes_no("denture_named", "Dentures marked with the name", need=worn)
    dentist = answers.choice("dentist_seen", "Dentist", DENTIST)
    answers.text("note", "More", need=False)

    problems = [label for part, label in MOUTH.items() if states[part] == "problem"]
    changes = [label for part, label in MOUTH.items() if states[part] == "changed"]
    found = [_URGENT[each] for each in urgent]
    if problems:
        found.append(
            Finding("dentist_needed", Severity.ATTENTION, f"Ask the dentist to look at: {', '.join(problems).lower()}.")
        )
    if changes:
        found.append(
            Finding("changed", Severity.ATTENTION, f"Step up mouth care and look daily: {', '.join(changes).lower()}.")
        )
    if pain not in {None, "none"}:
        found.append(
            Finding("mouth_pain", Severity.ATTENTION, "Pain in the mouth: give what is prescribed, ring the dentist.")
        )
    if states["saliva"] in {"changed", "problem"}:
        found.append(Finding("dry_mouth", Severity.ATTENTION, "Dry mouth: sips often, and ask about the medicines."))
    if worn and named is False:
        found.append(Finding("denture_not_named", Severity.ROUTINE, "Mark the dentures with the resident's name."))
    if dentist in {"over_a_year", "not_known"}:
        found.append(Finding("dentist_check_due", Severity.ROUTINE, "Book a check with the dentist."))
    parts: dict[str, int | Decimal | str] = {"problems": len(problems), "changes": len(changes)}
    again = MONTHLY if problems or changes or urgent or pain not in {None, "none"} else QUARTERLY
    return record(TOOL, answers, found, parts=parts, on=on, days=again)


SCORED = Scored(TOOL, KEYS, score)
