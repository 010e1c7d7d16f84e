"""Calls through a whole hub: from a caller through the queue to an agent's desk phone, and callers in a line.

The hub keeps to one core, whoever calls and the phones to another. All is as in a house: consoles are signed
in, phones registered, each step is a commit, the sound is the hub's own engine. A call is bridged, talked for half
a second and ended; a rate is clean when no call failed and at most one message in 200 was sent again.
"""

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

from websockets.exceptions import ConnectionClosed

from bench.harness import Figure, cpu_s, figure, uss_bytes
from bench.sip import Failed
from bench.sip_side import SDP, Deaf
from hub.channels.sip.headers import name_addr_of
from hub.channels.sip.leg import Ended, InboundLeg, Leg, LegEvents, LegOver, Source, Target
from hub.channels.sip.message import Request, Response
from hub.channels.sip.refusal import Refused
from hub.channels.sip.transport.flow import Door
from hub.channels.sip.transport.transports import Listening, Transports
from hub.channels.sip.uri import sip_uri
from hub.channels.sip.user_agent import SipUserAgent
from tests.clients import Agent
from tests.fakes.sip_phone import RegisteringPhone
from tests.hubs import Floor, RunningHub, start_hub
from tests.servers.sipp import Tally, sipp
from tests.softphone import free_sip_port

AGENTS = 60
RATES = (10, 20, 40, 60, 80)
SAME_RATE = 10
BRIDGED_PER_S = 400.0
WAITING, WITH_MUSIC = 2_000, 100
_STEP_S = 6.0
_TALK_MS = 500
_HOLD_S = 65.0
"""Longer than a provisional answer lasts: each is said again after a minute (RFC 3261, 13.3.1.1)."""
_RAMP_PER_S = 100
_ANSWERED_S = 15.0


class Phones:
    """All desk phones behind one address: each answers at once, and has nothing to say."""

    def __init__(self) -> None:
        door = Door()
        self.ways = Transports(Listening(port=0), door)
        self.agent = door.receiver = SipUserAgent(self.ways, incoming=self, most_legs=10_000)

    async def register(self, port: int, username: str, password: str) -> None:
        """One of them. Raises Failed."""
        hub = sip_uri(None, "127.0.0.1", port)

        async def exchange(request: Request) -> Response:
            return await self.agent.ask(request.without("Via"), hub)

        contact = f"<sip:{username}@127.0.0.1:{self.ways.port}>"
        phone = RegisteringPhone(exchange, username, password, via="UDP 127.0.0.1", contact=contact)
        answer = await phone.register()
        if answer.status != 200:
            raise Failed(f"a desk phone was not registered: {answer.status}")

    async def called(self, leg: InboundLeg, source: Source) -> LegEvents:  # noqa: ARG002 - whoever it is
        """Ring and answer."""
        self.agent.stack.spawn(_answered(leg), "taken")
        return Deaf()

    async def replacing(self, leg: InboundLeg, replaced: Leg, source: Source) -> LegEvents:  # noqa: ARG002
        """Nobody is replaced."""
        raise Refused(501, "nobody is replaced here")


async def _answered(leg: InboundLeg) -> None:
    with suppress(LegOver):
        await leg.progress(180)
        await leg.answer(SDP)


class Callers(Deaf):
    """Those who wait: what they were told is counted."""

    def __init__(self) -> None:
        super().__init__()
        self.told: Counter[int] = Counter()
        self.ends: Counter[int] = Counter()

    async def progressed(self, leg: Leg, status: int, sdp: bytes) -> None:  # noqa: ARG002 - counted only
        """A provisional answer."""
        self.told[status] += 1

    async def answered(self, leg: Leg, sdp: bytes) -> None:  # noqa: ARG002 - counted only
        """They hear music."""
        self.told[200] += 1

    async def ended(self, leg: Leg, why: Ended) -> None:  # noqa: ARG002 - counted only
        """It is over."""
        self.ends[why.status] += 1


