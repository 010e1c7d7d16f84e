"""A database of its own for one module of tests, with all tables and nothing in them."""

import importlib
import os
import pkgutil
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

import crm_store.rows
from crm_store.base import metadata
from crm_store.engine import Database

PG_URL = os.environ.get("HUB_TEST_PG_URL", "postgresql://root@127.0.0.1:5432/postgres")


@asynccontextmanager
async def fresh_database(kind: str, folder: Path) -> AsyncIterator[Database]:
    """`kind` is `sqlite` (a file in `folder`) or `postgresql` (a database that is dropped at the end)."""
    if kind == "sqlite":
        async with _opened(f"sqlite+aiosqlite:///{folder}/hub.db") as database:
            yield database
        return
    server, _, _ = PG_URL.replace("+asyncpg", "").rpartition("/")
    name = f"touchline_{uuid.uuid4().hex[:12]}"
    admin = await asyncpg.connect(f"{server}/postgres")
    try:
        await admin.execute(f"CREATE DATABASE {name}")
        try:
            async with _opened(f"{server.replace('postgresql:', 'postgresql+asyncpg:')}/{name}") as database:
                yield database
        finally:
            await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    for module in pkgutil.iter_modules(crm_store.rows.__path__):
        importlib.import_module(f"crm_store.rows.{module.name}")
    database = await Database.open(url)
    try:
        async with database.writing() as connection:
            await connection.run_sync(metadata.create_all)
        yield database
    finally:
        await database.close()
