"""Recording an assessment: the form, what it comes to while it is filled, the draft that is never lost, and signing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.domain.dates import age_years, clock_time, date_time, to_local
from app.domain.errors import EnvironmentTrouble, Problem, UserError
from app.domain.instruments.outcome import Outcome
from app.domain.instruments.registry import instrument as tool_of
from app.domain.people import Gender, Resident, ResidentId
from app.domain.questionnaire import Unable
from app.ui import theme
from app.ui.context import Context
from app.ui.dialogs.confirm import confirm
from app.ui.messages import cannot_save
from app.ui.pages.assessment.chooser import Chooser
from app.ui.pages.assessment.live import LivePanel
from app.ui.pages.assessment.result import ResultView
from app.ui.pages.assessment.sign import SignDialog
from app.ui.pages.assessment.words import first_small
from app.ui.theme import MAIN_TARGET, L, M, S, Tone
from app.ui.widgets.banner import ResidentBanner
from app.ui.widgets.buttons import link, primary, secondary
from app.ui.widgets.error_summary import ErrorSummary
from app.ui.widgets.field import Field
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import scrolled
from app.ui.widgets_form.editors import NotesEditor, WhenEditor
from app.ui.widgets_form.labels import field, label, title
from app.ui.widgets_form.meter import FormBar
from app.ui.widgets_form.typed import say_when
from app.ui.widgets_form.view import FormView

if TYPE_CHECKING:
    from app.domain.questionnaire import Form
    from app.services.alerts import AlertRow
    from app.services.assessments import Assessment, Draft, DraftRow, SavedDraft, Signed
    from app.services.changes import Changes
    from app.services.permission import InstrumentState
    from app.services.residents import ResidentRecord
    from app.services.session import Session

_PAUSE = 2000


@dataclass(frozen=True, slots=True)
class Open:
    """What the page is opened for. Without ``instrument`` it asks which; ``draft_id`` resumes, ``amends`` is the id of
    the assessment to correct, ``about`` the wound or the fall that a new one is of. ``back`` is the page to return to,
    the resident's unless another is named."""

    resident_id: ResidentId
    instrument: str = ""
    draft_id: str = ""
    amends: str = ""
    about: str = ""
    back: str = "resident"


@dataclass(frozen=True, slots=True)
class _Loaded:
    record: ResidentRecord
    form: Form | None
    previous: Assessment | None
    amended: Assessment | None
    draft: Draft | None
    waiting: DraftRow | None
    moved: bool = False
    weight_before: Decimal | None = None
    states: tuple[InstrumentState, ...] = ()
    wound: str = ""


class _DraftSlot:
    """The draft's id, written by the store thread when it first saves, so that two quick saves make one draft.

    ``renewed`` when the draft was gone and what is typed has gone into a new one. ``under_way`` counts the saves that
    were asked for and whose end this page has not heard of yet: each of them may still fail.
    """

    def __init__(self, draft_id: str | None) -> None:
        self.id = draft_id
        self.renewed = False
        self.under_way = 0


class _Ending:
    """Signing or discarding under way; the store thread sets ``done`` when it has happened."""

    def __init__(self) -> None:
        self.done = False


