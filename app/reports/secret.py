"""The slip with somebody's one-time secret, to be handed over and torn up once it has been used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.dates import date_time
from app.reports.fonts import Face
from app.reports.paper import MARGIN, STRONG, VALUE, Flow, Style, cut, painted, wrap


@dataclass(frozen=True, slots=True, repr=False)
class SecretSlip:
    """Whose account it is and the secret that opens it once."""

    home_name: str
    person: str
    user: str
    secret: str
    made_at: datetime
    practice: bool = False


def secret_pdf(slip: SecretSlip) -> bytes:
    """The slip as a PDF of one A4 page; it holds nothing about any resident. The same slip gives the same bytes."""
    flow = Flow(bottom=50)
    flow.new_sheet()
    paper = flow.sheet
    flow.y = paper.block(MARGIN, 34, wrap((("One-time secret", Style(Face.BOLD, 26)),), flow.wide), 32)
    for text in (slip.person, slip.home_name):
        line, _ = cut(((text, Style(Face.REGULAR, 16)),), flow.wide, 2, "")
        flow.y = paper.block(MARGIN, flow.y, line, 21)
    flow.y += 10
    flow.fact("User name", (slip.user, STRONG))
    flow.fact("Made", (date_time(slip.made_at), VALUE))
    flow.y += 10
    lines = wrap(((slip.secret, Style(Face.BOLD, 22)),), flow.wide - 28)
    tall = 28 * len(lines) + 20
    paper.box(MARGIN, flow.y, flow.wide, tall, stroke=2)
    paper.block(MARGIN + 14, flow.y + 10, lines, 28)
    flow.y += tall + 16
    for text in (
        "Type it as it stands here, with a space between the words. It does one thing: it lets you choose a password.",
        "Nobody else knows that password, and nobody can look it up.",
        "Tear this page up when you have done so.",
    ):
        flow.paragraph((text, VALUE))
    if slip.practice:
        flow.paragraph(("PRACTICE HOME: no real records are behind it.", STRONG))
    return painted(
        flow.sheets, title="One-time secret", author=slip.home_name, subject="", made_at=slip.made_at, outline=()
    )
