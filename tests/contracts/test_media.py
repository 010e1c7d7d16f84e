"""What must be true of every media engine: a tone that one leg sends is measured at the other, over real UDP."""

import asyncio
import math
import socket
from pathlib import Path

import pytest

from hub.ports.media import MediaEngine, NoCommonMedia, NoRoom, Played, Silent, Sound
from tests.contracts.media import FAINT, HIGH, KHZ, LOUD, Call, Tape, engine_with, heard, until
from tests.contracts.telephone import level, rms, samples, telephone, tone


@pytest.mark.parametrize("law", [(8,), (0,)], ids=["A-law", "µ-law"])
async def test_a_tone_that_one_leg_sends_is_heard_by_the_other_both_ways(
    call: Call, law: tuple[int, ...]
) -> None:
    caller = await call.caller("caller", KHZ, laws=law)
    agent = await call.callee("agent", HIGH, laws=law)
    await call.bridged("caller", "agent")
    at_agent, at_caller = await asyncio.gather(heard(agent, KHZ), heard(caller, HIGH))
    assert level(at_agent, HIGH) < FAINT, "nobody hears himself"
    assert level(at_caller, KHZ) < FAINT


async def test_legs_of_different_laws_understand_each_other(call: Call) -> None:
    caller = await call.caller("caller", KHZ, laws=(0,))
    agent = await call.callee("agent", HIGH, laws=(8,))
    await call.bridged("caller", "agent")
    at_agent, at_caller = await asyncio.gather(heard(agent, KHZ), heard(caller, HIGH))
    assert (caller.law, agent.law) == (0, 8)
    assert rms(at_agent) == pytest.approx(8000 / math.sqrt(2), rel=0.15)
    assert rms(at_caller) == pytest.approx(8000 / math.sqrt(2), rel=0.15)


async def test_what_is_sent_is_one_stream_without_gaps(call: Call) -> None:
    caller = await call.caller("caller", laws=(0,))
    await caller.hears(0.6)
    for one, other in zip(caller.got, caller.got[1:], strict=False):
        assert (other.sequence - one.sequence) & 0xFFFF == 1
        assert (other.timestamp - one.timestamp) & 0xFFFFFFFF == 160
        assert other.ssrc == one.ssrc
        assert len(other.payload) == 160
    assert [one.marker for one in caller.got] == [True] + [False] * (len(caller.got) - 1)


async def test_nobody_hears_anybody_before_it_is_said_so(call: Call) -> None:
    await call.caller("caller", KHZ)
    agent = await call.callee("agent")
    assert rms(await agent.hears(0.5)) < 20


async def test_a_call_on_hold_hears_and_says_nothing_until_it_is_taken_back(call: Call) -> None:
    caller = await call.caller("caller", KHZ)
    agent = await call.callee("agent", HIGH)
    await call.bridged("caller", "agent")
    await asyncio.gather(heard(agent, KHZ), heard(caller, HIGH))
    caller.direction = "sendonly"
    assert caller.reads(await call.session.answered("caller", caller.description())) == "recvonly"
    await asyncio.sleep(0.1)
    count = len(caller.got)
    await heard(agent, KHZ)
    assert len(caller.got) == count, "who holds us is sent nothing"
    caller.direction = "sendrecv"
    assert caller.reads(await call.session.answered("caller", caller.description())) == "sendrecv"
    await heard(caller, HIGH)


async def test_a_leg_that_we_hold_is_told_so_and_not_heard(call: Call, music: Path) -> None:
    caller = await call.caller("caller", KHZ)
    agent = await call.callee("agent")
    await call.bridged("caller", "agent")
    await heard(agent, KHZ)
    assert caller.reads(await call.session.offered("caller", held=True)) == "sendonly"
    caller.direction = "recvonly"
    await call.session.agreed("caller", caller.description(answers=True))
    await call.session.play("caller", Sound(files=(music,), loop=True))
    await asyncio.gather(heard(caller, HIGH), heard(agent, KHZ, loud=False))
    assert caller.reads(await call.session.offered("caller")) == "sendrecv"
    caller.direction = "sendrecv"
    await call.session.agreed("caller", caller.description(answers=True))
    await call.session.stop("caller")
    await heard(agent, KHZ)