class AssessmentPage(QWidget):
    """One assessment of one resident. ``opened(Open(...))``."""

    title = "Assessment"

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self._ctx = ctx
        self._visit = 0
        self._arg: Open | None = None
        self._resident: Resident | None = None
        self._reset()
        self.setAccessibleName("Assessment")
        self.banner = ResidentBanner()
        self.summary = ErrorSummary()
        self._notice = _Notice()
        self._head = QVBoxLayout()
        self._head.setSpacing(S)
        self._head.setContentsMargins(L, M, L, 0)
        self._head.addWidget(self.banner)
        self._body = QVBoxLayout()
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(M)
        self._left = QWidget()
        self._column = QVBoxLayout(self._left)
        self._column.setContentsMargins(L, M, L, L)
        self._column.setSpacing(M)
        self._left_area = scrolled(self._left)
        self._side_area = QScrollArea()
        self._side_area.setWidgetResizable(True)
        self._side_area.setFrameShape(QFrame.Shape.NoFrame)
        self._side_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._side_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._split = QHBoxLayout()
        self._split.setSpacing(0)
        self._split.addWidget(self._left_area, 3)
        self._split.addWidget(self._side_area, 2)
        self.foot = _Foot(self.sign, self._save_now, self._ask_discard)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(self._head)
        outer.addLayout(self._split, 1)
        outer.addWidget(self.foot)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE)
        self._timer.timeout.connect(self._save)
        here = Qt.ShortcutContext.WidgetWithChildrenShortcut
        QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self, self._save_now, context=here)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self.sign, context=here)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Cancel), self, self._leave, context=here)
        self._ctx.theme.changed.connect(self._arrange)
        self._clear()

    # --- coming and going ---

    def opened(self, arg: Any) -> None:
        """Clear everything of the last resident, then load."""
        self._visit += 1
        self._reset()
        self._clear()
        if not isinstance(arg, Open):
            self._column.addWidget(label("Choose a resident first, then the assessment.", "strong"))
            self._column.addWidget(primary("Go to residents", lambda: self._ctx.navigate.emit("residents", None)))
            self._column.addStretch(1)
            return
        self._arg = arg
        visit = self._visit
        self._column.addWidget(label("Loading", "strong"))

        def failed(exc: BaseException) -> None:
            if visit == self._visit:
                self._clear()
                self._column.addWidget(primary("Go to the resident", self._leave))
                self._column.addStretch(1)
            self._ctx.messages.report(exc)

        self._ctx.call(partial(_load, arg), lambda found: self._loaded(visit, found), failed, owner=self)

    def refresh(self, changes: Changes) -> None:
        """Keep the banner and the raised alerts true; what is being typed is left alone."""
        if self._arg is None or self._resident is None or self._arg.resident_id not in changes.residents:
            return
        if self.result is not None and changes.kinds & {"alert", "outbox"}:
            self._reload_alerts()
        if "resident" in changes.kinds and self.form is not None:
            from app.services import residents

            resident_id, visit = self._arg.resident_id, self._visit

            def done(record: ResidentRecord) -> None:
                if visit == self._visit:
                    self.banner.show_resident(record.resident.details, self._ctx.today(), record.status)
                    self._resident = record.resident

            self._ctx.call(lambda s: residents.read_again(s, resident_id), done, owner=self)

    def can_leave(self) -> bool:
        """Saves the draft and waits until it is on the disk; False when it could not be saved.

        Signing or discarding under way is waited for. When that failed the page stays, to say why.
        """
        if self._ending is not None:
            self._ctx.tasks.on_store(lambda: None)
            return self._ending.done
        self._timer.stop()
        if self.form is None or not (self._dirty or self._slot.under_way):
            return True
        if self._ctx.trouble is not None:
            return self._may_lose(self._ctx.trouble)
        return self._save_and_wait()

    def place(self) -> tuple[str, Any]:
        """The draft, once there is one; after signing, the resident's record."""
        if self._arg is None:
            return "residents", None
        if self.result is not None or (self._ending is not None and self._ending.done):
            return self._arg.back, self._arg.resident_id
        return "assessment", replace(self._arg, draft_id=self._slot.id or "")

    # --- loading ---

    def _reset(self) -> None:
        self._resident = None
        self.form: FormView | None = None
        self.live: LivePanel | None = None
        self.when: WhenEditor | None = None
        self.result: ResultView | None = None
        self._when_field: Field | None = None
        self._reason: Field | None = None
        self._note: Field | None = None
        self._amended: Assessment | None = None
        self._outcome: Outcome | None = None
        self._slot = _DraftSlot(None)
        self._dirty = False
        self._ending: _Ending | None = None

    def _clear(self) -> None:
        self._timer.stop()
        self._left.setEnabled(True)
        self.banner.clear()
        self.banner.hide()
        self._empty_body()
        self.foot.hide()

    def _empty_body(self) -> None:
        for keep in (self.summary, self._notice):
            keep.setParent(None)
            keep.hide()
        self.summary.clear()
        if self._side_area.widget() is not None:
            self._side_area.takeWidget().deleteLater()
        self._side_area.hide()
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        self._left_area.verticalScrollBar().setValue(0)

    def _loaded(self, visit: int, found: _Loaded) -> None:
        if visit != self._visit or self._arg is None:
            return
        self._empty_body()
        self._resident = found.record.resident
        self.banner.show_resident(found.record.resident.details, self._ctx.today(), found.record.status)
        self.banner.show()
        self._ctx.resident.emit(self._arg.resident_id)
        if found.form is None:
            self._choose(found)
            return
        tool = tool_of(self._arg.instrument)
        self._ctx.titled.emit(tool.short)
        self._build(found, found.form)

    def _choose(self, found: _Loaded) -> None:
        self._head_line("Record an assessment")
        latest = {row.instrument: row for row in found.record.latest}
        due = {row.instrument: row for row in found.record.due}
        chooser = Chooser(found.states, latest, due, self._chosen, self._elsewhere)
        self._column.addWidget(chooser)
        chooser.show()
        chooser.box.setFocus(Qt.FocusReason.OtherFocusReason)

    def _elsewhere(self, page: str) -> None:
        """What is recorded on a page of its own: wounds, falls, single measurements."""
        if self._arg is not None:
            self._ctx.navigate.emit(page, self._arg.resident_id)

    def _chosen(self, code: str) -> None:
        if self._arg is not None:
            self.opened(Open(self._arg.resident_id, code))

    def _build(self, found: _Loaded, form: Form) -> None:
        tool = tool_of(form.code)
        self._amended = found.amended
        if self._arg is not None and found.draft is not None:
            self._arg = replace(self._arg, about=found.draft.row.about)
        self._head_line(f"Amend {tool.title}" if found.amended else tool.title)
        for part in (self.summary, self._notice):
            self._column.addWidget(part)
        if found.amended:
            row = found.amended.row
            self._column.addWidget(
                label(
                    f"You are correcting the assessment of {date_time(row.at)}, signed by {row.signed_by}. "
                    "It stays readable as the earlier version.",
                )
            )
        self.form = FormView(form, self._ctx.now, self._ctx.today)
        self.bar = FormBar(self.form)
        self.form.changed.connect(self._edited)
        self.form.left.connect(self._save)
        self.form.finished.connect(self._after_form)
        box = self._questions(found.amended)
        self._column.addWidget(box)
        self.live = LivePanel(tool)
        self._column.addStretch(1)
        if found.previous is not None:
            self.form.set_previous(found.previous.answers, to_local(found.previous.row.at).date())
        if found.draft is not None:
            self._resume(found.draft, moved=found.moved)
        elif found.amended is not None:
            self.form.set_answers(found.amended.answers)
            self.form.set_unable(found.amended.unable)
            self._set_note(found.amended.note)
        else:
            self._prefill(found.weight_before, found.wound)
            if found.waiting is not None:
                self._offer(found.waiting)
        self._place_live()
        box.show()  # now, not at the next turn of the event loop: the focus goes into it below
        self.foot.begin(amending=found.amended is not None, draft=self._slot.id is not None)
        self.foot.show()
        self._only_look(self._ctx.trouble)
        self._score()
        if self._notice.isHidden() or found.draft is not None:
            self.form.go_to_first()
        else:
            self._notice.focus_first()

    def _questions(self, amended: Assessment | None) -> QFrame:
        """The form with the notes, the reason of an amendment and the time below it."""
        box = QFrame()
        box.setProperty("role", "card")
        inside = QVBoxLayout(box)
        inside.setContentsMargins(M, M, M, M)
        inside.setSpacing(M)
        if self.form is not None:
            inside.addWidget(self.bar)
            inside.addWidget(self.form)
        said = NotesEditor("Notes")
        said.changed.connect(self._edited)
        self._note = field(
            "Notes", said, key="note", help_text="Anything else that was seen or said. Can be left empty"
        )
        inside.addWidget(self._note)
        if amended:
            notes = NotesEditor("Reason for the amendment")
            notes.changed.connect(self._edited)
            self._reason = field("Reason for the amendment", notes, key="reason", help_text="Kept with the record")
            inside.addWidget(self._reason)
        self.when = WhenEditor("Time of assessment", self._ctx.now)
        self.when.set_value(amended.row.at if amended else self._ctx.now())
        self.when.changed.connect(self._edited)
        self._when_field = field("Time of assessment", self.when, key="at", help_text="Today or in the past")
        inside.addWidget(self._when_field)
        return box

    def _only_look(self, trouble: EnvironmentTrouble | None) -> None:
        """While nothing typed here could be kept, nothing is typed."""
        if trouble is None:
            return
        self._notice.tell(cannot_save(trouble))
        self._timer.stop()
        self._dirty = False
        if self.form is not None:
            self.form.setEnabled(False)
        for part in (self._when_field, self._reason, self._note, self.bar):
            if part is not None:
                part.setEnabled(False)
        self.foot.busy("Cannot be saved")

    def _head_line(self, words: str) -> None:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(title(words), 1)
        close = link("Close (Esc)", self._leave)
        close.setAccessibleName("Close: back to the resident; the draft is kept")
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._column.addWidget(holder)

    def _after_form(self) -> None:
        """Enter on the last question: the reason where there is one, otherwise signing."""
        if self._reason is not None:
            self._reason.focus()
        else:
            self.foot.sign_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _prefill(self, weight_before: Decimal | None, wound: str) -> None:
        """What the record knows already, so that nobody types it again: age, sex, the weight to compare with, and
        which wound the review is of."""
        if self.form is None or self._resident is None:
            return
        details = self._resident.details
        asked = {question.link_id for question in self.form.form.questions()}
        facts: dict[str, object] = {"age_years": age_years(details.date_of_birth, self._ctx.today())}
        if details.gender in (Gender.FEMALE, Gender.MALE):
            facts["sex"] = "F" if details.gender is Gender.FEMALE else "M"
        if weight_before is not None:
            facts["previous_weight_kg"] = weight_before
        if wound:
            facts["wound"] = wound
        self.form.start({key: value for key, value in facts.items() if key in asked})

    # --- drafts ---

    def _offer(self, row: DraftRow) -> None:
        local, today = to_local(row.updated_at), self._ctx.today()
        when = clock_time(row.updated_at) if local.date() == today else date_time(row.updated_at)
        self._notice.ask(
            f"There is unsigned work from {when} by {row.author}.",
            ("Continue it", partial(self._continue, row.id)),
            ("Discard it", partial(self._discard_other, row)),
        )

    def _continue(self, draft_id: str) -> None:
        if self._arg is not None:
            self.opened(replace(self._arg, draft_id=draft_id))

    def _discard_other(self, row: DraftRow) -> None:
        from app.services import assessments

        if not self._sure(f"{row.title} of {row.resident_name}, last changed {date_time(row.updated_at)}."):
            return

        def done(_changes: Changes) -> None:
            self._notice.hide()
            if self.form is not None:
                self.form.go_to_first()

        self._ctx.call(lambda s: assessments.discard_draft(s, row.id), done, owner=self)

    def _resume(self, draft: Draft, *, moved: bool) -> None:
        if self.form is None or self.when is None:
            return
        if draft.at is not None:
            self.when.set_value(draft.at)
        if self._reason is not None and isinstance(self._reason.editor, NotesEditor):
            self._reason.editor.set_value(draft.reason)
        self.form.set_answers(draft.answers)
        self.form.set_unable(draft.unable)
        self._set_note(draft.note)
        self._slot = _DraftSlot(draft.row.id)
        self._dirty = False
        self._timer.stop()
        words = f"Continued from the draft of {date_time(draft.row.updated_at)} by {draft.row.author}."
        if moved and self._amended is not None:
            words = f"{words} {_moved_words(self._amended)}"
        self._notice.tell(f"{words} Check the time of the assessment.")

    def _draft_time(self) -> datetime | str | None:
        """The time box as a draft keeps it: the instant, or what is typed while it cannot be read."""
        if self.when is None:
            return None
        try:
            return self.when.instant()
        except UserError:
            return self.when.text()

    def _reason_text(self) -> str:
        editor = self._reason.editor if self._reason is not None else None
        return editor.text() if isinstance(editor, NotesEditor) else ""

    def _note_text(self) -> str:
        editor = self._note.editor if self._note is not None else None
        return editor.text() if isinstance(editor, NotesEditor) else ""

    def _set_note(self, text: str) -> None:
        if self._note is not None and isinstance(self._note.editor, NotesEditor):
            self._note.editor.set_value(text)

    def _edited(self) -> None:
        self._dirty = True
        self.foot.unsaved()
        self._timer.start()
        self._score()

    def _save_now(self) -> None:
        if self._refused():
            return
        if self.form is not None:
            self._dirty = True
            self._save()

    def _save(self) -> None:
        self._timer.stop()
        if self.form is None or not self._dirty or self._ending is not None:
            return
        self._dirty = False
        self._slot.under_way += 1
        self._ctx.call(self._saving(), self._saved(self._visit), self._not_saved(self._visit), owner=self)

    def _saving(self) -> Any:
        """The saving itself, with all it needs in hand: it runs on the store thread, perhaps after we have left."""
        from app.services import assessments

        if self._arg is None or self.form is None:
            raise RuntimeError("there is no assessment to save")
        keep = partial(
            assessments.save_draft,
            resident_id=self._arg.resident_id,
            instrument=self._arg.instrument,
            answers=self.form.kept(),
            amends=self._amended.row.revision_id if self._amended else None,
            at=self._draft_time(),
            reason=self._reason_text(),
            note=self._note_text(),
            unable=self.form.unable(),
            about=self._arg.about,
        )
        slot = self._slot

        def work(session: Session) -> SavedDraft:
            try:
                saved = keep(session, draft_id=slot.id)
            except assessments.DraftGone:
                saved, slot.renewed = keep(session), True
            slot.id = saved.draft_id
            return saved

        return work

    def _saved(self, visit: int) -> Any:
        slot = self._slot

        def done(saved: SavedDraft) -> None:
            slot.under_way -= 1
            if visit == self._visit and not self._dirty:
                self.foot.saved(f"Draft saved {clock_time(saved.saved_at)}")
            if slot.renewed:
                slot.renewed = False
                self._say_gone()

        return done

    def _say_gone(self) -> None:
        self._ctx.messages.warning(
            "This draft was signed or discarded already.",
            "What is typed here is kept as a new draft. Look at the resident's assessments before you sign it.",
        )

    def _not_saved(self, visit: int) -> Any:
        slot = self._slot

        def failed(exc: BaseException) -> None:
            slot.under_way -= 1
            if visit == self._visit:
                self._dirty = True
                self.foot.failed()
            self._ctx.messages.report(exc)

        return failed

    def _refused(self) -> bool:
        """Whether nothing can be saved; then that is said."""
        if self._ctx.trouble is not None:
            self._ctx.messages.report(self._ctx.trouble)
        return self._ctx.trouble is not None

    def _may_lose(self, trouble: EnvironmentTrouble) -> bool:
        """The records became for reading only under somebody's hands: they copy it onto paper, or let it go."""
        if self._ctx.closed or not self.isVisible():
            return True
        return confirm(
            self, "This cannot be saved", f"{cannot_save(trouble)} Copy what you typed onto paper before you leave.",
            "Leave and lose what was typed", irreversible=True, cancel="Stay here",
        )  # fmt: skip

    def _save_and_wait(self) -> bool:
        """Saves, and blocks until the store thread has done so; the result is told to the page later as always."""
        work, outcome = self._saving(), []

        def kept(session: Session) -> SavedDraft:
            saved: SavedDraft = work(session)
            outcome.append(saved)
            return saved

        self._dirty = False
        self._slot.under_way += 1
        self._ctx.call(kept, self._saved(self._visit), self._not_saved(self._visit), owner=self)
        self._ctx.tasks.on_store(lambda: None)
        if not outcome:
            self._dirty = True
        return bool(outcome)

    def _sure(self, what: str) -> bool:
        lost = "What was typed is lost. Nothing that was signed is touched."
        return confirm(
            self, "Discard this draft?", f"{what} {lost}", "Discard draft", irreversible=True, cancel="Keep it"
        )

    def _ask_discard(self) -> None:
        from app.services import assessments

        if self.form is None or self._resident is None or self._arg is None or self._ending is not None:
            return
        if not self._sure(f"{tool_of(self._arg.instrument).title} of {self._resident.details.banner_name}."):
            return
        slot, visit, was_dirty = self._slot, self._visit, self._dirty
        ending = self._begin("Discarding")

        def work(session: Session) -> Changes | None:
            found = assessments.discard_draft(session, slot.id) if slot.id else None
            ending.done = True
            return found

        def done(_changes: Changes | None) -> None:
            if visit == self._visit:
                self._ending, self.form = None, None
                if self.isVisible():
                    self._leave()

        def failed(exc: BaseException) -> None:
            if visit == self._visit:
                self._go_on(dirty=was_dirty)
            self._ctx.messages.report(exc)

        self._ctx.call(work, done, failed, owner=self)

    # --- the score so far ---

    def _score(self) -> None:
        """Scores what is answered and shows it; runs at every key."""
        from app.services import assessments

        if self.form is None or self.live is None:
            return
        answers = self.form.answers()
        trouble = ""
        try:
            self._outcome = assessments.preview(self.form.form.code, answers, self._day())
        except UserError as error:
            self._outcome, trouble = None, error.message
        missing = self._missing()
        wanted = len(set(self.form.required()) | set(missing))
        labels = [self.form.label(key) for key in missing]
        self.bar.meter.show_progress(*self.form.progress())
        self.live.show_outcome(self._outcome, wanted, labels, trouble)
        self.foot.show_outcome(self._outcome)

    def _missing(self) -> tuple[str, ...]:
        if self.form is None:
            return ()
        found = dict.fromkeys(self.form.missing())
        unable = self.form.unable()
        if self._outcome is not None:
            found.update(dict.fromkeys(key for key in self._outcome.missing if key not in unable))
        return tuple(found)

    def _day(self) -> Any:
        try:
            at = self.when.instant() if self.when is not None else None
        except UserError:
            at = None
        return to_local(at or self._ctx.now()).date()

    # --- signing ---

    def problems(self) -> tuple[Problem, ...]:
        """What stands in the way of signing, in reading order."""
        if self.form is None or self.when is None:
            return ()
        found: list[Problem] = []
        try:
            if self.when.instant() is None:
                found.append(Problem("at", "Enter the time of assessment"))
        except UserError as error:
            found.append(Problem("at", error.message))
        if self._reason is not None and not self._reason_text():
            found.append(Problem("reason", "Enter the reason for the amendment"))
        found += self.form.problems()
        if not found and self._outcome is None:
            found += self._contradiction()
        if not found and self.form.empty() and not self._note_text():
            found.append(Problem("", "Answer at least one question, or say why it cannot be assessed"))
        return tuple(found)

    def _contradiction(self) -> list[Problem]:
        from app.services import assessments

        if self.form is None:
            return []
        try:
            assessments.preview(self.form.form.code, self.form.answers(), self._day())
        except UserError as error:
            return list(error.problems) or [Problem("", error.message)]
        return []

    def sign(self) -> None:
        """Checks, asks who and what is signed, and signs."""
        if self.form is None or self._resident is None or self._arg is None or self.when is None:
            return
        if self._ending is not None or self._refused():
            return
        self._score()
        problems = self.problems()
        self._show_problems(problems)
        at = None if problems else self.when.instant()
        if self._outcome is None or at is None:
            return
        missing = [first_small(self.form.label(key)) for key in self._missing()]
        unable = [
            f"{first_small(self.form.label(key))} ({Unable(why).words.lower()})"
            for key, why in self.form.unable().items()
        ]
        dialog = SignDialog(
            tool_of(self._arg.instrument),
            self._resident.details,
            self._ctx.today(),
            self._outcome,
            missing,
            say_when(at, self._ctx.now()),
            self,
            unable,
        )
        if dialog.exec():
            self._sign(self.form.answers(), at)

    def _sign(self, answers: Mapping[str, object], at: datetime) -> None:
        from app.services import assessments

        if self._arg is None:
            return
        resident, code, slot, amended = self._arg.resident_id, self._arg.instrument, self._slot, self._amended
        reason, note, about, visit = self._reason_text(), self._note_text(), self._arg.about, self._visit
        unable = self.form.unable() if self.form is not None else {}
        ending = self._begin("Signing")

        def work(session: Session) -> Signed:
            if amended is not None:
                signed = assessments.amend(
                    session, amended.row.revision_id, answers, reason=reason, at=at, draft_id=slot.id, note=note,
                    unable=unable,
                )  # fmt: skip
            else:
                signed = assessments.sign(
                    session, resident, code, answers, at=at, draft_id=slot.id, note=note, unable=unable, about=about
                )
            ending.done = True
            return signed

        def failed(exc: BaseException) -> None:
            if visit == self._visit:
                self._go_on(dirty=True)
            if isinstance(exc, assessments.DraftGone):
                slot.id = None
                self._say_gone()
            elif visit == self._visit and isinstance(exc, UserError) and exc.problems:
                self._show_problems(exc.problems)
            else:
                self._ctx.messages.report(exc)

        self._ctx.call(work, lambda signed: self._signed(visit, signed), failed, owner=self)

    def _begin(self, words: str) -> _Ending:
        """From here until it is done or has failed nothing is typed and no draft is saved: it would come back."""
        self._timer.stop()
        self._dirty = False
        ending = self._ending = _Ending()
        self.foot.busy(words)
        self._left.setEnabled(False)
        return ending

    def _go_on(self, *, dirty: bool) -> None:
        """It was not done: the form is as it was, and what is typed goes on being saved."""
        self._ending = None
        self.foot.busy("")
        self._left.setEnabled(True)
        if dirty:
            self._dirty = True
            self.foot.unsaved()
            self._timer.start()

    def _show_problems(self, problems: tuple[Problem, ...]) -> None:
        if self.form is None:
            return
        self.form.show_problems(problems)
        fields = {each.key: each for each in (self._when_field, self._reason, self._note) if each is not None}
        messages = {problem.field: problem.message for problem in reversed(problems)}
        for key, each in fields.items():
            each.set_error(messages.get(key, ""))
        lines: list[tuple[str, QWidget | None]] = []
        for problem in problems:
            if problem.field in fields:
                lines.append((problem.message, fields[problem.field].target))
            elif self.form.has(problem.field):
                lines.append((problem.message, self.form.row(problem.field).focus_on()))
            else:
                lines.append((problem.message, None))
        self.summary.show_lines(lines)

    def _signed(self, visit: int, signed: Signed) -> None:
        if visit == self._visit:
            self.show_signed(signed)

    def show_signed(self, signed: Signed) -> None:
        """Show what signing came to, in place of the form."""
        if self._arg is None or self._resident is None:
            return
        self._go_on(dirty=False)
        tool, details = tool_of(self._arg.instrument), self._resident.details
        self._empty_body()
        self.form, self.live, self.when, self._dirty = None, None, None, False
        self._when_field, self._reason, self._note = None, None, None
        self.foot.hide()
        self.result = ResultView(self._ctx, signed, tool, details, self._arg.resident_id, self._leave)
        self.result.reload.connect(self._reload_alerts)
        self._raised = frozenset(row.id for row in signed.alerts)
        self._column.addWidget(self.result)
        self.result.show()
        self.result.focus_first()

    def _reload_alerts(self) -> None:
        from app.services import alerts

        if self._arg is None:
            return
        visit, resident = self._visit, self._arg.resident_id

        def done(rows: tuple[AlertRow, ...]) -> None:
            if visit == self._visit and self.result is not None:
                self.result.show_alerts(tuple(row for row in rows if row.id in self._raised))

        self._ctx.call(lambda s: alerts.all_alerts(s, resident), done, owner=self)

    def _leave(self) -> None:
        """Back to the resident; the window asks :meth:`can_leave` first, which saves the draft."""
        if self._arg is not None and self._ending is None:
            self._ctx.navigate.emit(self._arg.back, self._arg.resident_id)

    # --- room ---

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """The result stands beside the form while there is room for both, else under it."""
        super().resizeEvent(event)
        self._arrange()

    def _wide(self) -> bool:
        return self.width() >= theme.scaled(880)

    def _arrange(self) -> None:
        self.foot.name_buttons()
        if self.live is not None and self._wide() != self._side_area.isVisibleTo(self):
            self._place_live()

    def _place_live(self) -> None:
        if self.live is None:
            return
        if self._side_area.widget() is not None:
            self._side_area.takeWidget()
        if self._column.indexOf(self.live) >= 0:
            self._column.removeWidget(self.live)
        if self._wide():
            holder = QWidget()
            holder.setProperty("role", "page")
            column = QVBoxLayout(holder)
            column.setContentsMargins(0, M, L, L)
            column.addWidget(self.live)
            self._side_area.setWidget(holder)
            self._side_area.show()
        else:
            self._side_area.hide()
            self._column.insertWidget(max(0, self._column.count() - 1), self.live)
        self.live.show()


