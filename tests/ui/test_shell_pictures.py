"""The tour's pictures: one of every screen, light and dark, and one at large text."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.main import grab_screens
from app.services.sign_in import sign_in
from app.ui import theme
from app.ui.shell import PAGES
from app.ui.theme import Choice
from tests.helpers.signed_in import PASSWORD, StandingClock, make_home


def test_every_screen_is_pictured(qapp: QApplication, tmp_path: Path) -> None:
    make_home(tmp_path / "home")
    session = sign_in(tmp_path / "home", "mo", PASSWORD, StandingClock())
    try:
        made = grab_screens(session, tmp_path / "pictures")
    finally:
        session.close()
        theme.apply(qapp, Choice.LIGHT, 100)
    names = {path.name for path in made}
    for entry in PAGES:
        if entry.label:
            assert {f"{entry.key}-light.png", f"{entry.key}-dark.png"} <= names
    assert "today-large.png" in names
    for path in made:
        image = QImage(str(path))
        assert (image.width(), image.height()) == (1366, 768)
        assert len({image.pixel(x, y) for x in range(0, 1366, 7) for y in range(0, 768, 7)}) > 20, path.name
