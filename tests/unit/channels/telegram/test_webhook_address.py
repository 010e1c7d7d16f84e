"""A webhook needs an address that Telegram can call: without one it is refused at once, and trying it out says so."""

from collections.abc import Sequence

import pytest

from hub.desk.telegram import BotSettings
from hub.domain.access import Principal, Role
from hub.domain.errors import Invalid
from hub.domain.ids import QueueId, TelegramBotId, TenantId, UserId
from hub.domain.mail_told import Told
from hub.domain.telegram import BotSecrets, BotSetup, TelegramBot, UpdatesBy
from hub.domain.values import changed
from hub.ports.telegram import BotStanding
from tests.fakes.clock import FakeClock
from tests.fakes.telegram import FakeBotStore

TOKEN = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11"
BOT = TelegramBot(
    id=TelegramBotId("b1"),
    tenant_id=TenantId("t1"),
    name="shop",
    queue_id=QueueId("support"),
    setup=BotSetup(updates=UpdatesBy.WEBHOOK),
)
ADMIN = Principal(
    tenant_id=TenantId("t1"),
    user_id=UserId("u1"),
    name="Ada",
    roles=frozenset({Role.ADMIN}),
)


class Kept(FakeBotStore):
    async def put_telegram_bot(self, bot: TelegramBot, **_: object) -> TelegramBot:
        self.bot = bot
        return bot


class Asked:
    def standings(self) -> Sequence[BotStanding]:
        return []

    async def try_out(self, token: str) -> tuple[bool, Told]:
        return True, Told(code="", text="@shop_bot")


def settings(*, has_address: bool) -> BotSettings:
    store = Kept(BOT, BotSecrets(token=TOKEN))
    return BotSettings(store, Asked(), FakeClock(), has_address=has_address)


async def test_a_webhook_nobody_can_call_is_refused_when_it_is_saved_and_tried() -> None:
    mine = settings(has_address=False)
    with pytest.raises(Invalid) as caught:
        await mine.change(ADMIN, BOT, 1, "")
    assert (caught.value.field, caught.value.stable_code) == ("updates", "no_public_url")
    works, told = await mine.try_out(ADMIN, BOT.id, "", by=UpdatesBy.WEBHOOK)
    assert (works, told.code) == (False, "no_public_url")

    assert (await mine.try_out(ADMIN, BOT.id, "", by=UpdatesBy.POLLING))[0]
    await mine.change(ADMIN, changed(BOT, enabled=False), 1, "")
    await mine.change(ADMIN, changed(BOT, setup=BotSetup()), 1, "")


async def test_a_webhook_that_can_be_called_is_saved_and_tried() -> None:
    mine = settings(has_address=True)
    await mine.change(ADMIN, BOT, 1, "")
    assert (await mine.try_out(ADMIN, BOT.id, "", by=UpdatesBy.WEBHOOK))[0]
