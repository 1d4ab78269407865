"""Post-fall check: whether to lift, and whom to call first.

The Hertfordshire order: danger and response, then ISTUMBLE, then FAST; any positive is 999. Then a head that was
struck (or a fall that nobody saw) in somebody on an anticoagulant or antiplatelet (not aspirin alone): urgent
referral, a CT scan within 8 hours. Then a long lie of an hour or more: lift with equipment and a clinical review the
same day. Otherwise lift with equipment and observe. ``danger_clear`` means that it is safe to approach.

A positive answer decides even when later answers are missing. A head injury on a blood thinner found while an earlier
answer is missing is urgent all the same, with the flag ``at_least``; nobody is lifted on unanswered questions.

Accepted: minutes on the floor 0 to 10,080 (a week).
"""

from __future__ import annotations

from datetime import date

from app.domain.instruments.answers import Answers
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.tool import AT_LEAST, INCOMPLETE, Band, Instrument, Scored, conclude

_EMERGENCY = {  # key: (the answer that is positive, its label)
    "danger_clear": (False, "The danger is not cleared"),
    "responsive_and_breathing": (False, "Not responding or not breathing"),
    "intense_pain": (True, "Intense new pain"),
    "suspected_collapse": (True, "Suspected collapse"),
    "trauma_head_neck_back": (True, "Injury to head, neck or back"),
    "unusual_behaviour": (True, "Unusual behaviour"),
    "marked_breathing_difficulty_or_chest_pain": (True, "Marked trouble breathing or chest pain"),
    "bleeding_freely": (True, "Bleeding freely"),
    "loss_of_consciousness": (True, "Loss of consciousness"),
    "evidence_of_fracture": (True, "Signs of a fracture"),
    "fast_abnormal": (True, "Signs of a stroke (FAST)"),
}
KEYS = frozenset(_EMERGENCY) | {"head_struck_or_unwitnessed", "on_anticoagulant_or_antiplatelet", "minutes_on_floor"}

CALL_999 = "call_999_do_not_move"
HEAD_INJURY = "urgent_head_injury_referral"
LONG_LIE = "lift_and_clinical_review_long_lie"
LIFT = "lift_with_equipment_and_observe"
LONG_LIE_MINUTES = 60

TOOL = Instrument(
    code="post_fall",
    version="2023/1",
    title="Post-fall check",
    short="Post-fall",
    pathway="falls",
    mode="S",
    owner="Hertfordshire Care Providers Association pathway; ISTUMBLE by Winncare and the Welsh Ambulance Service",
    licence="Paraphrased; agree the use of ISTUMBLE with its owners.",
    attribution="After the Hertfordshire (HCPA) falls pathway; ISTUMBLE: Winncare, Welsh Ambulance Service.",
    needs_permission=False,
    routine_days=None,
    bands=(
        Band(LIFT, "Lift with equipment and observe", Severity.ROUTINE),
        Band(LONG_LIE, "Long lie: lift with equipment, clinical review today", Severity.URGENT),
        Band(HEAD_INJURY, "Urgent head injury referral", Severity.URGENT),
        Band(CALL_999, "Call 999, do not move", Severity.EMERGENCY),
    ),
    serves=("falls",),
)

_WATCH = (
    "Observe after the fall: NEWS2, pupils, headache and vomiting every 30 minutes for 2 hours, hourly for 4 hours, "
    "4-hourly to 24 hours; if the head may be hurt, then daily to 72 hours. New vomiting, headache, drowsiness, "
    "confusion or a seizure: 999."
)
_RECORD = "Fill in the incident form, tell the family and review the falls assessment."
_ACTIONS = {
    CALL_999: (
        "Call 999. Do not move the resident, unless in danger.",
        "If not breathing, follow the ReSPECT form or start CPR.",
        "Keep the resident warm and still. Nothing to eat or drink.",
        "Stay, and have the red bag ready.",
    ),
    HEAD_INJURY: (
        "Call 999, 111 or A&E now, unless an agreed plan says not: a scan may be needed within 8 hours.",
        "Say which blood thinner is taken and when the last dose was.",
        _WATCH,
        _RECORD,
    ),
    LONG_LIE: (
        "Lift with equipment if it is safe.",
        "Have the resident seen by a clinician today: pressure damage, dehydration, cold, muscle damage.",
        _WATCH,
        _RECORD,
    ),
    LIFT: ("Lift with equipment. Do not lift by hand.", _WATCH, _RECORD),
}


def score(answers: Answers, on: date | None = None) -> Outcome:
    """Decide by the first match; see the module. There is no score; ``decided_by`` names the answer that decided."""
    given = {key: answers.yes_no(key, label, need=False) for key, (_, label) in _EMERGENCY.items()}
    head = answers.yes_no("head_struck_or_unwitnessed", "Head struck or fall not seen", need=False)
    thinner = answers.yes_no("on_anticoagulant_or_antiplatelet", "On a blood thinner", need=False)
    minutes = answers.whole("minutes_on_floor", "Minutes on the floor", 0, 10080, need=False)

    workings: list[str] = []
    long_lie = minutes is not None and minutes >= LONG_LIE_MINUTES
    if long_lie:
        workings.append(f"On the floor {minutes} minutes: a long lie (60 minutes or more)")

    positive = [key for key, (alarm, _) in _EMERGENCY.items() if given[key] is alarm]
    if positive:
        return conclude(
            TOOL,
            CALL_999,
            parts={"decided_by": positive[0]},
            actions=(*_ACTIONS[CALL_999], *_floor_note(minutes)),
            workings=[*(_EMERGENCY[key][1] for key in positive), *workings],
            on=on,
        )
    early = [key for key, value in given.items() if value is None]
    if head and thinner:
        workings.insert(0, "Head struck, or fall not seen, and on a blood thinner")
        return conclude(
            TOOL,
            HEAD_INJURY,
            missing=early,
            parts={"decided_by": "head_struck_or_unwitnessed"},
            flags=(AT_LEAST,) if early else (),
            actions=(*_ACTIONS[HEAD_INJURY], *_floor_note(minutes)),
            workings=workings,
            on=on,
        )
    late = []
    if head is None and thinner is not False:
        late.append("head_struck_or_unwitnessed")
    if thinner is None and head is not False:
        late.append("on_anticoagulant_or_antiplatelet")
    if minutes is None:
        late.append("minutes_on_floor")
    if early or late:
        return conclude(TOOL, INCOMPLETE, missing=(*early, *late), workings=workings)
    band = LONG_LIE if long_lie else LIFT
    workings.append("No danger sign, no head injury on a blood thinner")
    parts = {"decided_by": "minutes_on_floor"} if long_lie else {}
    return conclude(TOOL, band, parts=parts, actions=_ACTIONS[band], workings=workings, on=on)


def _floor_note(minutes: int | None) -> tuple[str, ...]:
    if minutes is None or minutes < LONG_LIE_MINUTES:
        return ()
    return (f"Say that the resident lay on the floor for {minutes} minutes.",)


SCORED = Scored(TOOL, KEYS, score)
