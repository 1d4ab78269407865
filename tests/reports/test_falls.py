"""The sheet of a fall: what was decided comes first, silence is said, and whose fall it is stands on every page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from app.domain import falls
from app.domain.charts.body import centre_of
from app.domain.falls import Action, Fall, Injury, Stopped
from app.reports.falls import FallPaper, fall_pdf
from tests.factories import details

FELL = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
NOW = FELL + timedelta(minutes=45)


def an_injury(site: str, kind: str) -> Injury:
    view, x, y = centre_of(site)
    return Injury(view, site, round(x, 4), round(y, 4), kind)


def paper(**changes: Any) -> FallPaper:
    fall = Fall(FELL, place="bathroom", activity="toilet", witness="nobody", family_told=True, gp_told=False)
    due = falls.timetable(FELL, head_injury_possible=True, status=lambda _at: "here")
    given: Mapping[str, Any] = {
        "details": details(),
        "home": "Practice House",
        "practice": False,
        "made_at": NOW,
        "made_by": "Mo Manager",
        "anchor": "38-406cd8f9",
        "restored_from": None,
        "fall": fall,
        "decision": "Urgent head injury referral",
        "do": ("Call 999, 111 or A&E now.",),
        "why": ("Head struck, or fall not seen, and on a blood thinner",),
        "checked": (FELL, "Nia Nurse"),
        "answers": (("Is it safe to go to the resident?", "Yes"),),
        "circumstances": (("Where?", "Bathroom or toilet"),),
        "recorded": (NOW, "Cal Carer"),
        "progress": falls.progress(FELL, due, [FELL + timedelta(minutes=2)], NOW),
        "sets": ((FELL + timedelta(minutes=2), "1 Low", "Nia Nurse"),),
        "alerts": (("After a fall: urgent head injury referral", "999", NOW, "Control room"),),
        "assessed": False,
        "actions": (Action("Dizziness", "Lying and standing BP", "Nia", date(2026, 11, 20), overdue=True),),
        "notes": ("Slipped on a towel.",),
    }
    return FallPaper(**{**given, **changes})


def pages(made: FallPaper) -> list[str]:
    return [re.sub(r"\s+", " ", page.extract_text()) for page in PdfReader(BytesIO(fall_pdf(made))).pages]


def text(made: FallPaper) -> str:
    return " ".join(pages(made))


def test_the_decision_stands_before_everything_that_was_typed() -> None:
    found = text(paper())
    order = [found.index(words) for words in (
        "Urgent head injury referral", "Call 999, 111 or A&E now.", "Is it safe to go", "Injuries", "How it happened",
        "Observations after the fall", "Who was called", "Falls assessment",
    )]  # fmt: skip
    assert order == sorted(order)


def test_every_page_says_whose_fall_it_is_and_who_printed_it() -> None:
    found = pages(paper())
    assert len(found) > 1
    for number, page in enumerate(found, 1):
        assert "FAMILYB1, John (Mr)" in page
        assert "NHS No. 999 000 0018" in page
        assert "by Mo Manager" in page
        assert f"Page {number} of {len(found)}" in page


def test_the_title_names_nobody() -> None:
    meta = PdfReader(BytesIO(fall_pdf(paper()))).metadata
    assert meta is not None
    assert (meta.title, meta.author) == ("Fall", "Practice House")


def test_the_same_fall_gives_the_same_bytes() -> None:
    assert fall_pdf(paper()) == fall_pdf(paper())
    assert fall_pdf(paper()) != fall_pdf(paper(made_at=NOW + timedelta(minutes=1)))


def test_the_facts_of_the_fall_are_all_there() -> None:
    marked = (an_injury("left_hip", "bruise"), an_injury("right_elbow", "skin_tear"))
    found = text(paper(fall=replace(paper().fall, injuries=marked)))
    for words in (
        "23-Nov-2026 02:10", "Bathroom or toilet, not seen", "Left hip: bruise", "Right elbow: skin tear",
        "72 hours: a head injury is possible", "999. 23-Nov-2026 02:55, spoke to Control room", "Slipped on a towel.",
        "not done since the fall: it is due", "Dizziness: Lying and standing BP (Nia, by 20-Nov-2026). Overdue",
    ):  # fmt: skip
        assert words in found, words


def test_each_time_of_the_timetable_has_its_line() -> None:
    found = text(paper())
    assert "23-Nov-2026 02:10 Done 23-Nov-2026 02:12 1 Low Nia Nurse" in found
    assert "23-Nov-2026 02:40 Due now" in found or "23-Nov-2026 02:40 Late" in found
    assert found.count("To come") == 14


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"decision": "", "checked": None, "answers": ()}, "No post-fall check is signed"),
        ({"circumstances": (), "recorded": None}, "The circumstances are not recorded yet."),
        ({"alerts": ()}, "The check raised no alert."),
        ({"fall": Fall(FELL)}, "Nobody has recorded yet what was looked for and seen."),
        ({"fall": Fall(FELL, no_injury=True)}, "Looked over: no injury seen."),
        ({"fall": Fall(FELL)}, "The family Not recorded"),
        ({"fall": Fall(FELL, family_told=False)}, "The family Not told yet"),
        ({"alerts": (("After a fall", "GP", None, ""),)}, "No call is recorded"),
        ({"assessed": True}, "done since the fall"),
        ({"progress": falls.progress(FELL, (), (), NOW)}, "No observations are due in the home."),
        ({"practice": True}, "PRACTICE: an invented person"),
        ({"restored_from": NOW}, "RECORD RESTORED"),
    ],
)
def test_silence_and_what_is_missing_are_said(changes: dict[str, Any], words: str) -> None:
    assert words in text(paper(**changes))


def test_who_ended_the_observations_and_why() -> None:
    stopped = Stopped(NOW, falls.CLINICIAN, "Dr Ash, GP", "comfort care")
    found = text(paper(fall=replace(paper().fall, stopped=stopped)))
    assert "Ended 23-Nov-2026 02:55: A clinician said so (Dr Ash, GP: comfort care)." in found


def test_long_words_run_over_the_page_and_are_not_lost() -> None:
    long = " ".join(f"word{n}" for n in range(900))
    found = text(paper(circumstances=(("More", long),)))
    assert all(f"word{n}" in found for n in range(900))


def test_fifty_injuries_have_their_fifty_lines() -> None:
    marked = tuple(
        replace(an_injury("left_hip", "pain"), x=Decimal(n) / 100, y=Decimal("0.5")) for n in range(falls.MOST_INJURIES)
    )
    on_paper = 0

    def see(words: str, _matrix: Any, place: Any, _font: Any, _size: Any) -> None:
        nonlocal on_paper
        on_paper += "Left hip: pain" in words and place[5] > 48  # above the foot

    for page in PdfReader(BytesIO(fall_pdf(paper(fall=replace(paper().fall, injuries=marked))))).pages:
        page.extract_text(visitor_text=see)
    assert on_paper == falls.MOST_INJURIES
