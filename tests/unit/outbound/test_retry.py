"""What an attempt to send means for the reply."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import (
    ChannelRefused,
    ChannelUnavailable,
    ChannelUncertain,
    NotFound,
    Refused,
    Unavailable,
)
from hub.domain.touch import DELIVERY_STEPS, Delivery, Sent
from hub.outbound.retry import Outcome, outcome_of, retry_pause_s
from hub.ports.channel import ChannelSpec, WhoSends
from hub.ports.store import ClaimedReply
from tests.fakes.channel import GIVE_UP_S, spec
from tests.fakes.clock import FakeClock
from tests.fakes.sending import FakeSendingStore

NOW = FakeClock().now()
ANY_NODE = spec()
REPEATABLE = spec(idempotent=True)
HOLDING = spec(who_sends=WhoSends.HOLDING_NODE)

DOUBTFUL = [ChannelUncertain("", code="cut_off"), TimeoutError(), ConnectionResetError(), KeyError("x")]


async def claimed(*, attempt: int = 1, queued_at: datetime = NOW) -> ClaimedReply:
    store = FakeSendingStore()
    store.queue("hello", queued_at=queued_at)
    [reply] = await store.claim("chat", NOW, lease_s=45, limit=1)
    return replace(reply, message=replace(reply.message, attempt=attempt))


async def test_what_the_channel_took_is_sent_with_the_name_it_gave() -> None:
    outcome = outcome_of(Sent(external_id="4711"), await claimed(), ANY_NODE, NOW, chance=0)

    assert outcome == Outcome(delivery=Delivery.SENT, provider_id="4711")


async def test_every_recipient_that_was_refused_is_named() -> None:
    detail = "refused: " + ", ".join(f"{place}@{'x' * 200}.test" for place in range(50))
    outcome = outcome_of(Sent(detail=detail), await claimed(), ANY_NODE, NOW, chance=0)

    assert outcome.detail == detail


async def test_what_is_on_the_clients_screen_already_is_delivered() -> None:
    outcome = outcome_of(Sent(delivered=True), await claimed(), ANY_NODE, NOW, chance=0)

    assert outcome.delivery is Delivery.DELIVERED


async def test_a_refusal_ends_it_with_the_words_of_the_outside() -> None:
    error = ChannelRefused("550 no such user", code="no_such_address")

    outcome = outcome_of(error, await claimed(), REPEATABLE, NOW, chance=0)

    assert outcome == Outcome(delivery=Delivery.FAILED, detail="no_such_address: 550 no such user")


async def test_what_was_surely_not_taken_is_repeated_a_second_later() -> None:
    error = ChannelUnavailable("connection refused")

    outcome = outcome_of(error, await claimed(), ANY_NODE, NOW, chance=0)

    assert outcome == Outcome(
        delivery=Delivery.QUEUED,
        detail="channel_unavailable: connection refused",
        retry_at=NOW + timedelta(seconds=1),
    )


async def test_it_is_not_repeated_before_the_outside_allows_it() -> None:
    error = ChannelUnavailable("slow down", retry_after_s=30)

    first = outcome_of(error, await claimed(attempt=1), ANY_NODE, NOW, chance=0)
    seventh = outcome_of(error, await claimed(attempt=7), ANY_NODE, NOW, chance=0)

    assert first.retry_at == NOW + timedelta(seconds=30)
    assert seventh.retry_at == NOW + timedelta(seconds=64)


@pytest.mark.parametrize("error", DOUBTFUL, ids=lambda e: type(e).__name__)
async def test_what_the_client_may_have_is_never_repeated_without_a_person(error: Exception) -> None:
    outcome = outcome_of(error, await claimed(), ANY_NODE, NOW, chance=0)

    assert outcome.delivery is Delivery.UNCERTAIN
    assert outcome.detail


@pytest.mark.parametrize("error", DOUBTFUL, ids=lambda e: type(e).__name__)
async def test_a_channel_that_shows_a_repeat_once_gets_it_again(error: Exception) -> None:
    outcome = outcome_of(error, await claimed(), REPEATABLE, NOW, chance=0)

    assert outcome.delivery is Delivery.QUEUED
    assert outcome.retry_at == NOW + timedelta(seconds=1)


@pytest.mark.parametrize("error", [Unavailable("the store is away"), Refused("x"), NotFound("x")])
async def test_only_the_channels_own_word_says_that_nothing_was_taken(error: Exception) -> None:
    outcome = outcome_of(error, await claimed(), ANY_NODE, NOW, chance=0)

    assert outcome.delivery is Delivery.UNCERTAIN


async def test_a_reply_whose_client_is_away_waits_for_the_client_and_not_for_a_time() -> None:
    error = ChannelUnavailable("not connected", retry_after_s=60)

    outcome = outcome_of(error, await claimed(attempt=9), HOLDING, NOW, chance=0)

    assert outcome.delivery is Delivery.QUEUED
    assert outcome.retry_at is None


async def test_the_last_attempt_is_at_the_end_of_the_time_the_channel_allows() -> None:
    nearly = NOW - timedelta(seconds=GIVE_UP_S - 5)

    outcome = outcome_of(
        ChannelUnavailable(""), await claimed(attempt=9, queued_at=nearly), ANY_NODE, NOW, chance=0
    )

    assert outcome.retry_at == NOW + timedelta(seconds=5)


@pytest.mark.parametrize("channel_spec", [ANY_NODE, HOLDING], ids=["any_node", "holding_node"])
async def test_after_that_time_it_has_failed(channel_spec: ChannelSpec) -> None:
    old = NOW - timedelta(seconds=GIVE_UP_S)

    outcome = outcome_of(
        ChannelUnavailable("connection refused"), await claimed(queued_at=old), channel_spec, NOW, chance=0
    )

    assert outcome == Outcome(
        delivery=Delivery.FAILED, detail="gave_up: channel_unavailable: connection refused"
    )


async def test_a_long_answer_of_the_outside_is_cut_to_200_characters() -> None:
    outcome = outcome_of(ChannelRefused("x" * 10_000), await claimed(), ANY_NODE, NOW, chance=0)

    assert len(outcome.detail) == 200


@pytest.mark.parametrize(
    ("attempt", "pause_s"), [(1, 1), (2, 2), (3, 4), (10, 512), (11, 900), (12, 900), (10_000, 900)]
)
def test_pauses_double_from_1_s_up_to_15_min(attempt: int, pause_s: float) -> None:
    assert retry_pause_s(attempt, 0) == pause_s


@given(attempt=st.integers(1, 100_000), chance=st.floats(0, 1))
def test_chance_adds_a_quarter_at_most_and_never_exceeds_15_min(attempt: int, chance: float) -> None:
    least = retry_pause_s(attempt, 0)

    assert least <= retry_pause_s(attempt, chance) <= min(1.25 * least, 900)


@pytest.mark.parametrize("result", [Sent(), ChannelRefused(""), ChannelUnavailable(""), *DOUBTFUL], ids=repr)
@pytest.mark.parametrize(
    "channel_spec", [ANY_NODE, REPEATABLE, HOLDING], ids=["any", "repeatable", "holding"]
)
async def test_every_outcome_is_a_step_that_a_reply_being_sent_may_take(
    result: Sent | Exception, channel_spec: ChannelSpec
) -> None:
    outcome = outcome_of(result, await claimed(), channel_spec, NOW, chance=0.5)

    assert outcome.delivery in DELIVERY_STEPS[Delivery.SENDING]
