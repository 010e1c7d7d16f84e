"""A whole hub that is fed updates as Telegram's webhook feeds it: `python -m bench.telegram_hub SETUP`
(`fed_hub.Setup`).

An update is acknowledged when it is kept. The bot is switched off, so that nobody is asked for its updates.
"""

import asyncio
import sys
import time
from typing import Any

import msgspec

from bench import fed_hub
from bench.fed_hub import Setup
from bench.feed import Done, Fed
from bench.floor import furnish, visitor_of
from bench.kept_hub import KeptHub
from bench.telegram_updates import BOT, BOT_NUMBER, update_of
from crm_store.store import Store
from hub.channels.telegram.bots import kept_current
from hub.cli.garbage import uncollected
from hub.cli.loop import until_stopped
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.ids import DEFAULT_TENANT, TelegramBotId
from hub.domain.person import IdentityKind
from hub.domain.telegram import BotSecrets, TelegramBot
from hub.ids import new_id
from hub.log import configure_log

FLOOD_FROM = 900_000
"""Numbers of messages, and of a client, that nobody else has."""


async def furnish_telegram(store: Store, *, agents_count: int, persons_count: int) -> None:
    """The floor, its clients known by their numbers at Telegram."""
    await furnish(store, agents_count=agents_count, persons_count=persons_count, kind=IdentityKind.TELEGRAM)


class TelegramHub(KeptHub):
    """The hub, and updates that are brought for its bot."""

    _flood: "asyncio.Task[int]"

    async def _feed_touches(self) -> None:
        rows = await self.store.board_rows(DEFAULT_TENANT)
        bot = TelegramBot(
            id=TelegramBotId(new_id()),
            tenant_id=DEFAULT_TENANT,
            name=BOT,
            queue_id=rows.queues[0].id,
            enabled=False,
        )
        audit = AuditDraft(
            tenant_id=DEFAULT_TENANT, at=self._clock.now(), action=AuditAction.CHANGE_TELEGRAM_BOT
        )
        await self._telegram.bots_store.put_telegram_bot(
            bot,
            seen_version=0,
            secrets=BotSecrets(token=f"{BOT_NUMBER}:{'a' * 35}", webhook="w" * 32),
            audit=audit,
        )
        await kept_current(self._telegram._bots)
        await super()._feed_touches()

    async def received(self, fed: Fed, raw: bytes, done: Done) -> None:
        """Keep the update."""
        del raw
        opened = self._telegram._bots.called(BOT)
        assert opened is not None
        await self._telegram._keeping.keep(opened.bot, update_of(fed))
        done()

    async def answer(self, question: dict[str, Any]) -> Any:
        """`flood`: somebody writes `per_s` a second from now on; `flooded`: how many were kept, when it is over."""
        if question["what"] == "flood":
            self._flood = asyncio.create_task(self._flooding(question["per_s"], question["seconds"]))
            return True
        if question["what"] == "flooded":
            return await self._flood
        return await super().answer(question)

    async def _flooding(self, per_s: int, seconds: int) -> int:
        opened = self._telegram._bots.called(BOT)
        assert opened is not None
        began, kept = time.perf_counter(), 0
        for second in range(seconds):
            for tenth in range(10):
                first = FLOOD_FROM + second * per_s + tenth * per_s // 10
                fed = [
                    Fed(n, visitor_of(FLOOD_FROM), f"Hello {n}") for n in range(first, first + per_s // 10)
                ]
                new = await asyncio.gather(
                    *(self._telegram._keeping.keep(opened.bot, update_of(one)) for one in fed)
                )
                kept += sum(new)
                due = began + second + (tenth + 1) / 10
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
        return kept


def main(argument: str) -> None:
    """Serve until SIGTERM, or until standard input closes."""
    setup = msgspec.json.decode(argument, type=Setup)
    configure_log(level="warning", as_json=False)
    with uncollected():
        pass
    until_stopped(lambda stop: fed_hub.serve(setup, stop, TelegramHub, furnish_telegram))


if __name__ == "__main__":
    main(sys.argv[1])
