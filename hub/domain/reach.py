"""By which ways a client can be written to first, and why another way is closed now. Decided without I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from hub.domain.agent import FULL, Agent, Capacity, Media
from hub.domain.ids import InteractionId, PersonId, QueueId, UserId
from hub.domain.person import IdentityKind, Tier
from hub.domain.work import WAITING_STATES, WorkState


class WayClosed(StrEnum):
    """Why nobody can begin there now; also the stable code of the refusal."""

    NOT_CONNECTED = "channel_not_connected"
    NO_ADDRESS = "no_address"
    CLIENT_REFUSED = "client_refused"
    SITE_OFF = "site_off"
    ACCOUNT_OFF = "account_off"
    COLLEAGUE_HAS_IT = "colleague_has_it"
    OTHER_TEAM = "other_team_has_it"
    ACCOUNT_OF_OTHERS = "account_of_others"
    OF_ANOTHER = "address_of_another"
    """The address is on another client's card by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Whom somebody wants to write to: the record that stands for them, and the kinds of channel on which their
    newest word about being written to is no. `language` is theirs, empty while nobody knows."""

    person_id: PersonId
    tier: Tier
    addresses: dict[IdentityKind, tuple[str, ...]]
    refused: frozenset[IdentityKind]
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """The open interaction of a thread; `state` and `agent_id` are of its pass, None between two passes."""

    interaction_id: InteractionId
    queue_id: QueueId
    state: WorkState | None = None
    agent_id: UserId | None = None
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One conversation that a channel can begin with a client: `account` and `thread` are the channel's names of
    it, `address` is where a message goes, `label` what people call the place. `queue_id` is the line that what
    the client begins there comes to; `closed` is the channel's own reason why not. `language` is that of the place,
    `usual_language` the one to begin in where nothing else is known. `sender` is the address of ours that it comes
    from, on e-mail; `for_queues` are those whose people may begin by it, None: anybody's."""

    kind: IdentityKind
    channel: str
    media: Media
    account: str
    thread: str
    address: str
    label: str
    language: str
    queue_id: QueueId | None
    last_at: datetime | None = None
    closed: WayClosed | None = None
    usual_language: str = ""
    sender: str = ""
    for_queues: frozenset[QueueId] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A way, and what somebody finds there: a reason why not, or the interaction that they would continue.

    `held_up` is the code of what they must mend themselves before they can begin there: `be_there_first`,
    `at_capacity`; empty when nothing is.
    """

    way: Way
    closed: WayClosed | None
    under_way: UnderWay | None
    held_up: str = ""


def judged(
    way: Way,
    refused: frozenset[IdentityKind],
    under_way: UnderWay | None,
    me: UserId | None,
    queues: frozenset[QueueId],
) -> Judged:
    """Whether `me`, who serves `queues`, may write there. What the client said comes before everything else."""
    if way.kind in refused:
        closed: WayClosed | None = WayClosed.CLIENT_REFUSED
    elif way.closed is not None:
        closed = way.closed
    elif under_way is None or (me is not None and under_way.agent_id == me):
        closed = None
    elif under_way.state is WorkState.ASSIGNED:
        closed = WayClosed.COLLEAGUE_HAS_IT
    elif under_way.queue_id not in queues:
        closed = WayClosed.OTHER_TEAM
    else:
        closed = None
    return Judged(way=way, closed=closed, under_way=under_way)


def within_reach(ways: Sequence[Way], queues: frozenset[QueueId] | None) -> list[Way]:
    """The ways of somebody who serves `queues` (None: all): those of others are closed, and shown, without whose they
    are, only where there is no other to an address."""
    mine = [way for way in ways if queues is None or way.for_queues is None or way.for_queues & queues]
    reached = {way.address for way in mine}
    others = {way.address: way for way in reversed(ways) if way.address not in reached}
    closed = (
        replace(way, account="", sender="", queue_id=None, closed=way.closed or WayClosed.ACCOUNT_OF_OTHERS)
        for way in reversed(others.values())
    )
    return [*mine, *closed]


def likeliest_first(
    ways: Sequence[Way], used: Mapping[tuple[str, str], datetime], queues: frozenset[QueueId]
) -> list[Way]:
    """The one that was `used` last with this client (by account and address), then those whose answers come to whoever
    begins, then the others; else in the order of the channel."""
    seen = [replace(way, last_at=way.last_at or used.get((way.account, way.address))) for way in ways]
    seen.sort(key=lambda way: way.queue_id not in queues)
    return sorted(seen, key=lambda way: -way.last_at.timestamp() if way.last_at else 0.0)


def waits(under_way: UnderWay) -> bool:
    """Whether the client of it waits in a line."""
    return under_way.state in WAITING_STATES


def held_up(one: Judged, agent: Agent | None, units: int, *, is_there: bool) -> str:
    """What keeps somebody who holds `units` from beginning there: `be_there_first`, `at_capacity`, or nothing.

    What they have already takes no more room. Without an agent they hold nothing and take all media.
    """
    if not is_there:
        return "be_there_first"
    there = one.under_way
    if there is not None and there.state is not None and not waits(there):
        return ""
    weight = (Capacity() if agent is None else agent.capacity).weight(one.way.media)
    return "at_capacity" if units + weight > FULL else ""
