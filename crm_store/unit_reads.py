"""What a unit of work loads before it decides: rows of one tenant, locked until the unit ends."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from crm_store.closed_places import places_closed
from crm_store.driver import Wire
from crm_store.engaged import engaged_with
from crm_store.floor_mapping import agent_of
from crm_store.known import load_known, load_threads
from crm_store.mapping import (
    TOUCH_COLUMNS,
    at,
    columns,
    interaction_of,
    item_of,
    person_of,
    reservation_of,
    session_of,
    touch_of,
)
from crm_store.open_work import HELD
from crm_store.rows.floor import agents
from crm_store.rows.history import interactions, reservations, sessions, work_items
from crm_store.rows.people import persons
from hub.domain.agent import Agent, Media
from hub.domain.continuing import Engaged
from hub.domain.errors import NotFound
from hub.domain.ids import (
    InteractionId,
    PersonId,
    QueueId,
    ReservationId,
    SessionId,
    TenantId,
    TouchId,
    UserId,
    WorkItemId,
)
from hub.domain.interaction import Interaction, Session
from hub.domain.person import Person
from hub.domain.queue import Queue
from hub.domain.reach import WayClosed
from hub.domain.reservation import Reservation
from hub.domain.touch import InboundTouch, Touch
from hub.domain.work import WorkItem
from hub.ports.known import Known, OpenThread

_ITEM = columns(work_items)
_INTERACTION = columns(interactions)
_RESERVATION = columns(reservations)
_SESSION = columns(sessions)
_AGENT = columns(agents)
_HEARD = (
    "SELECT MAX(t.at) FROM sessions s JOIN touches t ON t.session_id = s.id WHERE s.tenant_id = $1"
    " AND s.account = $2 AND s.thread = $3 AND t.direction = 'inbound'"
)


class UnitReads:
    """The loading half of hub/ports/store.py `UnitOfWork`."""

    def __init__(self, wire: Wire, tenant_id: TenantId, *, all_queues: dict[QueueId, Queue]) -> None:
        self._wire = wire
        self._tenant = tenant_id
        self._queues = all_queues

    async def known(self, inbound: Sequence[InboundTouch]) -> Known:
        return await load_known(self._wire, self._tenant, inbound, self._queues)

    async def open_thread(self, account: str, thread: str) -> OpenThread | None:
        return (await load_threads(self._wire, self._tenant, [account], [thread])).get((account, thread))

    async def engaged(self, person_id: PersonId) -> list[Engaged]:
        return await engaged_with(self._wire, self._tenant, person_id)

    async def work_items(self, ids: Sequence[WorkItemId]) -> dict[WorkItemId, WorkItem]:
        rows = await self._wire.fetch(
            f"SELECT {_ITEM} FROM work_items WHERE /*+*/tenant_id = $1 AND id = ANY($2) ORDER BY id FOR UPDATE",
            self._tenant,
            list(ids),
        )
        return {item.id: item for item in map(item_of, rows)}

    async def open_item(self, interaction_id: InteractionId) -> WorkItem | None:
        rows = await self._wire.fetch(
            f"SELECT {_ITEM} FROM work_items WHERE /*+*/tenant_id = $1 AND interaction_id = $2"
            " AND state IN ('queued', 'offered', 'assigned', 'wrap_up') FOR UPDATE",
            self._tenant,
            interaction_id,
        )
        return item_of(rows[0]) if rows else None

    async def interactions(self, ids: Sequence[InteractionId]) -> dict[InteractionId, Interaction]:
        rows = await self._wire.fetch(
            f"SELECT {_INTERACTION} FROM interactions WHERE /*+*/tenant_id = $1 AND id = ANY($2)"
            " ORDER BY id FOR UPDATE",
            self._tenant,
            list(ids),
        )
        return {i.id: i for i in map(interaction_of, rows)}

    async def written_before(self, interaction_id: InteractionId, external_id: str) -> Touch | None:
        rows = await self._wire.fetch(
            f"SELECT {TOUCH_COLUMNS} FROM touches WHERE /*+*/tenant_id = $1 AND interaction_id = $2"
            " AND external_id = $3",
            self._tenant,
            interaction_id,
            external_id,
        )
        return touch_of(rows[0]) if rows else None

    async def person(self, person_id: PersonId) -> Person:
        rows = await self._wire.fetch(
            f"SELECT {columns(persons)} FROM persons WHERE /*+*/tenant_id = $1 AND id = $2",
            self._tenant,
            person_id,
        )
        if not rows:
            raise NotFound("there is no such person")
        return person_of(rows[0])

    async def open_sessions(self, interaction_id: InteractionId) -> list[Session]:
        rows = await self._wire.fetch(
            f"SELECT {_SESSION} FROM sessions WHERE /*+*/tenant_id = $1 AND interaction_id = $2 AND ended_at IS NULL"
            " ORDER BY started_at DESC",
            self._tenant,
            interaction_id,
        )
        return [session_of(r) for r in rows]

    async def sessions_beside(self, touch_id: TouchId) -> list[Session]:
        rows = await self._wire.fetch(
            f"SELECT {columns(sessions, 's.')} FROM touches t JOIN sessions s ON s.interaction_id = t.interaction_id"
            " WHERE t.tenant_id = $1 AND t.id = $2"
            " ORDER BY CASE WHEN s.id = t.session_id THEN 0 ELSE 1 END, s.started_at DESC, s.id DESC",
            self._tenant,
            touch_id,
        )
        return [session_of(r) for r in rows]

    async def closed_places(self, interaction: Interaction) -> Mapping[SessionId, WayClosed]:
        return await places_closed(self._wire, interaction)

    async def heard_at(self, account: str, thread: str) -> datetime | None:
        rows = await self._wire.fetch(_HEARD, self._tenant, account, thread)
        return at(rows[0][0])

    async def reservations(self, ids: Sequence[ReservationId]) -> dict[ReservationId, Reservation]:
        rows = await self._wire.fetch(
            f"SELECT {_RESERVATION} FROM reservations WHERE /*+*/tenant_id = $1 AND id = ANY($2)",
            self._tenant,
            list(ids),
        )
        return {r.id: r for r in map(reservation_of, rows)}

    async def open_reservations(self, item_id: WorkItemId) -> list[Reservation]:
        rows = await self._wire.fetch(
            f"SELECT {_RESERVATION} FROM reservations WHERE /*+*/tenant_id = $1 AND work_item_id = $2"
            " AND ended_at IS NULL ORDER BY id",
            self._tenant,
            item_id,
        )
        return [reservation_of(r) for r in rows]

    async def agents(self, ids: Sequence[UserId]) -> dict[UserId, Agent]:
        rows = await self._wire.fetch(
            f"SELECT {_AGENT} FROM agents WHERE /*+*/tenant_id = $1 AND id = ANY($2) ORDER BY id FOR UPDATE",
            self._tenant,
            list(ids),
        )
        return {a.id: a for a in map(agent_of, rows)}

    async def agent_units(self, agent_id: UserId, *, besides: WorkItemId, media: Media | None = None) -> int:
        of_media, wanted = ("", ()) if media is None else (" AND media = $4", (media,))
        rows = await self._wire.fetch(
            "SELECT COALESCE(SUM(weight), 0) FROM work_items WHERE /*+*/tenant_id = $1 AND agent_id = $2 AND id <> $3"
            f" AND {HELD}{of_media}",
            self._tenant,
            agent_id,
            besides,
            *wanted,
        )
        return int(rows[0][0])

    async def queues(self) -> dict[QueueId, Queue]:
        return self._queues
