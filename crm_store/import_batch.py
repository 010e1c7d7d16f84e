"""The rows of one batch of an import: who is known is updated or left, everybody else is a new client."""

from collections.abc import Sequence
from datetime import datetime

from crm_store.card_facts import notes_of, write_facts, write_facts_of_many
from crm_store.driver import Row, Wire
from crm_store.employers import Employers
from crm_store.import_known import (
    Address,
    Holder,
    meant,
    named_by_id,
    objection,
    proved_holders,
    without_shared_lines,
)
from crm_store.import_outcome import Outcome
from crm_store.instants import to_us
from crm_store.mapping import identity_row, person_row, text
from crm_store.person_edits import MOST_ADDRESSES, save_state, state_of
from crm_store.person_index import index_persons, namesakes
from crm_store.rows.crm import consents, person_details, person_tags
from crm_store.rows.people import identities, persons
from hub.crm.addresses import shown_address
from hub.crm.card_words import LONGEST_SOURCE, DatedConsent, is_news
from hub.crm.changes import Change
from hub.crm.edits import edited
from hub.crm.imports import Draft, ImportJob, OnKnown, RowDraft
from hub.crm.matching import alike, name_keys
from hub.domain.card import CardEdit
from hub.domain.client_fields import ClientField
from hub.domain.errors import Conflict, Invalid
from hub.domain.events import PersonChanged
from hub.domain.ids import ConsentId, IdentityId, PersonId
from hub.domain.person import Identity, IdentityKind, Person, Tier
from hub.ids import new_id

_SAME = {
    IdentityKind.PHONE: "same_phone",
    IdentityKind.EMAIL: "same_email",
    IdentityKind.TELEGRAM: "same_telegram",
    IdentityKind.SITE: "same_site_user",
}
_MOST_NAMESAKES = 3
_SHARE = "INSERT INTO shared_numbers (tenant_id, value, person_id, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"

_LOCK = "SELECT id FROM persons WHERE /*+*/tenant_id = $1 AND id = ANY($2) ORDER BY id FOR NO KEY UPDATE"
_MOST_ROUNDS = 10


