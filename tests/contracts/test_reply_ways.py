"""Where a reply can go: what is listed is what is taken, and what the client said of being written to counts."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crm_store.person_scope import ClientReach
from crm_store.starting import BotChats, ChatWays, Starts
from crm_store.talk import Talk
from hub.channels.email.channel import SPEC as EMAIL
from hub.channels.telegram.channel import SPEC as TELEGRAM
from hub.channels.webchat.channel import SPEC as WEBCHAT
from hub.desk.later import Later
from hub.desk.reply_ways import ReplyWays
from hub.desk.starting import FirstWords, Starting
from hub.desk.work import Work
from hub.domain.access import Principal, Role
from hub.domain.errors import Conflict, Forbidden, Invalid, NotFound
from hub.domain.ids import ConsentId, InteractionId, PersonId, TelegramBotId, TenantId
from hub.domain.interaction import Disposition
from hub.domain.person import IdentityKind, Purpose
from hub.domain.planned import PlannedState
from hub.domain.reach import Client, Way, WayClosed
from hub.domain.reply_way import ReplyWay
from hub.domain.telegram import TelegramBot
from hub.domain.values import changed
from hub.ids import new_id
from hub.ports.starting import Ways
from tests.contracts.test_across_channels import by_bot, known_by
from tests.stores import House

LIMITS = {one.name: one.limits for one in (WEBCHAT, TELEGRAM, EMAIL)}


class Bots:
    """The bots of a house, as `BotChats` reads them."""

    def __init__(self, house: House) -> None:
        self.bot = TelegramBot(
            id=TelegramBotId(new_id()), tenant_id=house.tenant_id, name="shop", queue_id=house.queue.id
        )

    async def telegram_bots(self, tenant_id: TenantId) -> list[TelegramBot]:
        return [self.bot] if tenant_id == self.bot.tenant_id else []


class Desk:
    """A house with a chat and a bot, and what agents do there."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.bots = Bots(house)
        self.present: set[tuple[str, str]] = set()
        store = Starts(house.store, ClientReach())
        ways: dict[IdentityKind, Ways] = {
            IdentityKind.WEBCHAT: ChatWays(house.store),
            IdentityKind.TELEGRAM: BotChats(house.store, self.bots),  # type: ignore[arg-type]
        }
        self.starting = Starting(store, house.clock, ways, LIMITS, lease_s=15.0)
        self.ways = ReplyWays(store, self.starting, house.clock, LIMITS, self.held)
        self.work = Work(house.store, house.clock, LIMITS)
        self.later = Later(Talk(house.store), house.clock, LIMITS)

    def held(self, channel: str, account: str, thread: str) -> bool | None:
        return (account, thread) in self.present if channel == "webchat" else None

    async def all(self, who: Principal, interaction_id: InteractionId) -> list[ReplyWay]:
        return await self.ways.all(who, interaction_id)

    async def go_on(self, who: Principal, interaction_id: InteractionId, **changes: Any) -> None:
        wanted = {"channel": "telegram", "address": "4711", "account": "", **changes}
        await self.ways.add(who, interaction_id, **wanted)

    async def refused(self, person_id: str, kind: IdentityKind) -> None:
        """The client said that nobody shall write to them there."""
        async with self.house.database.transaction() as wire:
            await wire.execute(
                "INSERT INTO consents (id, tenant_id, person_id, channel, purpose, given, at, by_id, by_name, source)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, 'Anna', '')",
                ConsentId(new_id()),
                self.house.tenant_id,
                person_id,
                kind.value,
                Purpose.SERVICE.value,
                False,
                int(self.house.clock.now().timestamp() * 1_000_000),
            )


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


async def a_chat_of_who_wrote_to_the_bot(desk: Desk) -> tuple[Principal, InteractionId]:
    """Anna has the chat of a client whose conversation with the bot is over."""
    house = desk.house
    anna = await house.hire("Anna", chats=5)
    who = house.as_(anna)
    item = await house.given(anna)
    await known_by(house, IdentityKind.TELEGRAM, "4711")
    (bot,) = await house.receive(by_bot(house, continues=False))
    other = await house.open_item(bot.interaction_id)
    assert other is not None
    (offer,) = await house.offer(other, anna)
    await house.work.accept(who, offer.id)
    await house.work.close(who, bot.interaction_id, Disposition(code="resolved"))
    return who, item.interaction_id


# --- what is listed ---


async def test_each_channel_it_goes_on_in_is_listed_with_what_fits_there(desk: Desk) -> None:
    house = desk.house
    anna = await house.hire("Anna")
    item = await house.given(anna)
    await known_by(house, IdentityKind.TELEGRAM, "4711")
    house.clock.advance(60)
    await house.receive(by_bot(house))
    bot, chat = await desk.all(house.as_(anna), item.interaction_id)

    assert (bot.channel, bot.is_open, bot.label, bot.is_away, bot.until) == (
        "telegram",
        True,
        "4711",
        False,
        None,
    )
    assert (bot.text_chars, bot.file_bytes) == (TELEGRAM.limits.text_chars, TELEGRAM.limits.attachment_bytes)
    assert bot.last_at == house.clock.now()
    assert (chat.channel, chat.label, chat.closed) == ("webchat", "", "")


