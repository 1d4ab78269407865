"""Hand-overs beside the red-bag pack: the call sheet, the outpatient pack, the summary for a return, and the sheet that
goes with a death.

Each says what the record holds in the pack's own words; what only the moment can say is printed where it was told and
is a line to write on where it was not. Nothing is guessed, and a silence never looks like "none".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from app.domain.dates import date_time, short_date
from app.domain.handovers import TITLES, Handover
from app.domain.transfer import (
    ABOUT_ME_HEADINGS,
    BASELINE_TOPICS,
    SAME_NAME,
    Baseline,
    PackContent,
    Said,
    Silence,
    is_said,
    words,
)
from app.reports import fonts
from app.reports.fonts import Face
from app.reports.key_facts import allergy_pieces, cpr_pieces, medicine_pieces, observation_words
from app.reports.paper import (
    A4,
    LABEL,
    MARGIN,
    NOTE,
    NOTE_STRONG,
    PRACTICE,
    SHADE,
    STRONG,
    VALUE,
    Cells,
    Flow,
    Line,
    Piece,
    Sheet,
    Style,
    draw_foot,
    painted,
    spoken,
    wrap,
)
from app.reports.pdf_tags import Tag
from app.reports.resident_paper import FOOT, Stamp, begun, whole_number

_LINE = 22.0
_CLOSE, _CLOSE_LINE = 11.0, 20.0
_MEDICINE = (187.0, 340.0)  # points; together the width between the margins
_GAP = "\u00a0\u00a0\u00a0"


@dataclass(frozen=True, slots=True)
class Call:
    """A signed SBARD: what was said, by the form's link ids, when, and by whom it was signed."""

    at: datetime
    signed_by: str
    told: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HandoverPaper:
    """What is printed. ``told`` are the answers to the hand-over's questions, empty ones left out; ``call`` is the
    SBARD of the last day; ``last_pack`` names the newest red-bag pack in words; ``died_at`` is what the record says."""

    which: Handover
    stamp: Stamp
    content: PackContent
    told: Mapping[str, str]
    call: Call | None = None
    last_pack: str = ""
    died_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HandoverPdf:
    """The paper: its bytes and how many sides, a cover included."""

    data: bytes
    pages: int


def handover_pdf(paper: HandoverPaper) -> HandoverPdf:
    """The paper as a PDF. The same paper gives the same bytes."""
    flow = _laid(paper, _BUILD[paper.which])
    if paper.which is Handover.CALL and len(flow.sheets) > 1:
        closer = (_laid(paper, partial(_call_closely, lines=lines)) for lines in (2, 1))
        flow = next((each for each in closer if len(each.sheets) == 1), flow)
    pages = len(flow.sheets)
    for number, sheet in enumerate(flow.sheets, 1):
        draw_foot(sheet, _foot(paper.stamp), number, pages, tall=FOOT - 8)
    covers = [_cover(paper, pages)] if paper.which is Handover.OUTPATIENT else []
    data = painted(
        [*covers, *flow.sheets],
        title=TITLES[paper.which],  # the window's title and recent files show it: no name
        author=paper.stamp.home.name,
        subject="Confidential",
        made_at=paper.stamp.made_at,
        outline=[*(("Cover", 0) for _ in covers), *((title, at + len(covers)) for title, at in flow.outline)],
    )
    return HandoverPdf(data, len(covers) + pages)


def _laid(paper: HandoverPaper, build: Callable[[Flow, HandoverPaper], None]) -> Flow:
    flow = begun(paper.stamp, TITLES[paper.which])
    if paper.content.same_name:
        flow.paragraph((SAME_NAME, STRONG))
    build(flow, paper)
    return flow


# --- parts that several have -----------------------------------------------------------------------------------------


def _red(flow: Flow, content: PackContent) -> None:
    """Allergies and CPR, framed, as page 1 of a pack words them."""
    wide = flow.wide / 2
    cells = [
        [wrap(allergy_pieces(content.allergies), wide - 12)],
        [wrap(each, wide - 12) for each in cpr_pieces(content.cpr)],
    ]
    tall = max(sum(len(lines) for lines in cell) for cell in cells) * 16 + 22
    if tall > flow.limit - 60:
        flow.fact("ALLERGIES", *allergy_pieces(content.allergies))
        for each in cpr_pieces(content.cpr):
            flow.fact("RESUSCITATION (CPR)", *each)
        return
    flow.need(tall + 4)
    for n, (title, cell) in enumerate(zip(("ALLERGIES", "RESUSCITATION (CPR)"), cells, strict=True)):
        x = MARGIN + n * wide
        flow.sheet.box(x, flow.y + 2, wide, tall, stroke=2.5)
        flow.sheet.text(x + 6, flow.y + 14, title, NOTE_STRONG)
        y = flow.y + 18
        for lines in cell:
            y = flow.sheet.block(x + 6, y, lines, 16)
    flow.y += tall + 8


