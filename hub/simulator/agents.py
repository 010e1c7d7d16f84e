"""Simulated agents on real sockets and the REST API, so that a wallboard has life without people."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from math import inf

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin

from hub.rest_client import HubRefused, HubSilent, RestClient
from hub.screenpop.frames import Frame, Hello, Ping
from hub.simulator.shift import Shift

PING_EVERY_S = 5.0
_PAUSE_S = 3.0

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Frame).decode


@dataclass(slots=True, kw_only=True)
class AgentTally:
    """What the simulated agents did. `refused` counts requests the hub refused: somebody was faster,
    mostly."""

    signed_in: int = 0
    accepted: int = 0
    replies: int = 0
    closed: int = 0
    refused: int = 0
    connections_lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One simulated agent's place: the hub, the sign-in, the counts, the time."""

    address: str
    login: str
    password: str
    tally: AgentTally
    monotonic: Callable[[], float]
    new_id: Callable[[], str]
    rng: random.Random


async def serve(desk: Desk) -> None:
    """Work until cancelled; a lost connection is made again.

    Raises HubRefused for a wrong login or password, HubSilent when nobody answers at the start.
    """
    async with RestClient(desk.address) as hub:
        await hub.sign_in(desk.login, desk.password)
        desk.tally.signed_in += 1
        shift = Shift(rng=desk.rng)
        try:
            while True:
                try:
                    await _connected(desk, hub, shift)
                except* (OSError, ConnectionClosed, InvalidHandshake, TimeoutError, HubSilent):
                    desk.tally.connections_lost += 1
                await _signed_in_again(desk, hub)
        finally:
            desk.tally.signed_in -= 1


async def _signed_in_again(desk: Desk, hub: RestClient) -> None:
    while True:
        await asyncio.sleep(_PAUSE_S)
        try:
            await hub.sign_in(desk.login, desk.password)
        except HubSilent:
            continue
        return


async def _connected(desk: Desk, hub: RestClient, shift: Shift) -> None:
    async with (
        connect(
            f"ws{desk.address.removeprefix('http').rstrip('/')}/ws/agent",
            origin=Origin(desk.address.rstrip("/")),
            additional_headers={"Cookie": hub.cookies()},
            compression=None,
            proxy=None,
            max_size=None,
            close_timeout=2.0,
        ) as socket,
        asyncio.TaskGroup() as group,
    ):
        await socket.send(_encode(Hello()), text=True)
        pings = group.create_task(_ping(socket))
        try:
            while True:
                await _hear(socket, shift, desk)
                await _act(desk, hub, shift)
        finally:
            pings.cancel()


async def _ping(socket: ClientConnection) -> None:
    while True:
        await asyncio.sleep(PING_EVERY_S)
        await socket.send(_encode(Ping()), text=True)


async def _hear(socket: ClientConnection, shift: Shift, desk: Desk) -> None:
    next_at = shift.next_at()
    try:
        async with asyncio.timeout(None if next_at == inf else max(0.0, next_at - desk.monotonic())):
            raw = await socket.recv(decode=False)
    except TimeoutError:
        return
    shift.heard(_decode(raw), desk.monotonic())


async def _act(desk: Desk, hub: RestClient, shift: Shift) -> None:
    before = (shift.accepted, shift.replies, shift.closed)
    for request in shift.due(desk.monotonic()):
        try:
            await hub.post(request.path, request.body, key=desk.new_id())
        except HubRefused:
            desk.tally.refused += 1
    accepted, replies, closed = before
    desk.tally.accepted += shift.accepted - accepted
    desk.tally.replies += shift.replies - replies
    desk.tally.closed += shift.closed - closed
