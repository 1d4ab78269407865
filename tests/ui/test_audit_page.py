"""Who looked: from the resident's page and for the whole home, filtered, paged, out as a table, by keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from app.domain.people import Allergy, ResidentId
from app.services import audit, residents
from app.services.access import Action
from app.services.changes import Changes
from app.ui import theme
from app.ui.pages.audit.export import AuditExportDialog
from app.ui.pages.audit.page import AuditTrailPage
from app.ui.pages.resident.export import ExportDialog
from app.ui.pages.resident.page import ResidentPage
from app.ui.pages.resident.who_looked import WhoLookedDialog
from tests.helpers.signed_in import PASSWORD, SignedIn
from tests.ui.helpers import clipped, press, unnamed, wait_quiet


def _page(qtbot: QtBot, home: SignedIn, person: ResidentId) -> ResidentPage:
    page = ResidentPage(home.ctx)
    qtbot.addWidget(page)
    page.resize(1366, 768)
    page.show()
    page.opened(person)
    wait_quiet(qtbot, home.tasks)
    return page


def _trail(qtbot: QtBot, home: SignedIn) -> AuditTrailPage:
    page = AuditTrailPage(home.ctx)
    qtbot.addWidget(page)
    page.resize(1366, 768)
    page.show()
    page.opened(None)
    wait_quiet(qtbot, home.tasks)
    return page


def _views(home: SignedIn, person: ResidentId) -> int:
    return home.call(lambda s: audit.who_looked(s, person, audit.Wanted(categories=("looked",)))).total


def test_opening_a_page_is_one_view_and_a_change_on_it_is_none(qtbot: QtBot, home: SignedIn) -> None:
    person = home.resident()
    page = _page(qtbot, home, person)
    assert _views(home, person) == 1
    home.call(lambda s: residents.add_fact(s, person, Allergy("Penicillin")))
    page.refresh(Changes(frozenset({"fact"}), frozenset({person})))
    wait_quiet(qtbot, home.tasks)
    assert page.record is not None
    assert page.record.facts
    assert _views(home, person) == 1
    page.opened(person)
    wait_quiet(qtbot, home.tasks)
    assert _views(home, person) == 2


def test_who_looked_opens_from_the_page_and_is_filtered(qtbot: QtBot, home: SignedIn) -> None:
    person = home.resident("John", "Smith", Allergy("Penicillin"))
    page = _page(qtbot, home, person)
    qtbot.mouseClick(page.looked_button, Qt.MouseButton.LeftButton)
    dialog = next(found for found in page.findChildren(WhoLookedDialog))
    wait_quiet(qtbot, home.tasks)
    entries = dialog.entries
    assert [row.what for row in entries.table.rows][:2] == ["Opened the record", "Added an allergy"]
    assert entries.count.text() == f"{len(entries.table.rows)} entries, newest first"
    entries.form.set_typed({"category": "looked"})
    entries.show_button.setFocus()
    press(qtbot, Qt.Key.Key_Return)
    wait_quiet(qtbot, home.tasks)
    assert {row.what for row in entries.table.rows} == {"Opened the record"}
    entries.form.set_typed({"first": "tomorrow maybe"})
    entries.load()
    assert entries.summary.texts()[0].startswith("From: ")
    entries.reset()
    wait_quiet(qtbot, home.tasks)
    assert len(entries.table.rows) > 1
    dialog.reject()


def test_more_is_shown_when_asked_for(qtbot: QtBot, home: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "PAGE", 4)
    person = home.resident()
    for _ in range(6):
        home.call(lambda s: residents.open_resident(s, person))
    page = _trail(qtbot, home)
    table = page.entries.table
    assert len(table.rows) == 4
    assert "the newest 4 of them shown" in page.entries.count.text()
    qtbot.mouseClick(page.entries.more_button, Qt.MouseButton.LeftButton)
    wait_quiet(qtbot, home.tasks)
    assert len(table.rows) == 8
    numbers = [row.seq for row in table.rows]
    assert numbers == sorted(set(numbers), reverse=True)


def test_the_homes_trail_is_saved_as_a_table(
    qtbot: QtBot, home: SignedIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.resident()
    page = _trail(qtbot, home)
    assert {"SMITH, John (Mr)", ""} == {row.resident for row in page.entries.table.rows}
    path = tmp_path / "trail.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    qtbot.mouseClick(page.export_button, Qt.MouseButton.LeftButton)
    dialog = page.findChild(AuditExportDialog)
    assert isinstance(dialog, AuditExportDialog)
    assert clipped(dialog) == []
    assert unnamed(dialog) == []
    dialog.save_button.click()
    assert dialog.form.fields["password"].error == "Enter your own password"
    qtbot.keyClicks(dialog.form.first(), "wrong words here")
    dialog.save_button.click()
    wait_quiet(qtbot, home.tasks)
    assert dialog.form.fields["password"].error.startswith("The password is not right.")
    assert not path.exists()
    qtbot.keyClicks(dialog.form.first(), PASSWORD)
    dialog.save_button.click()
    wait_quiet(qtbot, home.tasks)
    assert home.said[-1].text == "The audit trail is saved"
    assert "Signed in" in path.read_text(encoding="utf-8-sig")
    assert "Smith" not in path.read_text(encoding="utf-8-sig")
    assert page.entries.table.rows[0].what == "Exported the audit trail"


def test_the_record_is_exported_after_the_password(
    qtbot: QtBot, home: SignedIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = home.resident("John", "Smith", Allergy("Penicillin"))
    page = _page(qtbot, home, person)
    folder = tmp_path / "out"
    folder.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    qtbot.mouseClick(page.export_button, Qt.MouseButton.LeftButton)
    dialog = page.findChild(ExportDialog)
    assert isinstance(dialog, ExportDialog)
    dialog.save_button.click()
    assert dialog.form.fields["password"].error == "Enter your own password"
    qtbot.keyClicks(dialog.form.first(), "wrong words here")
    dialog.save_button.click()
    wait_quiet(qtbot, home.tasks)
    assert dialog.form.fields["password"].error.startswith("The password is not right.")
    assert list(folder.iterdir()) == []
    qtbot.keyClicks(dialog.form.first(), PASSWORD)
    dialog.save_button.click()
    wait_quiet(qtbot, home.tasks)
    assert sorted(path.name for path in folder.iterdir()) == ["resident.json", "resident.pdf"]
    assert home.said[-1].text == "The record is exported"
    exports = audit.Wanted(categories=("exported",))
    assert home.call(lambda s: audit.who_looked(s, person, exports)).total == 1


def test_nothing_is_written_over_and_nothing_is_audited_then(qtbot: QtBot, home: SignedIn, tmp_path: Path) -> None:
    person = home.resident()
    page = _page(qtbot, home, person)
    (tmp_path / "resident.pdf").write_bytes(b"mine")
    assert page.record is not None
    dialog = ExportDialog(home.ctx, page, page.record.resident)
    dialog.form.set_typed({"password": PASSWORD})
    dialog.save_to(tmp_path)
    wait_quiet(qtbot, home.tasks)
    assert "nothing is overwritten" in dialog.summary.texts()[0]
    assert (tmp_path / "resident.pdf").read_bytes() == b"mine"
    exports = audit.Wanted(categories=("exported",))
    assert home.call(lambda s: audit.who_looked(s, person, exports)).total == 0
    dialog.deleteLater()


def test_roles_that_may_not_see_no_buttons(qtbot: QtBot, home: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    person = home.resident()
    monkeypatch.setattr(home.ctx, "allowed", lambda action: action not in {Action.VIEW_AUDIT, Action.EXPORT_RESIDENT})
    page = _page(qtbot, home, person)
    assert not page.looked_button.isVisible()
    assert not page.export_button.isVisible()


@pytest.mark.parametrize("percent", [100, 200])
def test_every_part_has_a_name_and_nothing_is_cut_off(qtbot: QtBot, home: SignedIn, qapp: object, percent: int) -> None:
    person = home.resident("John", "Smith", Allergy("Penicillin"))
    home.theme.set(text_size=percent)
    parts: list[QWidget] = [_trail(qtbot, home)]
    page = _page(qtbot, home, person)
    assert page.record is not None
    for dialog in (
        WhoLookedDialog(home.ctx, page, page.record.resident), ExportDialog(home.ctx, page, page.record.resident),
    ):  # fmt: skip
        dialog.show()
        parts.append(dialog)
    wait_quiet(qtbot, home.tasks)
    for part in parts:
        assert unnamed(part) == []
        assert clipped(part) == []
    home.theme.set(choice=theme.Choice.LIGHT, text_size=100)
