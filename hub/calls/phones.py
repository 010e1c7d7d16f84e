"""Where agents are reached, and whose phone can be rung now."""

from dataclasses import replace

from hub.domain.call import AgentPhone, PhoneKind
from hub.domain.ids import TenantId, UserId
from hub.domain.phone import phone_username
from hub.ports.call_store import CallStore
from hub.ports.clock import Clock
from hub.steps import change_agent


class Phones:
    """Phones of agents. Somebody who never chose talks in the console."""

    def __init__(self, store: CallStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def of(self, tenant_id: TenantId, agent_id: UserId) -> AgentPhone:
        """Where this agent is reached."""
        return await self._store.phone(tenant_id, agent_id) or usual_phone(agent_id)

    async def set_ready(self, tenant_id: TenantId, agent_id: UserId, *, ready: bool) -> None:
        """The phone that the agent registers can be rung, or not any more. An address of any other kind always can:
        a browser that closes beside it changes nothing."""
        async with self._store.unit(tenant_id) as unit:
            agent = (await unit.agents([agent_id])).get(agent_id)
            phone = await unit.agent_phone(agent_id) or usual_phone(agent_id)
            ready = ready or phone.kind is PhoneKind.URI
            if agent is None or agent.phone_ready is ready:
                return
            reason = "phone_ready" if ready else "phone_gone"
            change_agent(unit, replace(agent, phone_ready=ready), self._clock.now(), reason=reason)

    async def none_ready(self, tenant_id: TenantId) -> None:
        """A hub has just begun: no phone has registered at it yet."""
        for agent_id in await self._store.ready_phones(tenant_id):
            await self.set_ready(tenant_id, agent_id, ready=False)


def usual_phone(agent_id: UserId) -> AgentPhone:
    """The console's own phone."""
    return AgentPhone(agent_id=agent_id, account=phone_username(agent_id, PhoneKind.BROWSER))
