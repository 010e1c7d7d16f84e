"""`touchline migrate`: brings the database to this release's revision."""

import asyncio
from pathlib import Path

import typer

from hub.cli.configuration import settings_from
from hub.cli.failures import told_plainly
from hub.settings import Settings


def migrate(file: Path | None) -> None:
    """Upgrade, and say which revision the database has now."""
    settings = settings_from(file).settings
    with told_plainly():
        typer.echo(f"The store is at revision {asyncio.run(_migrated(settings))}.")


async def _migrated(settings: Settings) -> str:
    from crm_store.engine import Database
    from crm_store.migrate import migrate as upgrade

    database = await Database.open(settings.store_url, pool_size=2)
    try:
        return await upgrade(database)
    finally:
        await database.close()
