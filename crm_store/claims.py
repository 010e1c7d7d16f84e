"""Addresses that clients say are theirs, or that a channel vouches for: kept as `maybe` or `known`, unless they are
somebody's already.

A number may be of two: a family, a shop. Then whoever says so second is kept beside the first, so that a call from
it is taken for neither of them.
"""

from collections.abc import Sequence

from crm_store.driver import Wire
from crm_store.instants import to_us
from crm_store.mapping import columns, identity_row
from crm_store.numbers_of_nobody import among_shared_lines
from crm_store.person_index import index_addresses
from crm_store.rows.people import identities
from hub.domain.person import Confidence, Identity, IdentityKind

_ADD = (
    f"INSERT INTO identities ({columns(identities)}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    " ON CONFLICT (tenant_id, kind, value) DO NOTHING"
)
_SHARE = (
    "INSERT INTO shared_numbers (tenant_id, value, person_id, at) SELECT $1, $2, $3, $4 WHERE NOT EXISTS"
    " (SELECT 1 FROM identities WHERE tenant_id = $1 AND kind = 'phone' AND value = $2 AND person_id = $3)"
    " ON CONFLICT (tenant_id, value, person_id) DO NOTHING"
)
# what was only said is proven now
_PROVE = (
    "UPDATE identities SET confidence = 'known'"
    " WHERE tenant_id = $1 AND kind = $2 AND value = $3 AND person_id = $4"
)


async def add_claims(wire: Wire, claimed: Sequence[Identity]) -> None:
    """Add these identities, and make their persons findable by them; what belongs to somebody stays theirs."""
    numbers = sorted({one.value for one in claimed if one.kind is IdentityKind.PHONE})
    lines = await among_shared_lines(wire, claimed[0].tenant_id, numbers) if numbers else set()
    for identity in claimed:
        if identity.kind is IdentityKind.PHONE and identity.value in lines:
            continue  # it would say that two people are one
        if await wire.execute(_ADD, *identity_row(identity)):
            found_by = (identity.person_id, identity.kind, identity.value)
            await index_addresses(wire, identity.tenant_id, [found_by])
            continue
        if identity.confidence is Confidence.KNOWN:
            whose = (identity.tenant_id, identity.kind.value, identity.value, identity.person_id)
            await wire.execute(_PROVE, *whose)
        if identity.kind is IdentityKind.PHONE:
            at = to_us(identity.created_at)
            await wire.execute(_SHARE, identity.tenant_id, identity.value, identity.person_id, at)
