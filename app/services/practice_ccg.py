"""The practice home's own CCG, kept in a folder beside its store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from app.sync.practice_ccg import PracticeCcg

_FOLDER = "practice-ccg"
_EXCHANGE = "exchange"


def connection(store_dir: Path, now: Callable[[], datetime]) -> dict[str, str]:
    """The settings that connect a practice home to its CCG, made ready if need be."""
    exchange = store_dir / _FOLDER / _EXCHANGE
    exchange.mkdir(parents=True, exist_ok=True)
    with PracticeCcg(store_dir / _FOLDER, now=now) as ccg:
        return {"transport": "folder", "path": str(exchange), "recipient_public_key": ccg.public_key}


def answer(store_dir: Path, now: Callable[[], datetime]) -> int:
    """Let it read what has been sent to it and answer; how many messages it answered.

    None where the practice home has been connected to another folder than its own.
    """
    if not (store_dir / _FOLDER / _EXCHANGE).is_dir():
        return 0
    with PracticeCcg(store_dir / _FOLDER, now=now) as ccg:
        return ccg.run_folder(store_dir / _FOLDER / _EXCHANGE)
