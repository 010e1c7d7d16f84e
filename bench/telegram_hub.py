"""A whole hub that is fed updates as Telegram's webhook feeds it: `python -m bench.telegram_hub SETUP`
(`fed_hub.Setup`).

An update is acknowledged when it is kept. The bot is switched off, so that nobody is asked for its updates.
"""

import sys

import msgspec

from bench import fed_hub
from bench.fed_hub import Setup
from bench.feed import Done, Fed
from bench.floor import furnish
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


async def furnish_telegram(store: Store, *, agents_count: int, persons_count: int) -> None:
    """The floor, its clients known by their numbers at Telegram."""
    await furnish(store, agents_count=agents_count, persons_count=persons_count, kind=IdentityKind.TELEGRAM)


class TelegramHub(KeptHub):
    """The hub, and updates that are brought for its bot."""

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


def main(argument: str) -> None:
    """Serve until SIGTERM, or until standard input closes."""
    setup = msgspec.json.decode(argument, type=Setup)
    configure_log(level="warning", as_json=False)
    with uncollected():
        pass
    until_stopped(lambda stop: fed_hub.serve(setup, stop, TelegramHub, furnish_telegram))


if __name__ == "__main__":
    main(sys.argv[1])
