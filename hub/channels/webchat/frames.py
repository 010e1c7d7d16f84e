"""The frames of `/ws/chat`: what the widget and the hub say to each other."""

from datetime import datetime

import msgspec


class FromVisitor(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag=str.lower):
    """Base of what a visitor sends."""


class VisitorHello(FromVisitor, frozen=True, kw_only=True, tag="hello"):
    """The first frame. `session` is the token of an earlier hello, `last_seq` the newest message shown."""

    session: str | None = None
    lang: str = ""
    last_seq: int | None = None
    name: str = ""
    email: str = ""
    page: str = ""
    referrer: str = ""


class VisitorMessage(FromVisitor, frozen=True, kw_only=True, tag="message"):
    """Something the visitor wrote. The same `client_msg_id` again is the same message."""

    client_msg_id: str
    text: str


class VisitorTyping(FromVisitor, frozen=True, kw_only=True, tag="typing"):
    """The visitor is typing, or has stopped."""

    typing: bool = True


class VisitorGot(FromVisitor, frozen=True, kw_only=True, tag="got"):
    """Every message up to `seq` is on the visitor's screen."""

    seq: int


class VisitorPing(FromVisitor, frozen=True, kw_only=True, tag="ping"):
    """Keeps the connection; answered by a pong."""


class VisitorLeave(FromVisitor, frozen=True, kw_only=True, tag="leave"):
    """The visitor ends the conversation; waiting work is abandoned."""


VisitorFrame = VisitorHello | VisitorMessage | VisitorTyping | VisitorGot | VisitorPing | VisitorLeave


class ToVisitor(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag=str.lower, omit_defaults=True):
    """Base of what the hub sends."""


class HistoryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One message of the conversation so far. `from_` is `visitor` or `agent`."""

    seq: int
    from_: str = msgspec.field(name="from")
    text: str
    at: datetime
    name: str = ""
    client_msg_id: str = ""


class HelloFrame(ToVisitor, frozen=True, kw_only=True, tag="hello"):
    """The session to remember, and the conversation so far (after `last_seq`, if one was given)."""

    session: str
    resumed: bool
    history: tuple[HistoryLine, ...] = ()
    title: str = ""
    agent: str = ""
    open: bool = False


class AckFrame(ToVisitor, frozen=True, kw_only=True, tag="ack"):
    """The message is durable under this `seq`."""

    client_msg_id: str
    seq: int
    at: datetime


class NackFrame(ToVisitor, frozen=True, kw_only=True, tag="nack"):
    """Nothing was stored; send the same message again after `retry_ms`."""

    retry_ms: int
    client_msg_id: str = ""
    code: str = ""


class MessageFrame(ToVisitor, frozen=True, kw_only=True, tag="message"):
    """Something the agent wrote. The same `seq` again is the same message."""

    seq: int
    text: str
    at: datetime
    name: str = ""


class PositionFrame(ToVisitor, frozen=True, kw_only=True, tag="position", omit_defaults=False):
    """The place in line (1 is next; 0: no longer waiting) and the estimated wait in seconds, if known."""

    place: int
    ewt_s: float | None = None


class AgentFrame(ToVisitor, frozen=True, kw_only=True, tag="agent"):
    """An agent has taken the conversation (or nobody has it, when `name` is empty)."""

    name: str


class TypingNotice(ToVisitor, frozen=True, kw_only=True, tag="typing", omit_defaults=False):
    """The agent is typing, or has stopped."""

    typing: bool


class ClosedFrame(ToVisitor, frozen=True, kw_only=True, tag="closed"):
    """The conversation was closed; the next message begins a new one."""

    at: datetime


class PongFrame(ToVisitor, frozen=True, kw_only=True, tag="pong"):
    """Answer to a ping."""


class ErrorFrame(ToVisitor, frozen=True, kw_only=True, tag="error"):
    """The frame was refused. Codes: `bad_frame`, `too_large`, `too_fast`, `other_body`, `empty`, `too_long`,
    `hello_first`, `bad_session`, `too_many`."""

    code: str
    text: str = ""
    client_msg_id: str = ""
    retry_ms: int | None = None


HubFrame = (
    HelloFrame
    | AckFrame
    | NackFrame
    | MessageFrame
    | PositionFrame
    | AgentFrame
    | TypingNotice
    | ClosedFrame
    | PongFrame
    | ErrorFrame
)
