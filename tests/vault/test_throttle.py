"""Slowing down guesses: what each failure costs, and that it never keeps out anybody else or for ever."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.errors import EnvironmentTrouble, ExitCode, WrongPassword
from app.vault import keyfile, keys, throttle
from app.vault.throttle import ATTEMPTS_NAME, Failures, begin, clear, failures, left_to_wait, put_back

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
USERS = ("mo", "Cal")


def fail(folder: Path, user: str, times: int, at: datetime = NOW) -> datetime:
    """Fail as often, each time as soon as it is allowed; when the last failure was."""
    for _ in range(times):
        at += left_to_wait(folder, user, USERS, at)
        begin(folder, user, USERS, at)
    return at


def waits(folder: Path, times: int) -> list[float]:
    """The wait after each failure, in seconds."""
    at, found = NOW, []
    for _ in range(times):
        begin(folder, "mo", USERS, at)
        left = left_to_wait(folder, "mo", USERS, at)
        found.append(left.total_seconds())
        at += left
    return found


def test_five_are_free_then_the_wait_doubles_and_from_ten_on_it_is_a_quarter_of_an_hour(tmp_path: Path) -> None:
    assert waits(tmp_path, 12) == [0, 0, 0, 0, 1, 2, 4, 8, 16, 900, 900, 900]


def test_a_try_that_comes_too_soon_is_refused_in_the_words_of_a_wrong_password_and_does_not_count(
    tmp_path: Path,
) -> None:
    at = fail(tmp_path, "mo", 8)
    with pytest.raises(WrongPassword) as refusal:
        begin(tmp_path, "MO", USERS, at + timedelta(seconds=1.5))
    assert refusal.value.exit_code is ExitCode.WRONG_PASSWORD
    assert refusal.value.happened == "The user name or password is not right."
    assert refusal.value.do == "Too many tries: wait 7 seconds, then try again."
    assert refusal.value.wait_seconds == 7
    assert failures(tmp_path, "mo") == Failures(8, NOW, at)
    assert begin(tmp_path, "mo", USERS, at + timedelta(seconds=8)) == Failures(8, NOW, at)


def test_from_the_tenth_on_a_manager_is_named(tmp_path: Path) -> None:
    at = fail(tmp_path, "mo", 10)
    with pytest.raises(WrongPassword, match="wait 15 minutes, or ask a manager to let you try again now"):
        begin(tmp_path, "mo", USERS, at)
    clear(tmp_path, "MO")
    assert begin(tmp_path, "mo", USERS, at) is None


def test_nobody_else_has_to_wait(tmp_path: Path) -> None:
    at = fail(tmp_path, "mo", 12)
    assert begin(tmp_path, "cal", USERS, at) is None
    assert failures(tmp_path, "Cal") == Failures(1, at, at)


def test_names_that_are_no_account_share_one_count_and_the_file_does_not_grow(tmp_path: Path) -> None:
    at = NOW
    for number in range(12):
        at += left_to_wait(tmp_path, f"nobody{number}", USERS, at)
        begin(tmp_path, f"nobody{number}", USERS, at)
    with pytest.raises(WrongPassword):
        begin(tmp_path, "somebody else", USERS, at)
    begin(tmp_path, "mo", USERS, at)
    begin(tmp_path, "cal", ("cal",), at)  # mo's account has been removed
    text = (tmp_path / ATTEMPTS_NAME).read_text()
    assert text.count('"count"') == 2
    assert "nobody" not in text
    assert "mo" not in text


def test_the_right_password_takes_its_own_try_back_and_leaves_the_failures_for_the_audit(tmp_path: Path) -> None:
    at = fail(tmp_path, "mo", 3)
    before = begin(tmp_path, "mo", USERS, at)
    put_back(tmp_path, "Mo", before)
    assert failures(tmp_path, "mo") == Failures(3, NOW, at)
    clear(tmp_path, "mo")
    assert not (tmp_path / ATTEMPTS_NAME).exists()
    put_back(tmp_path, "cal", begin(tmp_path, "cal", USERS, at))
    assert not (tmp_path / ATTEMPTS_NAME).exists()


@pytest.mark.parametrize("years", [-30, 30])
def test_a_clock_that_was_wrong_holds_nobody_for_longer_than_a_quarter_of_an_hour(tmp_path: Path, years: int) -> None:
    wrong = NOW.replace(year=NOW.year + years)
    fail(tmp_path, "mo", 10, wrong)
    if years > 0:
        with pytest.raises(WrongPassword, match="15 minutes"):
            begin(tmp_path, "mo", USERS, NOW)
        with pytest.raises(WrongPassword, match="wait 60 seconds"):  # the first look fixed when it ends
            begin(tmp_path, "mo", USERS, NOW + timedelta(minutes=14))
    found = begin(tmp_path, "mo", USERS, NOW + timedelta(minutes=15))
    assert found is not None
    assert found.count == 10


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"mo": 7}', b'{"mo": {"count": "x"}}',
        b'{"mo": {"count": -3, "first": "2026-11-23T03:00:00Z", "last": "2026-11-23T03:00:00Z"}}',
        b'{"mo": {"count": 1e999, "first": "2026-11-23T03:00:00Z", "last": "2026-11-23T03:00:00Z"}}',
        b'{"mo": {"count": 50, "first": "yesterday", "last": "2026-11-23T03:00:00Z"}}',
        b'{"mo": {"count": NaN}}',
    ],
)  # fmt: skip
def test_a_damaged_file_counts_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ATTEMPTS_NAME).write_bytes(content)
    assert begin(tmp_path, "mo", USERS, NOW) is None
    assert failures(tmp_path, "mo") == Failures(1, NOW, NOW)


@pytest.mark.parametrize("last", ["9999-12-31T23:59:59Z", "0002-01-01T00:00:00Z", "0001-01-01T00:00:00Z"])
def test_the_ends_of_time_do_not_crash_the_sign_in(tmp_path: Path, last: str) -> None:
    (tmp_path / ATTEMPTS_NAME).write_text(f'{{"mo": {{"count": {10**30}, "first": "{last}", "last": "{last}"}}}}')
    assert left_to_wait(tmp_path, "mo", USERS, NOW) <= timedelta(minutes=15)
    if last.startswith("9999"):
        with pytest.raises(WrongPassword):
            begin(tmp_path, "mo", USERS, NOW)
    begin(tmp_path, "mo", USERS, NOW + timedelta(minutes=16))


def test_a_damaged_slot_is_not_a_wrong_password_and_does_not_count(tmp_path: Path) -> None:
    sealed = keyfile.seal(
        keyfile.Keyfile("store", 1, ()), bytes(32), slot_id="1", kind="account", user="mo", role="manager",
        staff_id="s", password="three quiet words", cost=keys.FLOOR,
    )  # fmt: skip
    greedy = replace(sealed, slots=(replace(sealed.slots[0], cost=replace(keys.FLOOR, memory_kib=1 << 30)),))
    with pytest.raises(EnvironmentTrouble) as trouble:
        throttle.unlock(tmp_path, greedy, "mo", "three quiet words", NOW)
    assert trouble.value.exit_code is ExitCode.DAMAGED
    assert failures(tmp_path, "mo") is None


def test_a_folder_that_cannot_take_the_file_throttles_nobody(tmp_path: Path) -> None:
    (tmp_path / ATTEMPTS_NAME).mkdir()  # stands in the way for every user, root included
    for _ in range(20):
        assert begin(tmp_path, "mo", USERS, NOW) is None
    put_back(tmp_path, "mo", None)
    clear(tmp_path, "mo")
    assert begin(tmp_path / "gone", "mo", USERS, NOW) is None


def test_tries_in_many_places_at_once_are_each_counted(tmp_path: Path) -> None:
    refused, through = [], []

    def attempt() -> None:
        try:
            begin(tmp_path, "mo", USERS, NOW)
        except WrongPassword as refusal:
            refused.append(refusal)
        else:
            through.append(1)

    threads = [threading.Thread(target=attempt) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(through), len(refused)) == (throttle.FREE, 24 - throttle.FREE)


@pytest.mark.parametrize(("seconds", "words"), [(1, "1 second"), (16, "16 seconds"), (91, "2 minutes"),
                                                (900, "15 minutes")])  # fmt: skip
def test_waits_are_said_in_words(seconds: int, words: str) -> None:
    assert throttle.wait_words(seconds) == words
