"""The telephone's side of a house in the store, for the tests of calls."""

from dataclasses import dataclass, field, replace
from typing import Any

from crm_store.calls import SqlCalls
from hub.calls.desk import Calls
from hub.domain.agent import Agent, Media
from hub.domain.call import Call, CallEnd
from hub.domain.events import Event
from hub.domain.interaction import InteractionState
from hub.domain.person import IdentityKind
from hub.domain.reservation import Reservation
from hub.domain.touch import InboundTouch, Sender, TouchKind
from hub.domain.work import WorkItem
from hub.ids import new_id
from hub.ports.inbox import Received
from tests.stores import House

NUMBER = "+905321234567"


@dataclass(kw_only=True)
class Line:
    """The telephone's side of a house: callers come, agents have phones."""

    house: House
    node: str = "one"
    calls: Calls = field(init=False)

    def __post_init__(self) -> None:
        self.calls = self.desk(self.node)

    def desk(self, node: str) -> Calls:
        return Calls(SqlCalls(self.house.store), self.house.clock, self.house.tenant_id, node=node)

    def touch(self, number: str = NUMBER, **changes: Any) -> InboundTouch:
        made = self.house.message("", new_id())
        sender = Sender(kind=IdentityKind.PHONE, value=number)
        return replace(
            made,
            channel="sip",
            account="sip:trunk",
            media=Media.VOICE,
            kind=TouchKind.CALL,
            sender=sender,
            **changes,
        )

    async def began(self, touch: InboundTouch | None = None) -> tuple[Call, InboundTouch, Received]:
        touch = touch or self.touch()
        (received,) = await self.house.receive(touch)
        return await self._began(touch, received), touch, received

    async def _began(self, touch: InboundTouch, received: Received) -> Call:
        return await self.calls.began(
            self.house.tenant_id,
            received,
            account=touch.account,
            thread=touch.thread,
            number=touch.sender.value,
            dialled="support",
        )

    async def rung(self, agent: Agent) -> tuple[Call, Reservation]:
        """A caller, and the agent whose phone rings for them."""
        call, _, _ = await self.began()
        (offer,) = await self.house.offer(await self.item_of(call), agent)
        await self.calls.ringing(call.id, agent.id)
        return call, offer

    async def talking(self, agent: Agent) -> Call:
        call, offer = await self.rung(agent)
        await self.calls.answered(call.id, offer.id)
        return await self.now(call)

    async def now(self, call: Call) -> Call:
        found = await SqlCalls(self.house.store).find_call(self.house.tenant_id, call.id)
        assert found is not None
        return found

    async def item_of(self, call: Call) -> WorkItem:
        item = await self.house.open_item(call.interaction_id)
        assert item is not None
        return item

    async def passes(self, call: Call) -> list[tuple[str, str, str]]:
        rows = await self.house.rows(
            "SELECT state, media, channel FROM work_items WHERE interaction_id = $1 ORDER BY queued_at, id",
            call.interaction_id,
        )
        return [(r[0], r[1], r[2]) for r in rows]

    async def segments(self, call: Call) -> list[tuple[str, int]]:
        rows = await self.house.rows(
            "SELECT kind, ended_at - started_at FROM segments WHERE interaction_id = $1 ORDER BY started_at, ended_at",
            call.interaction_id,
        )
        return [(r[0], round(int(r[1]) / 1_000_000)) for r in rows]

    async def touches(self, call: Call) -> list[tuple[str, str]]:
        rows = await self.house.rows(
            "SELECT direction, kind FROM touches WHERE interaction_id = $1 ORDER BY seq", call.interaction_id
        )
        return [(r[0], r[1]) for r in rows]

    async def tasks(self) -> list[tuple[str, str, str]]:
        rows = await self.house.rows(
            "SELECT owner_id, interaction_id, title FROM tasks WHERE tenant_id = $1 ORDER BY created_at, id",
            self.house.tenant_id,
        )
        return [(r[0], r[1], r[2]) for r in rows]

    async def to_do(self) -> list[tuple[str, int]]:
        """Titles of open tasks, and how many calls were missed."""
        rows = await self.house.rows(
            "SELECT title, missed FROM tasks WHERE tenant_id = $1 AND done_at IS NULL ORDER BY created_at, id",
            self.house.tenant_id,
        )
        return [(r[0], r[1]) for r in rows]

    async def missed(self) -> Call:
        """A call that nobody answered."""
        call, _, _ = await self.began()
        await self.calls.ended(call.id, CallEnd.CLIENT_LEFT)
        return call

    async def state(self, call: Call) -> InteractionState:
        async with self.house.store.unit(self.house.tenant_id) as unit:
            return (await unit.interactions([call.interaction_id]))[call.interaction_id].state


def of(kind: type[Event], events: list[Event]) -> list[Event]:
    """The events of that kind."""
    return [event for event in events if isinstance(event, kind)]
