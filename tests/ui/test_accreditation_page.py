"""The accreditation page: proof, a paper with it, and a request for a bed, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.accreditation import Kept, Proof
from app.services import accreditation, attachments
from app.ui.dialogs.papers import PaperDialog, PapersDialog
from app.ui.forms.form import FormDialog
from app.ui.pages.accreditation.page import AccreditationPage
from app.ui.theme import Choice
from tests.helpers.signed_in import SignedIn
from tests.services.test_accreditation import pdf
from tests.ui.helpers import clipped, exposed, unnamed, with_keyboard

SPACE = Qt.Key.Key_Space


@pytest.fixture
def page(home: SignedIn, qtbot: QtBot) -> Iterator[AccreditationPage]:
    made = AccreditationPage(home.ctx)
    home.ctx.changed.connect(made.refresh)
    qtbot.addWidget(made)
    made.resize(1150, 660)
    exposed(qtbot, made)
    made.activateWindow()
    made.opened(None)
    qtbot.waitUntil(lambda: bool(made.state.text()))
    yield made
    qtbot.waitUntil(lambda: not home.tasks.busy)


def button(page: QWidget, name: str) -> QPushButton:
    return next(each for each in page.findChildren(QPushButton) if name in {each.accessibleName(), each.text()})


def words(part: QWidget) -> str:
    return "\n".join(str(each.property("text")) for each in part.findChildren(QWidget) if each.property("text"))


def dialog(qtbot: QtBot) -> FormDialog:
    def there() -> bool:
        found = QApplication.activeModalWidget()
        return isinstance(found, FormDialog) and with_keyboard(found)

    qtbot.waitUntil(there)
    found = QApplication.activeModalWidget()
    assert isinstance(found, FormDialog)
    return found


def test_proof_and_a_paper_are_recorded_by_keyboard(
    page: AccreditationPage, home: SignedIn, qtbot: QtBot, tmp_path: Path
) -> None:
    qtbot.keyClick(button(page, "Record proof of criterion 3"), SPACE)
    shown = dialog(qtbot)
    qtbot.keyClicks(shown.form.first(), "Hoist serviced")
    qtbot.keyClick(shown.save_button, SPACE)
    qtbot.waitUntil(lambda: "Hoist serviced" in words(page))
    assert home.call(accreditation.overview).criteria[2].proof is Proof.SHOWN
    (tmp_path / "report.pdf").write_bytes(pdf())
    qtbot.keyClick(button(page, "Add a paper to: Hoist serviced"), SPACE)
    paper = dialog(qtbot)
    assert isinstance(paper, PaperDialog)
    qtbot.keyClicks(paper.form.first(), "Service report")
    qtbot.keyClick(paper.save_button, SPACE)
    qtbot.waitUntil(lambda: "Choose the file" in words(paper))
    paper.take(tmp_path / "report.pdf")
    qtbot.keyClick(paper.save_button, SPACE)
    qtbot.waitUntil(lambda: "Save “Service report”…" in words(page))
    assert len(home.call(attachments.every)) == 1


def test_a_request_is_taken_down_and_answered(page: AccreditationPage, home: SignedIn, qtbot: QtBot) -> None:
    qtbot.keyClick(page.request_button, SPACE)
    shown = dialog(qtbot)
    qtbot.keyClicks(shown.form.fields["source"].target, "Lister Hospital")
    qtbot.keyClicks(shown.form.fields["person"].target, "A.B.")
    qtbot.keyClick(shown.save_button, SPACE)
    qtbot.waitUntil(lambda: bool(page.table.rows))
    assert page.table.rows[0].kept is Kept.OPEN
    page.table.setFocus()
    page.table.selectRow(0)
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    qtbot.waitUntil(page.answer_button.isEnabled)
    qtbot.keyClick(page.answer_button, SPACE)
    shown = dialog(qtbot)
    shown.form.set_typed({"decision": "refused", "reason": "No carer free"})
    qtbot.keyClick(shown.save_button, SPACE)
    qtbot.waitUntil(lambda: "Enter both the answer and when it was given" in words(shown))
    typed = shown.form.typed()
    shown.form.set_typed(
        {"decided": typed["requested"], "decided_time": typed["requested_time"], "why_not": "No carer"}
    )
    qtbot.keyClick(shown.save_button, SPACE)
    qtbot.waitUntil(lambda: page.table.rows[0].kept is Kept.BROKEN)


@pytest.mark.parametrize(("choice", "size"), [(Choice.LIGHT, 100), (Choice.CONTRAST, 200)])
def test_every_control_is_named_and_no_words_are_cut(
    page: AccreditationPage, home: SignedIn, qtbot: QtBot, choice: Choice, size: int
) -> None:
    home.theme.set(choice, size)
    assert unnamed(page) == []
    qtbot.waitUntil(lambda: clipped(page) == [])
    qtbot.keyClick(page.request_button, SPACE)
    shown = dialog(qtbot)
    assert unnamed(shown) == []
    qtbot.waitUntil(lambda: clipped(shown) == [])
    shown.reject()


def test_the_papers_of_a_post_are_seen_added_and_taken_out(
    home: SignedIn, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    exposed(qtbot, window)
    papers = PapersDialog(home.ctx, window, "post-1", "Cal Carer, champion for falls")
    papers.open()
    qtbot.waitUntil(lambda: "No paper is kept" in words(papers))
    qtbot.keyClick(papers.add_button, SPACE)
    adding = dialog(qtbot)
    assert isinstance(adding, PaperDialog)
    (tmp_path / "certificate.pdf").write_bytes(pdf())
    qtbot.keyClicks(adding.form.first(), "Certificate")
    adding.take(tmp_path / "certificate.pdf")
    qtbot.keyClick(adding.save_button, SPACE)
    qtbot.waitUntil(lambda: "PDF, 1 kB" in words(papers))
    out = tmp_path / "out.pdf"
    monkeypatch.setattr("app.ui.dialogs.papers.QFileDialog.getSaveFileName", lambda *_: (str(out), ""))
    qtbot.keyClick(button(papers, "Save: Certificate"), SPACE)
    qtbot.waitUntil(out.exists)
    qtbot.waitUntil(lambda: out.read_bytes() == (tmp_path / "certificate.pdf").read_bytes())
    assert unnamed(papers) == []
    qtbot.waitUntil(lambda: clipped(papers) == [])
    papers.accept()
