"""Observations: single measurements over time, whether taken by themselves or as part of an assessment.

An observation is one number (or, for consciousness, one letter) of one kind at one instant. Those that an assessment
measured are laid out beside it when it is signed, so that a chart reads one series whatever it was recorded with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.domain.errors import UserError
from app.domain.instruments.exact import as_decimal
from app.domain.nutrition import WEIGHT_PLACES


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of measurement: its code, words, unit, the accepted range (both ends included) and decimal places.

    ``alone`` when it may be recorded by itself, outside an assessment.
    """

    code: str
    label: str
    unit: str
    low: Decimal
    high: Decimal
    places: int = 0
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement: its kind, the exact value (None for what is only words) and a detail, such as the letter of
    consciousness, the size of a stool, or the wound that an area is of."""

    kind: str
    value: Decimal | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A measurement in a series: when, how much, its detail, and the record that it comes from."""

    at: datetime
    value: Decimal | None
    detail: str
    id: str


def _kind(code: str, label: str, unit: str, low: str, high: str, places: int = 0, *, alone: bool = False) -> Kind:
    return Kind(code, label, unit, Decimal(low), Decimal(high), places, alone)


KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        _kind("weight_kg", "Weight", "kg", "20", "250", WEIGHT_PLACES, alone=True),
        _kind("height_m", "Height", "m", "0.8", "2.5", 4),
        _kind("muac_cm", "Upper arm circumference", "cm", "10", "60", 1),
        _kind("resp_rate", "Breathing rate", "/min", "0", "60"),
        _kind("spo2", "SpO₂", "%", "50", "100"),
        _kind("spo2_scale", "SpO₂ scale", "", "1", "2"),
        _kind("on_oxygen", "On oxygen", "", "0", "1"),
        _kind("systolic", "Systolic blood pressure", "mmHg", "40", "300"),
        _kind("pulse", "Pulse", "/min", "20", "250"),
        _kind("consciousness", "Consciousness", "", "0", "0"),
        _kind("temp_c", "Temperature", "°C", "30", "45", 1),
        _kind("lying_sbp", "Lying systolic", "mmHg", "40", "300"),
        _kind("lying_dbp", "Lying diastolic", "mmHg", "20", "200"),
        _kind("standing_1min_sbp", "Standing systolic at 1 minute", "mmHg", "40", "300"),
        _kind("standing_1min_dbp", "Standing diastolic at 1 minute", "mmHg", "20", "200"),
        _kind("standing_3min_sbp", "Standing systolic at 3 minutes", "mmHg", "40", "300"),
        _kind("standing_3min_dbp", "Standing diastolic at 3 minutes", "mmHg", "20", "200"),
        _kind("glucose_mmol", "Blood glucose", "mmol/L", "0.5", "45", 1, alone=True),
        _kind("fluid_in_ml", "Fluid taken", "ml", "0", "3000", alone=True),
        _kind("fluid_out_ml", "Urine passed", "ml", "0", "3000", alone=True),
        _kind("bowel_type", "Bowels opened, Bristol type", "", "1", "7", alone=True),
        _kind("pain_nrs", "Pain, 0 to 10", "", "0", "10", alone=True),
        _kind("wound_area_cm2", "Wound area", "cm²", "0", "10000", 2),
    )
}
"""Every kind there is, by code."""

_VITALS = ("resp_rate", "spo2", "spo2_scale", "on_oxygen", "systolic", "pulse", "consciousness", "temp_c")
_STANDING = (
    "lying_sbp", "lying_dbp", "standing_1min_sbp", "standing_1min_dbp", "standing_3min_sbp", "standing_3min_dbp",
)  # fmt: skip
_MEASURED_BY: Mapping[str, Mapping[str, str]] = {
    "must": {"weight_kg": "weight_kg", "height_m": "height_m", "muac_cm": "muac_cm"},
    "muac": {"muac_cm": "muac_cm"},
    "news2": {key: key for key in _VITALS},
    "orthostatic_bp": {key: key for key in _STANDING},
    "bristol": {"type": "bowel_type"},
    "time_wound": {"pain": "pain_nrs"},
}
"""Which answers of which instrument are measurements, by answer key."""


def measured_by(instrument: str, answers: Mapping[str, object], about: str = "") -> tuple[Measured, ...]:
    """The measurements among the answers of an assessment, exact as they were given.

    ``about`` is the wound that a review is of; its area (length × width, cm²) is a measurement of that wound.
    """
    found = []
    for key, kind in _MEASURED_BY.get(instrument, {}).items():
        value = answers.get(key)
        if isinstance(value, bool):
            found.append(Measured(kind, Decimal(int(value))))
        elif (number := as_decimal(value)) is not None:
            found.append(Measured(kind, number, about if kind == "pain_nrs" else ""))
        elif isinstance(value, str) and value:
            found.append(Measured(kind, None, value))
    if instrument == "time_wound":
        length, width = as_decimal(answers.get("length_cm")), as_decimal(answers.get("width_cm"))
        if length is not None and width is not None:
            found.append(Measured("wound_area_cm2", length * width, about))
    return tuple(found)


def checked(kind: str, value: object, detail: str = "") -> Measured:
    """A measurement to be recorded by itself; UserError (field ``value``) in the label's words when it cannot be."""
    known = KINDS.get(kind)
    if known is None or not known.alone:
        raise UserError(f"{kind} is not recorded by itself", field="kind")
    number = as_decimal(value)
    unit = f" {known.unit}" if known.unit else ""
    if number is None:
        raise UserError(f"{known.label} must be a number", field="value")
    if not known.low <= number <= known.high:
        raise UserError(f"{known.label} must be between {known.low:f}{unit} and {known.high:f}{unit}", field="value")
    if number != round(number, known.places):
        most = f"have at most {known.places} decimal place{'s'[: known.places > 1]}" if known.places else ""
        raise UserError(f"{known.label} must {most or 'be a whole number'}", field="value")
    if len(detail) > 200:
        raise UserError("Details must be 200 characters or fewer", field="detail")
    return Measured(kind, number, detail.strip())
