"""Sound for recordings, the same every time; the vaults that keep it; a program that records until it is killed."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from crm_store.recordings import SqlRecordingRows
from crm_store.store import Store
from hub.clock import SystemClock
from hub.cluster.codec import encode
from hub.cluster.embedded.recordings import FolderRecordings
from hub.domain.ids import CallId, InteractionId, TenantId
from hub.domain.recording import Recording, RecordingCut, RecordingKind
from hub.ids import new_id
from hub.ports.recordings import RecordingTape, RecordingVault
from hub.sealing import SealRing
from tests.stores import House, opened

FRAME_BYTES = 320
FRAMES_A_SECOND = 50
KEY = bytes(range(32))
WAV_HEAD = 44
"""Bytes before the first sample of a WAV file."""


@cache
def said(side: str, seconds: int = 40) -> bytes:
    """What a side says: noise that no two places of share, in values that a telephone brings through unchanged."""
    rng = random.Random(side)
    values = [
        (rng.choice((-1, 1)) * ((((8 + rng.randrange(8)) << 3) + 0x84 << 5) - 0x84)) & 0xFFFF
        for _ in range(8000)
    ]
    second = b"".join(value.to_bytes(2, "little") for value in values)
    return b"".join(second[2 * n :] + second[: 2 * n] for n in range(seconds))


def wav_of(left: bytes, right: bytes) -> bytes:
    """The samples of both sides in turn, as a WAV file has them behind its header."""
    pairs = zip(range(0, len(left), 2), range(0, len(right), 2), strict=True)
    return b"".join(left[a : a + 2] + right[b : b + 2] for a, b in pairs)


def say(
    tape: RecordingTape, seconds: float, *, at_s: float = 0, left: str = "left", right: str = "right"
) -> None:
    """Both sides speak; `at_s` is where in `said` they begin."""
    first = round(at_s * FRAMES_A_SECOND)
    for n in range(first, first + round(seconds * FRAMES_A_SECOND)):
        place = slice(n * FRAME_BYTES, (n + 1) * FRAME_BYTES)
        tape.write(said(left)[place], said(right)[place])


def heard(seconds: float, *, at_s: float = 0, left: str = "left", right: str = "right") -> bytes:
    """What a WAV file of that holds behind its header."""
    place = slice(round(at_s * 16_000), round((at_s + seconds) * 16_000))
    return wav_of(said(left)[place], said(right)[place])


class Studio:
    """A vault in a folder, and an interaction to record."""

    def __init__(self, house: House, folder: Path, key: bytes = KEY) -> None:
        self.house = house
        self.folder = folder
        self.rows = SqlRecordingRows(house.store)
        self.vault = self.life(key)
        self.interaction_id = InteractionId("")

    def life(self, *keys: bytes) -> FolderRecordings:
        """Another life of the hub over the same folder and rows."""
        return FolderRecordings(self.folder, self.rows, SealRing(keys or (KEY,)), self.house.clock)

    async def furnished(self) -> "Studio":
        """The same, with somebody who has come."""
        self.interaction_id = (await self.house.came(new_id())).interaction_id
        return self

    async def begin(
        self,
        vault: RecordingVault | None = None,
        on_cut: Callable[[RecordingCut], None] = lambda _: None,
        kind: RecordingKind = RecordingKind.CALL,
    ) -> RecordingTape:
        """A recording under way."""
        return await (vault or self.vault).begin(
            self.house.tenant_id, CallId(new_id()), self.interaction_id, kind=kind, on_cut=on_cut
        )

    async def recorded(
        self, seconds: float = 3, left: str = "left", kind: RecordingKind = RecordingKind.CALL
    ) -> Recording:
        """A whole one."""
        tape = await self.begin(kind=kind)
        say(tape, seconds, left=left)
        return await tape.finish()

    async def row(self, recording: Recording) -> Recording:
        """As it is in the store."""
        (found,) = await self.rows.known([recording.id])
        return found

    def files(self) -> list[Path]:
        """Everything in the folder."""
        return sorted(path for path in self.folder.rglob("*") if path.is_file())


async def whole(vault: RecordingVault, recording: Recording, start: int = 0, stop: int = 1 << 40) -> bytes:
    """The WAV file, or a part of it."""
    sound = await vault.sound(recording)
    return b"".join([piece async for piece in sound.read(start, min(stop, sound.size_bytes))])


# — the program that is killed ————————————————————————————————————————————————————————————————


@asynccontextmanager
async def another_life(url: str, folder: Path) -> AsyncIterator[FolderRecordings]:
    """A vault as a process of its own has it."""
    async with opened(url) as database:
        store = Store(database, encode=encode, clock=SystemClock())
        yield FolderRecordings(folder, SqlRecordingRows(store), SealRing([KEY]), SystemClock())


def patched(name: str, stand_in: Callable[..., object]) -> None:
    """Let the vault call something else under that name."""
    setattr(sys.modules[FolderRecordings.__module__], name, stand_in)


async def record_until_killed(url: str, folder: Path, tenant_id: str, interaction_id: str, dies: str) -> None:
    """Speak as fast as the disk takes it, half a second at a time, and die at `dies`; says how far it came."""
    if dies == "before_put_away":
        patched("moved", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    async with another_life(url, folder) as vault:
        if dies == "before_file":
            patched("SealedWriter", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        tape = await vault.begin(TenantId(tenant_id), CallId(new_id()), InteractionId(interaction_id))
        for n in range(30):
            say(tape, 0.5, at_s=n / 2)
            await asyncio.to_thread(vault._writing.submit(lambda: None).result)
            print(n, flush=True)  # noqa: T201 - how far it came, for whoever kills it
            if dies == "before_put_away" and n == 9:
                await tape.finish()
            if dies == f"waits after {n}":
                break
        await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(record_until_killed(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:]))
