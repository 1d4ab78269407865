"""The forms of the money page: a payment typed or from a file, what was bought, a reason, what was decided."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from app.domain.dates import short_date
from app.domain.errors import Problem, UserError
from app.domain.home_facts import HomeFact, Remittance, RemittanceLine, Spend, SpendCategory
from app.domain.money import parse_pounds, pounds
from app.domain.money_words import CATEGORY_WORDS, year_words
from app.domain.remittance_file import COLUMNS
from app.ui import theme
from app.ui.dialogs.home_fact_error import HomeFactErrorDialog
from app.ui.dialogs.import_csv import PROBLEM_COLUMNS, read_csv
from app.ui.dialogs.paper import save_pdf
from app.ui.dialogs.place import documents
from app.ui.forms.form import FormDialog, show_dialog
from app.ui.forms.typed import Ask, Reader, Typed, typed_date
from app.ui.widgets.buttons import link
from app.ui.widgets.table import RecordTable
from app.ui.widgets.text import label

if TYPE_CHECKING:
    from app.domain.home_facts import HomeFactId
    from app.services.money import PaymentsRecorded, ToReview
    from app.services.session import Session
    from app.ui.context import Context

_PAYMENT = (
    Ask("reference", "Payment reference", help="As it stands on the remittance or bank statement",
        needed="Enter the payment reference"),
    Ask("paid_on", "Paid on", "date", needed="Enter the day"),
    Ask("payer", "Paid by", help="For example the CCG", beside=True),
    Ask("total", "Amount paid", help="In pounds, such as 910.00; the lines below must add up to it",
        needed="Enter the amount paid"),
    Ask("lines", "Claims paid", "notes", "One a line: the claim, a space, the amount. A minus is money taken back",
        needed="Enter at least one claim that was paid"),
)  # fmt: skip
_SPEND = (
    Ask("what", "What was bought", needed="Enter what was bought"),
    Ask("category", "Category", "choice", needed="Choose the category",
        choices=tuple((each.value, words) for each, words in CATEGORY_WORDS.items())),
    Ask("pence", "Amount", help="In pounds, such as 120.50; with a minus for money that came back",
        needed="Enter the amount"),
    Ask("on", "On", "date", needed="Enter the day", beside=True),
    Ask("supplier", "Supplier", help="May be left empty"),
)  # fmt: skip
_REASON = Ask("reason", "Reason", "notes", needed="Enter the reason")
_DECIDED = (Ask("words", "What you decided", "notes", "For example: the CCG pays the rest in December",
                needed="Enter what you decided"),)  # fmt: skip


def read_payment(typed: Typed, today: date) -> Remittance:
    """The payment that was typed; UserError with one problem a field."""
    read = Reader(_PAYMENT, typed, today)
    reference, paid_on, payer = read.text("reference"), read.day("paid_on", past=True), read.text("payer")
    total = _amount(read, "total")
    lines = []
    for number, words in enumerate(read.text("lines").splitlines(), 1):
        name, _, amount = words.strip().rpartition(" ")
        if not words.strip():
            continue
        try:
            lines.append(RemittanceLine(name.strip(), parse_pounds(amount)))
        except UserError:
            read.bad("lines", f"Line {number}: end it with an amount in pounds such as 70.00")
        if not name.strip():
            read.bad("lines", f"Line {number}: begin it with the claim")
    found = sum(line.pence for line in lines)
    if total is not None and lines and found != total:
        read.bad("total", f"The lines add up to {pounds(found)}, not to {pounds(total)}")
    read.finish()
    return Remittance(paid_on or today, reference, found, tuple(lines), payer)


def _amount(read: Reader, key: str) -> int | None:
    text = read.text(key)
    if not text:
        return None
    try:
        return parse_pounds(text, field=key)
    except UserError as error:
        read.bad(key, error.message)
        return None


class PaymentDialog(FormDialog):
    """A payment as the remittance says it."""

    def __init__(self, ctx: Context, parent: QWidget | None) -> None:
        super().__init__(
            ctx, parent, "Enter a payment", _PAYMENT, {},
            intro="Enter it as the payer says it, also where you think it is wrong: what matches no claim, is paid "
            "twice or is not what was accepted comes onto the list of what has to be looked at.",
        )  # fmt: skip
        self.fill_button = link("Put in every claim with money outstanding", self.fill)
        self.below.addWidget(self.fill_button)

    def fill(self) -> None:
        """Write a line for every claim with money outstanding."""

        def work(session: Session) -> tuple[tuple[str, int], ...]:
            from app.services import money

            return money.outstanding(session)

        self.run(work, self._filled)

    def _filled(self, found: tuple[tuple[str, int], ...]) -> None:
        lines = "\n".join(f"{name} {pounds(pence)}" for name, pence in found)
        self.form.set_typed({"lines": lines})
        if not found:
            self.say_at("lines", "No claim has money outstanding")
        self.form.fields["lines"].target.setFocus()

    def save(self) -> None:
        """Record it."""
        payment = read_payment(self.form.typed(), self.ctx.today())

        def work(session: Session) -> PaymentsRecorded:
            from app.services import money

            return money.record_payments(session, (payment,))

        self.run(work, self._recorded)

    def _recorded(self, done: PaymentsRecorded) -> None:
        self.saved()
        say_recorded(self.ctx, done)


class ImportPaymentsDialog(FormDialog):
    """Payments from the payer's CSV file: all of them, or none with every problem by row and column."""

    def __init__(self, ctx: Context, parent: QWidget | None) -> None:
        super().__init__(
            ctx, parent, "Import payments from a CSV file", (), {}, action="Choose a file…",
            intro="The first line of the file names the columns, in any order. Every row is checked before anything is "
            "saved: either the whole file is recorded, or nothing, and you are told what to mend.",
        )  # fmt: skip
        self.columns = label(
            "Must be there: claim, paid_on, reference, and amount (in pounds) or amount_pence. "
            f"All columns: {', '.join(COLUMNS)}.",
            copyable=True,
        )
        self.table: RecordTable[Problem] = RecordTable("What to mend, by row and column", PROBLEM_COLUMNS)
        self.table.setWordWrap(True)
        self.table.setMinimumHeight(theme.scaled(180))
        self.table.hide()
        self.below.addWidget(self.columns)
        self.below.addWidget(self.table)

    def save(self) -> None:
        """Ask for the file, then read and record it."""
        name, _ = QFileDialog.getOpenFileName(
            self, "Import payments from a CSV file", documents(), "CSV files (*.csv);;All files (*)"
        )
        if name:
            self.start(Path(name))

    def start(self, path: Path) -> None:
        """Read the file and record its payments when every row is right."""
        self.table.hide()
        self.problems(())

        def work(session: Session) -> PaymentsRecorded:
            from app.services import money

            return money.import_payments(session, read_csv(path), path.name)

        self.run(work, self._recorded)

    def failed(self, exc: BaseException) -> None:
        """Nothing was recorded: show every problem by row and column."""
        super().failed(exc)
        if isinstance(exc, UserError) and exc.problems:
            self.problems((Problem("", "Nothing was recorded. Mend the file and choose it again"),))
            self.table.set_rows(exc.problems)
            self.table.resizeRowsToContents()
            self.table.show()
            self.resize(self.sizeHint())
            self.table.setFocus()

    def _recorded(self, done: PaymentsRecorded) -> None:
        self.saved()
        say_recorded(self.ctx, done)


