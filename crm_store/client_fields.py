"""Fields of the house in the store: what administrators define, and what every card may have."""

import msgspec

from crm_store.audited import audited
from crm_store.driver import Row, Wire
from crm_store.mapping import columns, text
from crm_store.rows.crm import client_fields
from crm_store.store import Store
from hub.desk.client_views import ClientFieldPage, ClientFieldView
from hub.domain.access import Permission, Principal
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.client_fields import MOST_FIELDS, ClientField, ClientFieldKind, checked_field
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.ids import FieldId, TenantId
from hub.ids import new_id
from hub.ports.clock import Clock

_COLUMNS = columns(client_fields)
_choices = msgspec.json.Decoder(tuple[str, ...]).decode


async def fields_of(wire: Wire, tenant_id: TenantId) -> list[ClientField]:
    """All fields of the house, in their order."""
    rows = await wire.fetch(
        f"SELECT {_COLUMNS} FROM client_fields WHERE tenant_id = $1 ORDER BY position, label", tenant_id
    )
    return [_field(row) for row in rows]


class ClientFields:
    """FieldStore of hub/desk/client_stores.py."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def fields(self, principal: Principal) -> ClientFieldPage:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            found = await fields_of(wire, principal.tenant_id)
        return ClientFieldPage(items=tuple(map(_view, found)), next=None)

    async def add_field(
        self,
        principal: Principal,
        *,
        label: str,
        kind: ClientFieldKind,
        choices: tuple[str, ...],
        required: bool,
    ) -> ClientFieldView:
        """See the port."""
        principal.require(Permission.CONFIGURE)
        async with self._store.database.transaction() as wire:
            known = await fields_of(wire, principal.tenant_id)
            if len(known) >= MOST_FIELDS:
                raise Invalid(f"a house has at most {MOST_FIELDS} fields", code="too_many_fields")
            field = checked_field(
                ClientField(
                    id=FieldId(new_id()),
                    tenant_id=principal.tenant_id,
                    label=label,
                    kind=kind,
                    choices=choices,
                    required=required,
                    position=max((f.position for f in known), default=0) + 1,
                )
            )
            _require_other_label(known, field)
            await wire.insert(client_fields, [_row(field)])
            await self._note(wire, principal, AuditAction.ADD_CLIENT_FIELD, field)
        return _view(field)

    async def change_field(
        self,
        principal: Principal,
        field_id: FieldId,
        *,
        version: int,
        label: str,
        choices: tuple[str, ...],
        required: bool,
        position: int,
    ) -> ClientFieldView:
        """See the port."""
        principal.require(Permission.CONFIGURE)
        async with self._store.database.transaction() as wire:
            known = await fields_of(wire, principal.tenant_id)
            before = _found(known, field_id)
            if before.version != version:
                raise Conflict("somebody changed this field meanwhile", code="changed_meanwhile")
            field = checked_field(
                ClientField(
                    id=field_id,
                    tenant_id=principal.tenant_id,
                    label=label,
                    kind=before.kind,
                    choices=choices,
                    required=required,
                    position=position,
                    version=version + 1,
                )
            )
            _require_other_label(known, field)
            touched = await wire.execute(
                "UPDATE client_fields SET label = $1, choices = $2, required = $3, position = $4, version = $5"
                " WHERE tenant_id = $6 AND id = $7 AND version = $8",
                field.label,
                text(field.choices),
                field.required,
                field.position,
                field.version,
                principal.tenant_id,
                field_id,
                version,
            )
            if not touched:
                raise Conflict("somebody changed this field meanwhile", code="changed_meanwhile")
            await self._note(wire, principal, AuditAction.CHANGE_CLIENT_FIELD, field)
        return _view(field)

    async def remove_field(self, principal: Principal, field_id: FieldId) -> None:
        """See the port."""
        principal.require(Permission.CONFIGURE)
        async with self._store.database.transaction() as wire:
            field = _found(await fields_of(wire, principal.tenant_id), field_id)
            await wire.execute(
                "DELETE FROM client_fields WHERE tenant_id = $1 AND id = $2", principal.tenant_id, field_id
            )
            await self._note(wire, principal, AuditAction.REMOVE_CLIENT_FIELD, field)

    async def _note(self, wire: Wire, principal: Principal, action: AuditAction, field: ClientField) -> None:
        await audited(
            wire,
            AuditDraft(
                tenant_id=principal.tenant_id,
                at=self._clock.now(),
                actor_id=principal.user_id,
                actor=principal.name,
                action=action,
                object=field.label,
                address=principal.address,
            ),
        )


def _found(known: list[ClientField], field_id: FieldId) -> ClientField:
    for field in known:
        if field.id == field_id:
            return field
    raise NotFound("there is no such field")


def _require_other_label(known: list[ClientField], field: ClientField) -> None:
    if any(f.id != field.id and f.label.casefold() == field.label.casefold() for f in known):
        raise Conflict("there is a field of this name already", code="name_taken")


def _row(f: ClientField) -> Row:
    return (f.id, f.tenant_id, f.label, f.kind.value, text(f.choices), f.required, f.position, f.version)


def _field(r: Row) -> ClientField:
    return ClientField(
        id=FieldId(r[0]),
        tenant_id=TenantId(r[1]),
        label=r[2],
        kind=ClientFieldKind(r[3]),
        choices=_choices(r[4]),
        required=bool(r[5]),
        position=r[6],
        version=r[7],
    )


def _view(f: ClientField) -> ClientFieldView:
    return ClientFieldView(
        id=f.id,
        label=f.label,
        kind=f.kind,
        choices=f.choices,
        required=f.required,
        position=f.position,
        version=f.version,
    )
