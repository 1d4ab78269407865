"""What the CCG has answered: in words, overdue, and where its view of a claim differs from ours."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from app.domain.errors import EnvironmentTrouble, UserError
from app.domain.messages import ClaimOutcome
from app.models import claims as rows
from app.services import answers, premium, sync
from app.services.answers import Answered, AnswerRow
from app.sync.practice_ccg import PracticeCcg
from tests.factories import PASSWORD, WEEK, LivingHome

V1 = "VN3X2|R01|2026-11-16|v1"
IN_POST = "In post at the end of the week and at submission"
FALLS = "CHAMPION-NOT-IN-POST:falls"


@pytest.fixture
def sent(home: LivingHome, tmp_path: Path) -> Iterator[LivingHome]:
    """The week was claimed for one resident, and its message has left."""
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    with PracticeCcg(tmp_path / "ccg", now=home.clock.now) as ccg:
        settings = {"transport": "folder", "path": str(exchange), "recipient_public_key": ccg.public_key}
        sync.connect(home.session, settings, PASSWORD)
    for pathway in ("dementia", "falls"):
        home.champion(pathway, certificate_no=f"HC-{pathway}")
    home.complex_resident(1)
    premium.submit(home.session, WEEK, PASSWORD)
    sync.sync_now(home.session)
    return home


def told(home: LivingHome, outcome: ClaimOutcome, pence: int | None, *codes: str, identifier: str = V1) -> None:
    """The CCG's decision arrives."""
    with home.session.write() as work:
        line = rows.claim(work.connection, identifier)
        assert line is not None
        rows.answer(
            work, line, outcome=outcome.value, disposition="As agreed", reasons=codes, decided_pence=pence
        )  # fmt: skip


def only(home: LivingHome) -> AnswerRow:
    (row,) = answers.answers(home.session).rows
    return row


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(UserError) as refusal:
        call()
    return refusal.value.message


def test_a_decision_is_overdue_after_the_days_that_the_home_chose(sent: LivingHome) -> None:
    assert (only(sent).answered, only(sent).days) == (Answered.WAITING, 0)
    sent.clock.advance(timedelta(days=13))
    assert only(sent).answered is Answered.WAITING
    sent.clock.advance(timedelta(days=1))
    assert (only(sent).answered, only(sent).days) == (Answered.OVERDUE, 14)
    assert answers.overdue_count(sent.session) == 1
    answers.set_overdue_days(sent.session, 21)
    assert (answers.overdue_days(sent.session), answers.answers(sent.session).overdue) == (21, ())
    assert "1 to 90" in refused(lambda: answers.set_overdue_days(sent.session, 0))


def test_a_claim_that_was_not_sent_is_not_overdue(home: LivingHome) -> None:
    for pathway in ("dementia", "falls"):
        home.champion(pathway)
    home.complex_resident(1)
    premium.submit(home.session, WEEK, PASSWORD)
    home.clock.advance(timedelta(days=30))
    assert (only(home).answered, only(home).days) == (Answered.NOT_SENT, None)


@pytest.mark.parametrize(
    ("outcome", "pence", "codes", "answered", "disagrees"),
    [
        (ClaimOutcome.COMPLETE, 7000, (), Answered.ACCEPTED, False),
        (ClaimOutcome.PARTIAL, 3000, (), Answered.IN_PART, False),
        (ClaimOutcome.PARTIAL, 3000, (FALLS,), Answered.IN_PART, True),
        (ClaimOutcome.ERROR, 0, (FALLS,), Answered.REFUSED, True),
        (ClaimOutcome.QUEUED, None, (), Answered.WITH_A_PERSON, False),
    ],
)
def test_every_answer_has_its_word(
    sent: LivingHome,
    outcome: ClaimOutcome,
    pence: int | None,
    codes: tuple[str, ...],
    answered: Answered,
    disagrees: bool,
) -> None:
    told(sent, outcome, pence, *codes)
    assert (only(sent).answered, only(sent).disagrees) == (answered, disagrees)
    assert len(answers.disagreements(sent.session)) == disagrees


def test_a_claim_made_again_keeps_the_old_version_and_its_answer(sent: LivingHome) -> None:
    told(sent, ClaimOutcome.ERROR, 0, FALLS)
    premium.submit(sent.session, WEEK, PASSWORD)
    second, first = answers.answers(sent.session).rows
    assert (second.version, second.answered, second.again) == (2, Answered.NOT_SENT, None)
    assert (first.version, first.answered, first.again) == (1, Answered.REFUSED, 2)
    assert first.words == "Refused: No falls champion was in post both at the end of the week and at submission"
    assert [each.identifier for each in answers.disagreements(sent.session)] == [V1]
    told(sent, ClaimOutcome.COMPLETE, 7000, identifier=second.identifier)
    assert answers.disagreements(sent.session) == ()


def test_a_disagreement_says_both_views_on_paper_and_in_the_table(sent: LivingHome) -> None:
    told(sent, ClaimOutcome.ERROR, 0, FALLS, "EVIDENCE-STALE:falls", "NIGHTS-LT4")
    (found,) = answers.disagreements(sent.session)
    assert [view.ours for view in found.views] == [
        f"{IN_POST}: Cham Falls 2, certificate HC-falls, valid 01-Jan-2025 to Not recorded",
        "Evidence: paper document, 21-Oct-2026",
        "7 of 7 nights count",
    ]
    with pytest.raises(EnvironmentTrouble):
        answers.disagreement_files(sent.session, "wrong")
    files = answers.disagreement_files(sent.session, PASSWORD)
    text = " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(files.pdf)).pages)
    for words in (V1, "Cham Falls 2, certificate HC-falls", "Code NIGHTS-LT4", "£70.00", "Page 1 of", "As agreed"):
        assert words in text
    table = list(csv.DictReader(StringIO(files.csv.decode("utf-8-sig"))))
    assert [row["reason_code"] for row in table] == [FALLS, "EVIDENCE-STALE:falls", "NIGHTS-LT4"]
    assert {row["claimed_pence"] for row in table} == {"7000"}


def test_without_a_disagreement_there_is_nothing_to_export(sent: LivingHome) -> None:
    assert "no disagreement" in refused(lambda: answers.disagreement_files(sent.session, PASSWORD))
