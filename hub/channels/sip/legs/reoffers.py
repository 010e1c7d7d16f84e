"""Offers within a call, both ways: re-INVITE and UPDATE, glare, and the refresh of a session (RFC 3261, 14; 3311)."""

import asyncio
from typing import TYPE_CHECKING

from hub.channels.sip.dialog import Dialog
from hub.channels.sip.leg import Ended, LegEvents, LegOver
from hub.channels.sip.legs.accepting import Accepting
from hub.channels.sip.legs.ours import ALLOW, SUPPORTED, body_fields
from hub.channels.sip.message import Request, Response
from hub.channels.sip.refusal import Field, Malformed, Refused
from hub.channels.sip.session_timer import SessionTimer, asked_for, asking, granted, longer
from hub.channels.sip.stack import Cancelled, no_answer
from hub.channels.sip.transaction import Acknowledged, Answered, Failed, Key, cancel_of
from hub.channels.sip.transactions import Event
from hub.channels.sip.transport.flow import Flow, Unreachable

if TYPE_CHECKING:
    from hub.channels.sip.legs.dialog_leg import DialogLeg

_TRIES = 6
_ANSWER_S = 60.0
"""A re-INVITE rings nowhere: whoever has not answered by then is cancelled."""
_GONE = (408, 481)
"""What says that the other side knows nothing of the call any more (RFC 5057, 5.1)."""


