"""Saving what can be read of damaged records: into files that are not encrypted, with a report of what is missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from app.domain.errors import EnvironmentTrouble, ExitCode, Problem, UserError
from app.ui import theme
from app.ui.forms.form import Form
from app.ui.forms.typed import Ask
from app.ui.messages import in_words
from app.ui.theme import L, M
from app.ui.widgets.buttons import button_row, primary, secondary
from app.ui.widgets.error_summary import ErrorSummary
from app.ui.widgets.field import show_problems
from app.ui.widgets.text import label, rule, scrolled, title

if TYPE_CHECKING:
    from app.domain.clock import Clock
    from app.services.salvage import Report
    from app.services.session import Session
    from app.ui.context import Context
    from app.ui.tasks import Tasks

_USER = Ask("user", "Manager's user name", needed="Enter the user name of a manager")
_ASKS = (
    Ask("password", "Password", "password", needed="Enter the password"),
    Ask("folder", "Folder for the files", help="New or empty, on an encrypted stick", needed="Choose a folder"),
)


class SalvageDialog(QDialog):
    """Asks who and where, then shows the report.

    With ``ctx`` the session is over once the password was right: nobody else may have the records open meanwhile.
    ``over`` follows when the dialog is closed after that.
    """

    over = Signal()

    def __init__(
        self, parent: QWidget | None, tasks: Tasks, store: Path, clock: Callable[[], Clock], *,
        ctx: Context | None = None, user: str = "",
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._tasks, self._store, self._clock, self._ctx = tasks, store, clock, ctx
        self._working = False
        self.setWindowTitle("Save what can be read")
        self.setAccessibleName("Save what can be read")
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.summary = ErrorSummary()
        self.form = Form(
            _ASKS if ctx is not None else (_USER, *_ASKS), lambda: clock().now().date(), {"user": user}
        )  # fmt: skip
        self.browse_button = secondary("Choose a folder…", self._browse)
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Saving what can be read")
        self.report = label("", copyable=True)
        self.save_button = primary("Save what can be read", self.go)
        self.save_button.setDefault(True)
        self.cancel_button = secondary("Cancel", self.reject)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(L, L, L, M)
        column.setSpacing(M)
        for part in (
            title("Save what can be read"),
            label(
                "For records that are damaged and have no backup that is new enough. Everything that can still be read "
                "is written into files, with a list of whose record lacks something. The damaged records stay as they "
                "are."
            ),
            label("The files are NOT encrypted. Whoever opens the folder can read them.", "error"),
            self.summary,
            self.form,
        ):
            column.addWidget(part)
        column.addLayout(button_row(self.browse_button))
        column.addWidget(self.progress)
        column.addWidget(self.report)
        column.addStretch(1)
        foot = QVBoxLayout()
        foot.setContentsMargins(L, M, L, M)
        foot.addLayout(button_row(self.save_button, self.cancel_button))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(scrolled(body), 1)
        outer.addWidget(rule())
        outer.addLayout(foot)
        self.progress.hide()
        self.report.hide()
        self.resize(self.sizeHint())

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for the report, never more than the screen."""
        room = self.screen().availableSize()
        return QSize(min(theme.scaled(720), room.width() - 40), min(theme.scaled(600), room.height() - 80))

    def go(self) -> None:
        """Read and write; what became of it is shown in place of the questions."""
        if self._working:
            return
        typed = self.form.typed()
        asks = [ask for ask in (_USER, *_ASKS) if ask.key in typed]
        problems = [Problem(ask.key, ask.needed) for ask in asks if not str(typed[ask.key]).strip()]
        show_problems(problems, self.form.fields.values(), self.summary)
        if problems:
            return
        ctx, store, clock = self._ctx, self._store, self._clock
        password, folder = str(typed["password"]), Path(str(typed["folder"]).strip())
        user = ctx.account.user if ctx is not None else str(typed["user"]).strip()

        def closed() -> Report:
            from app.services import salvage

            report = salvage.look(store, user, password, clock())
            salvage.export(report, folder)
            return report

        def in_place(session: Session) -> Report:
            from app.services import sign_in

            sign_in.unlock_again(session, password)
            session.close()
            return closed()

        self._busy(on=True)
        if ctx is None or ctx.closed:
            self._tasks.run(closed, self._done, self._failed, owner=self)
        elif ctx.backups.running:
            self._failed(UserError("A backup is being made. Wait until it is done"))
        else:
            ctx.call(in_place, self._done, self._failed, owner=self)

    def reject(self) -> None:
        """Close, when nothing is under way."""
        if self._working:
            return
        super().reject()
        if self._ctx is not None and self._ctx.closed:
            self.over.emit()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """The window's own close button does what Esc does."""
        event.ignore()
        self.reject()

    def _browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "A new or empty folder")
        box = self.form.fields["folder"].target
        if chosen and isinstance(box, QLineEdit):
            box.setText(chosen)

    def _done(self, report: Report) -> None:
        self._busy(on=False)
        folder = str(self.form.typed()["folder"]).strip()
        self.form.set_typed({"password": ""})
        for part in (self.form, self.browse_button, self.save_button):
            part.hide()
        self.report.setText("\n\n".join((*report.words, f"The files are in {folder}.")))
        self.report.show()
        self.cancel_button.setText("Close")
        self.cancel_button.setAccessibleName("Close")
        self.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _failed(self, exc: BaseException) -> None:
        self._busy(on=False)
        fields = self.form.fields
        if isinstance(exc, EnvironmentTrouble) and exc.exit_code is ExitCode.WRONG_PASSWORD:
            show_problems((Problem("password", f"{exc.happened} {exc.do}"),), fields.values(), self.summary)
        elif isinstance(exc, UserError) and exc.problems:
            at = [Problem("folder" if each.field == "out" else each.field, each.message) for each in exc.problems]
            show_problems(at, fields.values(), self.summary)
        else:
            message = in_words(exc)
            self.summary.show_lines([(f"{message.text} {message.detail}".strip(), None)])

    def _busy(self, *, on: bool) -> None:
        self._working = on
        self.progress.setVisible(on)
        for button in (self.save_button, self.cancel_button, self.browse_button):
            button.setEnabled(not on)
        self.form.setEnabled(not on)


def salvage_here(ctx: Context, parent: QWidget | None) -> SalvageDialog:
    """Over the signed-in window; afterwards the sign-in window."""
    dialog = SalvageDialog(parent, ctx.tasks, ctx.store_dir, lambda: ctx.clock, ctx=ctx)
    dialog.over.connect(ctx.leaving)
    dialog.open()
    dialog.form.first().setFocus(Qt.FocusReason.OtherFocusReason)
    return dialog
