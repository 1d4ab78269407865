"""A window that keeps what is typed into it: a lock, a closed window or a wrong key in a hurry loses nothing."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QWidget

_AFTER = 2000
"""Milliseconds after a change until what was typed is kept, as an assessment's draft is."""


class KeepingDialog(QDialog):
    """Keeps two seconds after a change that :meth:`typing` was told of, and when it closes, however it closes.

    A subclass says what is to be kept (:meth:`to_keep`) and keeps it (:meth:`put_away`). ``kept`` is what lies there
    now, None for nothing: the same is not written twice.
    """

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.kept: Any = None
        self._saving = QTimer(self)
        self._saving.setSingleShot(True)
        self._saving.setInterval(_AFTER)
        self._saving.timeout.connect(self.keep)

    def may_keep(self) -> bool:
        """Whether there is something to read, and a place for it."""
        raise NotImplementedError

    def to_keep(self) -> Any:
        """What stands there now, as data; None when it is not worth keeping."""
        raise NotImplementedError

    def put_away(self, typed: Any) -> None:
        """Keep it for whoever opens this window next; None forgets what was kept."""
        raise NotImplementedError

    def typing(self) -> None:
        """Something was typed: keep it soon."""
        if not self._saving.isActive():
            self._saving.start()

    def keep(self) -> None:
        """Keep what is typed now, unless it lies there already."""
        self._saving.stop()
        if not self.may_keep():
            return
        typed = self.to_keep()
        if typed != self.kept:
            self.kept = typed
            self.put_away(typed)

    def reject(self) -> None:
        """Close, keeping what was typed."""
        self.keep()
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """The window's own close button keeps what was typed as well."""
        self.keep()
        super().closeEvent(event)