class Reoffers:
    """At most one offer is under way, ours or theirs."""

    def __init__(self, leg: "DialogLeg") -> None:
        self._leg = leg
        self._turn = asyncio.Lock()
        self._waits: asyncio.Future[Response] | None = None
        """The answer to ours."""
        self._theirs: tuple[Key, Request] | None = None
        self._changed = asyncio.Event()
        self._acks: dict[tuple[int, str], tuple[Request, Flow]] = {}
        self._session_s = leg.ours.session_s

    # ours

    async def offer(self, sdp: bytes) -> bytes:
        """Our offer; their answer. Raises Refused, LegOver."""
        self._leg.alive()
        async with self._turn:
            response = await self._offered(sdp)
        if not response.is_success:
            if response.status in _GONE and not self._leg.is_over:
                self._leg.end_now(Ended(status=response.status, by_us=True))
            self._leg.alive()
            raise Refused(response.status, response.reason)
        self._leg.local_sdp = sdp
        return response.body

    async def refresh(self) -> None:
        """The session is refreshed: by UPDATE where they take it, else by the offer that stands."""
        leg = self._leg
        async with self._turn:
            if leg.is_over:
                return
            if "UPDATE" in leg.peer_methods:
                response = await leg.ask("UPDATE", ALLOW, SUPPORTED, *self._asking())
                if response.is_success:
                    self._agreed(response)
            else:
                try:
                    response = await self._offered(leg.local_sdp)
                except LegOver:
                    return
        # any other refusal leaves the session as it is: unless something refreshes it, it ends at its time
        if response.status in _GONE and not leg.is_over:
            leg.end_now(Ended(status=response.status, by_us=True))

    async def _offered(self, sdp: bytes) -> Response:
        response = Response(status=491)
        for _ in range(_TRIES):
            try:
                await self._nothing_under_way()
            except TimeoutError:
                return response
            dialog = self._leg.alive()
            response = await self._invite(sdp)
            match response.status:
                case 491:
                    await asyncio.sleep(self._pause_s(dialog))
                case 401 | 407 if self._leg.signer.challenged(response):
                    pass
                case 422 if (wanted_s := longer(response, self._session_s)) is not None:
                    self._session_s = wanted_s
                case _:
                    return response
        return response

    def _pause_s(self, dialog: Dialog) -> float:
        """Whoever began the call waits longer, so that the next two offers do not meet again (14.1)."""
        chance = self._leg.stack.chance()
        return round(2.1 + 1.9 * chance, 2) if dialog.is_caller else round(2.0 * chance, 2)

    async def _nothing_under_way(self) -> None:
        async with asyncio.timeout(2 * self._leg.stack.times.patience_s):
            while (self._theirs is not None or self._leg.accepting) and not self._leg.is_over:
                self._changed.clear()
                await self._changed.wait()

    def changed(self) -> None:
        """What was under way may be over."""
        self._changed.set()

    async def _invite(self, sdp: bytes) -> Response:
        leg = self._leg
        try:
            flow = await leg.way()
        except Unreachable:
            return Response(status=503)
        leg.alive()
        invite = leg.next_request(
            "INVITE", flow, ALLOW, SUPPORTED, *self._asking(), *body_fields(sdp), body=sdp
        )
        waits: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._waits = waits

        def heard(event: Event | Cancelled) -> None:
            match event:
                case Answered(response):
                    if response.is_success:
                        self.acknowledge(invite, response)
                    if response.is_final and not waits.done():
                        waits.set_result(response)
                case Failed(reason) if not waits.done():
                    waits.set_result(no_answer(reason))

        key = leg.stack.request(invite, flow, heard)
        try:
            return await self._answer_to(invite, flow, key, waits)
        finally:
            self._waits = None

    async def _answer_to(
        self, invite: Request, flow: Flow, key: Key, waits: asyncio.Future[Response]
    ) -> Response:
        stack = self._leg.stack
        done, _ = await asyncio.wait([waits], timeout=_ANSWER_S)
        if not done:
            stack.request(cancel_of(invite), flow, lambda _: None)
            done, _ = await asyncio.wait([waits], timeout=stack.times.patience_s)
        if not done:
            stack.give_up(key)
        return waits.result() if waits.done() else Response(status=408)

    def _asking(self) -> tuple[Field, ...]:
        # Supported is said once, with all there is
        return tuple(
            field
            for field in asking(self._session_s, self._leg.ours.least_session_s)
            if field.name != "Supported"
        )

    def acknowledge(self, invite: Request, accepted: Response) -> None:
        """ACK a 2xx to an INVITE of ours, each time that it comes."""
        leg = self._leg
        which = (invite.cseq.number, accepted.to.tag or "")
        if (sent := self._acks.get(which)) is not None:
            leg.stack.send(*sent)
            return
        leg.learn(accepted)
        self._agreed(accepted)
        dialog = leg.dialog
        assert dialog is not None
        flow = leg.way_now()
        if flow is not None:
            self._acks[which] = sent = (dialog.ack(invite, leg.stack.via(flow)), flow)
            leg.stack.send(*sent)
            return

        async def later() -> None:
            try:
                flow = await leg.way()
            except Unreachable:
                return
            self._acks[which] = sent = (dialog.ack(invite, leg.stack.via(flow)), flow)
            leg.stack.send(*sent)

        leg.stack.spawn(later(), "ack")

    def acknowledge_again(self, accepted: Response) -> None:
        """A 2xx came again after its transaction was over."""
        sent = self._acks.get((accepted.cseq.number, accepted.to.tag or ""))
        if sent is not None:
            self._leg.stack.send(*sent)

    def _agreed(self, accepted: Response) -> None:
        leg = self._leg
        leg.peer_methods = methods_of(accepted) or leg.peer_methods
        if not leg.is_over:
            try:
                leg.clock.agreed(granted(accepted, self._session_s))
            except Malformed:
                leg.clock.agreed(SessionTimer(after_s=self._session_s, we_refresh=True))

    # theirs

    def invited(self, key: Key, request: Request) -> None:
        """A re-INVITE. Raises Refused: 491 while ours is under way, 500 while another of theirs is."""
        self._check(request)
        timer, fields = self._asked_for(request)
        self._theirs = (key, request)
        self._leg.stack.listen(key, lambda event: self._heard(key, request, event))
        self._leg.tell(lambda events: self._answer(events, key, request, timer, fields))

    def updated(self, key: Key, request: Request) -> None:
        """An UPDATE (RFC 3311, 5.2). Raises Refused as `invited`."""
        leg = self._leg
        leg.peer_methods = methods_of(request) or leg.peer_methods
        if request.body:
            self._check(request)
        timer, fields = self._asked_for(request)
        if request.body:
            self._theirs = (key, request)
            leg.tell(lambda events: self._answer(events, key, request, timer, fields))
        elif leg.answer_within(key, request, 200, ALLOW, SUPPORTED, *fields) and leg.is_confirmed:
            leg.clock.agreed(timer)

    def _asked_for(self, request: Request) -> tuple[SessionTimer, tuple[Field, ...]]:
        ours = self._leg.ours
        return asked_for(request, default_s=ours.session_s, least_s=ours.least_session_s)

    def _check(self, request: Request) -> None:
        leg = self._leg
        if self._waits is not None or (not leg.is_confirmed and leg.dialog and leg.dialog.is_caller):
            raise Refused(491, "an offer of ours is under way", fields=request.fields)
        if self._theirs is not None or not leg.is_confirmed:
            wait = Field("Retry-After", str(int(10 * leg.stack.chance())))
            raise Refused(500, "an offer of theirs is under way", fields=request.fields, telling=(wait,))

    async def _answer(
        self,
        events: LegEvents,
        key: Key,
        request: Request,
        timer: SessionTimer,
        fields: tuple[Field, ...],
    ) -> None:
        leg = self._leg
        if self._theirs != (key, request):
            return
        try:
            sdp = await events.reoffered(leg, request.body)
        except Refused as refused:
            self._refuse(key, request, refused)
            return
        except BaseException:
            self._refuse(key, request, Refused(500, "it could not be answered"))
            raise
        response = leg.answer_within(
            key, request, 200, ALLOW, SUPPORTED, *fields, *body_fields(sdp), body=sdp
        )
        self._theirs = None
        if response is not None:
            leg.local_sdp = sdp
            leg.peer_methods = methods_of(request) or leg.peer_methods
            leg.clock.agreed(timer)
            if request.method == "INVITE":
                self._await_ack(key, request, response)
        self.changed()

    def _await_ack(self, key: Key, request: Request, response: Response) -> None:
        leg = self._leg

        def acked(ack: Request) -> None:
            self.changed()
            if not request.body and ack.body:
                leg.tell(lambda events: events.confirmed(leg, ack.body))

        leg.accepting[request.cseq.number] = Accepting(
            leg.stack, key, response, acked=acked, failed=leg.never_acknowledged
        )

    def _heard(self, key: Key, request: Request, event: Event | Cancelled) -> None:
        match event:
            case Acknowledged(ack):
                self._leg.acknowledged(ack)
            case Cancelled():
                self._refuse(key, request, Refused(487, "cancelled"))

    def _refuse(self, key: Key, request: Request, refused: Refused) -> None:
        self._leg.stack.refuse(key, request, refused, to_tag=self._leg.tag)
        if self._theirs == (key, request):
            self._theirs = None
        self.changed()

    def stop(self) -> None:
        """The call is over: nobody waits, and what came is not answered with a yes."""
        if self._theirs is not None:
            self._refuse(*self._theirs, Refused(487, "the call is over"))
        if self._waits is not None and not self._waits.done():
            self._waits.set_result(Response(status=487))
        self.changed()


def methods_of(message: Request | Response) -> tuple[str, ...]:
    """What the other side says that it understands; empty where it says nothing that can be read."""
    try:
        return message.allow
    except Malformed:
        return ()
