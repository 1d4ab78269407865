"""Wounds of a resident: where each is, what it comes from, how its category is shown, and whether it heals.

A pressure ulcer is never staged backwards: the lost tissue does not come back in the layers that a lower category
would say, so a healing category 4 stays "healing category 4" until it is closed (EPUAP, NPIAP and PPPIA, 2019).
Healing is judged by the area (length × width, cm²) with the rules of ``wound_area_reduction``: since the first
measurement, and over the last 2 and 4 weeks, each against the nearest measurement at least that old. Days are counted
on the calendar where the home is, so that a review every Monday is a week apart whatever the hour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from app.domain.charts import body
from app.domain.charts.body import Mark, View
from app.domain.charts.lines import Point, Series, Target, line_chart, renamed
from app.domain.dates import short_date, to_local
from app.domain.drawing import Chart
from app.domain.errors import Problem, UserError
from app.domain.instruments import registry

HEALED, OTHER = "healed", "other"
CLOSINGS = {HEALED: "Healed", OTHER: "Another reason"}
CAUSES = {
    "pressure": "Pressure",
    "moisture": "Moisture (IAD)",
    "skin_tear": "Skin tear",
    "leg_ulcer": "Leg ulcer",
    "diabetic_foot": "Diabetic foot",
    "surgical": "Surgical",
    "other": "Other",
}
CLASSIFIED_BY = {"pressure": "pressure_ulcer_category", "moisture": "globiad", "skin_tear": "istap"}
"""Which instrument says how bad a wound of the cause is; the other causes have none."""
NOT_DUE = frozenset({"wound_area_reduction"})
"""What is worked out from the next review, and never asked for."""
WORDS_LIMIT = 500
_NAME_LIMIT = 100


_USUAL = (
    "sacrum", "coccyx", "left_buttock", "right_buttock", "left_sitting_bone", "right_sitting_bone", "left_hip",
    "right_hip", "left_heel", "right_heel", "left_ankle_back", "right_ankle_back", "left_elbow", "right_elbow",
    "back_of_head", "upper_spine",
)  # fmt: skip


def sites() -> tuple[tuple[str, str], ...]:
    """Every place of the body map to choose from, as code and words: where pressure does harm first, then by name."""
    usual = [(code, body.site(code).label) for code in _USUAL]
    rest = [(each.code, each.label) for each in body.SITES if each.code not in _USUAL]
    return (*usual, *sorted(rest, key=lambda pair: pair[1]))


@dataclass(frozen=True, slots=True)
class Wound:
    """One wound: its place, its cause, and how it came.

    ``site`` is a place of the body map (:data:`app.domain.charts.body.SITES`), ``x`` and ``y`` the very point, 0 to 1
    of the figure's box. ``words`` say what the lists cannot; ``found_by`` who saw it first. ``on_admission`` when the
    resident came with it, ``device_related`` when a device pressed, ``mucosal`` when it is in the mouth, nose or
    another moist lining: such a one is a pressure injury without a category.
    """

    site: str
    view: View
    x: Decimal
    y: Decimal
    cause: str
    found_at: datetime
    found_by: str
    words: str = ""
    on_admission: bool = False
    device_related: bool = False
    mucosal: bool = False

    @property
    def where(self) -> str:
        """``Left heel``, ``Sacrum``."""
        return body.site(self.site).label

    @property
    def side(self) -> str:
        """``left`` or ``right``, the resident's own; ``middle`` for a place on the middle line."""
        return next((side for side in ("left", "right") if self.site.startswith(f"{side}_")), "middle")

    def mark(self, number: int, label: str) -> Mark:
        """Its mark on the body map."""
        return Mark(number, self.view, self.x, self.y, label)

    @property
    def classified_by(self) -> str:
        """The instrument that classifies it; empty for a cause without one and for a mucosal one."""
        return "" if self.mucosal else CLASSIFIED_BY.get(self.cause, "")


