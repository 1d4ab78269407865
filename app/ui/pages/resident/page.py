"""One resident's record on one page.

Wrong-resident guard: there is one resident on the screen or none. When another is asked for, the banner and every
section are emptied first; an answer that comes back for a resident who was left meanwhile is thrown away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.dates import date_time
from app.domain.errors import UserError
from app.domain.people import Fact, FactKind, ResidentId
from app.ui.messages import in_words
from app.ui.pages.hospital.line import AwayLine
from app.ui.pages.resident.fact_forms import FACT_NOUNS
from app.ui.pages.resident.sections import (
    Assessments,
    Drafts,
    Facts,
    KeyFacts,
    SafetyStrip,
    Section,
    draw_alerts,
    draw_packs,
)
from app.ui.resident_frame import ResidentFrame
from app.ui.theme import L, M, S
from app.ui.widgets.banner import spoken_resident
from app.ui.widgets.buttons import link, primary, secondary
from app.ui.widgets.layouts import keep_tab_order, level, tab_stops
from app.ui.widgets.text import label

if TYPE_CHECKING:
    from app.services.assessments import AssessmentRow, DraftRow
    from app.services.changes import Changes
    from app.services.residents import ResidentRecord
    from app.services.session import Session
    from app.services.transfers import PackRow
    from app.ui.context import Context

_ABOUT = ("allergy", "cpr", "diagnosis", "medicine", "contact")
_FOR_HOSPITAL = "key_fact"
_PLACES = (
    ("observations", "Observations"),
    ("wounds", "Wounds"),
    ("falls", "Falls"),
    ("person", "About the person"),
    ("timeline", "Timeline"),
)
"""The resident's other pages: what is charted, followed over weeks, or told as a story."""
_BEGUN_ELSEWHERE = {"time_wound": "wounds", "post_fall": "falls", "fall_record": "falls"}
"""Assessments of one wound or one fall, and the page that knows which one."""
_REST = (_FOR_HOSPITAL, "need", "chc", "stay", "absence", "packs")
_FACT_SECTIONS = (
    (FactKind.ALLERGY, "Allergies"),
    (FactKind.CPR, "CPR status"),
    (FactKind.DIAGNOSIS, "Diagnoses"),
    (FactKind.MEDICINE, "Medicines"),
    (FactKind.CONTACT, "Contacts"),
    (FactKind.NEED, "Needs"),
    (FactKind.CHC, "Continuing Healthcare"),
    (FactKind.STAY, "Stays"),
    (FactKind.ABSENCE, "Absences"),
    (FactKind.KEY_FACT, "For hospital"),
)


