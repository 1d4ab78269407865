"""A resident's wounds on screen, with real keys, on a real store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QAccessible, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.domain import wounds as domain
from app.domain.dates import to_local
from app.domain.people import ResidentId, Role
from app.domain.photos import Consent
from app.domain.wounds import Closing, Wound
from app.services import audit, photos, wounds
from app.services.wounds import WoundRow
from app.ui.forms.form import FormDialog
from app.ui.pages.assessment import AssessmentPage, Open
from app.ui.pages.wounds import WoundsPage
from app.ui.pages.wounds.card import WoundCard
from app.ui.pages.wounds.dialogs import CloseDialog, PaperDialog, ReasonDialog, VersionsDialog, WoundDialog
from app.ui.pages.wounds.photos import AddPhotoDialog, PhotoErrorDialog, PhotosDialog
from app.ui.shell import MainWindow
from app.ui.theme import Choice
from tests.helpers.signed_in import NOW, SignedIn
from tests.ui.helpers import clipped, unnamed, wait_quiet

SPACE, ENTER, TAB, DOWN, UP = (
    Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Down, Qt.Key.Key_Up,
)  # fmt: skip
CTRL = Qt.KeyboardModifier.ControlModifier
CATEGORY_3 = {"skin": "broken", "depth": "full", "base_obscured": False, "bone_tendon_muscle": False}
D = TypeVar("D", bound=QDialog)


@pytest.fixture
def page(home: SignedIn, qtbot: QtBot) -> WoundsPage:
    """The page as large as the shell leaves it at 1366 by 768."""
    made = WoundsPage(home.ctx)
    home.ctx.changed.connect(made.refresh)
    qtbot.addWidget(made)
    made.resize(1166, 660)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def a_wound(site: str = "sacrum", days: int = 20, **changes: Any) -> Wound:
    view, x, y = domain.placed(site)
    return replace(Wound(site, view, x, y, "pressure", NOW - timedelta(days=days), "Cal Carer"), **changes)


def add(home: SignedIn, who: ResidentId, wound: Wound | None = None) -> str:
    return home.call(lambda s: wounds.add(s, who, wound or a_wound())).wound_id


def review(home: SignedIn, wound_id: str, days_ago: int, length: str, width: str, **more: object) -> None:
    at = NOW - timedelta(days=days_ago)
    answers = {
        "tissue": ["granulating"], "infection": "none", "moisture": "moist", "exudate": "clear", "edge": "advancing",
        "pain": 2, "odour": "none", "surrounding_skin": ["red"], "dressing": "foam",
        "next_change": to_local(at).date() + timedelta(days=3),
        "length_cm": Decimal(length), "width_cm": Decimal(width), **more,
    }  # fmt: skip
    home.call(lambda s: wounds.review(s, wound_id, answers, at=at))


def row(home: SignedIn, wound_id: str) -> WoundRow:
    return home.call(lambda s: wounds.wound(s, wound_id))


def jpeg(colour: str = "firebrick", size: tuple[int, int] = (800, 600)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


def keep_photo(home: SignedIn, who: ResidentId, wound_id: str, days_ago: int = 0, colour: str = "tan") -> str:
    at, agreed = NOW - timedelta(days=days_ago), Consent("resident")
    return home.call(lambda s: photos.add(s, who, jpeg(colour), consent=agreed, about=wound_id, taken_at=at)).photo_id


def show(home: SignedIn, page: WoundsPage, qtbot: QtBot, arg: object) -> None:
    page.opened(arg)
    qtbot.waitUntil(lambda: page.found is not None)
    wait_quiet(qtbot, home.tasks)


def press(card: WoundCard, qtbot: QtBot, words: str) -> None:
    """Press a card's button with the space bar."""
    button = card.buttons[words]
    button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(button, SPACE)


def dialog(page: QWidget, qtbot: QtBot, kind: type[D]) -> D:
    def there() -> bool:
        return any(each.isVisible() for each in page.findChildren(kind))

    qtbot.waitUntil(there)
    shown = next(each for each in page.findChildren(kind) if each.isVisible())
    qtbot.waitUntil(shown.isActiveWindow)
    return shown


