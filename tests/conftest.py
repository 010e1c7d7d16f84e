"""What many tests share: a PostgreSQL, and hubs that run as processes of their own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.hubs import RunningHub, start_hub
from tests.postgres import fresh_postgres, postgres_server

StartHub = Callable[..., Awaitable[RunningHub]]


@pytest.fixture(scope="session")
def pg_server() -> Iterator[str]:
    """The URL of a PostgreSQL server."""
    with postgres_server() as url:
        yield url


@pytest_asyncio.fixture
async def pg_url(pg_server: str) -> AsyncIterator[str]:
    """The URL of a database of this test's own, with nothing in it."""
    async with fresh_postgres(pg_server) as url:
        yield url


@pytest_asyncio.fixture
async def hub_starter(tmp_path: Path) -> AsyncIterator[StartHub]:
    """`await hub_starter(floor=…, settings={…})`: a running hub; see `tests.hubs.start_hub`."""
    started: list[RunningHub] = []

    async def start(**how: Any) -> RunningHub:
        hub = await start_hub(how.pop("data_dir", tmp_path / "data"), **how)
        started.append(hub)
        return hub

    yield start
    for hub in reversed(started):
        await hub.stop()


@pytest_asyncio.fixture
async def running_hub(hub_starter: StartHub) -> RunningHub:
    """A hub with the default floor on SQLite."""
    return await hub_starter()
