"""A database of its own for one module of tests, migrated and with nothing in it."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from crm_store.engine import Database
from tests.postgres import postgres_server
from tests.stores import empty_database, opened

PG_URL = os.environ.get("HUB_TEST_PG_URL", "postgresql://root@127.0.0.1:5432/postgres")


@asynccontextmanager
async def fresh_database(kind: str, folder: Path) -> AsyncIterator[Database]:
    """`kind` is `sqlite` (a file in `folder`) or `postgresql` (a database that is dropped at the end)."""
    async with AsyncExitStack() as stack:
        server = stack.enter_context(postgres_server()) if kind == "postgresql" else ""
        url = await stack.enter_async_context(empty_database(kind, folder, server))
        yield await stack.enter_async_context(opened(url))
