"""Letters read in other processes: bombs cost their reader, and nobody else anything."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
import structlog

from hub.channels.email import letters, limits, reading
from hub.channels.email.ours import Ours
from hub.channels.email.reading import LetterReaders
from hub.domain.errors import Unavailable
from hub.domain.letter import Letter, LetterKind, Unreadable
from tests.mail_bombs import BOMBS, letter

GOOD = letter("Subject: order\r\n", "Where is my order?")
ROOT = Path(__file__).resolve().parents[4]
WITHIN_S = 5.0


@pytest_asyncio.fixture
async def readers() -> AsyncIterator[LetterReaders]:
    async with LetterReaders() as opened:
        yield opened


def alive(process_id: int) -> bool:
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def eventually(holds: Callable[[], bool], within_s: float = 5.0) -> None:
    ends = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < ends
        await asyncio.sleep(0.01)


async def test_a_letter_comes_back_as_it_is_read_here(readers: LetterReaders) -> None:
    ours = Ours(addresses=("anna@client.test",))

    assert await readers.read(GOOD, ours) == letters.read_letter(GOOD, ours)
    assert (await readers.read(GOOD, ours)).kind is LetterKind.OWN
    assert (await readers.read(GOOD)).kind is LetterKind.PERSONAL


async def test_no_process_is_started_before_a_letter_comes_and_few_after() -> None:
    async with LetterReaders(readers=2) as readers:
        assert not readers.process_ids
        await asyncio.gather(*(readers.read(GOOD) for _ in range(20)))
        assert len(readers.process_ids) == 2


async def test_files_of_a_letter_come_back_whole(readers: LetterReaders) -> None:
    raw = letter("Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n", "QUJD" * 1_000_000)

    found = await readers.read(raw)
    (part,) = found.parts
    assert found.contents[part.sha256] == b"ABC" * 1_000_000


async def test_a_reader_stays_for_the_next_letter_however_big_its_hub_is(readers: LetterReaders) -> None:
    """Linux hands on the highest memory of a process to what it starts."""
    hold = bytearray(400 * 1024 * 1024)
    hold[::4096] = b"x" * len(hold[::4096])
    await readers.read(GOOD)
    first = readers.process_ids
    await readers.read(GOOD)

    assert len(first) == 1
    assert readers.process_ids == first
    del hold


async def test_a_letter_too_long_is_not_even_sent_to_a_reader(readers: LetterReaders) -> None:
    found = await readers.read(b"Subject: long\r\n\r\n" + b"a" * 26_300_000)

    assert (found.unreadable_why, found.subject, found.size_bytes) == (
        Unreadable.TOO_LONG,
        "long",
        26_300_017,
    )
    assert not readers.process_ids


async def lag_p99_s(stop: asyncio.Event) -> float:
    """How late the loop is, at the 99th of 100 looks."""
    late = []
    while not stop.is_set():
        begun = time.monotonic()
        await asyncio.sleep(0.005)
        late.append(time.monotonic() - begun - 0.005)
    return sorted(late)[int(len(late) * 0.99)]


@pytest.mark.timeout(300)
async def test_bombs_are_read_or_refused_in_time_and_hold_nobody_up(
    readers: LetterReaders,
) -> None:
    """Every bomb, with good letters before and after it, while the loop is watched."""
    stop = asyncio.Event()
    waits: list[float] = []
    took: dict[str, float] = {}

    async def good() -> None:
        begun = time.monotonic()
        assert (await readers.read(GOOD)).text == "Where is my order?"
        waits.append(time.monotonic() - begun)

    async def bomb(name: str, raw: bytes) -> None:
        for _ in range(2):  # once more, in case the machine was at something else
            begun = time.monotonic()
            found = await readers.read(raw)
            took[name] = time.monotonic() - begun
            assert isinstance(found, Letter)
            assert len(found.content_sha256) == 64
            if took[name] <= WITHIN_S:
                break

    await good()
    async with asyncio.TaskGroup() as group:
        lag = group.create_task(lag_p99_s(stop))
        for name, build in BOMBS.items():
            raw = await asyncio.to_thread(build)
            await asyncio.gather(bomb(name, raw), *(good() for _ in range(3)))
            await good()
        stop.set()
    slowest = max(took, key=lambda name: took[name])
    print(f"\nbombs={len(took)} slowest={slowest}:{took[slowest]:.2f}s")  # noqa: T201 - figures for whoever asks (-s)
    print(f"good_letter_max={max(waits):.2f}s loop_lag_p99={lag.result():.4f}s")  # noqa: T201
    assert max(took.values()) <= WITHIN_S
    assert max(waits) <= WITHIN_S
    assert lag.result() <= 0.1


# --- readers that are made to misbehave ---


def misbehaving(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, body: str) -> None:
    """Readers that do `body` with a letter whose subject is `bad`, and have 1 s of computing for each.

    A `sleep` in a body is the fault that is played, in the reader's own process: a letter that takes time."""
    script = tmp_path / "reader.py"
    script.write_text(
        "from hub.channels.email import letters, limits, reader_process\n"
        "limits.CPU_S = 1\n"
        "read = letters.read_letter\n"
        "def read_or_not(raw, ours):\n"
        "    if b'Subject: bad' in raw:\n"
        f"        {body}\n"
        "    return read(raw, ours)\n"
        "letters.read_letter = read_or_not\n"
        "reader_process.main()\n"
    )
    monkeypatch.setattr(reading, "_SCRIPT", script)


