"""The red-bag transfer pack: one resident's content and one stamp in, PDF bytes out, made in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from reportlab.pdfgen.canvas import Canvas

from app.domain.transfer import (
    ABOUT_ME_HEADINGS,
    BASELINE_TOPICS,
    CONSCIOUSNESS,
    FLAG_LABELS,
    NONE_KNOWN,
    NOT_RECORDED,
    SAME_NAME,
    Baseline,
    Contact,
    CprDecision,
    Fall,
    Flag,
    Medicine,
    Observations,
    PackContent,
    PackStamp,
    Silence,
    Wound,
    cpr_warning,
    is_said,
    missing,
    why_not_in_force,
    words,
)
from app.reports import fonts
from app.reports.fonts import Face
from app.reports.pack_forms import checklist, discharge
from app.reports.pack_front import (
    FrontPage,
    assessment_pieces,
    call_words,
    cover,
    dose_words,
    footer,
    signature,
)
from app.reports.paper import (
    INK,
    MARGIN,
    NOTE,
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
from app.reports.pdf_ink import colour
from app.reports.pdf_tags import Tag


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

    The order is that of the home's pack: the cover, the 60-second page, eight topics that each begin a sheet, the
    checklist, the ward's discharge list. A topic that needs more room goes on to another sheet.
    """
    foot = footer(content, stamp)
    front = FrontPage(content, stamp, foot)
    flow = Flow(bottom=foot.tall + 4)
    for section in (_situation, _baseline, _problems, _medicines, _skin, _legal, _about_me, _contacts):
        section(flow, content)
    _in_full(flow, front)
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
    ("Bag", "checklist"), ("Ward", "discharge"),
)  # fmt: skip


def _contents_line(pages_of: dict[str, int]) -> str:
    """Where each topic begins, on one line: closer together, and one word shorter, when the numbers are long."""
    told = [f"{name} {pages_of[anchor]}" for name, anchor in _CONTENTS]
    line = " · ".join(told)
    if fonts.width(line, NOTE.face, NOTE.size) <= Flow().wide:
        return line
    return "\u00a0 ".join(told).replace("Problems", "Risk")


def _in_full(flow: Flow, front: FrontPage) -> None:
    """What page 1 had to cut and no other page holds in full: in practice a name of hundreds of letters."""
    left = [cut for cut in front.cuts if cut[0] not in flow.places]
    if not left:
        return
    flow.heading("Continued from page 1, in full", "in_full", fresh=True)
    for key, title, pieces in dict.fromkeys(left):
        shown = [piece for piece in pieces if piece[0] != title]
        flow.fact(title, *shown, anchor=key)


# --- page 2: situation -----------------------------------------------------------------------------------------------


def _situation(flow: Flow, content: PackContent) -> None:
    detail, reason = content.detail, content.reason
    flow.heading("Situation in detail", "situation_detail", fresh=True)
    flow.fact("S  Situation: reason for transfer", spoken(reason.situation, STRONG), anchor="situation")
    onset = (spoken(reason.onset_at), ("going to", NOTE), spoken(reason.destination))
    flow.fact("Onset, destination", *onset, anchor="onset")
    flow.fact("B  Background: what happened", spoken(reason.background), anchor="background")
    flow.fact("A  Assessment, actions by the home", *assessment_pieces(content), anchor="assessment")
    if isinstance(reason.called, Silence):
        flow.fact("Called before leaving", spoken(reason.called, none="Nobody"), anchor="called")
    else:
        calls = "\n".join(call_words(each) for each in reason.called)
        flow.fact("Called before leaving", spoken(calls), anchor="called")
    flow.fact("R  Request", spoken(reason.request), anchor="request")
    flow.fact("Escort", spoken(reason.escort, none="No one travels"), anchor="escort")
    _observation_facts(flow, "Observations now", content.observations)
    _observation_facts(flow, "Usual observations", content.usual_observations)
    flow.fact("New confusion", spoken(content.new_confusion), anchor="new_confusion")
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
    _list_fact(flow, "Recent GP, 111, 999, HomeFirst contacts", detail.recent_contacts)
    _list_fact(flow, "Recent blood or urine results", detail.recent_results)
    if isinstance(detail.timeline, Silence) or not detail.timeline:
        flow.fact("Last 72 hours", spoken(detail.timeline))
        return
    flow.table(
        ("When", "What happened"),
        (115, 412),
        [(_cell(each.at), ((each.what, VALUE),)) for each in detail.timeline],
        title="Last 72 hours",
    )


