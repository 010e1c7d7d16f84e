"""What visitors are told of what happens in the hub: their agent, typing, the end."""

from dataclasses import replace
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from hub.cluster.embedded.bus import EmbeddedBus
from hub.domain.events import InteractionOpened, TouchStored, Typing
from hub.domain.ids import DEFAULT_TENANT, PersonId, TouchId, UserId
from hub.domain.setting_events import SiteChanged
from hub.domain.site import SiteSetup
from hub.domain.touch import Direction, Touch, TouchKind
from hub.domain.work import WorkState
from hub.ports.visitors import Site, ThreadState
from tests.fakes.webchat import SITE, ChatServer, Page, until
from tests.fakes.webchat_events import FIRST, NOW, THREAD, assigned, closing, stand, step, talking

# --- agents ---


async def test_when_an_agent_takes_it_the_visitor_waits_no_more_and_hears_the_name() -> None:
    async with ChatServer() as server:
        page = await talking(server)
        stand(server, 1)
        server.bus.tell(step(WorkState.QUEUED))
        await page.hears("position")
        server.bus.tell(assigned(3))
        assert await page.hears("position") == {"t": "position", "place": 0, "ewt_s": None}
        assert await page.hears("agent") == {"t": "agent", "name": "Anna"}


async def test_repeated_and_older_steps_say_nothing() -> None:
    async with ChatServer() as server:
        page = await talking(server)
        server.bus.tell(assigned(3))
        await page.hears("agent")
        for event in (assigned(3), step(WorkState.QUEUED, 1), step(WorkState.OFFERED, 2)):
            server.bus.tell(event)
        await page.hears_no_more()


async def test_an_agent_who_is_lost_has_left_and_the_visitor_waits_again() -> None:
    async with ChatServer() as server:
        page = await talking(server)
        server.bus.tell(assigned(3))
        await page.hears("agent")
        stand(server, 1)
        server.bus.tell(step(WorkState.QUEUED, 4))
        assert await page.hears("agent") == {"t": "agent", "name": ""}
        assert (await page.hears("position"))["place"] == 1
        server.bus.tell(assigned(6, "boris"))
        await page.hears("position")
        assert (await page.hears("agent"))["name"] == "Boris"


async def test_steps_from_before_the_visitor_returned_do_not_undo_what_the_store_says() -> None:
    async with ChatServer() as server:
        page = await talking(server)
        server.bus.tell(step(WorkState.QUEUED))
        await page.ws.close()
        await until(lambda: server.chat.held_threads() == [])
        server.visitors.states["visitor-1"] = ThreadState(
            open=True, agent="Anna", waiting=False, interaction_id=FIRST
        )
        again = await server.page()
        assert (await again.hello(session=page.token))["agent"] == "Anna"
        await again.hears_no_more()


async def test_a_visitor_whom_an_agent_writes_to_first_learns_who_it_is_and_sees_them_type() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        server.bus.tell(opened_by_us("visitor-1"))
        server.bus.tell(assigned(1))
        assert await page.hears("agent") == {"t": "agent", "name": "Anna"}
        server.bus.tell(
            Typing(tenant_id=DEFAULT_TENANT, interaction_id=FIRST, by_client=False, agent_id=UserId("anna"))
        )
        assert await page.hears("typing") == {"t": "typing", "typing": True}


async def test_who_said_nothing_in_it_is_asked_for_no_rating_and_who_answered_is() -> None:
    served = replace(closing().interaction, last_agent_id=UserId("anna"))
    for answers in (False, True):
        async with ChatServer() as server:
            page = await server.visitor()
            server.bus.tell(opened_by_us("visitor-1"))
            server.bus.tell(assigned(1))
            await page.hears("agent")
            if answers:
                server.bus.tell(written_by("visitor-1"))
            server.bus.tell(replace(closing(), interaction=served))
            assert ("rate" in await page.hears("closed")) is answers


