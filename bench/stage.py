"""Sets up what a run needs: a pipeline and the world around it, each a process on a core of its own."""

import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from bench import fed_hub, generator
from bench.feed import FeedClient
from bench.generator import Outcome, Run
from bench.harness import cpu_s
from crm_store.engine import Database
from tests.ports import free_port
from tests.postgres import VARIABLE, fresh_postgres, postgres_server

ROOT = Path(__file__).parent.parent
AGENTS, PERSONS = 1_000, 10_000

_PLAY_S = 600.0
_RUNS_HERE = "postgresql://root@127.0.0.1:5432/postgres"


class DidNotStart(Exception):
    """A process ended before it was ready; the text is the end of what it said."""


@dataclass(slots=True)
class Stage:
    """One pipeline, its database, and the world around it."""

    name: str
    pipeline: Process
    world: Process
    feed: FeedClient
    database: Database
    gathered_s: float
    next_number: int = 0

    async def play(self, touches: int, *, rate: float = 0.0, in_flight: int = 256) -> Outcome:
        """A run; numbers go on from the last."""
        run = Run(touches=touches, first=self.next_number, rate=rate, in_flight=in_flight)
        self.next_number += touches
        assert self.world.stdin is not None
        self.world.stdin.write(msgspec.json.encode(run) + b"\n")
        return msgspec.json.decode(await _line(self.world, None, within_s=_PLAY_S), type=Outcome)

    async def cpu_s(self) -> float:
        """CPU seconds of the pipeline, and of the database's processes that serve it."""
        return float(await self.feed.ask(what="cpu_s")) + cpu_s(await self.backends())

    async def backends(self) -> list[int]:
        """Process ids of the PostgreSQL connections to the database, when it runs on this machine."""
        if self.database.is_sqlite:
            return []
        async with self.database.snapshot() as wire:
            rows = await wire.fetch("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        return [row[0] for row in rows if Path(f"/proc/{row[0]}").exists()]

    def rest(self) -> None:
        """Stop both processes where they are: they must not disturb the other's run."""
        for process in (self.world, self.pipeline):
            process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        """Go on."""
        for process in (self.pipeline, self.world):
            process.send_signal(signal.SIGCONT)


@asynccontextmanager
async def staged(
    module: str,
    store_url: str,
    *,
    agents: int = AGENTS,
    persons: int = PERSONS,
    consoles: int = AGENTS,
    pinned: bool = True,
) -> AsyncIterator[Stage]:
    """`module` (`bench.fed_hub` or `bench.raw`) on an empty database; SQLite when `store_url` is empty.

    As many agents as `consoles` says are there. `pinned` False: the pipeline has processes of its own, and no core.
    Raises DidNotStart.
    """
    ours, theirs = cores() if pinned else (None, None)
    with tempfile.TemporaryDirectory(prefix="touchline-bench-") as folder:
        path, port = Path(folder), free_port()
        url = store_url or f"sqlite+aiosqlite:///{path}/hub.db"
        feed = path / "feed"
        setup = fed_hub.Setup(
            data_dir=folder,
            store_url=store_url,
            port=port,
            feed=str(feed),
            agents=agents,
            persons=persons,
            core=ours,
        )
        with (path / "log").open("ab") as log:
            async with _process(module, setup, log) as pipeline:
                address = (await _line(pipeline, path / "log")).decode().strip()
                world_setup = generator.Setup(
                    feed=str(feed),
                    url=f"ws{address.removeprefix('http')}/ws/agent",
                    origin=address,
                    agents=min(consoles, agents),
                    persons=persons,
                    core=theirs,
                )
                async with _process("bench.generator", world_setup, log) as world:
                    gathered = json.loads(await _line(world, path / "log"))
                    database = await Database.open(url)
                    try:
                        stage = Stage(
                            name=module.rpartition(".")[2],
                            pipeline=pipeline,
                            world=world,
                            feed=await FeedClient.open(feed),
                            database=database,
                            gathered_s=gathered["gathered_s"],
                        )
                        if ours is not None:
                            _keep_to(ours, await stage.backends())
                        yield stage
                    finally:
                        await database.close()


def cores() -> tuple[int | None, int | None]:
    """A core for the pipeline and one for the world; None for both where there is only one."""
    available = sorted(os.sched_getaffinity(0))
    return (available[0], available[1]) if len(available) > 1 else (None, None)


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL: the one of `HUB_TEST_PG_URL`, else one that runs here, else one from PyPI."""
    with contextlib.ExitStack() as stack:
        yield (
            _RUNS_HERE
            if VARIABLE not in os.environ and _answers()
            else stack.enter_context(postgres_server())
        )


def _answers() -> bool:
    async def try_it() -> None:
        await (await asyncpg.connect(_RUNS_HERE, timeout=3)).close()

    try:
        asyncio.run(try_it())
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    return True


@asynccontextmanager
async def database_url(server: str) -> AsyncIterator[str]:
    """The URL of an empty database with the hub's driver; an empty one for SQLite, when `server` is."""
    if not server:
        yield ""
        return
    async with fresh_postgres(server.replace("+asyncpg", "")) as url:
        yield url.replace("postgresql:", "postgresql+asyncpg:", 1)


@asynccontextmanager
async def _process(module: str, setup: msgspec.Struct, log: Any) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        msgspec.json.encode(setup).decode(),
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("HUB_")},
        stdin=PIPE,
        stdout=PIPE,
        stderr=log,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            try:
                async with asyncio.timeout(10):
                    await process.wait()
            except TimeoutError:
                process.kill()
        await process.wait()


async def _line(process: Process, log: Path | None, *, within_s: float = 60.0) -> bytes:
    assert process.stdout is not None
    async with asyncio.timeout(within_s):
        line = await process.stdout.readline()
    if not line:
        raise DidNotStart("" if log is None else "\n".join(log.read_text().splitlines()[-15:]))
    return line


def _keep_to(core: int, pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(OSError):  # another user's processes stay where they are
            os.sched_setaffinity(pid, {core})
