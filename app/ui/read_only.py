"""Records that may only be read: the band that says why on every page, and the ways out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.errors import ExitCode
from app.ui import theme
from app.ui.forms.asking import AskingDialog
from app.ui.forms.form import show_dialog
from app.ui.forms.typed import Ask
from app.ui.messages import READ_ONLY
from app.ui.theme import M, S, Tone
from app.ui.widgets.buttons import secondary
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.tag import Sign
from app.ui.widgets.text import label, scrolled

if TYPE_CHECKING:
    from pathlib import Path

    from app.services.session import Session
    from app.ui.context import Context

_EMERGENCY = "Every record can be read, and a red-bag pack can be made. Write everything else on paper."
_DAMAGED = (
    "Most can still be read, and a red-bag pack can be made: something may be missing, so check it against paper. "
    "Write everything else on paper."
)
_LEAST = 120
"""Pixels of the words that stay in sight, however large the text is."""
_ASKS = (
    Ask("reason", "Reason for going on without what is missing", "notes", needed="Enter the reason"),
    Ask("password", "Your own password", "password", needed="Enter your own password"),
)


class ReadOnlyBand(QFrame):
    """Hidden while the records may be written to. Otherwise the three sentences of the trouble, and what can be done
    about it by this person."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self._ctx = ctx
        self.setProperty("tone", str(Tone.DANGER))
        self.setAccessibleName("Open for reading only")
        self.words = label("", copyable=True)
        self.emergency = label(_EMERGENCY)
        self.ask = label("", "strong")
        self.restore_button = secondary("Restore the newest backup…", self._restore)
        self.accept_button = secondary("Go on with what is here…", self._accept)
        buttons = QWidget()
        flow = FlowLayout(buttons, gap=S, row_gap=S)
        self.salvage_button = secondary("Save what can be read…", self._salvage)
        for button in (self.restore_button, self.accept_button, self.salvage_button):
            flow.addWidget(button)
        self._buttons = buttons
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        for part in (self.emergency, self.ask, self.words):  # in large text the last is below the edge
            column.addWidget(part)
        row = QHBoxLayout(self)
        row.setContentsMargins(M, S, M, S)
        row.setSpacing(M)
        row.addWidget(Sign(Tone.DANGER), 0, Qt.AlignmentFlag.AlignTop)
        self._inside, self._area = inside, scrolled(inside)
        inside.setProperty("role", "")
        for clear in (inside, self._area.viewport()):
            clear.setAutoFillBackground(False)
        beside = QVBoxLayout()
        beside.setSpacing(S)
        for below in (label(READ_ONLY, "strong"), self._area, buttons):
            beside.addWidget(below)
        row.addLayout(beside, 1)
        self.load()

    def load(self) -> None:
        """Say what is the matter now, or hide."""
        from app.services.access import Action

        trouble = self._ctx.trouble
        self.setVisible(trouble is not None)
        if trouble is None:
            return
        self.words.setText(f"{trouble.happened} {trouble.safe} {trouble.do}")
        self.emergency.setText(_DAMAGED if trouble.exit_code is ExitCode.DAMAGED else _EMERGENCY)
        may_restore = self._ctx.allowed(Action.RESTORE)
        accepts = trouble.exit_code is ExitCode.BEHIND_ANCHOR and self._ctx.allowed(Action.ACCEPT_ANCHOR)
        self.restore_button.setVisible(may_restore)
        self.accept_button.setVisible(accepts)
        self.salvage_button.setVisible(trouble.exit_code is ExitCode.DAMAGED and may_restore)
        self._buttons.setVisible(may_restore or accepts)
        self.ask.setText("" if may_restore else "Ask a manager to sign in and put it right.")
        self.ask.setVisible(not may_restore)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """As high as its words, and where there is no room for all of them it scrolls."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        wide = max(self.width() - 3 * M - 2 * S - theme.scaled(20), 1)
        high = self._inside.heightForWidth(wide)
        most = max(self.window().height() // 4, _LEAST)
        self._area.setMinimumHeight(min(high, _LEAST // 2))
        self._area.setMaximumHeight(min(high, most))

    def _restore(self) -> None:
        """The newest in any folder that backups went to: the list of them is as old as the records are."""
        from app.services import backups

        def known(session: Session) -> tuple[Path, ...]:
            folders = [one.path.parent for one in backups.noted(session)]
            return tuple(dict.fromkeys((backups.settings_of(session).folder, *folders)))

        def look(folders: tuple[Path, ...]) -> None:
            self._ctx.tasks.disk(lambda: backups.newest_in(folders, store_id), found, lambda _exc: found(None))

        def found(newest: Path | None) -> None:
            from app.ui.dialogs.restore import restore_here

            restore_here(self._ctx, self.window(), newest)

        store_id = self._ctx.store_id
        own = self._ctx.store_dir / backups.FOLDER
        # the settings may be what is damaged; a file can still be chosen
        self._ctx.call(known, look, lambda _exc: look((own,)), owner=self)

    def _accept(self) -> None:
        show_dialog(AcceptDialog(self._ctx, self.window()))

    def _salvage(self) -> None:
        from app.ui.dialogs.salvage import salvage_here

        salvage_here(self._ctx, self.window())


class AcceptDialog(AskingDialog):
    """A manager goes on with records that something is missing from."""

    writes = False

    def __init__(self, ctx: Context, parent: QWidget | None) -> None:
        super().__init__(
            ctx, parent, "Go on with what is here", _ASKS, {},
            intro="Do this only when there is no newer backup. What is missing stays missing: look for it on paper and "
            "enter it again. That you decided this, and why, is written into the audit trail.",
            action="Go on with what is here",
        )  # fmt: skip

    def save(self) -> None:
        """Record the decision; from then on everything can be written again."""
        from app.services import sign_in

        read = self.read(_ASKS)
        reason = read.text("reason")
        read.text("password")
        read.finish()
        password = self.password()

        def done(_changes: object) -> None:
            self.saved()
            self.ctx.messages.good("The records can be written to again.", "Enter what is missing from paper.")

        self.run(lambda s: sign_in.accept_as_is(s, password, reason), done)
