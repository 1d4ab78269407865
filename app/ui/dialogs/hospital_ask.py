"""The questions of "Send to hospital", in the order in which a paramedic asks them: none has to be answered.

What the record says already is not asked. Each answer has a key, under which it is kept with what else was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain import transfer
from app.domain.dates import date_time, to_local
from app.domain.errors import Problem, UserError
from app.domain.people import Contact, FactKind, KeyFact
from app.domain.transfer import (
    BAG_BELONGINGS,
    BAG_PAPERS,
    NONE_KNOWN,
    NOT_KNOWN,
    NOT_RECORDED,
    BagItem,
    Call,
    LastDose,
    Said,
    Today,
    TransferReason,
)
from app.ui import theme
from app.ui.context import Context
from app.ui.pages.resident.words import allergies_line, fact_words
from app.ui.theme import M, S, Tone
from app.ui.widgets.buttons import secondary
from app.ui.widgets.field import Field
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import card
from app.ui.widgets_form.editors import NotesEditor, TilesEditor, WhenEditor
from app.ui.widgets_form.labels import field as make_field
from app.ui.widgets_form.labels import heading, label
from app.ui.widgets_form.view import FormView

if TYPE_CHECKING:
    from app.domain.questionnaire import Form
    from app.services.residents import ResidentRecord
    from app.services.transfers import Prefill

_CALLS = 3
_SOME = 4
_MOST_SHEETS = 99
_YES_NO = (("yes", "Yes"), ("no", "No"), ("not known", "Not known"))
_TRUTH: Mapping[object, Said[bool]] = {"yes": True, "no": False, "not known": NOT_KNOWN}

_NOW = "now."
MOVING = "Mobility, transfers, aids, hoist"
NOW_ASKED: Mapping[str, str] = {
    "Eating and drinking": "eating",
    "Swallow": "swallow",
    "Toileting and continence": "toilet",
    "Washing and dressing": "washing",
    "Sleep": "sleep",
    "Behaviour": "behaviour",
    "Communication": "communication",
    "Skin": "skin",
}
"""The lines of the baseline page that are asked about, with the key fact that says how it is when they are well. Moving
about is asked for page 1, and a weight is measured."""
ASKED: Mapping[str, str] = {
    "situation": "reason.situation",
    "onset_at": "reason.onset_at",
    "background": "reason.background",
    "new_confusion": "new_confusion",
    "assessment": "reason.assessment",
    "request": "reason.request",
    "bag": "reason.bag",
    "destination": "reason.destination",
    "escort": "reason.escort",
    "contact_told_at": "contacts.told_at",
    "mobility": "mobility.today",
    "capacity": "legal.capacity",
    "can_return": "can_return",
    "mar_sheets": "mar_sheets",
    "fluid_intake": "detail.fluid_intake",
    "last_bowel": "detail.last_bowel",
    "last_urine": "detail.last_urine",
    "pain": "detail.pain",
    "diarrhoea_vomiting": "detail.diarrhoea_vomiting",
    "outbreak_in_home": "detail.outbreak_in_home",
    "recent_results": "detail.recent_results",
}
"""Which field of the pack (a key of ``FIELD_LABELS``) each question fills."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered, as the pack takes it, and as it was typed."""

    reason: TransferReason
    today: Today
    typed: tuple[dict[str, str], dict[str, object]] = field(default_factory=lambda: ({}, {}))


