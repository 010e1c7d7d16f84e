"""Somebody at a console of a house with a telephone that only listens."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from crm_store.calls import SqlCalls
from crm_store.person_scope import ClientReach
from crm_store.starting import Starts
from hub.calls.dialling import Dialler
from hub.desk.calling import Calling
from hub.desk.work import Work
from hub.domain.access import Principal
from hub.domain.agent import Agent
from hub.domain.call import Call
from hub.domain.work import WorkItem
from tests.contracts.call_line import NUMBER, Line
from tests.fakes.lines_out import FakeTelephone


@dataclass(kw_only=True)
class Booth:
    """Somebody at a console of a house with a telephone."""

    line: Line
    telephone: FakeTelephone = field(default_factory=FakeTelephone)
    has_telephone: bool = True

    def __post_init__(self) -> None:
        house = self.line.house
        self.dialler = Dialler(self.line.calls, self.telephone)
        self.calling = Calling(
            SqlCalls(house.store),
            Starts(house.store, ClientReach()),
            house.clock,
            telephone=self.telephone if self.has_telephone else None,
            dialler=self.dialler if self.has_telephone else None,
            region="TR",
            lease_s=15.0,
        )
        self.work = Work(house.store, house.clock, {}, dialling=self.dialler)

    async def dial(self, agent: Agent, number: str | None = NUMBER, **changes: object) -> Call:
        return await self.as_(self.line.house.as_(agent), number, **changes)

    async def as_(self, principal: Principal, number: str | None = NUMBER, **changes: object) -> Call:
        asked = dict.fromkeys(("person_id", "identity", "queue_id", "interaction_id", "key"))
        return await self.calling.dial(principal, number=number, **{**asked, **changes})  # type: ignore[arg-type]

    async def made(self) -> None:
        """Let the dialler make what is owed."""
        running = asyncio.create_task(self.dialler.run())
        while self.dialler._owed.qsize():
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    async def item_of(self, call: Call) -> WorkItem:
        return await self.line.item_of(call)

    async def is_ready(self, agent: Agent) -> bool:
        """Whether their phone can be rung."""
        ((ready,),) = await self.line.house.rows("SELECT phone_ready FROM agents WHERE id = $1", agent.id)
        return bool(ready)