def choose(form: FormDialog, qtbot: QtBot, key: str, downs: int) -> None:
    target = form.form.fields[key].target
    target.setFocus()
    for _ in range(downs):
        qtbot.keyClick(target, DOWN)


def type_into(form: FormDialog, qtbot: QtBot, key: str, text: str) -> None:
    target = form.form.fields[key].target
    target.setFocus()
    qtbot.keyClick(target, Qt.Key.Key_A, CTRL)
    qtbot.keyClicks(target, text)


def save(form: FormDialog, qtbot: QtBot) -> None:
    """Ctrl+S."""
    qtbot.keyClick(form, Qt.Key.Key_S, CTRL)


def saved(form: QDialog, home: SignedIn, qtbot: QtBot) -> None:
    with qtbot.waitSignal(form.accepted, timeout=10_000):
        pass
    wait_quiet(qtbot, home.tasks)


def texts(part: QWidget) -> str:
    return "\n".join(each.text() for each in part.findChildren(QLabel) if not each.isHidden())


def until(qtbot: QtBot, found: Callable[[], bool]) -> None:
    qtbot.waitUntil(found, timeout=10_000)


# ----------------------------------------------------------------------------------------------------------- the page


def test_a_resident_without_wounds_is_told_so_in_words(home: SignedIn, page: WoundsPage, qtbot: QtBot) -> None:
    show(home, page, qtbot, home.resident())
    assert page.banner.name.text() == "SMITH, John (Mr)"
    assert page.none.isVisible()
    assert not page.closed_heading.isVisible()
    assert page.accessibleName().startswith("Wounds of SMITH, John (Mr). Born")


def test_a_card_says_where_how_bad_how_old_how_it_heals_and_what_is_due(
    home: SignedIn, page: WoundsPage, qtbot: QtBot
) -> None:
    who = home.resident()
    wound_id = add(home, who, a_wound(words="over the bone", on_admission=True))
    home.call(lambda s: wounds.classify(s, wound_id, CATEGORY_3, at=NOW - timedelta(days=15)))
    review(home, wound_id, 14, "4", "4")
    review(home, wound_id, 7, "4", "3")
    show(home, page, qtbot, who)
    card = page.cards[wound_id]
    assert card.accessibleName() == "Wound 1. Sacrum, pressure"
    said = texts(card)
    for words in (
        "Healing category 3", "20 days old. Present on admission.", "over the bone",
        "Area 12 cm² (4 × 3 cm) on 15-Nov-2026. ↓ 25.0 % smaller than on 08-Nov-2026.",
        "Dressing due 18-Nov-2026", "Overdue by 4 days", "Review due 18-Nov-2026",
    ):  # fmt: skip
        assert words in said, words
    assert card.chart is not None
    assert "25.0 % smaller" in card.chart.view.accessibleDescription()


def test_what_is_wrong_is_said_in_words(home: SignedIn, page: WoundsPage, qtbot: QtBot) -> None:
    who = home.resident()
    wound_id = add(home, who)
    home.call(lambda s: wounds.classify(s, wound_id, CATEGORY_3, at=NOW - timedelta(days=15)))
    home.call(lambda s: wounds.classify(s, wound_id, {"skin": "broken", "depth": "partial"}))
    review(home, wound_id, 7, "4", "3", edge="not_advancing", same_at_last_review=False)
    review(home, wound_id, 0, "4", "4", edge="not_advancing", same_at_last_review=True)
    show(home, page, qtbot, who)
    said = texts(page.cards[wound_id])
    for words in ("it stays category 3", "↑ 33.3 % larger", "Larger than at the first measurement",
                  "The edge has not advanced for two weekly reviews"):  # fmt: skip
        assert words in said, words


def test_the_body_map_says_the_open_wounds_by_number(home: SignedIn, page: WoundsPage, qtbot: QtBot) -> None:
    who = home.resident()
    add(home, who, a_wound("left_heel", 30))
    add(home, who, a_wound("sacrum", 10, cause="moisture"))
    healed = add(home, who, a_wound("right_hip", 12))
    home.call(lambda s: wounds.close(s, healed, Closing(NOW, "healed")))
    show(home, page, qtbot, who)
    said = page.map.figures.accessibleDescription()
    assert "1 Left heel: Pressure. 2 Sacrum: Moisture (IAD)." in said
    assert "hip" not in said
    assert page.closed_heading.isVisible()


