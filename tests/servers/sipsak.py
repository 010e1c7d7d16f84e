"""sipsak: registers and asks, and says in its exit code whether it was answered as it should be."""

import asyncio
from asyncio.subprocess import PIPE, STDOUT
from dataclasses import dataclass

from tests.servers.processes import needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How sipsak ended, and what it printed."""

    code: int
    text: str

    @property
    def is_good(self) -> bool:
        """Whether it got the 200 that it wanted."""
        return self.code == 0


async def sipsak(*arguments: str, within_s: float = 15.0) -> Said:
    """Run it to its end."""
    program = needs("sipsak", "sipsak")
    process = await asyncio.create_subprocess_exec(program, *arguments, stdout=PIPE, stderr=STDOUT)
    try:
        async with asyncio.timeout(within_s):
            said, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise AssertionError(f"sipsak {arguments} did not end in {within_s} s") from None
    return Said(code=process.returncode or 0, text=said.decode(errors="replace"))


async def options(target: str) -> Said:
    """Ask `host:port` or `user@host:port` how it is."""
    return await sipsak("-vv", "-s", f"sip:{target}")


async def register(
    user: str, password: str, registrar: str, *, expires_s: int = 60, contact: str = ""
) -> Said:
    """Register at `host:port`, signing in when asked; as if the phone was at `contact`."""
    contact = contact or f"sip:{user}@127.0.0.1:9"
    address = f"sip:{user}@{registrar}"
    return await sipsak(
        "-U", "-C", contact, "-a", password, "-u", user, "-s", address, "-x", str(expires_s), "-vvv"
    )
