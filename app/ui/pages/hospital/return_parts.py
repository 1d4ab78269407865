"""The parts of the return checklist: an answer with words, a medicine beside the letter, a new one, an appointment.

Each part holds what is typed in its own boxes; ``kept`` is that as plain values, ``fill`` puts them back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.domain.errors import UserError
from app.domain.journeys import FollowUp, MedicineChange, MedicineFate
from app.domain.people import Fact, Medicine
from app.ui.theme import M, S
from app.ui.widgets.buttons import link
from app.ui.widgets.field import Field
from app.ui.widgets_form.editors import DateEditor, TextEditor, TilesEditor, WhenEditor
from app.ui.widgets_form.labels import field, label

SAID = {
    MedicineFate.SAME: "the same",
    MedicineFate.CHANGED: "changed",
    MedicineFate.STOPPED: "stopped",
    MedicineFate.STARTED: "started",
}
_FATES = [(MedicineFate.SAME, "Same"), (MedicineFate.CHANGED, "Changed"), (MedicineFate.STOPPED, "Stopped")]


class Answer(QWidget):
    """A short choice; one of its answers asks for words. ``value`` is the code, ``words`` what was written to it."""

    changed = Signal()

    def __init__(
        self,
        name: str,
        options: Sequence[tuple[object, str]],
        *,
        key: str,
        tells: object,
        words: str,
        help_text: str = "",
    ) -> None:
        super().__init__()
        self._tells = tells
        self.tiles = TilesEditor(name, options)
        self.box = TextEditor(words)
        self.field = field(name, self.tiles, key=key, help_text=help_text)
        self.more = field(words, self.box, key=f"{key}_note")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        column.addWidget(self.field)
        column.addWidget(self.more)
        self.more.hide()
        self.tiles.changed.connect(self._chosen)
        self.box.textChanged.connect(self.changed)

    def _chosen(self) -> None:
        self.more.setVisible(self.value() == self._tells)
        self.changed.emit()

    def value(self) -> object:
        """The code chosen, None while nothing is."""
        return self.tiles.value()

    def words(self) -> str:
        """What was written, empty when the answer asks for no words."""
        return self.box.text().strip() if self.value() == self._tells else ""

    def told(self) -> str | None:
        """The words; empty for the other answer, None while nothing is chosen."""
        return None if self.value() is None else self.words()

    def fields(self) -> tuple[Field, ...]:
        """Where problems are shown."""
        return (self.field, self.more)

    def kept(self) -> list[object]:
        """The choice and the words."""
        return [self.value(), self.box.text()]

    def fill(self, value: object, words: str) -> None:
        """Show an answer."""
        self.tiles.set_value(value)
        self.box.setText(words)
        self.more.setVisible(value == self._tells)


def none_or(name: str, *, key: str, words: str, none: str = "None", help_text: str = "") -> Answer:
    """A question with the answers "none" and words."""
    return Answer(name, [("none", none), ("some", "Yes")], key=key, tells="some", words=words, help_text=help_text)


class MedicineRow(QFrame):
    """A medicine of the list and what the letter makes of it: 1 same, 2 changed, 3 stopped."""

    changed = Signal()

    def __init__(self, fact: Fact, now: Callable[[], datetime], before: MedicineChange | None) -> None:
        super().__init__()
        self.fact, self.before = fact, before
        body = fact.body if isinstance(fact.body, Medicine) else Medicine("")
        self.known = body
        self.setProperty("role", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(M, S, M, S)
        column.setSpacing(S)
        column.addWidget(label(body.name, "strong"))
        column.addWidget(label(body.directions or "No directions are recorded"))
        self.tiles = TilesEditor(f"{body.name}: what does the letter say", _FATES)
        self.name = TextEditor(f"{body.name}: medicine and strength now")
        self.directions = TextEditor(f"{body.name}: directions now")
        self.why = TextEditor(f"{body.name}: why")
        self.next_dose = WhenEditor(f"{body.name}: next dose", now, past_only=False)
        self._named = field("Medicine and strength now", self.name, key="")
        self._directed = field("Directions now", self.directions, key="")
        self._reasoned = field("Why, as the letter says", self.why, key="")
        self._dosed = field("Next dose", self.next_dose, key="")
        for editor, words in (
            (self.name, "medicine and strength now"), (self.directions, "directions now"), (self.why, "why"),
            (self.next_dose, "next dose"),
        ):  # fmt: skip
            editor.focus_on().setAccessibleName(f"{body.name}: {words}")
        if before is not None and before.written:
            told = SAID[before.fate]
            column.addWidget(label(f"In the record since the checklist was saved: {told}.", "secondary"))
            self._frozen = before.fate is not MedicineFate.SAME
        else:
            self._frozen = False
        for part in (self.tiles, self._named, self._directed, self._reasoned, self._dosed):
            column.addWidget(part)
            part.hide()
        self.tiles.setVisible(not self._frozen)
        self.name.setText(body.name)
        self.directions.setText(body.directions)
        if before is not None:
            self.fill(
                {"fate": before.fate.value, "why": before.why, "name": before.name,
                 "directions": before.directions or body.directions, "next": before.next_dose}
            )  # fmt: skip
        self.tiles.changed.connect(self._chosen)
        for box in (self.name, self.directions, self.why):
            box.textChanged.connect(self.changed)
        self.next_dose.changed.connect(self.changed)

    def _chosen(self) -> None:
        self._arrange()
        self.changed.emit()

    def _arrange(self) -> None:
        fate = self.tiles.value()
        changed, stopped = fate is MedicineFate.CHANGED, fate is MedicineFate.STOPPED
        for part, wanted in (
            (self._named, changed), (self._directed, changed), (self._reasoned, changed or stopped),
            (self._dosed, changed or fate is MedicineFate.SAME),
        ):  # fmt: skip
            part.setVisible(wanted and not self._frozen)

    def read(self) -> MedicineChange | None:
        """What was chosen, None while nothing is. UserError when the next dose cannot be read."""
        if self._frozen and self.before is not None:
            return self.before
        fate = self.tiles.value()
        if not isinstance(fate, MedicineFate):
            return None
        changed = fate is MedicineFate.CHANGED
        return MedicineChange(
            self.name.text().strip() if changed else self.known.name,
            fate,
            self.fact.id,
            self.directions.text().strip() if changed else "",
            self.why.text().strip() if fate is not MedicineFate.SAME else "",
            self.next_dose.instant() if fate is not MedicineFate.STOPPED else None,
            self.fact.revision_id,
        )

    def kept(self) -> dict[str, Any]:
        """What is typed, as plain values."""
        fate = self.tiles.value()
        return {
            "fate": fate.value if isinstance(fate, MedicineFate) else None, "name": self.name.text(),
            "directions": self.directions.text(), "why": self.why.text(), "next": self.next_dose.kept(),
        }  # fmt: skip

    def fill(self, kept: Mapping[str, Any]) -> None:
        """Show what was typed before."""
        fate = kept.get("fate")
        self.tiles.set_value(MedicineFate(fate) if fate else None)
        for box, key in ((self.name, "name"), (self.directions, "directions"), (self.why, "why")):
            box.setText(str(kept.get(key) or ""))
        self.next_dose.set_value(kept.get("next"))
        self._arrange()


class NewMedicine(QFrame):
    """A medicine that hospital started. ``removed`` takes it off the list again."""

    changed = Signal()
    removed = Signal()

    def __init__(self, place: int, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.name = TextEditor(f"New medicine {place}: name and strength")
        self.directions = TextEditor(f"New medicine {place}: directions")
        self.why = TextEditor(f"New medicine {place}: why")
        self.next_dose = WhenEditor(f"New medicine {place}: next dose", now, past_only=False)
        column = QVBoxLayout(self)
        column.setContentsMargins(M, S, M, S)
        column.setSpacing(S)
        for words, editor in (
            ("New medicine: name and strength", self.name), ("Directions", self.directions),
            ("Why, as the letter says", self.why), ("Next dose", self.next_dose),
        ):  # fmt: skip
            column.addWidget(field(words, editor, key=""))
            editor.focus_on().setAccessibleName(f"New medicine {place}: {words.removeprefix('New medicine: ').lower()}")
        self.remove_button = link(f"Take new medicine {place} off", self.removed.emit)
        column.addWidget(self.remove_button, 0, Qt.AlignmentFlag.AlignLeft)
        for box in (self.name, self.directions, self.why):
            box.textChanged.connect(self.changed)
        self.next_dose.changed.connect(self.changed)

    def read(self) -> MedicineChange | None:
        """The medicine, None while nothing is typed. UserError when the next dose cannot be read."""
        name, directions = self.name.text().strip(), self.directions.text().strip()
        dose = self.next_dose.instant()
        if not (name or directions or self.why.text().strip() or dose):
            return None
        return MedicineChange(name, MedicineFate.STARTED, "", directions, self.why.text().strip(), dose)

    def kept(self) -> dict[str, Any]:
        """What is typed, as plain values."""
        return {
            "name": self.name.text(), "directions": self.directions.text(), "why": self.why.text(),
            "next": self.next_dose.kept(),
        }  # fmt: skip

    def fill(self, kept: Mapping[str, Any]) -> None:
        """Show what was typed before."""
        for box, key in ((self.name, "name"), (self.directions, "directions"), (self.why, "why")):
            box.setText(str(kept.get(key) or ""))
        self.next_dose.set_value(kept.get("next"))


class FollowUpRow(QWidget):
    """An appointment or a task that hospital asks for, with its day if there is one."""

    changed = Signal()

    def __init__(self, place: int, today: Callable[[], date]) -> None:
        super().__init__()
        self.what = TextEditor(f"Follow-up {place}: what")
        self.on = DateEditor(f"Follow-up {place}: on", today)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        column.addWidget(field(f"Follow-up {place}: what", self.what, key=""))
        column.addWidget(field(f"Follow-up {place}: on which day, if it has one", self.on, key=""))
        self.what.textChanged.connect(self.changed)
        self.on.changed.connect(self.changed)

    def read(self) -> FollowUp | None:
        """The appointment, None while nothing is typed. UserError when the day cannot be read."""
        day = self.on.value()
        what = self.what.text().strip()
        if not what and day is None:
            return None
        if not what:
            raise UserError("Follow-up: say what it is")
        return FollowUp(what, date.fromisoformat(str(day)) if day else None)

    def kept(self) -> list[object]:
        """What is typed, as plain values."""
        return [self.what.text(), self.on.kept()]

    def fill(self, what: str, on: object) -> None:
        """Show what was typed before."""
        self.what.setText(what)
        self.on.set_value(on)
