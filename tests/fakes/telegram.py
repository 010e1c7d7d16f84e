"""Telegram's side of the hub on fakes: stores in memory, a Bot API on loopback, and an inbox that is told to fail."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from hub.channels.telegram.bots import Bots
from hub.channels.telegram.channel import Telegram
from hub.channels.telegram.incoming import Incoming
from hub.channels.telegram.keeping import Keeping
from hub.channels.telegram.menus import Menus
from hub.channels.telegram.presses import Presses
from hub.channels.telegram.receiving import Receiving
from hub.channels.telegram.settings import TelegramSettings
from hub.channels.telegram.standing import Standings
from hub.channels.telegram.webhook import Webhook
from hub.cluster.embedded.attachments import FolderAttachments
from hub.domain.audit import AuditDraft
from hub.domain.errors import Conflict, Unavailable
from hub.domain.ids import DEFAULT_TENANT, InteractionId, QueueId, TelegramBotId, TenantId, TouchId
from hub.domain.person import IdentityKind
from hub.domain.question import AskedQuestion, Question, QuestionKind
from hub.domain.telegram import (
    BotSecrets,
    BotSetup,
    KeptUpdate,
    NewUpdate,
    SettledUpdate,
    TelegramBot,
    UpdateState,
)
from hub.domain.touch import OutboundMessage
from hub.ids import new_id
from tests.fakes.clock import FakeClock
from tests.fakes.inbox import FakeInbox
from tests.fakes.webchat import reply
from tests.servers.bot_api import BotApiLookAlike, LookBot

SECRET = "s" * 43


@dataclass(slots=True)
class _Row:
    number: int
    bot_id: TelegramBotId
    update: NewUpdate
    state: UpdateState = UpdateState.KEPT
    tries: int = 0
    leased: bool = False
    raw: bytes = b""


class FakeUpdates:
    """`hub.ports.telegram.UpdateStore`. While `failing` says so nothing is kept."""

    def __init__(self) -> None:
        self.rows: list[_Row] = []
        self.parts: dict[tuple[str, int], str] = {}
        self.failing: Callable[[], bool] = lambda: False
        self.text: dict[str, str] = {}
        self.raw: Callable[[str], bytes | None] = lambda _key: None

    async def keep_updates(self, bot: TelegramBot, updates: Sequence[NewUpdate]) -> Sequence[bool]:
        await asyncio.sleep(0)
        if self.failing():
            raise Unavailable("the store is down")
        new = []
        for one in updates:
            key = (bot.id, one.update_id, one.sha256)
            is_new = all((r.bot_id, r.update.update_id, r.update.sha256) != key for r in self.rows)
            new.append(is_new)
            if is_new:
                self.rows.append(_Row(len(self.rows) + 1, bot.id, one, raw=one.raw))
        return new

    async def claim_updates(
        self, tenant_id: TenantId, now: datetime, *, lease_s: float, chats: int, each: int
    ) -> Sequence[KeptUpdate]:
        found: dict[str, list[_Row]] = {}
        for row in self.rows:
            if row.state is UpdateState.KEPT:
                found.setdefault(row.update.chat, []).append(row)
        free = [rows[:each] for rows in found.values() if not rows[0].leased][:chats]
        taken = []
        for row in (row for rows in free for row in rows):
            row.leased, row.tries = True, row.tries + 1
            taken.append(
                KeptUpdate(
                    number=row.number,
                    bot_id=row.bot_id,
                    chat=row.update.chat,
                    received_at=row.update.received_at,
                    raw=row.raw,
                    tries=row.tries,
                )
            )
        return taken

    async def free_updates(self, tenant_id: TenantId) -> None:
        for row in self.rows:
            row.leased = False

    async def settle_updates(self, settled: Sequence[SettledUpdate]) -> None:
        for one in settled:
            row = self.rows[one.number - 1]
            row.state, row.leased = one.state, False
            if not one.keep_raw:
                row.raw = b""

    async def release_updates(self, numbers: Sequence[int], *, count_try: bool) -> None:
        for number in numbers:
            row = self.rows[number - 1]
            row.leased = False
            row.tries -= 0 if count_try else 1

    async def waiting_updates(self, tenant_id: TenantId) -> tuple[int, datetime | None]:
        waiting = [r.update.received_at for r in self.rows if r.state is UpdateState.KEPT]
        return len(waiting), min(waiting, default=None)

    async def count_unreadable(self, tenant_id: TenantId) -> int:
        return sum(r.state is UpdateState.UNREADABLE for r in self.rows)

    async def text_of(self, tenant_id: TenantId, account: str, external_id: str) -> str | None:
        return self.text.get(external_id)

    async def raw_of(self, tenant_id: TenantId, account: str, external_id: str) -> bytes | None:
        return self.raw(external_id)

    async def parts_sent(self, touch_id: TouchId) -> Mapping[int, str]:
        return {part: sent for (touch, part), sent in self.parts.items() if touch == touch_id}

    async def note_part_sent(
        self, tenant_id: TenantId, touch_id: TouchId, part: int, message_id: str
    ) -> None:
        if self.failing():
            raise Unavailable("the store is down")
        self.parts[touch_id, part] = message_id

    def states(self) -> list[str]:
        """What came of each, in the order they came."""
        return [row.state.value for row in self.rows]


class FakeQuestions:
    """`hub.ports.questions.Questions`. `scores` are those that count."""

    def __init__(self) -> None:
        self.asked: dict[str, AskedQuestion] = {}
        self.scores: dict[str, int] = {}
        self.failing: Callable[[], bool] = lambda: False
        self.late = False

    def put(
        self,
        question: Question,
        *,
        thread: str,
        address: str = "",
        account: str = "telegram:shop",
        at: datetime | None = None,
        text: str = "How was it?",
    ) -> AskedQuestion:
        """A question that stands."""
        made = AskedQuestion(
            touch_id=TouchId(new_id()),
            tenant_id=DEFAULT_TENANT,
            interaction_id=InteractionId(new_id()),
            account=account,
            thread=thread,
            question=question,
            asked_at=at or FakeClock().now(),
            text=text,
            address=address or thread,
        )
        self.asked[made.touch_id] = made
        return made

    async def question(self, tenant_id: TenantId, touch_id: TouchId) -> AskedQuestion | None:
        if self.failing():
            raise Unavailable("the store is down")
        return self.asked.get(touch_id)

    async def standing_menu(self, tenant_id: TenantId, account: str, thread: str) -> AskedQuestion | None:
        return next(
            (
                one
                for one in reversed(self.asked.values())
                if one.question.kind is QuestionKind.MENU
                and one.settled_at is None
                and (one.account, one.thread) == (account, thread)
            ),
            None,
        )

    async def rate(self, asked: AskedQuestion, choice: int, now: datetime) -> int:
        if self.late:
            raise Conflict("this conversation can be rated no more", code="too_late")
        return self.scores.setdefault(asked.touch_id, choice + 1)


class FakeBotStore:
    """`hub.ports.telegram.TelegramBots` with one bot."""

    def __init__(self, bot: TelegramBot, secrets: BotSecrets) -> None:
        self.bot = bot
        self.secrets = secrets
        self.deleted = False

    async def telegram_bots(self, tenant_id: TenantId) -> Sequence[TelegramBot]:
        return [] if self.deleted else [self.bot]

    async def deleted_telegram_accounts(self, tenant_id: TenantId) -> frozenset[str]:
        return frozenset({self.bot.account}) if self.deleted else frozenset()

    async def delete_telegram_bot(
        self, tenant_id: TenantId, bot_id: TelegramBotId, *, leave_unread: bool, audit: AuditDraft
    ) -> None:
        self.deleted = True

    async def bot_secrets(self, bot: TelegramBot) -> BotSecrets:
        return self.secrets

    async def put_telegram_bot(
        self, bot: TelegramBot, *, seen_version: int, secrets: BotSecrets, audit: AuditDraft
    ) -> TelegramBot:
        raise NotImplementedError  # bots are set against the real store: tests/contracts has it


class BotRoom:
    """One bot, everything behind it, and Telegram. `setup` is the bot's; keyword arguments are settings."""

    def __init__(
        self,
        api: BotApiLookAlike,
        folder: Path,
        setup: BotSetup | None = None,
        clock: Any = None,
        **settings: Any,
    ) -> None:
        self.api = api
        self.look: LookBot = api.bot()
        self.clock = clock or FakeClock()
        self.inbox = FakeInbox(self.clock)
        self.proved: list[tuple[str, str]] = []
        self.updates = FakeUpdates()
        self.updates.failing = lambda: self.inbox.failing is not None
        self.updates.raw = lambda key: next((t.raw for t in self.inbox.touches if t.external_id == key), None)
        self.questions = FakeQuestions()
        self.questions.failing = self.updates.failing
        self.attachments = FolderAttachments(folder)
        self.told: list[str] = []
        self.bot = TelegramBot(
            id=TelegramBotId("b1"),
            tenant_id=DEFAULT_TENANT,
            name="shop",
            queue_id=QueueId("support"),
            setup=setup or BotSetup(),
        )
        chosen = TelegramSettings.model_validate({"base_url": api.url, "answer_s": 2.0, **settings})
        self.store = FakeBotStore(self.bot, BotSecrets(token=self.look.token, webhook=SECRET))
        self.bots = Bots(self.store, DEFAULT_TENANT, chosen, changed=lambda: None)
        self.standings = Standings(self.bots, self.clock)
        self.incoming = Incoming(
            tenant_id=DEFAULT_TENANT,
            store=self.updates,
            bots=self.bots,
            inbox=self.inbox,
            attachments=self.attachments,
            clock=self.clock,
            settings=chosen,
            told=self.told.append,
            proves=self,
            presses=Presses(self.bots, self.questions, self.clock),
            menus=Menus(self.questions, self.clock),
            pause=self._pause,
        )
        self.keeping = Keeping(self.updates, self.clock, kept=self.incoming.wake, told=self.told.append)
        self.receiving = Receiving(
            self.bots,
            self.keeping,
            self.standings,
            public_url="",
            told=self.told.append,
            pause=self._pause,
        )
        self.webhook = Webhook(self.bots, self.keeping, update_bytes=65_536, told=self.told.append)
        self.channel = Telegram(
            tenant_id=DEFAULT_TENANT,
            bots=self.bots,
            updates=self.updates,
            questions=self.questions,
            attachments=self.attachments,
            clock=self.clock,
            run=self.receiving.run,
            sent=self.standings.sent,
        )

    async def proven(self, tenant_id: TenantId, kind: IdentityKind, value: str, number: str) -> bool:
        """`ProvesNumbers`: the numbers that were shared, and whether whoever shared them was in the inbox before."""
        self.proved.append((value, number))
        return any(touch.sender.value == value for touch in self.inbox.touches)

    async def _pause(self, _: float) -> None:
        await asyncio.sleep(0.01)

    async def until(self, done: Callable[[], bool], within_s: float = 20.0) -> None:
        async with asyncio.timeout(within_s):
            while not done():
                await asyncio.sleep(0.005)

    async def bring(self, update: dict[str, Any]) -> bool:
        """Bring an update as a webhook does, and wait until it is read. Raises Unavailable."""
        is_new = await self.keeping.keep(self.bot, json.dumps(update).encode())
        await self.settled()
        return is_new

    async def settled(self, within_s: float = 20.0) -> None:
        """Wait until nothing is to be read, and everything that came of it was told."""
        await self.until(
            lambda: "kept" not in self.updates.states() and not self.incoming._under_way, within_s
        )

    def reply(self, text: str, seq: int = 1, **more: Any) -> OutboundMessage:
        """What the sender hands over for Ivan."""
        ivan = self.api.person()
        return replace(reply((self.bot.account, str(ivan.id)), seq, text), **more)

    @asynccontextmanager
    async def open(self, *, receives: bool = False) -> AsyncIterator["BotRoom"]:
        """Keeping and reading, while the block lasts; and receiving."""
        await self.bots.refresh()
        jobs = [asyncio.ensure_future(job) for job in (self.keeping.run(), self.incoming.run())]
        if receives:
            jobs.append(asyncio.ensure_future(self.channel.run()))
        try:
            yield self
        finally:
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
            await self.bots.close()


@asynccontextmanager
async def bot_room(
    folder: Path, setup: BotSetup | None = None, *, receives: bool = False, **settings: Any
) -> AsyncIterator[BotRoom]:
    """A room with its Telegram."""
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(BotApiLookAlike())
        room = BotRoom(api, folder, setup, **settings)
        yield await stack.enter_async_context(room.open(receives=receives))
