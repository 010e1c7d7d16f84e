"""What look-ups find: interactions, history, persons, queues, agents, offers. Carried by the API as they are."""

from datetime import datetime

from hub.desk.touch_views import TouchView
from hub.desk.views import NamedView, View
from hub.domain.agent import AgentState
from hub.domain.card import CardIdentity
from hub.domain.interaction import Disposition, InteractionState
from hub.domain.reservation import ReservationState, Why
from hub.domain.segment import SegmentKind
from hub.domain.work import WorkState


class InteractionView(View, frozen=True, kw_only=True):
    """One engagement. `reply_channels` are those on which this principal may answer now, where the client was heard
    last first."""

    id: str
    person: NamedView
    queue: NamedView
    channel: str
    language: str
    state: InteractionState
    opened_at: datetime
    closed_at: datetime | None
    agent: NamedView | None
    work_item_id: str | None
    work_state: WorkState | None
    disposition: Disposition | None
    last_seq: int
    last_text: str = ""
    reply_channels: tuple[str, ...] = ()


class InteractionPage(View, frozen=True, kw_only=True):
    """A page, newest first. `next` goes into `?after=`."""

    items: tuple[InteractionView, ...]
    next: str | None


class TouchPage(View, frozen=True, kw_only=True):
    """A page in the order of `seq`."""

    items: tuple[TouchView, ...]
    next: str | None


class TimelineEntry(View, frozen=True, kw_only=True):
    """One touch or fact in a person's history over all interactions. `kind` is `touch` or the fact's name.

    A fact of the card (`card_…`) belongs to no interaction; `what` was `was` and is `now`, `agent` did it.
    `opens`: its reader may open what hangs on the touch, its files and the letter it came in.
    """

    at: datetime
    kind: str
    interaction_id: str
    seq: int
    channel: str
    queue: str
    touch: TouchView | None = None
    agent: str = ""
    detail: str = ""
    what: str = ""
    was: str = ""
    now: str = ""
    opens: bool = True


class TimelinePage(View, frozen=True, kw_only=True):
    """A page, newest first."""

    items: tuple[TimelineEntry, ...]
    next: str | None


class PersonView(View, frozen=True, kw_only=True):
    """A person found. `identities` are their addresses as text, `addresses` the same with their kind."""

    id: str
    name: str
    organization: str
    tier: str
    language: str
    identities: tuple[str, ...]
    addresses: tuple[CardIdentity, ...] = ()


class PersonPage(View, frozen=True, kw_only=True):
    """Persons found, best first."""

    items: tuple[PersonView, ...]
    next: str | None


class QueueView(View, frozen=True, kw_only=True):
    """A queue and its rules, as far as people need them."""

    id: str
    name: str
    languages: tuple[str, ...]
    service_level_share: float
    service_level_s: float
    offer_s: float
    wrap_up_s: float
    waiting: int


class QueuePage(View, frozen=True, kw_only=True):
    """All queues this principal may see."""

    items: tuple[QueueView, ...]
    next: str | None


class AgentView(View, frozen=True, kw_only=True):
    """An agent and what they do now. `load` and `full` are units of attention."""

    id: str
    name: str
    state: AgentState
    pause_reason: str
    since: datetime
    load: int
    full: int
    queues: tuple[str, ...]


class AgentPage(View, frozen=True, kw_only=True):
    """All agents this principal may see."""

    items: tuple[AgentView, ...]
    next: str | None


class SegmentView(View, frozen=True, kw_only=True):
    """One interval of an interaction."""

    kind: SegmentKind
    queue: str
    agent: str
    started_at: datetime
    ended_at: datetime


class ReservationView(View, frozen=True, kw_only=True):
    """One offer: to whom, how it ended, and why it went there."""

    id: str
    work_item_id: str
    agent: str
    state: ReservationState
    offered_at: datetime
    answered_at: datetime | None
    reason: str
    why: Why


class Explained(View, frozen=True, kw_only=True):
    """Everything the router did with an interaction."""

    reservations: tuple[ReservationView, ...]
    segments: tuple[SegmentView, ...]
