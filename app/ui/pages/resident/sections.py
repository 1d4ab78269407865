"""The parts of the resident page. Each shows one kind of thing, clears at once, and redraws only on a change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.domain.dates import clock_time, date_time, long_date, short_date, to_local
from app.domain.key_facts import TOPICS
from app.domain.people import CPR_LABELS, CprKind, Fact, FactKind, KeyFact
from app.ui.pages.assessment.words import TONES
from app.ui.pages.resident.fact_forms import FACT_NOUNS
from app.ui.pages.resident.words import (
    ALLERGIES_NOT_KNOWN,
    EMPTY_WORDS,
    FactWords,
    allergies_line,
    cpr_line,
    ended,
    fact_words,
    plural,
)
from app.ui.theme import M, S, Tone
from app.ui.widgets.buttons import link, secondary
from app.ui.widgets.layouts import empty, level
from app.ui.widgets.tag import Sign, Tag
from app.ui.widgets.text import card, heading, label, rule

if TYPE_CHECKING:
    from app.services.alerts import AlertRow
    from app.services.assessments import AssessmentRow, DraftRow, DueRow
    from app.services.transfers import PackRow
    from app.ui.context import Context

T = TypeVar("T")

_ONE_LINE = 40
_CLOSED_SHOWN = 5
TREND_WORDS = {"up": "↑ higher than last time", "down": "↓ lower than last time", "same": "→ same as last time"}
STATE_WORDS = {"amended": "amended", "entered-in-error": "entered in error"}


class Section(QWidget, Generic[T]):
    """A heading, the buttons that belong to it, and a column that ``draw`` fills from the data."""

    def __init__(
        self, name: str, draw: Callable[[T, QVBoxLayout], None], *buttons: QWidget, framed: bool = True
    ) -> None:
        super().__init__()
        self.name = name
        self.setAccessibleName(name)
        self._draw = draw
        self._data: T | None = None
        self.heading = heading(name)
        top = level((self.heading, *buttons))
        self._rows = QVBoxLayout()
        self._rows.setSpacing(S)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, S, 0, 0)
        column.setSpacing(S)
        column.addWidget(top)
        if framed:
            frame, inside = card()
            inside.addLayout(self._rows)
            column.addWidget(frame)
        else:
            column.addLayout(self._rows)

    def show_data(self, data: T) -> None:
        """Draw the data, unless it is what stands there already (somebody may be typing in it)."""
        if data == self._data:
            return
        empty(self._rows)
        self._data = data
        self._draw(data, self._rows)

    def clear(self) -> None:
        """Nothing, at once."""
        empty(self._rows)
        self._data = None

    def texts(self) -> str:
        """Everything that can be read in it, for tests and for the check against the wrong resident."""
        return "\n".join(found.text() for found in self.findChildren(QLabel) if not found.isHidden())


def fact_row(fact: Fact, said: FactWords, change: Callable[[Fact], object], *, past: bool = False) -> QWidget:
    """One fact: its words, a warning when there is one, and the button that changes it or shows its history."""
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(M)
    words = QVBoxLayout()
    words.setSpacing(2)
    words.addWidget(label(said.main, "secondary" if past else "strong", copyable=False))
    if said.detail:
        words.addWidget(label(said.detail, "secondary" if past else "body"))
    if said.warning:
        words.addLayout(_warning(said.warning))
    line.addLayout(words, 1)
    button = link("Change or history", partial(change, fact))
    button.setAccessibleName(f"Change or see the history of {FACT_NOUNS[fact.kind]}: {said.spoken}")
    line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
    return row


def _warning(text: str) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(6)
    line.addWidget(Sign(Tone.WARNING), 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(label(text, "strong"), 1)
    return line


class Facts:
    """How the facts of one kind are drawn, and below them those that were entered in error."""

    def __init__(
        self, kind: FactKind, ctx: Context, change: Callable[[Fact], object], history: Callable[[Fact], object]
    ) -> None:
        self._kind, self._ctx, self._change, self._history = kind, ctx, change, history

    def draw(self, data: tuple[tuple[Fact, ...], tuple[Fact, ...]], rows: QVBoxLayout) -> None:
        """Those that still hold first; or that nothing is recorded, in words."""
        facts, wrong = data
        if not facts:
            loud = self._kind in {FactKind.ALLERGY, FactKind.CPR}
            rows.addWidget(label(EMPTY_WORDS[self._kind], "strong" if loud else "body"))
        today = self._ctx.today()
        ordered = sorted(facts, key=lambda fact: ended(fact.body, today))
        for at, fact in enumerate(ordered):
            if at:
                rows.addWidget(rule())
            words = fact_words(fact.body, today)
            rows.addWidget(fact_row(fact, words, self._change, past=ended(fact.body, today)))
        if wrong:
            rows.addWidget(EnteredInError(wrong, today, self._history))


class KeyFacts:
    """How the key facts are drawn: by group, in the order of the questions; what nobody has recorded by its name."""

    def __init__(self, ctx: Context, change: Callable[[Fact], object], history: Callable[[Fact], object]) -> None:
        self._ctx, self._change, self._history = ctx, change, history

    def draw(self, data: tuple[tuple[Fact, ...], tuple[Fact, ...]], rows: QVBoxLayout) -> None:
        """What is known under its group; the silent rest in one line a group."""
        facts, wrong = data
        known = {fact.body.topic: fact for fact in facts if isinstance(fact.body, KeyFact)}
        today = self._ctx.today()
        if not known:
            rows.addWidget(label(EMPTY_WORDS[FactKind.KEY_FACT], "strong"))
        for group in dict.fromkeys(topic.group for topic in TOPICS) if known else ():
            topics = [topic for topic in TOPICS if topic.group == group]
            rows.addWidget(heading(group))
            for topic in topics:
                if topic.code in known:
                    fact = known[topic.code]
                    rows.addWidget(fact_row(fact, fact_words(fact.body, today), self._change))
            silent = [topic.label for topic in topics if topic.code not in known]
            if silent:
                rows.addWidget(label(f"Not recorded: {', '.join(silent)}", "secondary"))
            rows.addWidget(rule())
        if wrong:
            rows.addWidget(EnteredInError(wrong, today, self._history))


class EnteredInError(QWidget):
    """Facts that should not have been recorded: out of the way, and still there to be read, struck through."""

    def __init__(self, facts: Sequence[Fact], today: date, history: Callable[[Fact], object]) -> None:
        super().__init__()
        self._count, noun = len(facts), FACT_NOUNS[facts[0].kind]
        self.button = link("", self._turn)
        self.button.setAccessibleDescription(f"{noun[:1].upper()}{noun[1:]}: what was recorded by mistake")
        self._box = QWidget()
        inside = QVBoxLayout(self._box)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(S)
        for fact in facts:
            inside.addWidget(self._row(fact, fact_words(fact.body, today), history))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._box)
        self._box.hide()
        self._name()

    def _turn(self) -> None:
        self._box.setVisible(self._box.isHidden())
        self._name()

    def _name(self) -> None:
        self.button.setText(f"{'Show' if self._box.isHidden() else 'Hide'} {self._count} entered in error")

    def _row(self, fact: Fact, said: FactWords, history: Callable[[Fact], object]) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(M)
        words = QVBoxLayout()
        words.setSpacing(2)
        struck = label(said.main, "struck")
        struck.setAccessibleName(f"Entered in error: {said.spoken}")
        words.addWidget(struck)
        by = f"Marked as entered in error {date_time(fact.recorded_at)} by {fact.recorded_by}. Reason: {fact.reason}"
        words.addWidget(label(by, "secondary"))
        line.addLayout(words, 1)
        button = link("History", partial(history, fact))
        button.setAccessibleName(f"History of {FACT_NOUNS[fact.kind]} entered in error: {said.spoken}")
        line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return row


class SafetyStrip(QFrame):
    """Allergies and CPR status in one look; what is not known stands out as much as an allergy."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(M, S, M, S)
        self._column.setSpacing(S)

    def clear(self) -> None:
        """Nobody's."""
        empty(self._column)
        self.setAccessibleName("Allergies and CPR status")

    def show_facts(self, allergies: Sequence[Fact], cpr: Sequence[Fact]) -> None:
        """One line for each: its name, a tag, and more words when there are."""
        empty(self._column)
        said, loud = allergies_line(allergies)
        allergic = loud and said != ALLERGIES_NOT_KNOWN
        rows = [("Allergies", "Allergic to" if allergic else said, said if allergic else "", _safety_tone(said, loud))]
        tag, beside = cpr_line(cpr)
        rows.append(("CPR", tag, beside, _cpr_tone(tag)))
        for name, word, more, tone in rows:
            line = QHBoxLayout()
            line.setSpacing(S)
            first = label(name, "secondary", wrap=False)
            first.setMinimumWidth(self.fontMetrics().horizontalAdvance("Allergies") + M)
            line.addWidget(first)
            line.addWidget(Tag(word, tone))
            line.addWidget(label(more, "strong"), 1)
            self._column.addLayout(line)
        self.setAccessibleName(". ".join(f"{name}: {word} {more}".strip() for name, word, more, _ in rows))


