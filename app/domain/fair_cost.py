"""Where £70 comes from: the staffing calculation behind the premium, with every rounding choice in sight.

The published method staffs a day post of 12 hours on 7 days with one carer for so many residents, before the premium
and for the complex residents after it, and calls the difference per resident and week the fair cost. It rounds to whole
staff in its first line and not in its second, and cuts off the pence at the end: £70 comes out only that way. The other
readings stand beside it, so that a manager can say which one they mean.

Exact throughout: rates in pence, ratios as fractions; a result is turned into pence once, by the choice named.
Source: the programme's own description of the calculation; the figures were computed again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from math import ceil
from typing import Final

from app.domain.errors import Problem, UserError

PREMISE_PER_CENT: Final = 15
"""The share of residents that the model presumes to be complex."""
OBSERVED_PER_CENT: Final = 29
"""The share that was claimed for, as the programme reports it."""
MOST_RESIDENTS: Final = 500


class Staff(StrEnum):
    """How many staff a number of residents is taken to need."""

    WHOLE = "whole"
    EXACT = "exact"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What goes in. Ratios are residents to one carer; the rate is pence an hour with on-costs; night cover is not in
    the method."""

    residents: int = 45
    complex_residents: int = 8
    hours_a_day: int = 12
    days_a_week: int = 7
    pence_an_hour: int = 862
    usual_ratio: Fraction = Fraction(13, 2)
    complex_ratio: Fraction = Fraction(4)

    @property
    def post_pence(self) -> int:
        """One post for one week, in pence."""
        return self.hours_a_day * self.days_a_week * self.pence_an_hour


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the calculation: so many residents, so many staff, the cost per resident and week.

    ``pence`` is exact; ``rounded`` is to the nearest penny, half up.
    """

    words: str
    residents: int
    staff: Fraction
    pence: Fraction

    @property
    def rounded(self) -> int:
        """Whole pence, half up."""
        return _half_up(self.pence)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way of rounding: what a resident costs a week without and with complex needs, in pence."""

    key: str
    words: str
    base_pence: int
    complex_pence: int

    @property
    def difference_pence(self) -> int:
        """What the premium would be."""
        return self.complex_pence - self.base_pence


def check(inputs: Inputs) -> Inputs:
    """The inputs, or UserError with one problem a field."""
    problems = []
    if not 1 <= inputs.residents <= MOST_RESIDENTS:
        problems.append(Problem("residents", f"Residents must be between 1 and {MOST_RESIDENTS}"))
    elif not 1 <= inputs.complex_residents < inputs.residents:
        problems.append(Problem("complex_residents", "Complex residents must be at least 1 and fewer than all"))
    if not 1 <= inputs.hours_a_day <= 24:
        problems.append(Problem("hours_a_day", "Hours of a post must be between 1 and 24"))
    if not 1 <= inputs.days_a_week <= 7:
        problems.append(Problem("days_a_week", "Days must be between 1 and 7"))
    if not 1 <= inputs.pence_an_hour <= 100_000:
        problems.append(Problem("pence_an_hour", "The rate must be between £0.01 and £1,000.00 an hour"))
    for key, ratio in (("usual_ratio", inputs.usual_ratio), ("complex_ratio", inputs.complex_ratio)):
        if not 1 <= ratio <= 100:
            problems.append(Problem(key, "The ratio must be between 1 and 100 residents to one carer"))
    if problems:
        raise UserError("There is a problem", problems=tuple(problems))
    return inputs


def line(inputs: Inputs, words: str, residents: int, ratio: Fraction, staff: Staff) -> Line:
    """Staff for so many residents at a ratio, and what that costs each of them a week."""
    needed = Fraction(residents) / ratio
    posts = Fraction(ceil(needed)) if staff is Staff.WHOLE else needed
    return Line(words, residents, posts, posts * inputs.post_pence / residents)


def published(inputs: Inputs) -> tuple[Line, Line, Line]:
    """The three lines as published: everybody with whole staff, then the rest and the complex ones exactly."""
    rest = inputs.residents - inputs.complex_residents
    return (
        line(inputs, "All residents, usual ratio, whole staff", inputs.residents, inputs.usual_ratio, Staff.WHOLE),
        line(inputs, "The other residents, usual ratio, exact staff", rest, inputs.usual_ratio, Staff.EXACT),
        line(
            inputs, "Complex residents, their own ratio, exact staff", inputs.complex_residents, inputs.complex_ratio,
            Staff.EXACT,
        ),
    )  # fmt: skip


def readings(inputs: Inputs) -> tuple[Reading, ...]:
    """The published difference first, then the other ways of rounding the same inputs."""
    rest = inputs.residents - inputs.complex_residents
    high = line(inputs, "Complex residents", inputs.complex_residents, inputs.complex_ratio, Staff.EXACT)
    exact = line(inputs, "The other residents, exact staff", rest, inputs.usual_ratio, Staff.EXACT)
    everybody = line(inputs, "All residents, whole staff", inputs.residents, inputs.usual_ratio, Staff.WHOLE)
    whole_rest = line(inputs, "The other residents, whole staff", rest, inputs.usual_ratio, Staff.WHOLE)
    return (
        Reading("published", "As published: exact staff, cut to whole pounds", _cut(exact.pence), _cut(high.pence)),
        Reading("exact", "Exact staff, to the penny", exact.rounded, high.rounded),
        Reading("whole_all", "Against all residents with whole staff", everybody.rounded, high.rounded),
        Reading("whole_rest", "Against the other residents with whole staff", whole_rest.rounded, high.rounded),
    )


@dataclass(frozen=True, slots=True)
class WholeHome:
    """The same for the home as a whole: what the premium brings a week, and what the extra posts cost."""

    premium_pence: int
    posts_before: int
    posts_after: int
    extra_pence: int

    @property
    def short_pence(self) -> int:
        """What the extra posts cost beyond the premium; negative when the premium is more."""
        return self.extra_pence - self.premium_pence


def whole_home(inputs: Inputs, premium_pence: int = 7000) -> WholeHome:
    """What happens when posts are people: whole posts before, whole posts after, and the premium beside the cost."""
    rest = inputs.residents - inputs.complex_residents
    before = ceil(Fraction(inputs.residents) / inputs.usual_ratio)
    after = ceil(Fraction(rest) / inputs.usual_ratio) + ceil(Fraction(inputs.complex_residents) / inputs.complex_ratio)
    return WholeHome(inputs.complex_residents * premium_pence, before, after, (after - before) * inputs.post_pence)


def at_share(inputs: Inputs, per_cent: int) -> Inputs:
    """The same home with that share of its residents complex, to the nearest resident, half up, at least one."""
    share = Fraction(inputs.residents * per_cent, 100)
    return replace(inputs, complex_residents=max(1, int(share + Fraction(1, 2))))


def _half_up(pence: Fraction) -> int:
    return int(pence + Fraction(1, 2))


def _cut(pence: Fraction) -> int:
    return int(pence / 100) * 100
