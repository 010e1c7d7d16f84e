"""SRV records by one question to a name server (RFC 1035, 4; RFC 2782): the machine's own resolver asks for none."""

import asyncio
import secrets
import socket
import struct
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path

from hub.channels.sip.transport.names import Service

_SRV, _IN = 33, 1
_WITHIN_S, _TRIES = 1.5, 2
_MOST_JUMPS = 20
_NO_SUCH_NAME = 3
RESOLV_CONF = Path("/etc/resolv.conf")


class NoAnswer(OSError):
    """No name server answered, or none could."""


def name_servers(conf: str) -> list[str]:
    """The addresses of a resolv.conf, in order."""
    found = []
    for line in conf.splitlines():
        words = line.split()
        if len(words) >= 2 and words[0] == "nameserver":
            try:
                found.append(str(ip_address(words[1])))
            except ValueError:
                continue
    return found


def question(name: str, number: int) -> bytes:
    """The datagram that asks for the SRV records of a name. Raises ValueError for a name that is none."""
    labels = [label.encode("ascii") for label in name.rstrip(".").split(".")]
    if any(not 0 < len(label) < 64 for label in labels) or sum(len(label) + 1 for label in labels) > 254:
        raise ValueError("a name has labels of 1 to 63 characters")
    written = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    return struct.pack("!HHHHHH", number, 0x0100, 1, 0, 0, 0) + written + struct.pack("!HH", _SRV, _IN)


def records(answer: bytes, asked: bytes) -> list[Service] | None:
    """The SRV records of an answer to this question, none for a name that is not there; None for what is no answer
    to it, or says that the server could not."""
    try:
        return _records(answer, asked)
    except (IndexError, struct.error, UnicodeDecodeError, ValueError):
        return None


def _records(answer: bytes, asked: bytes) -> list[Service] | None:
    number, flags, questions, answers = struct.unpack_from("!HHHH", answer)
    is_answer = number == struct.unpack_from("!H", asked)[0] and flags & 0x8000 and questions == 1
    if not is_answer or answer[12 : len(asked)].lower() != asked[12:].lower():
        return None
    code = flags & 0x000F
    if code == _NO_SUCH_NAME:
        return []
    if code:
        return None
    at, found = len(asked), []
    for _ in range(answers):
        _, at = _name(answer, at)
        kind, _, _, size = struct.unpack_from("!HHIH", answer, at)
        at += 10
        if kind == _SRV:
            priority, weight, port = struct.unpack_from("!HHH", answer, at)
            host, _ = _name(answer, at + 6)
            # a dot says that the service is decidedly not there
            if host:
                found.append(Service(host=host, port=port, priority=priority, weight=weight))
        at += size
    return found


def _name(answer: bytes, at: int) -> tuple[str, int]:
    """The name that begins there, and where it ends; a pointer leads to one that was written before."""
    labels: list[str] = []
    end = -1
    for _ in range(_MOST_JUMPS + 128):
        size = answer[at]
        if size & 0xC0 == 0xC0:
            end = at + 2 if end < 0 else end
            at = (size & 0x3F) << 8 | answer[at + 1]
        elif size == 0:
            return ".".join(labels), at + 1 if end < 0 else end
        else:
            labels.append(answer[at + 1 : at + 1 + size].decode("ascii"))
            at += 1 + size
    raise ValueError("the name goes in a circle")


async def services_of(name: str, servers: Sequence[str], *, port: int = 53) -> list[Service]:
    """The SRV records of a name. Raises NoAnswer."""
    for _ in range(_TRIES):
        for server in servers:
            try:
                async with asyncio.timeout(_WITHIN_S):
                    found = await _asked(name, server, port)
            except (TimeoutError, OSError):
                continue
            except ValueError as exc:
                raise NoAnswer("it is no name") from exc
            if found is not None:
                return found
    raise NoAnswer("no name server answered")


async def _asked(name: str, server: str, port: int) -> list[Service] | None:
    loop = asyncio.get_running_loop()
    asked = question(name, secrets.randbelow(65_536))
    family = socket.AF_INET6 if ":" in server else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as wire:
        wire.setblocking(False)
        # only what comes from the server itself is taken
        wire.connect((server, port))
        await loop.sock_sendall(wire, asked)
        while True:
            answer = await loop.sock_recv(wire, 4_096)
            if len(answer) >= 12 and answer[:2] == asked[:2]:
                return records(answer, asked)


class SystemResolver:
    """Addresses by the machine's own resolver, SRV records by the name servers that it uses."""

    def __init__(self, conf: Path = RESOLV_CONF) -> None:
        self._conf = conf

    async def addresses(self, host: str) -> Sequence[str]:
        """By getaddrinfo."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
        return list(dict.fromkeys(str(one[4][0]) for one in found))

    async def services(self, name: str) -> Sequence[Service]:
        """None where no name server answers: then the name itself is looked up."""
        try:
            return await services_of(name, await asyncio.to_thread(self._servers))
        except OSError:
            return ()

    def _servers(self) -> list[str]:
        return name_servers(self._conf.read_text(encoding="utf-8", errors="replace"))
