"""The homes that the tests of the screens sign in to: a new one, and one in a claim week."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.main import Program
from app.ui import theme
from app.ui.collector import collect_due
from app.vault import keys
from tests.helpers.claim_home import at_claim_home, make_claim_home
from tests.helpers.signed_in import SignedIn, StandingClock, copy_home, signed_in
from tests.helpers.wires import Recorded
from tests.ui.helpers import given_up

PATIENCE_MS = 60_000
"""How long what must come is waited for. Only a test that fails takes that long; a busy machine may need some of it."""


class Patient(QtBot):
    """Waits at least :data:`PATIENCE_MS` for whatever it waits for: how fast something comes is for the benchmarks."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = 0) -> None:  # noqa: N802
        super().waitUntil(callback, timeout=max(timeout, PATIENCE_MS))

    def waitSignal(self, signal: Any, *, timeout: int = 0, **how: Any) -> Any:  # noqa: N802
        return super().waitSignal(signal, timeout=max(timeout, PATIENCE_MS), **how)

    def waitActive(self, widget: QWidget, *, timeout: int = 0) -> Any:  # noqa: N802
        return super().waitActive(widget, timeout=max(timeout, PATIENCE_MS))


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """The hands at the keyboard, with patience."""
    return Patient(request)


@pytest.fixture(autouse=True, scope="session")
def derive_each_password_once() -> Iterator[None]:
    """The real derivation, remembered: the same password, salt and cost give the same key.

    A salt of zeros is nobody's: by it the speed of the computer is measured.
    """
    real, remembered = keys.derive, cache(keys.derive)

    def derive(password: str, salt: bytes, cost: keys.KdfCost) -> bytes:
        return (remembered if any(salt) else real)(password, salt, cost)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "derive", derive)
        yield


@pytest.fixture(autouse=True, scope="session")
def never_collected_in_a_test() -> Iterator[None]:
    """As in the program, garbage is taken apart only where Qt is not in the middle of something: between two tests."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(autouse=True)
def collected_after_a_test(never_collected_in_a_test: None) -> Iterator[None]:
    """The garbage of one test does not reach far into the next ones, and nothing that it deleted takes keys there."""
    yield
    assert given_up() == 0, "a dialog that this test meant to answer never came up"
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    collect_due()


@pytest.fixture
def home(tmp_path: Path, qapp: QApplication) -> Iterator[SignedIn]:
    """A new home, its manager signed in; the look that a test chose ends with it."""
    with signed_in(tmp_path / "home", qapp) as opened:
        yield opened
    theme.apply(qapp, theme.Choice.LIGHT, 100)


@pytest.fixture(scope="session")
def claim_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of :mod:`tests.helpers.claim_home`, made once; tests get copies."""
    store = tmp_path_factory.mktemp("made") / "home"
    make_claim_home(store)
    return store


@pytest.fixture
def claim_home(claim_template: Path, tmp_path: Path, qapp: QApplication) -> Iterator[SignedIn]:
    """A copy of it, on the Monday morning after the claim week."""
    with at_claim_home(claim_template, tmp_path / "home", qapp) as opened:
        yield opened


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """A window for a dialog to stand on."""
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    return widget


@pytest.fixture
def wire() -> Recorded:
    """The launcher's end of a worker's wire."""
    return Recorded()


@pytest.fixture
def program(qapp: QApplication, tmp_path: Path, wire: Recorded) -> Iterator[Program]:
    """A worker on a copy of a new home, its sign-in window in front."""
    copy_home(tmp_path / "home")
    running = Program(qapp, tmp_path / "home", wire, clock=StandingClock)
    running.start()
    yield running
    running.close()
    running.deleteLater()
    theme.apply(qapp, theme.Choice.LIGHT, 100)