async def test_an_answer_may_change_the_law_in_the_middle_of_a_call(call: Call) -> None:
    caller = await call.caller("caller", KHZ, laws=(8,))
    agent = await call.callee("agent", HIGH, laws=(8,))
    await call.bridged("caller", "agent")
    await asyncio.gather(heard(agent, KHZ), heard(caller, HIGH))
    caller.laws, caller.says = (0,), tone(KHZ, 0)
    caller.reads(await call.session.answered("caller", caller.description()))
    assert caller.law == 0
    await asyncio.gather(heard(agent, KHZ), heard(caller, HIGH))


async def test_what_is_played_is_heard_instead_of_the_others_until_it_ends(call: Call, music: Path) -> None:
    caller = await call.caller("caller")
    await call.callee("agent", KHZ)
    await call.bridged("caller", "agent")
    await heard(caller, KHZ)
    await call.session.play("caller", Sound(files=(music, music)))
    await heard(caller, HIGH)
    assert await call.has_told(Played) == [Played(leg="caller")]
    await heard(caller, KHZ)
    assert [one for one in call.events if isinstance(one, Played)] == [Played(leg="caller")]


async def test_music_goes_on_for_ever_and_stops_when_told(call: Call, music: Path) -> None:
    caller = await call.caller("caller")
    await call.session.play("caller", Sound(files=(music,), loop=True))
    await heard(caller, HIGH)
    assert level(await caller.hears(0.6), HIGH) > LOUD
    await call.session.stop("caller")
    await heard(caller, HIGH, loud=False)
    assert not [one for one in call.events if isinstance(one, Played)]


async def test_there_is_silence_between_two_rounds(call: Call, music: Path) -> None:
    caller = await call.caller("caller", laws=(0,))
    await call.session.play("caller", Sound(files=(music,), loop=True, gap_s=0.2))
    await caller.hears(1.6)
    loud = [rms(samples([one], 0)) > 1000 for one in caller.frames(0)]
    first = loud.index(True)
    assert loud[first : first + 50] == [True] * 20 + [False] * 10 + [True] * 20


async def test_a_file_that_cannot_be_played_harms_nobody(call: Call, tmp_path: Path, music: Path) -> None:
    caller = await call.caller("caller")
    noise = tmp_path / "noise.wav"
    noise.write_bytes(b"RIFF no")
    await call.session.play("caller", Sound(files=(noise, tmp_path / "nowhere.wav", music), loop=True))
    await heard(caller, HIGH)
    await call.session.play("caller", Sound(files=(noise,)))
    assert await call.has_told(Played) == [Played(leg="caller")]


async def test_three_hear_each_other(call: Call) -> None:
    one = await call.caller("one", KHZ, laws=(0,))
    two = await call.callee("two", HIGH, laws=(8,))
    three = await call.callee("three", 400.0)
    await call.bridged("one", "two", "three")
    await asyncio.gather(heard(one, HIGH), heard(two, KHZ), heard(three, KHZ))
    at_one, at_two, at_three = await asyncio.gather(one.hears(0.2), two.hears(0.2), three.hears(0.2))
    assert min(level(at_one, HIGH), level(at_one, 400), level(at_two, KHZ), level(at_two, 400)) > LOUD
    assert min(level(at_three, KHZ), level(at_three, HIGH)) > LOUD
    assert max(level(at_one, KHZ), level(at_two, HIGH), level(at_three, 400)) < FAINT


