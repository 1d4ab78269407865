"""A page that shows one view at a time: a list, a choice, or one thing whole, below the banner of its resident."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.people import ResidentDetails, ResidentId
from app.ui.context import Context
from app.ui.theme import L, M
from app.ui.widgets.banner import ResidentBanner
from app.ui.widgets.layouts import empty
from app.ui.widgets.text import scrolled
from app.ui.widgets_form.labels import label

if TYPE_CHECKING:
    from app.services.session import Session

T = TypeVar("T")


class ViewPage(QWidget):
    """``view`` is what is shown, None while it loads; an answer that comes after the page went on is dropped.

    A page that keeps more about what it shows forgets it in :meth:`_forget`.
    """

    def __init__(self, ctx: Context, name: str) -> None:
        super().__init__()
        self._ctx = ctx
        self._visit = 0
        self._resident: ResidentId | None = None
        self.view: QWidget | None = None
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.banner = ResidentBanner()
        head = QVBoxLayout()
        head.setContentsMargins(L, M, L, 0)
        head.addWidget(self.banner)
        body = QWidget()
        self._body = QVBoxLayout(body)
        self._body.setContentsMargins(0, 0, 0, 0)
        self.area = scrolled(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(head)
        outer.addWidget(self.area, 1)
        self._clear()

    def _forget(self) -> None:
        """Nothing more is kept here."""

    def _load(self, work: Callable[[Session], T], done: Callable[[T], None]) -> None:
        """Say that it loads, then show what comes; for a page that was cleared."""
        self._body.addWidget(_padded("Loading"))
        self._read(work, done)

    def _read(self, work: Callable[[Session], T], done: Callable[[T], None]) -> None:
        visit = self._visit

        def arrived(found: T) -> None:
            if visit == self._visit:
                done(found)

        def failed(exc: BaseException) -> None:
            if visit == self._visit and self.view is None:
                self._clear()
            self._ctx.messages.report(exc)

        self._ctx.call(work, arrived, failed, owner=self)

    def _clear(self) -> None:
        self._visit += 1
        self._resident, self.view = None, None
        self._forget()
        self.banner.clear()
        self.banner.hide()
        empty(self._body)
        self.area.verticalScrollBar().setValue(0)
        self._ctx.resident.emit("")

    def _put(self, view: QWidget) -> None:
        empty(self._body)
        self.view = view
        self._body.addWidget(view)
        view.show()

    def _person(self, resident_id: ResidentId, details: ResidentDetails, status: str) -> None:
        self._resident = resident_id
        self.banner.show_resident(details, self._ctx.today(), status)
        self.banner.show()
        self._ctx.resident.emit(resident_id)


def _padded(words: str) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(L, M, L, L)
    column.addWidget(label(words, "strong"))
    column.addStretch(1)
    return holder