def _line(flow: Flow) -> float:
    """The height of a line to write on."""
    return _CLOSE_LINE if isinstance(flow, _Close) else _LINE


def _write(flow: Flow, label: str, told: str, *, lines: int = 2) -> None:
    """What was told, or lines to write on."""
    if told:
        flow.fact(label, (told, VALUE))
        return
    line = _line(flow)
    flow.need(lines * line + 4)
    flow.sheet.block(MARGIN, flow.y + 3, wrap(((label, replace(LABEL, size=10.5)),), 142), 14)
    right = flow.size[0] - MARGIN
    for n in range(lines):
        y = flow.y + (n + 1) * line - 3
        flow.sheet.rule(MARGIN + 150, y, right, y, stroke=0.6)
    flow.y += lines * line + 3


def _blanks(flow: Flow, labels: Sequence[str]) -> None:
    """Short blanks side by side."""
    flow.need(_line(flow) + 2)
    wide = flow.wide / len(labels)
    for n, label in enumerate(labels):
        x = MARGIN + n * wide
        flow.sheet.text(x, flow.y + 15, label, NOTE_STRONG)
        start = x + 6 + fonts.width(label, Face.BOLD, NOTE.size)
        flow.sheet.rule(start, flow.y + 17, x + wide - 8, flow.y + 17, stroke=0.6)
    flow.y += _line(flow) + 2


def _medicines(flow: Flow, content: PackContent, *, table: bool = True) -> None:
    """The list as a table, on one sheet where it fits on one: no medicine is parted from its directions. A call, in
    which it is read out, has it run on."""
    listed = content.medicines
    if isinstance(listed, Silence) or not listed:
        flow.fact("Medicines", spoken(listed, none="No medicines"))
    elif table:
        pieces = medicine_pieces(content, listed)
        rows = [((pieces[n],), ((pieces[n + 1][0].strip(), VALUE),)) for n in range(0, len(pieces), 2)]
        tall = 60.0 + sum(
            max(len(wrap(cell, share - 6)) for cell, share in zip(row, _MEDICINE, strict=True)) * VALUE.leading + 5
            for row in rows
        )
        if tall <= flow.limit - 60:
            flow.need(tall)
        flow.table(("Medicine", "Directions"), _MEDICINE, rows, title=f"Medicines ({len(listed)})")
        flow.y += 4
    else:
        flow.fact(f"Medicines ({len(listed)})", *medicine_pieces(content, listed))
    if not isinstance(content.stopped_medicines, Silence) and content.stopped_medicines:
        flow.fact("Stopped in the last 14 days", (
            "; ".join(f"{each.name} ({words(each.stopped_on)})" for each in content.stopped_medicines), VALUE,
        ))  # fmt: skip


def _diagnoses(flow: Flow, content: PackContent) -> None:
    if isinstance(content.diagnoses, Silence):
        flow.fact("Diagnoses", spoken(content.diagnoses))
        return
    apart = "; " if isinstance(flow, _Close) else "\n"
    flow.fact("Diagnoses", (apart.join(
        f"{each.name} (since {words(each.since)})" if is_said(each.since) else each.name for each in content.diagnoses
    ), VALUE))  # fmt: skip


def _observations(flow: Flow, content: PackContent) -> None:
    flow.fact("Observations now", (observation_words(content.observations), STRONG))
    flow.fact("Usual observations", (observation_words(content.usual_observations), VALUE))


def _people(flow: Flow, content: PackContent) -> None:
    if isinstance(content.contacts, Silence) or not content.contacts:
        flow.fact("Family and friends", spoken(content.contacts))
    else:
        lines = [f"{c.name}{_role(c.role)}: {words(c.phone) if is_said(c.phone) else 'phone not recorded'}"
                 for c in content.contacts]  # fmt: skip
        flow.fact("Family and friends", ("\n".join(lines), VALUE))
    gp = content.gp
    flow.fact("GP practice", spoken(gp.practice, STRONG), ("phone", NOTE), spoken(gp.phone, STRONG), ("code", NOTE),
              spoken(gp.code))  # fmt: skip


