"""What passes between a client and us: touches in both directions, and how a reply fares."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.domain.agent import Media
from hub.domain.ids import InteractionId, PersonId, QueueId, SessionId, TenantId, TouchId, UserId
from hub.domain.mail import LetterHead, TouchLetter
from hub.domain.person import IdentityKind
from hub.domain.question import AtMenu


class Direction(StrEnum):
    """`internal` is a note among ourselves: no channel ever sees it."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class TouchKind(StrEnum):
    """What kind of thing passed."""

    MESSAGE = "message"
    NOTE = "note"
    CALL = "call"
    MISSED_CALL = "missed_call"
    VOICEMAIL = "voicemail"
    """A caller left a message: its sound is a recording of the interaction."""
    FORM = "form"


class Delivery(StrEnum):
    """How far a touch came. Inbound touches and notes are `received`."""

    RECEIVED = "received"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


DELIVERY_STEPS: dict[Delivery, frozenset[Delivery]] = {
    Delivery.RECEIVED: frozenset(),
    Delivery.QUEUED: frozenset({Delivery.SENDING, Delivery.FAILED}),
    Delivery.SENDING: frozenset(
        {Delivery.SENT, Delivery.FAILED, Delivery.UNCERTAIN, Delivery.QUEUED, Delivery.DELIVERED}
    ),
    Delivery.SENT: frozenset({Delivery.DELIVERED, Delivery.FAILED}),
    Delivery.DELIVERED: frozenset(),
    Delivery.FAILED: frozenset({Delivery.QUEUED}),
    Delivery.UNCERTAIN: frozenset({Delivery.QUEUED, Delivery.SENT, Delivery.DELIVERED, Delivery.FAILED}),
}
"""Allowed steps. Back to `queued` from `failed` or `uncertain` only by a person's word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of a touch. The content is found by its hash; the name is only a label."""

    sha256: str
    name: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Whose address a touch came from, as the channel knows it."""

    kind: IdentityKind
    value: str
    display: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An address the client says is theirs; it becomes an identity that is `maybe`. `value` is in normal form.
    `proven`: the channel itself vouches for it, so that it is `known` unless somebody else has it."""

    kind: IdentityKind
    value: str
    display: str = ""
    proven: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundTouch:
    """A touch as a channel hands it over, before anything is decided about it.

    `account` is the channel account (`webchat:demo`), `external_id` is unique within it, `thread` is what
    the channel calls one conversation. `raw` is what came over the wire, kept as it was. `body_sha256` tells
    a repeat from another body under the same id. `priority` adds steps of urgency, `skills` what an agent needs
    besides the queue's. `queued` false: it is kept, and its client is in no line yet (a caller in a menu);
    `only_kept`: nor will be (an answer by a machine): an interaction that it would open is closed again at once.
    `letter`: what it brings along from a letter. `acknowledgement`: what its client is told at once, by nobody, if it
    opens a conversation that is work. `continues` false: it does not continue what its client has open on another
    channel, because who wrote it is in doubt, or because others read what is answered. `menu`: what it has to do with
    one. `of_thread`: it is about the client of its thread, whoever wrote it (a delivery report).
    """

    tenant_id: TenantId
    channel: str
    account: str
    external_id: str
    thread: str
    sender: Sender
    queue_id: QueueId
    text: str
    raw: bytes
    body_sha256: str
    received_at: datetime
    source_at: datetime | None = None
    language: str = ""
    media: Media = Media.CHAT
    kind: TouchKind = TouchKind.MESSAGE
    attachments: tuple[Attachment, ...] = ()
    priority: int = 0
    skills: dict[str, int] = field(default_factory=dict)
    queued: bool = True
    only_kept: bool = False
    about: dict[str, str] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()
    letter: TouchLetter | None = None
    acknowledgement: str = ""
    continues: bool = True
    menu: AtMenu | None = None
    of_thread: bool = False

    @property
    def may_continue(self) -> bool:
        """Whether it may go on with what its client has open on another channel. Calls, forms of call-backs and what
        is only kept continue nothing."""
        return self.continues and self.queued and not self.only_kept and self.media is not Media.VOICE


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """A stored touch. `seq` orders it within its interaction; `at` is when it became ours.

    `author_id` is the agent of an outbound touch or a note. `delivery_detail` says why a send failed. `letter` is
    of e-mail only.
    """

    id: TouchId
    tenant_id: TenantId
    interaction_id: InteractionId
    session_id: SessionId | None
    person_id: PersonId
    seq: int
    channel: str
    account: str
    direction: Direction
    kind: TouchKind
    at: datetime
    source_at: datetime | None = None
    text: str
    attachments: tuple[Attachment, ...] = ()
    author_id: UserId | None = None
    delivery: Delivery = Delivery.RECEIVED
    delivery_detail: str = ""
    letter: LetterHead | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    """What a channel is asked to send: one reply to one thread. `attempt` counts from 1. `letter` is of e-mail only.
    `by_machine`: nobody wrote it, the hub answers by itself."""

    touch_id: TouchId
    tenant_id: TenantId
    interaction_id: InteractionId
    account: str
    thread: str
    address: str
    seq: int
    text: str
    attachments: tuple[Attachment, ...] = ()
    author_name: str = ""
    at: datetime
    attempt: int
    letter: LetterHead | None = None
    by_machine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The channel took the message; `external_id` is its own name for it, or empty. `detail`: what its writer should
    know all the same: a stable word, and after `: ` what the outside said."""

    external_id: str = ""
    delivered: bool = False
    detail: str = ""
