"""The settings a command works with, and `touchline check-config`."""

from pathlib import Path

import typer

from hub.cli.failures import WRONG_USE, Failed
from hub.effective_settings import Effective, SettingsWrong, load


def settings_from(file: Path | None) -> Effective:
    """The effective settings. Raises Failed with a line for each mistake."""
    try:
        return load(file)
    except SettingsWrong as exc:
        raise Failed(*exc.problems, code=WRONG_USE) from exc


def check_config(file: Path | None) -> None:
    """Print every effective value and where it was set; secrets are hidden."""
    rows = list(settings_from(file).rows())
    keys = max(len(key) for key, _, _ in rows)
    values = min(max(len(value) for _, value, _ in rows), 40)
    for key, value, origin in rows:
        typer.echo(f"{key:<{keys}}  {value:<{values}}  {origin}")
