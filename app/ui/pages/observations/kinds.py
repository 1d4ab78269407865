"""What the quick entry asks of each kind of measurement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.domain.instruments.bristol import TYPES
from app.domain.observation_board import BLOOD

OTHER = "other"


@dataclass(frozen=True, slots=True)
class Asked:
    """How a kind is asked: the words of its tile, amounts to press (value, words) with the digit of each, what goes
    with it (each is chosen by its first letter), and which chart shows it.

    ``box`` when a number may be typed: at once, or after the tile "Other amount".
    """

    kind: str
    words: str
    part: str
    amounts: tuple[tuple[object, str], ...] = ()
    digits: tuple[str, ...] = ()
    what: tuple[tuple[str, str], ...] = ()
    what_label: str = ""
    box: bool = False
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A measurement that somebody wants recorded; ``at`` is None for now."""

    kind: str
    value: Decimal
    detail: str
    at: datetime | None


def _ml(*amounts: int) -> tuple[tuple[object, str], ...]:
    return tuple((amount, f"{amount} ml") for amount in amounts)


_DRINKS = ("Water", "Tea", "Coffee", "Juice", "Milk", "Soup", "Nutrition drink")
_WAYS = ("Toilet", "Bottle", "Catheter", "Pad, estimated")
_SAID = {0: "0 none", 10: "10 worst"}

ASKED = (
    Asked(
        "fluid_in_ml", "Fluid in", "fluids", (*_ml(100, 150, 200, 250), (OTHER, "Other amount"), (0, "Nothing taken")),
        ("1", "2", "3", "4", "5", "0"), tuple((each, each) for each in _DRINKS), "What was taken", unit="ml",
    ),
    Asked(
        "fluid_out_ml", "Urine out", "fluids", (*_ml(100, 200, 300, 400), (OTHER, "Other amount"), (0, "None passed")),
        ("1", "2", "3", "4", "5", "0"), tuple((each, each) for each in _WAYS), "How it was measured", unit="ml",
    ),
    Asked(
        "bowel_type", "Bowels", "bowels", tuple((n, f"{n} {words}") for n, words in TYPES.items()),
        tuple(map(str, TYPES)), (("", "Normal colour"), (BLOOD, BLOOD)), "What it looked like",
    ),
    Asked("weight_kg", "Weight", "weight", box=True, unit="kg"),
    Asked("glucose_mmol", "Glucose", "glucose", box=True, unit="mmol/L"),
    # No digits: 1 could be the beginning of 10. A key that two tiles begin with only goes to them; Space chooses.
    Asked("pain_nrs", "Pain", "pain", tuple((n, _SAID.get(n, str(n))) for n in range(11)), ("",) * 11),
)  # fmt: skip
BY_KIND = {each.kind: each for each in ASKED}
