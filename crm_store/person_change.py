"""One change of a person's card: scope, lock, version, the facts of its history, and the news, in one transaction."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from crm_store.card_facts import write_facts
from crm_store.driver import Wire
from crm_store.person_scope import ClientReach
from crm_store.repeated import TRIES
from crm_store.store import Store
from crm_store.unit_of_work import Encode
from hub.crm.changes import Change
from hub.domain.access import Permission, Principal
from hub.domain.errors import Conflict
from hub.domain.events import Event, PersonChanged
from hub.domain.ids import PersonId
from hub.ports.clock import Clock


@dataclass(slots=True, kw_only=True)
class PersonChange:
    """What is being changed, and what will be told of it. Nothing noted: nothing is written and nobody told."""

    wire: Wire
    principal: Principal
    person_id: PersonId
    version: int
    at: datetime
    changes: list[Change] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def note(self, kind: str, what: str = "", was: str = "", now: str = "") -> None:
        """One line of the history."""
        self.changes.append(Change(kind=kind, what=what, was=was, now=now))


class Changing:
    """Base of the stores that change what hangs on a person."""

    def __init__(self, store: Store, clock: Clock, *, encode: Encode, reach: ClientReach) -> None:
        self._store = store
        self._clock = clock
        self._encode = encode
        self._reach = reach

    @asynccontextmanager
    async def _change(
        self,
        principal: Principal,
        person_id: PersonId,
        *,
        version: int | None = None,
        permission: Permission = Permission.EDIT_PERSON,
    ) -> AsyncIterator[PersonChange]:
        """Raises NotFound out of reach, Conflict (`changed_meanwhile`) for a version that is not the present."""
        async with self._standing(principal, person_id, permission) as (wire, root):
            ((present,),) = await wire.fetch(
                "SELECT version FROM persons WHERE tenant_id = $1 AND id = $2", principal.tenant_id, root
            )
            if version not in {None, present}:
                raise Conflict("somebody changed this card meanwhile", code="changed_meanwhile")
            change = PersonChange(
                wire=wire, principal=principal, person_id=root, version=present, at=self._clock.now()
            )
            yield change
            if change.changes:
                await wire.execute("UPDATE persons SET version = version + 1 WHERE id = $1", root)
                await write_facts(wire, principal, root, change.at, change.changes)
                change.events.append(PersonChanged(tenant_id=principal.tenant_id, person_id=root))
            await self._tell(wire, change.events)
        self._store.wake()

    @asynccontextmanager
    async def _standing(
        self, principal: Principal, person_id: PersonId, permission: Permission
    ) -> AsyncIterator[tuple[Wire, PersonId]]:
        """A transaction in which one record stands for this person, and nobody else writes on its card.

        Whoever waited here for a merge begins anew with what stands after it. Raises as `ClientReach.require`, and
        Conflict (`raced`) when merges do not end.
        """
        for left in reversed(range(TRIES)):
            async with self._store.database.transaction() as wire:
                try:
                    root = await self._reach.standing(wire, principal, permission, person_id, alone=True)
                except Conflict:
                    if not left:
                        raise
                    continue  # nothing is written yet
                yield wire, root
                return

    async def _tell(self, wire: Wire, events: Sequence[Event]) -> None:
        if events:
            await self._store.add_events(wire, self._encode(list(events)))
