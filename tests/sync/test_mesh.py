"""The real MESH protocol against the real sandbox server."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from mesh_client import MeshClient

from app.domain.messages import Effect, OutboundMessage, OutboxState
from app.sync.engine import drain
from app.sync.fhir.check import check_message, validate_r4
from app.sync.practice_ccg import PracticeCcg
from app.sync.transports import WireTrouble, open_transport
from app.sync.transports.mesh import TIMEOUT_SECONDS, MeshTransport, skew_in_words
from tests.helpers.certificates import Authority
from tests.helpers.memory_queue import MemoryQueue
from tests.helpers.mesh_sandbox import CCG_MAILBOX, HOME_MAILBOX, MeshSandbox, running_sandbox
from tests.helpers.sync_samples import NOW, line, queued_alert, queued_claim, resident


def real_now() -> datetime:
    return datetime.now(UTC)


def transport(settings: dict[str, Any], now: Callable[[], datetime] = real_now) -> MeshTransport:
    made = open_transport(settings, now=now)
    assert isinstance(made, MeshTransport)
    return made


@pytest.fixture
def home(mesh: MeshSandbox) -> Iterator[MeshTransport]:
    wire = transport(mesh.settings())
    yield wire
    wire.close()


@pytest.fixture
def ccg_mailbox(mesh: MeshSandbox) -> Iterator[MeshTransport]:
    wire = transport(mesh.settings(CCG_MAILBOX, HOME_MAILBOX))
    yield wire
    wire.close()


@pytest.fixture
def ccg(tmp_path: Path) -> Iterator[PracticeCcg]:
    with PracticeCcg(tmp_path / "ccg", now=lambda: NOW) as practice:
        yield practice


def raw_client(mesh: MeshSandbox, mailbox: str) -> MeshClient:
    client = MeshClient(mesh.url, mailbox, "password", shared_key=b"TestKey")
    client._session.trust_env = False
    return client


def test_a_claim_goes_out_and_its_decision_comes_back(
    home: MeshTransport, ccg_mailbox: MeshTransport, ccg: PracticeCcg, mesh: MeshSandbox
) -> None:
    queue = MemoryQueue()
    claim, alert = queued_claim("c", line(1), line(2, relied_upon=())), queued_alert("a")
    queue.add(claim, alert)
    first = drain(queue, home, real_now)
    assert (first.sent, first.waiting, first.failed) == (2, 0, False)
    assert first.clock_skew_seconds is not None
    assert abs(first.clock_skew_seconds) < 60
    assert ccg.run_mesh(ccg_mailbox) == 2
    with raw_client(mesh, HOME_MAILBOX) as client:
        bodies = [client.retrieve_message(message_id).read() for message_id in client.list_messages()]
    assert len(bodies) == 3
    for body in bodies:
        assert check_message(body) == ()
        assert validate_r4(body) == ()
    second = drain(queue, home, real_now)
    assert (second.acknowledged, second.decided, second.parked, second.failed) == (2, 1, 0, False)
    row = queue.rows[claim.id]
    assert row.state is OutboxState.DECIDED
    assert [(answer.amount_pence, answer.reason_codes) for answer in row.claims.values() if answer] == [
        (7000, ()), (0, ("NEEDS-LT2", "CHAMPION-LT2")),
    ]  # fmt: skip
    third = drain(queue, home, real_now)
    assert (third.sent, third.acknowledged, third.decided) == (0, 0, 0), "nothing is left in either mailbox"
    assert ccg.run_mesh(ccg_mailbox) == 0


def test_what_arrives_is_what_was_queued_and_no_header_names_a_resident(home: MeshTransport, mesh: MeshSandbox) -> None:
    message = queued_claim("c", line())
    home.open()
    transport_id = home.send(message)
    with raw_client(mesh, CCG_MAILBOX) as client:
        arrived = client.retrieve_message(transport_id)
        assert arrived.read() == message.body
        assert arrived.workflow_id == "ENH_CCP_CLAIM"
        assert arrived.local_id == message.id
        assert arrived.content_type == "application/fhir+json"
        headers = " ".join(f"{name}: {value}" for name, value in arrived.mex_headers())
    for word in ("Invented", "Résident", "9990000018", "R001"):
        assert word not in headers


class PowerCut(BaseException):
    """The end of the process at this very step."""


@pytest.mark.parametrize("step", ["before the request", "after the request"])
def test_killed_around_the_send_there_is_one_effect(
    step: str,
    home: MeshTransport,
    ccg_mailbox: MeshTransport,
    ccg: PracticeCcg,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queue = MemoryQueue()
    claim = queued_claim("c", line())
    queue.add(claim)
    real_send = home.send

    def dies(message: OutboundMessage) -> str:
        if step == "after the request":
            real_send(message)
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(home, "send", dies)
        with pytest.raises(PowerCut):
            drain(queue, home, real_now)
    assert queue.state(claim) is OutboxState.SENDING
    assert drain(queue, home, real_now).sent == 1
    assert ccg.run_mesh(ccg_mailbox) == (2 if step == "after the request" else 1)
    assert ccg.effects().payments == {"VN3X2|R001|2016-11-07|v1": (7000,)}
    summary = drain(queue, home, real_now)
    assert (summary.decided, summary.parked) == (1, 0)
    assert queue.state(claim) is OutboxState.DECIDED


def test_a_timeout_after_the_server_stored_it_is_adopted(
    home: MeshTransport, ccg_mailbox: MeshTransport, ccg: PracticeCcg, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = MemoryQueue()
    claim = queued_claim("c", line())
    queue.add(claim)
    real_send = requests.Session.send

    def answer_lost(session: requests.Session, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        response = real_send(session, request, **kwargs)
        if str(request.url).endswith("/outbox"):
            response.close()
            raise requests.ReadTimeout("read timed out")
        return response

    with monkeypatch.context() as patch:
        patch.setattr(requests.Session, "send", answer_lost)
        summary = drain(queue, home, real_now)
    assert summary.trouble == (f"MESH did not take the message: MESH did not answer in {TIMEOUT_SECONDS} seconds",)
    assert queue.state(claim) is OutboxState.QUEUED
    assert ccg.run_mesh(ccg_mailbox) == 1
    assert drain(queue, home, lambda: real_now() + timedelta(seconds=1)).decided == 1
    assert len(queue.rows[claim.id].history) == len({*queue.rows[claim.id].history}) + 1, "queued twice, sent once"
    assert ccg.effects().paid_pence == 7000


def test_a_report_moves_the_message_to_undelivered_and_it_can_go_again(
    home: MeshTransport, ccg_mailbox: MeshTransport, ccg: PracticeCcg, mesh: MeshSandbox
) -> None:
    queue = MemoryQueue()
    by_link, by_local = queued_alert("by link"), queued_alert("by local id")
    queue.add(by_link, by_local)
    drain(queue, home, real_now)
    transport_id = queue.rows[by_link.id].transport_id
    assert transport_id
    mesh.report_undelivered(HOME_MAILBOX, linked_message_id=transport_id, local_id="", workflow_id="ENH_ALERT")
    mesh.report_undelivered(HOME_MAILBOX, linked_message_id="unknown", local_id=by_local.id, workflow_id="ENH_ALERT")
    mesh.report_undelivered(HOME_MAILBOX, linked_message_id="theirs", local_id="theirs", workflow_id="ENH_ALERT")
    summary = drain(queue, home, real_now)
    assert (summary.undelivered, summary.parked, summary.failed) == (2, 1, True)
    assert {queue.state(by_link), queue.state(by_local)} == {OutboxState.UNDELIVERED}
    words = queue.inbox[0][1].words  # type: ignore[union-attr]
    assert "(code 14)" in words
    assert ccg.run_mesh(ccg_mailbox) == 2, "they had been waiting there after all"
    drain(queue, home, real_now)
    assert {queue.state(by_link), queue.state(by_local)} == {OutboxState.ACKNOWLEDGED}


def test_an_answer_that_could_not_be_kept_stays_in_the_mailbox(
    home: MeshTransport, ccg_mailbox: MeshTransport, ccg: PracticeCcg
) -> None:
    queue = MemoryQueue()
    queue.add(queued_alert("a"))
    drain(queue, home, real_now)
    ccg.run_mesh(ccg_mailbox)

    def disk_full(step: str) -> None:
        if step == "received":
            raise OSError(28, "No space left on device")

    queue.before = disk_full
    with pytest.raises(OSError, match="No space"):
        drain(queue, home, real_now)
    queue.before = lambda _step: None
    assert drain(queue, home, real_now).acknowledged == 1
    assert drain(queue, home, real_now).acknowledged == 0


def test_strange_arrivals_are_parked_and_hide_nothing(
    home: MeshTransport, ccg_mailbox: MeshTransport, ccg: PracticeCcg
) -> None:
    for number, body in enumerate((b"\x00\xff", b"[" * 100_000, b"x" * 5_000_001, b"{}")):
        ccg_mailbox.post(HOME_MAILBOX, body, workflow_id="ENH_ODD", local_id=str(number), subject="s", filename="f")
    queue = MemoryQueue()
    queue.add(queued_alert("a"))
    drain(queue, home, real_now)
    ccg.run_mesh(ccg_mailbox)
    summary = drain(queue, home, real_now)
    assert (summary.acknowledged, summary.parked) == (1, 0)
    parked = [answer for _, answer, _, effect in queue.inbox if effect is Effect.PARKED]
    assert len(parked) == 4, "read in the first round"
    assert all("ENH_ODD" in answer.words for answer in parked)  # type: ignore[union-attr]


def test_more_than_one_page_of_answers(home: MeshTransport, mesh: MeshSandbox) -> None:
    with raw_client(mesh, CCG_MAILBOX) as client:
        for number in range(520):
            client.send_message(HOME_MAILBOX, b"{}", workflow_id="ENH_ODD", local_id=str(number))
    assert drain(MemoryQueue(), home, real_now).parked == 520


# ------------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize("change", [{"password": "wrong"}, {"shared_key": "wrong"}, {"mailbox": "X26ABC9"}])
def test_wrong_credentials_are_said_and_no_message_is_blamed(mesh: MeshSandbox, change: dict[str, str]) -> None:
    queue = MemoryQueue()
    message = queued_claim("c", line())
    queue.add(message)
    wire = transport(mesh.settings(**change))
    summary = drain(queue, wire, real_now)
    wire.close()
    assert summary.trouble == ("MESH refused the connection: mailbox, password or shared key are not accepted",)
    assert (summary.sent, summary.quarantined, summary.waiting) == (0, 0, 1)
    assert queue.rows[message.id].message.attempts == 0
    assert "wrong" not in summary.trouble[0]


def test_a_password_that_stops_working_is_no_message_s_fault(home: MeshTransport) -> None:
    queue = MemoryQueue()
    queue.add(queued_claim("c", line()), queued_alert("a"))
    home.open()
    good = home._client._session.auth._password
    home._client._session.auth._password = "changed by the service desk"
    summary = drain(queue, home, real_now)
    assert (summary.sent, summary.quarantined, summary.waiting) == (0, 0, 2)
    assert "not accepted" in summary.trouble[0]
    summary = drain(queue, home, real_now)
    assert summary.trouble == ("MESH refused the connection: mailbox, password or shared key are not accepted",)
    home._client._session.auth._password = good
    assert drain(queue, home, real_now).sent == 2


def test_an_answer_from_another_mailbox_is_parked(
    home: MeshTransport, ccg_mailbox: MeshTransport, ccg: PracticeCcg, mesh: MeshSandbox
) -> None:
    queue = MemoryQueue()
    claim = queued_claim("c", line())
    queue.add(claim)
    drain(queue, home, real_now)
    stranger = transport(mesh.settings("X26ABC3", HOME_MAILBOX))
    for reply in ccg.answer(claim.body):
        stranger.post(HOME_MAILBOX, reply.body, workflow_id=reply.workflow_id, local_id="1", subject="s", filename="f")
    stranger.close()
    summary = drain(queue, home, real_now)
    assert (summary.parked, summary.decided) == (2, 0)
    assert queue.state(claim) is OutboxState.SENT
    ccg.run_mesh(ccg_mailbox)
    assert drain(queue, home, real_now).decided == 1, "the CCG's own answer still counts"


@pytest.fixture
def server_in_trouble() -> Iterator[tuple[str, list[tuple[int, bytes]]]]:
    """An HTTP server that gives the answers put into its list, then 500."""
    answers: list[tuple[int, bytes]] = []

    class InTrouble(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, body = answers.pop(0) if answers else (500, b"")
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Nothing on the screen."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), InTrouble)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", answers
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "words", "permanent"),
    [
        (500, b"<soap/>", "answered 500", False),
        (503, b"<soap/>", "answered", False),
        (429, b"{}", "no reason given", False),
        (417, b'{"errorDescription": "Message is too large", "errorCode": "17"}', "Message is too large", True),
        (400, b"<html/>", "not understood|broke off", False),
        (200, b'{"detail": "Not Found"}', "not understood", False),
        (200, b'{"detail": [{}]}', "no reason given", True),
        (200, b"[]", "not understood", False),
        (200, b"{}", "not understood", False),
        (200, b'{"message_id":', "connection broke off", False),
    ],
)
def test_what_the_server_says_is_sorted_into_now_or_never(
    server_in_trouble: tuple[str, list[tuple[int, bytes]]], status: int, body: bytes, words: str, permanent: bool
) -> None:
    url, answers = server_in_trouble
    wire = transport(MeshSandbox(url).settings())
    answers += [(200, b""), (status, body)]
    wire.open()
    with pytest.raises(WireTrouble, match=words) as trouble:
        wire.send(queued_alert("a"))
    wire.close()
    assert (trouble.value.permanent, trouble.value.whole_line) == (permanent, False)
    assert not answers, "and the request was made once only"


def test_a_recipient_that_is_not_registered_quarantines_the_message(mesh: MeshSandbox) -> None:
    queue = MemoryQueue()
    message = queued_claim("c", line())
    queue.add(message)
    wire = transport(mesh.settings(ccg_mailbox="NOBODY"))
    summary = drain(queue, wire, real_now)
    wire.close()
    assert (summary.sent, summary.quarantined) == (0, 1)
    assert queue.rows[message.id].last_error.startswith("MESH did not take the message: ")


def test_no_server(unused_port: int) -> None:
    queue = MemoryQueue()
    queue.add(queued_claim("c", line()), queued_alert("a"))
    wire = transport(MeshSandbox(f"http://127.0.0.1:{unused_port}").settings())
    summary = drain(queue, wire, real_now)
    assert summary.trouble == ("MESH refused the connection: there is no connection to MESH",)
    assert (summary.waiting, summary.clock_skew_seconds) == (2, None)
    with pytest.raises(WireTrouble) as trouble:  # the client raises another family of error here than for other calls
        wire.send(queued_alert("b"))
    wire.close()
    assert (trouble.value.whole_line, trouble.value.permanent) == (True, False)


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_clock_that_is_wrong_is_measured_and_said_in_words(mesh: MeshSandbox) -> None:
    ahead = transport(mesh.settings(), now=lambda: real_now() + timedelta(hours=3, minutes=5))
    assert ahead.clock_skew is None
    ahead.open()
    skew = ahead.clock_skew
    ahead.close()
    assert skew is not None
    assert abs(skew - 11_100) < 60
    assert skew_in_words(11_100) == "3 hours 5 minutes fast"
    assert skew_in_words(-61) == "1 minute slow"
    assert skew_in_words(20) == "20 seconds fast"


# ---------------------------------------------------------------------------------------------------------- TLS


def test_the_environment_has_no_say(mesh: MeshSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    wire = transport(mesh.settings())
    assert wire._client._session.trust_env is False
    assert wire._client._session.verify is True
    assert wire._client._timeout == TIMEOUT_SECONDS
    wire.open()
    wire.close()


def test_only_the_right_server_is_spoken_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, other = Authority(tmp_path, "ours"), Authority(tmp_path, "other")
    client = ours.issue("client")
    with running_sandbox(tmp_path / "log", certificate=ours.issue("server"), client_ca=ours.path) as mesh:
        with_client = {"client_cert": str(client), "client_key": str(client)}
        good = transport(mesh.settings(ca=str(ours.path), **with_client))
        good.open()
        good.send(queued_alert("a"))
        good.close()
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(ours.path))
        for refused in (
            {"ca": str(other.path), **with_client},
            {"ca": None, **with_client},
            {"ca": str(ours.path)},
            {"ca": str(ours.path), "url": mesh.url.replace("https", "http")},
        ):
            wire = transport(mesh.settings(**refused))
            with pytest.raises(WireTrouble) as trouble:
                wire.open()
            wire.close()
            assert trouble.value.whole_line, refused
        proof = transport(mesh.settings(CCG_MAILBOX, HOME_MAILBOX, ca=str(ours.path), **with_client))
        assert sum(1 for _ in proof.receive()) == 1, "only what the right pair sent"
        proof.close()


@pytest.mark.parametrize(("name", "address", "days"), [("wrong host", "127.0.0.2", 30), ("expired", "127.0.0.1", -1)])
def test_a_certificate_for_somebody_else_or_out_of_date(tmp_path: Path, name: str, address: str, days: int) -> None:
    ours = Authority(tmp_path, "ours")
    with running_sandbox(tmp_path / "log", certificate=ours.issue(name, address=address, days=days)) as mesh:
        wire = transport(mesh.settings(ca=str(ours.path)))
        with pytest.raises(WireTrouble, match="could not prove who it is") as trouble:
            wire.open()
        wire.close()
    assert trouble.value.permanent
    assert trouble.value.whole_line


def test_a_pinned_authority_is_the_only_one(tmp_path: Path) -> None:
    ours = Authority(tmp_path, "ours")
    wire = transport(MeshSandbox("https://127.0.0.1:1").settings(ca=str(ours.path)))
    assert wire._client._session.verify == str(ours.path), "True would add the public authorities to it"
    wire.close()
    with pytest.raises(WireTrouble, match="certificate or key file"):
        transport(MeshSandbox("https://127.0.0.1:1").settings(ca=str(tmp_path / "missing.pem")))


# -------------------------------------------------------------------------------------------------- a long weekend


def test_a_backlog_is_drained_with_the_alerts_first(
    home: MeshTransport, ccg_mailbox: MeshTransport, ccg: PracticeCcg, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    queue = MemoryQueue()
    for number in range(1, 41):
        who = resident(number, nhs_number=None, nhs_number_absent_reason="not registered")
        queue.add(queued_claim(f"claim {number}", line(number, resident=who)))
    queue.add(*(queued_alert(f"alert {number}") for number in range(10)))
    summary = drain(queue, home, real_now)
    assert (summary.sent, summary.waiting) == (50, 0)
    assert ccg.run_mesh(ccg_mailbox) == 50
    first_ten = [row[0] for row in ccg._db.execute("SELECT event FROM message ORDER BY rowid LIMIT 10")]
    assert first_ten == ["alert"] * 10
    assert drain(queue, home, real_now).decided == 40
    assert ccg.effects().paid_pence == 40 * 7000
    assert "Invented" not in caplog.text
