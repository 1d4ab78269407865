"""Keeping and destroying records: how long, what is past it and waits for a look, what is held, and destroying."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.domain.dates import date_time, short_date
from app.domain.people import ResidentId
from app.ui import theme
from app.ui.forms.form import show_dialog
from app.ui.messages import in_words
from app.ui.pages.retention.dialogs import DestroyDialog, HoldDialog, LiftDialog, PolicyDialog
from app.ui.theme import Tone
from app.ui.widgets.buttons import button_row, danger, link, secondary
from app.ui.widgets.table import Column
from app.ui.widgets.text import card, heading, label, page_column, title
from app.ui.widgets.wrapped_table import WrappedTable

if TYPE_CHECKING:
    from app.services.changes import Changes
    from app.services.retention import HoldRow, Review, ReviewRow
    from app.services.session import Session
    from app.ui.context import Context

_TOGGLE = frozenset({Qt.Key.Key_Space})


class ReviewTable(WrappedTable["ReviewRow"]):
    """What is past its period; Space or Enter takes a record to be destroyed, or leaves it. None is to begin with."""

    def __init__(self) -> None:
        self.taken: set[ResidentId] = set()
        super().__init__(
            "Records past their period",
            (
                Column("Destroy?", self._word, tone=self._tone),
                Column("Resident", lambda row: f"{row.resident_name}\nBorn {short_date(row.born)}",
                       spoken=lambda row: f"{row.resident_name}. Born {short_date(row.born)}"),
                Column("Past its period", lambda row: f"Since {short_date(row.since)}\n{row.why}",
                       spoken=lambda row: f"Since {short_date(row.since)}. {row.why}", stretch=True),
                Column("Claims", claims_words),
            ),
            key=lambda row: row.resident_id,
        )  # fmt: skip
        self.opened.connect(self.toggle)

    @property
    def to_destroy(self) -> tuple[ReviewRow, ...]:
        """The records to be destroyed."""
        return tuple(row for row in self.rows if row.resident_id in self.taken)

    def toggle(self, row: ReviewRow) -> None:
        """Take a record, or leave it; one that is held cannot be taken."""
        if not row.held:
            self.taken ^= {row.resident_id}
            self.set_rows(self.rows)

    def show_rows(self, rows: tuple[ReviewRow, ...]) -> None:
        """Show these; what was taken and is still there stays taken."""
        self.taken &= {row.resident_id for row in rows if not row.held}
        self.set_rows(rows)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Space changes the chosen record."""
        row = self.current()
        if event.key() in _TOGGLE and row is not None:
            self.toggle(row)
            return
        super().keyPressEvent(event)

    def _word(self, row: ReviewRow) -> str:
        return "Held" if row.held else "Destroy" if row.resident_id in self.taken else "Keep"

    def _tone(self, row: ReviewRow) -> Tone:
        return Tone.WARNING if row.held else Tone.DANGER if row.resident_id in self.taken else Tone.NEUTRAL


