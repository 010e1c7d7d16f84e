"""`touchline rotate-recordings-key`: recordings are sealed with a new key, without being written anew."""

import asyncio
import os
from pathlib import Path

import typer

from crm_store.engine import Database
from crm_store.migrate import migrate
from crm_store.recordings import SqlRecordingRows
from crm_store.store import Store
from hub.cli.configuration import settings_from
from hub.cli.failures import told_plainly
from hub.clock import SystemClock
from hub.cluster.codec import encode
from hub.cluster.embedded.recordings import FolderRecordings
from hub.only_one import only_hub_on
from hub.recording_room import KEY_FILE, ring_of
from hub.sealing import KEY_BYTES, SealRing, kept_keys, put_keys
from hub.settings import Settings


def rotate_key(file: Path | None) -> None:
    """Seal the key of every recording with the first key of the settings, or with a new one in the key file.

    A kill in between loses nothing: the file has the old key until nothing is sealed with it, and the command
    can be given again.
    """
    settings = settings_from(file).settings
    with told_plainly(), only_hub_on(settings.data_dir):
        given = settings.recordings.key.get_secret_value()
        if given:
            count = asyncio.run(_sealed_anew(settings, ring_of(given, settings.data_dir)))
            typer.echo(
                f"{count} recordings were sealed with the first key of the settings: only it is needed now."
            )
            return
        path = settings.data_dir / KEY_FILE
        keys = [os.urandom(KEY_BYTES), *kept_keys(path)]
        put_keys(path, keys)
        count = asyncio.run(_sealed_anew(settings, SealRing(keys)))
        put_keys(path, keys[:1])
        typer.echo(
            f"{count} recordings were sealed with a new key: back up {path} anew, apart from the rest."
        )


async def _sealed_anew(settings: Settings, ring: SealRing) -> int:
    database = await Database.open(settings.store_url, pool_size=2)
    try:
        async with database.only_user():
            await migrate(database)
            clock = SystemClock()
            rows = SqlRecordingRows(Store(database, encode=encode, clock=clock))
            return await FolderRecordings(settings.data_dir / "recordings", rows, ring, clock).seal_anew()
    finally:
        await database.close()
