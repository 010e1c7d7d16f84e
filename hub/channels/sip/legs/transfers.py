"""REFER both ways, and how it fares: the subscription that comes with it (RFC 3515, 4488; Replaces by RFC 3891)."""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from hub.channels.sip.headers import NameAddr, Replaces, replaces_of
from hub.channels.sip.leg import LegEvents, LegOver
from hub.channels.sip.message import VERSION, Request, response_to
from hub.channels.sip.names import REASONS
from hub.channels.sip.refusal import Field, Malformed, Refused
from hub.channels.sip.transaction import Key
from hub.channels.sip.uri import OtherUri, SipUri, Uri

if TYPE_CHECKING:
    from hub.channels.sip.legs.dialog_leg import DialogLeg

_LASTS_S = 180


class Transfers:
    """What either side asked the other to do."""

    def __init__(self, leg: "DialogLeg") -> None:
        self._leg = leg
        self._asked = False
        self._event: str | None = None
        """The subscription of the REFER that came; None where nobody wants to know, or knows already."""
        self._turn = asyncio.Lock()

    async def refer(self, target: Uri, replaces: Replaces | None) -> None:
        """Raises Refused, LegOver."""
        dialog = self._leg.alive()
        self._asked = True
        response = await self._leg.ask(
            "REFER",
            Field("Refer-To", str(NameAddr(_with_replaces(target, replaces)))),
            Field("Referred-By", str(NameAddr(dialog.local.uri))),
        )
        if not response.is_success:
            raise Refused(response.status, response.reason)

    def notified(self, key: Key, request: Request) -> None:
        """A NOTIFY. Raises Refused, Malformed."""
        leg, event, state = self._leg, request.event, request.subscription_state
        if event is None or event.word != "refer":
            raise Refused(489, "there is no such event", telling=(Field("Allow-Events", "refer"),))
        if not self._asked:
            raise Refused(481, "there is no such subscription")
        if state is None:
            raise Malformed("a NOTIFY has a Subscription-State")
        status, over = status_of(request.body), state.word == "terminated"
        leg.stack.respond(key, response_to(request.fields, 200, to_tag=leg.tag))
        leg.tell(lambda events: events.notified(leg, status, over))

    def referred(self, key: Key, request: Request) -> None:
        """A REFER. Raises Refused, Malformed."""
        leg = self._leg
        if self._event is not None:
            raise Refused(491, "an earlier REFER is under way")  # who sent it is still to be told of that one
        refer_to = request.refer_to
        if refer_to is None:
            raise Malformed("a REFER has one Refer-To")
        target, replaces = _without_replaces(refer_to.uri)
        wants_to_know = request.one("refer-sub") not in ("false", "False")
        sub = () if wants_to_know else (Field("Refer-Sub", "false"),)
        if leg.answer_within(key, request, 202, *sub) is None:
            return
        self._event = f"refer;id={request.cseq.number}" if wants_to_know else None
        leg.stack.spawn(self._first_word(), "notify")

        async def told(events: LegEvents) -> None:
            try:
                await events.referred(leg, target, replaces)
            except Refused as refused:
                leg.stack.spawn(self._last_word(refused.status or 603), "notify")

        leg.tell(told)

    async def _first_word(self) -> None:
        try:
            await self.notify(100, over=False)
        except LegOver:
            return

    async def _last_word(self, status: int) -> None:
        try:
            await self.notify(status, over=True)
        except LegOver:
            return

    async def notify(self, status: int, *, over: bool) -> None:
        """Raises LegOver."""
        self._leg.alive()
        async with self._turn:
            event = self._event
            if event is None:
                return
            if over:
                self._event = None
            self._leg.alive()
            await self._leg.ask(
                "NOTIFY",
                Field("Event", event),
                Field(
                    "Subscription-State",
                    "terminated;reason=noresource" if over else f"active;expires={_LASTS_S}",
                ),
                Field("Content-Type", "message/sipfrag;version=2.0"),
                body=f"{VERSION} {status} {REASONS.get(status, 'Unknown')}\r\n".encode(),
            )


def status_of(sipfrag: bytes) -> int:
    """The status in the first line of a sipfrag. Raises Malformed."""
    words = sipfrag.split(b"\r\n", 1)[0].split(b" ", 2)
    if len(words) < 2 or not words[0].upper().startswith(b"SIP/") or not words[1].isdigit():
        raise Malformed("a sipfrag begins with a status line")
    status = int(words[1][:4])
    if not 100 <= status < 700:
        raise Malformed("a status is between 100 and 699")
    return status


def _with_replaces(target: Uri, replaces: Replaces | None) -> Uri:
    if replaces is None or not isinstance(target, SipUri):
        return target
    return replace(target, headers=(*target.headers, ("Replaces", quote(str(replaces), safe=""))))


def _without_replaces(target: Uri) -> tuple[Uri, Replaces | None]:
    """Whom to call, and in whose place. Raises Refused for what is no address to call, Malformed."""
    if isinstance(target, OtherUri):
        raise Refused(416, "the scheme of the address is not followed here")
    if not isinstance(target, SipUri):
        return target, None
    if (target.param("method") or "INVITE").upper() != "INVITE":
        raise Refused(403, "only calls are made")
    said = target.header("replaces")
    params = tuple(one for one in target.params if one[0].lower() != "method")
    bare = replace(target, headers=(), params=params)
    return bare, None if said is None else replaces_of(said)
