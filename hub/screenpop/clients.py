"""News of clients' cards, and of tasks, to the desks that show them."""

from collections.abc import Callable, Sequence

from hub.desk.reading import LiveReads
from hub.domain.access import Principal
from hub.domain.events import (
    ClientMoved,
    Event,
    InteractionOpened,
    InteractionRated,
    PersonChanged,
    ReservationEnded,
    ReservationOffered,
    TasksChanged,
    TouchStored,
)
from hub.domain.ids import InteractionId, PersonId, QueueId, ReservationId, TenantId, UserId
from hub.domain.reservation import ReservationState
from hub.ports.clock import Clock
from hub.screenpop.cards import latency_ms, offered_work
from hub.screenpop.frames import (
    CardChanged,
    ClientMovedFrame,
    ClientRatedFrame,
    ReservationOfferedFrame,
    TasksChangedFrame,
    WorkChanged,
)
from hub.screenpop.sessions import Streams
from hub.screenpop.windows import Windows


class ClientNews:
    """Hears what `Pusher` hears, after it.

    A card that is being offered is in the snapshot, so it follows everything that is said on it; the card of
    accepted work is told when somebody edits it, and the console counts its messages by itself.
    """

    def __init__(
        self,
        streams: Streams,
        windows: Windows,
        reads: LiveReads,
        clock: Clock,
        *,
        queue_name: Callable[[QueueId], str],
    ) -> None:
        self._streams = streams
        self._windows = windows
        self._reads = reads
        self._clock = clock
        self._queue_name = queue_name
        self._asked: dict[PersonId, dict[ReservationId, UserId]] = {}
        self._offered: dict[ReservationId, PersonId] = {}

    def note_offer(self, reservation_id: ReservationId, person_id: PersonId, agent_id: UserId) -> None:
        """This agent is being asked to serve this person."""
        self._forget_offer(reservation_id)
        self._offered[reservation_id] = person_id
        self._asked.setdefault(person_id, {})[reservation_id] = agent_id

    def _forget_offer(self, reservation_id: ReservationId) -> None:
        person_id = self._offered.pop(reservation_id, None)
        asked = self._asked.get(person_id) if person_id is not None else None
        if person_id is not None and asked is not None:
            asked.pop(reservation_id, None)
            if not asked:
                del self._asked[person_id]

    async def heard(self, tenant_id: TenantId, events: Sequence[Event]) -> None:
        """Tell the desks what is different by now."""
        edited: dict[PersonId, None] = {}
        touched: dict[PersonId, None] = {}
        moved: dict[InteractionId, None] = {}
        owners: dict[UserId, None] = {}
        visits: list[ClientMoved | InteractionRated] = []
        for event in events:
            match event:
                case ReservationOffered():
                    offer = event.reservation
                    self.note_offer(offer.id, event.item.person_id, offer.agent_id)
                case ReservationEnded():
                    self._forget_offer(event.reservation.id)
                    if event.reservation.state is ReservationState.ACCEPTED:
                        touched[event.item.person_id] = None
                case TouchStored():
                    touched[event.touch.person_id] = None
                case InteractionOpened():
                    touched[event.interaction.person_id] = None
                case PersonChanged():
                    edited[event.person_id] = None
                    moved |= dict.fromkeys(event.moved)
                case ClientMoved() | InteractionRated():
                    visits.append(event)
                case TasksChanged():
                    owners |= dict.fromkeys(event.user_ids)
                case _:
                    pass
        if moved:
            await self._moved(tenant_id, list(moved))
        if edited:
            self._windows.lines_changed()  # a line shows names
        await self._cards(
            tenant_id, list(edited), [p for p in touched if p in self._asked and p not in edited]
        )
        if visits:
            await self._visits(tenant_id, visits)
        await self._tasks(tenant_id, [u for u in owners if self._streams.get(u) is not None])

    async def _cards(
        self, tenant_id: TenantId, edited: Sequence[PersonId], touched: Sequence[PersonId]
    ) -> None:
        readers: dict[PersonId, set[UserId]] = {p: set(self._asked[p].values()) for p in touched}
        if edited:
            looking = self._looking(tenant_id, edited)
            for person_id, seen_by in (await self._reads.seers(tenant_id, edited, looking)).items():
                readers.setdefault(person_id, set()).update(seen_by)
        wanted = [p for p, users in readers.items() if any(self._streams.get(u) is not None for u in users)]
        if not wanted:
            return
        cards = await self._reads.cards(tenant_id, wanted)
        for person_id in wanted:
            for user_id in sorted(readers[person_id]):
                stream = self._streams.get(user_id)
                if stream is not None and person_id in cards:
                    stream.send(CardChanged(seq=0, card=cards[person_id]))

    async def _visits(self, tenant_id: TenantId, events: Sequence[ClientMoved | InteractionRated]) -> None:
        """Where clients are now, and what they thought: to those who see their cards, and to who served them."""
        ids = list(dict.fromkeys(event.person_id for event in events))
        seen_by = await self._reads.seers(tenant_id, ids, self._looking(tenant_id, ids))
        for event in events:
            users = set(seen_by.get(event.person_id, ()))
            if isinstance(event, InteractionRated) and event.agent_id is not None:
                users.add(event.agent_id)
            for user_id in sorted(users):
                if (stream := self._streams.get(user_id)) is not None:
                    stream.send(_visit_frame(event))

    def _looking(self, tenant_id: TenantId, ids: Sequence[PersonId]) -> list[Principal]:
        found = {
            principal.user_id: principal
            for person_id in ids
            for principal in self._windows.looking_at(person_id)
            if principal.tenant_id == tenant_id
        }
        return list(found.values())

    async def _moved(self, tenant_id: TenantId, ids: Sequence[InteractionId]) -> None:
        """Work that belongs to another record now: its rows and offers are shown anew."""
        rows = await self._reads.work_rows(tenant_id, await self._reads.work_in(tenant_id, ids))
        for agent_id, view in rows.values():
            stream = self._streams.get(agent_id)
            if stream is not None:
                stream.send(WorkChanged(seq=0, work=view))
        asked = {user_id for offers in self._asked.values() for user_id in offers.values()}
        for user_id in sorted(asked):
            if self._streams.get(user_id) is not None:
                await self._offers_anew(tenant_id, user_id, set(ids))

    async def _offers_anew(self, tenant_id: TenantId, user_id: UserId, ids: set[InteractionId]) -> None:
        offers = [o for o in await self._reads.offers_to(tenant_id, user_id) if o[0].interaction_id in ids]
        cards = await self._reads.cards(tenant_id, [item.person_id for _, item in offers]) if offers else {}
        promised = await self._reads.promised(tenant_id, [item for _, item in offers])
        now = self._clock.now()
        for offer, item in offers:
            self.note_offer(offer.id, item.person_id, user_id)
            stream = self._streams.get(user_id)
            if stream is not None and item.person_id in cards:
                stream.send(
                    ReservationOfferedFrame(
                        seq=0,
                        reservation_id=offer.id,
                        work_item=offered_work(
                            item, self._queue_name(item.queue_id), now, promised.get(item.interaction_id, "")
                        ),
                        offered_at=offer.offered_at,
                        expires_at=offer.expires_at,
                        card=cards[item.person_id],
                        why=offer.why,
                        latency_ms=latency_ms(item, now),
                    )
                )

    async def _tasks(self, tenant_id: TenantId, ids: Sequence[UserId]) -> None:
        if not ids:
            return
        found = await self._reads.open_tasks(tenant_id, ids)
        for user_id in ids:
            stream = self._streams.get(user_id)
            if stream is not None:
                stream.send(TasksChangedFrame(seq=0, tasks=tuple(found.get(user_id, ()))))


def _visit_frame(event: ClientMoved | InteractionRated) -> ClientMovedFrame | ClientRatedFrame:
    if isinstance(event, ClientMoved):
        return ClientMovedFrame(
            seq=0, interaction_id=event.interaction_id, person_id=event.person_id, about=event.about
        )
    return ClientRatedFrame(
        seq=0,
        interaction_id=event.interaction_id,
        person_id=event.person_id,
        score=event.score,
        comment=event.comment,
        at=event.at,
    )
