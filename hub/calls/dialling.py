"""Making calls of ours: at once for whoever asked at the console, soon for those who were promised one."""

import asyncio
from typing import Protocol

import structlog

from hub.domain.call import AgentPhone, Call, CallEnd
from hub.domain.errors import HubError, TooMany, Unavailable
from hub.domain.ids import CallId, TenantId, UserId
from hub.ports.calls import Telephone

log = structlog.get_logger(__name__)

_WITHIN_S = 60.0


class OwnCalls(Protocol):
    """What making calls asks of the desk of calls."""

    @property
    def node(self) -> str:
        """This hub."""
        ...

    async def ended(self, call_id: CallId, end: CallEnd) -> None:
        """It is over."""
        ...

    async def not_dialled(self, call_id: CallId, *, again: bool) -> None:
        """It could not be made; `again`: work that was promised goes back into the line."""
        ...

    async def phone_of(self, tenant_id: TenantId, agent_id: UserId) -> AgentPhone:
        """Where the agent is reached."""
        ...


class Dialler:
    """Rings the agent's phone, then the client. A call that cannot be made ends, with whatever hangs on it."""

    def __init__(self, calls: OwnCalls, telephone: Telephone) -> None:
        self._calls = calls
        self._telephone = telephone
        self._owed: asyncio.Queue[Call] = asyncio.Queue()

    @property
    def node(self) -> str:
        """The hub that carries what is dialled here."""
        return self._calls.node

    def wanted(self, call: Call) -> None:
        """A call of ours is committed: make it, soon."""
        self._owed.put_nowait(call)

    async def run(self) -> None:
        """Make what is wanted, each by itself, until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                call = await self._owed.get()
                group.create_task(self._made(call), name="dial")

    async def dial(self, call: Call) -> None:
        """Make it now. Raises what the telephone says; the call is over then."""
        assert call.agent_id is not None
        try:
            phone = await self._calls.phone_of(call.tenant_id, call.agent_id)
            async with asyncio.timeout(_WITHIN_S):
                await self._telephone.dial(call, phone)
        except TimeoutError as exc:
            await self._calls.not_dialled(call.id, again=True)
            raise Unavailable("the phone did not answer in time", code="phone_unreachable") from exc
        except HubError as error:
            await self._calls.not_dialled(call.id, again=isinstance(error, Unavailable | TooMany))
            raise

    async def _made(self, call: Call) -> None:
        try:
            await self.dial(call)
        except HubError as error:
            log.warning("promised_call_not_made", call_id=call.id, code=error.stable_code)
