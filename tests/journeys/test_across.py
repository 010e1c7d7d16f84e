"""A whole hub, by its API: a client of the site goes on with the bot, and the agent takes a conversation to another
channel."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.clients import Agent, Visitor
from tests.journeys.mail_desk import at_desk, taken_up, touches
from tests.journeys.test_telegram import BotHub, bot_hub

pytestmark = pytest.mark.timeout(180)

NUMBER = "+905321234567"


async def ways(agent: Agent, interaction_id: str) -> list[dict[str, Any]]:
    return list((await agent.get(f"/api/v1/interactions/{interaction_id}/reply-ways"))["items"])


async def texts_of(agent: Agent, interaction_id: str, count: int) -> list[tuple[str, str]]:
    """Channel and text of each touch, once there are so many."""
    async with asyncio.timeout(20):
        while len(there := await touches(agent, interaction_id)) < count:
            await asyncio.sleep(0.05)
    return [(touch["channel"], touch["text"]) for touch in there]


async def told(tg: BotHub, words: str) -> None:
    async with asyncio.timeout(20):
        while not any(words in str(one) for one in tg.bot.sent):
            await asyncio.sleep(0.05)


async def a_chat(tg: BotHub, anna: Agent) -> tuple[Visitor, str, str]:
    """A chat that Anna has, of somebody whose number she wrote down: the page, the interaction, the client."""
    visitor = await Visitor.come(tg.hub.url)
    await visitor.say("Where is my order?")
    interaction_id, touch = await taken_up(anna)
    assert touch["channel"] == "webchat"
    person_id = (await anna.get(f"/api/v1/interactions/{interaction_id}"))["person"]["id"]
    await anna.post(f"/api/v1/persons/{person_id}/addresses", {"kind": "phone", "value": NUMBER})
    return visitor, interaction_id, person_id


async def test_who_shares_their_number_with_the_bot_goes_on_in_the_chat_that_an_agent_has(
    tmp_path: Path,
) -> None:
    async with bot_hub(tmp_path) as tg, at_desk(tg.hub.url) as anna:
        visitor, interaction_id, person_id = await a_chat(tg, anna)
        tg.ivan.writes(tg.bot, "/start")
        tg.ivan.sends_contact(tg.bot, NUMBER)
        tg.ivan.writes(tg.bot, "Here I am")
        assert await texts_of(anna, interaction_id, 3) == [
            ("webchat", "Where is my order?"),
            ("telegram", f"Shared their phone number: {NUMBER}"),
            ("telegram", "Here I am"),
        ]
        shown = await anna.get(f"/api/v1/interactions/{interaction_id}")
        assert shown["reply_channels"] == ["telegram", "webchat"]
        (open_one,) = (await anna.get("/api/v1/interactions?state=open"))["items"]
        assert (open_one["id"], open_one["person"]["id"]) == (interaction_id, person_id)

        bot, chat = await ways(anna, interaction_id)
        assert (bot["channel"], bot["is_open"], bot["closed"]) == ("telegram", True, "")
        assert (chat["channel"], chat["is_away"]) == ("webchat", False)
        path = f"/api/v1/interactions/{interaction_id}/touches"
        await anna.post(path, {"channel": "telegram", "text": "On Telegram"})
        await anna.post(path, {"channel": "webchat", "text": "In the chat"})
        await told(tg, "On Telegram")
        assert (await visitor.heard("message"))["text"] == "In the chat"
        assert not any("In the chat" in str(one) for one in tg.bot.sent)
        await visitor.connection.close()


async def test_a_conversation_is_taken_to_the_bot_that_the_client_wrote_to_before(tmp_path: Path) -> None:
    async with bot_hub(tmp_path) as tg, at_desk(tg.hub.url) as anna:
        tg.ivan.sends_contact(tg.bot, NUMBER)
        first, _ = await taken_up(anna)
        await anna.post(f"/api/v1/interactions/{first}/close", {"disposition": "resolved", "note": ""})
        person_id = (await anna.get(f"/api/v1/interactions/{first}"))["person"]["id"]
        visitor = await Visitor.come(tg.hub.url)
        await visitor.say("A question")
        interaction_id, _ = await taken_up(anna)
        other = (await anna.get(f"/api/v1/interactions/{interaction_id}"))["person"]["id"]
        async with Agent(tg.hub.url, "sofia") as sofia:
            await sofia.post(f"/api/v1/persons/{person_id}/merges", {"other_id": other})

        (_, bot) = await ways(anna, interaction_id)
        assert (bot["channel"], bot["is_open"], bot["closed"], bot["label"]) == (
            "telegram",
            False,
            "",
            "shop",
        )
        wanted = {name: bot[name] for name in ("channel", "address", "account")}
        path = f"/api/v1/interactions/{interaction_id}/reply-ways"
        assert {way["channel"] for way in (await anna.post(path, wanted))["items"] if way["is_open"]} == {
            "telegram",
            "webchat",
        }
        await anna.post(
            f"/api/v1/interactions/{interaction_id}/touches", {"channel": "telegram", "text": "Here too"}
        )
        await told(tg, "Here too")
        tg.ivan.writes(tg.bot, "Thank you")
        assert (await texts_of(anna, interaction_id, 3))[-1] == ("telegram", "Thank you")
        await visitor.connection.close()
