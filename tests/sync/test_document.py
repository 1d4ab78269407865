"""The digital copy of a pack: it says what the paper says, is valid FHIR R4, and a broken one is caught."""

from __future__ import annotations

import copy
import hashlib
import json
import re
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.domain.people import Home
from app.domain.transfer import (
    FIELD_LABELS,
    NONE_KNOWN,
    NOT_KNOWN,
    NOT_RECORDED,
    Allergy,
    CprDecision,
    CprKind,
    Identity,
    Medicine,
    PackContent,
    PackStamp,
    Silence,
    words,
)
from app.sync.fhir.document import Author, document, document_without_pdf, with_pdf
from app.sync.fhir.document_check import TITLES, check_bundle, check_document
from app.sync.fhir.document_text import HEADINGS, SLUGS, document_parts
from tests.helpers.pack_samples import at, overstuffed, sparse, stamp, typical

PDF = b"%PDF-1.7\nthe papers as printed\n%%EOF\n"
HOME = Home("Practice House", "VPRAC", address=("1 Mill Lane", "Ware"), postcode="SG12 7AA", phone="01920 555 0100")
AUTHOR = Author("Nia Nurse", "Nurse", "staff-7")
SAMPLES: dict[str, Callable[[], PackContent]] = {"sparse": sparse, "typical": typical, "overstuffed": overstuffed}
XHTML = "{http://www.w3.org/1999/xhtml}"


def raw(content: PackContent, printed: PackStamp | None = None, **more: Any) -> bytes:
    return document(content, printed or stamp(), HOME, PDF, AUTHOR, **more)


def made(content: PackContent, printed: PackStamp | None = None, **more: Any) -> dict[str, Any]:
    found = json.loads(raw(content, printed, **more))
    assert isinstance(found, dict)
    return found


def resources(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each["resource"] for each in bundle["entry"] if each["resource"]["resourceType"] == kind]


def all_sections(bundle: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for section in resources(bundle, "Composition")[0]["section"]:
        yield section
        yield from section.get("section", [])


def section_of(bundle: dict[str, Any], title: str) -> dict[str, Any]:
    return next(each for each in all_sections(bundle) if each["title"] == title)


def rows_of(section: dict[str, Any]) -> list[tuple[str, str]]:
    root = ET.fromstring(section["text"]["div"])  # noqa: S314 - our own text
    return [
        ("".join(row.find(f"{XHTML}th").itertext()), "".join(row.find(f"{XHTML}td").itertext()))  # type: ignore[union-attr]
        for row in root.iter(f"{XHTML}tr")
    ]


def answer(bundle: dict[str, Any], title: str, label: str) -> str:
    return "\n".join(text for name, text in rows_of(section_of(bundle, title)) if name == label)


def said_in(bundle: dict[str, Any]) -> str:
    return "\n".join(f"{label}: {text}" for section in all_sections(bundle) for label, text in rows_of(section))


# ------------------------------------------------------------------------------------------------- it says it all


def leaves(value: object, put: Callable[[object], PackContent], where: str) -> Iterator[tuple[str, object, Any]]:
    """Every value in the content, with the way to put another in its place."""
    if is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):

            def inside(new: object, name: str = each.name) -> PackContent:
                return put(replace(value, **{name: new}))

            yield from leaves(getattr(value, each.name), inside, f"{where}.{each.name}")
    elif isinstance(value, tuple):
        for number, item in enumerate(value):

            def instead(new: object, number: int = number) -> PackContent:
                return put((*value[:number], new, *value[number + 1 :]))

            yield from leaves(item, instead, f"{where}[{number}]")
    elif isinstance(value, dict):
        for key, item in value.items():

            def at_key(new: object, key: str = key) -> PackContent:
                return put({**value, key: new})

            yield from leaves(item, at_key, f"{where}[{key}]")
    else:
        yield where, value, put


def another(value: object) -> object:
    """Another value of the same kind, whose words are found nowhere else."""
    changed: dict[type, Callable[[Any], object]] = {
        bool: lambda it: not it,
        int: lambda it: it + 1,
        Decimal: lambda it: it + 1,
        str: lambda _: "quokka <7> & more",
        datetime: lambda it: it + timedelta(minutes=1),
        date: lambda it: it + timedelta(days=1),
        Silence: lambda it: NOT_KNOWN if it is not NOT_KNOWN else NOT_RECORDED,
    }
    if isinstance(value, Enum) and not isinstance(value, Silence):
        return next(each for each in type(value) if each is not value)
    return next(change for kind, change in changed.items() if isinstance(value, kind))(value)


