"""Calls that are refused so that the others are served: a server with a queue, as the kernel has one, in small."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from hub.channels.sip.overload import Overload

ROOM = 2_000.0
MS_A_CALL, MS_A_REFUSAL = 1.0, 0.2


@dataclass
class Server:
    """Has one millisecond of work done in each; what finds no room is lost, as any message of any call."""

    waits: float = 0.0
    taken: int = 0
    refused: int = 0
    lost: int = 0
    now_s: float = 0.0
    owed_ms: float = 0.0
    overload: Overload = field(init=False)

    def __post_init__(self) -> None:
        self.overload = Overload(lambda: self.waits / ROOM, Random(1).random)

    def run(self, ms: int, calls: Callable[[int], int]) -> None:
        """So many milliseconds, with so many calls in each."""
        for n in range(ms):
            self.now_s += 0.001
            came = calls(n)
            self.lost += max(0, int(self.waits) + came - int(ROOM))
            self.waits = min(ROOM, self.waits + came)
            self.owed_ms = min(1.0, self.owed_ms + 1.0)
            while self.waits >= 1 and self.owed_ms > 0:
                self.waits -= 1
                if self.overload.refuses(self.now_s):
                    self.refused += 1
                    self.owed_ms -= MS_A_REFUSAL
                else:
                    self.taken += 1
                    self.owed_ms -= MS_A_CALL


def test_a_burst_that_is_served_soon_is_served_whole() -> None:
    server = Server()
    for _ in range(10):
        server.run(2_000, lambda n: 1_050 if n == 0 else 0)
    assert (server.taken, server.refused, server.lost) == (10_500, 0, 0)


def test_under_twice_the_load_most_of_what_can_be_done_is_done_and_nothing_is_lost_at_random() -> None:
    server = Server()
    server.run(3_000, lambda _: 2)
    server.taken = server.refused = server.lost = 0
    server.run(20_000, lambda _: 2)
    assert server.lost == 0
    # what is refused costs a fifth: of 40,000 that come 15,000 can be served, and 25,000 refused
    assert server.taken > 12_000
    assert server.waits < 0.8 * ROOM


def test_without_it_the_queue_is_full_for_ever() -> None:
    server = Server()
    server.overload = Overload(lambda: 0.0, Random(1).random)
    server.run(20_000, lambda _: 2)
    assert server.refused == 0
    assert server.lost > 15_000


def test_it_is_over_soon_after_the_load_is() -> None:
    server = Server()
    server.run(10_000, lambda _: 4)
    assert server.refused > 10_000
    server.run(1_000, lambda _: 0)
    server.refused = server.lost = 0
    server.run(5_000, lambda n: n % 2)
    assert (server.refused, server.lost) == (0, 0)


def test_one_call_after_a_long_pause_is_not_judged_by_what_was_before() -> None:
    server = Server()
    server.run(5_000, lambda _: 4)
    server.now_s += 60
    server.waits = ROOM
    assert not server.overload.refuses(server.now_s)
