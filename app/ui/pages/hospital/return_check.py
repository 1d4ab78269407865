"""The return checklist: what a nurse looks at when somebody is back from hospital, in the order in which it is done.

What is typed is kept while it is typed, so that neither a lock nor a closed window loses it. Before anything is written
into the record, the foot of the list says what it will be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.domain.dates import date_time, short_date, to_local
from app.domain.errors import Problem, UserError
from app.domain.journeys import KEY_FACTS, FollowUp, MedicineChange, ReturnCheck, left_open
from app.domain.observation_board import shown_kg
from app.ui.dialogs.keeping import KeepingDialog
from app.ui.messages import cannot_save, in_words
from app.ui.pages.hospital.return_parts import Answer, FollowUpRow, MedicineRow, NewMedicine, none_or
from app.ui.theme import L, M, S
from app.ui.widgets.banner import ResidentBanner
from app.ui.widgets.buttons import link, primary, secondary
from app.ui.widgets.error_summary import ErrorSummary
from app.ui.widgets.field import Field, show_problems
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.layouts import empty, keep_tab_order, tab_stops
from app.ui.widgets.text import card, scrolled
from app.ui.widgets_form.editors import NumberEditor, TextEditor, TilesEditor
from app.ui.widgets_form.labels import field, heading, label

if TYPE_CHECKING:
    from app.services.journeys import JourneyRow, Saved
    from app.services.returns import Start
    from app.ui.context import Context

_YES_NO = [(True, "Yes"), (False, "No")]


class ReturnCheckDialog(KeepingDialog):
    """The checklist of one journey. Escape closes it; what was typed is there when it is opened again."""

    def __init__(self, ctx: Context, journey_id: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._ctx, self._journey_id = ctx, journey_id
        self.start: Start | None = None
        self.rows: list[MedicineRow] = []
        self.new: list[NewMedicine] = []
        self.appointments: list[FollowUpRow] = []
        self._fields: list[Field] = []
        self._before = ReturnCheck()
        self._busy = False
        self._row: JourneyRow | None = None
        self.setWindowTitle("Return checklist")
        self.setAccessibleName("Return checklist")
        self.setModal(True)
        self.setSizeGripEnabled(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.banner = ResidentBanner()
        self.banner.hide()
        self.summary = ErrorSummary()
        self._column = QVBoxLayout()
        self._column.setContentsMargins(L, S, L, L)
        self._column.setSpacing(M)
        body = QWidget()
        body.setLayout(self._column)
        self.area = scrolled(body)
        self._foot = self._build_foot()
        head = QVBoxLayout()
        head.setContentsMargins(L, M, L, 0)
        head.setSpacing(S)
        head.addWidget(self.banner)
        head.addWidget(self.summary)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(head)
        outer.addWidget(self.area, 1)
        outer.addWidget(self._foot)
        self._column.addWidget(label("Loading", "strong"))
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self.finish)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self, self.save)
        from app.services import returns

        ctx.call(lambda session: returns.start(session, journey_id), self._loaded, self._not_loaded, owner=self)

    def _build_foot(self) -> QFrame:
        foot = QFrame()
        foot.setProperty("role", "status")
        self.finish_button = primary("Finish (Ctrl+Enter)", self.finish)
        self.save_button = secondary("Save and go on later (Ctrl+S)", self.save)
        self.changed_button = secondary("What changed since the pack…", self.what_changed)
        self.close_button = secondary("Close", self.reject)
        inside = QWidget()
        flow = FlowLayout(inside, gap=M, row_gap=S)
        for button in (self.finish_button, self.save_button, self.changed_button, self.close_button):
            button.setAutoDefault(False)
            flow.addWidget(button)
        column = QVBoxLayout(foot)
        column.setContentsMargins(L, S, L, S)
        column.addWidget(inside)
        foot.hide()
        return foot

    # ---------------------------------------------------------------------------------------------------- building

    def _not_loaded(self, exc: BaseException) -> None:
        self._ctx.messages.report(exc)
        super().reject()

    def _loaded(self, start: Start) -> None:
        self.start = start
        self._before = start.row.journey.back or ReturnCheck()
        empty(self._column)
        details = start.resident.details
        self.banner.show_resident(details, self._ctx.today(), "here")
        self.banner.show()
        self.setAccessibleName(f"Return checklist: {details.banner_name}")
        self._column.addWidget(heading("Return checklist"))
        where = f" from {start.row.journey.place}" if start.row.journey.place else ""
        self._column.addWidget(label(f"Back{where} since {date_time(start.came_at)}."))
        if self._before.done_at is not None:
            done = f"Finished {date_time(self._before.done_at)} by {self._before.done_by}. It can still be completed."
            self._column.addWidget(label(done, "secondary"))
        self.notice = label("", "strong")
        self.notice.hide()
        self._column.addWidget(self.notice)
        if self._ctx.trouble is not None:
            self._column.addWidget(label(cannot_save(self._ctx.trouble), "error"))
            self.finish_button.hide()
            self.save_button.hide()
        self._letter()
        self._medicines(start)
        self._body(start)
        self._care()
        self._papers(start)
        self._record()
        self._column.addStretch(1)
        self._fill(start)
        for at in range(self._column.count()):
            item = self._column.itemAt(at)
            part = item.widget() if item is not None else None
            if part is not None and not part.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide):
                part.show()
        self._foot.show()
        self.kept = self.to_keep()
        self._tell()
        self._listen()
        self.letter.tiles.focus_on().setFocus(Qt.FocusReason.OtherFocusReason)

    def _answer(self, box: QVBoxLayout, made: Answer) -> Answer:
        box.addWidget(made)
        self._fields += made.fields()
        return made

    def _field(self, box: QVBoxLayout, key: str, words: str, editor: QWidget, help_text: str = "") -> None:
        made = field(words, editor, key=key, help_text=help_text)
        self._fields.append(made)
        box.addWidget(made)

    def _letter(self) -> None:
        frame, box = card()
        box.addWidget(heading("1. Discharge letter"))
        self.letter = self._answer(
            box, Answer("Is the discharge letter in the bag?", _YES_NO, key="letter", tells=False,
                        words="Whom did you ask for it?")
        )  # fmt: skip
        self._column.addWidget(frame)

    def _medicines(self, start: Start) -> None:
        frame, box = card()
        box.addWidget(heading("2. Medicines"))
        many = f"{len(start.medicines)} on the list. Compare each with the letter: 1 same, 2 changed, 3 stopped."
        box.addWidget(label(many if start.medicines else "No medicine is on the list."))
        before = {each.fact_id: each for each in self._before.medicines or ()}
        for fact in start.medicines:
            row = MedicineRow(fact, self._ctx.now, before.get(fact.id))
            self.rows.append(row)
            box.addWidget(row)
        self._medicine_box = QVBoxLayout()
        self._medicine_box.setSpacing(S)
        box.addLayout(self._medicine_box)
        self.add_button = link("Add a new medicine", self.add_medicine)
        box.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.compared = TilesEditor("The whole list has been compared with the letter", _YES_NO)
        self._field(box, "medicines", "Has the whole list been compared with the letter?", self.compared)
        self.supply = NumberEditor("Days of medicines supplied", whole=True, unit="days")
        self._field(box, "supply_days", "Days of medicines supplied", self.supply)
        self._column.addWidget(frame)

    def add_medicine(self) -> NewMedicine:
        """One more medicine that hospital started."""
        row = NewMedicine(len(self.new) + 1, self._ctx.now)
        self.new.append(row)
        self._medicine_box.addWidget(row)
        row.changed.connect(self._typing)
        row.removed.connect(partial(self._remove, len(self.new) - 1))
        row.show()
        self._order()
        row.name.setFocus(Qt.FocusReason.OtherFocusReason)
        return row

    def _order(self) -> None:
        """Tab goes through the list as it stands, what was added to it too."""
        stops = tab_stops(self.area, self._foot)
        for added, before in ((self.new, self.add_button), (self.appointments, self.add_follow_button)):
            inner = tab_stops(*added)
            stops = [each for each in stops if each not in inner]
            place = stops.index(before)
            stops[place:place] = inner
        keep_tab_order(stops)

    def _remove(self, place: int) -> None:
        row = self.new[place]
        row.fill({})
        row.hide()
        self.add_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._typing()

    def _body(self, start: Start) -> None:
        frame, box = card()
        box.addWidget(heading("3. Skin and weight"))
        names = ", ".join(each.name for each in start.wounds)
        box.addWidget(label(f"Known wounds: {names}." if names else "No open wound is recorded.", "secondary"))
        self.skin = self._answer(
            box, Answer("Skin on return", [("sound", "Sound, or as it was"), ("changed", "Changed")], key="skin",
                        tells="changed", words="What changed, and where",
                        help_text="Look at heels, sacrum and under every dressing. What changed is recorded under "
                        "Wounds as well: a reminder stands until that is done.")
        )  # fmt: skip
        last = start.weight
        known = (
            f"Before: {shown_kg(last.value)} kg on {short_date(to_local(last.at).date())}"
            if last is not None and last.value is not None
            else "No weight is recorded"
        )
        self.weight = NumberEditor("Weight", whole=False, unit="kg")
        self._field(box, "weight_kg", "Weight", self.weight, known)
        self.weight_not = TextEditor("Or why the resident was not weighed")
        self._field(box, "weight_not", "Or why the resident was not weighed", self.weight_not)
        self._column.addWidget(frame)

    def _care(self) -> None:
        frame, box = card()
        box.addWidget(heading("4. Care"))
        self.words = {
            "lines": none_or("Catheter or line", key="lines", words="Which, and since when"),
            "swallow": none_or("Swallow advice", key="swallow", words="What the advice is", none="None, or unchanged"),
            "infection": none_or(
                "Infection", key="infection", words="Which, and what is to be done", none="None known"
            ),
            "equipment": none_or("New equipment", key="equipment", words="Which"),
        }
        for each in self.words.values():
            self._answer(box, each)
        self.follow_up = TilesEditor("Follow-up", [("none", "None"), ("some", "Yes")])
        self._field(box, "follow_up", "Appointments or tasks that hospital asks for", self.follow_up)
        self._follow_box = QVBoxLayout()
        self._follow_box.setSpacing(S)
        box.addLayout(self._follow_box)
        self.add_follow_button = link("Add another", self.add_follow_up)
        self.add_follow_button.setAccessibleName("Add another follow-up")
        self.add_follow_button.hide()
        box.addWidget(self.add_follow_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.follow_up.changed.connect(self._follow_chosen)
        self._column.addWidget(frame)

    def _follow_chosen(self) -> None:
        some = self.follow_up.value() == "some"
        if some and not self.appointments:
            self.add_follow_up()
        for row in self.appointments:
            row.setVisible(some)
        self.add_follow_button.setVisible(some)

    def add_follow_up(self) -> FollowUpRow:
        """One more appointment or task."""
        row = FollowUpRow(len(self.appointments) + 1, self._ctx.today)
        self.appointments.append(row)
        self._follow_box.addWidget(row)
        row.changed.connect(self._typing)
        row.show()
        self._order()
        return row

    def _papers(self, start: Start) -> None:
        frame, box = card()
        box.addWidget(heading("5. Papers and bag"))
        self.cpr = TilesEditor("Original of the CPR form", [*_YES_NO, ("none", "None went along")])
        known = "A decision is recorded" if start.cpr_form else "No decision with a paper is recorded"
        self._field(box, "cpr_original", "Is the original of the CPR form back?", self.cpr, known)
        self.bag = TilesEditor("The bag is clean", _YES_NO)
        bag = start.row.journey.bag
        if bag:
            self._field(box, "bag_cleaned", f"Is bag {bag} clean?", self.bag)
        self.things = label("")
        box.addWidget(self.things)
        self.items_button = secondary("Check what came back…", self.check_items)
        self.items_button.setVisible(bool(start.row.journey.items) and self._ctx.trouble is None)
        box.addWidget(self.items_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._show_things(start.row)
        self._column.addWidget(frame)

    def check_items(self) -> None:
        """Say of each thing that went how many came back."""
        from app.ui.forms.form import show_dialog
        from app.ui.pages.hospital.items import BackDialog

        if self._row is None:
            return
        asked = BackDialog(self._ctx, self, self._row)
        asked.accepted.connect(self._items_recorded)
        show_dialog(asked)

    def _items_recorded(self) -> None:
        from app.services import journeys

        journey_id = self._journey_id
        self._ctx.call(lambda session: journeys.journey(session, journey_id, again=True), self._show_things, owner=self)

    def _show_things(self, row: JourneyRow) -> None:
        self._row = row
        items = row.journey.items
        unseen = sum(item.back is None for item in items)
        missing = ", ".join(f"{item.missing} × {item.name}" for item in items if item.missing)
        told = (
            "No list of what went in the bag is recorded." if not items
            else f"{unseen} of {len(items)} things have not been looked for yet." if unseen
            else f"Missing: {missing}." if missing else "Everything that went is back."
        )  # fmt: skip
        self.things.setText(f"Property: {told}")

    def _record(self) -> None:
        frame, box = card()
        box.addWidget(heading("What this writes into the record"))
        self.will = label("")
        box.addWidget(self.will)
        self.left = label("", "strong")
        box.addWidget(self.left)
        self._column.addWidget(frame)

    def _listen(self) -> None:
        for tiles in (self.compared, self.follow_up, self.cpr, self.bag):
            tiles.changed.connect(self._typing)
        for answer in (self.letter, self.skin, *self.words.values()):
            answer.changed.connect(self._typing)
        for row in self.rows:
            row.changed.connect(self._typing)
        for number in (self.supply, self.weight):
            number.changed.connect(self._typing)
        self.weight_not.textChanged.connect(self._typing)

    # ----------------------------------------------------------------------------------------------------- filling

    def _fill(self, start: Start) -> None:
        """What was saved, and over it what somebody typed and has not saved."""
        back = self._before
        self.letter.fill(back.letter, back.letter_note)
        self.skin.fill(back.skin, back.skin_note)
        for key, answer in self.words.items():
            said: str | None = getattr(back, key)
            answer.fill(None if said is None else "some" if said else "none", said or "")
        self.compared.set_value(True if back.medicines is not None else None)
        self.supply.set_value(back.supply_days)
        self.weight.set_value(back.weight_kg)
        self.weight_not.setText(back.weight_not)
        self.cpr.set_value("none" if back.no_cpr_form else back.cpr_original)
        self.bag.set_value(back.bag_cleaned)
        if back.follow_up is not None:
            self.follow_up.set_value("some" if back.follow_up else "none")
            for each in back.follow_up:
                self.add_follow_up().fill(each.what, each.on.isoformat() if each.on else None)
            self._follow_chosen()
        if start.unfinished is not None:
            self._put_back(start.unfinished.typed)
            told = f"{start.unfinished.author} typed this {date_time(start.unfinished.at)} and has not saved it."
            self.notice.setText(told)
            self.notice.show()

    def to_keep(self) -> dict[str, Any]:
        """Every answer as it stands, read or not."""
        return {
            "letter": self.letter.kept(),
            "skin": self.skin.kept(),
            "words": {key: answer.kept() for key, answer in self.words.items()},
            "compared": self.compared.value(),
            "supply": self.supply.kept(),
            "weight": self.weight.kept(),
            "weight_not": self.weight_not.text(),
            "cpr": self.cpr.value(),
            "bag": self.bag.value(),
            "medicines": {row.fact.id: row.kept() for row in self.rows},
            "new": [row.kept() for row in self.new if not row.isHidden()],
            "follow_up": self.follow_up.value(),
            "appointments": [row.kept() for row in self.appointments],
        }

    def _put_back(self, typed: Mapping[str, Any]) -> None:
        self.letter.fill(*typed["letter"])
        self.skin.fill(*typed["skin"])
        for key, kept in typed["words"].items():
            self.words[key].fill(*kept)
        for tiles, key in ((self.compared, "compared"), (self.cpr, "cpr"), (self.bag, "bag"),
                           (self.follow_up, "follow_up")):  # fmt: skip
            tiles.set_value(typed[key])
        self.supply.set_value(typed["supply"])
        self.weight.set_value(typed["weight"])
        self.weight_not.setText(typed["weight_not"])
        for row in self.rows:
            if row.fact.id in typed["medicines"]:
                row.fill(typed["medicines"][row.fact.id])
        for kept in typed["new"]:
            self.add_medicine().fill(kept)
        for place, (what, on) in enumerate(typed["appointments"]):
            row_of = self.appointments[place] if place < len(self.appointments) else self.add_follow_up()
            row_of.fill(what, on)
        self._follow_chosen()

    # ----------------------------------------------------------------------------------------------------- reading

    def read(self) -> ReturnCheck:
        """The answers as they are. UserError, with a problem a field, for what cannot be read."""
        problems: list[Problem] = []

        def number(editor: NumberEditor, key: str) -> Any:
            try:
                return editor.value()
            except UserError as error:
                problems.append(Problem(key, error.message))
                return None

        supply, weight = number(self.supply, "supply_days"), number(self.weight, "weight_kg")
        medicines = self._read_medicines(problems)
        follow_up = self._read_follow_up(problems)
        for key, answer in self.words.items():
            if answer.value() == "some" and not answer.words():
                problems.append(Problem(f"{key}_note", f"{answer.field.label_text}: say what"))
        if problems:
            raise UserError("; ".join(each.message for each in problems), problems=tuple(problems))
        letter, cpr, bag, skin = self.letter.value(), self.cpr.value(), self.bag.value(), self.skin.value()
        said = {key: answer.told() for key, answer in self.words.items()}
        return replace(
            self._before,
            letter=letter if isinstance(letter, bool) else None,
            letter_note=self.letter.words(),
            medicines=medicines,
            supply_days=supply,
            skin=skin if isinstance(skin, str) else None,
            skin_note=self.skin.words(),
            weight_kg=Decimal(weight) if weight is not None else None,
            weight_not=self.weight_not.text().strip(),
            follow_up=follow_up,
            cpr_original=cpr if isinstance(cpr, bool) else None,
            no_cpr_form=cpr == "none",
            bag_cleaned=bag if isinstance(bag, bool) else None,
            swallow=said["swallow"],
            infection=said["infection"],
            lines=said["lines"],
            equipment=said["equipment"],
        )  # fmt: skip

    def _read_medicines(self, problems: list[Problem]) -> tuple[MedicineChange, ...] | None:
        found: list[MedicineChange] = []
        open_ones: list[str] = []
        rows: list[MedicineRow | NewMedicine] = [*self.rows, *(each for each in self.new if not each.isHidden())]
        for row in rows:
            try:
                change = row.read()
            except UserError as error:
                problems.append(Problem("medicines", error.message))
                continue
            if change is not None:
                found.append(change)
            elif isinstance(row, MedicineRow):
                open_ones.append(row.known.name)
        if self.compared.value() is not True:
            return None
        if open_ones:
            problems.append(Problem("medicines", f"Say what the letter says of {', '.join(open_ones)}"))
        known = {each.fact_id for each in found}
        written = [each for each in self._before.medicines or () if each.written and each.fact_id not in known]
        return (*written, *found)

    def _read_follow_up(self, problems: list[Problem]) -> tuple[FollowUp, ...] | None:
        if self.follow_up.value() != "some":
            return () if self.follow_up.value() == "none" else None
        found = []
        for row in self.appointments:
            try:
                each = row.read()
            except UserError as error:
                problems.append(Problem("follow_up", error.message))
                continue
            if each is not None:
                found.append(each)
        if not found and not problems:
            problems.append(Problem("follow_up", "Follow-up: say what it is, or choose none"))
        return tuple(found)

    # ------------------------------------------------------------------------------------------------------ keeping

    def _typing(self) -> None:
        self._tell()
        self.typing()

    def _tell(self) -> None:
        """What saving writes and what it leaves open, as far as the answers can be read."""
        from app.services import returns

        if self.start is None:
            return
        try:
            check = self.read()
        except UserError as error:
            self.will.setText("\n".join(["Not yet, because:", *(f"•  {each.message}" for each in error.problems)]))
            self.left.setText("")
            return
        lines = returns.will_write(check, self.start.medicines, self._before)
        self.will.setText("\n".join(f"•  {line}" for line in lines) or "Nothing but this checklist.")
        done = replace(check, key_facts=tuple(KEY_FACTS.values()))  # finishing the list writes them
        waits = left_open(done, self.start.came_at) if check.letter is not None else ()
        self.left.setText("\n".join(["Then still to do:", *(f"•  {each.words}" for each in waits)]) if waits else "")

    def may_keep(self) -> bool:
        """Not while it is being saved, and not while the records may only be read."""
        return self.start is not None and not self._busy and self._ctx.trouble is None

    def put_away(self, typed: dict[str, Any]) -> None:
        """Keep it beside the journey, for whoever opens this window next."""
        from app.services import returns

        journey_id = self._journey_id
        self._ctx.call(lambda session: returns.keep(session, journey_id, typed))

    def reject(self) -> None:
        """Close, keeping what was typed; not half-way through saving."""
        if not self._busy:
            super().reject()

    # ------------------------------------------------------------------------------------------------------- saving

    def finish(self) -> None:
        """Write the answers into the record and finish the list."""
        self._save(finished=True)

    def save(self) -> None:
        """Write what is answered into the record; the list stays open."""
        self._save(finished=False)

    def _save(self, *, finished: bool) -> None:
        if self.start is None or self._busy or self._ctx.trouble is not None:
            return
        from app.services import returns

        show_problems((), self._fields, self.summary)
        try:
            check = self.read()
        except UserError as error:
            self._failed(error)
            return
        self._saving.stop()
        self._set_busy(busy=True)
        journey_id = self._journey_id
        self._ctx.call(
            lambda session: returns.save(session, journey_id, check, finished=finished),
            partial(self._saved, finished), self._failed, owner=self,
        )  # fmt: skip

    def _saved(self, finished: bool, saved: Saved) -> None:
        self._set_busy(busy=False)
        words = "The return checklist is finished" if finished else "The return checklist is saved"
        more = f"Still to do: {'; '.join(saved.warnings)}" if saved.warnings else ""
        self._ctx.messages.good(words, more)
        self.kept = self.to_keep()
        if finished:
            self.what_changed()
        self.accept()

    def _failed(self, exc: BaseException) -> None:
        self._set_busy(busy=False)
        if isinstance(exc, UserError):
            show_problems(exc.problems or (Problem("", exc.message),), self._fields, self.summary)
            return
        message = in_words(exc)
        show_problems((Problem("", f"Not saved. {message.text} {message.detail}".strip()),), self._fields, self.summary)

    def _set_busy(self, *, busy: bool) -> None:
        self._busy = busy
        for button in (self.finish_button, self.save_button, self.close_button):
            button.setEnabled(not busy)

    def what_changed(self) -> None:
        """Show what changed since the pack."""
        from app.ui.pages.hospital.return_changed import open_changed

        open_changed(self._ctx, self._journey_id, self.parentWidget())


def open_for(ctx: Context, journey_id: str, parent: QWidget | None) -> ReturnCheckDialog:
    """Opens the checklist of a journey, over the parent's window."""
    dialog = ReturnCheckDialog(ctx, journey_id, parent)
    window = parent.window() if parent is not None else None
    if window is not None:
        dialog.resize(max(720, window.width() - 80), max(520, window.height() - 60))
    else:
        dialog.resize(1000, 720)
    dialog.open()
    return dialog