NOT_ON_PAPER = (
    ".identity.photo",  # a picture: in the PDF
    ".identity.nhs_number_absent_reason",  # shown where the number is not known
    ".reason.observations",  # as typed: what was measured stands in the observations
    ".reason.observed_at",
    "observations.at_least",  # shown where there is no total
    ".bag_items[1].quantity",  # of what was not packed
)


def test_whatever_changes_in_the_content_changes_what_the_document_says() -> None:
    content = typical()
    before = document_parts(content, stamp())
    changed = 0
    for where, value, put in leaves(content, lambda new: new, ""):  # type: ignore[arg-type, return-value]
        if value is None or where.endswith(NOT_ON_PAPER) or re.fullmatch(r"\.reason\.last_doses\[\d\]\.kind", where):
            continue
        new = another(value)
        other = put(new)
        parts = document_parts(other, stamp())
        assert parts != before, where
        if isinstance(new, str) and not isinstance(new, Enum) and where != ".identity.nhs_number":
            everything = " ".join(
                f"{row.label} {row.text}" for part in parts for each in (part, *part.parts) for row in each.rows
            )
            assert new in everything or new.upper() in everything, where
        changed += 1
    assert changed > 250


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_value_of_the_paper_is_in_the_document(sample: str) -> None:
    content = SAMPLES[sample]()
    text = said_in(made(content))
    for where, value, _ in leaves(content, lambda new: new, ""):  # type: ignore[arg-type, return-value]
        if value in (None, "") or where.endswith(NOT_ON_PAPER) or isinstance(value, bool | Silence):
            continue
        shown = words(value)
        if where == ".identity.nhs_number":
            shown = f"{shown[:3]} {shown[3:6]} {shown[6:]}"
        assert shown in text or shown.upper() in text, where


def test_nothing_is_silently_blank_when_nothing_is_known() -> None:
    bundle = made(sparse())
    assert tuple(each["title"] for each in resources(bundle, "Composition")[0]["section"]) == TITLES
    text = said_in(bundle)
    columns = ("cpr.", "time_critical.", "contacts.", "observations.", "baseline")
    for key, label in FIELD_LABELS.items():
        if key.startswith(columns):
            continue
        asked = label.removeprefix("About me: ")
        renamed = {
            "detail.fall": "Fall behind this transfer", "contacts": "Contact, the main one first",
            "medicines": "Medicine", "allergies": "Allergy", "diagnoses": "Diagnosis", "operations": "Operation",
            "devices": "Device", "assessments": "Assessment", "alerts": "Alert", "wounds": "Wound",
            "time_critical": "Time-critical medicine, last dose", "professionals": "Professional contact",
            "stopped_medicines": "Stopped in the last 14 days", "detail.recent_results": "Recent result",
            "reason.called": "Called before leaving", "reason.destination": "To",
        }  # fmt: skip
        asked = renamed.get(key, asked)
        assert any(f"{asked}: {silence.value}" in text for silence in (NOT_RECORDED, NOT_KNOWN)), key
    for section in all_sections(bundle):
        if section["title"] in {"Person demographics", "Transfer details", "Documents"}:
            continue
        assert section.get("entry") or section["emptyReason"]["coding"][0]["code"] == "unavailable", section["title"]
    assert "Not recorded" in section_of(bundle, "End of life care: resuscitation (CPR)")["emptyReason"]["text"]


def test_the_three_silences_stay_three_things() -> None:
    for silence, code, said in (
        (NONE_KNOWN, "nilknown", "None known"),
        (NOT_KNOWN, "unavailable", "Not known"),
        (NOT_RECORDED, "unavailable", "Not recorded"),
    ):
        section = section_of(made(replace(sparse(), alerts=silence)), "Alerts")
        assert rows_of(section) == [("Alert", said)]
        assert section["emptyReason"] == {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/list-empty-reason", "code": code}],
            "text": said,
        }


# -------------------------------------------------------------------------------------------- what can be used as data


