"""On the sign-in window: the report of a fault that nobody has been told of yet, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui import crash
from app.ui.theme import L, M, Tone
from app.ui.widgets.buttons import secondary
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.text import card, heading, label


class CrashOffer(QWidget):
    """Says where the report is; any of its buttons lets it rest."""

    def __init__(self, report: crash.Unseen) -> None:
        super().__init__()
        self._report = report
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, column = card(spacing=M)
        frame.setProperty("tone", str(Tone.INFO))
        outer.addWidget(frame)
        column.setContentsMargins(L, M, L, M)
        column.addWidget(heading("Hartwell made a mistake the last time it ran"))
        column.addWidget(
            label(
                "What was saved is safe. There is a report for your support. It says where in the program the mistake "
                "is, and holds nothing about a resident. It stays in its folder."
            )
        )
        self.where = label(str(report.path), copyable=True)
        column.addWidget(self.where)
        buttons = QWidget()
        flow = FlowLayout(buttons, gap=M)
        self.open_button = secondary("Open folder", self._open)
        self.copy_button = secondary("Copy path", self._copy)
        self.close_button = secondary("Close", self._rest)
        for button in (self.open_button, self.copy_button, self.close_button):
            flow.addWidget(button)
        column.addWidget(buttons)

    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._report.path.parent)))
        self._rest()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(str(self._report.path))
        self._rest()

    def _rest(self) -> None:
        crash.let_rest(self._report)
        self.hide()
