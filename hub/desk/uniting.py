"""Two records of one client become one, and so does what is open with both, as far as nobody has it in hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from hub.desk.client_stores import MergeStore
from hub.desk.later import settle_before_close
from hub.domain.access import Principal, system_principal
from hub.domain.continuing import Engaged, to_unite
from hub.domain.errors import Conflict, HubError, Invalid, Unavailable
from hub.domain.ids import MergeId, PersonId, SessionId, TenantId
from hub.domain.interaction import Interaction, Session
from hub.domain.person import IdentityKind
from hub.domain.touch import Claim
from hub.domain.values import changed
from hub.domain.work import WorkItem, WorkState
from hub.ids import new_id
from hub.ports.clock import Clock
from hub.ports.uniting import AlsoDone, Twins, UnitingStore, UnitingUnit
from hub.promises import next_in_place
from hub.steps import close_by_itself, end_pass

log = structlog.get_logger(__name__)

_TRIES = 3
JOINED = "joined"
"""Why a pass left the line: its client is served in another interaction, which goes on with what this one held."""


class _NotUnited(Exception):
    """What is open with both cannot be one; nothing of it was done."""

    def __init__(self, error: HubError) -> None:
        super().__init__(error.stable_code)
        self.code = error.stable_code


class Uniting:
    """`MergeStore` of people, `ProvesNumbers` and `SignsIn` of channels. Taking records apart leaves interactions as
    they are: what was said stays where it was said."""

    def __init__(self, merges: MergeStore, store: UnitingStore, clock: Clock) -> None:
        self._merges = merges
        self._store = store
        self._clock = clock

    async def merge(
        self, principal: Principal, kept_id: PersonId, other_id: PersonId, *, then: AlsoDone | None = None
    ) -> PersonId:
        """See MergeStore; what is open with both becomes one in the same commit (`to_unite`)."""

        async def united(unit: UnitingUnit, person_id: PersonId) -> None:
            try:
                await self._united(unit, person_id)
            except Unavailable:
                raise
            except HubError as error:
                raise _NotUnited(error) from error
            if then is not None:
                await then(unit, person_id)

        for attempt in range(_TRIES):
            try:
                return await self._merges.merge(principal, kept_id, other_id, then=united)
            except _NotUnited as error:
                if error.code == "raced" and attempt < _TRIES - 1:
                    continue
                # the records are one; their conversations go on side by side, as before
                log.warning("interactions_not_united", person_id=kept_id, code=error.code)
                break
        return await self._merges.merge(principal, kept_id, other_id, then=then)

    async def undo(self, principal: Principal, merge_id: MergeId) -> PersonId:
        """See MergeStore."""
        return await self._merges.undo(principal, merge_id)

    async def proven(self, tenant_id: TenantId, kind: IdentityKind, value: str, number: str) -> bool:
        """See ProvesNumbers."""
        twins = await self._store.twins(tenant_id, kind, value, number)
        if twins is None or not await self._made_one(tenant_id, twins):
            return False
        log.info("number_proven", person_id=twins.kept_id, channel=kind.value)
        return True

    async def signed_in(self, tenant_id: TenantId, visitor_id: str, claims: Sequence[Claim]) -> bool:
        """See SignsIn."""
        twins = await self._store.vouched_twins(tenant_id, visitor_id, claims)
        is_one = twins is not None and await self._made_one(tenant_id, twins)
        if twins is not None and is_one:
            log.info("site_user_proven", person_id=twins.kept_id)
        await self._store.add_vouched(tenant_id, visitor_id, claims, self._clock.now())
        return is_one

    async def _made_one(self, tenant_id: TenantId, twins: Twins) -> bool:
        """By the hub itself; not where somebody was faster, who made them one or said that they are two."""
        try:
            await self.merge(system_principal(tenant_id), twins.kept_id, twins.other_id)
        except (Conflict, Invalid) as error:
            if error.stable_code not in {"kept_apart", "same_person"}:
                raise
            return False
        return True

    async def _united(self, unit: UnitingUnit, person_id: PersonId) -> int:
        now = self._clock.now()
        engaged = [
            one
            for one in await unit.engaged(person_id)
            if await unit.callback_of(one.interaction.id) is None  # a promise stays with its conversation
        ]
        plan = to_unite(engaged, await unit.queues(), now)
        if plan is None:
            return 0
        goes_on, taken = plan
        interaction, item = goes_on.interaction, goes_on.item
        for one in taken:
            interaction, item = await self._taken_in(unit, interaction, item, one, now)
        unit.save_interaction(interaction)
        return len(taken)

    async def _taken_in(
        self,
        unit: UnitingUnit,
        interaction: Interaction,
        item: WorkItem | None,
        one: Engaged,
        now: datetime,
    ) -> tuple[Interaction, WorkItem | None]:
        gone = await settle_before_close(unit, one.interaction, one.item, self._clock)
        sessions = await unit.open_sessions(gone.id)
        if one.item is not None:
            _, gone = await end_pass(unit, gone, one.item, WorkState.FLOWED_OUT, now, reason=JOINED)
        # ends its sessions too, which makes room for those that follow
        gone = await close_by_itself(unit, gone, now)
        for session in sessions:
            unit.add_session(_again(session, interaction, now))
        # a client's page tells new messages from seen ones by their numbers
        interaction = changed(interaction, last_seq=max(interaction.last_seq, gone.last_seq))
        if item is None and one.item is not None:
            item, interaction = _in_its_place(unit, interaction, one.item, now)
        return interaction, item


def _again(session: Session, interaction: Interaction, now: datetime) -> Session:
    return replace(
        session, id=SessionId(new_id()), interaction_id=interaction.id, started_at=now, ended_at=None
    )


def _in_its_place(
    unit: UnitingUnit, interaction: Interaction, left: WorkItem, now: datetime
) -> tuple[WorkItem, Interaction]:
    """What went on was in no line, and what it took in was: its client keeps the place."""
    moved = changed(interaction, queue_id=left.queue_id)
    theirs = replace(left, interaction_id=interaction.id)
    return next_in_place(unit, moved, theirs, now, media=left.media, channel=left.channel, reason=JOINED)
