"""What a leg can do once there is a dialog, whoever began it: requests within it both ways, and its end."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable

import structlog

from hub.channels.sip.dialog import Dialog, dialog_answer
from hub.channels.sip.headers import NameAddr, Replaces
from hub.channels.sip.leg import Ended, LegEvents, LegOver
from hub.channels.sip.legs.accepting import Accepting
from hub.channels.sip.legs.keys import keys_of
from hub.channels.sip.legs.ours import ACCEPT, ALLOW, SUPPORTED, Ours
from hub.channels.sip.legs.registry import Legs
from hub.channels.sip.legs.reoffers import Reoffers
from hub.channels.sip.legs.session_clock import SessionClock
from hub.channels.sip.legs.told import Told
from hub.channels.sip.legs.transfers import Transfers
from hub.channels.sip.message import Request, Response, response_to
from hub.channels.sip.refusal import Field, Malformed, Refused
from hub.channels.sip.signing import Signer
from hub.channels.sip.stack import Stack, way_to
from hub.channels.sip.transaction import Key
from hub.channels.sip.transport.flow import Flow, Unreachable
from hub.channels.sip.uri import Uri

log = structlog.get_logger(__name__)

_WITH_CONTACT = ("INVITE", "UPDATE", "REFER", "NOTIFY")


class DialogLeg(ABC):
    """The common part of `CalleeLeg` and `CallerLeg`. `keeps_flow` says that the other side is reached by the
    flow that the leg began with and by nothing else: a browser, or a phone behind a NAT."""

    def __init__(
        self,
        stack: Stack,
        legs: Legs,
        ours: Ours,
        invite: Request,
        flow: Flow,
        signer: Signer,
        *,
        tag: str,
        keeps_flow: bool,
    ) -> None:
        self.stack = stack
        self.legs = legs
        self.ours = ours
        self.signer = signer
        self.dialog: Dialog | None = None
        self.is_confirmed = False
        """Whether a 2xx was sent or has come."""
        self.local_sdp = b""
        """What we said last."""
        self.peer_methods: tuple[str, ...] = ()
        self.events: LegEvents | None = None
        self.accepting: dict[int, Accepting] = {}
        """Our 2xx whose ACK is awaited, by their numbers."""
        self.tag = tag
        self.flow = flow
        self._invite = invite
        self._keeps_flow = keeps_flow
        self._is_over = False
        self._bye_after_ack: tuple[Field, ...] | None = None
        self._told = Told(stack, self.id, self._telling_failed)
        self.reoffers = Reoffers(self)
        self.transfers = Transfers(self)
        self.clock = SessionClock(stack, refresh=self._refresh, expired=self._expired)

    # what the back-to-back user agent sees

    @property
    def id(self) -> str:
        """The Call-ID and our tag."""
        return f"{self._invite.call_id} {self.tag}"

    @property
    def invite(self) -> Request:
        """The INVITE that began it."""
        return self._invite

    @property
    @abstractmethod
    def remote(self) -> NameAddr:
        """Who they say they are."""

    @property
    def is_over(self) -> bool:
        """Whether it ended."""
        return self._is_over

    @property
    def replaces(self) -> Replaces:
        """The Replaces that names this dialog to a third side. Raises LegOver when there is none."""
        return self.alive().as_replaces

    async def reoffer(self, sdp: bytes) -> bytes:
        """re-INVITE; its answer. Raises Refused, LegOver."""
        return await self.reoffers.offer(sdp)

    async def refer(self, target: Uri, *, replaces: Replaces | None = None) -> None:
        """REFER. Raises Refused, LegOver."""
        await self.transfers.refer(target, replaces)

    async def notify(self, status: int, *, over: bool) -> None:
        """How the REFER that came fares. Raises LegOver."""
        await self.transfers.notify(status, over=over)

    async def end(self, *fields: Field) -> None:
        """Whatever ends it now."""
        if not self._is_over:
            self.end_now(Ended(status=0, by_us=True), *fields)

    # what the parts of a leg need

    def alive(self) -> Dialog:
        """The dialog. Raises LegOver when there is none, or none any more."""
        if self._is_over or self.dialog is None:
            raise LegOver
        return self.dialog

    def tell(self, telling: Callable[[LegEvents], Awaitable[None]]) -> None:
        """Tell whoever listens, after all that was told before."""

        async def told() -> None:
            if self.events is not None:
                await telling(self.events)

        self._told.tell(told)

    def introduce(self, telling: Callable[[], Awaitable[None]]) -> None:
        """What is done before anything is told: find out who is to be told."""
        self._told.tell(telling)

    def start_telling(self) -> None:
        """Whoever listens is told from now on."""
        self._told.begin()

    async def ask(self, method: str, *fields: Field, body: bytes = b"") -> Response:
        """A request within the dialog; signs in when asked to. 408 and 503 as `Stack.ask`."""
        while True:
            try:
                flow = await self.way()
            except Unreachable:
                return Response(status=503)
            request = self.next_request(method, flow, *fields, body=body)
            response = await self.stack.ask(request, flow)
            if response.status in (401, 407) and self.signer.challenged(response):
                continue
            self.learn(response)
            return response

    def next_request(self, method: str, flow: Flow, *fields: Field, body: bytes = b"") -> Request:
        """The next request of the dialog, signed, to be sent by this flow."""
        assert self.dialog is not None
        contact = self.stack.ways.contact(flow) if method in _WITH_CONTACT else None
        self.dialog, request = self.dialog.request(
            method, self.stack.via(flow), *fields, self.ours.agent, contact=contact, body=body
        )
        return self.signer.signed(request)

    def learn(self, response: Response) -> None:
        """Where the other side is from now on, by an answer of theirs."""
        if response.is_success:
            self.signer.accepted()
            if self.dialog is not None:
                try:
                    self.dialog = self.dialog.answered(response)
                except Malformed:
                    log.info("sip_contact_unreadable", leg=self.id)

    async def way(self) -> Flow:
        """The flow of the next request. Raises Unreachable."""
        return self.way_now() or await self.stack.reach(self._target())

    def way_now(self) -> Flow | None:
        """The same, when there is one without waiting."""
        flow, dialog = self.flow, self.dialog
        is_straight = flow.transport != "UDP" and flow.is_open and not (dialog and dialog.routes)
        # a desk phone whose connection is closed listens, and is connected to; a browser does not
        if is_straight or (self._keeps_flow and (flow.is_open or flow.transport == "WS")):
            return flow
        try:
            return self.stack.ready(self._target())
        except Malformed:
            return None

    def _target(self) -> Uri:
        assert self.dialog is not None
        return way_to(self.dialog)

    def answer_within(
        self, key: Key, request: Request, status: int, *fields: Field, body: bytes = b""
    ) -> Response | None:
        """Answer a request of the dialog; None when it was too late."""
        dialog = self.dialog
        assert dialog is not None
        response = dialog_answer(
            request,
            status,
            local_tag=dialog.id.local_tag,
            contact=self.stack.ways.contact(self.flow),
            adding=(*fields, self.ours.server),
            body=body,
        )
        return response if self.stack.respond(key, response) else None

    # what comes

    def requested(self, key: Key, request: Request, flow: Flow) -> None:
        """A request within the dialog, that is sound and of a method that is spoken here."""
        if self._keeps_flow and not self.flow.is_open:
            self.flow_back(flow)  # a browser that lost its connection comes back by another
        if self.dialog is None or (self._is_over and request.method != "BYE"):
            self.stack.refuse(key, request, Refused(481, "there is no such call"), to_tag=self.tag)
            return
        try:
            self.dialog = self.dialog.received(request)
            self.take(key, request)
        except Refused as refused:
            self.stack.refuse(key, request, refused, to_tag=self.tag)
        except Malformed as exc:
            self.stack.refuse(key, request, Refused(400, str(exc)), to_tag=self.tag)

    def take(self, key: Key, request: Request) -> None:
        """Act upon it. Raises Refused, Malformed."""
        match request.method:
            case "BYE":
                self.stack.respond(key, response_to(request.fields, 200, to_tag=self.tag))
                self.hung_up(request)
            case "INVITE":
                self.reoffers.invited(key, request)
            case "UPDATE":
                self.reoffers.updated(key, request)
            case "INFO":
                keys = keys_of(request)
                self.stack.respond(key, response_to(request.fields, 200, to_tag=self.tag))
                if keys:
                    self.tell(lambda events: events.keyed(self, keys))
            case "REFER":
                self.transfers.referred(key, request)
            case "NOTIFY":
                self.transfers.notified(key, request)
            case "OPTIONS":
                self.answer_within(key, request, 200, ALLOW, ACCEPT, SUPPORTED)
            case _:
                raise Refused(405, "not within a call", telling=(ALLOW,))

    def acknowledged(self, ack: Request) -> None:
        """An ACK came."""
        accepting = self.accepting.pop(ack.cseq.number, None)
        if accepting is not None:
            accepting.came(ack)

    def hung_up(self, bye: Request) -> None:
        """They ended it."""
        if not self._is_over:
            self.over(Ended(status=0, reason=reason_of(bye)))
        self._accept_no_more()
        self.gone()

    def flow_closed(self) -> None:
        """The connection is closed: what is being said goes on, and a browser may come back by another."""
        if self._keeps_flow and self.flow.transport == "WS" and self.is_confirmed and not self._is_over:
            self.tell(lambda events: events.reached(self, is_reached=False))

    def flow_back(self, flow: Flow) -> None:
        """The phone at the other end came back by this connection, and is reached by it from now on."""
        if not self._keeps_flow or flow is self.flow:
            return
        self.flow = flow
        if self.is_confirmed and not self._is_over:
            self.tell(lambda events: events.reached(self, is_reached=True))

    # the end

    @property
    def awaits_first_ack(self) -> bool:
        """Whether the 2xx that made the call has no ACK yet: of a call that came."""
        return False

    def over(self, why: Ended) -> None:
        """It is over, and whoever listens is told; once."""
        if self._is_over:
            return
        self._is_over = True
        self.clock.stop()
        self.reoffers.stop()
        self.tell(lambda events: events.ended(self, why))
        self._told.finish()

    def end_now(self, why: Ended, *fields: Field) -> None:
        """End a call that was answered: by BYE, on the answering side not before the ACK (15)."""
        self.over(why)
        if self.awaits_first_ack:
            self._bye_after_ack = fields
        else:
            self.stack.spawn(self._say_goodbye(*fields), "bye")

    def never_acknowledged(self) -> None:
        """Nobody acknowledged our 2xx."""
        self.accepting.clear()
        if self._is_over:
            self._bye_if_owed(always=True)
        else:
            self.end_now(Ended(status=408, reason="no ACK", by_us=True))

    def _bye_if_owed(self, *, always: bool = False) -> bool:
        fields, self._bye_after_ack = self._bye_after_ack, None
        if fields is None and not always:
            return False
        self.stack.spawn(self._say_goodbye(*(fields or ())), "bye")
        return True

    def first_ack_came(self) -> bool:
        """The ACK of the call's 2xx: False when the call ended meanwhile, and BYE goes out now."""
        return not self._bye_if_owed() and not self._is_over

    async def _say_goodbye(self, *fields: Field) -> None:
        try:
            await self.ask("BYE", *fields)
        finally:
            self._accept_no_more()
            self.gone()

    def gone(self) -> None:
        """It has nothing more to say."""
        self.legs.forget(self)

    def _accept_no_more(self) -> None:
        for one in self.accepting.values():
            one.stop()
        self.accepting.clear()

    def _telling_failed(self) -> None:
        if not self._is_over:
            self.stack.spawn(self.end(), "end")

    def _refresh(self) -> None:
        self.stack.spawn(self.reoffers.refresh(), "refresh")

    def _expired(self) -> None:
        if not self._is_over:
            self.end_now(Ended(status=408, reason="session expired", by_us=True))


def reason_of(message: Request | Response) -> str:
    """What the Reason of a BYE or CANCEL says, as it stands (RFC 3326); empty where there is none."""
    return ", ".join(message.every("reason"))[:200]
