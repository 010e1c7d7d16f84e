"""A second tenant sees nothing of the first by any function, though both have the same names, texts and threads."""

import inspect
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from crm_store.cards import Cards
from crm_store.insight import SqlInsight
from crm_store.reads import DeskLookups, DeskReads
from crm_store.webchat import Visitors
from hub.cluster.codec import encode
from hub.domain.access import Principal, Role
from hub.domain.agent import Agent
from hub.domain.errors import Forbidden, HubError, NotFound
from hub.domain.ids import ReservationId, WorkItemId
from hub.domain.interaction import Disposition
from hub.domain.work import WorkItem
from hub.ids import new_id
from hub.ports.visitors import Site, Visitor
from tests.stores import House

CANARY = "canary"
"""In every name and text of the first tenant, and nowhere in the second."""


@dataclass(kw_only=True)
class Ours:
    """What the first tenant has."""

    house: House
    anna: Agent
    item: WorkItem
    closed: WorkItem
    waiting: WorkItem
    offer: ReservationId
    visitor: Visitor


@dataclass(kw_only=True)
class Stranger:
    """Everybody of the second tenant in one, with the first one's queue among their own."""

    house: House
    principal: Principal
    lookups: DeskLookups
    live: DeskReads
    insight: SqlInsight
    visitors: Visitors


@pytest.fixture
async def ours(house: House) -> Ours:
    anna = await house.hire(f"{CANARY} Anna", chats=9)
    visitors = Visitors(house.store, encode=encode)
    key = f"{CANARY}-{new_id()}"
    await visitors.put_site(
        Site(key=key, tenant_id=house.tenant_id, queue_id=house.queue.id, title=CANARY, origins=())
    )
    visitor = Visitor(
        id=f"visitor {new_id()}",
        tenant_id=house.tenant_id,
        site_key=key,
        token_sha256=new_id(),
        language="en",
        created_at=house.clock.now(),
    )
    await visitors.add_visitor(visitor)
    item = await house.given(anna, visitor.id, f"a {CANARY} sings", account=f"webchat:{key}")
    closed = await house.given(anna, "v2", CANARY)
    await house.work.note(house.as_(anna), item.interaction_id, f"a note on the {CANARY}")
    house.clock.advance(5)
    await house.work.close(house.as_(anna), closed.interaction_id, Disposition(code="resolved", note=CANARY))
    waiting = await house.came("v3", CANARY)
    (offer,) = await house.offer(await house.came("v4", CANARY), anna)
    return Ours(
        house=house, anna=anna, item=item, closed=closed, waiting=waiting, offer=offer.id, visitor=visitor
    )


@pytest.fixture
async def stranger(ours: Ours) -> Stranger:
    theirs = House(database=ours.house.database, clock=ours.house.clock)
    theirs.queue = theirs.a_queue("support")
    await theirs.furnished()
    principal = Principal(
        tenant_id=theirs.tenant_id,
        user_id=ours.anna.id,  # an id that was told, or guessed
        name="Mallory",
        roles=frozenset({Role.AGENT, Role.SUPERVISOR, Role.MANAGER, Role.DPO}),
        queues=frozenset({theirs.queue.id, ours.house.queue.id}),
    )
    cards = Cards(theirs.store)
    return Stranger(
        house=theirs,
        principal=principal,
        lookups=DeskLookups(theirs.store, cards, theirs.floor),
        live=DeskReads(theirs.store, theirs.clock, cards),
        insight=SqlInsight(theirs.store),
        visitors=Visitors(theirs.store, encode=encode),
    )


