"""The same SQL on both databases, straight through the driver: what the touch path and units of work speak.

Statements are written for PostgreSQL with `$n` parameters; the SQLite side rewrites them once: `$n` → `?n`,
`= ANY($n)` → `IN` over a JSON array, `unnest($n::text[]) AS x(value)` → that array as a table, locking clauses dropped
(a SQLite transaction here is `BEGIN IMMEDIATE`, it has the database to itself), and `/*+*/` → `+`, which keeps SQLite
from walking through a whole tenant by an index where the rows are named by their ids.
"""

import re
import sqlite3
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Protocol, TypeVar

import aiosqlite
import asyncpg
import msgspec
from sqlalchemy import Table

from crm_store.mapping import columns
from hub.domain.errors import Conflict, HubError, Invalid, Unavailable

Row = Sequence[Any]
Asked = tuple[str, Sequence[object]]
"""A statement with its parameters."""

T = TypeVar("T")

_COPY_FROM_ROWS = 16
"""From here on COPY beats executemany: it costs one extra round trip to learn the column types."""


class Wire(Protocol):
    """One connection inside a transaction."""

    async def fetch(self, sql: str, *params: object) -> list[Row]:
        """All rows."""
        ...

    async def fetch_each(self, *asked: Asked) -> list[list[Row]]:
        """All rows of each question, in order; none of them waits for the answer to another."""
        ...

    async def execute(self, sql: str, *params: object) -> int:
        """How many rows the statement touched."""
        ...

    async def many(self, sql: str, rows: Sequence[Row]) -> None:
        """The statement once for each row of parameters. An error may come as late as with the commit."""
        ...

    async def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Whole rows, in the order of the table's columns. An error may come as late as with the commit."""
        ...


@lru_cache(maxsize=512)
def for_sqlite(sql: str) -> str:
    """The SQLite spelling of a statement."""
    sql = re.sub(r"= ANY\(\$(\d+)\)", r"IN (SELECT value FROM json_each(?\1))", sql)
    sql = re.sub(r"unnest\(\$(\d+)::text\[\]\) AS (\w+)\(value\)", r"json_each(?\1) AS \2", sql)
    sql = re.sub(r"\s+FOR (NO KEY UPDATE|KEY SHARE|UPDATE)( OF \w+)?( SKIP LOCKED)?", "", sql)
    return re.sub(r"\$(\d+)", r"?\1", sql.replace("/*+*/", "+"))


@lru_cache(maxsize=64)
def _insert_sql(table: Table) -> str:
    marks = ", ".join(f"${n + 1}" for n in range(len(table.columns)))
    return f"INSERT INTO {table.name} ({columns(table)}) VALUES ({marks})"


def _param(value: object) -> object:
    return msgspec.json.encode(value).decode() if isinstance(value, list) else value


