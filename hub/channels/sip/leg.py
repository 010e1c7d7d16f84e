"""One dialog of a call as the back-to-back user agent sees it, and what it is told about it.

`user_agent.py` makes legs; nothing here knows transports or transactions.
"""

from dataclasses import dataclass, field
from typing import Protocol

from hub.channels.sip.headers import NameAddr, Replaces
from hub.channels.sip.message import Request
from hub.channels.sip.refusal import Field
from hub.channels.sip.uri import Uri


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whom to call. `flow` is the connection to send by (a browser's, or a registered phone's over TCP), None to
    find the way by the address; `proxy` is sent to instead of the address (an outbound proxy or a trunk).

    `trunk` names the trunk that the rules of the house allowed this call by: without it no call ever goes to where a
    trunk is, whatever address somebody's phone claims to have."""

    uri: Uri
    flow: str | None = None
    proxy: Uri | None = None
    username: str = ""
    password: str = field(default="", repr=False)
    trunk: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Why a leg is over: the status of a refusal (408 for no answer, 487 for our own CANCEL), or 0 for a BYE."""

    status: int
    reason: str = ""
    by_us: bool = False


class LegEvents(Protocol):
    """What happens on a leg, told in order. Each call is awaited before the next; what raises ends the leg."""

    async def progressed(self, leg: "Leg", status: int, sdp: bytes) -> None:
        """A provisional answer above 100 came (on a leg that we began)."""
        ...

    async def answered(self, leg: "Leg", sdp: bytes) -> None:
        """The other side answered (2xx; the ACK went out)."""
        ...

    async def confirmed(self, leg: "Leg", sdp: bytes) -> None:
        """The ACK to our 2xx came; `sdp` is its answer when our 2xx carried the offer, else empty."""
        ...

    async def reoffered(self, leg: "Leg", sdp: bytes) -> bytes:
        """A re-INVITE or an UPDATE: the answer to give (an empty offer asks for one of ours).

        Raises Refused to refuse it.
        """
        ...

    async def keyed(self, leg: "Leg", keys: str) -> None:
        """Keys by INFO (`application/dtmf-relay`, `application/dtmf`)."""
        ...

    async def referred(self, leg: "Leg", target: Uri, replaces: Replaces | None) -> None:
        """A REFER came (202 went out): report with `leg.notify`. Raises Refused before anything is done."""
        ...

    async def notified(self, leg: "Leg", status: int, over: bool) -> None:
        """How a REFER of ours fares (the status in its sipfrag)."""
        ...

    async def reached(self, leg: "Leg", *, is_reached: bool) -> None:
        """Of a call that goes on: the connection is closed by which alone the other side is reached (a browser's), or
        they came back by another one. Their sound does not pass there: what is said goes on."""
        ...

    async def ended(self, leg: "Leg", why: Ended) -> None:
        """It is over; told once, whatever ended it, also when the leg was never answered."""
        ...


class Leg(Protocol):
    """One dialog, whoever began it. Methods raise LegOver when it is over already, and never leave a transaction
    behind. Only an `InboundLeg` can be answered."""

    @property
    def id(self) -> str:
        """Its name in the log: the Call-ID and our tag."""
        ...

    @property
    def invite(self) -> Request:
        """The INVITE that began it, theirs or ours."""
        ...

    @property
    def remote(self) -> NameAddr:
        """Who they say they are."""
        ...

    @property
    def is_over(self) -> bool:
        """Whether it ended."""
        ...

    async def reoffer(self, sdp: bytes) -> bytes:
        """re-INVITE with this offer; its answer. Glare (491) is tried again as RFC 3261, 14.1 says.

        Raises Refused with the status of the answer (408 without one).
        """
        ...

    async def refer(self, target: Uri, *, replaces: Replaces | None = None) -> None:
        """REFER; how it fares is told by `notified`. Raises Refused when it is not accepted."""
        ...

    async def notify(self, status: int, *, over: bool) -> None:
        """Tell how the REFER that came fares."""
        ...

    async def end(self, *fields: Field) -> None:
        """Whatever ends it now: CANCEL while it rings (and BYE should the 2xx cross), BYE afterwards, 480 or 487 for
        a call that came and was not answered. No error when it is over."""
        ...

    @property
    def replaces(self) -> Replaces:
        """The Replaces that names this dialog to a third side."""
        ...


class InboundLeg(Leg, Protocol):
    """A call that came: it waits for our answer."""

    async def progress(self, status: int, *fields: Field, sdp: bytes = b"", reason: str = "") -> None:
        """A provisional answer; repeated each minute until another answer (RFC 3261, 13.3.1.1), reliably where the
        caller requires it (RFC 3262)."""
        ...

    async def answer(self, sdp: bytes, *fields: Field) -> None:
        """200, repeated until its ACK; without one in 64·T1 the leg ends by BYE."""
        ...

    async def refuse(self, status: int, *fields: Field, reason: str = "") -> None:
        """A final answer of 300 or more."""
        ...


class LegOver(Exception):
    """The leg is over."""


class IncomingCalls(Protocol):
    """Who takes calls that come in."""

    async def called(self, leg: InboundLeg, source: "Source") -> LegEvents:
        """An INVITE outside a dialog; its 100 went out. Whoever returns is told what happens; raises Refused.

        Must return at once: answer from a job of one's own.
        """
        ...

    async def replacing(self, leg: InboundLeg, replaced: Leg, source: "Source") -> LegEvents:
        """An INVITE with a Replaces (RFC 3891) that names a leg of ours."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a request came from: what is believed about it. `trunk` is the trunk whose address (or connection) it
    is; `account` the phone that proved to be this account; both empty for strangers (the demo's loopback)."""

    address: str
    port: int
    transport: str
    flow: str
    trunk: str = ""
    account: str = ""


class UserAgent(Protocol):
    """Calls somebody."""

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
        """Sends the INVITE and returns; what comes of it is told to `events`. Signs in when asked to."""
        ...
