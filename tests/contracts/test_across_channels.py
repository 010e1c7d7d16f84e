"""A known client who goes on elsewhere goes on in the same interaction, on both databases and whoever races."""

import asyncio
from typing import Any

import pytest

from crm_store.sending import Sending
from hub.channels.webchat.channel import SPEC as WEBCHAT
from hub.cluster.codec import encode
from hub.desk.work import Work
from hub.domain.agent import Media
from hub.domain.ids import IdentityId, PersonId
from hub.domain.interaction import Disposition
from hub.domain.person import Confidence, Identity, IdentityKind
from hub.domain.touch import InboundTouch, Sender
from hub.domain.work import WorkState
from hub.ids import new_id
from hub.steps import close_by_itself, end_pass
from tests.stores import House

TELEGRAM = {"channel": "telegram", "account": "telegram:shop", "media": Media.CHAT}
MAIL = {"channel": "email", "account": "email:support", "media": Media.MAIL}


def by_bot(house: House, text: str = "and here", chat: str = "4711", **changes: Any) -> InboundTouch:
    sender = Sender(kind=IdentityKind.TELEGRAM, value=chat, name="Ivan")
    return house.message(text, changes.pop("thread", chat), **{**TELEGRAM, "sender": sender, **changes})


def by_mail(house: House, text: str = "and by mail", thread: str = "m1", **changes: Any) -> InboundTouch:
    sender = Sender(kind=IdentityKind.EMAIL, value="ivan@example.com", name="Ivan")
    return house.message(text, thread, **{**MAIL, "sender": sender, **changes})


async def known_by(
    house: House, kind: IdentityKind, value: str, confidence: Confidence = Confidence.KNOWN
) -> PersonId:
    """Who chats as `v1` is known by that address too."""
    ((person_id,),) = await house.rows(
        "SELECT person_id FROM identities WHERE tenant_id = $1 AND kind = 'webchat' AND value = 'v1'",
        house.tenant_id,
    )
    async with house.store.unit(house.tenant_id) as unit:
        unit.add_identity(
            Identity(
                id=IdentityId(new_id()),
                tenant_id=house.tenant_id,
                person_id=PersonId(person_id),
                kind=kind,
                value=value,
                confidence=confidence,
                created_at=house.clock.now(),
            )
        )
    return PersonId(person_id)


async def a_chat(house: House) -> Any:
    """The chat of a client who is also known by a Telegram account and an address of mail."""
    (chat,) = await house.receive(house.message())
    await known_by(house, IdentityKind.TELEGRAM, "4711")
    await known_by(house, IdentityKind.EMAIL, "ivan@example.com")
    return chat


async def sessions_of(house: House, interaction_id: str) -> list[tuple[str, bool]]:
    rows = await house.rows(
        "SELECT channel, ended_at IS NULL FROM sessions WHERE interaction_id = $1 ORDER BY started_at, id",
        interaction_id,
    )
    return [(channel, bool(is_open)) for channel, is_open in rows]


# --- what continues ---


async def test_who_is_known_on_three_channels_has_one_interaction_on_all_of_them(house: House) -> None:
    chat = await a_chat(house)
    (bot,) = await house.receive(by_bot(house))
    (mail,) = await house.receive(by_mail(house))

    assert {chat.interaction_id, bot.interaction_id, mail.interaction_id} == {chat.interaction_id}
    assert (chat.continued, bot.continued, mail.continued) == (False, True, True)
    assert await sessions_of(house, chat.interaction_id) == [
        ("webchat", True),
        ("telegram", True),
        ("email", True),
    ]
    assert await house.count("work_items") == 1
    assert [chat.seq, bot.seq, mail.seq] == sorted({chat.seq, bot.seq, mail.seq})