class ResidentPage(ResidentFrame):
    """A resident's record. ``resident_id`` is whose, or None while nobody's is shown."""

    title = "Resident"  # never whose: titles stand in the task bar, in lists of windows and on shared screens

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self.resident_id: ResidentId | None = None
        self.record: ResidentRecord | None = None
        self._visit = 0
        self.safety = SafetyStrip()
        self.away = AwayLine(ctx)
        self.waiting = label("", "strong")
        self.waiting.setAccessibleName("State of the record")
        self.hospital_button = primary("Send to hospital", self.send_to_hospital)
        self.assess_button = primary("New assessment", self.new_assessment)
        self.note_button = secondary("Write a note", self.write_note)
        self.hand_over_button = secondary("Hand over…", self.hand_over)
        self.details_button = secondary("Change details", self.change_details)
        self.history_button = link("History of the details", self.details_history)
        self.looked_button = link("Who looked", self.who_looked)
        self.export_button = link("Export the record", self.export)
        self.back_button = link("All residents", lambda: ctx.navigate.emit("residents", None))
        self._actions = (
            self.hospital_button,
            self.assess_button,
            self.note_button,
            self.hand_over_button,
            self.details_button,
            self.history_button,
            self.looked_button,
            self.export_button,
            self.back_button,
        )
        self.places = {page: secondary(words, partial(self._open_place, page)) for page, words in _PLACES}
        self.drafts = Drafts(ctx, self._continue, self._discard)
        self.sections: dict[str, Section[Any]] = {}
        self._make_sections()
        self._lay_out()
        new = QShortcut(QKeySequence(QKeySequence.StandardKey.New), self, self.new_assessment)
        new.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._clear("")

    # ------------------------------------------------------------------------------------------ the page protocol

    def opened(self, arg: Any) -> None:
        """Show the resident with this id; everything of the one before is gone before anything is read."""
        if not isinstance(arg, str):
            self._clear("No resident is chosen. Choose one in the list of residents.")
            return
        if arg != self.resident_id:
            self._clear("Opening the record…")
            self.area.verticalScrollBar().setValue(0)
        self.resident_id = ResidentId(arg)
        self._load()
        self.setFocus(Qt.FocusReason.OtherFocusReason)  # on no button: a key held a moment too long must press nothing

    def refresh(self, changes: Changes) -> None:
        """Read again what was saved about this resident; sections that did not change are left as they are."""
        if self.resident_id is not None and (not changes.residents or self.resident_id in changes.residents):
            self._load(again=True)

    def can_leave(self) -> bool:
        """A half-answered question about an alert is asked about; the rest is saved in dialogs of its own."""
        from app.ui.pages.alerts.card import AlertCard, nothing_typed

        return nothing_typed(self.ctx, self.findChildren(AlertCard))

    # ------------------------------------------------------------------------------------------------- what it does

    def send_to_hospital(self) -> None:
        """Open the questions for the red-bag pack."""
        if self.record is None:
            return
        from app.ui.dialogs import hospital

        hospital.open_for(self.ctx, self.record.resident.id, self)

    def new_assessment(self) -> None:
        """Go to the page that asks which instrument, then shows its form."""
        if self.record is None:
            return
        resident_id = self.record.resident.id
        self._allowed("RECORD_ASSESSMENT", lambda: self._start(resident_id))

    def write_note(self) -> None:
        """Open an empty note."""
        if self.record is None:
            return
        from app.ui.pages.timeline.note import WriteNoteDialog

        resident = self.record.resident
        self._allowed("RECORD_ASSESSMENT", lambda: WriteNoteDialog(self.ctx, self, resident).open())

    def hand_over(self) -> None:
        """Open the papers for a call, a visit, a return or a death."""
        if self.record is None:
            return
        from app.ui.dialogs import handover

        resident = self.record.resident
        handover.open_for(self.ctx, self, resident.id, resident.details)

    def change_details(self) -> None:
        """Open the form of who this is."""
        if self.record is None:
            return
        from app.ui.dialogs import resident_edit

        resident = self.record.resident

        def open_form() -> None:
            dialog = resident_edit.change(self.ctx, self, resident.id, resident.details)
            dialog.added.connect(lambda known: self.ctx.navigate.emit("resident", ResidentId(known)))

        self._allowed("EDIT_RESIDENTS", open_form)

    def details_history(self) -> None:
        """Open what was recorded before about who this is."""
        if self.record is None:
            return
        from app.ui.dialogs.history import DetailsHistory

        DetailsHistory(self.ctx, self, self.record.resident).open()

    def who_looked(self) -> None:
        """Open who looked at this record, and what else was done with it."""
        if self.record is None:
            return
        from app.ui.pages.resident.who_looked import WhoLookedDialog

        WhoLookedDialog(self.ctx, self, self.record.resident).open()

    def export(self) -> None:
        """Ask for the password and a folder for the whole record."""
        if self.record is None:
            return
        from app.ui.pages.resident.export import open_export

        open_export(self.ctx, self, self.record.resident)

    def add_fact(self, kind: FactKind) -> None:
        """Open the form of a new fact."""
        if self.record is None:
            return
        from app.ui.dialogs import fact_edit

        resident = self.record.resident
        self._allowed("EDIT_RESIDENTS", lambda: fact_edit.open_for(self.ctx, self, resident.id, resident.details, kind))

    def change_fact(self, fact: Fact) -> None:
        """Open a fact: its form with its history, or the history alone for a role that may only look."""
        if self.record is None:
            return
        from app.ui.dialogs import fact_edit

        resident = self.record.resident
        if fact.resident_id != resident.id:
            raise AssertionError("a fact of another resident is on the page")
        fact_edit.open_for(self.ctx, self, resident.id, resident.details, fact.kind, fact)

    def key_facts(self) -> None:
        """Open the form of everything that a hospital will ask."""
        if self.record is None:
            return
        from app.ui.dialogs import key_facts

        resident, facts = self.record.resident, self.record.facts.get(FactKind.KEY_FACT, ())
        key_facts.open_for(self.ctx, self, resident.id, resident.details, facts)

    def fact_history(self, fact: Fact) -> None:
        """Open every version of a fact, to be read only."""
        if self.record is None:
            return
        from app.ui.dialogs.history import FactHistory

        FactHistory(self.ctx, self, self.record.resident, fact).open()

    def look_at(self, row: AssessmentRow) -> None:
        """Open a signed assessment, read-only."""
        if self.record is None:
            return
        from app.ui.pages.resident.assessment_view import AssessmentDialog

        AssessmentDialog(self.ctx, self, self.record.resident, row).open()

    def all_assessments(self) -> None:
        """Open the list of every assessment that was signed."""
        if self.record is None:
            return
        from app.ui.pages.resident.assessment_view import HistoryDialog

        HistoryDialog(self.ctx, self, self.record.resident).open()

    def get_pack(self, pack: PackRow) -> None:
        """Ask before a pack's PDF leaves the encrypted store."""
        if self.record is None:
            return
        from app.ui.pages.resident.pack_file import PackFileDialog

        PackFileDialog(self.ctx, self, self.record.resident.details, pack).open()

    # ------------------------------------------------------------------------------------------------------- inside

    def _make_sections(self) -> None:
        def add(key: str, section: Section[Any]) -> None:
            self.sections[key] = section

        add("alerts", Section("Alerts", partial(draw_alerts, self.ctx), framed=False))
        drawer = Assessments(self.ctx, self.look_at, self._again)
        history = link("All assessments", self.all_assessments)
        add("assessments", Section("Assessments", drawer.draw, history))
        for kind, name in _FACT_SECTIONS:
            if kind is FactKind.KEY_FACT:
                grouped = KeyFacts(self.ctx, self.change_fact, self.fact_history)
                add(kind.value, Section(name, grouped.draw, link("Fill in key facts", self.key_facts)))
                continue
            drawn = Facts(kind, self.ctx, self.change_fact, self.fact_history)
            button = link(f"Add {FACT_NOUNS[kind]}", partial(self.add_fact, kind))
            add(kind.value, Section(name, drawn.draw, button))
        add("packs", Section("Red-bag packs", partial(draw_packs, self.get_pack)))

    def _lay_out(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(L, S, L, L)
        column.setSpacing(M)
        column.addWidget(self.waiting)
        self.content = QWidget()
        inside = QVBoxLayout(self.content)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(M)
        inside.addWidget(self.away)
        inside.addWidget(self.safety)
        inside.addWidget(level(self._actions))
        inside.addWidget(level(tuple(self.places.values())))
        inside.addWidget(self.drafts)
        inside.addWidget(level(self._jumps(), gap=S, row_gap=0))
        inside.addWidget(self.sections["alerts"])
        inside.addWidget(self.sections["assessments"])
        for keys in (_ABOUT, _REST):
            self.add_side(self.sections[key] for key in keys)
        inside.addLayout(self.columns)
        column.addWidget(self.content)
        column.addStretch(1)
        self.stand(body)

    def _jumps(self) -> tuple[QWidget, ...]:
        self._goes: list[QWidget] = []
        for section in self.sections.values():
            go = link(section.name, partial(self._jump, section))
            go.setAccessibleName(f"Go to {section.name}")
            self._goes.append(go)
        return (label("Go to", "secondary", wrap=False), *self._goes)

    def _jump(self, section: QWidget) -> None:
        self.area.verticalScrollBar().setValue(section.mapTo(self.content, QPoint(0, 0)).y())
        following = next((w for w in section.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus), None)
        if following is not None:
            following.setFocus(Qt.FocusReason.TabFocusReason)

    def _clear(self, waiting: str) -> None:
        """Nobody is on the screen: banner, title, every section, every dialog, and any answer still on its way."""
        self._visit += 1
        self.resident_id = None
        self.record = None
        self.banner.clear()
        self.safety.clear()
        self.away.clear()
        self.drafts.clear()
        for section in self.sections.values():
            section.clear()
        self.content.hide()
        self.waiting.setText(waiting)
        self.waiting.setVisible(bool(waiting))
        self.setAccessibleName(waiting or "No resident")
        self.ctx.resident.emit("")

    def _load(self, *, again: bool = False) -> None:
        """Read the record; ``again`` when it is on the screen already, which is no second opening of it."""
        visit, resident_id = self._visit, self.resident_id
        if resident_id is None:
            return

        def current() -> bool:
            return visit == self._visit and resident_id == self.resident_id

        def arrived(record: ResidentRecord) -> None:
            if current() and record.resident.id == resident_id:
                self._show(record)

        def failed(exc: BaseException) -> None:
            if current():
                message = in_words(exc)
                self._clear(f"The record cannot be shown. {message.text} {message.detail}".strip())
                if not isinstance(exc, UserError):
                    self.ctx.messages.report(exc)

        self.ctx.call(partial(_read, resident_id, again=again), arrived, failed, owner=self)

    def _show(self, record: ResidentRecord) -> None:
        details = record.resident.details
        self.record = record
        self.banner.show_resident(details, self.ctx.today(), record.status)
        self.ctx.resident.emit(record.resident.id)
        facts = record.facts
        self.safety.show_facts(facts.get(FactKind.ALLERGY, ()), facts.get(FactKind.CPR, ()))
        self.away.load(record.resident.id)
        self.drafts.show_rows(record.drafts)
        self.sections["alerts"].show_data(record.alerts)
        self.sections["assessments"].show_data((record.latest, record.due))
        wrong: dict[FactKind, tuple[Fact, ...]] = {}
        for fact in record.facts_in_error:
            wrong[fact.kind] = (*wrong.get(fact.kind, ()), fact)
        for kind, _name in _FACT_SECTIONS:
            self.sections[kind.value].show_data((facts.get(kind, ()), wrong.get(kind, ())))
        self.sections["packs"].show_data(record.packs)
        from app.services.access import Action

        self.looked_button.setVisible(self.ctx.allowed(Action.VIEW_AUDIT))
        self.export_button.setVisible(self.ctx.allowed(Action.EXPORT_RESIDENT))
        self.hospital_button.setVisible(record.status in {"here", "away"})
        self.waiting.hide()
        self.content.show()
        self.setAccessibleName(f"Record of {spoken_resident(details, self.ctx.today())}")
        self._order()

    def _order(self) -> None:
        shown = self.sections
        first, last = ("alerts", "assessments"), (*_ABOUT, *_REST)
        keep_tab_order(
            tab_stops(
                self.away,
                *self._actions,
                *self.places.values(),
                self.drafts,
                *self._goes,
                *(shown[key] for key in (*first, *last)),
            )
        )

    def _allowed(self, action: str, then: Callable[[], Any]) -> None:
        """Do it when the role allows it and the same resident is still shown; else the refusal is said in words."""
        from app.services import access

        visit = self._visit

        def asked(_: None) -> None:
            if visit == self._visit:
                then()

        self.ctx.call(lambda s: access.require(s, access.Action[action]), asked, owner=self)

    def _again(self, instrument: str) -> None:
        if self.record is None:
            return
        if (page := _BEGUN_ELSEWHERE.get(instrument)) is not None:
            self._open_place(page)
        else:
            self._start(self.record.resident.id, instrument)

    def _open_place(self, page: str) -> None:
        if self.record is not None:
            self.ctx.navigate.emit(page, self.record.resident.id)

    def _start(self, resident_id: ResidentId, instrument: str = "") -> None:
        from app.ui.pages.assessment import Open

        self.ctx.navigate.emit("assessment", Open(resident_id, instrument))

    def _continue(self, draft: DraftRow) -> None:
        from app.ui.pages.assessment import Open

        self.ctx.navigate.emit("assessment", Open(draft.resident_id, draft.instrument, draft_id=draft.id))

    def _discard(self, draft: DraftRow) -> None:
        if self.record is None:
            return
        from app.services import assessments
        from app.ui.dialogs.confirm import Confirm

        dialog = Confirm(
            self,
            "Discard this draft?",
            f"{draft.title}, saved {date_time(draft.updated_at)} by {draft.author}. It cannot be brought back.",
            "Discard",
            about=self.record.resident.details,
            today=self.ctx.today(),
            irreversible=True,
            cancel="Keep it",
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self.ctx.call(lambda s: assessments.discard_draft(s, draft.id)))
        dialog.open()


def _read(resident_id: ResidentId, session: Session, *, again: bool) -> ResidentRecord:
    """The record; whoever marked something as entered in error stands there by name."""
    from app.services import residents
    from app.ui.dialogs.history import with_names

    record = (residents.read_again if again else residents.open_resident)(session, resident_id)
    return replace(record, facts_in_error=with_names(session, record.facts_in_error))
