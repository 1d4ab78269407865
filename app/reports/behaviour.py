"""The ABC records of some weeks on paper, for the GP or a specialist: what they have in common, then each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.behaviour import SHIFTS, Pattern
from app.domain.dates import date_time, long_date
from app.domain.instruments.abc_chart import ANTECEDENTS, BEHAVIOURS, HELPED
from app.reports.paper import NOTE, NOTE_STRONG, STRONG, VALUE, Flow, Piece
from app.reports.resident_paper import Stamp, begun, finished

_TITLE = "Behaviour: ABC records"
_BEFORE = ("place", "present", "antecedent", "antecedent_note")
_SEEN = ("behaviour_kind", "behaviour", "harm")
_AFTER = ("response", "unmet_need")


@dataclass(frozen=True, slots=True)
class PaperEpisode:
    """One record: when it began, its answers in words by link id, and who wrote it down."""

    at: datetime
    words: Mapping[str, str]
    by: str


@dataclass(frozen=True, slots=True)
class BehaviourPaper:
    """What is printed: records from ``first`` to ``last``, newest first. ``again`` names new behaviours seen three
    times in 72 hours; ``unfinished`` records are listed and not counted."""

    stamp: Stamp
    first: date
    last: date
    pattern: Pattern
    again: Sequence[str]
    unfinished: int
    episodes: Sequence[PaperEpisode]


def behaviour_pdf(paper: BehaviourPaper) -> bytes:
    """The paper as a PDF. The same paper gives the same bytes."""
    flow = begun(paper.stamp, _TITLE)
    flow.paragraph((f"From {long_date(paper.first)} to {long_date(paper.last)}.", VALUE))
    flow.heading("What the records have in common", "pattern", room=60)
    for each in paper.again:
        flow.paragraph((f"New, and three times within 72 hours: {_small(each)}.", STRONG))
    for words in paper.pattern.words:
        flow.paragraph((words, VALUE))
    if paper.unfinished:
        count = "1 record is" if paper.unfinished == 1 else f"{paper.unfinished} records are"
        flow.paragraph((f"{count} not finished and left out of the counts.", NOTE))
    flow.paragraph(
        ("Counts of what staff saw and wrote down. A pattern is claimed from five records on; it is no cause.", NOTE)
    )
    _counts(flow, paper.pattern)
    _episodes(flow, paper.episodes)
    return finished(flow, paper.stamp, _TITLE)


def _counts(flow: Flow, pattern: Pattern) -> None:
    if not pattern.episodes:
        return
    rows = [
        ("When", _listed(pattern.by_shift, SHIFTS)),
        ("Day of the week", _listed(pattern.by_weekday, {})),
        ("What came before", _listed(pattern.by_antecedent, ANTECEDENTS)),
        ("What was seen", _listed(pattern.by_behaviour, BEHAVIOURS)),
        ("What helped most", _listed(pattern.by_helped, HELPED)),
    ]
    flow.y += 4
    for name, words in rows:
        flow.fact(name, (words, VALUE))
    flow.y += 6


def _listed(counts: Mapping[str, int], words: Mapping[str, str]) -> str:
    return "; ".join(f"{_capital(words.get(code, code))}: {count}" for code, count in counts.items())


def _episodes(flow: Flow, episodes: Sequence[PaperEpisode]) -> None:
    flow.heading("Each record, newest first", "records", room=80)
    rows = [
        (
            ((f"{date_time(each.at)}, {each.by}", NOTE),),
            ((_joined(each.words, _BEFORE), NOTE),),
            ((_joined(each.words, _SEEN), NOTE), *_labelled("Strength:", each.words.get("intensity"))),
            ((_joined(each.words, _AFTER), NOTE), *_labelled("Helped most:", each.words.get("helped"))),
        )
        for each in episodes
    ]
    flow.table(("When, by whom", "Before", "What was seen", "After"), (95, 125, 180, 127), rows)


def _labelled(label: str, words: str | None) -> tuple[Piece, ...]:
    return ((f"{label} {_small(words)}", NOTE_STRONG),) if words else ()


def _joined(words: Mapping[str, str], keys: Sequence[str]) -> str:
    return ". ".join(words[key].rstrip(". ") for key in keys if words.get(key)) or "Not recorded"


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
