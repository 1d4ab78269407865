"""Journeys to hospital and back, red bags, and which journey a pack was made for.

Packs made before belong to no journey: nobody recorded then whether the resident left.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE transfer ADD COLUMN journey_id TEXT DEFAULT '' NOT NULL",
    "CREATE INDEX ix_transfer_journey_id ON transfer (journey_id)",
    """
CREATE TABLE journey (
    id TEXT NOT NULL,
    resident_id TEXT NOT NULL,
    revision_id TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    bag TEXT NOT NULL,
    in_error INTEGER NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT pk_journey PRIMARY KEY (id),
    CONSTRAINT fk_journey_resident_id FOREIGN KEY(resident_id) REFERENCES resident (id)
)
    """,
    "CREATE INDEX ix_journey_resident_id ON journey (resident_id)",
    "CREATE INDEX ix_journey_started_at ON journey (started_at)",
    """
CREATE TABLE bag (
    id TEXT NOT NULL,
    revision_id TEXT NOT NULL,
    number TEXT NOT NULL,
    state TEXT NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT pk_bag PRIMARY KEY (id),
    CONSTRAINT uq_bag_number UNIQUE (number)
)
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("records are never taken back to an older schema; restore a backup instead")
