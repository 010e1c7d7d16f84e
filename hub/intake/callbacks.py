"""Calls that clients ask for: work of the line at once, in the place they had, or when the promised time comes."""

import structlog

from hub.domain.agent import Media
from hub.domain.call import SIP
from hub.domain.callback import Callback, CallbackWish
from hub.domain.errors import Conflict
from hub.domain.ids import TenantId
from hub.domain.interaction import Interaction, InteractionState
from hub.domain.touch import InboundTouch
from hub.domain.values import changed
from hub.domain.work import WAITING_STATES
from hub.engaging import in_line
from hub.ids import new_id
from hub.intake.identity import add_proven
from hub.intake.placing import placed
from hub.intake.threads import thread_of
from hub.ports.callback_store import CallbackStore
from hub.ports.clock import Clock
from hub.ports.inbox import CallbackAsked
from hub.ports.store import UnitOfWork
from hub.promises import left_the_line, next_in_place

log = structlog.get_logger(__name__)

_TRIES = 3
_AT_A_TIME = 50
PROMISED = 10
"""Steps of priority of a call whose promised time has come: it goes before those who may wait."""


class Callbacks:
    """Promises calls, and keeps the promises. In a house with a telephone the work is a call: to accept it dials;
    in one without, the agent takes whatever telephone there is."""

    def __init__(
        self, store: CallbackStore, clock: Clock, tenant_id: TenantId, *, has_telephone: bool = False
    ) -> None:
        self._store = store
        self._clock = clock
        self._tenant_id = tenant_id
        self._media = Media.VOICE if has_telephone else Media.CHAT

    async def ask(self, touch: InboundTouch, wish: CallbackWish) -> CallbackAsked:
        """Keep the client's wish, told by `touch` (a form). See hub/ports/inbox.py."""
        for attempt in range(_TRIES):
            try:
                async with self._store.unit(touch.tenant_id) as unit:
                    return await self._asked(unit, touch, wish)
            except Conflict as error:
                if error.stable_code != "raced" or attempt == _TRIES - 1:
                    raise
        raise AssertionError("the loop returns or raises")

    async def _asked(self, unit: UnitOfWork, touch: InboundTouch, wish: CallbackWish) -> CallbackAsked:
        now = self._clock.now()
        known = await unit.known([touch])
        key = (touch.account, touch.thread)
        before = known.thread_at(*key)
        if before is not None and (promised := await unit.callback_of(before.interaction.id)):
            return CallbackAsked(callback=promised, repeated=True)
        if stored := known.stored.get((touch.account, touch.external_id)):
            promised = await unit.callback_of(stored.interaction_id)
            if promised is None:
                raise Conflict("this wish was fulfilled", code="other_body")
            return CallbackAsked(callback=promised, repeated=True)
        due_at = max(now, wish.due_at or now)
        is_later = due_at > now
        place_at = now
        if before is not None and before.item is not None and before.item.state in WAITING_STATES:
            place_at = before.item.first_queued_at
            interaction = await left_the_line(unit, before.interaction, before.item, now, reason="callback")
            again = None
            if not is_later:
                again, interaction = next_in_place(
                    unit,
                    interaction,
                    before.item,
                    now,
                    media=self._media,
                    channel=self._channel_of(interaction),
                    reason="callback",
                )
            known.keep(changed(before, interaction=interaction, item=again))
        as_call = self._media is Media.VOICE
        thread = thread_of(touch, known, unit, now, queued=not is_later, as_call=as_call)
        _, thread = placed(touch, thread, unit, now)
        add_proven(touch, thread.interaction.person_id, unit, now)
        callback = Callback(
            id=new_id(),
            tenant_id=touch.tenant_id,
            interaction_id=thread.interaction.id,
            person_id=thread.interaction.person_id,
            queue_id=thread.interaction.queue_id,
            phone=wish.phone,
            reason=wish.reason,
            due_at=due_at,
            queued_at=None if thread.item is None else now,
            place_at=place_at,
            created_at=now,
        )
        await unit.add_callback(callback)
        return CallbackAsked(callback=callback, repeated=False)

    async def step(self) -> None:
        """Put into the line what was promised for now."""
        for callback in await self._store.due_callbacks(self._tenant_id, self._clock.now(), limit=_AT_A_TIME):
            try:
                async with self._store.unit(callback.tenant_id) as unit:
                    await self._due(unit, callback)
            except Conflict:
                log.info("callback_raced", interaction=callback.interaction_id)

    async def _due(self, unit: UnitOfWork, callback: Callback) -> None:
        now = self._clock.now()
        found = await unit.interactions([callback.interaction_id])
        if not await unit.callback_queued(callback.id, now):
            return
        interaction = found.get(callback.interaction_id)
        if interaction is None or interaction.state is not InteractionState.OPEN:
            return
        if await unit.open_item(interaction.id) is not None:
            return  # the client wrote meanwhile, and is in the line or with an agent: the form is there to see
        queue = (await unit.queues()).get(interaction.queue_id)
        if queue is None:
            return
        in_line(
            unit,
            interaction,
            queue,
            now,
            channel=self._channel_of(interaction),
            media=self._media,
            reason="callback_due",
            person=await unit.person(interaction.person_id),
            priority=PROMISED,
        )

    def _channel_of(self, interaction: Interaction) -> str:
        return SIP if self._media is Media.VOICE else interaction.channel
