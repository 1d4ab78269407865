"""Sync: what waits, what was sent, what the CCG said, and what nobody may overlook.

Everything here is told from the rows. While an exchange runs, whoever asked for it, the figures are read again after
each of its steps, so that the progress on the screen is what has happened and not what was hoped for. Only the result
of an exchange that was asked for here is told in words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QProgressBar, QVBoxLayout, QWidget

from app.domain.messages import Event as MessageEvent
from app.ui.messages import in_words
from app.ui.pages.sync.load import SyncData, load_sync
from app.ui.pages.sync.words import (
    TONES,
    Told,
    ago,
    can_go_again,
    connection_words,
    in_trouble,
    is_finished,
    is_under_way,
    is_waiting,
    kind_words,
    next_words,
    progress_words,
    story,
    summary_words,
    tally,
    trouble_line,
    waiting_words,
    when,
)
from app.ui.theme import M, S, Tone, scaled
from app.ui.widgets.buttons import link, primary, secondary
from app.ui.widgets.filters import Filters
from app.ui.widgets.layouts import empty, keep_tab_order, level, tab_stops
from app.ui.widgets.table import Column
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import card, heading, label, page_column, rule, title
from app.ui.widgets.wrapped_table import WrappedTable

if TYPE_CHECKING:
    from app.services.changes import Changes
    from app.services.sync import OutboxRow, ParkedRow
    from app.sync.engine import SyncSummary
    from app.ui.context import Context

_KINDS = frozenset({"outbox", "claim", "alert", "transfer", "setting"})
_PARKED_SHOWN = 10
_FILTERS: tuple[tuple[str, str, Callable[[OutboxRow], bool]], ...] = (
    ("all", "All", lambda _row: True),
    ("trouble", "In trouble", in_trouble),
    ("waiting", "Waiting to be sent", is_waiting),
    ("way", "Answer to come", is_under_way),
    ("done", "Finished", is_finished),
)


class SyncPage(QWidget):
    """``opened`` may be given the id of a message, which is then chosen."""

    title = "Sync"

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self._asked = 0
        self._data: SyncData | None = None
        self._exchange = ctx.exchange
        self._before = 0
        self._again = self._reading = False
        self.send_button = primary("Send now", self.send)
        self.send_words = label("")
        self.stop_button = secondary("Stop after this message", self.stop)
        self.stop_button.hide()
        self.connect_button = secondary("Connect…", self.connect_home)
        self.connect_words = label("", "secondary")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Sending")
        self.progress.hide()
        self.result = QFrame()
        self.state = Tag("", Tone.NEUTRAL)
        self.target = label("", copyable=True)
        self.waiting = label("", "strong")
        self.trouble_words = label("")
        self.exchange = label("")
        self.backup = label("")
        self.trouble = label("", "error")
        self.trouble.hide()
        self.filters: Filters[OutboxRow] = Filters("Which messages are shown", _FILTERS)
        self.filters.picked.connect(self._show_rows)
        self.table: WrappedTable[OutboxRow] = WrappedTable("Messages", _COLUMNS, key=_id)
        self.table.chosen.connect(self._choose)
        self.table.opened.connect(lambda _row: self._go_to_detail())
        self.none = label("", "strong")
        self.parked, self._parked = card(spacing=S)
        self.parked.setAccessibleName("Arrived and set aside")
        self.parked.hide()
        self.detail, self._detail = card(spacing=S)
        self.detail.setAccessibleName("Chosen message")
        self._lay_out()
        self._exchange.began.connect(self._began)
        self._exchange.stepped.connect(self._stepped)
        self._exchange.ended.connect(self._ended)

    # ------------------------------------------------------------------------------------------------------- a page

    def opened(self, arg: Any) -> None:
        """Read everything; a message's id as ``arg`` is chosen in the list."""
        self._load(arg if isinstance(arg, str) else None)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh(self, changes: Changes) -> None:
        """Read again when something was queued or answered; the chosen message stays chosen."""
        if changes.kinds & _KINDS:
            self._load()

    def can_leave(self) -> bool:
        """An exchange goes on while another page is in front; its result is said there."""
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Two panels side by side where there is room."""
        super().resizeEvent(event)
        wide = self.width() >= scaled(900)
        self._panels.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)

    # ------------------------------------------------------------------------------------------------ what it does

    def send(self) -> None:
        """Send what waits and take in what has arrived; nothing while an exchange is under way already."""
        if self._exchange.send(self._done, self._failed):
            empty(self._result)
            self.result.hide()
            self._began()

    def stop(self) -> None:
        """Ask the exchange to end after the message it is at; what was sent stays sent."""
        self._exchange.stop()
        self.stop_button.setEnabled(False)
        self.send_words.setText("Stopping after this message…")

    def send_again(self, row: OutboxRow) -> None:
        """Put a message that did not arrive or was set aside back into the queue, as it is."""
        from app.services import sync

        def queued(_changes: Changes) -> None:
            self.ctx.messages.info("Waiting to be sent again", f"{row.about}. It leaves with the next sending.")

        self.ctx.call(lambda session: sync.requeue(session, row.id), queued, owner=self)

    def connect_home(self) -> None:
        """Open the form of the connection."""
        from app.ui.pages.sync.connect import open_connect

        if self._data is not None:
            open_connect(self.ctx, self, self._data.connection)

    # ------------------------------------------------------------------------------------------------------- inside

    def _lay_out(self) -> None:
        column = page_column(self)
        column.addWidget(title("Sync with the CCG"))
        column.addWidget(self.trouble)
        column.addWidget(level((self.send_button, self.stop_button, self.connect_button)))
        column.addWidget(self.send_words)
        column.addWidget(self.connect_words)
        column.addWidget(self.progress)
        inside = QVBoxLayout(self.result)
        inside.setContentsMargins(0, 0, 0, 0)
        frame, self._result = card(spacing=S)
        inside.addWidget(frame)
        self.result.hide()
        column.addWidget(self.result)
        self._panels = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._panels.setSpacing(M)
        line, left = card(spacing=S)
        left.addWidget(heading("Connection"))
        left.addWidget(self.state, 0, Qt.AlignmentFlag.AlignLeft)
        for part in (self.target, self.waiting, self.trouble_words):
            left.addWidget(part)
        left.addStretch(1)
        ages, right = card(spacing=S)
        right.addWidget(heading("Sync is not a backup"))
        right.addWidget(
            label("The CCG gets claims and alerts, not the records. Only a backup brings the records back.")
        )
        right.addWidget(self.exchange)
        right.addWidget(self.backup)
        right.addStretch(1)
        self._panels.addWidget(line, 3)
        self._panels.addWidget(ages, 2)
        column.addLayout(self._panels)
        column.addWidget(self.parked)
        column.addWidget(heading("Messages"))
        column.addWidget(self.filters)
        self.table.setMinimumHeight(scaled(260))
        column.addWidget(self.table, 1)
        column.addWidget(self.none)
        column.addWidget(self.detail)
        self.detail.hide()

    def _load(self, choose: str | None = None) -> None:
        self._asked += 1
        number = self._asked

        def arrived(data: SyncData) -> None:
            if number == self._asked:
                self._show(data, choose)

        def failed(exc: BaseException) -> None:
            message = in_words(exc)
            self.trouble.setText(f"{message.text} {message.detail}".strip())
            self.trouble.show()

        self.ctx.call(load_sync, arrived, failed, owner=self)

    def _show(self, data: SyncData, choose: str | None = None) -> None:
        self._data = data
        now = self.ctx.now()
        connection = data.connection
        self.trouble.hide()
        told = connection_words(connection, now)
        self.state.set(told.text, told.tone)
        self.target.setText("\n".join(told.lines))
        self.waiting.setText(waiting_words(connection, now))
        _set_role(self.waiting, "error" if connection.late else "strong")
        self.trouble_words.setText(trouble_line(data.rows, data.parked))
        _set_role(self.trouble_words, "error" if data.parked or any(map(in_trouble, data.rows)) else "body")
        self._show_parked(data.parked)
        self.exchange.setText(f"Last exchange with the CCG: {ago(connection.last_exchange, now)}")
        self.backup.setText(f"Last backup: {ago(data.status.last_backup, now)}")
        self.connect_button.setText("Change the connection…" if connection.transport else "Connect…")
        self.connect_words.setText(data.not_connect)
        self.connect_words.setVisible(bool(data.not_connect))
        self._show_running(running=self._exchange.running)
        if choose is not None:
            self.filters.choose("all")
        self._show_rows()
        if choose is not None:
            self.table.select(choose)

    def _show_parked(self, rows: Sequence[ParkedRow]) -> None:
        empty(self._parked)
        self.parked.setVisible(bool(rows))
        self._parked.addWidget(heading("Arrived and set aside"))
        self._parked.addWidget(
            label(
                "This changed nothing in any record: it belongs to nothing that was sent from here, or could not be "
                "understood. It is kept. Ask the CCG about it."
            )
        )
        for row in rows[:_PARKED_SHOWN]:
            self._parked.addWidget(rule())
            self._parked.addWidget(label(f"{when(row.received_at)} · workflow {row.workflow_id}", "secondary"))
            self._parked.addWidget(label(row.words or "Without words", copyable=True))
        if (more := len(rows) - _PARKED_SHOWN) > 0:
            self._parked.addWidget(label(f"And {more} older.", "secondary"))

    def _show_rows(self) -> None:
        if self._data is None:
            return
        rows = self.filters.of(self._data.rows)
        self.table.set_rows(rows)
        self.table.setVisible(bool(rows))
        self.none.setVisible(not rows)
        self.none.setText("No message is in this group." if self._data.rows else "No message has been made yet.")
        self._choose(self.table.current())

    # ------------------------------------------------------------------------------------------------- an exchange

    def _show_running(self, *, running: bool) -> None:
        data = self._data
        self.stop_button.setVisible(running)
        self.progress.setVisible(running)
        self.connect_button.setEnabled(not running and data is not None and not data.not_connect)
        if running:
            left = tally(data.rows) if data is not None else self._before
            self.send_button.setEnabled(False)
            if not self._exchange.stopping:
                self.stop_button.setEnabled(True)
                self.send_words.setText(progress_words(left, self._before))
            self.progress.setRange(0, self._before)
            self.progress.setValue(max(0, self._before - left))
            return
        why = "" if data is None else data.not_send
        if not why and data is not None and data.connection.transport is None:
            why = "Nothing can be sent yet: connect the home to the CCG first."
        self.send_button.setEnabled(data is not None and not why)
        self.send_words.setText(why)
        self.send_words.setVisible(bool(why) or running)
        self.send_button.setAccessibleDescription(why)

    def _began(self) -> None:
        self._before = tally(self._data.rows) if self._data is not None else 0
        self._show_running(running=True)

    def _stepped(self) -> None:
        """A step of the exchange is in the store: read the rows, one reading at a time."""
        if not self.isVisible():
            return
        self.send_words.show()
        if self._reading:
            self._again = True
            return
        self._reading = True

        def arrived(data: SyncData) -> None:
            self._reading = False
            if not self._exchange.running:
                return
            self._show(data)
            if self._again:
                self._again = False
                self._stepped()

        def failed(_exc: BaseException) -> None:
            self._reading = False  # the exchange itself says what is wrong; progress is not worth a second message

        self.ctx.call(load_sync, arrived, failed, owner=self)

    def _done(self, summary: SyncSummary) -> None:
        self._tell(summary_words(summary, stopped=self._exchange.stopping))

    def _failed(self, exc: BaseException) -> None:
        message = in_words(exc)
        self._tell(Told(message.tone, message.text, (message.detail,) if message.detail else ()))

    def _ended(self) -> None:
        """It has ended, perhaps while another page is in front."""
        self._reading = self._again = False
        self._show_running(running=False)
        if self.isVisible():
            self._load()

    def _tell(self, told: Told) -> None:
        """Here when the page is in front, else in the window's bar: nobody must come back to learn it."""
        empty(self._result)
        self._result.addWidget(heading("This exchange"))
        self._result.addWidget(Tag(told.text, told.tone), 0, Qt.AlignmentFlag.AlignLeft)
        for line in told.lines:
            self._result.addWidget(label(line))
        self.result.setAccessibleName(f"This exchange: {told.text}. {'. '.join(told.lines)}")
        self.result.show()
        if self.isVisible():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self.result.accessibleName()))
            return
        say = self.ctx.messages.good if told.tone is Tone.GOOD else self.ctx.messages.warning
        say(told.text, "\n".join(told.lines), action="Open Sync", do=lambda: self.ctx.navigate.emit("sync", None))

    # ------------------------------------------------------------------------------------------------- one message

    def _choose(self, row: OutboxRow | None) -> None:
        empty(self._detail)
        self.detail.setVisible(row is not None)
        if row is None:
            return
        self._detail.addWidget(heading(row.about))
        who = f" · {row.resident_name}" if row.resident_name else ""
        kind = label(f"{kind_words(row.event)}{who}", "secondary", wrap=False)
        self._detail.addWidget(level((Tag(row.state_words, TONES[row.state]), kind)))
        for at, words in story(row):
            self._detail.addWidget(label(f"{at}  {words}"))
        if row.last_error:
            self._detail.addWidget(label(f"Last trouble, after {_tries(row)}: {row.last_error}", "error"))
        self._detail.addWidget(label(next_words(row), "strong"))
        buttons = []
        if can_go_again(row) and self._data is not None and not self._data.not_send:
            again = secondary("Send it again", partial(self.send_again, row))
            again.setAccessibleName(f"Send it again: {row.about}")
            buttons.append(again)
        if (place := _place(row)) is not None:
            words, page = place
            button = link(words, partial(self.ctx.navigate.emit, page, None))
            button.setAccessibleName(f"{words}: {row.about}")
            buttons.append(button)
        self._detail.addWidget(level(buttons))
        self._detail.addWidget(rule())
        self._detail.addWidget(label(f"For the CCG or support: message {row.bundle}", "secondary", copyable=True))
        self.detail.setAccessibleName(f"{row.about}: {row.state_words}")
        parts = (self.send_button, self.stop_button, self.connect_button, self.filters)
        keep_tab_order(tab_stops(*parts, self.table, self.detail))

    def _go_to_detail(self) -> None:
        found = self.detail.findChildren(QWidget)
        first = next((part for part in found if part.focusPolicy() & Qt.FocusPolicy.TabFocus), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)