class Questions(QWidget):
    """All questions in one column. ``changed`` follows each answer; unreadable ones in ``skip`` are not recorded."""

    changed = Signal()

    def __init__(self, ctx: Context, record: ResidentRecord, form: Form, prefill: Prefill) -> None:
        super().__init__()
        self._now, self._today = ctx.now, ctx.today
        self.fields: dict[str, Field] = {}
        self.skip: frozenset[str] = frozenset()
        self.last_set_button: QWidget | None = None
        self._doses: list[tuple[str | QLineEdit, WhenEditor]] = []
        self._calls: list[tuple[QLineEdit, WhenEditor]] = []
        self._items: list[tuple[str | QLineEdit, QCheckBox | None, QLineEdit]] = []
        self._stock: list[tuple[str, QLineEdit]] = []
        self._hidden_doses: list[QWidget] = []
        self._observed_at: datetime | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(M)
        self._why()
        self._observe(form, prefill)
        self._dose(prefill)
        self._done()
        self._called()
        self._read_aloud(record)
        self._go(prefill)
        self._as_they_are(record)
        self._against_usual(record)
        self._body()
        self._packed(prefill)

    # --- building ---

    def _card(self, words: str) -> QVBoxLayout:
        frame, box = card()
        box.addWidget(heading(words))
        self._column.addWidget(frame)
        return box

    def _add(self, box: QVBoxLayout, key: str, words: str, editor: QWidget | None = None, help_text: str = "") -> Field:
        editor = editor or NotesEditor(words)
        made = make_field(words, editor, key=key, help_text=help_text)
        self.fields[key] = made
        if isinstance(editor, QLineEdit):
            _line(editor, self.focusNextChild)
            editor.textChanged.connect(self.changed)
        elif isinstance(editor, NotesEditor | TilesEditor):
            editor.changed.connect(self.changed)
        elif isinstance(editor, WhenEditor):
            self._when_box(editor)
        box.addWidget(made)
        return made

    def _when_box(self, when: WhenEditor) -> None:
        when.changed.connect(self.changed)
        inner = when.focus_on()
        if isinstance(inner, QLineEdit):
            inner.returnPressed.connect(self.focusNextChild)

    def _why(self) -> None:
        box = self._card("What is happening")
        self._add(box, "situation", "Situation: what happened, why must they go now?")
        self._add(box, "onset_at", "Onset: when did it begin?", WhenEditor("Onset", self._now))
        self._add(box, "new_confusion", "Is there new confusion?", TilesEditor("Is there new confusion?", _YES_NO))
        self._add(box, "background", "Background: what led up to it?")

    def _observe(self, form: Form, last: Prefill) -> None:
        box = self._card("Observations now")
        if last.observations and last.observed_at is not None:
            self.last_set_button = secondary(
                f"Use the set measured {date_time(last.observed_at)}", partial(self._use_last_set, last)
            )
            box.addWidget(label("Measure again if there is time. An older set is marked as such.", "secondary"))
            box.addWidget(self.last_set_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.observed = label("", "strong")
        self.observed.hide()
        box.addWidget(self.observed)
        self.observations = FormView(form, self._now, self._today, marks=False)
        if last.observed_at is not None:
            self.observations.set_previous(last.observations, to_local(last.observed_at).date())
        self.observations.changed.connect(self._observed_changed)
        self.observations.finished.connect(self.focusNextChild)
        box.addWidget(self.observations)

    def _use_last_set(self, last: Prefill) -> None:
        if last.observed_at is None:
            return
        self.observations.set_answers(last.observations)
        self._mark_observed(last.observed_at)
        self.changed.emit()
        self.observations.go_to_first()

    def _observed_changed(self) -> None:
        if self._observed_at and self.observations.empty():
            self._mark_observed(None)
        self.changed.emit()

    def _mark_observed(self, at: datetime | None) -> None:
        """Remember when the set was measured, and say so beside it; None for a set that is measured now."""
        self._observed_at = at
        self.observed.setText(f"This is the set measured {date_time(at)}, not measured again." if at else "")
        self.observed.setVisible(at is not None)

    def _dose(self, prefill: Prefill) -> None:
        box = self._card("Last doses")
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
        _line(other, self.focusNextChild)
        other.textChanged.connect(self.changed)
        when = WhenEditor("Another medicine, last given", self._now)
        self._when_box(when)
        self._doses.append((other, when))
        box.addWidget(_pair(other, when))

    def _dose_row(self, name: str, kind: str) -> QWidget:
        when = WhenEditor(f"{name}, last given", self._now)
        self._when_box(when)
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

    def _done(self) -> None:
        box = self._card("What was done, what is asked for")
        self._add(box, "assessment", "Assessment: what did you find and do?")
        self._add(box, "request", "Request: what do you ask of the hospital?")

    def _called(self) -> None:
        box = self._card("Who was called, and when")
        for place in range(_CALLS):
            who = QLineEdit()
            who.setAccessibleName(f"Call {place + 1}: who")
            who.setPlaceholderText("For example 999" if place == 0 else "For example GP, or family")
            _line(who, self.focusNextChild)
            who.textChanged.connect(self.changed)
            when = WhenEditor(f"Call {place + 1}: when", self._now)
            self._when_box(when)
            self._calls.append((who, when))
            box.addWidget(_pair(who, when))
        self.nobody = QCheckBox("Nobody was called")
        self.nobody.setMinimumHeight(theme.TARGET)
        self.nobody.toggled.connect(self.changed)
        box.addWidget(self.nobody)

    def _read_aloud(self, record: ResidentRecord) -> None:
        """What a crew or 999 asks for at once, in the record's words; nothing is asked here."""
        box = self._card("To read out, from the record")
        line, _loud = allergies_line(record.facts.get(FactKind.ALLERGY, ()))
        box.addWidget(label(f"Allergies: {line}", "strong"))
        decisions = [fact_words(fact.body, self._today()) for fact in record.facts.get(FactKind.CPR, ())]
        if len(decisions) > 1:
            box.addWidget(label("There is more than one CPR decision. Read out all of them.", "error"))
        for words in decisions:
            box.addWidget(label(f"CPR: {words.main}. {words.detail}", "strong"))
            if words.warning:
                box.addWidget(label(words.warning, "error"))
        if not decisions:
            box.addWidget(label("CPR: decision not recorded", "strong"))

    def _go(self, prefill: Prefill) -> None:
        box = self._card("Bag and journey")
        offered = f"Probably {prefill.bag}: check the number on the bag" if prefill.bag else "The number on the bag"
        self._add(box, "bag", "Bag number", QLineEdit(), offered)
        self._add(box, "destination", "Destination", QLineEdit(), "For example Lister Hospital A&E")
        self._add(box, "escort", "Who goes with them?", QLineEdit(), "A name, or none")

    def _as_they_are(self, record: ResidentRecord) -> None:
        box = self._card("Family, and how they are today")
        contacts = [fact.body for fact in record.facts.get(FactKind.CONTACT, ()) if isinstance(fact.body, Contact)]
        main = next((each for each in contacts if each.main), contacts[0] if contacts else None)
        told = "The record names nobody to tell"
        if main is not None:
            told = ", ".join(part for part in (main.name, main.relation, main.phone or "no telephone number") if part)
        self._add(box, "contact_told_at", "Main contact told at", WhenEditor("Main contact told at", self._now), told)
        self._add(box, "mobility", "Moving about today", QLineEdit(), "For example in bed, or two people and a hoist")
        self._add(box, "capacity", "Capacity today to agree to going", QLineEdit(), "For example has capacity, or none")
        self._add(box, "can_return", "Can they come back at once?", QLineEdit(), "Yes, or until when the bed is held")
        yes_no = (("yes", "Yes"), ("no", "No"))
        for key, words in (("cpr_original", "Original CPR form in the pocket?"),
                           ("cpr_copy", "Copy of the CPR form in the pocket?")):  # fmt: skip
            self._add(box, key, words, TilesEditor(words, yes_no))
        self._add(box, "mar_sheets", "MAR sheets copied", QLineEdit(), "How many; 0 for none")

    def _against_usual(self, record: ResidentRecord) -> None:
        """How each need is now, beside what the record says of it when the resident is well."""
        box = self._card("Now, against when they are well")
        box.addWidget(label("Only what is different. The pack sets it beside what is usual.", "secondary"))
        facts = [fact.body for fact in record.facts.get(FactKind.KEY_FACT, ())]
        known = {body.topic: body.text for body in facts if isinstance(body, KeyFact)}
        for topic, code in NOW_ASKED.items():
            usual = known.get(code, "")
            self._add(box, f"{_NOW}{topic}", f"{topic} now", QLineEdit(), f"When well: {usual}" if usual else "")

    def _body(self) -> None:
        box = self._card("If there is time: the last day")
        self._add(box, "fluid_intake", "Drunk in the last 24 hours", QLineEdit(), "For example 800 ml")
        self._add(box, "last_bowel", "Bowels last opened", QLineEdit())
        self._add(box, "last_urine", "Last passed urine", QLineEdit())
        self._add(box, "pain", "Pain", QLineEdit(), "Where, and how strong from 0 to 10")
        words = "Diarrhoea or vomiting?"
        self._add(box, "diarrhoea_vomiting", words, TilesEditor(words, _YES_NO))
        self._add(box, "outbreak_in_home", "Flu or another illness going round", QLineEdit(), "What, or none")
        self._add(box, "recent_results", "Recent blood or urine results", QLineEdit())

    def _packed(self, prefill: Prefill) -> None:
        box = self._card("What is in the bag")
        box.addWidget(label("Space ticks. How many, if it is not one.", "secondary"))
        holder = QWidget()
        flow = FlowLayout(holder, gap=M, row_gap=S)
        for name in (*BAG_PAPERS, *BAG_BELONGINGS):
            flow.addWidget(self._item(name))
        box.addWidget(holder)
        other = QLineEdit()
        other.setAccessibleName("Something else in the bag")
        other.setPlaceholderText("Something else")
        _line(other, self.focusNextChild)
        other.textChanged.connect(self.changed)
        count = self._count("Something else in the bag")
        self._items.append((other, None, count))
        box.addWidget(_pair(other, count))
        self._send_along(box, prefill.medicines)
        self._add(box, "second_checker", "Checked by a second person", QLineEdit(), "Name, if somebody looked over it")
        self._add(box, "second_checker_role", "Their role", QLineEdit())

    def _send_along(self, box: QVBoxLayout, medicines: Sequence[str]) -> None:
        """How much of each medicine goes along; the same medicines in the same order as their last doses."""
        if not medicines:
            return
        box.addWidget(label("Medicines sent along", "strong"))
        box.addWidget(label('How much of each, for example 7 tablets, or "none".', "secondary"))
        for name in medicines:
            sent = QLineEdit()
            sent.setAccessibleName(f"{name}: how much is sent along")
            _line(sent, self.focusNextChild)
            sent.textChanged.connect(self.changed)
            self._stock.append((name, sent))
            box.addWidget(_pair(label(name), sent))

    def _item(self, name: str) -> QWidget:
        tick = QCheckBox(name)
        tick.setMinimumHeight(theme.TARGET)
        count = self._count(name)
        count.setEnabled(False)
        tick.toggled.connect(count.setEnabled)
        tick.toggled.connect(self.changed)
        self._items.append((name, tick, count))
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(tick, 0, 0)
        grid.addWidget(count, 0, 1)
        return holder

    def _count(self, name: str) -> QLineEdit:
        count = QLineEdit()
        count.setAccessibleName(f"{name}: how many")
        count.setPlaceholderText("1")
        count.setMaxLength(2)
        count.setFixedWidth(theme.scaled(44))
        _line(count, self.focusNextChild)
        count.textChanged.connect(self.changed)
        return count

    # --- what was typed ---

    def focus_first(self) -> None:
        """Begin with the situation."""
        self.fields["situation"].focus()

    def text(self, key: str) -> str:
        """The answer to a question as typed, empty when there is none."""
        editor = self.fields[key].editor
        if isinstance(editor, NotesEditor):
            return editor.text()
        if isinstance(editor, TilesEditor):
            return str(editor.value() or "")
        return editor.text().strip() if isinstance(editor, QLineEdit | WhenEditor) else ""

    def instants(self) -> dict[str, WhenEditor]:
        """Every box for a time, by the key of its problem."""
        found = {key: made.editor for key, made in self.fields.items() if isinstance(made.editor, WhenEditor)}
        found.update((f"last_doses.{place}", when) for place, (_name, when) in enumerate(self._doses))
        found.update((f"called.{place}", when) for place, (_who, when) in enumerate(self._calls))
        return found

    def _when(self, key: str) -> Said[datetime]:
        """A time, or which silence; an unreadable one that was let go is not recorded."""
        editor = self.instants()[key]
        silence = transfer.said_text(editor.text())
        if isinstance(silence, transfer.Silence):
            return silence
        if key in self.skip:
            return NOT_RECORDED
        found = editor.instant()
        return NOT_RECORDED if found is None else found

    def _time_problem(self, key: str) -> str:
        editor = self.instants()[key]
        if isinstance(transfer.said_text(editor.text()), transfer.Silence):
            return ""
        try:
            editor.instant()
        except UserError as error:
            return error.message
        return ""

    def problems(self) -> tuple[Problem, ...]:
        """What was typed that cannot be right; missing answers are no problem."""
        found = [Problem(key, words) for key in self.instants() if (words := self._time_problem(key))]
        found += [Problem(f"observations.{each.field}", each.message) for each in self.observations.problems()]
        sheets = self.text("mar_sheets")
        if not isinstance(transfer.said_text(sheets), transfer.Silence) and _whole(sheets, _MOST_SHEETS) is None:
            found.append(Problem("mar_sheets", f"MAR sheets copied must be a whole number from 0 to {_MOST_SHEETS}"))
        for name, _tick, count in self._items:
            if count.isEnabled() and count.text().strip() and not _whole(count.text(), 99):
                what = name if isinstance(name, str) else name.text().strip() or "Something else"
                found.append(Problem(f"item.{what}", f"{what}: how many must be a whole number from 1 to 99"))
        return tuple(found)

    def answers(self) -> Answers:
        """Everything that was answered. Raises nothing for what is in ``skip``."""
        return Answers(self.reason(), self.today(), (self.texts(), self.observations.kept()))

    def reason(self) -> TransferReason:
        """What was answered about why, as the pack takes it."""
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
        skipped = any(key.startswith("observations") for key in self.skip)
        return TransferReason(
            situation=transfer.said_text(self.text("situation")),
            background=transfer.said_text(self.text("background")),
            assessment=transfer.said_text(self.text("assessment")),
            request=transfer.said_text(self.text("request")),
            onset_at=self._when("onset_at"),
            observations={} if skipped else self.observations.answers(),
            last_doses=tuple(doses),
            bag=transfer.said_text(self.text("bag")),
            destination=transfer.said_text(self.text("destination")),
            called=tuple(calls) or (NONE_KNOWN if self.nobody.isChecked() else NOT_RECORDED),
            escort=transfer.said_text(self.text("escort")),
            observed_at=transfer.said(self._observed_at),
        )

    def today(self) -> Today:
        """What was answered that only today can say."""

        def truth(key: str) -> Said[bool]:
            return _TRUTH.get(self.text(key), NOT_RECORDED)

        def said(key: str) -> Said[str]:
            return transfer.said_text(self.text(key))

        sheets = transfer.said_text(self.text("mar_sheets"))
        count = sheets if isinstance(sheets, transfer.Silence) else _whole(sheets, _MOST_SHEETS)
        return Today(
            new_confusion=truth("new_confusion"),
            mobility=said("mobility"),
            capacity=said("capacity"),
            contact_told_at=self._when("contact_told_at"),
            can_return=said("can_return"),
            cpr_original_enclosed=truth("cpr_original"),
            cpr_copy_enclosed=truth("cpr_copy"),
            mar_sheets=NOT_RECORDED if count is None else count,
            fluid_intake=said("fluid_intake"),
            last_bowel=said("last_bowel"),
            last_urine=said("last_urine"),
            pain=said("pain"),
            diarrhoea_vomiting=truth("diarrhoea_vomiting"),
            outbreak_in_home=said("outbreak_in_home"),
            recent_results=said("recent_results"),
            baseline_now=self._now_words(),
            stock_sent={name: sent.text().strip() for name, sent in self._stock if sent.text().strip()},
            items=tuple(BagItem(name, packed=True, quantity=count) for name, count in self.packed().items()),
            second_checker=self.text("second_checker"),
            second_checker_role=self.text("second_checker_role"),
        )

    def _now_words(self) -> dict[str, str]:
        """What was said of each need now; moving about is asked once, for page 1 and for here."""
        told = {topic: self.text(f"{_NOW}{topic}") for topic in NOW_ASKED} | {MOVING: self.text("mobility")}
        return {topic: words for topic, words in told.items() if words}

    def packed(self) -> dict[str, int]:
        """What is ticked as packed, and how many of each; a number that cannot be read counts as one."""
        found: dict[str, int] = {}
        for name, tick, count in self._items:
            what = name if isinstance(name, str) else name.text().strip()
            if what and (tick is None or tick.isChecked()):
                found[what] = _whole(count.text(), 99) or 1
        return found

    def empty_fields(self) -> frozenset[str]:
        """The fields of the pack (keys of ``FIELD_LABELS``) that are asked here and have no answer."""
        empty = {ASKED[key] for key in self.fields if key in ASKED and not self.text(key)}
        if not any(who.text().strip() for who, _when in self._calls) and not self.nobody.isChecked():
            empty.add("reason.called")
        answered = self.observations.answers()
        left = (key for key in self.observations.required() if key not in answered)
        empty |= {f"observations.{key}" for key in left} if answered else {"observations"}
        critical = [when for name, when in self._doses if isinstance(name, str) and transfer.time_critical_kind(name)]
        if any(not when.text().strip() for when in critical):
            empty.add("time_critical.given_at")
        return frozenset(empty)

    # --- keeping what was typed ---

    def texts(self) -> dict[str, str]:
        """What was typed by its key, without what is empty."""
        found = {key: self.text(key) for key in self.fields}
        for place, (name, when) in enumerate(self._doses):
            found[f"dose.{place}"] = when.text()
            if isinstance(name, QLineEdit):
                found["dose.other"] = name.text()
            elif when.text():
                found[f"dose.{place}.name"] = name
        for place, (who, when) in enumerate(self._calls):
            found[f"call.{place}"], found[f"call.{place}.at"] = who.text(), when.text()
        found["nobody"] = "yes" if self.nobody.isChecked() else ""
        for name, tick, count in self._items:
            if isinstance(name, QLineEdit):
                found["item.other"], found["item.other.count"] = name.text(), count.text()
            elif tick is not None and tick.isChecked():
                found[f"item.{name}"] = count.text().strip() or "1"
        found.update((f"stock.{name}", sent.text().strip()) for name, sent in self._stock)
        if self._observed_at is not None:
            found["observed_at"] = self._observed_at.isoformat()
        return {key: text for key, text in found.items() if text}

    def fill(self, texts: Mapping[str, str]) -> None:
        """Write into the boxes of the questions by their keys, such as ``situation``; the others are emptied."""
        for key, made in self.fields.items():
            text = texts.get(key, "")
            if isinstance(made.editor, NotesEditor):
                made.editor.set_value(text)
            elif isinstance(made.editor, QLineEdit):
                made.editor.setText(text)
            elif isinstance(made.editor, WhenEditor | TilesEditor):
                made.editor.set_value(text or None)
        self.changed.emit()

    def restore(self, texts: Mapping[str, str], observations: Mapping[str, object]) -> None:
        """Put back everything that :meth:`texts` and the form's ``kept`` have given; also what was kept before the
        newer questions were asked."""
        self.fill(texts)
        by_name = {
            name: texts.get(key.removesuffix(".name"), "")
            for key, name in texts.items()
            if key.startswith("dose.") and key.endswith(".name")
        }
        for place, (name, when) in enumerate(self._doses):
            kept = texts.get(f"dose.{place}")
            if isinstance(name, QLineEdit):
                name.setText(texts.get("dose.other", ""))
                kept = _last_dose(texts)
            elif by_name:
                kept = by_name.get(name)  # the list of medicines may have changed since
            when.set_value(kept)
        for place, (who, when) in enumerate(self._calls):
            who.setText(texts.get(f"call.{place}", ""))
            when.set_value(texts.get(f"call.{place}.at"))
        self.nobody.setChecked(bool(texts.get("nobody")))
        for name, tick, count in self._items:
            if isinstance(name, QLineEdit):
                name.setText(texts.get("item.other", ""))
                count.setText(texts.get("item.other.count", ""))
            elif tick is not None:
                kept_count = texts.get(f"item.{name}", "")
                tick.setChecked(bool(kept_count))
                count.setText(kept_count if kept_count != "1" else "")
        for name, sent in self._stock:
            sent.setText(texts.get(f"stock.{name}", ""))
        self.observations.set_answers(observations)
        if at := texts.get("observed_at"):
            self._mark_observed(datetime.fromisoformat(at))
        self.changed.emit()

    # --- problems ---

    def show_problems(self, problems: Sequence[Problem]) -> list[tuple[str, QWidget | None]]:
        """Mark the answers that cannot be right; their lines for the summary, each with where it leads."""
        instants = self.instants()
        lines: list[tuple[str, QWidget | None]] = []
        shown: list[Problem] = []
        for key, made in self.fields.items():
            made.set_error(next((each.message for each in problems if each.field == key), ""))
        asked = {question.link_id for question in self.observations.form.questions()}
        for each in problems:
            key = each.field.removeprefix("observations.")
            if each.field in self.fields:
                lines.append((each.message, self.fields[each.field].target))
            elif each.field in instants:
                lines.append((each.message, instants[each.field].focus_on()))
            elif key in asked:
                shown.append(Problem(key, each.message))
                lines.append((each.message, self.observations.editor(key).focus_on()))
            else:
                lines.append((each.message, self._count_of(each.field.removeprefix("item."))))
        self.observations.show_problems(shown)
        return lines

    def _count_of(self, item: str) -> QWidget | None:
        return next((count for name, _tick, count in self._items if item in (name, getattr(name, "text", str)())), None)


def _last_dose(texts: Mapping[str, str]) -> str | None:
    """When the medicine that was typed by hand was given: its box is the last of the doses."""
    places = [int(key.split(".")[1]) for key in texts if key.startswith("dose.") and key.count(".") == 1
              and key != "dose.other" and f"{key}.name" not in texts]  # fmt: skip
    return texts.get(f"dose.{max(places)}") if places and texts.get("dose.other") else None


def _whole(text: str, most: int) -> int | None:
    """A whole number from 0 to ``most``, or None."""
    tidy = text.strip()
    return int(tidy) if tidy.isdecimal() and int(tidy) <= most else None


def _line(box: QLineEdit, on: Callable[[], object]) -> None:
    box.setMinimumHeight(40)
    box.returnPressed.connect(on)


def _pair(left: QWidget, right: QWidget) -> QWidget:
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.addWidget(left, 0, 0, Qt.AlignmentFlag.AlignTop)
    grid.addWidget(right, 0, 1, Qt.AlignmentFlag.AlignTop)
    grid.setColumnStretch(0, 1)
    grid.setColumnStretch(1, 1)
    return holder


class Missing(QFrame):
    """What is printed as not recorded, the most important first."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setAccessibleName("What is printed as not recorded")
        column = QVBoxLayout(self)
        column.setContentsMargins(M, M, M, M)
        column.setSpacing(S)
        column.addWidget(heading('Printed as "Not recorded"'))
        self.count = label("", "strong")
        self.lines = label("")
        column.addWidget(self.count)
        column.addWidget(self.lines)
        column.addWidget(label("The most important first. Nothing of it holds up the pack.", "secondary"))

    def show_lines(self, words: Sequence[str]) -> None:
        """Shows the list."""
        count = "Nothing is missing" if not words else f"{len(words)} still missing"
        text = "\n".join(f"•  {each}" for each in words)
        if (self.count.text(), self.lines.text()) != (count, text):
            self.count.setText(count)
            self.lines.setText(text)
            self.setAccessibleDescription(", ".join(words))
