"""A home with five residents in a claim week: two who can be claimed for, and three who cannot, each for its reason."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.domain.people import ChampionPost, Home, Need, ResidentDetails, ResidentId, Role, StaffDetails
from app.services import assessments, residents, staff, sync
from app.services.first_run import HomeSetup, create_home
from app.services.session import Session
from app.services.sign_in import sign_in
from app.sync.practice_ccg import PracticeCcg
from app.vault import keys
from tests.helpers.signed_in import PASSWORD, SignedIn, StandingClock

MONDAY = date(2026, 11, 16)
"""The claim week that has just ended."""
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""The Monday morning after it."""
LEAVES = datetime(2026, 12, 14, 9, 0, tzinfo=UTC)
_LONG_AGO = datetime(2025, 1, 6, 9, 0, tzinfo=UTC)
_FRESH, _STALE = date(2026, 11, 2), date(2025, 11, 3)
_PEOPLE = (
    ("Adams", "Ada", "9990000018", (("dementia", _FRESH), ("falls", _FRESH))),
    ("Brown", "Bert", "9990000026", (("dementia", _FRESH), ("wound", _FRESH))),
    ("Clark", "Clara", "9990000034", ()),
    ("Davies", "Dora", "9990000042", (("dementia", _FRESH), ("falls", _FRESH), ("wound", _FRESH))),
    ("Evans", "Emil", "9990000050", (("dementia", _FRESH), ("falls", _STALE))),
)


def make_claim_home(store_dir: Path) -> None:
    """Create it once; tests work on copies."""
    home = Home(name="Elm House", ods="VN3X2", accredited=((date(2016, 1, 4), None),))
    create_home(
        store_dir,
        HomeSetup(home, "mo", "Mo Manager", "office laptop"),
        PASSWORD,
        StandingClock(_LONG_AGO),
        cost=keys.FLOOR,
    )
    session = sign_in(store_dir, "mo", PASSWORD, StandingClock(NOW))
    try:
        _champion(session, "ann", "Ann Lee", "dementia", None)
        _champion(session, "rosa", "Rosa Diaz", "falls", LEAVES)
        for at, (family, given, number, needs) in enumerate(_PEOPLE, start=1):
            details = ResidentDetails(f"R{at}", family, given, date(1930 + at, 3, 4), number, title="Mx", room=str(at))
            saved = residents.add_resident(session, details, stay_since=_LONG_AGO, different_person_reason="another")
            for area, evidenced_on in needs:
                residents.add_fact(session, saved.resident_id, Need(area, date(2025, 6, 1), None, evidenced_on))
    finally:
        session.close()


def _champion(session: Session, key: str, name: str, pathway: str, until: datetime | None) -> None:
    saved = staff.add_staff(session, StaffDetails(key, name, Role.CHAMPION, started_at=_LONG_AGO, left_at=until))
    post = ChampionPost(pathway, date(2025, 1, 2), date(2027, 12, 31), f"C-{key}", "HCPA", _LONG_AGO, until)
    staff.appoint(session, saved.staff_id, post)


@contextmanager
def at_claim_home(template: Path, store_dir: Path, app: QApplication) -> Iterator[SignedIn]:
    """Sign in to a copy of the home, on the Monday morning."""
    shutil.copytree(template, store_dir)
    made = SignedIn(store_dir, app, StandingClock(NOW))
    try:
        yield made
    finally:
        made.close()


def become(home: SignedIn, role: Role) -> None:
    """Go on as somebody with another role."""
    home.session.account = replace(home.session.account, role=role)
    home.ctx.account = home.session.account


def resident_id(home: SignedIn, family: str) -> ResidentId:
    """The resident with the family name."""
    return home.call(lambda s: residents.find_residents(s, family))[0].id


def raise_alert(home: SignedIn, family: str) -> None:
    """Sign a MUST of high risk, which queues an alert."""
    who = resident_id(home, family)
    answers = {
        "height_m": Decimal("1.65"),
        "weight_kg": Decimal("48.0"),
        "previous_weight_kg": Decimal("55.0"),
        "acutely_ill_no_intake_5d": False,
    }
    home.call(lambda s: assessments.sign(s, who, "must", answers))


@contextmanager
def a_ccg(home: SignedIn, folder: Path, *, accredited: frozenset[str] | None = None) -> Iterator[PracticeCcg]:
    """Connect the home through a folder to a commissioner, which answers when ``run_folder`` is called."""
    exchange = folder / "exchange"
    exchange.mkdir(parents=True)
    with PracticeCcg(folder / "ccg", now=home.clock.now, accredited=accredited) as ccg:
        settings = {"transport": "folder", "path": str(exchange), "recipient_public_key": ccg.public_key}
        home.call(lambda s: sync.connect(s, settings, PASSWORD))
        yield ccg


def exchange_once(home: SignedIn, ccg: PracticeCcg, folder: Path) -> None:
    """Send, let the commissioner answer, and read the answers."""
    home.call(sync.sync_now)
    ccg.run_folder(folder / "exchange")
    home.call(sync.sync_now)
