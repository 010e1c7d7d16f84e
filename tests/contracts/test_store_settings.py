"""The store runs with durable settings only, and an outage is Unavailable, in bounded time, until it is over."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from crm_store import engine
from crm_store.engine import Database, StoreNotDurable
from hub.cli.failures import WRONG_USE, failure_of
from hub.domain.errors import Unavailable
from tests.stores import House, opened

pytestmark = pytest.mark.timeout(60)

T = TypeVar("T")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
async def sqlite(folder: Path) -> AsyncIterator[Database]:
    async with opened(_in(folder), pool_size=3) as database:
        yield database


@pytest.fixture
async def postgres(pg_url: str) -> AsyncIterator[Database]:
    async with opened(_asyncpg(pg_url), pool_size=3) as database:
        yield database


def _in(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder}/hub.db"


def _asyncpg(url: str) -> str:
    return make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


# --- SQLite ---


async def test_every_connection_to_sqlite_is_durable_and_keeps_its_parents(sqlite: Database) -> None:
    async with AsyncExitStack() as stack:
        connections = [await stack.enter_async_context(sqlite.reading()) for _ in range(2)]
        connections.append(await stack.enter_async_context(sqlite.writing()))
        for connection in connections:
            found = {
                pragma: (await connection.exec_driver_sql(f"PRAGMA {pragma}")).scalar_one()
                for pragma in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
            assert found == {
                "journal_mode": "wal",
                "synchronous": 2,  # FULL: one fsync for each commit
                "foreign_keys": 1,
                "busy_timeout": 5000,
            }
    async with sqlite.transaction() as wire:
        assert [row[0] for row in await wire.fetch("PRAGMA synchronous")] == [2]


async def test_a_folder_that_is_not_there_is_made(folder: Path) -> None:
    async with opened(_in(folder / "deep" / "down")):
        assert (folder / "deep" / "down" / "hub.db").exists()


async def test_a_file_that_another_process_writes_is_unavailable_in_bounded_time_and_then_works(
    sqlite: Database, folder: Path
) -> None:
    house = await House(database=sqlite).furnished()
    async with sqlite.writing() as writer:
        await writer.exec_driver_sql("PRAGMA busy_timeout=50")
    with closing(sqlite3.connect(folder / "hub.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(5):
            for attempt in (house.receive(house.message()), house.floor.put_queue(house.queue)):
                with pytest.raises(Unavailable) as refused:
                    await attempt
                assert refused.value.stable_code == "store_unavailable"
        assert await house.count("touches") == 0  # others write, and one reads
        other.execute("ROLLBACK")

    await house.receive(house.message())
    assert await house.count("touches") == 1


async def test_who_has_read_and_will_write_has_the_file_until_then(sqlite: Database, folder: Path) -> None:
    with closing(sqlite3.connect(folder / "hub.db", isolation_level=None, timeout=0)) as other:
        async with sqlite.writing() as connection:
            await connection.execute(text("SELECT COUNT(*) FROM organizations"))
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("INSERT INTO organizations VALUES ('theirs', 't', 'x')")
            await connection.execute(text("INSERT INTO organizations VALUES ('ours', 't', 'x')"))
        other.execute("INSERT INTO organizations VALUES ('theirs', 't', 'x')")
    async with sqlite.reading() as connection:
        assert (await connection.execute(text("SELECT COUNT(*) FROM organizations"))).scalar_one() == 2


async def test_a_disk_that_is_full_is_unavailable_until_there_is_room(sqlite: Database) -> None:
    house = await House(database=sqlite).furnished()
    async with sqlite.writing() as writer:
        pages = (await writer.exec_driver_sql("PRAGMA page_count")).scalar_one()
        await writer.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with pytest.raises(Unavailable):
        await house.receive(house.message("x" * 100_000))
    async with sqlite.writing() as writer:
        await writer.exec_driver_sql("PRAGMA max_page_count=1073741823")

    await house.receive(house.message("x" * 100_000))
    assert await house.count("touches") == 1


async def test_who_waits_too_long_for_the_writers_turn_is_told_that_the_store_is_busy(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_WAIT_S", 0.05)
    async with sqlite.transaction():
        with pytest.raises(Unavailable, match="overloaded"):
            async with sqlite.transaction():
                pass
    async with sqlite.transaction() as wire:
        assert len(await wire.fetch("SELECT 1")) == 1


async def test_a_place_where_no_file_can_be_is_unavailable(folder: Path) -> None:
    (folder / "file").write_text("not a folder")
    with pytest.raises((Unavailable, OSError)):
        await Database.open(f"sqlite+aiosqlite:///{folder}/file/hub.db")


# --- PostgreSQL ---


@pytest.mark.pg
async def test_postgresql_compiles_no_question_and_expects_its_pages_in_memory(postgres: Database) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(2):
            connection = await stack.enter_async_context(postgres.reading())
            for setting, wanted in (("jit", "off"), ("random_page_cost", "1.1")):
                assert (await connection.exec_driver_sql(f"SHOW {setting}")).scalar_one() == wanted


def test_postgresql_is_asked_for_all_that_can_lose_a_commit() -> None:
    assert set(engine._PG_MUST_BE_ON) == {"fsync", "full_page_writes", "synchronous_commit"}


@pytest.mark.pg
async def test_postgresql_that_can_lose_what_was_acknowledged_is_refused(pg_url: str) -> None:
    await _set(pg_url, "synchronous_commit", "off")
    with pytest.raises(StoreNotDurable, match="synchronous_commit = off; set it to on") as refused:
        await Database.open(_asyncpg(pg_url))
    failed = failure_of(refused.value)
    assert failed is not None
    assert failed.code == WRONG_USE

    await _set(pg_url, "synchronous_commit", "remote_apply")
    await (await Database.open(_asyncpg(pg_url))).close()


@pytest.mark.pg
@pytest.mark.parametrize("name", ["fsync", "full_page_writes"])
async def test_a_setting_of_the_whole_server_counts_as_well(
    pg_url: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a test may not turn these off for a server that others use: another switch stands for them
    others = tuple(n for n in engine._PG_MUST_BE_ON if n != name)
    monkeypatch.setattr(engine, "_PG_MUST_BE_ON", (*others, "enable_sort"))
    await _set(pg_url, "enable_sort", "off")
    with pytest.raises(StoreNotDurable, match="enable_sort = off"):
        await Database.open(_asyncpg(pg_url))


@pytest.mark.pg
async def test_a_connection_lost_in_a_unit_is_unavailable_and_the_next_unit_works(
    postgres: Database, pg_url: str
) -> None:
    house = await House(database=postgres).furnished()

    async def cut_off() -> None:
        async with house.store.unit(house.tenant_id) as unit:
            await unit.queues()
            await _terminate_all(pg_url)
            await unit.open_thread("nobody", "nowhere")

    with pytest.raises(Unavailable):
        await cut_off()
    await house.receive(house.message())
    assert await house.count("touches") == 1


@pytest.mark.pg
async def test_connections_lost_between_two_uses_are_made_anew(postgres: Database, pg_url: str) -> None:
    house = await House(database=postgres).furnished()
    await asyncio.gather(*(house.count("touches") for _ in range(6)))
    for n in range(3):
        await _terminate_all(pg_url)
        async with asyncio.timeout(10):
            for _ in range(20):
                with suppress(Unavailable):
                    await house.receive(house.message(external_id=f"m{n}"))
                    break
        assert await house.count("touches") == n + 1


@pytest.mark.pg
async def test_whether_a_commit_went_through_when_the_connection_broke_shows_by_repeating_it(
    postgres: Database, pg_url: str
) -> None:
    house = await House(database=postgres).furnished()
    for n in range(10):
        message = house.message(f"{n}", f"v{n}", external_id=f"m{n}")
        receiving = asyncio.create_task(house.receive(message))
        await asyncio.sleep(0.002 * n)
        await _terminate_all(pg_url)
        try:
            await receiving
        except Unavailable:
            await _until_available(partial(house.receive, message))
    assert await _until_available(lambda: house.count("touches")) == 10


@pytest.mark.pg
async def test_a_server_that_said_farewell_and_left_the_line_open_is_unavailable_once_and_then_connected_anew(
    pg_url: str,
) -> None:
    """The moment between the last word of a server and the end of its connection, made to last."""
    async with (
        _line_that_stays_open(pg_url) as (url, hung_up),
        opened(_asyncpg(url), pool_size=1) as database,
    ):
        house = await House(database=database).furnished()
        asks: list[Callable[[], Awaitable[object]]] = [
            lambda: house.count("touches"),
            lambda: house.receive(house.message()),
        ]
        for n, ask in enumerate(asks):
            await _terminate_all(pg_url)
            async with asyncio.timeout(10):
                while hung_up() <= n:
                    await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)  # for the farewell to be read here, too
            with pytest.raises(Unavailable):
                await ask()
            assert await house.count("touches") == 0


@pytest.mark.pg
async def test_a_pool_that_is_used_up_is_unavailable_in_bounded_time(
    pg_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_WAIT_S", 0.2)
    async with opened(_asyncpg(pg_url), pool_size=2) as database, AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(database.transaction())
        async with asyncio.timeout(5):
            for ask in (database.transaction, database.snapshot, database.reading, database.writing):
                with pytest.raises(Unavailable) as refused:
                    await stack.enter_async_context(ask())
                assert refused.value.stable_code == "store_unavailable"


@pytest.mark.pg
async def test_a_server_that_is_not_there_is_unavailable(pg_url: str) -> None:
    nobody = make_url(_asyncpg(pg_url)).set(host="127.0.0.1", port=1, query={})
    with pytest.raises(Unavailable):
        await Database.open(nobody.render_as_string(hide_password=False))


async def _set(url: str, name: str, value: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        database = make_url(url).database
        await connection.execute(f'ALTER DATABASE "{database}" SET {name} = {value}')
    finally:
        await connection.close()


async def _until_available(ask: Callable[[], Awaitable[T]]) -> T:
    """What a caller does who is told that the store cannot be reached now."""
    for _ in range(20):
        with suppress(Unavailable):
            return await ask()
    return await ask()


@asynccontextmanager
async def _line_that_stays_open(url: str) -> AsyncIterator[tuple[str, Callable[[], int]]]:
    """The URL of the same database over TCP, where what the server says arrives, and that it hangs up does not; and
    how often it has hung up."""
    parsed = make_url(url)
    socket = f"{parsed.query['host']}/.s.PGSQL.5432"
    open_lines: list[asyncio.StreamWriter] = []
    hung_up = 0

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """Until that side hangs up; its last words."""
        said = b""
        while data := await reader.read(65536):
            said = data
            writer.write(data)
        return said

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal hung_up
        there_reader, there_writer = await asyncio.open_unix_connection(socket)
        open_lines.extend((writer, there_writer))
        with suppress(ConnectionError):
            asking = asyncio.ensure_future(carry(reader, there_writer))
            if b"terminating connection" in await carry(there_reader, writer):
                hung_up += 1
                await asking
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        over_tcp = parsed.set(host="127.0.0.1", port=port).difference_update_query(["host"])
        yield over_tcp.render_as_string(hide_password=False), lambda: hung_up
    finally:
        server.close()
        for line in open_lines:
            line.close()


async def _terminate_all(url: str) -> None:
    """Cut every other connection to this database."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    finally:
        await connection.close()
