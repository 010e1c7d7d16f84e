"""What visitors are told of what happens in the hub: their place, their agent, typing, the end."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hub.cluster.embedded.bus import EmbeddedBus
from hub.domain.agent import Media
from hub.domain.events import DeliveryChanged, InteractionClosed, TouchStored, Typing, WorkStepped
from hub.domain.ids import DEFAULT_TENANT, InteractionId, PersonId, QueueId, TouchId, UserId, WorkItemId
from hub.domain.interaction import Interaction, InteractionState
from hub.domain.touch import Delivery, Direction, Touch, TouchKind
from hub.domain.work import WorkItem, WorkState
from hub.ports.visitors import Place, ThreadState
from tests.fakes.webchat import ChatServer, Page, reply, until

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FIRST = InteractionId("interaction-1")
THREAD = ("webchat:demo", "visitor-1")


def work(state: WorkState, version: int = 1, **changes: Any) -> WorkItem:
    return WorkItem(
        **{
            "id": WorkItemId("item-1"),
            "tenant_id": DEFAULT_TENANT,
            "interaction_id": FIRST,
            "person_id": PersonId("person-1"),
            "queue_id": QueueId("support"),
            "channel": "webchat",
            "media": Media.CHAT,
            "language": "en",
            "skills": {},
            "priority": 0,
            "state": state,
            "first_queued_at": NOW,
            "queued_at": NOW,
            "urgent_at": NOW,
            "state_at": NOW,
            "received_at": NOW,
            "version": version,
            **changes,
        }
    )


def step(state: WorkState, version: int = 1, **changes: Any) -> WorkStepped:
    return WorkStepped(tenant_id=DEFAULT_TENANT, item=work(state, version, **changes), reason=state)


def assigned(version: int, agent: str = "anna", **changes: Any) -> WorkStepped:
    return step(WorkState.ASSIGNED, version, agent_id=UserId(agent), **changes)


def closing(interaction_id: InteractionId = FIRST) -> InteractionClosed:
    return InteractionClosed(
        tenant_id=DEFAULT_TENANT,
        interaction=Interaction(
            id=interaction_id,
            tenant_id=DEFAULT_TENANT,
            person_id=PersonId("person-1"),
            channel="webchat",
            queue_id=QueueId("support"),
            language="en",
            state=InteractionState.CLOSED,
            opened_at=NOW,
            closed_at=NOW,
        ),
    )


async def talking(server: ChatServer) -> Page:
    """A visitor whose first message was taken."""
    page = await server.visitor()
    await page.write("hi", "m1")
    await page.hears("ack")
    return page


def stand(server: ChatServer, place: int, thread: str = "visitor-1", queue: str = "support") -> None:
    server.visitors.line = [Place(thread=thread, queue_id=QueueId(queue), place=place)]


# --- places ---


async def test_a_waiting_visitor_is_told_the_place_and_the_estimated_wait() -> None:
    async with ChatServer() as server:
        page = await talking(server)
        stand(server, 3)
        server.waits[3] = 93.0
        server.bus.tell(step(WorkState.QUEUED))
        assert await page.hears("position") == {"t": "position", "place": 3, "ewt_s": 95.0}
        assert server.visitors.looks == [(DEFAULT_TENANT, ("support",), "webchat:demo")]


async def test_a_place_is_told_again_only_when_it_has_changed() -> None:
    async with ChatServer() as server:
        page = await talking(server)
        stand(server, 2)
        server.bus.tell(step(WorkState.QUEUED))
        await page.hears("position")
        for version in (1, 2, 3):
            server.bus.tell(step(WorkState.QUEUED, version, id="item-9", interaction_id="other"))
            await looks(server, version + 1)
        await page.hears_no_more()
        stand(server, 1)
        server.bus.tell(step(WorkState.OFFERED, 4, id="item-9", interaction_id="other", channel="email"))
        assert await page.hears("position") == {"t": "position", "place": 1, "ewt_s": None}


async def looks(server: ChatServer, times: int) -> None:
    """The lines have been looked at so often."""
    await until(lambda: len(server.visitors.looks) >= times)


async def test_many_changes_of_a_line_are_one_look_at_it() -> None:
    async with ChatServer(places_every_s=0.2) as server:
        page = await talking(server)
        stand(server, 1)
        server.bus.tell(step(WorkState.QUEUED))
        await page.hears("position")
        for version in range(1, 100):
            server.bus.tell(step(WorkState.QUEUED, version, id="item-9", interaction_id="other"))
        await until(lambda: len(server.visitors.looks) == 2)
        await page.hears_no_more()


async def test_a_line_in_which_nobody_here_waits_is_not_looked_at() -> None:
    async with ChatServer() as server:
        page = await talking(server)
        server.bus.tell(step(WorkState.QUEUED, queue_id=QueueId("sales"), interaction_id="other"))
        server.bus.tell(assigned(2))
        await page.hears("agent")
        server.bus.tell(step(WorkState.QUEUED, id="item-9", interaction_id="other"))
        await page.hears_no_more()
        assert server.visitors.looks == []


async def test_a_look_that_fails_is_made_again() -> None:
    async with ChatServer() as server:
        page = await talking(server)
        stand(server, 1)
        server.visitors.down = True
        server.bus.tell(step(WorkState.QUEUED))
        await page.hears_no_more()
        server.visitors.down = False
        await page.hears("position")


async def test_a_step_heard_before_we_knew_whose_it_is_counts() -> None:
    async with ChatServer() as server:
        page = await server.visitor()
        stand(server, 1)
        server.bus.tell(step(WorkState.QUEUED))
        await page.hears_no_more()
        await page.write("hi", "m1")
        await page.hears("ack")
        await page.hears("position")


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


async def test_a_visitor_who_returns_while_waiting_is_told_the_place() -> None:
    async with ChatServer() as server:
        page = await talking(server)
        await page.ws.close()
        await until(lambda: server.chat.held_threads() == [])
        server.visitors.states["visitor-1"] = ThreadState(
            open=True, agent="", waiting=True, interaction_id=FIRST
        )
        stand(server, 4)
        again = await server.page()
        answer = await again.hello(session=page.token)
        assert answer["open"] is True
        assert (await again.hears("position"))["place"] == 4
        third = await server.page()
        await third.hello(session=page.token)
        assert (await third.hears("position"))["place"] == 4


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


# --- what is on the screen ---


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
