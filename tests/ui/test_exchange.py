"""Sending and looking for answers by itself: when, never twice at once, and no word about a line that is down."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.domain.messages import OutboundMessage, OutboxState
from app.domain.people import Role
from app.services import assessments, premium, sync
from app.sync.transports.folder import FolderTransport
from app.ui.exchange import FIRST, SOON, Exchange
from app.ui.pages.sync import SyncPage
from app.ui.shell import MainWindow
from tests.helpers.claim_home import MONDAY, a_ccg, become, raise_alert, resident_id
from tests.helpers.signed_in import PASSWORD, SignedIn
from tests.ui.helpers import wait_quiet

FIVE, HOUR = 5 * 60_000, 60 * 60_000
SLOWER = 1000
"""How many times as long as in the program: nothing goes off by itself before a busy machine has looked at it."""
ILL = {"resp_rate": 30}


@pytest.fixture
def home(claim_home: SignedIn) -> SignedIn:
    return claim_home


@pytest.fixture(autouse=True)
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests set the timer off."""
    for name, wait in (("FIRST", FIRST), ("SOON", SOON)):
        monkeypatch.setattr(f"app.ui.exchange.{name}", SLOWER * wait)


@pytest.fixture
def exchange(home: SignedIn) -> Iterator[Exchange]:
    """Running by itself; its timer is set off by hand."""
    home.ctx.exchange.begin()
    yield home.ctx.exchange
    home.ctx.exchange.end()


def set_off(exchange: Exchange, home: SignedIn, qtbot: QtBot) -> None:
    """As if the time had passed."""
    exchange.timer.timeout.emit()
    wait_quiet(qtbot, home.tasks)


def states(home: SignedIn) -> list[OutboxState]:
    return [row.state for row in home.call(sync.outbox)]


