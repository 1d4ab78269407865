"""Questionnaires from elsewhere that a home took in: captured as they ask, never scored.

They are complete when every required question that is asked has an answer. What their answers mean is for whoever
chose the questionnaire to say: there is no score, no band, no alert and no next due day, and none of them evidences a
premium need.
"""

from __future__ import annotations

from datetime import date

from app.domain.errors import UserError
from app.domain.instruments.answers import Answers
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.tool import INCOMPLETE, Instrument, Scored, conclude
from app.domain.questionnaire import Form, enabled, unfold

PREFIX = "home_"
PATHWAYS = ("dementia", "nutrition", "engagement", "falls", "wound", "health")
_SHORT = 40


def code_of(form: Form) -> str:
    """The code of a questionnaire in this home: ``home_`` and the last part of its address, in small letters.

    UserError when it has no address (its ``url``), by which a later version could be told to be one.
    """
    plain = "".join(letter if letter.isalnum() else "_" for letter in form.code.casefold()).strip("_")
    if not form.url or not plain:
        raise UserError("The questionnaire has no address of its own (url), so its versions cannot be told apart")
    return f"{PREFIX}{plain[:60]}"


def captured(form: Form, *, pathway: str, publisher: str, copyright_words: str) -> Scored:
    """The instrument that a form becomes; ``pathway`` is the one of :data:`PATHWAYS` that the manager chose."""
    title = form.title or form.code
    tool = Instrument(
        code=code_of(form),
        version=form.version or "unversioned",
        title=title,
        short=title if len(title) <= _SHORT else f"{title[: _SHORT - 1].rstrip()}…",
        pathway=pathway,
        mode="C",
        owner=publisher or "not named",
        licence=copyright_words or "The questionnaire names no licence: the home answers for its use.",
        attribution=f"{title}, {publisher}" if publisher else title,
        needs_permission=False,
        routine_days=None,
        bands=(),
    )

    def score(answers: Answers, _on: date | None = None) -> Outcome:
        given = answers.given
        asked = unfold(form, given)
        now = enabled(asked, given)
        wanted = [each for each in asked.questions() if each.link_id in now]
        missing = [each.link_id for each in wanted if each.required and given.get(each.link_id) is None]
        count = sum(given.get(each.link_id) is not None for each in wanted)
        return conclude(
            tool,
            INCOMPLETE if missing else None,
            missing=missing,
            workings=(f"{count} of {len(wanted)} questions answered",),
            severity=Severity.NONE if missing else Severity.ROUTINE,
        )

    return Scored(tool, None, score)
