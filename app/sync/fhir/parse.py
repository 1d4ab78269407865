"""Read what comes back. The sender may be broken or hostile, so nothing is assumed and nothing here raises.

A text from outside is shortened, stripped of control characters and shown as plain text. Whatever cannot be understood
is an :class:`~app.domain.messages.Unknown` with words for the person who will look at it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.domain.messages import (
    Ack,
    AckCode,
    Answer,
    ClaimAnswer,
    ClaimAnswers,
    ClaimOutcome,
    Unknown,
)
from app.sync.fhir import jsonio
from app.sync.fhir.jsonio import dict_of, list_of

MAX_WORDS = 500
MAX_IDENTIFIER = 200
MAX_ANSWERS = 2_000
MAX_REASONS = 40
_MOST_PENCE = 100_000_000


@dataclass(frozen=True, slots=True)
class Parsed:
    """An arrival as understood, with its own Bundle.identifier where it has one."""

    answer: Answer
    bundle_id: str | None


def parse_answer(raw: bytes, *, workflow_id: str = "") -> Parsed:
    """What an arrival says. Never raises, whatever the bytes are; ``workflow_id`` serves the words of an Unknown."""
    what = plain(workflow_id, 60) or "a message without a workflow"
    try:
        bundle = jsonio.read(raw)
    except jsonio.Unreadable as trouble:
        return Parsed(Unknown(f"{what}: {trouble}"), None)
    bundle_id = plain(dict_of(bundle.get("identifier")).get("value"), MAX_IDENTIFIER) or None
    resources = [dict_of(dict_of(entry).get("resource")) for entry in list_of(bundle.get("entry"))]
    if bundle.get("resourceType") != "Bundle" or bundle.get("type") != "message" or not resources:
        return Parsed(Unknown(f"{what}: it is not a message bundle"), bundle_id)
    header = resources[0]
    if header.get("resourceType") != "MessageHeader":
        return Parsed(Unknown(f"{what}: it does not begin with a message header"), bundle_id)
    response = dict_of(header.get("response"))
    response_to = _identifier(response.get("identifier"))
    decisions = [item for item in resources if item.get("resourceType") == "ClaimResponse"]
    if decisions:
        return Parsed(_claim_answers(what, response_to, decisions), bundle_id)
    if response:
        return Parsed(_ack(what, response_to, response, resources), bundle_id)
    event = plain(dict_of(header.get("eventCoding")).get("code"), 60)
    return Parsed(Unknown(f"{what}: event “{event}” is not known here" if event else f"{what}: no event"), bundle_id)


def _ack(what: str, response_to: str, response: dict[str, Any], resources: list[dict[str, Any]]) -> Answer:
    code = response.get("code")
    if not response_to or not isinstance(code, str) or code not in set(AckCode):
        return Unknown(f"{what}: an answer without a code or without the message it answers")
    words = []
    for outcome in resources:
        if outcome.get("resourceType") != "OperationOutcome":
            continue
        for issue in map(dict_of, list_of(outcome.get("issue"))):
            details = dict_of(issue.get("details"))
            coding = next((dict_of(item) for item in list_of(details.get("coding"))), {})
            texts = (details.get("text"), issue.get("diagnostics"), coding.get("display"), issue.get("code"))
            words.append(next((text for text in map(plain, texts) if text), ""))
    return Ack(response_to, AckCode(code), plain("; ".join(word for word in words if word)))


def _claim_answers(what: str, response_to: str, decisions: list[dict[str, Any]]) -> Answer:
    if len(decisions) > MAX_ANSWERS:
        return Unknown(f"{what}: more than {MAX_ANSWERS} decisions in one message")
    answers: dict[str, ClaimAnswer] = {}
    for decision in decisions:
        identifier = _identifier(dict_of(dict_of(decision.get("request")).get("identifier")).get("value"))
        outcome = decision.get("outcome")
        if not identifier or not isinstance(outcome, str) or outcome not in set(ClaimOutcome):
            return Unknown(f"{what}: a decision without a known outcome or without the claim it is about")
        if identifier in answers:
            return Unknown(f"{what}: two decisions on one claim")
        pence = _pence(decision)
        if isinstance(pence, str):
            return Unknown(f"{what}: {pence}")
        answers[identifier] = ClaimAnswer(
            identifier, ClaimOutcome(outcome), plain(decision.get("disposition")), pence, _reasons(decision)
        )
    return ClaimAnswers(response_to or None, tuple(answers.values()))


def _reasons(decision: dict[str, Any]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for error in map(dict_of, list_of(decision.get("error"))):
        for coding in map(dict_of, list_of(dict_of(error.get("code")).get("coding"))):
            if code := plain(coding.get("code"), 60):
                found[code] = None
                break
    return tuple(found)[:MAX_REASONS]


def _pence(decision: dict[str, Any]) -> int | str | None:
    """The sum of the benefit amounts in pence, None when none is said, or what is wrong with them in words."""
    total: int | None = None
    for item in map(dict_of, list_of(decision.get("item"))):
        for adjudication in map(dict_of, list_of(item.get("adjudication"))):
            codes = [
                dict_of(coding).get("code") for coding in list_of(dict_of(adjudication.get("category")).get("coding"))
            ]
            if "benefit" not in codes:
                continue
            money = dict_of(adjudication.get("amount"))
            value = money.get("value")
            if isinstance(value, bool) or not isinstance(value, int | Decimal):
                return "an amount that is not a number"
            if money.get("currency", "GBP") != "GBP":
                return "an amount that is not in pounds sterling"
            pence = Decimal(value) * 100
            if pence != pence.to_integral_value() or abs(pence) > _MOST_PENCE:
                return "an amount that is not a sum of pounds and pence"
            total = (total or 0) + int(pence)
    return total


def plain(value: object, limit: int = MAX_WORDS) -> str:
    """A text from outside as one short plain line; an empty string for anything that is not text."""
    if not isinstance(value, str):
        return ""
    kept = "".join(char if unicodedata.category(char)[0] != "C" else " " for char in value[: limit * 2])
    line = re.sub(r"\s+", " ", kept).strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _identifier(value: object) -> str:
    """An identifier to be compared with ours: taken whole or not at all."""
    return value if isinstance(value, str) and len(value) <= MAX_IDENTIFIER and plain(value) == value else ""
