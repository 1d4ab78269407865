"""What every test of the screens asks: has each control a name, is any text cut off, has everything arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QRadioButton,
    QSlider,
    QTabBar,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.ui.pictures import settle
from app.ui.tasks import Tasks

_LOOK_EVERY_MS = 10
_expected: list[QTimer] = []

_CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QSlider,
    QTextEdit,
)


def unnamed(root: QWidget) -> list[str]:
    """The controls of the widget that a screen reader has no name for; those that are hidden in it are left out."""
    return [
        _describe(part)
        for part in (root, *root.findChildren(QWidget))
        if _is_control(part) and part.isVisibleTo(root) and not _name(part)
    ]


def clipped(root: QWidget) -> list[str]:
    """The labels and buttons on the screen whose text does not fit into them."""
    return [
        _describe(part)
        for part in root.findChildren(QWidget)
        if part.isVisible() and isinstance(part, QLabel | QAbstractButton) and _is_cut(part)
    ]


@contextmanager
def stray_windows() -> Iterator[list[str]]:
    """Collects what is shown as a window of its own meanwhile: a part made visible before it has a parent flashes."""
    watch = _ShowWatch()
    app = QApplication.instance()
    assert app is not None
    app.installEventFilter(watch)
    try:
        yield watch.seen
    finally:
        app.removeEventFilter(watch)


class _ShowWatch(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(_describe(watched))
        return False


def wait_quiet(qtbot: QtBot, tasks: Tasks) -> None:
    """Wait until no result is on its way any more and what arrived has found its place on the screen."""
    qtbot.waitUntil(lambda: not tasks.busy, timeout=20_000)
    settle(tasks)


def press(qtbot: QtBot, keys: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key where the keyboard is."""
    target = QApplication.focusWidget() or QApplication.activeWindow()
    assert target is not None, "no window has the keyboard"
    qtbot.keyClick(target, keys, modifier)


def _is_control(part: QWidget) -> bool:
    inner = part.objectName().startswith("qt_") or isinstance(
        part.parentWidget(), QComboBox | QAbstractSpinBox | QTabBar
    )
    popup = part.window() is not part and part.window().metaObject().className() == "QComboBoxPrivateContainer"
    return isinstance(part, _CONTROLS) and not inner and not popup


def _name(part: QWidget) -> str:
    found = QAccessible.queryAccessibleInterface(part)
    return found.text(QAccessible.Text.Name).strip() if found is not None else ""


def _is_cut(part: QLabel | QAbstractButton) -> bool:
    if isinstance(part, QLabel):
        if not part.text():
            return False
        room = part.contentsRect()
        flags = Qt.TextFlag.TextWordWrap if part.wordWrap() else Qt.TextFlag.TextExpandTabs
        needed = part.fontMetrics().boundingRect(room, int(flags | Qt.AlignmentFlag.AlignLeft), part.text())
        return needed.width() > room.width() + 1 or needed.height() > room.height() + 1
    if not part.text() or isinstance(part, QCheckBox | QRadioButton):
        return bool(part.text()) and part.width() + 1 < part.minimumSizeHint().width()
    return part.width() + 1 < part.minimumSizeHint().width() or part.height() + 1 < part.minimumSizeHint().height()


def _describe(part: QWidget) -> str:
    text = part.property("text") or part.accessibleName() or part.objectName()
    above = part.parentWidget()
    inside = type(above).__name__ if above else "nothing"
    return f"{type(part).__name__}({text!r}, {part.width()} x {part.height()}) in {inside}"


def exposed(qtbot: QtBot, window: QWidget) -> None:
    """Show a window and wait until it can be seen; when it cannot, say what stands in its place."""
    window.show()

    def seen() -> None:
        handle = window.windowHandle()
        others = [
            f"{type(top).__name__} {top.objectName()}" for top in QApplication.topLevelWidgets() if top.isVisible()
        ]
        assert window.isVisible(), f"hidden again; visible: {others}, modal: {QApplication.activeModalWidget()}"
        assert handle is not None, "no native window"
        assert handle.isExposed(), f"not exposed; {handle.geometry()}, {handle.visibility()}, visible: {others}"

    qtbot.waitUntil(seen)


def with_keyboard(dialog: QDialog) -> bool:
    """Whether the keyboard is in this dialog."""
    focused = QApplication.focusWidget()
    return focused is not None and dialog.isAncestorOf(focused)


def when_modal(act: Callable[[QDialog], None], wanted: Callable[[QDialog], bool] = with_keyboard) -> None:
    """Do this with the next modal dialog that is wanted, while the code under test waits for its answer.

    What never comes up is given up at the end of the test (:func:`given_up`): a hand that went on waiting would answer
    the first dialog of some later test.
    """
    timer = QTimer()

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QDialog) and wanted(dialog) and timer in _expected:
            timer.stop()
            _expected.remove(timer)
            try:
                act(dialog)
            except BaseException:
                dialog.done(0)  # left open it would hold up the test until its time is over
                raise

    timer.timeout.connect(look)
    _expected.append(timer)
    timer.start(_LOOK_EVERY_MS)


def given_up() -> int:
    """How many dialogs a test waited for that never came; nobody waits for them any more."""
    number = len(_expected)
    for timer in _expected:
        timer.stop()
    _expected.clear()
    return number