def _role(role: Said[str]) -> str:
    return f" ({words(role)})" if is_said(role) else ""


def _facts(flow: Flow, facts: Sequence[tuple[str, object]]) -> None:
    for label, value in facts:
        flow.fact(label, spoken(value))


def _talking(content: PackContent) -> tuple[tuple[str, object], ...]:
    talk = content.communication
    return (
        ("How to communicate", talk.how),
        ("Hearing aid", talk.hearing_aid),
        ("Glasses", talk.glasses),
        ("Language", talk.language),
        ("Interpreter", talk.interpreter),
    )


def _flag(content: PackContent, key: str) -> Piece:
    flag = getattr(content.flags, key)
    text, style = spoken(flag.state)
    return (f"{text}: {flag.note}" if flag.note else text), style


# --- call sheet ------------------------------------------------------------------------------------------------------


def _call(flow: Flow, paper: HandoverPaper, *, lines: int = 2) -> None:
    content, told, call = paper.content, paper.told, paper.call
    said = call.told if call is not None else {}
    home = paper.stamp.home
    flow.fact("This is", (f"{paper.stamp.made_by}, {home.name}", STRONG), (f"{_GAP}phone", NOTE),
              (home.phone or "Not recorded", STRONG))  # fmt: skip
    _write(flow, "Calling", told.get("to") or said.get("recipient", ""), lines=1)
    if call is not None:
        flow.paragraph((f"SBARD signed {date_time(call.at)} by {call.signed_by} is used here.", NOTE))
    _red(flow, content)
    flow.heading("S  Situation", "s", room=60)
    _write(flow, "What is happening", told.get("situation") or said.get("situation", ""), lines=lines)
    if said.get("started"):
        flow.fact("Since when", (said["started"], VALUE))
    _observations(flow, content)
    if not is_said(content.observations):
        _blanks(flow, ("Breathing", "SpO₂ %", "Air or O₂", "BP"))
        _blanks(flow, ("Pulse", "A C V P U", "Temp °C", "NEWS2", "Time"))
    flow.fact("New confusion?", spoken(content.new_confusion))
    flow.heading("B  Background", "b", room=60)
    if said.get("background"):
        flow.fact("Background as signed", (said["background"], VALUE))
    _diagnoses(flow, content)
    _medicines(flow, content, table=False)
    flow.fact("Treatment limits", spoken(content.legal.treatment_limits))
    flow.fact("Preferred place of care", spoken(content.legal.preferred_place))
    flow.heading("A  Assessment", "a", room=50)
    _write(flow, "What we think is wrong", told.get("assessment") or said.get("assessment", ""), lines=lines)
    flow.heading("R  Request", "r", room=50)
    _write(flow, "What we ask for", told.get("request") or said.get("request", ""), lines=lines)
    if said.get("requested_by"):
        flow.fact("Needed by", (said["requested_by"], VALUE))
    flow.heading("D  Decision", "d", room=130)
    _write(flow, "What was decided", said.get("decision", ""), lines=lines)
    _write(flow, "By whom", said.get("decided_by", ""), lines=1)
    _write(flow, "If it gets worse", said.get("safety_net", ""), lines=lines)
    _blanks(flow, ("Called at", "Read back?", "Signed"))
    flow.paragraph(("Enter the call in the record as an SBARD afterwards: what is written here is not in it.", NOTE))


class _Close(Flow):
    """A flow whose headings and lines stand closer, and whose facts are set smaller: for a paper that then has one
    side to hold in a hand, and not two."""

    def heading(self, title: str, anchor: str, *, room: float = 90.0, fresh: bool = False) -> None:
        """A section's name on a bar of its own, without white above it."""
        del room, fresh
        self.need(20)
        self.sheet.box(MARGIN, self.y + 1, self.wide, 15, stroke=0, fill=SHADE)
        self.y = self.sheet.block(MARGIN + 3, self.y + 2, wrap(((title, STRONG),), self.wide), 14.4, tag=Tag("H1")) + 1
        self.places[anchor] = len(self.sheets) - 1
        self.outline.append((title, len(self.sheets) - 1))

    def fact(self, label: str, *pieces: Piece, anchor: str = "", label_width: float = 110.0) -> None:
        """A label and its value, a point smaller, as page 1 of a pack may be."""
        small = ((text, replace(style, size=_CLOSE) if style.size > _CLOSE else style) for text, style in pieces)
        super().fact(label, *small, anchor=anchor, label_width=label_width)


