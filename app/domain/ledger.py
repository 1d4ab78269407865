"""The premium's money as double entry in whole pence: what a claim week earns, and where each penny of it is.

Every event moves pence from one account to another, so every transaction sums to nought and so does the whole ledger,
in whatever order the events came. What an account holds is where the money stands now:

``commissioner`` is the source, and therefore negative; ``expected`` may be claimed and is not yet; ``submitted`` waits
for an answer (negative while a reversal does); ``outstanding`` is accepted and not paid; ``paid`` has arrived;
``refused`` was not accepted; ``reversed`` was taken back by the home; ``unmatched`` has arrived for no claim we know.

So expected in all = not claimed + submitted + accepted + refused + reversed, and accepted = paid + outstanding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final


class Account(StrEnum):
    """Where money can stand."""

    COMMISSIONER = "commissioner"
    EXPECTED = "expected"
    SUBMITTED = "submitted"
    OUTSTANDING = "outstanding"
    PAID = "paid"
    REFUSED = "refused"
    REVERSED = "reversed"
    UNMATCHED = "unmatched"


class EventKind(StrEnum):
    """What can happen to money; the pence of a reversal, and of its answer and payment, are negative."""

    OWED = "owed"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    CLAIMED_AGAIN = "claimed_again"
    REVERSED = "reversed"
    REVERSAL_REFUSED = "reversal_refused"
    REINSTATED = "reinstated"
    PAID = "paid"
    UNMATCHED = "unmatched"


_MOVES: Final[Mapping[EventKind, tuple[Account, Account]]] = {
    EventKind.OWED: (Account.COMMISSIONER, Account.EXPECTED),
    EventKind.CLAIMED: (Account.EXPECTED, Account.SUBMITTED),
    EventKind.ACCEPTED: (Account.SUBMITTED, Account.OUTSTANDING),
    EventKind.REFUSED: (Account.SUBMITTED, Account.REFUSED),
    EventKind.CLAIMED_AGAIN: (Account.REFUSED, Account.EXPECTED),
    EventKind.REVERSED: (Account.REVERSED, Account.SUBMITTED),
    EventKind.REVERSAL_REFUSED: (Account.SUBMITTED, Account.REVERSED),
    EventKind.REINSTATED: (Account.REVERSED, Account.EXPECTED),
    EventKind.PAID: (Account.OUTSTANDING, Account.PAID),
    EventKind.UNMATCHED: (Account.COMMISSIONER, Account.UNMATCHED),
}
_ORDER: Final = {kind: at for at, kind in enumerate(EventKind)}
EVENT_WORDS: Final[Mapping[EventKind, str]] = {
    EventKind.OWED: "Expected by the rules",
    EventKind.CLAIMED: "Claimed",
    EventKind.ACCEPTED: "Accepted by the CCG",
    EventKind.REFUSED: "Not accepted by the CCG",
    EventKind.CLAIMED_AGAIN: "Claimed again after a refusal",
    EventKind.REVERSED: "Reversed by the home",
    EventKind.REVERSAL_REFUSED: "Reversal refused: the claim stands",
    EventKind.REINSTATED: "Claimed again after a reversal",
    EventKind.PAID: "Paid",
    EventKind.UNMATCHED: "Arrived for no claim that is known",
}


@dataclass(frozen=True, slots=True)
class Event:
    """Pence that moved on a day. ``week`` is the claim week that they belong to (None for money of no claim),
    ``claim`` the identifier, ``reference`` that of the payment."""

    kind: EventKind
    on: date
    pence: int
    week: date | None = None
    claim: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Posting:
    """Pence into an account; out of it when negative."""

    account: Account
    pence: int


@dataclass(frozen=True, slots=True)
class Transaction:
    """An event as it stands in the ledger: its postings sum to nought."""

    event: Event
    postings: tuple[Posting, ...]


def post(event: Event) -> Transaction:
    """The event as a transaction."""
    source, target = _MOVES[event.kind]
    return Transaction(event, (Posting(source, -event.pence), Posting(target, event.pence)))


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of a claim week or of many, in pence; they add up, see :meth:`closes`.

    ``expected`` is everything that the rules give, claimed or not; ``submitted`` what of it was claimed at least once;
    ``waiting`` what is claimed and not answered; ``outstanding`` what is accepted and not paid (negative where more
    was paid than is accepted, or a reversal has still to be paid back); ``unmatched`` money that arrived for no claim.
    """

    expected: int = 0
    not_claimed: int = 0
    submitted: int = 0
    waiting: int = 0
    accepted: int = 0
    paid: int = 0
    outstanding: int = 0
    refused: int = 0
    reversed: int = 0
    unmatched: int = 0

    def __add__(self, other: Totals) -> Totals:
        return Totals(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    def closes(self) -> bool:
        """Whether every penny is in one place."""
        return (
            self.expected == self.not_claimed + self.submitted
            and self.submitted == self.waiting + self.accepted + self.refused + self.reversed
            and self.outstanding == self.accepted - self.paid
        )


def ledger(events: Iterable[Event]) -> tuple[Transaction, ...]:
    """The events as transactions by day; those of one day in the order in which money goes its way."""
    return tuple(post(event) for event in sorted(events, key=_order))


def _order(event: Event) -> tuple[date, str, str, int, str, int]:
    at = _ORDER[event.kind]
    return event.on, str(event.week or ""), event.claim, at, event.reference, event.pence


def balances(transactions: Iterable[Transaction]) -> dict[Account, int]:
    """What each account holds."""
    held = dict.fromkeys(Account, 0)
    for transaction in transactions:
        for posting in transaction.postings:
            held[posting.account] += posting.pence
    return held


def totals(transactions: Iterable[Transaction]) -> Totals:
    """The figures of some transactions.

    Raises ValueError when they do not close: a figure that is wrong by a penny must never be shown.
    """
    kept = tuple(transactions)
    held = balances(kept)
    if sum(held.values()) or any(sum(p.pence for p in each.postings) for each in kept):
        raise ValueError("the ledger does not balance")
    # What was accepted is counted from the answers and not from the balances, so that one can belie the other.
    accepted = sum(each.event.pence for each in kept if each.event.kind is EventKind.ACCEPTED)
    expected = -held[Account.COMMISSIONER] - held[Account.UNMATCHED]
    found = Totals(
        expected=expected,
        not_claimed=held[Account.EXPECTED],
        submitted=expected - held[Account.EXPECTED],
        waiting=held[Account.SUBMITTED],
        accepted=accepted,
        paid=held[Account.PAID],
        outstanding=held[Account.OUTSTANDING],
        refused=held[Account.REFUSED],
        reversed=held[Account.REVERSED],
        unmatched=held[Account.UNMATCHED],
    )
    if not found.closes():
        raise ValueError("the ledger does not close")
    return found


def by_week(transactions: Iterable[Transaction]) -> dict[date | None, Totals]:
    """The figures of each claim week; under None those of money that belongs to no claim."""
    found: dict[date | None, list[Transaction]] = defaultdict(list)
    for transaction in transactions:
        found[transaction.event.week].append(transaction)
    return {week: totals(items) for week, items in found.items()}


# -------------------------------------------------------------------------------------------------- claims as events


@dataclass(frozen=True, slots=True)
class ClaimMoney:
    """One version of a claim, as far as its money goes.

    ``pence`` negative for a reversal, which names what it takes back in ``reversal_of``. ``live`` False once it was
    refused or its message was. ``decided`` is what the CCG accepted, None while nothing final was said or no amount.
    """

    identifier: str
    version: int
    week: date
    pence: int
    signed_on: date
    live: bool = True
    decided: int | None = None
    answered_on: date | None = None
    reversal_of: str = ""


def claim_events(versions: Sequence[ClaimMoney]) -> tuple[Event, ...]:
    """What happened to the money of one resident's claim week.

    A week earns once: what was refused or reversed and is claimed again goes its way a second time.
    """
    found: list[Event] = []
    refused = taken_back = 0
    for claim in sorted(versions, key=lambda each: each.version):
        if claim.reversal_of:
            found.append(_event(EventKind.REVERSED, claim, claim.signed_on, claim.pence))
            taken_back -= claim.pence if claim.live else 0
        else:
            again = min(max(refused, 0), claim.pence)
            back = min(max(taken_back, 0), claim.pence - again)
            refused, taken_back = refused - again, taken_back - back
            found += [
                _event(EventKind.CLAIMED_AGAIN, claim, claim.signed_on, again),
                _event(EventKind.REINSTATED, claim, claim.signed_on, back),
                _event(EventKind.OWED, claim, claim.signed_on, claim.pence - again - back),
                _event(EventKind.CLAIMED, claim, claim.signed_on, claim.pence),
            ]
        answered = claim.answered_on or claim.signed_on
        if not claim.live and claim.reversal_of:
            found.append(_event(EventKind.REVERSAL_REFUSED, claim, answered, claim.pence))
        elif not claim.live or claim.decided is not None:
            decided = 0 if not claim.live else claim.decided or 0
            refused += claim.pence - decided
            found.append(_event(EventKind.ACCEPTED, claim, answered, decided))
            found.append(_event(EventKind.REFUSED, claim, answered, claim.pence - decided))
    return tuple(event for event in found if event.pence)


def _event(kind: EventKind, claim: ClaimMoney, on: date, pence: int) -> Event:
    return Event(kind, on, pence, claim.week, claim.identifier)
