"""What a chaos run sees on its way, and whether everything has come to rest."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.faults import Crash
from tests.chaos.ledger import Ledger, PeerGot, ReplyQueued
from tests.chaos.oracle import Stall
from tests.chaos.store import Row, count


@dataclass(slots=True)
class Found:
    """What was seen on the way."""

    kills: int = 0
    hit: Counter[str] = field(default_factory=Counter)
    missed: list[Crash] = field(default_factory=list)
    sending_at_death: Counter[str] = field(default_factory=Counter)
    """By channel."""
    not_durable: set[str] = field(default_factory=set)
    unacked_stored: set[str] = field(default_factory=set)
    board_differs: list[str] = field(default_factory=list)
    telephone_left: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    looks: int = 0
    stalls: list[Stall] = field(default_factory=list)
    recoveries_s: list[float] = field(default_factory=list)
    exit_code: int = 0


def is_quiet(rows: Mapping[str, Sequence[Row]], ledger: Ledger) -> bool:
    """Whether nothing is under way any more."""
    got = {seen.text for seen in ledger.all(PeerGot)}
    got |= {str(text) for text, state in rows["planned"] if state == "failed"}
    return (
        count(rows["waiting"]) == count(rows["outbox"]) == 0
        and all(row[2] != "open" for row in rows["interactions"])
        and all(row[7] not in {"queued", "sending"} for row in rows["touches"])
        and all(state != "kept" for _, state, *_ in rows["letters"])
        and all(state != "kept" for _, state in rows["updates"])
        and all(state != "waiting" for _, state in rows["planned"])
        and all(reply.text in got for reply in ledger.all(ReplyQueued) if reply.channel == "webchat")
    )


def waited_for_cpu_s(pid: int) -> float:
    """How long the threads of a process have been ready to run without running; 0 where nobody counts it."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return sum(int((task / "schedstat").read_text().split()[1]) for task in tasks) / 1e9
    except (OSError, IndexError):
        return 0.0
