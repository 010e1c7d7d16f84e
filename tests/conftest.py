"""What many tests share: a PostgreSQL, and hubs that run as processes of their own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.hubs import RunningHub, start_hub
from tests.postgres import fresh_postgres, postgres_server
from tests.scratch import let_pytest_use_it

let_pytest_use_it()

StartHub = Callable[..., Awaitable[RunningHub]]

LONGEST = (
    "tests/chaos/test_chaos.py",
    "tests/browser/test_screens.py",
    "tests/journeys/test_any_request.py",
    "tests/chaos/test_broken_hubs.py",
    "tests/chaos/test_mail_storm.py",
    "tests/journeys/test_bad_requests.py",
    "tests/journeys/test_mail_bombs.py",
    "tests/journeys/test_sip_peers.py",
    "tests/journeys/test_calls_killed.py",
)
"""Files that take a minute or minutes. They come first, so that at the end nobody waits for one of them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, all others in the order they were asked for."""
    ranks = {name: rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.nodeid.partition("::")[0], len(ranks)))


class SaysAtOnce:
    """Prints what failed when it fails: a run takes long, and pytest itself tells only at the end."""

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self._terminal = terminal

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._terminal.ensure_newline()
            self._terminal.section(f"{report.nodeid}, {report.when}, after {report.duration:.1f} s", sep="-")
            self._terminal.line(report.longreprtext)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(SaysAtOnce(terminal), "says_at_once")


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
