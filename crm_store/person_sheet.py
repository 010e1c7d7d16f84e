"""Clients as rows of an export: read page by page, by their ids."""

from collections.abc import Sequence

import msgspec

from crm_store.card_facts import notes_of
from crm_store.client_fields import fields_of
from crm_store.driver import Wire
from crm_store.instants import from_us
from crm_store.search import MOST_PERSONS, find_persons
from crm_store.store import Store
from hub.crm.card_words import DatedConsent, joined_notes
from hub.domain.access import Permission, Principal
from hub.domain.client_fields import ClientField
from hub.domain.ids import PersonId, TenantId
from hub.domain.person import IdentityKind, Purpose
from hub.insight.person_rows import PersonFilter, PersonRow

_NOT_MERGED = (
    " AND NOT EXISTS (SELECT 1 FROM merges m WHERE m.merged_id = p.id AND m.tenant_id = p.tenant_id"
    " AND m.undone_at IS NULL)"
)
_KINDS = ["phone", "email", "telegram", "site"]

_tags = msgspec.json.Decoder(tuple[str, ...]).decode
_fields = msgspec.json.Decoder(dict[str, str]).decode


class PersonSheet:
    """PersonSheet of hub/insight/person_rows.py, on either database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def count(self, principal: Principal, wanted: PersonFilter) -> int:
        """See the port."""
        principal.require(Permission.EXPORT_PERSONS)
        async with self._store.database.snapshot() as wire:
            where, params = await _asked(wire, principal.tenant_id, wanted)
            ((count,),) = await wire.fetch(f"SELECT COUNT(*) FROM persons p WHERE {where}", *params)
        return int(count)

    async def page(
        self, principal: Principal, wanted: PersonFilter, *, after: str, limit: int
    ) -> Sequence[PersonRow]:
        """See the port."""
        principal.require(Permission.EXPORT_PERSONS)
        async with self._store.database.snapshot() as wire:
            where, params = await _asked(wire, principal.tenant_id, wanted)
            n = len(params)
            rows = await wire.fetch(
                "SELECT p.id, p.name, COALESCE(o.name, ''), p.language, COALESCE(d.tags, '[]'),"
                " COALESCE(d.fields, '{}'), p.tier, COALESCE(od.domain, '') FROM persons p"
                " LEFT JOIN organizations o ON o.id = p.organization_id"
                " LEFT JOIN organization_details od ON od.organization_id = o.id"
                f" LEFT JOIN person_details d ON d.person_id = p.id WHERE {where} AND p.id > ${n + 1}"
                f" ORDER BY p.id LIMIT ${n + 2}",
                *params,
                after,
                limit,
            )
            addresses: dict[str, list[tuple[str, str]]] = {}
            for person_id, kind, value in await wire.fetch(
                "SELECT person_id, kind, value FROM identities WHERE /*+*/tenant_id = $1 AND person_id = ANY($2)"
                " AND kind = ANY($3) AND confidence = 'known' ORDER BY created_at, id",
                principal.tenant_id,
                [row[0] for row in rows],
                _KINDS,
            ):
                addresses.setdefault(person_id, []).append((kind, value))
            ids = [PersonId(row[0]) for row in rows]
            notes = await notes_of(wire, principal.tenant_id, ids)
            consents = await _standing(wire, principal.tenant_id, ids)
        return [
            PersonRow(
                id=PersonId(r[0]),
                name=r[1],
                organization=r[2],
                organization_domain=r[7],
                language=r[3],
                tier=r[6],
                tags=_tags(r[4]),
                fields=_fields(r[5]),
                addresses=tuple(addresses.get(r[0], ())),
                note=joined_notes(notes.get(r[0], ())),
                consents=tuple(one.line for one in consents.get(r[0], ())),
            )
            for r in rows
        ]

    async def fields(self, tenant_id: TenantId) -> Sequence[ClientField]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            return await fields_of(wire, tenant_id)


async def _standing(
    wire: Wire, tenant_id: TenantId, ids: Sequence[PersonId]
) -> dict[PersonId, list[DatedConsent]]:
    """What each of these said last of each way and purpose."""
    newest: dict[PersonId, dict[tuple[str, str], DatedConsent]] = {}
    for person_id, channel, purpose, given, at, source in await wire.fetch(
        "SELECT person_id, channel, purpose, given, at, source FROM consents"
        " WHERE /*+*/tenant_id = $1 AND person_id = ANY($2) ORDER BY at, id",
        tenant_id,
        ids,
    ):
        newest.setdefault(PersonId(person_id), {})[purpose, channel] = DatedConsent(
            channel=IdentityKind(channel),
            purpose=Purpose(purpose),
            given=bool(given),
            at=from_us(at),
            source=source,
        )
    return {person_id: [said[key] for key in sorted(said)] for person_id, said in newest.items()}


async def _asked(wire: Wire, tenant_id: TenantId, wanted: PersonFilter) -> tuple[str, list[object]]:
    """What a row must answer, with its parameters."""
    params: list[object] = [tenant_id]
    where = "/*+*/p.tenant_id = $1" + _NOT_MERGED
    for column, value in (
        ("organization_id", wanted.organization),
        ("language", wanted.language),
        ("tier", wanted.tier),
    ):
        if value:
            params.append(value)
            where += f" AND p.{column} = ${len(params)}"
    if wanted.tag:
        params.append(wanted.tag.casefold())
        where += (
            " AND EXISTS (SELECT 1 FROM person_tags t WHERE t.tenant_id = p.tenant_id AND t.person_id = p.id"
            f" AND t.tag = ${len(params)})"
        )
    if wanted.q:
        params.append([str(one) for one in await find_persons(wire, tenant_id, wanted.q, MOST_PERSONS)])
        where += f" AND p.id = ANY(${len(params)})"
    return where, params
