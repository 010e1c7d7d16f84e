"""Where updates are kept as they came, whichever way they came by: many share a commit, and none is acknowledged before
its own."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog

from hub.batch_writer import BatchWriter
from hub.crashpoints import crash_at
from hub.domain.errors import HubError, Unavailable
from hub.domain.ids import TelegramBotId
from hub.domain.telegram import NewUpdate, TelegramBot
from hub.ports.clock import Clock
from hub.ports.telegram import UpdateStore

log = structlog.get_logger(__name__)

_BATCH = 256
_WAITING_LIMIT = 2_000
_DEADLINE_S = 15.0


class Keeping:
    """Keeps updates. `kept` is told that there is something to read; `told` what came of each, in a word."""

    def __init__(
        self,
        store: UpdateStore,
        clock: Clock,
        *,
        kept: Callable[[], None],
        told: Callable[[str], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._kept = kept
        self._told = told
        self._writer = BatchWriter[tuple[TelegramBot, NewUpdate], bool](
            self._written, most=_BATCH, waiting=_WAITING_LIMIT, what="updates"
        )

    async def keep(self, bot: TelegramBot, raw: bytes) -> bool:
        """Keep one update that was brought; returns after the commit. False: it was there already.

        Raises Unavailable when it cannot be durable now: it must not be acknowledged, and will come again.
        """
        self._writer.require_room()
        return await self._writer.written((bot, self._update(raw)))

    async def keep_all(self, bot: TelegramBot, updates: Sequence[Mapping[str, Any]]) -> None:
        """Keep updates that were asked for, in one commit. Raises Unavailable."""
        made = [self._update(json.dumps(one, sort_keys=True).encode()) for one in updates]
        async with _deadline():
            new = await self._store.keep_updates(bot, made)
        crash_at("telegram.after_keep")
        self._tell(new)

    async def run(self) -> None:
        """Write what waits, until cancelled."""
        await self._writer.run()

    async def _written(self, some: Sequence[tuple[TelegramBot, NewUpdate]]) -> Sequence[bool | HubError]:
        """Whether each is new; those of a bot share a commit, and its fate."""
        outcomes: list[bool | HubError] = [
            Unavailable("the update could not be kept", code="store_fault")
        ] * len(some)
        places: dict[TelegramBotId, list[int]] = {}
        for place, (bot, _) in enumerate(some):
            places.setdefault(bot.id, []).append(place)
        for mine in places.values():
            try:
                async with _deadline():
                    new = await self._store.keep_updates(some[mine[0]][0], [some[place][1] for place in mine])
            except HubError as error:
                told: Sequence[bool | HubError] = [error] * len(mine)
            except Exception:
                log.exception("telegram_updates_not_kept", updates=len(mine))
                continue
            else:
                crash_at("telegram.after_keep")
                self._tell(new)
                told = new
            for place, outcome in zip(mine, told, strict=True):
                outcomes[place] = outcome
        return outcomes

    def _update(self, raw: bytes) -> NewUpdate:
        # loaded with the first update
        from hub.channels.telegram.parse import place_of

        update_id, chat, canonical = place_of(raw)
        return NewUpdate(
            update_id=update_id,
            chat=chat,
            sha256=hashlib.sha256(canonical).hexdigest(),
            received_at=self._clock.now(),
            raw=raw,
        )

    def _tell(self, new: Sequence[bool]) -> None:
        for is_new in new:
            self._told("kept" if is_new else "repeated")
        if any(new):
            self._kept()


@asynccontextmanager
async def _deadline() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(_DEADLINE_S):
            yield
    except TimeoutError as error:
        raise Unavailable("the store did not answer in time", code="store_unavailable") from error
