"""The dialogs about accounts: a new one, a forgotten password, another role, a leaver, and one's own password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFontDatabase, QShowEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.domain.errors import Problem, UserError
from app.domain.people import Role, StaffMember
from app.ui import clipboard
from app.ui.dialogs import paper
from app.ui.dialogs.frame import Question
from app.ui.forms.asking import AskingDialog
from app.ui.forms.form import FormDialog, show_dialog
from app.ui.forms.typed import Ask, Reader, typed_instant
from app.ui.messages import in_words
from app.ui.pages.resident.words import PATHWAY_LABELS
from app.ui.pages.staff.cover import others_covering
from app.ui.pages.staff.staff_forms import STAFF_FORM
from app.ui.pages.training.effect import EffectBox
from app.ui.theme import L, M
from app.ui.widgets.buttons import button_row, primary, secondary
from app.ui.widgets.text import label

if TYPE_CHECKING:
    from app.services.accounts import AccountState, Left, NewSecret
    from app.ui.context import Context

_OWN = Ask("password", "Your own password", "password", "Asked again, because this is about who can open the records",
           needed="Enter your own password")  # fmt: skip
_ROLE = Ask("role", "Role", "choice", needed="Choose the role", choices=STAFF_FORM[2].choices)
ADD_FORM = (
    Ask("user", "User name", help="One short word, such as a first name. It is chosen from a list at sign-in",
        needed="Enter the user name"),
    _ROLE, _OWN,
)  # fmt: skip
LEAVE_FORM = (
    Ask("left_at", "Left on", "date", "For example t for today", needed="Enter the day"),
    Ask("left_at_time", "Left at", "time", "24-hour clock, such as 14:05"),
    _OWN,
)
OWN_FORM = (
    Ask("old", "Present password", "password", needed="Enter your present password"),
    Ask("new", "New password", "new password", "At least 8 characters. Words that have nothing to do with each other "
        "are best", needed="Enter the new password"),
    Ask("again", "New password again", "password", needed="Enter the new password again"),
)  # fmt: skip
_COPIED_FOR_MS = 60_000


class AddAccountDialog(AskingDialog):
    """A way in for a member of staff."""

    def __init__(self, ctx: Context, parent: QWidget | None, member: StaffMember) -> None:
        super().__init__(
            ctx, parent, "Give an account", ADD_FORM, {"role": member.details.role.value}, who=member.details.name,
            intro="A one-time secret is made and shown once. With it they choose a password of their own, which "
            "nobody else knows.", action="Give the account",
        )  # fmt: skip
        self._member = member

    def save(self) -> None:
        """Make the account, and show its secret."""
        from app.services import accounts

        read = self.read(ADD_FORM)
        user, role = read.text("user"), read.text("role")
        if any(character.isspace() for character in user):
            read.bad("user", "User name must be without spaces")
        read.text("password")
        read.finish()
        who, password = self._member.id, self.password()
        self.run(lambda s: accounts.add_account(s, who, user, Role(role), password), self._made)

    def _made(self, secret: NewSecret) -> None:
        self.saved()
        show_secret(self.ctx, self.parentWidget(), secret, self._member.details.name)


class ResetDialog(AskingDialog):
    """A new one-time secret for somebody who forgot their password."""

    def __init__(self, ctx: Context, parent: QWidget | None, member: StaffMember, account: AccountState) -> None:
        super().__init__(
            ctx, parent, "New one-time secret", (_OWN,), {}, who=f"{member.details.name} · {account.user}",
            intro="The present password stops working at once. They get a new signing key as well; what they signed "
            "before stays valid. Make sure that it is really them who ask.", action="Make a new secret",
        )  # fmt: skip
        self._member, self._user = member, account.user

    def save(self) -> None:
        """Make the secret and show it."""
        from app.services import accounts

        read = self.read((_OWN,))
        read.text("password")
        read.finish()
        user, password = self._user, self.password()
        self.run(lambda s: accounts.reset_password(s, user, password), self._made)

    def _made(self, secret: NewSecret) -> None:
        self.saved()
        show_secret(self.ctx, self.parentWidget(), secret, self._member.details.name)


class RoleDialog(AskingDialog):
    """Another role for an account."""

    def __init__(self, ctx: Context, parent: QWidget | None, member: StaffMember, account: AccountState) -> None:
        super().__init__(
            ctx, parent, "Change the role", (_ROLE, _OWN), {"role": account.role.value},
            who=f"{member.details.name} · {account.user}", action="Change the role",
        )  # fmt: skip
        self._user = account.user

    def save(self) -> None:
        """Record the role."""
        from app.services import accounts

        read = self.read((_ROLE, _OWN))
        role = read.text("role")
        read.text("password")
        read.finish()
        user, password = self._user, self.password()
        self.run(lambda s: accounts.change_role(s, user, Role(role), password), lambda _: self.saved())


class LeaverDialog(AskingDialog):
    """Everything that follows from somebody leaving, said in one list before it is done in one step."""

    def __init__(
        self, ctx: Context, parent: QWidget | None, member: StaffMember, account: AccountState | None,
        everybody: tuple[StaffMember, ...],
    ) -> None:  # fmt: skip
        day, clock = typed_instant(ctx.now())
        super().__init__(
            ctx, parent, "Somebody has left", LEAVE_FORM, {"left_at": day, "left_at_time": clock},
            who=member.details.name, intro="This is what will happen, all at once:", action="Record the leaving",
        )  # fmt: skip
        self._member = member
        at = self.body.indexOf(self.summary)
        self.consequences = tuple(consequences(ctx, member, account, everybody))
        for number, words in enumerate(self.consequences):
            self.body.insertWidget(at + number, label(f"• {words}"))
        self.lost = EffectBox(ctx, "the leaving is recorded")
        self.body.insertWidget(self.body.indexOf(self.summary), self.lost)
        self.form.changed.connect(self._say_effect)
        self._say_effect()

    def _say_effect(self) -> None:
        """What the leaving costs, for the instant that stands in the form."""
        from app.services import training

        at = Reader(LEAVE_FORM, self.form.typed(), self.ctx.today()).instant("left_at", "left_at_time")
        if at is None:
            self.lost.forget()
        else:
            who = self._member.id
            self.lost.show_for(at, lambda s: training.leaver_effect(s, who, at))

    def save(self) -> None:
        """Record the leaving, close the account, and say what was ended."""
        from app.services import accounts

        read = self.read(LEAVE_FORM)
        left_at = read.instant("left_at", "left_at_time")
        read.text("password")
        read.finish()
        if left_at is None:
            raise AssertionError("a form without problems has a day")
        who, password = self._member.id, self.password()
        self.run(lambda s: accounts.disable_leaver(s, who, left_at, password), self._done)

    def _done(self, left: Left) -> None:
        self.saved()
        if left.rotation_advised:
            asked = RotationOffer(self.ctx, self.parentWidget(), self._member.details.name, left.user)
            asked.open()
        else:
            self.ctx.messages.good(f"{self._member.details.name} is recorded as having left.")


def consequences(
    ctx: Context, member: StaffMember, account: AccountState | None, everybody: tuple[StaffMember, ...]
) -> list[str]:
    """What leaving brings about, one sentence each."""
    found = [f"The leaving date of {member.details.name} is recorded. Everything they wrote stays in their name."]
    now = ctx.now()
    for appointment in member.posts:
        until = appointment.post.in_post_until
        if until is not None and until <= now:
            continue
        others = [name for name in others_covering(everybody, appointment, now) if name != member.details.name]
        then = f"{', '.join(others)} still covers it." if others else "Nobody else covers it: NOT COVERED from then."
        found.append(f"The champion post {PATHWAY_LABELS[appointment.post.pathway]} ends. {then}")
    if account is None:
        found.append("There is no account to close.")
        return found
    found.append(f"The account {account.user} is closed: nobody can sign in with it any more.")
    found.append("Its signing key is revoked. What was signed with it until now stays valid.")
    found.append("Then you are offered to change the records' key, so that copies of the files open nothing new.")
    return found


class RotationOffer(Question):
    """After an account was closed: the way to change the records' key."""

    def __init__(self, ctx: Context, parent: QWidget | None, name: str, user: str) -> None:
        action = primary("Go to Security")
        super().__init__(
            parent, f"The account {user} is closed",
            f"{name} can no longer sign in here. If they could have copied the files of this laptop or a backup, "
            "change the records' key now: with an old copy of the keyfile and the old password, files that are copied "
            "later could still be opened. It takes a minute, and asks for your password. It can also be done "
            "later: Settings, Security.", action, "Not now",
        )  # fmt: skip
        self._ctx = ctx
        action.clicked.connect(self._go)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def _go(self) -> None:
        self.accept()
        self._ctx.navigate.emit("settings", "security")


