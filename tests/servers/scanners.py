"""svwar and svcrack of SIPVicious: what the whole internet points at open SIP ports."""

import asyncio
import socket
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.servers.processes import needs


async def svwar(target: str, *, words: Path, method: str = "REGISTER", within_s: float = 20.0) -> str:
    """Look for the users of a file at host:port; what it printed, until its end or until it is stopped."""
    host, _, port = target.partition(":")
    return await _run("svwar", within_s, "-d", str(words), "-m", method, "-p", port, "--force", host)


async def svcrack(target: str, *, user: str, words: Path, within_s: float = 20.0) -> str:
    """Try the passwords of a file for one user."""
    host, _, port = target.partition(":")
    return await _run("svcrack", within_s, "-u", user, "-d", str(words), "-p", port, host)


async def scan(
    target: str, users: Sequence[str], *, method: str = "REGISTER", gap_s: float = 0.005
) -> Counter[str]:
    """Ask for each of these users, as svwar would if it did not give up where all answers are alike; how often there
    was which answer, and `silence` for none."""
    host, _, port = target.partition(":")
    loop, statuses = asyncio.get_running_loop(), Counter[str]()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.bind((host, 0))
        mine = sock.getsockname()[1]
        for number, user in enumerate(users, 1):
            lines = (
                f"{method} sip:{user}@{host} SIP/2.0",
                f"Via: SIP/2.0/UDP {host}:{mine};rport;branch=z9hG4bK{number}",
                f"From: <sip:{user}@{host}>;tag=s{number}",
                f"To: <sip:{user}@{host}>",
                f"Call-ID: scan{number}-{mine}",
                f"CSeq: 1 {method}",
                f"Contact: <sip:{user}@{host}:{mine}>",
                "Max-Forwards: 70",
                "Content-Length: 0",
            )
            request = "\r\n".join(lines) + "\r\n\r\n"
            await loop.sock_sendto(sock, request.encode(), (host, int(port)))
            await asyncio.sleep(gap_s)
        finals = set()
        try:
            async with asyncio.timeout(0.5):
                while True:
                    answer = (await loop.sock_recv(sock, 65_536)).decode()
                    call = answer.partition("Call-ID: ")[2].partition("\r\n")[0]
                    if answer[8] != "1" and call not in finals:
                        finals.add(call)
                        statuses[answer[8:11]] += 1
        except TimeoutError:
            statuses["silence"] = len(users) - len(finals)
    return statuses


async def _run(name: str, within_s: float, *arguments: str) -> str:
    program = needs(name, "sipvicious")
    process = await asyncio.create_subprocess_exec(
        program, *arguments, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, start_new_session=True
    )
    assert process.stdout is not None
    said = b""
    try:
        async with asyncio.timeout(within_s):
            while chunk := await process.stdout.read(65_536):
                said += chunk
    except TimeoutError:
        process.kill()
    await process.wait()
    return said.decode(errors="replace")
