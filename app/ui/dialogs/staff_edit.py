"""The dialogs about staff: who they are, a champion post, and its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
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
from app.ui.pages.training.effect import EffectBox
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
        self.lost = EffectBox(ctx, "the leaving is recorded")
        self.lost.hide()
        self.below.addWidget(self.lost)
        if member is not None:
            self.form.changed.connect(self._say_effect)

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

    def _say_effect(self) -> None:
        """A leaving date that is not recorded yet shows what it would cost."""
        from app.services import training

        member = self._member
        if member is None:
            return
        typed = str(self.form.typed()["left_at"]).strip()
        on = _day(typed, self.ctx.today()) if typed else None
        if on is None or typed == typed_staff(member.details)["left_at"]:
            self.lost.forget()
            return
        at, who = to_utc(datetime.combine(on, time())), member.id
        self.lost.show_for(at, lambda s: training.leaver_effect(s, who, at))


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
        self.lost = EffectBox(ctx, "the post has ended")
        self.body.insertWidget(self.body.indexOf(self.form), self.effect)
        self.body.insertWidget(self.body.indexOf(self.form), self.lost)
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
        from app.services import training

        pathway = PATHWAY_LABELS[self._appointment.post.pathway]
        at, post_id = self._end(), self._appointment.id
        self.lost.show_for(at, lambda s: training.post_effect(s, post_id, at))
        others = others_covering(self._everybody, self._appointment, at)
        if others:
            self.effect.setText(f"{pathway} stays covered by {', '.join(others)}.")
        else:
            self.effect.setText(
                f"⚠ {pathway} will NOT be covered from then: nobody else is champion of it. "
                "A premium that rests on this need cannot be claimed until another champion is in post."
            )

    def _end(self) -> datetime:
        day = _day(str(self.form.typed()["in_post_until"]), self.ctx.today())
        return to_utc(datetime.combine(day, time(23, 59), LONDON)) if day is not None else self.ctx.now()


def _day(typed: str, today: date) -> date | None:
    try:
        return parse_date(typed, today=today)
    except UserError:
        return None


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
