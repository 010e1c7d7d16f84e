"""Calls in and out over any transport: what comes is given to its leg, or becomes one (RFC 3261, 8 and 12 to 15).

One task group holds all its work; what happens on a leg is told there, in order.
"""

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, Self

import structlog

from hub.channels.sip.acceptance import check_request
from hub.channels.sip.digest_client import Account
from hub.channels.sip.headers import NameAddr
from hub.channels.sip.leg import IncomingCalls, Leg, LegEvents, Source, Target
from hub.channels.sip.legs.callee_leg import CalleeLeg
from hub.channels.sip.legs.caller_leg import CallerLeg, Wish
from hub.channels.sip.legs.dialog_leg import DialogLeg
from hub.channels.sip.legs.ours import ABILITIES, ACCEPT, ALLOW, SUPPORTED, Ours
from hub.channels.sip.legs.registry import Legs
from hub.channels.sip.message import Message, Request, Response, response_to
from hub.channels.sip.refusal import Field, Malformed, Refused
from hub.channels.sip.signing import Signer
from hub.channels.sip.stack import Stack, Ways
from hub.channels.sip.transaction import TIMES, Key, Times
from hub.channels.sip.transactions import Arrived
from hub.channels.sip.transport.flow import Flow, NoFlow, Unreachable
from hub.channels.sip.uri import Uri

log = structlog.get_logger(__name__)

DRAIN_S = 10.0
_ANSWER_S = 20.0
_ONLY_WITHIN = ("BYE", "PRACK", "UPDATE", "INFO", "NOTIFY", "REFER")
_HEAD_BYTES = 900
"""About what the head of an INVITE of ours takes, to choose a transport before there is one."""

Answering = Callable[[Request, Flow], Awaitable[Response]]
"""Answers a request outside a dialog. Raises Refused."""


class Sources(Protocol):
    """What is believed about whoever calls."""

    async def of(self, invite: Request, flow: Flow) -> Source:
        """Raises Refused: 401 or 407 with a challenge, 403."""
        ...


class Strangers:
    """Believes nobody anything."""

    async def of(self, invite: Request, flow: Flow) -> Source:  # noqa: ARG002 - whatever it says
        """Only where it came from."""
        return Source(address=flow.host, port=flow.port, transport=flow.transport, flow=flow.id)


