"""Clients of a chaos run who write letters: into the mailbox or to the hub itself, sometimes twice or by both ways, and
again as long as no server has said that it has them."""

import asyncio

import aiosmtplib

from tests.chaos.ledger import Taken, Wrote
from tests.chaos.post import Post, patience
from tests.chaos.world import HUB_GONE, World

BY_MAILBOX = 0.4
TWICE = 0.2
ANSWERS = 0.5
"""How many letters answer the newest of the hub's, if there is one."""


class WriterPeer:
    """One client with one address."""

    def __init__(self, world: World, name: str) -> None:
        assert world.post is not None
        self.name = name
        self.address = f"{name}@clients.test"
        self._world = world
        self._post: Post = world.post
        self._rng = world.rng(name)
        self._number = 0
        self._under_way = 0

    @property
    def is_done(self) -> bool:
        """Whether everything written was taken."""
        return not self._under_way

    async def run(self) -> None:
        """Write until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                await asyncio.sleep(min(self._rng.expovariate(self._world.letters_s), 3.0))
                if self._post.is_set_up and not self._world.calm.is_set() and self._under_way < 3:
                    self._under_way += 1
                    group.create_task(self._one())

    async def _one(self) -> None:
        rng = self._rng
        self._number += 1
        text = f"[{self.name}#{self._number}] is it there yet?"
        answers, headers = "", ""
        got = self._post.answers.get(self.address)
        if got and rng.random() < ANSWERS:
            answers, message_id = list(got.items())[-1]
            headers = f"In-Reply-To: {message_id}\r\n"
        raw = (
            f"From: {self.name} <{self.address}>\r\nTo: support@hub.test\r\nSubject: order {self._number}\r\n"
            f"Message-ID: <{self._number}.{self.name}@clients.test>\r\n{headers}\r\n{text}\r\n"
        ).encode()
        self._world.ledger.note(Wrote(client=self.name, text=text, answers=answers))
        try:
            for _ in range(2 if rng.random() < TWICE else 1):
                await self._delivered(raw, text, "mailbox" if rng.random() < BY_MAILBOX else "hub")
        finally:
            self._under_way -= 1

    async def _delivered(self, raw: bytes, text: str, way: str) -> None:
        while True:
            try:
                async with patience():
                    if way == "mailbox":
                        await self._post.into_mailbox(raw)
                    else:
                        await self._world.gate.wait()
                        await self._post.into_hub(self.address, raw)
            except (aiosmtplib.SMTPException, *HUB_GONE) as error:
                # a hub that dies, and nothing else; what it refuses for good is counted
                if isinstance(error, aiosmtplib.SMTPResponseException) and error.code >= 500:
                    self._world.counts["letters_refused"] += 1
                self._world.counts["letters_tried_again"] += 1
                await asyncio.sleep(0.1)
            else:
                self._world.ledger.note(Taken(text=text, way=way))
                return
