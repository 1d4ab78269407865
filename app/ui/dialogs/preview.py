"""The pages of a pack on the screen, as they come out of the printer. Nothing is written anywhere.

Page Down and Page Up turn the pages, plus and minus make them larger and smaller, arrows move over the page.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import QDialog, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.context import Context
from app.ui.messages import in_words
from app.ui.theme import L, M, S
from app.ui.widgets.buttons import secondary
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.text import label

SIZES = (60, 80, 100, 125, 150, 200, 300)
"""Per cent of the size at which 100 points make a screen inch."""
_DPI = 100


class PreviewDialog(QDialog):
    """One page at a time. ``page`` counts from 0, which is the cover."""

    def __init__(self, ctx: Context, pdf: bytes, words: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._ctx, self._pdf, self._asked = ctx, pdf, 0
        self.page, self.count, self._size = 0, 0, SIZES.index(100)
        self.setWindowTitle(f"Preview: {words}")
        self.setAccessibleName(f"Preview: {words}")
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.sheet = QLabel()
        self.sheet.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.sheet.setAccessibleName("Page")
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setWidget(self.sheet)
        self.area.setAccessibleName("The page")
        self.place = label("Loading", "strong", wrap=False)
        self.before_button = secondary("Previous (Page Up)", lambda: self.turn(-1))
        self.next_button = secondary("Next (Page Down)", lambda: self.turn(1))
        self.smaller_button = secondary("Smaller (-)", lambda: self.zoom(-1))
        self.larger_button = secondary("Larger (+)", lambda: self.zoom(1))
        self.close_button = secondary("Close", self.reject)
        foot = QWidget()
        flow = FlowLayout(foot, gap=S, row_gap=S)
        flow.addWidget(self.place)
        for button in (
            self.next_button, self.before_button, self.larger_button, self.smaller_button, self.close_button,
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
        """Show the page a step larger or smaller."""
        size = min(max(self._size + by, 0), len(SIZES) - 1)
        if size != self._size:
            self._size = size
            self._load()

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
        asked, pdf, page = self._asked, self._pdf, self.page
        dpi = round(_DPI * SIZES[self._size] / 100 * self.devicePixelRatioF())

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
        self.place.setText(f"{what}, {SIZES[self._size]} %")
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
    dialog.resize(max(theme.scaled(720), window.width() - 80), max(520, window.height() - 40))
    dialog.open()
    ctx.call(lambda session: pack_printing.previewed(session, pack_id))
    return dialog
