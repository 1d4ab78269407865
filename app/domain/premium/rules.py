"""The rules R1 to R11: the facts of one resident-week and the policy in force in, a decision with every reason out.

Readings that the published rules leave open, each to confirm with the commissioner:

* R3: evidence dated after the week's last day is not evidence for that week; when there is no other, it is missing.
* R4: the area must have a champion at each of the two instants; it need not be the same person (a handover).
* R5: counts areas whatever the other rules say, so a resident with a single need fails R2 and R5 both.
* R7: the retained nights are counted per week, and a night funded by Continuing Healthcare never uses one up.
* R9: before the week is over the claim is refused. After the window it is refused with ``LATE``; with a reason, and
  with nothing else in the way, it is still not eligible by rule, but marked for a manual decision.
* R10: without a policy in force there are no numbers, so only the rules without one (R1, R8, R9 too early, R11) are
  tested beside ``NO-POLICY``.
* R11: a reason for a missing NHS number does not excuse a wrong one.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

from app.domain.dates import to_local
from app.domain.errors import UserError
from app.domain.needs import PremiumNeed, premium_need
from app.domain.nhs import is_nhs_number, parse_ods
from app.domain.periods import (
    InstantPeriod,
    any_covers_day,
    any_covers_instant,
    as_utc,
    covers_day,
    covers_instant,
    nights_of_week,
)
from app.domain.premium.facts import Champion, Decision, NeedEvidence, Support, WeekFacts
from app.domain.premium.policy import ChampionRule, NightsRule, Policy

HOME_NOT_ACCREDITED = "HOME-NOT-ACCREDITED"
NEEDS_LT2 = "NEEDS-LT2"
EVIDENCE_MISSING = "EVIDENCE-MISSING"
EVIDENCE_STALE = "EVIDENCE-STALE"
CHAMPION_NOT_IN_POST = "CHAMPION-NOT-IN-POST"
CHAMPION_LT2 = "CHAMPION-LT2"
CHC_FUNDED = "CHC-FUNDED"
NIGHTS_LT4 = "NIGHTS-LT4"
DUPLICATE = "DUPLICATE"
TOO_EARLY = "TOO-EARLY"
LATE = "LATE"
NO_POLICY = "NO-POLICY"
IDENTITY = "IDENTITY"

_SIX_DAYS = timedelta(days=6)


def decide(facts: WeekFacts, policy: Policy | None) -> Decision:
    """Decide one resident-week under the policy in force for it (None: no policy).

    The same facts give the same decision whatever the order of their parts. Raises UserError when ``week_start`` is not
    a Monday, or an area is not on the list or earns nothing and is relied upon all the same.
    """
    if facts.week_start.weekday() != 0:
        raise UserError("The week must start on a Monday", field="week_start")
    if policy is None:
        nights, _ = _nights(facts, 0)
        reasons = (*_home(facts), *_once(facts), *_too_early(facts), NO_POLICY, *_identity(facts))
        return Decision(
            id=facts.id, eligible=False, amount_pence=0, nights=nights, relied_upon=(), manual=False,
            reasons=reasons, policy=None,
        )  # fmt: skip

    areas = _Areas(facts, policy)
    nights, nights_ignoring_chc = _nights(facts, policy.max_retained_nights)
    window = _too_early(facts) or _late(facts, policy)
    reasons = (
        *_home(facts),
        *([NEEDS_LT2] if len(areas.needs) < policy.needs_required else []),
        *areas.reasons,
        *_enough_nights(nights, nights_ignoring_chc, policy),
        *_once(facts),
        *window,
        *_identity(facts),
    )
    eligible = not reasons
    amount = policy.amount_for(nights)
    return Decision(
        id=facts.id,
        eligible=eligible,
        amount_pence=amount if eligible else 0,
        nights=nights,
        relied_upon=tuple(support.area for support in areas.supports) if eligible else (),
        manual=reasons == (LATE,) and bool(facts.late_reason and facts.late_reason.strip()),
        reasons=reasons,
        policy=policy.version,
        left_out=areas.left_out,
        supports=areas.supports,
        at_stake_pence=amount or policy.amount_pence,
    )


class _Areas:
    """R3 to R5: which areas pass, which failures refuse the claim and which are merely left out."""

    __slots__ = ("left_out", "needs", "reasons", "supports")

    def __init__(self, facts: WeekFacts, policy: Policy) -> None:
        evidence: dict[PremiumNeed, list[NeedEvidence]] = {}
        for entry in facts.needs:
            if (need := premium_need(entry.area, field="needs")) is not None:
                evidence.setdefault(need, []).append(entry)
        self.needs = frozenset(evidence)

        named = None if facts.relied_upon is None else frozenset(_relied_upon(area) for area in facts.relied_upon)
        cited = self.needs if named is None else named
        week_end = facts.week_start + _SIX_DAYS
        champions = _Champions(facts)
        supports: list[Support] = []
        failures: list[tuple[PremiumNeed, str | None, str | None]] = []
        uncited: list[tuple[PremiumNeed, tuple[str, ...]]] = []
        for need in sorted(self.needs | cited):
            newest, stale = _newest(evidence.get(need, []), week_end, policy.evidence_days[need])
            carrying = champions.covering(need)
            if need in cited and newest is not None and newest.evidenced_on is not None and not stale and carrying:
                supports.append(Support(need, newest.evidenced_on, newest.evidence_ref, carrying))
                continue
            missing = f"{EVIDENCE_MISSING}:{need}" if newest is None else None
            evidence_code = f"{EVIDENCE_STALE}:{need}" if stale else missing
            champion_code = None if carrying else f"{CHAMPION_NOT_IN_POST}:{need}"
            if need in cited:
                failures.append((need, evidence_code, champion_code))
            else:
                uncited.append((need, _given(evidence_code, champion_code)))

        enough = len(supports) >= policy.areas_to_pass
        every_one = named is not None and policy.champion_rule == ChampionRule.EVERY_CITED
        refusing = failures if every_one or not enough else []
        spared = [] if refusing else [(need, _given(*codes)) for need, *codes in failures]
        self.supports = tuple(supports)
        self.reasons = (
            *_given(*(code for _, code, _ in refusing)),
            *_given(*(code for _, _, code in refusing)),
            *([] if enough else [CHAMPION_LT2]),
        )
        self.left_out = tuple(sorted(uncited + spared))


def _given(*codes: str | None) -> tuple[str, ...]:
    return tuple([code for code in codes if code])


class _Champions:
    """R4: who is in post at 23:59 on the week's last day, and who at the instant of submission."""

    __slots__ = ("_at_end", "_at_submission")

    def __init__(self, facts: WeekFacts) -> None:
        last_day, week_end = nights_of_week(facts.week_start)[-1]
        submitted = as_utc(facts.submitted_at)
        submitted_on = _local_day(submitted)
        self._at_end: dict[str, list[Champion]] = {}
        self._at_submission: dict[str, list[Champion]] = {}
        at_end, at_submission = self._at_end, self._at_submission
        for champion in facts.champions:
            if _in_post(champion, last_day, week_end):
                at_end.setdefault(champion.pathway, []).append(champion)
            if _in_post(champion, submitted_on, submitted):
                at_submission.setdefault(champion.pathway, []).append(champion)

    def covering(self, need: PremiumNeed) -> tuple[Champion, ...]:
        """The champions who cover the need at both instants, sorted by name; empty when one of them is uncovered."""
        at_end, at_submission = self._at_end.get(need, []), self._at_submission.get(need, [])
        if not at_end or not at_submission:
            return ()
        carrying = [champion for champion in at_end if champion in at_submission] or at_end + at_submission
        return tuple(carrying) if len(carrying) == 1 else tuple(sorted(set(carrying), key=_champion_order))


