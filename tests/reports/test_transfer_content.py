"""The content of a pack before it is printed: silences, the reason file, time-critical medicines, what is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.domain.errors import UserError
from app.domain.transfer import (
    FIELD_LABELS,
    NONE_KNOWN,
    NOT_KNOWN,
    NOT_RECORDED,
    Baseline,
    Call,
    Contact,
    CprDecision,
    CprKind,
    Identity,
    LastDose,
    Medicine,
    Said,
    TransferReason,
    content_hash,
    missing,
    read_reason,
    said,
    said_text,
    time_critical_doses,
    time_critical_kind,
    words,
)
from tests.helpers.pack_samples import at, sparse, typical


@pytest.mark.parametrize("empty", [None, "", "  ", (), []])
def test_nothing_is_not_recorded_and_never_none_known(empty: object) -> None:
    assert said(empty) is NOT_RECORDED
    assert words(empty) == "Not recorded"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (NONE_KNOWN, "None known"),
        (NOT_KNOWN, "Not known"),
        (True, "Yes"),
        (False, "No"),
        (0, "0"),
        (Decimal("36.60"), "36.60"),
        (date(1937, 9, 6), "06-Sep-1937"),
        (datetime(2026, 7, 1, 12, 0, tzinfo=UTC), "01-Jul-2026 13:00"),
        (("a", NOT_KNOWN), "a; Not known"),
        (CprKind.ATTEMPT, "For CPR"),
    ],
)
def test_values_in_words(value: object, shown: str) -> None:
    assert words(value) == shown


def test_typed_silences_are_understood() -> None:
    assert said_text("None known.") is NONE_KNOWN
    assert said_text(" unknown ") is NOT_KNOWN
    assert said_text("") is NOT_RECORDED
    assert said_text("none of the usual drinks") == "none of the usual drinks"


def test_names_are_shown_as_clinical_screens_write_them() -> None:
    assert Identity("Smith", "John", "Mr").full_name == "SMITH, John (Mr)"
    assert Identity("o'neil", "").full_name == "O'NEIL"
    assert Identity("Weiß", "Jürgen").full_name == "WEIß, Jürgen"


def test_a_whole_reason_is_read() -> None:
    reason = read_reason({
        "situation": "Fall", "background": "Found at 06:40", "assessment": "not known", "request": "X-ray",
        "onset_at": "2026-11-20T06:40", "observations": {"pulse": 112},
        "last_doses": [{"medicine": "Apixaban", "given_at": "2026-11-19T20:00"},
                       {"medicine": "Insulin", "given_at": None}],
        "bag": "RB-03", "destination": "Lister", "called": [{"who": "999", "at": "2026-11-20T07:02"}], "escort": "none",
    })  # fmt: skip
    assert reason == TransferReason(
        "Fall", "Found at 06:40", NOT_KNOWN, "X-ray", at(20, 6, 40), {"pulse": 112},
        (LastDose("Apixaban", at(19, 20)), LastDose("Insulin")), "RB-03", "Lister", (Call("999", at(20, 7, 2)),),
        NONE_KNOWN,
    )  # fmt: skip


def test_an_empty_reason_is_all_not_recorded_and_an_empty_list_of_calls_means_nobody() -> None:
    assert read_reason({}) == TransferReason()
    assert read_reason({"called": []}).called is NONE_KNOWN


def test_every_fault_of_a_reason_is_named() -> None:
    with pytest.raises(UserError) as caught:
        read_reason({
            "situaton": "x", "background": 5, "onset_at": "yesterday", "observations": [1],
            "last_doses": [{"drug": "x"}], "called": "999",
        })  # fmt: skip
    assert {problem.field for problem in caught.value.problems} == {
        "situaton", "background", "onset_at", "observations", "last_doses[0].drug", "last_doses[0].medicine", "called",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Insulin glargine 100 units/ml", "Insulin"),
        ("WARFARIN 1 mg", "Anticoagulant"),
        ("Co-careldopa 25/100", "Parkinson's"),
        ("Fentanyl 12 micrograms/hour patch", "Opioid patch"),
        ("Sodium valproate 200 mg", "Antiepileptic"),
        ("Paracetamol 500 mg", ""),
    ],
)
def test_time_critical_names(name: str, kind: str) -> None:
    assert time_critical_kind(name) == kind


def test_doses_told_today_replace_recorded_ones_and_none_is_dropped() -> None:
    medicines = (Medicine("Paracetamol 500 mg"), Medicine("Apixaban 5 mg", last_given=at(18, 20)), Medicine("Insulin"))
    told = (LastDose("apixaban", at(19, 20)), LastDose("Honey", at(19, 9)))
    assert time_critical_doses(medicines, told) == (
        LastDose("Apixaban 5 mg", at(19, 20), "Anticoagulant"),
        LastDose("Insulin", NOT_RECORDED, "Insulin"),
        LastDose("Honey", at(19, 9)),
    )


@pytest.mark.parametrize(
    ("medicines", "answer"),
    [
        ((Medicine("Paracetamol"),), NONE_KNOWN),
        (NONE_KNOWN, NONE_KNOWN),
        (NOT_KNOWN, NOT_KNOWN),
        (NOT_RECORDED, NOT_RECORDED),
        ((), NOT_RECORDED),
    ],
)
def test_no_recognised_medicine_keeps_the_kind_of_silence(
    medicines: Said[tuple[Medicine, ...]], answer: object
) -> None:
    assert time_critical_doses(medicines) is answer


def test_missing_lists_every_field_of_an_empty_record_in_order_and_nothing_of_a_full_one() -> None:
    found = missing(sparse())
    assert found == tuple(sorted(found, key=list(FIELD_LABELS).index))
    assert {"cpr", "observations", "medicines", "contacts", "baseline", "about_me.most_important", "sex"} <= set(found)
    assert missing(typical()) == ()


def test_missing_looks_into_lists_and_into_the_main_contact() -> None:
    content = replace(
        typical(),
        cpr=(CprDecision(CprKind.DNACPR),),
        time_critical=(LastDose("Insulin"),),
        contacts=(Contact("Peter Smith"), Contact("Nobody asks her phone")),
        baseline=(Baseline("Sleep"),),
    )
    assert missing(content) == (
        "cpr.decided_on",
        "cpr.original_at",
        "time_critical.given_at",
        "contacts.phone",
        "contacts.told_at",
        "baseline",
    )


def test_the_hash_follows_the_facts() -> None:
    assert content_hash(typical()) == content_hash(typical())
    assert content_hash(typical()) != content_hash(replace(typical(), skin="Dry"))
