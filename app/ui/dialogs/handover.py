"""Hand-overs beside the red-bag pack: choose which, answer what only the moment can say, print or save it.

All questions may be left empty: the paper then has a line to write on. What the record lacks stands in a list, the most
important first, so that nobody finds out on the telephone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.handovers import ABOUT, QUESTIONS, TITLES, Handover, Question
from app.domain.people import ResidentDetails, ResidentId
from app.ui.dialogs.paper_out import Paper, PaperOutDialog
from app.ui.forms.form import Form
from app.ui.forms.typed import Ask
from app.ui.messages import in_words
from app.ui.theme import Tone
from app.ui.widgets.banner import spoken_resident
from app.ui.widgets.field import ChoiceBox, Field
from app.ui.widgets.text import heading, label

if TYPE_CHECKING:
    from app.services.handovers import Made, Offer
    from app.services.session import Session
    from app.services.unsaved import Unsaved
    from app.ui.context import Context

Known = Mapping[Handover, Mapping[str, str]]
"""What is known already of the questions of each hand-over, by the code of the question."""
_NONE_MISSING = "The record has everything that this paper asks for."


class HandoverDialog(PaperOutDialog):
    """What is typed for one hand-over stays while another is looked at."""

    def __init__(
        self,
        ctx: Context,
        parent: QWidget | None,
        resident_id: ResidentId,
        details: ResidentDetails,
        which: Handover = Handover.CALL,
        known: Known | None = None,
    ) -> None:
        super().__init__(ctx, parent, "Hand over", wide=820, high=740)
        self._resident_id, self._details = resident_id, details
        self._offer: Offer | None = None
        self._known = {each: _filled(given) for each, given in (known or {}).items()}
        self._typed: dict[Handover, dict[str, str]] = dict(self._known)
        self._sure = False
        self.banner.show_resident(details, ctx.today())
        self.which = ChoiceBox([(each.value, TITLES[each]) for each in Handover])
        self.body.addWidget(Field("Which paper", self.which, key="which"))
        self.about = label("")
        self.body.addWidget(self.about)
        self.call = label("", "strong")
        self.call.hide()
        self.body.addWidget(self.call)
        self.body.addWidget(label("All questions may be left empty: the paper has a line to write on.", "secondary"))
        self.form = Form((), ctx.today)
        self._holder = QVBoxLayout()
        self._holder.addWidget(self.form)
        self.body.addLayout(self._holder)
        self.body.addWidget(heading("Printed as “Not recorded”, the most important first"))
        self.missing = label("Looking…")
        self.missing.setAccessibleName("What the record lacks for this paper")
        self.body.addWidget(self.missing)
        self._shown = which
        self.which.set_value(which.value)
        self.stand("hand-over.pdf")
        self._show_which()
        self.which.currentIndexChanged.connect(self._chosen)
        self.ctx.call(_offer_of(resident_id), self._offered, self._no_offer, owner=self)

    @property
    def handover(self) -> Handover:
        """Which is chosen."""
        return Handover(str(self.which.value()))

    def first(self) -> QWidget:
        """The keyboard begins at the choice."""
        return self.which

    def told(self) -> dict[str, str]:
        """What was typed for the one that is chosen, empty answers left out."""
        return {key: text for key, text in _texts(self.form).items() if text}

    def unsaved(self) -> Unsaved | None:
        """What was typed, for whoever typed it to have after a lock; what was offered and left as it was is no loss."""
        from app.services.unsaved import Unsaved

        if not self._written():
            return None
        labels = {each.code: each.label for each in QUESTIONS[self.handover]}
        lines = tuple((labels[key], text) for key, text in self.told().items())
        who = spoken_resident(self._details, self.ctx.today())
        return Unsaved(f"Hand over: {TITLES[self.handover]}", who, lines) if lines else None

    def make(self, how: str, then: Callable[[Paper], None]) -> None:
        """Make the one that is chosen, of what was typed; its audit entry is written with it."""
        resident_id, which, told = self._resident_id, self.handover, self.told()

        def work(session: Session) -> Made:
            from app.services import handovers

            return handovers.make(session, resident_id, which, told, how=how)

        def done(made: Made) -> None:
            # Its audit entry was written with it, before anybody had the bytes.
            then(Paper(made.pdf, made.pages, self._file, TITLES[which], lambda _s: None, lambda _s: None))
            self._sure = True

        self.ctx.call(work, done, self.failed, owner=self)

    def reject(self) -> None:
        """Close; what was typed and never printed is asked about once."""
        if self._written() and not self._sure:
            self._sure = True
            self.tell("What was typed is on no paper yet. Print or save it, or close again to drop it.", Tone.WARNING)
            return
        super().reject()

    def _written(self) -> bool:
        """Whether anything stands there that nobody could offer again."""
        return bool(self.told()) and self.told() != self._known.get(self.handover, {})

    def _chosen(self) -> None:
        self._typed[self._shown] = _texts(self.form)
        self._sure = False
        self.state.hide()
        self._show_which()

    def _show_which(self) -> None:
        which = self._shown = self.handover
        self._file = f"hand-over-{which.value}.pdf"
        self.about.setText(ABOUT[which])
        old = self.form
        self.form = Form(tuple(map(_ask, QUESTIONS[which])), self.ctx.today, self._typed.get(which, {}))
        self._holder.addWidget(self.form)
        self._holder.removeWidget(old)
        old.hide()
        old.deleteLater()
        QWidget.setTabOrder(self.which, self.form)
        self._show_missing()

    def _offered(self, found: Offer) -> None:
        self._offer = found
        self._show_missing()

    def _no_offer(self, exc: BaseException) -> None:
        message = in_words(exc)
        self.missing.setText(f"{message.text} {message.detail}".strip())

    def _show_missing(self) -> None:
        if self._offer is None:
            return
        lacking = self._offer.missing[self.handover]
        self.missing.setText("\n".join(f"•  {each}" for each in lacking) or _NONE_MISSING)
        shown = self.handover is Handover.CALL and bool(self._offer.call)
        self.call.setText(f"The SBARD signed {self._offer.call} fills what is left empty." if shown else "")
        self.call.setVisible(shown)


def _ask(question: Question) -> Ask:
    choices = tuple((each, each) for each in question.choices)
    return Ask(question.code, question.label, question.how, help=question.help, choices=choices)


def _texts(form: Form) -> dict[str, str]:
    return {key: str(value).strip() for key, value in form.typed().items()}


def _offer_of(resident_id: ResidentId) -> Callable[[Session], Offer]:
    def work(session: Session) -> Offer:
        from app.services import handovers

        return handovers.offer(session, resident_id)

    return work


def open_for(
    ctx: Context,
    parent: QWidget,
    resident_id: ResidentId,
    details: ResidentDetails,
    which: Handover = Handover.CALL,
    known: Known | None = None,
) -> HandoverDialog:
    """Open it over the page of a resident who is on the screen; ``known`` is what need not be asked again."""
    dialog = HandoverDialog(ctx, parent, resident_id, details, which, known)
    dialog.open_with_keyboard()
    return dialog


def _filled(given: Mapping[str, str]) -> dict[str, str]:
    return {key: text.strip() for key, text in given.items() if text.strip()}
