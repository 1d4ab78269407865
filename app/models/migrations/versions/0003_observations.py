"""Observations, notes with their search index, wounds, falls, photos, and the home's own questionnaires.

An assessment and a draft may be about one thing of several (a wound, a fall). The measurements of assessments signed
before are laid out here, from the record; which answers are measurements is written down as it was at this step.
"""

import json

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE draft ADD COLUMN about TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE assessment ADD COLUMN about TEXT DEFAULT '' NOT NULL",
    """
CREATE TABLE observation (
    resident_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    id TEXT NOT NULL,
    value TEXT NOT NULL,
    detail TEXT NOT NULL,
    CONSTRAINT pk_observation PRIMARY KEY (resident_id, kind, at, id),
    CONSTRAINT fk_observation_resident_id FOREIGN KEY(resident_id) REFERENCES resident (id)
) WITHOUT ROWID
    """,
    """
CREATE TABLE note (
    n INTEGER NOT NULL,
    id TEXT NOT NULL,
    resident_id TEXT NOT NULL,
    at TEXT NOT NULL,
    author TEXT NOT NULL,
    source TEXT NOT NULL,
    in_error INTEGER NOT NULL,
    revision_id TEXT NOT NULL,
    text TEXT NOT NULL,
    CONSTRAINT pk_note PRIMARY KEY (n),
    CONSTRAINT fk_note_resident_id FOREIGN KEY(resident_id) REFERENCES resident (id),
    CONSTRAINT uq_note_id UNIQUE (id)
)
    """,
    "CREATE INDEX ix_note_resident_id_at ON note (resident_id, at)",
    "CREATE VIRTUAL TABLE note_fts USING fts5(text, content='note', content_rowid='n', tokenize='unicode61')",
    # What is destroyed leaves the index too, not only its own row.
    "INSERT INTO note_fts(note_fts, rank) VALUES('secure-delete', 1)",
    """
CREATE TRIGGER note_found AFTER INSERT ON note
BEGIN INSERT INTO note_fts(rowid, text) VALUES (NEW.n, NEW.text); END
    """,
    """
CREATE TRIGGER note_lost AFTER DELETE ON note
BEGIN INSERT INTO note_fts(note_fts, rowid, text) VALUES ('delete', OLD.n, OLD.text); END
    """,
    """
CREATE TRIGGER note_changed AFTER UPDATE OF text ON note
BEGIN
    INSERT INTO note_fts(note_fts, rowid, text) VALUES ('delete', OLD.n, OLD.text);
    INSERT INTO note_fts(rowid, text) VALUES (NEW.n, NEW.text);
END
    """,
    """
CREATE TABLE wound (
    id TEXT NOT NULL,
    resident_id TEXT NOT NULL,
    revision_id TEXT NOT NULL,
    found_at TEXT NOT NULL,
    closed_at TEXT,
    in_error INTEGER NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT pk_wound PRIMARY KEY (id),
    CONSTRAINT fk_wound_resident_id FOREIGN KEY(resident_id) REFERENCES resident (id)
)
    """,
    "CREATE INDEX ix_wound_resident_id ON wound (resident_id)",
    """
CREATE TABLE fall (
    id TEXT NOT NULL,
    resident_id TEXT NOT NULL,
    revision_id TEXT NOT NULL,
    at TEXT NOT NULL,
    in_error INTEGER NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT pk_fall PRIMARY KEY (id),
    CONSTRAINT fk_fall_resident_id FOREIGN KEY(resident_id) REFERENCES resident (id)
)
    """,
    "CREATE INDEX ix_fall_resident_id ON fall (resident_id)",
    "CREATE INDEX ix_fall_at ON fall (at)",
    """
CREATE TABLE photo (
    id TEXT NOT NULL,
    resident_id TEXT NOT NULL,
    revision_id TEXT NOT NULL,
    about TEXT NOT NULL,
    taken_at TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    in_error INTEGER NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT pk_photo PRIMARY KEY (id),
    CONSTRAINT fk_photo_resident_id FOREIGN KEY(resident_id) REFERENCES resident (id)
)
    """,
    "CREATE INDEX ix_photo_resident_id ON photo (resident_id)",
    """
CREATE TABLE questionnaire (
    code TEXT NOT NULL,
    version TEXT NOT NULL,
    title TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    added_at TEXT NOT NULL,
    added_by TEXT NOT NULL,
    active INTEGER NOT NULL,
    revision_id TEXT NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT pk_questionnaire PRIMARY KEY (code, version)
)
    """,
)


MEASURED = {
    "must": {"weight_kg": "weight_kg", "height_m": "height_m", "muac_cm": "muac_cm"},
    "news2": {
        key: key
        for key in ("resp_rate", "spo2", "spo2_scale", "on_oxygen", "systolic", "pulse", "consciousness", "temp_c")
    },
}
SIGNED = """
SELECT a.resident_id, a.instrument, a.at, a.id, r.body FROM assessment a JOIN revision r ON r.id = a.revision_id
WHERE a.state != 'entered-in-error' AND a.instrument IN ('must', 'news2') AND r.body != ''
"""
LAY_OUT = "INSERT INTO observation (resident_id, kind, at, id, value, detail) VALUES (?, ?, ?, ?, ?, ?)"


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    connection = op.get_bind()
    for resident, instrument, at, entity, body in connection.exec_driver_sql(SIGNED).all():
        answers = json.loads(body, parse_float=str, parse_int=str)["answers"]  # the digits as they were typed
        for key, kind in MEASURED[instrument].items():
            value = answers.get(key)
            if value is None:
                continue
            words = "" if key != "consciousness" else value
            number = str(int(value)) if isinstance(value, bool) else "" if words else value
            connection.exec_driver_sql(LAY_OUT, (resident, kind, at, entity, number, words))


def downgrade() -> None:
    raise NotImplementedError("records are never taken back to an older schema; restore a backup instead")
