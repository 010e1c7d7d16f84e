"""Rows of promised calls to values and back."""

from crm_store.driver import Row
from crm_store.instants import from_us, to_us
from crm_store.mapping import at, us
from hub.domain.callback import Callback
from hub.domain.ids import InteractionId, PersonId, QueueId, TenantId


def callback_row(c: Callback) -> Row:
    """A row of `callbacks`."""
    return (
        c.id,
        c.tenant_id,
        c.interaction_id,
        c.person_id,
        c.queue_id,
        c.phone,
        c.reason,
        to_us(c.due_at),
        us(c.queued_at),
        to_us(c.place_at),
        to_us(c.created_at),
    )


def callback_of(r: Row) -> Callback:
    """The promised call of a row of `callbacks`."""
    return Callback(
        id=r[0],
        tenant_id=TenantId(r[1]),
        interaction_id=InteractionId(r[2]),
        person_id=PersonId(r[3]),
        queue_id=QueueId(r[4]),
        phone=r[5],
        reason=r[6],
        due_at=from_us(r[7]),
        queued_at=at(r[8]),
        place_at=from_us(r[9]),
        created_at=from_us(r[10]),
    )
