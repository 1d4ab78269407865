"""Staff: who covers each champion pathway, who works here, their accounts and their champion posts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QFrame, QGridLayout, QPushButton, QVBoxLayout, QWidget

from app.domain.dates import date_time, short_date, to_local
from app.domain.people import Appointment, ChampionPost, StaffId, StaffMember
from app.ui.pages.resident.words import PATHWAY_LABELS, plural
from app.ui.pages.staff.cover import holding
from app.ui.pages.staff.staff_forms import ROLE_LABELS
from app.ui.theme import L, M, Tone, scaled
from app.ui.widgets.buttons import link, primary, secondary
from app.ui.widgets.layouts import empty, level
from app.ui.widgets.table import Column
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import card, heading, label, page_column, rule, title
from app.ui.widgets.wrapped_table import WrappedTable

if TYPE_CHECKING:
    from app.services.accounts import AccountState
    from app.services.changes import Changes
    from app.services.session import Session
    from app.services.staff import PathwayCover
    from app.ui.context import Context

_WIDE, _ONE_LINE = 960, 1150
"""Page widths, at 100 % text, from which the person stands beside the list, and all pathways in one line."""
_Everything = tuple[tuple["PathwayCover", ...], tuple[StaffMember, ...], tuple["AccountState", ...]]


class StaffPage(QWidget):
    """Cover on top, the list below it, and under the list whoever is chosen."""

    title = "Staff"

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self._asked = 0
        self._member: StaffMember | None = None
        self._everybody: tuple[StaffMember, ...] = ()
        self._held: frozenset[str] = frozenset()
        self._accounts: dict[StaffId, AccountState] = {}
        self.add_button = primary("Add member of staff", self.add)
        self.import_button = secondary("Import from CSV…", self.import_csv)
        self.training_button = secondary("Champions and training", partial(ctx.navigate.emit, "training", None))
        self.left = QCheckBox("Include staff who have left")
        self.left.toggled.connect(self._load)
        self.count = label("", "secondary")
        self.cover = QWidget()
        self.cover.setAccessibleName("Champion cover")
        self._cover = QGridLayout(self.cover)
        self._cover.setContentsMargins(0, 0, 0, 0)
        self._cover.setSpacing(M)
        self._cards: list[QFrame] = []
        self.table: WrappedTable[StaffMember] = WrappedTable("Staff", self._columns(), key=lambda m: m.id)
        self.table.chosen.connect(self._choose)
        self.table.opened.connect(lambda _: self.change())
        self.nobody = label("No member of staff is recorded.", "strong")
        self.person, self._person = card()
        self.person.setAccessibleName("Chosen member of staff")
        self._lay_out()
        shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.New), self, self.add)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def opened(self, arg: Any) -> None:
        """Show the list; a staff id as ``arg`` is chosen in it."""
        self._load(StaffId(arg) if isinstance(arg, str) else None)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh(self, changes: Changes) -> None:
        """Read again when staff changed; the chosen person stays chosen."""
        if "staff" in changes.kinds:
            self._load()

    def can_leave(self) -> bool:
        """Everything here is saved in dialogs of its own."""
        return True

    # ------------------------------------------------------------------------------------------------ what it does

    def add(self) -> None:
        """Open the form of a new member of staff."""
        from app.ui.dialogs import staff_edit

        self._allowed(lambda: staff_edit.edit(self.ctx, self, None, f"S{len(self._everybody) + 1:02d}"))

    def change(self) -> None:
        """Open the form of whoever is chosen."""
        from app.ui.dialogs import staff_edit

        if (member := self._member) is not None:
            self._allowed(lambda: staff_edit.edit(self.ctx, self, member))

    def appoint(self) -> None:
        """Open the form of a new champion post for whoever is chosen."""
        from app.ui.dialogs import staff_edit

        if (member := self._member) is not None:
            self._allowed(lambda: staff_edit.appoint(self.ctx, self, member))

    def change_post(self, appointment: Appointment) -> None:
        """Open the form of a champion post."""
        from app.ui.dialogs import staff_edit

        if (member := self._member) is not None:
            self._allowed(lambda: staff_edit.appoint(self.ctx, self, member, appointment))

    def end_post(self, appointment: Appointment) -> None:
        """Open the form that ends a champion post, which says what loses its cover."""
        from app.ui.dialogs import staff_edit

        if (member := self._member) is not None:
            self._allowed(lambda: staff_edit.end_post(self.ctx, self, member, appointment, self._everybody))

    def give_account(self) -> None:
        """Open the form that gives whoever is chosen a way in."""
        from app.ui.dialogs import accounts

        if (member := self._member) is not None:
            self._may_account(lambda: accounts.open_form(accounts.AddAccountDialog(self.ctx, self, member)))

    def reset(self) -> None:
        """Open the form that gives whoever is chosen a new one-time secret."""
        from app.ui.dialogs import accounts

        if (member := self._member) is not None and (account := self._accounts.get(member.id)) is not None:
            self._may_account(lambda: accounts.open_form(accounts.ResetDialog(self.ctx, self, member, account)))

    def change_role(self) -> None:
        """Open the form that gives the account of whoever is chosen another role."""
        from app.ui.dialogs import accounts

        if (member := self._member) is not None and (account := self._accounts.get(member.id)) is not None:
            self._may_account(lambda: accounts.open_form(accounts.RoleDialog(self.ctx, self, member, account)))

    def let_try(self) -> None:
        """Let whoever is chosen type their password again at once."""
        from app.services import accounts

        if (member := self._member) is not None and (account := self._accounts.get(member.id)) is not None:
            self.ctx.call(
                lambda session: accounts.reset_throttle(session, account.user),
                lambda _: self.ctx.messages.good(f"{account.user} can try to sign in again now."),
                owner=self,
            )

    def leave(self) -> None:
        """Open the form that records that whoever is chosen has left, with everything that follows from it."""
        from app.ui.dialogs import accounts

        if (member := self._member) is not None:
            account, everybody = self._accounts.get(member.id), self._everybody
            self._may_account(
                lambda: accounts.open_form(accounts.LeaverDialog(self.ctx, self, member, account, everybody))
            )

    def import_csv(self) -> None:
        """Open the import of staff, unless the role does not allow it."""
        from app.ui.dialogs import import_csv

        def may(_: None) -> None:
            import_csv.open_for(self.ctx, self, "staff")

        self.ctx.call(_may_manage, may, owner=self)

    # ------------------------------------------------------------------------------------------------------- inside

    def _lay_out(self) -> None:
        column = page_column(self)
        top = level((title("Staff"), self.add_button, self.import_button, self.training_button))
        tools = level((heading("Everybody"), self.left, self.count), gap=L)
        column.addWidget(top)
        column.addWidget(heading("Champion cover now"))
        column.addWidget(self.cover)
        column.addWidget(tools)
        self.table.setMinimumHeight(scaled(230))
        column.addWidget(self.nobody)
        self._halves = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._halves.setSpacing(M)
        self._halves.addWidget(self.table, 5)
        side = QVBoxLayout()
        side.addWidget(self.person)
        side.addStretch(1)
        self._halves.addLayout(side, 3)
        column.addLayout(self._halves, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """As many pathways in a line as there is room for at this text size; the person beside the list if possible."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """The same when the text size changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._arrange()

    def _arrange(self) -> None:
        wide = self.width() >= scaled(_WIDE)
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._halves.direction() != direction:
            self._halves.setDirection(direction)
        columns = 6 if self.width() >= scaled(_ONE_LINE) else 3
        for at, frame in enumerate(self._cards):
            self._cover.addWidget(frame, at // columns, at % columns)
        for at in range(6):
            self._cover.setColumnStretch(at, 1 if at < columns else 0)

    def _load(self, choose: object = None) -> None:
        self._asked += 1
        number, with_left = self._asked, self.left.isChecked()

        def arrived(found: _Everything) -> None:
            if number == self._asked:
                self._show(found, choose if isinstance(choose, str) else None)

        self.ctx.call(partial(_read, with_left), arrived, owner=self)

    def _show(self, found: _Everything, choose: str | None) -> None:
        cover, everybody, accounts = found
        self._everybody = everybody
        self._accounts = {account.staff_id: account for account in accounts if account.closed_at is None}
        self._held = holding(everybody, self.ctx.now())
        empty(self._cover)
        self._cards = [cover_card(pathway) for pathway in cover]
        self._arrange()
        self.count.setText(plural(len(everybody), "person", "people"))
        self.table.setVisible(bool(everybody))
        self.nobody.setVisible(not everybody)
        self.table.set_rows(everybody)
        if choose is not None:
            self.table.select(choose)
        self._choose(self.table.current())

    def _choose(self, member: StaffMember | None) -> None:
        self._member = member
        pressed = self._focused_name()
        empty(self._person)
        self.person.setVisible(member is not None)
        if member is not None:
            self._draw(member)
        if pressed:
            # The button that was pressed is drawn anew: the keyboard must not go on to the window's own buttons.
            again = [b for b in self.person.findChildren(QPushButton) if b.accessibleName() == pressed]
            (again[0] if again else self.table).setFocus(Qt.FocusReason.OtherFocusReason)

    def _focused_name(self) -> str:
        """The name of the button of the chosen person where the keyboard is, or goes when a dialog closes."""
        focused = self.window().focusWidget()
        return focused.accessibleName() if focused is not None and self.person.isAncestorOf(focused) else ""

    def _draw(self, member: StaffMember) -> None:
        name = member.details.name
        self._person.addWidget(heading(name))
        self._person.addWidget(label(member_line(member)))
        actions = [_named(secondary("Change…", self.change), f"Change {name}")]
        actions.append(_named(secondary("Appoint champion…", self.appoint), f"Appoint {name} champion"))
        gone = member.details.left_at is not None and member.details.left_at <= self.ctx.now()
        if not gone and member.id != self.ctx.account.staff_id:
            actions.append(_named(secondary("Has left…", self.leave), f"{name} has left"))
        self._person.addWidget(level(actions))
        self._person.addWidget(heading("Account"))
        self._draw_account(member)
        self._person.addWidget(heading("Champion posts"))
        if not member.posts:
            self._person.addWidget(label("No champion post is recorded."))
        posts = sorted(member.posts, key=lambda a: a.id not in self._held)
        for at, appointment in enumerate(posts):
            if at:
                self._person.addWidget(rule())
            self._person.addWidget(self._post(member, appointment))

    def _draw_account(self, member: StaffMember) -> None:
        name = member.details.name
        account = self._accounts.get(member.id)
        if account is None:
            if member.details.user:  # the role of whoever looks does not let them see more
                self._person.addWidget(label(f"Signs in as {member.details.user}."))
                return
            self._person.addWidget(label("No account: cannot sign in."))
            give = secondary("Give an account…", self.give_account)
            self._person.addWidget(level([_named(give, f"Give {name} an account")]))
            return
        words = label(f"{account.user} · {ROLE_LABELS[account.role]}", "strong", wrap=False)
        self._person.addWidget(level([words, Tag(*account_tag(account))]))
        if detail := account_detail(account):
            self._person.addWidget(label(detail, "secondary"))
        if account.user == self.ctx.account.user:
            self._person.addWidget(label("Your own account: change your password in Settings.", "secondary"))
            return
        buttons = [
            _named(link("New one-time secret", self.reset), f"New one-time secret for {name}"),
            _named(link("Change the role", self.change_role), f"Change the role of {name}"),
        ]
        if account.failures:
            buttons.append(_named(link("Let them try again now", self.let_try), f"Let {name} try again now"))
        self._person.addWidget(level(buttons))

    def _post(self, member: StaffMember, appointment: Appointment) -> QWidget:
        post = appointment.post
        words = PATHWAY_LABELS[post.pathway]
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        holds = appointment.id in self._held
        column.addWidget(level([label(words, "strong", wrap=False), Tag(*self._state(post, holds=holds))]))
        number = f"certificate {post.certificate_no}" if post.certificate_no else "certificate number not recorded"
        expires = f"expires {short_date(post.expires_on)}" if post.expires_on else "does not expire"
        by = f" by {post.provider}" if post.provider else ""
        column.addWidget(label(f"Trained {short_date(post.trained_on)}{by} · {number} · {expires}", "secondary"))
        until = f"until {date_time(post.in_post_until)}" if post.in_post_until else "no end set"
        column.addWidget(label(f"In post from {date_time(post.in_post_since)}, {until}", "secondary"))
        buttons = [
            link("Change", partial(self.change_post, appointment)),
            link("Papers", partial(self._papers, member, appointment)),
        ]
        if post.in_post_until is None:
            buttons.append(link("End the post", partial(self.end_post, appointment)))
        for button in buttons:
            _named(button, f"{button.text()}: {words} champion {member.details.name}")
        column.addWidget(level(buttons))
        return box

    def _papers(self, member: StaffMember, appointment: Appointment) -> None:
        from app.ui.dialogs.papers import PapersDialog

        words = f"{member.details.name}, champion for {PATHWAY_LABELS[appointment.post.pathway].lower()}"
        PapersDialog(self.ctx, self, appointment.id, words).open()

    def _state(self, post: ChampionPost, *, holds: bool) -> tuple[str, Tone]:
        now, today = self.ctx.now(), self.ctx.today()
        if holds:
            return "In post", Tone.GOOD
        if post.in_post_until is not None and post.in_post_until <= now:
            return "Ended", Tone.NEUTRAL
        if post.expires_on is not None and post.expires_on < today:
            return "Certificate expired", Tone.WARNING
        return "Not in post yet", Tone.INFO

    def _allowed(self, then: Callable[[], Any]) -> None:
        self.ctx.call(_may_manage, lambda _: then(), owner=self)

    def _may_account(self, then: Callable[[], Any]) -> None:
        self.ctx.call(_may_manage_accounts, lambda _: then(), owner=self)

    def _columns(self) -> tuple[Column[StaffMember], ...]:
        return (
            Column("Name", lambda m: m.details.name, sort=lambda m: m.details.name.casefold()),
            Column("Role", lambda m: ROLE_LABELS[m.details.role], sort=lambda m: m.details.role.value),
            Column("Account", lambda m: m.details.user or "None", spoken=_account_words),
            Column("Works here", self._works, sort=lambda m: m.details.left_at is not None),
            Column("Champion of", self._champion_of, stretch=True),
        )

    def _works(self, member: StaffMember) -> str:
        left = member.details.left_at
        if left is not None and left <= self.ctx.now():
            return f"Left {short_date(left.date())}"
        return "Yes" if left is None else f"Until {short_date(left.date())}"

    def _champion_of(self, member: StaffMember) -> str:
        held = [PATHWAY_LABELS[a.post.pathway] for a in member.posts if a.id in self._held]
        return ", ".join(held) or "–"


def cover_card(cover: PathwayCover) -> QFrame:
    """One pathway: covered by whom and until when, or NOT COVERED, with a sign and in words."""
    frame, column = card(spacing=4)
    column.addWidget(label(cover.label, "strong"))
    if cover.covered:
        column.addWidget(Tag("Covered", Tone.GOOD))
        for name in cover.champions:
            column.addWidget(label(name))
        column.addWidget(label(until_words(cover.until), "secondary"))
    else:
        column.addWidget(Tag("NOT COVERED", Tone.DANGER))
        column.addWidget(label("No champion in post", "secondary"))
    column.addStretch(1)
    frame.setAccessibleName(cover_words(cover))
    return frame


def cover_words(cover: PathwayCover) -> str:
    """The same in one sentence, for a screen reader."""
    if not cover.covered:
        return f"{cover.label}: not covered, no champion in post"
    return f"{cover.label}: covered by {', '.join(cover.champions)}, {until_words(cover.until)}"


def until_words(until: datetime | None) -> str:
    """Until when cover lasts; an end at midnight is said as the last day that is covered."""
    if until is None:
        return "no end set"
    local = to_local(until)
    if (local.hour, local.minute) == (0, 0):
        return f"until {short_date(local.date() - timedelta(days=1))}"
    return f"until {date_time(until)}"


def member_line(member: StaffMember) -> str:
    """Role, account and dates of somebody, in one line."""
    details = member.details
    parts = [ROLE_LABELS[details.role], f"reference {details.key}", _account_words(member)]
    parts.append(f"started {short_date(details.started_at.date())}" if details.started_at else "start not recorded")
    if details.left_at is not None:
        parts.append(f"left {short_date(details.left_at.date())}")
    return " · ".join(parts)


def _account_words(member: StaffMember) -> str:
    return f"signs in as {member.details.user}" if member.details.user else "no account"


def account_tag(account: AccountState) -> tuple[str, Tone]:
    """How an account stands, in a few words with their tone."""
    if account.wait_seconds:
        return "Must wait", Tone.WARNING
    if account.must_change:
        return "One-time secret not used yet", Tone.INFO
    return "Can sign in", Tone.GOOD


def account_detail(account: AccountState) -> str:
    """What more there is to say; empty when nothing is out of the ordinary."""
    if not account.failures:
        return ""
    tries = plural(account.failures, "wrong password", "wrong passwords")
    wait = f", must wait {plural(-(-account.wait_seconds // 60), 'minute', 'minutes')}" if account.wait_seconds else ""
    return f"{tries} since the last sign-in{wait}"


def _named(button: QPushButton, name: str) -> QPushButton:
    button.setAccessibleName(name)
    return button


def _read(with_left: bool, session: Session) -> _Everything:
    from app.services import access, accounts, staff

    may = access.allowed(session, access.Action.MANAGE_ACCOUNTS)
    known = accounts.list_accounts(session) if may else ()
    return staff.cover(session), staff.list_staff(session, include_left=with_left), known


def _may_manage(session: Session) -> None:
    from app.services import access

    access.require(session, access.Action.MANAGE_STAFF)


def _may_manage_accounts(session: Session) -> None:
    from app.services import access

    access.require(session, access.Action.MANAGE_ACCOUNTS)
