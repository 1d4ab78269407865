"""The premium's money on a real store: claimed, answered, paid, reversed, and nothing lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.errors import UserError
from app.domain.home_facts import HomeFactKind, Remittance, RemittanceLine, Spend, SpendCategory
from app.domain.ledger import Totals, totals
from app.domain.messages import ClaimAnswer, ClaimAnswers, ClaimOutcome, ReceivedMeta
from app.domain.needs import PremiumNeed
from app.domain.people import ChcPeriod, Need
from app.services import corrections, home_facts, money, premium, residents, sync
from app.services.money import Money, Period
from app.services.sync import StoreQueue
from app.sync.practice_ccg import PracticeCcg
from tests.factories import NOW, PASSWORD, WEEK, LivingHome

TODAY = NOW.date()


def refused(call: Callable[[], object]) -> UserError:
    with pytest.raises(UserError) as refusal:
        call()
    return refusal.value


@pytest.fixture
def covered(home: LivingHome) -> LivingHome:
    home.champion("dementia")
    home.champion("falls")
    return home


def submit(home: LivingHome, week: date = WEEK, *, late_reason: str = "") -> tuple[str, ...]:
    return premium.submit(home.session, week, PASSWORD, late_reason=late_reason).identifiers


def answer(home: LivingHome, *answers: ClaimAnswer) -> None:
    store = StoreQueue(home.session, lambda step: step())
    for message in store.due(home.clock.now()):
        assert store.sending(message.id)
        store.sent(message.id, f"network-{message.id}")
        header = message.header_id
    meta = ReceivedMeta(f"in-{header}", "ENH_CCP_CLAIM_RESPONSE", None, "06K", f"urn:{header}", home.clock.now())
    store.received(meta, ClaimAnswers(header, answers), b"{}")


def accepted(identifier: str, pence: int = 7000) -> ClaimAnswer:
    return ClaimAnswer(identifier, ClaimOutcome.COMPLETE, "paid", pence, ())


def no(identifier: str, *codes: str) -> ClaimAnswer:
    return ClaimAnswer(identifier, ClaimOutcome.COMPLETE, "refused", 0, codes)


def payment(reference: str, *lines: tuple[str, int], on: date = TODAY) -> Remittance:
    found = tuple(RemittanceLine(name, pence) for name, pence in lines)
    return Remittance(on, reference, sum(line.pence for line in found), found, "CCG")


def year(home: LivingHome) -> Money:
    return money.money(home.session)


def week_of(found: Money, monday: date = WEEK) -> Period:
    return next(week for week in found.weeks if week.starts == monday)


def open_words(found: Money) -> list[str]:
    return [item.finding.words for item in found.open_review]


class Line:
    """A home whose claims travel to the practice commissioner and back."""

    def __init__(self, home: LivingHome, folder: Path) -> None:
        self.session, self.folder = home.session, folder
        (folder / "exchange").mkdir(parents=True)
        self.ccg = PracticeCcg(folder / "ccg", now=home.clock.now)
        settings = {
            "transport": "folder", "path": str(folder / "exchange"), "recipient_public_key": self.ccg.public_key,
        }  # fmt: skip
        sync.connect(home.session, settings, PASSWORD)

    def exchange(self) -> None:
        sync.sync_now(self.session)
        self.ccg.run_folder(self.folder / "exchange")
        sync.sync_now(self.session)

    def correct(self, reason: str) -> tuple[str, ...]:
        chosen = {task.identifier: task.finding for task in corrections.tasks(self.session)}
        return corrections.sign(self.session, chosen, PASSWORD, reason).identifiers


@pytest.fixture
def line(covered: LivingHome, tmp_path: Path) -> Iterator[Line]:
    made = Line(covered, tmp_path / "line")
    yield made
    made.ccg.close()


def test_a_week_goes_from_expected_to_paid_and_always_closes(covered: LivingHome) -> None:
    covered.complex_resident(1)
    covered.complex_resident(2)
    covered.resident(3)
    before = week_of(year(covered))
    assert before.totals == Totals(expected=14_000, not_claimed=14_000)
    assert (before.residents, before.eligible, str(before.rate)) == (3, 2, "66.7")
    one, two = submit(covered)
    assert week_of(year(covered)).totals == Totals(expected=14_000, submitted=14_000, waiting=14_000)
    answer(covered, accepted(one), no(two, "CHAMPION-NOT-IN-POST:falls"))
    money.record_payments(covered.session, (payment("BACS 1", (one, 7000)),))
    found = year(covered)
    assert week_of(found).totals == Totals(expected=14_000, submitted=14_000, accepted=7000, paid=7000, refused=7000)
    assert totals(found.journal) == found.whole.totals
    assert found.review == ()
    assert [(r.words, r.weeks, r.pence) for r in found.gained] == [("Accepted in full, at the first claim", 1, 7000)]
    (lost,) = [r for r in found.lost if r.code.startswith("ccg:")]
    assert lost.pence == 7000
    assert lost.words == (
        "Refused by the CCG: No falls champion was in post both at the end of the week and at submission"
    )


def test_weeks_months_and_the_year_agree_with_each_other_and_with_the_claim_week(covered: LivingHome) -> None:
    covered.complex_resident(1)
    covered.complex_resident(2, days=20)
    submit(covered)
    submit(covered, WEEK - timedelta(days=7))
    found = year(covered)
    sums = sum((week.totals for week in found.weeks), Totals())
    assert sum((month.totals for month in found.months), Totals()) == sums == found.whole.totals
    for get in (lambda p: p.residents, lambda p: p.eligible, lambda p: p.spent):
        assert sum(map(get, found.weeks)) == sum(map(get, found.months)) == get(found.whole)
    assert found.weeks[0].starts == date(2026, 3, 30)  # its Sunday is the fifth of April
    assert found.weeks[-1].starts == WEEK
    assert [month.ends.month for month in found.months] == [4, 5, 6, 7, 8, 9, 10, 11]
    for week in found.weeks[-6:]:
        shown = premium.week(covered.session, week.starts)
        assert (week.totals.expected, week.eligible, week.residents) == (
            shown.total_pence, shown.eligible, len(shown.rows)
        )  # fmt: skip
        assert week.rate == (shown.claim_rate if shown.rows else None)


def test_a_week_nobody_claimed_in_time_and_cover_that_was_missing_are_pounds_lost(home: LivingHome) -> None:
    home.champion("dementia")
    home.champion("falls", in_post_since=datetime(2026, 11, 2, 9, tzinfo=UTC))
    home.complex_resident(1, days=40)  # since the week of the twelfth of October
    found = year(home)
    assert found.whole.totals.expected == 7000 * 3  # the weeks of the 2nd, 9th and 16th of November
    assert found.lost_pence == 7000 * 3
    by_code = {reason.code: reason for reason in found.lost}
    late, cover = by_code["LATE"], by_code["CHAMPION-NOT-IN-POST:falls"]
    assert (late.words, late.weeks, late.alone_pence) == ("Not claimed within the claim window", 2, 0)
    assert (cover.weeks, cover.pence, cover.alone_pence) == (3, 21_000, 7000)
    assert all(reason.ours for reason in found.lost)


def test_a_resident_with_too_few_needs_costs_nothing_and_a_short_stay_is_not_owed(covered: LivingHome) -> None:
    covered.resident(1, Need("dementia", evidenced_on=date(2026, 10, 20)))
    covered.complex_resident(2, days=2)  # came on the Saturday
    found = year(covered)
    assert [(reason.code, reason.ours) for reason in found.lost] == [("NIGHTS-LT4", False)]
    assert (found.lost_pence, found.not_owed_pence) == (0, 7000)


def test_what_arrives_and_does_not_agree_is_reviewed_and_never_lost(covered: LivingHome) -> None:
    covered.complex_resident(1)
    covered.complex_resident(2)
    covered.complex_resident(3)
    one, two, three = submit(covered)
    answer(covered, accepted(one), accepted(two, 3000))
    done = money.record_payments(
        covered.session,
        (payment("BACS 1", (one, 7000), ("VN3X2|R99|2026-11-16|v1", 7000)), payment("BACS 2", (one, 7000))),
    )
    assert (done.payments, done.lines, done.pence, len(done.to_review)) == (2, 3, 21_000, 2)
    money.record_payments(covered.session, (payment("BACS 3", (two, 7000), (three, 7000)),))
    found = year(covered)
    assert open_words(found) == [
        "£70.00 arrived on 23-Nov-2026 under BACS 1, and this home has no claim VN3X2|R99|2026-11-16|v1",
        "Paid more than once: £70.00 on 23-Nov-2026 (BACS 1) and £70.00 on 23-Nov-2026 (BACS 2). Accepted: £70.00",
        "£40.00 more than the £30.00 accepted: £70.00 on 23-Nov-2026 (BACS 3)",
        "Paid and no decision has been received: £70.00 on 23-Nov-2026 (BACS 3)",
    ]
    arrived = sum(each.body.total_pence for each in found.payments)
    assert arrived == 35_000 == found.whole.totals.paid + found.whole.totals.unmatched
    assert [(each.body.reference, each.matched_pence) for each in found.payments] == [
        ("BACS 3", 14_000), ("BACS 2", 7000), ("BACS 1", 7000)
    ]  # fmt: skip


def test_a_claim_that_stands_twice_in_one_payment_is_recorded_and_reviewed(covered: LivingHome) -> None:
    covered.complex_resident(1)
    (one,) = submit(covered)
    answer(covered, accepted(one))
    done = money.record_payments(covered.session, (payment("A", (one, 7000), (one, 7000)),))
    (finding,) = done.to_review
    assert finding.words.startswith("Paid more than once: £70.00 on 23-Nov-2026 (A) and £70.00 on 23-Nov-2026 (A)")
    assert (finding.pence, year(covered).whole.totals.outstanding) == (7000, -7000)
    assert money.outstanding(covered.session) == ((one, -7000),)


def test_what_was_looked_at_stays_on_the_list_and_is_asked_again_when_it_changes(covered: LivingHome) -> None:
    covered.complex_resident(1)
    (one,) = submit(covered)
    answer(covered, accepted(one))
    money.record_payments(covered.session, (payment("A", (one, 3000)),))
    (item,) = year(covered).open_review
    assert item.finding.words == "£40.00 less than the £70.00 accepted: £30.00 on 23-Nov-2026 (A)"
    assert refused(lambda: money.settle(covered.session, item.finding.key, " ")).field == "words"
    money.settle(covered.session, item.finding.key, "The CCG sends the rest next week")
    found = year(covered)
    assert found.open_review == ()
    assert [(each.settled, each.settled_by) for each in found.review] == [
        ("The CCG sends the rest next week", "Mo Manager")
    ]
    money.record_payments(covered.session, (payment("B", (one, 3000)),))
    assert len(year(covered).open_review) == 1
    assert "Look at the list again" in refused(lambda: money.settle(covered.session, item.finding.key, "x")).message
    money.record_payments(covered.session, (payment("C", (one, 1000)),))
    assert year(covered).review == ()


def test_a_reversal_and_an_appeal_that_is_won_close(covered: LivingHome, line: Line) -> None:
    person = covered.complex_resident(1)
    (one,) = submit(covered)
    line.exchange()
    money.record_payments(covered.session, (payment("A", (one, 7000)),))
    funded = covered.fact(person, ChcPeriod(date(2026, 11, 19)))
    (two,) = line.correct("CHC granted back")
    asked = week_of(year(covered)).totals
    assert (asked.accepted, asked.waiting, asked.reversed, asked.outstanding) == (7000, -7000, 7000, 0)
    line.exchange()
    found = year(covered)
    assert week_of(found).totals == Totals(expected=7000, submitted=7000, paid=7000, outstanding=-7000, reversed=7000)
    assert open_words(found) == [
        "The reversal is accepted, and £70.00 has still to be taken back. So far: £70.00 on 23-Nov-2026 (A)"
    ]
    assert money.outstanding(covered.session) == ((two, -7000),)
    money.record_payments(covered.session, (payment("B", (two, -7000)),))
    settled = year(covered)
    assert week_of(settled).totals == Totals(expected=7000, submitted=7000, reversed=7000)
    assert settled.review == ()
    assert [(reason.code, reason.pence) for reason in settled.lost if reason.code == "reversed"] == [("reversed", 7000)]
    residents.fact_in_error(covered.session, funded, reason="refused on appeal")
    (three,) = line.correct("appeal won")
    line.exchange()
    money.record_payments(covered.session, (payment("C", (three, 7000)),))
    won = year(covered)
    assert week_of(won).totals == Totals(expected=7000, submitted=7000, accepted=7000, paid=7000)
    assert [reason.code for reason in won.gained] == ["appeal"]
    assert totals(won.journal) == won.whole.totals


def test_a_refused_claim_made_again_is_won_again(covered: LivingHome) -> None:
    covered.complex_resident(1)
    (one,) = submit(covered)
    answer(covered, no(one, "IDENTITY"))
    (two,) = submit(covered)
    answer(covered, accepted(two))
    found = year(covered)
    assert week_of(found).totals == Totals(expected=7000, submitted=7000, accepted=7000, outstanding=7000)
    assert [reason.code for reason in found.gained] == ["again"]


def test_what_rests_on_each_pathway_is_counted_by_claim(covered: LivingHome) -> None:
    covered.champion("wound")
    covered.resident(1, Need("dementia", evidenced_on=date(2026, 11, 1)), Need("wound", evidenced_on=date(2026, 11, 1)))
    covered.complex_resident(2)
    one, two = submit(covered)
    answer(covered, accepted(one), accepted(two))
    money.record_payments(covered.session, (payment("A", (one, 7000)),))
    found = {each.area: (each.claims, each.accepted, each.paid) for each in year(covered).pathways}
    assert found == {
        PremiumNeed.DEMENTIA: (2, 14_000, 7000),
        PremiumNeed.FALLS: (1, 7000, 0),
        PremiumNeed.NUTRITION: (0, 0, 0),
        PremiumNeed.WOUND: (1, 7000, 7000),
        PremiumNeed.HEALTH: (0, 0, 0),
    }


CSV = "claim,paid_on,amount,reference\n{one},2026-11-20,70.00,BACS 1\n{two},2026-11-20,{amount},BACS 1\n"


def test_a_file_is_recorded_whole_or_not_at_all(covered: LivingHome) -> None:
    covered.complex_resident(1)
    covered.complex_resident(2)
    one, two = submit(covered)
    bad = CSV.format(one=one, two=two, amount="70.0").encode()
    problem = refused(lambda: money.import_payments(covered.session, bad, "nov.csv")).problems[0]
    assert (problem.row, problem.field) == (3, "amount")
    assert year(covered).payments == ()
    good = CSV.format(one=one, two=two, amount="70.00").encode()
    done = money.import_payments(covered.session, good, "nov.csv")
    assert (done.payments, done.lines, done.pence) == (1, 2, 14_000)
    assert "remittance" in done.changes.kinds
    again = good + f"{one},2026-11-21,70.00,BACS 2\n".encode()
    said = refused(lambda: money.import_payments(covered.session, again, "nov.csv")).problems[0].message
    assert said == "The payment BACS 1 of 2026-11-20 is recorded already"
    assert [each.body.source for each in year(covered).payments] == ["nov.csv"]


def test_a_payment_in_error_does_not_count(covered: LivingHome) -> None:
    covered.complex_resident(1)
    (one,) = submit(covered)
    money.record_payments(covered.session, (payment("A", (one, 7000)),))
    (made,) = year(covered).payments
    home_facts.in_error(covered.session, made.fact.id, reason="Typed twice")
    found = year(covered)
    assert (found.payments, found.whole.totals.paid) == ((), 0)


def test_what_was_bought_stands_by_category_and_in_its_week(covered: LivingHome) -> None:
    spend = Spend(date(2026, 11, 18), SpendCategory.EQUIPMENT, 12_050, "Sensor mats")
    saved = home_facts.add(covered.session, spend)
    home_facts.add(covered.session, Spend(date(2026, 11, 24), SpendCategory.PAY, 1000, "Overtime"))
    home_facts.add(covered.session, Spend(date(2026, 3, 29), SpendCategory.PAY, 99, "Before the year"))
    home_facts.change(covered.session, saved.fact_id, replace(spend, pence=12_000), reason="Misread")
    found = year(covered)
    assert found.by_category == ((SpendCategory.EQUIPMENT, 12_000), (SpendCategory.PAY, 1000))
    assert week_of(found).spent == 12_000
    assert found.whole.spent == 13_000
    assert money.money(covered.session, 2025).whole.spent == 99


def test_a_year_with_nothing_in_it_is_empty_and_not_an_error(home: LivingHome) -> None:
    found = money.money(home.session, 2016)
    assert found.whole.totals == Totals()
    assert found.whole.rate is None
    assert (found.first_year, found.last_year) == (2026, 2026)
    assert home_facts.listed(home.session, HomeFactKind.REMITTANCE) == ()
