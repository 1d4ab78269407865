"""Settings take effect at once, are kept for the person, and never swallow what was typed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.people import Role, StaffDetails
from app.services import settings, staff
from app.services.sign_in import sign_in
from app.ui import theme
from app.ui.context import Context
from app.ui.pages.settings.page import SettingsPage
from app.ui.theme import DARK, Choice
from tests.helpers.signed_in import NOW, PASSWORD, SignedIn, make_home, signed_in
from tests.ui.helpers import clipped, unnamed, wait_quiet


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("settings") / "home"
    make_home(store)
    return store


@pytest.fixture
def home(made: Path, tmp_path: Path, qapp: QApplication) -> Iterator[SignedIn]:
    shutil.copytree(made, tmp_path / "home")
    with signed_in(tmp_path / "home", qapp) as opened:
        yield opened
    theme.apply(qapp, Choice.LIGHT, 100)


def opened(qtbot: QtBot, home: SignedIn, ctx: Context | None = None) -> SettingsPage:
    page = SettingsPage(ctx or home.ctx)
    qtbot.addWidget(page)
    page.resize(1200, 700)
    page.show()
    page.opened(None)
    wait_quiet(qtbot, home.tasks)
    page.activateWindow()
    return page


def test_text_size_and_colours_change_at_once_and_are_kept(qtbot: QtBot, home: SignedIn) -> None:
    page = opened(qtbot, home)
    assert page.sizes[100].isChecked()
    assert page.choices[Choice.LIGHT].isChecked()
    page.sizes[150].setFocus()
    qtbot.keyClick(page.sizes[150], Qt.Key.Key_Space)
    page.choices[Choice.DARK].setFocus()
    qtbot.keyClick(page.choices[Choice.DARK], Qt.Key.Key_Space)
    wait_quiet(qtbot, home.tasks)
    assert theme.percent() == 150
    assert theme.colours() is DARK
    assert home.call(lambda s: (settings.get(s, "text_size"), settings.get(s, "theme"))) == (150, "dark")


def test_numbers_are_saved_and_shown_again(qtbot: QtBot, home: SignedIn) -> None:
    page = opened(qtbot, home)
    box = next(field.target for field in page.phones.fields if field.key == "homefirst")
    assert box.property("text") == "01707 555 0111"
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(box, "01707 555 0222")
    assert not page.can_leave()
    assert home.said[-1].text == "The telephone numbers are not saved."
    qtbot.mouseClick(page.phones.save_button, Qt.MouseButton.LeftButton)
    wait_quiet(qtbot, home.tasks)
    assert home.said[-1].text == "Telephone numbers saved."
    assert page.can_leave()
    assert dict(home.session.home.phones)["homefirst"] == "01707 555 0222"


def test_numbers_can_be_put_back(qtbot: QtBot, home: SignedIn) -> None:
    page = opened(qtbot, home)
    box = next(field.target for field in page.phones.fields if field.key == "dietetics")
    qtbot.keyClicks(box, "01707")
    qtbot.mouseClick(page.phones.undo_button, Qt.MouseButton.LeftButton)
    assert box.property("text") == ""
    assert page.can_leave()


def test_a_carer_reads_the_numbers_and_changes_none(qtbot: QtBot, home: SignedIn) -> None:
    who = home.call(lambda s: staff.add_staff(s, StaffDetails("cal", "Cal Carer", Role.CARER, "", NOW))).staff_id
    home.call(lambda s: staff.add_account(s, who, "cal", Role.CARER, PASSWORD))
    store = home.session.store_dir
    home.do(home.session.close)
    home.session = home.do(lambda: sign_in(store, "cal", PASSWORD, home.clock))
    page = opened(qtbot, home, Context(home.session, home.tasks, home.messages, home.theme))
    assert all(field.target.property("readOnly") for field in page.phones.fields)
    assert page.phones.save_button.isHidden()


@pytest.mark.parametrize("size", [100, 200])
def test_names_and_room(qtbot: QtBot, home: SignedIn, size: int) -> None:
    home.theme.set(text_size=size)
    page = opened(qtbot, home)
    assert unnamed(page) == []
    assert clipped(page) == []


def test_999_is_not_a_number_to_be_changed(qtbot: QtBot, home: SignedIn) -> None:
    page = opened(qtbot, home)
    assert "emergency-999" not in {field.key for field in page.phones.fields}
    home.ctx.home = replace(home.ctx.home, phones=())
    page.opened(None)
    assert page.can_leave(), "empty boxes are not something typed"
