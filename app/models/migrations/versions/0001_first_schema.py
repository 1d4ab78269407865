"""The first schema.

Migrations stand by themselves: plain statements, no import from the program, so that they still run as they were
written when everything around them has moved on.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    """
CREATE TABLE account (
    user TEXT NOT NULL,
    role TEXT NOT NULL,
    staff_id TEXT NOT NULL,
    public_key TEXT NOT NULL,
    added_at TEXT NOT NULL,
    CONSTRAINT pk_account PRIMARY KEY (user)
)
    """,
    """
CREATE TABLE blob (
    sha256 TEXT NOT NULL,
    media_type TEXT NOT NULL,
    content BLOB NOT NULL,
    CONSTRAINT pk_blob PRIMARY KEY (sha256)
)
    """,
    """
CREATE TABLE event (
    seq INTEGER NOT NULL,
    hlc TEXT NOT NULL,
    at TEXT NOT NULL,
    device_id TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    resident_id TEXT,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_event PRIMARY KEY (seq)
)
    """,
    """
CREATE INDEX ix_event_resident_id_seq ON event (resident_id, seq)
    """,
    """
CREATE TABLE resident (
    id TEXT NOT NULL,
    revision_id TEXT NOT NULL,
    "key" TEXT NOT NULL,
    nhs_number TEXT,
    family_name TEXT NOT NULL,
    given_name TEXT NOT NULL,
    date_of_birth TEXT NOT NULL,
    room TEXT NOT NULL,
    sort_name TEXT NOT NULL,
    search TEXT NOT NULL,
    stays TEXT NOT NULL,
    absences TEXT NOT NULL,
    died_at TEXT,
    body TEXT NOT NULL,
    CONSTRAINT pk_resident PRIMARY KEY (id),
    CONSTRAINT uq_resident_key UNIQUE ("key")
)
    """,
    """
CREATE INDEX ix_resident_nhs_number ON resident (nhs_number)
    """,
    """
CREATE INDEX ix_resident_sort_name ON resident (sort_name)
    """,
    """
CREATE TABLE revision (
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    parent TEXT,
    state TEXT NOT NULL,
    device_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    hlc TEXT NOT NULL,
    author TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    valid_at TEXT NOT NULL,
    reason TEXT NOT NULL,
    schema_v INTEGER NOT NULL,
    body TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    signer_key TEXT,
    signature TEXT,
    CONSTRAINT pk_revision PRIMARY KEY (id),
    CONSTRAINT uq_revision_device_id_seq UNIQUE (device_id, seq)
)
    """,
    """
CREATE INDEX ix_revision_entity_id_hlc ON revision (entity_id, hlc)
    """,
    """
CREATE TABLE setting (
    "key" TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_setting PRIMARY KEY ("key")
)
    """,
    """
CREATE TABLE staff (
    id TEXT NOT NULL,
    revision_id TEXT NOT NULL,
    "key" TEXT NOT NULL,
    name TEXT NOT NULL,
    left_at TEXT,
    body TEXT NOT NULL,
    CONSTRAINT pk_staff PRIMARY KEY (id),
    CONSTRAINT uq_staff_key UNIQUE ("key")
)
    """,
    """
CREATE TABLE store (
    one INTEGER NOT NULL,
    store_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    device_name TEXT NOT NULL,
    created_at TEXT NOT NULL,
    seq INTEGER NOT NULL,
    hlc TEXT NOT NULL,
    CONSTRAINT pk_store PRIMARY KEY (one),
    CONSTRAINT ck_store_single CHECK (one = 1)
)
    """,
    """
CREATE TABLE alert (
    id TEXT NOT NULL,
    resident_id TEXT NOT NULL,
    revision_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    priority TEXT NOT NULL,
    raised_at TEXT NOT NULL,
    standing INTEGER NOT NULL,
    assessment_id TEXT NOT NULL,
    outbox_id TEXT,
    body TEXT NOT NULL,
    CONSTRAINT pk_alert PRIMARY KEY (id),
    CONSTRAINT fk_alert_resident_id FOREIGN KEY(resident_id) REFERENCES resident (id)
)
    """,
    """
CREATE INDEX ix_alert_resident_id ON alert (resident_id)
    """,
    """
CREATE INDEX ix_alert_standing ON alert (raised_at) WHERE standing = 1
    """,
    """
CREATE TABLE assessment (
    resident_id TEXT NOT NULL,
    instrument TEXT NOT NULL,
    at TEXT NOT NULL,
    id TEXT NOT NULL,
    revision_id TEXT NOT NULL,
    state TEXT NOT NULL,
    score TEXT,
    band TEXT,
    severity TEXT NOT NULL,
    complete INTEGER NOT NULL,
    next_due TEXT,
    signed_by TEXT NOT NULL,
    signed_at TEXT NOT NULL,
    latest INTEGER NOT NULL,
    CONSTRAINT pk_assessment PRIMARY KEY (resident_id, instrument, at, id),
    CONSTRAINT fk_assessment_resident_id FOREIGN KEY(resident_id) REFERENCES resident (id)
)
 WITHOUT ROWID
    """,
    """
CREATE INDEX ix_assessment_due ON assessment (next_due) WHERE latest = 1
    """,
    """
CREATE UNIQUE INDEX ix_assessment_id ON assessment (id)
    """,
    """
