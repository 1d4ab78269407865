"""The pages of a pack on the screen, as they come out of the printer. Nothing is written anywhere.

It begins with the whole page in the window. Page Down and Page Up turn the pages, plus and minus make them larger and
smaller, Ctrl+0 shows the whole page and Ctrl+2 its whole width, arrows move over the page.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QKeySequence, QPixmap, QResizeEvent, QShortcut
from PySide6.QtWidgets import QDialog, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.ui.context import Context
from app.ui.messages import in_words
from app.ui.theme import L, M, S
from app.ui.widgets.buttons import secondary
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.text import label

SIZES = (60, 80, 100, 125, 150, 200, 300)
"""Per cent of the size at which 100 points make a screen inch."""
_DPI = 100
_SHEET = (210 / 25.4, 297 / 25.4)
"""Inches of A4, which all papers of the program are."""
_LEAST = 20


class Fit(Enum):
    """How large a page is shown: as the window allows, or at a size that was chosen."""

    PAGE = "whole page"
    WIDTH = "page width"
    CHOSEN = ""


class _Room(QScrollArea):
    """Tells when there is more or less room for the page."""

    resized = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self.resized.emit()


class PreviewDialog(QDialog):
    """One page at a time. ``page`` counts from 0, which is the cover."""

    def __init__(self, ctx: Context, pdf: bytes, words: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._ctx, self._pdf, self._asked = ctx, pdf, 0
        self.page, self.count, self.percent, self.fit = 0, 0, 100, Fit.PAGE
        self.setWindowTitle(f"Preview: {words}")
        self.setAccessibleName(f"Preview: {words}")
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.sheet = QLabel()
        self.sheet.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.sheet.setAccessibleName("Page")
        self.area = _Room()
        self.area.resized.connect(self._room_changed)
        self.area.setWidgetResizable(True)
        self.area.setWidget(self.sheet)
        self.area.setAccessibleName("The page")
        self.place = label("Loading", "strong", wrap=False)
        self.before_button = secondary("Previous (Page Up)", lambda: self.turn(-1))
        self.next_button = secondary("Next (Page Down)", lambda: self.turn(1))
        self.smaller_button = secondary("Smaller (-)", lambda: self.zoom(-1))
        self.larger_button = secondary("Larger (+)", lambda: self.zoom(1))
        self.whole_button = secondary("Whole (Ctrl+0)", lambda: self.fit_to(Fit.PAGE))
        self.width_button = secondary("Width (Ctrl+2)", lambda: self.fit_to(Fit.WIDTH))
        self.whole_button.setAccessibleName("Show the whole page")
        self.width_button.setAccessibleName("Show the whole width of the page")
        self.close_button = secondary("Close", self.reject)
        foot = QWidget()
        flow = FlowLayout(foot, gap=S, row_gap=S)
        flow.addWidget(self.place)
        for button in (
            self.next_button, self.before_button, self.width_button, self.whole_button, self.larger_button,
            self.smaller_button, self.close_button,
        ):  # fmt: skip
            flow.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(L, M, L, M)
        column.setSpacing(S)
        column.addWidget(self.area, 1)
        column.addWidget(foot)
        for keys, turn in (("PgDown", 1), ("PgUp", -1)):
            QShortcut(QKeySequence(keys), self, lambda by=turn: self.turn(by))
        for keys, by in (("+", 1), ("=", 1), ("Ctrl++", 1), ("Ctrl+=", 1), ("-", -1), ("Ctrl+-", -1)):
            QShortcut(QKeySequence(keys), self, lambda step=by: self.zoom(step))
        for keys, fit in (("Ctrl+0", Fit.PAGE), ("Ctrl+2", Fit.WIDTH)):
            QShortcut(QKeySequence(keys), self, lambda wanted=fit: self.fit_to(wanted))
        for keys, to in (("Home", 0), ("End", 1 << 20)):
            QShortcut(QKeySequence(keys), self, lambda place=to: self.turn(place - self.page))
        self.next_button.setFocus()
        self._load_count()

    def turn(self, by: int) -> None:
        """Go some pages on or back, as far as there are any."""
        page = min(max(self.page + by, 0), max(self.count - 1, 0))
        if page != self.page:
            self.page = page
            self.area.verticalScrollBar().setValue(0)
            self._load()

    def zoom(self, by: int) -> None:
        """Show the page a step larger or smaller than now."""
        now = self.percent
        further = [size for size in SIZES if (size > now if by > 0 else size < now)]
        if further:
            self.fit, self.percent = Fit.CHOSEN, further[0] if by > 0 else further[-1]
            self._load()

    def fit_to(self, fit: Fit) -> None:
        """Show the page as large as the window allows, and keep it so when the window changes."""
        self.fit = fit
        self._load()

    def _room_changed(self) -> None:
        """A page that fits the window fits it again."""
        if self.count and self.fit is not Fit.CHOSEN and self._fitting() != self.percent:
            self._load()

    def _fitting(self) -> int:
        """Per cent at which the page fits the room there is."""
        room = self.area.maximumViewportSize()
        wide = (room.width() - self.area.verticalScrollBar().sizeHint().width()) / (_SHEET[0] * _DPI)
        high = room.height() / (_SHEET[1] * _DPI)
        share = wide if self.fit is Fit.WIDTH else min(wide, high)
        return min(max(int(share * 100), _LEAST), SIZES[-1])

    def _load_count(self) -> None:
        from app.services import pack_printing

        pdf = self._pdf

        def counted(count: int) -> None:
            self.count = count
            self._load()

        self._ctx.call(lambda _session: pack_printing.page_count(pdf), counted, self._failed, owner=self)

    def _load(self) -> None:
        from app.services import pack_printing

        self._asked += 1
        if self.fit is not Fit.CHOSEN:
            self.percent = self._fitting()
        asked, pdf, page = self._asked, self._pdf, self.page
        dpi = int(_DPI * self.percent / 100 * self.devicePixelRatioF())

        def drawn(picture: Any) -> None:
            if asked == self._asked:  # a key that is held down asks for pages that nobody waits for any more
                self._show(picture)

        self._ctx.call(lambda _session: pack_printing.picture(pdf, page, dpi), drawn, self._failed, owner=self)

    def _show(self, picture: Any) -> None:
        image = QImage(picture.rgb, picture.width, picture.height, 3 * picture.width, QImage.Format.Format_RGB888)
        drawn = QPixmap.fromImage(image)
        drawn.setDevicePixelRatio(self.devicePixelRatioF())
        self.sheet.setPixmap(drawn)
        what = "The cover" if self.page == 0 else f"Page {self.page} of {self.count - 1}"
        how = f"{self.fit.value}, " if self.fit.value else ""
        self.place.setText(f"{what}, {how}{self.percent} %")
        self.sheet.setAccessibleName(what)
        self.before_button.setEnabled(self.page > 0)
        self.next_button.setEnabled(self.page < self.count - 1)
        layout = self.layout()
        if layout is not None:
            layout.invalidate()

    def _failed(self, exc: BaseException) -> None:
        self.place.setText(f"The page cannot be shown. {in_words(exc).text}")


def open_for(ctx: Context, pdf: bytes, pack_id: str, words: str, parent: QWidget) -> PreviewDialog:
    """Opens the pages over the parent's window; that somebody looked is noted."""
    from app.services import pack_printing

    dialog = PreviewDialog(ctx, pdf, words, parent)
    window = parent.window()
    dialog.resize(max(720, window.width() - 80), max(520, window.height() - 40))
    dialog.open()
    ctx.call(lambda session: pack_printing.previewed(session, pack_id))
    return dialog
