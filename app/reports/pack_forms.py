"""The two sheets that are filled by hand: the checklist with its custody signatures, and the ward's discharge list."""

from __future__ import annotations

from app.domain.transfer import (
    BAG_BELONGINGS,
    BAG_PAPERS,
    BagItem,
    CheckPoint,
    Medicine,
    PackContent,
    PackStamp,
    Silence,
    is_said,
    words,
)
from app.reports.fonts import Face
from app.reports.paper import MARGIN, NOTE, NOTE_STRONG, STRONG, VALUE, Cells, Flow, Piece, Style, cut, wrap

_HEADERS = ("Item", "How many", "Sent out", "Arrived", "Sent back", "Returned", "N.a.", "Note")
_SHARES = (168.0, 48.0, 40.0, 46.0, 42.0, 54.0, 34.0, 95.0)
_TICKS = (2, 3, 4, 5, 6)
_ROW = 18.5
_GRID_ROW = 22.5


def checklist(flow: Flow, content: PackContent, stamp: PackStamp) -> None:
    """The bag's list and the signature grid, always on one sheet; what does not fit there is listed before it.

    Boxes are ticked by pen at each check point: what the home packed is printed as words in the note, because a
    printed tick would look like a check that somebody made.
    """
    medicines = () if isinstance(content.medicines, Silence) else tuple(_medicine(e) for e in content.medicines)
    packed = {item.name: item for item in content.bag_items}
    papers = [packed.pop(name, BagItem(name)) for name in BAG_PAPERS]
    belongings = [packed.pop(name, BagItem(name)) for name in BAG_BELONGINGS]
    others = tuple(packed.values())
    extra = (*(medicines or (BagItem("Medicines"),)), *others)
    # Headings, both table heads and the white between them take 130 points, "Other:" a row.
    room = flow.limit - len(CheckPoint) * _GRID_ROW - 130 - _ROW
    # What does not fit is listed before the sheet: long notes, and medicines and other items if there are many.
    noted: tuple[BagItem, ...] = ()
    if sum(_tall(item) for item in (*papers, *belongings, *extra)) > room:
        noted = tuple(item for item in (*papers, *belongings) if not _one_line(item))
    fixed = sum(_ROW if item in noted else _tall(item) for item in (*papers, *belongings))
    on_sheet = fixed + sum(_tall(item) for item in extra) <= room
    listed = noted if on_sheet else (*extra, *noted)
    if listed:
        flow.section = ""
        flow.heading("Medicines and other items in the bag", "bag_items", room=60 + min(len(listed), 8) * 24)
        flow.paragraph(("Count what goes into the bag; tick at each check point.", VALUE))
        flow.table(_HEADERS, _SHARES, [_row(each) for each in listed], least=24, tick=_TICKS)
    page = flow.places["bag_items"] + 2 if listed else 0
    if not on_sheet:
        extra = (BagItem(f"Medicines: {len(medicines)}, see page {page}"),)
        if others:
            extra = (*extra, BagItem(f"Other items: {len(others)}, see page {page}"))
    flow.section = ""
    flow.heading("Bag checklist and custody", "checklist", fresh=True)
    lines, _ = cut(
        (
            (f"Red bag {words(content.reason.bag)}", STRONG),
            (f"· {stamp.home_name}, {words(stamp.home_phone)} · The bag stays with the resident.", NOTE),
        ),
        flow.wide,
        2,
        "",
    )
    flow.y = flow.sheet.block(MARGIN, flow.y, lines, VALUE.leading) + 2
    rows = [_row(each, see=page if each in noted else 0) for each in papers]
    rows += [_row(each) for each in extra]
    rows += [_row(each, see=page if each in noted else 0) for each in (*belongings, BagItem("Other:"))]
    flow.table(_HEADERS, _SHARES, rows, least=_ROW, tick=_TICKS)
    flow.y += 6
    flow.table(
        ("Check point", "Name", "Role", "Date and time", "Signature"),
        (130, 120, 90, 85, 102),
        [(((point.value, NOTE_STRONG),), (), (), (), ()) for point in CheckPoint],
        least=_GRID_ROW,
    )


