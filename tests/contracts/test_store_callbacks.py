"""Calls that clients ask for, and files they upload, on both databases."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from crm_store.callbacks import PromisedCalls
from crm_store.webchat import Visitors
from hub.cluster.codec import decode, encode
from hub.domain.callback import CallbackWish
from hub.domain.events import Event, WorkStepped
from hub.domain.ids import InteractionId
from hub.domain.touch import Attachment, InboundTouch, TouchKind
from hub.domain.work import WorkItem, WorkState
from hub.ids import new_id
from hub.intake.callbacks import PROMISED, Callbacks
from hub.ports.visitors import Site, Visitor, VisitorFile
from tests.stores import House

NOW = CallbackWish(phone="+905321234567", reason="My order")


@dataclass(kw_only=True)
class Desk:
    """Where wishes of this house are kept."""

    house: House
    callbacks: Callbacks

    def form(self, thread: str) -> InboundTouch:
        touch = self.house.message("Please call me", thread)
        return replace(touch, kind=TouchKind.FORM, external_id=f"{thread}:{new_id()}:form")

    async def items(self, interaction_id: InteractionId) -> list[WorkItem]:
        """The passes of an interaction, in their order."""
        rows = await self.house.store.unsent(10_000)
        told: dict[str, WorkItem] = {}
        for _, row in rows:
            for event in decode(row, skipped=lambda _: None):
                item = _item(event)
                if item is not None and item.interaction_id == interaction_id:
                    told[item.id] = item
        return sorted(told.values(), key=lambda item: item.id)


def _item(event: Event) -> WorkItem | None:
    return event.item if isinstance(event, WorkStepped) else None


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house=house, callbacks=Callbacks(PromisedCalls(house.store), house.clock, house.tenant_id))


async def test_a_client_who_waits_keeps_the_place_and_the_count_holds(desk: Desk) -> None:
    house, thread = desk.house, new_id()
    (received,) = await house.receive(house.message("hello", thread))
    house.clock.advance(120)
    asked = await desk.callbacks.ask(desk.form(thread), NOW)

    left, again = await desk.items(received.interaction_id)
    assert (left.state, again.state) == (WorkState.CALLBACK, WorkState.QUEUED)
    assert (again.first_queued_at, again.urgent_at) == (left.first_queued_at, left.urgent_at)
    assert asked.callback.place_at == left.first_queued_at
    assert asked.callback.queued_at == house.clock.now()
    second = await desk.callbacks.ask(desk.form(thread), replace(NOW, phone="+905320000000"))
    assert (second.repeated, second.callback) == (True, asked.callback)
    assert len(await desk.items(received.interaction_id)) == 2


async def test_the_same_wish_again_is_the_same_promise(desk: Desk) -> None:
    form = desk.form(new_id())
    first = await desk.callbacks.ask(form, NOW)
    again = await desk.callbacks.ask(form, NOW)
    assert (first.repeated, again.repeated, again.callback) == (False, True, first.callback)
    (item,) = await desk.items(first.callback.interaction_id)
    assert item.state is WorkState.QUEUED


async def test_a_later_call_enters_the_line_when_its_time_has_come_and_only_once(desk: Desk) -> None:
    house, thread = desk.house, new_id()
    (received,) = await house.receive(house.message("hello", thread))
    due = house.clock.now() + timedelta(hours=2)
    asked = await desk.callbacks.ask(desk.form(thread), replace(NOW, due_at=due))
    assert (asked.callback.queued_at, asked.callback.is_timed) == (None, True)
    await desk.callbacks.step()
    assert [i.state for i in await desk.items(received.interaction_id)] == [WorkState.CALLBACK]

    house.clock.advance(2 * 3600)
    await desk.callbacks.step()
    await desk.callbacks.step()
    _, called = await desk.items(received.interaction_id)
    assert (called.state, called.first_queued_at) == (WorkState.QUEUED, due)
    assert called.priority == house.queue.priority + PROMISED


async def test_who_writes_before_the_promised_time_is_served_then(desk: Desk) -> None:
    house, thread = desk.house, new_id()
    due = house.clock.now() + timedelta(hours=2)
    asked = await desk.callbacks.ask(desk.form(thread), replace(NOW, due_at=due))
    assert await desk.items(asked.callback.interaction_id) == []
    await house.receive(house.message("or now?", thread))
    house.clock.advance(3 * 3600)
    await desk.callbacks.step()
    (item,) = await desk.items(asked.callback.interaction_id)
    assert item.state is WorkState.QUEUED


async def test_whom_an_agent_has_stays_with_the_agent(desk: Desk) -> None:
    house, thread = desk.house, new_id()
    anna = await house.hire("Anna")
    item = await house.given(anna, thread, "hello")
    asked = await desk.callbacks.ask(desk.form(thread), NOW)
    assert asked.callback.interaction_id == item.interaction_id
    async with house.store.unit(house.tenant_id) as unit:
        held = await unit.open_item(item.interaction_id)
    assert held is not None
    assert (held.id, held.state) == (item.id, WorkState.ASSIGNED)


# --- files ---


async def test_files_are_the_visitors_own_and_of_old_ones_it_is_known_whether_somebody_has_the_content(
    house: House,
) -> None:
    visitors = Visitors(house.store, encode=encode)
    site = await visitors.put_site(
        Site(key=new_id(), tenant_id=house.tenant_id, queue_id=house.queue.id, title="Tea", origins=())
    )
    now = house.clock.now()
    one, two = (
        Visitor(
            id=new_id(),
            tenant_id=house.tenant_id,
            site_key=site.key,
            token_sha256=new_id(),
            language="en",
            created_at=now,
        )
        for _ in range(2)
    )
    sent, unsent, shared = (
        Attachment(sha256=letter * 64, name="a.png", media_type="image/png", size_bytes=10)
        for letter in "abc"
    )
    for visitor, attachment, age in (
        (one, sent, 30),
        (one, unsent, 30),
        (one, shared, 30),
        (two, shared, 1),
    ):
        await visitors.add_file(
            VisitorFile(
                id=new_id(),
                tenant_id=house.tenant_id,
                visitor_id=visitor.id,
                site_key=site.key,
                file=attachment,
                at=now - timedelta(hours=age),
            )
        )
    message = house.message("look", one.id, account=f"webchat:{site.key}")
    await house.receive(replace(message, attachments=(sent,)))

    assert await visitors.uploaded_since(one, now - timedelta(hours=24)) == (0, 0)
    assert await visitors.uploaded_since(two, now - timedelta(hours=24)) == (1, 10)
    assert await visitors.sent_file(one, sent.sha256) == sent
    assert await visitors.sent_file(two, sent.sha256) is None
    assert await visitors.sent_file(one, unsent.sha256) is None
    before = now - timedelta(hours=24)
    old = [o for o in await visitors.old_files(before, 100, None) if o.file.tenant_id == house.tenant_id]
    assert {o.file.file: o.is_held for o in old} == {sent: True, unsent: False, shared: True}
    first, *rest = old
    behind = await visitors.old_files(before, 100, first.file)
    assert [o.file for o in behind if o.file.tenant_id == house.tenant_id] == [o.file for o in rest]
    await visitors.forget_files([o.file.id for o in rest])
    left = await visitors.old_files(before, 100, None)
    assert [o.file for o in left if o.file.tenant_id == house.tenant_id] == [first.file]
    assert (await visitors.uploaded_since(two, before))[0] == 1
    assert (await visitors.conversation(one, after_seq=0, limit=10))[0].attachments == (sent,)