def test_opening_is_audited_once_and_refreshing_is_not(home: SignedIn, page: WoundsPage, qtbot: QtBot) -> None:
    who = home.resident()
    show(home, page, qtbot, who)
    add(home, who)
    from app.services.changes import changes

    page.refresh(changes("wound", resident=who))
    until(qtbot, lambda: len(page.cards) == 1)
    said = [each.what for each in home.call(lambda s: audit.who_looked(s, who)).rows]
    assert said.count("Opened the record (wounds)") == 1


def test_another_resident_leaves_nothing_of_the_one_before(home: SignedIn, page: WoundsPage, qtbot: QtBot) -> None:
    first, second = home.resident(), home.resident("Mary", "Jones")
    add(home, first, a_wound(words="Zanzibar"))
    show(home, page, qtbot, first)
    page.opened(second)
    assert page.cards == {}
    assert page.banner.name.text() == ""
    assert "Zanzibar" not in texts(page)
    assert "Sacrum:" not in page.map.figures.accessibleDescription()
    until(qtbot, lambda: page.banner.name.text().startswith("JONES"))
    assert page.cards == {}


def test_a_named_wound_is_brought_into_sight_with_the_keyboard_on_it(
    home: SignedIn, page: WoundsPage, qtbot: QtBot
) -> None:
    who = home.resident()
    for site in ("sacrum", "left_heel", "right_heel"):
        last = add(home, who, a_wound(site))
    show(home, page, qtbot, (who, last))
    until(qtbot, page.cards[last].buttons["Review now"].hasFocus)
    assert not page.cards[last].visibleRegion().isEmpty()
    assert page.place() == ("wounds", who)


def test_no_resident(page: WoundsPage) -> None:
    page.opened(None)
    assert "No resident is chosen" in page.waiting.text()


# ---------------------------------------------------------------------------------------------------------- recording


def test_a_wound_is_placed_with_the_arrow_keys_and_recorded(home: SignedIn, page: WoundsPage, qtbot: QtBot) -> None:
    who = home.resident()
    show(home, page, qtbot, who)
    figures = page.map.figures
    figures.setFocus(Qt.FocusReason.TabFocusReason)
    page.map.point_at("left_heel")
    qtbot.keyClick(figures, UP, CTRL)
    qtbot.keyClick(figures, ENTER)
    form = dialog(page, qtbot, WoundDialog)
    assert form.form.typed()["site"] == "left_heel"
    choose(form, qtbot, "cause", 1)
    type_into(form, qtbot, "words", "outer side")
    save(form, qtbot)
    saved(form, home, qtbot)
    (card,) = page.cards.values()
    made = card.row.wound
    assert (made.site, made.cause, made.words, made.found_by) == ("left_heel", "pressure", "outer side", "Mo Manager")
    middle = domain.placed("left_heel")
    assert made.view is middle[0]
    assert Decimal(0) < middle[2] - made.y < Decimal("0.05")  # the very point, a little above the middle of the heel


def test_a_wound_is_added_from_the_list_by_the_keyboard_alone(home: SignedIn, page: WoundsPage, qtbot: QtBot) -> None:
    show(home, page, qtbot, home.resident())
    qtbot.keyClick(page, Qt.Key.Key_N, CTRL)
    form = dialog(page, qtbot, WoundDialog)
    assert QApplication.focusWidget() is form.form.fields["site"].target
    for text in ("Right", "h"):
        qtbot.keyClicks(QApplication.focusWidget(), text)
    choose(form, qtbot, "site", 0)
    type_into(form, qtbot, "found_at", "-2d")
    choose(form, qtbot, "cause", 3)
    save(form, qtbot)
    saved(form, home, qtbot)
    (card,) = page.cards.values()
    assert card.row.wound.side == "right"
    assert card.row.wound.cause == "skin_tear"
    assert card.row.age_days == 2


