"""Raises and ends the alarms of one tenant's queues, as their thresholds say."""

from collections.abc import Mapping
from datetime import datetime

from hub.domain.alarm import CALM, Alarm, AlarmKind, AlarmRules, Standing, breaches
from hub.domain.ids import AlarmId, QueueId, TenantId
from hub.ids import new_id
from hub.ports.supervise import AlarmStore


class Alarms:
    """What is raised now, in memory; the store has it first, and keeps a queue from having two of a kind."""

    def __init__(self, store: AlarmStore, tenant_id: TenantId) -> None:
        self._store = store
        self._tenant = tenant_id
        self._rules: dict[QueueId, AlarmRules] = {}
        self._calm_since: dict[AlarmId, datetime] = {}
        self.open: dict[AlarmId, Alarm] = {}

    async def load(self) -> None:
        """Read thresholds and open alarms. Raises Unavailable."""
        self._rules = await self._store.rules(self._tenant)
        self.open = {alarm.id: alarm for alarm in await self._store.open_alarms(self._tenant)}

    @property
    def watched(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self._rules or self.open)

    def heard(self, alarm: Alarm) -> None:
        """An alarm was raised, acknowledged or ended, here or on another node."""
        if alarm.ended_at is None:
            self.open[alarm.id] = alarm
        else:
            self.open.pop(alarm.id, None)
            self._calm_since.pop(alarm.id, None)

    async def look(self, standings: Mapping[QueueId, Standing], now: datetime) -> None:
        """Raise what is beyond its threshold, end what has been within it long enough. Raises Unavailable."""
        raised = {(alarm.queue_id, alarm.kind): alarm for alarm in self.open.values()}
        beyond = {
            (queue_id, kind): what
            for queue_id, standing in standings.items()
            if (rules := self._rules.get(queue_id)) is not None
            for kind, what in breaches(rules, standing).items()
        }
        for (queue_id, kind), (threshold, value) in beyond.items():
            if (queue_id, kind) not in raised:
                await self._raise(queue_id, kind, threshold, value, now)
        for key, alarm in raised.items():
            if key in beyond:
                self._calm_since.pop(alarm.id, None)
            elif now - self._calm_since.setdefault(alarm.id, now) >= CALM:
                await self._store.end_alarm(self._tenant, alarm.id, now)

    async def _raise(
        self, queue_id: QueueId, kind: AlarmKind, threshold: float, value: float, now: datetime
    ) -> None:
        alarm = Alarm(
            id=AlarmId(new_id()),
            tenant_id=self._tenant,
            queue_id=queue_id,
            kind=kind,
            threshold=threshold,
            value=value,
            raised_at=now,
        )
        if await self._store.raise_alarm(alarm):
            self.open[alarm.id] = alarm
        else:  # another node was first: its alarm is ours too
            self.open = {a.id: a for a in await self._store.open_alarms(self._tenant)}
