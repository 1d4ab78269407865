"""The papers of the hospital page as PDF files, saved where somebody says, and what a journey said before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from app.domain.dates import date_time
from app.domain.journeys import KIND_LABELS, LOSS_OUTCOMES, STEP_LABELS, Journey, Step, bag_words, step_words
from app.ui.dialogs.paper import save_pdf
from app.ui.dialogs.place import documents
from app.ui.forms.form import FormDialog
from app.ui.forms.record_dialog import RecordDialog
from app.ui.widgets.text import label, rule

if TYPE_CHECKING:
    from app.services.journeys import JourneyRow, JourneyVersion
    from app.services.session import Session
    from app.ui.context import Context

_LEAVES = (
    "A saved PDF leaves the encrypted store. Whoever can open the folder can read it, with no password. "
    "Save it only where the resident's records may be kept, and delete it when it has been handed over."
)


class PaperDialog(FormDialog):
    """Saves one paper as a PDF, which a subclass makes; ``about`` says whose it is, and then what saving means."""

    writes = False

    def __init__(
        self, ctx: Context, parent: QWidget | None, words: str, name: str, intro: str, *, about: str = ""
    ) -> None:
        super().__init__(ctx, parent, words, (), {}, action="Save PDF…", who=about, intro=intro)
        self._name, self._words = name, words
        if about:
            self.below.addWidget(label(_LEAVES, "strong"))
        self.below.addWidget(label("Saving is recorded in the audit trail with your name."))

    def maker(self) -> Callable[[Session], bytes]:
        """What makes the PDF, on the store thread."""
        raise NotImplementedError

    def save(self) -> None:
        """Ask where, then save."""
        name, _ = QFileDialog.getSaveFileName(self, "Save PDF", documents(self._name), "PDF files (*.pdf)")
        if name:
            self.save_to(Path(name))

    def save_to(self, path: Path) -> None:
        """Write the PDF there; the window says where it went."""
        make = self.maker()

        def work(session: Session) -> Path:
            save_pdf(make(session), path, safe="The record is safe.")
            return path

        self.run(work, self._saved_at)

    def _saved_at(self, path: Path) -> None:
        self.saved()
        self.ctx.messages.good(f"{self._words}: saved", str(path))


class CustodyDialog(PaperDialog):
    """The steps so far, the list and the losses on paper."""

    def __init__(self, ctx: Context, parent: QWidget | None, row: JourneyRow, about: str) -> None:
        super().__init__(
            ctx, parent, "Custody record on paper", "red-bag-custody.pdf",
            "Who had the bag and when, what was in it, what came back, and what is still looked for.", about=about,
        )  # fmt: skip
        self._id = row.id

    def maker(self) -> Callable[[Session], bytes]:
        """The custody record."""
        from app.services import journeys

        journey_id = self._id
        return lambda session: journeys.custody_paper(session, journey_id)


class VersionsDialog(RecordDialog):
    """Everything that was ever recorded of a journey: what each version changed, newest first."""

    def __init__(self, ctx: Context, parent: QWidget | None, row: JourneyRow) -> None:
        super().__init__(ctx, parent, "What was recorded of this journey", wide=760, high=560)
        self.banner.show_resident(row.details, ctx.today())
        journey_id = row.id

        def work(session: Session) -> tuple[JourneyVersion, ...]:
            from app.services import journeys

            return journeys.versions(session, journey_id)

        ctx.call(work, self._show, owner=self)

    def _show(self, found: tuple[JourneyVersion, ...]) -> None:
        for at, (newer, older) in enumerate(pairwise((*found, None))):
            if newer is None:
                continue
            if at:
                self.body.addWidget(rule())
            what = "Changed" if older is not None else "First recorded"
            state = ". Entered in error" if newer.state == "entered-in-error" else ""
            self.body.addWidget(label(f"{what} {date_time(newer.recorded_at)} by {newer.by}{state}", "strong"))
            lines = version_words(older.journey if older else None, newer.journey)
            self.body.addWidget(label("\n".join(lines) or "Nothing else was changed.", copyable=True))
            if newer.reason:
                self.body.addWidget(label(f"Reason: {newer.reason}", "secondary"))
        self.body.addStretch(1)


def version_words(older: Journey | None, newer: Journey) -> list[str]:
    """What a version says that the one before it did not, field by field."""
    before = _fields(older) if older is not None else {}
    after = _fields(newer)
    lines = []
    for name in dict.fromkeys((*after, *before)):
        had, has = before.get(name, ""), after.get(name, "")
        if had != has:
            lines.append(f"{name}: {has or 'taken away'}{f' (before: {had})' if had else ''}")
    return lines


def _fields(journey: Journey) -> dict[str, str]:
    found = {
        "Kind": KIND_LABELS[journey.kind],
        "Begun": date_time(journey.started_at),
        "Why": journey.why,
        "Hospital": journey.destination,
        "Red bag": journey.bag,
        "Goes along": journey.escort,
    }
    for name, step in _numbered(journey.steps):
        found[name] = spoken_step(step)
    for item in journey.items:
        back = "not looked yet" if item.back is None else f"{item.back} back"
        notes = ", ".join(note for note in (item.out_note, item.back_note) if note)
        found[item.name] = f"{item.out} out, {back}{f', {notes}' if notes else ''}"
    for loss in journey.losses:
        ended = LOSS_OUTCOMES.get(loss.outcome, "still looked for").lower()
        told = f"told {loss.told}" if loss.told else "nobody told"
        found[f"Loss of {loss.item}"] = f"{loss.quantity}, {told}, {ended}{f', {loss.note}' if loss.note else ''}"
    if journey.back is not None:
        done = journey.back.done_at
        found["Return checklist"] = f"finished {date_time(done)} by {journey.back.done_by}" if done else "begun"
    return {name: words for name, words in found.items() if words}


def _numbered(steps: Sequence[Step]) -> list[tuple[str, Step]]:
    """Each step by its name, the second of a kind with its number."""
    seen: dict[str, int] = {}
    named = []
    for step in steps:
        words = STEP_LABELS[step.kind]
        seen[words] = seen.get(words, 0) + 1
        named.append((words if seen[words] == 1 else f"{words} ({seen[words]})", step))
    return named


def spoken_step(step: Step) -> str:
    """Everything that a step says beside what happened."""
    bag = f"bag {bag_words(step).lower()}" if bag_words(step) else ""
    parts = (date_time(step.at), step.place, step.name, step.role, bag, step_words(step))
    return ", ".join(part for part in parts if part)
