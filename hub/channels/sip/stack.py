"""Transactions over flows, with one timer: what the legs and everybody who asks or answers stand on."""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from hub.channels.sip.dialog import Dialog
from hub.channels.sip.headers import MAGIC_COOKIE, NameAddr, Via
from hub.channels.sip.message import Message, Request, Response, response_to
from hub.channels.sip.overload import Overload
from hub.channels.sip.refusal import Field, Malformed, Refused
from hub.channels.sip.server_transaction import AlreadyAnswered
from hub.channels.sip.timers import Later, Timers
from hub.channels.sip.transaction import (
    TIMES,
    Acknowledged,
    Answered,
    Failed,
    Key,
    Over,
    Reason,
    Send,
    Times,
)
from hub.channels.sip.transactions import Arrived, Event, Overloaded, Stray, Transactions
from hub.channels.sip.transport.flow import Flow, SendFailed, Unreachable, is_reliable
from hub.channels.sip.uri import Uri
from hub.channels.sip.way import Hop, answer_hop, uri_hop
from hub.channels.sip.workers import Job, Workers

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A CANCEL came for this INVITE, and was answered; a final answer of ours may have gone out before."""

    cancel: Request


Heard = Callable[[Event | Cancelled], None]
"""What becomes of one transaction: answers and failures of a request of ours; the ACK, the CANCEL and the end of
one of theirs."""


class Ways(Protocol):
    """The transports, as far as the stack needs them."""

    def flow(self, flow_id: str) -> Flow | None:
        """The flow of that name, None when it is closed."""
        ...

    def ready(self, hop: Hop, size: int = 0) -> Flow | None:
        """The flow to that hop, if there is one without waiting."""
        ...

    async def reach(self, hop: Hop, size: int = 0) -> Flow:
        """The flow to that hop, connected if need be. Raises Unreachable."""
        ...

    def via(self, flow: Flow, branch: str) -> Via:
        """The Via of a request that goes by that flow."""
        ...

    def contact(self, flow: Flow) -> NameAddr:
        """Where whoever is at the other end of that flow reaches us."""
        ...


class User(Protocol):
    """Who acts upon what comes."""

    def arrived(self, key: Key, arrived: Arrived, flow: Flow) -> None:
        """A request that is nobody's yet."""
        ...

    def stray(self, message: Message, flow: Flow) -> None:
        """An ACK or an answer of no transaction."""
        ...


