"""How a visitor's messages become touches: durable first, acknowledged then, in order, each once."""

import hashlib
import json

import pytest

from hub.domain.errors import TooMany, Unavailable
from hub.domain.person import IdentityKind
from tests.fakes.webchat import SHOP, ChatServer, until

DOWN = Unavailable("the disk is full", retry_after_s=0.25)


async def test_a_message_is_handed_in_with_all_that_is_known_of_it() -> None:
    async with ChatServer() as server:
        page = await server.visitor(
            name="Ada", page=f"{SHOP}/boots", referrer="https://search.example/?q=boots"
        )
        await page.write("Do you have boots?", "m1")
        assert await page.hears("ack") == {
            "t": "ack",
            "client_msg_id": "m1",
            "seq": 1,
            "at": "2026-03-02T09:00:00Z",
        }
        [touch] = server.inbox.touches
        assert (touch.channel, touch.account, touch.thread) == ("webchat", "webchat:demo", "visitor-1")
        assert touch.external_id == "visitor-1:m1"
        assert touch.queue_id == "support"
        assert (touch.sender.kind, touch.sender.value, touch.sender.name) == (
            IdentityKind.WEBCHAT,
            "visitor-1",
            "Ada",
        )
        assert touch.text == "Do you have boots?"
        assert json.loads(touch.raw) == {
            "t": "message",
            "client_msg_id": "m1",
            "text": "Do you have boots?",
        }
        assert touch.body_sha256 == hashlib.sha256(b"Do you have boots?").hexdigest()
        assert touch.received_at == server.clock.now()
        assert touch.about == {
            "page": f"{SHOP}/boots",
            "landing": f"{SHOP}/boots",
            "referrer": "https://search.example/?q=boots",
            "language": "en",
        }


async def test_nothing_is_acknowledged_before_it_is_durable() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        server.inbox.gate.clear()
        await page.write("hi", "m1")
        await page.hears_no_more()
        assert server.inbox.touches == []
        server.inbox.gate.set()
        await page.hears("ack")
        assert server.inbox.texts() == ["hi"]


async def test_acknowledgements_come_in_the_order_of_the_messages() -> None:
    async with ChatServer(messages_burst=50) as server:
        page = await server.visitor()
        server.inbox.gate.clear()
        for number in range(50):
            await page.write(f"line {number}", f"m{number}")
        server.inbox.gate.set()
        acks = [await page.hears("ack") for _ in range(50)]
        assert [ack["client_msg_id"] for ack in acks] == [f"m{number}" for number in range(50)]
        assert [ack["seq"] for ack in acks] == list(range(1, 51))
        assert server.inbox.texts() == [f"line {number}" for number in range(50)]


async def test_with_32_messages_in_hand_reading_stops_until_one_is_durable() -> None:
    async with ChatServer(messages_burst=50) as server:
        page = await server.visitor()
        server.inbox.gate.clear()
        for number in range(33):
            await page.write("x", f"m{number}")
        await page.hears_no_more()
        await page.write("one more than fits", "m33")
        await page.say("ping")
        server.inbox.gate.set()
        heard = [(await page.next())["t"] for _ in range(35)]
        assert heard.index("pong") > 0
        assert heard.count("ack") == 34


async def test_what_was_written_just_before_the_page_closed_is_kept() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        server.inbox.gate.clear()
        await page.write("thanks", "m1")
        await page.write("bye", "m2")
        await page.ws.close()
        server.inbox.gate.set()
        await until(lambda: server.inbox.texts() == ["thanks", "bye"])
        await until(lambda: server.chat.open_sockets == 0)


async def test_a_repeat_is_acknowledged_again_with_the_same_number_and_kept_once() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        await page.write("hi", "m1")
        first = await page.hears("ack")
        await page.write("hi", "m1")
        assert await page.hears("ack") == first
        again = await server.page()
        await again.hello(session=page.token)
        await again.write(" hi ", "m1")
        assert await again.hears("ack") == first
        assert server.inbox.texts() == ["hi"]


