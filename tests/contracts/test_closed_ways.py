"""What takes no reply any more, though the interaction goes on there: what is off, refused, or another client's."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from crm_store.person_scope import ClientReach
from crm_store.splits import Splits
from hub.cluster.codec import encode
from hub.domain.access import Principal
from hub.domain.errors import Conflict
from hub.domain.ids import InteractionId
from hub.domain.person import IdentityKind
from hub.domain.planned import PlannedReply, PlannedState
from hub.domain.site import SiteSetup
from tests.contracts.test_across_channels import by_bot, by_mail, known_by
from tests.contracts.test_reply_ways import Desk
from tests.stores import House


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


async def a_chat_that_went_on_by(desk: Desk, by: Any) -> tuple[Principal, InteractionId]:
    """Anna has the chat of a client who went on elsewhere, and came back to the chat last."""
    house = desk.house
    anna = await house.hire("Anna", chats=5)
    item = await house.given(anna)
    kind, address = (
        (IdentityKind.EMAIL, "ivan@example.com") if by is by_mail else (IdentityKind.TELEGRAM, "4711")
    )
    await known_by(house, kind, address)
    house.clock.advance(60)
    (came,) = await house.receive(by(house))
    assert came.interaction_id == item.interaction_id
    house.clock.advance(60)
    await house.receive(house.message("back here", "v1"))
    return house.as_(anna), item.interaction_id


async def switched_off(desk: Desk, account: str, *, enabled: bool = False) -> None:
    """The account is in the store, off (or on again)."""
    channel, _, name = account.partition(":")
    tenant, queue = desk.house.tenant_id, desk.house.queue.id
    async with desk.house.database.transaction() as wire:
        if channel == "telegram":
            await wire.execute("DELETE FROM telegram_bots WHERE id = 'b1'")
            await wire.execute(
                "INSERT INTO telegram_bots (id, tenant_id, name, queue_id, enabled, setup, version)"
                " VALUES ('b1', $1, $2, $3, $4, '{}', 1)", tenant, name, queue, enabled,
            )  # fmt: skip
        elif channel == "email":
            await wire.execute("DELETE FROM mail_accounts WHERE id = 'm1'")
            await wire.execute(
                "INSERT INTO mail_accounts (id, tenant_id, name, address, queue_id, enabled, setup, version)"
                " VALUES ('m1', $1, $2, 'us@house.test', $3, $4, '{}', 1)", tenant, name, queue, enabled,
            )  # fmt: skip
        else:
            setup = msgspec.json.encode(SiteSetup(enabled=enabled)).decode()
            await wire.execute("DELETE FROM site_setups WHERE site_key = $1", name)
            await wire.execute(
                "INSERT INTO site_setups (site_key, tenant_id, setup, version) VALUES ($1, $2, $3, 1)",
                name, tenant, setup,
            )  # fmt: skip


async def refused_as(desk: Desk, who: Principal, interaction_id: InteractionId, channel: str) -> str:
    """The code with which a reply there is refused at once, and one for later too; what is listed says the same."""
    with pytest.raises(Conflict) as at_once:
        await desk.work.reply(who, interaction_id, channel=channel, text="not there")
    with pytest.raises(Conflict) as for_later:
        await planned(desk, who, interaction_id, channel)
    (way,) = [one for one in await desk.all(who, interaction_id) if one.channel == channel]
    assert way.closed == at_once.value.stable_code == for_later.value.stable_code
    return way.closed


async def planned(desk: Desk, who: Principal, interaction_id: InteractionId, channel: str) -> PlannedReply:
    return await desk.later.plan(
        who,
        interaction_id,
        channel=channel,
        text="later",
        files=(),
        hold_s=None,
        send_at=desk.house.clock.now() + timedelta(seconds=1),
        unless_client_writes=False,
        key=None,
    )


@pytest.mark.parametrize("channel", ["webchat", "telegram", "email"])
async def test_an_account_that_is_switched_off_takes_no_reply_and_says_so(desk: Desk, channel: str) -> None:
    who, interaction_id = await a_chat_that_went_on_by(desk, by_mail if channel == "email" else by_bot)
    ((account,),) = await desk.house.rows(
        "SELECT account FROM sessions WHERE interaction_id = $1 AND channel = $2", interaction_id, channel
    )
    plan = await planned(desk, who, interaction_id, channel)
    await switched_off(desk, account)

    code = await refused_as(desk, who, interaction_id, channel)
    assert code == ("site_off" if channel == "webchat" else "account_off")
    other = "webchat" if channel != "webchat" else "telegram"
    await desk.work.reply(who, interaction_id, channel=other, text="but here")
    desk.house.clock.advance(1)
    await desk.later.send_due(desk.house.tenant_id)
    ((state, reason),) = await desk.house.rows(
        "SELECT state, reason FROM planned_replies WHERE id = $1", plan.id
    )
    assert (state, reason) == (PlannedState.FAILED, code)

    await switched_off(desk, account, enabled=True)
    await desk.work.reply(who, interaction_id, channel=channel, text="on again")


async def test_an_address_that_became_somebody_elses_takes_nothing_of_what_others_came_by(desk: Desk) -> None:
    house = desk.house
    who, interaction_id = await a_chat_that_went_on_by(desk, by_mail)
    ((identity_id, person_id),) = await house.rows(
        "SELECT id, person_id FROM identities WHERE tenant_id = $1 AND kind = 'email'", house.tenant_id
    )
    await desk.work.reply(who, interaction_id, channel="email", text="still theirs")
    splits = Splits(house.store, house.clock, encode=encode, reach=ClientReach())
    apart = await splits.split(who, person_id, identity_id)

    assert apart != person_id
    assert await refused_as(desk, who, interaction_id, "email") == "address_of_another"
    await desk.work.reply(who, interaction_id, channel="webchat", text="to the one who chats")


async def test_what_came_by_one_address_alone_is_answered_there_whoevers_it_is(desk: Desk) -> None:
    """What nobody knows the writer of is a new client's, and answered where it came from."""
    house = desk.house
    anna = await house.hire("Anna", chats=5)
    item = await house.given(anna)
    await house.receive(house.message("somebody else", "v2"))
    async with house.database.transaction() as wire:
        await wire.execute(
            "UPDATE identities SET person_id = (SELECT person_id FROM identities WHERE tenant_id = $1 AND value = 'v2')"
            " WHERE tenant_id = $1 AND value = 'v1'",
            house.tenant_id,
        )
    await desk.work.reply(house.as_(anna), item.interaction_id, channel="webchat", text="here")


async def test_who_refused_a_channel_is_answered_there_only_where_they_wrote_last(desk: Desk) -> None:
    house = desk.house
    who, interaction_id = await a_chat_that_went_on_by(desk, by_mail)
    ((person_id,),) = await house.rows("SELECT person_id FROM interactions WHERE id = $1", interaction_id)
    await desk.refused(person_id, IdentityKind.EMAIL)

    assert await refused_as(desk, who, interaction_id, "email") == "client_refused"
    await desk.work.reply(who, interaction_id, channel="webchat", text="here they wrote")

    house.clock.advance(60)
    await house.receive(by_mail(house, "after all by mail"))
    assert [way.closed for way in await desk.all(who, interaction_id)] == ["", ""]
    await desk.work.reply(who, interaction_id, channel="email", text="an answer to that")
