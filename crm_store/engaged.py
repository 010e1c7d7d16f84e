"""What is open with known clients, so that what they write on another channel can continue it.

Two channels at once must find, or open, one interaction: whoever may open one with a known client has that person
locked until the commit, and looks for it after that.
"""

from collections.abc import Sequence

from crm_store.driver import Asked, Row, Wire
from crm_store.instants import from_us
from crm_store.mapping import columns, interaction_of, item_of
from crm_store.rows.history import interactions, work_items
from hub.domain.continuing import Engaged
from hub.domain.errors import Conflict
from hub.domain.ids import InteractionId, PersonId, TenantId
from hub.domain.interaction import Interaction
from hub.domain.person import IdentityKind

_KNOWN_BY = (
    "SELECT d.person_id FROM identities d WHERE d.tenant_id = $1 AND d.kind = ANY($2) AND d.value = ANY($3)"
    " AND d.confidence = 'known'"
)
# by the persons' ids, never joined with their addresses: with figures of a quiet night PostgreSQL would go through all
# that is open, and for each through all addresses
_OPEN = (
    f"SELECT {columns(interactions)} FROM interactions WHERE /*+*/tenant_id = $1 AND person_id = ANY($2)"
    " AND state = 'open' ORDER BY id FOR UPDATE"
)
_OPEN_NOW = "SELECT id FROM interactions WHERE /*+*/tenant_id = $1 AND person_id = ANY($2) AND state = 'open'"
_LOCK = "SELECT id FROM persons WHERE /*+*/tenant_id = $1 AND id = ANY($2) ORDER BY id FOR NO KEY UPDATE"
PASSES = (
    f"SELECT {columns(work_items)} FROM work_items WHERE /*+*/tenant_id = $1 AND interaction_id = ANY($2)"
    " AND state || '' IN ('queued', 'offered', 'assigned', 'wrap_up')"
)
"""Asks for what is under way in these interactions."""

_CHANNELS = (
    "SELECT DISTINCT interaction_id, channel FROM sessions WHERE /*+*/tenant_id = $1 AND interaction_id = ANY($2)"
    " AND ended_at IS NULL"
)
_TOUCHED = (
    "SELECT interaction_id, MAX(at) FROM touches WHERE /*+*/tenant_id = $1 AND interaction_id = ANY($2)"
    " GROUP BY interaction_id"
)

EngagedBy = dict[PersonId, dict[InteractionId, Engaged]]


def known_by(tenant_id: TenantId, addresses: set[tuple[IdentityKind, str]]) -> Asked:
    """Asks who is known by these addresses; nothing is locked, so that it may have changed when it is used."""
    kinds, values = sorted({kind.value for kind, _ in addresses}), sorted({value for _, value in addresses})
    return _KNOWN_BY, (tenant_id, kinds, values)


def open_of(tenant_id: TenantId, persons: Sequence[str]) -> Asked:
    """Asks for the open interactions of these persons, and locks them; before the persons, as everywhere."""
    return _OPEN, (tenant_id, sorted(set(persons)))


def locked_of(rows: Sequence[Row]) -> dict[InteractionId, Interaction]:
    """What `open_of` found."""
    return {one.id: one for one in map(interaction_of, rows)}


async def load_engaged(
    wire: Wire, tenant_id: TenantId, persons: Sequence[PersonId], locked: dict[InteractionId, Interaction]
) -> EngagedBy:
    """What is open with these persons, who are locked from now on; `locked` is what `open_of` found.

    Raises Conflict (`raced`) when something was opened, or came to one of them, since it looked: decide again.
    """
    if not persons:
        return {}
    whose = (tenant_id, list(persons))
    _, opened = await wire.fetch_each((_LOCK, whose), (_OPEN_NOW, whose))
    ids = sorted(InteractionId(row[0]) for row in opened)
    if not set(ids) <= locked.keys():
        raise Conflict("something was opened with this client just now", code="raced")
    if not ids:
        return {}
    # only now: whoever had to wait for a lock sees what was committed meanwhile
    what = (tenant_id, ids)
    waiting, there = await wire.fetch_each((PASSES, what), (_CHANNELS, what))
    passes = {item.interaction_id: item for item in map(item_of, waiting)}
    channels: dict[str, set[str]] = {}
    for interaction_id, channel in there:
        channels.setdefault(interaction_id, set()).add(channel)
    # of what somebody takes up it does not matter
    idle = [i for i in ids if i not in passes]
    touched = {r[0]: from_us(r[1]) for r in await wire.fetch(_TOUCHED, tenant_id, idle)} if idle else {}
    found: EngagedBy = {}
    for interaction_id in ids:
        interaction = locked[interaction_id]
        found.setdefault(interaction.person_id, {})[interaction_id] = Engaged(
            interaction=interaction,
            item=passes.get(interaction_id),
            channels=frozenset(channels.get(interaction_id, ())),
            touched_at=touched.get(interaction_id, interaction.opened_at),
        )
    return found


async def engaged_with(wire: Wire, tenant_id: TenantId, person_id: PersonId) -> list[Engaged]:
    """What is open with this person; all of it is locked, and the person. Raises Conflict (`raced`)."""
    rows = await wire.fetch(_OPEN, tenant_id, [person_id])
    locked = locked_of(rows)
    found = await load_engaged(wire, tenant_id, [person_id], locked)
    return list(found.get(person_id, {}).values())
