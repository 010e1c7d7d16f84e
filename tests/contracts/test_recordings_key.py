"""The key of recordings: a new one seals them without touching the sound, and the old one opens nothing then."""

import asyncio
import os
from pathlib import Path

import pytest

from crm_store.recordings import SqlRecordingRows
from hub import recording_room
from hub.cli import recordings as command
from hub.clock import SystemClock
from hub.cluster.embedded.recordings import FolderRecordings
from hub.domain.errors import Unavailable
from hub.domain.ids import DEFAULT_TENANT
from hub.ports.status import Finding, Health
from hub.recording_room import KEY_FILE
from hub.sealing import SealRing, kept_keys, put_keys
from tests.contracts.made_recordings import KEY, WAV_HEAD, Studio, heard, whole
from tests.recordings import put_recording
from tests.stores import House, opened


@pytest.fixture
async def studio(house: House, tmp_path: Path) -> Studio:
    return await Studio(house, tmp_path / "recordings").furnished()


async def test_all_are_sealed_with_the_new_key_and_none_is_written_anew(studio: Studio) -> None:
    recordings = [await studio.recorded(), await studio.recorded()]
    files = {path: path.read_bytes() for path in studio.files()}
    new = os.urandom(32)
    assert await studio.life(new, KEY).seal_anew() >= 2
    assert await studio.life(new, KEY).seal_anew() == 0

    assert {path: path.read_bytes() for path in studio.files()} == files
    for recording in recordings:
        row = await studio.row(recording)
        assert (await whole(studio.life(new), row))[WAV_HEAD:] == heard(3)
        with pytest.raises(Unavailable):
            await studio.vault.sound(row)
    await studio.life(KEY, new).seal_anew()  # the other tests of this database have the old key


def test_the_command_makes_a_new_key_and_leaves_nothing_that_the_old_one_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path))
    url = f"sqlite+aiosqlite:///{tmp_path}/hub.db"

    async def recorded() -> str:
        async with opened(url) as database:
            house = House(database=database, tenant_id=DEFAULT_TENANT)
            await house.furnished()
            return await put_recording(house.store, tmp_path, (await house.came()).interaction_id)

    async def readable_with(key: bytes, recording_id: str) -> bool:
        async with opened(url) as database:
            rows = SqlRecordingRows(House(database=database).store)
            (row,) = await rows.known([recording_id])  # type: ignore[list-item]
            try:
                await FolderRecordings(tmp_path / "recordings", rows, SealRing([key]), SystemClock()).sound(
                    row
                )
            except Unavailable:
                return False
            return True

    recording_id = asyncio.run(recorded())
    (old,) = kept_keys(tmp_path / KEY_FILE)
    command.rotate_key(None)

    (new,) = kept_keys(tmp_path / KEY_FILE)
    assert new != old
    assert asyncio.run(readable_with(new, recording_id))
    assert not asyncio.run(readable_with(old, recording_id))
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o077 == 0


def test_a_lost_key_is_told_by_doctor_and_none_is_made_by_asking(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/hub.db"

    async def examined() -> Finding:
        async with opened(url) as database:
            store = House(database=database).store
            (finding,) = await recording_room.examined(store, tmp_path, keys="")
            return finding

    async def recorded() -> None:
        async with opened(url) as database:
            house = House(database=database, tenant_id=DEFAULT_TENANT)
            await house.furnished()
            await put_recording(house.store, tmp_path, (await house.came()).interaction_id)

    nothing = asyncio.run(examined())
    assert (nothing.health, dict(nothing.values)) == (Health.OK, {"count": 0})
    assert not (tmp_path / KEY_FILE).exists()
    asyncio.run(recorded())
    assert asyncio.run(examined()).code == "recordings_ok"
    kept = (tmp_path / KEY_FILE).read_bytes()
    (tmp_path / KEY_FILE).unlink()

    lost = asyncio.run(examined())
    assert (lost.health, lost.code, dict(lost.values)) == (
        Health.FAIL,
        "recordings_key_missing",
        {"count": 1, "lost": 1},
    )
    assert "recordings.key" in lost.remedy
    assert not (tmp_path / KEY_FILE).exists()
    put_keys(tmp_path / KEY_FILE, [os.urandom(32)])
    assert asyncio.run(examined()).health is Health.FAIL
    (tmp_path / KEY_FILE).write_bytes(kept)
    assert asyncio.run(examined()).health is Health.OK


def test_while_both_keys_are_in_the_file_the_first_one_seals(tmp_path: Path) -> None:
    keys = [os.urandom(32), os.urandom(32)]
    put_keys(tmp_path / "a.key", keys)
    assert kept_keys(tmp_path / "a.key") == keys
    (first,) = kept_keys(tmp_path / "b.key")
    assert kept_keys(tmp_path / "b.key") == [first]