def _observation_facts(flow: Flow, label: str, taken: object) -> None:
    if not isinstance(taken, Observations):
        flow.fact(label, spoken(taken))
        return
    level = words(taken.consciousness)
    said = [f"Taken {words(taken.measured_at)} by {words(taken.measured_by)}"]
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
    flow.heading("Baseline: when well, and now", "baseline", fresh=True)
    rows = [held.pop(topic, Baseline(topic)) for topic in BASELINE_TOPICS] + list(held.values())
    # Where nobody has said how anything is now, the room goes to what is known.
    silent = not any(is_said(each.now) for each in rows)
    flow.table(
        ("Need", "When well", "Now"),
        (127, 315, 85) if silent else (127, 200, 200),
        [(((each.topic, STRONG),), (spoken(each.well),), (spoken(each.now),)) for each in rows],
    )
    flow.y += 6
    talk, move = content.communication, content.mobility
    flow.fact("Usual cognition", spoken(content.usual_cognition), anchor="usual_cognition")
    flow.fact("Food and fluid texture", spoken(content.diet_texture), anchor="diet_texture")
    flow.fact("How to communicate", spoken(talk.how), anchor="communication")
    flow.fact(
        "Hearing aid, glasses, language",
        ("hearing aid", NOTE), spoken(talk.hearing_aid), ("· glasses", NOTE), spoken(talk.glasses),
        ("· language", NOTE), spoken(talk.language), ("· interpreter", NOTE), spoken(talk.interpreter),
        anchor="communication_aids",
    )  # fmt: skip
    flow.fact("Mobility today", spoken(move.today, STRONG), anchor="mobility_today")
    flow.fact("Usual mobility", spoken(move.usual), anchor="mobility_usual")
    flow.fact("Falls risk", spoken(move.falls_risk), anchor="falls_risk")
    flow.fact("Bed rails", spoken(move.bed_rails), anchor="bed_rails")


def _problems(flow: Flow, content: PackContent) -> None:
    flow.heading("Problems and risk", "problems", fresh=True)
    if content.same_name:
        flow.fact("Same name in the home", (SAME_NAME, STRONG), anchor="same_name")
    if isinstance(content.alerts, Silence) or not content.alerts:
        flow.fact("Alerts", spoken(content.alerts))
    else:
        for alert in content.alerts:
            flow.fact("Alert", (alert, STRONG))
    if isinstance(content.diagnoses, Silence) or not content.diagnoses:
        flow.fact("Diagnoses", spoken(content.diagnoses))
    else:
        flow.table(
            ("Diagnosis", "Since", "Code"),
            (317, 105, 105),
            [(((e.name, VALUE),), _cell(e.since), ((e.code or "No code", VALUE),)) for e in content.diagnoses],
            title="Diagnoses",
        )
        flow.y += 4
    _list_fact(flow, "Operations", content.operations)
    _list_fact(flow, "Devices", content.devices)
    for key, label in FLAG_LABELS.items():
        flag: Flag = getattr(content.flags, key)
        note = ((f"· {flag.note}", VALUE),) if flag.note else ()
        flow.fact(label, spoken(flag.state, STRONG), *note, anchor=f"flag_{key}")
    flow.fact("Frailty score", spoken(content.frailty))
    if isinstance(content.assessments, Silence) or not content.assessments:
        flow.fact("Assessments", spoken(content.assessments))
        return
    flow.table(
        ("Instrument", "Date", "Score", "Result", "Trend", "Assessor"),
        (117, 80, 60, 104, 72, 94),
        [
            (
                _cell(e.instrument, strong=True),
                _cell(e.on),
                _cell(e.score),
                _cell(e.band, strong=True),
                _cell(e.trend),
                _cell(e.assessor),
            )
            for e in content.assessments
        ],
        title="Assessments",
    )


