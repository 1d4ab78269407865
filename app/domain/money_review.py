"""What a person must look at in the premium's money: each finding in words, none of them ever dropped silently."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.domain.dates import short_date
from app.domain.ledger import ClaimMoney, claim_events, ledger, totals
from app.domain.money import pounds

KEYS: Final = "money|"
"""How the key of a finding about money begins, so that it is told from a finding about a correction."""


@dataclass(frozen=True, slots=True)
class Paid:
    """One line of a payment: pence for a claim, as the payer names it."""

    on: date
    reference: str
    claim: str
    pence: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not agree. ``pence`` is by how much; ``key`` changes when the figures do, so that what was
    looked at and then changed is asked about again."""

    key: str
    claim: str
    week: date | None
    pence: int
    words: str


def review(chains: Iterable[Sequence[ClaimMoney]], paid: Sequence[Paid]) -> tuple[Finding, ...]:
    """Every finding: first money that names no claim we know, then by week and claim. A chain is every version of one
    resident's week."""
    known: set[str] = set()
    lines: dict[str, list[Paid]] = {}
    for line in paid:
        lines.setdefault(line.claim, []).append(line)
    of_claims = []
    for chain in chains:
        names = [claim.identifier for claim in chain]
        known.update(names)
        of_claims += _of_chain(chain, [line for name in names for line in lines.get(name, ())])
    unknown = [_unknown(line) for line in paid if line.claim not in known]
    return (*unknown, *sorted(of_claims, key=lambda found: (found.week or date.min, found.claim)))


def _unknown(line: Paid) -> Finding:
    words = (
        f"{_amount(line)} arrived on {short_date(line.on)} under {line.reference}, and this home has no claim "
        f"{line.claim}"
    )
    return Finding(
        f"{KEYS}unknown|{line.reference}|{line.on}|{line.claim}|{line.pence}", line.claim, None, line.pence, words
    )


def _of_chain(chain: Sequence[ClaimMoney], lines: Sequence[Paid]) -> list[Finding]:
    newest = max(chain, key=lambda claim: claim.version)
    found = []
    silent = [claim for claim in chain if claim.live and claim.answered_on and claim.decided is None]
    for claim in silent:
        words = f"Decided by the CCG on {short_date(claim.answered_on or claim.signed_on)}, and the amount was not said"
        found.append(Finding(f"{KEYS}silent|{claim.identifier}", claim.identifier, claim.week, claim.pence, words))
    figures = totals(ledger(claim_events(chain)))
    if figures.refused < 0:
        kept = -figures.refused
        words = f"The reversal was answered, and the CCG takes back {pounds(kept)} less than it had accepted"
        found.append(Finding(f"{KEYS}kept|{newest.identifier}|{kept}", newest.identifier, newest.week, kept, words))
    arrived = sum(line.pence for line in lines)
    accepted = figures.accepted
    if lines and arrived != accepted:
        words = _difference(chain, lines, arrived, accepted)
        key = f"{KEYS}differs|{newest.identifier}|{arrived}|{accepted}"
        found.append(Finding(key, lines[-1].claim, newest.week, arrived - accepted, words))
    return found


def _difference(chain: Sequence[ClaimMoney], lines: Sequence[Paid], arrived: int, accepted: int) -> str:
    each = " and ".join(
        f"{_amount(line)} on {short_date(line.on)} ({line.reference})" for line in sorted(lines, key=lambda x: x.on)
    )
    if arrived > accepted and sum(line.pence > 0 for line in lines) > 1:
        return f"Paid more than once: {each}. Accepted: {pounds(accepted)}"
    if arrived > 0 and accepted == 0:
        if any(claim.reversal_of and claim.live and claim.decided for claim in chain):
            return f"The reversal is accepted, and {pounds(arrived)} has still to be taken back. So far: {each}"
        waiting = any(claim.live and claim.decided is None and not claim.reversal_of for claim in chain)
        why = "and no decision has been received" if waiting else "although the CCG did not accept it"
        return f"Paid {why}: {each}"
    more = "more" if arrived > accepted else "less"
    return f"{pounds(abs(arrived - accepted))} {more} than the {pounds(accepted)} accepted: {each}"


def _amount(line: Paid) -> str:
    return pounds(line.pence) if line.pence >= 0 else f"{pounds(-line.pence)} taken back"
