"""Who a visitor is, and what they are shown when they come back."""

import secrets

from hub.channels.webchat.visitors import token_sha256, visitor_of
from hub.domain.ids import InteractionId
from hub.domain.touch import Delivery
from hub.ports.visitors import ThreadState
from tests.fakes.webchat import OTHER_SITE, SHOP, SITE, ChatServer, reply


async def test_a_new_visitor_gets_128_random_bits_of_which_only_the_hash_is_kept() -> None:
    async with ChatServer() as server:
        page = await server.page()
        answer = await page.hello(name="Ada")
        assert answer["resumed"] is False
        assert answer["title"] == "Shop"
        assert len(answer["session"]) == 22
        [(_, visitor)] = server.visitors.visitors.items()
        assert visitor.token_sha256 == token_sha256(answer["session"])
        assert answer["session"] not in repr(visitor)


async def test_every_visitor_gets_another_session() -> None:
    async with ChatServer(sockets_per_address=100, visitors_burst=100) as server:
        pages = [await server.visitor() for _ in range(50)]
        assert len({page.token for page in pages}) == 50


async def test_ten_thousand_guessed_sessions_hit_nobody() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        for _ in range(10_000):
            assert await visitor_of(server.visitors, SITE, secrets.token_urlsafe(16)) is None
        assert await visitor_of(server.visitors, SITE, page.token) is not None


async def test_an_unknown_or_impossible_session_begins_anew() -> None:
    async with ChatServer() as server:
        known = await server.visitor()
        for session in ["", "x" * 22, "x" * 5000, "\u0000", known.token[:-1], known.token + "x", "'--"]:
            page = await server.page()
            answer = await page.hello(session=session)
            assert answer["resumed"] is False
            assert answer["session"] not in {session, known.token}
            await page.ws.close()


async def test_a_session_is_worth_nothing_on_another_site() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        server.visitors.add_touch("visitor-1", 1, "secret", server.clock.now())
        elsewhere = await server.page("other", origin=OTHER_SITE.origins[0])
        answer = await elsewhere.hello(session=page.token)
        assert answer["resumed"] is False
        assert "history" not in answer


async def test_a_visitor_who_returns_sees_the_conversation_and_who_has_it() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        now = server.clock.now()
        server.visitors.add_touch("visitor-1", 1, "Hello?", now, external_id="visitor-1:m1")
        server.visitors.add_touch("visitor-1", 2, "Good day", now, author="Anna")
        server.visitors.states["visitor-1"] = ThreadState(
            open=True, agent="Anna", waiting=False, interaction_id=InteractionId("interaction-1")
        )
        await page.ws.close()
        again = await server.page()
        answer = await again.hello(session=page.token)
        at = "2026-03-02T09:00:00Z"
        assert answer.pop("site")["title"] == "Shop"
        assert answer == {
            "t": "hello",
            "closed": False,
            "opens_at": None,
            "session": page.token,
            "resumed": True,
            "title": "Shop",
            "agent": "Anna",
            "open": True,
            "history": [
                {
                    "from": "visitor",
                    "text": "Hello?",
                    "name": "",
                    "client_msg_id": "m1",
                    "seq": 1,
                    "at": at,
                    "files": [],
                },
                {
                    "from": "agent",
                    "text": "Good day",
                    "name": "Anna",
                    "client_msg_id": "",
                    "seq": 2,
                    "at": at,
                    "files": [],
                },
            ],
        }


async def test_last_seq_leaves_out_what_was_shown_and_any_number_is_harmless() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        for seq in (1, 2, 3):
            server.visitors.add_touch("visitor-1", seq, f"line {seq}", server.clock.now(), author="Anna")
        for last_seq, shown in [(0, [1, 2, 3]), (2, [3]), (3, []), (10**30, []), (-5, [1, 2, 3])]:
            again = await server.page()
            answer = await again.hello(session=page.token, last_seq=last_seq)
            assert [line["seq"] for line in answer.get("history", [])] == shown


async def test_the_newest_200_messages_are_shown() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        for seq in range(1, 202):
            server.visitors.add_touch("visitor-1", seq, "x", server.clock.now())
        again = await server.page()
        history = (await again.hello(session=page.token))["history"]
        assert (len(history), history[0]["seq"], history[-1]["seq"]) == (200, 2, 201)


