"""The sync page: what is waiting, what one exchange did, and what nobody may be led to believe."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.messages import Effect, OutboundMessage, OutboxState, ReceivedMeta, Unknown
from app.domain.people import Role
from app.services import premium, sync
from app.sync.engine import SyncSummary
from app.sync.transports import WireTrouble
from app.sync.transports.folder import FolderTransport
from app.ui.pages.sync import SyncPage
from app.ui.pages.sync.words import ago, progress_words, summary_words
from app.ui.theme import Choice, Tone
from tests.helpers.claim_home import MONDAY, NOW, a_ccg, become, raise_alert
from tests.helpers.signed_in import PASSWORD, SignedIn
from tests.ui.helpers import clipped, unnamed, wait_quiet


@pytest.fixture
def home(claim_home: SignedIn) -> SignedIn:
    return claim_home


def open_page(home: SignedIn, qtbot: QtBot) -> SyncPage:
    page = SyncPage(home.ctx)
    home.ctx.changed.connect(page.refresh)
    qtbot.addWidget(page)
    page.resize(1240, 700)
    page.show()
    page.opened(None)
    wait_quiet(qtbot, home.tasks)
    return page


def send(page: SyncPage, home: SignedIn, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.send_button, Qt.MouseButton.LeftButton)
    wait_quiet(qtbot, home.tasks)
    qtbot.waitUntil(lambda: not home.ctx.exchange.running, timeout=20_000)
    wait_quiet(qtbot, home.tasks)


def words(root: QWidget) -> str:
    return "\n".join(part.text() for part in root.findChildren(QLabel))


def states(page: SyncPage) -> list[OutboxState]:
    return [row.state for row in page.table.rows]


def button(root: QWidget, name: str) -> QPushButton:
    return next(part for part in root.findChildren(QPushButton) if part.accessibleName().startswith(name))


def test_without_a_connection_nothing_can_be_sent_and_the_page_says_why(home: SignedIn, qtbot: QtBot) -> None:
    raise_alert(home, "Adams")
    page = open_page(home, qtbot)
    assert page.state.word == "Not connected"
    assert not page.send_button.isEnabled()
    assert page.send_words.text() == "Nothing can be sent yet: connect the home to the CCG first."
    assert page.waiting.text() == "1 message waiting. The oldest since 23-Nov-2026 09:00, just now."
    assert page.exchange.text() == "Last exchange with the CCG: Never"
    assert page.backup.text() == "Last backup: Never"
    assert "Sync is not a backup" in words(page)


def test_the_story_of_a_claim_from_the_outbox_to_the_answer(home: SignedIn, qtbot: QtBot, tmp_path: Path) -> None:
    with a_ccg(home, tmp_path / "wire") as ccg:
        home.call(lambda s: premium.submit(s, MONDAY, PASSWORD))
        page = open_page(home, qtbot)
        assert page.state.word == "Connected, not tried yet"
        assert states(page) == [OutboxState.QUEUED]
        assert "It leaves this laptop with the next sending." in words(page.detail)

        home.clock.pass_time(minutes=10)
        send(page, home, qtbot)
        assert page.state.word == "Connected"
        assert states(page) == [OutboxState.SENT]
        assert "1 message sent. Nothing is waiting" in words(page.result)
        assert "The CCG has not said yet that it was received." in words(page.detail)

        ccg.run_folder(tmp_path / "wire" / "exchange")
        home.clock.pass_time(hours=3)
        send(page, home, qtbot)
    assert states(page) == [OutboxState.DECIDED]
    assert "1 message answered by the CCG" in words(page.result)
    told = words(page.detail)
    steps = ["23-Nov-2026 09:00  Signed and put", "23-Nov-2026 09:10  Sent", "23-Nov-2026 12:10  The CCG answered"]
    assert [told.index(step) for step in steps] == sorted(told.index(step) for step in steps)
    assert page.exchange.text() == "Last exchange with the CCG: 23-Nov-2026 12:10, just now"
    assert "Premium claims, week of 16-Nov-2026" in page.table.records.spoken_row(0)
    button(page.detail, "Open Premium").click()
    assert home.went[-1] == ("premium", None)


def test_a_folder_that_is_gone_is_trouble_in_words_and_everything_still_waits(
    home: SignedIn, qtbot: QtBot, tmp_path: Path
) -> None:
    raise_alert(home, "Adams")
    with a_ccg(home, tmp_path / "wire"):
        (tmp_path / "wire" / "exchange").rename(tmp_path / "wire" / "unplugged")
        page = open_page(home, qtbot)
        send(page, home, qtbot)
    shown = words(page.result)
    assert "Nothing was sent, and not everything went well" in shown
    assert "Plug in the stick or connect the share" in shown
    assert "1 message still waiting" in shown
    assert "complete" not in shown.lower()
    assert states(page) == [OutboxState.QUEUED]
    assert page.state.word == "Connected, but the last exchange failed"
    assert "telephone" in words(page.detail)


def test_stopping_ends_after_the_message_it_is_at(
    home: SignedIn, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for family in ("Adams", "Brown", "Clark"):
        raise_alert(home, family)
    begun, go_on = threading.Event(), threading.Event()
    real = FolderTransport.send

    def slow(self: FolderTransport, message: OutboundMessage) -> str:
        begun.set()
        assert go_on.wait(20)
        return real(self, message)

    monkeypatch.setattr(FolderTransport, "send", slow)
    with a_ccg(home, tmp_path / "wire"):
        page = open_page(home, qtbot)
        page.send_button.click()
        qtbot.waitUntil(begun.is_set)
        qtbot.waitUntil(lambda: page.stop_button.isVisible() and not page.send_button.isEnabled())
        qtbot.waitUntil(lambda: page.progress.isVisible() and page.progress.maximum() == 3)
        page.stop_button.click()
        go_on.set()
        qtbot.waitUntil(lambda: not home.ctx.exchange.running, timeout=20_000)
        wait_quiet(qtbot, home.tasks)
    assert "Stopped. 1 message sent" in words(page.result)
    assert "2 messages still waiting" in words(page.result)
    assert sorted(states(page)) == sorted([OutboxState.SENT, OutboxState.QUEUED, OutboxState.QUEUED])
    assert page.send_button.isEnabled()
    assert not page.progress.isVisible()


def test_progress_is_told_from_the_rows_while_it_runs(
    home: SignedIn, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for family in ("Adams", "Brown"):
        raise_alert(home, family)
    second, go_on = threading.Event(), threading.Event()
    real, sent = FolderTransport.send, []

    def second_waits(self: FolderTransport, message: OutboundMessage) -> str:
        sent.append(message.id)
        if len(sent) == 2:
            second.set()
            assert go_on.wait(20)
        return real(self, message)

    monkeypatch.setattr(FolderTransport, "send", second_waits)
    with a_ccg(home, tmp_path / "wire"):
        page = open_page(home, qtbot)
        page.send_button.click()
        qtbot.waitUntil(second.is_set)
        qtbot.waitUntil(lambda: "1 of 2 have left this laptop" in page.send_words.text())
        assert page.progress.value() == 1
        go_on.set()
        qtbot.waitUntil(lambda: not home.ctx.exchange.running, timeout=20_000)
        wait_quiet(qtbot, home.tasks)
    assert states(page) == [OutboxState.SENT, OutboxState.SENT]


def test_a_message_set_aside_stands_out_and_can_be_sent_again(
    home: SignedIn, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raise_alert(home, "Adams")

    def refuse(_self: FolderTransport, _message: OutboundMessage) -> str:
        raise WireTrouble("The share refused the file", permanent=True)

    with a_ccg(home, tmp_path / "wire"):
        page = open_page(home, qtbot)
        with monkeypatch.context() as fault:
            fault.setattr(FolderTransport, "send", refuse)
            send(page, home, qtbot)
        assert states(page) == [OutboxState.QUARANTINED]
        assert "1 message set aside: could not be sent" in words(page.result)
        assert page.trouble_words.text() == "1 message in trouble: somebody must look at it."
        assert "Last trouble, after 1 try: The share refused the file" in words(page.detail)
        qtbot.mouseClick(page.filters["trouble"], Qt.MouseButton.LeftButton)
        assert len(page.table.rows) == 1
        button(page.detail, "Send it again").click()
        qtbot.waitUntil(lambda: bool(home.said))
        wait_quiet(qtbot, home.tasks)
        assert home.said[-1].text == "Waiting to be sent again"
        assert page.none.isVisible()
        qtbot.mouseClick(page.filters["all"], Qt.MouseButton.LeftButton)
        send(page, home, qtbot)
    assert states(page) == [OutboxState.SENT]


def test_the_result_reaches_somebody_who_went_to_another_page(home: SignedIn, qtbot: QtBot, tmp_path: Path) -> None:
    raise_alert(home, "Adams")
    with a_ccg(home, tmp_path / "wire"):
        page = open_page(home, qtbot)
        page.send_button.click()
        page.hide()
        qtbot.waitUntil(lambda: bool(home.said), timeout=20_000)
        wait_quiet(qtbot, home.tasks)
    assert home.said[-1].text == "1 message sent. Nothing is waiting"
    assert home.said[-1].action == "Open Sync"


def test_a_carer_sends_and_does_not_connect(home: SignedIn, qtbot: QtBot, tmp_path: Path) -> None:
    raise_alert(home, "Adams")
    with a_ccg(home, tmp_path / "wire"):
        become(home, Role.CARER)
        page = open_page(home, qtbot)
        assert not page.connect_button.isEnabled()
        assert "does not let you change the home's settings" in page.connect_words.text()
        send(page, home, qtbot)
    assert states(page) == [OutboxState.SENT]


def test_an_auditor_is_told_why_nothing_can_be_sent(home: SignedIn, qtbot: QtBot, tmp_path: Path) -> None:
    with a_ccg(home, tmp_path / "wire"):
        become(home, Role.AUDITOR)
        page = open_page(home, qtbot)
    assert not page.send_button.isEnabled()
    assert "does not let you send and receive messages" in page.send_words.text()


def test_a_message_can_be_opened_by_its_id(home: SignedIn, qtbot: QtBot) -> None:
    for family in ("Adams", "Brown"):
        raise_alert(home, family)
    oldest = home.call(sync.outbox)[-1]
    page = open_page(home, qtbot)
    page.opened(oldest.id)
    wait_quiet(qtbot, home.tasks)
    assert page.table.current() == oldest


@pytest.mark.parametrize("size", [100, 200])
@pytest.mark.parametrize("choice", [Choice.LIGHT, Choice.CONTRAST])
def test_everything_has_a_name_and_nothing_is_cut(
    home: SignedIn, qtbot: QtBot, tmp_path: Path, choice: Choice, size: int
) -> None:
    raise_alert(home, "Adams")
    home.theme.set(choice, size)
    with a_ccg(home, tmp_path / "wire"):
        page = open_page(home, qtbot)
        send(page, home, qtbot)
    qtbot.waitUntil(lambda: not clipped(page), timeout=3000)
    assert unnamed(page) == []


# ------------------------------------------------------------------------------------------------- words of their own


@pytest.mark.parametrize(
    ("summary", "tone", "text"),
    [
        (SyncSummary(), Tone.GOOD, "Nothing was waiting, and no answer had arrived"),
        (SyncSummary(sent=3), Tone.GOOD, "3 messages sent. Nothing is waiting"),
        (SyncSummary(decided=1), Tone.GOOD, "Answers arrived. Nothing was waiting"),
        (SyncSummary(sent=1, waiting=2), Tone.CAUTION, "1 message sent; 2 still waiting"),
        (SyncSummary(sent=1, quarantined=1), Tone.WARNING, "1 message sent, and not everything went well"),
        (SyncSummary(waiting=2, trouble=("No line",)), Tone.DANGER, "Nothing was sent, and not everything went well"),
        (SyncSummary(parked=1), Tone.CAUTION, "Answers arrived. Nothing was waiting"),
    ],
)
def test_one_exchange_in_a_sentence(summary: SyncSummary, tone: Tone, text: str) -> None:
    told = summary_words(summary, stopped=False)
    assert (told.tone, told.text) == (tone, text)


def test_every_trouble_and_a_wrong_clock_are_named() -> None:
    summary = SyncSummary(refused=1, undelivered=2, parked=1, clock_skew_seconds=-720, trouble=("Password refused",))
    assert summary_words(summary, stopped=False).lines == (
        "1 message refused by the CCG's system",
        "2 messages not delivered",
        "1 answer could not be matched to a message and was kept to be looked at",
        "Password refused",
        "This laptop's clock is 12 minutes behind the network's. Set it right",
    )


@pytest.mark.parametrize(
    ("back", "words_"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=47), "47 hours ago"),
        (timedelta(days=2), "2 days ago"),
    ],
)
def test_ages(back: timedelta, words_: str) -> None:
    assert ago(NOW - back, NOW).endswith(f", {words_}")
    assert ago(None, NOW) == "Never"


@pytest.mark.parametrize(("left", "before", "has"), [(3, 3, "0 of 3"), (0, 3, "3 of 3"), (5, 3, "0 of 3")])
def test_progress_stays_between_none_and_all(left: int, before: int, has: str) -> None:
    assert has in progress_words(left, before)


def test_what_was_set_aside_is_shown_and_counted_as_trouble(home: SignedIn, qtbot: QtBot) -> None:
    page = open_page(home, qtbot)
    assert page.trouble_words.text() == "None in trouble."
    assert not page.parked.isVisible()
    queue = sync.StoreQueue(home.session, home.do)
    for number, text in enumerate(("<b>not</b> a letter of ours", "It has no end"), start=1):
        home.clock.pass_time(minutes=1)
        meta = ReceivedMeta(f"network-{number}", "ENH_CLAIM_RSP", None, None, None, home.clock.now())
        assert queue.received(meta, Unknown(text), b"?") is Effect.PARKED
    page.opened(None)
    wait_quiet(qtbot, home.tasks)
    assert page.trouble_words.text() == "2 arrivals set aside: somebody must look at them."
    said = words(page.parked)
    assert said.index("It has no end") < said.index("<b>not</b> a letter of ours"), "newest first"
    assert "23-Nov-2026 09:01 · workflow ENH_CLAIM_RSP" in said
    assert all(part.textFormat() == Qt.TextFormat.PlainText for part in page.parked.findChildren(QLabel))
    assert page.parked.isVisible()
    assert clipped(page) == []
