"""A call that we make: its INVITE, the answers of one or of many, and CANCEL at any time (RFC 3261, 13.2 and 9.1)."""

from dataclasses import dataclass, replace

import structlog

from hub.channels.sip.acceptance import check_response
from hub.channels.sip.dialog import Dialog, caller_dialog
from hub.channels.sip.headers import NameAddr
from hub.channels.sip.leg import Ended, LegEvents, Target
from hub.channels.sip.legs.dialog_leg import DialogLeg, reason_of
from hub.channels.sip.legs.ours import ALLOW, SUPPORTED, Ours, body_fields
from hub.channels.sip.legs.registry import Legs
from hub.channels.sip.message import Request, Response, response_to
from hub.channels.sip.refusal import Field, Malformed, Refused
from hub.channels.sip.session_timer import asking, longer
from hub.channels.sip.signing import Signer
from hub.channels.sip.stack import Cancelled, Stack, no_answer, way_to
from hub.channels.sip.timers import Later
from hub.channels.sip.transaction import Answered, Failed, Key, cancel_of
from hub.channels.sip.transactions import Event
from hub.channels.sip.transport.flow import Flow, Unreachable
from hub.channels.sip.uri import SipUri

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Whom to call, and how. `ring_s` is in seconds."""

    target: Target
    sdp: bytes
    fields: tuple[Field, ...]
    caller: NameAddr
    max_forwards: int
    ring_s: float


class CallerLeg(DialogLeg):
    """One call of ours. Each answer with a tag of its own is a dialog; the first 2xx is the call."""

    def __init__(
        self, stack: Stack, legs: Legs, ours: Ours, wish: Wish, flow: Flow, signer: Signer, events: LegEvents
    ) -> None:
        self._wish = wish
        self._call_id = stack.token() + stack.token()
        self._number = 0
        self._session_s = ours.session_s
        tag = stack.token()
        self._from = wish.caller.tagged(tag)
        self._to = NameAddr(wish.target.uri)
        super().__init__(
            stack,
            legs,
            ours,
            self._made(stack, ours, flow),
            flow,
            signer,
            tag=tag,
            keeps_flow=wish.target.flow is not None,
        )
        self.events = events
        self.local_sdp = wish.sdp
        self._key: Key | None = None
        self._rings = False
        """Whether a provisional answer came: a CANCEL before it might overtake the INVITE."""
        self._cancel: tuple[Field, ...] | None = None
        self._early: dict[str, Dialog] = {}
        self._early_sdp: dict[str, bytes] = {}
        self._rseq: dict[str, int] = {}
        self._twins: set[str] = set()
        self._ring_timer: Later | None = None
        legs.add(self)

    @property
    def remote(self) -> NameAddr:
        """Whom we called, or who answered."""
        return self._to if self.dialog is None else self.dialog.remote

    def _made(self, stack: Stack, ours: Ours, flow: Flow) -> Request:
        self._number += 1
        wish, proxy = self._wish, self._wish.target.proxy
        # an outbound proxy that says so stays in the way; any other is only where it is sent
        routed = isinstance(proxy, SipUri) and proxy.is_loose_route
        timer = [
            field for field in asking(self._session_s, ours.least_session_s) if field.name != "Supported"
        ]
        return Request(
            method="INVITE",
            uri=wish.target.uri,
            fields=(
                Field("Via", str(stack.via(flow))),
                Field("Max-Forwards", str(wish.max_forwards)),
                *((Field("Route", str(NameAddr(proxy))),) if routed and proxy is not None else ()),
                Field("From", str(self._from)),
                Field("To", str(self._to)),
                Field("Call-ID", self._call_id),
                Field("CSeq", f"{self._number} INVITE"),
                Field("Contact", str(stack.ways.contact(flow))),
                ALLOW,
                SUPPORTED,
                *timer,
                ours.agent,
                *wish.fields,
                *body_fields(wish.sdp),
            ),
            body=wish.sdp,
        )

    def begin(self) -> None:
        """The INVITE goes out."""
        self._ring_timer = self.stack.later(self._wish.ring_s, self._rang_out)
        self._key = self.stack.request(self._invite, self.flow, self._heard)

    def _again(self) -> None:
        self._invite = self.signer.signed(self._made(self.stack, self.ours, self.flow))
        self._rings = False
        self._key = self.stack.request(self._invite, self.flow, self._heard)

    async def end(self, *fields: Field) -> None:
        """CANCEL while it rings, BYE afterwards."""
        if self._is_over:
            return
        if self.is_confirmed:
            self.end_now(Ended(status=0, by_us=True), *fields)
        else:
            self._give_up(Ended(status=487, by_us=True), *fields)

    def _rang_out(self) -> None:
        if not self._is_over and not self.is_confirmed:
            self._give_up(Ended(status=408, reason="no answer"))

    def _give_up(self, why: Ended, *fields: Field) -> None:
        """Nobody waits for the answer any more; should it be a yes, it is ended by `_accepted`."""
        self.over(why)
        self._cancel = fields
        if self._rings:
            self._send_cancel()

    def _send_cancel(self) -> None:
        fields, self._cancel = self._cancel, None
        if fields is None or self._key is None:
            return
        cancel, key = cancel_of(self._invite), self._key
        for name, value in fields:
            cancel = cancel.adding(name, value)
        self.stack.request(cancel, self.flow, lambda _: None)
        self.stack.later(self.stack.times.patience_s, lambda: self.stack.give_up(key))

    # what comes of it

    def _heard(self, event: Event | Cancelled) -> None:
        match event:
            case Answered(response):
                try:
                    check_response(response)
                    self._answered(response)
                except (Malformed, Refused) as exc:
                    log.info("sip_answer_unreadable", leg=self.id, why=str(exc))
                    if response.is_final:
                        self._failed(502, "the answer cannot be read")
            case Failed(reason):
                self._failed(no_answer(reason).status, reason.value)

    def _answered(self, response: Response) -> None:
        if not response.is_final:
            self._rings = True
            self._send_cancel()
            self._progressed(response)
        elif response.is_success:
            self._accepted(response)
        else:
            self._refused(response)

    def _progressed(self, response: Response) -> None:
        dialog = caller_dialog(self._invite, response)
        tag = response.to.tag or ""
        if dialog is not None and tag not in self._early:
            self._early[tag] = dialog
            self.legs.add(self, dialog.id)
        if response.rseq is not None and "100rel" in [one.lower() for one in response.require]:
            if dialog is None or not self._is_next(tag, response.rseq):
                return
            self.stack.spawn(self._acknowledge(tag, response), "prack")
        if response.body:
            self._early_sdp[tag] = response.body
        status, sdp = response.status, response.body
        if status > 100 and not self._is_over:
            self.tell(lambda events: events.progressed(self, status, sdp))

    def _is_next(self, tag: str, rseq: int) -> bool:
        """Whether it is not one that came before (RFC 3262, 4)."""
        last = self._rseq.get(tag)
        if last is not None and rseq != last + 1:
            return False
        self._rseq[tag] = rseq
        return True

    async def _acknowledge(self, tag: str, response: Response) -> None:
        for _ in range(2):
            try:
                flow = await self._way_of(self._early[tag])
            except Unreachable:
                return
            rack = Field("RAck", f"{response.rseq} {response.cseq}")
            if self.dialog is not None and self.dialog.id.remote_tag == tag:
                prack = self.next_request("PRACK", flow, rack)
            else:
                self._early[tag], bare = self._early[tag].request(
                    "PRACK", self.stack.via(flow), rack, self.ours.agent
                )
                prack = self.signer.signed(bare)
            answer = await self.stack.ask(prack, flow)
            if answer.status not in (401, 407) or not self.signer.challenged(answer):
                return

    async def _way_of(self, dialog: Dialog) -> Flow:
        if self._keeps_flow or (self.flow.transport != "UDP" and self.flow.is_open and not dialog.routes):
            return self.flow
        return await self.stack.reach(way_to(dialog))

    def _accepted(self, response: Response) -> None:
        self._no_ring_timer()
        tag = response.to.tag or ""
        if self.is_confirmed and self.dialog is not None and tag == self.dialog.id.remote_tag:
            self.reoffers.acknowledge(self._invite, response)
            return
        if tag in self._twins:
            return
        dialog = caller_dialog(self._invite, response)
        assert dialog is not None
        if (early := self._early.get(tag)) is not None and early.local_seq is not None:
            dialog = early_and_late(early, dialog)
        self.legs.add(self, dialog.id)
        if self._is_over or self.is_confirmed:
            self._twins.add(tag)
            self.stack.spawn(self._not_wanted(dialog, self._invite), "twin")
            return
        self.dialog = dialog
        self.is_confirmed = True
        self.reoffers.acknowledge(self._invite, response)
        sdp = response.body or self._early_sdp.get(tag, b"")
        self.tell(lambda events: events.answered(self, sdp))

    async def _not_wanted(self, dialog: Dialog, invite: Request) -> None:
        """A yes that came after our CANCEL, or of another place that a fork rang: ACK and BYE (13.2.2.4)."""
        try:
            flow = await self._way_of(dialog)
            self.stack.send(dialog.ack(invite, self.stack.via(flow)), flow)
            _, bye = dialog.request("BYE", self.stack.via(flow), self.ours.agent)
            await self.stack.ask(self.signer.signed(bye), flow)
        except Unreachable:
            log.info("sip_twin_unreachable", leg=self.id)
        finally:
            if self._is_over and not self.is_confirmed:
                self.legs.forget(self)

    def _refused(self, response: Response) -> None:
        if not self._is_over:
            if response.status in (401, 407) and self.signer.challenged(response):
                self._again()
                return
            longer_s = longer(response, self._session_s) if response.status == 422 else None
            if longer_s is not None:
                self._session_s = longer_s
                self._again()
                return
        self._failed(response.status, reason_of(response) or response.reason)

    def _failed(self, status: int, reason: str) -> None:
        self._no_ring_timer()
        if self.is_confirmed or self._twins:
            return
        self.over(Ended(status=status, reason=reason))
        self.legs.forget(self)

    def flow_closed(self) -> None:
        """The connection is closed: who rings by it is not reached any more."""
        if self.is_confirmed or self._is_over:
            super().flow_closed()
            return
        self._failed(503, "the connection is closed")
        if self._key is not None:
            self.stack.give_up(self._key)

    def _no_ring_timer(self) -> None:
        if self._ring_timer is not None:
            self._ring_timer.cancel()

    def over(self, why: Ended) -> None:
        """It is over."""
        self._no_ring_timer()
        super().over(why)

    def requested(self, key: Key, request: Request, flow: Flow) -> None:
        """A request of the call, or of a dialog that is not, or not yet, the call."""
        tag = request.from_.tag or ""
        if self.dialog is not None and tag == self.dialog.id.remote_tag:
            super().requested(key, request, flow)
            return
        early = self._early.get(tag)
        if early is None or (request.method not in ("BYE", "UPDATE")) or request.body:
            status = 491 if early is not None and request.method in ("INVITE", "UPDATE") else 481
            self.stack.refuse(key, request, Refused(status, "not now"), to_tag=self.tag)
            return
        self.stack.respond(
            key,
            response_to(
                request.fields,
                200,
                adding=(Field("Contact", str(self.stack.ways.contact(self.flow))), ALLOW, SUPPORTED),
            ),
        )


def early_and_late(early: Dialog, late: Dialog) -> Dialog:
    """The dialog of a 2xx whose numbers went on while it was early: a PRACK has one too."""
    return replace(late, local_seq=early.local_seq)
