"""Sockets of desk phones."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.fakes.sip_phone import UdpSocket, udp_socket

MakeUdp = Callable[[int], Awaitable[UdpSocket]]


@pytest.fixture
async def udp() -> AsyncIterator[MakeUdp]:
    """Makes sockets that talk to a port; they are closed in the end."""
    made = []

    async def make(port: int) -> UdpSocket:
        made.append(await udp_socket(port))
        return made[-1]

    yield make
    for one in made:
        one.transport.close()
