"""The recovery sheet: one page for the home's safe, with the key in large groups and as a QR code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.dates import date_time
from app.domain.recovery import GROUPS, groups, short_store
from app.reports.fonts import Face
from app.reports.paper import A4, LABEL, MARGIN, NOTE, STRONG, VALUE, Flow, Style, cut, painted, qr, wrap

_BIG = Style(Face.BOLD, 30)
_PITCH = 33.0
_ROW = 52.0
_IN_A_ROW = 2


@dataclass(frozen=True, slots=True, repr=False)
class RecoverySheet:
    """What the sheet says; ``replaced`` when an earlier sheet must be destroyed."""

    home_name: str
    store_id: str
    recovery_key: str
    made_at: datetime
    practice: bool = False
    replaced: bool = False


def recovery_pdf(sheet: RecoverySheet) -> bytes:
    """The sheet as a PDF of one A4 page. It holds nothing about any resident. The same sheet gives the same bytes."""
    flow = Flow(bottom=50)
    flow.new_sheet()
    paper = flow.sheet
    flow.y = paper.block(MARGIN, 34, wrap((("Recovery key", Style(Face.BOLD, 26)),), flow.wide), 32)
    name, _ = cut(((sheet.home_name, Style(Face.REGULAR, 18)),), flow.wide, 2, "")
    flow.y = paper.block(MARGIN, flow.y, name, 23) + 6
    flow.paragraph(
        ("Whoever holds this page and this home's laptop or one of its backups can open every record.", STRONG)
    )
    flow.paragraph(
        ("Put it in an envelope, seal it, sign across the seal, and keep it in the home's safe. Not with the laptop.",
         VALUE)
    )  # fmt: skip
    if sheet.replaced:
        flow.paragraph(("It replaces the sheet before: that one opens nothing any more. Destroy it.", STRONG))
    flow.y += 8
    flow.y = _key(flow, sheet.recovery_key) + 16
    flow.fact("Store", (short_store(sheet.store_id), STRONG))
    flow.fact("Made", (date_time(sheet.made_at), VALUE))
    flow.y += 12
    _part(
        flow,
        "What it is for",
        "For the day when a manager's password is forgotten and nobody else who may change accounts can sign in, "
        "and for bringing a backup to a new laptop when no password of it is known.",
        "Any other member of staff who knows their password can still sign in without it: care does not wait for it.",
    )
    _part(
        flow,
        "How to use it",
        "1. Open Hartwell. Choose “Forgotten password? Use the recovery key”.",
        "2. Choose the manager's account, type the key and a new password. Capitals, spaces and hyphens do not matter. "
        "The key has no digits but 2 to 7: O and I are letters.",
        "3. Print the new recovery sheet that is shown then, and seal it away as this one was.",
    )
    _part(
        flow,
        "What happens then",
        "The use is written into the audit trail, with the account and the time, and cannot be taken out of it. "
        "This key stops working at once and a new one takes its place. Destroy this page.",
        "If the seal is broken and nobody can say why, sign in, make a new recovery key in Settings, and look in the "
        "audit trail for what was opened.",
    )
    _foot(flow, sheet)
    return painted(
        flow.sheets,
        title="Recovery key",
        author=sheet.home_name,
        subject=f"Store {short_store(sheet.store_id)}",
        made_at=sheet.made_at,
        outline=(),
    )


def _key(flow: Flow, key: str) -> float:
    """The framed key: each group numbered, two in a row, every letter in a place of its own; the code beside them."""
    paper, top = flow.sheet, flow.y
    tall = _ROW * GROUPS / _IN_A_ROW + 16
    paper.box(MARGIN, top, flow.wide, tall, stroke=2)
    step = (flow.wide - tall - 14) / _IN_A_ROW
    for n, group in enumerate(groups(key)):
        row, column = divmod(n, _IN_A_ROW)
        x, y = MARGIN + 14 + column * step, top + 8 + row * _ROW
        paper.text(x, y + 14, f"group {n + 1}", LABEL)
        for at, letter in enumerate(group):
            paper.text(x + (at + 0.5) * _PITCH, y + 43, letter, _BIG, align="centre")
    side = tall - 16
    left = A4[0] - MARGIN - side - 8
    paper.drawing(lambda canvas, high: qr(canvas, key, left, high - top - 8 - side, side))
    return top + tall


def _part(flow: Flow, title: str, *paragraphs: str) -> None:
    flow.subheading(title)
    for text in paragraphs:
        flow.paragraph((text, VALUE))
    flow.y += 4


def _foot(flow: Flow, sheet: RecoverySheet) -> None:
    mark = "PRACTICE HOME: not for a real safe. " if sheet.practice else ""
    text = f"{mark}There is no copy of this key on the laptop. This page names no resident."
    flow.sheets[0].block(MARGIN, A4[1] - 40, wrap(((text, NOTE),), flow.wide), NOTE.leading)
