"""Who is asked first: the agent with the least load, then the longest idle, then the smaller id."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from operator import itemgetter
from typing import Protocol

from hub.domain.ids import QueueId, UserId
from hub.routing.seat import Getter, Rank, T

NAMED = 4
"""How many of the first are wanted: the one who is asked, and three who would have been next."""

_RESORT_SHARE = 8
"""When more than this part of all agents moved, sorting anew costs less than moving them one by one."""

_LOOKS_A_STEP = 3
_SORTING = 100
"""One step through the sorted ranks takes as long as three looks at a slot, and sorting as 100."""


class Crew(Protocol):
    """What is read of a bucket."""

    able_count: int

    def ranks_of_able(self) -> Getter[Rank | None]:
        """Gets the ranks of the able ones out of a list by slot."""
        ...


class AskingOrder:
    """The ranks of the agents who have room: by slot (`ranks`, None without room for anything), and sorted.

    The sorted ones are brought up to date only when looked at; `moved` takes the slots where `ranks` changed.
    """

    def __init__(self) -> None:
        self.ranks: list[Rank | None] = []
        self.moved: set[int] = set()
        self._sorted: list[Rank] = []
        self._placed: dict[int, Rank] = {}

    def first(self, could: int, bucket: Crew, free: int) -> list[Rank]:
        """The ranks of `could`, those of the able who have room: all in no order, or only the first NAMED.

        Either way the least of the list are the least of the set. `free` are all with room for the medium.
        """
        how_many = could.bit_count()
        if how_many == 1:
            return [rank] if (rank := self.ranks[could.bit_length() - 1]) is not None else []
        steps = NAMED * free.bit_count() // how_many
        if bucket.able_count <= steps * _LOOKS_A_STEP + _SORTING:
            found = list(filter(None, bucket.ranks_of_able()(self.ranks)))
            # some may have room for another medium only
            return found if len(found) == how_many else list(_those(could, found))
        self._sort()
        return list(islice(_those(could, self._sorted), NAMED))

    def _sort(self) -> None:
        if len(self.moved) * _RESORT_SHARE > len(self._placed):
            self._sorted = sorted(filter(None, self.ranks))
            self._placed = {rank[3]: rank for rank in self._sorted}
        else:
            for slot in self.moved:
                self._move(slot, self.ranks[slot])
        self.moved.clear()

    def _move(self, slot: int, rank: Rank | None) -> None:
        before = self._placed.pop(slot, None)
        if before is not None:
            del self._sorted[bisect_left(self._sorted, before)]
        if rank is not None:
            insort(self._sorted, rank)
            self._placed[slot] = rank


def _those(agents: int, ranks: Iterable[Rank]) -> Iterator[Rank]:
    return (rank for rank in ranks if agents >> rank[3] & 1)


def slots_in(agents: int) -> Iterator[int]:
    """The slots of a set of agents, highest first."""
    while agents:
        slot = agents.bit_length() - 1
        yield slot
        agents ^= 1 << slot


def getter_of(indices: Sequence[int]) -> Getter[T]:
    """A getter of the elements at these indices."""
    if len(indices) > 1:
        return itemgetter(*indices)
    return lambda elements: [elements[index] for index in indices]


class Turns:
    """When each agent was asked last for work of a queue, counted in decisions; begins anew with the board."""

    def __init__(self) -> None:
        self._taken: dict[tuple[QueueId, UserId], int] = {}
        self._count = 0

    def of(self, queue_id: QueueId, agent_id: UserId) -> int:
        """The number of the agent's last turn; 0: none yet."""
        return self._taken.get((queue_id, agent_id), 0)

    def take(self, queue_id: QueueId, agent_id: UserId) -> None:
        """It is the agent's turn now."""
        self._count += 1
        self._taken[queue_id, agent_id] = self._count
