"""Height estimated from the length of the forearm (ulna), for a resident who cannot stand.

Source: the ulna table published with MUST (BAPEN 2003, reissued 2011). The table is used, never a formula: the
regressions behind it miss 8 of its 112 cells by a centimetre. Measured between the point of the elbow and the wrist
bone, left arm if possible, to the nearest 0.5 cm. The estimate reads too high in Black and Asian adults, which can
make a resident look underweight.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from app.domain.instruments.answers import Answers
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.tool import INCOMPLETE, Band, Instrument, Scored, conclude

KEYS = frozenset({"ulna_cm", "sex", "age_years"})
SEXES = {"F": "woman", "M": "man"}

TOOL = Instrument(
    code="ulna_height",
    version="2011/1",
    title="Height from ulna length",
    short="Ulna height",
    pathway="nutrition",
    mode="S",
    owner="BAPEN (Malnutrition Action Group)",
    licence="Table © BAPEN; permission is needed to use it in software.",
    attribution="Ulna table from the Malnutrition Universal Screening Tool, © BAPEN, adapted for screen use.",
    needs_permission=False,
    routine_days=None,
    bands=(Band("out_of_table", "Outside the table", Severity.ATTENTION),),
)

# ulna cm, then height in metres: men under 65, men 65 and over, women under 65, women 65 and over
_ROWS = """
18.5 1.46 1.45 1.47 1.40
19.0 1.48 1.46 1.48 1.42
19.5 1.49 1.48 1.50 1.44
20.0 1.51 1.49 1.51 1.45
20.5 1.53 1.51 1.52 1.47
21.0 1.55 1.52 1.54 1.48
21.5 1.57 1.54 1.55 1.50
22.0 1.58 1.56 1.56 1.52
22.5 1.60 1.57 1.58 1.53
23.0 1.62 1.59 1.59 1.55
23.5 1.64 1.60 1.61 1.56
24.0 1.66 1.62 1.62 1.58
24.5 1.67 1.63 1.63 1.60
25.0 1.69 1.65 1.65 1.61
25.5 1.71 1.67 1.66 1.63
26.0 1.73 1.68 1.68 1.65
26.5 1.75 1.70 1.69 1.66
27.0 1.76 1.71 1.70 1.68
27.5 1.78 1.73 1.72 1.70
28.0 1.80 1.75 1.73 1.71
28.5 1.82 1.76 1.75 1.73
29.0 1.84 1.78 1.76 1.75
29.5 1.85 1.79 1.77 1.76
30.0 1.87 1.81 1.79 1.78
30.5 1.89 1.82 1.80 1.79
31.0 1.91 1.84 1.81 1.81
31.5 1.93 1.86 1.83 1.83
32.0 1.94 1.87 1.84 1.84
"""
TABLE = {
    Decimal(ulna): {
        ("M", False): Decimal(man),
        ("M", True): Decimal(older_man),
        ("F", False): Decimal(woman),
        ("F", True): Decimal(older_woman),
    }
    for ulna, man, older_man, woman, older_woman in (row.split() for row in _ROWS.strip().splitlines())
}
"""Height in metres by ulna length in cm, then by (sex, whether 65 or over): 28 rows of 4."""


def height_from_ulna(ulna_cm: Decimal, sex: str, age_years: int) -> Decimal | None:
    """The table's height in metres; None when the length, to the nearest 0.5 cm (a tie goes up), is not in the
    table."""
    half = (ulna_cm * 2).quantize(Decimal(1), ROUND_HALF_UP) / 2
    row = TABLE.get(half)
    return row[sex, age_years >= 65] if row else None


def read(answers: Answers, *, need: bool) -> tuple[Decimal | None, str | None, int | None]:
    """Ulna length (5 to 60 cm), sex (F or M) and age (18 to 120 years), as MUST asks for them too."""
    return (
        answers.number("ulna_cm", "Ulna length", Decimal(5), Decimal(60), unit=" cm", need=need),
        answers.choice("sex", "Sex", SEXES, need=need),
        answers.whole("age_years", "Age", 18, 120, unit=" years", need=need),
    )


def describe(ulna_cm: Decimal, sex: str, age_years: int, height: Decimal) -> str:
    """``Ulna 23.0 cm, woman of 86: height about 1.55 m``."""
    return f"Ulna {ulna_cm} cm, {SEXES[sex]} of {age_years}: height about {height} m"


CAUTION = (
    "Height comes from the ulna. It can read too high in Black and Asian adults: compare with how the resident looks."
)
REMEASURE = (
    "The ulna length is outside the table (18.5 to 32.0 cm). Measure again, or use a recorded height or the MUAC."
)


def score(answers: Answers, on: date | None = None) -> Outcome:
    """The height in metres as ``score``; a length outside the table gives no score and the band ``out_of_table``."""
    ulna, sex, age = read(answers, need=True)
    if ulna is None or sex is None or age is None:
        return conclude(TOOL, INCOMPLETE, missing=answers.missing)
    height = height_from_ulna(ulna, sex, age)
    if height is None:
        return conclude(
            TOOL, "out_of_table", actions=(REMEASURE,), workings=(f"Ulna {ulna} cm is not in the table",), on=on
        )
    return conclude(TOOL, None, score=height, actions=(CAUTION,), workings=(describe(ulna, sex, age, height),), on=on)


SCORED = Scored(TOOL, KEYS, score)
