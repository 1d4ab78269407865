"""A small home of today with what the commands work on: residents, champions, a claim week, a practice CCG."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from app.domain.dates import to_local, week_start
from app.domain.people import ChampionPost, Need, Role, StaffDetails
from app.services import residents, staff
from app.services.clock import SetClock
from app.services.sign_in import sign_in
from tests.factories import PASSWORD, details, new_home

RESIDENTS = 8
ELIGIBLE = 5


def last_monday() -> date:
    """The Monday of the last week that has ended."""
    return week_start(to_local(datetime.now(UTC)).date()) - timedelta(days=7)


def make(folder: Path, mark: str = "") -> None:
    """A practice home whose first five residents can be claimed for, on the computer's clock.

    Every resident's names begin with ``mark``.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    new_home(folder, now - timedelta(days=400), practice=True, accredited=((date(2016, 1, 4), None),))
    session = sign_in(folder, "mo", PASSWORD, SetClock(now))
    evidenced = last_monday() - timedelta(days=20)
    for pathway in ("dementia", "falls"):
        person = staff.add_staff(session, StaffDetails(pathway, f"Cham {pathway.capitalize()}", Role.CHAMPION)).staff_id
        since = now - timedelta(days=365)
        staff.appoint(session, person, ChampionPost(pathway, since.date(), None, f"HC-{pathway}", "HCPA", since))
    for place in range(1, RESIDENTS + 1):
        names = {"family_name": f"{mark}family{place}", "given_name": f"{mark}given{place}"} if mark else {}
        since = now - timedelta(days=200)
        person = residents.add_resident(session, details(place, **names), stay_since=since).resident_id
        for area in ("dementia", "falls") if place <= ELIGIBLE else ():
            residents.add_fact(session, person, Need(area, evidenced_on=evidenced))
    session.close()
