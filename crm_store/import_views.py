"""Rows of the table of imports, as what they say."""

from datetime import datetime

import msgspec

from crm_store.driver import Row
from crm_store.instants import from_us
from crm_store.mapping import at as instant
from crm_store.mapping import columns
from crm_store.rows.imports import imports
from hub.crm.imports import (
    FAULT,
    KEPT_AFTER_A_FAULT,
    KEPT_UNSTARTED,
    ImportCounts,
    ImportForm,
    ImportJob,
    ImportKind,
    ImportState,
    ImportView,
    OnKnown,
)
from hub.crm.sheets import Shape
from hub.domain.access import Permission, Principal, Role, Scope
from hub.domain.ids import TenantId, UserId

COLUMNS = columns(imports, "i.")
AT = {column.name: place for place, column in enumerate(imports.columns)}
"""Where each column is in a row of COLUMNS."""
ONE = f"SELECT {COLUMNS} FROM imports i WHERE i.tenant_id = $1 AND i.id = $2"

texts_of = msgspec.json.Decoder(tuple[str, ...]).decode
counts_of = msgspec.json.Decoder(ImportCounts).decode
_grants = msgspec.json.Decoder(list[tuple[str, int]]).decode


def view_of(r: Row, principal: Principal) -> ImportView:
    """The import as this principal sees it."""
    return ImportView(
        id=r[AT["id"]],
        kind=ImportKind(r[AT["kind"]]),
        name=r[AT["name"]],
        form=ImportForm(r[AT["form"]]),
        encoding=r[AT["encoding"]],
        delimiter=r[AT["delimiter"]],
        columns=texts_of(r[AT["columns"]]),
        mapping=texts_of(r[AT["mapping"]]),
        on_known=OnKnown(r[AT["on_known"]]),
        state=ImportState(r[AT["state"]]),
        rows_done=r[AT["rows_done"]],
        rows_total=r[AT["rows_total"]],
        counts=counts_of(r[AT["counts"]]),
        problem=r[AT["problem"]],
        owner=r[AT["owner"]],
        is_mine=r[AT["owner_id"]] == (principal.user_id or ""),
        created_at=from_us(r[AT["created_at"]]),
        ended_at=instant(r[AT["ended_at"]]),
        expires_at=_expires_at(r),
    )


def _expires_at(r: Row) -> datetime | None:
    state, problem = ImportState(r[AT["state"]]), r[AT["problem"]]
    if state is ImportState.READY:
        return from_us(r[AT["created_at"]]) + KEPT_UNSTARTED
    if state is ImportState.FAILED and problem == FAULT:
        return from_us(r[AT["ended_at"]]) + KEPT_AFTER_A_FAULT
    return None


def job_of(r: Row) -> ImportJob:
    """The import as it is worked on."""
    return ImportJob(
        id=r[AT["id"]],
        kind=ImportKind(r[AT["kind"]]),
        principal=Principal(
            tenant_id=TenantId(r[AT["tenant_id"]]),
            user_id=UserId(r[AT["owner_id"]]) if r[AT["owner_id"]] else None,
            name=r[AT["owner"]],
            roles=frozenset(Role(role) for role in texts_of(r[AT["owner_roles"]])),
            grants=frozenset((Permission(p), Scope(s)) for p, s in _grants(r[AT["owner_grants"]])),
        ),
        name=r[AT["name"]],
        form=ImportForm(r[AT["form"]]),
        shape=Shape(
            encoding=r[AT["encoding"]],
            delimiter=r[AT["delimiter"]],
            columns=texts_of(r[AT["columns"]]),
        ),
        mapping=texts_of(r[AT["mapping"]]),
        on_known=OnKnown(r[AT["on_known"]]),
        rows_done=r[AT["rows_done"]],
    )
