"""A thousand work items, each offered to eight agents who accept within 5 ms of each other: each has one holder.

Every item is eight open reservations (all are rung at once). The counters are printed.
"""

import asyncio
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from hub.domain.agent import FULL, Agent
from hub.domain.errors import HubError
from hub.domain.events import ReservationEnded
from hub.domain.reservation import Reservation, ReservationState
from hub.domain.work import WorkItem, WorkState
from tests.stores import FAR, House

ITEMS = 1_000
AGENTS = 8
CHATS = 60
"""An agent may hold so many; what was taken is done before the next work rings."""

AT_ONCE = 20
"""Items whose agents accept at the same time, each within 5 ms."""

WITHIN_S = 0.005

REFUSALS = {"offer_over", "raced", "at_capacity"}


@dataclass(kw_only=True)
class Ring:
    """One item and its offers."""

    item: WorkItem
    offers: list[Reservation]


@pytest.mark.timeout(240)
async def test_of_eight_agents_who_accept_at_once_one_has_the_work(
    house: House, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    agents = [await house.hire(f"Agent {n}", chats=CHATS) for n in range(AGENTS)]
    by_id = {agent.id: agent for agent in agents}
    rng = random.Random(4)
    loop = asyncio.get_running_loop()
    outcomes: Counter[str] = Counter()
    most_held = 0

    async def accepts(offer: Reservation) -> None:
        await asyncio.sleep(rng.random() * WITHIN_S)
        try:
            taken = await house.work.accept(house.as_(by_id[offer.agent_id]), offer.id)
        except HubError as refused:
            outcomes[refused.stable_code] += 1
        else:
            assert taken.agent_id == offer.agent_id
            outcomes["won"] += 1

    await house.events()
    began, accepting_s = loop.time(), 0.0
    for first in range(0, ITEMS, AT_ONCE):
        rings = await _rung(house, agents, [f"v{first + n}" for n in range(AT_ONCE)])
        start = loop.time()
        await asyncio.gather(*(accepts(offer) for ring in rings for offer in ring.offers))
        accepting_s += loop.time() - start
        loads = await _loads(house)
        most_held = max(most_held, *loads.values())
        await _assert_each_has_one_holder(house, rings)
        await _all_done(house)
    total_s = loop.time() - began

    with capsys.disabled():
        sys.stdout.write(
            f"\n{kind}: {ITEMS} items × {AGENTS} agents: {dict(outcomes)}, at most {most_held} of {FULL} units,"
            f" {accepting_s:.1f} s of accepting ({ITEMS * AGENTS / accepting_s:.0f} answers/s),"
            f" {total_s:.1f} s in all\n"
        )
    assert outcomes["won"] == ITEMS
    assert sum(outcomes.values()) == ITEMS * AGENTS
    assert set(outcomes) <= {"won", *REFUSALS}
    assert most_held <= FULL


async def test_agents_who_accept_more_than_they_can_hold_are_never_over_capacity(house: House) -> None:
    agents = [await house.hire(f"Agent {n}", chats=3) for n in range(2)]
    rings = await _rung(house, agents, [f"v{n}" for n in range(20)])
    outcomes: Counter[str] = Counter()

    async def accepts(offer: Reservation, agent: Agent) -> None:
        try:
            await house.work.accept(house.as_(agent), offer.id)
        except HubError as refused:
            outcomes[refused.stable_code] += 1
        else:
            outcomes["won"] += 1

    await asyncio.gather(*(accepts(o, a) for ring in rings for o, a in zip(ring.offers, agents, strict=True)))
    assert await _loads(house) == {agent.id: FULL for agent in agents}
    assert outcomes["won"] == 6
    assert sum(outcomes.values()) == 40
    assert set(outcomes) <= {"won", *REFUSALS}


async def test_one_agent_who_accepts_from_many_windows_at_once_has_it_in_all_of_them(house: House) -> None:
    anna = await house.hire("Anna")
    (ring,) = await _rung(house, [anna], ["v1"])
    taken = await asyncio.gather(*(house.work.accept(house.as_(anna), ring.offers[0].id) for _ in range(10)))

    assert {item.id for item in taken} == {ring.item.id}
    assert {(item.state, item.version) for item in taken} == {(WorkState.ASSIGNED, ring.item.version + 2)}


# --- short ways ---


async def _rung(house: House, agents: Sequence[Agent], threads: Sequence[str]) -> list[Ring]:
    """Visitors have written, and all agents are asked for each of them, in one unit."""
    received = await house.receive(*(house.message("hello", thread) for thread in threads))
    house.clock.advance(0.001)
    now = house.clock.now()
    rings = []
    async with house.store.unit(house.tenant_id) as unit:
        for one in received:
            item = await unit.open_item(one.interaction_id)
            assert item is not None
            weight = agents[0].capacity.weight(item.media)
            offered = item.stepped(
                WorkState.OFFERED, now, agent_id=agents[0].id, deadline_at=now + FAR, weight=weight
            )
            unit.save_item(item, offered)
            offers = [house.an_offer(offered, agent) for agent in agents]
            for offer in offers:
                unit.add_reservation(offer)
            rings.append(Ring(item=item, offers=offers))
    house.clock.advance(0.001)
    return rings


async def _loads(house: House) -> dict[str, int]:
    rows = await house.rows(
        "SELECT agent_id, SUM(weight) FROM work_items WHERE tenant_id = $1 AND state = 'assigned'"
        " GROUP BY agent_id",
        house.tenant_id,
    )
    return {row[0]: int(row[1]) for row in rows}


async def _assert_each_has_one_holder(house: House, rings: Sequence[Ring]) -> None:
    async with house.store.unit(house.tenant_id) as unit:
        items = await unit.work_items([ring.item.id for ring in rings])
        offers = await unit.reservations([offer.id for ring in rings for offer in ring.offers])
    told = {e.reservation for e in await house.events() if isinstance(e, ReservationEnded)}
    for ring in rings:
        ended = [offers[offer.id] for offer in ring.offers]
        (holder,) = (offer for offer in ended if offer.state is ReservationState.ACCEPTED)
        assert holder.ended_at is None
        assert (items[ring.item.id].state, items[ring.item.id].agent_id) == (
            WorkState.ASSIGNED,
            holder.agent_id,
        )
        others = {(offer.state, offer.reason) for offer in ended if offer is not holder}
        assert others == {(ReservationState.WITHDRAWN, "taken")}
        assert told >= set(ended)
    assert len(told) == len(offers)


async def _all_done(house: House) -> None:
    """Make room again, without the ceremony of closing."""
    house.clock.advance(1)
    async with house.database.transaction() as wire:
        for sql in (
            "UPDATE work_items SET state = 'completed' WHERE tenant_id = $1 AND state = 'assigned'",
            "UPDATE reservations SET ended_at = 1 WHERE tenant_id = $1 AND ended_at IS NULL",
        ):
            await wire.execute(sql, house.tenant_id)
