"""Reads the hub's store from outside, as it is on the disk: SQLite's file or a PostgreSQL database."""

import shutil
import sqlite3
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import asyncpg

Row = tuple[Any, ...]


class StoreReader(Protocol):
    """Answers several questions at one moment."""

    async def rows(self, questions: Mapping[str, str]) -> dict[str, list[Row]]:
        """The rows of each SELECT, all of one snapshot."""
        ...

    async def rows_of_the_dead(self, questions: Mapping[str, str]) -> dict[str, list[Row]]:
        """The same while the hub is dead: nothing that its next start will find is changed by looking."""
        ...


class SqliteReader:
    """`hub.db` in `data_dir`."""

    def __init__(self, data_dir: Path) -> None:
        self._file = data_dir / "hub.db"

    async def rows(self, questions: Mapping[str, str]) -> dict[str, list[Row]]:
        """See the port."""
        return _asked(f"file:{self._file}?mode=ro", questions)

    async def rows_of_the_dead(self, questions: Mapping[str, str]) -> dict[str, list[Row]]:
        """See the port. A copy is read: opening the files themselves would recover them."""
        with tempfile.TemporaryDirectory() as folder:
            for suffix in ("", "-wal"):
                if (source := self._file.with_name(self._file.name + suffix)).exists():
                    shutil.copy(source, folder)
            return _asked(f"file:{folder}/{self._file.name}", questions)


class PostgresReader:
    """The database of `url`."""

    def __init__(self, url: str) -> None:
        self._url = url.replace("+asyncpg", "")

    async def rows(self, questions: Mapping[str, str]) -> dict[str, list[Row]]:
        """See the port."""
        connection = await asyncpg.connect(self._url)
        try:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                return {
                    name: [tuple(r) for r in await connection.fetch(sql)] for name, sql in questions.items()
                }
        finally:
            await connection.close()

    rows_of_the_dead = rows


def _asked(uri: str, questions: Mapping[str, str]) -> dict[str, list[Row]]:
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=10.0)) as connection:
        connection.execute("BEGIN")
        answers = {name: connection.execute(sql).fetchall() for name, sql in questions.items()}
        connection.execute("COMMIT")
    return answers


def reader_of(data_dir: Path, store_url: str) -> StoreReader:
    """The reader of a hub's store; an empty URL is SQLite in `data_dir`."""
    return PostgresReader(store_url) if store_url else SqliteReader(data_dir)


def count(rows: Sequence[Row]) -> int:
    """The one number of a SELECT COUNT."""
    return int(rows[0][0])
