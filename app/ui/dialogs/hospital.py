"""Send to hospital: a few questions on one screen, then the red-bag pack on paper.

Nothing that is missing stops the pack: what has no answer is printed as "Not recorded", and is listed beforehand in
the order in which a ward would ask for it. What is typed is kept while the program runs, so that closing this window by
mistake in a hurry loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain import transfer
from app.domain.dates import date_time, to_local
from app.domain.errors import Problem, UserError
from app.domain.people import Resident, ResidentId
from app.domain.transfer import FIELD_LABELS, NONE_KNOWN, NOT_RECORDED, Call, LastDose, Said, TransferReason
from app.ui import theme
from app.ui.context import Context
from app.ui.dialogs.pack_made import PackMade
from app.ui.theme import L, M, S, Tone
from app.ui.widgets.banner import ResidentBanner
from app.ui.widgets.buttons import primary, secondary
from app.ui.widgets.error_summary import ErrorSummary
from app.ui.widgets.field import ChoiceBox, Field
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.layouts import empty
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import card, scrolled
from app.ui.widgets_form.editors import NotesEditor, WhenEditor
from app.ui.widgets_form.labels import field as make_field
from app.ui.widgets_form.labels import heading, label
from app.ui.widgets_form.view import FormView

if TYPE_CHECKING:
    from app.domain.questionnaire import Form
    from app.services.residents import ResidentRecord
    from app.services.session import Session
    from app.services.transfers import Pack, Prefill, Typed

_SAVE_AFTER = 2000
"""Milliseconds after a change until what was typed is kept, as an assessment's draft is."""
_CALLS = 3
_NOT_KEPT = (
    "The record is open for reading only: the pack can be made and printed, but nothing typed here is kept. Make the "
    "pack before you close this."
)
_SOME = 4


@dataclass(frozen=True, slots=True)
class _Loaded:
    record: ResidentRecord
    form: Form
    prefill: Prefill
    kept: Typed | None


