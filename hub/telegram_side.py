"""Telegram, wired: bots, their receivers and webhooks, those who read updates, and the channel; a room of the
composition root."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from aiohttp import web

from agent_console import telegram_api
from agent_console.operations import Operation
from crm_store.questions import SqlQuestions
from crm_store.store import Store
from crm_store.telegram import TelegramUpdates
from crm_store.telegram_bots import SqlTelegramBots
from hub import telegram_checks
from hub.channels.telegram.asks import AsksOnTelegram
from hub.channels.telegram.bare import BareButtons
from hub.channels.telegram.bots import Bots, kept_current
from hub.channels.telegram.channel import Telegram
from hub.channels.telegram.incoming import Incoming
from hub.channels.telegram.keeping import Keeping
from hub.channels.telegram.menus import Menus as AtMenus
from hub.channels.telegram.presses import Presses
from hub.channels.telegram.receiving import Receiving
from hub.channels.telegram.settings import TelegramSettings
from hub.channels.telegram.standing import Standings
from hub.channels.telegram.typing import TypingShown
from hub.channels.telegram.webhook import Webhook
from hub.checkup import Checkup
from hub.cluster.codec import encode
from hub.desk.telegram import BotSettings
from hub.domain.errors import Unavailable
from hub.domain.events import Event, InteractionClosed, Typing
from hub.domain.ids import DEFAULT_TENANT, TenantId
from hub.domain.setting_events import TelegramBotChanged
from hub.domain.telegram import TELEGRAM
from hub.intake.menus import Menus
from hub.intake.rating import RatingQuestions
from hub.lifecycle import Jobs
from hub.ports.attachments import Attachments
from hub.ports.clock import Clock
from hub.ports.inbox import Inbox
from hub.ports.status import ChannelState, Finding
from hub.ports.uniting import ProvesNumbers
from hub.sealing import Seal

_QUESTIONS_S = 2.0
_LOOK_S = 10.0


class TelegramSide:
    """`channel` sends, `bots_store` keeps bots, `standings` says how they fare. `count` is told what came of each
    update, in a word. `is_alone`: the hub is one process, so that nobody else can have updates in hand at first."""

    def __init__(
        self,
        settings: TelegramSettings,
        *,
        store: Store,
        inbox: Inbox,
        attachments: Attachments,
        clock: Clock,
        seal: Seal,
        public_url: str,
        count: Callable[[str], None],
        is_alone: bool,
        proves: ProvesNumbers,
    ) -> None:
        self._settings = settings
        self._is_alone = is_alone
        self._clock = clock
        self._has_address = bool(public_url)
        self.updates = TelegramUpdates(store)
        self.bots_store = SqlTelegramBots(store, encode=encode, seal=seal)
        self._bots = Bots(self.bots_store, DEFAULT_TENANT, settings, changed=self._bots_changed)
        self.standings = Standings(self._bots, clock)
        self._questions = SqlQuestions(store)
        self._menus = Menus(self._questions, clock, DEFAULT_TENANT, told=count)
        self._ratings = RatingQuestions(
            self._questions,
            clock,
            DEFAULT_TENANT,
            AsksOnTelegram(self._bots, clock),
            told=count,
        )
        self._bare = BareButtons(self._questions, self.updates, self._bots, clock, DEFAULT_TENANT, told=count)
        self._ended = asyncio.Event()
        self._incoming = Incoming(
            tenant_id=DEFAULT_TENANT,
            store=self.updates,
            bots=self._bots,
            inbox=inbox,
            attachments=attachments,
            clock=clock,
            settings=settings,
            told=count,
            proves=proves,
            presses=Presses(self._bots, self._questions, clock),
            menus=AtMenus(self._questions, clock),
        )
        self._keeping = Keeping(self.updates, clock, kept=self._incoming.wake, told=count)
        self._receiving = Receiving(
            self._bots, self._keeping, self.standings, public_url=public_url, told=count
        )
        self._typing = TypingShown(self._bots, self.updates.open_places, clock, told=count)
        self._webhook = Webhook(self._bots, self._keeping, update_bytes=settings.update_bytes, told=count)
        self.channel = Telegram(
            tenant_id=DEFAULT_TENANT,
            bots=self._bots,
            updates=self.updates,
            questions=self._questions,
            attachments=attachments,
            clock=clock,
            run=self._receiving.run,
            sent=self.standings.sent,
        )

    def operations(self) -> list[Operation]:
        """What the API does with bots."""
        return telegram_api.operations(
            settings=BotSettings(self.bots_store, self.standings, self._clock, has_address=self._has_address)
        )

    def routes(self) -> list[web.RouteDef]:
        """Where Telegram brings updates."""
        return self._webhook.routes() if self._settings.enabled else []

    async def heard(self, events: Sequence[Event]) -> None:
        """The bus's handler: a bot that was changed is read anew, who is written to sees it, and whose conversation is
        over is asked how it was."""
        for event in events:
            if isinstance(event, Typing) and self._settings.enabled:
                self._typing.heard(event)
        if any(isinstance(event, InteractionClosed) for event in events):
            self._ended.set()
        if any(isinstance(event, TelegramBotChanged) for event in events):
            await kept_current(self._bots)

    @asynccontextmanager
    async def opened(self, jobs: Jobs, checkup: Checkup) -> AsyncIterator[None]:
        """Take and read updates while the block lasts."""
        checkup.channel(TELEGRAM, self.state, self._examined)
        if not self._settings.enabled:
            yield
            return
        await kept_current(self._bots)
        if self._is_alone:
            await self.updates.free_updates(DEFAULT_TENANT)
        jobs.start("telegram updates kept", self._keeping.run())
        jobs.start("telegram updates read", self._incoming.run())
        jobs.start("telegram", self.channel.run())
        jobs.start("telegram typing", self._typing.run())
        # those that ended while nobody listened, and what could not be asked then
        jobs.every("telegram ratings", _LOOK_S, self._ratings.step)
        jobs.start("telegram ratings at once", self._asked_at_once())
        jobs.every("telegram buttons", _QUESTIONS_S, self._bare.step)
        jobs.every("telegram menus", _QUESTIONS_S, self._menus.step)
        # last, so that at the end those who ask are told to stop before their connections end
        jobs.start("telegram connections", self._connections())
        yield

    async def _asked_at_once(self) -> None:
        while True:
            await self._ended.wait()
            self._ended.clear()
            with suppress(Unavailable):  # it is looked for again, however that ended
                await self._ratings.step()

    async def _connections(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await self._bots.close()

    def state(self) -> ChannelState:
        """Whether messages come and go: of the bots that are set, none is broken."""
        if not self._settings.enabled:
            return ChannelState.OFF
        broken = any("broken" in {one.receiving, one.sending} for one in self.standings.standings())
        return ChannelState.DOWN if broken else ChannelState.LIVE

    async def _examined(self, tenant_id: TenantId) -> list[Finding]:
        if not self._settings.enabled:
            return [telegram_checks.switched_off()]
        return await telegram_checks.examined(
            self.bots_store, self.standings, self.updates, tenant_id, self._clock.now()
        )

    def _bots_changed(self) -> None:
        self._receiving.changed()
        self._incoming.wake()