async def test_the_agent_who_has_it_hears_of_what_comes_elsewhere(house: House) -> None:
    anna = await house.hire("Anna")
    item = await house.given(anna)
    await known_by(house, IdentityKind.TELEGRAM, "4711")
    await house.events()
    (bot,) = await house.receive(by_bot(house))
    (stored,) = await house.events()

    assert bot.interaction_id == item.interaction_id
    assert (stored.agent_id, stored.touch.channel) == (anna.id, "telegram")  # type: ignore[union-attr]


async def test_each_thread_goes_on_by_itself_after_that(house: House) -> None:
    chat = await a_chat(house)
    await house.receive(by_bot(house))
    more = await house.receive(house.message("chat again"), by_bot(house, "bot again"))

    assert {one.interaction_id for one in more} == {chat.interaction_id}
    assert not any(one.continued for one in more)
    assert await house.count("sessions") == 2


async def test_numbers_of_a_thread_go_on_when_it_becomes_part_of_another_conversation(house: House) -> None:
    anna = await house.hire("Anna")
    item = await house.given(anna)
    for _ in range(20):
        await house.receive(house.message("long ago"))
    ((newest,),) = await house.rows("SELECT last_seq FROM interactions WHERE id = $1", item.interaction_id)
    await house.work.close(house.as_(anna), item.interaction_id, Disposition(code="resolved"))
    await known_by(house, IdentityKind.TELEGRAM, "4711")
    (bot,) = await house.receive(by_bot(house))
    (chat,) = await house.receive(house.message("back again"))

    assert chat.interaction_id == bot.interaction_id
    assert chat.seq > newest


async def test_what_nobody_has_in_hand_is_continued_for_as_long_as_its_queue_says(house: House) -> None:
    for hours, continues in ((23, True), (25, False)):
        thread, chat = f"v{hours}", f"47{hours}"
        item = await house.came(thread)
        async with house.store.unit(house.tenant_id) as unit:
            found = await unit.open_item(item.interaction_id)
            interaction = (await unit.interactions([item.interaction_id]))[item.interaction_id]
            assert found is not None
            await end_pass(unit, interaction, found, WorkState.CALLBACK, house.clock.now(), reason="callback")
        async with house.store.unit(house.tenant_id) as unit:
            unit.add_identity(
                Identity(
                    id=IdentityId(new_id()),
                    tenant_id=house.tenant_id,
                    person_id=item.person_id,
                    kind=IdentityKind.TELEGRAM,
                    value=chat,
                    created_at=house.clock.now(),
                )
            )
        house.clock.advance(hours * 3600)
        (bot,) = await house.receive(by_bot(house, chat=chat))

        assert (bot.interaction_id == item.interaction_id) is continues
        assert await house.open_item(bot.interaction_id) is not None


# --- what does not ---


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"continues": False}, id="in doubt, or read by others"),
        pytest.param({"only_kept": True}, id="only kept"),
        pytest.param({"channel": "sip", "account": "sip", "media": Media.VOICE}, id="a call"),
        pytest.param(
            {"channel": "sip", "account": "sip", "media": Media.VOICE, "queued": False}, id="a menu"
        ),
        pytest.param({"channel": "webchat", "account": "webchat:other"}, id="the same channel"),
    ],
)
async def test_this_begins_its_own(house: House, changes: dict[str, Any]) -> None:
    chat = await a_chat(house)
    (other,) = await house.receive(by_bot(house, **changes))

    assert other.interaction_id != chat.interaction_id
    assert not other.continued


async def test_an_address_that_is_only_said_to_be_theirs_continues_nothing(house: House) -> None:
    (chat,) = await house.receive(house.message())
    await known_by(house, IdentityKind.EMAIL, "ivan@example.com", Confidence.MAYBE)
    (mail,) = await house.receive(by_mail(house))

    assert mail.interaction_id != chat.interaction_id


async def test_of_two_open_ones_nobody_knows_which_is_meant(house: House) -> None:
    chat = await a_chat(house)
    (other,) = await house.receive(by_mail(house, continues=False))
    (bot,) = await house.receive(by_bot(house))

    assert len({chat.interaction_id, other.interaction_id, bot.interaction_id}) == 3


