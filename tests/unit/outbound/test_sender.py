"""From "the agent replied" to "the channel took it"."""

from dataclasses import replace

import pytest

from hub.cluster.embedded.bus import EmbeddedBus
from hub.domain.touch import Delivery, Direction
from tests.fakes.channel import GIVE_UP_S, FakeChannel, FakeHoldingChannel, spec
from tests.unit.outbound.house import LIMITS, QUEUED, SENDING, House, stored


async def test_a_new_reply_is_sent_as_soon_as_the_bus_tells_of_it() -> None:
    house = House(FakeChannel(spec()))

    async with house.sending():
        await house.idle()
        house.store.queue("hello")
        await house.bus.publish(stored(Direction.OUTBOUND))
        await house.settle()


@pytest.mark.parametrize("direction", [Direction.INBOUND, Direction.INTERNAL])
async def test_what_no_channel_has_to_send_wakes_nobody(direction: Direction) -> None:
    house = House(FakeChannel(spec()))

    async with house.sending():
        await house.idle()
        looks = house.store.claims
        await house.bus.publish(stored(direction))
        await house.bus.publish(stored(Direction.OUTBOUND, channel="another"))
        await house.idle()

        assert house.store.claims == looks


async def test_a_channel_that_hangs_delays_no_other() -> None:
    hung, good = FakeChannel(spec("hung")), FakeChannel(spec("good"))
    hung.open.clear()
    house = House(hung, good, limits=replace(LIMITS, parallel=2, drain_s=0.005))
    for n in range(5):
        house.store.queue(f"hung {n}", channel="hung", thread=str(n))
        house.store.queue(f"good {n}", channel="good", thread=str(n))

    async with house.sending():
        await house.settle(*(f"good {n}" for n in range(5)))

        assert hung.under_way == 2


async def test_two_channels_of_one_name_are_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="one name"):
        House(FakeChannel(spec()), FakeChannel(spec()))


async def test_the_sweep_ends_attempts_whose_sender_died() -> None:
    house = House(FakeChannel(spec("mail")), FakeChannel(spec("chat", idempotent=True)))
    mail = house.store.queue("mail", channel="mail")
    chat = house.store.queue("chat", channel="chat")
    await house.store.claim("mail", house.clock.now(), lease_s=45, limit=1)
    await house.store.claim("chat", house.clock.now(), lease_s=45, limit=1)

    house.clock.advance(44)
    await house.sender.sweep()
    assert (mail.delivery, chat.delivery) == (SENDING, SENDING)

    house.clock.advance(1)
    await house.sender.sweep()

    assert (mail.delivery, chat.delivery) == (Delivery.UNCERTAIN, QUEUED)
    assert house.lapsed == [2]


async def test_the_sweep_ends_replies_whose_client_never_came_back() -> None:
    house = House(FakeHoldingChannel())
    reply = house.store.queue("hello")

    house.clock.advance(GIVE_UP_S)
    await house.sender.sweep()
    assert reply.delivery is QUEUED

    house.clock.advance(1)
    await house.sender.sweep()

    assert (reply.delivery, reply.detail) == (Delivery.FAILED, "gave_up")


async def test_a_listener_that_lagged_looks_at_everything_and_listens_again() -> None:
    house = House(FakeChannel(spec()), bus=EmbeddedBus(listener_limit=1))

    async with house.sending():
        await house.idle()
        house.store.queue("first")
        await house.bus.publish(stored(Direction.INBOUND))
        await house.bus.publish(stored(Direction.OUTBOUND))
        await house.settle("first")
        house.store.queue("second")
        await house.bus.publish(stored(Direction.OUTBOUND))
        await house.settle("second")


async def test_the_only_process_ends_at_its_start_what_the_one_before_it_was_sending() -> None:
    house = House(FakeChannel(spec("mail")), FakeChannel(spec("chat", idempotent=True)))
    mail = house.store.queue("mail", channel="mail")
    chat = house.store.queue("chat", channel="chat")
    await house.store.claim("mail", house.clock.now(), lease_s=LIMITS.lease_s, limit=1)
    await house.store.claim("chat", house.clock.now(), lease_s=LIMITS.lease_s, limit=1)

    await house.sender.take_over()

    assert (mail.delivery, chat.delivery) == (Delivery.UNCERTAIN, QUEUED)
    assert house.lapsed == [2]
