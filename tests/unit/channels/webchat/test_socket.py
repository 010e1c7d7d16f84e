"""What a visitor's socket takes, refuses, and closes for."""

import asyncio
import json
import socket

import pytest

from hub.domain.errors import ChannelUnavailable
from tests.fakes.webchat import ChatServer, Page, reply, until

MALFORMED = {
    "nothing": "",
    "no JSON": "hello",
    "a list": "[]",
    "a number": "7",
    "no kind": "{}",
    "a kind that is no text": '{"t": 5}',
    "an unknown kind": '{"t": "admin"}',
    "a frame of the hub": '{"t": "ack", "client_msg_id": "a", "seq": 1, "at": "2026-01-01T00:00:00Z"}',
    "no text": '{"t": "message", "client_msg_id": "a"}',
    "no id": '{"t": "message", "text": "hi"}',
    "an empty id": '{"t": "message", "client_msg_id": "", "text": "hi"}',
    "an id of 65 characters": json.dumps({"t": "message", "client_msg_id": "x" * 65, "text": "hi"}),
    "an id with a NUL": '{"t": "message", "client_msg_id": "a\\u0000", "text": "hi"}',
    "an id with a line feed": '{"t": "message", "client_msg_id": "a\\n", "text": "hi"}',
    "a text that is a number": '{"t": "message", "client_msg_id": "a", "text": 5}',
    "half a surrogate pair": '{"t": "message", "client_msg_id": "a", "text": "\\ud83d"}',
    "a number that is a float": '{"t": "got", "seq": 1.5}',
    "a number that is a text": '{"t": "got", "seq": "1"}',
    "two frames": '{"t": "ping"}{"t": "ping"}',
    "deep nesting": '{"t": "ping", "x": ' + "[" * 20_000 + "]" * 20_000 + "}",
    "a second hello": '{"t": "hello"}',
    "bytes": b'{"t": "ping"}',
}


@pytest.mark.parametrize("frame", MALFORMED.values(), ids=MALFORMED.keys())
async def test_a_malformed_frame_is_answered_counted_and_harmless(frame: str | bytes) -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        await page.ws.send(frame)
        assert (await page.hears("error"))["code"] == "bad_frame"
        await page.write("still here", "m1")
        assert (await page.hears("ack"))["client_msg_id"] == "m1"
        assert server.bad == {"bad_frame": 1}


async def test_the_tenth_bad_frame_closes_and_the_ninth_does_not() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        for _ in range(9):
            await page.ws.send("x")
            await page.hears("error")
        await page.hears_no_more()
        await page.ws.send("x")
        assert (await page.hears("error"))["code"] == "bad_frame"
        assert await page.close_code() == 4003


async def test_who_does_not_say_hello_in_time_is_closed() -> None:
    async with ChatServer(hello_within_s=0.05) as server:
        page = await server.page()
        assert await page.close_code() == 4002
        assert server.bad == {"no_hello": 1}


async def test_a_message_before_the_hello_is_refused_and_the_hello_still_taken() -> None:
    async with ChatServer() as server:
        page = await server.page()
        await page.write("too early", "m1")
        refused = await page.hears("error")
        assert (refused["code"], refused["client_msg_id"]) == ("hello_first", "m1")
        await page.hello()
        assert server.inbox.touches == []


async def test_a_ping_is_answered_before_and_after_the_hello() -> None:
    async with ChatServer() as server:
        page = await server.page()
        await page.hears_no_more()
        await page.hello()
        await page.hears_no_more()
        await (await page.ws.ping())


async def test_a_frame_of_64_kib_is_read_and_one_byte_more_is_too_large() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        empty = '{"t": "ping", "x": ""}'
        await page.ws.send(empty.replace('""', '"' + "x" * (64 * 1024 - len(empty)) + '"'))
        await page.hears("pong")
        await page.ws.send(empty.replace('""', '"' + "x" * (64 * 1024 - len(empty) + 1) + '"'))
        assert (await page.hears("error"))["code"] == "too_large"
        assert await page.close_code() == 1009
        assert server.bad == {"too_large": 1}


async def test_a_giant_frame_is_not_read_to_its_end() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        await page.ws.send("x" * (1024 * 1024))
        assert await page.close_code() == 1009
        assert server.bad == {"too_large": 1}


async def test_nothing_is_compressed_even_when_the_browser_offers_it() -> None:
    async with ChatServer() as server:
        page = await server.page()
        assert page.ws.response is not None
        assert "Sec-WebSocket-Extensions" not in page.ws.response.headers


async def test_a_slow_reader_is_closed_with_4008_and_delays_nobody() -> None:
    async with ChatServer(send_buffer_bytes=64 * 1024, close_s=30.0) as server:
        slow = await slow_page(server)
        quick = await server.visitor()
        slow_thread = server.chat.held_threads()[0]
        with pytest.raises(ChannelUnavailable):
            await flood(server, slow_thread, 2000)
        assert server.bad == {"too_slow": 1}
        await quick.write("and I?", "m1")
        await quick.hears("ack")
        assert await slow.close_code() == 4008
        await until(lambda: slow_thread not in server.chat.held_threads())


async def test_a_backlog_that_lasts_too_long_is_closed_though_it_is_small() -> None:
    async with ChatServer(
        send_buffer_bytes=64 * 1024, close_s=30.0, backlog_s=0.1, backlog_bytes=1 << 30
    ) as server:
        slow = await slow_page(server)
        await flood(server, server.chat.held_threads()[0], 100)
        await until(lambda: server.bad["too_slow"] == 1)
        assert await slow.close_code() == 4008


async def test_who_never_reads_is_cut_off() -> None:
    async with ChatServer(send_buffer_bytes=64 * 1024, close_s=0.05) as server:
        slow = await slow_page(server)
        with pytest.raises(ChannelUnavailable):
            await flood(server, server.chat.held_threads()[0], 2000)
        await until(lambda: server.chat.open_sockets == 0)
        transport = slow.ws.transport
        transport.resume_reading()
        await until(transport.is_closing)


async def test_who_sends_too_many_frames_is_read_more_slowly_and_loses_none() -> None:
    async with ChatServer(frames_per_s=1000, frames_burst=10) as server:
        page = await server.visitor()
        for _ in range(30):
            await page.say("ping")
        for _ in range(30):
            await page.hears("pong")


async def test_stopping_closes_every_socket_with_1012_and_takes_no_new_one() -> None:
    async with ChatServer() as server:
        pages = [await server.visitor(), await server.visitor(), await server.page()]
        await server.stop()
        assert [await page.close_code() for page in pages] == [1012, 1012, 1012]
        assert server.chat.open_sockets == 0


async def test_a_fault_in_one_visitors_handling_closes_that_socket_only() -> None:
    async with ChatServer() as server:
        unlucky, other = await server.visitor(), await server.visitor()
        server.inbox.failing = RuntimeError("a fault of ours")
        await unlucky.write("boom", "m1")
        assert await unlucky.close_code() == 1011
        server.inbox.failing = None
        await other.write("fine", "m1")
        await other.hears("ack")


# --- readers who do not read ---


async def slow_page(server: ChatServer) -> Page:
    """A visitor whose browser stops reading after the hello."""
    narrow = socket.create_connection(("127.0.0.1", server.port))
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
    narrow.setblocking(False)
    page = await server.page(sock=narrow, max_queue=1)
    await page.hello()
    return page


async def flood(server: ChatServer, thread: tuple[str, str], replies: int) -> None:
    for seq in range(1, replies + 1):
        await server.chat.send(reply(thread, seq, "x" * 4000))
        await asyncio.sleep(0)
