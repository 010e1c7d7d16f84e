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
from tests.clients import Agent


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


async def set_voice_rules(admin: Agent, name: str, *, wrap_up_s: object = None, **voice: object) -> None:
    """The rules of a queue for calls, changed by the administrator."""
    queues = (await admin.get("/api/v1/floor/queues"))["items"]
    queue = next(queue for queue in queues if queue["name"] == name)
    unknown = {"id", "version", "retired", "retired_to", "waiting", "is_open", "next_opening_at"}
    unknown |= {"sites", "mail_accounts", "telegram_bots"}
    draft = {key: value for key, value in queue.items() if key not in unknown}
    draft["owner_first_s"] = round(queue["owner_first_s"])
    draft["voice"] = {**queue["voice"], **voice}
    draft["wrap_up_s"] = queue["wrap_up_s"] if wrap_up_s is None else wrap_up_s
    body = {"queue": draft, "version": queue["version"]}
    answer = await admin.ask("PUT", f"/api/v1/floor/queues/{queue['id']}", body)
    assert answer.status == 200, str(answer.body)
