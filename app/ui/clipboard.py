"""What Hartwell puts on the clipboard of the whole desktop, and takes off again: the next to paste may be anybody."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication

_PUT = "hartwell-put"


def put(text: str) -> None:
    """Onto the clipboard; taken off when the session ends, if nothing else was copied meanwhile."""
    board = QGuiApplication.clipboard()
    board.setProperty(_PUT, text)
    board.setText(text)


def take_back(text: str = "") -> None:
    """Clear the clipboard if it still holds this, or without it whatever was put there last."""
    board = QGuiApplication.clipboard()
    mine = text or board.property(_PUT)
    if mine and board.text() == mine:
        board.clear()
    if mine == board.property(_PUT):
        board.setProperty(_PUT, None)
