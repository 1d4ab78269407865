"""Backups in Settings: where they go, when the last one was, making one now, the list, and looking at a sudden change.

What a disk must be asked for (whether a file can be seen) is asked on the disk thread, so that a stick that is asleep
does not hold up a save.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from app.domain.errors import EnvironmentTrouble
from app.ui.forms.form import FormDialog, show_dialog
from app.ui.forms.typed import Ask, Reader
from app.ui.pages.settings.home_cards import button_flow, inside
from app.ui.pages.sync.words import ago
from app.ui.theme import Tone, scaled
from app.ui.widgets.buttons import button_row, secondary
from app.ui.widgets.table import Column, RecordTable
from app.ui.widgets.text import heading, label

if TYPE_CHECKING:
    from app.services.backups import Last, Listed, Settings
    from app.services.session import Session
    from app.ui.context import Context

THIS_LAPTOP = (
    "On this laptop only: whoever steals or breaks the laptop takes these backups with it. Choose a folder on a memory "
    "stick or another disk."
)
NOT_THERE = (
    "The chosen folder cannot be seen now. Plug the memory stick in: a backup that is due is tried again every few "
    "minutes. Nothing is written anywhere else meanwhile."
)
_KINDS = {
    "daily": "By itself",
    "asked": "Somebody asked",
    "before-update": "Before an update",
    "before-rotation": "Before the key was changed",
    "before-purge": "Before destroying old records",
    "before-restore": "Before a restore",
}
HOURS_WORDS = {4: "every 4 hours", 12: "every 12 hours", 24: "once a day"}
_SCHEDULE = (
    Ask("folder", "Folder for backups",
        help="On a memory stick or another disk. Empty: beside the records, on this laptop only"),
    Ask("hours", "How often", "choice", needed="Choose how often a backup is made",
        choices=tuple((str(hours), words.capitalize()) for hours, words in HOURS_WORDS.items())),
)  # fmt: skip
_LOOKED = (Ask("reason", "What was found", "notes", needed="Enter what was found"),)
_MOST_LINES = 8


@dataclass(frozen=True, slots=True)
class _Loaded:
    settings: Settings
    last: Last | None
    listed: tuple[Listed, ...]
    there: bool = True


class BackupsCard(QFrame):
    """Everything about backups that Settings shows; ``shown`` follows each time that all of it is there."""

    shown = Signal()

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        from app.services.access import Action

        self._ctx, self._watch = ctx, ctx.backups
        self._data: _Loaded | None = None
        self.setAccessibleName("Backups")
        column = inside(self)
        column.addWidget(heading("Backups"))
        self.last = label("", "strong")
        self.trouble = label("", "error")
        self.where = label("", copyable=True)
        self.warning = label("", "error")
        for part in (self.last, self.trouble, self.where, self.warning):
            column.addWidget(part)
        self._may_back_up = ctx.allowed(Action.BACKUP)
        self._may_choose = ctx.allowed(Action.MANAGE_HOME)
        self.guard = QFrame()
        self.guard.setProperty("tone", str(Tone.WARNING))
        self.guard_words = label("", "strong")
        self.looked_button = secondary("I have looked…", self._say_looked)
        in_guard = QVBoxLayout(self.guard)
        in_guard.addWidget(self.guard_words)
        in_guard.addLayout(button_row(self.looked_button))
        column.addWidget(self.guard)
        self.now_button = secondary("Back up now", self.back_up)
        self.choose_button = secondary("Choose where and how often…", self._choose)
        self.restore_button = secondary("Restore a backup…", self._restore)
        column.addWidget(button_flow(self.now_button, self.choose_button, self.restore_button))
        self.now_button.setVisible(self._may_back_up)
        self.choose_button.setVisible(self._may_choose)
        self.restore_button.setVisible(ctx.allowed(Action.RESTORE))
        self.progress_words = label("", "strong")
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Backup")
        column.addWidget(self.progress_words)
        column.addWidget(self.progress)
        self.none = label("No backup has been made yet.")
        column.addWidget(self.none)
        self.table: RecordTable[Listed] = RecordTable(
            "Backups",
            (
                Column("When", lambda row: ago(row.taken_at, ctx.now())),
                Column("Why", lambda row: kind_words(row.kind)),
                Column("Size", lambda row: size_words(row.size), right=True),
                Column("Can be seen now", lambda row: "Yes" if row.there else "No: not plugged in, or moved"),
                Column("Where", lambda row: str(row.path.parent), spoken=lambda row: str(row.path)),
            ),
            key=lambda row: row.path,
        )
        column.addWidget(self.table)
        if not self._may_choose:
            column.addWidget(label("The manager chooses where backups go.", "secondary"))
        for hidden in (self.guard, self.trouble, self.warning, self.progress, self.progress_words, self.table):
            hidden.hide()
        self._watch.began.connect(self._show_running)
        self._watch.stepped.connect(self._step)
        self._watch.ended.connect(self._ended)
        self._show_running()

    def load(self) -> None:
        """Read what is kept, then look which backups can be seen."""
        self._ctx.call(_load, self._loaded, owner=self)

    def back_up(self) -> None:
        """Make one now; what became of it is said in the message bar."""
        self._watch.back_up_now()

    def changeEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """The list follows the text size."""
        super().changeEvent(event)  # type: ignore[arg-type]
        QTimer.singleShot(0, self, self._fit)

    def _loaded(self, data: _Loaded) -> None:
        from app.services import backups

        def look() -> _Loaded:
            seen = backups.look_for(data.listed)
            own_folder = data.settings.folder.parent == self._ctx.store_dir
            return replace(data, listed=seen, there=own_folder or data.settings.folder.is_dir())

        def failed(_exc: BaseException) -> None:
            self._show(replace(data, there=False))  # a folder on a disk that does not answer

        self._ctx.tasks.disk(look, self._show, failed, owner=self)

    def _show(self, data: _Loaded) -> None:
        self._data = data
        now = self._ctx.now()
        self.last.setText(f"Last backup: {ago(data.last.taken_at if data.last else None, now)}")
        self.where.setText(f"Folder: {data.settings.folder}, {HOURS_WORDS.get(data.settings.hours, '')}")
        warning = NOT_THERE if not data.there else "" if data.settings.elsewhere else THIS_LAPTOP
        self.warning.setText(warning)
        self.warning.setVisible(bool(warning))
        guard = data.last.guard if data.last else ""
        self.guard.setVisible(bool(guard))
        may = "Look whether that is right" if self._may_choose else "Ask a manager to look"
        self.guard_words.setText(f"{guard}. {may}; until then no backup is thrown away." if guard else "")
        self.looked_button.setVisible(self._may_choose)
        self.none.setVisible(not data.listed)
        self.table.setVisible(bool(data.listed))
        self.table.set_rows(data.listed)
        self._show_trouble()
        self._fit()
        self.shown.emit()

    def _show_trouble(self) -> None:
        trouble = self._watch.trouble
        words = ""
        if isinstance(trouble, EnvironmentTrouble):
            words = f"The last try failed. {trouble.happened} {trouble.safe} {trouble.do}"
        elif trouble is not None:
            words = "The last try failed by a fault of Hartwell. A report of it was written."
        self.trouble.setText(words)
        self.trouble.setVisible(bool(words))

    def _fit(self) -> None:
        """High enough for the newest few; the list scrolls to the others."""
        rows = min(len(self.table.rows), _MOST_LINES)
        high = self.table.horizontalHeader().sizeHint().height() + sum(self.table.rowHeight(at) for at in range(rows))
        self.table.setMinimumHeight(high + scaled(20))

    def _show_running(self) -> None:
        running = self._watch.running
        for part in (self.progress, self.progress_words):
            part.setVisible(running)
        self.now_button.setEnabled(not running and self._ctx.trouble is None)

    def _step(self, words: str, percent: int) -> None:
        self.progress_words.setText(f"{words} You can go on working meanwhile.")
        self.progress.setRange(0, 0 if percent < 0 else 100)
        self.progress.setValue(max(percent, 0))
        self._show_running()

    def _ended(self) -> None:
        self._show_running()
        self._show_trouble()
        self.load()

    def _choose(self) -> None:
        if self._data is not None:
            show_dialog(ScheduleDialog(self._ctx, self, self._data.settings))

    def _say_looked(self) -> None:
        show_dialog(LookedDialog(self._ctx, self, self.guard_words.text()))

    def _restore(self) -> None:
        from app.ui.dialogs.restore import restore_here

        restore_here(self._ctx, self)


class ScheduleDialog(FormDialog):
    """Where backups go, and how often."""

    def __init__(self, ctx: Context, parent: QWidget | None, kept: Settings) -> None:
        own = kept.folder.parent == ctx.store_dir
        super().__init__(
            ctx, parent, "Where and how often", _SCHEDULE,
            {"folder": "" if own else str(kept.folder), "hours": str(kept.hours)},
            intro="A backup is encrypted: without a password or the recovery key nobody can read it. Keep the stick "
            "apart from the laptop all the same.",
        )  # fmt: skip
        self.browse_button = secondary("Choose a folder…", self._browse)
        self.verdict = label("", "error")
        self.verdict.setVisible(False)
        self.below.addLayout(button_row(self.browse_button))
        self.below.addWidget(self.verdict)
        self.form.changed.connect(self._judge)
        self._judge()

    def save(self) -> None:
        """Keep the choice."""
        from app.services import backups

        read = Reader(_SCHEDULE, self.form.typed(), self.ctx.today())
        folder, hours = read.text("folder"), read.text("hours")
        if folder and not Path(folder).is_absolute():
            read.bad("folder", "Folder for backups must be a whole path: use Choose a folder")
        read.finish()

        def done(_changes: object) -> None:
            self.ctx.messages.good("Saved where backups go.", "A backup is being made there now.")
            self.saved()
            self.ctx.backups.back_up_now()

        chosen = Path(folder) if folder else None
        self.run(lambda s: backups.set_schedule(s, chosen, int(hours)), done)

    def _browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder for backups")
        box = self.form.fields["folder"].target
        if chosen and isinstance(box, QLineEdit):
            box.setText(chosen)

    def _judge(self) -> None:
        """Say at once what is the matter with the folder that is typed; a disk is asked, so not on this thread."""
        from app.services import backups

        folder, store = str(self.form.typed()["folder"]).strip(), self.ctx.store_dir

        def look() -> str:
            path = Path(folder)
            if not folder:
                return THIS_LAPTOP
            if not path.is_dir():
                return "This folder cannot be seen now. Plug the memory stick in."
            return f"This folder is on the disk that the records are on. {THIS_LAPTOP}" if on_disk(path) else ""

        def on_disk(path: Path) -> bool:
            return backups.on_this_disk(path, store)

        def show(words: str) -> None:
            if folder == str(self.form.typed()["folder"]).strip():
                self.verdict.setText(words)
                self.verdict.setVisible(bool(words))
                QTimer.singleShot(0, self, lambda: self.resize(self.size().expandedTo(self.sizeHint())))

        self.ctx.tasks.disk(look, show, lambda exc: show(f"This folder cannot be read: {exc}"), owner=self)


class LookedDialog(FormDialog):
    """A manager has looked at a sudden change."""

    def __init__(self, ctx: Context, parent: QWidget | None, what: str) -> None:
        super().__init__(
            ctx, parent, "A sudden change was looked at", _LOOKED, {},
            intro=f"{what} Afterwards older backups are thrown away by their usual rules again. If the records are not "
            "as they should be, cancel this and restore a backup from before.", action="It is as it should be",
        )  # fmt: skip

    def save(self) -> None:
        """Record it with what was found."""
        from app.services import backups

        read = Reader(_LOOKED, self.form.typed(), self.ctx.today())
        reason = read.text("reason")
        read.finish()
        self.run(lambda s: backups.looked_at_change(s, reason), lambda _changes: self.saved())


def kind_words(kind: str) -> str:
    """Why a backup was made."""
    return _KINDS.get(kind) or kind.replace("-", " ").capitalize()


def size_words(size: int) -> str:
    """Bytes as people read them: ``12 MB``, ``1.5 GB``; never 0."""
    megabytes = max(1, round(size / 1_000_000))
    return f"{megabytes} MB" if megabytes < 1000 else f"{megabytes // 100 / 10} GB"


def _load(session: Session) -> _Loaded:
    from app.services import backups

    return _Loaded(backups.settings_of(session), backups.last_of(session), backups.noted(session))