class SqliteWire:
    """A connection of aiosqlite, which does everything in a thread of its own: each trip there and back costs the one
    writer more than the statement itself. So what only writes waits for the next statement whose answer is wanted, or
    for the commit, and goes with it in one trip; its errors come then, in the same transaction."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._waiting: list[_Written] = []

    async def begin(self) -> None:
        """The transaction begins with its first statement."""
        self._waiting.append(("BEGIN IMMEDIATE", None))

    async def commit(self) -> None:
        """What waits, and the commit. A transaction in which nothing was asked or written never began."""
        if self._waiting == [("BEGIN IMMEDIATE", None)]:
            self._waiting.clear()
            return
        self._waiting.append(("COMMIT", None))
        await self._trip(_nothing)

    async def fetch(self, sql: str, *params: object) -> list[Row]:
        asked, given = for_sqlite(sql), [_param(p) for p in params]
        return await self._trip(lambda connection: connection.execute(asked, given).fetchall())

    async def fetch_each(self, *asked: Asked) -> list[list[Row]]:
        given = [(for_sqlite(sql), [_param(p) for p in params]) for sql, params in asked]
        return await self._trip(
            lambda connection: [connection.execute(sql, params).fetchall() for sql, params in given]
        )

    async def execute(self, sql: str, *params: object) -> int:
        asked, given = for_sqlite(sql), [_param(p) for p in params]
        return await self._trip(lambda connection: connection.execute(asked, given).rowcount)

    async def many(self, sql: str, rows: Sequence[Row]) -> None:
        if rows:
            self._waiting.append((for_sqlite(sql), list(rows)))

    async def insert(self, table: Table, rows: Sequence[Row]) -> None:
        await self.many(_insert_sql(table), rows)

    async def _trip(self, last: Callable[[sqlite3.Connection], T]) -> T:
        """In the thread of the connection: what waits, in its order, then `last`; what comes of that."""
        waiting, self._waiting = self._waiting, []
        connection: Any = self._connection  # aiosqlite has no public way to do several things in one trip
        done: T = await connection._execute(_done, connection._conn, waiting, last)  # noqa: SLF001
        return done


_Written = tuple[str, list[Row] | None]
"""A statement, and the rows for which it is done; None: once, without parameters."""


def _nothing(connection: sqlite3.Connection) -> None:
    del connection


def _done(
    connection: sqlite3.Connection, waiting: Sequence[_Written], last: Callable[[sqlite3.Connection], T]
) -> T:
    for sql, rows in waiting:
        if rows is None:
            connection.execute(sql)
        else:
            connection.executemany(sql, rows)
    return last(connection)


class PostgresWire:
    """A connection of asyncpg."""

    def __init__(self, connection: "asyncpg.Connection") -> None:
        self._connection = connection

    async def fetch(self, sql: str, *params: object) -> list[Row]:
        rows: list[Row] = await self._connection.fetch(sql, *params)
        return rows

    async def fetch_each(self, *asked: Asked) -> list[list[Row]]:
        return [await self.fetch(sql, *params) for sql, params in asked]

    async def execute(self, sql: str, *params: object) -> int:
        status: str = await self._connection.execute(sql, *params)
        return int(status.rsplit(" ", 1)[-1])

    async def many(self, sql: str, rows: Sequence[Row]) -> None:
        await self._connection.executemany(sql, rows)

    async def insert(self, table: Table, rows: Sequence[Row]) -> None:
        if len(rows) < _COPY_FROM_ROWS:
            await self._connection.executemany(_insert_sql(table), rows)
        else:
            await self._connection.copy_records_to_table(
                table.name, records=rows, columns=[c.name for c in table.columns]
            )


_BUSY_SQLSTATES = frozenset(
    {"40001", "40P01"}
)  # serialization failure, deadlock: the loser simply tries again


def translated(error: BaseException) -> HubError | None:
    """What a driver's error means to the caller, or None when it is a bug of ours.

    A broken unique index is `raced`: somebody committed the same thing first. A full disk, a lost connection or
    a locked file is Unavailable: nothing was committed, and the same call may succeed later. A number out of
    range or a character that is none is Invalid: whoever sent it must mend it.
    """
    if isinstance(error, sqlite3.IntegrityError):
        return Conflict("somebody stored this first", code="raced") if "UNIQUE" in str(error) else None
    if isinstance(error, sqlite3.OperationalError):
        return Unavailable(f"the store cannot write now: {error}", code="store_unavailable")
    if isinstance(error, asyncpg.UniqueViolationError):
        return Conflict("somebody stored this first", code="raced")
    if isinstance(error, (asyncpg.DataError, OverflowError, UnicodeEncodeError)):
        return Invalid("this holds a number or a character that the store cannot keep", code="bad_value")
    if isinstance(error, asyncpg.PostgresError):
        if error.sqlstate in _BUSY_SQLSTATES:
            return Conflict("two transactions met", code="raced")
        if (error.sqlstate or "")[:2] in {"08", "53", "57", "58"}:
            return Unavailable(f"the store cannot write now: {error}", code="store_unavailable")
        return None
    if is_lost(error) or isinstance(error, (OSError, asyncpg.InterfaceError, TimeoutError)):
        return Unavailable(f"the store cannot be reached: {error}", code="store_unavailable")
    return None


def is_lost(error: BaseException) -> bool:
    """Whether it comes from a connection that the server is ending: its farewell has arrived, its end has not, and to
    the driver an operation that nobody asked for is under way on a connection that looks open."""
    return type(error) is asyncpg.InternalClientError  # what is derived from it are other things
