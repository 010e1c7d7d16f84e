"""The conversations whose visitors are connected to this node, and how each stands."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Protocol, TypeVar

import msgspec

from hub.channels.webchat.frames import (
    AgentFrame,
    CallbackView,
    ClosedFrame,
    HubFrame,
    PositionFrame,
    RateView,
)
from hub.channels.webchat.shown import callback_view, rate_view
from hub.domain.ids import InteractionId, QueueId, TouchId, UserId
from hub.domain.site_identity import SiteUser
from hub.domain.work import WAITING_STATES, WorkItem, WorkState
from hub.ports.visitors import OPEN_HOURS, LineHours, Site, ThreadState, Visitor

encode = msgspec.json.Encoder().encode

_KEPT = 4096

K = TypeVar("K")
V = TypeVar("V")


class Hearer(Protocol):
    """One socket of a visitor."""

    async def say(self, frame: bytes) -> bool:
        """Write an encoded frame; never waits for the reader. False when it surely was not taken."""
        ...


@dataclass(slots=True, kw_only=True, eq=False)
class Thread:
    """One visitor's conversation, as far as this node knows.

    `known` once the store has told how it stands; steps up to the `asked`th heard are older than that.
    `interaction_id` is the open interaction. `step` is the newest step of its work (item, version). `told` is
    the place the visitor was told last. `newest_seq` is the newest message shown to them, `got_seq` the
    newest they confirmed. `served` once an agent has had the open interaction, `silent` while the
    visitor has said nothing in one that an agent began. `rate` is what may be rated,
    `callback` a promised call, `signed` who the visitor is by their site's newest word, `hours` what they were
    told of the line's hours. `owed` are replies stored and not sent yet, `end` is what is told after them.
    """

    visitor: Visitor
    site: Site
    account: str
    asked: int
    sockets: list[Hearer] = field(default_factory=list)
    known: bool = False
    open: bool = False
    interaction_id: InteractionId | None = None
    agent: str = ""
    waiting_in: QueueId | None = None
    step: tuple[str, int] = ("", 0)
    told: PositionFrame | None = None
    newest_seq: int = 0
    got_seq: int = 0
    language: str = ""
    served: bool = False
    silent: bool = False
    rate: RateView | None = None
    callback: CallbackView | None = None
    signed: SiteUser | None = None
    hours: LineHours = OPEN_HOURS
    owed: set[TouchId] = field(default_factory=set)
    end: ClosedFrame | None = None

    def rate_of_this(self, now: datetime) -> RateView | None:
        """What may be rated when the open conversation ends now: one that an agent has served."""
        if (
            self.interaction_id is None
            or self.silent
            or not (self.served or self.agent)
            or not self.site.setup.features.rating
        ):
            return None
        return rate_view(self.interaction_id, now)

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


class _Newest(Generic[V]):
    """The newest so many values; what was put again counts as new."""

    def __init__(self) -> None:
        self._values: OrderedDict[InteractionId, V] = OrderedDict()

    def get(self, key: InteractionId) -> V | None:
        return self._values.get(key)

    def put(self, key: InteractionId, value: V) -> None:
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > _KEPT:
            self._values.popitem(last=False)


class Threads:
    """Held conversations, found by their names, by their interaction, and by the queue they wait in.

    News may come before we know whose they are: the newest steps and closings are kept for that.
    """

    def __init__(self, agent_name: Callable[[UserId], str]) -> None:
        self._agent_name = agent_name
        self._by_name: dict[tuple[str, str], Thread] = {}
        self._by_interaction: _Index[InteractionId] = _Index()
        self._by_queue: _Index[QueueId] = _Index()
        self._steps: _Newest[tuple[int, WorkItem]] = _Newest()
        self._closed: _Newest[bool] = _Newest()
        self._steps_heard = 0

    def join(self, visitor: Visitor, site: Site, account: str, socket: Hearer) -> Thread:
        """The visitor's conversation, held from now on because of `socket`."""
        thread = self._by_name.get((account, visitor.id))
        if thread is None:
            thread = Thread(visitor=visitor, site=site, account=account, asked=0, got_seq=visitor.got_seq)
            self.ask(thread)
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

    def all(self) -> list[Thread]:
        """Every conversation held here."""
        return list(self._by_name.values())

    def of(self, interaction_id: InteractionId) -> tuple[Thread, ...]:
        """The conversations of that open interaction held here."""
        return self._by_interaction.of(interaction_id)

    def waiting(self, queue_ids: Iterable[QueueId]) -> list[Thread]:
        """The conversations held here that wait in these queues."""
        return [thread for queue_id in queue_ids for thread in self._by_queue.of(queue_id)]

    def ask(self, thread: Thread) -> None:
        """The store is about to be asked how this conversation stands."""
        thread.asked = self._steps_heard

    def learn(self, thread: Thread, state: ThreadState) -> list[HubFrame]:
        """The store's answer, and what the visitor is told because of it.

        The queue they wait in is not part of it: the site's is assumed until a place or a step tells.
        """
        was_told, agent = thread.told is not None, thread.agent
        self._tie(thread, None)
        thread.known, thread.open, thread.agent = True, False, state.agent
        self._wait(thread, (thread.waiting_in or thread.site.queue_id) if state.waiting else None)
        thread.rate = thread.callback = None
        thread.served = state.open and state.rateable
        # an agent has it, and there is nothing to rate: the visitor has said nothing yet
        is_silent = state.open and bool(state.agent) and not state.rateable
        if state.open and state.interaction_id is not None:
            self.bind(thread, state.interaction_id)
            thread.silent = is_silent
            thread.callback = None if state.callback is None else callback_view(state.callback)
        elif state.rateable and state.interaction_id is not None and state.closed_at is not None:
            thread.rate = rate_view(state.interaction_id, state.closed_at, state.rating)
        return _difference(thread, was_told, agent)

    def bind(self, thread: Thread, interaction_id: InteractionId) -> list[HubFrame]:
        """`interaction_id` is open and this conversation's; what to tell the visitor because of it."""
        if thread.interaction_id == interaction_id or self._closed.get(interaction_id) or not thread.sockets:
            return []
        thread.open, thread.rate, thread.silent = True, None, False
        self._tie(thread, interaction_id)
        number, item = self._steps.get(interaction_id) or (0, None)
        return [] if item is None or number <= thread.asked else self._applied(thread, item)

    def stepped(self, item: WorkItem) -> list[tuple[Thread, list[HubFrame]]]:
        """Work of this channel took a step: whose it is, and what to tell them; old steps say nothing."""
        _, newest = self._steps.get(item.interaction_id) or (0, None)
        if newest is not None and (newest.id, newest.version) >= (item.id, item.version):
            return []
        self._steps_heard += 1
        self._steps.put(item.interaction_id, (self._steps_heard, item))
        return [(thread, self._applied(thread, item)) for thread in self.of(item.interaction_id)]

    def closed(self, interaction_id: InteractionId) -> tuple[Thread, ...]:
        """An interaction was closed: the conversations here that were open because of it."""
        self._closed.put(interaction_id, True)
        threads = self.of(interaction_id)
        for thread in threads:
            self.left(thread)
        return threads

    def left(self, thread: Thread) -> None:
        """The conversation is over for the visitor; the next message begins another."""
        self._wait(thread, None)
        self._tie(thread, None)
        thread.open, thread.agent, thread.served, thread.callback = False, "", False, None

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
            thread.agent, thread.served = self._agent_name(item.agent_id), True
        return _difference(thread, was_told, agent)

    def _wait(self, thread: Thread, queue_id: QueueId | None) -> None:
        self._by_queue.move(thread, thread.waiting_in, queue_id)
        thread.waiting_in = queue_id
        if queue_id is None:
            thread.told = None

    def _tie(self, thread: Thread, interaction_id: InteractionId | None) -> None:
        self._by_interaction.move(thread, thread.interaction_id, interaction_id)
        thread.interaction_id = interaction_id


def _difference(thread: Thread, was_told: bool, agent: str) -> list[HubFrame]:
    """What the visitor must be told who was told a place, or not, and this agent."""
    frames: list[HubFrame] = []
    if was_told and thread.told is None:
        frames.append(PositionFrame(place=0))
    if thread.agent != agent:
        frames.append(AgentFrame(name=thread.agent))
    return frames
