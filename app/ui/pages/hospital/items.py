"""The bag's list: what goes, what came back, and what becomes of something that was lost."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QWidget

from app.domain.errors import UserError
from app.domain.journeys import LOSS_OUTCOMES, Item, Loss
from app.domain.transfer import BAG_BELONGINGS, BAG_PAPERS
from app.ui.forms.form import FormDialog
from app.ui.forms.typed import Ask, Reader, Typed
from app.ui.pages.hospital.steps import say, typed_number, who_words
from app.ui.theme import TARGET, M, S
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.layouts import keep_tab_order, tab_stops

if TYPE_CHECKING:
    from app.services.journeys import JourneyRow, Saved
    from app.ui.context import Context

_MORE = 4
"""Lines for things that are not on the list, such as each medicine."""


def _listed(row: JourneyRow) -> tuple[str, ...]:
    """The usual things, and what was written in beside them."""
    usual = (*BAG_PAPERS, *BAG_BELONGINGS)
    return (*usual, *(item.name for item in row.journey.items if item.name not in usual))


class OutDialog(FormDialog):
    """What goes in the bag: a tick is one of a thing, and only what is ticked has a line for how many and a note."""

    def __init__(self, ctx: Context, parent: QWidget | None, row: JourneyRow) -> None:
        self._names = _listed(row)
        have = {item.name: item for item in row.journey.items}
        asks: list[Ask] = []
        typed: dict[str, str | bool] = {}
        for at, name in enumerate(self._names):
            asks += [Ask(f"out{at}", f"{name}: how many"), Ask(f"note{at}", f"{name}: note", beside=True)]
            if name in have:
                typed |= {f"out{at}": str(have[name].out), f"note{at}": have[name].out_note}
        for at in range(_MORE):
            asks += [
                Ask(f"name{at}", f"Something else {at + 1}"),
                Ask(f"more{at}", f"Something else {at + 1}: how many", beside=True),
            ]
        self._asks = tuple(asks)
        super().__init__(
            ctx, parent, "What is in the bag", self._asks, typed, who=who_words(ctx, row),
            intro="Space on a name ticks that one goes. Then only what is not one needs a number. Below the names, the "
            "list as it will be recorded; medicines go at its end, each on a line of its own.",
        )  # fmt: skip
        self._row = row
        self.ticks: dict[str, QCheckBox] = {}
        self.body.insertWidget(self.body.indexOf(self.form), self._quick())
        self._show_chosen()
        keep_tab_order([*self.ticks.values(), *tab_stops(self.form), self.save_button, self.cancel_button])

    def focus_first(self) -> None:
        """Begin with the names."""
        next(iter(self.ticks.values())).setFocus(Qt.FocusReason.OtherFocusReason)

    def _quick(self) -> QWidget:
        """The whole list in a few lines: a tick is one of it."""
        holder = QWidget()
        flow = FlowLayout(holder, gap=M, row_gap=S)
        for at, name in enumerate(self._names):
            tick = self.ticks[name] = QCheckBox(name)
            tick.setMinimumHeight(TARGET)
            tick.setAccessibleName(f"{name} goes")
            tick.setChecked(bool(self._count(at)))
            tick.toggled.connect(partial(self._ticked, at))
            flow.addWidget(tick)
        return holder

    def _count(self, at: int) -> str:
        return str(self.form.typed()[f"out{at}"]).strip()

    def _ticked(self, at: int, on: bool) -> None:
        if on != bool(self._count(at)):
            self.form.set_typed({f"out{at}": "1" if on else ""})
        self._show_chosen()

    def _show_chosen(self) -> None:
        """Only what goes has its line below."""
        for at, name in enumerate(self._names):
            for key in (f"out{at}", f"note{at}"):
                self.form.fields[key].setVisible(self.ticks[name].isChecked())

    def save(self) -> None:
        """Record the list; what came back already stays with its thing."""
        from app.services import journeys

        reader = Reader(self._asks, self.form.typed(), self.ctx.today())
        have = {item.name: item for item in self._row.journey.items}
        items: list[Item] = []
        for at, name in enumerate(self._names):
            count = _number(reader, f"out{at}", name)
            if self.ticks[name].isChecked():
                count = 1 if count is None else count
                items.append(replace(have.get(name, Item(name, count)), out=count, out_note=reader.text(f"note{at}")))
        for at in range(_MORE):
            name = reader.text(f"name{at}")
            count = _number(reader, f"more{at}", name or "Something else")
            if name:
                items.append(Item(name, 1 if count is None else count))
            elif count is not None:
                reader.bad(f"name{at}", "Enter what it is")
        reader.finish()
        row = self._row
        self.run(lambda s: journeys.set_items(s, row.id, items, seen=row.revision_id), self._done)

    def _done(self, done: Saved) -> None:
        self.saved()
        say(self.ctx, "The list is recorded", done)


class BackDialog(FormDialog):
    """How many of each thing came back; what is missing becomes a loss record."""

    def __init__(self, ctx: Context, parent: QWidget | None, row: JourneyRow) -> None:
        asks: list[Ask] = []
        typed: dict[str, str | bool] = {}
        for at, item in enumerate(row.journey.items):
            asks += [
                Ask(f"back{at}", f"{item.name}: how many came back", help=f"{item.out} went"),
                Ask(f"note{at}", f"{item.name}: note", beside=True),
            ]
            typed |= {f"back{at}": "" if item.back is None else str(item.back), f"note{at}": item.back_note}
        self._asks = tuple(asks)
        super().__init__(
            ctx, parent, "What came back", self._asks, typed, who=who_words(ctx, row),
            intro="Look into the bag. Leave empty what nobody has looked for yet: 0 means that it is not there, and "
            "makes a loss record.",
        )  # fmt: skip
        self._row = row

    def save(self) -> None:
        """Record it."""
        from app.services import journeys

        reader = Reader(self._asks, self.form.typed(), self.ctx.today())
        items = [
            replace(item, back=_number(reader, f"back{at}", item.name), back_note=reader.text(f"note{at}"))
            for at, item in enumerate(self._row.journey.items)
        ]
        reader.finish()
        row = self._row
        self.run(lambda s: journeys.set_items(s, row.id, items, seen=row.revision_id), self._done)

    def _done(self, done: Saved) -> None:
        self.saved()
        say(self.ctx, "What came back is recorded", done)


def _number(reader: Reader, key: str, name: str) -> int | None:
    try:
        return typed_number(reader.text(key), name)
    except UserError as error:
        reader.bad(key, error.message)
        return None


_LOSS = (
    Ask("told", "Who was told", help="Such as the ward, the family, the hospital's property office"),
    Ask("outcome", "How it ended", "choice", choices=(("", "Still looked for"), *LOSS_OUTCOMES.items())),
    Ask("note", "Note", "notes"),
)


class LossDialog(FormDialog):
    """What was done about something that is missing."""

    def __init__(self, ctx: Context, parent: QWidget | None, row: JourneyRow, loss: Loss) -> None:
        typed: Typed = {"told": loss.told, "outcome": loss.outcome, "note": loss.note}
        super().__init__(
            ctx, parent, f"Missing: {loss.quantity} × {loss.item}", _LOSS, typed, who=who_words(ctx, row)
        )  # fmt: skip
        self._id, self._loss = row.id, loss

    def save(self) -> None:
        """Record it."""
        from app.services import journeys

        reader = Reader(_LOSS, self.form.typed(), self.ctx.today())
        told, outcome, note = (reader.text(key) for key in ("told", "outcome", "note"))
        reader.finish()
        journey_id, item, at = self._id, self._loss.item, self._loss.noticed_at
        self.run(
            lambda s: journeys.follow_loss(s, journey_id, item, told=told, outcome=outcome, note=note, noticed_at=at),
            lambda _: self.saved(),
        )