class SipUserAgent:
    """`UserAgent` over these transports. `incoming` takes the calls that come; without it they are refused.

    `answering` answers requests outside a dialog by their method: REGISTER. `leads_to_trunk` says where a trunk is:
    nobody is called there but by a `Target` that names one. `waits` tells how full the queue before us is (`Overload`).
    """

    def __init__(
        self,
        ways: Ways,
        *,
        incoming: IncomingCalls | None = None,
        sources: Sources | None = None,
        answering: Mapping[str, Answering] | None = None,
        ours: Ours | None = None,
        times: Times = TIMES,
        most_legs: int = 5_000,
        token: Callable[[], str] = lambda: secrets.token_hex(8),
        chance: Callable[[], float] = random.random,
        flow_closed: Callable[[Flow], None] = lambda _: None,
        leads_to_trunk: Callable[[str, int], bool] = lambda *_: False,
        waits: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.incoming = incoming
        self.sources: Sources = sources or Strangers()
        self.answering: dict[str, Answering] = dict(answering or {})
        self.flow_closed = flow_closed
        """Told when a connection is closed, once the legs know."""
        self.legs = Legs()
        self.stack = Stack(ways, self._task_group, token=token, chance=chance, times=times, waits=waits)
        self.stack.user = self
        self._ways = ways
        self._ours = ours or Ours()
        self._most_legs = most_legs
        self._leads_to_trunk = leads_to_trunk
        self._draining = False
        self._group: asyncio.TaskGroup | None = None

    async def __aenter__(self) -> Self:
        self._group = asyncio.TaskGroup()
        await self._group.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._group is not None
        self.stack.stop()
        await self._group.__aexit__(*exc)  # type: ignore[arg-type]

    def _task_group(self) -> asyncio.TaskGroup:
        assert self._group is not None, "a user agent lives within `async with`"
        return self._group

    # calls of ours

    async def call(
        self,
        target: Target,
        sdp: bytes,
        events: LegEvents,
        *fields: Field,
        caller: NameAddr,
        max_forwards: int = 70,
        ring_s: float = 60.0,
    ) -> Leg:
        """Sends the INVITE; what comes of it is told. Where there is no way it has ended with 503."""
        account = Account(username=target.username, password=target.password) if target.username else None
        wish = Wish(
            target=target, sdp=sdp, fields=fields, caller=caller, max_forwards=max_forwards, ring_s=ring_s
        )
        flow = await self._flow_to(target, _HEAD_BYTES + len(sdp))
        leg = CallerLeg(
            self.stack, self.legs, self._ours, wish, flow, Signer(account, self.stack.token), events
        )
        leg.start_telling()
        leg.begin()
        return leg

    async def _flow_to(self, target: Target, size: int) -> Flow:
        if self._draining:
            return NoFlow()
        if target.flow is not None:
            return self._ways.flow(target.flow) or NoFlow()
        try:
            flow = await self.stack.reach(target.proxy or target.uri, size)
        except Unreachable:
            return NoFlow()
        if not target.trunk and self._leads_to_trunk(flow.host, flow.port):
            # a phone that says to be where a carrier is would have us call by it past all rules
            log.warning("sip_trunk_barred", address=flow.host, port=flow.port)
            return NoFlow()
        return flow

    async def ask(self, request: Request, to: Uri, *, flow: Flow | None = None) -> Response:
        """A request outside a dialog, without a Via, sent to that address; its final answer, as `Stack.ask`."""
        try:
            way = flow or await self.stack.reach(to)
        except Unreachable:
            return Response(status=503)
        return await self.stack.ask(request.adding_first("Via", self.stack.via(way)), way)

    # what comes

    def received(self, flow: Flow, message: Message) -> None:
        """A sound message."""
        self.stack.received(flow, message)

    def closed(self, flow: Flow) -> None:
        """A connection is closed."""
        for leg in self.legs.all():
            if leg.flow is flow:
                leg.flow_closed()
        self.flow_closed(flow)

    def flow_back(self, before: str, flow: Flow) -> None:
        """The phone of the connection of that name is reached by this one from now on: it signed in by it."""
        for leg in self.legs.all():
            if leg.flow.id == before:
                leg.flow_back(flow)

    def arrived(self, key: Key, arrived: Arrived, flow: Flow) -> None:
        """A request that is nobody's yet."""
        request = arrived.request
        try:
            self._take(key, arrived, flow)
        except Refused as refused:
            self.stack.refuse(key, request, refused)
        except Malformed as exc:
            self.stack.refuse(key, request, Refused(400, str(exc)))

    def _take(self, key: Key, arrived: Arrived, flow: Flow) -> None:
        request = arrived.request
        if arrived.is_twin:
            raise Refused(482, "it came on another way as well")
        check_request(request, ABILITIES)
        if request.to.tag is None:
            self._outside(key, request, flow)
            return
        leg = self.legs.of(request)
        if leg is None:
            raise Refused(481, "there is no such dialog")
        leg.requested(key, request, flow)

    def stray(self, message: Message, flow: Flow) -> None:  # noqa: ARG002 - a leg knows its own
        """The ACK of a 2xx, or a 2xx that comes once more."""
        leg = self.legs.of(message)
        if leg is None:
            return
        if isinstance(message, Request):
            leg.acknowledged(message)
        elif message.is_success and message.cseq.method == "INVITE":
            leg.reoffers.acknowledge_again(message)

    def _outside(self, key: Key, request: Request, flow: Flow) -> None:
        match request.method:
            case "INVITE":
                self._invited(key, request, flow)
            case "OPTIONS":
                adding = (ALLOW, ACCEPT, SUPPORTED, self._ours.server)
                status = 503 if self._draining else 200
                self.stack.respond(
                    key, response_to(request.fields, status, to_tag=self.stack.token(), adding=adding)
                )
            case method if method in _ONLY_WITHIN:
                raise Refused(481, "only within a call")
            case method if (answering := self.answering.get(method)) is not None:
                self.stack.spawn(self._answer(key, request, flow, answering), method.lower())
            case _:
                raise Refused(405, "nobody answers it here", telling=(ALLOW,))

    async def _answer(self, key: Key, request: Request, flow: Flow, answering: Answering) -> None:
        try:
            async with asyncio.timeout(_ANSWER_S):
                self.stack.respond(key, await answering(request, flow))
        except Refused as refused:
            self.stack.refuse(key, request, refused)
        except Exception:
            self.stack.refuse(key, request, Refused(500, "it could not be answered"))
            raise

    def _invited(self, key: Key, invite: Request, flow: Flow) -> None:
        if self._draining or self.incoming is None or len(self.legs) >= self._most_legs:
            raise Refused(503, "no calls are taken now", telling=(Field("Retry-After", "10"),))
        if invite.max_forwards == 0:
            raise Refused(483, "it came too far")
        if any(self.stack.is_ours(via) for via in invite.vias):
            raise Refused(482, "it was here before")
        replaced = self._replaced(invite)
        leg = CalleeLeg(self.stack, self.legs, self._ours, key, invite, flow)
        leg.introduce(lambda: self._introduce(leg, replaced, flow, self.incoming))
        leg.start_telling()

    async def _introduce(
        self, leg: CalleeLeg, replaced: DialogLeg | None, flow: Flow, incoming: IncomingCalls | None
    ) -> None:
        assert incoming is not None
        try:
            source = await self.sources.of(leg.invite, flow)
            if leg.is_over:
                return
            if source.account:
                leg.keep_flow()
            leg.events = await (
                incoming.called(leg, source)
                if replaced is None
                else incoming.replacing(leg, replaced, source)
            )
        except Refused as refused:
            leg.refused(refused)
        except Exception:
            leg.refused(Refused(500, "nobody took it"))
            raise

    def _replaced(self, invite: Request) -> DialogLeg | None:
        """The leg whose place an INVITE takes. Raises Refused as RFC 3891, 3 says."""
        replaces = invite.replaces
        if replaces is None:
            return None
        leg = self.legs.named(replaces)
        if leg is None or (isinstance(leg, CalleeLeg) and not leg.is_confirmed):
            raise Refused(481, "there is no such dialog")
        if leg.is_over:
            raise Refused(603, "the call is over")
        if replaces.early_only and leg.is_confirmed:
            raise Refused(486, "the call was answered")
        return leg

    # the end

    async def drain(self, within_s: float = DRAIN_S) -> None:
        """No new calls; those that are there end, and whoever does not answer that in time is left."""
        self._draining = True
        for leg in self.legs.all():
            self.stack.spawn(leg.end(), "drain")
        try:
            async with asyncio.timeout(within_s):
                await self.legs.all_gone()
        except TimeoutError:
            log.warning("sip_legs_left", legs=len(self.legs))
