"""Changing a queue: its rules, the work that waits under them, and the news of it, in one transaction."""

from dataclasses import replace

from crm_store.driver import Wire
from crm_store.floor_mapping import queue_row
from crm_store.mapping import columns, item_of, text, us
from crm_store.open_work import IN_LINE
from crm_store.rows.floor import queues
from crm_store.rows.history import work_items
from hub.domain.ids import TenantId
from hub.domain.queue import Queue
from hub.domain.work import urgent_at

_SET_QUEUE = ", ".join(f"{c.name} = excluded.{c.name}" for c in queues.columns if c.name != "id")
_MARKS = ", ".join(f"${n + 1}" for n in range(len(queues.columns)))


async def put_queue(wire: Wire, queue: Queue) -> None:
    """Add the queue, or give it these rules."""
    await wire.execute(
        f"INSERT INTO queues ({columns(queues)}) VALUES ({_MARKS}) ON CONFLICT (id) DO UPDATE SET {_SET_QUEUE}",
        *queue_row(queue),
    )
    await wire.execute(
        "INSERT INTO queue_rules (queue_id, tenant_id, rules) VALUES ($1, $2, $3)"
        " ON CONFLICT (queue_id) DO UPDATE SET rules = excluded.rules",
        queue.id,
        queue.tenant_id,
        text(queue.rules),
    )


async def realign_waiting(wire: Wire, before: Queue, after: Queue) -> None:
    """Waiting work follows the queue's skills and priority: who waits for a rule that is gone waits for nothing."""
    if (before.skills, before.languages, before.language_level, before.priority) == (
        after.skills,
        after.languages,
        after.language_level,
        after.priority,
    ):
        return
    rows = await wire.fetch(
        f"SELECT {columns(work_items)} FROM work_items WHERE tenant_id = $1 AND /*+*/queue_id = $2"
        f" AND {IN_LINE} ORDER BY id FOR UPDATE",
        after.tenant_id,
        after.id,
    )
    changes = []
    for item in map(item_of, rows):
        own = {s: level for s, level in item.skills.items() if s not in before.required_skills(item.language)}
        skills = {**own, **after.required_skills(item.language)}
        steps = after.priority - before.priority
        urgent = us(urgent_at(item.urgent_at, steps))
        changes.append((text(skills), item.priority + steps, urgent, item.version + 1, item.id))
    if changes:
        await wire.many(
            "UPDATE work_items SET skills = $1, priority = $2, urgent_at = $3, version = $4 WHERE id = $5",
            changes,
        )


def with_skill_renamed(queue: Queue, name: str, to: str) -> Queue:
    """The queue asking for `to` where it asked for `name`, or for nothing when `to` is empty."""
    skills = renamed(queue.skills, name, to)
    steps = tuple(replace(s, skills=renamed(s.skills, name, to)) for s in queue.rules.relaxations)
    rules = replace(queue.rules, relaxations=tuple(s for s in steps if s.skills))
    if skills == queue.skills and rules == queue.rules:
        return queue
    return replace(queue, skills=skills, rules=rules, version=queue.version + 1)


def renamed(levels: dict[str, int], name: str, to: str) -> dict[str, int]:
    """The levels with that skill under its new name, or without it."""
    if name not in levels:
        return levels
    rest = {skill: level for skill, level in levels.items() if skill != name}
    return {**rest, to: levels[name]} if to else rest


async def sites_into(wire: Wire, tenant_id: TenantId) -> dict[str, int]:
    """How many sites write into each queue."""
    rows = await wire.fetch(
        "SELECT queue_id, COUNT(*) FROM sites WHERE tenant_id = $1 GROUP BY queue_id", tenant_id
    )
    return {r[0]: r[1] for r in rows}
