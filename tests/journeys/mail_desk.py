"""Somebody who sits at the console for as long as a test takes, and takes letters up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.clients import Agent

PING_EVERY_S = 3.0


@asynccontextmanager
async def at_desk(url: str, login: str = "anna") -> AsyncIterator[Agent]:
    """An agent who is available, and whose console says every few seconds that it is there."""
    async with Agent(url, login) as agent, asyncio.TaskGroup() as group:
        await agent.connect()
        await agent.be("available")
        pinging = group.create_task(_ping(agent))
        try:
            yield agent
        finally:
            pinging.cancel()


async def _ping(agent: Agent) -> None:
    while True:
        await asyncio.sleep(PING_EVERY_S)
        await agent.socket.send({"kind": "ping"})


async def touches(agent: Agent, interaction_id: str) -> list[dict[str, Any]]:
    """What is in the conversation."""
    return list((await agent.get(f"/api/v1/interactions/{interaction_id}/touches"))["items"])


async def taken_up(agent: Agent, within_s: float = 40.0) -> tuple[str, dict[str, Any]]:
    """The next letter that is offered: its interaction, and its newest touch."""
    offer = await agent.offered(within_s)
    interaction_id = str((await agent.accept(offer["reservation_id"]))["id"])
    return interaction_id, (await touches(agent, interaction_id))[-1]
