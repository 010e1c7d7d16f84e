"""From "a touch came" to "its card is on an agent's screen": the hub beside the raw pipeline, on each database.

Two pipelines with a world of a thousand consoles each (see `stage.py`) take turns: raw, hub, hub, raw. After each leg
every touch must be acknowledged, in the table, and popped exactly once, or there is no figure.
"""

import asyncio
import base64
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bench.generator import Outcome
from bench.harness import ROUNDS, Compared, Figure, figure
from bench.stage import Stage, database_url, postgres, staged

RATIO, CPU_US = 0.5, 120.0
LATE_RATIO = 2.0
TOUCHES = 4_000
WARM_UP = 1_000
SHARE = 0.3
"""Of the raw pipeline's rate: how much comes in while latency is measured."""

LATENCY_ROUNDS = 3
LATENCY_S = 2.0
_LAG_SHARE = 0.2
_TRIES = 3


class NotExact(Exception):
    """A touch was lost, doubled, or shown to nobody."""


@dataclass(frozen=True, slots=True)
class Leg:
    """What one pipeline did in one turn: `rate` in touches a second, CPU in microseconds a touch."""

    rate: float
    cpu_us: float
    outcome: Outcome


@dataclass(slots=True)
class Pair:
    """The hub and the raw pipeline on the same kind of database; one of them rests."""

    hub: Stage
    raw: Stage

    async def play(self, stage: Stage, touches: int, *, rate: float = 0.0) -> Leg:
        """A turn of `stage`, counted. Raises NotExact."""
        stage.wake()
        before, rows_before = await stage.cpu_s(), await rows_of(stage)
        outcome = await stage.play(touches, rate=rate)
        spent = await stage.cpu_s() - before
        counts = (outcome.acks, outcome.pops, await rows_of(stage) - rows_before)
        if counts != (touches,) * 3 or outcome.doubled:
            raise NotExact(
                f"{stage.name}: of {touches} acked, popped, stored {counts}; {outcome.doubled} twice"
            )
        await all_leave(stage)
        stage.rest()
        return Leg(rate=touches / outcome.seconds, cpu_us=spent / touches * 1e6, outcome=outcome)


def figures() -> list[Figure]:
    """All lines, SQLite first."""
    lines = asyncio.run(_compared("embedded", ""))
    with postgres() as server:
        lines += asyncio.run(_compared("postgresql", server))
    return lines


@asynccontextmanager
async def _pair(server: str) -> AsyncIterator[Pair]:
    async with (
        database_url(server) as ours,
        database_url(server) as theirs,
        staged("bench.fed_hub", ours) as hub,
    ):
        hub.rest()
        async with staged("bench.raw", theirs) as raw:
            raw.rest()
            pair = Pair(hub=hub, raw=raw)
            warm = await pair.play(hub, WARM_UP)
            raw.wake()
            # what the raw pipeline sends is a card as the hub makes it
            await raw.feed.ask(what="card", bytes=warm.outcome.sample)
            await pair.play(raw, WARM_UP)
            yield pair


async def _compared(name: str, server: str) -> list[Figure]:
    async with _pair(server) as pair:
        rates, cpu = Compared(), Compared()
        card = b""
        for _ in range(ROUNDS):
            first = await pair.play(pair.raw, TOUCHES)
            ours = [await pair.play(pair.hub, TOUCHES) for _ in range(2)]
            raw = [first, await pair.play(pair.raw, TOUCHES)]
            card = base64.b64decode(ours[-1].outcome.sample)
            rates.add(_mean([leg.rate for leg in ours]), _mean([leg.rate for leg in raw]))
            cpu.add(_mean([leg.cpu_us for leg in ours]), _mean([leg.cpu_us for leg in raw]))
        raw_rate = statistics.median(rates.raw)
        lines = [
            figure(
                f"pop_{name}",
                rates,
                "touches/s",
                at_least=RATIO,
                of_ratio=True,
                note=f"raw {raw_rate:,.0f}/s; a card is {len(card)} bytes",
            ),
            figure(
                f"pop_{name}_cpu",
                cpu,
                "µs/touch",
                at_most=CPU_US,
                note=f"raw {statistics.median(cpu.raw):.0f} µs",
            ),
        ]
        return [*lines, *await _late(name, pair, raw_rate * SHARE)]


async def _late(name: str, pair: Pair, rate: float) -> list[Figure]:
    """How long after it was due a touch pops, when as much comes in as fits easily."""
    p50, p99 = Compared(), Compared()
    for _ in range(LATENCY_ROUNDS):
        raw, ours = await _on_time(pair, pair.raw, rate), await _on_time(pair, pair.hub, rate)
        p50.add(ours.p50_ms, raw.p50_ms)
        p99.add(ours.p99_ms, raw.p99_ms)
    note = f"at {rate:,.0f}/s; raw {statistics.median(p99.raw):.2f} ms"
    return [
        figure(f"pop_{name}_p50", p50, "ms"),
        figure(f"pop_{name}_p99", p99, "ms", at_most=LATE_RATIO, of_ratio=True, note=note),
    ]


async def _on_time(pair: Pair, stage: Stage, rate: float) -> Outcome:
    """A run in which the generator kept its schedule; the last of some, if it never did."""
    tries = 0
    while True:
        tries += 1
        outcome = (await pair.play(stage, min(TOUCHES, int(rate * LATENCY_S)), rate=rate)).outcome
        if outcome.lag_p99_ms <= _LAG_SHARE * outcome.p99_ms or tries == _TRIES:
            return outcome


async def all_leave(stage: Stage) -> None:
    """The clients' conversations end, so that their next touch opens a new one."""
    if stage.name.endswith("raw"):
        async with stage.database.transaction() as wire:
            await wire.execute(
                "UPDATE sessions SET ended_at = $1 WHERE ended_at IS NULL", time.time_ns() // 1000
            )
    else:
        await stage.feed.ask(what="clear")
        await asyncio.sleep(0.5)  # the board hears of it


async def rows_of(stage: Stage) -> int:
    """Touches there are."""
    async with stage.database.snapshot() as wire:
        (row,) = await wire.fetch("SELECT count(*) FROM touches")
    return int(row[0])


def _mean(values: Sequence[float]) -> float:
    return statistics.fmean(values)
