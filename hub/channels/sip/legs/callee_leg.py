"""A call that came: provisional answers, the final one, and what their CANCEL makes of it (RFC 3261, 13.3)."""

from hub.channels.sip.dialog import callee_dialog, dialog_answer
from hub.channels.sip.headers import NameAddr
from hub.channels.sip.leg import Ended, LegOver
from hub.channels.sip.legs.accepting import Accepting
from hub.channels.sip.legs.dialog_leg import DialogLeg, reason_of
from hub.channels.sip.legs.ours import ALLOW, SUPPORTED, Ours, body_fields
from hub.channels.sip.legs.registry import Legs
from hub.channels.sip.legs.reliably import Reliably
from hub.channels.sip.legs.reoffers import methods_of
from hub.channels.sip.message import Request, Response, response_to
from hub.channels.sip.names import REASONS
from hub.channels.sip.refusal import Field, Refused
from hub.channels.sip.repeating import UntilAnswered
from hub.channels.sip.session_timer import asked_for
from hub.channels.sip.signing import Signer
from hub.channels.sip.stack import Cancelled, Stack
from hub.channels.sip.timers import Later
from hub.channels.sip.transaction import Acknowledged, Failed, Key, Reason
from hub.channels.sip.transactions import Event
from hub.channels.sip.transport.flow import Flow


