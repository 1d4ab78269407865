"""The questions behind keeping and destroying: other times, a hold and its end, and destroying in two steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.dates import short_date
from app.domain.errors import Problem, UserError
from app.domain.people import ResidentId
from app.domain.retention import RetentionPolicy
from app.ui.dialogs.confirm import confirm
from app.ui.forms.asking import AskingDialog
from app.ui.forms.form import FormDialog
from app.ui.forms.typed import Ask, Reader
from app.ui.widgets.field import ChoiceBox
from app.ui.widgets.text import heading, label

if TYPE_CHECKING:
    from app.services.changes import Changes
    from app.services.residents import ResidentRow
    from app.services.retention import HoldRow, Purged, ReviewRow
    from app.services.session import Session
    from app.ui.context import Context

_REASON = Ask("reason", "Reason", "notes", needed="Enter the reason")
_POLICY = (
    Ask("care_years", "Care records: years after the resident left or died", needed="Enter the years for care records"),
    Ask("claim_years", "Claims: years after the end of the financial year", needed="Enter the years for claims"),
    Ask("since", "In force from", "date", needed="Enter the day from which this holds"),
    _REASON,
)
_HOLD = (Ask("resident", "Whose records", "choice", needed="Choose the resident"), _REASON)
_DESTROY = (
    Ask("reason", "Reason", "notes", "Such as who reviewed them and when", needed="Enter the reason"),
    Ask("password", "Your own password", "password", "Asked again, because this cannot be taken back",
        needed="Enter your own password"),
)  # fmt: skip
DESTROYED = (
    "What is recorded about the resident: details, needs, medicines, contacts, assessments, drafts, alerts.",
    "The packs as they were printed, and the messages about the resident.",
    "Claims that are past their own time.",
)
STAYS = (
    "That each entry was made, by whom, when and why, with its fingerprint and signature: checks still hold.",
    "The audit trail, with who looked at what.",
    "Claims that are younger than their own time, with the name, birth date and NHS number they are for.",
    "Backups made before, the one made now too, until newer ones replace them. Destroy old sticks.",
    "Papers and files that left this laptop.",
)


class PolicyDialog(FormDialog):
    """How long records are kept from a day on."""

    def __init__(self, ctx: Context, parent: QWidget | None, policy: RetentionPolicy) -> None:
        typed = {
            "care_years": str(policy.care_years), "claim_years": str(policy.claim_years),
            "since": short_date(ctx.today()),
        }  # fmt: skip
        super().__init__(
            ctx, parent, "How long records are kept", _POLICY, typed,
            intro="Ask the commissioner for its schedule before you change these. Earlier times stay on record.",
        )  # fmt: skip

    def save(self) -> None:
        """Record the policy."""
        reader = Reader(_POLICY, self.form.typed(), self.ctx.today())
        years = {}
        for key, what in (("care_years", "Care records"), ("claim_years", "Claims")):
            text = reader.text(key)
            if text and not text.isdecimal():
                reader.bad(key, f"{what} must be a whole number of years")
            years[key] = int(text) if text.isdecimal() else 0
        since, reason = reader.day("since"), reader.text("reason")
        if reader.problems or since is None:
            raise UserError("There is a problem", problems=tuple(reader.problems))
        policy = RetentionPolicy(since, years["care_years"], years["claim_years"])

        def work(session: Session) -> Changes:
            from app.services import retention

            return retention.set_policy(session, policy, reason=reason)

        self.run(work, lambda _changes: self.saved())


class HoldDialog(FormDialog):
    """Whose records must not be destroyed, and why."""

    def __init__(self, ctx: Context, parent: QWidget | None, resident_id: ResidentId | None) -> None:
        super().__init__(ctx, parent, "Place a hold", _HOLD, {}, action="Place the hold")
        self._suggested = resident_id
        ctx.call(_everybody, self._offer, self.failed, owner=self)

    def save(self) -> None:
        """Place it."""
        reader = Reader(_HOLD, self.form.typed(), self.ctx.today())
        who, reason = reader.text("resident"), reader.text("reason")
        if reader.problems:
            raise UserError("There is a problem", problems=tuple(reader.problems))

        def work(session: Session) -> Changes:
            from app.services import retention

            return retention.place_hold(session, ResidentId(who), reason)

        self.run(work, lambda _changes: self.saved())

    def _offer(self, rows: tuple[ResidentRow, ...]) -> None:
        box = self.form.fields["resident"].editor
        if isinstance(box, ChoiceBox):
            box.set_options((row.id, f"{row.banner_name}, born {short_date(row.date_of_birth)}") for row in rows)
            box.set_value(self._suggested)
        self._start = self.form.typed()


class LiftDialog(FormDialog):
    """Why a hold may go."""

    def __init__(self, ctx: Context, parent: QWidget | None, hold: HoldRow) -> None:
        super().__init__(
            ctx, parent, "Lift the hold", (_REASON,), {},
            who=f"{hold.resident_name}, born {short_date(hold.born)}",
            intro=f"Placed by {hold.placed_by}: {hold.reason}. Lifting it destroys nothing.", action="Lift the hold",
        )  # fmt: skip
        self._hold = hold.id

    def save(self) -> None:
        """Lift it."""
        reader = Reader((_REASON,), self.form.typed(), self.ctx.today())
        reason = reader.text("reason")
        reader.finish()
        hold = self._hold

        def work(session: Session) -> Changes:
            from app.services import retention

            return retention.lift_hold(session, hold, reason)

        self.run(work, lambda _changes: self.saved())


class DestroyDialog(AskingDialog):
    """Whose records, what is destroyed and what stays, the reason and the password; then it asks once more."""

    def __init__(self, ctx: Context, parent: QWidget | None, rows: tuple[ReviewRow, ...]) -> None:
        many = "this record" if len(rows) == 1 else f"these {len(rows)} records"
        super().__init__(ctx, parent, f"Destroy {many}", _DESTROY, {}, action="Go on…")
        self._rows = rows
        names = "\n".join(f"•  {row.resident_name}, born {short_date(row.born)}: {row.why}" for row in rows)
        at = self.body.indexOf(self.summary)
        for part in (
            label(names, "strong"),
            heading("This is destroyed"),
            label("\n".join(f"•  {line}" for line in DESTROYED)),
            heading("This stays"),
            label("\n".join(f"•  {line}" for line in STAYS)),
            label("A backup is made and checked first. If it cannot be made, nothing is destroyed.", "strong"),
        ):
            self.body.insertWidget(at, part)
            at += 1

    def save(self) -> None:
        """Check what was typed, ask once more, and destroy."""
        reader = self.read(_DESTROY)
        reason, password = reader.text("reason"), self.password()
        if not password:
            reader.problems.append(Problem("password", "Enter your own password"))
        reader.finish()
        many = "1 record" if len(self._rows) == 1 else f"{len(self._rows)} records"
        if not confirm(
            self,
            f"Destroy {many} for good?",
            "It cannot be taken back from this laptop.",
            f"Destroy {many}",
            irreversible=True,
            cancel="Keep them" if len(self._rows) > 1 else "Keep it",
        ):
            return
        who = [row.resident_id for row in self._rows]

        def work(session: Session) -> Purged:
            from app.services import retention

            return retention.purge(session, who, password, reason)

        self.run(work, self._done)

    def _done(self, done: Purged) -> None:
        self.form.set_typed({"password": ""})
        self.saved()
        kept = f" {done.claims_kept} claims are kept." if done.claims_kept else ""
        self.ctx.messages.good(
            "1 record is destroyed." if done.residents == 1 else f"{done.residents} records are destroyed.",
            f"{done.revisions} entries, {done.packs} packs, {done.messages} messages, {done.claims} claims.{kept} "
            f"The backup made before is {done.backup.name}.",
        )


def _everybody(session: Session) -> tuple[ResidentRow, ...]:
    from app.services import residents

    return residents.find_residents(session, include_left=True)
