"""Importing residents and staff on screen: all of the file or nothing, and every problem by row and column."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from app.services import residents, staff
from app.ui.dialogs import import_csv
from app.ui.dialogs.import_csv import ImportDialog
from tests.helpers.signed_in import SignedIn
from tests.ui.helpers import unnamed

HEADER = "key,family_name,given_name,date_of_birth,admitted_at,nhs_number\n"
GOOD = HEADER + "R1,Smith,John,1937-09-06,2026-01-05T10:00,9990000018\nR2,Jones,Mary,1940-05-14,2026-01-05T10:00,\n"
BAD = HEADER + (
    "R1,,John,1937-09-06,2026-01-05T10:00,9990000018\n"
    "R2,Jones,Mary,soon,2026-01-05T10:00,9990000026\n"
    "R3,Patel,Asha,1941-05-14,2026-01-05T10:00,9990000019\n"
    "R3,Brown,Tom,1942-05-14,2026-01-05T10:00,9990000034\n"
)


def chosen(
    home: SignedIn, window: QWidget, qtbot: QtBot, path: Path, monkeypatch: pytest.MonkeyPatch, noun: str = "residents"
) -> ImportDialog:
    """Open the dialog and choose the file: the system's file window is not ours, so it answers at once."""
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    dialog = import_csv.open_for(home.ctx, window, noun)  # type: ignore[arg-type]
    qtbot.waitUntil(dialog.choose_button.hasFocus)
    qtbot.keyClick(dialog.choose_button, Qt.Key.Key_Space)
    return dialog


def test_a_file_that_is_right_is_imported_whole(
    home: SignedIn, window: QWidget, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "residents.csv"
    path.write_text(GOOD, encoding="utf-8")
    dialog = chosen(home, window, qtbot, path, monkeypatch)
    with qtbot.waitSignal(home.ctx.changed):
        pass
    assert dialog.result_title.text() == "2 residents imported"
    assert len(home.call(residents.find_residents)) == 2
    assert not dialog.table.isVisible()
    assert dialog.close_button.hasFocus()


def test_every_problem_is_named_by_row_and_column_and_nothing_is_saved(
    home: SignedIn, window: QWidget, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "residents.csv"
    path.write_text(BAD, encoding="utf-8")
    dialog = chosen(home, window, qtbot, path, monkeypatch)
    qtbot.waitUntil(dialog.table.isVisible)
    assert dialog.result_title.text() == "Nothing was imported"
    found = {(problem.row, problem.field) for problem in dialog.table.rows}
    assert {(2, "family_name"), (3, "date_of_birth"), (4, "nhs_number"), (5, "key")} <= found
    assert home.call(residents.find_residents) == ()
    assert "nhs_number" in dialog.table.records.spoken_row(
        next(at for at, problem in enumerate(dialog.table.rows) if problem.row == 4)
    )
    qtbot.keyClick(dialog.copy_button, Qt.Key.Key_Space)
    copied = QGuiApplication.clipboard().text().splitlines()
    assert copied[0] == "Row\tColumn\tWhat to mend"
    assert len(copied) == len(dialog.table.rows) + 1
    path.write_text(GOOD, encoding="utf-8")
    qtbot.keyClick(dialog.choose_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: dialog.result_title.text() == "2 residents imported")
    assert not dialog.table.isVisible()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty"),
        (b"key,nonsense\n", "nonsense is not a column of this file"),
        (b"\xff\xfe\x00", "not UTF-8"),
    ],
)
def test_a_file_that_is_no_such_list_says_so(
    home: SignedIn,
    window: QWidget,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    data: bytes,
    words: str,
) -> None:
    path = tmp_path / "other.csv"
    path.write_bytes(data)
    dialog = chosen(home, window, qtbot, path, monkeypatch)
    qtbot.waitUntil(dialog.table.isVisible)
    assert any(words in problem.message for problem in dialog.table.rows)


def test_a_file_that_cannot_be_read_says_what_to_do(
    home: SignedIn, window: QWidget, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = chosen(home, window, qtbot, tmp_path / "gone.csv", monkeypatch)
    qtbot.waitUntil(dialog.tag.isVisible)
    assert dialog.tag.word == "File not read"
    assert "gone.csv could not be read: No such file or directory. Nothing was imported." in dialog.words.text()
    assert dialog.choose_button.hasFocus()


def test_stopping_before_anything_is_saved_saves_nothing(
    home: SignedIn, window: QWidget, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "residents.csv"
    path.write_text(GOOD, encoding="utf-8")
    gate = Event()
    home.tasks.run(lambda: gate.wait(20), lambda _: None)
    dialog = chosen(home, window, qtbot, path, monkeypatch)
    assert dialog.progress.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    gate.set()
    qtbot.waitUntil(lambda: dialog.result_title.text() == "Nothing was imported")
    assert home.call(residents.find_residents) == ()


def test_staff_are_imported_the_same_way(
    home: SignedIn, window: QWidget, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "staff.csv"
    path.write_text("key,name,role\nS1,Grace Adeyemi,nurse\n", encoding="utf-8")
    dialog = chosen(home, window, qtbot, path, monkeypatch, "staff")
    qtbot.waitUntil(lambda: dialog.result_title.text() == "1 member of staff imported")
    assert "Grace Adeyemi" in [member.details.name for member in home.call(staff.list_staff)]


def test_the_columns_are_named_before_a_file_is_chosen(home: SignedIn, window: QWidget, qtbot: QtBot) -> None:
    dialog = import_csv.open_for(home.ctx, window, "residents")
    assert "Must be there: key, family_name, given_name, date_of_birth, admitted_at." in dialog.words.text()
    qtbot.keyClick(dialog.names_button, Qt.Key.Key_Space)
    assert QGuiApplication.clipboard().text().startswith("key,nhs_number,title")
    assert [part for part in unnamed(dialog) if "QHeaderView" not in part] == []  # the hidden row header
