"""What must be true of every vault of recordings: whole, sealed, proved, and never at the expense of a call."""

import asyncio
import hashlib
import io
import os
import random
import threading
import wave
from pathlib import Path

import pytest

from hub.cluster.embedded import recordings, sealed_file
from hub.cluster.embedded.recording_sound import packed as packed_sound
from hub.domain.errors import NotFound, Unavailable
from hub.domain.recording import Erased, Pause, Recording, RecordingCut
from tests.contracts.made_recordings import KEY, WAV_HEAD, Studio, heard, said, say, whole
from tests.journeys.disks import small_disk
from tests.stores import House

CHUNK = sealed_file.CHUNK_BYTES + sealed_file.TAG_BYTES
HEAD = 24


@pytest.fixture
async def studio(house: House, tmp_path: Path) -> Studio:
    return await Studio(house, tmp_path / "recordings").furnished()


# — whole ——————————————————————————————————————————————————————————————————————————————————————


async def test_what_both_sides_said_is_heard_again_the_client_left_and_the_house_right(
    studio: Studio,
) -> None:
    recording = await studio.recorded(3.3)

    content = await whole(studio.vault, recording)
    with wave.open(io.BytesIO(content)) as file:
        form = (file.getnchannels(), file.getsampwidth(), file.getframerate(), file.getnframes())
    assert form == (2, 2, 8000, 26_400)
    assert content[WAV_HEAD:] == heard(3.3)
    sound = recording.sound
    assert sound is not None
    assert (sound.duration_s, sound.size_bytes) == (3.3, len(content))
    assert sound.sha256 == hashlib.sha256(content).hexdigest()
    assert await studio.row(recording) == recording


async def test_any_part_of_it_can_be_read_alone(studio: Studio) -> None:
    recording = await studio.recorded(9.7)
    content = await whole(studio.vault, recording)
    rng = random.Random(1)
    edges = [
        0,
        1,
        WAV_HEAD - 1,
        WAV_HEAD,
        WAV_HEAD + 1,
        WAV_HEAD + 32_000,
        WAV_HEAD + 128_001,
        len(content) - 1,
    ]
    parts = [(a, b) for a in edges for b in edges if a < b]
    parts += [(a, a + rng.randrange(1, 200_000)) for a in (rng.randrange(len(content)) for _ in range(40))]

    for start, stop in parts:
        assert await whole(studio.vault, recording, start, stop) == content[start:stop]


async def test_two_at_once_do_not_mix(studio: Studio) -> None:
    one, other = await studio.begin(), await studio.begin()
    for second in range(4):
        say(one, 1, at_s=second)
        say(other, 1, at_s=second, left="third", right="fourth")
    first, second_one = await asyncio.gather(one.finish(), other.finish())

    assert (await whole(studio.vault, first))[WAV_HEAD:] == heard(4)
    assert (await whole(studio.vault, second_one))[WAV_HEAD:] == heard(4, left="third", right="fourth")


async def test_a_pause_is_noted_with_its_times_and_what_is_said_meanwhile_is_not_there(
    studio: Studio,
) -> None:
    clock = studio.house.clock
    tape = await studio.begin()
    say(tape, 2)
    began = clock.now()
    await tape.pause(paused=True)
    await tape.pause(paused=True)
    clock.advance(30)
    await tape.pause(paused=False)
    say(tape, 1, at_s=2)
    recording = await tape.finish()

    assert recording.pauses == (Pause(at_s=2.0, started_at=began, ended_at=clock.now()),)
    assert (await studio.row(recording)).pauses == recording.pauses
    assert (await whole(studio.vault, recording))[WAV_HEAD:] == heard(3)


async def test_its_picture_shows_who_spoke_when(studio: Studio) -> None:
    tape = await studio.begin()
    silence, loud = bytes(16_000), said("left")[:16_000]
    for left, right in ((loud, silence), (silence, loud)):
        for at in range(0, 16_000, 320):
            tape.write(left[at : at + 320], right[at : at + 320])
    sound = (await tape.finish()).sound
    assert sound is not None
    caller, house = sound.peaks

    assert (len(caller), len(house)) == (40, 40)
    assert min(caller[:20]) > 50
    assert max(caller[20:]) == 0
    assert max(house[:20]) == 0
    assert min(house[20:]) > 50


async def test_a_side_that_brings_less_is_silent_for_the_rest(studio: Studio) -> None:
    tape = await studio.begin()
    tape.write(said("left")[:320], b"")
    content = await whole(studio.vault, await tape.finish())

    assert content[WAV_HEAD::4] == said("left")[:320:2]
    assert set(content[WAV_HEAD + 2 :: 4]) | set(content[WAV_HEAD + 3 :: 4]) == {0}


