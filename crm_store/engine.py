"""Opens the database with the settings without which nothing is durable, and hands out connections.

SQLite has one writer: every write of the process goes through one connection behind one lock, readers have their
own. PostgreSQL writes on as many connections as the pool has.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import structlog
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from crm_store.driver import PostgresWire, SqliteWire, Wire, is_lost, translated
from hub.domain.errors import Unavailable

log = structlog.get_logger(__name__)

_ONLY_HUB = 0x746F756368
"""Which advisory lock: the word "touch"."""

_PG_MUST_BE_ON = ("fsync", "full_page_writes", "synchronous_commit")
_PG_ON = {"on", "remote_apply", "remote_write", "local"}
_SQLITE_MUST_BE = {"PRAGMA journal_mode": {"wal", "memory"}, "PRAGMA synchronous": {"2"}}
_PG_PLANS = "SET jit = off; SET random_page_cost = 1.1"
"""Compiling a report takes longer than the report; and by the price of a page on a turning disk, a month's report
reads the passes of all years."""

_WAIT_S = 10.0
"""Longest wait for a connection or for the writer's turn."""

_WRITES = "touchline_writes"
"""The execution option of SQLite's one writer."""


class StoreNotDurable(Exception):
    """The database's settings can lose what was acknowledged; the text names the setting and the value it needs."""


class DatabaseInUse(Exception):
    """Another hub works on it."""