def _call_closely(flow: Flow, paper: HandoverPaper, *, lines: int) -> None:
    """The call sheet closer together, with so many lines to write on."""
    close = _Close(bottom=flow.bottom, sheets=flow.sheets, places=flow.places, outline=flow.outline, y=flow.y)
    _call(close, paper, lines=lines)


# --- outpatient visit ------------------------------------------------------------------------------------------------


def _cover(paper: HandoverPaper, pages: int) -> Sheet:
    """It is read in a waiting room: home and phone, and nothing about the resident."""
    sheet, middle, home = Sheet(), A4[0] / 2, paper.stamp.home
    sheet.box(MARGIN, 60, sheet.width, 150, stroke=4)
    sheet.text(middle, 125, "CONFIDENTIAL", Style(Face.BOLD, 44), align="centre")
    sheet.text(middle, 175, "Papers for an outpatient visit", Style(Face.BOLD, 26), align="centre")
    if home.practice:
        sheet.text(middle, 232, PRACTICE, Style(Face.BOLD, 16), align="centre")
    y = 270.0
    sheet.text(middle, y, "Hand to the clinic, and bring back", Style(Face.BOLD, 26), align="centre")
    y += 50
    for label, value in (
        ("Care home", home.name),
        ("Phone, 24 hours", home.phone or "Not recorded"),
        ("Papers", f"This cover and {pages} numbered pages"),
    ):
        lines = wrap(((value, Style(Face.BOLD, 24)),), sheet.width - 150)[:4]
        sheet.block(MARGIN, y, wrap(((label, Style(Face.REGULAR, 16)),), 145), 30)
        y = sheet.block(MARGIN + 150, y, lines, 30) + 22
        sheet.rule(MARGIN, y - 10, MARGIN + sheet.width, y - 10, stroke=1)
    sheet.block(MARGIN, y + 12, wrap((("Keep this sheet on top.", VALUE),), 500), 18)
    return sheet


def _outpatient(flow: Flow, paper: HandoverPaper) -> None:
    content, told = paper.content, paper.told
    _write(flow, "Clinic and hospital", told.get("clinic", ""), lines=1)
    _write(flow, "Date and time", told.get("when", ""), lines=1)
    _write(flow, "Why", told.get("why", ""))
    _write(flow, "Questions for the clinic", told.get("ask", ""))
    escort = told.get("escort", "")
    _write(flow, "Goes with the resident", escort, lines=1)
    _write(flow, "Transport there and back", told.get("transport", ""), lines=1)
    _red(flow, content)
    flow.heading("What the clinic must know", "facts", room=60)
    _facts(flow, _talking(content))
    flow.fact("Memory and thinking", spoken(content.usual_cognition))
    flow.fact("Mobility", spoken(content.mobility.usual))
    flow.fact("Falls risk", spoken(content.mobility.falls_risk))
    flow.fact("Food and fluid texture", spoken(content.diet_texture))
    _diagnoses(flow, content)
    _medicines(flow, content)
    _observations(flow, content)
    _facts(flow, (
        ("Capacity", content.legal.capacity),
        ("LPA health and welfare", content.legal.lpa_health),
        ("Treatment limits", content.legal.treatment_limits),
        ("Advance decision (ADRT)", content.legal.adrt),
    ))  # fmt: skip
    _people(flow, content)
    flow.section = ""
    flow.heading("The clinic's answer: please write here and send it back", "answer", fresh=True)
    for label, lines in (("What was found", 3), ("What was decided", 3), ("Medicines started, stopped, changed", 4),
                         ("What the home is to do", 4), ("What to look for, whom to ring", 2),
                         ("Next visit", 1)):  # fmt: skip
        _write(flow, label, "", lines=lines)
    _blanks(flow, ("Name", "Role"))
    _blanks(flow, ("Signed", "Date, time", "Phone"))
    flow.section = ""
    flow.heading("About me", "about_me", fresh=True)
    for key, title in ABOUT_ME_HEADINGS.items():
        value = getattr(content.about_me, key)
        if is_said(value):
            flow.subheading(title)
            flow.paragraph(spoken(value, Style(Face.REGULAR, 14)))
        else:
            flow.fact(title, spoken(value))