async def test_finishing_twice_gives_the_same_and_what_comes_later_is_dropped(studio: Studio) -> None:
    tape = await studio.begin()
    say(tape, 1)
    recording = await tape.finish()
    say(tape, 1, at_s=1)

    assert await tape.finish() == recording
    assert (await whole(studio.vault, recording))[WAV_HEAD:] == heard(1)


async def test_of_one_that_is_discarded_nothing_remains(studio: Studio) -> None:
    tape = await studio.begin()
    say(tape, 3)
    await tape.discard()

    assert studio.files() == []
    assert await studio.rows.known([tape.id]) == []
    with pytest.raises(Unavailable):
        await tape.finish()


async def test_those_under_way_at_the_end_of_the_hub_are_finished(studio: Studio) -> None:
    async with studio.vault.running():
        tape = await studio.begin()
        say(tape, 2.5)

    (found,) = await studio.rows.known([tape.id])
    assert (await whole(studio.life(), found))[WAV_HEAD:] == heard(2.5)
    say(tape, 1)  # a call that ends after the hub has stopped brings nothing down


# — sealed ————————————————————————————————————————————————————————————————————————————————————


async def test_no_sound_is_on_the_disk_neither_while_it_is_made_nor_later(studio: Studio) -> None:
    tape = await studio.begin()
    say(tape, 5)
    while sum(path.stat().st_size for path in studio.files()) < 4 * CHUNK:
        await asyncio.sleep(0.01)
    under_way = [path.read_bytes() for path in studio.files()]
    recording = await tape.finish()
    content = await whole(studio.vault, recording)

    on_disk = [*under_way, *(path.read_bytes() for path in studio.files())]
    wanted = [content[at : at + 16] for at in range(WAV_HEAD, len(content) - 16, 997)]
    packed = packed_sound(said("left")[:80_000], said("right")[:80_000])
    wanted += [packed[at : at + 12] for at in range(0, len(packed) - 12, 499)]
    assert not [piece for piece in wanted for kept in on_disk if piece in kept]
    assert {path.stat().st_mode & 0o077 for path in studio.files()} == {0}


async def test_the_file_is_named_by_its_hash(studio: Studio) -> None:
    recording = await studio.recorded()
    assert recording.sound is not None

    (file,) = studio.files()
    assert file.name == recording.sound.sealed_sha256 == hashlib.sha256(file.read_bytes()).hexdigest()


async def test_without_the_key_nothing_is_read_and_it_is_said_which_is_missing(studio: Studio) -> None:
    recording = await studio.recorded()

    for keys in ([os.urandom(32)], [os.urandom(32), os.urandom(32)]):
        with pytest.raises(Unavailable) as refused:
            await studio.life(*keys).sound(recording)
        assert refused.value.stable_code == "wrong_recordings_key"
    assert (await whole(studio.life(os.urandom(32), KEY), recording))[WAV_HEAD:] == heard(3)


@pytest.mark.parametrize("change", ["a bit", "a tag", "order", "cut", "shorter", "head", "another", "gone"])
async def test_a_changed_file_is_refused_and_said(studio: Studio, change: str) -> None:
    recording, other = await studio.recorded(4), await studio.recorded(4, left="third")
    assert recording.sound is not None
    assert other.sound is not None
    file, foreign = (
        next(p for p in studio.files() if p.name == r.sound.sealed_sha256)
        for r in (recording, other)
        if r.sound
    )
    content = bytearray(file.read_bytes())
    match change:
        case "a bit":
            content[HEAD + CHUNK + 100] ^= 1
        case "a tag":
            content[HEAD + 2 * CHUNK - 1] ^= 0x80
        case "order":
            first, second = content[HEAD : HEAD + CHUNK], content[HEAD + CHUNK : HEAD + 2 * CHUNK]
            content[HEAD : HEAD + 2 * CHUNK] = second + first
        case "cut":
            del content[HEAD + 3 * CHUNK :]
        case "shorter":
            del content[-10:]
        case "head":
            content[0] ^= 1
        case "another":
            content = bytearray(foreign.read_bytes())
    file.write_bytes(content)
    if change == "gone":
        file.unlink()

    with pytest.raises(Unavailable) as refused:
        await whole(studio.vault, recording)
    assert refused.value.stable_code == "recording_damaged"
    if change in {"a bit", "a tag", "cut", "shorter"}:
        assert (await whole(studio.vault, recording, 0, WAV_HEAD + 32_000))[WAV_HEAD:] == heard(1)
    assert (await whole(studio.vault, other))[WAV_HEAD:] == heard(4, left="third")