async def test_who_goes_on_here_in_what_began_elsewhere_learns_who_has_it() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        server.inbox.elsewhere["visitor-1"] = FIRST
        server.visitors.states["visitor-1"] = ThreadState(
            open=True, agent="Anna", waiting=False, interaction_id=FIRST
        )
        await page.write("here I am", "m1")
        await page.hears("ack")
        assert await page.hears("agent") == {"t": "agent", "name": "Anna"}


async def test_steps_of_work_that_began_on_another_channel_are_told_to_who_goes_on_here() -> None:
    async with ChatServer() as server:
        page = await talking(server)
        server.bus.tell(assigned(3, channel="telegram"))
        assert await page.hears("agent") == {"t": "agent", "name": "Anna"}


def written_by(thread: str) -> TouchStored:
    touch = Touch(
        id=TouchId("touch-1"),
        tenant_id=DEFAULT_TENANT,
        interaction_id=FIRST,
        session_id=None,
        person_id=PersonId("person-1"),
        seq=3,
        channel="webchat",
        account=THREAD[0],
        direction=Direction.INBOUND,
        kind=TouchKind.MESSAGE,
        at=NOW,
        text="Thank you",
    )
    return TouchStored(tenant_id=DEFAULT_TENANT, touch=touch, agent_id=None, external_id=f"{thread}:m1")


async def test_nobody_else_learns_of_it() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        for other in ("visitor-2", ""):
            server.bus.tell(opened_by_us(other))
        server.bus.tell(assigned(1))
        await page.hears_no_more()


def opened_by_us(thread: str) -> InteractionOpened:
    return InteractionOpened(
        tenant_id=DEFAULT_TENANT, interaction=closing().interaction, account=THREAD[0], thread=thread
    )


# --- typing ---


async def test_the_visitor_sees_the_agent_type_and_stop() -> None:
    async with ChatServer() as server:
        page = await talking(server)
        for typing in (True, False):
            server.bus.tell(
                Typing(
                    tenant_id=DEFAULT_TENANT,
                    interaction_id=FIRST,
                    by_client=False,
                    agent_id=UserId("anna"),
                    typing=typing,
                )
            )
            assert await page.hears("typing") == {"t": "typing", "typing": typing}


async def test_the_desk_hears_the_visitor_type_once_a_second_and_stop_once() -> None:
    async with ChatServer() as server:
        heard = await overheard(server)
        page = await server.visitor(name="Ada")
        await page.say("typing", typing=True)
        await page.write("hi", "m1")
        await page.hears("ack")
        for typing in (True, True, True, False, False):
            await page.say("typing", typing=typing)
        await page.hears_no_more()
        server.clock.advance(1)
        await page.say("typing")
        await page.hears_no_more()
        await until(lambda: len(heard) == 3)
        assert [news.typing for news in heard] == [True, False, True]
        assert heard[0] == Typing(
            tenant_id=DEFAULT_TENANT, interaction_id=FIRST, by_client=True, agent_id=None, name="Ada"
        )


async def overheard(server: ChatServer) -> list[Typing]:
    heard: list[Typing] = []
    tell = server.bus.tell

    def listen(event: Any) -> None:
        heard.append(event)
        tell(event)

    server.bus.tell = listen  # type: ignore[method-assign]
    return heard


# --- the end ---


async def test_a_closed_conversation_is_told_once_and_the_next_message_begins_another() -> None:
    async with ChatServer() as server:
        page = await talking(server)
        server.inbox.close(*THREAD)
        server.bus.tell(closing())
        server.bus.tell(closing())
        assert await page.hears("closed") == {"t": "closed", "at": "2026-03-02T09:00:00Z"}
        server.bus.tell(assigned(9))
        await page.hears_no_more()
        await page.write("one more thing", "m2")
        await page.hears("ack")
        server.bus.tell(assigned(1, id="item-2", interaction_id="interaction-2"))
        assert (await page.hears("agent"))["name"] == "Anna"


async def test_a_closing_that_comes_before_its_own_message_is_known_does_not_count_as_open() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        server.bus.tell(closing())
        await page.hears_no_more()
        await page.write("hi", "m1")
        await page.hears("ack")
        server.bus.tell(assigned(3))
        await page.hears_no_more()


