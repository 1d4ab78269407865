"""The digital copy of a red-bag pack: a FHIR R4 document as plain dictionaries, written once to bytes.

Everything is made from what is passed in: the same content, stamp and PDF give the same bytes. The document says in its
sections exactly what the paper says; what a receiving system can use as data (allergies, medicines, readings) stands
beside it as resources, and the PDF itself is the last entry. Without the PDF the document is a tenth of the size, so it
is kept in two steps: :func:`document_without_pdf` when the pack is made, :func:`with_pdf` when somebody asks for it.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID, uuid5

from app.domain.codec import parse
from app.domain.people import Home
from app.domain.transfer import (
    NONE_KNOWN,
    Allergy,
    Contact,
    CprDecision,
    Diagnosis,
    Gp,
    Identity,
    Medicine,
    Observations,
    PackContent,
    PackStamp,
    Said,
    Silence,
    StoppedMedicine,
    is_said,
    words,
)
from app.sync.fhir import codes, jsonio
from app.sync.fhir.build import instant
from app.sync.fhir.document_text import (
    HEADINGS,
    READINGS,
    Part,
    allergy_words,
    clean,
    cpr_words,
    document_parts,
    dosage_words,
    narrative,
    reading_words,
    supply_words,
    total_words,
)

Resource = dict[str, Any]
T = TypeVar("T")

PDF_TYPE = "application/pdf"
TITLE = "Hospital transfer pack"
LOINC = "http://loinc.org"
TRANSFER_SUMMARY = {"system": LOINC, "code": "18761-7"}
"""The kind of document, from the list that R4 prefers for compositions."""
EMPTY = "http://terminology.hl7.org/CodeSystem/list-empty-reason"
DATA_ABSENT_EXTENSION = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
NO_KNOWN_ALLERGY = {"system": codes.SNOMED, "code": "716186003"}
LEAD = "Copy for information. The printed and signed pack that travels with the resident counts."
_ODS = re.compile(r"[A-Z0-9]{3,12}")
_SNOMED = re.compile(r"[1-9]\d{5,17}")
_GENDERS = {"Female": "female", "Male": "male", "Other": "other"}


@dataclass(frozen=True, slots=True)
class Author:
    """Who made the pack, as the record names them: their name, role and staff id (empty when not known)."""

    name: str
    role: str = ""
    staff_id: str = ""


@dataclass(frozen=True, slots=True)
class _Measure:
    """How a reading is coded: LOINC as R4's vital signs ask for it, unit in words and in UCUM."""

    loinc: str
    unit: str
    ucum: str


_MEASURES = {
    "resp_rate": _Measure("9279-1", "breaths/minute", "/min"),
    "spo2": _Measure("2708-6", "%", "%"),
    "pulse": _Measure("8867-4", "beats/minute", "/min"),
    "temp_c": _Measure("8310-5", "degrees C", "Cel"),
}
_PRESSURE, _SYSTOLIC, _DIASTOLIC = "85354-9", "8480-6", "8462-4"
# SNOMED CT, UK edition: the observables of NEWS2 as the Care Connect and Interweave guides list them.
_ACVPU = "1104441000000107"
_SPO2_SCALE_2 = "1104321000000108"
_PART_SCORES = {
    "resp_rate": "1104301000000104",
    "spo2": "1104311000000102",
    "on_oxygen": "1104331000000105",
    "systolic": "1104341000000101",
    "pulse": "1104351000000103",
    "consciousness": "1104361000000100",
    "temp_c": "1104371000000107",
}


def document(
    content: PackContent,
    stamp: PackStamp,
    home: Home,
    pdf: bytes,
    author: Author,
    *,
    replaces: str = "",
    base: str = codes.DEFAULT_BASE,
) -> bytes:
    """The whole document. ``replaces`` is the id of the pack that this one supersedes, if it does."""
    kept = document_without_pdf(content, stamp, home, pdf, author, replaces=replaces, base=base)
    return with_pdf(kept, pdf)


def document_without_pdf(
    content: PackContent,
    stamp: PackStamp,
    home: Home,
    pdf: bytes,
    author: Author,
    *,
    replaces: str = "",
    base: str = codes.DEFAULT_BASE,
) -> bytes:
    """The document but for its last entry. It names the PDF by size and fingerprint already.

    Raises ValueError when the pack's id is not a UUID, as that of a pack which is not recorded.
    """
    return jsonio.write(_Document(content, stamp, home, author, base).bundle(pdf, replaces))