class Stack:
    """The transactions of one node and what they send by. `token` gives random text for tags and branches."""

    def __init__(
        self,
        ways: Ways,
        group: Callable[[], asyncio.TaskGroup],
        *,
        token: Callable[[], str],
        chance: Callable[[], float],
        times: Times = TIMES,
        limit: int = 50_000,
        waits: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.ways = ways
        self.times = times
        self.token = token
        self.chance = chance
        """A random number from 0 to 1."""
        self._mark = f"{MAGIC_COOKIE}{token()[:8]}"
        self.overload = Overload(waits, chance)
        self._transactions = Transactions(times=times, limit=limit)
        self._flows: dict[Key, Flow] = {}
        self._heard: dict[Key, Heard] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due_s = math.inf
        self._timers = Timers()
        self._workers = Workers(group)
        self._clock: Callable[[], float] | None = None
        self._is_over = False
        self.user: User

    def __len__(self) -> int:
        return len(self._transactions)

    def now_s(self) -> float:
        """The loop's clock, which never goes back."""
        clock = self._clock
        if clock is None:
            clock = self._clock = asyncio.get_running_loop().time
        return clock()

    def later(self, after_s: float, then: Callable[[], None]) -> Later:
        """Do it after so many seconds, unless it is cancelled, or everything has ended."""
        return self._timers.at(self.now_s() + after_s, then)

    @property
    def jobs(self) -> int:
        """How many jobs are under way."""
        return self._workers.busy

    def spawn(self, job: Job, name: str) -> None:
        """A job that lives as long as the user agent; what it raises is logged and ends nobody else."""
        self._workers.give(job, name)

    # what comes

    def received(self, flow: Flow, message: Message) -> None:
        """A message came by this flow."""
        if self._is_over:
            return
        events = self._transactions.received(
            message, self.now_s(), reliable=is_reliable(flow), refuses=self.overload.refuses
        )
        if isinstance(message, Request) and events:
            key = events[0][0]
            if key not in self._flows and self._transactions.get(key) is not None:
                self._flows[key] = self._way_back(message, flow)
        for key, event in events:
            match event:
                case Arrived():
                    self._arrived(key, event, flow)
                case Stray():
                    self.user.stray(event.message, flow)
                case Overloaded():
                    self._turn_away(event.request, flow)
                case _:
                    self._happened(key, event)
        self._set_timer()

    def _arrived(self, key: Key, arrived: Arrived, flow: Flow) -> None:
        request = arrived.request
        if request.method != "CANCEL":
            self.user.arrived(key, arrived, flow)
            return
        # a CANCEL is answered by itself, whether it still changes anything or not (9.2)
        status = 481 if arrived.cancels is None else 200
        self.respond(key, response_to(request.fields, status, to_tag=self.token()))
        heard = self._heard.get(arrived.cancels) if arrived.cancels is not None else None
        if heard is not None:
            heard(Cancelled(request))

    def _turn_away(self, request: Request, flow: Flow) -> None:
        self._hand_over(response_to(request.fields, 503, adding=(Field("Retry-After", "10"),)), flow)

    def listen(self, key: Key, heard: Heard) -> None:
        """Be told what becomes of a request that came."""
        self._heard[key] = heard

    def listen_no_more(self, key: Key) -> None:
        """Whoever listened has nothing to do any more: the transaction, which stays for a while, keeps it no longer."""
        self._heard.pop(key, None)

    # what goes

    def respond(self, key: Key, response: Response) -> bool:
        """Answer a request. False when somebody was faster, or it is over."""
        try:
            events = self._transactions.respond(key, response, self.now_s())
        except (AlreadyAnswered, KeyError):
            return False
        self._all_happened(events)
        return True

    def refuse(self, key: Key, request: Request, refused: Refused, *, to_tag: str | None = None) -> bool:
        """Answer with a refusal, if its status is one."""
        if refused.status is None or request.method == "ACK":
            return False
        return self.respond(
            key,
            response_to(
                request.fields, refused.status, to_tag=to_tag or self.token(), adding=refused.telling
            ),
        )

    def request(self, request: Request, flow: Flow, heard: Heard) -> Key:
        """Send a request by this flow; its Via is `via` of the same flow. What becomes of it is told to `heard`,
        never before this returns."""
        key, events = self._transactions.request(request, self.now_s(), reliable=is_reliable(flow))
        self._flows[key], self._heard[key] = flow, heard
        self._all_happened(events)
        return key

    async def ask(self, request: Request, flow: Flow) -> Response:
        """Send a request, but an INVITE; its final answer. 408 when nobody answers, 503 when it cannot be sent."""
        answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()

        def heard(event: Event | Cancelled) -> None:
            match event:
                case Answered(response) if response.is_final and not answer.done():
                    answer.set_result(response)
                case Failed(reason) if not answer.done():
                    answer.set_result(no_answer(reason))

        self.request(request, flow, heard)
        return await answer

    def give_up(self, key: Key) -> None:
        """Wait no longer for an answer to a request of ours."""
        self._all_happened(self._transactions.give_up(key, self.now_s()))

    def send(self, message: Message, flow: Flow) -> None:
        """Send what is no transaction: an ACK to a 2xx."""
        self._hand_over(message, flow)

    def via(self, flow: Flow) -> Via:
        """A Via with a branch of its own."""
        return self.ways.via(flow, self._mark + self.token())

    def is_ours(self, via: Via) -> bool:
        """Whether we wrote it: a request that comes with it goes in a circle."""
        return (via.branch or "").startswith(self._mark)

    def ready(self, uri: Uri, size: int = 0) -> Flow | None:
        """The flow to an address, if there is one without waiting. Raises Malformed."""
        return self.ways.ready(uri_hop(uri), size)

    async def reach(self, uri: Uri, size: int = 0) -> Flow:
        """The flow to an address. Raises Unreachable."""
        try:
            return await self.ways.reach(uri_hop(uri), size)
        except Malformed as exc:
            raise Unreachable("the address leads nowhere by itself") from exc

    def _all_happened(self, events: list[tuple[Key, Event]]) -> None:
        for key, event in events:
            self._happened(key, event)
        self._set_timer()

    def _happened(self, key: Key, event: Event) -> None:
        match event:
            case Send():
                self._send(key, event)
            case Answered() | Acknowledged() | Failed():
                if (heard := self._heard.get(key)) is not None:
                    heard(event)
            case Over():
                heard = self._heard.pop(key, None)
                self._flows.pop(key, None)
                if heard is not None:
                    heard(event)

    def _send(self, key: Key, send: Send) -> None:
        flow = self._flows.get(key)
        if flow is None or self._hand_over(send.message, flow):
            return
        # told after whoever is sending has its key
        asyncio.get_running_loop().call_soon(self._not_sent, key)

    def _not_sent(self, key: Key) -> None:
        if self._is_over:
            return
        self._all_happened(self._transactions.transport_failed(key, self.now_s()))

    def _hand_over(self, message: Message, flow: Flow) -> bool:
        try:
            flow.send(bytes(message))
        except (SendFailed, Malformed) as exc:
            log.info("sip_not_sent", flow=flow.id, why=str(exc))
            return False
        return True

    def _way_back(self, request: Request, flow: Flow) -> Flow:
        """An answer goes where the request's Via says, which over UDP may be another port (18.2.2)."""
        if flow.transport != "UDP" or request.via.params.get("rport"):
            return flow
        try:
            return self.ways.ready(answer_hop(request.via)) or flow
        except Malformed:
            return flow

    def _set_timer(self) -> None:
        due_s = self._transactions.next_due_s
        # the time is kept here: for what is overdue, uvloop gives a handle that does not tell it
        if due_s is None or due_s >= self._timer_due_s or self._is_over:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_due_s = due_s
        self._timer = asyncio.get_running_loop().call_at(due_s, self._due)

    def _due(self) -> None:
        self._timer, self._timer_due_s = None, math.inf
        if self._is_over:
            return
        self._all_happened(self._transactions.due(self.now_s()))

    def stop(self) -> None:
        """Nothing is sent again, every job ends, and none begins."""
        self._is_over = True
        self._timers.stop()
        if self._timer is not None:
            self._timer.cancel()
        self._workers.stop()


def no_answer(reason: Reason) -> Response:
    """What an answer that never came counts as (RFC 3261, 8.1.3.1)."""
    return Response(status=408 if reason is Reason.TIMEOUT else 503)


def way_to(dialog: Dialog) -> Uri:
    """The address that the next request of a dialog is sent to."""
    return dialog.routes[0].uri if dialog.routes else dialog.target
