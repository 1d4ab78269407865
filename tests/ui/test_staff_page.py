"""Staff on screen: cover, posts and accounts, on a real store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.domain.errors import EnvironmentTrouble
from app.domain.people import ChampionPost, Role, StaffDetails, StaffId
from app.services import staff
from app.services.accounts import NewSecret
from app.services.changes import Changes
from app.services.sign_in import accounts, sign_in
from app.ui.dialogs.accounts import (
    AddAccountDialog,
    LeaverDialog,
    OwnPasswordDialog,
    ResetDialog,
    RoleDialog,
    RotationOffer,
    SecretDialog,
)
from app.ui.dialogs.staff_edit import EndPostDialog, PostDialog, StaffDialog
from app.ui.forms.form import FormDialog
from app.ui.pages.staff import StaffPage
from app.ui.shell import MainWindow
from app.ui.theme import Choice
from app.vault.throttle import left_to_wait
from tests.helpers.accounts import give_account
from tests.helpers.signed_in import PASSWORD, SignedIn
from tests.ui.helpers import clipped, unnamed

SINCE = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def person(home: SignedIn, key: str, name: str, *pathways: str, until: date = date(2027, 6, 30)) -> StaffId:
    details = StaffDetails(key, name, Role.CHAMPION, started_at=SINCE)
    staff_id = home.call(lambda s: staff.add_staff(s, details)).staff_id
    for pathway in pathways:
        post = ChampionPost(pathway, date(2026, 1, 2), until, f"C-{key}", "HCPA", SINCE)
        home.call(lambda s, post=post: staff.appoint(s, staff_id, post))
    return staff_id


def opened(home: SignedIn, qtbot: QtBot, who: StaffId | None = None) -> StaffPage:
    page = StaffPage(home.ctx)
    home.ctx.changed.connect(page.refresh)
    qtbot.addWidget(page)
    page.resize(1260, 700)
    page.show()
    page.opened(who)
    qtbot.waitUntil(lambda: bool(page._everybody) and not home.tasks.busy)
    qtbot.waitUntil(page.isActiveWindow)
    return page


def dialog_of(page: StaffPage, kind: type[QDialog], qtbot: QtBot) -> QDialog:
    qtbot.waitUntil(lambda: any(d.isVisible() and d.isActiveWindow() for d in page.findChildren(kind)))
    return next(d for d in page.findChildren(kind) if d.isVisible())


def dialog_open(page: StaffPage) -> bool:
    return any(dialog.isVisible() for dialog in page.findChildren(QDialog))


def press(page: StaffPage, qtbot: QtBot, name: str) -> None:
    button = next(b for b in page.findChildren(QPushButton) if b.accessibleName() == name or b.text() == name)
    button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(button, Qt.Key.Key_Space)


def fill(dialog: FormDialog, qtbot: QtBot, typed: dict[str, str]) -> None:
    for key, text in typed.items():
        target = dialog.form.fields[key].target
        qtbot.keyClick(target, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClicks(target, text)


def save(dialog: FormDialog, qtbot: QtBot) -> None:
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)


def cover(page: StaffPage) -> list[str]:
    return [frame.accessibleName() for frame in page._cards]


def test_six_pathways_say_who_covers_them_and_until_when(home: SignedIn, qtbot: QtBot) -> None:
    person(home, "S2", "Priya Nair", "dementia", "nutrition")
    person(home, "S3", "Tom Field", "dementia")
    person(home, "S4", "Grace Adeyemi", "wound", until=date(2026, 11, 20))
    page = opened(home, qtbot)
    assert cover(page) == [
        "Dementia: covered by Priya Nair, Tom Field, until 30-Jun-2027",
        "Nutrition: covered by Priya Nair, until 30-Jun-2027",
        "Engagement and wellbeing: not covered, no champion in post",
        "Falls and fragility: not covered, no champion in post",
        "Wound: not covered, no champion in post",
        "Health: not covered, no champion in post",
    ]
    row = next(at for at, member in enumerate(page.table.rows) if member.details.name == "Priya Nair")
    assert page.table.records.spoken_row(row) == (
        "Priya Nair. Role: Champion. Account: no account. Works here: Yes. Champion of: Dementia, Nutrition"
    )


def test_a_certificate_that_ran_out_says_so_at_the_post(home: SignedIn, qtbot: QtBot) -> None:
    grace = person(home, "S4", "Grace Adeyemi", "wound", until=date(2026, 11, 20))
    page = opened(home, qtbot, grace)
    assert "Certificate expired" in [tag.accessibleName() for tag in page.person.findChildren(type(page.person))]


def test_somebody_is_added_by_keys(home: SignedIn, qtbot: QtBot) -> None:
    page = opened(home, qtbot)
    qtbot.keyClick(page.table, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    dialog = dialog_of(page, StaffDialog, qtbot)
    assert isinstance(dialog, StaffDialog)
    save(dialog, qtbot)
    assert dialog.summary.texts() == ("Enter the name", "Choose the role")
    fill(dialog, qtbot, {"name": "Grace Adeyemi", "started_at": "1 Nov 2026"})
    qtbot.keyClick(dialog.form.fields["role"].target, Qt.Key.Key_N)
    save(dialog, qtbot)
    qtbot.waitUntil(lambda: "Grace Adeyemi" in [m.details.name for m in page.table.rows])
    added = next(m for m in page.table.rows if m.details.name == "Grace Adeyemi")
    assert added.details.role is Role.NURSE


def test_a_change_of_staff_needs_a_reason(home: SignedIn, qtbot: QtBot) -> None:
    tom = person(home, "S3", "Tom Field")
    page = opened(home, qtbot, tom)
    press(page, qtbot, "Change Tom Field")
    dialog = dialog_of(page, StaffDialog, qtbot)
    assert isinstance(dialog, StaffDialog)
    fill(dialog, qtbot, {"name": "Thomas Field"})
    save(dialog, qtbot)
    assert dialog.form.fields["reason"].error == "Enter the reason for the change"
    fill(dialog, qtbot, {"reason": "full name"})
    save(dialog, qtbot)
    qtbot.waitUntil(lambda: page._member is not None and page._member.details.name == "Thomas Field")
    assert page._member is not None
    assert page._member.details.started_at == SINCE


def test_a_champion_is_appointed_and_the_cover_changes(home: SignedIn, qtbot: QtBot) -> None:
    tom = person(home, "S3", "Tom Field")
    page = opened(home, qtbot, tom)
    press(page, qtbot, "Appoint Tom Field champion")
    dialog = dialog_of(page, PostDialog, qtbot)
    assert isinstance(dialog, PostDialog)
    save(dialog, qtbot)
    assert dialog.summary.texts() == ("Choose the champion pathway", "Enter the date of the training")
    qtbot.keyClick(dialog.form.fields["pathway"].target, Qt.Key.Key_F)
    fill(dialog, qtbot, {"certificate_no": "HCPA-77", "trained_on": "2 Jan 2026", "expires_on": "2 Jan 2025"})
    save(dialog, qtbot)
    assert dialog.form.fields["expires_on"].error == "Certificate expires on must be after the training"
    fill(dialog, qtbot, {"expires_on": "2 Jan 2028"})
    save(dialog, qtbot)
    qtbot.waitUntil(lambda: "Falls and fragility: covered by Tom Field, until 02-Jan-2028" in cover(page))


def test_after_a_dialog_the_keyboard_is_on_the_page_again(home: SignedIn, qtbot: QtBot) -> None:
    tom = person(home, "S3", "Tom Field")
    window = MainWindow(home.ctx, lambda: None)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    window.go("staff", tom)
    page = window.stack.currentWidget()
    assert isinstance(page, StaffPage)
    qtbot.waitUntil(lambda: page._member is not None and page._member.id == tom and not home.tasks.busy)
    press(page, qtbot, "Appoint Tom Field champion")
    dialog = dialog_of(page, PostDialog, qtbot)
    assert isinstance(dialog, PostDialog)
    qtbot.keyClick(dialog.form.fields["pathway"].target, Qt.Key.Key_F)
    fill(dialog, qtbot, {"trained_on": "2 Jan 2026"})
    save(dialog, qtbot)
    qtbot.waitUntil(lambda: "Falls and fragility: covered by Tom Field, no end set" in cover(page))
    qtbot.waitUntil(lambda: not home.tasks.busy and not dialog_open(page))
    focused = window.focusWidget()
    assert focused is not None
    assert focused.accessibleName() == "Appoint Tom Field champion"
    press(page, qtbot, "End the post: Falls and fragility champion Tom Field")
    ending = dialog_of(page, EndPostDialog, qtbot)
    assert isinstance(ending, EndPostDialog)
    fill(ending, qtbot, {"reason": "has left the home"})
    save(ending, qtbot)
    qtbot.waitUntil(lambda: "Falls and fragility: not covered, no champion in post" in cover(page))
    qtbot.waitUntil(lambda: not home.tasks.busy and not dialog_open(page))
    assert window.focusWidget() is page.table, "the button that was pressed is gone"


def test_ending_a_post_warns_which_pathway_loses_its_cover(home: SignedIn, qtbot: QtBot) -> None:
    tom = person(home, "S3", "Tom Field", "falls")
    page = opened(home, qtbot, tom)
    press(page, qtbot, "End the post: Falls and fragility champion Tom Field")
    dialog = dialog_of(page, EndPostDialog, qtbot)
    assert isinstance(dialog, EndPostDialog)
    assert "Falls and fragility will NOT be covered from then" in dialog.effect.text()
    save(dialog, qtbot)
    assert dialog.form.fields["reason"].error == "Enter the reason"
    fill(dialog, qtbot, {"in_post_until": "1 Jan 2025", "reason": "left the home"})
    save(dialog, qtbot)
    assert dialog.form.fields["in_post_until"].error == "Post ends on must be after the day it began"
    fill(dialog, qtbot, {"in_post_until": "22 Nov 2026"})
    save(dialog, qtbot)
    qtbot.waitUntil(lambda: "Falls and fragility: not covered, no champion in post" in cover(page))


def test_ending_a_post_says_who_still_covers(home: SignedIn, qtbot: QtBot) -> None:
    person(home, "S2", "Priya Nair", "falls")
    tom = person(home, "S3", "Tom Field", "falls")
    page = opened(home, qtbot, tom)
    press(page, qtbot, "End the post: Falls and fragility champion Tom Field")
    dialog = dialog_of(page, EndPostDialog, qtbot)
    assert isinstance(dialog, EndPostDialog)
    assert dialog.effect.text() == "Falls and fragility stays covered by Priya Nair."
    fill(dialog, qtbot, {"in_post_until": "1 Aug 2027"})  # after Priya's certificate ran out
    assert "will NOT be covered" in dialog.effect.text()


def test_an_account_is_given_with_a_secret_that_is_shown_once(home: SignedIn, qtbot: QtBot) -> None:
    tom = person(home, "S3", "Tom Field")
    page = opened(home, qtbot, tom)
    press(page, qtbot, "Give Tom Field an account")
    dialog = dialog_of(page, AddAccountDialog, qtbot)
    assert isinstance(dialog, AddAccountDialog)
    save(dialog, qtbot)
    assert dialog.summary.texts() == ("Enter the user name", "Enter your own password")
    fill(dialog, qtbot, {"user": "tom field", "password": "not the one"})
    save(dialog, qtbot)
    assert dialog.form.fields["user"].error == "User name must be without spaces"
    fill(dialog, qtbot, {"user": "tom"})
    save(dialog, qtbot)
    qtbot.waitUntil(lambda: bool(dialog.form.fields["password"].error))
    assert dialog.form.fields["password"].error == "The password is not right. Type it again."
    fill(dialog, qtbot, {"password": PASSWORD})
    save(dialog, qtbot)
    shown = dialog_of(page, SecretDialog, qtbot)
    assert isinstance(shown, SecretDialog)
    secret = shown.words.text()
    assert shown.words.accessibleName() == f"One-time secret: {', '.join(secret.split(' '))}"
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        qtbot.keyClick(shown.words, key)
    assert shown.isVisible(), "an Enter too many from the form before must not throw it away"
    assert ("print it" in words_in(shown)) == (not shown.print_button.isHidden()), "what is offered is there"
    qtbot.keyClick(shown, Qt.Key.Key_Escape)
    assert shown.isVisible(), "Esc must not throw away what is shown once"
    assert shown.action.hasFocus()
    qtbot.mouseClick(shown.copy_button, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == secret
    QApplication.clipboard().clear()
    shown.action.setFocus()
    qtbot.keyClick(shown.action, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page._member is not None and page._member.details.user == "tom")
    qtbot.waitUntil(lambda: "One-time secret not used yet" in words_on(page))
    assert secret not in " ".join(words_on(page))
    store = home.session.store_dir
    home.do(home.session.close)
    door = sign_in(store, "tom", secret, home.clock)
    assert (door.account.role, door.account.must_change) == (Role.CHAMPION, True)
    door.close()
    home.session.close = lambda: None  # type: ignore[method-assign]  # closed above


def words_in(dialog: QDialog) -> str:
    return " ".join(part.text() for part in dialog.findChildren(QLabel))


def words_on(page: StaffPage) -> list[str]:
    """Everything that is written about the chosen person."""
    return [part.text() for part in page.person.findChildren(QLabel)]


def with_account(home: SignedIn, key: str, name: str, user: str, *pathways: str) -> StaffId:
    staff_id = person(home, key, name, *pathways)
    home.call(lambda s: give_account(s, staff_id, user, Role.CHAMPION, "four calm grey geese"))
    return staff_id


def test_a_forgotten_password_is_replaced_by_a_secret(home: SignedIn, qtbot: QtBot) -> None:
    tom = with_account(home, "S3", "Tom Field", "tom")
    page = opened(home, qtbot, tom)
    qtbot.waitUntil(lambda: "Can sign in" in words_on(page))
    press(page, qtbot, "New one-time secret for Tom Field")
    dialog = dialog_of(page, ResetDialog, qtbot)
    assert isinstance(dialog, ResetDialog)
    fill(dialog, qtbot, {"password": PASSWORD})
    qtbot.keyClick(dialog.form.fields["password"].target, Qt.Key.Key_Return)
    shown = dialog_of(page, SecretDialog, qtbot)
    assert isinstance(shown, SecretDialog)
    assert len(shown.words.text().split(" ")) == 4
    shown.accept()
    qtbot.waitUntil(lambda: "One-time secret not used yet" in words_on(page))


def test_an_account_gets_another_role(home: SignedIn, qtbot: QtBot) -> None:
    tom = with_account(home, "S3", "Tom Field", "tom")
    page = opened(home, qtbot, tom)
    qtbot.waitUntil(lambda: "tom · Champion" in words_on(page))
    press(page, qtbot, "Change the role of Tom Field")
    dialog = dialog_of(page, RoleDialog, qtbot)
    assert isinstance(dialog, RoleDialog)
    qtbot.keyClick(dialog.form.fields["role"].target, Qt.Key.Key_N)
    fill(dialog, qtbot, {"password": PASSWORD})
    save(dialog, qtbot)
    qtbot.waitUntil(lambda: "tom · Nurse" in words_on(page))


def test_leaving_says_what_it_ends_does_it_and_offers_the_new_key(home: SignedIn, qtbot: QtBot) -> None:
    person(home, "S2", "Priya Nair", "dementia")
    tom = with_account(home, "S3", "Tom Field", "tom", "dementia", "falls")
    page = opened(home, qtbot, tom)
    qtbot.waitUntil(lambda: "Can sign in" in words_on(page))
    press(page, qtbot, "Tom Field has left")
    dialog = dialog_of(page, LeaverDialog, qtbot)
    assert isinstance(dialog, LeaverDialog)
    assert dialog.consequences == (
        "The leaving date of Tom Field is recorded. Everything they wrote stays in their name.",
        "The champion post Dementia ends. Priya Nair still covers it.",
        "The champion post Falls and fragility ends. Nobody else covers it: NOT COVERED from then.",
        "The account tom is closed: nobody can sign in with it any more.",
        "Its signing key is revoked. What was signed with it until now stays valid.",
        "Then you are offered to change the records' key, so that copies of the files open nothing new.",
    )
    fill(dialog, qtbot, {"left_at": "1 Dec 2026", "password": PASSWORD})
    save(dialog, qtbot)
    qtbot.waitUntil(lambda: bool(dialog.form.fields["left_at"].error))
    assert "when it has happened" in dialog.form.fields["left_at"].error
    assert accounts(home.session.store_dir) == ("mo", "tom")
    fill(dialog, qtbot, {"left_at": "22 Nov 2026", "left_at_time": "13:00"})
    save(dialog, qtbot)
    offer = dialog_of(page, RotationOffer, qtbot)
    assert isinstance(offer, RotationOffer)
    assert accounts(home.session.store_dir) == ("mo",)
    qtbot.waitUntil(lambda: "Falls and fragility: not covered, no champion in post" in cover(page))
    qtbot.keyClick(offer.action, Qt.Key.Key_Space)
    assert home.went[-1] == ("settings", "security")
    qtbot.waitUntil(lambda: "Tom Field" not in [m.details.name for m in page.table.rows])


def test_somebody_held_up_by_wrong_passwords_is_let_in_again(home: SignedIn, qtbot: QtBot) -> None:
    tom = with_account(home, "S3", "Tom Field", "tom")
    store = home.session.store_dir
    for _ in range(10):
        home.clock.pass_time(seconds=left_to_wait(store, "tom", ("mo", "tom"), home.clock.now()).total_seconds())
        with pytest.raises(EnvironmentTrouble):
            sign_in(store, "tom", "not the one", home.clock)
    page = opened(home, qtbot, tom)
    qtbot.waitUntil(lambda: "Must wait" in words_on(page))
    assert "10 wrong passwords since the last sign-in, must wait 15 minutes" in words_on(page)
    press(page, qtbot, "Let Tom Field try again now")
    qtbot.waitUntil(lambda: "Can sign in" in words_on(page))
    assert home.said[-1].text == "tom can try to sign in again now."


def test_the_managers_own_account_is_not_changed_here(home: SignedIn, qtbot: QtBot) -> None:
    page = opened(home, qtbot)
    qtbot.waitUntil(lambda: page._member is not None and page._member.details.user == "mo")
    assert "Your own account: change your password in Settings." in words_on(page)
    names = [button.accessibleName() for button in page.person.findChildren(QPushButton)]
    assert not any("one-time secret" in name or "has left" in name for name in names)


def test_a_role_that_may_not_is_refused_in_words(home: SignedIn, qtbot: QtBot) -> None:
    tom = person(home, "S3", "Tom Field", "falls")
    home.session.account = replace(home.session.account, role=Role.CARER)
    page = opened(home, qtbot, tom)
    staff_words, account_words = "change staff records", "look after accounts"
    for name, what in (
        ("Add member of staff", staff_words), ("Change Tom Field", staff_words),
        ("Appoint Tom Field champion", staff_words), ("Give Tom Field an account", account_words),
        ("Tom Field has left", account_words),
    ):  # fmt: skip
        said = len(home.said)
        press(page, qtbot, name)
        qtbot.waitUntil(lambda before=said: len(home.said) > before)
        assert home.said[-1].text == f"Your role (carer) does not let you {what}. Ask a manager."
    assert [d for d in page.findChildren(QDialog) if d.isVisible()] == []


def test_those_who_left_are_shown_when_asked_for(home: SignedIn, qtbot: QtBot) -> None:
    gone = StaffDetails("S9", "Old Hand", Role.CARER, left_at=datetime(2026, 3, 1, tzinfo=UTC))
    home.call(lambda s: staff.add_staff(s, gone))
    page = opened(home, qtbot)
    assert "Old Hand" not in [m.details.name for m in page.table.rows]
    qtbot.keyClick(page.left, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: "Old Hand" in [m.details.name for m in page.table.rows])
    row = next(m for m in page.table.rows if m.details.name == "Old Hand")
    assert page._works(row) == "Left 01-Mar-2026"


@pytest.mark.parametrize("percent", [100, 200])
def test_the_dialogs_about_accounts_have_names_and_cut_nothing(home: SignedIn, qtbot: QtBot, percent: int) -> None:
    home.theme.set(Choice.LIGHT, percent)
    try:
        tom = with_account(home, "S3", "Tom Field-Featherstonehaugh", "tom", "falls")
        page = opened(home, qtbot, tom)
        member = next(m for m in page._everybody if m.id == tom)
        account = page._accounts[tom]
        secret = NewSecret("tom", "cranberry unsterile t-shirt verification", Changes())
        for dialog in (
            AddAccountDialog(home.ctx, page, member), ResetDialog(home.ctx, page, member, account),
            RoleDialog(home.ctx, page, member, account), OwnPasswordDialog(home.ctx, page),
            LeaverDialog(home.ctx, page, member, account, page._everybody),
            RotationOffer(home.ctx, page, member.details.name, "tom"),
            SecretDialog(home.ctx, page, secret, member.details.name),
        ):  # fmt: skip
            dialog.open()
            assert unnamed(dialog) == [], type(dialog).__name__
            qtbot.waitUntil(lambda shown=dialog: clipped(shown) == [])
            dialog.done(0)
    finally:
        home.theme.set(Choice.LIGHT, 100)


@pytest.mark.parametrize("percent", [100, 200])
def test_every_control_is_named_and_no_word_is_cut(home: SignedIn, qtbot: QtBot, percent: int) -> None:
    home.theme.set(Choice.LIGHT, percent)
    try:
        tom = person(home, "S3", "Tom Field-Featherstonehaugh " * 4, "falls", "engagement")
        page = opened(home, qtbot, tom)
        assert [part for part in unnamed(page) if "QHeaderView" not in part] == []  # the hidden row header
        qtbot.waitUntil(lambda: clipped(page) == [])
    finally:
        home.theme.set(Choice.LIGHT, 100)
