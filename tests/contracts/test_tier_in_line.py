"""A client's tier makes their work urgent on every way into a line, on both databases."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crm_store.callbacks import PromisedCalls
from crm_store.sending import Sending
from hub.channels.email.channel import SPEC as EMAIL
from hub.cluster.codec import encode
from hub.domain.call import CallEnd
from hub.domain.callback import CallbackWish
from hub.domain.card import CardEdit
from hub.domain.ids import PersonId, WorkItemId
from hub.domain.interaction import Disposition
from hub.domain.person import TIER_PRIORITY, IdentityKind, Tier
from hub.domain.touch import Delivery, Sender, TouchKind
from hub.domain.work import REPLY_FAILED, WorkItem, urgent_at
from hub.intake.callbacks import PROMISED, Callbacks
from hub.outbound.unreached import not_reached
from tests.contracts.call_line import Line
from tests.contracts.crm import Crm

GOLD = TIER_PRIORITY[Tier.GOLD]
RESOLVED = Disposition(code="resolved")
LATER = timedelta(hours=2)


async def _gold(crm: Crm, person_id: PersonId) -> None:
    version = (await crm.card(person_id)).version
    await crm.edits.edit(crm.sofia, person_id, CardEdit(version=version, tier=Tier.GOLD))


def _is_urgent(crm: Crm, item: WorkItem, *, more: int = 0) -> None:
    steps = crm.house.queue.priority + GOLD + more
    assert (item.priority, item.urgent_at) == (steps, urgent_at(item.first_queued_at, steps))


@pytest.mark.parametrize("tier", list(Tier))
async def test_work_again_after_a_failed_reply_is_as_urgent_as_its_client_and_its_writers(
    crm: Crm, tier: Tier
) -> None:
    house = crm.house
    anna, boris = await house.hire("Anna"), await house.hire("Boris")
    letter: dict[str, Any] = {
        "channel": "email",
        "account": "email:support",
        "sender": Sender(kind=IdentityKind.EMAIL, value="clara@client.test"),
    }
    item = await house.given(anna, "t1", **letter)
    house.work._limits = {"email": house.work._limits["webchat"]}
    touch = await house.work.reply(house.as_(anna), item.interaction_id, channel="email", text="It is sent.")
    await house.work.close(house.as_(anna), item.interaction_id, RESOLVED)
    other = await house.given(boris, "t2", **letter)
    await house.work.close(house.as_(boris), other.interaction_id, RESOLVED)
    version = (await crm.card(item.person_id)).version
    await crm.edits.edit(crm.sofia, item.person_id, CardEdit(version=version, tier=tier))

    sending = Sending(house.store, encode=encode)
    claimed = await sending.claim("email", house.clock.now(), lease_s=45.0, limit=999)
    (reply,) = [one for one in claimed if one.message.touch_id == touch.id]
    await sending.settle_reply(
        reply, Delivery.FAILED, now=house.clock.now(), not_reached=not_reached(EMAIL, house.clock)
    )

    ((found,),) = await house.rows(
        "SELECT w.id FROM work_items w JOIN facts f ON f.work_item_id = w.id"
        " WHERE w.tenant_id = $1 AND f.reason = $2",
        house.tenant_id,
        REPLY_FAILED,
    )
    again = await house.item(WorkItemId(found))
    steps = house.queue.priority + TIER_PRIORITY[tier]
    assert (again.priority, again.urgent_at) == (steps, urgent_at(again.first_queued_at, steps))
    assert again.preferred_agent_id == anna.id, "Boris served the client last, but the reply was Anna's"


async def test_a_call_out_of_a_menu_is_as_urgent_as_its_client_and_who_served_them_is_asked_first(
    crm: Crm,
) -> None:
    house = crm.house
    anna, line = await house.hire("Anna"), Line(house=house)
    before = await line.talking(anna)
    await line.calls.ended(before.id, CallEnd.CLIENT_HUNG_UP)
    await _gold(crm, before.person_id)

    call, _, _ = await line.began(line.touch(queued=False))
    await line.calls.queued(call.id, queue_id=house.queue.id, language="en", choice="1 Orders")
    item = await line.item_of(call)
    assert (item.person_id, item.preferred_agent_id) == (before.person_id, anna.id)
    _is_urgent(crm, item)


async def test_a_message_left_in_the_menu_is_as_urgent_as_its_client(crm: Crm) -> None:
    line = Line(house=crm.house)
    call, _, _ = await line.began(line.touch(queued=False))
    await _gold(crm, call.person_id)
    await line.calls.left_message(call.id)
    _is_urgent(crm, await line.item_of(call))


async def test_a_promised_call_whose_time_has_come_is_as_urgent_as_its_client(crm: Crm) -> None:
    house = crm.house
    callbacks, thread = await _promised(crm)
    house.clock.advance(LATER.total_seconds())
    await callbacks.step()
    _is_urgent(crm, await _in_line(crm, thread), more=PROMISED)


async def test_who_writes_while_a_call_is_promised_is_as_urgent_as_ever(crm: Crm) -> None:
    _, thread = await _promised(crm)
    await crm.house.receive(crm.house.message("or now?", thread))
    _is_urgent(crm, await _in_line(crm, thread))


async def test_who_writes_again_is_the_agents_who_wrote_to_them_even_if_another_served_them_since(
    crm: Crm,
) -> None:
    house = crm.house
    anna, boris = await house.hire("Anna"), await house.hire("Boris")
    _, thread = await _promised(crm)
    first = await _person_of(crm, thread)
    async with house.store.unit(house.tenant_id) as unit:
        there = await unit.open_thread("webchat:shop", thread)
        assert there is not None
        unit.save_interaction(replace(there.interaction, last_agent_id=anna.id))
        unit.note_served(first, boris.id)
    await house.receive(house.message("or now?", thread))
    assert (await _in_line(crm, thread)).preferred_agent_id == anna.id


async def _promised(crm: Crm, thread: str = "gold") -> tuple[Callbacks, str]:
    """A call is promised to a client of the best tier, who is in no line."""
    house = crm.house
    callbacks = Callbacks(PromisedCalls(house.store), house.clock, house.tenant_id)
    form = replace(house.message("Please call me", thread), kind=TouchKind.FORM)
    await callbacks.ask(form, CallbackWish(phone="+905321234567", due_at=house.clock.now() + LATER))
    await _gold(crm, await _person_of(crm, thread))
    return callbacks, thread


async def _person_of(crm: Crm, thread: str) -> PersonId:
    async with crm.house.store.unit(crm.house.tenant_id) as unit:
        there = await unit.open_thread("webchat:shop", thread)
        assert there is not None
        return there.interaction.person_id


async def _in_line(crm: Crm, thread: str) -> WorkItem:
    async with crm.house.store.unit(crm.house.tenant_id) as unit:
        there = await unit.open_thread("webchat:shop", thread)
        assert there is not None
        assert there.item is not None
        return there.item