def with_pdf(kept: bytes, pdf: bytes) -> bytes:
    """The whole document from what :func:`document_without_pdf` made and the same PDF; ValueError for another PDF."""
    bundle = parse(kept)
    about = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "DocumentReference")
    attachment = about["content"][0]["attachment"]
    if attachment["hash"] != _sha1(pdf):
        raise ValueError("The PDF is not the one that the document is about")
    binary = {
        "resourceType": "Binary",
        "id": attachment["url"].removeprefix("urn:uuid:"),
        "contentType": PDF_TYPE,
        "data": b64encode(pdf).decode(),
    }
    bundle["entry"].append({"fullUrl": attachment["url"], "resource": binary})
    return jsonio.write(bundle)


def _sha1(data: bytes) -> str:
    """What R4 means by an attachment's hash. It finds a torn file; our own fingerprint is the SHA-256 beside it."""
    return b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


class _Document:
    """The entries of one document as they are made."""

    def __init__(self, content: PackContent, stamp: PackStamp, home: Home, author: Author, base: str) -> None:
        self.content = content
        self.stamp = stamp
        self.home = home
        self.author = author
        self.base = base.rstrip("/")
        self._namespace = UUID(stamp.pack_id)
        self._entries: dict[str, Resource] = {}
        self._sections: dict[str, list[Resource]] = {}

    def bundle(self, pdf: bytes, replaces: str) -> Resource:
        """The whole bundle, the composition first."""
        uuid = self._uuid("document")
        composition = self._composition(pdf, replaces)
        url = f"urn:uuid:{composition['id']}"
        bundle: Resource = {"resourceType": "Bundle"}
        if self.stamp.practice:
            test = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}
            bundle["meta"] = {"security": [test]}
        return bundle | {
            "identifier": {"system": f"{self.base}/document", "value": f"urn:uuid:{uuid}"},
            "type": "document",
            "timestamp": instant(self.stamp.printed_at),
            "entry": [{"fullUrl": url, "resource": composition}, *self._entries.values()],
        }

    # -------------------------------------------------------------------------------------------------------- entries

    def _uuid(self, name: str) -> str:
        return str(uuid5(self._namespace, name))

    def _add(self, name: str, resource: Resource, section: str = "") -> Resource:
        """Put a resource into the document, and into a section; the reference to it."""
        uuid = self._uuid(name)
        body = {"resourceType": resource["resourceType"], "id": uuid, **resource}
        self._entries[name] = {"fullUrl": f"urn:uuid:{uuid}", "resource": body}
        reference = {"reference": f"urn:uuid:{uuid}", "type": resource["resourceType"]}
        if section:
            self._sections.setdefault(section, []).append(reference)
        return reference

    def _each(self, name: str, values: Said[tuple[T, ...]], add: Callable[[str, T], object]) -> None:
        if not isinstance(values, Silence):
            for number, value in enumerate(values, 1):
                add(f"{name}/{number}", value)

    def _composition(self, pdf: bytes, replaces: str) -> Resource:
        stamp, content = self.stamp, self.content
        home = self._add("home", self._home())
        gp = self._add("gp", _gp(content.gp), "gp")
        self._patient = self._add("patient", self._person(home, gp), "person")
        self._author = self._signer(home)
        self._each("allergy", content.allergies, self._allergy)
        if content.allergies is NONE_KNOWN:
            none = {"coding": [NO_KNOWN_ALLERGY], "text": "No known allergies"}
            self._add(
                "allergy/none", self._clinical("AllergyIntolerance", none) | {"patient": self._patient}, "allergies"
            )
        self._each("condition", content.diagnoses, self._condition)
        self._each("medicine", content.medicines, self._medicine)
        self._each("stopped", content.stopped_medicines, self._stopped)
        for key, taken in (("now", content.observations), ("usual", content.usual_observations)):
            if isinstance(taken, Observations):
                self._observations(key, taken)
        self._each("cpr", content.cpr, self._cpr)
        self._pdf(pdf, home)
        parts = document_parts(content, stamp)
        composition: Resource = {
            "resourceType": "Composition",
            "id": self._uuid("composition"),
            "language": "en-GB",
            "text": {"status": "generated", "div": narrative((), lead=f"{self._title()}. {LEAD}")},
            "identifier": {"system": f"{self.base}/pack-id", "value": stamp.pack_id},
            "status": "final",
            "type": _kind(),
            "subject": self._patient,
            "date": instant(stamp.printed_at),
            "author": [self._author],
            "title": self._title(),
            "custodian": home,
        }
        if replaces:
            before = {"system": f"{self.base}/pack-id", "value": replaces}
            composition["relatesTo"] = [{"code": "replaces", "targetIdentifier": before}]
        return composition | {"section": [self._section(part) for part in parts]}

    def _title(self) -> str:
        practice = "PRACTICE: " if self.stamp.practice else ""
        return clean(f"{practice}{TITLE}, version {self.stamp.version}, {self.stamp.home_name}")

    def _section(self, part: Part) -> Resource:
        section: Resource = {"title": part.title}
        if part.slug:
            section["code"] = {"coding": [{"system": HEADINGS, "code": part.slug}], "text": part.title}
        section["text"] = {"status": "generated", "div": narrative(part.rows)}
        entries = self._sections.get(part.key, [])
        if entries:
            section["entry"] = entries
        elif silences := part.silences:
            # Not recorded says only that the record holds nothing: not that nobody asked. So both are "unavailable".
            code = "nilknown" if silences == (NONE_KNOWN,) else "unavailable"
            text = "; ".join(each.value for each in silences)
            section["emptyReason"] = {"coding": [{"system": EMPTY, "code": code}], "text": text}
        if part.parts:
            section["section"] = [self._section(each) for each in part.parts]
        return section

    # ------------------------------------------------------------------------------------------- people and places

    def _home(self) -> Resource:
        home = self.home
        address = _without_blanks({
            "line": [clean(line) for line in home.address if line.strip()], "postalCode": home.postcode.strip(),
        })  # fmt: skip
        return _without_blanks({
            "resourceType": "Organization",
            "identifier": [{"system": codes.ODS, "value": home.ods}] if _ODS.fullmatch(home.ods) else [],
            "name": clean(home.name),
            "telecom": _telecom(("phone", self.stamp.home_phone), ("email", self.content.home.secure_mail)),
            "address": [address] if address else [],
        })  # fmt: skip

    def _person(self, home: Resource, gp: Resource) -> Resource:
        who = self.content.identity
        born: Resource = {"_birthDate": {"extension": [{"url": DATA_ABSENT_EXTENSION, "valueCode": "unknown"}]}}
        if not isinstance(who.date_of_birth, Silence):
            born = {"birthDate": who.date_of_birth.isoformat()}
        contacts = self.content.contacts
        relatives = [] if isinstance(contacts, Silence) else [_relative(each) for each in contacts]
        return _without_blanks({
            "resourceType": "Patient",
            "identifier": [self._nhs_number(who)],
            "name": _names(who),
            "gender": _GENDERS.get(words(who.sex), "unknown"),
            **born,
            "contact": relatives,
            "generalPractitioner": [gp],
            "managingOrganization": home,
        })  # fmt: skip

    def _nhs_number(self, who: Identity) -> Resource:
        if isinstance(who.nhs_number, Silence):
            reason = clean(who.nhs_number_absent_reason) or who.nhs_number.value
            absent = {"url": f"{self.base}/nhs-number-absent-reason", "valueString": reason}
            return {"extension": [absent], "system": codes.NHS_NUMBER}
        # A home has no means of tracing a number, so it never claims that it was verified.
        status = {"system": codes.VERIFICATION_SYSTEM, "code": "number-present-but-not-traced"}
        verified = {"url": codes.VERIFICATION_EXTENSION, "valueCodeableConcept": {"coding": [status]}}
        return {"extension": [verified], "system": codes.NHS_NUMBER, "value": who.nhs_number}

    def _signer(self, home: Resource) -> Resource:
        by = self.author
        person = _without_blanks({
            "resourceType": "Practitioner",
            "identifier": [{"system": f"{self.base}/staff-id", "value": by.staff_id}] if by.staff_id else [],
            "name": [{"text": clean(by.name)}],
        })  # fmt: skip
        role = _without_blanks({
            "resourceType": "PractitionerRole",
            "practitioner": self._add("practitioner", person),
            "organization": home,
            "code": [{"text": clean(by.role)}] if by.role else [],
        })  # fmt: skip
        return self._add("author", role, "author")

    # -------------------------------------------------------------------------------------------------- what is known

    def _clinical(self, kind: str, code: Resource) -> Resource:
        """An allergy or condition that stands. Nothing is said of who confirmed it: a home does not diagnose."""
        system = "allergyintolerance-clinical" if kind == "AllergyIntolerance" else "condition-clinical"
        active = {"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": "active"}
        return {"resourceType": kind, "clinicalStatus": {"coding": [active]}, "code": code}

    def _allergy(self, name: str, each: Allergy) -> None:
        body = self._clinical("AllergyIntolerance", _text(each.agent)) | {"patient": self._patient}
        body["note"] = [_text(allergy_words(each))]
        if is_said(each.reaction):
            body["reaction"] = [{"manifestation": [_text(words(each.reaction))]}]
        self._add(name, body, "allergies")

    def _condition(self, name: str, each: Diagnosis) -> None:
        code = _text(each.name)
        if _SNOMED.fullmatch(each.code):
            code = {"coding": [{"system": codes.SNOMED, "code": each.code}], **code}
        body = self._clinical("Condition", code) | {"subject": self._patient}
        if isinstance(each.since, date):
            body["onsetDateTime"] = each.since.isoformat()
        self._add(name, body, "problems")

    def _medicine(self, name: str, each: Medicine) -> None:
        dosage: Resource = {"text": clean(dosage_words(each))}
        if each.as_needed:
            dosage["asNeededBoolean"] = True
        self._add(name, _without_blanks({
            "resourceType": "MedicationStatement",
            "status": "active",
            "medicationCodeableConcept": _text(each.name),
            "subject": self._patient,
            "dateAsserted": instant(self.stamp.valid_at),
            "informationSource": self._author,
            "reasonCode": [_text(words(each.indication))] if is_said(each.indication) else [],
            "note": [_text(supply_words(each))],
            "dosage": [dosage],
        }), "medicines")  # fmt: skip

    def _stopped(self, name: str, each: StoppedMedicine) -> None:
        on = each.stopped_on
        self._add(name, _without_blanks({
            "resourceType": "MedicationStatement",
            "status": "stopped",
            "statusReason": [_text(words(each.why))] if is_said(each.why) else [],
            "medicationCodeableConcept": _text(each.name),
            "subject": self._patient,
            "effectivePeriod": {"end": on.isoformat()} if isinstance(on, date) else {},
            "dateAsserted": instant(self.stamp.valid_at),
            "informationSource": self._author,
        }), "medicines")  # fmt: skip

    def _cpr(self, name: str, each: CprDecision) -> None:
        """A flag in the words of the paper and without a code: no system may act on less than the whole sentence."""
        self._add(name, {
            "resourceType": "Flag",
            "status": "active" if each.in_force else "inactive",
            "category": [_text("CPR decision")],
            "code": _text(cpr_words(each)),
            "subject": self._patient,
            "author": self._author,
        }, "cpr")  # fmt: skip

    # --------------------------------------------------------------------------------------------------- observations

    def _observations(self, when: str, taken: Observations) -> None:
        readings = [self._reading(when, key, taken) for key in READINGS]
        code = _text("NEWS2 total" if when == "now" else "NEWS2 total, usual")
        number, display = codes.SCORE_CONCEPTS["news2"]
        code = {"coding": [{"system": codes.SNOMED, "code": number, "display": display}], **code}
        body = self._observation(when, "survey", code, taken)
        body["hasMember"] = readings
        if taken.total is None:
            body["dataAbsentReason"] = _absent(total_words(taken))
        else:
            body["valueQuantity"] = _quantity(taken.total, "points", "{score}")
        body["interpretation"] = [_text(total_words(taken))]
        scores = [self._part_score(key, taken) for key in READINGS if key in taken.points]
        self._add(f"observation/{when}/total", body | ({"component": scores} if scores else {}), when)

    def _part_score(self, key: str, taken: Observations) -> Resource:
        number = _SPO2_SCALE_2 if key == "spo2" and taken.spo2_scale == 2 else _PART_SCORES[key]
        code = {"coding": [{"system": codes.SNOMED, "code": number}], **_text(f"{READINGS[key]}, NEWS2 points")}
        return {"code": code, "valueQuantity": _quantity(taken.points[key], "points", "{score}")}

    def _reading(self, when: str, key: str, taken: Observations) -> Resource:
        coding: Mapping[str, str] | None = None
        if key in _MEASURES:
            coding = {"system": LOINC, "code": _MEASURES[key].loinc}
        elif key == "systolic":
            coding = {"system": LOINC, "code": _PRESSURE}
        elif key == "consciousness":
            coding = {"system": codes.SNOMED, "code": _ACVPU}
        code = _text(READINGS[key])
        body = self._observation(when, "vital-signs", {"coding": [coding], **code} if coding else code, taken)
        value = getattr(taken, key)
        if key == "systolic":
            body["component"] = [
                _pressure(_SYSTOLIC, "Systolic", taken.systolic), _pressure(_DIASTOLIC, "Diastolic", taken.diastolic),
            ]  # fmt: skip
        elif not is_said(value):
            body["dataAbsentReason"] = _absent(words(value))
        elif key in _MEASURES:
            body["valueQuantity"] = _quantity(value, _MEASURES[key].unit, _MEASURES[key].ucum)
        elif key == "consciousness":
            level = {"system": f"{self.base}/acvpu", "code": words(value)}
            body["valueCodeableConcept"] = {"coding": [level], **_text(reading_words(taken, key))}
        else:
            body["valueCodeableConcept"] = _text(reading_words(taken, key))
        return self._add(f"observation/{when}/{key}", body, when)

    def _observation(self, when: str, category: str, code: Resource, taken: Observations) -> Resource:
        system = "http://terminology.hl7.org/CodeSystem/observation-category"
        body: Resource = {
            "resourceType": "Observation",
            "status": "final",
            "category": [{"coding": [{"system": system, "code": category}]}],
            "code": code,
            "subject": self._patient,
        }
        if isinstance(taken.measured_at, datetime):
            body["effectiveDateTime"] = instant(taken.measured_at)
        else:
            body["_effectiveDateTime"] = {"extension": [{"url": DATA_ABSENT_EXTENSION, "valueCode": "unknown"}]}
        if when == "usual":
            body["note"] = [_text("Usual observations, when well: not those of today")]
        return body

    # ------------------------------------------------------------------------------------------------------- the paper

    def _pdf(self, pdf: bytes, home: Resource) -> None:
        made = instant(self.stamp.printed_at)
        self._add("pdf", {
            "resourceType": "DocumentReference",
            "masterIdentifier": {"system": f"{self.base}/pack-id", "value": self.stamp.pack_id},
            "identifier": [{"system": f"{self.base}/pdf-sha256", "value": hashlib.sha256(pdf).hexdigest()}],
            "status": "current",
            "docStatus": "final",
            "type": _kind(),
            "subject": self._patient,
            "date": made,
            "author": [self._author],
            "custodian": home,
            "description": f"The pack as printed. {LEAD}",
            "content": [
                {
                    "attachment": {
                        "contentType": PDF_TYPE,
                        "language": "en-GB",
                        "url": f"urn:uuid:{self._uuid('binary')}",
                        "size": len(pdf),
                        "hash": _sha1(pdf),
                        "title": self._title(),
                        "creation": made,
                    }
                }
            ],
        }, "documents")  # fmt: skip


