"""Whether what a known client writes on another channel continues what is open with them. Decided without I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.agent import Media
from hub.domain.ids import QueueId
from hub.domain.interaction import Interaction, InteractionState
from hub.domain.person import IdentityKind
from hub.domain.queue import Queue
from hub.domain.work import WorkItem, WorkState

IN_HAND = frozenset({WorkState.QUEUED, WorkState.OFFERED, WorkState.ASSIGNED})
"""States of a pass that somebody takes up, or has taken up."""

CHAT_PAGE = IdentityKind.WEBCHAT.value
_PAIR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Engaged:
    """An interaction of a known client: the pass of it that is under way, the channels of its open sessions, and when
    its newest touch came (looked up only where no pass is under way; else when it was opened)."""

    interaction: Interaction
    item: WorkItem | None
    channels: frozenset[str]
    touched_at: datetime


def continued(
    engaged: Iterable[Engaged], channel: str, queues: Mapping[QueueId, Queue], now: datetime
) -> Engaged | None:
    """The one interaction that a first touch on `channel` continues; None: it begins its own.

    It must be the only one that lives (`lives`): of two nobody knows which is meant. And the client must not be in it
    on this channel already: there, the channel's own threads say what belongs together.
    """
    living = [one for one in engaged if lives(one, queues, now)]
    if len(living) != 1 or channel in living[0].channels:
        return None
    return living[0]


def lives(one: Engaged, queues: Mapping[QueueId, Queue], now: datetime) -> bool:
    """Whether it can be continued in writing: it is open, and somebody takes it up, or its newest touch is no older
    than its queue allows. A call is no place to write to, and what is being wrapped up is over."""
    if one.interaction.state is not InteractionState.OPEN:
        return False
    if one.item is not None:
        return one.item.state in IN_HAND and one.item.media is not Media.VOICE
    queue = queues.get(one.interaction.queue_id)
    window_s = 0.0 if queue is None else queue.rules.continues_s
    return now - one.touched_at <= timedelta(seconds=window_s)


def to_unite(
    engaged: Iterable[Engaged], queues: Mapping[QueueId, Queue], now: datetime
) -> tuple[Engaged, tuple[Engaged, ...]] | None:
    """What is to become one now that all of these are of one client: the interaction that goes on, and those that it
    takes in. None: there is nothing to unite.

    Nothing that somebody has in hand is taken from them, and the page of a chat goes on in the conversation it shows:
    both only take in others. What is in hand goes before a chat, and of equals the oldest goes on. Two on one channel
    stay two: a reply there could not say to which.
    """
    living = sorted(
        (one for one in engaged if lives(one, queues, now)), key=lambda one: one.interaction.opened_at
    )
    if len(living) < _PAIR:
        return None
    goes_on = min(living, key=lambda one: (not _in_hand(one), CHAT_PAGE not in one.channels))
    channels, taken = set(goes_on.channels), []
    for one in living:
        if one is goes_on or _in_hand(one) or CHAT_PAGE in one.channels or channels & one.channels:
            continue
        channels |= one.channels
        taken.append(one)
    return (goes_on, tuple(taken)) if taken else None


def _in_hand(one: Engaged) -> bool:
    return one.item is not None and one.item.state is WorkState.ASSIGNED
