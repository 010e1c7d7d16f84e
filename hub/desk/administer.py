"""What administrators change of the floor: queues, staffing, hours. Each change is checked whole, and audited."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from hub.domain.access import Permission, Principal
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.hours import Calendar, CalendarId, require_sound
from hub.domain.ids import QueueId
from hub.domain.queue import Queue, QueueRules, WhenClosed
from hub.domain.signature import require_sound_signatures
from hub.domain.texts import is_clean_text, one_line
from hub.ids import new_id
from hub.ports.clock import Clock
from hub.ports.house import Cell, HouseStore, QueueUses, Staffing

SKILL_LIMIT = 60
SKILLS_LIMIT = 100
CAPACITY_LIMITS = {"voice": 1, "chat": 20, "mail": 60}
"""A call takes the whole agent; an item of the others weighs at least one of the 60 units."""


def draft_of(
    principal: Principal, clock: Clock, action: AuditAction, thing: str, *, reason: str, address: str = ""
) -> AuditDraft:
    """The line of the audit log for a change by this principal."""
    return AuditDraft(
        tenant_id=principal.tenant_id,
        at=clock.now(),
        actor_id=principal.user_id,
        actor=principal.name,
        action=action,
        object=thing,
        reason=reason,
        address=address,
    )


class Administration:
    """Queues, staffing and calendars of the house."""

    def __init__(self, store: HouseStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    # — queues ————————————————————————————————————————————————————————————————————————————

    async def queues(self, principal: Principal) -> tuple[list[Queue], QueueUses]:
        """All queues, retired ones too, and how much they are used."""
        principal.require(Permission.CONFIGURE)
        tenant = principal.tenant_id
        return await self._store.queues(tenant), await self._store.queue_uses(tenant)

    async def add_queue(self, principal: Principal, draft: Queue, *, address: str = "") -> Queue:
        """A new queue with the rules of `draft`, whose id and version do not count.

        Raises Invalid, Conflict `name_taken`.
        """
        principal.require(Permission.CONFIGURE)
        queue = replace(draft, id=QueueId(new_id()), tenant_id=principal.tenant_id, version=1)
        queue = await self._sound(queue, await self._store.queues(principal.tenant_id))
        await self._save(principal, queue, "added", address)
        return queue

    async def change_queue(self, principal: Principal, draft: Queue, *, address: str = "") -> Queue:
        """Give the queue of that id the rules of `draft`, which was read at its version.

        Raises NotFound, Invalid, Conflict `changed_meanwhile` or `name_taken`.
        """
        known, everyone = await self._known(principal, draft.id)
        _require_version(known.version, draft.version)
        kept = replace(draft.rules, retired=known.rules.retired, retired_to=known.rules.retired_to)
        queue = replace(draft, tenant_id=known.tenant_id, rules=kept, version=known.version + 1)
        queue = await self._sound(queue, everyone)
        await self._save(principal, queue, "changed", address)
        return queue

    async def retire_queue(
        self,
        principal: Principal,
        queue_id: QueueId,
        version: int,
        *,
        to: QueueId | None = None,
        address: str = "",
    ) -> Queue:
        """Take the queue out of service. What waits in it goes on to `to`; without one it is finished here.

        Raises NotFound, Invalid, Conflict `changed_meanwhile`, `queue_in_use` while a site or another queue still
        sends work there, `queue_led_to` while accounts of mail or bots do, with their names.
        """
        known, everyone = await self._known(principal, queue_id)
        _require_version(known.version, version)
        if to is not None:
            _require_target(to, known, everyone, "to_queue_id")
        uses = await self._store.queue_uses(principal.tenant_id)
        if uses.sites.get(queue_id) or any(queue_id in _targets(q) for q in everyone if not q.rules.retired):
            raise Conflict("a site or another queue still sends work there", code="queue_in_use")
        leading = [
            *(f"the mail account {name}" for name in uses.mail_accounts.get(queue_id, ())),
            *(f"the bot {name}" for name in uses.telegram_bots.get(queue_id, ())),
        ]
        if leading:
            raise Conflict(f"give another queue first to {', '.join(leading)}", code="queue_led_to")
        rules = replace(known.rules, retired=True, retired_to=to)
        queue = replace(known, rules=rules, version=known.version + 1)
        await self._save(principal, queue, "retired", address)
        return queue

    async def restore_queue(
        self, principal: Principal, queue_id: QueueId, version: int, *, address: str = ""
    ) -> Queue:
        """Put a retired queue back into service. Raises NotFound, Conflict `changed_meanwhile`."""
        known, _ = await self._known(principal, queue_id)
        _require_version(known.version, version)
        rules = replace(known.rules, retired=False, retired_to=None)
        queue = replace(known, rules=rules, version=known.version + 1)
        await self._save(principal, queue, "restored", address)
        return queue

    async def _known(self, principal: Principal, queue_id: QueueId) -> tuple[Queue, list[Queue]]:
        principal.require(Permission.CONFIGURE)
        everyone = await self._store.queues(principal.tenant_id)
        known = next((q for q in everyone if q.id == queue_id), None)
        if known is None:
            raise NotFound("there is no such queue")
        return known, everyone

    async def _sound(self, queue: Queue, everyone: Sequence[Queue]) -> Queue:
        queue = replace(queue, name=_named(queue.name))
        rules = queue.rules
        if rules.overflow is not None:
            _require_target(rules.overflow.queue_id, queue, everyone, "overflow.queue_id")
            if rules.overflow.after_s is None and rules.overflow.length is None:
                raise Invalid("an overflow needs a time or a length", field="overflow", code="overflow_when")
        if rules.when_closed is WhenClosed.FLOW:
            if rules.closed_queue_id is None:
                raise Invalid("where shall it go", field="closed_queue_id", code="no_such_queue")
            _require_target(rules.closed_queue_id, queue, everyone, "closed_queue_id")
        require_sound_signatures(rules.signatures, "signatures")
        for language, text in rules.closed_texts.items():
            if not is_clean_text(text):
                raise Invalid(
                    "there are control characters in it",
                    field=f"closed_texts.{language}",
                    code="control_characters",
                )
        if rules.when_closed is WhenClosed.ANSWER and not any(rules.closed_texts.values()):
            raise Invalid("the answer needs a text", field="closed_texts", code="text_required")
        if rules.calendar_id is not None:
            calendars = await self._store.calendars(queue.tenant_id)
            if rules.calendar_id not in {c.id for c in calendars}:
                raise Invalid("there is no such calendar", field="calendar_id", code="no_such_calendar")
        steps = [step.after_s for step in rules.relaxations]
        if steps != sorted(set(steps)):
            raise Invalid("each step comes later than the one before", field="relaxations", code="step_order")
        return queue

    async def _save(self, principal: Principal, queue: Queue, reason: str, address: str) -> None:
        draft = draft_of(
            principal, self._clock, AuditAction.CHANGE_QUEUE, queue.name, reason=reason, address=address
        )
        await self._store.save_queue(queue, draft)

    # — staffing ——————————————————————————————————————————————————————————————————————————

    async def staffing(self, principal: Principal) -> Staffing:
        """The matrix of agents and skills."""
        principal.require(Permission.CONFIGURE)
        return await self._store.staffing(principal.tenant_id)

    async def change_staffing(
        self, principal: Principal, cells: Sequence[Cell], *, address: str = ""
    ) -> Staffing:
        """Change cells of the matrix, all or none; it takes effect with the next decision of the router.

        Raises Invalid for a value out of range or an unknown queue, NotFound, Conflict `changed_meanwhile`.
        """
        principal.require(Permission.CONFIGURE)
        queues = {q.id for q in await self._store.queues(principal.tenant_id)}
        for number, cell in enumerate(cells):
            _require_cell(cell, queues, f"changes.{number}")
        people = len({cell.agent_id for cell in cells})
        draft = draft_of(
            principal,
            self._clock,
            AuditAction.CHANGE_STAFFING,
            f"{people} agents, {len(cells)} cells",
            reason="changed",
            address=address,
        )
        if cells:
            await self._store.change_staffing(principal.tenant_id, cells, draft)
        return await self._store.staffing(principal.tenant_id)

    async def add_skill(self, principal: Principal, name: str, *, address: str = "") -> None:
        """Name a skill that nobody has yet. Raises Invalid, Conflict `skill_exists`."""
        principal.require(Permission.CONFIGURE)
        name = _skill(name)
        if len((await self._store.staffing(principal.tenant_id)).skills) >= SKILLS_LIMIT:
            raise Invalid("there are too many skills", field="name", code="too_many_skills")
        await self._store.add_skill(
            principal.tenant_id, name, self._staffed(principal, name, "added", address)
        )

    async def rename_skill(self, principal: Principal, name: str, to: str, *, address: str = "") -> None:
        """Rename a skill with everybody and everywhere. Raises Invalid, NotFound, Conflict `skill_exists`."""
        principal.require(Permission.CONFIGURE)
        to = _skill(to)
        draft = self._staffed(principal, f"{name} → {to}", "renamed", address)
        await self._store.rename_skill(principal.tenant_id, name, to, draft)

    async def remove_skill(self, principal: Principal, name: str, *, address: str = "") -> None:
        """Take a skill away from everybody and everywhere. Raises NotFound."""
        principal.require(Permission.CONFIGURE)
        draft = self._staffed(principal, name, "removed", address)
        await self._store.rename_skill(principal.tenant_id, name, "", draft)

    def _staffed(self, principal: Principal, thing: str, reason: str, address: str) -> AuditDraft:
        action = AuditAction.CHANGE_STAFFING
        return draft_of(principal, self._clock, action, thing, reason=reason, address=address)

    # — calendars —————————————————————————————————————————————————————————————————————————

    async def calendars(self, principal: Principal) -> tuple[list[Calendar], list[Queue]]:
        """All calendars, and the queues that may name them."""
        principal.require(Permission.CONFIGURE)
        tenant = principal.tenant_id
        return await self._store.calendars(tenant), await self._store.queues(tenant)

    async def add_calendar(self, principal: Principal, draft: Calendar, *, address: str = "") -> Calendar:
        """A new calendar; id and version of `draft` do not count. Raises Invalid, Conflict `name_taken`."""
        principal.require(Permission.CONFIGURE)
        calendar = replace(
            draft,
            id=CalendarId(new_id()),
            tenant_id=principal.tenant_id,
            name=_named(draft.name),
            version=1,
        )
        require_sound(calendar)
        await self._store.save_calendar(calendar, self._timed(principal, calendar.name, "added", address))
        return calendar

    async def change_calendar(self, principal: Principal, draft: Calendar, *, address: str = "") -> Calendar:
        """Raises NotFound, Invalid, Conflict `changed_meanwhile` or `name_taken`."""
        known = await self._calendar(principal, draft.id)
        _require_version(known.version, draft.version)
        calendar = replace(
            draft, tenant_id=known.tenant_id, name=_named(draft.name), version=known.version + 1
        )
        require_sound(calendar)
        await self._store.save_calendar(calendar, self._timed(principal, calendar.name, "changed", address))
        return calendar

    async def remove_calendar(
        self, principal: Principal, calendar_id: CalendarId, version: int, *, address: str = ""
    ) -> None:
        """Raises NotFound, Conflict `calendar_in_use` while a queue names it, or `changed_meanwhile`."""
        known = await self._calendar(principal, calendar_id)
        queues = await self._store.queues(principal.tenant_id)
        if any(q.rules.calendar_id == calendar_id for q in queues):
            raise Conflict("a queue keeps these hours", code="calendar_in_use")
        draft = self._timed(principal, known.name, "removed", address)
        await self._store.remove_calendar(principal.tenant_id, calendar_id, version, draft)

    async def _calendar(self, principal: Principal, calendar_id: CalendarId) -> Calendar:
        principal.require(Permission.CONFIGURE)
        found = await self._store.calendars(principal.tenant_id)
        known = next((c for c in found if c.id == calendar_id), None)
        if known is None:
            raise NotFound("there is no such calendar")
        return known

    def _timed(self, principal: Principal, thing: str, reason: str, address: str) -> AuditDraft:
        action = AuditAction.CHANGE_HOURS
        return draft_of(principal, self._clock, action, thing, reason=reason, address=address)


def _named(name: str) -> str:
    kept = one_line(name, 100)
    if not kept:
        raise Invalid("it needs a name", field="name", code="empty")
    return kept


def _skill(name: str) -> str:
    kept = one_line(name, SKILL_LIMIT)
    if not kept:
        raise Invalid("a skill needs a name", field="name", code="empty")
    return kept


def _require_version(known: int, seen: int) -> None:
    if known != seen:
        raise Conflict("somebody else has changed this meanwhile", code="changed_meanwhile")


def _require_target(target: QueueId, queue: Queue, everyone: Iterable[Queue], field: str) -> None:
    if target == queue.id:
        raise Invalid("work cannot go on to where it is", field=field, code="to_itself")
    if not any(q.id == target and not q.rules.retired for q in everyone):
        raise Invalid("there is no such queue", field=field, code="no_such_queue")


def _targets(queue: Queue) -> set[QueueId | None]:
    rules: QueueRules = queue.rules
    return {
        rules.overflow.queue_id if rules.overflow else None,
        rules.closed_queue_id if rules.when_closed is WhenClosed.FLOW else None,
    }


def _require_cell(cell: Cell, queues: set[QueueId], field: str) -> None:
    match cell.what:
        case "skill":
            fits = 0 <= cell.after <= 10 and cell.key == one_line(cell.key, SKILL_LIMIT) != ""
        case "capacity":
            fits = cell.key in CAPACITY_LIMITS and 0 <= cell.after <= CAPACITY_LIMITS[cell.key]
        case "queue":
            fits = cell.after in {0, 1} and cell.key in queues
        case _:
            fits = False
    if not fits:
        raise Invalid("this value does not fit", field=field, code="bad_cell")
