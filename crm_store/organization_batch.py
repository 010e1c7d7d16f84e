"""The rows of one batch of an import of organizations: one that we have is updated or left, the rest are new."""

from collections.abc import Sequence
from dataclasses import replace

from crm_store.driver import Wire
from crm_store.import_outcome import Outcome
from crm_store.organization_rows import add, candidates, members_changed, save, states_of
from hub.crm.edits import tags_of
from hub.crm.imports import Draft, ImportJob, OnKnown, OrganizationDraft
from hub.crm.organizations import (
    LONGEST_NOTE,
    Candidate,
    Meant,
    OrganizationState,
    meant_by,
    name_key,
    plain_name,
)
from hub.domain.errors import Invalid
from hub.domain.ids import OrganizationId, TenantId
from hub.ids import new_id


class Ours:
    """The organizations that some rows may mean, with those that were made of the rows before."""

    def __init__(self, found: Sequence[Candidate]) -> None:
        self._by_id: dict[str, Candidate] = {}
        self._near: dict[tuple[str, str], list[Candidate]] = {}
        for one in found:
            self.put(one)

    def put(self, one: Candidate) -> None:
        """It is so from now on. What it was called before is looked at as well, and means it no more."""
        self._by_id[one.id] = one
        for near in (("name", name_key(one.name)), ("domain", one.domain)):
            self._near.setdefault(near, []).append(one)

    def meant_by(self, draft: OrganizationDraft) -> Meant:
        """Which one the row means."""
        named = self._by_id.get(draft.organization_id)
        return meant_by(
            draft.name, draft.domain, named.id if named else None, self.near(draft.name, draft.domain)
        )

    def meant_by_words(self, name: str, domain: str) -> Meant:
        """Which one somebody means who calls it so, and names its domain or does not."""
        return meant_by(name, domain, None, self.near(name, domain))

    def near(self, name: str, domain: str) -> list[Candidate]:
        """Those that may be meant."""
        near = [
            *self._near.get(("name", name_key(name)), ()),
            *(self._near.get(("domain", domain), ()) if domain else ()),
        ]
        return [self._by_id[one.id] for one in near]

    def __getitem__(self, organization_id: OrganizationId) -> Candidate:
        return self._by_id[organization_id]


async def ours_of(wire: Wire, tenant_id: TenantId, drafts: Sequence[OrganizationDraft]) -> Ours:
    """Those that these rows may mean."""
    found = await candidates(
        wire,
        tenant_id,
        ids={draft.organization_id for draft in drafts} - {""},
        domains={draft.domain for draft in drafts} - {""},
        names={draft.name for draft in drafts} - {""},
    )
    return Ours(found)


class OrganizationBatch:
    """Taking of crm_store/import_outcome.py, of organizations."""

    def __init__(self, wire: Wire, job: ImportJob) -> None:
        self._wire = wire
        self._job = job
        self._tenant_id = job.principal.tenant_id
        self._new: dict[OrganizationId, OrganizationState] = {}
        self._kept: dict[OrganizationId, OrganizationState] = {}
        self._changed: set[OrganizationId] = set()
        self._renamed: set[OrganizationId] = set()
        self.outcome = Outcome()

    async def take(self, drafts: Sequence[Draft]) -> None:
        """See the protocol."""
        rows = [draft for draft in drafts if isinstance(draft, OrganizationDraft)]
        ours = await ours_of(self._wire, self._tenant_id, rows)
        known = sorted({meant.known for row in rows if (meant := ours.meant_by(row)).known})
        await self._wire.fetch(
            "SELECT id FROM organizations WHERE /*+*/tenant_id = $1 AND id = ANY($2) ORDER BY id FOR NO KEY UPDATE",
            self._tenant_id,
            known,
        )
        self._kept = await states_of(self._wire, self._tenant_id, known)
        for row in rows:
            await self._take(row, ours)
        if self._new:
            await add(self._wire, self._tenant_id, self._new)
        if self._changed:
            await save(self._wire, self._tenant_id, {one: self._kept[one] for one in sorted(self._changed)})
        for one in sorted(self._renamed):
            self.outcome.events += await members_changed(self._wire, self._tenant_id, one)

    async def _take(self, row: OrganizationDraft, ours: Ours) -> None:
        meant = ours.meant_by(row)
        if meant.problem:
            self.outcome.refuse(row, meant.problem)
        elif meant.known is None:
            self._add(row, meant, ours)
        elif self._job.on_known is OnKnown.SKIP:
            self.outcome.skipped += 1
        else:
            await self._update(row, meant.known, ours)

    def _add(self, row: OrganizationDraft, meant: Meant, ours: Ours) -> None:
        if not row.name:
            self.outcome.refuse(row, "no_name")  # the id alone, and it is of another house
            return
        made = OrganizationId(new_id())
        state = OrganizationState(
            name=row.name, note=row.note, domain=row.domain, phone=row.phone, tags=row.tags
        )
        self._new[made] = state
        ours.put(Candidate(id=made, name=state.name, domain=state.domain))
        self.outcome.added += 1
        if meant.perhaps is not None:
            self.outcome.may_be(row, made, meant.perhaps, meant.reason)

    async def _update(self, row: OrganizationDraft, known: OrganizationId, ours: Ours) -> None:
        before = self._new.get(known) or self._kept.get(known)
        if before is None:  # a row before this one gave it the name or the domain that this one means it by
            self._kept |= await states_of(self._wire, self._tenant_id, [known])
            before = self._kept[known]
        try:
            after = _told(before, row, is_named=row.organization_id == known)
        except Invalid as error:
            self.outcome.refuse(row, error.stable_code)
            return
        if after == before:
            self.outcome.skipped += 1
            return
        if known in self._new:
            self._new[known] = after
        else:
            self._kept[known] = after
            self._changed.add(known)
            if after.name != before.name:
                self._renamed.add(known)
        ours.put(Candidate(id=known, name=after.name, domain=after.domain))
        self.outcome.updated += 1


def _told(before: OrganizationState, row: OrganizationDraft, *, is_named: bool) -> OrganizationState:
    """It with what the row says: tags and a note are added to what is there, the rest counts instead of it. Another
    spelling of the name counts only where the row names it by its id.

    Raises Invalid (`too_many_tags`, `note_too_long`).
    """
    note = before.note
    if row.note and row.note not in note:
        note = f"{note}\n{row.note}".strip()
        if len(note) > LONGEST_NOTE:
            raise Invalid("the note would be too long", field="note", code="note_too_long")
    is_other = row.name and (is_named or plain_name(row.name) != plain_name(before.name))
    return replace(
        before,
        name=row.name if is_other else before.name,
        domain=row.domain or before.domain,
        phone=row.phone or before.phone,
        tags=tags_of((*before.tags, *row.tags)),
        note=note,
    )