def _champion_order(champion: Champion) -> tuple[str, str, str, str]:
    return (champion.name, champion.ref or "", str(champion.in_post), str(champion.certificate))


def in_post_at(champion: Champion, instant: datetime) -> bool:
    """Whether the champion's certificate is valid on that local date and the assignment open at that instant."""
    utc = as_utc(instant)
    return _in_post(champion, to_local(utc).date(), utc)


def _in_post(champion: Champion, day: date, instant: datetime) -> bool:
    return covers_day(champion.certificate, day) and covers_instant(champion.in_post, instant)


def _relied_upon(area: str) -> PremiumNeed:
    need = premium_need(area, field="relied_upon")
    if need is None:
        raise UserError(f"{area} earns no premium, so a claim cannot rely on it", field="relied_upon")
    return need


def _newest(entries: list[NeedEvidence], week_end: date, most_days: int) -> tuple[NeedEvidence | None, bool]:
    """The newest evidence dated on or before the week's end that is not overdue, else that is; whether it is stale."""
    dated = [
        (e.evidenced_on, e.evidence_ref or "", e) for e in entries if e.evidenced_on and e.evidenced_on <= week_end
    ]
    if not dated:
        return None, False
    evidenced_on, _, newest = max([row for row in dated if not row[2].overdue] or dated, key=lambda row: row[:2])
    return newest, newest.overdue or (week_end - evidenced_on).days > most_days


