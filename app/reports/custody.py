"""The custody record of a journey on paper: each step, who signed it, whether the bag was there, and the bag's list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.dates import date_time
from app.domain.journeys import (
    CHECK_POINTS,
    KIND_LABELS,
    LOSS_OUTCOMES,
    STAGE_LABELS,
    STEP_LABELS,
    Item,
    Journey,
    Step,
    bag_words,
    step_words,
)
from app.reports.paper import NOTE, NOTE_STRONG, STRONG, VALUE, Cells, Flow
from app.reports.resident_paper import Stamp, begun, finished

_TITLE = "Red bag: who had it, and what was in it"


@dataclass(frozen=True, slots=True)
class CustodyPaper:
    """What is printed: the journey, where its bag is now in words, the versions of its packs, and what still waits."""

    stamp: Stamp
    journey: Journey
    bag: str
    packs: Sequence[int]
    waiting: Sequence[str]


def custody_pdf(paper: CustodyPaper) -> bytes:
    """The record as a PDF. The same paper gives the same bytes."""
    flow = begun(paper.stamp, _TITLE)
    journey = paper.journey
    flow.fact("Journey", (f"{KIND_LABELS[journey.kind]}. {STAGE_LABELS[journey.stage]}", STRONG))
    flow.fact("Begun", (date_time(journey.started_at), VALUE))
    flow.fact("Why", (journey.why or "Not recorded", VALUE))
    flow.fact("To", (journey.destination or "Not recorded", VALUE))
    flow.fact("Red bag", (paper.bag or "No bag was named", VALUE))
    versions = ", ".join(str(each) for each in sorted(paper.packs))
    flow.fact("Packs printed", (f"Version {versions}" if versions else "None", VALUE))
    _steps(flow, journey)
    _items(flow, journey)
    _losses(flow, journey)
    flow.heading("Still to do", "waiting", room=40)
    for words in paper.waiting:
        flow.paragraph((f"•  {words}", VALUE), indent=8)
    if not paper.waiting:
        flow.paragraph(("Nothing waits for this journey.", VALUE))
    return finished(flow, paper.stamp, _TITLE)


def _steps(flow: Flow, journey: Journey) -> None:
    flow.heading("Steps so far", "steps", room=120)
    rows = [_step(step) for step in journey.steps]
    missing = [STEP_LABELS[kind] for kind in CHECK_POINTS if journey.step(kind) is None]
    if rows:
        flow.table(("When", "What", "Name and role", "Place", "Bag", "More"), (98, 96, 110, 90, 60, 84), rows)
    else:
        flow.paragraph(("No step is recorded yet.", STRONG))
    if missing:
        flow.y += 4
        flow.paragraph((f"Check points not recorded: {', '.join(missing).lower()}.", STRONG))


def _step(step: Step) -> Cells:
    who = ", ".join(part for part in (step.name, step.role) if part) or "Not recorded"
    return (
        ((date_time(step.at), NOTE),),
        ((STEP_LABELS[step.kind], NOTE_STRONG),),
        ((who, NOTE),),
        ((step.place, NOTE),),
        ((bag_words(step), NOTE),),
        ((step_words(step), NOTE),),
    )


def _items(flow: Flow, journey: Journey) -> None:
    flow.heading("In the bag", "items", room=90)
    if not journey.items:
        flow.paragraph(("No list was recorded.", STRONG))
        return
    flow.table(
        ("What", "Out", "Note", "Back", "Note"), (150, 36, 140, 84, 120), [_item(each) for each in journey.items]
    )


def _item(item: Item) -> Cells:
    if item.back is None:
        back = "Not looked yet"
    else:
        back = f"{item.back}, {item.missing} missing" if item.missing else str(item.back)
    return (
        ((item.name, NOTE_STRONG),),
        ((str(item.out), NOTE),),
        ((item.out_note, NOTE),),
        ((back, NOTE_STRONG if item.missing else NOTE),),
        ((item.back_note, NOTE),),
    )


def _losses(flow: Flow, journey: Journey) -> None:
    flow.heading("Losses", "losses", room=60)
    if not journey.losses:
        flow.paragraph(("No loss is recorded.", VALUE))
    for loss in journey.losses:
        ended = LOSS_OUTCOMES.get(loss.outcome, "still looked for")
        told = f"Told: {loss.told}" if loss.told else "Nobody has been told yet"
        note = f" {loss.note}." if loss.note else ""
        words = f"Noticed {date_time(loss.noticed_at)}. {told}. {ended[:1].upper()}{ended[1:]}.{note}"
        flow.fact(f"{loss.quantity} × {loss.item}", (words, STRONG if loss.open else VALUE))
