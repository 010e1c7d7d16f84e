"""What clients are asked before they are in a line, on both databases."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crm_store.house import SqlHouse
from crm_store.questions import SqlQuestions
from crm_store.telegram_bots import SqlTelegramBots
from crm_store.uniting import Unitings
from hub.cluster.codec import encode
from hub.desk.uniting import Uniting
from hub.domain.access import Role
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Conflict
from hub.domain.ids import InteractionId, PersonId, QueueId, TelegramBotId
from hub.domain.question import AskedQuestion, AtMenu, Choice, Question, QuestionKind
from hub.domain.queue import QueueRules
from hub.domain.setting_events import TelegramBotChanged
from hub.domain.telegram import BotMenu, BotSecrets, BotSetup, MenuButton, TelegramBot
from hub.domain.touch import InboundTouch
from hub.domain.work import WorkState
from hub.ids import new_id
from hub.intake.menus import Menus
from hub.sealing import Seal
from hub.steps import close_by_itself, end_pass
from tests.contracts.crm import Crm
from tests.contracts.test_across_channels import a_chat, by_bot
from tests.contracts.test_store_questions import SHOP, written
from tests.stores import House


def a_menu(house: House, to: QueueId | None, *, wait_s: float | None = 60.0) -> Question:
    until = None if wait_s is None else house.clock.now() + timedelta(seconds=wait_s)
    choices = (Choice(label="Orders", queue_id=to), Choice(label="Something else"))
    return Question(kind=QuestionKind.MENU, choices=choices, until=until)


async def another_queue(house: House, name: str = "orders", **changes: Any) -> QueueId:
    queue = house.a_queue(name, **changes)
    await house.floor.put_queue(queue)
    return queue.id


async def at_menu(
    house: House, to: QueueId | None, thread: str = "7001", *, start: bool = False
) -> AskedQuestion:
    """A client is asked what it is about."""
    question = a_menu(house, to, wait_s=None if start else 60.0)
    touch = replace(
        written(house, thread, "/start" if start else "hello"),
        only_kept=start,
        menu=AtMenu(asks=question, text="What is it about?"),
    )
    (received,) = await house.receive(touch)
    found = await SqlQuestions(house.store).standing_menu(house.tenant_id, SHOP, thread)
    assert found is not None
    assert (found.interaction_id, found.question, found.text) == (
        received.interaction_id,
        question,
        "What is it about?",
    )
    return found


def pressed(house: House, asked: AskedQuestion, choice: int) -> InboundTouch:
    chosen = asked.question.choices[choice]
    return replace(
        written(house, asked.thread, f"Pressed: {chosen.label}"),
        external_id=f"menu:{asked.touch_id}",
        menu=AtMenu(answers=asked.touch_id, choice=choice, queue_id=chosen.queue_id),
    )


async def lines(house: House, thread: str = "7001") -> list[tuple[Any, ...]]:
    """The passes of that client, by when they were put in a line."""
    found = await house.rows(
        "SELECT w.queue_id, w.state, w.interaction_id FROM work_items w JOIN sessions s"
        " ON s.interaction_id = w.interaction_id WHERE s.tenant_id = $1 AND s.thread = $2 ORDER BY w.queued_at",
        house.tenant_id,
        thread,
    )
    return [tuple(row) for row in found]


async def test_who_is_at_a_menu_is_kept_and_in_no_line_until_they_press(house: House) -> None:
    orders = await another_queue(house)
    asked = await at_menu(house, orders)
    assert await lines(house) == []
    assert await house.count("touches") == 2
    (received,) = await house.receive(pressed(house, asked, 0))
    assert await lines(house) == [(orders, "queued", asked.interaction_id)]
    assert received.interaction_id == asked.interaction_id
    rows = await house.rows("SELECT queue_id FROM interactions WHERE id = $1", asked.interaction_id)
    assert rows[0][0] == orders
    settled = await SqlQuestions(house.store).question(house.tenant_id, asked.touch_id)
    assert settled is not None
    assert (settled.answer, settled.settled_at) == (0, house.clock.now())
    # the same again, and another one
    (again,) = await house.receive(pressed(house, asked, 0))
    assert again.repeated
    with pytest.raises(Conflict):
        await house.receive(pressed(house, asked, 1))
    assert len(await lines(house)) == 1


async def bare(house: House) -> list[tuple[str, str]]:
    found = await SqlQuestions(house.store).bare(house.tenant_id, house.clock.now(), limit=10)
    return [(one.asked.thread, one.message_id) for one in found]


async def delivered(house: House, asked: AskedQuestion, delivery: str, provider_id: str | None) -> None:
    async with house.database.transaction() as wire:
        await wire.execute(
            "UPDATE touches SET delivery = $1, provider_id = $2 WHERE id = $3",
            delivery,
            provider_id,
            asked.touch_id,
        )


async def test_buttons_go_where_nobody_pressed_one_once_the_menu_is_out(house: House) -> None:
    questions = SqlQuestions(house.store)
    by_press, by_words = await at_menu(house, None, "7001"), await at_menu(house, None, "7002")
    by_time = await at_menu(house, None, "7003")
    assert by_words.address == written(house, "7002").sender.value
    await house.receive(pressed(house, by_press, 0))
    await house.receive(replace(written(house, "7002", "hello?"), menu=AtMenu(answers=by_words.touch_id)))
    house.clock.advance(timedelta(seconds=60))
    await menus_over(house)
    for asked in (by_press, by_words, by_time):
        await delivered(house, asked, "sending", None)
    assert await bare(house) == []  # on their way
    await delivered(house, by_press, "sent", "11")
    await delivered(house, by_words, "sent", "12")
    await delivered(house, by_time, "uncertain", None)
    assert sorted(await bare(house)) == [("7002", "12"), ("7003", "")]
    later = house.clock.now() + timedelta(seconds=30)
    await questions.put_buttons_off(by_words, later)
    await questions.put_buttons_off(by_time, None)
    assert await bare(house) == []
    house.clock.advance(timedelta(seconds=30))
    assert await bare(house) == [("7002", "12")]
    await questions.put_buttons_off(by_words, None)
    assert await bare(house) == []


async def test_a_client_of_weight_keeps_it_through_the_menu(house: House) -> None:
    await house.came(
        "7001", channel="telegram", account="telegram:other", sender=written(house, "7001").sender
    )
    async with house.database.transaction() as wire:
        await wire.execute("UPDATE persons SET tier = 'gold' WHERE tenant_id = $1", house.tenant_id)
    plain = await at_menu(house, None, "7002")
    asked = await at_menu(house, None, "7001")
    late = await at_menu(house, None, "7003")
    assert late.interaction_id != asked.interaction_id
    await house.receive(pressed(house, asked, 0), pressed(house, plain, 0))
    items = [await house.open_item(one.interaction_id) for one in (asked, plain)]
    assert [item is not None for item in items] == [True, True]
    vip, other = items
    assert vip is not None
    assert other is not None
    assert vip.priority > other.priority


async def test_words_in_place_of_a_press_go_to_the_line_of_the_account_at_once(house: House) -> None:
    asked = await at_menu(house, await another_queue(house))
    waits = replace(written(house, "7001", "more"), menu=AtMenu(waits=True))
    await house.receive(waits)
    assert await lines(house) == []
    await house.receive(replace(written(house, "7001", "hello?"), menu=AtMenu(answers=asked.touch_id)))
    assert await lines(house) == [(house.queue.id, "queued", asked.interaction_id)]
    assert await SqlQuestions(house.store).standing_menu(house.tenant_id, SHOP, "7001") is None


async def test_who_waits_at_a_menu_that_is_gone_is_in_the_line(house: House) -> None:
    await house.receive(replace(written(house, "7001", "more"), menu=AtMenu(waits=True)))
    assert [line[:2] for line in await lines(house)] == [(house.queue.id, "queued")]


async def test_who_opened_the_chat_has_no_work_and_begins_it_with_a_press(house: House) -> None:
    orders = await another_queue(house)
    asked = await at_menu(house, orders, start=True)
    rows = await house.rows("SELECT state FROM interactions WHERE id = $1", asked.interaction_id)
    assert rows[0][0] == "closed"
    house.clock.advance(timedelta(days=3))
    await menus_over(house)
    assert await lines(house) == []
    (received,) = await house.receive(pressed(house, asked, 0))
    assert received.interaction_id != asked.interaction_id
    assert await lines(house) == [(orders, "queued", received.interaction_id)]


async def test_a_line_that_takes_no_work_any_more_leads_to_that_of_the_account(house: House) -> None:
    retired = await another_queue(house, rules=QueueRules(retired=True))
    for number, queue_id in enumerate((retired, QueueId("never there"))):
        asked = await at_menu(house, queue_id, f"700{number}")
        await house.receive(pressed(house, asked, 0))
        assert [line[0] for line in await lines(house, f"700{number}")] == [house.queue.id]


async def menus_over(house: House) -> list[str]:
    told: list[str] = []
    await Menus(SqlQuestions(house.store), house.clock, house.tenant_id, told=told.append).step()
    return told


async def test_who_does_not_answer_in_time_is_in_the_line_of_the_account_once(house: House) -> None:
    asked = await at_menu(house, await another_queue(house))
    house.clock.advance(timedelta(seconds=59))
    assert await menus_over(house) == []
    house.clock.advance(timedelta(seconds=1))
    await asyncio.gather(*(menus_over(house) for _ in range(4)))
    assert await lines(house) == [(house.queue.id, "queued", asked.interaction_id)]
    assert await menus_over(house) == []
    # a press that comes after it is a line in the history
    await house.receive(pressed(house, asked, 0))
    assert await lines(house) == [(house.queue.id, "queued", asked.interaction_id)]


@pytest.mark.parametrize("choice", [0, None])
async def test_a_press_and_the_end_of_waiting_at_once_make_one_pass(house: House, choice: int | None) -> None:
    orders = await another_queue(house)
    for number in range(8):
        asked = await at_menu(house, orders, f"71{number}")
        house.clock.advance(timedelta(seconds=61))
        text = replace(written(house, asked.thread, "hello?"), menu=AtMenu(answers=asked.touch_id))
        await asyncio.gather(
            menus_over(house), house.receive(text if choice is None else pressed(house, asked, choice))
        )
        ((queue_id, state, interaction_id),) = await lines(house, f"71{number}")
        assert queue_id in {orders, house.queue.id}
        assert (state, interaction_id) == ("queued", asked.interaction_id)


async def test_who_has_something_open_elsewhere_goes_on_there_and_is_asked_nothing(house: House) -> None:
    chat = await a_chat(house)
    asks = AtMenu(asks=a_menu(house, None), text="What is it about?")
    (received,) = await house.receive(by_bot(house, menu=asks))
    assert (received.continued, received.interaction_id) == (True, chat.interaction_id)
    assert await house.count("questions") == 0


async def test_who_is_at_a_menu_and_writes_elsewhere_is_in_a_line(house: House) -> None:
    chat = await a_chat(house)
    async with house.store.unit(house.tenant_id) as unit:
        interaction = (await unit.interactions([chat.interaction_id]))[chat.interaction_id]
        item = await unit.open_item(interaction.id)
        assert item is not None
        _, interaction = await end_pass(
            unit, interaction, item, WorkState.ABANDONED, house.clock.now(), reason="x"
        )
        await close_by_itself(unit, interaction, house.clock.now())
    await at_menu(house, None, "4711")
    await house.receive(house.message("and here"))
    assert await house.count("work_items") == 2


@pytest.mark.parametrize("first", ["chat", "menu"])
async def test_who_is_at_a_menu_when_two_records_become_one_is_in_a_line_in_time(
    house: House, first: str
) -> None:
    async def put_by() -> tuple[InteractionId, PersonId]:
        (received,) = await house.receive(house.message("hello", "m1", channel="email", account="email:x"))
        house.clock.advance(1)
        async with house.store.unit(house.tenant_id) as unit:
            interaction = (await unit.interactions([received.interaction_id]))[received.interaction_id]
            item = await unit.open_item(interaction.id)
            assert item is not None
            await end_pass(unit, interaction, item, WorkState.CALLBACK, house.clock.now(), reason="snoozed")
        return interaction.id, interaction.person_id

    if first == "chat":
        aside, person_id = await put_by()
        asked = await at_menu(house, None, "4711")
    else:
        asked = await at_menu(house, None, "4711")
        aside, person_id = await put_by()
    rows = await house.rows("SELECT person_id FROM interactions WHERE id = $1", asked.interaction_id)
    uniting = Uniting(Crm(house).merges, Unitings(house.store, encode=encode), house.clock)
    await uniting.merge(house.somebody(Role.SUPERVISOR, house.queue.id), person_id, PersonId(rows[0][0]))
    house.clock.advance(timedelta(seconds=61))
    assert await menus_over(house) == ["menu_not_answered"]
    goes_on = aside if first == "chat" else asked.interaction_id
    item = await house.open_item(goes_on)
    assert item is not None
    assert (item.state, item.queue_id, item.person_id) == (WorkState.QUEUED, house.queue.id, person_id)


async def test_the_skills_of_a_button_are_asked_beside_those_of_its_line_and_are_renamed_with_the_house(
    house: House,
) -> None:
    orders = await another_queue(house, skills={"orders": 2})
    button = MenuButton(labels={"en": "Orders"}, queue_id=orders, skills={"boilers": 4})
    menu = BotMenu(text={"en": "What is it about?"}, buttons=(button,))
    bots = SqlTelegramBots(house.store, encode=encode, seal=Seal(b"k" * 32))
    draft = AuditDraft(
        tenant_id=house.tenant_id,
        at=house.clock.now(),
        actor_id=None,
        actor="admin",
        action=AuditAction.CHANGE_TELEGRAM_BOT,
        object="shop",
    )
    bot = TelegramBot(
        id=TelegramBotId(new_id()),
        tenant_id=house.tenant_id,
        name="shop",
        queue_id=house.queue.id,
        setup=BotSetup(menu=menu),
    )
    await bots.put_telegram_bot(
        bot, seen_version=0, secrets=BotSecrets(token="4001:token-of-tests_0123"), audit=draft
    )
    question = replace(
        a_menu(house, orders), choices=(Choice(label="Orders", queue_id=orders, skills={"boilers": 4}),)
    )
    await house.receive(replace(written(house, "7001"), menu=AtMenu(asks=question, text="?")))
    rules = SqlHouse(house.store, house.clock, encode=encode)
    assert "boilers" in (await rules.staffing(house.tenant_id)).skills
    await house.events()
    await rules.rename_skill(house.tenant_id, "boilers", "heating", draft)
    assert TelegramBotChanged(tenant_id=house.tenant_id, bot_id=bot.id) in await house.events()
    (kept,) = await bots.telegram_bots(house.tenant_id)
    assert (kept.setup.menu.buttons[0].skills, kept.version) == ({"heating": 4}, 2)

    asked = await SqlQuestions(house.store).standing_menu(house.tenant_id, SHOP, "7001")
    assert asked is not None
    touch = replace(pressed(house, asked, 0), skills=asked.question.choices[0].skills)
    (received,) = await house.receive(touch)
    item = await house.open_item(received.interaction_id)
    assert item is not None
    assert item.skills == {"orders": 2, "heating": 4}
    await rules.rename_skill(house.tenant_id, "heating", "", draft)
    (kept,) = await bots.telegram_bots(house.tenant_id)
    assert kept.setup.menu.buttons[0].skills == {}
