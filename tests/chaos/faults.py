"""What befalls the hub in a chaos run, and when: drawn from the seed before anything starts."""

import random
from dataclasses import dataclass, field

from hub.crashpoints import ALL

PASSES = {
    "router.after_accept_before_commit": 3,
    "router.after_accept_commit_before_push": 3,
    "desk.reply_after_commit": 4,
    "desk.plan_after_commit": 2,
    "desk.plan_sent_after_commit": 2,
    "outbound.after_claim": 4,
    "outbound.before_send": 4,
    "outbound.after_send_before_record": 4,
}
MOST_PASSES = 10
"""A crash point is armed for one of its first passes; some are passed less often than this in a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """SIGKILL so long after the hub listens."""

    after_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """The hub is started to kill itself at pass `nth` of a crash point."""

    point: str
    nth: int

    @property
    def armed(self) -> str:
        """As HUB_CRASH_AT says it."""
        return f"{self.point}:{self.nth}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calm:
    """Nothing happens to the hub for so long; an agent vanishes for as long as takes everything from them."""

    for_s: float


Fault = Kill | Crash | Calm


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a run is. Each crash point is hit `rounds` times, between random kills."""

    name: str
    visitors: int
    agents: int
    rounds: int
    points: tuple[str, ...] = tuple(sorted(ALL))
    extra_kills: int = 0
    calms: int = 0
    calm_s: float = 14.0
    longest_life_s: float = 1.2
    settings: dict[str, str] = field(default_factory=dict)


SHORT = Size(name="short", visitors=10, agents=3, rounds=1, longest_life_s=0.9)
SHORT_POSTGRES = Size(
    name="short",
    visitors=8,
    agents=3,
    rounds=1,
    points=(
        "desk.reply_after_commit",
        "intake.after_commit_before_ack",
        "intake.after_insert_before_commit",
        "outbound.after_send_before_record",
        "router.after_accept_before_commit",
    ),
    longest_life_s=0.9,
)
FULL = Size(name="full", visitors=24, agents=6, rounds=3, calms=3)
FULL_POSTGRES = Size(name="full", visitors=16, agents=5, rounds=1, calms=1)


def plan(seed: int, size: Size) -> list[Fault]:
    """A random kill before and after every crash point, so that recovery is broken off, too."""
    rng = random.Random(f"{seed}/faults")

    def kill() -> Kill:
        return Kill(after_s=rng.uniform(0.05, size.longest_life_s))

    faults: list[Fault] = [Kill(after_s=1.5)]
    for _ in range(size.rounds):
        for point in rng.sample(size.points, len(size.points)):
            faults += [Crash(point=point, nth=rng.randint(1, PASSES.get(point, MOST_PASSES))), kill()]
    faults += [kill() for _ in range(size.extra_kills)]
    for _ in range(size.calms):
        faults.insert(rng.randrange(1, len(faults)), Calm(for_s=size.calm_s))
    return faults
