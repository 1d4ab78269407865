"""The papers beside the pack, laid out from invented contents: one side is one side, and nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PageObject, PdfReader

from app.domain.handovers import Handover
from app.domain.people import Home, ResidentDetails
from app.domain.transfer import Allergy, CprDecision, CprKind, Diagnosis, Medicine, PackContent
from app.reports.downtime import KitPaper, KitPdf, Living, kit_pdf
from app.reports.handovers import HandoverPaper, handover_pdf
from app.reports.key_facts import KeyFacts
from app.reports.paper import NOTE, painted, wrap
from app.reports.resident_paper import Stamp
from app.services import assessments
from tests.helpers.pack_samples import overstuffed, sparse, typical

AT = datetime(2026, 11, 20, 8, 20, tzinfo=UTC)
HOME = Home("Practice House", "VN3X2", practice=True, phone="01632 960100", beds=45)
FOOT = wrap((("Two lines at the foot, as every side has them. " * 3, NOTE),), 437)
NAMES = {"title": "Side", "author": "Practice House", "subject": "Confidential"}
FORMS = {code: assessments.form(code) for code in ("fall_record", "post_fall", "sbard")}


def kit(*contents: PackContent, restored: datetime | None = None) -> KitPdf:
    """A kit of these residents."""
    living = tuple(Living(each) for each in contents)
    paper = KitPaper(HOME, AT, "Nia Nurse", "12-abcdef12", restored, (("GP", "01632 960110"),), living, FORMS)
    return kit_pdf(paper, lambda _done, _all: None, lambda: False)


def pages(data: bytes) -> list[str]:
    """The text of each side, its white space folded."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(data)).pages]


def sides(found: Sequence[str]) -> list[str]:
    """Those about one resident."""
    return [text for text in found if text.startswith("KEY FACTS")]


@pytest.mark.parametrize("times", [1, 6])
def test_whatever_the_record_holds_a_resident_has_one_side_and_the_rest_in_full(times: int) -> None:
    content = overstuffed(times)
    found = pages(kit(content, sparse()).data)
    assert len(sides(found)) == 2
    rest = " ".join(found)
    assert isinstance(content.allergies, tuple)
    assert [each.agent for each in content.allergies if each.agent not in rest] == []
    assert isinstance(content.medicines, tuple)
    assert [each.name for each in content.medicines if each.name not in rest] == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.text(st.characters(categories=("L", "N"), max_codepoint=0x24F), min_size=1, max_size=40), max_size=12),
    st.lists(st.text(st.characters(categories=("L", "N"), max_codepoint=0x24F), min_size=1, max_size=60), max_size=30),
    st.text(max_size=900),
)
def test_a_side_stays_one_side_in_records_filled_at_random(agents: list[str], drugs: list[str], words: str) -> None:
    content = replace(
        typical(),
        allergies=tuple(Allergy(each) for each in agents) or sparse().allergies,
        medicines=tuple(Medicine(each, frequency="one twice a day") for each in drugs) or sparse().medicines,
        usual_cognition=words.strip() or "as before",
    )
    side = KeyFacts(content, FOOT)
    reader = PdfReader(BytesIO(painted((side.sheet("see page 9"),), outline=(), made_at=AT, **NAMES)))
    assert len(reader.pages) == 1
    assert min(_heights(reader.pages[0])) > side.foot_tall  # above its foot


def _heights(page: PageObject) -> list[float]:
    """How high above the lower edge each piece of text on the side stands."""
    found: list[float] = []

    def visit(text: str, _cm: object, matrix: list[float], _font: object, _size: object) -> None:
        if text.strip():
            found.append(float(matrix[5]))

    page.extract_text(visitor_text=visit)
    return found


def test_a_decision_that_is_not_in_force_says_so_before_what_it_says() -> None:
    decision = CprDecision(CprKind.DNACPR, note="REVIEW DATE HAS PASSED (01-Jan-2026)", in_force=False)
    (side,) = sides(pages(kit(replace(typical(), cpr=(decision,))).data))
    assert "NOT IN FORCE. Recorded only: DNACPR: do not attempt CPR." in side
    assert "REVIEW DATE HAS PASSED (01-Jan-2026)" in side


