"""The commands that look after the record itself: its accounts, its keys, its backups, and whether it is whole."""

from __future__ import annotations

import argparse
from collections.abc import Callable

Command = Callable[[argparse.Namespace], int]
Add = Callable[[str, Command, str], argparse.ArgumentParser]


def register(add: Add) -> None:
    """Put the commands of this module among the others."""
