"""Connecting the home, after the password: from the file that the CCG or the network sent, or typed in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from app.domain.errors import EnvironmentTrouble, Problem, UserError
from app.ui.forms.asking import AskingDialog
from app.ui.forms.form import show_dialog
from app.ui.messages import in_words
from app.ui.pages.sync.connect_form import (
    ASKS,
    FOLDER,
    OWN,
    in_label_words,
    keys_of,
    read_file,
    read_form,
    typed_settings,
)
from app.ui.widgets.buttons import link, secondary
from app.ui.widgets.field import ChoiceBox
from app.ui.widgets.password import PasswordEdit
from app.ui.widgets.text import heading, label

if TYPE_CHECKING:
    from app.services.session import Session
    from app.services.sync import Connection
    from app.ui.context import Context


class ConnectDialog(AskingDialog):
    """The password, then a connection file or the questions of one transport."""

    def __init__(self, ctx: Context, parent: QWidget | None, connection: Connection) -> None:
        now = f"Connected now: {connection.target}. " if connection.transport else ""
        super().__init__(
            ctx,
            parent,
            "Connect to the CCG",
            (OWN, *ASKS),
            {},
            intro=f"{now}Connecting again replaces the connection; messages that wait are not touched.",
            action="Connect",
        )
        self.file_button = secondary("Choose a connection file…", self.choose_file)
        at = self.body.indexOf(self.form)
        own = self.form.fields[OWN.key]
        self.body.insertWidget(at, own)  # above both ways to connect
        for step, part in enumerate((heading("From a file"), self.file_button, heading("Or type it in")), 1):
            self.body.insertWidget(at + step, part, 0, Qt.AlignmentFlag.AlignLeft)
        if isinstance(own.editor, PasswordEdit):
            self.setTabOrder(own.editor.show_button, self.file_button)
        self.below.addWidget(
            label(
                "Passwords and keys are kept in the encrypted store. Delete the connection file afterwards.",
                "secondary",
            )
        )
        folder = self.form.fields["path"]
        self.folder_button = link("Choose the folder…", self.choose_folder)
        inside = folder.layout()
        if inside is not None:
            inside.addWidget(self.folder_button)
        choice = self.form.fields["transport"].editor
        if isinstance(choice, ChoiceBox):
            choice.currentIndexChanged.connect(self._show_questions)
            choice.set_value(FOLDER if connection.transport == FOLDER else "mesh")
        self._show_questions()
        self._start = self.form.typed()

    def save(self) -> None:
        """Check and keep what was typed."""
        if self._own_typed():
            self._connect(read_form(self.form.typed()))

    def choose_file(self) -> None:
        """Ask for a connection file, which connects at once: the password comes first."""
        if not self._own_typed():
            return
        name, _ = QFileDialog.getOpenFileName(
            self, "Choose a connection file", "", "Connection files (*.json);;All files (*)"
        )
        if name:
            self.use_file(Path(name))

    def use_file(self, path: Path) -> None:
        """Connect as the file says; when it cannot be, what is wrong stands at the questions."""
        try:
            settings = read_file(path)
        except UserError as error:
            self.problems((Problem("file", error.message),))
            return
        except EnvironmentTrouble as trouble:
            message = in_words(trouble)
            self.problems((Problem("file", f"{message.text} {message.detail}".strip()),))
            return
        self.form.set_typed(typed_settings(settings))
        self._connect(settings)

    def choose_folder(self) -> None:
        """Ask for the folder."""
        name = QFileDialog.getExistingDirectory(self, "Choose the folder for messages")
        box = self.form.fields["path"].editor
        if name and isinstance(box, QLineEdit):
            box.setText(name)

    def failed(self, exc: BaseException) -> None:
        """Say what is wrong in the form's own words."""
        if isinstance(exc, UserError) and exc.problems:
            problems = in_label_words(exc.problems, self.form.typed())
            super().failed(UserError(exc.message, problems=problems))
            return
        super().failed(exc)

    def _own_typed(self) -> bool:
        if self.password(OWN.key):
            return True
        self.say_at(OWN.key, "Enter your own password")
        return False

    def _connect(self, settings: Mapping[str, Any]) -> None:
        password = self.password(OWN.key)

        def work(session: Session) -> tuple[Connection, object]:
            from app.services import sync

            changes = sync.connect(session, settings, password)
            return sync.connection(session), changes

        self.run(work, self._connected)

    def _connected(self, found: tuple[Connection, object]) -> None:
        connection, changes = found
        self.saved()
        self.ctx.messages.good(
            "The connection is saved, and has not been tried yet", f"{connection.target}. Press Send now to try it."
        )
        self.ctx.changed.emit(changes)

    def _show_questions(self) -> None:
        choice = self.form.fields["transport"].editor
        wanted = keys_of(str(choice.value())) if isinstance(choice, ChoiceBox) else frozenset()
        for key, field in self.form.fields.items():
            field.setVisible(key in (OWN.key, "transport") or key in wanted)


def open_connect(ctx: Context, parent: QWidget, connection: Connection) -> ConnectDialog:
    """Open the form."""
    dialog = ConnectDialog(ctx, parent, connection)
    show_dialog(dialog)
    return dialog
