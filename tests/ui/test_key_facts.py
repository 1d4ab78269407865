"""Key facts on screen: all of them in one form by keys, and what nobody has recorded named on the resident's page."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.domain.key_facts import TOPICS
from app.domain.people import Fact, FactKind, KeyFact, ResidentId
from app.services import residents
from app.ui.dialogs.fact_edit import FactDialog
from app.ui.dialogs.key_facts import KeyFactsDialog
from app.ui.pages.resident import ResidentPage
from tests.helpers.signed_in import SignedIn
from tests.ui.helpers import clipped, unnamed


@pytest.fixture
def page(home: SignedIn, qtbot: QtBot) -> ResidentPage:
    widget = ResidentPage(home.ctx)
    home.ctx.changed.connect(widget.refresh)
    qtbot.addWidget(widget)
    widget.resize(1260, 700)
    widget.show()
    qtbot.waitUntil(widget.isActiveWindow)
    return widget


def opened(page: ResidentPage, qtbot: QtBot, person: ResidentId) -> KeyFactsDialog:
    page.opened(person)
    qtbot.waitUntil(lambda: page.record is not None and page.record.resident.id == person)
    page.key_facts()
    return dialog_of(page, qtbot)


def dialog_of(page: ResidentPage, qtbot: QtBot) -> KeyFactsDialog:
    qtbot.waitUntil(lambda: any(d.isVisible() for d in page.findChildren(KeyFactsDialog)))
    dialog = next(d for d in page.findChildren(KeyFactsDialog) if d.isVisible())
    qtbot.waitUntil(lambda: dialog.form.first().hasFocus())
    return dialog


def recorded(home: SignedIn, person: ResidentId) -> dict[str, KeyFact]:
    facts = home.call(lambda s: residents.read_again(s, person)).facts[FactKind.KEY_FACT]
    return {f.body.topic: f.body for f in facts if isinstance(f.body, KeyFact)}


def test_every_topic_is_filled_in_by_keys_alone_and_stands_on_the_page(
    page: ResidentPage, home: SignedIn, qtbot: QtBot
) -> None:
    person = home.resident()
    dialog = opened(page, qtbot, person)
    assert unnamed(dialog) == []
    keys = list(dialog.form.fields)
    qtbot.waitUntil(dialog.form.fields[keys[0]].target.hasFocus)
    for key in keys:
        target = dialog.form.fields[key].target
        qtbot.waitUntil(target.hasFocus)
        qtbot.keyClicks(target, "Y" if key.endswith(".state") else f"words of {key.partition('.')[0]}")
        qtbot.keyClick(target, Qt.Key.Key_Tab)
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    section = page.sections["key_fact"]
    qtbot.waitUntil(lambda: f"words of {TOPICS[-1].code}" in section.texts())
    said = section.texts()
    assert [t.code for t in TOPICS if f"words of {t.code}" not in said] == []
    assert "Not recorded" not in said
    assert set(recorded(home, person)) == {topic.code for topic in TOPICS}


def test_what_nobody_has_recorded_is_named(page: ResidentPage, home: SignedIn, qtbot: QtBot) -> None:
    person = home.resident("John", "Smith", KeyFact("diabetes", "", state=False), KeyFact("faith", "none known"))
    page.opened(person)
    section = page.sections["key_fact"]
    qtbot.waitUntil(lambda: "Diabetes" in section.texts())
    lines = [each.text() for each in section.findChildren(QLabel)]
    silent = ", ".join(line for line in lines if line.startswith("Not recorded: "))
    missing = [t.label for t in TOPICS if t.code not in {"diabetes", "faith"} and t.label not in silent]
    assert missing == []
    assert "No" in lines
    assert "none known" in lines
    qtbot.waitUntil(lambda: clipped(section) == [])


def test_a_change_asks_for_the_reason_and_words_without_yes_or_no_are_refused_at_the_field(
    page: ResidentPage, home: SignedIn, qtbot: QtBot
) -> None:
    person = home.resident("John", "Smith", KeyFact("language", "Welsh"))
    dialog = opened(page, qtbot, person)
    dialog.form.set_typed({"language.text": "Welsh and English", "catheter.text": "urethral"})
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    fields = dialog.form.fields
    qtbot.waitUntil(lambda: bool(fields["catheter.state"].error and fields["reason"].error))
    assert recorded(home, person) == {"language": KeyFact("language", "Welsh")}, "all or nothing"
    dialog.form.set_typed({"catheter.state": "no", "reason": "Asked the daughter"})
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "catheter" in recorded(home, person))
    assert recorded(home, person)["language"].text == "Welsh and English"
    assert recorded(home, person)["catheter"] == KeyFact("catheter", "urethral", state=False)


def test_one_key_fact_is_changed_in_the_form_of_one_fact(page: ResidentPage, home: SignedIn, qtbot: QtBot) -> None:
    person = home.resident("John", "Smith", KeyFact("oxygen", "2 litres", state=True))
    page.opened(person)
    qtbot.waitUntil(lambda: page.record is not None and page.record.resident.id == person)
    (fact,) = page.record.facts[FactKind.KEY_FACT] if page.record else ()
    assert isinstance(fact, Fact)
    page.change_fact(fact)
    qtbot.waitUntil(lambda: any(d.isVisible() for d in page.findChildren(FactDialog)))
    dialog = page.findChildren(FactDialog)[0]
    qtbot.waitUntil(lambda: dialog.form.first().hasFocus())
    assert dialog.form.typed()["topic"] == "oxygen"
    dialog.form.set_typed({"state": "no", "text": "", "reason": "Stopped by the clinic"})
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: recorded(home, person)["oxygen"] == KeyFact("oxygen", "", state=False))
