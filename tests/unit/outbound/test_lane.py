"""Sending the replies of one channel."""

import asyncio
from dataclasses import replace

import pytest
import structlog.testing

from hub.domain.errors import ChannelRefused, ChannelUnavailable, ChannelUncertain, ChannelWithheld
from hub.domain.touch import Delivery, Sent
from hub.ports.channel import WhoSends
from tests.fakes.channel import FakeChannel, FakeHoldingChannel, spec
from tests.unit.outbound.house import LIMITS, QUEUED, SENDING, SENT, House, until


async def test_a_reply_that_was_queued_before_the_start_is_sent() -> None:
    house = House(FakeChannel(spec(), Sent(external_id="4711")))
    reply = house.store.queue("hello")

    async with house.sending():
        await house.settle()

    assert reply.history == [QUEUED, SENDING, SENT]
    assert reply.provider_id == "4711"
    assert house.settled == [("chat", SENT)]


async def test_a_reply_that_nobody_told_of_is_found_by_the_sweep() -> None:
    house = House(FakeChannel(spec()), limits=replace(LIMITS, sweep_s=0.005))

    async with house.sending():
        await house.idle()
        house.store.queue("hello")
        await house.settle()


async def test_replies_of_one_thread_are_sent_one_after_the_other_in_their_order() -> None:
    channel = FakeChannel(spec())
    house = House(channel)
    for n in range(5):
        house.store.queue(str(n), thread="one")

    async with house.sending():
        await house.settle()

    assert channel.taken == ["0", "1", "2", "3", "4"]
    assert channel.most_at_once == 1


async def test_replies_of_different_threads_are_sent_at_once_up_to_the_limit() -> None:
    channel = FakeChannel(spec())
    house = House(channel, limits=replace(LIMITS, parallel=3))
    for n in range(10):
        house.store.queue(str(n), thread=str(n))

    async with house.sending():
        await house.settle()

    assert sorted(channel.taken) == [str(n) for n in range(10)]
    assert channel.most_at_once == 3


async def test_one_place_is_enough_to_send_everything_without_waiting_for_the_sweep() -> None:
    channel = FakeChannel(spec())
    house = House(channel, limits=replace(LIMITS, parallel=1))
    for n in range(4):
        house.store.queue(str(n), thread=str(n))

    async with house.sending():
        await house.settle()

    assert channel.taken == ["0", "1", "2", "3"]


async def test_a_reply_is_claimed_in_the_store_before_the_channel_sees_it() -> None:
    channel = FakeChannel(spec())
    channel.open.clear()
    house = House(channel)
    reply = house.store.queue("hello")

    async with house.sending():
        await until(lambda: channel.under_way == 1)
        assert reply.delivery is SENDING
        assert reply.lease_until is not None
        channel.open.set()
        await house.settle()


async def test_a_reply_that_was_surely_not_taken_goes_again_when_it_is_due_and_not_before() -> None:
    channel = FakeChannel(spec(), ChannelUnavailable("connection refused"))
    house = House(channel)
    reply = house.store.queue("hello")

    async with house.sending():
        await until(lambda: reply.retry_at is not None)
        assert reply.detail == "channel_unavailable: connection refused"
        await house.idle()
        assert len(channel.tried) == 1

        house.clock.advance(1.25)
        house.sender.wake("chat")
        await house.settle()

    assert [message.attempt for message in channel.tried] == [1, 2]
    assert house.settled == [("chat", QUEUED), ("chat", SENT)]


async def test_a_later_reply_does_not_overtake_one_that_waits_to_be_repeated() -> None:
    channel = FakeChannel(spec(), ChannelUnavailable("connection refused"))
    house = House(channel)
    first = house.store.queue("first", thread="one")
    house.store.queue("second", thread="one")

    async with house.sending():
        await until(lambda: first.retry_at is not None)
        await house.idle()
        assert len(channel.tried) == 1
        house.clock.advance(2)
        house.sender.wake("chat")
        await house.settle()

    assert channel.taken == ["first", "second"]


