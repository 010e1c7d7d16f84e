"""`touchline top`: the wallboard of a running hub, live in the terminal."""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import typer
from rich.console import Console
from rich.live import Live

from agent_console.bodies import Wallboard
from hub.cli.address import address_of
from hub.cli.configuration import settings_from
from hub.cli.failures import WRONG_USE, Failed
from hub.cli.loop import until_stopped
from hub.cli.wallboard import drawn
from hub.rest_client import HubRefused, RestClient

REFRESH_S = 1.0
PASSWORD_VARIABLE = "HUB_TOP__PASSWORD"  # noqa: S105 - the name of a variable


def top(file: Path | None, *, url: str, login: str, once: bool) -> None:
    """Show the wallboard until q, Ctrl-C, or (with `once`) one time."""
    address = url.rstrip("/") or address_of(settings_from(file).settings.http)
    login, password = _asked(login)
    until_stopped(lambda stop: _shown(address, login, password, once=once, stop=stop))


def _asked(login: str) -> tuple[str, str]:
    password = os.environ.get(PASSWORD_VARIABLE, "")
    if not (login and password) and not sys.stdin.isatty():
        raise Failed(
            f"there is no terminal to ask who you are: set HUB_TOP__LOGIN and {PASSWORD_VARIABLE}",
            code=WRONG_USE,
        )
    login = login or typer.prompt("Login")
    return login, password or typer.prompt("Password", hide_input=True)


async def _shown(address: str, login: str, password: str, *, once: bool, stop: asyncio.Event) -> None:
    console = Console()
    async with RestClient(address) as hub:
        await hub.sign_in(login, password)
        try:
            board = await hub.get("/api/v1/wallboard", Wallboard)
            if once:
                console.print(drawn(board, address))
                return
            with _keys(stop), Live(console=console, screen=console.is_terminal, auto_refresh=False) as live:
                while not stop.is_set():
                    live.update(drawn(board, address), refresh=True)
                    with suppress(TimeoutError):
                        async with asyncio.timeout(REFRESH_S):
                            await stop.wait()
                    board = await hub.get("/api/v1/wallboard", Wallboard)
        finally:
            with suppress(HubRefused):
                await hub.sign_out()


@contextmanager
def _keys(stop: asyncio.Event) -> Iterator[None]:
    """Set `stop` when q is pressed; the terminal is as before afterwards."""
    if not sys.stdin.isatty():
        yield
        return
    import termios  # not on Windows, where Ctrl-C remains
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    loop = asyncio.get_running_loop()

    def pressed() -> None:
        if os.read(descriptor, 64).lower() in {b"q", b"\x1b"}:
            stop.set()

    tty.setcbreak(descriptor)
    loop.add_reader(descriptor, pressed)
    try:
        yield
    finally:
        loop.remove_reader(descriptor)
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
