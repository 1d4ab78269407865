"""Passwords: phrases to suggest, how strong one is, and which are refused.

There are no rules about symbols and no expiry; length and not being guessable are what helps (NCSC; OWASP ASVS 5.0,
chapter 6). The word list and the estimate are libraries', and both are loaded when they are first asked for: the first
window does without them.
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.domain.errors import UserError

WORDS = 4
"""Words of a suggested phrase: 51.7 bits, chosen by chance from 7,776 words each."""
FEWEST_WORDS = 3
"""The fewest that are offered: 38.8 bits."""
SHORTEST = 8
_WEAKEST_ALLOWED = 2
_LOOKED_AT = 64  # the estimate's work grows with the square of the length; what follows only makes it stronger
_LABELS = ("very weak", "weak", "fair", "good", "strong")
_BETTER = "Three words that have nothing to do with each other are better"
_WHY = {
    "dictionary": "one of the first that anybody would try",
    "repeat": "made of repeats, which are quick to guess",
    "sequence": "made of a row of letters or numbers, which is quick to guess",
    "spatial": "made of keys that lie side by side, which is quick to guess",
    "date": "made of a date, which is quick to guess",
}


@dataclass(frozen=True, slots=True)
class Strength:
    """How hard a password is to guess: ``score`` 0 (at once) to 4 (not in practice), and the same as a word.

    ``enough`` says whether it would be accepted.
    """

    score: int
    label: str
    enough: bool


def suggest_phrase(words: int = WORDS) -> str:
    """A phrase of words chosen by chance, with spaces between them. ``words`` is at least :data:`FEWEST_WORDS`."""
    if words < FEWEST_WORDS:
        raise ValueError(f"a phrase has at least {FEWEST_WORDS} words")
    return " ".join(secrets.choice(_words()) for _ in range(words))


def strength(password: str, *known: str) -> Strength:
    """How strong a password is for somebody whose names (their own, their user name, the home's) are ``known``."""
    text = _as_typed_anywhere(password)
    if not text:
        return Strength(0, _LABELS[0], enough=False)
    score = int(_estimate(text, known)["score"])
    return Strength(score, _LABELS[score], enough=len(text) >= SHORTEST and score >= _WEAKEST_ALLOWED)


def check_password(password: str, *known: str, field: str = "password") -> None:
    """Refuse a password that would not protect the records: too short, or soon guessed by whoever knows ``known``.

    Raises UserError at ``field``, saying why and what is better.
    """
    text = _as_typed_anywhere(password)
    if len(text) < SHORTEST:
        raise UserError(f"Password must be at least {SHORTEST} characters. {_BETTER}", field=field)
    found = _estimate(text, known)
    if found["score"] < _WEAKEST_ALLOWED:
        longest = max(found["sequence"], key=lambda part: len(part["token"]))
        if longest.get("dictionary_name") == "user_inputs":
            why = "made of a name that belongs to you or the home"
        else:
            why = _WHY.get(longest["pattern"], "quick to guess")
        raise UserError(f"This password is {why}. {_BETTER}", field=field)


def _as_typed_anywhere(password: str) -> str:
    """The form its key is derived from: the same whichever keyboard it was typed on."""
    return unicodedata.normalize("NFKC", password)


def _estimate(text: str, known: tuple[str, ...]) -> dict[str, Any]:
    from zxcvbn import zxcvbn

    names = {"hartwell", *known, *(word for name in known for word in name.split() if len(word) > 2)}
    found: dict[str, Any] = zxcvbn(text[:_LOOKED_AT], user_inputs=sorted(filter(None, names)))
    return found


@cache
def _words() -> tuple[str, ...]:
    """The long list of the EFF: 7,776 plain English words, without offensive or easily confused ones."""
    from xkcdpass import xkcd_password

    found = xkcd_password.generate_wordlist(xkcd_password.locate_wordfile("eff-long"), 3, 9)
    return tuple(sorted(found))
