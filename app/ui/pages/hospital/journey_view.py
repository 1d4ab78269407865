"""One journey there and back: what comes next as one large button, the steps so far, the bag's list, the papers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.domain.dates import date_time
from app.domain.handovers import Handover
from app.domain.journeys import (
    CHECK_POINTS,
    KIND_LABELS,
    LOSS_OUTCOMES,
    STAGE_LABELS,
    STEP_LABELS,
    Item,
    Journey,
    JourneyKind,
    Stage,
    Step,
    StepKind,
    is_left_open,
    step_words,
)
from app.ui.forms.form import show_dialog
from app.ui.pages.falls.check import Large
from app.ui.pages.hospital.whole_table import WholeTable
from app.ui.pages.hospital.words import (
    bag_where,
    ending_words,
    forgotten_steps,
    late_words,
    next_step,
    next_words,
    other_steps,
    place_words,
)
from app.ui.theme import L, M, Tone
from app.ui.widgets.buttons import link, primary, secondary
from app.ui.widgets.layouts import empty, keep_tab_order, level, tab_stops
from app.ui.widgets.row import RowButton
from app.ui.widgets.table import Column
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import card
from app.ui.widgets_form.labels import Words, heading, label, title

if TYPE_CHECKING:
    from app.services.journeys import BagRow, JourneyRow
    from app.services.session import Session
    from app.services.transfers import PackRow
    from app.ui.context import Context

_STAGE_TONES = {
    Stage.PREPARING: Tone.CAUTION,
    Stage.ON_THE_WAY: Tone.INFO,
    Stage.AT_HOSPITAL: Tone.INFO,
    Stage.RETURNING: Tone.INFO,
    Stage.ENDED: Tone.NEUTRAL,
}


_MOST_NAMED = 6
"""Fields that are named when papers are out of date; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Whole:
    """All that the page of one journey shows: ``packs`` newest first, ``bag`` None while none was named.

    ``outdated`` names what the record says otherwise than the newest papers, while the journey goes on.
    """

    row: JourneyRow
    packs: tuple[PackRow, ...]
    bag: BagRow | None
    outdated: tuple[str, ...] = ()


