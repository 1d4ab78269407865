"""The forms of a journey's steps: one that happened now, one corrected or added later, and the journey's own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.dates import date_time
from app.domain.errors import UserError
from app.domain.journeys import (
    CHECK_POINTS,
    DELAY_REASONS,
    KIND_LABELS,
    STEP_LABELS,
    Journey,
    JourneyKind,
    Step,
    StepKind,
    moves_bag,
)
from app.ui.forms.form import FormDialog
from app.ui.forms.typed import Ask, Reader, Typed, typed_instant
from app.ui.widgets.banner import spoken_resident

if TYPE_CHECKING:
    from app.services.journeys import JourneyRow, Saved
    from app.ui.context import Context

_AT_HOME = frozenset({StepKind.CALLED, StepKind.HOME_OUT, StepKind.HOME_IN, StepKind.NOT_CONVEYED, StepKind.VISIT})
"""Steps that somebody of the home signs: the person at the screen is offered."""
_PLACES = {
    StepKind.HOSPITAL_IN: "Hospital",
    StepKind.ADMITTED: "Ward",
    StepKind.WARD_MOVE: "New ward",
    StepKind.OTHER_HOME: "Name of the other home",
    StepKind.DIED: "Where",
}
_ACTIONS = {
    StepKind.DIED: "Record the death",
    StepKind.OTHER_HOME: "Record the move",
    StepKind.NOT_CONVEYED: "Record that they stayed",
}
_FOLLOWS = {
    StepKind.HOME_OUT: "From this time the nights away are counted, for the premium too.",
    StepKind.HOME_IN: "The nights away end at this time. The return checklist comes next.",
    StepKind.NOT_CONVEYED: "The journey ends, and no night is counted. It is counted as an admission avoided.",
    StepKind.VISIT: "The home visits between 48 and 72 hours after the admission, and joins in planning the return.",
    StepKind.OTHER_HOME: (
        "What follows when you record it: this journey ends, the absence ends, and the resident's stay in this home "
        "ends at this time. The bag is expected back from the hospital's discharge team."
    ),
    StepKind.DIED: (
        "What follows when you record it: this journey ends, the absence and the stay in this home end at this time, "
        "and it is written into the resident's details as the date of death. Nothing more is due for the resident. A "
        "bag that is at the hospital is expected back from its discharge team."
    ),
}
_WHO = {
    StepKind.HOSPITAL_IN: "Name of who checked the bag at the hospital, or told you",
    StepKind.HOSPITAL_OUT: "Name of who packed the bag at the hospital, or told you",
    StepKind.AMBULANCE: "Name of who took the bag",
    StepKind.HOME_OUT: "Name of who handed over the bag",
    StepKind.HOME_IN: "Name of who checked the bag here",
    StepKind.VISIT: "Name of who visited",
}
_BAG = (("yes", "Yes"), ("no", "No"), ("", "Nobody was asked"))
_SAID = {"yes": True, "no": False, "": None}
_REASON = Ask("reason", "Reason for the change", "notes", needed="Enter the reason for the change")
_NAMED = frozenset(CHECK_POINTS)


def step_asks(journey: Journey, kind: StepKind, *, new: bool = True) -> tuple[Ask, ...]:
    """The questions of a step."""
    needed = "Enter who signed or told you" if kind in _NAMED else ""
    asks = [Ask("at", "On", "date", needed="Enter the day"), Ask("at_time", "at", "time")]
    if kind in _PLACES:
        place = "Enter the name of the other home" if kind is StepKind.OTHER_HOME else ""
        asks.append(Ask("place", _PLACES[kind], needed=place))
    if kind is StepKind.DELAY:
        reasons = tuple(DELAY_REASONS.items())
        asks.append(Ask("code", "Why it is delayed", "choice", needed="Choose the reason", choices=reasons))
        asks += [Ask("until", "The delay ended on", "date", "Empty while it goes on"), Ask("until_time", "at", "time")]
    asks += [Ask("name", _WHO.get(kind, "Name of who told you"), needed=needed), Ask("role", "Role", beside=True)]
    if moves_bag(kind):
        if new and not journey.bag and kind in {StepKind.HOME_OUT, StepKind.AMBULANCE}:
            asks.append(Ask("number", "Number on the red bag", help="Empty when no bag went"))
        asks.append(_bag_ask(journey, kind, new=new))
    asks.append(Ask("note", "Note", "notes"))
    return tuple(asks)


def _bag_ask(journey: Journey, kind: StepKind, *, new: bool) -> Ask:
    """Whoever records that the resident is back stands where the bag would be: it is looked for, not left unasked."""
    if new and kind is StepKind.HOME_IN and journey.bag:
        words = f"Did red bag {journey.bag} come back?"
        return Ask("bag", words, "choice", "Look for it now", "Look whether the red bag came back", _BAG[:2])
    return Ask("bag", "Was the red bag there?", "choice", choices=_BAG)


def _typed(step: Step) -> Typed:
    day, time = typed_instant(step.at)
    until, until_time = typed_instant(step.until)
    bag = {True: "yes", False: "no", None: ""}[step.bag]
    return {
        "at": day, "at_time": time, "place": step.place, "code": step.code, "until": until, "until_time": until_time,
        "name": step.name, "role": step.role, "bag": bag, "note": step.note,
    }  # fmt: skip


def _blank(ctx: Context, row: JourneyRow, kind: StepKind) -> Typed:
    day, time = typed_instant(ctx.now())
    ours = kind in _AT_HOME
    place = row.journey.destination if kind is StepKind.HOSPITAL_IN else ""
    return {
        "at": day, "at_time": time, "place": place, "bag": "",
        "name": ctx.account.name if ours else "", "role": ctx.account.role.value.capitalize() if ours else "",
    }  # fmt: skip


def read_step(asks: Sequence[Ask], reader: Reader, kind: StepKind, journey: Journey) -> Step:
    """The step that was typed; the reader keeps the problems. Its seconds are those of another step of that minute
    which it cannot be before: nobody types seconds."""
    has = {ask.key for ask in asks}

    def text(key: str) -> str:
        return reader.text(key) if key in has else ""

    at = reader.instant("at", "at_time")
    until = reader.instant("until", "until_time") if "until" in has else None
    step = Step(
        kind, at or journey.started_at, text("name"), text("role"), text("place"), _SAID[text("bag")], text("code"),
        text("note"), until,
    )  # fmt: skip
    return replace(step, at=_not_before(step.at, journey))


def _not_before(at: datetime, journey: Journey) -> datetime:
    same = [step.at for step in journey.steps if step.at > at and step.at.replace(second=0, microsecond=0) == at]
    return max(same, default=at)


def who_words(ctx: Context, row: JourneyRow) -> str:
    """Whose journey a form is about."""
    return spoken_resident(row.details, ctx.today())


class StepDialog(FormDialog):
    """Records a step that has happened."""

    def __init__(self, ctx: Context, parent: QWidget | None, row: JourneyRow, kind: StepKind) -> None:
        self._asks = step_asks(row.journey, kind)
        super().__init__(
            ctx, parent, STEP_LABELS[kind], self._asks, _blank(ctx, row, kind), who=who_words(ctx, row),
            intro=_FOLLOWS.get(kind, ""), action=_ACTIONS.get(kind, "Record it"),
        )  # fmt: skip
        self._row, self._kind = row, kind

    def save(self) -> None:
        """Record it; absence, stay and bag follow."""
        from app.services import journeys

        reader = Reader(self._asks, self.form.typed(), self.ctx.today())
        step = read_step(self._asks, reader, self._kind, self._row.journey)
        number = reader.text("number") if "number" in self.form.fields else ""
        reader.finish()
        journey_id = self._row.id
        self.run(lambda s: journeys.record(s, journey_id, step, bag=number), self._done)

    def _done(self, done: Saved) -> None:
        self.saved()
        say(self.ctx, f"Recorded: {STEP_LABELS[self._kind].lower()}", done)


class CorrectStepDialog(FormDialog):
    """Puts one recorded step right, or says that it did not happen; with ``step`` None adds one that was forgotten."""

    def __init__(
        self, ctx: Context, parent: QWidget | None, row: JourneyRow, kind: StepKind, step: Step | None
    ) -> None:
        gone = () if step is None else (
            Ask("gone", "Did it not happen at all?", "tick", "Takes it away. What was recorded stays readable"),
        )  # fmt: skip
        self._asks = (*step_asks(row.journey, kind, new=False), *gone, _REASON)
        words = STEP_LABELS[kind]
        super().__init__(
            ctx, parent, f"Correct: {words}" if step else f"Add: {words}", self._asks,
            _typed(step) if step else _blank(ctx, row, kind), who=who_words(ctx, row),
            intro="The absence, the stay and the bag are put right with it.", action="Save",
        )  # fmt: skip
        self._row, self._kind, self._step = row, kind, step

    def save(self) -> None:
        """Record the journey as it was."""
        from app.services import journeys

        row = self._row
        rest = tuple(each for each in row.journey.steps if each is not self._step)
        reader = Reader(self._asks, self.form.typed(), self.ctx.today())
        gone = self._step is not None and reader.tick("gone")
        step = read_step(self._asks, reader, self._kind, replace(row.journey, steps=rest))
        if self._step is not None and step.at == self._step.at.replace(second=0, microsecond=0):
            step = replace(step, at=self._step.at)
        reason = reader.text("reason")
        if gone:
            reader.problems = [each for each in reader.problems if each.field == "reason"]
        reader.finish()
        right = replace(row.journey, steps=rest if gone else (*rest, step))
        self.run(lambda s: journeys.correct(s, row.id, right, reason=reason, seen=row.revision_id), self._done)

    def _done(self, done: Saved) -> None:
        self.saved()
        say(self.ctx, "The journey is corrected", done)


class ForgottenDialog(FormDialog):
    """Asks which step was forgotten; ``chosen`` is told the kind once the dialog has closed."""

    writes = False

    def __init__(self, ctx: Context, parent: QWidget | None, row: JourneyRow, kinds: Sequence[StepKind]) -> None:
        choices = tuple((kind.value, STEP_LABELS[kind]) for kind in kinds)
        asks = (Ask("kind", "What was forgotten", "choice", needed="Choose what was forgotten", choices=choices),)
        super().__init__(ctx, parent, "Add a step that was forgotten", asks, {}, who=who_words(ctx, row), action="Next")
        self._asks, self._row = asks, row

    def dirty(self) -> bool:
        """One choice is quickly made again."""
        return False

    def save(self) -> None:
        """Go on with the step's own form, over the same window."""
        reader = Reader(self._asks, self.form.typed(), self.ctx.today())
        kind = reader.text("kind")
        reader.finish()
        over = self.parentWidget()
        self.saved()
        from app.ui.forms.form import show_dialog

        show_dialog(CorrectStepDialog(self.ctx, over, self._row, StepKind(kind), None))