async def test_the_same_id_with_another_body_is_refused() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        await page.write("hi", "m1")
        await page.hears("ack")
        await page.write("ho", "m1")
        refused = await page.hears("error")
        assert (refused["code"], refused["client_msg_id"]) == ("other_body", "m1")
        assert server.inbox.texts() == ["hi"]
        assert server.bad == {"other_body": 1}


async def test_two_visitors_may_use_the_same_id() -> None:
    async with ChatServer() as server:
        one, two = await server.visitor(), await server.visitor()
        await one.write("hi", "m1")
        await one.hears("ack")
        await two.write("ho", "m1")
        await two.hears("ack")
        assert server.inbox.texts() == ["hi", "ho"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  hi \n", "hi"),
        ("a\r\nb\rc\nd\te", "a\nb\nc\nd\te"),
        ("a\u0000b\u0007c\u001bd\u007fe\u009ff", "abcdef"),
        ("привет 👋🏽 İstanbul", "привет 👋🏽 İstanbul"),
        ("x" * 4000, "x" * 4000),
        ("👋" * 4000, "👋" * 4000),
        (" " + "x" * 4000 + "\u0000", "x" * 4000),
    ],
)
async def test_a_text_loses_blanks_and_control_characters_only(text: str, kept: str) -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        await page.write(text, "m1")
        await page.hears("ack")
        assert server.inbox.texts() == [kept]


@pytest.mark.parametrize(
    ("text", "code"), [("", "empty"), (" \n\t\u0000\u0007 ", "empty"), ("x" * 4001, "too_long")]
)
async def test_an_empty_or_too_long_text_is_refused(text: str, code: str) -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        await page.write(text, "m1")
        refused = await page.hears("error")
        assert (refused["code"], refused["client_msg_id"]) == (code, "m1")
        await page.write("better", "m1")
        await page.hears("ack")
        assert server.bad == {code: 1}


async def test_an_id_of_64_characters_is_taken() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        await page.write("hi", "x" * 64)
        assert (await page.hears("ack"))["client_msg_id"] == "x" * 64


# --- rates ---


async def test_five_messages_at_once_then_one_a_second() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        for number in range(5):
            await page.write("x", f"m{number}")
            await page.hears("ack")
        await page.write("x", "m5")
        refused = await page.hears("error")
        assert (refused["code"], refused["client_msg_id"], refused["retry_ms"]) == ("too_fast", "m5", 1000)
        server.clock.advance(0.999)
        await page.write("x", "m5")
        assert (await page.hears("error"))["retry_ms"] == 50
        server.clock.advance(0.001)
        await page.write("x", "m5")
        await page.hears("ack")
        assert len(server.inbox.touches) == 6


async def test_a_flood_stores_five_and_each_refusal_says_when_to_repeat() -> None:
    async with ChatServer(frames_per_s=1e6) as server:
        page, other = await server.visitor(), await server.visitor()
        for number in range(1000):
            await page.write("spam", f"m{number}")
        await other.write("and I?", "m1")
        await other.hears("ack")
        heard = [await page.next() for _ in range(1000)]
        assert sum(frame["t"] == "ack" for frame in heard) == 5
        refused = [frame for frame in heard if frame["t"] == "error"]
        assert {(frame["code"], frame["retry_ms"]) for frame in refused} == {("too_fast", 1000)}
        assert server.bad == {"too_fast": 995}
        assert len(server.inbox.touches) == 6


async def test_a_new_socket_or_page_does_not_fill_the_visitors_bucket() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        for number in range(5):
            await page.write("x", f"m{number}")
            await page.hears("ack")
        again = await server.page()
        await again.hello(session=page.token)
        await again.write("x", "m5")
        assert (await again.hears("error"))["code"] == "too_fast"


async def test_six_conversations_of_an_address_begin_and_the_seventh_waits() -> None:
    async with ChatServer() as server:
        pages = [await server.visitor() for _ in range(6)]
        for page in pages:
            await page.write("hi", "m1")
            await page.hears("ack")
            server.clock.advance(60)
        seventh = await server.visitor()
        await seventh.write("hi", "m1")
        refused = await seventh.hears("error")
        assert (refused["code"], refused["client_msg_id"]) == ("too_many", "m1")
        assert refused["retry_ms"] == (12 * 3600 - 6 * 60) * 1000
        await pages[0].write("more of the same conversation", "m2")
        await pages[0].hears("ack")
        other = await server.visitor(address="192.0.2.2")
        await other.write("hi", "m1")
        await other.hears("ack")
        server.clock.advance(12 * 3600 - 6 * 60)
        await seventh.write("hi", "m1")
        await seventh.hears("ack")


