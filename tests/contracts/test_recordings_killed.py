"""A hub that is killed while it records, in a process of its own: what was said is there, or cleanly is not."""

import asyncio
import hashlib
import os
import signal
from pathlib import Path

import pytest

from hub.domain.ids import RecordingId
from hub.domain.recording import RecordingCut
from tests.contracts.made_recordings import KEY, WAV_HEAD, Studio, heard, whole
from tests.nursery import born
from tests.stores import House


@pytest.fixture
async def studio(house: House, tmp_path: Path) -> Studio:
    return await Studio(house, tmp_path / "recordings").furnished()


async def killed_life(studio: Studio, url: str, dies: str, after: int) -> None:
    """Another process records the interaction, and is killed with -9 once it has said `after`, or kills itself."""
    program = ("-m", "tests.contracts.made_recordings", url, str(studio.folder))
    whose = (studio.house.tenant_id, studio.interaction_id, dies)
    with studio.folder.with_name("killed.log").open("ab") as errors:
        child = await born((*program, *whose), os.environ, errors)
    lives = True
    try:
        async with asyncio.timeout(30):
            while lives := bool(line := await child.stdout.readline()):
                if int(line) == after:
                    break
    finally:
        if lives:
            child.kill()
        assert await child.wait() == -signal.SIGKILL, studio.folder.with_name("killed.log").read_text()


@pytest.mark.parametrize("after", [1, 6, 29])
async def test_a_recording_cut_by_a_kill_is_kept_up_to_its_last_whole_second(
    studio: Studio, database_url: str, after: int
) -> None:
    await killed_life(studio, database_url, f"waits after {after}", after)
    (recording,) = await studio.life().recover()
    assert recording.sound is not None
    content = await whole(studio.vault, recording)

    assert recording.sound.duration_s == (after + 1) // 2
    assert content[WAV_HEAD:] == heard((after + 1) // 2)
    assert recording.sound.sha256 == hashlib.sha256(content).hexdigest()
    assert recording.cut is RecordingCut.HUB_LOST
    assert await studio.row(recording) == recording
    assert await studio.rows.unfinished() == []
    assert await studio.life().recover() == []


async def test_of_less_than_a_second_nothing_is_left_by_a_kill(studio: Studio, database_url: str) -> None:
    await killed_life(studio, database_url, "waits after 0", 0)

    assert await studio.life().recover() == []
    assert await studio.rows.unfinished() == []
    assert studio.files() == []


@pytest.mark.parametrize("after", [3, 11, 20])
async def test_wherever_the_writer_is_when_it_is_killed_what_is_kept_is_what_was_said(
    studio: Studio, database_url: str, after: int
) -> None:
    await killed_life(studio, database_url, "", after)
    (recording,) = await studio.life().recover()
    assert recording.sound is not None

    assert recording.sound.duration_s >= (after + 1) // 2
    assert (await whole(studio.vault, recording))[WAV_HEAD:] == heard(recording.sound.duration_s)


async def test_between_the_row_and_the_file_a_kill_leaves_nothing(studio: Studio, database_url: str) -> None:
    await killed_life(studio, database_url, "before_file", 99)
    assert len(await studio.rows.unfinished()) == 1

    assert await studio.life().recover() == []
    assert await studio.rows.unfinished() == []


async def test_between_the_row_and_its_place_a_kill_loses_nothing(studio: Studio, database_url: str) -> None:
    await killed_life(studio, database_url, "before_put_away", 99)
    assert await studio.rows.unfinished() == []
    (file,) = studio.files()
    (recording,) = await studio.rows.known([RecordingId(file.name)])
    assert (await whole(studio.vault, recording))[WAV_HEAD:] == heard(5)

    assert await studio.life().recover() == []
    (put,) = studio.files()
    assert recording.sound is not None
    assert put.name == recording.sound.sealed_sha256
    assert (await whole(studio.vault, recording))[WAV_HEAD:] == heard(5)


async def test_what_cannot_be_recovered_without_the_key_waits_for_it(
    studio: Studio, database_url: str
) -> None:
    await killed_life(studio, database_url, "", 9)
    assert await studio.life(os.urandom(32)).recover() == []
    assert len(await studio.rows.unfinished()) == 1

    (recording,) = await studio.life(KEY).recover()
    assert recording.sound is not None
    assert (await whole(studio.vault, recording))[WAV_HEAD:] == heard(recording.sound.duration_s)
