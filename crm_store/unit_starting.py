"""What a unit of work knows of beginning a conversation: the client's word, where a thread goes on, the first text."""

from typing import TYPE_CHECKING

from crm_store.driver import Row, Wire
from crm_store.mapping import columns, person_of
from crm_store.rows.people import persons
from crm_store.talk_mapping import planned_row
from hub.domain.events import Event, PlannedChanged
from hub.domain.ids import PersonId, TenantId
from hub.domain.person import Confidence, IdentityKind, Person, Purpose
from hub.domain.planned import PlannedReply

_NEWEST_WORDS = (
    "SELECT channel, given FROM consents WHERE /*+*/tenant_id = $1 AND person_id = $2 AND purpose = $3"
    " ORDER BY at, id"
)

_HOLDERS = (
    f"SELECT i.confidence, {columns(persons, 'p.')} FROM identities i JOIN persons p ON p.id = i.person_id"
    " WHERE i.tenant_id = $1 AND i.kind = $2 AND i.value = $3 ORDER BY i.confidence, i.created_at, p.id"
)


async def refused_kinds(wire: Wire, tenant_id: TenantId, person_id: PersonId) -> frozenset[IdentityKind]:
    """The kinds of channel on which the client's newest word about being written to for service is no."""
    rows = await wire.fetch(_NEWEST_WORDS, tenant_id, person_id, Purpose.SERVICE.value)
    newest = {IdentityKind(channel): bool(given) for channel, given in rows}
    return frozenset(kind for kind, given in newest.items() if not given)


class UnitStarting:
    """The half of `StartUnit` (hub/ports/starting.py) that no other unit has."""

    _wire: Wire
    _tenant: TenantId
    _planned: list[Row]
    """Rows of `planned_replies`: written after the interactions that they refer to."""

    if TYPE_CHECKING:

        def emit(self, event: Event) -> None:
            """See UnitOfWork."""

    async def refused(self, person_id: PersonId) -> frozenset[IdentityKind]:
        return await refused_kinds(self._wire, self._tenant, person_id)

    async def last_seq(self, account: str, thread: str) -> int:
        rows = await self._wire.fetch(
            "SELECT COALESCE(MAX(i.last_seq), 0) FROM sessions s JOIN interactions i ON i.id = s.interaction_id"
            " WHERE s.tenant_id = $1 AND s.account = $2 AND s.thread = $3",
            self._tenant,
            account,
            thread,
        )
        return int(rows[0][0])

    async def holders(self, kind: IdentityKind, value: str) -> list[tuple[Person, Confidence]]:
        rows = await self._wire.fetch(_HOLDERS, self._tenant, kind.value, value)
        return [(person_of(r[1:]), Confidence(r[0])) for r in rows]

    def add_planned(self, planned: PlannedReply) -> None:
        self._planned.append(planned_row(planned))
        self.emit(PlannedChanged(tenant_id=self._tenant, planned=planned))
