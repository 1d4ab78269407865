"""One alert: whom to phone and the number first, then what to do, then how far the message to the CCG has come."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain.dates import clock_time, date_time
from app.domain.messages import OutboxState
from app.ui.context import Context
from app.ui.forms.view import scroll_to
from app.ui.theme import M, S, Tone
from app.ui.widgets.buttons import link, primary, secondary
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.tag import Tag
from app.ui.widgets_form.labels import field, heading, label

if TYPE_CHECKING:
    from app.services.alerts import AlertRow
    from app.services.changes import Changes

_ARRIVED = frozenset({OutboxState.ACKNOWLEDGED, OutboxState.DECIDED})
_TROUBLED = frozenset({OutboxState.REFUSED, OutboxState.UNDELIVERED, OutboxState.QUARANTINED})


def priority_tag(priority: str) -> tuple[str, Tone]:
    """The word and the tone of an alert's priority."""
    return {
        "stat": ("Emergency", Tone.DANGER),
        "asap": ("Urgent, now", Tone.DANGER),
        "urgent": ("Urgent, today", Tone.WARNING),
        "routine": ("Needs attention", Tone.CAUTION),
    }.get(priority, (priority.capitalize(), Tone.WARNING))


def message_words(row: AlertRow) -> tuple[str, Tone]:
    """How far the message has come. Until it has arrived the words end in what to do instead: phone."""
    if row.outbox_state in _ARRIVED:
        return row.outbox_words, Tone.GOOD
    words = row.outbox_words
    if "phone" not in words.lower():
        words = f"{words}: phone"
    return words, Tone.DANGER if row.outbox_state in _TROUBLED else Tone.WARNING