async def test_another_house_has_nothing_of_it(house: House) -> None:
    await a_chat(house)
    neighbour = await House(database=house.database).furnished()
    (bot,) = await neighbour.receive(by_bot(neighbour))

    assert not bot.continued


async def test_what_was_closed_is_not_continued(house: House) -> None:
    anna = await house.hire("Anna")
    item = await house.given(anna)
    await known_by(house, IdentityKind.TELEGRAM, "4711")
    await house.work.close(house.as_(anna), item.interaction_id, Disposition(code="resolved"))
    (bot,) = await house.receive(by_bot(house))

    assert bot.interaction_id != item.interaction_id


# --- replies ---


async def test_a_reply_that_waits_on_one_channel_holds_up_none_on_another(house: House) -> None:
    anna = await house.hire("Anna")
    item = await house.given(anna)
    await known_by(house, IdentityKind.TELEGRAM, "4711")
    await house.receive(by_bot(house))
    await house.work.reply(
        house.as_(anna), item.interaction_id, channel="webchat", text="to a page that is shut"
    )
    desk = Work(house.store, house.clock, {"telegram": WEBCHAT.limits})
    await desk.reply(house.as_(anna), item.interaction_id, channel="telegram", text="so here")

    sending = Sending(house.store, encode=encode)
    (claimed,) = await sending.claim("telegram", house.clock.now(), lease_s=30, limit=5)
    assert (claimed.message.text, claimed.message.thread) == ("so here", "4711")


# --- leaving one of several ---


async def test_who_leaves_the_chat_and_is_on_another_channel_waits_on(house: House) -> None:
    chat = await a_chat(house)
    await house.receive(by_bot(house))
    await house.left()

    assert await house.open_item(chat.interaction_id) is not None
    assert await sessions_of(house, chat.interaction_id) == [("webchat", False), ("telegram", True)]
    (again,) = await house.receive(house.message("back in the chat"))
    assert (again.interaction_id, again.continued) == (chat.interaction_id, True)


# --- together ---


async def test_two_channels_in_one_batch_make_one_interaction_with_numbers_of_its_own(house: House) -> None:
    (first,) = await house.receive(house.message())
    await house.left()
    await known_by(house, IdentityKind.TELEGRAM, "4711")
    await known_by(house, IdentityKind.EMAIL, "ivan@example.com")
    came = await house.receive(
        by_bot(house, "1"), by_mail(house, "2"), by_bot(house, "3"), house.message("4"), by_mail(house, "5")
    )

    assert first.interaction_id not in {one.interaction_id for one in came}
    assert len({one.interaction_id for one in came}) == 1
    seqs = [one.seq for one in came]
    assert len(set(seqs)) == len(seqs)


async def test_two_nodes_that_hear_of_one_client_at_once_make_one_interaction(house: House) -> None:
    await house.receive(house.message())
    await house.left()
    for n in range(12):
        await known_by(house, IdentityKind.TELEGRAM, f"47{n}")
    await known_by(house, IdentityKind.EMAIL, "ivan@example.com")
    for n in range(12):
        bot, mail, chat = await asyncio.gather(
            house.receive(by_bot(house, chat=f"47{n}")),
            house.receive(by_mail(house, thread=f"m{n}")),
            house.receive(house.message(f"round {n}")),
        )
        found = {bot[0].interaction_id, mail[0].interaction_id, chat[0].interaction_id}
        assert len(found) == 1, n
        async with house.store.unit(house.tenant_id) as unit:
            interaction_id = found.pop()
            interaction = (await unit.interactions([interaction_id]))[interaction_id]
            item = await unit.open_item(interaction_id)
            assert item is not None
            _, interaction = await end_pass(
                unit, interaction, item, WorkState.CANCELLED, house.clock.now(), reason="test"
            )
            await close_by_itself(unit, interaction, house.clock.now())
    assert await house.count("interactions") == 13
