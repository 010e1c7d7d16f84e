"""A hub that is killed at every step of a call: the history says what happened, the line is restored, nothing is
stuck, and nobody is kept twice. One house lives through all of it, a life a scene."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hub import crashpoints
from tests.clients import Agent, Frame
from tests.hubs import Floor, RunningHub, start_hub
from tests.ports import free_port
from tests.softphone import OnPhone, Softphone, free_sip_port, softphone

pytestmark = pytest.mark.timeout(240)

FLOOR = Floor(agents=("anna",), queues=("support",), offer_s=15, wrap_up_s=0.2, record=True)
CLIENT_HZ, ANNA_HZ = 440.0, 1_000.0
MISSED = ("call", "missed_call")
TALKED = ("call",)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One life. `picks_up`: the agent's phone is answered, `talks`: they hear each other and the client hangs up;
    `tells` are the touches that the history has then."""

    dies_at: str
    heard: tuple[str, ...] = ()
    picks_up: bool = False
    talks: bool = False
    end: str = "hub_lost"
    tells: tuple[str, ...] = MISSED
    recordings: int = 0


SCENES = (
    # the caller was told nothing
    Scene(dies_at="calls.before_row"),
    Scene(dies_at="calls.after_row"),
    # the agent's phone rings, and the caller is not told of it yet
    Scene(dies_at="calls.after_ringing_row", heard=("182",)),
    # the agent said hello to nobody
    Scene(dies_at="calls.before_answered_row", heard=("182", "180"), picks_up=True),
    Scene(dies_at="calls.after_answered_row", heard=("182", "180"), picks_up=True, tells=TALKED),
    # the client has hung up, and that is not written
    Scene(
        dies_at="calls.before_end_row",
        heard=("182", "180", "answered"),
        picks_up=True,
        talks=True,
        tells=TALKED,
        recordings=1,
    ),
    # … and is
    Scene(
        dies_at="calls.after_end_row",
        heard=("182", "180", "answered"),
        picks_up=True,
        talks=True,
        end="client_hung_up",
        tells=TALKED,
        recordings=1,
    ),
    Scene(
        dies_at="calls.recorded_before_row",
        heard=("182", "180", "answered"),
        picks_up=True,
        talks=True,
        end="client_hung_up",
        tells=TALKED,
        recordings=1,
    ),
)


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the history is to say of a call."""

    number: str
    end: str
    tells: tuple[str, ...]
    recordings: int = 0


@dataclass(kw_only=True)
class House:
    """What outlives the hub: its folder and ports, the clients, and the agent's phone, which registers once."""

    folder: Path
    client: Softphone
    phone: Softphone
    sip_port: int = field(default_factory=free_sip_port)
    port: int = field(default_factory=free_port)
    numbers: int = 0

    @asynccontextmanager
    async def lives(self, before: list[Told], crash_at: str = "") -> AsyncIterator[RunningHub]:
        """A life that tells this of the one before, with the agent at the desk."""
        settings = {
            "CHANNELS__SIP__PORT": str(self.sip_port),
            "CHANNELS__SIP__OPEN_TO_LOOPBACK": "1",
            "CHANNELS__SIP__EXEMPT_ADDRESSES": '["127.0.0.0/8"]',
            "ROUTING__PRESENCE_LEASE_S": "6",
            "ROUTING__GRACE_S": "1",
            "ROUTING__AVOID_S": "0",
        }
        hub = await start_hub(
            self.folder / "data", floor=FLOOR, settings=settings, port=self.port, crash_at=crash_at
        )
        if before:
            await is_told(hub, before)
        async with Agent(hub.url, "anna") as anna:
            await anna.connect()
            await anna.be("available")
            yield hub

    async def call(self) -> tuple[str, OnPhone]:
        """Somebody else calls: their number, and the call."""
        self.numbers += 1
        number = f"+90532123456{self.numbers}" if self.numbers < 10 else f"+9053212345{self.numbers}"
        return number, await self.client.call("support", self.sip_port, caller=f"<sip:{number}@127.0.0.1>")


async def test_at_whatever_step_the_hub_is_killed_the_history_says_what_happened(tmp_path: Path) -> None:
    assert {scene.dies_at for scene in SCENES} == {at for at in crashpoints.ALL if at.startswith("calls.")}
    async with AsyncExitStack() as stack:
        house = House(
            folder=tmp_path,
            client=await stack.enter_async_context(softphone("client", CLIENT_HZ)),
            phone=await stack.enter_async_context(softphone("anna", ANNA_HZ)),
        )
        await the_phone_registers(house)
        # each life begins with what is told of the one before
        before: list[Told] = []
        for scene in SCENES:
            before = [await played(house, scene, before)]
        before = [await killed_with_one_ringing(house, before)]
        before = await killed_with_one_talked_and_one_waiting(house, before)

        # all is as it was: the same agent is reached by the same phone
        async with house.lives(before) as hub:
            _, call = await house.call()
            ringing = await house.phone.rings(within_s=20)
            await house.phone.pick_up(ringing)
            await call.hears(ANNA_HZ)
            await call.hang_up()
            await ringing.until("ended")
        assert await hub.stop() == 0, hub.log.read_text(errors="replace")[-4000:]


