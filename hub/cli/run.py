"""`touchline run`: the hub."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from hub.cli.configuration import settings_from
from hub.cli.garbage import uncollected
from hub.cli.loop import until_stopped
from hub.log import configure_log

if TYPE_CHECKING:
    from hub.started import Started


def run(file: Path | None) -> None:
    """Serve until SIGINT or SIGTERM."""
    settings = settings_from(file).settings
    configure_log(
        level=settings.log.level, as_json=settings.log.as_json, personal_data=settings.log.personal_data
    )
    with uncollected():
        from hub.app import serve  # every part of the hub: not needed to find a mistake in the settings
        from hub.cli.first_floor import lay_first_floor

    until_stopped(lambda stop: serve(settings, on_ready=announce, stop=stop, prepare=lay_first_floor))


def announce(started: "Started") -> None:
    """Say where the hub is, and how a new one gets its first administrator."""
    typer.echo(f"Touchline is ready: {started.url}/")
    if started.setup_token:
        typer.echo(f"There are no users yet. Open {started.url}/setup and enter this token, once:")
        typer.echo(f"    {started.setup_token}")
