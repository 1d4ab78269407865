"""The timeline: every kind of thing once, newest first, page by page, with what was amended or struck out said so."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from app.domain.errors import UserError
from app.domain.falls import Fall, Injury
from app.domain.instruments.outcome import Severity
from app.domain.people import ResidentId
from app.domain.transfer import TransferReason
from app.domain.wounds import HEALED, Closing, Wound, placed
from app.models import falls as fall_rows
from app.models import wounds as wound_rows
from app.services import alerts, assessments, audit, notes, observations, timeline, transfers
from app.services.timeline import Entry
from tests.factories import MUST_LOW, NEWS2_HIGH, NEWS2_LOW, NOW, LivingHome


def _ago(**how_long: float) -> datetime:
    return NOW - timedelta(**how_long)


def _page(home: LivingHome, person: ResidentId, kinds: Collection[str] | None = None) -> tuple[Entry, ...]:
    return timeline.timeline(home.session, person, kinds).entries


def _titles(home: LivingHome, person: ResidentId, *kinds: str) -> list[str]:
    return [entry.title for entry in _page(home, person, kinds or None)]


def test_a_signed_assessment_says_what_it_came_to_and_how_loudly(home: LivingHome) -> None:
    person = home.resident()
    signed = assessments.sign(home.session, person, "news2", NEWS2_HIGH, at=_ago(hours=2))
    (entry,) = _page(home, person, ["assessment"])
    assert entry.title.startswith("NEWS2: 8, ")
    assert (entry.at, entry.detail, entry.state) == (_ago(hours=2), "Signed by Mo Manager", "")
    assert entry.severity is signed.outcome.severity is not Severity.NONE
    assert entry.link == ("assessment", signed.assessment_id)


def test_amended_and_struck_out_stand_once_and_say_so(home: LivingHome) -> None:
    person = home.resident()
    first = assessments.sign(home.session, person, "news2", NEWS2_HIGH, at=_ago(hours=2))
    second = assessments.sign(home.session, person, "must", MUST_LOW, at=_ago(hours=1))
    assessments.amend(home.session, first.revision_id, NEWS2_LOW, reason="typing")
    assessments.entered_in_error(home.session, second.revision_id, reason="wrong resident")
    note = notes.add(home.session, person, "Slept", _ago(hours=3)).note_id
    notes.entered_in_error(home.session, note, reason="wrong resident")
    entries = _page(home, person, ["assessment", "note"])
    assert [(entry.kind, entry.state) for entry in entries] == [
        ("assessment", "Entered in error"), ("assessment", "Amended"), ("note", "Entered in error"),
    ]  # fmt: skip
    assert entries[0].severity is Severity.NONE  # what counts for nothing does not shout


def test_single_measurements_stand_as_one_entry_a_kind_and_day(home: LivingHome) -> None:
    person = home.resident()

    def measure(kind: str, value: object, at: datetime) -> str:
        return observations.record(home.session, person, kind, value, at=at).observation_id

    for hours, value in ((1, 200), (2, 150), (3, 250)):
        measure("fluid_in_ml", value, _ago(hours=hours))
    measure("fluid_in_ml", 1000, _ago(days=1))
    measure("fluid_in_ml", 800, _ago(days=1, hours=1))
    struck = measure("fluid_in_ml", 3000, _ago(hours=1))
    observations.entered_in_error(home.session, struck, reason="typing")
    measure("weight_kg", Decimal("61.25"), _ago(hours=1))
    measure("bowel_type", 4, _ago(hours=4))
    measure("bowel_type", 6, _ago(hours=2))
    for hours, value in ((1, "5.6"), (4, "9.1")):
        measure("glucose_mmol", Decimal(value), _ago(hours=hours))
    assert set(_titles(home, person, "observation")) == {
        "Fluid taken: 3 entries, 600 ml", "Fluid taken: 2 entries, 1,800 ml", "Weight: 61.25 kg",
        "Bowels opened, Bristol type: 2 times, 4, 6", "Blood glucose: 2 entries, 5.6 to 9.1 mmol/L",
    }  # fmt: skip
    (fluid, _) = (entry for entry in _page(home, person, ["observation"]) if entry.title.startswith("Fluid"))
    assert (fluid.at, fluid.detail, fluid.link) == (
        _ago(hours=1),
        "From 07:00 to 09:00",
        ("observation", "fluid_in_ml"),
    )


def test_what_an_assessment_measured_does_not_stand_there_twice(home: LivingHome) -> None:
    person = home.resident()
    assessments.sign(home.session, person, "must", MUST_LOW)
    assert [entry.kind for entry in _page(home, person)] == ["assessment"]


def test_a_day_is_that_of_the_home(home: LivingHome) -> None:
    person = home.resident()
    for at in (datetime(2026, 7, 1, 22, 30, tzinfo=UTC), datetime(2026, 7, 1, 23, 30, tzinfo=UTC)):  # 23:30, 00:30
        observations.record(home.session, person, "fluid_in_ml", 100, at=at)
    assert _titles(home, person) == ["Fluid taken: 1 entry, 100 ml"] * 2


def test_an_alert_stands_when_it_was_raised_called_about_and_closed(home: LivingHome) -> None:
    person = home.resident()
    assessments.sign(home.session, person, "news2", NEWS2_HIGH)
    (alert,) = alerts.standing(home.session)
    home.clock.at = NOW + timedelta(minutes=10)
    alerts.record_call(home.session, alert.id, spoke_to="Dr Patel")
    home.clock.at = NOW + timedelta(hours=3)
    alerts.close(home.session, alert.id, outcome="Seen by the GP")
    entries = _page(home, person, ["alert"])
    assert [(entry.title.split(":")[0], entry.detail, entry.at) for entry in entries] == [
        ("Alert closed", "Seen by the GP", NOW + timedelta(hours=3)),
        ("Called", "Spoke to Dr Patel", NOW + timedelta(minutes=10)),
        ("Alert", "Raised by Mo Manager", NOW),
    ]
    assert {entry.link for entry in entries} == {("alert", alert.id)}
    assert entries[2].severity in (Severity.URGENT, Severity.EMERGENCY)


def test_wounds_falls_packs_and_notes_stand_with_where_they_lead(home: LivingHome) -> None:
    person = home.resident()
    found = Wound("left_heel", *placed("left_heel"), "pressure", _ago(days=20), "Cal Campion", "Blister")
    with home.session.write() as work:
        wound = wound_rows.save(work, person, found)
        wound_rows.save(work, person, found, Closing(_ago(days=2), HEALED), wound_id=wound.id, action="close")
    with home.session.write() as work:
        hurt = Injury(*placed("left_heel")[:1], "left_heel", *placed("left_heel")[1:], "bruise")
        fall = fall_rows.save(work, person, Fall(_ago(days=5), place="bedroom", witness="nobody", injuries=(hurt,)))
        struck = fall_rows.save(work, person, Fall(_ago(days=6)))
        fall_rows.mark_in_error(work, struck, "another resident")
    pack = transfers.send_to_hospital(home.session, person, TransferReason(situation="A fall", bag="RB-02"))
    signed = assessments.sign(home.session, person, "must", MUST_LOW, at=_ago(days=3), note="Loose clothes")
    entries = _page(home, person, ["wound", "transfer", "note", "fall"])
    assert [(entry.title, entry.link) for entry in entries] == [
        ("Red-bag pack printed, version 1", ("transfer", pack.id)),
        ("Wound healed: Left heel", ("wound", wound.id)),
        ("MUST: note", ("assessment", signed.assessment_id)),
        ("Fall: bedroom", ("fall", fall.id)),
        ("Fall", ("fall", struck.id)),
        ("Wound found: Left heel", ("wound", wound.id)),
    ]
    assert entries[0].detail == "Bag RB-02. A fall (Mo Manager)"
    assert entries[3].detail == "Not seen. Injuries: bruise"
    assert (entries[4].detail, entries[4].state) == ("Injuries not recorded yet", "Entered in error")
    assert entries[5].detail == "Blister"


def test_filters_leave_only_their_kinds_and_an_unknown_one_is_refused(home: LivingHome) -> None:
    person = home.resident()
    notes.add(home.session, person, "Slept")
    assessments.sign(home.session, person, "must", MUST_LOW)
    assert {entry.kind for entry in _page(home, person, ["note"])} == {"note"}
    assert {entry.kind for entry in _page(home, person)} == {"note", "assessment"}
    assert _page(home, person, []) == ()
    with pytest.raises(UserError, match="diary"):
        timeline.timeline(home.session, person, ["diary"])
    with pytest.raises(UserError, match="not in the records"):
        timeline.timeline(home.session, ResidentId("nobody"))


@pytest.mark.parametrize("limit", [1, 3, 7, 50])
def test_pages_of_any_size_give_every_entry_once_and_whole_days(home: LivingHome, limit: int) -> None:
    """Drinks on many days, many on one, notes at one instant, and a resident next door whose things stay there."""
    person, other = home.resident(1), home.resident(2)
    for day in range(6):
        for hour in range(1 + 3 * (day % 3)):
            observations.record(home.session, person, "fluid_in_ml", 100, at=_ago(days=day, minutes=hour * 7))
        observations.record(home.session, person, "pain_nrs", 2, at=_ago(days=day, minutes=30))
        notes.add(home.session, person, f"note {day}", _ago(days=day, minutes=7))
        assessments.sign(home.session, person, "must", MUST_LOW, at=_ago(days=day, minutes=7))
    for at in (_ago(days=2, minutes=7),) * 4:
        notes.add(home.session, person, "at one instant", at)
    notes.add(home.session, other, "next door")
    whole = timeline.timeline(home.session, person, limit=1000)
    assert not whole.more
    assert len(whole.entries) == 6 * 4 + 4
    seen: list[Entry] = []
    before: datetime | None = None
    for _ in range(100):
        page = timeline.timeline(home.session, person, before=before, limit=limit)
        seen += page.entries
        if not page.more:
            break
        before = page.entries[-1].at
    assert sorted(seen, key=repr) == sorted(whole.entries, key=repr)
    assert [entry.at for entry in seen] == sorted((entry.at for entry in seen), reverse=True)


def test_opening_it_is_one_view_and_going_on_is_none(home: LivingHome) -> None:
    person = home.resident()
    notes.add(home.session, person, "Slept")

    def views() -> list[str]:
        wanted = audit.Wanted(categories=("looked",))
        return [row.what for row in audit.who_looked(home.session, person, wanted).rows]

    timeline.timeline(home.session, person)
    timeline.timeline(home.session, person, again=True)
    timeline.timeline(home.session, person, before=NOW)
    assert views() == ["Opened the record (timeline)"]


def test_it_says_whose_it_is_and_whether_they_are_here(home: LivingHome) -> None:
    person = home.resident()
    page = timeline.timeline(home.session, person)
    assert (page.resident.id, page.status, page.entries, page.more) == (person, "here", (), False)
    assert page.resident.details.date_of_birth == date(1937, 9, 7)