# --- pages 5 and 6: medicines, skin ----------------------------------------------------------------------------------


def _medicines(flow: Flow, content: PackContent) -> None:
    flow.heading("Medicines", "medicines", fresh=True)
    allergies = content.allergies
    if isinstance(allergies, Silence) or not allergies:
        flow.fact("Allergies and reactions", spoken(allergies, STRONG, none="No known allergies"), anchor="allergies")
    else:
        lines = "\n".join(f"{each.agent}: {words(each.reaction).lower()}" if not is_said(each.reaction)
                          else f"{each.agent}: {words(each.reaction)}" for each in allergies)  # fmt: skip
        flow.fact("Allergies and reactions", (lines, STRONG), anchor="allergies")
    doses = content.time_critical
    if isinstance(doses, Silence) or not doses:
        said_doses = spoken(doses, STRONG, none="None recognised in the medicine list")
    else:
        said_doses = ("\n".join(dose_words(each) for each in doses), STRONG)
    flow.fact("Time-critical medicines and LAST DOSE", said_doses, anchor="time_critical")
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
        flow.table(
            ("Medicine and dose", "Route, how often", "For", "Last given", "Next due", "Stock sent"),
            (129, 102, 72, 81, 81, 62),
            [_medicine_row(each) for each in content.medicines],
            title="Current medicines",
        )
        flow.y += 4
    stopped = content.stopped_medicines
    if isinstance(stopped, Silence):
        flow.fact("Stopped in the last 14 days", spoken(stopped))
    else:
        lines = "\n".join(f"{each.name}, stopped {words(each.stopped_on)}, why: {words(each.why)}" for each in stopped)
        flow.fact("Stopped in the last 14 days", spoken(lines))


def _medicine_row(each: Medicine) -> Cells:
    name: list[Piece] = [(each.name, STRONG), ("dose", NOTE), spoken(each.dose)]
    if each.patch_site:
        name.append((f"patch on {each.patch_site}", VALUE))
    if each.as_needed:
        name.append(("AS NEEDED", STRONG))
    how = [("route", NOTE), spoken(each.route), ("·", NOTE), spoken(each.frequency)]
    return (name, how, *(_cell(value) for value in (each.indication, each.last_given, each.next_due, each.stock_sent)))


def _skin(flow: Flow, content: PackContent) -> None:
    flow.heading("Skin and wounds", "skin", fresh=True)
    flow.fact("Skin", spoken(content.skin))
    wounds: Sequence[Wound] = ()
    if isinstance(content.wounds, Silence) or not content.wounds:
        flow.fact("Wounds", spoken(content.wounds, none="No wounds"))
    else:
        wounds = content.wounds
        flow.table(
            ("No.", "Site", "Type and category", "Size", "Dressing, last change", "Photo", "Safeguarding raised?"),
            (26, 74, 104, 64, 104, 76, 79),
            [_wound_row(n, each) for n, each in enumerate(wounds, 1)],
        )
    _body_map(flow, wounds, known=bool(wounds) or content.wounds is NONE_KNOWN or content.wounds == ())


def _wound_row(number: int, each: Wound) -> Cells:
    changed = words(each.last_change) if is_said(each.last_change) else words(each.last_change).lower()
    return (
        _cell(number, strong=True),
        _cell(each.site, strong=True),
        (spoken(each.kind), (f"category {words(each.category).lower()}", VALUE)),
        _cell(each.size),
        (spoken(each.dressing), (f"changed {changed}", VALUE)),
        _cell(each.photo_on),
        _cell(each.safeguarding),
    )


# Half an outline, front or back, in per cent of the figure: across from the middle, down from the top.
_OUTLINE = (
    (0, 0), (5, 1), (7.5, 5), (7, 10), (4, 13.5), (4.5, 16), (13, 18.5), (17, 22), (18.5, 30), (21, 39), (24, 48),
    (26, 52), (24.5, 55), (21.5, 53), (19.5, 47), (16, 39), (13.5, 31), (12.5, 38), (13.5, 45), (15, 52), (14, 64),
    (12, 74), (11.5, 84), (9.5, 93), (12, 98), (5, 99), (4.5, 93), (4.5, 84), (4, 73), (2.5, 62), (0, 54),
)  # fmt: skip
_MAP_WIDE, _MAP_TALL = 200.0, 300.0


