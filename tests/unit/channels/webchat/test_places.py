"""When a waiting visitor is told the place in line."""

from hub.domain.ids import DEFAULT_TENANT, QueueId
from hub.domain.work import WorkState
from hub.ports.visitors import ThreadState
from tests.fakes.webchat import ChatServer, until
from tests.fakes.webchat_events import FIRST, assigned, stand, step, talking


async def test_a_waiting_visitor_is_told_the_place_and_the_estimated_wait() -> None:
    async with ChatServer() as server:
        page = await talking(server)
        stand(server, 3)
        server.waits[3] = 91.0
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
