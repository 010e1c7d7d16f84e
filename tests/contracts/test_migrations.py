"""A migrated database is the one that the tables describe, however often and by whomever it is migrated."""

import asyncio
import random
import warnings
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from crm_store import migrate as migrating
from crm_store.engine import Database
from crm_store.migrate import HEAD, DatabaseIsNewer, migrate
from crm_store.tables import metadata
from hub.cli.failures import WRONG_USE, failure_of
from hub.domain.work import WorkState
from hub.insight.segments import handle_s
from tests.contracts.made_work import MadeWork
from tests.stores import House, empty_database

SQLITE_KEEPS_FOR_ITSELF = ("sqlite_", "touch_words_")
"""Beginnings of tables that SQLite makes: its own, and those of a full-text index."""

CATALOGUE = {
    "sqlite": "SELECT type || ' ' || name, sql FROM sqlite_master",
    # every column, constraint, index, trigger and function as PostgreSQL itself writes it
    "postgresql": """
SELECT 'column ' || c.relname || '.' || a.attname || ' ' || a.attnum,
  format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull || ' ' || coalesce(l.collname, '')
  || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_collation l ON l.oid = a.attcollation
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
UNION ALL
SELECT 'constraint ' || conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT 'index ' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT 'trigger ' || tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'function ' || proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
""",
}


@pytest.fixture
async def empty(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a database with nothing in it."""
    server = "" if kind == "sqlite" else str(request.getfixturevalue("pg_server"))
    async with empty_database(kind, tmp_path, server) as url:
        yield url


async def test_an_empty_database_becomes_what_the_tables_describe(empty: str) -> None:
    async with _open(empty) as database:
        assert await migrate(database) == HEAD
        async with database.reading() as connection:
            differences = await connection.run_sync(_differences)

    assert differences == []


async def test_nothing_differs_from_a_database_made_of_the_tables(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    server = "" if kind == "sqlite" else str(request.getfixturevalue("pg_server"))
    made: list[dict[str, str]] = []
    for by in ("migration", "tables"):
        (tmp_path / by).mkdir()
        async with empty_database(kind, tmp_path / by, server) as url, _open(url) as database:
            if by == "migration":
                await migrate(database)
            else:
                async with database.writing() as connection:
                    await connection.run_sync(metadata.create_all)
            made.append(await _catalogue(database))

    migrated, of_tables = made
    assert migrated == of_tables
    assert "touch" in " ".join(migrated)


async def test_messages_are_found_by_their_words_and_the_audit_log_is_guarded(empty: str) -> None:
    async with _open(empty) as database:
        await migrate(database)
        names = {name.partition(" ")[2] for name in await _catalogue(database)}

    guards = {"audit_log_keeps_rows"}
    if empty.startswith("sqlite"):
        assert {*guards, "touch_words", "touch_texts_removed"} <= names
    else:
        assert {*guards, "audit_log_is_append_only", "ix_touch_texts_words"} <= names


def test_the_newest_script_is_the_head_that_a_start_looks_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrating._MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


async def test_a_second_migration_changes_nothing(empty: str) -> None:
    async with _open(empty) as database:
        await migrate(database)
        before = await _catalogue(database)
        async with database.writing() as connection:
            await connection.run_sync(migrating._upgrade)

        assert await migrate(database) == HEAD
        assert await _catalogue(database) == before


@pytest.mark.pg
async def test_many_nodes_may_migrate_one_database_at_once(pg_url: str) -> None:
    url = pg_url.replace("postgresql:", "postgresql+asyncpg:")
    async with _open(url) as one, _open(url) as two, _open(url) as three:
        assert await asyncio.gather(*map(migrate, (one, two, three))) == [HEAD] * 3
        async with one.reading() as connection:
            assert await connection.run_sync(_differences) == []


async def test_a_database_that_a_later_release_upgraded_is_refused_and_left_alone(empty: str) -> None:
    async with _open(empty) as database:
        await migrate(database)
        async with database.writing() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        before = await _catalogue(database)
        with pytest.raises(DatabaseIsNewer) as refused:
            await migrate(database)

        assert await _catalogue(database) == before
        async with database.reading() as connection:
            assert await connection.run_sync(migrating._revision) == "9999"
    assert "9999" in str(refused.value)
    assert f"up to {HEAD}" in str(refused.value)


async def test_passes_of_before_get_what_was_worked_on_them(empty: str) -> None:
    async with _open(empty) as database:
        await migrate(database)
        house = await House(database=database).furnished()
        made = MadeWork(house=house, chance=random.Random(5))
        anna = await house.hire("Anna")
        for hour in range(60):
            outcome = [WorkState.COMPLETED, WorkState.ABANDONED, WorkState.WRAP_UP][hour % 3]
            made.came(house.clock.now() - timedelta(hours=hour), house.queue, anna, outcome=outcome)
        await made.put()
        async with database.writing() as connection:
            await connection.execute(text("ALTER TABLE work_items DROP COLUMN handle_us"))
            await connection.execute(text("UPDATE alembic_version SET version_num = '0011'"))
            # scripts that came later have nothing to do with passes
            await connection.run_sync(_only, "0012")

        async with database.snapshot() as wire:
            found = {row[0]: row[1] for row in await wire.fetch("SELECT id, handle_us FROM work_items")}
    assert found == {
        item.id: round(1e6 * handle_s(s for s in made.segments if s.work_item_id == item.id))
        for item in made.items
    }
    assert any(found.values())


def _only(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrating._MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def test_the_command_line_calls_a_newer_database_wrong_use() -> None:
    failed = failure_of(DatabaseIsNewer("9999"))
    assert failed is not None
    assert failed.code == WRONG_USE


@asynccontextmanager
async def _open(url: str) -> AsyncIterator[Database]:
    database = await Database.open(url, pool_size=2)
    try:
        yield database
    finally:
        await database.close()


BY_EXPRESSION = {"ix_touch_texts_words", "ix_work_items_wait", "ix_work_items_duration"}
"""Indexes over expressions: the catalogue compares them word for word, this comparison cannot."""


def _differences(connection: Connection) -> list[object]:
    def is_ours(name: str | None, type_: str, _: object) -> bool:
        if type_ == "table":
            return not str(name).startswith(("touch_words", "alembic_version"))
        return name not in BY_EXPRESSION

    def is_compared(_: object, name: str | None, *__: object) -> bool:
        return name not in BY_EXPRESSION

    context = MigrationContext.configure(
        connection,
        opts={
            "compare_type": True,
            "include_name": is_ours,
            "include_object": is_compared,
            "target_metadata": metadata,
        },
    )
    with warnings.catch_warnings():
        # on SQLite they are not even read
        warnings.filterwarnings("ignore", ".*expression-based index|autogenerate skipping")
        return list(compare_metadata(context, metadata))


async def _catalogue(database: Database) -> dict[str, str]:
    """Everything in the database by its name, in the database's own words."""
    sql = CATALOGUE["sqlite" if database.is_sqlite else "postgresql"]
    async with database.reading() as connection:
        rows: Sequence[Any] = (await connection.exec_driver_sql(sql)).all()
    found: dict[str, str] = {}
    for name, words in rows:
        bare = str(name).partition(" ")[2]
        if not bare.startswith(SQLITE_KEEPS_FOR_ITSELF) and "alembic_version" not in str(name):
            found[str(name)] = " ".join(str(words).split())
    return found
