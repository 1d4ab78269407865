"""The premium's money of a year on paper and as a table: where every pound is, what was gained, lost, paid and bought.

It names no resident: claims stand by their identifiers where something does not agree.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Protocol

from app.domain.charts.money import HEADERS, figures, money_chart, month_bar, rate_chart, spend_chart
from app.domain.dates import date_time, short_date
from app.domain.drawing import Scene
from app.domain.home_facts import Remittance, Spend, SpendCategory
from app.domain.ledger import EVENT_WORDS, Totals, Transaction
from app.domain.money import pounds
from app.domain.money_words import CATEGORY_WORDS, FIGURES, lost_words, sum_words, year_words
from app.domain.needs import PremiumNeed, need_label
from app.domain.spreadsheet import harmless
from app.reports import scene
from app.reports.fonts import Face
from app.reports.paper import (
    A4,
    MARGIN,
    NOTE,
    PRACTICE,
    STRONG,
    VALUE,
    Cells,
    Flow,
    Line,
    Style,
    draw_foot,
    painted,
    wrap,
)

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

_FOOT = 48.0
_WIDTHS = (68, 60, 52, 50, 60, 60, 70, 51, 56)
"""Wide enough for a date, for £99,999.99 in the figures that can come to that, and for each title on one line."""


class Period(Protocol):
    """A week, a month or the year, as the money of the premium gives it."""

    @property
    def starts(self) -> date:
        """Its first Monday."""

    @property
    def ends(self) -> date:
        """Its last Sunday."""

    @property
    def totals(self) -> Totals:
        """Its figures."""

    @property
    def residents(self) -> int:
        """Resident-weeks."""

    @property
    def eligible(self) -> int:
        """Resident-weeks claimed or claimable."""

    @property
    def spent(self) -> int:
        """Pence spent."""

    @property
    def rate(self) -> Decimal | None:
        """The claim rate in per cent."""


class Reason(Protocol):
    """Pounds gained or lost for a reason."""

    @property
    def words(self) -> str:
        """The reason in words."""

    @property
    def weeks(self) -> int:
        """Resident-weeks."""

    @property
    def pence(self) -> int:
        """How much."""

    @property
    def alone_pence(self) -> int:
        """How much by this reason alone."""

    @property
    def ours(self) -> bool:
        """Whether the home could mend it."""


class Pathway(Protocol):
    """What rests on one area."""

    @property
    def area(self) -> PremiumNeed:
        """The area."""

    @property
    def claims(self) -> int:
        """How many claims."""

    @property
    def accepted(self) -> int:
        """Accepted pence."""

    @property
    def paid(self) -> int:
        """Paid pence."""


@dataclass(frozen=True, slots=True)
class MoneyPaper:
    """All that is printed of a year, April to March, and who printed it when. ``payments`` come with how much of each
    is for claims that are known, ``review`` with what was decided. ``restored_from`` is when the backup was taken that
    the record came back from."""

    home: str
    practice: bool
    made_at: datetime
    made_by: str
    anchor: str
    restored_from: datetime | None
    year: int
    whole: Period
    months: Sequence[Period]
    weeks: Sequence[Period]
    gained: Sequence[Reason]
    lost: Sequence[Reason]
    lost_pence: int
    not_owed_pence: int
    pathways: Sequence[Pathway]
    payments: Sequence[tuple[Remittance, int]]
    review: Sequence[tuple[str, str]]
    spent: Sequence[Spend]
    by_category: Sequence[tuple[SpendCategory, int]]


def money_pdf(paper: MoneyPaper) -> bytes:
    """The year as a PDF. The same paper gives the same bytes."""
    flow = Flow(bottom=_FOOT + 6)
    flow.new_sheet()
    _head(flow, paper)
    _review(flow, paper)
    _periods(flow, paper)
    _reasons(flow, paper)
    _pathways(flow, paper)
    _payments(flow, paper)
    _spent(flow, paper)
    _by_week(flow, paper)
    foot = _foot_lines(paper)
    for page, sheet in enumerate(flow.sheets, 1):
        draw_foot(sheet, foot, page, len(flow.sheets), tall=44)
    return painted(
        flow.sheets,
        title="Money of the premium",
        author=paper.home,
        subject="Confidential",
        made_at=paper.made_at,
        outline=flow.outline,
    )


def money_csv(weeks: Sequence[Period], whole: Period) -> bytes:
    """The weeks as a CSV table (UTF-8 with a mark, as spreadsheets want it), amounts in whole pence; the last row is
    the year."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    fields = [field for field, _, _ in FIGURES]
    table.writerow(
        ["week_start", "week_end", "residents", "claimed_or_claimable", "claim_rate_percent"]
        + [f"{field}_pence" for field in fields]
        + ["unmatched_pence", "spent_pence"]
    )
    for at, period in enumerate([*weeks, whole]):
        name = period.starts.isoformat() if at < len(weeks) else "year"
        table.writerow(
            [
                name, period.ends.isoformat(), period.residents, period.eligible,
                "" if period.rate is None else str(period.rate),
                *(getattr(period.totals, field) for field in fields),
                period.totals.unmatched, period.spent,
            ]
        )  # fmt: skip
    return out.getvalue().encode("utf-8-sig")


