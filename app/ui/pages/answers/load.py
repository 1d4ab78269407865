"""What the page shows, read in one step on the store thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.ui.messages import refusal

if TYPE_CHECKING:
    from app.domain.messages import ClaimLine
    from app.services.answers import Answers
    from app.services.corrections import ClaimTask
    from app.services.session import Session


@dataclass(frozen=True, slots=True)
class AnswersData:
    """Tasks (those looked at too), answers and disagreements; in words why the signed-in person may not sign, settle,
    export, or choose when an answer is overdue (empty when they may)."""

    tasks: tuple[ClaimTask, ...]
    answers: Answers
    not_sign: str
    not_settle: str
    not_export: str
    not_choose: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A task with the lines that following it up would send, exactly as the message carries them."""

    task: ClaimTask
    lines: tuple[ClaimLine, ...]


def load_answers(session: Session) -> AnswersData:
    """Read it."""
    from app.services import answers, corrections
    from app.services.access import Action

    return AnswersData(
        corrections.tasks(session, settled=True),
        answers.answers(session),
        refusal(session, Action.SIGN_CLAIMS),
        refusal(session, Action.MANAGE_MONEY),
        refusal(session, Action.EXPORT_EVIDENCE),
        refusal(session, Action.MANAGE_HOME),
    )


def load_drafts(session: Session) -> tuple[Draft, ...]:
    """Every open task that a reversal or a new claim follows, with its lines; the newest week first."""
    from app.services import corrections
    from app.services.corrections import Remedy

    open_tasks = [task for task in corrections.tasks(session) if task.remedy is not Remedy.WEEK_SCREEN]
    if not open_tasks:
        return ()
    drafts = corrections.preview(session, {task.identifier: task.finding for task in open_tasks})
    lines = [line for week in drafts.weeks for line in week.lines]
    return tuple(
        Draft(
            task,
            tuple(
                line for line in lines if (line.week_start, line.resident.key) == (task.week_start, task.resident_key)
            ),
        )
        for task in open_tasks
    )
