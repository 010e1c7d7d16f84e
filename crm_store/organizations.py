"""Companies that clients belong to, in the store. Their names are the house's; their clients are seen by reach."""

from collections.abc import Sequence

from msgspec.structs import replace

from crm_store.audited import audited
from crm_store.cases import open_cases_of
from crm_store.driver import Row, Wire
from crm_store.lookups import latest_of
from crm_store.organization_rows import add, members_changed, save, states_of, tags_in
from crm_store.people import People
from crm_store.person_change import Changing
from crm_store.person_scope import ClientReach
from crm_store.store import Store
from crm_store.tasks import open_tasks_about
from crm_store.unit_of_work import Encode
from hub.crm.names import fold
from hub.crm.organizations import OrganizationState, edited, named
from hub.desk.client_views import OrganizationPage, OrganizationView, OrganizationWork
from hub.desk.found import PersonPage
from hub.domain.access import Permission, Principal, Scope
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Conflict, Forbidden, NotFound
from hub.domain.ids import OrganizationId, PersonId, TenantId
from hub.domain.organization import OrganizationEdit
from hub.ids import new_id
from hub.ports.clock import Clock

_ORGANIZATION = (
    "SELECT o.id, o.name, COALESCE(e.note, ''),"
    " (SELECT COUNT(*) FROM persons p WHERE p.organization_id = o.id), COALESCE(e.version, 1),"
    " COALESCE(e.domain, ''), COALESCE(e.phone, ''), COALESCE(e.tags, '[]')"
    " FROM organizations o LEFT JOIN organization_details e ON e.organization_id = o.id"
    " WHERE /*+*/o.tenant_id = $1"
)
_MOST_LOOKED_AT = 5_000
_MOST_PERSONS = 200
_MOST_OPEN = 50
_LATEST = 20


