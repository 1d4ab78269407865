"""The tour with a real MESH server between the home and the CCG: there as valid FHIR, and back as decisions."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fhir.resources.R4B.bundle import Bundle
from mesh_client import MeshClient

from app.services import practice, premium
from app.services.clock import SystemClock
from app.services.sign_in import sign_in
from app.sync.practice_ccg import PracticeCcg
from app.sync.transports import open_transport
from app.sync.transports.mesh import MeshTransport
from tests.helpers.cli import Home, hartwell, write_json
from tests.helpers.mesh_sandbox import CCG_MAILBOX, HOME_MAILBOX, PASSWORD, SHARED_KEY, MeshSandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


def waiting(mesh: MeshSandbox) -> Iterator[tuple[dict[str, str], bytes]]:
    """What lies in the CCG's mailbox: headers and body, left there."""
    with MeshClient(mesh.url, CCG_MAILBOX, PASSWORD, shared_key=SHARED_KEY.encode()) as client:
        client._session.trust_env = False
        for name in client.list_messages():
            message = client.retrieve_message(name)
            headers = {key.lower(): str(value) for key, value in message.mex_headers()}
            yield headers | {"workflow": message.workflow_id}, message.read()


def answer(mesh: MeshSandbox, state: Path) -> tuple[int, dict[str, tuple[int, ...]]]:
    """Let the practice CCG answer over MESH; how many messages it found, and everything it has paid."""
    mailbox = open_transport(mesh.settings(CCG_MAILBOX, HOME_MAILBOX), now=lambda: datetime.now(UTC))
    assert isinstance(mailbox, MeshTransport)
    try:
        with PracticeCcg(state, now=lambda: datetime.now(UTC)) as ccg:
            return ccg.run_mesh(mailbox), ccg.effects().payments
    finally:
        mailbox.close()


def test_the_tours_claim_reaches_the_ccg_and_its_decisions_come_back(
    mesh: MeshSandbox, tmp_path: Path, last_monday: date
) -> None:
    out = tmp_path / "tour"
    settings = write_json(tmp_path / "mesh.json", mesh.settings())
    imports = {"PYTHONPROFILEIMPORTTIME": "1"}
    done = hartwell("tour", "--out", out, "--no-pictures", "--connect", settings, env=imports)
    assert done.code == 0, done.err[-2000:]
    assert "mesh_client" in done.err, "the imports were not written down"
    assert "PySide6" not in done.err, "without pictures it needs no screen"
    said = done.json["sync"]
    assert (said["waiting"], said["quarantined"], said["decided"]) == (0, 0, 0)
    assert said["sent"] >= 2
    assert abs(said["clock_skew_seconds"]) < 60

    arrived = list(waiting(mesh))
    assert len(arrived) == said["sent"]
    assert sorted({headers["workflow"] for headers, _ in arrived}) == ["ENH_ALERT", "ENH_CCP_CLAIM"]
    for number, (_, body) in enumerate(arrived):
        Bundle.model_validate_json(body)
        file = tmp_path / f"message-{number}.json"
        file.write_bytes(body)
        checked = hartwell("check-message", file)
        assert (checked.code, checked.json) == (0, {"ok": True, "problems": []})
    (claim,) = [json.loads(body) for headers, body in arrived if headers["workflow"] == "ENH_CCP_CLAIM"]
    identifiers = [
        entry["resource"]["identifier"][0]["value"]
        for entry in claim["entry"]
        if entry["resource"]["resourceType"] == "Claim"
    ]
    kept = json.loads((out / "claim.json").read_bytes())
    assert identifiers == kept["submitted"]["claims"]
    assert claim["identifier"]["value"] == kept["submitted"]["bundle"]
    in_clear = " ".join(value for headers, _ in arrived for value in headers.values())
    assert not [word for word in residents_of(claim) if word in in_clear]

    answered, payments = answer(mesh, tmp_path / "ccg")
    assert answered == len(arrived)
    assert payments == dict.fromkeys(identifiers, (7000,))
    home = Home(out / "store", practice.USER, practice.PASSWORD)
    synced = home.ok("sync")
    assert (synced["acknowledged"], synced["decided"], synced["refused"]) == (len(arrived), 1, 0)
    assert {row["state"] for row in home.ok("outbox") if row["event"] == "ccp-claim"} == {"decided"}

    session = sign_in(home.store, home.user, home.password, SystemClock())
    try:
        rows = premium.week(session, last_monday).rows
    finally:
        session.close()
    states = {row.claim.identifier: row.claim for row in rows if row.claim is not None}
    assert sorted(states) == sorted(identifiers)
    for state in states.values():
        assert (state.outcome, state.decided_pence, state.outbox_state.value) == ("complete", 7000, "decided")
        assert "£70" in f"{state.words} {state.disposition}"


def residents_of(bundle: dict[str, Any]) -> set[str]:
    """Names and numbers of the residents in a message."""
    found = set()
    for entry in bundle["entry"]:
        patient = entry["resource"]
        if patient["resourceType"] == "Patient":
            found |= {name["family"] for name in patient["name"]}
            found |= {number["value"] for number in patient["identifier"] if "value" in number}
    assert found
    return found


def test_a_line_that_is_down_leaves_everything_queued_and_says_so(
    practice_home: Home, mesh: MeshSandbox, last_monday: date, tmp_path: Path
) -> None:
    nobody = mesh.settings() | {"url": "http://127.0.0.1:9"}
    practice_home.ok("connect", write_json(tmp_path / "mesh.json", nobody))
    practice_home.ok("claim", "--week", last_monday.isoformat(), "--submit")
    done = practice_home.run("sync")
    assert done.code == 1
    assert done.json["sent"] == 0
    assert done.json["waiting"] >= 1
    assert "no connection" in done.err
    assert not [word for word in ("Traceback", "urllib3", "requests", "127.0.0.1") if word in done.err]
    assert practice_home.ok("outbox")[-1]["state"] == "queued"
    practice_home.ok("connect", write_json(tmp_path / "mesh.json", mesh.settings() | {"password": "wrong"}))
    refused = practice_home.run("sync")
    assert refused.code == 1
    assert "not accepted" in refused.err
    assert refused.json["waiting"] == done.json["waiting"]
