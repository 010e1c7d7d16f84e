"""Simulated clients on real sockets, against a hub that behaves as each test needs."""

import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import count, islice
from typing import Any

import msgspec
from websockets.asyncio.server import ServerConnection, serve

from hub.channels.webchat.frames import (
    AckFrame,
    ErrorFrame,
    HelloFrame,
    HubFrame,
    MessageFrame,
    VisitorFrame,
    VisitorHello,
    VisitorLeave,
    VisitorMessage,
)
from hub.ids import new_id
from hub.simulator.client import Street, Tally, play, simulate
from hub.simulator.plan import Visit
from hub.simulator.scripts import parsed

AT = datetime(2026, 1, 1, tzinfo=UTC)
(SCRIPT,) = parsed("en", "== support · resolved\n> one\n< Hi\n> two\n")

decode = msgspec.json.Decoder(VisitorFrame).decode
encode = msgspec.json.encode


def visit(number: int = 1, **given) -> Visit:
    """A visit of a client in a great hurry."""
    settled: dict[str, Any] = {
        "number": number,
        "at_s": 0.0,
        "site": "demo",
        "script": SCRIPT,
        "name": "Ann",
        "email": "",
        "page": "",
        "referrer": "",
        "think_s": 0.0,
        "chars_per_s": 1e6,
        "patience_s": 30.0,
        "ask_again": False,
        "reload_s": None,
    }
    return Visit(**(settled | given))


def street(port: int) -> Street:
    return Street(
        address=f"http://127.0.0.1:{port}",
        tally=Tally(),
        monotonic=time.monotonic,
        new_id=new_id,
        rng=random.Random(1),
    )


@asynccontextmanager
async def a_hub(
    handler: Callable[[ServerConnection], Awaitable[None]], *, refusal: HTTPStatus | None = None
) -> AsyncIterator[int]:
    """The port of a server that greets as `handler` does, or refuses every upgrade."""

    def refuse(connection, _request):
        return connection.respond(refusal, "no\n") if refusal else None

    async with serve(handler, "127.0.0.1", 0, process_request=refuse) as server:
        yield server.sockets[0].getsockname()[1]


async def say(socket: ServerConnection, *frames: HubFrame) -> None:
    for frame in frames:
        await socket.send(encode(frame), text=True)


async def friendly(socket: ServerConnection) -> None:
    """Greets, confirms, and answers each message."""
    seqs = count(1)
    async for raw in socket:
        match decode(raw):
            case VisitorHello():
                await say(socket, HelloFrame(closed=False, opens_at=None, session="token", resumed=False))
            case VisitorMessage(client_msg_id=msg_id):
                await say(socket, AckFrame(client_msg_id=msg_id, seq=next(seqs), at=AT))
                await say(socket, MessageFrame(seq=next(seqs), text="Hi", at=AT))


async def test_a_client_who_is_answered_says_everything_and_leaves() -> None:
    async with a_hub(friendly) as port:
        here = street(port)
        await play(here, visit())

    tally = here.tally
    assert (tally.came, tally.open, tally.answered) == (1, 0, 1)
    assert tally.answers >= 1
    assert (tally.sent, tally.acked, tally.unconfirmed, tally.resent) == (2, 2, 0, 0)


async def test_a_message_that_was_lost_with_its_connection_goes_out_again_under_the_same_id() -> None:
    ids: list[str] = []
    connections = count(1)

    async def loses_the_first(socket: ServerConnection) -> None:
        number = next(connections)
        async for raw in socket:
            frame = decode(raw)
            if isinstance(frame, VisitorMessage):
                ids.append(frame.client_msg_id)
                if number == 1:
                    socket.transport.abort()
                    return
                await say(socket, AckFrame(client_msg_id=frame.client_msg_id, seq=len(ids), at=AT))
                await say(socket, MessageFrame(seq=100 + len(ids), text="Hi", at=AT))
            elif isinstance(frame, VisitorHello):
                assert frame.session == (None if number == 1 else "token")
                await say(
                    socket, HelloFrame(closed=False, opens_at=None, session="token", resumed=number > 1)
                )

    async with a_hub(loses_the_first) as port:
        here = street(port)
        await play(here, visit())

    assert ids[0] == ids[1]
    assert (here.tally.sent, here.tally.resent, here.tally.acked) == (2, 1, 2)
    assert here.tally.connections_lost == 1
    assert here.tally.answered == 1


