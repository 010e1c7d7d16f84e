"""What all transactions share: their times, the facts that they give out, and who belongs to which (RFC 3261, 17).

The four machines are in `client_transaction` and `server_transaction`; `transactions` holds all that run. They
read no clock and send nothing: a fact says which timer to start, and the timer comes back as `fired`.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum

from hub.channels.sip.message import Message, Request, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The times that all others are made of, in seconds (RFC 3261, table 4)."""

    t1_s: float = 0.5
    """A round trip."""
    t2_s: float = 4.0
    """The longest pause between two retransmissions."""
    t4_s: float = 5.0
    """How long a message stays in the network."""

    @property
    def patience_s(self) -> float:
        """64 · T1: when nobody answers any more."""
        return 64 * self.t1_s


TIMES = Times()


class Timer(Enum):
    """The timers by their letters in RFC 3261 and RFC 6026, with what they are for."""

    A = "send the INVITE again"
    B = "the INVITE is answered by nobody"
    D = "final answers to the INVITE may still come again"
    E = "send the request again"
    F = "the request is answered by nobody"
    G = "send the refusal of the INVITE again"
    H = "the refusal is acknowledged by nobody"
    I = "the ACK may still come again"  # noqa: E741 - its name in the RFC
    J = "the request may still come again"
    K = "answers may still come again"
    L = "the accepted INVITE may still come again"
    M = "further 2xx may still come"


@dataclass(frozen=True, slots=True)
class Start:
    """Call `fired` with this timer after so many seconds; it need not be stopped."""

    timer: Timer
    after_s: float


@dataclass(frozen=True, slots=True)
class Send:
    """Give these to the transport. `again` says that they were sent before."""

    message: Message
    again: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """To whoever sent the request: an answer that they have not seen."""

    response: Response


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """To whoever answered the INVITE: an ACK came that belongs to no other transaction."""

    ack: Request


class Reason(StrEnum):
    """Why a transaction came to nothing."""

    TIMEOUT = "timeout"
    """To be treated as a 408; on the answering side: our refusal was never acknowledged."""
    TRANSPORT = "transport"
    """To be treated as a 503: what was to be sent could not be."""


@dataclass(frozen=True, slots=True)
class Failed:
    """To whoever uses the transaction."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Over:
    """The transaction is at its end and may be forgotten."""


Fact = Start | Send | Answered | Acknowledged | Failed | Over


Key = tuple[str | int | None, ...]
"""What two messages of one transaction have in common."""


def client_key(message: Message) -> Key:
    """The key of a request that we send, and of every answer to it (17.1.3)."""
    return ("client", message.via.branch, message.cseq.method)


def server_key(request: Request) -> Key:
    """The key of a request that came, of its repetitions, and of the ACK to a refused INVITE (17.2.3)."""
    return _server_key(request, "INVITE" if request.method == "ACK" else request.method)


def cancelled_key(cancel: Request) -> Key:
    """The key of the INVITE that a CANCEL is for (9.2)."""
    return _server_key(cancel, "INVITE")


def _server_key(request: Request, method: str) -> Key:
    via = request.via
    if via.names_a_transaction:
        return ("server", via.branch, via.host.lower(), via.port, method)
    # before RFC 3261 a branch was not unique; an ACK has the tag that we gave, so it counts for others only
    to_tag = None if method == "INVITE" else request.to.tag
    return (
        "server",
        str(request.uri),
        request.from_.tag,
        to_tag,
        request.call_id,
        request.cseq.number,
        str(via),
        method,
    )


def twin_key(request: Request) -> Key | None:
    """What a request has in common with its twin that a fork sent here too (8.2.2.2).

    None within a dialog, and for a CANCEL: each twin is cancelled by its own.
    """
    if request.to.tag is not None or request.method == "CANCEL":
        return None
    return ("twin", request.from_.tag, request.call_id, request.cseq.number, request.method)


def ack_of(invite: Request, refusal: Response) -> Request:
    """The ACK of a final answer that is no 2xx: the same hop, the same route (17.1.1.3)."""
    return _on_the_same_way(invite, "ACK").replacing("To", *refusal.every("to"))


def cancel_of(invite: Request) -> Request:
    """The CANCEL of an INVITE that we sent and that was answered provisionally (9.1)."""
    return _on_the_same_way(invite, "CANCEL")


_ON_THE_WAY = ("from", "to", "call-id", "route", "max-forwards")


def _on_the_same_way(invite: Request, method: str) -> Request:
    bare = Request(method=method, uri=invite.uri).adding("Via", invite.via)
    for name in _ON_THE_WAY:
        bare = bare.adding(name.title().replace("Call-Id", "Call-ID"), *invite.every(name))
    return bare.adding("CSeq", f"{invite.cseq.number} {method}")