# --- small parts -----------------------------------------------------------------------------------------------------


def _kind() -> Resource:
    return {"coding": [TRANSFER_SUMMARY], "text": TITLE}


def _text(text: str) -> Resource:
    return {"text": clean(text)}


def _absent(text: str) -> Resource:
    return {"coding": [{"system": codes.DATA_ABSENT, "code": "unknown"}], **_text(text)}


def _quantity(value: int | Decimal, unit: str, ucum: str) -> Resource:
    return {"value": value, "unit": unit, "system": codes.UCUM, "code": ucum}


def _pressure(loinc: str, label: str, value: Said[int]) -> Resource:
    code = {"coding": [{"system": LOINC, "code": loinc}], "text": label}
    if isinstance(value, Silence):
        return {"code": code, "dataAbsentReason": _absent(words(value))}
    return {"code": code, "valueQuantity": _quantity(value, "mmHg", "mm[Hg]")}


def _gp(gp: Gp) -> Resource:
    code = words(gp.code)
    return _without_blanks({
        "resourceType": "Organization",
        "identifier": [{"system": codes.ODS, "value": code}] if is_said(gp.code) and _ODS.fullmatch(code) else [],
        "name": clean(f"GP practice: {words(gp.practice).lower()}" if not is_said(gp.practice) else words(gp.practice)),
        "telecom": _telecom(("phone", gp.phone)),
    })  # fmt: skip


def _names(who: Identity) -> Sequence[Resource]:
    official = _without_blanks({
        "use": "official",
        "text": clean(who.full_name),
        "family": clean(who.family_name),
        "given": [clean(who.given_name)] if who.given_name else [],
        "prefix": [clean(who.title)] if who.title else [],
    })  # fmt: skip
    if not is_said(who.preferred_name):
        return [official]
    return [official, {"use": "nickname", "text": clean(words(who.preferred_name))}]


def _relative(each: Contact) -> Resource:
    return _without_blanks({
        "relationship": [_text(words(each.role))] if is_said(each.role) else [],
        "name": {"text": clean(each.name)},
        "telecom": _telecom(("phone", each.phone)),
    })  # fmt: skip


def _telecom(*ways: tuple[str, Said[str]]) -> list[Resource]:
    return [{"system": system, "value": clean(words(value))} for system, value in ways if is_said(value)]


def _without_blanks(body: Resource) -> Resource:
    """FHIR has no empty values: what says nothing is left out."""
    return {key: value for key, value in body.items() if value not in ("", [], {})}
