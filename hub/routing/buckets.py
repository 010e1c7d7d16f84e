"""The work's side of the board: waiting items by what they need (buckets) and by queue (lines), in order of urgency."""

from array import array
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge
from operator import itemgetter

from hub.domain.agent import FULL
from hub.domain.ids import QueueId, UserId
from hub.routing.entry import NEVER, Key
from hub.routing.order import getter_of, slots_in
from hub.routing.planned import Staff
from hub.routing.seat import MEDIA, Getter, Rank, Seat

ANY_MEDIUM = (1 << len(MEDIA)) - 1

EMPTY_KEPT = 512
"""Empty buckets are kept for the next item like the last one; from this many buckets on they are swept out."""

Needs = tuple[QueueId, int, frozenset[tuple[str, int]], frozenset[UserId], UserId | None]
"""Queue, medium, skills with their levels, the agents to avoid, and the one it is kept for: items that are equal in it
share a bucket."""


@dataclass(slots=True, eq=False, kw_only=True)
class Bucket:
    """The waiting items that need the same: whoever may take one of them may take each.

    `line` is in order; `queue_line` holds the urgencies of all that waits in the queue, side by side in memory, to
    be searched fast. `able` is that of `staff`; nobody is while the bucket is `shut`, as its queue is closed.
    """

    number: int
    needs: Needs
    medium: int
    staff: Staff
    line: list[Key] = field(default_factory=list)
    queue_line: "array[float]"
    able: int = 0
    able_count: int = 0
    shut: bool = False
    _ranks_of_able: Getter[Rank | None] | None = None
    _takers: int = 0
    _avoided: int = 0

    def admit(self, seats: Iterable[Seat]) -> int:
        """Count members of the queue's staff where they belong now. Returns those whose `able` changed."""
        before = self.staff
        lacking = [0] * len(before.wanted)
        admitted = qualified = takers = avoided = 0
        medium, to_avoid, only = self.medium, self.needs[3], self.needs[4]
        for seat in seats:
            agent, bit = seat.agent, seat.bit
            assert agent is not None
            admitted |= bit
            for index, (skill, level) in enumerate(before.wanted):
                if agent.skills.get(skill, 0) < level:
                    lacking[index] |= bit
                    break
            else:
                qualified |= bit
                if seat.weights[medium] <= FULL and (only is None or seat.agent_id == only):
                    takers |= bit
                    if seat.agent_id in to_avoid:
                        avoided |= bit
        others = ~admitted
        self._takers = self._takers & others | takers
        self._avoided = self._avoided & others | avoided
        still_lacking = tuple(old & others | new for old, new in zip(before.lacking, lacking, strict=True))
        return self._restaff(still_lacking, before.qualified & others | qualified)

    def dismiss(self, seat: Seat) -> int:
        """Count the agent nowhere any more. Returns the agents whose `able` changed."""
        others = ~seat.bit
        self._takers &= others
        self._avoided &= others
        lacking = tuple(agents & others for agents in self.staff.lacking)
        return self._restaff(lacking, self.staff.qualified & others)

    def shut_up(self, *, shut: bool) -> int:
        """Close the bucket with its queue, or open it. Returns the agents whose `able` changed."""
        self.shut = shut
        return self._restaff(self.staff.lacking, self.staff.qualified)

    def ranks_of_able(self) -> Getter[Rank | None]:
        """Gets the ranks of the able ones out of a list by slot."""
        if self._ranks_of_able is None:
            self._ranks_of_able = getter_of(list(slots_in(self.able)))
        return self._ranks_of_able

    def _restaff(self, lacking: tuple[int, ...], qualified: int) -> int:
        has_another = self._takers & (self._takers - 1)
        able = self._takers & ~self._avoided if has_another else self._takers
        if self.shut:
            able = 0
        changed = self.able ^ able
        if changed:
            self.able, self.able_count, self._ranks_of_able = able, able.bit_count(), None
        self.staff = Staff(self.staff.wanted, lacking, qualified, able)
        return changed


