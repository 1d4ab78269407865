"""Damage is looked for by itself, off the store thread; what is found makes the records open for reading only."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from app.domain.errors import ExitCode
from app.models.store import STORE_NAME
from app.services import checks
from tests.helpers.signed_in import SignedIn
from tests.ui.helpers import wait_quiet
from tests.ui.test_shell import window_on

PAGE = 4096


def damage(store_dir: Path) -> None:
    """Flip a bit in the last page that is in the file itself."""
    path = store_dir / STORE_NAME
    with path.open("r+b") as handle:
        handle.seek(path.stat().st_size - PAGE // 2)
        found = handle.read(1)[0]
        handle.seek(-1, 1)
        handle.write(bytes([found ^ 8]))


def test_a_sound_record_is_checked_and_that_is_noted(qtbot: QtBot, home: SignedIn) -> None:
    window_on(qtbot, home)
    assert home.call(checks.due) == checks.FULL
    home.ctx.checks.begin()
    home.ctx.checks.timer.timeout.emit()
    qtbot.waitUntil(lambda: home.call(checks.due) == "", timeout=20_000)
    assert home.ctx.trouble is None
    home.clock.pass_time(days=8)
    assert home.call(checks.due) == checks.QUICK
    home.ctx.checks.end()


def test_damage_that_is_found_is_said_on_every_page(qtbot: QtBot, home: SignedIn) -> None:
    window = window_on(qtbot, home)
    home.ctx.checks.begin()
    home.resident("Ada", "Kept")
    home.call(
        lambda s: checks.run(s, checks.QUICK)
    )  # folds nothing in: the file is damaged after the next check's fold
    home.call(lambda s: checks.run(s, checks.FULL))
    damage(home.session.store_dir)
    home.ctx.checks.look_at_every_page()
    qtbot.waitUntil(window.band.isVisible, timeout=20_000)
    wait_quiet(qtbot, home.tasks)
    assert home.ctx.trouble is not None
    assert home.ctx.trouble.exit_code is ExitCode.DAMAGED
    home.ctx.checks.end()


def test_a_check_under_way_does_not_hold_up_the_end(qtbot: QtBot, home: SignedIn) -> None:
    window_on(qtbot, home)
    home.ctx.checks.begin()
    home.ctx.checks.look_at_every_page()
    home.ctx.checks.end()
    wait_quiet(qtbot, home.tasks)
    assert not home.ctx.checks.timer.isActive()
