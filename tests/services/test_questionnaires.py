"""The home's own questionnaires: taken in from a folder by a manager, checked, versioned, refused in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.domain.errors import UserError
from app.domain.instruments import registry
from app.domain.people import Role
from app.services import assessments, export, questionnaires
from tests.factories import PASSWORD, LivingHome

FOOT_CARE: dict[str, Any] = {
    "resourceType": "Questionnaire",
    "url": "https://elsewhere.example/Questionnaire/foot-care",
    "version": "3.1",
    "title": "Foot care check",
    "publisher": "Elsewhere Podiatry",
    "copyright": "Free to use in care homes.",
    "status": "active",
    "item": [
        {"linkId": "1", "text": "Feet", "type": "group", "item": [
            {"linkId": "1.1", "text": "Skin whole?", "type": "boolean", "required": True},
            {"linkId": "1.1.1", "text": "Where is it broken?", "type": "string", "required": True,
             "enableWhen": [{"question": "1.1", "operator": "=", "answerBoolean": False}]},
            {"linkId": "1.2", "text": "Nails last cut", "type": "date"},
        ]},
    ],
}  # fmt: skip


@pytest.fixture
def home(home: LivingHome) -> Iterator[LivingHome]:
    """The home, and afterwards none of its questionnaires known to the process."""
    yield home
    registry.adopt(())


def drop(home: LivingHome, name: str, text: str | bytes) -> None:
    """Put a file into the instruments folder."""
    folder = questionnaires.folder(home.session)
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)


def foot_care(**changes: Any) -> str:
    """The foot care check, changed."""
    return json.dumps({**FOOT_CARE, **changes})


def test_a_questionnaire_is_taken_in_filled_signed_and_read_again_without_its_file(home: LivingHome) -> None:
    person = home.resident(1)
    drop(home, "feet.json", foot_care())
    (seen,) = questionnaires.in_folder(home.session)
    assert (seen.title, seen.version, seen.questions, seen.refused, seen.taken) == (
        "Foot care check", "3.1", 3, "", False,
    )  # fmt: skip
    with pytest.raises(UserError, match="There is no instrument called home_foot_care"):
        assessments.form("home_foot_care")

    questionnaires.take_in(home.session, "feet.json", pathway="health")
    assert questionnaires.in_folder(home.session)[0].taken
    tool = registry.instrument("home_foot_care")
    assert (tool.title, tool.mode, tool.owner, tool.pathway) == ("Foot care check", "C", "Elsewhere Podiatry", "health")
    early = assessments.preview("home_foot_care", {"1.1": False}, home.session.today())
    assert (early.complete, early.missing, early.score) == (False, ("1.1.1",), None)
    signed = home.assess(person, "home_foot_care", {"1.1": False, "1.1.1": "Left heel", "1.2": "2026-11-20"})
    assert signed.outcome.complete

    (questionnaires.folder(home.session) / "feet.json").unlink()
    registry.adopt(())
    home.sign_in_as(Role.MANAGER)
    whole = assessments.assessment(home.session, signed.assessment_id)
    assert whole.answers == {"1.1": False, "1.1.1": "Left heel", "1.2": "2026-11-20"}
    assert whole.row.title == "Foot care check"
    given_out = export.export_resident(home.session, person, PASSWORD)
    assert "Left heel" in given_out.files["resident.json"].decode()


def test_a_new_version_takes_the_place_of_the_old_one_and_both_are_kept(home: LivingHome) -> None:
    drop(home, "feet.json", foot_care())
    questionnaires.take_in(home.session, "feet.json", pathway="health")
    home.clock.advance(timedelta(days=1))
    drop(home, "feet.json", foot_care(title="Foot check"))
    (seen,) = questionnaires.in_folder(home.session)
    assert "a changed file needs a new version" in seen.refused
    with pytest.raises(UserError, match=r"Another text was taken in as version 3\.1"):
        questionnaires.take_in(home.session, "feet.json", pathway="health")
    drop(home, "feet.json", foot_care(title="Foot check", version="4"))
    questionnaires.take_in(home.session, "feet.json", pathway="health")
    versions = [(each.version, each.active) for each in questionnaires.taken_in(home.session)]
    assert sorted(versions) == [("3.1", False), ("4", True)]
    assert registry.instrument("home_foot_care").version == "4"
    with pytest.raises(UserError, match="is taken in already"):
        questionnaires.take_in(home.session, "feet.json", pathway="health")


def test_turned_off_it_is_no_longer_offered_and_stays_readable(home: LivingHome) -> None:
    person = home.resident(1)
    drop(home, "feet.json", foot_care())
    questionnaires.take_in(home.session, "feet.json", pathway="health")
    signed = home.assess(person, "home_foot_care", {"1.1": True})
    with pytest.raises(UserError, match="Enter the reason"):
        questionnaires.turn_off(home.session, "home_foot_care", reason="")
    questionnaires.turn_off(home.session, "home_foot_care", reason="The podiatrist brings another")
    with pytest.raises(UserError, match="turned off by the manager"):
        home.assess(person, "home_foot_care", {"1.1": True})
    assert assessments.assessment(home.session, signed.assessment_id).row.title == "Foot care check"


def test_what_was_signed_with_an_earlier_version_is_read_as_it_was_asked(home: LivingHome) -> None:
    person = home.resident(1)
    drop(home, "feet.json", foot_care())
    questionnaires.take_in(home.session, "feet.json", pathway="health")
    first = assessments.sign(home.session, person, "home_foot_care", {"1.1": True}, unable={"1.2": "refused"})
    assessments.amend(
        home.session, first.revision_id, {"1.1": True, "1.2": "2026-11-20"}, reason="agreed later", unable={}
    )
    drop(home, "feet.json", foot_care(version="4", item=[
        {"linkId": "1.1", "text": "Is the skin of both feet whole?", "type": "boolean"},
    ]))  # fmt: skip
    questionnaires.take_in(home.session, "feet.json", pathway="health")
    home.sign_in_as(Role.MANAGER)
    assert [each.link_id for each in assessments.form("home_foot_care").questions()] == ["1.1"]
    whole = assessments.assessment(home.session, first.assessment_id)
    asked = assessments.form("home_foot_care", whole.outcome.version)
    assert [each.text for each in asked.questions()] == ["Skin whole?", "Where is it broken?", "Nails last cut"]
    later, earlier = assessments.versions(home.session, first.assessment_id)
    assert [(each.label, each.after) for each in assessments.changes_of(earlier, later)][:2] == [
        ("Nails last cut", "20-Nov-2026"), ("Nails last cut: could not be assessed", "No"),
    ]  # fmt: skip


def test_another_publishers_form_does_not_take_the_place_of_one_whose_address_ends_alike(home: LivingHome) -> None:
    drop(home, "feet.json", foot_care())
    questionnaires.take_in(home.session, "feet.json", pathway="health")
    drop(home, "other.json", foot_care(url="https://another.example/Questionnaire/foot-care", version="9"))
    with pytest.raises(UserError, match="under another address that ends alike"):
        questionnaires.take_in(home.session, "other.json", pathway="health")
    assert registry.instrument("home_foot_care").version == "3.1"


LOOP = [
    {"linkId": "a", "text": "A", "type": "boolean",
     "enableWhen": [{"question": "b", "operator": "exists", "answerBoolean": True}]},
    {"linkId": "b", "text": "B", "type": "boolean",
     "enableWhen": [{"question": "a", "operator": "exists", "answerBoolean": True}]},
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (foot_care(item=LOOP), "wait for each other: "),
        (foot_care(item=[{"linkId": "a", "text": "A", "type": "hologram"}]), "Question a: unknown type 'hologram'"),
        (foot_care(item=[{"linkId": "a", "text": "A", "type": "string"}] * 2), "Question a: this linkId is used twice"),
        (foot_care(url=""), "no address of its own"),
        (b'{"resourceType": "Questionnaire", "title": "' + b"x" * 10_000_001 + b'"}', "larger than"),
        ("[" * 100_000, "nested without end|not JSON"),
        (b"\xff\xfe\x00", "not text in UTF-8"),
        ('{"resourceType": "Patient"}', "not a FHIR Questionnaire"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_the_place_and_the_reason(
    home: LivingHome, text: str | bytes, words: str
) -> None:
    drop(home, "bad.json", text)
    (seen,) = questionnaires.in_folder(home.session)
    with pytest.raises(UserError, match=words) as refused:
        questionnaires.take_in(home.session, "bad.json", pathway="health")
    assert seen.refused == refused.value.message
    assert questionnaires.taken_in(home.session) == ()


def test_only_files_of_the_folder_are_taken_in(home: LivingHome) -> None:
    drop(home, "feet.json", foot_care())
    (home.store_dir / "outside.json").write_text(foot_care())
    for name in ("../outside.json", "feet.txt", "nothing.json"):
        with pytest.raises(UserError):
            questionnaires.take_in(home.session, name, pathway="health")
    with pytest.raises(UserError, match="Pathway must be one of"):
        questionnaires.take_in(home.session, "feet.json", pathway="feet")
