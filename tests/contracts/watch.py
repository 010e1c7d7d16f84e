"""A house whose clocks of letters and chats are kept."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from hub.domain.agent import Agent
from hub.domain.queue import QueueRules
from hub.domain.text_times import TextTimes
from hub.domain.work import WorkItem
from hub.opening import OpeningHours
from hub.public_holidays import Holidays
from hub.routing.text_clocks import TextClocks
from tests.contracts.office import Office
from tests.stores import House

TIMES = TextTimes(
    first_response_s=3600, next_response_s=7200, resolution_s=86_400, reply_within_s=600, warn_before_s=120
)


class Watch(Office):
    """A house whose clocks are kept."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.clocks = self.another()

    def another(self, on_fault: Callable[[], None] = lambda: None) -> TextClocks:
        """A hub that begins now."""
        house = self.house
        opening = OpeningHours(house.store, house.clock, house.tenant_id, Holidays())
        return TextClocks(house.store, house.clock, house.tenant_id, opening, on_fault=on_fault)

    async def ruled(self, times: TextTimes = TIMES, **rules: object) -> None:
        known = await self.queue()
        made = QueueRules(times=times, **rules)  # type: ignore[arg-type]
        await self.administration.change_queue(self.me, replace(known, rules=made))
        self.house.store.forget_queues()
        self.clocks = self.another()

    async def step(self) -> Sequence[object]:
        """Hear what happened, and read on; what was told of it."""
        await self.clocks.heard(await self.house.events())
        await self.clocks.step()
        told = await self.house.events()
        await self.clocks.heard(told)
        return told

    async def reply(self, agent: Agent, item: WorkItem, text: str = "yes") -> None:
        await self.house.work.reply(self.house.as_(agent), item.interaction_id, channel="webchat", text=text)

    async def runs(self, item: WorkItem) -> list[tuple[str, float | None, str]]:
        """Kind, minutes from its beginning to when it is due, and what ended it."""
        rows = await self.house.rows(
            "SELECT kind, started_at, due_at, ended_by FROM clocks WHERE interaction_id = $1"
            " ORDER BY started_at, kind",
            item.interaction_id,
        )
        return [(k, None if due is None else (due - begun) / 60e6, by) for k, begun, due, by in rows]

    async def timers(self) -> int:
        return await self.house.count("reply_timers")