async def test_a_refused_reply_has_failed_and_the_next_one_goes_on() -> None:
    channel = FakeChannel(spec(), ChannelRefused("550 no such user", code="no_such_address"))
    house = House(channel)
    first = house.store.queue("first")
    second = house.store.queue("second")

    async with house.sending():
        await house.settle()

    assert (first.delivery, first.detail) == (Delivery.FAILED, "no_such_address: 550 no such user")
    assert second.delivery is SENT


@pytest.mark.parametrize("error", [ChannelUncertain("cut off"), RuntimeError("a fault of ours")])
async def test_a_reply_the_client_may_have_is_left_to_a_person(error: Exception) -> None:
    channel = FakeChannel(spec(), error)
    house = House(channel)
    reply = house.store.queue("hello")

    async with house.sending():
        await house.settle()
        await house.idle()

    assert reply.delivery is Delivery.UNCERTAIN
    assert len(channel.tried) == 1


async def test_a_send_without_an_answer_in_time_is_uncertain() -> None:
    channel = FakeChannel(spec())
    channel.open.clear()
    house = House(channel, limits=replace(LIMITS, send_s=0.005))
    reply = house.store.queue("hello")

    async with house.sending():
        await house.settle()

    assert (reply.delivery, reply.detail) == (Delivery.UNCERTAIN, "no_answer")


async def test_on_a_channel_that_shows_a_repeat_once_it_is_sent_again() -> None:
    channel = FakeChannel(spec(idempotent=True), ChannelUncertain("cut off"))
    house = House(channel)
    reply = house.store.queue("hello")

    async with house.sending():
        await until(lambda: reply.retry_at is not None)
        house.clock.advance(2)
        house.sender.wake("chat")
        await house.settle()

    assert channel.taken == ["hello"]


async def test_the_node_that_holds_a_client_sends_when_the_client_is_there() -> None:
    channel = FakeHoldingChannel()
    house = House(channel)
    house.store.queue("for one", thread="one")
    house.store.queue("for two", thread="two")
    channel.held = [("chat:demo", "one")]

    async with house.sending():
        await house.settle("for one")
        await house.idle()
        assert house.store.replies["for two"].history == [QUEUED]

        channel.held.append(("chat:demo", "two"))
        house.sender.wake("chat")
        await house.settle()

    assert channel.taken == ["for one", "for two"]


async def test_a_client_who_left_gets_the_reply_at_once_on_return_however_often_it_was_tried() -> None:
    left = [ChannelUnavailable("the connection is closing") for _ in range(8)]
    channel = FakeHoldingChannel("chat", *left)
    channel.held = [("chat:demo", "t1")]
    house = House(channel)
    reply = house.store.queue("hello")

    async with house.sending():
        for tries in range(1, 9):
            await until(lambda tries=tries: len(channel.tried) == tries)  # type: ignore[misc]
            await house.idle()
            house.sender.wake("chat")
        await house.settle()

    assert reply.delivery is SENT


async def test_a_connection_that_is_closing_is_not_tried_without_pause() -> None:
    channel = FakeHoldingChannel("chat", *[ChannelUnavailable("closing") for _ in range(1000)])
    channel.held = [("chat:demo", "t1")]
    house = House(channel)
    house.store.queue("hello")

    async with house.sending():
        await until(lambda: bool(channel.tried))
        await house.idle()

        assert len(channel.tried) == 1


async def test_with_no_client_there_the_store_is_not_asked() -> None:
    house = House(FakeHoldingChannel())
    house.store.queue("hello")

    async with house.sending():
        await house.idle()

    assert house.store.claims == 0


async def test_a_channel_that_must_hold_threads_and_does_not_is_refused_at_the_start() -> None:
    with pytest.raises(TypeError, match="chat"):
        House(FakeChannel(spec(who_sends=WhoSends.HOLDING_NODE)))


