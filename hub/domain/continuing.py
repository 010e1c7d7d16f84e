"""Whether what a known client writes on another channel continues what is open with them. Decided without I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.agent import Media
from hub.domain.ids import QueueId
from hub.domain.interaction import Interaction, InteractionState
from hub.domain.queue import Queue
from hub.domain.work import WorkItem, WorkState

IN_HAND = frozenset({WorkState.QUEUED, WorkState.OFFERED, WorkState.ASSIGNED})
"""States of a pass that somebody takes up, or has taken up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engaged:
    """An interaction of a known client: the pass of it that is under way, the channels of its open sessions, and when
    its newest touch came."""

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
