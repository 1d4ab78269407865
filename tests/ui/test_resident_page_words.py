"""Facts in words, and facts read back from what was typed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.domain.errors import UserError
from app.domain.people import (
    Absence,
    Allergy,
    ChcPeriod,
    Contact,
    CprDecision,
    CprKind,
    Diagnosis,
    Fact,
    FactBody,
    FactId,
    FactKind,
    Medicine,
    Need,
    ResidentId,
    RevisionId,
    Stay,
    fact_kind,
)
from app.ui.pages.resident.fact_forms import FACT_FORMS, blank_fact, read_fact, typed_fact
from app.ui.pages.resident.words import EMPTY_WORDS, allergies_line, cpr_line, fact_words, period

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)

BODIES: list[FactBody] = [
    Allergy("Penicillin", "rash"),
    Allergy(none_known=True),
    Diagnosis("Vascular dementia", date(2021, 3, 4)),
    Medicine("Levodopa 100 mg", "one at 08:00", time_critical=True, started=date(2024, 1, 2), stopped=date(2026, 5, 6)),
    Contact("Ann Osborn", "daughter", "01707 000000", main=True),
    CprDecision(CprKind.DNACPR, date(2025, 2, 3), "Dr Shah", "front of care plan", date(2027, 2, 3)),
    Need("wound", date(2026, 1, 2), date(2026, 9, 1), date(2026, 1, 3), "leg ulcer"),
    ChcPeriod(date(2026, 1, 1), date(2026, 6, 30)),
    Stay(datetime(2025, 7, 1, 13, 5, tzinfo=UTC)),
    Absence(datetime(2026, 6, 1, 2, 5, tzinfo=UTC), datetime(2026, 6, 3, 15, 0, tzinfo=UTC), "Lister Hospital, fall"),
    Medicine("Fentanyl 12", "every 72 hours", route="patch", indication="hip pain"),
    CprDecision(CprKind.DNACPR, date(2026, 1, 2), "Dr A", "with the papers", form_number="0417"),
]


def fact(body: FactBody) -> Fact:
    return Fact(FactId("f"), ResidentId("r"), RevisionId("v"), body, NOW, "mo")


@pytest.mark.parametrize("body", BODIES, ids=lambda body: type(body).__name__)
def test_a_recorded_fact_shown_in_its_form_reads_back_as_itself(body: FactBody) -> None:
    typed = typed_fact(body)
    assert set(typed) == {ask.key for ask in FACT_FORMS[fact_kind(body)]}
    assert read_fact(fact_kind(body), typed, NOW, TODAY) == body


@pytest.mark.parametrize(
    ("kind", "typed", "field", "message"),
    [
        (FactKind.ALLERGY, {}, "substance", "Enter what the resident is allergic to"),
        (FactKind.ALLERGY, {"none_known": True, "substance": "Nuts"}, "substance",
         "Either tick that there are no known allergies, or name one: not both"),
        (FactKind.DIAGNOSIS, {}, "text", "Enter the diagnosis"),
        (FactKind.DIAGNOSIS, {"text": "COPD", "since": "25 Nov 2026"}, "since",
         "Known since must be today or in the past"),
        (FactKind.MEDICINE, {"name": "X", "started": "2 Feb 2026", "stopped": "1 Feb 2026"}, "stopped",
         "Stopped on must be on or after the day it was started"),
        (FactKind.CONTACT, {"name": "Ann", "main": True}, "phone",
         "Enter the phone number of the person to ring first"),
        (FactKind.CPR, {}, "kind", "Choose what is recorded about CPR"),
        (FactKind.NEED, {}, "area", "Choose the area of need"),
        (FactKind.NEED, {"area": "wound", "since": "31 Feb 2026"}, "since",
         "Need since: 31 Feb 2026 must be a real date"),
        (FactKind.CHC, {"until": "1 Jan 2026"}, "since", "Enter the first day"),
        (FactKind.STAY, {"since": "t"}, "since_time", "Moved in at: enter the time, such as 14:05"),
        (FactKind.STAY, {"since": "t", "since_time": "25:00"}, "since_time",
         "Moved in at must be a 24-hour time such as 14:05"),
        (FactKind.ABSENCE, {"since": "t", "since_time": "23:00"}, "since",
         "The date and time must not be in the future"),
        (FactKind.ABSENCE, {"since": "1 Nov 2026", "since_time": "08:00", "until": "1 Nov 2026", "until_time": "07:59"},
         "until", "The end must be after the start"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_beside_its_field(
    kind: FactKind, typed: dict[str, str | bool], field: str, message: str
) -> None:
    with pytest.raises(UserError) as refused:
        read_fact(kind, typed, NOW, TODAY)
    assert [(p.field, p.message) for p in refused.value.problems] == [(field, message)]


def test_every_problem_of_a_form_is_told_at_once_in_its_order() -> None:
    with pytest.raises(UserError) as refused:
        read_fact(FactKind.CPR, {"decided_on": "soon", "review_on": "later"}, NOW, TODAY)
    assert [p.field for p in refused.value.problems] == ["kind", "decided_on", "review_on"]


def test_an_absence_starts_now_in_local_time() -> None:
    summer = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
    assert blank_fact(FactKind.ABSENCE, summer) == {"since": "01-Jul-2026", "since_time": "10:30"}


def test_times_are_local_and_instants_are_utc() -> None:
    body = read_fact(FactKind.STAY, {"since": "1/7/2026", "since_time": "1030"}, NOW, TODAY)
    assert body == Stay(datetime(2026, 7, 1, 9, 30, tzinfo=UTC))


def test_silence_is_not_none() -> None:
    assert allergies_line([]) == ("Not known (nothing recorded)", True), "the red-bag pack prints not known"
    assert allergies_line([fact(Allergy(none_known=True))]) == ("No known allergies", False)
    assert allergies_line([fact(Allergy("Nuts", "swelling")), fact(Allergy("Latex"))]) == (
        "Nuts (swelling); Latex",
        True,
    )
    assert cpr_line([]) == ("Not recorded", "")
    assert set(EMPTY_WORDS) == set(FactKind)


def test_a_dnacpr_without_clinician_is_unverified_in_words() -> None:
    body = CprDecision(CprKind.DNACPR, date(2025, 2, 3))
    assert "Unverified" in fact_words(body, TODAY).warning
    assert cpr_line([fact(body)]) == (
        "DNACPR unverified",
        "Clinician or decision date missing: not printed as in force",
    )


def test_an_overdue_cpr_review_is_said() -> None:
    body = CprDecision(CprKind.DNACPR, date(2025, 2, 3), "Dr Shah", "safe", date(2026, 11, 23))
    assert fact_words(body, TODAY).warning == "Review was due on 23 November 2026"


def test_ended_things_say_so() -> None:
    assert fact_words(BODIES[3], TODAY).main == "Levodopa 100 mg (stopped 06-May-2026)"
    assert fact_words(BODIES[3], TODAY).warning == ""
    assert fact_words(BODIES[6], TODAY).main == "Wound (ended)"
    assert fact_words(ChcPeriod(TODAY, TODAY), TODAY).main == "Continuing Healthcare funded"
    assert period(None, None) == "dates not recorded"
