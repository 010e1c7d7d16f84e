"""What web chat keeps and asks: sites, the browsers of visitors, their conversation, and the places in line."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from crm_store.sending import Sending
from crm_store.webchat import Visitors
from hub.cluster.codec import encode
from hub.domain.errors import Conflict
from hub.domain.events import ClientMoved, DeliveryChanged
from hub.domain.ids import QueueId
from hub.domain.interaction import Disposition
from hub.domain.touch import Delivery, Direction, InboundTouch
from hub.ids import new_id
from hub.ports.visitors import Place, Site, ThreadTouch, Visitor
from tests.stores import House

RESOLVED = Disposition(code="resolved")


@dataclass(kw_only=True)
class Shop:
    """A site of the house, and a visitor of it."""

    house: House
    visitors: Visitors
    site: Site
    visitor: Visitor = field(init=False)

    def __post_init__(self) -> None:
        self.visitor = self.a_visitor()

    @property
    def account(self) -> str:
        return f"webchat:{self.site.key}"

    def a_visitor(self, name: str = "visitor") -> Visitor:
        return Visitor(
            id=f"{name} {new_id()}",
            tenant_id=self.house.tenant_id,
            site_key=self.site.key,
            token_sha256=new_id(),
            language="tr",
            created_at=self.house.clock.now(),
            about={"page": "/tea", "browser": "tr-TR"},
        )

    def message(self, text: str, visitor: Visitor | None = None) -> InboundTouch:
        thread = (visitor or self.visitor).id
        return self.house.message(text, thread, account=self.account)

    async def conversation(self, after_seq: int = 0, limit: int = 50) -> list[ThreadTouch]:
        return await self.visitors.conversation(self.visitor, after_seq=after_seq, limit=limit)

    async def send_all(self, end: Delivery = Delivery.SENT) -> None:
        """Every reply that waits is sent."""
        sending = Sending(self.house.store, encode=encode)
        now = self.house.clock.now()
        while claimed := await sending.claim("webchat", now, lease_s=30, limit=50):
            for reply in claimed:
                await sending.settle_reply(reply, end, now=now)


@pytest.fixture
async def shop(house: House) -> Shop:
    visitors = Visitors(house.store, encode=encode)
    site = Site(
        key=f"shop-{new_id()}",
        tenant_id=house.tenant_id,
        queue_id=house.queue.id,
        title="Kettle & Co.",
        origins=("https://shop.example", "https://çay.example"),
        language="tr",
    )
    await visitors.put_site(site)
    shop = Shop(house=house, visitors=visitors, site=site)
    await visitors.add_visitor(shop.visitor)
    return shop


# --- sites and visitors ---


async def test_a_site_is_found_by_its_key_as_it_was_put(shop: Shop) -> None:
    assert await shop.visitors.site(shop.site.key) == replace(shop.site, version=1)
    changed = replace(shop.site, title="Tea", origins=(), language="en")
    await shop.visitors.put_site(changed)

    assert await shop.visitors.site(shop.site.key) == replace(changed, version=2)
    assert await shop.visitors.site("nowhere") is None


async def test_a_visitor_is_found_by_the_token_on_that_site_alone(shop: Shop) -> None:
    find = shop.visitors.visitor_by_token
    assert await find(shop.site.key, shop.visitor.token_sha256) == shop.visitor
    assert await find(shop.site.key, new_id()) is None
    assert await find(shop.site.key, "") is None

    await shop.visitors.put_site(replace(shop.site, key="another"))
    assert await find("another", shop.visitor.token_sha256) is None


async def test_a_token_belongs_to_one_visitor_of_a_site(shop: Shop) -> None:
    with pytest.raises(Conflict) as refused:
        await shop.visitors.add_visitor(replace(shop.a_visitor(), token_sha256=shop.visitor.token_sha256))
    assert refused.value.stable_code == "raced"


# --- the conversation ---


async def test_a_conversation_has_both_sides_in_order_and_never_a_note(shop: Shop) -> None:
    house = shop.house
    anna = await house.hire("Anna")
    item = await house.given(anna, shop.visitor.id, "hello", account=shop.account, external_id="m1")
    await house.work.note(house.as_(anna), item.interaction_id, "a difficult one")
    reply = await house.work.reply(house.as_(anna), item.interaction_id, channel="webchat", text="good day")
    await house.receive(shop.message("one more"))

    said = await shop.conversation()
    assert [(t.direction, t.text, t.author) for t in said] == [
        (Direction.INBOUND, "hello", ""),
        (Direction.OUTBOUND, "good day", "Anna"),
        (Direction.INBOUND, "one more", ""),
    ]
    assert [t.seq for t in said] == sorted(t.seq for t in said)
    assert (said[0].external_id, said[1].touch_id, said[1].delivery) == ("m1", reply.id, Delivery.QUEUED)


async def test_a_conversation_goes_on_from_a_number_and_shows_the_newest(shop: Shop) -> None:
    await shop.house.receive(*(shop.message(f"{n}") for n in range(10)))
    everything = await shop.conversation()

    assert [t.text for t in await shop.conversation(limit=3)] == ["7", "8", "9"]
    assert await shop.conversation(after_seq=everything[6].seq) == everything[7:]
    assert await shop.conversation(after_seq=everything[-1].seq) == []
    assert await shop.conversation(after_seq=-1) == everything


async def test_a_conversation_goes_on_over_all_interactions_of_the_thread(shop: Shop) -> None:
    house = shop.house
    anna = await house.hire("Anna")
    item = await house.given(anna, shop.visitor.id, "first", account=shop.account)
    await house.work.close(house.as_(anna), item.interaction_id, RESOLVED)
    await house.receive(shop.message("second"))

    said = await shop.conversation()
    assert [t.text for t in said] == ["first", "second"]
    assert said[0].interaction_id != said[1].interaction_id
    assert said[0].seq < said[1].seq


async def test_nobody_reads_the_conversation_of_somebody_else(shop: Shop) -> None:
    await shop.house.receive(shop.message("a secret"))
    for other in (
        shop.a_visitor(),
        replace(shop.visitor, site_key="another"),
        replace(shop.visitor, tenant_id=(await House(database=shop.house.database).furnished()).tenant_id),
    ):
        assert await shop.visitors.conversation(other, after_seq=0, limit=50) == []
        assert (await shop.visitors.thread_state(other)).interaction_id is None


# --- how it stands ---


async def test_a_thread_waits_is_served_and_ends(shop: Shop) -> None:
    house = shop.house
    anna = await house.hire("Anna")

    async def stands() -> tuple[bool, str, bool]:
        state = await shop.visitors.thread_state(shop.visitor)
        return state.open, state.agent, state.waiting

    assert await stands() == (False, "", False)
    item = await house.came(shop.visitor.id, account=shop.account)
    assert await stands() == (True, "", True)
    (offer,) = await house.offer(item, anna)
    assert await stands() == (True, "", True)
    await house.work.accept(house.as_(anna), offer.id)
    assert await stands() == (True, "Anna", False)
    house.clock.advance(1)
    await house.work.close(house.as_(anna), item.interaction_id, RESOLVED)
    assert await stands() == (False, "", False)
    again = await house.came(shop.visitor.id, account=shop.account)
    assert (await shop.visitors.thread_state(shop.visitor)).interaction_id == again.interaction_id


# --- receipts ---


async def test_what_is_on_the_screen_is_delivered_and_the_desk_is_told(shop: Shop) -> None:
    house = shop.house
    anna = await house.hire("Anna")
    item = await house.given(anna, shop.visitor.id, account=shop.account)
    first, second = [
        await house.work.reply(house.as_(anna), item.interaction_id, channel="webchat", text=text)
        for text in ("one", "two")
    ]
    await shop.send_all()
    await house.events()
    await shop.visitors.note_got(shop.visitor, first.seq, house.clock.now())

    (told,) = await house.events()
    assert isinstance(told, DeliveryChanged)
    assert (told.touch_id, told.delivery, told.agent_id) == (first.id, Delivery.DELIVERED, anna.id)
    said = {t.touch_id: t.delivery for t in await shop.conversation()}
    assert (said[first.id], said[second.id]) == (Delivery.DELIVERED, Delivery.SENT)
    found = await shop.visitors.visitor_by_token(shop.site.key, shop.visitor.token_sha256)
    assert found is not None
    assert found.got_seq == first.seq


async def test_a_receipt_never_goes_back_and_a_repeated_one_tells_nothing(shop: Shop) -> None:
    house = shop.house
    await house.receive(shop.message("hello"))
    await house.events()
    for seq in (5, 3, 5):
        await shop.visitors.note_got(shop.visitor, seq, house.clock.now())

    found = await shop.visitors.visitor_by_token(shop.site.key, shop.visitor.token_sha256)
    assert found is not None
    assert found.got_seq == 5
    assert await house.events() == []


async def test_what_failed_is_not_delivered_by_a_receipt(shop: Shop) -> None:
    house = shop.house
    anna = await house.hire("Anna")
    item = await house.given(anna, shop.visitor.id, account=shop.account)
    reply = await house.work.reply(house.as_(anna), item.interaction_id, channel="webchat", text="one")
    await shop.send_all(Delivery.FAILED)
    await shop.visitors.note_got(shop.visitor, reply.seq, house.clock.now())

    assert {t.touch_id: t.delivery for t in await shop.conversation()}[reply.id] is Delivery.FAILED


# --- places in line ---


async def test_places_count_all_who_wait_by_the_routers_order(shop: Shop) -> None:
    house = shop.house
    threads = [shop.a_visitor(name) for name in ("plain", "urgent", "late")]
    for visitor, priority in zip(threads, (0, 2, 0), strict=True):
        await house.receive(replace(shop.message("hello", visitor), priority=priority))
        house.clock.advance(10)
    elsewhere = replace(house.message("from another site"), thread="x", priority=9)
    await house.receive(elsewhere)

    places = await shop.visitors.places(house.tenant_id, [house.queue.id], shop.account)
    expected = [(threads[1].id, 2), (threads[0].id, 3), (threads[2].id, 4)]
    assert places == [Place(thread=t, queue_id=house.queue.id, place=n) for t, n in expected]
    assert await shop.visitors.places(house.tenant_id, [], shop.account) == []
    assert await shop.visitors.places(house.tenant_id, [QueueId(new_id())], shop.account) == []


async def test_work_that_was_taken_or_left_has_no_place(shop: Shop) -> None:
    house = shop.house
    anna = await house.hire("Anna")
    await house.given(anna, shop.visitor.id, account=shop.account)
    other = shop.a_visitor()
    item = await house.came(other.id, account=shop.account)
    await house.offer(item, anna)
    (place,) = await shop.visitors.places(house.tenant_id, [house.queue.id], shop.account)
    assert (place.thread, place.place) == (other.id, 1)  # who is being offered still waits

    house.clock.advance(timedelta(seconds=1))
    async with house.inbox() as inbox:
        await inbox.client_left(house.tenant_id, shop.account, other.id)
    assert await shop.visitors.places(house.tenant_id, [house.queue.id], shop.account) == []


async def test_where_a_visitor_is_is_told_while_their_conversation_is_open_and_not_before_or_after(
    shop: Shop,
) -> None:
    house = shop.house

    async def moved(title: str) -> list[ClientMoved]:
        await shop.visitors.note_about(shop.visitor, {"page": "https://shop.example/", "title": title})
        return [event for event in await house.events() if isinstance(event, ClientMoved)]

    assert await moved("before") == []
    (received,) = await house.receive(shop.message("hello"))
    (told,) = await moved("during")
    assert told.interaction_id == received.interaction_id
    assert told.about == {"page": "https://shop.example/", "title": "during"}
    async with house.inbox() as inbox:
        await inbox.client_left(house.tenant_id, shop.account, shop.visitor.id)
    assert await moved("after") == []
