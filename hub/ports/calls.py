"""What the telephone asks the house to keep of a call, and what the house asks the telephone to do."""

from collections.abc import Sequence
from typing import Protocol

from hub.domain.call import AgentPhone, Call, CallEnd, CallStage, PhoneKind, RecordingState
from hub.domain.ids import CallId, InteractionId, QueueId, ReservationId, TenantId, UserId
from hub.domain.work import WorkItem
from hub.ports.inbox import Received


class CallDesk(Protocol):
    """Where calls are kept. Every method is one commit, and doing it twice is no error.

    All raise Unavailable when nothing can be written now.
    """

    async def place(self, call_id: CallId) -> int | None:
        """The place in line of a call that waits, from 1; None when it does not wait."""
        ...

    async def queued(self, call_id: CallId, *, queue_id: QueueId, language: str, choice: str) -> None:
        """A caller who was in a menu (`InboundTouch.queued` was false) chose: now they are in this line. The time
        in the menu is a segment `ivr`."""
        ...

    async def began(
        self, tenant_id: TenantId, received: Received, *, account: str, thread: str, number: str, dialled: str
    ) -> Call:
        """An inbound call whose touch is durable: it waits."""
        ...

    async def dialled(self, tenant_id: TenantId, agent_id: UserId, number: str) -> Call:
        """A call of ours that an agent began on their own phone: as begun at the console, in the agent's first line.

        Raises Forbidden, Conflict (`at_capacity`, consent) as there.
        """
        ...

    async def ringing(self, call_id: CallId, agent_id: UserId) -> None:
        """The phone of this agent rings for it (of a call of ours: the client's does)."""
        ...

    async def answered(self, call_id: CallId, reservation_id: ReservationId) -> WorkItem:
        """The agent's phone was picked up: accepts the offer, or finds it accepted by the same agent at the console.

        Raises Conflict (`offer_over`) when the offer is over: hang up the agent's leg, the caller waits on.
        """
        ...

    async def not_answered(self, reservation_id: ReservationId, reason: str) -> None:
        """The agent's phone refused (`declined`), was busy (`busy`) or could not be reached (`unreachable`): the
        work goes to the next one, in its old place. `no_room`: nobody could be called for want of ports, which is
        held against no agent: they may be asked again at once. An offer that is over is no error: told of one that
        expired or was withdrawn, the call only rings nowhere any more."""
        ...

    async def came_back(self, call_id: CallId, reason: str) -> bool:
        """The agent who had accepted cannot be connected (or dropped out of reach): the caller waits again, in the
        old place. Whether they do: not within a conversation in writing, whose call is no work of its own."""
        ...

    async def client_answered(self, call_id: CallId) -> None:
        """On a call of ours the client is on the line."""
        ...

    async def held(self, call_id: CallId, *, held: bool) -> None:
        """The client was put on hold, or is not any more: talk and hold are segments of their own."""
        ...

    async def third(self, call_id: CallId, who: str, stage: CallStage | None) -> None:
        """Whom the agent consults or hands the client to, and how far that came; None: nobody any more."""
        ...

    async def recording(self, call_id: CallId, state: RecordingState) -> None:
        """What is said is kept, or not, from now on."""
        ...

    async def moved(
        self, call_id: CallId, *, queue_id: QueueId, note: str, agent_id: UserId | None = None
    ) -> None:
        """Back into a line, with its own pass: a transfer to a queue from the telephone (`Telephone.give` to
        `queue:<id>`). With `agent_id` this agent is asked at once (`agent:<id>`); not answered, the caller waits in
        the line for anybody. The agent who had the client has no wrap-up.

        Raises Invalid (`no_such_queue`), NotFound for an agent who does not serve the queue, Conflict `agent_away`,
        `agent_paused`, `agent_no_phone`, `agent_full`, `not_assigned`: then the call stays where it is.
        """
        ...

    async def handed_over(self, call_id: CallId, agent_id: UserId) -> None:
        """A colleague who was consulted (`agent:<id>`) has the client now: the work is theirs. Raises Conflict
        (`not_assigned`), NotFound."""
        ...

    async def ended(self, call_id: CallId, end: CallEnd) -> None:
        """It is over. Waiting work is abandoned and offers are withdrawn; work in hand begins its wrap-up; a call
        that nobody answered leaves a missed call in the history, and a task to call back."""
        ...

    async def left_message(self, call_id: CallId) -> None:
        """The caller left a message instead (voicemail), which is a recording by now: text work in the line of the
        queue, with the sound. The call
        is over with it (`voicemail`), so `ended` after it changes nothing; before it, it is too late: Conflict
        (`call_over`)."""
        ...

    async def wants_callback(self, call_id: CallId, number: str) -> None:
        """The caller asked to be called at this number, and keeps the place in line. The call is over with it
        (`callback`): what is still said to the caller is no work any more."""
        ...

    async def alive(self, node: str, call_ids: Sequence[CallId]) -> None:
        """The hub `node` still carries these."""
        ...

    async def lost(self, node: str) -> Sequence[Call]:
        """Ends what an earlier life of this hub carried, with `hub_lost`; gives what it ended. No phone is
        registered any more either. Call it before anything listens."""
        ...

    async def call_of(self, interaction_id: InteractionId) -> Call | None:
        """The call of an interaction that is not over, if there is one."""
        ...

    async def phone_of(self, tenant_id: TenantId, agent_id: UserId) -> AgentPhone:
        """Where this agent is reached."""
        ...

    async def phone_ready(
        self, tenant_id: TenantId, agent_id: UserId, kind: PhoneKind, *, ready: bool
    ) -> None:
        """The agent's phone of that kind can be reached, or not any more: nobody is offered a call that they cannot
        take. It changes nothing for who talks with another kind by then."""
        ...