async def test_a_store_that_cannot_be_asked_is_asked_again_after_doubling_pauses() -> None:
    house = House(FakeChannel(spec()))
    house.store.failing = 4
    house.store.queue("hello")

    async with house.sending():
        await house.settle()

    assert house.pauses == [0.05, 0.1, 0.2, 0.4]


async def test_an_outcome_that_cannot_be_recorded_is_recorded_later_and_nothing_is_sent_twice() -> None:
    channel = FakeChannel(spec())
    house = House(channel)
    house.store.settles_failing = 10
    reply = house.store.queue("hello")

    async with house.sending():
        await house.settle()

    assert reply.delivery is SENT
    assert channel.taken == ["hello"]


async def test_an_outcome_that_cannot_be_recorded_within_the_lease_is_left_to_the_sweep() -> None:
    channel = FakeChannel(spec())
    house = House(channel, limits=replace(LIMITS, lease_s=10, drain_s=0.005))
    house.store.settles_failing = 1_000_000
    reply = house.store.queue("hello")

    async with house.sending():
        await until(lambda: sum(house.pauses) >= 10)
        await house.idle()
        await house.sender.sweep()

    assert (reply.delivery, reply.detail) == (Delivery.UNCERTAIN, "interrupted")
    assert channel.taken == ["hello"]


async def test_the_outcome_of_a_claim_that_was_lost_changes_nothing() -> None:
    channel = FakeChannel(spec(idempotent=True))
    channel.open.clear()
    house = House(channel)
    reply = house.store.queue("hello")

    async with house.sending():
        await until(lambda: channel.under_way == 1)
        house.clock.advance(LIMITS.lease_s)
        await house.sender.sweep()
        await until(lambda: channel.under_way == 2)
        channel.open.set()
        await house.settle()
        await house.idle()

    assert reply.history == [QUEUED, SENDING, QUEUED, SENDING, SENT]
    assert house.settled == [("chat", SENT)]


async def test_a_sender_that_is_stopped_lets_a_send_under_way_end() -> None:
    channel = FakeChannel(spec())
    channel.open.clear()
    house = House(channel)
    first = house.store.queue("first", thread="one")
    later = house.store.queue("later", thread="one")

    async with house.sending():
        await until(lambda: channel.under_way == 1)
        asyncio.get_running_loop().call_later(0.01, channel.open.set)

    assert first.delivery is SENT
    assert later.history == [QUEUED]


async def test_a_send_that_does_not_end_in_time_is_left_to_the_next_start() -> None:
    channel = FakeChannel(spec())
    channel.open.clear()
    house = House(channel, limits=replace(LIMITS, drain_s=0.005))
    reply = house.store.queue("hello")

    async with house.sending():
        await until(lambda: channel.under_way == 1)

    assert reply.delivery is SENDING
    assert channel.under_way == 0


async def test_replies_claimed_during_the_stop_are_put_back_unsent() -> None:
    channel = FakeChannel(spec())
    house = House(channel)
    house.store.answering.clear()
    reply = house.store.queue("hello")

    async with house.sending():
        await until(lambda: house.store.claims == 1)
        asyncio.get_running_loop().call_later(0.01, house.store.answering.set)

    assert reply.history == [QUEUED, SENDING, QUEUED]
    assert channel.tried == []


async def test_what_a_rule_of_ours_keeps_back_is_logged_as_that() -> None:
    withheld = ChannelWithheld("once a day", code="answered_lately")
    house = House(FakeChannel(spec(), withheld, ChannelRefused("no such user", code="recipients_refused")))
    replies = [house.store.queue(name, thread=name) for name in ("one", "two")]

    with structlog.testing.capture_logs() as logs:
        async with house.sending():
            await house.settle()

    assert {reply.delivery for reply in replies} == {Delivery.FAILED}
    said = [(line["event"], line["log_level"]) for line in logs if line["event"].startswith("reply_")]
    assert said == [("reply_withheld", "info"), ("reply_not_sent", "warning")]
