"""Two records are one person: what the one had points at the other from now on, and an undo points it back."""

from collections.abc import Sequence

from crm_store.apart import never_one
from crm_store.audited import audited
from crm_store.card_facts import write_facts
from crm_store.driver import Wire
from crm_store.instants import to_us
from crm_store.mapping import text
from crm_store.merge_chain import Moved, merge_of, passed_by, take_out, way_from
from crm_store.person_change import Changing
from crm_store.person_edits import index_anew, save_state, state_of
from crm_store.person_index import forget_person
from crm_store.person_scope import hold_standing
from crm_store.repeated import repeated
from hub.crm.changes import Change
from hub.crm.merging import filled
from hub.domain.access import Permission, Principal, Role
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.events import PersonChanged, TasksChanged
from hub.domain.ids import InteractionId, MergeId, PersonId, TenantId, UserId
from hub.ids import new_id
from hub.ports.uniting import AlsoDone

_WITH_AN_INTERACTION = ("touches", "facts", "work_items", "calls")
_BY_THEMSELVES = ("identities", "cases", "tasks", "consents", "person_facts")


class Merges(Changing):
    """MergeStore of hub/desk/client_stores.py."""

    async def merge(
        self, principal: Principal, kept_id: PersonId, other_id: PersonId, *, then: AlsoDone | None = None
    ) -> PersonId:
        """See the port."""
        # a message came in between, or two merges met
        return await repeated(lambda: self._merged(principal, kept_id, other_id, then))

    async def _merged(
        self, principal: Principal, kept_id: PersonId, other_id: PersonId, then: AlsoDone | None
    ) -> PersonId:
        tenant_id = principal.tenant_id
        async with self._store.unit(tenant_id) as unit:
            wire = unit.wire
            kept = await self._reach.require(wire, principal, Permission.EDIT_PERSON, kept_id)
            other = await self._other(wire, principal, kept, other_id)
            if kept == other:
                raise Invalid("these are one person already", field="other_id", code="same_person")
            await lock_persons(wire, tenant_id, [kept, other])
            await hold_standing(wire, tenant_id, {kept_id: kept, other_id: other})
            if Role.SYSTEM in principal.roles and await never_one(wire, tenant_id, kept, other):
                raise Conflict("people said that these are two", code="kept_apart")
            moved = await _rows_of(wire, tenant_id, other)
            await point_at(wire, tenant_id, moved, kept)
            before = await state_of(wire, tenant_id, kept)
            theirs = await state_of(wire, tenant_id, other)
            after, got = filled(before, theirs)
            await save_state(wire, tenant_id, kept, before, after)
            await forget_person(wire, tenant_id, other)
            await index_anew(wire, tenant_id, kept)
            now = self._clock.now()
            merge_id = MergeId(new_id())
            await wire.execute(
                "INSERT INTO merges (id, tenant_id, kept_id, merged_id, at, by_name, moved, filled, undone_by)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '')",
                merge_id,
                tenant_id,
                kept,
                other,
                to_us(now),
                principal.name,
                text(moved),
                text(got),
            )
            await self._done(
                wire, principal, (kept, other), moved, Change(kind="card_merged", now=theirs.name)
            )
            await self._audit(wire, principal, AuditAction.MERGE_PERSONS, merge_id)
            if then is not None:
                await then(unit, kept)
        self._store.wake()
        return kept

    async def _other(self, wire: Wire, principal: Principal, kept: PersonId, other_id: PersonId) -> PersonId:
        """Whom they may read; and what was taken out of the kept record, which has no interaction to be reached by."""
        try:
            return await self._reach.require(wire, principal, Permission.READ_PERSON, other_id)
        except NotFound:
            if await _was_split_from(wire, principal.tenant_id, kept, other_id):
                return other_id
            raise

    async def undo(self, principal: Principal, merge_id: MergeId) -> PersonId:
        """See the port."""
        return await repeated(lambda: self._undone(principal, merge_id))

    async def _undone(self, principal: Principal, merge_id: MergeId) -> PersonId:
        tenant_id = principal.tenant_id
        async with self._store.database.transaction() as wire:
            seen = await merge_of(wire, tenant_id, merge_id)
            kept = await self._reach.require(wire, principal, Permission.EDIT_PERSON, seen.kept_id)
            if seen.undone:
                return kept
            passed = passed_by(seen.kept_id, await way_from(wire, tenant_id, seen.kept_id))
            await lock_persons(wire, tenant_id, [*passed, seen.merged_id])
            # as it is now: another merge, or another undoing, may have come before the lock
            way = await way_from(wire, tenant_id, seen.kept_id)
            if passed_by(seen.kept_id, way) != passed or passed[-1] != kept:
                raise Conflict("a merge and an undoing met", code="raced")
            merge = await merge_of(wire, tenant_id, merge_id)
            touched = await wire.execute(
                "UPDATE merges SET undone_at = $1, undone_by = $2"
                " WHERE tenant_id = $3 AND id = $4 AND undone_at IS NULL",
                to_us(self._clock.now()),
                principal.name,
                tenant_id,
                merge_id,
            )
            if not touched:
                return kept
            moved = await _still_there(wire, tenant_id, merge.moved, kept)
            moved["interactions"] += await _came_since(wire, tenant_id, kept, moved)
            await point_at(wire, tenant_id, moved, merge.merged_id)
            await take_out(wire, tenant_id, merge, way, moved)
            for person_id in (kept, merge.merged_id):
                await index_anew(wire, tenant_id, person_id)
            theirs = await state_of(wire, tenant_id, merge.merged_id)
            change = Change(kind="card_merge_undone", was=theirs.name)
            await self._done(wire, principal, (kept, merge.merged_id), moved, change)
            await self._audit(wire, principal, AuditAction.UNDO_MERGE, merge_id)
        self._store.wake()
        return kept

    async def _done(
        self,
        wire: Wire,
        principal: Principal,
        pair: tuple[PersonId, PersonId],
        moved: Moved,
        change: Change,
    ) -> None:
        tenant_id, now = principal.tenant_id, self._clock.now()
        await wire.execute(
            "UPDATE persons SET version = version + 1 WHERE tenant_id = $1 AND id = ANY($2)",
            tenant_id,
            list(pair),
        )
        await write_facts(wire, principal, pair[0], now, [change])
        owners = await wire.fetch(
            "SELECT DISTINCT owner_id FROM tasks WHERE /*+*/tenant_id = $1 AND id = ANY($2) AND done_at IS NULL",
            tenant_id,
            moved["tasks"],
        )
        interactions = tuple(InteractionId(i) for i in moved["interactions"])
        told: list[PersonChanged | TasksChanged] = [
            PersonChanged(tenant_id=tenant_id, person_id=person_id, moved=interactions) for person_id in pair
        ]
        if owners:
            told.append(TasksChanged(tenant_id=tenant_id, user_ids=tuple(UserId(r[0]) for r in owners)))
        await self._tell(wire, told)

    async def _audit(self, wire: Wire, principal: Principal, action: AuditAction, merge_id: MergeId) -> None:
        await audited(
            wire,
            AuditDraft(
                tenant_id=principal.tenant_id,
                at=self._clock.now(),
                actor_id=principal.user_id,
                actor=principal.name,
                action=action,
                object=merge_id,
                address=principal.address,
            ),
        )


