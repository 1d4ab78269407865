"""Notes: written, struck out, read page by page, and found again whatever is typed."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.errors import UserError
from app.domain.people import FactKind, ResidentId, Stay
from app.services import assessments, audit, notes, residents
from app.services.notes import NoteRow
from tests.factories import MUST_LOW, NEWS2_HIGH, NOW, LivingHome


def _texts(rows: tuple[NoteRow, ...]) -> list[str]:
    return [row.text for row in rows]


def _told(row: NoteRow) -> str:
    """The extract with what was found in brackets."""
    return "".join(f"[{text}]" if hit else text for text, hit in row.extract)


def test_a_note_is_kept_as_it_was_written_and_signed(home: LivingHome) -> None:
    person = home.resident()
    added = notes.add(home.session, person, "  Slept well.\nAte half of lunch.  ", NOW - timedelta(hours=2))
    assert added.changes.kinds == {"note"}
    (row,) = notes.of_resident(home.session, person)
    assert (row.id, row.text, row.at) == (
        added.note_id, "Slept well.\nAte half of lunch.", NOW - timedelta(hours=2),
    )  # fmt: skip
    assert (row.author, row.source, row.link, row.in_error) == ("Mo Manager", "Note", None, False)
    assert row.extract == ((row.text, False),)
    assert (row.status, row.resident_name) == ("here", "FAMILYB1, John (Mr)")


@pytest.mark.parametrize(
    ("text", "later", "field"),
    [("   ", 0, "text"), ("x" * (notes.LIMIT + 1), 0, "text"), ("Slept", 1, "at")],
    ids=("empty", "too long", "to come"),
)
def test_what_is_no_note_is_refused_in_words(home: LivingHome, text: str, later: int, field: str) -> None:
    person = home.resident()
    with pytest.raises(UserError) as refused:
        notes.add(home.session, person, text, NOW + timedelta(minutes=later))
    assert refused.value.problems[0].field == field
    assert notes.of_resident(home.session, person) == ()


def test_nobody_has_notes_who_is_not_in_the_records(home: LivingHome) -> None:
    with pytest.raises(UserError, match="not in the records"):
        notes.add(home.session, ResidentId("nobody"), "Slept well")


def test_a_note_in_error_stays_readable_and_is_said_to_be_one(home: LivingHome) -> None:
    person = home.resident()
    note = notes.add(home.session, person, "Of the wrong resident").note_id
    with pytest.raises(UserError, match="Enter the reason"):
        notes.entered_in_error(home.session, note, reason=" ")
    notes.entered_in_error(home.session, note, reason="Another resident")
    (row,) = notes.search(home.session, "wrong")
    assert row.in_error
    assert notes.of_resident(home.session, person)[0].in_error
    with pytest.raises(UserError, match="already"):
        notes.entered_in_error(home.session, note, reason="again")


def test_the_note_of_an_assessment_says_where_it_stands_and_is_corrected_there(home: LivingHome) -> None:
    person = home.resident()
    signed = assessments.sign(home.session, person, "must", MUST_LOW, note="Clothes are loose")
    (row,) = notes.search(home.session, "loose")
    assert (row.source, row.link) == ("MUST", ("assessment", signed.assessment_id))
    with pytest.raises(UserError, match="Correct it there"):
        notes.entered_in_error(home.session, row.id, reason="wrong")
    assessments.amend(home.session, signed.revision_id, MUST_LOW, reason="typing", note="Shoes are loose")
    assert _texts(notes.search(home.session, "loose")) == ["Shoes are loose"]


def test_notes_go_on_from_the_last_one_shown_and_none_is_lost_in_between(home: LivingHome) -> None:
    person = home.resident()
    for number in range(7):  # three at one instant, on the border of two pages
        notes.add(home.session, person, f"note {number}", NOW - timedelta(hours=1 if 2 <= number <= 4 else 10 - number))
    everything = notes.of_resident(home.session, person)
    first = notes.of_resident(home.session, person, 3)
    rest = notes.of_resident(home.session, person, 50, first[-1])
    assert len(everything) == 7
    assert (*first, *rest) == everything
    assert [row.at for row in everything] == sorted((row.at for row in everything), reverse=True)


# ---------------------------------------------------------------------------------------------------------- searching


def test_every_word_must_be_there_and_the_last_may_be_a_beginning(home: LivingHome) -> None:
    person = home.resident()
    for text in ("Red heel, cream applied", "Heel intact", "Reddened sacrum", "CAFÉ visit with daughter"):
        notes.add(home.session, person, text)

    def found(words: str) -> list[str]:
        return _texts(notes.search(home.session, words))

    assert found("heel red") == ["Red heel, cream applied"]
    assert found("red") == ["Reddened sacrum", "Red heel, cream applied"]  # the newest first
    assert found("red heel") == ["Red heel, cream applied"]
    assert found("hee red") == []  # only the last word may be a beginning
    assert found("cafe") == ["CAFÉ visit with daughter"]
    assert found("Café visi") == ["CAFÉ visit with daughter"]
    assert found("nobody wrote this") == []
    assert found("  ") == []


def test_what_was_found_is_marked_in_pieces_and_never_as_markup(home: LivingHome) -> None:
    person = home.resident()
    notes.add(home.session, person, "Left <b>heel</b> & sacrum \x02red\x03")
    (row,) = notes.search(home.session, "heel red")
    assert row.text == "Left <b>heel</b> & sacrum red"
    assert _told(row) == "Left <b>[heel]</b> & sacrum [red]"


def test_a_long_note_shows_the_part_that_was_found(home: LivingHome) -> None:
    person = home.resident()
    notes.add(home.session, person, "ate lunch " * 60 + "heel is red " + "slept well " * 60)
    (row,) = notes.search(home.session, "heel")
    assert "[heel] is red" in _told(row)
    assert len(_told(row)) < len(row.text) / 3


def test_the_best_come_first_when_that_is_asked(home: LivingHome) -> None:
    person = home.resident()
    notes.add(home.session, person, "cough cough cough")
    notes.add(home.session, person, "of many things in a long note, a cough is the least that was seen")
    ranked, newest = (notes.search(home.session, "cough", ranked=ranked) for ranked in (True, False))
    assert _texts(ranked) == ["cough cough cough", newest[0].text]
    assert _texts(newest) == [ranked[1].text, ranked[0].text]


def test_one_residents_notes_are_searched_alone(home: LivingHome) -> None:
    one, other = home.resident(1), home.resident(2)
    notes.add(home.session, one, "slept well")
    notes.add(home.session, other, "slept badly")
    assert _texts(notes.search(home.session, "slept", one)) == ["slept well"]
    assert len(notes.search(home.session, "slept")) == 2


def test_a_search_goes_on_from_the_last_note_shown(home: LivingHome) -> None:
    person = home.resident()
    for number in range(5):
        notes.add(home.session, person, f"slept well {number}")
    first = notes.search(home.session, "slept", limit=2)
    second = notes.search(home.session, "slept", limit=2, before=first[-1])
    assert _texts((*first, *second)) == [f"slept well {number}" for number in (4, 3, 2, 1)]


def test_those_who_have_left_are_found_and_said_to_have_left(home: LivingHome) -> None:
    gone, died, here = home.resident(1), home.resident(2), home.resident(3)
    for person in (gone, died, here):
        notes.add(home.session, person, "slept well")
    (stay,) = residents.read_again(home.session, gone).facts[FactKind.STAY]
    assert isinstance(stay.body, Stay)
    ended = replace(stay.body, until=NOW - timedelta(days=1))
    residents.change_fact(home.session, stay.id, ended, reason="Moved to her daughter")
    details = residents.read_again(home.session, died).resident.details
    residents.change_resident(home.session, died, replace(details, died_at=NOW - timedelta(days=1)))
    found = {row.resident_id: row.status for row in notes.search(home.session, "slept")}
    assert found == {gone: "left", died: "died", here: "here"}


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.one_of(st.text(max_size=60), st.text(alphabet="\"'*()^:+-{}\x00 aé²_NEAR", max_size=30)))
def test_nothing_that_can_be_typed_is_refused(home: LivingHome, typed: str) -> None:
    assert isinstance(notes.search(home.session, typed), tuple)


@pytest.mark.parametrize(
    "typed", ['"', "heel AND", "NEAR(", "text:heel", "-heel", "heel*", "he_el", "^heel", "a" * 9000]
)
def test_the_indexs_own_words_and_signs_mean_nothing(home: LivingHome, typed: str) -> None:
    person = home.resident()
    notes.add(home.session, person, "the heel and near text; he el")
    found = notes.search(home.session, typed)
    assert bool(found) == (typed not in ('"', "a" * 9000))


# ---------------------------------------------------------------------------------------------------------- audited


def _entries(home: LivingHome) -> list[audit.AuditRow]:
    return list(audit.trail(home.session).rows)


def test_a_search_is_one_entry_without_its_words(home: LivingHome) -> None:
    person = home.resident()
    for number in range(3):
        notes.add(home.session, person, f"Whispered secrets {number}")
    before = len(_entries(home))
    first = notes.search(home.session, "whispered", limit=1)
    notes.search(home.session, "whispered", limit=1, before=first[-1])
    entries = _entries(home)
    assert len(entries) == before + 1
    assert (entries[0].what, entries[0].category) == ("Searched the notes", "looked")
    notes.search(home.session, "whispered", person)
    assert _entries(home)[0].resident == "FAMILYB1, John (Mr)"
    with home.session.read() as connection:
        kept = connection.exec_driver_sql("SELECT group_concat(detail || reason || object_id) FROM event").scalar()
    assert "hispered" not in str(kept)


def test_writing_and_striking_out_have_their_words(home: LivingHome) -> None:
    person = home.resident()
    note = notes.add(home.session, person, "Slept").note_id
    notes.entered_in_error(home.session, note, reason="Another resident")
    assert [row.what for row in _entries(home)[:2]] == ["Marked a note as entered in error", "Wrote a note"]


def test_the_words_of_notes_are_in_no_log(home: LivingHome, caplog: pytest.LogCaptureFixture) -> None:
    person = home.resident()
    with caplog.at_level(logging.DEBUG):
        notes.add(home.session, person, "Whispered secrets")
        notes.search(home.session, "whispered")
        assessments.sign(home.session, person, "news2", NEWS2_HIGH, note="Whispered again")
    assert "hispered" not in caplog.text


def test_nothing_is_noted_of_a_time_before_the_resident_was_born(home: LivingHome) -> None:
    person = home.resident(1)
    with pytest.raises(UserError, match="after the resident's date of birth") as refused:
        notes.add(home.session, person, "slept well", NOW.replace(year=1936))
    assert refused.value.field == "at"
