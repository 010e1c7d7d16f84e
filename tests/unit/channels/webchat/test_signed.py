"""Whom a site vouches for: what the hub believes of a hello, whose conversation goes on, and whose never does."""

import json
from datetime import timedelta
from typing import Any

import pytest

from hub.domain.ids import InteractionId
from hub.domain.person import IdentityKind
from hub.domain.setting_events import SiteChanged
from hub.domain.touch import Claim
from hub.domain.visitor_events import VisitorSignedIn
from hub.ports.visitors import ThreadState
from tests.fakes.webchat import SITE, ChatServer, Page, until
from tests.site_tokens import token
from tests.unit.channels.webchat.test_files import download, upload

SECRET = "a secret of the shop"
OPEN = ThreadState(open=True, agent="Anna", waiting=False, interaction_id=InteractionId("interaction-1"))


def word_on(server: ChatServer, user: object = "4711", *, secret: str = SECRET, **claims: Any) -> str:
    return token(secret, user, server.clock.now().timestamp() + 3600, **claims)


async def came(server: ChatServer, session: str | None = None, user: object = "4711", **claims: Any) -> Page:
    """A page of that user, greeted."""
    page = await server.page()
    answer = await page.hello(session=session, identity=word_on(server, user, **claims))
    assert answer["user"] == str(user)
    return page


def a_server(**settings: Any) -> ChatServer:
    server = ChatServer(**settings)
    server.secrets.add(SITE.key, SECRET)
    return server


async def test_who_is_vouched_for_is_known_by_it_from_the_first_message_on() -> None:
    async with a_server() as server:
        page = await came(server, name="Ada", email="Ada@Example.org", email_verified=True)
        await page.write("Hello", "m1")
        await page.hears("ack")
        await page.write("Again", "m2")
        await page.hears("ack")
        first, second = server.inbox.touches
        assert first.sender.name == "Ada"
        assert first.claims == (
            Claim(kind=IdentityKind.SITE, value="demo:4711", display="4711", proven=True),
            Claim(kind=IdentityKind.EMAIL, value="ada@example.org", display="ada@example.org", proven=True),
        )
        assert second.claims == (), "who a conversation is with is said once"
        assert server.signed == 1
        assert not server.bad


@pytest.mark.parametrize("verified", [True, False])
@pytest.mark.parametrize("email", ["ada\0@example.org", "ada@exam\x1bple.org", "ada\u200b@example.org"])
async def test_an_address_with_what_nobody_sees_is_none_and_they_are_who_they_are(
    email: str, verified: bool
) -> None:
    async with a_server() as server:
        page = await came(server, email=email, email_verified=verified)
        await page.write("Hello", "m1")
        await page.hears("ack")
        assert [claim.kind for claim in server.inbox.touches[0].claims] == [IdentityKind.SITE]


async def test_an_address_that_the_site_has_not_checked_is_only_said() -> None:
    async with a_server() as server:
        page = await came(
            server, email="ada@example.org", phone_number="+905321234567", phone_number_verified=False
        )
        await page.write("Hello", "m1")
        await page.hears("ack")
        (touch,) = server.inbox.touches
        assert [(one.kind, one.proven) for one in touch.claims] == [
            (IdentityKind.SITE, True),
            (IdentityKind.EMAIL, False),
            (IdentityKind.PHONE, False),
        ]


async def test_addresses_that_are_none_make_nobody_a_stranger() -> None:
    async with a_server() as server:
        page = await came(
            server, email="none", email_verified=True, phone_number="7", phone_number_verified=True
        )
        await page.write("Hello", "m1")
        await page.hears("ack")
        assert [one.kind for one in server.inbox.touches[0].claims] == [IdentityKind.SITE]