async def _was_split_from(wire: Wire, tenant_id: TenantId, kept: PersonId, other_id: PersonId) -> bool:
    """Both histories say so, at the same instant: an address went from the one and made the other."""
    rows = await wire.fetch(
        "SELECT 1 FROM person_facts g JOIN person_facts c ON c.tenant_id = g.tenant_id AND c.at = g.at"
        " AND c.now = g.was AND c.person_id = $3 AND c.kind = 'card_address_added'"
        " JOIN persons p ON p.id = c.person_id AND p.created_at = c.at"
        " WHERE g.tenant_id = $1 AND g.person_id = $2 AND g.kind = 'card_address_removed' LIMIT 1",
        tenant_id,
        kept,
        other_id,
    )
    return bool(rows)


async def lock_persons(wire: Wire, tenant_id: TenantId, ids: Sequence[PersonId]) -> None:
    """Interactions first, as everywhere at the desk; then the persons, so that nothing new points at them."""
    await wire.fetch(
        "SELECT id FROM interactions WHERE /*+*/tenant_id = $1 AND person_id = ANY($2) ORDER BY id FOR UPDATE",
        tenant_id,
        list(ids),
    )
    await wire.fetch(
        "SELECT id FROM persons WHERE /*+*/tenant_id = $1 AND id = ANY($2) ORDER BY id FOR UPDATE",
        tenant_id,
        list(ids),
    )


def nothing_moved() -> Moved:
    """No row of any table."""
    return {table: [] for table in ("interactions", *_BY_THEMSELVES)}


async def _rows_of(wire: Wire, tenant_id: TenantId, person_id: PersonId) -> Moved:
    found = nothing_moved()
    for table in found:
        rows = await wire.fetch(
            f"SELECT id FROM {table} WHERE /*+*/tenant_id = $1 AND person_id = $2 ORDER BY id",
            tenant_id,
            person_id,
        )
        found[table] = [str(row[0]) for row in rows]
    return found


async def _still_there(wire: Wire, tenant_id: TenantId, moved: Moved, kept: PersonId) -> Moved:
    """Of what the merge moved, what the kept record has still: the rest was removed, or went on."""
    mine = await _rows_of(wire, tenant_id, kept)
    return {table: sorted(set(ids) & set(mine[table])) for table, ids in moved.items()}


async def _came_since(wire: Wire, tenant_id: TenantId, kept: PersonId, moved: Moved) -> list[str]:
    """Interactions since then belong to whom the address they began from belongs, wherever they went on."""
    rows = await wire.fetch(
        "SELECT DISTINCT s.interaction_id FROM sessions s JOIN interactions i ON i.id = s.interaction_id"
        " JOIN identities d ON d.tenant_id = s.tenant_id AND d.value = s.address"
        " WHERE /*+*/i.tenant_id = $1 AND i.person_id = $2 AND d.id = ANY($3) AND NOT EXISTS"
        " (SELECT 1 FROM sessions o WHERE o.interaction_id = s.interaction_id AND o.started_at < s.started_at)",
        tenant_id,
        kept,
        moved["identities"],
    )
    return sorted({row[0] for row in rows} - set(moved["interactions"]))


async def point_at(wire: Wire, tenant_id: TenantId, moved: Moved, person_id: PersonId) -> None:
    """These rows, and all that is in these interactions, are this person's from now on."""
    for table in _WITH_AN_INTERACTION:
        await wire.execute(
            f"UPDATE {table} SET person_id = $1 WHERE /*+*/tenant_id = $2 AND interaction_id = ANY($3)",
            person_id,
            tenant_id,
            moved["interactions"],
        )
    for table in ("interactions", *_BY_THEMSELVES):
        ids: list[int] | list[str] = moved[table]
        if table == "person_facts":
            ids = [int(i) for i in moved[table]]
        await wire.execute(
            f"UPDATE {table} SET person_id = $1 WHERE /*+*/tenant_id = $2 AND id = ANY($3)",
            person_id,
            tenant_id,
            ids,
        )
