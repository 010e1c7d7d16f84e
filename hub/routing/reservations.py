"""Reservations in the store: offering by compare-and-set, and the ways an offer ends without being accepted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hub.crashpoints import crash_at
from hub.domain.agent import Wish
from hub.domain.events import ReservationOffered
from hub.domain.ids import ReservationId, TenantId
from hub.domain.reservation import Reservation, ReservationState
from hub.domain.work import WorkItem, WorkState
from hub.ids import new_id
from hub.ports.clock import Clock
from hub.ports.store import RoutingStore
from hub.routing.explain import explain
from hub.routing.planned import PlannedOffer
from hub.steps import change_agent, end_offer

MISSED_OFFERS = "missed_offers"
"""The pause reason of an agent who let too many offers pass."""


async def offer(
    store: RoutingStore, clock: Clock, tenant_id: TenantId, planned: Sequence[PlannedOffer]
) -> list[tuple[PlannedOffer, WorkItem | None]]:
    """Commit these offers together. What comes back was lost: the plan, and the item as it truly is.

    An item is offered only if it still waits as it did when the decision was taken.
    """
    lost: list[tuple[PlannedOffer, WorkItem | None]] = []
    async with store.unit(tenant_id) as unit:
        queues = await unit.queues()
        items = await unit.work_items([p.item.id for p in planned])
        now = clock.now()
        for plan in planned:
            item = items.get(plan.item.id)
            if item is None or item.state is not WorkState.QUEUED or item.queue_id not in queues:
                lost.append((plan, item))
                continue
            expires_at = now + timedelta(seconds=queues[item.queue_id].offer_s)
            offered = item.stepped(
                WorkState.OFFERED,
                now,
                agent_id=plan.agent_id,
                deadline_at=expires_at,
                weight=plan.weight,
            )
            reservation = Reservation(
                id=ReservationId(new_id()),
                tenant_id=tenant_id,
                work_item_id=item.id,
                interaction_id=item.interaction_id,
                queue_id=item.queue_id,
                agent_id=plan.agent_id,
                state=ReservationState.OFFERED,
                epoch=offered.epoch,
                offered_at=now,
                expires_at=expires_at,
                why=explain(plan.why_facts),
            )
            unit.save_item(item, offered)
            unit.add_reservation(reservation)
            unit.emit(ReservationOffered(tenant_id=tenant_id, reservation=reservation, item=offered))
    crash_at("router.after_offer_commit")
    return lost


async def expire(store: RoutingStore, clock: Clock, reservation: Reservation) -> None:
    """The agent did not answer in time. After `missed_limit` in a row the agent is paused.

    Offers that were open together are one miss: who was away for a minute missed one thing, not four.
    """
    async with store.unit(reservation.tenant_id) as unit:
        now = clock.now()
        if not await end_offer(unit, reservation, ReservationState.EXPIRED, now, reason="no_answer"):
            return
        agent = (await unit.agents([reservation.agent_id])).get(reservation.agent_id)
        queue = (await unit.queues()).get(reservation.queue_id)
        if agent is None or await unit.missed_since(agent.id, reservation.offered_at):
            return
        missed = replace(agent, missed_offers=agent.missed_offers + 1)
        why = "missed_offer"
        if queue and queue.missed_limit and missed.missed_offers >= queue.missed_limit:
            if agent.wish is Wish.AVAILABLE:
                missed = replace(missed, wish=Wish.PAUSED, pause_reason=MISSED_OFFERS, wish_since=now)
            why = MISSED_OFFERS
        change_agent(unit, missed, now, reason=why)