def test_what_is_missing_is_marked_and_what_was_typed_stays(home: SignedIn, page: WoundsPage, qtbot: QtBot) -> None:
    show(home, page, qtbot, home.resident())
    qtbot.keyClick(page, Qt.Key.Key_N, CTRL)
    form = dialog(page, qtbot, WoundDialog)
    type_into(form, qtbot, "found_by", "")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Delete)
    type_into(form, qtbot, "words", "outer side")
    save(form, qtbot)
    until(qtbot, lambda: bool(form.form.fields["cause"].error))
    assert form.form.fields["cause"].error == "Choose the cause"
    assert form.form.fields["found_by"].error == "Enter who found it"
    assert form.form.typed()["words"] == "outer side"
    choose(form, qtbot, "cause", 7)
    type_into(form, qtbot, "words", " ")
    type_into(form, qtbot, "found_by", "Cal")
    save(form, qtbot)
    until(qtbot, lambda: "what it comes from" in form.form.fields["words"].error)


def test_a_review_says_which_wound_it_is_of_before_anything_is_typed(home: SignedIn, qtbot: QtBot) -> None:
    who = home.resident()
    wound_id = add(home, who)
    form_page = AssessmentPage(home.ctx)
    qtbot.addWidget(form_page)
    form_page.show()
    form_page.opened(Open(who, "time_wound", about=wound_id, back="wounds"))
    wait_quiet(qtbot, home.tasks)
    assert form_page.form is not None
    assert form_page.form.answers()["wound"] == "Sacrum, pressure"


def test_the_buttons_open_the_forms_about_this_wound(home: SignedIn, page: WoundsPage, qtbot: QtBot) -> None:
    who = home.resident()
    wound_id, tear = add(home, who), add(home, who, a_wound("left_shin", cause="skin_tear"))
    show(home, page, qtbot, who)
    press(page.cards[wound_id], qtbot, "Review now")
    press(page.cards[wound_id], qtbot, "Category")
    press(page.cards[tear], qtbot, "Classify")
    assert home.went == [
        ("assessment", Open(who, "time_wound", about=wound_id, back="wounds")),
        ("assessment", Open(who, "pressure_ulcer_category", about=wound_id, back="wounds")),
        ("assessment", Open(who, "istap", about=tear, back="wounds")),
    ]


def test_a_cause_without_a_classification_offers_none(home: SignedIn, page: WoundsPage, qtbot: QtBot) -> None:
    who = home.resident()
    surgical, lining = add(home, who, a_wound(cause="surgical")), add(home, who, a_wound("nose", mucosal=True))
    show(home, page, qtbot, who)
    for wound_id in (surgical, lining):
        assert not {"Category", "Classify"} & set(page.cards[wound_id].buttons)


def test_a_change_with_its_reason_and_the_history(home: SignedIn, page: WoundsPage, qtbot: QtBot) -> None:
    who = home.resident()
    wound_id = add(home, who, a_wound(words="first words"))
    show(home, page, qtbot, who)
    press(page.cards[wound_id], qtbot, "Change")
    form = dialog(page, qtbot, WoundDialog)
    type_into(form, qtbot, "words", "other words")
    save(form, qtbot)
    until(qtbot, lambda: form.form.fields["reason"].error == "Enter the reason for the change")
    type_into(form, qtbot, "reason", "seen by the nurse")
    save(form, qtbot)
    saved(form, home, qtbot)
    assert row(home, wound_id).wound.words == "other words"
    assert page.window().focusWidget() is page.cards[wound_id].buttons["Change"]  # of the card made anew
    press(page.cards[wound_id], qtbot, "History")
    found = dialog(page, qtbot, VersionsDialog)
    until(qtbot, lambda: "first words" in texts(found))
    assert "Reason: seen by the nurse" in texts(found)


def test_healed_and_open_again(home: SignedIn, page: WoundsPage, qtbot: QtBot) -> None:
    who = home.resident()
    wound_id = add(home, who)
    show(home, page, qtbot, who)
    press(page.cards[wound_id], qtbot, "Healed")
    form = dialog(page, qtbot, CloseDialog)
    save(form, qtbot)
    saved(form, home, qtbot)
    assert not row(home, wound_id).open
    until(qtbot, lambda: "Healed 22-Nov-2026." in texts(page.cards[wound_id]))
    assert {"Review now", "Category", "Healed", "Change"} & set(page.cards[wound_id].buttons) == set()
    press(page.cards[wound_id], qtbot, "Open again")
    again = dialog(page, qtbot, ReasonDialog)
    type_into(again, qtbot, "reason", "broke open")
    save(again, qtbot)
    saved(again, home, qtbot)
    assert row(home, wound_id).open


