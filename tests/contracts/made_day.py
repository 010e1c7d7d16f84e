"""A day of one house, made up from a seed: passes of every outcome, and agents who come, pause and go."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from crm_store.mapping import us
from hub.domain.agent import Agent, Media, Wish
from hub.domain.queue import Queue, ServiceLevelTarget
from hub.domain.work import WorkState
from hub.insight.periods import midnight
from tests.contracts.made_work import MadeWork
from tests.stores import House

MIX = [
    *[WorkState.COMPLETED] * 60,
    *[WorkState.ABANDONED] * 25,
    *[WorkState.FLOWED_OUT] * 4,
    *[WorkState.CALLBACK] * 4,
    *[WorkState.CANCELLED] * 3,
    *[WorkState.QUEUED] * 2,
    WorkState.ASSIGNED,
    WorkState.WRAP_UP,
]


@dataclass(kw_only=True)
class Day:
    """A made-up day of one house."""

    house: House
    zone: ZoneInfo
    begin: datetime
    end: datetime
    queues: list[Queue]
    agents: list[Agent]
    made: MadeWork
    log: dict[str, list[tuple[datetime, Wish, bool]]] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The morning after, when everything that ends has ended."""
        return self.end + timedelta(hours=6)


async def lived(house: House, zone: ZoneInfo, day: date, seed: int) -> Day:
    chance = random.Random(seed)
    begin, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    queues = [
        house.queue,
        house.a_queue("sales", service_level=ServiceLevelTarget(threshold_s=45, short_abandon_s=3)),
    ]
    await house.floor.put_queue(queues[1])
    ids = frozenset(queue.id for queue in queues)
    agents = [
        await house.hire(name, chats=slots, queues=ids)
        for name, slots in (("Anna", 3), ("Boris", 2), ("Cem", 1))
    ]
    made = MadeWork(house=house, chance=chance)
    length = round((end - begin).total_seconds())
    for _ in range(260):
        at = begin + timedelta(seconds=chance.randrange(length))
        media = chance.choice([Media.CHAT, Media.CHAT, Media.VOICE])
        made.came(at, chance.choice(queues), chance.choice(agents), outcome=chance.choice(MIX), media=media)
    # at the seams: the first and the last second, and both sides of every hour
    for hour in range(0, length, 3600):
        for seconds in (hour, hour + 3599):
            made.came(begin + timedelta(seconds=seconds), queues[0], agents[0], outcome=WorkState.COMPLETED)
    await made.put()
    made_day = Day(house=house, zone=zone, begin=begin, end=end, queues=queues, agents=agents, made=made)
    rows = []
    for agent in agents:
        at, lines = begin - timedelta(hours=2), []
        while at < end:
            wish, present = chance.choice(
                [(Wish.AVAILABLE, True)] * 3
                + [(Wish.PAUSED, True), (Wish.AVAILABLE, False), (Wish.OFFLINE, False)]
            )
            lines.append((at, wish, present))
            at += timedelta(seconds=chance.randrange(600, 9_000))
        made_day.log[agent.id] = lines
        rows += [
            (house.tenant_id, agent.id, us(a), w.value, "lunch" if w is Wish.PAUSED else "", p, "test")
            for a, w, p in lines
        ]
    async with house.database.transaction() as wire:
        await wire.execute("DELETE FROM agent_log WHERE tenant_id = $1", house.tenant_id)
        await wire.many(
            "INSERT INTO agent_log (tenant_id, agent_id, at, wish, pause_reason, present, reason)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            rows,
        )
    house.clock.advance((made_day.now - house.clock.now()).total_seconds())
    return made_day