def _safety_tone(said: str, loud: bool) -> Tone:
    if said == ALLERGIES_NOT_KNOWN:
        return Tone.WARNING
    return Tone.DANGER if loud else Tone.GOOD


def _cpr_tone(tag: str) -> Tone:
    if tag == "Not recorded" or tag.endswith("unverified"):
        return Tone.WARNING
    return {CPR_LABELS[CprKind.DNACPR]: Tone.DANGER, CPR_LABELS[CprKind.RESPECT]: Tone.INFO}.get(tag, Tone.GOOD)


class Assessments:
    """How the latest assessments, and those never done, are drawn."""

    def __init__(self, ctx: Context, look: Callable[[AssessmentRow], object], start: Callable[[str], object]) -> None:
        self._ctx, self._look, self._start = ctx, look, start

    def draw(self, data: tuple[tuple[AssessmentRow, ...], tuple[DueRow, ...]], rows: QVBoxLayout) -> None:
        """Newest result of each instrument, then what has never been done although it is due."""
        latest, due = data
        never = [row for row in due if row.never]
        if not latest and not never:
            rows.addWidget(label("No assessment has been signed yet."))
        first = True
        asked = {row.instrument: row.why for row in due if row.why and not row.never}
        for row in latest:
            if not first:
                rows.addWidget(rule())
            rows.addWidget(self._row(row, asked.get(row.instrument, "")))
            first = False
        for missing in never:
            if not first:
                rows.addWidget(rule())
            rows.addWidget(self._never(missing))
            first = False

    def _row(self, row: AssessmentRow, asked: str) -> QWidget:
        look, again = (
            secondary("Open", partial(self._look, row)),
            link("Do again", partial(self._start, row.instrument)),
        )
        look.setAccessibleName(f"Open {row.title} of {long_date(to_local(row.at).date())}")
        again.setAccessibleName(f"New assessment: {row.title}")
        tags = [Tag(result_words(row), TONES[row.severity])]
        if row.overdue:
            tags.append(Tag("Overdue", Tone.WARNING))
        if asked:
            tags.append(Tag("Due", Tone.WARNING))
        detail = assessment_detail(row)
        return _line(row.short, tags, f"{detail}. {asked}" if asked else detail, look, again)

    def _never(self, row: DueRow) -> QWidget:
        start = secondary("Start", partial(self._start, row.instrument))
        start.setAccessibleName(f"Start {row.title}")
        when = f"Due since {short_date(row.due)}" if row.due else "Due on arrival"
        if row.why:
            when = f"{when}. {row.why}"
        return _line(row.title, [Tag("Never done", Tone.WARNING)], when, start)


