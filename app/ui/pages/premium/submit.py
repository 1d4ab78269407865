"""Signing the week's claims: exactly what will be sent, the manager's password, and a truthful result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.domain.dates import short_date
from app.domain.errors import EnvironmentTrouble, ExitCode, Problem, UserError
from app.domain.money import pounds
from app.domain.nhs import format_nhs_number
from app.domain.people import ResidentId
from app.ui import theme
from app.ui.forms.form import FormDialog, show_dialog
from app.ui.forms.typed import Ask
from app.ui.pages.premium.load import ToSign, load_to_sign
from app.ui.pages.premium.words import areas_with_champions, claimable, count, late, week_words, why_nobody
from app.ui.theme import Tone
from app.ui.widgets.table import Column
from app.ui.widgets.text import heading, label
from app.ui.widgets.wrapped_table import WrappedTable

if TYPE_CHECKING:
    from app.services.premium import Submitted
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
                    "Areas and champions",
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


class SubmitDialog(FormDialog):
    """What will be signed, by whom, and for how much."""

    def __init__(self, ctx: Context, parent: QWidget | None, found: ToSign) -> None:
        week = found.week
        by_rule = [row for row in week.rows if claimable(row)]
        self._late = not by_rule
        rows = by_rule or [row for row in week.rows if late(row)]
        lines = tuple(
            ClaimLine(
                row.resident_id,
                f"{row.resident_name}\nBorn {short_date(found.born.get(row.resident_id))}\n"
                f"NHS No. {format_nhs_number(row.nhs_number)}",
                areas_with_champions(row, "\n"),
                row.decision.amount_pence or row.decision.at_stake_pence,
            )
            for row in rows
        )
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
        self.total = heading("")
        self.later = label(_later_words(found), "secondary")
        at = self.body.indexOf(self.form)
        for step, part in enumerate((self.table, self.total, self.later)):
            self.body.insertWidget(at + step, part)
        self._say_total()

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
        monday = self._monday

        def work(session: Session) -> Submitted:
            return premium.submit(session, monday, password, chosen=chosen, late_reason=reason)

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

    def _say_total(self) -> None:
        taken = self.table.taken
        pence = sum(line.pence for line in taken)
        out = len(self.table.rows) - len(taken)
        left = f". {count(out, 'resident')} left out" if out else ""
        self.total.setText(f"Total: {count(len(taken), 'claim')}, {pounds(pence)}{left}")
        self.save_button.setText(f"Sign and submit {count(len(taken), 'claim')}" if taken else "Sign and submit")
        self.save_button.setEnabled(bool(taken))


def _later_words(found: ToSign) -> str:
    line = found.connection
    if line.transport is None:
        return "This home is not connected to the CCG yet: the signed claims will wait on this laptop."
    return f"The signed claims wait on this laptop until they are sent: {line.target}."


def open_submit(ctx: Context, parent: QWidget, monday: date) -> None:
    """Read the week again, then show what would be signed."""

    def show(found: ToSign) -> None:
        if not any(claimable(row) or late(row) for row in found.week.rows):
            ctx.messages.warning(why_nobody(found.week))
            return
        show_dialog(SubmitDialog(ctx, parent, found))

    ctx.call(lambda session: load_to_sign(session, monday), show, owner=parent)
