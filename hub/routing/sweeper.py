"""What ends by itself, ended on time: deadlines are columns, and this job enforces them whoever died."""

from datetime import datetime, timedelta

from hub.domain.ids import TenantId
from hub.domain.reservation import Reservation
from hub.domain.work import WorkItem, WorkState
from hub.ports.clock import Clock
from hub.ports.store import RoutingStore
from hub.routing.presence import return_work_of_the_lost
from hub.routing.reservations import expire
from hub.routing.side_by_side import side_by_side
from hub.steps import as_it_is_now, finish_wrap_up


class Sweeper:
    """One step ends what is due; run it every half second, and watch that it runs."""

    def __init__(
        self, store: RoutingStore, clock: Clock, tenant_id: TenantId, *, grace_s: float, lease_s: float
    ) -> None:
        self._store = store
        self._clock = clock
        self._tenant = tenant_id
        self._grace = timedelta(seconds=grace_s)
        self._heard_from: datetime = clock.now() + timedelta(seconds=lease_s)

    async def step(self) -> None:
        """Expire offers, finish wrap-ups, take back the work of the lost."""
        now = self._clock.now()
        due: list[Reservation | WorkItem] = [
            *await self._store.due_offers(self._tenant, now),
            *await self._store.due_wrap_ups(self._tenant, now),
        ]
        # of one agent one after the other: offers that were open together are one miss
        await side_by_side(due, lambda one: one.agent_id, self._end)
        await return_work_of_the_lost(
            self._store, self._clock, self._tenant, grace=self._grace, heard_from=self._heard_from
        )

    async def _end(self, due: Reservation | WorkItem) -> None:
        if isinstance(due, Reservation):
            await expire(self._store, self._clock, due)
            return
        async with self._store.unit(self._tenant) as unit:
            fresh = await as_it_is_now(unit, due)
            if fresh is not None and fresh.state is WorkState.WRAP_UP:
                await finish_wrap_up(unit, fresh, self._clock.now(), reason="time_up")
