"""What a decision has to look at: only work and agents for whom something became possible since the last."""

from datetime import datetime
from heapq import heappop, heappush
from itertools import count

from hub.domain.ids import WorkItemId
from hub.routing.buckets import Bucket, Lines
from hub.routing.entry import Key
from hub.routing.floor import Floor
from hub.routing.order import getter_of

_ONE_BY_ONE = 4
"""So many agents claim for themselves; of more, all the buckets they may serve are looked at once."""

_Claim = tuple[float, datetime, WorkItemId, int, Key, int, int]
"""The order, a serial number (an item may have left and come back), the key, the number of its bucket, and who claims
it: that number again for the bucket itself, or −1 − the slot of an agent.
"""


class Claims:
    """The search for the most urgent item that somebody can take.

    When a round of decisions ended, no waiting item had an agent who could take it. So whatever can be taken
    now involves a bucket with a new head or an agent who gained something: `buckets` and `slots` collect them.
    Each claims the most urgent item it has a part in; the least claim that holds is the next decision. A claim
    that does not hold any more is made anew, or dropped when there is nothing left to claim.
    """

    def __init__(self, floor: Floor, lines: Lines) -> None:
        self.buckets: set[int] = set()
        self.slots: set[int] = set()
        self._floor = floor
        self._lines = lines
        self._heap: list[_Claim] = []
        self._serial = count()
        self._claimed: dict[int, Key] = {}

    def first(self) -> Bucket | None:
        """The bucket whose head is the most urgent item that somebody can take, None when there is none."""
        slots, buckets = self.slots, self.buckets
        if not self._heap:
            # By far the most decisions: one agent has room, or one item came. That claim is the least as it is.
            if len(slots) == 1 and not buckets:
                bucket = self._best_for(*slots)
                if bucket is None:
                    slots.clear()
                return bucket
            if len(buckets) == 1 and not slots:
                bucket = self._lines.buckets[next(iter(buckets))]
                if bucket is not None and bucket.line and bucket.able & self._floor.free[bucket.medium]:
                    return bucket
                buckets.clear()
            if not slots and not buckets:
                return None
        return self._least()

    def _least(self) -> Bucket | None:
        if len(self.slots) > _ONE_BY_ONE:
            self._claim_by_buckets()
        while self.buckets:
            self._claim_for_bucket(self.buckets.pop())
        while self.slots:
            self._claim_for_slot(self.slots.pop())
        heap, claimed = self._heap, self._claimed
        while heap:
            *_, key, number, who = heap[0]
            bucket = self._lines.buckets[number]
            if bucket is not None and bucket.line and bucket.line[0] is key and self._has_taker(bucket):
                return bucket
            heappop(heap)
            if claimed.get(who) is not key:
                continue
            del claimed[who]
            if who >= 0:
                self._claim_for_bucket(number)
            else:
                self._claim_for_slot(-1 - who)
        return None

    def _claim_by_buckets(self) -> None:
        for slot in self.slots:
            seat = self._floor.slots[slot]
            if seat is not None:
                self.buckets.update(seat.buckets)
        self.slots.clear()

    def _has_taker(self, bucket: Bucket) -> bool:
        return bucket.able & self._floor.free[bucket.medium] != 0

    def _claim_for_bucket(self, number: int) -> None:
        bucket = self._lines.buckets[number]
        if bucket is not None and bucket.line and self._has_taker(bucket):
            self._claim(bucket.line[0], number, number)

    def _claim_for_slot(self, slot: int) -> None:
        bucket = self._best_for(slot)
        if bucket is not None:
            self._claim(bucket.line[0], bucket.number, -1 - slot)

    def _best_for(self, slot: int) -> Bucket | None:
        seat = self._floor.slots[slot]
        if seat is None or not seat.room_for or not seat.buckets:
            return None
        lines, room_for = self._lines, seat.room_for
        if seat.urgencies_of is None:
            seat.urgencies_of = getter_of(seat.buckets)
        bucket = lines.most_urgent(seat.buckets, seat.urgencies_of(lines.urgencies))
        if bucket is None or room_for >> bucket.medium & 1:
            return bucket
        return lines.most_urgent_of(seat.buckets, room_for)

    def _claim(self, key: Key, number: int, who: int) -> None:
        if self._claimed.get(who) is not key:
            self._claimed[who] = key
            heappush(self._heap, (*key[:3], next(self._serial), key, number, who))
