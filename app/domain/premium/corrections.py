"""A claim as it was signed beside the same week as it is known now: does it stand, is it worth the same, and why not.

A claim is tested again with everything about its making as it was (when it was submitted, what it relied upon, under
which policy, the reason for being late) and with the facts as they are recorded now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from app.domain.codec import canonical
from app.domain.dates import date_time, short_date, to_local
from app.domain.needs import PremiumNeed, need_label, premium_need
from app.domain.nhs import format_nhs_number
from app.domain.periods import DatePeriod, InstantPeriod, as_utc, midnight
from app.domain.premium.facts import Decision, WeekFacts
from app.domain.premium.policy import Policy
from app.domain.premium.rules import decide


class Verdict(StrEnum):
    """What a later correction does to a claimed week; the value is the word on screen and paper."""

    FALLS = "Would not stand now"
    LESS = "Worth less now"
    MORE = "Worth more now"
    STANDS_NOW = "Would stand now"


class Part(StrEnum):
    """What a decision is made from, each corrected by itself; the value is its name on screen and paper."""

    ACCREDITATION = "Accreditation of the home"
    IDENTITY = "NHS number and date of birth"
    STAYS = "Stays in the home"
    ABSENCES = "Absences"
    FUNDING = "Continuing Healthcare"
    DEATH = "Death"
    NEEDS = "Needs and their evidence"
    CHAMPIONS = "Champions, posts and certificates"


_FIELDS: Final[dict[Part, tuple[str, ...]]] = {
    Part.ACCREDITATION: ("accredited",),
    Part.IDENTITY: ("nhs_number", "nhs_number_absent_reason", "date_of_birth", "home_ods"),
    Part.STAYS: ("stays",),
    Part.ABSENCES: ("absences",),
    Part.FUNDING: ("chc",),
    Part.DEATH: ("died_at",),
    Part.NEEDS: ("needs",),
    Part.CHAMPIONS: ("champions",),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One part of the facts that reads otherwise now than when the claim was signed, both in words."""

    part: Part
    then: str
    now: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A claimed week that a correction touches.

    ``stood`` is what the claim is counted at in pence (nought where nothing stands), ``worth`` what the week is worth
    as it is known now. ``changes`` are the parts that bring the difference about. ``rest`` are areas on which the week
    would stand although it does not stand on all that the claim cited; empty otherwise.
    """

    verdict: Verdict
    then: Decision
    now: Decision
    stood: int
    worth: int
    changes: tuple[Change, ...]
    rest: tuple[PremiumNeed, ...] = ()

    @property
    def finding(self) -> str:
        """A name for exactly this difference: another difference of the same claim has another name."""
        said: dict[str, Any] = {
            "verdict": self.verdict.name,
            "reasons": list(self.now.reasons),
            "nights": self.now.nights,
            "stood": self.stood,
            "worth": self.worth,
            "changes": [[change.part.name, change.now] for change in self.changes],
        }
        return hashlib.sha256(canonical(said).encode()).hexdigest()[:24]


def as_made_then(signed: WeekFacts, now: WeekFacts, cited: Iterable[PremiumNeed]) -> WeekFacts:
    """The facts as they are now, for a claim made as the signed one was: submitted then, for the areas it cited."""
    return replace(
        now,
        submitted_at=signed.submitted_at,
        late_reason=signed.late_reason,
        other_live_claims=signed.other_live_claims,
        relied_upon=tuple(need.value for need in cited) or signed.relied_upon,
    )


def worth(decision: Decision) -> int:
    """What the week may be claimed for in pence: also one that is late with a reason and waits for a person."""
    return decision.amount_pence or (decision.at_stake_pence if decision.manual else 0)


def standing_difference(
    signed: WeekFacts, then: Decision, now: WeekFacts, policy: Policy | None, stood: int
) -> Difference | None:
    """What became of a claim that stands and is counted at ``stood`` pence; None when it stands as it did.

    ``policy`` is the one that the claim was decided under, with its window waived if it was.
    """
    cited = then.relied_upon or tuple(support.area for support in then.supports)
    again = as_made_then(signed, now, cited)
    decision = decide(again, policy)
    amount = worth(decision)
    if amount == worth(then):
        return None
    changes = _changes(replace(signed, relied_upon=again.relied_upon), again, policy)
    if amount == 0:
        free = decide(replace(again, relied_upon=None), policy)
        rest = tuple(support.area for support in free.supports) if worth(free) else ()
        return Difference(Verdict.FALLS, then, decision, stood, 0, changes, rest)
    verdict = Verdict.LESS if amount < worth(then) else Verdict.MORE
    return Difference(verdict, then, decision, stood, amount, changes)


def fallen_difference(signed: WeekFacts, then: Decision, now: WeekFacts, policy: Policy | None) -> Difference | None:
    """What became of a week of which no claim stands any more, tested from facts that were not the signed ones.

    None while it would not stand, or when nothing that bears on it was recorded since.
    """
    again = as_made_then(signed, now, ())
    decision = decide(replace(again, relied_upon=None), policy)
    if not worth(decision):
        return None
    changes = _differing(signed, again)
    return Difference(Verdict.STANDS_NOW, then, decision, 0, worth(decision), changes) if changes else None


def _changes(signed: WeekFacts, again: WeekFacts, policy: Policy | None) -> tuple[Change, ...]:
    """The parts each of which alone changes what the week is worth; where it takes several together, all of them."""
    different = _differing(signed, again)
    before = worth(decide(signed, policy))
    alone = tuple(change for change in different if worth(decide(_with(signed, again, change.part), policy)) != before)
    return alone or different


def _with(signed: WeekFacts, again: WeekFacts, part: Part) -> WeekFacts:
    given: dict[str, Any] = {name: getattr(again, name) for name in _FIELDS[part]}
    return replace(signed, **given)


def _differing(signed: WeekFacts, again: WeekFacts) -> tuple[Change, ...]:
    """Every part that reads otherwise, as far as it bears on the week."""
    found = []
    for part, words in _WORDS.items():
        then, now = words(signed), words(again)
        if then != now:
            found.append(Change(part, then, now))
    return tuple(found)


# ------------------------------------------------------------------------------------ what the facts say, in words


def _accredited(facts: WeekFacts) -> str:
    return _days(facts.accredited, facts.week_start)


def _identity(facts: WeekFacts) -> str:
    number = format_nhs_number(facts.nhs_number) if facts.nhs_number else facts.nhs_number_absent_reason or "not known"
    born = short_date(facts.date_of_birth) if facts.date_of_birth else "not known"
    return f"NHS number {number}, born {born}"


def _stays(facts: WeekFacts) -> str:
    return _instants(facts.stays, facts.week_start)


def _absences(facts: WeekFacts) -> str:
    return _instants(facts.absences, facts.week_start)


def _funding(facts: WeekFacts) -> str:
    return _days(facts.chc, facts.week_start)


def _death(facts: WeekFacts) -> str:
    week_over = midnight(facts.week_start + timedelta(days=7))
    if facts.died_at is None or as_utc(facts.died_at) >= week_over:
        return "not by the end of the week"
    return date_time(as_utc(facts.died_at))


def _needs(facts: WeekFacts) -> str:
    said = sorted({
        f"{_area_words(need.area)}, {_evidence_words(need.evidenced_on, overdue=need.overdue)}" for need in facts.needs
    })  # fmt: skip
    return "; ".join(said) or "none in the week"


def _area_words(area: str) -> str:
    need = premium_need(area)
    return need_label(need).lower() if need is not None else area


def _evidence_words(on: date | None, *, overdue: bool) -> str:
    if on is None:
        return "no evidence"
    return f"evidence of {short_date(on)}" + (", overdue" if overdue else "")


def _champions(facts: WeekFacts) -> str:
    """Who bears on the week: in a pathway that the resident needs, and in post some time from its start on."""
    areas = {premium_need(need.area) for need in facts.needs} | {premium_need(area) for area in facts.relied_upon or ()}
    wanted = {need.value for need in areas if need is not None}
    first, last = facts.week_start, max(facts.week_start + timedelta(days=6), to_local(facts.submitted_at).date())
    said = set()
    for champion in facts.champions:
        post, certificate = _instants((champion.in_post,), first, last), _days((champion.certificate,), first, last)
        if champion.pathway.value in wanted and _NONE not in {post, certificate}:
            said.add(f"{champion.name}, {champion.pathway.value}, in post {post}, certificate {certificate}")
    return "; ".join(sorted(said)) or "nobody in the week"


_WORDS: Final[dict[Part, Callable[[WeekFacts], str]]] = {
    Part.ACCREDITATION: _accredited,
    Part.IDENTITY: _identity,
    Part.STAYS: _stays,
    Part.ABSENCES: _absences,
    Part.FUNDING: _funding,
    Part.DEATH: _death,
    Part.NEEDS: _needs,
    Part.CHAMPIONS: _champions,
}
_NONE: Final = "none in the week"


def _days(periods: Iterable[DatePeriod], first: date, last: date | None = None) -> str:
    """The periods as far as they lie in the span (the week, unless ``last`` is given): what is outside bears on
    nothing, and may change without changing the words."""
    over = last or first + timedelta(days=6)
    said = {
        _span_words(
            "" if since is None or since <= first else short_date(since),
            "" if until is None or until >= over else short_date(until),
        )
        for since, until in periods
        if (since is None or since <= over) and (until is None or until >= first)
    }
    return "; ".join(sorted(said)) or _NONE


def _instants(periods: Iterable[InstantPeriod], first: date, last: date | None = None) -> str:
    begins = midnight(first)
    over = midnight((last or first + timedelta(days=6)) + timedelta(days=1))
    said = {
        _span_words(
            "" if since is None or as_utc(since) <= begins else date_time(as_utc(since)),
            "" if until is None or as_utc(until) >= over else date_time(as_utc(until)),
        )
        for since, until in periods
        if (since is None or as_utc(since) < over) and (until is None or as_utc(until) > begins)
    }
    return "; ".join(sorted(said)) or _NONE


def _span_words(since: str, until: str) -> str:
    return " ".join(part for part in (since and f"from {since}", until and f"until {until}") if part) or "throughout"
