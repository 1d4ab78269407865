"""Recording a new policy, an answer of the commissioner, and that a policy was entered in error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.dates import day_date
from app.domain.home_facts import HomeFactId
from app.domain.premium import Policy
from app.domain.premium.policy_words import differences
from app.domain.premium.questions import OpenQuestion
from app.ui.dialogs.confirm import confirm
from app.ui.forms.form import FormDialog
from app.ui.forms.typed import Ask, Reader
from app.ui.pages.policy.forms import ANSWER_FORM, policy_form, read_answer, read_policy, typed_answer, typed_policy

if TYPE_CHECKING:
    from app.ui.context import Context


class PolicyDialog(FormDialog):
    """A new policy, with the newest one in the boxes; what it changes is read back before it is recorded."""

    def __init__(self, ctx: Context, parent: QWidget, newest: Policy) -> None:
        self._newest = newest
        super().__init__(
            ctx, parent, "New policy", policy_form(newest), typed_policy(newest),
            intro="A policy is never changed: a new one begins with a week. Weeks before it, and claims that are "
            "signed already, stay as they were decided.",
            action="Go on",
        )  # fmt: skip

    def save(self) -> None:
        """Read the form, ask how many claims stand already, then read the change back."""
        from app.services import policies

        made, reason = read_policy(self.form.typed(), self._newest, self.ctx.today())
        self.run(lambda s: policies.claimed_from(s, made.starts), lambda number: self._read_back(made, reason, number))

    def _read_back(self, made: Policy, reason: str, claimed: int) -> None:
        from app.services import policies

        changed = differences(self._newest, made)
        lines = [f"{label}: {now} (before: {was})" for label, was, now in changed]
        until = f" to Sunday {day_date(made.ends)}" if made.ends else ""
        stays = f"{claimed} signed claims for these weeks stay as they are." if claimed else ""
        text = "\n".join((
            f"For weeks from {day_date(made.starts)}{until}:",
            *(lines or ["Nothing changes from the policy before it."]),
            *filter(None, [stays]),
        ))  # fmt: skip
        if confirm(self, "Record this policy?", text, "Record"):
            self.run(lambda s: policies.add(s, made, reason=reason), lambda _: self.saved())


class AnswerDialog(FormDialog):
    """What the commissioner said to one question."""

    def __init__(self, ctx: Context, parent: QWidget, question: OpenQuestion) -> None:
        self._question = question
        super().__init__(
            ctx, parent, "Record the commissioner's answer", ANSWER_FORM, typed_answer(ctx.today()),
            intro=f"{question.question}\nUntil answered: {question.assumed}.", action="Record",
        )  # fmt: skip

    def save(self) -> None:
        """Record it."""
        from app.services import policies

        body = read_answer(self._question.key, self.form.typed(), self.ctx.today())
        self.run(lambda s: policies.answer(s, body), lambda _: self.saved())


class WithdrawDialog(FormDialog):
    """Says that a policy should not have been recorded."""

    _asks = (Ask("reason", "Reason", "notes", "", "Enter the reason"),)

    def __init__(self, ctx: Context, parent: QWidget, version: str, fact_id: HomeFactId) -> None:
        self._fact_id = fact_id
        super().__init__(
            ctx, parent, f"Entered in error: policy {version}", self._asks, {},
            intro="The weeks that it governed follow the policy before it again. Claims decided under it stay, and "
            "what they rest on stays readable.",
            action="Mark as entered in error",
        )  # fmt: skip

    def save(self) -> None:
        """Record it."""
        from app.services import policies

        read = Reader(self._asks, self.form.typed(), self.ctx.today())
        reason, fact_id = read.text("reason"), self._fact_id
        read.finish()
        self.run(lambda s: policies.withdraw(s, fact_id, reason=reason), lambda _: self.saved())
