"""Records that came back from a backup: the band that says so on every page until a manager has seen to the rest."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.dates import date_time
from app.ui.forms.asking import AskingDialog
from app.ui.forms.form import show_dialog
from app.ui.forms.typed import Ask
from app.ui.theme import M, S, Tone
from app.ui.widgets.buttons import secondary
from app.ui.widgets.tag import Sign
from app.ui.widgets.text import label

if TYPE_CHECKING:
    from app.ui.context import Context

_ASKS = (Ask("reason", "How the entries since then were looked after", "notes", needed="Enter how"),)


class RestoredBand(QFrame):
    """Hidden, unless the record is as a backup had it and nobody has said that what came later is in it again."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self._ctx = ctx
        self._since: datetime | None = None
        self.setProperty("tone", str(Tone.WARNING))
        self.setAccessibleName("Brought back from a backup")
        self.words = label("", "strong")
        self.button = secondary("It is all entered again…", self._looked_after)
        row = QHBoxLayout(self)
        row.setContentsMargins(M, S, M, S)
        row.setSpacing(M)
        row.addWidget(Sign(Tone.WARNING))
        beside = QVBoxLayout()
        beside.setSpacing(S)
        beside.addWidget(self.words)
        below = QHBoxLayout()
        below.addWidget(self.button)
        below.addStretch(1)
        beside.addLayout(below)
        row.addLayout(beside, 1)
        self.hide()
        ctx.troubled.connect(self._offer)
        self.load()

    def load(self) -> None:
        """Ask the records."""
        from app.services import restore

        self._ctx.call(restore.restored_from, self._show, owner=self)

    def _show(self, since: datetime | None) -> None:
        self._since = since
        if since is not None:
            self.words.setText(
                f"These records came back from the backup of {date_time(since)}. What was recorded after that is "
                "missing. Check each resuscitation decision, allergy and medicine against the paper first."
            )
        self._offer()
        self.setVisible(since is not None)

    def _offer(self) -> None:
        """The answer, while it can be kept: not on records that may only be read."""
        from app.services.access import Action

        may = self._ctx.allowed(Action.RESTORE) and self._ctx.trouble is None
        self.button.setVisible(self._since is not None and may)

    def _looked_after(self) -> None:
        show_dialog(LookedAfterDialog(self._ctx, self.window()))


class LookedAfterDialog(AskingDialog):
    """A manager says that what was recorded after the backup has been looked after."""

    def __init__(self, ctx: Context, parent: QWidget | None) -> None:
        super().__init__(
            ctx, parent, "Entries since the backup", _ASKS, {},
            intro="The warning on every screen and printed pack goes away. Do this when what was recorded after the "
            "backup has been entered again from paper, or when there was nothing. Who said so, and why, is in the "
            "audit trail.",
            action="It is all entered again",
        )  # fmt: skip

    def save(self) -> None:
        """Record it."""
        from app.services import restore

        read = self.read(_ASKS)
        reason = read.text("reason")
        read.finish()

        def done(_changes: object) -> None:
            self.saved()
            self.ctx.messages.good("The warning about the backup is gone from screens and packs.")

        self.run(lambda s: restore.looked_after(s, reason), done)
