"""What a channel keeps as it came before it is read: kept, read, looked up, assigned, committed, and on an agent's
screen: the hub beside a raw pipeline, on each database.

The two take turns: raw, hub, hub, raw. After each leg everything must be acknowledged, kept, a touch, and popped
exactly once, or there is no figure.
"""

import asyncio
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from bench.harness import ROUNDS, Compared, Figure, figure
from bench.pop import Leg, NotExact, Pair, rows_of
from bench.stage import Stage, database_url, postgres, staged

LATE_MS = 100.0
AGENTS, PERSONS = 50, 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFirst:
    """What is measured: `hub` and `raw` are the modules of the two pipelines, `each` is one of what comes, `table` has
    them as they came, `leg` is how many come in a turn; `at_least` is the rate that is wanted beside the raw one, if
    any is."""

    name: str
    hub: str
    raw: str
    each: str
    table: str
    leg: int
    warm_up: int
    note: str = ""
    at_least: float | None = None


def figures_of(what: KeptFirst) -> list[Figure]:
    """All lines, SQLite first."""
    lines = asyncio.run(_compared(what, "embedded", ""))
    with postgres() as server:
        lines += asyncio.run(_compared(what, "postgresql", server))
    return lines


async def _compared(what: KeptFirst, name: str, server: str) -> list[Figure]:
    async with (
        database_url(server) as ours,
        database_url(server) as theirs,
        staged(what.hub, ours, agents=AGENTS, persons=PERSONS, pinned=False) as hub,
    ):
        hub.rest()
        async with staged(what.raw, theirs, agents=AGENTS, persons=PERSONS, pinned=False) as raw:
            raw.rest()
            pair = Pair(hub=hub, raw=raw)
            warm = await _leg(what, pair, hub, what.warm_up)
            raw.wake()
            await raw.feed.ask(what="card", bytes=warm.outcome.sample)
            await _leg(what, pair, raw, what.warm_up)
            for stage in (hub, raw):
                await _looked_through(stage)
            await _late(hub)
            return await _figures(what, name, pair)


async def _figures(what: KeptFirst, name: str, pair: Pair) -> list[Figure]:
    rates, cpu = Compared(), Compared()
    late_ms: list[float] = []
    for _ in range(ROUNDS):
        first = await _leg(what, pair, pair.raw, what.leg)
        ours = [await _leg(what, pair, pair.hub, what.leg)]
        late_ms.append(await _late(pair.hub))
        ours.append(await _leg(what, pair, pair.hub, what.leg))
        late_ms.append(await _late(pair.hub))
        raw = [first, await _leg(what, pair, pair.raw, what.leg)]
        rates.add(_mean([leg.rate for leg in ours]), _mean([leg.rate for leg in raw]))
        cpu.add(_mean([leg.cpu_us for leg in ours]), _mean([leg.cpu_us for leg in raw]))
    note = f"raw {statistics.median(rates.raw):,.0f}/s{what.note}"
    return [
        figure(
            f"{what.name}_{name}", rates, f"{what.each}s/s", at_least=what.at_least, of_ratio=True, note=note
        ),
        figure(
            f"{what.name}_{name}_cpu", cpu, f"µs/{what.each}", note=f"raw {statistics.median(cpu.raw):.0f} µs"
        ),
        figure(
            f"{what.name}_{name}_loop_lag_p99",
            statistics.median(late_ms),
            "ms",
            at_most=LATE_MS,
            note=f"the worst leg {max(late_ms):.1f} ms",
        ),
    ]


async def _leg(what: KeptFirst, pair: Pair, stage: Stage, count: int) -> Leg:
    """A turn, after which what was kept is counted too. Raises NotExact."""
    leg = await pair.play(stage, count)
    async with stage.database.snapshot() as wire:
        rows = await wire.fetch(
            f"SELECT COUNT(*), COUNT(DISTINCT touch_id) FROM {what.table} WHERE state = 'stored'"
        )
    if (kept := tuple(map(int, rows[0]))) != (await rows_of(stage),) * 2:
        raise NotExact(f"{stage.name}: {what.each}s and their touches {kept}, touches {await rows_of(stage)}")
    return leg


async def _looked_through(stage: Stage) -> None:
    """PostgreSQL learns what is in its tables, as it does by itself within a minute: until then its plans, which it
    keeps, are those for empty ones."""
    if not stage.database.is_sqlite:
        async with stage.database.snapshot() as wire:
            await wire.fetch("ANALYZE")


async def _late(hub: Stage) -> float:
    """How late the hub's loop was since it was last asked: the 99th percentile, in ms."""
    hub.wake()
    p99_s, _ = await hub.feed.ask(what="late")
    hub.rest()
    return float(p99_s) * 1000


def _mean(values: Sequence[float]) -> float:
    return statistics.fmean(values)
