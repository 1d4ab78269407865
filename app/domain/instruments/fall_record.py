"""Fall record: the circumstances of a fall, after the post-fall check has said what to do. Captured, not scored.

A fall that nobody saw needs the time when the resident was last seen well: an hour or more until found is a long lie,
for a clinician the same day. A head that was struck, or a fall that nobody saw, in somebody on a blood thinner is an
urgent referral. Family, GP and manager are told, with times; duty of candour is recorded. Order and words of urgency
are those of :mod:`app.domain.instruments.post_fall`.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from app.domain.instruments.answers import Answers
from app.domain.instruments.captured import Finding, record
from app.domain.instruments.outcome import AnswerError, Outcome, Severity
from app.domain.instruments.post_fall import LONG_LIE_MINUTES
from app.domain.instruments.tool import Instrument, Scored

WITNESS = {"staff": 0, "somebody_else": 1, "nobody": 2}
PLACES = {
    "bedroom": 0, "bathroom": 1, "corridor": 2, "lounge": 3, "dining_room": 4, "stairs": 5, "outside": 6,
    "elsewhere": 7,
}  # fmt: skip
ACTIVITIES = {
    "walking": 0, "getting_up": 1, "sitting_down": 2, "toilet": 3, "in_bed": 4, "dressing": 5, "reaching": 6,
    "being_moved": 7, "not_known": 8,
}  # fmt: skip
FOOTWEAR = {"shoes": 0, "slippers": 1, "socks": 2, "barefoot": 3, "not_known": 4}
AID = {"none_needed": 0, "used": 1, "not_used": 2, "out_of_reach": 3}
LIGHT = {"good": 0, "dim": 1, "dark": 2}
BELL = {"in_reach": 0, "out_of_reach": 1, "cannot_use": 2}
INJURIES = {"bruise": 0, "cut_graze": 1, "skin_tear": 2, "pain": 3, "head": 4, "possible_fracture": 5, "other": 6}
_SERIOUS = frozenset({"head", "possible_fracture"})
FIRST_AID = {"cleaned_dressed": 0, "cold_pack": 1, "pain_relief": 2, "kept_still": 3, "other": 4}
LIFTED = {"got_up": 0, "cushion": 1, "hoist": 2, "slide_sheet": 3, "by_hand": 4, "ambulance": 5, "not_moved": 6}
HEAD = {"no": 0, "yes": 1, "not_known": 2}
TOLD = {"family": "The family", "gp": "The GP", "manager": "The manager"}
CANDOUR = {"done": 0, "not_yet": 1, "not_needed": 2}

KEYS = frozenset({
    "found_at", "witness", "last_seen", "place", "activity", "footwear", "aid", "light", "call_bell", "injuries",
    "first_aid", "lifted_with", "head_struck", "on_blood_thinner", "duty_of_candour", "note",
    "family_told", "family_told_at", "gp_told", "gp_told_at", "manager_told", "manager_told_at",
})  # fmt: skip

TOOL = Instrument(
    code="fall_record",
    version="1/1",
    title="Fall record",
    short="Fall record",
    pathway="falls",
    mode="C",
    owner="Hartwell",
    licence="Own structure.",
    attribution="Own headings for the circumstances of a fall.",
    needs_permission=False,
    routine_days=None,
    bands=(),
)

_BY_HAND = Finding("lifted_by_hand", Severity.ATTENTION, "Lifting by hand hurts people: use equipment.")
_BELL = Finding("bell_out_of_reach", Severity.ATTENTION, "Put the call bell in reach now and check it at each visit.")
_BELL_UNUSABLE = Finding("bell_cannot_use", Severity.ATTENTION, "The bell is no use: plan a sensor or more visits.")
_AID = Finding("aid_not_in_use", Severity.ATTENTION, "Put the walking aid in reach and remind the resident of it.")
_FOOTWEAR = Finding("unsafe_footwear", Severity.ATTENTION, "Find well-fitting shoes or slippers before the next walk.")
_LIGHT = Finding("poor_light", Severity.ATTENTION, "Mend the light, or leave one on at night.")
_HEAD = Finding(
    "head_injury_on_thinner",
    Severity.URGENT,
    "Head struck, or not seen, on a blood thinner: 999, 111 or A&E now, unless an agreed plan says not.",
)
_LONG_LIE = Finding(
    "long_lie", Severity.URGENT, "On the floor for an hour or more: a clinician must see the resident today."
)
_SERIOUS_INJURY = Finding("serious_injury", Severity.URGENT, "Head injury or fracture: a clinician must see it now.")
_CANDOUR = Finding("duty_of_candour_open", Severity.ATTENTION, "Explain and apologise to resident and family.")
_AGAIN = "Do the falls assessment again: this fall makes it due."
_WATCH = "Watch for 72 hours: new vomiting, headache, drowsiness, confusion or a seizure is 999."


def _told(answers: Answers, found_at: datetime | None) -> list[Finding]:
    """Who has not been told; AnswerError for somebody told before the resident was found."""
    open_still: list[Finding] = []
    for who, label in TOLD.items():
        told = answers.yes_no(f"{who}_told", f"{label} told")
        at = answers.moment(f"{who}_told_at", f"{label} told at", need=bool(told))
        if at is not None and found_at is not None and at < found_at:
            raise AnswerError(f"{who}_told_at", f"{label} told at must be after the resident was found")
        if told is False:
            open_still.append(Finding(f"{who}_not_told", Severity.ATTENTION, f"{label} must still be told."))
    return open_still


def _minutes(found_at: datetime | None, last_seen: datetime | None) -> int | None:
    """Whole minutes between last seen well and found; AnswerError when they are the wrong way round."""
    if found_at is None or last_seen is None:
        return None
    if last_seen > found_at:
        raise AnswerError("last_seen", "Last seen well must be before the resident was found")
    return int((found_at - last_seen).total_seconds()) // 60


def score(answers: Answers, on: date | None = None) -> Outcome:
    """What happened and what is still to do; part ``minutes_unseen`` when it can be told. Nothing is due by date: the
    falls assessment is due at once, which :func:`~app.domain.instruments.falls_multifactorial.due_again` sees to."""
    found_at = answers.moment("found_at", "Found at")
    witness = answers.choice("witness", "Who saw it", WITNESS)
    unseen = witness == "nobody"
    last_seen = answers.moment("last_seen", "Last seen well", need=unseen)
    minutes = _minutes(found_at, last_seen)
    answers.choice("place", "Place", PLACES)
    answers.choice("activity", "Doing what", ACTIVITIES)
    footwear = answers.choice("footwear", "Footwear", FOOTWEAR)
    aid = answers.choice("aid", "Walking aid", AID)
    light = answers.choice("light", "Light", LIGHT)
    bell = answers.choice("call_bell", "Call bell", BELL)
    injuries = answers.choices("injuries", "Injuries", INJURIES)
    answers.choices("first_aid", "First aid", FIRST_AID, need=bool(injuries))
    lifted = answers.choice("lifted_with", "Lifted with", LIFTED)
    head = answers.choice("head_struck", "Head struck", HEAD)
    thinner = answers.yes_no("on_blood_thinner", "On a blood thinner")
    told = _told(answers, found_at)
    candour = answers.choice("duty_of_candour", "Duty of candour", CANDOUR)
    answers.text("note", "More", need=False)

    head_counts = unseen or head in {"yes", "not_known"} or "head" in (injuries or ())
    checks = (
        (head_counts and thinner, _HEAD),
        (unseen and minutes is not None and minutes >= LONG_LIE_MINUTES, _LONG_LIE),
        (not _SERIOUS.isdisjoint(injuries or ()), _SERIOUS_INJURY),
        (lifted == "by_hand", _BY_HAND),
        (bell == "out_of_reach", _BELL),
        (bell == "cannot_use", _BELL_UNUSABLE),
        (aid in {"not_used", "out_of_reach"}, _AID),
        (footwear in {"socks", "barefoot"}, _FOOTWEAR),
        (light in {"dim", "dark"}, _LIGHT),
        (candour == "not_yet", _CANDOUR),
    )
    found = [finding for holds, finding in checks if holds] + told
    parts: dict[str, int | Decimal | str] = {} if minutes is None else {"minutes_unseen": minutes}
    return record(
        TOOL,
        answers,
        found,
        actions=[_WATCH, _AGAIN] if head_counts else [_AGAIN],
        parts=parts,
        on=on,
        workings=[f"Found {minutes} minutes after last seen well"] if minutes is not None else [],
    )


SCORED = Scored(TOOL, KEYS, score)
