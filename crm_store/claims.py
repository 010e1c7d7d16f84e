"""Addresses that clients say are theirs: kept as `maybe`, unless they are somebody's already."""

from collections.abc import Sequence

from crm_store.driver import Wire
from crm_store.mapping import columns, identity_row
from crm_store.person_index import index_addresses
from crm_store.rows.people import identities
from hub.domain.person import Identity

_ADD = (
    f"INSERT INTO identities ({columns(identities)}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    " ON CONFLICT (tenant_id, kind, value) DO NOTHING"
)


async def add_claims(wire: Wire, claimed: Sequence[Identity]) -> None:
    """Add these identities, and make their persons findable by them; what belongs to somebody stays theirs."""
    for identity in claimed:
        if await wire.execute(_ADD, *identity_row(identity)):
            found_by = (identity.person_id, identity.kind, identity.value)
            await index_addresses(wire, identity.tenant_id, [found_by])
