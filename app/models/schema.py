"""The tables.

``revision`` and ``event`` are the record: append-only, hash-chained, guarded by triggers. The other tables are either
projections of revisions, laid out for the questions the screens ask and rebuildable from the record, or working state
(drafts, outbox, inbox, settings). Instants are UTC text that sorts as time does; bodies are canonical JSON.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

SCHEMA = "0005"
"""The newest migration this program knows; a store with another one is not opened as it is."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, *, null: bool = False, key: bool = False) -> Column[str]:
    return Column(name, Text, nullable=null, primary_key=key)


def _int(name: str, *, null: bool = False, key: bool = False) -> Column[int]:
    return Column(name, Integer, nullable=null, primary_key=key)


store = Table(
    "store",
    metadata,
    _int("one", key=True),
    _text("store_id"),
    _text("device_id"),
    _text("device_name"),
    _text("created_at"),
    _int("seq"),  # revisions made on this device; no gaps
    _text("hlc"),  # last hybrid logical time given out, so that order survives a clock that goes back
    CheckConstraint("one = 1", name="single"),
)

revision = Table(
    "revision",
    metadata,
    _text("id", key=True),
    _text("kind"),
    _text("entity_id"),
    _text("parent", null=True),  # the revision this one follows; None for the first
    _text("state"),
    _text("device_id"),
    _int("seq"),
    _text("hlc"),
    _text("author"),
    _text("recorded_at"),
    _text("valid_at"),
    _text("reason"),
    _int("schema_v"),
    _text("body"),
    _text("body_hash"),
    _text("prev_hash"),
    _text("hash"),
    _text("signer_key", null=True),
    _text("signature", null=True),
    _text("device_signature", null=True),  # the laptop's own, over ``hash``
    UniqueConstraint("device_id", "seq"),
    Index(None, "entity_id", "hlc"),
)

event = Table(
    "event",
    metadata,
    _int("seq", key=True),
    _text("hlc"),
    _text("at"),
    _text("device_id"),
    _text("actor"),
    _text("action"),
    _text("object_kind"),
    _text("object_id"),
    _text("resident_id", null=True),
    _text("reason"),
    _text("detail"),
    _text("prev_hash"),
    _text("hash"),
    Index(None, "resident_id", "seq"),
)

setting = Table("setting", metadata, _text("key", key=True), _text("value"))

account = Table(
    "account",
    metadata,
    _text("user", key=True),
    _text("role"),
    _text("staff_id"),
    _text("public_key"),
    _text("added_at"),
    _text("disabled_at", null=True),
    Column("must_change", Integer, nullable=False, server_default=text("0")),  # 1: the secret was given by a manager
)

signing_key = Table(
    "signing_key",
    metadata,
    _text("public_key", key=True),
    _text("kind"),  # account, recovery or device
    _text("owner"),  # the account's name, or the device's id
    _text("added_at"),
    _text("revoked_at", null=True),
)

device = Table(
    "device",
    metadata,
    _text("id", key=True),
    _text("name"),
    _text("public_key"),
    _text("private_key"),  # empty for a laptop that this record has been moved away from
    _text("added_at"),
)

backup = Table(
    "backup",
    metadata,
    _text("id", key=True),
    _text("taken_at"),
    _text("path"),
    _text("kind"),
    _int("count"),
    _text("head"),
    _int("revisions"),
    _int("residents"),
    _int("bytes"),
    _text("guard"),  # why older backups are kept until a manager has looked; empty when there is no reason
)

hold = Table(
    "hold",
    metadata,
    _text("id", key=True),
    Column("resident_id", Text, ForeignKey("resident.id"), nullable=False, index=True),
    _text("placed_at"),
    _text("placed_by"),
    _text("reason"),
    _text("lifted_at", null=True),
)

purge = Table(
    "purge",
    metadata,
    _text("revision_id", key=True),
    _text("purged_at"),
    _text("purged_by"),
    _text("reason"),
)

resident = Table(
    "resident",
    metadata,
    _text("id", key=True),
    _text("revision_id"),
    _text("key"),
    _text("nhs_number", null=True),
    _text("family_name"),
    _text("given_name"),
    _text("date_of_birth"),
    _text("room"),
    _text("sort_name"),
    _text("search"),  # folded names, known-as, room, key: what the search box looks through
    _text(
        "stays"
    ),  # periods in the home and away, as lists: which one counts depends on the moment that is asked about
    _text("absences"),
    _text("died_at", null=True),
    _text("body"),
    UniqueConstraint("key"),
    Index(None, "sort_name"),
    Index(None, "nhs_number"),
)