BAD = letter("Subject: bad\r\n", "boom")


async def test_a_letter_that_computes_for_ever_is_ended_by_the_kernel(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    misbehaving(monkeypatch, tmp_path, "while True: pass")
    async with LetterReaders(readers=1, deadline_s=50) as readers:
        found = await readers.read(BAD)
        good = await readers.read(GOOD)

    assert found.unreadable_why is Unreadable.TOO_COSTLY
    assert (found.subject, found.text) == ("bad", "boom")
    assert good.text == "Where is my order?"


async def test_a_slow_letter_leaves_its_place_to_the_next(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # longer than the test: the reader is ended with its letter, nobody waits for this
    misbehaving(monkeypatch, tmp_path, "import time; time.sleep(40)")
    async with LetterReaders(readers=1, reserve=1, deadline_s=50) as readers:
        bad = asyncio.ensure_future(readers.read(BAD))
        await asyncio.sleep(0)
        good = [(await readers.read(GOOD)).text for _ in range(3)]

        assert good == ["Where is my order?"] * 3
        assert not bad.done()
        assert len(readers.process_ids) == 2
        bad.cancel()
        await asyncio.gather(bad, return_exceptions=True)
        assert len(readers.process_ids) == 1


async def test_small_letters_do_not_wait_behind_large_ones_that_are_slow(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # longer than the test: the reader is ended with its letter, nobody waits for this
    misbehaving(monkeypatch, tmp_path, "import time; time.sleep(40)")
    large = BAD + b"x" * limits.LARGE_BYTES
    async with LetterReaders(readers=2, reserve=0, deadline_s=50) as readers:
        bad = [asyncio.ensure_future(readers.read(large)) for _ in range(6)]
        await asyncio.sleep(0)
        good = [(await readers.read(GOOD)).text for _ in range(3)]

        assert good == ["Where is my order?"] * 3
        assert not any(one.done() for one in bad)
        for one in bad:
            one.cancel()
        await asyncio.gather(*bad, return_exceptions=True)
        # those that were given up in the queue left nothing taken
        assert (await readers.read(GOOD + b"x" * limits.LARGE_BYTES)).text


async def test_a_letter_that_sleeps_is_ended_at_its_deadline(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    misbehaving(monkeypatch, tmp_path, "import time; time.sleep(60)")
    async with LetterReaders(deadline_s=1.5) as readers:
        found = await readers.read(BAD)
        assert found.unreadable_why is Unreadable.TOO_COSTLY
        assert not readers.process_ids
        assert (await readers.read(GOOD)).text == "Where is my order?"


def test_the_limits_are_those_that_are_promised() -> None:
    assert (limits.CPU_S, limits.MEMORY_BYTES, limits.DEADLINE_S) == (5, 512 * 1024 * 1024, 30.0)


async def test_a_letter_that_takes_all_memory_gets_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    misbehaving(monkeypatch, tmp_path, "hold = bytearray(600 * 1024 * 1024)")
    async with LetterReaders() as readers:
        assert (await readers.read(BAD)).unreadable_why is Unreadable.TOO_COSTLY
        assert (await readers.read(GOOD)).text == "Where is my order?"


@pytest.mark.parametrize("body", ["import os; os.abort()", "import os; os._exit(0)", "raise RuntimeError"])
async def test_a_letter_that_ends_its_reader_is_tried_twice_and_then_unreadable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, body: str
) -> None:
    misbehaving(monkeypatch, tmp_path, body)
    async with LetterReaders() as readers:
        with structlog.testing.capture_logs() as logged:
            found = await readers.read(BAD)
        assert found.unreadable_why is Unreadable.TOO_COSTLY
        assert [one["event"] for one in logged].count("letter_reader_died") == 2
        assert (await readers.read(GOOD)).text == "Where is my order?"


async def test_an_answer_that_is_no_letter_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    misbehaving(monkeypatch, tmp_path, "return {'__class__': 'os.system', 'content_sha256': 5}")
    async with LetterReaders() as readers:
        assert (await readers.read(BAD)).unreadable_why is Unreadable.BROKEN
        assert (await readers.read(GOOD)).text == "Where is my order?"


async def test_a_reader_killed_from_outside_costs_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    misbehaving(monkeypatch, tmp_path, "import time; time.sleep(1)")
    async with LetterReaders(readers=1) as readers:
        await readers.read(GOOD)
        bad = asyncio.ensure_future(readers.read(BAD))
        await asyncio.sleep(0.2)
        os.kill(readers.process_ids[0], signal.SIGKILL)

        assert (await bad).text == "boom"


async def test_an_idle_reader_that_is_gone_is_replaced(readers: LetterReaders) -> None:
    await readers.read(GOOD)
    os.kill(readers.process_ids[0], signal.SIGKILL)

    assert (await readers.read(GOOD)).text == "Where is my order?"


async def test_readers_that_cannot_start_are_no_fault_of_the_letter(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "broken.py").write_text("raise SystemExit(1)")
    monkeypatch.setattr(reading, "_SCRIPT", tmp_path / "broken.py")
    async with LetterReaders() as readers:
        with pytest.raises(Unavailable):
            await readers.read(GOOD)
        assert not readers.process_ids


async def test_more_letters_than_may_wait_are_refused_for_now(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    misbehaving(monkeypatch, tmp_path, "import time; time.sleep(0.5)")
    async with LetterReaders(readers=1, reserve=0, waiting=2) as readers:
        waiting = [asyncio.ensure_future(readers.read(BAD)) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await readers.read(GOOD)
        assert [one.text for one in await asyncio.gather(*waiting)] == ["boom"] * 3


async def test_a_read_that_is_cancelled_ends_its_reader_and_no_other_letter_gets_its_answer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    misbehaving(monkeypatch, tmp_path, "import time; time.sleep(0.3)")
    async with LetterReaders(readers=1) as readers:
        await readers.read(GOOD)
        (first,) = readers.process_ids
        bad = asyncio.ensure_future(readers.read(BAD))
        await asyncio.sleep(0.1)
        bad.cancel()
        with pytest.raises(asyncio.CancelledError):
            await bad
        assert not alive(first)
        assert (await readers.read(GOOD)).subject == "order"


async def test_nothing_is_left_when_it_closes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    misbehaving(monkeypatch, tmp_path, "import time; time.sleep(60)")
    readers = LetterReaders(deadline_s=30)
    bad = asyncio.ensure_future(readers.read(BAD))
    await readers.read(GOOD)
    await eventually(lambda: len(readers.process_ids) == 2)
    processes = readers.process_ids
    await readers.close()

    assert not any(alive(one) for one in processes)
    # it is no fault of the letter: it comes again
    with pytest.raises(Unavailable):
        await bad
    with pytest.raises(Unavailable):
        await readers.read(GOOD)


def test_readers_die_with_a_hub_that_is_killed(tmp_path: Path) -> None:
    """One is idle, one is in the middle of a letter that never ends."""
    (tmp_path / "hub_like.py").write_text(
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from hub.channels.email import reading\n"
        f"reading._SCRIPT = Path({str(tmp_path / 'reader.py')!r})\n"
        "async def main():\n"
        "    readers = reading.LetterReaders(deadline_s=100)\n"
        "    await readers.read(b'Subject: good\\r\\n\\r\\nx')\n"
        "    bad = asyncio.ensure_future(readers.read(b'Subject: bad\\r\\n\\r\\nx'))\n"
        "    await asyncio.sleep(0.2)\n"
        "    await readers.read(b'Subject: good\\r\\n\\r\\nx')\n"
        "    print(*readers.process_ids, flush=True)\n"
        "    await bad\n"
        "asyncio.run(main())\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        misbehaving(patch, tmp_path, "import time; time.sleep(100)")
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "hub_like.py")],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    readers = [int(one) for one in process.stdout.readline().split()]
    assert len(readers) == 2
    assert all(alive(one) for one in readers)
    process.kill()
    process.wait()
    process.stdout.close()

    ends = time.monotonic() + 2.0
    while any(alive(one) for one in readers):
        assert time.monotonic() < ends
        time.sleep(0.01)  # their end is told to nobody: it is asked for again


@pytest.mark.parametrize("name", ["HUB_SECRET", "AWS_KEY"])
async def test_a_reader_sees_no_secret_of_the_hub(
    monkeypatch: pytest.MonkeyPatch, readers: LetterReaders, name: str
) -> None:
    monkeypatch.setenv(name, "canary")
    await readers.read(GOOD)

    environment = Path(f"/proc/{readers.process_ids[0]}/environ").read_bytes()
    assert b"canary" not in environment


def test_the_hub_loads_nothing_that_only_readers_need() -> None:
    """What the parent imports is what costs at start and stays in its memory."""
    said = subprocess.run(
        [sys.executable, "-c", "import sys, hub.channels.email.reading; print(*sys.modules)"],
        capture_output=True, text=True, check=True, cwd=ROOT,
    ).stdout.split()  # fmt: skip

    assert not {"nh3", "authres", "flufl.bounce", "charset_normalizer"} & set(said)
    assert "hub.channels.email.letters" not in said