class Lines:
    """All waiting work of a tenant. `urgencies[n]` is that of the head of bucket n."""

    def __init__(self) -> None:
        self.urgencies = array("d")
        self.buckets: list[Bucket | None] = []
        self._by_needs: dict[Needs, Bucket] = {}
        self._of_queue: dict[QueueId, dict[int, Bucket]] = {}
        self._queue_lines: dict[QueueId, array[float]] = {}
        self._unused_numbers: list[int] = []
        self._sweep_at = EMPTY_KEPT

    def bucket_of(self, needs: Needs) -> Bucket | None:
        """The bucket of items that need this, if there is one."""
        return self._by_needs.get(needs)

    def buckets_of(self, queue_id: QueueId) -> Iterable[Bucket]:
        """The buckets of a queue."""
        return self._of_queue.get(queue_id, {}).values()

    def waiting_count(self, queue_id: QueueId) -> int:
        """How many wait in a queue."""
        return len(self._queue_lines.get(queue_id, ()))

    def waiting(self, queue_id: QueueId) -> Iterator[Key]:
        """All that waits in a queue, the most urgent first. Only to be gone through at once."""
        return merge(*(bucket.line for bucket in self.buckets_of(queue_id)))

    def place(self, bucket: Bucket, key: Key) -> int:
        """The place of a waiting item in the line of its queue, from 1."""
        line = bucket.queue_line
        before = bisect_left(line, key[0])
        if before + 1 < len(line) and line[before + 1] == key[0]:
            before += self._equals_before(bucket.needs[0], key)
        return before + 1

    def _equals_before(self, queue_id: QueueId, key: Key) -> int:
        lines = (bucket.line for bucket in self.buckets_of(queue_id))
        return sum(bisect_left(line, key) - bisect_left(line, key[0], key=itemgetter(0)) for line in lines)

    def most_urgent(self, numbers: Sequence[int], urgencies: Sequence[float]) -> Bucket | None:
        """Of these buckets, whose urgencies are given, the one whose head comes first; None: all are empty."""
        least = min(urgencies)
        if least == NEVER:
            return None
        if urgencies.count(least) > 1:
            return self.most_urgent_of(numbers, ANY_MEDIUM)
        return self.buckets[numbers[urgencies.index(least)]]

    def most_urgent_of(self, numbers: Sequence[int], media: int) -> Bucket | None:
        """Of these buckets, the one whose head comes first of all of certain media (bit n for medium n)."""
        buckets = (bucket for number in numbers if (bucket := self.buckets[number]) is not None)
        fitting = (bucket for bucket in buckets if bucket.line and media >> bucket.medium & 1)
        return min(fitting, key=lambda bucket: bucket.line[0], default=None)

    def open_bucket(self, needs: Needs) -> Bucket:
        """A new, empty bucket that nobody is admitted to yet."""
        queue_id, medium, skills, _, _ = needs
        if not self._unused_numbers:
            self._unused_numbers.append(len(self.buckets))
            self.buckets.append(None)
            self.urgencies.append(NEVER)
        number = self._unused_numbers.pop()
        bucket = Bucket(
            number=number,
            needs=needs,
            medium=medium,
            staff=Staff(tuple(sorted(skills)), (0,) * len(skills), 0, 0),
            queue_line=self._queue_lines.setdefault(queue_id, array("d")),
        )
        self.buckets[number] = self._by_needs[needs] = bucket
        self._of_queue.setdefault(queue_id, {})[number] = bucket
        return bucket

    def close_bucket(self, bucket: Bucket) -> None:
        """Forget an empty bucket."""
        del self._by_needs[bucket.needs]
        del self._of_queue[bucket.needs[0]][bucket.number]
        self.buckets[bucket.number] = None
        self._unused_numbers.append(bucket.number)

    def superfluous(self) -> list[Bucket]:
        """The buckets to close: all empty ones, when there are too many of them; mostly none."""
        if len(self._by_needs) < self._sweep_at:
            return []
        empty = [bucket for bucket in self._by_needs.values() if not bucket.line]
        self._sweep_at = max(EMPTY_KEPT, 2 * (len(self._by_needs) - len(empty)))
        return empty

    def enter(self, bucket: Bucket, key: Key) -> bool:
        """Put an item in its place; whether it is the head of its bucket now."""
        insort(bucket.queue_line, key[0])
        line = bucket.line
        insort(line, key)
        if line[0] is not key:
            return False
        self.urgencies[bucket.number] = key[0]
        return True

    def leave(self, bucket: Bucket, key: Key) -> int:
        """Take an item out. Returns the place it had in the line of its queue, from 1."""
        line, queue_line = bucket.line, bucket.queue_line
        before = bisect_left(queue_line, key[0])
        if before + 1 < len(queue_line) and queue_line[before + 1] == key[0]:
            place = self.place(bucket, key)
        else:
            place = before + 1
        del queue_line[before]
        if line[0] is key:
            del line[0]
            self.urgencies[bucket.number] = line[0][0] if line else NEVER
        else:
            del line[bisect_left(line, key)]
        return place
