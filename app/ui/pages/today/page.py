"""Today: what needs somebody now, most urgent first, each line leading to the place where it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QScrollArea, QVBoxLayout, QWidget

from app.domain.dates import clock_time, date_time, day_date, short_date, to_local
from app.domain.journeys import STAGE_LABELS
from app.domain.money import pounds
from app.ui import theme
from app.ui.pages.alerts.card import AlertCard, priority_tag
from app.ui.pages.assessment.page import Open
from app.ui.pages.hospital.row import journey_button
from app.ui.pages.hospital.words import where_words
from app.ui.pages.today.load import Missing, PremiumHint, Today, load_today
from app.ui.theme import M, S, Tone
from app.ui.widgets.buttons import link
from app.ui.widgets.layouts import keep_tab_order, tab_stops
from app.ui.widgets.row import RowButton
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import card, heading, label, page_column, title

if TYPE_CHECKING:
    from app.services.alerts import AlertRow
    from app.services.assessments import DraftRow, DueRow
    from app.services.changes import Changes
    from app.services.journeys import JourneyRow
    from app.ui.context import Context

FIRST = 8
"""How many lines of a list are shown before "Show all"."""
NAMED = 3
"""How many who are out are named in their one line."""
CARDS = 2
"""How many alerts stand here in full; the others are one line each."""
_MISSING = {
    Missing.PHONES: (
        "No telephone numbers are recorded: alerts cannot show whom to ring.",
        "Open Settings to record them",
        "settings",
    ),
    Missing.RESIDENTS: ("No residents are recorded yet.", "Open Residents to add or import them", "residents"),
    Missing.ACCREDITATION: (
        "No accreditation is recorded: no week can be claimed for.",
        "Open Settings to record it",
        "settings",
    ),
}
_SHOWN_KINDS = frozenset(
    {
        "resident",
        "fact",
        "assessment",
        "draft",
        "alert",
        "claim",
        "outbox",
        "staff",
        "setting",
        "backup",
        "journey",
        "bag",
    }
)


class TodayPage(QWidget):
    """The first page after signing in."""

    def __init__(self, ctx: Context) -> None:
        from app.services.access import Action

        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.title = "Today"
        self._ctx = ctx
        self._all_due = False
        self._alert_saved = False
        self._fresh = True
        self._today: Today | None = None
        self._may_set_up = ctx.allowed(Action.MANAGE_HOME)
        column = page_column(self)
        self.heading = title("Today")
        self.day = label("", "secondary")
        column.addWidget(self.heading)
        column.addWidget(self.day)
        self.out = _Part("At hospital, or on the way")
        self.out.heading.hide()  # its one line says it
        self.out.hide()
        column.addWidget(self.out)
        self.alerts = _Part("Alerts that need somebody now")
        column.addWidget(self.alerts)
        self.hospital = _Part("To hospital and back")
        self.hospital.hide()
        column.addWidget(self.hospital)
        self.backup = _Part("Backups")
        self.backup.hide()
        column.addWidget(self.backup)
        self.missing = _Part("To set up")
        self.missing.hide()
        column.addWidget(self.missing)
        self.shift = _Part("This shift")
        column.addWidget(self.shift)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(M)
        self.due = _Part("Assessments overdue")
        self.drafts = _Part("Drafts to finish")
        self.away = _Part("Away from the home")
        self.premium = _Part("Complex Care Premium")
        self.kit = _Part("Downtime kit")
        self.kit.hide()
        self._parts = (
            self.out,
            self.alerts,
            self.hospital,
            self.backup,
            self.missing,
            self.shift,
            self.due,
            self.drafts,
            self.premium,
            self.away,
            self.kit,
        )
        left, right = QVBoxLayout(), QVBoxLayout()
        for side, parts in ((left, (self.due,)), (right, (self.drafts, self.premium, self.away, self.kit))):
            side.setSpacing(M)
            for part in parts:
                side.addWidget(part)
            side.addStretch(1)
        self._columns.addLayout(left, 3)
        self._columns.addLayout(right, 2)
        column.addLayout(self._columns)
        column.addStretch(1)

    def opened(self, _arg: Any) -> None:
        """Load it."""
        self._all_due = False
        self._fresh = True
        self._to_top()
        self._load()

    def refresh(self, changes: Changes) -> None:
        """Load it again when anything on it may have changed."""
        if changes.kinds & _SHOWN_KINDS:
            self._load()

    def can_leave(self) -> bool:
        """A half-answered question about a call is asked about before it is dropped."""
        for form in (form for each in self._cards() for form in each.open_forms()):
            if form.box.text().strip():
                self._ctx.messages.warning("What you typed about the alert is not saved.", "Save it, or clear the box.")
                form.field.focus()
                return False
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """One column when two would be too narrow to read."""
        super().resizeEvent(event)
        wide = self.width() >= theme.scaled(860)
        self._columns.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)

    def _load(self) -> None:
        self.day.setText(day_date(self._ctx.today()))
        self._ctx.call(load_today, self._show, owner=self)

    def _show(self, today: Today) -> None:
        self._today = today
        self._show_missing(today.missing)
        self._show_backup(today)
        self._show_kit(today)
        self._show_alerts(today.alerts)
        self._show_hospital(today)
        self._show_shift(today)
        self._show_due(today.due)
        self.drafts.fill([self._draft(row) for row in today.drafts], "No drafts.", count=len(today.drafts))
        self.away.fill(
            [
                RowButton(row.banner_name, f"Room {row.room}" if row.room else "", slot=self._to("resident", row.id))
                for row in today.away
            ],
            "Everybody is in the home.",
            count=len(today.away),
        )
        self.premium.setVisible(today.premium is not None)
        if today.premium is not None:
            hint = today.premium
            until = hint.week_start + timedelta(days=6)
            money = f"{hint.eligible} eligible, {pounds(hint.total_pence)}"
            risk = f". {_at_risk(hint.at_risk)}" if hint.at_risk else ""
            row = RowButton(
                f"{day_date(hint.week_start)} to {short_date(until)}",
                f"{money}{risk}",
                tag=_premium_tag(hint),
                slot=self._to("premium", hint.week_start),
            )
            self.premium.fill([row, *self._overdue_answers(hint.overdue)], "")
        keep_tab_order([self, *tab_stops(*self._parts)])
        if self._fresh:
            self._fresh = False
            self._start_at_first()

    def _overdue_answers(self, number: int) -> list[RowButton]:
        if not number:
            return []
        words = "1 claim waits" if number == 1 else f"{number} claims wait"
        return [
            RowButton(
                "Answers overdue",
                f"{words} too long for the CCG's decision",
                tag=Tag("Overdue", Tone.WARNING),
                slot=self._to("answers", None),
            )
        ]

    def _to_top(self) -> None:
        """The page's beginning in sight, and the keyboard nowhere below it."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        for area in self.findChildren(QScrollArea):
            area.verticalScrollBar().setValue(0)

    def _start_at_first(self) -> None:
        """The keyboard on the first thing to do, an alert before all else, unless somebody has moved on while the page
        was loading."""
        stops = tab_stops(self.alerts) or tab_stops(*self._parts)
        if stops and self.window().focusWidget() is self:
            stops[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_shift(self, today: Today) -> None:
        if not today.shift_due:
            self.shift.fill([], "Nothing is due in this shift.")
            return
        late = f"of which {today.shift_late} {'is' if today.shift_late == 1 else 'are'} late"
        row = RowButton(
            f"Due this shift: {today.shift_due}, {late if today.shift_late else 'none of them late'}",
            f"{today.shift} shift: the list by room",
            tag=Tag(f"{today.shift_late} late", Tone.WARNING) if today.shift_late else None,
            slot=self._to("due", None),
        )
        self.shift.fill([row], "")

    def _show_hospital(self, today: Today) -> None:
        """Who is out now, in one line above everything; below the alerts what waits for each, and for who came back."""
        now, day = self._ctx.now(), self._ctx.today()
        self.out.setVisible(bool(today.out))
        self.out.fill([self._out(today.out)] if today.out else [], "")
        rows = [journey_button(row, now, day, self._to("hospital", row.id)) for row in today.journeys]
        self.hospital.setVisible(bool(rows))
        self.hospital.fill(rows, "", count=len(rows))

    def _out(self, rows: Sequence[JourneyRow]) -> RowButton:
        """All of them in one line, so that it pushes no alert out of sight."""
        now = self._ctx.now()
        late = sum(any(wait.is_late(now) for wait in row.waiting) for row in rows)
        one = len(rows) == 1
        more_there = "Open Hospital: where each is, with which bag, and what waits"
        names = "; ".join(f"{row.resident_name}, {STAGE_LABELS[row.stage].lower()}" for row in rows[:NAMED])
        more = f"; and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
        return RowButton(
            f"Hospital: {names}{more}",
            where_words(rows[0], self._ctx.today()) if one else more_there,
            tag=Tag(f"{late} overdue", Tone.DANGER) if late else None,
            slot=self._to("hospital", rows[0].id if one else None),
        )

    def _show_backup(self, today: Today) -> None:
        """A week's work that is in no backup is said here, where everybody begins."""
        self.backup.setVisible(today.backup_old)
        if not today.backup_old:
            return
        last = today.last_backup
        words = "No backup has been made yet" if last is None else f"The last backup is of {date_time(last)}"
        row = RowButton(
            f"{words}: what was written since is lost if the laptop is.",
            "Open Backups to see why, and to make one",
            tag=Tag("Over a week old" if last else "No backup", Tone.DANGER),
            slot=self._to("settings", "backups"),
        )
        self.backup.fill([row], "")

    def _show_kit(self, today: Today) -> None:
        """Key facts on paper that are older than the home wants, or were never made."""
        self.kit.setVisible(today.kit_due)
        if not today.kit_due:
            return
        last = today.last_kit
        words = f"The last downtime kit is of {date_time(last)}" if last else "No downtime kit has been made yet"
        row = RowButton(
            f"{words}: without the computer nobody would know allergies, CPR decisions and medicines.",
            "Open Settings to make one",
            tag=Tag("Too old" if last else "No kit", Tone.CAUTION),
            slot=self._to("settings", "downtime"),
        )
        self.kit.fill([row], "")

    def _show_missing(self, missing: Sequence[Missing]) -> None:
        rows = []
        for each in missing:
            words, verb, key = _MISSING[each]
            if each is not Missing.RESIDENTS and not self._may_set_up:
                rows.append(RowButton(words, "Ask the manager to record it", slot=self._to("settings", None)))
            else:
                rows.append(RowButton(words, verb, slot=self._to(key, None)))
        self.missing.fill(rows, "")
        self.missing.setVisible(bool(rows))

    def _show_alerts(self, rows: Sequence[AlertRow]) -> None:
        """The most urgent in full, to be dealt with here; a question that is being answered is left standing."""
        if not self._alert_saved and any(each.open_forms() for each in self._cards()):
            return
        self._alert_saved = False
        cards = [AlertCard(self._ctx, row) for row in rows[:CARDS]]
        for shown in cards:
            shown.saved.connect(self._alert_done)
        more = [
            RowButton(
                f"{row.resident_name}: {row.title}",
                f"Phone {row.phone_who}: {row.phone_number}",
                tag=Tag(*priority_tag(row.priority)),
                slot=self._to("alerts", row.id),
            )
            for row in rows[CARDS:]
        ]
        self.alerts.fill([*cards, *more], "No standing alerts.", count=len(rows))

    def _cards(self) -> list[AlertCard]:
        return [part for part in self.alerts.parts if isinstance(part, AlertCard)]

    def _alert_done(self) -> None:
        self._alert_saved = True

    def _show_due(self, rows: Sequence[DueRow]) -> None:
        people = by_resident(rows)
        shown = people if self._all_due else people[:FIRST]
        parts: list[QWidget] = [self._due(person) for person in shown]
        if len(shown) < len(people):
            parts.append(link(f"Show all {_residents(len(people))}", self._show_all))
        self.due.fill(parts, "Nothing is overdue.", count=_residents(len(people)) if people else "")

    def _show_all(self) -> None:
        self._all_due = True
        if self._today is not None:
            self._show_due(self._today.due)

    def _due(self, rows: tuple[DueRow, ...]) -> RowButton:
        worst = rows[0]
        tag = Tag("Never done", Tone.CAUTION) if worst.never else Tag(f"Overdue {_days(worst)}", Tone.WARNING)
        room = f" · Room {worst.room}" if worst.room else ""
        alone = len(rows) == 1
        detail = worst.title if alone else ", ".join(f"{row.title} ({_late(row)})" for row in rows)
        return RowButton(
            f"{worst.resident_name}{room}",
            detail,
            tag=tag,
            slot=self._to("assessment", Open(worst.resident_id, worst.instrument, about=worst.about))
            if alone
            else self._to("resident", worst.resident_id),
        )

    def _draft(self, row: DraftRow) -> RowButton:
        when = to_local(row.updated_at).date()
        at = clock_time(row.updated_at) if when == self._ctx.today() else date_time(row.updated_at)
        return RowButton(
            row.resident_name,
            f"{row.title} · saved {at} by {row.author}",
            slot=self._to("assessment", Open(row.resident_id, row.instrument, row.id)),
        )

    def _to(self, key: str, arg: Any) -> Callable[[], None]:
        return lambda: self._ctx.navigate.emit(key, arg)


class _Part(QFrame):
    """A panel with a heading and either its lines or a sentence that there are none."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, self._column = card(spacing=S)
        outer.addWidget(frame)
        self.heading = heading(text)
        self._column.addWidget(self.heading)
        self._none = label("Loading…", "secondary")
        self._column.addWidget(self._none)
        self.parts: list[QWidget] = []

    def fill(self, parts: Sequence[QWidget], none: str, *, count: int | str = "") -> None:
        """Replace the lines, and keep the keyboard on the line where it was."""
        focused = _with_parents(self.window().focusWidget())
        at = next((n for n, part in enumerate(self.parts) if part in focused), None)
        if at is not None:
            # Or Qt would hand it to whatever stands next. The page is looked up and not kept: a part that held its
            # page would be a circle for Python's garbage collector, which takes widgets apart in the wrong order.
            page = next(above for above in focused if isinstance(above, TodayPage))
            page.setFocus(Qt.FocusReason.OtherFocusReason)
        for part in self.parts:
            self._column.removeWidget(part)
            part.hide()
            part.setParent(None)
            part.deleteLater()
        self.parts = list(parts)
        for part in self.parts:
            self._column.addWidget(part)
        self.heading.setText(f"{self._text} ({count})" if count else self._text)
        self._none.setText(none)
        self._none.setVisible(not self.parts and bool(none))
        if at is not None and (stops := tab_stops(*self.parts[min(at, len(self.parts) - 1) :][:1])):
            stops[0].setFocus(Qt.FocusReason.OtherFocusReason)


def _premium_tag(hint: PremiumHint) -> Tag:
    if hint.submitted:
        return Tag("Submitted", Tone.GOOD)
    return Tag("Not submitted", Tone.CAUTION) if hint.eligible else Tag("Nothing to claim", Tone.NEUTRAL)


def by_resident(rows: Sequence[DueRow]) -> list[tuple[DueRow, ...]]:
    """The rows of each resident together, the longest overdue first; never done comes after overdue."""
    people: dict[str, list[DueRow]] = {}
    for row in sorted(rows, key=lambda row: (row.never, -row.overdue_days)):
        people.setdefault(row.resident_id, []).append(row)
    return [tuple(found) for found in people.values()]


def _with_parents(part: QWidget | None) -> set[QWidget]:
    found: set[QWidget] = set()
    while part is not None:
        found.add(part)
        part = part.parentWidget()
    return found


def _residents(count: int) -> str:
    return "1 resident" if count == 1 else f"{count} residents"


def _at_risk(count: int) -> str:
    return "1 champion post at risk" if count == 1 else f"{count} champion posts at risk"


def _days(row: DueRow) -> str:
    return "1 day" if row.overdue_days == 1 else f"{row.overdue_days} days"


def _late(row: DueRow) -> str:
    return "never done" if row.never else f"{_days(row)} late"
