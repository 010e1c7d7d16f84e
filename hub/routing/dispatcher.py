"""From "queued" to "an agent is asked": keeps the board by the events and commits what the policy decides.

One dispatcher a tenant holds the lease `router:<tenant>`. Should two run for a moment, the compare-and-set in the
store lets only one of two offers through, and the loser puts its board right.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog

from hub.crashpoints import crash_at
from hub.domain.agent import Media
from hub.domain.clocks import REPLY_OVERDUE
from hub.domain.errors import Conflict, Unavailable
from hub.domain.events import (
    AgentChanged,
    ConsultChanged,
    Event,
    HouseChanged,
    QueueChanged,
    ReservationEnded,
    ReservationOffered,
    WorkStepped,
)
from hub.domain.ids import QueueId, TenantId
from hub.domain.reservation import ReservationState
from hub.ports.bus import EventBus
from hub.ports.clock import Clock
from hub.ports.leases import Lease, Leases
from hub.ports.store import RoutingStore
from hub.routing.board import Board
from hub.routing.policy import plan_offers
from hub.routing.reservations import offer

log = structlog.get_logger(__name__)

_LEASE_S = 10.0
_AVOID_AFTER = frozenset({ReservationState.DECLINED, ReservationState.EXPIRED})

_TO_SOMEBODY_ELSE = frozenset({"returned", "transferred", "reassigned", "taken_over", REPLY_OVERDUE})


class Dispatcher:
    """The router of one tenant."""

    def __init__(
        self,
        store: RoutingStore,
        bus: EventBus,
        leases: Leases,
        clock: Clock,
        tenant_id: TenantId,
        *,
        avoid_s: float,
        batch: int,
        on_offers: Callable[[int, int], None],
        closed: Callable[[datetime, bool], Awaitable[frozenset[QueueId]]] | None = None,
    ) -> None:
        self._store = store
        self._bus = bus
        self._leases = leases
        self._clock = clock
        self._tenant = tenant_id
        self._avoid = timedelta(seconds=avoid_s)
        self._batch = batch
        self._on_offers = on_offers
        self._closed = closed
        self._board = Board()
        self._turn = asyncio.Lock()
        self._ready = asyncio.Event()

    async def run(self) -> None:
        """Route while the lease is held; wait for it otherwise. Until cancelled."""
        while True:
            lease = await self._leases.acquire(f"router:{self._tenant}", _LEASE_S)
            if lease is None:
                await asyncio.sleep(_LEASE_S / 4)
                continue
            self._ready.clear()
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._keep(lease), name="router lease")
                    # listens before it reads, so that nothing falls between: older news of a newer row is ignored
                    group.create_task(
                        self._bus.consume(f"router:{self._tenant}", self._heard), name="router events"
                    )
                    group.create_task(self._begin(), name="router start")
            except* _LeaseLost:
                log.warning("router_lease_lost", tenant_id=self._tenant)
            finally:
                await self._leases.release(lease)

    async def _keep(self, lease: Lease) -> None:
        while True:
            await asyncio.sleep(_LEASE_S / 3)
            if not await self._leases.renew(lease, _LEASE_S):
                raise _LeaseLost

    async def _begin(self) -> None:
        async with self._turn:
            await self._rebuild()
        self._ready.set()
        await self._decide()

    async def _rebuild(self) -> None:
        self._board = Board()
        rows = await self._store.board_rows(self._tenant)
        now = self._clock.now()
        for queue in rows.queues:
            self._board.put_queue(queue)
        await self._note_closed(anew=True)
        for agent in rows.agents:
            self._board.put_agent(agent, now)
        for item in rows.items:
            self._board.put_item(item)
        for item_id, agent_id, since in rows.silent:
            if now < since + self._avoid:
                self._board.avoid(item_id, agent_id, since + self._avoid)
        log.info("board_built", tenant_id=self._tenant, items=len(rows.items), agents=len(rows.agents))

    async def _heard(self, events: Sequence[Event]) -> None:
        await self._ready.wait()
        async with self._turn:
            for event in events:
                if event.tenant_id == self._tenant:
                    await self._apply(event)
        await self._decide()

    async def _apply(self, event: Event) -> None:
        match event:
            case WorkStepped() | ReservationOffered():
                self._look_for_another(event)
                self._board.put_item(event.item)
            case ReservationEnded(reservation=reservation, item=item):
                if reservation.state in _AVOID_AFTER:
                    until = self._clock.now() + self._avoid
                    self._board.avoid(reservation.work_item_id, reservation.agent_id, until)
                self._board.put_item(item)
            case ConsultChanged(consult=consult) if consult.is_spoken:
                self._board.ask(consult.colleague_id, is_asked=consult.ended_at is None)
            case AgentChanged():
                self._board.put_agent(event.agent, self._clock.now())
            case QueueChanged():
                rows = await self._store.board_rows(self._tenant)
                for queue in rows.queues:
                    self._board.put_queue(queue)
                for item in rows.items:  # those who wait follow the skills and the priority of their queue
                    self._board.put_item(item)
                await self._note_closed(anew=True)
            case HouseChanged():
                await self._note_closed(anew=True)
            case _:
                pass

    def _look_for_another(self, event: WorkStepped | ReservationOffered) -> None:
        """Work that was taken from an agent, by a person or because they did not answer, does not go straight back to
        them, nor does a call that they had: their phone could not be reached, or they gave it away."""
        if not isinstance(event, WorkStepped) or not event.from_agent_id:
            return
        if event.reason in _TO_SOMEBODY_ELSE or event.item.media is Media.VOICE:
            self._board.avoid(event.item.id, event.from_agent_id, self._clock.now() + self._avoid)

    async def tick(self) -> None:
        """Let time pass on the board (presence that ended, agents that may be asked again), and decide."""
        if self._ready.is_set():
            async with self._turn:
                await self._note_closed()
            await self._decide()

    async def _note_closed(self, *, anew: bool = False) -> None:
        if self._closed is not None:
            self._board.close(await self._closed(self._clock.now(), anew))

    async def _decide(self) -> None:
        async with self._turn:
            while True:
                now = self._clock.now()
                self._board.tick(now)
                planned = plan_offers(self._board, now, self._batch)
                if not planned:
                    return
                crash_at("router.after_select")
                try:
                    lost = await offer(self._store, self._clock, self._tenant, planned)
                except (Unavailable, Conflict) as error:
                    for plan in planned:
                        self._board.revoke(plan)
                    log.warning("offers_not_stored", error=str(error))
                    return
                except BaseException:
                    for plan in planned:
                        self._board.revoke(plan)
                    raise
                for plan, item in lost:
                    if item is not None:
                        self._board.put_item(item)
                    self._board.revoke(plan)
                    if item is None or item.version == plan.item.version:
                        # refused as it is (gone, or its queue is): planned again it would be refused again
                        self._board.remove_item(plan.item.id)
                self._on_offers(len(planned) - len(lost), len(lost))

    @property
    def board(self) -> Board:
        """The picture, for the figures of this node; read only."""
        return self._board


class _LeaseLost(Exception):
    pass