@dataclass(frozen=True, slots=True)
class Closing:
    """The end of a series: when, how (healed or another reason), and the reason in words."""

    at: datetime
    how: str
    reason: str = ""


def is_asked(instrument: str, cause: str) -> bool:
    """Whether an instrument is asked for again of an open wound from the cause (empty for a mucosal one): a
    classification only while it is the one of its cause, which may turn out to be another."""
    if instrument in CLASSIFIED_BY.values():
        return CLASSIFIED_BY.get(cause) == instrument
    return instrument not in NOT_DUE


def placed(site: str, point: tuple[View, Decimal, Decimal] | None = None) -> tuple[View, Decimal, Decimal]:
    """Where the mark of a site stands: at the point that was tapped, else in the middle of the site.

    A point on the figure belongs to the site nearest to it; with another site chosen since, the middle of that counts.
    UserError for a site that there is not.
    """
    if not any(each.code == site for each in body.SITES):
        raise UserError("Choose where on the body it is", field="site")
    tapped = point is not None and body.region_at(*point) == site
    view, x, y = point if point is not None and tapped else body.centre_of(site)
    return view, round(x, 4), round(y, 4)


def checked(wound: Wound, now: datetime, born: date) -> Wound:
    """The wound with its texts trimmed; UserError with a problem a field, in the form's words, when it cannot be."""
    wrong = [*_wrong_place(wound), *_wrong_cause(wound), *_wrong_finding(wound, now, born)]
    if wrong:
        raise UserError(wrong[0].message if len(wrong) == 1 else "There is a problem", problems=tuple(wrong))
    return replace(wound, words=wound.words.strip(), found_by=wound.found_by.strip())


def _wrong_place(wound: Wound) -> Iterator[Problem]:
    if not any(each.code == wound.site for each in body.SITES):
        yield Problem("site", "Choose where on the body it is")
    elif wound.view is not body.site(wound.site).view:
        yield Problem("site", f"{wound.where} is not on the {wound.view} of the body map")
    elif not (0 <= wound.x <= 1 and 0 <= wound.y <= 1):
        yield Problem("site", "The mark must be on the body map")


def _wrong_cause(wound: Wound) -> Iterator[Problem]:
    if wound.cause not in CAUSES:
        yield Problem("cause", "Choose the cause")
    words = wound.words.strip()
    if len(words) > WORDS_LIMIT:
        yield Problem("words", f"In words must be {WORDS_LIMIT} characters or fewer")
    elif not words and wound.cause == OTHER:
        yield Problem("words", "Say in words what it comes from")
    if wound.cause != "pressure":
        if wound.device_related:
            yield Problem("device_related", "Pressed by a device: only for a wound that comes from pressure")
        if wound.mucosal:
            yield Problem("mucosal", "In a moist lining: only for a wound that comes from pressure")


def _wrong_finding(wound: Wound, now: datetime, born: date) -> Iterator[Problem]:
    if wound.found_at > now:
        yield Problem("found_at", "Found must be now or in the past")
    elif to_local(wound.found_at).date() < born:
        yield Problem("found_at", "Found must be after the resident's date of birth")
    if not wound.found_by.strip():
        yield Problem("found_by", "Enter who found it")
    elif len(wound.found_by.strip()) > _NAME_LIMIT:
        yield Problem("found_by", f"Found by must be {_NAME_LIMIT} characters or fewer")


def checked_closing(closing: Closing, wound: Wound, now: datetime) -> Closing:
    """The closing with its reason trimmed; UserError with a problem a field when it cannot be."""
    wrong: list[Problem] = []
    reason = closing.reason.strip()
    if closing.how not in CLOSINGS:
        wrong.append(Problem("how", "Choose healed or another reason"))
    if closing.how == OTHER and not reason:
        wrong.append(Problem("reason", "Enter the reason"))
    if len(reason) > WORDS_LIMIT:
        wrong.append(Problem("reason", f"The reason must be {WORDS_LIMIT} characters or fewer"))
    if closing.at > now:
        wrong.append(Problem("at", "Closed must be now or in the past"))
    elif closing.at < wound.found_at:
        wrong.append(Problem("at", "Closed must be after the wound was found"))
    if wrong:
        raise UserError(wrong[0].message if len(wrong) == 1 else "There is a problem", problems=tuple(wrong))
    return Closing(closing.at, closing.how, reason)