def _set_role(words: QLabel, role: str) -> None:
    words.setProperty("role", role)
    words.style().unpolish(words)
    words.style().polish(words)


def _place(row: OutboxRow) -> tuple[str, str] | None:
    if row.event == MessageEvent.CLAIM:
        return "Open Premium", "premium"
    return ("Open Alerts", "alerts") if row.event == MessageEvent.ALERT else None


def _tries(row: OutboxRow) -> str:
    return "1 try" if row.attempts == 1 else f"{row.attempts} tries"


def _id(row: OutboxRow) -> object:
    return row.id


def _instant(at: datetime | None) -> str:
    return at.isoformat() if at is not None else ""


def _about(row: OutboxRow) -> str:
    return f"{row.about}\n{row.resident_name}" if row.resident_name else row.about


def _at(moment: Callable[[OutboxRow], datetime | None]) -> tuple[Any, Any, Any, Any]:
    """Text in two lines, spoken text, no tone, and sort key of a column of instants."""
    return (
        lambda row: when(moment(row)).replace(" ", "\n"),
        lambda row: when(moment(row)).replace("–", ""),
        None,
        lambda row: _instant(moment(row)),
    )


_COLUMNS: tuple[Column[Any], ...] = (
    Column("About", _about, spoken=lambda row: _about(row).replace("\n", ", "), sort=_about),
    Column("State", lambda row: row.state_words, tone=lambda row: TONES[row.state], sort=lambda row: row.state_words),
    Column("Tries", lambda row: str(row.attempts), sort=lambda row: row.attempts, right=True),
    Column("Made", *_at(lambda row: row.created_at)),
    Column("Sent", *_at(lambda row: row.sent_at)),
    Column("Received", *_at(lambda row: row.acknowledged_at)),
    Column("Answered", *_at(lambda row: row.decided_at)),
    Column("Last trouble", lambda row: row.last_error or "–", spoken=lambda row: row.last_error, stretch=True),
)
