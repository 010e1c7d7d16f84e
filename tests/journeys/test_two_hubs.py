"""One hub on one store: a second one says so and touches nothing; a hub that was killed holds nothing."""

import asyncio
from pathlib import Path

import pytest

from tests.clients import Agent, Visitor
from tests.hubs import start_hub
from tests.journeys.commands import environment, run
from tests.ports import free_port

pytestmark = pytest.mark.timeout(120)


async def test_a_second_hub_on_the_same_folder_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    hub = await start_hub(folder)
    second = await asyncio.to_thread(run, "run", env=environment(folder, HUB_HTTP__PORT=str(free_port())))
    assert second.returncode == 1
    assert f"another hub (process {hub.process.pid}) works on {folder}: stop it first" in second.stderr

    async with Agent(hub.url, "anna") as anna:
        await anna.connect()
        await anna.be("available")
        visitor = await Visitor.come(hub.url)
        await visitor.say("good day")
        await anna.offered()
        await visitor.close()
    await hub.kill()
    again = await start_hub(folder)
    assert await again.stop() == 0


@pytest.mark.pg
async def test_a_second_hub_on_the_same_database_is_refused(tmp_path: Path, pg_url: str) -> None:
    hub = await start_hub(tmp_path / "one", store_url=pg_url)
    env = environment(tmp_path / "two", HUB_HTTP__PORT=str(free_port()), HUB_STORE__URL=pg_url)
    second = await asyncio.to_thread(run, "run", env=env)
    assert second.returncode == 1
    assert "another hub works on this database: stop it first" in second.stderr

    await hub.kill()
    again = await start_hub(tmp_path / "one", store_url=pg_url)
    assert await again.stop() == 0
