"""Saying that an entry of the home (a payment, a course, a request for a bed) should not have been made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.home_facts import HomeFactId
from app.ui.forms.form import FormDialog
from app.ui.forms.typed import Ask, Reader

if TYPE_CHECKING:
    from app.ui.context import Context

_REASON = Ask("reason", "Reason", "notes", needed="Enter the reason")


class HomeFactErrorDialog(FormDialog):
    """Asks for the reason; ``words`` say which entry. It stays readable in the record."""

    def __init__(
        self, ctx: Context, parent: QWidget | None, fact_id: HomeFactId, words: str, ask: Ask = _REASON
    ) -> None:
        self._fact_id, self._asks = fact_id, (ask,)
        super().__init__(
            ctx, parent, "Entered in error", self._asks, {}, who=words, action="Record as entered in error",
            intro="It will no longer count. It is not deleted: the record keeps it, with your name and the reason.",
        )  # fmt: skip

    def save(self) -> None:
        """Record it with the reason."""
        from app.services import home_facts

        read = Reader(self._asks, self.form.typed(), self.ctx.today())
        reason, fact_id = read.text("reason"), self._fact_id
        read.finish()
        self.run(lambda s: home_facts.in_error(s, fact_id, reason=reason), lambda _: self.saved())
