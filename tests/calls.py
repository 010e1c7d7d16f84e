"""Calls for tests: as a row of somebody's, and as the telephone would have them kept."""

from datetime import datetime
from typing import Any

from crm_store.call_mapping import call_row
from crm_store.driver import Wire
from crm_store.rows.calls import calls
from hub.domain.call import Call, CallStage
from hub.domain.ids import DEFAULT_TENANT, CallId, InteractionId, PersonId, QueueId
from hub.domain.touch import Direction
from hub.ids import new_id


async def put_call(
    wire: Wire,
    interaction_id: InteractionId,
    person_id: PersonId,
    queue_id: QueueId,
    at: datetime,
    **changes: Any,
) -> CallId:
    """A call that goes on somewhere else, in that interaction."""
    call = Call(
        **{
            "id": CallId(new_id()),
            "tenant_id": DEFAULT_TENANT,
            "interaction_id": interaction_id,
            "person_id": person_id,
            "queue_id": queue_id,
            "direction": Direction.INBOUND,
            "account": "sip:trunk",
            "thread": new_id(),
            "number": "+905321234567",
            "dialled": "support",
            "stage": CallStage.WAITING,
            "started_at": at,
            "heard_at": at,
            "node": "elsewhere",
            **changes,
        }
    )
    await wire.insert(calls, [call_row(call, None)])
    return call.id
