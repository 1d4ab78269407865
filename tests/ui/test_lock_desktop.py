"""The desktop's own words over a real D-Bus: sleep, session lock, another user's session, the screen saver."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not shutil.which("dbus-run-session"), reason="needs dbus-run-session")

_LISTENER = """
import json, subprocess, sys, time
from PySide6.QtCore import QCoreApplication
from PySide6.QtDBus import QDBusConnection
from app.ui import desktop
from app.ui.desktop import LinuxSession

desktop._PATIENCE_MS = 60_000  # how long a login manager may keep the program waiting is not asked here

fake = subprocess.Popen([sys.executable, "-m", "tests.helpers.fake_login"], stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE, text=True)
assert fake.stdout.readline() == "ready\\n"
app = QCoreApplication([])
heard = []
session = LinuxSession(None, lambda: heard.append(True))
bus = QDBusConnection.sessionBus()
found = [session.follow_login(bus, "c1"), session.follow_savers(bus)]
END = "/org/gnome/ScreenSaver org.gnome.ScreenSaver ActiveChanged true"

def send(line):
    # The sender's messages arrive in order: when the one after it has been heard, this one has been as well.
    before = len(heard)
    fake.stdin.write(line + "\\n" + END + "\\n")
    fake.stdin.flush()
    until = time.monotonic() + 120
    wanted = before + 1 + (line in LOCKS)
    while len(heard) < wanted and time.monotonic() < until:
        app.processEvents()
    return len(heard) - before - 1

LOCKS = json.loads(sys.argv[1])
OTHERS = json.loads(sys.argv[2])
answers = {line: send(line) for line in LOCKS + OTHERS}
fake.stdin.close()
fake.wait()
print(json.dumps([found, answers]))
"""
LOGIN = "/org/freedesktop/login1 org.freedesktop.login1.Manager PrepareForSleep"
SESSION = "/org/freedesktop/login1/session/c1"
CHANGED = f"{SESSION} org.freedesktop.DBus.Properties PropertiesChanged"
SAVER = "/org/gnome/ScreenSaver org.gnome.ScreenSaver ActiveChanged"
LOCKS = [f"{LOGIN} true", f"{SESSION} org.freedesktop.login1.Session Lock none", f"{CHANGED} false"]
OTHERS = [f"{LOGIN} false", f"{CHANGED} true", f"{SAVER} false"]


def test_what_logind_and_the_screen_saver_say_locks_when_it_should() -> None:
    done = subprocess.run(
        ["dbus-run-session", "--", sys.executable, "-c", _LISTENER, json.dumps(LOCKS), json.dumps(OTHERS)],
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=500, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found, answers = json.loads(done.stdout.splitlines()[-1])
    assert found == [True, True]
    assert answers == {**dict.fromkeys(LOCKS, 1), **dict.fromkeys(OTHERS, 0)}
