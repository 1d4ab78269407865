"""Sealed files on a stick: whole or not there, for the receiver only, from the sender only, and nothing shows."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from app.domain.messages import Effect, OutboxState
from app.sync.engine import drain
from app.sync.practice_ccg import PracticeCcg
from app.sync.transports.folder import TO_CCG, TO_HOME, FolderTransport, write_whole
from app.sync.transports.seal import NotOurs, new_private_key, public_key, seal, unseal
from tests.helpers.memory_queue import MemoryQueue
from tests.helpers.sync_samples import NOW, line, queued_alert, queued_claim

HOME_KEY, CCG_KEY, OTHER_KEY = new_private_key(), new_private_key(), new_private_key()


@pytest.fixture
def ccg(tmp_path: Path) -> PracticeCcg:
    with PracticeCcg(tmp_path / "ccg", now=lambda: NOW) as practice:
        yield practice


@pytest.fixture
def home(stick: Path, ccg: PracticeCcg) -> FolderTransport:
    return FolderTransport(stick, ccg.public_key, HOME_KEY)


def test_round_trip(stick: Path, ccg: PracticeCcg, home: FolderTransport) -> None:
    queue = MemoryQueue()
    claim, alert = queued_claim("c", line(1), line(2)), queued_alert("a")
    queue.add(claim, alert)
    first = drain(queue, home, lambda: NOW)
    assert (first.sent, first.decided, first.failed) == (2, 0, False)
    assert ccg.run_folder(stick) == 2
    second = drain(queue, home, lambda: NOW)
    assert (second.sent, second.acknowledged, second.decided, second.failed) == (0, 2, 1, False)
    assert queue.state(claim) is OutboxState.DECIDED
    assert queue.state(alert) is OutboxState.ACKNOWLEDGED
    assert ccg.effects().payments == dict.fromkeys(queue.rows[claim.id].claims, (7000,))
    assert ccg.effects().alerts == {alert.bundle_id: 1}
    assert not list((stick / TO_HOME).iterdir()), "answers are taken off the stick once they are kept"
    assert not list((stick / TO_CCG).iterdir())


def test_nothing_on_the_stick_says_what_it_is(stick: Path, home: FolderTransport) -> None:
    home.open()
    message = queued_claim("c", line())
    home.send(message)
    (file,) = (stick / TO_CCG).iterdir()
    for word in (b"Invented", b"9990000018", b"ENH_CCP_CLAIM", b"VN3X2", message.id.encode()):
        assert word not in file.read_bytes()
        assert word.decode() not in file.name


def test_a_resend_replaces_the_file_and_pays_once(stick: Path, ccg: PracticeCcg, home: FolderTransport) -> None:
    home.open()
    message = queued_claim("c", line())
    assert home.send(message) == home.send(message)
    assert len(list((stick / TO_CCG).iterdir())) == 1
    ccg.run_folder(stick)
    home.send(message)
    ccg.run_folder(stick)
    assert ccg.effects().paid_pence == 7000
    assert len(list((stick / TO_HOME).iterdir())) == 2, "the same two answers again, in the same two files"


def test_half_written_duplicated_renamed_and_foreign_files(
    stick: Path, ccg: PracticeCcg, home: FolderTransport, tmp_path: Path
) -> None:
    queue = MemoryQueue()
    claim = queued_claim("c", line())
    queue.add(claim)
    drain(queue, home, lambda: NOW)
    (sent,) = (stick / TO_CCG).iterdir()
    whole = sent.read_bytes()
    (stick / TO_CCG / "half.hwm").write_bytes(whole[: len(whole) // 2])
    (stick / TO_CCG / ".other.hwm.part").write_bytes(whole)
    (stick / TO_CCG / "renamed copy.hwm").write_bytes(whole)
    (stick / TO_CCG / "holiday.jpg").write_bytes(b"\xff\xd8")
    (stick / TO_CCG / "empty.hwm").touch()
    (stick / TO_CCG / "folder.hwm").mkdir()
    (stick / TO_CCG / "link.hwm").symlink_to(tmp_path / "elsewhere")
    (stick / TO_CCG / "huge.hwm").write_bytes(bytes(5_100_000))
    (stick / TO_CCG / "other.hwm").write_bytes(seal(OTHER_KEY, public_key(OTHER_KEY), {}, claim.body))
    assert ccg.run_folder(stick) == 2, "the message and its renamed copy"
    assert ccg.effects().paid_pence == 7000

    for answer in list((stick / TO_HOME).iterdir()):
        shutil.copy(answer, answer.with_name(f"copy of {answer.name}"))
    answer = next((stick / TO_HOME).iterdir()).read_bytes()
    (stick / TO_HOME / "half.hwm").write_bytes(answer[:-1])
    forged = seal(OTHER_KEY, public_key(HOME_KEY), {"workflow": "ENH_CCP_CLAIM_RESPONSE"}, b"{}")
    (stick / TO_HOME / "forged.hwm").write_bytes(forged)
    summary = drain(queue, home, lambda: NOW)
    assert (summary.acknowledged, summary.decided, summary.parked, summary.failed) == (1, 1, 0, False)
    assert [effect for *_, effect in queue.inbox].count(Effect.REPEATED) == 2
    assert home.unreadable == 2
    assert {file.name for file in (stick / TO_HOME).iterdir()} == {"half.hwm", "forged.hwm"}


def test_a_stick_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    queue = MemoryQueue()
    message = queued_claim("c", line())
    queue.add(message)
    summary = drain(queue, FolderTransport(tmp_path / "gone", public_key(CCG_KEY), HOME_KEY), lambda: NOW)
    assert summary.failed
    assert "Plug in the stick" in summary.trouble[0]
    assert summary.waiting == 1
    assert queue.rows[message.id].message.attempts == 0, "nothing was tried, so nothing counts as tried"
    assert not (tmp_path / "gone").exists()


def test_an_answer_that_could_not_be_kept_stays_on_the_stick(
    stick: Path, ccg: PracticeCcg, home: FolderTransport
) -> None:
    queue = MemoryQueue()
    queue.add(queued_alert("a"))
    drain(queue, home, lambda: NOW)
    ccg.run_folder(stick)

    def disk_full(step: str) -> None:
        if step == "received":
            raise OSError(28, "No space left on device")

    queue.before = disk_full
    with pytest.raises(OSError, match="No space"):
        drain(queue, home, lambda: NOW)
    queue.before = lambda _step: None
    assert drain(queue, home, lambda: NOW).acknowledged == 1


def test_a_full_stick_stops_the_round_and_blames_no_message(
    stick: Path, home: FolderTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = MemoryQueue()
    queue.add(queued_alert("a"), queued_claim("c", line()))

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("app.sync.transports.folder.write_whole", full)
        summary = drain(queue, home, lambda: NOW)
    assert summary.trouble == ("The message could not be written to the folder (No space left on device)",)
    assert (summary.sent, summary.quarantined, summary.waiting) == (0, 0, 2)
    assert sum(row.message.attempts for row in queue.rows.values()) == 1, "one try was enough to know"
    assert drain(queue, home, lambda: NOW).sent == 2


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_whole(tmp_path, "a.hwm", b"first")

    def pulled_out(_file: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", pulled_out)
    with pytest.raises(OSError, match="Input/output"):
        write_whole(tmp_path, "a.hwm", b"second")
    assert (tmp_path / "a.hwm").read_bytes() == b"first"


def test_only_the_receiver_opens_it_and_only_the_sender_made_it() -> None:
    sealed = seal(HOME_KEY, public_key(CCG_KEY), {"workflow": "W"}, b"body")
    assert unseal(CCG_KEY, sealed, expected_sender=public_key(HOME_KEY)) == (
        public_key(HOME_KEY),
        {"workflow": "W"},
        b"body",
    )
    for private, expected in ((OTHER_KEY, None), (CCG_KEY, public_key(OTHER_KEY))):
        with pytest.raises(NotOurs):
            unseal(private, sealed, expected_sender=expected)


@pytest.mark.parametrize("place", [0, 3, 4, 36, 67, 68, 80, -1])
def test_no_byte_of_a_sealed_file_can_be_changed(place: int) -> None:
    sealed = bytearray(seal(HOME_KEY, public_key(CCG_KEY), {"workflow": "W"}, b"body"))
    sealed[place] ^= 1
    with pytest.raises(NotOurs):
        unseal(CCG_KEY, bytes(sealed), expected_sender=None)


@pytest.mark.parametrize(
    "sealed",
    [b"", b"HWM1", bytes(200), b"HWM1" + bytes(200), seal(HOME_KEY, public_key(CCG_KEY), {}, b"")[:68]],
    ids=["nothing", "its name alone", "noughts", "its name and noughts", "cut off"],  # a sealed file is never the same
)
def test_what_is_not_a_sealed_file_is_not_ours(sealed: bytes) -> None:
    with pytest.raises(NotOurs):
        unseal(CCG_KEY, sealed, expected_sender=None)
