"""The dialogs about staff: who they are, a champion post, and its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.dates import LONDON, parse_date, to_utc
from app.domain.errors import UserError
from app.domain.people import Appointment, StaffMember
from app.ui.forms.form import FormDialog, show_dialog
from app.ui.forms.typed import typed_instant
from app.ui.pages.resident.words import PATHWAY_LABELS
from app.ui.pages.staff.cover import others_covering
from app.ui.pages.staff.staff_forms import (
    END_FORM,
    POST_FORM,
    REASON,
    STAFF_FORM,
    blank_post,
    read_end,
    read_post,
    read_staff,
    typed_post,
    typed_staff,
)
from app.ui.widgets.text import label

if TYPE_CHECKING:
    from app.ui.context import Context


class StaffDialog(FormDialog):
    """A new member of staff, or a change with its reason."""

    def __init__(self, ctx: Context, parent: QWidget | None, member: StaffMember | None, suggested_key: str) -> None:
        asks = (*STAFF_FORM, REASON) if member else STAFF_FORM
        typed = typed_staff(member.details) if member else {"key": suggested_key}
        words = f"Change {member.details.name}" if member else "Add member of staff"
        super().__init__(ctx, parent, words, asks, typed, action="Save" if member else "Add")
        self._member = member

    def save(self) -> None:
        """Record the member of staff."""
        from app.services import staff

        member = self._member
        before = member.details if member else None
        details, reason = read_staff(self.form.typed(), self.ctx.today(), before)
        if member is None:
            self.run(lambda s: staff.add_staff(s, details), lambda _: self.saved())
        else:
            self.run(lambda s: staff.change_staff(s, member.id, details, reason=reason), lambda _: self.saved())


class PostDialog(FormDialog):
    """A champion appointment: the certificate, and when the person is in post here."""

    def __init__(
        self, ctx: Context, parent: QWidget | None, member: StaffMember, appointment: Appointment | None
    ) -> None:
        asks = (*POST_FORM, REASON) if appointment else POST_FORM
        typed = typed_post(appointment.post) if appointment else blank_post(ctx.now())
        words = "Change champion post" if appointment else "Appoint champion"
        super().__init__(
            ctx, parent, words, asks, typed, who=member.details.name, action="Save" if appointment else "Appoint"
        )
        self._member, self._appointment = member, appointment

    def save(self) -> None:
        """Record the post."""
        from app.services import staff

        typed = self.form.typed()
        appointment = self._appointment
        post = read_post(typed, self.ctx.today(), needs_reason=appointment is not None)
        if appointment is None:
            self.run(lambda s: staff.appoint(s, self._member.id, post), lambda _: self.saved())
        else:
            reason = str(typed["reason"]).strip()
            self.run(lambda s: staff.change_post(s, appointment.id, post, reason=reason), lambda _: self.saved())


class EndPostDialog(FormDialog):
    """The end of a champion post; says which pathway loses its cover before it is recorded."""

    def __init__(
        self, ctx: Context, parent: QWidget | None, member: StaffMember, appointment: Appointment,
        everybody: tuple[StaffMember, ...],
    ) -> None:  # fmt: skip
        day, clock = typed_instant(ctx.now())
        super().__init__(
            ctx,
            parent,
            "End champion post",
            END_FORM,
            {"in_post_until": day, "in_post_until_time": clock},
            who=f"{member.details.name} · {PATHWAY_LABELS[appointment.post.pathway]}",
            action="End the post",
        )
        self._appointment, self._everybody = appointment, everybody
        self.effect = label("", "strong")
        self.body.insertWidget(self.body.indexOf(self.form), self.effect)
        self.form.changed.connect(self._say_effect)
        self._say_effect()

    def save(self) -> None:
        """Record the end with its reason."""
        from app.services import staff

        post = self._appointment.post
        until, reason = read_end(self.form.typed(), post, self.ctx.today())
        ended = replace(post, in_post_until=until)
        self.run(lambda s: staff.change_post(s, self._appointment.id, ended, reason=reason), lambda _: self.saved())

    def _say_effect(self) -> None:
        pathway = PATHWAY_LABELS[self._appointment.post.pathway]
        others = others_covering(self._everybody, self._appointment, self._end())
        if others:
            self.effect.setText(f"{pathway} stays covered by {', '.join(others)}.")
        else:
            self.effect.setText(
                f"⚠ {pathway} will NOT be covered from then: nobody else is champion of it. "
                "A premium that rests on this need cannot be claimed until another champion is in post."
            )

    def _end(self) -> datetime:
        try:
            day = parse_date(str(self.form.typed()["in_post_until"]), today=self.ctx.today())
        except UserError:
            return self.ctx.now()
        return to_utc(datetime(day.year, day.month, day.day, 23, 59, tzinfo=LONDON))


def edit(ctx: Context, parent: QWidget, member: StaffMember | None = None, suggested_key: str = "") -> StaffDialog:
    """Open the form of a member of staff, new or known."""
    dialog = StaffDialog(ctx, parent, member, suggested_key)
    show_dialog(dialog)
    return dialog


def appoint(ctx: Context, parent: QWidget, member: StaffMember, appointment: Appointment | None = None) -> PostDialog:
    """Open the form of a champion post, new or known."""
    dialog = PostDialog(ctx, parent, member, appointment)
    show_dialog(dialog)
    return dialog


def end_post(
    ctx: Context, parent: QWidget, member: StaffMember, appointment: Appointment, everybody: tuple[StaffMember, ...]
) -> EndPostDialog:
    """Open the form that ends a champion post."""
    dialog = EndPostDialog(ctx, parent, member, appointment, everybody)
    show_dialog(dialog)
    return dialog
