"""Names of agents and queues, kept at hand so that nothing on a hot path asks the store for them."""

from collections.abc import Awaitable, Callable, Sequence

from hub.domain.agent import Agent
from hub.domain.events import AgentChanged, Event, QueueChanged
from hub.domain.ids import QueueId, UserId
from hub.domain.queue import Queue

Load = Callable[[], Awaitable[tuple[Sequence[Queue], Sequence[Agent]]]]


class Namebook:
    """Filled at the start and kept by the events."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._agents: dict[UserId, str] = {}
        self._queues: dict[QueueId, str] = {}

    async def refresh(self) -> None:
        """Read all names."""
        queues, agents = await self._load()
        self._queues = {q.id: q.name for q in queues}
        self._agents = {a.id: a.name for a in agents}

    async def heard(self, events: Sequence[Event]) -> None:
        """The bus's handler."""
        for event in events:
            if isinstance(event, AgentChanged):
                self._agents[event.agent.id] = event.agent.name
            elif isinstance(event, QueueChanged):
                await self.refresh()

    def agent(self, agent_id: UserId | None) -> str:
        """The agent's name, or nothing."""
        return "" if agent_id is None else self._agents.get(agent_id, "")

    def queue(self, queue_id: QueueId) -> str:
        """The queue's name, or nothing."""
        return self._queues.get(queue_id, "")

    def queue_named(self, name: str) -> QueueId | None:
        """The queue of that name, whatever the case."""
        wanted = name.casefold()
        return next((found for found, named in self._queues.items() if named.casefold() == wanted), None)

    def queue_ids(self) -> list[QueueId]:
        """All queues."""
        return list(self._queues)
