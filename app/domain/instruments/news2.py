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
from app.domain.instruments.tool import AT_LEAST, INCOMPLETE, MONTHLY, Band, Instrument, Scored, Tally, conclude

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

# (highest value, points) upwards; what lies above the last row scores the second constant
_RESP = ((8, 3), (11, 1), (20, 0), (24, 2)), 3
_SPO2_SCALE_1 = ((91, 3), (93, 2), (95, 1)), 0
_SPO2_SCALE_2_AIR = ((83, 3), (85, 2), (87, 1)), 0
_SPO2_SCALE_2_OXYGEN = ((83, 3), (85, 2), (87, 1), (92, 0), (94, 1), (96, 2)), 3
_SYSTOLIC = ((90, 3), (100, 2), (110, 1), (219, 0)), 3
_PULSE = ((40, 3), (50, 1), (90, 0), (110, 1), (130, 2)), 3
_TEMP = ((Decimal("35.0"), 3), (Decimal("36.0"), 1), (Decimal("38.0"), 0), (Decimal("39.0"), 1)), 2
_CONSCIOUSNESS = {"A": 0, "C": 3, "V": 3, "P": 3, "U": 3}
_CONSCIOUSNESS_WORDS = {
    "A": "Alert", "C": "New or worse confusion", "V": "Responds to voice", "P": "Responds to pain", "U": "Unresponsive",
}  # fmt: skip

_Steps = tuple[tuple[tuple[int | Decimal, int], ...], int]

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


def _points(value: int | Decimal | None, steps: _Steps) -> int | None:
    if value is None:
        return None
    rows, above = steps
    for highest, step in rows:
        if value <= highest:
            return step
    return above


def _spo2_points(spo2: int | None, scale: int | None, on_oxygen: bool | None) -> int | None:
    """The points of SpO₂; None while the scale or the oxygen, still unanswered, would change them."""
    if spo2 is None:
        return None
    oxygen = (True, False) if on_oxygen is None else (on_oxygen,)
    possible = set()
    if scale != 2:
        possible.add(_points(spo2, _SPO2_SCALE_1))
    if scale != 1:
        possible.update(_points(spo2, _SPO2_SCALE_2_OXYGEN if on else _SPO2_SCALE_2_AIR) for on in oxygen)
    return possible.pop() if len(possible) == 1 else None


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
    temp = answers.number("temp_c", "Temperature", Decimal("30.0"), Decimal("45.0"), unit=" °C", places=1)

    tally = Tally()
    tally.add("resp_rate", f"Breathing rate {resp} a minute", _points(resp, _RESP))
    on_scale = f" on scale {scale}" if scale else ""
    tally.add("spo2", f"SpO₂ {spo2} %{on_scale}", _spo2_points(spo2, scale, oxygen))
    tally.add("on_oxygen", "On oxygen" if oxygen else "On air", None if oxygen is None else 2 * int(oxygen))
    tally.add("systolic", f"Systolic {systolic} mmHg", _points(systolic, _SYSTOLIC))
    tally.add("pulse", f"Pulse {pulse} a minute", _points(pulse, _PULSE))
    if awake is not None:
        tally.add("consciousness", _CONSCIOUSNESS_WORDS[awake], _CONSCIOUSNESS[awake])
    tally.add("temp_c", f"Temperature {temp} °C", _points(temp, _TEMP))
    total = tally.total
    red = 3 in tally.parts.values()

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
    tally.close(incomplete=bool(missing))
    actions = _ACTIONS["none"] if band == "low" and total == 0 else _ACTIONS.get(band, ())
    severity = None
    if missing and 5 <= total < 7:
        # The band stays open, but what is certain already calls for the medium response.
        actions = (*_ACTIONS["medium"], _ACTIONS[RED_FLAG][-1])
        severity = Severity.URGENT
    return conclude(
        TOOL, band, missing=missing, score=total, parts=tally.parts, flags=flags, actions=actions, on=on, days=days,
        workings=tally.workings, severity=severity,
    )  # fmt: skip


SCORED = Scored(TOOL, KEYS, score)
