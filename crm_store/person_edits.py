"""Editing a client's card in the store: its own fields, consents, and addresses."""

import msgspec

from crm_store.client_fields import fields_of
from crm_store.driver import Wire
from crm_store.instants import to_us
from crm_store.mapping import columns, identity_row, text
from crm_store.person_change import Changing, PersonChange
from crm_store.person_index import forget_person, index_persons
from crm_store.person_scope import ClientReach
from crm_store.person_tags import save_tags
from crm_store.rows.people import identities
from crm_store.store import Store
from crm_store.unit_of_work import Encode
from hub.crm.addresses import address_of, shown_address
from hub.crm.edits import CardState, edited
from hub.desk.client_views import AddressOwner
from hub.desk.views import NamedView
from hub.domain.access import Permission, Principal
from hub.domain.card import CardEdit
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.ids import ConsentId, IdentityId, OrganizationId, PersonId, TenantId
from hub.domain.person import (
    WRITTEN_TO,
    Confidence,
    Consent,
    Identity,
    IdentityKind,
    Organization,
    Purpose,
    Tier,
)
from hub.domain.texts import one_line
from hub.ids import new_id
from hub.ports.clock import Clock

_STATE = (
    "SELECT p.name, p.language, p.tier, p.organization_id, o.name, COALESCE(e.tags, '[]'), COALESCE(e.fields, '{}')"
    " FROM persons p LEFT JOIN organizations o ON o.id = p.organization_id"
    " LEFT JOIN person_details e ON e.person_id = p.id WHERE /*+*/p.tenant_id = $1 AND p.id = $2"
)
_SAVE_DETAILS = (
    "INSERT INTO person_details (person_id, tenant_id, tags, fields) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (person_id) DO UPDATE SET tags = excluded.tags, fields = excluded.fields"
)
# two at once: the unique index decides
_ADD_IDENTITY = (
    f"INSERT INTO identities ({columns(identities)}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    " ON CONFLICT DO NOTHING"
)
MOST_ADDRESSES = 30

_tags = msgspec.json.Decoder(tuple[str, ...]).decode
_fields = msgspec.json.Decoder(dict[str, str]).decode


async def state_of(wire: Wire, tenant_id: TenantId, person_id: PersonId) -> CardState:
    """What of this card people may edit."""
    ((name, language, tier, organization_id, organization, tags, fields),) = await wire.fetch(
        _STATE, tenant_id, person_id
    )
    return CardState(
        name=name,
        language=language,
        tier=Tier(tier),
        organization=None
        if organization_id is None
        else Organization(id=OrganizationId(organization_id), tenant_id=tenant_id, name=organization),
        tags=_tags(tags),
        fields=_fields(fields),
    )


async def save_state(
    wire: Wire, tenant_id: TenantId, person_id: PersonId, before: CardState, after: CardState
) -> None:
    """Write what is different; whoever is called otherwise now is found by the new name."""
    if (before.name, before.language, before.tier, before.organization) != (
        after.name,
        after.language,
        after.tier,
        after.organization,
    ):
        await wire.execute(
            "UPDATE persons SET name = $1, language = $2, tier = $3, organization_id = $4"
            " WHERE tenant_id = $5 AND id = $6",
            after.name,
            after.language,
            after.tier.value,
            after.organization.id if after.organization else None,
            tenant_id,
            person_id,
        )
    if (before.tags, before.fields) != (after.tags, after.fields):
        await wire.execute(_SAVE_DETAILS, person_id, tenant_id, text(after.tags), text(dict(after.fields)))
    if before.tags != after.tags:
        await save_tags(wire, tenant_id, person_id, after.tags)
    if before.name != after.name:
        await index_anew(wire, tenant_id, person_id)


async def index_anew(wire: Wire, tenant_id: TenantId, person_id: PersonId) -> None:
    """Make the person findable by what they are called and reached by now, and by nothing else."""
    await forget_person(wire, tenant_id, person_id)
    ((name,),) = await wire.fetch(
        "SELECT name FROM persons WHERE tenant_id = $1 AND id = $2", tenant_id, person_id
    )
    rows = await wire.fetch(
        "SELECT kind, value FROM identities WHERE /*+*/tenant_id = $1 AND person_id = $2",
        tenant_id,
        person_id,
    )
    names = [(person_id, [name])] if name else []
    await index_persons(wire, tenant_id, names, [(person_id, IdentityKind(r[0]), r[1]) for r in rows])