def test_another_end_needs_its_reason(home: SignedIn, page: WoundsPage, qtbot: QtBot) -> None:
    who = home.resident()
    wound_id = add(home, who)
    show(home, page, qtbot, who)
    press(page.cards[wound_id], qtbot, "Healed")
    form = dialog(page, qtbot, CloseDialog)
    choose(form, qtbot, "how", 1)
    save(form, qtbot)
    until(qtbot, lambda: form.form.fields["reason"].error == "Enter the reason")


def test_entered_in_error(home: SignedIn, page: WoundsPage, qtbot: QtBot) -> None:
    who = home.resident()
    wound_id = add(home, who)
    show(home, page, qtbot, who)
    press(page.cards[wound_id], qtbot, "Entered in error")
    form = dialog(page, qtbot, ReasonDialog)
    type_into(form, qtbot, "reason", "another resident")
    save(form, qtbot)
    saved(form, home, qtbot)
    until(qtbot, lambda: "Entered in error" in texts(page.cards[wound_id]))
    assert set(page.cards[wound_id].buttons) == {"History"}


# ------------------------------------------------------------------------------------------------------------- photos


def test_a_photo_is_kept_after_consent(home: SignedIn, page: WoundsPage, qtbot: QtBot, tmp_path: Path) -> None:
    who = home.resident()
    wound_id = add(home, who)
    (tmp_path / "wound.jpg").write_bytes(jpeg())
    show(home, page, qtbot, who)
    press(page.cards[wound_id], qtbot, "Add photo")
    form = dialog(page, qtbot, AddPhotoDialog)
    assert "ruler" in texts(form)
    save(form, qtbot)
    until(qtbot, lambda: "Without consent" in form.form.fields["by"].error)
    assert form.file_field.error == "Choose the photo"
    form.take(tmp_path / "wound.jpg")
    choose(form, qtbot, "by", 2)
    save(form, qtbot)
    until(qtbot, lambda: "best-interests" in form.form.fields["name"].error)
    type_into(form, qtbot, "name", "Ann Osborn")
    save(form, qtbot)
    saved(form, home, qtbot)
    (kept,) = row(home, wound_id).photos
    assert kept.photo.consent == Consent("best-interests", "Ann Osborn")
    until(qtbot, lambda: "Last photo 22-Nov-2026 14:05" in texts(page.cards[wound_id]))
    assert "not encrypted: delete it" in home.said[-1].detail


def test_a_file_that_is_no_photo_is_refused_beside_its_button(
    home: SignedIn, page: WoundsPage, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = home.resident()
    wound_id = add(home, who)
    (tmp_path / "letter.jpg").write_text("Dear all")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "letter.jpg"), ""))
    show(home, page, qtbot, who)
    press(page.cards[wound_id], qtbot, "Add photo")
    form = dialog(page, qtbot, AddPhotoDialog)
    choose(form, qtbot, "by", 1)
    form.choose_button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(form.choose_button, SPACE)
    assert form.file_name.text() == "Chosen: letter.jpg"
    save(form, qtbot)
    until(qtbot, lambda: form.file_field.error == "The file is not a photo. Choose a JPEG or PNG photo")
    (tmp_path / "letter.jpg").unlink()
    save(form, qtbot)
    until(qtbot, lambda: "could not be read" in texts(form))
    assert row(home, wound_id).photos == ()


def test_a_photo_may_be_dropped(home: SignedIn, page: WoundsPage, qtbot: QtBot, tmp_path: Path) -> None:
    who = home.resident()
    wound_id = add(home, who)
    path = tmp_path / "wound.png"
    Image.new("RGB", (300, 200), "tan").save(path)
    show(home, page, qtbot, who)
    press(page.cards[wound_id], qtbot, "Add photo")
    form = dialog(page, qtbot, AddPhotoDialog)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    assert form.acceptDrops()
    form.dropEvent(
        QDropEvent(QPointF(10, 10), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                   Qt.KeyboardModifier.NoModifier)
    )  # fmt: skip
    choose(form, qtbot, "by", 1)
    save(form, qtbot)
    saved(form, home, qtbot)
    assert (row(home, wound_id).photos[0].photo.width, row(home, wound_id).photos[0].photo.height) == (300, 200)


