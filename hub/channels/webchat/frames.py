"""The frames of `/ws/chat`: what the widget and the hub say to each other."""

from datetime import datetime

import msgspec

from hub.domain.site import FormFieldKind


class FromVisitor(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag=str.lower):
    """Base of what a visitor sends."""


class VisitorHello(FromVisitor, frozen=True, kw_only=True, tag="hello"):
    """The first frame. `session` is the token of an earlier hello, `last_seq` the newest message shown, `identity` the
    site's signed word on who the visitor is."""

    session: str | None = None
    lang: str = ""
    last_seq: int | None = None
    name: str = ""
    email: str = ""
    page: str = ""
    title: str = ""
    referrer: str = ""
    utm: dict[str, str] = {}
    identity: str = ""


class VisitorMessage(FromVisitor, frozen=True, kw_only=True, tag="message"):
    """Something the visitor wrote. The same `client_msg_id` again is the same message. `files` are ids that
    `POST /chat/files` gave this visitor; with files the text may be empty."""

    client_msg_id: str
    text: str
    files: tuple[str, ...] = ()


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


class VisitorForm(FromVisitor, frozen=True, kw_only=True, tag="form"):
    """Answers to the site's form, by the key of the field."""

    values: dict[str, str]


class VisitorPage(FromVisitor, frozen=True, kw_only=True, tag="page"):
    """The visitor is on another page of the site now."""

    page: str
    title: str = ""


class VisitorRate(FromVisitor, frozen=True, kw_only=True, tag="rate"):
    """What the visitor thought of a conversation: 1 (bad) to 5 (very good)."""

    conversation: str
    score: int
    comment: str = ""


class VisitorCallback(FromVisitor, frozen=True, kw_only=True, tag="callback"):
    """The visitor wants to be called: now, or `at`. The same `client_msg_id` again is the same wish."""

    client_msg_id: str
    phone: str
    at: datetime | None = None
    reason: str = ""


VisitorFrame = (
    VisitorHello
    | VisitorMessage
    | VisitorTyping
    | VisitorGot
    | VisitorPing
    | VisitorLeave
    | VisitorForm
    | VisitorPage
    | VisitorRate
    | VisitorCallback
)


class ToVisitor(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag=str.lower, omit_defaults=True):
    """Base of what the hub sends."""


class FileView(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a message; its content is at `/chat/files/<id>`, for this visitor."""

    id: str
    name: str
    type: str
    size: int


class HistoryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One message of the conversation so far. `from_` is `visitor` or `agent`."""

    seq: int
    from_: str = msgspec.field(name="from")
    text: str
    at: datetime
    name: str = ""
    client_msg_id: str = ""
    files: tuple[FileView, ...] = ()


class ChoiceView(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of a choice."""

    value: str
    label: str


class FieldView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One field of the form."""

    key: str
    kind: FormFieldKind
    label: str
    required: bool = False
    choices: tuple[ChoiceView, ...] = ()


class FileLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What the visitor may send: files a message, bytes a file, media types."""

    most: int
    bytes: int
    types: tuple[str, ...]


class SiteView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the site chose, in the visitor's language. No `files`: none may be sent."""

    title: str = ""
    greeting: str = ""
    away: str = ""
    accent: str = ""
    country: str = ""
    form: tuple[FieldView, ...] = ()
    files: FileLimits | None = None
    rating: bool = False
    callback: bool = False


class RateView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A conversation the visitor may rate until `until`; `score` 0: not rated yet."""

    conversation: str
    until: datetime
    score: int = 0
    comment: str = ""


class CallbackView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A call the visitor was promised: `at`, or as soon as possible."""

    phone: str
    at: datetime | None = None


class HelloFrame(ToVisitor, frozen=True, kw_only=True, tag="hello"):
    """The session to remember, and the conversation so far (after `last_seq`, if one was given).

    `closed` says that nobody serves the line now, `opens_at` when somebody will; messages are taken all the
    same. `answered`: the form has been filled in. `rate` is what may be rated, `callback` a promised call. `user` is
    whose conversation it is, by the word of their site.
    """

    session: str
    resumed: bool
    closed: bool
    opens_at: datetime | None
    history: tuple[HistoryLine, ...] = ()
    title: str = ""
    agent: str = ""
    open: bool = False
    site: SiteView | None = None
    answered: bool = False
    rate: RateView | None = None
    callback: CallbackView | None = None
    user: str = ""


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
    files: tuple[FileView, ...] = ()


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
    """The conversation was closed; the next message begins a new one. `rate` is what may be rated now."""

    at: datetime
    rate: RateView | None = None


class SiteFrame(ToVisitor, frozen=True, kw_only=True, tag="site"):
    """The site has chosen anew."""

    site: SiteView


class HoursFrame(ToVisitor, frozen=True, kw_only=True, tag="hours", omit_defaults=False):
    """The line has closed, until `opens_at` if that is known, or has opened."""

    closed: bool
    opens_at: datetime | None = None
    away: str = ""


class FormFrame(ToVisitor, frozen=True, kw_only=True, tag="form"):
    """The answers are kept."""


class RatedFrame(ToVisitor, frozen=True, kw_only=True, tag="rated"):
    """The rating is kept."""

    rate: RateView


class CallbackFrame(ToVisitor, frozen=True, kw_only=True, tag="callback"):
    """A call is promised; `repeated`: it was promised before, and nothing was changed."""

    client_msg_id: str
    callback: CallbackView
    repeated: bool = False


class PongFrame(ToVisitor, frozen=True, kw_only=True, tag="pong"):
    """Answer to a ping."""


class ErrorFrame(ToVisitor, frozen=True, kw_only=True, tag="error"):
    """The frame was refused. Codes: `bad_frame`, `too_large`, `too_fast`, `other_body`, `empty`, `too_long`,
    `hello_first`, `bad_session`, `too_many`, `no_such_file`, `too_many_files`, `bad_answer`, `bad_rating`,
    `too_early`, `too_late`, `bad_phone`, `bad_time`, `not_offered`. `field` is the field of a form that is
    wrong."""

    code: str
    text: str = ""
    client_msg_id: str = ""
    retry_ms: int | None = None
    field: str = ""


HubFrame = (
    HelloFrame
    | AckFrame
    | NackFrame
    | MessageFrame
    | PositionFrame
    | AgentFrame
    | TypingNotice
    | ClosedFrame
    | SiteFrame
    | HoursFrame
    | FormFrame
    | RatedFrame
    | CallbackFrame
    | PongFrame
    | ErrorFrame
)