class JourneyView(QWidget):
    """``go`` carries what to open: "resident", "all" for the resident's journeys, "board"."""

    go = Signal(str)

    def __init__(self, ctx: Context, whole: Whole, *, writes: bool) -> None:
        super().__init__()
        self._ctx, self.whole, self._writes = ctx, whole, writes
        self.buttons: dict[str, QPushButton] = {}
        self.steps: WholeTable[Step] | None = None
        self.items: WholeTable[Item] | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(L, M, L, L)
        self._column.setSpacing(M)
        self._draw()

    def show_journey(self, whole: Whole) -> None:
        """Show what is known now; what has the keyboard keeps it where it still stands."""
        if whole == self.whole:
            return
        had = self._focused()
        self.whole = whole
        self._draw()
        again = {**self.buttons, **self._tables()}.get(had)
        if again is not None:
            again.setFocus(Qt.FocusReason.OtherFocusReason)
        elif had:
            self.focus_first()

    def _focused(self) -> str:
        """What has the keyboard in this window, also while a dialog stands over it; "?" for something without a key."""
        now = self.window().focusWidget()
        if now is None or not self.isAncestorOf(now):
            return ""
        return next((key for key, part in {**self.buttons, **self._tables()}.items() if part is now), "?")

    def _tables(self) -> dict[str, QWidget]:
        found = {"steps-table": self.steps, "items-table": self.items}
        return {key: table for key, table in found.items() if table is not None}

    def focus_first(self) -> None:
        """Put the keyboard on the next thing to do."""
        first = next((self.buttons[key] for key in ("check", "next") if key in self.buttons), None)
        target = first or next(iter(self.buttons.values()), None)
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    # --------------------------------------------------------------------------------------------------- drawing

    @property
    def _acts(self) -> bool:
        return self._writes and not self.whole.row.in_error

    def _draw(self) -> None:
        empty(self._column)
        self.buttons, self.steps, self.items = {}, None, None
        self._head()
        self._waits()
        self._next()
        self._steps()
        self._items()
        self._losses()
        self._packs()
        self._foot()
        self._column.addStretch(1)
        parts = (self._column.itemAt(at) for at in range(self._column.count()))
        for part in parts:
            if part is not None and (widget := part.widget()) is not None:
                widget.show()
        keep_tab_order([stop for stop in tab_stops(self) if stop.window() is self.window()])

    def _head(self) -> None:
        row, journey = self.whole.row, self.whole.row.journey
        self._column.addWidget(title(f"To hospital, begun {date_time(journey.started_at)}"))
        said = ending_words(journey) or STAGE_LABELS[journey.stage]
        stage = Tag("Entered in error", Tone.NEUTRAL) if row.in_error else Tag(said, _STAGE_TONES[journey.stage])
        self._column.addWidget(level((stage, label(KIND_LABELS[journey.kind], wrap=False))))
        lines = [journey.why, place_words(journey)]
        if journey.escort:
            lines.append(f"Goes along: {journey.escort}")
        for words in filter(None, lines):
            self._column.addWidget(label(words))
        self._column.addWidget(label(self._bag_words(), "strong"))

    def _bag_words(self) -> str:
        bag = self.whole.bag
        if bag is None:
            return "No red bag is named."
        where = f"{bag_where(bag).lower()} since {date_time(bag.bag.since)}"
        other = bag.bag.journey_id not in {"", self.whole.row.id}
        return f"Red bag {bag.bag.number}: {where}{f', with {bag.resident_name}' if other else ''}."

    def _waits(self) -> None:
        row, now = self.whole.row, self._ctx.now()
        if row.in_error or not row.waiting:
            return
        box, inside = card()
        inside.addWidget(heading("What waits"))
        for wait in sorted(row.waiting, key=lambda each: not each.is_late(now)):
            late = late_words(wait, now)
            later = wait.due is not None and wait.due > now
            tag = Tag(late, Tone.DANGER) if late else Tag("Later", Tone.INFO) if later else Tag("To do", Tone.CAUTION)
            parts: list[QWidget] = [tag, Words(wait.words)]
            if self._acts and is_left_open(wait.key):
                button = self.buttons[f"settle {wait.key}"] = link("This is done", partial(self.settle, wait.key))
                button.setAccessibleName(f"This is done: {wait.words}")
                parts.append(button)
            inside.addWidget(level(parts))
        self._column.addWidget(box)

    def _next(self) -> None:
        journey = self.whole.row.journey
        if not self._acts:
            return
        first = next_step(journey)
        if first is not None:
            self.buttons["next"] = Large(next_words(first), partial(self.step, first), 64, kind="primary")
            self._column.addWidget(self.buttons["next"], 0, Qt.AlignmentFlag.AlignLeft)
            others = []
            for kind in other_steps(journey):
                button = secondary(f"{STEP_LABELS[kind]}…", partial(self.step, kind))
                self.buttons[kind.value] = button
                others.append(button)
            self._column.addWidget(level(others))
            return
        if journey.step(StepKind.HOME_IN) is not None:
            done = journey.back is not None and journey.back.done_at is not None
            words = "Look at the return checklist" if done else "Go through the return checklist"
            self.buttons["check"] = Large(words, self.return_check, 64, kind="secondary" if done else "primary")
            self._column.addWidget(self.buttons["check"], 0, Qt.AlignmentFlag.AlignLeft)
            self.buttons["changed"] = secondary("What changed since the pack…", self.what_changed)
            self._column.addWidget(self.buttons["changed"], 0, Qt.AlignmentFlag.AlignLeft)

    def _steps(self) -> None:
        journey = self.whole.row.journey
        box, inside = card()
        inside.addWidget(heading("Steps so far"))
        if journey.steps:
            self.steps = WholeTable("Steps so far", _STEPS, key=lambda step: (step.kind, step.at))
            self.steps.set_rows(journey.steps)
            inside.addWidget(self.steps)
        else:
            inside.addWidget(label("No step is recorded yet."))
        missing = [STEP_LABELS[kind].lower() for kind in CHECK_POINTS if journey.step(kind) is None]
        if missing and journey.ending is not None:
            inside.addWidget(label(f"Check points that were not recorded: {', '.join(missing)}.", "secondary"))
        if self._acts:
            acts = []
            if journey.steps:
                self.buttons["correct"] = secondary("Correct the chosen step…", self.correct_chosen)
                acts.append(self.buttons["correct"])
                if self.steps is not None:
                    self.steps.opened.connect(self._correct)
            if journey.ending is not None:
                self.buttons["forgotten"] = secondary("Add a step that was forgotten…", self._forgotten)
                acts.append(self.buttons["forgotten"])
            self.buttons["correct-journey"] = secondary("Correct hospital, bag or kind…", self._correct_journey)
            acts.append(self.buttons["correct-journey"])
            inside.addWidget(level(acts))
        self._column.addWidget(box)

    def _items(self) -> None:
        journey = self.whole.row.journey
        box, inside = card()
        inside.addWidget(heading("In the bag"))
        if journey.items:
            self.items = WholeTable("In the bag", _ITEMS, key=lambda item: item.name)
            self.items.set_rows(journey.items)
            inside.addWidget(self.items)
        else:
            inside.addWidget(label("No list is recorded."))
        if self._acts:
            acts = []
            ended = journey.ending is not None
            if journey.items and (ended or journey.stage is Stage.RETURNING):
                self.buttons["back"] = (primary if ended else secondary)("What came back…", self._back)
                acts.append(self.buttons["back"])
            self.buttons["items"] = secondary("What is in the bag…", self._out)
            acts.append(self.buttons["items"])
            inside.addWidget(level(acts))
        self._column.addWidget(box)

    def _losses(self) -> None:
        journey = self.whole.row.journey
        if not journey.losses:
            return
        box, inside = card()
        inside.addWidget(heading("Losses"))
        for loss in journey.losses:
            told = f"Told: {loss.told}" if loss.told else "Nobody has been told yet"
            ended = LOSS_OUTCOMES.get(loss.outcome, "Still looked for")
            detail = ". ".join(part for part in (f"Noticed {date_time(loss.noticed_at)}", told, loss.note) if part)
            tag = Tag(ended, Tone.WARNING if loss.open else Tone.GOOD)
            if self._acts:
                button = RowButton(
                    f"{loss.quantity} × {loss.item}", detail, tag=tag, slot=partial(self._loss, loss.item)
                )
                self.buttons[f"loss:{loss.item}"] = button
                inside.addWidget(button)
            else:
                inside.addWidget(level((tag, Words(f"{loss.quantity} × {loss.item}. {detail}"))))
        self._column.addWidget(box)

    def _packs(self) -> None:
        box, inside = card()
        inside.addWidget(heading("Packs printed"))
        for pack in self.whole.packs:
            first = " · the first of this journey" if pack == self.whole.packs[-1] and pack.version > 1 else ""
            detail = f"{pack.pages} pages · {pack.printed_by}{first}"
            button = RowButton(
                f"Version {pack.version}, {date_time(pack.printed_at)}", detail, slot=partial(self._pack, pack.id)
            )
            self.buttons[f"pack:{pack.id}"] = button
            inside.addWidget(button)
        if not self.whole.packs:
            inside.addWidget(label("None."))
        if self.whole.outdated:
            inside.addWidget(level((Tag("Papers out of date", Tone.WARNING), Words(_outdated(self.whole.outdated)))))
        if self._acts and self.whole.row.open:
            self.buttons["again"] = secondary("Print a new version…", self._send)
            inside.addWidget(self.buttons["again"], 0, Qt.AlignmentFlag.AlignLeft)
        self._column.addWidget(box)

    def _foot(self) -> None:
        row = self.whole.row
        parts: list[QWidget] = []
        if not row.in_error:
            self.buttons["paper"] = secondary("Custody record on paper…", self._paper)
            parts.append(self.buttons["paper"])
            self.buttons["handover"] = secondary("Hand over…", self._hand_over)
            parts.append(self.buttons["handover"])
        self.buttons["versions"] = secondary("What was recorded before…", self._versions)
        parts.append(self.buttons["versions"])
        if self._acts:
            self.buttons["error"] = secondary("This was entered in error…", self._in_error)
            parts.append(self.buttons["error"])
        for key, words in (("all", "All journeys of this resident"), ("resident", "All of the record"),
                           ("board", "Who is away")):  # fmt: skip
            self.buttons[key] = link(words, partial(self.go.emit, key))
            parts.append(self.buttons[key])
        self._column.addWidget(level(parts))

    # ------------------------------------------------------------------------------------------------ what it does

    def _hand_over(self) -> None:
        """The paper that this journey asks for next is chosen already: for a return, a visit, or a death."""
        from app.ui.dialogs import handover

        journey = self.whole.row.journey
        which = Handover.ASSESSOR
        if journey.kind is JourneyKind.OUTPATIENT:
            which = Handover.OUTPATIENT
        if journey.step(StepKind.DIED) is not None:
            which = Handover.DEATH
        row = self.whole.row
        handover.open_for(self._ctx, self, row.resident_id, row.details, which, told_by(journey))

    def step(self, kind: StepKind) -> None:
        """Ask about a step that has happened."""
        from app.ui.pages.hospital.steps import StepDialog

        show_dialog(StepDialog(self._ctx, self.window(), self.whole.row, kind))

    def return_check(self) -> None:
        """The return checklist."""
        from app.ui.pages.hospital.return_check import open_for

        open_for(self._ctx, self.whole.row.id, self.window())

    def what_changed(self) -> None:
        """What the record says now and the last pack did not."""
        from app.ui.pages.hospital.return_changed import open_changed

        open_changed(self._ctx, self.whole.row.id, self.window())

    def settle(self, key: str) -> None:
        """Say that something the return left open is done."""
        from app.services import returns

        journey_id = self.whole.row.id
        self._ctx.call(lambda session: returns.settle(session, journey_id, key), lambda _saved: None)

    def correct_chosen(self) -> None:
        """Correct the step that is chosen in the list."""
        step = self.steps.current() if self.steps is not None else None
        if step is not None:
            self._correct(step)

    def _correct(self, step: Step) -> None:
        from app.ui.pages.hospital.steps import CorrectStepDialog

        show_dialog(CorrectStepDialog(self._ctx, self.window(), self.whole.row, step.kind, step))

    def _forgotten(self) -> None:
        from app.ui.pages.hospital.steps import ForgottenDialog

        row = self.whole.row
        show_dialog(ForgottenDialog(self._ctx, self.window(), row, forgotten_steps(row.journey)))

    def _correct_journey(self) -> None:
        from app.ui.pages.hospital.steps import CorrectJourneyDialog

        show_dialog(CorrectJourneyDialog(self._ctx, self.window(), self.whole.row))

    def _out(self) -> None:
        from app.ui.pages.hospital.items import OutDialog

        asked = OutDialog(self._ctx, self.window(), self.whole.row)
        show_dialog(asked)
        asked.focus_first()

    def _back(self) -> None:
        from app.ui.pages.hospital.items import BackDialog

        show_dialog(BackDialog(self._ctx, self.window(), self.whole.row))

    def _loss(self, item: str) -> None:
        from app.ui.pages.hospital.items import LossDialog

        row = self.whole.row
        loss = next(each for each in row.journey.losses if each.item == item)
        show_dialog(LossDialog(self._ctx, self.window(), row, loss))

    def _pack(self, pack_id: str) -> None:
        from app.ui.pages.resident.pack_file import PackFileDialog

        pack = next(each for each in self.whole.packs if each.id == pack_id)
        PackFileDialog(self._ctx, self.window(), self.whole.row.details, pack).open()

    def _send(self) -> None:
        from app.ui.dialogs.hospital import open_for

        open_for(self._ctx, self.whole.row.resident_id, self.window())

    def _paper(self) -> None:
        from app.ui.pages.hospital.papers import CustodyDialog

        CustodyDialog(self._ctx, self.window(), self.whole.row).open_with_keyboard()

    def _versions(self) -> None:
        from app.ui.pages.hospital.papers import VersionsDialog

        VersionsDialog(self._ctx, self.window(), self.whole.row).open()

    def _in_error(self) -> None:
        from app.ui.pages.hospital.steps import InErrorDialog

        show_dialog(InErrorDialog(self._ctx, self.window(), self.whole.row))


