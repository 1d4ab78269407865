"""The recovery key as people write and type it: eight groups of four, capitals and the digits 2 to 7.

The alphabet has no 0, 1 or 8 (RFC 4648, base 32), so a digit that was typed for a letter can be read as meant.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

GROUPS = 8
GROUP = 4
_LIKE = str.maketrans({"0": "O", "1": "I", "8": "B"})


def tidy(typed: str) -> str:
    """What was typed as the key is printed: capitals in groups of four with hyphens between.

    Spaces, hyphens, other marks and case do not matter; 0, 1 and 8 are read as O, I and B.
    """
    kept = [char for char in unicodedata.normalize("NFKC", typed).upper() if char.isalnum()]
    text = "".join(kept).translate(_LIKE)
    return "-".join(text[at : at + GROUP] for at in range(0, len(text), GROUP))


def groups(key: str) -> tuple[str, ...]:
    """The groups of a key, in order."""
    return tuple(tidy(key).split("-"))


def is_whole(typed: str) -> bool:
    """Whether as many characters were typed as a key has."""
    return [len(group) for group in groups(typed)] == [GROUP] * GROUPS


def wrong_groups(key: str, typed: Sequence[tuple[int, str]]) -> tuple[int, ...]:
    """The positions (from 0) whose group was typed back wrong."""
    right = groups(key)
    return tuple(position for position, text in typed if tidy(text) != right[position])


def short_store(store_id: str) -> str:
    """The first eight characters of a store's id: enough to tell one home's sheet from another's."""
    return store_id[:8]
