"""The dialogs about training: a course, a week's rota, a shift, an entry in error, and the two papers."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QFileDialog, QWidget

from app.domain.dates import day_date, short_date, week_start
from app.domain.errors import UserError
from app.domain.home_facts import Duty, HomeFact, Training
from app.domain.people import StaffId
from app.domain.training import COURSE_LABELS
from app.ui.dialogs.home_fact_error import HomeFactErrorDialog
from app.ui.dialogs.place import documents
from app.ui.forms.form import FormDialog
from app.ui.pages.hospital.papers import PaperDialog
from app.ui.pages.training.forms import (
    ERROR_REASON,
    REASON,
    ROTA_FORM,
    SHIFT_FORM,
    read_duty,
    read_rota,
    read_training,
    training_form,
    typed_duty,
    typed_training,
)
from app.ui.pages.training.words import course_words, duty_words
from app.ui.theme import Tone
from app.ui.widgets.buttons import secondary
from app.ui.widgets.layouts import level
from app.ui.widgets.text import heading, label

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.services.session import Session
    from app.services.training import Recorded
    from app.ui.context import Context

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class TrainingDialog(FormDialog):
    """A course that somebody passed: a new one, one that renews ``like``, or a change of ``fact`` with its reason."""

    def __init__(
        self, ctx: Context, parent: QWidget | None, people: Mapping[StaffId, str], *, who: StaffId | None = None,
        like: Training | None = None, fact: HomeFact | None = None,
    ) -> None:  # fmt: skip
        asks = training_form(people)
        words, action, typed = "Record a course", "Record", {"staff_id": str(who or "")}
        if fact is not None and isinstance(fact.body, Training):
            asks, words, action = (*asks, REASON), "Change a course", "Save"
            typed = {key: str(value) for key, value in typed_training(fact.body).items()}
        elif like is not None:
            words, action = f"Renew: {COURSE_LABELS[like.course]}", "Record"
            typed = {"staff_id": like.staff_id, "course": like.course.value, "title": like.title,
                     "provider": like.provider}  # fmt: skip
        super().__init__(ctx, parent, words, asks, typed, action=action)
        self._asks, self._fact = asks, fact

    def save(self) -> None:
        """Record it."""
        from app.services import home_facts, training

        body, reason = read_training(self._asks, self.form.typed(), self.ctx.today())
        if (fact := self._fact) is None:
            self.run(lambda s: training.record(s, body), lambda _: self.saved())
        else:
            fact_id = fact.id
            self.run(lambda s: home_facts.change(s, fact_id, body, reason=reason), lambda _: self.saved())


class RotaDialog(FormDialog):
    """The same shift for several people on several days of a week, in one go. It stays open for the next shift."""

    def __init__(self, ctx: Context, parent: QWidget | None, people: Mapping[StaffId, str], day: date) -> None:
        monday = short_date(week_start(day))
        super().__init__(
            ctx, parent, "Enter the rota of a week", ROTA_FORM,
            {"week": monday, "begins": "08:00", "ends": "20:00"},
            intro="Tick who works this shift and on which days. All of it is recorded, or nothing.",
            action="Record these shifts",
        )  # fmt: skip
        self.people = {person: QCheckBox(name) for person, name in people.items()}
        self.days = tuple(QCheckBox(name) for name in _DAYS)
        self.said = label("", "good")
        self.said.hide()
        self.below.addWidget(heading("On which days"))
        self.below.addWidget(level(self.days))
        self.below.addWidget(heading("Who works this shift"))
        self.below.addWidget(level(self.people.values()))
        self.below.addWidget(self.said)
        self.cancel_button.setText("Close")
        self.cancel_button.setAccessibleName("Close")

    def dirty(self) -> bool:
        """Whether somebody or some day is ticked that is not recorded."""
        return any(box.isChecked() for box in self.people.values())

    def save(self) -> None:
        """Record the shifts."""
        from app.services import training

        monday, begins, ends = read_rota(self.form.typed(), self.ctx.today())
        people = tuple(person for person, box in self.people.items() if box.isChecked())
        days = tuple(monday + timedelta(days=at) for at, box in enumerate(self.days) if box.isChecked())
        if not days:
            raise UserError("Tick the days")
        if not people:
            raise UserError("Tick who works this shift")
        self.run(lambda s: training.record_shifts(s, people, days, begins, ends), self._recorded)

    def _recorded(self, done: Recorded) -> None:
        many = "1 shift is" if done.count == 1 else f"{done.count} shifts are"
        self.said.setText(f"{many} recorded. Enter the next shift, or close.")
        self.said.show()
        self.area.ensureWidgetVisible(self.said)
        for box in self.people.values():
            box.setChecked(False)
        next(iter(self.form.fields.values())).focus()


class ShiftDialog(FormDialog):
    """Another beginning or end of a shift, with the reason."""

    def __init__(self, ctx: Context, parent: QWidget | None, fact: HomeFact, name: str) -> None:
        typed = typed_duty(fact.body) if isinstance(fact.body, Duty) else {}
        super().__init__(ctx, parent, "Change a shift", SHIFT_FORM, typed, who=name)
        self._fact = fact

    def save(self) -> None:
        """Record the change."""
        from app.services import home_facts

        body = self._fact.body
        if not isinstance(body, Duty):
            raise TypeError("not a shift")
        fact_id = self._fact.id
        duty, reason = read_duty(self.form.typed(), body.staff_id, self.ctx.today())
        self.run(lambda s: home_facts.change(s, fact_id, duty, reason=reason), lambda _: self.saved())


class InErrorDialog(HomeFactErrorDialog):
    """Says that a course or a shift should not have been recorded."""

    def __init__(self, ctx: Context, parent: QWidget | None, fact: HomeFact, name: str) -> None:
        body = fact.body
        if isinstance(body, Training):
            words = f"{course_words(body)}, passed on {short_date(body.passed_on)}"
        else:
            words = duty_words(body) if isinstance(body, Duty) else ""
        super().__init__(ctx, parent, fact.id, f"{name} · {words}", ERROR_REASON)


class MatrixDialog(PaperDialog):
    """The two tests, the lift cover, the matrix and the champions of a day on paper."""

    def __init__(self, ctx: Context, parent: QWidget | None, day: date) -> None:
        super().__init__(
            ctx, parent, "Staff and training on paper", "staff-and-training.pdf",
            f"Who is trained in what on {day_date(day)}, the two tests of 80 %, the week's lift cover and the "
            "register of champions.", None,
        )  # fmt: skip
        self._day = day

    def maker(self) -> Callable[[Session], bytes]:
        """The matrix."""
        from app.services import training

        day = self._day
        return lambda session: training.matrix_paper(session, day)


class ProviderDialog(PaperDialog):
    """The list for the training provider, on paper or as a table."""

    def __init__(self, ctx: Context, parent: QWidget | None) -> None:
        super().__init__(
            ctx, parent, "List for the training provider", "training-wanted.pdf",
            "Who needs which course, by when and why: certificates that have ended or end within three months, courses "
            "that nobody recorded, and the pathways without a champion.", None,
        )  # fmt: skip
        self.csv_button = secondary("Save as table (CSV)…", self.save_csv)
        self.csv_button.setAccessibleName("Save as table (CSV)")
        self.buttons.insertWidget(2, self.csv_button)

    def maker(self) -> Callable[[Session], bytes]:
        """The list."""
        from app.services import training

        return training.provider_paper

    def save_csv(self) -> None:
        """Ask where, then write the table."""
        name, _ = QFileDialog.getSaveFileName(
            self, "Save the list", documents("training-wanted.csv"), "CSV files (*.csv)"
        )
        if name:
            self.csv_to(Path(name))

    def csv_to(self, path: Path) -> None:
        """Write the table there."""

        def work(session: Session) -> Path:
            from app.services import export, training

            export.save_files(path.parent, {path.name: training.provider_csv(session)}, over=True)
            return path

        self.ctx.call(work, lambda saved: self.tell(f"Saved as {saved}.", Tone.GOOD), self.failed, owner=self)