def test_two_photos_side_by_side_and_each_look_is_audited(home: SignedIn, page: WoundsPage, qtbot: QtBot) -> None:
    who = home.resident()
    wound_id = add(home, who)
    for days, colour in ((14, "red"), (7, "lime"), (0, "blue")):
        keep_photo(home, who, wound_id, days, colour)
    show(home, page, qtbot, who)
    said = [each.what for each in home.call(lambda s: audit.who_looked(s, who)).rows]
    assert "Looked at a photo" not in said  # the card shows none by itself
    press(page.cards[wound_id], qtbot, "Compare photos")
    both = dialog(page, qtbot, PhotosDialog)
    until(qtbot, lambda: all(side.picture.shown for side in both.sides))
    earlier, later = both.sides
    assert "08-Nov-2026" in earlier.picture.accessibleName()
    assert "22-Nov-2026" in later.picture.accessibleName()
    assert _colour(earlier.picture) == "red"
    assert _colour(later.picture) == "blue"
    earlier.box.setFocus()
    qtbot.keyClick(earlier.box, UP)
    until(qtbot, lambda: "15-Nov-2026" in earlier.picture.accessibleName())
    assert _colour(earlier.picture) == "green"
    wait_quiet(qtbot, home.tasks)
    said = [each.what for each in home.call(lambda s: audit.who_looked(s, who)).rows]
    assert said.count("Looked at a photo") == 3


