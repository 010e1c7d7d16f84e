"""svwar and svcrack of SIPVicious: what the whole internet points at open SIP ports."""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from pathlib import Path

from tests.servers.processes import needs


async def svwar(target: str, *, users: str, method: str = "REGISTER", within_s: float = 20.0) -> str:
    """Look for users `100-199` at host:port; what it printed, until its end or until it is stopped."""
    host, _, port = target.partition(":")
    return await _run("svwar", within_s, "-e", users, "-m", method, "-p", port, "--force", host)


async def svcrack(target: str, *, user: str, words: Path, within_s: float = 20.0) -> str:
    """Try the passwords of a file for one user."""
    host, _, port = target.partition(":")
    return await _run("svcrack", within_s, "-u", user, "-d", str(words), "-p", port, host)


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
