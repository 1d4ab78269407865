"""Hospital: the board of who is away and where the bags are, the journeys of one resident, and one journey whole.

What is shown follows the argument: None is the board, "resident:" with an id that resident's journeys, anything else is
a journey's id.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from app.domain.people import ResidentDetails, ResidentId
from app.ui.context import Context
from app.ui.pages.hospital import board, journey_view
from app.ui.pages.hospital.board import BoardView, Loaded, OneView
from app.ui.pages.hospital.journey_view import JourneyView, Whole
from app.ui.view_page import ViewPage

if TYPE_CHECKING:
    from app.services.changes import Changes
    from app.services.journeys import JourneyRow
    from app.services.session import Session

RESIDENT = "resident:"
_TOUCHED = frozenset({"journey", "bag", "transfer", "fact", "assessment", "wound", "resident", "setting"})
One = tuple[ResidentDetails, str, "tuple[JourneyRow, ...]"]


class HospitalPage(ViewPage):
    """``opened`` with None, a journey's id, or "resident:<id>"."""

    title = "Hospital"

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx, "Hospital")

    def _forget(self) -> None:
        self._arg: str | None = None

    # ------------------------------------------------------------------------------------------ the page protocol

    def opened(self, arg: Any) -> None:
        """Clear everything of the last resident, then load."""
        self._clear()
        self._arg = arg if isinstance(arg, str) and arg else None
        if self._arg is None:
            self._load(board.load, self._show_board)
        elif self._arg.startswith(RESIDENT):
            self._load(partial(_one, ResidentId(self._arg.removeprefix(RESIDENT)), again=False), self._show_one)
        else:
            self._load(partial(journey_view.load, self._arg), self._show_journey)

    def refresh(self, changes: Changes) -> None:
        """Load again what changed; what is being typed to find a bag stays."""
        if not changes.kinds & _TOUCHED or (self._arg is None and not isinstance(self.view, BoardView)):
            return
        mine = not changes.residents or self._resident in changes.residents or "bag" in changes.kinds
        if isinstance(self.view, BoardView):
            self._read(board.load, self._update_board)
        elif isinstance(self.view, OneView) and self._resident is not None and mine:
            self._read(partial(_one, self._resident, again=True), self._update_one)
        elif isinstance(self.view, JourneyView) and self._arg is not None and mine:
            self._read(partial(journey_view.load, self._arg, again=True), self._update_journey)

    def can_leave(self) -> bool:
        """What is typed here stands in dialogs, which ask for themselves."""
        return True

    def place(self) -> tuple[str, Any]:
        """What is shown now, by ids only."""
        return "hospital", self._arg

    # ----------------------------------------------------------------------------------------------------- showing

    def _show_board(self, found: Loaded) -> None:
        view = BoardView(self._ctx, writes=self._may_write(), prints=self._may_print())
        view.opened.connect(partial(self._ctx.navigate.emit, "hospital"))
        view.send.connect(self._ask_who)
        view.kit.connect(self._make_kit)
        self._put(view)
        view.show_board(found)
        view.focus_first()

    def _update_board(self, found: Loaded) -> None:
        if isinstance(self.view, BoardView):
            self.view.show_board(found)

    def _show_one(self, found: One) -> None:
        details, status, rows = found
        resident_id = ResidentId((self._arg or "").removeprefix(RESIDENT))
        self._person(resident_id, details, status)
        view = OneView(prints=self._may_print())
        view.opened.connect(partial(self._ctx.navigate.emit, "hospital"))
        view.send.connect(self._send)
        view.record.connect(partial(self._ctx.navigate.emit, "resident", resident_id))
        self._put(view)
        view.show_rows(rows, self._ctx.now(), self._ctx.today())
        view.focus_first()

    def _update_one(self, found: One) -> None:
        if isinstance(self.view, OneView) and self._resident is not None:
            details, status, rows = found
            self._person(self._resident, details, status)
            self.view.show_rows(rows, self._ctx.now(), self._ctx.today())

    def _show_journey(self, whole: Whole) -> None:
        self._person(whole.row.resident_id, whole.row.details, whole.row.status)
        view = JourneyView(self._ctx, whole, writes=self._may_write())
        view.go.connect(self._go)
        self._put(view)
        view.focus_first()

    def _update_journey(self, whole: Whole) -> None:
        if isinstance(self.view, JourneyView):
            self._person(whole.row.resident_id, whole.row.details, whole.row.status)
            self.view.show_journey(whole)

    def _go(self, where: str) -> None:
        if where == "resident":
            self._ctx.navigate.emit("resident", self._resident)
        else:
            self._ctx.navigate.emit("hospital", f"{RESIDENT}{self._resident}" if where == "all" else None)

    def _send(self) -> None:
        from app.ui.dialogs.hospital import open_for

        if self._resident is not None:
            open_for(self._ctx, self._resident, self)

    def _ask_who(self) -> None:
        from app.ui.dialogs.hospital_who import open_for

        open_for(self._ctx, self)

    def _make_kit(self) -> None:
        from app.ui.dialogs.downtime import open_kit

        open_kit(self._ctx, self)

    def _may_write(self) -> bool:
        from app.services.access import Action

        return self._ctx.allowed(Action.FOLLOW_TRANSFER)

    def _may_print(self) -> bool:
        from app.services.access import Action

        return self._ctx.allowed(Action.PRINT_PACK)


def _one(resident_id: ResidentId, session: Session, *, again: bool) -> One:
    from app.services import journeys, residents

    rows = journeys.of_resident(session, resident_id, looks=not again)
    record = residents.read_again(session, resident_id)
    return record.resident.details, record.status, rows
