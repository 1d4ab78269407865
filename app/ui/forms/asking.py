"""A form that asks the person's own password again, for what is weighty."""

from __future__ import annotations

from app.domain.errors import EnvironmentTrouble, ExitCode
from app.ui.forms.form import FormDialog
from app.ui.forms.typed import Ask, Reader

_BOXES = ("old", "own", "password")  # the first that a form has is the person's own


class AskingDialog(FormDialog):
    """A wrong password is said at its box (``own``, ``old`` or ``password``), where the next try is typed."""

    def failed(self, exc: BaseException) -> None:
        """Say what is wrong, a wrong password beside its box."""
        if isinstance(exc, EnvironmentTrouble) and exc.exit_code is ExitCode.WRONG_PASSWORD:
            self._busy(on=False)
            wait = exc.do if getattr(exc, "wait_seconds", 0) else "Type it again."
            at = next(key for key in _BOXES if key in self.form.fields)
            self.say_at(at, f"The password is not right. {wait}")
            return
        super().failed(exc)

    def read(self, asks: tuple[Ask, ...]) -> Reader:
        """What was typed."""
        return Reader(asks, self.form.typed(), self.ctx.today())

    def password(self, key: str = "password") -> str:
        """A password as typed: spaces count."""
        return str(self.form.typed()[key])