class _Notice(QFrame):
    """A sentence above the form with at most two things to do about it."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("tone", str(Tone.INFO))
        self.setAccessibleName("About this draft")
        self.words = label("", "strong")
        self._buttons = QWidget()
        self._flow = FlowLayout(self._buttons, gap=S)
        column = QVBoxLayout(self)
        column.setContentsMargins(M, S, M, S)
        column.addWidget(self.words)
        column.addWidget(self._buttons)
        self.buttons: list[QWidget] = []
        self.hide()

    def tell(self, words: str) -> None:
        """Only says something."""
        self.ask(words)

    def ask(self, words: str, *choices: tuple[str, Any]) -> None:
        """Says something and offers choices."""
        for old in self.buttons:
            self._flow.removeWidget(old)
            old.deleteLater()
        self.buttons = []
        self.words.setText(words)
        for place, (text, act) in enumerate(choices):
            button = (primary if place == 0 else secondary)(text, act)
            self.buttons.append(button)
            self._flow.addWidget(button)
        self._buttons.setVisible(bool(choices))
        self.show()

    def focus_first(self) -> None:
        """Puts the focus on the first choice."""
        if self.buttons:
            self.buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)


class _Foot(QFrame):
    """The bar that never scrolls away: is it saved, what does it come to, sign."""

    def __init__(self, sign: Any, save: Any, discard: Any) -> None:
        super().__init__()
        self.setProperty("role", "status")
        self._amending = False
        self.state = label("", "strong", wrap=False)
        self.tag = Tag("Not complete yet", Tone.NEUTRAL)
        self.save_button = secondary("Save draft (Ctrl+S)", save)
        self.discard_button = link("Discard draft", discard)
        self.sign_button = primary("Sign (Ctrl+Enter)", sign)
        inside = QWidget()
        flow = FlowLayout(inside, gap=M, row_gap=S)
        for part in (self.sign_button, self.save_button, self.discard_button, self.tag, self.state):
            holder = QWidget()
            holder.setMinimumHeight(MAIN_TARGET)
            middle = QHBoxLayout(holder)
            middle.setContentsMargins(0, 0, 0, 0)
            middle.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
            flow.addWidget(holder)
        row = QHBoxLayout(self)
        row.setContentsMargins(L, S, L, S)
        row.addWidget(inside, 1)

    def begin(self, *, amending: bool, draft: bool) -> None:
        """A form has been opened."""
        self._amending = amending
        self.name_buttons()
        self.busy("")
        self.state.setText("Draft is saved" if draft else "Nothing typed yet")

    def name_buttons(self) -> None:
        """The buttons name their keys while there is room for it."""
        room = theme.percent() < 150
        self.sign_button.setText(f"Sign{' the amendment' if self._amending else ''}{' (Ctrl+Enter)' if room else ''}")
        self.save_button.setText(f"Save draft{' (Ctrl+S)' if room else ''}")

    def unsaved(self) -> None:
        """Something was typed that is not on the disk yet."""
        self.state.setText("Saving soon")

    def saved(self, words: str) -> None:
        """It is on the disk."""
        self.state.setText(words)

    def failed(self) -> None:
        """It is not on the disk."""
        self.state.setText("Draft NOT saved")

    def busy(self, words: str) -> None:
        """While the draft is signed or discarded, which ``words`` say, nothing else can be pressed; "" for after."""
        for button in (self.sign_button, self.save_button, self.discard_button):
            button.setEnabled(not words)
        self.state.setText(words)

    def show_outcome(self, outcome: Outcome | None) -> None:
        """The band in short, for when the panel has scrolled away."""
        from app.ui.pages.assessment.words import band_words, score_words, tone

        words = (
            "Not complete yet"
            if outcome is None
            else " ".join(filter(None, (score_words(outcome), band_words(outcome))))
        )
        look = Tone.NEUTRAL if outcome is None else tone(outcome)
        if (self.tag.word, self.tag.property("tone")) != (words, str(look)):
            self.tag.set(words, look)


def _load(arg: Open, session: Session) -> _Loaded:
    """Everything the page needs about one resident, read in one go on the store thread."""
    from app.services import assessments, observations, permission, residents, wounds

    record = residents.open_resident(session, arg.resident_id, "assessment" if arg.instrument else "choice")
    if not arg.instrument:
        states = permission.instruments(session)
        return _Loaded(record, None, None, None, None, None, states=states)
    draft = assessments.load_draft(session, arg.draft_id) if arg.draft_id else None
    amended = assessments.assessment(session, arg.amends) if arg.amends else None
    if draft is not None and draft.amends is not None and amended is None:
        amended = assessments.assessment(session, assessments.assessment_of(session, draft.amends))
    moved = draft is not None and amended is not None and amended.row.revision_id != draft.amends
    about = amended.row.about if amended is not None else draft.row.about if draft is not None else arg.about
    waiting = next(
        (
            row
            for row in assessments.drafts(session, arg.resident_id)
            if (row.instrument, row.about) == (arg.instrument, about)
        ),
        None,
    )
    previous = assessments.previous(session, arg.resident_id, arg.instrument, about)
    if moved:
        previous = amended  # what stands now, beside what was typed before it was changed
    elif amended is not None and previous is not None and previous.row.id == amended.row.id:
        previous = None
    form = assessments.form(arg.instrument)
    before, wound = None, ""
    asked = {question.link_id for question in form.questions()}
    if about and "wound" in asked and draft is None and amended is None:
        wound = wounds.name_of(wounds.wound(session, about).wound)
    if "previous_weight_kg" in asked:
        before = observations.weight_before(session, arg.resident_id, session.now())
    return _Loaded(record, form, previous, amended, draft, None if draft else waiting, moved, before, wound=wound)


def _moved_words(amended: Assessment) -> str:
    """What became of an assessment since somebody began to correct it."""
    if amended.row.state == "entered-in-error":
        return "The assessment was marked as entered in error meanwhile, so the correction cannot be signed."
    return (
        f"The assessment was changed meanwhile by {amended.row.signed_by}: its answers now are beside the questions. "
        "Compare them before you sign."
    )