fact = Table(
    "fact",
    metadata,
    Column("resident_id", Text, ForeignKey("resident.id"), primary_key=True),
    _text("kind", key=True),
    _text("id", key=True),
    _text("revision_id"),
    _text("recorded_at"),
    _text("recorded_by"),
    _int("in_error"),
    _text("reason"),
    _text("body"),
    Index(None, "id", unique=True),
    sqlite_with_rowid=False,
)

staff = Table(
    "staff",
    metadata,
    _text("id", key=True),
    _text("revision_id"),
    _text("key"),
    _text("name"),
    _text("left_at", null=True),
    _text("body"),
    UniqueConstraint("key"),
)

post = Table(
    "post",
    metadata,
    _text("id", key=True),
    Column("staff_id", Text, ForeignKey("staff.id"), nullable=False, index=True),
    _text("revision_id"),
    _text("pathway"),
    _text("body"),
)

draft = Table(
    "draft",
    metadata,
    _text("id", key=True),
    Column("resident_id", Text, ForeignKey("resident.id"), nullable=False, index=True),
    _text("instrument"),
    _text("author"),
    _text("updated_at"),
    _text("amends", null=True),
    _text("answers"),
    Column("about", Text, nullable=False, server_default=text("''")),
)

assessment = Table(
    "assessment",
    metadata,
    # Clustered by resident and instrument, so that one series is one run of pages.
    Column("resident_id", Text, ForeignKey("resident.id"), primary_key=True),
    _text("instrument", key=True),
    _text("at", key=True),
    _text("id", key=True),
    _text("revision_id"),
    _text("state"),
    _text("score", null=True),
    _text("band", null=True),
    _text("severity"),
    _int("complete"),
    _text("next_due", null=True),
    _text("signed_by"),
    _text("signed_at"),
    _int("latest"),  # 1 for the newest sound one of this resident, instrument and ``about``
    Column("about", Text, nullable=False, server_default=text("''")),  # the wound or the fall that it is of
    Index(None, "id", unique=True),
    Index("ix_assessment_due", "next_due", sqlite_where=text("latest = 1")),
    sqlite_with_rowid=False,
)

observation = Table(
    "observation",
    metadata,
    # Clustered by resident and kind: ten years of one series are one run of pages. What was entered in error is not
    # here, so a chart reads this table and nothing else; the record itself is the revision.
    Column("resident_id", Text, ForeignKey("resident.id"), primary_key=True),
    _text("kind", key=True),
    _text("at", key=True),
    _text("id", key=True),  # the assessment or the observation that it comes from
    _text("value"),  # exact decimal text; empty for what is only words
    _text("detail"),
    sqlite_with_rowid=False,
)

note = Table(
    "note",
    metadata,
    _int("n", key=True),  # this store's own row number: what the search index names rows by
    _text("id"),
    Column("resident_id", Text, ForeignKey("resident.id"), nullable=False),
    _text("at"),
    _text("author"),
    _text("source"),  # the assessment, wound or fall that the note stands in; empty for a note of its own
    _int("in_error"),
    _text("revision_id"),
    _text("text"),
    UniqueConstraint("id"),
    Index(None, "resident_id", "at"),
)
SEARCH_INDEX = "note_fts"
"""The full-text index over ``note.text``, kept by triggers; SQLite's own tables for it all begin with this name."""

wound = Table(
    "wound",
    metadata,
    _text("id", key=True),
    Column("resident_id", Text, ForeignKey("resident.id"), nullable=False, index=True),
    _text("revision_id"),
    _text("found_at"),
    _text("closed_at", null=True),
    _int("in_error"),
    _text("body"),
)

fall = Table(
    "fall",
    metadata,
    _text("id", key=True),
    Column("resident_id", Text, ForeignKey("resident.id"), nullable=False, index=True),
    _text("revision_id"),
    _text("at"),
    _int("in_error"),
    _text("body"),
    Index(None, "at"),
)

photo = Table(
    "photo",
    metadata,
    _text("id", key=True),
    Column("resident_id", Text, ForeignKey("resident.id"), nullable=False, index=True),
    _text("revision_id"),
    _text("about"),  # the wound that it shows; empty for the resident's own picture
    _text("taken_at"),
    _text("sha256"),
    _int("in_error"),
    _text("body"),
)

questionnaire = Table(
    "questionnaire",
    metadata,
    _text("code", key=True),
    _text("version", key=True),
    _text("title"),
    _text("sha256"),
    _text("added_at"),
    _text("added_by"),
    _int("active"),
    _text("revision_id"),
    _text("body"),
)

