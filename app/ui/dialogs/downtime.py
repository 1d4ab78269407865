"""Making the downtime kit: what it is, how far it has got, a way to stop, and the way to paper or into a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QWidget
from shiboken6 import isValid

from app.ui.dialogs.paper_out import Paper, PaperOutDialog
from app.ui.tasks import Job
from app.ui.theme import Tone
from app.ui.widgets.buttons import secondary
from app.ui.widgets.text import label

if TYPE_CHECKING:
    from app.reports.downtime import Living
    from app.services.downtime import Kit, Plan
    from app.services.session import Session
    from app.ui.context import Context

_AT_A_TIME = 3
"""Residents read in one go: somebody's save waits for no more than that."""


class DowntimeDialog(PaperOutDialog):
    """One kit at a time; stopping leaves nothing behind."""

    def __init__(self, ctx: Context, parent: QWidget | None) -> None:
        super().__init__(ctx, parent, "Downtime kit", wide=760, high=600)
        self.banner.hide()
        self._job: Job | None = None
        self.body.addWidget(
            label(
                "Key facts of everybody who lives here, one side for each, in the order of rooms, and blank forms: for "
                "when Hartwell cannot be used. Print it, or save it where it can be printed without this laptop."
            )
        )
        self.body.addWidget(
            label("Lock it away. Shred the one before: its facts are older, and both look the same.", "strong")
        )
        self.progress_words = label("", "strong")
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Downtime kit")
        self.stop_button = secondary("Stop", self.stop)
        for part in (self.progress_words, self.progress, self.stop_button):
            part.hide()
            self.body.addWidget(part)
        self.body.setAlignment(self.stop_button, Qt.AlignmentFlag.AlignLeft)
        self.stand("downtime-kit.pdf")

    def make(self, how: str, then: Callable[[Paper], None]) -> None:
        """Read a few residents at a time, then lay the kit out beside the store's thread."""
        job = self._job = Job()
        self.state.hide()
        self._step(job, "Reading the record…", 0)
        self.ctx.call(
            _plan,
            lambda plan: self._read(job, plan, [], 0, lambda kit: then(_paper(kit, how))),
            self.failed,
            owner=self,
        )

    def stop(self) -> None:
        """Make no more of it; nothing has left the store yet."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
            self.busy(on=False)
            self.tell("Stopped. Nothing was printed or saved.", Tone.INFO)
            self.save_button.setFocus()

    def reject(self) -> None:
        """Closing stops it too."""
        self.stop()
        super().reject()

    def busy(self, *, on: bool) -> None:
        """The way it has gone is shown while it is made."""
        super().busy(on=on)
        for part in (self.progress_words, self.progress, self.stop_button):
            part.setVisible(on)
        if not on:
            self._job = None

    def _read(self, job: Job, plan: Plan, found: list[Living], at: int, then: Callable[[Kit], None]) -> None:
        """The next few; every step leaves the store's thread to others in between."""
        if self._job is not job:
            return
        count = len(plan.residents)
        self._step(job, f"Reading the record: {at} of {count} residents…", at * 50 // max(count, 1))
        if at >= count:
            self._draw(job, plan, found, then)
            return
        some = plan.residents[at : at + _AT_A_TIME]

        def read(session: Session) -> tuple[Living, ...]:
            from app.services import downtime

            return downtime.read(session, some)

        self.ctx.call(
            read, lambda more: self._read(job, plan, [*found, *more], at + len(some), then), self.failed,
            owner=self,
        )  # fmt: skip

    def _draw(self, job: Job, plan: Plan, found: list[Living], then: Callable[[Kit], None]) -> None:
        from app.services import downtime

        tasks = self.ctx.tasks

        def told(done: int, count: int) -> None:
            words, percent = f"Laying it out: {done} of {count} residents…", 50 + done * 50 // max(count, 1)
            tasks.post(lambda: self._step(job, words, percent))

        tasks.disk(
            lambda: downtime.draw(downtime.paper(plan, found), told, lambda: job.cancelled),
            lambda kit: self._made(job, kit, then), self.failed, job=job, owner=self,
        )  # fmt: skip

    def _made(self, job: Job, kit: Kit | None, then: Callable[[Kit], None]) -> None:
        if self._job is not job or kit is None:
            return
        self._job = None  # it is made: from here on it leaves the store, and is not stopped half-way
        self.stop_button.hide()
        self._step(None, f"{kit.residents} residents, {kit.pages} pages.", 100)
        then(kit)

    def _step(self, job: Job | None, words: str, percent: int) -> None:
        if isValid(self) and self._job is job:
            self.progress_words.setText(words)
            self.progress.setValue(percent)


def _paper(kit: Kit, how: str) -> Paper:
    def before(session: Session) -> None:
        from app.services import downtime

        downtime.released(session, kit, how)

    def after(session: Session) -> object:
        from app.services import downtime

        return downtime.note_made(session, kit)

    return Paper(kit.pdf, kit.pages, "downtime-kit.pdf", "Downtime kit", before, after)


def _plan(session: Session) -> Plan:
    from app.services import downtime

    return downtime.plan(session)


def open_kit(ctx: Context, parent: QWidget) -> DowntimeDialog:
    """Open it over the window."""
    dialog = DowntimeDialog(ctx, parent)
    dialog.open_with_keyboard()
    return dialog