def _home(facts: WeekFacts) -> tuple[str, ...]:
    """R1: accredited on every day of the week, by one period or several."""
    monday, sunday = facts.week_start, facts.week_start + _SIX_DAYS
    for period in facts.accredited:
        if covers_day(period, monday) and covers_day(period, sunday):
            return ()
    every_day = all(any_covers_day(facts.accredited, day) for day, _ in nights_of_week(monday))
    return () if every_day else (HOME_NOT_ACCREDITED,)


def _nights(facts: WeekFacts, max_retained: int) -> tuple[int, int]:
    """The eligible nights of the week, and how many there would be were no night funded by Continuing Healthcare."""
    present = retained = present_funded = retained_funded = 0
    died = None if facts.died_at is None else as_utc(facts.died_at)
    stays, absences, chc = _in_utc(facts.stays), _in_utc(facts.absences), facts.chc
    for day, instant in nights_of_week(facts.week_start):
        if (died is not None and died <= instant) or not any_covers_instant(stays, instant):
            continue
        funded = bool(chc) and any_covers_day(chc, day)
        if absences and any_covers_instant(absences, instant):
            retained, retained_funded = retained + (not funded), retained_funded + funded
        else:
            present, present_funded = present + (not funded), present_funded + funded
    return (
        present + min(retained, max_retained),
        present + present_funded + min(retained + retained_funded, max_retained),
    )


def _in_utc(periods: tuple[InstantPeriod, ...]) -> list[InstantPeriod]:
    return [(start and as_utc(start), end and as_utc(end)) for start, end in periods]


def _enough_nights(nights: int, ignoring_chc: int, policy: Policy) -> tuple[str, ...]:
    """R6 and R7: too few nights, and whether Continuing Healthcare is why."""
    fewest = NightsRule(policy.nights_rule).minimum
    if nights >= fewest:
        return ()
    return (CHC_FUNDED, NIGHTS_LT4) if ignoring_chc >= fewest else (NIGHTS_LT4,)


def _once(facts: WeekFacts) -> tuple[str, ...]:
    """R8: no other live claim for the same week, at any home."""
    return (DUPLICATE,) if any(o.week_start == facts.week_start for o in facts.other_live_claims) else ()


def _too_early(facts: WeekFacts) -> tuple[str, ...]:
    """R9, first half: the week ends when its Sunday does, local time."""
    return (TOO_EARLY,) if _submitted_on(facts) <= facts.week_start + _SIX_DAYS else ()


def _late(facts: WeekFacts, policy: Policy) -> tuple[str, ...]:
    """R9, second half: whole local days after the week's last day."""
    days = (_submitted_on(facts) - (facts.week_start + _SIX_DAYS)).days
    return (LATE,) if policy.claim_window_days is not None and days > policy.claim_window_days else ()


def _submitted_on(facts: WeekFacts) -> date:
    return _local_day(facts.submitted_at)


@lru_cache(maxsize=1024)
def _local_day(instant: datetime) -> date:
    """The date in the home; a home submits all its claims of a week at one instant."""
    return to_local(instant).date()


def _identity(facts: WeekFacts) -> tuple[str, ...]:
    """R11: who is claimed for, born when, and where."""
    if facts.nhs_number:
        known = _is_nhs_number(facts.nhs_number)
    else:
        known = bool(facts.nhs_number_absent_reason and facts.nhs_number_absent_reason.strip())
    return () if known and facts.date_of_birth is not None and _is_ods(facts.home_ods) else (IDENTITY,)


_is_nhs_number = lru_cache(maxsize=1024)(is_nhs_number)


@lru_cache(maxsize=64)
def _is_ods(code: str | None) -> bool:
    try:
        parse_ods(code or "")
    except UserError:
        return False
    return True
