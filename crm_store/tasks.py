"""Tasks in the store: whose they are, when they are due, what they belong to."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import UNSET, UnsetType

from crm_store.called import CALLED
from crm_store.card_facts import write_facts
from crm_store.driver import Row, Wire
from crm_store.follow_ups import CLIENT_WROTE, answered, put_follow_up, queue_of
from crm_store.instants import from_us, to_us
from crm_store.mapping import at, us
from crm_store.pages import NEVER, instant_cursor
from crm_store.people_of_house import owners_of, queues_served, require_user, team_of
from crm_store.person_change import Changing
from crm_store.repeated import repeated
from crm_store.rows.supervise import notices
from crm_store.task_clients import client_of, hold_clients
from crm_store.unit_supervise import notice_row
from hub.crm.changes import Change
from hub.desk.client_stores import NewTask
from hub.desk.client_views import TaskPage
from hub.desk.views import NamedView, TaskView
from hub.domain.access import Permission, Principal, Scope, system_principal
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.events import Event, NoticeSent, PersonChanged, TasksChanged
from hub.domain.ids import InteractionId, NoticeId, PersonId, TaskId, TenantId, UserId
from hub.domain.notice import Notice, NoticeKind
from hub.domain.texts import one_line
from hub.ids import new_id

SHOWN_AT_THE_DESK = 50

# a task may belong to a queue (a missed call): then it is on the desk of everybody who serves it
_TASK = (
    "SELECT t.id, t.title, t.owner_id, COALESCE(u.name, a.name, q.name, ''), COALESCE(c.name, b.name, ''),"
    f" t.created_at, t.due_at, t.done_at, p.id, {CALLED}, t.case_id, k.number, t.interaction_id, t.version, t.given_by,"
    " COALESCE(g.name, h.name, ''), EXISTS (SELECT 1 FROM follow_ups f WHERE f.tenant_id = t.tenant_id"
    " AND f.interaction_id = t.interaction_id AND f.task_id = t.id)"
    " FROM tasks t LEFT JOIN users u ON u.id = t.owner_id LEFT JOIN agents a ON a.id = t.owner_id"
    " LEFT JOIN queues q ON q.id = t.owner_id"
    " LEFT JOIN users c ON c.id = t.created_by LEFT JOIN agents b ON b.id = t.created_by"
    " LEFT JOIN users g ON g.id = t.given_by LEFT JOIN agents h ON h.id = t.given_by"
    " LEFT JOIN persons p ON p.id = t.person_id LEFT JOIN cases k ON k.id = t.case_id"
    " WHERE /*+*/t.tenant_id = $1"
)
_OPEN = (
    " AND t.done_at IS NULL AND (COALESCE(t.due_at, {never}) > {at} OR (COALESCE(t.due_at, {never}) = {at}"
    " AND t.id > {id})) ORDER BY COALESCE(t.due_at, {never}), t.id LIMIT {limit}"
)
_DONE = (
    " AND t.done_at IS NOT NULL AND (t.done_at < {at} OR (t.done_at = {at} AND t.id < {id}))"
    " ORDER BY t.done_at DESC, t.id DESC LIMIT {limit}"
)
_FROM_FIRST, _FROM_LAST = (-1, ""), (1 << 62, "g")


async def open_tasks_of(
    wire: Wire, tenant_id: TenantId, owners: Sequence[UserId]
) -> dict[UserId, list[TaskView]]:
    """What these users have to do, or whoever serves their queues, by due time, the first of each."""
    lines = await queues_served(wire, tenant_id, owners)
    wanted = sorted({*owners, *(queue_id for served in lines.values() for queue_id in served)})
    rows = await wire.fetch(
        f"{_TASK} AND t.owner_id = ANY($2) AND t.done_at IS NULL ORDER BY COALESCE(t.due_at, {NEVER}), t.id",
        tenant_id,
        wanted,
    )
    found: dict[UserId, list[TaskView]] = {owner: [] for owner in owners}
    for row in rows:
        for owner in owners:
            mine = found[owner]
            if row[2] in {owner, *lines.get(owner, ())} and len(mine) < SHOWN_AT_THE_DESK:
                mine.append(_view(row))
    return {owner: mine for owner, mine in found.items() if mine}


async def open_tasks_about(
    wire: Wire, tenant_id: TenantId, persons: Sequence[PersonId], limit: int
) -> list[TaskView]:
    """What is to be done for these persons, whoever has it, by due time."""
    rows = await wire.fetch(
        f"{_TASK} AND t.person_id = ANY($2) AND t.done_at IS NULL ORDER BY COALESCE(t.due_at, {NEVER}), t.id LIMIT $3",
        tenant_id,
        list(persons),
        limit,
    )
    return list(map(_view, rows))


class Tasks(Changing):
    """TaskStore of hub/desk/client_stores.py."""

    async def tasks(
        self, principal: Principal, *, owner: str, person: str, done: bool, after: str, limit: int
    ) -> TaskPage:
        """See the port."""
        reach = principal.require(Permission.WORK_TASKS)
        me = principal.user_id or UserId("")
        begin, last_id = instant_cursor(after, _FROM_LAST if done else _FROM_FIRST)
        async with self._store.database.snapshot() as wire:
            sql, params = _TASK, [principal.tenant_id]

            def add(value: object) -> str:
                params.append(value)  # type: ignore[arg-type]
                return f"${len(params)}"

            if person:
                root = await self._reach.require(wire, principal, Permission.READ_PERSON, PersonId(person))
                sql += f" AND t.person_id = {add(root)}"
            elif reach is Scope.TEAM:
                team = [*await team_of(wire, principal), *sorted(principal.queues)]
                sql += f" AND (t.owner_id = ANY({add(team)}) OR t.created_by = {add(me)})"
            elif reach is not Scope.ALL:
                sql += f" AND (t.owner_id = ANY({add([me, *sorted(principal.queues)])}) OR t.created_by = {add(me)})"
            if owner:
                owners = [me, *sorted(principal.queues)] if owner == "me" else [owner]
                sql += f" AND t.owner_id = ANY({add(owners)})"
            order = _DONE if done else _OPEN
            sql += order.format(never=NEVER, at=add(begin), id=add(last_id), limit=add(limit + 1))
            rows = await wire.fetch(sql, *params)
        more = None
        if len(rows) > limit:
            last = rows[limit - 1]
            place = last[7] if done else last[6]
            more = f"{NEVER if place is None else place}.{last[0]}"
        return TaskPage(items=tuple(map(_view, rows[:limit])), next=more)

    async def task(self, principal: Principal, task_id: TaskId) -> TaskView:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            await self._require(wire, principal, task_id, Permission.READ_PERSON)
            return await _task(wire, principal.tenant_id, task_id)

    async def add_task(self, principal: Principal, new: NewTask, *, key: str | None) -> TaskView:
        """See the port."""
        return await repeated(lambda: self._added(principal, new, key))

    async def _added(self, principal: Principal, new: NewTask, key: str | None) -> TaskView:
        principal.require(Permission.WORK_TASKS)
        tenant_id, now = principal.tenant_id, self._clock.now()
        request = None if key is None else f"{principal.user_id}:{key}"
        owner_id = new.owner_id or principal.user_id
        if owner_id is None:
            raise Invalid("say whose task it is", field="owner_id", code="no_such_user")
        async with self._store.database.transaction() as wire:
            if request:
                rows = await wire.fetch(
                    "SELECT id FROM tasks WHERE tenant_id = $1 AND request = $2", tenant_id, request
                )
                if rows:
                    return await _task(wire, tenant_id, TaskId(rows[0][0]))
            person_id = await client_of(wire, self._reach, principal, new)
            if new.for_team:
                owner_id = await queue_of(wire, tenant_id, new.interaction_id)
            else:
                await require_user(wire, tenant_id, owner_id)
            task_id = TaskId(new_id())
            await wire.execute(
                "INSERT INTO tasks (id, tenant_id, title, owner_id, created_by, created_at, due_at, person_id,"
                " case_id, interaction_id, version, request, given_by)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $5)",
                task_id,
                tenant_id,
                _title(new.title),
                owner_id,
                principal.user_id,
                to_us(now),
                us(new.due_at),
                person_id,
                new.case_id,
                new.interaction_id,
                request,
            )
            if new.if_no_answer:
                await put_follow_up(
                    wire,
                    tenant_id,
                    task_id,
                    new.interaction_id,
                    owner_id,
                    principal.user_id,
                    new.due_at,
                    now,
                )
            view = await _task(wire, tenant_id, task_id)
            owners = await owners_of(wire, tenant_id, owner_id)
            await self._told(wire, principal, view, owners, Change(kind="card_task_added", now=view.title))
            if not new.for_team:
                await self._give(wire, principal, view)
        self._store.wake()
        return view

    async def end_answered(self, tenant_id: TenantId) -> int:
        """Tasks for when a client does not answer are done once the client has written; how many."""
        return await repeated(lambda: self._ended(tenant_id))

    async def _ended(self, tenant_id: TenantId) -> int:
        now, by = self._clock.now(), system_principal(tenant_id)
        async with self._store.database.transaction() as wire:
            ended = 0
            tasks = await answered(wire, tenant_id)
            await hold_clients(wire, tenant_id, tasks)
            for task_id in tasks:
                ended += await wire.execute(
                    "UPDATE tasks SET done_at = $1, done_because = $2, version = version + 1"
                    " WHERE tenant_id = $3 AND id = $4 AND done_at IS NULL",
                    to_us(now),
                    CLIENT_WROTE,
                    tenant_id,
                    task_id,
                )
                view = await _task(wire, tenant_id, task_id)
                owners = await owners_of(wire, tenant_id, UserId(view.owner.id))
                await self._told(wire, by, view, owners, Change(kind="card_task_done", now=view.title))
        if ended:
            self._store.wake()
        return ended

    async def change_task(
        self,
        principal: Principal,
        task_id: TaskId,
        *,
        version: int,
        title: str | None = None,
        owner_id: UserId | None = None,
        due_at: datetime | UnsetType | None = UNSET,
        done: bool | None = None,
    ) -> TaskView:
        """See the port."""
        return await repeated(
            lambda: self._changed(
                principal, task_id, version=version, title=title, owner_id=owner_id, due_at=due_at, done=done
            )
        )

    async def _changed(
        self,
        principal: Principal,
        task_id: TaskId,
        *,
        version: int,
        title: str | None,
        owner_id: UserId | None,
        due_at: datetime | UnsetType | None,
        done: bool | None,
    ) -> TaskView:
        tenant_id, now = principal.tenant_id, self._clock.now()
        async with self._store.database.transaction() as wire:
            await hold_clients(wire, tenant_id, [task_id])
            await self._require(wire, principal, task_id, Permission.EDIT_PERSON)
            before = await _task(wire, tenant_id, task_id)
            if before.version != version:
                raise Conflict("somebody changed this task meanwhile", code="changed_meanwhile")
            if owner_id is not None:
                await require_user(wire, tenant_id, owner_id)
            done_at = before.done_at
            if done is not None:
                done_at = (before.done_at or now) if done else None
            is_given = owner_id is not None and owner_id != before.owner.id
            await wire.execute(
                "UPDATE tasks SET title = $1, owner_id = $2, due_at = $3, done_at = $4, version = version + 1,"
                " given_by = CASE WHEN $5 THEN $6 ELSE given_by END WHERE tenant_id = $7 AND id = $8",
                before.title if title is None else _title(title),
                owner_id or before.owner.id,
                us(before.due_at if due_at is UNSET else due_at),
                us(done_at),
                is_given,
                principal.user_id,
                tenant_id,
                task_id,
            )
            after = await _task(wire, tenant_id, task_id)
            kind, what = "card_task_changed", ""
            if (before.done_at is None) is not (after.done_at is None):
                kind = "card_task_done" if after.done_at else "card_task_reopened"
            elif is_given:
                kind, what = "card_task_given", after.owner.name
            owners = {
                *await owners_of(wire, tenant_id, UserId(before.owner.id)),
                *await owners_of(wire, tenant_id, UserId(after.owner.id)),
            }
            await self._told(wire, principal, after, owners, Change(kind=kind, what=what, now=after.title))
            if is_given and after.done_at is None:
                await self._give(wire, principal, after)
        self._store.wake()
        return after

    async def _require(
        self, wire: Wire, principal: Principal, task_id: TaskId, of_client: Permission
    ) -> None:
        """Raises NotFound for a task out of reach: not one's own, not the team's, not of a client `of_client` reaches.

        A task that is to be changed is locked.
        """
        reach = principal.require(Permission.WORK_TASKS)
        lock = "" if of_client is Permission.READ_PERSON else " FOR UPDATE"
        rows = await wire.fetch(
            f"SELECT owner_id, created_by, person_id FROM tasks WHERE tenant_id = $1 AND id = $2{lock}",
            principal.tenant_id,
            task_id,
        )
        if not rows:
            raise NotFound("there is no such task")
        owner_id, created_by, person_id = rows[0]
        if reach is Scope.ALL or principal.user_id in {owner_id, created_by} or owner_id in principal.queues:
            return
        if reach is Scope.TEAM and owner_id in await team_of(wire, principal):
            return
        ids = [PersonId(person_id)] if person_id else []
        if not await self._reach.may(wire, principal, of_client, ids):
            raise NotFound("there is no such task")

    async def _told(
        self, wire: Wire, principal: Principal, task: TaskView, owners: set[UserId], change: Change
    ) -> None:
        tenant_id = principal.tenant_id
        told: list[Event] = [TasksChanged(tenant_id=tenant_id, user_ids=tuple(sorted(owners)))]
        if task.person is not None:
            person_id = PersonId(task.person.id)
            await write_facts(wire, principal, person_id, self._clock.now(), [change])
            told.append(PersonChanged(tenant_id=tenant_id, person_id=person_id))
        await self._tell(wire, told)

    async def _give(self, wire: Wire, principal: Principal, task: TaskView) -> None:
        """A word at the desk of whoever was given it by somebody else; it waits there for who is away."""
        if task.owner.id == principal.user_id:
            return
        notice = Notice(
            id=NoticeId(new_id()),
            tenant_id=principal.tenant_id,
            user_id=UserId(task.owner.id),
            kind=NoticeKind.TASK,
            by_id=principal.user_id,
            by=principal.name,
            text=task.title,
            interaction_id=InteractionId(task.interaction_id) if task.interaction_id else None,
            at=self._clock.now(),
        )
        await wire.insert(notices, [notice_row(notice)])
        await self._tell(wire, [NoticeSent(tenant_id=notice.tenant_id, notice=notice)])


def _title(text: str) -> str:
    title = one_line(text, 200)
    if not title:
        raise Invalid("say what is to be done", field="title", code="empty")
    return title


async def _task(wire: Wire, tenant_id: TenantId, task_id: TaskId) -> TaskView:
    rows = await wire.fetch(_TASK + " AND t.id = $2", tenant_id, task_id)
    if not rows:
        raise NotFound("there is no such task")
    return _view(rows[0])


def _view(r: Row) -> TaskView:
    return TaskView(
        id=r[0],
        title=r[1],
        owner=NamedView(id=r[2], name=r[3]),
        created_by=r[4],
        given_by="" if r[14] == r[2] else r[15],
        created_at=from_us(r[5]),
        due_at=at(r[6]),
        done_at=at(r[7]),
        person=NamedView(id=r[8], name=r[9]) if r[8] else None,
        case_id=r[10],
        case_number=r[11],
        interaction_id=r[12],
        version=r[13],
        if_no_answer=bool(r[16]),
    )
