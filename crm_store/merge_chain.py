"""Merges as they are in the store, and the way from a record through those that it became a part of.

A merge in the middle of such a way can be undone before the ones after it: what it brought had gone on with the record
it came to. So it is taken out of all of them, and the merges after it no longer count it as theirs: whoever undoes
those later finds everything where it belongs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from crm_store.driver import Row, Wire
from crm_store.mapping import text
from crm_store.person_edits import save_state, state_of
from crm_store.person_index import forget_person
from hub.crm.merging import Filled, emptied, handed_on
from hub.domain.errors import NotFound
from hub.domain.ids import MergeId, PersonId, TenantId

Moved = dict[str, list[str]]
"""Ids of rows by their table; `interactions` stand for all that is in them."""

_COLUMNS = "id, kept_id, merged_id, moved, filled, undone_at"

_moved = msgspec.json.Decoder(Moved).decode
_filled = msgspec.json.Decoder(Filled).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """One merge as it is in the store."""

    id: MergeId
    kept_id: PersonId
    merged_id: PersonId
    moved: Moved
    filled: Filled
    undone: bool


def _merge(row: Row) -> Merge:
    return Merge(
        id=MergeId(row[0]),
        kept_id=PersonId(row[1]),
        merged_id=PersonId(row[2]),
        moved=_moved(row[3]),
        filled=_filled(row[4]),
        undone=row[5] is not None,
    )


async def merge_of(wire: Wire, tenant_id: TenantId, merge_id: MergeId) -> Merge:
    """Raises NotFound."""
    rows = await wire.fetch(
        f"SELECT {_COLUMNS} FROM merges WHERE tenant_id = $1 AND id = $2", tenant_id, merge_id
    )
    if not rows:
        raise NotFound("there is no such merge")
    return _merge(rows[0])


async def way_from(wire: Wire, tenant_id: TenantId, person_id: PersonId) -> list[Merge]:
    """The merges through which this record became part of others, in order; of one that stands for itself: none."""
    way: list[Merge] = []
    passed = {person_id}
    while True:
        at = way[-1].kept_id if way else person_id
        rows = await wire.fetch(
            f"SELECT {_COLUMNS} FROM merges WHERE tenant_id = $1 AND merged_id = $2 AND undone_at IS NULL",
            tenant_id,
            at,
        )
        if not rows or (merge := _merge(rows[0])).kept_id in passed:
            return way
        way.append(merge)
        passed.add(merge.kept_id)


def passed_by(start: PersonId, way: Sequence[Merge]) -> list[PersonId]:
    """The records of the way from `start`; the last one stands."""
    return [start, *(merge.kept_id for merge in way)]


async def take_out(wire: Wire, tenant_id: TenantId, merge: Merge, way: Sequence[Merge], gone: Moved) -> None:
    """What `merge` filled in leaves the card it filled and the cards of `way`, as far as they have it from there; the
    merges of `way` count neither that nor the rows of `gone` as what they moved.

    All records of the way are locked.
    """
    got = merge.filled
    for person_id, onward in zip(passed_by(merge.kept_id, way), [*way, None], strict=True):
        before = await state_of(wire, tenant_id, person_id)
        await save_state(wire, tenant_id, person_id, before, emptied(before, got))
        if onward is None:
            return
        await forget_person(
            wire, tenant_id, person_id
        )  # found by the record that stands for it, not by its own
        got, rest = handed_on(got, onward.filled)
        moved = {table: sorted(set(ids) - set(gone.get(table, ()))) for table, ids in onward.moved.items()}
        await wire.execute(
            "UPDATE merges SET moved = $1, filled = $2 WHERE tenant_id = $3 AND id = $4",
            text(moved),
            text(rest),
            tenant_id,
            onward.id,
        )
