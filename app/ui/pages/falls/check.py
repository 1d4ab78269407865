"""A resident has fallen: one question at a time, and what to do at the first answer that decides it.

Y and N answer, Backspace goes back, Enter keeps an answer that is there. Every answer is kept as a draft at once, so
that neither a lock nor a crash asks anything twice.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLineEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.domain.alerts import alerts_for
from app.domain.dates import clock_time, date_time, to_local
from app.domain.errors import UserError
from app.domain.instruments.outcome import Outcome
from app.domain.instruments.post_fall import CALL_999, HEAD_INJURY
from app.domain.instruments.registry import band_label
from app.ui import theme
from app.ui.pages.assessment.words import TONES
from app.ui.theme import BASE_POINTS, L, M, S
from app.ui.widgets.buttons import Button, link, secondary
from app.ui.widgets.layouts import empty, level
from app.ui.widgets_form.labels import field, label

if TYPE_CHECKING:
    from app.services.assessments import Draft, DraftRow, SavedDraft
    from app.services.changes import Changes
    from app.services.falls import CheckStart, Recorded
    from app.services.session import Session
    from app.ui.context import Context

HEAD, THINNER, MINUTES = "head_struck_or_unwitnessed", "on_anticoagulant_or_antiplatelet", "minutes_on_floor"
QUICK = (5, 15, 30, 60, 120)
"""Minutes on the floor to choose with one press."""
_ENTER = frozenset({int(Qt.Key.Key_Return), int(Qt.Key.Key_Enter)})
_DECIDING = frozenset({CALL_999, HEAD_INJURY})


class CheckView(QWidget):
    """The post-fall check of one resident. ``recorded`` carries what was signed; ``left`` asks for another page."""

    recorded = Signal(object)
    left = Signal()

    def __init__(self, ctx: Context, start: CheckStart, draft: Draft | None = None) -> None:
        super().__init__()
        from app.services import assessments

        self._ctx, self.start = ctx, start
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("A resident has fallen: what to do now")
        self._questions = {each.link_id: each for each in assessments.form("post_fall").questions()}
        self.answers: dict[str, object] = dict(draft.answers) if draft else {}
        self._slot = [draft.row.id if draft else None]
        self._failed = False
        self._signing = False
        self.outcome: Outcome | None = None
        self.at = 0
        self.yes_button: QPushButton | None = None
        self.no_button: QPushButton | None = None
        self.sign_button: QPushButton | None = None
        self.box: QLineEdit | None = None
        self.back_button: QPushButton | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(L, M, L, L)
        outer.setSpacing(M)
        self.notice = QWidget()
        self._notice = QVBoxLayout(self.notice)
        self._notice.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.notice)
        self.notice.hide()
        self._step = QVBoxLayout()
        self._step.setSpacing(M)
        outer.addLayout(self._step)
        outer.addStretch(1)
        if draft is not None:
            self._go_on()
        else:
            self._ask(0)
            if start.drafts:
                self._offer(start.drafts[0])

    # ----------------------------------------------------------------------------------------------- the questions

    @property
    def key(self) -> str:
        """The question that is asked now; empty once it is decided."""
        return "" if self.outcome is not None else self._steps()[self.at]

    @property
    def draft_id(self) -> str:
        """The draft that holds the answers; empty before the first."""
        return self._slot[0] or ""

    def _steps(self) -> list[str]:
        """The questions in order; whether a blood thinner is taken only matters when the head may be hurt."""
        return [key for key in self._questions if key != THINNER or self.answers.get(HEAD) is True]

    def _given(self) -> dict[str, object]:
        """The answers up to the question that is asked now: what comes after it was not asked this time."""
        return {key: self.answers[key] for key in self._steps()[: self.at + 1] if self.answers.get(key) is not None}

    def _ask(self, at: int) -> None:
        self.at, self.outcome = at, None
        key = self._steps()[at]
        question = self._questions[key]
        self._clear()
        self._step.addWidget(label(f"Question {at + 1} of {len(self._steps())}", "secondary"))
        asked = label(question.text, "strong")
        _enlarge(asked, 22)
        self._step.addWidget(asked)
        hint = label(" ".join(filter(None, (question.help, self._hint(key)))))
        _enlarge(hint, 14)
        self._step.addWidget(hint)
        hint.setVisible(bool(hint.text()))
        self.setAccessibleDescription(f"{question.text} {hint.text()}".strip())
        if key == MINUTES:
            self._ask_minutes()
        else:
            self._ask_yes_no(key)
        self._foot()
        if self.box is not None:
            self.box.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.setFocus(Qt.FocusReason.OtherFocusReason)  # on no answer: a key held too long must give none

    def _ask_yes_no(self, key: str) -> None:
        known = self.answers.get(key)
        row = QGridLayout()
        row.setSpacing(M)
        self.yes_button = Large(_chosen("Yes (Y)", known is True), partial(self.answer, True), 110)  # noqa: FBT003
        self.no_button = Large(_chosen("No (N)", known is False), partial(self.answer, False), 110)  # noqa: FBT003
        for place, button in enumerate((self.yes_button, self.no_button)):
            _enlarge(button, 20)
            row.addWidget(button, 0, place)
        self._step.addLayout(row)
        if known is not None:
            self._step.addWidget(label(f"Answered {'Yes' if known else 'No'} before. Enter keeps it.", "secondary"))

    def _ask_minutes(self) -> None:
        self.box = QLineEdit()
        known = self.answers.get(MINUTES)
        self.box.setText("" if known is None else str(known))
        self.box.setMaximumWidth(theme.scaled(240))
        self.box.setMinimumHeight(theme.scaled(56))
        _enlarge(self.box, 18)
        self.box.returnPressed.connect(self._minutes_typed)
        self._minutes = field("Minutes", self.box, key=MINUTES, help_text="A whole number, then Enter")
        self._step.addWidget(self._minutes)
        quick = [Large(str(each), partial(self.answer, each), 64) for each in QUICK]
        for each, button in zip(QUICK, quick, strict=True):
            button.setAccessibleName(f"{each} minutes")
            _enlarge(button, 16)
        self._step.addWidget(level(quick))
        self.next_button = Large("Go on (Enter)", self._minutes_typed, 56, kind="primary")
        self._step.addWidget(self.next_button, 0, Qt.AlignmentFlag.AlignLeft)

    def _hint(self, key: str) -> str:
        if key != THINNER:
            return ""
        names = ", ".join(self.start.thinners)
        if names:
            return f"The medicine list names {names}. Ask all the same."
        return "The medicine list names none that is recognised. Ask all the same."

    def _minutes_typed(self) -> None:
        if self.box is None:
            return
        text = self.box.text().strip()
        if not text.isdecimal():
            self._minutes.set_error("Minutes must be a whole number, such as 10")
            self._minutes.focus()
            return
        self.answer(int(text))

    def answer(self, value: bool | int) -> None:
        """Keep the answer and go on: to the next question, or to what it decides."""
        key = self.key
        if not key or self._signing:
            return
        self.answers[key] = value
        if key == HEAD and value is not True:
            self.answers.pop(THINNER, None)
        try:
            outcome = self._score()
        except UserError as error:
            self.answers.pop(key)
            if key == MINUTES:
                self._minutes.set_error(error.message)
                self._minutes.focus()
            return
        self._save()
        if outcome.band in _DECIDING or self.at + 1 == len(self._steps()):
            self._decide(outcome)
        else:
            self._ask(self.at + 1)

    def back(self) -> None:
        """Ask the question before again; its answer still stands."""
        if self._signing:
            return
        if self.outcome is not None:
            self._ask(self.at)
        elif self.at > 0:
            self._ask(self.at - 1)

    def _score(self) -> Outcome:
        from app.services import assessments

        return assessments.preview("post_fall", self._given(), to_local(self._ctx.now()).date())

    def _go_on(self) -> None:
        """Where a draft was left: the first question without an answer, or what was decided."""
        for at, key in enumerate(self._steps()):
            self.at = at
            if self.answers.get(key) is None:
                self._ask(at)
                return
            outcome = self._score()
            if outcome.band in _DECIDING:
                self._decide(outcome)
                return
        self._decide(self._score())

    # ------------------------------------------------------------------------------------------------ the decision

    def _decide(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self._clear()
        box = QFrame()
        box.setProperty("tone", str(TONES[outcome.severity]))
        inside = QVBoxLayout(box)
        inside.setContentsMargins(L, M, L, M)
        inside.setSpacing(S)
        words = label(band_label(outcome.instrument, outcome.band), "strong")
        _enlarge(words, 26)
        inside.addWidget(words)
        for rule in alerts_for(outcome)[:1]:
            who, number = self.start.phones[rule.phone]
            if who != number:
                inside.addWidget(label(f"Phone now: {who}", "strong"))
            shown = label(number if who != number else f"Phone {number}", "number", copyable=True)
            shown.setAccessibleName(f"Phone number of {who}: {number}")
            _enlarge(shown, 24)
            inside.addWidget(shown)
        self._step.addWidget(box)
        self.sign_button = Large("Sign and start the clock", self.sign, 64, kind="primary")
        _enlarge(self.sign_button, 16)
        self._step.addWidget(self.sign_button)
        for action in outcome.actions:
            line = label(f"•  {action}")
            _enlarge(line, 14)
            self._step.addWidget(line)
        self._step.addWidget(label(". ".join(outcome.workings) + ".", "secondary"))
        self._step.addWidget(
            label("Signing raises the alert and begins the observations. Where and how it happened comes after.")
        )
        self._foot()
        self.sign_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def sign(self) -> None:
        """Sign the check: the fall is recorded, the alert raised, the observations begin."""
        from app.services import falls

        if self.outcome is None or self._signing:
            return
        if self._ctx.trouble is not None:
            self._ctx.messages.report(self._ctx.trouble)
            return
        self._signing = True
        if self.sign_button is not None:
            self.sign_button.setEnabled(False)
        answers, who, slot = self._given(), self.start.resident_id, self._slot

        def work(session: Session) -> Recorded:
            return falls.record(session, who, answers, draft_id=slot[0])

        def failed(exc: BaseException) -> None:
            self._signing = False
            if self.sign_button is not None:
                self.sign_button.setEnabled(True)
            self._ctx.messages.report(exc)

        self._ctx.call(work, self.recorded.emit, failed, owner=self)

    # ------------------------------------------------------------------------------------------------------ drafts

    def safe(self) -> bool:
        """Wait until everything answered is on the disk; whether it is."""
        self._ctx.tasks.on_store(lambda: None)
        return not self._failed or self._ctx.trouble is not None

    def _save(self) -> None:
        from app.services import assessments

        if self._ctx.trouble is not None:
            return  # what to do now matters more than that it cannot be kept, which the window says already
        answers, who, slot = self._given(), self.start.resident_id, self._slot

        def work(session: Session) -> SavedDraft:
            try:
                saved = assessments.save_draft(session, who, "post_fall", answers, slot[0])
            except assessments.DraftGone:
                saved = assessments.save_draft(session, who, "post_fall", answers)
            slot[0] = saved.draft_id
            return saved

        def done(_saved: SavedDraft) -> None:
            self._failed = False

        def failed(exc: BaseException) -> None:
            self._failed = True
            self._ctx.messages.report(exc)

        self._ctx.call(work, done, failed, owner=self)

    def _offer(self, row: DraftRow) -> None:
        today = to_local(row.updated_at).date() == self._ctx.today()
        when = clock_time(row.updated_at) if today else date_time(row.updated_at)
        self._notice.addWidget(label(f"There is an unsigned check from {when} by {row.author}.", "strong"))
        self.continue_button = link("Continue it", partial(self._continue, row.id))
        self.discard_button = link("Discard it", partial(self._discard, row.id))
        self._notice.addWidget(level((self.continue_button, self.discard_button)))
        self.notice.show()

    def _continue(self, draft_id: str) -> None:
        from app.services import assessments

        self._ctx.call(lambda s: assessments.load_draft(s, draft_id), self._continued, owner=self)

    def _continued(self, draft: Draft) -> None:
        self.notice.hide()
        self.answers, self._slot = dict(draft.answers), [draft.row.id]
        self._go_on()

    def _discard(self, draft_id: str) -> None:
        from app.services import assessments

        def done(_changes: Changes) -> None:
            self.notice.hide()
            self.setFocus(Qt.FocusReason.OtherFocusReason)

        self._ctx.call(lambda s: assessments.discard_draft(s, draft_id), done, owner=self)

    # --------------------------------------------------------------------------------------------------- keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Y, N, Backspace and Enter, wherever the keyboard is in this view."""
        if not self.press(event):
            super().keyPressEvent(event)

    def press(self, event: QKeyEvent) -> bool:
        """Whether the key was one of the check's own."""
        plain = not event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        act = self._act(event.key()) if plain and not event.isAutoRepeat() else None
        if act is None:
            return False
        event.accept()
        act()
        return True

    def _act(self, key: int) -> Callable[[], Any] | None:
        if key == int(Qt.Key.Key_Backspace):
            return self.back
        if self.yes_button is None:
            return None
        if key == int(Qt.Key.Key_Y):
            return partial(self.answer, True)  # noqa: FBT003
        if key == int(Qt.Key.Key_N):
            return partial(self.answer, False)  # noqa: FBT003
        known = self.answers.get(self.key)
        if key in _ENTER and isinstance(known, bool):
            return partial(self.answer, known)
        return None

    # ------------------------------------------------------------------------------------------------------- parts

    def _foot(self) -> None:
        self.back_button = secondary("Back (Backspace)", self.back)
        self.leave_button = link("Leave: the answers are kept", self.left.emit)
        self._step.addWidget(level((self.back_button, self.leave_button)))
        self.back_button.setVisible(self.at > 0 or self.outcome is not None)

    def _clear(self) -> None:
        self.yes_button = self.no_button = self.sign_button = self.back_button = None
        self.box = None
        empty(self._step)


class Large(Button):
    """A button so high that nobody misses it; the style sheet would overrule a least height set on the widget."""

    def __init__(self, text: str, slot: Callable[[], object], high: int, *, kind: str = "secondary") -> None:
        super().__init__(text)
        self._high = high
        self.setProperty("kind", kind)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda _checked: slot())

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As high as it was asked for, at this text size."""
        size = super().sizeHint()
        return QSize(max(size.width(), theme.scaled(self._high)), max(size.height(), theme.scaled(self._high)))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The same: it is never squeezed."""
        return QSize(super().minimumSizeHint().width(), self.sizeHint().height())


def _chosen(words: str, chosen: bool) -> str:
    return f"✓ {words}" if chosen else words


def _enlarge(part: QWidget, points: float) -> None:
    """Larger words than the page's, with the text size that was chosen."""
    font = QFont(part.font())
    font.setPointSizeF(points * theme.percent() / 100)
    font.setBold(points > BASE_POINTS + 4)
    part.setFont(font)
    part.setProperty("large", "true")
