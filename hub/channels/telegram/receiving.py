"""A receiver for each bot, begun and ended as bots change: it asks for updates, or says where they are brought to."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from hub.backoff import Backoff
from hub.channels.telegram.bots import Bots, Opened
from hub.channels.telegram.keeping import Keeping
from hub.channels.telegram.standing import Standings
from hub.channels.telegram.told import HUB_FAULT, NO_PUBLIC_URL, told_by, webhook_trouble
from hub.crashpoints import crash_at
from hub.domain.errors import HubError, Unavailable
from hub.domain.ids import TelegramBotId
from hub.domain.telegram import UpdatesBy

log = structlog.get_logger(__name__)

HOOK = "/hooks/telegram/"
"""The path of the webhooks; a bot's name follows."""

_LOOK_AT_HOOK_S = 60.0
_LEAVES = 8


class Receiving:
    """`public_url` is where Telegram finds this hub. `told` hears what came of it, in a word."""

    def __init__(
        self,
        bots: Bots,
        keeping: Keeping,
        standings: Standings,
        *,
        public_url: str,
        told: Callable[[str], None],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bots = bots
        self._keeping = keeping
        self._standings = standings
        self._public_url = public_url
        self._told = told
        self._pause = pause
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """Bots were read anew."""
        self._changed.set()

    async def run(self) -> None:
        """Until cancelled."""
        running: dict[TelegramBotId, tuple[Opened, asyncio.Task[None]]] = {}
        known: dict[TelegramBotId, Opened] = {}
        async with asyncio.TaskGroup() as group:
            while True:
                self._changed.clear()
                wanted = {one.bot.id: one for one in self._bots.all() if one.bot.enabled}
                for bot_id, (opened, task) in list(running.items()):
                    if wanted.get(bot_id) != opened:
                        task.cancel()
                        await asyncio.wait([task])
                        del running[bot_id]
                there = {one.bot.id: one for one in self._bots.all()}
                for bot_id in known.keys() - there.keys():
                    group.create_task(self._left(known[bot_id]))
                known = there
                for bot_id, opened in wanted.items():
                    if bot_id not in running:
                        task = group.create_task(self._bot(opened), name=f"telegram {opened.bot.name}")
                        running[bot_id] = (opened, task)
                await self._changed.wait()

    async def _left(self, opened: Opened) -> None:
        """A bot was deleted: Telegram need not bring anything here any more. What it brings all the same is refused."""
        if opened.bot.setup.updates is not UpdatesBy.WEBHOOK:
            return
        backoff = Backoff(first_s=1.0, longest_s=60.0)
        why = ""
        for _ in range(_LEAVES):
            if any(one.secrets.token == opened.secrets.token for one in self._bots.all()):
                return  # it was added again
            try:
                await self._bots.api(opened).be_polled()
            except HubError as error:
                why = error.stable_code
                if why == "wrong_token":
                    break
                await self._pause(backoff.next_s())
            else:
                log.info("telegram_webhook_removed", bot=opened.bot.name)
                return
        log.warning("telegram_webhook_stays", bot=opened.bot.name, why=why)

    async def _bot(self, opened: Opened) -> None:
        """Receive for one bot, whatever happens, until cancelled."""
        backoff = Backoff(first_s=1.0, longest_s=300.0)
        receive = self._polled if opened.bot.setup.updates is UpdatesBy.POLLING else self._brought
        while True:
            wait_s = 1.0
            try:
                await receive(opened, backoff)
            except HubError as error:
                wait_s = max(backoff.next_s(), getattr(error, "retry_after_s", 0.0))
                code = error.stable_code
                log.warning("telegram_not_receiving", bot=opened.bot.name, why=code, again_in_s=wait_s)
                self._told(code if code == "other_poller" else "not_received")
                self._standings.receiving(opened.bot.id, told_by(error))
            except Exception as error:  # noqa: BLE001 - told without a traceback: an address in it would hold the token
                wait_s = backoff.next_s()
                log.error("telegram_receiver_broke", bot=opened.bot.name, why=type(error).__name__)
                self._standings.receiving(opened.bot.id, HUB_FAULT)
            await self._pause(min(wait_s, 300.0))

    async def _polled(self, opened: Opened, backoff: Backoff) -> None:
        """Ask for updates. The next question confirms those of the answer before: it is put after their commit."""
        api = self._bots.api(opened)
        self._standings.called(opened.bot.id, await api.who_am_i())
        await api.be_polled()
        offset, is_first = 0, True
        while True:
            updates = await api.updates(offset, wait=not is_first)  # whether we may is known at once
            is_first = False
            backoff.reset()
            self._standings.receiving(opened.bot.id, None)
            if not updates:
                # all that came is confirmed; ids may begin anew anywhere, and lower ones would be lost by an offset
                offset = 0
                continue
            await self._keeping.keep_all(opened.bot, updates)
            crash_at("telegram.after_keep_before_offset")
            ids = [one["update_id"] for one in updates if isinstance(one.get("update_id"), int)]
            offset = ids[-1] + 1 if ids else 0
            if not ids:
                raise Unavailable("Telegram's updates have no numbers", code="bad_answer")

    async def _brought(self, opened: Opened, backoff: Backoff) -> None:
        """Say where updates are to be brought, and look now and then whether they are."""
        if not self._public_url:
            raise Unavailable(NO_PUBLIC_URL.text, code=NO_PUBLIC_URL.code, retry_after_s=60.0)
        api = self._bots.api(opened)
        self._standings.called(opened.bot.id, await api.who_am_i())
        await api.be_called(f"{self._public_url}{HOOK}{opened.bot.name}", opened.secrets.webhook)
        backoff.reset()
        while True:
            url, _, trouble = await api.called_at()
            if url != f"{self._public_url}{HOOK}{opened.bot.name}":
                raise Unavailable("another program took this bot's webhook", code="other_poller")
            self._standings.receiving(opened.bot.id, webhook_trouble(trouble))
            await self._pause(_LOOK_AT_HOOK_S)
