"""The seat of a user on the floor: whoever becomes an agent gets one, whoever ceases to be one leaves it."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, insert, literal, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection

from crm_store.floor_mapping import agent_of, agent_row
from crm_store.instants import Instant
from crm_store.rows.floor import agents, queues
from hub.domain.access import Role
from hub.domain.agent import Agent, Wish
from hub.domain.events import AgentChanged
from hub.domain.ids import QueueId, TenantId
from hub.domain.users import User

USUAL_LEVEL = 5
"""The level of a language for agents whose skills nobody has named yet."""

_RAW = [type_coerce(c, BigInteger) if isinstance(c.type, Instant) else c for c in agents.columns]


async def seat(
    connection: AsyncConnection, tenant_id: TenantId, user: User, at: datetime
) -> AgentChanged | None:
    """Bring the floor to what the user is now, in this transaction; what is to be told, if anything.

    A new agent speaks the languages of their queues; skills and capacity of one who is there stay. Who is no
    agent any more, or is disabled, serves no queue and is not there: offers go back at once, accepted text
    work as that of any agent who was lost.
    """
    found = await connection.execute(
        select(*_RAW).where(agents.c.tenant_id == tenant_id, agents.c.id == user.id).with_for_update()
    )
    row = found.one_or_none()
    before = None if row is None else agent_of(tuple(row))
    serves = Role.AGENT in user.roles and not user.disabled
    if before is None:
        if not serves:
            return None
        return await _hired(connection, tenant_id, user, at)
    after = replace(before, name=user.name, queues=user.queues_of(Role.AGENT) if serves else frozenset())
    if not serves:
        is_there = before.presence_until is not None and before.presence_until > at
        after = replace(
            after,
            wish=Wish.OFFLINE,
            pause_reason="",
            wish_since=at if before.wish is not Wish.OFFLINE else before.wish_since,
            presence_until=at if is_there else before.presence_until,
        )
    if after == before:
        return None
    after = replace(after, version=before.version + 1)
    await connection.execute(update(agents).where(agents.c.id == user.id).values(_values(after)))
    return AgentChanged(tenant_id=tenant_id, agent=after, at=at, reason="administered")


async def _hired(connection: AsyncConnection, tenant_id: TenantId, user: User, at: datetime) -> AgentChanged:
    served = user.queues_of(Role.AGENT)
    agent = Agent(
        id=user.id,
        tenant_id=tenant_id,
        name=user.name,
        skills=await _languages(connection, tenant_id, served),
        queues=served,
        wish_since=at,
        idle_since=at,
    )
    await connection.execute(insert(agents).values(_values(agent)))
    return AgentChanged(tenant_id=tenant_id, agent=agent, at=at, reason="administered")


async def _languages(
    connection: AsyncConnection, tenant_id: TenantId, served: frozenset[QueueId]
) -> dict[str, int]:
    rows = await connection.execute(
        select(queues.c.languages, queues.c.language_level).where(
            queues.c.tenant_id == tenant_id, queues.c.id.in_(served)
        )
    )
    levels: dict[str, int] = {}
    for languages, level in rows:
        for tag in json.loads(languages):
            levels[f"lang:{tag}"] = max(USUAL_LEVEL, level, levels.get(f"lang:{tag}", 0))
    return levels


def _values(agent: Agent) -> dict[str, Any]:
    values = zip(agents.columns, agent_row(agent), strict=True)
    return {c.name: literal(v, BigInteger) if isinstance(c.type, Instant) else v for c, v in values}
