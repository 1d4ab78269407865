"""The money page on a real store: figures, what does not agree, payments typed and from a file, spending, paper."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.errors import UserError
from app.domain.home_facts import Remittance, RemittanceLine, Spend, SpendCategory
from app.domain.people import Role
from app.services import home_facts, money, premium
from app.ui.forms.form import FormDialog
from app.ui.pages.money import MoneyPage
from app.ui.pages.money.dialogs import ImportPaymentsDialog, OutDialog, PaymentDialog, SpendDialog, read_payment
from app.ui.theme import Choice
from tests.helpers.claim_home import MONDAY, a_ccg, become, exchange_once
from tests.helpers.signed_in import PASSWORD, SignedIn
from tests.ui.helpers import clipped, exposed, press, unnamed, wait_quiet

ONE, TWO = "VN3X2|R1|2026-11-16|v1", "VN3X2|R4|2026-11-16|v1"
PAID = date(2026, 11, 20)


@pytest.fixture
def home(claim_home: SignedIn, tmp_path: Path) -> SignedIn:
    """Two claims of the week accepted; one of them paid too little."""
    with a_ccg(claim_home, tmp_path) as ccg:
        claim_home.call(lambda s: premium.submit(s, MONDAY, PASSWORD))
        exchange_once(claim_home, ccg, tmp_path)
    return claim_home


def pay(home: SignedIn, reference: str, *lines: tuple[str, int]) -> None:
    listed = tuple(RemittanceLine(name, pence) for name, pence in lines)
    payment = Remittance(PAID, reference, sum(line.pence for line in listed), listed, "CCG")
    home.call(lambda s: money.record_payments(s, (payment,)))


def open_page(home: SignedIn, qtbot: QtBot, *, width: int = 1240) -> MoneyPage:
    page = MoneyPage(home.ctx)
    home.ctx.changed.connect(page.refresh)
    qtbot.addWidget(page)
    page.resize(width, 700)
    exposed(qtbot, page)
    page.opened(None)
    wait_quiet(qtbot, home.tasks)
    return page


def words(root: QWidget) -> str:
    return "\n".join(part.text() for part in (*root.findChildren(QLabel), *root.findChildren(QPushButton)))


def button(root: QWidget, name: str) -> QPushButton:
    return next(part for part in root.findChildren(QPushButton) if part.accessibleName().startswith(name))


def form(qtbot: QtBot, page: QWidget) -> FormDialog:
    """The form that has opened, once the keyboard is in it."""

    def there() -> list[FormDialog]:
        return [dialog for dialog in page.findChildren(FormDialog) if dialog.isVisible() and dialog.isActiveWindow()]

    qtbot.waitUntil(lambda: bool(there()))
    return there()[0]


def back(qtbot: QtBot, page: QWidget) -> None:
    """The keyboard is in the page's window again."""
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)


def type_into(dialog: FormDialog, key: str, text: str) -> None:
    target = dialog.form.fields[key].target
    target.setFocus()
    QTest.keyClicks(target, text)


def test_the_year_stands_in_figures_that_add_up(home: SignedIn, qtbot: QtBot) -> None:
    pay(home, "BACS 1", (ONE, 7000))
    page = open_page(home, qtbot)
    shown = {field: value.text() for field, value in page.figures.values.items()}
    assert page.year_words.text() == "April 2026 to March 2027"
    assert (shown["accepted"], shown["paid"], shown["outstanding"]) == ("£140.00", "£70.00", "£70.00")
    (week,) = [row for row in page.week_table.rows if row.starts == MONDAY]
    assert [column.text(week) for column in page.week_table.records.columns] == [
        "16-Nov-2026", "£140.00", "£0.00", "£0.00", "£140.00", "£70.00", "£70.00", "£0.00", "£0.00", "40.0 %", "£0.00"
    ]  # fmt: skip
    assert "Everything agrees" in page.review_tag.word
    assert [(row.area.value, row.claims) for row in page.pathways.rows][:2] == [("dementia", 2), ("falls", 2)]
    assert not page.after_button.isEnabled()


def test_weeks_and_months_are_chosen_with_the_keyboard(home: SignedIn, qtbot: QtBot) -> None:
    page = open_page(home, qtbot)
    assert page.period_table.isVisible()
    assert not page.week_table.isVisible()
    page.periods["weeks"].setFocus()
    press(qtbot, Qt.Key.Key_Space)
    qtbot.waitUntil(page.week_table.isVisible)
    assert not page.period_table.isVisible()


