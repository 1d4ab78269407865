"""The warning before the lock: seen, counted down, said aloud, and taken away by any key, click, wheel or touch.

What takes it away does nothing else: whoever comes back and presses Enter must not sign what was left open.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QWidget
from shiboken6 import isValid

from app.ui.presence import Presence
from app.ui.theme import L, M, Tone
from app.ui.widgets.tag import Sign
from app.ui.widgets.text import label

_ANNOUNCED = frozenset({60, 30, 10})
_GESTURE_MS = 1000
"""After this a key or button that was pressed to stay is over, also when its release went to another window."""

PRESSES = frozenset({
    QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick, QEvent.Type.Wheel,
    QEvent.Type.TouchBegin, QEvent.Type.TabletPress,
})  # fmt: skip
RELEASES = frozenset({
    QEvent.Type.KeyRelease, QEvent.Type.MouseButtonRelease, QEvent.Type.TouchEnd, QEvent.Type.TouchCancel,
    QEvent.Type.TabletRelease,
})  # fmt: skip
MEANWHILE = frozenset({
    QEvent.Type.ShortcutOverride, QEvent.Type.Shortcut, QEvent.Type.ContextMenu, QEvent.Type.TouchUpdate,
    QEvent.Type.InputMethod,
})  # fmt: skip


def stay_words(seconds: int) -> str:
    """What the warning says."""
    return f"Hartwell locks in {seconds} second{'' if seconds == 1 else 's'}. Press any key to stay."


class LockWarning(QObject):
    """Shows the warning over whatever is in front, also over an open dialog, while ``presence`` says it is quiet."""

    def __init__(self, presence: Presence, window: QWidget) -> None:
        super().__init__(window)
        self._presence = presence
        self._strip: _Strip | None = None
        self._swallowing = False
        self._over = QTimer(self)
        self._over.setSingleShot(True)
        self._over.setInterval(_GESTURE_MS)
        self._over.timeout.connect(self._let_go)
        presence.quiet.connect(self._warn)
        presence.touched.connect(self._hide)

    @property
    def words(self) -> str:
        """What stands on the screen; empty when there is no warning."""
        return self._strip.words.text() if self._strip is not None and isValid(self._strip) else ""

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Take the key or click that says "I am here", whole, from its press to its release."""
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride:
            event.accept()  # or the key would work as a shortcut before anybody saw it as a key
            return True
        if kind in PRESSES:
            self._swallowing = True
            self._over.start()
            self._presence.touch()
            return True
        if kind in RELEASES and self._swallowing:
            if not (isinstance(event, QKeyEvent) and event.isAutoRepeat()):
                self._let_go()
            return True
        return kind in MEANWHILE

    def _warn(self, seconds: int) -> None:
        host = QApplication.activeModalWidget() or self.parent()
        if not isinstance(host, QWidget):
            return
        if self._strip is None or not isValid(self._strip) or self._strip.parent() is not host:
            self._hide()
            self._strip = _Strip(host)
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)
        self._strip.say(seconds)

    def _hide(self) -> None:
        strip, self._strip = self._strip, None
        if strip is not None and isValid(strip):
            strip.hide()
            strip.deleteLater()
        if not self._swallowing:
            self._let_go()

    def _let_go(self) -> None:
        self._swallowing = False
        self._over.stop()
        app = QApplication.instance()
        if app is not None and self._strip is None:
            app.removeEventFilter(self)


class _Strip(QFrame):
    """The warning itself, across the top of a window."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self.setProperty("tone", str(Tone.WARNING))
        self.setAccessibleName("Warning")
        self.words = label("", "heading")
        row = QHBoxLayout(self)
        row.setContentsMargins(L, M, L, M)
        row.setSpacing(M)
        row.addWidget(Sign(Tone.WARNING))
        row.addWidget(self.words, 1)

    def say(self, seconds: int) -> None:
        """Show it; a screen reader says it now and then, not each second."""
        first = not self.words.text()
        self.words.setText(stay_words(seconds))
        host = self.parentWidget()
        width = host.width() if host is not None else self.width()
        tall = self.heightForWidth(width)  # less than the hint, which is for a narrow column of words
        self.setGeometry(0, 0, width, tall if tall > 0 else self.sizeHint().height())
        self.show()
        self.raise_()
        if first or seconds in _ANNOUNCED:
            spoken = QAccessibleAnnouncementEvent(self, self.words.text())
            spoken.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
            QAccessible.updateAccessibility(spoken)