_JOURNEY = (
    Ask("kind", "Kind of journey", "choice", needed="Choose the kind", choices=tuple(
        (kind.value, words) for kind, words in KIND_LABELS.items())),
    Ask("why", "Why they go", "notes"),
    Ask("destination", "Hospital"),
    Ask("bag", "Number on the red bag", beside=True),
    Ask("escort", "Who goes along"),
    _REASON,
)  # fmt: skip


class CorrectJourneyDialog(FormDialog):
    """Puts right what kind of journey it is, why, where to, and with which bag."""

    def __init__(self, ctx: Context, parent: QWidget | None, row: JourneyRow) -> None:
        journey = row.journey
        super().__init__(
            ctx, parent, "Correct the journey", _JOURNEY,
            {
                "kind": journey.kind.value, "why": journey.why, "destination": journey.destination,
                "bag": journey.bag, "escort": journey.escort,
            },
            who=f"Begun {date_time(journey.started_at)}. {who_words(ctx, row)}",
            intro="Papers that were printed stay as they were. Print a new version if they are wrong.",
        )  # fmt: skip
        self._row = row

    def save(self) -> None:
        """Record it."""
        from app.services import journeys

        row = self._row
        reader = Reader(_JOURNEY, self.form.typed(), self.ctx.today())
        kind, reason = reader.text("kind"), reader.text("reason")
        why, destination, bag, escort = (reader.text(key) for key in ("why", "destination", "bag", "escort"))
        reader.finish()
        right = replace(row.journey, kind=JourneyKind(kind), why=why, destination=destination, bag=bag, escort=escort)
        self.run(lambda s: journeys.correct(s, row.id, right, reason=reason, seen=row.revision_id), self._done)

    def _done(self, done: Saved) -> None:
        self.saved()
        say(self.ctx, "The journey is corrected", done)