# --- a return --------------------------------------------------------------------------------------------------------


def _assessor(flow: Flow, paper: HandoverPaper) -> None:
    content, told, home = paper.content, paper.told, paper.stamp.home
    ring = f"Ring the home before anything is arranged: {home.name}, {home.phone or 'phone not recorded'}."
    flow.paragraph((f"To be filled in on the ward with the resident. {ring}", VALUE))
    _write(flow, "Hospital and ward", told.get("ward", ""), lines=1)
    _red(flow, content)
    flow.heading("What the home can offer", "offer", room=60)
    beds = f", {home.beds} beds" if home.beds else ""
    flow.fact("Kind of home", (f"{home.kind.capitalize()}{beds}", VALUE))
    _write(flow, "Can offer", told.get("offer", ""))
    _write(flow, "Cannot offer", told.get("not_offer", ""))
    _write(flow, "Needed before the return", told.get("before", ""))
    flow.fact("Coming back to this home", spoken(content.can_return))
    flow.fact("Who pays for the care", spoken(content.funding))
    flow.section = ""
    flow.heading("Usual, and now on the ward", "needs", room=120)
    pack = paper.last_pack or "no red-bag pack is in the record"
    flow.paragraph((f"Usual is as the home's record has it at {date_time(paper.stamp.made_at)}; {pack}.", NOTE))
    held = {each.topic: each for each in content.baseline}
    rows = [held.pop(topic, Baseline(topic)) for topic in BASELINE_TOPICS] + list(held.values())
    usual: list[tuple[str, object]] = [(each.topic, each.well) for each in rows]
    usual += [
        ("Food and fluid texture", content.diet_texture),
        ("Memory and thinking", content.usual_cognition),
        ("Falls risk, bed rails", _two(content.mobility.falls_risk, content.mobility.bed_rails)),
        ("Capacity, DoLS", _two(content.legal.capacity, content.legal.dols)),
    ]
    table: list[Cells] = [(((topic, NOTE_STRONG),), (spoken(value),), ()) for topic, value in usual]
    table += [(((label, NOTE_STRONG),), (_flag(content, key),), ()) for label, key in
              (("Catheter", "catheter"), ("Home oxygen", "oxygen"), ("Infection", "infection"),
               ("Pressure ulcer", "pressure_ulcer"))]  # fmt: skip
    flow.table(("Need", "Usually, at home", "Now, on the ward (assessor)"), (110, 200, 217), table, least=34)
    flow.y += 6
    flow.section = ""
    flow.heading("Wounds, devices, medicines as the home knows them", "more", room=80)
    wounds = content.wounds
    if isinstance(wounds, Silence):
        flow.fact("Wounds", spoken(wounds, none="No wounds"))
    else:
        flow.fact("Wounds", ("\n".join(
            ", ".join((w.site, *(words(v) for v in (w.kind, w.category, w.size, w.dressing) if is_said(v))))
            for w in wounds
        ), VALUE))  # fmt: skip
    flow.fact("Devices", spoken(content.devices))
    _diagnoses(flow, content)
    _medicines(flow, content)
    _people(flow, content)
    flow.section = ""
    flow.heading("On the ward: to be agreed", "agreed", room=390)  # whole: nobody signs an empty sheet
    for label, lines in (("Medicines started, stopped, changed", 3), ("New equipment, who brings it", 2),
                         ("Infection, tests outstanding", 2), ("Care needs that are new", 3),
                         ("Follow-up", 2)):  # fmt: skip
        _write(flow, label, "", lines=lines)
    flow.y += 4
    y = flow.y
    flow.need(20)
    flow.sheet.text(MARGIN, flow.y + 12, "Can the home meet the needs?", NOTE_STRONG)
    for n, word in enumerate(("Yes", "No", "With changes")):
        flow.sheet.box(MARGIN + 170 + n * 90, flow.y + 3, 11, 11, stroke=1)
        flow.sheet.text(MARGIN + 186 + n * 90, flow.y + 13, word)
    flow.y = max(y, flow.y) + 24
    _blanks(flow, ("Assessor", "Role", "Phone"))
    _blanks(flow, ("Signed", "Date, time"))
    _blanks(flow, ("Agreed by the home", "Date, time"))


def _two(first: Said[str], second: Said[str]) -> str:
    return f"{words(first)}; {words(second).lower() if isinstance(second, Silence) else words(second)}"


