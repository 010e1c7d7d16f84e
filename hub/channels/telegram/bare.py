"""Buttons of questions that were answered in other words, or not in time, are taken away from the client's screen."""

from collections.abc import Callable
from datetime import timedelta

import structlog

from hub.channels.telegram.bots import Bots
from hub.crashpoints import crash_at
from hub.domain.errors import ChannelRefused, Unavailable
from hub.domain.ids import TenantId
from hub.domain.question import BareQuestion
from hub.domain.telegram import TELEGRAM, place_of_thread
from hub.ports.clock import Clock
from hub.ports.questions import BareStore
from hub.ports.telegram import UpdateStore

log = structlog.get_logger(__name__)

_AT_A_TIME = 50
_AGAIN = timedelta(seconds=30)
_GIVEN_UP = timedelta(days=2)


class BareButtons:
    """What is to go is written down with the answer, in one commit; taking it away twice does no harm. `told` hears of
    each, in a word."""

    def __init__(
        self,
        store: BareStore,
        updates: UpdateStore,
        bots: Bots,
        clock: Clock,
        tenant_id: TenantId,
        *,
        told: Callable[[str], None],
    ) -> None:
        self._store = store
        self._updates = updates
        self._bots = bots
        self._clock = clock
        self._tenant_id = tenant_id
        self._told = told

    async def step(self) -> None:
        """Take away those that are due. Raises Unavailable."""
        for one in await self._store.bare(self._tenant_id, self._clock.now(), limit=_AT_A_TIME):
            wait = await self._taken(one)
            is_late = self._clock.now() - (one.asked.settled_at or self._clock.now()) > _GIVEN_UP
            until = None if wait is None or is_late else self._clock.now() + wait
            await self._store.put_buttons_off(one.asked, until)

    async def _taken(self, one: BareQuestion) -> timedelta | None:
        """How long to wait before it is tried again; None: there is nothing left to do."""
        # loaded with the first of them
        from hub.channels.telegram.api import Place

        asked = one.asked
        found = place_of_thread(asked.thread)
        # under a text of several messages the last one has the buttons
        parts = await self._updates.parts_sent(asked.touch_id)
        message_id = parts[max(parts)] if parts else one.message_id
        if not asked.account.startswith(f"{TELEGRAM}:") or found is None or not message_id.isdigit():
            return None
        opened = self._bots.named(asked.account)
        if opened is None or not opened.bot.enabled:
            return None if self._bots.is_deleted(asked.account) else _AGAIN * 10
        place = Place(chat_id=found[0], connection_id=found[1])
        try:
            await self._bots.api(opened).take_buttons(place, int(message_id))
        except ChannelRefused as error:
            # they are gone, or the client has blocked the bot
            log.info("telegram_buttons_not_ended", bot=opened.bot.name, why=error.stable_code)
            return None
        except Unavailable as error:
            return max(_AGAIN, timedelta(seconds=error.retry_after_s))
        crash_at("telegram.after_buttons_before_note")
        self._told("buttons_taken")
        return None
