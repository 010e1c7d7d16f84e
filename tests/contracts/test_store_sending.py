"""What must hold for every store of replies: claimed by one, in order, settled once, and never stuck."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from hub.domain.events import DeliveryChanged
from hub.domain.touch import Delivery
from hub.ports.store import AccountRoom, ClaimedReply
from tests.contracts.replies import FakeReplies, Replies, StoredReplies
from tests.fakes.clock import FakeClock
from tests.stores import House

NOW = FakeClock().now()
LEASE_S = 30.0
LEASE = timedelta(seconds=LEASE_S)
TICK = timedelta(microseconds=1)


@pytest.fixture(params=["fake", "sqlite", pytest.param("postgresql", marks=pytest.mark.pg)], scope="module")
def kind(request: pytest.FixtureRequest) -> str:
    """Where the replies are."""
    return str(request.param)


@pytest.fixture
def replies(kind: str, request: pytest.FixtureRequest) -> Replies:
    """A store of replies with nothing in it."""
    return FakeReplies() if kind == "fake" else StoredReplies(request.getfixturevalue("house"))


@pytest.fixture
def stored(replies: Replies) -> StoredReplies | None:
    """The real store, for what only it can show."""
    return replies if isinstance(replies, StoredReplies) else None


# --- claiming ---


async def test_a_claimed_reply_has_all_that_the_channel_needs(replies: Replies) -> None:
    await replies.queue("hello", thread="v1", at=NOW)
    (claimed,) = await _claim(replies)

    message = claimed.message
    assert (message.account, message.thread, message.address) == (f"{replies.channel}:demo", "v1", "v1")
    assert (message.text, message.at, message.attempt) == ("hello", NOW, 1)
    assert (claimed.channel, claimed.epoch, claimed.queued_at) == (replies.channel, 1, NOW)
    assert (await replies.kept("hello")).delivery is Delivery.SENDING


async def test_a_claimed_reply_is_claimed_by_nobody_else(replies: Replies) -> None:
    await replies.queue("hello", thread="v1", at=NOW)
    await _claim(replies)

    assert await _claim(replies) == []
    assert await _claim(replies, now=NOW + LEASE * 2) == []


async def test_the_oldest_come_first_and_no_more_than_asked_for(replies: Replies) -> None:
    for n in (3, 1, 4, 2):
        await replies.queue(f"{n}", thread=f"v{n}", at=NOW + n * TICK)
    later = NOW + timedelta(seconds=1)

    if isinstance(replies, StoredReplies):  # the fake keeps the order in which they were queued
        assert _texts(await _claim(replies, limit=3, now=later)) == ["1", "2", "3"]
        assert _texts(await _claim(replies, limit=3, now=later)) == ["4"]
    else:
        assert len(await _claim(replies, limit=3, now=later)) == 3
        assert len(await _claim(replies, limit=3, now=later)) == 1


async def test_an_account_has_no_more_than_its_room_and_others_are_taken_past_it(replies: Replies) -> None:
    for n in range(30):
        await replies.queue(f"full {n}", thread=f"f{n}", at=NOW + n * TICK, account="full")
    for n in range(6):
        await replies.queue(f"half {n}", thread=f"h{n}", at=NOW + (50 + n) * TICK, account="half")
    for n in range(3):
        await replies.queue(f"{n}", thread="one", at=NOW + (90 + n) * TICK, account="other")
    now = NOW + timedelta(seconds=1)

    async def taken(limit: int, **left: int) -> list[str]:
        room = AccountRoom(each=4, left={f"{replies.channel}:{name}": n for name, n in left.items()})
        claimed = await replies.store.claim(replies.channel, now, lease_s=LEASE_S, limit=limit, room=room)
        return _texts(claimed)

    assert await taken(10, half=2) == ["full 0", "full 1", "full 2", "full 3", "half 0", "half 1", "0"]
    assert await taken(10, full=0, half=0, other=0) == []
    assert await taken(2, full=0) == ["half 2", "half 3"]
    assert await taken(16, full=0, half=1) == ["half 4"]  # "1" waits for "0"
    assert (await replies.kept("full 4")).attempt == 0


async def test_a_thread_is_sent_one_reply_at_a_time_in_order(replies: Replies) -> None:
    for n in range(3):
        await replies.queue(f"{n}", thread="v1", at=NOW + n * TICK)
    sent = []
    for _ in range(3):
        (claimed,) = await _claim(replies)
        assert await _claim(replies) == []
        await _settle(replies, claimed, Delivery.SENT)
        sent.append(claimed.message.text)

    assert sent == ["0", "1", "2"]
    assert await _claim(replies) == []


async def test_a_reply_waits_for_the_earlier_one_to_be_repeated(replies: Replies) -> None:
    await replies.queue("first", thread="v1", at=NOW)
    await replies.queue("second", thread="v1", at=NOW + TICK)
    (claimed,) = await _claim(replies)
    await _settle(replies, claimed, Delivery.QUEUED, retry_at=NOW + LEASE)

    assert await _claim(replies, now=NOW + LEASE - TICK) == []
    assert _texts(await _claim(replies, now=NOW + LEASE)) == ["first"]


@pytest.mark.parametrize("end", [Delivery.SENT, Delivery.FAILED, Delivery.UNCERTAIN, Delivery.DELIVERED])
async def test_the_next_goes_when_the_earlier_one_is_decided(replies: Replies, end: Delivery) -> None:
    await replies.queue("first", thread="v1", at=NOW)
    await replies.queue("second", thread="v1", at=NOW + TICK)
    (claimed,) = await _claim(replies)
    await _settle(replies, claimed, end)

    assert _texts(await _claim(replies)) == ["second"]


async def test_a_channel_claims_its_own(replies: Replies) -> None:
    await replies.queue("mine", thread="v1", at=NOW)
    await replies.queue("theirs", thread="v1", at=NOW, channel=f"{replies.channel} of others")

    assert _texts(await _claim(replies)) == ["mine"]
    assert (await replies.kept("theirs")).delivery is Delivery.QUEUED


async def test_a_node_claims_for_the_clients_it_holds_and_no_other(replies: Replies) -> None:
    for thread in ("v1", "v2", "v3"):
        await replies.queue(thread, thread=thread, at=NOW)
    account = f"{replies.channel}:demo"

    assert await _claim(replies, threads=[]) == []
    assert await _claim(replies, threads=[(account, "v9"), ("elsewhere", "v1")]) == []
    # each name occurs with some account, but only one pair is a client of ours
    pairs = [(account, "v2"), ("elsewhere", "v1")]
    assert _texts(await _claim(replies, threads=pairs)) == ["v2"]


async def test_of_many_who_claim_at_once_each_reply_has_one(replies: Replies) -> None:
    for n in range(40):
        await replies.queue(f"{n}", thread=f"v{n}", at=NOW)
    claims = await asyncio.gather(*(_claim(replies, limit=10) for _ in range(8)))

    claimed = [c.message.text for claim in claims for c in claim]
    assert len(claimed) == len(set(claimed))
    while more := await _claim(replies, limit=10):
        claimed += [c.message.text for c in more]
    assert sorted(claimed, key=int) == [f"{n}" for n in range(40)]


async def test_a_thread_keeps_its_order_over_two_conversations(stored: StoredReplies | None) -> None:
    if stored is None:
        return  # the fake knows threads only
    await stored.queue("before", thread="v1", at=NOW)
    await stored.begin("v1")
    await stored.queue("after", thread="v1", at=NOW + TICK)

    (claimed,) = await _claim(stored)
    assert claimed.message.text == "before"
    await _settle(stored, claimed, Delivery.SENT)
    assert _texts(await _claim(stored)) == ["after"]


# --- how an attempt ended ---


async def test_an_outcome_is_kept_with_its_reason_and_the_providers_name(replies: Replies) -> None:
    await replies.queue("hello", thread="v1", at=NOW)
    (claimed,) = await _claim(replies)
    assert await _settle(replies, claimed, Delivery.FAILED, detail="no_such_user", provider_id="p-1")

    kept = await replies.kept("hello")
    assert (kept.delivery, kept.detail, kept.provider_id, kept.attempt) == (
        Delivery.FAILED,
        "no_such_user",
        "p-1",
        1,
    )


async def test_a_reply_is_claimed_again_when_it_may_be_repeated_and_not_before(replies: Replies) -> None:
    await replies.queue("hello", thread="v1", at=NOW)
    (first,) = await _claim(replies)
    await _settle(replies, first, Delivery.QUEUED, retry_at=NOW + LEASE)

    assert await _claim(replies, now=NOW + LEASE - TICK) == []
    (second,) = await _claim(replies, now=NOW + LEASE)
    assert (second.epoch, second.message.attempt) == (2, 2)


async def test_what_fails_again_and_again_has_one_turn_for_each_of_the_others(replies: Replies) -> None:
    if not isinstance(replies, StoredReplies):
        return  # the fake keeps the order in which they were queued
    for n in range(3):
        await replies.queue(f"fails {n}", thread=f"f{n}", at=NOW)
    for failing in await _claim(replies):
        await _settle(replies, failing, Delivery.QUEUED, retry_at=NOW + LEASE)
    await replies.queue("new", thread="v", at=NOW + TICK)
    assert _texts(await _claim(replies, limit=1, now=NOW + 2 * LEASE)) == ["new"]


async def test_an_outcome_counts_once(replies: Replies) -> None:
    await replies.queue("hello", thread="v1", at=NOW)
    (claimed,) = await _claim(replies)

    assert await _settle(replies, claimed, Delivery.SENT)
    assert not await _settle(replies, claimed, Delivery.FAILED)
    assert (await replies.kept("hello")).delivery is Delivery.SENT


async def test_the_outcome_of_an_older_claim_is_too_late(replies: Replies) -> None:
    await replies.queue("hello", thread="v1", at=NOW)
    (older,) = await _claim(replies)
    await replies.store.lapsed(NOW + LEASE, repeatable=[replies.channel])
    (newer,) = await _claim(replies, now=NOW + LEASE)

    assert not await _settle(replies, older, Delivery.FAILED)
    assert (await replies.kept("hello")).delivery is Delivery.SENDING
    assert await _settle(replies, newer, Delivery.SENT)


# --- what would be stuck ---


async def test_an_attempt_lapses_when_its_lease_ends_and_may_be_repeated_where_that_is_safe(
    replies: Replies,
) -> None:
    await replies.store.lapsed(NOW + LEASE, repeatable=[])  # what other tests left
    await replies.queue("hello", thread="v1", at=NOW)
    await _claim(replies)

    assert await replies.store.lapsed(NOW + LEASE - TICK, repeatable=[replies.channel]) == 0
    assert await replies.store.lapsed(NOW + LEASE, repeatable=[replies.channel]) == 1
    assert (await replies.kept("hello")).delivery is Delivery.QUEUED
    assert await replies.store.lapsed(NOW + LEASE, repeatable=[replies.channel]) == 0


async def test_a_lapsed_attempt_is_uncertain_where_a_repeat_may_be_seen_twice(replies: Replies) -> None:
    await replies.queue("hello", thread="v1", at=NOW)
    await _claim(replies)
    await replies.store.lapsed(NOW + LEASE, repeatable=[])

    kept = await replies.kept("hello")
    assert (kept.delivery, kept.detail) == (Delivery.UNCERTAIN, "interrupted")
    assert await _claim(replies, now=NOW + LEASE) == []


async def test_replies_that_nobody_fetched_fail_after_their_time(replies: Replies) -> None:
    await replies.queue("old", thread="v1", at=NOW - TICK)
    await replies.queue("new", thread="v2", at=NOW)
    await replies.queue("old too", thread="v3", at=NOW - TICK, channel=f"{replies.channel} of others")
    given_up = await replies.store.give_up(replies.channel, queued_before=NOW, detail="never_fetched")

    assert given_up == 1
    old = await replies.kept("old")
    assert (old.delivery, old.detail) == (Delivery.FAILED, "never_fetched")
    assert (await replies.kept("new")).delivery is Delivery.QUEUED
    assert (await replies.kept("old too")).delivery is Delivery.QUEUED


async def test_one_that_is_being_sent_is_not_given_up(replies: Replies) -> None:
    await replies.queue("hello", thread="v1", at=NOW - TICK)
    await _claim(replies)
    assert await replies.store.give_up(replies.channel, queued_before=NOW, detail="x") == 0


async def test_the_desk_is_told_of_every_step(stored: StoredReplies | None) -> None:
    if stored is None:
        return  # the fake tells nobody
    house: House = stored.house
    for n in range(4):
        await stored.queue(f"{n}", thread=f"v{n}", at=NOW)
    await stored.store.lapsed(NOW + LEASE, repeatable=[])
    await house.events()
    claimed = await _claim(stored, limit=2)
    await _settle(stored, claimed[0], Delivery.SENT)
    await stored.store.lapsed(NOW + LEASE, repeatable=[])
    await stored.store.give_up(stored.channel, queued_before=NOW + TICK, detail="never_fetched")

    told = [e for e in await house.events() if isinstance(e, DeliveryChanged)]
    assert [e.delivery for e in told] == [
        Delivery.SENDING,
        Delivery.SENDING,
        Delivery.SENT,
        Delivery.UNCERTAIN,
        Delivery.FAILED,
        Delivery.FAILED,
    ]
    assert told[2].touch_id == claimed[0].message.touch_id
    assert told[3].detail == "interrupted"


# --- short ways ---


async def _claim(
    replies: Replies,
    *,
    now: datetime = NOW,
    limit: int = 10,
    threads: Sequence[tuple[str, str]] | None = None,
) -> list[ClaimedReply]:
    return await replies.store.claim(replies.channel, now, lease_s=LEASE_S, limit=limit, threads=threads)


async def _settle(
    replies: Replies,
    claimed: ClaimedReply,
    delivery: Delivery,
    *,
    detail: str = "",
    provider_id: str = "",
    retry_at: datetime | None = None,
) -> bool:
    return await replies.store.settle_reply(
        claimed, delivery, now=NOW, detail=detail, provider_id=provider_id, retry_at=retry_at
    )


def _texts(claimed: Sequence[ClaimedReply]) -> list[str]:
    return [c.message.text for c in claimed]
