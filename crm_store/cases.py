"""Cases in the store: numbered within the tenant, reached through their person."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from msgspec import UNSET, UnsetType

from crm_store.driver import Row, Wire
from crm_store.instants import from_us, to_us
from crm_store.mapping import at, us
from crm_store.pages import instant_cursor
from crm_store.people_of_house import require_user
from crm_store.person_change import Changing, PersonChange
from crm_store.repeated import repeated
from hub.desk.client_views import CaseFactView, CaseHistory, CasePage, CaseView
from hub.desk.views import NamedView
from hub.domain.access import Permission, Principal
from hub.domain.case import Case, CaseStatus
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.ids import CaseId, InteractionId, PersonId, TenantId, UserId
from hub.domain.texts import one_line
from hub.ids import new_id

_CASE = (
    "SELECT c.id, c.number, p.id, p.name, c.subject, c.status, c.public_status, c.promised_at, c.owner_id,"
    " COALESCE(u.name, a.name, ''), c.opened_at, c.closed_at, c.version"
    " FROM cases c JOIN persons p ON p.id = c.person_id LEFT JOIN users u ON u.id = c.owner_id"
    " LEFT JOIN agents a ON a.id = c.owner_id WHERE /*+*/c.tenant_id = $1"
)
_NEXT_NUMBER = (
    "INSERT INTO case_numbers (tenant_id, last) VALUES ($1, 1)"
    " ON CONFLICT (tenant_id) DO UPDATE SET last = case_numbers.last + 1 RETURNING last"
)
_HISTORY = (
    "SELECT f.at, f.actor, f.kind, f.was, f.now FROM person_facts f WHERE /*+*/f.tenant_id = $1"
    " AND f.person_id = $2 AND f.what = $3 AND f.kind LIKE 'card_case_%' ORDER BY f.at DESC, f.id DESC LIMIT $4"
)
_HISTORY_LINES = 200
_NEWEST = (1 << 62, "g")


async def open_cases_of(
    wire: Wire, tenant_id: TenantId, persons: Sequence[PersonId], limit: int
) -> list[CaseView]:
    """What is open for these persons, newest first."""
    rows = await wire.fetch(
        _CASE
        + " AND c.person_id = ANY($2) AND c.closed_at IS NULL ORDER BY c.opened_at DESC, c.id DESC LIMIT $3",
        tenant_id,
        list(persons),
        limit,
    )
    return await _views(wire, tenant_id, rows)


class Cases(Changing):
    """CaseStore of hub/desk/client_stores.py."""

    async def cases(self, principal: Principal, person_id: PersonId, *, after: str, limit: int) -> CasePage:
        """See the port."""
        opened_at, last_id = instant_cursor(after, _NEWEST)
        async with self._store.database.snapshot() as wire:
            root = await self._reach.require(wire, principal, Permission.READ_PERSON, person_id)
            rows = await wire.fetch(
                _CASE + " AND c.person_id = $2 AND (c.opened_at < $3 OR (c.opened_at = $3 AND c.id < $4))"
                " ORDER BY c.opened_at DESC, c.id DESC LIMIT $5",
                principal.tenant_id,
                root,
                opened_at,
                last_id,
                limit + 1,
            )
            views = await _views(wire, principal.tenant_id, rows[:limit])
        more = f"{rows[limit - 1][10]}.{rows[limit - 1][0]}" if len(rows) > limit else None
        return CasePage(items=tuple(views), next=more)

    async def case(self, principal: Principal, case_id: CaseId) -> CaseView:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            view = await _case(wire, principal.tenant_id, case_id)
            await self._reach.require(wire, principal, Permission.READ_PERSON, PersonId(view.person.id))
        return view

    async def open_case(
        self,
        principal: Principal,
        person_id: PersonId,
        *,
        subject: str,
        promised_at: datetime | None,
        owner_id: UserId | None,
        interaction_id: InteractionId | None,
        key: str | None,
    ) -> CaseView:
        """See the port."""
        request = None if key is None else f"{principal.user_id}:{key}"
        async with self._change(principal, person_id) as change:
            wire, tenant_id = change.wire, principal.tenant_id
            if request and (before := await _requested(wire, tenant_id, request)):
                return await _case(wire, tenant_id, before)
            if owner_id is not None:
                await require_user(wire, tenant_id, owner_id)
            ((number,),) = await wire.fetch(_NEXT_NUMBER, tenant_id)
            case = Case(
                id=CaseId(new_id()),
                tenant_id=tenant_id,
                number=number,
                person_id=change.person_id,
                subject=_subject(subject),
                promised_at=promised_at,
                owner_id=owner_id if owner_id is not None else principal.user_id,
                opened_at=change.at,
            )
            await wire.execute(
                "INSERT INTO cases (id, tenant_id, number, person_id, subject, status, public_status, promised_at,"
                " owner_id, opened_at, closed_at, version, request)"
                " VALUES ($1, $2, $3, $4, $5, $6, '', $7, $8, $9, NULL, 1, $10)",
                case.id,
                tenant_id,
                number,
                case.person_id,
                case.subject,
                case.status.value,
                us(case.promised_at),
                case.owner_id,
                to_us(case.opened_at),
                request,
            )
            if interaction_id is not None:
                await _link(change, case, interaction_id)
            change.note("card_case_opened", str(number), now=case.subject)
            return await _case(wire, tenant_id, case.id)

    async def change_case(
        self,
        principal: Principal,
        case_id: CaseId,
        *,
        version: int,
        subject: str | None = None,
        status: CaseStatus | None = None,
        public_status: str | None = None,
        promised_at: datetime | UnsetType | None = UNSET,
        owner_id: UserId | UnsetType | None = UNSET,
        interaction_id: InteractionId | None = None,
    ) -> CaseView:
        """See the port."""
        return await repeated(
            lambda: self._changed(
                principal,
                case_id,
                version=version,
                subject=subject,
                status=status,
                public_status=public_status,
                promised_at=promised_at,
                owner_id=owner_id,
                interaction_id=interaction_id,
            )
        )

    async def _changed(
        self,
        principal: Principal,
        case_id: CaseId,
        *,
        version: int,
        subject: str | None,
        status: CaseStatus | None,
        public_status: str | None,
        promised_at: datetime | UnsetType | None,
        owner_id: UserId | UnsetType | None,
        interaction_id: InteractionId | None,
    ) -> CaseView:
        tenant_id = principal.tenant_id
        async with self._store.database.snapshot() as wire:
            person_id = PersonId((await _case(wire, tenant_id, case_id)).person.id)
        async with self._change(principal, person_id) as change:
            wire = change.wire
            view = await _case(wire, tenant_id, case_id)
            if view.person.id != change.person_id:
                raise Conflict("this case went back to another record just now", code="raced")
            if view.version != version:
                raise Conflict("somebody changed this case meanwhile", code="changed_meanwhile")
            before = _of_view(tenant_id, view)
            after = before if status is None else before.stepped(status, change.at)
            if subject is not None:
                after = replace(after, subject=_subject(subject))
            if public_status is not None:
                after = replace(after, public_status=one_line(public_status, 200))
            if promised_at is not UNSET:
                after = replace(after, promised_at=promised_at)
            if owner_id is not UNSET:
                if owner_id is not None:
                    await require_user(wire, tenant_id, owner_id)
                after = replace(after, owner_id=owner_id)
            if after == before and interaction_id is None:
                return view
            await wire.execute(
                "UPDATE cases SET subject = $1, status = $2, public_status = $3, promised_at = $4, owner_id = $5,"
                " closed_at = $6, version = version + 1 WHERE tenant_id = $7 AND id = $8",
                after.subject,
                after.status.value,
                after.public_status,
                us(after.promised_at),
                after.owner_id,
                us(after.closed_at),
                tenant_id,
                case_id,
            )
            if interaction_id is not None:
                await _link(change, after, interaction_id)
                change.note("card_case_changed", str(after.number), now=after.subject)
            now = await _case(wire, tenant_id, case_id)
            _note_changes(change, before, after)
            if after.owner_id != before.owner_id:
                was_owner, owner = (v.owner.name if v.owner else "" for v in (view, now))
                change.note("card_case_owner", str(after.number), was=was_owner, now=owner)
            return now

    async def history(self, principal: Principal, case_id: CaseId) -> CaseHistory:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            view = await _case(wire, principal.tenant_id, case_id)
            root = await self._reach.require(
                wire, principal, Permission.READ_PERSON, PersonId(view.person.id)
            )
            rows = await wire.fetch(_HISTORY, principal.tenant_id, root, str(view.number), _HISTORY_LINES)
        return CaseHistory(
            items=tuple(CaseFactView(at=from_us(r[0]), by=r[1], kind=r[2], was=r[3], now=r[4]) for r in rows),
            next=None,
        )


def _note_changes(change: PersonChange, before: Case, after: Case) -> None:
    what = str(after.number)
    if after.status is not before.status:
        kind = {CaseStatus.CLOSED: "card_case_closed", CaseStatus.PENDING: "card_case_pending"}.get(
            after.status, "card_case_reopened"
        )
        change.note(kind, what, was=before.status.value, now=after.subject)
    if after.public_status != before.public_status:
        change.note("card_case_status", what, was=before.public_status, now=after.public_status)
    if after.promised_at != before.promised_at:
        change.note(
            "card_case_promised",
            what,
            was=before.promised_at.isoformat() if before.promised_at else "",
            now=after.promised_at.isoformat() if after.promised_at else "",
        )
    if after.subject != before.subject:
        change.note("card_case_renamed", what, was=before.subject, now=after.subject)


def _subject(text: str) -> str:
    subject = one_line(text, 200)
    if not subject:
        raise Invalid("a case needs a subject", field="subject", code="empty")
    return subject


async def _link(change: PersonChange, case: Case, interaction_id: InteractionId) -> None:
    found = await change.wire.fetch(
        "SELECT 1 FROM interactions WHERE /*+*/tenant_id = $1 AND id = $2 AND person_id = $3",
        case.tenant_id,
        interaction_id,
        change.person_id,
    )
    if not found:
        raise Invalid(
            "this conversation is not with this client", field="interaction_id", code="not_of_this_client"
        )
    await change.wire.execute(
        "INSERT INTO case_interactions (case_id, interaction_id, tenant_id) VALUES ($1, $2, $3)"
        " ON CONFLICT DO NOTHING",
        case.id,
        interaction_id,
        case.tenant_id,
    )


async def _requested(wire: Wire, tenant_id: TenantId, request: str) -> CaseId | None:
    rows = await wire.fetch("SELECT id FROM cases WHERE tenant_id = $1 AND request = $2", tenant_id, request)
    return CaseId(rows[0][0]) if rows else None


async def _case(wire: Wire, tenant_id: TenantId, case_id: CaseId) -> CaseView:
    rows = await wire.fetch(_CASE + " AND c.id = $2", tenant_id, case_id)
    if not rows:
        raise NotFound("there is no such case")
    return (await _views(wire, tenant_id, rows))[0]


async def _views(wire: Wire, tenant_id: TenantId, rows: Sequence[Row]) -> list[CaseView]:
    linked: dict[str, list[str]] = {}
    for case_id, interaction_id in await wire.fetch(
        "SELECT case_id, interaction_id FROM case_interactions WHERE /*+*/tenant_id = $1 AND case_id = ANY($2)"
        " ORDER BY interaction_id",
        tenant_id,
        [row[0] for row in rows],
    ):
        linked.setdefault(case_id, []).append(interaction_id)
    return [
        CaseView(
            id=r[0],
            number=r[1],
            person=NamedView(id=r[2], name=r[3]),
            subject=r[4],
            status=CaseStatus(r[5]),
            public_status=r[6],
            promised_at=at(r[7]),
            owner=NamedView(id=r[8], name=r[9]) if r[8] else None,
            opened_at=from_us(r[10]),
            closed_at=at(r[11]),
            version=r[12],
            interactions=tuple(linked.get(r[0], ())),
        )
        for r in rows
    ]


def _of_view(tenant_id: TenantId, view: CaseView) -> Case:
    return Case(
        id=CaseId(view.id),
        tenant_id=tenant_id,
        number=view.number,
        person_id=PersonId(view.person.id),
        subject=view.subject,
        status=view.status,
        public_status=view.public_status,
        promised_at=view.promised_at,
        owner_id=UserId(view.owner.id) if view.owner else None,
        opened_at=view.opened_at,
        closed_at=view.closed_at,
        version=view.version,
    )