async def test_a_supervisor_whispers_to_the_agent_alone(call: Call) -> None:
    client = await call.caller("client", KHZ)
    agent = await call.callee("agent", 400.0)
    supervisor = await call.callee("supervisor", HIGH)
    await call.session.hear(
        {
            "client": frozenset({"agent"}),
            "agent": frozenset({"client", "supervisor"}),
            "supervisor": frozenset({"client", "agent"}),
        }
    )
    await asyncio.gather(heard(agent, HIGH), heard(client, 400.0), heard(supervisor, KHZ))
    at_client, at_agent = await asyncio.gather(client.hears(0.2), agent.hears(0.2))
    assert level(at_client, HIGH) < FAINT
    assert level(at_agent, KHZ) > LOUD


async def test_a_recording_has_the_client_left_and_the_others_right(call: Call) -> None:
    caller = await call.caller("caller", KHZ, laws=(0,))
    agent = await call.callee("agent", HIGH, laws=(8,))
    await call.callee("third", 400.0)
    await call.bridged("caller", "agent")
    await asyncio.gather(heard(agent, KHZ), heard(caller, HIGH))
    tape = Tape()
    await call.session.record("caller", tape)
    await until(lambda: len(tape.left) >= 20)
    await call.session.pause(paused=True)
    paused_at = len(tape.left)
    await caller.hears(0.2)
    assert len(tape.left) == paused_at
    await call.session.pause(paused=False)
    await until(lambda: len(tape.left) >= paused_at + 5)
    await call.session.stop_recording()
    count = len(tape.left)
    left, right = tape.sides()
    assert len(left) == len(right) == 160 * count
    assert level(left, KHZ) > LOUD
    assert min(level(right, HIGH), level(right, 400)) > LOUD
    assert max(level(left, HIGH), level(right, KHZ)) < FAINT
    await caller.hears(0.1)
    assert len(tape.left) == count


async def test_who_may_speak_and_does_not_is_told_of_once(call: Call) -> None:
    caller = await call.caller("caller", KHZ)
    await caller.hears(0.2)
    says, caller.says = caller.says, []
    assert await call.has_told(Silent) == [Silent(leg="caller", for_s=0.4)]
    await caller.hears(0.6)
    assert len(call.events) == 1
    caller.says = says
    await caller.hears(0.2)
    caller.says = []
    await until(lambda: len(call.events) == 2)


async def test_a_leg_that_was_dropped_gives_back_its_ports(engine_kind: str) -> None:
    async with engine_with(engine_kind, pairs=2) as engine, Call(engine) as call:
        one = await call.caller("one")
        await call.caller("two")
        with pytest.raises(NoRoom):
            await call.session.offered("three")
        with pytest.raises(NoRoom):
            await engine.open("another", call.events.append)
        assert engine.load().legs == 2
        assert one.to is not None
        await call.session.drop("one")
        await call.session.drop("one")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(one.to)
        await call.caller("three")
        await call.session.close()
        await call.session.close()
        assert (engine.load().sessions, engine.load().legs) == (0, 0)


@pytest.mark.parametrize(
    "offer",
    [
        b"",
        b"v=0",
        b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n",
        b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 9\r\n",
        b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 9 RTP/AVP 0\r\n",
        b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/SAVP 0\r\n",
    ],
    ids=["empty", "cut off", "no media", "another codec", "a picture", "SDES"],
)
async def test_an_offer_without_sound_of_ours_leaves_nothing_behind(
    engine: MediaEngine, call: Call, offer: bytes
) -> None:
    with pytest.raises(NoCommonMedia):
        await call.session.answered("caller", offer)
    assert engine.load().legs == 0


async def test_an_answer_that_refuses_the_sound_is_no_agreement(call: Call) -> None:
    async with telephone() as phone:
        phone.reads(await call.session.offered("agent"))
        refusal = phone.description(answers=True).replace(b"m=audio %d" % phone.port, b"m=audio 0")
        with pytest.raises(NoCommonMedia):
            await call.session.agreed("agent", refusal)
        with pytest.raises(NoCommonMedia):
            await call.session.agreed("nobody", phone.description(answers=True))