class House:
    """A hub with its agents."""

    def __init__(self, hub: RunningHub, sip_port: int, phones: Phones) -> None:
        self.hub = hub
        self.sip_port = sip_port
        self.phones = phones
        self.agents: list[Agent] = []

    @property
    def pid(self) -> int:
        """The hub's process."""
        return self.hub.process.pid

    def must_be_well(self) -> None:
        """Raises Failed when the hub has ended, or logged an error."""
        said = self.hub.log.read_text(errors="replace")
        if not self.hub.lives or "Traceback" in said:
            raise Failed(f"the hub is not well:\n{said[-4_000:]}")

    async def be(self, state: str) -> None:
        """All agents, at once."""
        for agent in self.agents:
            await agent.be(state)

    async def rules(self, **voice: object) -> None:
        """The rules of the queue for calls."""
        unknown = "id version retired retired_to waiting sites is_open next_opening_at"
        async with Agent(self.hub.url, "admin") as admin:
            (queue,) = (await admin.get("/api/v1/floor/queues"))["items"]
            draft = {key: value for key, value in queue.items() if key not in unknown.split()}
            draft |= {"owner_first_s": round(queue["owner_first_s"]), "voice": {**queue["voice"], **voice}}
            body = {"queue": draft, "version": queue["version"]}
            answer = await admin.ask("PUT", f"/api/v1/floor/queues/{queue['id']}", body)
            if answer.status != 200:
                raise Failed(f"the rules of the queue were not taken: {answer.body}")


def figures() -> list[Figure]:
    """Calls bridged a second and what one costs; what a caller in a line costs, with and without music."""
    with tempfile.TemporaryDirectory() as place:
        return asyncio.run(_figures(Path(place)))


async def _figures(folder: Path) -> list[Figure]:
    async with _house(folder) as house:
        bridged = await _bridged(folder, house)
        await house.be("offline")
        return [*bridged, *await _waiting(house), *await _with_music(house)]


async def _bridged(folder: Path, house: House) -> list[Figure]:
    best, costs, shown = 0.0, dict[int, float](), ""
    for rate in RATES:
        before_s = cpu_s([house.pid])
        tally = await _step(folder, house, rate)
        house.must_be_well()
        costs[rate] = 1_000 * (cpu_s([house.pid]) - before_s) / max(1, tally.successful)
        if tally.failed or tally.successful < tally.created or tally.retransmissions > tally.created / 20:
            shown = (
                f"at {rate}/s: {tally.successful} of {tally.created} good, {tally.retransmissions} sent again"
            )
            break
        best = float(rate)
    if SAME_RATE not in costs or best < SAME_RATE:
        raise Failed(f"the hub did not bear {SAME_RATE} calls a second: {shown}")
    return [
        figure(
            "calls bridged by a queue, clean",
            best,
            "calls/s",
            at_least=BRIDGED_PER_S,
            note=f"highest tried {RATES[-1]}, {AGENTS} agents. {shown}",
        ),
        figure(
            f"calls bridged by a queue, CPU of one at {SAME_RATE}/s",
            costs[SAME_RATE],
            "ms",
            note=f"with commits, consoles, 0.5 s of sound both ways; at {best:g}/s {costs[int(best)]:.1f} ms",
        ),
    ]


async def _step(folder: Path, house: House, rate: int) -> Tally:
    calls = int(rate * _STEP_S)
    target = f"127.0.0.1:{house.sip_port}"
    words = {"talk_ms": _TALK_MS}
    async with sipp(
        "caller", folder, target=target, service="support", calls=calls, rate=rate, words=words
    ) as callers:
        with suppress(AssertionError):  # calls that hang are failed ones
            await callers.done(_STEP_S + 20)
        return callers.tally()


async def _waiting(house: House) -> list[Figure]:
    """Callers who hear it ring: a provisional answer each minute, and no sound."""
    await house.rules(answer_with_music=False, max_ring_s=180)
    async with _line(house, WAITING) as (callers, memory, quiet_s):
        before_s, told = cpu_s([house.pid]), callers.told[182]
        await asyncio.sleep(_HOLD_S)
        used_s = cpu_s([house.pid]) - before_s
        again = callers.told[182] - told
        gone = sum(callers.ends.values())
    house.must_be_well()
    share = 1e6 * (used_s / _HOLD_S - quiet_s) / WAITING
    return [
        figure(
            "calls waiting at once",
            float(WAITING - gone),
            "calls",
            at_least=WAITING,
            note=f"{told} were told 182, {again} were told it again within {_HOLD_S:g} s",
        ),
        figure(
            "calls waiting, memory of one", memory / WAITING / 1024, "KiB", note="the hub's own, over idle"
        ),
        figure("calls waiting, CPU of one", max(0.0, share), "µs/s", note="over idle, with its refresh"),
    ]