class AlertCard(QFrame):
    """An alert with what can be done about it. ``saved`` follows each call or closing that was recorded."""

    saved = Signal()

    def __init__(self, ctx: Context, row: AlertRow, *, with_resident: bool = True) -> None:
        super().__init__()
        self._ctx, self.row = ctx, row
        self.setProperty("role", "card")
        self.setAccessibleName(f"Alert: {row.title}, {row.resident_name}")
        column = QVBoxLayout(self)
        column.setContentsMargins(M, M, M, M)
        column.setSpacing(S)
        head = QHBoxLayout()
        head.setSpacing(S)
        head.addWidget(Tag(*priority_tag(row.priority)), 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(heading(row.title), 1)
        column.addLayout(head)
        if with_resident:
            who = QHBoxLayout()
            room = f", room {row.room}" if row.room else ""
            who.addWidget(label(f"{row.resident_name}{room}", "strong"), 1)
            go = link("Open record", partial(ctx.navigate.emit, "resident", row.resident_id))
            go.setAccessibleName(f"Open the record of {row.resident_name}")
            who.addWidget(go)
            column.addLayout(who)
        if row.standing:
            column.addWidget(self._phone())
        if row.do:
            column.addWidget(label("What to do", "strong"))
            column.addWidget(label("\n".join(f"•  {each}" for each in row.do)))
        words, tone = message_words(row)
        column.addWidget(self._line("Message to the CCG", words, tone if row.standing else Tone.NEUTRAL))
        column.addWidget(label(f"Raised {date_time(row.raised_at)} by {row.raised_by}", "secondary"))
        if row.called_at is not None:
            said = f"{date_time(row.called_at)}, spoke to {row.spoke_to}"
            column.addWidget(self._line("Call recorded", said, Tone.GOOD))
        if row.closed_outcome:
            column.addWidget(label(f"Closed: {row.closed_outcome}"))
        self._forms: list[_OneLine] = []
        if row.standing:
            self._buttons(column)

    def _phone(self) -> QFrame:
        """Whom to ring and the number, before anything else."""
        row, box = self.row, QFrame()
        box.setProperty("tone", str(Tone.INFO))
        column = QVBoxLayout(box)
        column.setContentsMargins(M, S, M, S)
        column.setSpacing(2)
        column.addWidget(
            label("Phone now" if row.phone_who == row.phone_number else f"Phone now: {row.phone_who}", "strong")
        )
        known = any(each.isdigit() for each in row.phone_number)
        number = label(row.phone_number, "number" if known else "strong", copyable=True)
        number.setAccessibleName(f"Phone number of {row.phone_who}: {row.phone_number}")
        column.addWidget(number)
        return box

    def _line(self, name: str, words: str, tone: Tone) -> QWidget:
        box = QWidget()
        flow = FlowLayout(box, gap=S)
        flow.addWidget(label(name, "strong", wrap=False))
        flow.addWidget(Tag(words, tone))
        return box

    def _buttons(self, column: QVBoxLayout) -> None:
        again = "Record another call" if self.row.called_at is not None else "Record the call"
        self.call_button = (secondary if self.row.called_at is not None else primary)(again)
        self.close_button = secondary("Close alert")
        for button, verb in ((self.call_button, again), (self.close_button, "Close alert")):
            button.setAccessibleName(f"{verb}: {self.row.title}, {self.row.resident_name}")
        self.call_form = _OneLine(
            "Who did you speak to?", "A name and a role, for example Dr Patel, GP", "Save the call",
            "Enter who you spoke to",
        )  # fmt: skip
        self.close_form = _OneLine(
            "What was the outcome?", "For example: seen by the GP at 15:00", "Close this alert", "Enter the outcome"
        )
        self._forms = [self.call_form, self.close_form]
        self.call_button.clicked.connect(lambda: self._open(self.call_form))
        self.close_button.clicked.connect(lambda: self._open(self.close_form))
        self.call_form.given.connect(self._record_call)
        self.close_form.given.connect(self._close)
        holder = QWidget()
        flow = FlowLayout(holder, gap=S)
        flow.addWidget(self.call_button)
        flow.addWidget(self.close_button)
        column.addWidget(holder)
        for form in (self.call_form, self.close_form):
            column.addWidget(form)
            form.hide()

    def open_forms(self) -> tuple[_OneLine, ...]:
        """The questions of this card that are on the screen now."""
        return tuple(form for form in self._forms if not form.isHidden())

    @property
    def being_typed(self) -> bool:
        """Whether an answer stands unsaved in a question of this card."""
        return any(form.isEnabled() and form.box.text() for form in self.open_forms())

    def _open(self, form: _OneLine) -> None:
        for each in self._forms:
            each.setVisible(each is form)
        form.field.focus()
        scroll_to(form)

    def _record_call(self, who: str) -> None:
        from app.services import alerts

        self._do(lambda s: alerts.record_call(s, self.row.id, spoke_to=who), f"Call recorded: {who}", self.call_form)

    def _close(self, outcome: str) -> None:
        from app.services import alerts

        self._do(lambda s: alerts.close(s, self.row.id, outcome=outcome), "Alert closed", self.close_form)

    def _do(self, work: Callable[..., Changes], said: str, form: _OneLine) -> None:
        form.setEnabled(False)

        def done(_changes: Changes) -> None:
            self._ctx.messages.good(f"{said}, {clock_time(self._ctx.now())}")
            self.saved.emit()

        def failed(exc: BaseException) -> None:
            form.setEnabled(True)
            self._ctx.messages.report(exc)

        self._ctx.call(work, done, failed, owner=self)


def nothing_typed(ctx: Context, cards: Iterable[AlertCard]) -> bool:
    """Whether a page with these cards may be left; otherwise what is half answered is said, and has the keyboard."""
    for form in (form for card in cards for form in card.open_forms()):
        if form.isEnabled() and form.box.text().strip():
            ctx.messages.warning("What you typed about the alert is not saved.", "Save it, or clear the box.")
            form.field.focus()
            scroll_to(form)
            return False
    return True


class _OneLine(QWidget):
    """One question with its button; Enter answers it."""

    given = Signal(str)

    def __init__(self, question: str, help_text: str, verb: str, needed: str) -> None:
        super().__init__()
        self._needed = needed
        self.box = QLineEdit()
        self.field = field(question, self.box, key="text", help_text=help_text)
        self.button = primary(verb, self._give)
        self.box.returnPressed.connect(self._give)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        column.addWidget(self.field)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)

    def _give(self) -> None:
        text = self.box.text().strip()
        self.field.set_error("" if text else self._needed)
        if text:
            self.given.emit(text)
        else:
            self.field.focus()
