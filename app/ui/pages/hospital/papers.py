"""The papers of the hospital page, printed or saved where somebody says, and what a journey said before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.dates import date_time
from app.domain.journeys import KIND_LABELS, LOSS_OUTCOMES, STEP_LABELS, Journey, Step, bag_words, step_words
from app.ui.dialogs.paper_out import Paper, PaperOutDialog
from app.ui.forms.record_dialog import RecordDialog
from app.ui.widgets.text import heading, label, rule

if TYPE_CHECKING:
    from app.domain.people import ResidentDetails
    from app.services.journeys import JourneyRow, JourneyVersion
    from app.services.session import Session
    from app.ui.context import Context

_NOBODY = "Nothing about any resident is on it."


class PaperDialog(PaperOutDialog):
    """One paper, printed or saved, which a subclass makes. Without ``details`` it is about no resident, and a file of
    it needs no warning; ``lines`` are the role and the text of what is to be read before it is printed."""

    def __init__(
        self, ctx: Context, parent: QWidget | None, words: str, file: str, intro: str,
        details: ResidentDetails | None, lines: Sequence[tuple[str, str]] = (),
    ) -> None:  # fmt: skip
        super().__init__(ctx, parent, words, wide=760, high=560)
        self._words = words
        if details is not None:
            self.banner.show_resident(details, ctx.today())
        else:
            self.banner.hide()
            self.leaves = _NOBODY
        self.body.addWidget(label(intro))
        for role, text in lines:
            self.body.addWidget(heading(text) if role == "heading" else label(text, role))
        self.stand(file)
        self.phrase_button.setVisible(details is not None)

    def maker(self) -> Callable[[Session], bytes]:
        """What makes the PDF, on the store thread, and audits that it does."""
        raise NotImplementedError

    def make(self, how: str, then: Callable[[Paper], None]) -> None:
        """Make it as the record is now."""
        del how  # that it is made is audited, whichever way it leaves
        maker, file, words = self.maker(), self._file, self._words

        def work(session: Session) -> Paper:
            from app.services import pack_printing

            pdf = maker(session)
            return Paper(pdf, pack_printing.page_count(pdf), file, words, lambda _s: None, lambda _s: None)

        self.ctx.call(work, then, self.failed, owner=self)


class CustodyDialog(PaperDialog):
    """The steps so far, the list and the losses on paper."""

    def __init__(self, ctx: Context, parent: QWidget | None, row: JourneyRow) -> None:
        super().__init__(
            ctx, parent, "Custody record on paper", "red-bag-custody.pdf",
            "Who had the bag and when, what was in it, what came back, and what is still looked for.", row.details,
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