def test_no_known_allergies_is_said_as_data_and_silence_is_not() -> None:
    known = made(replace(sparse(), allergies=NONE_KNOWN))
    (none,) = resources(known, "AllergyIntolerance")
    assert none["code"] == {
        "coding": [{"system": "http://snomed.info/sct", "code": "716186003"}],
        "text": "No known allergies",
    }
    assert answer(known, "Allergies and adverse reactions", "Allergy") == "No known allergies"
    for silence in (NOT_KNOWN, NOT_RECORDED):
        silent = made(replace(sparse(), allergies=silence))
        assert resources(silent, "AllergyIntolerance") == []
        assert answer(silent, "Allergies and adverse reactions", "Allergy") == silence.value


def test_a_resuscitation_document_is_a_flag_in_words_and_never_stands_when_it_is_not_in_force() -> None:
    stands = CprDecision(CprKind.DNACPR, date(2026, 3, 4), decided_by="Dr A Patel", original_at="Care folder")
    passed = replace(stands, kind=CprKind.RESPECT, in_force=False, note="Review date has passed.")
    bundle = made(replace(sparse(), cpr=(stands, passed)))
    first, second = resources(bundle, "Flag")
    assert (first["status"], second["status"]) == ("active", "inactive")
    assert first["code"]["text"].startswith("DNACPR: do not attempt CPR. Decided 04-Mar-2026 by Dr A Patel;")
    assert second["code"]["text"].startswith(
        "NOT IN FORCE: do not act on it until the original is seen. Review date has passed. Recorded: ReSPECT form"
    )
    assert all("coding" not in each["code"] for each in (first, second)), "no code says less than the sentence"
    title = "End of life care: resuscitation (CPR)"
    assert [text for _, text in rows_of(section_of(bundle, title))[1:]] == [f["code"]["text"] for f in (first, second)]
    warned = "CPR: read this first"
    assert answer(bundle, title, warned) == "Another decision, NOT IN FORCE, is recorded as well and DIFFERS"
    both = made(replace(sparse(), cpr=(stands, replace(passed, in_force=True))))
    assert answer(both, title, warned).startswith("CONFLICT: THESE CPR DECISIONS DIFFER.")
    assert [each["status"] for each in resources(both, "Flag")] == ["active", "active"]
    alone = made(replace(sparse(), cpr=(passed,)))
    assert answer(alone, title, warned).startswith("NO CPR DECISION IN FORCE IS RECORDED")
    assert [each["status"] for each in resources(alone, "Flag")] == ["inactive"]
    assert answer(made(replace(sparse(), cpr=(stands,))), title, warned) == ""
    assert resources(made(sparse()), "Flag") == []


def test_readings_have_units_and_codes_and_the_total_its_parts() -> None:
    bundle = made(typical())
    found = {each["code"]["text"]: each for each in resources(bundle, "Observation") if "note" not in each}
    assert found["Breathing rate"]["valueQuantity"] == {
        "value": 24, "unit": "breaths/minute", "system": "http://unitsofmeasure.org", "code": "/min",
    }  # fmt: skip
    assert (found["Temperature"]["valueQuantity"]["value"], found["Temperature"]["valueQuantity"]["code"]) == (
        38.1,
        "Cel",
    )
    assert found["Oxygen saturation"]["valueQuantity"]["code"] == "%"
    pressure = {each["code"]["text"]: each["valueQuantity"] for each in found["Blood pressure"]["component"]}
    assert (pressure["Systolic"]["value"], pressure["Diastolic"]["value"]) == (104, 62)
    assert pressure["Systolic"]["code"] == "mm[Hg]"
    assert found["Air or oxygen"]["valueCodeableConcept"]["text"] == "Air"
    assert found["Consciousness"]["valueCodeableConcept"]["text"] == "C: New confusion"
    total = found["NEWS2 total"]
    assert total["valueQuantity"]["value"] == 11
    assert total["code"]["coding"][0]["code"] == "1104051000000101"
    points = {each["code"]["coding"][0]["code"]: each["valueQuantity"]["value"] for each in total["component"]}
    assert points == {
        "1104301000000104": 2, "1104311000000102": 2, "1104331000000105": 0, "1104341000000101": 1,
        "1104351000000103": 2, "1104361000000100": 3, "1104371000000107": 1,
    }  # fmt: skip
    assert len(total["hasMember"]) == 7
    assert total["effectiveDateTime"] == "2026-11-20T07:40:00Z"
    usual = [each for each in resources(bundle, "Observation") if "note" in each]
    assert len(usual) == 8, "the usual readings are told apart from those of today"


