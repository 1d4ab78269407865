"""Messages as built: the contract to the letter, exact money, valid FHIR R4; and broken ones, each of them caught."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.domain.messages import AckCode, ClaimAnswer, ClaimOutcome, bundle_urn
from app.domain.needs import PremiumNeed
from app.sync.fhir.build import AnswerEnvelope, Decided, ack_bundle, claim_bundle, claim_response_bundle, instant, money
from app.sync.fhir.check import check_message, validate_r4
from app.sync.fhir.jsonio import read, write
from app.sync.practice_ccg import PracticeCcg
from tests.helpers.sync_samples import (
    CHAMPIONS,
    NOW,
    alert_bytes,
    claim_bytes,
    claims,
    line,
    relied,
    resident,
    uuid,
)

ROOT = Path(__file__).resolve().parents[2]
REVERSAL = line(1, 2, reversal_of=line(1).identifier, amount_pence=-7000)
UNKNOWN_NUMBER = line(4)
LATE = line(2, late_reason="The laptop was away for repair")
ENVELOPE = AnswerEnvelope(
    base="https://hartwell.example/fhir",
    bundle_uuid=uuid("answer"),
    header_id=uuid("answer header"),
    event="ccp-claim-response",
    response_to=uuid("claim header"),
    from_endpoint="mesh:X26ABC2",
    to_endpoint="mesh:X26ABC1",
    ccg_ods="06K",
    ccg_name="East and North Hertfordshire CCG",
    now=NOW,
)


def _decided(identifier: str, outcome: ClaimOutcome, pence: int | None, *codes: str) -> Decided:
    return Decided(ClaimAnswer(identifier, outcome, "As decided", pence, codes), "9990000018", "VN3X2")


MESSAGES: dict[str, bytes] = {
    "one claim": claim_bytes("claim"),
    "three claims": claim_bytes("claims", line(1), line(2), line(3)),
    "reversal": claim_bytes("reversal", REVERSAL),
    "nhs number not known": claim_bytes("unknown", UNKNOWN_NUMBER),
    "late with a reason": claim_bytes("late", LATE),
    "alert with a score": alert_bytes("alert"),
    "alert without": alert_bytes("fall", scored=False, standing=False),
    "ack": ack_bundle(ENVELOPE, AckCode.OK),
    "fatal ack": ack_bundle(ENVELOPE, AckCode.FATAL, ["Claim[0].total: It is not the sum of the items"]),
    "transient ack": ack_bundle(ENVELOPE, AckCode.TRANSIENT, ["Try again later"]),
    "decisions": claim_response_bundle(
        ENVELOPE,
        [
            _decided("VN3X2|R001|2016-11-07|v1", ClaimOutcome.COMPLETE, 7000),
            _decided("VN3X2|R002|2016-11-07|v1", ClaimOutcome.ERROR, 0, "EVIDENCE-STALE:wound", "CHAMPION-LT2"),
            _decided("VN3X2|R003|2016-11-07|v1", ClaimOutcome.QUEUED, None),
            _decided("VN3X2|R004|2016-11-07|v2", ClaimOutcome.COMPLETE, -7000),
        ],
    ),
}


def resources(raw: bytes, kind: str) -> list[dict[str, Any]]:
    return [e["resource"] for e in json.loads(raw)["entry"] if e["resource"]["resourceType"] == kind]


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_we_build_keeps_the_contract_and_is_valid_r4(name: str) -> None:
    assert check_message(MESSAGES[name]) == ()
    assert validate_r4(MESSAGES[name]) == ()


def test_every_answer_of_the_practice_ccg_keeps_the_contract_and_is_valid_r4(tmp_path: Path) -> None:
    with PracticeCcg(tmp_path, now=lambda: NOW) as ccg:
        replies = [reply for raw in (*MESSAGES.values(), b"junk", b"{}") for reply in ccg.answer(raw)]
    assert len(replies) > len(MESSAGES)
    for reply in replies:
        assert check_message(reply.body) == ()
        assert validate_r4(reply.body) == ()


def test_the_bundle_and_its_header() -> None:
    bundle = json.loads(MESSAGES["three claims"])
    assert bundle["identifier"] == {
        "system": "https://hartwell.example/fhir/message",
        "value": bundle_urn(uuid("claims")),
    }
    header = bundle["entry"][0]["resource"]
    assert header["resourceType"] == "MessageHeader"
    assert header["id"] == uuid("claims header")
    assert header["eventCoding"] == {"system": "https://hartwell.example/fhir/message-event", "code": "ccp-claim"}
    assert header["source"]["endpoint"] == "mesh:X26ABC1"
    assert header["destination"][0]["endpoint"] == "mesh:X26ABC2"
    kinds = {entry["fullUrl"]: entry["resource"]["resourceType"] for entry in bundle["entry"]}
    assert [kinds[item["reference"]] for item in header["focus"]] == ["Claim"] * 3
    assert sorted(kinds.values()).count("Organization") == 2


def test_the_claim() -> None:
    (claim,) = resources(MESSAGES["one claim"], "Claim")
    assert claim["identifier"][0]["value"] == "VN3X2|R001|2016-11-07|v1"
    assert (claim["status"], claim["use"]) == ("active", "claim")
    assert claim["billablePeriod"] == {"start": "2016-11-07", "end": "2016-11-13"}
    assert [member["qualification"]["coding"][0]["code"] for member in claim["careTeam"]] == ["dementia", "falls"]
    assert claim["insurance"][0]["coverage"]["identifier"]["value"] == "complex-care-premium"
    assert [
        (info["code"]["coding"][0]["code"], info["timingDate"], info["valueReference"]["display"])
        for info in claim["supportingInfo"]
    ] == [("dementia_review", "2016-10-20", "High risk"), ("falls_review", "2016-10-20", "High risk")]
    assert "diagnosis" not in claim
    assert "related" not in claim
    (patient,) = resources(MESSAGES["one claim"], "Patient")
    assert patient["identifier"][0]["value"] == "9990000018"
    status = patient["identifier"][0]["extension"][0]["valueCodeableConcept"]["coding"][0]["code"]
    assert status == "number-present-but-not-traced"
    assert {p["identifier"][0]["value"] for p in resources(MESSAGES["one claim"], "Practitioner")} == {
        "S001", "S002", "S003",
    }  # fmt: skip


def test_a_reversal_is_cancelled_and_names_what_it_takes_back() -> None:
    (claim,) = resources(MESSAGES["reversal"], "Claim")
    assert claim["status"] == "cancelled"
    assert claim["identifier"][0]["value"].endswith("|v2")
    assert claim["related"][0]["claim"]["identifier"]["value"] == "VN3X2|R001|2016-11-07|v1"


def test_a_number_that_is_not_known_says_why() -> None:
    (patient,) = resources(MESSAGES["nhs number not known"], "Patient")
    assert "value" not in patient["identifier"][0]
    assert patient["identifier"][0]["extension"][0]["valueString"] == "never registered with a GP"


def test_the_alert() -> None:
    raw = MESSAGES["alert with a score"]
    (communication,) = resources(raw, "Communication")
    assert communication["priority"] == "stat"
    assert communication["category"][0]["coding"][0]["code"] == "news2_high"
    assert [item["contentString"] for item in communication["payload"]] == [
        "Situation: NEWS2 is 7", "Recommendation: call 999",
    ]  # fmt: skip
    (observation,) = resources(raw, "Observation")
    assert observation["valueQuantity"]["value"] == 7
    assert observation["component"][1]["dataAbsentReason"]["coding"][0]["code"] == "not-performed"
    assert "valueQuantity" not in observation["component"][1], "missing is not zero"
    assert len(resources(raw, "Flag")) == 1
    assert not resources(MESSAGES["alert without"], "Flag")


def test_money_is_exact_to_the_byte() -> None:
    assert MESSAGES["one claim"].count(b'"net":{"value":70.00,"currency":"GBP"}') == 1
    assert MESSAGES["one claim"].count(b'"total":{"value":70.00,"currency":"GBP"}') == 1
    assert b'"value":-70.00' in MESSAGES["reversal"]
    assert [write(money(pence)["value"]) for pence in (1, 7000, 7001, -7000, 123456789)] == [
        b"0.01", b"70.00", b"70.01", b"-70.00", b"1234567.89",
    ]  # fmt: skip
    with pytest.raises(TypeError):
        write({"value": 70.0})
    with pytest.raises(ValueError, match="zone"):
        instant(NOW.replace(tzinfo=None))


def test_the_same_values_give_the_same_bytes_and_names_survive() -> None:
    assert claim_bytes("claim") == MESSAGES["one claim"]
    text = MESSAGES["one claim"].decode("utf-8")
    assert "O’Invented-Żak" in text
    assert read(MESSAGES["one claim"])["entry"]
    hostile = replace(resident(), family_name='"}],\u2028<b>\\', given_name="\n\t")
    raw = claim_bytes("hostile", line(resident=replace(hostile, given_name="A\tB")))
    assert check_message(raw) == ()
    (patient,) = resources(raw, "Patient")
    assert patient["name"][0]["family"] == '"}],\u2028<b>\\'


def test_a_message_without_a_claim_is_not_built() -> None:
    with pytest.raises(ValueError, match="at least one claim"):
        claim_bundle(
            replace(claims("none"), lines=()),
            base="b",
            header_id="h",
            from_endpoint="mesh:a",
            to_endpoint="mesh:b",
            now=NOW,
        )


def test_one_champion_in_two_areas_is_one_person_in_the_message() -> None:
    both = replace(relied(PremiumNeed.FALLS), champion=CHAMPIONS[PremiumNeed.DEMENTIA])
    raw = claim_bytes("one champion", line(relied_upon=(relied(PremiumNeed.DEMENTIA), both)))
    assert check_message(raw) == ()
    assert len(resources(raw, "Practitioner")) == 2


# ------------------------------------------------------------------------------------------------- broken messages

Break = Callable[[dict[str, Any], dict[str, Any]], None]


def _first(bundle: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind)


def _swap_header(bundle: dict[str, Any], _claim: dict[str, Any]) -> None:
    bundle["entry"][0], bundle["entry"][1] = bundle["entry"][1], bundle["entry"][0]


def _wrong_check_digit(bundle: dict[str, Any], _claim: dict[str, Any]) -> None:
    _first(bundle, "Patient")["identifier"][0]["value"] = "9990000019"


def _same_digits(bundle: dict[str, Any], _claim: dict[str, Any]) -> None:
    _first(bundle, "Patient")["identifier"][0]["value"] = "1111111111"


def _provider_is_patient(bundle: dict[str, Any], claim: dict[str, Any]) -> None:
    claim["provider"] = claim["patient"]


def _dangling_champion(bundle: dict[str, Any], claim: dict[str, Any]) -> None:
    claim["careTeam"][0]["provider"]["reference"] = f"urn:uuid:{uuid('nobody')}"


def _part_of_a_penny(_bundle: dict[str, Any], claim: dict[str, Any]) -> None:
    for amount in (claim["total"], claim["item"][0]["net"]):
        amount["value"] = Decimal("70.001")


def _second_claim_with_same_identifier(bundle: dict[str, Any], claim: dict[str, Any]) -> None:
    other = copy.deepcopy(claim)
    other["id"] = uuid("other")
    bundle["entry"].append({"fullUrl": f"urn:uuid:{uuid('other')}", "resource": other})
    header = bundle["entry"][0]["resource"]
    header["focus"].append({"reference": f"urn:uuid:{uuid('other')}", "type": "Claim"})


#: Each breaks one valid claim message; our own rules must notice every one of them.
BROKEN: dict[str, Break] = {
    "header not first": _swap_header,
    "no bundle identifier": lambda b, _c: b.pop("identifier"),
    "bundle identifier not a uuid": lambda b, _c: b["identifier"].update(value="urn:uuid:1"),
    "not a message": lambda b, _c: b.update(type="collection"),
    "no entries": lambda b, _c: b.update(entry=[]),
    "timestamp without a zone": lambda b, _c: b.update(timestamp="2016-11-14T17:00:00"),
    "unknown event": lambda b, _c: b["entry"][0]["resource"]["eventCoding"].update(code="gossip"),
    "no endpoint": lambda b, _c: b["entry"][0]["resource"]["source"].pop("endpoint"),
    "endpoint of a strange kind": lambda b, _c: b["entry"][0]["resource"]["source"].update(endpoint="ftp:x"),
    "focus points nowhere": lambda b, _c: b["entry"][0]["resource"]["focus"][0].update(reference="urn:uuid:none"),
    "no focus": lambda b, _c: b["entry"][0]["resource"].pop("focus"),
    "unknown kind of resource": lambda _b, c: c.update(resourceType="Invoice2"),
    "two entries at one address": lambda b, _c: b["entry"][2].update(fullUrl=b["entry"][1]["fullUrl"]),
    "status missing": lambda _b, c: c.pop("status"),
    "status unknown": lambda _b, c: c.update(status="paid"),
    "use unknown": lambda _b, c: c.update(use="wish"),
    "provider missing": lambda _b, c: c.pop("provider"),
    "provider is a patient": _provider_is_patient,
    "patient missing": lambda _b, c: c.pop("patient"),
    "period ends before it starts": lambda _b, c: c["billablePeriod"].update(end="2016-11-06"),
    "period is not a week": lambda _b, c: c["billablePeriod"].update(end="2016-11-12"),
    "date that does not exist": lambda _b, c: c["billablePeriod"].update(end="2016-11-31"),
    "created is not a date": lambda _b, c: c.update(created="14/11/2016"),
    "identifier of another shape": lambda _b, c: c["identifier"][0].update(value="VN3X2/R001"),
    "identifier of another week": lambda _b, c: c["identifier"][0].update(value="VN3X2|R001|2016-11-14|v1"),
    "same identifier twice": _second_claim_with_same_identifier,
    "unknown area": lambda _b, c: c["careTeam"][0]["qualification"]["coding"][0].update(code="engagement"),
    "champion not in the message": _dangling_champion,
    "item points to no champion": lambda _b, c: c["item"][0].update(careTeamSequence=[1, 9]),
    "item points to no evidence": lambda _b, c: c["item"][0].update(informationSequence=[9]),
    "evidence without a date": lambda _b, c: c["supportingInfo"][0].pop("timingDate"),
    "sequence twice": lambda _b, c: c["careTeam"][1].update(sequence=1),
    "total is not the sum": lambda _b, c: c["total"].update(value=140),
    "amount as text": lambda _b, c: c["total"].update(value="70.00"),
    "part of a penny": _part_of_a_penny,
    "another currency": lambda _b, c: c["total"].update(currency="XXXX"),
    "nothing claimed": lambda _b, c: (c["total"].update(value=0), c["item"][0]["net"].update(value=0)),
    "no item": lambda _b, c: c.pop("item"),
    "no coverage": lambda _b, c: c["insurance"][0]["coverage"]["identifier"].update(value="other"),
    "a diagnosis": lambda _b, c: c.update(diagnosis=[{"sequence": 1}]),
    "cancelled without saying what": lambda _b, c: c.update(status="cancelled"),
    "wrong check digit": _wrong_check_digit,
    "ten equal digits": _same_digits,
    "no nhs number and no reason": lambda b, _c: _first(b, "Patient")["identifier"].pop(0),
    "no date of birth": lambda b, _c: _first(b, "Patient").pop("birthDate"),
    "gender unknown to FHIR": lambda b, _c: _first(b, "Patient").update(gender="F"),
    "organisation code": lambda b, _c: _first(b, "Organization")["identifier"][0].update(value="v n"),
    "empty text": lambda b, _c: _first(b, "Organization").update(name=""),
    "empty list": lambda _b, c: c.update(related=[]),
    "list given as object": lambda _b, c: c.update(item=c["item"][0]),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_message_is_caught_and_the_problem_names_no_resident(name: str) -> None:
    bundle = read(MESSAGES["one claim"])
    BROKEN[name](bundle, _first(bundle, "Claim"))
    problems = check_message(write(bundle))
    assert problems
    assert all(problem.field and problem.message for problem in problems)
    assert not any(word in f"{p.field}{p.message}" for p in problems for word in ("Invented", "Résident", "999000"))


def test_null_is_caught() -> None:
    assert check_message(MESSAGES["one claim"].replace(b'"use":"claim"', b'"use":null'))


#: What only the library of FHIR types notices.
MISTYPED: dict[str, Break] = {
    "unknown field": lambda _b, c: c.update(colour="red"),
    "number as text": lambda _b, c: c["careTeam"][0].update(sequence="one"),
    "two values in one choice": lambda _b, c: c["supportingInfo"][0].update(valueString="also"),
    "boolean as text": lambda _b, c: c["careTeam"][0].update(responsible="maybe"),
}


@pytest.mark.parametrize("name", MISTYPED)
def test_the_fhir_library_catches_wrong_types_without_quoting_them(name: str) -> None:
    bundle = read(MESSAGES["one claim"])
    MISTYPED[name](bundle, _first(bundle, "Claim"))
    problems = validate_r4(write(bundle))
    assert problems
    assert not any("Invented" in f"{p.field}{p.message}" for p in problems)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("reversal of a later version", {"reversal_of": "VN3X2|R001|2016-11-07|v3"}),
        ("reversal of another resident", {"reversal_of": "VN3X2|R002|2016-11-07|v1"}),
        ("reversal of nonsense", {"reversal_of": "that one"}),
    ],
)
def test_a_reversal_must_name_an_earlier_version_of_the_same_claim(name: str, change: dict[str, str]) -> None:
    assert check_message(claim_bytes(name, replace(REVERSAL, **change)))


def test_one_message_is_one_home_and_one_week() -> None:
    raw = claim_bytes("two weeks", line(1), line(2, week=date(2016, 10, 31)))
    assert "one home for one week" in " ".join(problem.message for problem in check_message(raw))


def _in(kind: str, **changes: Any) -> Break:
    """Set fields of the first resource of a kind; None takes one away."""

    def change(bundle: dict[str, Any], _claim: dict[str, Any]) -> None:
        resource = _first(bundle, kind)
        resource.update({key: value for key, value in changes.items() if value is not None})
        for key in [key for key, value in changes.items() if value is None]:
            resource.pop(key)

    return change


def _rename_reason(bundle: dict[str, Any], _claim: dict[str, Any]) -> None:
    refused = next(e["resource"] for e in bundle["entry"] if "error" in e["resource"])
    refused["error"][0]["code"]["coding"][0]["code"] = "BECAUSE"


def _amount_as_text(bundle: dict[str, Any], _claim: dict[str, Any]) -> None:
    _first(bundle, "ClaimResponse")["item"][0]["adjudication"][0]["amount"]["value"] = "70.00"


BROKEN_OTHERS: dict[str, tuple[str, Break]] = {
    "alert without urgency": ("alert with a score", _in("Communication", priority=None)),
    "alert without words": ("alert with a score", _in("Communication", payload=None)),
    "alert about nobody": ("alert with a score", _in("Communication", subject=None)),
    "alert of no kind": ("alert with a score", _in("Communication", category=None)),
    "alert without a time": ("alert with a score", _in("Communication", sent="yesterday")),
    "alert not completed": ("alert with a score", _in("Communication", status="preparation")),
    "flag of no state": ("alert with a score", _in("Flag", status="up")),
    "flag about nobody": ("alert with a score", _in("Flag", subject=None)),
    "score not final": ("alert with a score", _in("Observation", status="guessed")),
    "score of nobody": ("alert with a score", _in("Observation", subject=None)),
    "score with two values": ("alert with a score", _in("Observation", valueString="7")),
    "period that ends before it starts": (
        "alert with a score", _in("Flag", period={"start": "2016-11-14T17:00:00Z", "end": "2016-11-14T16:00:00+00:00"}),
    ),
    "period that is no date": ("alert with a score", _in("Flag", period={"start": "soon"})),
    "provenance without a time": ("one claim", _in("Provenance", recorded="2016-11-14T25:00:00Z")),
    "answer without a code": ("ack", _in("MessageHeader", response={"identifier": "x", "code": "maybe"})),
    "answer to nothing": ("ack", _in("MessageHeader", response={"code": "ok"})),
    "header without an id": ("ack", _in("MessageHeader", id=None)),
    "header without a sender": ("ack", _in("MessageHeader", sender=None)),
    "outcome without an issue": ("fatal ack", _in("OperationOutcome", issue=None)),
    "outcome without severity": ("fatal ack", _in("OperationOutcome", issue=[{"code": "invalid"}])),
    "decision on nothing": ("decisions", _in("ClaimResponse", request=None)),
    "decision without outcome": ("decisions", _in("ClaimResponse", outcome="perhaps")),
    "decision for an unknown reason": ("decisions", _rename_reason),
    "decision with an amount as text": ("decisions", _amount_as_text),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN_OTHERS)
def test_broken_alerts_and_answers_are_caught(name: str) -> None:
    original, spoil = BROKEN_OTHERS[name]
    bundle = read(MESSAGES[original])
    spoil(bundle, {})
    assert check_message(write(bundle))


def test_messages_of_others_may_use_addresses_and_short_references() -> None:
    text = MESSAGES["one claim"].decode()
    for number, entry in enumerate(json.loads(text)["entry"]):
        kind = entry["resource"]["resourceType"]
        text = text.replace(f'"fullUrl":"{entry["fullUrl"]}"', f'"fullUrl":"https://ccg.example/{kind}/{number}"')
        text = text.replace(f'"reference":"{entry["fullUrl"]}"', f'"reference":"{kind}/{entry["resource"]["id"]}"')
    assert "urn:uuid:" in text
    assert check_message(text.encode()) == ()


def test_the_fhir_library_is_not_on_the_path_of_a_send(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from tests.helpers.memory_queue import MemoryQueue
from tests.helpers.sync_samples import NOW, line, queued_claim
from app.sync.engine import drain
from app.sync.transports import check_settings, open_transport
from app.sync.transports.seal import new_private_key, public_key
queue = MemoryQueue()
queue.add(queued_claim("c", line()))
key = public_key(new_private_key())
transport = open_transport(check_settings({"transport": "folder", "path": sys.argv[1], "recipient_public_key": key}))
assert drain(queue, transport, lambda: NOW).sent == 1
heavy = {"fhir", "pydantic", "mesh_client", "requests", "sqlalchemy", "PySide6"} & set(sys.modules)
sys.exit(f"loaded {heavy}" if heavy else 0)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
