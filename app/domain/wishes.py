"""What is recorded about CPR in two places, and whether the two agree.

The CPR status is a fact of the record: it stands in the banner of safety and on page 1 of the red-bag pack. The summary
of the documents (ReSPECT, DNACPR, advance decision) is an assessment. Two records that conflict can cost a life or take
away a death that was wished for, so that they are said loudly; which of them is right, only the originals and the
clinician can say.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from app.domain.instruments import respect_summary
from app.domain.people import CPR_LABELS, CprDecision, CprKind

_RESOLVE = "Look at the originals and ask the GP today."


def cpr_conflicts(documents: Collection[str] | None, says: str, recorded: Sequence[CprDecision]) -> tuple[str, ...]:
    """Where the records about CPR conflict, in sentences; nothing when they agree or there is only one.

    ``documents`` are the codes of the summary's documents (None without a summary), ``says`` its part ``cpr``;
    ``recorded`` every CPR decision of the record that stands.
    """
    found = []
    kinds = {each.kind for each in recorded}
    if {CprKind.ATTEMPT, CprKind.DNACPR} <= kinds:
        found.append(f"The CPR status is recorded both as for CPR and as DNACPR. {_RESOLVE}")
    if documents is None:
        return tuple(found)
    if says == respect_summary.CONFLICT:
        found.append(f"The documents say different things about CPR. {_RESOLVE}")
    against = {
        CprKind.ATTEMPT: says == "do_not_attempt",
        CprKind.DNACPR: says in {"attempt", respect_summary.NO_DECISION},
        CprKind.RESPECT: respect_summary.RESPECT not in documents,
    }
    said = respect_summary.PAGE_ONE.get(says, "nothing about CPR")
    found += [
        f"The CPR status says “{CPR_LABELS[kind]}”, the summary of the documents “{_named(kind, said)}”. {_RESOLVE}"
        for kind in CprKind
        if kind in kinds and against[kind]
    ]
    return tuple(found)


def cpr_silence(says: str, recorded: Sequence[CprDecision]) -> str:
    """What to do when the summary says no CPR and the CPR status, which the red-bag pack prints, says nothing."""
    if recorded or says != "do_not_attempt":
        return ""
    return "The CPR status is not recorded: record it too, it is what page 1 of the red-bag pack prints."


def _named(kind: CprKind, said: str) -> str:
    return "no ReSPECT form" if kind is CprKind.RESPECT else said
