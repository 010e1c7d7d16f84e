"""Accounts whose servers are silent, and the others of the same channel."""

import asyncio

from hub.domain.errors import ChannelUnavailable
from hub.domain.touch import OutboundMessage, Sent
from tests.fakes.channel import FakeChannel, spec
from tests.unit.outbound.house import LIMITS, House, until


class SomeServersAreSilent(FakeChannel):
    """Nobody answers for accounts named `silent…`; others take everything. `answers` is set: they say no."""

    def __init__(self) -> None:
        super().__init__(spec())
        self.silent: list[OutboundMessage] = []
        self.answers = asyncio.Event()

    async def send(self, message: OutboundMessage) -> Sent:
        if not message.account.startswith("chat:silent"):
            return await super().send(message)
        self.silent.append(message)
        await self.answers.wait()
        raise ChannelUnavailable("no answer in time")


async def test_an_account_whose_server_is_silent_holds_up_no_other() -> None:
    channel = SomeServersAreSilent()
    house = House(channel)
    for n in range(200):
        house.store.queue(f"silent {n}", thread=f"s{n}", account="silent")
    good = [house.store.queue(f"good {n}", thread="one", account="good").touch_id for n in range(3)]

    async with house.sending():
        await house.settle(*good)
        assert channel.taken == good
        assert len(channel.silent) == LIMITS.per_account

        # it took long and failed: it is tried again, and still holds up nobody
        house.clock.advance(LIMITS.hangs_s)
        channel.answers.set()
        await until(lambda: len([r for r in house.store.replies.values() if r.retry_at]) >= 4)
        channel.answers.clear()
        await house.idle()
        told = len(channel.silent)
        later = house.store.queue("later", thread="two", account="good")
        house.sender.wake("chat")
        await house.settle(later.touch_id)
        assert len(channel.silent) == told
        channel.answers.set()


async def test_attempts_that_last_give_their_places_to_others() -> None:
    channel = SomeServersAreSilent()
    house = House(channel)
    for n in range(100):
        house.store.queue(f"silent {n}", thread=f"s{n}", account=f"silent{n % 2}")

    async with house.sending():
        await until(lambda: len(channel.silent) == LIMITS.parallel)
        good = [house.store.queue(f"good {n}", thread=f"g{n}", account="good").touch_id for n in range(40)]
        house.sender.wake("chat")
        await house.idle()
        assert channel.taken == []  # nobody knows yet that the two are silent

        house.clock.advance(LIMITS.hangs_s)
        house.sender.wake("chat")
        await house.settle(*good)
        assert len(channel.silent) == LIMITS.parallel
        channel.answers.set()


async def test_many_silent_accounts_have_together_what_one_may_have_but_each_one_attempt() -> None:
    channel = SomeServersAreSilent()
    house = House(channel)
    names = [f"silent{n}" for n in range(20)]
    for n in range(200):
        house.store.queue(f"silent {n}", thread=f"s{n}", account=names[n % 20])
    first = [f"chat:{name}" for name in names]

    async with house.sending():
        await until(lambda: len(channel.silent) == LIMITS.parallel)
        house.clock.advance(LIMITS.hangs_s)
        house.sender.wake("chat")
        await until(lambda: {m.account for m in channel.silent} == {*first})
        house.clock.advance(LIMITS.hangs_s)
        house.sender.wake("chat")
        await house.idle()
        assert len(channel.silent) <= 2 * LIMITS.parallel
        good = house.store.queue("good", thread="g", account="good")
        house.sender.wake("chat")
        await house.settle(good.touch_id)
        channel.answers.set()


async def test_an_account_that_hung_has_its_places_again_when_its_server_answers() -> None:
    channel = SomeServersAreSilent()
    house = House(channel)
    for n in range(40):
        house.store.queue(f"silent {n}", thread=f"s{n}", account="silent")

    async with house.sending():
        await until(lambda: len(channel.silent) == LIMITS.per_account)
        house.clock.advance(LIMITS.hangs_s)
        channel.answers.set()  # the attempts under way took long; every further one is refused at once
        await until(lambda: len(channel.silent) == 40)
        assert channel.under_way == 0


async def test_however_many_accounts_are_silent_others_have_places() -> None:
    channel = SomeServersAreSilent()
    house = House(channel)
    for n in range(1200):
        house.store.queue(f"silent {n}", thread=f"s{n}", account=f"silent{n % 60}")

    async def half_a_minute() -> None:
        for _ in range(6):
            house.clock.advance(LIMITS.hangs_s)
            house.sender.wake("chat")
            await house.idle()
        answered, channel.answers = channel.answers, asyncio.Event()
        answered.set()  # no answer in time: all attempts under way are over
        await house.idle()

    async with house.sending():
        for _ in range(3):
            await half_a_minute()
        good = house.store.queue("good", thread="g", account="good")
        before = len(channel.silent)
        await half_a_minute()
        taken, tried = [*channel.taken], len(channel.silent)
        channel.answers.set()
    assert taken == [good.touch_id]
    assert tried > before
