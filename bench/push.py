"""Writing a card to consoles: the hub's own stream beside `write(2)` of the same bytes to the same sockets.

Both run inside a hub with its thousand real sockets (`push_inside.py`). CPU is that of the hub's thread; the consoles
read on the other core.
"""

import asyncio

from bench.harness import ROUNDS, Compared, Figure, figure
from bench.stage import AGENTS, Stage, staged

TARGETED, FAN_OUT = 1.6, 1.25
SOCKET_KIB = 20.0
_FEW = 200
_IDLE_S = 12.0


def figures() -> list[Figure]:
    """A card to one agent each, one frame to all, and the memory of a console that is idle."""
    return asyncio.run(_figures())


async def _figures() -> list[Figure]:
    async with staged("bench.fed_hub", "") as stage:
        memory = await _idle(stage)
        rounds = await stage.feed.ask(what="push", rounds=ROUNDS)
    async with staged("bench.fed_hub", "", consoles=_FEW) as stage:
        memory -= await _idle(stage)
    compared = {name: Compared(ours=ours, raw=raw) for name, (ours, raw) in rounds.items()}
    note = "raw is write(2) of the same bytes"
    return [
        figure(
            "push_card",
            compared["targeted"],
            "µs",
            at_most=TARGETED,
            of_ratio=True,
            note=f"{note}, encoded before",
        ),
        figure("push_card_from_its_parts", compared["encoded"], "µs", note="encoding included"),
        figure("push_to_all", compared["fan_out"], "µs", at_most=FAN_OUT, of_ratio=True, note=note),
        figure(
            "idle_socket",
            memory / (AGENTS - _FEW) / 1024,
            "KiB",
            at_most=SOCKET_KIB,
            note=f"between {_FEW} and {AGENTS} consoles, streams and sign-ins included",
        ),
    ]


async def _idle(stage: Stage) -> float:
    """Bytes of a hub whose consoles have had nothing to hear for a while."""
    await asyncio.sleep(_IDLE_S)
    return float(await stage.feed.ask(what="memory"))
