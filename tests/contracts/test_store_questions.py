"""How clients are asked to rate with buttons and what counts, on both databases."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from crm_store.questions import SqlQuestions
from hub.domain.agent import Agent
from hub.domain.errors import Conflict
from hub.domain.events import InteractionRated, TouchStored
from hub.domain.ids import InteractionId, TenantId
from hub.domain.interaction import Disposition
from hub.domain.person import IdentityKind
from hub.domain.question import AskedQuestion, QuestionKind
from hub.domain.touch import Delivery, Direction, InboundTouch, Sender
from hub.intake.rating import RatingQuestions
from tests.stores import House

SHOP = "telegram:shop"
RESOLVED = Disposition(code="resolved")


class Asks:
    """`AsksRatings`: one bot, which asks everybody, or nobody."""

    def __init__(self, text: str = "How was it?") -> None:
        self.text = text
        self.raws: list[bytes] = []

    def accounts(self) -> Sequence[str]:
        return [SHOP]

    def question(self, account: str, raw: bytes) -> str:
        self.raws.append(raw)
        return self.text


def written(house: House, thread: str, text: str = "hello", account: str = SHOP) -> InboundTouch:
    touch = house.message(text, thread, channel="telegram", account=account)
    return replace(touch, sender=Sender(kind=IdentityKind.TELEGRAM, value=thread, name="Ivan"))


async def over(house: House, agent: Agent, thread: str, account: str = SHOP) -> InteractionId:
    """A conversation on Telegram that an agent had, and closed."""
    sender = Sender(kind=IdentityKind.TELEGRAM, value=thread, name="Ivan")
    item = await house.given(
        agent, thread, f"hello from {thread}", channel="telegram", account=account, sender=sender
    )
    await house.work.close(house.as_(agent), item.interaction_id, RESOLVED)
    return item.interaction_id


def asking(house: House, asks: Asks | None = None) -> RatingQuestions:
    return RatingQuestions(
        SqlQuestions(house.store), house.clock, house.tenant_id, asks or Asks(), told=lambda _: None
    )


async def the_question(house: House, interaction_id: InteractionId) -> AskedQuestion | None:
    rows = await house.rows("SELECT touch_id FROM questions WHERE interaction_id = $1", interaction_id)
    return await SqlQuestions(house.store).question(house.tenant_id, rows[0][0]) if rows else None


async def ratings_told(house: House) -> list[int]:
    return [event.score for event in await house.events() if isinstance(event, InteractionRated)]


async def test_a_conversation_that_is_over_is_asked_about_once(house: House) -> None:
    anna = await house.hire("Anna", chats=50)
    interaction_id = await over(house, anna, "7001")
    await house.events()
    asks = Asks()
    for _ in range(3):
        await asking(house, asks).step()
    asked = await the_question(house, interaction_id)
    assert asked is not None
    assert (asked.account, asked.thread, asked.text) == (SHOP, "7001", "How was it?")
    assert asked.question.kind is QuestionKind.RATING
    assert [choice.label for choice in asked.question.choices] == ["1 ★", "2 ★", "3 ★", "4 ★", "5 ★"]
    touches = [event.touch for event in await house.events() if isinstance(event, TouchStored)]
    assert [(t.id, t.direction, t.delivery, t.author_id) for t in touches] == [
        (asked.touch_id, Direction.OUTBOUND, Delivery.QUEUED, None)
    ]
    assert asks.raws == [b"hello from 7001"]


async def test_two_that_ask_at_once_ask_once(house: House) -> None:
    anna = await house.hire("Anna", chats=50)
    interaction_id = await over(house, anna, "7001")
    await asyncio.gather(*(asking(house).step() for _ in range(4)))
    rows = await house.rows("SELECT touch_id FROM questions WHERE interaction_id = $1", interaction_id)
    assert len(rows) == 1


async def test_groups_and_business_chats_are_asked_too_and_whom_is_known(house: House) -> None:
    anna = await house.hire("Anna", chats=50)
    for thread in ("-100", "b:one:7004"):
        interaction_id = await over(house, anna, thread)
        await asking(house).step()
        asked = await the_question(house, interaction_id)
        assert asked is not None
        rows = await house.rows("SELECT address FROM sessions WHERE interaction_id = $1", interaction_id)
        assert (asked.thread, asked.address) == (thread, rows[0][0])


async def test_nobody_is_asked_who_was_not_served_is_back_or_is_elsewhere(house: House) -> None:
    anna = await house.hire("Anna", chats=50)
    # still open; closed though nobody had it; only kept; another bot; another channel; long ago
    await house.receive(written(house, "7002"))
    await house.receive(replace(written(house, "7003"), only_kept=True))
    await over(house, anna, "7005", account="telegram:other")
    item = await house.given(anna, "v9", "hello")
    await house.work.close(house.as_(anna), item.interaction_id, RESOLVED)
    await over(house, anna, "7006")
    house.clock.advance(timedelta(hours=2))
    # has written again
    await over(house, anna, "7007")
    await house.receive(written(house, "7007", "one more thing"))
    await asking(house).step()
    # and a bot without a text in this language
    await over(house, anna, "7008")
    await asking(house, Asks("")).step()
    assert await house.rows("SELECT touch_id FROM questions WHERE tenant_id = $1", house.tenant_id) == []


async def test_the_first_press_is_the_rating_and_no_other_is(house: House) -> None:
    anna = await house.hire("Anna", chats=50)
    questions = SqlQuestions(house.store)
    interaction_id = await over(house, anna, "7001")
    await asking(house).step()
    asked = await the_question(house, interaction_id)
    assert asked is not None
    await house.events()
    now = house.clock.now()
    scores = await asyncio.gather(*(questions.rate(asked, choice, now) for choice in (3, 0, 4, 3)))
    assert len(set(scores)) == 1
    assert await questions.rate(asked, 1, now + timedelta(days=9)) == scores[0]
    rows = await house.rows(
        "SELECT score, agent_id, queue_id FROM ratings WHERE tenant_id = $1", house.tenant_id
    )
    assert [tuple(row) for row in rows] == [(scores[0], anna.id, house.queue.id)]
    assert await ratings_told(house) == [scores[0]]
    found = await questions.question(house.tenant_id, asked.touch_id)
    assert found is not None
    assert (found.settled_at, found.answer) == (now, scores[0] - 1)
    assert await questions.question(TenantId("somebody else"), asked.touch_id) is None


async def test_a_press_after_a_day_counts_no_more(house: House) -> None:
    anna = await house.hire("Anna", chats=50)
    interaction_id = await over(house, anna, "7001")
    await asking(house).step()
    asked = await the_question(house, interaction_id)
    assert asked is not None
    with pytest.raises(Conflict) as late:
        await SqlQuestions(house.store).rate(asked, 4, house.clock.now() + timedelta(hours=25))
    assert late.value.stable_code == "too_late"
    assert await house.rows("SELECT score FROM ratings WHERE tenant_id = $1", house.tenant_id) == []


async def test_who_rated_the_same_conversation_on_the_site_is_not_asked_and_keeps_that(house: House) -> None:
    anna = await house.hire("Anna", chats=50)
    interaction_id = await over(house, anna, "7001")
    async with house.database.transaction() as wire:
        await wire.execute(
            "INSERT INTO ratings (tenant_id, interaction_id, person_id, agent_id, queue_id, score, comment, at)"
            " SELECT tenant_id, id, person_id, last_agent_id, queue_id, 2, 'slow', closed_at FROM interactions"
            " WHERE id = $1",
            interaction_id,
        )
    await asking(house).step()
    assert await the_question(house, interaction_id) is None
