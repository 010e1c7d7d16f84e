"""Alarms in the store: the thresholds of queues, what was raised, and who looked after it."""

import re
from collections.abc import Sequence
from datetime import datetime

from crm_store.audited import audited
from crm_store.driver import Row
from crm_store.instants import from_us, to_us
from crm_store.mapping import at, columns, us
from crm_store.rows.supervise import alarm_rules, alarms
from crm_store.store import Store
from crm_store.unit_of_work import Encode
from hub.domain.alarm import Alarm, AlarmKind, AlarmRules
from hub.domain.audit import AuditDraft
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.events import AlarmChanged
from hub.domain.ids import AlarmId, QueueId, TenantId, UserId
from hub.domain.setting_events import AlarmRulesChanged
from hub.ports.clock import Clock

_ALARM = columns(alarms)
_RULES = columns(alarm_rules)
_CURSOR = re.compile(r"([0-9]{1,18})\.([0-9a-f-]{1,36})")


class SqlAlarms:
    """AlarmStore of hub/ports/supervise.py, on either database."""

    def __init__(self, store: Store, clock: Clock, *, encode: Encode) -> None:
        self._store = store
        self._clock = clock
        self._encode = encode

    async def rules(self, tenant_id: TenantId) -> dict[QueueId, AlarmRules]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(f"SELECT {_RULES} FROM alarm_rules WHERE tenant_id = $1", tenant_id)
        return {QueueId(r[1]): _rules_of(r) for r in rows}

    async def put_rules(self, rules: AlarmRules, draft: AuditDraft) -> AlarmRules:
        """See the port."""
        async with self._store.database.transaction() as wire:
            queue = await wire.fetch(
                "SELECT 1 FROM queues WHERE tenant_id = $1 AND id = $2 FOR UPDATE",
                rules.tenant_id,
                rules.queue_id,
            )
            if not queue:
                raise NotFound("there is no such queue")
            found = await wire.fetch(
                "SELECT version FROM alarm_rules WHERE tenant_id = $1 AND queue_id = $2",
                rules.tenant_id,
                rules.queue_id,
            )
            if (found[0][0] if found else 0) != rules.version:
                raise Conflict("somebody changed these alarms meanwhile", code="changed_meanwhile")
            await wire.execute(
                f"INSERT INTO alarm_rules ({_RULES}) VALUES ($1, $2, $3, $4, $5, $6, $7)"
                " ON CONFLICT (tenant_id, queue_id) DO UPDATE SET waiting_over = excluded.waiting_over,"
                " oldest_over_s = excluded.oldest_over_s, level_below = excluded.level_below,"
                " nobody_available = excluded.nobody_available, version = excluded.version",
                rules.tenant_id,
                rules.queue_id,
                rules.waiting_over,
                rules.oldest_over_s,
                rules.level_below,
                rules.nobody_available,
                rules.version + 1,
            )
            await audited(wire, draft)
            told = AlarmRulesChanged(tenant_id=rules.tenant_id, queue_id=rules.queue_id)
            await self._store.add_events(wire, self._encode([told]))
        self._store.wake()
        return (await self.rules(rules.tenant_id))[rules.queue_id]

    async def open_alarms(self, tenant_id: TenantId) -> list[Alarm]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                f"SELECT {_ALARM} FROM alarms WHERE tenant_id = $1 AND ended_at IS NULL ORDER BY raised_at, id",
                tenant_id,
            )
        return [_alarm_of(r) for r in rows]

    async def raise_alarm(self, alarm: Alarm) -> bool:
        """See the port."""
        async with self._store.database.transaction() as wire:
            made = await wire.execute(
                f"INSERT INTO alarms ({_ALARM}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
                " ON CONFLICT DO NOTHING",
                alarm.id,
                alarm.tenant_id,
                alarm.queue_id,
                alarm.kind.value,
                alarm.threshold,
                alarm.value,
                to_us(alarm.raised_at),
                us(alarm.ended_at),
                us(alarm.acked_at),
                alarm.acked_by,
                alarm.acked_name,
            )
            if made:
                told = AlarmChanged(tenant_id=alarm.tenant_id, alarm=alarm)
                await self._store.add_events(wire, self._encode([told]))
        if made:
            self._store.wake()
        return made == 1

    async def end_alarm(self, tenant_id: TenantId, alarm_id: AlarmId, at: datetime) -> None:
        """See the port."""
        async with self._store.database.transaction() as wire:
            rows = await wire.fetch(
                "UPDATE alarms SET ended_at = $1 WHERE tenant_id = $2 AND id = $3 AND ended_at IS NULL"
                f" RETURNING {_ALARM}",
                to_us(at),
                tenant_id,
                alarm_id,
            )
            if rows:
                told = AlarmChanged(tenant_id=tenant_id, alarm=_alarm_of(rows[0]))
                await self._store.add_events(wire, self._encode([told]))
        self._store.wake()

    async def acknowledge(
        self, tenant_id: TenantId, queues: frozenset[QueueId], alarm_id: AlarmId, by: UserId, name: str
    ) -> Alarm:
        """See the port."""
        async with self._store.database.transaction() as wire:
            rows = await wire.fetch(
                f"SELECT {_ALARM} FROM alarms WHERE tenant_id = $1 AND id = $2 FOR UPDATE",
                tenant_id,
                alarm_id,
            )
            if not rows or rows[0][2] not in queues:
                raise NotFound("there is no such alarm")
            alarm = _alarm_of(rows[0])
            if alarm.acked_at is not None:
                return alarm
            (row,) = await wire.fetch(
                "UPDATE alarms SET acked_at = $1, acked_by = $2, acked_name = $3 WHERE tenant_id = $4 AND id = $5"
                f" RETURNING {_ALARM}",
                to_us(self._clock.now()),
                by,
                name,
                tenant_id,
                alarm_id,
            )
            alarm = _alarm_of(row)
            await self._store.add_events(wire, self._encode([AlarmChanged(tenant_id=tenant_id, alarm=alarm)]))
        self._store.wake()
        return alarm

    async def history(
        self, tenant_id: TenantId, queues: Sequence[QueueId], *, after: str, limit: int
    ) -> tuple[list[Alarm], str | None]:
        """See the port."""
        before_us, before_id = 2**62, ""
        if after:
            found = _CURSOR.fullmatch(after)
            if found is None:
                raise Invalid("this page does not exist", field="after")
            before_us, before_id = int(found[1]), found[2]
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                f"SELECT {_ALARM} FROM alarms WHERE tenant_id = $1 AND queue_id = ANY($2)"
                " AND (raised_at < $3 OR (raised_at = $3 AND id < $4)) ORDER BY raised_at DESC, id DESC LIMIT $5",
                tenant_id,
                list(queues),
                before_us,
                before_id,
                limit + 1,
            )
        more = f"{rows[limit - 1][6]}.{rows[limit - 1][0]}" if len(rows) > limit else None
        return [_alarm_of(r) for r in rows[:limit]], more


def _rules_of(r: Row) -> AlarmRules:
    return AlarmRules(
        tenant_id=r[0],
        queue_id=r[1],
        waiting_over=r[2],
        oldest_over_s=r[3],
        level_below=r[4],
        nobody_available=bool(r[5]),
        version=r[6],
    )


def _alarm_of(r: Row) -> Alarm:
    return Alarm(
        id=r[0],
        tenant_id=r[1],
        queue_id=r[2],
        kind=AlarmKind(r[3]),
        threshold=r[4],
        value=r[5],
        raised_at=from_us(r[6]),
        ended_at=at(r[7]),
        acked_at=at(r[8]),
        acked_by=r[9],
        acked_name=r[10],
    )
