"""Rows of the floor to domain values and back: agents and queues. See `crm_store.mapping`."""

import msgspec

from crm_store.instants import from_us, to_us
from crm_store.mapping import Row, at, text, us
from hub.domain.agent import Agent, Capacity, Wish
from hub.domain.queue import Queue, QueueRules, ServiceLevelTarget

_skills = msgspec.json.Decoder(dict[str, int]).decode
_rules = msgspec.json.Decoder(QueueRules).decode
names_in = msgspec.json.Decoder(tuple[str, ...]).decode
"""The ids or words of a JSON column."""


def agent_row(a: Agent) -> Row:
    """A row of `agents`."""
    return (
        a.id,
        a.tenant_id,
        a.name,
        text(a.skills),
        a.capacity.voice,
        a.capacity.chat,
        a.capacity.mail,
        text(sorted(a.queues)),
        a.wish.value,
        a.pause_reason,
        to_us(a.wish_since),
        us(a.presence_until),
        to_us(a.idle_since),
        a.missed_offers,
        a.version,
        a.phone_ready,
    )


def agent_of(r: Row) -> Agent:
    """The agent of a row of `agents`."""
    return Agent(
        id=r[0],
        tenant_id=r[1],
        name=r[2],
        skills=_skills(r[3]),
        capacity=Capacity(voice=r[4], chat=r[5], mail=r[6]),
        queues=frozenset(names_in(r[7])),  # type: ignore[arg-type]  # ids are text in the column
        wish=Wish(r[8]),
        pause_reason=r[9],
        wish_since=from_us(r[10]),
        presence_until=at(r[11]),
        idle_since=from_us(r[12]),
        missed_offers=r[13],
        version=r[14],
        phone_ready=bool(r[15]),
    )


def queue_row(q: Queue) -> Row:
    """A row of `queues`."""
    return (
        q.id,
        q.tenant_id,
        q.name,
        text(q.languages),
        q.language_level,
        text(q.skills),
        q.priority,
        q.offer_s,
        q.wrap_up_s,
        q.missed_limit,
        q.service_level.share,
        q.service_level.threshold_s,
        q.service_level.short_abandon_s,
        q.version,
    )


def queue_of(r: Row) -> Queue:
    """The queue of a row of `queues` with its `rules` behind."""
    return Queue(
        id=r[0],
        tenant_id=r[1],
        name=r[2],
        languages=names_in(r[3]),
        language_level=r[4],
        skills=_skills(r[5]),
        priority=r[6],
        offer_s=r[7],
        wrap_up_s=r[8],
        missed_limit=r[9],
        service_level=ServiceLevelTarget(share=r[10], threshold_s=r[11], short_abandon_s=r[12]),
        version=r[13],
        rules=QueueRules() if r[14] is None else _rules(r[14]),
    )
