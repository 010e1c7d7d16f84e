"""What all peers of a chaos run share: where the hub is, whether it may be talked to, and how lively to be."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import ClientError
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.chaos.ledger import Ledger

if TYPE_CHECKING:
    from tests.chaos.messenger import Messenger
    from tests.chaos.post import Post

HUB_GONE = (OSError, ConnectionClosed, InvalidHandshake, TimeoutError, ClientError, EOFError)
"""What a peer meets when the hub dies, or is not there."""


@dataclass(slots=True, kw_only=True)
class World:
    """`gate` is open while peers may talk to the hub; after `calm` nobody begins anything new, and what is under
    way is brought to its end. `counts` are the peers' own counters. `rate_s` is a visitor's messages a second,
    `calls_s` a caller's calls; `sip_port` is 0 without a telephone. `letters_s` is a client's letters a
    second, `post` how they are carried; None without mail. `texts_s` is a client's messages in Telegram a second,
    `messenger` Telegram itself; None without."""

    seed: int
    url: str
    ledger: Ledger
    rate_s: float = 2.0
    sip_port: int = 0
    calls_s: float = 2.0
    letters_s: float = 1.0
    post: "Post | None" = None
    texts_s: float = 1.0
    messenger: "Messenger | None" = None
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    calm: asyncio.Event = field(default_factory=asyncio.Event)
    counts: Counter[str] = field(default_factory=Counter)
    remarks: list[str] = field(default_factory=list)

    def rng(self, name: str) -> random.Random:
        """The randomness of one peer: it depends on nothing but the seed and the name."""
        return random.Random(f"{self.seed}/{name}")


def heed_cancellation() -> None:
    """Raises CancelledError if this task was cancelled while it dealt with errors: a task group that meets
    both tells of the errors only."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
