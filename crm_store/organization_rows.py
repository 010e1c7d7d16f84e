"""Organizations as they are kept: what people may edit of them, and the keys that their names are found by."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from crm_store.driver import Row, Wire
from crm_store.mapping import text
from crm_store.rows.crm import organization_keys
from crm_store.rows.people import organizations
from hub.crm.organizations import Candidate, OrganizationState, name_key
from hub.domain.events import Event, PersonChanged
from hub.domain.ids import OrganizationId, TenantId

MOST_TOLD = 200
"""Clients of one that are said to be changed when it is called otherwise."""

_STATES = (
    "SELECT o.id, o.name, COALESCE(e.note, ''), COALESCE(e.domain, ''), COALESCE(e.phone, ''), COALESCE(e.tags, '[]')"
    " FROM organizations o LEFT JOIN organization_details e ON e.organization_id = o.id"
    " WHERE /*+*/o.tenant_id = $1 AND o.id = ANY($2)"
)
_SAVE = (
    "INSERT INTO organization_details (organization_id, tenant_id, note, version, domain, phone, tags)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (organization_id) DO UPDATE SET note = excluded.note,"
    " version = organization_details.version + 1, domain = excluded.domain, phone = excluded.phone,"
    " tags = excluded.tags"
)
_KEPT_WITHOUT_DETAILS, _NEW = 2, 1

tags_in = msgspec.json.Decoder(tuple[str, ...]).decode


async def states_of(
    wire: Wire, tenant_id: TenantId, ids: Sequence[str]
) -> dict[OrganizationId, OrganizationState]:
    """What of these people may edit."""
    return {
        OrganizationId(r[0]): OrganizationState(
            name=r[1], note=r[2], domain=r[3], phone=r[4], tags=tags_in(r[5])
        )
        for r in await wire.fetch(_STATES, tenant_id, ids)
    }


async def save(wire: Wire, tenant_id: TenantId, given: Mapping[OrganizationId, OrganizationState]) -> None:
    """These are so from now on; each is of the next version, and found by what it is called now."""
    await wire.many(
        "UPDATE organizations SET name = $3 WHERE tenant_id = $1 AND id = $2",
        [(tenant_id, one, state.name) for one, state in given.items()],
    )
    await wire.many(_SAVE, [_details(tenant_id, *one, _KEPT_WITHOUT_DETAILS) for one in given.items()])
    await wire.many(
        "DELETE FROM organization_keys WHERE tenant_id = $1 AND organization_id = $2",
        [(tenant_id, one) for one in given],
    )
    await _put_keys(wire, tenant_id, [(one, state.name) for one, state in given.items()])


async def add(wire: Wire, tenant_id: TenantId, given: Mapping[OrganizationId, OrganizationState]) -> None:
    """New ones."""
    await wire.insert(organizations, [(one, tenant_id, state.name) for one, state in given.items()])
    detailed = [
        _details(tenant_id, one, state, _NEW)
        for one, state in given.items()
        if state.note or state.domain or state.phone or state.tags
    ]
    if detailed:
        await wire.many(_SAVE, detailed)
    await _put_keys(wire, tenant_id, [(one, state.name) for one, state in given.items()])


async def candidates(
    wire: Wire, tenant_id: TenantId, *, ids: Iterable[str], domains: Iterable[str], names: Iterable[str]
) -> list[Candidate]:
    """Those that rows with these ids, domains and names may mean."""
    wanted = sorted(set(names))
    found: set[str] = set()
    for sql, values in (
        ("SELECT id FROM organizations WHERE /*+*/tenant_id = $1 AND id = ANY($2)", sorted(set(ids))),
        (
            "SELECT organization_id FROM organization_details WHERE tenant_id = $1 AND domain = ANY($2)",
            sorted(set(domains)),
        ),
        ("SELECT id FROM organizations WHERE tenant_id = $1 AND name = ANY($2)", wanted),
        (
            "SELECT organization_id FROM organization_keys WHERE tenant_id = $1 AND key = ANY($2)",
            sorted({name_key(name) for name in wanted}),
        ),
    ):
        if values:
            found |= {row[0] for row in await wire.fetch(sql, tenant_id, values)}
    states = await states_of(wire, tenant_id, sorted(found)) if found else {}
    return [Candidate(id=one, name=state.name, domain=state.domain) for one, state in states.items()]


async def members_changed(wire: Wire, tenant_id: TenantId, organization_id: OrganizationId) -> list[Event]:
    """That the clients of one that is called otherwise are changed."""
    rows = await wire.fetch(
        "SELECT id FROM persons WHERE tenant_id = $1 AND organization_id = $2 ORDER BY id DESC LIMIT $3",
        tenant_id,
        organization_id,
        MOST_TOLD,
    )
    return [PersonChanged(tenant_id=tenant_id, person_id=row[0]) for row in rows]


def _details(
    tenant_id: TenantId, organization_id: OrganizationId, state: OrganizationState, version: int
) -> Row:
    return (
        *(organization_id, tenant_id, state.note, version),
        *(state.domain, state.phone, text(state.tags)),
    )


async def _put_keys(wire: Wire, tenant_id: TenantId, named: Sequence[tuple[OrganizationId, str]]) -> None:
    if named:
        await wire.insert(organization_keys, [(tenant_id, name_key(name), one) for one, name in named])
