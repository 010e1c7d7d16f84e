"""What the sound of calls costs: recorded bridges of the embedded engine beside a bare UDP pacer.

The measured side is a process of its own (`media_side.py`), this one plays all telephones: 20 ms packets both ways for
each stream. CPU is that of the measured side alone; the pacer reads and writes the same packets and does nothing else.
"""

import asyncio
import json
import socket
import struct
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.harness import Figure, figure, interleaved

CALLS = 100
STREAMS = 2 * CALLS
ROUNDS = 2
OVERHEAD = 3.0
"""Times the CPU of the bare pacer that a recorded stream may take."""
CLOCK_LATE_MS = 20.0
_TICK_S = 0.02
_SETTLE_S = 2.0
_MEASURED_S = 5.0
_SOUND = b"\x9a\xa3\x2c\x17" * 40


class Telephones:
    """Sockets that all say something each 20 ms, and count what comes."""

    def __init__(self) -> None:
        self.sockets = []
        self.came = [0] * STREAMS
        self.disordered = 0
        """Packets that came behind one that was sent later: late by some microseconds, and not lost."""
        self._first: list[int | None] = [None] * STREAMS
        self._highest = [0] * STREAMS
        for _ in range(STREAMS):
            one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            one.setblocking(False)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 18)
            one.bind(("127.0.0.1", 0))
            self.sockets.append(one)

    @property
    def ports(self) -> list[int]:
        """Where they are."""
        return [one.getsockname()[1] for one in self.sockets]

    async def talk(self, ports: list[int]) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        due, number = loop.time(), 0
        while True:
            due += _TICK_S
            await asyncio.sleep(max(0.0, due - loop.time()))
            number += 1
            packet = struct.pack("!BBHII", 0x80, 0, number & 0xFFFF, 160 * number, 9) + _SOUND
            for at, (one, port) in enumerate(zip(self.sockets, ports, strict=True)):
                one.sendto(packet, ("127.0.0.1", port))
                self._listen(at, one)

    def _listen(self, at: int, one: socket.socket) -> None:
        while True:
            try:
                raw = one.recv(2048)
            except BlockingIOError:
                return
            (sequence,) = struct.unpack_from("!H", raw, 2)
            self.came[at] += 1
            if self._first[at] is None:
                self._first[at] = self._highest[at] = sequence
                continue
            ahead = (sequence - self._highest[at]) & 0xFFFF
            if ahead < 0x8000:
                self._highest[at] += ahead
            else:
                self.disordered += 1

    @property
    def lost(self) -> int:
        """How many never came, of those that were sent before the last one that did."""
        expected = [
            highest - first + 1
            for first, highest in zip(self._first, self._highest, strict=True)
            if first is not None
        ]
        return sum(expected) - sum(self.came)

    def close(self) -> None:
        """Hang up."""
        for one in self.sockets:
            one.close()


def kernel_dropped() -> int:
    """Datagrams of this machine that found a socket full, so far (Linux)."""
    lines = Path("/proc/net/snmp").read_text().splitlines()
    names, values = (line.split() for line in lines if line.startswith("Udp:"))
    return int(values[names.index("RcvbufErrors")])


class Side:
    """The measured process."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def said(self) -> dict:
        """Its next line."""
        assert self._process.stdout is not None
        return dict(json.loads(await asyncio.wait_for(self._process.stdout.readline(), 30)))

    async def state(self) -> dict:
        """Its CPU time and what it counted."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"state\n")
        return await self.said()


@asynccontextmanager
async def talking(kind: str) -> AsyncIterator[tuple[Side, Telephones]]:
    """A measured side with all telephones talking to it."""
    phones = Telephones()
    command = (sys.executable, "-m", "bench.media_side", kind, str(STREAMS), json.dumps(phones.ports))
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=1 << 20)
    side = Side(process)
    talk = asyncio.create_task(phones.talk((await side.said())["ports"]))
    try:
        await asyncio.sleep(_SETTLE_S)
        yield side, phones
    finally:
        talk.cancel()
        assert process.stdin is not None
        process.stdin.close()
        await asyncio.wait_for(process.wait(), 10)
        phones.close()


def figures() -> list[Figure]:
    """CPU of a stream beside the pacer's; CPU, clock and losses of a hundred recorded bridges."""
    return asyncio.run(_figures())


async def _figures() -> list[Figure]:
    seen: list[dict[str, float]] = []
    bare: list[float] = []

    async def measured(kind: str) -> float:
        """Thousandths of a core a stream."""
        async with talking(kind) as (side, phones):
            before = await side.state()
            came, lost, disordered = sum(phones.came), phones.lost, phones.disordered
            dropped = kernel_dropped()
            began = asyncio.get_running_loop().time()
            await asyncio.sleep(_MEASURED_S)
            after = await side.state()
            took_s = asyncio.get_running_loop().time() - began
            core = (after["cpu_s"] - before["cpu_s"]) / took_s
            if kind == "pacer":
                bare.append(after["clock_p99_ms"])
            else:
                expected = STREAMS * took_s / _TICK_S
                seen.append(
                    {name: after[name] - before[name] for name in ("lost", "late", "received", "recorded")}
                    | {name: after[name] for name in ("clock_p99_ms", "clock_most_ms")}
                    | {
                        "core": core,
                        "lost_by_phones": max(0, phones.lost - lost),
                        "disordered": phones.disordered - disordered,
                        "dropped": kernel_dropped() - dropped,
                        "came_share": (sum(phones.came) - came) / expected,
                    }
                )
            return float(1000 * core / STREAMS)

    compared = await interleaved(lambda: measured("pacer"), lambda: measured("engine"), rounds=ROUNDS)
    worst = {name: max(one[name] for one in seen) for name in seen[0]}
    core = sorted(one["core"] for one in seen)[len(seen) // 2]
    return [
        figure(
            "media_stream",
            compared,
            "core/1000",
            at_most=OVERHEAD,
            of_ratio=True,
            note="decoded, recorded, bridged; raw reads and writes the same packets",
        ),
        figure("media_streams_a_core", STREAMS / core, "streams"),
        figure("media_100_recorded_bridges", 100 * core, "% of core", at_most=100),
        figure(
            "media_clock_late_p99",
            worst["clock_p99_ms"],
            "ms",
            at_most=CLOCK_LATE_MS,
            note=f"the worst of {len(seen)}; the bare pacer's own was {max(bare):.1f} ms",
        ),
        figure(
            "media_packets_lost",
            worst["lost"] + worst["lost_by_phones"],
            "packets",
            at_most=0,
            note=f"{worst['lost']:.0f} on the way to the hub, {worst['lost_by_phones']:.0f} from it; "
            f"the kernel dropped {worst['dropped']:.0f} for full sockets, {worst['disordered']:.0f} changed places",
        ),
        figure("media_packets_late", worst["late"], "packets", note=f"of {worst['received']:.0f} that came"),
    ]
