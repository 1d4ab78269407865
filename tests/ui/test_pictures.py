"""Pictures of what opens over the pages, and that taking them changes nothing in the record."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.services.session import Session
from app.services.sign_in import sign_in
from app.ui import theme
from app.ui.pictures import LOOKS, grab_all
from app.ui.theme import Choice
from tests.helpers.claim_home import NOW
from tests.helpers.signed_in import PASSWORD, StandingClock

OVER_PAGES = {
    "sign-in", "first-run", "first-run-home", "send", "send-first", "send-who", "fact-change", "details-history",
    "resident-add",
    "import-problems", "staff-appoint", "premium-sign", "sync-connect", "settings-backups", "settings-security",
    "restore",
}  # fmt: skip
PREMIUM_PAGES = {"premium", "answers", "money", "accreditation", "policy", "training", "fair-cost"}


def _written(session: Session) -> tuple[Counter[str], int, int]:
    """What happened by its kind, and how many revisions and messages there are."""
    with session.read() as connection:
        actions = Counter(action for (action,) in connection.exec_driver_sql("SELECT action FROM event"))
        revisions = connection.exec_driver_sql("SELECT count(*) FROM revision").scalar()
        messages = connection.exec_driver_sql("SELECT count(*) FROM outbox").scalar()
    return actions, int(revisions or 0), int(messages or 0)


def test_what_opens_over_the_pages_is_pictured_and_nothing_is_written(
    qapp: QApplication, claim_template: Path, tmp_path: Path
) -> None:
    store = tmp_path / "home"
    shutil.copytree(claim_template, store)
    files = sorted(path.name for path in store.iterdir())
    session = sign_in(store, "mo", PASSWORD, StandingClock(NOW))
    try:
        actions, *rest = _written(session)
        made = grab_all(qapp, session, tmp_path / "pictures")
        after, *rest_after = _written(session)
    finally:
        session.close()
        theme.apply(qapp, Choice.LIGHT, 100)
    names = {path.stem for path in made}
    assert {f"{name}-{look}" for name in OVER_PAGES | PREMIUM_PAGES for look in ("light", "dark")} <= names
    assert {f"{name}-{look.name}" for look in LOOKS if look.only for name in look.only} <= names
    assert sorted((tmp_path / "pictures").iterdir()) == sorted(made), "and nothing else lies there"
    plain = QImage(str(tmp_path / "pictures" / "residents-light.png"))
    over = QImage(str(tmp_path / "pictures" / "resident-add-light.png"))
    assert plain.size() == over.size()
    assert plain.pixelColor(4, 764).lightness() > over.pixelColor(4, 764).lightness(), "the window stands back"
    assert set(after - actions) <= {"view"}
    assert rest_after == rest
    assert sorted(path.name for path in store.iterdir()) == files
