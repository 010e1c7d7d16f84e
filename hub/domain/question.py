"""What the hub asks a client by itself, with buttons for the answer."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.domain.ids import InteractionId, QueueId, TenantId, TouchId


class QuestionKind(StrEnum):
    """`rating`: how it was, one choice a score from 1 up. `menu`: what it is about, asked before anybody is."""

    RATING = "rating"
    MENU = "menu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer. `label` is what its button says; of a menu, `queue_id` is the line that it leads to (None: that of
    the account), `skills` what an agent needs besides the line's."""

    label: str
    queue_id: QueueId | None = None
    skills: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked. `until`: when nobody waits for the answer any more; None: it may come whenever."""

    kind: QuestionKind
    choices: tuple[Choice, ...]
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """A question that was put to the client with the address `address`, by the touch `touch_id`, whose text is `text`.
    `settled_at`: it stands no more; `answer` is the place of the choice that counted, from 0, None while none did."""

    touch_id: TouchId
    tenant_id: TenantId
    interaction_id: InteractionId
    account: str
    thread: str
    question: Question
    asked_at: datetime
    settled_at: datetime | None = None
    answer: int | None = None
    text: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BareQuestion:
    """A question that stands no more and that nobody chose an answer of: its buttons are to go. `message_id`: what the
    channel calls the message that has them."""

    asked: AskedQuestion
    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AtMenu:
    """How a touch stands to a menu. `asks`: if it opens a conversation, its client is asked this with `text`, and is in
    no line until then. `answers`: that menu stands no more, by `choice`, or None by something in its place; the line is
    `queue_id`, or that of the account. `waits`: a conversation that is at its menu stays there."""

    asks: Question | None = None
    text: str = ""
    answers: TouchId | None = None
    choice: int | None = None
    queue_id: QueueId | None = None
    waits: bool = False
