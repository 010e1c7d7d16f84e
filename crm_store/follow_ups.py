"""Tasks for when a client does not answer: done by themselves as soon as the client writes."""

from datetime import datetime

from crm_store.driver import Wire
from crm_store.instants import to_us
from crm_store.mapping import letter_head
from hub.domain.errors import Invalid
from hub.domain.ids import InteractionId, TaskId, TenantId, UserId
from hub.domain.letter import LetterKind

CLIENT_WROTE = "client_wrote"

_PUT = (
    "INSERT INTO follow_ups (interaction_id, tenant_id, owner_id, made_by, due_at, note, made_at, task_id)"
    " VALUES ($1, $2, $3, $4, $5, '', $6, $7) ON CONFLICT (interaction_id) DO UPDATE SET owner_id = excluded.owner_id,"
    " made_by = excluded.made_by, due_at = excluded.due_at, made_at = excluded.made_at, task_id = excluded.task_id"
)
_ANSWERED = """
SELECT f.interaction_id, f.task_id, x.letter FROM follow_ups f
  JOIN tasks t ON t.id = f.task_id AND t.done_at IS NULL
  JOIN interactions i ON i.id = f.interaction_id
  JOIN touches x ON x.person_id = i.person_id AND x.at > f.made_at
WHERE f.tenant_id = $1 AND x.direction = 'inbound' AND x.kind IN ('message', 'form', 'call', 'voicemail')
ORDER BY x.at LIMIT 500
"""
_OVER = (
    "DELETE FROM follow_ups WHERE tenant_id = $1 AND task_id IN"
    " (SELECT id FROM tasks WHERE tenant_id = $1 AND done_at IS NOT NULL)"
)


async def queue_of(wire: Wire, tenant_id: TenantId, interaction_id: InteractionId | None) -> UserId:
    """Whose task it is when it is the team's: the queue of the conversation. Raises Invalid."""
    rows = await wire.fetch(
        "SELECT queue_id FROM interactions WHERE tenant_id = $1 AND id = $2", tenant_id, interaction_id or ""
    )
    if not rows:
        raise Invalid("say of which conversation", field="interaction_id", code="not_of_this_client")
    return UserId(rows[0][0])


async def put_follow_up(
    wire: Wire,
    tenant_id: TenantId,
    task_id: TaskId,
    interaction_id: InteractionId | None,
    owner_id: UserId,
    made_by: UserId | None,
    due_at: datetime | None,
    now: datetime,
) -> None:
    """The task ends when the client writes; an earlier one of this conversation becomes a task like any other.

    Raises Invalid without a conversation or a time.
    """
    if interaction_id is None:
        raise Invalid("say of which conversation", field="interaction_id", code="not_of_this_client")
    if due_at is None or due_at <= now:
        raise Invalid("say until when", field="due_at", code="time_passed")
    await wire.execute(
        _PUT, interaction_id, tenant_id, owner_id, made_by or "", to_us(due_at), to_us(now), task_id
    )


async def answered(wire: Wire, tenant_id: TenantId) -> list[TaskId]:
    """Open tasks whose client has written since; what a machine sent does not count. Forgets those that are done."""
    await wire.execute(_OVER, tenant_id)
    found: dict[TaskId, None] = {}
    for _, task_id, letter in await wire.fetch(_ANSWERED, tenant_id):
        if letter is None or letter_head(letter).kind is LetterKind.PERSONAL:
            found[TaskId(task_id)] = None
    return list(found)
