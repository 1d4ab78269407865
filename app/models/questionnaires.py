"""The home's own questionnaires, version by version, as they were taken in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.domain.codec import parse
from app.models import schema
from app.models.store import Work

KIND = "questionnaire"
_Q = schema.questionnaire.c


@dataclass(frozen=True, slots=True)
class Line:
    """One version: its text and what is known of it. ``added_at`` is a stored instant."""

    code: str
    version: str
    title: str
    sha256: str
    added_at: str
    added_by: str
    active: bool
    text: str
    pathway: str


def take_in(work: Work, code: str, version: str, title: str, sha256: str, pathway: str, text: str) -> None:
    """Keep a version (or offer it again) and offer it in the place of the one before."""
    body = {"code": code, "version": version, "title": title, "sha256": sha256, "pathway": pathway, "text": text}
    revised = work.revise(KIND, f"{code}|{version}", body, action="take-in")
    work.connection.execute(update(schema.questionnaire).where(_Q.code == code).values(active=0))
    work.connection.execute(schema.questionnaire.delete().where(_Q.code == code, _Q.version == version))
    work.connection.execute(
        insert(schema.questionnaire),
        {
            "code": code,
            "version": version,
            "title": title,
            "sha256": sha256,
            "added_at": work.at,
            "added_by": work.author.user,
            "active": 1,
            "revision_id": revised.id,
            "body": _kept(pathway, text),
        },
    )


def turn_off(work: Work, code: str, reason: str) -> bool:
    """Offer it no longer; False when it was not offered."""
    version = active_version(work.connection, code)
    if version is None:
        return False
    body = {"code": code, "version": version}
    work.revise(KIND, f"{code}|{version}", body, state="off", reason=reason, action="turn-off")
    work.connection.execute(update(schema.questionnaire).where(_Q.code == code).values(active=0))
    return True


def active_version(connection: Connection, code: str) -> str | None:
    """The version that is offered, or None."""
    return connection.execute(select(_Q.version).where(_Q.code == code, _Q.active == 1)).scalar()


def active(connection: Connection) -> frozenset[str]:
    """The codes of those that are offered."""
    return frozenset(connection.execute(select(_Q.code).where(_Q.active == 1)).scalars())


def lines(connection: Connection) -> tuple[Line, ...]:
    """Every version, by title, the newest of each first."""
    query = select(schema.questionnaire).order_by(_Q.title, _Q.code, _Q.added_at.desc())
    return tuple(_line(row) for row in connection.execute(query))


def newest(connection: Connection) -> Iterator[Line]:
    """The version of each that was taken in last: the one to read its records with."""
    seen: set[str] = set()
    for line in sorted(lines(connection), key=lambda line: (line.active, line.added_at), reverse=True):
        if line.code not in seen:
            seen.add(line.code)
            yield line


def credits_of(text: str) -> tuple[str, str]:
    """Who published a questionnaire and what it says about its use; empty texts when it does not say."""
    found = parse(text)
    publisher, words = found.get("publisher"), found.get("copyright")
    return (
        publisher.strip()[:200] if isinstance(publisher, str) else "",
        words.strip()[:1000] if isinstance(words, str) else "",
    )


def _kept(pathway: str, text: str) -> str:
    return f"{pathway}\n{text}"


def _line(row: Any) -> Line:
    pathway, _, text = row.body.partition("\n")
    return Line(
        row.code, row.version, row.title, row.sha256, row.added_at, row.added_by, bool(row.active), text, pathway
    )
