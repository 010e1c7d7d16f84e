"""The frames of `/ws/agent`: one class a kind, in both directions.

Every server frame has `seq` and `kind`. `tick` repeats the newest `seq` every 5 s, so that a console that missed
something knows; every other frame has the next number. Each payload is complete: applying frames to an older
snapshot gives the newer snapshot.
"""

from datetime import datetime

import msgspec

from hub.desk.touch_views import TouchView
from hub.desk.views import (
    CallView,
    ConsultView,
    DeskView,
    DispositionView,
    DraftView,
    MentionView,
    MeView,
    NoticeView,
    OfferedWorkView,
    PlannedView,
    QueueLineView,
    SnoozeView,
    TaskView,
    ViewerView,
    WaitingView,
    WorkView,
)
from hub.domain.card import ClientCard
from hub.domain.outcome import PauseReason
from hub.domain.reservation import ReservationState, Why
from hub.domain.touch import Delivery
from hub.insight.floor_view import AlarmView, FloorAgent, FloorQuarter, FloorQueue, FloorView, PopView


class ServerFrame(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """Base of what the hub sends."""

    seq: int


class Snapshot(ServerFrame, frozen=True, kw_only=True, tag="snapshot"):
    """The whole desk, at the first connection. `stream` names this line of numbers; send it back in `hello`."""

    stream: str
    desk: DeskView


class Resync(ServerFrame, frozen=True, kw_only=True, tag="resync"):
    """The whole desk again, because what was missed cannot be replayed."""

    stream: str
    desk: DeskView


class Replayed(ServerFrame, frozen=True, kw_only=True, tag="replayed"):
    """What was missed has been sent; `seq` is the newest number."""

    stream: str


class Tick(ServerFrame, frozen=True, kw_only=True, tag="tick"):
    """Nothing happened, and this console is up to date if it has `seq`."""

    server_time: datetime


class MeChanged(ServerFrame, frozen=True, kw_only=True, tag="me_changed"):
    """The agent's own state."""

    me: MeView


class ReservationOfferedFrame(ServerFrame, frozen=True, kw_only=True, tag="reservation_offered"):
    """Work is offered: the card, why it came here, and until when."""

    reservation_id: str
    work_item: OfferedWorkView
    offered_at: datetime
    expires_at: datetime
    card: ClientCard
    why: Why
    latency_ms: float


class ReservationEndedFrame(ServerFrame, frozen=True, kw_only=True, tag="reservation_ended"):
    """An offer to this agent is over. `reason` is a stable word; `taken_by` names who got the work, if known."""

    reservation_id: str
    work_item_id: str
    state: ReservationState
    reason: str
    taken_by: str = ""


class WorkChanged(ServerFrame, frozen=True, kw_only=True, tag="work_changed"):
    """A row of the Work list is new or different (compare `version`, keep the greater)."""

    work: WorkView


class WorkRemoved(ServerFrame, frozen=True, kw_only=True, tag="work_removed"):
    """A row left the Work list."""

    work_item_id: str
    reason: str


class TouchAdded(ServerFrame, frozen=True, kw_only=True, tag="touch_added"):
    """A touch of a conversation this agent holds."""

    touch: TouchView


class DeliveryChangedFrame(ServerFrame, frozen=True, kw_only=True, tag="delivery_changed"):
    """A reply came further, or failed."""

    interaction_id: str
    touch_id: str
    touch_seq: int
    delivery: Delivery
    detail: str


class TypingFrame(ServerFrame, frozen=True, kw_only=True, tag="typing"):
    """The client, or a colleague, is typing (or has stopped)."""

    interaction_id: str
    by_client: bool
    name: str
    typing: bool


class ClientLeftFrame(ServerFrame, frozen=True, kw_only=True, tag="client_left"):
    """The client ended a conversation this agent has. The work stays; the history has a line about it."""

    interaction_id: str
    person_id: str
    at: datetime


class ClientRatedFrame(ServerFrame, frozen=True, kw_only=True, tag="client_rated"):
    """The client said what they thought of a conversation, 1 (bad) to 5 (very good), or changed it; told to whoever
    served them last and to those who have their card on the screen. The history has a line about it."""

    interaction_id: str
    person_id: str
    score: int
    comment: str
    at: datetime


class ClientMovedFrame(ServerFrame, frozen=True, kw_only=True, tag="client_moved"):
    """The client is on another page of the site; `about` is what the card says of the visit from now on, complete."""

    interaction_id: str
    person_id: str
    about: dict[str, str]


class QueuesChanged(ServerFrame, frozen=True, kw_only=True, tag="queues_changed"):
    """How the agent's queues stand, and who waits; at most two a second."""

    queues: tuple[QueueLineView, ...]
    waiting: tuple[WaitingView, ...]


class CardChanged(ServerFrame, frozen=True, kw_only=True, tag="card_changed"):
    """The card of a person this agent is dealing with has changed."""

    card: ClientCard


class PlannedChangedFrame(ServerFrame, frozen=True, kw_only=True, tag="planned_changed"):
    """A reply of this user that is not sent at once: `waiting` and `failed` ones are listed, others are over."""

    planned: PlannedView


class DraftChangedFrame(ServerFrame, frozen=True, kw_only=True, tag="draft_changed"):
    """What this user began to write is different, or gone (an empty text without files)."""

    draft: DraftView


class MentionedFrame(ServerFrame, frozen=True, kw_only=True, tag="mentioned"):
    """A note names this user."""

    mention: MentionView


class MentionsReadFrame(ServerFrame, frozen=True, kw_only=True, tag="mentions_read"):
    """This user has read these notes, in whatever window."""

    touch_ids: tuple[str, ...]


class SnoozeChangedFrame(ServerFrame, frozen=True, kw_only=True, tag="snooze_changed"):
    """A conversation was laid aside by this agent, or (None) is not laid aside any more."""

    interaction_id: str
    snooze: SnoozeView | None


class ViewersChanged(ServerFrame, frozen=True, kw_only=True, tag="viewers_changed"):
    """Who has this conversation on the screen, this user among them; told to those who have."""

    interaction_id: str
    viewers: tuple[ViewerView, ...]


class HouseChangedFrame(ServerFrame, frozen=True, kw_only=True, tag="house_changed"):
    """An administrator changed what may be chosen: the outcomes and the reasons for a pause, as they are now. It comes
    for an account of mail too: what a letter of a conversation begins with is asked for again."""

    dispositions: tuple[DispositionView, ...]
    pause_reasons: tuple[str, ...]
    pauses: tuple[PauseReason, ...]


class NoticeAdded(ServerFrame, frozen=True, kw_only=True, tag="notice_added"):
    """A word lies at this desk: from a supervisor, or about what one did."""

    notice: NoticeView


class NoticeGone(ServerFrame, frozen=True, kw_only=True, tag="notice_gone"):
    """It was read, in this window or another."""

    notice_id: str


class ConsultChangedFrame(ServerFrame, frozen=True, kw_only=True, tag="consult_changed"):
    """A colleague was asked within a conversation, or the consult ended (`ended_at`); to both of them."""

    consult: ConsultView


class FloorSnapshot(ServerFrame, frozen=True, kw_only=True, tag="floor_snapshot"):
    """The whole wallboard, after `watch_floor` and whenever it begins anew. `seq` repeats the newest number."""

    revision: int
    floor: FloorView


class FloorChanged(ServerFrame, frozen=True, kw_only=True, tag="floor_changed"):
    """What changed on the wallboard since the revision before; at most two a second.

    Rows replace those of the same id (`quarters`: of the same queue and time). `alarms` are all open ones, null
    while they are as they were, like `pop`.
    """

    revision: int
    queues: tuple[FloorQueue, ...]
    agents: tuple[FloorAgent, ...]
    quarters: tuple[FloorQuarter, ...]
    alarms: tuple[AlarmView, ...] | None
    pop: PopView | None
    at: datetime


class TasksChangedFrame(ServerFrame, frozen=True, kw_only=True, tag="tasks_changed"):
    """What this user has to do now: the first 50 open tasks by due time."""

    tasks: tuple[TaskView, ...]


class CallChangedFrame(ServerFrame, frozen=True, kw_only=True, tag="call_changed"):
    """A call that this user has, or had, or that their phone rings for: the whole of it. One that has ended, or is
    somebody else's now, is not among this user's calls any more (compare `version`, keep the greater)."""

    call: CallView


class SignedOut(ServerFrame, frozen=True, kw_only=True, tag="signed_out"):
    """The sign-in ended; the socket closes after this."""

    reason: str


Frame = (
    Snapshot
    | Resync
    | Replayed
    | Tick
    | MeChanged
    | ReservationOfferedFrame
    | ReservationEndedFrame
    | WorkChanged
    | WorkRemoved
    | TouchAdded
    | DeliveryChangedFrame
    | TypingFrame
    | ClientLeftFrame
    | ClientRatedFrame
    | ClientMovedFrame
    | QueuesChanged
    | CardChanged
    | PlannedChangedFrame
    | DraftChangedFrame
    | MentionedFrame
    | MentionsReadFrame
    | SnoozeChangedFrame
    | ViewersChanged
    | HouseChangedFrame
    | NoticeAdded
    | NoticeGone
    | ConsultChangedFrame
    | FloorSnapshot
    | FloorChanged
    | TasksChangedFrame
    | CallChangedFrame
    | SignedOut
)


class ClientFrame(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """Base of what the console sends."""


class Hello(ClientFrame, frozen=True, kw_only=True, tag="hello"):
    """The first frame. `last_seq` is the newest number applied, None for a new desk."""

    last_seq: int | None = None
    stream: str = ""


class Ping(ClientFrame, frozen=True, kw_only=True, tag="ping"):
    """The console is there (every 5 s); renews the presence lease. Answered by a tick."""


class TypingCommand(ClientFrame, frozen=True, kw_only=True, tag="typing"):
    """The agent is typing to this client, or has stopped."""

    interaction_id: str
    typing: bool


class ViewingCommand(ClientFrame, frozen=True, kw_only=True, tag="viewing"):
    """The conversation on the screen of this window, or None; said again every 10 s while it lasts.

    `person_id` is whose card is on the screen, also without a conversation: its changes are told to this window.
    """

    interaction_id: str | None = None
    person_id: str | None = None


class WatchFloor(ClientFrame, frozen=True, kw_only=True, tag="watch_floor"):
    """Show the live wallboard in this window, or (`on` false) do not any more. Needs a role that may read it."""

    on: bool


Command = Hello | Ping | TypingCommand | ViewingCommand | WatchFloor