CREATE TABLE claim (
    id TEXT NOT NULL,
    resident_id TEXT NOT NULL,
    week_start TEXT NOT NULL,
    version INTEGER NOT NULL,
    identifier TEXT NOT NULL,
    amount_pence INTEGER NOT NULL,
    revision_id TEXT NOT NULL,
    signed_at TEXT NOT NULL,
    outbox_id TEXT NOT NULL,
    outcome TEXT,
    disposition TEXT,
    reasons TEXT,
    decided_pence INTEGER,
    answered_at TEXT,
    CONSTRAINT pk_claim PRIMARY KEY (id),
    CONSTRAINT uq_claim_identifier UNIQUE (identifier),
    CONSTRAINT uq_claim_resident_id_week_start_version UNIQUE (resident_id, week_start, version),
    CONSTRAINT fk_claim_resident_id FOREIGN KEY(resident_id) REFERENCES resident (id)
)
    """,
    """
CREATE INDEX ix_claim_week_start ON claim (week_start)
    """,
    """
CREATE TABLE draft (
    id TEXT NOT NULL,
    resident_id TEXT NOT NULL,
    instrument TEXT NOT NULL,
    author TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    amends TEXT,
    answers TEXT NOT NULL,
    CONSTRAINT pk_draft PRIMARY KEY (id),
    CONSTRAINT fk_draft_resident_id FOREIGN KEY(resident_id) REFERENCES resident (id)
)
    """,
    """
CREATE INDEX ix_draft_resident_id ON draft (resident_id)
    """,
    """
CREATE TABLE fact (
    resident_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    revision_id TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    in_error INTEGER NOT NULL,
    reason TEXT NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT pk_fact PRIMARY KEY (resident_id, kind, id),
    CONSTRAINT fk_fact_resident_id FOREIGN KEY(resident_id) REFERENCES resident (id)
)
 WITHOUT ROWID
    """,
    """
CREATE UNIQUE INDEX ix_fact_id ON fact (id)
    """,
    """
CREATE TABLE outbox (
    id TEXT NOT NULL,
    event TEXT NOT NULL,
    workflow_id TEXT NOT NULL,
    bundle_id TEXT NOT NULL,
    header_id TEXT NOT NULL,
    state TEXT NOT NULL,
    priority INTEGER NOT NULL,
    subject TEXT NOT NULL,
    resident_id TEXT,
    about TEXT NOT NULL,
    body BLOB NOT NULL,
    created_at TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_try_at TEXT,
    last_error TEXT NOT NULL,
    transport_id TEXT,
    sent_at TEXT,
    acknowledged_at TEXT,
    decided_at TEXT,
    CONSTRAINT pk_outbox PRIMARY KEY (id),
    CONSTRAINT uq_outbox_bundle_id UNIQUE (bundle_id),
    CONSTRAINT uq_outbox_header_id UNIQUE (header_id),
    CONSTRAINT fk_outbox_resident_id FOREIGN KEY(resident_id) REFERENCES resident (id)
)
    """,
    """
CREATE INDEX ix_outbox_open ON outbox (state, priority, created_at)
    """,
    """
CREATE INDEX ix_outbox_transport_id ON outbox (transport_id)
    """,
    """
CREATE TABLE post (
    id TEXT NOT NULL,
    staff_id TEXT NOT NULL,
    revision_id TEXT NOT NULL,
    pathway TEXT NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT pk_post PRIMARY KEY (id),
    CONSTRAINT fk_post_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id)
)
    """,
    """
CREATE INDEX ix_post_staff_id ON post (staff_id)
    """,
    """
CREATE TABLE transfer (
    id TEXT NOT NULL,
    resident_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    revision_id TEXT NOT NULL,
    printed_at TEXT NOT NULL,
    printed_by TEXT NOT NULL,
    pages INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    bag TEXT NOT NULL,
    situation TEXT NOT NULL,
    CONSTRAINT pk_transfer PRIMARY KEY (id),
    CONSTRAINT uq_transfer_resident_id_version UNIQUE (resident_id, version),
    CONSTRAINT fk_transfer_resident_id FOREIGN KEY(resident_id) REFERENCES resident (id)
)
    """,
    """
CREATE TABLE inbox (
    id TEXT NOT NULL,
    transport_id TEXT NOT NULL,
    bundle_id TEXT,
    workflow_id TEXT NOT NULL,
    received_at TEXT NOT NULL,
    effect TEXT NOT NULL,
    words TEXT NOT NULL,
    outbox_id TEXT,
    body BLOB NOT NULL,
    CONSTRAINT pk_inbox PRIMARY KEY (id),
    CONSTRAINT uq_inbox_transport_id UNIQUE (transport_id),
    CONSTRAINT fk_inbox_outbox_id FOREIGN KEY(outbox_id) REFERENCES outbox (id)
)
    """,
    """
CREATE INDEX ix_inbox_bundle_id ON inbox (bundle_id)
    """,
)
# The record is append-only: the program never changes these rows, and neither may anything else that holds the key.
GUARDS = tuple(
    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    for table in ("revision", "event")
    for verb in ("UPDATE", "DELETE")
)
# REPLACE deletes the row in its way without firing the guard on DELETE.
NO_REPLACE = (
    """
CREATE TRIGGER revision_no_replace BEFORE INSERT ON revision
WHEN EXISTS (SELECT 1 FROM revision WHERE id = NEW.id OR (device_id = NEW.device_id AND seq = NEW.seq))
BEGIN SELECT RAISE(ABORT, 'revision is append-only'); END
    """,
    """
CREATE TRIGGER event_no_replace BEFORE INSERT ON event
WHEN EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'event is append-only'); END
    """,
)


def upgrade() -> None:
    for statement in (*TABLES, *GUARDS, *NO_REPLACE):
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("records are never taken back to an older schema; restore a backup instead")
