"""Recordings, wired: a room of the composition root."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from crm_store.recordings import SqlRecordingReads, SqlRecordingRows
from crm_store.store import Store
from hub import part_checks
from hub.checkup import Checkup
from hub.cluster.embedded.recordings import FolderRecordings
from hub.desk.recordings import Recordings
from hub.desk.recordings_kept import KeepingTime
from hub.domain.ids import TenantId
from hub.lifecycle import Jobs
from hub.ports.clock import Clock
from hub.ports.status import Finding
from hub.sealing import SealRing, kept_keys, key_of

log = structlog.get_logger(__name__)

KEY_FILE = "recordings.key"
_TEND_S = 30.0
_KEEP_S = 600.0


class RecordingRoom:
    """The vault, what people do with recordings, and how long they are kept.

    `keys` as the setting has them; empty: those in the file beside the database. `agents_listen`: to their own calls.
    """

    def __init__(
        self, store: Store, clock: Clock, data_dir: Path, *, keys: str, keep_days: int, agents_listen: bool
    ) -> None:
        self._rows = rows = SqlRecordingRows(store)
        self._ring = ring = ring_of(keys, data_dir)
        self.vault = FolderRecordings(data_dir / "recordings", rows, ring, clock)
        self.desk = Recordings(SqlRecordingReads(store), rows, self.vault, clock, agents_listen=agents_listen)
        self._keeping = KeepingTime(rows, self.vault, clock, keep_days=keep_days)

    @asynccontextmanager
    async def running(self, checkup: Checkup) -> AsyncIterator[None]:
        """What an earlier life left is brought to its end; then recordings can be made while the block lasts. Their
        keys are among the parts that are tested."""
        for sealed_with, count in (await self._rows.sealed_with()).items():
            if not self._ring.has(sealed_with):
                log.error("recordings_key_missing", sealed_with=sealed_with, recordings=count)

        async def keys(_: TenantId) -> list[Finding]:
            return part_checks.recording_keys(await self._rows.sealed_with(), self._ring.has)

        checkup.part("recordings", keys)
        await self.vault.recover()
        async with self.vault.running():
            yield

    def start(self, jobs: Jobs) -> None:
        """Keep what could not be kept at once, and erase what was kept long enough; until the jobs end."""
        jobs.every("recordings", _TEND_S, self.vault.tend)
        jobs.every("recordings kept", _KEEP_S, self._keeping.step)


async def examined(store: Store, data_dir: Path, *, keys: str) -> list[Finding]:
    """The test of the keys without a hub: none is made. Raises Unavailable."""
    is_there = bool(keys) or (data_dir / KEY_FILE).exists()
    has = ring_of(keys, data_dir).has if is_there else lambda _: False
    return part_checks.recording_keys(await SqlRecordingRows(store).sealed_with(), has)


def ring_of(keys: str, data_dir: Path) -> SealRing:
    """The keys of recordings: those given, else those of the file. Raises OSError, ValueError."""
    return SealRing([key_of(text) for text in keys.split(",")] if keys else kept_keys(data_dir / KEY_FILE))