def _body_map(flow: Flow, wounds: Sequence[Wound], *, known: bool) -> None:
    flow.need(_MAP_TALL + 30)
    flow.y += 6
    top = flow.y
    sheet = flow.sheet
    unplaced = [str(n) for n, each in enumerate(wounds, 1) if each.place is None]
    placed = [(n, each, each.place) for n, each in enumerate(wounds, 1) if each.place is not None]
    said_places = "; ".join(
        f"{n} {each.site} ({'back' if place.back else 'front'}, {place.across} % across, {place.down} % down)"
        for n, each, place in placed
    )
    figure = Tag("Figure", alt=f"Body map, front and back. {said_places or ('No mark' if known else 'Not known')}")
    for title, back, centre in (("Front", False, MARGIN + 110), ("Back", True, MARGIN + 310)):
        sheet.text(centre, top + 10, title, STRONG, align="centre", tag=figure)
        sheet.text(centre - 75, top + 22, "Left" if back else "Right", NOTE, align="centre", tag=figure)
        sheet.text(centre + 75, top + 22, "Right" if back else "Left", NOTE, align="centre", tag=figure)
        sheet.drawing(partial(_figure, centre=centre, top=top + 16), figure)
        for n, _, place in placed:
            if place.back == back:
                x = centre + (place.across - 50) / 100 * _MAP_WIDE
                y = top + 16 + place.down / 100 * _MAP_TALL
                sheet.drawing(partial(_spot, x=x, y=y), figure)
                sheet.text(x, y + 3.6, str(n), Style(Face.BOLD, 10, "#ffffff"), align="centre", tag=figure)
    note = f"Not marked on the map: wound {', '.join(unplaced)}." if unplaced else ""
    none = "No wound is marked in the record." if known else "Nobody has said whether there are wounds."
    note = note or ("Numbers are those of the table." if wounds else none)
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
    canvas.setStrokeColor(colour(INK))
    canvas.setLineWidth(1.1)
    canvas.drawPath(path, stroke=1, fill=0)


def _spot(canvas: Canvas, high: float, *, x: float, y: float) -> None:
    canvas.setFillColor(colour(INK))
    canvas.circle(x, high - y, 7.5, stroke=0, fill=1)


# --- pages 7 to 9: law and wishes, about me, contacts ----------------------------------------------------------------


def _legal(flow: Flow, content: PackContent) -> None:
    legal = content.legal
    flow.heading("Legal and wishes", "legal", fresh=True)
    flow.places["cpr"] = len(flow.sheets) - 1
    if isinstance(content.cpr, Silence) or not content.cpr:
        flow.fact("CPR decision", spoken(content.cpr, STRONG, none="No CPR decision made"))
    else:
        if warning := cpr_warning(content.cpr):
            flow.fact("CPR: read this first", (warning, STRONG))
        for each in content.cpr:
            label = "CPR decision" if each.in_force else "CPR: NOT IN FORCE"
            flow.fact(label, *_cpr(each))
    for label, value, anchor in (
        ("Other treatment limits", legal.treatment_limits, "treatment_limits"),
        ("Advance decision (ADRT)", legal.adrt, "wishes"),
        ("Preferred place of care", legal.preferred_place, ""),
        ("Capacity to agree to admission", legal.capacity, "capacity"),
        ("Capacity assessment", legal.capacity_assessment, ""),
        ("DoLS in force", legal.dols, "dols"),
        ("LPA health and welfare", legal.lpa_health, ""),
        ("Court-appointed deputy", legal.deputy, ""),
        ("Mental Health Act", legal.mental_health_act, ""),
        ("Best-interest note", legal.best_interest, ""),
        ("Consent to share", legal.consent_to_share, ""),
        ("Organ donation", legal.organ_donation, ""),
        ("Faith and last rites", legal.faith, ""),
    ):
        flow.fact(label, spoken(value), anchor=anchor)