async def _with_music(house: House) -> list[Figure]:
    """Callers who were answered and hear music."""
    await house.rules(answer_with_music=True)
    async with _line(house, WITH_MUSIC) as (callers, memory, quiet_s):
        before_s = cpu_s([house.pid])
        await asyncio.sleep(10)
        used_s = cpu_s([house.pid]) - before_s
        gone = sum(callers.ends.values())
    house.must_be_well()
    share = 100 * (used_s / 10 - quiet_s) / WITH_MUSIC
    if gone or callers.told[200] < WITH_MUSIC:
        raise Failed(f"{callers.told[200]} of {WITH_MUSIC} were answered with music, {gone} are gone")
    return [
        figure(
            "calls waiting with music, CPU of one",
            share,
            "% of core",
            note=f"{WITH_MUSIC} of them; {100 / share if share > 0 else 0:.0f} would take a core",
        ),
        figure("calls waiting with music, memory of one", memory / WITH_MUSIC / 1024, "KiB"),
    ]


@asynccontextmanager
async def _line(house: House, many: int) -> AsyncIterator[tuple[Callers, float, float]]:
    """So many callers who wait while the block lasts; the bytes they take, and the CPU a second of the idle hub."""
    idle, before_s = uss_bytes(house.pid), cpu_s([house.pid])
    await asyncio.sleep(5)
    quiet_s = (cpu_s([house.pid]) - before_s) / 5
    callers, agent = Callers(), house.phones.agent
    target = Target(uri=sip_uri("support", "127.0.0.1", house.sip_port))
    legs = []
    for n in range(many):
        who = name_addr_of(f"<sip:+90532{n:07d}@127.0.0.1>")
        legs.append(await agent.call(target, SDP, callers, caller=who, ring_s=600))
        await asyncio.sleep(1 / _RAMP_PER_S)
    try:
        async with asyncio.timeout(_ANSWERED_S):
            while callers.told[182] + callers.told[200] < many:
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise Failed(f"of {many} callers these were told so much: {callers.told}, {callers.ends}") from None
    await asyncio.sleep(2)
    yield callers, uss_bytes(house.pid) - idle, quiet_s
    for leg in legs:
        await leg.end()
        await asyncio.sleep(1 / 200)
    await asyncio.sleep(3)


@asynccontextmanager
async def _house(folder: Path) -> AsyncIterator[House]:
    sip_port = free_sip_port()
    names = tuple(f"agent{n}" for n in range(AGENTS))
    settings = {
        "CHANNELS__SIP__PORT": str(sip_port),
        "CHANNELS__SIP__OPEN_TO_LOOPBACK": "1",
        "CHANNELS__SIP__EXEMPT_ADDRESSES": '["127.0.0.0/8"]',
        "CHANNELS__SIP__CALLS": "10000",
        # two ports a leg: the 1,000 of the default are enough for 500 legs
        "CHANNELS__SIP__RTP_PORTS_FIRST": "33000",
        "CHANNELS__SIP__RTP_PORTS_LAST": "41999",
        # the consoles of a bench say nothing by themselves, and must not be taken for lost
        "ROUTING__PRESENCE_LEASE_S": "300",
        "LOG__LEVEL": "warning",
    }
    floor = Floor(agents=names, queues=("support",), offer_s=15, wrap_up_s=0.1, missed_limit=100)
    hub = await start_hub(folder / "data", floor=floor, settings=settings)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(hub.stop)
        _keep_to(hub.process.pid, 0)
        phones = Phones()
        await stack.enter_async_context(phones.agent)
        await stack.enter_async_context(phones.ways)
        house = House(hub, sip_port, phones)
        listening = await stack.enter_async_context(asyncio.TaskGroup())
        for name in names:
            agent = await stack.enter_async_context(Agent(hub.url, name))
            await agent.ask("PUT", "/api/v1/agents/me/phone", {"kind": "registered"})
            account = await agent.post("/api/v1/agents/me/phone-account")
            await phones.register(sip_port, account["username"], account["password"])
            await agent.connect()
            await agent.be("available")
            listening.create_task(_drained(agent))
            house.agents.append(agent)
        yield house


async def _drained(agent: Agent) -> None:
    """A console reads what it is told."""
    with suppress(ConnectionClosed):
        while True:
            await agent.socket.connection.recv()


def _keep_to(pid: int, core: int) -> None:
    """All threads of a process to one core, where there are two."""
    if (os.cpu_count() or 1) < 2:
        return
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):
            os.sched_setaffinity(int(thread.name), {core})
