"""The program as a script runs it: a process, its standard input, its two outputs and its exit code."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PASSWORD = "three quiet words"
DEADLINE_SECONDS = 500
"""A command that does not end: how fast one is, is for the benchmarks."""


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON value that it must be."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Home:
    """A home's folder and the account that scripts use."""

    store: Path
    user: str = "mo"
    password: str = PASSWORD

    def run(self, *command: str | Path, lines: Sequence[object] = (), env: dict[str, str] | None = None) -> Done:
        """Run a command on this home; ``lines`` follow the password on standard input."""
        given = [self.password, *(line if isinstance(line, str) else json.dumps(line) for line in lines)]
        return hartwell(
            "--store", self.store, "--user", self.user, *command, "--password-stdin", stdin="\n".join(given) + "\n",
            env=env,
        )  # fmt: skip

    def ok(self, *command: str | Path, lines: Sequence[object] = (), env: dict[str, str] | None = None) -> Any:
        """The same, when it must end with 0; its JSON."""
        done = self.run(*command, lines=lines, env=env)
        assert done.code == 0, done.err
        return done.json


def start(*command: str | Path, env: dict[str, str] | None = None, **options: Any) -> subprocess.Popen[str]:
    """Start the program and leave it running, with pipes to it."""
    return subprocess.Popen(
        [sys.executable, "-m", "app", *map(str, command)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | (env or {}),
        encoding="utf-8",
        **options,
    )


def hartwell(*command: str | Path, stdin: str | bytes = "", env: dict[str, str] | None = None, **options: Any) -> Done:
    """Run the program to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "app", *map(str, command)],
        input=stdin if isinstance(stdin, bytes) else stdin.encode(),
        capture_output=True,
        env=os.environ | (env or {}),
        timeout=DEADLINE_SECONDS,
        check=False,
        **options,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def without_privilege(home: Home, *command: str, lines: tuple[object, ...] = ()) -> Done:
    """The command as somebody whom file permissions bind; root is not, unless it gives that up."""
    if os.geteuid() != 0:
        return home.run(*command, lines=lines)
    if shutil.which("setpriv") is None:
        pytest.skip("NOT TESTED: root cannot give up its privileges here (setpriv is missing)")
    given = "\n".join([home.password, *map(json.dumps, lines)]) + "\n"
    privileges = "-dac_override,-dac_read_search,-fowner"
    bound = ("setpriv", f"--bounding-set={privileges}", f"--inh-caps={privileges}")
    hartwell = (sys.executable, "-m", "app", "--store", str(home.store), "--user", home.user, "--password-stdin")
    done = subprocess.run([*bound, *hartwell, *command], input=given.encode(), capture_output=True, check=False)
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def write_json(path: Path, value: object) -> Path:
    """A JSON file for a command to read."""
    path.write_text(json.dumps(value), encoding="utf-8")
    return path