class Line:
    """A folder that takes a message only when it is let."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.at_once = self.most = 0
        real = FolderTransport.send

        def slow(transport: FolderTransport, message: OutboundMessage) -> str:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
            self.begun.set()
            assert self.go_on.wait(20)
            try:
                return real(transport, message)
            finally:
                self.at_once -= 1

        monkeypatch.setattr(FolderTransport, "send", slow)


def test_without_a_connection_it_goes_on_looking_and_says_nothing(
    exchange: Exchange, home: SignedIn, qtbot: QtBot
) -> None:
    raise_alert(home, "Adams")
    began: list[bool] = []
    exchange.began.connect(lambda: began.append(True))
    assert (exchange.timer.isActive(), exchange.timer.interval()) == (True, SLOWER * FIRST), "shortly after signing in"
    set_off(exchange, home, qtbot)
    assert (exchange.timer.isActive(), exchange.timer.interval()) == (True, FIVE)
    assert (home.said, began, states(home)) == ([], [], [OutboxState.QUEUED])


def test_it_sends_what_waits_and_fetches_what_came_and_the_pages_hear_of_it(
    exchange: Exchange, home: SignedIn, qtbot: QtBot, tmp_path: Path
) -> None:
    heard: list[frozenset[str]] = []
    with a_ccg(home, tmp_path / "wire") as ccg:
        home.call(lambda s: premium.submit(s, MONDAY, PASSWORD))
        home.ctx.changed.connect(lambda changes: heard.append(changes.kinds))
        set_off(exchange, home, qtbot)
        assert states(home) == [OutboxState.SENT]
        assert exchange.timer.interval() == FIVE, "what an exchange itself moved is no reason for another"
        ccg.run_folder(tmp_path / "wire" / "exchange")
        set_off(exchange, home, qtbot)
        assert states(home) == [OutboxState.DECIDED]
        assert len(heard) == 2
        set_off(exchange, home, qtbot)
    assert len(heard) == 2, "a look that found nothing moves nothing"
    assert home.said == []


def test_it_looks_as_often_as_the_connection_says_and_never_oftener_than_mesh_allows(
    exchange: Exchange, home: SignedIn, qtbot: QtBot
) -> None:
    nobody = {"transport": "mesh", "url": "http://127.0.0.1:9", "mailbox": "X26HC005", "password": "p",
              "shared_key": "k", "ccg_mailbox": "X26HC006"}  # fmt: skip
    for minutes, every in ((60, HOUR), (5, FIVE)):
        home.call(lambda s, minutes=minutes: sync.connect(s, {**nobody, "poll_minutes": minutes}, PASSWORD))
        set_off(exchange, home, qtbot)
        assert exchange.timer.interval() == every
    assert home.call(sync.connection).last_error
    assert home.said == [], "the line is down, and nobody was interrupted"


def test_an_alert_leaves_at_once_when_it_is_queued(
    exchange: Exchange, home: SignedIn, qtbot: QtBot, tmp_path: Path
) -> None:
    with a_ccg(home, tmp_path / "wire"):
        set_off(exchange, home, qtbot)
        assert exchange.timer.interval() == FIVE
        who = resident_id(home, "Adams")
        home.ctx.call(lambda s: assessments.save_draft(s, who, "news2", ILL))
        wait_quiet(qtbot, home.tasks)
        assert exchange.timer.interval() == FIVE, "a draft is nothing to send"
        home.ctx.call(lambda s: assessments.sign(s, who, "news2", ILL))
        wait_quiet(qtbot, home.tasks)
        assert (exchange.timer.isActive(), exchange.timer.interval()) == (True, SLOWER * SOON)
        set_off(exchange, home, qtbot)
    assert states(home) == [OutboxState.SENT]


def test_one_at_a_time_and_what_is_queued_meanwhile_goes_straight_after(
    exchange: Exchange, home: SignedIn, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line(monkeypatch)
    raise_alert(home, "Adams")
    with a_ccg(home, tmp_path / "wire"):
        exchange.timer.timeout.emit()
        qtbot.waitUntil(line.begun.is_set)
        assert not exchange.send(lambda _summary: None, lambda _exc: None)
        exchange.timer.timeout.emit()
        who = resident_id(home, "Brown")
        signed: list[bool] = []
        home.ctx.call(lambda s: assessments.sign(s, who, "news2", ILL), lambda _signed: signed.append(True))
        qtbot.waitUntil(lambda: bool(signed))
        line.go_on.set()
        wait_quiet(qtbot, home.tasks)
        assert (exchange.timer.isActive(), exchange.timer.interval()) == (True, SLOWER * SOON)
        set_off(exchange, home, qtbot)
    assert states(home) == [OutboxState.SENT, OutboxState.SENT]
    assert line.most == 1


def test_send_now_shows_and_stops_an_exchange_that_began_by_itself(
    exchange: Exchange, home: SignedIn, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line(monkeypatch)
    for family in ("Adams", "Brown"):
        raise_alert(home, family)
    with a_ccg(home, tmp_path / "wire"):
        page = SyncPage(home.ctx)
        home.ctx.changed.connect(page.refresh)
        qtbot.addWidget(page)
        page.show()
        page.opened(None)
        wait_quiet(qtbot, home.tasks)
        exchange.timer.timeout.emit()
        qtbot.waitUntil(line.begun.is_set)
        qtbot.waitUntil(page.stop_button.isVisible)
        assert not page.send_button.isEnabled()
        page.send()
        page.stop_button.click()
        line.go_on.set()
        qtbot.waitUntil(lambda: not exchange.running, timeout=20_000)
        wait_quiet(qtbot, home.tasks)
        assert not page.result.isVisible(), "nobody asked for it here"
        assert page.send_button.isEnabled()
        assert sorted(row.state for row in page.table.rows) == [OutboxState.QUEUED, OutboxState.SENT]
        page.send_button.click()
        qtbot.waitUntil(page.result.isVisible, timeout=20_000)
        wait_quiet(qtbot, home.tasks)
    assert states(home) == [OutboxState.SENT, OutboxState.SENT]
    assert line.most == 1


def test_a_line_that_is_down_shows_in_the_status_line_and_nowhere_else(
    home: SignedIn, qtbot: QtBot, tmp_path: Path
) -> None:
    window = MainWindow(home.ctx, lambda: None)
    qtbot.addWidget(window)
    window.show()
    raise_alert(home, "Adams")
    with a_ccg(home, tmp_path / "wire"):
        (tmp_path / "wire" / "exchange").rename(tmp_path / "wire" / "unplugged")
        home.ctx.exchange.begin()
        set_off(home.ctx.exchange, home, qtbot)
        assert window.status.exchange.text() == "Last exchange with the CCG: Never, the last try failed"
        (tmp_path / "wire" / "unplugged").rename(tmp_path / "wire" / "exchange")
        set_off(home.ctx.exchange, home, qtbot)
    home.ctx.exchange.end()
    assert window.status.exchange.text() == "Last exchange with the CCG: 23-Nov-2026 09:00"
    assert window.status.waiting.text() == "Nothing waiting to send"
    assert home.said == []
    assert not window.messages.isVisible()


def test_a_connection_that_cannot_be_opened_is_in_the_status_line_too(
    exchange: Exchange, home: SignedIn, qtbot: QtBot, tmp_path: Path
) -> None:
    certificate = tmp_path / "ours.pem"
    given = {"transport": "mesh", "url": "https://127.0.0.1:9", "mailbox": "X26HC005", "password": "p",
             "shared_key": "k", "ccg_mailbox": "X26HC006", "ca": str(certificate)}  # fmt: skip
    home.call(lambda s: sync.connect(s, given, PASSWORD))
    set_off(exchange, home, qtbot)
    assert home.call(sync.connection).last_error
    assert home.said == []
    assert exchange.timer.interval() == FIVE


def test_a_store_that_fails_is_said(
    exchange: Exchange, home: SignedIn, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.models import trouble

    def full(*_: object, **__: object) -> None:
        raise trouble.disk_full()

    with a_ccg(home, tmp_path / "wire"):
        monkeypatch.setattr(sync, "_note", full)
        set_off(exchange, home, qtbot)
    assert [message.text for message in home.said] == ["This was not saved: the disk is full."]
    assert exchange.timer.isActive()


def test_somebody_who_may_not_send_sends_nothing(home: SignedIn, qtbot: QtBot, tmp_path: Path) -> None:
    raise_alert(home, "Adams")
    with a_ccg(home, tmp_path / "wire"):
        become(home, Role.AUDITOR)
        home.ctx.exchange.begin()
        assert not home.ctx.exchange.timer.isActive()
        set_off(home.ctx.exchange, home, qtbot)
        become(home, Role.MANAGER)
    assert states(home) == [OutboxState.QUEUED]


def test_nothing_is_sent_by_itself_before_it_has_begun_or_after_its_end(
    home: SignedIn, qtbot: QtBot, tmp_path: Path
) -> None:
    exchange = home.ctx.exchange
    with a_ccg(home, tmp_path / "wire"):
        who = resident_id(home, "Adams")
        home.ctx.call(lambda s: assessments.sign(s, who, "news2", ILL))
        wait_quiet(qtbot, home.tasks)
        assert not exchange.timer.isActive()
        exchange.begin()
        exchange.end()
        assert not exchange.timer.isActive()
        set_off(exchange, home, qtbot)
    assert states(home) == [OutboxState.QUEUED]