alert = Table(
    "alert",
    metadata,
    _text("id", key=True),
    Column("resident_id", Text, ForeignKey("resident.id"), nullable=False, index=True),
    _text("revision_id"),
    _text("kind"),
    _text("priority"),
    _text("raised_at"),
    _int("standing"),
    _text("assessment_id"),
    _text("outbox_id", null=True),
    _text("body"),
    Index("ix_alert_standing", "raised_at", sqlite_where=text("standing = 1")),
)

transfer = Table(
    "transfer",
    metadata,
    _text("id", key=True),
    Column("resident_id", Text, ForeignKey("resident.id"), nullable=False),
    _int("version"),
    _text("revision_id"),
    _text("printed_at"),
    _text("printed_by"),
    _int("pages"),
    _text("sha256"),
    _text("bag"),
    _text("situation"),
    # The journey that it was made for; empty for packs made before journeys were recorded.
    Column("journey_id", Text, nullable=False, server_default=text("''"), index=True),
    UniqueConstraint("resident_id", "version"),
)

journey = Table(
    "journey",
    metadata,
    _text("id", key=True),
    Column("resident_id", Text, ForeignKey("resident.id"), nullable=False, index=True),
    _text("revision_id"),
    _text("started_at"),
    _text("ended_at", null=True),
    _text("bag"),
    _int("in_error"),
    _text("body"),
    Index(None, "started_at"),
)

bag = Table(
    "bag",
    metadata,
    _text("id", key=True),
    _text("revision_id"),
    _text("number"),
    _text("state"),
    _text("body"),
    UniqueConstraint("number"),
)

home_fact = Table(
    "home_fact",
    metadata,
    # What the home records about itself for the premium: policies, training, shifts, payments, admissions, papers.
    _text("id", key=True),
    _text("kind"),
    _text("about"),  # the member of staff, the claim or the thing that it belongs to; empty for the home's own
    _text("on_day"),  # the day that lists of the kind are sorted by
    _text("revision_id"),
    _text("recorded_at"),
    _text("recorded_by"),
    _int("in_error"),
    _text("reason"),
    _text("body"),
    Index(None, "kind", "about", "on_day"),
)

blob = Table(
    "blob", metadata, _text("sha256", key=True), _text("media_type"), Column("content", LargeBinary, nullable=False)
)

claim = Table(
    "claim",
    metadata,
    _text("id", key=True),
    Column("resident_id", Text, ForeignKey("resident.id"), nullable=False),
    _text("week_start"),
    _int("version"),
    _text("identifier"),
    _int("amount_pence"),
    _text("revision_id"),
    _text("signed_at"),
    _text("outbox_id"),
    _text("outcome", null=True),
    _text("disposition", null=True),
    _text("reasons", null=True),
    _int("decided_pence", null=True),
    _text("answered_at", null=True),
    # The identifier of the version that it takes back; empty for a claim. The amount of a reversal is negative.
    Column("reversal_of", Text, nullable=False, server_default=text("''")),
    UniqueConstraint("identifier"),
    UniqueConstraint("resident_id", "week_start", "version"),
    Index(None, "week_start"),
)

outbox = Table(
    "outbox",
    metadata,
    _text("id", key=True),
    _text("event"),
    _text("workflow_id"),
    _text("bundle_id"),
    _text("header_id"),
    _text("state"),
    _int("priority"),
    _text("subject"),
    Column("resident_id", Text, ForeignKey("resident.id"), nullable=True),
    _text("about"),
    Column("body", LargeBinary, nullable=False),
    _text("created_at"),
    _int("attempts"),
    _text("next_try_at", null=True),
    _text("last_error"),
    _text("transport_id", null=True),
    _text("sent_at", null=True),
    _text("acknowledged_at", null=True),
    _text("decided_at", null=True),
    UniqueConstraint("bundle_id"),
    UniqueConstraint("header_id"),
    Index("ix_outbox_open", "state", "priority", "created_at"),
    Index(None, "transport_id"),
)

inbox = Table(
    "inbox",
    metadata,
    _text("id", key=True),
    _text("transport_id"),
    _text("bundle_id", null=True),
    _text("workflow_id"),
    _text("received_at"),
    _text("effect"),
    _text("words"),
    Column("outbox_id", Text, ForeignKey("outbox.id"), nullable=True),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("transport_id"),
    Index(None, "bundle_id"),
)
