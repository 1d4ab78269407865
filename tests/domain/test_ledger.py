"""The premium's money closes, whatever happens to a claim and in whatever order it becomes known."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.ledger import (
    Account,
    ClaimMoney,
    Event,
    EventKind,
    Totals,
    Transaction,
    balances,
    by_week,
    claim_events,
    ledger,
    post,
    totals,
)

WEEK = date(2026, 11, 16)
SIGNED = date(2026, 11, 23)


def claim(version: int = 1, pence: int = 7000, **more: object) -> ClaimMoney:
    return ClaimMoney(f"c{version}", version, WEEK, pence, SIGNED + timedelta(days=version), **more)  # type: ignore[arg-type]


def figures(*versions: ClaimMoney, paid: tuple[int, ...] = ()) -> Totals:
    payments = [Event(EventKind.PAID, SIGNED, pence, WEEK, "c1", "r") for pence in paid]
    return totals(ledger((*claim_events(versions), *payments)))


def test_a_claim_that_waits_is_accepted_and_paid() -> None:
    assert figures(claim()) == Totals(expected=7000, submitted=7000, waiting=7000)
    accepted = claim(decided=7000)
    assert figures(accepted) == Totals(expected=7000, submitted=7000, accepted=7000, outstanding=7000)
    assert figures(accepted, paid=(7000,)) == Totals(expected=7000, submitted=7000, accepted=7000, paid=7000)


def test_part_of_a_claim_is_accepted_and_the_rest_is_refused() -> None:
    assert figures(claim(decided=3000)) == Totals(
        expected=7000, submitted=7000, accepted=3000, outstanding=3000, refused=4000
    )


def test_a_refused_claim_made_again_earns_its_week_once() -> None:
    refused = claim(live=False, decided=0)
    assert figures(refused) == Totals(expected=7000, submitted=7000, refused=7000)
    assert figures(refused, claim(2, decided=7000)) == Totals(
        expected=7000, submitted=7000, accepted=7000, outstanding=7000
    )
    dearer = figures(refused, claim(2, 8000))
    assert (dearer.expected, dearer.waiting, dearer.refused) == (8000, 8000, 0)


def test_a_reversal_is_taken_back_and_an_appeal_puts_it_back() -> None:
    first = claim(decided=7000)
    asked = claim(2, -7000, reversal_of="c1")
    waiting = figures(first, asked, paid=(7000,))
    assert (waiting.accepted, waiting.waiting, waiting.reversed, waiting.outstanding) == (7000, -7000, 7000, 0)
    back = claim(2, -7000, reversal_of="c1", decided=-7000)
    owed_back = figures(first, back, paid=(7000,))
    assert (owed_back.accepted, owed_back.reversed, owed_back.outstanding) == (0, 7000, -7000)
    assert figures(first, back, paid=(7000, -7000)) == Totals(expected=7000, submitted=7000, reversed=7000)
    won = figures(first, back, claim(3, decided=7000), paid=(7000, -7000, 7000))
    assert won == Totals(expected=7000, submitted=7000, accepted=7000, paid=7000)


def test_a_reversal_that_is_refused_leaves_the_claim_as_it_was() -> None:
    refused = claim(2, -7000, reversal_of="c1", live=False)
    assert figures(claim(decided=7000), refused) == figures(claim(decided=7000))


def test_a_reversal_of_a_claim_set_aside_unanswered_leaves_nothing_refused() -> None:
    found = figures(claim(live=False, decided=0), claim(2, -7000, reversal_of="c1", decided=0))
    assert found == Totals(expected=7000, submitted=7000, reversed=7000)


def test_money_for_no_claim_is_seen_and_earns_nothing() -> None:
    found = by_week(ledger((*claim_events((claim(),)), Event(EventKind.UNMATCHED, SIGNED, 7000, None, "c9", "r"))))
    assert found[None] == Totals(unmatched=7000)
    assert found[WEEK].unmatched == 0


def test_a_transaction_that_does_not_balance_is_never_shown_as_a_figure() -> None:
    sound = post(Event(EventKind.OWED, SIGNED, 7000, WEEK))
    with pytest.raises(ValueError, match="balance"):
        totals([Transaction(sound.event, sound.postings[:1])])
    untrue = post(Event(EventKind.PAID, SIGNED, 7000, WEEK))
    with pytest.raises(ValueError, match="close"):
        totals([Transaction(Event(EventKind.ACCEPTED, SIGNED, 7000, WEEK), untrue.postings)])


def test_the_order_in_which_events_become_known_changes_nothing() -> None:
    versions = (
        claim(live=False, decided=0),
        claim(2, decided=7000),
        claim(3, -7000, reversal_of="c2", decided=-7000),
        claim(4, decided=5000),
    )
    expected = ledger(claim_events(versions))
    for order in permutations(versions):
        assert ledger(claim_events(order)) == expected
    found = totals(expected)
    assert (found.expected, found.accepted, found.refused, found.reversed) == (7000, 5000, 2000, 0)


_EVENTS = st.lists(
    st.builds(
        Event,
        st.sampled_from(EventKind),
        st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        st.integers(-10_000, 10_000),
        st.sampled_from([WEEK, WEEK + timedelta(days=7), None]),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["", "r"]),
    ),
    max_size=30,
)


@given(_EVENTS, st.randoms(use_true_random=False))
def test_any_events_in_any_order_close_and_outstanding_is_accepted_less_paid(
    events: list[Event], random: object
) -> None:
    first = ledger(events)
    shuffled = list(events)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = ledger(shuffled)
    assert again == first
    assert sum(balances(first).values()) == 0
    whole = totals(first)
    assert whole.closes()
    assert whole.outstanding == whole.accepted - whole.paid
    parts = by_week(first).values()
    assert sum(parts, Totals()) == whole
    assert balances(first)[Account.PAID] == sum(e.pence for e in events if e.kind is EventKind.PAID)


_VERSION = st.tuples(
    st.sampled_from([1000, 5000, 7000]), st.booleans(), st.sampled_from([None, 0, 3000, 7000]), st.booleans()
)


@given(st.lists(_VERSION, min_size=1, max_size=6), st.lists(st.integers(-7000, 14_000), max_size=4))
def test_whatever_becomes_of_a_claim_its_money_is_in_one_place(
    drawn: list[tuple[int, bool, int | None, bool]], paid: list[int]
) -> None:
    versions = []
    for number, (pence, live, decided, reverses) in enumerate(drawn, 1):
        sign, of = (-1, f"c{number - 1}") if reverses and number > 1 else (1, "")
        answer = None if decided is None else sign * min(decided, pence)
        versions.append(claim(number, sign * pence, live=live, decided=answer, reversal_of=of))
    found = figures(*versions, paid=tuple(paid))
    assert found.closes()
    assert found.not_claimed == 0
    assert found.outstanding == found.accepted - sum(paid)
    if not any(v.reversal_of for v in versions):
        assert found.expected >= max(v.pence for v in versions)
        assert found.accepted >= 0