def arguments(ours: Ours, stranger: Stranger) -> dict[str, Any]:
    """By the names that parameters of reads have: the first tenant's things, asked for by the second."""
    now = ours.house.clock.now()
    return {
        "principal": stranger.principal,
        "tenant_id": stranger.principal.tenant_id,
        "interaction_id": ours.item.interaction_id,
        "person_id": ours.item.person_id,
        "queue_id": ours.house.queue.id,
        "queue_ids": [ours.house.queue.id],
        "sha256": "0" * 64,
        "agent_id": ours.anna.id,
        "agent_ids": [ours.anna.id],
        "from_at": now - timedelta(days=1),
        "to_at": now + timedelta(days=1),
        "since_at": now - timedelta(days=1),
        "account": f"webchat:{ours.visitor.site_key}",
        "after": "",
        "after_seq": 0,
        "limit": 50,
        "limit_each": 50,
        "seq": 1,
        "ids": [ours.item.id],
        "items": [ours.item],
        "looking": [stranger.principal],
        "q": CANARY,
        "name": CANARY,
        "code": CANARY,
    }


async def _answer(ask: Callable[..., Awaitable[Any]], given: dict[str, Any], **special: Any) -> object:
    """What is answered; None when it is refused. Arguments are found by their names."""
    parameters = inspect.signature(ask).parameters
    given = {name: new_id() for name in parameters if name.endswith("_id")} | given  # what nobody has
    wanted = {
        name: (given | special)[name]
        for name, parameter in parameters.items()
        if parameter.default is parameter.empty or name in special
    }
    try:
        return await ask(**wanted)
    except (NotFound, Forbidden):
        return None


def _reads(part: object) -> list[str]:
    return [
        name
        for name, function in inspect.getmembers(type(part), inspect.iscoroutinefunction)
        if not name.startswith("_")
        and "wire" not in inspect.signature(function).parameters  # steps of others
    ]


async def test_no_look_up_shows_anything_of_another_tenant(ours: Ours, stranger: Stranger) -> None:
    given = arguments(ours, stranger)
    special: dict[str, dict[str, Any]] = {
        "interactions": {"q": CANARY},
        "touches": {"after": 0},
        "work_rows": {"ids": [ours.item.id, ours.closed.id]},
        "cards": {"ids": [ours.item.person_id]},
        "agents_now": {"ids": [ours.anna.id]},
    }
    asked = set()
    for part in (stranger.lookups, stranger.live, stranger.insight):
        for name in _reads(part):
            shown = repr(await _answer(getattr(part, name), given, **special.get(name, {})))
            asked.add(name)
            assert CANARY not in shown, name
            for known in (ours.item.id, ours.item.interaction_id, ours.waiting.id, ours.item.person_id):
                assert known not in shown, name
    assert len(asked) > 20


async def test_the_same_questions_show_the_first_tenant_its_own(ours: Ours, stranger: Stranger) -> None:
    manager = ours.house.somebody(Role.MANAGER)
    cards = Cards(ours.house.store)
    lookups = DeskLookups(ours.house.store, cards, ours.house.floor)

    assert len((await lookups.interactions(manager, q=CANARY)).items) == 4
    card = await lookups.card(manager, ours.item.interaction_id)
    assert CANARY in card.recent[0].text
    assert (await lookups.agents(manager)).items[0].name == ours.anna.name
    del stranger


async def test_nothing_routing_reads_is_of_another_tenant(ours: Ours, stranger: Stranger) -> None:
    store, tenant, later = stranger.house.store, stranger.principal.tenant_id, _much_later(ours)
    rows = await store.board_rows(tenant)

    assert [queue.id for queue in rows.queues] == [stranger.house.queue.id]
    assert (rows.agents, rows.items, rows.offers) == ([], [], [])
    assert await store.due_offers(tenant, later) == []
    assert await store.due_wrap_ups(tenant, later) == []
    assert await store.lost_agents(tenant, later) == []
    assert await store.held_by(tenant, [ours.anna.id]) == []
    assert (await store.outcome(tenant, "resolved")) is not None
    assert await store.outcome(stranger.house.tenant_id, CANARY) is None


