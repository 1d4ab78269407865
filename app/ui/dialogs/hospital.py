"""Send to hospital: the red-bag pack at once from what the record holds, the questions after it.

The first screen says whose pack it is and waits for one press, so that a wrong key prints nobody's papers. Then the
pack is made and goes to the printer, or stands ready for it, and the questions come. Answers make a new version, of
which only the pages that say something new are printed. Nothing that is missing stops any of it. What is typed is kept,
so that closing this window by mistake in a hurry loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from app.domain.dates import date_time
from app.domain.errors import Problem, UserError
from app.domain.journeys import KIND_LABELS, JourneyKind
from app.domain.people import Resident, ResidentId
from app.domain.transfer import FIELD_LABELS
from app.ui import theme
from app.ui.context import Context
from app.ui.dialogs import paper
from app.ui.dialogs.hospital_ask import ASKED, Answers, Missing, Questions
from app.ui.dialogs.keeping import KeepingDialog
from app.ui.dialogs.pack_made import PackMade, PrintChoice, usable
from app.ui.theme import L, M, S, Tone
from app.ui.widgets.banner import ResidentBanner
from app.ui.widgets.buttons import primary, secondary
from app.ui.widgets.error_summary import ErrorSummary
from app.ui.widgets.field import ChoiceBox
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.layouts import empty
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import card, scrolled
from app.ui.widgets_form.labels import heading, label

if TYPE_CHECKING:
    from app.domain.questionnaire import Form
    from app.services.pack_printing import Printing
    from app.services.residents import ResidentRecord
    from app.services.session import Session
    from app.services.transfers import Pack, Start

_NOT_KEPT = (
    "The record is open for reading only: the pack can be made and printed, but nothing typed here is kept. Print the "
    "pack before you close this."
)
_ASKED_FIELDS = frozenset({*ASKED.values(), "reason.called", "time_critical.given_at"})


@dataclass(frozen=True, slots=True)
class _Loaded:
    record: ResidentRecord
    form: Form
    start: Start
    printing: Printing


class HospitalDialog(KeepingDialog):
    """Whose pack, then the pack, then the questions. Escape closes it; what was typed comes back when it is opened."""

    def __init__(self, ctx: Context, resident_id: ResidentId, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._ctx, self._resident_id = ctx, resident_id
        self.resident: Resident | None = None
        self.questions: Questions | None = None
        self.made: PackMade | None = None
        self._all_missing: frozenset[str] = frozenset()
        self._direct = False
        self._job: Any = None
        self._blank: dict[str, str] = {}
        self._in_pack: tuple[dict[str, str], dict[str, object]] | None = None
        self._ready = False
        self.setWindowTitle("Send to hospital")
        self.setAccessibleName("Send to hospital")
        self.setModal(True)
        self.setSizeGripEnabled(True)
        self.banner = ResidentBanner()
        self.banner.hide()
        self.summary = ErrorSummary()
        self._column = QVBoxLayout()
        self._column.setContentsMargins(L, S, L, L)
        self._column.setSpacing(M)
        body = QWidget()
        body.setLayout(self._column)
        self._area = scrolled(body)
        self._side = QScrollArea()
        self._side.setWidgetResizable(True)
        self._side.setFrameShape(QFrame.Shape.NoFrame)
        self._side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._side.hide()
        self.missing, self.missing_below = Missing(), Missing()
        self._foot = self._build_foot()
        self._progress = self._build_progress()
        self._lay_out()
        self._column.addWidget(label("Loading", "strong"))
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self.make)
        QShortcut(QKeySequence("Ctrl+R"), self, self.another)
        ctx.theme.changed.connect(self._arrange)
        ctx.call(partial(_load, resident_id), self._loaded, self._not_loaded, owner=self)

    def _lay_out(self) -> None:
        split = QHBoxLayout()
        split.setSpacing(0)
        split.addWidget(self._area, 3)
        split.addWidget(self._side, 2)
        head = QVBoxLayout()
        head.setContentsMargins(L, M, L, 0)
        head.setSpacing(S)
        head.addWidget(self.banner)
        head.addWidget(self.summary)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(head)
        outer.addLayout(split, 1)
        outer.addWidget(self._progress)
        outer.addWidget(self._foot)

    def _build_foot(self) -> QFrame:
        foot = QFrame()
        foot.setProperty("role", "status")
        self.make_button = primary("Make and print the pack (Enter)", self.make)
        self.changed_button = primary("Print what changed (Ctrl+Enter)", self.make)
        self.all_button = secondary("Print all", self.make_all)
        self.anyway_button = secondary("Print it without these answers", self._make_anyway)
        self.first_button = secondary("Answer questions first", self.ask)
        self.another_button = secondary("Another resident (Ctrl+R)", self.another)
        self.cancel_button = secondary("Close", self.reject)
        for hidden in (self.changed_button, self.all_button, self.anyway_button):
            hidden.hide()
        inside = QWidget()
        flow = FlowLayout(inside, gap=M, row_gap=S)
        for part in (
            self.make_button, self.changed_button, self.anyway_button, self.all_button, self.first_button,
            self.another_button, self.cancel_button,
        ):  # fmt: skip
            flow.addWidget(part)
        self.who = label("", "strong")
        self._foot_column = QVBoxLayout(foot)
        self._foot_column.setContentsMargins(L, S, L, S)
        self._foot_column.addWidget(self.who)
        self._foot_column.addWidget(inside)
        foot.hide()
        return foot

    def _build_progress(self) -> QWidget:
        progress = QWidget()
        column = QVBoxLayout(progress)
        column.setContentsMargins(L, M, L, M)
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setAccessibleName("Making the pack")
        self.stop_button = secondary("Stop waiting", self._stop)
        column.addWidget(label("Making the pack.", "strong"))
        column.addWidget(bar)
        column.addWidget(self.stop_button, 0, Qt.AlignmentFlag.AlignLeft)
        progress.hide()
        return progress

    # --- whose ---

    def _not_loaded(self, exc: BaseException) -> None:
        self._ctx.messages.report(exc)
        self.reject()

    def _loaded(self, found: _Loaded) -> None:
        empty(self._column)
        self.resident = found.record.resident
        details = found.record.resident.details
        today = self._ctx.today()
        self.banner.show_resident(details, today, found.record.status)
        self.banner.show()
        self._name = f"{details.banner_name}, born {details.born_with_age(today)}"
        self.setAccessibleName(f"Send to hospital: {details.banner_name}")
        self.who.setText(f"The pack is for {self._name}")
        self.choice = PrintChoice(found.printing)
        self.kind = ChoiceBox(tuple(KIND_LABELS.items()))
        self.kind.setMinimumHeight(theme.TARGET)
        self.kind.setAccessibleName("Why they go")
        self.kind.setCurrentIndex(list(KIND_LABELS).index(found.start.kind or JourneyKind.EMERGENCY))
        self._direct = usable(found.printing)
        self._first = self._first_screen(found)
        self._column.addWidget(self._first)
        self._papers = QVBoxLayout()
        self._column.addLayout(self._papers)
        self.questions = Questions(self._ctx, found.record, found.form, found.start.prefill)
        self.questions.hide()
        self._column.addWidget(self.questions)
        self.missing_below.hide()
        self._column.addWidget(self.missing_below)
        self._column.addStretch(1)
        self._side.setWidget(self._side_body())
        self._blank = self.questions.texts()
        if found.start.kept is not None:
            kept = found.start.kept
            self.questions.restore(kept.texts, kept.observations)
            if found.start.kept_is_printed:
                self._in_pack = self._typed(self.questions)
            else:
                self.kept = self._typed(self.questions)
        self.questions.changed.connect(self._tell_missing)
        self._foot.show()
        self._tell_missing()
        self._arrange()
        self._ready = True
        self._first.show()
        self.make_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._ctx.call(_get_ready, owner=self)

    def _first_screen(self, found: _Loaded) -> QWidget:
        """Who it is, what to look out for, and what one press will do."""
        frame, box = card()
        box.addWidget(heading("Send to hospital"))
        box.addWidget(label("Ring 999 first if life is in danger.", "strong"))
        self.does = label(self._what_it_does())
        box.addWidget(self.does)
        warnings = self._warnings(found)
        if warnings:
            box.addWidget(Tag("Take care", Tone.WARNING), 0, Qt.AlignmentFlag.AlignLeft)
        for words in warnings:
            box.addWidget(label(words, "strong"))
        if self._ctx.trouble is not None:
            box.addWidget(label(_NOT_KEPT, "error"))
        self.notice = label("", "good")
        box.addWidget(self.notice)
        kept = found.start.kept
        self.notice.setVisible(kept is not None)
        if kept is not None:
            self.notice.setText(
                f"The pack takes over what {kept.author} typed at {date_time(kept.at)}. Check the observations."
            )
        names = QWidget()
        flow = FlowLayout(names, gap=M, row_gap=S)
        flow.addWidget(label("Why they go", "strong", wrap=False))
        flow.addWidget(self.kind)
        box.addWidget(names)
        box.addWidget(self.choice)
        if not paper.prints_directly():
            self.make_button.setText("Make the pack (Enter)")
            self.choice.hide()
        return frame

    def _what_it_does(self) -> str:
        more = "Enter once more prints it. " if paper.prints_directly() else "No printer: it is saved as a PDF. "
        does = " and sends it to the printer. " if self._direct else f". {more}"
        return f"Enter makes the pack from the record{does}The questions come after that."

    def _warnings(self, found: _Loaded) -> list[str]:
        """What a tired person must not overlook before the pack is made; none of it stops anything."""
        words = [
            f"Another resident has the same name: {other}. Check born and room." for other in found.start.same_name
        ]
        if found.record.status in ("left", "died"):
            words.append("The record says that this person has left the home or died. Check that it is the right one.")
        if found.start.where:
            words.append(
                f"Recorded as gone to hospital already. {found.start.where}. A pack made now belongs to that journey."
            )
        if found.start.printed:
            last = found.start.printed[0]
            words.append(
                f"Version {last.version} was made for this journey at {date_time(last.printed_at)}. "
                "What is made now replaces it."
            )
        return words

    def another(self) -> None:
        """Somebody else goes: choose whom. Nothing was made yet."""
        if self.made is not None or self._job is not None:
            return
        from app.ui.dialogs import hospital_who

        parent = self.parentWidget()
        self.reject()
        hospital_who.open_for(self._ctx, parent)

    def _side_body(self) -> QWidget:
        holder = QWidget()
        holder.setProperty("role", "page")
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, S, L, L)
        column.addWidget(self.missing)
        column.addStretch(1)
        return holder

    # --- the questions ---

    def ask(self) -> None:
        """Show the questions, and go to the first."""
        self._show_questions()
        self._to_questions()

    def _to_questions(self) -> None:
        if self.questions is not None:
            self.questions.focus_first()
            self._area.ensureWidgetVisible(self.questions.fields["situation"], 0, 0)

    def _show_questions(self) -> None:
        if self.questions is None:
            return
        self._first.hide()
        self.questions.show()
        for button in (self.make_button, self.first_button, self.another_button):
            button.hide()
        self.changed_button.show()
        act = "Print what changed" if self.made is not None else "Make and print the pack"
        if not paper.prints_directly():
            act = "Make a version with the answers"
        self.changed_button.setText(f"{act} (Ctrl+Enter)")
        self.all_button.setVisible(self.made is not None and paper.prints_directly())
        self._arrange()

    def missing_words(self) -> tuple[str, ...]:
        """What the pack prints as not recorded, the most important first: asked here, and of the record."""
        if self.questions is None:
            return ()
        empty_here = self.questions.empty_fields()
        return tuple(
            words
            for key, words in FIELD_LABELS.items()
            if key in empty_here or (key in self._all_missing and not _asked(key))
        )

    def _tell_missing(self) -> None:
        words = self.missing_words()
        self.missing.show_lines(words)
        self.missing_below.show_lines(words)
        if self._ready:
            self.typing()

    # --- keeping what was typed ---

    def may_keep(self) -> bool:
        """Not while a pack is being made of it, and not while the records may only be read."""
        return self._job is None and self.questions is not None and self._ctx.trouble is None

    def to_keep(self) -> tuple[dict[str, str], dict[str, object]] | None:
        """The answers, unless there are none or a pack has them already."""
        if self.questions is None:
            return None
        here = self._typed(self.questions)
        blank = here[0] == self._blank and not here[1]
        return None if blank or here == self._in_pack else here

    def put_away(self, typed: tuple[dict[str, str], dict[str, object]] | None) -> None:
        """Keep it in the records, for whoever opens this window next."""
        from app.services import transfers

        resident = self._resident_id
        self._ctx.call(lambda session: transfers.keep_typed(session, resident, typed))

    @staticmethod
    def _typed(questions: Questions) -> tuple[dict[str, str], dict[str, object]]:
        return questions.texts(), questions.observations.kept()

    def fill(self, texts: Mapping[str, str]) -> None:
        """Write into the boxes of the questions by their keys, such as ``situation``; the others are emptied."""
        if self.questions is not None:
            self.questions.fill(texts)

    # --- making the pack ---

    def make(self) -> None:
        """Make the pack, or its next version with the answers, and print what has to be printed."""
        self._check(whole=False)

    def make_all(self) -> None:
        """Make the next version and print every page."""
        self._check(whole=True)

    def _check(self, *, whole: bool) -> None:
        if self.questions is None or self._job is not None or self._foot.isHidden():
            return
        problems = self.questions.problems()
        if self.questions.isHidden():
            # Nobody has seen the questions: what was left unreadable there before must not hold up the first papers.
            self._make(frozenset(problem.field for problem in problems), whole=whole)
            return
        self._show_problems(problems)
        self.anyway_button.setVisible(bool(problems))
        if not problems:
            self._make(frozenset(), whole=whole)

    def _make_anyway(self) -> None:
        """Make the pack without the answers that cannot be right; they are printed as not recorded."""
        if self.questions is not None:
            self._make(frozenset(problem.field for problem in self.questions.problems()), whole=False)

    def _make(self, skip: frozenset[str], *, whole: bool) -> None:
        if self.questions is None:
            return
        self._saving.stop()
        self.questions.skip = skip
        answers, kind = self.questions.answers(), self.kind.value()
        copies, packed = self.choice.count, self.questions.packed()
        journey_kind = kind if isinstance(kind, JourneyKind) else JourneyKind.EMERGENCY
        self._busy(busy=True)
        work = partial(_send, self._resident_id, answers, copies, journey_kind, packed)
        self._job = self._ctx.call(work, partial(self._done, answers, whole), self._failed, owner=self)

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._busy(busy=False)
        self._ctx.messages.info("If the pack was made already, it is in the record under Packs.")

    def _busy(self, *, busy: bool) -> None:
        if busy:
            self._before = self.focusWidget()
        self._progress.setVisible(busy)
        self._area.setEnabled(not busy)
        self._foot.setVisible(not busy)
        if busy:
            self.stop_button.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._job = None

    def _failed(self, exc: BaseException) -> None:
        self._busy(busy=False)
        if isinstance(exc, UserError) and exc.problems:
            self._show_problems(exc.problems)
        else:
            self._ctx.messages.report(exc)
            self.summary.show_lines([(str(exc), None)])

    def _show_problems(self, problems: tuple[Problem, ...]) -> None:
        if self.questions is not None:
            self.summary.show_lines(self.questions.show_problems(problems))

    def _done(self, answers: Answers, whole: bool, pack: Pack) -> None:
        self._busy(busy=False)
        self.summary.clear()
        self.anyway_button.hide()
        if pack.recorded:
            self._in_pack, self.kept = answers.typed, None  # making it has forgotten what was kept
        self._all_missing = frozenset(pack.missing)
        again = self.made is not None
        if self.made is not None:
            self._foot_column.removeWidget(self.made.state)
            self.made.state.deleteLater()
        why = f"{self.kind.currentText()}: {'what changed' if pack.on_paper else 'the papers'}"
        made = PackMade(self._ctx, pack, self._name, self.choice, why)
        empty(self._papers)
        self._papers.addWidget(made)
        self._foot_column.insertWidget(0, made.state)
        self.made = made
        made.printed.connect(self._printed)
        self._show_questions()
        made.show()
        self._tell_missing()
        self._area.verticalScrollBar().setValue(0)
        if again and self._before is not None and not self._first_press_waits():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            made.focus_first()
        if made.unchanged and not whole:
            made.tell_unchanged()
        elif self._direct:
            (made.print_all if whole else made.print_out)()

    def _first_press_waits(self) -> bool:
        """Whether the pack stands ready and waits for somebody to print it."""
        return not self._direct and self.made is not None and not self.made.unchanged

    def _printed(self) -> None:
        """The printer was chosen and works: from now on what is made goes there at once. On to the questions."""
        self._direct = True
        focused = self.focusWidget()
        here = focused is not None and self.questions is not None and self.questions.isAncestorOf(focused)
        if not here:
            self._to_questions()

    # --- room ---

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """What is missing stands beside the questions while there is room, else below them."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        asking = self.questions is not None and not self.questions.isHidden()
        beside = self.width() >= theme.scaled(900)
        self._side.setVisible(asking and beside)
        self.missing_below.setVisible(asking and not beside)


