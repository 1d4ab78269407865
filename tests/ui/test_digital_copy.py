"""The digital copy of a pack on the screen: what it says before, and the file that comes of it; by keys alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.domain.people import Allergy, ResidentDetails, ResidentId
from app.domain.transfer import TransferReason
from app.services import residents, transfers
from app.services.transfers import PackRow
from app.sync.fhir.document_check import check_document
from app.ui.dialogs.digital_copy import DigitalCopyDialog
from app.ui.pages.resident.pack_file import PackFileDialog
from app.ui.theme import Choice
from tests.helpers.signed_in import SignedIn
from tests.ui.helpers import clipped, unnamed


def packed(home: SignedIn, person: ResidentId) -> tuple[ResidentDetails, PackRow]:
    reason = TransferReason(situation="Fell in the lounge", bag="7")
    home.call(lambda s: transfers.send_to_hospital(s, person, reason))
    record = home.call(lambda s: residents.open_resident(s, person))
    return record.resident.details, record.packs[0]


@pytest.fixture
def dialog(home: SignedIn, window: QWidget, qtbot: QtBot) -> DigitalCopyDialog:
    made = DigitalCopyDialog(home.ctx, window, *packed(home, home.resident("John", "Smith", Allergy("Latex"))))
    made.open()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def said(dialog: QWidget) -> str:
    return "\n".join(each.text() for each in dialog.findChildren(QLabel))


def chooses(path: Path) -> Callable[..., tuple[str, str]]:
    return lambda *_: (str(path), "")


def test_it_says_what_it_is_and_what_it_is_not(dialog: DigitalCopyDialog) -> None:
    texts = said(dialog)
    assert dialog.banner.name.text() == "SMITH, John (Mr)"
    assert "never replaces the paper" in texts
    assert "leaves the encrypted store" in texts
    assert "no hospital address can be recorded yet, so nothing is sent" in texts
    assert dialog.close_button.hasFocus()  # Enter held too long saves nothing
    assert unnamed(dialog) == []


def test_from_the_kept_pack_to_the_file_by_keys_alone(
    home: SignedIn, window: QWidget, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = PackFileDialog(home.ctx, window, *packed(home, home.resident()))
    pack.open()
    qtbot.waitUntil(pack.isActiveWindow)
    out = tmp_path / "copy.fhir.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", chooses(out))  # the system's window, not ours
    reach(qtbot, pack.digital_button)
    qtbot.keyClick(pack.digital_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: any(each.isActiveWindow() for each in pack.findChildren(DigitalCopyDialog)))
    (dialog,) = pack.findChildren(DigitalCopyDialog)
    reach(qtbot, dialog.save_button)
    qtbot.keyClick(dialog.save_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bool(home.said))
    assert home.said[-1].text == "The digital copy is saved"
    assert check_document(out.read_bytes()) == ()
    assert list(tmp_path.glob("*.part")) == []
    reason = "For the ambulance or the hospital"
    qtbot.waitUntil(lambda: f"Taken out as a digital copy. {reason}" in pack.log.text())


def reach(qtbot: QtBot, wanted: QWidget) -> None:
    """Tab until the button has the focus."""
    for _ in range(30):
        if wanted.hasFocus():
            return
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    pytest.fail(f"no Tab leads to {wanted.accessibleName()}")


def test_cancelling_the_choice_of_a_place_writes_nothing(
    dialog: DigitalCopyDialog, qtbot: QtBot, home: SignedIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    qtbot.keyClick(dialog.save_button, Qt.Key.Key_Space)
    assert dialog.isVisible()
    assert not home.tasks.busy
    assert home.said == []


def test_a_place_that_cannot_be_written_is_said_and_the_dialog_stays(
    dialog: DigitalCopyDialog, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog.save_to(tmp_path / "no such folder" / "copy.fhir.json")
    qtbot.waitUntil(dialog.trouble.isVisible)
    assert dialog.trouble.text().startswith("The digital copy was not saved: No such file or directory.")
    assert dialog.isVisible()


@pytest.mark.parametrize("percent", [100, 200])
def test_nothing_is_clipped(home: SignedIn, window: QWidget, qtbot: QtBot, percent: int) -> None:
    home.theme.set(Choice.LIGHT, percent)
    person = home.resident("Wilhelmina " * 5, "Featherstonehaugh " * 3)
    dialog = DigitalCopyDialog(home.ctx, window, *packed(home, person))
    dialog.open()
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.waitUntil(lambda: clipped(dialog) == [])
