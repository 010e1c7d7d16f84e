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
        self._retired: set[QueueId] = set()

    async def refresh(self) -> None:
        """Read all names."""
        queues, agents = await self._load()
        self._queues = {q.id: q.name for q in queues}
        self._retired = {q.id for q in queues if q.rules.retired}
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

    def takes_work(self, queue_id: QueueId) -> bool:
        """Whether the queue is there and was not retired."""
        return queue_id in self._queues and queue_id not in self._retired

    def queue_named(self, name: str) -> QueueId | None:
        """The queue of that name, whatever the case; one that was retired is not there."""
        wanted = name.casefold()
        return next((queue_id for named, queue_id in self._taking() if named == wanted), None)

    def first_queue(self) -> QueueId | None:
        """The first queue by its name; None in a house without any."""
        found = sorted(self._taking())
        return found[0][1] if found else None

    def queue_names(self) -> list[str]:
        """The names of all queues that take work."""
        return sorted(name for queue_id, name in self._queues.items() if queue_id not in self._retired)

    def _taking(self) -> list[tuple[str, QueueId]]:
        return [
            (name.casefold(), queue_id)
            for queue_id, name in self._queues.items()
            if queue_id not in self._retired
        ]

    def queue_ids(self) -> list[QueueId]:
        """All queues."""
        return list(self._queues)
