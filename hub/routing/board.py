"""The live picture of one tenant that decisions are made on: queues, agents, waiting work and work in hand.

In memory, without I/O; time is an argument and must not go back. One writer only. It is rebuilt from the store by
putting everything again, and the store's compare-and-set stays the judge: a wrong picture costs a refused offer.
"""

from collections import OrderedDict
from datetime import datetime
from heapq import heappop, heappush
from itertools import islice

from hub.domain.agent import Agent, Media
from hub.domain.ids import QueueId, UserId, WorkItemId
from hub.domain.presence import Holdings
from hub.domain.queue import Queue, QueueRules
from hub.domain.work import OPEN_STATES, WorkItem, WorkState
from hub.routing.buckets import Bucket, Lines, Needs
from hub.routing.claims import Claims
from hub.routing.entry import Entry, key_of
from hub.routing.floor import Floor
from hub.routing.order import Turns
from hub.routing.planned import PlannedOffer
from hub.routing.seat import NUMBER_OF, Seat, Standing
from hub.routing.terms import Terms, changes_with_time, terms_of

# Members of an enum are slow to come by, and these are needed with every piece of news.
_QUEUED, _OFFERED = WorkState.QUEUED, WorkState.OFFERED

_ENDED_KEPT = 1_000
"""Versions of ended items that are remembered, so that late news of them does not bring them back."""


