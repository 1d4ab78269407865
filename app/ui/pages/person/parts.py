"""How the sections of the Person page are drawn. Each gets what was read and says it in words, with what can be done.

A tag always carries a word; what must not be overlooked stands in a frame of its own, above everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QEvent, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.domain import behaviour
from app.domain.dates import date_time, long_date, short_date, to_local
from app.domain.engagement import NO_ACTIVITY
from app.domain.instruments.outcome import Severity
from app.domain.instruments.registry import instrument
from app.domain.people import CPR_LABELS, Medicine
from app.ui import theme
from app.ui.pages.assessment.words import TONES
from app.ui.pages.resident.sections import assessment_detail, result_words
from app.ui.theme import M, S, Tone
from app.ui.widgets.buttons import link, secondary
from app.ui.widgets.layouts import level
from app.ui.widgets.tag import Sign, Tag
from app.ui.widgets.text import label, rule

if TYPE_CHECKING:
    from datetime import date

    from app.services.assessments import AssessmentRow
    from app.services.patterns import Abc, Call
    from app.services.person import AboutMe, Person

EPISODES = 5
"""How many ABC records stand on the page; all of them are on paper and in the list of assessments."""
_PORTRAIT = 150
_DECODED = 600
"""Pixels of the longer side: the largest portrait on a screen with two pixels for one."""


@dataclass(frozen=True, slots=True)
class Acts:
    """What the rows can ask for: record an instrument, open what was signed, go on with a call, print.

    ``writes`` is whether the role may record anything.
    """

    record: Callable[[str], object]
    look: Callable[[AssessmentRow], object]
    look_at: Callable[[str], object]
    decide: Callable[[Call], object]
    letter: Callable[[AssessmentRow], object]
    assemble: Callable[[], object]
    cga_paper: Callable[[AssessmentRow], object]
    today: Callable[[], date]
    writes: bool


# ------------------------------------------------------------------------------------------------------------ sections


def draw_about(acts: Acts, found: Person, rows: QVBoxLayout) -> None:
    """The photo and what to know at once: the name to use, what worries and what calms."""
    line = QHBoxLayout()
    line.setSpacing(M)
    portrait = Portrait(found.picture, found.resident.details.banner_name)
    line.addWidget(portrait, 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(S)
    line.addLayout(words, 1)
    rows.addLayout(line)
    told = found.about_me
    if told is None:
        words.addWidget(level((Tag("Not written yet", Tone.WARNING),), gap=S))
        words.addWidget(label("Sit down with the resident and those who know them, and write it together."))
        return
    words.addWidget(label(f"Likes to be called {told.preferred_name or 'by the name above'}", "heading"))
    words.addWidget(_comfort(told))
    matters = next((text for heading, text in told.told if heading == "What matters to me"), "")
    if matters:
        words.addWidget(label("What matters to me", "strong"))
        words.addWidget(label(matters))
    words.addWidget(level(_about_tags(told, acts.today()), gap=S))
    words.addWidget(label(_about_detail(told), "secondary"))
    for each in told.warnings:
        words.addWidget(label(each, "strong"))
    rest = [(heading, text) for heading, text in told.told if text not in (matters, told.comfort)]
    if rest or told.blank:
        rows.addWidget(More("the rest of About me", _about_rest(rest, told.blank)))


def draw_behaviour(acts: Acts, found: Person, rows: QVBoxLayout) -> None:
    """New behaviour that comes again first, then what the records have in common, then the newest of them."""
    own = found.behaviour
    for each in own.again:
        rows.addWidget(Framed(Tone.DANGER, f"New, three times in 72 hours: {each}", (behaviour.FREQUENT_NEW.action,)))
    if not own.records:
        words = "No behaviour was recorded in the last 28 days."
        if own.before is not None:
            words += f" The newest record is of {short_date(to_local(own.before.at).date())}."
        rows.addWidget(label(words))
        return
    rows.addWidget(label(f"The last 28 days: {_plural(len(own.records), 'record')}", "secondary"))
    for words in own.pattern.words:
        rows.addWidget(label(words, "strong"))
    if own.unfinished:
        rows.addWidget(label(f"{_plural(own.unfinished, 'record')} not finished: not counted here.", "secondary"))
    for record in own.records[:EPISODES]:
        rows.addWidget(rule())
        rows.addWidget(_episode(acts, record))


def draw_memory(acts: Acts, found: Person, rows: QVBoxLayout) -> None:
    """The DeAR-GP route with its letter, then the memory tests."""
    route = found.dear_gp
    if route is None:
        rows.addWidget(_missing(acts, found, "dear_gp"))
    else:
        tags = [Tag(route.decision or "Not finished", TONES[route.row.severity])]
        if route.amt is not None:
            tags.append(Tag(f"AMT {route.amt} of 10", Tone.WARNING if route.amt <= 7 else Tone.GOOD))
        buttons = [_open(acts, route.row), *_again(acts, found, route.row)]
        if route.refers:
            letter = secondary("Letter to the GP…", partial(acts.letter, route.row))
            letter.setAccessibleName(f"Letter to the GP from the DeAR-GP of {_day(route.row)}")
            buttons.insert(0, letter)
        rows.addWidget(line(route.row.short, tags, assessment_detail(route.row), *buttons, more=route.do))
    _results(acts, found, rows, ("amt10", "four_at", "sixcit"), found.memory, first=False)


def draw_wellbeing(acts: Acts, found: Person, rows: QVBoxLayout) -> None:
    """WHO-5 with how it moved, GDS-15, and the week of activities."""
    own = found.wellbeing
    week = own.week
    none = NO_ACTIVITY in week.findings
    tags = [Tag("No activity in 7 days", Tone.WARNING)] if none else [Tag(week.words, Tone.GOOD)]
    detail = f"7 days to {short_date(week.last_day)}: {week.words}" if own.logged else "Nothing was ever logged"
    log = [secondary("Record an activity", partial(acts.record, "engagement_log"))] if acts.writes else []
    said = [each.action for each in week.findings if each.action]
    rows.addWidget(line("Activities", tags, detail, *log, more=said))
    rows.addWidget(rule())
    if own.who5 is None:
        rows.addWidget(_missing(acts, found, "who5"))
    else:
        rows.addWidget(_result(acts, found, own.who5, more=[own.who5_moved] if own.who5_moved else []))
    rows.addWidget(rule())
    if own.gds15 is None:
        rows.addWidget(_missing(acts, found, "gds15"))
    else:
        loud = own.gds15.severity not in {Severity.NONE, Severity.ROUTINE}
        rows.addWidget(_result(acts, found, own.gds15, more=own.gds15_do[:1] if loud else ()))


def draw_health(acts: Acts, found: Person, rows: QVBoxLayout) -> None:
    """Calls that nobody has decided first, then the soft signs, then how frail and dependent the resident is."""
    for call in found.calls:
        rows.addWidget(_call(acts, call))
    signs = found.soft_signs
    if signs is None:
        rows.addWidget(_missing(acts, found, "soft_signs", "Not recorded yet"))
    else:
        seen = "; ".join(signs.signs) or "No sign"
        tags = [Tag(_plural(len(signs.signs), "sign") if signs.signs else "No sign", TONES[signs.row.severity])]
        detail = f"{seen}. {assessment_detail(signs.row)}"
        more = signs.do if signs.signs else ()
        rows.addWidget(
            line("Soft signs", tags, detail, _open(acts, signs.row), *_again(acts, found, signs.row), more=more)
        )
    codes = ("cfs", "barthel", "rhys_hearn_high", "continence", "oral_health")
    _results(acts, found, rows, codes, found.health, first=False)


def draw_wishes(acts: Acts, found: Person, rows: QVBoxLayout) -> None:
    """Records about CPR that conflict, loudly; then what is recorded, and where the originals are."""
    own = found.wishes
    for conflict in own.conflicts:
        rows.addWidget(Framed(Tone.DANGER, "Two records conflict", (conflict,)))
    if own.silence:
        rows.addWidget(Framed(Tone.WARNING, "CPR status missing", (own.silence,)))
    recorded = [CPR_LABELS[each.kind] for each in own.cpr]
    tags = [Tag(words, Tone.INFO) for words in recorded] or [Tag("CPR status not recorded", Tone.WARNING)]
    rows.addWidget(line("CPR status of the record", tags, "It is changed on the resident's record"))
    rows.addWidget(rule())
    papers = own.documents
    if papers is None:
        rows.addWidget(_missing(acts, found, "respect_summary"))
    else:
        loud = papers.row.severity in {Severity.URGENT, Severity.EMERGENCY}
        tags = [Tag(papers.says, Tone.DANGER if loud else Tone.INFO), *_overdue(papers.row)]
        where = f"original: {papers.where}" if papers.where else ""
        detail = " · ".join(
            part for part in (papers.named, papers.decided, where, assessment_detail(papers.row)) if part
        )
        buttons = (_open(acts, papers.row), *_again(acts, found, papers.row))
        rows.addWidget(line("ReSPECT, DNACPR, advance decision", tags, detail, *buttons, more=papers.warnings))
    rows.addWidget(rule())
    place = own.place
    if place is None:
        rows.addWidget(_missing(acts, found, "preferred_place"))
    else:
        second = f"Second choice: {place.second}" if place.second else ""
        detail = " · ".join(part for part in (second, place.said, assessment_detail(place.row)) if part)
        buttons = (_open(acts, place.row), *_again(acts, found, place.row))
        tags = [Tag(place.first, Tone.INFO), *_overdue(place.row)]
        rows.addWidget(line("Preferred place", tags, detail, *buttons, more=place.warnings))
    rows.addWidget(rule())
    _one(acts, found, rows, "needs_code", own.needs_code)


def draw_medicines(acts: Acts, found: Person, rows: QVBoxLayout) -> None:
    """The antipsychotic first where there is one, the counts, the review, then the list."""
    own = found.medicines
    drug = own.antipsychotic
    if drug is None:
        rows.addWidget(_missing(acts, found, "antipsychotic_review", "No antipsychotic is recorded"))
    else:
        tags = [Tag("Review overdue", Tone.DANGER)] if drug.overdue else []
        tags.append(Tag("Given" if drug.active else "Stopped", Tone.INFO if drug.active else Tone.NEUTRAL))
        days = [f"started {short_date(drug.started)}"] if drug.started else ["start not recorded"]
        days.append(f"last review {short_date(drug.reviewed)}" if drug.reviewed else "never reviewed")
        if drug.due is not None:
            days.append(f"{'was due' if drug.overdue else 'due'} {short_date(drug.due)}")
        detail = _capital(" · ".join(days))
        buttons = (_open(acts, drug.row), *_record(acts, found, "antipsychotic_review", "Review"))
        rows.addWidget(line("Antipsychotic", tags, detail, *buttons, more=drug.warnings))
    rows.addWidget(rule())
    if own.review is None:
        rows.addWidget(_missing(acts, found, "medicines_review"))
    else:
        rows.addWidget(_result(acts, found, own.review, more=own.review_do))
    rows.addWidget(rule())
    if not own.listed:
        rows.addWidget(label("Medicines not recorded: add them on the resident's record."))
        return
    needed = f", {own.when_needed} more when needed" if own.when_needed else ""
    count = f"{_plural(own.regular, 'regular medicine')} on the list{needed}"
    tags = [Tag(own.band, Tone.CAUTION if own.regular >= 5 else Tone.GOOD)] if own.band else []
    signed = f"Counted by hand: {result_words(own.count)}, {_day(own.count)}" if own.count else ""
    rows.addWidget(line(count, tags, signed or "An emollient or a combination must be judged by a person"))
    rows.addWidget(More("the medicines", [label(_medicine(each)) for each in own.listed]))


def draw_cga(acts: Acts, found: Person, rows: QVBoxLayout) -> None:
    """When it was last made, what is missing in it, and the button that assembles the next."""
    row = found.cga
    if row is None:
        due = found.due.get("cga")
        since = f"Due since {short_date(due.due)}" if due and due.due else "Due on admission"
        rows.addWidget(line(instrument("cga").title, [Tag("Never done", Tone.WARNING)], f"{since}, then twice a year"))
        return
    gaps = _plural(found.cga_gaps, "gap")
    tags = [Tag(gaps if found.cga_gaps else "No gaps", Tone.WARNING if found.cga_gaps else Tone.GOOD), *_overdue(row)]
    paper = secondary("On paper…", partial(acts.cga_paper, row))
    paper.setAccessibleName(f"Comprehensive geriatric assessment of {_day(row)} on paper")
    rows.addWidget(line(instrument("cga").title, tags, assessment_detail(row), _open(acts, row), paper))


# --------------------------------------------------------------------------------------------------------------- rows


def line(
    name: str, tags: Sequence[Tag], detail: str, *buttons: QPushButton, more: Iterable[str] = ()
) -> QWidget:  # fmt: skip
    """A name with its state and the buttons, when and what next, and what to do about it."""
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    column.addWidget(level((label(name, "strong", wrap=False), *tags, *buttons), gap=S, row_gap=2))
    if detail:
        column.addWidget(label(detail, "secondary"))
    for each in more:
        column.addWidget(label(f"•  {each}"))
    return box


class Framed(QFrame):
    """What must not be overlooked: a headline and sentences in a frame of a tone, with buttons below."""

    def __init__(self, tone: Tone, words: str, said: Sequence[str] = (), buttons: Sequence[QPushButton] = ()) -> None:
        super().__init__()
        self.setProperty("tone", str(tone))
        self.setAccessibleName(". ".join((words, *said)))
        column = QVBoxLayout(self)
        column.setContentsMargins(M, S, M, S)
        column.setSpacing(4)
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(Sign(tone), 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(label(words, "strong"), 1)
        column.addLayout(top)
        for each in said:
            column.addWidget(label(each))
        if buttons:
            column.addWidget(level(buttons, gap=S))


class More(QWidget):
    """Something longer, folded away until it is asked for."""

    def __init__(self, what: str, inside: Sequence[QWidget]) -> None:
        super().__init__()
        self._what = what
        self.button = link("", self._turn)
        self._box = QWidget()
        column = QVBoxLayout(self._box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        for each in inside:
            column.addWidget(each)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(S)
        outer.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        outer.addWidget(self._box)
        self._box.hide()
        self._name()

    def _turn(self) -> None:
        self._box.setVisible(self._box.isHidden())
        self._name()

    def _name(self) -> None:
        self.button.setText(f"{'Show' if self._box.isHidden() else 'Hide'} {self._what}")


class Portrait(QLabel):
    """The resident's photo, or in words that there is none."""

    def __init__(self, jpeg: bytes | None, name: str) -> None:
        super().__init__()
        self._whole = QPixmap()
        self.setProperty("role", "secondary")
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if jpeg is not None:
            self._whole = QPixmap.fromImage(_small(jpeg))
        self.setAccessibleName("No photo" if self._whole.isNull() else f"Photo of {name}")
        self._fit()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A little higher than wide, and larger with larger text."""
        wide = min(theme.scaled(_PORTRAIT), 220)
        return QSize(wide, wide if self._whole.isNull() else wide * 6 // 5)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Grow with the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()
            self.updateGeometry()

    def _fit(self) -> None:
        if self._whole.isNull():
            self.setText("No photo")
            return
        ratio = self.devicePixelRatioF()
        fitted = self._whole.scaled(
            self.sizeHint() * ratio, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        fitted.setDevicePixelRatio(ratio)
        self.setPixmap(fitted)


# --------------------------------------------------------------------------------------------------------- inner parts


def _small(jpeg: bytes) -> QImage:
    """The photo decoded no larger than a portrait is ever shown, which takes a fraction of the time."""
    held = QBuffer()
    held.setData(jpeg)
    held.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(held, b"jpeg")
    size = reader.size()
    room = QSize(_DECODED, _DECODED)
    if size.isValid() and (size.width() > _DECODED or size.height() > _DECODED):
        reader.setScaledSize(size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()


def _comfort(told: AboutMe) -> QFrame:
    text = told.comfort or "Not written down yet: ask those who know the resident."
    return Framed(Tone.INFO, "What worries me and what calms me", (text,))


def _about_tags(told: AboutMe, today: date) -> list[Tag]:
    if told.shared is True:
        tags = [Tag("Shared: may go to hospital with the resident", Tone.GOOD)]
    else:
        tags = [Tag("Not shared: for use in the home only", Tone.WARNING)]
    due = told.row.next_due
    if due is not None and due < today:
        tags.append(Tag("Review overdue", Tone.WARNING))
    if not told.row.score and told.row.band_label == "Incomplete":
        tags.append(Tag("Incomplete", Tone.CAUTION))
    return tags


def _about_detail(told: AboutMe) -> str:
    written = f"Written {short_date(told.written_on)}" if told.written_on else "The day of writing is not recorded"
    helped = f" with the help of {told.helped_by}" if told.helped_by else ""
    due = f" · to be gone through again by {short_date(told.row.next_due)}" if told.row.next_due else ""
    return f"{written}{helped}{due}"


def _about_rest(rest: Sequence[tuple[str, str]], blank: Sequence[str]) -> list[QWidget]:
    parts: list[QWidget] = []
    for heading, text in rest:
        parts += [label(heading, "strong"), label(text)]
    if blank:
        parts.append(label(f"Not written down yet: {'; '.join(blank)}.", "secondary"))
    return parts


def _episode(acts: Acts, record: Abc) -> QWidget:
    from app.services.person import abc_words

    said = abc_words(record)
    look = link("Open", partial(acts.look_at, record.id))
    look.setAccessibleName(f"Open the ABC record of {date_time(record.started)}")
    seen = said.get("behaviour") or said.get("behaviour_kind", "Not described")
    parts = [date_time(record.started), said.get("place", "")]
    parts += [f"after: {said['antecedent'].lower()}"] if said.get("antecedent") else []
    parts += [f"helped most: {said['helped'].lower()}"] if said.get("helped") else []
    tags = [Tag("New", Tone.CAUTION)] if record.answers.get("new_behaviour") is True else []
    kind = said.get("behaviour_kind", "Behaviour")
    return line(kind, tags, " · ".join(part for part in parts if part), look, more=(seen,) if seen != kind else ())


def _call(acts: Acts, call: Call) -> QWidget:
    decide = secondary("Write the decision", partial(acts.decide, call))
    decide.setAccessibleName(f"Write the decision into the SBARD call of {date_time(call.at)}")
    by = f"Help was asked for by {date_time(call.requested_by)}." if call.requested_by else "No time was asked for."
    words = "SBARD call overdue: no decision. Call again now" if call.overdue else "SBARD call open: no decision yet"
    to = f" to {call.recipient}" if call.recipient else ""
    said = (f"{call.situation or 'Situation not written down'}. Called {date_time(call.at)}{to}.", by)
    return Framed(Tone.DANGER if call.overdue else Tone.CAUTION, words, said, (decide,) if acts.writes else ())


def _results(
    acts: Acts,
    found: Person,
    rows: QVBoxLayout,
    codes: Sequence[str],
    known: Mapping[str, AssessmentRow],
    *,
    first: bool = True,
) -> None:
    for code in codes:
        if not first:
            rows.addWidget(rule())
        first = False
        _one(acts, found, rows, code, known.get(code))


def _one(acts: Acts, found: Person, rows: QVBoxLayout, code: str, row: AssessmentRow | None) -> None:
    rows.addWidget(_missing(acts, found, code) if row is None else _result(acts, found, row))


def _result(acts: Acts, found: Person, row: AssessmentRow, *, more: Iterable[str] = ()) -> QWidget:
    tags = [Tag(result_words(row), TONES[row.severity]), *_overdue(row)]
    return line(row.short, tags, assessment_detail(row), _open(acts, row), *_again(acts, found, row), more=more)


def _missing(acts: Acts, found: Person, code: str, words: str = "") -> QWidget:
    tool = instrument(code)
    tag = Tag("Never done", Tone.WARNING) if code in found.due else Tag(words or "Not recorded yet", Tone.NEUTRAL)
    off = "" if code in found.usable else "Off in this home"
    return line(tool.short, [tag], off, *_record(acts, found, code, "Record"))


def _record(acts: Acts, found: Person, code: str, words: str) -> list[QPushButton]:
    if not acts.writes or code not in found.usable:
        return []
    button = link(words, partial(acts.record, code))
    button.setAccessibleName(f"{words}: {instrument(code).title}")
    return [button]


def _again(acts: Acts, found: Person, row: AssessmentRow) -> list[QPushButton]:
    return _record(acts, found, row.instrument, "Do again")


def _open(acts: Acts, row: AssessmentRow) -> QPushButton:
    button = link("Open", partial(acts.look, row))
    button.setAccessibleName(f"Open {row.title} of {_day(row)}")
    return button


def _overdue(row: AssessmentRow) -> list[Tag]:
    return [Tag("Overdue", Tone.WARNING)] if row.overdue else []


def _medicine(each: Medicine) -> str:
    late = " · time-critical" if each.time_critical else ""
    return f"{each.name} · {each.directions or 'directions not recorded'}{late}"


def _day(row: AssessmentRow) -> str:
    return long_date(to_local(row.at).date())


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