class Telephone(Protocol):
    """What people do with a call from the console. Each raises NotFound for a call that this hub does not carry,
    Conflict for what its stage does not allow, Unavailable when the outside does not answer."""

    async def dial(self, call: Call, phone: AgentPhone) -> None:
        """Ring the agent's phone, then the client's number; returns when the agent's phone rings or has refused.

        Whoever asked ends the call with `failed` when this raises. Raises as `judge`.
        """
        ...

    def judge(self, number: str, agent_id: UserId) -> None:
        """Whether this agent may call that number now: ask before anything is written.

        Raises Invalid for a number that the house does not call (`bad_phone`, `number_country`, `number_premium`,
        `number_short`, `number_unknown`, `number_never`), Conflict (`calls_at_night`), TooMany (`calls_an_hour`,
        `calls_at_a_time`, `all_calls_at_a_time`), Unavailable (`no_trunk`: none is up).
        """
        ...

    def judge_phone(self, address: str) -> None:
        """Whether an agent's phone may be at that number or SIP address at all, whoever it is and whenever. Raises
        Invalid as `judge`, and `phone_host_not_allowed`; Conflict (`no_trunk`: there is none that leads to a number).
        """
        ...

    async def hold(self, call_id: CallId, *, held: bool) -> None:
        """Put the client on hold with music, or take them back."""
        ...

    async def hang_up(self, call_id: CallId) -> None:
        """End the call for everybody."""
        ...

    async def press(self, call_id: CallId, keys: str) -> None:
        """Send keys to the client's side."""
        ...

    async def record(self, call_id: CallId, state: RecordingState) -> None:
        """Begin, pause or end keeping what is said."""
        ...

    async def give(self, call_id: CallId, target: str) -> None:
        """Blind transfer to an address, a number, `queue:<id>` or `agent:<id>`; the agent is off the line at once.

        The latter two stay in the house: `CallDesk.moved` in its line, or the present one with that agent.
        """
        ...

    async def consult(self, call_id: CallId, target: str) -> None:
        """Hold the client and call somebody: an address, a number, or `agent:<id>`."""
        ...

    async def join(self, call_id: CallId) -> None:
        """Attended transfer: the client and whoever was consulted talk, the agent is off the line."""
        ...

    async def take_back(self, call_id: CallId) -> None:
        """Drop whoever was consulted, and talk to the client again."""
        ...