# ---------------------------------------------------------------------------------------------------------- category

_DEPTH = {"not_a_pressure_ulcer": 0, "category_1": 1, "category_2": 2, "category_3": 3, "category_4": 4}
_UNSTAGEABLE, _DEEP = "unstageable", "deep_tissue_injury"
_NAMES = {
    "not_a_pressure_ulcer": "not a pressure ulcer, at risk",
    "category_1": "category 1",
    "category_2": "category 2",
    "category_3": "category 3",
    "category_4": "category 4",
    _UNSTAGEABLE: "unstageable",
    _DEEP: "suspected deep tissue injury",
}
BANDS = frozenset(_NAMES)
"""The bands of a classification that was finished."""


@dataclass(frozen=True, slots=True)
class Classified:
    """A classification of a pressure ulcer: when, and the band of ``pressure_ulcer_category``."""

    at: datetime
    band: str


@dataclass(frozen=True, slots=True)
class CategoryShown:
    """How the category is shown: its band, the words, what explains them, and a warning (empty: none)."""

    band: str
    words: str
    explained: str = ""
    warning: str = ""


def category_shown(history: Sequence[Classified], *, smaller: bool = False, closed: bool = False) -> CategoryShown:
    """The highest category that the ulcer ever had; ``smaller`` when its area has shrunk since the first measurement.

    Unstageable is full thickness with a hidden base: at least category 3, and it becomes 3 or 4 when the base is
    seen, which is no worsening. A suspected deep tissue injury shows its depth later and gives way to the category
    that it turns out to be. ValueError for no history.
    """
    ordered = sorted(history, key=lambda each: each.at)
    if not ordered:
        raise ValueError("nothing was classified")
    last = ordered[-1].band
    top = _top([each.band for each in ordered])
    lower = _lower(last, top)
    healing = (lower or smaller) and top != "not_a_pressure_ulcer"
    state = "healed " if closed else "healing " if healing else ""
    words = f"{state}{_NAMES[top]}"
    warning = ""
    if lower:
        warning = (
            f"Last classified as {_NAMES[last]}, which is lower. A healing ulcer keeps its category: "
            f"it stays {_NAMES[top]}."
        )
    return CategoryShown(top, f"{words[:1].upper()}{words[1:]}", _explained(ordered, top, last), warning)


def _top(bands: Sequence[str]) -> str:
    """The band that stays: the deepest known, or full thickness of unknown depth."""
    deepest = max((band for band in bands if band in _DEPTH), key=_DEPTH.__getitem__, default="")
    depth = _DEPTH.get(deepest, 0)
    if _UNSTAGEABLE in bands and depth < 3:
        return _UNSTAGEABLE
    if _DEEP in bands and depth < 1:
        return _DEEP
    return deepest


def _lower(last: str, top: str) -> bool:
    """Whether the last classification says less than what stays."""
    if top == _UNSTAGEABLE:
        return _DEPTH.get(last, 9) < 3
    if top == _DEEP:
        return last == "not_a_pressure_ulcer"
    return last in _DEPTH and _DEPTH[last] < _DEPTH[top]


