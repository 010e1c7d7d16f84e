"""Connections: TLS, keep-alives, limits, deadlines, reuse, and names that lead somewhere."""

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hub.channels.sip.headers import name_addr_of
from hub.channels.sip.leg import Target
from hub.channels.sip.message import Message
from hub.channels.sip.transport import transports
from hub.channels.sip.transport.flow import Door, Flow, SendFailed, Unreachable
from hub.channels.sip.transport.names import Service
from hub.channels.sip.transport.streams import Patience
from hub.channels.sip.transport.transports import Listening, Transports
from hub.channels.sip.uri import sip_uri
from hub.channels.sip.user_agent import SipUserAgent
from hub.channels.sip.way import Hop
from tests.fakes.sip_network import SDP, Desk, Listener

OPTIONS = (
    b"OPTIONS sip:a@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK1\r\n"
    b"From: <sip:b@127.0.0.1>;tag=1\r\nTo: <sip:a@127.0.0.1>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n"
    b"Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
)


class Kept:
    """Keeps what comes."""

    def __init__(self) -> None:
        self.came: asyncio.Queue[tuple[Flow, Message]] = asyncio.Queue()
        self.gone: asyncio.Queue[Flow] = asyncio.Queue()

    def received(self, flow: Flow, message: Message) -> None:
        self.came.put_nowait((flow, message))

    def closed(self, flow: Flow) -> None:
        self.gone.put_nowait(flow)

    async def next(self) -> tuple[Flow, Message]:
        async with asyncio.timeout(5):
            return await self.came.get()

    async def next_gone(self) -> Flow:
        async with asyncio.timeout(5):
            return await self.gone.get()


async def listening(stack: AsyncExitStack, at: Listening, **door: object) -> tuple[Transports, Kept]:
    kept = Kept()
    made = Door(**door)  # type: ignore[arg-type]
    made.receiver = kept
    return await stack.enter_async_context(Transports(at, made)), kept


def tcp(port: int) -> Hop:
    return Hop(transport="TCP", host="127.0.0.1", port=port)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hub.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "cert.pem", folder / "key.pem"


async def test_a_call_over_tls_and_none_to_whom_nobody_vouches_for(certificate: tuple[Path, Path]) -> None:
    cert, key = certificate
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert, key)
    trusting = ssl.create_default_context(cafile=str(cert))
    async with AsyncExitStack() as stack:
        desk, door = Desk(), Door()
        ways = Transports(Listening(port=0, tls_port=0, tls=server), door)
        bob = SipUserAgent(ways, incoming=desk)
        door.receiver = bob
        await stack.enter_async_context(bob)
        await stack.enter_async_context(ways)
        uri = sip_uri("bob", "127.0.0.1", ways.tls_port, params=(("transport", "tls"),))
        ends = {}
        for name, context in (("trusting", trusting), ("strict", ssl.create_default_context())):
            door = Door()
            own = Transports(Listening(port=0, client_tls=context), door)
            alice = SipUserAgent(own)
            door.receiver = alice
            await stack.enter_async_context(alice)
            await stack.enter_async_context(own)
            ends[name] = heard = Listener()
            await alice.call(Target(uri=uri), SDP, heard, caller=name_addr_of("<sip:alice@127.0.0.1>"))
        came, told = await desk.call(within_s=5)
        assert came.invite.via.transport == "TLS"
        await came.answer(SDP)
        await told.until("confirmed", 5)
        await ends["trusting"].until("answered", 5)
        await ends["strict"].until("ended", 5)
        assert ends["strict"].end is not None
        assert ends["strict"].end.status == 503
        assert len(desk.calls) == 1
        await came.end()
        await ends["trusting"].until("ended", 5)


async def test_a_ping_is_answered_and_messages_come_in_pieces() -> None:
    async with AsyncExitStack() as stack:
        ways, kept = await listening(stack, Listening(port=0))
        reader, writer = await asyncio.open_connection("127.0.0.1", ways.port)
        writer.write(b"\r\n\r\n")
        assert await reader.readexactly(2) == b"\r\n"
        for piece in (OPTIONS[:40], OPTIONS[40:] + OPTIONS[:10], OPTIONS[10:]):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)
        first, _ = await kept.next()
        flow, _ = await kept.next()
        assert flow is first
        assert flow.transport == "TCP"
        writer.close()
        assert await kept.next_gone() is flow