def test_a_payment_is_typed_and_what_does_not_agree_is_looked_at(home: SignedIn, qtbot: QtBot) -> None:
    page = open_page(home, qtbot)
    page.payment_button.setFocus()
    press(qtbot, Qt.Key.Key_Space)
    dialog = form(qtbot, page)
    assert isinstance(dialog, PaymentDialog)
    dialog.fill_button.setFocus()
    press(qtbot, Qt.Key.Key_Space)
    lines = f"{ONE} £70.00\n{TWO} £70.00"
    qtbot.waitUntil(lambda: dialog.form.typed()["lines"] == lines)
    wait_quiet(qtbot, home.tasks)
    for key, text in (("reference", "BACS 7"), ("paid_on", "20/11/2026"), ("total", "130.00")):
        type_into(dialog, key, text)
    press(qtbot, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "The lines add up to £140.00, not to £130.00" in words(dialog))
    dialog.form.set_typed({"total": "110.00", "lines": f"{ONE} 70.00\n{TWO} 40.00"})
    press(qtbot, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page.review_tag.word == "1 to look at")
    wait_quiet(qtbot, home.tasks)
    assert home.said[-1].text == "1 payment recorded"
    assert "£30.00 less than the £70.00 accepted: £40.00 on 20-Nov-2026 (BACS 7)" in words(page.review)
    assert "R4, week of 16-Nov-2026, version 1" in words(page.review)
    back(qtbot, page)
    button(page.review, "Say what you decided").setFocus()
    press(qtbot, Qt.Key.Key_Space)
    type_into(form(qtbot, page), "words", "The CCG pays the rest in December")
    press(qtbot, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page.review_tag.word == "Everything agrees")
    assert "The CCG pays the rest in December (Mo Manager)" in words(page.review)


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"lines": "VN3X2|R1|2026-11-16|v1"}, "lines", "Line 1: end it with an amount in pounds such as 70.00"),
        ({"lines": "a 70.00\n\n70.00"}, "lines", "Line 3: begin it with the claim"),
        ({"total": "70.5"}, "total", "Enter an amount in pounds such as 70.00"),
        ({"paid_on": "1/12/2026"}, "paid_on", "Paid on must be today or in the past"),
    ],
)
def test_a_payment_that_cannot_be_is_refused_at_its_box(typed: dict[str, str], field: str, said: str) -> None:
    whole = {"reference": "R", "paid_on": "20/11/2026", "payer": "", "total": "70.00", "lines": "a 70.00"}
    with pytest.raises(UserError) as refusal:
        read_payment(whole | typed, PAID)
    assert said in [problem.message for problem in refusal.value.problems if problem.field == field]


def test_a_file_with_a_mistake_is_shown_by_row_and_column_and_changes_nothing(
    home: SignedIn, qtbot: QtBot, tmp_path: Path
) -> None:
    page = open_page(home, qtbot)
    path = tmp_path / "november.csv"
    head = "claim,paid_on,amount,reference\n"
    path.write_text(f"{head}{ONE},2026-11-20,70.00,B1\n{TWO},2026-11-20,70.0,B1\n", encoding="utf-8")
    page.import_button.setFocus()
    press(qtbot, Qt.Key.Key_Space)
    dialog = form(qtbot, page)
    assert isinstance(dialog, ImportPaymentsDialog)
    dialog.start(path)
    qtbot.waitUntil(lambda: dialog.table.isVisible() and len(dialog.table.rows) == 1)
    wait_quiet(qtbot, home.tasks)
    (problem,) = dialog.table.rows
    assert (problem.row, problem.field, problem.message) == (
        3, "amount", "70.0 is not an amount in pounds, such as 70.00"
    )  # fmt: skip
    assert page.payments.rows == ()
    path.write_text(f"{head}{ONE},2026-11-20,70.00,B1\n{TWO},2026-11-20,70.00,B1\n", encoding="utf-8")
    dialog.start(path)
    qtbot.waitUntil(lambda: len(page.payments.rows) == 1)
    wait_quiet(qtbot, home.tasks)
    assert page.figures.values["outstanding"].text() == "£0.00"
    assert home.said[-1].detail.startswith("£140.00 for 2 claims. Everything agrees.")


def test_spending_is_recorded_changed_and_taken_out_with_a_reason(home: SignedIn, qtbot: QtBot) -> None:
    page = open_page(home, qtbot)
    page.spend_button.setFocus()
    press(qtbot, Qt.Key.Key_Space)
    dialog = form(qtbot, page)
    assert isinstance(dialog, SpendDialog)
    press(qtbot, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "Choose the category" in words(dialog))
    dialog.form.set_typed({"category": SpendCategory.EQUIPMENT.value})
    for key, text in (("what", "Sensor mats"), ("pence", "120.50"), ("on", "18/11/2026")):
        type_into(dialog, key, text)
    press(qtbot, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(page.spent.rows) == 1)
    wait_quiet(qtbot, home.tasks)
    assert "Equipment: £120.50" in page.spend_chart.view.accessibleDescription()
    back(qtbot, page)
    page.spent.setFocus()
    press(qtbot, Qt.Key.Key_Return)
    change = form(qtbot, page)
    change.form.set_typed({"pence": "100.00"})
    press(qtbot, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "Enter the reason" in words(change))
    type_into(change, "reason", "Misread")
    press(qtbot, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "£100.00" in page.spend_chart.view.accessibleDescription())
    wait_quiet(qtbot, home.tasks)
    back(qtbot, page)
    page.spend_error_button.setFocus()
    press(qtbot, Qt.Key.Key_Space)
    type_into(form(qtbot, page), "reason", "Bought by the kitchen")
    press(qtbot, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page.spent.rows == ())


