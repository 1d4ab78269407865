"""Falls as they are recorded: the check first, what follows from what is signed, the clock, the register, the paper."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from app.domain import falls as domain
from app.domain.alerts import AlertKind
from app.domain.charts.body import centre_of
from app.domain.errors import UserError
from app.domain.falls import CLINICIAN, HOSPITAL, Injury, State
from app.domain.instruments.falls_multifactorial import DOMAINS
from app.domain.people import Absence, Medicine, ResidentId, Role
from app.services import alerts, assessments, audit, falls, recording, residents
from tests.factories import NEWS2_LOW, NOW, LivingHome

SIGNS = (
    "intense_pain", "suspected_collapse", "trauma_head_neck_back", "unusual_behaviour",
    "marked_breathing_difficulty_or_chest_pain", "bleeding_freely", "loss_of_consciousness", "evidence_of_fracture",
    "fast_abnormal",
)  # fmt: skip
CLEAR: Mapping[str, object] = {"danger_clear": True, "responsive_and_breathing": True, **dict.fromkeys(SIGNS, False)}
LIFT = {**CLEAR, "head_struck_or_unwitnessed": False, "minutes_on_floor": 5}
HEAD = {**CLEAR, "head_struck_or_unwitnessed": True, "on_anticoagulant_or_antiplatelet": True}
LONG = {**CLEAR, "head_struck_or_unwitnessed": False, "minutes_on_floor": 90}
CALL = {"danger_clear": True, "responsive_and_breathing": True, "intense_pain": True}
HOUR = timedelta(hours=1)


def circumstances(**changes: object) -> dict[str, object]:
    return {
        "found_at": NOW - timedelta(minutes=5), "witness": "staff", "head_struck": "no", "on_blood_thinner": False,
        "injuries": ["bruise"], "first_aid": ["cold_pack"], "lifted_with": "cushion", "place": "bathroom",
        "activity": "toilet", "footwear": "slippers", "aid": "used", "light": "good", "call_bell": "in_reach",
        "family_told": True, "family_told_at": NOW, "gp_told": True, "gp_told_at": NOW, "manager_told": True,
        "manager_told_at": NOW, "duty_of_candour": "done",
    } | changes  # fmt: skip


def an_injury(site: str = "left_hip", kind: str = "bruise") -> Injury:
    view, x, y = centre_of(site)
    return Injury(view, site, x, y, kind)


@pytest.fixture
def person(home: LivingHome) -> ResidentId:
    return home.resident(1)


@pytest.fixture
def fall_id(home: LivingHome, person: ResidentId) -> str:
    return falls.record(home.session, person, LIFT).fall_id


def the_fall(home: LivingHome, fall_id: str) -> domain.Fall:
    return falls.fall(home.session, fall_id).row.fall


# ------------------------------------------------------------------------------------------------------ the check first


@pytest.mark.parametrize(
    ("answers", "kind", "phone"),
    [
        (CALL, AlertKind.POST_FALL_999, "999"),
        ({"danger_clear": False}, AlertKind.POST_FALL_999, "999"),
        (HEAD, AlertKind.POST_FALL_HEAD_INJURY, "999"),
        (LONG, AlertKind.POST_FALL_LONG_LIE, "01632 960101"),
    ],
)
def test_signing_the_check_makes_the_fall_and_raises_its_alert(
    home: LivingHome, person: ResidentId, answers: Mapping[str, object], kind: AlertKind, phone: str
) -> None:
    done = falls.record(home.session, person, answers)
    assert [(alert.kind, alert.phone_number) for alert in done.signed.alerts] == [(kind.value, phone)]
    (row,) = falls.falls(home.session)
    assert (row.id, row.fall.at, row.circumstances) == (done.fall_id, NOW, falls.MISSING)
    whole = falls.fall(home.session, done.fall_id)
    assert whole.check is not None
    assert whole.check.row.about == done.fall_id
    assert [alert.kind for alert in whole.alerts] == [kind.value]
    assert {"fall", "alert", "assessment"} <= done.changes.kinds


def test_what_cannot_be_signed_leaves_no_fall_behind(home: LivingHome, person: ResidentId) -> None:
    with pytest.raises(UserError):
        falls.record(home.session, person, {**LIFT, "minutes_on_floor": -1})
    with pytest.raises(UserError, match="now or in the past"):
        falls.record(home.session, person, LIFT, at=NOW + HOUR)
    assert falls.falls(home.session) == ()


def test_a_draft_of_the_check_becomes_the_fall(home: LivingHome, person: ResidentId) -> None:
    draft = assessments.save_draft(home.session, person, "post_fall", {"danger_clear": True}).draft_id
    assert [row.id for row in falls.start(home.session, person).drafts] == [draft]
    falls.record(home.session, person, LIFT, draft_id=draft)
    assert falls.start(home.session, person).drafts == ()


def test_a_check_from_a_script_is_a_fall_too(home: LivingHome, person: ResidentId) -> None:
    line = {"resident": "R01", "instrument": "post_fall", "answers": LONG, "sign": True}
    recording.record_line(home.session, json.dumps(line))
    (row,) = falls.falls(home.session, person)
    assert (row.band, row.circumstances) == ("lift_and_clinical_review_long_lie", falls.MISSING)


def test_a_fall_record_from_a_script_goes_to_the_fall_that_has_none(home: LivingHome, person: ResidentId) -> None:
    fall_id = falls.record(home.session, person, LIFT).fall_id
    home.clock.at += HOUR
    assessments.sign(home.session, person, "fall_record", circumstances())
    assert [(row.id, row.circumstances) for row in falls.falls(home.session)] == [(fall_id, falls.RECORDED)]
    home.clock.at += HOUR
    later = dict.fromkeys(("found_at", "family_told_at", "gp_told_at", "manager_told_at"), home.clock.at)
    assessments.sign(home.session, person, "fall_record", circumstances(**later))
    assert len(falls.falls(home.session)) == 2, "a second record is of another fall"


def test_the_check_knows_blood_thinners_and_numbers_before_it_begins(home: LivingHome) -> None:
    person = home.resident(
        2, Medicine("Apixaban 5 mg"), Medicine("Paracetamol 1 g"),
        Medicine("Clopidogrel 75 mg", stopped=NOW.date() - timedelta(days=3)),
        Medicine("Enoxaparin 40 mg", stopped=NOW.date()),
    )  # fmt: skip
    start = falls.start(home.session, person)
    assert set(start.thinners) == {"Apixaban 5 mg", "Enoxaparin 40 mg"}, "a course thins the blood through its last day"
    assert start.phones[falls.Recipient.EMERGENCY_999] == ("999", "999")
    assert start.phones[falls.Recipient.HOMEFIRST][1] == "01632 960101"


# ------------------------------------------------------------------------------------------- what follows from signing


def test_the_fall_follows_its_record(home: LivingHome, person: ResidentId, fall_id: str) -> None:
    assert the_fall(home, fall_id).head is False
    unseen = circumstances(witness="nobody", last_seen=NOW - HOUR)
    signed = assessments.sign(home.session, person, "fall_record", unseen, about=fall_id)
    fall = the_fall(home, fall_id)
    assert fall.at == NOW - timedelta(minutes=5), "it was found earlier than the check was signed"
    assert (fall.place, fall.activity, fall.witness) == ("bathroom", "toilet", "nobody")
    assert (fall.family_told, fall.gp_told, fall.head) == (True, True, True)
    assessments.amend(
        home.session,
        signed.revision_id,
        circumstances(place="lounge", gp_told=False, gp_told_at=None),
        reason="wrong room",
    )
    fall = the_fall(home, fall_id)
    assert (fall.place, fall.gp_told, fall.head) == ("lounge", False, False)


@pytest.mark.parametrize("key", ["found_at", "last_seen", "family_told_at", "gp_told_at", "manager_told_at"])
@pytest.mark.parametrize(("when", "words"), [
    (NOW + timedelta(days=1), "must be now or in the past"),
    (NOW.replace(year=1936), "must be after the resident's date of birth"),
])  # fmt: skip
def test_no_moment_of_a_fall_is_to_come_or_before_birth(
    home: LivingHome, person: ResidentId, fall_id: str, key: str, when: datetime, words: str
) -> None:
    """A fall that was found tomorrow would be watched from tomorrow."""
    only = {"witness": "nobody", "family_told": True, "gp_told": True, "manager_told": True, key: when}
    with pytest.raises(UserError, match=words) as refused:
        assessments.sign(home.session, person, "fall_record", only, about=fall_id)
    assert refused.value.field == key
    assert the_fall(home, fall_id).at == NOW


def test_a_record_in_error_takes_its_words_back(home: LivingHome, person: ResidentId, fall_id: str) -> None:
    signed = assessments.sign(home.session, person, "fall_record", circumstances(), about=fall_id)
    assessments.entered_in_error(home.session, signed.revision_id, reason="another resident")
    fall = the_fall(home, fall_id)
    assert (fall.place, fall.family_told, fall.at) == ("", None, NOW)
    assert falls.falls(home.session)[0].circumstances == falls.MISSING


def test_without_anything_sound_about_it_there_was_no_fall(home: LivingHome, person: ResidentId) -> None:
    done = falls.record(home.session, person, HEAD)
    assessments.entered_in_error(home.session, done.signed.revision_id, reason="another resident")
    (row,) = falls.falls(home.session)
    assert (row.in_error, row.open, row.to_do) == (True, False, ())
    assert falls.observations_due(home.session) == ()


def test_an_assessment_about_a_fall_is_of_that_resident_and_that_fall(home: LivingHome, fall_id: str) -> None:
    other = home.resident(2)
    with pytest.raises(UserError, match="another resident"):
        assessments.sign(home.session, other, "fall_record", circumstances(), about=fall_id)
    with pytest.raises(UserError, match="not in the records"):
        assessments.sign(home.session, other, "fall_record", circumstances(), about="nothing")
    with pytest.raises(UserError, match="is of the resident"):
        assessments.sign(home.session, other, "news2", NEWS2_LOW, about=fall_id)


def test_injuries_are_kept_and_no_injury_is_not_silence(home: LivingHome, fall_id: str) -> None:
    assert not the_fall(home, fall_id).looked_over
    falls.mark_injuries(home.session, fall_id, (), none_found=True)
    assert the_fall(home, fall_id).no_injury
    falls.mark_injuries(home.session, fall_id, (an_injury(), an_injury("right_elbow", "skin_tear")))
    fall = the_fall(home, fall_id)
    assert ([each.words for each in fall.injuries], fall.no_injury) == (
        ["Left hip: bruise", "Right elbow: skin tear"],
        False,
    )
    assert [len(each.fall.injuries) for each in falls.fall(home.session, fall_id).versions] == [2, 0, 0, 0]


def test_injuries_survive_what_is_signed_later(home: LivingHome, person: ResidentId, fall_id: str) -> None:
    falls.mark_injuries(home.session, fall_id, (an_injury(),))
    assessments.sign(home.session, person, "fall_record", circumstances(), about=fall_id)
    assert [each.kind for each in the_fall(home, fall_id).injuries] == ["bruise"]


# -------------------------------------------------------------------------------------------------------- observations


def next_due(home: LivingHome) -> list[tuple[timedelta, State]]:
    return [(each.due - NOW, each.state) for each in falls.observations_due(home.session)]


def test_the_observations_go_by_the_clock_and_by_signed_sets(home: LivingHome, person: ResidentId) -> None:
    falls.record(home.session, person, HEAD)
    assert next_due(home) == [(timedelta(0), State.DUE)]
    home.clock.at = NOW + timedelta(minutes=2)
    home.assess(person, "news2", NEWS2_LOW)
    assert next_due(home) == [(timedelta(minutes=30), State.AHEAD)]
    home.clock.at = NOW + timedelta(minutes=45)
    assert next_due(home) == [(timedelta(minutes=30), State.LATE)]
    incomplete = {key: value for key, value in NEWS2_LOW.items() if key != "pulse"}
    home.assess(person, "news2", incomplete)
    assert next_due(home) == [(timedelta(minutes=30), State.LATE)], "half a set is none"
    home.clock.at = NOW + timedelta(hours=47, minutes=30)
    home.assess(person, "news2", NEWS2_LOW)
    assert next_due(home) == [(timedelta(hours=72), State.AHEAD)]


def test_a_set_entered_in_error_was_not_taken(home: LivingHome, person: ResidentId) -> None:
    falls.record(home.session, person, HEAD)
    signed = home.assess(person, "news2", NEWS2_LOW)
    assessments.entered_in_error(home.session, signed.revision_id, reason="another resident")
    assert next_due(home) == [(timedelta(0), State.DUE)]


def test_without_a_head_injury_they_are_over_after_a_day(home: LivingHome, person: ResidentId, fall_id: str) -> None:
    home.clock.at = NOW + timedelta(hours=24)
    home.assess(person, "news2", NEWS2_LOW)
    assert next_due(home) == []


def test_nothing_is_due_in_hospital_and_the_rest_after_it(home: LivingHome, person: ResidentId) -> None:
    falls.record(home.session, person, CALL)
    home.clock.at = NOW + timedelta(minutes=20)
    away = residents.add_fact(home.session, person, Absence(home.clock.at, None, "Hospital"))
    home.clock.at = NOW + HOUR
    assert next_due(home) == []
    home.clock.at = NOW + 20 * HOUR
    residents.change_fact(
        home.session, away.fact_id, Absence(NOW + timedelta(minutes=20), NOW + 20 * HOUR, "Hospital"), reason="back"
    )
    assert next_due(home) == [(22 * HOUR, State.AHEAD)]


def test_a_clinician_may_end_them_with_name_and_reason(home: LivingHome, fall_id: str) -> None:
    with pytest.raises(UserError) as refused:
        falls.stop_observations(home.session, fall_id, why=CLINICIAN)
    assert [problem.field for problem in refused.value.problems] == ["name", "reason"]
    falls.stop_observations(home.session, fall_id, why=CLINICIAN, name="Dr Ash, GP", reason="comfort care")
    assert next_due(home) == []
    assert falls.fall(home.session, fall_id).versions[0].reason == "A clinician said so (Dr Ash, GP: comfort care)"
    with pytest.raises(UserError, match="already"):
        falls.stop_observations(home.session, fall_id, why=HOSPITAL)
    falls.go_on_observing(home.session, fall_id, reason="still here")
    assert next_due(home) == [(timedelta(0), State.DUE)]


# ------------------------------------------------------------------------------------------------------------ register


def test_the_register_says_what_is_still_to_be_done(home: LivingHome, person: ResidentId, fall_id: str) -> None:
    (row,) = falls.falls(home.session)
    assert row.to_do == ("record the circumstances", "observations", "falls assessment")
    not_told = circumstances(family_told=False, family_told_at=None)
    signed = assessments.sign(home.session, person, "fall_record", not_told, about=fall_id)
    falls.stop_observations(home.session, fall_id, why=CLINICIAN, name="Dr Ash", reason="well")
    assert falls.falls(home.session)[0].to_do == ("tell the family", "falls assessment")
    assessments.amend(home.session, signed.revision_id, circumstances(), reason="told now")
    home.assess(person, "falls_multifactorial", dict.fromkeys(DOMAINS, "no_concern"))
    (row,) = falls.falls(home.session)
    assert (row.to_do, row.open, row.assessed) == ((), False, True)


def test_an_assessment_from_before_the_fall_does_not_count(home: LivingHome, person: ResidentId) -> None:
    home.assess(person, "falls_multifactorial", dict.fromkeys(DOMAINS, "no_concern"))
    home.clock.at = NOW + timedelta(days=2)
    falls.record(home.session, person, LIFT)
    assert not falls.falls(home.session)[0].assessed
    due = {row.instrument: row for row in assessments.due(home.session, person)}
    assert due["falls_multifactorial"].overdue, "the fall makes it overdue at once"
    home.assess(person, "falls_multifactorial", dict.fromkeys(DOMAINS, "no_concern"))
    assert falls.falls(home.session)[0].assessed
    assert "falls_multifactorial" not in {row.instrument for row in assessments.due(home.session, person)}


def test_the_register_is_newest_first_by_resident_and_since(home: LivingHome, person: ResidentId) -> None:
    other = home.resident(2)
    first = falls.record(home.session, person, LIFT, at=NOW - timedelta(days=40)).fall_id
    second = falls.record(home.session, other, LIFT, at=NOW - timedelta(days=3)).fall_id
    third = falls.record(home.session, person, LIFT).fall_id
    assert [row.id for row in falls.falls(home.session)] == [third, second, first]
    assert [row.id for row in falls.falls(home.session, person)] == [third, first]
    assert [row.id for row in falls.falls(home.session, since=NOW - timedelta(days=30))] == [third, second]
    assert falls.register(home.session).pattern.counts == {7: 2, 30: 2, 91: 3, 365: 3}
    assert falls.falls(home.session)[2].progress is None, "long over"
    home.clock.at = NOW + timedelta(days=330)
    assert len(falls.register(home.session).rows) == 2, "the home's goes back a year"
    assert len(falls.register(home.session, person).rows) == 2, "a resident's to the beginning"


def test_missing_circumstances_are_due_until_they_are_recorded(
    home: LivingHome, person: ResidentId, fall_id: str
) -> None:
    def due() -> list[tuple[str, int]]:
        return [(r.about, r.overdue_days) for r in assessments.due(home.session) if r.instrument == "fall_record"]

    assert due() == [(fall_id, 0)]
    home.clock.at = NOW + timedelta(days=3)
    assert due() == [(fall_id, 3)]
    home.clock.at = NOW + timedelta(days=92)
    assert due() == [], "the register still says so"
    home.clock.at = NOW + timedelta(days=3)
    assessments.sign(home.session, person, "fall_record", circumstances(), about=fall_id)
    assert due() == []


def test_actions_come_from_the_newest_assessment(home: LivingHome, person: ResidentId) -> None:
    concern = {"gait_balance": "concern", "gait_balance_action": "Physiotherapy", "gait_balance_owner": "Fay",
               "gait_balance_by": NOW.date() + timedelta(days=7)}  # fmt: skip
    home.assess(person, "falls_multifactorial", dict.fromkeys(DOMAINS, "no_concern") | concern)
    (action,) = falls.actions(home.session, person)
    assert (action.action, action.owner, action.overdue) == ("Physiotherapy", "Fay", False)
    home.clock.at = NOW + timedelta(days=8)
    assert falls.actions(home.session, person)[0].overdue
    home.assess(person, "falls_multifactorial", dict.fromkeys(DOMAINS, "no_concern"))
    assert falls.actions(home.session, person) == ()


# ----------------------------------------------------------------------------------------------------- entered in error


def test_a_fall_in_error_takes_everything_with_it(home: LivingHome, person: ResidentId) -> None:
    done = falls.record(home.session, person, HEAD)
    assessments.sign(home.session, person, "fall_record", circumstances(), about=done.fall_id)
    with pytest.raises(UserError, match="reason"):
        falls.entered_in_error(home.session, done.fall_id, reason=" ")
    falls.entered_in_error(home.session, done.fall_id, reason="another resident")
    whole = falls.fall(home.session, done.fall_id)
    assert (whole.row.in_error, whole.check, whole.record, whole.row.to_do) == (True, None, None, ())
    assert alerts.standing(home.session) == ()
    states = {row.state for row in assessments.history(home.session, person, about=done.fall_id)}
    assert states == {"entered-in-error"}
    assert falls.register(home.session).pattern.counts[7] == 0
    assert [row for row in assessments.due(home.session, person) if row.about] == []
    for act in (
        lambda: falls.mark_injuries(home.session, done.fall_id, (), none_found=True),
        lambda: falls.stop_observations(home.session, done.fall_id, why=HOSPITAL),
        lambda: falls.entered_in_error(home.session, done.fall_id, reason="again"),
        lambda: falls.fall_paper(home.session, done.fall_id),
        lambda: assessments.sign(home.session, person, "fall_record", circumstances(), about=done.fall_id),
    ):
        with pytest.raises(UserError, match="entered in error"):
            act()


def test_the_alert_of_a_fall_in_error_whose_call_was_made_stands_until_they_are_told(
    home: LivingHome, person: ResidentId
) -> None:
    done = falls.record(home.session, person, CALL)
    alerts.record_call(home.session, done.signed.alerts[0].id, spoke_to="999")
    falls.entered_in_error(home.session, done.fall_id, reason="another resident")
    (alert,) = alerts.standing(home.session)
    assert alert.title.startswith("Entered in error")


# ---------------------------------------------------------------------------------------------------------------- audit


def test_looking_printing_and_changing_are_in_the_trail(home: LivingHome, person: ResidentId, fall_id: str) -> None:
    falls.register(home.session, person)
    falls.register(home.session, person, again=True)
    falls.fall(home.session, fall_id)
    falls.fall(home.session, fall_id, again=True)
    falls.mark_injuries(home.session, fall_id, (an_injury(),))
    assert falls.fall_paper(home.session, fall_id).startswith(b"%PDF")
    found = [row.what for row in audit.trail(home.session).rows]
    for words, count in (
        ("Recorded a fall", 1), ("Opened the record (falls)", 1), ("Looked at a fall", 1),
        ("Changed what is known of a fall", 2), ("Printed the sheet of a fall", 1),
    ):  # fmt: skip
        assert sum(words in each for each in found) == count, words


def test_the_auditor_reads_and_records_nothing(home: LivingHome, fall_id: str) -> None:
    session = home.sign_in_as(Role.AUDITOR)
    assert falls.fall(session, fall_id).row.id == fall_id
    with pytest.raises(UserError):
        falls.mark_injuries(session, fall_id, (), none_found=True)


def test_an_id_is_of_a_fall_or_of_a_resident(home: LivingHome, person: ResidentId, fall_id: str) -> None:
    assert falls.whose(home.session, fall_id) == (person, fall_id)
    assert falls.whose(home.session, person) == (person, "")
    with pytest.raises(UserError, match="resident"):
        falls.whose(home.session, "nobody")


def test_marks_come_back_as_they_were_kept(home: LivingHome, fall_id: str) -> None:
    marked = replace(an_injury(), x=Decimal("0.7095238095"), y=Decimal("0.4921"))
    falls.mark_injuries(home.session, fall_id, (marked,))
    (kept,) = the_fall(home, fall_id).injuries
    assert (kept.x, kept.y) == (Decimal("0.7095"), Decimal("0.4921"))