class SecretDialog(Question):
    """A one-time secret: large, printed or copied, and gone when the dialog closes."""

    def __init__(self, ctx: Context, parent: QWidget | None, secret: NewSecret, person: str) -> None:
        how = "Write it down, or print it" if paper.prints_directly() else "Write it down"
        super().__init__(
            parent, "The one-time secret",
            f"For {person}, user name {secret.user}. {how}, and hand it over. It is shown only now: if it is lost, "
            "make a new one.", primary("I have written it down or handed it on"), "Close",
        )  # fmt: skip
        self.action.setDefault(False)  # an Enter too many, from the form before, must not throw the secret away
        self.cancel.hide()  # one way out, which says what must have been done before
        self.action.clicked.connect(self.accept)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._ctx, self._secret, self._person = ctx, secret, person
        self._run: paper.PrintRun | None = None
        self.words = label(secret.secret, "title")
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        self.words.setFont(font)
        self.words.setAccessibleName(f"One-time secret: {', '.join(secret.secret.split(' '))}")
        self.words.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.print_button = secondary("Print it", self.print_out)
        self.print_button.setVisible(paper.prints_directly())
        self.copy_button = secondary("Copy it", self.copy)
        self.said = label("", "strong")
        self.said.hide()
        inside = QVBoxLayout()
        inside.setSpacing(M)
        inside.setContentsMargins(0, 0, 0, L)
        inside.addWidget(self.words)
        inside.addWidget(label("Four words, with a space between them.", "secondary"))
        inside.addLayout(button_row(self.print_button, self.copy_button))
        inside.addWidget(self.said)
        self.body.addLayout(inside)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """As high as the words need at this width: Qt's own guess cuts the buttons off in large text."""
        super().showEvent(event)
        layout = self.layout()
        if layout is not None and not event.spontaneous():
            self.resize(self.width(), max(self.height(), layout.totalHeightForWidth(self.width())))

    def reject(self) -> None:
        """Esc does not throw the secret away: it leads to the button that does."""
        self.action.setFocus(Qt.FocusReason.OtherFocusReason)

    def copy(self) -> None:
        """To the clipboard, for a minute."""
        text = self._secret.secret
        clipboard.put(text)
        QTimer.singleShot(_COPIED_FOR_MS, QApplication.clipboard(), lambda: clipboard.take_back(text))
        self._say("Copied. It is taken off the clipboard again after a minute.")

    def print_out(self) -> None:
        """To the usual printer, without a file."""
        from app.services import accounts

        def failed(exc: BaseException) -> None:
            message = in_words(exc)
            self._say(f"Not printed. {message.text} Write it down by hand.")

        self._ctx.call(lambda s: accounts.secret_slip(s, self._secret, self._person), self._print, failed, owner=self)

    def _print(self, pdf: bytes) -> None:
        self._run = paper.PrintRun(
            pdf,
            title="Hartwell",  # the printer's queue shows it to everybody
            copies=1,
            done=lambda: self._say("Sent to the printer. Check that the page came out."),
            failed=lambda why: self._say(f"Not printed: {why}. Write it down by hand."),
            parent=self,
        )

    def _say(self, words: str) -> None:
        self.said.setText(words)
        self.said.show()