def test_what_was_not_measured_is_absent_and_not_nought() -> None:
    taken = typical().observations
    assert not isinstance(taken, Silence)
    half = replace(
        taken, measured_at=NOT_RECORDED, resp_rate=NOT_RECORDED, systolic=NOT_KNOWN, diastolic=NOT_RECORDED, total=None,
        at_least=9, points={"spo2": 2}, spo2_scale=2,
    )  # fmt: skip
    bundle = made(replace(sparse(), observations=half))
    found = {each["code"]["text"]: each for each in resources(bundle, "Observation")}
    assert found["Breathing rate"]["dataAbsentReason"]["text"] == "Not recorded"
    assert "valueQuantity" not in found["Breathing rate"]
    assert [each["dataAbsentReason"]["text"] for each in found["Blood pressure"]["component"]] == [
        "Not known",
        "Not recorded",
    ]
    assert found["NEWS2 total"]["dataAbsentReason"]["text"] == "At least 9, incomplete, high"
    assert "effectiveDateTime" not in found["Pulse"]
    (points,) = found["NEWS2 total"]["component"]
    assert points["code"]["coding"][0]["code"] == "1104321000000108", "scale 2 has a code of its own"
    (points,) = next(
        each["component"] for each in resources(made(replace(sparse(), observations=replace(half, spo2_scale=1))),
                                                "Observation") if each["code"]["text"] == "NEWS2 total"
    )  # fmt: skip
    assert points["code"]["coding"][0]["code"] == "1104311000000102"
    assert check_document(raw(replace(sparse(), observations=half))) == ()
    assert_valid_r4(bundle)


def test_the_resident_is_named_with_the_number_or_the_reason_why_there_is_none() -> None:
    (known,) = resources(made(typical()), "Patient")
    assert (known["birthDate"], known["gender"]) == ("1931-05-02", "female")
    assert known["identifier"][0]["value"] == "9990000018"
    assert known["name"][0]["family"] == "Okonkwo-Smith"
    assert known["name"][1] == {"use": "nickname", "text": "Peggy"}
    assert known["contact"][0]["name"]["text"] == "Adaeze Okonkwo"
    unknown = replace(sparse(), identity=Identity("Doe", "Jane", nhs_number_absent_reason="from abroad"))
    (patient,) = resources(made(unknown), "Patient")
    assert "value" not in patient["identifier"][0]
    assert patient["identifier"][0]["extension"][0]["valueString"] == "from abroad"
    assert "birthDate" not in patient
    assert "_birthDate" in patient
    assert answer(made(unknown), "Person demographics", "NHS number") == "Not known (from abroad)"


def test_the_home_the_practice_and_the_author_are_who_they_are() -> None:
    bundle = made(typical())
    composition = resources(bundle, "Composition")[0]
    by_url = {each["fullUrl"]: each["resource"] for each in bundle["entry"]}
    home = by_url[composition["custodian"]["reference"]]
    assert (home["name"], home["identifier"][0]["value"]) == ("Practice House", "VPRAC")
    role = by_url[composition["author"][0]["reference"]]
    assert role["code"] == [{"text": "Nurse"}]
    assert by_url[role["practitioner"]["reference"]]["name"] == [{"text": "Nia Nurse"}]
    practice = by_url[resources(bundle, "Patient")[0]["generalPractitioner"][0]["reference"]]
    assert practice["identifier"][0]["value"] == "E82999"
    not_a_code = made(replace(sparse(), gp=replace(sparse().gp, code="ask the desk")))
    assert "identifier" not in resources(not_a_code, "Organization")[1]


@pytest.mark.parametrize(
    "home", [Home("H", ""), Home("H", "v1", address=("", "Ware"), postcode=""), Home("H", "VPRAC")]
)
def test_a_home_of_which_little_is_known_breaks_nothing(home: Home) -> None:
    data = document(sparse(), stamp(home_phone=NOT_RECORDED), home, PDF, Author("Nia Nurse"))
    assert check_document(data) == ()
    assert_valid_r4(json.loads(data), each=False)


