"""Calls that nobody carries any more: of a hub that ended, or of which nothing was heard. G10: nothing is stuck."""

from datetime import datetime, timedelta

import structlog

from hub.calls.ending import end_call
from hub.domain.call import Call, CallEnd, CallStage
from hub.domain.errors import Conflict
from hub.domain.ids import CallId, TenantId
from hub.domain.interaction import InteractionState
from hub.domain.touch import Direction
from hub.domain.work import WorkItem
from hub.ids import new_id
from hub.ports.call_store import CallStore
from hub.ports.clock import Clock
from hub.steps import as_it_is_now

log = structlog.get_logger(__name__)

HEARD_WITHIN = timedelta(seconds=90)
"""A hub says of its calls that they live far more often than that."""


class Lost:
    """Ends them, and what hangs on them, as any other call."""

    def __init__(self, store: CallStore, clock: Clock, tenant_id: TenantId) -> None:
        self._store = store
        self._clock = clock
        self._tenant = tenant_id

    async def of(self, node: str) -> list[Call]:
        """End what an earlier life of `node` carried, and calls it had stored the touch of and no more."""
        carried = await self._store.calls_going_on(self._tenant, node=node)
        ended = [call for seen in carried if (call := await self._ended(seen, CallEnd.HUB_LOST)) is not None]
        return ended + await self._without_a_call(self._clock.now())

    async def step(self) -> None:
        """End what nothing was heard of for 90 s."""
        before = self._clock.now() - HEARD_WITHIN
        for call in await self._store.silent_calls(self._tenant, before):
            if await self._ended(call, CallEnd.HUB_LOST) is not None:
                log.warning("call_silent", call_id=call.id, node=call.node)
        await self._without_a_call(before)

    async def _ended(self, seen: Call, end: CallEnd) -> Call | None:
        try:
            async with self._store.unit(self._tenant) as unit:
                interaction = (await unit.interactions([seen.interaction_id]))[seen.interaction_id]
                call = await unit.call(seen.id)
                if call is None or call.ended_at is not None or call.heard_at > seen.heard_at:
                    return None
                over, _ = await end_call(unit, call, interaction, end, self._clock.now())
                return over
        except Conflict:
            log.info("lost_call_raced", call_id=seen.id)  # the next step sees it as it is
            return None

    async def _without_a_call(self, came_before: datetime) -> list[Call]:
        """The hub ended between keeping the touch of a call and the call itself: the caller is gone with it."""
        found = await self._store.ownerless_calls(self._tenant, came_before)
        return [call for item in found if (call := await self._made_and_ended(item)) is not None]

    async def _made_and_ended(self, seen: WorkItem) -> Call | None:
        try:
            async with self._store.unit(self._tenant) as unit:
                item = await as_it_is_now(unit, seen)
                if item is None or item.version != seen.version:
                    return None
                interaction = (await unit.interactions([item.interaction_id]))[item.interaction_id]
                sessions = await unit.open_sessions(interaction.id)
                now = self._clock.now()
                if interaction.state is not InteractionState.OPEN or not sessions:
                    return None
                session = sessions[0]
                if await unit.call_on(session.account, session.thread) is not None:
                    return None
                call = Call(
                    id=CallId(new_id()),
                    tenant_id=item.tenant_id,
                    interaction_id=interaction.id,
                    person_id=interaction.person_id,
                    queue_id=item.queue_id,
                    direction=Direction.INBOUND,
                    account=session.account,
                    thread=session.thread,
                    number=session.address if session.address.startswith("+") else "",
                    dialled="",
                    stage=CallStage.WAITING,
                    started_at=session.started_at,
                    heard_at=session.started_at,
                    node="",
                    work_item_id=item.id,
                )
                unit.add_call(call)
                over, _ = await end_call(unit, call, interaction, CallEnd.HUB_LOST, now)
                return over
        except Conflict:
            log.info("lost_call_raced", interaction_id=seen.interaction_id)
            return None
