"""Files put in the place of others: cut short after any step, finished by the next call."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.vault import moving

BESIDE = ("keys", "anchor")
SPARE = ("keys.bak",)
OLD = ("store", "store-wal", "keys", "anchor", *SPARE)


class PowerCut(BaseException):
    """The power goes."""


def prepared(place: Path, *, old: bool) -> None:
    place.mkdir()
    if old:
        for name in OLD:
            (place / name).write_text(f"old {name}")
    incoming = moving.begin(place)
    for name in ("store", *BESIDE):
        (incoming / name).write_text(f"new {name}")


def state(place: Path) -> dict[str, str]:
    return {p.name: p.read_text() for p in place.iterdir() if p.is_file()}


NEW = {"store": "new store", "keys": "new keys", "anchor": "new anchor"}


def test_until_it_is_ready_nothing_moves_and_a_new_attempt_starts_afresh(tmp_path: Path) -> None:
    place = tmp_path / "home"
    prepared(place, old=True)
    before = state(place)
    moving.finish(place, "store", BESIDE, SPARE)
    assert state(place) == before
    assert list(moving.begin(place).iterdir()) == []


@pytest.mark.parametrize("old", [True, False])
@pytest.mark.parametrize("steps", range(12))
def test_cut_short_anywhere_it_is_finished_by_the_next_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int, *, old: bool
) -> None:
    place = tmp_path / "home"
    prepared(place, old=old)
    moving.ready(place, "aside")
    left = [steps]
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if not left[0]:
            raise PowerCut
        left[0] -= 1
        return real(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        try:
            moving.finish(place, "store", BESIDE, SPARE)
            finished = True
        except PowerCut:
            finished = False
    assert finished or moving.is_ready(place)
    moving.finish(place, "store", BESIDE, SPARE)
    assert state(place) == NEW
    assert not (place / moving.INCOMING).exists()
    if old:
        assert state(place / "aside") == {name: f"old {name}" for name in OLD}
    else:
        assert not (place / "aside").exists()
