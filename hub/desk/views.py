"""What people see on their screens: the values that the API and the agent socket both carry.

Encoded by msgspec: times RFC 3339 UTC, ids UUIDv7 text, enums their value. The TypeScript types of the console are
generated from these classes.
"""

from datetime import datetime

import msgspec

from hub.domain.agent import AgentState
from hub.domain.call import CallEnd, CallStage, RecordingState
from hub.domain.card import ClientCard
from hub.domain.clocks import ClocksNow
from hub.domain.drafts import DraftKind
from hub.domain.ids import QueueId
from hub.domain.notice import Notice, NoticeKind
from hub.domain.outcome import Outcome, OutcomeField, OutcomeRules, PauseReason
from hub.domain.planned import PlannedState
from hub.domain.reservation import Why
from hub.domain.touch import Attachment, Delivery, Direction
from hub.domain.work import WorkState
from hub.domain.written_letter import WrittenLetter


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Base of everything shown: immutable, fields by name."""


class NamedView(View, frozen=True, kw_only=True):
    """A thing one can only name: a queue, an agent, a person."""

    id: str
    name: str


class LastTouchView(View, frozen=True, kw_only=True):
    """The newest message of a conversation, cut to a line; `files` are the names of what came with it. `author` is
    whoever of us wrote it; of ours, empty: the hub did by itself. `delivery` is how far a reply came. Where nothing was
    said yet because the conversation is work again, it is the reply that did not arrive."""

    seq: int
    direction: Direction
    at: datetime
    text: str
    files: tuple[str, ...] = ()
    author: str = ""
    delivery: Delivery = Delivery.RECEIVED


class WorkView(View, frozen=True, kw_only=True):
    """A row of the agent's Work list. `channel` here and where work is offered or waits: as it is shown, `voicemail`
    for a message that was left on the telephone.

    `unanswered_since` is when the client, and no machine of theirs, first wrote without an answer since, and without
    having ended the chat since; `unread` counts their messages after the last one read here; `ends_at` is the end of
    the wrap-up; `clocks` is what is due, in a queue that has such times.
    """

    work_item_id: str
    interaction_id: str
    person: NamedView
    queue: NamedView
    channel: str
    language: str
    state: WorkState
    state_at: datetime
    first_queued_at: datetime
    ends_at: datetime | None = None
    last_touch: LastTouchView | None = None
    unanswered_since: datetime | None = None
    unread: int = 0
    clocks: ClocksNow | None = None
    version: int


class OfferedWorkView(View, frozen=True, kw_only=True):
    """The work in an offer. `call_back`: nobody is on the line; whoever takes it calls the client at this number."""

    id: str
    interaction_id: str
    queue: str
    channel: str
    language: str
    waited_s: float
    call_back: str = ""


class OfferView(View, frozen=True, kw_only=True):
    """Work this agent is being asked to take. `latency_ms`: touch received → frame sent."""

    reservation_id: str
    work_item: OfferedWorkView
    offered_at: datetime
    expires_at: datetime
    card: ClientCard
    why: Why
    latency_ms: float


class QueueLineView(View, frozen=True, kw_only=True):
    """How a queue stands right now. `ewt_s` is None while nothing is known."""

    id: str
    name: str
    waiting: int
    oldest_at: datetime | None
    ewt_s: float | None
    staffed: int
    available: int


class WaitingView(View, frozen=True, kw_only=True):
    """One row of the line in front of this agent. `clocks` is what is due, in a queue that has such times."""

    work_item_id: str
    person: str
    queue: str
    channel: str
    language: str
    first_queued_at: datetime
    place: int
    clocks: ClocksNow | None = None


class MeView(View, frozen=True, kw_only=True):
    """The agent's own state. `load` and `full` are units of attention; `phone_ready`: calls can be offered."""

    id: str
    name: str
    login: str
    roles: tuple[str, ...]
    state: AgentState
    wish: str
    pause_reason: str
    since: datetime
    load: int
    full: int
    version: int
    phone_ready: bool = False


class DispositionView(View, frozen=True, kw_only=True):
    """One outcome an agent may record, and the form it asks for. `name` is shown where `names` has none of the
    reader's language; no `queues`: all; a `retired` one has its name in the history and is offered nowhere."""

    code: str
    name: str
    note_required: bool
    names: dict[str, str] = {}
    queues: tuple[str, ...] = ()
    parent: str = ""
    fields: tuple[OutcomeField, ...] = ()
    retired: bool = False


def outcome_of(view: DispositionView) -> Outcome:
    """The outcome that is shown so."""
    return Outcome(
        code=view.code,
        name=view.name,
        note_required=view.note_required,
        rules=OutcomeRules(
            names=view.names,
            queues=tuple(QueueId(q) for q in view.queues),
            parent=view.parent,
            fields=view.fields,
            retired=view.retired,
        ),
    )


def disposition_view(outcome: Outcome) -> DispositionView:
    """How the outcome is shown."""
    rules = outcome.rules
    return DispositionView(
        code=outcome.code,
        name=outcome.name,
        note_required=outcome.note_required,
        names=rules.names,
        queues=rules.queues,
        parent=rules.parent,
        fields=rules.fields,
        retired=rules.retired,
    )