def told_by(journey: Journey) -> dict[Handover, dict[str, str]]:
    """What the journey answers of the questions of a hand-over."""
    died = journey.step(StepKind.DIED)
    bag = f"Red bag {journey.bag}" if journey.bag else ""
    return {
        Handover.CALL: {"situation": journey.why},
        Handover.OUTPATIENT: {"clinic": journey.place, "why": journey.why, "escort": journey.escort},
        Handover.ASSESSOR: {"ward": journey.place},
        Handover.DEATH: {
            "when": date_time(died.at) if died else "", "where": died.place if died else "", "belongings": bag,
        },
    }  # fmt: skip


def _told(step: Step) -> str:
    """Who, where, whether the bag was there, and what else was said, as sentences."""
    who = ", ".join(part for part in (step.name, step.role) if part)
    bag = {True: "The bag was there", False: "The bag was not there", None: ""}[step.bag]
    parts = [part.rstrip(".") for part in (who, step.place, bag, step_words(step)) if part]
    return ". ".join(f"{part[:1].upper()}{part[1:]}" for part in parts)


def _came_back(item: Item) -> str:
    if item.back is None:
        return "Not looked yet"
    return f"{item.back}, {item.missing} missing" if item.missing else str(item.back)


def _back_tone(item: Item) -> Tone | None:
    if item.back is None:
        return None
    return Tone.WARNING if item.missing else Tone.GOOD


