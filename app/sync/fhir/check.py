"""Whether a message keeps the contract, by our own rules; and, separately, whether it is valid FHIR R4.

No validator of FHIR alone is enough here: none of those tried noticed a wrong NHS check digit or a champion that is
not in the message. Our rules are plain Python and run before every first send; :func:`validate_r4` loads a large
library and serves the command line and the tests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.domain.errors import Problem
from app.domain.messages import PREMIUM_AREAS, AckCode, AlertPriority, ClaimOutcome, Event, is_reason_code
from app.domain.nhs import is_nhs_number
from app.sync.fhir import codes, jsonio
from app.sync.fhir.jsonio import dict_of, list_of, text_of

_URN = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_FULL_URL = re.compile(r"urn:uuid:[0-9A-Fa-f-]{36}|https?://\S+")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ENDPOINT = re.compile(r"(mesh|folder|https):\S+")
_ODS = re.compile(r"[A-Z0-9]{3,12}")
_CLAIM_ID = re.compile(r"([A-Z0-9]{3,12})\|([^|\s][^|]{0,99})\|(\d{4}-\d\d-\d\d)\|v([1-9]\d{0,5})")
_GENDERS = frozenset({"male", "female", "other", "unknown"})
_KNOWN_TYPES = frozenset({
    "MessageHeader", "Claim", "ClaimResponse", "Patient", "Organization", "Practitioner", "Provenance", "Communication",
    "Flag", "Observation", "OperationOutcome", "ServiceRequest", "Task", "QuestionnaireResponse", "MeasureReport",
    "Condition", "Location", "PractitionerRole", "Coverage", "PaymentNotice", "PaymentReconciliation", "Endpoint",
    "Device", "RelatedPerson", "Consent", "Composition", "DocumentReference", "Binary", "CareTeam", "HealthcareService",
})  # fmt: skip
#: What the focus of each of our events must be.
_FOCUS: Mapping[str, frozenset[str]] = {
    Event.CLAIM: frozenset({"Claim"}),
    Event.ALERT: frozenset({"Communication", "Flag"}),
    Event.RAPID_REFERRAL: frozenset({"ServiceRequest"}),
    Event.ASSESSMENT: frozenset({"QuestionnaireResponse"}),
    Event.QUALITY_RETURN: frozenset({"MeasureReport"}),
    Event.VACANCY_RETURN: frozenset({"MeasureReport"}),
}
_MOST_PENCE = 100_000_000
WRONG_NHS_NUMBER = "The NHS number is wrong: check its digits"

Found = Iterator[Problem]


def check_message(raw: bytes) -> tuple[Problem, ...]:
    """Every breach of the message contract, ours or the CCG's; empty when there is none.

    ``field`` of a problem is the place in the message (``Claim[0].total``). Never raises, whatever the bytes are.
    """
    try:
        bundle = jsonio.read(raw)
    except jsonio.Unreadable as trouble:
        return (Problem("message", str(trouble)),)
    if _says_nothing(bundle):
        return tuple(empties(bundle, "Bundle"))  # the other rules presume that what is there says something
    return tuple(_Checker(bundle).problems())


def validate_r4(raw: bytes) -> tuple[Problem, ...]:
    """What the FHIR library finds wrong, by R4 element names and types; empty when nothing.

    Uses the R4B classes of ``fhir.resources``, whose elements are those of R4 for every resource used here. Loads the
    library at first use (0.6 seconds), so keep it off the path of a send and off the screen's thread.
    """
    try:
        bundle = jsonio.read(raw)
    except jsonio.Unreadable as trouble:
        return (Problem("message", str(trouble)),)
    return r4_problems(bundle)


def r4_problems(bundle: dict[str, Any]) -> tuple[Problem, ...]:
    """:func:`validate_r4` of what was read already."""
    if bundle.get("resourceType") != "Bundle":
        return (Problem("Bundle", "It is not a FHIR Bundle"),)
    from fhir.resources.R4B.bundle import Bundle
    from pydantic import ValidationError

    try:
        Bundle.model_validate(bundle)
    except ValidationError as trouble:
        # Only the place and the kind: the library's own text quotes the value, which may name a resident.
        return tuple(
            Problem(".".join(map(str, error["loc"])) or "Bundle", f"It is not valid FHIR R4 ({error['type']})")
            for error in trouble.errors(include_url=False, include_input=False, include_context=False)
        )
    return ()


def _says_nothing(value: object) -> bool:
    """Whether there is an empty value anywhere: the quick look, before :func:`empties` says where."""
    if isinstance(value, dict):
        return not value or any(map(_says_nothing, value.values()))
    if isinstance(value, list):
        return not value or any(map(_says_nothing, value))
    return value is None or (isinstance(value, str) and (not value or value.isspace()))


def empties(value: object, where: str) -> Found:
    """FHIR has no empty values: a thing is there and says something, or it is absent."""
    if value is None:
        yield Problem(where, "null is not allowed: leave the field out")
    elif isinstance(value, str) and not value.strip():
        yield Problem(where, "It is empty: leave the field out")
    elif isinstance(value, dict):
        if not value:
            yield Problem(where, "It is empty: leave the field out")
        for key, item in value.items():
            yield from empties(item, f"{where}.{key}")
    elif isinstance(value, list):
        if not value:
            yield Problem(where, "It is empty: leave the field out")
        for number, item in enumerate(value):
            yield from empties(item, f"{where}[{number}]")


class _Checker:
    """One pass over one bundle."""

    def __init__(self, bundle: dict[str, Any]) -> None:
        self.bundle = bundle
        self.resources: list[tuple[str, dict[str, Any]]] = []
        self.by_url: dict[str, str] = {}

    def problems(self) -> Found:
        bundle = self.bundle
        if bundle.get("resourceType") != "Bundle" or bundle.get("type") != "message":
            yield Problem("Bundle.type", "It is not a FHIR message bundle")
            return
        identifier = dict_of(bundle.get("identifier"))
        if not _URN.fullmatch(text_of(identifier.get("value"))):
            yield Problem("Bundle.identifier", "It must be urn:uuid: and a UUID in lower case")
        if not text_of(identifier.get("system")).endswith("/message"):
            yield Problem("Bundle.identifier.system", "It must be the message system")
        if not is_instant(bundle.get("timestamp")):
            yield Problem("Bundle.timestamp", "It must be an instant with a time zone")
        yield from self._entries()
        if not self.resources:
            return
        yield from self._header()
        for where, resource in self.resources:
            yield from self._everywhere(resource, where)
            if rules := _RULES.get(resource["resourceType"]):
                yield from rules(self, where, resource)
        yield from self._one_home_week()

    def _entries(self) -> Found:
        entries = self.bundle.get("entry")
        if not isinstance(entries, list) or not entries:
            yield Problem("Bundle.entry", "It holds nothing")
            return
        counts: dict[str, int] = {}
        for number, entry in enumerate(entries):
            resource = dict_of(dict_of(entry).get("resource"))
            kind, url = resource.get("resourceType"), dict_of(entry).get("fullUrl")
            if not isinstance(kind, str) or kind not in _KNOWN_TYPES:
                yield Problem(f"Bundle.entry[{number}]", "It holds a kind of resource that messages do not use")
                continue
            if not isinstance(url, str) or not _FULL_URL.fullmatch(url):
                yield Problem(f"Bundle.entry[{number}].fullUrl", "It must be urn:uuid: and a UUID, or an address")
            elif url in self.by_url:
                yield Problem(f"Bundle.entry[{number}].fullUrl", "Two entries have the same address")
            else:
                self.by_url[url] = kind
                if isinstance(resource.get("id"), str):
                    self.by_url.setdefault(f"{kind}/{resource['id']}", kind)
            self.resources.append((f"{kind}[{counts.get(kind, 0)}]", resource))
            counts[kind] = counts.get(kind, 0) + 1
        if counts.get("MessageHeader", 0) != 1 or dict_of(dict_of(entries[0]).get("resource")).get("resourceType") != (
            "MessageHeader"
        ):
            yield Problem("Bundle.entry[0]", "The first entry, and only the first, must be a MessageHeader")

    def _header(self) -> Found:
        header = next((item for _, item in self.resources if item["resourceType"] == "MessageHeader"), None)
        if header is None:
            return
        if not text_of(header.get("id")):
            yield Problem("MessageHeader.id", "It must have an id, which the answer will name")
        event = dict_of(header.get("eventCoding"))
        code = text_of(event.get("code"))
        if not code or not text_of(event.get("system")).endswith("/message-event"):
            yield Problem("MessageHeader.eventCoding", "It must name the event, from the message-event system")
        if not _ENDPOINT.fullmatch(text_of(dict_of(header.get("source")).get("endpoint"))):
            yield Problem("MessageHeader.source.endpoint", "It must be mesh:, folder: or https: and an address")
        destinations = list_of(header.get("destination"))
        if not destinations or not _ENDPOINT.fullmatch(text_of(dict_of(destinations[0]).get("endpoint"))):
            yield Problem("MessageHeader.destination", "It must be mesh:, folder: or https: and an address")
        if not dict_of(header.get("sender")):
            yield Problem("MessageHeader.sender", "It must say who sends")
        if "response" in header:
            response = dict_of(header.get("response"))
            if not text_of(response.get("identifier")):
                yield Problem("MessageHeader.response.identifier", "It must name the message that it answers")
            if text_of(response.get("code")) not in set(AckCode):
                yield Problem("MessageHeader.response.code", "It must be ok, transient-error or fatal-error")
            return
        if code not in _FOCUS:
            yield Problem("MessageHeader.eventCoding.code", "It is not an event of the contract")
            return
        focus = [text_of(dict_of(item).get("reference")) for item in list_of(header.get("focus"))]
        kinds = [self.by_url.get(reference) for reference in focus]
        if not focus or any(kind not in _FOCUS[code] for kind in kinds):
            wanted = " or ".join(sorted(_FOCUS[code]))
            yield Problem("MessageHeader.focus", f"It must point to {wanted} in this message")
        if code == Event.CLAIM and len(set(focus)) != sum(r["resourceType"] == "Claim" for _, r in self.resources):
            yield Problem("MessageHeader.focus", "It must point to every claim in this message")

    def _everywhere(self, resource: dict[str, Any], where: str) -> Found:
        """Rules for the same thing wherever it stands: references, periods, NHS numbers, organisation codes."""
        pending: list[tuple[str, object]] = [(where, resource)]
        while pending:
            place, value = pending.pop()
            if isinstance(value, list):
                pending.extend((place, item) for item in value)
            elif isinstance(value, dict):
                yield from self._one_thing(value, place)
                for key, item in value.items():
                    if isinstance(item, dict | list):
                        pending.append((f"{where}…{key}", item))
                        if isinstance(item, dict) and key.endswith(("period", "Period")):
                            yield from _period(item, f"{where}…{key}")

    def _one_thing(self, value: dict[str, Any], place: str) -> Found:
        reference = value.get("reference")
        if isinstance(reference, str):
            if reference not in self.by_url:
                yield Problem(place, "It points to something that is not in this message")
            elif "type" in value and value["type"] != self.by_url[reference]:
                yield Problem(place, "It points to another kind of resource than it says")
        system = value.get("system")
        if system == codes.NHS_NUMBER and "value" in value and not is_nhs_number(text_of(value["value"])):
            yield Problem(place, WRONG_NHS_NUMBER)
        if system == codes.ODS and not _ODS.fullmatch(text_of(value.get("value"))):
            yield Problem(place, "The organisation code must be 3 to 12 letters and digits")
        if value.get("currency", "GBP") != "GBP":
            yield Problem(f"{place}.currency", "Amounts are in pounds sterling (GBP)")

    def _points_to(self, value: object, *kinds: str) -> bool:
        return self.by_url.get(text_of(dict_of(value).get("reference"))) in kinds

    # ------------------------------------------------------------------------------------------------ one kind each

    def _claim(self, where: str, claim: dict[str, Any]) -> Found:
        yield from self._claim_identity(where, claim)
        if claim.get("use") != "claim":
            yield Problem(f"{where}.use", "It must be claim")
        if not self._points_to(claim.get("patient"), "Patient"):
            yield Problem(f"{where}.patient", "It must point to the resident")
        if not self._points_to(claim.get("provider"), "Organization"):
            yield Problem(f"{where}.provider", "It must point to the home")
        if "insurer" in claim and not self._points_to(claim["insurer"], "Organization"):
            yield Problem(f"{where}.insurer", "It must point to an organisation")
        if not is_instant(claim.get("created")) and day_of(claim.get("created")) is None:
            yield Problem(f"{where}.created", "It must be a date, or an instant with a time zone")
        if claim.get("diagnosis"):
            yield Problem(f"{where}.diagnosis", "A claim carries no diagnosis")
        insurance = dict_of(next(iter(list_of(claim.get("insurance"))), None))
        coverage = dict_of(dict_of(insurance.get("coverage")).get("identifier"))
        if coverage.get("value") != codes.COVERAGE:
            yield Problem(f"{where}.insurance", f"Its coverage must be {codes.COVERAGE}")
        yield from self._care_team(where, claim)
        yield from self._amounts(where, claim)

    def _claim_identity(self, where: str, claim: dict[str, Any]) -> Found:
        identifier = dict_of(next(iter(list_of(claim.get("identifier"))), None))
        named = _CLAIM_ID.fullmatch(text_of(identifier.get("value")))
        week = dict_of(claim.get("billablePeriod"))
        start, end = day_of(week.get("start")), day_of(week.get("end"))
        if named is None or not text_of(identifier.get("system")).endswith("/claim-id"):
            yield Problem(f"{where}.identifier", "It must be <home>|<resident key>|<week start>|v<n>")
        elif start is not None and named[3] != start.isoformat():
            yield Problem(f"{where}.identifier", "It names another week than the claim's period")
        if start is None or end is None or start.weekday() != 0 or end != start + timedelta(days=6):
            yield Problem(f"{where}.billablePeriod", "It must be one week, Monday to Sunday")
        status = claim.get("status")
        related = dict_of(next(iter(list_of(claim.get("related"))), None))
        reversed_id = text_of(dict_of(dict_of(related.get("claim")).get("identifier")).get("value"))
        if status not in {"active", "cancelled"}:
            yield Problem(f"{where}.status", "It must be active, or cancelled for a reversal")
        elif status == "cancelled":
            earlier = _CLAIM_ID.fullmatch(reversed_id)
            if earlier is None:
                yield Problem(f"{where}.related", "A reversal must name the claim that it takes back")
            elif named and (earlier.groups()[:3] != named.groups()[:3] or int(earlier[4]) >= int(named[4])):
                yield Problem(f"{where}.related", "A reversal must name an earlier version of the same claim")

    def _care_team(self, where: str, claim: dict[str, Any]) -> Found:
        sequences: dict[str, set[object]] = {}
        for key in ("careTeam", "supportingInfo"):
            numbers = [dict_of(item).get("sequence") for item in list_of(claim.get(key))]
            whole = [number for number in numbers if isinstance(number, int) and not isinstance(number, bool)]
            if len(whole) != len(numbers) or len(set(whole)) != len(whole) or any(number < 1 for number in whole):
                yield Problem(f"{where}.{key}", "Its sequence numbers must be there, positive and different")
            sequences[key] = set(whole)
        for number, member in enumerate(map(dict_of, list_of(claim.get("careTeam")))):
            coding = dict_of(next(iter(list_of(dict_of(member.get("qualification")).get("coding"))), None))
            if text_of(coding.get("code")) not in PREMIUM_AREAS:
                yield Problem(f"{where}.careTeam[{number}].qualification", "It is not an area of the premium")
            if not self._points_to(member.get("provider"), "Practitioner", "PractitionerRole"):
                yield Problem(f"{where}.careTeam[{number}].provider", "It must point to the champion")
        for number, item in enumerate(map(dict_of, list_of(claim.get("item")))):
            for key, of in (("careTeamSequence", "careTeam"), ("informationSequence", "supportingInfo")):
                links = list_of(item.get(key))
                if any(not isinstance(link, int) or link not in sequences[of] for link in links):
                    yield Problem(f"{where}.item[{number}].{key}", f"It points to a {of} that is not in the claim")
        for number, info in enumerate(map(dict_of, list_of(claim.get("supportingInfo")))):
            coding = dict_of(next(iter(list_of(dict_of(info.get("category")).get("coding"))), None))
            if text_of(coding.get("system")).endswith("/premium-area"):
                if text_of(coding.get("code")) not in PREMIUM_AREAS:
                    yield Problem(f"{where}.supportingInfo[{number}].category", "It is not an area of the premium")
                if day_of(info.get("timingDate")) is None:
                    yield Problem(f"{where}.supportingInfo[{number}].timingDate", "Evidence must have a date")

    def _amounts(self, where: str, claim: dict[str, Any]) -> Found:
        items = [dict_of(item) for item in list_of(claim.get("item"))]
        if not items:
            yield Problem(f"{where}.item", "A claim must have an item")
            return
        total = _pence(claim.get("total"))
        nets = [_pence(item.get("net")) for item in items]
        if total is None or any(net is None for net in nets):
            yield Problem(f"{where}.total", "Amounts must be whole pence, as a number with GBP")
            return
        if sum(net for net in nets if net is not None) != total:
            yield Problem(f"{where}.total", "It is not the sum of the items")
        if claim.get("status") == "active" and total <= 0:
            yield Problem(f"{where}.total", "A claim must be for more than nothing")
        if claim.get("status") == "cancelled" and total > 0:
            yield Problem(f"{where}.total", "A reversal takes back: its amount must not be above nothing")

    def _one_home_week(self) -> Found:
        claims = [(where, item) for where, item in self.resources if item["resourceType"] == "Claim"]
        seen: set[str] = set()
        homes_and_weeks: set[tuple[str, str]] = set()
        for where, claim in claims:
            identifier = text_of(dict_of(next(iter(list_of(claim.get("identifier"))), None)).get("value"))
            if identifier in seen:
                yield Problem(f"{where}.identifier", "Two claims in this message have the same identifier")
            seen.add(identifier)
            if named := _CLAIM_ID.fullmatch(identifier):
                homes_and_weeks.add((named[1], named[3]))
        if len(homes_and_weeks) > 1:
            yield Problem("Bundle", "One message carries the claims of one home for one week")

    def _patient(self, where: str, patient: dict[str, Any]) -> Found:
        numbers = [dict_of(item) for item in list_of(patient.get("identifier"))]
        nhs = [item for item in numbers if item.get("system") == codes.NHS_NUMBER]
        if not any("value" in item or item.get("extension") for item in nhs):
            yield Problem(f"{where}.identifier", "It must have the NHS number, or the reason why it is not known")
        if day_of(patient.get("birthDate")) is None:
            yield Problem(f"{where}.birthDate", "It must be a real date")
        if "gender" in patient and text_of(patient["gender"]) not in _GENDERS:
            yield Problem(f"{where}.gender", "It must be male, female, other or unknown")

    def _communication(self, where: str, item: dict[str, Any]) -> Found:
        if text_of(item.get("priority")) not in set(AlertPriority):
            yield Problem(f"{where}.priority", "It must be routine, urgent, asap or stat")
        if item.get("status") != "completed":
            yield Problem(f"{where}.status", "It must be completed")
        if not self._points_to(item.get("subject"), "Patient"):
            yield Problem(f"{where}.subject", "It must point to the resident")
        if not list_of(item.get("category")):
            yield Problem(f"{where}.category", "It must name the kind of alert")
        lines = [text_of(dict_of(line).get("contentString")) for line in list_of(item.get("payload"))]
        if not lines or not all(lines):
            yield Problem(f"{where}.payload", "It must say what happened")
        if not is_instant(item.get("sent")):
            yield Problem(f"{where}.sent", "It must be an instant with a time zone")

    def _flag(self, where: str, item: dict[str, Any]) -> Found:
        if text_of(item.get("status")) not in {"active", "inactive", "entered-in-error"}:
            yield Problem(f"{where}.status", "It must be active, inactive or entered-in-error")
        if not self._points_to(item.get("subject"), "Patient"):
            yield Problem(f"{where}.subject", "It must point to the resident")

    def _observation(self, where: str, item: dict[str, Any]) -> Found:
        if text_of(item.get("status")) not in {"final", "amended", "corrected", "preliminary"}:
            yield Problem(f"{where}.status", "It must be final, amended, corrected or preliminary")
        if not self._points_to(item.get("subject"), "Patient"):
            yield Problem(f"{where}.subject", "It must point to the resident")
        values = [key for key in item if key.startswith("value")]
        if len(values) > 1:
            yield Problem(f"{where}.value", "It may have one value only")

    def _claim_response(self, where: str, item: dict[str, Any]) -> Found:
        request = text_of(dict_of(dict_of(item.get("request")).get("identifier")).get("value"))
        if not _CLAIM_ID.fullmatch(request):
            yield Problem(f"{where}.request", "It must name the claim that it answers")
        if text_of(item.get("outcome")) not in set(ClaimOutcome):
            yield Problem(f"{where}.outcome", "It must be complete, error, partial or queued")
        for number, error in enumerate(map(dict_of, list_of(item.get("error")))):
            coding = dict_of(next(iter(list_of(dict_of(error.get("code")).get("coding"))), None))
            if not is_reason_code(text_of(coding.get("code"))):
                yield Problem(f"{where}.error[{number}].code", "It is not a known reason code")
        for number, line in enumerate(map(dict_of, list_of(item.get("item")))):
            for paid in map(dict_of, list_of(line.get("adjudication"))):
                if "amount" in paid and _pence(paid["amount"]) is None:
                    yield Problem(f"{where}.item[{number}]", "Amounts must be whole pence, as a number with GBP")

    def _outcome(self, where: str, item: dict[str, Any]) -> Found:
        issues = [dict_of(issue) for issue in list_of(item.get("issue"))]
        if not issues:
            yield Problem(f"{where}.issue", "It must have an issue")
        for number, issue in enumerate(issues):
            if text_of(issue.get("severity")) not in {"fatal", "error", "warning", "information"}:
                yield Problem(f"{where}.issue[{number}].severity", "It must be fatal, error, warning or information")

    def _provenance(self, where: str, item: dict[str, Any]) -> Found:
        if not is_instant(item.get("recorded")):
            yield Problem(f"{where}.recorded", "It must be an instant with a time zone")


_RULES: Mapping[str, Callable[[_Checker, str, dict[str, Any]], Found]] = {
    "Claim": _Checker._claim,
    "Patient": _Checker._patient,
    "Communication": _Checker._communication,
    "Flag": _Checker._flag,
    "Observation": _Checker._observation,
    "ClaimResponse": _Checker._claim_response,
    "OperationOutcome": _Checker._outcome,
    "Provenance": _Checker._provenance,
}


def _period(period: dict[str, Any], where: str) -> Found:
    ends = []
    for key in ("start", "end"):
        if key in period:
            moment = _moment(period[key])
            if moment is None:
                yield Problem(f"{where}.{key}", "It must be a real date or instant")
                return
            ends.append(moment)
    # Two days compare as days; a day and an instant compare by their days only.
    if len(ends) == 2 and ends[0][: min(map(len, ends))] > ends[1][: min(map(len, ends))]:
        yield Problem(where, "It ends before it starts")


def _moment(value: object) -> tuple[date] | tuple[date, datetime] | None:
    if (day := day_of(value)) is not None:
        return (day,)
    if is_instant(value):
        moment = datetime.fromisoformat(str(value))
        return (moment.date(), moment)
    return None


def day_of(value: object) -> date | None:
    """A real date written as FHIR writes one; None for anything else."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def is_instant(value: object) -> bool:
    """Whether it is a real instant with a time zone, as FHIR writes one."""
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _pence(value: object) -> int | None:
    """An amount of money in pence; None unless it is a number of whole pence in GBP."""
    money = dict_of(value)
    amount = money.get("value")
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal) or money.get("currency") != "GBP":
        return None
    pence = Decimal(amount) * 100
    return int(pence) if pence == pence.to_integral_value() and abs(pence) <= _MOST_PENCE else None
