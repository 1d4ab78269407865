"""One fall whole: whom to phone, what is still to do, the observations by the clock, the injuries, what happened."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from app.domain import falls as domain
from app.domain.charts.body import View
from app.domain.dates import clock_time, date_time, to_local
from app.domain.falls import INJURIES, STATE_WORDS, Injury, Slot, State, marks
from app.ui.forms.form import show_dialog
from app.ui.pages.alerts.card import AlertCard
from app.ui.pages.assessment.words import TONES
from app.ui.theme import L, M, S, Tone
from app.ui.widgets.buttons import link, primary, secondary
from app.ui.widgets.field import ChoiceBox
from app.ui.widgets.layouts import empty, keep_tab_order, level, tab_stops
from app.ui.widgets.row import RowButton
from app.ui.widgets.scene import BodyMapView
from app.ui.widgets.table import Column
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import card
from app.ui.widgets.wrapped_table import WrappedTable
from app.ui.widgets_form.labels import Words, heading, label, title

if TYPE_CHECKING:
    from app.services.falls import FallWhole, Saved
    from app.services.session import Session
    from app.ui.context import Context

_TONES = {
    State.DONE: Tone.GOOD,
    State.DUE: Tone.CAUTION,
    State.LATE: Tone.DANGER,
    State.MISSED: Tone.WARNING,
    State.AHEAD: Tone.NEUTRAL,
}


class FallView(QWidget):
    """A fall. ``go`` carries what to open: an :class:`~app.ui.pages.assessment.page.Open`, or "resident"."""

    go = Signal(object)

    def __init__(self, ctx: Context, whole: FallWhole, *, writes: bool) -> None:
        super().__init__()
        self._ctx, self.whole, self._writes = ctx, whole, writes
        self.cards: list[AlertCard] = []
        self.steps: dict[str, RowButton] = {}
        self.to_do: list[str] = []
        self.buttons: dict[str, QPushButton] = {}
        self.table: WrappedTable[Slot] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(L, M, L, L)
        column.setSpacing(M)
        self._top, self._tail = QVBoxLayout(), QVBoxLayout()
        for part in (self._top, self._tail):
            part.setSpacing(M)
        self.injuries = InjuriesCard(ctx, whole, writes=writes and not whole.row.in_error)
        column.addLayout(self._top)
        column.addWidget(self.injuries)
        column.addLayout(self._tail)
        column.addStretch(1)
        self._draw()

    @property
    def being_typed(self) -> bool:
        """Whether an answer about an alert stands unsaved."""
        return any(each.being_typed for each in self.cards)

    def show_fall(self, whole: FallWhole) -> None:
        """Show what is known now; what has the keyboard keeps it where it still stands."""
        if whole == self.whole:
            return
        had = next((words for words, each in {**self.steps, **self.buttons}.items() if each.hasFocus()), "")
        self.whole = whole
        self.injuries.show_fall(whole)
        if self.being_typed:
            return
        self._draw()
        again = {**self.steps, **self.buttons}.get(had)
        if again is not None:
            again.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_first(self) -> None:
        """Put the keyboard on the first thing to do: the call, observations that are late, the first open step."""
        standing = next((each for each in self.cards if each.row.standing), None)
        still = (self.steps[key] for key in self.to_do if key in self.steps)
        late = self.buttons.get("news2") if self.whole.progress.late is not None else None
        any_step = next(iter(self.steps.values()), None)
        first = standing.call_button if standing else late or next(still, any_step)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    # --------------------------------------------------------------------------------------------------- drawing

    def _draw(self) -> None:
        for layout in (self._top, self._tail):
            empty(layout)
        self.cards, self.steps, self.to_do, self.buttons, self.table = [], {}, [], {}, None
        self._head()
        for row in self.whole.alerts:
            if row.standing:
                each = AlertCard(self._ctx, row, with_resident=False)
                self.cards.append(each)
                self._top.addWidget(each)
        self._hospital()
        self._steps()
        self._observations()
        self._circumstances()
        self._check()
        self._actions()
        self._foot()
        for part in (*self._widgets(self._top), *self._widgets(self._tail)):
            part.show()
        stops = tab_stops(*self._widgets(self._top), self.injuries, *self._widgets(self._tail))
        keep_tab_order([stop for stop in stops if stop.window() is self.window()])

    def _widgets(self, layout: QVBoxLayout) -> list[QWidget]:
        items = (layout.itemAt(at) for at in range(layout.count()))
        return [widget for item in items if item is not None and (widget := item.widget()) is not None]

    def _head(self) -> None:
        row = self.whole.row
        self._top.addWidget(title(f"Fall of {date_time(row.fall.at)}"))
        decided = Tag("Entered in error", Tone.NEUTRAL) if row.in_error else Tag(
            row.band_label or "No check is signed", TONES[row.severity]
        )  # fmt: skip
        parts: list[QWidget] = [decided]
        if row.fall.where:
            parts.append(label(row.fall.where, wrap=False))
        if row.fall.witness:
            parts.append(label(domain.WITNESS[row.fall.witness], wrap=False))
        self._top.addWidget(level(parts))

    def _hospital(self) -> None:
        """Whoever goes to hospital after a fall takes the red bag."""
        if not self._writes or not any(each.row.priority in {"stat", "asap"} for each in self.cards):
            return
        self.buttons["hospital"] = secondary("Send to hospital: make the red-bag pack", self._send)
        self._top.addWidget(self.buttons["hospital"], 0, Qt.AlignmentFlag.AlignLeft)

    def _steps(self) -> None:
        row = self.whole.row
        if row.in_error or not self._writes:
            return
        box, inside = card()
        inside.addWidget(heading("After the fall"))
        recorded = row.circumstances == "Recorded"
        told = row.fall.family_told is True and row.fall.gp_told is True
        said = "Tell family and GP" if recorded and not told else row.circumstances
        for key, words, detail, done, state, act in (
            (
                "circumstances", "Record what happened", "Where, how, first aid, and who was told",
                recorded and told, said, self._open_circumstances,
            ),
            (
                "injuries", "Mark the injuries on the body map", "Look the resident over from head to toe",
                row.fall.looked_over, "Recorded" if row.fall.looked_over else "Not recorded", self._go_to_map,
            ),
            (
                "assessment", "Multifactorial falls assessment", "This fall makes it due",
                row.assessed, "Done since" if row.assessed else "Due", partial(self._open, "falls_multifactorial"),
            ),
        ):  # fmt: skip
            self.steps[key] = RowButton(words, detail, tag=_state(state, done=done), slot=act)
            if not done:
                self.to_do.append(key)
            inside.addWidget(self.steps[key])
        self._top.addWidget(box)

    def _observations(self) -> None:
        row, progress = self.whole.row, self.whole.progress
        if row.in_error:
            return
        box, inside = card()
        inside.addWidget(heading("Observations after the fall"))
        why = "a head injury is possible" if row.fall.head else "the head was not hurt"
        inside.addWidget(label(f"For {'72' if row.fall.head else '24'} hours, because {why}."))
        stopped = row.fall.stopped
        if stopped is not None:
            inside.addWidget(label(f"Ended {date_time(stopped.at)}: {stopped.words}.", "strong"))
        elif row.status != "here":
            inside.addWidget(label("Nothing is due while the resident is not in the home.", "strong"))
        else:
            inside.addWidget(level(self._next()))
        acts: list[QWidget] = []
        if self._writes and stopped is None and progress.next is not None:
            self.buttons["news2"] = primary("Take NEWS2 now", partial(self._open, "news2"))
            self.buttons["stop"] = secondary("End the observations…", self._stop)
            acts = [self.buttons["news2"], self.buttons["stop"]]
        elif self._writes and stopped is not None:
            self.buttons["resume"] = secondary("Go on with the observations…", self._go_on)
            acts = [self.buttons["resume"]]
        if acts:
            inside.addWidget(level(acts))
        if progress.next is not None and stopped is None:
            from app.services.falls import OBSERVE

            inside.addWidget(label("\n".join(f"•  {each}" for each in OBSERVE)))
        if progress.slots:
            results = {each.at: f"NEWS2 {each.score} {each.band_label}" for each in self.whole.sets}
            self.table = WrappedTable(
                "Observations after the fall",
                (
                    Column("Due", lambda slot: date_time(slot.due)),
                    Column("State", lambda slot: STATE_WORDS[slot.state], tone=lambda slot: _TONES[slot.state]),
                    Column("Taken", lambda slot: date_time(slot.taken) if slot.taken else ""),
                    Column("Result", lambda slot: results.get(slot.taken, "") if slot.taken else "", stretch=True),
                ),
                key=lambda slot: slot.due,
            )
            self.table.set_rows(progress.slots)
            height = self.table.horizontalHeader().height() + sum(
                self.table.rowHeight(at) for at in range(min(len(progress.slots), 8))
            )
            self.table.setMinimumHeight(height + 12)
            inside.addWidget(self.table)
            if progress.next is not None:
                self.table.select(progress.next.due)  # what comes next is in sight, below what was done
        self._top.addWidget(box)

    def _next(self) -> list[QWidget]:
        slot = self.whole.progress.next
        done = f"{self.whole.progress.done} of {len(self.whole.progress.slots)} taken"
        missed = f", {self.whole.progress.missed} missed" if self.whole.progress.missed else ""
        if slot is None:
            return [Tag("Over", Tone.GOOD), label(f"{done}{missed}", wrap=False)]
        same = to_local(slot.due).date() == self._ctx.today()
        when = clock_time(slot.due) if same else date_time(slot.due)
        said = {State.LATE: f"Late since {when}", State.DUE: f"Due now ({when})"}.get(slot.state, f"Next at {when}")
        return [Tag(said, _TONES[slot.state]), label(f"{done}{missed}", wrap=False)]

    def _circumstances(self) -> None:
        from app.services.falls import answer_words

        record = self.whole.record
        if record is None:
            return
        box, inside = card()
        inside.addWidget(heading("What happened"))
        inside.addWidget(label(f"Signed by {record.row.signed_by}, {date_time(record.row.at)}", "secondary"))
        inside.addWidget(label("\n".join(f"{question} {answer}" for question, answer in answer_words(record))))
        if record.note:
            inside.addWidget(label(record.note))
        if record.outcome.actions:
            inside.addWidget(label("To do", "strong"))
            inside.addWidget(label("\n".join(f"•  {each}" for each in record.outcome.actions)))
        if self._writes and not self.whole.row.in_error:
            self.buttons["amend"] = secondary("Correct it, or add who was told", self._open_circumstances)
            inside.addWidget(self.buttons["amend"], 0, Qt.AlignmentFlag.AlignLeft)
        self._tail.addWidget(box)

    def _check(self) -> None:
        from app.services.falls import answer_words

        check = self.whole.check
        if check is None:
            return
        box, inside = card()
        inside.addWidget(heading("Post-fall check"))
        inside.addWidget(label(f"Signed by {check.row.signed_by}, {date_time(check.row.at)}", "secondary"))
        inside.addWidget(label(check.row.band_label, "strong"))
        inside.addWidget(label("\n".join(f"•  {each}" for each in check.outcome.actions)))
        inside.addWidget(label("\n".join(f"{question} {answer}" for question, answer in answer_words(check))))
        inside.addWidget(label(check.outcome.attribution, "secondary"))
        self._tail.addWidget(box)

    def _actions(self) -> None:
        if not self.whole.actions:
            return
        box, inside = card()
        inside.addWidget(heading("From the falls assessment"))
        for each in self.whole.actions:
            line = Words(each.words)
            inside.addWidget(level((Tag("Overdue", Tone.WARNING), line)) if each.overdue else line)
        self._tail.addWidget(box)

    def _foot(self) -> None:
        self.buttons["paper"] = secondary("Save the sheet as PDF…", self._paper)
        self.buttons["record"] = link("All of the record", partial(self.go.emit, "resident"))
        parts = [self.buttons["paper"], self.buttons["record"]]
        if self._writes:
            self.buttons["error"] = secondary("This was entered in error…", self._in_error)
            parts.insert(1, self.buttons["error"])
        if self.whole.row.in_error:
            reason = next((each.reason for each in self.whole.versions if each.reason), "")
            self._tail.addWidget(label(f"Entered in error: {reason}", "strong"))
            parts = [self.buttons["record"]]
        self._tail.addWidget(level(parts))

    # ------------------------------------------------------------------------------------------------ what it does

    def _open(self, instrument: str) -> None:
        from app.ui.pages.assessment.page import Open

        self.go.emit(Open(self.whole.row.resident_id, instrument, back="falls"))

    def _open_circumstances(self) -> None:
        from app.ui.pages.assessment.page import Open

        row, record = self.whole.row, self.whole.record
        draft = next((each.id for each in self.whole.drafts if each.instrument == "fall_record"), "")
        amends = record.row.id if record and not draft else ""
        self.go.emit(Open(row.resident_id, "fall_record", draft_id=draft, amends=amends, about=row.id, back="falls"))

    def _go_to_map(self) -> None:
        from app.ui.forms.view import scroll_to

        scroll_to(self.injuries)
        self.injuries.kind.setFocus(Qt.FocusReason.OtherFocusReason)

    def _send(self) -> None:
        from app.ui.dialogs.hospital import open_for

        open_for(self._ctx, self.whole.row.resident_id, self)

    def _stop(self) -> None:
        from app.ui.pages.falls.dialogs import StopDialog

        show_dialog(StopDialog(self._ctx, self.window(), self.whole))

    def _go_on(self) -> None:
        from app.ui.pages.falls.dialogs import go_on_dialog

        show_dialog(go_on_dialog(self._ctx, self.window(), self.whole))

    def _in_error(self) -> None:
        from app.ui.pages.falls.dialogs import in_error_dialog

        show_dialog(in_error_dialog(self._ctx, self.window(), self.whole))

    def _paper(self) -> None:
        from app.ui.pages.falls.dialogs import PaperDialog

        PaperDialog(self._ctx, self.window(), self.whole).open()


class InjuriesCard(QFrame):
    """The body map of a fall: choose what it is, mark where it is; each mark is saved at once."""

    def __init__(self, ctx: Context, whole: FallWhole, *, writes: bool) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._ctx, self._writes = ctx, writes
        self._fall_id = whole.row.id
        self.fall = whole.row.fall
        self.kind = ChoiceBox([("", "Choose what it is"), *INJURIES.items()])
        self.kind.setAccessibleName("What kind of injury")
        self.kind.set_value("")
        self.map = BodyMapView()
        self.map.placed.connect(self._placed)
        self.none_button = secondary("Looked over: no injury seen", self._none)
        self.words = label("", "strong")
        self.wrong = label("", "error")
        self.wrong.hide()
        self._list = QVBoxLayout()
        self._list.setSpacing(S)
        self.remove_buttons: list[QPushButton] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(M, M, M, M)
        column.setSpacing(S)
        column.addWidget(heading("Injuries"))
        column.addWidget(self.words)
        column.addLayout(self._list)
        self._choice = level((label("Injury", wrap=False), self.kind, self.none_button))
        column.addWidget(self._choice)
        column.addWidget(self.wrong)
        column.addWidget(self.map)
        self._draw()

    def show_fall(self, whole: FallWhole) -> None:
        """Show what is marked now."""
        if whole.row.fall != self.fall or whole.row.in_error == self._writes:
            self._writes = self._writes and not whole.row.in_error
            self.fall = whole.row.fall
            self._draw()

    def _draw(self) -> None:
        empty(self._list)
        self.remove_buttons = []
        self.map.set_marks(marks(self.fall.injuries))
        self.map.button.setVisible(self._writes)
        self._choice.setVisible(self._writes)
        self.none_button.setVisible(self._writes and not self.fall.looked_over)
        for number, each in enumerate(self.fall.injuries, 1):
            parts: list[QWidget] = [label(f"{number}  {each.words}", wrap=False)]
            if self._writes:
                button = link("Take away", partial(self._remove, each))
                button.setAccessibleName(f"Take away {number}: {each.words}")
                self.remove_buttons.append(button)
                parts.append(button)
            row = level(parts)
            self._list.addWidget(row)
            row.show()
        said = "Looked over: no injury seen." if self.fall.no_injury else "Not recorded yet."
        self.words.setText(said)
        self.words.setVisible(not self.fall.injuries)

    def _placed(self, view: str, x: Decimal, y: Decimal, code: str) -> None:
        kind = self.kind.value()
        if not self._writes:
            return
        if not kind:
            self._say("Choose first what it is: bruise, skin tear, cut ...")
            self.kind.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._save((*self.fall.injuries, Injury(View(view), code, x, y, str(kind))))

    def _remove(self, injury: Injury) -> None:
        self._save(tuple(each for each in self.fall.injuries if each != injury))

    def _none(self) -> None:
        self._save((), none_found=True)

    def _save(self, injuries: tuple[Injury, ...], *, none_found: bool = False) -> None:
        fall_id = self._fall_id

        def work(session: Session) -> Saved:
            from app.services import falls

            return falls.mark_injuries(session, fall_id, injuries, none_found=none_found)

        self._say("")
        self._ctx.call(work, owner=self)

    def _say(self, words: str) -> None:
        self.wrong.setText(words)
        self.wrong.setVisible(bool(words))


def _state(words: str, *, done: bool) -> Tag:
    return Tag(words, Tone.GOOD if done else Tone.WARNING)
