"""A newcomer who lets the demo run sees one client on several channels, and one interaction."""

import asyncio
import random
import time
from pathlib import Path
from typing import Any

import pytest
from rich.panel import Panel

from hub.cli import demo
from hub.cli.configuration import settings_from
from hub.effective_settings import Effective
from hub.ids import new_id
from hub.simulator import across
from hub.simulator.across import Across
from hub.simulator.agents import AgentTally, Desk, serve
from hub.simulator.bot_clients import Pace
from hub.simulator.regulars import REGULARS, Regular
from tests.clients import Agent
from tests.journeys.commands import PASSWORD
from tests.ports import free_port

NEVER = 10_000.0, 10_000.0


@pytest.fixture
def effective(monkeypatch: pytest.MonkeyPatch) -> Effective:
    """A demo in a hurry, to which nobody comes but those on several channels."""
    for name, value in {
        "HUB_HTTP__PORT": str(free_port()),
        "HUB_CHANNELS__SIP__PORT": str(free_port()),
        "HUB_SMTP_INTAKE__PORT": str(free_port()),
        "HUB_DEMO__PASSWORD": PASSWORD,
    }.items():
        monkeypatch.setenv(name, value)
    changes: dict[str, Any] = {
        "FIRST_CLIENT_S": NEVER[0],
        "LEAST_LETTER_GAP_S": NEVER[0],
        "MOST_LETTER_GAP_S": NEVER[0],
        "LEAST_BOT_GAP_S": NEVER[0],
        "MOST_BOT_GAP_S": NEVER[0],
        "LEAST_CALL_GAP_S": NEVER[0],
        "MOST_CALL_GAP_S": NEVER[0],
        "FIRST_ACROSS_S": 0.0,
        "LEAST_ACROSS_GAP_S": NEVER[0],
        "MOST_ACROSS_GAP_S": NEVER[0],
        "PAUSE_S": (0.0, 0.0),
        "PACE": Pace(think_s=(0.0, 0.2), rating_s=0.1),
    }
    for name, changed in changes.items():
        monkeypatch.setattr(demo, name, changed)
    monkeypatch.setattr(across, "_CALL_PATIENCE_S", 1.0)
    return settings_from(None)


@pytest.mark.timeout(180)
async def test_who_chats_writes_to_the_bot_mails_and_calls_is_one_client(
    effective: Effective, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_up, done = asyncio.Event(), asyncio.Event()
    shown = demo.welcome

    def welcome(*args: Any, **more: Any) -> Panel:
        is_up.set()
        return shown(*args, **more)

    monkeypatch.setattr(demo, "welcome", welcome)

    class Watched(Across):
        async def play(self, regular: Regular) -> None:
            await super().play(regular)
            done.set()

    monkeypatch.setattr(demo, "Across", Watched)
    settings = demo.demo_settings(effective, tmp_path)
    stop = asyncio.Event()
    address = f"http://127.0.0.1:{settings.http.port}"
    nora = REGULARS[0]
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(demo._served(settings, stop, kept=tmp_path, own_bot=True))
        desk = Desk(
            address=address,
            login="anna",
            password=PASSWORD,
            tally=AgentTally(),
            monotonic=time.monotonic,
            new_id=new_id,
            rng=random.Random(1),
        )
        await is_up.wait()
        working = group.create_task(serve(desk))
        await done.wait()
        async with Agent(address, "maria", password=PASSWORD) as office:
            (found,) = (await office.get(f"/api/v1/persons?q={nora.name.split()[0]}"))["items"]
            timeline = (await office.get(f"/api/v1/persons/{found['id']}/timeline"))["items"]
        working.cancel()
        stop.set()
        await serving

    touches = [one["touch"] for one in timeline if one["touch"]]
    assert {touch["channel"] for touch in touches} == {"webchat", "telegram", "email", "sip"}
    assert {f"email {nora.email}", f"telegram {nora.telegram}"} <= set(found["identities"]), found[
        "identities"
    ]
    by_channel: dict[str, set[str]] = {}
    for one in timeline:
        if one["touch"] and one["touch"]["text"] != "/start":
            by_channel.setdefault(one["interaction_id"], set()).add(one["touch"]["channel"])
    assert {"webchat", "telegram", "email"} in by_channel.values()
