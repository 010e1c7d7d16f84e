"""Buttons under what the hub asks: who may press them, and what counts."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from hub.channels.telegram.buttons import buttons_of, pressed_of
from hub.domain.ids import TouchId
from hub.domain.question import AskedQuestion, Choice, Question, QuestionKind
from hub.ids import new_id
from tests.fakes.telegram import BotRoom, bot_room
from tests.servers.bot_api import Fault, Sent

RATING = Question(
    kind=QuestionKind.RATING, choices=tuple(Choice(label=f"{score} ★") for score in range(1, 6))
)


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[BotRoom]:
    async with bot_room(tmp_path) as made:
        yield made


async def asked(room: BotRoom) -> tuple[AskedQuestion, Sent]:
    """A question for a rating that Ivan has before him."""
    ivan = room.api.person()
    question = room.questions.put(RATING, thread=str(ivan.id))
    message = room.reply("How was it?", touch_id=question.touch_id, by_machine=True)
    await room.channel.send(message)
    return question, room.look.sent[-1]


async def test_a_question_goes_out_with_a_button_for_each_choice(room: BotRoom) -> None:
    question, sent = await asked(room)
    (row,) = sent.keyboard["inline_keyboard"]
    assert [one["text"] for one in row] == ["1 ★", "2 ★", "3 ★", "4 ★", "5 ★"]
    assert all(len(one["callback_data"].encode()) <= 64 for one in row)
    assert pressed_of(row[3]["callback_data"]) == (question.touch_id, 3)


async def test_what_an_agent_writes_has_no_buttons(room: BotRoom) -> None:
    room.questions.failing = lambda: True  # nobody is asked for it either
    await room.channel.send(room.reply("How was it?"))
    assert room.look.sent[-1].keyboard == {}


async def test_the_first_press_counts_its_client_is_thanked_and_the_buttons_go(room: BotRoom) -> None:
    question, sent = await asked(room)
    await room.bring(room.api.person().taps(room.look, sent, "4 ★"))
    assert room.questions.scores == {question.touch_id: 4}
    assert room.look.toasts == ["Спасибо! Ваша оценка: ★★★★☆"]
    assert (sent.text, sent.keyboard) == ("How was it?\n\nСпасибо! Ваша оценка: ★★★★☆", {})
    assert room.inbox.touches == []
    assert room.told[-2:] == ["rated", "stored"]


async def test_a_second_press_and_a_repeated_one_change_nothing_and_are_answered(room: BotRoom) -> None:
    question, sent = await asked(room)
    ivan = room.api.person()
    first = ivan.taps(room.look, sent, "4 ★")
    second = ivan.taps(room.look, sent, "1 ★")
    await room.bring(first)
    await room.bring(second)
    await room.bring({**first, "update_id": 9})
    assert room.questions.scores == {question.touch_id: 4}
    assert room.look.toasts == ["Спасибо! Ваша оценка: ★★★★☆"] * 3


@pytest.mark.parametrize(
    "data",
    [
        "touchline:01a22c17-00bc-7000-bc8a-8322aac0c2e9:3",
        "touchline:nonsense",
        "touchline:",
        "touchline:{}:5",
        "touchline:{}:99",
        "touchline:{}:-1",
    ],
)
async def test_what_nobody_asked_is_answered_and_never_counts(room: BotRoom, data: str) -> None:
    question, sent = await asked(room)
    await room.bring(room.api.person().taps(room.look, sent, "", data=data.format(question.touch_id)))
    assert room.questions.scores == {}
    assert room.look.toasts == ["Эта кнопка больше не действует."]
    assert room.updates.states() == ["ignored"]
    assert room.inbox.touches == []


async def test_somebody_else_never_counts(room: BotRoom) -> None:
    _, sent = await asked(room)
    data = sent.keyboard["inline_keyboard"][0][0]["callback_data"]
    # in their own chat, with what they saw elsewhere
    await room.bring(room.api.person(7002, "Eve").presses(room.look, data))
    # in the client's chat, which only a forged update says
    await room.bring(room.api.person(7002, "Eve").taps(room.look, sent, "1 ★"))
    # of another bot of the house
    other = room.questions.put(RATING, thread="7001", account="telegram:other")
    await room.bring(room.api.person().presses(room.look, f"touchline:{other.touch_id}:0"))
    assert room.questions.scores == {}
    assert len(room.look.answered) == 3
    assert set(room.told) == {"kept", "stale_press", "ignored"}
    assert sent.keyboard


@pytest.mark.parametrize("thread", ["-100", "b:business-1:7001"])
async def test_in_groups_and_business_chats_the_client_rates_and_others_are_told(
    room: BotRoom, thread: str
) -> None:
    owner, ivan = room.api.person(8001, "Owner"), room.api.person()
    room.look.connect_business(owner)
    question = room.questions.put(RATING, thread=thread, address=str(ivan.id))
    message = room.reply("How was it?", touch_id=question.touch_id, by_machine=True)
    await room.channel.send(replace(message, thread=thread))
    sent = room.look.sent[-1]
    await room.bring(owner.taps(room.look, sent, "1 ★"))
    assert room.questions.scores == {}
    assert room.look.alerts == ["Этот вопрос — тому, кто нам здесь написал."]
    await room.bring(ivan.taps(room.look, sent, "4 ★"))
    assert room.questions.scores == {question.touch_id: 4}
    assert sent.keyboard == {}
    assert len(room.look.alerts) == 1


async def test_a_press_that_comes_too_late_is_answered_and_the_buttons_go(room: BotRoom) -> None:
    room.api.person(language_code="tr")
    _, sent = await asked(room)
    room.questions.late = True
    await room.bring(room.api.person().taps(room.look, sent, "2 ★"))
    assert room.look.toasts == ["Artık çok geç. Yine de teşekkürler!"]
    assert (sent.text, sent.keyboard) == ("How was it?", {})


async def test_a_press_waits_for_a_store_that_is_away_and_counts_once(room: BotRoom) -> None:
    question, sent = await asked(room)
    tries = iter([True, True, False])
    room.questions.failing = lambda: next(tries, False)
    await room.bring(room.api.person().taps(room.look, sent, "5 ★"))
    assert room.questions.scores == {question.touch_id: 5}
    assert room.look.toasts == ["Спасибо! Ваша оценка: ★★★★★"]
    assert room.told.count("waits") == 2


@pytest.mark.parametrize("fault", [Fault(code=429, retry_after_s=30), Fault(code=500), Fault()])
async def test_a_telegram_that_fails_hinders_no_rating(room: BotRoom, fault: Fault) -> None:
    question, sent = await asked(room)
    room.api.fault_of = lambda _bot, method: None if method.startswith("send") else fault
    await room.bring(room.api.person().taps(room.look, sent, "3 ★"))
    assert room.questions.scores == {question.touch_id: 3}
    assert room.updates.states() == ["stored"]


async def test_a_press_where_no_message_is_left_counts(room: BotRoom) -> None:
    question, sent = await asked(room)
    update = room.api.person().taps(room.look, sent, "3 ★")
    message = update["callback_query"]["message"]
    update["callback_query"]["message"] = {"chat": message["chat"], "message_id": 5, "date": 0}
    await room.bring(update)
    assert room.questions.scores == {question.touch_id: 3}
    assert room.look.edited == []


async def test_a_button_of_another_program_is_a_line_in_the_history(room: BotRoom) -> None:
    await room.bring(room.api.person().presses(room.look, "yes", "Да"))
    assert room.inbox.texts() == ["Pressed: Да"]
    assert room.look.toasts == [""]


async def test_a_press_in_a_group_and_one_of_an_inline_message_are_answered(room: BotRoom) -> None:
    ivan = room.api.person()
    update = ivan.presses(room.look, "yes")
    update["callback_query"]["message"]["chat"] = {"id": -100, "type": "group", "title": "A group"}
    await room.bring(update)
    inline = ivan.presses(room.look, "yes")
    del inline["callback_query"]["message"]
    inline["callback_query"]["inline_message_id"] = "5"
    await room.bring(inline)
    assert len(room.look.answered) == 2
    assert room.updates.states() == ["ignored", "ignored"]


def test_a_menu_stands_in_rows_and_the_longest_button_fits() -> None:
    choices = tuple(Choice(label=str(n)) for n in range(12))
    asked = AskedQuestion(
        touch_id=TouchId(new_id()),
        tenant_id=None,  # type: ignore[arg-type]
        interaction_id=None,  # type: ignore[arg-type]
        account="",
        thread="",
        question=Question(kind=QuestionKind.MENU, choices=choices),
        asked_at=None,  # type: ignore[arg-type]
    )
    made = buttons_of(asked)
    assert [len(row) for row in made] == [1] * 12
    assert max(len(row[0][1].encode()) for row in made) <= 64