class OwnPasswordDialog(AskingDialog):
    """Another password for oneself."""

    def __init__(self, ctx: Context, parent: QWidget | None) -> None:
        way_back = (
            "another manager, or the recovery key from the safe, is the way back in."
            if ctx.account.role is Role.MANAGER
            else "a manager can give you a new one-time secret."
        )
        super().__init__(
            ctx, parent, "Change my password", OWN_FORM, {}, who=f"{ctx.account.name} · {ctx.account.user}",
            intro=f"Nobody can look it up. If you forget it, {way_back}",
            action="Change my password",
        )  # fmt: skip
        self.form.known = (ctx.account.user, ctx.account.name, ctx.home.name)

    def save(self) -> None:
        """Change it."""
        from app.services import accounts

        read_new_password(self.form.typed(), OWN_FORM)
        old, new = self.password("old"), self.password("new")
        self.run(lambda s: accounts.change_own_password(s, old, new), self._changed)

    def _changed(self, _: object) -> None:
        self.saved()
        self.ctx.messages.good("Your password is changed.", "Use the new one from now on.")


def read_new_password(typed: dict[str, str | bool], asks: tuple[Ask, ...]) -> None:
    """Refuse empty boxes and two that differ; UserError with one problem a field."""
    problems = [Problem(ask.key, ask.needed) for ask in asks if ask.needed and not typed.get(ask.key)]
    if typed.get("new") and typed.get("again") and typed["new"] != typed["again"]:
        problems.append(Problem("again", "The two new passwords must be the same"))
    if problems:
        raise UserError("There is a problem", problems=tuple(problems))


def show_secret(ctx: Context, parent: QWidget | None, secret: NewSecret, person: str) -> SecretDialog:
    """Show a one-time secret over the page."""
    dialog = SecretDialog(ctx, parent, secret, person)
    dialog.open()
    dialog.words.setFocus(Qt.FocusReason.OtherFocusReason)
    return dialog


def open_form(dialog: FormDialog) -> FormDialog:
    """Open one of the forms of this module."""
    show_dialog(dialog)
    return dialog
