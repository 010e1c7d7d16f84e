"""What every media engine makes of packets: strangers, garbage, loss, lengths, keys, reports."""

import asyncio
import math
import struct
from random import Random

import pytest

from hub.ports.media import Keys
from tests.contracts.media import FAINT, HIGH, KHZ, LOUD, Call, heard, until
from tests.contracts.telephone import Came, Telephone, level, samples, telephone, tone


def pressed(phone: Telephone, event: int, *, timestamp: int, ends: int, steps: int = 5) -> None:
    """A key on the phone: packets that grow, and so many that say it is over."""
    for step in range(steps + ends):
        held = min(step + 1, steps) * 160
        payload = struct.pack("!BBH", event, 10 | (0x80 if step >= steps else 0), held)
        phone.send(payload, 101, marker=step == 0, timestamp=timestamp)


@pytest.mark.parametrize("ends", [3, 1, 0], ids=["thrice", "once", "lost"])
async def test_a_key_is_told_once_however_often_its_end_comes(call: Call, ends: int) -> None:
    caller = await call.caller("caller", KHZ)
    await caller.hears(0.2)
    caller.says = []
    pressed(caller, 5, timestamp=1000, ends=ends)
    await until(lambda: bool(call.events))
    pressed(caller, 5, timestamp=4000, ends=ends)
    pressed(caller, 11, timestamp=8000, ends=ends)
    await until(lambda: len(call.events) == 3)
    await asyncio.sleep(0.2)
    assert call.events == [Keys(leg="caller", key=key, ms=100) for key in "55#"]


async def test_keys_of_ours_arrive_as_events(call: Call) -> None:
    agent = await call.callee("agent")
    await agent.hears(0.1)
    await call.session.press("agent", "1#")
    await until(lambda: len([one for one in agent.got if one.payload_type == 101]) >= 16)
    await agent.hears(0.2)
    events = [one for one in agent.got if one.payload_type == 101]
    assert told_by(events) == [(1, 800, True), (11, 800, True)]
    assert [one.marker for one in events].count(True) == 2
    for one, other in zip(agent.got, agent.got[1:], strict=False):
        assert (other.sequence - one.sequence) & 0xFFFF == 1


def told_by(events: list[Came]) -> list[tuple[int, int, bool]]:
    """By timestamp: the key, its longest duration, and whether it ended at least twice."""
    found = []
    for timestamp in dict.fromkeys(one.timestamp for one in events):
        read = [struct.unpack("!BBH", one.payload) for one in events if one.timestamp == timestamp]
        ends = [one for one in read if one[1] & 0x80]
        found.append((read[0][0], max(one[2] for one in read), len(ends) > 1))
    return found


async def test_strangers_and_garbage_are_not_heard(call: Call) -> None:
    caller = await call.caller("caller", KHZ)
    agent = await call.callee("agent")
    await call.bridged("caller", "agent")
    await heard(agent, KHZ)
    async with telephone(HIGH) as stranger:
        stranger.law, stranger.ssrc, stranger.to = caller.law, caller.ssrc, caller.to
        stranger.says = tone(HIGH, stranger.law)
        for size in (0, 1, 11, 12, 13, 172, 1400, 2000):
            stranger_says(stranger, bytes(size))
            stranger_says(caller, Random(size).randbytes(size))
            stranger_says(caller, b"\x80\x00" + bytes(size))
            stranger_says(caller, b"\xbf\x08" + b"\xff" * size)
            stranger_says(caller, b"\x80\xc8" + b"\xff" * size)
        await until(lambda: stranger.sent >= 10)
        at_agent = await heard(agent, KHZ)
        assert level(at_agent, HIGH) < FAINT
        assert not stranger.got, "who is not believed is sent nothing"


def stranger_says(phone: Telephone, raw: bytes) -> None:
    assert phone.transport is not None
    phone.transport.sendto(raw, phone.to)


