"""The line between the program and a server, which can be held at the two moments that matter."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

Moment = Literal["before the server has it", "before its answer is back"]
_PER_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive"}


@dataclass
class HeldLine:
    """A relay to the server at ``target``.

    A request whose method is ``method`` and whose path ends with ``path`` (and that has ``workflow``, if given) is held
    at ``moment``: :attr:`held` is set then, and the request is dropped when the line is let go. Everything else passes.
    ``posted`` has the local id, workflow and body of each message that the program handed to the line.
    """

    target: str
    url: str = ""
    moment: Moment | None = None
    method: str = "POST"
    path: str = "/outbox"
    workflow: str | None = None
    held: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)
    posted: list[tuple[str, str, bytes]] = field(default_factory=list)

    def hold(self, moment: Moment, *, method: str = "POST", path: str = "/outbox", workflow: str | None = None) -> None:
        """Hold the next such request."""
        self.held.clear()
        self.let_go.clear()
        self.method, self.path, self.workflow, self.moment = method, path, workflow, moment

    def free(self) -> None:
        """Drop what is held, and hold nothing more."""
        self.moment = None
        self.let_go.set()

    def wants(self, method: str, path: str, workflow: str) -> bool:
        """Whether such a request is to be held."""
        asked = self.moment is not None and method == self.method and path.endswith(self.path)
        return asked and self.workflow in (None, workflow)


def _handler(line: HeldLine) -> type[BaseHTTPRequestHandler]:
    target = urlsplit(line.target)

    class Relay(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def relay(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path, workflow = self.path.partition("?")[0], self.headers.get("Mex-WorkflowID", "")
            if self.command == "POST" and path.endswith("/outbox"):
                line.posted.append((self.headers.get("Mex-LocalID", ""), workflow, body))
            held = line.wants(self.command, path, workflow)
            if held and line.moment == "before the server has it":
                self.wait()
                return
            upstream = http.client.HTTPConnection(target.hostname or "", target.port, timeout=300)
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _PER_HOP}
            upstream.request(self.command, self.path, body or None, headers)
            answer = upstream.getresponse()
            content = answer.read()
            upstream.close()
            if held:
                self.wait()
                return
            self.send_response_only(answer.status, answer.reason)
            for name, value in answer.getheaders():
                if name.lower() not in _PER_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_HEAD = relay  # noqa: N815 - the names that the server looks for

        def wait(self) -> None:
            line.held.set()
            line.let_go.wait(300)
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
            pass

    return Relay


@contextmanager
def held_line(target: str) -> Iterator[HeldLine]:
    """A relay on a port of its own, in the background."""
    line = HeldLine(target)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(line))
    line.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield line
    finally:
        line.free()
        server.shutdown()
        server.server_close()
        thread.join()
