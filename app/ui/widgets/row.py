"""A row that is one button: a person, what about them, and a tag; it wraps instead of cutting text off."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.ui.theme import M, S
from app.ui.widgets.buttons import Button
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import label


class RowButton(Button):
    """Opens something. A screen reader reads the whole row as the button's name."""

    def __init__(
        self,
        strong: str,
        detail: str = "",
        *,
        tag: Tag | None = None,
        slot: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "row")
        self.setAutoDefault(False)
        words = QVBoxLayout()
        words.setSpacing(0)
        self._words = [label(strong, "strong")] + ([label(detail, "secondary")] if detail else [])
        for line in self._words:
            words.addWidget(line)
        row = QHBoxLayout(self)
        row.setContentsMargins(S, S, S, S)
        row.setSpacing(M)
        row.addLayout(words, 1)
        if tag is not None:
            row.addWidget(tag, 0, Qt.AlignmentFlag.AlignVCenter)
        for part in self.findChildren(QWidget):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(". ".join(text for text in (strong, detail, tag.word if tag else "") if text))
        if slot is not None:
            self.clicked.connect(lambda _checked: slot())

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """The text takes the colour that goes with the focus; a style sheet cannot see a parent's focus."""
        super().focusInEvent(event)
        self._light("true")

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Back to the usual colours."""
        super().focusOutEvent(event)
        self._light("false")

    def _light(self, on: str) -> None:
        for line in self._words:
            line.setProperty("lit", on)
            line.style().unpolish(line)
            line.style().polish(line)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """What the text inside asks for, not the button's own (empty) text."""
        inside = self.layout()
        return inside.sizeHint() if inside is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """What the text needs at its narrowest."""
        inside = self.layout()
        return inside.minimumSize() if inside is not None else super().minimumSizeHint()

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Narrower means higher."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """The height of the wrapped text at that width."""
        inside = self.layout()
        return inside.heightForWidth(width) if inside is not None else super().heightForWidth(width)
