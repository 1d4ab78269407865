"""Whether a digital copy is sound, by our own rules: what no validator of FHIR alone looks at.

A document that passes has its composition first, leads from there to every entry, says something under every heading
in well-formed XHTML, never shows a resuscitation document that is not in force as one that stands, and carries the very
PDF that it names.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

from app.domain.codec import parse
from app.domain.errors import Problem
from app.domain.nhs import is_nhs_number
from app.sync.fhir import codes
from app.sync.fhir.check import WRONG_NHS_NUMBER, check_message, day_of, empties, is_instant, r4_problems, validate_r4
from app.sync.fhir.document import EMPTY, PDF_TYPE
from app.sync.fhir.document_text import HEADINGS, NOT_IN_FORCE, SLUGS
from app.sync.fhir.jsonio import dict_of, list_of, text_of

Found = Iterator[Problem]

TITLES = (
    "Person demographics", "GP practice", "Person completing record", "Transfer details",
    "Presenting complaints or issues", "Personal contacts", "Professional contacts", "About me",
    "Individual requirements", "Alerts", "Allergies and adverse reactions", "Medications and devices",
    "Legal information", "Safeguarding", "Problem list and history", "Examination findings", "Observations now",
    "Usual observations", "Assessments", "Risks", "Nursing care needs", "Social context", "Services and care",
    "Plan and requested actions", "Care and contingency plans", "End of life care: resuscitation (CPR)", "Documents",
)  # fmt: skip
"""The headings that every document has, in their order."""
_URN = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TYPES = frozenset({
    "Composition", "Patient", "Organization", "Practitioner", "PractitionerRole", "AllergyIntolerance", "Condition",
    "MedicationStatement", "Observation", "Flag", "DocumentReference", "Binary",
})  # fmt: skip
_ABOUT = {
    "AllergyIntolerance": "patient", "Condition": "subject", "MedicationStatement": "subject", "Observation": "subject",
    "Flag": "subject", "DocumentReference": "subject", "Composition": "subject",
}  # fmt: skip
_ODS = re.compile(r"[A-Z0-9]{3,12}")
_NO_MARKUP = re.compile(r"<[!?]")
_XHTML = "{http://www.w3.org/1999/xhtml}"
_ALLOWED = frozenset(f"{_XHTML}{tag}" for tag in ("div", "p", "table", "tbody", "tr", "th", "td", "br"))


def check_document(raw: bytes) -> tuple[Problem, ...]:
    """Everything that is wrong with a digital copy of a pack; empty when nothing is.

    ``field`` of a problem is the place in the document (``Composition.section[3]``). Never raises, whatever the bytes.
    """
    try:
        bundle = parse(raw)
    except (ValueError, RecursionError):
        return (Problem("document", "It is not JSON"),)
    if not isinstance(bundle, dict):
        return (Problem("document", "It is not a JSON object"),)
    try:
        if blank := tuple(empties(bundle, "Bundle")):
            return blank  # the other rules presume that what is there says something
        return tuple(_Checker(bundle).problems())
    except RecursionError:
        return (Problem("document", "It is nested too deeply"),)


def check_bundle(raw: bytes) -> tuple[Problem, ...]:
    """Everything that is wrong with a file that should be a message or a digital copy: by the rules of what it says it
    is, and by R4. Anything else is checked as a message. Never raises."""
    try:
        bundle = parse(raw)  # the PDF in a copy is longer than any text of a message may be
    except (ValueError, RecursionError):
        bundle = None
    if not isinstance(bundle, dict) or bundle.get("type") != "document":
        return (*check_message(raw), *validate_r4(raw))
    found = check_document(raw)
    try:
        return (*found, *r4_problems(bundle))
    except RecursionError:
        return found or (Problem("document", "It is nested too deeply"),)


class _Checker:
    """One pass over one document."""

    def __init__(self, bundle: dict[str, Any]) -> None:
        self.bundle = bundle
        self.by_url: dict[str, dict[str, Any]] = {}

    def problems(self) -> Found:
        bundle = self.bundle
        if bundle.get("resourceType") != "Bundle" or bundle.get("type") != "document":
            yield Problem("Bundle.type", "It is not a FHIR document")
            return
        identifier = dict_of(bundle.get("identifier"))
        if not text_of(identifier.get("system")) or not _URN.fullmatch(text_of(identifier.get("value"))):
            yield Problem("Bundle.identifier", "It must have a system and be urn:uuid: and a UUID in lower case")
        if not is_instant(bundle.get("timestamp")):
            yield Problem("Bundle.timestamp", "It must be an instant with a time zone")
        yield from self._entries()
        first = dict_of(dict_of(next(iter(list_of(bundle.get("entry"))), None)).get("resource"))
        if first.get("resourceType") != "Composition":
            yield Problem("Bundle.entry[0]", "The first entry must be the Composition")
            return
        yield from self._composition(first)
        yield from self._reached(first)
        for resource in self.by_url.values():
            yield from self._resource(resource)
        yield from self._paper()

    def _entries(self) -> Found:
        for number, entry in enumerate(map(dict_of, list_of(self.bundle.get("entry")))):
            where = f"Bundle.entry[{number}]"
            resource, url = dict_of(entry.get("resource")), text_of(entry.get("fullUrl"))
            kind = text_of(resource.get("resourceType"))
            if kind not in _TYPES:
                yield Problem(where, "It holds a kind of resource that the document does not use")
            if kind == "Composition" and number:
                yield Problem(where, "There is a second Composition")
            if not _URN.fullmatch(url):
                yield Problem(f"{where}.fullUrl", "It must be urn:uuid: and a UUID in lower case")
            elif url in self.by_url:
                yield Problem(f"{where}.fullUrl", "Two entries have the same address")
            elif url != f"urn:uuid:{resource.get('id')}":
                yield Problem(f"{where}.fullUrl", "It is not the address of the resource's id")
            self.by_url.setdefault(url, resource)

    def _kind_at(self, value: object) -> str:
        return text_of(self.by_url.get(text_of(dict_of(value).get("reference")), {}).get("resourceType"))

    # ---------------------------------------------------------------------------------------------------- the headings

    def _composition(self, item: dict[str, Any]) -> Found:
        if item.get("status") != "final":
            yield Problem("Composition.status", "It must be final")
        if not text_of(item.get("title")):
            yield Problem("Composition.title", "It must have a title")
        if not is_instant(item.get("date")):
            yield Problem("Composition.date", "It must be an instant with a time zone")
        if not list_of(dict_of(item.get("type")).get("coding")):
            yield Problem("Composition.type", "It must say what kind of document it is")
        if not any(self._kind_at(each) in {"PractitionerRole", "Practitioner"} for each in list_of(item.get("author"))):
            yield Problem("Composition.author", "It must point to who made it")
        if self._kind_at(item.get("custodian")) != "Organization":
            yield Problem("Composition.custodian", "It must point to the home")
        yield from _narrative(item, "Composition")
        sections = [dict_of(each) for each in list_of(item.get("section"))]
        if tuple(text_of(each.get("title")) for each in sections) != TITLES:
            yield Problem("Composition.section", "Its headings are not those of a transfer, in their order")
        for number, section in enumerate(sections):
            yield from self._section(section, f"Composition.section[{number}]")

    def _section(self, section: dict[str, Any], where: str) -> Found:
        yield from _narrative(section, where)
        for coding in map(dict_of, list_of(dict_of(section.get("code")).get("coding"))):
            if coding.get("system") != HEADINGS or text_of(coding.get("code")) not in SLUGS:
                yield Problem(f"{where}.code", "It is not a known UK Core heading")
        reason = section.get("emptyReason")
        if reason is not None:
            if section.get("entry"):
                yield Problem(f"{where}.emptyReason", "It gives a reason for being empty and is not")
            found = [dict_of(each) for each in list_of(dict_of(reason).get("coding"))]
            known = [text_of(each.get("code")) for each in found if each.get("system") == EMPTY]
            if len(known) != 1 or known[0] not in {"nilknown", "unavailable"}:
                yield Problem(f"{where}.emptyReason", "It must be nilknown or unavailable")
        for number, part in enumerate(map(dict_of, list_of(section.get("section")))):
            yield from self._section(part, f"{where}.section[{number}]")

    def _reached(self, composition: dict[str, Any]) -> Found:
        """Every link ends at an entry, and every entry is at the end of a link."""
        seen: set[str] = {f"urn:uuid:{composition.get('id')}"}
        pending: list[tuple[str, object]] = [("Composition", composition)]
        while pending:
            place, value = pending.pop()
            if isinstance(value, list):
                pending.extend((place, each) for each in value)
            elif isinstance(value, dict):
                url = value.get("reference", value.get("url") if value.get("contentType") == PDF_TYPE else None)
                if isinstance(url, str):
                    target = self.by_url.get(url)
                    if target is None:
                        yield Problem(place, "It points to something that is not in this document")
                    else:
                        if value.get("type", target.get("resourceType")) != target.get("resourceType"):
                            yield Problem(place, "It points to another kind of resource than it says")
                        if url not in seen:
                            seen.add(url)
                            pending.append((text_of(target.get("resourceType")), target))
                pending.extend((place, each) for each in value.values())
        for url, resource in self.by_url.items():
            if url not in seen:
                yield Problem(text_of(resource.get("resourceType")), "Nothing in the document leads to it")

    # ---------------------------------------------------------------------------------------------------- one by one

    def _resource(self, resource: dict[str, Any]) -> Found:
        kind = text_of(resource.get("resourceType"))
        if kind in _ABOUT and self._kind_at(resource.get(_ABOUT[kind])) != "Patient":
            yield Problem(f"{kind}.{_ABOUT[kind]}", "It must point to the resident")
        yield from _identifiers(kind, resource)
        if kind == "Patient":
            yield from self._patient(resource)
        elif kind == "Observation":
            yield from self._observation(resource)
        elif kind == "Flag":
            words = text_of(dict_of(resource.get("code")).get("text"))
            stands = not words.startswith(NOT_IN_FORCE)
            if resource.get("status") != ("active" if stands else "inactive"):
                yield Problem("Flag.status", "It stands exactly when its words do not say NOT IN FORCE")
        elif kind == "AllergyIntolerance" and not text_of(dict_of(resource.get("code")).get("text")):
            yield Problem("AllergyIntolerance.code", "It must name the agent in words")

    def _patient(self, patient: dict[str, Any]) -> Found:
        numbers = [dict_of(each) for each in list_of(patient.get("identifier"))]
        nhs = [each for each in numbers if each.get("system") == codes.NHS_NUMBER]
        if not any("value" in each or each.get("extension") for each in nhs):
            yield Problem("Patient.identifier", "It must have the NHS number, or the reason why it is not known")
        if "_birthDate" not in patient and day_of(patient.get("birthDate")) is None:
            yield Problem("Patient.birthDate", "It must be a real date, or say that it is not known")
        if not list_of(patient.get("name")):
            yield Problem("Patient.name", "It must have a name")

    def _observation(self, item: dict[str, Any]) -> Found:
        for part in (item, *map(dict_of, list_of(item.get("component")))):
            values = [key for key in part if key.startswith("value")]
            empty = not values and "component" not in part
            if len(values) > 1 or ("dataAbsentReason" in part and values) or (empty and "dataAbsentReason" not in part):
                yield Problem("Observation.value", "It must have one value, or say why there is none")
            quantity = dict_of(part.get("valueQuantity"))
            if quantity and (quantity.get("system") != codes.UCUM or not text_of(quantity.get("code"))):
                yield Problem("Observation.valueQuantity", "It must have a unit of UCUM")
        for member in list_of(item.get("hasMember")):
            if self._kind_at(member) != "Observation":
                yield Problem("Observation.hasMember", "It must point to a reading")

    def _paper(self) -> Found:
        """The PDF is there, whole, and the one that the document names."""
        found = [each for each in self.by_url.values() if each.get("resourceType") == "DocumentReference"]
        if len(found) != 1:
            yield Problem("DocumentReference", "There must be one, for the pack as printed")
            return
        contents = list_of(found[0].get("content"))
        attachment = dict_of(dict_of(next(iter(contents), None)).get("attachment"))
        binary = self.by_url.get(text_of(attachment.get("url")), {})
        if binary.get("resourceType") != "Binary" or binary.get("contentType") != PDF_TYPE:
            yield Problem("DocumentReference.content", "It must point to the PDF")
            return
        try:
            pdf = b64decode(text_of(binary.get("data")), validate=True)
        except (NotBase64, ValueError):
            yield Problem("Binary.data", "It is not base64")
            return
        if not pdf.startswith(b"%PDF"):
            yield Problem("Binary.data", "It is not a PDF")
        if attachment.get("size") != len(pdf):
            yield Problem("DocumentReference.content.size", "It is not the size of the PDF")
        if attachment.get("hash") != b64encode(hashlib.sha1(pdf, usedforsecurity=False).digest()).decode():
            yield Problem("DocumentReference.content.hash", "It is not the hash of the PDF")
        prints = {
            text_of(dict_of(each).get("value"))
            for each in list_of(found[0].get("identifier"))
            if text_of(dict_of(each).get("system")).endswith("/pdf-sha256")
        }
        if prints != {hashlib.sha256(pdf).hexdigest()}:
            yield Problem("DocumentReference.identifier", "It is not the fingerprint of the PDF")


def _identifiers(kind: str, resource: dict[str, Any]) -> Found:
    for each in map(dict_of, list_of(resource.get("identifier"))):
        system, value = each.get("system"), text_of(each.get("value"))
        if system == codes.NHS_NUMBER and "value" in each and not is_nhs_number(value):
            yield Problem(f"{kind}.identifier", WRONG_NHS_NUMBER)
        if system == codes.ODS and not _ODS.fullmatch(value):
            yield Problem(f"{kind}.identifier", "The organisation code must be 3 to 12 letters and digits")


def _narrative(item: dict[str, Any], where: str) -> Found:
    """The text of a heading: well-formed XHTML of the few elements we use, and not empty."""
    div = text_of(dict_of(item.get("text")).get("div"))
    if _NO_MARKUP.search(div):
        yield Problem(f"{where}.text", "It holds more than plain XHTML")
        return
    try:
        root = ET.fromstring(div)  # noqa: S314 - no declaration can be in it: that was refused above
    except ET.ParseError:
        yield Problem(f"{where}.text", "It is not well-formed XHTML")
        return
    if root.tag != f"{_XHTML}div" or any(each.tag not in _ALLOWED for each in root.iter()):
        yield Problem(f"{where}.text", "It holds more than plain XHTML")
    if not "".join(root.itertext()).strip():
        yield Problem(f"{where}.text", "It says nothing")
    if any(not (each.text or "").strip() for each in root.iter(f"{_XHTML}td")):
        yield Problem(f"{where}.text", "It leaves an answer blank")
