"""The telephone's surroundings in memory: legs, sound, the house's memory of calls. Everything is written down."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from hub.channels.sip.b2bua.surroundings import Line, Menu, Phrase, Surroundings, Way
from hub.channels.sip.headers import name_addr_of
from hub.channels.sip.leg import Source, Target
from hub.channels.sip.message import Request
from hub.channels.sip.numbers import user_of
from hub.channels.sip.uri import uri_of
from hub.domain.call import AgentPhone, Call, CallEnd, CallStage, PhoneKind, RecordingState
from hub.domain.errors import Conflict, HubError, Invalid, NotFound, Unavailable
from hub.domain.ids import (
    DEFAULT_TENANT,
    CallId,
    InteractionId,
    PersonId,
    QueueId,
    RecordingId,
    ReservationId,
    TenantId,
    TouchId,
    UserId,
)
from hub.domain.queue import Queue
from hub.domain.recording import Recording, RecordingCut, RecordingKind
from hub.domain.touch import Direction, InboundTouch
from hub.domain.work import WorkItem
from hub.ports.clock import Clock
from hub.ports.inbox import Received
from hub.ports.media import LegKind, Sound
from hub.ports.recordings import RecordingTape
from hub.ports.recordings import Sound as RecordedSound
from hub.ports.visitors import LineHours
from tests.fakes.clock import FakeClock
from tests.fakes.sip_legs import FakeEngine, FakeUserAgent

QUEUE = QueueId("queue-1")


class FakeInbox:
    """Keeps what it is given; `fails` as often as it says."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.touches: list[InboundTouch] = []
        self.fails = 0

    async def receive(self, touch: InboundTouch) -> Received:
        if self.fails:
            self.fails -= 1
            raise Unavailable("no store", code="store_unavailable")
        self.touches.append(touch)
        return Received(
            touch_id=TouchId("touch"),
            interaction_id=InteractionId("interaction"),
            seq=1,
            at=self._clock.now(),
        )

    async def client_left(self, tenant_id: TenantId, account: str, thread: str) -> None:
        raise AssertionError("a call's end is told to the desk of calls")


_A_WORK_ITEM = cast(WorkItem, object())
"""What `answered` gives is of no interest to a telephone."""


class FakeDesk:
    """The house's memory of calls. `over` are the reservations that ended; `down` counts refusals to write."""

    def __init__(self, said: list[str], clock: Clock) -> None:
        self._said = said
        self._clock = clock
        self.call: Call | None = None
        self.over: set[ReservationId] = set()
        self.down = 0
        self.in_place: int | None = 1
        self.has_line = True
        self.phones: dict[UserId, AgentPhone] = {}
        self.beats: list[CallId] = []

    def _say(self, what: str) -> None:
        if self.down:
            self.down -= 1
            raise Unavailable("no store", code="store_unavailable")
        self._said.append(f"desk {what}")

    async def began(
        self, tenant_id: TenantId, received: Received, *, account: str, thread: str, number: str, dialled: str
    ) -> Call:
        self._say(f"began {number} {dialled}")
        self.call = a_call(self._clock, number=number, dialled=dialled, account=account, thread=thread)
        return self.call

    async def place(self, call_id: CallId) -> int | None:
        return self.in_place

    async def queued(self, call_id: CallId, *, queue_id: QueueId, language: str, choice: str) -> None:
        self._say(f"queued {queue_id} {language} {choice}")

    async def dialled(self, tenant_id: TenantId, agent_id: UserId, number: str) -> Call:
        self._say(f"dialled {agent_id} {number}")
        self.call = a_call(self._clock, number=number)
        return self.call

    async def ringing(self, call_id: CallId, agent_id: UserId) -> None:
        self._say(f"ringing {agent_id}")

    async def answered(self, call_id: CallId, reservation_id: ReservationId) -> WorkItem:
        if reservation_id in self.over:
            raise Conflict("this offer is over", code="offer_over")
        self._say(f"answered {reservation_id}")
        return _A_WORK_ITEM

    async def not_answered(self, reservation_id: ReservationId, reason: str) -> None:
        self._say(f"not_answered {reservation_id} {reason}")

    async def came_back(self, call_id: CallId, reason: str) -> bool:
        self._say(f"came_back {reason}")
        return self.has_line

    async def client_answered(self, call_id: CallId) -> None:
        self._say("client_answered")

    async def held(self, call_id: CallId, *, held: bool) -> None:
        self._say("held" if held else "resumed")

    async def third(self, call_id: CallId, who: str, stage: CallStage | None) -> None:
        self._say(f"third {who} {stage}".replace("  ", " "))

    async def recording(self, call_id: CallId, state: RecordingState) -> None:
        self._say(f"recording {state}")

    async def moved(
        self, call_id: CallId, *, queue_id: QueueId, note: str, agent_id: UserId | None = None
    ) -> None:
        self._say(f"moved {queue_id} {agent_id or ''}".rstrip())

    async def handed_over(self, call_id: CallId, agent_id: UserId) -> None:
        self._say(f"handed_over {agent_id}")

    async def ended(self, call_id: CallId, end: CallEnd) -> None:
        self._say(f"ended {end}")

    async def left_message(self, call_id: CallId) -> None:
        self._say("left_message")

    async def wants_callback(self, call_id: CallId, number: str) -> None:
        self._say(f"wants_callback {number}")

    async def alive(self, node: str, call_ids: Sequence[CallId]) -> None:
        self.beats += call_ids

    async def lost(self, node: str) -> Sequence[Call]:
        self._say("lost")
        return []

    async def call_of(self, interaction_id: InteractionId) -> Call | None:
        return self.call

    async def phone_of(self, tenant_id: TenantId, agent_id: UserId) -> AgentPhone:
        return self.phones.get(agent_id, AgentPhone(agent_id=agent_id, account=agent_id))

    async def phone_ready(
        self, tenant_id: TenantId, agent_id: UserId, kind: PhoneKind, *, ready: bool
    ) -> None:
        self._say(f"phone_ready {agent_id} {ready}")