@pytest.mark.parametrize(
    ("code", "changes"),
    [("identity_forged", {"secret": "another site's"}), ("identity_other_site", {"aud": "other"})],
)
async def test_a_bad_word_is_told_and_counted_and_the_chat_is_anonymous(
    code: str, changes: dict[str, Any]
) -> None:
    async with a_server() as server:
        page = await server.page()
        await page.say("hello", session=None, lang="en", identity=word_on(server, **changes))
        error = await page.next()
        assert (error["t"], error["code"]) == ("error", code)
        assert error["text"]
        greeting = await page.hears("hello")
        assert "user" not in greeting
        assert server.bad == {code: 1}
        await page.write("Hello", "m1")
        await page.hears("ack")
        assert server.inbox.touches[0].claims == ()
        assert server.signed == 0


async def test_a_word_of_yesterday_is_worth_nothing() -> None:
    async with a_server() as server:
        old = word_on(server)
        server.clock.advance(timedelta(hours=2))
        page = await server.page()
        await page.say("hello", session=None, lang="en", identity=old)
        assert (await page.hears("error"))["code"] == "identity_expired"


async def test_a_site_without_a_secret_and_one_whose_secret_is_lost_go_on_anonymously() -> None:
    async with ChatServer() as server:
        for lost in (False, True):
            server.secrets.lost = lost
            page = await server.page()
            await page.say("hello", session=None, lang="en", identity=word_on(server))
            assert (await page.hears("error"))["code"] == "identity_off"
            assert "user" not in await page.hears("hello")


async def test_the_session_of_a_user_is_gone_on_with_by_that_user_alone() -> None:
    """Somebody signs out on the site, and the next one at the same computer is there."""
    async with a_server() as server:
        ada = await came(server)
        server.visitors.add_touch("visitor-1", 1, "my order is late", server.clock.now())
        await ada.ws.close()
        nobody = await server.page()
        answer = await nobody.hello(session=ada.token)
        assert (answer["resumed"], "history" in answer, "user" in answer) == (False, False, False)
        boris = await came(server, ada.token, "4712")
        assert boris.greeting["resumed"] is False
        assert "history" not in boris.greeting
        assert boris.token not in (ada.token, nobody.token)
        again = await came(server, ada.token)
        assert [line["text"] for line in again.greeting["history"]] == ["my order is late"]


async def test_a_refused_word_does_not_open_the_session_either() -> None:
    async with a_server() as server:
        ada = await came(server)
        server.visitors.add_touch("visitor-1", 1, "my order is late", server.clock.now())
        page = await server.page()
        await page.say("hello", session=ada.token, lang="en", identity=word_on(server, secret="guessed"))
        await page.hears("error")
        answer = await page.hears("hello")
        assert answer["resumed"] is False
        assert "history" not in answer


async def test_a_user_goes_on_in_another_browser() -> None:
    async with a_server() as server:
        laptop = await came(server)
        server.visitors.add_touch("visitor-1", 1, "my order is late", server.clock.now())
        phone = await came(server)
        assert [line["text"] for line in phone.greeting["history"]] == ["my order is late"]
        assert phone.token != laptop.token
        back = await came(server, phone.token)
        assert back.token == phone.token


async def test_an_open_conversation_goes_along_with_whoever_signs_in() -> None:
    async with a_server() as server:
        first = await server.visitor()
        await first.ws.close()
        server.visitors.states["visitor-1"] = OPEN
        page = await server.page()
        await page.hello(session=first.token)
        server.visitors.add_touch("visitor-1", 1, "where is my order?", server.clock.now())
        signed = await came(server, page.token, email="ada@example.org", email_verified=True)
        assert signed.token == page.token
        assert [line["text"] for line in signed.greeting["history"]] == ["where is my order?"]
        await signed.hears_no_more()
        assert server.signs_in.told == [
            (
                SITE.tenant_id,
                "visitor-1",
                (
                    Claim(kind=IdentityKind.SITE, value="demo:4711", display="4711", proven=True),
                    Claim(
                        kind=IdentityKind.EMAIL,
                        value="ada@example.org",
                        display="ada@example.org",
                        proven=True,
                    ),
                ),
            )
        ]
        assert await page.close_code() == 1012, "who has not proved it is in it no longer"


