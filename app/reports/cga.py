"""A comprehensive geriatric assessment on paper: the gaps and concerns first, then every domain with its source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.dates import long_date
from app.domain.instruments.cga import CONCERN, COVERED, GAP
from app.reports.paper import NOTE, NOTE_STRONG, STRONG, VALUE, Flow, Piece
from app.reports.resident_paper import Stamp, begun, finished

_TITLE = "Comprehensive geriatric assessment"
_STATES = {COVERED: "Covered", CONCERN: "Concern", GAP: "Gap"}
_OPEN = "No state yet"


@dataclass(frozen=True, slots=True)
class PaperDomain:
    """A domain: its name, its state (empty while it has none), and where that comes from or why there is a gap."""

    label: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class CgaPaper:
    """What is printed of a signed assessment."""

    stamp: Stamp
    on: date
    signed_by: str
    next_due: date | None
    domains: Sequence[PaperDomain]
    present: str
    goal: str
    note: str
    attribution: str


def cga_pdf(paper: CgaPaper) -> bytes:
    """The paper as a PDF. The same paper gives the same bytes."""
    flow = begun(paper.stamp, _TITLE)
    flow.paragraph((f"{long_date(paper.on)}, signed by {paper.signed_by}.", VALUE))
    due = long_date(paper.next_due) if paper.next_due else "when it is complete"
    flow.paragraph((f"Next due {due}, and after a stay in hospital or another great change.", VALUE))
    _gaps(flow, paper)
    if paper.goal:
        flow.fact("What matters most", (paper.goal, STRONG))
    if paper.present:
        flow.fact("Who took part", (paper.present, VALUE))
    _concerns(flow, paper)
    flow.heading("Every domain", "domains", room=90)
    rows = [
        (((each.label, NOTE_STRONG),), (_state(each),), ((each.reason or "Nothing written", NOTE),))
        for each in paper.domains
    ]
    flow.table(("Domain", "State", "Where it comes from, or why"), (150, 70, 307), rows)
    if paper.note:
        flow.y += 4
        flow.paragraph(("Notes:", NOTE_STRONG), (paper.note, NOTE))
    flow.y += 4
    flow.paragraph(
        ("A result that is overdue or not finished is no evidence and counts as a gap. " + paper.attribution, NOTE)
    )
    return finished(flow, paper.stamp, _TITLE)


def _state(each: PaperDomain) -> Piece:
    return _STATES.get(each.state, _OPEN), NOTE if each.state == COVERED else NOTE_STRONG


def _gaps(flow: Flow, paper: CgaPaper) -> None:
    """Named on page 1, however many there are: names first, the reasons stand in the table."""
    gaps = [each for each in paper.domains if each.state == GAP]
    missing = [each for each in paper.domains if each.state not in _STATES]
    flow.heading("Gaps", "gaps", room=30)
    if not gaps and not missing:
        flow.paragraph(("None: every domain has been looked at.", VALUE))
    if gaps:
        count = "1 domain is a gap" if len(gaps) == 1 else f"{len(gaps)} domains are gaps"
        flow.paragraph((f"{count}:", STRONG), ("; ".join(each.label for each in gaps) + ".", VALUE))
    if missing:
        flow.paragraph((f"{_OPEN}:", STRONG), ("; ".join(each.label for each in missing) + ".", VALUE))
    flow.y += 4


def _concerns(flow: Flow, paper: CgaPaper) -> None:
    concerns = [each for each in paper.domains if each.state == CONCERN]
    if not concerns:
        return
    flow.heading("Concerns: each needs an action in the care plan", "concerns", room=40)
    for each in concerns:
        flow.fact(each.label, (each.reason or "Not said what it is", VALUE))
    flow.y += 4
