"""The Telegram of a chaos run: two bots, one that is polled and one whose updates are brought, and clients who write to
them. It misbehaves before and after the deed, and brings some updates twice."""

import asyncio
import random
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

from tests.chaos.ledger import BotSent, Ledger, Texted
from tests.chaos.world import World
from tests.clients import Agent
from tests.servers.bot_api import BotApiLookAlike, Fault, LookBot, Sent

REPLY = re.compile(r"\[\w+#\d+\]")
"""The mark of an agent's reply. Each of its messages begins with it."""

WAYS = ("polling", "webhook")
ANSWER_S = 1.0
"""How long the hub waits for an answer: the shortest there is."""
SILENT_S = 1.5
RARELY = 0.2
"""A question that is put again anyway goes wrong so much less often than a reply: each costs seconds of a life."""

REFUSALS = {403: "", 400: "Bad Request: message is not good enough"}
"""For good."""
LATER = {429: 1, 409: 0}
"""Nothing was done: the code, and the seconds it asks to wait."""


KINDS = ("later", "broken", "broken", "cut", "silent")
"""What can go wrong with any request."""


def fault(rng: random.Random, kind: str) -> Fault:
    """One of a kind of `KINDS`, or `refused` for good."""
    if kind == "later":
        code = rng.choice(tuple(LATER))
        return Fault(code=code, retry_after_s=LATER[code])
    if kind == "refused":
        code = rng.choice(tuple(REFUSALS))
        return Fault(code=code, said=REFUSALS[code])
    is_done = rng.random() < 0.5
    if kind == "broken":
        return Fault(code=rng.choice((500, 502)), done=is_done)
    return Fault(delay_s=SILENT_S if kind == "silent" else 0.0, done=is_done)


class Messenger:
    """It goes wrong at `faults` of the replies, until it is told to be `well`."""

    def __init__(self, seed: int, ledger: Ledger, faults: float) -> None:
        self._rng = random.Random(f"{seed}/messenger")
        self._ledger = ledger
        self._faults = faults
        self._api = BotApiLookAlike()
        self._api.fault_of = self._fault
        self._api.told = self._told
        self._next: list[str] = []
        self.is_set_up = False
        self.went_wrong: Counter[str] = Counter()
        """With replies: `ambiguous` where nobody but Telegram could know, `refused` for good, `later`."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Self]:
        """Be there while the block lasts."""
        async with self._api:
            yield self

    def settings(self, port: int) -> dict[str, str]:
        """What a hub on that port must be told."""
        return {
            "CHANNELS__TELEGRAM__BASE_URL": self._api.url,
            "CHANNELS__TELEGRAM__ANSWER_S": str(ANSWER_S),
            "HTTP__PUBLIC_URL": f"http://127.0.0.1:{port}",
        }

    async def set_up(self, url: str) -> None:
        """Tell a hub of the bots."""
        async with Agent(url, "admin") as admin:
            queue_id = (await admin.get("/api/v1/queues"))["items"][0]["id"]
            for number, way in enumerate(WAYS, 1):
                bot = self._api.bot(f"400{number}:look-alike_token-of-tests_0123456789", f"{way}_bot")
                setup = {"updates": way, "language": "en"}
                told = {"name": way, "queue_id": queue_id, "token": bot.token, "setup": setup}
                await admin.post("/api/v1/telegram/bots", told)
        self.is_set_up = True

    def well(self) -> None:
        """From now on everything is done."""
        self._faults = 0.0

    @property
    def is_done(self) -> bool:
        """Whether the hub has said of every update that it has it."""
        return not any(bot.pending for bot in self._api.bots.values())

    def texts(self, chat_id: int, text: str, *, way: str, times: int) -> None:
        """A client writes to the bot; it is brought `times` over. Telegram has it when this returns."""
        bot = next(bot for bot in self._api.bots.values() if bot.username == f"{way}_bot")
        update = self._api.person(chat_id, "Client").writes(bot, text)
        bot.pending.extend([update] * (times - 1))

    # --- what the hub asks ---

    def _fault(self, bot: LookBot, method: str) -> Fault | None:
        is_reply = method.startswith("send") and method != "sendChatAction"
        chance = self._faults if is_reply else self._faults * RARELY
        if not self.is_set_up or self._rng.random() >= chance:
            return None
        if not is_reply:
            return fault(self._rng, self._rng.choice(KINDS))
        if not self._next:  # by turns: a short run has some of each
            self._next = self._rng.sample((*KINDS, "refused"), len(KINDS) + 1)
        kind = self._next.pop()
        self.went_wrong[kind if kind in {"refused", "later"} else "ambiguous"] += 1
        return fault(self._rng, kind)

    def _told(self, bot: LookBot, sent: Sent) -> None:
        mark = REPLY.match(sent.text)
        self._ledger.note(BotSent(mark=mark[0] if mark else "?", text=sent.text, chat=sent.chat_id))


class TexterPeer:
    """One client with one chat."""

    def __init__(self, world: World, number: int) -> None:
        assert world.messenger is not None
        self.name = f"t{number}"
        self._world = world
        self._telegram: Messenger = world.messenger
        self._rng = world.rng(self.name)
        self._chat = 9000 + number
        self._way = WAYS[number % len(WAYS)]
        self._number = 0

    @property
    def is_done(self) -> bool:
        """Whether the hub has what was written."""
        return self._telegram.is_done

    async def run(self) -> None:
        """Write until cancelled, also while there is no hub: Telegram keeps it."""
        while True:
            await asyncio.sleep(min(self._rng.expovariate(self._world.texts_s), 3.0))
            if self._telegram.is_set_up and not self._world.calm.is_set():
                self._number += 1
                text = f"[{self.name}#{self._number}] and where is it now?"
                self._world.ledger.note(
                    Texted(client=self.name, number=self._number, text=text, chat=self._chat)
                )
                times = 2 if self._rng.random() < 0.2 else 1
                self._telegram.texts(self._chat, text, way=self._way, times=times)