async def test_a_message_that_never_ends_and_a_connection_that_never_speaks_are_closed() -> None:
    patience = Patience(stranger_s=0.3, message_s=0.3)
    async with AsyncExitStack() as stack:
        ways, kept = await listening(stack, Listening(port=0, patience=patience))
        for begun in (b"", OPTIONS[:50]):
            reader, writer = await asyncio.open_connection("127.0.0.1", ways.port)
            writer.write(begun)
            async with asyncio.timeout(5):
                assert await reader.read() == b""
            writer.close()
            await kept.next_gone()
        assert kept.came.empty()


async def test_a_message_that_trickles_ends_when_it_should_and_no_later() -> None:
    patience = Patience(stranger_s=5.0, message_s=0.5)
    async with AsyncExitStack() as stack:
        ways, _ = await listening(stack, Listening(port=0, patience=patience))
        reader, writer = await asyncio.open_connection("127.0.0.1", ways.port)
        writer.write(OPTIONS)
        await asyncio.sleep(0.2)
        loop = asyncio.get_running_loop()
        began_s, n = loop.time(), 0
        with suppress(ConnectionError):
            while not reader.at_eof() and loop.time() - began_s < 3.0:
                writer.write(OPTIONS[n : n + 1])
                n += 1
                with suppress(TimeoutError):
                    async with asyncio.timeout(0.05):
                        await reader.read(1)
        assert 0.4 < loop.time() - began_s < 0.9
        writer.close()


async def test_a_stranger_that_only_keeps_the_line_open_is_closed_and_one_that_signed_in_is_not() -> None:
    patience = Patience(stranger_s=0.4)
    async with AsyncExitStack() as stack:
        ways, kept = await listening(stack, Listening(port=0, patience=patience))
        _, writer = await asyncio.open_connection("127.0.0.1", ways.port)
        _, known = await asyncio.open_connection("127.0.0.1", ways.port)
        known.write(OPTIONS)
        flow, _ = await kept.next()
        ways.trust(flow)
        for _ in range(10):
            writer.write(b"\r\n\r\n")
            await asyncio.sleep(0.1)
        async with asyncio.timeout(5):
            gone = await kept.next_gone()
        assert gone is not flow
        assert flow.is_open
        known.write(OPTIONS)
        assert (await kept.next())[0] is flow
        for one in (writer, known):
            one.close()


async def test_idle_strangers_shut_out_neither_newcomers_nor_whoever_signed_in() -> None:
    async with AsyncExitStack() as stack:
        ways, kept = await listening(stack, Listening(port=0, connections=8))
        _, phone = await asyncio.open_connection("127.0.0.1", ways.port)
        phone.write(OPTIONS)
        flow, _ = await kept.next()
        ways.trust(flow)
        writers = []
        for _ in range(12):
            reader, writer = await asyncio.open_connection("127.0.0.1", ways.port)
            writers.append(writer)
            writer.write(b"\r\n\r\n")
            async with asyncio.timeout(5):
                assert await reader.read(2) == b"\r\n"
        assert flow.is_open
        assert ways.has_room_for("192.0.2.1")
        writers[-1].write(OPTIONS)
        assert (await kept.next())[0].is_open
        for one in (*writers, phone):
            one.close()


async def test_who_begins_tls_and_says_nothing_is_let_go(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transports, "_HANDSHAKE_S", 0.2)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*certificate)
    async with AsyncExitStack() as stack:
        ways, kept = await listening(stack, Listening(port=0, tls_port=0, tls=server))
        reader, writer = await asyncio.open_connection("127.0.0.1", ways.tls_port)
        async with asyncio.timeout(5):
            assert await reader.read() == b""
        writer.close()
        assert kept.came.empty()


