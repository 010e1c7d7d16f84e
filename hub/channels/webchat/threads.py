"""The conversations whose visitors are connected to this node, and how each stands."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

import msgspec

from hub.channels.webchat.frames import AgentFrame, HubFrame, PositionFrame
from hub.domain.ids import InteractionId, QueueId, UserId
from hub.domain.work import WAITING_STATES, WorkItem, WorkState
from hub.ports.visitors import Site, Visitor

encode = msgspec.json.Encoder().encode

_STEPS_KEPT = 4096

K = TypeVar("K")


class Hearer(Protocol):
    """One socket of a visitor."""

    async def say(self, frame: bytes) -> bool:
        """Write an encoded frame; never waits for the reader. False when it surely was not taken."""
        ...


@dataclass(slots=True, kw_only=True, eq=False)
class Thread:
    """One visitor's conversation, as far as this node knows.

    `known` once the store was asked how it stands. `interaction_id` is the open interaction, `closed_id` the
    one that was closed last. `step` is the newest step of its work (item, version); steps heard before the
    `joined`th are older than what the store told. `told` is the place the visitor was told last.
    `newest_seq` is the newest message shown to them, `got_seq` the newest they confirmed.
    """

    visitor: Visitor
    site: Site
    account: str
    joined: int
    sockets: list[Hearer] = field(default_factory=list)
    known: bool = False
    open: bool = False
    interaction_id: InteractionId | None = None
    closed_id: InteractionId | None = None
    agent: str = ""
    waiting_in: QueueId | None = None
    step: tuple[str, int] = ("", 0)
    told: PositionFrame | None = None
    newest_seq: int = 0
    got_seq: int = 0

    async def tell(self, *frames: HubFrame) -> bool:
        """Say `frames` on every socket; whether any took the last one."""
        taken = False
        for frame in frames:
            data, taken = encode(frame), False
            for socket in tuple(self.sockets):
                taken = await socket.say(data) or taken
        return taken


class _Index(Generic[K]):
    """Conversations by something several of them may share."""

    def __init__(self) -> None:
        self._lines: dict[K, dict[Thread, None]] = {}

    def of(self, key: K) -> tuple[Thread, ...]:
        return tuple(self._lines.get(key, ()))

    def move(self, thread: Thread, before: K | None, after: K | None) -> None:
        if before is not None:
            line = self._lines[before]
            del line[thread]
            if not line:
                del self._lines[before]
        if after is not None:
            self._lines.setdefault(after, {})[thread] = None


class Threads:
    """Held conversations, found by their names, by their interaction, and by the queue they wait in."""

    def __init__(self, agent_name: Callable[[UserId], str]) -> None:
        self._agent_name = agent_name
        self._by_name: dict[tuple[str, str], Thread] = {}
        self._by_interaction: _Index[InteractionId] = _Index()
        self._by_queue: _Index[QueueId] = _Index()
        self._steps: OrderedDict[InteractionId, tuple[int, WorkItem]] = OrderedDict()
        self._steps_heard = 0

    def join(self, visitor: Visitor, site: Site, account: str, socket: Hearer) -> Thread:
        """The visitor's conversation, held from now on because of `socket`."""
        thread = self._by_name.get((account, visitor.id))
        if thread is None:
            thread = Thread(
                visitor=visitor,
                site=site,
                account=account,
                joined=self._steps_heard,
                got_seq=visitor.got_seq,
            )
            self._by_name[account, visitor.id] = thread
        thread.sockets.append(socket)
        return thread

    def leave(self, thread: Thread, socket: Hearer) -> None:
        """`socket` has gone; with the last one the conversation is not held any more."""
        thread.sockets.remove(socket)
        if not thread.sockets:
            del self._by_name[thread.account, thread.visitor.id]
            self._wait(thread, None)
            self._tie(thread, None)

    def find(self, account: str, name: str) -> Thread | None:
        """The conversation `name` of `account`, if it is held here."""
        return self._by_name.get((account, name))

    def held(self) -> list[tuple[str, str]]:
        """(account, thread) of every conversation held here."""
        return list(self._by_name)

    def of(self, interaction_id: InteractionId) -> tuple[Thread, ...]:
        """The conversations of that open interaction held here."""
        return self._by_interaction.of(interaction_id)

    def waiting(self, queue_ids: Iterable[QueueId]) -> list[Thread]:
        """The conversations held here that wait in these queues."""
        return [thread for queue_id in queue_ids for thread in self._by_queue.of(queue_id)]

    def stands(self, thread: Thread, *, open_: bool, agent: str, waiting_in: QueueId | None) -> None:
        """The store says how the conversation stands."""
        thread.known, thread.open, thread.agent = True, open_, agent
        self._wait(thread, waiting_in)

    def bind(self, thread: Thread, interaction_id: InteractionId) -> list[HubFrame]:
        """`interaction_id` is open and this conversation's; what to tell the visitor because of it.

        Its work may have taken a step before we knew whose it is: that step is applied now.
        """
        if interaction_id in {thread.interaction_id, thread.closed_id} or not thread.sockets:
            return []
        thread.open = True
        self._tie(thread, interaction_id)
        number, item = self._steps.get(interaction_id, (0, None))
        return [] if item is None or number <= thread.joined else self._applied(thread, item)

    def stepped(self, item: WorkItem) -> list[tuple[Thread, list[HubFrame]]]:
        """Work of this channel took a step: whose it is, and what to tell them. Old and repeated steps say
        nothing."""
        _, newest = self._steps.get(item.interaction_id, (0, None))
        if newest is not None and (newest.id, newest.version) >= (item.id, item.version):
            return []
        self._steps_heard += 1
        self._steps[item.interaction_id] = (self._steps_heard, item)
        self._steps.move_to_end(item.interaction_id)
        if len(self._steps) > _STEPS_KEPT:
            self._steps.popitem(last=False)
        return [(thread, self._applied(thread, item)) for thread in self.of(item.interaction_id)]

    def closed(self, interaction_id: InteractionId) -> tuple[Thread, ...]:
        """An interaction was closed: the conversations here that were open because of it."""
        self._steps.pop(interaction_id, None)
        threads = self.of(interaction_id)
        for thread in threads:
            self.left(thread)
            thread.closed_id = interaction_id
        return threads

    def left(self, thread: Thread) -> None:
        """The conversation is over for the visitor; the next message begins another."""
        self._wait(thread, None)
        self._tie(thread, None)
        thread.open, thread.agent = False, ""

    def placed(self, thread: Thread, frame: PositionFrame, queue_id: QueueId) -> bool:
        """A place in line; whether it is news. It is none when the conversation has stopped waiting."""
        if thread.waiting_in is None or thread.told == frame:
            return False
        self._wait(thread, queue_id)
        thread.told = frame
        return True

    def _applied(self, thread: Thread, item: WorkItem) -> list[HubFrame]:
        if (item.id, item.version) <= thread.step:
            return []
        thread.step = (item.id, item.version)
        was_told, agent = thread.told is not None, thread.agent
        waits = item.state in WAITING_STATES
        self._wait(thread, item.queue_id if waits else None)
        if waits:
            thread.agent = ""
        elif item.state is WorkState.ASSIGNED and item.agent_id is not None:
            thread.agent = self._agent_name(item.agent_id)
        frames: list[HubFrame] = []
        if was_told and not waits:
            frames.append(PositionFrame(place=0))
        if thread.agent != agent:
            frames.append(AgentFrame(name=thread.agent))
        return frames

    def _wait(self, thread: Thread, queue_id: QueueId | None) -> None:
        self._by_queue.move(thread, thread.waiting_in, queue_id)
        thread.waiting_in = queue_id
        if queue_id is None:
            thread.told = None

    def _tie(self, thread: Thread, interaction_id: InteractionId | None) -> None:
        self._by_interaction.move(thread, thread.interaction_id, interaction_id)
        thread.interaction_id = interaction_id
