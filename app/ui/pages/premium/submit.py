"""Signing the week's claims: exactly what will be sent, the manager's password, and a truthful result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QVBoxLayout, QWidget

from app.domain.dates import short_date
from app.domain.errors import EnvironmentTrouble, ExitCode, Problem, UserError
from app.domain.money import pounds
from app.domain.needs import need_label
from app.domain.nhs import format_nhs_number
from app.domain.people import ResidentId
from app.ui import theme
from app.ui.forms.form import FormDialog, show_dialog
from app.ui.forms.typed import Ask
from app.ui.messages import in_words
from app.ui.pages.premium.load import ASKED_BELOW, ToSign, load_to_sign
from app.ui.pages.premium.words import claimable, count, evidence_words, week_words, why_nobody
from app.ui.theme import Tone
from app.ui.widgets.layouts import empty
from app.ui.widgets.table import Column
from app.ui.widgets.text import card, heading, label
from app.ui.widgets.wrapped_table import WrappedTable

if TYPE_CHECKING:
    from app.domain import messages
    from app.services.claim_signing import Submitted
    from app.services.premium import ClaimRow
    from app.services.session import Session
    from app.ui.context import Context

_PASSWORD = Ask("password", "Your password", "password", "Your password signs these claims in your name.")
_LATE = Ask(
    "late_reason",
    "Why the claims are late",
    "notes",
    "The claim window has closed. With a reason, a person at the CCG decides",
)
_TOGGLE = frozenset({Qt.Key.Key_Space})


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One claim as it would be sent."""

    resident_id: ResidentId
    who: str
    areas: str
    pence: int
    cited: tuple[str, ...] = ()


