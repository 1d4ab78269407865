"""Falls: the register of the home or of a resident, the check that says what to do now, and one fall whole.

What is shown follows the argument: None is the home's register, a resident's id theirs, a fall's id that fall, "choose"
asks who has fallen, and "check:" with a resident's id (and, after another colon, a draft's) is the check.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from app.domain.people import ResidentId
from app.ui.choose_resident import ChooseView
from app.ui.context import Context
from app.ui.pages.alerts.card import nothing_typed
from app.ui.pages.falls.check import CheckView
from app.ui.pages.falls.fall_view import FallView
from app.ui.pages.falls.register import RegisterView
from app.ui.view_page import ViewPage

if TYPE_CHECKING:
    from app.services.assessments import Draft
    from app.services.changes import Changes
    from app.services.falls import CheckStart, FallWhole, Recorded, Register
    from app.services.residents import ResidentRow
    from app.services.session import Session

CHOOSE, CHECK = "choose", "check:"
_TOUCHED = frozenset({"fall", "assessment", "resident", "alert", "outbox", "draft", "fact"})


class FallsPage(ViewPage):
    """``opened`` with None, an id, "choose" or "check:..."; a tuple of a resident's and a fall's id will do too."""

    title = "Falls"

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx, "Falls")
        self._left_for: tuple[str, str] = ("", "")  # whose fall an assessment was opened from, to come back to it

    def _forget(self) -> None:
        self._fall_id = ""

    # ------------------------------------------------------------------------------------------ the page protocol

    def opened(self, arg: Any) -> None:
        """Clear everything of the last resident, then load."""
        name = arg[1] or arg[0] if isinstance(arg, tuple) else arg
        came_back, self._left_for = self._left_for, ("", "")
        if isinstance(name, str) and name and name == came_back[0]:
            name = came_back[1]
        self._clear()
        if not isinstance(name, str) or not name:
            self._load(_home_register, self._show_register)
        elif name == CHOOSE:
            self._load(_people, self._show_choice)
        elif name.startswith(CHECK):
            resident, _, draft = name.removeprefix(CHECK).partition(":")
            self._load(partial(_check, ResidentId(resident), draft), self._show_check)
        else:
            self._load(partial(_found, name), self._show_found)

    def refresh(self, changes: Changes) -> None:
        """Load again what changed; what is being answered or typed is left alone."""
        if not changes.kinds & _TOUCHED:
            return
        if isinstance(self.view, RegisterView):
            resident = self._resident
            self._read(
                partial(_one_register, resident, again=True) if resident else _home_register, self._update_register
            )
        elif isinstance(self.view, FallView) and (not changes.residents or self._resident in changes.residents):
            self._read(partial(_whole_again, self._fall_id), self._update_fall)

    def can_leave(self) -> bool:
        """Every answer of the check is saved as it is given: that is waited for. A half-answered question about an
        alert is asked about."""
        if isinstance(self.view, CheckView):
            return self.view.safe()
        return nothing_typed(self._ctx, self.view.cards) if isinstance(self.view, FallView) else True

    def place(self) -> tuple[str, Any]:
        """What is shown now, by ids only."""
        if isinstance(self.view, CheckView):
            return "falls", f"{CHECK}{self.view.start.resident_id}:{self.view.draft_id}"
        return "falls", self._fall_id or self._resident

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """The check's keys work also while the page itself has the keyboard."""
        if not (isinstance(self.view, CheckView) and self.view.press(event)):
            super().keyPressEvent(event)

    # ----------------------------------------------------------------------------------------------------- showing

    def _show_register(self, found: Register, resident_id: ResidentId | None = None) -> None:
        if resident_id is not None and found.details is not None:
            self._person(resident_id, found.details, found.status)
        view = RegisterView(self._ctx.today(), one=resident_id is not None, writes=self._may_write())
        view.fallen.connect(self._fallen)
        view.opened.connect(partial(self._ctx.navigate.emit, "falls"))
        view.record.connect(partial(self._ctx.navigate.emit, "resident", resident_id))
        self._put(view)
        view.show_register(found)
        first = view.fallen_button if self._may_write() else view.table
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _update_register(self, found: Register) -> None:
        if isinstance(self.view, RegisterView):
            self.view.show_register(found)

    def _show_choice(self, rows: tuple[ResidentRow, ...]) -> None:
        view = ChooseView("Who has fallen?", rows)
        view.chosen.connect(lambda resident: self._ctx.navigate.emit("falls", f"{CHECK}{resident}"))
        self._put(view)
        view.box.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_check(self, found: tuple[CheckStart, Draft | None]) -> None:
        start, draft = found
        self._person(start.resident_id, start.details, start.status)
        view = CheckView(self._ctx, start, draft)
        view.recorded.connect(self._recorded)
        view.left.connect(partial(self._ctx.navigate.emit, "falls", start.resident_id))
        self._put(view)
        if view.box is None and view.sign_button is None:
            view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _recorded(self, done: Recorded) -> None:
        """Signed: the fall comes in place of the check, with the call first."""
        self._ctx.navigate.emit("falls", done.fall_id)

    def _show_found(self, found: tuple[ResidentId, Register | FallWhole]) -> None:
        from app.services.falls import FallWhole

        resident_id, shown = found
        if isinstance(shown, FallWhole):
            self._show_fall(shown)
        else:
            self._show_register(shown, resident_id)

    def _show_fall(self, whole: FallWhole) -> None:
        self._person(whole.row.resident_id, whole.details, whole.row.status)
        self._fall_id = whole.row.id
        view = FallView(self._ctx, whole, writes=self._may_write())
        view.go.connect(self._go)
        self._put(view)
        view.focus_first()

    def _update_fall(self, whole: FallWhole) -> None:
        if isinstance(self.view, FallView):
            self.view.show_fall(whole)

    def _fallen(self) -> None:
        self._ctx.navigate.emit("falls", f"{CHECK}{self._resident}" if self._resident else CHOOSE)

    def _go(self, where: object) -> None:
        if where == "resident":
            self._ctx.navigate.emit("resident", self._resident)
            return
        self._left_for = (str(self._resident), self._fall_id)
        self._ctx.navigate.emit("assessment", where)

    def _may_write(self) -> bool:
        from app.services.access import Action

        return self._ctx.allowed(Action.RECORD_ASSESSMENT)


def _home_register(session: Session) -> Register:
    from app.services import falls

    return falls.register(session)


def _one_register(resident_id: ResidentId, session: Session, *, again: bool) -> Register:
    from app.services import falls

    return falls.register(session, resident_id, again=again)


def _people(session: Session) -> tuple[ResidentRow, ...]:
    from app.services import residents

    return residents.find_residents(session)


def _check(resident_id: ResidentId, draft_id: str, session: Session) -> tuple[CheckStart, Draft | None]:
    from app.services import assessments, falls

    draft: Draft | None = None
    if draft_id:
        try:
            draft = assessments.load_draft(session, draft_id)
        except assessments.DraftGone:
            draft = None
    return falls.start(session, resident_id), draft


def _found(name: str, session: Session) -> tuple[ResidentId, Register | FallWhole]:
    from app.services import falls

    resident_id, fall_id = falls.whose(session, name)
    if fall_id:
        return resident_id, falls.fall(session, fall_id)
    return resident_id, falls.register(session, resident_id)


def _whole_again(fall_id: str, session: Session) -> FallWhole:
    from app.services import falls

    return falls.fall(session, fall_id, again=True)
