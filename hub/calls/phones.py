"""Where agents are reached, and whose phone can be rung now."""

from collections.abc import Callable
from dataclasses import replace

from hub.domain.call import AgentPhone, PhoneKind
from hub.domain.ids import TenantId, UserId
from hub.domain.phone import phone_username
from hub.ports.call_store import CallStore
from hub.ports.clock import Clock
from hub.steps import change_agent


class Phones:
    """Phones of agents. Somebody who never chose talks in the console.

    `rings` says whether the house calls a phone at that number or address; until the telephone has said so, it is
    taken to.
    """

    def __init__(self, store: CallStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.rings: Callable[[str], bool] = lambda _: True

    async def of(self, tenant_id: TenantId, agent_id: UserId) -> AgentPhone:
        """Where this agent is reached."""
        return await self._store.phone(tenant_id, agent_id) or usual_phone(agent_id)

    async def set_ready(self, tenant_id: TenantId, agent_id: UserId, kind: PhoneKind, *, ready: bool) -> None:
        """The phone of that kind can be rung, or not any more. Whoever chose another meanwhile is reached there: what
        a browser does beside a desk phone changes nothing. An address and a number can be rung where the house
        calls them: `ready` says nothing of these."""
        async with self._store.unit(tenant_id) as unit:
            agent = (await unit.agents([agent_id])).get(agent_id)
            phone = await unit.agent_phone(agent_id) or usual_phone(agent_id)
            if agent is None or phone.kind is not kind:
                return
            if kind is PhoneKind.URI:
                ready = self.rings(phone.uri)
            if agent.phone_ready is ready:
                return
            reason = "phone_ready" if ready else "phone_gone"
            change_agent(unit, replace(agent, phone_ready=ready), self._clock.now(), reason=reason)

    async def none_ready(self, tenant_id: TenantId) -> None:
        """A hub has just begun: no phone has registered at it yet."""
        for agent_id in await self._store.ready_phones(tenant_id):
            kind = (await self.of(tenant_id, agent_id)).kind
            await self.set_ready(tenant_id, agent_id, kind, ready=False)

    async def judge_addresses(self, tenant_id: TenantId) -> None:
        """The rules of what is called may have changed since: agents whose phone is a number or an address can
        be rung, or not any more."""
        for agent_id in await self._store.phones_at_addresses(tenant_id):
            await self.set_ready(tenant_id, agent_id, PhoneKind.URI, ready=True)


def usual_phone(agent_id: UserId) -> AgentPhone:
    """The console's own phone."""
    return AgentPhone(agent_id=agent_id, account=phone_username(agent_id, PhoneKind.BROWSER))
