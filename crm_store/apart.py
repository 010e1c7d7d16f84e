"""Records that people said are two, however alike they look. What they said of a record is true of the one that it is
part of by now: it is the same client."""

from collections.abc import Collection

from crm_store.driver import Asked, Wire
from hub.domain.ids import PersonId, TenantId

# each of $2 with what is part of it
_PARTS = """
WITH RECURSIVE part (root, id) AS (
  SELECT p.id, p.id FROM persons p WHERE /*+*/p.tenant_id = $1 AND p.id = ANY($2)
  UNION SELECT p.root, m.merged_id FROM part p JOIN merges m ON m.kept_id = p.id
  WHERE m.tenant_id = $1 AND m.undone_at IS NULL)
"""
_SAID = """
  SELECT p.root, x.other_id FROM part p JOIN persons_apart x ON x.one_id = p.id WHERE x.tenant_id = $1
  UNION SELECT p.root, x.one_id FROM part p JOIN persons_apart x ON x.other_id = p.id WHERE x.tenant_id = $1
"""
_TAKEN_APART = """
  UNION SELECT p.root, m.merged_id FROM part p JOIN merges m ON m.kept_id = p.id
  WHERE m.tenant_id = $1 AND m.undone_at IS NOT NULL
  UNION SELECT p.root, m.kept_id FROM part p JOIN merges m ON m.merged_id = p.id
  WHERE m.tenant_id = $1 AND m.undone_at IS NOT NULL
"""
# who was meant, and what they are part of by now
_ONWARD = """
other (root, id) AS (
  SELECT root, id FROM said
  UNION SELECT o.root, m.kept_id FROM other o JOIN merges m ON m.merged_id = o.id
  WHERE m.tenant_id = $1 AND m.undone_at IS NULL)
SELECT root, id FROM other
"""
_APART = f"{_PARTS}, said (root, id) AS ({_SAID}), {_ONWARD}"
_NEVER_ONE = f"{_PARTS}, said (root, id) AS ({_SAID}{_TAKEN_APART}), {_ONWARD}"


def kept_apart_from(tenant_id: TenantId, ids: Collection[PersonId]) -> Asked:
    """Asks who people said is somebody else than these: a row is one of them, and who is not them."""
    return _APART, (tenant_id, sorted(ids))


async def never_one(wire: Wire, tenant_id: TenantId, person_id: PersonId, other_id: PersonId) -> bool:
    """Whether people said that these are two, or took apart what is in them: the hub makes them one no more."""
    rows = await wire.fetch(_NEVER_ONE, tenant_id, [person_id])
    return any(other == other_id for _, other in rows)


async def parts_of(wire: Wire, tenant_id: TenantId, person_id: PersonId) -> list[PersonId]:
    """This record, and those that are part of it now."""
    rows = await wire.fetch(f"{_PARTS} SELECT id FROM part", tenant_id, [person_id])
    return [PersonId(row[0]) for row in rows]


async def kept_apart_among(
    wire: Wire, tenant_id: TenantId, ids: Collection[PersonId]
) -> set[tuple[PersonId, PersonId]]:
    """Of these records, the pairs that people said are two, the smaller id first."""
    asked, given = kept_apart_from(tenant_id, ids)
    return {
        (min(one, other), max(one, other))
        for one, other in await wire.fetch(asked, *given)
        if other in ids and other != one
    }