async def test_who_has_a_name_there_is_called_by_it(desk: Desk) -> None:
    house = desk.house
    anna = await house.hire("Anna")
    item = await house.given(anna)
    await known_by(house, IdentityKind.TELEGRAM, "4711")
    async with house.database.transaction() as wire:
        await wire.execute("UPDATE identities SET display = '@ivan' WHERE value = '4711'")
    house.clock.advance(60)
    await house.receive(by_bot(house))
    bot, _ = await desk.all(house.as_(anna), item.interaction_id)
    assert (bot.address, bot.label) == ("4711", "@ivan")


async def test_a_visitor_whose_page_is_closed_is_away(desk: Desk) -> None:
    house = desk.house
    anna = await house.hire("Anna")
    item = await house.given(anna)
    assert [way.is_away for way in await desk.all(house.as_(anna), item.interaction_id)] == [True]
    desk.present.add(("webchat:shop", "v1"))
    assert [way.is_away for way in await desk.all(house.as_(anna), item.interaction_id)] == [False]


async def test_nobody_else_learns_where_a_client_can_be_reached(desk: Desk) -> None:
    house = desk.house
    anna, boris = await house.hire("Anna"), await house.hire("Boris")
    item = await house.given(anna)
    for who in (house.as_(boris), house.somebody(Role.SUPERVISOR)):
        with pytest.raises(NotFound):
            await desk.all(who, item.interaction_id)
        with pytest.raises(NotFound):
            await desk.go_on(who, item.interaction_id)
    with pytest.raises(Forbidden):
        await desk.all(house.somebody(Role.ADMIN), item.interaction_id)


# --- going on elsewhere ---


async def test_a_conversation_is_taken_to_where_the_client_was_before_and_goes_on_there(desk: Desk) -> None:
    house = desk.house
    who, interaction_id = await a_chat_of_who_wrote_to_the_bot(desk)
    chat, bot = await desk.all(who, interaction_id)
    assert (bot.channel, bot.is_open, bot.closed, bot.label) == ("telegram", False, "", "shop")
    assert chat.is_open
    with pytest.raises(Invalid):
        await desk.work.reply(who, interaction_id, channel="telegram", text="not there yet")

    await desk.go_on(who, interaction_id)
    await desk.go_on(who, interaction_id)
    stored = await desk.work.reply(who, interaction_id, channel="telegram", text="here")

    assert (stored.channel, stored.account) == ("telegram", "telegram:shop")
    assert [(way.channel, way.is_open) for way in await desk.all(who, interaction_id)] == [
        ("webchat", True),
        ("telegram", True),
    ]
    (again,) = await house.receive(by_bot(house, "thank you"))
    assert again.interaction_id == interaction_id
    assert again.seq > stored.seq
    rows = await house.rows(
        "SELECT reason FROM audit_log WHERE tenant_id = $1 AND object = $2", house.tenant_id, interaction_id
    )
    assert [row[0] for row in rows] == ["telegram"]


async def test_who_does_not_want_to_be_written_to_there_is_not(desk: Desk) -> None:
    who, interaction_id = await a_chat_of_who_wrote_to_the_bot(desk)
    ((person_id,),) = await desk.house.rows(
        "SELECT person_id FROM interactions WHERE id = $1", interaction_id
    )
    await desk.refused(person_id, IdentityKind.TELEGRAM)

    (_, bot) = await desk.all(who, interaction_id)
    assert bot.closed == "client_refused"
    with pytest.raises(Conflict) as refused:
        await desk.go_on(who, interaction_id)
    assert refused.value.stable_code == "client_refused"


async def test_a_bot_that_is_switched_off_is_no_way(desk: Desk) -> None:
    who, interaction_id = await a_chat_of_who_wrote_to_the_bot(desk)
    desk.bots.bot = changed(desk.bots.bot, enabled=False)

    (_, bot) = await desk.all(who, interaction_id)
    assert bot.closed == "account_off"
    with pytest.raises(Conflict) as refused:
        await desk.go_on(who, interaction_id)
    assert refused.value.stable_code == "account_off"


