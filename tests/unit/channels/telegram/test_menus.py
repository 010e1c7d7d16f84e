"""A menu before the line: who is asked, what answers it, and what a bot may ask."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.domain.errors import Invalid
from hub.domain.ids import QueueId
from hub.domain.question import AskedQuestion, AtMenu
from hub.domain.telegram import BotMenu, BotSetup, MenuButton, checked_bot
from tests.fakes.telegram import BotRoom, bot_room
from tests.servers.bot_api import Sent

MENU = BotMenu(
    text={"en": "What is it about?", "ru": "О чём речь?"},
    buttons=(
        MenuButton(
            labels={"en": "Orders", "ru": "Заказы"}, queue_id=QueueId("orders"), skills={"boilers": 3}
        ),
        MenuButton(labels={"en": "Something else"}),
    ),
    wait_s=60,
)
SETUP = BotSetup(menu=MENU, welcome={"en": "Hello", "ru": "Здравствуйте"})


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[BotRoom]:
    async with bot_room(tmp_path, SETUP) as made:
        yield made


def at_menu(room: BotRoom) -> AtMenu | None:
    return room.inbox.touches[-1].menu


async def asked(room: BotRoom, *, start: bool = False) -> tuple[AskedQuestion, Sent]:
    """Ivan wrote, or opened the chat, and has the menu before him."""
    ivan = room.api.person()
    await room.bring(ivan.writes(room.look, "/start" if start else "hello"))
    menu = at_menu(room)
    assert menu is not None
    assert menu.asks is not None
    question = room.questions.put(menu.asks, thread=str(ivan.id), at=room.clock.now(), text=menu.text)
    await room.channel.send(room.reply(menu.text, touch_id=question.touch_id, by_machine=True))
    return question, room.look.sent[-1]


async def test_the_first_word_is_asked_what_it_is_about_in_the_clients_language(room: BotRoom) -> None:
    question, sent = await asked(room)
    assert sent.text == "Здравствуйте\n\nО чём речь?"
    assert [[b["text"] for b in row] for row in sent.keyboard["inline_keyboard"]] == [
        ["Заказы"],
        ["Something else"],
    ]
    assert [choice.queue_id for choice in question.question.choices] == ["orders", None]
    assert question.question.until == room.clock.now() + timedelta(seconds=60)
    assert room.inbox.touches[-1].queued  # the inbox puts it in no line if it opens a conversation


async def test_a_press_is_a_touch_in_the_line_of_its_button(room: BotRoom) -> None:
    question, sent = await asked(room)
    await room.bring(room.api.person().taps(room.look, sent, "Заказы"))
    touch = room.inbox.touches[-1]
    assert (touch.text, touch.queue_id) == ("Pressed: Заказы", "support")
    assert touch.menu == AtMenu(answers=question.touch_id, choice=0, queue_id=QueueId("orders"))
    assert touch.acknowledgement == ""
    assert touch.skills == {"boilers": 3}
    assert (sent.text, sent.keyboard) == ("Здравствуйте\n\nО чём речь?\n\n✓ Заказы", {})
    assert room.told[-2:] == ["chosen", "stored"]
    assert room.look.toasts == [""]


async def test_of_two_presses_at_once_one_counts(room: BotRoom) -> None:
    _, sent = await asked(room)
    ivan = room.api.person()
    some = [ivan.taps(room.look, sent, label) for label in ("Заказы", "Something else", "Заказы")]
    for update in some:
        await room.bring(update)
    # each is looked up as it stood before the others: the inbox knows them as one
    assert [t.text for t in room.inbox.touches] == ["hello", "Pressed: Заказы"]
    assert len(room.look.answered) == 3


async def test_a_menu_that_is_answered_or_over_takes_no_other_answer(room: BotRoom) -> None:
    question, sent = await asked(room)
    now = room.clock.now()
    for answer, shown in ((1, "\n\n✓ Something else"), (None, "")):
        room.questions.asked[question.touch_id] = replace(question, settled_at=now, answer=answer)
        await room.bring(room.api.person().taps(room.look, sent, "", data=f"touchline:{question.touch_id}:0"))
        assert room.look.toasts[-1] == "Эта кнопка больше не действует."
        assert sent.text == f"{question.text}{shown}"
    assert len(room.inbox.touches) == 1
    assert room.told[-2:] == ["stale_press", "ignored"]


async def test_somebody_else_chooses_nothing(room: BotRoom) -> None:
    _, sent = await asked(room)
    data = sent.keyboard["inline_keyboard"][0][0]["callback_data"]
    await room.bring(room.api.person(7002, "Eve").presses(room.look, data))
    assert len(room.inbox.touches) == 1
    assert room.told[-2:] == ["stale_press", "ignored"]


async def test_words_in_place_of_a_press_are_an_answer_but_not_what_was_under_way(room: BotRoom) -> None:
    question, _ = await asked(room)
    ivan = room.api.person()
    for late_s, menu in (
        (3, AtMenu(waits=True)),
        (4, AtMenu(answers=question.touch_id)),
    ):
        update = ivan.writes(room.look, f"more {late_s}")
        update["message"]["date"] = int(question.asked_at.timestamp()) + late_s
        await room.bring(update)
        assert at_menu(room) == menu


async def test_who_only_opens_the_chat_has_a_menu_that_waits_for_them(room: BotRoom) -> None:
    question, _ = await asked(room, start=True)
    assert room.inbox.touches[-1].only_kept
    assert question.question.until is None
    await room.bring(room.api.person().writes(room.look, "where is my order"))
    assert at_menu(room) == AtMenu(answers=question.touch_id)
    assert room.inbox.touches[-1].acknowledgement == ""


async def test_who_opens_the_chat_again_or_writes_a_day_later_is_asked_again(room: BotRoom) -> None:
    question, _ = await asked(room, start=True)
    ivan = room.api.person()
    await room.bring(ivan.writes(room.look, "/start"))
    again = at_menu(room)
    assert again is not None
    assert (again.answers, again.asks is not None) == (question.touch_id, True)
    room.clock.advance(timedelta(days=1))
    await room.bring(ivan.writes(room.look, "hello"))
    again = at_menu(room)
    assert again is not None
    assert (again.answers, again.asks is not None) == (question.touch_id, True)


async def test_a_bot_without_a_menu_asks_nobody(tmp_path: Path) -> None:
    async with bot_room(tmp_path, BotSetup(groups=True)) as room:
        ivan = room.api.person()
        await room.bring(ivan.writes(room.look, "in a group", group=-100))
        await room.bring(ivan.writes(room.look, "hello"))
        assert [touch.menu for touch in room.inbox.touches] == [None, None]


async def at_menu_elsewhere(room: BotRoom, where: str) -> tuple[AskedQuestion, Sent, dict[str, Any]]:
    """Ivan wrote in a group, or to somebody of ours, and has the menu before him; where that is, for more words."""
    ivan = room.api.person()
    place: dict[str, Any] = {"group": -100}
    thread = "-100"
    if where == "business":
        place = {"business": room.look.connect_business(room.api.person(8001, "Owner"))}
        thread = f"b:{place['business']}:{ivan.id}"
    await room.bring(ivan.writes(room.look, "hello", **place))
    menu = at_menu(room)
    assert menu is not None
    assert menu.asks is not None
    assert room.inbox.touches[-1].thread == thread
    question = room.questions.put(
        menu.asks, thread=thread, address=str(ivan.id), at=room.clock.now(), text=menu.text
    )
    reply = replace(room.reply(menu.text, touch_id=question.touch_id, by_machine=True), thread=thread)
    await room.channel.send(reply)
    return question, room.look.sent[-1], place


@pytest.mark.parametrize("where", ["group", "business"])
async def test_in_groups_and_business_chats_only_whoever_wrote_chooses(tmp_path: Path, where: str) -> None:
    setup = replace(SETUP, groups=True, business_owners=(8001,))
    async with bot_room(tmp_path, setup) as room:
        other = room.api.person(8001, "Owner", language_code="en")
        question, sent, _ = await at_menu_elsewhere(room, where)
        await room.bring(other.taps(room.look, sent, "Заказы"))
        assert room.look.alerts == ["This question is for whoever wrote to us here."]
        assert len(room.inbox.touches) == 1
        assert sent.keyboard
        await room.bring(room.api.person().taps(room.look, sent, "Заказы"))
        assert at_menu(room) == AtMenu(answers=question.touch_id, choice=0, queue_id=QueueId("orders"))
        assert room.inbox.touches[-1].thread == question.thread
        assert len(room.look.alerts) == 1
        assert sent.text.endswith("✓ Заказы")
        assert sent.keyboard == {}


async def test_in_a_group_the_words_of_others_answer_no_menu(tmp_path: Path) -> None:
    async with bot_room(tmp_path, replace(SETUP, groups=True)) as room:
        question, _, place = await at_menu_elsewhere(room, "group")
        room.clock.advance(timedelta(seconds=30))
        await room.bring(room.api.person(7002, "Eve").writes(room.look, "me too", **place))
        assert at_menu(room) == AtMenu(waits=True)
        await room.bring(room.api.person().writes(room.look, "my order", **place))
        assert at_menu(room) == AtMenu(answers=question.touch_id)


async def test_a_menu_that_was_answered_before_it_went_out_has_no_buttons(room: BotRoom) -> None:
    question, _ = await asked(room)
    room.questions.asked[question.touch_id] = replace(question, settled_at=room.clock.now())
    await room.channel.send(room.reply("again", touch_id=question.touch_id, by_machine=True))
    assert room.look.sent[-1].keyboard == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": {}}, "setup.menu.text"),
        ({"text": {"ru": "только"}}, "setup.menu.text"),
        ({"text": {"en": "x" * 1_001}}, "setup.menu.text"),
        ({"wait_s": 9}, "setup.menu.wait_s"),
        ({"wait_s": 3_601}, "setup.menu.wait_s"),
        ({"buttons": (MENU.buttons[0],) * 11}, "setup.menu.buttons"),
        ({"buttons": (MENU.buttons[0], MENU.buttons[0])}, "setup.menu.buttons.1.labels"),
        ({"buttons": (MenuButton(labels={"ru": "Да"}),)}, "setup.menu.buttons.0.labels"),
        ({"buttons": (MenuButton(labels={"en": "x" * 41}),)}, "setup.menu.buttons.0.labels"),
        ({"buttons": (MenuButton(labels={"en": "two\nlines"}),)}, "setup.menu.buttons.0.labels"),
        ({"buttons": (MenuButton(labels={"EN": "x"}),)}, "setup.menu.buttons.0.labels"),
        ({"buttons": (MenuButton(labels={"en": "x"}, skills={"a": 11}),)}, "setup.menu.buttons.0.skills"),
        ({"buttons": (MenuButton(labels={"en": "x"}, skills={"": 1}),)}, "setup.menu.buttons.0.skills"),
        (
            {"buttons": (MenuButton(labels={"en": "x"}, skills=dict.fromkeys("abcd", 1)),)},
            "setup.menu.buttons.0.skills",
        ),
    ],
)
def test_a_menu_that_cannot_be_is_refused_at_its_field(
    room: BotRoom, changes: dict[str, object], field: str
) -> None:
    menu = replace(MENU, **changes)  # type: ignore[arg-type]
    with pytest.raises(Invalid) as refused:
        checked_bot(replace(room.bot, setup=replace(SETUP, menu=menu)))
    assert refused.value.field == field
