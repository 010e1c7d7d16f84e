"""The house in the store: what administrators change of queues, staffing and hours. See `hub/ports/house.py`."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import msgspec

from crm_store.audited import audited
from crm_store.driver import Wire
from crm_store.floor_mapping import agent_of, names_in
from crm_store.mapping import columns, text
from crm_store.menu_skills import menu_skills, rename_in_menus
from crm_store.open_work import WAITING
from crm_store.outcomes import OutcomeStore
from crm_store.queue_reads import calendars_of, queues_of
from crm_store.queue_users import bots_into, mail_accounts_into
from crm_store.queue_writes import put_queue, realign_waiting, renamed, sites_into, with_skill_renamed
from crm_store.rows.floor import agents
from crm_store.rows.rules import calendars
from crm_store.store import Store
from crm_store.unit_of_work import Encode
from hub.domain.access import Role
from hub.domain.agent import Agent, Capacity
from hub.domain.audit import AuditDraft
from hub.domain.errors import Conflict, NotFound
from hub.domain.events import AgentChanged, Event, HouseChanged, QueueChanged
from hub.domain.hours import Calendar, CalendarId
from hub.domain.ids import QueueId, TenantId, UserId
from hub.domain.queue import Queue
from hub.domain.setting_events import TelegramBotChanged
from hub.ports.clock import Clock
from hub.ports.house import Cell, QueueUses, Staffing

_AGENT = columns(agents)
_teams = msgspec.json.Decoder(dict[str, list[str]]).decode
_SAVE_AGENT = (
    "UPDATE agents SET skills = $1, capacity_voice = $2, capacity_chat = $3, capacity_mail = $4, queues = $5,"
    " version = $6 WHERE id = $7"
)


class SqlHouse(OutcomeStore):
    """`HouseStore` on SQLite and PostgreSQL."""

    def __init__(self, store: Store, clock: Clock, *, encode: Encode) -> None:
        self._store = store
        self._clock = clock
        self._encode = encode

    @asynccontextmanager
    async def _changing(self, draft: AuditDraft) -> AsyncIterator[tuple[Wire, list[Event]]]:
        """A transaction that writes the line of the audit log and tells the events at its end."""
        events: list[Event] = []
        async with self._store.database.transaction() as wire:
            yield wire, events
            await audited(wire, draft)
            if events:
                await self._store.add_events(wire, self._encode(events))
        self._store.forget_queues()
        self._store.wake()

    # — queues ————————————————————————————————————————————————————————————————————————————

    async def queues(self, tenant_id: TenantId) -> list[Queue]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            return await queues_of(wire, tenant_id)

    async def queue_uses(self, tenant_id: TenantId) -> QueueUses:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            waiting = await wire.fetch(
                "SELECT queue_id, COUNT(*) FROM work_items WHERE tenant_id = $1"
                f" AND {WAITING} GROUP BY queue_id",
                tenant_id,
            )
            sites = await sites_into(wire, tenant_id)
            mail_accounts = await mail_accounts_into(wire, tenant_id)
            telegram_bots = await bots_into(wire, tenant_id)
        return QueueUses(
            waiting={QueueId(r[0]): r[1] for r in waiting},
            sites={QueueId(q): n for q, n in sites.items()},
            mail_accounts=mail_accounts,
            telegram_bots=telegram_bots,
        )

    async def save_queue(self, queue: Queue, draft: AuditDraft) -> None:
        """See the port."""
        async with self._changing(draft) as (wire, events):
            everyone = await queues_of(wire, queue.tenant_id)
            before = next((q for q in everyone if q.id == queue.id), None)
            if (before.version if before else 0) != queue.version - 1:
                raise Conflict("somebody else has changed this queue meanwhile", code="changed_meanwhile")
            if any(q.name == queue.name and q.id != queue.id for q in everyone):
                raise Conflict("another queue has this name", code="name_taken")
            await _require_locked(wire, "queues", queue.id, queue.version - 1)
            await put_queue(wire, queue)
            if before is not None:
                await realign_waiting(wire, before, queue)
            events.append(QueueChanged(tenant_id=queue.tenant_id, queue_id=queue.id))

    # — staffing ——————————————————————————————————————————————————————————————————————————

    async def staffing(self, tenant_id: TenantId) -> Staffing:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                f"SELECT {_AGENT} FROM agents WHERE tenant_id = $1 ORDER BY name, id", tenant_id
            )
            named = await wire.fetch("SELECT name FROM skills WHERE tenant_id = $1", tenant_id)
            found = await queues_of(wire, tenant_id)
            of_menus = await menu_skills(wire, tenant_id)
        people = [agent_of(r) for r in rows]
        skills = {r[0] for r in named} | of_menus
        for agent in people:
            skills |= agent.skills.keys()
        for queue in found:
            skills |= queue.skills.keys() | {f"lang:{tag}" for tag in queue.languages}
        return Staffing(agents=people, skills=sorted(skills), queues=found)

    async def change_staffing(self, tenant_id: TenantId, cells: Sequence[Cell], draft: AuditDraft) -> None:
        """See the port."""
        by_agent: dict[UserId, list[Cell]] = {}
        for cell in cells:
            by_agent.setdefault(cell.agent_id, []).append(cell)
        async with self._changing(draft) as (wire, events):
            rows = await wire.fetch(
                f"SELECT {_AGENT} FROM agents WHERE /*+*/tenant_id = $1 AND id = ANY($2) ORDER BY id FOR UPDATE",
                tenant_id,
                sorted(by_agent),
            )
            known = {a.id: a for a in map(agent_of, rows)}
            if by_agent.keys() - known.keys():
                raise NotFound("there is no such agent")
            for agent_id, wanted in by_agent.items():
                before = known[agent_id]
                after = before
                for cell in wanted:
                    after = _with_cell(after, cell)
                if after != before:
                    await self._save_agent(wire, replace(after, version=before.version + 1), events)
                if after.queues != before.queues:
                    await _serve(wire, before, after)

    async def _save_agent(self, wire: Wire, agent: Agent, events: list[Event]) -> None:
        await wire.execute(
            _SAVE_AGENT,
            text(agent.skills),
            agent.capacity.voice,
            agent.capacity.chat,
            agent.capacity.mail,
            text(sorted(agent.queues)),
            agent.version,
            agent.id,
        )
        events.append(
            AgentChanged(tenant_id=agent.tenant_id, agent=agent, at=self._clock.now(), reason="administered")
        )

    async def add_skill(self, tenant_id: TenantId, name: str, draft: AuditDraft) -> None:
        """See the port."""
        if name in (await self.staffing(tenant_id)).skills:
            raise Conflict("this skill is there already", code="skill_exists")
        async with self._changing(draft) as (wire, _):
            await wire.execute("INSERT INTO skills (tenant_id, name) VALUES ($1, $2)", tenant_id, name)

    async def rename_skill(self, tenant_id: TenantId, name: str, to: str, draft: AuditDraft) -> None:
        """See the port."""
        skills = (await self.staffing(tenant_id)).skills
        if name not in skills:
            raise NotFound("there is no such skill")
        if to in skills and to != name:
            raise Conflict("this skill is there already", code="skill_exists")
        async with self._changing(draft) as (wire, events):
            await wire.execute("DELETE FROM skills WHERE tenant_id = $1 AND name = $2", tenant_id, name)
            if to:
                await wire.execute("INSERT INTO skills (tenant_id, name) VALUES ($1, $2)", tenant_id, to)
            for before in await queues_of(wire, tenant_id):
                after = with_skill_renamed(before, name, to)
                if after is not before:
                    await put_queue(wire, after)
                    await realign_waiting(wire, before, after)
                    events.append(QueueChanged(tenant_id=tenant_id, queue_id=after.id))
            for bot_id in await rename_in_menus(wire, tenant_id, name, to):
                events.append(TelegramBotChanged(tenant_id=tenant_id, bot_id=bot_id))
            rows = await wire.fetch(
                f"SELECT {_AGENT} FROM agents WHERE tenant_id = $1 ORDER BY id FOR UPDATE", tenant_id
            )
            for agent in map(agent_of, rows):
                if name in agent.skills:
                    levels = renamed(agent.skills, name, to)
                    changed = replace(agent, skills=levels, version=agent.version + 1)
                    await self._save_agent(wire, changed, events)

    # — calendars —————————————————————————————————————————————————————————————————————————

    async def calendars(self, tenant_id: TenantId) -> list[Calendar]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            return await calendars_of(wire, tenant_id)

    async def save_calendar(self, calendar: Calendar, draft: AuditDraft) -> None:
        """See the port."""
        async with self._changing(draft) as (wire, events):
            if any(
                c.name == calendar.name and c.id != calendar.id
                for c in await calendars_of(wire, calendar.tenant_id)
            ):
                raise Conflict("another calendar has this name", code="name_taken")
            if calendar.version > 1:
                await _require_locked(wire, "calendars", calendar.id, calendar.version - 1)
                await wire.execute("DELETE FROM calendars WHERE id = $1", calendar.id)
            row = (
                calendar.id,
                calendar.tenant_id,
                calendar.name,
                calendar.zone,
                text(calendar.week),
                text(calendar.days),
                calendar.country,
                calendar.region,
                calendar.version,
            )
            await wire.insert(calendars, [row])
            events.append(HouseChanged(tenant_id=calendar.tenant_id))

    async def remove_calendar(
        self, tenant_id: TenantId, calendar_id: CalendarId, version: int, draft: AuditDraft
    ) -> None:
        """See the port."""
        async with self._changing(draft) as (wire, events):
            await _require_locked(wire, "calendars", calendar_id, version)
            await wire.execute(
                "DELETE FROM calendars WHERE tenant_id = $1 AND id = $2", tenant_id, calendar_id
            )
            events.append(HouseChanged(tenant_id=tenant_id))


async def _require_locked(wire: Wire, table: str, row_id: str, version: int) -> None:
    """Lock the row until the transaction ends; version 0 is that of a row which is not there yet."""
    rows = await wire.fetch(f"SELECT version FROM {table} WHERE id = $1 FOR UPDATE", row_id)
    if (rows[0][0] if rows else 0) != version:
        raise Conflict("somebody else has changed this meanwhile", code="changed_meanwhile")


def _with_cell(agent: Agent, cell: Cell) -> Agent:
    """The agent after the change. What somebody has set to the wanted value already is no conflict."""
    match cell.what:
        case "skill":
            _require_seen(agent.skills.get(cell.key, 0), cell)
            rest = {s: level for s, level in agent.skills.items() if s != cell.key}
            return replace(agent, skills={**rest, cell.key: cell.after} if cell.after else rest)
        case "capacity":
            limits = {"voice": agent.capacity.voice, "chat": agent.capacity.chat, "mail": agent.capacity.mail}
            _require_seen(limits[cell.key], cell)
            return replace(agent, capacity=Capacity(**{**limits, cell.key: cell.after}))
        case _:
            queue_id = QueueId(cell.key)
            _require_seen(int(queue_id in agent.queues), cell)
            return replace(
                agent, queues=agent.queues | {queue_id} if cell.after else agent.queues - {queue_id}
            )


def _require_seen(now: int, cell: Cell) -> None:
    if now not in {cell.before, cell.after}:
        raise Conflict("somebody else has changed this meanwhile", code="changed_meanwhile")


async def _serve(wire: Wire, before: Agent, after: Agent) -> None:
    """The sign-in's queues follow those that the agent serves; others, which a supervisor watches, stay.

    Where each role has queues of its own, those of the agent's role follow, and no other role's.
    """
    rows = await wire.fetch(
        "SELECT u.queues, COALESCE(a.teams, '{}') FROM users u LEFT JOIN accounts a ON a.user_id = u.id"
        " WHERE u.id = $1 FOR UPDATE OF u",
        after.id,
    )
    for queues, kept in rows:
        teams = _teams(kept)
        if teams:
            theirs = set(teams.get(Role.AGENT, ())) - (before.queues - after.queues) | after.queues
            teams = {role: ids for role, ids in {**teams, Role.AGENT.value: sorted(theirs)}.items() if ids}
            reach = set[str]().union(*teams.values())
            await wire.execute("UPDATE accounts SET teams = $1 WHERE user_id = $2", text(teams), after.id)
        else:
            reach = set(names_in(queues)) - (before.queues - after.queues) | after.queues
        await wire.execute(
            "UPDATE users SET queues = $1, version = version + 1 WHERE id = $2", text(sorted(reach)), after.id
        )
