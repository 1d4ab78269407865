"""What every test starts from: no screen, one language and zone, no network but this machine's own, no real record.

The environment is set while this file is imported, before Qt, reportlab or an HTTP client can read it. Processes that a
test starts inherit it; the network guard itself only reaches this process.
"""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

_LONG_FIRST = (
    "tests/domain/test_against_oracles.py", "tests/services/test_accounts.py", "tests/stories/", "tests/faults/",
    "tests/models/", "tests/services/", "tests/ui/", "tests/reports/",
)  # fmt: skip
"""Files whose tests take seconds each are handed out first, so that in the end no process works alone for minutes."""

_HOME = Path(tempfile.mkdtemp(prefix="hartwell-tests-"))

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["LC_ALL"] = "C.UTF-8"
os.environ.pop("LANGUAGE", None)
# Not Europe/London: in summer, code that trusts the computer's zone instead of the home's gives a wrong hour.
os.environ["TZ"] = "UTC"
if hasattr(time, "tzset"):
    time.tzset()
# Proxies would see loopback traffic; the bundle variables overrule the certificates that a test names itself.
for _name in ("http_proxy", "https_proxy", "all_proxy", "requests_ca_bundle", "curl_ca_bundle"):
    os.environ.pop(_name, None)
    os.environ.pop(_name.upper(), None)
# Whoever runs the tests may have a home's real record on this computer.
for _name, _folder in (("XDG_DATA_HOME", "data"), ("XDG_STATE_HOME", "state"), ("XDG_CONFIG_HOME", "config"),
                       ("XDG_CACHE_HOME", "cache"), ("LOCALAPPDATA", "local"), ("APPDATA", "roaming")):  # fmt: skip
    os.environ[_name] = str(_HOME / _folder)

settings.register_profile("hartwell", derandomize=True, database=None, deadline=None, print_blob=True)
settings.load_profile("hartwell")


class NetworkUsed(Exception):  # noqa: N818 - a finding about the code under test
    """A test reached for the network. Not an OSError, so that code which forgives a lost link cannot hide it."""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host in {"localhost", ""}


_real_connect, _real_connect_ex, _real_getaddrinfo = (
    socket.socket.connect,
    socket.socket.connect_ex,
    socket.getaddrinfo,
)


def _refuse_elsewhere(sock: socket.socket, address: Any) -> None:
    if sock.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(str(address[0])):
        raise NetworkUsed(f"connect to {address}")


def _connect(sock: socket.socket, address: Any) -> None:
    _refuse_elsewhere(sock, address)
    _real_connect(sock, address)


def _connect_ex(sock: socket.socket, address: Any) -> int:
    _refuse_elsewhere(sock, address)
    return _real_connect_ex(sock, address)


def _getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
    name = host.decode() if isinstance(host, bytes) else host
    if name is not None and name.endswith(".invalid"):  # RFC 6761: never resolves, so a test may ask for it
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    if name is not None and not _is_loopback(name):
        raise NetworkUsed(f"look up {name}")
    return _real_getaddrinfo(host, *args, **kwargs)


@pytest.fixture(autouse=True, scope="session")
def loopback_only() -> Iterator[None]:
    """Refuse every connection that would leave this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _connect)
        patch.setattr(socket.socket, "connect_ex", _connect_ex)
        patch.setattr(socket, "getaddrinfo", _getaddrinfo)
        yield


@pytest.fixture(scope="session")
def x_display() -> Iterator[str]:
    """The DISPLAY of an Xvfb server of our own, for processes that must map a real window; skips without Xvfb."""
    if not shutil.which("Xvfb"):
        pytest.skip("needs Xvfb (dev.py setup installs it as root on Debian and Ubuntu)")
    read_end, write_end = os.pipe()
    command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1366x768x24", "-nolisten", "tcp"]
    with subprocess.Popen(
        command, pass_fds=[write_end], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        os.close(write_end)
        with os.fdopen(read_end) as answer:
            number = answer.readline().strip()  # arrives when the server is ready, and is empty if it died
        if not number:
            pytest.fail(f"Xvfb ended with code {server.wait()}")
        try:
            yield f":{number}"
        finally:
            server.kill()


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers that are used here and elsewhere."""
    config.addinivalue_line("markers", "xvfb: maps a real window on an X server of its own (fixture x_display)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long ones first; otherwise in their order."""
    items.sort(key=lambda item: next((at for at, start in enumerate(_LONG_FIRST) if item.nodeid.startswith(start)), 99))


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    shutil.rmtree(_HOME, ignore_errors=True)
