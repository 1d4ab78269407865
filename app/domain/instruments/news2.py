"""NEWS2, the National Early Warning Score (Royal College of Physicians, December 2017).

Seven parameters, 0 to 20. The order of the bands: 7 or more, then 5 to 6, then any single parameter of 3, then low.

Accepted: breathing rate 0 to 60, SpO₂ 50 to 100 %, systolic 40 to 300 mmHg, pulse 20 to 250, all whole; temperature
30.0 to 45.0 °C to one decimal. Scale 2 is for confirmed hypercapnic respiratory failure with a prescribed target of
88 to 92 %. Long-standing confusion is Alert; new or worse confusion is C, and so is confusion of which nobody is
sure. Not for people under 16 or more than 20 weeks pregnant.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from app.domain.instruments.answers import Answers
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.tool import AT_LEAST, INCOMPLETE, MONTHLY, Band, Instrument, Scored, conclude, points

KEYS = frozenset({
    "resp_rate", "spo2", "spo2_scale", "on_oxygen", "systolic", "pulse", "consciousness", "temp_c",
})  # fmt: skip

RED_FLAG = "incomplete_red_flag"

TOOL = Instrument(
    code="news2",
    version="2017/1",
    title="National Early Warning Score (NEWS2)",
    short="NEWS2",
    pathway="health",
    mode="S",
    owner="Royal College of Physicians",
    licence="© Royal College of Physicians 2017; free to reproduce with acknowledgement.",
    attribution="National Early Warning Score (NEWS) 2, © Royal College of Physicians 2017.",
    needs_permission=False,
    routine_days=MONTHLY,
    bands=(
        Band("low", "Low", Severity.ROUTINE),
        Band("low_medium", "Low to medium: one red score", Severity.ATTENTION),
        Band(RED_FLAG, "Incomplete, with one red score", Severity.URGENT),
        Band("medium", "Medium", Severity.URGENT),
        Band("high", "High", Severity.EMERGENCY),
    ),
    serves=("health",),
)

_Row = tuple[int, str]
"""The points of a value, and the words of its step."""


def _rows(words: str, low: int, *steps: tuple[int, int]) -> dict[int, _Row]:
    """The row of every whole number from ``low``, by (highest value, points) upwards: looked up, not searched, because
    a home's whole record is scored at once. ``words`` has a place for the value."""
    rows = {}
    for highest, step in steps:
        for value in range(low, highest + 1):
            rows[value] = step, f"{words.format(value)}: {points(step)}"
        low = highest + 1
    return rows


_RESP = _rows("Breathing rate {} a minute", 0, (8, 3), (11, 1), (20, 0), (24, 2), (60, 3))
_SYSTOLIC = _rows("Systolic {} mmHg", 40, (90, 3), (100, 2), (110, 1), (219, 0), (300, 3))
_PULSE = _rows("Pulse {} a minute", 20, (40, 3), (50, 1), (90, 0), (110, 1), (130, 2), (250, 3))
_SCALE_1 = _rows("SpO₂ {} % on scale 1", 50, (91, 3), (93, 2), (95, 1), (100, 0))
_SCALE_2_AIR = _rows("SpO₂ {} % on scale 2", 50, (83, 3), (85, 2), (87, 1), (100, 0))
_SCALE_2_OXYGEN = _rows("SpO₂ {} % on scale 2", 50, (83, 3), (85, 2), (87, 1), (92, 0), (94, 1), (96, 2), (100, 3))
_OXYGEN = {True: (2, "On oxygen: 2 points"), False: (0, "On air: 0 points")}
_CONSCIOUSNESS = {
    "A": (0, "Alert: 0 points"), "C": (3, "New or worse confusion: 3 points"), "V": (3, "Responds to voice: 3 points"),
    "P": (3, "Responds to pain: 3 points"), "U": (3, "Unresponsive: 3 points"),
}  # fmt: skip
_TEMP_LOW, _TEMP_HIGH = Decimal("30.0"), Decimal("45.0")
_TEMP_STEPS = (Decimal("35.0"), 3), (Decimal("36.0"), 1), (Decimal("38.0"), 0), (Decimal("39.0"), 1), (_TEMP_HIGH, 2)

