"""A console of its own for every test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.unit.agent_console.console import Console, opened_console


@pytest_asyncio.fixture
async def console(tmp_path: Path) -> AsyncIterator[Console]:
    async with opened_console(tmp_path) as opened:
        yield opened
