"""One wound on a card: where and what it is, how it heals, what is due, and what can be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.domain.dates import date_time, short_date, to_local
from app.domain.wounds import CLOSINGS, FLAG_WORDS, area_chart
from app.ui.pages.wounds.dialogs import came_words
from app.ui.pages.wounds.photos import RULER
from app.ui.theme import M, S, Tone
from app.ui.widgets.buttons import link, secondary
from app.ui.widgets.layouts import level
from app.ui.widgets.scene import ChartCard
from app.ui.widgets.tag import Sign, Tag
from app.ui.widgets.text import heading, label

if TYPE_CHECKING:
    from app.domain.drawing import Chart
    from app.services.wounds import WoundRow

_SERIOUS = frozenset({"category_3", "category_4", "unstageable", "deep_tissue_injury"})


@dataclass(frozen=True, slots=True)
class Acts:
    """What the buttons of a card do, each with the wound."""

    review: Callable[[WoundRow], object]
    classify: Callable[[WoundRow], object]
    add_photo: Callable[[WoundRow], object]
    photos: Callable[[WoundRow], object]
    close: Callable[[WoundRow], object]
    reopen: Callable[[WoundRow], object]
    change: Callable[[WoundRow], object]
    in_error: Callable[[WoundRow], object]
    paper: Callable[[WoundRow], object]
    versions: Callable[[WoundRow], object]


class WoundCard(QFrame):
    """A wound. ``writes`` offers what records something; without it only what shows something."""

    def __init__(self, row: WoundRow, today: date, acts: Acts, *, writes: bool) -> None:
        super().__init__()
        self.row = row
        self._acts, self._today = acts, today
        self.setProperty("role", "card")
        title = f"{row.number}. {row.name}" if row.number else row.name
        self.setAccessibleName(f"Wound {title}")
        self.buttons: dict[str, QPushButton] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(M, M, M, M)
        self._column.setSpacing(S)
        self._column.addWidget(level((heading(title), *self._tags()), gap=S))
        self._facts()
        if row.open:
            self._healing()
            self._dues()
        elif row.closing is not None:
            why = f": {row.closing.reason}" if row.closing.reason else ""
            how = CLOSINGS[row.closing.how]
            self._column.addWidget(label(f"{how} {short_date(to_local(row.closing.at).date())}{why}.", "strong"))
        self._photo_words()
        self._buttons(writes=writes)
        if row.measures:
            self.chart: ChartCard | None = ChartCard(partial(_chart, row))
            self._column.addWidget(self.chart)
        else:
            self.chart = None

    # ------------------------------------------------------------------------------------------------------- words

    def _tags(self) -> list[QWidget]:
        row, tags = self.row, []
        if row.in_error:
            tags.append(Tag("Entered in error", Tone.NEUTRAL))
        if row.category is not None:
            tone = Tone.DANGER if row.category.band in _SERIOUS else Tone.WARNING
            mild = row.category.band in {"category_1", "not_a_pressure_ulcer"}
            tags.append(Tag(row.category.words, Tone.CAUTION if mild else tone if row.open else Tone.NEUTRAL))
        elif row.classified:
            tags.append(Tag(row.classified[0].words, Tone.WARNING if row.open else Tone.NEUTRAL))
        elif row.wound.classified_by and row.open:
            tags.append(Tag("Not classified yet", Tone.CAUTION))
        return list(tags)

    def _facts(self) -> None:
        row, wound = self.row, self.row.wound
        came = came_words(wound)
        found = f"Found {short_date(to_local(wound.found_at).date())} by {wound.found_by}"
        age = f"{row.age_days} day{'' if row.age_days == 1 else 's'} {'old' if row.open else 'until it was closed'}"
        more = f". {', '.join(came).capitalize()}" if came else ""
        self._column.addWidget(label(f"{found}, {age}{more}."))
        if wound.words:
            self._column.addWidget(label(wound.words))
        if row.category is not None and row.category.explained:
            self._column.addWidget(label(row.category.explained, "secondary"))
        if row.category is not None and row.category.warning:
            self._warn(row.category.warning)

    def _healing(self) -> None:
        found = self.row.healing
        if found.now is None:
            self._column.addWidget(label("No size has been measured."))
            return
        now, since = found.now, found.since_first
        size = f"{now.words} on {short_date(to_local(now.at).date())}"
        change = f". {since.words} than on {short_date(to_local(since.since.at).date())}" if since is not None else ""
        if since is not None and since.word == "the same":
            change = f". {since.words} as on {short_date(to_local(since.since.at).date())}"
        self._column.addWidget(label(f"Area {size}{change}.", "strong"))
        for flag in found.flags:
            self._warn(FLAG_WORDS[flag])
        if self.row.edge_stuck:
            self._warn("The edge has not advanced for two weekly reviews: reassess the plan.")

    def _dues(self) -> None:
        row = self.row
        parts: list[QWidget] = []
        for name, day in (("Dressing due", row.dressing_due), ("Review due", row.review_due)):
            if day is not None:
                due = label(f"{name} {short_date(day)}", wrap=False)
                parts.append(level((due, *_late(day, self._today)), gap=S))
        if row.dressing_due is None:
            parts.insert(0, label("No dressing change is planned", wrap=False))
        self._column.addWidget(level(parts))

    def _photo_words(self) -> None:
        if self.row.photos:
            last = self.row.photos[0]
            self._column.addWidget(
                label(f"Last photo {date_time(last.taken_at)}. {last.photo.consent.words}.", "secondary")
            )

    def _warn(self, text: str) -> None:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(Sign(Tone.WARNING), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(label(text, "strong"), 1)
        self._column.addWidget(line)

    # ----------------------------------------------------------------------------------------------------- buttons

    def _buttons(self, *, writes: bool) -> None:
        row, acts = self.row, self._acts
        first: list[QWidget] = []
        if writes and row.open:
            first.append(self._button("Review now", secondary, acts.review))
            if row.wound.classified_by:
                words = "Category" if row.wound.classified_by == "pressure_ulcer_category" else "Classify"
                first.append(self._button(words, secondary, acts.classify))
            first.append(self._button("Healed", secondary, acts.close))
        if writes and not row.in_error:
            first.append(self._button("Add photo", secondary, acts.add_photo))
        if first:
            self._column.addWidget(level(first, gap=S))
        if writes and row.open:
            self._column.addWidget(label(RULER, "secondary"))
        more: list[QWidget] = []
        if row.photos:
            words = "Compare photos" if len(row.photos) > 1 else "Show photo"
            more.append(self._button(words, link, acts.photos))
        if not row.in_error:
            more.append(self._button("Chart on paper", link, acts.paper))
        if writes and row.open:
            more.append(self._button("Change", link, acts.change))
        if writes and row.closing is not None and not row.in_error:
            more.append(self._button("Open again", link, acts.reopen))
        more.append(self._button("History", link, acts.versions))
        if writes and not row.in_error:
            more.append(self._button("Entered in error", link, acts.in_error))
        self._column.addWidget(level(more, gap=M))

    def _button(
        self, words: str, kind: Callable[[str, Callable[[], object]], QPushButton], act: Callable[[WoundRow], object]
    ) -> QPushButton:
        made = kind(words, partial(act, self.row))
        made.setAccessibleName(f"{words}: {self.row.name}")
        self.buttons[words] = made
        return made


def _late(day: date, today: date) -> list[QWidget]:
    if day < today:
        days = (today - day).days
        return [Tag(f"Overdue by {days} day{'' if days == 1 else 's'}", Tone.DANGER)]
    return [Tag("Today", Tone.CAUTION)] if day == today else []


def _chart(row: WoundRow, width: int) -> Chart:
    return area_chart(row.measures, title=f"Area: {row.wound.where}", width=width)
