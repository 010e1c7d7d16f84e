"""Buttons of questions that were answered in other words go from the client's screen, once, and whatever fails."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hub.channels.telegram.bare import BareButtons
from hub.domain.ids import DEFAULT_TENANT, TenantId
from hub.domain.question import AskedQuestion, BareQuestion, Choice, Question, QuestionKind
from tests.fakes.telegram import BotRoom, bot_room
from tests.servers.bot_api import Fault, Sent

MENU = Question(kind=QuestionKind.MENU, choices=(Choice(label="Orders"), Choice(label="Tea")))


class Due:
    """`BareStore` of hub/ports/questions.py."""

    def __init__(self) -> None:
        self.left: dict[str, tuple[BareQuestion, datetime]] = {}

    async def bare(self, tenant_id: TenantId, now: datetime, *, limit: int) -> Sequence[BareQuestion]:
        return [one for one, at in self.left.values() if at <= now][:limit]

    async def put_buttons_off(self, asked: AskedQuestion, until: datetime | None) -> None:
        one, _ = self.left.pop(asked.touch_id)
        if until is not None:
            self.left[asked.touch_id] = (one, until)


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[BotRoom]:
    async with bot_room(tmp_path) as made:
        yield made


async def settled(room: BotRoom, text: str = "What is it about?") -> tuple[BareButtons, Due, Sent]:
    """Ivan has a menu before him, and has answered it in other words."""
    ivan, due, told = room.api.person(), Due(), room.told
    question = room.questions.put(MENU, thread=str(ivan.id), text=text)
    sent = await room.channel.send(room.reply(text, touch_id=question.touch_id, by_machine=True))
    question = replace(question, settled_at=room.clock.now())
    due.left[question.touch_id] = (
        BareQuestion(asked=question, message_id=sent.external_id),
        room.clock.now(),
    )
    bare = BareButtons(due, room.updates, room.bots, room.clock, DEFAULT_TENANT, told=told.append)
    return bare, due, room.look.sent[-1]


async def test_they_go_and_the_text_stays(room: BotRoom) -> None:
    bare, due, sent = await settled(room)
    await bare.step()
    assert (sent.text, sent.keyboard) == ("What is it about?", {})
    assert due.left == {}
    assert room.told[-1] == "buttons_taken"


async def test_under_a_text_of_several_messages_the_last_one_loses_them(room: BotRoom) -> None:
    bare, due, sent = await settled(room, "x" * 5_000)
    assert sent.keyboard
    await bare.step()
    assert sent.keyboard == {}
    assert due.left == {}


async def test_twice_is_no_harm(room: BotRoom) -> None:
    bare, due, sent = await settled(room)
    again = dict(due.left)
    await bare.step()
    due.left = again
    await bare.step()
    assert sent.keyboard == {}
    assert due.left == {}


@pytest.mark.parametrize("fault", [Fault(code=429, retry_after_s=40), Fault(code=502), Fault()])
async def test_what_fails_now_is_tried_again_and_given_up_after_two_days(room: BotRoom, fault: Fault) -> None:
    bare, due, sent = await settled(room)
    room.api.fault_of = lambda _bot, method: fault if method == "editMessageReplyMarkup" else None
    await bare.step()
    ((_, at),) = due.left.values()
    assert at >= room.clock.now() + timedelta(seconds=30)
    calls = room.look.calls["editMessageReplyMarkup"]
    await bare.step()
    assert room.look.calls["editMessageReplyMarkup"] == calls
    room.clock.advance(timedelta(minutes=1))
    room.api.fault_of = lambda _bot, _method: None
    await bare.step()
    assert sent.keyboard == {}
    assert due.left == {}


async def test_nobody_tries_for_ever(room: BotRoom) -> None:
    bare, due, _ = await settled(room)
    room.api.fault_of = lambda _bot, _method: Fault(code=502)
    room.clock.advance(timedelta(days=2, seconds=1))
    await bare.step()
    assert due.left == {}


async def test_of_a_client_who_blocked_the_bot_and_of_what_never_went_out_nothing_is_left(
    room: BotRoom,
) -> None:
    bare, due, _ = await settled(room)
    room.api.fault_of = lambda _bot, method: Fault(code=403) if method == "editMessageReplyMarkup" else None
    await bare.step()
    assert due.left == {}
    bare, due, _ = await settled(room)
    calls = room.look.calls["editMessageReplyMarkup"]
    due.left = {key: (replace(one, message_id=""), at) for key, (one, at) in due.left.items()}
    await bare.step()
    assert due.left == {}
    assert room.look.calls["editMessageReplyMarkup"] == calls