async def test_where_no_account_is_named_one_that_is_open_is_taken(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, interaction_id = await a_chat_of_who_wrote_to_the_bot(desk)
    reached = desk.starting.reached

    async def with_another_before(who: Principal, person_id: PersonId) -> tuple[Client, list[Way]]:
        client, ways = await reached(who, person_id)
        bot = next(way for way in ways if way.channel == "telegram")
        return client, [replace(bot, account="telegram:old", closed=WayClosed.ACCOUNT_OFF), *ways]

    monkeypatch.setattr(desk.starting, "reached", with_another_before)

    with pytest.raises(Conflict) as caught:
        await desk.go_on(who, interaction_id, account="telegram:old")
    assert caught.value.stable_code == WayClosed.ACCOUNT_OFF.value

    await desk.go_on(who, interaction_id)
    assert [way.account for way in await desk.all(who, interaction_id) if way.is_open] == [
        "webchat:shop",
        "telegram:shop",
    ]


async def test_what_is_a_part_of_another_open_interaction_stays_there(desk: Desk) -> None:
    house = desk.house
    who, interaction_id = await a_chat_of_who_wrote_to_the_bot(desk)
    await house.receive(by_bot(house, "something else", continues=False))

    (_, bot) = await desk.all(who, interaction_id)
    assert bot.closed == "open_elsewhere"
    with pytest.raises(Conflict) as refused:
        await desk.go_on(who, interaction_id)
    assert refused.value.stable_code == "open_elsewhere"


async def test_only_where_the_client_is_can_it_be_taken(desk: Desk) -> None:
    who, interaction_id = await a_chat_of_who_wrote_to_the_bot(desk)
    for wanted in ({"address": "1"}, {"account": "telegram:other"}, {"channel": "email", "address": "a@b.c"}):
        with pytest.raises(Invalid) as refused:
            await desk.go_on(who, interaction_id, **wanted)
        assert refused.value.stable_code == "no_such_way"


async def test_a_closed_interaction_goes_on_nowhere(desk: Desk) -> None:
    who, interaction_id = await a_chat_of_who_wrote_to_the_bot(desk)
    await desk.work.close(who, interaction_id, Disposition(code="resolved"))
    with pytest.raises((Conflict, NotFound)):
        await desk.go_on(who, interaction_id)


# --- the window ---


async def test_in_the_name_of_a_business_nobody_writes_a_day_after_the_clients_last_word(desk: Desk) -> None:
    house = desk.house
    anna = await house.hire("Anna")
    who = house.as_(anna)
    (came,) = await house.receive(by_bot(house, thread="b:c1:4711"))
    item = await house.open_item(came.interaction_id)
    assert item is not None
    (offer,) = await house.offer(item, anna, seconds=600)
    await house.work.accept(who, offer.id)
    heard_at = house.clock.now()
    house.clock.advance(86_400)
    await desk.work.reply(who, came.interaction_id, channel="telegram", text="just in time")
    plan = await desk.later.plan(
        who,
        came.interaction_id,
        channel="telegram",
        text="too late by then",
        files=(),
        hold_s=None,
        send_at=house.clock.now() + timedelta(seconds=1),
        unless_client_writes=False,
        key=None,
    )
    house.clock.advance(1)

    (way,) = await desk.all(who, came.interaction_id)
    assert (way.closed, way.until) == ("reply_window_over", heard_at + timedelta(days=1))
    with pytest.raises(Conflict) as refused:
        await desk.work.reply(who, came.interaction_id, channel="telegram", text="a second late")
    assert refused.value.stable_code == "reply_window_over"
    await desk.later.send_due(house.tenant_id)
    ((state, reason),) = await house.rows("SELECT state, reason FROM planned_replies WHERE id = $1", plan.id)
    assert (state, reason) == (PlannedState.FAILED, "reply_window_over")
    await house.receive(by_bot(house, "hello again", thread="b:c1:4711"))
    await desk.work.reply(who, came.interaction_id, channel="telegram", text="and again in time")


async def test_a_chat_with_a_bot_has_no_such_window(desk: Desk) -> None:
    house = desk.house
    anna = await house.hire("Anna")
    (came,) = await house.receive(by_bot(house))
    item = await house.open_item(came.interaction_id)
    assert item is not None
    (offer,) = await house.offer(item, anna)
    await house.work.accept(house.as_(anna), offer.id)
    house.clock.advance(40 * 86_400)
    await desk.work.reply(house.as_(anna), came.interaction_id, channel="telegram", text="after all")


# --- writing first ---


async def test_who_wrote_to_the_bot_once_can_be_written_to_first(desk: Desk) -> None:
    house = desk.house
    who, interaction_id = await a_chat_of_who_wrote_to_the_bot(desk)
    ((person_id,),) = await house.rows("SELECT person_id FROM interactions WHERE id = $1", interaction_id)
    started = await desk.starting.start(
        who,
        person_id,
        FirstWords(queue_id=house.queue.id, text="Your parcel has come"),
        channel="telegram",
        address="4711",
        key=None,
    )
    await desk.later.send_due(house.tenant_id)
    rows = await house.rows(
        "SELECT t.text, s.account, s.thread FROM touches t JOIN sessions s ON s.id = t.session_id"
        " WHERE t.interaction_id = $1",
        started.interaction.id,
    )
    assert [tuple(row) for row in rows] == [("Your parcel has come", "telegram:shop", "4711")]


async def test_a_group_is_no_way_to_a_client(desk: Desk) -> None:
    house = desk.house
    anna = await house.hire("Anna")
    (came,) = await house.receive(by_bot(house, thread="-100200"))
    ((person_id,),) = await house.rows(
        "SELECT person_id FROM interactions WHERE id = $1", came.interaction_id
    )
    ways = await desk.starting.ways(house.as_(anna), person_id)
    assert [way.way.closed for way in ways if way.way.kind is IdentityKind.TELEGRAM] == ["no_address"]
