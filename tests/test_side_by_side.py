"""A long list is answered by all cores exactly as by one, in order, also when a helper dies in the middle."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from app.domain.premium import decide_line
from app.side_by_side import SideBySide
from tests.domain.test_premium_contract import EXAMPLE

HERE = os.getpid()


def shouted(lines: list[str]) -> list[str]:
    return [line.upper() for line in lines]


def dies_elsewhere(lines: list[str]) -> list[str]:
    if os.getpid() != HERE:
        os._exit(9)
    return shouted(lines)


@pytest.mark.parametrize("work", [shouted, dies_elsewhere])
def test_every_line_is_answered_once_and_in_order(work: object) -> None:
    lines = [f"line {number}" for number in range(1_500)]
    with SideBySide(work) as answer:  # type: ignore[var-annotated,arg-type]
        found = [each for at in range(0, 1_500, 300) for each in answer(lines[at : at + 300])]
        assert found == [line.upper() for line in lines]
        assert answer(["last"]) == ["LAST"]


def test_many_weeks_are_decided_by_the_command_as_one_by_one() -> None:
    lines = [json.dumps({**json.loads(EXAMPLE), "id": f"c{number}"}) for number in range(2_500)]
    lines[1_200] = "{broken"
    lines[2_400] = lines[2_400].replace('"needs"', '"neds"')
    done = subprocess.run(
        [sys.executable, "-m", "app", "decide"], input="\n".join(lines), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout.splitlines() == [decide_line(line)[0] for line in lines]