class CalleeLeg(DialogLeg):
    """One INVITE that came. Making it raises Refused for one that cannot make a dialog."""

    def __init__(self, stack: Stack, legs: Legs, ours: Ours, key: Key, invite: Request, flow: Flow) -> None:
        signer = Signer(None, stack.token)
        super().__init__(stack, legs, ours, invite, flow, signer, tag=stack.token(), keeps_flow=False)
        self._session, self._session_fields = asked_for(
            invite, default_s=ours.session_s, least_s=ours.least_session_s
        )
        self.dialog = callee_dialog(invite, self.tag, is_early=True)
        self.peer_methods = methods_of(invite)
        self._key = key
        self._provisional: UntilAnswered | None = None
        self._refresh_timer: Later | None = None
        must = "100rel" in [one.lower() for one in invite.require]
        self._reliably = Reliably(stack, key, given_up=self._never_seen) if must else None
        legs.add(self, self.dialog.id)
        stack.listen(key, self._heard)

    @property
    def remote(self) -> NameAddr:
        """Their From."""
        return self._invite.from_

    @property
    def is_answered(self) -> bool:
        """Whether a final answer was given, or the call is over."""
        return self.is_confirmed or self._is_over

    async def progress(self, status: int, *fields: Field, sdp: bytes = b"", reason: str = "") -> None:
        """A provisional answer, repeated each minute. Raises LegOver once it is over; nothing once it was answered."""
        if self._is_over:
            raise LegOver
        if self.is_confirmed:
            return
        response = self._made(status, *fields, *body_fields(sdp), sdp=sdp, reason=reason)
        await self._send_provisional(response)
        if not self.is_answered:
            self._provisional = UntilAnswered(response, self.stack.now_s())
            self._remind()

    async def _send_provisional(self, response: Response) -> None:
        if self._reliably is not None:
            await self._reliably.send(response)
        elif not self.is_answered:
            self.stack.respond(self._key, response)

    def _remind(self) -> None:
        self._no_reminder()
        if self._provisional is not None:
            after_s = self._provisional.due_s - self.stack.now_s()
            self._refresh_timer = self.stack.later(after_s, self._say_again)

    def _say_again(self) -> None:
        if self.is_answered or self._provisional is None:
            return
        response = self._provisional.again(self.stack.now_s())
        if response is not None:
            self.stack.spawn(self._send_provisional(response), "still waiting")
        self._remind()

    def _no_reminder(self) -> None:
        if self._refresh_timer is not None:
            self._refresh_timer.cancel()

    async def answer(self, sdp: bytes, *fields: Field) -> None:
        """200. Raises LegOver."""
        if self._reliably is not None:
            # a provisional answer that is to be acknowledged comes first (RFC 3262, 3)
            await self._reliably.settled()
        if self._is_over:
            raise LegOver
        if self.is_confirmed:
            return
        response = self._made(
            200, ALLOW, SUPPORTED, *self._session_fields, *fields, *body_fields(sdp), sdp=sdp
        )
        if not self.stack.respond(self._key, response):
            raise LegOver
        self._no_reminder()
        self.is_confirmed = True
        self.local_sdp = sdp
        assert self.dialog is not None
        self.dialog = self.dialog.confirmed()
        self.clock.agreed(self._session)
        self.accepting[self._invite.cseq.number] = Accepting(
            self.stack, self._key, response, acked=self._acked, failed=self.never_acknowledged
        )

    def keep_flow(self) -> None:
        """Who called is reached by the flow that the call came by, and by nothing else."""
        self._keeps_flow = True

    def refused(self, refused: Refused) -> None:
        """Whoever was to take it does not."""
        if not self.is_answered:
            self._refused(refused.status or 500, *refused.telling)

    async def refuse(self, status: int, *fields: Field, reason: str = "") -> None:
        """A final answer of 300 or more. Raises LegOver."""
        if self._is_over:
            raise LegOver
        if self.is_confirmed:
            self.end_now(Ended(status=0, by_us=True))
            return
        self._refused(status, *fields, reason=reason)

    async def end(self, *fields: Field) -> None:
        """480 before it was answered, BYE afterwards."""
        if self._is_over:
            return
        if self.is_confirmed:
            self.end_now(Ended(status=0, by_us=True), *fields)
        else:
            self._refused(480, *fields)

    def _refused(self, status: int, *fields: Field, reason: str = "") -> None:
        response = response_to(
            self._invite.fields,
            status,
            reason=reason or None,
            to_tag=self.tag,
            adding=(*fields, self.ours.server),
        )
        self.stack.respond(self._key, response)
        self.over(Ended(status=status, reason=reason or REASONS.get(status, ""), by_us=True))
        self.gone()

    def _made(self, status: int, *fields: Field, sdp: bytes, reason: str = "") -> Response:
        return dialog_answer(
            self._invite,
            status,
            local_tag=self.tag,
            contact=self.stack.ways.contact(self.flow),
            adding=(*fields, self.ours.server),
            body=sdp,
            reason=reason or None,
        )

    # what comes

    def _heard(self, event: Event | Cancelled) -> None:
        match event:
            case Acknowledged(ack):
                self.acknowledged(ack)
            case Cancelled(cancel) if not self.is_answered:
                self.stack.respond(self._key, response_to(self._invite.fields, 487, to_tag=self.tag))
                self.over(Ended(status=487, reason=reason_of(cancel)))
                self.gone()
            case Failed(reason) if reason is Reason.TRANSPORT and not self.is_answered:
                # nobody hears our answers: the connection is gone, and with it the caller
                self.over(Ended(status=503))
                self.gone()

    def take(self, key: Key, request: Request) -> None:
        """A request within the dialog. Raises Refused, Malformed."""
        if request.method == "PRACK":
            if self._reliably is None:
                raise Refused(481, "there is nothing to acknowledge")
            self._reliably.acknowledged(key, request, self.tag)
            return
        super().take(key, request)

    def hung_up(self, bye: Request) -> None:
        """A BYE, which may also come before the answer (15.1.2)."""
        if not self.is_confirmed:
            self.stack.respond(self._key, response_to(self._invite.fields, 487, to_tag=self.tag))
        super().hung_up(bye)

    @property
    def awaits_first_ack(self) -> bool:
        """Whether our 2xx to the INVITE itself has no ACK yet."""
        return self._invite.cseq.number in self.accepting

    def _acked(self, ack: Request) -> None:
        self.reoffers.changed()
        if self.first_ack_came():
            self.tell(lambda events: events.confirmed(self, ack.body if not self._invite.body else b""))

    def _never_seen(self) -> None:
        if not self.is_answered:
            self._refused(504)

    def gone(self) -> None:
        """The transaction of the INVITE stays for half a minute, without the whole leg."""
        self.stack.listen_no_more(self._key)
        super().gone()

    def over(self, why: Ended) -> None:
        """It is over."""
        self._no_reminder()
        if self._reliably is not None:
            self._reliably.stop()
        super().over(why)