class Batch:
    """Taking of crm_store/import_outcome.py, of clients."""

    def __init__(self, wire: Wire, job: ImportJob, fields: Sequence[ClientField], at: datetime) -> None:
        self._wire = wire
        self._job = job
        self._tenant_id = job.principal.tenant_id
        self._fields = fields
        self._at = at
        self._holders: dict[Address, Holder] = {}
        self._named: dict[str, PersonId] = {}
        self._said: dict[PersonId, set[tuple[object, ...]]] = {}
        self._notes: dict[PersonId, list[str]] = {}
        self._employers = Employers(wire, self._tenant_id)
        self._new: list[tuple[PersonId, RowDraft, tuple[Address, ...]]] = []
        self._added: list[tuple[PersonId, RowDraft]] = []
        self.outcome = Outcome()

    async def take(self, drafts: Sequence[Draft]) -> None:
        """See the protocol."""
        rows = [draft for draft in drafts if isinstance(draft, RowDraft)]
        rows = await without_shared_lines(self._wire, self._tenant_id, rows)
        await self._lock(rows)
        # a row that is not taken says nothing of an organization either
        await self._employers.find([draft for draft in rows if not self._objection(draft)[1]])
        await self._find_said(rows)
        for draft in rows:
            known, problem = self._objection(draft)
            if problem:
                self.outcome.refuse(draft, problem, known)
            elif not known and (problem := self._employers.problem(draft)):
                self.outcome.refuse(draft, problem)
            elif not known:
                self._add(draft)
            elif self._job.on_known is OnKnown.SKIP:
                self.outcome.skipped += 1
            else:
                await self._update(draft, known.pop())
        await self._write_new()
        await self._find_namesakes()

    def _objection(self, draft: RowDraft) -> tuple[set[PersonId], str]:
        known = meant(draft, self._holders, self._named)
        return known, objection(draft, known, self._at)

    async def _lock(self, rows: Sequence[RowDraft]) -> None:
        """Whom these rows mean, locked in one order everywhere. A merge or an undoing of theirs is waited for, and
        whom they mean is asked again after it. Raises Conflict (`raced`) when that does not end."""
        locked: set[PersonId] = set()
        for _ in range(_MOST_ROUNDS):
            self._holders = await proved_holders(self._wire, self._tenant_id, rows)
            self._named = await named_by_id(self._wire, self._tenant_id, rows)
            whom = {*(holder.person_id for holder in self._holders.values()), *self._named.values()}
            if whom <= locked:
                return
            await self._wire.fetch(_LOCK, self._tenant_id, sorted(whom))
            locked |= whom
        raise Conflict("the clients of these rows are being merged", code="raced")

    def _add(self, draft: RowDraft) -> None:
        person_id = PersonId(new_id())
        free = tuple(address for address in draft.addresses if address not in self._holders)
        for address in draft.addresses:
            if (holder := self._holders.get(address)) is not None:
                # somebody says it is theirs: nobody's word is taken, and people decide
                self.outcome.may_be(draft, person_id, holder.person_id, _SAME[address[0]])
        self._new.append((person_id, draft, free))
        self._holders |= {address: Holder(person_id, is_proved=True) for address in free}

    async def _update(self, draft: RowDraft, person_id: PersonId) -> None:
        if any(person_id == made for made, _, _ in self._new):  # a row of this very batch made them
            await self._write_new()
        before = await state_of(self._wire, self._tenant_id, person_id)
        if problem := self._employers.problem(draft, before.organization):
            self.outcome.refuse(draft, problem)
            return
        organization = self._employers.of(draft, before.organization)
        edit = CardEdit(
            version=0,
            name=draft.name or None,
            language=draft.language or None,
            tier=draft.tier,
            organization_id=None if organization is None else organization.id,
            tags=(*before.tags, *draft.tags) if draft.tags else None,
            fields=dict(draft.fields) or None,
        )
        try:
            after, changes = edited(before, edit, organization=organization, fields=self._fields)
        except Invalid as error:
            self.outcome.refuse(draft, error.stable_code)
            return
        free = [address for address in draft.addresses if address not in self._holders]
        if free and not await self._has_room(person_id, len(free)):
            self.outcome.refuse(draft, "too_many_addresses")
            return
        await self._employers.make([organization])
        await save_state(self._wire, self._tenant_id, person_id, before, after)
        changes += [
            Change(kind="card_address_added", what=kind.value, now=shown_address(kind, value))
            for kind, value in free
        ]
        await self._put_addresses([(person_id, free)])
        await index_persons(self._wire, self._tenant_id, (), [(person_id, *address) for address in free])
        consented = self._consents(person_id, draft)
        if consented:
            await self._wire.insert(consents, consented)
        noted = draft.note if is_news(draft.note, self._notes.get(person_id, ())) else ""
        if not changes and not consented and not noted:
            self.outcome.skipped += 1
            return
        self.outcome.updated += 1
        changes.append(self._imported(person_id, noted))
        await self._wire.execute("UPDATE persons SET version = version + 1 WHERE id = $1", person_id)
        await write_facts(self._wire, self._job.principal, person_id, self._at, changes)
        self.outcome.events.append(PersonChanged(tenant_id=self._tenant_id, person_id=person_id))

    async def _has_room(self, person_id: PersonId, more: int) -> bool:
        ((held,),) = await self._wire.fetch(
            "SELECT COUNT(*) FROM identities WHERE /*+*/tenant_id = $1 AND person_id = $2",
            self._tenant_id,
            person_id,
        )
        return bool(held + more <= MOST_ADDRESSES)

    def _imported(self, person_id: PersonId, note: str) -> Change:
        if note:
            self._notes.setdefault(person_id, []).append(note)
        return Change(kind="card_imported", what=self._job.name, now=note)

    async def _write_new(self) -> None:
        """The new clients of the batch so far, in bulk."""
        if not self._new:
            return
        made, self._new = self._new, []
        wire, tenant_id = self._wire, self._tenant_id
        await self._employers.make(self._employers.of(draft) for _, draft, _ in made)
        await wire.insert(
            persons,
            [
                person_row(
                    Person(
                        id=person_id,
                        tenant_id=tenant_id,
                        name=draft.name,
                        language=draft.language,
                        tier=draft.tier or Tier.STANDARD,
                        organization_id=None if (found := self._employers.of(draft)) is None else found.id,
                        created_at=self._at,
                    )
                )
                for person_id, draft, _ in made
            ],
        )
        details: list[Row] = [
            (person_id, tenant_id, text(draft.tags), text(dict(draft.fields)))
            for person_id, draft, _ in made
            if draft.tags or draft.fields
        ]
        tagged: list[Row] = [
            (tenant_id, tag.casefold(), person_id, tag) for person_id, draft, _ in made for tag in draft.tags
        ]
        consented = [row for person_id, draft, _ in made for row in self._consents(person_id, draft)]
        for table, rows in ((person_details, details), (person_tags, tagged), (consents, consented)):
            if rows:
                await wire.insert(table, rows)
        await self._put_addresses([(person_id, free) for person_id, _, free in made])
        await index_persons(
            wire,
            tenant_id,
            [(person_id, [draft.name]) for person_id, draft, _ in made if draft.name],
            [(person_id, *address) for person_id, _, free in made for address in free],
        )
        shared = [
            (tenant_id, value, person_id, to_us(self._at))
            for person_id, draft, free in made
            for kind, value in draft.addresses
            if kind is IdentityKind.PHONE and (kind, value) not in free
        ]
        if shared:
            await wire.many(_SHARE, shared)
        imported = [(p, self._imported(p, d.note)) for p, d, _ in made]
        await write_facts_of_many(wire, self._job.principal, self._at, imported)
        self._added += [(person_id, draft) for person_id, draft, _ in made]
        self.outcome.added += len(made)

    async def _put_addresses(self, given: Sequence[tuple[PersonId, Sequence[Address]]]) -> None:
        rows = [
            identity_row(
                Identity(
                    id=IdentityId(new_id()),
                    tenant_id=self._tenant_id,
                    person_id=person_id,
                    kind=kind,
                    value=value,
                    display=shown if (shown := shown_address(kind, value)) != value else "",
                    created_at=self._at,
                )
            )
            for person_id, addresses in given
            for kind, value in addresses
        ]
        if not rows:
            return
        await self._wire.insert(identities, rows)
        self._holders |= {
            address: Holder(person_id, is_proved=True) for person_id, free in given for address in free
        }

    def _consents(self, person_id: PersonId, draft: RowDraft) -> list[Row]:
        """Those of the row that are not there yet."""
        principal, source = self._job.principal, self._job.name[:LONGEST_SOURCE]
        kinds = dict.fromkeys(kind for kind, _ in draft.addresses)
        said = [
            DatedConsent(channel=kind, purpose=purpose, given=given, at=self._at, source=source)
            for purpose, given in draft.consents
            for kind in kinds
        ]
        there = self._said.setdefault(person_id, set())
        rows: list[Row] = []
        for one in (*draft.dated, *said):
            known = (one.channel.value, one.purpose.value, one.given, to_us(one.at))
            if known not in there:
                there.add(known)
                rows.append(
                    (
                        *(ConsentId(new_id()), self._tenant_id, person_id),
                        *(*known, principal.user_id, principal.name, one.source),
                    )
                )
        return rows

    async def _find_said(self, rows: Sequence[RowDraft]) -> None:
        """What whoever these rows may mean has said already: a file of ours says it again."""
        ids = sorted({*(holder.person_id for holder in self._holders.values()), *self._named.values()})
        if ids and any(row.dated for row in rows):
            for person_id, *said in await self._wire.fetch(
                "SELECT person_id, channel, purpose, given, at FROM consents"
                " WHERE /*+*/tenant_id = $1 AND person_id = ANY($2)",
                self._tenant_id,
                ids,
            ):
                channel, purpose, given, at = said
                self._said.setdefault(PersonId(person_id), set()).add((channel, purpose, bool(given), at))
        if ids and any(row.note for row in rows):
            self._notes |= await notes_of(self._wire, self._tenant_id, ids)

    async def _find_namesakes(self) -> None:
        """Who of those added may be somebody who was there before, or stands further up in the file."""
        keys = {person_id: name_keys(draft.name) for person_id, draft in self._added}
        asked: dict[str, bool] = {}
        for own in keys.values():
            for key, is_whole in own.items():
                asked[key] = asked.get(key, False) or is_whole
        if not asked:
            return
        found = await namesakes(self._wire, self._tenant_id, asked.items(), _MOST_NAMESAKES + 1)
        ids = sorted({other for others in found.values() for other in others})
        rows = await self._wire.fetch(
            "SELECT id, name FROM persons WHERE /*+*/tenant_id = $1 AND id = ANY($2)", self._tenant_id, ids
        )
        called = {row[0]: row[1] for row in rows}
        for person_id, draft in self._added:
            others = {o for key in keys[person_id] for o in found.get(key, ()) if o < person_id}
            likely = [
                (because.sure, other, because.reason)
                for other in others
                if (because := alike(draft.name, called[other])) is not None
            ]
            if likely:
                _, other, reason = max(likely)
                self.outcome.may_be(draft, person_id, other, reason)