def test_two_decisions_that_differ_both_stand_with_the_conflict_said_first() -> None:
    both = (CprDecision(CprKind.DNACPR), CprDecision(CprKind.ATTEMPT))
    (side,) = sides(pages(kit(replace(typical(), cpr=both)).data))
    assert side.index("CONFLICT: THESE CPR DECISIONS DIFFER") < side.index("DNACPR: do not attempt CPR")
    assert "For CPR" in side


def test_somebody_with_the_same_name_is_said_at_the_top_of_the_side() -> None:
    warned = replace(typical(), same_name=("OKONKWO-SMITH, Mary, born 01-Jan-1930, room 4",))
    (side,) = sides(pages(kit(warned).data))
    assert side.index("THE SAME NAME") < side.index("ALLERGIES")
    assert "Mary" not in side


def test_a_restored_record_says_so_on_the_first_page_and_on_every_side() -> None:
    found = pages(kit(typical(), restored=datetime(2026, 11, 19, 6, 0, tzinfo=UTC)).data)
    assert "RECORD RESTORED from the backup of 19-Nov-2026 06:00" in found[0]
    assert "RESTORED RECORD" in sides(found)[0]


def test_the_same_kit_gives_the_same_bytes_and_bookmarks_name_nobody() -> None:
    made = kit(typical(), sparse())
    assert made.data == kit(typical(), sparse()).data
    titles = [entry["/Title"] for entry in PdfReader(BytesIO(made.data)).outline if not isinstance(entry, list)]
    assert "Residents and how to use this kit" in titles
    assert not [title for title in titles if "OKONKWO" in str(title) or "DOE" in str(title)]


@pytest.mark.parametrize("which", list(Handover), ids=lambda which: which.value)
def test_a_hand_over_of_the_fullest_record_loses_nothing_and_ends(which: Handover) -> None:
    content = overstuffed(2)
    found = side_by_side(which, content)
    assert len(found) < 40
    whole = " ".join(found)
    assert isinstance(content.diagnoses, tuple)
    assert [each.name for each in content.diagnoses if each.name not in whole] == []
    if which is not Handover.DEATH:
        assert isinstance(content.allergies, tuple)
        assert [each.agent for each in content.allergies if each.agent not in whole] == []


def side_by_side(which: Handover, content: PackContent) -> list[str]:
    """The sides of a hand-over about a resident whose record holds this."""
    details = ResidentDetails("R1", "Okonkwo", "Margaret", date(1931, 5, 2), "9990000018")
    stamp = Stamp(details, HOME, AT, "Nia Nurse", "12-abcdef12", None)
    return pages(handover_pdf(HandoverPaper(which, stamp, content, {})).data)


def test_a_call_is_one_side_where_the_record_lets_it_be_and_loses_nothing_for_it() -> None:
    close = side_by_side(Handover.CALL, typical())
    assert len(close) == 1
    for words in ("Apixaban 5 mg", "Vascular dementia", "no intensive care", "What was decided", "If it gets worse",
                  "Read back?"):  # fmt: skip
        assert words in close[0]
    assert len(side_by_side(Handover.CALL, overstuffed(2))) > 1


def test_whoever_signs_a_summary_for_a_return_has_what_was_agreed_on_the_same_side() -> None:
    for count in range(0, 40, 3):
        diagnoses = tuple(Diagnosis(f"Diagnosis {n}") for n in range(count))
        last = side_by_side(Handover.ASSESSOR, replace(typical(), diagnoses=diagnoses))[-1]
        for words in ("Medicines started", "Follow-up", "Can the home meet the needs?", "Signed", "Agreed by the home"):
            assert words in last, count


def test_no_medicine_of_a_visit_is_parted_from_its_directions() -> None:
    medicines = tuple(
        Medicine(f"Medicine {n}", f"{n} measured spoons of it, well shaken and taken with plenty of water", "oral",
                 f"at {n % 24:02}:15 and again before the night") for n in range(60)
    )  # fmt: skip
    found = side_by_side(Handover.OUTPATIENT, replace(typical(), medicines=medicines, time_critical=()))
    for n in range(60):
        (side,) = [text for text in found if f"Medicine {n} {n} measured" in text]
        assert f"at {n % 24:02}:15 and again before the night" in side
