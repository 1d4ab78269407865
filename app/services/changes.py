"""What a use case changed, so that open screens can refresh themselves and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.people import ResidentId


@dataclass(frozen=True, slots=True)
class Changes:
    """Which residents, and which kinds of thing: resident, fact, assessment, draft, alert, transfer, claim, outbox,
    staff, setting, journey, bag, home_fact (and beside it the kind of fact)."""

    kinds: frozenset[str] = frozenset()
    residents: frozenset[ResidentId] = frozenset()

    def __or__(self, other: Changes) -> Changes:
        """Both sets of changes together."""
        return Changes(self.kinds | other.kinds, self.residents | other.residents)


def changes(*kinds: str, resident: ResidentId | None = None) -> Changes:
    """Changes of the kinds, to one resident if given."""
    return Changes(frozenset(kinds), frozenset({resident} if resident else ()))
