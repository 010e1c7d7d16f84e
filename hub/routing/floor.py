"""The agents' side of the board: who is there and how much room each has.

Every agent has a slot, and a set of agents is an int with one bit a slot. So "who is qualified and has room" is one
`&` over the whole floor, and such a set, once taken, is a picture that later changes do not touch.
"""

from collections.abc import Iterator
from datetime import datetime
from heapq import heappop, heappush

from msgspec.structs import replace

from hub.domain.agent import FULL, Agent
from hub.domain.ids import QueueId, UserId, WorkItemId
from hub.domain.work import WorkState
from hub.routing.order import AskingOrder, slots_in
from hub.routing.planned import Attendance
from hub.routing.seat import CHAT, MAIL, VOICE, Seat, Standing, room_by_load, standing_of, weights_of

_AVAILABLE = Standing.AVAILABLE
_A_CALL = 1 << VOICE


class Floor:
    """All seats of a tenant, and sets of them.

    `staff[queue]` are those who serve a queue, there or not.
    `free[n]` are those who could take one more item of medium n as far as presence, calls and capacity go.
    """

    def __init__(self) -> None:
        self.seats: dict[UserId, Seat] = {}
        self.slots: list[Seat | None] = []
        self.attendance = Attendance()
        self.staff: dict[QueueId, int] = {}
        self.free = [0, 0, 0]
        self.order = AskingOrder()
        self._unused_slots: list[int] = []
        self.leases: list[tuple[datetime, UserId]] = []

    def seat_of(self, agent_id: UserId) -> Seat:
        """The agent's seat; a new one when nothing was known of them."""
        seat = self.seats.get(agent_id)
        if seat is None:
            seat = self.seats[agent_id] = Seat(agent_id=agent_id)
        return seat

    def seats_in(self, agents: int) -> Iterator[Seat]:
        """The seats of a set of agents."""
        return (seat for slot in slots_in(agents) if (seat := self.slots[slot]) is not None)

    def seat_agent(self, seat: Seat, agent: Agent, now: datetime) -> bool:
        """Put the agent, or their newer record, on the seat; whether there is new room, as `settle` says."""
        before = seat.agent
        if before is None:
            self._give_slot(seat)
        if before is None or before.name != agent.name:
            names = self.attendance.names
            names = (*names[: seat.slot], agent.name, *names[seat.slot + 1 :])
            self.attendance = replace(self.attendance, names=names)
        if before is None or before.queues != agent.queues:
            for queue_id in before.queues - agent.queues if before is not None else ():
                self.staff[queue_id] &= ~seat.bit
            for queue_id in agent.queues:
                self.staff[queue_id] = self.staff.get(queue_id, 0) | seat.bit
        if before is None or before.capacity != agent.capacity:
            seat.weights = weights_of(agent)
            seat.room_at = room_by_load(seat.weights)
        if before is None or before.phone_ready is not agent.phone_ready:
            self._mark(seat, no_phone=not agent.phone_ready)
        seat.agent = agent
        seat.idle_since_s = agent.idle_since.timestamp()
        self._stand(seat, standing_of(agent, now))
        self._watch(seat, agent, now)
        return self.settle(seat)

    def unseat(self, seat: Seat, agent: Agent) -> None:
        """Take the agent off the seat. Their work stays with it until it ends."""
        self._stand(seat, Standing.OFFLINE)
        self.settle(seat)
        for queue_id in agent.queues:
            self.staff[queue_id] &= ~seat.bit
        self._mark(seat, offline=False, paused=False, on_call=False, no_phone=False)
        self.slots[seat.slot] = None
        self._unused_slots.append(seat.slot)
        seat.agent, seat.slot, seat.bit, seat.lease_ends_at = None, -1, 0, None
        self.forget_if_empty(seat)

    def forget_if_empty(self, seat: Seat) -> None:
        """Forget a seat that has neither agent nor work."""
        if seat.agent is None and not seat.held and not seat.is_asked:
            self.seats.pop(seat.agent_id, None)

    def take(self, seat: Seat, item_id: WorkItemId, state: WorkState, units: int, number: int) -> None:
        """Lay an item of medium `number` on the seat."""
        seat.held[item_id] = state
        seat.load += units
        if number == VOICE:
            seat.calls += 1
            self._mark(seat, on_call=True)
        self.settle(seat)

    def give_back(self, seat: Seat, item_id: WorkItemId, units: int, number: int) -> bool:
        """Take an item off the seat again; whether there is room now for something that had none before."""
        del seat.held[item_id]
        seat.load -= units
        if number == VOICE:
            seat.calls -= 1
            self._mark(seat, on_call=seat.is_on_call)
        if seat.agent is None:
            self.forget_if_empty(seat)
        return self.settle(seat)

    def ask(self, seat: Seat, is_asked: bool) -> bool:
        """A colleague asks them on the telephone, or has done; whether there is new room, as `settle` says."""
        seat.is_asked = is_asked
        self._mark(seat, on_call=seat.is_on_call)
        return self.settle(seat)

    def settle(self, seat: Seat) -> bool:
        """Work out anew what the seat has room for; whether that is something it had no room for before."""
        if seat.agent is None:
            return False
        before, load = seat.room_for, seat.load
        takes_work = seat.standing is _AVAILABLE and not seat.is_on_call and load <= FULL
        room_for = seat.room_at[load] if takes_work else 0
        if not seat.agent.phone_ready:
            room_for &= ~_A_CALL
        changed = room_for ^ before
        if changed:
            seat.room_for = room_for
            free, bit = self.free, seat.bit
            if changed & 1:
                free[VOICE] ^= bit
            if changed & 2:
                free[CHAT] ^= bit
            if changed & 4:
                free[MAIL] ^= bit
        slot = seat.slot
        seat.rank = rank = (load, seat.idle_since_s, seat.agent_id, slot)
        self.order.ranks[slot] = rank if room_for else None
        self.order.moved.add(slot)
        return room_for & ~before != 0

    def expire(self, now: datetime) -> None:
        """Set those offline whose lease has ended."""
        leases = self.leases
        while leases and leases[0][0] <= now:
            ends_at, agent_id = heappop(leases)
            seat = self.seats.get(agent_id)
            if seat is None or seat.agent is None or seat.lease_ends_at != ends_at:
                continue
            seat.lease_ends_at = None
            self._stand(seat, standing_of(seat.agent, now))
            self._watch(seat, seat.agent, now)
            self.settle(seat)

    def _give_slot(self, seat: Seat) -> None:
        if self._unused_slots:
            seat.slot = self._unused_slots.pop()
            self.slots[seat.slot] = seat
        else:
            seat.slot = len(self.slots)
            self.slots.append(seat)
            self.order.ranks.append(None)
        seat.bit = 1 << seat.slot
        seat.standing = Standing.AVAILABLE  # as the sets have a new slot: neither offline nor paused
        self._mark(seat, on_call=seat.is_on_call)

    def _stand(self, seat: Seat, standing: Standing) -> None:
        if seat.standing is standing:
            return
        seat.standing = standing
        self._mark(seat, offline=standing is Standing.OFFLINE, paused=standing is Standing.PAUSED)

    def _mark(
        self,
        seat: Seat,
        *,
        offline: bool | None = None,
        paused: bool | None = None,
        on_call: bool | None = None,
        no_phone: bool | None = None,
    ) -> None:
        was = self.attendance
        self.attendance = Attendance(
            was.names,
            _with(was.offline, seat.bit, offline),
            _with(was.paused, seat.bit, paused),
            _with(was.on_call, seat.bit, on_call),
            _with(was.no_phone, seat.bit, no_phone),
        )

    def _watch(self, seat: Seat, agent: Agent, now: datetime) -> None:
        # One entry a lease, however often it is renewed: an entry that comes due too early is set again then.
        ends_at = agent.presence_until
        if ends_at is None or ends_at <= now:
            seat.lease_ends_at = None
        elif seat.lease_ends_at is None or ends_at < seat.lease_ends_at:
            seat.lease_ends_at = ends_at
            heappush(self.leases, (ends_at, seat.agent_id))


def _with(agents: int, bit: int, belongs: bool | None) -> int:
    """The set with the agent in it or not; None leaves it as it is."""
    if belongs is None:
        return agents
    return agents | bit if belongs else agents & ~bit
