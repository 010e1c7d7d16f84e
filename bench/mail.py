"""Letters: kept, read in processes of their own, looked up, assigned, committed, and on an agent's screen: the hub
beside the raw pipeline, on each database.

The two take turns: raw, hub, hub, raw. After each leg every letter must be acknowledged, kept, a touch, and popped
exactly once, or there is no figure.
"""

import asyncio
import statistics
from collections.abc import Sequence

from bench.harness import ROUNDS, Compared, Figure, figure
from bench.mail_letters import MEAN_BYTES
from bench.pop import Leg, NotExact, Pair, rows_of
from bench.stage import Stage, database_url, postgres, staged

RATIO = 0.5
LATE_MS = 100.0
LETTERS = 500
WARM_UP = 200
AGENTS, PERSONS = 50, 5_000


def figures() -> list[Figure]:
    """All lines, SQLite first."""
    lines = asyncio.run(_compared("embedded", ""))
    with postgres() as server:
        lines += asyncio.run(_compared("postgresql", server))
    return lines


async def _compared(name: str, server: str) -> list[Figure]:
    async with (
        database_url(server) as ours,
        database_url(server) as theirs,
        staged("bench.mail_hub", ours, agents=AGENTS, persons=PERSONS, pinned=False) as hub,
    ):
        hub.rest()
        async with staged("bench.mail_raw", theirs, agents=AGENTS, persons=PERSONS, pinned=False) as raw:
            raw.rest()
            pair = Pair(hub=hub, raw=raw)
            warm = await _leg(pair, hub, WARM_UP)
            raw.wake()
            await raw.feed.ask(what="card", bytes=warm.outcome.sample)
            await _leg(pair, raw, WARM_UP)
            await _late(hub)
            return await _figures(name, pair)


async def _figures(name: str, pair: Pair) -> list[Figure]:
    rates, cpu = Compared(), Compared()
    late_ms: list[float] = []
    for _ in range(ROUNDS):
        first = await _leg(pair, pair.raw, LETTERS)
        ours = [await _leg(pair, pair.hub, LETTERS)]
        late_ms.append(await _late(pair.hub))
        ours.append(await _leg(pair, pair.hub, LETTERS))
        late_ms.append(await _late(pair.hub))
        raw = [first, await _leg(pair, pair.raw, LETTERS)]
        rates.add(_mean([leg.rate for leg in ours]), _mean([leg.rate for leg in raw]))
        cpu.add(_mean([leg.cpu_us for leg in ours]), _mean([leg.cpu_us for leg in raw]))
    note = f"raw {statistics.median(rates.raw):,.0f}/s; a letter has {MEAN_BYTES / 1024:.0f} KiB in the mean"
    return [
        figure(f"mail_{name}", rates, "letters/s", at_least=RATIO, of_ratio=True, note=note),
        figure(f"mail_{name}_cpu", cpu, "µs/letter", note=f"raw {statistics.median(cpu.raw):.0f} µs"),
        figure(
            f"mail_{name}_loop_lag_p99",
            statistics.median(late_ms),
            "ms",
            at_most=LATE_MS,
            note=f"the worst leg {max(late_ms):.1f} ms",
        ),
    ]


async def _leg(pair: Pair, stage: Stage, count: int) -> Leg:
    """A turn, after which letters are counted too. Raises NotExact."""
    leg = await pair.play(stage, count)
    async with stage.database.snapshot() as wire:
        rows = await wire.fetch(
            "SELECT COUNT(*), COUNT(DISTINCT touch_id) FROM letters WHERE state = 'stored'"
        )
    if (kept := tuple(map(int, rows[0]))) != (await rows_of(stage),) * 2:
        raise NotExact(f"{stage.name}: letters and their touches {kept}, touches {await rows_of(stage)}")
    return leg


async def _late(hub: Stage) -> float:
    """How late the hub's loop was since it was last asked: the 99th percentile, in ms."""
    hub.wake()
    p99_s, _ = await hub.feed.ask(what="late")
    hub.rest()
    return float(p99_s) * 1000


def _mean(values: Sequence[float]) -> float:
    return statistics.fmean(values)