def test_a_practice_pack_and_a_superseded_one_say_so() -> None:
    bundle = made(
        typical(), stamp(practice=True, version=2, supersedes=1), replaces="019a9f3c-0000-7000-8000-000000000001"
    )
    assert bundle["meta"]["security"][0]["code"] == "HTEST"
    composition = resources(bundle, "Composition")[0]
    assert composition["title"].startswith("PRACTICE: ")
    assert composition["relatesTo"][0]["code"] == "replaces"
    assert composition["relatesTo"][0]["targetIdentifier"]["value"].endswith("0001")
    assert answer(bundle, "Transfer details", "Pack").endswith("version 2, supersedes version 1")
    assert "meta" not in made(typical())


def test_only_headings_of_the_list_are_coded_and_nothing_bears_another_body_s_name() -> None:
    bundle = made(typical())
    coded = [each["code"]["coding"][0] for each in all_sections(bundle) if "code" in each]
    assert {each["system"] for each in coded} == {HEADINGS}
    assert {each["code"] for each in coded} < SLUGS
    assert len(coded) == 17
    assert "PRSB" not in raw(typical()).decode()


# -------------------------------------------------------------------------------------------------------- bytes and PDF


def test_the_same_pack_gives_the_same_bytes_and_another_pack_other_addresses() -> None:
    assert raw(typical()) == raw(typical())
    one = {each["fullUrl"] for each in made(typical())["entry"]}
    other = {
        each["fullUrl"] for each in made(typical(), stamp(pack_id="019a9f3c-5b1e-7c44-8d2a-6f0e31b7a956"))["entry"]
    }
    assert len(one) == len(made(typical())["entry"])
    assert not one & other


def test_the_pdf_is_in_it_byte_for_byte_and_no_other_is_taken() -> None:
    kept = document_without_pdf(typical(), stamp(), HOME, PDF, AUTHOR)
    assert b"Binary" not in kept
    whole = with_pdf(kept, PDF)
    assert whole == raw(typical())
    bundle = json.loads(whole)
    (binary,) = resources(bundle, "Binary")
    assert b64decode(binary["data"]) == PDF
    (about,) = resources(bundle, "DocumentReference")
    assert about["identifier"][0]["value"] == hashlib.sha256(PDF).hexdigest()
    assert about["content"][0]["attachment"]["size"] == len(PDF)
    with pytest.raises(ValueError, match="not the one"):
        with_pdf(kept, PDF + b" ")


def test_a_pack_that_is_not_recorded_has_no_copy() -> None:
    with pytest.raises(ValueError, match="UUID"):
        raw(typical(), stamp(pack_id="not recorded"))


# ------------------------------------------------------------------------------------------------------ awkward text


# What a form can take in: no control characters, no half characters. White space of other kinds is checked apart.
NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn", "Zs", "Zl", "Zp")), min_size=1, max_size=30)


@settings(max_examples=40, deadline=None)
@given(NAMES, NAMES, NAMES)
@example("O’Brien <b>", 'Zoë "Zo" & co', "</td><script>alert(1)</script>")
@example("שרה", "مريم", "ﷺ 𝔊 e\u0301")
def test_awkward_names_survive_and_break_nothing(family: str, given_name: str, agent: str) -> None:
    content = replace(
        sparse(),
        identity=Identity(family, given_name, preferred_name=agent),
        allergies=(Allergy(agent, family),),
        medicines=(Medicine(given_name, agent),),
    )
    data = raw(content)
    bundle = json.loads(data)
    (patient,) = resources(bundle, "Patient")
    assert (patient["name"][0]["family"], patient["name"][0]["given"]) == (family, [given_name])
    assert resources(bundle, "AllergyIntolerance")[0]["code"]["text"] == agent
    assert answer(bundle, "Allergies and adverse reactions", "Allergy") == f"{agent}: {words(family)}"
    assert answer(bundle, "Medications and devices", "Medicine").startswith(f"{given_name}: dose {words(agent)};")
    assert check_document(data) == ()
    assert_valid_r4(bundle, each=False)


