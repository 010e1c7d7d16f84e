"""Facts that already happened. They are committed with the data they speak of, and only then told to others.

Consumers are idempotent: a fact about a work item or an agent carries the whole thing with its `version`, so an
older or repeated one is simply ignored; a fact about a touch carries its `seq`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from hub.domain.agent import Agent
from hub.domain.alarm import Alarm
from hub.domain.call import AgentPhone, Call
from hub.domain.clock_events import ClocksChanged
from hub.domain.consult import Consult
from hub.domain.drafts import Draft
from hub.domain.ids import (
    InteractionId,
    NoticeId,
    PersonId,
    QueueId,
    TenantId,
    TouchId,
    UserId,
)
from hub.domain.interaction import Interaction
from hub.domain.notice import Notice
from hub.domain.planned import PlannedReply
from hub.domain.reservation import Reservation
from hub.domain.setting_events import (
    AlarmRulesChanged,
    MailAccountChanged,
    SiteChanged,
    TelegramBotChanged,
    UserChanged,
)
from hub.domain.snooze import Snooze
from hub.domain.touch import Delivery, Touch
from hub.domain.visitor_events import VisitorSignedIn
from hub.domain.work import WorkItem


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchStored:
    """A touch is in the history. `agent_id` holds the interaction now, or None; `author` names who wrote it here."""

    kind: ClassVar[str] = "touch_stored"
    tenant_id: TenantId
    touch: Touch
    agent_id: UserId | None
    external_id: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryChanged:
    """A reply came further, or failed."""

    kind: ClassVar[str] = "delivery_changed"
    tenant_id: TenantId
    interaction_id: InteractionId
    touch_id: TouchId
    seq: int
    delivery: Delivery
    detail: str
    agent_id: UserId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionOpened:
    """A new engagement began. `account` and `thread` name the conversation when one of us began it: its channel
    cannot know otherwise whose it is."""

    kind: ClassVar[str] = "interaction_opened"
    tenant_id: TenantId
    interaction: Interaction
    account: str = ""
    thread: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionClosed:
    """An engagement ended."""

    kind: ClassVar[str] = "interaction_closed"
    tenant_id: TenantId
    interaction: Interaction


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkStepped:
    """A work item took a step other than an offer's; `reason` says why in one stable word (`new`, `agent_lost` …).

    `from_agent_id` is who had it before the step, when nobody has it now.
    """

    kind: ClassVar[str] = "work_stepped"
    tenant_id: TenantId
    item: WorkItem
    reason: str
    from_agent_id: UserId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationOffered:
    """An agent has been asked."""

    kind: ClassVar[str] = "reservation_offered"
    tenant_id: TenantId
    reservation: Reservation
    item: WorkItem


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationEnded:
    """An offer was accepted, declined, expired or withdrawn; `item` is the work after it."""

    kind: ClassVar[str] = "reservation_ended"
    tenant_id: TenantId
    reservation: Reservation
    item: WorkItem


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentChanged:
    """An agent's wish, presence, skills, queues or counters changed."""

    kind: ClassVar[str] = "agent_changed"
    tenant_id: TenantId
    agent: Agent
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueChanged:
    """A queue's rules changed."""

    kind: ClassVar[str] = "queue_changed"
    tenant_id: TenantId
    queue_id: QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseChanged:
    """Rules of the house changed that no queue holds: calendars, outcomes, reasons for a pause, sites."""

    kind: ClassVar[str] = "house_changed"
    tenant_id: TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRevoked:
    """A sign-in ended (sign-out, changed role or password): its sockets must close."""

    kind: ClassVar[str] = "session_revoked"
    tenant_id: TenantId
    user_id: UserId
    session_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientLeft:
    """The client ended the conversation that an agent has; the work stays with the agent, who closes it."""

    kind: ClassVar[str] = "client_left"
    tenant_id: TenantId
    interaction_id: InteractionId
    person_id: PersonId
    agent_id: UserId | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionRated:
    """The client said what they thought of an interaction: 1 (bad) to 5 (very good), or changed it.

    `agent_id` is who served them last, `at` when they rated it first.
    """

    kind: ClassVar[str] = "interaction_rated"
    tenant_id: TenantId
    interaction_id: InteractionId
    person_id: PersonId
    agent_id: UserId | None
    queue_id: QueueId
    score: int
    comment: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientMoved:
    """The client of an open conversation is on another page of the site. `about` is what their card says of the
    visit by now, complete."""

    kind: ClassVar[str] = "client_moved"
    tenant_id: TenantId
    interaction_id: InteractionId
    person_id: PersonId
    about: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing:
    """Somebody is typing. Told to others, never stored."""

    kind: ClassVar[str] = "typing"
    tenant_id: TenantId
    interaction_id: InteractionId
    by_client: bool
    agent_id: UserId | None
    name: str = ""
    typing: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSent:
    """A notice lies at somebody's desk."""

    kind: ClassVar[str] = "notice_sent"
    tenant_id: TenantId
    notice: Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRead:
    """Its reader has read it."""

    kind: ClassVar[str] = "notice_read"
    tenant_id: TenantId
    user_id: UserId
    notice_id: NoticeId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultChanged:
    """A colleague was asked within a conversation, or the consult ended."""

    kind: ClassVar[str] = "consult_changed"
    tenant_id: TenantId
    consult: Consult


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmChanged:
    """An alarm was raised, acknowledged, or ended."""

    kind: ClassVar[str] = "alarm_changed"
    tenant_id: TenantId
    alarm: Alarm


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewing:
    """Somebody has a conversation on their screen, or not any more. Told to others, never stored.

    `window` is the window it is in. Said again while it lasts; who falls silent is not viewing any more.
    """

    kind: ClassVar[str] = "viewing"
    tenant_id: TenantId
    interaction_id: InteractionId
    user_id: UserId
    name: str
    window: str
    viewing: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftChanged:
    """What somebody began to write is different, or (an empty draft) gone."""

    kind: ClassVar[str] = "draft_changed"
    tenant_id: TenantId
    draft: Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedChanged:
    """A reply that is not sent at once was made, changed, sent, cancelled, or has failed."""

    kind: ClassVar[str] = "planned_changed"
    tenant_id: TenantId
    planned: PlannedReply


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentioned:
    """A note names these people."""

    kind: ClassVar[str] = "mentioned"
    tenant_id: TenantId
    touch_id: TouchId
    user_ids: tuple[UserId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionsRead:
    """Somebody has read where they are named."""

    kind: ClassVar[str] = "mentions_read"
    tenant_id: TenantId
    user_id: UserId
    touch_ids: tuple[TouchId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SnoozeChanged:
    """A conversation was laid aside, or (`is_over`) is not laid aside any more."""

    kind: ClassVar[str] = "snooze_changed"
    tenant_id: TenantId
    snooze: Snooze
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChanged:
    """What the card of a person says has changed. `moved` are interactions that changed hands between two
    records of one person: what was shown of them under the other record is to be shown anew."""

    kind: ClassVar[str] = "person_changed"
    tenant_id: TenantId
    person_id: PersonId
    moved: tuple[InteractionId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TasksChanged:
    """The open tasks of these users are others now."""

    kind: ClassVar[str] = "tasks_changed"
    tenant_id: TenantId
    user_ids: tuple[UserId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallChanged:
    """A call began, came further or ended: the whole of it, by its `version`. `from_agent_id` is who had it, or
    whose phone rang, when that is somebody else now or nobody."""

    kind: ClassVar[str] = "call_changed"
    tenant_id: TenantId
    call: Call
    from_agent_id: UserId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneChanged:
    """An agent talks with another phone from now on."""

    kind: ClassVar[str] = "phone_changed"
    tenant_id: TenantId
    phone: AgentPhone


Event = (
    TouchStored
    | DeliveryChanged
    | InteractionOpened
    | InteractionClosed
    | WorkStepped
    | ReservationOffered
    | ReservationEnded
    | AgentChanged
    | QueueChanged
    | HouseChanged
    | SessionRevoked
    | ClientLeft
    | InteractionRated
    | ClientMoved
    | SiteChanged
    | VisitorSignedIn
    | MailAccountChanged
    | TelegramBotChanged
    | UserChanged
    | Typing
    | NoticeSent
    | NoticeRead
    | ConsultChanged
    | AlarmChanged
    | AlarmRulesChanged
    | Viewing
    | DraftChanged
    | PlannedChanged
    | Mentioned
    | MentionsRead
    | SnoozeChanged
    | PersonChanged
    | TasksChanged
    | CallChanged
    | PhoneChanged
    | ClocksChanged
)
