"""One channel for what the program has to say.

Three kinds of error arrive here (app.domain.errors): a refusal is said in its own words, a trouble of the machine says
what happened, what is safe and what to do, and a fault of ours becomes a report without resident data. Any page may
speak; only the bar above the page shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal

from app.ui import crash
from app.ui.theme import Tone

if TYPE_CHECKING:
    from app.domain.errors import EnvironmentTrouble
    from app.services.access import Action
    from app.services.session import Session


class Message(NamedTuple):
    """Something to say: a tone, a sentence, what follows from it, and at most one thing to do about it."""

    tone: Tone
    text: str
    detail: str = ""
    action: str = ""
    do: Callable[[], None] | None = None


class Messages(QObject):
    """The channel. Every method may be called on the main thread only; results of work arrive there anyway."""

    shown = Signal(object)
    cleared = Signal()

    def info(self, text: str, detail: str = "", *, action: str = "", do: Callable[[], None] | None = None) -> None:
        """Something to know: "Saved 14:05"."""
        self.shown.emit(Message(Tone.INFO, text, detail, action, do))

    def good(self, text: str, detail: str = "", *, action: str = "", do: Callable[[], None] | None = None) -> None:
        """Something was done."""
        self.shown.emit(Message(Tone.GOOD, text, detail, action, do))

    def warning(self, text: str, detail: str = "", *, action: str = "", do: Callable[[], None] | None = None) -> None:
        """Something was refused, or needs a look."""
        self.shown.emit(Message(Tone.WARNING, text, detail, action, do))

    def error(self, text: str, detail: str = "", *, action: str = "", do: Callable[[], None] | None = None) -> None:
        """Something failed."""
        self.shown.emit(Message(Tone.DANGER, text, detail, action, do))

    def clear(self) -> None:
        """Nothing to say any more."""
        self.cleared.emit()

    def report(self, exc: BaseException) -> None:
        """Say an exception in words, or write the crash report when it is a fault of ours."""
        self.shown.emit(in_words(exc))


def in_words(exc: BaseException) -> Message:
    """The message for an exception; one that is a fault of ours is written to a report first."""
    from app.domain.errors import EnvironmentTrouble, UserError

    if isinstance(exc, UserError):
        others = [problem.message for problem in exc.problems if problem.message != exc.message]
        return Message(Tone.WARNING, exc.message, "\n".join(others))
    if isinstance(exc, EnvironmentTrouble):
        return Message(Tone.DANGER, exc.happened, f"{exc.safe} {exc.do}".strip())
    where = crash.write_report(exc)
    kept = f"A report without any resident's details is in {where}." if where else "No report could be written."
    return Message(
        Tone.DANGER,
        "Hartwell made a mistake. This is our fault, not yours.",
        f"What was saved before is safe. {kept} Try again; if it happens again, give the report to your support.",
    )


READ_ONLY = "Open for reading only: nothing can be saved"


def cannot_save(trouble: EnvironmentTrouble) -> str:
    """What a form says at once, before anybody types into it."""
    return f"{READ_ONLY}. Write it on paper. {trouble.happened}"


def refusal(session: Session, action: Action) -> str:
    """In words why the person's role does not allow the action; empty when it does. Store thread."""
    from app.domain.errors import NotAllowed
    from app.services.access import require

    try:
        require(session, action)
    except NotAllowed as refused:
        return refused.message
    return ""