async def test_a_client_who_loses_the_page_comes_back_as_the_same_visitor() -> None:
    sessions: list[str | None] = []

    async def answers_those_who_come_back(socket: ServerConnection) -> None:
        async for raw in socket:
            match decode(raw):
                case VisitorHello(session=session):
                    sessions.append(session)
                    await say(
                        socket,
                        HelloFrame(closed=False, opens_at=None, session="token", resumed=session is not None),
                    )
                    if session is not None:
                        await say(socket, MessageFrame(seq=50, text="Hi", at=AT))
                case VisitorMessage(client_msg_id=msg_id):
                    await say(socket, AckFrame(client_msg_id=msg_id, seq=1, at=AT))

    async with a_hub(answers_those_who_come_back) as port:
        here = street(port)
        await play(here, visit(reload_s=0.05))

    assert sessions == [None, "token"]
    assert (here.tally.answered, here.tally.connections_lost) == (1, 0)


async def test_a_client_nobody_answers_says_so_and_is_counted_as_abandoned() -> None:
    heard: list[VisitorFrame] = []

    async def mute(socket: ServerConnection) -> None:
        async for raw in socket:
            frame = decode(raw)
            heard.append(frame)
            if isinstance(frame, VisitorHello):
                await say(socket, HelloFrame(closed=False, opens_at=None, session="token", resumed=False))
            elif isinstance(frame, VisitorMessage):
                await say(socket, AckFrame(client_msg_id=frame.client_msg_id, seq=1, at=AT))

    async with a_hub(mute) as port:
        here = street(port)
        await play(here, visit(patience_s=0.05))

    assert here.tally.abandoned == 1
    assert isinstance(heard[-1], VisitorLeave)


async def test_a_site_that_is_not_there_is_not_asked_again() -> None:
    async with a_hub(friendly, refusal=HTTPStatus.NOT_FOUND) as port:
        here = street(port)
        await play(here, visit())

    assert here.tally.refusals == {"http_404": 1}
    assert here.tally.connections_lost == 0


async def test_a_hub_that_is_overloaded_is_asked_until_patience_ends() -> None:
    async with a_hub(friendly, refusal=HTTPStatus.SERVICE_UNAVAILABLE) as port:
        here = street(port)
        await play(here, visit(patience_s=0.1))

    assert here.tally.cut_off == 1
    assert here.tally.connections_lost >= 1


async def test_a_refusal_by_frame_is_counted_under_its_code() -> None:
    async def full(socket: ServerConnection) -> None:
        await socket.recv()
        await say(socket, ErrorFrame(code="too_many", text="too many"))

    async with a_hub(full) as port:
        here = street(port)
        await play(here, visit())

    assert here.tally.refusals == {"too_many": 1}


async def test_clients_come_as_planned_and_those_who_would_be_too_many_do_not() -> None:
    async def keeps_them(socket: ServerConnection) -> None:
        async for raw in socket:
            if isinstance(decode(raw), VisitorHello):
                await say(socket, HelloFrame(closed=False, opens_at=None, session="token", resumed=False))

    coming = (visit(number, at_s=number / 100, think_s=60) for number in range(1, 1000))
    async with a_hub(keeps_them) as port:
        here = street(port)
        await simulate(here, islice(coming, 8), for_s=0.5, at_most_open=3)

    assert (here.tally.came, here.tally.skipped) == (3, 5)
    assert (here.tally.time_up, here.tally.open) == (3, 0)
