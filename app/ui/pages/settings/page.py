"""Settings: text size, colours, when Hartwell locks, whom to ring, what the home is, and what this program is."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt, QTimer
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.ui.forms.view import area_of
from app.ui.pages.settings.backups_card import BackupsCard
from app.ui.pages.settings.downtime_card import DowntimeCard
from app.ui.pages.settings.home_cards import AccreditationCard, HomeCard
from app.ui.pages.settings.lock_card import LockCard
from app.ui.pages.settings.password_card import password_card
from app.ui.pages.settings.records_card import RecordsCard
from app.ui.pages.settings.security_card import SecurityCard
from app.ui.theme import CHOICE_LABELS, SIZES, Choice, L, M
from app.ui.widgets.buttons import button_row, primary, secondary
from app.ui.widgets.field import Field
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.text import card, heading, label, page_column, title

if TYPE_CHECKING:
    from app.services.changes import Changes
    from app.ui.context import Context


_HELP = {"gp": "Shown when a resident's own practice has no number"}


class SettingsPage(QWidget):
    """Choices take effect at once and are kept for the person who made them."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.title = "Settings"
        self._ctx = ctx
        self._wanted: QFrame | None = None
        column = page_column(self)
        column.addWidget(title("Settings"))
        self.sizes: dict[int, QRadioButton] = {}
        self.choices: dict[Choice, QRadioButton] = {}
        column.addWidget(self._sizes())
        column.addWidget(self._colours())
        self.own_password = password_card(ctx)
        column.addWidget(self.own_password)
        self.lock = LockCard(ctx)
        column.addWidget(self.lock)
        self.phones = _Phones(ctx)
        column.addWidget(self.phones)
        self.home = HomeCard(ctx)
        self.accreditation = AccreditationCard(ctx)
        column.addWidget(self.home)
        column.addWidget(self.accreditation)
        self.backups = BackupsCard(ctx)
        column.addWidget(self.backups)
        self.backups.shown.connect(lambda: QTimer.singleShot(0, self, self._go_to_wanted))
        self.downtime = DowntimeCard(ctx)
        column.addWidget(self.downtime)
        self.security = SecurityCard(ctx)
        column.addWidget(self.security)
        self.records = RecordsCard(ctx)
        column.addWidget(self.records)
        column.addWidget(_about_card())
        column.addStretch(1)
        ctx.theme.changed.connect(self._show)
        self._show()

    def opened(self, arg: Any) -> None:
        """Show what is in force; ``backups``, ``downtime`` and ``security`` bring that part into sight."""
        self._show()
        self._load_home()
        self.phones.load()
        self.backups.load()
        self.security.load()
        self.downtime.load()
        parts = {"backups": self.backups, "downtime": self.downtime, "security": self.security}
        self._wanted = parts.get(arg) if isinstance(arg, str) else None

    def _go_to_wanted(self) -> None:
        """The part that was asked for at the top, and the keyboard on its first control, once its place is known."""
        part, self._wanted = self._wanted, None
        area = area_of(part) if part is not None else None
        body = area.widget() if area is not None else None
        if part is None or area is None or body is None:
            return
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        area.verticalScrollBar().setValue(part.mapTo(body, QPoint(0, 0)).y() - M)
        first = next((each for each in part.findChildren(QPushButton) if each.isVisible() and each.isEnabled()), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh(self, changes: Changes) -> None:
        """Show the home again; its numbers only when nothing is being typed."""
        if changes.kinds & {"setting", "backup"}:
            self.backups.load()
            self.security.load()
            self.downtime.load()
        if "setting" in changes.kinds:
            self._load_home()
            if not self.phones.typed():
                self.phones.load()

    def can_leave(self) -> bool:
        """Numbers that were typed and not saved must be saved or put back first."""
        if not self.phones.typed():
            return True
        self._ctx.messages.warning("The telephone numbers are not saved.", "Save them, or put them back.")
        self.phones.fields[0].focus()
        return False

    def _load_home(self) -> None:
        self.lock.load()
        self.home.load()
        self.accreditation.load()

    def _sizes(self) -> QFrame:
        frame, column = card()
        column.addWidget(heading("Text size"))
        group = QButtonGroup(self)
        row = QWidget()
        flow = FlowLayout(row, gap=M)
        for size in SIZES:
            button = QRadioButton(f"{size} %")
            button.setAccessibleName(f"Text size {size} %")
            button.clicked.connect(lambda _checked, size=size: self._set_size(size))
            group.addButton(button)
            self.sizes[size] = button
            flow.addWidget(button)
        column.addWidget(row)
        return frame

    def _colours(self) -> QFrame:
        frame, column = card()
        column.addWidget(heading("Colours"))
        group = QButtonGroup(self)
        row = QWidget()
        flow = FlowLayout(row, gap=M)
        for choice in Choice:
            button = QRadioButton(CHOICE_LABELS[choice])
            button.clicked.connect(lambda _checked, choice=choice: self._set_choice(choice))
            group.addButton(button)
            self.choices[choice] = button
            flow.addWidget(button)
        column.addWidget(row)
        return frame

    def _set_size(self, size: int) -> None:
        self._ctx.theme.set(text_size=size)
        self._keep("text_size", size)

    def _set_choice(self, choice: Choice) -> None:
        self._ctx.theme.set(choice=choice)
        self._keep("theme", choice.value)

    def _keep(self, key: str, value: object) -> None:
        from app.services import settings

        self._ctx.call(lambda session: settings.put(session, key, value), owner=self)

    def _show(self) -> None:
        nearest = min(SIZES, key=lambda size: abs(size - self._ctx.theme.percent))
        self.sizes[nearest].setChecked(True)
        self.choices[self._ctx.theme.choice].setChecked(True)


class _Phones(QFrame):
    """Whom to ring: the numbers that alerts show first."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        from app.domain.alerts import Recipient
        from app.services.access import Action
        from app.services.alerts import RECIPIENT_LABELS

        self._ctx = ctx
        may = ctx.allowed(Action.MANAGE_HOME)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, column = card(spacing=M)
        outer.addWidget(frame)
        column.addWidget(heading("Telephone numbers"))
        column.addWidget(
            label(
                "Alerts show these first, because a call never waits for the network."
                if may
                else "Alerts show these first. The manager can change them.",
                "secondary",
            )
        )
        self._boxes: dict[str, QLineEdit] = {}
        fields: list[Field] = []
        grid = QGridLayout()
        grid.setHorizontalSpacing(L)
        grid.setVerticalSpacing(M)
        for at, recipient in enumerate(r for r in Recipient if r is not Recipient.EMERGENCY_999):
            box = QLineEdit()
            box.setReadOnly(not may)
            self._boxes[recipient.value] = box
            field = Field(
                RECIPIENT_LABELS[recipient], box, key=recipient.value, help_text=_HELP.get(recipient.value, "")
            )
            fields.append(field)
            grid.addWidget(field, at // 2, at % 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        self.fields = tuple(fields)
        self.save_button = primary("Save numbers", self.save)
        self.undo_button = secondary("Put back", self.load)
        column.addLayout(button_row(self.save_button, self.undo_button))
        if not may:
            self.save_button.hide()
            self.undo_button.hide()
        self.load()

    def load(self) -> None:
        """Show the numbers as they are kept."""
        kept = dict(self._ctx.home.phones)
        for code, box in self._boxes.items():
            box.setText(kept.get(code, ""))

    def typed(self) -> bool:
        """Whether something was typed that is not kept yet."""
        return dict(self._numbers()) != {code: number for code, number in self._ctx.home.phones if number}

    def save(self) -> None:
        """Keep them."""
        from app.services import settings

        numbers = self._numbers()
        self._ctx.call(
            lambda session: settings.set_phones(session, numbers), lambda _changes: self._saved(numbers), owner=self
        )

    def _saved(self, numbers: tuple[tuple[str, str], ...]) -> None:
        from dataclasses import replace

        self._ctx.home = replace(self._ctx.home, phones=numbers)
        self._ctx.messages.good("Telephone numbers saved.")

    def _numbers(self) -> tuple[tuple[str, str], ...]:
        return tuple((code, text) for code, box in self._boxes.items() if (text := box.text().strip()))


def _about_card() -> QFrame:
    from app.paths import log_dir
    from app.ui.dialogs.shortcuts import Shortcuts

    frame, column = card()
    column.addWidget(heading("About"))
    column.addWidget(label(f"Hartwell {version('hartwell')}. Crash reports, without resident data: {log_dir()}"))

    def show() -> None:
        shown = Shortcuts(frame)
        shown.exec()
        shown.deleteLater()

    column.addLayout(button_row(secondary("Keyboard shortcuts", show)))
    return frame