class HospitalDialog(QDialog):
    """The questions, then the pack. Escape closes it; what was typed comes back when it is opened again."""

    def __init__(self, ctx: Context, resident_id: ResidentId, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._ctx, self._resident_id = ctx, resident_id
        self.resident: Resident | None = None
        self.observations: FormView | None = None
        self.made: PackMade | None = None
        self._fields: dict[str, Field] = {}
        self._doses: list[tuple[str | QLineEdit, WhenEditor]] = []
        self._calls: list[tuple[QLineEdit, WhenEditor]] = []
        self._hidden_doses: list[QWidget] = []
        self._observed_at: datetime | None = None
        self._skip: frozenset[str] = frozenset()
        self._job: Any = None
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
        self.missing = _Missing()
        self._ready = False
        self._blank: dict[str, str] = {}
        self._saved: tuple[dict[str, str], dict[str, object]] | None = None
        self._saving = QTimer(self)
        self._saving.setSingleShot(True)
        self._saving.setInterval(_SAVE_AFTER)
        self._saving.timeout.connect(self.keep)
        self._foot = self._build_foot()
        self._progress = self._build_progress()
        self._lay_out()
        self._column.addWidget(label("Loading", "strong"))
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self.make)
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
        self.make_button = primary("Make the pack (Ctrl+Enter)", self.make)
        self.anyway_button = secondary("Make it without these answers", self._make_anyway)
        self.anyway_button.hide()
        self.cancel_button = secondary("Close", self.reject)
        self.copies = ChoiceBox([(number, str(number)) for number in range(1, 6)])
        self.copies.setMinimumHeight(theme.TARGET)
        self.copies.setAccessibleName("Copies")
        copies = QWidget()
        beside = QHBoxLayout(copies)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.addWidget(label("Copies", "strong", wrap=False))
        beside.addWidget(self.copies)
        inside = QWidget()
        flow = FlowLayout(inside, gap=M, row_gap=S)
        for part in (self.make_button, self.anyway_button, copies, self.cancel_button):
            flow.addWidget(part)
        self.who = label("", "strong")
        column = QVBoxLayout(foot)
        column.setContentsMargins(L, S, L, S)
        column.addWidget(self.who)
        column.addWidget(inside)
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

    # --- building ---

    def _not_loaded(self, exc: BaseException) -> None:
        self._ctx.messages.report(exc)
        self.reject()

    def _loaded(self, found: _Loaded) -> None:
        empty(self._column)
        self.resident = found.record.resident
        details = found.record.resident.details
        self.banner.show_resident(details, self._ctx.today(), found.record.status)
        self.banner.show()
        self.setAccessibleName(f"Send to hospital: {details.banner_name}")
        self.who.setText(f"The pack is for {details.banner_name}, born {details.born_with_age(self._ctx.today())}")
        self._column.addWidget(heading("Send to hospital"))
        self._column.addWidget(
            label("Ring 999 first if life is in danger. Answer what you can: nothing here stops the pack.", "strong")
        )
        self._notice = label("", "good")
        self._notice.hide()
        self._column.addWidget(self._notice)
        if self._ctx.trouble is not None:
            self._column.addWidget(label(_NOT_KEPT, "error"))
        self._why()
        self._observe(found)
        self._dose(found.prefill)
        self._go(found.prefill)
        self._called()
        self._column.addStretch(1)
        self._side.setWidget(self._side_body())
        self._restore(found.kept)
        self._foot.show()
        self._arrange()
        self._tell_missing()
        self._ready = True
        for at in range(self._column.count()):
            item = self._column.itemAt(at)
            part = item.widget() if item is not None else None
            if part is not None and not part.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide):
                part.show()  # now, not at the next turn of the event loop: what is not to be seen takes no focus
        self._fields["situation"].focus()

    def _side_body(self) -> QWidget:
        holder = QWidget()
        holder.setProperty("role", "page")
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, S, L, L)
        column.addWidget(self.missing)
        column.addStretch(1)
        return holder

    def _add(self, box: QVBoxLayout, key: str, words: str, editor: QWidget | None = None, help_text: str = "") -> Field:
        editor = editor or NotesEditor(words)
        made = make_field(words, editor, key=key, help_text=help_text)
        self._fields[key] = made
        if isinstance(editor, QLineEdit):
            editor.setMinimumHeight(40)
            editor.textChanged.connect(self._tell_missing)
            editor.returnPressed.connect(self.focusNextChild)
        elif isinstance(editor, NotesEditor):
            editor.changed.connect(self._tell_missing)
        elif isinstance(editor, WhenEditor):
            editor.changed.connect(self._tell_missing)
            box_edit = editor.focus_on()
            if isinstance(box_edit, QLineEdit):
                box_edit.returnPressed.connect(self.focusNextChild)
        box.addWidget(made)
        return made

    def _why(self) -> None:
        frame, box = card()
        box.addWidget(heading("What is happening"))
        self._add(box, "situation", "Situation: why must they go now?")
        when = WhenEditor("Onset", self._ctx.now)
        self._add(box, "onset_at", "Onset: when did it begin?", when)
        self._add(box, "background", "Background: what happened?")
        self._add(box, "assessment", "Assessment: what did you find and do?")
        self._add(box, "request", "Request: what do you ask of the hospital?")
        self._column.addWidget(frame)

    def _observe(self, found: _Loaded) -> None:
        frame, box = card()
        box.addWidget(heading("Observations now"))
        self.last_set_button = None
        last = found.prefill
        if last.observations and last.observed_at is not None:
            self.last_set_button = secondary(
                f"Use the set measured {date_time(last.observed_at)}", partial(self._use_last_set, last)
            )
            box.addWidget(label("Measure again if there is time. An older set is marked as such.", "secondary"))
            box.addWidget(self.last_set_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._observed = label("", "strong")
        self._observed.hide()
        box.addWidget(self._observed)
        self.observations = FormView(found.form, self._ctx.now, self._ctx.today, marks=False)
        if last.observed_at is not None:
            self.observations.set_previous(last.observations, to_local(last.observed_at).date())
        self.observations.changed.connect(self._tell_missing)
        self.observations.finished.connect(self.focusNextChild)
        box.addWidget(self.observations)
        self._column.addWidget(frame)

    def _use_last_set(self, last: Prefill) -> None:
        if self.observations is None or last.observed_at is None:
            return
        self.observations.set_answers(last.observations)
        self._mark_observed(last.observed_at)
        self._tell_missing()
        self.observations.go_to_first()

    def _mark_observed(self, at: datetime | None) -> None:
        """Remember when the set was measured, and say so beside it; None for a set that is measured now."""
        self._observed_at = at
        self._observed.setText(f"This is the set measured {date_time(at)}, not measured again." if at else "")
        self._observed.setVisible(at is not None)

    def _dose(self, prefill: Prefill) -> None:
        frame, box = card()
        box.addWidget(heading("Last doses"))
        box.addWidget(label('When was each last given? A time, or "not known".', "secondary"))
        names = list(prefill.medicines)
        critical = [name for name in names if transfer.time_critical_kind(name)]
        first = max(_SOME, len(critical))
        for place, name in enumerate(names):
            row = self._dose_row(name, transfer.time_critical_kind(name))
            box.addWidget(row)
            if place >= first:
                self._hidden_doses.append(row)
                row.hide()
        if self._hidden_doses:
            self.more_button = secondary(f"Show {len(self._hidden_doses)} more medicines", self._show_doses)
            box.addWidget(self.more_button, 0, Qt.AlignmentFlag.AlignLeft)
        other = QLineEdit()
        other.setAccessibleName("Another medicine")
        other.setPlaceholderText("Another medicine")
        other.setMinimumHeight(40)
        other.returnPressed.connect(self.focusNextChild)
        when = WhenEditor("Another medicine, last given", self._ctx.now)
        self._doses.append((other, when))
        box.addWidget(_pair(other, when))
        self._column.addWidget(frame)

    def _dose_row(self, name: str, kind: str) -> QWidget:
        when = WhenEditor(f"{name}, last given", self._ctx.now)
        when.changed.connect(self._tell_missing)
        box = when.focus_on()
        if isinstance(box, QLineEdit):
            box.returnPressed.connect(self.focusNextChild)
        self._doses.append((name, when))
        left = QWidget()
        flow = FlowLayout(left, gap=S)
        flow.addWidget(label(name, "strong", wrap=False))
        if kind:
            flow.addWidget(Tag(f"Time-critical: {kind}", Tone.WARNING))
        return _pair(left, when)

    def _show_doses(self) -> None:
        for row in self._hidden_doses:
            row.show()
        self.more_button.hide()
        self._hidden_doses[0].setFocus()

    def _go(self, prefill: Prefill) -> None:
        frame, box = card()
        box.addWidget(heading("Bag and journey"))
        bag = QLineEdit()
        offered = f"Probably {prefill.bag}: check the number on the bag" if prefill.bag else "The number on the bag"
        self._add(box, "bag", "Bag number", bag, offered)
        self._add(box, "destination", "Destination", QLineEdit(), "For example Lister Hospital A&E")
        self._add(box, "escort", "Who goes with them?", QLineEdit(), "A name, or none")
        self._column.addWidget(frame)

    def _called(self) -> None:
        frame, box = card()
        box.addWidget(heading("Who was called, and when"))
        for place in range(_CALLS):
            who = QLineEdit()
            who.setAccessibleName(f"Call {place + 1}: who")
            who.setPlaceholderText("For example 999" if place == 0 else "For example GP, or family")
            who.setMinimumHeight(40)
            who.textChanged.connect(self._tell_missing)
            who.returnPressed.connect(self.focusNextChild)
            when = WhenEditor(f"Call {place + 1}: when", self._ctx.now)
            inner = when.focus_on()
            if isinstance(inner, QLineEdit):
                inner.returnPressed.connect(self.focusNextChild)
            self._calls.append((who, when))
            box.addWidget(_pair(who, when))
        self.nobody = QCheckBox("Nobody was called")
        self.nobody.setMinimumHeight(theme.TARGET)
        self.nobody.toggled.connect(self._tell_missing)
        box.addWidget(self.nobody)
        self._column.addWidget(frame)

    # --- what was typed ---

    def _text(self, key: str) -> str:
        editor = self._fields[key].editor
        if isinstance(editor, NotesEditor):
            return editor.text()
        return editor.text().strip() if isinstance(editor, QLineEdit | WhenEditor) else ""

    def _instants(self) -> dict[str, WhenEditor]:
        """Every box for a time, by the key of its problem."""
        found: dict[str, WhenEditor] = {}
        onset = self._fields["onset_at"].editor
        if isinstance(onset, WhenEditor):
            found["onset_at"] = onset
        found.update((f"last_doses.{place}", when) for place, (_name, when) in enumerate(self._doses))
        found.update((f"called.{place}", when) for place, (_who, when) in enumerate(self._calls))
        return found

    def _when(self, key: str) -> Said[datetime]:
        """A time, or which silence; an unreadable one that was let go is not recorded."""
        editor = self._instants()[key]
        silence = transfer.said_text(editor.text())
        if isinstance(silence, transfer.Silence):
            return silence
        if key in self._skip:
            return NOT_RECORDED
        found = editor.instant()
        return NOT_RECORDED if found is None else found

    def _time_problem(self, key: str) -> str:
        editor = self._instants()[key]
        if isinstance(transfer.said_text(editor.text()), transfer.Silence):
            return ""
        try:
            editor.instant()
        except UserError as error:
            return error.message
        return ""

    def problems(self) -> tuple[Problem, ...]:
        """What was typed that cannot be right; missing answers are no problem."""
        found = [Problem(key, words) for key in self._instants() if (words := self._time_problem(key))]
        if self.observations is not None:
            found += [Problem(f"observations.{each.field}", each.message) for each in self.observations.problems()]
        return tuple(found)

    def reason(self) -> TransferReason:
        """What was answered, as the pack takes it."""
        doses = []
        for place, (name, _when) in enumerate(self._doses):
            medicine = name if isinstance(name, str) else name.text().strip()
            given = self._when(f"last_doses.{place}")
            if medicine and (given is not NOT_RECORDED or not isinstance(name, str)):
                doses.append(LastDose(medicine, given, transfer.time_critical_kind(medicine)))
        calls = [
            Call(who.text().strip(), self._when(f"called.{place}"))
            for place, (who, _when) in enumerate(self._calls)
            if who.text().strip()
        ]
        return TransferReason(
            situation=transfer.said_text(self._text("situation")),
            background=transfer.said_text(self._text("background")),
            assessment=transfer.said_text(self._text("assessment")),
            request=transfer.said_text(self._text("request")),
            onset_at=self._when("onset_at"),
            observations=self.observations.answers() if self.observations is not None else {},
            last_doses=tuple(doses),
            bag=transfer.said_text(self._text("bag")),
            destination=transfer.said_text(self._text("destination")),
            called=tuple(calls) or (NONE_KNOWN if self.nobody.isChecked() else NOT_RECORDED),
            escort=transfer.said_text(self._text("escort")),
            observed_at=transfer.said(self._observed_at),
        )

    def unanswered(self) -> tuple[str, ...]:
        """The questions of this window that have no answer, the most important first, in words."""
        if not self._fields:
            return ()
        empty = {f"reason.{key}" for key in self._fields if not self._text(key)}
        if not any(who.text().strip() for who, _when in self._calls) and not self.nobody.isChecked():
            empty.add("reason.called")
        if self.observations is not None:
            answered = self.observations.answers()
            left = (key for key in self.observations.required() if key not in answered)
            empty |= {f"observations.{key}" for key in left} if answered else {"observations"}
        critical = [when for name, when in self._doses if isinstance(name, str) and transfer.time_critical_kind(name)]
        if any(not when.text().strip() for when in critical):
            empty.add("time_critical.given_at")
        return tuple(words for key, words in FIELD_LABELS.items() if key in empty)

    def _tell_missing(self) -> None:
        if self._observed_at and self.observations is not None and self.observations.empty():
            self._mark_observed(None)
        self.missing.show_lines(self.unanswered())
        if self._ready and not self._saving.isActive():
            self._saving.start()

    # --- keeping what was typed ---

    def _texts(self) -> dict[str, str]:
        found = {key: self._text(key) for key in self._fields}
        for place, (name, when) in enumerate(self._doses):
            found[f"dose.{place}"] = when.text()
            if isinstance(name, QLineEdit):
                found["dose.other"] = name.text()
        for place, (who, when) in enumerate(self._calls):
            found[f"call.{place}"], found[f"call.{place}.at"] = who.text(), when.text()
        return {key: text for key, text in found.items() if text}

    def keep(self) -> None:
        """Keep what was typed in the records, for whoever opens this window next; nothing, once the pack is made."""
        self._saving.stop()
        making = self._job is not None or self.made is not None
        if making or self.observations is None or self._ctx.trouble is not None:
            return
        from app.services import transfers

        texts, observations = self._texts(), self.observations.kept()
        typed = None if texts == self._blank and not observations else (texts, observations)
        if typed != self._saved:
            self._saved = typed
            resident = self._resident_id
            self._ctx.call(lambda session: transfers.keep_typed(session, resident, typed))

    def fill(self, texts: Mapping[str, str]) -> None:
        """Write into the boxes of the questions by their keys, such as ``situation``; the others are emptied."""
        for key, made in self._fields.items():
            text = texts.get(key, "")
            if isinstance(made.editor, NotesEditor):
                made.editor.set_value(text)
            elif isinstance(made.editor, QLineEdit):
                made.editor.setText(text)
            elif isinstance(made.editor, WhenEditor):
                made.editor.set_value(text or None)
        self._tell_missing()

    def _restore(self, kept: Typed | None) -> None:
        self._blank = self._texts()
        if kept is None or self.observations is None:
            return
        self.fill(kept.texts)
        for place, (name, when) in enumerate(self._doses):
            when.set_value(kept.texts.get(f"dose.{place}"))
            if isinstance(name, QLineEdit):
                name.setText(kept.texts.get("dose.other", ""))
        for place, (who, when) in enumerate(self._calls):
            who.setText(kept.texts.get(f"call.{place}", ""))
            when.set_value(kept.texts.get(f"call.{place}.at"))
        self.observations.set_answers(kept.observations)
        self._saved = (self._texts(), self.observations.kept())
        self._notice.setText(
            f"Continued from what {kept.author} typed at {date_time(kept.at)}. Check the observations."
        )
        self._notice.show()

    def reject(self) -> None:
        """Close, keeping what was typed."""
        self.keep()
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """The window's own close button keeps what was typed as well."""
        self.keep()
        super().closeEvent(event)

    # --- making the pack ---

    def make(self) -> None:
        """Check what was typed, then make the pack."""
        if self.observations is None or self.made is not None or self._job is not None:
            return
        problems = self.problems()
        self._show_problems(problems)
        self.anyway_button.setVisible(bool(problems))
        if not problems:
            self._make(frozenset())

    def _make_anyway(self) -> None:
        """Make the pack without the answers that cannot be right; they are printed as not recorded."""
        self._make(frozenset(problem.field for problem in self.problems()))

    def _make(self, skip: frozenset[str]) -> None:
        from app.services import transfers

        self._skip = skip
        reason, copies = self.reason(), self.copies.currentIndex() + 1
        self._busy(busy=True)

        def work(session: Session) -> Pack:
            return transfers.send_to_hospital(session, self._resident_id, reason, copies=copies)

        self._job = self._ctx.call(work, partial(self._done, copies), self._failed, owner=self)

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._busy(busy=False)
        self._ctx.messages.info("If the pack was made already, it is in the record under Packs.")

    def _busy(self, *, busy: bool) -> None:
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
        instants = self._instants()
        lines: list[tuple[str, QWidget | None]] = []
        shown: list[Problem] = []
        for key, made in self._fields.items():
            made.set_error(next((each.message for each in problems if each.field == key), ""))
        for each in problems:
            key = each.field.removeprefix("observations.")
            if each.field in self._fields:
                lines.append((each.message, self._fields[each.field].target))
            elif each.field in instants:
                lines.append((each.message, instants[each.field].focus_on()))
            elif self.observations is not None and key in {q.link_id for q in self.observations.form.questions()}:
                shown.append(Problem(key, each.message))
                lines.append((each.message, self.observations.editor(key).focus_on()))
            else:
                lines.append((each.message, None))
        if self.observations is not None:
            self.observations.show_problems(shown)
        self.summary.show_lines(lines)

    def _done(self, copies: int, pack: Pack) -> None:
        if self.resident is None:
            return
        self._busy(busy=False)
        self._foot.hide()
        self.summary.clear()
        self._side.hide()
        empty(self._column)
        self.made = PackMade(self._ctx, pack, self.resident.details, copies, self.accept)
        self._saving.stop()
        self._column.addWidget(self.made)
        self._column.addStretch(1)
        self.made.show()
        self._area.verticalScrollBar().setValue(0)
        self.made.focus_first()

    # --- room ---

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """What is missing stands beside the questions while there is room."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        self._side.setVisible(self.observations is not None and self.made is None and self.width() >= theme.scaled(900))


class _Missing(QFrame):
    """What will be printed as not recorded, the most important first."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setAccessibleName("What will be printed as not recorded")
        column = QVBoxLayout(self)
        column.setContentsMargins(M, M, M, M)
        column.setSpacing(S)
        column.addWidget(heading('Will be printed as "Not recorded"'))
        self.count = label("", "strong")
        self.lines = label("")
        column.addWidget(self.count)
        column.addWidget(self.lines)
        column.addWidget(label("Everything else comes from the record. You can print all the same.", "secondary"))

    def show_lines(self, words: tuple[str, ...]) -> None:
        """Shows the list."""
        count = "Everything asked here is answered" if not words else f"{len(words)} of the questions here"
        text = "\n".join(f"•  {each}" for each in words)
        if (self.count.text(), self.lines.text()) != (count, text):
            self.count.setText(count)
            self.lines.setText(text)
            self.setAccessibleDescription(", ".join(words))


def open_for(ctx: Context, resident_id: ResidentId, parent: QWidget | None) -> HospitalDialog:
    """Opens the questions for a resident, over the parent's window."""
    dialog = HospitalDialog(ctx, resident_id, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    window = parent.window() if parent is not None else None
    if window is not None:
        dialog.resize(max(720, window.width() - 80), max(520, window.height() - 60))
    else:
        dialog.resize(1200, 720)
    dialog.open()
    return dialog


def _pair(left: QWidget, right: QWidget) -> QWidget:
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.addWidget(left, 0, 0, Qt.AlignmentFlag.AlignTop)
    grid.addWidget(right, 0, 1, Qt.AlignmentFlag.AlignTop)
    grid.setColumnStretch(0, 1)
    grid.setColumnStretch(1, 1)
    return holder


def _load(resident_id: ResidentId, session: Session) -> _Loaded:
    from app.services import assessments, residents, transfers

    return _Loaded(
        residents.open_resident(session, resident_id, "hospital"),
        assessments.form("news2"),
        transfers.prefill(session, resident_id),
        transfers.typed(session, resident_id),
    )
