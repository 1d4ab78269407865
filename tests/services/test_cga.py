"""The comprehensive geriatric assessment: assembled from the newest of the others, gaps named, and completed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from app.domain.errors import UserError
from app.domain.instruments.cga import DOMAINS, SOURCES
from app.domain.people import CprDecision, CprKind, ResidentId
from app.services import assessments, audit, cga
from tests.factories import MUST_LOW, LivingHome
from tests.services.test_person import ABOUT, DEAR_GP, behaved, document, engaged

BY_HAND = set(DOMAINS) - set(SOURCES)


@pytest.fixture
def who(home: LivingHome) -> ResidentId:
    return home.resident(1)


def assembled(home: LivingHome, who: ResidentId, domain: str) -> tuple[object, object]:
    answers = cga.assemble(home.session, who)
    return answers.get(domain), answers.get(f"{domain}_reason")


def test_of_somebody_new_every_domain_that_has_a_source_is_a_gap_and_the_others_are_left_to_a_person(
    home: LivingHome, who: ResidentId
) -> None:
    answers = cga.assemble(home.session, who)
    assert {key for key in answers if not key.endswith("_reason")} == set(SOURCES)
    assert {answers[key] for key in SOURCES} == {"gap"}
    assert {answers[f"{key}_reason"] for key in SOURCES} == {"Not assessed yet"}
    assert {"diagnoses", "sight_hearing", "surroundings"} == BY_HAND
    with pytest.raises(UserError, match="not in the records"):
        cga.assemble(home.session, ResidentId("nobody"))


def test_a_result_covers_its_domain_until_the_day_after_it_is_due(home: LivingHome, who: ResidentId) -> None:
    due = home.assess(who, "must", MUST_LOW).outcome.next_due
    assert due is not None
    assert assembled(home, who, "nutrition") == ("covered", "MUST: 0, Low risk (23-Nov-2026)")
    home.clock.advance(timedelta(days=(due - home.session.today()).days))
    assert assembled(home, who, "nutrition")[0] == "covered"
    home.clock.advance(timedelta(days=1))
    assert assembled(home, who, "nutrition") == (
        "gap", "MUST: 0, Low risk (23-Nov-2026, overdue since 21-Dec-2026)",
    )  # fmt: skip


def test_an_unfinished_result_is_a_gap_that_says_so(home: LivingHome, who: ResidentId) -> None:
    home.assess(who, "must", {"height_m": Decimal("1.60")})
    state, reason = assembled(home, who, "nutrition")
    assert state == "gap"
    assert str(reason).endswith("(23-Nov-2026, unfinished)")


def test_a_loud_result_is_a_concern_and_says_what_it_is(home: LivingHome, who: ResidentId) -> None:
    home.assess(who, "dear_gp", DEAR_GP)
    home.assess(who, "gds15", {"answers": list("NYYYNYNYYYYNYNN")})
    assert assembled(home, who, "cognition") == ("concern", "DeAR-GP: Refer to the GP (23-Nov-2026)")
    state, reason = assembled(home, who, "mood")
    assert state == "concern"
    assert str(reason).startswith("GDS-15: 10, Moderate")
    home.assess(who, "about_me", ABOUT)
    assert assembled(home, who, "person") == ("covered", "About me: Complete (23-Nov-2026)")


def test_what_is_recorded_on_events_is_no_evidence_after_six_months(home: LivingHome, who: ResidentId) -> None:
    home.assess(who, "dear_gp", DEAR_GP)
    behaved(home, who, 5, new=False)
    assert assembled(home, who, "behaviour") == ("covered", "ABC chart: 1 record in 28 days (23-Nov-2026)")
    home.clock.advance(timedelta(days=182))
    assert assembled(home, who, "cognition")[0] == "concern"
    home.clock.advance(timedelta(days=1))
    for domain in ("cognition", "behaviour"):
        state, reason = assembled(home, who, domain)
        assert state == "gap"
        assert "overdue since 24-May-2027" in str(reason)


def test_new_behaviour_that_comes_again_is_a_concern(home: LivingHome, who: ResidentId) -> None:
    for hours in (50, 20, 2):
        behaved(home, who, hours)
    state, reason = assembled(home, who, "behaviour")
    assert state == "concern"
    assert "3 records in 28 days, new behaviour three times in 72 hours" in str(reason)


def test_the_engagement_log_speaks_by_its_week(home: LivingHome, who: ResidentId) -> None:
    for days in (3, 2):
        engaged(home, who, days)
    engaged(home, who, 1, "refused")
    assert assembled(home, who, "engagement") == (
        "covered", "Engagement, 7 days to 23-Nov-2026: 60 minutes on 2 days; refused once (22-Nov-2026)",
    )  # fmt: skip
    home.clock.advance(timedelta(days=5))
    state, reason = assembled(home, who, "engagement")
    assert state == "concern"
    assert "No activity in seven days; refused once" in str(reason)
    home.clock.advance(timedelta(days=7))
    state, reason = assembled(home, who, "engagement")
    assert state == "gap"
    assert "overdue since" in str(reason)


def test_records_about_cpr_that_conflict_are_a_concern_whatever_else_is_there(home: LivingHome) -> None:
    who = home.resident(2, CprDecision(CprKind.ATTEMPT))
    home.assess(who, "respect_summary", document())
    state, reason = assembled(home, who, "future")
    assert state == "concern"
    assert "ask the GP today" in str(reason)
    assert "ReSPECT summary" in str(reason)


def test_what_is_assembled_is_kept_as_a_draft_and_never_over_what_somebody_typed(
    home: LivingHome, who: ResidentId
) -> None:
    first = cga.begin(home.session, who)
    draft = assessments.load_draft(home.session, first.draft_id)
    assert draft.answers == cga.assemble(home.session, who)
    assessments.save_draft(home.session, who, "cga", {**draft.answers, "goal": "To stay here"}, first.draft_id)
    home.assess(who, "must", MUST_LOW)
    again = cga.begin(home.session, who)
    assert again.draft_id == first.draft_id
    kept = assessments.load_draft(home.session, again.draft_id).answers
    assert kept["goal"] == "To stay here"
    assert kept["nutrition"] == "gap"
    assert len(assessments.drafts(home.session, who)) == 1


def test_a_person_completes_it_and_it_is_due_again_in_half_a_year(home: LivingHome, who: ResidentId) -> None:
    never = {row.instrument: row.never for row in assessments.due(home.session, who)}
    assert never["cga"]
    saved = cga.begin(home.session, who)
    answers = assessments.load_draft(home.session, saved.draft_id).answers
    half = assessments.sign(home.session, who, "cga", answers)
    assert not half.outcome.complete
    whole = dict(answers) | dict.fromkeys(BY_HAND, "covered")
    signed = assessments.amend(home.session, half.revision_id, whole, reason="completed")
    assert signed.outcome.complete
    assert signed.outcome.parts == {"covered": 3, "concerns": 0, "gaps": 15}
    assert signed.outcome.next_due == date(2027, 5, 24)
    assert "cga" not in {row.instrument for row in assessments.due(home.session, who)}
    home.clock.advance(timedelta(days=183))
    late = {row.instrument: row for row in assessments.due(home.session, who)}["cga"]
    assert (late.never, late.overdue_days) == (False, 1)


def test_on_paper_the_gaps_stand_on_page_1_and_printing_is_audited(home: LivingHome, who: ResidentId) -> None:
    answers = cga.assemble(home.session, who) | dict.fromkeys(BY_HAND, "covered")
    signed = home.assess(who, "cga", answers | {"goal": "To see the birds"})
    pages = PdfReader(BytesIO(cga.cga_paper(home.session, signed.assessment_id))).pages
    first = " ".join(pages[0].extract_text().split())
    assert "15 domains are gaps" in first
    for key in SOURCES:
        assert DOMAINS[key] in first
    assert "To see the birds" in first
    assert audit.who_looked(home.session, who).rows[0].what == "Printed a comprehensive geriatric assessment"
    other = home.assess(who, "must", MUST_LOW)
    with pytest.raises(UserError, match="not in the records"):
        cga.cga_paper(home.session, other.assessment_id)
    assessments.entered_in_error(home.session, signed.revision_id, reason="another resident")
    with pytest.raises(UserError, match="entered in error"):
        cga.cga_paper(home.session, signed.assessment_id)