def test_the_paper_and_the_table_say_what_the_page_says(home: SignedIn, qtbot: QtBot, tmp_path: Path) -> None:
    pay(home, "BACS 1", (ONE, 7000), ("VN3X2|R9|2026-11-16|v1", 7000))
    home.call(lambda s: home_facts.add(s, Spend(PAID, SpendCategory.EQUIPMENT, 12_050, "Sensor mats", "Mat Shop")))
    page = open_page(home, qtbot)

    def saved(name: str) -> Path:
        page.take_out(Path(name).suffix[1:] if name.startswith("money") else "ledger")
        dialog = form(qtbot, page)
        assert isinstance(dialog, OutDialog)
        path = tmp_path / name
        dialog.save_to(path)
        qtbot.waitUntil(lambda: path.exists() and not page.findChildren(OutDialog))
        wait_quiet(qtbot, home.tasks)
        return path

    pages = [sheet.extract_text() for sheet in PdfReader(saved("money.pdf")).pages]
    text = " ".join(" ".join(pages).split())
    for expected in (
        "April 2026 to March 2027", "£70.00 arrived on 20-Nov-2026 under BACS 1", "Not looked at yet", "Sensor mats",
        "Accepted in full, at the first claim", "BACS 1", "Claim rate by week",
    ):  # fmt: skip
        assert expected in text
    for number, sheet in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in sheet
        assert "Elm House" in sheet
    assert not {"Adams", "ADAMS", "Davies", "DAVIES"} & set(text.replace(",", " ").split())
    rows = list(csv.DictReader(io.StringIO(saved("money.csv").read_text(encoding="utf-8-sig"))))
    last = rows.pop()
    assert last["week_start"] == "year"
    for column in (
        "expected_pence",
        "accepted_pence",
        "paid_pence",
        "outstanding_pence",
        "unmatched_pence",
        "spent_pence",
    ):
        assert sum(int(row[column]) for row in rows) == int(last[column])
    assert (last["paid_pence"], last["unmatched_pence"], last["spent_pence"]) == ("7000", "7000", "12050")
    postings = list(csv.DictReader(io.StringIO(saved("ledger.csv").read_text(encoding="utf-8-sig"))))
    assert sum(int(each["pence"]) for each in postings) == 0
    for account, column in (("paid", "paid_pence"), ("outstanding", "outstanding_pence"), ("refused", "refused_pence")):
        assert sum(int(each["pence"]) for each in postings if each["account"] == account) == int(last[column])


def test_who_may_only_look_is_offered_nothing_to_change(home: SignedIn, qtbot: QtBot) -> None:
    pay(home, "BACS 1", ("nobody", 7000))
    become(home, Role.NURSE)
    page = open_page(home, qtbot)
    assert page.review_tag.word == "1 to look at"
    shown = [part.text() for part in page.findChildren(QPushButton) if part.isVisibleTo(page)]
    assert not [words for words in shown if words.endswith("…")]


@pytest.mark.parametrize("how", ["page", "payment", "import", "spend", "out"])
def test_nothing_is_cut_off_at_200_per_cent_and_everything_has_a_name(home: SignedIn, qtbot: QtBot, how: str) -> None:
    pay(home, "BACS 1", (ONE, 6000), ("nobody", 7000))
    home.call(lambda s: home_facts.add(s, Spend(PAID, SpendCategory.EQUIPMENT, 12_050, "Sensor mats", "Mat Shop")))
    home.theme.set(Choice.LIGHT, 200)
    page = open_page(home, qtbot, width=1180)
    open_it: dict[str, Callable[[], object]] = {
        "page": lambda: None, "payment": page.enter_payment, "import": page.import_payments,
        "spend": page.record_spending, "out": lambda: page.take_out("ledger"),
    }  # fmt: skip
    open_it[how]()
    seen: QWidget = page if how == "page" else form(qtbot, page)
    qtbot.waitUntil(lambda: clipped(seen) == [], timeout=3000)
    assert unnamed(seen) == []