class PlannedView(View, frozen=True, kw_only=True):
    """A reply that is not sent at once. `held`: only for as long as it can be undone. `letter` is of e-mail only."""

    id: str
    interaction_id: str
    person: NamedView
    author: NamedView
    channel: str
    text: str
    attachments: tuple[Attachment, ...]
    send_at: datetime
    made_at: datetime
    held: bool
    unless_client_writes: bool
    state: PlannedState
    reason: str
    version: int
    letter: WrittenLetter | None = None


class DraftView(View, frozen=True, kw_only=True):
    """What this user began to write. An empty text without files and letter: there is none any more."""

    interaction_id: str
    kind: DraftKind
    channel: str
    text: str
    attachments: tuple[Attachment, ...]
    mentions: tuple[str, ...]
    window: str
    version: int
    changed_at: datetime
    letter: WrittenLetter | None = None


class MentionView(View, frozen=True, kw_only=True):
    """A note that names this user, not read yet; `text` is cut to a line."""

    touch_id: str
    interaction_id: str
    person: NamedView
    author: str
    at: datetime
    text: str


class SnoozeView(View, frozen=True, kw_only=True):
    """A conversation that this agent laid aside."""

    interaction_id: str
    person: NamedView
    queue: NamedView
    channel: str
    language: str
    until: datetime
    reason: str


class ViewerView(View, frozen=True, kw_only=True):
    """Somebody who has this conversation on the screen."""

    id: str
    name: str


class ColleagueView(View, frozen=True, kw_only=True):
    """Somebody who may be named in a note."""

    id: str
    name: str
    roles: tuple[str, ...]


class NoticeView(View, frozen=True, kw_only=True):
    """A word at one's desk, until it is read. `detail` is a stable word of its kind, `text` what the sender wrote.

    `person` and `subject` (of the last letter, if any) say which conversation it is about, where it is about one.
    """

    id: str
    kind: NoticeKind
    by: str
    detail: str
    text: str
    interaction_id: str | None
    at: datetime
    person: NamedView | None = None
    subject: str = ""


class ConsultView(View, frozen=True, kw_only=True):
    """A colleague being asked within a conversation. `person` and `channel` say which."""

    id: str
    interaction_id: str
    person: NamedView
    channel: str
    asked_by: NamedView
    colleague: NamedView
    question: str
    started_at: datetime
    ended_at: datetime | None = None
    reason: str = ""


class TaskView(View, frozen=True, kw_only=True):
    """A task. `person`, `case_id` and `interaction_id` are what it belongs to, if anything.

    `given_by` is who gave it to its owner, empty for what one gave oneself; `created_by` wrote it down first.
    `if_no_answer`: it is done by itself when the client writes.
    """

    id: str
    title: str
    owner: NamedView
    created_by: str
    given_by: str = ""
    created_at: datetime
    due_at: datetime | None
    done_at: datetime | None
    person: NamedView | None
    case_id: str | None
    case_number: int | None
    interaction_id: str | None
    version: int
    if_no_answer: bool = False


class CallView(View, frozen=True, kw_only=True):
    """A call. `number` is the client's as far as it is known, `dialled` what they called or the trunk we called by.

    `agent` has it, or their phone rings for it; `held_since` is when the client was put on hold. `third` is whom the
    agent consults, and `third_stage` how far that came. Greater `version`s are newer.
    """

    id: str
    interaction_id: str
    person: NamedView
    queue: NamedView
    direction: Direction
    number: str
    dialled: str
    stage: CallStage
    started_at: datetime
    answered_at: datetime | None
    held_since: datetime | None
    ended_at: datetime | None
    end: CallEnd | None
    recording: RecordingState
    third: str
    third_stage: CallStage | None
    agent: NamedView | None
    work_item_id: str | None
    version: int


class DeskView(View, frozen=True, kw_only=True):
    """Everything the agent desk shows; what a snapshot carries.

    `planned` are this user's replies that still wait or have failed, `mentions` those not read (the newest 50),
    `snoozed` what this user laid aside, `tasks` what this user has to do (the first 50 by due time),
    `calls` those that this user has, or whose phone rings for them.
    """

    me: MeView
    queues: tuple[QueueLineView, ...]
    offers: tuple[OfferView, ...]
    work: tuple[WorkView, ...]
    waiting: tuple[WaitingView, ...]
    dispositions: tuple[DispositionView, ...]
    pause_reasons: tuple[str, ...]
    planned: tuple[PlannedView, ...] = ()
    mentions: tuple[MentionView, ...] = ()
    snoozed: tuple[SnoozeView, ...] = ()
    pauses: tuple[PauseReason, ...] = ()
    notices: tuple[NoticeView, ...] = ()
    consults: tuple[ConsultView, ...] = ()
    tasks: tuple[TaskView, ...] = ()
    calls: tuple[CallView, ...] = ()
    server_time: datetime


def notice_view(notice: Notice) -> NoticeView:
    """What its reader sees of a notice."""
    return NoticeView(
        id=notice.id,
        kind=notice.kind,
        by=notice.by,
        detail=notice.detail,
        text=notice.text,
        interaction_id=notice.interaction_id,
        at=notice.at,
    )
