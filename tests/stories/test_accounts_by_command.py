"""Accounts from the command line: a process for each step, as a script or somebody from IT would do it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.services.sign_in import accounts
from tests.factories import new_home
from tests.helpers.cli import Done, Home, hartwell

OWN = "seven calm grey geese"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A new home and its manager."""
    new_home(tmp_path / "home")
    return Home(tmp_path / "home")


def by(home: Home, user: str, password: str, *command: str, more: str = "") -> Done:
    """Run a command as somebody else."""
    given = f"{password}\n{more}\n" if more else f"{password}\n"
    return hartwell("--store", home.store, "--user", user, *command, "--password-stdin", stdin=given)


def test_an_account_from_its_secret_to_its_end(home: Home) -> None:
    made = home.ok("user", "add", "sal", "--role", "nurse")
    assert sorted(made) == ["secret", "user"]
    assert made["user"] == "sal"
    assert len(made["secret"].split(" ")) == 4
    refused = by(home, "sal", made["secret"], "outbox")
    assert (refused.code, refused.out) == (1, "")
    assert "hartwell user password sal" in refused.err
    assert made["secret"] not in refused.err
    weak = by(home, "sal", made["secret"], "user", "password", "sal", more="password1")
    assert weak.code == 1
    assert "first that anybody would try" in weak.err
    chosen = hartwell(  # --user may be left out: it is one's own
        "--store", home.store, "user", "password", "sal", "--password-stdin", stdin=f"{made['secret']}\n{OWN}\n"
    )  # fmt: skip
    assert chosen.json == {"user": "sal", "changed": True}
    assert by(home, "sal", OWN, "outbox").json == []
    assert by(home, "sal", made["secret"], "outbox").code == 10
    assert by(home, "sal", OWN, "user", "password", "mo").code == 1
    again = home.ok("user", "password", "sal")
    assert by(home, "sal", OWN, "outbox").code == 10
    assert by(home, "sal", again["secret"], "outbox").code == 1
    gone = home.run("user", "remove", "sal")
    assert gone.json == {"user": "sal", "removed": True, "posts_ended": []}
    assert "hartwell rotate" in gone.err
    assert accounts(home.store) == ("mo",)
    assert by(home, "sal", again["secret"], "outbox").code == 10


def test_what_is_asked_wrongly_is_refused_in_words(home: Home) -> None:
    for command, words in (
        (("user", "add", "sal"), "--role"),
        (("user", "add", "mo", "--role", "carer"), "taken"),
        (("user", "add", "sal", "--role", "carer", "--staff", "K9"), "K9"),
        (("user", "remove", "mo"), "another manager must"),
        (("user", "remove", "zed"), "no account zed"),
        (("user", "password", "zed"), "no account zed"),
        (("user", "remove", "sal", "--role", "carer"), "belong to user add"),
    ):
        done = home.run(*command)
        assert (done.code, done.out) == (1, ""), command
        assert words in done.err, command
    assert home.run("user", "add", "sal", "--role", "owner").code == 2


def test_waits_survive_the_end_of_the_program_and_hold_nobody_else(home: Home) -> None:
    made = home.ok("user", "add", "sal", "--role", "nurse")
    said = [by(home, "sal", "not the one", "outbox") for _ in range(6)]
    assert [done.code for done in said] == [10] * 6
    assert all("The user name or password is not right." in done.err for done in said)
    assert "wait" not in said[3].err
    assert "wait 1 second" in said[4].err
    assert home.run("outbox").code == 0
    # Twelve failures, as if typed just now.
    kept = json.loads((home.store / "attempts.json").read_text())
    kept["sal"]["count"] = 12
    (home.store / "attempts.json").write_text(json.dumps(kept))
    right = by(home, "sal", made["secret"], "outbox")
    assert right.code == 10
    assert "or ask a manager" in right.err
    again = home.ok("user", "password", "sal")
    assert by(home, "sal", again["secret"], "outbox").code == 1, "let in again, to choose a password"