def test_text_that_looks_like_markup_stays_text_and_its_lines_stay_lines() -> None:
    text = "1 < 2 & \"3\" > 'x'\r\n</div><script>&nbsp;\ttab\u00a0non-breaking\u2028line"
    bundle = made(replace(sparse(), reason=replace(sparse().reason, background=text)))
    assert answer(bundle, "Presenting complaints or issues", "What happened") == text
    assert check_document(raw(replace(sparse(), reason=replace(sparse().reason, background=text)))) == ()


def test_a_character_that_nothing_can_carry_is_marked_and_does_not_cost_the_copy() -> None:
    data = raw(replace(sparse(), identity=Identity("Sm\x00ith\ud800", "Jo\x0bhn")))
    (patient,) = resources(json.loads(data), "Patient")
    assert (patient["name"][0]["family"], patient["name"][0]["given"]) == ("Sm�ith�", ["Jo�hn"])
    assert check_document(data) == ()


# --------------------------------------------------------------------------------------------------------- the checks


def assert_valid_r4(bundle: dict[str, Any], *, each: bool = True) -> None:
    from fhir.resources.R4B import get_fhir_model_class

    get_fhir_model_class("Bundle").model_validate(copy.deepcopy(bundle))
    for entry in bundle["entry"] if each else ():
        get_fhir_model_class(entry["resource"]["resourceType"]).model_validate(copy.deepcopy(entry["resource"]))


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_copy_is_valid_fhir_r4_and_passes_our_check(sample: str) -> None:
    data = raw(SAMPLES[sample](), stamp(practice=True, supersedes=1, version=2, restored_from=at(19, 3)))
    assert check_document(data) == ()
    assert_valid_r4(json.loads(data))


def test_making_one_does_not_load_the_library() -> None:
    code = "import sys, app.sync.fhir.document, app.sync.fhir.document_check; sys.exit('fhir' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[2]).returncode == 0


def first(bundle: dict[str, Any], kind: str) -> dict[str, Any]:
    return resources(bundle, kind)[0]


def div(bundle: dict[str, Any], text: str) -> None:
    section_of(bundle, "Alerts")["text"]["div"] = text


def swap(bundle: dict[str, Any]) -> None:
    bundle["entry"][0], bundle["entry"][1] = bundle["entry"][1], bundle["entry"][0]


def without(kind: str) -> Callable[[dict[str, Any]], None]:
    def change(bundle: dict[str, Any]) -> None:
        bundle["entry"] = [each for each in bundle["entry"] if each["resource"]["resourceType"] != kind]

    return change


def two_of_them(bundle: dict[str, Any]) -> None:
    bundle["entry"].append(copy.deepcopy(bundle["entry"][3]))


def stray(bundle: dict[str, Any]) -> None:
    extra = copy.deepcopy(next(e for e in bundle["entry"] if e["resource"]["resourceType"] == "Condition"))
    extra["resource"]["id"] = "00000000-0000-4000-8000-000000000000"
    bundle["entry"].append({**extra, "fullUrl": f"urn:uuid:{extra['resource']['id']}"})


def other_pdf(bundle: dict[str, Any]) -> None:
    first(bundle, "Binary")["data"] = b64encode(PDF.replace(b"printed", b"changed")).decode()


def no_pdf(bundle: dict[str, Any]) -> None:
    data = b"MZ" + PDF[2:]
    first(bundle, "Binary")["data"] = b64encode(data).decode()


def quantity(bundle: dict[str, Any]) -> dict[str, Any]:
    return next(each for each in resources(bundle, "Observation") if "valueQuantity" in each)


