"""The letter with which a home asks the GP to look at a resident's memory. Our own wording, on one page where it fits.

It says what was noticed and for how long, the memory test or why there is none, what is asked, that the resident agrees
or that it was decided in their best interests, and whom to ring. Nothing in it is a diagnosis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.dates import long_date, to_local
from app.domain.nhs import format_nhs_number
from app.domain.people import ResidentDetails
from app.reports.paper import MARGIN, NOTE, STRONG, VALUE, Flow, wrap
from app.reports.resident_paper import FOOT, Stamp, finished, restored_words

_ASKED = (
    "Would you please see the resident and look for anything that can be treated.",
    "Would you also decide whether an assessment for dementia or a referral to the memory clinic is right.",
    "Please tell us what you decide, and whether a diagnosis is to be written into the care plan.",
)


@dataclass(frozen=True, slots=True)
class Letter:
    """What the letter says. ``noticed`` are observations in words; ``long_enough`` when they have lasted three months
    or more. ``amt`` is the number of 10 that were right, or None with ``amt_not_done`` saying why. ``tests`` are other
    memory tests: name, result, day."""

    stamp: Stamp
    noticed: Sequence[str]
    long_enough: bool
    examples: str
    amt: int | None
    amt_not_done: str
    best_interests: bool
    assessed_on: date
    assessed_by: str
    tests: Sequence[tuple[str, str, date]]
    attribution: str


def letter_pdf(letter: Letter) -> bytes:
    """The letter as a PDF. The same letter gives the same bytes."""
    flow = Flow(bottom=FOOT)
    flow.new_sheet()
    _addresses(flow, letter)
    d = letter.stamp.details
    who = full_name(d)
    flow.paragraph(("Dear Doctor,", VALUE))
    flow.y += 6
    flow.paragraph((who, STRONG))
    flow.paragraph(
        (f"Born {long_date(d.date_of_birth)} · NHS number {format_nhs_number(d.nhs_number)} · ", VALUE),
        (f"lives at {letter.stamp.home.name}", VALUE),
    )
    restored_words(flow, letter.stamp)
    flow.y += 6
    flow.paragraph(("Request to look for dementia or another cause of memory problems", STRONG))
    flow.paragraph((_opening(letter), VALUE))
    for each in letter.noticed:
        flow.paragraph((f"•  {each}", VALUE), indent=12)
    if letter.examples:
        flow.y += 2
        flow.paragraph(("For example:", STRONG), (letter.examples, VALUE))
    flow.y += 4
    for words in _tests(letter):
        flow.paragraph((words, VALUE))
    flow.y += 4
    for words in _ASKED:
        flow.paragraph((words, VALUE))
    flow.y += 4
    flow.paragraph((_agreed(letter), VALUE))
    flow.paragraph((_ring(letter), VALUE))
    _signature(flow, letter)
    return finished(flow, letter.stamp, "Letter to the GP")


def full_name(d: ResidentDetails) -> str:
    """``Mr John Smith (known as Jack)``: the name as a letter writes it."""
    name = " ".join(part for part in (d.title, d.given_name, d.family_name) if part)
    return f"{name} (known as {d.preferred_name})" if d.preferred_name else name


def _addresses(flow: Flow, letter: Letter) -> None:
    """The home at the top right, the day below it; the practice on the left."""
    home, d = letter.stamp.home, letter.stamp.details
    right = flow.size[0] - MARGIN
    y = 46.0
    for n, line in enumerate((home.name, *home.address, home.postcode, home.phone, home.email)):
        if line:
            flow.sheet.text(right, y, line, STRONG if n == 0 else VALUE, align="right")
            y += VALUE.leading
    y += 6
    flow.sheet.text(right, y, long_date(to_local(letter.stamp.made_at).date()), align="right")
    left = 46.0
    for line in (d.gp_name or "The GP practice", d.gp_code, d.gp_phone):
        if line:
            lines = wrap(((line, VALUE),), flow.wide / 2)
            left = flow.sheet.block(MARGIN, left - VALUE.leading * 0.78, lines, VALUE.leading) + VALUE.leading * 0.78
    flow.y = max(y, left) + 20


def _opening(letter: Letter) -> str:
    if not letter.noticed:
        return (
            "We have not noticed changes in daily life ourselves, but a short memory test was below what is usual, and "
            "we ask you to look into it."
        )
    since = "for three months or longer" if letter.long_enough else "for less than three months"
    return (
        f"Staff who know {letter.stamp.details.given_name} well have noticed {since} what is listed here. It has not "
        "come on suddenly, and dementia has not been diagnosed so far."
    )


def _tests(letter: Letter) -> list[str]:
    day = long_date(letter.assessed_on)
    if letter.amt is not None:
        words = [
            f"Abbreviated Mental Test (AMT) on {day}: {letter.amt} of 10 right. Seven or less is below what is usual."
        ]
    else:
        why = letter.amt_not_done.lower() or "no reason recorded"
        words = [f"The Abbreviated Mental Test (AMT) was not done on {day}: {why}."]
    words += [f"{name}, {long_date(on)}: {result}." for name, result, on in letter.tests]
    return words


def _agreed(letter: Letter) -> str:
    given = letter.stamp.details.given_name
    if letter.best_interests:
        return (
            f"{given} could not decide about this letter. It is sent in {given}'s best interests, under the Mental "
            "Capacity Act 2005; the decision is in the home's records."
        )
    return f"{given} has been told why this letter is sent and agrees to it."


def _ring(letter: Letter) -> str:
    home = letter.stamp.home
    phone = f" on {home.phone}" if home.phone else ""
    return (
        f"To arrange a visit, or for anything else we have written down, please ring {home.name}{phone} and ask for "
        f"{letter.assessed_by} or the senior on duty."
    )


def _signature(flow: Flow, letter: Letter) -> None:
    flow.need(96)
    flow.y += 8
    flow.paragraph(("Yours sincerely,", VALUE))
    flow.y += 30
    flow.sheet.rule(MARGIN, flow.y, MARGIN + 220, flow.y)
    flow.y += 3
    flow.paragraph((f"{letter.stamp.made_by}, for {letter.stamp.home.name}", VALUE))
    flow.paragraph(
        (f"What staff noticed was written down and signed by {letter.assessed_by}. {letter.attribution}", NOTE)
    )