def result_words(row: AssessmentRow) -> str:
    """Score and band in one tag: "16: High risk"; the band alone when there is no score."""
    band = row.band_label or ("Recorded" if not row.score else "")
    if row.score and band.startswith(f"{row.score} "):
        return band  # the frailty scale: its levels carry their number
    return f"{row.score}: {band}" if row.score and band else row.score or band


def assessment_detail(row: AssessmentRow) -> str:
    """When, by whom, what is next, and how it moved."""
    parts = [f"{date_time(row.at)} by {row.signed_by}"]
    parts.append(f"next due {short_date(row.next_due)}" if row.next_due else "no next date set")
    parts += [TREND_WORDS[row.trend]] if row.trend in TREND_WORDS else []
    parts += [STATE_WORDS[row.state]] if row.state in STATE_WORDS else []
    return " · ".join(parts)


def _line(name: str, tags: Sequence[Tag], detail: str, *buttons: QPushButton) -> QWidget:
    box = QWidget()
    line = QHBoxLayout(box)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(M)
    words = QVBoxLayout()
    words.setSpacing(2)
    words.addWidget(level((label(name, "strong", wrap=len(name) > _ONE_LINE), *tags), gap=S))
    words.addWidget(label(detail, "secondary"))
    line.addLayout(words, 1)
    for button in buttons:
        line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
    return box


