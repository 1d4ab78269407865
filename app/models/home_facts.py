"""What the home records about itself for the premium, in one table as the facts about residents are."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as upsert

from app.domain.codec import canonical, from_plain, instant, parse, to_plain
from app.domain.home_facts import (
    HOME_FACT_TYPES,
    DatedPolicy,
    HomeFact,
    HomeFactBody,
    HomeFactId,
    HomeFactKind,
    home_fact_about,
    home_fact_day,
    home_fact_kind,
)
from app.domain.people import RevisionId
from app.domain.premium.policy import POLICIES, Policy
from app.models import revisions, schema
from app.models.store import Work

_T = TypeVar("_T", bound=HomeFactBody)
_F = schema.home_fact.c


def save(
    work: Work,
    body: HomeFactBody,
    *,
    fact_id: HomeFactId | None = None,
    reason: str = "",
    in_error: bool = False,
) -> HomeFact:
    """Record a fact, with ``fact_id`` a change to one, or that it was entered in error."""
    kind = home_fact_kind(body)
    entity = fact_id or HomeFactId(work.new_id())
    state = "entered-in-error" if in_error else "recorded"
    action = state if in_error else ("change" if fact_id else "add")
    revised = work.revise(kind, entity, {"home_fact": to_plain(body)}, state=state, reason=reason, action=action)
    row = {
        "id": entity,
        "kind": kind.value,
        "about": home_fact_about(body),
        "on_day": home_fact_day(body),
        "revision_id": revised.id,
        "recorded_at": work.at,
        "recorded_by": work.author.user,
        "in_error": int(in_error),
        "reason": reason,
        "body": canonical(to_plain(body)),
    }
    put = upsert(schema.home_fact).values(row)
    work.connection.execute(put.on_conflict_do_update(index_elements=["id"], set_=row))
    return HomeFact(entity, RevisionId(revised.id), body, work.now, work.author.user, in_error=in_error, reason=reason)


def fact(connection: Connection, fact_id: HomeFactId) -> HomeFact | None:
    """One fact as last recorded, or None."""
    row = connection.execute(select(schema.home_fact).where(_F.id == fact_id)).first()
    return _fact(row) if row else None


def facts(
    connection: Connection,
    kind: HomeFactKind,
    *,
    about: str | None = None,
    in_error: bool = False,
    first: str = "",
    before: str = "",
) -> tuple[HomeFact, ...]:
    """Sound facts of a kind (with ``in_error`` those too), the latest day first.

    ``first`` and ``before`` limit the days (ISO text as :func:`home_fact_day` gives it): from the one, up to the other.
    """
    query = select(schema.home_fact).where(_F.kind == kind.value).order_by(_F.on_day.desc(), _F.id.desc())
    if about is not None:
        query = query.where(_F.about == about)
    if first:
        query = query.where(_F.on_day >= first)
    if before:
        query = query.where(_F.on_day < before)
    if not in_error:
        query = query.where(_F.in_error == 0)
    return tuple(_fact(row) for row in connection.execute(query))


def bodies(connection: Connection, cls: type[_T], *, in_error: bool = False) -> tuple[_T, ...]:
    """What the sound facts of one type say (with ``in_error`` those too), the latest day first."""
    kind = next(kind for kind, known in HOME_FACT_TYPES.items() if known is cls)
    return tuple(fact.body for fact in facts(connection, kind, in_error=in_error) if isinstance(fact.body, cls))


def history(connection: Connection, fact_id: HomeFactId) -> tuple[HomeFact, ...]:
    """Every recorded version of a fact, newest first."""
    return tuple(
        HomeFact(
            HomeFactId(r.entity_id), RevisionId(r.id), taken_apart(r.kind, r.body), r.recorded_at, r.author,
            in_error=r.state == "entered-in-error", reason=r.reason,
        )
        for r in reversed(revisions.revisions(connection, fact_id))
    )  # fmt: skip


def keep_paper(work: Work, sha256: str, media_type: str, content: bytes) -> None:
    """Keep the bytes of a paper, once however often it is attached."""
    put = upsert(schema.blob).values(sha256=sha256, media_type=media_type, content=content)
    work.connection.execute(put.on_conflict_do_nothing())


def paper(connection: Connection, sha256: str) -> bytes | None:
    """The bytes of a paper, or None."""
    return connection.execute(select(schema.blob.c.content).where(schema.blob.c.sha256 == sha256)).scalar()


def policies(connection: Connection, *, in_error: bool = False) -> tuple[Policy, ...]:
    """Every policy that holds or has held: the one that the premium began with, and what the home recorded since.

    With ``in_error`` also those that should not have been recorded: a claim may have been decided under one.
    """
    recorded = [dated.policy for dated in bodies(connection, DatedPolicy, in_error=in_error)]
    return tuple(sorted((*POLICIES, *recorded), key=lambda policy: (policy.starts, policy.version)))


def taken_apart(kind: str, body: Any) -> HomeFactBody:
    """What a revision of a fact of the home says."""
    return from_plain(body["home_fact"], HOME_FACT_TYPES[HomeFactKind(kind)])


def _fact(row: Any) -> HomeFact:
    body = from_plain(parse(row.body), HOME_FACT_TYPES[HomeFactKind(row.kind)])
    return HomeFact(
        HomeFactId(row.id), RevisionId(row.revision_id), body,
        instant(row.recorded_at), row.recorded_by, in_error=bool(row.in_error), reason=row.reason,
    )  # fmt: skip
