"""Storms against a whole hub: a lossy network, callers who never acknowledge, cancel in the worst moment, come twice or
in a circle, while agents take calls by their phones. Counted is what must never be: a call twice, a call left.

`make sip` has the times of RFC 3261; else they are a tenth of them.
"""

import asyncio
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hub.channels.sip.message import Request, Response
from hub.channels.sip.transaction import TIMES
from hub.channels.sip.uri import sip_uri
from tests.chaos.invariants import NAMES, Moment, questions
from tests.chaos.store import Row, SqliteReader
from tests.clients import Agent
from tests.fakes.sip_phone import RegisteringPhone
from tests.hubs import Floor, RunningHub, start_hub
from tests.quick_telephone import carried_by
from tests.servers.answering import QUICK, Switchboard, switchboard, to
from tests.servers.hasty import HastyCaller
from tests.servers.processes import needs
from tests.servers.sipp import called
from tests.softphone import free_sip_port

MANY = os.environ.get("SIP_MANY") == "1"
AGAIN_MS = 500 if MANY else 50
PATIENCE_S = 150.0 if MANY else 60.0
LEASE_S, GRACE_S = 6.0, 2.0

pytestmark = pytest.mark.timeout(300 if MANY else 150)

FLOOR = Floor(
    agents=("anna", "boris", "cem", "deniz"),
    queues=("support", "sales"),
    offer_s=4,
    wrap_up_s=0.05,
    music=("support",),
)
"""Callers of `support` are answered by music at once, and by agents then; those of `sales` by agents only."""
_ASKED = {
    "calls": "SELECT thread, ended_at FROM calls",
    "touches": "SELECT external_id FROM touches WHERE channel = 'sip' AND kind = 'call'",
    "going": "SELECT id FROM calls WHERE ended_at IS NULL",
    "waiting": "SELECT id FROM work_items WHERE state IN ('queued', 'offered', 'assigned')",
}


@dataclass(kw_only=True)
class House:
    """A hub, and its agents' phones that ring for a moment and are picked up. `before` are the calls of the tests
    before."""

    hub: RunningHub
    sip_port: int
    up_since: float
    phones: list[Switchboard]
    before: frozenset[str] = frozenset()
    registering: list[RegisteringPhone] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.sip_port}"

    @property
    def rung(self) -> int:
        """How often an agent's phone was called so far."""
        return sum(sum(phone.came.values()) for phone in self.phones)

    async def rows(self, asked: Mapping[str, str]) -> dict[str, list[Row]]:
        """What the store holds."""
        return await SqliteReader(self.hub.data_dir).rows(asked)

    async def quiet(self) -> dict[str, list[Row]]:
        """Once no call, no leg, no sound and no work is left: the rows of this test's calls. Raises AssertionError
        when something stays, is there twice, or an invariant does not hold."""
        until = time.monotonic() + PATIENCE_S
        while True:
            carried, rows = await carried_by(self.hub), await self.rows(_ASKED)
            left = {name: carried[name] for name in ("calls", "legs", "sounds")}
            left |= {name: len(rows[name]) for name in ("going", "waiting")}
            if not any(left.values()):
                break
            assert time.monotonic() < until, f"left: {left}"
            await asyncio.sleep(0.1)
        moment = Moment(
            now=time.time(), up_since=self.up_since, lease_s=LEASE_S, grace_s=GRACE_S, slack_s=3.0
        )
        broken = await self.rows(questions(moment))
        broken.pop("I10")  # events on their way: only what stays is a fault
        assert {NAMES[name]: found for name, found in broken.items() if found} == {}
        kept = [thread for thread, _ in rows["calls"]]
        # a Call-ID and its tag make a call, whatever its branch or number
        touched = [str(external_id).rpartition(";")[0] for (external_id,) in rows["touches"]]
        assert Counter(kept).most_common(1)[0][1] == 1
        assert Counter(touched) == Counter(kept)
        new = {
            "calls": [row for row in rows["calls"] if row[0] not in self.before],
            "touches": [row for row in rows["touches"] if row[0].rpartition(";")[0] not in self.before],
        }
        self.before = frozenset(kept)
        return new


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    needs("sipp", "sip-tester")
    sip_port = free_sip_port()
    settings = {
        "CHANNELS__SIP__PORT": str(sip_port),
        "CHANNELS__SIP__OPEN_TO_LOOPBACK": "1",
        "CHANNELS__SIP__EXEMPT_ADDRESSES": '["127.0.0.0/8"]',
        "ROUTING__PRESENCE_LEASE_S": str(LEASE_S),
        "ROUTING__GRACE_S": str(GRACE_S),
        "ROUTING__AVOID_S": "0",
        "LOG__LEVEL": "warning",
    }
    hub = await start_hub(
        tmp_path_factory.mktemp("storms") / "data",
        floor=FLOOR,
        settings=settings,
        program=("-m", "tests.quick_telephone", "rfc" if MANY else "quick"),
    )
    async with AsyncExitStack() as stack:
        at = House(hub=hub, sip_port=sip_port, up_since=time.time(), phones=[])
        for login in FLOOR.agents:
            await served(at, login, stack)
        yield at
    assert await hub.stop() == 0, hub.log.read_text(errors="replace")[-4000:]
    assert "Traceback" not in hub.log.read_text(errors="replace")