class Drafts(QWidget):
    """Drafts: when each was saved, and the choice to go on or to discard it."""

    def __init__(
        self, ctx: Context, go_on: Callable[[DraftRow], object], discard: Callable[[DraftRow], object]
    ) -> None:
        super().__init__()
        self._ctx, self._go_on, self._discard = ctx, go_on, discard
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(S)

    def clear(self) -> None:
        """Nothing."""
        empty(self._column)
        self.hide()

    def show_rows(self, rows: Sequence[DraftRow]) -> None:
        """One box a draft."""
        self.clear()
        self.setVisible(bool(rows))
        for row in rows:
            box = QFrame()
            box.setProperty("tone", str(Tone.CAUTION))
            column = QVBoxLayout(box)
            column.setContentsMargins(M, S, M, S)
            column.addWidget(label(draft_words(row, self._ctx), "strong"))
            go_on = secondary("Continue", partial(self._go_on, row))
            discard = secondary("Discard", partial(self._discard, row))
            go_on.setAccessibleName(f"Continue the draft: {row.title}")
            discard.setAccessibleName(f"Discard the draft: {row.title}")
            buttons = QHBoxLayout()
            for button in (go_on, discard):
                buttons.addWidget(button)
            buttons.addStretch(1)
            column.addLayout(buttons)
            self._column.addWidget(box)


def draft_words(row: DraftRow, ctx: Context) -> str:
    """ "You have a draft from 14:05: MUST"; with the date when it is not from today, and whose it is."""
    today = to_local(row.updated_at).date() == ctx.today()
    when = clock_time(row.updated_at) if today else date_time(row.updated_at)
    who = "You have" if row.own else f"{row.author} has"
    return f"{who} a draft from {when}: {row.title}. Continue or discard?"


def draw_alerts(ctx: Context, alerts: Sequence[AlertRow], rows: QVBoxLayout) -> None:
    """The alerts that stand, phone number first; those that are closed in one line each."""
    from app.ui.pages.alerts.card import AlertCard

    standing = [row for row in alerts if row.standing]
    if not standing:
        rows.addWidget(label("No alert is standing."))
    for row in standing:
        rows.addWidget(AlertCard(ctx, row, with_resident=False))
    closed = [row for row in alerts if not row.standing]
    for row in closed[:_CLOSED_SHOWN]:
        words = f"Closed: {row.title}, raised {date_time(row.raised_at)} by {row.raised_by}. {row.closed_outcome}"
        rows.addWidget(label(words, "secondary"))
    if (more := len(closed) - _CLOSED_SHOWN) > 0:
        rows.addWidget(label(f"{plural(more, 'earlier alert')} on the Alerts page.", "secondary"))


def draw_packs(get: Callable[[PackRow], object], packs: Sequence[PackRow], rows: QVBoxLayout) -> None:
    """The red-bag packs that were printed, newest first."""
    if not packs:
        rows.addWidget(label("No red-bag pack has been printed."))
    for at, pack in enumerate(packs):
        if at:
            rows.addWidget(rule())
        button = secondary("Save or open PDF…", partial(get, pack))
        button.setAccessibleName(f"Save or open the PDF of pack version {pack.version}")
        bag = f"bag {pack.bag}" if pack.bag else "bag number not recorded"
        detail = f"Printed {date_time(pack.printed_at)} by {pack.printed_by} · {pack.pages} pages · {bag}"
        rows.addWidget(
            _line(f"Pack version {pack.version}: {pack.reason or 'reason not recorded'}", (), detail, button)
        )
