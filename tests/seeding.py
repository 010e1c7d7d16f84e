"""Fills the store of a hub that tests start: people, queues, outcomes, and a web-chat site."""

import random
from dataclasses import replace

from agent_console.passwords import Passwords
from crm_store.floor import FloorStore
from crm_store.store import Store
from crm_store.webchat import Visitors
from hub.cli.access import access_store, cost_of
from hub.clock import SystemClock
from hub.cluster.codec import encode
from hub.demo.seed import Seeding
from hub.demo.seed import seed as seed_demo
from hub.desk.views import DispositionView
from hub.domain.access import Role, system_principal
from hub.domain.agent import Agent, Capacity
from hub.domain.audit import AuditAction, AuditDraft, AuditResult
from hub.domain.ids import DEFAULT_TENANT, QueueId, UserId
from hub.domain.queue import Queue, QueueRules, RecordRule, VoiceRules
from hub.domain.users import User
from hub.ids import new_id
from hub.ports.visitors import Site
from hub.settings import Settings
from tests.hubs import OTHERS, PASSWORD, SITE, SITE_ORIGIN, Floor


async def seed(store: Store, settings: Settings, floor: Floor) -> None:
    """Put people, queues, outcomes and the site in, unless they are there."""
    clock = SystemClock()
    rules = FloorStore(store, clock, encode=encode)
    if await rules.all_queues(DEFAULT_TENANT):
        return
    if floor.demo:
        async with Passwords(cost=cost_of(settings.security), threads=1) as passwords:
            access = access_store(store.database)
            demo = Seeding(store=store, access=access, passwords=passwords, clock=clock, rng=random.Random(1))
            await seed_demo(demo, PASSWORD)
        return
    record = RecordRule.ALWAYS if floor.record else RecordRule.NEVER
    queues = [
        Queue(
            id=QueueId(new_id()),
            tenant_id=DEFAULT_TENANT,
            name=name,
            languages=("en", "ru", "tr"),
            offer_s=floor.offer_s,
            wrap_up_s=floor.wrap_up_s,
            missed_limit=floor.missed_limit,
            rules=QueueRules(
                voice=VoiceRules(answer_with_music=name in floor.music, record=record), times=floor.times
            ),
        )
        for name in floor.queues
    ]
    for queue in queues:
        await rules.put_queue(queue)
    served = frozenset(queue.id for queue in queues)
    async with Passwords(cost=cost_of(settings.security), threads=1) as passwords:
        password_hash = await passwords.hashed(PASSWORD)
    for login, role in [*((a, Role.AGENT) for a in floor.agents), *((o, Role(r)) for o, r in OTHERS.items())]:
        user = User(
            id=UserId(new_id()),
            tenant_id=DEFAULT_TENANT,
            login=login,
            name=login.title(),
            roles=frozenset({role}),
            queues=served,
            password_hash=password_hash,
        )
        await _add(store, clock, user)
        if role is Role.AGENT:
            await rules.put_agent(_agent(user, clock, floor))
    outcomes = (
        DispositionView(code="resolved", name="Resolved", note_required=False),
        DispositionView(code="complaint", name="Complaint", note_required=True),
    )
    await rules.put_dispositions(DEFAULT_TENANT, outcomes)
    site = Site(
        key=SITE,
        tenant_id=DEFAULT_TENANT,
        queue_id=queues[0].id,
        title="Kettle & Co.",
        origins=(SITE_ORIGIN,),
        setup=floor.site,
    )
    await Visitors(store, encode=encode).put_site(site)


def _agent(user: User, clock: SystemClock, floor: Floor) -> Agent:
    now = clock.now()
    return Agent(
        id=user.id,
        tenant_id=user.tenant_id,
        name=user.name,
        skills={"lang:en": 9, "lang:ru": 5, "lang:tr": 5},
        capacity=Capacity(chat=0, mail=0) if user.login in floor.callees else Capacity(chat=floor.chats),
        queues=user.queues,
        wish_since=now,
        idle_since=now,
    )


async def _add(store: Store, clock: SystemClock, user: User) -> None:
    principal = replace(system_principal(DEFAULT_TENANT), name="tests")
    draft = AuditDraft(
        tenant_id=DEFAULT_TENANT,
        at=clock.now(),
        actor_id=None,
        actor=principal.name,
        action=AuditAction.ADD_USER,
        object=user.login,
        result=AuditResult.DONE,
    )
    await access_store(store.database).add_user(principal, user, draft)
