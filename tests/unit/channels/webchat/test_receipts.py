"""How we know what is on a visitor's screen."""

from dataclasses import replace

from hub.domain.events import DeliveryChanged
from hub.domain.ids import DEFAULT_TENANT, TouchId
from hub.domain.touch import Delivery
from tests.fakes.webchat import ChatServer, reply, until
from tests.fakes.webchat_events import FIRST, THREAD, talking


async def test_what_the_visitor_confirms_is_written_and_nobody_confirms_what_was_not_sent() -> None:
    async with ChatServer() as server:
        page = await talking(server)
        await server.chat.send(reply(THREAD, 2))
        await page.hears("message")
        for seq in (10**18, -1, 0, 1, 2):
            await page.say("got", seq=seq)
        await page.hears_no_more()
        await until(lambda: server.visitors.got == [("visitor-1", 2)])


async def test_confirmations_are_written_once_in_a_while_and_the_newest_at_the_end() -> None:
    async with ChatServer(got_every_s=3600) as server:
        page = await talking(server)
        for seq in range(2, 52):
            await server.chat.send(reply(THREAD, seq))
            await page.hears("message")
            await page.say("got", seq=seq)
        await page.hears_no_more()
        assert server.visitors.got == [("visitor-1", 2)]
        await server.stop()
        assert server.visitors.got == [("visitor-1", 2), ("visitor-1", 51)]


async def test_a_confirmation_that_cannot_be_written_now_is_written_later() -> None:
    async with ChatServer() as server:
        page = await talking(server)
        await server.chat.send(reply(THREAD, 2))
        await page.hears("message")
        server.visitors.down = True
        await page.say("got", seq=2)
        await page.hears_no_more()
        server.visitors.down = False
        await until(lambda: server.visitors.got == [("visitor-1", 2)])


async def test_a_reply_confirmed_before_it_was_written_down_as_sent_is_confirmed_again() -> None:
    async with ChatServer() as server:
        page = await talking(server)
        await server.chat.send(reply(THREAD, 2))
        await page.hears("message")
        await page.say("got", seq=2)
        await until(lambda: len(server.visitors.got) == 1)
        sent = DeliveryChanged(
            tenant_id=DEFAULT_TENANT,
            interaction_id=FIRST,
            touch_id=TouchId("reply-2"),
            seq=2,
            delivery=Delivery.SENT,
            detail="",
            agent_id=None,
        )
        server.bus.tell(replace(sent, seq=3))
        server.bus.tell(replace(sent, delivery=Delivery.DELIVERED))
        server.bus.tell(sent)
        await until(lambda: len(server.visitors.got) == 2)
