"""The administrator of a house, for the tests of what administrators change."""

from dataclasses import replace

from crm_store.access import SqlAccessStore
from crm_store.house import SqlHouse
from hub.cluster.codec import encode
from hub.desk.administer import Administration
from hub.desk.choices import Choices
from hub.domain.access import Principal, Role
from hub.domain.audit import AuditEntry
from hub.domain.hours import Calendar, CalendarId, Slot
from hub.domain.ids import UserId
from hub.domain.queue import Queue
from hub.ids import new_id
from tests.stores import House, first_bad_row_of

WEEK = ((Slot(from_min=540, to_min=720), Slot(from_min=780, to_min=1080)),) * 5 + ((), ())


class Office:
    """The administrator of the house."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.store = SqlHouse(house.store, house.clock, encode=encode)
        self.administration = Administration(self.store, house.clock)
        self.choices = Choices(self.store, house.clock)
        self.me = Principal(
            tenant_id=house.tenant_id, user_id=UserId(new_id()), name="Ada", roles=frozenset({Role.ADMIN})
        )

    def calendar(self, name: str = "Office", **changes: object) -> Calendar:
        made = Calendar(
            id=CalendarId(""), tenant_id=self.house.tenant_id, name=name, zone="Europe/Berlin", week=WEEK
        )
        return replace(made, **changes)  # type: ignore[arg-type]

    async def queue(self) -> Queue:
        found = await self.store.queues(self.house.tenant_id)
        return next(q for q in found if q.id == self.house.queue.id)

    async def audited(self) -> list[AuditEntry]:
        database = self.house.database
        access = SqlAccessStore(reading=database.reading, writing=database.writing, announce=nobody_to_tell)
        assert await first_bad_row_of(access, self.me) is None
        return await access.read_audit(self.me, before=None, limit=50)


async def nobody_to_tell(*_: object) -> None:
    return