async def served(house: House, login: str, stack: AsyncExitStack) -> None:
    """An agent at the desk, with a phone that is picked up after a moment."""
    agent = await stack.enter_async_context(Agent(house.hub.url, login))
    await agent.ask("PUT", "/api/v1/agents/me/phone", {"kind": "registered"})
    account = await agent.post("/api/v1/agents/me/phone-account")
    phone = await stack.enter_async_context(
        switchboard(times=TIMES if MANY else QUICK, ring_s=0.02, rings=180)
    )
    house.phones.append(phone)

    async def exchange(request: Request) -> Response:
        assert phone.agent is not None
        return await phone.agent.ask(request.without("Via"), sip_uri(None, "127.0.0.1", house.sip_port))

    name = account["username"]
    contact = f"<sip:{name}@127.0.0.1:{phone.port}>"
    registering = RegisteringPhone(exchange, name, account["password"], via="UDP 127.0.0.1", contact=contact)
    assert (await registering.register()).status == 200
    house.registering.append(registering)
    await agent.connect()
    await agent.be("available")
    pings = asyncio.create_task(there(agent))
    stack.callback(pings.cancel)


async def there(agent: Agent) -> None:
    """The console is open: it says so, and reads what it is told."""
    while True:
        await agent.socket.send({"kind": "ping"})
        try:
            async with asyncio.timeout(2.0):
                while True:
                    await agent.socket.connection.recv()
        except TimeoutError:
            continue


@pytest.mark.parametrize(("queue", "calls", "rate"), [("support", 400, 50), ("sales", 100, 10)])
async def test_calls_survive_a_network_that_loses_a_third(
    house: House, tmp_path: Path, queue: str, calls: int, rate: int
) -> None:
    rung = house.rung
    tally = await called(
        "caller_through_loss",
        tmp_path,
        target=house.address,
        service=queue,
        calls=calls,
        rate=rate,
        loss_percent=30,
        within_s=PATIENCE_S,
        words={"again_ms": AGAIN_MS},
        traces=False,
        extra=("-max_invite_retrans", "6", "-max_non_invite_retrans", "9"),
    )
    kept = await house.quiet()
    assert tally.created == calls
    assert tally.successful >= 0.98 * calls, tally
    assert tally.retransmissions > calls / 2
    if queue == "sales":  # nobody else answers there
        assert house.rung - rung >= tally.successful
    assert tally.successful <= len(kept["calls"]) == len(kept["touches"]) <= calls


async def test_a_caller_who_never_acknowledges_is_hung_up_on(house: House, tmp_path: Path) -> None:
    tally = await called(
        "caller_never_acks",
        tmp_path,
        target=house.address,
        calls=100,
        rate=100,
        within_s=PATIENCE_S,
        traces=False,
    )
    assert (tally.successful, tally.failed) == (100, 0), tally
    kept = await house.quiet()
    assert len(kept["calls"]) == len(kept["touches"]) == 100


async def test_whatever_crosses_a_cancel_the_call_ends_once_and_is_kept_once(
    house: House, record_property: Callable[[str, object], None]
) -> None:
    """What crosses is the house's own work: the call is being kept, or answered, while its caller leaves already."""
    caller = HastyCaller(house.sip_port)
    await caller.open()
    try:
        async with asyncio.TaskGroup() as group:
            races = []
            for number in range(100):
                races.append(group.create_task(caller.give_up_after(number % 50)))
                await asyncio.sleep(0.01)
    finally:
        caller.close()
    ends = Counter(race.result().end.result() for race in races)
    kept = await house.quiet()
    assert set(ends) <= {"487", "answered", "hung up"}, ends
    record_property("ends", dict(ends))
    assert ends["487"] > 0
    # who left before the call was kept is no call
    assert ends["answered"] <= len(kept["calls"]) == len(kept["touches"]) <= 100


async def test_a_twin_of_a_forked_call_is_refused(house: House, tmp_path: Path) -> None:
    tally = await called(
        "caller_twice", tmp_path, target=house.address, calls=100, rate=50, words={"talk_ms": 1}
    )
    assert (tally.successful, tally.failed) == (100, 0), tally
    kept = await house.quiet()
    assert len(kept["calls"]) == len(kept["touches"]) == 100


async def test_calls_that_the_agents_phones_pass_on_to_the_house_end(house: House, tmp_path: Path) -> None:
    """Each phone is passed on to the line that it serves: calls of its own, which end with those that made them."""
    for phone, registering in zip(house.phones, house.registering, strict=True):
        phone.pass_on = lambda user: to("support", house.sip_port)
        assert (await registering.register()).status == 200
    before = house.rung
    tally = await called(
        "caller",
        tmp_path,
        target=house.address,
        calls=20,
        rate=20,
        words={"talk_ms": 1_500, "max_forwards": 3},
    )
    assert (tally.successful, tally.failed) == (20, 0), tally
    for phone in house.phones:
        await phone.quiet(PATIENCE_S)
    kept = await house.quiet()
    passed = house.rung - before
    assert passed > 0
    assert 20 < len(kept["calls"]) == len(kept["touches"]) <= 20 + passed
