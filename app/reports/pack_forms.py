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
from app.reports.paper import MARGIN, NOTE, NOTE_STRONG, STRONG, VALUE, Cells, Flow, Piece, Style, wrap

_HEADERS = ("Item", "How many", "Sent out", "Arrived", "Sent back", "Returned", "N.a.", "Note")
_SHARES = (168.0, 48.0, 40.0, 46.0, 42.0, 54.0, 34.0, 95.0)
_TICKS = (2, 3, 4, 5, 6)
_MEDICINES_ON_SHEET = 2


def checklist(flow: Flow, content: PackContent, stamp: PackStamp) -> None:
    """The bag's list and the signature grid, on one sheet; more than two medicines get a list of their own before it.

    Boxes are ticked by pen at each check point: what the home packed is printed as words in the note, because a
    printed tick would look like a check that somebody made.
    """
    medicines = () if isinstance(content.medicines, Silence) else content.medicines
    own_list = len(medicines) > _MEDICINES_ON_SHEET
    if own_list:
        flow.section = ""
        flow.heading("Medicines in the bag", "checklist_medicines", fresh=True)
        flow.paragraph(("Count what goes into the bag; tick at each check point.", VALUE))
        rows = [_row(_medicine(each)) for each in medicines]
        flow.table(_HEADERS, _SHARES, rows, least=24, tick=_TICKS)
    flow.section = ""
    flow.heading("Bag checklist and custody", "checklist", fresh=True)
    flow.paragraph(
        (f"Red bag {words(content.reason.bag)}", STRONG),
        (
            f" · {stamp.home_name}, {words(stamp.home_phone)} · The bag stays with the resident through every move.",
            NOTE,
        ),
    )
    packed = {item.name: item for item in content.bag_items}
    items = [packed.pop(name, BagItem(name)) for name in BAG_PAPERS]
    if own_list:
        page = flow.places["checklist_medicines"] + 2
        items.append(BagItem(f"Medicines: {len(medicines)}, listed on page {page}"))
    elif medicines:
        items += [_medicine(each) for each in medicines]
    else:
        items.append(BagItem("Medicines"))
    items += [packed.pop(name, BagItem(name)) for name in BAG_BELONGINGS]
    items += list(packed.values())
    items.append(BagItem("Other:"))
    flow.table(_HEADERS, _SHARES, [_row(each) for each in items], least=18.5, tick=_TICKS)
    flow.need(8 * 25 + 40)
    flow.y += 8
    flow.table(
        ("Check point", "Name", "Role", "Date and time", "Signature"),
        (130, 120, 90, 85, 102),
        [(((point.value, NOTE_STRONG),), (), (), (), ()) for point in CheckPoint],
        least=22.5,
    )


def _medicine(each: Medicine) -> BagItem:
    note = f"stock sent: {words(each.stock_sent)}" if is_said(each.stock_sent) else ""
    dose = f" {words(each.dose)}" if is_said(each.dose) else ""
    return BagItem(f"{each.name}{dose}", note=note)


def _row(item: BagItem) -> Cells:
    quantity: tuple[Piece, ...] = ((str(item.quantity), NOTE),) if is_said(item.quantity) else ()
    parts = []
    if item.packed is True:
        parts.append("packed by the home")
    elif item.packed is False:
        parts.append("n.a., not sent")
    if item.note:
        parts.append(item.note)
    note: tuple[Piece, ...] = (("; ".join(parts), NOTE),) if parts else ()
    return (((item.name, NOTE),), quantity, (), (), (), (), (), note)


_YES_NO = "yes_no"
_DISCHARGE: tuple[tuple[str, str], ...] = (
    ("Spoke to the home (name, time)", ""),
    ("Fit for return to this home?", _YES_NO),
    ("Discharge letter in the bag", _YES_NO),
    ("Medicines started", ""),
    ("Medicines stopped", ""),
    ("Medicines changed", ""),
    ("Next dose due (medicine, time)", ""),
    ("Medicines supplied, days", ""),
    ("New equipment", ""),
    ("Wound, pressure areas on leaving", ""),
    ("Catheter or line", ""),
    ("Swallow, food and fluid advice", ""),
    ("Follow-up appointments", ""),
    ("DNACPR or ReSPECT original returned", _YES_NO),
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
        sheet.rule(x, flow.y + 26, right, flow.y + 26, stroke=0.6)
        flow.y += 30
    flow.y += 8
    flow.table(
        ("Signed by", "Name", "Role", "Date and time", "Signature"),
        (130, 120, 90, 85, 102),
        [(((who, NOTE_STRONG),), (), (), (), ()) for who in ("Ward nurse", "Care home, on return")],
        least=26,
    )
