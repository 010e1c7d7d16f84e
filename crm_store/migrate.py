"""Brings a database to the present revision. Safe to run at every start, and from two nodes at once."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from crm_store.engine import Database

HEAD = "0037"
"""The newest revision; a test compares it with the scripts."""

_MIGRATIONS = Path(__file__).with_name("migrations")
_LOCK = 0x70C41  # any constant: the key of PostgreSQL's advisory lock


class DatabaseIsNewer(Exception):
    """A later release has upgraded this database; this one would damage it. Nothing was changed."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"the database is at revision {found}, this release knows up to {HEAD}: "
            "install the release that upgraded it, or a later one"
        )


async def migrate(database: Database) -> str:
    """Upgrade to HEAD; the revision the database has now. Nothing is imported when there is nothing to do.

    Raises DatabaseIsNewer, and Unavailable when the database cannot be written now.
    """
    async with database.reading() as connection:
        if await connection.run_sync(_revision) == HEAD:
            return HEAD
    async with database.writing() as connection:
        await _alone(connection, is_sqlite=database.is_sqlite)
        await connection.run_sync(_upgrade)
        found = await connection.run_sync(_revision)
    return found or ""


async def revision_of(database: Database) -> str | None:
    """The revision of the database as it is, None before its first. Raises Unavailable."""
    async with database.reading() as connection:
        return await connection.run_sync(_revision)


async def _alone(connection: AsyncConnection, *, is_sqlite: bool) -> None:
    if not is_sqlite:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _upgrade(connection: Connection) -> None:
    # alembic takes longer to import than a start may last, and is needed once in a database's life
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    found = _revision(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise DatabaseIsNewer(found)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
