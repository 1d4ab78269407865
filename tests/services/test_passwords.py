"""Passwords: what is suggested, what is refused and in which words."""

from __future__ import annotations

import math

import pytest

from app.domain.errors import UserError
from app.services import passwords, practice
from app.services.passwords import check_password, strength, suggest_phrase

NAMES = ("mo", "Mo Featherstone", "Practice House")


@pytest.mark.parametrize("password", ["", "short", "1234567", "Password1", "qwertyuiop", "hartwell", "liverpool1"])
def test_a_password_that_protects_nothing_is_refused_with_what_is_better(password: str) -> None:
    with pytest.raises(UserError, match="Three words") as refusal:
        check_password(password)
    assert refusal.value.field == "password"


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("four4fo", "at least 8 characters"),
        ("Featherstone", "a name that belongs to you or the home"),
        ("practice house", "a name that belongs to you or the home"),
        ("Hartwell1", "a name that belongs to you or the home"),
        ("aaaaaaaaaaaaaaaa", "repeats"),
        ("abcdefghijkl", "a row of letters or numbers"),
        ("sdfghjkl", "side by side"),
        ("Password1", "first that anybody would try"),
    ],
)
def test_the_refusal_says_why(password: str, why: str) -> None:
    with pytest.raises(UserError, match=why):
        check_password(password, *NAMES)


@pytest.mark.parametrize(
    "password",
    [
        "three quiet words", "čtyři tichá slova", "four calm grey geese", practice.PASSWORD, "blue-tractor",
        "x7!Kp2#vQ9", "correct horse battery staple " * 3, "a" * 5 + "river stone lamp" + "b" * 60, "тихие слова здесь",
    ],
)  # fmt: skip
def test_no_rule_about_symbols_or_length_stands_in_the_way(password: str) -> None:
    check_password(password, *NAMES)
    assert strength(password, *NAMES).enough


def test_the_same_password_from_another_keyboard_is_judged_the_same() -> None:
    wide = "ｐａｓｓｗｏｒｄ１"  # NFKC makes it "password1", from which its key would be derived
    assert strength(wide) == strength("password1")
    with pytest.raises(UserError):
        check_password(wide)


def test_strength_is_a_word_as_well_as_a_number() -> None:
    assert strength("").label == "very weak"
    assert strength("password1").label in {"very weak", "weak"}
    assert strength("three quiet words").label == "strong"
    assert not strength("x7!Kp2").enough


def test_a_phrase_is_four_words_of_the_long_list_chosen_by_chance() -> None:
    phrases = [suggest_phrase() for _ in range(200)]
    words = [word for phrase in phrases for word in phrase.split(" ")]
    assert {len(phrase.split(" ")) for phrase in phrases} == {4}
    assert set(words) <= set(passwords._words())
    assert len(set(words)) > 700, "800 draws from 7,776 words give about 760 different ones"
    assert len(suggest_phrase(3).split(" ")) == 3
    assert passwords.WORDS * math.log2(len(passwords._words())) > 51
    assert min(strength(phrase).score for phrase in phrases) == 4


def test_fewer_than_three_words_are_not_offered() -> None:
    with pytest.raises(ValueError, match="at least 3"):
        suggest_phrase(2)
