"""Answers as read: the CCG's, those of others, and hostile ones."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import pytest

from app.domain.messages import Ack, AckCode, ClaimAnswer, ClaimAnswers, ClaimOutcome, Unknown
from app.sync.fhir.build import AnswerEnvelope, Decided, ack_bundle, claim_response_bundle
from app.sync.fhir.check import check_message
from app.sync.fhir.jsonio import MAX_BYTES
from app.sync.fhir.parse import MAX_IDENTIFIER, MAX_WORDS, parse_answer, plain
from tests.helpers.sync_samples import NOW, claim_bytes, line, uuid

ENVELOPE = AnswerEnvelope(
    base="https://hartwell.example/fhir",
    bundle_uuid=uuid("reply"),
    header_id=uuid("reply header"),
    event="ccp-claim-response",
    response_to="our-header",
    from_endpoint="mesh:X26ABC2",
    to_endpoint="mesh:X26ABC1",
    ccg_ods="06K",
    ccg_name="East and North Hertfordshire CCG",
    now=NOW,
)
PAID = ClaimAnswer("VN3X2|R001|2016-11-07|v1", ClaimOutcome.COMPLETE, "Accepted: £70.00 will be paid", 7000, ())
REFUSED = ClaimAnswer(
    "VN3X2|R002|2016-11-07|v1", ClaimOutcome.ERROR, "Refused", 0, ("CHAMPION-NOT-IN-POST:falls", "CHAMPION-LT2")
)
DECISIONS = claim_response_bundle(ENVELOPE, [Decided(PAID, "9990000018", "VN3X2"), Decided(REFUSED, None, "VN3X2")])
FATAL = ack_bundle(ENVELOPE, AckCode.FATAL, ["Claim[0].total: It is not the sum of the items", "And more"])


def changed(raw: bytes, path: list[str | int], value: Any) -> bytes:
    bundle = json.loads(raw)
    at = bundle
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return json.dumps(bundle).encode()


def test_decisions_come_back_as_they_were_made() -> None:
    parsed = parse_answer(DECISIONS, workflow_id="ENH_CCP_CLAIM_RESPONSE")
    assert parsed.answer == ClaimAnswers("our-header", (PAID, REFUSED))
    assert parsed.bundle_id == f"urn:uuid:{uuid('reply')}"


@pytest.mark.parametrize("code", list(AckCode))
def test_technical_answers_come_back_with_their_words(code: AckCode) -> None:
    assert parse_answer(ack_bundle(ENVELOPE, code)).answer == Ack("our-header", code, "")
    words = ack_bundle(ENVELOPE, code, ["First", "Second"])
    assert parse_answer(words).answer == Ack("our-header", code, "First; Second")


def test_answers_written_by_others_are_understood() -> None:
    theirs = {
        "resourceType": "Bundle",
        "type": "message",
        "entry": [
            {"resource": {"resourceType": "MessageHeader", "response": {"identifier": "our-header", "code": "ok"}}},
            {
                "resource": {
                    "resourceType": "ClaimResponse",
                    "request": {"identifier": {"value": PAID.identifier}},
                    "outcome": "partial",
                    "item": [
                        {"adjudication": [{"category": {"coding": [{"code": "benefit"}]}, "amount": {"value": 35}}]},
                        {"adjudication": [{"category": {"coding": [{"code": "benefit"}]}, "amount": {"value": 35.5}}]},
                        {"adjudication": [{"category": {"coding": [{"code": "copay"}]}, "amount": {"value": 9}}]},
                    ],
                    "error": [{"code": {"coding": [{"code": "SOMETHING-NEW"}]}}, {"code": {"text": "no code"}}],
                }
            },
        ],
    }
    answer = parse_answer(json.dumps(theirs).encode()).answer
    assert answer == ClaimAnswers(
        "our-header", (ClaimAnswer(PAID.identifier, ClaimOutcome.PARTIAL, "", 7050, ("SOMETHING-NEW",)),)
    )


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"null", "not a JSON object"),
        (b"[" * 100_000, "nested"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "nested"),
        (b'{"a":"' + b"[" * 5_000 + b'"}', "not a message bundle"),
        (b'{"a":NaN}', "not a number"),
        (b'{"a":1e999999999}', "exponent"),
        (b'{"a":' + b"9" * 5_000 + b"}", "too long"),
        (b'{"a":1,"a":2}', "twice"),
        (b'{"a":"\\ud800"}', "half a character"),
        (b'{"\\udc00":1}', "half a character"),
        (b'{"a":"' + b"x" * 200_000 + b'"}', "characters"),
        (b"[" + b"1," * 300_000 + b"1]", "not a JSON object"),
        (b'{"a":[' + b"1," * 300_000 + b"1]}", "values"),
        (b" " * (MAX_BYTES + 1), "larger"),
        (b"{}", "not a message bundle"),
        (changed(FATAL, ["entry", 0, "resource", "resourceType"], "Patient"), "message header"),
        (changed(FATAL, ["entry", 0, "resource", "response"], {"code": "ok"}), "without"),
        (changed(FATAL, ["entry", 0, "resource", "response", "code"], "maybe"), "without"),
        (changed(FATAL, ["entry", 0, "resource", "response", "identifier"], "x" * (MAX_IDENTIFIER + 1)), "without"),
        (changed(FATAL, ["entry", 0, "resource", "response"], []), "not known here"),
        (changed(DECISIONS, ["entry", 2, "resource", "outcome"], "perhaps"), "outcome"),
        (changed(DECISIONS, ["entry", 2, "resource", "request", "identifier", "value"], 7), "claim it is about"),
        (
            changed(DECISIONS, ["entry", 2, "resource", "item", 0, "adjudication", 0, "amount", "value"], "70"),
            "not a number",
        ),
        (
            changed(DECISIONS, ["entry", 2, "resource", "item", 0, "adjudication", 0, "amount", "value"], 70.001),
            "pounds and pence",
        ),
        (
            changed(DECISIONS, ["entry", 2, "resource", "item", 0, "adjudication", 0, "amount", "currency"], "EUR"),
            "sterling",
        ),
        (
            changed(DECISIONS, ["entry", 3, "resource", "request", "identifier", "value"], PAID.identifier),
            "two decisions",
        ),
        (claim_bytes("not an answer", line()), "not known here"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_what_cannot_be_understood_is_unknown_in_words(raw: bytes, words: str) -> None:
    answer = parse_answer(raw, workflow_id="ENH_SOMETHING").answer
    assert isinstance(answer, Unknown)
    assert words in answer.words
    assert answer.words.startswith("ENH_SOMETHING")


def test_words_from_outside_are_one_short_plain_line() -> None:
    said = "Pay\x00 now\r\n\u202e<a href='x'>" + "y" * 5_000
    bundle = json.loads(FATAL)
    outcome = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "OperationOutcome")
    outcome["issue"] = [{"severity": "error", "code": "invalid", "details": {"text": said}}]
    answer = parse_answer(json.dumps(bundle).encode()).answer
    assert isinstance(answer, Ack)
    assert answer.words.startswith("Pay now <a href='x'>yyy")
    assert len(answer.words) == MAX_WORDS
    assert answer.words.isprintable()
    assert plain(None) == plain(7) == plain([]) == ""


SEEDS = (DECISIONS, FATAL, ack_bundle(ENVELOPE, AckCode.OK), claim_bytes("claim", line()))
JUNK: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**20,
    0.1,
    "",
    "x" * 300,
    "\ud800",
    [],
    {},
    [[]],
    [None],
    {"value": {}},
    {"coding": 3},
)


def mutated(rng: random.Random) -> bytes:
    """A reply with bytes, values or whole parts put wrong."""
    raw = rng.choice(SEEDS)
    if rng.random() < 0.35:
        broken = bytearray(raw)
        for _ in range(rng.randint(1, 12)):
            place = rng.randrange(len(broken))
            match rng.randrange(3):
                case 0:
                    broken[place] = rng.randrange(256)
                case 1:
                    del broken[place : place + rng.randint(1, 60)]
                case _:
                    broken[place:place] = rng.choice([b"{", b"[", b'"', b"\\u", b"\x00", b"9" * 40, b"null", b"e99"])
        return bytes(broken)
    bundle = json.loads(raw)
    for _ in range(rng.randint(1, 6)):
        _spoil(bundle, rng)
    return json.dumps(bundle, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")


def _spoil(value: Any, rng: random.Random) -> None:
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = rng.choice(keys)
        if isinstance(value[key], dict | list) and rng.random() < 0.85:
            value = value[key]
            continue
        match rng.randrange(3):
            case 0:
                value[key] = rng.choice(JUNK)
            case 1:
                del value[key]
            case _:
                value[key] = [value[key], value[key]]
        return


def test_two_thousand_mutated_replies_are_read_without_harm() -> None:
    rng = random.Random(20161114)
    kinds: dict[str, int] = {}
    slowest = 0.0
    for _ in range(2_000):
        raw = mutated(rng)
        start = time.thread_time()
        answer = parse_answer(raw, workflow_id="ENH_CCP_CLAIM_RESPONSE").answer
        check_message(raw)
        slowest = max(slowest, time.thread_time() - start)
        kinds[type(answer).__name__] = kinds.get(type(answer).__name__, 0) + 1
        if isinstance(answer, ClaimAnswers):
            assert all(len(one.identifier) <= MAX_IDENTIFIER and one.identifier for one in answer.answers)
    assert slowest < 2
    assert set(kinds) >= {"Unknown", "Ack", "ClaimAnswers"}, kinds
