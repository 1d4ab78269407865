"""Bringing a store's schema up to date with alembic, run inside the program on a connection that is already keyed."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect

SCRIPTS = Path(__file__).parent / "migrations"
OLDER = frozenset({"0001", "0002", "0003", "0004"})
"""The schemas that this program knows how to bring up to date."""


def to_newest(engine: Engine) -> None:
    """Run every migration that the store has not had, each in a transaction of its own."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", SCRIPTS.as_posix())
    config.attributes["engine"] = engine
    command.upgrade(config, "head")


def current(connection: Connection) -> str:
    """The store's schema version, empty when it has none. Cheap: alembic is not imported to ask."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() or "")
