"""What the home records about itself for the premium, and which claims take back an earlier one.

No claim that was signed before took anything back: the program could not yet make one.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE claim ADD COLUMN reversal_of TEXT DEFAULT '' NOT NULL",
    """
CREATE TABLE home_fact (
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    about TEXT NOT NULL,
    on_day TEXT NOT NULL,
    revision_id TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    in_error INTEGER NOT NULL,
    reason TEXT NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT pk_home_fact PRIMARY KEY (id)
)
    """,
    "CREATE INDEX ix_home_fact_kind_about_on_day ON home_fact (kind, about, on_day)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("records are never taken back to an older schema; restore a backup instead")