_WHY = (Ask("reason", "Reason", "notes", needed="Enter the reason"),)


class InErrorDialog(FormDialog):
    """Asks what was wrong about a journey that should not have been recorded."""

    def __init__(self, ctx: Context, parent: QWidget | None, row: JourneyRow) -> None:
        super().__init__(
            ctx, parent, "Journey entered in error", _WHY, {}, who=who_words(ctx, row),
            intro="It will no longer count. The absence that it began is taken back, and so are a death or a move to "
            "another home that were recorded with it. It is not deleted: the record keeps it with its packs, your name "
            "and the reason.",
            action="Record as entered in error",
        )  # fmt: skip
        self._row = row

    def save(self) -> None:
        """Record it with the reason."""
        from app.services import journeys

        reader = Reader(_WHY, self.form.typed(), self.ctx.today())
        reason = reader.text("reason")
        reader.finish()
        journey_id = self._row.id
        self.run(lambda s: journeys.entered_in_error(s, journey_id, reason=reason), self._done)

    def _done(self, done: Saved) -> None:
        self.saved()
        say(self.ctx, "Recorded as entered in error", done)


def say(ctx: Context, words: str, done: Saved) -> None:
    """What was recorded, and the service's words about what does not fit."""
    if done.warnings:
        ctx.messages.warning(f"{words}.", ". ".join(done.warnings) + ".")
    else:
        ctx.messages.good(f"{words}.")


def typed_number(text: str, label: str) -> int | None:
    """How many, from a box; None when it is empty. UserError in the label's words."""
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 3:
        raise UserError(f"{label}: enter how many as a number, such as 1")
    return int(text)
