"""What changed while a resident was in hospital, on paper: for whoever looks after them next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from app.domain.changed import LEFT_OUT, Change
from app.domain.dates import date_time, short_date
from app.domain.journeys import NOT_CHECKED, STEP_LABELS, Journey, MedicineFate, ReturnCheck, Waiting
from app.domain.observation_board import shown_kg
from app.domain.transfer import FIELD_LABELS
from app.reports.paper import NOTE, STRONG, VALUE, Flow, Piece
from app.reports.resident_paper import Stamp, begun, finished

_TITLE = "What changed since the pack"
_FATES = {
    MedicineFate.SAME: "Same",
    MedicineFate.CHANGED: "CHANGED",
    MedicineFate.STOPPED: "STOPPED",
    MedicineFate.STARTED: "NEW",
}
_NOT_SAID = "Nobody has looked or asked yet"


@dataclass(frozen=True, slots=True)
class ChangedPaper:
    """What is printed. ``left`` and ``ended`` frame the journey; ``changes`` is None when there is no pack with fields
    to compare; ``whys`` maps a medicine to what the letter says of it; ``open`` is what is still to be done."""

    stamp: Stamp
    journey: Journey
    left: datetime | None
    ended: datetime | None
    version: int | None
    printed_at: datetime | None
    changes: Sequence[Change] | None
    whys: Mapping[str, str]
    open: Sequence[Waiting]


def changed_pdf(paper: ChangedPaper) -> bytes:
    """The paper as a PDF. The same paper gives the same bytes."""
    flow = begun(paper.stamp, _TITLE)
    flow.paragraph((way_words(paper.journey), VALUE))
    if paper.version is not None and paper.printed_at is not None:
        made, now = date_time(paper.printed_at), date_time(paper.stamp.made_at)
        words = f"Compared: pack version {paper.version} of {made}, and the record as of {now}."
        flow.paragraph((words, VALUE))
    _to_do(flow, paper.open)
    back = paper.journey.back
    if back is not None:
        _medicines(flow, back)
    _differences(flow, paper)
    if back is not None:
        _found(flow, back)
    flow.paragraph((f"Not compared, because only the hour of leaving can say it: {_left_out()}.", NOTE))
    return finished(flow, paper.stamp, _TITLE)


def way_words(journey: Journey) -> str:
    """Why, where and when, in one line."""
    steps = "; ".join(f"{STEP_LABELS[step.kind].lower()} {date_time(step.at)}" for step in journey.steps)
    where = f" ({journey.place})" if journey.place else ""
    return f"{journey.why or 'Reason not recorded'}{where}. {steps[:1].upper()}{steps[1:] or 'No step is recorded'}."


def _to_do(flow: Flow, waits: Sequence[Waiting]) -> None:
    if not waits:
        return
    flow.heading("Still to do", "open", room=40)
    for each in waits:
        flow.paragraph((f"□ {each.words}", STRONG))


def _medicines(flow: Flow, back: ReturnCheck) -> None:
    flow.heading("Medicines as the discharge letter has them", "medicines", room=60)
    if back.medicines is None:
        flow.paragraph(("The medicines have not been compared with the discharge letter yet.", STRONG))
        return
    if not back.medicines:
        flow.paragraph(("No medicines before, none now.", VALUE))
        return
    ordered = sorted(back.medicines, key=lambda each: (each.fate is MedicineFate.SAME, each.name.casefold()))
    rows = [
        (
            ((_FATES[each.fate], VALUE if each.fate is MedicineFate.SAME else STRONG),),
            ((each.name, VALUE),),
            ((each.directions or "As before" if each.fate is not MedicineFate.STOPPED else "Not to be given", VALUE),),
            ((each.why or ("No change" if each.fate is MedicineFate.SAME else "No reason given"), VALUE),),
            ((date_time(each.next_dose) if each.next_dose else "Not recorded", VALUE),),
        )
        for each in ordered
    ]
    flow.table(("", "Medicine", "Directions now", "What the letter says", "Next dose"), (72, 130, 125, 115, 85), rows)
    flow.y += 4


def _differences(flow: Flow, paper: ChangedPaper) -> None:
    flow.heading("Before and now, field by field", "changes", room=60)
    back = paper.journey.back
    if back is None or back.done_at is None:
        flow.paragraph((NOT_CHECKED, STRONG))
    if paper.changes is None:
        flow.paragraph(("There is no pack of this journey whose fields were kept: nothing can be compared.", STRONG))
        return
    if not paper.changes:
        flow.paragraph(("The record says the same as the pack.", VALUE))
    for key, changes in groupby(paper.changes, key=lambda each: each.key):
        rows = [(_name(each), ((each.before or "Not on the list", VALUE),), _now(each, paper.whys)) for each in changes]
        flow.subheading(FIELD_LABELS[key])
        flow.table(("", "Before", "Now"), (120, 185, 222), rows)


def _name(change: Change) -> tuple[Piece, ...]:
    return ((change.name or change.label, VALUE),)


def _now(change: Change, whys: Mapping[str, str]) -> tuple[Piece, ...]:
    why = whys.get(change.name, "")
    told: tuple[Piece, ...] = ((f"({why})", VALUE),) if why else ()
    return ((change.now or "No longer on the list", STRONG), *told)


def _found(flow: Flow, back: ReturnCheck) -> None:
    flow.heading("What was found on the return", "found", room=60)
    for label, words in found_words(back):
        flow.fact(label, (words, VALUE))
    flow.y += 6


def found_words(back: ReturnCheck) -> tuple[tuple[str, str], ...]:
    """The answers of the checklist but the medicines, in words; what nobody has looked at says so."""
    weight = f"{shown_kg(back.weight_kg)} kg" if back.weight_kg is not None else ""
    skin = {"sound": "Sound", "changed": "Changed", None: _NOT_SAID}[back.skin]
    return (
        ("Discharge letter", _joined(_yes_no(back.letter), back.letter_note)),
        ("Days of medicines", _NOT_SAID if back.supply_days is None else str(back.supply_days)),
        ("Skin", _joined(skin, back.skin_note)),
        ("Weight", weight or (f"Not weighed: {back.weight_not}" if back.weight_not else _NOT_SAID)),
        ("Swallow advice", _text(back.swallow)),
        ("Infection", _text(back.infection)),
        ("Catheter or line", _text(back.lines)),
        ("New equipment", _text(back.equipment)),
        ("Original of the CPR form", "None went along" if back.no_cpr_form else _yes_no(back.cpr_original)),
        ("Follow-up", _follow_up(back)),
        ("Bag cleaned", _yes_no(back.bag_cleaned)),
    )


def _follow_up(back: ReturnCheck) -> str:
    if back.follow_up is None:
        return _NOT_SAID
    told = (f"{each.what}, {short_date(each.on)}" if each.on else each.what for each in back.follow_up)
    return "; ".join(told) or "None"


def _text(value: str | None) -> str:
    return _NOT_SAID if value is None else value or "None"


def _yes_no(value: bool | None) -> str:
    return _NOT_SAID if value is None else "Yes" if value else "No"


def _joined(words: str, note: str) -> str:
    return f"{words}: {note}" if note else words


def _left_out() -> str:
    heads = dict.fromkeys(FIELD_LABELS[key] for key in LEFT_OUT if "." not in key or key.startswith("reason"))
    return ", ".join(label[:1].lower() + label[1:] if label[1:2].islower() else label for label in heads)
