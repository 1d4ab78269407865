"""The projections built again from the record alone, to compare with the tables that the screens read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, select

from app.domain.codec import canonical, from_plain, instant_text, parse, to_plain
from app.domain.home_facts import HOME_FACT_TYPES, home_fact_about, home_fact_day
from app.domain.journeys import Journey
from app.domain.observations import Measured, measured_by
from app.domain.people import FACT_TYPES, FactKind, ResidentDetails
from app.models import schema
from app.models.home_facts import taken_apart
from app.models.residents import fold

Rows = dict[tuple[object, ...], dict[str, object]]


def stored(connection: Connection, table: Table) -> Rows:
    """A table as it is, by primary key."""
    keys = [column.name for column in table.primary_key]
    return {tuple(row[key] for key in keys): dict(row) for row in connection.execute(select(table)).mappings()}


def rebuilt(connection: Connection) -> dict[str, Rows]:  # noqa: PLR0912 - one case a kind of record
    """Every table that the screens read of residents and their care, from nothing but the revisions in their order.

    Notes are keyed by what they stand in (or their own id) and come without the store's own numbers; compare them with
    :func:`stored_notes`.
    """
    facts: Rows = {}
    notes: Rows = {}
    entities: dict[str, Rows] = {"wound": {}, "fall": {}, "photo": {}, "journey": {}, "bag": {}}
    questionnaires: Rows = {}
    residents: Rows = {}
    assessments: Rows = {}
    alerts: Rows = {}
    home_facts: Rows = {}
    observations: Rows = {}
    columns = schema.revision.c
    for revision in connection.execute(select(schema.revision).order_by(columns.device_id, columns.seq)):
        body = parse(revision.body)
        match revision.kind:
            case "resident":
                residents[(revision.entity_id,)] = _resident(revision, body)
            case "assessment":
                gone = [key for key in assessments if key[3] == revision.entity_id]
                for key in gone:
                    del assessments[key]
                row = _assessment(revision, body)
                assessments[row["resident_id"], row["instrument"], row["at"], row["id"]] = row
                measured = measured_by(body["instrument"], body["answers"], body.get("about", ""))
                _measure(observations, revision, body, measured)
                _note_within(notes, revision, body)
            case "note":
                notes[(revision.entity_id,)] = _note(revision, body, revision.entity_id, "")
            case "wound" | "fall" | "photo" | "journey" | "bag":
                entities[revision.kind][(revision.entity_id,)] = _entity(revision, body)
            case "questionnaire":
                _questionnaire(questionnaires, revision, body)
            case "observation":
                _measure(observations, revision, body, (Measured(body["kind"], body["value"], body["detail"]),))
            case "alert":
                alerts[(revision.entity_id,)] = _alert(revision, body)
            case kind if kind in HOME_FACT_TYPES:
                home_facts[(revision.entity_id,)] = _home_fact(revision, body)
            case kind if kind in FACT_TYPES:
                facts[body["resident_id"], kind, revision.entity_id] = _fact(revision, body)
            case _:
                pass
    for row in residents.values():
        row.update(_presence(facts, row["id"]))
    _mark_latest(assessments)
    return {
        "resident": residents,
        "fact": facts,
        "assessment": assessments,
        "alert": alerts,
        "home_fact": home_facts,
        "observation": observations,
        "note": notes,
        "questionnaire": questionnaires,
        **entities,
    }


def same_as_stored(connection: Connection) -> None:
    """Assert that every table is what the record alone would make of it."""
    for name, rows in rebuilt(connection).items():
        found = stored_notes(connection) if name == "note" else stored(connection, schema.metadata.tables[name])
        assert rows == found, name


def stored_notes(connection: Connection) -> Rows:
    """The notes by what they stand in or their own id, without what only this store knows them by."""
    found: Rows = {}
    for row in stored(connection, schema.note).values():
        own = not row["source"]
        key = (row["id"] if own else row["source"],)
        assert key not in found, "one note to a record"
        found[key] = {name: value for name, value in row.items() if name != "n" and (own or name != "id")}
    return found


def _note(revision: Any, body: Any, entity: str, source: str) -> dict[str, object]:
    row: dict[str, object] = {
        "resident_id": body["resident_id"],
        "at": revision.valid_at,
        "author": revision.author,
        "source": source,
        "in_error": int(revision.state == "entered-in-error"),
        "revision_id": revision.id,
        "text": body["text"],
    }
    return row if source else {"id": entity, **row}


def _note_within(notes: Rows, revision: Any, body: Any) -> None:
    """The note of an assessment: of its newest version; struck with it, it stays as that version had it."""
    key = (revision.entity_id,)
    if revision.state == "entered-in-error":
        if key in notes:
            notes[key]["in_error"] = 1
        return
    notes.pop(key, None)
    if body.get("note"):
        inner = {"resident_id": body["resident_id"], "text": body["note"]}
        notes[key] = _note(revision, inner, "", revision.entity_id)


def _entity(revision: Any, body: Any) -> dict[str, object]:
    if revision.kind == "bag":
        bag = body["bag"]
        named = {"id": revision.entity_id, "revision_id": revision.id, "body": canonical(body)}
        return named | {"number": bag["number"], "state": bag["state"]}
    row: dict[str, object] = {
        "id": revision.entity_id,
        "resident_id": body["resident_id"],
        "revision_id": revision.id,
        "in_error": int(revision.state == "entered-in-error"),
        "body": canonical(body),
    }
    match revision.kind:
        case "wound":
            closing = body["closing"]
            return row | {"found_at": body["wound"]["found_at"], "closed_at": closing["at"] if closing else None}
        case "fall":
            return row | {"at": body["fall"]["at"]}
        case "journey":
            journey = from_plain(body["journey"], Journey)
            ended = instant_text(journey.ending.at) if journey.ending else None
            return row | {"started_at": instant_text(journey.started_at), "ended_at": ended, "bag": journey.bag}
        case _:
            return row | {"about": body["about"], "taken_at": revision.valid_at, "sha256": body["sha256"]}


def _home_fact(revision: Any, body: Any) -> dict[str, object]:
    said = taken_apart(revision.kind, body)
    return {
        "id": revision.entity_id,
        "kind": revision.kind,
        "about": home_fact_about(said),
        "on_day": home_fact_day(said),
        "revision_id": revision.id,
        "recorded_at": revision.recorded_at,
        "recorded_by": revision.author,
        "in_error": int(revision.state == "entered-in-error"),
        "reason": revision.reason,
        "body": canonical(body["home_fact"]),
    }


def _questionnaire(found: Rows, revision: Any, body: Any) -> None:
    for (code, _), row in found.items():
        if code == body["code"]:
            row["active"] = 0
    if revision.state == "off":
        return
    found[body["code"], body["version"]] = {
        "code": body["code"],
        "version": body["version"],
        "title": body["title"],
        "sha256": body["sha256"],
        "added_at": revision.recorded_at,
        "added_by": revision.author,
        "active": 1,
        "revision_id": revision.id,
        "body": f"{body['pathway']}\n{body['text']}",
    }


def _resident(revision: Any, body: Any) -> dict[str, object]:
    details = from_plain(body, ResidentDetails)
    names = (details.family_name, details.given_name, details.preferred_name, details.room, details.key)
    return {
        "id": revision.entity_id,
        "revision_id": revision.id,
        "key": details.key,
        "nhs_number": details.nhs_number,
        "family_name": details.family_name,
        "given_name": details.given_name,
        "date_of_birth": details.date_of_birth.isoformat(),
        "room": details.room,
        "sort_name": fold(f"{details.family_name} {details.given_name}"),
        "search": fold(" ".join(names)),
        "died_at": instant_text(details.died_at) if details.died_at else None,
        "body": revision.body,
    }


def _fact(revision: Any, body: Any) -> dict[str, object]:
    fact = from_plain(body["fact"], FACT_TYPES[FactKind(revision.kind)])
    return {
        "resident_id": body["resident_id"],
        "kind": revision.kind,
        "id": revision.entity_id,
        "revision_id": revision.id,
        "recorded_at": revision.recorded_at,
        "recorded_by": revision.author,
        "in_error": int(revision.state == "entered-in-error"),
        "reason": revision.reason,
        "body": canonical(to_plain(fact)),
    }


def _assessment(revision: Any, body: Any) -> dict[str, object]:
    outcome = body["outcome"]
    return {
        "resident_id": body["resident_id"],
        "instrument": body["instrument"],
        "at": revision.valid_at,
        "id": revision.entity_id,
        "revision_id": revision.id,
        "state": revision.state,
        "score": None if outcome["score"] is None else str(outcome["score"]),
        "band": outcome["band"],
        "severity": outcome["severity"],
        "complete": int(outcome["complete"]),
        "next_due": outcome["next_due"],
        "signed_by": revision.author,
        "signed_at": revision.recorded_at,
        "latest": 0,
        "about": body.get("about", ""),
    }


def _measure(observations: Rows, revision: Any, body: Any, measured: tuple[Measured, ...]) -> None:
    for key in [key for key in observations if key[3] == revision.entity_id]:
        del observations[key]
    if revision.state == "entered-in-error":
        return
    for each in measured:
        row: dict[str, object] = {
            "resident_id": body["resident_id"],
            "kind": each.kind,
            "at": revision.valid_at,
            "id": revision.entity_id,
            "value": "" if each.value is None else format(each.value, "f"),
            "detail": each.detail,
        }
        observations[row["resident_id"], row["kind"], row["at"], row["id"]] = row


def _alert(revision: Any, body: Any) -> dict[str, object]:
    alert = body["alert"]
    return {
        "id": revision.entity_id,
        "resident_id": body["resident_id"],
        "revision_id": revision.id,
        "kind": alert["kind"],
        "priority": alert["priority"],
        "raised_at": alert["raised_at"],
        "standing": int(alert["closed_at"] is None),
        "assessment_id": body["assessment_id"],
        "outbox_id": body["outbox_id"],
        "body": canonical(alert),
    }


def _presence(facts: Rows, resident_id: object) -> dict[str, object]:
    found: dict[str, object] = {}
    for kind, column in ((FactKind.STAY, "stays"), (FactKind.ABSENCE, "absences")):
        rows = [
            row for (who, what, _), row in facts.items() if who == resident_id and what == kind and not row["in_error"]
        ]
        rows.sort(key=lambda row: (str(row["recorded_at"]), str(row["id"])), reverse=True)
        found[column] = canonical([parse(str(row["body"])) for row in rows])
    return found


def _mark_latest(assessments: Rows) -> None:
    newest: dict[tuple[object, ...], dict[str, object]] = {}
    for row in sorted(assessments.values(), key=lambda row: (str(row["at"]), str(row["id"]))):
        if row["state"] != "entered-in-error":
            newest[row["resident_id"], row["instrument"], row["about"]] = row
    for row in newest.values():
        row["latest"] = 1