class PersonEdits(Changing):
    """CardStore of hub/desk/client_stores.py."""

    def __init__(
        self, store: Store, clock: Clock, *, encode: Encode, reach: ClientReach, region: str = ""
    ) -> None:
        super().__init__(store, clock, encode=encode, reach=reach)
        self._region = region

    async def edit(self, principal: Principal, person_id: PersonId, edit: CardEdit) -> PersonId:
        """See the port."""
        async with self._change(principal, person_id, version=edit.version) as change:
            wire, tenant_id = change.wire, principal.tenant_id
            before = await state_of(wire, tenant_id, change.person_id)
            after, changes = edited(
                before,
                edit,
                organization=await _organization(wire, tenant_id, edit.organization),
                fields=await fields_of(wire, tenant_id),
            )
            await save_state(wire, tenant_id, change.person_id, before, after)
            change.changes += changes
        return change.person_id

    async def record_consent(
        self,
        principal: Principal,
        person_id: PersonId,
        *,
        channel: IdentityKind,
        purpose: Purpose,
        given: bool,
        source: str,
    ) -> PersonId:
        """See the port."""
        if channel not in WRITTEN_TO:
            raise Invalid("nobody is written to there", field="channel")
        async with self._change(principal, person_id) as change:
            consent = Consent(
                id=ConsentId(new_id()),
                tenant_id=principal.tenant_id,
                person_id=change.person_id,
                channel=channel,
                purpose=purpose,
                given=given,
                at=change.at,
                by_id=principal.user_id,
                by=principal.name,
                source=one_line(source, 200),
            )
            before = await _agreed(change.wire, consent)
            await change.wire.execute(
                "INSERT INTO consents (id, tenant_id, person_id, channel, purpose, given, at, by_id, by_name, source)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                consent.id,
                consent.tenant_id,
                consent.person_id,
                consent.channel.value,
                consent.purpose.value,
                consent.given,
                to_us(consent.at),
                consent.by_id,
                consent.by,
                consent.source,
            )
            kind = "card_consent_given" if given else "card_consent_withdrawn"
            change.note(kind, purpose.value, was="given" if before else "", now=channel.value)
        return change.person_id

    async def add_address(
        self,
        principal: Principal,
        person_id: PersonId,
        *,
        kind: IdentityKind,
        typed: str,
        confidence: Confidence,
    ) -> PersonId:
        """See the port."""
        value = address_of(kind, typed, region=self._region)
        async with self._change(principal, person_id) as change:
            held = await change.wire.fetch(
                "SELECT id, kind, value FROM identities WHERE /*+*/tenant_id = $1 AND person_id = $2",
                principal.tenant_id,
                change.person_id,
            )
            if (kind.value, value) in {(r[1], r[2]) for r in held}:
                return change.person_id
            if len(held) >= MOST_ADDRESSES:
                raise Invalid(
                    f"a person has at most {MOST_ADDRESSES} addresses",
                    field="value",
                    code="too_many_addresses",
                )
            await _require_free(change, kind, value)
            shown = shown_address(kind, value)
            identity = Identity(
                id=IdentityId(new_id()),
                tenant_id=principal.tenant_id,
                person_id=change.person_id,
                kind=kind,
                value=value,
                display=shown if shown != value else "",
                confidence=confidence,
                created_at=change.at,
            )
            added = await change.wire.execute(_ADD_IDENTITY, *identity_row(identity))
            if not added:
                raise _taken()
            await index_persons(change.wire, principal.tenant_id, (), [(change.person_id, kind, value)])
            change.note("card_address_added", kind.value, now=shown)
        return change.person_id

    async def remove_address(
        self, principal: Principal, person_id: PersonId, identity_id: IdentityId
    ) -> PersonId:
        """See the port."""
        async with self._change(principal, person_id) as change:
            kind, value, _ = await _address(change, identity_id)
            await change.wire.execute(
                "DELETE FROM identities WHERE tenant_id = $1 AND id = $2", principal.tenant_id, identity_id
            )
            await index_anew(change.wire, principal.tenant_id, change.person_id)
            change.note("card_address_removed", kind.value, was=shown_address(kind, value))
        return change.person_id

    async def mark_address(
        self,
        principal: Principal,
        person_id: PersonId,
        identity_id: IdentityId,
        confidence: Confidence,
    ) -> PersonId:
        """See the port."""
        async with self._change(principal, person_id) as change:
            kind, value, before = await _address(change, identity_id)
            if before is confidence:
                return change.person_id
            await change.wire.execute(
                "UPDATE identities SET confidence = $1 WHERE tenant_id = $2 AND id = $3",
                confidence.value,
                principal.tenant_id,
                identity_id,
            )
            if kind is IdentityKind.PHONE and confidence is Confidence.KNOWN:
                # somebody of ours said whose it is: nobody else's word counts any more
                await change.wire.execute(
                    "DELETE FROM shared_numbers WHERE tenant_id = $1 AND value = $2",
                    principal.tenant_id,
                    value,
                )
            change.note(f"card_address_{confidence}", kind.value, now=shown_address(kind, value))
        return change.person_id

    async def owner_of(self, principal: Principal, kind: IdentityKind, typed: str) -> AddressOwner:
        """See the port."""
        principal.require(Permission.FIND_PERSON)
        value = address_of(kind, typed, region=self._region)
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT p.id, p.name FROM identities d JOIN persons p ON p.id = d.person_id"
                " WHERE d.tenant_id = $1 AND d.kind = $2 AND d.value = $3",
                principal.tenant_id,
                kind.value,
                value,
            )
            mine = await self._reach.may(wire, principal, Permission.FIND_PERSON, [r[0] for r in rows])
        found = next((NamedView(id=r[0], name=r[1]) for r in rows if r[0] in mine), None)
        return AddressOwner(value=value, person=found)