def say_recorded(ctx: Context, done: PaymentsRecorded) -> None:
    """Say in the window what was recorded and what of it has to be looked at."""
    payments = "1 payment" if done.payments == 1 else f"{done.payments} payments"
    lines = "1 claim" if done.lines == 1 else f"{done.lines} claims"
    look = len(done.to_review)
    after = "Everything agrees." if not look else f"To look at: {look}. The list is on this page."
    ctx.messages.good(f"{payments} recorded", f"{pounds(done.pence)} for {lines}. {after}")


def typed_spend(spend: Spend) -> dict[str, str | bool]:
    """What was bought as the form shows it."""
    return {
        "what": spend.what, "category": spend.category.value, "pence": pounds(spend.pence), "on": typed_date(spend.on),
        "supplier": spend.supplier,
    }  # fmt: skip


class SpendDialog(FormDialog):
    """Something bought with the premium; with ``fact`` a change to it, which needs a reason."""

    def __init__(self, ctx: Context, parent: QWidget | None, fact: HomeFact | None = None) -> None:
        self._asks = _SPEND if fact is None else (*_SPEND, _REASON)
        before = typed_spend(fact.body) if fact is not None and isinstance(fact.body, Spend) else {}
        words = "Record spending" if fact is None else "Change spending"
        super().__init__(ctx, parent, words, self._asks, before)
        self._fact_id: HomeFactId | None = fact.id if fact is not None else None

    def save(self) -> None:
        """Record it."""
        read = Reader(self._asks, self.form.typed(), self.ctx.today())
        what, category, pence = read.text("what"), read.text("category"), _amount(read, "pence")
        on, supplier = read.day("on", past=True), read.text("supplier")
        fact_id = self._fact_id
        reason = read.text("reason") if fact_id is not None else ""
        read.finish()
        spend = Spend(on or self.ctx.today(), SpendCategory(category), pence or 0, what, supplier)

        def work(session: Session) -> object:
            from app.services import home_facts

            if fact_id is None:
                return home_facts.add(session, spend)
            return home_facts.change(session, fact_id, spend, reason=reason)

        self.run(work, lambda _: self.saved())


