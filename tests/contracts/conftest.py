"""The same tests for both databases: one of its own for each module, and a tenant of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from crm_store.engine import Database
from hub.ports.media import MediaEngine
from tests.contracts.crm import Crm
from tests.contracts.media import ENGINES, HIGH, Call, engine_with, wav
from tests.stores import House, migrated_database, opened


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.pg)])
def kind(request: pytest.FixtureRequest) -> str:
    """Which database."""
    return str(request.param)


@pytest.fixture(scope="module")
async def database_url(
    kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    """A database with all tables and nothing in them."""
    server = "" if kind == "sqlite" else str(request.getfixturevalue("pg_server"))
    async with migrated_database(kind, tmp_path_factory.mktemp("store"), server) as url:
        yield url


@pytest.fixture(scope="module")
async def database(database_url: str) -> AsyncIterator[Database]:
    """The module's database, migrated and open."""
    async with opened(database_url) as database:
        yield database


@pytest.fixture
async def house(database: Database) -> House:
    """A tenant with one queue."""
    return await House(database=database).furnished()


@pytest.fixture
async def crm(house: House) -> Crm:
    """What hangs on the clients of the house."""
    return await Crm(house).furnished()


@pytest.fixture(scope="module", params=list(ENGINES))
def engine_kind(request: pytest.FixtureRequest) -> str:
    """Which media engine."""
    return str(request.param)


@pytest.fixture(scope="module")
async def engine(engine_kind: str) -> AsyncIterator[MediaEngine]:
    """The module's engine, running."""
    async with engine_with(engine_kind, pairs=60) as engine:
        yield engine


@pytest.fixture
async def call(engine: MediaEngine) -> AsyncIterator[Call]:
    """A session with nobody on it."""
    async with Call(engine) as call:
        yield call


@pytest.fixture(scope="session")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """0.4 s of the high tone."""
    return wav(tmp_path_factory.mktemp("sounds") / "music.wav", HIGH, 0.4)
