"""Clocks that are wrong, and clocks that change by law: the order of records holds, and each week is claimed once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.dates import LONDON, to_local, week_start
from app.domain.errors import UserError
from app.domain.people import Need
from app.models import schema
from app.services import assessments, premium
from tests.factories import NEWS2_LOW, NOW, PASSWORD, LivingHome
from tests.faults import truth
from tests.faults.figures import Row

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
LEAP_DAY = datetime(2028, 2, 29, 12, 0, tzinfo=UTC)


def awkward_instants(chance: random.Random, count: int) -> Iterator[datetime]:
    """Where a laptop's clock may suddenly stand: 40 days back to 10 years on, and hours that come twice or never."""
    hours = [
        *(datetime(2026, 3, 29, hour, 30, tzinfo=UTC) for hour in (0, 1, 2)),
        *(datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1, 2)),  # 01:30 in London twice
        LEAP_DAY,
        LEAP_DAY + timedelta(days=1),
        datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC),
    ]
    for number in range(count):
        if number % 4 == 0:
            yield hours[(number // 4) % len(hours)]
        else:
            yield NOW + timedelta(days=-40) + chance.random() * timedelta(days=3692)


def test_the_order_of_records_holds_however_the_clock_jumps(
    tmp_path: Path, chance: random.Random, row: Row, long_form: bool
) -> None:
    living = LivingHome(tmp_path / "home")
    person = living.resident(1)
    acknowledged = []
    wall = []
    for instant in awkward_instants(chance, 1000 if long_form else 200):
        living.clock.at = instant
        signed = assessments.sign(living.session, person, "news2", NEWS2_LOW)
        acknowledged.append(signed.revision_id)
        wall.append(instant)
        row.add("jumps")
    with living.session.read() as connection:
        stamps = {
            table.name: list(connection.execute(select(table.c.hlc).order_by(table.c.seq)).scalars())
            for table in (schema.revision, schema.event)
        }
        ours = list(
            connection.execute(
                select(schema.revision.c.id)
                .where(schema.revision.c.id.in_(acknowledged))
                .order_by(schema.revision.c.seq)
            ).scalars()
        )
        faults = truth.chain_faults(connection)
    violations = sum(after <= before for found in stamps.values() for before, after in pairwise(found))
    row.set(wall_clock_violations=sum(after <= before for before, after in pairwise(wall)), order_violations=violations)
    assert row.count("wall_clock_violations") > row.count("jumps") / 4, "the clock was not put back often enough"
    assert violations == 0
    assert ours == acknowledged
    assert sorted(acknowledged) == acknowledged, "identifiers sort as things were recorded"
    assert faults == []
    living.session.close()


@pytest.mark.parametrize("sunday", [SPRING, AUTUMN])
def test_every_quarter_of_an_hour_around_a_change_of_clocks_is_in_one_week(sunday: date, row: Row) -> None:
    start = datetime.combine(sunday - timedelta(days=13), datetime.min.time(), LONDON).astimezone(UTC)
    end = datetime.combine(sunday + timedelta(days=15), datetime.min.time(), LONDON).astimezone(UTC)
    quarters: Counter[date] = Counter()
    days: dict[date, set[date]] = {}
    now = start
    while now < end:
        day = to_local(now).date()
        quarters[week_start(day)] += 1
        days.setdefault(week_start(day), set()).add(day)
        now += timedelta(minutes=15)
    row.set(weeks=len(days), hours_of_the_week=quarters[week_start(sunday)] / 4)
    mondays = [sunday - timedelta(days=6) + timedelta(days=7 * week) for week in (-1, 0, 1, 2)]
    assert list(days) == mondays
    assert all(found == {monday + timedelta(days=n) for n in range(7)} for monday, found in days.items())
    usual = 7 * 24 * 4
    assert [quarters[monday] for monday in mondays] == [usual, usual + (-4 if sunday == SPRING else 4), usual, usual]


@pytest.mark.parametrize("sunday", [SPRING, AUTUMN])
def test_weeks_across_a_change_of_clocks_are_claimed_once_each(
    sunday: date, tmp_path: Path, chance: random.Random, row: Row, long_form: bool
) -> None:
    living = LivingHome(tmp_path / "home")
    living.champion("dementia", in_post_since=datetime(2025, 1, 6, 9, tzinfo=UTC))
    living.champion("falls", in_post_since=datetime(2025, 1, 6, 9, tzinfo=UTC))
    person = living.resident(
        1,
        Need("dementia", evidenced_on=sunday - timedelta(days=30)),
        Need("falls", evidenced_on=sunday - timedelta(days=30)),
        days=320,
    )
    mondays = [sunday - timedelta(days=6) + timedelta(days=7 * week) for week in (-1, 0, 1)]
    claimed: Counter[date] = Counter()
    refused = 0
    # The last and first half hour of each week and of the changed hour, and others; the clock jumps about among them.
    midnights = [datetime.combine(monday + timedelta(days=7), datetime.min.time(), LONDON) for monday in mondays]
    change = datetime.combine(sunday, datetime.min.time(), UTC) + timedelta(hours=1)
    edges = [at.astimezone(UTC) + step for at in (*midnights, change) for step in (-timedelta(minutes=30), timedelta())]
    others = [change + timedelta(hours=chance.randrange(24 * 17)) for _ in range(120 if long_form else 4)]
    instants = [*edges, *others]
    chance.shuffle(instants)
    for instant in [*instants, midnights[-1] + timedelta(hours=12)]:
        living.clock.at = instant.astimezone(UTC)
        for monday in mondays:
            try:
                done = premium.submit(living.session, monday, PASSWORD)
            except UserError:
                refused += 1
            else:
                claimed[monday] += len(done.identifiers)
    with living.session.read() as connection:
        kept = Counter(connection.execute(select(schema.claim.c.week_start)).scalars())
        facts = connection.execute(select(schema.claim.c.resident_id)).scalars().all()
    row.set(weeks=len(mondays), claims=sum(kept.values()), refused=refused)
    assert kept == {monday.isoformat(): 1 for monday in mondays}
    assert claimed == dict.fromkeys(mondays, 1)
    assert set(facts) == {person}
    living.session.close()