class InErrorDialog(HomeFactErrorDialog):
    """Why a payment or spending should not have been recorded."""

    def __init__(self, ctx: Context, parent: QWidget | None, fact: HomeFact) -> None:
        super().__init__(ctx, parent, fact.id, _about(fact))


def _about(fact: HomeFact) -> str:
    match fact.body:
        case Remittance() as payment:
            return f"Payment {payment.reference} of {short_date(payment.paid_on)}: {pounds(payment.total_pence)}"
        case Spend() as spend:
            return f"{spend.what}, {short_date(spend.on)}: {pounds(spend.pence)}"
        case _:
            return ""


class SettleDialog(FormDialog):
    """What was decided about something that does not agree."""

    def __init__(self, ctx: Context, parent: QWidget | None, item: ToReview) -> None:
        super().__init__(
            ctx, parent, "Looked at", _DECIDED, {}, who=item.finding.words,
            intro="It stays on the list with what you decided. When its figures change it is asked about again.",
        )  # fmt: skip
        self._key = item.finding.key

    def save(self) -> None:
        """Record it."""
        read = Reader(_DECIDED, self.form.typed(), self.ctx.today())
        words = read.text("words")
        read.finish()
        key = self._key

        def work(session: Session) -> object:
            from app.services import money

            return money.settle(session, key, words)

        self.run(work, lambda _: self.saved())


OUT = {
    "pdf": ("The money on paper", "Save PDF…", "premium-money-{year}.pdf", "PDF files (*.pdf)"),
    "csv": ("The weeks as a CSV table", "Save CSV…", "premium-money-{year}.csv", "CSV files (*.csv)"),
    "ledger": ("The ledger as a CSV table", "Save CSV…", "premium-ledger-{year}.csv", "CSV files (*.csv)"),
}
"""What can be taken out: its title, the button, the file's name and the kind of file."""


class OutDialog(FormDialog):
    """Takes the money of a year out of the encrypted store; ``what`` is a key of :data:`OUT`."""

    writes = False

    def __init__(self, ctx: Context, parent: QWidget | None, year: int, what: str) -> None:
        words, action, _, _ = OUT[what]
        super().__init__(ctx, parent, words, (), {}, who=year_words(year), action=action)
        self._year, self._what = year, what
        self.below.addWidget(
            label(
                "A saved file leaves the encrypted store. Whoever can open the folder can read it, with no password. "
                "It names no resident, and claims by the resident's reference.",
                "strong",
            )
        )
        self.below.addWidget(label("Saving is recorded in the audit trail with your name."))

    def save(self) -> None:
        """Ask where, then save."""
        _, _, name, kinds = OUT[self._what]
        chosen, _ = QFileDialog.getSaveFileName(self, "Save the money", documents(name.format(year=self._year)), kinds)
        if chosen:
            self.save_to(Path(chosen))

    def save_to(self, path: Path) -> None:
        """Write the file there; the window says where it went."""
        year, what = self._year, self._what

        def work(session: Session) -> Path:
            from app.services import money

            make = {"pdf": money.paper, "csv": money.table_csv, "ledger": money.ledger_csv}[what]
            kind = "The PDF" if what == "pdf" else "The CSV"
            save_pdf(make(session, year), path, safe="The money is safe in the record.", what=kind)
            return path

        self.run(work, self._saved_at)

    def _saved_at(self, path: Path) -> None:
        self.saved()
        self.ctx.messages.good("The money is saved", f"{path}. It is no longer protected by this program.")


def open_form(dialog: FormDialog) -> FormDialog:
    """Open it over the window with the keyboard in its first field, or on its button."""
    if dialog.form.fields:
        show_dialog(dialog)
    else:
        dialog.open()
        dialog.save_button.setFocus()
    return dialog
