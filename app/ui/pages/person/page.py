"""The resident as a person on one page, in the order in which a carer needs it.

Wrong-resident guard as on the record's page: one resident or none, everything emptied before another is read, and an
answer for a resident who was left meanwhile is thrown away.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.dates import long_date, to_local
from app.domain.errors import UserError
from app.domain.people import Resident, ResidentId
from app.ui.forms.form import show_dialog
from app.ui.messages import in_words
from app.ui.pages.person import parts
from app.ui.pages.resident.sections import Section
from app.ui.resident_frame import ResidentFrame
from app.ui.theme import L, M, S
from app.ui.widgets.banner import spoken_resident
from app.ui.widgets.buttons import link, primary, secondary
from app.ui.widgets.layouts import keep_tab_order, level, tab_stops
from app.ui.widgets.text import label

if TYPE_CHECKING:
    from app.services.assessments import AssessmentRow, SavedDraft
    from app.services.changes import Changes
    from app.services.patterns import Call
    from app.services.person import Person
    from app.services.session import Session
    from app.ui.context import Context

_LEFT = ("behaviour", "memory", "wellbeing")
_RIGHT = ("health", "wishes", "medicines", "cga")
_TOUCHED = frozenset({"assessment", "photo", "resident", "fact", "setting"})


class PersonPage(ResidentFrame):
    """``opened`` with a resident's id. ``found`` is what is shown, or None while nobody is."""

    title = "Person"  # never whose: titles stand in the task bar, in lists of windows and on shared screens
    two_columns = 1000

    def __init__(self, ctx: Context) -> None:
        from app.services.access import Action

        super().__init__()
        self.ctx = ctx
        self.resident_id: ResidentId | None = None
        self.found: Person | None = None
        self._visit = 0
        self.writes = ctx.allowed(Action.RECORD_ASSESSMENT)
        self.waiting = label("", "strong")
        self.waiting.setAccessibleName("State of the record")
        self.back_button = link("All of the record", self._record_page)
        self.about_button = primary("Write About me", partial(self.record, "about_me"))
        self.about_open = link("Open", self._open_about)
        self.about_open.setAccessibleName("Open About me as it was signed")
        self.about_paper = secondary("About me on paper…", self.print_about)
        self.photo_button = link("Photo…", self.add_photo)
        self.photo_button.setAccessibleName("Add a photo of the resident")
        self.wrong_button = link("Wrong photo…", self.photo_in_error)
        self.wrong_button.setAccessibleName("This photo was entered in error")
        self.behaviour_button = secondary("Record behaviour", partial(self.record, "abc_chart"))
        self.behaviour_paper = link("Summary on paper…", self.print_behaviour)
        self.behaviour_paper.setAccessibleName("Summary of behaviour on paper")
        self.call_button = secondary("SBARD call", partial(self.record, "sbard"))
        self.cga_button = secondary("Assemble from the others", self.assemble)
        self.sections: dict[str, Section[Any]] = {}
        self._make_sections()
        self._lay_out()
        self._clear("")

    # ------------------------------------------------------------------------------------------ the page protocol

    def opened(self, arg: Any) -> None:
        """Show this resident; everything of the one before is gone before anything is read."""
        if not isinstance(arg, str) or not arg:
            self._clear("No resident is chosen. Choose one in the list of residents.")
            return
        if arg != self.resident_id:
            self._clear("Opening the record…")
            self.area.verticalScrollBar().setValue(0)
        self.resident_id = ResidentId(arg)
        self._load()
        self.setFocus(Qt.FocusReason.OtherFocusReason)  # on no button: a key held a moment too long must press nothing

    def refresh(self, changes: Changes) -> None:
        """Read again what was saved about this resident."""
        mine = not changes.residents or self.resident_id in changes.residents
        if self.resident_id is not None and mine and changes.kinds & _TOUCHED:
            self._load(again=True)

    def can_leave(self) -> bool:
        """Everything is typed on other pages and in dialogs of their own."""
        return True

    # ------------------------------------------------------------------------------------------------ what it does

    def record(self, code: str) -> None:
        """Go to the form of an instrument, and come back here afterwards."""
        if self.found is not None:
            from app.ui.pages.assessment import Open

            self.ctx.navigate.emit("assessment", Open(self.found.resident.id, code, back="person"))

    def decide(self, call: Call) -> None:
        """Go on with an SBARD call: its decision is written into it."""
        if self.found is not None:
            from app.ui.pages.assessment import Open

            where = Open(self.found.resident.id, "sbard", amends=call.id, back="person")
            self.ctx.navigate.emit("assessment", where)

    def look(self, row: AssessmentRow) -> None:
        """Open a signed assessment, read-only."""
        if self.found is not None:
            from app.ui.pages.resident.assessment_view import AssessmentDialog

            AssessmentDialog(self.ctx, self, self.found.resident, row).open()

    def look_at(self, assessment_id: str) -> None:
        """The same for one of which only the id is known."""
        visit = self._visit

        def arrived(row: AssessmentRow) -> None:
            if visit == self._visit:
                self.look(row)

        self.ctx.call(partial(_listed, assessment_id), arrived, owner=self)

    def assemble(self) -> None:
        """Put the newest of the other assessments together as a draft, and go to its form."""
        if self.found is None:
            return
        visit, resident_id = self._visit, self.found.resident.id

        def begun(saved: SavedDraft) -> None:
            if visit == self._visit:
                from app.ui.pages.assessment import Open

                where = Open(resident_id, "cga", draft_id=saved.draft_id, back="person")
                self.ctx.navigate.emit("assessment", where)

        self.ctx.call(partial(_begin, resident_id), begun, owner=self)

    def add_photo(self) -> None:
        """Ask who agrees, and for the file."""
        if self.found is not None:
            from app.ui.pages.person.dialogs import PortraitDialog

            show_dialog(PortraitDialog(self.ctx, self, self.found.resident))

    def photo_in_error(self) -> None:
        """Ask what was wrong about the photo."""
        if self.found is not None and self.found.photo is not None:
            from app.ui.pages.person.dialogs import WrongPhotoDialog

            show_dialog(WrongPhotoDialog(self.ctx, self, self.found.resident, self.found.photo.id))

    def print_about(self) -> None:
        """Ask before About me leaves the encrypted store."""
        if self.found is not None and self.found.about_me is not None:
            about = "" if self.found.about_me.shared else "It is for use in the home only, and says so."
            make = partial(_about_paper, self.found.resident.id)
            self._paper("About me on paper", about, "about-me.pdf", make)

    def print_behaviour(self) -> None:
        """Ask before the summary of behaviour leaves the encrypted store."""
        if self.found is not None:
            make = partial(_behaviour_paper, self.found.resident.id)
            self._paper("Summary of behaviour on paper", "For the GP or a specialist.", "behaviour.pdf", make)

    def print_letter(self, row: AssessmentRow) -> None:
        """Ask before the letter to the GP leaves the encrypted store."""
        about = f"It asks the GP to look for dementia, after the DeAR-GP of {long_date(to_local(row.at).date())}."
        self._paper("Letter to the GP", about, "letter-to-the-gp.pdf", partial(_letter, row.id))

    def print_cga(self, row: AssessmentRow) -> None:
        """Ask before the assessment leaves the encrypted store."""
        about = f"The assessment of {long_date(to_local(row.at).date())}, with its gaps named on page 1."
        self._paper("Comprehensive geriatric assessment on paper", about, "cga.pdf", partial(_cga_paper, row.id))

    # ------------------------------------------------------------------------------------------------------ inside

    def _paper(self, words: str, about: str, file: str, make: Callable[[Session], bytes]) -> None:
        if self.found is not None:
            from app.ui.pages.person.dialogs import PaperDialog

            PaperDialog(self.ctx, self, self.found.resident, words, about, file, make).open()

    def _open_about(self) -> None:
        if self.found is not None and self.found.about_me is not None:
            self.look(self.found.about_me.row)

    def _record_page(self) -> None:
        if self.resident_id is not None:
            self.ctx.navigate.emit("resident", self.resident_id)

    def _make_sections(self) -> None:
        acts = parts.Acts(
            self.record, self.look, self.look_at, self.decide, self.print_letter, self.assemble, self.print_cga,
            self.ctx.today, self.writes,
        )  # fmt: skip
        drawn = (
            ("about", "About me", parts.draw_about,
             (self.about_button, self.about_paper, self.about_open, self.photo_button, self.wrong_button)),
            ("behaviour", "Behaviour", parts.draw_behaviour, (self.behaviour_button, self.behaviour_paper)),
            ("memory", "Memory", parts.draw_memory, ()),
            ("wellbeing", "Wellbeing and activities", parts.draw_wellbeing, ()),
            ("health", "Health", parts.draw_health, (self.call_button,)),
            ("wishes", "Wishes for the end of life", parts.draw_wishes, ()),
            ("medicines", "Medicines", parts.draw_medicines, ()),
            ("cga", "Comprehensive assessment", parts.draw_cga, (self.cga_button,)),
        )  # fmt: skip
        for key, name, draw, buttons in drawn:
            self.sections[key] = Section(name, partial(draw, acts), *buttons)
        for button in (
            self.about_button, self.photo_button, self.behaviour_button, self.call_button, self.cga_button
        ):  # fmt: skip
            button.setVisible(self.writes)

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
        self._goes: list[QWidget] = []
        for section in self.sections.values():
            go = link(section.name, partial(self._jump, section))
            go.setAccessibleName(f"Go to {section.name}")
            self._goes.append(go)
        self._jumps = level((self.back_button, label("Go to", "secondary", wrap=False), *self._goes), gap=S, row_gap=0)
        inside.addWidget(self._jumps)
        inside.addWidget(self.sections["about"])
        for keys in (_LEFT, _RIGHT):
            self.add_side(self.sections[key] for key in keys)
        inside.addLayout(self.columns)
        column.addWidget(self.content)
        column.addStretch(1)
        self.stand(body)

    def _jump(self, section: QWidget) -> None:
        self.area.verticalScrollBar().setValue(section.mapTo(self.content, QPoint(0, 0)).y())
        following = next((w for w in tab_stops(section) if w.isVisible() and w.isEnabled()), None)
        if following is not None:
            following.setFocus(Qt.FocusReason.TabFocusReason)

    def _clear(self, waiting: str) -> None:
        """Nobody is on the screen: banner, every section, and any answer still on its way."""
        self._visit += 1
        self.resident_id = None
        self.found = None
        self.banner.clear()
        for section in self.sections.values():
            section.clear()
        self.content.hide()
        self.waiting.setText(waiting)
        self.waiting.setVisible(bool(waiting))
        self.setAccessibleName(waiting or "No resident")
        self.ctx.resident.emit("")

    def _load(self, *, again: bool = False) -> None:
        """Read it; ``again`` when it is on the screen already, which is no second opening."""
        visit, resident_id = self._visit, self.resident_id
        if resident_id is None:
            return

        def current() -> bool:
            return visit == self._visit and resident_id == self.resident_id

        def arrived(found: Person) -> None:
            if current() and found.resident.id == resident_id:
                self._show(found)

        def failed(exc: BaseException) -> None:
            if current():
                message = in_words(exc)
                self._clear(f"The record cannot be shown. {message.text} {message.detail}".strip())
                if not isinstance(exc, UserError):
                    self.ctx.messages.report(exc)

        self.ctx.call(partial(_read, resident_id, again=again), arrived, failed, owner=self)

    def _show(self, found: Person) -> None:
        resident: Resident = found.resident
        self.banner.show_resident(resident.details, self.ctx.today(), found.status)
        self.ctx.resident.emit(resident.id)
        self.setAccessibleName(f"Person: {spoken_resident(resident.details, self.ctx.today())}")
        if found != self.found:
            self.found = found
            for section in self.sections.values():
                section.show_data(found)
        told = found.about_me
        self.about_button.setText("Go through About me again" if told else "Write About me")
        self.about_paper.setVisible(told is not None)
        self.about_open.setVisible(told is not None)
        self.photo_button.setText("New photo…" if found.photo else "Photo…")
        self.wrong_button.setVisible(self.writes and found.photo is not None)
        self.behaviour_paper.setVisible(bool(found.behaviour.records))
        self.waiting.hide()
        self.content.show()
        keep_tab_order(tab_stops(self._jumps, *(self.sections[key] for key in ("about", *_LEFT, *_RIGHT))))


def _read(resident_id: ResidentId, session: Session, *, again: bool) -> Person:
    from app.services import person

    return person.person(session, resident_id, again=again)


def _listed(assessment_id: str, session: Session) -> AssessmentRow:
    from app.services import assessments

    return assessments.listed(session, assessment_id)


def _begin(resident_id: ResidentId, session: Session) -> SavedDraft:
    from app.services import cga

    return cga.begin(session, resident_id)


def _letter(assessment_id: str, session: Session) -> bytes:
    from app.services import person

    return person.dear_gp_letter(session, assessment_id)


def _about_paper(resident_id: ResidentId, session: Session) -> bytes:
    from app.services import person

    return person.about_me_paper(session, resident_id)


def _behaviour_paper(resident_id: ResidentId, session: Session) -> bytes:
    from app.services import person

    return person.behaviour_paper(session, resident_id)


def _cga_paper(assessment_id: str, session: Session) -> bytes:
    from app.services import cga

    return cga.cga_paper(session, assessment_id)