def ledger_csv(journal: Sequence[Transaction]) -> bytes:
    """Every movement of money of the year as a CSV table (UTF-8), one row a posting: the pence of each transaction, and
    of them all, add up to nought."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(["transaction", "on", "claim_week", "claim", "reference", "what", "account", "pence"])
    for number, each in enumerate(journal, 1):
        event = each.event
        week = event.week.isoformat() if event.week is not None else ""
        for posting in each.postings:
            table.writerow(
                [
                    number, event.on.isoformat(), week, harmless(event.claim), harmless(event.reference),
                    EVENT_WORDS[event.kind], posting.account.value, posting.pence,
                ]
            )  # fmt: skip
    return out.getvalue().encode("utf-8-sig")


def _head(flow: Flow, paper: MoneyPaper) -> None:
    flow.y = flow.sheet.block(MARGIN, 36, wrap((("The premium's money", Style(Face.REGULAR, 16)),), flow.wide), 20)
    words = year_words(paper.year)
    flow.y = flow.sheet.block(MARGIN, flow.y, wrap(((words, Style(Face.BOLD, 20)),), flow.wide), 25)
    until = f"claim weeks that have ended by {date_time(paper.made_at)}, the last on {short_date(paper.whole.ends)}"
    flow.paragraph((f"{paper.home} · {until}", VALUE))
    if paper.restored_from is not None:
        since = date_time(paper.restored_from)
        flow.paragraph((f"RECORD RESTORED from the backup of {since}: what came after may be missing.", STRONG))
    flow.heading("The year", "year")
    for field, name, means in FIGURES:
        flow.fact(name, (pounds(getattr(paper.whole.totals, field)), STRONG), (f"  {means}", NOTE), label_width=120)
    flow.fact("Claim rate", (_rate(paper.whole), STRONG),
              (f"  of {paper.whole.residents:,} resident-weeks; planned 15 %, usual in the scheme 29 %", NOTE),
              label_width=120)  # fmt: skip
    flow.fact("Spent", (pounds(paper.whole.spent), STRONG), label_width=120)
    if paper.whole.totals.unmatched:
        flow.fact("For no claim", (pounds(paper.whole.totals.unmatched), STRONG),
                  ("  arrived and matches no claim that is known", NOTE), label_width=120)  # fmt: skip
    flow.paragraph((sum_words(paper.whole.totals), NOTE))


def _review(flow: Flow, paper: MoneyPaper) -> None:
    flow.heading("To look at", "review", room=50)
    for words, settled in paper.review:
        after = f" Looked at: {settled}." if settled else " Not looked at yet."
        flow.paragraph((f"•  {words}.", VALUE if settled else STRONG), (after, NOTE), indent=8)
    if not paper.review:
        flow.paragraph(("Every payment recorded matches a claim and what was accepted for it.", VALUE))


def _periods(flow: Flow, paper: MoneyPaper) -> None:
    bars = [month_bar(month.ends, month.totals) for month in paper.months]
    chart = money_chart("Where the pounds of each month are", bars, width=int(flow.wide))
    flow.heading("Month by month", "months", room=chart.scene.height + 30)
    _draw(flow, chart.scene)
    _figure_table(flow, "Month", [(short_date(month.ends)[3:], month) for month in paper.months], paper.whole)
    flow.paragraph(("A week belongs to the month and the year in which its Sunday falls, so they add up.", NOTE))
    rates = rate_chart([(week.ends, week.rate) for week in paper.weeks], width=int(flow.wide))
    flow.need(rates.scene.height + 40)
    flow.subheading("Claim rate by week")
    _draw(flow, rates.scene)


def _figure_table(flow: Flow, head: str, periods: Sequence[tuple[str, Period]], whole: Period) -> None:
    rows: list[Cells] = [
        tuple(((cell, NOTE),) for cell in (name, *figures(period.totals)))
        for name, period in [*periods, ("All", whole)]
    ]
    flow.table((head, *HEADERS), _WIDTHS, rows)
    flow.y += 6


def _reasons(flow: Flow, paper: MoneyPaper) -> None:
    flow.heading("Gained", "gained", room=60)
    if paper.gained:
        flow.table(
            ("How", "Resident-weeks", "Accepted"), (337, 100, 90),
            [_cells(r.words, f"{r.weeks:,}", pounds(r.pence)) for r in paper.gained],
        )  # fmt: skip
    else:
        flow.paragraph(("Nothing is accepted in this year yet.", VALUE))
    flow.heading("Lost, by reason", "lost", room=60)
    flow.paragraph((lost_words(paper.lost_pence, paper.not_owed_pence), VALUE))
    if paper.lost:
        flow.table(
            ("Reason", "To mend", "Weeks", "Stopped", "By this alone"), (267, 60, 50, 75, 75),
            [
                _cells(r.words, "Yes" if r.ours else "Not owed", f"{r.weeks:,}", pounds(r.pence), pounds(r.alone_pence))
                for r in paper.lost
            ],
        )  # fmt: skip
        flow.paragraph(("Several reasons can stop the same week, so Stopped adds up to more than was lost.", NOTE))
    else:
        flow.paragraph(("Nothing was lost in this year.", VALUE))


def _pathways(flow: Flow, paper: MoneyPaper) -> None:
    flow.heading("By pathway", "pathways", room=60)
    flow.table(
        ("Pathway", "Claims", "Accepted", "Paid"), (257, 70, 100, 100),
        [_cells(need_label(p.area), f"{p.claims:,}", pounds(p.accepted), pounds(p.paid)) for p in paper.pathways],
    )  # fmt: skip
    flow.paragraph(("A claim rests on two pathways or more, so they do not add up to the year.", NOTE))


def _payments(flow: Flow, paper: MoneyPaper) -> None:
    flow.heading("Payments", "payments", room=60)
    if not paper.payments:
        flow.paragraph(("No payment is recorded in this year.", VALUE))
        return
    flow.table(
        ("Paid on", "Reference", "Amount", "Claims", "For claims we know"), (75, 207, 80, 60, 105),
        [
            _cells(short_date(p.paid_on), p.reference, pounds(p.total_pence), str(len(p.lines)), pounds(matched))
            for p, matched in paper.payments
        ],
    )  # fmt: skip


def _spent(flow: Flow, paper: MoneyPaper) -> None:
    chart = spend_chart(paper.by_category, width=int(flow.wide))
    flow.heading("What the money was spent on", "spent", room=min(chart.scene.height + 30, 300))
    if not paper.spent:
        flow.paragraph(("No spending is recorded in this year.", VALUE))
        return
    _draw(flow, chart.scene)
    flow.table(
        ("On", "What", "Category", "Amount"), (75, 232, 140, 80),
        [
            _cells(
                short_date(s.on), s.what + (f" ({s.supplier})" if s.supplier else ""), CATEGORY_WORDS[s.category],
                pounds(s.pence),
            )
            for s in paper.spent
        ],
    )  # fmt: skip


def _by_week(flow: Flow, paper: MoneyPaper) -> None:
    flow.heading("Week by week", "weeks", room=120)
    _figure_table(flow, "Week of", [(short_date(week.starts), week) for week in paper.weeks], paper.whole)


def _cells(*words: str) -> Cells:
    return tuple(((each, NOTE),) for each in words)


def _rate(period: Period) -> str:
    return "No residents" if period.rate is None else f"{period.rate} %"


def _draw(flow: Flow, drawn: Scene) -> None:
    flow.sheet.drawing(partial(_paint, drawn=drawn, top=flow.y, width=flow.wide))
    flow.y += drawn.height * flow.wide / drawn.width + 6


def _paint(canvas: Canvas, high: float, *, drawn: Scene, top: float, width: float) -> None:
    scene.draw(drawn, canvas, MARGIN, high - top, width=width)


def _foot_lines(paper: MoneyPaper) -> Sequence[Line]:
    mark = f"{PRACTICE} · " if paper.practice else ""
    text = (
        f"{mark}The premium's money, {year_words(paper.year)} · {paper.home} · Printed {date_time(paper.made_at)} by "
        f"{paper.made_by} · Audit trail {paper.anchor}"
    )
    return wrap(((text, NOTE),), A4[0] - 2 * MARGIN - 90)[:2]
