"""Starts a hub as a child process on a seeded store, for tests that talk to it over real sockets.

`python -m tests.hubs FLOOR` is the child: its settings come from the environment, as always; FLOOR says in JSON
who and what is there before it listens. It stops at SIGTERM, and when whoever started it is gone.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from hub.domain.site import SiteSetup
from hub.domain.text_times import TextTimes
from tests.migrated import copy_to
from tests.nursery import Child, born
from tests.ports import free_port

if TYPE_CHECKING:
    from hub.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "a password of tests"
SITE = "demo"
SITE_ORIGIN = "https://shop.test"
OTHERS = {"sofia": "supervisor", "maria": "manager", "admin": "admin"}
"""Login and role of those who are no agents."""

START_WITHIN_S = 120.0
STOP_WITHIN_S = 15.0


class Floor(msgspec.Struct, frozen=True, kw_only=True):
    """Who and what a seeded hub has: two queues served by all agents, and the rules of both."""

    agents: tuple[str, ...] = ("anna", "boris", "cem")
    queues: tuple[str, ...] = ("support", "sales")
    chats: int = 3
    offer_s: float = 20.0
    wrap_up_s: float = 30.0
    missed_limit: int = 3
    callees: tuple[str, ...] = ()
    """Agents who take calls only."""
    music: tuple[str, ...] = ()
    """Queues where callers are answered at once, and hear music."""
    record: bool = False
    """Every call is recorded."""
    demo: bool = False
    """The people, queues and past of the demo instead of all that."""
    site: SiteSetup = SiteSetup()
    """What the site asks and allows."""
    times: TextTimes = TextTimes()
    """How soon clients in writing shall be answered, in every queue."""


class HubDidNotStart(Exception):
    """The child ended with `code`, or was silent (None); the text is the end of its log."""

    def __init__(self, code: int | None, text: str) -> None:
        super().__init__(text)
        self.code = code


# --- whoever starts it ---


@dataclass(slots=True)
class RunningHub:
    """A child that listens. Ends by `stop` (in order), `kill` (SIGKILL), or by itself."""

    url: str
    port: int
    data_dir: Path
    log: Path
    process: Child

    @property
    def origin(self) -> str:
        """The console's own."""
        return self.url

    @property
    def sockets(self) -> str:
        """The address of its WebSockets."""
        return f"ws{self.url.removeprefix('http')}"

    @property
    def lives(self) -> bool:
        """Whether the process has not ended."""
        return self.process.returncode is None

    async def stop(self) -> int:
        """SIGTERM, and SIGKILL for one that does not heed it; the exit code."""
        if self.lives:
            self.process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_WITHIN_S):
                return await self.ended()
        except TimeoutError:
            return await self.kill()

    async def kill(self) -> int:
        """SIGKILL; the exit code."""
        if self.lives:
            self.process.kill()
        return await self.ended()

    async def ended(self) -> int:
        """Wait for the end; the exit code (−9: killed)."""
        return await self.process.wait()


async def start_hub(
    data_dir: Path,
    *,
    floor: Floor | None = None,
    settings: Mapping[str, str] | None = None,
    store_url: str = "",
    port: int = 0,
    crash_at: str = "",
    program: Sequence[str] = ("-m", "tests.hubs"),
    log: Path | None = None,
) -> RunningHub:
    """Start a hub and wait until it listens. `settings` are environment variables, without `HUB_`.

    Raises HubDidNotStart.
    """
    port = port or free_port()
    log = log or data_dir.parent / "hub.log"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HUB_")},
        "HUB_DATA_DIR": str(data_dir),
        "HUB_HTTP__PORT": str(port),
        "HUB_STORE__URL": store_url,
        "HUB_SECURITY__PASSWORD_MEMORY_KIB": "8192",
        "HUB_SECURITY__PASSWORD_PASSES": "1",
        "HUB_CHANNELS__WEBCHAT__EXEMPT_ADDRESSES": "127.0.0.0/8",
        "HUB_CHANNELS__SIP__PORT": "0",
        "HUB_CRASH_AT": crash_at,
        **{f"HUB_{name}": value for name, value in (settings or {}).items()},
    }
    if not environment["HUB_STORE__URL"]:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        await copy_to(data_dir / "hub.db")
    with log.open("ab") as lines:
        argument = msgspec.json.encode(floor or Floor()).decode()
        process = await born([*program, argument], environment, lines)
    hub = RunningHub(url="", port=port, data_dir=data_dir, log=log, process=process)
    code = None
    try:
        async with asyncio.timeout(START_WITHIN_S):
            line = await process.stdout.readline()
            if not line:
                code = await hub.ended()
    except TimeoutError:
        line = b""
    if not line:
        await hub.kill()
        raise HubDidNotStart(code, "\n".join(log.read_text(errors="replace").splitlines()[-20:]))
    hub.url = json.loads(line)["url"]
    return hub


# --- the child ---


def main(argument: str) -> None:
    """Serve until SIGTERM, or until standard input closes."""
    from hub.cli.loop import until_stopped
    from hub.effective_settings import load
    from hub.log import configure_log

    floor = msgspec.json.decode(argument, type=Floor)
    settings = load().settings
    configure_log(level=settings.log.level, as_json=settings.log.as_json)
    until_stopped(lambda stop: _served(settings, floor, stop))


async def _served(settings: "Settings", floor: Floor, stop: asyncio.Event) -> None:
    from hub.app import serve
    from hub.started import Started
    from tests.seeding import seed

    def ready(started: Started) -> None:
        sys.stdout.write(json.dumps({"url": started.url}) + "\n")
        sys.stdout.flush()

    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stop.set)
    await serve(settings, on_ready=ready, stop=stop, prepare=lambda store: seed(store, settings, floor))


if __name__ == "__main__":
    main(sys.argv[1])