async def test_a_phone_that_sends_from_another_address_than_it_said_is_found(call: Call) -> None:
    async with telephone(KHZ) as behind_nat, telephone(HIGH) as later:
        described = behind_nat.description().replace(b"c=IN IP4 127.0.0.1", b"c=IN IP4 192.0.2.77")
        behind_nat.reads(await call.session.answered("caller", described))
        agent = await call.callee("agent", 400.0)
        await call.bridged("caller", "agent")
        await asyncio.gather(heard(agent, KHZ), heard(behind_nat, 400.0))
        later.law, later.to = behind_nat.law, behind_nat.to
        later.says = tone(HIGH, later.law)
        at_agent = await agent.hears(0.6)
        assert level(at_agent, HIGH) < FAINT
        assert not later.got


async def test_another_description_may_name_another_place(call: Call) -> None:
    await call.caller("caller", KHZ)
    agent = await call.callee("agent")
    await call.bridged("caller", "agent")
    await heard(agent, KHZ)
    async with telephone(HIGH) as moved:
        moved.reads(await call.session.answered("caller", moved.description()))
        await heard(agent, HIGH)
        await moved.hears(0.2)


async def test_a_lossy_uneven_network_is_heard_through_and_counted(call: Call) -> None:
    chance = Random(11)
    kept: list[bytes] = []
    lost = 0

    def mangle(number: int, packet: bytes) -> list[bytes]:
        nonlocal lost
        if number > 5 and chance.random() < 0.05:
            lost += 1
            return []
        if number > 5 and not kept and chance.random() < 0.1:
            kept.append(packet)
            return []
        late = [kept.pop()] if kept else []
        return [packet, *late, *([packet] if chance.random() < 0.05 else [])]

    caller = await call.caller("caller", KHZ, mangle=mangle)
    agent = await call.callee("agent")
    await call.bridged("caller", "agent")
    await until(lambda: caller.sent >= 75)
    at_agent = await agent.hears(0.4)
    caller.mangle = lambda _, packet: [*(kept.pop() for _ in kept[:]), packet]
    await until(lambda: caller.sent >= 90)
    assert lost > 0
    assert level(at_agent, KHZ) > 0.7 * 8000
    quality = await call.session.quality("caller")
    assert quality.lost == lost
    assert quality.received >= 75


async def test_the_quality_of_a_leg_is_told(call: Call) -> None:
    caller = await call.caller("caller", KHZ)
    await call.callee("agent")
    await until(lambda: caller.sent >= 55)
    quality = await call.session.quality("caller")
    assert quality.rms == pytest.approx(8000 / math.sqrt(2), rel=0.1)
    assert (quality.lost, (await call.session.quality("agent")).rms < 20) == (0, True)
    assert quality.received == pytest.approx(caller.sent, abs=3)
    assert quality.sent == pytest.approx(len(caller.got), abs=3)
    assert quality.jitter_ms < 20


@pytest.mark.parametrize("samples_each", [80, 240, 320, 480], ids=["10 ms", "30 ms", "40 ms", "60 ms"])
async def test_packets_of_other_lengths_are_understood(call: Call, samples_each: int) -> None:
    caller = await call.caller("caller", laws=(0,))
    agent = await call.callee("agent", laws=(0,))
    await call.bridged("caller", "agent")
    sound, caller.says, at = b"".join(tone(KHZ, 0)), [], 0
    loop = asyncio.get_running_loop()
    began = loop.time()
    while at < 4800:
        caller.send(sound[at : at + samples_each], 0, timestamp=at)
        at += samples_each
        await asyncio.sleep(max(0.0, began + at / 8000 - loop.time()))
    loudest = max(level(samples(agent.frames(0)[start : start + 10], 0), KHZ) for start in range(0, 25, 5))
    assert loudest > LOUD


async def test_a_good_bye_is_said_to_a_leg_that_is_dropped(call: Call) -> None:
    caller = await call.caller("caller", KHZ, mux=True)
    await caller.hears(0.2)
    await call.session.drop("caller")
    await until(lambda: bool(caller.reports))
    report = caller.reports[-1]
    first, kind, words, ssrc = struct.unpack_from("!BBHI", report)
    assert (first, kind, words, ssrc) == (0x81, 200, 12, caller.got[0].ssrc), (
        "a sender's report with one block"
    )
    assert struct.unpack_from("!I", report, 28) == (caller.ssrc,)
    assert report.endswith(struct.pack("!BBHI", 0x81, 203, 1, ssrc))