class Database:
    """One database, SQLite or PostgreSQL by its URL."""

    def __init__(self, engine: AsyncEngine, *, is_sqlite: bool) -> None:
        self.engine = engine
        self.is_sqlite = is_sqlite
        self._turn = asyncio.Lock()
        self._writer: AsyncConnection | None = None

    @classmethod
    async def open(cls, url: str, *, pool_size: int = 8) -> Self:
        """Connect and check durability. Raises StoreNotDurable, or Unavailable when there is no database."""
        parsed = make_url(url)
        is_sqlite = parsed.get_backend_name() == "sqlite"
        if is_sqlite:
            if parsed.database and parsed.database != ":memory:":
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            # every block ends its own transaction; a second ROLLBACK by the pool is a trip to another thread
            engine = create_async_engine(
                url, pool_size=pool_size, pool_timeout=_WAIT_S, pool_reset_on_return=None
            )
            event.listen(engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(engine.sync_engine, "begin", _begin_sqlite)
        else:
            engine = create_async_engine(url, pool_size=pool_size, max_overflow=0, pool_timeout=_WAIT_S)
            event.listen(engine.sync_engine, "connect", _prepare_postgres)
            event.listen(engine.sync_engine, "checkout", _require_open)
        database = cls(engine, is_sqlite=is_sqlite)
        try:
            await database._check()
        except BaseException:
            await engine.dispose()
            raise
        return database

    async def _check(self) -> None:
        try:
            async with self.engine.connect() as connection:
                if self.is_sqlite:
                    return  # each new connection asserts its own settings
                for weak in await _weak_settings(connection, _pg_must_be()):
                    raise StoreNotDurable(f"PostgreSQL runs with {weak}; set it to on")
        except (OSError, DBAPIError) as error:
            raise Unavailable(f"the store cannot be opened: {error}", code="store_unavailable") from error

    async def weak_settings(self) -> tuple[str, ...]:
        """Settings that could lose what was acknowledged, as `name = value`, by what the database says now."""
        async with self.reading() as connection:
            return await _weak_settings(connection, _SQLITE_MUST_BE if self.is_sqlite else _pg_must_be())

    async def take_a_turn(self) -> None:
        """Begin to write, and commit nothing. Raises Unavailable when that is not possible now."""
        async with self.writing() as connection:
            await connection.exec_driver_sql("SELECT 1")

    async def own_clock(self) -> datetime | None:
        """What time it is to the database; None where it has the clock of this process (SQLite). Raises Unavailable."""
        if self.is_sqlite:
            return None
        async with self.reading() as connection:
            found = await connection.exec_driver_sql("SELECT clock_timestamp()")
            told: datetime = found.scalar_one()
        return told

    @asynccontextmanager
    async def only_user(self) -> AsyncIterator[None]:
        """No second hub works on this database while the block lasts. Raises DatabaseInUse.

        PostgreSQL: an advisory lock of a connection kept for it. A lock that is lost with its connection is not
        taken again, and the hub goes on: offers and acceptances are compared and set all the same. On SQLite the
        folder of the file is what a hub holds.
        """
        if self.is_sqlite:
            yield
            return
        async with self.engine.connect() as connection:
            locked = await connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({_ONLY_HUB})")
            if not locked.scalar_one():
                raise DatabaseInUse(
                    "another hub works on this database: stop it first, or name another one in store.url"
                    " (HUB_STORE__URL)"
                )
            await connection.commit()
            try:
                yield
            finally:
                await connection.invalidate()  # not back into the pool with the lock on it

    async def close(self) -> None:
        """Close every connection."""
        if self._writer is not None:
            await self._writer.close()
            self._writer = None
        await self.engine.dispose()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A SQLAlchemy connection in a transaction that commits when the block ends."""
        if not self.is_sqlite:
            async with _errors_translated(), self.engine.begin() as connection:
                yield connection
            return
        async with self._my_turn() as writer, _errors_translated(), writer.begin():
            yield writer

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A SQLAlchemy connection that sees one snapshot and writes nothing."""
        async with _errors_translated(), self.engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Wire]:
        """The driver itself in a transaction that commits when the block ends; an error leaves nothing."""
        if self.is_sqlite:
            async with self._my_turn() as writer, _errors_translated():
                raw = (await writer.get_raw_connection()).driver_connection
                assert raw is not None
                wire = SqliteWire(raw)
                try:
                    await wire.begin()
                    yield wire
                    await wire.commit()
                except BaseException:
                    await _rolled_back(writer, raw)
                    raise
            return
        async with _errors_translated(), self.engine.connect() as connection:
            raw_pg = (await connection.get_raw_connection()).driver_connection
            assert raw_pg is not None
            try:
                async with raw_pg.transaction():
                    yield PostgresWire(raw_pg)
            except Exception as error:
                if raw_pg.is_closed() or raw_pg.is_in_transaction() or is_lost(error):
                    await connection.invalidate()
                raise
            except BaseException:
                # cancelled during BEGIN, the driver takes the next transaction for one inside this one: it would
                # be told that it committed, and nothing would be there
                await connection.invalidate()
                raise

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Wire]:
        """The driver itself for reading. On PostgreSQL each statement sees its own moment."""
        async with _errors_translated(), self.engine.connect() as connection:
            raw: Any = (await connection.get_raw_connection()).driver_connection
            try:
                yield SqliteWire(raw) if self.is_sqlite else PostgresWire(raw)
            except Exception as error:
                if is_lost(error):
                    await connection.invalidate()
                raise

    @asynccontextmanager
    async def _my_turn(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with asyncio.timeout(_WAIT_S):
                await self._turn.acquire()
        except TimeoutError as error:
            raise Unavailable("the store is overloaded", code="store_unavailable") from error
        try:
            if self._writer is None or self._writer.closed:
                self._writer = await (await self.engine.connect()).execution_options(**{_WRITES: True})
            yield self._writer
        finally:
            self._turn.release()


def _pg_must_be() -> dict[str, set[str]]:
    return {f"SHOW {setting}": _PG_ON for setting in _PG_MUST_BE_ON}


async def _weak_settings(connection: AsyncConnection, wanted: Mapping[str, set[str]]) -> tuple[str, ...]:
    found = [
        (asked.split()[-1], str((await connection.exec_driver_sql(asked)).scalar_one()), good)
        for asked, good in wanted.items()
    ]
    return tuple(f"{name} = {value}" for name, value, good in found if value not in good)


async def _rolled_back(writer: AsyncConnection, raw: Any) -> None:
    """End a transaction that failed or was cancelled, wherever it was; the next BEGIN finds none."""
    # the connection does one thing after the other: what was under way when the task was cancelled ends first
    with suppress(sqlite3.OperationalError):  # it had not begun, or its commit went through
        await asyncio.shield(raw.execute("ROLLBACK"))
    if raw.in_transaction:
        await writer.invalidate()


@asynccontextmanager
async def _errors_translated() -> AsyncIterator[None]:
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("the store is overloaded", code="store_unavailable") from error
    except DBAPIError as error:
        meaning = translated(error.orig.__cause__ or error.orig) if error.orig else None
        if meaning is None:
            raise
        raise meaning from error
    except Exception as error:
        meaning = translated(error)
        if meaning is None:
            raise
        raise meaning from error


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    # page_size counts for a new file only; the cache is per connection, in KiB
    for pragma in (
        "busy_timeout=5000",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-16384",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    for pragma, wanted in (("journal_mode", {"wal", "memory"}), ("synchronous", {2}), ("foreign_keys", {1})):
        cursor.execute(f"PRAGMA {pragma}")
        (value,) = cursor.fetchone()
        if value not in wanted:
            raise StoreNotDurable(f"SQLite refused PRAGMA {pragma}: it says {value}")
    cursor.close()


def _prepare_postgres(connection: Any, _record: object) -> None:
    async def prepare(driver: Any) -> None:
        await driver.execute(_PG_PLANS)

    connection.run_async(prepare)


def _require_open(connection: Any, _record: object, _fairy: object) -> None:
    """A connection that the server ended is not handed out: the pool makes another. The pool's own ping would ask the
    server three times whenever a connection is wanted."""
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError


def _begin_sqlite(connection: Any) -> None:
    # readers take no lock; the one writer takes it at once, so that it never meets a busy upgrade
    begin = "BEGIN IMMEDIATE" if connection.get_execution_options().get(_WRITES) else "BEGIN"
    connection.exec_driver_sql(begin)
