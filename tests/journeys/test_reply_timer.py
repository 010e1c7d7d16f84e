"""An agent who does not answer: warned, then the work is another's, with everything known; whoever dies in between."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from hub.domain.text_times import TextTimes
from hub.settings import RoutingSettings
from tests.clients import Agent, Frame, Visitor
from tests.hubs import Floor, start_hub
from tests.journeys.inside import hub_inside

TIMES = TextTimes(
    first_response_s=600, next_response_s=900, resolution_s=3600, reply_within_s=4, warn_before_s=2
)
FLOOR = Floor(agents=("anna", "boris"), offer_s=120, times=TIMES)
WITHIN_S = 30.0


async def heard_work(agent: Agent, *, warned: bool) -> Frame:
    """The row of work once it says (or does not) that its agent was warned."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            row: Frame = (await agent.heard("work_changed", WITHIN_S))["work"]
            if row["clocks"] is not None and (row["clocks"]["warned_at"] is not None) is warned:
                return row


async def history(agent: Agent, person: str) -> list[Any]:
    page = await agent.get(f"/api/v1/persons/{person}/timeline")
    return list(page["items"])


async def test_a_silent_agent_is_warned_then_another_answers_with_everything_known(tmp_path: Path) -> None:
    async with (
        hub_inside(tmp_path, FLOOR, RoutingSettings()) as url,
        Agent(url, "anna") as anna,
        Agent(url, "boris") as boris,
        Agent(url, "sofia") as sofia,
    ):
        for agent in (anna, boris):
            await agent.connect()
        await anna.be("available")
        visitor = await Visitor.come(url)
        await visitor.say("Where is my order 118?")
        offer = await anna.offered()
        interaction = offer["work_item"]["interaction_id"]
        await anna.accept(offer["reservation_id"])
        row = await heard_work(anna, warned=False)
        assert row["clocks"]["response"] == "first_response"
        await boris.be("available")

        row = await heard_work(anna, warned=True)
        floor = await sofia.get("/api/v1/floor/work")
        (seen,) = floor["items"]
        assert (seen["agent"], seen["clocks"]["warned_at"]) == ("Anna", row["clocks"]["warned_at"])
        assert seen["clocks"]["returns_at"] > seen["clocks"]["warned_at"]

        gone = await anna.heard("work_removed", WITHIN_S)
        assert gone["reason"] == "reply_overdue"
        notice = await anna.heard("notice_added", WITHIN_S)
        assert (notice["notice"]["kind"], notice["notice"]["interaction_id"]) == (
            "reply_overdue",
            interaction,
        )
        assert notice["notice"]["person"]["id"] == offer["card"]["person_id"]
        again = await boris.offered(WITHIN_S)
        assert again["work_item"]["interaction_id"] == interaction
        assert again["work_item"]["waited_s"] >= 4
        await boris.accept(again["reservation_id"])
        said = [
            e["touch"]["text"] for e in await history(boris, again["card"]["person_id"]) if e.get("touch")
        ]
        assert said == ["Where is my order 118?"]
        await boris.reply(interaction, "It leaves today.")
        assert (await visitor.heard("message", within_s=WITHIN_S))["text"] == "It leaves today."
        story = await history(sofia, again["card"]["person_id"])
        back = [(e["kind"], e["agent"]) for e in story if e["detail"] == "reply_overdue"]
        assert back == [("work_queued", "Anna")]
        await visitor.close()


async def test_an_answer_in_time_stops_it(tmp_path: Path) -> None:
    async with (
        hub_inside(tmp_path, FLOOR, RoutingSettings()) as url,
        Agent(url, "anna") as anna,
    ):
        await anna.connect()
        await anna.be("available")
        visitor = await Visitor.come(url)
        await visitor.say("Hello?")
        offer = await anna.offered()
        await anna.accept(offer["reservation_id"])
        await heard_work(anna, warned=True)
        await anna.reply(offer["work_item"]["interaction_id"], "Here I am.")
        row = await heard_work(anna, warned=False)
        assert row["clocks"]["response"] is None
        assert row["clocks"]["returns_at"] is None
        assert await anna.socket.quiet("work_removed", for_s=4.0)
        await visitor.close()


@pytest.mark.parametrize("crash", ["clocks.before_return_commit", ""])
async def test_whoever_kills_the_hub_the_work_is_returned_once(tmp_path: Path, crash: str) -> None:
    """Killed at the moment of the return, or long before it: the deadline is in the store."""
    hub = await start_hub(tmp_path / "data", floor=FLOOR, crash_at=crash)
    async with Agent(hub.url, "anna") as anna:
        await anna.connect()
        await anna.be("available")
        visitor = await Visitor.come(hub.url)
        await visitor.say("Anybody?")
        offer = await anna.offered()
        interaction = offer["work_item"]["interaction_id"]
        await anna.accept(offer["reservation_id"])
        await heard_work(anna, warned=False)
        if crash:
            async with asyncio.timeout(WITHIN_S):
                await hub.ended()
        else:
            await hub.kill()
    hub = await start_hub(tmp_path / "data", floor=FLOOR)
    try:
        async with Agent(hub.url, "boris") as boris, Agent(hub.url, "sofia") as sofia:
            await boris.connect()
            await boris.be("available")
            again = await boris.offered(WITHIN_S)
            assert again["work_item"]["interaction_id"] == interaction
            await boris.accept(again["reservation_id"])
            await boris.reply(interaction, "Yes.")
            story = await history(sofia, again["card"]["person_id"])
            waits = [e["detail"] for e in reversed(story) if e["kind"] == "work_queued"]
            assert waits == ["new", "reply_overdue"]
    finally:
        await hub.stop()