class Board:
    """The picture, kept by `put_*`; decisions are taken by `policy.plan_offers` and applied here at once.

    A planned offer counts as an open offer of its agent until the store's word comes: the item as offered
    (`put_item`), or nothing (`revoke`).
    """

    def __init__(self) -> None:
        self.floor = Floor()
        self.lines = Lines()
        self.claims = Claims(self.floor, self.lines)
        self.queue_names: dict[QueueId, str] = {}
        self.turns = Turns()
        self._queues: dict[QueueId, Queue] = {}
        self._entries: dict[WorkItemId, Entry] = {}
        self._ended: OrderedDict[WorkItemId, int] = OrderedDict()
        self._avoided: dict[WorkItemId, dict[UserId, datetime]] = {}
        self._avoid_ends: list[tuple[datetime, WorkItemId, UserId]] = []
        self._closed: frozenset[QueueId] = frozenset()
        self._timed: set[QueueId] = set()
        self._changes: list[tuple[datetime, WorkItemId]] = []
        self._now: datetime | None = None

    # --- news from the store ---

    def put_queue(self, queue: Queue) -> None:
        """A queue, new or changed; an older version is ignored."""
        known = self._queues.get(queue.id)
        if known is not None and queue.version < known.version:
            return
        self._queues[queue.id] = queue
        self.queue_names[queue.id] = queue.name
        if changes_with_time(queue):
            self._timed.add(queue.id)
        else:
            self._timed.discard(queue.id)
        if (known.rules if known is not None else QueueRules()) != queue.rules:
            for key in list(self.lines.waiting(queue.id)):
                self._line_up_again(key[3].item.id)

    def close(self, queues: frozenset[QueueId]) -> None:
        """These queues are closed, and no others: nobody is offered what waits in them."""
        for queue_id in queues ^ self._closed:
            for bucket in self.lines.buckets_of(queue_id):
                self._note_able(bucket, bucket.shut_up(shut=queue_id in queues))
        self._closed = queues

    def put_agent(self, agent: Agent, now: datetime) -> None:
        """An agent, new or changed (presence is renewed this way too); an older version is ignored."""
        seat = self.floor.seat_of(agent.id)
        before = seat.agent
        if before is not None and agent.version < before.version:
            return
        self._now = now
        was_there = seat.standing is not Standing.OFFLINE
        if self.floor.seat_agent(seat, agent, now):
            self.claims.slots.add(seat.slot)
        if was_there and seat.standing is Standing.OFFLINE and self._timed:
            self._let_go_of(agent)
        if before is None or _serves_otherwise(before, agent):
            self._enrol(seat, before, agent)

    def remove_agent(self, agent_id: UserId) -> None:
        """The agent serves no more. Work in hand stays theirs until it is put elsewhere."""
        seat = self.floor.seats.get(agent_id)
        if seat is None or seat.agent is None:
            return
        for queue_id in seat.agent.queues:
            for bucket in self.lines.buckets_of(queue_id):
                self._note_able(bucket, bucket.dismiss(seat))
        self.floor.unseat(seat, seat.agent)

    def put_item(self, item: WorkItem) -> None:
        """An item in whatever state. The newer `version` wins: an older or the same one is ignored."""
        entry = self._entries.get(item.id)
        is_open = item.state in OPEN_STATES
        if entry is None:
            if item.version <= self._ended.get(item.id, 0):
                return
        elif item.version <= entry.item.version:
            return
        elif is_open and (seat := entry.seat) is not None and _is_held_alike(entry, seat, item):
            entry.item, entry.planned = item, None
            seat.held[item.id] = item.state
            return
        else:
            self._take_off(entry)
        if not is_open:
            self._end(item)
            return
        entry = self._entries[item.id] = Entry(item, NUMBER_OF[item.media])
        if item.state is _QUEUED:
            self._line_up(entry)
        elif item.agent_id is not None:
            self._lay_on(entry, self.floor.seat_of(item.agent_id), item.weight, item.state)

    def remove_item(self, item_id: WorkItemId) -> None:
        """The item is in the store no more."""
        entry = self._entries.pop(item_id, None)
        if entry is not None:
            self._take_off(entry)
        self._avoided.pop(item_id, None)

    def ask(self, agent_id: UserId, *, is_asked: bool) -> None:
        """A colleague asks this agent about a caller, on the telephone, or has done."""
        seat = self.floor.seat_of(agent_id)
        if seat.agent is None and not is_asked:
            seat.is_asked = False
            self.floor.forget_if_empty(seat)
        elif self.floor.ask(seat, is_asked):
            self.claims.slots.add(seat.slot)

    def avoid(self, item_id: WorkItemId, agent_id: UserId, until: datetime) -> None:
        """Do not offer the item to this agent before `until`, as long as somebody else could ever take it.

        "Could ever" is another member of the queue's staff with the skills and the medium, there or not.
        """
        avoided = self._avoided.setdefault(item_id, {})
        if agent_id in avoided and avoided[agent_id] >= until:
            return
        is_new = agent_id not in avoided
        avoided[agent_id] = until
        heappush(self._avoid_ends, (until, item_id, agent_id))
        if is_new:
            self._line_up_again(item_id)

    def tick(self, now: datetime) -> None:
        """Note what `now` ends: leases of presence, avoidances, and what work asks for until then."""
        self._now = now
        if self.floor.leases and self.floor.leases[0][0] <= now:
            self.floor.expire(now)
        while self._avoid_ends and self._avoid_ends[0][0] <= now:
            until, item_id, agent_id = heappop(self._avoid_ends)
            avoided = self._avoided.get(item_id)
            if avoided is not None and avoided.get(agent_id) == until:
                del avoided[agent_id]
                if not avoided:
                    del self._avoided[item_id]
                self._line_up_again(item_id)
        while self._changes and self._changes[0][0] <= now:
            self._line_up_again(heappop(self._changes)[1])

    # --- decisions ---

    def plan(self, bucket: Bucket, entry: Entry, planned: PlannedOffer, seat: Seat) -> None:
        """Count an item, whose key has left its bucket, as offered to the agent of the seat."""
        entry.key, entry.planned = None, planned
        entry.seat, entry.weight = seat, planned.weight
        self.floor.take(seat, planned.item.id, _OFFERED, planned.weight, entry.number)
        if not bucket.line and _is_rare(bucket):
            self._close(bucket)

    def revoke(self, planned: PlannedOffer) -> None:
        """The store did not take the offer: the item is back at its old place, the agent has the room back.

        Put the item's true state first or right after; when newer news of it came already, nothing is done.
        """
        entry = self._entries.get(planned.item.id)
        if entry is not None and entry.planned is planned:
            self._take_off(entry)
            entry.planned = None
            self._line_up(entry)

    # --- what others ask ---

    def queue(self, queue_id: QueueId) -> Queue | None:
        """The queue as last put."""
        return self._queues.get(queue_id)

    def agent(self, agent_id: UserId) -> Agent | None:
        """The agent as last put."""
        seat = self.floor.seats.get(agent_id)
        return None if seat is None else seat.agent

    def item(self, item_id: WorkItemId) -> WorkItem | None:
        """The item as last put while it is open. A planned one still looks as it waited."""
        entry = self._entries.get(item_id)
        return None if entry is None else entry.item

    def holdings(self, agent_id: UserId) -> Holdings:
        """How much open work the agent has by stage; planned offers count as offered."""
        seat = self.floor.seats.get(agent_id)
        states = list(seat.held.values()) if seat is not None else []
        return Holdings(
            offered=states.count(WorkState.OFFERED),
            assigned=states.count(WorkState.ASSIGNED),
            wrapping_up=states.count(WorkState.WRAP_UP),
        )

    def load(self, agent_id: UserId) -> int:
        """Units of attention taken: planned and open offers, accepted work, wrap-up."""
        seat = self.floor.seats.get(agent_id)
        return 0 if seat is None else seat.load

    def waiting_count(self, queue_id: QueueId) -> int:
        """How many items stand in the line of the queue."""
        return self.lines.waiting_count(queue_id)

    def waiting(self, queue_id: QueueId, limit: int) -> list[WorkItem]:
        """The first `limit` items of the queue's line, the most urgent first."""
        return [key[3].item for key in islice(self.lines.waiting(queue_id), limit)]

    def place(self, item_id: WorkItemId) -> int | None:
        """The item's place in the line of its queue, from 1; None when it does not wait."""
        entry = self._entries.get(item_id)
        if entry is None or entry.key is None:
            return None
        return self.lines.place(self._bucket_of(entry), entry.key)

    def staffed_count(self, queue_id: QueueId) -> int:
        """How many who serve the queue are there, paused or busy or not."""
        return (self.floor.staff.get(queue_id, 0) & ~self.floor.attendance.offline).bit_count()

    def free_agents(self, queue_id: QueueId, media: Media) -> list[UserId]:
        """Who serves the queue and has room for one more item of `media`, in the order of asking, skills aside."""
        free = self.floor.staff.get(queue_id, 0) & self.floor.free[NUMBER_OF[media]]
        return [rank[2] for rank in sorted(seat.rank for seat in self.floor.seats_in(free))]

    # --- keeping the picture ---

    def _line_up(self, entry: Entry) -> None:
        item = entry.item
        terms = self._terms_of(item) if item.queue_id in self._timed else None
        needs = (
            item.queue_id,
            entry.number,
            frozenset((item.skills if terms is None else terms.skills).items()),
            frozenset(self._avoided.get(item.id, ())),
            None if terms is None else terms.only,
        )
        bucket = self.lines.bucket_of(needs) or self._open_bucket(needs)
        entry.bucket = bucket.number
        entry.key = key_of(entry)
        if self.lines.enter(bucket, entry.key) and bucket.able & self.floor.free[bucket.medium]:
            self.claims.buckets.add(bucket.number)

    def _terms_of(self, item: WorkItem) -> Terms:
        seat = self.floor.seats.get(item.preferred_agent_id) if item.preferred_agent_id else None
        serves = seat is not None and seat.agent is not None and item.queue_id in seat.agent.queues
        is_there = serves and seat is not None and seat.standing is not Standing.OFFLINE
        avoided = item.preferred_agent_id in self._avoided.get(item.id, ())
        now = self._now or item.queued_at
        terms = terms_of(item, self._queues[item.queue_id], now, owner_is_there=is_there and not avoided)
        if terms.change_at is not None:
            heappush(self._changes, (terms.change_at, item.id))
        return terms

    def _let_go_of(self, agent: Agent) -> None:
        for queue_id in self._timed & agent.queues:
            for bucket in list(self.lines.buckets_of(queue_id)):
                if bucket.needs[4] == agent.id:
                    for key in list(bucket.line):
                        self._line_up_again(key[3].item.id)

    def _line_up_again(self, item_id: WorkItemId) -> None:
        entry = self._entries.get(item_id)
        if entry is not None and entry.key is not None:
            self._take_off(entry)
            self._line_up(entry)

    def _lay_on(self, entry: Entry, seat: Seat, weight: int, state: WorkState) -> None:
        entry.seat, entry.weight = seat, weight
        self.floor.take(seat, entry.item.id, state, weight, entry.number)

    def _take_off(self, entry: Entry) -> None:
        if entry.key is not None:
            bucket = self._bucket_of(entry)
            self.lines.leave(bucket, entry.key)
            entry.key = None
            if _is_rare(bucket) and not bucket.line:
                self._close(bucket)
        elif entry.seat is not None:
            seat = entry.seat
            entry.seat = None
            if self.floor.give_back(seat, entry.item.id, entry.weight, entry.number):
                self.claims.slots.add(seat.slot)

    def _end(self, item: WorkItem) -> None:
        self._entries.pop(item.id, None)
        if self._avoided:
            self._avoided.pop(item.id, None)
        self._ended[item.id] = item.version
        if len(self._ended) > _ENDED_KEPT:
            self._ended.popitem(last=False)

    def _bucket_of(self, entry: Entry) -> Bucket:
        bucket = self.lines.buckets[entry.bucket]
        assert bucket is not None
        return bucket

    def _open_bucket(self, needs: Needs) -> Bucket:
        for bucket in self.lines.superfluous():
            self._close(bucket)
        bucket = self.lines.open_bucket(needs)
        bucket.shut = needs[0] in self._closed
        staff = self.floor.seats_in(self.floor.staff.get(needs[0], 0))
        self._note_able(bucket, bucket.admit(staff))
        return bucket

    def _close(self, bucket: Bucket) -> None:
        for seat in self.floor.seats_in(bucket.able):
            seat.buckets.remove(bucket.number)
            seat.urgencies_of = None
        self.lines.close_bucket(bucket)

    def _enrol(self, seat: Seat, before: Agent | None, agent: Agent) -> None:
        for queue_id in agent.queues:
            for bucket in self.lines.buckets_of(queue_id):
                self._note_able(bucket, bucket.admit((seat,)))
        for queue_id in before.queues - agent.queues if before is not None else ():
            for bucket in self.lines.buckets_of(queue_id):
                self._note_able(bucket, bucket.dismiss(seat))

    def _note_able(self, bucket: Bucket, changed: int) -> None:
        for seat in self.floor.seats_in(changed):
            is_able = bucket.able & seat.bit != 0
            if is_able:
                seat.buckets.append(bucket.number)
            else:
                seat.buckets.remove(bucket.number)
            seat.urgencies_of = None
            if is_able and seat.room_for and bucket.line:
                self.claims.slots.add(seat.slot)


def _is_rare(bucket: Bucket) -> bool:
    """Whether hardly another item will ever need just this: it is not kept when it is empty."""
    return bool(bucket.needs[3]) or bucket.needs[4] is not None


def _serves_otherwise(before: Agent, agent: Agent) -> bool:
    return before.queues != agent.queues or before.skills != agent.skills or before.capacity != agent.capacity


def _is_held_alike(entry: Entry, seat: Seat, item: WorkItem) -> bool:
    return item.state is not _QUEUED and item.agent_id == seat.agent_id and item.weight == entry.weight
