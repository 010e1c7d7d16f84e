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
    "calls.before_row": 4,
    "calls.after_row": 4,
    "calls.after_ringing_row": 2,
    "calls.before_answered_row": 2,
    "calls.after_answered_row": 2,
    "calls.before_end_row": 4,
    "calls.after_end_row": 4,
    "calls.recorded_before_row": 1,
    "mail.after_keep": 4,
    "mail.after_read": 4,
    "mail.after_receive_before_settle": 4,
    "telegram.after_keep": 4,
    "telegram.after_keep_before_offset": 2,
    "telegram.after_read": 4,
    "telegram.after_receive_before_settle": 4,
    "telegram.after_part_before_note": 4,
}
_ELSEWHERE = ("clocks.before_return_commit", "telegram.", "imports.")
PASSED = tuple(sorted(p for p in ALL if not p.startswith(_ELSEWHERE)))
"""Nobody is too slow to answer in these runs, nobody writes to a bot, and nobody imports: test_reply_timer.py of
tests/journeys, test_telegram_storm.py, and tests/contracts/test_imports_killed.py die there."""
WITHOUT_MAIL = tuple(point for point in PASSED if not point.startswith("mail."))
"""For the short run: its letters have a run of their own (test_mail_storm.py)."""
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
    """How large a run is. Each crash point is hit `rounds` times, between random kills: one after every `kill_each` of
    them. Of the `agents`, `callees` take calls only. `writers` write letters, `letters_s` each a second; the run
    goes on until `mail_replies` were sent to them, and the server that takes those misbehaves at `server_faults` of
    the connections. `texters` write in Telegram, `texts_s` each a second, until `telegram_replies` were sent to them;
    it misbehaves at `telegram_faults` of those.
    """

    name: str
    visitors: int
    agents: int
    rounds: int
    callers: int = 0
    writers: int = 0
    letters_s: float = 1.0
    mail_replies: int = 0
    server_faults: float = 0.2
    texters: int = 0
    texts_s: float = 1.0
    telegram_replies: int = 0
    telegram_faults: float = 0.2
    callees: int = 0
    kill_each: int = 1
    points: tuple[str, ...] = PASSED
    extra_kills: int = 0
    calms: int = 0
    calm_s: float = 14.0
    longest_life_s: float = 1.2
    settings: dict[str, str] = field(default_factory=dict)


SHORT = Size(
    name="short",
    visitors=8,
    agents=4,
    callers=5,
    callees=2,
    points=WITHOUT_MAIL,
    rounds=1,
    kill_each=4,
    longest_life_s=0.9,
)
SHORT_POSTGRES = Size(
    name="short",
    visitors=6,
    agents=3,
    callers=4,
    callees=1,
    rounds=1,
    kill_each=4,
    points=(
        "calls.after_row",
        "calls.after_answered_row",
        "calls.before_end_row",
        "desk.reply_after_commit",
        "intake.after_commit_before_ack",
        "intake.after_insert_before_commit",
        "outbound.after_send_before_record",
        "router.after_accept_before_commit",
    ),
    longest_life_s=0.9,
)
FULL = Size(name="full", visitors=24, agents=9, callers=10, callees=3, writers=6, rounds=3, calms=3)
FULL_POSTGRES = Size(name="full", visitors=16, agents=7, callers=8, callees=2, writers=4, rounds=1, calms=1)


def plan(seed: int, size: Size) -> list[Fault]:
    """A random kill before and after every crash point, so that recovery is broken off, too."""
    rng = random.Random(f"{seed}/faults")

    def kill() -> Kill:
        return Kill(after_s=rng.uniform(0.05, size.longest_life_s))

    faults: list[Fault] = [Kill(after_s=1.5)]
    for _ in range(size.rounds):
        for number, point in enumerate(rng.sample(size.points, len(size.points)), 1):
            faults.append(Crash(point=point, nth=rng.randint(1, PASSES.get(point, MOST_PASSES))))
            if number % size.kill_each == 0:
                faults.append(kill())
    faults += [kill() for _ in range(size.extra_kills)]
    for _ in range(size.calms):
        faults.insert(rng.randrange(1, len(faults)), Calm(for_s=size.calm_s))
    return faults
