"""baresip as an agent's phone without a screen: it registers, answers, holds, transfers, and keeps what it hears."""

import asyncio
import json
import math
import struct
import wave
from array import array
from asyncio.subprocess import Process
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.ports import free_ports
from tests.servers.processes import child, listens, needs, tail, written

MODULES = (Path("/usr/lib/baresip/modules"), Path("/usr/lib/x86_64-linux-gnu/baresip/modules"))

_CONFIG = """\
sip_listen {ip}:{sip_port}
audio_player aufile,{folder}/heard.wav
audio_source aufile,{folder}/said.wav
audio_alert aufile,/dev/null
audio_buffer 20-160
call_max_calls 50
call_local_timeout 120
net_interface {ip}
rtp_ports {rtp_port}-{rtp_last}
module_path {modules}
module aufile.so
module g711.so
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen {ip}:{control_port}
"""


@dataclass(slots=True, kw_only=True)
class Phone:
    """A baresip that runs. `events` are what it told, in order."""

    user: str
    sip_port: int
    folder: Path
    process: Process
    events: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=1_000))
    _reader: asyncio.StreamReader
    _writer: asyncio.StreamWriter
    _answers: dict[str, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    _told: asyncio.Event = field(default_factory=asyncio.Event)
    _count: int = 0

    async def command(self, name: str, params: str = "", *, within_s: float = 5.0) -> str:
        """Do something: `accept`, `hold`, `resume`, `hangup`, `transfer`, `dial` …; what it says of it."""
        self._count += 1
        token = f"t{self._count}"
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[token] = answer
        body = json.dumps({"command": name, "params": params, "token": token}).encode()
        self._writer.write(b"%d:%s," % (len(body), body))
        async with asyncio.timeout(within_s):
            said = await answer
        return str(said.get("data", ""))

    async def heard(self, kind: str, *, within_s: float = 10.0) -> dict[str, Any]:
        """The next event of that type (`CALL_INCOMING`, `CALL_ESTABLISHED`, `CALL_CLOSED` …); those
        before it are forgotten."""
        try:
            async with asyncio.timeout(within_s):
                while True:
                    while self.events:
                        event = self.events.popleft()
                        if event.get("type") == kind:
                            return event
                    self._told.clear()
                    await self._told.wait()
        except TimeoutError:
            raise AssertionError(
                f"{self.user}'s baresip told no {kind} in {within_s} s\n{tail(self.folder / 'baresip.log')}"
            ) from None

    async def registered(self, *, within_s: float = 10.0) -> None:
        """Wait until the registrar said yes: that may be before anybody listens to its events."""
        log = self.folder / "baresip.log"
        try:
            async with asyncio.timeout(within_s):
                while "200 OK" not in log.read_text(errors="replace"):
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"{self.user}'s baresip is not registered\n{tail(log)}") from None

    async def answer(self) -> None:
        """Pick up."""
        await self.command("accept")

    async def hang_up(self) -> None:
        """Hang up, or refuse."""
        await self.command("hangup")

    async def hold(self) -> None:
        """Put the other side on hold."""
        await self.command("hold")

    async def resume(self) -> None:
        """Take them back."""
        await self.command("resume")

    async def transfer(self, target: str) -> None:
        """Blind transfer."""
        await self.command("transfer", target)

    async def dial(self, target: str) -> None:
        """Call somebody."""
        await self.command("dial", target)

    def hears(self) -> float:
        """The RMS of the last second that it heard, 0 to 32767; 0 when it heard nothing yet."""
        newest = max(self.folder.glob("heard*.wav"), key=lambda one: one.stat().st_mtime, default=None)
        if newest is None:
            return 0.0
        raw = newest.read_bytes()[44:]
        samples = array("h", raw[: len(raw) // 2 * 2])[-8_000:]
        return math.sqrt(sum(one * one for one in samples) / len(samples)) if samples else 0.0

    async def read(self) -> None:
        """Take what it tells until the connection ends."""
        buffer = b""
        while chunk := await self._reader.read(65_536):
            buffer += chunk
            while (found := _netstring(buffer)) is not None:
                body, buffer = found
                said = json.loads(body)
                if said.get("response"):
                    waiting = self._answers.pop(said.get("token", ""), None)
                    if waiting is not None and not waiting.done():
                        waiting.set_result(said)
                else:
                    self.events.append(said)
                    self._told.set()


@asynccontextmanager
async def baresip(
    folder: Path,
    *,
    user: str,
    password: str,
    registrar: str,
    transport: str = "udp",
    answers: bool = False,
    tone_hz: int = 440,
    ip: str = "127.0.0.1",
    registers: bool = True,
) -> AsyncIterator[Phone]:
    """A phone that registers at `registrar` (host:port) and says a tone; `answers` picks up by itself."""
    program = needs("baresip", "baresip-core")
    modules = next((one for one in MODULES if one.exists()), MODULES[0])
    folder.mkdir(parents=True, exist_ok=True)
    sip_port, control_port, rtp_port = free_ports(3, ip, even=True)
    written(
        folder / "config",
        _CONFIG.format(
            ip=ip,
            folder=folder,
            modules=modules,
            sip_port=sip_port,
            control_port=control_port,
            rtp_port=rtp_port,
            rtp_last=rtp_port + 100,
        ),
    )
    mode = "auto" if answers else "manual"
    interval = 120 if registers else 0
    written(
        folder / "accounts",
        f"<sip:{user}@{registrar};transport={transport}>;auth_user={user};auth_pass={password};"
        f"answermode={mode};regint={interval}\n",
    )
    written(folder / "contacts", "")
    tone(folder / "said.wav", tone_hz)
    log = folder / "baresip.log"
    async with child(program, "-f", str(folder), "-n", ip, log=log, keeps_stdin=True) as process:
        await listens(ip, control_port)
        reader, writer = await asyncio.open_connection(ip, control_port)
        phone = Phone(
            user=user, sip_port=sip_port, folder=folder, process=process, _reader=reader, _writer=writer
        )
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(phone.read())
            try:
                yield phone
            finally:
                reading.cancel()
                writer.close()


def tone(path: Path, hz: int, *, seconds: float = 30.0, level: int = 8_000) -> None:
    """A tone as a WAV file: 8 kHz, 16 bit, one channel."""
    samples = (round(level * math.sin(2 * math.pi * hz * n / 8_000)) for n in range(int(8_000 * seconds)))
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8_000)
        out.writeframes(b"".join(struct.pack("<h", one) for one in samples))


def _netstring(buffer: bytes) -> tuple[bytes, bytes] | None:
    size, colon, rest = buffer.partition(b":")
    if not colon or not size.isdigit() or len(rest) <= int(size):
        return None
    return rest[: int(size)], rest[int(size) + 1 :]
