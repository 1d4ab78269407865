"""Champions and training on a real store: the matrix of a day, the rota, the forecast, a leaver, and the papers."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from app.domain.errors import UserError
from app.domain.home_facts import Course, Duty, HomeFactKind, Training
from app.domain.people import ChampionPost, Role, StaffDetails, StaffId
from app.domain.training import Cover, Standing
from app.services import home_facts, staff, training
from tests.factories import NOW, LivingHome

TODAY = NOW.date()


@pytest.fixture
def home(tmp_path: Path) -> LivingHome:
    return LivingHome(tmp_path / "store")


def people(home: LivingHome) -> dict[str, StaffId]:
    return {member.details.key: member.id for member in staff.list_staff(home.session)}


def course(person: StaffId, which: Course = Course.LIFTING, ends: date | None = None) -> Training:
    return Training(person, which, date(2026, 1, 5), ends, "HCPA", "C-1")


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def test_the_matrix_counts_those_in_post_and_says_what_is_not_recorded(home: LivingHome) -> None:
    who = people(home)  # a manager, a carer, a champion, a nurse and an auditor, who is no staff here
    for key in ("cal", "cass", "nia"):
        training.record(home.session, course(who[key]))
    found = training.board(home.session, TODAY)
    assert [(each.course, each.trained, each.in_post, each.met) for each in found.shares] == [
        (Course.FALL_ASSESSMENT, 0, 4, False),
        (Course.LIFTING, 3, 4, False),
    ]
    lifting = training.MATRIX.index(Course.LIFTING)
    assert {row.worker.details.key: row.cells[lifting].standing for row in found.rows} == {
        "cal": Standing.TRAINED, "cass": Standing.TRAINED, "nia": Standing.TRAINED, "mo": Standing.NOT_RECORDED,
    }  # fmt: skip
    training.record(home.session, course(who["mo"]))
    assert training.board(home.session, TODAY).shares[1].met


def test_a_course_in_error_no_longer_counts_and_one_renewed_counts_on(home: LivingHome) -> None:
    cal = people(home)["cal"]
    training.record(home.session, course(cal, ends=date(2026, 6, 1)))
    (fact,) = home_facts.listed(home.session, HomeFactKind.TRAINING)
    assert training.board(home.session, TODAY).shares[1].trained == 0
    training.record(home.session, Training(cal, Course.LIFTING, date(2026, 6, 2), None))
    assert training.board(home.session, TODAY).shares[1].trained == 1
    renewed = next(f for f in home_facts.listed(home.session, HomeFactKind.TRAINING) if f.id != fact.id)
    home_facts.in_error(home.session, renewed.id, reason="it was another Cal")
    assert training.board(home.session, TODAY).shares[1].trained == 0


def test_a_week_of_shifts_is_recorded_whole_or_not_at_all(home: LivingHome) -> None:
    who = people(home)
    days = [date(2026, 11, 23) + timedelta(days=n) for n in range(7)]
    done = training.record_shifts(home.session, (who["cal"], who["nia"]), days, time(8), time(20))
    assert done.count == 14
    with pytest.raises(UserError, match=r"Nia Nurse, 29-Nov-2026: This overlaps another shift"):
        training.record_shifts(home.session, (who["cass"], who["nia"]), (*days[6:],), time(12), time(22))
    assert len(home_facts.listed(home.session, HomeFactKind.DUTY)) == 14, "nothing half-saved"
    with pytest.raises(UserError, match="Choose who is on duty"):
        training.record_shifts(home.session, (), days, time(8), time(20))
    with pytest.raises(UserError, match="Choose the days"):
        training.record_shifts(home.session, (who["cal"],), (), time(8), time(20))


def test_a_shift_after_somebody_has_left_is_refused_in_words(home: LivingHome) -> None:
    leaver = staff.add_staff(
        home.session, StaffDetails("L", "Lee Leaver", Role.CARER, left_at=datetime(2026, 11, 24, tzinfo=UTC))
    ).staff_id
    with pytest.raises(UserError, match="Lee Leaver has left by then"):
        training.record_shifts(home.session, (leaver,), (date(2026, 11, 25),), time(8), time(20))


def test_the_lift_cover_of_a_week_says_gaps_and_what_is_not_recorded(home: LivingHome) -> None:
    who = people(home)
    training.record(home.session, course(who["cal"]))
    monday = date(2026, 11, 23)
    days = [monday + timedelta(days=n) for n in range(7)]
    training.record_shifts(home.session, (who["cal"],), days, time(8), time(20))
    training.record_shifts(home.session, (who["nia"],), days, time(20), time(8))
    lift = training.board(home.session, monday).lift
    assert {cover: lift.minutes(cover) // 60 for cover in Cover} == {
        Cover.COVERED: 84, Cover.NOBODY_TRAINED: 76, Cover.NO_ROTA: 8,
    }  # fmt: skip
    assert lift.stretches[0].cover is Cover.NO_ROTA, "nobody recorded the night to Monday"
    training.record(home.session, course(who["nia"]))
    training.record_shifts(home.session, (who["nia"],), (monday - timedelta(days=1),), time(20), time(8))
    assert training.board(home.session, monday).lift.met


def claimable(home: LivingHome, count: int = 2) -> None:
    """Residents with dementia and falls, and a champion of each; the one of falls leaves before Christmas."""
    for place in range(1, count + 1):
        home.complex_resident(place)
    home.champion("dementia")


def test_the_forecast_says_what_is_lost_and_whom_to_train(home: LivingHome) -> None:
    claimable(home)
    home.champion("falls", in_post_until=datetime(2026, 12, 14, 9, tzinfo=UTC))
    found = training.forecast(home.session)
    (risk,) = found.at_risk
    assert (risk.pathway, risk.from_date, risk.residents, risk.pence_per_week) == (
        "falls", date(2026, 12, 14), 2, 14_000,
    )  # fmt: skip
    (gap,) = found.gaps
    assert (gap.closing.pathways, gap.closing.from_date, gap.closing.pence_per_week) == (
        ("falls",), date(2026, 12, 14), 14_000,
    )  # fmt: skip
    assert gap.candidates[0] == "Cham Falls 2", "who had the training comes first"


def test_a_leaver_s_effect_is_known_before_it_is_recorded(home: LivingHome) -> None:
    claimable(home)
    falls, post = home.champion("falls")
    who = people(home)
    for key in ("cal", "cass", "nia", "mo"):
        training.record(home.session, course(who[key]))
    training.record(home.session, course(falls))
    training.record_shifts(home.session, (falls,), (date(2026, 11, 24),), time(8), time(20))
    training.record_shifts(home.session, (who["cal"],), (date(2026, 11, 24),), time(14), time(22))
    found = training.leaver_effect(home.session, falls, NOW)
    assert (len(found.names), found.effect.pence_per_week, found.effect.uncovered) == (2, 14_000, ("falls",))
    assert (found.open_residents, found.open_pence) == (2, 14_000), "the week just ended is not claimed yet"
    lifting = next(pair for pair in found.shares if pair[0].course is Course.LIFTING)
    assert [(each.trained, each.in_post) for each in lifting] == [(5, 6), (4, 5)]
    assert (found.shifts, found.lift_minutes) == (1, 360), "six hours have nobody else"
    assert staff.list_staff(home.session), "nothing was recorded by looking"
    home.champion("falls")
    assert training.leaver_effect(home.session, falls, NOW).effect.pence_per_week == 0
    assert training.post_effect(home.session, post, NOW).open_residents == 0


def test_the_list_for_the_provider_names_who_and_which_course_and_by_when(home: LivingHome) -> None:
    claimable(home)
    home.champion("wound", expires_on=date(2026, 12, 31))
    cal = people(home)["cal"]
    training.record(home.session, course(cal, ends=date(2026, 12, 24)))
    training.record(home.session, course(cal, Course.FALL_ASSESSMENT))
    lines = training.provider_list(home.session)
    assert (lines[0].who, lines[0].course, lines[0].why) == ("", "Champion: Falls and fragility", "No champion now")
    assert ("Cham Wound 2", "Champion: Wound", date(2026, 12, 31)) in [(x.who, x.course, x.by) for x in lines]
    assert ("Cal Carer", "Lifting equipment", date(2026, 12, 24)) in [(x.who, x.course, x.by) for x in lines]
    table = list(csv.reader(io.StringIO(training.provider_csv(home.session).decode("utf-8-sig"))))
    assert table[0] == ["home", "who", "course", "by", "why"]
    assert len(table) == len(lines) + 1
    assert table[1][1:4] == ["to be chosen by the home", "Champion: Falls and fragility", "as soon as possible"]
    words = text_of(training.provider_paper(home.session))
    assert "Training wanted" in words
    assert "Page 1 of" in words
    for line in lines:
        assert line.course in words
    assert "Family" not in words, "no resident is on it"


def test_the_matrix_on_paper(home: LivingHome) -> None:
    who = people(home)
    home.champion("falls")
    training.record(home.session, course(who["cal"], ends=date(2027, 1, 4)))
    words = text_of(training.matrix_paper(home.session, TODAY))
    for part in (
        "Mon 23-Nov-2026", "Lifting equipment (criterion 3): 1 of 5 trained on 23-Nov-2026. BELOW 80 %",
        "NOT shown by the rota", "no rota recorded 168 h", "Yes, to 04-Jan-2027", "Not recorded", "Cham Falls 1",
    ):  # fmt: skip
        assert part in words


def test_a_post_with_an_older_end_stays_as_it_is_and_a_stranger_is_refused(home: LivingHome) -> None:
    claimable(home)
    home.champion("falls")
    over = home.champion("wound", in_post_until=NOW - timedelta(days=20))[0]
    assert training.leaver_effect(home.session, over, NOW).open_pence == 0
    with pytest.raises(UserError, match="not in the records"):
        training.leaver_effect(home.session, StaffId("nobody"), NOW)
    with pytest.raises(UserError, match="not in the records"):
        training.record(home.session, course(StaffId("nobody")))


def test_shifts_change_by_their_own_form(home: LivingHome) -> None:
    cal = people(home)["cal"]
    training.record_shifts(home.session, (cal,), (TODAY,), time(8), time(20))
    (fact,) = home_facts.listed(home.session, HomeFactKind.DUTY)
    shorter = Duty(cal, NOW.replace(hour=8, minute=0), NOW.replace(hour=14, minute=0))
    home_facts.change(home.session, fact.id, shorter, reason="went home ill")
    assert training.board(home.session, TODAY).duties[0].body == shorter


def test_an_appointment_of_champions_keeps_its_certificate_in_the_register(home: LivingHome) -> None:
    person = people(home)["cass"]
    post = ChampionPost("falls", date(2026, 1, 2), date(2027, 1, 1), "C-9", "HCPA", NOW - timedelta(days=90))
    staff.appoint(home.session, person, post)
    home.champion("falls")
    row = next(each for each in training.board(home.session, TODAY).register if each.staff_id == person)
    assert (row.provider, row.certificate_no, row.expires_on, row.holds) == ("HCPA", "C-9", date(2027, 1, 1), True)
    assert row.others == ("Cham Falls 1",)
