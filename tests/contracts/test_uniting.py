"""When two records turn out to be one client, what is open with both becomes one, and nothing is taken from anybody."""

from datetime import timedelta
from typing import Any

import pytest

from crm_store.talk import Talk
from crm_store.uniting import Unitings
from hub.channels.webchat.channel import SPEC as WEBCHAT
from hub.cluster.codec import encode
from hub.desk.later import Later
from hub.desk.uniting import Uniting
from hub.domain.access import Principal, Role
from hub.domain.errors import Conflict, Invalid
from hub.domain.events import InteractionClosed, ReservationEnded
from hub.domain.ids import IdentityId, MergeId, PersonId
from hub.domain.person import Identity, IdentityKind
from hub.domain.work import WorkItem, WorkState
from hub.ids import new_id
from hub.steps import end_pass
from tests.contracts.crm import Crm
from tests.contracts.test_across_channels import by_bot, by_mail, sessions_of
from tests.stores import House

PHONE = "+905321234567"


@pytest.fixture
def uniting(house: House) -> Uniting:
    return Uniting(Crm(house).merges, Unitings(house.store, encode=encode), house.clock)


def boss(house: House) -> Principal:
    return house.somebody(Role.SUPERVISOR, house.queue.id)


async def known(house: House, person_id: PersonId, value: str = PHONE, **changes: object) -> None:
    async with house.store.unit(house.tenant_id) as unit:
        unit.add_identity(
            Identity(
                **{  # type: ignore[arg-type]
                    "id": IdentityId(new_id()),
                    "tenant_id": house.tenant_id,
                    "person_id": person_id,
                    "kind": IdentityKind.PHONE,
                    "value": value,
                    "created_at": house.clock.now(),
                    **changes,
                }
            )
        )


async def written(house: House, *touches: object) -> list[WorkItem]:
    """The work of what these clients wrote, one after the other."""
    items = []
    for touch in touches:
        (received,) = await house.receive(touch)  # type: ignore[arg-type]
        item = await house.open_item(received.interaction_id)
        assert item is not None
        items.append(item)
        house.clock.advance(1)
    return items


async def opened(house: House) -> list[str]:
    rows = await house.rows(
        "SELECT id FROM interactions WHERE tenant_id = $1 AND state = 'open' ORDER BY opened_at",
        house.tenant_id,
    )
    return [row[0] for row in rows]


# --- two records become one ---


async def test_what_waits_goes_on_in_what_the_agent_has(house: House, uniting: Uniting) -> None:
    anna = await house.hire("Anna")
    mine = await house.given(anna)
    house.clock.advance(1)
    (bot,) = await written(house, by_bot(house))
    await uniting.merge(boss(house), mine.person_id, bot.person_id)

    assert await opened(house) == [mine.interaction_id]
    assert await sessions_of(house, mine.interaction_id) == [("webchat", True), ("telegram", True)]
    assert (await house.item(bot.id)).state is WorkState.FLOWED_OUT
    (again,) = await house.receive(by_bot(house, "more"))
    assert again.interaction_id == mine.interaction_id
    assert not again.continued


class Died(Exception):
    """The process ended here."""