class PickTable(WrappedTable[ClaimLine]):
    """The claims, each to be sent or left out: Space, Enter or a double click changes that and calls ``changed``."""

    def __init__(self, lines: Sequence[ClaimLine], changed: Callable[[], None]) -> None:
        self.left_out: set[ResidentId] = set()
        self._changed = changed
        super().__init__(
            "Claims to sign",
            (
                Column("Claim?", self._word, tone=self._tone),
                Column("Resident", lambda line: line.who, spoken=lambda line: line.who.replace("\n", ". ")),
                Column(
                    "Claim, areas, champions, evidence",
                    lambda line: line.areas,
                    spoken=lambda line: line.areas.replace("\n", ", "),
                    stretch=True,
                ),
                Column("Amount", lambda line: pounds(line.pence), right=True),
            ),
            key=lambda line: line.resident_id,
        )
        self.opened.connect(self.toggle)
        self.set_rows(lines)

    @property
    def taken(self) -> tuple[ClaimLine, ...]:
        """The claims to be sent."""
        return tuple(line for line in self.rows if line.resident_id not in self.left_out)

    def toggle(self, line: ClaimLine) -> None:
        """Leave a claim out, or take it in again."""
        self.left_out ^= {line.resident_id}
        self.set_rows(self.rows)
        self._changed()

    def put(self, line: ClaimLine) -> None:
        """Show a claim as it would be sent now."""
        self.set_rows([line if row.resident_id == line.resident_id else row for row in self.rows])
        self._changed()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Space changes the chosen claim."""
        line = self.current()
        if event.key() in _TOGGLE and line is not None:
            self.toggle(line)
            return
        super().keyPressEvent(event)

    def _fit_heights(self) -> None:
        super()._fit_heights()
        rows = sum(self.rowHeight(at) for at in range(len(self.rows)))
        wanted = rows + self.horizontalHeader().height() + 10
        self.setMinimumHeight(min(wanted, theme.scaled(280)))

    def _word(self, line: ClaimLine) -> str:
        return "Leave out" if line.resident_id in self.left_out else "Claim"

    def _tone(self, line: ClaimLine) -> Tone:
        return Tone.NEUTRAL if line.resident_id in self.left_out else Tone.GOOD


class AreaChoice(QFrame):
    """Which areas the chosen claim relies upon, where it has more than it needs. ``changed`` is told the resident and
    the areas that are ticked; what becomes of it is said here."""

    def __init__(self, changed: Callable[[ResidentId, tuple[str, ...]], None]) -> None:
        super().__init__()
        self._changed = changed
        self.ticks: dict[str, QCheckBox] = {}
        self._shown: ResidentId | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, self._column = card(spacing=theme.S)
        outer.addWidget(frame)
        self.trouble = label("", "error")
        self.hide()

    def show_row(self, row: ClaimRow | None, line: ClaimLine | None, needed: int) -> None:
        """Show the areas of this resident; hidden when there is nothing to choose."""
        if row is not None and row.resident_id == self._shown:
            return  # the keyboard stays on the tick that was just changed
        self._shown = row.resident_id if row is not None else None
        empty(self._column)
        self.ticks = {}
        supports = row.decision.supports if row is not None else ()
        self.setVisible(len(supports) > needed)
        if row is None or line is None or len(supports) <= needed:
            return
        name = row.resident_name
        self.setAccessibleName(f"Areas relied upon, {name}")
        self._column.addWidget(label(f"Areas that the claim for {name} relies upon", "strong"))
        for support in supports:
            tick = QCheckBox(f"{need_label(support.area)}: {', '.join(c.name for c in support.champions)}")
            tick.setAccessibleName(f"Rely on {tick.text()}, {name}")
            tick.setChecked(support.area.value in line.cited)
            tick.clicked.connect(partial(self._ticked, row.resident_id))
            self.ticks[support.area.value] = tick
            self._column.addWidget(tick)
        self.trouble = label("", "error")
        self.trouble.hide()
        self._column.addWidget(self.trouble)

    def say(self, words: str) -> None:
        """Why the areas that are ticked cannot be claimed on; empty when they can."""
        self.trouble.setText(words)
        self.trouble.setVisible(bool(words))

    def _ticked(self, resident_id: ResidentId) -> None:
        self._changed(resident_id, tuple(area for area, tick in self.ticks.items() if tick.isChecked()))


class SubmitDialog(FormDialog):
    """What will be signed, by whom, and for how much."""

    def __init__(self, ctx: Context, parent: QWidget | None, found: ToSign) -> None:
        week = found.week
        self._late = not any(claimable(row) for row in week.rows)
        self._found = found
        self._rows = {row.resident_key: row for row in week.rows}
        self._cited: dict[ResidentId, tuple[str, ...]] = {}
        self._refused: set[ResidentId] = set()
        lines = tuple(self._line(line) for line in found.lines)
        self._monday: date = week.week_start
        ccg = f"{ctx.home.ccg_name} ({ctx.home.ccg_ods})"
        super().__init__(
            ctx,
            parent,
            "Sign and submit claims",
            (_LATE, _PASSWORD) if self._late else (_PASSWORD,),
            {},
            who=f"Week of {week_words(week.week_start)}",
            intro=f"{ctx.home.name} claims from {ccg}. Exactly what stands below is signed and sent. "
            "Space leaves a resident out, or takes one in again.",
        )
        self.table = PickTable(lines, self._say_total)
        self.areas = AreaChoice(self._cite)
        self.table.chosen.connect(self._choose)
        self.total = heading("")
        self.later = label(_later_words(found), "secondary")
        at = self.body.indexOf(self.form)
        for step, part in enumerate((self.table, self.areas, self.total, self.later)):
            self.body.insertWidget(at + step, part)
        self._say_total()
        self._choose(self.table.current())

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Wide enough for the table, never more than the screen."""
        room = self.screen().availableSize()
        width = min(theme.scaled(1080), room.width() - 40)
        return QSize(width, min(theme.scaled(760), room.height() - 60))

    def dirty(self) -> bool:
        """Only a reason that was typed is worth asking about; the password is not."""
        return self._late and bool(str(self.form.typed()["late_reason"]).strip())

    def save(self) -> None:
        """Sign and queue; every refusal comes back here."""
        from app.services import premium

        typed = self.form.typed()
        password = str(typed["password"])
        reason = str(typed.get("late_reason", "")).strip()
        problems = []
        if self._late and not reason:
            problems.append(Problem("late_reason", "Enter why the claims are late"))
        if not password:
            problems.append(Problem("password", "Enter your password"))
        if not self.table.taken:
            problems.append(Problem("chosen", "Take in at least one resident"))
        if [problem.field for problem in problems] == ["password"]:
            self.say_at("password", problems[0].message)
            return
        if problems:
            raise UserError("There is a problem", problems=tuple(problems))
        chosen = tuple(line.resident_id for line in self.table.taken)
        monday, cited = self._monday, dict(self._cited)

        def work(session: Session) -> Submitted:
            return premium.submit(session, monday, password, chosen=chosen, late_reason=reason, relied_upon=cited)

        self.run(work, self._signed)

    def failed(self, exc: BaseException) -> None:
        """A wrong password is said at its box, where the next key replaces it; everything else as in any form."""
        if isinstance(exc, EnvironmentTrouble) and exc.exit_code is ExitCode.WRONG_PASSWORD:
            self._busy(on=False)
            self.say_at("password", "The password is not right. Nothing was signed")
            return
        super().failed(exc)

    def _signed(self, done: Submitted) -> None:
        self._forget_password()
        self.saved()
        many = len(done.identifiers)
        self.ctx.messages.good(
            "Signed and waiting to be sent",
            f"{count(many, 'claim')}, {pounds(done.total_pence)}. {'They leave' if many > 1 else 'It leaves'} this "
            "laptop with the next sending; the CCG's answer comes after that.",
            action="Open Sync to send now",
            do=lambda: self.ctx.navigate.emit("sync", None),
        )

    def _forget_password(self) -> None:
        self.form.set_typed({"password": ""})

    def _line(self, line: messages.ClaimLine) -> ClaimLine:
        """A claim exactly as the message carries it."""
        row = self._rows[line.resident.key]
        carried = [
            f"{need_label(item.area)}: {item.champion.name}, {evidence_words(item.evidence)}"
            for item in line.relied_upon
        ]
        areas = "\n".join((line.identifier, *carried))
        return ClaimLine(
            row.resident_id,
            f"{row.resident_name}\nBorn {short_date(line.resident.birth_date)}\n"
            f"NHS No. {format_nhs_number(line.resident.nhs_number)}",
            areas,
            line.amount_pence,
            tuple(item.area.value for item in line.relied_upon),
        )

    def _choose(self, line: ClaimLine | None) -> None:
        row = next((r for r in self._rows.values() if line is not None and r.resident_id == line.resident_id), None)
        rules = self._found.week.rules
        self.areas.show_row(row, line, rules.areas_to_pass if rules is not None else 0)

    def _cite(self, resident_id: ResidentId, areas: tuple[str, ...]) -> None:
        """Decide the claim again for the areas that are ticked, and show it as it would be sent then."""
        monday = self._monday

        def work(session: Session) -> messages.ClaimLine:
            from app.services import premium

            (line,) = premium.preview(
                session, monday, chosen=(resident_id,), late_reason=ASKED_BELOW, relied_upon={resident_id: areas}
            ).lines
            return line

        def done(line: messages.ClaimLine) -> None:
            self._cited[resident_id] = areas
            self._refused.discard(resident_id)
            self.areas.say("")
            self.table.put(self._line(line))

        def failed(exc: BaseException) -> None:
            self._refused.add(resident_id)
            self.areas.say(in_words(exc).text)
            self._say_total()

        self.ctx.call(work, done, failed, owner=self)

    def _say_total(self) -> None:
        taken = self.table.taken
        pence = sum(line.pence for line in taken)
        out = len(self.table.rows) - len(taken)
        left = f". {count(out, 'resident')} left out" if out else ""
        self.total.setText(f"Total: {count(len(taken), 'claim')}, {pounds(pence)}{left}")
        self.save_button.setText(f"Sign and submit {count(len(taken), 'claim')}" if taken else "Sign and submit")
        refused = any(line.resident_id in self._refused for line in taken)
        self.save_button.setEnabled(bool(taken) and not refused)


def _later_words(found: ToSign) -> str:
    line = found.connection
    if line.transport is None:
        return "This home is not connected to the CCG yet: the signed claims will wait on this laptop."
    return f"The signed claims wait on this laptop until they are sent: {line.target}."


def open_submit(ctx: Context, parent: QWidget, monday: date) -> None:
    """Read the week again, then show what would be signed."""

    def show(found: ToSign) -> None:
        if not found.lines:
            ctx.messages.warning(why_nobody(found.week))
            return
        show_dialog(SubmitDialog(ctx, parent, found))

    ctx.call(lambda session: load_to_sign(session, monday), show, owner=parent)
