"""A resident's wounds on one page: the body map to mark a new one on, and a card for each.

Wrong-resident guard as on the record's page: one resident or none, everything emptied before another is read, and an
answer for a resident who was left meanwhile is thrown away.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QPushButton, QVBoxLayout, QWidget

from app.domain.charts.body import View
from app.domain.errors import UserError
from app.domain.people import ResidentId
from app.domain.wounds import CAUSES
from app.ui.forms.form import FormDialog, show_dialog
from app.ui.forms.view import scroll_to
from app.ui.messages import in_words
from app.ui.pages.wounds.card import Acts, WoundCard
from app.ui.resident_frame import ResidentFrame
from app.ui.theme import L, M, S
from app.ui.widgets.banner import spoken_resident
from app.ui.widgets.buttons import link, primary
from app.ui.widgets.layouts import empty, keep_tab_order, level, tab_stops
from app.ui.widgets.scene import BodyMapView
from app.ui.widgets.text import heading, label

if TYPE_CHECKING:
    from app.services.changes import Changes
    from app.services.session import Session
    from app.services.wounds import WoundRow, Wounds
    from app.ui.context import Context

_TOUCHED = frozenset({"wound", "photo", "assessment", "resident", "fact"})


class WoundsPage(ResidentFrame):
    """``opened`` with a resident's id, or with that and a wound's id to go to."""

    title = "Wounds"  # never whose: titles stand in the task bar, in lists of windows and on shared screens
    two_columns = 1000

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self.resident_id: ResidentId | None = None
        self.found: Wounds | None = None
        self.cards: dict[str, WoundCard] = {}
        self._visit = 0
        self._wanted = ""
        self.waiting = label("", "strong")
        self.waiting.setAccessibleName("State of the record")
        self.add_button = primary("Add a wound", self.add)
        self.back_button = link("All of the record", self._record)
        self.map = BodyMapView()
        self.map.placed.connect(self._placed)
        self.none = label("No open wound is recorded. Mark one on the body map, or add one from the list of places.")
        self._open, self._closed = QVBoxLayout(), QVBoxLayout()
        self.closed_heading = heading("Closed wounds")
        self._lay_out()
        new = QShortcut(QKeySequence(QKeySequence.StandardKey.New), self, self.add)
        new.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._clear("")

    # ------------------------------------------------------------------------------------------ the page protocol

    def opened(self, arg: Any) -> None:
        """Show this resident's wounds; everything of the one before is gone before anything is read."""
        resident, self._wanted = arg if isinstance(arg, tuple) else (arg, "")
        if not isinstance(resident, str):
            self._clear("No resident is chosen. Choose one in the list of residents.")
            return
        if resident != self.resident_id:
            self._clear("Opening the wounds…")
            self.area.verticalScrollBar().setValue(0)
        self.resident_id = ResidentId(resident)
        self._load()
        self.setFocus(Qt.FocusReason.OtherFocusReason)  # on no button: a key held a moment too long must press nothing

    def refresh(self, changes: Changes) -> None:
        """Read again what was saved about this resident."""
        mine = not changes.residents or self.resident_id in changes.residents
        if self.resident_id is not None and mine and changes.kinds & _TOUCHED:
            self._load(again=True)

    def can_leave(self) -> bool:
        """Everything is typed in dialogs of its own."""
        return True

    def place(self) -> tuple[str, Any]:
        """This resident's wounds."""
        return "wounds", self.resident_id

    # ------------------------------------------------------------------------------------------------ what it does

    def add(self) -> None:
        """Open the form of a new wound, at the place of the pointer on the body map."""
        view, x, y = self.map.place
        code = self.map.sites.value()
        self._form(str(code) if code else "", (view, x, y))

    def review(self, row: WoundRow) -> None:
        """Go to the form of a review of this wound."""
        self._assess(row, "time_wound")

    def classify(self, row: WoundRow) -> None:
        """Go to the form that says how bad it is, for its cause."""
        self._assess(row, row.wound.classified_by)

    def add_photo(self, row: WoundRow) -> None:
        """Ask who agrees, and for the file."""
        from app.ui.pages.wounds.photos import AddPhotoDialog

        self._dialog(lambda found: AddPhotoDialog(self.ctx, self, found.details, row))

    def photos(self, row: WoundRow) -> None:
        """Show the photos, two of them side by side."""
        from app.ui.pages.wounds.photos import PhotosDialog

        writes = self._may_write()
        self._dialog(lambda found: PhotosDialog(self.ctx, self, found.details, row, writes=writes))

    def close_wound(self, row: WoundRow) -> None:
        """Ask how it ended."""
        from app.ui.pages.wounds.dialogs import CloseDialog

        self._dialog(lambda found: CloseDialog(self.ctx, self, found.details, row))

    def reopen(self, row: WoundRow) -> None:
        """Ask why it is open again."""
        from app.ui.pages.wounds.dialogs import reopen_dialog

        self._dialog(lambda found: reopen_dialog(self.ctx, self, found.details, row))

    def change(self, row: WoundRow) -> None:
        """Open the form of what is known of it."""
        from app.ui.pages.wounds.dialogs import WoundDialog

        self._dialog(lambda found: WoundDialog(self.ctx, self, found.resident_id, found.details, row=row))

    def in_error(self, row: WoundRow) -> None:
        """Ask what was wrong about recording it."""
        from app.ui.pages.wounds.dialogs import in_error_dialog

        self._dialog(lambda found: in_error_dialog(self.ctx, self, found.details, row))

    def paper(self, row: WoundRow) -> None:
        """Ask before its chart leaves the encrypted store."""
        from app.ui.pages.wounds.dialogs import PaperDialog

        self._dialog(lambda found: PaperDialog(self.ctx, self, found.details, row))

    def versions(self, row: WoundRow) -> None:
        """Show what was recorded of it before."""
        from app.ui.pages.wounds.dialogs import VersionsDialog

        self._dialog(lambda found: VersionsDialog(self.ctx, self, found.details, row))

    # ------------------------------------------------------------------------------------------------------ inside

    def _placed(self, view: str, x: Decimal, y: Decimal, code: str) -> None:
        self._form(code, (View(view), x, y))

    def _form(self, code: str, point: tuple[View, Decimal, Decimal]) -> None:
        from app.ui.pages.wounds.dialogs import WoundDialog

        if self._may_write():
            place = (code, point) if code else None
            self._dialog(lambda found: WoundDialog(self.ctx, self, found.resident_id, found.details, place))

    def _dialog(self, make: Callable[[Wounds], QDialog]) -> None:
        if self.found is None:
            return
        dialog = make(self.found)
        if isinstance(dialog, FormDialog):
            show_dialog(dialog)
        else:
            dialog.open()

    def _assess(self, row: WoundRow, instrument: str) -> None:
        from app.ui.pages.assessment import Open

        self.ctx.navigate.emit("assessment", Open(row.resident_id, instrument, about=row.id, back="wounds"))

    def _record(self) -> None:
        if self.resident_id is not None:
            self.ctx.navigate.emit("resident", self.resident_id)

    def _may_write(self) -> bool:
        from app.services.access import Action

        return self.ctx.allowed(Action.RECORD_ASSESSMENT)

    def _lay_out(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(L, S, L, L)
        column.setSpacing(M)
        column.addWidget(self.waiting)
        self.content = QWidget()
        inside = QVBoxLayout(self.content)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(M)
        self._acts_row = level((self.add_button, self.back_button))
        inside.addWidget(self._acts_row)
        left, right = QVBoxLayout(), QVBoxLayout()
        left.addWidget(self.map)
        left.addStretch(1)
        for part in (self._open, self._closed):
            part.setSpacing(M)
        right.setSpacing(M)
        right.addWidget(self.none)
        right.addLayout(self._open)
        right.addWidget(self.closed_heading)
        right.addLayout(self._closed)
        right.addStretch(1)
        self.columns.addLayout(left, 4)
        self.columns.addLayout(right, 6)
        inside.addLayout(self.columns)
        column.addWidget(self.content)
        column.addStretch(1)
        self.stand(body)

    def _clear(self, waiting: str) -> None:
        """Nobody is on the screen: banner, cards, marks, every dialog, and any answer still on its way."""
        self._visit += 1
        self.resident_id = None
        self.found = None
        self.banner.clear()
        self._drop_cards()
        self.map.set_marks(())
        self.content.hide()
        self.waiting.setText(waiting)
        self.waiting.setVisible(bool(waiting))
        self.setAccessibleName(waiting or "No resident")
        self.ctx.resident.emit("")

    def _drop_cards(self) -> None:
        self.cards = {}
        empty(self._open)
        empty(self._closed)

    def _load(self, *, again: bool = False) -> None:
        """Read the wounds; ``again`` when they are on the screen already, which is no second opening."""
        visit, resident_id = self._visit, self.resident_id
        if resident_id is None:
            return

        def current() -> bool:
            return visit == self._visit and resident_id == self.resident_id

        def arrived(found: Wounds) -> None:
            if current():
                self._show(found)

        def failed(exc: BaseException) -> None:
            if current():
                message = in_words(exc)
                self._clear(f"The wounds cannot be shown. {message.text} {message.detail}".strip())
                if not isinstance(exc, UserError):
                    self.ctx.messages.report(exc)

        self.ctx.call(partial(_read, resident_id, again=again), arrived, failed, owner=self)

    def _show(self, found: Wounds) -> None:
        self.banner.show_resident(found.details, self.ctx.today(), found.status)
        self.ctx.resident.emit(found.resident_id)
        self.setAccessibleName(f"Wounds of {spoken_resident(found.details, self.ctx.today())}")
        if found != self.found:
            self.found = found
            self._draw(found)
        self.waiting.hide()
        self.content.show()
        if self._wanted in self.cards:
            card = self.cards[self._wanted]
            self._wanted = ""
            scroll_to(card)
            next(iter(card.buttons.values())).setFocus(Qt.FocusReason.OtherFocusReason)

    def _draw(self, found: Wounds) -> None:
        had = self._focused()
        writes = self._may_write()
        self._drop_cards()
        acts = Acts(
            self.review, self.classify, self.add_photo, self.photos, self.close_wound, self.reopen, self.change,
            self.in_error, self.paper, self.versions,
        )  # fmt: skip
        for row in found.rows:
            card = self.cards[row.id] = WoundCard(row, self.ctx.today(), acts, writes=writes)
            (self._open if row.open else self._closed).addWidget(card)
        still = [row for row in found.rows if row.open]
        self.none.setVisible(not still)
        self.closed_heading.setVisible(len(still) < len(found.rows))
        self.map.set_marks(
            [
                row.wound.mark(row.number, row.category.words if row.category else CAUSES[row.wound.cause])
                for row in still
            ]
        )
        self.map.button.setVisible(writes)
        self.add_button.setVisible(writes)
        stops = tab_stops(self._acts_row, self.map, *self.cards.values())
        keep_tab_order([stop for stop in stops if stop.window() is self.window()])  # a list's popup is not
        self._focus_again(*had)

    def _focused(self) -> tuple[str, str]:
        """The wound and the words of the button that has the keyboard: the cards are about to be made anew."""
        had = self.window().focusWidget()  # also while a dialog that is closing has the keyboard still
        for wound_id, card in self.cards.items():
            for words, button in card.buttons.items():
                if button is had:
                    return wound_id, words
        return "", ""

    def _focus_again(self, wound_id: str, words: str) -> None:
        card = self.cards.get(wound_id)
        button: QPushButton | None = card.buttons.get(words) if card is not None else None
        if button is not None:
            button.setFocus(Qt.FocusReason.OtherFocusReason)


def _read(resident_id: ResidentId, session: Session, *, again: bool) -> Wounds:
    from app.services import wounds

    return wounds.wounds(session, resident_id, again=again)
