"""About me on paper: what somebody who has never met the resident must know, in the resident's own words.

What worries and what calms comes first, in a frame. A profile that may not leave the home says so in large letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.dates import long_date
from app.domain.instruments.about_me import HEADINGS
from app.reports.fonts import Face
from app.reports.paper import MARGIN, NOTE, RULE, SHADE, STRONG, VALUE, Flow, Style, wrap
from app.reports.resident_paper import Picture, Stamp, begun, draw_picture, finished

__all__ = ["AboutMePaper", "Picture", "about_me_pdf"]

NOT_SHARED = "For use in the home only: it may not go with the resident"
_COMFORT = HEADINGS["worries_and_comfort"]
_PHOTO_WIDE, _PHOTO_HIGH = 130.0, 150.0
_TITLE = "About me"


@dataclass(frozen=True, slots=True)
class AboutMePaper:
    """What is printed: headings with what is told under them, in order. ``shared`` is None while nobody asked."""

    stamp: Stamp
    preferred_name: str
    told: Sequence[tuple[str, str]]
    blank: Sequence[str]
    helped_by: str
    written_on: date | None
    shared: bool | None
    review_due: date | None
    picture: Picture | None


def about_me_pdf(paper: AboutMePaper) -> bytes:
    """The paper as a PDF. The same paper gives the same bytes."""
    flow = begun(paper.stamp, _TITLE)
    if paper.shared is not True:
        _not_shared(flow, paper)
    _first(flow, paper)
    for heading, words in paper.told:
        if heading != _COMFORT:
            flow.y += 3
            flow.need(44)
            flow.paragraph((heading, STRONG))
            flow.paragraph((words, VALUE))
    _last(flow, paper)
    return finished(flow, paper.stamp, _TITLE)


def _not_shared(flow: Flow, paper: AboutMePaper) -> None:
    why = "" if paper.shared is False else " (nobody has been asked yet)"
    lines = wrap(((f"{NOT_SHARED}{why}.", Style(Face.BOLD, 13)),), flow.wide - 20)
    tall = len(lines) * 16 + 12
    flow.sheet.box(MARGIN, flow.y, flow.wide, tall, stroke=2)
    flow.sheet.block(MARGIN + 10, flow.y + 6, lines, 16)
    flow.y += tall + 8


def _first(flow: Flow, paper: AboutMePaper) -> None:
    """The name to use and what worries and calms, with the photo beside them."""
    top = flow.y
    wide, high = (0.0, 0.0)
    if paper.picture is not None:
        x = flow.size[0] - MARGIN - _PHOTO_WIDE
        wide, high = draw_picture(flow, paper.picture, x, top, _PHOTO_WIDE, _PHOTO_HIGH)
    room = flow.wide - (_PHOTO_WIDE + 14 if wide else 0.0)
    name = wrap((("Please call me", VALUE), (paper.preferred_name or "by my name", Style(Face.BOLD, 18))), room)
    flow.y = flow.sheet.block(MARGIN, top, name, 23) + 6
    comfort = next((words for heading, words in paper.told if heading == _COMFORT), "")
    head = wrap(((_COMFORT, STRONG),), room - 20)
    lines = wrap(
        ((comfort or "Not written down yet: ask the people who know me.", Style(Face.REGULAR, 13)),), room - 20
    )
    tall = len(head) * 16 + len(lines) * 16.5 + 16
    if flow.y + tall <= flow.limit:
        flow.sheet.box(MARGIN, flow.y, room, tall, fill=SHADE, stroke=1.2, colour=RULE)
        y = flow.sheet.block(MARGIN + 10, flow.y + 7, head, 16)
        flow.sheet.block(MARGIN + 10, y, lines, 16.5)
        flow.y = max(flow.y + tall, top + high) + 8
    else:  # longer than the page: without the frame it may go on over it
        flow.y = max(flow.y, top + high) + 8
        flow.paragraph((_COMFORT, STRONG))
        flow.paragraph((comfort, Style(Face.REGULAR, 13)))


def _last(flow: Flow, paper: AboutMePaper) -> None:
    flow.y += 8
    if paper.blank:
        flow.paragraph((f"Not written down yet: {'; '.join(paper.blank)}.", NOTE))
    said = [f"Written on {long_date(paper.written_on)}" if paper.written_on else "The day of writing is not recorded"]
    if paper.helped_by:
        said.append(f"with the help of {paper.helped_by}")
    words = f"{' '.join(said)}."
    if paper.review_due is not None:
        words += f" To be gone through again by {long_date(paper.review_due)}."
    flow.paragraph((words, NOTE))
