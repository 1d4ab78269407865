"""The real MESH sandbox server, in its own environment and on a free port of this machine.

Its defaults would lose every message without a word (store mode "canned") and check passwords against another secret,
so both are always set here.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOME_MAILBOX = "X26ABC1"
CCG_MAILBOX = "X26ABC2"
PASSWORD = "password"
SHARED_KEY = "TestKey"
_START_SECONDS = 240
_TRIES = 3


@dataclass(frozen=True)
class MeshSandbox:
    """A running server."""

    url: str

    def settings(self, mailbox: str = HOME_MAILBOX, ccg_mailbox: str = CCG_MAILBOX, **changes: Any) -> dict[str, Any]:
        """A ``connect`` file for one of its mailboxes."""
        return {
            "transport": "mesh",
            "url": self.url,
            "mailbox": mailbox,
            "password": PASSWORD,
            "shared_key": SHARED_KEY,
            "ccg_mailbox": ccg_mailbox,
            **changes,
        }

    def reset(self) -> None:
        """Empty every mailbox."""
        self._ask("DELETE", "/messageexchange/admin/reset")

    def report_undelivered(self, mailbox: str, *, linked_message_id: str, local_id: str, workflow_id: str) -> None:
        """Put in the report that the real service makes after five days; the sandbox never does by itself."""
        body = {
            "mailbox_id": mailbox,
            "status": "undeliverable",
            "code": "14",
            "description": "not collected",
            "workflow_id": workflow_id,
            "local_id": local_id,
            "linked_message_id": linked_message_id,
        }
        self._ask("POST", "/messageexchange/admin/report", body)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> None:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}{path}", data, headers, method=method)  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - loopback
            answer.read()


@contextmanager
def running_sandbox(
    log: Path, *, store: Path | None = None, certificate: Path | None = None, client_ca: Path | None = None
) -> Iterator[MeshSandbox]:
    """Start the server and stop it at the end.

    With ``store`` the mailboxes live there and survive a restart. With ``certificate`` (key and certificate in one PEM
    file) it speaks TLS, and with ``client_ca`` it asks for a client certificate of that authority.
    """
    scripts = "Scripts" if sys.platform == "win32" else "bin"
    python = ROOT / ".venv-mesh" / scripts / ("python.exe" if sys.platform == "win32" else "python")
    if not python.exists():
        pytest.fail(
            "The MESH sandbox is not installed. Make it with: python3 -m venv .venv-mesh && "
            f".venv-mesh/{scripts}/python -m pip install mesh-sandbox",
            pytrace=False,
        )
    environment = os.environ | {
        "STORE_MODE": "file" if store else "memory",
        "AUTH_MODE": "full",
        "SHARED_KEY": SHARED_KEY,
        **({"MAILBOXES_DATA_DIR": str(store)} if store else {}),
    }
    command = [str(python), "-m", "uvicorn", "mesh_sandbox.api:app", "--host", "127.0.0.1", "--workers", "1"]
    if certificate:
        command += ["--ssl-certfile", str(certificate), "--ssl-keyfile", str(certificate)]
    if client_ca:
        command += ["--ssl-ca-certs", str(client_ca), "--ssl-cert-reqs", "2"]
    with log.open("wb") as output:
        for _try in range(_TRIES):
            port = _free_port()
            server = subprocess.Popen([*command, "--port", str(port)], env=environment, stdout=output, stderr=output)
            try:
                if _answers(server, port):
                    yield MeshSandbox(f"{'https' if certificate else 'http'}://127.0.0.1:{port}")
                    return
            finally:
                server.terminate()
                server.wait(60)
    pytest.fail(f"The MESH sandbox did not start:\n{log.read_text(errors='replace')[-3000:]}")


def _free_port() -> int:
    """A port that nobody listens on; somebody else may take it before the server does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(server: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the server answers or has ended; whether it answers."""
    give_up = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up:
        if server.poll() is not None:
            return False
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return server.poll() is None
        time.sleep(0.05)
    return False
