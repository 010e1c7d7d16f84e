"""Administering the floor: queues with their rules, and the matrix of agents and skills."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from agent_console.bodies import Done, Id
from agent_console.floor_bodies import (
    AgentSetup,
    AtVersion,
    QueueChange,
    QueueDraft,
    QueueSetup,
    QueueSetups,
    Retirement,
    SkillNamed,
    SkillRename,
    StaffedQueue,
    StaffingChange,
    StaffingView,
)
from agent_console.operations import Call, Operation, Operations
from hub.desk.administer import Administration
from hub.desk.hours import Opening
from hub.domain.access import Permission
from hub.domain.errors import NotFound
from hub.domain.ids import QueueId, UserId
from hub.domain.queue import Queue
from hub.ports.house import Cell, QueueUses, Staffing

_CONFIGURE = Permission.CONFIGURE

OpeningOf = Callable[[QueueId], Awaitable[Opening]]


def operations(*, administration: Administration, opening: OpeningOf) -> list[Operation]:
    """What an administrator does with queues and staffing."""
    made = Operations("floor")

    async def shown(call: Call, queue_id: QueueId) -> QueueSetup:
        queues, uses = await administration.queues(call.principal)
        for queue in queues:
            if queue.id == queue_id:
                return _setup(queue, uses, await opening(queue.id))
        raise NotFound("there is no such queue")

    @made.op("GET", "/api/v1/floor/queues", _CONFIGURE, "Queues with all their rules")
    async def list_queue_setups(call: Call) -> QueueSetups:
        """Retired ones too."""
        queues, uses = await administration.queues(call.principal)
        return QueueSetups(items=tuple([_setup(q, uses, await opening(q.id)) for q in queues]))

    @made.op("POST", "/api/v1/floor/queues", _CONFIGURE, "Add a queue", status=201, idempotent=True)
    async def add_queue(call: Call, body: QueueDraft) -> QueueSetup:
        """409 `name_taken`."""
        queue = await administration.add_queue(call.principal, body.queue("", 1), address=call.address)
        return await shown(call, queue.id)

    @made.op("PUT", "/api/v1/floor/queues/{queue_id}", _CONFIGURE, "Change the rules of a queue")
    async def change_queue(call: Call, queue_id: Id, body: QueueChange) -> QueueSetup:
        """Work that waits follows its skills and its priority; 409 `changed_meanwhile`."""
        draft = body.queue.queue(queue_id, body.version)
        await administration.change_queue(call.principal, draft, address=call.address)
        return await shown(call, QueueId(queue_id))

    @made.op("POST", "/api/v1/floor/queues/{queue_id}/retire", _CONFIGURE, "Take a queue out of service")
    async def retire_queue(call: Call, queue_id: Id, body: Retirement) -> QueueSetup:
        """409 `queue_in_use` while a site or another queue sends work there, `queue_led_to` while accounts of mail or
        bots of Telegram do: `detail` names them, and so does the queue."""
        await administration.retire_queue(
            call.principal,
            QueueId(queue_id),
            body.version,
            to=None if body.to_queue_id is None else QueueId(body.to_queue_id),
            address=call.address,
        )
        return await shown(call, QueueId(queue_id))

    @made.op(
        "POST", "/api/v1/floor/queues/{queue_id}/restore", _CONFIGURE, "Put a retired queue back into service"
    )
    async def restore_queue(call: Call, queue_id: Id, body: AtVersion) -> QueueSetup:
        """409 `changed_meanwhile`."""
        await administration.restore_queue(
            call.principal, QueueId(queue_id), body.version, address=call.address
        )
        return await shown(call, QueueId(queue_id))

    @made.op("GET", "/api/v1/floor/staffing", _CONFIGURE, "The matrix: agents by skills, capacities, queues")
    async def show_staffing(call: Call) -> StaffingView:
        """Skills that a queue asks for and nobody has are in it too."""
        return _matrix(await administration.staffing(call.principal))

    @made.op("POST", "/api/v1/floor/staffing", _CONFIGURE, "Change cells of the matrix")
    async def change_staffing(call: Call, body: StaffingChange) -> StaffingView:
        """All or none; 409 `changed_meanwhile` when a cell is not as it was seen."""
        cells = [
            Cell(agent_id=UserId(c.agent_id), what=c.what, key=c.key, before=c.before, after=c.after)
            for c in body.changes
        ]
        return _matrix(await administration.change_staffing(call.principal, cells, address=call.address))

    @made.op("POST", "/api/v1/floor/skills", _CONFIGURE, "Name a skill", status=201, idempotent=True)
    async def add_skill(call: Call, body: SkillNamed) -> Done:
        """409 `skill_exists`."""
        await administration.add_skill(call.principal, body.name, address=call.address)
        return Done()

    @made.op("POST", "/api/v1/floor/skills/rename", _CONFIGURE, "Rename a skill everywhere")
    async def rename_skill(call: Call, body: SkillRename) -> Done:
        """With every agent, in every queue, and for the work that waits."""
        await administration.rename_skill(call.principal, body.name, body.to, address=call.address)
        return Done()

    @made.op("POST", "/api/v1/floor/skills/remove", _CONFIGURE, "Remove a skill everywhere")
    async def remove_skill(call: Call, body: SkillNamed) -> Done:
        """Queues ask for it no more."""
        await administration.remove_skill(call.principal, body.name, address=call.address)
        return Done()

    return list(made)


def _setup(queue: Queue, uses: QueueUses, opening: Opening) -> QueueSetup:
    rules, target = queue.rules, queue.service_level
    next_at: datetime | None = opening.next_at
    return QueueSetup(
        id=queue.id,
        version=queue.version,
        name=queue.name,
        languages=queue.languages,
        language_level=queue.language_level,
        skills=queue.skills,
        priority=queue.priority,
        offer_s=queue.offer_s,
        wrap_up_s=queue.wrap_up_s,
        missed_limit=queue.missed_limit,
        sl_share=target.share,
        sl_threshold_s=target.threshold_s,
        sl_short_abandon_s=target.short_abandon_s,
        order=rules.order,
        owner_first_s=rules.owner_first_s,
        relaxations=rules.relaxations,
        overflow=rules.overflow,
        calendar_id=rules.calendar_id,
        when_closed=rules.when_closed,
        closed_texts=rules.closed_texts,
        closed_queue_id=rules.closed_queue_id,
        voice=rules.voice,
        signatures=rules.signatures,
        times=rules.times,
        continues_s=rules.continues_s,
        retired=rules.retired,
        retired_to=rules.retired_to,
        waiting=uses.waiting.get(queue.id, 0),
        sites=uses.sites.get(queue.id, 0),
        mail_accounts=uses.mail_accounts.get(queue.id, ()),
        telegram_bots=uses.telegram_bots.get(queue.id, ()),
        is_open=opening.is_open,
        next_opening_at=next_at,
    )


def _matrix(staffing: Staffing) -> StaffingView:
    return StaffingView(
        agents=tuple(
            AgentSetup(
                id=a.id,
                name=a.name,
                skills=a.skills,
                voice=a.capacity.voice,
                chat=a.capacity.chat,
                mail=a.capacity.mail,
                queues=tuple(sorted(a.queues)),
            )
            for a in staffing.agents
        ),
        skills=tuple(staffing.skills),
        queues=tuple(
            StaffedQueue(id=q.id, name=q.name, skills=q.skills)
            for q in staffing.queues
            if not q.rules.retired
        ),
    )