def _explained(ordered: Sequence[Classified], top: str, last: str) -> str:
    bands = [each.band for each in ordered]
    if last == _UNSTAGEABLE and top != _UNSTAGEABLE:
        return f"The base is hidden now. It was {_NAMES[top]} before and stays so."
    if top == _UNSTAGEABLE:
        return "Full thickness with a hidden base: at least category 3. It is 3 or 4 once the base can be seen."
    if _DEEP in {last, top}:
        return "The depth of a suspected deep tissue injury shows later: it may open within days. Look at it every day."
    if _UNSTAGEABLE in bands:
        return "It was unstageable before its base could be seen."
    if _DEEP in bands:
        return "It began as a suspected deep tissue injury."
    return ""


# ----------------------------------------------------------------------------------------------------------- healing


@dataclass(frozen=True, slots=True)
class Measure:
    """The size of a wound at an instant, cm; a closed one is 0 by 0."""

    at: datetime
    length: Decimal
    width: Decimal

    @property
    def area(self) -> Decimal:
        """Length × width, cm²."""
        return self.length * self.width

    @property
    def size(self) -> str:
        """``4 × 3.5 cm``."""
        return f"{_plain(self.length)} × {_plain(self.width)} cm"

    @property
    def words(self) -> str:
        """``14 cm² (4 × 3.5 cm)``."""
        return f"{_plain(self.area)} cm² ({self.size})"


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


@dataclass(frozen=True, slots=True)
class Change:
    """How much smaller the wound is than at an earlier measurement: exact flags, per cent to one decimal.

    A negative figure is a larger wound.
    """

    since: Measure
    days: int
    percent: Decimal
    flags: tuple[str, ...]

    @property
    def word(self) -> str:
        """``smaller``, ``larger`` or ``the same``."""
        return "smaller" if self.percent > 0 else "larger" if self.larger else "the same"

    @property
    def larger(self) -> bool:
        """Whether it is larger, by the exact figure."""
        return "larger" in self.flags

    @property
    def arrow(self) -> str:
        """The word's arrow."""
        return {"smaller": "↓", "larger": "↑", "the same": "→"}[self.word]

    @property
    def words(self) -> str:
        """``↓ 25.0 % smaller``, ``→ the same``."""
        if self.word == "the same":
            return f"{self.arrow} {self.word}"
        return f"{self.arrow} {abs(self.percent)} % {self.word}"


@dataclass(frozen=True, slots=True)
class Healing:
    """What the measurements say.

    ``since_first``, ``since_last``, ``two_weeks`` and ``four_weeks`` are None while there is nothing to compare with.
    ``flags``: ``larger`` than at first, ``larger_since_last``, ``reassess_2_weeks`` (less than 20 % smaller over the
    last 2 weeks) and ``refer_4_weeks`` (less than 40 % smaller over the last 4).
    """

    now: Measure | None = None
    since_first: Change | None = None
    since_last: Change | None = None
    two_weeks: Change | None = None
    four_weeks: Change | None = None
    flags: tuple[str, ...] = ()


FLAG_WORDS = {
    "larger": "Larger than at the first measurement: tell the nurse, look for infection, reassess the plan.",
    "larger_since_last": "Larger than at the last review: tell the nurse and look for infection.",
    "reassess_2_weeks": "Less than 20 % smaller over 2 weeks: reassess the plan.",
    "refer_4_weeks": "Less than 40 % smaller over 4 weeks: refer to the tissue viability nurse.",
}


def reduction_answers(first: Measure, now: Measure) -> dict[str, object]:
    """The answers of ``wound_area_reduction`` for two measurements; without days when both are of one day."""
    answers: dict[str, object] = {
        "length0_cm": first.length, "width0_cm": first.width, "length1_cm": now.length, "width1_cm": now.width,
    }  # fmt: skip
    if (days := _days(first, now)) > 0:
        answers["days"] = days
    return answers


def first_measure(measures: Sequence[Measure]) -> Measure | None:
    """The measurement that later ones are compared with: the first with an area."""
    return next((each for each in sorted(measures, key=lambda m: m.at) if each.area > 0), None)