def open_for(ctx: Context, resident_id: ResidentId, parent: QWidget | None) -> HospitalDialog:
    """Opens the first screen for a resident, over the parent's window."""
    dialog = HospitalDialog(ctx, resident_id, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    window = parent.window() if parent is not None else None
    if window is not None:
        dialog.resize(max(720, window.width() - 80), max(520, window.height() - 60))
    else:
        dialog.resize(1200, 720)
    dialog.open()
    return dialog


def _asked(key: str) -> bool:
    return key in _ASKED_FIELDS or key.startswith("observations")


def _load(resident_id: ResidentId, session: Session) -> _Loaded:
    from app.services import assessments, pack_printing, residents, transfers

    return _Loaded(
        residents.open_resident(session, resident_id, "hospital"),
        assessments.form("news2"),
        transfers.start(session, resident_id),
        pack_printing.printing(session),
    )


def _get_ready(_session: Session) -> None:
    """Load what draws the pack while the nurse looks whose it is: a third of a second less after the press."""
    from app.services import transfers

    transfers.get_ready()


def _send(
    resident_id: ResidentId, answers: Answers, copies: int, kind: JourneyKind, packed: Mapping[str, int],
    session: Session,
) -> Pack:  # fmt: skip
    from app.services import transfers

    return transfers.send_to_hospital(
        session, resident_id, answers.reason, copies=copies, today=answers.today, kind=kind, answers=answers.typed,
        packed=packed,
    )  # fmt: skip