async def the_phone_registers(house: House) -> None:
    """A first life: no later one registers the phone again."""
    async with house.lives([]) as hub, Agent(hub.url, "anna") as anna:
        await anna.ask("PUT", "/api/v1/agents/me/phone", {"kind": "registered"})
        account = await anna.post("/api/v1/agents/me/phone-account")
        answer = await house.phone.register(house.sip_port, account["username"], account["password"])
        assert answer.status == 200
        await hub.kill()


async def played(house: House, scene: Scene, before: list[Told]) -> Told:
    """A life that ends at that step, and what the next one is to tell of it."""
    async with house.lives(before, scene.dies_at) as hub:
        number, call = await house.call()
        ringing, picking_up = None, None
        if "182" in scene.heard:
            ringing = await house.phone.rings(within_s=20)
        if scene.picks_up:
            assert ringing is not None
            await call.until("180")
            if scene.talks:
                await house.phone.pick_up(ringing)
                await call.hears(ANNA_HZ)
                await asyncio.sleep(1.2)  # less than a second is no recording
                await call.hang_up()
            else:
                picking_up = asyncio.create_task(house.phone.pick_up(ringing))
        async with asyncio.timeout(20):
            assert await hub.ended() == -signal.SIGKILL
        if picking_up is not None:
            await picking_up
    assert tuple(said for said in call.happened if not said.startswith(("100", "ended"))) == scene.heard, (
        scene
    )
    await put_down(call, ringing)
    return Told(number=number, end=scene.end, tells=scene.tells, recordings=scene.recordings)


async def killed_with_one_ringing(house: House, before: list[Told]) -> Told:
    async with house.lives(before) as hub:
        number, call = await house.call()
        ringing = await house.phone.rings(within_s=20)
        await call.until("180")
        await hub.kill()
    await put_down(call, ringing)
    return Told(number=number, end="hub_lost", tells=MISSED)


async def killed_with_one_talked_and_one_waiting(house: House, before: list[Told]) -> list[Told]:
    async with house.lives(before) as hub:
        talked, call = await house.call()
        ringing = await house.phone.rings(within_s=20)
        await house.phone.pick_up(ringing)
        await call.hears(ANNA_HZ)
        waits, other = await house.call()
        await other.until("182")
        await asyncio.sleep(2.5)  # what is not a whole second on the disk is lost
        await hub.kill()
    await put_down(call, ringing, other)
    return [
        Told(number=talked, end="hub_lost", tells=TALKED, recordings=1),
        Told(number=waits, end="hub_lost", tells=MISSED),
    ]


async def put_down(*calls: OnPhone | None) -> None:
    """Whoever is still on the line of a dead hub hangs up, at the next one."""
    for call in calls:
        if call is not None and call.leg is not None and not call.leg.is_over:
            await call.leg.end()


async def is_told(hub: RunningHub, wanted: list[Told]) -> None:
    """One conversation with one call each, over as it should be; what was said is kept; and nobody waits."""
    async with Agent(hub.url, "sofia") as sofia:
        rows = (await sofia.get("/api/v1/interactions?limit=200"))["items"]
        calls = {row["id"]: await sofia.get(f"/api/v1/interactions/{row['id']}/calls") for row in rows}
        found = [(row, call) for row in rows for call in calls[row["id"]]["items"]]
        for told in wanted:
            ends = [(row, call["end"]) for row, call in found if call["number"] == told.number]
            assert [end for _, end in ends] == [told.end], (told, ends)
            ((row, _),) = ends
            touches: list[Frame] = (await sofia.get(f"/api/v1/interactions/{row['id']}/touches"))["items"]
            assert tuple(t["kind"] for t in touches if t["kind"] in MISSED) == told.tells, (told, touches)
            kept = (await sofia.get(f"/api/v1/interactions/{row['id']}/recordings"))["items"]
            assert len(kept) == told.recordings, (told, kept)
            assert all(one["ended_at"] and one["duration_s"] >= 1 for one in kept), kept
        assert not any(queue["waiting"] for queue in (await sofia.get("/api/v1/queues"))["items"])