async def test_leaving_and_writing_again_is_a_new_conversation() -> None:
    async with ChatServer(conversations_per_address=2) as server:
        page = await server.visitor()
        for number in (1, 2):
            await page.write("hi", f"m{number}")
            await page.hears("ack")
            await page.say("leave")
            await page.hears("closed")
        await page.write("hi", "m3")
        assert (await page.hears("error"))["code"] == "too_many"
        assert server.inbox.left == [("webchat:demo", "visitor-1")] * 2


async def test_a_message_that_was_not_kept_begins_no_conversation() -> None:
    async with ChatServer(conversations_per_address=1) as server:
        page = await server.visitor()
        server.inbox.failing = DOWN
        await page.write("hi", "m1")
        await page.hears("nack")
        server.inbox.failing = None
        await page.write("hi", "m1")
        await page.hears("ack")


async def test_an_exempt_address_begins_as_many_as_it_likes() -> None:
    async with ChatServer(conversations_per_address=1, exempt_addresses=["192.0.2.1"]) as server:
        for _ in range(3):
            page = await server.visitor()
            await page.write("hi", "m1")
            await page.hears("ack")


# --- when it cannot be kept ---


async def test_what_cannot_be_kept_is_not_acknowledged_and_taken_later() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        server.inbox.failing = DOWN
        await page.write("hi", "m1")
        assert await page.hears("nack") == {
            "t": "nack",
            "retry_ms": 250,
            "client_msg_id": "m1",
            "code": "unavailable",
        }
        server.inbox.failing = None
        await page.write("hi", "m1")
        await page.hears("ack")
        assert server.inbox.texts() == ["hi"]


async def test_messages_behind_a_refused_one_are_refused_too_so_that_the_order_stays() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        server.inbox.failing = DOWN
        server.inbox.gate.clear()
        await page.write("first", "m1")
        await page.write("second", "m2")
        server.inbox.gate.set()
        assert (await page.hears("nack"))["client_msg_id"] == "m1"
        server.inbox.failing = None
        assert (await page.hears("nack"))["client_msg_id"] == "m2"
        await page.write("first", "m1")
        await page.write("second", "m2")
        assert [(await page.hears("ack"))["client_msg_id"] for _ in range(2)] == ["m1", "m2"]
        assert server.inbox.texts() == ["first", "second"]


async def test_who_gave_a_message_up_may_write_another_after_the_wait() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        server.inbox.failing = DOWN
        await page.write("first", "m1")
        await page.hears("nack")
        server.inbox.failing = None
        server.clock.advance(0.25)
        await page.write("another", "m2")
        await page.hears("ack")


async def test_a_limit_of_the_inbox_reaches_the_visitor() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        server.inbox.failing = TooMany("too many today", retry_after_s=60)
        await page.write("hi", "m1")
        refused = await page.hears("error")
        assert (refused["code"], refused["retry_ms"]) == ("too_many", 60_000)


async def test_leaving_comes_after_what_was_written_before_it() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        server.inbox.gate.clear()
        await page.write("bye", "m1")
        await page.say("leave")
        server.inbox.gate.set()
        await page.hears("ack")
        await page.hears("closed")
        assert server.inbox.left == [("webchat:demo", "visitor-1")]


async def test_leaving_that_cannot_be_written_is_answered_with_a_nack() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        await page.write("hi", "m1")
        await page.hears("ack")
        server.inbox.failing = DOWN
        await page.say("leave")
        assert await page.hears("nack") == {"t": "nack", "retry_ms": 250, "code": "unavailable"}
        server.inbox.failing = None
        await page.say("leave")
        await page.hears("closed")


async def test_leaving_without_a_conversation_does_nothing() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        await page.say("leave")
        await page.hears_no_more()
        assert server.inbox.left == []