@pytest.mark.parametrize("is_somebody", [False, True])
async def test_a_conversation_that_is_over_or_somebodys_stays_behind(is_somebody: bool) -> None:
    async with a_server() as server:
        page = await server.visitor()
        server.visitors.add_touch("visitor-1", 1, "nobody's business", server.clock.now())
        if is_somebody:
            server.visitors.states["visitor-1"] = OPEN
            server.visitors.somebody.add("visitor-1")
        signed = await came(server, page.token)
        assert "history" not in signed.greeting
        assert signed.token != page.token
        await page.hears_no_more()
        assert (await (await server.page()).hello(session=page.token))["history"]


async def test_on_another_node_too_nobody_stays_in_it_without_proof() -> None:
    async with a_server() as server:
        page, other = await server.visitor(), await server.visitor()
        server.bus.tell(
            VisitorSignedIn(tenant_id=SITE.tenant_id, site_key=SITE.key, visitor_id="visitor-1", user="4711")
        )
        assert await page.close_code() == 1012
        await other.hears_no_more()
        late = await server.page()
        await late.say("hello", session=page.token, lang="en")
        assert (await late.next())["code"] == "unavailable", "the store told whose it was before that"


async def test_when_a_secret_is_removed_who_came_by_it_proves_anew_who_they_are() -> None:
    async with a_server() as server:
        server.secrets.add(SITE.key, "the new one")
        old, new, nobody = (
            await came(server),
            await came(server, secret="the new one"),
            await server.visitor(),
        )
        del server.secrets.held[0]
        server.bus.tell(SiteChanged(tenant_id=SITE.tenant_id, site_key=SITE.key))
        assert await old.close_code() == 1012
        await new.hears_no_more()
        await nobody.hears_no_more()


async def test_that_a_secret_is_in_use_is_noted_once_an_hour() -> None:
    async with a_server() as server:
        await came(server)
        assert server.secrets.used == [("secret-1", server.clock.now())]
        server.secrets.held.clear()
        server.secrets.add(SITE.key, SECRET, used_at=server.clock.now() - timedelta(minutes=59))
        await came(server)
        assert len(server.secrets.used) == 1


async def test_the_chat_goes_on_when_who_it_is_cannot_be_written_down_now() -> None:
    async with a_server() as server:
        server.signs_in.down = True
        page = await server.visitor()
        await page.ws.close()
        server.visitors.states["visitor-1"] = OPEN
        signed = await came(server, page.token)
        await signed.write("still here", "m1")
        await signed.hears("ack")
        server.signs_in.down = False
        await came(server, page.token)
        await until(lambda: len(server.signs_in.told) == 1)


async def test_new_browsers_of_users_are_limited_as_those_of_strangers() -> None:
    async with a_server(visitors_burst=2, visitors_per_minute=1) as server:
        await came(server)
        await came(server)
        page = await server.page()
        await page.say("hello", session=None, lang="en", identity=word_on(server))
        assert (await page.hears("error"))["code"] == "too_many"


async def test_what_a_token_says_is_in_no_frame_of_the_hub() -> None:
    async with a_server() as server:
        page = await came(server, name="Ada Lovelace", email="ada@example.org")
        assert "ada" not in json.dumps(page.greeting).lower()


async def test_the_session_alone_opens_no_files_of_whoever_signed_in() -> None:
    async with a_server() as server:
        page = await came(server)
        _, file, _ = await upload(server, page.token)
        assert (await download(server, page.token, file["id"]))[0] == 200
        await page.ws.close()
        await until(lambda: server.chat.open_sockets == 0)
        stranger = await server.page()
        await stranger.hello(session=page.token)
        assert (await download(server, page.token, file["id"]))[0] == 401
        assert (await upload(server, page.token))[0] == 401
        back = await came(server, page.token)
        assert (await download(server, back.token, file["id"]))[0] == 200