_ACTIONS = {
    "none": ("Routine care. Compare with the resident's usual score.",),
    "low": (
        "Tell the nurse or senior carer, who decides whether to watch more closely.",
        "Repeat NEWS2 within 4 to 6 hours.",
    ),
    "low_medium": (
        "Ask the nurse, GP or 111 for an urgent review today: one measurement is very abnormal.",
        "Repeat NEWS2 at least every hour until reviewed.",
    ),
    RED_FLAG: (
        "Ask the nurse, GP or 111 for an urgent review now: one measurement is very abnormal.",
        "Take the missing measurements if it is safe; do not wait for them.",
    ),
    "medium": (
        "Call the GP or the rapid response team now. Could this be sepsis?",
        "Repeat NEWS2 at least every hour.",
    ),
    "high": (
        "Call 999, unless the emergency care plan says otherwise. Could this be sepsis?",
        "Stay with the resident and keep measuring. Have the red bag ready.",
    ),
}


def _spo2_row(spo2: int, scale: int | None, on_oxygen: bool | None) -> _Row | None:
    """The row of SpO₂; None while the scale or the oxygen, still unanswered, would change the points."""
    if scale == 1:
        return _SCALE_1[spo2]
    if scale == 2 and on_oxygen is not None:
        return (_SCALE_2_OXYGEN if on_oxygen else _SCALE_2_AIR)[spo2]
    possible = {_SCALE_2_AIR[spo2][0]} if on_oxygen is not True else set()
    if on_oxygen is not False:
        possible.add(_SCALE_2_OXYGEN[spo2][0])
    if scale is None:
        possible.add(_SCALE_1[spo2][0])
    if len(possible) > 1:
        return None
    step = possible.pop()
    return step, f"SpO₂ {spo2} %{' on scale 2' if scale else ''}: {points(step)}"


def _temp_row(temp: Decimal) -> _Row:
    step = next(step for highest, step in _TEMP_STEPS if temp <= highest)
    return step, f"Temperature {temp} °C: {points(step)}"


def score(answers: Answers, on: date | None = None) -> Outcome:
    """Score NEWS2; see the module.

    With a measurement missing there is no total: ``high`` with ``at_least`` when those taken reach 7 already,
    ``incomplete_red_flag`` when one of them scores 3, otherwise ``incomplete``.
    """
    resp = answers.whole("resp_rate", "Breathing rate", 0, 60)
    spo2 = answers.whole("spo2", "SpO₂", 50, 100, unit=" %")
    scale = answers.whole("spo2_scale", "SpO₂ scale", 1, 2)
    oxygen = answers.yes_no("on_oxygen", "On oxygen")
    systolic = answers.whole("systolic", "Systolic blood pressure", 40, 300, unit=" mmHg")
    pulse = answers.whole("pulse", "Pulse", 20, 250)
    awake = answers.choice("consciousness", "Consciousness", _CONSCIOUSNESS)
    temp = answers.number("temp_c", "Temperature", _TEMP_LOW, _TEMP_HIGH, unit=" °C", places=1)

    parts: dict[str, int | Decimal | str] = {}
    workings: list[str] = []
    total = 0
    red = False
    for key, row in (
        ("resp_rate", None if resp is None else _RESP[resp]),
        ("spo2", None if spo2 is None else _spo2_row(spo2, scale, oxygen)),
        ("on_oxygen", None if oxygen is None else _OXYGEN[oxygen]),
        ("systolic", None if systolic is None else _SYSTOLIC[systolic]),
        ("pulse", None if pulse is None else _PULSE[pulse]),
        ("consciousness", None if awake is None else _CONSCIOUSNESS[awake]),
        ("temp_c", None if temp is None else _temp_row(temp)),
    ):
        if row is not None:
            step, words = row
            parts[key] = step
            workings.append(words)
            total += step
            red = red or step == 3

    missing = answers.missing
    flags: tuple[str, ...] = ()
    days = 0
    if total >= 7:
        band, flags = "high", (AT_LEAST,) if missing else ()
    elif missing:
        band = RED_FLAG if red else INCOMPLETE
    elif total >= 5:
        band = "medium"
    elif red:
        band = "low_medium"
    else:
        band, days = "low", MONTHLY if total == 0 else 0
    workings.append(f"{'At least' if missing else 'Total'} {total}")
    actions = _ACTIONS["none"] if band == "low" and total == 0 else _ACTIONS.get(band, ())
    severity = None
    if missing and 5 <= total < 7:
        # The band stays open, but what is certain already calls for the medium response.
        actions = (*_ACTIONS["medium"], _ACTIONS[RED_FLAG][-1])
        severity = Severity.URGENT
    return conclude(
        TOOL, band, missing=missing, score=total, parts=parts, flags=flags, actions=actions, on=on, days=days,
        workings=workings, severity=severity,
    )  # fmt: skip


SCORED = Scored(TOOL, KEYS, score)