def _one_line(item: BagItem) -> bool:
    return len(wrap(((item.name, NOTE),), _SHARES[0] - 6)) == 1 and len(wrap((_note(item),), _SHARES[-1] - 6)) == 1


def _tall(item: BagItem) -> float:
    """The height of the item's row with the whole of its name and note."""
    lines = max(len(wrap(((item.name, NOTE),), _SHARES[0] - 6)), len(wrap((_note(item),), _SHARES[-1] - 6)))
    return max(_ROW, lines * NOTE.leading + 5)


def _medicine(each: Medicine) -> BagItem:
    note = f"stock sent: {words(each.stock_sent)}" if is_said(each.stock_sent) else ""
    dose = f" {words(each.dose)}" if is_said(each.dose) else ""
    return BagItem(f"{each.name}{dose}", note=note)


def _note(item: BagItem) -> Piece:
    state = {True: "packed", False: "not sent"}.get(item.packed) if isinstance(item.packed, bool) else None
    return "; ".join(part for part in (state, item.note) if part), NOTE


def _row(item: BagItem, *, see: int = 0) -> Cells:
    """The item's row; with a page to ``see``, where the whole note stands, on one line."""
    quantity: tuple[Piece, ...] = ((str(item.quantity), NOTE),) if is_said(item.quantity) else ()
    text, style = _note(item)
    note: tuple[Piece, ...] = ((text, style),) if text else ()
    if see:
        tail: Piece = (f"see p.{see}", NOTE_STRONG)
        note = (*note, tail)
        kept = text.split()
        while kept and len(wrap(note, _SHARES[-1] - 6)) > 1:
            kept.pop()
            note = ((" ".join(kept).rstrip(";,.") + "…", style), tail) if kept else (tail,)
    return (((item.name, NOTE),), quantity, (), (), (), (), (), note)


_YES_NO = "yes_no"
_DISCHARGE: tuple[tuple[str, str], ...] = (
    ("Spoke to the home (name, time)", ""),
    ("Fit for return to this home?", _YES_NO),
    ("Discharge letter in the bag", _YES_NO),
    ("Medicines started", ""),
    ("Medicines stopped", ""),
    ("Medicines changed", ""),
    ("Changes explained to the home", _YES_NO),
    ("Next dose due (medicine, time)", ""),
    ("Medicines supplied, days", ""),
    ("New equipment", ""),
    ("Wound, pressure areas on leaving", ""),
    ("Catheter or line", ""),
    ("Swallow, food and fluid advice", ""),
    ("Follow-up appointments", ""),
    ("CPR form original returned", _YES_NO),
    ("Infection status", ""),
    ("Transport booked for (time)", ""),
    ("Property checked against the list", _YES_NO),
)


def discharge(flow: Flow, stamp: PackStamp) -> None:
    """The ward's list before the resident goes home; always the last page, one sheet."""
    flow.section = ""
    flow.heading("Discharge checklist: for the ward", "discharge", fresh=True)
    flow.paragraph(
        ("Ring the home before discharge:", VALUE),
        (f"{stamp.home_name}, {words(stamp.home_phone)}.", STRONG),
        ("Put this sheet, the discharge letter and the medicines in the red bag.", VALUE),
    )
    flow.y += 4
    sheet, right = flow.sheet, flow.size[0] - MARGIN
    for label, kind in _DISCHARGE:
        sheet.block(MARGIN, flow.y + 4, wrap(((label, Style(Face.BOLD, 11)),), 195), 14)
        x = MARGIN + 205
        if kind == _YES_NO:
            for word in ("Yes", "No"):
                sheet.box(x, flow.y + 5, 12, 12, stroke=1)
                sheet.text(x + 17, flow.y + 15, word)
                x += 55
        sheet.rule(x, flow.y + 25, right, flow.y + 25, stroke=0.6)
        flow.y += 30
    flow.y += 8
    flow.table(
        ("Signed by", "Name", "Role", "Date and time", "Signature"),
        (130, 120, 90, 85, 102),
        [(((who, NOTE_STRONG),), (), (), (), ()) for who in ("Ward nurse", "Care home, on return")],
        least=26,
    )
