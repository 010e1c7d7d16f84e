"""What a client sees while they are written to: seldom, at once, and to nobody's cost."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hub.channels.telegram.typing import SHOWN_S, TypingShown
from hub.domain.errors import Unavailable
from hub.domain.events import Typing
from hub.domain.ids import DEFAULT_TENANT, InteractionId, TenantId
from tests.fakes.telegram import BotRoom, bot_room
from tests.servers.bot_api import Fault


class Shown:
    """The typing of one room, and what came of it."""

    def __init__(self, room: BotRoom) -> None:
        self.room = room
        self.told: list[str] = []
        self.asked = 0
        self.failing = False
        self.typing = TypingShown(room.bots, self.places, room.clock, told=self.told.append)

    async def places(self, tenant_id: TenantId, interaction_id: InteractionId) -> Sequence[tuple[str, str]]:
        self.asked += 1
        if self.failing:
            raise Unavailable("the store is down")
        return [] if interaction_id == "chat" else [(self.room.bot.account, interaction_id)]

    def types(self, thread: str = "7001", *, typing: bool = True, by_client: bool = False) -> None:
        self.typing.heard(
            Typing(
                tenant_id=DEFAULT_TENANT,
                interaction_id=InteractionId(thread),
                by_client=by_client,
                agent_id=None,
                typing=typing,
            )
        )

    async def until_told(self, count: int) -> list[str]:
        await self.room.until(lambda: len(self.told) >= count)
        return self.told


@pytest.fixture
async def shown(tmp_path: Path) -> AsyncIterator[Shown]:
    async with bot_room(tmp_path) as room, running(room) as made:
        yield made


@asynccontextmanager
async def running(room: BotRoom) -> AsyncIterator[Shown]:
    made = Shown(room)
    room.api.person()
    job = asyncio.ensure_future(made.typing.run())
    try:
        yield made
        assert not job.done()
    finally:
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_client_sees_it_at_once_and_again_while_it_lasts(shown: Shown) -> None:
    shown.types()
    await shown.until_told(1)
    assert shown.room.look.actions == [(7001, "typing")]
    for _ in range(3):
        shown.room.clock.advance(SHOWN_S / 3)
        shown.types()
        await settled()
    await shown.until_told(2)
    assert shown.told == ["typing_shown"] * 2
    assert shown.asked == 1  # where it goes is looked up once


async def test_who_stopped_who_fell_silent_and_the_client_show_nothing_more(shown: Shown) -> None:
    shown.types()
    await shown.until_told(1)
    shown.types(typing=False)
    shown.room.clock.advance(SHOWN_S)
    shown.types(by_client=True)
    await settled()
    shown.types("7002")
    shown.room.api.person(7002)
    await shown.until_told(2)
    shown.room.clock.advance(60.0)
    shown.types("chat")
    await shown.room.until(lambda: shown.asked == 3)
    await settled()
    assert shown.room.look.actions == [(7001, "typing"), (7002, "typing")]


@pytest.mark.parametrize(
    "fault", [Fault(code=403), Fault(code=500), Fault(), Fault(code=400, said="Bad Request")]
)
async def test_a_telegram_that_fails_is_counted_and_the_next_one_is_shown(shown: Shown, fault: Fault) -> None:
    shown.room.api.fault_of = lambda _bot, method: fault if method == "sendChatAction" else None
    shown.types()
    assert await shown.until_told(1) == ["typing_not_shown"]
    shown.room.api.fault_of = lambda _bot, _method: None
    shown.room.clock.advance(SHOWN_S)
    shown.types()
    assert await shown.until_told(2) == ["typing_not_shown", "typing_shown"]


async def test_after_a_429_a_bot_shows_nothing_for_so_long_and_replies_go_all_the_same(shown: Shown) -> None:
    fault = Fault(code=429, retry_after_s=30)
    shown.room.api.fault_of = lambda _bot, method: fault if method == "sendChatAction" else None
    shown.types()
    await shown.until_told(1)
    await shown.room.channel.send(shown.room.reply("here I am"))
    shown.room.clock.advance(29.0)
    shown.types()
    await settled()
    assert shown.room.look.calls["sendChatAction"] == 1
    shown.room.api.fault_of = lambda _bot, _method: None
    shown.room.clock.advance(SHOWN_S)
    shown.types()
    assert await shown.until_told(2) == ["typing_not_shown", "typing_shown"]


async def test_a_store_that_is_away_hurts_nobody(shown: Shown) -> None:
    shown.failing = True
    shown.types()
    assert await shown.until_told(1) == ["typing_not_shown"]
    shown.failing = False
    shown.room.clock.advance(SHOWN_S)
    shown.types()
    assert await shown.until_told(2) == ["typing_not_shown", "typing_shown"]


async def test_a_telegram_that_is_silent_holds_up_no_reply_and_no_other_client(shown: Shown) -> None:
    shown.room.api.person(7002)
    hanging = Fault(delay_s=60.0)
    first = True

    def fault_of(_bot: object, method: str) -> Fault | None:
        nonlocal first
        if method != "sendChatAction" or not first:
            return None
        first = False
        return hanging

    shown.room.api.fault_of = fault_of
    shown.types()
    await shown.room.until(lambda: shown.room.look.calls["sendChatAction"] == 1)
    shown.types("7002")
    await shown.until_told(1)
    assert shown.room.look.actions == [(7002, "typing")]
    await shown.room.channel.send(shown.room.reply("here I am"))
    assert [one.text for one in shown.room.look.sent] == ["here I am"]
