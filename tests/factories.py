"""Invented people, answers and homes, for tests that work on a real store."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from app.domain.instruments.registry import all_instruments
from app.domain.nhs import is_nhs_number
from app.domain.people import (
    ChampionPost,
    FactBody,
    FactId,
    Gender,
    Home,
    Need,
    ResidentDetails,
    ResidentId,
    Role,
    StaffDetails,
    StaffId,
)
from app.services import assessments, permission, residents, staff
from app.services.clock import SetClock
from app.services.first_run import CreatedHome, HomeSetup, create_home
from app.services.session import Session
from app.services.sign_in import sign_in
from app.vault import keys
from tests.helpers.accounts import give_account

PASSWORD = "three quiet words"
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
"""A Monday morning: the week of the 16th has just ended and can be claimed for."""
WEEK = date(2026, 11, 16)
USERS = {
    Role.MANAGER: "mo",
    Role.CARER: "cal",
    Role.CHAMPION: "cass",
    Role.NURSE: "nia",
    Role.AUDITOR: "ada",
}

MUST_LOW: Mapping[str, object] = {
    "height_m": Decimal("1.60"),
    "weight_kg": Decimal("60"),
    "previous_weight_kg": Decimal("60"),
    "acutely_ill_no_intake_5d": False,
}
MUST_MEDIUM = {**MUST_LOW, "weight_kg": Decimal("50")}  # BMI 19.5: 1
MUST_MEDIUM["previous_weight_kg"] = Decimal("50")
MUST_HIGH = {**MUST_LOW, "weight_kg": Decimal("45"), "previous_weight_kg": Decimal("52")}  # BMI 17.6: 2, loss 13 %: 2
NEWS2_LOW: Mapping[str, object] = {
    "resp_rate": 16,
    "spo2": 97,
    "spo2_scale": 1,
    "on_oxygen": False,
    "systolic": 130,
    "pulse": 72,
    "consciousness": "A",
    "temp_c": Decimal("36.6"),
}
NEWS2_HIGH = {**NEWS2_LOW, "resp_rate": 26, "spo2": 90, "pulse": 118}  # 3 + 3 + 2


@cache
def nhs_number(place: int) -> str:
    """The place-th number (from 1) of the range 999 that has a check digit."""
    found = 0
    for stem in range(1, 10_000):
        for digit in range(10):
            number = f"999{stem:06d}{digit}"
            if is_nhs_number(number):
                found += 1
                if found == place:
                    return number
    raise AssertionError("the range is not that long")


def details(place: int = 1, **changes: Any) -> ResidentDetails:
    """The details of an invented resident, different for each place."""
    given = {
        "key": f"R{place:02d}",
        "family_name": f"Family{'abcdefghij'[place % 10]}{place}",
        "given_name": "John",
        "date_of_birth": date(1937, 9, 6) + timedelta(days=place),
        "nhs_number": nhs_number(place),
        "title": "Mr",
        "gender": Gender.MALE,
        "room": str(place),
        "gp_name": "Cedar Surgery",
        "gp_phone": "01632 960110",
        "consent_sharing": True,
    }
    return ResidentDetails(**(given | changes))


def home_details(**changes: Any) -> Home:
    """An accredited home with its telephone list."""
    given = {
        "name": "Practice House",
        "ods": "VN3X2",
        "phone": "01632 960100",
        "accredited": ((date(2016, 1, 4), None),),
        "phones": (
            ("homefirst", "01632 960101"),
            ("dietetics", "01632 960102"),
            ("tissue-viability", "01632 960103"),
            ("community-nurse", "01632 960104"),
        ),
    }
    return Home(**(given | changes))


def new_home(store_dir: Path, now: datetime = NOW, **changes: Any) -> CreatedHome:
    """Make a home whose manager signs in as "mo"."""
    setup = HomeSetup(home_details(**changes), "mo", "Mo Manager", "office laptop")
    return create_home(store_dir, setup, PASSWORD, SetClock(now), cost=keys.FLOOR)


@cache
def _template() -> Path:
    """One home with an account of every role, made once: its keys are slow to make, on purpose."""
    store_dir = Path(tempfile.mkdtemp(prefix="hartwell-template-")) / "store"
    atexit.register(shutil.rmtree, store_dir.parent, ignore_errors=True)
    long_ago = NOW - timedelta(days=400)
    new_home(store_dir, long_ago)
    session = sign_in(store_dir, "mo", PASSWORD, SetClock(long_ago))
    for role, user in USERS.items():
        if role is not Role.MANAGER:
            saved = staff.add_staff(session, StaffDetails(user, f"{user.capitalize()} {role.value.capitalize()}", role))
            give_account(session, saved.staff_id, user, role, PASSWORD)
    for tool in all_instruments():
        if tool.needs_permission or tool.optional:
            permission.permit(session, tool.code, note="Letter in the policy folder")
    session.close()
    return store_dir


class LivingHome:
    """A home with one person signed in, and short ways to put people and facts into it."""

    def __init__(self, store_dir: Path, role: Role = Role.MANAGER) -> None:
        self.store_dir = store_dir
        self.clock = SetClock(NOW)
        shutil.copytree(_template(), store_dir)
        self.session = self._sign_in(role)
        self._staff = 0

    def sign_in_as(self, role: Role) -> Session:
        """Sign out whoever is there, and sign in the account of the role."""
        self.session.close()
        self.session = self._sign_in(role)
        return self.session

    def _sign_in(self, role: Role) -> Session:
        return sign_in(self.store_dir, USERS[role], PASSWORD, self.clock)

    def resident(self, place: int = 1, *facts: FactBody, days: int = 200, **changes: Any) -> ResidentId:
        """Add a resident who has lived here for the days."""
        since = self.clock.now() - timedelta(days=days)
        person = residents.add_resident(self.session, details(place, **changes), stay_since=since).resident_id
        for fact in facts:
            self.fact(person, fact)
        return person

    def fact(self, person: ResidentId, body: FactBody) -> FactId:
        """Record a fact."""
        return residents.add_fact(self.session, person, body).fact_id

    def champion(self, pathway: str, **changes: Any) -> tuple[StaffId, str]:
        """Appoint a new member of staff who has been in post for a year; the staff and post ids."""
        self._staff += 1
        details = StaffDetails(f"S{self._staff}", f"Cham {pathway.capitalize()} {self._staff}", Role.CHAMPION)
        person = staff.add_staff(self.session, details).staff_id
        given = {
            "pathway": pathway,
            "trained_on": date(2025, 1, 1),
            "certificate_no": f"HC-{self._staff}",
            "in_post_since": NOW - timedelta(days=365),
        }
        return person, staff.appoint(self.session, person, ChampionPost(**(given | changes))).post_id

    def assess(self, person: ResidentId, instrument: str, answers: Mapping[str, object]) -> assessments.Signed:
        """Sign an assessment made now."""
        return assessments.sign(self.session, person, instrument, answers)

    def complex_resident(self, place: int = 1, **changes: Any) -> ResidentId:
        """A resident with two needs on paper (dementia and falls), evidenced in October; champions are not made."""
        return self.resident(
            place,
            Need("dementia", evidenced_on=date(2026, 10, 20)),
            Need("falls", evidenced_on=date(2026, 10, 21)),
            **changes,
        )
