"""What anybody can write on an envelope of UDP shuts out nobody, and locks nobody's account."""

import asyncio

from hub.channels.sip.channel import Telephony
from hub.channels.sip.guard import Guard, Limits
from hub.clock import SystemClock
from tests.fakes.phones import FakePhones, telephony
from tests.fakes.sip_phone import UdpSocket
from tests.unit.channels.sip.phones.conftest import MakeUdp
from tests.unit.channels.sip.phones.test_registering import ANNA, PRINCIPAL, desk_phone, running


def _guarded(guard: Guard, store: FakePhones | None = None) -> Telephony:
    clock = SystemClock()
    return telephony(
        store,
        clock=clock,
        watch=guard,
        allowed=lambda address, by: guard.admits(address, clock.monotonic(), by_udp=by == "UDP"),
    )


async def _forged(socket: UdpSocket, count: int = 103) -> None:
    """Packets that say to be from where the office is, one for each name; nobody there reads the answers."""
    for n in range(count):
        socket.send(desk_phone(socket, f"u{n}", "x").request())
        await asyncio.sleep(0.003)
    await asyncio.sleep(0.2)


async def test_forged_packets_do_not_shut_out_an_office(udp: MakeUdp) -> None:
    guard, store = Guard(), FakePhones()
    async with running(_guarded(guard, store)) as channel:
        found = await channel.counter.desk_credentials(PRINCIPAL, ANNA)
        socket = await udp(channel.transports.port)
        assert (await desk_phone(socket, found.username, found.password).register()).status == 200
        await _forged(await udp(channel.transports.port))
        assert not guard.banned(SystemClock().monotonic())
        assert (await desk_phone(socket, found.username, found.password).register()).status == 200
    # nor one that registered before the hub began anew
    guard = Guard()
    async with running(_guarded(guard, store)) as channel:
        await _forged(await udp(channel.transports.port))
        socket = await udp(channel.transports.port)
        assert (await desk_phone(socket, found.username, found.password).register()).status == 200


async def test_forged_passwords_lock_nobody_out(udp: MakeUdp) -> None:
    guard = Guard(Limits(wrong_in_a_row=3))
    async with running(_guarded(guard)) as channel:
        found = await channel.counter.desk_credentials(PRINCIPAL, ANNA)
        socket = await udp(channel.transports.port)
        for n in range(30):
            forged = desk_phone(socket, found.username, "x").request()
            signed = f'Digest username="{found.username}", realm="touchline", nonce="made up {n}", uri="sip:touchline",'
            signed += f' response="{"0" * 32}", algorithm=MD5, qop=auth, nc=00000001, cnonce="1"'
            assert (await socket.exchange(forged.adding("Authorization", signed))).status == 401
        assert (guard.counts.locks, guard.counts.bans) == (0, 0)
        assert (await desk_phone(socket, found.username, found.password).register()).status == 200
