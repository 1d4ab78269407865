"""The red-bag transfer pack: one resident's content and one stamp in, PDF bytes out, made in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from reportlab.pdfgen.canvas import Canvas

from app.domain.dates import short_date
from app.domain.transfer import (
    ABOUT_ME_HEADINGS,
    BASELINE_TOPICS,
    CONSCIOUSNESS,
    Baseline,
    Contact,
    CprDecision,
    Fall,
    Medicine,
    Observations,
    PackContent,
    PackStamp,
    Silence,
    Wound,
    is_said,
    missing,
    words,
)
from app.reports.fonts import Face
from app.reports.pack_forms import checklist, discharge
from app.reports.pack_front import FrontPage, cover, footer
from app.reports.paper import (
    INK,
    MARGIN,
    NOTE,
    NOTE_STRONG,
    STRONG,
    VALUE,
    Cells,
    Flow,
    Piece,
    Style,
    painted,
    spoken,
    wrap,
)


@dataclass(frozen=True, slots=True)
class PackPdf:
    """A printed pack. ``pages`` counts every side in the file, the cover included, so the last numbered page is
    ``pages - 1``; ``missing`` names the fields printed as "not recorded", the most important first.

    ``page_digests`` has one hash for each page of the file, of what it says without its foot (name, version, "page x of
    y", times, anchor), the version above page 1 and the QR code: a page of the same digest need not be printed again.
    """

    data: bytes
    pages: int
    sha256: str
    missing: tuple[str, ...]
    page_digests: tuple[str, ...] = ()


def pack_pdf(content: PackContent, stamp: PackStamp) -> PackPdf:
    """Lay out and print the pack. The same content and stamp give the same bytes.

    The order is the cover, the 60-second page, what the record holds, the checklist, the discharge list.
    """
    foot = footer(content, stamp)
    front = FrontPage(content, stamp, foot)
    flow = Flow(bottom=foot.tall + 4)
    flow.new_sheet()
    _in_full(flow, front)
    for section in (_situation, _baseline, _problems, _medicines, _skin, _legal, _about_me, _contacts):
        section(flow, content)
    checklist(flow, content, stamp)
    discharge(flow, stamp)

    pages_of = {anchor: index + 2 for anchor, index in flow.places.items()}
    first = front.sheet(pages_of, _contents_line(pages_of))
    numbered = [first, *flow.sheets]
    sheets = [cover(stamp, content.reason.bag, len(numbered)), *numbered]
    digests = tuple(sheet.digest() for sheet in sheets)
    for page, sheet in enumerate(numbered, 1):
        foot.draw(sheet, page, len(numbered))
    outline = [("Cover", 0), ("60-second page", 1), *((title, index + 2) for title, index in flow.outline)]
    data = painted(
        sheets,
        title="Hospital transfer pack",
        author=stamp.home_name,
        subject=f"Pack {stamp.pack_id} version {stamp.version}",
        made_at=stamp.printed_at,
        outline=outline,
    )
    return PackPdf(data, len(sheets), hashlib.sha256(data).hexdigest(), missing(content), digests)


_CONTENTS = (
    ("Situation", "situation_detail"), ("Baseline", "baseline"), ("Problems", "problems"), ("Medicines", "medicines"),
    ("Skin", "skin"), ("Legal", "legal"), ("About me", "about_me"), ("Contacts", "contacts"),
    ("Bag list", "checklist"),
)  # fmt: skip


def _contents_line(pages_of: dict[str, int]) -> str:
    return " · ".join(f"{name} {pages_of[anchor]}" for name, anchor in _CONTENTS)


def _in_full(flow: Flow, front: FrontPage) -> None:
    if not front.cuts:
        return
    flow.heading("Continued from page 1, in full", "in_full")
    done: set[tuple[str, tuple[Piece, ...]]] = set()
    for key, title, pieces in front.cuts:
        if (key, pieces) not in done:
            done.add((key, pieces))
            shown = [piece for piece in pieces if piece[0] != title and piece[0] not in {"S", "B", "A", "R"}]
            flow.fact(title, *shown, anchor=key if key not in flow.places else "")


# --- page 2: situation -----------------------------------------------------------------------------------------------


def _situation(flow: Flow, content: PackContent) -> None:
    detail = content.detail
    flow.heading("Situation in detail", "situation_detail")
    _observation_facts(flow, "Observations now", content.observations)
    _observation_facts(flow, "Usual observations", content.usual_observations)
    if not isinstance(detail.timeline, Silence) and detail.timeline:
        flow.subheading("Last 72 hours")
        flow.table(
            ("When", "What happened"),
            (110, 417),
            [((_cell(each.at)), ((each.what, VALUE),)) for each in detail.timeline],
        )
        flow.y += 6
    else:
        flow.fact("Last 72 hours", spoken(detail.timeline))
    _fall(flow, detail.fall)
    flow.grid([
        ("Fluid intake", spoken(detail.fluid_intake)),
        ("Pain", spoken(detail.pain)),
        ("Last bowel movement", spoken(detail.last_bowel)),
        ("Last urine", spoken(detail.last_urine)),
        ("MRSA", spoken(detail.mrsa)),
        ("C. difficile", spoken(detail.c_diff)),
        ("Diarrhoea or vomiting", spoken(detail.diarrhoea_vomiting)),
        ("Flu or outbreak in the home", spoken(detail.outbreak_in_home)),
    ])  # fmt: skip
    _list_fact(flow, "Recent GP, 111, 999 contacts", detail.recent_contacts)
    _list_fact(flow, "Recent blood or urine results", detail.recent_results)


def _observation_facts(flow: Flow, label: str, taken: object) -> None:
    if not isinstance(taken, Observations):
        flow.fact(label, spoken(taken))
        return
    level = words(taken.consciousness)
    said = [f"taken {words(taken.measured_at)} by {words(taken.measured_by)}"]
    if is_said(taken.consciousness):
        said.append(f"consciousness {level}: {CONSCIOUSNESS.get(level, level)}")
    if taken.oxygen_note:
        said.append(f"oxygen: {taken.oxygen_note}")
    if is_said(taken.spo2_scale):
        said.append(f"NEWS2 oxygen scale {words(taken.spo2_scale)}")
    if taken.total is not None:
        said.append(f"NEWS2 {taken.total}, {words(taken.band)}")
    if taken.status:
        said.append(taken.status)
    flow.fact(label, ("; ".join(said), VALUE))


def _fall(flow: Flow, fall: object) -> None:
    if not isinstance(fall, Fall):
        flow.fact("Fall behind this transfer", spoken(fall, none="No fall"))
        return
    lie = f"{fall.lie_minutes} minutes" if is_said(fall.lie_minutes) else words(fall.lie_minutes)
    text = (
        f"Found {words(fall.found_at)}; time on the floor: {lie}; head injury: {words(fall.head_injury)}; "
        f"anticoagulant: {words(fall.anticoagulated)}"
    )
    flow.fact("Fall behind this transfer", (f"{text}. {fall.note}".strip(), VALUE))


# --- pages 3 and 4: baseline, problems -------------------------------------------------------------------------------


def _baseline(flow: Flow, content: PackContent) -> None:
    held = {each.topic: each for each in content.baseline}
    flow.heading("Baseline: when well, and now", "baseline")
    rows = [held.pop(topic, Baseline(topic)) for topic in BASELINE_TOPICS] + list(held.values())
    flow.table(
        ("Need", "When well", "Now"),
        (127, 200, 200),
        [(((each.topic, STRONG),), (spoken(each.well),), (spoken(each.now),)) for each in rows],
    )


def _problems(flow: Flow, content: PackContent) -> None:
    flow.heading("Problems and risk", "problems")
    if not isinstance(content.alerts, Silence):
        for alert in content.alerts:
            flow.fact("Alert", (alert, STRONG))
    else:
        flow.fact("Alerts", spoken(content.alerts))
    if isinstance(content.diagnoses, Silence) or not content.diagnoses:
        flow.fact("Diagnoses", spoken(content.diagnoses))
    else:
        flow.subheading("Diagnoses")
        flow.table(
            ("Diagnosis", "Since", "Code"),
            (317, 105, 105),
            [(((e.name, VALUE),), _cell(e.since), ((e.code or "No code", NOTE),)) for e in content.diagnoses],
        )
        flow.y += 4
    _list_fact(flow, "Operations", content.operations)
    _list_fact(flow, "Devices", content.devices)
    flow.fact("Frailty score", spoken(content.frailty))
    if isinstance(content.assessments, Silence) or not content.assessments:
        flow.fact("Assessments", spoken(content.assessments))
        return
    flow.subheading("Assessments")
    flow.table(
        ("Instrument", "Date", "Score", "Result", "Trend", "Assessor"),
        (130, 74, 52, 105, 66, 100),
        [
            (
                ((e.instrument, NOTE_STRONG),),
                ((short_date(e.on), NOTE),),
                _cell(e.score),
                _cell(e.band, strong=True),
                _cell(e.trend),
                _cell(e.assessor),
            )
            for e in content.assessments
        ],
    )


# --- pages 5 and 6: medicines, skin ----------------------------------------------------------------------------------


def _medicines(flow: Flow, content: PackContent) -> None:
    flow.heading("Medicines", "medicines", room=130)
    sheets = spoken(content.mar_sheets)
    if is_said(content.mar_sheets):
        sheets = (f"{words(content.mar_sheets)} sheets", VALUE)
    flow.grid([
        ("MAR copy enclosed", sheets),
        ("Covert or crushed", spoken(content.covert_or_crushed)),
    ])  # fmt: skip
    if isinstance(content.medicines, Silence) or not content.medicines:
        flow.fact("Current medicines", spoken(content.medicines, none="No medicines"))
    else:
        flow.y += 4
        flow.table(
            ("Medicine and dose", "Route, how often", "For", "Last given", "Next due", "Stock sent"),
            (150, 112, 75, 66, 66, 58),
            [_medicine_row(each) for each in content.medicines],
        )
        flow.y += 4
    told = content.reason.last_doses
    if told:
        lines = "\n".join(f"{dose.medicine}: {words(dose.given_at)}" for dose in told)
        flow.fact("Last doses as told at transfer", (lines, VALUE))
    stopped = content.stopped_medicines
    if isinstance(stopped, Silence):
        flow.fact("Stopped in the last 14 days", spoken(stopped))
    else:
        lines = "\n".join(f"{each.name}, stopped {words(each.stopped_on)}, why: {words(each.why)}" for each in stopped)
        flow.fact("Stopped in the last 14 days", spoken(lines))


def _medicine_row(each: Medicine) -> Cells:
    name: list[Piece] = [(each.name, STRONG), ("dose", NOTE), _note(each.dose)]
    if each.patch_site:
        name.append((f"patch on {each.patch_site}", NOTE))
    if each.as_needed:
        name.append(("AS NEEDED", NOTE_STRONG))
    how = [("route", NOTE), _note(each.route), ("·", NOTE), _note(each.frequency)]
    return (name, how, *(_cell(value) for value in (each.indication, each.last_given, each.next_due, each.stock_sent)))


def _skin(flow: Flow, content: PackContent) -> None:
    flow.heading("Skin and wounds", "skin", room=260)
    flow.fact("Skin", spoken(content.skin))
    wounds: Sequence[Wound] = ()
    if isinstance(content.wounds, Silence) or not content.wounds:
        flow.fact("Wounds", spoken(content.wounds, none="No wounds"))
    else:
        wounds = content.wounds
        flow.table(
            ("No.", "Site", "Type and category", "Size", "Dressing, last change", "Photo", "Safeguarding raised?"),
            (26, 78, 104, 56, 102, 72, 89),
            [
                (
                    ((str(n), NOTE_STRONG),),
                    ((each.site, NOTE_STRONG),),
                    (_note(each.kind), (f"category {words(each.category).lower()}", NOTE)),
                    _cell(each.size),
                    (_note(each.dressing), (f"changed {words(each.last_change).lower()}", NOTE))
                    if not is_said(each.last_change)
                    else (_note(each.dressing), (f"changed {words(each.last_change)}", NOTE)),
                    _cell(each.photo_on),
                    _cell(each.safeguarding),
                )
                for n, each in enumerate(wounds, 1)
            ],
        )
    _body_map(flow, wounds)


# Half an outline, front or back, in per cent of the figure: across from the middle, down from the top.
_OUTLINE = (
    (0, 0), (5, 1), (7.5, 5), (7, 10), (4, 13.5), (4.5, 16), (13, 18.5), (17, 22), (18.5, 30), (21, 39), (24, 48),
    (26, 52), (24.5, 55), (21.5, 53), (19.5, 47), (16, 39), (13.5, 31), (12.5, 38), (13.5, 45), (15, 52), (14, 64),
    (12, 74), (11.5, 84), (9.5, 93), (12, 98), (5, 99), (4.5, 93), (4.5, 84), (4, 73), (2.5, 62), (0, 54),
)  # fmt: skip
_MAP_WIDE, _MAP_TALL = 150.0, 225.0


def _body_map(flow: Flow, wounds: Sequence[Wound]) -> None:
    flow.need(_MAP_TALL + 30)
    flow.y += 6
    top = flow.y
    sheet = flow.sheet
    unplaced = [str(n) for n, each in enumerate(wounds, 1) if each.place is None]
    for title, back, centre in (("Front", False, MARGIN + 110), ("Back", True, MARGIN + 310)):
        sheet.text(centre, top + 10, title, STRONG, align="centre")
        sheet.text(centre - 75, top + 22, "Left" if back else "Right", NOTE, align="centre")
        sheet.text(centre + 75, top + 22, "Right" if back else "Left", NOTE, align="centre")
        sheet.drawing(partial(_figure, centre=centre, top=top + 16))
        for n, each in enumerate(wounds, 1):
            if each.place is not None and each.place.back == back:
                x = centre + (each.place.across - 50) / 100 * _MAP_WIDE
                y = top + 16 + each.place.down / 100 * _MAP_TALL
                sheet.drawing(partial(_spot, x=x, y=y), f"spot at {x:.0f}, {y:.0f}")
                sheet.text(x, y + 3.6, str(n), Style(Face.BOLD, 10, "#ffffff"), align="centre")
    note = f"Not marked on the map: wound {', '.join(unplaced)}." if unplaced else ""
    note = note or ("Numbers are those of the table." if wounds else "No wound is marked in the record.")
    sheet.block(MARGIN + 400, top + 40, wrap(((note, NOTE),), 120), 13)
    flow.y = top + 16 + _MAP_TALL + 8


def _figure(canvas: Canvas, high: float, *, centre: float, top: float) -> None:
    half = [(centre + x / 100 * _MAP_WIDE * 1.25, high - top - y / 100 * _MAP_TALL) for x, y in _OUTLINE]
    mirror = [(2 * centre - x, y) for x, y in reversed(half[1:-1])]
    points = [*half, *mirror]
    middles = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in pairwise([*points, points[0]])]
    path = canvas.beginPath()
    path.moveTo(*middles[-1])
    for corner, (x, y), (x0, y0) in zip(points, middles, [middles[-1], *middles[:-1]], strict=True):
        # A quadratic through the middles of the edges, written as a cubic: a smooth outline from few points.
        path.curveTo(
            x0 + 2 / 3 * (corner[0] - x0), y0 + 2 / 3 * (corner[1] - y0),
            x + 2 / 3 * (corner[0] - x), y + 2 / 3 * (corner[1] - y), x, y,
        )  # fmt: skip
    path.close()
    canvas.setStrokeColor(INK)
    canvas.setLineWidth(1.1)
    canvas.drawPath(path, stroke=1, fill=0)


def _spot(canvas: Canvas, high: float, *, x: float, y: float) -> None:
    canvas.setFillColor(INK)
    canvas.circle(x, high - y, 7.5, stroke=0, fill=1)


# --- pages 7 to 9: law and wishes, about me, contacts ----------------------------------------------------------------


def _legal(flow: Flow, content: PackContent) -> None:
    legal = content.legal
    flow.heading("Legal and wishes", "legal")
    if isinstance(content.cpr, Silence) or not content.cpr:
        flow.fact("CPR decision", spoken(content.cpr, none="No CPR decision made"))
    else:
        for each in content.cpr:
            flow.fact("CPR decision", *_cpr(each))
    for label, value in (
        ("Other treatment limits", legal.treatment_limits),
        ("Advance decision (ADRT)", legal.adrt),
        ("Preferred place of care", legal.preferred_place),
        ("Capacity to agree to admission", legal.capacity),
        ("Capacity assessment", legal.capacity_assessment),
        ("DoLS in force", legal.dols),
        ("LPA health and welfare", legal.lpa_health),
        ("Court-appointed deputy", legal.deputy),
        ("Mental Health Act", legal.mental_health_act),
        ("Best-interest note", legal.best_interest),
        ("Consent to share", legal.consent_to_share),
        ("Organ donation", legal.organ_donation),
        ("Faith and last rites", legal.faith),
    ):
        flow.fact(label, spoken(value))


def _cpr(each: CprDecision) -> list[Piece]:
    text = (
        f"Decided {words(each.decided_on)} by {words(each.decided_by)}; review {words(each.review_on)}; "
        f"form number {words(each.form_number)}. Original: {words(each.original_at)}. "
        f"Original enclosed: {words(each.original_enclosed)}; copy enclosed: {words(each.copy_enclosed)}."
    )
    pieces: list[Piece] = [(f"{each.kind.value}.", STRONG), (text, VALUE)]
    if each.note:
        pieces.append((each.note, VALUE))
    return pieces


def _about_me(flow: Flow, content: PackContent) -> None:
    about = content.about_me
    flow.heading("About me", "about_me", room=200)
    large = Style(Face.REGULAR, 14)
    for key, title in ABOUT_ME_HEADINGS.items():
        value = getattr(about, key)
        if is_said(value):
            flow.subheading(title)
            flow.paragraph(spoken(value, large))
        else:
            flow.fact(title, spoken(value))


def _contacts(flow: Flow, content: PackContent) -> None:
    flow.heading("Contacts and funding", "contacts", room=120)
    _people(flow, "Family and friends, main contact first", content.contacts)
    _people(flow, "Professional contacts", content.professionals)
    home, gp = content.home, content.gp
    flow.fact("GP practice", spoken(gp.practice), ("phone", NOTE), spoken(gp.phone), ("code", NOTE), spoken(gp.code))
    flow.fact(
        "Home contact", spoken(home.name), ("phone", NOTE), spoken(home.phone), ("mail", NOTE), spoken(home.secure_mail)
    )
    called = content.reason.called
    if isinstance(called, Silence):
        flow.fact("Called before leaving", spoken(called, none="Nobody"))
    else:
        flow.fact("Called before leaving", ("\n".join(f"{c.who}: {words(c.at)}" for c in called), VALUE))
    flow.fact("Funding", spoken(content.funding))
    flow.fact("Named matron, locality", spoken(content.locality))


def _people(flow: Flow, title: str, people: object) -> None:
    if not isinstance(people, tuple) or not people:
        flow.fact(title, spoken(people))
        return
    flow.subheading(title)
    rows: list[Cells] = []
    for each in people:
        if isinstance(each, Contact):
            told: Piece = spoken(each.told_at, NOTE, none="Not told")
            rows.append((((each.name, STRONG),), _cell(each.role), _cell(each.phone, strong=True), (told,)))
    flow.table(("Name", "Relation or role", "Phone", "Told of this transfer"), (170, 130, 117, 110), rows)
    flow.y += 4


# --- small parts -----------------------------------------------------------------------------------------------------


def _note(value: object) -> Piece:
    return spoken(value, NOTE)


def _cell(value: object, *, strong: bool = False) -> tuple[Piece, ...]:
    return (spoken(value, NOTE_STRONG if strong else NOTE),)


def _list_fact(flow: Flow, label: str, values: object) -> None:
    if isinstance(values, tuple) and values:
        flow.fact(label, ("\n".join(str(each) for each in values), VALUE))
    else:
        flow.fact(label, spoken(values))
