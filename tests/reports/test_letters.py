"""The papers of the Person page, read back: the GP letter, About me, the ABC records, the geriatric assessment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from app.domain import behaviour
from app.domain.behaviour import Episode
from app.domain.instruments.cga import DOMAINS
from app.domain.people import Home
from app.reports.about_me import AboutMePaper, about_me_pdf
from app.reports.behaviour import BehaviourPaper, PaperEpisode, behaviour_pdf
from app.reports.cga import CgaPaper, PaperDomain, cga_pdf
from app.reports.letter import Letter, letter_pdf
from app.reports.resident_paper import Picture, Stamp
from tests.factories import details

NOW = datetime(2018, 8, 6, 9, 30, tzinfo=UTC)
HOME = Home(name="Elm House", ods="VN3X2", address=("1 Elm Lane", "Ware"), postcode="SG12 9ZZ", phone="01920 555 0100")
LONG = "A long sentence about a long life that somebody told at length, with a good many words in it. " * 30


def stamp(**changes: Any) -> Stamp:
    made = Stamp(details(1), HOME, NOW, "Mo Manager", "120-ab12cd34", None)
    return replace(made, **changes)


def letter(**changes: Any) -> Letter:
    made = Letter(
        stamp=stamp(),
        noticed=("Forgets recent events", "Gets lost"),
        long_enough=True,
        examples="On 2 August he could not find his room.",
        amt=5,
        amt_not_done="",
        best_interests=False,
        assessed_on=date(2018, 8, 3),
        assessed_by="Cass Coltsfoot",
        tests=(("6CIT", "12: Impaired", date(2018, 7, 30)),),
        attribution="After DeAR-GP, Health Innovation Network with the Alzheimer's Society.",
    )
    return replace(made, **changes)


def about(**changes: Any) -> AboutMePaper:
    made = AboutMePaper(
        stamp=stamp(),
        preferred_name="Jack",
        told=(("What matters to me", "My family."), ("What worries me and what calms me", "Being hurried.")),
        blank=("How I sleep",),
        helped_by="Ann Osborn",
        written_on=date(2018, 7, 1),
        shared=True,
        review_due=date(2019, 7, 1),
        picture=None,
    )
    return replace(made, **changes)


def records(count: int = 6, **changes: Any) -> BehaviourPaper:
    episodes = tuple(
        Episode(NOW - timedelta(days=n), "alone", "walking", "distraction", new=True) for n in range(count)
    )
    words = {
        "place": "Corridor", "antecedent": "Alone or nothing to do", "behaviour_kind": "Walking about without rest",
        "behaviour": "Tried the front door.", "response": "Something else to do", "helped": "Something else to do",
        "intensity": "3 Strong",
    }  # fmt: skip
    made = BehaviourPaper(
        stamp=stamp(),
        first=date(2018, 7, 9),
        last=date(2018, 8, 6),
        pattern=behaviour.pattern(episodes),
        again=(),
        unfinished=0,
        episodes=tuple(PaperEpisode(each.at, words, "Cal Carer") for each in episodes),
    )
    return replace(made, **changes)


def assessment(state: str = "gap", **changes: Any) -> CgaPaper:
    made = CgaPaper(
        stamp=stamp(),
        on=date(2018, 8, 6),
        signed_by="Nia Nurse",
        next_due=date(2019, 2, 4),
        domains=tuple(PaperDomain(label, state, f"MUST: 0 ({label})") for label in DOMAINS.values()),
        present="The resident; Family",
        goal="To stay here",
        note="",
        attribution="Domains after the British Geriatrics Society.",
    )
    return replace(made, **changes)


def pages(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def text(pdf: bytes) -> str:
    return " ".join(pages(pdf))


EVERY: list[Callable[..., bytes]] = [
    lambda **changes: letter_pdf(letter(stamp=stamp(**changes))),
    lambda **changes: about_me_pdf(about(stamp=stamp(**changes))),
    lambda **changes: behaviour_pdf(records(40, stamp=stamp(**changes))),
    lambda **changes: cga_pdf(assessment(stamp=stamp(**changes))),
]


@pytest.mark.parametrize("made", EVERY, ids=["letter", "about me", "behaviour", "cga"])
def test_whose_it_is_stands_on_every_page_and_nobody_is_named_outside_the_pages(made: Callable[..., bytes]) -> None:
    pdf = made()
    found = pages(pdf)
    for number, words in enumerate(found, 1):
        for wanted in ("FAMILYB1, John (Mr)", "Born 07-Sep-1937", "999 000 0018", "120-ab12cd34", "by Mo Manager"):
            assert wanted in words, (number, wanted)
        assert f"Page {number} of {len(found)}" in words
        assert "PRACTICE" not in words
    told = PdfReader(BytesIO(pdf)).metadata
    assert told is not None
    assert not any("FAMILY" in str(value).upper() or "John" in str(value) for value in told.values())
    assert made() == pdf, "the same paper gives the same bytes"


@pytest.mark.parametrize("made", EVERY, ids=["letter", "about me", "behaviour", "cga"])
def test_practice_and_restored_records_say_so(made: Callable[..., bytes]) -> None:
    practice = made(home=replace(HOME, practice=True))
    assert all("PRACTICE: an invented person, not for care" in words for words in pages(practice))
    assert "RECORD RESTORED from the backup of 06-Aug-2018" in pages(made(restored_from=NOW))[0]


def test_the_letter_says_all_that_the_gp_needs_and_writes_dates_for_people() -> None:
    words = pages(letter_pdf(letter()))
    assert len(words) == 1
    for wanted in (
        "Cedar Surgery", "Elm House", "1 Elm Lane", "SG12 9ZZ", "6 August 2018", "Dear Doctor", "Mr John Familyb1",
        "Born 7 September 1937", "NHS number 999 000 0018", "for three months or longer", "Forgets recent events",
        "Gets lost", "On 2 August he could not find his room.", "(AMT) on 3 August 2018: 5 of 10 right",
        "6CIT, 30 July 2018: 12: Impaired", "John has been told why this letter is sent and agrees to it",
        "ring Elm House on 01920 555 0100 and ask for Cass Coltsfoot", "memory clinic", "After DeAR-GP",
    ):  # fmt: skip
        assert wanted in words[0], wanted


@pytest.mark.parametrize(
    ("changes", "wanted", "absent"),
    [
        ({"amt": None, "amt_not_done": "Refused"}, "(AMT) was not done on 3 August 2018: refused", "of 10 right"),
        ({"best_interests": True}, "best interests, under the Mental Capacity Act 2005", "agrees to it"),
        ({"long_enough": False}, "for less than three months", "three months or longer"),
        ({"noticed": (), "examples": ""}, "a short memory test was below what is usual", "For example"),
    ],
    ids=["no AMT", "best interests", "shorter", "the test alone"],
)
def test_the_letter_follows_the_assessment(changes: dict[str, Any], wanted: str, absent: str) -> None:
    words = text(letter_pdf(letter(**changes)))
    assert wanted in words
    assert absent not in words


def test_a_long_letter_goes_on_over_the_page_with_nothing_lost() -> None:
    found = pages(letter_pdf(letter(examples=LONG + "the last of them.")))
    assert len(found) > 1
    assert "the last of them." in " ".join(found)
    assert "Yours sincerely" in found[-1]


def test_about_me_shows_what_calms_first_and_names_what_is_blank() -> None:
    words = text(about_me_pdf(about()))
    assert words.index("Being hurried.") < words.index("My family.")
    for wanted in ("Please call me Jack", "Not written down yet: How I sleep", "Written on 1 July 2018",
                   "with the help of Ann Osborn", "by 1 July 2019"):  # fmt: skip
        assert wanted in words, wanted
    assert "in the home only" not in words


@pytest.mark.parametrize("shared", [False, None])
def test_one_that_is_not_shared_says_so_on_the_paper(shared: bool | None) -> None:
    words = pages(about_me_pdf(about(shared=shared)))[0]
    assert "For use in the home only: it may not go with the resident" in words
    assert ("nobody has been asked" in words) is (shared is None)


def test_the_photo_is_printed_whole() -> None:
    out = BytesIO()
    Image.new("RGB", (900, 1200), "tan").save(out, "JPEG")
    pdf = about_me_pdf(about(picture=Picture(out.getvalue(), 900, 1200)))
    images = [image for page in PdfReader(BytesIO(pdf)).pages for image in page.images]
    assert [image.image.size for image in images if image.image] == [(900, 1200)]
    assert [image for page in PdfReader(BytesIO(about_me_pdf(about()))).pages for image in page.images] == []


def test_a_long_about_me_loses_nothing() -> None:
    told = tuple((f"Heading {n}", f"{LONG}end of {n}.") for n in range(4))
    comfort = ("What worries me and what calms me", f"{LONG * 3}end of comfort.")
    words = text(about_me_pdf(about(told=(*told, comfort))))
    for wanted in ("end of comfort.", *(f"end of {n}." for n in range(4))):
        assert wanted in words, wanted


def test_the_records_of_behaviour_are_counted_and_each_is_there() -> None:
    words = text(behaviour_pdf(records(6)))
    for wanted in ("From 9 July 2018 to 6 August 2018", "6 of 6 were: walking about without rest",
                   "Alone or nothing to do: 6", "Strength: 3 Strong", "Helped most: something else to do", "Cal Carer",
                   "Tried the front door"):  # fmt: skip
        assert wanted in words, wanted
    assert words.count("Tried the front door") == 6
    few = text(behaviour_pdf(records(2, again=("Walking about without rest",), unfinished=1)))
    assert "2 records: too few to see a pattern" in few
    assert "New, and three times within 72 hours: walking about without rest" in few
    assert "1 record is not finished" in few


def test_every_domain_is_on_the_paper_and_all_gaps_on_page_1() -> None:
    found = pages(cga_pdf(assessment("gap")))
    assert "18 domains are gaps" in found[0]
    assert all(label in found[0] for label in DOMAINS.values())
    whole = text(cga_pdf(assessment("concern")))
    assert "None: every domain has been looked at" in whole
    assert "each needs an action in the care plan" in whole
    for label in DOMAINS.values():
        assert whole.count(f"MUST: 0 ({label})") == 2, label
    for wanted in ("6 August 2018, signed by Nia Nurse", "Next due 4 February 2019", "To stay here", "Family"):
        assert wanted in whole, wanted
    unfinished = text(cga_pdf(assessment("", next_due=None)))
    assert "No state yet: Diagnoses and symptoms" in unfinished
    assert "Next due when it is complete" in unfinished