class RetentionPage(QWidget):
    """The policy, the review list, and the holds."""

    title = "Keeping and destroying records"

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self._ctx = ctx
        self._found: Review | None = None
        column = page_column(self)
        column.addWidget(title(self.title))
        frame, inside = card()
        inside.addWidget(heading("How long records are kept"))
        self.policy = label("", copyable=True)
        inside.addWidget(self.policy)
        inside.addWidget(
            label(
                "These are the least times. Nothing is ever destroyed by itself: records past their time are listed "
                "here for a manager to look at. A claim is kept for its own time, whatever becomes of the rest.",
                "secondary",
            )
        )
        self.policy_button = secondary("Change the times…", self.change_policy)
        inside.addLayout(button_row(self.policy_button))
        column.addWidget(frame)
        frame, inside = card()
        inside.addWidget(heading("Past their time"))
        self.state = label("Reading…", "strong")
        self.table = ReviewTable()
        self.table.setMinimumHeight(theme.scaled(200))
        self.destroy_button = danger("Destroy the marked records…", self.destroy_chosen)
        inside.addWidget(self.state)
        inside.addWidget(self.table)
        inside.addLayout(button_row(self.destroy_button))
        column.addWidget(frame)
        frame, inside = card()
        inside.addWidget(heading("Holds"))
        inside.addWidget(
            label(
                "A hold keeps a resident's records from being destroyed: for an inquest, a complaint, a claim at law, "
                "or because the family asked.",
                "secondary",
            )
        )
        self.no_holds = label("No hold stands.")
        self.holds: WrappedTable[HoldRow] = WrappedTable("Holds that stand", _HOLDS, key=lambda row: row.id)
        self.holds.setMinimumHeight(theme.scaled(120))
        self.place_button = secondary("Place a hold…", self.place_hold)
        self.lift_button = secondary("Lift the chosen hold…", self.lift_hold)
        inside.addWidget(self.no_holds)
        inside.addWidget(self.holds)
        inside.addLayout(button_row(self.place_button, self.lift_button))
        column.addWidget(frame)
        column.addLayout(button_row(link("Back to Settings", lambda: ctx.navigate.emit("settings", None))))
        column.addStretch(1)

    def opened(self, _arg: Any) -> None:
        """Read the list; nothing is chosen for destroying to begin with."""
        self.table.taken.clear()
        self._read()

    def refresh(self, changes: Changes) -> None:  # noqa: ARG002 - every page has this shape
        """Read it again."""
        self._read()

    def can_leave(self) -> bool:
        """Nothing is typed here that could be lost."""
        return True

    def change_policy(self) -> None:
        """Ask for other times."""
        if self._found is not None:
            show_dialog(PolicyDialog(self._ctx, self, self._found.policy))

    def destroy_chosen(self) -> None:
        """Say what would be destroyed, and ask."""
        if not self.table.to_destroy:
            self._ctx.messages.info(
                "No record is marked.", "Space in the list marks the one you are on to be destroyed."
            )
            return
        show_dialog(DestroyDialog(self._ctx, self, self.table.to_destroy))

    def place_hold(self) -> None:
        """Ask whose records to hold, and why."""
        row = self.table.current()
        show_dialog(HoldDialog(self._ctx, self, row.resident_id if row is not None else None))

    def lift_hold(self) -> None:
        """Ask why the chosen hold may go."""
        hold = self.holds.current()
        if hold is not None:
            show_dialog(LiftDialog(self._ctx, self, hold))

    def _read(self) -> None:
        self._ctx.call(_review, self._show, self._failed, owner=self)

    def _show(self, found: tuple[Review, str]) -> None:
        review, policy = found
        self._found = review
        self.policy.setText(policy)
        many = len(review.rows)
        self.state.setText(
            "No record is past its time."
            if not many
            else f"{'1 record waits' if many == 1 else f'{many} records wait'} for your look. "
            "Space or Enter marks one to be destroyed, or unmarks it."
        )
        self.table.show_rows(review.rows)
        for part in (self.table, self.destroy_button):
            part.setVisible(bool(many))
        self.holds.set_rows(review.holds)
        self.no_holds.setVisible(not review.holds)
        self.holds.setVisible(bool(review.holds))
        self.lift_button.setVisible(bool(review.holds))

    def _failed(self, exc: BaseException) -> None:
        message = in_words(exc)
        self.state.setText(f"{message.text} {message.detail}".strip())


_HOLDS: tuple[Column[Any], ...] = (
    Column("Resident", lambda row: f"{row.resident_name}\nBorn {short_date(row.born)}",
           spoken=lambda row: f"{row.resident_name}. Born {short_date(row.born)}"),
    Column("Reason", lambda row: row.reason, stretch=True),
    Column("Placed", lambda row: f"{date_time(row.placed_at)}\n{row.placed_by}",
           spoken=lambda row: f"{date_time(row.placed_at)} by {row.placed_by}"),
)  # fmt: skip


def claims_words(row: ReviewRow) -> str:
    """What becomes of the claims."""
    words = []
    if row.claims:
        words.append(f"{row.claims} destroyed")
    if row.claims_kept:
        words.append(f"{row.claims_kept} kept")
    return ", ".join(words) or "None"


def _review(session: Session) -> tuple[Review, str]:
    from app.services import retention

    found = retention.review(session)
    return found, retention.policy_words(found.policy)