def _colour(picture: QLabel) -> str:
    image = picture.pixmap().toImage()
    seen = image.pixelColor(image.width() // 2, image.height() // 2)
    shares = {"red": seen.red(), "green": seen.green(), "blue": seen.blue()}
    return max(shares, key=lambda name: shares[name])


def test_a_photo_in_error_is_gone_from_the_card(home: SignedIn, page: WoundsPage, qtbot: QtBot) -> None:
    who = home.resident()
    wound_id = add(home, who)
    keep_photo(home, who, wound_id)
    show(home, page, qtbot, who)
    press(page.cards[wound_id], qtbot, "Show photo")
    shown = dialog(page, qtbot, PhotosDialog)
    until(qtbot, lambda: shown.sides[0].picture.shown)
    shown.sides[0].error_button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(shown.sides[0].error_button, SPACE)
    form = dialog(page, qtbot, PhotoErrorDialog)
    type_into(form, qtbot, "reason", "another resident")
    save(form, qtbot)
    saved(form, home, qtbot)
    until(qtbot, lambda: "Show photo" not in page.cards[wound_id].buttons)
    assert row(home, wound_id).photos == ()


# -------------------------------------------------------------------------------------------------------------- paper


def test_the_chart_on_paper_is_saved_after_the_warning(
    home: SignedIn, page: WoundsPage, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = home.resident()
    wound_id = add(home, who)
    path = tmp_path / "chart.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    show(home, page, qtbot, who)
    press(page.cards[wound_id], qtbot, "Chart on paper")
    form = dialog(page, qtbot, PaperDialog)
    assert "leaves the encrypted store" in texts(form)
    save(form, qtbot)
    saved(form, home, qtbot)
    assert path.read_bytes().startswith(b"%PDF")
    assert "no longer protected" in home.said[-1].detail
    said = [each.what for each in home.call(lambda s: audit.who_looked(s, who)).rows]
    assert said.count("Printed a wound chart") == 1


def test_a_chart_that_cannot_be_written_is_said(home: SignedIn, page: WoundsPage, qtbot: QtBot, tmp_path: Path) -> None:
    who = home.resident()
    wound_id = add(home, who)
    show(home, page, qtbot, who)
    press(page.cards[wound_id], qtbot, "Chart on paper")
    form = dialog(page, qtbot, PaperDialog)
    form.save_to(tmp_path / "no folder" / "chart.pdf")
    until(qtbot, lambda: "The PDF was not saved" in texts(form))
    assert form.isVisible()


# ------------------------------------------------------------------------------------------------ roles, names, sizes


def test_who_may_only_look_is_offered_nothing_that_records(home: SignedIn, page: WoundsPage, qtbot: QtBot) -> None:
    who = home.resident()
    wound_id = add(home, who)
    keep_photo(home, who, wound_id)
    home.session.account = replace(home.session.account, role=Role.AUDITOR)
    show(home, page, qtbot, who)
    assert set(page.cards[wound_id].buttons) == {"Show photo", "Chart on paper", "History"}
    assert not page.add_button.isVisible()
    assert not page.map.button.isVisible()
    qtbot.keyClick(page, Qt.Key.Key_N, CTRL)
    qtbot.keyClick(page.map.figures, ENTER)
    assert page.findChildren(WoundDialog) == []


@pytest.mark.parametrize("percent", [100, 200])
def test_every_control_has_a_name_and_no_text_is_cut_off(
    home: SignedIn, page: WoundsPage, qtbot: QtBot, percent: int
) -> None:
    home.theme.set(choice=Choice.LIGHT, text_size=percent)
    who = home.resident()
    wound_id = add(home, who, a_wound(words="over the bone", on_admission=True, device_related=True))
    home.call(lambda s: wounds.classify(s, wound_id, CATEGORY_3, at=NOW - timedelta(days=15)))
    review(home, wound_id, 14, "4", "4")
    review(home, wound_id, 7, "5", "4")
    keep_photo(home, who, wound_id)
    show(home, page, qtbot, who)
    until(qtbot, lambda: clipped(page) == [])
    assert unnamed(page) == []
    for words, kind in (
        ("Add photo", AddPhotoDialog), ("Show photo", PhotosDialog), ("Healed", CloseDialog),
        ("Change", WoundDialog), ("Chart on paper", PaperDialog), ("History", VersionsDialog),
    ):  # fmt: skip
        press(page.cards[wound_id], qtbot, words)
        shown: QDialog = dialog(page, qtbot, kind)
        wait_quiet(qtbot, home.tasks)
        assert clipped(shown) == [], words
        assert unnamed(shown) == [], words
        shown.reject()
        until(qtbot, lambda shown=shown: not shown.isVisible())


def test_a_screen_reader_hears_which_wound_a_button_is_for(home: SignedIn, page: WoundsPage, qtbot: QtBot) -> None:
    who = home.resident()
    wound_id = add(home, who)
    show(home, page, qtbot, who)
    for words, button in page.cards[wound_id].buttons.items():
        found = QAccessible.queryAccessibleInterface(button)
        assert found is not None
        assert found.text(QAccessible.Text.Name) == f"{words}: Sacrum, pressure"


def test_the_window_opens_it_below_residents(home: SignedIn, qtbot: QtBot) -> None:
    who = home.resident()
    window = MainWindow(home.ctx, lambda: None)
    qtbot.addWidget(window)
    window.show()
    home.ctx.navigate.emit("wounds", who)
    until(qtbot, lambda: window.here == "wounds")
    assert window.nav["residents"].isChecked()
    page = window.stack.currentWidget()
    assert isinstance(page, WoundsPage)
    until(qtbot, lambda: page.found is not None)
    assert window.place().page == "wounds"
    assert window.place().arg == who
    wait_quiet(qtbot, home.tasks)


def test_a_review_leads_to_its_form_and_back(home: SignedIn, qtbot: QtBot) -> None:
    """Through the window: the form is of this wound, and what was signed meanwhile stands on the card afterwards."""
    who = home.resident()
    wound_id = add(home, who)
    window = MainWindow(home.ctx, lambda: None)
    qtbot.addWidget(window)
    window.show()
    home.ctx.navigate.emit("wounds", who)
    page = window.stack.currentWidget()
    assert isinstance(page, WoundsPage)
    until(qtbot, lambda: wound_id in page.cards)
    press(page.cards[wound_id], qtbot, "Review now")
    form = window.stack.currentWidget()
    assert isinstance(form, AssessmentPage)
    until(qtbot, lambda: form.form is not None)
    wait_quiet(qtbot, home.tasks)
    review(home, wound_id, 0, "4", "3")
    window.go_back()
    assert window.here == "wounds"
    until(qtbot, lambda: "Area 12 cm² (4 × 3 cm)" in texts(page.cards[wound_id]))
    wait_quiet(qtbot, home.tasks)