async def test_a_history_too_long_for_a_slow_line_is_cut_at_its_old_end() -> None:
    async with ChatServer(backlog_bytes=8000) as server:
        page = await server.visitor()
        for seq in range(1, 11):
            server.visitors.add_touch("visitor-1", seq, "ж" * 500, server.clock.now())
        again = await server.page()
        history = (await again.hello(session=page.token))["history"]
        assert [line["seq"] for line in history] == [7, 8, 9, 10]


async def test_replies_still_queued_or_given_up_are_not_history() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        for seq, delivery in enumerate(Delivery, start=1):
            server.visitors.add_touch(
                "visitor-1", seq, delivery, server.clock.now(), author="Anna", delivery=delivery
            )
        again = await server.page()
        shown = {line["text"] for line in (await again.hello(session=page.token))["history"]}
        assert shown == {"received", "sending", "sent", "delivered", "uncertain"}


async def test_the_sender_hears_of_every_visitor_who_comes() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        assert server.came == 1
        assert server.chat.held_threads() == [("webchat:demo", "visitor-1")]
        again = await server.page()
        await again.hello(session=page.token)
        assert server.came == 2
        assert server.chat.held_threads() == [("webchat:demo", "visitor-1")]


async def test_a_reply_that_comes_while_the_history_is_read_follows_the_hello() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        read = server.visitors.conversation

        async def read_while_a_reply_comes(*args: object, **kwargs: object) -> object:
            await server.chat.send(reply(("webchat:demo", "visitor-1"), 1, "just now"))
            return await read(*args, **kwargs)  # type: ignore[arg-type]

        server.visitors.conversation = read_while_a_reply_comes  # type: ignore[method-assign, assignment]
        again = await server.page()
        await again.hello(session=page.token)
        assert (await again.hears("message"))["text"] == "just now"


async def test_while_the_store_is_down_nobody_is_greeted_and_all_are_asked_to_come_again() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        new, known = await server.page(), await server.page()
        server.visitors.down = True
        for waiting, session in ((new, None), (known, page.token)):
            await waiting.say("hello", session=session)
            assert await waiting.hears("nack") == {"t": "nack", "retry_ms": 500, "code": "unavailable"}
            assert await waiting.close_code() == 1013
        assert len(server.visitors.visitors) == 1
        assert server.chat.held_threads() == [("webchat:demo", "visitor-1")]


async def test_one_address_brings_so_many_new_visitors_and_no_more() -> None:
    async with ChatServer(visitors_burst=2, visitors_per_minute=60) as server:
        first = await server.visitor()
        await server.visitor()
        third = await server.page()
        await third.say("hello")
        refused = await third.hears("error")
        assert (refused["code"], refused["retry_ms"]) == ("too_many", 1000)
        assert await third.close_code() == 1013
        await (await server.page()).hello(session=first.token)
        await server.visitor(address="192.0.2.2")
        server.clock.advance(1)
        await server.visitor()


async def test_the_language_is_the_browsers_if_we_speak_it_and_the_sites_otherwise() -> None:
    async with ChatServer() as server:
        for lang, understood in [
            ("ru-RU", "ru"),
            ("EN_us", "en"),
            ("de", "tr"),
            ("", "tr"),
            ("x" * 9999, "tr"),
        ]:
            page = await server.visitor(lang=lang)
            await page.write("hi", f"{understood}-{lang[:5]}")
            await page.hears("ack")
            assert server.inbox.touches[-1].language == understood
            assert list(server.visitors.visitors.values())[-1].language == understood
            await page.ws.close()


async def test_what_the_browser_says_of_itself_is_cleaned_and_cut() -> None:
    async with ChatServer() as server:
        page = await server.visitor(
            name=" Ada\u0000\n Lovelace " + "x" * 500,
            email="ada@example.org\r\nBcc: x",
            page="javascript:alert(1)",
            referrer=SHOP + "/" + "y" * 5000,
        )
        await page.write("hi", "m1")
        await page.hears("ack")
        [touch] = server.inbox.touches
        assert touch.sender.name.startswith("Ada Lovelace xxx")
        assert len(touch.sender.name) == 120
        assert touch.about == {
            "referrer": (SHOP + "/" + "y" * 5000)[:2048],
            "language": "en",
            "email": "ada@example.org Bcc: x",
        }
