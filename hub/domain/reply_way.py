"""Where a reply in an interaction can go, and what fits there. Decided without I/O."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.domain.errors import Conflict

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
