"""The premium's money of a year: where every pound is, what does not agree, what was gained, lost and bought."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHeaderView, QLabel, QVBoxLayout, QWidget

from app.domain import money_words
from app.domain.dates import short_date
from app.domain.home_facts import HomeFact, Spend
from app.domain.money import pounds
from app.domain.money_words import CATEGORY_WORDS, FIGURES, year_words
from app.domain.needs import need_label
from app.ui.pages.money import charts
from app.ui.pages.money.words import claim_words, month_words, rate_words, week_words, weeks_count
from app.ui.pages.premium.tabs import PremiumTabs
from app.ui.theme import M, S, Tone, scaled
from app.ui.widgets.buttons import link, primary, secondary
from app.ui.widgets.filters import Filters
from app.ui.widgets.layouts import empty, keep_tab_order, level, tab_stops
from app.ui.widgets.scene import ChartCard
from app.ui.widgets.table import Column, RecordTable
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import card, heading, label, page_column, title
from app.ui.widgets.wrapped_table import WrappedTable

if TYPE_CHECKING:
    from app.services.changes import Changes
    from app.services.money import Money, Pathway, Payment, Period, Reason, ToReview
    from app.services.session import Session
    from app.ui.context import Context
    from app.ui.forms.form import FormDialog

_KINDS = frozenset({"claim", "home_fact", "resident", "fact", "assessment", "staff", "setting", "outbox"})
_NARROWEST = 232
"""Least width of a figure at 100 % text."""
_MOST_ROWS = 8
_LEAST_WORDS = 240
"""Least width of a column of words, at 100 % text."""
T = TypeVar("T")


def _pence(field: str) -> Column[Period]:
    name = next(words for key, words, _ in FIGURES if key == field)
    return Column(name, lambda period: pounds(getattr(period.totals, field)), right=True)


def _periods(first: Column[Period]) -> tuple[Column[Period], ...]:
    return (
        first,
        *(_pence(field) for field, _, _ in FIGURES),
        Column("Claim rate", rate_words, right=True),
        Column("Spent", lambda period: pounds(period.spent), right=True),
    )


_WEEKS = _periods(Column("Week of", week_words))
_MONTHS = _periods(Column("Month", month_words))
_REASONS: tuple[Column[Reason], ...] = (
    Column("Reason", lambda r: r.words, stretch=True),
    Column("For the home to mend", lambda r: "Yes" if r.ours else "No: not owed"),
    Column("Resident-weeks", lambda r: f"{r.weeks:,}", right=True),
    Column("Stopped", lambda r: pounds(r.pence), right=True),
    Column("By this alone", lambda r: pounds(r.alone_pence), right=True),
)
_GAINED: tuple[Column[Reason], ...] = (
    Column("How", lambda r: r.words, stretch=True),
    Column("Resident-weeks", lambda r: f"{r.weeks:,}", right=True),
    Column("Accepted", lambda r: pounds(r.pence), right=True),
)
_PATHWAYS: tuple[Column[Pathway], ...] = (
    Column("Pathway", lambda p: need_label(p.area), stretch=True),
    Column("Claims that rest on it", lambda p: f"{p.claims:,}", right=True),
    Column("Accepted", lambda p: pounds(p.accepted), right=True),
    Column("Paid", lambda p: pounds(p.paid), right=True),
)
_PAYMENTS: tuple[Column[Payment], ...] = (
    Column("Paid on", lambda p: short_date(p.body.paid_on), sort=lambda p: p.body.paid_on),
    Column("Reference", lambda p: p.body.reference, stretch=True),
    Column("Amount", lambda p: pounds(p.body.total_pence), right=True),
    Column("Claims", lambda p: str(len(p.body.lines)), right=True),
    Column("For claims we know", lambda p: pounds(p.matched_pence), right=True),
    Column("From", lambda p: "Typed" if p.body.source == "typed" else p.body.source),
)


def _spend(fact: HomeFact) -> Spend:
    if not isinstance(fact.body, Spend):
        raise TypeError("not something bought")
    return fact.body


_SPENT: tuple[Column[HomeFact], ...] = (
    Column("On", lambda f: short_date(_spend(f).on), sort=lambda f: _spend(f).on),
    Column("What", lambda f: _spend(f).what, stretch=True),
    Column("Category", lambda f: CATEGORY_WORDS[_spend(f).category]),
    Column("Supplier", lambda f: _spend(f).supplier or "–"),
    Column("Amount", lambda f: pounds(_spend(f).pence), right=True),
)


class _WordTable(WrappedTable[T]):
    """The column of words keeps room for words: where there is none, the table scrolls sideways instead."""

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """How much room is left depends on the width."""
        self._fit_columns()
        super().resizeEvent(event)

    def _fit_columns(self) -> None:
        super()._fit_columns()
        at = next(at for at, column in enumerate(self.records.columns) if column.stretch)
        taken = sum(self.columnWidth(other) for other in range(len(self.records.columns)) if other != at)
        if self.viewport().width() - taken < scaled(_LEAST_WORDS):
            self.horizontalHeader().setSectionResizeMode(at, QHeaderView.ResizeMode.Interactive)
            self.setColumnWidth(at, scaled(_LEAST_WORDS))


class _Figures(QWidget):
    """The year's figures, side by side where there is room."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("The year in figures")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(M)
        self._columns = 0
        self.frames: list[QFrame] = []
        self.values = {}
        for field, name, means in FIGURES:
            frame, column = card(spacing=2)
            self.values[field] = label("…", "number")
            for part in (label(name, "secondary"), self.values[field], label(means)):
                column.addWidget(part)
            column.addStretch(1)
            self.frames.append(frame)
        self._place(4)

    def show_year(self, money: Money) -> None:
        """Say the figures."""
        for (field, name, means), frame in zip(FIGURES, self.frames, strict=True):
            words = pounds(getattr(money.whole.totals, field))
            self.values[field].setText(words)
            frame.setAccessibleName(f"{name}: {words}, {means}")

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Fewer beside each other when there is less room."""
        super().resizeEvent(event)
        room = max(1, self.width() // scaled(_NARROWEST))
        self._place(4 if room >= 4 else min(room, 2))

    def _place(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for at, frame in enumerate(self.frames):
            self._grid.addWidget(frame, at // columns, at % columns)
        for at in range(4):
            self._grid.setColumnStretch(at, 1 if at < columns else 0)


class MoneyPage(QWidget):
    """One year, April to March. ``opened`` may be given the year in which it begins."""

    title = "Money"

    def __init__(self, ctx: Context) -> None:
        from app.services.access import Action

        super().__init__()
        self.ctx = ctx
        self._year: int | None = None
        self._asked = 0
        self._money: Money | None = None
        self._writes = ctx.allowed(Action.MANAGE_MONEY)
        self.tabs = PremiumTabs("money", lambda key: ctx.navigate.emit(key, None))
        self.year_words = label("", "heading", wrap=False)
        self.before_button = secondary("Year before", partial(self._step, -1))
        self.after_button = secondary("Year after", partial(self._step, 1))
        self.payment_button = primary("Enter a payment…", self.enter_payment)
        self.import_button = secondary("Import payments…", self.import_payments)
        self.spend_button = secondary("Record spending…", self.record_spending)
        self.pdf_button = secondary("Save as PDF…", partial(self.take_out, "pdf"))
        self.csv_button = secondary("Save the weeks as CSV…", partial(self.take_out, "csv"))
        self.ledger_button = secondary("Save the ledger as CSV…", partial(self.take_out, "ledger"))
        self.out_buttons = (self.pdf_button, self.csv_button, self.ledger_button)
        # Hidden, never shown, while it has no parent: it would flash as a window of its own.
        for button in () if self._writes else (self.payment_button, self.import_button, self.spend_button):
            button.hide()
        for button in () if ctx.allowed(Action.EXPORT_EVIDENCE) else self.out_buttons:
            button.hide()
        self.trouble = label("", "error")
        self.trouble.hide()
        self.figures = _Figures()
        self.sums = label("", "secondary")
        self.review_tag = Tag("", Tone.GOOD)
        self.review = QWidget()
        self.review.setAccessibleName("To look at")
        self._review = QVBoxLayout(self.review)
        self._review.setContentsMargins(0, 0, 0, 0)
        self.money_chart = ChartCard(partial(charts.months_chart, ()))
        self.rate_chart = ChartCard(partial(charts.rate_chart, ()))
        self.spend_chart = ChartCard(partial(charts.spend_chart, ()))
        self.periods: Filters[str] = Filters(
            "Weeks or months", (("months", "Months", lambda _: True), ("weeks", "Weeks", lambda _: True))
        )
        self.periods.picked.connect(self._show_periods)
        self.period_table: RecordTable[Period] = RecordTable("Figures by month", _MONTHS, key=lambda p: p.starts)
        self.week_table: RecordTable[Period] = RecordTable("Figures by week", _WEEKS, key=lambda p: p.starts)
        self.gained: _WordTable[Reason] = _WordTable("Gained", _GAINED, key=lambda r: r.code)
        self.lost: _WordTable[Reason] = _WordTable("Lost, by reason", _REASONS, key=lambda r: r.code)
        self.lost_words = label("")
        self.pathways: _WordTable[Pathway] = _WordTable("By pathway", _PATHWAYS, key=lambda p: p.area)
        self.payments: _WordTable[Payment] = _WordTable("Payments", _PAYMENTS, key=lambda p: p.fact.id)
        self.payment_error_button = link("The chosen payment was entered in error…", self._payment_in_error)
        self.spent: _WordTable[HomeFact] = _WordTable("Spending", _SPENT, key=lambda f: f.id)
        self.spent.opened.connect(lambda _: self.change_spending())
        self.spend_change_button = link("Change the chosen spending…", self.change_spending)
        self.spend_error_button = link("The chosen spending was entered in error…", self._spend_in_error)
        self.nothing: dict[QWidget, QLabel] = {
            table: label(words, "secondary")
            for table, words in (
                (self.gained, "Nothing is accepted in this year yet."),
                (self.lost, "Nothing was lost in this year."),
                (self.payments, "No payment is recorded in this year."),
                (self.spent, "No spending is recorded in this year."),
            )
        }
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._lay_out()

    # ------------------------------------------------------------------------------------------------------- a page

    def opened(self, arg: Any) -> None:
        """Show the year of ``arg`` (its first calendar year), else the one on the screen, else the present one."""
        if isinstance(arg, int):
            self._year = arg
        self._load()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh(self, changes: Changes) -> None:
        """Read again when something that bears on the money was saved."""
        if changes.kinds & _KINDS:
            self._load()

    def can_leave(self) -> bool:
        """Nothing is typed here that could be lost."""
        return True

    # ------------------------------------------------------------------------------------------------ what it does

    def enter_payment(self) -> None:
        """Open the form of a payment."""
        from app.ui.pages.money import dialogs

        self._open(dialogs.PaymentDialog(self.ctx, self))

    def import_payments(self) -> None:
        """Open the import of payments."""
        from app.ui.pages.money import dialogs

        self._open(dialogs.ImportPaymentsDialog(self.ctx, self))

    def record_spending(self) -> None:
        """Open the form of something bought."""
        from app.ui.pages.money import dialogs

        self._open(dialogs.SpendDialog(self.ctx, self))

    def change_spending(self) -> None:
        """Open the form of the chosen spending."""
        from app.ui.pages.money import dialogs

        if self._writes and (fact := self.spent.current()) is not None:
            self._open(dialogs.SpendDialog(self.ctx, self, fact))

    def settle(self, item: ToReview) -> None:
        """Ask what was decided about something that does not agree."""
        from app.ui.pages.money import dialogs

        self._open(dialogs.SettleDialog(self.ctx, self, item))

    def take_out(self, what: str) -> None:
        """Ask where the year is saved: on paper ("pdf"), its weeks ("csv") or every movement of money ("ledger")."""
        from app.ui.pages.money import dialogs

        if self._money is not None:
            self._open(dialogs.OutDialog(self.ctx, self, self._money.year, what))

    def _payment_in_error(self) -> None:
        if (payment := self.payments.current()) is not None:
            self._in_error(payment.fact)

    def _spend_in_error(self) -> None:
        if (fact := self.spent.current()) is not None:
            self._in_error(fact)

    def _in_error(self, fact: HomeFact) -> None:
        from app.ui.pages.money import dialogs

        self._open(dialogs.InErrorDialog(self.ctx, self, fact))

    def _open(self, dialog: FormDialog) -> None:
        from app.ui.pages.money.dialogs import open_form

        open_form(dialog)

    def _step(self, by: int) -> None:
        if self._money is not None:
            self._year = self._money.year + by
            self._load()

    # ------------------------------------------------------------------------------------------------------ reading

    def _load(self) -> None:
        self._asked += 1
        asked, year = self._asked, self._year

        def work(session: Session) -> Money:
            from app.services import money

            return money.money(session, year)

        def arrived(found: Money) -> None:
            if asked == self._asked:
                self._show(found)

        def failed(exc: BaseException) -> None:
            from app.ui.messages import in_words

            message = in_words(exc)
            self.trouble.setText(f"{message.text} {message.detail}".strip())
            self.trouble.show()

        self.ctx.call(work, arrived, failed, owner=self)

    # ------------------------------------------------------------------------------------------------------ showing

    def _lay_out(self) -> None:
        column = page_column(self)
        column.addWidget(self.tabs)
        column.addWidget(level((title("The premium's money"), self.year_words)))
        column.addWidget(level((self.before_button, self.after_button, *self.out_buttons)))
        column.addWidget(level((self.payment_button, self.import_button, self.spend_button)))
        column.addWidget(self.trouble)
        column.addWidget(self.figures)
        column.addWidget(self.sums)
        column.addWidget(level((heading("To look at"), self.review_tag)))
        column.addWidget(self.review)
        column.addWidget(self.money_chart)
        column.addWidget(heading("Month by month, week by week"))
        column.addWidget(
            label("A week belongs to the month and the year in which its Sunday falls, so they add up.", "secondary")
        )
        column.addWidget(self.periods)
        column.addWidget(self.period_table)
        column.addWidget(self.week_table)
        column.addWidget(self.rate_chart)
        column.addWidget(heading("Gained"))
        self._put(column, self.gained)
        column.addWidget(heading("Lost, by reason"))
        column.addWidget(self.lost_words)
        self._put(column, self.lost)
        column.addWidget(heading("By pathway"))
        column.addWidget(
            label("A claim rests on two pathways or more, so they do not add up to the year.", "secondary")
        )
        column.addWidget(self.pathways)
        column.addWidget(heading("Payments"))
        self._put(column, self.payments)
        column.addWidget(self.payment_error_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(heading("What the money was spent on"))
        column.addWidget(self.spend_chart)
        self._put(column, self.spent)
        column.addWidget(level((self.spend_change_button, self.spend_error_button)))
        column.addStretch(1)

    def _put(self, column: QVBoxLayout, table: _WordTable[Any]) -> None:
        column.addWidget(table)
        column.addWidget(self.nothing[table])

    def _show(self, money: Money) -> None:
        self._money, self._year = money, money.year
        self.trouble.hide()
        self.year_words.setText(year_words(money.year))
        self.before_button.setEnabled(money.year > money.first_year)
        self.after_button.setEnabled(money.year < money.last_year)
        self.figures.show_year(money)
        self.sums.setText(_sums(money))
        self._show_review(money)
        self.money_chart.set_chart(partial(charts.months_chart, money.months))
        self.rate_chart.set_chart(partial(charts.rate_chart, money.weeks))
        self.spend_chart.set_chart(partial(charts.spend_chart, money.by_category))
        self._fill(self.period_table, tuple(reversed(money.months)), most=12)
        self._fill(self.week_table, tuple(reversed(money.weeks)), most=12)
        self._show_periods()
        self._fill(self.gained, money.gained)
        self._fill(self.lost, money.lost)
        self.lost_words.setText(
            f"{money_words.lost_words(money.lost_pence, money.not_owed_pence)} Several reasons can stop the same week, "
            "so the column Stopped adds up to more."
        )
        self._fill(self.pathways, money.pathways)
        self._fill(self.payments, money.payments)
        self._fill(self.spent, money.spent)
        self.payment_error_button.setVisible(self._writes and bool(money.payments))
        for button in (self.spend_change_button, self.spend_error_button):
            button.setVisible(self._writes and bool(money.spent))
        keep_tab_order(tab_stops(self))

    def _fill(self, table: RecordTable[Any], rows: tuple[Any, ...], *, most: int = _MOST_ROWS) -> None:
        table.set_rows(rows)
        words = self.nothing.get(table)
        table.setVisible(words is None or bool(rows))
        if words is not None:
            words.setVisible(not rows)
        high = sum(table.rowHeight(at) for at in range(min(len(rows), most)))
        table.setMinimumHeight(table.horizontalHeader().sizeHint().height() + high + scaled(24))

    def _show_periods(self) -> None:
        months = self.periods["months"].isChecked()
        self.period_table.setVisible(months)
        self.week_table.setVisible(not months)

    def _show_review(self, money: Money) -> None:
        count = len(money.open_review)
        self.review_tag.set(
            f"{count} to look at" if count else "Everything agrees", Tone.WARNING if count else Tone.GOOD
        )
        empty(self._review)
        for item in money.review:
            self._review.addWidget(self._review_card(item))
        if not money.review:
            self._review.addWidget(
                label("What arrives and matches no claim, is paid twice or is not what was accepted stands here.",
                      "secondary")
            )  # fmt: skip

    def _review_card(self, item: ToReview) -> QFrame:
        frame, column = card(spacing=S)
        words = item.finding.words
        tag = Tag("Looked at", Tone.GOOD) if item.settled else Tag("To look at", Tone.WARNING)
        column.addWidget(level((tag, label(claim_words(item.finding.claim), "secondary", wrap=False))))
        column.addWidget(label(words, "body" if item.settled else "strong"))
        if item.settled:
            column.addWidget(label(f"{item.settled} ({item.settled_by})", "secondary"))
        elif self._writes:
            button = link("Say what you decided…", partial(self.settle, item))
            button.setAccessibleName(f"Say what you decided: {words}")
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        return frame


def _sums(money: Money) -> str:
    whole = money.whole
    t = whole.totals
    parts = [
        money_words.sum_words(t),
        f"Claim rate {rate_words(whole)} of {weeks_count(whole.residents)}; planned 15 %, usual in the scheme 29 %.",
        f"Spent {pounds(whole.spent)} of the {pounds(t.paid)} paid.",
    ]
    if t.unmatched:
        parts.append(f"{pounds(t.unmatched)} arrived for no claim that is known.")
    return " ".join(parts)
