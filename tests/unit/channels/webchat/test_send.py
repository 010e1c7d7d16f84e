"""How a reply reaches the visitor."""

from datetime import UTC, datetime

import pytest

from hub.domain.errors import ChannelUnavailable
from hub.domain.ids import TenantId
from hub.domain.touch import Attachment, Sent
from tests.fakes.webchat import ChatServer, reply, until

THREAD = ("webchat:demo", "visitor-1")


async def test_a_reply_reaches_the_page() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        at = datetime(2026, 3, 2, 9, 0, 1, tzinfo=UTC)
        assert await server.chat.send(reply(THREAD, 7, "Buyurun", at=at)) == Sent()
        assert await page.hears("message") == {
            "t": "message",
            "seq": 7,
            "text": "Buyurun",
            "at": "2026-03-02T09:00:01Z",
            "name": "Anna",
        }


async def test_a_reply_reaches_every_page_of_the_visitor_and_no_other() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        second, other = await server.page(), await server.visitor()
        await second.hello(session=page.token)
        await server.chat.send(reply(THREAD, 1))
        await page.hears("message")
        await second.hears("message")
        await other.hears_no_more()


async def test_without_a_page_the_reply_waits() -> None:
    async with ChatServer() as server:
        with pytest.raises(ChannelUnavailable):
            await server.chat.send(reply(THREAD, 1))
        page = await server.visitor()
        await page.ws.close()
        await until(lambda: server.chat.held_threads() == [])
        with pytest.raises(ChannelUnavailable):
            await server.chat.send(reply(THREAD, 1))


async def test_a_page_that_has_not_said_hello_gets_nothing() -> None:
    async with ChatServer() as server:
        page = await server.page()
        with pytest.raises(ChannelUnavailable):
            await server.chat.send(reply(THREAD, 1))
        await page.hears_no_more()


async def test_a_reply_of_another_account_or_tenant_does_not_reach_the_page() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        for wrong in (
            reply(("webchat:other", "visitor-1"), 1),
            reply(THREAD, 1, tenant_id=TenantId("another")),
        ):
            with pytest.raises(ChannelUnavailable):
                await server.chat.send(wrong)
        await page.hears_no_more()


async def test_a_stopped_channel_sends_nothing() -> None:
    async with ChatServer() as server:
        await server.visitor()
        await server.stop()
        with pytest.raises(ChannelUnavailable):
            await server.chat.send(reply(THREAD, 1))


async def test_a_reply_the_visitor_had_confirmed_already_is_delivered_at_once() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        await server.chat.send(reply(THREAD, 1))
        await page.hears("message")
        await page.say("got", seq=1)
        await page.hears_no_more()
        assert await server.chat.send(reply(THREAD, 1)) == Sent(delivered=True)


async def test_of_attachments_the_page_gets_names_and_sizes() -> None:
    file = Attachment(sha256="0" * 64, name="a.pdf", media_type="application/pdf", size_bytes=1)
    async with ChatServer() as server:
        page = await server.visitor()
        await server.chat.send(reply(THREAD, 1, attachments=(file,)))
        told = await page.hears("message")
    assert told["files"] == [{"id": "0" * 64, "name": "a.pdf", "type": "application/pdf", "size": 1}]


async def test_whatever_an_agent_writes_is_one_text_frame() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        for seq, text in enumerate(["</script><b>", '"}\n{', "\u0000\u2028", "👋🏽" * 2000], start=1):
            await server.chat.send(reply(THREAD, seq, text))
            assert (await page.hears("message"))["text"] == text