class Organizations(Changing):
    """OrganizationStore of hub/desk/client_stores.py."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        encode: Encode,
        reach: ClientReach,
        people: People,
        region: str = "",
    ) -> None:
        super().__init__(store, clock, encode=encode, reach=reach)
        self._people = people
        self._region = region

    async def organizations(self, principal: Principal, q: str, limit: int) -> OrganizationPage:
        """See the port."""
        principal.require(Permission.FIND_PERSON)
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT id, name FROM organizations WHERE tenant_id = $1 ORDER BY name LIMIT $2",
                principal.tenant_id,
                _MOST_LOOKED_AT,
            )
            ids = [row[0] for row in best_named(rows, q, limit)]
            found = await wire.fetch(_ORGANIZATION + " AND o.id = ANY($2)", principal.tenant_id, ids)
            views = {row[0]: await self._named(wire, principal, _view(row)) for row in found}
        return OrganizationPage(items=tuple(views[i] for i in ids if i in views), next=None)

    async def organization(self, principal: Principal, organization_id: OrganizationId) -> OrganizationView:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            await self._require(wire, principal, Permission.READ_PERSON, organization_id)
            found = await _organization(wire, principal.tenant_id, organization_id)
            may_edit = await self._may(wire, principal, Permission.EDIT_PERSON, organization_id)
            return replace(found, may_edit=may_edit)

    async def work(self, principal: Principal, organization_id: OrganizationId) -> OrganizationWork:
        """See the port."""
        tenant_id = principal.tenant_id
        async with self._store.database.snapshot() as wire:
            await self._require(wire, principal, Permission.READ_PERSON, organization_id)
            rows = await wire.fetch(
                "SELECT id FROM persons WHERE tenant_id = $1 AND organization_id = $2 ORDER BY id DESC LIMIT $3",
                tenant_id,
                organization_id,
                _MOST_PERSONS,
            )
            mine = sorted(
                await self._reach.may(
                    wire, principal, Permission.READ_PERSON, [PersonId(row[0]) for row in rows]
                )
            )
            sees_tasks = principal.may(Permission.WORK_TASKS)
            return OrganizationWork(
                cases=tuple(await open_cases_of(wire, tenant_id, mine, _MOST_OPEN)),
                tasks=tuple(await open_tasks_about(wire, tenant_id, mine, _MOST_OPEN)) if sees_tasks else (),
                interactions=tuple(await latest_of(wire, tenant_id, mine, _LATEST)),
            )

    async def members(
        self,
        principal: Principal,
        organization_id: OrganizationId,
        *,
        after: str,
        limit: int,
    ) -> PersonPage:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            await self._require(wire, principal, Permission.READ_PERSON, organization_id)
            rows = await wire.fetch(
                "SELECT id FROM persons WHERE tenant_id = $1 AND organization_id = $2 AND id > $3"
                " ORDER BY id LIMIT $4",
                principal.tenant_id,
                organization_id,
                after,
                limit + 1,
            )
            ids = [PersonId(row[0]) for row in rows[:limit]]
            mine = await self._reach.may(wire, principal, Permission.READ_PERSON, ids)
            views = await self._people.views(wire, principal, [i for i in ids if i in mine])
        more = ids[-1] if len(rows) > limit else None
        return PersonPage(items=tuple(views[i] for i in ids if i in views), next=more)

    async def add_organization(self, principal: Principal, name: str) -> OrganizationView:
        """See the port."""
        principal.require(Permission.EDIT_PERSON)
        called = named(name)
        async with self._store.database.transaction() as wire:
            rows = await wire.fetch(
                "SELECT id FROM organizations WHERE tenant_id = $1 AND name = $2", principal.tenant_id, called
            )
            if rows:
                known = await _organization(wire, principal.tenant_id, OrganizationId(rows[0][0]))
                return await self._named(wire, principal, known)
            made = OrganizationId(new_id())
            await add(wire, principal.tenant_id, {made: OrganizationState(name=called)})
            return await _organization(wire, principal.tenant_id, made)

    async def change_organization(
        self,
        principal: Principal,
        organization_id: OrganizationId,
        *,
        version: int,
        edit: OrganizationEdit,
    ) -> OrganizationView:
        """See the port."""
        tenant_id = principal.tenant_id
        async with self._store.database.transaction() as wire:
            await self._require(wire, principal, Permission.EDIT_PERSON, organization_id)
            await wire.fetch(
                "SELECT id FROM organizations WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE",
                tenant_id,
                organization_id,
            )
            if (await _organization(wire, tenant_id, organization_id)).version != version:
                raise Conflict("somebody changed this organization meanwhile", code="changed_meanwhile")
            before = (await states_of(wire, tenant_id, [organization_id]))[organization_id]
            now = edited(before, edit, region=self._region)
            await save(wire, tenant_id, {organization_id: now})
            await audited(
                wire,
                AuditDraft(
                    tenant_id=tenant_id,
                    at=self._clock.now(),
                    actor_id=principal.user_id,
                    actor=principal.name,
                    action=AuditAction.CHANGE_ORGANIZATION,
                    object=organization_id,
                    reason=_said(before, now),
                    address=principal.address,
                ),
            )
            if now.name != before.name:
                await self._tell(wire, await members_changed(wire, tenant_id, organization_id))
            after = await _organization(wire, tenant_id, organization_id)
        self._store.wake()
        return replace(after, may_edit=True)

    async def _named(self, wire: Wire, principal: Principal, view: OrganizationView) -> OrganizationView:
        """Names are the house's; what is written beside them is for whoever reaches the clients."""
        is_within = (view.note or view.domain or view.phone or view.tags) and await self._may(
            wire, principal, Permission.READ_PERSON, OrganizationId(view.id)
        )
        return view if is_within else replace(view, note="", domain="", phone="", tags=())

    async def _may(
        self, wire: Wire, principal: Principal, permission: Permission, organization_id: OrganizationId
    ) -> bool:
        try:
            await self._require(wire, principal, permission, organization_id)
        except (NotFound, Forbidden):
            return False
        return True

    async def _require(
        self,
        wire: Wire,
        principal: Principal,
        permission: Permission,
        organization_id: OrganizationId,
    ) -> None:
        """Raises NotFound unless one of its clients is within reach, or it has none yet and is anybody's."""
        reach = self._reach.scope(principal, permission)
        rows = await wire.fetch(
            "SELECT o.id, p.id FROM organizations o LEFT JOIN persons p ON p.organization_id = o.id"
            " WHERE /*+*/o.tenant_id = $1 AND o.id = $2 ORDER BY p.id DESC LIMIT $3",
            principal.tenant_id,
            organization_id,
            _MOST_PERSONS,
        )
        ids = [PersonId(row[1]) for row in rows if row[1] is not None]
        is_open = bool(rows) and (reach is Scope.ALL or not ids)
        if not is_open and not (ids and await self._reach.may(wire, principal, permission, ids)):
            raise NotFound("there is no such organization")


def _said(before: OrganizationState, now: OrganizationState) -> str:
    """What was changed, in the audit log: the name, and which of the rest."""
    called = before.name if now.name == before.name else f"{before.name} → {now.name}"
    rest = [name for name in ("domain", "phone", "tags") if getattr(before, name) != getattr(now, name)]
    return f"{called} ({', '.join(rest)})" if rest else called


def best_named(rows: Sequence[Row], q: str, limit: int) -> list[Row]:
    """Those whose names hold the words of `q`, names that begin like it first; without `q` the first by name."""
    wanted = fold(q)
    if not wanted:
        return list(rows[:limit])
    ranked = [
        (not called.startswith(wanted), len(called), place)
        for place, row in enumerate(rows)
        if all(word in (called := fold(row[1])) for word in wanted.split())
    ]
    return [rows[place] for *_, place in sorted(ranked)[:limit]]


async def _organization(wire: Wire, tenant_id: TenantId, organization_id: OrganizationId) -> OrganizationView:
    rows = await wire.fetch(_ORGANIZATION + " AND o.id = $2", tenant_id, organization_id)
    if not rows:
        raise NotFound("there is no such organization")
    return _view(rows[0])


def _view(r: Row) -> OrganizationView:
    return OrganizationView(
        id=r[0],
        name=r[1],
        note=r[2],
        persons=r[3],
        version=r[4],
        domain=r[5],
        phone=r[6],
        tags=tags_in(r[7]),
    )
