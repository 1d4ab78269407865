"""A year of the premium, Monday by Monday, in the words of the manager who claims it; at the end the ledger closes.

The falls champion leaves and is replaced, a resident goes to hospital, Continuing Healthcare is granted back to a day
and the appeal against it is won, a certificate runs out, the clocks change twice, the year has a week 53, and in April
there is a new amount. Everything is real: the store, the messages, the commissioner at the other end of a folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path

import pytest

from app.domain.dates import LONDON
from app.domain.errors import UserError
from app.domain.home_facts import Remittance, RemittanceLine
from app.domain.ledger import Totals
from app.domain.people import Absence, ChampionPost, ChcPeriod, FactKind, Need, ResidentId, Role
from app.domain.premium import POLICIES
from app.services import corrections, money, policies, premium, residents, staff, sync
from app.sync.practice_ccg import PracticeCcg
from app.vault import keys
from tests.factories import PASSWORD, LivingHome, details
from tests.helpers.rebuild import same_as_stored

WEEK = timedelta(days=7)
FIRST, LAST = date(2026, 11, 16), date(2027, 11, 8)
APRIL = replace(POLICIES[0], version="2027-04-05/1", starts=date(2027, 4, 5), amount_pence=7_500)
JOHN, BETH, CLEM = (f"R{n:02d}" for n in (1, 2, 3))


def local(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), LONDON).astimezone(UTC)


class Year:
    """The manager's year: the clock, the week's claim, the exchange, and what the story itself says is owed."""

    def __init__(self, home: LivingHome, folder: Path) -> None:
        self.home, self.session, self.folder = home, home.session, folder / "exchange"
        self.folder.mkdir(parents=True)
        self.ccg = PracticeCcg(folder / "ccg", now=home.clock.now, policies=(*POLICIES, APRIL))
        settings = {"transport": "folder", "path": str(self.folder), "recipient_public_key": self.ccg.public_key}
        sync.connect(self.session, settings, PASSWORD)
        self.people: dict[str, ResidentId] = {}
        self.owed: dict[tuple[date, str], int] = {}
        """What the story says that each resident-week is worth in the end."""

    def at(self, day: date, hour: int = 9, minute: int = 30) -> None:
        self.home.clock.at = local(day, hour, minute)

    def exchange(self) -> None:
        sync.sync_now(self.session)
        self.ccg.run_folder(self.folder)
        sync.sync_now(self.session)

    def claim(self, monday: date, *keys: str) -> None:
        """On the Monday after the week: claim for these, and for nobody else."""
        self.at(monday + WEEK)
        week = premium.week(self.session, monday)
        assert {row.resident_key for row in week.rows if row.decision.eligible} == set(keys), monday
        if keys:
            premium.submit(self.session, monday, PASSWORD)
            self.exchange()
        amount = 7_500 if monday >= APRIL.starts else 7_000
        self.owed |= {(monday, key): amount for key in keys}

    def pay(self, reference: str) -> None:
        """The CCG pays what it has accepted and not paid, and keeps back what it has to have back."""
        open_now = money.outstanding(self.session)
        if open_now:
            lines = tuple(RemittanceLine(identifier, pence) for identifier, pence in open_now)
            total = sum(line.pence for line in lines)
            paid = Remittance(self.session.today(), reference, total, lines, "East and North Hertfordshire CCG")
            assert money.record_payments(self.session, (paid,)).to_review == ()

    def follow(self, tasks: tuple[corrections.ClaimTask, ...], reason: str) -> corrections.Corrected:
        """Sign what each task drafts, and hear what the CCG says."""
        signed = corrections.sign(self.session, {t.identifier: t.finding for t in tasks}, PASSWORD, reason)
        self.exchange()
        return signed

    def evidence(self, on: date) -> None:
        """The needs are looked at again: what was recorded before ends, and what was seen now begins."""
        self.at(on, 15)
        for person in self.people.values():
            found = residents.read_again(self.session, person).facts[FactKind.NEED]
            for fact in found:
                if isinstance(fact.body, Need) and fact.body.until is None:
                    ended = replace(fact.body, until=on - timedelta(days=1))
                    residents.change_fact(self.session, fact.id, ended, reason="looked at again")
                    residents.add_fact(self.session, person, Need(fact.body.area, since=on, evidenced_on=on))

    def totals(self) -> Totals:
        """All the years that the story touches together."""
        first = money.money(self.session, 2026).whole.totals
        return first + money.money(self.session, 2027).whole.totals


@pytest.fixture
def year(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Year]:
    """A home with three residents who have two needs each, and a champion for both."""
    monkeypatch.setattr(keys, "derive", cache(keys.derive))
    home = LivingHome(tmp_path / "store", Role.MANAGER)
    told = Year(home, tmp_path / "line")
    told.at(FIRST, 8)
    for place, key in enumerate((JOHN, BETH, CLEM), 1):
        person = residents.add_resident(
            told.session, details(place), stay_since=told.session.now() - timedelta(days=300)
        ).resident_id
        for area in ("dementia", "falls"):
            residents.add_fact(told.session, person, Need(area, evidenced_on=date(2026, 11, 2)))
        told.people[key] = person
    yield told
    told.ccg.close()
    home.session.close()


def mondays(first: date, last: date) -> list[date]:
    return [first + n * WEEK for n in range((last - first).days // 7 + 1)]


def test_a_year_of_the_premium(year: Year) -> None:
    home, session = year.home, year.session
    everybody = (JOHN, BETH, CLEM)
    home.champion("dementia", expires_on=date(2027, 5, 16))
    falls, falls_post = home.champion("falls")

    # Three weeks as they should be.
    for monday in mondays(FIRST, date(2026, 11, 30)):
        year.claim(monday, *everybody)

    # The falls champion leaves on a Wednesday. What it will cost is known before, and the week is lost.
    year.at(date(2026, 12, 4))
    post = next(p.post for m in staff.list_staff(session) if m.id == falls for p in m.posts)
    leaves = replace(post, in_post_until=local(date(2026, 12, 9), 17))
    staff.change_post(session, falls_post, leaves, reason="leaves for another home")
    (risk,) = premium.week(session, date(2026, 11, 23)).at_risk
    assert (risk.from_date, risk.residents, risk.pence_per_week) == (date(2026, 12, 9), 3, 21_000)
    year.claim(date(2026, 12, 7))

    # The new champion begins on the Saturday after: the week that ends then can be claimed.
    home.champion("falls", trained_on=date(2026, 12, 10), in_post_since=local(date(2026, 12, 19), 8))
    for monday in mondays(date(2026, 12, 14), date(2027, 1, 4)):  # week 53 of the year lies among them
        year.claim(monday, *everybody)
    year.at(date(2027, 1, 11), 16)
    year.pay("BACS 0001")

    # Beth is in hospital from Tuesday to Monday: one night at home is too few.
    stay = Absence(local(date(2027, 1, 12), 11), local(date(2027, 1, 18), 12), "Hospital: Lister")
    residents.add_fact(session, year.people[BETH], stay)
    year.claim(date(2027, 1, 11), JOHN, CLEM)
    for monday in mondays(date(2027, 1, 18), date(2027, 2, 8)):
        year.claim(monday, *everybody)
    year.at(date(2027, 2, 15), 16)
    year.pay("BACS 0002")

    # On 20 February Continuing Healthcare is granted to Clem, back to the first. Paid weeks are taken back.
    year.at(date(2027, 2, 20))
    chc = residents.add_fact(session, year.people[CLEM], ChcPeriod(date(2027, 2, 1))).fact_id
    tasks = corrections.tasks(session)
    assert [(task.resident_key, task.week_start) for task in tasks] == [
        (CLEM, date(2027, 2, 8)), (CLEM, date(2027, 2, 1)),
    ]  # fmt: skip
    back = corrections.sign(
        session, {t.identifier: t.finding for t in tasks}, PASSWORD, "CHC granted back to 1 February"
    )
    assert back.total_pence == -14_000
    assert corrections.tasks(session) == ()
    for monday in mondays(date(2027, 2, 15), date(2027, 3, 1)):
        year.claim(monday, JOHN, BETH)
    year.at(date(2027, 3, 8), 16)
    year.pay("BACS 0003")
    assert year.totals().outstanding == 0, "what was taken back was kept back"

    # The family appeals and wins: the weeks taken back are claimed again, those not claimed are claimed in time.
    year.at(date(2027, 3, 10))
    residents.fact_in_error(session, chc, reason="refused on appeal, letter of 9 March")
    tasks = corrections.tasks(session)
    again = corrections.sign(
        session, {t.identifier: t.finding for t in tasks}, PASSWORD, "Appeal won, letter of 9 March"
    )
    assert again.total_pence == 14_000
    year.exchange()
    for monday in mondays(date(2027, 2, 15), date(2027, 3, 1)):
        premium.submit(session, monday, PASSWORD)
        year.owed[monday, CLEM] = 7_000
    year.exchange()
    with pytest.raises(UserError, match="claimed for already"):
        premium.submit(session, date(2027, 3, 1), PASSWORD)

    # The clocks go forward in the night that John is away; one night less, and the week stands.
    night = Absence(local(date(2027, 3, 27), 23, 30), local(date(2027, 3, 28), 10), "With the family")
    residents.add_fact(session, year.people[JOHN], night)
    for monday in mondays(date(2027, 3, 8), date(2027, 3, 29)):
        year.claim(monday, *everybody)
        if monday == date(2027, 3, 22):
            row = next(r for r in premium.week(session, monday).rows if r.resident_key == JOHN)
            assert row.decision.nights == 6

    # From 5 April a week is worth £75; a late letter changes no week before it.
    year.at(date(2027, 4, 9))
    policies.add(session, APRIL, reason="The commissioner's letter of 8 April")
    year.evidence(date(2027, 4, 16))
    for monday in mondays(date(2027, 4, 5), date(2027, 5, 3)):
        year.claim(monday, *everybody)

    # The dementia certificate runs out on Sunday 16 May: on Monday nobody may claim. Renewed on Thursday, the
    # week is claimed the Monday after, while the window is open.
    year.claim(date(2027, 5, 10))
    year.at(date(2027, 5, 20), 8)
    dementia = next(m for m in staff.list_staff(session) for p in m.posts if p.post.pathway == "dementia")
    old = next(p for p in dementia.posts if p.post.pathway == "dementia")
    renewed = local(date(2027, 5, 20), 8)
    staff.change_post(session, old.id, replace(old.post, in_post_until=renewed), reason="certificate renewed")
    staff.appoint(
        session, dementia.id, ChampionPost("dementia", date(2027, 5, 19), None, "HC-9", "HCPA", in_post_since=renewed)
    )
    year.claim(date(2027, 5, 17), *everybody)
    premium.submit(session, date(2027, 5, 10), PASSWORD)
    year.exchange()
    year.owed |= {(date(2027, 5, 10), key): 7_500 for key in everybody}

    # Summer and autumn are quiet; on 31 October the clocks go back.
    year.evidence(date(2027, 9, 17))
    for monday in mondays(date(2027, 5, 24), LAST):
        year.claim(monday, *everybody)
    year.at(LAST + WEEK, 16)
    year.pay("BACS 0004")

    # What the story says, what the ledger says, what the weeks say and what the CCG said agree to the penny.
    assert corrections.tasks(session) == ()
    found, owed = year.totals(), sum(year.owed.values())
    assert found.closes()
    assert (found.accepted, found.paid) == (owed, owed)
    assert (found.waiting, found.outstanding, found.refused, found.unmatched) == (0, 0, 0, 0)
    assert found.reversed == 0, "the appeal was won: nothing stays taken back"
    assert found.expected == owed, "and nothing that is owed was not claimed"
    for number in (2026, 2027):
        told = money.money(session, number)
        own = sum(pence for (monday, _), pence in year.owed.items() if money.year_of(monday) == number)
        assert told.whole.totals.paid == own
        assert sum(week.totals.accepted for week in told.weeks) == sum(m.totals.accepted for m in told.months) == own
        assert told.open_review == ()
    weeks, of_april = mondays(FIRST, LAST), mondays(APRIL.starts, LAST)
    assert (len(weeks), len(of_april)) == (52, 32)
    lost_to_cover, lost_to_hospital = 3 * 7_000, 7_000
    assert owed == 52 * 3 * 7_000 + 32 * 3 * 500 - lost_to_cover - lost_to_hospital == 1_112_000
    with session.read() as connection:
        same_as_stored(connection)
