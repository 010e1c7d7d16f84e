"""Where a reply in an interaction can go, and what fits there. Decided without I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.domain.errors import Conflict
from hub.domain.ids import SessionId
from hub.domain.person import IdentityKind
from hub.domain.reach import WayClosed

WINDOW_OVER = "reply_window_over"


class ElsewhereClosed(StrEnum):
    """Why an interaction cannot go on in a conversation that is none of its own; also the code of the refusal. Others
    are those of `WayClosed`."""

    OPEN_ELSEWHERE = "open_elsewhere"
    """It is a part of another interaction that is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyWay:
    """One place a reply can go to. `is_open`: the interaction goes on there already; else it can be made to, unless
    `closed` says why not: a code of `WayClosed` or `ElsewhereClosed`, or `reply_window_over`.

    `label` is what people call the place, empty where the channel's name says all. `last_at` is when the client was
    last heard there, `until` when the channel stops taking what we write (None: never). `is_away`: their page is
    closed, and they read it when they come back.
    """

    channel: str
    account: str
    address: str
    label: str
    is_open: bool
    text_chars: int
    file_bytes: int
    closed: str = ""
    last_at: datetime | None = None
    until: datetime | None = None
    is_away: bool = False


def window_end(window_s: float | None, heard_at: datetime | None) -> datetime | None:
    """Until when a channel takes what we write to a client heard last at `heard_at`; None: for ever."""
    if window_s is None or heard_at is None:
        return None
    return heard_at + timedelta(seconds=window_s)


def require_window(until: datetime | None, now: datetime) -> None:
    """Raises Conflict (`reply_window_over`): the client must write again before anybody can write to them there."""
    if until is not None and now > until:
        raise Conflict("this channel takes replies only for a while after the client wrote", code=WINDOW_OVER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A session of an interaction as a place for replies. `is_of_another`: its address stands on the card of somebody
    else than the interaction's client. `off` is why its account takes nothing; `heard` grows with the moment at which
    the client was heard last in its thread, 0: never. One that is not `is_open` takes no replies anyway."""

    session_id: SessionId
    channel: str
    address: str
    is_open: bool
    is_of_another: bool
    off: WayClosed | None
    heard: int


def closed_places(places: Sequence[Place], refused: frozenset[IdentityKind]) -> Mapping[SessionId, WayClosed]:
    """Which of an interaction's places take no reply now, and why; `refused` are the kinds of channel on which the
    client does not want to be written to.

    Whoever writes is answered where they wrote last, whatever they said of being written to there. An address that is
    another client's by now takes what was begun by it, and nothing of a conversation that others came by too.
    """
    has_others = len({place.address for place in places if place.address}) > 1
    newest = max((place.heard for place in places if place.is_open), default=0)
    closed: dict[SessionId, WayClosed] = {}
    for place in places:
        if not place.is_open:
            continue
        is_answer = place.heard > 0 and place.heard == newest
        if place.is_of_another and has_others:
            closed[place.session_id] = WayClosed.OF_ANOTHER
        elif not is_answer and place.channel in refused:
            closed[place.session_id] = WayClosed.CLIENT_REFUSED
        elif place.off is not None:
            closed[place.session_id] = place.off
    return closed
