"""What Telegram shows a client while somebody of us writes to them: a courtesy, which waits for nothing, delays nothing
and never fails anything."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from hub.channels.telegram.bots import Bots, Opened
from hub.domain.errors import HubError
from hub.domain.events import Typing
from hub.domain.ids import InteractionId, TelegramBotId, TenantId
from hub.domain.telegram import BUSINESS
from hub.ports.clock import Clock

log = structlog.get_logger(__name__)

SHOWN_S = 4.5
"""Telegram shows it for 5 s (Bot API, `sendChatAction`)."""
_HEARD_S = 4.0
"""A console says so every 3 s while it lasts; one that fell silent has stopped."""
_ANSWER_S = 3.0
_AT_ONCE = 16
_WAITING = 256

PlacesOf = Callable[[TenantId, InteractionId], Awaitable[Sequence[tuple[str, str]]]]
"""Account and thread of each conversation on Telegram that is open in an interaction. May raise Unavailable."""


@dataclass(slots=True, kw_only=True)
class _Writing:
    tenant_id: TenantId
    heard_s: float
    shown_s: float = -math.inf
    places: Sequence[tuple[str, str]] | None = None
    is_under_way: bool = False


class TypingShown:
    """`told` hears what came of each, in a word."""

    def __init__(self, bots: Bots, places_of: PlacesOf, clock: Clock, *, told: Callable[[str], None]) -> None:
        self._bots = bots
        self._places_of = places_of
        self._clock = clock
        self._told = told
        self._writing: dict[InteractionId, _Writing] = {}
        self._quiet_until_s: dict[TelegramBotId, float] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()

    def heard(self, event: Typing) -> None:
        """Somebody types, or has stopped. Returns at once."""
        if event.by_client:
            return
        if not event.typing:
            self._writing.pop(event.interaction_id, None)
            return
        now_s = self._clock.monotonic()
        known = self._writing.get(event.interaction_id)
        if known is not None:
            known.heard_s = now_s
        elif len(self._writing) < _WAITING:
            self._writing[event.interaction_id] = _Writing(tenant_id=event.tenant_id, heard_s=now_s)
        self._woken.set()

    async def run(self) -> None:
        """Show it until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._woken.clear()
                wait_s = self._begun(group)
                try:
                    async with asyncio.timeout(wait_s):
                        await self._woken.wait()
                except TimeoutError:
                    continue

    def _begun(self, group: asyncio.TaskGroup) -> float | None:
        """Begin to show what is due; how long nothing else is."""
        now_s = self._clock.monotonic()
        for interaction_id in [i for i, w in self._writing.items() if w.heard_s + _HEARD_S <= now_s]:
            del self._writing[interaction_id]
        next_s = math.inf
        for interaction_id, writing in self._writing.items():
            due_s = writing.shown_s + SHOWN_S
            if due_s > now_s:
                next_s = min(next_s, due_s - now_s)
            elif not writing.is_under_way and len(self._under_way) < _AT_ONCE:
                writing.shown_s, writing.is_under_way = now_s, True
                next_s = min(next_s, SHOWN_S)
                task = group.create_task(self._shown(interaction_id, writing))
                self._under_way.add(task)
                task.add_done_callback(self._ended)
        return None if next_s == math.inf else next_s

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        self._woken.set()

    async def _shown(self, interaction_id: InteractionId, writing: _Writing) -> None:
        try:
            async with asyncio.timeout(_ANSWER_S):
                if writing.places is None:
                    writing.places = await self._places_of(writing.tenant_id, interaction_id)
                for account, thread in writing.places:
                    if (opened := self._bots.named(account)) is not None and opened.bot.enabled:
                        await self._show(opened, thread)
        except (HubError, TimeoutError):
            self._told("typing_not_shown")
        except Exception as error:  # noqa: BLE001 - told without a traceback: an address in it would hold the token
            log.error("telegram_typing_broke", why=type(error).__name__)
            self._told("typing_not_shown")
        finally:
            writing.is_under_way = False

    async def _show(self, opened: Opened, thread: str) -> None:
        # loaded with the first of them
        from hub.channels.telegram.api import Place

        connection_id, _, chat = thread.rpartition(":")
        bot_id = opened.bot.id
        if not chat.lstrip("-").isdigit() or self._quiet_until_s.get(bot_id, 0.0) > self._clock.monotonic():
            return
        place = Place(chat_id=int(chat), connection_id=connection_id.removeprefix(BUSINESS))
        try:
            await self._bots.api(opened).show_typing(place)
        except HubError as error:
            retry_after_s = getattr(error, "retry_after_s", 0.0) if error.stable_code == "too_many" else 0.0
            self._quiet_until_s[bot_id] = self._clock.monotonic() + retry_after_s
            raise
        self._told("typing_shown")