async def test_who_does_not_read_is_cut_off() -> None:
    patience = Patience(backlog_bytes=64 * 1024)
    async with AsyncExitStack() as stack:
        ways, kept = await listening(stack, Listening(port=0, patience=patience))
        _, writer = await asyncio.open_connection("127.0.0.1", ways.port)
        writer.write(OPTIONS)
        flow, _ = await kept.next()

        def flood() -> None:
            for _ in range(1_000):
                flow.send(b"x" * 32 * 1024)

        with pytest.raises(SendFailed):
            flood()
        assert await kept.next_gone() is flow
        writer.close()


async def test_so_many_connections_and_no_more() -> None:
    async with AsyncExitStack() as stack:
        ways, _ = await listening(stack, Listening(port=0, connections_per_address=2))
        writers = []
        for n in range(3):
            reader, writer = await asyncio.open_connection("127.0.0.1", ways.port)
            writers.append(writer)
            writer.write(b"\r\n\r\n")
            try:
                async with asyncio.timeout(5):
                    answer = await reader.read(2)
            except ConnectionError:
                answer = b""
            assert answer == (b"\r\n" if n < 2 else b"")
        for writer in writers:
            writer.close()


async def test_nothing_is_read_of_who_is_not_allowed() -> None:
    async with AsyncExitStack() as stack:
        asked: list[str] = []

        def allowed(address: str, by: str) -> bool:
            asked.append(address)
            return False

        ways, kept = await listening(stack, Listening(port=0), allowed=allowed)
        loop = asyncio.get_running_loop()
        wire, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, remote_addr=("127.0.0.1", ways.port)
        )
        wire.sendto(OPTIONS)
        async with asyncio.timeout(5):
            while not asked:
                await asyncio.sleep(0.01)
        assert kept.came.empty()
        wire.close()


async def test_a_connection_is_made_once_and_used_by_all() -> None:
    async with AsyncExitStack() as stack:
        ours, _ = await listening(stack, Listening(port=0))
        theirs, kept = await listening(stack, Listening(port=0))
        async with asyncio.TaskGroup() as group:
            jobs = [group.create_task(ours.reach(tcp(theirs.port))) for _ in range(5)]
        [flow] = {job.result() for job in jobs}
        flow.send(OPTIONS)
        there, _ = await kept.next()
        # and the other side answers, and asks, on the very same one
        assert theirs.ready(tcp(there.port)) is there


async def test_a_name_is_looked_up_and_the_first_place_that_is_there_is_taken() -> None:
    class Names:
        async def addresses(self, host: str) -> Sequence[str]:
            if host != "sip1.carrier.test":
                raise OSError(host)
            return ["127.0.0.1"]

        async def services(self, name: str) -> Sequence[Service]:
            assert name == "_sip._tcp.carrier.test"
            return [
                Service(host="gone.carrier.test", port=1, priority=0),
                Service(host="sip1.carrier.test", port=closed, priority=1),
                Service(host="sip1.carrier.test.", port=theirs.port, priority=2),
            ]

    async with AsyncExitStack() as stack:
        theirs, _ = await listening(stack, Listening(port=0))
        other, _ = await listening(AsyncExitStack(), Listening(port=0))
        closed = other.port
        await other.__aexit__(None, None, None)
        made = Door()
        made.receiver = Kept()
        ours = await stack.enter_async_context(Transports(Listening(port=0), made, resolver=Names()))
        hop = Hop(transport="TCP", host="carrier.test", port=5060, needs_srv=True)
        flow = await ours.reach(hop)
        assert (flow.host, flow.port) == ("127.0.0.1", theirs.port)
        with pytest.raises(Unreachable):
            await ours.reach(replace(hop, host="other.test", needs_srv=False))


async def test_where_all_addresses_are_listened_on_each_is_told_the_one_that_reaches_it() -> None:
    async with AsyncExitStack() as stack:
        ways, _ = await listening(stack, Listening(host="0.0.0.0", port=0))
        flow = ways.flow("udp:127.0.0.1:5060")
        assert flow is not None
        assert str(ways.contact(flow).uri) == f"sip:hub@127.0.0.1:{ways.port}"
        assert ways.via(flow, "z9hG4bKx").host == "127.0.0.1"
        named, _ = await listening(stack, Listening(host="0.0.0.0", port=0, public_host="sip.house.test"))
        assert str(named.contact(flow).uri) == f"sip:hub@sip.house.test:{named.port}"
