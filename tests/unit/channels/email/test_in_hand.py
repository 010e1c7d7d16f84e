"""What answers a letter that is in hand waits for it; nobody waits for ever, nor in a ring."""

import asyncio
from collections.abc import Sequence

import pytest

from hub.channels.email.excerpt import message_id_in
from hub.channels.email.in_hand import InHand


class Hands:
    """Letters, each taken in by a task that waits for those it names; `ended` has them in the order of their ends."""

    def __init__(self, within_s: float = 20.0) -> None:
        self.in_hand = InHand(within_s=within_s)
        self.ended: list[str] = []
        self.held: dict[str, asyncio.Event] = {}

    def take(self, message_id: str, *named: str, held: bool = False) -> "asyncio.Task[None]":
        if held:
            self.held[message_id] = asyncio.Event()
        task = asyncio.create_task(self._one(message_id, named))
        self.in_hand.enter(task, message_id)
        return task

    async def _one(self, message_id: str, named: Sequence[str]) -> None:
        if message_id in self.held:
            await self.held[message_id].wait()
        await self.in_hand.after(named)
        self.ended.append(message_id)


async def test_an_answer_ends_after_what_it_answers_in_whatever_order_they_came() -> None:
    hands = Hands()
    async with asyncio.timeout(5):
        later = [hands.take("m3", "m1", "m2"), hands.take("m2", "m1"), hands.take("other", "nobody")]
        first = hands.take("m1", held=True)
        await asyncio.sleep(0.01)
        assert hands.ended == ["other"]
        hands.held["m1"].set()
        await asyncio.gather(first, *later)
    assert hands.ended == ["other", "m1", "m2", "m3"]


async def test_letters_that_name_each_other_or_themselves_do_not_wait_in_a_ring() -> None:
    hands = Hands()
    everybody = [f"m{n}" for n in range(128)]
    async with asyncio.timeout(5):
        await asyncio.gather(*(hands.take(one, *everybody) for one in everybody))
    assert sorted(hands.ended) == sorted(everybody)


async def test_nobody_waits_longer_than_told_for_one_that_is_not_read() -> None:
    hands = Hands(within_s=0.05)
    bomb = hands.take("m1", held=True)
    async with asyncio.timeout(5):
        await hands.take("m2", "m1")
    assert hands.ended == ["m2"]
    bomb.cancel()


@pytest.mark.parametrize("fails", [False, True])
async def test_one_that_is_cancelled_or_fails_holds_up_nobody(fails: bool) -> None:
    hands = Hands()
    first = hands.take("m1", held=True)
    second = hands.take("m2", "m1")
    third = hands.take("m3", "m2")
    await asyncio.sleep(0.01)
    (second if fails else first).cancel()
    hands.held["m1"].set()
    async with asyncio.timeout(5):
        await asyncio.gather(first, second, third, return_exceptions=True)
    assert hands.ended == (["m1", "m3"] if fails else ["m2", "m3"])


@pytest.mark.parametrize(
    ("raw", "message_id"),
    [
        (b"From: a@b.test\r\nMESSAGE-ID:\r\n <m1@c.test>\r\n\r\nhello", "m1@c.test"),
        (b"Message-ID: <m1@c.test>\n\nhello", "m1@c.test"),
        (b"Subject: x\r\n\r\nhello", ""),
        (b"Message-ID: none\r\n\r\nhello", ""),
        (b"Message-ID: <\xff@c.test>\r\n\r\nhello", "\ufffd@c.test"),
        (b"", ""),
        (b"\nmessage-id:" * 20_000, ""),
    ],
)
def test_the_id_is_found_before_the_letter_is_read(raw: bytes, message_id: str) -> None:
    assert message_id_in(raw) == message_id