def _notes(item: Item) -> str:
    return ". ".join(part for part in (item.out_note, item.back_note) if part)


_STEPS: tuple[Column[Step], ...] = (
    Column("When", lambda step: date_time(step.at)),
    Column("What", lambda step: STEP_LABELS[step.kind]),
    Column("Who, where, and the bag", _told, stretch=True),
)
_ITEMS: tuple[Column[Item], ...] = (
    Column("What", lambda item: item.name),
    Column("Out", lambda item: str(item.out), right=True),
    Column("Back", _came_back, tone=_back_tone),
    Column("Note", _notes, stretch=True),
)


def _outdated(fields: tuple[str, ...]) -> str:
    """``The record now says otherwise: Allergies, Medicines and 2 more.``"""
    shown, more = fields[:_MOST_NAMED], len(fields) - _MOST_NAMED
    listed = ", ".join(shown) + (f" and {more} more" if more > 0 else "")
    return f"The record now says otherwise: {listed}. Print a new version, for whoever has the papers now"


def load(journey_id: str, session: Session, *, again: bool = False) -> Whole:
    """The journey with its packs and its bag, on the store thread."""
    from app.services import journeys, returns, transfers

    row = journeys.journey(session, journey_id, again=again)
    packs = tuple(
        replace(pack, printed_by=session.person(pack.printed_by))
        for pack in transfers.packs(session, row.resident_id)
        if pack.journey_id == journey_id
    )
    bag = next((each for each in journeys.bags(session) if each.bag.number == row.journey.bag), None)
    outdated = returns.out_of_date(session, journey_id) if packs and row.open else ()
    return Whole(row, packs, bag, outdated)
