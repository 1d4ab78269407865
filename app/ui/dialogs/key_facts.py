"""Everything that a hospital will ask about a resident, in one form, filled in while there is time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain.key_facts import TOPICS, Asks, Topic
from app.domain.people import Fact, KeyFact, ResidentDetails, ResidentId
from app.ui.forms.form import FormDialog, show_dialog
from app.ui.forms.typed import Ask
from app.ui.pages.resident.fact_forms import YES_NO, read_state, typed_state
from app.ui.widgets.banner import spoken_resident

if TYPE_CHECKING:
    from app.ui.context import Context

_INTRO = (
    "What is filled in here stands on the red-bag pack. Leave empty what nobody knows: the pack says “not recorded”. "
    "Write “none known” where somebody has asked and there is none."
)
_REASON = Ask(
    "reason", "Reason for the change", heading="When something recorded was changed",
    help="Needed only when an answer that was recorded before was changed or taken out",
)  # fmt: skip


class KeyFactsDialog(FormDialog):
    """All topics, those that are recorded filled in; saved together or not at all."""

    def __init__(
        self,
        ctx: Context,
        parent: QWidget | None,
        resident_id: ResidentId,
        details: ResidentDetails,
        facts: Sequence[Fact],
    ) -> None:
        from app.services.access import Action

        known = {fact.body.topic: fact.body for fact in facts if isinstance(fact.body, KeyFact)}
        asks = (*_asks(), *((_REASON,) if known else ()))
        who = spoken_resident(details, ctx.today())
        super().__init__(ctx, parent, "Key facts for hospital", asks, _typed(known), who=who, intro=_INTRO)
        self._resident_id = resident_id
        for field in self.form.fields.values():
            if isinstance(field.editor, QLineEdit):
                field.editor.setCursorPosition(0)  # a long answer is read from its beginning
        if not ctx.allowed(Action.EDIT_RESIDENTS):
            self.only_look("Your role may look at this and not change it.")

    def save(self) -> None:
        """Record every answer that was given or changed, in one go."""
        from app.services import key_facts

        typed, before = self.form.typed(), self._start
        keys = {topic.code: _keys(topic) for topic in TOPICS}
        answers = [
            KeyFact(
                topic.code,
                str(typed[f"{topic.code}.text"]).strip(),
                read_state(str(typed.get(f"{topic.code}.state", ""))),
            )
            for topic in TOPICS
            if any(typed[key] != before[key] for key in keys[topic.code])
        ]
        reason = str(typed.get("reason", ""))
        self.run(lambda s: key_facts.save(s, self._resident_id, answers, reason=reason), lambda _: self.saved())


def _asks() -> Iterator[Ask]:
    group = ""
    for topic in TOPICS:
        opens = topic.group if topic.group != group else ""
        group = topic.group
        if topic.asks is Asks.YES_NO:
            yield Ask(f"{topic.code}.state", topic.label, "choice", choices=YES_NO, heading=opens)
            yield Ask(f"{topic.code}.text", f"{topic.label}: in words", help=topic.help, beside=True)
        else:
            yield Ask(f"{topic.code}.text", topic.label, help=topic.help, heading=opens)


def _keys(topic: Topic) -> tuple[str, ...]:
    text = f"{topic.code}.text"
    return (f"{topic.code}.state", text) if topic.asks is Asks.YES_NO else (text,)


def _typed(known: dict[str, KeyFact]) -> dict[str, str | bool]:
    typed: dict[str, str | bool] = {}
    for topic in TOPICS:
        fact = known.get(topic.code, KeyFact(topic.code))
        typed[f"{topic.code}.text"] = fact.text
        if topic.asks is Asks.YES_NO:
            typed[f"{topic.code}.state"] = typed_state(fact.state)
    return typed


def open_for(
    ctx: Context,
    parent: QWidget | None,
    resident_id: ResidentId,
    details: ResidentDetails,
    facts: Sequence[Fact],
) -> KeyFactsDialog:
    """Open the form over its window, with the keyboard in the first question."""
    dialog = KeyFactsDialog(ctx, parent, resident_id, details, facts)
    show_dialog(dialog)
    return dialog