# --- death -----------------------------------------------------------------------------------------------------------


def _death(flow: Flow, paper: HandoverPaper) -> None:
    content, told, home = paper.content, paper.told, paper.stamp.home
    flow.fact("Date and time of death", (
        f"{date_time(paper.died_at)}, as recorded" if paper.died_at else "Not in the record", STRONG,
    ))  # fmt: skip
    _write(flow, "As verified", told.get("when", ""), lines=1)
    _write(flow, "Where", told.get("where", ""), lines=1)
    _write(flow, "Was it expected?", told.get("expected", ""), lines=1)
    _write(flow, "Verified by, when", told.get("verified", ""), lines=1)
    _write(flow, "Last seen by a doctor", told.get("gp_seen", ""), lines=1)
    flow.heading("For those who care for the body", "care", room=80)
    flow.fact("Pacemaker or ICD", _flag(content, "pacemaker"))
    flow.fact("Infection", _flag(content, "infection"))
    flow.fact("MRSA", spoken(content.detail.mrsa), (f"{_GAP}C. difficile", NOTE_STRONG), spoken(content.detail.c_diff))
    flow.fact("Devices", spoken(content.devices))
    flow.fact("Faith and last rites", spoken(content.legal.faith))
    flow.fact("Organ donation", spoken(content.legal.organ_donation))
    flow.heading("For the doctor, registrar or coroner", "doctor", room=80)
    flow.fact("Lived at", (", ".join(part for part in (home.name, *home.address, home.postcode) if part), VALUE))
    _diagnoses(flow, content)
    for each in cpr_pieces(content.cpr):
        flow.fact("CPR decision", *each)
    flow.fact("DoLS", spoken(content.legal.dols))
    flow.fact("Fall behind it", spoken(content.detail.fall if isinstance(content.detail.fall, Silence) else "See the "
              "record of falls", none="No fall recorded in the last 72 hours"))  # fmt: skip
    _people(flow, content)
    flow.section = ""
    flow.heading("Who is told", "told", room=330)
    main = content.main_contact
    kin = "Next of kin" if isinstance(main, Silence) else f"Next of kin: {main.name}{_role(main.role)}"
    kin_phone = "" if isinstance(main, Silence) or not is_said(main.phone) else words(main.phone)
    gp = f"GP: {words(content.gp.practice)}" if is_said(content.gp.practice) else "GP"
    gp_phone = words(content.gp.phone) if is_said(content.gp.phone) else ""
    listed = (
        (kin, kin_phone),
        (gp, gp_phone),
        ("Coroner, when the doctor or the police say so", ""),
        ("Registrar, by the family", ""),
        ("CQC: notification of a death, without delay", ""),
        (f"Commissioner: {home.ccg_name}", ""),
        ("Who pays for the care, and the social worker", ""),
        ("Funeral director", ""),
        ("Pharmacy, for the medicines", ""),
        ("Hospital or community teams with visits booked", ""),
    )
    flow.table(
        ("Who", "Number", "Told by", "Date and time"),
        (217, 100, 110, 100),
        [(((who, NOTE_STRONG),), ((number, NOTE),), (), ()) for who, number in listed],
        least=26,
    )
    flow.y += 6
    flow.section = ""
    flow.heading("Belongings and red bag", "belongings", room=90)
    _write(flow, "Where they are", told.get("belongings", ""), lines=3)
    _write(flow, "Given to (name, signature)", "", lines=2)
    _write(flow, "Medicines kept until", "", lines=1)
    _blanks(flow, ("Completed by", "Role"))
    _blanks(flow, ("Signed", "Date, time"))


_BUILD = {
    Handover.CALL: _call,
    Handover.OUTPATIENT: _outpatient,
    Handover.ASSESSOR: _assessor,
    Handover.DEATH: _death,
}


def _foot(stamp: Stamp) -> Sequence[Line]:
    d = stamp.details
    mark = f"{PRACTICE} · " if stamp.home.practice else ""
    text = (
        f"{mark}{d.banner_name} · Born {short_date(d.date_of_birth)} · NHS\u00a0No.\u00a0{whole_number(d)} · "
        f"{stamp.home.name} · Printed {date_time(stamp.made_at)} by {stamp.made_by} · Audit trail {stamp.anchor}"
    )
    return wrap(((text, NOTE),), A4[0] - 2 * MARGIN - 90)[:3]