async def test_an_erased_one_is_gone_and_a_copy_of_its_file_says_nothing(studio: Studio) -> None:
    recording = await studio.recorded()
    erased = recording.erased_now(studio.house.clock.now(), Erased.ASKED, "Dora")
    await studio.vault.remove(erased)
    await studio.vault.remove(erased)

    assert studio.files() == []
    assert erased.key is None
    with pytest.raises(NotFound):
        await studio.vault.sound(erased)


# — never at the expense of a call ——————————————————————————————————————————————————————————————


async def test_a_full_disk_ends_the_recording_and_keeps_what_there_is(house: House, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small") as disk:
        studio = await Studio(house, disk.folder / "recordings").furnished()
        told: list[RecordingCut] = []
        tape = await studio.begin(on_cut=told.append)
        say(tape, 3)
        await asyncio.to_thread(studio.vault._writing.submit(lambda: None).result)
        disk.fill(os.getpid())
        try:
            for n in range(3, 20):
                say(tape, 1, at_s=n)
                await asyncio.sleep(0.01)
            recording = await tape.finish()
        finally:
            disk.free(os.getpid())
        assert told == [RecordingCut.DISK_FULL]
        assert tape.cut is RecordingCut.DISK_FULL
        assert recording.cut is RecordingCut.DISK_FULL
        assert recording.sound is not None
        kept_s = recording.sound.duration_s
        assert kept_s == int(kept_s) >= 3
        assert (await whole(studio.vault, recording))[WAV_HEAD:] == heard(kept_s)

        again = await studio.recorded()
        assert (await whole(studio.vault, again))[WAV_HEAD:] == heard(3)


async def test_a_disk_that_hangs_costs_bounded_memory_and_no_time(studio: Studio) -> None:
    hangs, told = threading.Event(), list[RecordingCut]()
    tape = await studio.begin(on_cut=told.append)
    studio.vault._writing.submit(hangs.wait)
    loop = asyncio.get_running_loop()
    began = loop.time()
    say(tape, 40)
    took_s = loop.time() - began
    await asyncio.sleep(0)
    assert told == [RecordingCut.DISK_SLOW]
    assert took_s < 2
    hangs.set()
    recording = await tape.finish()

    assert recording.sound is not None
    assert recording.sound.duration_s == 30
    assert (await whole(studio.vault, recording))[WAV_HEAD:] == heard(30)


async def test_what_the_store_cannot_take_at_the_end_of_a_call_is_kept_later(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(_: Recording) -> None:
        raise Unavailable("the store cannot write now")

    tape = await studio.begin()
    say(tape, 2)
    with monkeypatch.context() as broken:
        broken.setattr(studio.rows, "keep", down)
        with pytest.raises(Unavailable):
            await tape.finish()
        await studio.vault.tend()
    await studio.vault.tend()

    (found,) = await studio.rows.known([tape.id])
    assert (await whole(studio.vault, found))[WAV_HEAD:] == heard(2)
    assert await tape.finish() == found


async def test_where_nothing_can_be_written_no_recording_begins_and_no_row_stays(
    house: House, tmp_path: Path
) -> None:
    (tmp_path / "recordings").write_bytes(b"a file where the folder belongs")
    studio = await Studio(house, tmp_path / "recordings").furnished()
    with pytest.raises(Unavailable):
        await studio.begin()
    assert await studio.rows.unfinished() == []


async def test_a_call_waits_neither_for_a_file_that_is_begun_nor_for_one_that_is_finished(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "_BEGUN_S", 0.2)
    hangs = threading.Event()
    async with studio.vault.running():
        tape = await studio.begin()
        say(tape, 2)
        studio.vault._writing.submit(hangs.wait)
        try:
            async with asyncio.timeout(2):
                with pytest.raises(Unavailable):
                    await studio.begin()
                tape.done()
            assert [row.id for row in await studio.rows.unfinished()] == [tape.id]
        finally:
            hangs.set()
        async with asyncio.timeout(5):
            while await studio.rows.unfinished() or any(studio.folder.joinpath("incoming").iterdir()):
                await asyncio.sleep(0.01)

        (found,) = await studio.rows.known([tape.id])
        assert (await whole(studio.vault, found))[WAV_HEAD:] == heard(2)
