"""A shift: agents at their consoles in one hub, and the visitors who come."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hub.settings import RoutingSettings
from tests.clients import Agent, Visitor
from tests.hubs import Floor
from tests.journeys.inside import hub_inside
from tests.live_desk import Window
from tests.live_samples import keep_sample

_ROUTING = RoutingSettings(avoid_s=0)
_PATIENT = Floor(agents=("anna", "boris"), offer_s=120, wrap_up_s=600)


@dataclass(kw_only=True)
class Shift:
    """The people at their consoles, and the visitors who come."""

    url: str
    stack: AsyncExitStack
    windows: dict[str, Window] = field(default_factory=dict)

    async def person(self, login: str, state: str = "") -> Window:
        """Sign in, open the console, and begin to be `state`."""
        agent = await self.stack.enter_async_context(Agent(self.url, login))
        window = await self.stack.enter_async_context(Window(agent))
        self.windows[login] = window
        if state:
            await agent.be(state)
            await window.heard("me_changed")
        return window

    async def visitor(self) -> Visitor:
        visitor = await Visitor.come(self.url)
        self.stack.push_async_callback(visitor.close)
        return visitor

    async def all_agree(self) -> None:
        """Every desk is what a new window would show."""
        for window in self.windows.values():
            await window.is_as_a_new_one()

    async def given(self, window: Window, text: str = "hello") -> tuple[Visitor, str]:
        """A visitor has written, and this agent has taken the work; the visitor and the interaction."""
        visitor = await self.visitor()
        await visitor.say(text)
        offer = await window.offered()
        await window.agent.accept(offer["reservation_id"])
        interaction_id = offer["work_item"]["interaction_id"]
        await window.works_on(interaction_id)
        return visitor, interaction_id


@asynccontextmanager
async def on_shift(
    folder: Path, floor: Floor = _PATIENT, routing: RoutingSettings = _ROUTING
) -> AsyncIterator[Shift]:
    async with hub_inside(folder, floor, routing) as url, AsyncExitStack() as stack:
        shift = Shift(url=url, stack=stack)
        yield shift
        keep_sample({login: window.story for login, window in shift.windows.items()})