def _cpr(each: CprDecision) -> list[Piece]:
    text = (
        f"Decided {words(each.decided_on)} by {words(each.decided_by)}; review {words(each.review_on)}; "
        f"form number {words(each.form_number)}. Original: {words(each.original_at)}. "
        f"Original enclosed: {words(each.original_enclosed)}; copy enclosed: {words(each.copy_enclosed)}."
    )
    if each.in_force:
        pieces: list[Piece] = [(f"{each.kind.value}.", STRONG), (text, VALUE)]
        return [*pieces, (each.note, VALUE)] if each.note else pieces
    return [(f"Do not act on it until the original is seen. {why_not_in_force(each)}", STRONG),
            (f"Recorded: {each.kind.value}.", VALUE), (text, VALUE)]  # fmt: skip


def _about_me(flow: Flow, content: PackContent) -> None:
    about = content.about_me
    flow.heading("About me", "about_me", fresh=True)
    large = Style(Face.REGULAR, 14)
    for key, title in ABOUT_ME_HEADINGS.items():
        flow.subheading(title)
        flow.paragraph(spoken(getattr(about, key), large))


# Whom page 9 names, by the words of their role: nobody found is said to be not recorded.
_ROLES = (
    ("Next of kin", ("next of kin",)),
    ("Attorney (LPA)", ("lpa", "attorney")),
    ("District nurse", ("district nurse", "community nurse")),
    ("Community mental health team", ("cmht", "mental health")),
    ("Social worker", ("social work",)),
    ("Home manager", ("manager",)),
)


def _contacts(flow: Flow, content: PackContent) -> None:
    flow.heading("Contacts and funding", "contacts", fresh=True)
    flow.places["main_contact"] = len(flow.sheets) - 1
    _people(flow, "Family and friends, main contact first", content.contacts)
    _people(flow, "Professional contacts", content.professionals)
    held = [content.contacts, content.professionals]
    roles = " ; ".join(words(each.role).lower() for group in held if isinstance(group, tuple) for each in group)
    if not isinstance(content.contacts, Silence) and len(content.contacts) < 2:
        flow.fact("Second contact", spoken(NOT_RECORDED))
    for label, marks in _ROLES:
        if not any(mark in roles for mark in marks):
            flow.fact(label, spoken(NOT_RECORDED))
    home, gp = content.home, content.gp
    flow.fact(
        "GP practice", spoken(gp.practice), ("phone", NOTE), spoken(gp.phone), ("code", NOTE), spoken(gp.code),
        anchor="gp",
    )  # fmt: skip
    flow.fact(
        "Ring the home", spoken(home.name), ("phone", NOTE), spoken(home.phone), ("mail", NOTE),
        spoken(home.secure_mail), anchor="home",
    )  # fmt: skip
    flow.fact("Can return to the home", spoken(content.can_return), anchor="can_return")
    flow.fact("Funding", spoken(content.funding))
    flow.fact("Named matron, locality", spoken(content.locality))
    flow.fact("Completed by", signature(content.completed_by), anchor="completed_by")
    if content.second_checker is not None:
        flow.fact("Checked by", signature(content.second_checker))


def _people(flow: Flow, title: str, people: object) -> None:
    if not isinstance(people, tuple) or not people:
        flow.fact(title, spoken(people))
        return
    rows: list[Cells] = []
    for each in people:
        if isinstance(each, Contact):
            told = spoken(each.told_at, none="Not told")
            rows.append((((each.name, STRONG),), _cell(each.role), _cell(each.phone, strong=True), (told,)))
    flow.table(("Name", "Relation or role", "Phone", "Told of this transfer"), (170, 130, 117, 110), rows, title=title)
    flow.y += 4


# --- small parts -----------------------------------------------------------------------------------------------------


def _cell(value: object, *, strong: bool = False) -> tuple[Piece, ...]:
    return (spoken(value, STRONG if strong else VALUE),)


def _list_fact(flow: Flow, label: str, values: object) -> None:
    if isinstance(values, tuple) and values:
        flow.fact(label, ("\n".join(str(each) for each in values), VALUE))
    else:
        flow.fact(label, spoken(values))
