"""Where £70 comes from: the inputs to change, every line of the calculation, and the other ways of rounding it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.errors import Problem, UserError
from app.domain.fair_cost import (
    OBSERVED_PER_CENT,
    PREMISE_PER_CENT,
    Inputs,
    Line,
    Reading,
    at_share,
    check,
    published,
    readings,
    whole_home,
)
from app.domain.money import parse_pounds, pounds
from app.ui.forms.form import Form
from app.ui.forms.typed import Ask, Reader, Typed
from app.ui.pages.premium.tabs import PremiumTabs
from app.ui.theme import L, M
from app.ui.widgets.buttons import secondary
from app.ui.widgets.error_summary import ErrorSummary
from app.ui.widgets.field import show_problems
from app.ui.widgets.layouts import level
from app.ui.widgets.table import Column
from app.ui.widgets.text import heading, label, scrolled
from app.ui.widgets.wrapped_table import WrappedTable

if TYPE_CHECKING:
    from app.ui.context import Context

_ASKS: tuple[Ask, ...] = (
    Ask("residents", "Residents", needed="Enter the residents"),
    Ask("complex_residents", "Complex residents", needed="Enter the complex residents", beside=True),
    Ask("rate", "Pay for an hour, with on-costs", help="In pounds", needed="Enter the pay for an hour", beside=True),
    Ask("usual_ratio", "Residents to one carer, usually", needed="Enter the usual ratio"),
    Ask("complex_ratio", "Complex residents to one carer", needed="Enter the ratio for complex residents", beside=True),
    Ask("hours_a_day", "Hours of a post in a day", needed="Enter the hours"),
    Ask("days_a_week", "Days in a week", needed="Enter the days", beside=True),
)
_LINES: tuple[Column[Line], ...] = (
    Column("Line", lambda row: row.words, stretch=True),
    Column("Residents", lambda row: str(row.residents), right=True),
    Column("Staff", lambda row: _staff(row.staff), right=True),
    Column("For a resident a week", lambda row: pounds(row.rounded), right=True),
)
_READINGS: tuple[Column[Reading], ...] = (
    Column("Way of rounding", lambda row: row.words, stretch=True),
    Column("Without", lambda row: pounds(row.base_pence), right=True),
    Column("Complex", lambda row: pounds(row.complex_pence), right=True),
    Column("Difference", lambda row: pounds(row.difference_pence), right=True),
)


@dataclass(frozen=True, slots=True)
class _Home:
    words: str
    complex_residents: int
    premium: int
    posts: str
    extra: int
    short: int


_HOMES: tuple[Column[_Home], ...] = (
    Column("Share of complex residents", lambda row: row.words, stretch=True),
    Column("Residents", lambda row: str(row.complex_residents), right=True),
    Column("Premium a week", lambda row: pounds(row.premium), right=True),
    Column("Whole posts", lambda row: row.posts, right=True),
    Column("Cost of the extra posts", lambda row: pounds(row.extra), right=True),
    Column("Not covered", lambda row: pounds(row.short), right=True),
)


class FairCostPage(QWidget):
    """A calculation to play with: nothing is kept, and nothing here changes what is claimed."""

    title = "Fair cost"

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self._ctx = ctx
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        column.addWidget(PremiumTabs("fair-cost", lambda key: ctx.navigate.emit(key, None)))
        self.again_button = secondary("The published figures again", self._published)
        column.addWidget(level((label("Where £70 comes from", "title", wrap=False), self.again_button)))
        column.addWidget(
            label(
                "The programme staffed a day post of 12 hours on 7 days, once for everybody and once for the complex "
                "residents, and called the difference for a resident and week the fair cost. Night cover is not in the "
                "method. Change a figure to see what it would be for this home; what is claimed follows the policy.",
                "secondary",
            )
        )
        self.summary = ErrorSummary()
        column.addWidget(self.summary)
        self.form = Form(_ASKS, ctx.today, typed(Inputs()))
        self.form.changed.connect(self._work_out)
        column.addWidget(self.form)
        self.post = label("", "strong")
        column.addWidget(self.post)
        column.addWidget(heading("The calculation as it was published"))
        self.lines: WrappedTable[Line] = WrappedTable("The calculation", _LINES, key=lambda row: row.words)
        column.addWidget(self.lines)
        column.addWidget(heading("The difference, by the way of rounding"))
        self.readings: WrappedTable[Reading] = WrappedTable("Ways of rounding", _READINGS, key=lambda row: row.key)
        column.addWidget(self.readings)
        column.addWidget(heading("For the home as a whole, with posts that are people"))
        self.homes: WrappedTable[_Home] = WrappedTable("The whole home", _HOMES, key=lambda row: row.words)
        column.addWidget(self.homes)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(body))
        self._work_out()

    def opened(self, _arg: Any) -> None:
        """As it was left."""

    def refresh(self, _changes: object) -> None:
        """Nothing in the record changes it."""

    def can_leave(self) -> bool:
        """Nothing is kept, so nothing is lost."""
        return True

    def _published(self) -> None:
        self.form.set_typed(typed(Inputs()))
        self._work_out()

    def _work_out(self) -> None:
        try:
            inputs = read(self.form.typed(), self._ctx)
        except UserError as error:
            found = error.problems or (Problem(error.field or "", error.message),)
            for field in self.form.fields.values():
                field.set_error(next((each.message for each in found if each.field == field.key), ""))
            self.post.setText("The figures below are for what stood in the boxes before")
            return
        show_problems((), self.form.fields.values(), self.summary)
        self.post.setText(f"One post for a week: {pounds(inputs.post_pence)}")
        self.lines.set_rows(published(inputs))
        self.readings.set_rows(readings(inputs))
        self.homes.set_rows(
            (
                _home("As typed", inputs),
                _home(f"The premise of the model, {PREMISE_PER_CENT} %", at_share(inputs, PREMISE_PER_CENT)),
                _home(f"What was observed, {OBSERVED_PER_CENT} %", at_share(inputs, OBSERVED_PER_CENT)),
            )
        )
        for table in (self.lines, self.readings, self.homes):
            high = table.verticalHeader().length() + table.horizontalHeader().height() + 8
            table.setMinimumHeight(high)


def typed(inputs: Inputs) -> dict[str, str | bool]:
    """The inputs as the form shows them."""
    return {
        "residents": str(inputs.residents),
        "complex_residents": str(inputs.complex_residents),
        "rate": pounds(inputs.pence_an_hour).removeprefix("£"),
        "usual_ratio": _ratio_text(inputs.usual_ratio),
        "complex_ratio": _ratio_text(inputs.complex_ratio),
        "hours_a_day": str(inputs.hours_a_day),
        "days_a_week": str(inputs.days_a_week),
    }


def read(words: Typed, ctx: Context) -> Inputs:
    """The inputs that were typed; UserError with one problem a field."""
    reader = Reader(_ASKS, words, ctx.today())
    rate = reader.text("rate")
    pence = 0
    if rate:
        try:
            pence = parse_pounds(rate, field="rate")
        except UserError as error:
            reader.bad("rate", error.message)
    found = {key: _number(reader, key) for key in words if key != "rate"}
    reader.finish()
    whole = {key: int(found[key]) for key in ("residents", "complex_residents", "hours_a_day", "days_a_week")}
    try:
        return check(
            Inputs(**whole, pence_an_hour=pence, usual_ratio=found["usual_ratio"], complex_ratio=found["complex_ratio"])
        )
    except UserError as error:
        renamed = tuple(Problem("rate" if p.field == "pence_an_hour" else p.field, p.message) for p in error.problems)
        raise UserError(error.message, problems=renamed) from None


def _number(reader: Reader, key: str) -> Fraction:
    text = reader.text(key)
    ratio = key.endswith("_ratio")
    whole, point, part = text.partition(".")
    fits = whole.isdecimal() and len(whole) < 6 and (not point or (ratio and part.isdecimal() and len(part) < 4))
    if text and not fits:
        reader.bad(key, "Enter a number such as 6.5" if ratio else "Enter a whole number")
    return Fraction(text) if text and fits else Fraction(1)


def _ratio_text(ratio: Fraction) -> str:
    thousandths = int(ratio * 1000)
    part = f"{thousandths % 1000:03d}".rstrip("0")
    return f"{thousandths // 1000}.{part}" if part else str(thousandths // 1000)


def _staff(staff: Fraction) -> str:
    if staff.denominator == 1:
        return str(staff.numerator)
    hundredths = int(staff * 100 + Fraction(1, 2))
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def _home(words: str, inputs: Inputs) -> _Home:
    found = whole_home(inputs)
    return _Home(
        words, inputs.complex_residents, found.premium_pence, f"{found.posts_before} to {found.posts_after}",
        found.extra_pence, found.short_pence,
    )  # fmt: skip
