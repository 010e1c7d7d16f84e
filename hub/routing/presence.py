"""Agents who went silent: their offers go back at once, their accepted text work after a grace."""

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from hub.domain.agent import Agent, Media, Wish
from hub.domain.events import WorkStepped
from hub.domain.ids import TenantId, UserId
from hub.domain.presence import is_present
from hub.domain.reservation import ReservationState
from hub.domain.work import WorkItem, WorkState
from hub.ports.clock import Clock
from hub.ports.store import RoutingStore
from hub.routing.side_by_side import side_by_side
from hub.steps import as_it_is_now, change_agent, end_offer, finish_wrap_up

log = structlog.get_logger(__name__)

AGENT_LOST = "agent_lost"


async def return_work_of_the_lost(
    store: RoutingStore, clock: Clock, tenant_id: TenantId, *, grace: timedelta, heard_from: datetime
) -> int:
    """Take back the work of every agent whose lease ran out; how many items moved.

    `heard_from` is when this hub began to listen: no console could renew its lease before, so silence counts
    from then on at the earliest. A call is left alone: its media decides.
    """
    moved = 0
    now = clock.now()
    lost = await store.lost_agents(tenant_id, now)
    held: dict[UserId, list[WorkItem]] = {agent.id: [] for agent in lost}
    for item in await store.held_by(tenant_id, list(held)) if held else ():
        if item.agent_id is not None:
            held[item.agent_id].append(item)

    async def take_back(agent: Agent) -> None:
        nonlocal moved
        silent_since = max(agent.presence_until or heard_from, heard_from)
        for item in held[agent.id]:
            if item.media is Media.VOICE and item.state is WorkState.ASSIGNED:
                continue
            if item.state is not WorkState.OFFERED and now < silent_since + grace:
                continue
            moved += await _taken_back(store, clock, item)
        if now >= silent_since + grace and agent.wish is not Wish.OFFLINE:
            await _signed_off(store, clock, agent)

    await side_by_side(lost, lambda agent: agent.id, take_back)
    return moved


async def _taken_back(store: RoutingStore, clock: Clock, seen: WorkItem) -> bool:
    async with store.unit(seen.tenant_id) as unit:
        now = clock.now()
        item = await as_it_is_now(unit, seen)
        if item is None or item.version != seen.version or item.agent_id is None:
            return False  # it moved on; the next sweep sees it as it is
        agent = (await unit.agents([item.agent_id])).get(item.agent_id)
        if agent is not None and is_present(agent, now):
            return False  # back since we looked: what is offered to who is there stays offered
        if item.state is WorkState.WRAP_UP:
            await finish_wrap_up(unit, item, now, reason=AGENT_LOST)
            return True
        reservations = await unit.open_reservations(item.id)
        if item.state is WorkState.OFFERED:
            for offer in reservations:
                if offer.agent_id == item.agent_id:
                    await end_offer(unit, offer, ReservationState.WITHDRAWN, now, reason=AGENT_LOST)
            return True
        waiting = item.stepped(WorkState.QUEUED, now)
        unit.save_item(item, waiting)
        for held in reservations:
            unit.release(held, now)
        interaction = (await unit.interactions([item.interaction_id]))[item.interaction_id]
        unit.note_fact(
            WorkStepped(
                tenant_id=item.tenant_id, item=waiting, reason=AGENT_LOST, from_agent_id=item.agent_id
            ),
            interaction,
        )
    log.info("work_returned", work_item_id=seen.id, agent_id=seen.agent_id)
    return True


async def _signed_off(store: RoutingStore, clock: Clock, seen: Agent) -> None:
    async with store.unit(seen.tenant_id) as unit:
        now = clock.now()
        agent = (await unit.agents([seen.id])).get(seen.id)
        if agent is None or agent.version != seen.version:
            return
        gone = replace(agent, wish=Wish.OFFLINE, pause_reason="", wish_since=now)
        change_agent(unit, gone, now, reason=AGENT_LOST)
