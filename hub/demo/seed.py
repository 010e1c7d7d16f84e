"""Fills a store with the demo, or finds the demo that is there and goes on with it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from agent_console.passwords import Passwords
from crm_store.driver import Row
from crm_store.floor import FloorStore
from crm_store.house import SqlHouse
from crm_store.mapping import us
from crm_store.organization_rows import add
from crm_store.person_index import index_addresses
from crm_store.rows.history import facts
from crm_store.store import Store
from crm_store.webchat import Visitors
from hub.cluster.codec import encode
from hub.crm.organizations import OrganizationState
from hub.demo.floor import HOURS, MEMBERS, OUTCOMES, SITE_OF_TOPIC, demo_agent, demo_queues, demo_sites
from hub.demo.knowledge import put_knowledge
from hub.demo.past import Past, past_interaction, when_they_came
from hub.demo.people import Client, demo_clients, demo_organizations
from hub.domain.access import Principal, system_principal
from hub.domain.agent import Agent, Wish
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Conflict
from hub.domain.ids import DEFAULT_TENANT, QueueId, UserId
from hub.domain.queue import Queue
from hub.domain.users import User
from hub.ids import new_id
from hub.ports.access import AccessStore
from hub.ports.clock import Clock
from hub.simulator.scripts import all_scripts

_ADD_TO_LOG = (
    "INSERT INTO agent_log (tenant_id, agent_id, at, wish, pause_reason, present, reason)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)"
)

EARLIER = 58
TODAY = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeding:
    """What seeding works with; `rng` decides who wrote what, and when."""

    store: Store
    access: AccessStore
    passwords: Passwords
    clock: Clock
    rng: random.Random


async def seed(seeding: Seeding, password: str, *, chosen: bool = True) -> bool:
    """Make sure the demo is there. Whether all its people sign in with `password`: in a demo that is there it is
    set only if it was `chosen` and is another than theirs, so that a restart signs nobody out.

    Raises Conflict when the store serves other people already: they and a demo do not mix.
    """
    principal = replace(system_principal(DEFAULT_TENANT), name="demo")
    users = {user.login: user for user in await seeding.access.list_users(principal)}
    logins = {member.login for member in MEMBERS}
    floor = FloorStore(seeding.store, seeding.clock, encode=encode)
    if logins <= users.keys():
        if not chosen:
            return False
        others = [
            users[login] for login in sorted(logins) if not await _signs_in(seeding, users[login], password)
        ]
        password_hash = await seeding.passwords.hashed(password) if others else ""
        for user in others:
            await _set_password(seeding, principal, user, password_hash)
        return True
    if users or await floor.all_queues(DEFAULT_TENANT):
        raise Conflict("this store has queues or users that are not the demo's; name another place for it")
    password_hash = await seeding.passwords.hashed(password)
    queues = demo_queues()
    ids = {member.login: UserId(new_id()) for member in MEMBERS}
    agents = await _put_floor(seeding, floor, queues, ids)
    await _put_past(seeding, queues, agents)
    await put_knowledge(seeding.store.database, seeding.clock, principal, queues)
    # the people come last: with them the demo counts as complete
    for member in MEMBERS:
        user = User(
            id=ids[member.login],
            tenant_id=DEFAULT_TENANT,
            login=member.login,
            name=member.name,
            roles=frozenset({member.role}),
            queues=_all(queues) if member.in_queues else frozenset(),
            password_hash=password_hash,
        )
        draft = _draft(seeding, principal, AuditAction.ADD_USER, user)
        await seeding.access.add_user(principal, user, draft)
    return True


async def _signs_in(seeding: Seeding, user: User, password: str) -> bool:
    return (await seeding.passwords.matched(user.password_hash, password)).right


async def _set_password(seeding: Seeding, principal: Principal, user: User, password_hash: str) -> None:
    changed = replace(user, password_hash=password_hash, version=user.version + 1)
    draft = _draft(seeding, principal, AuditAction.SET_PASSWORD, user)
    await seeding.access.save_user(principal, changed, draft)


def _draft(seeding: Seeding, principal: Principal, action: AuditAction, user: User) -> AuditDraft:
    return AuditDraft(
        tenant_id=DEFAULT_TENANT,
        at=seeding.clock.now(),
        actor=principal.name,
        action=action,
        object=user.id,
    )


def _all(queues: dict[str, Queue]) -> frozenset[QueueId]:
    return frozenset(queue.id for queue in queues.values())


async def _put_floor(
    seeding: Seeding, floor: FloorStore, queues: dict[str, Queue], ids: dict[str, UserId]
) -> list[Agent]:
    for queue in queues.values():
        await floor.put_queue(queue)
    now = seeding.clock.now()
    agents = [demo_agent(m, ids[m.login], _all(queues), now) for m in MEMBERS if m.levels]
    for agent in agents:
        await floor.put_agent(agent)
    await floor.put_dispositions(DEFAULT_TENANT, OUTCOMES)
    draft = AuditDraft(
        tenant_id=DEFAULT_TENANT, at=now, actor="demo", action=AuditAction.CHANGE_HOURS, object=HOURS.name
    )
    await SqlHouse(seeding.store, seeding.clock, encode=encode).save_calendar(HOURS, draft)
    visitors = Visitors(seeding.store, encode=encode)
    for site in demo_sites(queues):
        await visitors.put_site(site)
    return agents


async def _put_past(seeding: Seeding, queues: dict[str, Queue], agents: Sequence[Agent]) -> None:
    rng, now = seeding.rng, seeding.clock.now()
    houses = demo_organizations()
    clients = demo_clients(rng, houses, now)
    by_language = {
        language: [script for script in all_scripts() if script.language == language] for language in houses
    }
    pasts: list[Past] = []
    for at in when_they_came(rng, now, earlier=EARLIER, today=TODAY):
        client = rng.choice(clients)
        script = rng.choice(by_language[client.person.language]).filled(rng)
        queue, site = queues[script.topic], SITE_OF_TOPIC[script.topic]
        pasts.append(past_interaction(rng, client, script, queue, site, rng.choice(agents), at))
    async with seeding.store.database.transaction() as wire:
        named = {house.id: OrganizationState(name=house.name) for some in houses.values() for house in some}
        await add(wire, DEFAULT_TENANT, named)
    async with seeding.store.unit(DEFAULT_TENANT) as unit:
        for client in clients:
            unit.add_person(client.person, [client.person.name])
            for identity in client.identities:
                unit.add_identity(identity)
        for past in pasts:
            unit.add_interaction(past.interaction)
            unit.add_session(past.session)
            unit.add_item(past.item)
            for touch in past.touches:
                unit.add_touch(touch)
            for segment in past.segments:
                unit.add_segment(segment)
            if past.reservation is not None:
                unit.add_reservation(past.reservation)
                unit.note_served(past.interaction.person_id, past.reservation.agent_id)
    await _put_what_a_unit_does_not(seeding, clients, pasts, agents)


async def _put_what_a_unit_does_not(
    seeding: Seeding, clients: Sequence[Client], pasts: Sequence[Past], agents: Sequence[Agent]
) -> None:
    """A unit of work writes facts and log lines of its own moment only; these are older."""
    addresses = [(i.person_id, i.kind, i.value) for client in clients for i in client.identities]
    async with seeding.store.database.transaction() as wire:
        await index_addresses(wire, DEFAULT_TENANT, addresses)
        await wire.insert(facts, [row for past in pasts for row in _fact_rows(past)])
        logged = [row for agent in agents for row in _log_rows(agent, pasts)]
        await wire.many(_ADD_TO_LOG, logged)


def _fact_rows(past: Past) -> list[Row]:
    return [
        (
            past.interaction.id,
            fact.seq,
            DEFAULT_TENANT,
            past.interaction.person_id,
            us(fact.at),
            fact.kind,
            fact.item.id if fact.item else None,
            past.interaction.queue_id,
            fact.item.agent_id if fact.item else past.interaction.closed_by,
            fact.state,
            fact.reason,
        )
        for fact in past.facts
    ]


def _log_rows(agent: Agent, pasts: Sequence[Past]) -> list[Row]:
    """The agent was there from a little before the first to a little after the last interaction of each
    day."""
    days: dict[object, list[Past]] = {}
    for past in pasts:
        days.setdefault(past.interaction.opened_at.date(), []).append(past)
    rows: list[Row] = []
    for of_day in days.values():
        begin = min(past.interaction.opened_at for past in of_day) - timedelta(minutes=5)
        end = max(past.item.ended_at or past.interaction.opened_at for past in of_day) + timedelta(minutes=2)
        rows += [
            (DEFAULT_TENANT, agent.id, us(begin), Wish.AVAILABLE.value, "", True, "wish_available"),
            (DEFAULT_TENANT, agent.id, us(end), Wish.OFFLINE.value, "", False, "wish_offline"),
        ]
    return rows
