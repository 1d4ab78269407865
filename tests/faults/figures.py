"""The figures of the fault tests: one row a test, printed as a table when the run ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Row:
    """One row: what was done, and what was counted, in the order in which it was first named."""

    test: str
    title: str = ""
    counts: dict[str, int | float | str] = field(default_factory=dict)

    def add(self, name: str, more: int = 1) -> None:
        """Count something."""
        self.counts[name] = self.count(name) + more

    def count(self, name: str) -> int:
        """How often something was counted so far."""
        found = self.counts.get(name, 0)
        assert isinstance(found, int)
        return found

    def set(self, **values: int | float | str) -> None:
        """Note figures as they are."""
        self.counts.update(values)

    def worst(self, name: str, value: float) -> None:
        """Keep the largest of something."""
        before = self.counts.get(name, value)
        assert not isinstance(before, str)
        self.counts[name] = max(before, value)


rows: list[Row] = []
seeds: set[str] = set()


def new_row(test: str) -> Row:
    """A row for the test with this name."""
    made = Row(test, test.rpartition("::")[2])
    rows.append(made)
    return made


def table(outcomes: Mapping[str, str]) -> list[str]:
    """The rows as lines of text, each with how its test ended."""
    if not rows:
        return []
    width = max(len(row.title) for row in rows)
    said = [
        f"{outcomes.get(row.test, 'not run'):<8}{row.title:<{width}}  "
        + ", ".join(f"{name.replace('_', ' ')} {_shown(value)}" for name, value in row.counts.items())
        for row in rows
    ]
    return [*said, f"seed: {', '.join(sorted(seeds))}"] if seeds else said


def _shown(value: float | str) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
