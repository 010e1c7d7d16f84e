"""Updates of Telegram (see `bench.kept`), and what others wait while one chat writes a thousand a second."""

import asyncio
import time

from bench.harness import Figure
from bench.kept import AGENTS, PERSONS, KeptFirst, figures_of
from bench.stage import staged

FLOOD_PER_S, FLOOD_S = 1_000, 10
OTHERS_PER_S = 20.0
OTHERS_LATE_MS = 1_000.0
_READ_S = 180.0


class Lost(Exception):
    """Something of the flood or of the others is not there."""


def figures() -> list[Figure]:
    """All lines, SQLite first."""
    what = KeptFirst(
        name="telegram",
        hub="bench.telegram_hub",
        raw="bench.telegram_raw",
        each="update",
        table="telegram_updates",
        leg=500,
        warm_up=200,
    )
    return [*figures_of(what), asyncio.run(_flooded())]


async def _flooded() -> Figure:
    """How long after it was due a message of another chat is on a screen. Raises Lost."""
    others, flood = int(OTHERS_PER_S * FLOOD_S), FLOOD_PER_S * FLOOD_S
    async with staged("bench.telegram_hub", "", agents=AGENTS, persons=PERSONS, pinned=False) as hub:
        await hub.play(100)
        await hub.feed.ask(what="flood", per_s=FLOOD_PER_S, seconds=FLOOD_S)
        outcome = await hub.play(others, rate=OTHERS_PER_S)
        kept = await hub.feed.ask(what="flooded")
        stored, wanted, began = 0, 100 + others + flood, time.monotonic()
        async with asyncio.timeout(_READ_S):
            while stored < wanted:
                await asyncio.sleep(0.5)
                async with hub.database.snapshot() as wire:
                    rows = await wire.fetch(
                        "SELECT COUNT(*), COUNT(DISTINCT touch_id) FROM telegram_updates WHERE state = 'stored'"
                    )
                stored = int(rows[0][1])
        read_s = FLOOD_S + time.monotonic() - began
    if outcome.pops != others or outcome.doubled or kept != flood or stored != wanted:
        raise Lost(
            f"of {others} {outcome.pops} popped, of {flood} {kept} kept, of {wanted} {stored} are touches"
        )
    return Figure(
        name="telegram_flood_others_p99",
        value=outcome.p99_ms,
        unit="ms",
        ratio=0.0,
        target=f"≤ {OTHERS_LATE_MS:,.0f}",
        ok=outcome.p99_ms <= OTHERS_LATE_MS,
        note=f"p50 {outcome.p50_ms:.0f} ms, while one chat writes {FLOOD_PER_S:,}/s for {FLOOD_S} s;"
        f" all of it is read after {read_s:.0f} s",
    )
