"""What an agent wishes to be: available, paused with a reason, or offline."""

from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from hub.desk.reading import PresenceStore
from hub.domain.access import Permission, Principal
from hub.domain.agent import Agent, Wish, wish_from
from hub.domain.errors import Invalid, NotFound
from hub.domain.ids import TenantId
from hub.domain.presence import is_present
from hub.domain.texts import one_line
from hub.ports.clock import Clock
from hub.ports.store import UnitOfWork
from hub.steps import change_agent


class StatesStore(PresenceStore, Protocol):
    """What changing a state asks of the store."""

    def unit(self, tenant_id: TenantId) -> AbstractAsyncContextManager[UnitOfWork]:
        """A unit of work."""
        ...


class States:
    """One's own state."""

    def __init__(self, store: StatesStore, clock: Clock, *, lease_s: float) -> None:
        self._store = store
        self._clock = clock
        self._lease = timedelta(seconds=lease_s)

    async def set_own(self, principal: Principal, state: str, reason: str) -> Agent:
        """Become `available`, `paused` (with a reason) or `offline`; the same again changes nothing.

        A pause begins when the work in hand ends; offers still open stay open. Becoming available or paused
        counts as a sign of life: the lease runs even if no console is open yet.
        Raises Invalid for another word or a pause without reason, NotFound for somebody who is no agent.
        """
        principal.require(Permission.SET_OWN_STATE)
        wish, reason = wish_from(state), one_line(reason, 200)
        if wish is Wish.PAUSED and not reason:
            raise Invalid("a pause needs a reason", field="reason", code="reason_required")
        me = principal.user_id
        if me is None:
            raise NotFound("you are no agent")
        async with self._store.unit(principal.tenant_id) as unit:
            agent = (await unit.agents([me])).get(me)
            if agent is None:
                raise NotFound("you are no agent")
            now = self._clock.now()
            was_present = is_present(agent, now)
            if (agent.wish, agent.pause_reason) != (wish, reason if wish is Wish.PAUSED else ""):
                agent = change_agent(unit, _wishing(agent, wish, reason, now), now, reason=f"wish_{wish}")
        if wish is not Wish.OFFLINE and not was_present:
            await self._store.renew_presence(principal.tenant_id, [me], now + self._lease, now)
        return agent


def _wishing(agent: Agent, wish: Wish, reason: str, now: datetime) -> Agent:
    changed = replace(agent, wish=wish, pause_reason=reason if wish is Wish.PAUSED else "", wish_since=now)
    if wish is Wish.AVAILABLE:
        return replace(changed, missed_offers=0, idle_since=now)
    return changed