def healing(measures: Sequence[Measure]) -> Healing:
    """What the measurements say, whatever their order."""
    ordered = sorted(measures, key=lambda each: each.at)
    first = first_measure(ordered)
    if not ordered:
        return Healing()
    now = ordered[-1]
    if first is None or first is now:
        return Healing(now)
    earlier = [each for each in ordered[:-1] if each.area > 0]
    since_first, since_last = _change(first, now), _change(earlier[-1], now)
    two = _at_least(earlier, now, 14)
    four = _at_least(earlier, now, 28)
    flags = [
        *(["larger"] if since_first.larger else []),
        *(["larger_since_last"] if since_last.larger and not since_first.larger else []),
        *(["reassess_2_weeks"] if two and "reassess_2_weeks" in two.flags else []),
        *(["refer_4_weeks"] if four and "refer_4_weeks" in four.flags else []),
    ]
    return Healing(now, since_first, since_last, two, four, tuple(flags))


def _at_least(earlier: Sequence[Measure], now: Measure, days: int) -> Change | None:
    old = [each for each in earlier if _days(each, now) >= days]
    return _change(old[-1], now) if old else None


def _change(then: Measure, now: Measure) -> Change:
    outcome = registry.score("wound_area_reduction", reduction_answers(then, now), None)
    if not isinstance(outcome.score, Decimal):
        raise TypeError("an area reduction has a decimal score")
    return Change(then, _days(then, now), outcome.score, outcome.flags)


def _days(then: Measure, now: Measure) -> int:
    return (to_local(now.at).date() - to_local(then.at).date()).days


def edge_stuck(edges: Sequence[tuple[datetime, str | None]]) -> bool:
    """Whether the edge has not advanced for two weekly reviews: the plan is to be looked at again.

    ``edges`` are the reviews with the edge each saw; the newest and those before it without a break must say
    ``not_advancing`` over at least 6 days, so that a second look on the same day is not a second week.
    """
    newest_first = sorted(edges, key=lambda each: each[0], reverse=True)
    run: list[datetime] = []
    for at, edge in newest_first:
        if edge != "not_advancing":
            break
        run.append(at)
    return len(run) > 1 and (to_local(run[0]).date() - to_local(run[-1]).date()).days >= 6


# ------------------------------------------------------------------------------------------------------------ drawings


def area_chart(measures: Sequence[Measure], *, title: str = "Wound area", width: int = 640, height: int = 230) -> Chart:
    """The area over time, the same on screen and paper, with the line that 4 weeks should reach, and in words.

    The table has the size that was measured beside each area.
    """
    ordered = sorted(measures, key=lambda each: each.at)
    first = first_measure(ordered)
    points = tuple(Point(each.at, each.area.normalize(), each.size) for each in ordered)
    targets = [Target("40 % smaller", first.area * 3 / 5)] if first is not None and len(ordered) > 1 else []
    words = change_words(healing(ordered))
    chart = line_chart(
        title, [Series("Area", points)], unit="cm²", targets=targets, low=Decimal(0),
        high=max((each.area for each in ordered), default=None), foot=words, width=width, height=height,
    )  # fmt: skip
    return renamed(chart, description=" ".join(words))


def change_words(found: Healing) -> tuple[str, ...]:
    """How the area changed since the first measurement, since the last, and over the last 2 and 4 weeks."""
    since = found.since_first
    if since is None:
        return ()
    lines = [f"Since {short_date(to_local(since.since.at).date())} ({_spell(since.days)}): {since.words}."]
    last = found.since_last
    if last is not None and last.since != since.since:
        lines.append(f"Since the last review ({_spell(last.days)}): {last.words}.")
    for name, change in (("2 weeks", found.two_weeks), ("4 weeks", found.four_weeks)):
        if change is not None and change.since != since.since:
            lines.append(f"Over the last {name} or more ({_spell(change.days)}): {change.words}.")
    return tuple(lines)


def _spell(days: int) -> str:
    return "the same day" if not days else f"{days} day{'' if days == 1 else 's'}"
