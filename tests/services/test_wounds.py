"""Wounds as they are recorded: the series, what is signed with a review, who is called, and what is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.domain import wounds as domain
from app.domain.alerts import AlertKind
from app.domain.codec import canonical
from app.domain.dates import to_local
from app.domain.errors import UserError
from app.domain.people import ResidentId, Role
from app.domain.wounds import Closing, Wound
from app.models import revisions, schema
from app.models.integrity import chain_problems, projection_problems
from app.services import alerts, assessments, audit, due, wounds
from tests.factories import NOW, LivingHome
from tests.helpers.rebuild import rebuilt, stored

CATEGORY_3 = {"skin": "broken", "depth": "full", "base_obscured": False, "bone_tendon_muscle": False}
CATEGORY_2 = {"skin": "broken", "depth": "partial"}


def a_wound(site: str = "sacrum", days: int = 60, **changes: Any) -> Wound:
    view, x, y = domain.placed(site)
    return replace(Wound(site, view, x, y, "pressure", NOW - timedelta(days=days), "Cal Carer"), **changes)


def review(length: str | None = "4", width: str | None = "3", *, change: date | None = None, **more: object) -> dict[
    str, object
]:  # fmt: skip
    answers: dict[str, object] = {
        "tissue": ["granulating"],
        "infection": "none",
        "moisture": "moist",
        "exudate": "clear",
        "edge": "advancing",
        "pain": 2,
        "odour": "none",
        "surrounding_skin": ["red"],
        "dressing": "foam",
        "next_change": change or date(2026, 11, 26),
    }
    if length is not None and width is not None:
        answers |= {"length_cm": Decimal(length), "width_cm": Decimal(width)}
    return answers | more


@pytest.fixture
def person(home: LivingHome) -> ResidentId:
    return home.resident(1)


@pytest.fixture
def wound_id(home: LivingHome, person: ResidentId) -> str:
    return wounds.add(home.session, person, a_wound()).wound_id


def reviewed(home: LivingHome, wound_id: str, days_ago: int, length: str, width: str, **more: object) -> Any:
    at = NOW - timedelta(days=days_ago)
    answers = review(length, width, change=to_local(at).date() + timedelta(days=3), **more)
    return wounds.review(home.session, wound_id, answers, at=at)


def reductions(home: LivingHome, person: ResidentId, wound_id: str) -> list[tuple[datetime, str, str]]:
    found = assessments.history(home.session, person, "wound_area_reduction", about=wound_id, again=True)
    return [(row.at, row.score, row.state) for row in found]


# ----------------------------------------------------------------------------------------------------------- recording


def test_a_wound_is_there_as_it_was_recorded(home: LivingHome, person: ResidentId) -> None:
    saved = wounds.add(home.session, person, a_wound("left_heel", words=" over the bone ", on_admission=True))
    row = wounds.wound(home.session, saved.wound_id)
    assert (row.wound.site, row.wound.words, row.wound.on_admission) == ("left_heel", "over the bone", True)
    assert (row.number, row.age_days, row.open) == (1, 60, True)
    assert row.name == "Left heel, pressure"
    assert person in saved.changes.residents


def test_a_change_needs_its_reason_and_the_earlier_version_stays(home: LivingHome, wound_id: str) -> None:
    with pytest.raises(UserError, match="reason"):
        wounds.change(home.session, wound_id, a_wound(cause="moisture"), reason=" ")
    wounds.change(home.session, wound_id, a_wound(cause="moisture"), reason="seen by the nurse")
    newest, first = wounds.versions(home.session, wound_id)
    assert (newest.wound.cause, newest.reason, newest.by) == ("moisture", "seen by the nurse", "Mo Manager")
    assert (first.wound.cause, first.reason) == ("pressure", "")
    assert wounds.wound(home.session, wound_id).wound.cause == "moisture"


def test_healed_then_open_again(home: LivingHome, person: ResidentId, wound_id: str) -> None:
    reviewed(home, wound_id, 10, "4", "3")
    assert [row.instrument for row in assessments.due(home.session, person) if row.about] == ["time_wound"]
    wounds.close(home.session, wound_id, Closing(NOW, "healed"))
    row = wounds.wound(home.session, wound_id)
    assert (row.open, row.number, row.dressing_due, row.review_due) == (False, 0, None, None)
    assert [row.about for row in assessments.due(home.session, person) if row.about] == []
    with pytest.raises(UserError, match="closed already"):
        wounds.close(home.session, wound_id, Closing(NOW, "healed"))
    with pytest.raises(UserError, match="opened again"):
        wounds.reopen(home.session, wound_id, reason="")
    wounds.reopen(home.session, wound_id, reason="broke open")
    row = wounds.wound(home.session, wound_id)
    assert row.open
    assert [version.closing is None for version in wounds.versions(home.session, wound_id)] == [True, False, True]
    assert [row.about for row in assessments.due(home.session, person) if row.about] == [wound_id]


def test_a_closed_wound_is_not_reviewed_after_its_closing(home: LivingHome, wound_id: str) -> None:
    wounds.close(home.session, wound_id, Closing(NOW - timedelta(days=5), "other", "went to hospital"))
    with pytest.raises(UserError, match="Open it again first"):
        reviewed(home, wound_id, 1, "4", "3")
    reviewed(home, wound_id, 8, "4", "3")  # what was seen before it closed may still be written down
    with pytest.raises(UserError, match="is open"):
        wounds.reopen(home.session, wounds.add(home.session, wounds.wound(home.session, wound_id).resident_id,
                                                a_wound()).wound_id, reason="r")  # fmt: skip


def test_a_wound_in_error_is_due_for_nothing_and_calls_for_nobody(
    home: LivingHome, person: ResidentId, wound_id: str
) -> None:
    signed = wounds.classify(home.session, wound_id, CATEGORY_3, at=NOW - timedelta(days=20))
    reviewed(home, wound_id, 10, "4", "3")
    assert signed.alerts
    assert {row.instrument for row in assessments.due(home.session, person) if row.about} == {
        "time_wound", "pressure_ulcer_category",
    }  # fmt: skip
    with pytest.raises(UserError, match="reason"):
        wounds.entered_in_error(home.session, wound_id, reason="")
    wounds.entered_in_error(home.session, wound_id, reason="another resident")
    assert [row.about for row in assessments.due(home.session, person) if row.about] == []
    assert [row for row in alerts.standing(home.session) if row.resident_id == person] == []
    row = wounds.wound(home.session, wound_id)
    assert row.in_error
    assert not row.open
    for call in (
        lambda: wounds.change(home.session, wound_id, a_wound(), reason="r"),
        lambda: wounds.close(home.session, wound_id, Closing(NOW, "healed")),
        lambda: wounds.review(home.session, wound_id, review()),
        lambda: wounds.classify(home.session, wound_id, CATEGORY_2),
        lambda: assessments.sign(home.session, person, "time_wound", review(), about=wound_id),
        lambda: wounds.wound_paper(home.session, wound_id),
    ):
        with pytest.raises(UserError, match="entered in error"):
            call()


def test_open_wounds_are_numbered_and_closed_ones_follow(home: LivingHome, person: ResidentId) -> None:
    older = wounds.add(home.session, person, a_wound("sacrum", 40)).wound_id
    oldest = wounds.add(home.session, person, a_wound("left_heel", 50)).wound_id
    healed = wounds.add(home.session, person, a_wound("right_heel", 90)).wound_id
    wrong = wounds.add(home.session, person, a_wound("left_hip", 10)).wound_id
    wounds.close(home.session, healed, Closing(NOW, "healed"))
    wounds.entered_in_error(home.session, wrong, reason="another resident")
    found = wounds.wounds(home.session, person)
    assert [(row.id, row.number) for row in found.rows] == [(oldest, 1), (older, 2), (healed, 0), (wrong, 0)]
    assert found.details.key == "R01"
    assert found.status == "here"


# --------------------------------------------------------------------------------------------------- review and healing


def test_the_first_review_has_no_reduction_and_the_second_has_one(
    home: LivingHome, person: ResidentId, wound_id: str
) -> None:
    reviewed(home, wound_id, 14, "4", "4")
    assert reductions(home, person, wound_id) == []
    reviewed(home, wound_id, 7, "4", "3")
    assert reductions(home, person, wound_id) == [(NOW - timedelta(days=7), "25.0 %", "signed")]
    last = assessments.previous(home.session, person, "wound_area_reduction", wound_id)
    assert last is not None
    assert last.answers["days"] == 7
    row = wounds.wound(home.session, wound_id)
    assert [each.area for each in row.measures] == [Decimal(16), Decimal(12)]
    assert row.healing.since_first is not None
    assert row.healing.since_first.percent == Decimal("25.0")
    assert (row.dressing_due, row.review_due) == (date(2026, 11, 19), date(2026, 11, 19))


def test_which_wound_it_is_stands_in_the_review(home: LivingHome, wound_id: str) -> None:
    signed = wounds.review(home.session, wound_id, review())
    assert assessments.assessment(home.session, signed.assessment_id).answers["wound"] == "Sacrum, pressure"
    own = wounds.review(home.session, wound_id, review(wound="the upper one"))
    assert assessments.assessment(home.session, own.assessment_id).answers["wound"] == "the upper one"


def test_a_larger_wound_raises_its_alert_with_the_review(home: LivingHome, wound_id: str) -> None:
    assert reviewed(home, wound_id, 7, "2", "2").alerts == ()
    signed = wounds.review(home.session, wound_id, review("2.2", "2"))
    assert [row.kind for row in signed.alerts] == [AlertKind.WOUND_LARGER.value]
    assert {row.kind for row in alerts.standing(home.session)} == {AlertKind.WOUND_LARGER.value}


@pytest.mark.parametrize(("days", "called"), [(27, False), (28, True)])
def test_less_than_forty_per_cent_at_four_weeks_calls_tissue_viability(
    home: LivingHome, wound_id: str, days: int, called: bool
) -> None:
    reviewed(home, wound_id, days, "10", "1")
    signed = wounds.review(home.session, wound_id, review("6.1", "1"))
    assert [row.kind for row in signed.alerts] == ([AlertKind.WOUND_NOT_HEALING.value] if called else [])


def test_a_review_signed_on_the_form_itself_is_followed_too(
    home: LivingHome, person: ResidentId, wound_id: str
) -> None:
    """The page signs through the same door as a script: no way round the reduction."""
    reviewed(home, wound_id, 7, "2", "2")
    signed = assessments.sign(home.session, person, "time_wound", review("3", "2"), about=wound_id)
    assert [row.kind for row in signed.alerts] == [AlertKind.WOUND_LARGER.value]


def test_a_review_that_comes_late_is_put_in_its_place(home: LivingHome, person: ResidentId, wound_id: str) -> None:
    """A first measurement that is written down last changes what every later one is compared with."""
    reviewed(home, wound_id, 7, "4", "3")
    reviewed(home, wound_id, 0, "3", "3")
    assert [score for _, score, _ in reductions(home, person, wound_id)] == ["25.0 %"]
    reviewed(home, wound_id, 14, "4", "4")
    assert reductions(home, person, wound_id) == [
        (NOW, "43.8 %", "amended"),
        (NOW - timedelta(days=7), "25.0 %", "signed"),
    ]


def test_a_corrected_review_corrects_its_reduction(home: LivingHome, person: ResidentId, wound_id: str) -> None:
    reviewed(home, wound_id, 14, "4", "4")
    second = reviewed(home, wound_id, 7, "5", "4")
    assert [row.kind for row in second.alerts] == [AlertKind.WOUND_LARGER.value]
    amended = assessments.amend(
        home.session, second.revision_id, review("3", "4"), reason="ruler misread", at=NOW - timedelta(days=7)
    )
    assert reductions(home, person, wound_id) == [(NOW - timedelta(days=7), "25.0 %", "amended")]
    assessments.entered_in_error(home.session, amended.revision_id, reason="another wound")
    assert [state for *_, state in reductions(home, person, wound_id)] == ["entered-in-error"]
    assert [row for row in alerts.standing(home.session) if row.kind == AlertKind.WOUND_LARGER.value] == []
    assert [each.area for each in wounds.wound(home.session, wound_id).measures] == [Decimal(16)]


def test_a_review_without_a_size_is_kept_and_measures_nothing(
    home: LivingHome, person: ResidentId, wound_id: str
) -> None:
    reviewed(home, wound_id, 7, "4", "4")
    signed = wounds.review(
        home.session, wound_id, review(None, None), unable={"length_cm": "refused", "width_cm": "refused"}
    )
    assert not signed.outcome.complete
    assert reductions(home, person, wound_id) == []
    row = wounds.wound(home.session, wound_id)
    assert (len(row.reviews), len(row.measures)) == (2, 1)
    assert row.review_due == to_local(NOW).date()  # what is unfinished starts no interval


def test_two_wounds_keep_their_own_series(home: LivingHome, person: ResidentId, wound_id: str) -> None:
    other = wounds.add(home.session, person, a_wound("left_heel")).wound_id
    reviewed(home, wound_id, 7, "4", "4")
    reviewed(home, other, 7, "1", "1")
    reviewed(home, wound_id, 0, "2", "4")
    assert [score for _, score, _ in reductions(home, person, wound_id)] == ["50.0 %"]
    assert reductions(home, person, other) == []


def test_an_area_reduction_is_never_due_by_itself(home: LivingHome, person: ResidentId, wound_id: str) -> None:
    reviewed(home, wound_id, 21, "4", "4")
    reviewed(home, wound_id, 14, "4", "3")
    due = [(row.instrument, row.about) for row in assessments.due(home.session, person) if row.about]
    assert due == [("time_wound", wound_id)]


def test_an_edge_stuck_for_two_weekly_reviews(home: LivingHome, wound_id: str) -> None:
    reviewed(home, wound_id, 7, "4", "4", edge="not_advancing", same_at_last_review=False)
    assert not wounds.wound(home.session, wound_id).edge_stuck
    reviewed(home, wound_id, 0, "4", "4", edge="not_advancing", same_at_last_review=True)
    assert wounds.wound(home.session, wound_id).edge_stuck


def test_a_wound_never_reviewed_is_due_since_it_was_found(home: LivingHome, person: ResidentId) -> None:
    found = wounds.add(home.session, person, a_wound(days=3)).wound_id
    row = wounds.wound(home.session, found)
    assert (row.review_due, row.dressing_due) == (date(2026, 11, 20), None)


def test_refusals_at_the_door(home: LivingHome, person: ResidentId, wound_id: str) -> None:
    other = home.resident(2)
    for resident, about, at, words in (
        (other, wound_id, NOW, "another resident"),
        (person, "no-such-wound", NOW, "not in the records"),
        (person, wound_id, NOW - timedelta(days=61), "was found on 24-Sep-2026"),
    ):
        with pytest.raises(UserError, match=words):
            assessments.sign(home.session, resident, "time_wound", review(), about=about, at=at)
    for wrong, words in ((ResidentId("nobody"), "This resident is not in the records"),):
        with pytest.raises(UserError, match=words):
            wounds.add(home.session, wrong, a_wound())
    with pytest.raises(UserError, match="This wound is not in the records"):
        wounds.wound(home.session, "no-such-wound")


# -------------------------------------------------------------------------------------------------------- the category


def test_the_category_never_goes_back(home: LivingHome, wound_id: str) -> None:
    first = wounds.classify(home.session, wound_id, CATEGORY_3, at=NOW - timedelta(days=20))
    assert [row.kind for row in first.alerts] == [AlertKind.PRESSURE_ULCER.value]
    wounds.classify(home.session, wound_id, CATEGORY_2)
    row = wounds.wound(home.session, wound_id)
    assert row.category is not None
    assert row.category.words == "Healing category 3"
    assert "stays category 3" in row.category.warning
    assert [each.words for each in row.classified] == ["Category 2", "Category 3"]


def test_a_shrinking_ulcer_is_healing_and_a_closed_one_has_healed(home: LivingHome, wound_id: str) -> None:
    wounds.classify(home.session, wound_id, CATEGORY_3, at=NOW - timedelta(days=20))
    reviewed(home, wound_id, 14, "4", "4")
    reviewed(home, wound_id, 7, "2", "2")
    assert _words(wounds.wound(home.session, wound_id)) == "Healing category 3"
    wounds.close(home.session, wound_id, Closing(NOW, "healed"))
    assert _words(wounds.wound(home.session, wound_id)) == "Healed category 3"


def test_an_unfinished_classification_is_no_category(home: LivingHome, wound_id: str) -> None:
    wounds.classify(home.session, wound_id, {"skin": "broken"})
    assert wounds.wound(home.session, wound_id).category is None


def _words(row: wounds.WoundRow) -> str:
    assert row.category is not None
    return row.category.words


@pytest.mark.parametrize(
    ("changes", "answers", "words"),
    [
        ({"mucosal": True}, CATEGORY_2, "has no category"),
        ({"cause": "surgical"}, CATEGORY_2, "no classification for this cause"),
    ],
)
def test_what_has_no_category(
    home: LivingHome, person: ResidentId, changes: Mapping[str, Any], answers: Mapping[str, object], words: str
) -> None:
    found = wounds.add(home.session, person, a_wound(**changes)).wound_id
    with pytest.raises(UserError, match=words):
        wounds.classify(home.session, found, answers)
    with pytest.raises(UserError, match=words):
        assessments.sign(home.session, person, "pressure_ulcer_category", answers, about=found)


def test_moisture_damage_is_classified_with_its_own(home: LivingHome, person: ResidentId) -> None:
    found = wounds.add(home.session, person, a_wound("left_groin", cause="moisture")).wound_id
    with pytest.raises(UserError, match="is classified with"):
        assessments.sign(home.session, person, "pressure_ulcer_category", CATEGORY_2, about=found)
    assert wounds.wound(home.session, found).wound.classified_by == "globiad"


# ---------------------------------------------------------------------------------------------------------- who looked


def test_opening_and_printing_are_audited_once_in_words(home: LivingHome, person: ResidentId, wound_id: str) -> None:
    wounds.wounds(home.session, person)
    wounds.wounds(home.session, person, again=True)
    wounds.wound(home.session, wound_id)
    wounds.wound_paper(home.session, wound_id)
    said = [row.what for row in audit.who_looked(home.session, person).rows]
    assert said.count("Opened the record (wounds)") == 1
    assert said.count("Looked at a wound") == 1
    assert said.count("Printed a wound chart") == 1
    assert said.count("Recorded a wound") == 1


def test_no_words_of_the_record_are_in_the_audit_trail(home: LivingHome, person: ResidentId) -> None:
    found = wounds.add(home.session, person, a_wound(words="Zanzibar")).wound_id
    wounds.change(home.session, found, a_wound(words="Zanzibar two"), reason="r")
    with home.session.read() as connection:
        details = connection.exec_driver_sql("SELECT detail FROM event").scalars().all()
    assert not [detail for detail in details if "Zanzibar" in detail]


def test_what_was_signed_of_a_wound_in_error_is_the_residents_no_longer(
    home: LivingHome, person: ResidentId, wound_id: str
) -> None:
    """Else another resident's wound stood in the pack, on the person's page and among the evidence of a claim."""
    wounds.classify(home.session, wound_id, CATEGORY_3)
    reviewed(home, wound_id, 14, "4", "4")
    reviewed(home, wound_id, 7, "4", "3")
    wounds.entered_in_error(home.session, wound_id, reason="another resident")
    listed = assessments.history(home.session, person, again=True)
    assert {(row.instrument, row.state) for row in listed} == {
        (code, "entered-in-error") for code in ("pressure_ulcer_category", "time_wound", "wound_area_reduction")
    }
    with home.session.read() as connection:
        assert assessments.latest_whole(home.session, connection, person) == {}
        assert connection.execute(select(schema.observation)).all() == []


def test_a_wound_was_found_before_it_was_looked_at_and_closed_after(home: LivingHome, wound_id: str) -> None:
    reviewed(home, wound_id, 20, "4", "4")
    last = reviewed(home, wound_id, 5, "4", "3")
    with pytest.raises(UserError, match="looked at on 03-Nov-2026: it cannot have been found later") as refused:
        wounds.change(home.session, wound_id, a_wound(days=19), reason="r")
    assert refused.value.field == "found_at"
    with pytest.raises(UserError, match="looked at on 18-Nov-2026: it cannot have closed before") as refused:
        wounds.close(home.session, wound_id, Closing(NOW - timedelta(days=6), "healed"))
    assert refused.value.field == "at"
    wounds.change(home.session, wound_id, a_wound(days=20), reason="r")
    wounds.close(home.session, wound_id, Closing(NOW - timedelta(days=5, hours=2), "healed"))
    assessments.amend(home.session, last.revision_id, review("4", "2", change=date(2026, 11, 20)), reason="r")
    with pytest.raises(UserError, match="before the wound was closed"):
        wounds.change(home.session, wounds_closed(home, wound_id), a_wound(days=5), reason="r")


def wounds_closed(home: LivingHome, wound_id: str) -> str:
    """Another wound, which nobody looked at before it closed."""
    person = wounds.wound(home.session, wound_id).resident_id
    other = wounds.add(home.session, person, a_wound("left_heel")).wound_id
    wounds.close(home.session, other, Closing(NOW - timedelta(days=10), "healed"))
    return other


def test_a_classification_is_due_only_while_it_is_the_one_of_the_cause(
    home: LivingHome, person: ResidentId, wound_id: str
) -> None:
    wounds.classify(home.session, wound_id, CATEGORY_3)
    home.clock.advance(timedelta(days=5))
    assert "pressure_ulcer_category" in {item.instrument for item in due.coming(home.session, 7)}
    wounds.change(home.session, wound_id, a_wound(days=60, cause="moisture"), reason="looked again")
    assert "pressure_ulcer_category" not in {item.instrument for item in due.coming(home.session, 7)}
    home.clock.advance(timedelta(days=5))
    assert "pressure_ulcer_category" not in {row.instrument for row in assessments.due(home.session, person)}
    wounds.change(home.session, wound_id, a_wound(days=60), reason="it was pressure")
    assert "pressure_ulcer_category" in {row.instrument for row in assessments.due(home.session, person)}


def test_an_auditor_looks_and_records_nothing(home: LivingHome, person: ResidentId, wound_id: str) -> None:
    session = home.sign_in_as(Role.AUDITOR)
    assert len(wounds.wounds(session, person).rows) == 1
    with pytest.raises(UserError, match="does not let you"):
        wounds.add(session, person, a_wound())
    with pytest.raises(UserError, match="does not let you"):
        wounds.review(session, wound_id, review())


def test_what_the_screens_read_can_be_built_again_from_the_record(
    home: LivingHome, person: ResidentId, wound_id: str
) -> None:
    """Every row of wounds and photos is what its newest revision says; assessments and areas follow corrections."""
    reviewed(home, wound_id, 14, "4", "4")
    second = reviewed(home, wound_id, 7, "5", "4")
    amended = assessments.amend(
        home.session, second.revision_id, review("3", "4"), reason="r", at=NOW - timedelta(days=7)
    )
    reviewed(home, wound_id, 0, "2", "4")
    assessments.entered_in_error(home.session, amended.revision_id, reason="another wound")
    wounds.change(home.session, wound_id, a_wound(words="deep"), reason="r")
    wounds.close(home.session, wound_id, Closing(NOW, "healed"))
    wounds.reopen(home.session, wound_id, reason="r")
    closed = wounds.add(home.session, person, a_wound("left_heel")).wound_id
    wounds.close(home.session, closed, Closing(NOW, "other", "moved"))
    wrong = wounds.add(home.session, person, a_wound("left_hip")).wound_id
    wounds.entered_in_error(home.session, wrong, reason="r")
    with home.session.read() as connection:
        rows = connection.execute(select(schema.wound)).mappings().all()
        assert len(rows) == 3
        for row in rows:
            newest = revisions.revisions(connection, row["id"])[-1]
            closing = newest.body["closing"]
            assert row == {
                "id": newest.entity_id,
                "resident_id": newest.body["resident_id"],
                "revision_id": newest.id,
                "found_at": newest.body["wound"]["found_at"],
                "closed_at": closing["at"] if closing else None,
                "in_error": int(newest.state == "entered-in-error"),
                "body": canonical(newest.body),
            }
        found = rebuilt(connection)
        for name in ("assessment", "observation"):
            assert found[name] == stored(connection, schema.metadata.tables[name]), name
        assert chain_problems(connection) == ()
        assert projection_problems(connection) == ()
