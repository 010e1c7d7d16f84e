"""Updates and bots of Telegram, on both databases."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from crm_store.telegram import TelegramUpdates
from crm_store.telegram_bots import SqlTelegramBots
from hub.cluster.codec import encode
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Conflict, Invalid, NotFound, Unavailable
from hub.domain.events import PersonChanged
from hub.domain.ids import PersonId, QueueId, TelegramBotId, TouchId
from hub.domain.person import Confidence, IdentityKind
from hub.domain.setting_events import TelegramBotChanged
from hub.domain.telegram import BotSecrets, BotSetup, NewUpdate, SettledUpdate, TelegramBot, UpdateState
from hub.domain.touch import Claim, Sender
from hub.ids import new_id
from hub.sealing import Seal
from tests.stores import House

TOKEN = "4001:token-of-tests_0123"


def a_bot(house: House, **changes: object) -> TelegramBot:
    bot = TelegramBot(
        id=TelegramBotId(new_id()),
        tenant_id=house.tenant_id,
        name="shop",
        queue_id=house.queue.id,
        setup=BotSetup(language="tr", business_owners=(8001,), welcome={"tr": "Merhaba"}),
    )
    return replace(bot, **changes)  # type: ignore[arg-type]


def bots_of(house: House, key: bytes = b"k" * 32) -> SqlTelegramBots:
    return SqlTelegramBots(house.store, encode=encode, seal=Seal(key))


def audit(house: House) -> AuditDraft:
    return AuditDraft(
        tenant_id=house.tenant_id,
        at=house.clock.now(),
        actor_id=None,
        actor="admin",
        action=AuditAction.CHANGE_TELEGRAM_BOT,
        object="shop",
        reason="added",
    )


async def put(house: House, bot: TelegramBot, seen: int = 0, token: str = TOKEN) -> TelegramBot:
    return await bots_of(house).put_telegram_bot(
        bot, seen_version=seen, secrets=BotSecrets(token=token), audit=audit(house)
    )


async def test_a_bot_is_kept_with_a_sealed_token_and_everybody_is_told(house: House) -> None:
    bot = await put(house, a_bot(house))
    assert await bots_of(house).telegram_bots(house.tenant_id) == [bot]
    assert (await bots_of(house).bot_secrets(bot)).token == TOKEN
    rows = await house.rows("SELECT sealed, setup FROM telegram_bots WHERE id = $1", bot.id)
    assert TOKEN.encode() not in bytes(rows[0][0]) + rows[0][1].encode()
    assert TelegramBotChanged(tenant_id=house.tenant_id, bot_id=bot.id) in await house.events()
    with pytest.raises(Unavailable):
        await bots_of(house, b"o" * 32).bot_secrets(bot)


async def test_an_empty_token_leaves_the_one_there_is_and_versions_count(house: House) -> None:
    bot = await put(house, a_bot(house))
    bot = await put(house, replace(bot, enabled=False), seen=1, token="")
    assert (await bots_of(house).bot_secrets(bot)).token == TOKEN
    assert bot.version == 2
    with pytest.raises(Conflict):
        await put(house, bot, seen=1)
    with pytest.raises(NotFound):
        await put(house, a_bot(house, name="other"), seen=1)
    with pytest.raises(Conflict):
        await put(house, a_bot(house))
    with pytest.raises(Invalid):
        await put(house, a_bot(house, name="third", queue_id=QueueId("none")))


def an_update(house: House, number: int, chat: str = ":1", text: str = "x") -> NewUpdate:
    raw = json.dumps({"update_id": number, "text": text}).encode()
    return NewUpdate(
        update_id=number, chat=chat, sha256=f"{number} {text}", received_at=house.clock.now(), raw=raw
    )


async def claimed(house: House, updates: TelegramUpdates, chats: int = 10, each: int = 10) -> list[bytes]:
    found = await updates.claim_updates(
        house.tenant_id, house.clock.now(), lease_s=60.0, chats=chats, each=each
    )
    return [one.raw for one in found]


async def test_an_update_is_kept_once_by_its_exact_number_and_content(house: House) -> None:
    updates, bot = TelegramUpdates(house.store), await put(house, a_bot(house))
    some = [an_update(house, number) for number in (7, 8, 9)]
    assert await updates.keep_updates(bot, some) == [True] * 3
    assert await updates.keep_updates(bot, [some[1], an_update(house, 3)]) == [False, True]
    # numbers began anew and met an old one: it is another update
    assert await updates.keep_updates(bot, [an_update(house, 7, text="y")]) == [True]
    assert len(await claimed(house, updates)) == 5


async def test_a_chat_is_read_in_its_order_by_one_at_a_time(house: House) -> None:
    updates, bot = TelegramUpdates(house.store), await put(house, a_bot(house))
    first = [an_update(house, number) for number in range(5)]
    second = [an_update(house, number, ":2") for number in range(5, 8)]
    await updates.keep_updates(bot, [*first[:3], *second, *first[3:]])
    assert await claimed(house, updates, each=2) == [u.raw for u in (*first[:2], *second[:2])]
    assert await claimed(house, updates) == []
    house.clock.advance(timedelta(seconds=61))
    assert await claimed(house, updates, chats=1) == [u.raw for u in first]
    assert await claimed(house, updates) == [u.raw for u in second]


async def test_what_was_read_is_not_read_again(house: House) -> None:
    updates, bot = TelegramUpdates(house.store), await put(house, a_bot(house))
    await updates.keep_updates(bot, [an_update(house, number) for number in range(4)])
    taken = await updates.claim_updates(house.tenant_id, house.clock.now(), lease_s=60, chats=1, each=10)
    assert (await updates.waiting_updates(house.tenant_id))[0] == 4
    await updates.settle_updates(
        [
            SettledUpdate(number=taken[0].number, state=UpdateState.STORED, touch_id=TouchId("t")),
            SettledUpdate(number=taken[1].number, state=UpdateState.UNREADABLE, keep_raw=True),
        ]
    )
    await updates.release_updates([taken[2].number], count_try=True)
    await updates.release_updates([taken[3].number], count_try=False)
    again = await updates.claim_updates(house.tenant_id, house.clock.now(), lease_s=60, chats=1, each=10)
    assert [(one.number, one.tries) for one in again] == [(taken[2].number, 2), (taken[3].number, 1)]
    assert await updates.count_unreadable(house.tenant_id) == 1
    rows = await house.rows("SELECT raw FROM telegram_updates WHERE bot_id = $1 ORDER BY number", bot.id)
    assert [raw is None for (raw,) in rows] == [True, False, False, False]
    await updates.free_updates(house.tenant_id)
    again = await updates.claim_updates(house.tenant_id, house.clock.now(), lease_s=60, chats=1, each=10)
    assert [one.tries for one in again] == [2, 1]  # a hub that died has not tried


async def test_a_proven_number_becomes_known_to_whoever_is_there_already(house: House) -> None:
    sender = Sender(kind=IdentityKind.TELEGRAM, value=new_id(), name="Ivan")
    number = f"+90532{int(new_id()[-6:], 16) % 10_000_000:07}"
    proven = Claim(kind=IdentityKind.PHONE, value=number, proven=True)
    said = replace(proven, proven=False)

    async def of(value: str) -> list[tuple[str, str]]:
        return [
            (str(row[0]), str(row[1]))
            for row in await house.rows(
                "SELECT person_id, confidence FROM identities WHERE tenant_id = $1 AND value = $2",
                house.tenant_id,
                value,
            )
        ]

    await house.receive(house.message("hi", "t1", sender=sender, claims=(said,)))
    ((person, confidence),) = await of(number)
    assert confidence == Confidence.MAYBE
    await house.events()
    await house.receive(house.message("me", "t1", sender=sender, claims=(proven,)))
    assert await of(number) == [(person, Confidence.KNOWN)]
    assert PersonChanged(tenant_id=house.tenant_id, person_id=PersonId(person)) in await house.events()
    other = replace(sender, value=new_id())
    await house.receive(house.message("hi", "t2", sender=other))
    await house.receive(house.message("mine", "t2", sender=other, claims=(proven,)))
    assert await of(number) == [(person, Confidence.KNOWN)]  # it stays whose it is


async def test_parts_that_were_sent_are_known(house: House) -> None:
    updates = TelegramUpdates(house.store)
    (received,) = await house.receive(house.message("hello", "t1"))
    for _ in range(2):
        await updates.note_part_sent(house.tenant_id, received.touch_id, 0, "55")
    await updates.note_part_sent(house.tenant_id, received.touch_id, 1, "56")
    assert await updates.parts_sent(received.touch_id) == {0: "55", 1: "56"}


async def test_what_a_touch_said_is_found_by_its_key(house: House) -> None:
    updates = TelegramUpdates(house.store)
    message = house.message("hello", "t1")
    await house.receive(message)
    assert await updates.text_of(house.tenant_id, message.account, message.external_id) == "hello"
    assert await updates.text_of(house.tenant_id, message.account, "none") is None
    assert await updates.raw_of(house.tenant_id, message.account, message.external_id) == b"hello"
    assert await updates.raw_of(house.tenant_id, message.account, "none") is None


async def test_a_bot_keeps_its_name(house: House) -> None:
    bot = await put(house, a_bot(house))
    with pytest.raises(Invalid) as refused:
        await put(house, replace(bot, name="renamed"), seen=1)
    assert (refused.value.stable_code, refused.value.field) == ("name_fixed", "name")
    assert await bots_of(house).telegram_bots(house.tenant_id) == [bot]
    greeting = replace(bot.setup, welcome={"en": "hi\0"})
    with pytest.raises(Invalid) as refused:
        await put(house, replace(bot, setup=greeting), seen=1)
    assert refused.value.field == "setup.welcome"


# --- deleting ---


async def delete(house: House, bot: TelegramBot, *, leave_unread: bool = False) -> None:
    await bots_of(house).delete_telegram_bot(
        house.tenant_id, bot.id, leave_unread=leave_unread, audit=replace(audit(house), reason="deleted")
    )


async def test_a_deleted_bot_is_gone_with_its_secrets_and_texts_and_its_row_stays(house: House) -> None:
    bot = await put(house, a_bot(house))
    await house.events()
    await delete(house, bot)
    store = bots_of(house)
    assert await store.telegram_bots(house.tenant_id) == []
    assert await store.deleted_telegram_accounts(house.tenant_id) == {bot.account}
    assert (await store.bot_secrets(bot)).token == ""
    ((enabled, sealed, setup),) = await house.rows(
        "SELECT enabled, sealed, setup FROM telegram_bots WHERE id = $1", bot.id
    )
    assert (bool(enabled), sealed) == (False, None)
    assert "Merhaba" not in setup
    assert await house.events() == [TelegramBotChanged(tenant_id=house.tenant_id, bot_id=bot.id)]
    rows = await house.rows(
        "SELECT reason FROM audit_log WHERE tenant_id = $1 ORDER BY number", house.tenant_id
    )
    assert [row[0] for row in rows] == ["added", "deleted"]
    with pytest.raises(NotFound):
        await delete(house, bot)
    with pytest.raises(NotFound):
        await put(house, bot, seen=bot.version)


async def test_of_two_who_delete_at_once_and_one_who_changes_one_deletes(house: House) -> None:
    bot = await put(house, a_bot(house))
    outcomes = await asyncio.gather(
        delete(house, bot),
        delete(house, bot),
        put(house, replace(bot, enabled=False), seen=bot.version),
        return_exceptions=True,
    )
    assert sum(one is None for one in outcomes) == 1
    assert {type(one) for one in outcomes} <= {type(None), NotFound, TelegramBot, Conflict}
    assert await bots_of(house).telegram_bots(house.tenant_id) == []


async def test_its_name_is_free_for_the_same_bot_only(house: House) -> None:
    bot = await put(house, a_bot(house))
    await delete(house, bot)
    with pytest.raises(Conflict) as used:
        await put(house, a_bot(house), token="4002:token-of-tests_0123")
    assert used.value.stable_code == "name_was_used"
    await put(house, a_bot(house, name="shop2"), token="4002:token-of-tests_0123")
    again = await put(house, a_bot(house), token="4001:another-token-of-it_1")
    store = bots_of(house)
    assert [one.name for one in await store.telegram_bots(house.tenant_id)] == ["shop", "shop2"]
    assert await store.deleted_telegram_accounts(house.tenant_id) == frozenset()
    await delete(house, again)
    with pytest.raises(Conflict):
        await put(house, a_bot(house), token="4002:token-of-tests_0123")


async def test_a_name_with_a_line_in_it_is_not_taken_for_another(house: House) -> None:
    await delete(house, await put(house, a_bot(house, name="axb")))
    await put(house, a_bot(house, name="a_b"), token="4002:token-of-tests_0123")


@pytest.mark.parametrize("key", [b"k" * 32, b"o" * 32])
async def test_a_bot_whose_token_is_not_there_or_cannot_be_opened_is_deleted(
    house: House, key: bytes
) -> None:
    bot = await put(house, a_bot(house))
    if key == b"k" * 32:
        async with house.database.transaction() as wire:
            await wire.execute("UPDATE telegram_bots SET sealed = NULL WHERE id = $1", bot.id)
    await bots_of(house, key).delete_telegram_bot(
        house.tenant_id, bot.id, leave_unread=False, audit=audit(house)
    )
    with pytest.raises(Conflict):  # whose the conversations are nobody knows
        await put(house, a_bot(house))


async def test_what_is_not_read_yet_keeps_a_bot_until_it_is_left_as_it_came(house: House) -> None:
    updates, bot = TelegramUpdates(house.store), await put(house, a_bot(house))
    await updates.keep_updates(bot, [an_update(house, number) for number in range(3)])
    with pytest.raises(Conflict) as waiting:
        await delete(house, bot)
    assert waiting.value.stable_code == "updates_waiting"
    assert await bots_of(house).telegram_bots(house.tenant_id) == [bot]
    await delete(house, bot, leave_unread=True)
    assert await claimed(house, updates) == []
    assert await updates.count_unreadable(house.tenant_id) == 3
    rows = await house.rows("SELECT raw FROM telegram_updates WHERE bot_id = $1", bot.id)
    assert all(row[0] for row in rows)
    with pytest.raises(Unavailable):
        await updates.keep_updates(bot, [an_update(house, 9)])


async def test_nothing_is_kept_that_nobody_reads_whoever_is_faster(house: House) -> None:
    updates = TelegramUpdates(house.store)
    for number in range(6):
        bot = await put(house, a_bot(house, name=f"shop{number}"), token=f"50{number}:token-of-tests_0123")
        kept, deleted = await asyncio.gather(
            updates.keep_updates(bot, [an_update(house, number)]),
            delete(house, bot),
            return_exceptions=True,
        )
        gone = not isinstance(deleted, Conflict)
        assert isinstance(kept, Unavailable) == gone
        assert await claimed(house, updates) == ([] if gone else [an_update(house, number).raw])
