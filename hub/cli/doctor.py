"""`touchline doctor`: tests everything the settings name, and says what to do."""

import asyncio
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from hub.cli.checks import CHECKS
from hub.cli.configuration import settings_from
from hub.cli.failures import Failed
from hub.cli.looked_at import opening
from hub.ports.status import Finding, Health
from hub.settings import Settings

_STYLES = {Health.OK: "green", Health.WARN: "yellow", Health.FAIL: "bold red"}


def doctor(file: Path | None) -> None:
    """What is looked at, and a line for each part. Raises Failed when something keeps a hub from working."""
    effective = settings_from(file)
    console = Console(soft_wrap=True)
    for line in opening(effective):
        console.print(Text(line))
    console.print()
    findings = asyncio.run(examined(effective.settings))
    console.print(drawn(findings))
    failed = [finding for finding in findings if finding.health is Health.FAIL]
    if failed:
        raise Failed(f"{len(failed)} of {len(findings)} parts do not work")


async def examined(settings: Settings) -> list[Finding]:
    """What every check found, in order."""
    return [finding for check in CHECKS for finding in await check(settings)]


def drawn(findings: list[Finding]) -> Table:
    """A row for each finding, with what to do under it."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        text = Text(finding.text)
        if finding.remedy:
            text.append(f"\n→ {finding.remedy}", style="italic")
        table.add_row(Text(finding.health, style=_STYLES[finding.health]), finding.part, text)
    return table