async def _organization(
    wire: Wire, tenant_id: TenantId, organization_id: OrganizationId | None
) -> Organization | None:
    if organization_id is None:
        return None
    rows = await wire.fetch(
        "SELECT name FROM organizations WHERE tenant_id = $1 AND id = $2", tenant_id, organization_id
    )
    if not rows:
        raise Invalid("there is no such organization", field="organization_id", code="no_such_organization")
    return Organization(id=organization_id, tenant_id=tenant_id, name=rows[0][0])


async def _require_free(change: PersonChange, kind: IdentityKind, value: str) -> None:
    taken = await change.wire.fetch(
        "SELECT 1 FROM identities WHERE tenant_id = $1 AND kind = $2 AND value = $3",
        change.principal.tenant_id,
        kind.value,
        value,
    )
    if taken:
        raise _taken()


def _taken() -> Conflict:
    return Conflict("this address belongs to somebody else", code="address_taken")


async def _address(change: PersonChange, identity_id: IdentityId) -> tuple[IdentityKind, str, Confidence]:
    rows = await change.wire.fetch(
        "SELECT kind, value, confidence FROM identities WHERE /*+*/tenant_id = $1 AND person_id = $2 AND id = $3",
        change.principal.tenant_id,
        change.person_id,
        identity_id,
    )
    if not rows:
        raise NotFound("there is no such address")
    return IdentityKind(rows[0][0]), rows[0][1], Confidence(rows[0][2])


async def _agreed(wire: Wire, to: Consent) -> bool:
    """Whether what they said last of this channel and purpose is yes."""
    rows = await wire.fetch(
        "SELECT given FROM consents WHERE /*+*/tenant_id = $1 AND person_id = $2 AND channel = $3 AND purpose = $4"
        " ORDER BY at DESC, id DESC LIMIT 1",
        to.tenant_id,
        to.person_id,
        to.channel.value,
        to.purpose.value,
    )
    return bool(rows and rows[0][0])
