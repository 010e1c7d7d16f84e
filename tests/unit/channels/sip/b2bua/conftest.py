"""A house, and a switchboard that leaves nothing behind."""

from collections.abc import AsyncIterator

import pytest

from hub.channels.sip.b2bua.switchboard import Switchboard
from tests.fakes.telephone import House
from tests.unit.channels.sip.b2bua.exchange import Exchange, a_queue


@pytest.fixture
def house() -> House:
    return House(a_queue())


@pytest.fixture
async def at(house: House) -> AsyncIterator[Exchange]:
    board = Switchboard(house.surroundings())
    async with board.running():
        yield Exchange(house, board)
    assert board.active == 0
    assert not house.world.out
    assert all(session.closed for session in house.engine.sessions)
