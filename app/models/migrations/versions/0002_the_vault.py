"""What the vault keeps: signing keys of people and laptops, disabled accounts, backups, holds, and what was destroyed.

The guard on ``revision`` learns its one exception: the body of a revision that is named in ``purge`` may become empty.
Its hash stays, so the chain still shows what was there and that nothing else was touched.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE account ADD COLUMN disabled_at TEXT",
    "ALTER TABLE account ADD COLUMN must_change INTEGER DEFAULT 0 NOT NULL",
    "ALTER TABLE revision ADD COLUMN device_signature TEXT",
    """
CREATE TABLE signing_key (
    public_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    owner TEXT NOT NULL,
    added_at TEXT NOT NULL,
    revoked_at TEXT,
    CONSTRAINT pk_signing_key PRIMARY KEY (public_key)
)
    """,
    """
CREATE TABLE device (
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    public_key TEXT NOT NULL,
    private_key TEXT NOT NULL,
    added_at TEXT NOT NULL,
    CONSTRAINT pk_device PRIMARY KEY (id)
)
    """,
    """
CREATE TABLE backup (
    id TEXT NOT NULL,
    taken_at TEXT NOT NULL,
    path TEXT NOT NULL,
    kind TEXT NOT NULL,
    count INTEGER NOT NULL,
    head TEXT NOT NULL,
    revisions INTEGER NOT NULL,
    residents INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    guard TEXT NOT NULL,
    CONSTRAINT pk_backup PRIMARY KEY (id)
)
    """,
    """
CREATE TABLE hold (
    id TEXT NOT NULL,
    resident_id TEXT NOT NULL,
    placed_at TEXT NOT NULL,
    placed_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    lifted_at TEXT,
    CONSTRAINT pk_hold PRIMARY KEY (id),
    CONSTRAINT fk_hold_resident_id FOREIGN KEY(resident_id) REFERENCES resident (id)
)
    """,
    "CREATE INDEX ix_hold_resident_id ON hold (resident_id)",
    """
CREATE TABLE purge (
    revision_id TEXT NOT NULL,
    purged_at TEXT NOT NULL,
    purged_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT pk_purge PRIMARY KEY (revision_id)
)
    """,
    """
INSERT INTO device (id, name, public_key, private_key, added_at)
SELECT device_id, device_name, '', '', created_at FROM store
    """,
    """
INSERT INTO signing_key (public_key, kind, owner, added_at)
SELECT public_key, 'account', user, added_at FROM account
    """,
    "DROP TRIGGER revision_no_update",
    """
CREATE TRIGGER revision_no_update BEFORE UPDATE ON revision
WHEN NOT (
    NEW.body = '' AND EXISTS (SELECT 1 FROM purge WHERE revision_id = OLD.id)
    AND NEW.id IS OLD.id AND NEW.kind IS OLD.kind AND NEW.entity_id IS OLD.entity_id AND NEW.parent IS OLD.parent
    AND NEW.state IS OLD.state AND NEW.device_id IS OLD.device_id AND NEW.seq IS OLD.seq AND NEW.hlc IS OLD.hlc
    AND NEW.author IS OLD.author AND NEW.recorded_at IS OLD.recorded_at AND NEW.valid_at IS OLD.valid_at
    AND NEW.reason IS OLD.reason AND NEW.schema_v IS OLD.schema_v AND NEW.body_hash IS OLD.body_hash
    AND NEW.prev_hash IS OLD.prev_hash AND NEW.hash IS OLD.hash AND NEW.signer_key IS OLD.signer_key
    AND NEW.signature IS OLD.signature AND NEW.device_signature IS OLD.device_signature
)
BEGIN SELECT RAISE(ABORT, 'revision is append-only'); END
    """,
    "CREATE TRIGGER purge_no_update BEFORE UPDATE ON purge BEGIN SELECT RAISE(ABORT, 'purge is append-only'); END",
    "CREATE TRIGGER purge_no_delete BEFORE DELETE ON purge BEGIN SELECT RAISE(ABORT, 'purge is append-only'); END",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("records are never taken back to an older schema; restore a backup instead")
