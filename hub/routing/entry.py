"""One open item on the board, and the order in which items wait."""

from datetime import datetime
from math import inf

import msgspec

from hub.domain.ids import WorkItemId
from hub.domain.work import WorkItem
from hub.routing.planned import PlannedOffer
from hub.routing.seat import Seat


class Entry(msgspec.Struct, eq=False):
    """An open item: waiting in a bucket at its `key`, or in hand, taking `weight` units of the agent of `seat`.

    `number` is that of its medium. `planned` is the decision that laid it on the seat, until the store's word
    comes; the item is then still as it waited.
    """

    item: WorkItem
    number: int
    bucket: int = -1
    key: "Key | None" = None
    seat: Seat | None = None
    weight: int = 0
    planned: PlannedOffer | None = None


Key = tuple[float, datetime, WorkItemId, Entry]
"""Urgent at (POSIX seconds, exact to the microsecond), first queued at, id: the order of waiting work. The entry
only goes with it: it is never compared, because no two items have one id.
"""

NEVER = inf
"""How urgent nothing is."""


def key_of(entry: Entry) -> Key:
    """The place of the entry's item in the order. It never changes while the item waits."""
    item = entry.item
    return item.urgent_at.timestamp(), item.first_queued_at, item.id, entry
