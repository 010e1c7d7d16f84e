"""A conversation that ends is told after the replies written before it, and is told in any case."""

from datetime import UTC, datetime

from hub.domain.events import DeliveryChanged, TouchStored
from hub.domain.ids import DEFAULT_TENANT, PersonId, TouchId, UserId
from hub.domain.touch import Delivery, Direction, Touch, TouchKind
from tests.fakes.webchat import ChatServer, reply
from tests.fakes.webchat_events import FIRST, assigned, closing, talking

THREAD = ("webchat:demo", "visitor-1")
NEVER_S = 60.0


def stored(seq: int) -> TouchStored:
    """The news of the reply that `reply(THREAD, seq)` hands to the channel."""
    return TouchStored(
        tenant_id=DEFAULT_TENANT,
        touch=Touch(
            id=TouchId(f"reply-{seq}"),
            tenant_id=DEFAULT_TENANT,
            interaction_id=FIRST,
            session_id=None,
            person_id=PersonId("person-1"),
            seq=seq,
            channel="webchat",
            account="webchat:demo",
            direction=Direction.OUTBOUND,
            kind=TouchKind.MESSAGE,
            at=datetime(2026, 3, 2, 9, tzinfo=UTC),
            text="Thank you",
        ),
        agent_id=UserId("anna"),
    )


async def test_an_end_that_overtakes_the_thanks_is_told_after_them() -> None:
    async with ChatServer(end_waits_s=NEVER_S) as server:
        page = await talking(server)
        server.bus.tell(assigned(3))
        await page.hears("agent")
        for event in (stored(4), stored(5), closing()):
            server.bus.tell(event)
        await page.hears_no_more()
        await server.chat.send(reply(THREAD, 4))
        await page.hears("message")
        await page.hears_no_more()
        await server.chat.send(reply(THREAD, 5))
        await page.hears("message")
        await page.hears("closed")
        await page.hears_no_more()


async def test_a_reply_sent_before_the_news_of_it_holds_nothing_up() -> None:
    async with ChatServer(end_waits_s=NEVER_S) as server:
        page = await talking(server)
        await server.chat.send(reply(THREAD, 4))
        await page.hears("message")
        server.bus.tell(stored(4))
        server.bus.tell(closing())
        await page.hears("closed")


async def test_a_reply_that_failed_holds_nothing_up() -> None:
    async with ChatServer(end_waits_s=NEVER_S) as server:
        page = await talking(server)
        server.bus.tell(stored(4))
        server.bus.tell(
            DeliveryChanged(
                tenant_id=DEFAULT_TENANT,
                interaction_id=FIRST,
                touch_id=TouchId("reply-4"),
                seq=4,
                delivery=Delivery.FAILED,
                detail="",
                agent_id=None,
            )
        )
        server.bus.tell(closing())
        await page.hears("closed")


async def test_the_end_waits_for_a_reply_so_long_and_no_longer() -> None:
    async with ChatServer(end_waits_s=0.2) as server:
        page = await talking(server)
        server.bus.tell(stored(4))
        server.bus.tell(closing())
        await page.hears("closed")
        await server.chat.send(reply(THREAD, 4))
        await page.hears("message")
        await page.hears_no_more()


async def test_who_writes_meanwhile_is_told_of_the_end_before_the_answer() -> None:
    async with ChatServer(end_waits_s=NEVER_S) as server:
        page = await talking(server)
        server.bus.tell(stored(4))
        server.bus.tell(closing())
        await page.hears_no_more()
        await page.write("one more thing", "m2")
        await page.hears("closed")
        await page.hears("ack")
        await server.chat.send(reply(THREAD, 4))
        await page.hears("message")
        await page.hears_no_more()
