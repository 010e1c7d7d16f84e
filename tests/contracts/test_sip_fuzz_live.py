"""Messages with anything done to them, sent to the running channel: it answers others all the while, and nothing in it
fails. `SIP_FUZZ` says how many, `SIP_FUZZ_SEED` where to begin."""

import asyncio
import os
import random
import socket
import sys
import time
from contextlib import suppress
from statistics import median

import pytest

from hub.channels.sip import stack as stack_module
from hub.channels.sip.leg import InboundLeg, Leg, LegEvents, LegOver, Source
from hub.channels.sip.legs import told as told_module
from hub.channels.sip.message import Request, Response
from hub.channels.sip.refusal import Field
from hub.channels.sip.transport import flow as flow_module
from hub.channels.sip.uri import uri_of
from hub.channels.sip.user_agent import Strangers
from tests.fakes.phones import telephony
from tests.fakes.sip_network import SDP, Listener
from tests.fakes.sip_phone import UdpSocket, udp_socket
from tests.unit.channels.sip.test_fuzz import CORPUS, mutated

MESSAGES = int(os.environ.get("SIP_FUZZ", "3000"))
SEED = int(os.environ.get("SIP_FUZZ_SEED", "3261"))
BATCH = 250
DATAGRAM_BYTES = 60_000
ANSWERED_WITHIN_S = 1.0

pytestmark = pytest.mark.timeout(max(120, MESSAGES // 50))


METHODS = (
    "INVITE",
    "ACK",
    "BYE",
    "CANCEL",
    "UPDATE",
    "INFO",
    "REFER",
    "NOTIFY",
    "PRACK",
    "OPTIONS",
    "REGISTER",
)


def sound(method: str, number: int, to: str, call_id: str) -> bytes:
    """A request that nothing is wrong with, within a call where `to` has a tag."""
    body = SDP if method in ("INVITE", "UPDATE") else b"Signal=5\r\n" if method == "INFO" else b""
    kind = "application/sdp" if body == SDP else "application/dtmf-relay"
    lines = [
        f"{method} sip:hub@127.0.0.1 SIP/2.0",
        f"Via: SIP/2.0/UDP 127.0.0.1:5999;rport;branch=z9hG4bKfuzz{number}",
        "From: <sip:fuzz@127.0.0.1>;tag=f",
        f"To: {to}",
        f"Call-ID: {call_id}",
        f"CSeq: {number} {method}",
        "Contact: <sip:fuzz@127.0.0.1:5999>",
        "Refer-To: <sip:c@192.0.2.9?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2>",
        "RAck: 1 1 INVITE",
        "Event: refer",
        "Subscription-State: active",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + body


class Noise:
    """What is sent: messages of RFC 4475 and requests of calls that it began, half of them with something done to
    them."""

    def __init__(self, port: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.connect(("127.0.0.1", port))
        self._chance = random.Random(SEED)
        self._call = ("<sip:support@127.0.0.1>", "fuzz0")

    def send(self, number: int) -> None:
        chance = self._chance
        raw = chance.choice(CORPUS)
        if chance.random() < 0.5:
            if chance.random() < 0.3:
                self._call = ("<sip:support@127.0.0.1>", f"fuzz{number}")
            raw = sound(chance.choice(METHODS), number, *self._call)
        if raw in CORPUS or chance.random() < 0.5:
            raw = mutated(raw, chance)
        self.socket.send(raw[:DATAGRAM_BYTES])

    def learn(self) -> None:
        """The call that was answered last is the one that goes on."""
        with suppress(BlockingIOError):
            while True:
                answer = self.socket.recv(65_536).decode("utf-8", "replace").split("\r\n")
                fields = dict(line.split(": ", 1) for line in answer[1:] if ": " in line)
                if answer[0].startswith("SIP/2.0 1") and ";tag=" in fields.get("To", ""):
                    self._call = (fields["To"], fields.get("Call-ID", "x"))


class Faults:
    """Takes the place of a log: what is logged as a fault of ours is kept."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def exception(self, event: str, **more: object) -> None:
        import traceback

        self.found.append(f"{event} {more}\n{traceback.format_exc()}")

    def info(self, event: str, **more: object) -> None: ...

    debug = warning = info


class Answering:
    """Answers every call; half of them at once."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self.calls = 0
        self.told: list[Listener] = []
        self._group = group

    async def called(self, leg: InboundLeg, source: Source) -> LegEvents:
        self.calls += 1
        self._group.create_task(self._answer(leg, self.calls % 2 / 20))
        self.told.append(Listener())
        return self.told[-1]

    @property
    def within(self) -> int:
        """What was told of calls that went on."""
        return sum(kind in ("reoffered", "keyed", "referred") for one in self.told for kind in one.kinds)

    async def replacing(self, leg: InboundLeg, replaced: Leg, source: Source) -> LegEvents:
        return await self.called(leg, source)

    async def _answer(self, leg: InboundLeg, after_s: float) -> None:
        try:
            await leg.progress(180)
            await asyncio.sleep(after_s)
            await leg.answer(SDP)
        except LegOver:
            return


async def answered_s(asking: UdpSocket, port: int, number: int) -> float:
    """How long an OPTIONS takes to be answered, in seconds."""
    request = Request(
        method="OPTIONS",
        uri=uri_of(f"sip:127.0.0.1:{port}"),
        fields=(
            Field("Via", f"SIP/2.0/UDP 127.0.0.1:{asking.port};rport;branch=z9hG4bKlive{number}"),
            Field("From", "<sip:live@127.0.0.1>;tag=1"),
            Field("To", f"<sip:127.0.0.1:{port}>"),
            Field("Call-ID", "live"),
            Field("CSeq", f"{number} OPTIONS"),
            Field("Max-Forwards", "70"),
        ),
    )
    began = time.monotonic()
    async with asyncio.timeout(20):
        asking.send(request)
        while True:
            message = await asking.next(20)
            if isinstance(message, Response) and message.call_id == "live":
                return time.monotonic() - began


async def test_nothing_that_is_sent_to_the_channel_ends_it_or_keeps_others_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    faults = Faults()
    for module in (flow_module, stack_module, told_module):
        monkeypatch.setattr(module, "log", faults)
    channel = telephony()
    channel.user_agent.sources = Strangers()
    async with channel.opened(), asyncio.TaskGroup() as group:
        channel.take_calls(user := Answering(group))
        port = channel.transports.port
        good = await udp_socket(port)
        noise = Noise(port)
        waits_s = []
        for number in range(1, MESSAGES + 1):
            noise.send(number)
            if number % BATCH == 0 or number == MESSAGES:
                waits_s.append(await answered_s(good, port, number))
            elif number % 10 == 0:
                await asyncio.sleep(0.002)
                noise.learn()
        noise.socket.close()
        good.transport.close()
        await channel.user_agent.drain(0.5)  # nobody answers a BYE here
    assert faults.found == []
    assert user.calls > MESSAGES // 100
    assert user.within > 0
    sys.stdout.write(
        f"{MESSAGES} messages, {user.calls} calls, {user.within} events within calls, no fault; an OPTIONS after each "
        f"{BATCH}: p50 {1000 * median(waits_s):.1f} ms, at most {1000 * max(waits_s):.1f} ms\n"
    )
    assert max(waits_s) <= ANSWERED_WITHIN_S
