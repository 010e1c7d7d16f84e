"""The part of a unit of work that keeps calls, where agents' phones are, and tasks to call back."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from crm_store.call_mapping import SAVE_CALL, call_change, call_of, call_row, phone_of, phone_row
from crm_store.card_facts import write_facts
from crm_store.driver import Row, Wire
from crm_store.instants import to_us
from crm_store.mapping import columns, person_of
from crm_store.numbers_of_nobody import among_shared_lines
from crm_store.rows.calls import agent_phones, calls
from crm_store.rows.people import persons
from hub.crm.changes import Change
from hub.domain.access import system_principal
from hub.domain.call import AgentPhone, Call, call_back_title, is_call_back_title
from hub.domain.events import CallChanged, Event, PhoneChanged
from hub.domain.ids import CallId, InteractionId, PersonId, TenantId, UserId
from hub.domain.person import Confidence
from hub.ports.call_store import CallBackTask, PhoneHolder, Reached

_CALL = columns(calls)
_PHONE = columns(agent_phones)
_PUT_PHONE = (
    f"INSERT INTO agent_phones ({_PHONE}) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (agent_id) DO UPDATE"
    " SET kind = excluded.kind, uri = excluded.uri, account = excluded.account, auto_answer = excluded.auto_answer"
)
_HOLDERS = f"""
SELECT h.confidence, {columns(persons, "p.")} FROM (
  SELECT person_id, confidence, created_at AS at FROM identities
  WHERE tenant_id = $1 AND kind = 'phone' AND value = $2
  UNION ALL SELECT person_id, 'maybe', at FROM shared_numbers WHERE tenant_id = $1 AND value = $2
) h JOIN persons p ON p.id = h.person_id ORDER BY h.confidence, h.at, p.id
"""
# nobody wrote it and nobody gave it: whoever serves the line may take it
_ADD_TASK = (
    "INSERT INTO tasks (id, tenant_id, title, owner_id, created_at, due_at, person_id, interaction_id, version,"
    " request, call_back, missed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10, 1)"
    " ON CONFLICT (tenant_id, request) DO NOTHING"
)
_OPEN_CALL_BACKS = (
    "SELECT id, owner_id, title, person_id, missed FROM tasks WHERE tenant_id = $1 AND done_at IS NULL"
    " AND call_back <> '' AND (person_id = $2 OR call_back = $3) ORDER BY created_at, id FOR UPDATE"
)


class UnitCalls:
    """The half of `CallUnit` (hub/ports/call_store.py) that no other unit has."""

    _wire: Wire
    _tenant: TenantId
    _new_calls: list[Row]
    """Rows of `calls`: written after the interactions that they refer to."""
    _changed_calls: dict[CallId, Call]
    _of_tasks: set[PersonId]
    """Whose tasks to call back were written, or a line of whose history: they stand when all is committed."""

    if TYPE_CHECKING:

        def emit(self, event: Event) -> None:
            """See UnitOfWork."""

    async def call(self, call_id: CallId) -> Call | None:
        return await self._one_call("/*+*/tenant_id = $1 AND id = $2", call_id)

    async def call_on(self, account: str, thread: str) -> Call | None:
        return await self._one_call("tenant_id = $1 AND account = $2 AND thread = $3", account, thread)

    async def call_asked_for(self, request: str) -> Call | None:
        return await self._one_call("tenant_id = $1 AND request = $2", request)

    async def call_going_on(self, interaction_id: InteractionId) -> Call | None:
        return await self._one_call(
            "/*+*/tenant_id = $1 AND interaction_id = $2 AND ended_at IS NULL"
            " ORDER BY started_at DESC, id DESC LIMIT 1",
            interaction_id,
        )

    async def _one_call(self, condition: str, *params: object) -> Call | None:
        rows = await self._wire.fetch(
            f"SELECT {_CALL} FROM calls WHERE {condition} FOR UPDATE",
            self._tenant,
            *params,
        )
        return call_of(rows[0]) if rows else None

    async def call_with(self, agent_id: UserId) -> Call | None:
        return await self._one_call(
            "tenant_id = $1 AND agent_id = $2 AND ended_at IS NULL ORDER BY started_at LIMIT 1", agent_id
        )

    async def holders_of(self, number: str) -> list[PhoneHolder]:
        rows = await self._wire.fetch(_HOLDERS, self._tenant, number)
        # of a number of nobody in particular nobody is known, whoever has it on their card
        is_nobodys = bool(await among_shared_lines(self._wire, self._tenant, [number]))
        return [
            PhoneHolder(
                person=person_of(r[1:]), confidence=Confidence.MAYBE if is_nobodys else Confidence(r[0])
            )
            for r in rows
        ]

    def add_call(self, call: Call, *, request: str | None = None) -> None:
        self._new_calls.append(call_row(call, request))
        self.emit(CallChanged(tenant_id=self._tenant, call=call))

    def save_call(self, call: Call) -> None:
        self._changed_calls[call.id] = call

    async def agent_phone(self, agent_id: UserId) -> AgentPhone | None:
        rows = await self._wire.fetch(
            f"SELECT {_PHONE} FROM agent_phones WHERE tenant_id = $1 AND agent_id = $2",
            self._tenant,
            agent_id,
        )
        return phone_of(rows[0]) if rows else None

    async def put_agent_phone(self, phone: AgentPhone) -> None:
        await self._wire.execute(_PUT_PHONE, *phone_row(self._tenant, phone))
        self.emit(PhoneChanged(tenant_id=self._tenant, phone=phone))

    async def add_call_back(self, task: CallBackTask) -> str | None:
        is_open = await self._wire.fetch(_OPEN_CALL_BACKS, self._tenant, task.person_id, task.number)
        if is_open:
            task_id, owner_id, title, _, missed = is_open[0]
            said = call_back_title(task.number, missed + 1)
            await self._wire.execute(
                "UPDATE tasks SET missed = missed + 1, call_back = $1, title = $2, interaction_id = $3,"
                " version = version + 1 WHERE tenant_id = $4 AND id = $5",
                task.number,
                # who wrote another title knew why
                said if is_call_back_title(title) else title,
                task.interaction_id,
                self._tenant,
                task_id,
            )
            return str(owner_id)
        self._of_tasks.add(task.person_id)
        added = await self._wire.execute(
            _ADD_TASK,
            task.id,
            self._tenant,
            call_back_title(task.number),
            task.owner_id,
            to_us(task.at),
            to_us(task.at),
            task.person_id,
            task.interaction_id,
            task.request,
            task.number,
        )
        return task.owner_id if added == 1 else None

    async def call_backs_done(
        self, person_id: PersonId, number: str, now: datetime, because: Reached, by: str
    ) -> list[str]:
        found = await self._wire.fetch(_OPEN_CALL_BACKS, self._tenant, person_id, number or "-")
        for task_id, _, title, whose, _ in found:
            await self._wire.execute(
                "UPDATE tasks SET done_at = $1, done_because = $2, version = version + 1"
                " WHERE tenant_id = $3 AND id = $4",
                to_us(now),
                because.value,
                self._tenant,
                task_id,
            )
            told = Change(kind="card_task_reached", what=because.value, now=title)
            actor = replace(system_principal(self._tenant), name=by or "system")
            self._of_tasks.add(PersonId(whose or person_id))
            await write_facts(self._wire, actor, PersonId(whose or person_id), now, [told])
        return [str(row[1]) for row in found]

    async def _flush_calls(self) -> None:
        if self._new_calls:
            await self._wire.insert(calls, self._new_calls)
        if self._changed_calls:
            await self._wire.many(SAVE_CALL, [call_change(c) for c in self._changed_calls.values()])