async def test_a_unit_loads_and_settles_nothing_of_another_tenant(ours: Ours, stranger: Stranger) -> None:
    touch = ours.house.message("hello", ours.visitor.id, account=f"webchat:{ours.visitor.site_key}")
    (offer,) = [o for o in await _all_offers(ours) if o.id == ours.offer]
    async with stranger.house.store.unit(stranger.principal.tenant_id) as unit:
        known = await unit.known([touch])
        assert (known.stored, known.threads, known.persons, known.last_seqs) == ({}, {}, {}, {})
        assert set(known.queues) == {stranger.house.queue.id}
        assert await unit.open_thread(touch.account, touch.thread) is None
        assert await unit.work_items([ours.item.id]) == {}
        assert await unit.open_item(ours.item.interaction_id) is None
        assert await unit.interactions([ours.item.interaction_id]) == {}
        assert await unit.open_sessions(ours.item.interaction_id) == []
        assert await unit.reservations([ours.offer]) == {}
        assert await unit.open_reservations(ours.item.id) == []
        assert await unit.agents([ours.anna.id]) == {}
        assert await unit.agent_units(ours.anna.id, besides=WorkItemId(new_id())) == 0
        assert not await unit.settle(offer.stepped(offer.state.ACCEPTED, ours.house.clock.now()))
    assert (await ours.house.offers(await ours.house.item(offer.work_item_id)))[0] == offer


async def test_nobody_acts_on_anything_of_another_tenant(ours: Ours, stranger: Stranger) -> None:
    work, who = stranger.house.work, stranger.principal
    interaction_id = ours.item.interaction_id
    before = await _rows(ours)
    for act in (
        work.accept(who, ours.offer),
        work.decline(who, ours.offer, ""),
        work.reply(who, interaction_id, channel="webchat", text="x"),
        work.note(who, interaction_id, "x"),
        work.close(who, interaction_id, Disposition(code="resolved")),
        work.complete(who, ours.closed.id),
        stranger.house.transfers.to_queue(who, interaction_id, ours.house.queue.id, ""),
        stranger.house.states.set_own(who, "paused", "lunch"),
    ):
        with pytest.raises(NotFound):
            await act
    await stranger.house.store.renew_presence(
        who.tenant_id, [ours.anna.id], _much_later(ours), ours.house.clock.now()
    )
    await stranger.house.store.end_presence(who.tenant_id, ours.anna.id, ours.house.clock.now())
    await stranger.house.left("v3")

    assert await _rows(ours) == before


async def test_nobody_hands_work_on_to_a_queue_of_another_tenant(ours: Ours, stranger: Stranger) -> None:
    anna = ours.house.as_(ours.anna)
    with pytest.raises(HubError) as refused:
        await ours.house.transfers.to_queue(anna, ours.item.interaction_id, stranger.house.queue.id, "")
    assert refused.value.stable_code == "no_such_queue"


async def test_no_visitor_reads_the_conversation_of_another_tenants(ours: Ours, stranger: Stranger) -> None:
    theirs = Visitor(
        id=ours.visitor.id,
        tenant_id=stranger.principal.tenant_id,
        site_key=ours.visitor.site_key,
        token_sha256=new_id(),
        language="en",
        created_at=ours.house.clock.now(),
    )
    before = await _rows(ours)

    assert await stranger.visitors.conversation(theirs, after_seq=0, limit=50) == []
    assert (await stranger.visitors.thread_state(theirs)).interaction_id is None
    account = f"webchat:{ours.visitor.site_key}"
    assert await stranger.visitors.places(theirs.tenant_id, [ours.house.queue.id], account) == []
    await stranger.visitors.note_got(theirs, 99, ours.house.clock.now())
    assert await _rows(ours) == before


def _much_later(ours: Ours) -> datetime:
    return ours.house.clock.now() + timedelta(days=9)


async def _all_offers(ours: Ours) -> list[Any]:
    async with ours.house.store.unit(ours.house.tenant_id) as unit:
        return list((await unit.reservations([ours.offer])).values())


async def _rows(ours: Ours) -> str:
    """All that the first tenant has, as text."""
    found = []
    for table in (
        "interactions",
        "work_items",
        "reservations",
        "agents",
        "touches",
        "sessions",
        "facts",
        "visitors",
    ):
        rows = await ours.house.rows(
            f"SELECT * FROM {table} WHERE tenant_id = $1 ORDER BY 1, 2", ours.house.tenant_id
        )
        found.append([[str(value) for value in row] for row in rows])
    return json.dumps(found)