class FakeTape:
    """A recording that is written down only. `hangs` as a disk does: it is never finished."""

    def __init__(self, said: list[str], name: str, *, hangs: bool) -> None:
        self._said = said
        self._hangs = hangs
        self.id = RecordingId(name)
        self.cut = None
        self.paused = False
        self.bytes = 0

    def write(self, left: bytes, right: bytes) -> None:
        self.bytes += len(left)

    async def pause(self, *, paused: bool) -> None:
        self.paused = paused

    def done(self) -> None:
        self._said.append(f"{self.id} done")

    async def finish(self) -> Recording:
        if self._hangs:
            await asyncio.Event().wait()
        raise AssertionError("a call never waits for a recording to be finished")

    async def discard(self) -> None:
        self._said.append(f"{self.id} discarded")


class FakeVault:
    """Keeps nothing; `tapes` are those that were begun, `kinds` what of. `refuses`: what beginning one raises."""

    def __init__(self, said: list[str]) -> None:
        self._said = said
        self.tapes: list[FakeTape] = []
        self.kinds: list[RecordingKind] = []
        self.refuses: HubError | None = None
        self.hangs = False

    def running(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    async def begin(
        self,
        tenant_id: TenantId,
        call_id: CallId,
        interaction_id: InteractionId,
        *,
        kind: RecordingKind = RecordingKind.CALL,
        on_cut: Callable[[RecordingCut], None] = lambda _: None,
    ) -> RecordingTape:
        tape = FakeTape(self._said, f"tape{len(self.tapes) + 1}", hangs=self.hangs)
        if self.refuses is not None:
            raise self.refuses
        self.kinds.append(kind)
        self.tapes.append(tape)
        return tape

    async def recover(self) -> Sequence[Recording]:
        return []

    async def sound(self, recording: Recording) -> RecordedSound:
        raise NotFound("nothing is kept")

    async def remove(self, recording: Recording) -> None:
        pass

    async def tend(self) -> None:
        pass


class FakePrompts:
    """Each phrase is a file of its name."""

    def say(self, language: str, *phrases: Phrase | tuple[Phrase, int]) -> Sound:
        names = [p if isinstance(p, Phrase) else f"{p[0]}{p[1]}" for p in phrases]
        return Sound(files=tuple(Path(name) for name in names))

    def menu(self, language: str, name: str) -> Sound:
        return Sound(files=(Path(f"menu-{name}"),))

    def music(self) -> Sound:
        return Sound(files=(Path("music"),), loop=True)

    def ringing(self) -> Sound:
        return Sound(files=(Path("ringing"),), loop=True)


@dataclass
class FakeWorld:
    """Lines, phones and the way out."""

    menu: Menu | None = None
    absent: set[UserId] = field(default_factory=set)
    out: set[str] = field(default_factory=set)

    def of(self, invite: Request, source: Source) -> Line | None:
        if user_of(invite.uri) not in {"sales", "100"}:
            return None
        return Line(
            account="sip:trunk",
            queue_id=QUEUE,
            dialled=user_of(invite.uri),
            number=user_of(invite.from_.uri),
            name=invite.from_.display or "",
            language="en",
            menu=self.menu,
        )

    def reach(self, phone: AgentPhone) -> tuple[Target, LegKind] | None:
        if phone.agent_id in self.absent:
            return None
        kind = LegKind.BROWSER if phone.kind is PhoneKind.BROWSER else LegKind.PLAIN
        return Target(uri=uri_of(f"sip:{phone.agent_id}@phone.example")), kind

    def judge_address(self, address: str) -> None:
        pass

    def queue_named(self, user: str) -> QueueId | None:
        return QueueId("support") if user == "support" else None

    def agent_of(self, account: str) -> UserId | None:
        return UserId(account) if account in {"anna", "boris"} else None

    is_there: bool = True

    def way(self, leg: str, called: str, agent_id: UserId | None) -> Way:
        if ":" in called:
            raise Invalid("only numbers are called", field="number", code="number_not_allowed")
        self.out.add(leg)
        return Way(
            target=Target(uri=uri_of(f"sip:{called}@trunk.example")),
            shown=name_addr_of("<sip:us@trunk.example>"),
        )

    def judge(self, called: str, agent_id: UserId) -> None:
        pass

    def judge_number(self, called: str) -> None:
        pass

    def over(self, leg: str) -> None:
        self.out.discard(leg)


def a_call(clock: Clock, **changes: str) -> Call:
    """A call of a client, as the house keeps it."""
    call = Call(
        id=CallId("call"),
        tenant_id=DEFAULT_TENANT,
        interaction_id=InteractionId("interaction"),
        person_id=PersonId("person"),
        queue_id=QUEUE,
        direction=Direction.INBOUND,
        account="sip:trunk",
        thread="c1;f1",
        number="+79161234567",
        dialled="sales",
        stage=CallStage.WAITING,
        started_at=clock.now(),
        heard_at=clock.now(),
        node="node",
    )
    return replace(call, **changes)  # type: ignore[arg-type]


class House:
    """Everything a switchboard needs; `said` is what happened, in order."""

    def __init__(self, queue: Queue) -> None:
        self.said: list[str] = []
        self.clock = FakeClock()
        self.queue = queue
        self.world = FakeWorld()
        self.desk = FakeDesk(self.said, self.clock)
        self.engine = FakeEngine(self.said)
        self.inbox = FakeInbox(self.clock)
        self.user_agent = FakeUserAgent(self.said)
        self.closed = False
        self.unread = 0
        """So often the queue cannot be read."""
        self.vault = FakeVault(self.said)

    def surroundings(self) -> Surroundings:
        async def queue(_: QueueId) -> Queue:
            if self.unread:
                self.unread -= 1
                raise Unavailable("no store", code="store_unavailable")
            return self.queue

        async def hours(_: QueueId, __: str) -> LineHours:
            return LineHours(closed=self.closed, opens_at=None, away="")

        return Surroundings(
            tenant_id=DEFAULT_TENANT,
            node="node",
            realm="hub.example",
            inbox=self.inbox,
            desk=self.desk,
            engine=self.engine,
            user_agent=self.user_agent,
            lines=self.world,
            phones=self.world,
            outside=self.world,
            prompts=FakePrompts(),
            vault=self.vault,
            clock=self.clock,
            queue=queue,
            hours=hours,
            wait_s=lambda _queue, place: 60.0 * place,
        )
