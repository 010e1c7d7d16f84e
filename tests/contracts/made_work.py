"""Passes as a day leaves them in the store, written as rows: whatever outcome, whenever."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crm_store.changes import ADD_HANDLE, handle_changes
from crm_store.mapping import interaction_row, item_row, person_row, us
from crm_store.rows.history import interactions, segments, work_items
from crm_store.rows.people import persons
from hub.domain.agent import Agent, Media
from hub.domain.ids import InteractionId, PersonId, UserId, WorkItemId
from hub.domain.interaction import Disposition, Interaction, InteractionState
from hub.domain.person import Person, Tier
from hub.domain.queue import Queue
from hub.domain.segment import Segment, SegmentKind
from hub.domain.work import WorkItem, WorkState, urgent_at
from hub.ids import new_id
from tests.stores import House


@dataclass(kw_only=True)
class MadeWork:
    """Passes made up from a seed, with the segments that belong to them; `put` writes them."""

    house: House
    chance: random.Random
    items: list[WorkItem] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    persons: list[Person] = field(default_factory=list)
    interactions: list[Interaction] = field(default_factory=list)

    def came(
        self,
        at: datetime,
        queue: Queue,
        agent: Agent | None,
        *,
        outcome: WorkState,
        media: Media = Media.CHAT,
    ) -> WorkItem:
        """One pass that entered `queue` at `at`; an answered one is worked on by `agent`.

        All times are whole seconds, so that somebody who counts seconds comes to the same.
        """
        chance, tenant = self.chance, self.house.tenant_id
        person = Person(
            id=PersonId(new_id()),
            tenant_id=tenant,
            name=f"Client {len(self.persons)}",
            language=chance.choice(["en", "ru", "tr"]),
            tier=chance.choice(list(Tier)),
            created_at=at,
        )
        wait = timedelta(seconds=chance.choice([0, 2, 4, 5, 6, 19, 20, 21, 45, 300]))
        alert = timedelta(seconds=chance.choice([0, 1, 3, 9]))
        work = timedelta(seconds=chance.choice([1, 30, 200, 900]))
        wrap = timedelta(seconds=chance.choice([0, 10, 30]))
        item = WorkItem(
            id=WorkItemId(new_id()),
            tenant_id=tenant,
            interaction_id=InteractionId(new_id()),
            person_id=person.id,
            queue_id=queue.id,
            channel="sip" if media is Media.VOICE else "webchat",
            media=media,
            language=person.language,
            skills={},
            priority=0,
            state=WorkState.QUEUED,
            first_queued_at=at,
            queued_at=at,
            urgent_at=urgent_at(at, 0),
            state_at=at,
            received_at=at,
        )
        end: datetime | None = None
        marks: list[tuple[SegmentKind, UserId | None, datetime, datetime]] = [
            (SegmentKind.QUEUE, None, at, at + wait)
        ]
        if outcome in {WorkState.COMPLETED, WorkState.WRAP_UP, WorkState.ASSIGNED}:
            assert agent is not None
            answered = at + wait + alert
            marks.append((SegmentKind.ALERT, agent.id, at + wait, answered))
            if outcome is not WorkState.ASSIGNED and media is Media.VOICE:
                marks += [
                    (kind, agent.id, begin, until) for kind, begin, until in self._on_the_line(answered, work)
                ]
            elif outcome is not WorkState.ASSIGNED:
                marks.append((SegmentKind.TEXT, agent.id, answered, answered + work))
            if outcome is WorkState.COMPLETED:
                end = answered + work + wrap
                if wrap:
                    marks.append((SegmentKind.WRAP_UP, agent.id, answered + work, end))
            began = end or (answered if outcome is WorkState.ASSIGNED else answered + work)
            item = _changed(
                item,
                state=outcome,
                answered_at=answered,
                assigned_at=answered,
                agent_id=agent.id,
                ended_at=end,
                state_at=began,
            )
        elif outcome is WorkState.QUEUED:
            marks = []
        else:
            end = at + wait
            item = _changed(item, state=outcome, ended_at=end, state_at=end)
        self.persons.append(person)
        self.items.append(item)
        self.segments += [
            Segment(
                tenant_id=tenant,
                interaction_id=item.interaction_id,
                work_item_id=item.id,
                queue_id=queue.id,
                agent_id=who,
                kind=kind,
                started_at=begin,
                ended_at=until,
            )
            for kind, who, begin, until in marks
        ]
        self.interactions.append(
            Interaction(
                id=item.interaction_id,
                tenant_id=tenant,
                person_id=person.id,
                channel=item.channel,
                queue_id=queue.id,
                language=item.language,
                state=InteractionState.CLOSED if end else InteractionState.OPEN,
                opened_at=at,
                closed_at=end,
                disposition=Disposition(code=chance.choice(["resolved", "complaint"])) if end else None,
                last_agent_id=item.agent_id,
            )
        )
        return item

    def _on_the_line(self, at: datetime, work: timedelta) -> list[tuple[SegmentKind, datetime, datetime]]:
        """A call of that length: talk, and in every other one the client on hold in between, to the end at times."""
        seconds = round(work.total_seconds())
        chance = random.Random(len(self.items))  # its own: the day is what it was without holds
        if seconds < 3 or chance.random() < 0.5:
            return [(SegmentKind.TALK, at, at + work)]
        first, last = sorted(chance.sample(range(1, seconds + 1), 2))
        began, over = at + timedelta(seconds=first), at + timedelta(seconds=last)
        parts = [
            (SegmentKind.TALK, at, began),
            (SegmentKind.HOLD, began, over),
            (SegmentKind.TALK, over, at + work),
        ]
        return [part for part in parts if part[1] < part[2]]

    async def put(self) -> None:
        """Write everything made since the last time."""
        async with self.house.database.transaction() as wire:
            await wire.insert(persons, [person_row(p) for p in self.persons])
            await wire.insert(interactions, [interaction_row(i) for i in self.interactions])
            await wire.insert(work_items, [item_row(i) for i in self.items])
            await wire.insert(
                segments,
                [
                    (
                        s.tenant_id, s.interaction_id, s.work_item_id, s.queue_id, s.agent_id, s.kind.value,
                        us(s.started_at), us(s.ended_at),
                    )
                    for s in self.segments
                ],
            )  # fmt: skip
            await wire.many(ADD_HANDLE, handle_changes(self.segments))
        for made in (self.persons, self.interactions):
            made.clear()


def _changed(item: WorkItem, **changes: object) -> WorkItem:
    values = {name: getattr(item, name) for name in WorkItem.__dataclass_fields__}
    return WorkItem(**{**values, **changes})
