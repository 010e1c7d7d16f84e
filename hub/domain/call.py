"""A call: two people on a line, or one who waits for the other; and where an agent's phone is."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain.ids import CallId, InteractionId, PersonId, QueueId, TenantId, UserId, WorkItemId
from hub.domain.touch import Direction

SIP = "sip"
"""The channel of calls."""


class CallStage(StrEnum):
    """How far a call came. `waiting`: nobody's phone rings for it yet; `ringing`: the agent's, or on a call of
    ours the client's, does; `talking`: both are on the line, or one is held."""

    WAITING = "waiting"
    RINGING = "ringing"
    TALKING = "talking"
    ENDED = "ended"


class CallEnd(StrEnum):
    """Why a call ended, in one stable word."""

    CLIENT_LEFT = "client_left"
    """Hung up before anybody answered."""
    CLIENT_HUNG_UP = "client_hung_up"
    AGENT_HUNG_UP = "agent_hung_up"
    TRANSFERRED = "transferred"
    """Goes on with somebody outside; neither of us is on the line."""
    CALLBACK = "callback"
    """The client asked to be called."""
    VOICEMAIL = "voicemail"
    CLOSED = "closed"
    """Came outside the hours."""
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    REFUSED = "refused"
    MEDIA_LOST = "media_lost"
    """Nothing was heard of one side for too long."""
    HUB_LOST = "hub_lost"
    """The hub that carried it ended."""
    FAILED = "failed"


class RecordingState(StrEnum):
    """Whether what is said is kept."""

    OFF = "off"
    ON = "on"
    PAUSED = "paused"


class PhoneKind(StrEnum):
    """What an agent talks with: the console itself, a phone that registers at the hub, or any address or number."""

    BROWSER = "browser"
    REGISTERED = "registered"
    URI = "uri"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPhone:
    """Where an agent's phone is. `uri` is empty unless the kind is `uri`; `account` is the name by which a browser
    or a desk phone registers."""

    agent_id: UserId
    kind: PhoneKind = PhoneKind.BROWSER
    uri: str = ""
    account: str = ""
    auto_answer: bool = False


def call_back_title(number: str, missed: int = 1) -> str:
    """The title of a task to call somebody back, and how often they were missed. It is one form, in English, so that
    the console can say it in the language of whoever reads it."""
    return f"Call back: {number} ({missed})" if missed > 1 else f"Call back: {number}"


def is_call_back_title(title: str) -> bool:
    """Whether nobody has written another one."""
    return re.fullmatch(r"Call back: \S+( \([0-9]+\))?", title) is not None


def is_number(uri: str) -> bool:
    """Whether the address of a phone is a number, to which a trunk leads; SIP addresses begin with their scheme."""
    return bool(uri) and ":" not in uri


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call with a client. `number` is theirs as far as it is known (E.164, or what the line said, or empty);
    `dialled` is the number or the user they called, or the trunk we called by.

    `account` and `thread` name its session. `held_since` is when the client was put on hold, None while they are
    not. `third` is whom the agent consults, or hands the client to: a name or a number, with how far that came.
    `heard_at` is when the hub that carries it (`node`) last said that it lives: G10.
    """

    id: CallId
    tenant_id: TenantId
    interaction_id: InteractionId
    person_id: PersonId
    queue_id: QueueId
    direction: Direction
    account: str
    thread: str
    number: str
    dialled: str
    stage: CallStage
    started_at: datetime
    heard_at: datetime
    node: str
    work_item_id: WorkItemId | None = None
    agent_id: UserId | None = None
    answered_at: datetime | None = None
    held_since: datetime | None = None
    ended_at: datetime | None = None
    end: CallEnd | None = None
    recording: RecordingState = RecordingState.OFF
    third: str = ""
    third_stage: CallStage | None = None
    version: int = 1