@pytest.mark.parametrize("how", ["dies", "raced_once"])
async def test_records_and_what_is_open_with_them_become_one_together_or_not_at_all(
    house: House, uniting: Uniting, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    by_letter, by_chat = await written(house, by_mail(house), by_bot(house))
    whole, tries = uniting._taken_in, [Died()] if how == "dies" else [Conflict("met", code="raced")]

    async def broken(*given: Any) -> Any:
        done = await whole(*given)
        if tries:
            raise tries.pop()
        return done

    monkeypatch.setattr(uniting, "_taken_in", broken)
    asked = (boss(house), by_letter.person_id, by_chat.person_id)
    if how == "dies":
        with pytest.raises(Died):
            await uniting.merge(*asked)
        assert len(await opened(house)) == 2
        assert await house.count("merges") == 0
    await uniting.merge(*asked)
    assert len(await opened(house)) == 1
    assert await house.count("merges") == 1


async def test_what_cannot_be_one_leaves_the_records_one_and_conversations_two(
    house: House, uniting: Uniting, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_letter, by_chat = await written(house, by_mail(house), by_bot(house))

    async def refused(*_: Any) -> Any:
        raise Invalid("no", code="no_such_queue")

    monkeypatch.setattr(uniting, "_taken_in", refused)
    await uniting.merge(boss(house), by_letter.person_id, by_chat.person_id)
    assert len(await opened(house)) == 2
    assert await house.count("merges") == 1


async def test_numbers_of_the_thread_that_moved_go_on(house: House, uniting: Uniting) -> None:
    (chat,) = await written(house, house.message())
    bots = [await house.receive(by_bot(house, f"line {n}")) for n in range(9)]
    (bot,) = await house.rows(
        "SELECT person_id FROM identities WHERE tenant_id = $1 AND kind = 'telegram'", house.tenant_id
    )
    await uniting.merge(boss(house), chat.person_id, bot[0])
    (again,) = await house.receive(by_bot(house, "more"))

    assert again.interaction_id == chat.interaction_id
    assert again.seq > bots[-1][0].seq


async def test_whoever_was_asked_is_asked_no_more(house: House, uniting: Uniting) -> None:
    anna = await house.hire("Anna")
    mine = await house.given(anna)
    (bot,) = await written(house, by_bot(house))
    await house.offer(bot, anna)
    await house.events()
    await uniting.merge(boss(house), mine.person_id, bot.person_id)

    told = await house.events()
    assert [e.reservation.reason for e in told if isinstance(e, ReservationEnded)] == ["joined"]
    assert [e.interaction.id for e in told if isinstance(e, InteractionClosed)] == [bot.interaction_id]


async def test_nothing_is_taken_from_whoever_has_it(house: House, uniting: Uniting) -> None:
    anna, boris = await house.hire("Anna"), await house.hire("Boris")
    mine = await house.given(anna)
    (bot,) = await written(house, by_bot(house))
    (offer,) = await house.offer(bot, boris)
    await house.work.accept(house.as_(boris), offer.id)
    await uniting.merge(boss(house), mine.person_id, bot.person_id)

    assert await opened(house) == [mine.interaction_id, bot.interaction_id]


async def test_the_page_of_a_chat_goes_on_in_the_conversation_that_it_shows(
    house: House, uniting: Uniting
) -> None:
    bot, chat = await written(house, by_bot(house), house.message())
    await uniting.merge(boss(house), bot.person_id, chat.person_id)

    assert await opened(house) == [chat.interaction_id]


async def test_two_on_one_channel_stay_two(house: House, uniting: Uniting) -> None:
    one, other = await written(house, house.message(thread="v1"), house.message(thread="v2"))
    await uniting.merge(boss(house), one.person_id, other.person_id)

    assert await opened(house) == [one.interaction_id, other.interaction_id]


async def test_a_client_in_the_line_keeps_the_place_when_what_goes_on_is_in_none(
    house: House, uniting: Uniting
) -> None:
    chat, bot = await written(house, house.message(), by_bot(house))
    async with house.store.unit(house.tenant_id) as unit:
        interaction = (await unit.interactions([chat.interaction_id]))[chat.interaction_id]
        item = await unit.open_item(chat.interaction_id)
        assert item is not None
        await end_pass(unit, interaction, item, WorkState.CALLBACK, house.clock.now(), reason="snoozed")
    await uniting.merge(boss(house), chat.person_id, bot.person_id)

    again = await house.open_item(chat.interaction_id)
    assert again is not None
    assert (again.state, again.first_queued_at, again.urgent_at) == (
        WorkState.QUEUED,
        bot.first_queued_at,
        bot.urgent_at,
    )


async def test_what_was_written_and_not_sent_yet_is_sent(house: House, uniting: Uniting) -> None:
    anna = await house.hire("Anna", chats=5)
    mine = await house.given(anna)
    (bot,) = await written(house, by_bot(house))
    (offer,) = await house.offer(bot, anna)
    await house.work.accept(house.as_(anna), offer.id)
    later = Later(Talk(house.store), house.clock, {"telegram": WEBCHAT.limits})
    await later.plan(
        house.as_(anna),
        bot.interaction_id,
        channel="telegram",
        text="held",
        files=(),
        hold_s=30.0,
        send_at=None,
        unless_client_writes=False,
        key=None,
    )
    await house.transfers.to_queue(house.as_(anna), bot.interaction_id, house.queue.id, "")
    await uniting.merge(boss(house), mine.person_id, bot.person_id)

    rows = await house.rows(
        "SELECT delivery FROM touches WHERE tenant_id = $1 AND text = 'held'", house.tenant_id
    )
    assert [row[0] for row in rows] == ["queued"]


async def test_records_taken_apart_leave_what_was_said_where_it_was_said(
    house: House, uniting: Uniting
) -> None:
    chat, bot = await written(house, house.message(), by_bot(house))
    await uniting.merge(boss(house), chat.person_id, bot.person_id)
    ((merge_id,),) = await house.rows("SELECT id FROM merges WHERE tenant_id = $1", house.tenant_id)
    await uniting.undo(boss(house), MergeId(merge_id))

    owners = dict(
        tuple(row)
        for row in await house.rows(
            "SELECT id, person_id FROM interactions WHERE tenant_id = $1", house.tenant_id
        )
    )
    assert owners == {chat.interaction_id: chat.person_id, bot.interaction_id: bot.person_id}


async def test_of_one_record_nothing_is_merged(house: House, uniting: Uniting) -> None:
    (chat,) = await written(house, house.message())
    with pytest.raises(Invalid):
        await uniting.merge(boss(house), chat.person_id, chat.person_id)


async def test_a_mail_after_all_that_goes_on_in_the_same_conversation(house: House, uniting: Uniting) -> None:
    (chat,) = await written(house, house.message())
    await known(house, chat.person_id)
    await known(house, chat.person_id, "ivan@example.com", kind=IdentityKind.EMAIL)
    await written(house, by_bot(house))
    await uniting.proven(house.tenant_id, IdentityKind.TELEGRAM, "4711", PHONE)
    house.clock.advance(timedelta(hours=1).total_seconds())
    (mail,) = await house.receive(by_mail(house))

    assert mail.interaction_id == chat.interaction_id
    assert [channel for channel, _ in await sessions_of(house, chat.interaction_id)] == [
        "webchat",
        "telegram",
        "email",
    ]
