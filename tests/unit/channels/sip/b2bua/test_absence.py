"""An agent's browser loses its socket while they talk: minutes pass in no time."""

import asyncio
from collections.abc import Awaitable, Callable

from hub.channels.sip.b2bua.absence import GRACE_S, QUIET_S
from hub.channels.sip.b2bua.switchboard import Switchboard
from hub.domain.call import AgentPhone
from tests.fakes.telephone import House
from tests.fakes.virtual_time import run
from tests.unit.channels.sip.b2bua.exchange import (
    BORIS,
    BRIDGED,
    CALL,
    Exchange,
    a_queue,
    dialled,
    from_phone,
)


def told(story: Callable[[Exchange], Awaitable[None]]) -> None:
    """The story, at a switchboard in virtual time that nothing is left on."""

    async def whole() -> None:
        house = House(a_queue())
        board = Switchboard(house.surroundings())
        async with board.running():
            await story(Exchange(house, board))
        assert board.active == 0
        assert not house.world.out
        assert all(session.closed for session in house.engine.sessions)

    run(whole())


def music(at: Exchange) -> bool:
    return "client" in at.sound.playing


def test_who_is_heard_talks_on_without_a_socket() -> None:
    async def story(at: Exchange) -> None:
        _, phone = await at.talk()
        at.sound.speaks.add("agent")
        await phone.loses_its_socket()
        await asyncio.sleep(10 * GRACE_S)
        assert at.sound.bridged == {BRIDGED}
        assert not music(at)
        assert not any("came_back" in one for one in at.said)

    told(story)


def test_who_is_silent_too_leaves_the_client_with_music_and_is_heard_again() -> None:
    async def story(at: Exchange) -> None:
        _, phone = await at.talk()
        await phone.loses_its_socket()
        await asyncio.sleep(QUIET_S + 1.5)
        assert music(at)
        await phone.comes_back()
        await asyncio.sleep(GRACE_S - 5)
        assert music(at)
        at.sound.speaks.add("agent")
        await asyncio.sleep(2.5)
        assert not music(at)
        assert at.sound.bridged == {BRIDGED}
        at.sound.speaks.clear()
        await asyncio.sleep(3 * GRACE_S)
        assert not any("came_back" in one for one in at.said)

    told(story)


def test_who_does_not_come_back_gives_the_client_back_to_the_line_in_the_old_place() -> None:
    async def story(at: Exchange) -> None:
        caller, phone = await at.talk()
        await phone.loses_its_socket()
        await asyncio.sleep(GRACE_S - 2)
        assert not any("came_back" in one for one in at.said)
        await asyncio.sleep(4)
        assert "desk came_back phone_lost" in at.said
        assert phone.is_over
        assert not caller.is_over
        assert music(at)
        boris = await at.rings(BORIS, "r2")
        await boris.picks_up()
        await at.settle()
        assert "desk answered r2" in at.said
        assert at.sound.bridged == {BRIDGED}

    told(story)


def test_a_call_without_a_line_of_its_own_ends() -> None:
    async def story(at: Exchange) -> None:
        at.house.desk.has_line = False
        caller, phone = await at.talk()
        await phone.loses_its_socket()
        await asyncio.sleep(GRACE_S + 2)
        assert "desk ended media_lost" in at.said
        assert caller.is_over

    told(story)


def test_a_store_that_is_away_is_asked_until_it_is_there() -> None:
    async def story(at: Exchange) -> None:
        caller, phone = await at.talk()
        await phone.loses_its_socket()
        await asyncio.sleep(GRACE_S - 1)
        at.house.desk.down = 3
        await asyncio.sleep(8)
        assert at.said.count("desk came_back phone_lost") == 1
        assert not caller.is_over

    told(story)


def test_who_is_on_hold_keeps_the_music_of_the_hold() -> None:
    async def story(at: Exchange) -> None:
        _, phone = await at.talk()
        await at.board.hold(CALL, held=True)
        await phone.loses_its_socket()
        await asyncio.sleep(QUIET_S + 1.5)
        at.sound.speaks.add("agent")
        await phone.comes_back()
        await asyncio.sleep(3)
        assert music(at)
        assert at.sound.bridged == set()
        await at.board.hold(CALL, held=False)
        assert not music(at)
        assert at.sound.bridged == {BRIDGED}

    told(story)


def test_who_takes_over_a_client_on_hold_can_put_them_on_hold_and_record() -> None:
    async def story(at: Exchange) -> None:
        _, phone = await at.talk()
        await at.board.hold(CALL, held=True)
        await phone.loses_its_socket()
        await asyncio.sleep(GRACE_S + 2)
        boris = await at.rings(BORIS, "r2")
        await boris.picks_up()
        await at.settle()
        before = at.said.count("desk held")
        await at.board.hold(CALL, held=True)
        assert at.said.count("desk held") == before + 1

    told(story)


def test_a_client_whom_we_called_waits_for_the_next_agent() -> None:
    async def story(at: Exchange) -> None:
        phone, client = await dialled(at)
        await client.picks_up()
        await at.settle()
        await phone.loses_its_socket()
        await asyncio.sleep(GRACE_S + 2)
        assert "desk came_back phone_lost" in at.said
        assert not client.is_over
        await phone.ends()
        boris = await at.rings(BORIS, "r2")
        await boris.picks_up()
        await at.settle()
        assert at.sound.bridged == {BRIDGED}
        assert not client.is_over

    told(story)


def test_a_client_who_has_not_answered_is_not_called_for_nobody() -> None:
    async def story(at: Exchange) -> None:
        phone, client = await dialled(at)
        await phone.loses_its_socket()
        await asyncio.sleep(GRACE_S + 2)
        assert client.is_over
        assert "desk ended media_lost" in at.said

    told(story)


def test_colleagues_wait_for_each_other_as_long() -> None:
    async def story(at: Exchange) -> None:
        at.house.desk.phones[BORIS] = AgentPhone(agent_id=BORIS)
        calling = await from_phone(at, "boris")
        called = at.house.user_agent.legs[-1]
        await called.picks_up()
        await at.settle()
        await called.loses_its_socket()
        await asyncio.sleep(GRACE_S - 2)
        assert not calling.is_over
        await called.comes_back()
        at.sound.speaks.add("third")
        await asyncio.sleep(3 * GRACE_S)
        assert not calling.is_over
        at.sound.speaks.clear()
        await called.loses_its_socket()
        await asyncio.sleep(GRACE_S + 2)
        assert calling.is_over

    told(story)


def test_the_next_agent_is_not_waited_for_in_the_place_of_who_was_lost() -> None:
    async def story(at: Exchange) -> None:
        _, phone = await at.talk()
        await phone.loses_its_socket()
        await at.settle()
        await phone.ends()  # hung up at the console meanwhile
        await asyncio.sleep(2 * GRACE_S)
        assert at.said.count("desk ended agent_hung_up") == 1
        assert not any("came_back" in one for one in at.said)

    told(story)
