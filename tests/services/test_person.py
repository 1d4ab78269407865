"""The resident as a person: what is read from what was signed, whom it calls for, and which papers it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from app.domain.alerts import AlertKind
from app.domain.errors import UserError
from app.domain.people import CprDecision, CprKind, Medicine, ResidentId, Role
from app.domain.photos import Consent
from app.domain.wishes import cpr_conflicts, cpr_silence
from app.services import alerts, assessments, audit, person, photos, residents
from app.services.patterns import DAYS
from tests.factories import NOW, LivingHome

ABOUT: dict[str, object] = {
    "preferred_name": "Jack",
    "completed_on": date(2026, 11, 1),
    "consent_to_share": True,
    "worries_and_comfort": "Being hurried worries me.",
    "what_matters": "My family.",
    "helped_by": "Ann Osborn",
}
DEAR_GP: dict[str, object] = {
    "agreed": "consents",
    "known_diagnosis": False,
    "sudden_change": False,
    "observations": ["memory"],
    "duration": "three_months_or_more",
    "amt_correct": 5,
}
FOR_CPR, DNACPR, RESPECT = (
    CprDecision(CprKind.ATTEMPT),
    CprDecision(CprKind.DNACPR, date(2026, 3, 1), "Dr P"),
    CprDecision(CprKind.RESPECT, date(2026, 3, 1), "Dr P"),
)


def jpeg(colour: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (60, 80), colour).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def who(home: LivingHome) -> ResidentId:
    return home.resident(1)


def abc(started: datetime, kind: str = "walking", *, new: bool = True, **changes: object) -> dict[str, object]:
    answers: dict[str, object] = {
        "started": started, "place": "corridor", "antecedent": "alone", "behaviour_kind": kind,
        "behaviour": "Walked up and down and tried the front door.", "response": ["distraction"],
        "helped": "distraction", "intensity": 3, "new_behaviour": new, "harm": [],
    }  # fmt: skip
    return answers | changes


def behaved(home: LivingHome, who: ResidentId, hours_ago: float, kind: str = "walking", **changes: Any) -> Any:
    at = home.clock.now() - timedelta(hours=hours_ago)
    return assessments.sign(home.session, who, "abc_chart", abc(at, kind, **changes), at=at)


def kinds(signed: Any) -> list[str]:
    return [row.kind for row in signed.alerts]


def sbard(home: LivingHome, hours_ago: float, wanted_in: float, **changes: object) -> dict[str, object]:
    called = home.clock.now() - timedelta(hours=hours_ago)
    answers: dict[str, object] = {
        "situation": "Breathless", "background": "COPD", "allergies": "None known", "cpr_plan": "in_place",
        "assessment": "chest", "request": "Visit", "requested_by": called + timedelta(hours=wanted_in),
        "caller": "Cal", "recipient": "Dr P", "recipient_role": "gp", "called_at": called, "read_back": True,
        "news2_now": 4,
    }  # fmt: skip
    return answers | changes


def engaged(home: LivingHome, who: ResidentId, days_ago: int, part: str = "yes") -> None:
    answers: dict[str, object] = {"kind": "one_to_one", "took_part": part}
    answers |= {"minutes": 30, "engagement": 2} if part == "yes" else {}
    at = home.clock.now() - timedelta(days=days_ago)
    assessments.sign(home.session, who, "engagement_log", answers, at=at)


def document(says: str = "do_not_attempt", **changes: object) -> Mapping[str, object]:
    answers: dict[str, object] = {
        "documents": ["respect"], "respect_cpr": says, "decided_on": date(2026, 3, 1), "clinician": "Dr P",
        "original_at": "Care folder", "original_seen": True, "discussed_with_resident": True,
    }  # fmt: skip
    return answers | changes


def idle(home: LivingHome) -> list[ResidentId]:
    return [row.resident_id for row in person.without_activity(home.session)]


# --------------------------------------------------------------------------------------------------------- what is read


def test_of_somebody_new_nothing_is_known_and_nothing_is_made_up(home: LivingHome, who: ResidentId) -> None:
    found = person.person(home.session, who)
    assert (found.about_me, found.dear_gp, found.soft_signs, found.cga, found.photo, found.picture) == (None,) * 6
    assert found.behaviour.records == ()
    assert found.behaviour.again == ()
    assert (found.memory, found.health, found.calls) == ({}, {}, ())
    assert found.wishes.conflicts == ()
    assert found.medicines.listed == ()
    assert found.medicines.band == ""
    assert not found.wellbeing.logged
    assert found.wellbeing.week.words == "No activity in seven days"
    assert {"about_me", "cga"} <= set(found.due)


def test_opening_the_page_is_audited_once_and_reading_it_again_is_not(home: LivingHome, who: ResidentId) -> None:
    person.person(home.session, who)
    person.person(home.session, who, again=True)
    rows = [row.what for row in audit.who_looked(home.session, who).rows]
    assert rows.count("Opened the record (person)") == 1
    with pytest.raises(UserError, match="not in the records"):
        person.person(home.session, ResidentId("nobody"))


def test_about_me_is_told_by_its_headings_and_the_blank_ones_are_named(home: LivingHome, who: ResidentId) -> None:
    home.assess(who, "about_me", ABOUT | {"consent_to_share": False})
    told = person.person(home.session, who).about_me
    assert told is not None
    assert told.told == (("What matters to me", "My family."), ("What worries me and what calms me", ABOUT[
        "worries_and_comfort"]))  # fmt: skip
    assert told.comfort == "Being hurried worries me."
    assert len(told.blank) == 12
    assert (told.preferred_name, told.helped_by, told.written_on) == ("Jack", "Ann Osborn", date(2026, 11, 1))
    assert told.shared is False
    assert told.row.next_due == date(2027, 11, 1)
    assert told.warnings == ("Consent to share is withheld: this profile is left out of the red bag.",)


def test_the_newest_photo_of_the_resident_is_shown_and_none_in_error(home: LivingHome, who: ResidentId) -> None:
    kept = []
    for days, colour in ((9, "red"), (2, "blue")):
        at = NOW - timedelta(days=days)
        kept.append(photos.add(home.session, who, jpeg(colour), consent=Consent("resident"), taken_at=at).photo_id)
    found = person.person(home.session, who)
    assert found.photo is not None
    assert found.photo.id == kept[1]
    assert found.picture == photos.photo_bytes(home.session, kept[1])
    assert b"JFIF" not in repr(found).encode(errors="replace")
    photos.entered_in_error(home.session, kept[1], reason="somebody else")
    again = person.person(home.session, who)
    assert again.photo is not None
    assert again.photo.id == kept[0]


def test_behaviour_is_summed_up_over_four_weeks_without_what_is_unfinished_or_in_error(
    home: LivingHome, who: ResidentId
) -> None:
    for days in (3, 7, 11, 15, 19, DAYS + 3):
        behaved(home, who, days * 24, new=False)
    behaved(home, who, 30, "hitting", new=False, helped=None)
    wrong = behaved(home, who, 40, "crying", new=False)
    assessments.entered_in_error(home.session, wrong.revision_id, reason="another resident")
    own = person.person(home.session, who).behaviour
    assert [each.answers["behaviour_kind"] for each in own.records] == ["hitting", *["walking"] * 5]
    assert own.pattern.episodes == 5
    assert own.pattern.by_behaviour == {"walking": 5}
    assert own.unfinished == 1
    assert own.before is None
    home.clock.advance(timedelta(days=DAYS))
    later = person.person(home.session, who).behaviour
    assert later.records == ()
    assert later.before is not None


@pytest.mark.parametrize(
    ("changes", "decision", "refers"),
    [
        ({}, "Refer to the GP", True),
        ({"duration": "under_3_months", "amt_correct": 9}, "Watch, and again in three months", False),
        ({"sudden_change": True}, "Look for delirium first", False),
        ({"known_diagnosis": True}, "Dementia is diagnosed already", False),
        ({"agreed": "declined"}, "Not agreed to", False),
        ({"observations": [], "amt_correct": 8}, "No referral", False),
        ({"duration": None, "amt_correct": None}, "", False),
    ],
)
def test_the_decision_of_dear_gp_is_said_in_words(
    home: LivingHome, who: ResidentId, changes: dict[str, object], decision: str, refers: bool
) -> None:
    home.assess(who, "dear_gp", DEAR_GP | changes)
    found = person.person(home.session, who).dear_gp
    assert found is not None
    assert (found.decision, found.refers) == (decision, refers)


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([2, 3, 2, 3, 2], "Down 12 points: a change that counts (before: 60 % on 23-Nov-2026)"),
        ([3, 3, 3, 3, 5], "Up 8 points: too small to count (before: 60 % on 23-Nov-2026)"),
        ([3, 3, 3, 3, 3], "No change (before: 60 % on 23-Nov-2026)"),
    ],
)
def test_wellbeing_says_whether_its_change_counts(
    home: LivingHome, who: ResidentId, items: list[int], words: str
) -> None:
    home.assess(who, "who5", {"items": [3, 3, 3, 3, 3]})
    assert person.person(home.session, who).wellbeing.who5_moved == ""
    home.clock.advance(timedelta(days=30))
    home.assess(who, "who5", {"items": items})
    assert person.person(home.session, who).wellbeing.who5_moved == words


def test_the_medicines_list_is_counted_without_what_is_given_when_needed(home: LivingHome) -> None:
    who = home.resident(
        2,
        *(Medicine(f"Medicine {n}", "once a day") for n in range(5)),
        Medicine("Macrogol", "one sachet when needed"),
        Medicine("Paracetamol", "PRN"),
        Medicine("Old one", "daily", stopped=date(2026, 11, 1)),
    )
    own = person.person(home.session, who).medicines
    assert (len(own.listed), own.regular, own.when_needed) == (7, 5, 2)
    assert own.band == "Polypharmacy: 5 to 9"


def test_the_antipsychotic_is_due_six_weeks_after_its_last_review(home: LivingHome, who: ResidentId) -> None:
    given: dict[str, object] = {"started": date(2026, 8, 1), "last_review": date(2026, 10, 12)}
    home.assess(who, "antipsychotic_review", given)
    drug = person.person(home.session, who).medicines.antipsychotic
    assert drug is not None
    assert (drug.active, drug.due, drug.overdue) == (True, date(2026, 11, 23), False)
    home.clock.advance(timedelta(days=1))
    late = person.person(home.session, who).medicines.antipsychotic
    assert late is not None
    assert late.overdue
    review = {
        "regular_medicines": 4, "triggers": [], "antipsychotic": "stopped", "parkinsons_medicines": False,
    }  # fmt: skip
    home.assess(who, "medicines_review", review)
    stopped = person.person(home.session, who).medicines.antipsychotic
    assert stopped is not None
    assert (stopped.active, stopped.due, stopped.overdue) == (False, None, False)


# ------------------------------------------------------------------------------------------------- whom it calls for


def test_a_new_behaviour_three_times_in_72_hours_calls_once_until_it_is_closed(
    home: LivingHome, who: ResidentId
) -> None:
    assert [kinds(behaved(home, who, hours)) for hours in (71, 30)] == [[], []]
    third = behaved(home, who, 2)
    assert kinds(third) == [AlertKind.NEW_BEHAVIOUR]
    assert third.alerts[0].priority == "urgent"
    assert kinds(behaved(home, who, 1)) == []
    assert person.person(home.session, who).behaviour.again == ("Walking about without rest",)
    alerts.close(home.session, third.alerts[0].id, outcome="GP came, infection treated")
    assert kinds(behaved(home, who, 0.5)) == [AlertKind.NEW_BEHAVIOUR]


@pytest.mark.parametrize(
    ("records", "calls"),
    [
        (((70, "walking", True), (30, "hitting", True), (2, "walking", True)), False),
        (((70, "walking", True), (30, "walking", False), (2, "walking", True)), False),
        (((74, "walking", True), (30, "walking", True), (1, "walking", True)), False),
        (((73, "walking", True), (30, "walking", True), (1, "walking", True)), True),
        (((2, "walking", True), (1, "walking", True), (70, "walking", True)), True),
        (((400, "walking", True), (390, "walking", True), (380, "walking", True)), False),
    ],
    ids=["two kinds", "one not new", "over 73 hours", "within 72 of the last", "typed in any order", "long ago"],
)
def test_what_is_and_what_is_not_new_behaviour_three_times_in_72_hours(
    home: LivingHome, who: ResidentId, records: tuple[tuple[float, str, bool], ...], calls: bool
) -> None:
    found = [kinds(behaved(home, who, hours, kind, new=new)) for hours, kind, new in records]
    assert found == [[], [], [AlertKind.NEW_BEHAVIOUR] if calls else []]


def test_a_record_that_only_has_a_label_counts_for_what_was_seen_how_often(home: LivingHome, who: ResidentId) -> None:
    for hours in (40, 20):
        behaved(home, who, hours, behaviour="Aggressive", helped=None)
    assert kinds(behaved(home, who, 1, behaviour="Aggressive")) == [AlertKind.NEW_BEHAVIOUR]


def test_a_call_is_open_until_it_is_decided_and_overdue_once_its_time_has_passed(
    home: LivingHome, who: ResidentId
) -> None:
    first = home.assess(who, "sbard", sbard(home, 1, 3))
    assert kinds(first) == []
    home.assess(who, "sbard", sbard(home, 0.5, 8, situation="Fell"))
    assert [(call.situation, call.overdue) for call in person.person(home.session, who).calls] == [
        ("Fell", False), ("Breathless", False),
    ]  # fmt: skip
    home.clock.advance(timedelta(hours=2, minutes=1))
    calls = person.person(home.session, who).calls
    assert [(call.situation, call.overdue) for call in calls] == [("Breathless", True), ("Fell", False)]
    decided = sbard(home, 3, 3, decision="Antibiotics", decided_by="Dr P", safety_net="999 if worse")
    assessments.amend(home.session, first.revision_id, decided, reason="decided")
    assert [call.situation for call in person.person(home.session, who).calls] == ["Fell"]
    assert alerts.standing(home.session) == ()


def test_a_call_that_is_signed_after_its_time_has_passed_calls_once(home: LivingHome, who: ResidentId) -> None:
    signed = home.assess(who, "sbard", sbard(home, 3, 2))
    assert kinds(signed) == [AlertKind.SBARD_OVERDUE]
    again = assessments.amend(
        home.session, signed.revision_id, sbard(home, 3, 2, request="Visit, please"), reason="words"
    )
    assert kinds(again) == []
    assert kinds(home.assess(who, "sbard", sbard(home, 30, 2))) == [AlertKind.SBARD_OVERDUE]  # another call
    assert len(alerts.standing(home.session)) == 2


def test_a_week_without_an_activity_is_said_of_those_whose_log_is_kept(home: LivingHome) -> None:
    people = [home.resident(n) for n in range(1, 7)]
    kept, late, refuses, asleep, never, gone = people
    engaged(home, kept, 6)
    engaged(home, late, 7)
    for part, who in (("refused", refuses), ("asleep", asleep)):
        engaged(home, who, 9)
        engaged(home, who, 0, part)
    engaged(home, gone, 20)
    details = residents.open_resident(home.session, gone).resident.details
    residents.change_resident(home.session, gone, replace(details, died_at=NOW - timedelta(days=1)))
    assert set(idle(home)) == {late, refuses, asleep}
    week = person.person(home.session, refuses).wellbeing.week
    assert week.words == "No activity in seven days; refused once"
    assert [each.flag for each in week.findings] == ["no_activity"]
    engaged(home, late, 0)
    assert set(idle(home)) == {refuses, asleep}
    assert person.person(home.session, never).wellbeing.logged is False
    assert alerts.standing(home.session) == (), "no entry makes it so, so nobody is called"


# ---------------------------------------------------------------------------------------------------------- falls, due


def test_a_fall_record_makes_the_falls_assessment_due_as_a_check_does(home: LivingHome, who: ResidentId) -> None:
    from app.domain.instruments.falls_multifactorial import DOMAINS

    home.assess(who, "falls_multifactorial", dict.fromkeys(DOMAINS, "no_concern"))
    assert "falls_multifactorial" not in {row.instrument for row in assessments.due(home.session, who)}
    home.clock.advance(timedelta(days=2))
    home.assess(who, "fall_record", {})
    late = {row.instrument: row for row in assessments.due(home.session, who)}["falls_multifactorial"]
    assert late.overdue


def test_a_fall_that_is_written_up_days_later_is_no_second_one(home: LivingHome, who: ResidentId) -> None:
    from app.domain.instruments.falls_multifactorial import DOMAINS

    checked = home.assess(who, "post_fall", {})
    fall = assessments.listed(home.session, checked.assessment_id).about
    assert fall
    home.clock.advance(timedelta(days=1))
    home.assess(who, "falls_multifactorial", dict.fromkeys(DOMAINS, "no_concern"))
    home.clock.advance(timedelta(days=1))
    assessments.sign(home.session, who, "fall_record", {}, about=fall)
    assert "falls_multifactorial" not in {row.instrument for row in assessments.due(home.session, who)}


# ------------------------------------------------------------------------------------------------------- CPR, in words


@pytest.mark.parametrize(
    ("recorded", "documents", "says", "count"),
    [
        ((), None, "", 0),
        ((FOR_CPR,), None, "", 0),
        ((FOR_CPR, DNACPR), None, "", 1),
        ((FOR_CPR,), ["dnacpr"], "do_not_attempt", 1),
        ((DNACPR,), ["dnacpr"], "do_not_attempt", 0),
        ((DNACPR,), ["respect"], "attempt", 1),
        ((DNACPR,), [], "no_decision_recorded", 1),
        ((FOR_CPR,), [], "no_decision_recorded", 0),
        ((FOR_CPR,), ["respect"], "attempt", 0),
        ((RESPECT,), ["respect"], "do_not_attempt", 0),
        ((RESPECT,), ["dnacpr"], "do_not_attempt", 1),
        ((), ["respect", "dnacpr"], "conflict", 1),
        ((DNACPR,), ["dnacpr"], "unverified", 0),
        ((FOR_CPR, DNACPR), ["dnacpr"], "do_not_attempt", 2),
    ],
)
def test_records_about_cpr_that_conflict_are_said(
    recorded: tuple[CprDecision, ...], documents: list[str] | None, says: str, count: int
) -> None:
    found = cpr_conflicts(documents, says, recorded)
    assert len(found) == count
    assert all("ask the GP today" in words for words in found)


def test_a_decision_that_page_1_of_the_pack_would_not_print_is_missed() -> None:
    assert "record it too" in cpr_silence("do_not_attempt", ())
    assert cpr_silence("do_not_attempt", (DNACPR,)) == ""
    assert cpr_silence("attempt", ()) == ""


def test_wishes_are_read_with_where_the_originals_are(home: LivingHome) -> None:
    who = home.resident(3, FOR_CPR)
    home.assess(who, "respect_summary", document())
    home.assess(who, "preferred_place", {
        "first_choice": "usual_residence", "second_choice": "hospice", "stated_on": date(2026, 10, 1),
        "said_by": "resident", "capacity": "yes",
    })  # fmt: skip
    own = person.person(home.session, who).wishes
    assert len(own.conflicts) == 1
    assert "“For CPR”" in own.conflicts[0]
    assert "“Do not attempt CPR”" in own.conflicts[0]
    assert own.documents is not None
    assert (own.documents.named, own.documents.says, own.documents.where) == (
        "ReSPECT form", "Do not attempt CPR", "Care folder",
    )  # fmt: skip
    assert own.place is not None
    assert (own.place.first, own.place.second) == ("This care home", "Hospice")
    assert own.place.said == "Said by the resident, 01-Oct-2026"


# ------------------------------------------------------------------------------------------------------------- papers


def test_only_a_referral_gives_a_letter_and_it_is_audited(home: LivingHome, who: ResidentId) -> None:
    watch = home.assess(who, "dear_gp", DEAR_GP | {"duration": "under_3_months", "amt_correct": 9})
    for assessment_id, words in ((watch.assessment_id, "no letter"), ("nothing", "not in the records")):
        with pytest.raises(UserError, match=words):
            person.dear_gp_letter(home.session, assessment_id)
    home.clock.advance(timedelta(minutes=1))
    refers = home.assess(who, "dear_gp", DEAR_GP)
    pdf = person.dear_gp_letter(home.session, refers.assessment_id)
    assert "Dear Doctor" in PdfReader(BytesIO(pdf)).pages[0].extract_text()
    assert audit.who_looked(home.session, who).rows[0].what == "Printed a letter to the GP"
    must = home.assess(who, "about_me", ABOUT)
    with pytest.raises(UserError, match="not in the records"):
        person.dear_gp_letter(home.session, must.assessment_id)
    assessments.entered_in_error(home.session, refers.revision_id, reason="another resident")
    with pytest.raises(UserError, match="entered in error"):
        person.dear_gp_letter(home.session, refers.assessment_id)


def test_there_is_no_paper_of_nothing(home: LivingHome, who: ResidentId) -> None:
    with pytest.raises(UserError, match="not been written"):
        person.about_me_paper(home.session, who)
    with pytest.raises(UserError, match="No behaviour"):
        person.behaviour_paper(home.session, who)
    assert not any("Printed" in row.what for row in audit.who_looked(home.session, who).rows)


def test_papers_may_be_printed_by_everybody_and_are_audited(home: LivingHome, who: ResidentId) -> None:
    home.assess(who, "about_me", ABOUT)
    behaved(home, who, 5)
    photos.add(home.session, who, jpeg("green"), consent=Consent("resident"))
    session = home.sign_in_as(Role.CARER)
    about = PdfReader(BytesIO(person.about_me_paper(session, who)))
    assert len(about.pages[0].images) == 1
    assert "10:00 by Cal Carer" in about.pages[0].extract_text()
    assert "tried the front door" in " ".join(
        PdfReader(BytesIO(person.behaviour_paper(session, who))).pages[0].extract_text().split()
    )
    manager = home.sign_in_as(Role.MANAGER)
    printed = [row.what for row in audit.who_looked(manager, who).rows if row.what.startswith("Printed")]
    assert printed == ["Printed the records of behaviour", "Printed About me"]
