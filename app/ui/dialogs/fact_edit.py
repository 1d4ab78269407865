"""One dialog for every kind of fact about a resident: add it, change it with a reason, or say it was a mistake.

Below the form stand the earlier values, so that what was true before stays readable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.errors import UserError
from app.domain.people import Fact, FactKind, ResidentDetails, ResidentId
from app.ui.dialogs.history import fact_versions, show_versions
from app.ui.forms.form import FormDialog, show_dialog
from app.ui.forms.typed import Ask
from app.ui.pages.resident.fact_forms import FACT_FORMS, FACT_NOUNS, REASON, blank_fact, read_fact, typed_fact
from app.ui.pages.resident.words import fact_words
from app.ui.widgets.banner import spoken_resident
from app.ui.widgets.buttons import secondary
from app.ui.widgets.text import heading, rule

if TYPE_CHECKING:
    from app.ui.context import Context

_ERROR_REASON = Ask("reason", "What was wrong", "notes", needed="Enter what was wrong")


class FactDialog(FormDialog):
    """The form of one kind of fact; with ``fact`` a change of it, without a new one."""

    def __init__(
        self,
        ctx: Context,
        parent: QWidget | None,
        resident_id: ResidentId,
        details: ResidentDetails,
        kind: FactKind,
        fact: Fact | None,
    ) -> None:
        from app.services.access import Action

        noun = FACT_NOUNS[kind]
        asks = (*FACT_FORMS[kind], REASON) if fact else FACT_FORMS[kind]
        typed = typed_fact(fact.body) if fact else blank_fact(kind, ctx.now())
        may_change = ctx.allowed(Action.EDIT_RESIDENTS)
        words = f"Change {noun}" if fact else f"Add {noun}"
        if not may_change:
            asks, words = FACT_FORMS[kind], noun[:1].upper() + noun[1:]
        super().__init__(ctx, parent, words, asks, typed, who=spoken_resident(details, ctx.today()))
        self._resident_id, self._details, self._kind, self._fact = resident_id, details, kind, fact
        if fact:
            self.error_button = secondary("This was entered in error…", self._in_error)
            self.buttons.insertWidget(2, self.error_button)
            self.error_button.setVisible(may_change)
            self._load_history(fact)
        if not may_change:
            self.only_look("Your role may look at this and not change it.")

    def save(self) -> None:
        """Record the fact; a change needs its reason."""
        from app.services import residents

        typed = self.form.typed()
        body = read_fact(self._kind, typed, self.ctx.now(), self.ctx.today(), needs_reason=self._fact is not None)
        fact = self._fact
        if fact is None:
            self.run(lambda s: residents.add_fact(s, self._resident_id, body), lambda _: self.saved())
            return
        reason = str(typed["reason"]).strip()
        self.run(lambda s: residents.change_fact(s, fact.id, body, reason=reason), lambda _: self.saved())

    def _load_history(self, fact: Fact) -> None:
        self.ctx.call(lambda s: fact_versions(s, fact), self._show_history, owner=self)

    def _show_history(self, revisions: tuple[Fact, ...]) -> None:
        self.below.addWidget(rule())
        self.below.addWidget(heading("Recorded values, newest first"))
        show_versions(self.below, revisions, self.ctx)

    def _in_error(self) -> None:
        if self._fact is None:
            return
        dialog = FactErrorDialog(self.ctx, self, self._details, self._fact)
        dialog.accepted.connect(self.saved)
        show_dialog(dialog)


class FactErrorDialog(FormDialog):
    """Says that a fact was a mistake: it leaves the record's front, and stays readable with the reason."""

    def __init__(self, ctx: Context, parent: QWidget | None, details: ResidentDetails, fact: Fact) -> None:
        super().__init__(
            ctx,
            parent,
            f"{FACT_NOUNS[fact.kind][:1].upper()}{FACT_NOUNS[fact.kind][1:]} entered in error",
            (_ERROR_REASON,),
            {},
            who=spoken_resident(details, ctx.today()),
            intro=f"{fact_words(fact.body, ctx.today()).spoken}.\n\nIt will no longer count. "
            "It is not deleted: the record keeps it with your name and the reason.",
            action="Record as entered in error",
        )
        self._fact = fact

    def save(self) -> None:
        """Record the mistake with its reason."""
        from app.services import residents

        reason = str(self.form.typed()["reason"]).strip()
        if not reason:
            raise UserError(_ERROR_REASON.needed, field="reason")
        self.run(lambda s: residents.fact_in_error(s, self._fact.id, reason=reason), lambda _: self.saved())


def open_for(
    ctx: Context,
    parent: QWidget | None,
    resident_id: ResidentId,
    details: ResidentDetails,
    kind: FactKind,
    fact: Fact | None = None,
) -> FactDialog:
    """Open the dialog to add a fact, or to change the one given."""
    dialog = FactDialog(ctx, parent, resident_id, details, kind, fact)
    show_dialog(dialog)
    return dialog