XMLNS = 'xmlns="http://www.w3.org/1999/xhtml"'
BROKEN: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a message": (lambda b: b.update(type="message"), "Bundle.type"),
    "identifier without a system": (lambda b: b["identifier"].pop("system"), "Bundle.identifier"),
    "identifier that is no urn": (lambda b: b["identifier"].update(value="7"), "Bundle.identifier"),
    "no time": (lambda b: b.pop("timestamp"), "Bundle.timestamp"),
    "time without a zone": (lambda b: b.update(timestamp="2026-11-20T08:21:00"), "Bundle.timestamp"),
    "nothing in it": (lambda b: b.pop("entry"), "Bundle.entry[0]"),
    "composition not first": (swap, "Bundle.entry[0]"),
    "two compositions": (lambda b: b["entry"].append(copy.deepcopy(b["entry"][0])), "Bundle.entry["),
    "no resident": (without("Patient"), "Composition"),
    "no author": (without("PractitionerRole"), "Composition"),
    "no home": (without("Organization"), "Composition"),
    "no PDF": (without("Binary"), "DocumentReference"),
    "no reference to the PDF": (without("DocumentReference"), "Composition"),
    "an entry twice": (two_of_them, "Bundle.entry["),
    "an entry that nothing leads to": (stray, "Condition"),
    "an address that is no urn": (lambda b: b["entry"][2].update(fullUrl="http://x/1"), "Bundle.entry[2].fullUrl"),
    "an address of another id": (lambda b: b["entry"][2]["resource"].update(id="x"), "Bundle.entry[2].fullUrl"),
    "a kind that does not belong": (lambda b: b["entry"][2]["resource"].update(resourceType="Goal"), "Bundle.entry[2]"),
    "a draft": (lambda b: first(b, "Composition").update(status="preliminary"), "Composition.status"),
    "no title": (lambda b: first(b, "Composition").pop("title"), "Composition.title"),
    "no date": (lambda b: first(b, "Composition").update(date="2026-02-30"), "Composition.date"),
    "no type": (lambda b: first(b, "Composition").pop("type"), "Composition.type"),
    "nobody wrote it": (lambda b: first(b, "Composition").pop("author"), "Composition.author"),
    "nobody keeps it": (lambda b: first(b, "Composition").pop("custodian"), "Composition.custodian"),
    "about nobody": (lambda b: first(b, "Composition").pop("subject"), "Composition.subject"),
    "a heading is gone": (lambda b: first(b, "Composition")["section"].pop(10), "Composition.section"),
    "headings in another order": (lambda b: first(b, "Composition")["section"].reverse(), "Composition.section"),
    "a heading without text": (lambda b: section_of(b, "Alerts").pop("text"), "Composition.section[9].text"),
    "text that is not well-formed": (lambda b: div(b, f"<div {XMLNS}><p>x</div>"), "Composition.section[9].text"),
    "text with a script": (lambda b: div(b, f"<div {XMLNS}><script>x</script></div>"), "Composition.section[9].text"),
    "text with a declaration": (lambda b: div(b, f"<!DOCTYPE x><div {XMLNS}>x</div>"), "Composition.section[9].text"),
    "text outside of XHTML": (lambda b: div(b, "<div>x</div>"), "Composition.section[9].text"),
    "text that says nothing": (lambda b: div(b, f"<div {XMLNS}><p> </p></div>"), "Composition.section[9].text"),
    "a blank answer": (
        lambda b: div(b, f"<div {XMLNS}><table><tr><th>Alerts</th><td> </td></tr></table></div>"),
        "Composition.section[9].text",
    ),
    "an unknown heading code": (
        lambda b: section_of(b, "Alerts")["code"]["coding"][0].update(code="about-me"), "Composition.section[9].code",
    ),
    "empty and not empty": (
        lambda b: section_of(b, "Documents").update(emptyReason={"text": "x"}), "Composition.section[26].emptyReason",
    ),
    "an unknown reason for being empty": (
        lambda b: section_of(b, "Alerts").update(emptyReason={"text": "x"}), "Composition.section[9].emptyReason",
    ),
    "a link to nothing": (
        lambda b: section_of(b, "Documents")["entry"][0].update(reference="urn:uuid:nowhere"),
        "Composition",
    ),
    "a link to another kind": (lambda b: section_of(b, "Documents")["entry"][0].update(type="Patient"), "Composition"),
    "a wrong NHS number": (
        lambda b: first(b, "Patient")["identifier"][0].update(value="9990000019"), "Patient.identifier",
    ),
    "no NHS number and no reason": (
        lambda b: first(b, "Patient")["identifier"].__setitem__(0, {"system": "https://fhir.nhs.uk/Id/nhs-number"}),
        "Patient.identifier",
    ),
    "no birth date": (lambda b: first(b, "Patient").pop("birthDate"), "Patient.birthDate"),
    "a birth date that was not": (lambda b: first(b, "Patient").update(birthDate="1931-02-30"), "Patient.birthDate"),
    "no name": (lambda b: first(b, "Patient").pop("name"), "Patient.name"),
    "a wrong organisation code": (
        lambda b: first(b, "Organization")["identifier"][0].update(value="v-1"), "Organization.identifier",
    ),
    "an allergy of nobody": (lambda b: first(b, "AllergyIntolerance").pop("patient"), "AllergyIntolerance.patient"),
    "an allergy to nothing": (
        lambda b: first(b, "AllergyIntolerance").update(code={"coding": [{"code": "x"}]}), "AllergyIntolerance.code",
    ),
    "a condition of nobody": (lambda b: first(b, "Condition").pop("subject"), "Condition.subject"),
    "a medicine of nobody": (lambda b: first(b, "MedicationStatement").pop("subject"), "MedicationStatement.subject"),
    "a flag that stands and does not": (lambda b: first(b, "Flag").update(status="inactive"), "Flag.status"),
    "a flag that does not stand and does": (
        lambda b: first(b, "Flag")["code"].update(text="NOT IN FORCE: DNACPR"), "Flag.status",
    ),
    "a reading without a value": (lambda b: quantity(b).pop("valueQuantity"), "Observation.value"),
    "a reading with two values": (lambda b: quantity(b).update(valueString="7"), "Observation.value"),
    "a value and a reason for none": (
        lambda b: quantity(b).update(dataAbsentReason={"text": "x"}), "Observation.value",
    ),
    "a reading without a unit": (lambda b: quantity(b)["valueQuantity"].pop("code"), "Observation.valueQuantity"),
    "another PDF": (other_pdf, "DocumentReference"),
    "no PDF in it": (no_pdf, "Binary.data"),
    "data that is no data": (lambda b: first(b, "Binary").update(data="%%%"), "Binary.data"),
    "another size": (
        lambda b: first(b, "DocumentReference")["content"][0]["attachment"].update(size=7),
        "DocumentReference.content.size",
    ),
    "another hash": (
        lambda b: first(b, "DocumentReference")["content"][0]["attachment"].update(hash="AAAA"),
        "DocumentReference.content.hash",
    ),
    "another fingerprint": (
        lambda b: first(b, "DocumentReference")["identifier"][0].update(value="00"), "DocumentReference.identifier",
    ),
    "an empty text": (lambda b: first(b, "Condition")["code"].update(text=" "), "Bundle.entry["),
    "a null": (lambda b: first(b, "Condition").update(subject=None), "Bundle.entry["),
}  # fmt: skip


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_copy_is_caught(how: str) -> None:
    bundle = made(typical())
    change, where = BROKEN[how]
    change(bundle)
    found = check_document(json.dumps(bundle).encode())
    assert any(problem.field.startswith(where) for problem in found), found


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_the_check_never_raises_whatever_stands_in_a_place(data: st.DataObject) -> None:
    bundle = made(typical())
    owner: Any = bundle
    while True:
        key = data.draw(st.sampled_from(sorted(owner) if isinstance(owner, dict) else range(len(owner))))
        inside = owner[key]
        if not isinstance(inside, dict | list) or not inside or data.draw(st.booleans()):
            break
        owner = inside
    owner[key] = data.draw(st.sampled_from([5, -1.5, True, [7], {"a": [1]}, "x", [["y"]], [{"reference": []}]]))
    assert isinstance(check_document(json.dumps(bundle).encode()), tuple)


@pytest.mark.parametrize("junk", [b"", b"{", b"[]", b"7", b"\xff\xfe", b"{}", b"[" * 100_000])
def test_bytes_that_are_no_document_are_refused(junk: bytes) -> None:
    assert check_document(junk)


def test_a_file_is_checked_by_the_rules_of_what_it_says_it_is() -> None:
    whole = raw(sparse())
    assert check_bundle(whole) == ()
    bundle = json.loads(whole)
    bundle["entry"][0]["resource"]["title"] = 7
    places = {problem.field for problem in check_bundle(json.dumps(bundle).encode())}
    assert any(place.startswith("Composition") for place in places), "by our rules"
    assert any(place.startswith("entry") for place in places), "and by R4"
    bundle["type"] = "message"
    told = check_bundle(json.dumps(bundle).encode())
    assert not any(problem.field.startswith("Composition") for problem in told)
    for junk in (b"", b"[]", b"\xff", b'{"type": "document"}', b'{"type": "document", "entry": ' + b"[" * 9000):
        assert check_bundle(junk)
