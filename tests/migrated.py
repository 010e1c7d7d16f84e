"""Databases at the newest revision: migrated once a process, and copied. The migrations themselves, from nothing, are
for tests/contracts/test_migrations.py and tests/journeys/test_command_line.py.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.engine import make_url

from crm_store.engine import Database
from crm_store.migrate import migrate
from tests.postgres import VARIABLE, fresh_postgres, kept_postgres
from tests.scratch import scratch

_of_sqlite: list[bytes] = []
_of_postgres: dict[str, str] = {}
"""The name of the database to copy, by the server's URL."""


async def copy_to(file: Path) -> None:
    """Make this SQLite database, unless it is there."""
    if file.exists():
        return
    if not _of_sqlite:
        with TemporaryDirectory(dir=scratch()) as folder:
            made = Path(folder) / "hub.db"
            await _migrate(f"sqlite+aiosqlite:///{made}")
            assert [path.name for path in made.parent.iterdir()] == [made.name], (
                "some of it is in another file"
            )
            _of_sqlite.append(made.read_bytes())
    file.write_bytes(_of_sqlite[0])


@asynccontextmanager
async def migrated_postgres(server: str) -> AsyncIterator[str]:
    """The URL of a database on `server`, dropped at the end. Nothing else is left on a server that is not ours."""
    if VARIABLE in os.environ:
        async with fresh_postgres(server) as url:
            await _migrate(_ours(url))
            yield url
        return
    if server not in _of_postgres:
        name = await kept_postgres(server)
        await _migrate(_ours(make_url(server).set(database=name).render_as_string(hide_password=False)))
        _of_postgres[server] = name
    async with fresh_postgres(server, copied=_of_postgres[server]) as url:
        yield url


def _ours(url: str) -> str:
    return make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


async def _migrate(url: str) -> None:
    database = await Database.open(url)
    try:
        await migrate(database)
    finally:
        await database.close()
