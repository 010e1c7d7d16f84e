"""One flow is one connection, or one address over UDP: where a message came from, and where one can be sent.

What comes in passes one `Door`: whether it is read at all, what it is, who is told.
"""

from collections.abc import Callable
from typing import Protocol

import structlog

from hub.channels.sip.message import Message, Request, Response, response_to
from hub.channels.sip.parse import LIMITS, Limits, message_of
from hub.channels.sip.refusal import Malformed, Refused
from hub.channels.sip.way import Transport

log = structlog.get_logger(__name__)

Allowed = Callable[[str, Transport], bool]
"""Whether something from this address by this transport is read at all: asked before a byte of it is parsed."""


class SendFailed(Exception):
    """What was to be sent was not: the connection is closed, too slow, or the network is not there."""


class Unreachable(Exception):
    """There is no way to where a request should go."""


class Flow(Protocol):
    """Where a message came from, or goes to. Over UDP there is one for each address, and it is always open."""

    @property
    def id(self) -> str:
        """Its name, the same as long as it lives: `udp:192.0.2.1:5060`, `ws:17`."""
        ...

    @property
    def transport(self) -> Transport:
        """How a Via names it."""
        ...

    @property
    def host(self) -> str:
        """The other end's address, without brackets."""
        ...

    @property
    def port(self) -> int:
        """The other end's port."""
        ...

    @property
    def is_open(self) -> bool:
        """Whether anything can be sent."""
        ...

    def send(self, data: bytes) -> None:
        """Hand over one message. Raises SendFailed."""
        ...


class NoFlow:
    """The way to where there is none: what is sent by it has failed."""

    id = "none"
    transport: Transport = "UDP"
    host = "0.0.0.0"  # noqa: S104 - nobody's address, and nothing is bound to it
    port = 0
    is_open = False

    def send(self, data: bytes) -> None:  # noqa: ARG002 - it goes nowhere
        """Raises SendFailed."""
        raise SendFailed("there is no way to the address")


def is_reliable(flow: Flow) -> bool:
    """Whether what is sent arrives or the flow closes: nothing needs to be sent again."""
    return flow.transport != "UDP"


class Receiver(Protocol):
    """Who is told what came in."""

    def received(self, flow: Flow, message: Message) -> None:
        """A sound message. The top Via of a request says where it was seen from."""
        ...

    def closed(self, flow: Flow) -> None:
        """A connection is closed: nothing comes or goes by it any more."""
        ...


class Door:
    """What all transports do with what comes in."""

    def __init__(
        self,
        *,
        allowed: Allowed = lambda *_: True,
        limits: Limits = LIMITS,
        count_refused: Callable[[], None] = lambda: None,
    ) -> None:
        self.limits = limits
        self.allowed = allowed
        self.receiver: Receiver
        """To be set before anything listens."""
        self._count_refused = count_refused

    def datagram(self, flow: Flow, data: bytes) -> None:
        """A whole message as bytes: a datagram, or a frame of a WebSocket."""
        try:
            message = message_of(data, self.limits)
        except Refused as refused:
            self.refused(flow, refused)
        else:
            self.message(flow, message)

    def message(self, flow: Flow, message: Message) -> None:
        """A sound message. A fault of ours in it is logged: it ends neither the socket nor what others say by it."""
        try:
            if isinstance(message, Request):
                message = _seen(message, flow)
            self.receiver.received(flow, message)
        except Exception:
            log.exception("sip_message_failed", transport=flow.transport)

    def refused(self, flow: Flow, refused: Refused) -> None:
        """What cannot be acted upon: its sender is told, if there is one to be told, and no more comes of it."""
        self._count_refused()
        if refused.status is None:
            return
        fields = refused.fields
        try:
            unread = Response(status=100, fields=fields)
            fields = unread.coming_by(unread.via.seen_from(flow.host, flow.port)).fields
        except Malformed:
            if flow.transport == "UDP":
                return
        answer = response_to(fields, refused.status, reason=refused.reason, adding=refused.telling)
        try:
            flow.send(bytes(answer))
        except (SendFailed, Malformed):
            log.debug("refusal_not_sent", flow=flow.id)

    def closed(self, flow: Flow) -> None:
        """A connection is closed."""
        self.receiver.closed(flow)


def _seen(request: Request, flow: Flow) -> Request:
    via = request.via
    seen = via.seen_from(flow.host, flow.port)
    return request if seen == via else request.coming_by(seen)
