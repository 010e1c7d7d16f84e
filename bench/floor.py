"""The floor benchmarks are played on: a thousand agents who are signed in, and clients who are known.

Everything is written straight into the tables: a sign-in through the door costs an Argon2 hash, and is no part of
what is measured. Agents take many chats, because a run hands out more work than anybody finishes in it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from agent_console.sign_ins import token_hash
from bench.search import People
from crm_store.floor_mapping import agent_row, queue_row
from crm_store.instants import to_us
from crm_store.mapping import identity_row, person_row, text
from crm_store.person_index import index_names
from crm_store.rows.access import sign_in_sessions, users
from crm_store.rows.floor import agents, queues, sites, visitors
from crm_store.rows.people import identities, persons
from crm_store.store import Store
from hub.clock import SystemClock
from hub.domain.agent import Agent, Capacity, Wish
from hub.domain.ids import DEFAULT_TENANT, IdentityId, PersonId, QueueId, UserId
from hub.domain.person import Confidence, Identity, IdentityKind, Person
from hub.domain.queue import Queue
from hub.ids import new_id

SITE = "bench"
LETTERS_EACH = 120
CHATS_EACH = 12
"""Chats an agent takes at once; a run must hand out fewer than this for each of them."""

_OFFER_S = 3600.0


def token_of(number: int) -> str:
    """The sign-in's secret of an agent."""
    return f"secret-of-agent-{number}"


def visitor_of(number: int) -> str:
    """The visitor's id of a client: the thread and the address of what they write."""
    return f"visitor-{number:06}"


def chat_of(visitor: str) -> int:
    """A client's number at Telegram."""
    return 1_000_000 + int(visitor.rpartition("-")[2])


class Furnish(Protocol):
    """Fills an empty store."""

    async def __call__(self, store: Store, *, agents_count: int, persons_count: int) -> None:
        """With so many agents and clients."""
        ...


def address_of(number: int) -> str:
    """A client's mail address."""
    return f"{visitor_of(number)}@clients.example"


async def furnish(
    store: Store, *, agents_count: int, persons_count: int, kind: IdentityKind = IdentityKind.WEBCHAT
) -> None:
    """Fill an empty store; `kind` is how the clients are known."""
    now = SystemClock().now()
    queue = Queue(
        id=QueueId(new_id()),
        tenant_id=DEFAULT_TENANT,
        name="support",
        languages=("en", "ru", "tr"),
        offer_s=_OFFER_S,
    )
    staff = [_agent(number, queue.id, now) for number in range(agents_count)]
    async with store.database.transaction() as wire:
        await wire.insert(queues, [queue_row(queue)])
        await wire.insert(sites, [(SITE, DEFAULT_TENANT, queue.id, "Kettle & Co.", "[]", "en")])
        await wire.insert(agents, [agent_row(agent) for agent in staff])
        await wire.insert(
            users,
            [
                (a.id, a.tenant_id, f"agent{n}", a.name, '["agent"]', text([queue.id]), "none", False, 1)
                for n, a in enumerate(staff)
            ],
        )
        begin, end = to_us(now), to_us(now + timedelta(hours=12))
        await wire.insert(
            sign_in_sessions,
            [
                (new_id(), a.tenant_id, a.id, token_hash(token_of(n)), begin, begin, end, "127.0.0.1")
                for n, a in enumerate(staff)
            ],
        )
    await _clients(store, persons_count, kind, now)


def _agent(number: int, queue_id: QueueId, now: datetime) -> Agent:
    return Agent(
        id=UserId(new_id()),
        tenant_id=DEFAULT_TENANT,
        name=f"Agent {number}",
        skills={"lang:en": 9, "lang:ru": 9, "lang:tr": 9},
        capacity=Capacity(chat=CHATS_EACH, mail=LETTERS_EACH),
        queues=frozenset({queue_id}),
        wish=Wish.AVAILABLE,
        wish_since=now,
        idle_since=now - timedelta(seconds=number),
    )


async def _clients(store: Store, count: int, kind: IdentityKind, now: datetime) -> None:
    people = [
        Person(id=PersonId(new_id()), tenant_id=DEFAULT_TENANT, name=name, language="en", created_at=now)
        for _, name, _, _ in People(1, count)
    ]
    value_of: dict[IdentityKind, Callable[[int], str]] = {
        IdentityKind.WEBCHAT: visitor_of,
        IdentityKind.EMAIL: address_of,
        IdentityKind.TELEGRAM: lambda number: str(chat_of(visitor_of(number))),
    }
    addresses = [
        Identity(
            id=IdentityId(new_id()),
            tenant_id=DEFAULT_TENANT,
            person_id=person.id,
            kind=kind,
            value=value_of[kind](number),
            display="",
            confidence=Confidence.KNOWN,
            created_at=now,
        )
        for number, person in enumerate(people)
    ]
    about = text({"page": "https://shop.example/kettles/7", "referrer": "https://search.example/"})
    async with store.database.transaction() as wire:
        await wire.insert(persons, [person_row(person) for person in people])
        await wire.insert(identities, [identity_row(address) for address in addresses])
        await wire.insert(
            visitors,
            [
                (visitor_of(n), DEFAULT_TENANT, SITE, f"token {n}", "en", to_us(now), 0, about)
                for n in range(count)
            ],
        )
        await index_names(wire, DEFAULT_TENANT, [(person.id, [person.name]) for person in people])