async def test_news_of_other_visitors_are_not_told() -> None:
    async with ChatServer() as server:
        page, other = await talking(server), await talking(server)
        server.bus.tell(assigned(3))
        await page.hears("agent")
        server.bus.tell(closing())
        await page.hears("closed")
        await other.hears_no_more()


# --- several pages, several nodes ---


async def test_every_page_of_a_visitor_hears_the_news() -> None:
    async with ChatServer() as server:
        page = await talking(server)
        second = await server.page()
        await second.hello(session=page.token)
        server.bus.tell(assigned(3))
        await page.hears("agent")
        await second.hears("agent")
        third = await server.page()
        assert (await third.hello(session=page.token))["agent"] == "Anna"


async def test_a_conversation_begun_on_a_page_of_another_node_is_this_pages_too() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        server.bus.tell(
            TouchStored(
                tenant_id=DEFAULT_TENANT,
                touch=Touch(
                    id=TouchId("touch-1"),
                    tenant_id=DEFAULT_TENANT,
                    interaction_id=FIRST,
                    session_id=None,
                    person_id=PersonId("person-1"),
                    seq=1,
                    channel="webchat",
                    account="webchat:demo",
                    direction=Direction.INBOUND,
                    kind=TouchKind.MESSAGE,
                    at=NOW,
                    text="hi",
                ),
                agent_id=None,
                external_id="visitor-1:m1",
            )
        )
        server.bus.tell(assigned(3))
        await page.hears("agent")


# --- missed news ---


async def test_after_missed_news_the_store_tells_how_conversations_stand() -> None:
    async with ChatServer(bus=EmbeddedBus(listener_limit=1)) as server:
        page = await talking(server)
        server.visitors.states["visitor-1"] = ThreadState(
            open=True, agent="Anna", waiting=False, interaction_id=FIRST
        )
        miss_news(server)
        assert await page.hears("agent") == {"t": "agent", "name": "Anna"}
        server.visitors.states["visitor-1"] = ThreadState(open=False, agent="", waiting=False)
        server.visitors.down = True
        miss_news(server)
        await page.hears_no_more()
        server.visitors.down = False
        await page.hears("closed")
        await page.hears_no_more()


def miss_news(server: ChatServer) -> None:
    """The bus cuts off whoever has more than one event waiting."""
    [line] = server.bus._listeners
    server.bus._cut(line)


# --- a site that is switched off ---


async def changed(server: ChatServer, site: Site) -> None:
    server.visitors.sites[site.key] = site
    server.bus.tell(SiteChanged(tenant_id=site.tenant_id, site_key=site.key))


async def turned_away(page: Page) -> bool:
    assert (await page.hears("error"))["code"] == "site_off"
    return await page.close_code() == 4004


async def test_a_site_that_is_switched_off_says_so_to_its_open_pages_and_no_other_site_does() -> None:
    async with ChatServer() as server:
        page, silent = await server.visitor(), await server.page()
        programme = await server.page(origin=None)
        await programme.hello()
        other = await server.page("other", origin="https://other.example")
        await other.hello()
        await changed(server, replace(SITE, setup=SiteSetup(enabled=False)))
        assert await turned_away(page)
        assert await turned_away(silent)
        assert await turned_away(programme)
        await other.hears_no_more()
        with pytest.raises(InvalidStatus):
            await server.page()


async def test_an_origin_that_is_taken_out_loses_its_pages_and_the_others_keep_theirs() -> None:
    second = "https://second.example"
    async with ChatServer() as server:
        await changed(server, replace(SITE, origins=(*SITE.origins, second)))
        page = await server.visitor()
        gone = await server.page(origin=second)
        await gone.hello()
        await changed(server, SITE)
        assert await turned_away(gone)
        assert (await page.hears("site"))["t"] == "site"
        await page.hears_no_more()


async def test_a_site_is_switched_off_also_when_the_store_could_not_say_so_at_once() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        server.visitors.down = True
        await changed(server, replace(SITE, setup=SiteSetup(enabled=False)))
        await until(lambda: server.visitors.refusals > 0)
        server.visitors.down = False
        assert await turned_away(page)
